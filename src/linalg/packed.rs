//! Products with a matrix that is used again and again, kept in the order in which they read it.

use super::{Real, col, col_mut};
use faer::{MatMut, MatRef};
use pulp::{Arch, Simd, WithSimd};

/// Vectors in a column of a panel: with [`WIDEST`] columns of a tile, as many sums as registers allow.
const DEEP: usize = 2;
/// Columns of a tile.
const WIDEST: usize = 6;
/// Rows packed at once of a transposed matrix, so that what is written stays in the nearest cache.
const STRIP: usize = 64;

/// The affine map x -> b + A_1 x_1 + A_2 x_2 + ..., its matrices side by side.
///
/// Stored in panels of as many rows as two vector registers hold, column after column: a product reads
/// it from end to end.
#[derive(Clone, Debug)]
pub struct Packed<T> {
    data: Vec<T>,
    bias: Vec<T>,
    rows: usize,
    inner: usize,
    /// Rows of a panel.
    high: usize,
}

/// Of no rows.
impl<T> Default for Packed<T> {
    fn default() -> Self {
        Self { data: Vec::new(), bias: Vec::new(), rows: 0, inner: 0, high: 1 }
    }
}

impl<T: Real> Packed<T> {
    /// Keeps `blocks` (of equal heights, each column-major or the transpose of such) and the sum of
    /// `biases`. Allocates only where it has not held as much before.
    pub fn pack(&mut self, blocks: &[MatRef<T>], biases: &[&[T]]) {
        struct High<T>(std::marker::PhantomData<T>);
        impl<T: Real> WithSimd for High<T> {
            type Output = usize;
            #[inline(always)]
            fn with_simd<S: Simd>(self, _: S) -> usize {
                DEEP * T::lanes::<S>()
            }
        }
        self.high = Arch::new().dispatch(High::<T>(std::marker::PhantomData));
        self.rows = blocks.first().map_or(0, |b| b.nrows());
        self.inner = blocks.iter().map(|b| b.ncols()).sum();
        let panels = self.rows.div_ceil(self.high);
        // Rows beyond the last are computed and thrown away; they must be numbers.
        self.data.clear();
        self.data.resize(panels * self.high * self.inner, T::ZERO);
        self.bias.clear();
        self.bias.resize(panels * self.high, T::ZERO);
        for b in biases {
            for (sum, b) in self.bias.iter_mut().zip(&b[..self.rows]) {
                *sum += *b;
            }
        }
        let mut first = 0;
        for block in blocks {
            if block.row_stride() == 1 {
                self.copy(*block, first)
            } else {
                self.copy_transposed(*block, first)
            }
            first += block.ncols();
        }
    }

    /// Puts a column-major block at column `first`.
    fn copy(&mut self, block: MatRef<T>, first: usize) {
        for (p, panel) in self.data.chunks_exact_mut(self.high * self.inner).enumerate() {
            let rows = p * self.high..self.rows.min((p + 1) * self.high);
            let columns = panel[first * self.high..].chunks_exact_mut(self.high);
            for (c, out) in columns.take(block.ncols()).enumerate() {
                out[..rows.len()].copy_from_slice(&col(block, c)[rows.clone()]);
            }
        }
    }

    /// The same for one whose rows are contiguous.
    fn copy_transposed(&mut self, block: MatRef<T>, first: usize) {
        let rows_of = block.transpose();
        for (p, panel) in self.data.chunks_exact_mut(self.high * self.inner).enumerate() {
            let rows = p * self.high..self.rows.min((p + 1) * self.high);
            let own = &mut panel[first * self.high..][..block.ncols() * self.high];
            for (s, strip) in own.chunks_mut(STRIP * self.high).enumerate() {
                for (i, row) in rows.clone().enumerate() {
                    let row = &col(rows_of, row)[s * STRIP..];
                    for (out, v) in strip[i..].iter_mut().step_by(self.high).zip(row) {
                        *out = *v;
                    }
                }
            }
        }
    }

    /// `y = b + sum of A_i x_i` for each column, on the calling thread only.
    ///
    /// # Panics
    /// If the rows of `xs` are not as many as the columns packed.
    pub fn apply(&self, xs: &[MatRef<T>], y: MatMut<T>) {
        assert_eq!(xs.iter().map(|x| x.nrows()).sum::<usize>(), self.inner, "rows of the arguments");
        assert_eq!(y.nrows(), self.rows, "rows of the result");
        Arch::new().dispatch(Apply { map: self, xs, y });
    }
}

