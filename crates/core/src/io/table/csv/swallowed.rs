//! Rows that a quoted cell has swallowed: a quote that is closed far below where it was meant to be.

use csv::StringRecord;

use super::super::super::error::Problem;
use super::super::source::excerpt;
use super::super::{ColumnInfo, Kind};
use super::numbers::{Field, Numbers};

/// How rows of the table look.
pub(super) struct Rows<'a> {
    pub columns: &'a [ColumnInfo],
    pub separator: char,
    pub numbers: Numbers,
}

impl Rows<'_> {
    /// Fails where a cell of several lines holds what is a row of the table: a line with all its fields, or the part of one before or
    /// behind the cell, and numbers where the table has some.
    pub(super) fn check(&self, record: &StringRecord, line: u64) -> Result<(), Problem> {
        let breaks = ['\n', '\r'];
        if !record.as_slice().contains(breaks) {
            return Ok(());
        }
        for (at, field) in record.iter().enumerate().filter(|(_, f)| f.contains(breaks)) {
            let lines: Vec<&str> = field.split(breaks).filter(|l| !l.is_empty()).collect();
            let last = lines.len().saturating_sub(1);
            let is_row = |(k, text): &(usize, &&str)| match *k {
                // The cell itself begins in the first line and ends in the last.
                0 => self.fits(text, at, self.columns.len(), Some(at)),
                k if k == last => self.fits(text, 0, at + 1, Some(at)),
                _ => self.fits(text, 0, self.columns.len(), None),
            };
            if let Some((_, text)) = lines.iter().enumerate().find(is_row) {
                let column = self.columns.get(at).map_or_else(String::new, |c| c.name.clone());
                return Err(Problem::SwallowedRows { line, column, text: excerpt(text) });
            }
        }
        Ok(())
    }

    /// Whether a line has fields for the columns `from..to`, and numbers in those that hold some, `cell` apart, at least one.
    fn fits(&self, line: &str, from: usize, to: usize, cell: Option<usize>) -> bool {
        let fields: Vec<&str> = line.split(self.separator).collect();
        if to > self.columns.len() || from + fields.len() != to || fields.len() < 2 {
            return false;
        }
        let numeric = |c: &usize| self.columns[*c].kind == Kind::Number && Some(*c) != cell;
        let read = |c: usize| {
            let mut numbers = self.numbers;
            numbers.read(fields[c - from].trim().trim_matches('"'))
        };
        let found: Vec<Field> = (from..to).filter(numeric).map(read).collect();
        let number = |f: &Field| matches!(f, Field::Number(_) | Field::MixedDecimals);
        found.iter().any(number) && found.iter().all(|f| number(f) || *f == Field::Missing)
    }
}
