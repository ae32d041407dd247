//! Alignments: FASTA, a2m and Stockholm.

use std::io::{BufRead, BufReader};
use std::path::Path;

use super::error::{Error, Problem};
use super::{sniff, steady};
use crate::memory;

/// Longest line that is read: no sequence is longer.
const LONGEST: usize = 1 << 26;

/// Sequences of equal length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alignment {
    /// `fasta` or `stockholm`.
    pub format: &'static str,
    /// The name of each sequence, up to the first blank.
    pub names: Vec<String>,
    /// A letter a column, sequence after sequence; gaps are `-`.
    letters: Vec<u8>,
    /// Columns.
    pub columns: usize,
    /// Insertions that were left out: lower-case letters and points, of columns that not all have.
    pub insertions: usize,
}

impl Alignment {
    /// The sequences, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.letters.chunks_exact(self.columns)
    }

    /// All letters, sequence after sequence.
    pub fn letters(&self) -> &[u8] {
        &self.letters
    }
}

/// Whether the file begins as an alignment does: with `>`, or `# STOCKHOLM`.
///
/// # Errors
/// A file that cannot be read.
pub fn holds(path: &Path) -> Result<bool, Error> {
    sniff::family(path)?;
    let file = steady::open(path).map_err(|p| Error::new(path, p))?;
    let mut lines = Lines { reader: BufReader::new(file), number: 0 };
    loop {
        match lines.next() {
            Ok(Some(line)) if line.trim_ascii().is_empty() || line.starts_with(b";") => {}
            Ok(Some(line)) => return Ok(line.starts_with(b">") || line.starts_with(b"# STOCKHOLM")),
            _ => return Ok(false),
        }
    }
}

/// Reads an alignment; Windows line ends, blank lines and lines of comments (`;`) are taken.
///
/// Where sequences agree in length without lower-case letters and points, those are insertions (a2m, Stockholm) and are left out;
/// where they agree with them, letters are taken as upper case and points as gaps.
///
/// # Errors
/// No sequence; a sequence without a name, letters or the length of the others; characters that are no letter, `-`, `.`, `*` or `~`.
///
/// ```
/// use nullcline_core::io::alignment::read;
///
/// let path = std::env::temp_dir().join(format!("nullcline-doc-{}.a2m", std::process::id()));
/// std::fs::write(&path, ">one\r\nAC-a\r\nG\r\n>two of them\r\nACTG.\r\n").unwrap();
/// let found = read(&path).unwrap();
/// std::fs::remove_file(&path).unwrap();
/// assert_eq!((&found.names[1][..], found.columns, found.insertions), ("two", 4, 2));
/// assert_eq!(found.rows().collect::<Vec<_>>(), [b"AC-G", b"ACTG"]);
/// ```
pub fn read(path: &Path) -> Result<Alignment, Error> {
    attempt(path).map_err(|problem| Error::new(path, problem))
}

/// Lines without their ends, none longer than can be honest.
struct Lines<R> {
    reader: R,
    number: usize,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        use std::io::Read;
        let mut line = Vec::new();
        let read = (&mut self.reader).take(LONGEST as u64 + 1).read_until(b'\n', &mut line);
        if read.map_err(Problem::reading)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if line.len() > LONGEST {
            let (place, limit) = (format!("line {}", self.number), LONGEST as u64);
            return Err(Problem::TooLarge { place, unit: "bytes", found: line.len() as u64, limit });
        }
        while line.last().is_some_and(|c| matches!(c, b'\n' | b'\r')) {
            line.pop();
        }
        Ok(Some(line))
    }
}

/// A sequence as it stands in the file.
struct Raw {
    name: String,
    /// The line of its name.
    line: usize,
    letters: Vec<u8>,
}

