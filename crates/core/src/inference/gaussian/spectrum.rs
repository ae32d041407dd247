//! Covariances as a gamma sweep needs them: eigenvalues, and another covariance in the same basis.

use crate::linalg::eigen::symmetric;
use crate::linalg::{col, col_mut, gemm, mirrored};
use faer::{Accum, Mat, MatRef};

/// Why a covariance cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// Not square, or empty.
    #[error("the covariance is {rows} x {columns}; it must be square, and at least 1 x 1")]
    NotSquare {
        /// Rows found.
        rows: usize,
        /// Columns found.
        columns: usize,
    },
    /// Two covariances of different sizes.
    #[error("the covariance has {found} variables, the one that it is compared with {expected}")]
    Size {
        /// Variables found.
        found: usize,
        /// Variables expected.
        expected: usize,
    },
    /// An entry is not finite.
    #[error("entry ({row}, {column}) of the covariance is not finite (rows and columns count from 1)")]
    NotFinite {
        /// Row from 1.
        row: usize,
        /// Column from 1.
        column: usize,
    },
    /// Not symmetric beyond rounding.
    #[error("entries ({row}, {column}) and ({column}, {row}) of the covariance differ by {difference:.1e}")]
    NotSymmetric {
        /// Row from 1.
        row: usize,
        /// Column from 1.
        column: usize,
        /// Difference to the mirror image.
        difference: f64,
    },
    /// A negative eigenvalue beyond rounding.
    #[error("the covariance has the eigenvalue {}; a covariance has none below zero", short(*.0))]
    Negative(f64),
    /// Nothing varies.
    #[error("the covariance has trace {0:e}; variables that never vary have no interactions")]
    Trace(f64),
    /// The eigendecomposition did not converge.
    #[error("the eigendecomposition of the covariance did not converge")]
    Eigen,
    /// alpha or gamma out of range.
    #[error("{name} is {value}; it must be a positive number")]
    Positive {
        /// Which parameter.
        name: &'static str,
        /// Its value.
        value: f64,
    },
}

/// Four digits, with an exponent where these would be mostly zeros.
fn short(v: f64) -> String {
    if (1e-3..1e6).contains(&v.abs()) {
        let digits = (3 - v.abs().log10().floor() as i32).max(0) as usize;
        format!("{v:.digits$}")
    } else {
        format!("{v:.3e}")
    }
}

/// Checks that a matrix is square, finite, and symmetric to `tolerance` of its largest entry, which it returns.
///
/// # Errors
/// The first fault found.
pub fn symmetric_within(c: MatRef<f64>, tolerance: f64) -> Result<f64, Error> {
    let n = c.nrows();
    if n != c.ncols() || n == 0 {
        return Err(Error::NotSquare { rows: n, columns: c.ncols() });
    }
    let mut largest = 0.0f64;
    for j in 0..n {
        for (i, v) in col(c, j).iter().enumerate() {
            if !v.is_finite() {
                return Err(Error::NotFinite { row: i + 1, column: j + 1 });
            }
            largest = largest.max(v.abs());
        }
    }
    for j in 0..n {
        for i in j + 1..n {
            let difference = (c[(i, j)] - c[(j, i)]).abs();
            if difference > tolerance * largest {
                return Err(Error::NotSymmetric { row: i + 1, column: j + 1, difference });
            }
        }
    }
    Ok(largest)
}

/// Checks a covariance: [`symmetric_within`] 1e-8, and something varies.
///
/// # Errors
/// The first fault found; signs of eigenvalues are left to [`Basis::new`].
///
/// ```
/// use nullcline_core::inference::gaussian::spectrum::{Error, check};
///
/// assert!(check(faer::mat![[1.0, 0.5], [0.5, 1.0]].as_ref()).is_ok());
/// assert!(matches!(check(faer::mat![[1.0, 0.5], [0.4, 1.0]].as_ref()), Err(Error::NotSymmetric { .. })));
/// assert!(matches!(check(faer::mat![[0.0, 0.0], [0.0, 0.0]].as_ref()), Err(Error::Trace(_))));
/// ```
pub fn check(c: MatRef<f64>) -> Result<(), Error> {
    symmetric_within(c, 1e-8)?;
    let n = c.nrows();
    let trace: f64 = (0..n).map(|i| c[(i, i)]).sum();
    // Where a variance is negative, the eigenvalue says more.
    if !(trace > 0.0) && (0..n).all(|i| !(c[(i, i)] < 0.0)) {
        return Err(Error::Trace(trace));
    }
    Ok(())
}

/// `c` scaled to trace n, the spherical constraint's.
///
/// ```
/// use nullcline_core::inference::gaussian::spectrum::rescaled;
///
/// assert_eq!(rescaled(faer::mat![[6.0, 1.0], [1.0, 2.0]].as_ref()), faer::mat![[1.5, 0.25], [0.25, 0.5]]);
/// ```
pub fn rescaled(c: MatRef<f64>) -> Mat<f64> {
    let n = c.nrows();
    let trace: f64 = (0..n).map(|i| c[(i, i)]).sum();
    let factor = n as f64 / trace;
    Mat::from_fn(n, n, |i, j| factor * c[(i, j)])
}

