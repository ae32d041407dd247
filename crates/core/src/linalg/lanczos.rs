//! The ends of the spectrum of a symmetric operator that is known by its products alone.

use super::eigen::symmetric;
use super::random::{Use, normal, stream};
use super::{col, col_mut, gemm, norm};
use faer::{Accum, Mat, MatMut, MatRef};

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
    let mut rng = stream(0, Use::Tangent, n as u64);
    let start: Vec<f64> = (0..n).map(|_| normal(&mut rng)).collect();
    let apply = |x: MatRef<f64>, mut y: MatMut<f64>| apply(col(x, 0), col_mut(y.as_mut(), 0));
    iterate(&start, most, 10, apply, |known| {
        let found = [known.end(0), known.end(known.values.len() - 1)];
        let largest = found.iter().fold(0.0f64, |m, e| m.max(e.value.abs()));
        (known.last || found.iter().all(|e| e.residual <= tolerance * largest)).then_some(found)
    })
}

/// What some steps of the method know of an operator: eigenvalues, increasing, of its restriction to the space they span.
pub(super) struct Known<'a> {
    /// An orthonormal basis of that space, n x k.
    basis: MatRef<'a, f64>,
    /// The eigenvalues.
    pub values: Vec<f64>,
    /// Their vectors in the basis, k x k.
    vectors: Mat<f64>,
    /// The length of what the operator adds to the space.
    beyond: f64,
    /// Whether no step follows: the space is one that the operator keeps, or as large as was asked for.
    pub last: bool,
}

impl Known<'_> {
    /// The `j`-th eigenvalue and how far it may be from one of the operator.
    pub fn end(&self, j: usize) -> End {
        let k = self.values.len();
        End { value: self.values[j], residual: self.beyond * self.vectors[(k - 1, j)].abs() }
    }

    /// Writes the vector of the `j`-th eigenvalue to `to` (n).
    pub fn vector(&self, j: usize, to: &mut [f64]) {
        let to = MatMut::from_column_major_slice_mut(to, self.basis.nrows(), 1);
        gemm(to, Accum::Replace, self.basis, self.vectors.as_ref().subcols(j, 1));
    }
}

/// Lanczos' method with full reorthogonalisation from `start` (n, not zero), in `most` products at most; `settled` is asked every
/// `every` products and at the end, until it has an answer.
///
/// `apply(x, y)` writes A x to `y`, both n x 1. `None` where a product is not finite, or `settled` has no answer.
pub(super) fn iterate<R>(
    start: &[f64],
    most: usize,
    every: usize,
    mut apply: impl FnMut(MatRef<f64>, MatMut<f64>),
    mut settled: impl FnMut(&Known<'_>) -> Option<R>,
) -> Option<R> {
    let n = start.len();
    let most = most.min(n);
    if most == 0 {
        return None;
    }
    let mut basis = Mat::<f64>::zeros(n, most);
    let mut w = Mat::<f64>::zeros(n, 1);
    let mut overlap = Mat::<f64>::zeros(most, 1);
    let (mut diagonal, mut off): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    let size = norm(start);
    col_mut(basis.as_mut(), 0).iter_mut().zip(start).for_each(|(b, v)| *b = v / size);
    loop {
        let k = diagonal.len();
        apply(basis.as_ref().subcols(k, 1), w.as_mut());
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
        let beyond = norm(col(w.as_ref(), 0));
        if !beyond.is_finite() {
            return None;
        }
        let k = k + 1;
        let scale = diagonal.iter().chain(&off).fold(0.0f64, |m, v| m.max(v.abs()));
        let last = k == most || beyond <= f64::EPSILON * scale;
        if last || k % every == 0 {
            let t = Mat::from_fn(k, k, |i, j| match i.abs_diff(j) {
                0 => diagonal[i],
                1 => off[i.min(j)],
                _ => 0.0,
            });
            let (values, vectors) = symmetric(t.as_ref())?;
            let found = settled(&Known { basis: known, values, vectors, beyond, last });
            if last || found.is_some() {
                return found;
            }
        }
        off.push(beyond);
        let next = col_mut(basis.as_mut(), k);
        next.iter_mut().zip(col(w.as_ref(), 0)).for_each(|(b, w)| *b = w / beyond);
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
