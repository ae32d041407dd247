//! Whether the constants of a cell are in their ranges.

use super::Error;
use crate::systems::cells::{Cell, Constant};

/// Checks every constant of a cell whose first layer has `n` units.
pub(super) fn constants(cell: &Cell, n: usize) -> Result<(), Error> {
    let kind = cell.kind();
    if kind.has_tau() && cell.tau().len() != n {
        return Err(Error::TimeConstants { found: cell.tau().len(), units: n });
    }
    let (tau, dt) = (Constant::positive("tau"), Constant::positive("dt"));
    let own = kind.constants.iter().zip(cell.constants().iter().copied());
    let times = cell.tau().iter().map(|t| (&tau, *t));
    let step = cell.scheme().map(|s| (&dt, s.dt));
    match times.chain(own).chain(step).find(|(c, value)| !c.holds(*value)) {
        Some((c, value)) => Err(Error::Constant { name: c.name, value, expected: c.expected }),
        None => Ok(()),
    }
}
