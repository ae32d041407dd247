//! The gated recurrent unit, reset after the product, as in PyTorch and cuDNN.

use super::facts::{Initial, Region};
use super::gru_reset_before::GruResetBefore;
use super::kind::{Cell, CellKind, Layer};
use super::params::{B_HH, B_IH, BACK, DOWN, INPUT, Params, STATE, STEP, U, W, gate_scratch, params_methods};
use super::proof::{SIGMOID_CURVATURE, TANH_CURVATURE, gamma, magnitude, row_norm};
use crate::linalg::activation::{sigmoid, tanh};
use crate::linalg::pointwise::add_product;
use crate::linalg::{Real, col, col_mut, gemm, parts, parts_mut, state_of, vectorised};
use crate::systems::rule::{Bounds, Point, Rule};
use faer::{Accum, MatMut, MatRef};

/// Gated recurrent unit.
pub static GRU: CellKind = CellKind {
    gates: &["r", "z", "n"],
    aliases: &[("h", "n"), ("c", "n"), ("a", "n")],
    keras: &["z", "r", "n"],
    usual: true,
    drives: 3,
    has_reset: true,
    initial: Initial { oscillators: Some((2, Region::Gru)), ..Initial::UNIFORM },
    ..CellKind::new("gru", "GRU", Layer { single: layer, double: layer })
};

fn layer<T: Real>(cell: &Cell, d: usize, n: usize) -> Box<dyn Rule<T>> {
    if cell.reset_before { Box::new(GruResetBefore::new(n, d)) } else { Box::new(Gru::new(n, d)) }
}

/// The cell of `torch.nn.GRU`:
/// r = s(W_r h + U_r u + b), z = s(W_z h + U_z u + b), m = W_n h + b_hn,
/// c = tanh(U_n u + b_in + r m), h' = (1-z) c + z h.
///
/// Parameters, gates stacked r, z, n: `weight_ih` (3n x d), `weight_hh` (3n x n), `bias_ih`,
/// `bias_hh` (3n). Tape: r, 1-r, z, 1-z, c, c', m (7n rows).
///
/// Source: Cho et al., EMNLP 2014 (arXiv:1406.1078), eqs. 5-8, but for the place of the reset gate; there too z keeps the old state.
///
/// ```
/// use nullcline_core::systems::{cells::Gru, rule::linearise};
///
/// // Without weights both gates are at 1/2 and the candidate is 0.
/// let gru = Gru::new(2, 0);
/// let (y, j, _) = linearise(&gru, &[0.5, -1.0], &[]);
/// assert_eq!((y, j), (vec![0.25, -0.5], faer::mat![[0.5, 0.0], [0.0, 0.5]]));
/// ```
#[derive(Clone)]
pub struct Gru<T = f64> {
    n: usize,
    d: usize,
    params: Params<T>,
}

/// The rows of the tape at one state, unit by unit.
struct Gates<'a, T> {
    r: &'a [T],
    not_r: &'a [T],
    z: &'a [T],
    not_z: &'a [T],
    c: &'a [T],
    slope: &'a [T],
    m: &'a [T],
}

impl<'a, T> Gates<'a, T> {
    #[inline(always)]
    fn of(tape: &'a [T], n: usize) -> Self {
        let [r, not_r, z, not_z, c, slope, m] = parts(tape, n);
        Self { r, not_r, z, not_z, c, slope, m }
    }
}

impl Gru {
    /// The cell without its parameters.
    pub fn cell() -> Cell {
        Cell::new(&GRU, &[])
    }
    /// The cell of [`GruResetBefore`], without its parameters.
    pub fn cell_reset_before() -> Cell {
        Cell { reset_before: true, ..Self::cell() }
    }
}

impl<T: Real> Gru<T> {
    /// A cell of `n` units and `d` inputs with all parameters zero.
    pub fn new(n: usize, d: usize) -> Self {
        Self { n, d, params: Params::stacked(3, n, d) }
    }
    /// The parameters, blocks in the order of the type's documentation.
    pub fn params_mut(&mut self) -> &mut Params<T> {
        &mut self.params
    }

    /// Cotangents of the pre-activations: `hidden` rows r, z, m (as W sees them) and `input` row n.
    fn gate(&self, at: Point<T>, gy: MatRef<T>, mut hidden: MatMut<T>, mut input: MatMut<T>) {
        let n = self.n;
        let (b, k) = (at.tape.ncols(), gy.ncols());
        vectorised(
            #[inline(always)]
            move || {
                for j in 0..k {
                    let s = state_of(j, b, k);
                    let t = Gates::of(col(at.tape, s), n);
                    let [gr, gz, gm] = parts_mut(col_mut(hidden.as_mut(), j), n);
                    pull(&t, &col(at.x, s)[..n], &col(gy, j)[..n], gr, gz, gm, col_mut(input.as_mut(), j));
                }
            },
        );
    }
}

