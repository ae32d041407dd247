//! The loss of a linear integrator averaged over its inputs, for inputs of any correlation.

use super::{Gradient, Integrals, Weights};
use crate::linalg::{Real, gemm};
use faer::{Accum, Mat, MatRef};

/// chi of (7.7): chi_qp = < sum_t x_(t-q) x_(t-p) >, the sum over steps at which both are inputs of the sequence.
///
/// Symmetric and not negative (A.4). Rows are (c, q), channel after channel, where it couples channels.
#[derive(Clone, Debug)]
pub struct Correlations {
    steps: usize,
    matrix: Mat<f64>,
}

impl Correlations {
    /// Independent inputs of unit variance at every step of `steps`: diag(T + 1 - q).
    pub fn white(steps: usize) -> Self {
        let matrix = Mat::from_fn(steps, steps, |q, p| if q == p { (steps - q) as f64 } else { 0.0 });
        Self { steps, matrix }
    }

    /// A matrix over T steps, the same for every channel, channels being independent; or one over (c, q) of `channels` channels.
    ///
    /// `None` where it is neither, not finite, or not symmetric to 1e-9 of its largest entry.
    pub fn of(matrix: MatRef<f64>, steps: usize, channels: usize) -> Option<Self> {
        let n = matrix.nrows();
        let largest = matrix.norm_max();
        let fits = n == matrix.ncols() && (n == steps || n == steps * channels) && largest.is_finite();
        let even = |(i, j): (usize, usize)| (matrix[(i, j)] - matrix[(j, i)]).abs() <= 1e-9 * largest;
        let symmetric = fits && (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).all(even);
        symmetric.then(|| Self { steps, matrix: matrix.to_owned() })
    }

    /// Steps T.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// chi v for v over (c, q), channel after channel.
    fn times(&self, v: &[f64]) -> Vec<f64> {
        let n = self.matrix.nrows();
        let part = |v: &[f64]| -> Vec<f64> {
            (0..n).map(|i| (0..n).map(|j| self.matrix[(i, j)] * v[j]).sum()).collect()
        };
        v.chunks(n).flat_map(part).collect()
    }
}

/// The averaged loss of a linear network.
///
/// Formula (7.7), for several channels: L = sum_c eps_c^T chi eps_c with eps_(c,(c',q)) = mu^cc'_q - delta_cc' s_c gamma_c^q and the
/// moments mu^cc'_q = d_c . W^q e_c', q = 1 to T. Gradient (7.10): with lambda_c = 2 chi eps_c, sum over c, c' and m + k + 1 = q of
/// lambda_(c,(c',q)) ((W^T)^m d_c) (W^k e_c')^T.
///
/// The loss (7.5) of a linear network on independent inputs of unit variance has this mean.
///
/// ```
/// use faer::mat;
/// use nullcline_core::diagnostics::dynamics::integrator::{Averaged, Correlations, Gradient, Integrals, Room, Weights};
///
/// // One unit, e = d = 1 and W = gamma: the moments are gamma^q, a perfect integrator of scale 1.
/// let (w, one) = (mat![[0.9]], mat![[1.0]]);
/// let weights = Weights { recurrent: w.as_ref(), encoder: one.as_ref(), decoder: one.as_ref() };
/// let goal = Integrals { scale: vec![1.0], decay: vec![0.9] };
/// let loss = Averaged { goal, correlations: Correlations::white(4) };
/// let mut gradient = Gradient::zeros(1, 1);
/// assert!(loss.gradient(weights, &mut Room::new(1, 1, 4), &mut gradient) < 1e-30);
/// // At scale 2 it lacks gamma^q at each: L = sum (T + 1 - q) gamma^2q.
/// let twice = Averaged { goal: Integrals { scale: vec![2.0], decay: vec![0.9] }, ..loss };
/// let known: f64 = (1..=4).map(|q| f64::from(5 - q) * 0.9f64.powi(2 * q)).sum();
/// assert!((twice.gradient(weights, &mut Room::new(1, 1, 4), &mut gradient) - known).abs() < 1e-14);
/// ```
#[derive(Clone, Debug)]
pub struct Averaged {
    /// What is asked.
    pub goal: Integrals,
    /// chi.
    pub correlations: Correlations,
}

/// Memory of [`Averaged::gradient`]: W^q e_c and (W^T)^q d_c for q = 0 to T, one block of D columns a power.
pub struct Room<T = f64> {
    steps: usize,
    channels: usize,
    right: Mat<T>,
    left: Mat<T>,
    mixed: Mat<T>,
}

impl<T: Real> Room<T> {
    /// For n units, D channels and T steps.
    pub fn new(n: usize, channels: usize, steps: usize) -> Self {
        let powers = || Mat::zeros(n, channels * (steps + 1));
        Self { steps, channels, right: powers(), left: powers(), mixed: Mat::zeros(n, channels * steps) }
    }

    /// Takes the powers of `weights`.
    fn fill(&mut self, weights: Weights<T>) {
        let d = self.channels;
        self.right.as_mut().subcols_mut(0, d).copy_from(weights.encoder);
        self.left.as_mut().subcols_mut(0, d).copy_from(weights.decoder.transpose());
        for q in 0..self.steps {
            let step = |m: &mut Mat<T>, w: MatRef<T>| {
                let (known, next) = m.as_mut().split_at_col_mut((q + 1) * d);
                let last = known.as_ref().subcols(q * d, d);
                gemm(next.subcols_mut(0, d), Accum::Replace, w, last);
            };
            step(&mut self.right, weights.recurrent);
            step(&mut self.left, weights.recurrent.transpose());
        }
    }

