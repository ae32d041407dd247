//! The network whose synapses depress and facilitate on the scale of the task.

use super::facts::{Initial, Own};
use super::kind::{Cell, CellKind, Layer};
use super::params::{BACK, DOWN, Params, STEP, params_methods};
use crate::linalg::activation::Activation;
use crate::linalg::pointwise::add_product;
use crate::linalg::{Real, col, col_mut, gemm, state_of};
use crate::systems::rule::{Point, Rule};
use faer::{Accum, MatMut, MatRef};

/// h' = f(a h + W (u' x' h) + V i + b) with availability x and use u of each unit's synapses.
pub static STP: CellKind = CellKind {
    own: Some(Own {
        block: "synapse",
        role: "synapse",
        columns: 5,
        what: "five numbers for each unit: leak, rates of recovery and of facilitation, release, use",
        initial: Some(start),
    }),
    parts: &["h", "x", "u"],
    has_activation: true,
    activation: Activation::Relu,
    initial: Initial { any_form: false, ..Initial::UNIFORM },
    ..CellKind::new("stp", "network with short-term plasticity ({})", Layer { single: layer, double: layer })
};

fn layer<T: Real>(cell: &Cell, d: usize, n: usize) -> Box<dyn Rule<T>> {
    Box::new(Plastic::new(n, d, cell.nonlinearity()))
}

/// Steps of 10 ms, a time constant of 100 ms, and every other unit facilitating (0.2 s, 1.5 s, 0.15) or depressing (1.5 s, 0.2 s, 0.45),
/// as in Masse et al. 2019, table 1.
fn start(unit: usize, column: usize) -> f64 {
    let facilitates = unit.is_multiple_of(2);
    let (recovers, forgets, release) = if facilitates { (0.2, 1.5, 0.15) } else { (1.5, 0.2, 0.45) };
    [0.9, 0.01 / recovers, 0.01 / forgets, release, 0.01][column]
}

const V: usize = 0;
const W: usize = 1;
const B: usize = 2;
const S: usize = 3;

/// The network with short-term plasticity of Masse et al. 2019 (Nat. Neurosci. 22, 1159, methods), after Mongillo, Barak & Tsodyks 2008
/// (Science 319, 1543), on the state [h; x; u] of dimension 3n:
///
/// x' = [x + p (1 - x) - k u x h], u' = [u + q (R - u) + k R (1 - u) h], h' = f(a h + W (u' x' h) + V i + b),
///
/// where [.] is held within 0 and 1, f ReLU unless said otherwise, and of each unit a is its leak, p and q the rates at which
/// availability x recovers and use u falls back (dt over their time constants), R the release at rest, and k the time step in units of
/// 1 / rate, 0 for synapses that stay as they are.
///
/// Parameters: `weight_ih` V (n x d), `weight_hh` W (n x n), `bias` b (n), `synapse` [a p q R k] (n x 5). Tape: x', u', f', and whether x'
/// and u' move freely, 5n rows.
///
/// ```
/// use faer::mat;
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::systems::{cells::Plastic, rule::linearise};
///
/// let mut cell = Plastic::new(1, 0, Activation::Relu);
/// cell.params_mut().mat_mut(3).copy_from(mat![[0.9, 0.1, 0.2, 0.5, 0.01]]);
/// // h = 2, x = 1, u = 0.5: x loses 0.01 u x h, u gains 0.01 R (1 - u) h, h decays.
/// let (y, _, _) = linearise(&cell, &[2.0, 1.0, 0.5], &[]);
/// assert!((y[0] - 1.8).abs() < 1e-15 && (y[1] - 0.99).abs() < 1e-15 && (y[2] - 0.505).abs() < 1e-15);
/// ```
#[derive(Clone)]
pub struct Plastic<T = f64> {
    n: usize,
    d: usize,
    activation: Activation,
    params: Params<T>,
}

/// What a unit has of its own: leak, recovery, fall, release, use.
struct Unit<T> {
    a: T,
    p: T,
    q: T,
    r: T,
    k: T,
}

impl Plastic {
    /// The cell without its parameters.
    pub fn cell(activation: Activation) -> Cell {
        Cell { activation: Some(activation), ..Cell::new(&STP, &[]) }
    }
}

