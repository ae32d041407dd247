//! One step of a system with its products: a step of the map, or of the flow by any length.

use crate::systems::rule::{Point, Rule};
use crate::systems::time::System;
use crate::systems::time::dop853::Dop853;
use faer::{MatMut, MatRef};

/// How a state moves: by the map, or along the field by steps of any length.
#[derive(Clone, Copy)]
pub(super) enum Motion<'a> {
    Map(&'a dyn Rule),
    Flow(&'a dyn Rule),
}

impl<'a> Motion<'a> {
    pub(super) fn of(system: &'a dyn System) -> Self {
        if system.is_flow() { Self::Flow(system.field()) } else { Self::Map(system.step()) }
    }
    fn scheme(field: &dyn Rule, h: f64) -> Dop853<'_> {
        Dop853 { field, h }
    }
    pub(super) fn dim(&self) -> usize {
        match self {
            Self::Map(rule) | Self::Flow(rule) => rule.dim(),
        }
    }
    pub(super) fn inputs(&self) -> usize {
        match self {
            Self::Map(rule) | Self::Flow(rule) => rule.inputs(),
        }
    }
    pub(super) fn tape_rows(&self) -> usize {
        match self {
            Self::Map(rule) => rule.tape_rows(),
            Self::Flow(field) => Self::scheme(*field, 0.0).tape_rows(),
        }
    }
    pub(super) fn scratch_rows(&self) -> usize {
        match self {
            Self::Map(rule) => rule.scratch_rows(),
            Self::Flow(field) => Self::scheme(*field, 0.0).scratch_rows(),
        }
    }
    /// The state after a step of `h`, which a map ignores.
    pub(super) fn eval(
        &self,
        h: f64,
        x: MatRef<f64>,
        u: MatRef<f64>,
        y: MatMut<f64>,
        tape: MatMut<f64>,
        scratch: MatMut<f64>,
    ) {
        match self {
            Self::Map(rule) => rule.eval(x, u, y, tape, scratch),
            Self::Flow(field) => Self::scheme(*field, h).eval(x, u, y, tape, scratch),
        }
    }
    /// Tangents after the step, or cotangents before it if `back`.
    pub(super) fn product(
        &self,
        h: f64,
        back: bool,
        at: Point,
        v: MatRef<f64>,
        out: MatMut<f64>,
        scratch: MatMut<f64>,
    ) {
        match (self, back) {
            (Self::Map(rule), false) => rule.jvp(at, v, None, out, scratch),
            (Self::Map(rule), true) => rule.vjp(at, v, out, None, scratch),
            (Self::Flow(field), false) => Self::scheme(*field, h).jvp(at, v, out, scratch),
            (Self::Flow(field), true) => Self::scheme(*field, h).vjp(at, v, out, scratch),
        }
    }
}