struct Apply<'a, T> {
    map: &'a Packed<T>,
    xs: &'a [MatRef<'a, T>],
    y: MatMut<'a, T>,
}

impl<T: Real> WithSimd for Apply<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { map, xs, mut y } = self;
        let (high, w) = (map.high, y.ncols());
        for p in 0..map.rows.div_ceil(high) {
            let panel = T::vectors::<S>(&map.data[p * high * map.inner..][..high * map.inner]);
            let bias = T::vectors::<S>(&map.bias[p * high..][..high]);
            let rows = p * high..map.rows.min((p + 1) * high);
            for j in (0..w).step_by(WIDEST) {
                let y = y.as_mut().subrows_mut(rows.start, rows.len());
                match w - j {
                    1 => tile::<T, S, 1>(simd, panel, bias, xs, j, y),
                    2 => tile::<T, S, 2>(simd, panel, bias, xs, j, y),
                    3 => tile::<T, S, 3>(simd, panel, bias, xs, j, y),
                    4 => tile::<T, S, 4>(simd, panel, bias, xs, j, y),
                    5 => tile::<T, S, 5>(simd, panel, bias, xs, j, y),
                    _ => tile::<T, S, WIDEST>(simd, panel, bias, xs, j, y),
                }
            }
        }
    }
}

/// N columns of the result from column `j` on, in the rows of one panel.
#[inline(always)]
fn tile<T: Real, S: Simd, const N: usize>(
    simd: S,
    panel: &[T::Of<S>],
    bias: &[T::Of<S>],
    xs: &[MatRef<T>],
    j: usize,
    mut y: MatMut<T>,
) {
    let mut sums = [[bias[0], bias[1]]; N];
    let mut rest = panel.as_chunks::<DEEP>().0;
    for x in xs {
        let k = x.nrows();
        let columns: [&[T]; N] = std::array::from_fn(|c| &col(*x, j + c)[..k]);
        let (own, next) = rest.split_at(k);
        rest = next;
        for (i, a) in own.iter().enumerate() {
            for c in 0..N {
                let b = columns[c][i].splat(simd);
                sums[c] = [T::mul_add(simd, a[0], b, sums[c][0]), T::mul_add(simd, a[1], b, sums[c][1])];
            }
        }
    }
    for (c, sum) in sums.iter().enumerate() {
        let out = col_mut(y.as_mut(), j + c);
        if out.len() == DEEP * T::lanes::<S>() {
            T::vectors_mut::<S>(out).copy_from_slice(sum);
        } else {
            out.copy_from_slice(&T::numbers::<S>(sum)[..out.len()]);
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
        let mut packed = Packed::default();
        for (r, k, w) in [(1, 1, 1), (5, 3, 2), (16, 70, 6), (33, 65, 7), (48, 130, 17), (3, 0, 4), (7, 9, 5)]
        {
            let mut rng = stream(1, Use::Fixture, (r * 100 + k) as u64);
            let mut draw = |r, c| {
                let m = normal_matrix(&mut rng, r, c);
                Mat::from_fn(r, c, |i, j| T::of(m[(i, j)]))
            };
            let (a, b, x, u) = (draw(r, k), draw(2, r), draw(k, w), draw(2, w));
            let (first, second) = (draw(r, 1), draw(r, 1));
            packed.pack(&[a.as_ref(), b.transpose()], &[col(first.as_ref(), 0), col(second.as_ref(), 0)]);
            let (mut y, mut known) =
                (Mat::zeros(r, w), Mat::from_fn(r, w, |i, _| first[(i, 0)] + second[(i, 0)]));
            packed.apply(&[x.as_ref(), u.as_ref()], y.as_mut());
            gemm(known.as_mut(), Accum::Add, a.as_ref(), x.as_ref());
            gemm(known.as_mut(), Accum::Add, b.transpose(), u.as_ref());
            for j in 0..w {
                for i in 0..r {
                    assert!((y[(i, j)] - known[(i, j)]).to_f64().abs() < tolerance, "{r} {k} {w}: {i} {j}");
                }
            }
        }
    }

    #[test]
    fn agrees_with_products() {
        check::<f64>(1e-12);
        check::<f32>(1e-4);
    }
}
