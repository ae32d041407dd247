//! What a field of a CSV says: a number in somebody's way of writing, a missing value, or a text.

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

/// The decimal sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    /// Only whole numbers so far.
    Unknown,
    Point,
    Comma,
}

/// Reads fields as numbers, and remembers the decimal sign.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    sign: Sign,
    /// `1,234` is 1234 where nothing else tells.
    commas_group: bool,
    /// `1.234` is 1234 beside decimal commas.
    points_group: bool,
}

/// Marks of missing values, in lower case: those of pandas, and what instruments, C libraries and spreadsheets
/// write.
const MISSING: &[&str] = &[
    "",
    "na",
    "n/a",
    "n.a.",
    "<na>",
    "nan",
    "+nan",
    "-nan",
    "nan(ind)",
    "-nan(ind)",
    "+nan(ind)",
    "nan(snan)",
    "-nan(snan)",
    "1.#qnan",
    "-1.#qnan",
    "1.#ind",
    "-1.#ind",
    "1.#snan",
    "-1.#snan",
    "nat",
    "null",
    "<null>",
    "none",
    "nil",
    "missing",
    "#n/a",
    "#n/a n/a",
    "#na",
    "#num!",
    "#div/0!",
    "#value!",
    "#ref!",
    "#name?",
    "#null!",
    "-",
    "--",
    "---",
    "\u{2013}",
    "\u{2014}",
    ".",
    "..",
    "?",
    "*",
];

/// Whether a field marks a missing value.
pub(in super::super) fn is_missing(field: &str) -> bool {
    let field = field.trim();
    field.len() <= 12 && MISSING.contains(&field.to_ascii_lowercase().as_str())
}

/// Whether a field is neither a number, under some reading, nor a mark of a missing value.
pub(in super::super) fn is_text(field: &str) -> bool {
    let field = field.trim();
    let truth = field.eq_ignore_ascii_case("true") || field.eq_ignore_ascii_case("false");
    !(is_missing(field) || is_number(field) || truth)
}

impl Numbers {
    /// A reader of the fields between separators `separator`, before any field was seen.
    pub(super) fn new(separator: u8) -> Self {
        // Where semicolons separate, commas are decimal signs: that is why they do.
        Self { sign: Sign::Unknown, commas_group: separator != b';', points_group: false }
    }

    /// The reader that a sample of rows calls for, and what is to be said of it.
    pub(super) fn learn(rows: &[StringRecord], separator: u8) -> (Self, Option<String>) {
        let mut numbers = Self::new(separator);
        let (mut comma, mut point, mut bare) = (false, false, None);
        for field in rows.iter().flat_map(StringRecord::iter).map(str::trim) {
            // Points alone tell no more than once.
            let tells = field.contains(',') || !point && field.contains('.');
            if !tells || !is_number(field) {
                continue;
            }
            match (field.rfind(','), field.rfind('.')) {
                (Some(c), Some(p)) if c > p => {
                    comma = true;
                    numbers.points_group = true;
                }
                (None, Some(_)) if !grouped(field, '.') => point = true,
                (Some(_), Some(_)) => point = true,
                (Some(_), None) if !grouped(field, ',') => comma = true,
                (Some(_), None) if field.matches(',').count() == 1 => bare = bare.or(Some(field.to_owned())),
                _ => {}
            }
        }
        numbers.sign = match (comma, point) {
            (true, false) => Sign::Comma,
            (false, true) => Sign::Point,
            _ => Sign::Unknown,
        };
        let note = bare.filter(|_| !comma && !point).map(|field| match numbers.commas_group {
            true => format!(
                "`{field}` is read as {}: every comma is followed by three digits, so that it parts thousands",
                field.replace(',', "")
            ),
            false => format!(
                "`{field}` is read as {}: where semicolons separate, commas are decimal signs",
                field.replace(',', ".")
            ),
        });
        (numbers, note)
    }

    pub(super) fn read(&mut self, field: &str) -> Field {
        let field = field.trim();
        if self.sign != Sign::Comma
            && let Ok(value) = field.parse::<f64>()
        {
            if value.is_nan() {
                return Field::Missing;
            }
            if self.sign == Sign::Unknown && field.contains('.') {
                self.sign = Sign::Point;
            }
            return Field::Number(value);
        }
        match field {
            _ if is_missing(field) => Field::Missing,
            _ if field.eq_ignore_ascii_case("true") => Field::Number(1.0),
            _ if field.eq_ignore_ascii_case("false") => Field::Number(0.0),
            _ => self.unusual(field),
        }
    }

    /// A number that Rust would not write so.
    fn unusual(&mut self, field: &str) -> Field {
        if field.parse::<f64>().is_ok() && !field.contains('.') {
            return plain(field);
        }
        if !is_number(field) {
            return plain(field);
        }
        let (comma, grouping) = match (field.rfind(','), field.rfind('.')) {
            (Some(c), Some(p)) => (c > p, true),
            (Some(_), None) if !grouped(field, ',') => (true, false),
            (Some(_), None) if field.matches(',').count() > 1 => (false, true),
            (Some(_), None) => match self.sign {
                Sign::Unknown => (!self.commas_group, self.commas_group),
                known => (known == Sign::Comma, known == Sign::Point),
            },
            (None, Some(_)) if grouped(field, '.') && self.points_group => (true, true),
            (None, Some(_)) => (false, false),
            (None, None) => return plain(field),
        };
        // A group of thousands alone does not settle the sign.
        let sign = if comma { Sign::Comma } else { Sign::Point };
        match self.sign {
            Sign::Unknown => self.sign = sign,
            known if known != sign => return Field::MixedDecimals,
            _ => {}
        }
        let text = match (comma, grouping) {
            (true, true) => field.replace('.', "").replace(',', "."),
            (true, false) => field.replace(',', "."),
            (false, true) => field.replace(',', ""),
            (false, false) => field.to_owned(),
        };
        plain(&text)
    }
}

