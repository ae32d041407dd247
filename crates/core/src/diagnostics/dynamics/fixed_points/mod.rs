//! Fixed and slow points, certified, with an estimate of how many were missed.

mod census;
mod certificate;
mod contraction;
mod critical;
mod describe;
mod edge;
mod ends;
pub mod exact;
mod kinks;
mod levenberg;
mod options;
mod pieces;
mod residual;
mod rounds;
mod search;
mod solver;
mod stability;
mod starts;
mod unseen;

pub use exact::{Method, Reason, Undecided};
pub use kinks::{Kinks, Ray};
pub use options::Options;
pub use search::fixed_points;
pub use stability::Stability;

use faer::{Mat, c64};
use schemars::JsonSchema;
use serde::Serialize;

/// What a point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// F(x) = x (a map) or F(x) = 0 (a flow) to rounding.
    Fixed,
    /// A local minimum of the speed, below the threshold, that is not a fixed point.
    Slow,
}

named! {
    Label:
    Self::Fixed => "fixed",
    Self::Slow => "slow",
}

/// One mode of the linearisation.
#[derive(Clone, Debug)]
pub struct Mode {
    /// Eigenvalue.
    pub value: c64,
    /// -1 / growth rate, in units of the system's time: the time in which the mode shrinks by e;
    /// negative for a growing mode.
    pub time_constant: f64,
    /// Right eigenvector of unit norm.
    pub right: Vec<c64>,
    /// Left eigenvector l with l^H r = 1; none where the Jacobian is defective.
    pub left: Option<Vec<c64>>,
}

/// A fixed or slow point.
#[derive(Clone, Debug)]
pub struct FixedPoint {
    /// Fixed or slow.
    pub label: Label,
    /// The state, n.
    pub state: Vec<f64>,
    /// q = |F(x) - x|^2 / 2 of a map, |F(x)|^2 / 2 of a flow, at `state` itself.
    pub speed: f64,
    /// Radius in which exactly one fixed point is proven to lie, if it is: by the Newton-Kantorovich theorem, or by an
    /// enumeration that knows all points.
    pub certified: Option<f64>,
    /// False for one of a continuum of fixed points, along which the derivative is singular.
    pub isolated: bool,
    /// True where the derivative of F(x) - x is singular to rounding, and F(x) - x changes sign across the
    /// point, or is exactly zero in the origin.
    pub critical: bool,
    /// Whether states near the point return to it.
    pub stability: Stability,
    /// What the pieces around the point do, where units are at their kinks.
    pub kinks: Option<Kinks>,
    /// Eigenvalues of dF/dx, leading first (largest modulus of a map, real part of a flow); at kinks those of
    /// one piece.
    pub eigenvalues: Vec<c64>,
    /// Number of eigenvalues with modulus above 1 (map) or real part above 0 (flow) by more than rounding; at kinks of
    /// the piece that holds a leaving ray, 0 where there is none.
    pub unstable: usize,
    /// Modes of the leading eigenvalues.
    pub modes: Vec<Mode>,
    /// dF/du, n x d.
    pub input_jacobian: Mat<f64>,
    /// Starts that know no other point and ended here; 0 where only starts from other points did.
    pub hits: usize,
    /// The first start of the first search that ended here; none where none did.
    pub start: Option<Vec<f64>>,
}

impl FixedPoint {
    /// The rate that decides stability, largest modulus (map) or real part (`flow`), where eigenvalues are those of the
    /// system: NaN at a kink.
    pub fn leading(&self, flow: bool) -> f64 {
        let first = self.eigenvalues.first().filter(|_| self.kinks.is_none());
        first.map_or(f64::NAN, |z| if flow { z.re } else { z.re.hypot(z.im) })
    }

    /// The stability, of a fixed point.
    pub fn verdict(&self) -> Option<Stability> {
        (self.label == Label::Fixed).then_some(self.stability)
    }

    /// The number of unstable directions, where it is known: not where a kink leaves stability open.
    pub fn unstable_directions(&self) -> Option<usize> {
        (self.stability != Stability::UndecidedAtKink).then_some(self.unstable)
    }
}

/// A local minimum of q above the threshold where many starts end: a ghost.
#[derive(Clone, Debug)]
pub struct Region {
    /// The state of least q.
    pub state: Vec<f64>,
    /// q there.
    pub speed: f64,
    /// Starts of the first search that ended there.
    pub starts: usize,
}

/// The indices of the points beside the degree of the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Index {
    /// Sum of sign det(I - F_x) of a map, det(-F_x) of a flow, over the points found.
    pub sum: i32,
    /// What it is over all points.
    pub degree: i32,
}

