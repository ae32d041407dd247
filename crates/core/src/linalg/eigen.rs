//! Eigenvalues, eigenvectors and singular values of dense real matrices.

use faer::linalg::solvers::DenseSolveCore;
use faer::{Mat, MatRef, Side, c64};
use std::cmp::Ordering;

/// Which eigenvalues come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Largest modulus first, for maps.
    Modulus,
    /// Largest real part first, for flows.
    RealPart,
}

impl Order {
    /// The order that puts the mode that decides stability first.
    pub fn of(flow: bool) -> Self {
        if flow { Self::RealPart } else { Self::Modulus }
    }

    fn compare(self, a: &c64, b: &c64) -> Ordering {
        let key = |z: &c64| match self {
            Self::Modulus => (z.re.hypot(z.im), z.re, z.im),
            Self::RealPart => (z.re, z.re.hypot(z.im), z.im),
        };
        key(b).partial_cmp(&key(a)).unwrap_or(Ordering::Equal)
    }
}

/// Eigenvalues of a square matrix in the given order.
///
/// `None` when the iteration does not converge, as with entries that are not finite.
///
/// ```
/// use nullcline_core::linalg::eigen::{Order, eigenvalues};
///
/// let a = faer::mat![[0.5, 0.0], [0.0, -2.0]];
/// assert_eq!(eigenvalues(a.as_ref(), Order::Modulus).unwrap()[0].re, -2.0);
/// assert_eq!(eigenvalues(a.as_ref(), Order::RealPart).unwrap()[0].re, 0.5);
/// ```
pub fn eigenvalues(a: MatRef<f64>, order: Order) -> Option<Vec<c64>> {
    if a.nrows() == 0 {
        return Some(Vec::new());
    }
    let mut values = a.eigenvalues().ok()?;
    values.sort_by(|a, b| order.compare(a, b));
    values.iter().all(|z| z.re.is_finite() && z.im.is_finite()).then_some(values)
}

/// Eigenvalues with their right and left eigenvectors: a r = v r, l^H a = v l^H.
///
/// Right eigenvectors have unit norm; left ones are scaled so that l^H r = 1, so that their norm is
/// the condition number of the eigenvalue.
pub struct Modes {
    /// Eigenvalues in order.
    pub values: Vec<c64>,
    /// Right eigenvectors, one a column.
    pub right: Mat<c64>,
    /// Left eigenvectors, one a column; none where the matrix is defective.
    pub left: Option<Mat<c64>>,
}

/// All modes of a square matrix in the given order; `None` as for [`eigenvalues`].
///
/// ```
/// use nullcline_core::linalg::eigen::{Order, modes};
///
/// // Eigenvectors (1, 0) and (1, -1) / sqrt 2: the left ones are as long as the eigenvalues are ill-conditioned.
/// let a = faer::mat![[2.0, 1.0], [0.0, 1.0]];
/// let found = modes(a.as_ref(), Order::Modulus).unwrap();
/// let left = found.left.unwrap();
/// assert!((found.values[0].re - 2.0).abs() < 1e-14 && (left.col(0).norm_l2() - 2f64.sqrt()).abs() < 1e-14);
/// ```
pub fn modes(a: MatRef<f64>, order: Order) -> Option<Modes> {
    let n = a.nrows();
    let eigen = a.eigen().ok()?;
    let raw: Vec<c64> = (0..n).map(|i| eigen.S().column_vector()[i]).collect();
    let mut index: Vec<usize> = (0..n).collect();
    index.sort_by(|&i, &j| order.compare(&raw[i], &raw[j]));
    let values: Vec<c64> = index.iter().map(|&i| raw[i]).collect();
    if !values.iter().all(|z| z.re.is_finite() && z.im.is_finite()) {
        return None;
    }
    let u = eigen.U();
    let mut right = Mat::from_fn(n, n, |r, c| u[(r, index[c])]);
    for c in 0..n {
        let size = right.col(c).norm_l2();
        right.col_mut(c).iter_mut().for_each(|v| *v /= size);
    }
    let inverse = right.partial_piv_lu().inverse();
    let left = Mat::from_fn(n, n, |r, c| inverse[(c, r)].conj());
    let finite = (0..n).all(|c| left.col(c).norm_l2() < 1e12);
    Some(Modes { values, right, left: finite.then_some(left) })
}

/// Eigenvalues, increasing, and orthonormal eigenvectors (columns) of the symmetric matrix whose lower triangle is that of `a`.
///
/// `None` as for [`eigenvalues`].
///
/// ```
/// use nullcline_core::linalg::eigen::symmetric;
///
/// let (values, vectors) = symmetric(faer::mat![[2.0, 0.0], [1.0, 2.0]].as_ref()).unwrap();
/// assert!((values[0] - 1.0).abs() < 1e-14 && (values[1] - 3.0).abs() < 1e-14);
/// assert!((vectors[(0, 1)] - vectors[(1, 1)]).abs() < 1e-14);
/// ```
pub fn symmetric(a: MatRef<f64>) -> Option<(Vec<f64>, Mat<f64>)> {
    let eigen = a.self_adjoint_eigen(Side::Lower).ok()?;
    let values: Vec<f64> = eigen.S().column_vector().iter().copied().collect();
    values.iter().all(|v| v.is_finite()).then(|| (values, eigen.U().to_owned()))
}

/// The eigenvalues of [`symmetric`] alone.
pub fn symmetric_values(a: MatRef<f64>) -> Option<Vec<f64>> {
    a.self_adjoint_eigenvalues(Side::Lower).ok().filter(|values| values.iter().all(|v| v.is_finite()))
}

/// Singular values, decreasing; `None` when the iteration does not converge.
///
/// ```
/// use nullcline_core::linalg::eigen::singular_values;
///
/// let found = singular_values(faer::mat![[0.0, 3.0], [-4.0, 0.0]].as_ref()).unwrap();
/// assert!((found[0] - 4.0).abs() < 1e-14 && (found[1] - 3.0).abs() < 1e-14);
/// ```
pub fn singular_values(a: MatRef<f64>) -> Option<Vec<f64>> {
    a.singular_values().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal_matrix, stream};

    #[test]
    fn modes_satisfy_their_equations() {
        let a = normal_matrix(&mut stream(5, Use::Fixture, 0), 7, 7);
        let m = modes(a.as_ref(), Order::Modulus).unwrap();
        let left = m.left.unwrap();
        let complex = Mat::from_fn(7, 7, |i, j| c64::new(a[(i, j)], 0.0));
        for k in 0..7 {
            let (r, l, v) = (m.right.col(k), left.col(k), m.values[k]);
            let residual = &complex * r - r * faer::Scale(v);
            assert!(residual.norm_l2() < 1e-12);
            let residual = complex.transpose() * l.conjugate() - l.conjugate() * faer::Scale(v);
            assert!(residual.norm_l2() < 1e-11);
        }
        assert_eq!(m.values, eigenvalues(a.as_ref(), Order::Modulus).unwrap());
    }
}
