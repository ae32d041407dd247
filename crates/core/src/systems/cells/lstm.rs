//! The long short-term memory cell, with its whole state [h; c].

use super::kind::{Cell, CellKind, Layer};
use super::params::{B_HH, B_IH, BACK, DOWN, Params, STEP, U, W, params_methods};
use super::proof::{SIGMOID_CURVATURE, TANH_CURVATURE, gamma, magnitude, row_norm};
use crate::linalg::activation::{sigmoid, tanh};
use crate::linalg::pointwise::{add_product, multiply};
use crate::linalg::{Real, col, col_mut, gemm, parts, parts_mut, state_of, vectorised};
use crate::systems::rule::{Bounds, Point, Rule};
use faer::{Accum, MatMut, MatRef};

/// Long short-term memory.
pub static LSTM: CellKind = CellKind {
    gates: &["i", "f", "g", "o"],
    aliases: &[("c", "g"), ("j", "g")],
    keras: &["i", "f", "g", "o"],
    usual: true,
    drives: 4,
    parts: &["h", "c"],
    ..CellKind::new("lstm", "LSTM", Layer { single: layer, double: layer })
};

fn layer<T: Real>(_: &Cell, d: usize, n: usize) -> Box<dyn Rule<T>> {
    Box::new(Lstm::new(n, d))
}

/// The cell of `torch.nn.LSTM` on the state x = [h; c] of dimension 2n:
/// i, f, o = s(W h + U u + b), g = tanh(W h + U u + b), c' = f c + i g, h' = o tanh(c').
///
/// Parameters, gates stacked i, f, g, o: `weight_ih` (4n x d), `weight_hh` (4n x n), `bias_ih`,
/// `bias_hh` (4n). Tape: i, 1-i, f, 1-f, g, g', o, 1-o, tanh c', its slope (10n rows).
///
/// Source: Hochreiter & Schmidhuber, Neural Comput. 9 (1997) 1735; the forget gate of Gers, Schmidhuber & Cummins, Neural Comput. 12
/// (2000) 2451.
///
/// ```
/// use nullcline_core::systems::{cells::Lstm, rule::linearise};
///
/// // Without weights the gates are at 1/2: c' = c / 2, h' = tanh(c') / 2, whatever h was.
/// let (y, _, _) = linearise(&Lstm::new(1, 0), &[0.9, 1.0], &[]);
/// assert!((y[0] - 0.5 * 0.5f64.tanh()).abs() < 1e-15 && (y[1] - 0.5).abs() < 1e-15);
/// ```
#[derive(Clone)]
pub struct Lstm<T = f64> {
    n: usize,
    d: usize,
    params: Params<T>,
}

/// Coefficients of unit `k`: the derivatives of c' and h' with respect to the pre-activations and c.
struct Slopes<T> {
    /// dc'/da for the gates i, f, g.
    cell: [T; 3],
    /// dh'/da_o.
    output: T,
    /// dc'/dc.
    keep: T,
    /// dh'/dc'.
    show: T,
}

impl Lstm {
    /// The cell without its parameters.
    pub fn cell() -> Cell {
        Cell::new(&LSTM, &[])
    }
}

impl<T: Real> Lstm<T> {
    /// A cell of `n` units and `d` inputs with all parameters zero.
    pub fn new(n: usize, d: usize) -> Self {
        Self { n, d, params: Params::stacked(4, n, d) }
    }
    /// The parameters, blocks in the order of the type's documentation.
    pub fn params_mut(&mut self) -> &mut Params<T> {
        &mut self.params
    }

    #[inline]
    fn slopes(&self, tape: &[T], c: T, k: usize) -> Slopes<T> {
        let t = |row: usize| tape[row * self.n + k];
        let (i, f, g, o) = (t(0), t(2), t(4), t(6));
        Slopes {
            cell: [g * i * t(1), c * f * t(3), i * t(5)],
            output: t(8) * o * t(7),
            keep: f,
            show: o * t(9),
        }
    }

    /// Cotangents of the four pre-activations and, in `gc`, of the old c.
    fn gate(&self, at: Point<T>, gy: MatRef<T>, mut ga: MatMut<T>, mut gc: MatMut<T>) {
        let n = self.n;
        let (b, w) = (at.tape.ncols(), gy.ncols());
        vectorised(
            #[inline(always)]
            move || {
                for j in 0..w {
                    let s = state_of(j, b, w);
                    let ([_, c], gy) = (parts(col(at.x, s), n), parts(col(gy, j), n));
                    let [gi, gf, gg, go] = parts_mut(col_mut(ga.as_mut(), j), n);
                    pull(parts(col(at.tape, s), n), c, gy, gi, gf, gg, go, col_mut(gc.as_mut(), j));
                }
            },
        );
    }
}

