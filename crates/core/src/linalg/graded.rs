//! Long products of matrices whose singular values span more than doubles hold.

use super::pointwise::dot;
use super::qr::Qr;
use super::spectral_norm::spectral_norm;
use super::{col, col_mut, gemm, norm};
use faer::{Accum, Mat, MatRef};

/// Share of a column that must be left, once the columns before it are taken out, for it to be more
/// than rounding.
const INDEPENDENT: f64 = 1e-13;
/// Share below which the columns are pivoted one by one.
const UNEVEN: f64 = 1e-3;
const SWEEPS: usize = 60;

/// A product kept as Q diag(exp(log)) T: Q (n x r) with orthonormal columns, `log` decreasing but for
/// short stretches, T (r x n) well conditioned, r the rank that doubles resolve.
///
/// Source: the stratification of Loh and Gubernatis (1992); Bai, Lee, Li, Xu, Linear Algebra Appl. 435
/// (2011) 659.
///
/// ```
/// use nullcline_core::linalg::graded::Graded;
///
/// // 400 factors diag(2, 1/2): singular values 2^400 and 2^-400, whose ratio no matrix of doubles holds.
/// let factor = faer::mat![[2.0, 0.0], [0.0, 0.5]];
/// let mut product = Graded::identity(2);
/// for _ in 0..400 {
///     let image = &factor * product.basis();
///     product.absorb(image.as_ref());
/// }
/// let logs = product.log_singular_values();
/// assert!((logs[0] - 400.0 * 2f64.ln()).abs() < 1e-9 && (logs[1] + 400.0 * 2f64.ln()).abs() < 1e-9);
/// ```
pub struct Graded {
    q: Mat<f64>,
    log: Vec<f64>,
    t: Mat<f64>,
    qr: Qr,
    /// Right singular vector of the last norm.
    leading: Vec<f64>,
}

impl Graded {
    /// The identity of n dimensions.
    pub fn identity(n: usize) -> Self {
        let one = || Mat::identity(n, n);
        Self { q: one(), log: vec![0.0; n], t: one(), qr: Qr::new(n, n), leading: vec![0.0; n] }
    }