/// The eigenbasis of an empirical covariance, in which the couplings inferred from it are diagonal (eq. 2.8).
#[derive(Clone, Debug)]
pub struct Basis {
    /// Eigenvalues, increasing; those negative by rounding alone are zero.
    pub values: Vec<f64>,
    /// Eigenvectors, n x n, one a column.
    pub vectors: Mat<f64>,
}

impl Basis {
    /// The eigendecomposition of the covariance `c` (n x n).
    ///
    /// # Errors
    /// See [`check`]; eigenvalues below -1e-10 of the largest.
    ///
    /// ```
    /// use nullcline_core::inference::gaussian::spectrum::{Basis, Error};
    ///
    /// let basis = Basis::new(faer::mat![[2.0, 1.0], [1.0, 2.0]].as_ref()).unwrap();
    /// assert!((basis.values[0] - 1.0).abs() < 1e-14 && (basis.values[1] - 3.0).abs() < 1e-14);
    /// // What another covariance measures along them.
    /// let other = basis.diagonal_of(faer::mat![[5.0, 0.0], [0.0, 1.0]].as_ref()).unwrap();
    /// assert!((other[0] - 3.0).abs() < 1e-14);
    /// assert!(matches!(Basis::new(faer::mat![[1.0, 2.0], [2.0, 1.0]].as_ref()), Err(Error::Negative(_))));
    /// ```
    pub fn new(c: MatRef<f64>) -> Result<Self, Error> {
        check(c)?;
        let (mut values, vectors) = symmetric(c).ok_or(Error::Eigen)?;
        let largest = values[values.len() - 1];
        if values[0] < -1e-10 * largest.abs() {
            return Err(Error::Negative(values[0]));
        }
        // What rounding leaves of a zero eigenvalue.
        let noise = values.len() as f64 * f64::EPSILON * largest;
        values.iter_mut().filter(|v| **v < noise).for_each(|v| *v = 0.0);
        Ok(Self { values, vectors })
    }

    /// Diagonal of V^T `other` V: what another covariance (n x n) measures along the eigenvectors.
    ///
    /// # Errors
    /// [`Error::Size`].
    ///
    /// Source: C^{tr,rot} of eq. 2.24.
    pub fn diagonal_of(&self, other: MatRef<f64>) -> Result<Vec<f64>, Error> {
        let n = self.values.len();
        if other.nrows() != n || other.ncols() != n {
            return Err(Error::Size { found: other.nrows(), expected: n });
        }
        let mut product = Mat::zeros(n, n);
        gemm(product.as_mut(), Accum::Replace, other, self.vectors.as_ref());
        let dot = |j| -> f64 {
            let (v, w) = (col(self.vectors.as_ref(), j), col(product.as_ref(), j));
            v.iter().zip(w).map(|(v, w)| v * w).sum()
        };
        Ok((0..n).map(dot).collect())
    }

    /// V diag(`values`) V^T (n x n), symmetric.
    pub fn matrix(&self, values: &[f64]) -> Mat<f64> {
        let n = values.len();
        let mut scaled = Mat::zeros(n, n);
        for (j, value) in values.iter().enumerate() {
            let v = col(self.vectors.as_ref(), j);
            col_mut(scaled.as_mut(), j).iter_mut().zip(v).for_each(|(s, v)| *s = value * v);
        }
        let mut out = Mat::zeros(n, n);
        gemm(out.as_mut(), Accum::Replace, scaled.as_ref(), self.vectors.transpose());
        mirrored(out.as_ref())
    }
}

/// What a sweep over gamma goes through, whatever its length.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// Samples over variables, p / n.
    pub alpha: f64,
    /// Eigenvalues c_k of the empirical covariance.
    pub c: Vec<f64>,
    /// Variances of the test covariance along the same eigenvectors.
    pub t: Vec<f64>,
    /// sum c_k - n: zero for a rescaled covariance, where the sum itself would only be so to rounding.
    pub excess: f64,
}

impl Spectrum {
    /// Pairs eigenvalues with test variances.
    ///
    /// # Errors
    /// [`Error::Positive`] for alpha, [`Error::Size`] where the lengths differ, [`Error::Trace`].
    pub fn new(alpha: f64, c: Vec<f64>, t: Vec<f64>) -> Result<Self, Error> {
        if !(alpha > 0.0 && alpha.is_finite()) {
            return Err(Error::Positive { name: "alpha", value: alpha });
        }
        if c.is_empty() || t.len() != c.len() {
            return Err(Error::Size { found: t.len(), expected: c.len() });
        }
        if let Some(c) = c.iter().find(|c| !(**c >= 0.0 && c.is_finite())) {
            return Err(Error::Negative(*c));
        }
        let trace: f64 = c.iter().sum();
        if !(trace > 0.0) {
            return Err(Error::Trace(trace));
        }
        let n = c.len() as f64;
        let excess = if (trace - n).abs() <= 1e-12 * n { 0.0 } else { trace - n };
        Ok(Self { alpha, c, t, excess })
    }

    /// Variables.
    pub fn n(&self) -> usize {
        self.c.len()
    }
}
