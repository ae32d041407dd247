//! The Runge-Kutta scheme of Dormand and Prince of order 8, with its error estimate.

mod tableau;

use crate::linalg::{col, col_mut};
use crate::systems::rule::{Point, Rule};
use faer::{MatMut, MatRef};
use tableau::{A, B, E3, E5, STAGES};

/// One step of `h` of dx/dt = F(x, u) by the scheme DOP853, the input constant over the step.
///
/// Shapes are those of [`Rule`]: b states, any number of tangents a state. Tape: for each stage its
/// state (n rows), then the field's own tape. After [`eval`](Self::eval) and [`jvp`](Self::jvp) the
/// head of the scratch holds the slopes, from which [`error`](Self::error) is read. Products are those
/// of the discrete step, exactly.
///
/// Source: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, 2nd ed. (1993), II.10.
#[derive(Clone, Copy)]
pub struct Dop853<'a> {
    /// dx/dt.
    pub field: &'a dyn Rule,
    /// The time step.
    pub h: f64,
}

/// y += a x over the columns of y.
fn add(mut y: MatMut<f64>, a: f64, x: MatRef<f64>) {
    for j in 0..y.ncols() {
        for (y, x) in col_mut(y.as_mut(), j).iter_mut().zip(col(x, j)) {
            *y += a * *x;
        }
    }
}

impl<'a> Dop853<'a> {
    /// Rows of the tape.
    pub fn tape_rows(&self) -> usize {
        STAGES * (self.field.dim() + self.field.tape_rows())
    }
    /// Rows of the scratch matrix; it has as many columns as the widest argument.
    pub fn scratch_rows(&self) -> usize {
        (STAGES + 2) * self.field.dim() + self.field.scratch_rows()
    }

