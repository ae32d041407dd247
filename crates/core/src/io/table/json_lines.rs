//! Tables out as JSON lines: an object a row.

use std::io::{self, Write};

use serde_json::{Value, to_string};

use super::super::error::Problem;
use super::write::Cells;

/// Writes a row a line, each an object of all columns in their order (jsonlines.org).
///
/// # Errors
/// [`Problem::Io`] of `out`.
pub(super) fn encode(
    out: &mut (dyn Write + Send),
    columns: &[(&str, &Cells)],
    rows: usize,
) -> Result<(), Problem> {
    for row in 0..rows {
        for (k, (name, cells)) in columns.iter().enumerate() {
            let start = if k == 0 { '{' } else { ',' };
            let name = to_string(name).map_err(io::Error::from).map_err(Problem::writing)?;
            write!(out, "{start}{name}:{}", cells.json(row)).map_err(Problem::writing)?;
        }
        out.write_all(b"}\n").map_err(Problem::writing)?;
    }
    out.flush().map_err(Problem::writing)
}

impl Cells {
    /// The value of a row; null where it is not finite.
    fn json(&self, row: usize) -> Value {
        match self {
            Self::Float(values) => values[row].into(),
            Self::Int(values) => values[row].into(),
            Self::Text(values) => values[row].as_str().into(),
            Self::Bool(values) => values[row].into(),
        }
    }
}
