//! Whether vectors multiply the stored weights as columns, W h, or as rows, h W.

use super::entry::Entry;
use super::names::LayerTensors;
use super::{CellKind, Error};

/// How vectors multiply stored weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vectors {
    /// W h: a row of weights for each unit, as PyTorch stores them.
    Column,
    /// h W: a column of weights for each unit, as Keras and JAX store them.
    Row,
}

impl Vectors {
    /// The convention of that name, `column` or `row`.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "column" | "columns" => Some(Self::Column),
            "row" | "rows" => Some(Self::Row),
            _ => None,
        }
    }
}

/// Turns the weights of a layer that are stored for row vectors; true if they were.
///
/// The shape of W tells for gated cells, else that of U: units x inputs or inputs x units. Both square tell nothing:
/// then `named` says whether the names are PyTorch's, whose weights multiply columns; for other names it is an error
/// that asks.
pub fn oriented(
    layer: &mut LayerTensors,
    cell: Option<CellKind>,
    asked: Option<Vectors>,
    named: bool,
    said: &mut Vec<String>,
) -> Result<bool, Error> {
    let Some((rows, columns)) = layer.w.matrix() else { return Ok(false) };
    let gates = cell.map(|c| c.gates().len());
    let gated = |long: usize, short: usize| match gates {
        Some(g) => g > 1 && long == g * short,
        None => short > 0 && (long == 3 * short || long == 4 * short),
    };
    let units = rows.min(columns);
    let drives = if rows == columns { cell.map_or(1, CellKind::drives) * units } else { rows.max(columns) };
    let found = match (rows == columns, &layer.u) {
        (false, _) if gated(columns, rows) => Some(Vectors::Row),
        (false, _) => Some(Vectors::Column),
        (true, Some(u)) => by_inputs(u, drives),
        (true, None) => None,
    };
    let square = layer.u.as_ref().and_then(Entry::matrix).is_some_and(|m| m == (drives, drives));
    let vectors = match (asked, found) {
        (Some(asked), _) => asked,
        (None, Some(found)) => found,
        (None, None) if named || units == 1 => Vectors::Column,
        (None, None) if !square => {
            if !symmetric(&layer.w) {
                said.push(format!(
                    "Nothing shows how vectors multiply `{}`: as columns, W h, is assumed (--vectors row: h W).",
                    layer.w.name()
                ));
            }
            Vectors::Column
        }
        (None, None) => {
            let u = layer.u.as_ref().map_or("", |u| u.name());
            return Err(Error::Undecided(format!(
                "`{}` and `{u}` are both {units} x {units}, so that their shapes do not tell how vectors multiply them: \
                 say --vectors column (W h + U u, a row of weights for each unit, as PyTorch stores them) or --vectors \
                 row (h W + u U, as Keras and JAX do)",
                layer.w.name()
            )));
        }
    };
    // Input weights alone may lie across: their shape says so.
    let across = layer.u.as_ref().is_some_and(|u| by_inputs(u, drives) == Some(Vectors::Row));
    if across || vectors == Vectors::Row && square {
        layer.u = layer.u.as_ref().map(Entry::turned);
    }
    if vectors == Vectors::Column {
        return Ok(false);
    }
    let why = match (asked, &layer.u) {
        (Some(_), _) => "as --vectors row says".to_owned(),
        (None, Some(u)) if rows == columns => format!("as the shape of `{}` shows", u.name()),
        _ => "as its shape shows".to_owned(),
    };
    said.push(format!(
        "`{}` is stored for row vectors (h W), {why}: it is turned{}.",
        layer.w.name(),
        if asked.is_none() { " (--vectors column keeps it)" } else { "" }
    ));
    layer.w = layer.w.turned();
    layer.second = layer.second.as_ref().map(Entry::turned);
    Ok(true)
}

fn symmetric(w: &Entry) -> bool {
    w.turned().tensor.data == w.tensor.data
}

/// What the shape of the input weights says, for `drives` rows of them in columns' convention.
fn by_inputs(u: &Entry, drives: usize) -> Option<Vectors> {
    match u.matrix()? {
        (r, c) if r == drives && c != drives => Some(Vectors::Column),
        (r, c) if c == drives && r != drives => Some(Vectors::Row),
        _ => None,
    }
}
