//! The columns of a CSV: whether the first row names them, and which of them only count the rows.

use std::collections::HashSet;

use csv::StringRecord;

use super::super::{ColumnInfo, Kind};
use super::dialect::Dialect;
use super::numbers::{Field, Numbers};

/// What the first row and a sample of those below tell.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub columns: Vec<ColumnInfo>,
    /// The first row holds names.
    pub named: bool,
    /// Columns that name or count the rows.
    pub index: Vec<String>,
    /// What was decided and may be meant otherwise.
    pub notes: Vec<String>,
}

impl Head {
    pub(super) fn new(
        first: &StringRecord,
        rows: &[StringRecord],
        numbers: Numbers,
        dialect: &Dialect,
    ) -> Self {
        let mut head = Self::default();
        let sample = Sample { first, rows, numbers };
        let names = match dialect.named_by_comment(sample.width()) {
            Some(names) if sample.first_is_data(&mut vec![]) => names,
            _ if sample.first_is_data(&mut head.notes) => {
                let empty =
                    (0..first.len()).rev().take_while(|i| first[*i].trim().is_empty() && sample.is_empty(*i));
                (0..first.len() - empty.count()).map(|i| format!("c{i}")).collect()
            }
            _ => {
                head.named = true;
                first.iter().map(|f| f.trim().to_owned()).collect()
            }
        };
        head.name(names, &sample);
        head
    }

    fn name(&mut self, mut names: Vec<String>, sample: &Sample) {
        let mut width = sample.width();
        // Separators at the ends of lines make no columns.
        let nameless = |names: &[String], i: usize| names.get(i).is_none_or(String::is_empty);
        while width > 1 && nameless(&names, width - 1) && sample.is_empty(width - 1) {
            width -= 1;
        }
        if names.last().is_some_and(String::is_empty) && names.len() > width {
            names.truncate(width);
        }
        let row_names = self.named && names.len() + 1 == width && sample.all_differ(0);
        if row_names {
            names.insert(0, String::new());
        }
        let mut leading = true;
        for (i, name) in names.iter().enumerate() {
            leading &= name.is_empty();
            let kind = if sample.is_text(i) { Kind::Text } else { Kind::Number };
            let own = if name.is_empty() { format!("c{i}") } else { name.clone() };
            let unnamed =
                name.strip_prefix("Unnamed: ").is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()));
            let counts = kind == Kind::Text || sample.counts(i);
            // A nameless first column is an index as pandas writes it, `Unnamed: 0` the same read and written again.
            if (row_names && i == 0) || (leading && names.len() > 1 || unnamed) && counts {
                self.index.push(own.clone());
            }
            self.columns.push(ColumnInfo { name: own, kind });
        }
        if self.index.len() == self.columns.len() {
            self.index.clear();
        }
    }
}

/// The first row of a table, and some of those below.
struct Sample<'a> {
    first: &'a StringRecord,
    rows: &'a [StringRecord],
    numbers: Numbers,
}