fn attempt(path: &Path) -> Result<Alignment, Problem> {
    let limit = memory::allowed(path);
    let mut lines = Lines { reader: BufReader::new(steady::open(path)?), number: 0 };
    let mut all: Vec<Raw> = vec![];
    let (mut stockholm, mut begun) = (false, false);
    let mut places = std::collections::HashMap::new();
    let mut total = 0u64;
    while let Some(line) = lines.next()? {
        let text = line.trim_ascii();
        if text.is_empty() || text.starts_with(b";") {
            continue;
        }
        if !begun {
            (begun, stockholm) = (true, text.starts_with(b"# STOCKHOLM"));
            if stockholm {
                continue;
            }
        }
        if stockholm && text == b"//" {
            break;
        }
        if stockholm && text.starts_with(b"#") {
            continue;
        }
        let number = lines.number;
        let letters = match (stockholm, text.strip_prefix(b">")) {
            (false, Some(name)) => {
                all.push(Raw { name: first_word(name, number)?, line: number, letters: vec![] });
                continue;
            }
            (false, None) => match all.last_mut() {
                Some(last) => append(last, text, number)?,
                None => return Err(unexpected(number, text, "a name that begins with >")),
            },
            (true, _) => {
                let name = first_word(text, number)?;
                let rest = &text[name.len().min(text.len())..];
                let place = *places.entry(name.clone()).or_insert_with(|| {
                    all.push(Raw { name, line: number, letters: vec![] });
                    all.len() - 1
                });
                append(&mut all[place], rest, number)?
            }
        };
        total += letters as u64;
        // As bytes and once more as states.
        Problem::afford(format!("the sequences up to line {number}"), total.div_ceil(4), limit)?;
    }
    finish(all, if stockholm { "stockholm" } else { "fasta" })
}

fn first_word(text: &[u8], number: usize) -> Result<String, Problem> {
    let word = text.split(u8::is_ascii_whitespace).find(|w| !w.is_empty());
    match word.map(|w| String::from_utf8_lossy(w).into_owned()) {
        Some(name) => Ok(name),
        None => Err(Problem::damaged("FASTA", format!("line {number}"), "a sequence without a name")),
    }
}

fn unexpected(number: usize, text: &[u8], expected: &'static str) -> Problem {
    Problem::Unsupported {
        place: format!("line {number}"),
        found: format!("`{}`", String::from_utf8_lossy(&text[..text.len().min(20)])),
        expected,
        advice: "an alignment is FASTA, a2m or Stockholm",
    }
}

/// Appends the letters of a line; how many there were.
fn append(to: &mut Raw, text: &[u8], number: usize) -> Result<usize, Problem> {
    let before = to.letters.len();
    for (column, c) in text.iter().enumerate().filter(|(_, c)| !c.is_ascii_whitespace()) {
        if !(c.is_ascii_alphabetic() || matches!(c, b'-' | b'.' | b'*' | b'~')) {
            return Err(Problem::Unsupported {
                place: format!("line {number}, column {} (sequence `{}`)", column + 1, to.name),
                found: format!("`{}`", char::from(*c).escape_default()),
                expected: "letters, or - and . for gaps",
                advice: "take the line out, or write the alignment as FASTA",
            });
        }
        to.letters.push(*c);
    }
    Ok(to.letters.len() - before)
}

/// Equal lengths: without insertions where that makes them, else as they are.
fn finish(all: Vec<Raw>, format: &'static str) -> Result<Alignment, Problem> {
    let Some(first) = all.first() else {
        return Err(Problem::damaged(format, "the file", "no sequence, expected one at least"));
    };
    let inserted = |c: &u8| c.is_ascii_lowercase() || *c == b'.';
    let matched = |r: &Raw| r.letters.iter().filter(|c| !inserted(c)).count();
    let columns = matched(first);
    let stripped = columns > 0 && all.iter().all(|r| matched(r) == columns);
    let length = if stripped { columns } else { first.letters.len() };
    let own = |r: &Raw| if stripped { matched(r) } else { r.letters.len() };
    if let Some(odd) = all.iter().find(|r| own(r) != length || own(r) == 0) {
        return Err(Problem::Unsupported {
            place: format!("line {} (sequence `{}`)", odd.line, odd.name),
            found: format!("{} letters", own(odd)),
            expected: "as many as the first sequence has, one at least",
            advice: "align the sequences first; lower-case letters and points are insertions where all then have one length",
        });
    }
    let total: usize = all.iter().map(|r| r.letters.len()).sum();
    let letter = |c: &u8| match c {
        b'.' | b'~' | b'*' => b'-',
        c => c.to_ascii_uppercase(),
    };
    let kept = |r: &Raw| -> Vec<u8> {
        r.letters.iter().filter(|c| !(stripped && inserted(c))).map(letter).collect()
    };
    Ok(Alignment {
        format,
        letters: all.iter().flat_map(kept).collect(),
        insertions: if stripped { total - columns * all.len() } else { 0 },
        names: all.into_iter().map(|r| r.name).collect(),
        columns: length,
    })
}
