//! The quadratic model's minimum with signs fixed, by conjugate gradients: for matrices that coordinate descent is slow on.

use super::sweep::Model;
use crate::linalg::{col, col_mut, gemm};
use faer::{Accum, Mat, MatRef};

/// Conjugate gradients end when the residual's square falls to this share of the first's.
const FORCING: f64 = 1e-6;
const MOST_ITERATIONS: usize = 200;
const MOST_HALVINGS: usize = 10;

/// Memory of the search, all n x n.
pub struct Face {
    residual: Mat<f64>,
    direction: Mat<f64>,
    image: Mat<f64>,
    step: Mat<f64>,
    half: Mat<f64>,
}

impl Face {
    /// Room for n x n matrices.
    pub fn new(n: usize) -> Self {
        let zeros = || Mat::zeros(n, n);
        let (residual, direction, image, step, half) = (zeros(), zeros(), zeros(), zeros(), zeros());
        Self { residual, direction, image, step, half }
    }

    /// Moves D towards the minimum of q over the entries of Theta + D that are not zero, with their signs; false if q did
    /// not decrease.
    ///
    /// Formula: conjugate gradients on W P W = -(C - W + W D W + lambda sign(Theta + D)) over those entries, scaled by the
    /// diagonal W_ij^2 + W_ii W_jj; entries that would change sign become zero, and the step is halved until q decreases.
    /// Source: the subspace step of Oztoprak, Nocedal, Rennie & Olsen 2012, NIPS 25, section 3.
    pub fn descend(&mut self, model: &Model, d: &mut Mat<f64>) -> bool {
        let n = d.nrows();
        let before = self.value(model, d.as_ref());
        let mut norm = 0.0;
        for j in 0..n {
            let (c, w, x, d) = (col(model.c, j), col(model.w, j), col(model.x, j), col(d.as_ref(), j));
            let (image, r) = (col(self.image.as_ref(), j), col_mut(self.residual.as_mut(), j));
            let p = col_mut(self.direction.as_mut(), j);
            for i in 0..n {
                let y = x[i] + d[i];
                let sign = if i == j { 0.0 } else { y.signum() };
                r[i] = if i == j || y != 0.0 { w[i] - c[i] - image[i] - model.lambda * sign } else { 0.0 };
                p[i] = r[i] / curvature(w, model.w[(i, i)], i, j);
                norm += r[i] * p[i];
            }
        }
        let enough = FORCING * norm;
        self.step.fill(0.0);
        for _ in 0..MOST_ITERATIONS {
            if !(norm > enough) {
                break;
            }
            self.apply(model, None);
            let mut curved = 0.0;
            for j in 0..n {
                let (p, image) = (col(self.direction.as_ref(), j), col(self.image.as_ref(), j));
                curved += p.iter().zip(image).map(|(p, a)| p * a).sum::<f64>();
            }
            let share = norm / curved;
            let mut next = 0.0;
            for j in 0..n {
                let (w, x, d) = (col(model.w, j), col(model.x, j), col(d.as_ref(), j));
                let (p, image) = (col(self.direction.as_ref(), j), col(self.image.as_ref(), j));
                let (r, step) = (col_mut(self.residual.as_mut(), j), col_mut(self.step.as_mut(), j));
                for i in 0..n {
                    if i == j || x[i] + d[i] != 0.0 {
                        step[i] += share * p[i];
                        r[i] -= share * image[i];
                        next += r[i] * r[i] / curvature(w, model.w[(i, i)], i, j);
                    }
                }
            }
            let beta = next / norm;
            norm = next;
            for j in 0..n {
                let (w, r) = (col(model.w, j), col(self.residual.as_ref(), j));
                for (i, p) in col_mut(self.direction.as_mut(), j).iter_mut().enumerate() {
                    *p = beta * *p + r[i] / curvature(w, model.w[(i, i)], i, j);
                }
            }
        }
        self.go(model, d, before)
    }

    fn go(&mut self, model: &Model, d: &mut Mat<f64>, before: f64) -> bool {
        let n = d.nrows();
        let mut share = 1.0;
        for _ in 0..MOST_HALVINGS {
            for j in 0..n {
                let (x, d, step) = (col(model.x, j), col(d.as_ref(), j), col(self.step.as_ref(), j));
                for (i, p) in col_mut(self.direction.as_mut(), j).iter_mut().enumerate() {
                    let (now, next) = (x[i] + d[i], x[i] + d[i] + share * step[i]);
                    *p = if i != j && now * next < 0.0 { -x[i] } else { d[i] + share * step[i] };
                }
            }
            let trial = std::mem::replace(&mut self.direction, Mat::new());
            let value = self.value(model, trial.as_ref());
            self.direction = trial;
            if value < before {
                std::mem::swap(d, &mut self.direction);
                return true;
            }
            share *= 0.5;
        }
        false
    }

    /// q(D); leaves W D W in the image.
    fn value(&mut self, model: &Model, d: MatRef<f64>) -> f64 {
        self.apply(model, Some(d));
        let mut sum = 0.0;
        for j in 0..d.ncols() {
            let (c, w, x, d) = (col(model.c, j), col(model.w, j), col(model.x, j), col(d, j));
            let image = col(self.image.as_ref(), j);
            for i in 0..d.len() {
                let growth = if i == j { 0.0 } else { (x[i] + d[i]).abs() - x[i].abs() };
                sum += (c[i] - w[i] + 0.5 * image[i]) * d[i] + model.lambda * growth;
            }
        }
        sum
    }

    /// The image W P W of `p`, or of the direction.
    fn apply(&mut self, model: &Model, p: Option<MatRef<f64>>) {
        gemm(self.half.as_mut(), Accum::Replace, p.unwrap_or(self.direction.as_ref()), model.w);
        gemm(self.image.as_mut(), Accum::Replace, model.w, self.half.as_ref());
        for j in 0..self.image.ncols() {
            for i in 0..j {
                self.image[(i, j)] = self.image[(j, i)];
            }
        }
    }
}

/// The curvature of entry (i, j), with `w` the column j of W.
#[inline(always)]
fn curvature(w: &[f64], w_ii: f64, i: usize, j: usize) -> f64 {
    w[i] * w[i] + w_ii * w[j]
}