    /// Q, whose columns the next factor is to be applied to.
    pub fn basis(&self) -> MatRef<'_, f64> {
        self.q.as_ref()
    }

    /// Multiplies the product from the left by F, given `image` = F Q.
    pub fn absorb(&mut self, image: MatRef<f64>) {
        let r = self.log.len();
        let size: Vec<f64> = (0..r).map(|j| norm(col(image, j))).collect();
        let key = |j: &usize| size[*j].ln() + self.log[*j];
        let mut order: Vec<usize> = (0..r).filter(|j| size[*j] > 0.0).collect();
        order.sort_by(|a, b| key(b).total_cmp(&key(a)));
        let k = order.len();
        let mut q = Mat::from_fn(image.nrows(), k, |i, j| image[(i, order[j])]);
        let mut upper = Mat::zeros(k, k);
        self.qr.factor(q.as_mut(), upper.as_mut());
        let pivots: Vec<usize> = if (0..k).all(|i| upper[(i, i)] >= UNEVEN * size[order[i]]) {
            (0..k).collect()
        } else {
            let (basis, triangle, pivots) = self.pivoted(image, &order, &size);
            (q, upper) = (basis, triangle);
            pivots
        };
        // T <- D'^-1 R D T, with the scales in logarithms.
        let log: Vec<f64> =
            pivots.iter().enumerate().map(|(i, p)| upper[(i, *p)].ln() + self.log[order[*p]]).collect();
        let factor = Mat::from_fn(log.len(), k, |i, j| {
            let v = upper[(i, j)];
            if v == 0.0 { 0.0 } else { v.signum() * (v.abs().ln() + self.log[order[j]] - log[i]).exp() }
        });
        let old = Mat::from_fn(k, self.t.ncols(), |i, j| self.t[(order[i], j)]);
        let mut t = Mat::zeros(log.len(), self.t.ncols());
        gemm(t.as_mut(), Accum::Replace, factor.as_ref(), old.as_ref());
        (self.q, self.log, self.t) = (q, log, t);
    }

    /// Q and R (rank x columns) of the columns `order` of `image` by Gram and Schmidt's process, done
    /// twice, the largest scaled remainder first; and which column each pivot is.
    fn pivoted(&self, image: MatRef<f64>, order: &[usize], size: &[f64]) -> (Mat<f64>, Mat<f64>, Vec<usize>) {
        let (n, k) = (image.nrows(), order.len());
        let mut rest = Mat::from_fn(n, k, |i, j| image[(i, order[j])]);
        let mut left: Vec<f64> = order.iter().map(|j| size[*j]).collect();
        let mut open: Vec<bool> = vec![true; k];
        let (mut q, mut r) = (Mat::<f64>::zeros(n, k), Mat::<f64>::zeros(k, k));
        let mut pivots = Vec::new();
        let (mut c, mut row) = (Mat::<f64>::zeros(k, 1), Mat::<f64>::zeros(1, k));
        while pivots.len() < k.min(n) {
            let i = pivots.len();
            let able = (0..k).filter(|j| open[*j] && left[*j] > INDEPENDENT * size[order[*j]]);
            let scaled = |j: &usize| left[*j].ln() + self.log[order[*j]];
            let Some(p) = able.max_by(|a, b| scaled(a).total_cmp(&scaled(b)).then(b.cmp(a))) else { break };
            // Once more against the directions so far: cancellation has let some of them back in.
            let before = q.as_ref().subcols(0, i);
            let mut c = c.as_mut().subrows_mut(0, i);
            gemm(c.as_mut(), Accum::Replace, before.transpose(), rest.as_ref().subcols(p, 1));
            for l in 0..i {
                r[(l, p)] += c[(l, 0)];
                c[(l, 0)] = -c[(l, 0)];
            }
            gemm(rest.as_mut().subcols_mut(p, 1), Accum::Add, before, c.as_ref());
            let length = norm(col(rest.as_ref(), p));
            open[p] = false;
            if length <= INDEPENDENT * size[order[p]] {
                continue;
            }
            r[(i, p)] = length;
            col_mut(q.as_mut(), i).iter_mut().zip(col(rest.as_ref(), p)).for_each(|(q, v)| *q = v / length);
            pivots.push(p);
            let new = q.as_ref().subcols(i, 1);
            gemm(row.as_mut(), Accum::Replace, new.transpose(), rest.as_ref());
            for j in 0..k {
                if open[j] {
                    r[(i, j)] = row[(0, j)];
                }
                row[(0, j)] = if open[j] { -row[(0, j)] } else { 0.0 };
            }
            gemm(rest.as_mut(), Accum::Add, new, row.as_ref());
            for j in (0..k).filter(|j| open[*j]) {
                left[j] = norm(col(rest.as_ref(), j));
            }
        }
        let rank = pivots.len();
        (q.subcols(0, rank).to_owned(), r.subrows(0, rank).to_owned(), pivots)
    }

    /// Log of the Frobenius norm; minus infinity for zero.
    pub fn log_frobenius(&self) -> f64 {
        let rows: Vec<f64> =
            (0..self.log.len()).map(|i| self.t.row(i).norm_l2().ln() + self.log[i]).collect();
        let most = rows.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if most == f64::NEG_INFINITY {
            return most;
        }
        0.5 * rows.iter().map(|v| (2.0 * (v - most)).exp()).sum::<f64>().ln() + most
    }

    /// Log of the spectral norm; minus infinity for zero.
    pub fn log_spectral(&mut self) -> f64 {
        let most = self.log.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if most == f64::NEG_INFINITY {
            return most;
        }
        let kept: Vec<usize> = (0..self.log.len()).filter(|i| self.log[*i] - most > -45.0).collect();
        let scaled = Mat::from_fn(kept.len(), self.t.ncols(), |i, j| {
            self.t[(kept[i], j)] * (self.log[kept[i]] - most).exp()
        });
        spectral_norm(scaled.as_ref(), &mut self.leading).ln() + most
    }

    /// Logs of the singular values, decreasing, minus infinity for those beyond the rank.
    ///
    /// One-sided Jacobi rotations on the rows of D T with the scales in logarithms, so that each
    /// value is accurate relative to itself (Demmel, Veselic, SIAM J. Matrix Anal. Appl. 13 (1992) 1204).
    pub fn log_singular_values(&self) -> Vec<f64> {
        let n = self.t.ncols();
        let mut v = self.t.transpose().to_owned();
        let mut log = self.log.clone();
        for (j, l) in log.iter_mut().enumerate() {
            *l += unit(col_mut(v.as_mut(), j)).ln();
        }
        for _ in 0..SWEEPS {
            let mut worst = 0.0f64;
            for i in 0..log.len() {
                for j in i + 1..log.len() {
                    worst = worst.max(rotate(&mut v, &mut log, i, j));
                }
            }
            if worst < 1e-14 * n as f64 {
                break;
            }
        }
        log.sort_by(|a, b| b.total_cmp(a));
        log.resize(n, f64::NEG_INFINITY);
        log
    }
}

/// Makes `v` a unit vector; returns its length.
fn unit(v: &mut [f64]) -> f64 {
    let length = norm(v);
    if length > 0.0 {
        v.iter_mut().for_each(|v| *v /= length);
    }
    length
}

