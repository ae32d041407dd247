//! The quadratic model's minimum with signs fixed, by conjugate gradients: for matrices that coordinate descent is slow on.

use super::sweep::Model;
use crate::linalg::pointwise::dot;
use crate::linalg::{col, col_mut, gemm, vectorised};
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, Mat, MatRef, Par};

const MOST_ITERATIONS: usize = 200;
const MOST_HALVINGS: usize = 10;

/// What conjugate gradients are preconditioned by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// The diagonal of P -> W P W: what is right near singular matrices.
    Diagonal,
    /// P -> Theta P Theta, which inverts it where all entries are free.
    Inverse,
}

/// Memory of the search, all n x n.
pub struct Face {
    residual: Mat<f64>,
    scaled: Mat<f64>,
    direction: Mat<f64>,
    image: Mat<f64>,
    step: Mat<f64>,
    half: Mat<f64>,
}

impl Face {
    /// Room for n x n matrices.
    pub fn new(n: usize) -> Self {
        let zeros = || Mat::zeros(n, n);
        let (residual, scaled, direction) = (zeros(), zeros(), zeros());
        Self { residual, scaled, direction, image: zeros(), step: zeros(), half: zeros() }
    }

    /// Moves D towards the minimum of q over the entries of Theta + D that are not zero, with their signs; false if q did
    /// not decrease.
    ///
    /// Formula: conjugate gradients on W P W = -(C - W + W D W + lambda sign(Theta + D)) over those entries, preconditioned by the
    /// diagonal W_ij^2 + W_ii W_jj, until the residual's square in that norm is `forcing` of the first; entries that would change
    /// sign become zero, and the step is halved until q decreases.
    /// Source: the subspace step of Oztoprak, Nocedal, Rennie & Olsen 2012, NIPS 25, section 3.
    pub fn descend(&mut self, model: &Model, d: &mut Mat<f64>, forcing: f64) -> bool {
        let before = self.value(model, d.as_ref());
        self.search(model, d.as_ref(), forcing, By::Diagonal);
        self.go(model, d, before)
    }

    /// D from zero to that minimum, preconditioned by P -> Theta P Theta; entries that would change sign become zero, whatever q does.
    pub fn ahead(&mut self, model: &Model, d: &mut Mat<f64>, forcing: f64) {
        d.fill(0.0);
        self.image.fill(0.0);
        self.search(model, d.as_ref(), forcing, By::Inverse);
        for j in 0..d.ncols() {
            let (x, step) = (col(model.x, j), col(self.step.as_ref(), j));
            for (i, d) in col_mut(d.as_mut(), j).iter_mut().enumerate() {
                *d = if i != j && x[i] * (x[i] + step[i]) < 0.0 { -x[i] } else { step[i] };
            }
        }
    }

    /// The conjugate gradients, from the image W D W; leaves the step.
    fn search(&mut self, model: &Model, d: MatRef<f64>, forcing: f64, by: By) {
        for j in 0..d.ncols() {
            let (c, w, x, d) = (col(model.c, j), col(model.w, j), col(model.x, j), col(d, j));
            let (image, r) = (col(self.image.as_ref(), j), col_mut(self.residual.as_mut(), j));
            for i in 0..d.len() {
                let y = x[i] + d[i];
                let sign = if i == j { 0.0 } else { y.signum() };
                r[i] = if i == j || y != 0.0 { w[i] - c[i] - image[i] - model.lambda * sign } else { 0.0 };
            }
        }
        self.step.fill(0.0);
        self.direction.fill(0.0);
        let (mut norm, mut enough) = (f64::INFINITY, 0.0);
        let first = inner(self.residual.as_ref(), self.residual.as_ref());
        for iteration in 0..MOST_ITERATIONS {
            // Theta P Theta costs as much as the image: what the plain residual tells needs none.
            if by == By::Inverse
                && inner(self.residual.as_ref(), self.residual.as_ref()) <= forcing * first
                && iteration > 0
            {
                break;
            }
            let next = self.precondition(model, d, by);
            if iteration == 0 {
                enough = forcing * next;
            }
            if !(next > enough) {
                break;
            }
            // At first the direction is zero and the share nothing.
            let share = next / norm;
            for j in 0..d.ncols() {
                conjugate(col_mut(self.direction.as_mut(), j), col(self.scaled.as_ref(), j), share);
            }
            norm = next;
            congruence(&mut self.image, &mut self.half, model.w, self.direction.as_ref());
            let curved = inner(self.direction.as_ref(), self.image.as_ref());
            if !(curved > 0.0) {
                break;
            }
            self.advance(model, d, norm / curved);
        }
    }

