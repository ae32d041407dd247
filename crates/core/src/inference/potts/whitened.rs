//! Coordinates of the couplings of spins in which their pseudo-likelihood is round.

use crate::linalg::eigen::symmetric;
use crate::linalg::{col, gemm};
use faer::{Accum, Mat, MatRef};

/// Couplings S of n spins as S = V Y V^T without its diagonal, Y symmetric.
///
/// Minus the log pseudo-likelihood bends by W tr(D S C S) along S, about, with C the covariance of the spins, D the mean of 4 P (1 - P),
/// taken as 1 - m^2, and W the weight of all samples. V solves V^T D V = 1, V^T C V = L, so that this is W sum (l_a + l_b) / 2 Y_ab^2.
pub(super) struct Whitened {
    n: usize,
    /// V and its inverse.
    v: Mat<f64>,
    inverse: Mat<f64>,
    /// One over the root of each second derivative, by Y_ab with a <= b, column after column.
    root: Vec<f64>,
}

impl Whitened {
    /// From the mean and the covariance of spins that are 1 or -1, the weight of all samples and the strength lambda_J of the penalty;
    /// none where the covariance cannot be diagonalised.
    pub fn new(mean: &[f64], covariance: MatRef<f64>, weight: f64, penalty: f64) -> Option<Self> {
        let n = mean.len();
        // A spin that hardly ever turns is not free of all bounds.
        let d: Vec<f64> = mean.iter().map(|m| (1.0 - m * m).max(1.0 / (1.0 + weight)).sqrt()).collect();
        let scaled = Mat::from_fn(n, n, |i, j| covariance[(i, j)] / (d[i] * d[j]));
        let (values, u) = symmetric(scaled.as_ref())?;
        let v = Mat::from_fn(n, n, |i, k| u[(i, k)] / d[i]);
        let inverse = Mat::from_fn(n, n, |k, i| u[(i, k)] * d[i]);
        let size: Vec<f64> = (0..n).map(|k| col(v.as_ref(), k).iter().map(|x| x * x).sum()).collect();
        let mut root = Vec::with_capacity(n * (n + 1) / 2);
        for b in 0..n {
            for a in 0..=b {
                let own =
                    weight * (values[a].max(0.0) + values[b].max(0.0)) + 8.0 * penalty * size[a] * size[b];
                root.push(1.0 / if a == b { 0.5 * own } else { own }.max(1e-300).sqrt());
            }
        }
        Some(Self { n, v, inverse, root })
    }

    /// The coordinates of S, whose diagonal is zero.
    pub fn of(&self, s: MatRef<f64>) -> Vec<f64> {
        let y = sandwich(self.inverse.as_ref(), s);
        self.each().map(|(k, [a, b])| y[(a, b)] / self.root[k]).collect()
    }

    /// S at some coordinates.
    pub fn couplings(&self, place: &[f64]) -> Mat<f64> {
        let mut y = Mat::zeros(self.n, self.n);
        for (k, [a, b]) in self.each() {
            let value = place[k] * self.root[k];
            (y[(a, b)], y[(b, a)]) = (value, value);
        }
        let mut s = sandwich(self.v.as_ref(), y.as_ref());
        (0..self.n).for_each(|i| s[(i, i)] = 0.0);
        s
    }

    /// Derivatives by the coordinates from those by each S_ij of a pair once, symmetric with a zero diagonal.
    pub fn gradient(&self, of_s: MatRef<f64>, out: &mut [f64]) {
        let y = sandwich(self.v.transpose(), of_s);
        for (k, [a, b]) in self.each() {
            out[k] = self.root[k] * if a == b { 0.5 * y[(a, a)] } else { y[(a, b)] };
        }
    }

    fn each(&self) -> impl Iterator<Item = (usize, [usize; 2])> {
        (0..self.n).flat_map(|b| (0..=b).map(move |a| [a, b])).enumerate()
    }
}

/// A M A^T.
fn sandwich(a: MatRef<f64>, m: MatRef<f64>) -> Mat<f64> {
    let (mut left, mut both) = (Mat::zeros(a.nrows(), m.ncols()), Mat::zeros(a.nrows(), a.nrows()));
    gemm(left.as_mut(), Accum::Replace, a, m);
    gemm(both.as_mut(), Accum::Replace, left.as_ref(), a.transpose());
    both
}
