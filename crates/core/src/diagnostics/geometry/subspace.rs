//! Directions and subspaces: angles between them, and how much of one lies in another.

use crate::linalg::{gemm, norm};
use faer::{Accum, Mat, MatRef};

/// An orthonormal basis of the columns' span, n x rank; singular values up to max(n, k) eps times the largest are null.
///
/// `None` where the iteration does not converge, as with values that are not finite.
///
/// ```
/// use nullcline_core::diagnostics::geometry::subspace::span;
///
/// // Three columns in a plane.
/// let a = faer::mat![[1.0, 0.0, 1.0], [0.0, 2.0, 2.0], [0.0, 0.0, 0.0]];
/// let q = span(a.as_ref()).unwrap();
/// assert_eq!(q.ncols(), 2);
/// assert!((q.transpose() * &q - faer::Mat::<f64>::identity(2, 2)).norm_max() < 1e-14);
/// ```
pub fn span(a: MatRef<f64>) -> Option<Mat<f64>> {
    let (n, k) = (a.nrows(), a.ncols());
    if n == 0 || k == 0 {
        return Some(Mat::zeros(n, 0));
    }
    if !a.norm_max().is_finite() {
        return None;
    }
    let svd = a.thin_svd().ok()?;
    let s = svd.S().column_vector();
    let least = n.max(k) as f64 * f64::EPSILON * s[0];
    let rank = (0..s.nrows()).filter(|i| s[*i] > least).count();
    Some(svd.U().subcols(0, rank).to_owned())
}

/// Principal angles between the spans of the columns of `a` and `b`, in degrees, ascending, as many as the smaller span
/// has dimensions.
///
/// Cosines are the singular values of Qa^T Qb, sines those of (I - Qa Qa^T) Qb: each is taken where it is
/// accurate, so that an angle of 1e-10 is one (Björck & Golub 1973). `None` for values that are not finite, other numbers
/// of rows, or a span of nothing.
///
/// ```
/// use nullcline_core::diagnostics::geometry::subspace::principal_angles;
///
/// // Two planes that share the first axis; the other directions are 30 degrees apart.
/// let (s, c) = 30f64.to_radians().sin_cos();
/// let a = faer::mat![[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]];
/// let b = faer::mat![[2.0, 0.0], [0.0, c], [0.0, s]];
/// let angles = principal_angles(a.as_ref(), b.as_ref()).unwrap();
/// assert!(angles[0].abs() < 1e-12 && (angles[1] - 30.0).abs() < 1e-12);
/// ```
pub fn principal_angles(a: MatRef<f64>, b: MatRef<f64>) -> Option<Vec<f64>> {
    if a.nrows() != b.nrows() {
        return None;
    }
    let (mut qa, mut qb) = (span(a)?, span(b)?);
    if qa.ncols() < qb.ncols() {
        std::mem::swap(&mut qa, &mut qb);
    }
    if qb.ncols() == 0 {
        return None;
    }
    let transposed = qa.transpose().to_owned();
    let mut inner = Mat::zeros(qa.ncols(), qb.ncols());
    gemm(inner.as_mut(), Accum::Replace, transposed.as_ref(), qb.as_ref());
    let cosines = inner.singular_values().ok()?;
    let mut along = Mat::zeros(qb.nrows(), qb.ncols());
    gemm(along.as_mut(), Accum::Replace, qa.as_ref(), inner.as_ref());
    let mut sines = (qb - along).singular_values().ok()?;
    sines.reverse();
    Some(sines.iter().zip(&cosines).map(|(s, c)| s.atan2(*c).to_degrees()).collect())
}

/// The angle between two vectors in degrees, 0 to 180, accurate at both ends (Kahan 2006); NaN where one is zero.
///
/// Formula: 2 atan2(|u' - v'|, |u' + v'|) of the unit vectors u', v'.
///
/// ```
/// use nullcline_core::diagnostics::geometry::subspace::angle;
///
/// assert!((angle(&[1.0, 0.0], &[-1.0, 1.0]) - 135.0).abs() < 1e-12);
/// assert!((angle(&[1.0, 0.0], &[1.0, 1e-12]).to_radians() - 1e-12).abs() < 1e-24);
/// ```
pub fn angle(u: &[f64], v: &[f64]) -> f64 {
    let (a, b) = (norm(u), norm(v));
    if !(a > 0.0 && b > 0.0) {
        return f64::NAN;
    }
    let length = |sign: f64| u.iter().zip(v).map(|(u, v)| (u / a + sign * v / b).powi(2)).sum::<f64>().sqrt();
    (2.0 * length(-1.0).atan2(length(1.0))).to_degrees()
}

/// Coordinates Q^T v of `v` (n) on an orthonormal `basis`, n x k.
pub fn coordinates(basis: MatRef<f64>, v: &[f64]) -> Vec<f64> {
    (0..basis.ncols()).map(|k| basis.col(k).iter().zip(v).map(|(q, v)| q * v).sum()).collect()
}

/// The projection Q Q^T v of `v` (n) on the span of an orthonormal `basis`, n x k.
///
/// ```
/// use nullcline_core::diagnostics::geometry::subspace::{coordinates, projection, share};
///
/// let plane = faer::mat![[1.0, 0.0], [0.0, 0.6], [0.0, 0.8]];
/// let v = [3.0, 5.0, 0.0];
/// assert_eq!(coordinates(plane.as_ref(), &v), [3.0, 3.0]);
/// for (found, known) in projection(plane.as_ref(), &v).iter().zip([3.0, 1.8, 2.4]) {
///     assert!((found - known).abs() < 1e-12);
/// }
/// assert!((share(plane.as_ref(), &v) - 18.0 / 34.0).abs() < 1e-15);
/// ```
pub fn projection(basis: MatRef<f64>, v: &[f64]) -> Vec<f64> {
    let c = coordinates(basis, v);
    (0..basis.nrows()).map(|i| c.iter().enumerate().map(|(k, c)| basis[(i, k)] * c).sum()).collect()
}

/// |Q^T v|^2 / |v|^2, the share of `v` inside the span of an orthonormal `basis`; NaN for a zero vector.
pub fn share(basis: MatRef<f64>, v: &[f64]) -> f64 {
    (norm(&coordinates(basis, v)) / norm(v)).powi(2)
}

/// The angle in degrees between the projections of two vectors on the span of an orthonormal `basis`.
///
/// ```
/// use nullcline_core::diagnostics::geometry::subspace::{angle, angle_within};
///
/// // At right angles in space, one direction in the plane.
/// let plane = faer::mat![[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]];
/// let (u, v) = ([1.0, 0.0, 1.0], [1.0, 0.0, -1.0]);
/// assert!((angle(&u, &v) - 90.0).abs() < 1e-12 && angle_within(plane.as_ref(), &u, &v) < 1e-12);
/// ```
pub fn angle_within(basis: MatRef<f64>, u: &[f64], v: &[f64]) -> f64 {
    angle(&coordinates(basis, u), &coordinates(basis, v))
}
