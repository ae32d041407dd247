//! Nested column spans kept well conditioned by triangular factors, whose growth is counted.

use super::lu::lu_in_place;
use super::{col, col_mut, width};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::matmul::matmul;
use faer::linalg::qr::no_pivoting::factor as qr;
use faer::{Accum, Mat, MatMut, MatRef, Par};

/// Columns multiplied at once with a lower trapezoid: narrow saves products with zeros, wide
/// runs nearer to the peak rate (measured at n = 100, 200, 500).
const STRIP: usize = 32;

/// The factors of one re-conditioning, P Z = L U, and the growth they carry.
///
/// The flag of the nested column spans of Z is that of P^T L, so that Z may be replaced by P^T L
/// when log|u_jj| is kept: with the triangular factor R of P^T L at the ends of a stretch, the
/// growth that QR would have found over the stretch is
/// sum log|u_jj| + log|r_jj(end)| - log|r_jj(start)|, exactly.
pub struct Flag {
    /// Row i of the last accepted L is row `order[i]` of its Z.
    order: Vec<usize>,
    trial: Vec<usize>,
    /// log|u_jj| of the last factorisation.
    pub growth: Vec<f64>,
    /// log of sum_k |l_jk||u_kj| / |u_jj|: how many nats of the pivot rounding has eaten.
    pub loss: Vec<f64>,
    swaps: Vec<usize>,
    sums: Vec<f64>,
}

impl Flag {
    /// Room for `k` columns of `n` rows.
    pub fn new(n: usize, k: usize) -> Self {
        let zeros = || vec![0.0; k];
        Self {
            order: (0..n).collect(),
            trial: (0..n).collect(),
            growth: zeros(),
            loss: zeros(),
            swaps: vec![0; k],
            sums: vec![0.0; n],
        }
    }

    /// Replaces Z (n x k) by the lower trapezoid L, zeros above its unit diagonal.
    ///
    /// Returns the number of columns before the first that vanishes (or is not finite), and the
    /// largest loss among them. `enough` is a loss below which a bound will do for it. The rows'
    /// order of L counts only after [`accept`](Self::accept), so that a Z may still be rejected.
    pub fn factor(&mut self, mut z: MatMut<f64>, enough: f64) -> (usize, f64) {
        let k = z.ncols();
        let done = lu_in_place(z.as_mut(), &mut self.swaps[..k]);
        for (i, o) in self.trial.iter_mut().enumerate() {
            *o = i;
        }
        for (i, s) in self.swaps[..done].iter().enumerate() {
            self.trial.swap(i, *s);
        }
        let worst = self.measure(z.as_ref(), done, enough);
        for j in 0..done {
            let column = col_mut(z.as_mut(), j);
            column[..j].fill(0.0);
            column[j] = 1.0;
        }
        (done, worst)
    }

    /// Growth and loss of the first `done` columns; the loss is bounded with every |l| taken for 1,
    /// and found exactly where that is not enough.
    fn measure(&mut self, z: MatRef<f64>, done: usize, enough: f64) -> f64 {
        let mut worst = 0.0f64;
        for j in 0..done {
            let u = &col(z, j)[..=j];
            let pivot = u[j].abs();
            let mut lanes = [0.0; 8];
            let (chunks, rest) = u[..j].as_chunks::<8>();
            for c in chunks {
                lanes.iter_mut().zip(c).for_each(|(l, v)| *l += v.abs());
            }
            let above = lanes.iter().sum::<f64>() + rest.iter().map(|v| v.abs()).sum::<f64>();
            let mut loss = (1.0 + above / pivot).ln();
            if loss > enough {
                let above = (0..j).map(|k| (z[(j, k)] * u[k]).abs()).sum::<f64>();
                loss = (1.0 + above / pivot).ln();
            }
            self.growth[j] = pivot.ln();
            self.loss[j] = loss;
            worst = worst.max(loss);
        }
        worst
    }

    /// Takes the last factorisation for the one that later calls refer to.
    pub fn accept(&mut self) {
        std::mem::swap(&mut self.order, &mut self.trial);
    }

    /// `y = a P^T L` for a lower trapezoid `l` in the rows' order last accepted;
    /// `permuted` (as large as `a`) is overwritten.
    pub fn multiply(&self, mut y: MatMut<f64>, a: MatRef<f64>, mut permuted: MatMut<f64>, l: MatRef<f64>) {
        for (i, o) in self.order.iter().enumerate() {
            col_mut(permuted.as_mut(), i).copy_from_slice(col(a, *o));
        }
        let (n, k) = (l.nrows(), l.ncols());
        let mut c = 0;
        while c < k {
            let w = STRIP.min(k - c);
            let strip = y.as_mut().subcols_mut(c, w);
            let (a, l) = (permuted.as_ref().subcols(c, n - c), l.submatrix(c, c, n - c, w));
            matmul(strip, Accum::Replace, a, l, 1.0, Par::Seq);
            c += w;
        }
    }