    /// mu^cc'_q.
    fn moment(&self, c: usize, other: usize, q: usize) -> f64 {
        // Both halves of the power meet in the middle, so that each product is of the shortest ones.
        let (m, k) = (q / 2, q - q / 2);
        let (d, e) = (self.left.col(m * self.channels + c), self.right.col(k * self.channels + other));
        d.iter().zip(e.iter()).map(|(d, e)| d.to_f64() * e.to_f64()).sum()
    }
}

impl Averaged {
    /// The moments mu^cc'_q in rows c, columns (c', q), q running fastest from 1 to T.
    pub fn moments<T: Real>(&self, weights: Weights<T>, room: &mut Room<T>) -> Mat<f64> {
        room.fill(weights);
        let (d, t) = (room.channels, room.steps);
        Mat::from_fn(d, d * t, |c, j| room.moment(c, j / t, j % t + 1))
    }

    /// The loss alone.
    pub fn loss<T: Real>(&self, weights: Weights<T>, room: &mut Room<T>) -> f64 {
        self.pulls(&self.moments(weights, room)).0
    }

    /// The loss and lambda in the layout of the moments.
    fn pulls(&self, moments: &Mat<f64>) -> (f64, Mat<f64>) {
        let (d, t) = (moments.nrows(), self.correlations.steps);
        let mut pulls = Mat::zeros(d, d * t);
        let mut loss = 0.0;
        for c in 0..d {
            let target = |j: usize| if j / t == c { self.goal.target(c, j % t + 1) } else { 0.0 };
            let off: Vec<f64> = (0..d * t).map(|j| moments[(c, j)] - target(j)).collect();
            for (j, v) in self.correlations.times(&off).into_iter().enumerate() {
                loss += off[j] * v;
                pulls[(c, j)] = 2.0 * v;
            }
        }
        (loss, pulls)
    }

    /// The loss, and its gradient in `gradient`.
    pub fn gradient<T: Real>(
        &self,
        weights: Weights<T>,
        room: &mut Room<T>,
        gradient: &mut Gradient<T>,
    ) -> f64 {
        let moments = self.moments(weights, room);
        let (loss, pulls) = self.pulls(&moments);
        let (d, t) = (room.channels, room.steps);
        let pull = |c: usize, other: usize, q: usize| T::of(pulls[(c, other * t + q - 1)]);
        // Column (m, c) of `mixed` is what stands beside (W^T)^m d_c.
        let weight = Mat::from_fn(d * t, d * t, |i, j| {
            let ((k, other), (m, c)) = ((i / d, i % d), (j / d, j % d));
            if m + k < t { pull(c, other, m + k + 1) } else { T::ZERO }
        });
        gemm(room.mixed.as_mut(), Accum::Replace, room.right.as_ref().subcols(0, d * t), weight.as_ref());
        let left = room.left.as_ref().subcols(0, d * t);
        crate::linalg::wide::product(
            gradient.recurrent.as_mut(),
            Accum::Replace,
            left,
            room.mixed.as_ref().transpose(),
        );
        let (right, left) = (room.right.as_ref().subcols(d, d * t), room.left.as_ref().subcols(d, d * t));
        let to_decoder = Mat::from_fn(d, d * t, |c, j| pull(c, j % d, j / d + 1));
        gemm(gradient.decoder.as_mut(), Accum::Replace, to_decoder.as_ref(), right.transpose());
        let to_encoder = Mat::from_fn(d * t, d, |j, other| pull(j % d, other, j / d + 1));
        gemm(gradient.encoder.as_mut(), Accum::Replace, left, to_encoder.as_ref());
        loss
    }

    /// The Hessian at a perfect integrator, n^2 x n^2 with W column by column: 2 J^T chi J, J = d mu / d W (A.9).
    ///
    /// Away from one the part with second derivatives of the moments is missing. For small n.
    pub fn gauss_newton(&self, weights: Weights<f64>) -> Mat<f64> {
        let (n, d, t) = (weights.units(), weights.channels(), self.correlations.steps);
        let mut room = Room::new(n, d, t);
        room.fill(weights);
        let mut hessian = Mat::zeros(n * n, n * n);
        for c in 0..d {
            let jacobian = Mat::from_fn(d * t, n * n, |row, col| {
                let (other, q, i, j) = (row / t, row % t + 1, col % n, col / n);
                (0..q).map(|m| room.left[(i, m * d + c)] * room.right[(j, (q - 1 - m) * d + other)]).sum()
            });
            let mut bent = Mat::zeros(d * t, n * n);
            for col in 0..n * n {
                let column: Vec<f64> = (0..d * t).map(|r| jacobian[(r, col)]).collect();
                for (r, v) in self.correlations.times(&column).into_iter().enumerate() {
                    bent[(r, col)] = 2.0 * v;
                }
            }
            gemm(hessian.as_mut(), Accum::Add, jacobian.transpose(), bent.as_ref());
        }
        hessian
    }
}
