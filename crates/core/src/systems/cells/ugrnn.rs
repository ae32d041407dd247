//! The update gate recurrent network.

use super::kind::{Cell, CellKind, Layer};
use super::params::{B_HH, B_IH, BACK, DOWN, Params, STEP, U, W, params_methods};
use super::proof::{SIGMOID_CURVATURE, TANH_CURVATURE, gamma, magnitude, row_norm};
use super::response::response;
use crate::linalg::activation::{sigmoid, tanh};
use crate::linalg::pointwise::add_product;
use crate::linalg::{Real, col, col_mut, parts, parts_mut, state_of};
use crate::systems::rule::{Bounds, Point, Rule};
use faer::{MatMut, MatRef};

/// Update gate RNN, h' = g h + (1-g) tanh(W_c h + U_c u + b).
pub static UGRNN: CellKind = CellKind {
    gates: &["g", "c"],
    aliases: &[("u", "g"), ("z", "g"), ("h", "c"), ("n", "c")],
    drives: 2,
    ..CellKind::new("ugrnn", "UGRNN", Layer { single: layer, double: layer })
};

fn layer<T: Real>(_: &Cell, d: usize, n: usize) -> Box<dyn Rule<T>> {
    Box::new(Ugrnn::new(n, d))
}

/// The update gate RNN, with one gate that both keeps and replaces:
/// g = s(W_g h + U_g u + b), c = tanh(W_c h + U_c u + b), h' = g h + (1-g) c.
///
/// Parameters, gate and candidate stacked g, c: `weight_ih` (2n x d), `weight_hh` (2n x n), `bias_ih`,
/// `bias_hh` (2n). Tape: g, 1-g, c, c' (4n rows). TensorFlow's `UGRNNCell` adds its `forget_bias`, 1 unless
/// given, to the gate, which belongs into the bias here.
///
/// Source: Collins, Sohl-Dickstein & Sussillo, ICLR 2017 (arXiv:1611.09913), equations of section 2.2, s = tanh.
///
/// ```
/// use nullcline_core::systems::{cells::Ugrnn, rule::linearise};
///
/// // Without weights the gate is at 1/2 and the candidate is 0.
/// let cell = Ugrnn::new(2, 0);
/// assert_eq!(linearise(&cell, &[0.5, -1.0], &[]).0, [0.25, -0.5]);
/// ```
#[derive(Clone)]
pub struct Ugrnn<T = f64> {
    n: usize,
    d: usize,
    params: Params<T>,
}

impl Ugrnn {
    /// The cell without its parameters.
    pub fn cell() -> Cell {
        Cell::new(&UGRNN, &[])
    }
}

impl<T: Real> Ugrnn<T> {
    /// A cell of `n` units and `d` inputs with all parameters zero.
    pub fn new(n: usize, d: usize) -> Self {
        Self { n, d, params: Params::stacked(2, n, d) }
    }
    /// The parameters, blocks in the order of the type's documentation.
    pub fn params_mut(&mut self) -> &mut Params<T> {
        &mut self.params
    }

    /// The derivatives of h'_i with respect to the pre-activations of gate and candidate.
    #[inline]
    fn slopes(&self, tape: &[T], h: T, i: usize) -> (T, T) {
        let t = |row: usize| tape[row * self.n + i];
        ((h - t(2)) * t(0) * t(1), t(1) * t(3))
    }

    /// Cotangents of the pre-activations in rows g, c of `ga`.
    fn gate(&self, at: Point<T>, gy: MatRef<T>, mut ga: MatMut<T>) {
        let (b, k) = (at.tape.ncols(), gy.ncols());
        for j in 0..k {
            let s = state_of(j, b, k);
            let (tape, h, gy) = (col(at.tape, s), col(at.x, s), col(gy, j));
            let [gg, gc] = parts_mut(col_mut(ga.as_mut(), j), self.n);
            for i in 0..self.n {
                let (g, c) = self.slopes(tape, h[i], i);
                (gg[i], gc[i]) = (g * gy[i], c * gy[i]);
            }
        }
    }
}

