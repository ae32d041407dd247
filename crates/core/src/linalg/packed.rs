//! Products with a matrix that is used again and again, kept in the order in which they read it.

use super::{Real, SHARED, col, col_mut, width};
use faer::{Mat, MatMut, MatRef};
use pulp::{Simd, WithSimd};

/// Vectors in a column of a panel: with [`WIDEST`] columns of a tile, as many sums as registers allow.
const DEEP: usize = 2;
/// Columns of a tile.
const WIDEST: usize = 6;
/// Panels that a lone column meets side by side: as many sums under way as hide the delay of one product.
const TALL: usize = 4;
/// Columns, at most, for which it is the reading of a matrix that takes the time.
const FEW: usize = 3;
/// Rows packed at once of a transposed matrix, so that what is written stays in the nearest cache.
const STRIP: usize = 64;

/// The affine map x -> b + A_1 x_1 + A_2 x_2 + ..., its matrices side by side.
///
/// Stored in panels of as many rows as two vector registers hold, column after column: a product reads
/// it from end to end. A column of a matrix begins where a register does; a `Vec` would not.
#[derive(Clone, Debug)]
pub struct Packed<T> {
    /// One column.
    data: Mat<T>,
    /// One column.
    bias: Mat<T>,
    rows: usize,
    inner: usize,
    /// Rows of a panel.
    high: usize,
}

/// Of no rows.
impl<T> Default for Packed<T> {
    fn default() -> Self {
        Self { data: Mat::new(), bias: Mat::new(), rows: 0, inner: 0, high: 1 }
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
        self.high = width::arch().dispatch(High::<T>(std::marker::PhantomData));
        self.rows = blocks.first().map_or(0, |b| b.nrows());
        self.inner = blocks.iter().map(|b| b.ncols()).sum();
        let panels = self.rows.div_ceil(self.high);
        // Rows beyond the last are computed and thrown away; they must be numbers.
        self.data.resize_with(panels * self.high * self.inner, 1, |_, _| T::ZERO);
        self.data.fill(T::ZERO);
        self.bias.resize_with(panels * self.high, 1, |_, _| T::ZERO);
        self.bias.fill(T::ZERO);
        for b in biases {
            for (sum, b) in col_mut(self.bias.as_mut(), 0).iter_mut().zip(&b[..self.rows]) {
                *sum += *b;
            }
        }
        let mut first = 0;
        for block in blocks.iter().filter(|b| b.ncols() > 0) {
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
        struct Copy<'a, T>(&'a mut Packed<T>, MatRef<'a, T>, usize);
        impl<T: Real> WithSimd for Copy<'_, T> {
            type Output = ();
            #[inline(always)]
            fn with_simd<S: Simd>(self, _: S) {
                let Self(Packed { data, rows, inner, .. }, block, first) = self;
                let high = DEEP * T::lanes::<S>();
                // Some panels at a time, so that what is read at once is no small piece of a column.
                for (g, group) in col_mut(data.as_mut(), 0).chunks_mut(TALL * high * *inner).enumerate() {
                    let own = g * TALL * high..(*rows).min((g + 1) * TALL * high);
                    for c in 0..block.ncols() {
                        let column = col(block, c)[own.clone()].chunks(high);
                        for (out, v) in group[(first + c) * high..].chunks_mut(high * *inner).zip(column) {
                            match T::vectors::<S>(v) {
                                [a, b] => T::vectors_mut::<S>(&mut out[..high]).copy_from_slice(&[*a, *b]),
                                _ => out[..v.len()].copy_from_slice(v),
                            }
                        }
                    }
                }
            }
        }
        width::arch().dispatch(Copy(self, block, first));
    }

    /// The same for one whose rows are contiguous.
    fn copy_transposed(&mut self, block: MatRef<T>, first: usize) {
        let rows_of = block.transpose();
        for (p, panel) in col_mut(self.data.as_mut(), 0).chunks_exact_mut(self.high * self.inner).enumerate()
        {
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

    /// `y = b + sum of A_i x_i` for each column; a large matrix and few columns in two halves, on two threads
    /// if called in rayon's pool.
    ///
    /// The bits of a column depend neither on the number of threads nor on the columns beside it.
    ///
    /// # Panics
    /// If the rows of `xs` are not as many as the columns packed.
    pub fn apply(&self, xs: &[MatRef<T>], y: MatMut<T>) {
        assert_eq!(xs.iter().map(|x| x.nrows()).sum::<usize>(), self.inner, "rows of the arguments");
        assert_eq!(y.nrows(), self.rows, "rows of the result");
        let part = |first, y| width::arch().dispatch(Apply { map: self, first, xs, y });
        let shared = y.ncols() <= FEW && self.rows * self.inner >= SHARED;
        if !shared || rayon::current_thread_index().is_none() {
            return part(0, y);
        }
        let half = self.rows.div_ceil(self.high) / 2;
        let (upper, lower) = y.split_at_row_mut(half * self.high);
        rayon::join(|| part(0, upper), || part(half, lower));
    }
}

struct Apply<'a, T> {
    map: &'a Packed<T>,
    /// The panel of the first row of y.
    first: usize,
    xs: &'a [MatRef<'a, T>],
    y: MatMut<'a, T>,
}

