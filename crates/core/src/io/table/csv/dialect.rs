//! How a CSV file is written: what stands before the table, and what separates its fields.

use std::io::Read;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use super::super::super::error::Problem;
use super::super::super::steady;
use super::blanks::Blanks;
use super::bounded::{LONGEST_RECORD, too_long};
use super::numbers::{is_missing, is_number};

/// Bytes by which a file is judged, more where lines are long.
const HEAD: u64 = 1 << 20;
const LARGEST_HEAD: u64 = 1 << 26;
/// Records by which the separator is judged.
const JUDGED: usize = 100;
/// Separators, and whether runs of blanks are one.
const SEPARATORS: [(u8, bool); 5] =
    [(b',', false), (b';', false), (b'\t', false), (b'|', false), (b'\t', true)];
const TABS: [(u8, bool); 3] = [(b'\t', false), (b';', false), (b'\t', true)];
/// Starts of comment lines.
const COMMENTS: [&str; 3] = ["#", "%", "//"];

/// What stands before the table, and how its fields are separated.
#[derive(Clone, Debug, Default)]
pub(super) struct Dialect {
    /// Bytes before the table.
    pub start: u64,
    /// Lines before the table.
    pub lines: u64,
    pub separator: u8,
    /// Runs of blanks separate.
    pub blanks: bool,
    /// What starts a comment.
    pub comment: Option<u8>,
    /// The last comment before the table, without its sign.
    pub last_comment: Option<String>,
    /// Carriage returns alone end lines.
    pub returns: bool,
    /// Carriage returns stand before line feeds.
    pub pairs: bool,
}

impl Dialect {
    pub(super) fn of(path: &Path) -> Result<Self, Problem> {
        let mut size = HEAD;
        let (text, whole) = loop {
            let mut head = Vec::new();
            steady::open(path)?.take(size).read_to_end(&mut head).map_err(Problem::reading)?;
            let whole = (head.len() as u64) < size;
            let ends = head.iter().filter(|b| matches!(b, b'\n' | b'\r')).count();
            if whole || ends > 8 || size >= LARGEST_HEAD {
                break (head, whole);
            }
            size *= 8;
        };
        let mut lines = text.split(|b| matches!(b, b'\n' | b'\r')).map(<[u8]>::len);
        if let Some(line) = lines.position(|length| length as u64 > LONGEST_RECORD) {
            return Err(too_long(line as u64 + 1));
        }
        let tabs =
            path.extension().is_some_and(|e| e.eq_ignore_ascii_case("tsv") || e.eq_ignore_ascii_case("tab"));
        Ok(Self::judge(&text, whole, tabs))
    }

    /// `tabs`: the file's name says that tabs separate, so that commas in a single column do not.
    fn judge(head: &[u8], whole: bool, tabs: bool) -> Self {
        let mut d = Self { separator: if tabs { b'\t' } else { b',' }, ..Self::default() };
        d.returns = !head.contains(&b'\n') && head.contains(&b'\r');
        d.pairs = head.windows(2).any(|w| w == b"\r\n");
        if head.starts_with(b"\xef\xbb\xbf") {
            d.start = 3;
        }
        let given = d.preamble(head);
        let mut rest = &head[d.start as usize..];
        if !whole && let Some(end) = rest.iter().rposition(|b| matches!(b, b'\n' | b'\r')) {
            rest = &rest[..end];
        }
        match given {
            Some(separator) => d.separator = separator,
            None if tabs && !line(rest).is_some_and(|(first, _)| first.contains(&b',')) => {
                d.choose(rest, &TABS)
            }
            None => d.choose(rest, &SEPARATORS),
        }
        if d.comment.is_none() {
            d.comment = d.remarks(rest).then_some(b'#');
        }
        d
    }

    /// Passes over blank lines, comments and the line `sep=;` of spreadsheets, which it returns.
    fn preamble(&mut self, head: &[u8]) -> Option<u8> {
        let mut given = None;
        while let Some((line, length)) = line(&head[self.start as usize..]) {
            let text = String::from_utf8_lossy(line);
            let text = text.trim();
            let hint = text.trim_matches('"').to_ascii_lowercase();
            let comment = COMMENTS.iter().find(|c| text.starts_with(**c)).filter(|_| !starts_missing(text));
            if let Some(separator) = hint.strip_prefix("sep=").filter(|s| s.len() < 2) {
                given = Some(separator.bytes().next().unwrap_or(b'\t'));
            } else if let Some(sign) = comment {
                self.comment = sign.bytes().next();
                let said = text.trim_start_matches(['#', '%', '/']).trim();
                self.last_comment =
                    Some(said.to_owned()).filter(|s| !s.is_empty()).or(self.last_comment.take());
            } else if !text.is_empty() {
                break;
            }
            self.start += length as u64;
            self.lines += 1;
        }
        // `sep=` and the tab itself: the trim took it.
        given
    }

