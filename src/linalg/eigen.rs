//! Eigenvalues and singular values of dense real matrices.

use faer::{Mat, MatRef, c64};

/// Eigenvalues of a square matrix, by decreasing modulus (then decreasing real, imaginary part).
///
/// Returns `None` when the iteration does not converge, as with NaN entries.
pub fn eigenvalues(a: MatRef<f64>) -> Option<Vec<c64>> {
    let mut values = a.eigenvalues().ok()?;
    sort_by_modulus(&mut values);
    Some(values)
}

fn sort_by_modulus(values: &mut [c64]) {
    values.sort_by(|a, b| {
        let key = |z: &c64| (z.re.hypot(z.im), z.re, z.im);
        key(b).partial_cmp(&key(a)).unwrap_or(std::cmp::Ordering::Equal)
    });
}

/// Eigenvalues with right and left eigenvectors: `a r = v r`, `l^H a = v l^H`, each unit l2 norm.
pub struct Modes {
    /// Eigenvalues, by decreasing `order`.
    pub values: Vec<c64>,
    /// Right eigenvectors as columns.
    pub right: Mat<c64>,
    /// Left eigenvectors as columns.
    pub left: Mat<c64>,
}

/// Singular values, decreasing; `None` when the iteration does not converge.
pub fn singular_values(a: MatRef<f64>) -> Option<Vec<f64>> {
    a.singular_values().ok()
}