    /// Puts the rows of `l` back into the order of Z.
    pub fn restore(&mut self, mut l: MatMut<f64>) {
        for j in 0..l.ncols() {
            let column = col_mut(l.as_mut(), j);
            self.sums.copy_from_slice(column);
            for (v, o) in self.sums.iter().zip(&self.order) {
                column[*o] = *v;
            }
        }
    }
}

/// Householder triangularisation with its workspace.
pub struct Triangle {
    coefficients: Mat<f64>,
    memory: MemBuffer,
    block: usize,
}

impl Triangle {
    /// Room for matrices of at most n x k, k <= n.
    pub fn new(n: usize, k: usize) -> Self {
        let block = qr::recommended_block_size::<f64>(n, k);
        let scratch = qr::qr_in_place_scratch::<f64>(n, k, block, Par::Seq, Default::default());
        Self { coefficients: Mat::zeros(block, k), memory: MemBuffer::new(scratch), block }
    }

    /// Writes log|r_jj| of A = Q R for each column of `a`, which is overwritten.
    pub fn log_diagonal(&mut self, mut a: MatMut<f64>, out: &mut [f64]) {
        let k = a.ncols();
        let h = self.coefficients.as_mut().subcols_mut(0, k).subrows_mut(0, self.block);
        qr::qr_in_place(a.as_mut(), h, Par::Seq, MemStack::new(&mut self.memory), Default::default());
        for (j, o) in out[..k].iter_mut().enumerate() {
            *o = a[(j, j)].abs().ln();
        }
    }
}

/// Log of the largest over the smallest row sum or column sum of moduli, whichever is more: a cheap
/// measure of how unevenly `a` stretches. `rows` is overwritten.
pub fn log_spread(a: MatRef<f64>, rows: &mut [f64]) -> f64 {
    width::arch().dispatch(|| {
        rows.fill(0.0);
        let (mut least, mut most) = (f64::INFINITY, 0.0f64);
        for j in 0..a.ncols() {
            let mut lanes = [0.0; 8];
            let (column, tail) = col(a, j).as_chunks::<8>();
            let (sums, last) = rows.as_chunks_mut::<8>();
            for (r, v) in sums.iter_mut().zip(column) {
                for ((r, v), l) in r.iter_mut().zip(v).zip(&mut lanes) {
                    *r += v.abs();
                    *l += v.abs();
                }
            }
            let mut sum = lanes.iter().sum::<f64>();
            for (r, v) in last.iter_mut().zip(tail) {
                *r += v.abs();
                sum += v.abs();
            }
            (least, most) = (least.min(sum), most.max(sum));
        }
        let columns = most / least;
        let (mut least, mut most) = (f64::INFINITY, 0.0f64);
        for r in rows.iter() {
            (least, most) = (least.min(*r), most.max(*r));
        }
        columns.max(most / least).max(1.0).ln()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::gemm;
    use crate::linalg::random::{Use, normal_matrix, stream};

    #[test]
    fn factors_multiply_back_at_every_shape() {
        for (n, k) in [(1, 1), (3, 2), (8, 8), (9, 9), (17, 17), (40, 13), (100, 100), (131, 90)] {
            let z = normal_matrix(&mut stream(1, Use::Fixture, n as u64), n, k);
            let mut l = z.clone();
            let mut flag = Flag::new(n, k);
            assert_eq!(flag.factor(l.as_mut(), 0.0).0, k);
            flag.accept();
            let mut raw = z.clone();
            lu_in_place(raw.as_mut(), &mut vec![0; k]);
            let u = Mat::from_fn(k, k, |i, j| if i <= j { raw[(i, j)] } else { 0.0 });
            let mut back = Mat::zeros(n, k);
            let (id, mut permuted) = (Mat::<f64>::identity(n, n), Mat::zeros(n, n));
            flag.multiply(back.as_mut(), id.as_ref(), permuted.as_mut(), l.as_ref());
            flag.restore(l.as_mut());
            assert!((&back - &l).norm_max() < 1e-300);
            gemm(back.as_mut(), Accum::Replace, l.as_ref(), u.as_ref());
            assert!((&back - &z).norm_max() < 1e-12 * (n * n) as f64);
        }
    }

    #[test]
    fn a_collapsed_column_ends_the_factorisation_and_leaves_those_before_it() {
        for (n, rank) in [(5, 3), (30, 11), (60, 40)] {
            let mut z = normal_matrix(&mut stream(2, Use::Fixture, n as u64), n, n);
            z.col_mut(rank).fill(0.0);
            let mut flag = Flag::new(n, n);
            let (done, _) = flag.factor(z.as_mut(), 0.0);
            assert_eq!(done, rank);
            assert!(flag.growth[..rank].iter().all(|g| g.is_finite()));
            assert!((0..rank).all(|j| (j + 1..n).all(|i| z[(i, j)].abs() <= 1.0)));
        }
    }
}
