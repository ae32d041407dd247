//! What every format of tables does: tell its columns, and give blocks of rows.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::super::error::{Error, Problem};
use super::super::steady::{self, Held};
use super::csv::is_text;
use super::types::MOST_COLUMNS;
use super::{Schema, Values};

/// A column to read.
#[derive(Clone, Copy, Debug)]
pub(in crate::io) struct Pick {
    /// Its index in the schema; never one of [`Kind::Other`](super::Kind::Other).
    pub column: usize,
    /// Read it as text, numbers to the last digit. Otherwise formats without types read it as numbers; those with
    /// types go by these.
    pub text: bool,
}

/// Consecutive rows of the picked columns.
pub(in crate::io) struct Block {
    pub rows: usize,
    pub parts: Vec<Part>,
}

/// Some values of one column.
pub(in crate::io) struct Part {
    pub values: Values,
    pub nulls: usize,
}

impl Part {
    pub(in crate::io) fn empty(text: bool) -> Self {
        Self { values: if text { Values::Text(Vec::new()) } else { Values::Number(Vec::new()) }, nulls: 0 }
    }

    pub(in crate::io) fn len(&self) -> usize {
        match &self.values {
            Values::Number(values) => values.len(),
            Values::Text(values) => values.len(),
        }
    }

    pub(in crate::io) fn push_whole(&mut self, value: u64) {
        match &mut self.values {
            Values::Number(values) => values.push(value as f64),
            Values::Text(values) => values.push(value.to_string()),
        }
    }

    pub(in crate::io) fn push_number(&mut self, value: f64) {
        match &mut self.values {
            Values::Number(values) => values.push(value),
            Values::Text(values) => values.push(value.to_string()),
        }
    }

    pub(in crate::io) fn push_text(&mut self, value: String) {
        match &mut self.values {
            Values::Text(values) => values.push(value),
            Values::Number(values) => values.push(f64::NAN),
        }
    }

    pub(in crate::io) fn push_missing(&mut self) {
        self.nulls += 1;
        match &mut self.values {
            Values::Number(values) => values.push(f64::NAN),
            Values::Text(values) => values.push(String::new()),
        }
    }

    /// Bytes that the values take.
    pub(in crate::io) fn bytes(&self) -> u64 {
        match &self.values {
            Values::Number(values) => 8 * values.len() as u64,
            Values::Text(values) => values.iter().map(|v| (size_of::<String>() + v.len()) as u64).sum(),
        }
    }

    pub(in crate::io) fn append(&mut self, new: Part) {
        self.nulls += new.nulls;
        match (&mut self.values, new.values) {
            (Values::Number(all), Values::Number(more)) => all.extend(more),
            (Values::Text(all), Values::Text(more)) => all.extend(more),
            // Formats with types keep to what their schema said.
            (all, more) => *all = more,
        }
    }
}

/// Why reading stopped: the file, or whoever takes the rows.
pub(in crate::io) enum Stopped {
    File(Problem),
    Caller(Error),
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        Self::File(problem)
    }
}

impl Stopped {
    /// The error, of the file at `path`.
    pub(in crate::io) fn told(self, path: &Path) -> Error {
        match self {
            Self::File(problem) => Error::new(path, problem),
            Self::Caller(error) => error,
        }
    }
}

/// Takes blocks of rows, and says whether it wants more.
pub(in crate::io) type Taker<'a> = dyn FnMut(Block) -> Result<ControlFlow<()>, Error> + 'a;

/// A file of a table.
pub(in crate::io) trait Source {
    /// What the table holds.
    fn schema(&self) -> &Schema;

    /// Gives the picked columns to `f`, at most `rows` (at least 1) rows at a time, in order, until it has enough.
    fn visit(&mut self, picks: &[Pick], rows: usize, f: &mut Taker<'_>) -> Result<(), Error>;

    /// Which of the picks that are read as numbers hold text somewhere; formats with types have none.
    fn texts(&mut self, picks: &[Pick]) -> Result<Vec<bool>, Error> {
        Ok(vec![false; picks.len()])
    }
}

/// A file of which no block is given once it is another than when it was opened.
pub(in crate::io) struct Watched {
    pub path: PathBuf,
    pub source: Box<dyn Source>,
    pub _held: Held,
}

impl Source for Watched {
    fn schema(&self) -> &Schema {
        self.source.schema()
    }

    fn visit(&mut self, picks: &[Pick], rows: usize, f: &mut Taker<'_>) -> Result<(), Error> {
        let path = &self.path;
        let result = self.source.visit(picks, rows, &mut |block| {
            steady::check(path)?;
            f(block)
        });
        // What was read of two files may be any error.
        steady::check(path)?;
        result
    }

    fn texts(&mut self, picks: &[Pick]) -> Result<Vec<bool>, Error> {
        self.source.texts(picks)
    }
}

/// Fails at more columns than a table may have, before each is given a name.
pub(in crate::io) fn fits(columns: usize) -> Result<(), Problem> {
    let (found, limit) = (columns as u64, MOST_COLUMNS as u64);
    match columns {
        0..=MOST_COLUMNS => Ok(()),
        _ => Err(Problem::TooLarge { place: "the table".into(), unit: "columns", found, limit }),
    }
}

/// The error for a column of text that was asked for as numbers, `before` rows into the table.
pub(in crate::io) fn first_text(column: &str, values: &[String], before: usize) -> Problem {
    // A column is text from its first text on: what stands before may be numbers.
    let text = values.iter().position(|v| is_text(v));
    let row = text.or_else(|| values.iter().position(|v| !v.is_empty())).unwrap_or(0);
    let value = values.get(row).map(|v| excerpt(v)).unwrap_or_default();
    Problem::TextValue { column: column.into(), row: before + row + 1, value }
}

/// At most 60 characters of a value, for a message.
pub(in crate::io) fn excerpt(value: &str) -> String {
    value.chars().take(60).collect()
}

/// An error if two columns share a name or there is none.
pub(in crate::io) fn unique_names(schema: &Schema) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    match schema.columns.iter().find(|c| !seen.insert(c.name.as_str())) {
        Some(twice) => Err(Problem::DuplicateColumn { name: twice.name.clone() }),
        None if schema.columns.is_empty() => {
            Err(Problem::NoRows { rows: schema.rows.unwrap_or(0), columns: 0 })
        }
        None => Ok(()),
    }
}
