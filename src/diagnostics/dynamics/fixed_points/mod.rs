//! Fixed and slow points, certified, with an estimate of how many were missed.

mod certificate;
mod edge;
mod residual;
mod search;
mod solver;

pub use search::{Options, fixed_points};

use faer::{Mat, c64};

/// What a point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// F(x) = x (a map) or F(x) = 0 (a flow) to rounding.
    Fixed,
    /// A local minimum of the speed, below the threshold, that is not a fixed point.
    Slow,
}

impl Label {
    /// The word used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Slow => "slow",
        }
    }
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
    /// Radius in which exactly one fixed point is proven to lie, if it is.
    pub certified: Option<f64>,
    /// False for one of a continuum of fixed points, along which the derivative is singular.
    pub isolated: bool,
    /// Eigenvalues of dF/dx, leading first (largest modulus of a map, real part of a flow).
    pub eigenvalues: Vec<c64>,
    /// Number of eigenvalues with modulus above 1 (map) or real part above 0 (flow).
    pub unstable: usize,
    /// Modes of the leading eigenvalues.
    pub modes: Vec<Mode>,
    /// dF/du, n x d.
    pub input_jacobian: Mat<f64>,
    /// Starts of either search that ended here, deflated ones aside; 0 where only those did.
    pub hits: usize,
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
    /// Starts of the first search that ended nowhere.
    pub unconverged: usize,
    /// q where those stopped.
    pub unconverged_speeds: Vec<f64>,
    /// Isolated fixed points that the starts probably missed, by the Chao1 estimate from the hit
    /// counts, less those that only the deflated search found.
    pub expected_missed: f64,
    /// Starts of the second, deflated search.
    pub second_starts: usize,
    /// Fixed points that only the second search found.
    pub second_found: usize,
    /// Threshold of q for slow points.
    pub slow_threshold: f64,
    /// True for a flow.
    pub flow: bool,
}
