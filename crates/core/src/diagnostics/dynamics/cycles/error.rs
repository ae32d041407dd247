//! Why there is no cycle.

/// Why there is no cycle.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The state or the input has the wrong length.
    #[error("the {what} has {found} numbers; the system takes {expected}")]
    Length {
        /// Which argument.
        what: &'static str,
        /// Numbers given.
        found: usize,
        /// Numbers expected.
        expected: usize,
    },
    /// The trajectory left all bounds.
    #[error("the trajectory diverges (beyond 1e12 or not finite)")]
    Diverged,
    /// Newton's method found no closed orbit.
    #[error(
        "Newton's method found no closed orbit in {iterations} iterations: x(T) misses x by {residual:.1e} of its extent"
    )]
    NotConverged {
        /// |x(T) - x| relative to the extent of the orbit.
        residual: f64,
        /// Iterations made.
        iterations: usize,
    },
    /// The orbit shrank to a fixed point, or is one.
    #[error("the orbit shrinks to a fixed point")]
    Collapsed,
    /// A derivative is not finite.
    #[error("a Jacobian along the orbit is not finite")]
    NotFinite,
    /// Phase is asked of a map, or of an orbit that does not attract.
    #[error("asymptotic phase needs an attracting limit cycle of a flow")]
    NoPhase,
    /// A state does not go to the cycle.
    #[error("after {periods} periods the state is still {distance:.1e} of the cycle's extent away from it")]
    OtherBasin {
        /// Periods waited.
        periods: usize,
        /// Distance from the cycle, relative to its extent.
        distance: f64,
    },
}
