//! Why there is no branch.

/// Why nothing could be followed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The state has the wrong length.
    #[error("the state has {found} numbers; the system takes {expected}")]
    Length {
        /// Numbers given.
        found: usize,
        /// Numbers expected.
        expected: usize,
    },
    /// The parameter of the start lies outside its range, or the range is none.
    #[error("the start has the parameter {p}; expected one from {low} to {high}")]
    OutOfRange {
        /// That of the start.
        p: f64,
        /// Least parameter.
        low: f64,
        /// Largest parameter.
        high: f64,
    },
    /// Newton's method found no fixed point near the start.
    #[error(
        "Newton's method finds no fixed point near the start: |F| stays at {residual:.1e}; give a state nearer to one"
    )]
    NoStart {
        /// |F(x) - x| of a map, |F(x)| of a flow, at the start.
        residual: f64,
    },
    /// The start is none of a curve.
    #[error(
        "the branch has no single direction at the start, nor beside it: it may be one of a continuum, which has no branches"
    )]
    NoDirection,
    /// There is no fixed point to begin from.
    #[error("no fixed point is known at the start")]
    NoPoints,
    /// There are fixed points, none of which is isolated.
    #[error(
        "none of the {found} fixed points at the start is isolated: they are part of a continuum, which has no branches"
    )]
    Continuum {
        /// Fixed points found.
        found: usize,
    },
    /// F or its derivatives are not finite at the start.
    #[error("F or its derivatives are not finite at the start; give a state where they are")]
    NotFinite,
    /// Asked of a flow alone.
    #[error("cycles born at a Hopf point need a flow; of a map follow the iterate that closes")]
    NoFlow,
    /// Asked of a map alone.
    #[error("iterates need a map; of a flow follow its cycles from a Hopf point")]
    NoMap,
    /// The point has no single direction in which it attracts, or repels.
    #[error("the point has {found} directions of that kind; a curve needs exactly one")]
    NoCurve {
        /// Such directions.
        found: usize,
    },
    /// The eigenvalue is too near to critical for a local curve.
    #[error("the eigenvalue {value} is critical to rounding: the point has no hyperbolic direction")]
    Critical {
        /// The eigenvalue.
        value: f64,
    },
    /// No cycle of small amplitude was found.
    #[error("no cycle of small amplitude was found at the Hopf point; it may be degenerate")]
    NoCycle,
}
