//! Numerical ground: everything that knows a corner of faer or of the random generators.

pub mod activation;
pub mod ball;
pub mod cholesky;
pub mod condition;
pub mod eigen;
mod elementary;
pub mod flag;
pub mod francis;
pub mod graded;
pub mod lanczos;
pub mod lu;
pub mod normals;
pub mod outer;
pub mod packed;
pub mod pointwise;
pub mod product;
pub mod qr;
pub mod random;
mod real;
pub mod solve;
pub mod spectral_norm;
pub mod steep;
mod vector;
pub mod wide;
pub mod width;

pub use real::{Precise, Real};

use faer::{Accum, Mat, MatMut, MatRef, Par, linalg::matmul::matmul};

/// `y = a b`, or `y += a b` with [`Accum::Add`], on the calling thread only.
///
/// Shapes: `a` is r x s, `b` is s x t, `y` is r x t.
///
/// ```
/// use faer::{Accum, mat};
/// use nullcline_core::linalg::gemm;
///
/// let mut y = mat![[1.0], [1.0]];
/// gemm(y.as_mut(), Accum::Add, mat![[1.0, 2.0], [3.0, 4.0]].as_ref(), mat![[1.0], [1.0]].as_ref());
/// assert_eq!(y, mat![[4.0], [8.0]]);
/// ```
pub fn gemm<T: Real>(mut y: MatMut<T>, accum: Accum, a: MatRef<T>, b: MatRef<T>) {
    let inner = a.ncols();
    if size_of::<T>() > 4 || inner <= 3 * PANEL / 2 || y.nrows().min(y.ncols()) < PANEL / 4 {
        return matmul(y, accum, a, b, T::ONE, Par::Seq);
    }
    let panel = inner.div_ceil(inner.div_ceil(PANEL));
    for first in (0..inner).step_by(panel) {
        let count = panel.min(inner - first);
        let accum = if first == 0 { accum } else { Accum::Add };
        let (a, b) = (a.subcols(first, count), b.subrows(first, count));
        matmul(y.as_mut(), accum, a, b, T::ONE, Par::Seq);
    }
}

/// Terms of a sum that products of single precision take at a time: faer cuts them for the last cache, and where that is large what it
/// cuts falls out of the nearer ones (1000 x 1000 by 1000 x 512 on an Emerald Rapids core: 109 GFLOP/s at once, 158 in panels).
const PANEL: usize = 256;

/// Entries of a matrix from which two threads share work whose time is that of going through it (measured on
/// two cores; a join costs about a microsecond).
const SHARED: usize = 1 << 17;

/// The symmetric matrix whose lower triangle is that of `m` (n x n).
pub fn mirrored(m: MatRef<f64>) -> Mat<f64> {
    Mat::from_fn(m.nrows(), m.ncols(), |i, j| m[(i.max(j), i.min(j))])
}

/// The state column that tangent column `j` belongs to, for `tangents` columns over `states` states.
pub fn state_of(j: usize, states: usize, tangents: usize) -> usize {
    j / (tangents / states)
}

/// Column `j` as a slice.
///
/// # Panics
/// If rows are not contiguous: every matrix in this crate is column-major.
pub fn col<T>(m: MatRef<'_, T>, j: usize) -> &[T] {
    m.col(j).try_as_col_major().expect("columns are contiguous").as_slice()
}

/// Column `j` as a mutable slice.
///
/// # Panics
/// If rows are not contiguous: every matrix in this crate is column-major.
pub fn col_mut<T>(m: MatMut<'_, T>, j: usize) -> &mut [T] {
    m.col_mut(j).try_as_col_major_mut().expect("columns are contiguous").as_slice_mut()
}

/// Runs `act` compiled for the widest vectors of this processor: for loops that the compiler vectorises.
///
/// The loops must be inlined into `act`; slices that they write come as arguments of a function that is
/// inlined too, so that the compiler knows them apart.
#[inline(always)]
pub fn vectorised<R>(act: impl FnOnce() -> R) -> R {
    width::arch().dispatch(act)
}

/// `v` in K parts of `n` entries; more may follow.
#[inline(always)]
pub fn parts<const K: usize, T>(v: &[T], n: usize) -> [&[T]; K] {
    std::array::from_fn(|k| &v[k * n..][..n])
}

/// `v` in K parts of `n` entries to be written; more may follow.
#[inline(always)]
pub fn parts_mut<const K: usize, T>(mut v: &mut [T], n: usize) -> [&mut [T]; K] {
    std::array::from_fn(|_| {
        let (part, rest) = std::mem::take(&mut v).split_at_mut(n);
        v = rest;
        part
    })
}

/// The power of two at or below `v`, within a range that keeps quotients by it finite: a unit that costs no digit. One for zero and
/// for what is not finite.
pub fn power(v: f64) -> f64 {
    if v > 0.0 && v.is_finite() { v.log2().floor().clamp(-1000.0, 1000.0).exp2() } else { 1.0 }
}

/// Euclidean norm of a vector.
pub fn norm<T: Real>(v: &[T]) -> f64 {
    v.iter().map(|v| v.to_f64().powi(2)).sum::<f64>().sqrt()
}

/// Frobenius norm of a matrix, an upper bound of its spectral norm.
pub fn frobenius<T: Real>(m: MatRef<T>) -> f64 {
    (0..m.ncols()).flat_map(|j| col(m, j)).map(|v| v.to_f64().powi(2)).sum::<f64>().sqrt()
}

/// Makes faer's high-level decompositions sequential, in the whole process: parallel work here is
/// over trajectories and starts, and results must not depend on the number of threads.
pub fn sequential() {
    faer::set_global_parallelism(Par::Seq);
}

#[cfg(test)]
mod tests {
    use super::random::{Use, normal_matrix, stream};
    use super::*;

    /// Sums of single precision in panels are those of double precision, to what their terms round to.
    #[test]
    fn products_in_panels_are_products() {
        let mut rng = stream(41, Use::Fixture, 0);
        for (r, s, t) in [(70, 384, 90), (70, 385, 90), (64, 1000, 64), (63, 1000, 63), (65, 2049, 70)] {
            let (a, b) = (normal_matrix(&mut rng, r, s), normal_matrix(&mut rng, s, t));
            let single = |m: &Mat<f64>| Mat::from_fn(m.nrows(), m.ncols(), |i, j| m[(i, j)] as f32);
            let (a, b) = (single(&a), single(&b));
            for (accum, first) in [(Accum::Replace, f32::NAN), (Accum::Add, 2.0)] {
                let mut y = Mat::from_fn(r, t, |_, _| first);
                gemm(y.as_mut(), accum, a.as_ref(), b.as_ref());
                let known = |i: usize, j: usize| {
                    let sum: f64 = (0..s).map(|k| f64::from(a[(i, k)]) * f64::from(b[(k, j)])).sum();
                    sum + if accum == Accum::Add { 2.0 } else { 0.0 }
                };
                let error = |i: usize, j: usize| (f64::from(y[(i, j)]) - known(i, j)).abs();
                let worst = (0..r).flat_map(|i| (0..t).map(move |j| error(i, j))).fold(0.0, f64::max);
                assert!(worst < 1e-6 * (s as f64), "{r} x {s} x {t}: {worst}");
            }
        }
    }
}