impl<T: Real> Plastic<T> {
    /// A network of `n` units and `d` inputs with all parameters zero.
    pub fn new(n: usize, d: usize, activation: Activation) -> Self {
        let blocks = [("weight_ih", n, d), ("weight_hh", n, n), ("bias", n, 1), ("synapse", n, 5)];
        Self { n, d, activation, params: Params::zeros(&blocks) }
    }
    /// The parameters, blocks in the order of the type's documentation.
    pub fn params_mut(&mut self) -> &mut Params<T> {
        &mut self.params
    }
    fn unit(&self, i: usize) -> Unit<T> {
        let (s, n) = (self.params.vec(S), self.n);
        Unit { a: s[i], p: s[n + i], q: s[2 * n + i], r: s[3 * n + i], k: s[4 * n + i] }
    }
    /// The cotangents of pre-activation, of what synapses pass on, and of x' and u' before they are held, from `gy`: 4n rows.
    fn back(&self, at: Point<T>, gy: MatRef<T>, mut out: MatMut<T>) {
        let (n, b, k) = (self.n, at.tape.ncols(), gy.ncols());
        for j in 0..k {
            let (tape, g) = (col(at.tape, state_of(j, b, k)), col(gy, j));
            let v = &mut col_mut(out.as_mut(), j)[..n];
            v.iter_mut().enumerate().for_each(|(i, v)| *v = tape[2 * n + i] * g[i]);
        }
        let (v, mut rest) = out.split_at_row_mut(n);
        self.params.pull(BACK, [(W, 0, v.as_ref())], rest.as_mut().subrows_mut(0, n));
        for j in 0..k {
            let s = state_of(j, b, k);
            let (tape, h, g) = (col(at.tape, s), &col(at.x, s)[..n], col(gy, j));
            let (passed, held) = col_mut(rest.as_mut(), j).split_at_mut(n);
            for i in 0..n {
                held[i] = tape[3 * n + i] * (g[n + i] + tape[n + i] * h[i] * passed[i]);
                held[n + i] = tape[4 * n + i] * (g[2 * n + i] + tape[i] * h[i] * passed[i]);
            }
        }
    }
}

/// `v` within 0 and 1, and whether it was; at 1 it may move, as at rest it does.
fn held<T: Real>(v: T) -> (T, T) {
    match v {
        v if v < T::ZERO => (T::ZERO, T::ZERO),
        v if v > T::ONE => (T::ONE, T::ZERO),
        v => (v, T::ONE),
    }
}

