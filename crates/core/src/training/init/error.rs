//! What can be wrong with an initialisation.

use super::Init;
use crate::systems::cells::CellKind;
use thiserror::Error;

/// Why a law does not go with an architecture; each message says what to do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum InitError {
    /// A law that means nothing for the cell.
    #[error("initialisation `{}` does not go with {} networks: {advice}", init.name(), cell.name)]
    Cell {
        /// The law.
        init: Init,
        /// The cell.
        cell: &'static CellKind,
        /// What to do.
        advice: &'static str,
    },
    /// An odd number of units.
    #[error("initialisation `pta` pairs the units into oscillators: {found} units, expected an even number")]
    Odd {
        /// Units.
        found: usize,
    },
}
