//! Signs of both exponents: no first one positive, the second negative where the first is zero and equal to it at a focus.

use super::{Comparison, EIGENVALUE, Measured};
use crate::common::*;
use crate::park2023::planar::exponents::Sign;
use crate::park2023::planar::grid::{Expected, Grid};

pub(super) fn signs(grid: &Grid, m: &Measured, c: &Comparison, tolerance: f64) -> Vec<Claim> {
    let total = grid.count();
    let zero: Vec<bool> = m.expected.iter().map(|e| *e == Expected::Turning).collect();
    let (inside, alike) = (grid.inner(&zero), grid.inner(&m.expected));
    let turning = |k: &usize| zero[*k] && inside[*k] && m.cells[*k].decided && m.cells[*k].sign == Sign::Zero;
    let turning: Vec<usize> = (0..total).filter(turning).collect();
    let resting = (0..total).filter(|k| m.expected[*k] == Expected::Origin && alike[*k]);
    let resting: Vec<usize> = resting.collect();
    let second = |k: &usize| m.cells[*k].exponents[1];
    let apart = |k: &usize| m.cells[*k].exponents[0] - second(k);
    vec![
        theory("no exponent is positive")
            .is("cells", Estimate::exceptions(c.positive, c.undecided, total))
            .predicted(0.0, 0.0),
        claim("where the first exponent is zero, the second is negative")
            .is(
                "cells farther than one cell from the boundary where it is not",
                Estimate::count(count(&turning, |k| second(k) >= -tolerance), turning.len()),
            )
            .predicted(0.0, 0.0),
        theory("where the origin is an attracting focus, both exponents are equal")
            .is(
                "largest difference farther than one cell from the boundary, nats per unit time",
                Estimate::exact(largest(list(&resting, apart)), resting.len()),
            )
            .predicted(0.0, EIGENVALUE),
        check("every cell's sign is decided")
            .is("cells whose error reaches the tolerance", Estimate::count(c.undecided, total))
            .predicted(0.0, 0.0),
    ]
}