    /// The step and the residual after `share` of the direction, among the free entries.
    fn advance(&mut self, model: &Model, d: MatRef<f64>, share: f64) {
        for j in 0..d.ncols() {
            let (x, d) = (col(model.x, j), col(d, j));
            let (p, image) = (col(self.direction.as_ref(), j), col(self.image.as_ref(), j));
            let (r, step) = (col_mut(self.residual.as_mut(), j), col_mut(self.step.as_mut(), j));
            along([step, r], [x, d, p, image], share);
        }
    }

    /// The residual preconditioned, among the free entries; returns its product with the residual.
    fn precondition(&mut self, model: &Model, d: MatRef<f64>, by: By) -> f64 {
        match by {
            By::Inverse => congruence(&mut self.scaled, &mut self.half, model.x, self.residual.as_ref()),
            By::Diagonal => {
                for j in 0..d.ncols() {
                    let (w, r) = (col(model.w, j), col(self.residual.as_ref(), j));
                    for (i, z) in col_mut(self.scaled.as_mut(), j).iter_mut().enumerate() {
                        *z = r[i] / (w[i] * w[i] + model.w[(i, i)] * w[j]);
                    }
                }
            }
        }
        for j in 0..d.ncols() {
            free(col_mut(self.scaled.as_mut(), j), col(model.x, j), col(d, j));
        }
        inner(self.residual.as_ref(), self.scaled.as_ref())
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
        congruence(&mut self.image, &mut self.half, model.w, d);
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
}

/// A P A of symmetric matrices, exactly symmetric; `half` takes P A.
fn congruence(out: &mut Mat<f64>, half: &mut Mat<f64>, a: MatRef<f64>, p: MatRef<f64>) {
    gemm(half.as_mut(), Accum::Replace, p, a);
    matmul(
        out.as_mut(),
        BlockStructure::TriangularLower,
        Accum::Replace,
        a,
        BlockStructure::Rectangular,
        half.as_ref(),
        BlockStructure::Rectangular,
        1.0,
        Par::Seq,
    );
    for j in 0..out.ncols() {
        for i in 0..j {
            out[(i, j)] = out[(j, i)];
        }
    }
}

/// tr(A^T B).
fn inner(a: MatRef<f64>, b: MatRef<f64>) -> f64 {
    (0..a.ncols()).map(|j| dot(col(a, j), col(b, j))).sum()
}

/// p = z + share p.
fn conjugate(p: &mut [f64], z: &[f64], share: f64) {
    vectorised(
        #[inline(always)]
        move || p.iter_mut().zip(z).for_each(|(p, z)| *p = z + share * *p),
    );
}

/// step += share p, which is zero but for free entries, and r -= share image there.
fn along([step, r]: [&mut [f64]; 2], [x, d, p, image]: [&[f64]; 4], share: f64) {
    vectorised(
        #[inline(always)]
        move || {
            for ((step, p), ((r, image), (x, d))) in
                step.iter_mut().zip(p).zip(r.iter_mut().zip(image).zip(x.iter().zip(d)))
            {
                *step += share * p;
                *r -= if x + d != 0.0 { share * image } else { 0.0 };
            }
        },
    );
}

/// z where the entry is free, else zero.
fn free(z: &mut [f64], x: &[f64], d: &[f64]) {
    vectorised(
        #[inline(always)]
        move || {
            for (z, (x, d)) in z.iter_mut().zip(x.iter().zip(d)) {
                *z = if x + d != 0.0 { *z } else { 0.0 };
            }
        },
    );
}
