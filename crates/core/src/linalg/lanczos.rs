//! The ends of the spectrum of a symmetric operator that is known by its products alone.

use super::eigen::symmetric;
use super::random::{Use, normal, stream};
use super::{col, col_mut, gemm, norm};
use faer::{Accum, Mat};

/// An end of a spectrum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct End {
    /// The eigenvalue.
    pub value: f64,
    /// |A v - value v| of its unit vector: an eigenvalue is no farther.
    pub residual: f64,
}

/// The smallest and the largest eigenvalue of a symmetric operator on vectors of length `n`, by Lanczos' method with full
/// reorthogonalisation, in `most` products at most; earlier where both residuals are below `tolerance` times the largest modulus.
///
/// `apply(x, y)` writes A x to `y`. `None` for an empty operator or one whose products are not finite.
///
/// ```
/// use nullcline_core::linalg::lanczos::ends;
///
/// let d: Vec<f64> = (0..300).map(|i| f64::from(i) - 20.0).collect();
/// let apply = |x: &[f64], y: &mut [f64]| (0..300).for_each(|i| y[i] = d[i] * x[i]);
/// let [least, most] = ends(300, 200, 1e-12, apply).unwrap();
/// assert!((least.value + 20.0).abs() < 1e-8 && (most.value - 279.0).abs() < 1e-8);
/// ```
pub fn ends(
    n: usize,
    most: usize,
    tolerance: f64,
    mut apply: impl FnMut(&[f64], &mut [f64]),
) -> Option<[End; 2]> {
    let most = most.min(n);
    if most == 0 {
        return None;
    }
    let mut basis = Mat::<f64>::zeros(n, most);
    let mut w = Mat::<f64>::zeros(n, 1);
    let mut overlap = Mat::<f64>::zeros(most, 1);
    let (mut diagonal, mut off): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    let mut rng = stream(0, Use::Tangent, n as u64);
    let start = col_mut(basis.as_mut(), 0);
    start.iter_mut().for_each(|v| *v = normal(&mut rng));
    let size = norm(start);
    start.iter_mut().for_each(|v| *v /= size);
    loop {
        let k = diagonal.len();
        apply(col(basis.as_ref(), k), col_mut(w.as_mut(), 0));
        let known = basis.as_ref().subcols(0, k + 1);
        for pass in 0..2 {
            let mut c = overlap.as_mut().subrows_mut(0, k + 1);
            gemm(c.as_mut(), Accum::Replace, known.transpose(), w.as_ref());
            if pass == 0 {
                diagonal.push(c[(k, 0)]);
            }
            c.as_mut().col_mut(0).iter_mut().for_each(|v| *v = -*v);
            gemm(w.as_mut(), Accum::Add, known, c.as_ref());
        }
        let beta = norm(col(w.as_ref(), 0));
        if !beta.is_finite() {
            return None;
        }
        let k = k + 1;
        let scale = diagonal.iter().chain(&off).fold(0.0f64, |m, v| m.max(v.abs()));
        let full = k == most || beta <= f64::EPSILON * scale;
        if full || k % 10 == 0 {
            let t = Mat::from_fn(k, k, |i, j| match i.abs_diff(j) {
                0 => diagonal[i],
                1 => off[i.min(j)],
                _ => 0.0,
            });
            let (values, vectors) = symmetric(t.as_ref())?;
            let end = |j: usize| End { value: values[j], residual: beta * vectors[(k - 1, j)].abs() };
            let found = [end(0), end(k - 1)];
            let largest = found.iter().fold(0.0f64, |m, e| m.max(e.value.abs()));
            if full || found.iter().all(|e| e.residual <= tolerance * largest) {
                return Some(found);
            }
        }
        off.push(beta);
        let next = col_mut(basis.as_mut(), k);
        next.iter_mut().zip(col(w.as_ref(), 0)).for_each(|(b, w)| *b = w / beta);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::eigen::symmetric_values;
    use crate::linalg::random::normal_matrix;

    #[test]
    fn agrees_with_the_decomposition() {
        let a = normal_matrix(&mut stream(8, Use::Fixture, 0), 60, 60);
        let a = &a + a.transpose();
        let known = symmetric_values(a.as_ref()).unwrap();
        let [least, most] = ends(60, 60, 1e-13, |x, y| {
            (0..60).for_each(|i| y[i] = (0..60).map(|j| a[(i, j)] * x[j]).sum());
        })
        .unwrap();
        assert!((least.value - known[0]).abs() < 1e-10 && (most.value - known[59]).abs() < 1e-10);
        // Stopped early, the residual says how far an eigenvalue may be.
        let [_, early] = ends(60, 10, 0.0, |x, y| {
            (0..60).for_each(|i| y[i] = (0..60).map(|j| a[(i, j)] * x[j]).sum());
        })
        .unwrap();
        assert!(known.iter().any(|v| (v - early.value).abs() <= early.residual * 1.001));
    }
}
