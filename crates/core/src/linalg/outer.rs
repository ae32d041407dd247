//! Sums of outer products over many columns: the gradient of a matrix.

use super::{Real, SHARED, col, col_mut, width};
use faer::{MatMut, MatRef};
use pulp::{Simd, WithSimd};

/// Vectors in a column of a panel: with [`WIDEST`] columns of a tile, as many sums as registers allow.
const DEEP: usize = 2;
/// Columns of a tile.
const WIDEST: usize = 6;
/// Terms summed at once, so that a panel and what it meets stay in the nearest cache.
const TERMS: usize = 128;

/// `y += g x^T`, the sum over columns k of the outer products of g_k and x_k; a large `y` in two halves, on two
/// threads if called in rayon's pool, with the same bits.
///
/// Shapes: `y` is r x s, `g` is r x t, `x` is s x t.
///
/// # Panics
/// If the shapes differ from these.
pub fn add_outer<T: Real>(y: MatMut<T>, g: MatRef<T>, x: MatRef<T>) {
    assert_eq!((y.nrows(), y.ncols(), g.ncols()), (g.nrows(), x.nrows(), x.ncols()), "shapes");
    let part = |y, g| width::arch().dispatch(AddOuter { y, g, x });
    if y.nrows() * y.ncols() < SHARED || rayon::current_thread_index().is_none() {
        return part(y, g);
    }
    let half = y.nrows() / 2;
    let ((upper, lower), (above, below)) = (y.split_at_row_mut(half), g.split_at_row(half));
    rayon::join(|| part(upper, above), || part(lower, below));
}

struct AddOuter<'a, T> {
    y: MatMut<'a, T>,
    g: MatRef<'a, T>,
    x: MatRef<'a, T>,
}

impl<T: Real> WithSimd for AddOuter<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { mut y, g, x } = self;
        let (high, width) = (DEEP * T::lanes::<S>(), y.ncols());
        let mut panel = [[T::ZERO.splat(simd); DEEP]; TERMS];
        for first in (0..g.ncols()).step_by(TERMS) {
            let terms = TERMS.min(g.ncols() - first);
            let mut columns: [&[T]; TERMS] = [&[]; TERMS];
            for (k, c) in columns[..terms].iter_mut().enumerate() {
                *c = col(x, first + k);
            }
            let columns = &columns[..terms];
            for start in (0..g.nrows()).step_by(high) {
                let rows = high.min(g.nrows() - start);
                for (k, p) in panel[..terms].iter_mut().enumerate() {
                    load::<T, S>(simd, p, &col(g, first + k)[start..start + rows]);
                }
                let panel = &panel[..terms];
                let mut y = y.as_mut().subrows_mut(start, rows);
                for j in (0..width).step_by(WIDEST) {
                    match width - j {
                        1 => tile::<T, S, 1>(simd, panel, columns, j, y.as_mut()),
                        2 => tile::<T, S, 2>(simd, panel, columns, j, y.as_mut()),
                        3 => tile::<T, S, 3>(simd, panel, columns, j, y.as_mut()),
                        4 => tile::<T, S, 4>(simd, panel, columns, j, y.as_mut()),
                        5 => tile::<T, S, 5>(simd, panel, columns, j, y.as_mut()),
                        _ => tile::<T, S, WIDEST>(simd, panel, columns, j, y.as_mut()),
                    }
                }
            }
        }
    }
}

/// Two vectors from as many numbers or fewer.
#[inline(always)]
fn load<T: Real, S: Simd>(simd: S, out: &mut [T::Of<S>; DEEP], v: &[T]) {
    let whole = T::vectors::<S>(v);
    if whole.len() == DEEP {
        out.copy_from_slice(whole);
    } else {
        *out = [T::ZERO.splat(simd); DEEP];
        T::numbers_mut::<S>(out)[..v.len()].copy_from_slice(v);
    }
}

/// Columns `j`, ..., `j` + N - 1 of the result, in the rows of one panel.
#[inline(always)]
fn tile<T: Real, S: Simd, const N: usize>(
    simd: S,
    panel: &[[T::Of<S>; DEEP]],
    columns: &[&[T]],
    j: usize,
    mut y: MatMut<T>,
) {
    let mut sums = [[T::ZERO.splat(simd); DEEP]; N];
    for (a, x) in panel.iter().zip(columns) {
        let x = &x[j..j + N];
        for c in 0..N {
            let b = x[c].splat(simd);
            sums[c] = [T::mul_add(simd, a[0], b, sums[c][0]), T::mul_add(simd, a[1], b, sums[c][1])];
        }
    }
    for (c, sum) in sums.iter().enumerate() {
        let out = col_mut(y.as_mut(), j + c);
        if out.len() == DEEP * T::lanes::<S>() {
            for (o, s) in T::vectors_mut::<S>(out).iter_mut().zip(sum) {
                *o = T::sum(simd, *o, *s);
            }
        } else {
            for (o, s) in out.iter_mut().zip(T::numbers::<S>(sum)) {
                *o += *s;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::gemm;
    use crate::linalg::random::{Use, normal_matrix, stream};
    use faer::{Accum, Mat};

    fn check<T: Real>(tolerance: f64) {
        for (r, s, t) in [(1, 1, 1), (3, 2, 5), (16, 6, 128), (17, 7, 129), (50, 13, 300), (8, 12, 1)] {
            let mut rng = stream(1, Use::Fixture, (r * s * t) as u64);
            let mut draw = |r, c| {
                let m = normal_matrix(&mut rng, r, c);
                Mat::from_fn(r, c, |i, j| T::of(m[(i, j)]))
            };
            let (g, x, mut y) = (draw(r, t), draw(s, t), draw(r, s));
            let mut known = y.clone();
            gemm(known.as_mut(), Accum::Add, g.as_ref(), x.transpose());
            add_outer(y.as_mut(), g.as_ref(), x.as_ref());
            for j in 0..s {
                for i in 0..r {
                    assert!((y[(i, j)] - known[(i, j)]).to_f64().abs() < tolerance, "{r} {s} {t}: {i} {j}");
                }
            }
        }
    }

    #[test]
    fn agrees_with_a_product() {
        check::<f64>(1e-12);
        check::<f32>(1e-3);
    }
}