impl<T: Real> WithSimd for Apply<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { map, first, xs, mut y } = self;
        let (high, w) = (map.high, y.ncols());
        let panels = y.nrows().div_ceil(high);
        let (data, bias) = (col(map.data.as_ref(), 0), col(map.bias.as_ref(), 0));
        let mut p = 0;
        while p < panels {
            let several = if w == 1 { TALL.min(panels - p) } else { 1 };
            let end = y.nrows().min((p + several) * high);
            let mut y = y.as_mut().subrows_mut(p * high, end - p * high);
            let own = Panels {
                columns: T::vectors::<S>(
                    &data[(first + p) * high * map.inner..][..several * high * map.inner],
                )
                .as_chunks()
                .0,
                bias: T::vectors::<S>(&bias[(first + p) * high..][..several * high]).as_chunks().0,
            };
            // Of the last panel of a lone column only the vectors that have rows.
            let vectors = (end - p * high).div_ceil(high / DEEP);
            match (w, vectors) {
                (1, 1) => tall::<T, S, 1>(simd, own, xs, y),
                (1, 2) => tall::<T, S, 2>(simd, own, xs, y),
                (1, 3) => tall::<T, S, 3>(simd, own, xs, y),
                (1, 4) => tall::<T, S, 4>(simd, own, xs, y),
                (1, 5) => tall::<T, S, 5>(simd, own, xs, y),
                (1, 6) => tall::<T, S, 6>(simd, own, xs, y),
                (1, 7) => tall::<T, S, 7>(simd, own, xs, y),
                (1, _) => tall::<T, S, { TALL * DEEP }>(simd, own, xs, y),
                _ => {
                    for j in (0..w).step_by(WIDEST) {
                        let y = y.as_mut();
                        match w - j {
                            1 => tile::<T, S, 1>(simd, own, xs, j, y),
                            2 => tile::<T, S, 2>(simd, own, xs, j, y),
                            3 => tile::<T, S, 3>(simd, own, xs, j, y),
                            4 => tile::<T, S, 4>(simd, own, xs, j, y),
                            5 => tile::<T, S, 5>(simd, own, xs, j, y),
                            _ => tile::<T, S, WIDEST>(simd, own, xs, j, y),
                        }
                    }
                }
            }
            p += several;
        }
    }
}

/// Panels of a map one after the other, and their parts of the bias.
#[derive(Clone, Copy)]
struct Panels<'a, V> {
    columns: &'a [[V; DEEP]],
    bias: &'a [[V; DEEP]],
}

/// The only column of the result, in the rows of V vectors.
#[inline(always)]
fn tall<T: Real, S: Simd, const V: usize>(
    simd: S,
    panels: Panels<T::Of<S>>,
    xs: &[MatRef<T>],
    mut y: MatMut<T>,
) {
    let inner = panels.columns.len() / V.div_ceil(DEEP);
    // Filled one by one: arrays that closures make go through memory.
    let mut sums = [T::ZERO.splat(simd); V];
    for (sum, bias) in sums.iter_mut().zip(panels.bias.as_flattened()) {
        *sum = *bias;
    }
    let mut from = 0;
    for x in xs {
        let x = col(*x, 0);
        // One for each vector, so that the compiler sees one length; two of a panel are one place.
        let mut own = [&panels.columns[..x.len()]; V];
        for (v, own) in own.iter_mut().enumerate() {
            *own = &panels.columns[v / DEEP * inner + from..][..x.len()];
        }
        for (i, b) in x.iter().enumerate() {
            let b = b.splat(simd);
            for v in 0..V {
                sums[v] = T::mul_add(simd, own[v][i][v % DEEP], b, sums[v]);
            }
        }
        from += x.len();
    }
    store::<T, S>(simd, col_mut(y.as_mut(), 0), &sums);
}

/// N columns of the result from column `j` on, in the rows of one panel.
#[inline(always)]
fn tile<T: Real, S: Simd, const N: usize>(
    simd: S,
    panel: Panels<T::Of<S>>,
    xs: &[MatRef<T>],
    j: usize,
    mut y: MatMut<T>,
) {
    let mut sums = [panel.bias[0]; N];
    let mut rest = panel.columns;
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
        store::<T, S>(simd, col_mut(y.as_mut(), j + c), sum);
    }
}

/// Writes vectors, or as many of their numbers as there is room for.
#[inline(always)]
fn store<T: Real, S: Simd>(simd: S, out: &mut [T], sums: &[T::Of<S>]) {
    for (out, sum) in out.chunks_mut(T::lanes::<S>()).zip(sums) {
        match T::vectors_mut::<S>(out) {
            [all] => *all = *sum,
            _ => T::put_part(simd, out, *sum),
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
        let sizes = [(1, 1, 1), (5, 3, 2), (16, 70, 6), (33, 65, 7), (48, 130, 17), (3, 0, 4), (7, 9, 5)];
        // A lone column of several panels, and one of nothing but the bias.
        for (r, k, w) in
            sizes.into_iter().chain([(300, 20, 1), (130, 5, 1), (600, 300, 1), (600, 300, 3), (9, 0, 1)])
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

    #[test]
    fn neither_threads_nor_neighbours_change_bits() {
        let mut rng = stream(2, Use::Fixture, 0);
        let (a, x) = (normal_matrix(&mut rng, 700, 300), normal_matrix(&mut rng, 300, 8));
        let mut packed = Packed::default();
        packed.pack(&[a.as_ref()], &[]);
        let mut known = Mat::zeros(700, 8);
        packed.apply(&[x.as_ref()], known.as_mut());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        for w in 1..=4 {
            for j in 0..=8 - w {
                let mut y = Mat::zeros(700, w);
                pool.install(|| packed.apply(&[x.as_ref().subcols(j, w)], y.as_mut()));
                assert_eq!(y.as_ref(), known.as_ref().subcols(j, w), "{w} columns from {j}");
            }
        }
        packed.pack(&[Mat::zeros(3, 0).as_ref()], &[&[1.0, 2.0, 3.0]]);
        let mut y = Mat::zeros(3, 1);
        packed.apply(&[Mat::zeros(0, 1).as_ref()], y.as_mut());
        assert_eq!(col(y.as_ref(), 0), [1.0, 2.0, 3.0]);
    }
}
