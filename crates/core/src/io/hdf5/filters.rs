//! Filters of chunks: deflate, shuffle, Fletcher's checksum and LZF.

use flate2::{Decompress, FlushDecompress, Status};
use hdf5_reader::checksum::fletcher32;
use hdf5_reader::messages::filter_pipeline::FilterDescription;

use super::super::error::Problem;
use super::fail::damaged;
use super::lzf;

const DEFLATE: u16 = 1;
const SHUFFLE: u16 = 2;
const FLETCHER: u16 = 3;
const LZF: u16 = 32000;
/// Deflate cannot shrink more than 1032 times.
const LARGEST_RATIO: usize = 1040;
/// A mask has a bit for each.
const MOST_FILTERS: usize = 32;

/// Names of filters that are not read (HDF5's registry).
const OTHERS: [(u16, &str); 14] = [
    (4, "szip"),
    (5, "nbit"),
    (6, "scaleoffset"),
    (305, "LZO"),
    (307, "bzip2"),
    (32001, "Blosc"),
    (32004, "LZ4"),
    (32008, "bitshuffle"),
    (32013, "ZFP"),
    (32015, "Zstandard"),
    (32017, "SZ"),
    (32018, "FCIDECOMP"),
    (32019, "JPEG"),
    (32026, "Blosc2"),
];

/// Fails if one of the filters is not read here.
pub(super) fn check(place: &str, filters: &[FilterDescription]) -> Result<(), Problem> {
    if filters.len() > MOST_FILTERS {
        return Err(damaged(place, "more filters than a chunk can have"));
    }
    let other = filters.iter().find(|f| ![DEFLATE, SHUFFLE, FLETCHER, LZF].contains(&f.id));
    let Some(other) = other else { return Ok(()) };
    let known = OTHERS.iter().find(|(id, _)| *id == other.id).map(|(_, name)| (*name).to_owned());
    let own = other.name.as_ref().map(|n| super::super::shown::name(n));
    let name = known.or(own).unwrap_or_else(|| "of no known name".into());
    Err(Problem::Unsupported {
        place: place.into(),
        found: format!("values packed by the filter {name} (number {})", other.id),
        expected: "gzip, LZF or none, with shuffle and fletcher32 at will",
        advice: "save it again: h5repack -f GZIP=4 old.h5 new.h5, or, where h5repack lacks the filter, in Python: import \
                 hdf5plugin, and h.create_dataset(name, data=old[name][...], compression=\"gzip\")",
    })
}

/// The `length` bytes of a chunk that was packed into `bytes`; a filter whose bit of `mask` is set was not applied.
pub(super) fn unpack(
    place: &str,
    filters: &[FilterDescription],
    mask: u32,
    mut bytes: Vec<u8>,
    length: usize,
) -> Result<Vec<u8>, Problem> {
    // What a filter gave to the next one may be a little longer than the chunk.
    let most = length + length / 256 + 1024;
    for (k, filter) in filters.iter().enumerate().rev() {
        if mask.checked_shr(k as u32).unwrap_or(0) & 1 == 1 {
            continue;
        }
        bytes = match filter.id {
            DEFLATE => inflate(place, &bytes, most)?,
            SHUFFLE => {
                let width = filter.client_data.first().map_or(1, |w| *w as usize);
                unshuffled(&bytes, width)
            }
            FLETCHER => checked(place, bytes)?,
            LZF => {
                lzf::unpack(&bytes, most).ok_or_else(|| damaged(place, "LZF data that cannot be unpacked"))?
            }
            // Looked for before.
            _ => return Err(damaged(place, "a filter that is not read")),
        };
    }
    match bytes.len() == length {
        true => Ok(bytes),
        false => Err(damaged(place, format!("a chunk of {} bytes, expected {length}", bytes.len()))),
    }
}

fn inflate(place: &str, bytes: &[u8], most: usize) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::with_capacity(most.min(bytes.len().saturating_mul(LARGEST_RATIO)).saturating_add(1));
    let status = Decompress::new(true).decompress_vec(bytes, &mut out, FlushDecompress::Finish);
    match status {
        Ok(Status::StreamEnd) if out.len() <= most => Ok(out),
        Ok(_) => Err(damaged(place, "a chunk that unpacks to another size, or ends too early")),
        Err(error) => Err(damaged(place, format!("a chunk that cannot be unpacked: {error}"))),
    }
}

/// Bytes of `width`-byte values that were ordered by their place in the value; those short of a value stay behind.
fn unshuffled(bytes: &[u8], width: usize) -> Vec<u8> {
    let count = bytes.len().checked_div(width).unwrap_or(0);
    if width < 2 || count < 2 {
        return bytes.to_vec();
    }
    let (whole, rest) = bytes.split_at(count * width);
    let mut out = vec![0; whole.len()];
    match width {
        2 => woven::<2>(whole, count, &mut out),
        4 => woven::<4>(whole, count, &mut out),
        8 => woven::<8>(whole, count, &mut out),
        _ => {
            for (place, plane) in whole.chunks_exact(count).enumerate() {
                out.iter_mut().skip(place).step_by(width).zip(plane).for_each(|(to, from)| *to = *from);
            }
        }
    }
    out.extend_from_slice(rest);
    out
}

/// The common widths, a value at a time.
fn woven<const N: usize>(whole: &[u8], count: usize, out: &mut [u8]) {
    let planes: [&[u8]; N] =
        std::array::from_fn(|p| whole.get(p * count..(p + 1) * count).unwrap_or_default());
    for (k, value) in out.as_chunks_mut::<N>().0.iter_mut().enumerate() {
        for (byte, plane) in value.iter_mut().zip(planes) {
            *byte = plane.get(k).copied().unwrap_or_default();
        }
    }
}

fn checked(place: &str, mut bytes: Vec<u8>) -> Result<Vec<u8>, Problem> {
    let sum = bytes.last_chunk::<4>().map(|s| u32::from_le_bytes(*s));
    bytes.truncate(bytes.len().saturating_sub(4));
    let own = fletcher32(&bytes);
    // Versions of HDF5 before 1.6.3 wrote the sum with the bytes of each half exchanged.
    let old = u32::from_le_bytes([1, 0, 3, 2].map(|k| own.to_le_bytes()[k]));
    match sum {
        Some(sum) if sum == own || sum == old => Ok(bytes),
        _ => Err(damaged(place, "a chunk that does not meet its checksum")),
    }
}
