//! Level 4: matrices one after the other, each with a header of 20 bytes.

use super::super::super::dtype::Dtype;
use super::super::super::error::Problem;
use super::{FORMAT, Found, v4_values};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

const HEADER: usize = 20;
/// MATLAB 4 had names of at most 19 characters, later ones of at most 63.
const LONGEST_NAME: u32 = 256;

/// The header of a matrix.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) big_endian: bool,
    pub(super) dtype: Dtype,
    /// 0: full, 1: text, 2: sparse.
    pub(super) kind: u32,
    pub(super) rows: u32,
    pub(super) columns: u32,
    pub(super) complex: bool,
    /// Bytes of the name with its zero.
    name: u32,
}

impl Head {
    /// The header that `bytes` are: thousands M (byte order), tens P (type) and ones T (kind) of its first number tell.
    fn parse(bytes: &[u8; HEADER]) -> Option<Self> {
        let words: Vec<[u8; 4]> = bytes.as_chunks::<4>().0.to_vec();
        let little = words.iter().map(|w| u32::from_le_bytes(*w)).collect::<Vec<_>>();
        let big = words.iter().map(|w| u32::from_be_bytes(*w)).collect::<Vec<_>>();
        let (big_endian, words) = match (little[..].first()?, big[..].first()?) {
            (0..1000, _) => (false, little),
            (_, 1000..2000) => (true, big),
            _ => return None,
        };
        let [code, rows, columns, complex, name] = words[..] else { return None };
        let dtype = match code / 10 % 100 {
            0 => Dtype::F64,
            1 => Dtype::F32,
            2 => Dtype::I32,
            3 => Dtype::I16,
            4 => Dtype::U16,
            5 => Dtype::U8,
            _ => return None,
        };
        let kind = code % 10;
        let sound = kind < 3 && complex < 2 && (1..=LONGEST_NAME).contains(&name);
        sound.then_some(Self { big_endian, dtype, kind, rows, columns, complex: complex == 1, name })
    }

    pub(super) fn count(&self) -> u64 {
        u64::from(self.rows) * u64::from(self.columns)
    }

    /// Bytes of the values, real and imaginary.
    pub(super) fn length(&self) -> u64 {
        let parts = if self.complex { 2 } else { 1 };
        self.count().saturating_mul(parts * self.dtype.width() as u64)
    }
}

/// Whether a file begins as one of level 4, which has no signature: a header, and behind it a name that ends with a zero.
pub(super) fn is(head: &[u8]) -> bool {
    let Some(first) = head.first_chunk::<HEADER>().and_then(Head::parse) else { return false };
    match head.get(HEADER..HEADER + first.name as usize) {
        Some([letters @ .., 0]) => {
            letters.first().is_some_and(u8::is_ascii_alphabetic)
                && letters.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'_')
        }
        _ => false,
    }
}

/// Reads all matrices of a file of `length` bytes.
pub(super) fn read(file: &mut BufReader<File>, length: u64, found: &mut Found) -> Result<(), Problem> {
    let mut at = 0u64;
    while at < length {
        let place = format!("the matrix at byte {at}");
        let failed = |e| Problem::read(FORMAT, &place, e);
        let mut bytes = [0u8; HEADER];
        file.seek(SeekFrom::Start(at)).map_err(Problem::reading)?;
        file.read_exact(&mut bytes).map_err(failed)?;
        let Some(head) = Head::parse(&bytes) else {
            return Err(Problem::damaged(FORMAT, place, "no header of a matrix of level 4"));
        };
        let mut name = vec![0u8; head.name as usize];
        file.read_exact(&mut name).map_err(failed)?;
        let end = name.iter().position(|c| *c == 0).unwrap_or(name.len());
        let name = String::from_utf8_lossy(name.get(..end).unwrap_or_default()).into_owned();
        at += HEADER as u64 + u64::from(head.name);
        let left = length.saturating_sub(at);
        if head.length() > left {
            return Err(Problem::Truncated { format: FORMAT, place, found: left, expected: head.length() });
        }
        v4_values::matrix(file, &head, &name, found)?;
        at += head.length();
    }
    Ok(())
}