impl<T: Real> Rule<T> for Plastic<T> {
    params_methods!();
    fn dim(&self) -> usize {
        3 * self.n
    }
    fn inputs(&self) -> usize {
        self.d
    }
    fn tape_rows(&self) -> usize {
        5 * self.n
    }
    fn scratch_rows(&self) -> usize {
        5 * self.n
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, mut y: MatMut<T>, mut tape: MatMut<T>, scratch: MatMut<T>) {
        let n = self.n;
        let (mut passed, rest) = scratch.subcols_mut(0, x.ncols()).split_at_row_mut(n);
        let mut v = rest.subrows_mut(0, n);
        for j in 0..x.ncols() {
            let (h, rest) = col(x, j).split_at(n);
            let (available, used) = rest.split_at(n);
            let (tape, passed) = (col_mut(tape.as_mut(), j), col_mut(passed.as_mut(), j));
            let y = &mut col_mut(y.as_mut(), j)[n..];
            for i in 0..n {
                let Unit { p, q, r, k, .. } = self.unit(i);
                let spent = k * used[i] * available[i] * h[i];
                let (x1, free_x) = held(available[i] + p * (T::ONE - available[i]) - spent);
                let (u1, free_u) = held(used[i] + q * (r - used[i]) + k * r * (T::ONE - used[i]) * h[i]);
                (y[i], y[n + i]) = (x1, u1);
                (tape[i], tape[n + i], tape[3 * n + i], tape[4 * n + i]) = (x1, u1, free_x, free_u);
                passed[i] = u1 * x1 * h[i];
            }
        }
        self.params.push(STEP, 0, [(W, passed.as_ref()), (V, u)], &[B], v.as_mut());
        for j in 0..x.ncols() {
            let v = col_mut(v.as_mut(), j);
            add_product(v, &self.params.vec(S)[..n], &col(x, j)[..n]);
            self.activation.apply(v, &mut col_mut(tape.as_mut(), j)[2 * n..3 * n]);
            col_mut(y.as_mut(), j)[..n].copy_from_slice(v);
        }
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, scratch: MatMut<T>) {
        let (n, b, k) = (self.n, at.tape.ncols(), dx.ncols());
        let (mut passed, rest) = scratch.subcols_mut(0, k).split_at_row_mut(n);
        let mut v = rest.subrows_mut(0, n);
        for j in 0..k {
            let s = state_of(j, b, k);
            let (tape, state, d) = (col(at.tape, s), col(at.x, s), col(dx, j));
            let (passed, out) = (col_mut(passed.as_mut(), j), &mut col_mut(dy.as_mut(), j)[n..]);
            for i in 0..n {
                let Unit { p, q, r, k, .. } = self.unit(i);
                let (h, x, u) = (state[i], state[n + i], state[2 * n + i]);
                let (dh, dx, du) = (d[i], d[n + i], d[2 * n + i]);
                out[i] = tape[3 * n + i] * (dx - p * dx - k * (u * h * dx + x * h * du + u * x * dh));
                out[n + i] = tape[4 * n + i] * (du - q * du + k * r * ((T::ONE - u) * dh - h * du));
                let (x1, u1) = (tape[i], tape[n + i]);
                passed[i] = u1 * x1 * dh + h * (u1 * out[i] + x1 * out[n + i]);
            }
        }
        gemm(v.as_mut(), Accum::Replace, self.params.mat(W), passed.as_ref());
        if let Some(du) = du {
            gemm(v.as_mut(), Accum::Add, self.params.mat(V), du);
        }
        for j in 0..k {
            let (gain, d) = (&col(at.tape, state_of(j, b, k))[2 * n..3 * n], &col(dx, j)[..n]);
            let (v, out) = (col(v.as_ref(), j), &mut col_mut(dy.as_mut(), j)[..n]);
            let leak = &self.params.vec(S)[..n];
            (0..n).for_each(|i| out[i] = gain[i] * (v[i] + leak[i] * d[i]));
        }
    }
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, mut gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        let (n, b, k) = (self.n, at.tape.ncols(), gy.ncols());
        let mut room = scratch.subrows_mut(0, 4 * n).subcols_mut(0, k);
        self.back(at, gy, room.as_mut());
        for j in 0..k {
            let s = state_of(j, b, k);
            let (tape, state, g) = (col(at.tape, s), col(at.x, s), col(room.as_ref(), j));
            let out = col_mut(gx.as_mut(), j);
            for i in 0..n {
                let Unit { a, p, q, r, k } = self.unit(i);
                let (h, x, u) = (state[i], state[n + i], state[2 * n + i]);
                let (v, passed, gx, gu) = (g[i], g[n + i], g[2 * n + i], g[3 * n + i]);
                out[i] = a * v + tape[i] * tape[n + i] * passed - k * u * x * gx + k * r * (T::ONE - u) * gu;
                out[n + i] = gx * (T::ONE - p - k * u * h);
                out[2 * n + i] = gu * (T::ONE - q - k * r * h) - k * x * h * gx;
            }
        }
        if let Some(gu) = gu {
            self.params.pull(DOWN, [(V, 0, room.as_ref().subrows(0, n))], gu);
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let mut room = scratch.subcols_mut(0, gy.ncols());
        self.back(at, gy, room.as_mut().subrows_mut(0, 4 * self.n));
        self.param_vjp_after(at, gy, grad, room);
    }
    fn param_vjp_after(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let (n, b, k) = (self.n, at.tape.ncols(), gy.ncols());
        let (room, mut passed) = scratch.subcols_mut(0, k).split_at_row_mut(4 * n);
        let (room, mut passed) = (room.as_ref(), passed.as_mut().subrows_mut(0, n));
        for j in 0..k {
            let s = state_of(j, b, k);
            let (tape, state, g) = (col(at.tape, s), col(at.x, s), col(room, j));
            let own = self.params.grad(grad, S);
            for i in 0..n {
                let Unit { q: _, r, k, .. } = self.unit(i);
                let (h, x, u) = (state[i], state[n + i], state[2 * n + i]);
                let (v, gx, gu) = (g[i], g[2 * n + i], g[3 * n + i]);
                own[i] += v * h;
                own[n + i] += gx * (T::ONE - x);
                own[2 * n + i] += gu * (r - u);
                own[3 * n + i] += gu * (self.unit(i).q + k * (T::ONE - u) * h);
                own[4 * n + i] += gu * r * (T::ONE - u) * h - gx * u * x * h;
            }
            let passed = col_mut(passed.as_mut(), j);
            (0..n).for_each(|i| passed[i] = tape[i] * tape[n + i] * state[i]);
        }
        let v = room.subrows(0, n);
        self.params.add_outer(grad, V, v, at.u);
        self.params.add_outer(grad, W, v, passed.as_ref());
        self.params.add_columns(grad, B, v);
    }
    /// Synapses that have rested: x = 1 and u = R.
    fn rest(&self, x: &mut [T]) {
        let n = self.n;
        x[..n].fill(T::ZERO);
        x[n..2 * n].fill(T::ONE);
        x[2 * n..].copy_from_slice(&self.params.vec(S)[3 * n..4 * n]);
    }
    /// x and u are held within 0 and 1.
    fn range(&self, i: usize) -> [f64; 2] {
        match i < self.n {
            true => [f64::NEG_INFINITY, f64::INFINITY],
            false => [0.0, 1.0],
        }
    }
}
