//! Linear equations whose solutions are proven to lie in balls.

use crate::linalg::ball::{Ball, dot};
use crate::linalg::norm;
use crate::linalg::solve::Lu;
use faer::Mat;

/// A square matrix of balls, row by row.
pub struct Square {
    n: usize,
    entries: Vec<Ball>,
}

impl Square {
    /// The n x n matrix of those entries.
    pub fn from_fn(n: usize, entry: impl Fn(usize, usize) -> Ball) -> Self {
        let entries = (0..n * n).map(|k| entry(k / n, k % n)).collect();
        Self { n, entries }
    }

    fn row(&self, i: usize) -> &[Ball] {
        &self.entries[i * self.n..][..self.n]
    }

    /// Enclosures of the solutions of A x = b for every column `b` given; none where A is not proven regular.
    ///
    /// With R the computed inverse and x~ = R b: |x - x~| <= |R (b - A x~)| / (1 - |I - R A|), row sums
    /// bounding the matrix norm, so that every entry of x - x~ is within the largest of the right side.
    ///
    /// Source: Rump, Verification methods, Acta Numerica 19 (2010), section 10.
    #[inline(always)]
    pub fn solve(&self, columns: &[Vec<Ball>]) -> Option<Vec<Vec<Ball>>> {
        let n = self.n;
        let mut lu = Lu::new(n.max(1));
        if n == 0 {
            return Some(columns.iter().map(|_| Vec::new()).collect());
        }
        if !lu.factor(Mat::from_fn(n, n, |i, j| self.row(i)[j].mid).as_ref()) {
            return None;
        }
        let inverse = lu.inverse();
        let inverse: Vec<Ball> = (0..n * n).map(|k| Ball::exact(inverse[(k / n, k % n)])).collect();
        let left = |i: usize| &inverse[i * n..][..n];
        let mut defect = 0.0f64;
        for i in 0..n {
            let mut sum = 0.0;
            for j in 0..n {
                let product = dot((0..n).map(|k| (left(i)[k], self.row(k)[j])));
                let target = if i == j { Ball::ONE } else { Ball::ZERO };
                sum = (sum + (product - target).magnitude()).next_up();
            }
            defect = if sum <= defect { defect } else { sum };
        }
        if !(defect < 0.5) {
            return None;
        }
        Some(columns.iter().map(|b| self.column(b, &left, defect)).collect())
    }

    #[inline(always)]
    fn column<'a>(&self, b: &[Ball], left: &impl Fn(usize) -> &'a [Ball], defect: f64) -> Vec<Ball> {
        let n = self.n;
        let mut x: Vec<f64> = (0..n).map(|i| dot((0..n).map(|k| (left(i)[k], b[k]))).mid).collect();
        let mut step = self.correction(b, &x, left);
        for _ in 0..2 {
            let refined: Vec<f64> = x.iter().zip(&step).map(|(x, s)| x + s.mid).collect();
            let next = self.correction(b, &refined, left);
            if size(&next) < size(&step) {
                (x, step) = (refined, next);
            }
        }
        let rad = size(&step) / (1.0 - defect) * (1.0 + 4.0 * f64::EPSILON);
        x.into_iter().map(|mid| Ball { mid, rad }).collect()
    }

    /// R (b - A x).
    #[inline(always)]
    fn correction<'a>(&self, b: &[Ball], x: &[f64], left: &impl Fn(usize) -> &'a [Ball]) -> Vec<Ball> {
        let rest: Vec<Ball> = (0..self.n)
            .map(|i| b[i] - dot(self.row(i).iter().zip(x).map(|(a, x)| (*a, Ball::exact(*x)))))
            .collect();
        (0..self.n).map(|i| dot(left(i).iter().copied().zip(rest.iter().copied()))).collect()
    }

    /// The sign of the determinant, where Gaussian elimination in balls tells it.
    pub fn sign(mut self) -> Option<f64> {
        let n = self.n;
        let mut sign = 1.0;
        for k in 0..n {
            let size = |i: &usize| self.entries[i * n + k].mignitude();
            let pivot = (k..n).max_by(|a, b| size(a).total_cmp(&size(b)))?;
            let value = self.entries[pivot * n + k];
            if !value.is_nonzero() {
                return None;
            }
            sign *= value.mid.signum();
            if pivot != k {
                sign = -sign;
                (0..n).for_each(|j| self.entries.swap(pivot * n + j, k * n + j));
            }
            for i in k + 1..n {
                let factor = -self.entries[i * n + k].over(value);
                for j in k + 1..n {
                    self.entries[i * n + j] =
                        self.entries[i * n + j].plus_product(factor, self.entries[k * n + j]);
                }
            }
        }
        Some(sign)
    }
}

/// Upper bound of the distance between the middles of `balls` and what they hold.
pub fn radius(balls: &[Ball]) -> f64 {
    let parts: Vec<f64> = balls.iter().map(|b| b.rad).collect();
    norm(&parts) * (1.0 + (balls.len() + 8) as f64 * f64::EPSILON)
}

/// Upper bound of the largest modulus; not a number if any is not.
fn size(v: &[Ball]) -> f64 {
    v.iter().map(|b| b.magnitude()).fold(0.0, |a, b| if b <= a { a } else { b })
}
