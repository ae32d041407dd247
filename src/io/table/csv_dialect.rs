//! How a CSV file is written: separator, header, decimal sign, missing values.

use csv::StringRecord;

/// What one field says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Field {
    Number(f64),
    Missing,
    Text,
    /// A number with the other decimal sign than those before.
    MixedDecimals,
}

/// Reads fields as numbers, and remembers the decimal sign.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    commas_allowed: bool,
    comma: Option<bool>,
}

impl Numbers {
    /// A reader of the fields between separators `separator`.
    pub(super) fn new(separator: u8) -> Self {
        Self { commas_allowed: separator != b',', comma: None }
    }

    pub(super) fn read(&mut self, field: &str) -> Field {
        let field = field.trim();
        if is_missing(field) {
            return Field::Missing;
        }
        if let Ok(value) = field.parse::<f64>() {
            return if field.contains('.') { self.decimal(false, value) } else { Field::Number(value) };
        }
        let comma_number = self.commas_allowed && field.matches(',').count() == 1 && !field.contains('.');
        if comma_number && let Ok(value) = field.replace(',', ".").parse() {
            return self.decimal(true, value);
        }
        match field {
            _ if field.eq_ignore_ascii_case("true") => Field::Number(1.0),
            _ if field.eq_ignore_ascii_case("false") => Field::Number(0.0),
            _ => Field::Text,
        }
    }

    fn decimal(&mut self, comma: bool, value: f64) -> Field {
        match *self.comma.get_or_insert(comma) {
            known if known == comma => Field::Number(value),
            _ => Field::MixedDecimals,
        }
    }
}

fn is_missing(field: &str) -> bool {
    field.is_empty() || ["na", "nan", "null"].iter().any(|m| field.eq_ignore_ascii_case(m))
}

/// The separator that the first line uses: the most frequent outside quotes, but a semicolon before a
/// comma where the commas can be decimal signs.
pub(super) fn separator(line: &str) -> u8 {
    let mut counts = [(b',', 0usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(s, _)| !quoted && *s == byte) {
            *count += 1;
        }
    }
    if counts[1].1 > 0 && line.split(';').all(|f| matches!(Numbers::new(b';').read(f), Field::Number(_))) {
        return b';';
    }
    // Of equal counts the first wins.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(s, _)| *s)
}

/// Is a first row data, and no header: are all its fields numbers, or `NaN` written out?
pub(super) fn is_data<'a>(fields: impl Iterator<Item = &'a str>, separator: u8) -> bool {
    let mut numbers = Numbers::new(separator);
    let mut any = false;
    for field in fields.map(str::trim) {
        match numbers.read(field) {
            Field::Number(_) if field.starts_with(|c: char| !c.is_alphabetic()) => any = true,
            Field::Number(value) if !value.is_finite() => any = true,
            Field::Missing if !field.is_empty() => {}
            _ => return false,
        }
    }
    any
}

/// Is a first row the header 0, 1, ..., n-1 that pandas gives to nameless columns, and no data?
///
/// It is data if the row below continues it: n, n+1, ... where rows count on, 1, 2, ... where columns do.
pub(super) fn is_counted(first: &StringRecord, below: &StringRecord) -> bool {
    let n = first.len();
    let counts_from = |row: &StringRecord, start: usize| {
        row.iter().enumerate().all(|(i, f)| f.trim() == (start + i).to_string())
    };
    n > 1 && counts_from(first, 0) && !counts_from(below, n) && !counts_from(below, 1)
}
