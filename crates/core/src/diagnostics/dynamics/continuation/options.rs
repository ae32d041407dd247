//! Settings of a continuation.

/// Settings of a continuation. Lengths are in units in which the range of p and the norm of the first state (1 at
/// least) are 1.
#[derive(Clone, Debug)]
pub struct Options {
    /// Least parameter.
    pub low: f64,
    /// Largest parameter.
    pub high: f64,
    /// Largest |x|; beyond it the branch has diverged.
    pub bound: f64,
    /// What counts as length 1 of the state; its norm at the start, 1 at least, where none is given.
    pub state_scale: Option<f64>,
    /// First step.
    pub first_step: f64,
    /// Least step.
    pub min_step: f64,
    /// Largest step.
    pub max_step: f64,
    /// Angle between successive tangents that steps aim at, radians.
    pub angle: f64,
    /// Most points in each direction from the start.
    pub points: usize,
    /// Most branches of a diagram.
    pub branches: usize,
    /// How often the period of a map's cycles may double in a diagram.
    pub doublings: usize,
    /// Leading eigenvalues kept at each point.
    pub leading: usize,
}

impl Options {
    /// The defaults for p from `low` to `high`: |x| up to 1e6, steps of 1e-10 to 0.03 from 0.005, angles of 0.1, 2000 points, 32 branches,
    /// one doubling, 6 eigenvalues a point.
    pub fn between(low: f64, high: f64) -> Self {
        Self {
            low,
            high,
            bound: 1e6,
            state_scale: None,
            first_step: 0.005,
            min_step: 1e-10,
            max_step: 0.03,
            angle: 0.1,
            points: 2000,
            branches: 32,
            doublings: 1,
            leading: 6,
        }
    }
}
