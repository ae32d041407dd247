//! What can be wrong with an architecture.

use crate::systems::cells::CellKind;
use thiserror::Error as ThisError;

/// Why cell, constants and units do not make a network; each message says what to do.
#[derive(Clone, Debug, PartialEq, ThisError)]
pub enum Error {
    /// A layer without units, or no layer.
    #[error("layers of {found:?} units, expected at least one layer and one unit in each")]
    Units {
        /// Units of the layers.
        found: Vec<usize>,
    },
    /// Several layers of a flow.
    #[error("{found} layers of a {} network, expected one: stack layers of a cell that is a map", cell.name)]
    Layers {
        /// The cell.
        cell: &'static CellKind,
        /// Layers asked for.
        found: usize,
    },
    /// A wrong number of time constants.
    #[error("{found} time constants tau for {units} units, expected one a unit")]
    TimeConstants {
        /// Their number.
        found: usize,
        /// Units.
        units: usize,
    },
    /// A constant outside its range.
    #[error("{name} is {value}, expected {expected}")]
    Constant {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: f64,
        /// The range.
        expected: &'static str,
    },
}