/// Cotangents of the pre-activations and of the old c of one state.
#[inline(always)]
fn pull<T: Real>(
    [i, not_i, f, not_f, g, slope, o, not_o, shown, shown_slope]: [&[T]; 10],
    c: &[T],
    [gh, gn]: [&[T]; 2],
    gi: &mut [T],
    gf: &mut [T],
    gg: &mut [T],
    go: &mut [T],
    gc: &mut [T],
) {
    let gc = &mut gc[..c.len()];
    for k in 0..c.len() {
        let total = gn[k] + gh[k] * (o[k] * shown_slope[k]);
        gi[k] = total * (g[k] * i[k] * not_i[k]);
        gf[k] = total * (c[k] * f[k] * not_f[k]);
        gg[k] = total * (i[k] * slope[k]);
        go[k] = gh[k] * (shown[k] * o[k] * not_o[k]);
        gc[k] = total * f[k];
    }
}

impl<T: Real> Rule<T> for Lstm<T> {
    params_methods!();
    fn dim(&self) -> usize {
        2 * self.n
    }
    fn inputs(&self) -> usize {
        self.d
    }
    fn tape_rows(&self) -> usize {
        10 * self.n
    }
    fn scratch_rows(&self) -> usize {
        5 * self.n
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, mut y: MatMut<T>, mut tape: MatMut<T>, scratch: MatMut<T>) {
        let n = self.n;
        let mut a = scratch.subrows_mut(0, 4 * n).subcols_mut(0, x.ncols());
        self.params.push(STEP, 0, [(W, x.subrows(0, n)), (U, u)], &[B_IH, B_HH], a.as_mut());
        for j in 0..x.ncols() {
            let [ai, af, ag, ao] = parts(col(a.as_ref(), j), n);
            let [i, not_i, f, not_f, g, slope, o, not_o, shown, shown_slope] =
                parts_mut(col_mut(tape.as_mut(), j), n);
            sigmoid(ai, i, not_i);
            sigmoid(af, f, not_f);
            tanh(ag, g, slope);
            sigmoid(ao, o, not_o);
            let ([_, c], [h, new]) = (parts(col(x, j), n), parts_mut(col_mut(y.as_mut(), j), n));
            multiply(new, f, c);
            add_product(new, i, g);
            tanh(new, shown, shown_slope);
            multiply(h, o, shown);
        }
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, scratch: MatMut<T>) {
        let n = self.n;
        let (b, w) = (at.tape.ncols(), dx.ncols());
        let mut a = scratch.subrows_mut(0, 4 * n).subcols_mut(0, w);
        gemm(a.as_mut(), Accum::Replace, self.params.mat(W), dx.subrows(0, n));
        if let Some(du) = du {
            gemm(a.as_mut(), Accum::Add, self.params.mat(U), du);
        }
        for j in 0..w {
            let s = state_of(j, b, w);
            let (tape, c) = (col(at.tape, s), &col(at.x, s)[n..]);
            let (a, dc) = (col(a.as_ref(), j), &col(dx, j)[n..]);
            let dy = col_mut(dy.as_mut(), j);
            for k in 0..n {
                let s = self.slopes(tape, c[k], k);
                let new = s.keep * dc[k] + s.cell[0] * a[k] + s.cell[1] * a[n + k] + s.cell[2] * a[2 * n + k];
                dy[n + k] = new;
                dy[k] = s.output * a[3 * n + k] + s.show * new;
            }
        }
    }
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        let n = self.n;
        let mut ga = scratch.subrows_mut(0, 4 * n).subcols_mut(0, gy.ncols());
        let (gh, gc) = gx.split_at_row_mut(n);
        self.gate(at, gy, ga.as_mut(), gc);
        self.params.pull(BACK, [(W, 0, ga.as_ref())], gh);
        if let Some(gu) = gu {
            self.params.pull(DOWN, [(U, 0, ga.as_ref())], gu);
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], mut scratch: MatMut<T>) {
        let (ga, gc) = scratch.as_mut().subcols_mut(0, gy.ncols()).split_at_row_mut(4 * self.n);
        self.gate(at, gy, ga, gc);
        self.param_vjp_after(at, gy, grad, scratch);
    }
    fn param_vjp_after(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let ga = scratch.as_ref().subrows(0, 4 * self.n).subcols(0, gy.ncols());
        self.params.add_outer(grad, U, ga, at.u);
        self.params.add_outer(grad, W, ga, at.x.subrows(0, self.n));
        self.params.add_biases(grad, ga);
    }
    fn fold(&self, at: Point<T>, mut j: MatMut<T>, scratch: MatMut<T>) -> bool {
        let (n, w) = (self.n, self.params.mat(W));
        let (tape, c) = (col(at.tape, 0), &col(at.x, 0)[n..]);
        let coefficients = col_mut(scratch, 0);
        j.fill(T::ZERO);
        for k in 0..n {
            let s = self.slopes(tape, c[k], k);
            for (gate, v) in s.cell.into_iter().enumerate() {
                coefficients[gate * n + k] = v;
            }
            coefficients[3 * n + k] = s.output;
            coefficients[4 * n + k] = s.show;
            j[(n + k, n + k)] = s.keep;
            j[(k, n + k)] = s.show * s.keep;
        }
        let gate = |g: usize| &coefficients[g * n..(g + 1) * n];
        let (ci, cf, cg, co, show) = (gate(0), gate(1), gate(2), gate(3), gate(4));
        for col_index in 0..n {
            let w = col(w, col_index);
            let (h, c) = col_mut(j.as_mut(), col_index).split_at_mut(n);
            for k in 0..n {
                c[k] = ci[k] * w[k] + cf[k] * w[n + k] + cg[k] * w[2 * n + k];
                h[k] = co[k] * w[3 * n + k] + show[k] * c[k];
            }
        }
        true
    }
    /// |h| < 1 by construction; c is not bounded by the architecture.
    fn range(&self, i: usize) -> [f64; 2] {
        if i < self.n { [-1.0, 1.0] } else { [f64::NEG_INFINITY, f64::INFINITY] }
    }
    /// With |h| <= 1 every forget gate stays below some f < 1, so that the box |h| <= 1,
    /// |c| <= 1 / (1 - f) goes into itself.
    fn degree(&self) -> Option<i32> {
        Some(1)
    }
    /// Unit by unit, with the norms w_i, w_f, w_g, w_o of the rows of [W U] and C = |c| + radius:
    /// |D c'| <= A = 1 + C w_f / 4 + w_i / 4 + w_g,
    /// |D^2 c'| <= B = w_f / 2 + s2 C w_f^2 + s2 w_i^2 + w_i w_g / 2 + t2 w_g^2,
    /// |D h'| <= w_o / 4 + A, |D^2 h'| <= s2 w_o^2 + w_o A / 2 + t2 A^2 + B;
    /// s2 = 1/(6 sqrt 3), t2 = 4/(3 sqrt 3). The Lipschitz constant is the Euclidean norm of the
    /// second bounds over all 2n coordinates.
    fn bounds(&self, at: Point<T>, radius: f64) -> Option<Bounds> {
        let (n, w, u) = (self.n, self.params.mat(W), self.params.mat(U));
        let (bi, bh) = (self.params.vec(B_IH), self.params.vec(B_HH));
        let h = at.x.subrows(0, n);
        let (mut slope, mut curvature, mut rounding) = (0.0, 0.0, 0.0);
        for k in 0..n {
            let size = |g: usize| row_norm(w, g * n + k).hypot(row_norm(u, g * n + k));
            let (wi, wf, wg, wo) = (size(0), size(1), size(2), size(3));
            let c = at.x[(n + k, 0)].to_f64().abs() + radius;
            let a = 1.0 + c * wf / 4.0 + wi / 4.0 + wg;
            let b = wf / 2.0
                + SIGMOID_CURVATURE * (c * wf * wf + wi * wi)
                + wi * wg / 2.0
                + TANH_CURVATURE * wg * wg;
            let first = wo / 4.0 + a;
            let second = SIGMOID_CURVATURE * wo * wo + wo * a / 2.0 + TANH_CURVATURE * a * a + b;
            let error = |g: usize| {
                let row = g * n + k;
                let bias = bi[row].to_f64().abs() + bh[row].to_f64().abs();
                gamma(n + self.d + 4) * (magnitude(w, row, h) + magnitude(u, row, at.u) + bias)
            };
            let e = (c * error(1) + error(0)) / 4.0 + error(2) + 8.0 * f64::EPSILON * (1.0 + c);
            slope += first * first + a * a;
            curvature += second * second + b * b;
            rounding += e * e + (e + error(3) / 4.0 + 8.0 * f64::EPSILON).powi(2);
        }
        Some(Bounds { slope: slope.sqrt(), curvature: curvature.sqrt(), rounding: rounding.sqrt() })
    }
}