/// y = (1-z) c + z h.
fn blend<T: Real>(z: &[T], not_z: &[T], c: &[T], h: &[T], y: &mut [T]) {
    let n = y.len();
    let (z, not_z, c, h) = (&z[..n], &not_z[..n], &c[..n], &h[..n]);
    vectorised(
        #[inline(always)]
        move || {
            for i in 0..n {
                y[i] = not_z[i] * c[i] + z[i] * h[i];
            }
        },
    );
}

/// Cotangents of the pre-activations of r, z, m and n of one state.
#[inline(always)]
fn pull<T: Real>(t: &Gates<T>, h: &[T], gy: &[T], gr: &mut [T], gz: &mut [T], gm: &mut [T], gn: &mut [T]) {
    let gn = &mut gn[..h.len()];
    for i in 0..h.len() {
        gn[i] = gy[i] * t.not_z[i] * t.slope[i];
        gz[i] = gy[i] * (h[i] - t.c[i]) * t.z[i] * t.not_z[i];
        gr[i] = gn[i] * t.m[i] * t.r[i] * t.not_r[i];
        gm[i] = gn[i] * t.r[i];
    }
}

impl<T: Real> Rule<T> for Gru<T> {
    params_methods!();
    fn dim(&self) -> usize {
        self.n
    }
    fn inputs(&self) -> usize {
        self.d
    }
    fn tape_rows(&self) -> usize {
        7 * self.n
    }
    fn scratch_rows(&self) -> usize {
        4 * self.n
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, mut y: MatMut<T>, mut tape: MatMut<T>, scratch: MatMut<T>) {
        let n = self.n;
        let (mut hidden, mut input) = gate_scratch(scratch, n, x.ncols());
        let (gates, candidate) = hidden.as_mut().split_at_row_mut(2 * n);
        self.params.push(STEP, 0, [(W, x), (U, u)], &[B_IH, B_HH], gates);
        self.params.push(STATE, 2 * n, [(W, x)], &[B_HH], candidate);
        self.params.push(INPUT, 2 * n, [(U, u)], &[B_IH], input.as_mut());
        for j in 0..x.ncols() {
            let [ar, az, am] = parts(col(hidden.as_ref(), j), n);
            let [r, not_r, z, not_z, c, slope, m] = parts_mut(col_mut(tape.as_mut(), j), n);
            let an = col_mut(input.as_mut(), j);
            sigmoid(ar, r, not_r);
            sigmoid(az, z, not_z);
            m.copy_from_slice(am);
            add_product(an, r, m);
            tanh(an, c, slope);
            blend(z, not_z, c, col(x, j), col_mut(y.as_mut(), j));
        }
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, scratch: MatMut<T>) {
        let n = self.n;
        let (b, k) = (at.tape.ncols(), dx.ncols());
        let (mut hidden, mut input) = gate_scratch(scratch, n, k);
        gemm(hidden.as_mut(), Accum::Replace, self.params.mat(W), dx);
        input.fill(T::ZERO);
        if let Some(du) = du {
            let weights = self.params.mat(U);
            gemm(hidden.as_mut().subrows_mut(0, 2 * n), Accum::Add, weights.subrows(0, 2 * n), du);
            gemm(input.as_mut(), Accum::Replace, weights.subrows(2 * n, n), du);
        }
        for j in 0..k {
            let s = state_of(j, b, k);
            let (t, h) = (Gates::of(col(at.tape, s), n), col(at.x, s));
            let (a, an, dx) = (col(hidden.as_ref(), j), col(input.as_ref(), j), col(dx, j));
            for (i, v) in col_mut(dy.as_mut(), j).iter_mut().enumerate() {
                let dr = t.r[i] * t.not_r[i] * a[i];
                let dz = t.z[i] * t.not_z[i] * a[n + i];
                let dc = t.slope[i] * (an[i] + dr * t.m[i] + t.r[i] * a[2 * n + i]);
                *v = t.not_z[i] * dc + t.z[i] * dx[i] + dz * (h[i] - t.c[i]);
            }
        }
    }
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, mut gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        let n = self.n;
        let (b, k) = (at.tape.ncols(), gy.ncols());
        let (mut hidden, mut input) = gate_scratch(scratch, n, k);
        self.gate(at, gy, hidden.as_mut(), input.as_mut());
        self.params.pull(BACK, [(W, 0, hidden.as_ref())], gx.as_mut());
        for j in 0..k {
            let t = Gates::of(col(at.tape, state_of(j, b, k)), n);
            add_product(col_mut(gx.as_mut(), j), t.z, col(gy, j));
        }
        if let Some(gu) = gu {
            let gates = hidden.as_ref().subrows(0, 2 * n);
            self.params.pull(DOWN, [(U, 0, gates), (U, 2 * n, input.as_ref())], gu);
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], mut scratch: MatMut<T>) {
        let (hidden, input) = gate_scratch(scratch.as_mut(), self.n, gy.ncols());
        self.gate(at, gy, hidden, input);
        self.param_vjp_after(at, gy, grad, scratch);
    }
    fn param_vjp_after(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let n = self.n;
        let (hidden, input) = gate_scratch(scratch, n, gy.ncols());
        let (hidden, input) = (hidden.as_ref(), input.as_ref());
        self.params.add_outer(grad, W, hidden, at.x);
        self.params.add_columns(grad, B_HH, hidden);
        for (first, g) in [(0, hidden.subrows(0, 2 * n)), (2 * n, input)] {
            self.params.add_outer_from(grad, U, first, g, at.u);
            self.params.add_columns_from(grad, B_IH, first, g);
        }
    }
    fn fold(&self, at: Point<T>, mut j: MatMut<T>, scratch: MatMut<T>) -> bool {
        let (n, w) = (self.n, self.params.mat(W));
        let (t, h) = (Gates::of(col(at.tape, 0), n), col(at.x, 0));
        let coefficients = col_mut(scratch, 0);
        for i in 0..n {
            let c = t.not_z[i] * t.slope[i];
            coefficients[i] = c * t.m[i] * t.r[i] * t.not_r[i];
            coefficients[n + i] = (h[i] - t.c[i]) * t.z[i] * t.not_z[i];
            coefficients[2 * n + i] = c * t.r[i];
        }
        let (cr, rest) = coefficients.split_at(n);
        let (cz, cn) = (&rest[..n], &rest[n..2 * n]);
        for c in 0..n {
            let w = col(w, c);
            let (wr, wz, wn) = (&w[..n], &w[n..2 * n], &w[2 * n..]);
            let column = col_mut(j.as_mut(), c);
            for (i, v) in column.iter_mut().enumerate() {
                *v = cr[i] * wr[i] + cz[i] * wz[i] + cn[i] * wn[i];
            }
            column[c] += t.z[c];
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
    /// Unit by unit, with the norms w_r, w_z, w_n of the rows of [W U] and M = |m| + w_n radius:
    /// |D a_c| <= A = w_n + w_r M / 4 (w_n taken over the input part too),
    /// |D^2 a_c| <= w_r w_n / 2 + s2 w_r^2 M, |D^2 c| <= t2 A^2 + |D^2 a_c|, and with
    /// K = |h - c| + radius + A radius bounding |h - c| on the ball
    /// |D^2 F_i| <= |D^2 c| + s2 w_z^2 min(K, |h| + radius + 1) + (w_z / 2)(1 + A);
    /// s2 = 1/(6 sqrt 3), t2 = 4/(3 sqrt 3). The Lipschitz constant is the Euclidean norm over i.
    fn bounds(&self, at: Point<T>, radius: f64) -> Option<Bounds> {
        let (n, w, u) = (self.n, self.params.mat(W), self.params.mat(U));
        let (t, h) = (Gates::of(col(at.tape, 0), n), col(at.x, 0));
        let (bi, bh) = (self.params.vec(B_IH), self.params.vec(B_HH));
        let (mut slope, mut curvature, mut rounding) = (0.0, 0.0, 0.0);
        for i in 0..n {
            let size = |g: usize| row_norm(w, g * n + i).hypot(row_norm(u, g * n + i));
            let (wr, wz, wn) = (size(0), size(1), size(2));
            let m = t.m[i].to_f64().abs() + row_norm(w, 2 * n + i) * radius;
            let a = wn + wr * m / 4.0;
            let a2 = wr * wn / 2.0 + SIGMOID_CURVATURE * wr * wr * m;
            let near = (h[i] - t.c[i]).to_f64().abs() + radius + a * radius;
            let gap = near.min(h[i].to_f64().abs() + radius + 1.0);
            let second =
                TANH_CURVATURE * a * a + a2 + SIGMOID_CURVATURE * wz * wz * gap + wz / 2.0 * (1.0 + a);
            let first = a + 1.0 + wz / 4.0 * gap;
            let error = |g: usize| {
                let k = g * n + i;
                let bias = bi[k].to_f64().abs() + bh[k].to_f64().abs();
                gamma(n + self.d + 4) * (magnitude(w, k, at.x) + magnitude(u, k, at.u) + bias)
            };
            let e = error(2) + m * error(0) / 4.0 + gap * error(1) / 4.0;
            slope += first * first;
            curvature += second * second;
            rounding += (e + 8.0 * f64::EPSILON * (1.0 + h[i].to_f64().abs())).powi(2);
        }
        Some(Bounds { slope: slope.sqrt(), curvature: curvature.sqrt(), rounding: rounding.sqrt() })
    }
}