impl<T: Real> Rule<T> for Ugrnn<T> {
    params_methods!();
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
        2 * self.n
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, mut y: MatMut<T>, mut tape: MatMut<T>, scratch: MatMut<T>) {
        let n = self.n;
        let mut a = scratch.subrows_mut(0, 2 * n).subcols_mut(0, x.ncols());
        self.params.push(STEP, 0, [(W, x), (U, u)], &[B_IH, B_HH], a.as_mut());
        for j in 0..x.ncols() {
            let [ag, ac] = parts(col(a.as_ref(), j), n);
            let [g, not_g, c, slope] = parts_mut(col_mut(tape.as_mut(), j), n);
            sigmoid(ag, g, not_g);
            tanh(ac, c, slope);
            let (h, y) = (col(x, j), col_mut(y.as_mut(), j));
            for i in 0..n {
                y[i] = g[i] * h[i] + not_g[i] * c[i];
            }
        }
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, scratch: MatMut<T>) {
        let (n, b, k) = (self.n, at.tape.ncols(), dx.ncols());
        let mut a = scratch.subrows_mut(0, 2 * n).subcols_mut(0, k);
        response(a.as_mut(), self.params.mat(W), dx, self.params.mat(U), du);
        for j in 0..k {
            let s = state_of(j, b, k);
            let (tape, h, a, dx) = (col(at.tape, s), col(at.x, s), col(a.as_ref(), j), col(dx, j));
            for (i, v) in col_mut(dy.as_mut(), j).iter_mut().enumerate() {
                let (g, c) = self.slopes(tape, h[i], i);
                *v = tape[i] * dx[i] + g * a[i] + c * a[n + i];
            }
        }
    }
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, mut gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        let (n, b, k) = (self.n, at.tape.ncols(), gy.ncols());
        let mut ga = scratch.subrows_mut(0, 2 * n).subcols_mut(0, k);
        self.gate(at, gy, ga.as_mut());
        self.params.pull(BACK, [(W, 0, ga.as_ref())], gx.as_mut());
        for j in 0..k {
            let g = &col(at.tape, state_of(j, b, k))[..n];
            add_product(col_mut(gx.as_mut(), j), g, col(gy, j));
        }
        if let Some(gu) = gu {
            self.params.pull(DOWN, [(U, 0, ga.as_ref())], gu);
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], mut scratch: MatMut<T>) {
        self.gate(at, gy, scratch.as_mut().subrows_mut(0, 2 * self.n).subcols_mut(0, gy.ncols()));
        self.param_vjp_after(at, gy, grad, scratch);
    }
    fn param_vjp_after(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let ga = scratch.as_ref().subrows(0, 2 * self.n).subcols(0, gy.ncols());
        self.params.add_outer(grad, U, ga, at.u);
        self.params.add_outer(grad, W, ga, at.x);
        self.params.add_biases(grad, ga);
    }
    fn fold(&self, at: Point<T>, mut j: MatMut<T>, scratch: MatMut<T>) -> bool {
        let (n, w) = (self.n, self.params.mat(W));
        let (tape, h) = (col(at.tape, 0), col(at.x, 0));
        let [of_g, of_c] = parts_mut(col_mut(scratch, 0), n);
        for i in 0..n {
            (of_g[i], of_c[i]) = self.slopes(tape, h[i], i);
        }
        for c in 0..n {
            let [wg, wc] = parts(col(w, c), n);
            let column = col_mut(j.as_mut(), c);
            for (i, v) in column.iter_mut().enumerate() {
                *v = of_g[i] * wg[i] + of_c[i] * wc[i];
            }
            column[c] += tape[c];
        }
        true
    }
    /// h' is a mean of h and of a number in (-1, 1), so every attractor lies in [-1, 1].
    fn range(&self, _: usize) -> [f64; 2] {
        [-1.0, 1.0]
    }
    /// h' lies between h and the candidate, so that [-1, 1]^n goes into itself; a fixed point is its own
    /// candidate and lies inside.
    fn degree(&self) -> Option<i32> {
        Some(1)
    }
    /// Unit by unit, with the norms w_g, w_c of the rows of [W U] and K >= |h - c| on the ball, the lesser of
    /// |h - c| + (1 + w_c) radius and |h| + radius + 1: |D F_i| <= 1 + w_g K / 4 + w_c,
    /// |D^2 F_i| <= (w_g / 2)(1 + w_c) + s2 w_g^2 K + t2 w_c^2; s2 = 1/(6 sqrt 3), t2 = 4/(3 sqrt 3). The
    /// Lipschitz constant is the Euclidean norm over i.
    fn bounds(&self, at: Point<T>, radius: f64) -> Option<Bounds> {
        let (n, w, u) = (self.n, self.params.mat(W), self.params.mat(U));
        let (tape, h) = (col(at.tape, 0), col(at.x, 0));
        let (bi, bh) = (self.params.vec(B_IH), self.params.vec(B_HH));
        let (mut slope, mut curvature, mut rounding) = (0.0, 0.0, 0.0);
        for i in 0..n {
            let size = |k: usize| row_norm(w, k).hypot(row_norm(u, k));
            let (wg, wc) = (size(i), size(n + i));
            let near = (h[i] - tape[2 * n + i]).to_f64().abs() + (1.0 + wc) * radius;
            let gap = near.min(h[i].to_f64().abs() + radius + 1.0);
            let error = |k: usize| {
                let bias = bi[k].to_f64().abs() + bh[k].to_f64().abs();
                gamma(n + self.d + 4) * (magnitude(w, k, at.x) + magnitude(u, k, at.u) + bias)
            };
            slope += (1.0 + wg / 4.0 * gap + wc).powi(2);
            curvature +=
                (wg / 2.0 * (1.0 + wc) + SIGMOID_CURVATURE * wg * wg * gap + TANH_CURVATURE * wc * wc)
                    .powi(2);
            let e = error(n + i) + gap * error(i) / 4.0;
            rounding += (e + 8.0 * f64::EPSILON * (1.0 + h[i].to_f64().abs())).powi(2);
        }
        Some(Bounds { slope: slope.sqrt(), curvature: curvature.sqrt(), rounding: rounding.sqrt() })
    }
}