impl Sample<'_> {
    /// Fields of most rows.
    fn width(&self) -> usize {
        let lengths: Vec<usize> = self.rows.iter().take(100).map(StringRecord::len).collect();
        let count = |n: &usize| lengths.iter().filter(|m| *m == n).count();
        lengths.iter().copied().max_by_key(|n| (count(n), *n == self.first.len())).unwrap_or(self.first.len())
    }

    fn read(&self, field: &str) -> Field {
        let mut numbers = self.numbers;
        numbers.read(field)
    }

    /// What the rows below say in one column.
    fn below(&self, column: usize) -> impl Iterator<Item = Field> + '_ {
        self.rows.iter().map(move |r| self.read(r.get(column).unwrap_or_default()))
    }

    fn is_empty(&self, column: usize) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(|r| r.get(column).unwrap_or_default().trim().is_empty())
    }

    /// More texts than numbers: one text among numbers is a mistake that is to be named.
    fn is_text(&self, column: usize) -> bool {
        let first = (self.rows.is_empty()).then(|| self.read(self.first.get(column).unwrap_or_default()));
        let (mut text, mut number) = (0usize, 0usize);
        for field in self.below(column).chain(first) {
            text += usize::from(field == Field::Text);
            number += usize::from(matches!(field, Field::Number(_) | Field::MixedDecimals));
        }
        text > number
    }

    fn values(&self, column: usize) -> impl Iterator<Item = f64> + '_ {
        self.below(column).filter_map(number)
    }

    fn rises(&self, column: usize) -> bool {
        let values: Vec<f64> = self.values(column).collect();
        values.len() == self.rows.len() && values.windows(2).all(|w| w[1] > w[0])
    }

    /// Whether no field of a column stands twice: R's names of rows do not.
    fn all_differ(&self, column: usize) -> bool {
        let mut seen = HashSet::new();
        self.rows.iter().all(|r| seen.insert(r.get(column).unwrap_or_default()))
    }

    /// Whole numbers, or numbers that rise from row to row.
    fn counts(&self, column: usize) -> bool {
        let whole = self.below(column).all(|f| number(f).is_some_and(|v| v.fract() == 0.0));
        whole || self.rises(column)
    }

    /// Is the first row data, and no names?
    fn first_is_data(&self, notes: &mut Vec<String>) -> bool {
        let fields: Vec<Field> = self.first.iter().map(|f| word(self.read(f), f)).collect();
        let texts: Vec<usize> = (0..fields.len()).filter(|i| fields[*i] == Field::Text).collect();
        let numbers: Vec<f64> = fields.iter().filter_map(|f| number(*f)).collect();
        let rises = numbers.windows(2).all(|w| w[1] > w[0]);
        if self.rows.is_empty() {
            return texts.is_empty();
        }
        if numbers.is_empty() && texts.is_empty() {
            return self.first.iter().any(|f| f.to_ascii_lowercase().contains("nan"));
        }
        if texts.is_empty() {
            // An index without a name stands first in front of numbers that are names.
            let index = self.first[0].trim().is_empty() && self.rises(0);
            return match fields.contains(&Field::Missing) {
                true => !index || !rises,
                false => !self.is_counted() && !self.are_ids(notes),
            };
        }
        // A text above numbers is a name. One above texts is, unless it stands there again or decimals beside it.
        let above = |i: &usize| self.is_text(*i) || self.values(*i).next().is_none();
        let again = |i: &usize| {
            let text = self.first[*i].trim();
            let word = fields[*i] != self.read(text) || self.is_text(*i);
            word && self.rows.iter().any(|r| r.get(*i).is_some_and(|f| f.trim() == text))
        };
        let whole = numbers.iter().all(|v| v.fract() == 0.0);
        texts.iter().any(again) || texts.iter().all(above) && !(whole || rises && numbers.len() > 1)
    }

    /// Is the first row 0, 1, ..., n-1 or 1, 2, ..., n as programs name columns, and no data?
    ///
    /// From 0 it is data if the row below continues it: n, n+1, ... where rows count on, 1, 2, ... where columns
    /// do.
    fn is_counted(&self) -> bool {
        let n = self.first.len();
        let from = |row: &StringRecord, start: usize| {
            row.iter().enumerate().all(|(i, f)| f.trim() == (start + i).to_string())
        };
        let below = &self.rows[0];
        n > 1 && from(self.first, 0) && !from(below, n) && !from(below, 1)
    }

    /// Are they numbers of cells: different whole numbers above columns of decimals, which do not go on from them?
    fn are_ids(&self, notes: &mut Vec<String>) -> bool {
        let fields: Vec<&str> = self.first.iter().map(str::trim).collect();
        let whole = |f: &&str| !f.is_empty() && f.bytes().all(|b| b.is_ascii_digit());
        let mut sorted = fields.clone();
        sorted.sort_unstable();
        sorted.dedup();
        if fields.len() < 2 || !fields.iter().all(whole) || sorted.len() < fields.len() {
            return false;
        }
        let shown = match fields.len() {
            ..=4 => fields.join(", "),
            n => format!("{}, {}, ..., {}", fields[0], fields[1], fields[n - 1]),
        };
        let decimals = |i: usize| {
            let (mut whole, mut other) = (0usize, 0usize);
            self.values(i).for_each(|v| if v.fract() == 0.0 { whole += 1 } else { other += 1 });
            other > whole
        };
        if !(0..fields.len()).all(decimals) {
            let rises = |row: &StringRecord| {
                let values: Vec<f64> = row.iter().filter_map(|f| number(self.read(f))).collect();
                values.windows(2).all(|w| w[1] > w[0])
            };
            if fields.len() > 2 && rises(self.first) && !self.rows.iter().take(20).all(rises) {
                notes.push(format!(
                    "The first row ({shown}) is taken as data; if it names the columns, write names with a letter"
                ));
            }
            return false;
        }
        let go_on = (0..fields.len()).all(|i| self.goes_on(i));
        notes.push(match go_on {
            true => format!(
                "The first row ({shown}) is taken as data, since the rows go on from it; if it names the columns, write \
                 names with a letter"
            ),
            false => format!("The first row ({shown}) is taken as the names of the columns: whole numbers above decimals"),
        });
        !go_on
    }

    /// Is a column smooth, and its first value near the second?
    fn goes_on(&self, column: usize) -> bool {
        let values: Vec<f64> = self.values(column).collect();
        let Some(first) = number(self.read(&self.first[column])) else { return false };
        let step = values.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f64::max);
        let (least, most) = values.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
        values.len() > 3 && step < 0.5 * (most - least) && (first - values[0]).abs() <= 2.0 * step
    }
}

fn number(field: Field) -> Option<f64> {
    if let Field::Number(v) = field { Some(v) } else { None }
}

/// `true` and `infinity` in a first row may be names.
fn word(field: Field, text: &str) -> Field {
    let letters = text.trim().starts_with(char::is_alphabetic);
    match field {
        Field::Number(v) if letters && v.is_finite() => Field::Text,
        Field::MixedDecimals => Field::Number(f64::NAN),
        other => other,
    }
}