/// A number without commas: with a true minus sign, Fortran's exponents, or thousands set apart by blanks or
/// apostrophes.
fn plain(field: &str) -> Field {
    if let Ok(value) = field.parse::<f64>() {
        return if value.is_nan() { Field::Missing } else { Field::Number(value) };
    }
    match tidy(field).parse::<f64>() {
        Ok(value) => Field::Number(value),
        Err(_) => match field.to_ascii_lowercase().as_str() {
            "1.#inf" | "+1.#inf" => Field::Number(f64::INFINITY),
            "-1.#inf" => Field::Number(f64::NEG_INFINITY),
            _ => Field::Text,
        },
    }
}

fn tidy(field: &str) -> String {
    let mut text = field.replace('\u{2212}', "-");
    for apart in ['\'', '\u{2019}', ' ', '\u{a0}', '\u{202f}', '\u{2009}'] {
        if text.contains(apart) && grouped(&text, apart) {
            text = text.replace(apart, "");
        }
    }
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || c == '.');
    match text.find(['d', 'D']) {
        Some(at) if digit(text[..at].chars().last()) => {
            let rest = &text[at + 1..];
            if rest.trim_start_matches(['+', '-']).bytes().all(|b| b.is_ascii_digit()) {
                return format!("{}e{rest}", &text[..at]);
            }
            text
        }
        _ => text,
    }
}

/// Whether a field is a number under some reading of its commas and points.
pub(super) fn is_number(field: &str) -> bool {
    let number = |text: &str| matches!(plain(text), Field::Number(_));
    if !field.contains(',') {
        return number(field) || grouped(field, '.') && number(&field.replace('.', ""));
    }
    match (field.rfind(','), field.rfind('.')) {
        (Some(c), Some(p)) if c > p => {
            grouped(&field[..c], '.')
                && field.matches(',').count() == 1
                && number(&field.replace('.', "").replace(',', "."))
        }
        (Some(_), Some(p)) => grouped(&field[..p], ',') && number(&field.replace(',', "")),
        _ if grouped(field, ',') => number(&field.replace(',', "")),
        _ => field.matches(',').count() == 1 && !field.ends_with(',') && number(&field.replace(',', ".")),
    }
}

/// Whether the signs `by` can part thousands: one to three digits (no zero first), then groups of three.
fn grouped(field: &str, by: char) -> bool {
    let digits = field.trim_start_matches(['+', '-', '\u{2212}']);
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != by).unwrap_or(digits.len());
    let mut groups = digits[..end].split(by);
    let first = groups.next().unwrap_or_default();
    let mut more = 0;
    let threes = groups.all(|g| {
        more += 1;
        g.len() == 3
    });
    threes && more > 0 && (1..=3).contains(&first.len()) && !first.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sample: &[&str], separator: u8) -> Vec<Field> {
        let rows: Vec<StringRecord> = sample.iter().map(|f| StringRecord::from(vec![*f])).collect();
        let (mut numbers, _) = Numbers::learn(&rows, separator);
        sample.iter().map(|f| numbers.read(f)).collect()
    }

    fn values(sample: &[&str], separator: u8) -> Vec<f64> {
        let value = |f| if let Field::Number(v) = f { v } else { panic!("{sample:?}: {f:?}") };
        read(sample, separator).into_iter().map(value).collect()
    }

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!(values(&["1,000", "12"], b'\t'), [1000.0, 12.0]);
        assert_eq!(values(&["1,234.5", "2,443", "7"], b','), [1234.5, 2443.0, 7.0]);
        assert_eq!(values(&["1,234,567", "-1,000"], b'\t'), [1_234_567.0, -1000.0]);
        assert_eq!(values(&["1,000", "0,335"], b'\t'), [1.0, 0.335]);
        assert_eq!(values(&["1,000", "2,25"], b'\t'), [1.0, 2.25]);
        assert_eq!(values(&["1,234"], b';'), [1.234]);
        assert_eq!(values(&["1.234,5", "1.234", "-0,5e3"], b';'), [1234.5, 1234.0, -500.0]);
        assert_eq!(values(&["1 234,5", "1\u{a0}000\u{a0}000"], b';'), [1234.5, 1e6]);
        assert_eq!(values(&["1'234.5", "\u{2212}2.5", "1.5D-03"], b','), [1234.5, -2.5, 1.5e-3]);
        assert_eq!(values(&["-1.#INF", "true", "FALSE", "+3"], b','), [f64::NEG_INFINITY, 1.0, 0.0, 3.0]);
        assert_eq!(read(&["1.5", "4,5"], b';')[1], Field::MixedDecimals);
        assert_eq!(read(&["0,5", "1.234"], b';')[1], Field::MixedDecimals);
        for text in ["1,2,3", "a", "12%", "1..2", "1,", "0x10", "1 2", "$5", "12 ms"] {
            assert_eq!(read(&[text], b';')[0], Field::Text, "{text}");
        }
    }

    #[test]
    fn marks_of_missing_values() {
        for text in MISSING {
            assert_eq!(read(&["0.5", text], b',')[1], Field::Missing, "{text}");
            assert_eq!(read(&["0,5", &text.to_uppercase()], b';')[1], Field::Missing, "{text}");
        }
    }
}
