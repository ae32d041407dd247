//! Why there is no estimate.

use crate::inference::gaussian::spectrum;

/// Why there is no estimate.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The matrix is no covariance: not square, not finite, or not symmetric.
    #[error(transparent)]
    Matrix(#[from] spectrum::Error),
    /// A variance is zero or negative; subnormal numbers, as they are or over the largest entry, count as zero.
    #[error("variable {index} has variance {variance:e}; variances must be positive")]
    Variance {
        /// The variable.
        index: usize,
        /// Its variance.
        variance: f64,
    },
    /// The penalty is negative or not finite.
    #[error("lambda is {0}; it must be finite and 0 or more")]
    Lambda(f64),
    /// Penalties of a path grow.
    #[error(
        "a path goes from the largest lambda to the smallest; number {0} (from 0) is larger than the one before"
    )]
    Order(usize),
    /// There is no maximum without a penalty.
    #[error("the covariance is singular, so that lambda = 0 has no solution; choose lambda > 0")]
    Singular,
    /// The objective has no minimum, for the matrix is no covariance and lambda does not make up for it.
    #[error(
        "variables {row} and {column} covary by more than their variances and lambda allow: the matrix is no covariance"
    )]
    Unbounded {
        /// First variable.
        row: usize,
        /// Second variable.
        column: usize,
    },
    /// The iteration ended above the tolerance: rounding, or a matrix that is no covariance and lambda too small for it.
    #[error(
        "after {iterations} Newton iterations the duality gap is {gap:.1e}, the tolerance {tolerance:.1e}; a matrix \
         that is not positive semidefinite, or close to singular, needs a larger lambda"
    )]
    NotConverged {
        /// The gap; infinite if no dual feasible point was met.
        gap: f64,
        /// The largest gap asked for.
        tolerance: f64,
        /// Iterations made.
        iterations: usize,
    },
}