    /// Takes the separator under which the records agree best in their number of fields, and are numbers.
    fn choose(&mut self, text: &[u8], candidates: &[(u8, bool)]) {
        let mut best = 0.0;
        for &(separator, blanks) in candidates {
            let candidate = Self { separator, blanks, ..self.clone() };
            // Blanks stand beside other separators too.
            let score = score(&candidate.records(text, JUDGED)) * if blanks { 0.95 } else { 1.0 };
            if score > best + 1e-9 {
                best = score;
                (self.separator, self.blanks) = (separator, blanks);
            }
        }
    }

    /// Whether lines that start with `#` have another number of fields than the others.
    fn remarks(&self, text: &[u8]) -> bool {
        let records = self.records(text, usize::MAX);
        let marked = |r: &&StringRecord| r.get(0).is_some_and(|f| f.starts_with('#') && !is_missing(f));
        let Some(width) = records.iter().find(|r| !marked(r)).map(StringRecord::len) else { return false };
        let mut all = records.iter().filter(marked).peekable();
        all.peek().is_some() && all.all(|r| r.len() != width)
    }

    /// The first records of `text`, bytes that are not UTF-8 replaced.
    fn records(&self, text: &[u8], most: usize) -> Vec<StringRecord> {
        let mut reader = self.builder().from_reader(Blanks::new(text, self.blanks));
        let records = reader.byte_records().map_while(Result::ok).take(most);
        records.map(StringRecord::from_byte_record_lossy).collect()
    }

    /// A reader of records of any length.
    pub(super) fn builder(&self) -> ReaderBuilder {
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(self.separator).comment(self.comment);
        builder
    }

    /// The fields of a comment, if there are `width` of them under any separator.
    pub(super) fn named_by_comment(&self, width: usize) -> Option<Vec<String>> {
        let comment = self.last_comment.as_deref()?;
        let own = (self.separator, self.blanks);
        [own].into_iter().chain(SEPARATORS).find_map(|(separator, blanks)| {
            let fields = Self { separator, blanks, comment: None, ..Self::default() };
            let record = fields.records(comment.as_bytes(), 1).pop()?;
            let names: Vec<String> = record.iter().map(|f| f.trim().to_owned()).collect();
            let name = |n: &String| !is_number(n) && (width > 1 || !n.contains(' '));
            (names.len() == width && names.iter().all(name)).then_some(names)
        })
    }
}

/// The first line and its length with its end; none at the end of the text.
fn line(text: &[u8]) -> Option<(&[u8], usize)> {
    if text.is_empty() {
        return None;
    }
    let end = text.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(text.len());
    let length = match text[end..] {
        [b'\r', b'\n', ..] => end + 2,
        [_, ..] => end + 1,
        [] => end,
    };
    Some((&text[..end], length))
}

/// Whether a line starts with the mark of a missing value, such as `#N/A`.
fn starts_missing(line: &str) -> bool {
    let first = line.split([',', ';', '\t', '|', ' ']).next().unwrap_or_default();
    first.len() > 1 && first.starts_with('#') && is_missing(first)
}

/// How well records fit a separator: the share that has the commonest number of fields (at least two), times the
/// share of numbers among them.
fn score(records: &[StringRecord]) -> f64 {
    let Some((first, rest)) = records.split_first() else { return 0.0 };
    let rows = if rest.is_empty() { records } else { rest };
    let mut widths: Vec<usize> = rows.iter().map(width).collect();
    widths.sort_unstable();
    let count = |w: usize| widths.iter().filter(|x| **x == w).count();
    let Some(common) = widths.iter().copied().max_by_key(|w| count(*w)).filter(|w| *w > 1) else {
        return 0.0;
    };
    // A header may lack the name of the rows, or end in a separator.
    let head = usize::from((common - 1..=common + 1).contains(&first.len()));
    let share = (count(common) + head) as f64 / (rows.len() + 1) as f64;
    let fields = rows.iter().filter(|r| width(r) == common).flat_map(|r| r.iter().take(common));
    let (mut all, mut numbers) = (0usize, 0usize);
    for field in fields {
        all += 1;
        numbers += usize::from(is_number(field.trim()) || is_missing(field));
    }
    share * (0.05 + 0.95 * numbers as f64 / all.max(1) as f64)
}

/// Fields of a record, empty ones at its end left out but for one.
fn width(record: &StringRecord) -> usize {
    let empty = record.iter().rev().take_while(|f| f.trim().is_empty()).count();
    record.len() - empty.saturating_sub(1)
}
