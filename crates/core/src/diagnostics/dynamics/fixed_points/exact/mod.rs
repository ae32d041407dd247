//! Fixed points that are proven to be all there are.
//!
//! Networks of one nonlinearity have the fixed points a = W f(a) + c ([`Recurrence`]). Three routes lead to all
//! of them: a matrix whose symmetric part is below 1 leaves room for one only (`single`); the pieces of a
//! ReLU network are enumerated (`piecewise`); a matrix of low rank, or a few units, leave few unknowns, whose box
//! is searched by intervals (`low_rank`). Every rounding error is in the bounds.

mod band;
mod dictionary;
mod explore;
mod factors;
mod low_rank;
mod pieces;
mod piecewise;
mod reduced;
mod single;
mod verified;

use crate::linalg::activation::Activation;
use crate::systems::recurrence::Recurrence;
use crate::systems::time::System;

/// By which theorem the points are all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// W + W^T < 2 / max f': one point.
    Monotone,
    /// The network is linear.
    Linear,
    /// Every piece of a ReLU network was looked at.
    Pieces,
    /// The recurrent matrix has this rank, and a box of as many dimensions was searched.
    LowRank(usize),
    /// A box of all units, of which there are these few, was searched.
    Whole(usize),
}

named! {
    Method:
    Self::Monotone => "monotone",
    Self::Linear => "linear",
    Self::Pieces => "pieces",
    Self::LowRank(_) => "low rank",
    Self::Whole(_) => "whole space",
}

/// Why a place is undecided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A continuum of fixed points, proven.
    Continuum,
    /// The derivative is singular to rounding: a continuum, a double point or none.
    Singular,
    /// On a kink to rounding: none, one or two points.
    Kink,
}

named! {
    Reason:
    Self::Continuum => "continuum",
    Self::Singular => "singular",
    Self::Kink => "kink",
}

/// A place where fixed points could neither be proven nor excluded.
#[derive(Clone, Debug)]
pub struct Undecided {
    /// What is there.
    pub reason: Reason,
    /// A state of it.
    pub state: Vec<f64>,
}

/// What an enumeration found.
#[derive(Clone, Debug)]
pub struct Exact {
    /// States beside which isolated fixed points are proven to exist, one each.
    pub points: Vec<Vec<f64>>,
    /// Distances within which they do.
    pub radii: Vec<f64>,
    /// Proven: there are no others.
    pub complete: bool,
    /// Where the proof fails; empty where only the work was too much.
    pub undecided: Vec<Undecided>,
    /// The theorem.
    pub method: Method,
    /// Operations done, about.
    pub work: u64,
}

impl Exact {
    fn new(method: Method) -> Self {
        let (points, radii) = (Vec::new(), Vec::new());
        Self { points, radii, complete: false, undecided: Vec::new(), method, work: 0 }
    }
    /// Adds the point within `radius` of `state`.
    fn push(&mut self, state: Vec<f64>, radius: f64) {
        self.points.push(state);
        self.radii.push(radius);
    }
    /// Orders the points; `whole` says that nothing was left out.
    fn finish(&mut self, whole: bool) {
        let order = |a: &[f64], b: &[f64]| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal);
        let mut all: Vec<(Vec<f64>, f64)> = self.points.drain(..).zip(self.radii.drain(..)).collect();
        all.sort_by(|a, b| order(&a.0, &b.0));
        (self.points, self.radii) = all.into_iter().unzip();
        self.complete = whole && self.undecided.is_empty();
    }
}

/// Limits of an enumeration.
///
/// Defaults: 32 units of a ReLU network, rank 5, 8 units whatever the rank, and 4e10 operations, about a minute.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most ReLU units whose pieces are enumerated.
    pub units: usize,
    /// Highest rank that is searched by intervals.
    pub rank: usize,
    /// Most units of a network that is searched so whatever its rank, 8 at most.
    pub whole: usize,
    /// Operations, about, after which an enumeration is left incomplete.
    pub work: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { units: 32, rank: 5, whole: reduced::MOST, work: 40_000_000_000 }
    }
}

/// All fixed points of `system` under the constant `input`, where a method applies; complete or with the
/// reason why not. Results do not depend on the number of threads.
///
/// Shapes: `input` has d numbers; states of the answer have n. None where the system is no network of one nonlinearity, or too
/// large for every method.
///
/// ```
/// use faer::mat;
/// use nullcline_core::diagnostics::dynamics::fixed_points::exact::{Limits, Method, enumerate};
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::systems::{cells::Vanilla, time::Map};
///
/// // x = [W x + c]+ with inhibition that lets one unit win: two stable points and the saddle between them.
/// let mut cell = Vanilla::new(2, 1, Activation::Relu);
/// cell.params_mut().mat_mut(0).copy_from(mat![[1.0], [1.0]]);
/// cell.params_mut().mat_mut(1).copy_from(mat![[0.0, -2.0], [-2.0, 0.0]]);
/// let mut found = enumerate(&Map::new(cell), &[1.0], &Limits::default()).unwrap();
/// found.points.sort_by(|a, b| a[0].total_cmp(&b[0]));
/// assert_eq!((found.points.len(), found.complete, found.method), (3, true, Method::Pieces));
/// for (point, known) in found.points.iter().zip([[0.0, 1.0], [1.0 / 3.0; 2], [1.0, 0.0]]) {
///     assert!((point[0] - known[0]).abs() < 1e-12 && (point[1] - known[1]).abs() < 1e-12);
/// }
/// ```
pub fn enumerate(system: &dyn System, input: &[f64], limits: &Limits) -> Option<Exact> {
    let net = system.field().recurrence(input).filter(|r| r.zeros == system.is_flow())?;
    of_recurrence(&net, limits)
}

/// The same for the equation itself.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::fixed_points::exact::{Limits, of_recurrence};
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::systems::recurrence::Recurrence;
///
/// // a = 2 tanh(a) + 0.1: three solutions.
/// let (w, none) = (faer::mat![[2.0]], faer::Mat::<f64>::zeros(1, 0));
/// let net = Recurrence::new(w.as_ref(), none.as_ref(), &[], &[&[0.1]], Activation::Tanh);
/// let found = of_recurrence(&net, &Limits::default()).unwrap();
/// assert!(found.complete && found.points.len() == 3);
/// for x in found.points {
///     assert!((x[0] - (2.0 * x[0] + 0.1).tanh()).abs() < 1e-9);
/// }
/// ```
pub fn of_recurrence(net: &Recurrence, limits: &Limits) -> Option<Exact> {
    // Weights that are rounded are seen through by the enumeration of pieces alone.
    if net.rounded > 0.0 {
        let pieces = net.activation == Activation::Relu && net.dim() <= limits.units;
        return pieces.then(|| piecewise::enumerate(net, limits.work));
    }
    if let Some(one) = single::linear(net).or_else(|| single::monotone(net)) {
        return Some(one);
    }
    if net.activation == Activation::Relu && net.dim() <= limits.units {
        return Some(piecewise::enumerate(net, limits.work));
    }
    low_rank::enumerate(net, limits)
}