/// Makes columns `i` and `j` orthogonal; returns how far from it they were, the cosine's modulus.
fn rotate(v: &mut Mat<f64>, log: &mut [f64], i: usize, j: usize) -> f64 {
    let (i, j) = if log[i] >= log[j] { (i, j) } else { (j, i) };
    let (low, high) = (i.min(j), i.max(j));
    let (head, tail) = v.as_mut().split_at_col_mut(high);
    let (a, b) = (col_mut(head, low), col_mut(tail, 0));
    let (a, b) = if i < j { (a, b) } else { (b, a) };
    let cosine = dot(a, b);
    if cosine.abs() < 1e-15 {
        return cosine.abs();
    }
    // With g_i = v_i and g_j = ratio v_j: t = tan of the angle, and t / ratio, which stays finite.
    let ratio = (log[j] - log[i]).exp();
    let gap = 1.0 - ratio * ratio;
    let shear = 2.0 * cosine / (gap + gap.hypot(2.0 * ratio * cosine));
    let t = shear * ratio;
    for (a, b) in a.iter_mut().zip(b.iter_mut()) {
        (*a, *b) = (*a + t * ratio * *b, *b - shear * *a);
    }
    let turn = -0.5 * t.mul_add(t, 1.0).ln();
    log[i] += unit(a).ln() + turn;
    log[j] += unit(b).ln() + turn;
    cosine.abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal_matrix, stream};

    fn product(factors: &[Mat<f64>]) -> Graded {
        let mut g = Graded::identity(factors[0].nrows());
        for f in factors {
            let image = f * g.basis();
            g.absorb(image.as_ref());
        }
        g
    }

    #[test]
    fn short_products_have_the_values_of_the_decomposition() {
        for n in [1, 2, 5, 12] {
            let mut rng = stream(11, Use::Fixture, n as u64);
            let factors: Vec<Mat<f64>> = (0..3).map(|_| normal_matrix(&mut rng, n, n)).collect();
            let mut g = product(&factors);
            let whole = &factors[2] * &factors[1] * &factors[0];
            let exact = whole.singular_values().unwrap();
            assert!((g.log_frobenius() - whole.norm_l2().ln()).abs() < 1e-12);
            assert!((g.log_spectral() - exact[0].ln()).abs() < 1e-12);
            for (a, b) in g.log_singular_values().iter().zip(&exact) {
                assert!((a - b.ln()).abs() < 1e-9, "{a} {}", b.ln());
            }
        }
    }

    #[test]
    fn powers_beyond_doubles_keep_every_singular_value() {
        // A = V diag(d) V^T with V orthogonal: the power k has the values |d|^k, here from e^1600 to
        // e^-12000.
        let n = 9;
        let mut v = normal_matrix(&mut stream(12, Use::Fixture, 0), n, n);
        Qr::new(n, n).factor(v.as_mut(), Mat::zeros(n, n).as_mut());
        let d = [1.2, -1.1, 1.0999, 0.9, 0.9, -0.5, 0.3, 0.1, 0.2f64];
        let a = Mat::from_fn(n, n, |i, j| (0..n).map(|k| v[(i, k)] * d[k] * v[(j, k)]).sum());
        let steps = 9000;
        let mut g = product(&vec![a; steps]);
        let mut exact: Vec<f64> = d.iter().map(|d| d.abs().ln() * steps as f64).collect();
        exact.sort_by(|a, b| b.total_cmp(a));
        for (a, b) in g.log_singular_values().iter().zip(&exact) {
            assert!((a - b).abs() < 1e-7, "{a} {b}");
        }
        assert!((g.log_frobenius() - exact[0]).abs() < 1e-9 && (g.log_spectral() - exact[0]).abs() < 1e-9);
    }

    #[test]
    fn lost_directions_are_minus_infinity_and_leave_the_others() {
        let n = 6;
        let mut rng = stream(13, Use::Fixture, 0);
        let mut factors: Vec<Mat<f64>> = (0..4).map(|_| normal_matrix(&mut rng, n, n)).collect();
        factors[1].row_mut(2).fill(0.0);
        factors[3].col_mut(4).fill(0.0);
        let mut g = product(&factors);
        let whole = &factors[3] * &factors[2] * &factors[1] * &factors[0];
        let exact = whole.singular_values().unwrap();
        let found = g.log_singular_values();
        // A kernel of one dimension meets a range of five in nothing: the rank is five.
        for k in 0..5 {
            assert!((found[k] - exact[k].ln()).abs() < 1e-9);
        }
        assert!(found[5] == f64::NEG_INFINITY);
        g.absorb(Mat::zeros(n, g.basis().ncols()).as_ref());
        assert!(g.log_frobenius() == f64::NEG_INFINITY && g.log_spectral() == f64::NEG_INFINITY);
    }
}