impl Index {
    /// Number of points that are missing at least.
    ///
    /// Formula: |degree - sum|, since a regular point has the index 1 or -1 (Lefschetz's fixed-point theorem).
    ///
    /// ```
    /// use nullcline_core::diagnostics::dynamics::fixed_points::Index;
    ///
    /// // Two stable points of index 1 alone: the saddle between them is missing.
    /// assert_eq!(Index { sum: 2, degree: 1 }.missing(), 1);
    /// ```
    pub fn missing(self) -> u32 {
        self.sum.abs_diff(self.degree)
    }
}

/// The rounds that followed the first search.
#[derive(Clone, Copy, Debug)]
pub struct Rounds {
    /// Their number.
    pub count: usize,
    /// Whether the last found nothing new, and nothing tells of further points.
    pub saturated: bool,
    /// Whether several in a row found none of the points that are expected, and the search gave up; if neither,
    /// the budget was spent.
    pub quiet: bool,
}

/// What an enumeration of all fixed points did, where one applies.
#[derive(Clone, Debug)]
pub struct Proof {
    /// By which theorem.
    pub method: Method,
    /// Points proven to exist.
    pub found: usize,
    /// Proven: there are no others.
    pub complete: bool,
    /// Where the proof fails; empty where only the work was too much.
    pub undecided: Vec<Undecided>,
    /// Operations done, about.
    pub work: u64,
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct FixedPoints {
    /// Isolated fixed points by number of unstable modes, a sample of any continuum of them, then
    /// slow points.
    pub points: Vec<FixedPoint>,
    /// The constant input.
    pub input: Vec<f64>,
    /// Starts of the first search.
    pub starts: usize,
    /// Starts of the first search that ended at no point.
    pub unconverged: usize,
    /// q where those stopped, in no order.
    pub unconverged_speeds: Vec<f64>,
    /// Isolated fixed points that were probably missed: an estimate from how often the others were found, and
    /// no less than the indices prove to be missing.
    pub expected_missed: f64,
    /// True where it is proven that there are no other fixed points.
    pub complete: bool,
    /// The enumeration by which it is, or what kept it from that; none where none applies.
    pub proof: Option<Proof>,
    /// The sum of the points' indices and what it must be, where both are known.
    pub index: Option<Index>,
    /// The degree of the rule; where it is not zero, there is a fixed point.
    pub degree: Option<i32>,
    /// Whether F(-x) = -F(x), so that points come in pairs.
    pub odd: bool,
    /// Starts of the rounds that followed.
    pub second_starts: usize,
    /// Fixed points that only those found.
    pub second_found: usize,
    /// The rounds.
    pub rounds: Rounds,
    /// Where starts that found no point gathered, most starts first.
    pub regions: Vec<Region>,
    /// Threshold of q for slow points.
    pub slow_threshold: f64,
    /// True for a flow.
    pub flow: bool,
}

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By the proof that there are no other points.
    Proof,
    /// No round found anything new.
    NothingNew,
    /// Rounds found none of the points that are expected.
    GaveUp,
    /// The budget was spent.
    Budget,
    /// No rounds were asked for.
    FirstSearch,
}

named! {
    Ended:
    Self::Proof => "proof",
    Self::NothingNew => "nothing new",
    Self::GaveUp => "gave up",
    Self::Budget => "budget",
    Self::FirstSearch => "first search",
}

impl FixedPoints {
    /// How the search ended.
    ///
    /// ```
    /// use nullcline_core::diagnostics::dynamics::fixed_points::{Ended, Options, fixed_points};
    /// use nullcline_core::systems::{reference::Lorenz, time::Flow};
    ///
    /// // The Lorenz flow has three fixed points; it is no network, so that no enumeration proves that they are all.
    /// let flow = Flow::new(Lorenz::default(), 0.01);
    /// let states = faer::mat![[1.0, -5.0, 8.0], [2.0, -6.0, 9.0], [20.0, 25.0, 27.0]];
    /// let found = fixed_points(&flow, states.as_ref(), &[], &Options::for_dimension(3), &|| ());
    /// assert_eq!((found.points.len(), found.complete, found.proof.is_none()), (3, false, true));
    /// assert!(found.ended() == Ended::NothingNew && found.expected_missed < 0.5);
    /// ```
    pub fn ended(&self) -> Ended {
        match self.rounds {
            _ if self.complete => Ended::Proof,
            r if r.count == 0 => Ended::FirstSearch,
            r if r.saturated => Ended::NothingNew,
            r if r.quiet => Ended::GaveUp,
            _ => Ended::Budget,
        }
    }
}
