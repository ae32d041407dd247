//! Whether vectors multiply the stored weights as columns, W h, or as rows, h W.

use super::Error;
use super::entry::Entry;
use super::parts::LayerTensors;
use crate::systems::cells::CellKind;

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
    ///
    /// ```
    /// use nullcline_core::systems::checkpoint::Vectors;
    ///
    /// assert_eq!(Vectors::parse("row"), Some(Vectors::Row));
    /// assert_eq!(Vectors::parse("diagonal"), None);
    /// ```
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
/// The shape of W tells for gated cells, else that of U, units x inputs or inputs x units, and that of the `readout`,
/// outputs x units or units x outputs; it is an error where these contradict each other. All square tell nothing:
/// then `named` says whether the names are PyTorch's, whose weights multiply columns; for other names it is an error
/// that asks.
pub fn oriented(
    layer: &mut LayerTensors,
    readout: Option<&Entry>,
    cell: Option<&CellKind>,
    asked: Option<Vectors>,
    named: bool,
    said: &mut Vec<String>,
) -> Result<bool, Error> {
    let Some((rows, columns)) = layer.w.matrix() else { return Ok(false) };
    let gates = cell.map(|c| c.gates.len());
    let gated = |long: usize, short: usize| match gates {
        Some(g) => g > 1 && long == g * short,
        None => short > 0 && (long == 3 * short || long == 4 * short),
    };
    let units = rows.min(columns);
    let drives = if rows == columns { cell.map_or(1, |c| c.drives) * units } else { rows.max(columns) };
    let found = match (rows == columns, &layer.u) {
        (false, _) if gated(columns, rows) => Some(Vectors::Row),
        (false, _) => Some(Vectors::Column),
        (true, u) => {
            let by_readout = readout.and_then(|r| by_readout(r, units));
            match (u.as_ref().and_then(|u| by_inputs(u, drives)), by_readout) {
                (Some(one), Some(other)) if one != other && asked.is_none() && !symmetric(&layer.w) => {
                    return Err(contradiction(&layer.w, (u.as_ref(), one), (readout, other)));
                }
                (by_inputs, by_readout) => by_inputs.or(by_readout),
            }
        }
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
        (None, None) => return Err(undecided(layer, units)),
    };
    let by_u = layer.u.as_ref().is_some_and(|u| by_inputs(u, drives).is_some());
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
        (None, Some(u)) if rows == columns && by_u => {
            format!("as the shape of `{}` shows", u.name())
        }
        (None, _) if rows == columns => {
            format!("as the shape of `{}` shows", readout.map_or("", |r| r.name()))
        }
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

fn undecided(layer: &LayerTensors, units: usize) -> Error {
    let u = layer.u.as_ref().map_or("", |u| u.name());
    Error::Undecided(format!(
        "`{}` and `{u}` are both {units} x {units}, so that their shapes do not tell how vectors multiply them: \
         say --vectors column (W h + U u, a row of weights for each unit, as PyTorch stores them) or --vectors \
         row (h W + u U, as Keras and JAX do)",
        layer.w.name()
    ))
}

fn symmetric(w: &Entry) -> bool {
    w.turned().tensor.data == w.tensor.data
}

/// The error of two tensors whose shapes say different conventions.
fn contradiction(
    w: &Entry,
    (u, by_u): (Option<&Entry>, Vectors),
    (readout, by_readout): (Option<&Entry>, Vectors),
) -> Error {
    let says = |tensor: Option<&Entry>, vectors: Vectors| {
        let (name, shape) = tensor.map_or(("", &[][..]), |t| (t.name(), &t.tensor.shape[..]));
        let how = if vectors == Vectors::Row { "rows (h W)" } else { "columns (W h)" };
        format!("`{name}` of shape {shape:?} that they are {how}")
    };
    Error::Undecided(format!(
        "how vectors multiply `{}` is said twice and differently: {} and {}; say --vectors column or --vectors row",
        w.name(),
        says(u, by_u),
        says(readout, by_readout)
    ))
}

/// What the shape of the read-out says, of a network of so many units.
fn by_readout(readout: &Entry, units: usize) -> Option<Vectors> {
    match readout.matrix()? {
        (r, c) if c == units && r != units => Some(Vectors::Column),
        (r, c) if r == units && c != units => Some(Vectors::Row),
        _ => None,
    }
}

/// What the shape of the input weights says, for `drives` rows of them in columns' convention.
fn by_inputs(u: &Entry, drives: usize) -> Option<Vectors> {
    match u.matrix()? {
        (r, c) if r == drives && c != drives => Some(Vectors::Column),
        (r, c) if c == drives && r != drives => Some(Vectors::Row),
        _ => None,
    }
}
