//! The antisymmetric recurrent network with an input gate.

use super::kind::{Cell, CellKind, Layer};
use super::params::{Params, gate_scratch, params_methods};
use super::proof::{SIGMOID_CURVATURE, TANH_CURVATURE, gamma, magnitude, row_norm};
use super::skewed::{Skewed, skewed};
use crate::linalg::activation::{sigmoid, tanh};
use crate::linalg::{Real, col, col_mut, gemm, norm, parts_mut, state_of};
use crate::systems::rule::{Bounds, Point, Rule};
use faer::{Accum, Mat, MatMut, MatRef};

const U: usize = 0;
const W: usize = 1;
const B: usize = 2;

/// An antisymmetric network with an input gate.
pub static GATED_ANTISYMMETRIC: CellKind = CellKind {
    drives: 2,
    ..skewed("gated_antisymmetric", "gated antisymmetric network", Layer { single: layer, double: layer })
};

fn layer<T: Real>(cell: &Cell, d: usize, n: usize) -> Box<dyn Rule<T>> {
    let [epsilon, gamma] = cell.values();
    Box::new(GatedAntisymmetric::new(n, d, epsilon, gamma))
}

/// The cell z = s(A h + V_z u + b_z), h' = h + epsilon z tanh(A h + V_h u + b_h) with
/// A = W - W^T - gamma I in both: Chang, Chen, Haber & Chi, ICLR 2019 (arXiv:1902.09689).
///
/// Parameters, gate and candidate stacked z, h: `weight_ih` V (2n x d), `weight_hh` the whole matrix W
/// (n x n), of which only the antisymmetric part acts, `bias` b (2n). Tape: z, 1-z, tanh, its slope (4n rows).
///
/// ```
/// use nullcline_core::systems::{cells::GatedAntisymmetric, rule::linearise};
///
/// // Without weights h' = h + epsilon s(-gamma h) tanh(-gamma h).
/// let (y, _, _) = linearise(&GatedAntisymmetric::new(1, 0, 0.1, 2.0), &[0.3], &[]);
/// let gate = 1.0 / (1.0 + 0.6f64.exp());
/// assert!((y[0] - (0.3 - 0.1 * gate * 0.6f64.tanh())).abs() < 1e-15);
/// ```
#[derive(Clone)]
pub struct GatedAntisymmetric<T = f64> {
    n: usize,
    d: usize,
    epsilon: f64,
    law: Skewed,
    params: Params<T>,
    /// A.
    recurrent: Mat<T>,
}

impl GatedAntisymmetric {
    /// The cell without its parameters: step and damping.
    pub fn cell(epsilon: f64, gamma: f64) -> Cell {
        Cell::new(&GATED_ANTISYMMETRIC, &[epsilon, gamma])
    }
}

impl<T: Real> GatedAntisymmetric<T> {
    /// A cell of `n` units and `d` inputs with step `epsilon` and damping `gamma`, all parameters zero.
    pub fn new(n: usize, d: usize, epsilon: f64, gamma: f64) -> Self {
        let params = Params::zeros(&[("weight_ih", 2 * n, d), ("weight_hh", n, n), ("bias", 2 * n, 1)]);
        let law = Skewed { beta: 1.0, gamma };
        let recurrent = law.matrix(params.mat(W));
        Self { n, d, epsilon, law, params, recurrent }
    }

    fn refresh(&mut self) {
        self.law.write(self.params.mat(W), self.recurrent.as_mut());
    }

    /// The derivatives of h'_i with respect to the pre-activations of gate and candidate.
    #[inline]
    fn slopes(&self, tape: &[T], i: usize) -> (T, T) {
        let t = |row: usize| tape[row * self.n + i];
        let epsilon = T::of(self.epsilon);
        (epsilon * t(2) * t(0) * t(1), epsilon * t(0) * t(3))
    }

    /// Cotangents of the pre-activations in rows z, h of `ga`, and their sum.
    fn gate(&self, at: Point<T>, gy: MatRef<T>, mut ga: MatMut<T>, mut sum: MatMut<T>) {
        let (b, k) = (at.tape.ncols(), gy.ncols());
        for j in 0..k {
            let (tape, gy) = (col(at.tape, state_of(j, b, k)), col(gy, j));
            let (gz, gh) = col_mut(ga.as_mut(), j).split_at_mut(self.n);
            for (i, sum) in col_mut(sum.as_mut(), j).iter_mut().enumerate() {
                let (z, h) = self.slopes(tape, i);
                (gz[i], gh[i]) = (z * gy[i], h * gy[i]);
                *sum = gz[i] + gh[i];
            }
        }
    }
}

