//! Arrays of files that are read whole as tables.

use std::ops::ControlFlow;
use std::path::Path;

use super::super::error::{Error, Problem};
use super::super::tensors::{self, Tensor};
use super::source::{Block, Part, Pick, Source, Taker, fits};
use super::{ColumnInfo, Kind, Schema, Values};

/// An array in memory: trials of rows of columns; one trial unless it has three dimensions.
pub(super) struct TensorFile {
    schema: Schema,
    tensor: Tensor,
    time: usize,
    columns: usize,
    /// Whether the first column is the trial.
    trials: bool,
}

/// The array asked for, or the only one that is a table.
pub(super) fn open(path: &Path, array: Option<&str>) -> Result<TensorFile, Error> {
    let file = tensors::read(path)?;
    let fail = |problem| Error::new(path, problem);
    let is_table = |t: &Tensor| (1..=3).contains(&t.shape.len()) && !t.data.is_empty();
    let mut tables: Vec<Tensor> = file.tensors.into_iter().filter(is_table).collect();
    let names = |tables: &[Tensor]| tables.iter().map(|t| t.name.clone()).collect::<Vec<_>>();
    let at = match array {
        Some(name) => tables
            .iter()
            .position(|t| t.name == name)
            .ok_or_else(|| fail(Problem::MissingArray { name: name.into(), arrays: names(&tables) }))?,
        None if tables.len() == 1 => 0,
        None if tables.is_empty() => return Err(fail(Problem::NoRows { rows: 0, columns: 0 })),
        None => return Err(fail(Problem::AmbiguousArray { arrays: names(&tables) })),
    };
    TensorFile::new(tables.swap_remove(at), file.format).map_err(fail)
}

impl TensorFile {
    fn new(tensor: Tensor, format: &'static str) -> Result<Self, Problem> {
        let (time, columns, trials) = match tensor.shape[..] {
            [_, time, columns] => (time, columns, true),
            [rows, columns] => (rows, columns, false),
            _ => (tensor.data.len(), 1, false),
        };
        fits(columns)?;
        let number = |name: String| ColumnInfo { name, kind: Kind::Number };
        let own = (0..columns).map(|k| number(format!("{}{k}", tensor.name)));
        let all = trials.then(|| number("trial".into())).into_iter().chain(own).collect();
        let rows = Some(tensor.data.len() / columns.max(1));
        let array_name = Some(tensor.name.clone());
        let schema = Schema { columns: all, rows, format, array_name, index: vec![], notes: vec![] };
        Ok(Self { schema, tensor, time, columns, trials })
    }
}

impl Source for TensorFile {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn visit(&mut self, picks: &[Pick], rows: usize, f: &mut Taker<'_>) -> Result<(), Error> {
        let (all, first) = (self.schema.rows.unwrap_or(0), usize::from(self.trials));
        for start in (0..all).step_by(rows) {
            let range = start..all.min(start + rows);
            let value = |row: usize, column: usize| match column.checked_sub(first) {
                None => (row / self.time.max(1)) as f64,
                Some(k) => self.tensor.data[row * self.columns + k],
            };
            let part = |p: &Pick| {
                let values = range.clone().map(|row| value(row, p.column));
                let values = match p.text {
                    true => Values::Text(values.map(|v| v.to_string()).collect()),
                    false => Values::Number(values.collect()),
                };
                Part { values, nulls: 0 }
            };
            let block = Block { rows: range.len(), parts: picks.iter().map(part).collect() };
            if let ControlFlow::Break(()) = f(block)? {
                break;
            }
        }
        Ok(())
    }
}