    fn stage<'t>(&self, p: Point<'t>, s: usize) -> Point<'t> {
        let (n, t) = (self.field.dim(), self.field.tape_rows());
        let block = p.tape.subrows(s * (n + t), n + t);
        Point { x: block.subrows(0, n), u: p.u, tape: block.subrows(n, t) }
    }

    /// y = x + h sum of weights times slopes.
    fn combine(&self, mut y: MatMut<f64>, x: MatRef<f64>, weights: &[(usize, f64)], slopes: MatRef<f64>) {
        let n = self.field.dim();
        y.copy_from(x);
        for (s, w) in weights {
            add(y.as_mut(), self.h * w, slopes.subrows(s * n, n).subcols(0, x.ncols()));
        }
    }

    /// The state after the step, recording the tape.
    pub fn eval(
        &self,
        x: MatRef<f64>,
        u: MatRef<f64>,
        y: MatMut<f64>,
        mut tape: MatMut<f64>,
        scratch: MatMut<f64>,
    ) {
        let (n, t) = (self.field.dim(), self.field.tape_rows());
        let (mut slopes, mut inner) = scratch.split_at_row_mut(STAGES * n);
        for s in 0..STAGES {
            let (mut xs, ts) = tape.as_mut().subrows_mut(s * (n + t), n + t).split_at_row_mut(n);
            self.combine(xs.as_mut(), x, A[s], slopes.as_ref());
            let k = slopes.as_mut().subrows_mut(s * n, n).subcols_mut(0, x.ncols());
            self.field.eval(xs.as_ref(), u, k, ts, inner.as_mut());
        }
        self.finish(y, x, slopes.as_ref());
    }

    fn finish(&self, y: MatMut<f64>, x: MatRef<f64>, slopes: MatRef<f64>) {
        let mut weights = [(0, 0.0); STAGES];
        weights.iter_mut().zip(B).enumerate().for_each(|(s, (w, b))| *w = (s, b));
        self.combine(y, x, &weights, slopes);
    }

    /// The tangents after the step.
    pub fn jvp(&self, at: Point, dx: MatRef<f64>, dy: MatMut<f64>, scratch: MatMut<f64>) {
        let n = self.field.dim();
        let (mut slopes, rest) = scratch.split_at_row_mut(STAGES * n);
        let (arg, mut inner) = rest.split_at_row_mut(n);
        let mut arg = arg.subcols_mut(0, dx.ncols());
        for (s, weights) in A.iter().enumerate() {
            self.combine(arg.as_mut(), dx, weights, slopes.as_ref());
            let k = slopes.as_mut().subrows_mut(s * n, n).subcols_mut(0, dx.ncols());
            self.field.jvp(self.stage(at, s), arg.as_ref(), None, k, inner.as_mut());
        }
        self.finish(dy, dx, slopes.as_ref());
    }

    /// The cotangents before the step.
    pub fn vjp(&self, at: Point, gy: MatRef<f64>, mut gx: MatMut<f64>, scratch: MatMut<f64>) {
        let n = self.field.dim();
        // The head holds, for each stage, what later stages ask of its slope.
        let (mut asked, rest) = scratch.split_at_row_mut(STAGES * n);
        let (gs, mut inner) = rest.split_at_row_mut(n);
        let mut gs = gs.subcols_mut(0, gy.ncols());
        let mut asked = asked.as_mut().subcols_mut(0, gy.ncols());
        asked.fill(0.0);
        gx.copy_from(gy);
        for s in (0..STAGES).rev() {
            add(asked.as_mut().subrows_mut(s * n, n), self.h * B[s], gy);
            let gk = asked.as_ref().subrows(s * n, n);
            self.field.vjp(self.stage(at, s), gk, gs.as_mut(), None, inner.as_mut());
            add(gx.as_mut(), 1.0, gs.as_ref());
            for (j, w) in A[s] {
                add(asked.as_mut().subrows_mut(j * n, n), self.h * w, gs.as_ref());
            }
        }
    }

    /// Estimate of the local error, Euclidean norm, of column `j` of the last
    /// [`eval`](Self::eval) or [`jvp`](Self::jvp) with this scratch.
    pub fn error(&self, scratch: MatRef<f64>, j: usize) -> f64 {
        let n = self.field.dim();
        let slopes = &col(scratch, j)[..STAGES * n];
        let (mut third, mut fifth) = (0.0, 0.0);
        for i in 0..n {
            let (mut a, mut b) = (0.0, 0.0);
            for s in 0..STAGES {
                a += E3[s] * slopes[s * n + i];
                b += E5[s] * slopes[s * n + i];
            }
            third += a * a;
            fifth += b * b;
        }
        let scale = (fifth + 0.01 * third).sqrt();
        if scale > 0.0 { self.h.abs() * fifth / scale } else { scale }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::activation::Activation;
    use crate::linalg::random::{Use, normal_matrix, stream};
    use crate::systems::cells::Current;
    use faer::Mat;

    fn network(n: usize) -> Current {
        let mut rng = stream(8, Use::Fixture, 0);
        let mut cell = Current::new(1, Activation::Tanh, (0..n).map(|i| 0.5 + i as f64).collect());
        let w = normal_matrix(&mut rng, n, n);
        cell.params_mut().mat_mut(1).copy_from(&w);
        cell.params_mut().mat_mut(0).fill(0.3);
        cell
    }

    struct Stepped {
        tape: Mat<f64>,
        scratch: Mat<f64>,
        y: Mat<f64>,
    }

    fn step(scheme: &Dop853, x: &Mat<f64>, width: usize) -> Stepped {
        let u = Mat::from_fn(1, x.ncols(), |_, _| 1.0);
        let mut s = Stepped {
            tape: Mat::zeros(scheme.tape_rows(), x.ncols()),
            scratch: Mat::zeros(scheme.scratch_rows(), width),
            y: x.clone(),
        };
        scheme.eval(x.as_ref(), u.as_ref(), s.y.as_mut(), s.tape.as_mut(), s.scratch.as_mut());
        s
    }

    #[test]
    fn products_are_those_of_the_step() {
        let field = network(4);
        let scheme = Dop853 { field: &field, h: 0.3 };
        let mut rng = stream(9, Use::Fixture, 0);
        let (x, v, g) =
            (normal_matrix(&mut rng, 4, 1), normal_matrix(&mut rng, 4, 2), normal_matrix(&mut rng, 4, 2));
        let mut s = step(&scheme, &x, 2);
        let u = Mat::from_fn(1, 1, |_, _| 1.0);
        let at = Point { x: x.as_ref(), u: u.as_ref(), tape: s.tape.as_ref() };
        let (mut jv, mut jg) = (Mat::zeros(4, 2), Mat::zeros(4, 2));
        scheme.jvp(at, v.as_ref(), jv.as_mut(), s.scratch.as_mut());
        scheme.vjp(at, g.as_ref(), jg.as_mut(), s.scratch.as_mut());
        assert!((g.transpose() * &jv - jg.transpose() * &v).norm_max() < 1e-14);
        for c in 0..2 {
            let moved = |e: f64| step(&scheme, &Mat::from_fn(4, 1, |i, _| x[(i, 0)] + e * v[(i, c)]), 1).y;
            let difference = (moved(1e-5) - moved(-1e-5)) * faer::Scale(5e4);
            assert!((difference.col(0) - jv.col(c)).norm_max() < 1e-9);
        }
    }

    #[test]
    fn the_order_is_eight_and_the_estimate_sees_the_error() {
        let field = network(3);
        let x = normal_matrix(&mut stream(10, Use::Fixture, 0), 3, 1);
        let run = |steps: usize| {
            let scheme = Dop853 { field: &field, h: 2.0 / steps as f64 };
            let (mut x, mut error) = (x.clone(), 0.0);
            for _ in 0..steps {
                let s = step(&scheme, &x, 1);
                error += scheme.error(s.scratch.as_ref(), 0);
                x = s.y;
            }
            (x, error)
        };
        let (exact, _) = run(64);
        let error = |steps: usize| (&run(steps).0 - &exact).norm_max();
        let order = (error(4) / error(8)).log2();
        assert!(order > 7.0 && order < 10.0, "{order}");
        assert!(run(4).1 > error(4), "{} {}", run(4).1, error(4));
    }
}