impl<T: Real> Rule<T> for GatedAntisymmetric<T> {
    params_methods!(refresh);
    fn dim(&self) -> usize {
        self.n
    }
    fn inputs(&self) -> usize {
        self.d
    }
    fn tape_rows(&self) -> usize {
        4 * self.n
    }
    fn scratch_rows(&self) -> usize {
        4 * self.n
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, mut y: MatMut<T>, mut tape: MatMut<T>, scratch: MatMut<T>) {
        let n = self.n;
        let mut driven = scratch.subrows_mut(0, 2 * n).subcols_mut(0, x.ncols());
        self.params.fill_bias(driven.as_mut(), &[B], 0);
        if self.d > 0 {
            gemm(driven.as_mut(), Accum::Add, self.params.mat(U), u);
        }
        gemm(y.as_mut(), Accum::Replace, self.recurrent.as_ref(), x);
        let epsilon = T::of(self.epsilon);
        for j in 0..x.ncols() {
            let [az, ah] = parts_mut(col_mut(driven.as_mut(), j), n);
            let [z, not_z, c, slope] = parts_mut(col_mut(tape.as_mut(), j), n);
            let (h, y) = (col(x, j), col_mut(y.as_mut(), j));
            for i in 0..n {
                (az[i], ah[i]) = (az[i] + y[i], ah[i] + y[i]);
            }
            sigmoid(az, z, not_z);
            tanh(ah, c, slope);
            for i in 0..n {
                y[i] = h[i] + epsilon * z[i] * c[i];
            }
        }
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, scratch: MatMut<T>) {
        let (n, b, k) = (self.n, at.tape.ncols(), dx.ncols());
        let mut driven = scratch.subrows_mut(0, 2 * n).subcols_mut(0, k);
        driven.fill(T::ZERO);
        if let Some(du) = du {
            gemm(driven.as_mut(), Accum::Replace, self.params.mat(U), du);
        }
        gemm(dy.as_mut(), Accum::Replace, self.recurrent.as_ref(), dx);
        for j in 0..k {
            let (tape, dx, a) = (col(at.tape, state_of(j, b, k)), col(dx, j), col(driven.as_ref(), j));
            for (i, v) in col_mut(dy.as_mut(), j).iter_mut().enumerate() {
                let (z, h) = self.slopes(tape, i);
                *v = dx[i] + z * (*v + a[i]) + h * (*v + a[n + i]);
            }
        }
    }
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, mut gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        let (three, sum) = gate_scratch(scratch, self.n, gy.ncols());
        let (mut ga, mut sum) = (three.subrows_mut(0, 2 * self.n), sum);
        self.gate(at, gy, ga.as_mut(), sum.as_mut());
        gx.copy_from(gy);
        gemm(gx, Accum::Add, self.recurrent.transpose(), sum.as_ref());
        if let Some(gu) = gu {
            gemm(gu, Accum::Replace, self.params.mat(U).transpose(), ga.as_ref());
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let (three, mut sum) = gate_scratch(scratch, self.n, gy.ncols());
        let (mut ga, turned) = three.split_at_row_mut(2 * self.n);
        self.gate(at, gy, ga.as_mut(), sum.as_mut());
        self.params.add_outer(grad, U, ga.as_ref(), at.u);
        self.params.add_columns(grad, B, ga.as_ref());
        self.law.add_gradient(&self.params, grad, W, sum.as_ref(), at.x, turned);
    }
    fn fold(&self, at: Point<T>, mut j: MatMut<T>, scratch: MatMut<T>) -> bool {
        let (tape, gain) = (col(at.tape, 0), col_mut(scratch, 0));
        for (i, g) in gain.iter_mut().take(self.n).enumerate() {
            let (z, h) = self.slopes(tape, i);
            *g = z + h;
        }
        for c in 0..self.n {
            let a = col(self.recurrent.as_ref(), c);
            let column = col_mut(j.as_mut(), c);
            for (i, v) in column.iter_mut().enumerate() {
                *v = gain[i] * a[i];
            }
            column[c] += T::ONE;
        }
        true
    }
    /// Unit by unit, with the norms w_z, w_h of the rows of [A V_z] and [A V_h]:
    /// |D (z t)| <= w_z/4 + w_h, |D^2 (z t)| <= s2 w_z^2 + w_z w_h / 2 + t2 w_h^2, times epsilon;
    /// s2 = 1/(6 sqrt 3), t2 = 4/(3 sqrt 3). The identity adds 1 to the slope.
    fn bounds(&self, at: Point<T>, _: f64) -> Option<Bounds> {
        let (n, a, u) = (self.n, self.recurrent.as_ref(), self.params.mat(U));
        let (mut slope, mut curvature, mut rounding) = (0.0, 0.0, 0.0);
        for i in 0..n {
            let size = |k: usize| row_norm(a, i).hypot(row_norm(u, k));
            let (wz, wh) = (size(i), size(n + i));
            let error = |k: usize| {
                let sum =
                    magnitude(a, i, at.x) + magnitude(u, k, at.u) + self.params.vec(B)[k].to_f64().abs();
                gamma(n + self.d + 4) * sum
            };
            slope += (wz / 4.0 + wh).powi(2);
            curvature += (SIGMOID_CURVATURE * wz * wz + wz * wh / 2.0 + TANH_CURVATURE * wh * wh).powi(2);
            rounding += (error(i) / 4.0 + error(n + i) + 8.0 * f64::EPSILON).powi(2);
        }
        Some(Bounds {
            slope: 1.0 + self.epsilon * slope.sqrt(),
            curvature: self.epsilon * curvature.sqrt(),
            rounding: self.epsilon * rounding.sqrt() + 2.0 * f64::EPSILON * norm(col(at.x, 0)),
        })
    }
}
