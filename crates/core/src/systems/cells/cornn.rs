//! The coupled oscillatory recurrent network.

use super::facts::{Constant, Initial, Second};
use super::kind::{Cell, CellKind, Layer};
use super::params::{Params, STEP, params_methods};
use super::proof::{TANH_CURVATURE, gamma, magnitude, row_norm};
use crate::linalg::activation::Activation;
use crate::linalg::{Real, col, col_mut, gemm, norm, state_of};
use crate::systems::rule::{Bounds, Point, Rule};
use faer::{Accum, MatMut, MatRef};

const U: usize = 0;
const W: usize = 1;
const WZ: usize = 2;
const B: usize = 3;

/// Coupled oscillators y'' = tanh(W y + Wc y' + V u + b) - gamma y - epsilon y'.
pub static CORNN: CellKind = CellKind {
    second: Some(Second { block: "weight_hz", role: ["w_vel", "Wc"], shown: "velocity" }),
    constants: &[Constant::positive("dt"), Constant::damping("gamma"), Constant::damping("epsilon")],
    parts: &["y", "z"],
    initial: Initial { fan_in: |d, n| d + 2 * n, any_form: false, ..Initial::UNIFORM },
    ..CellKind::new("cornn", "coRNN", Layer { single: layer, double: layer })
};

fn layer<T: Real>(cell: &Cell, d: usize, n: usize) -> Box<dyn Rule<T>> {
    let [dt, gamma, epsilon] = cell.values();
    Box::new(CoRnn::new(n, d, dt, gamma, epsilon))
}

/// The coRNN of Rusch & Mishra, ICLR 2021 (arXiv:2010.00951), on the state [y; z] of dimension 2n:
/// z' = z + dt (tanh(W y + Wc z + V u + b) - gamma y - epsilon z), y' = y + dt z'.
///
/// It discretises y'' = tanh(W y + Wc y' + V u + b) - gamma y - epsilon y'. Of the paper's two schemes,
/// which differ in the damping term -epsilon z, this is the one that takes it at the old z, as the
/// authors' code does.
///
/// Parameters: `weight_ih` V (n x d), `weight_hh` W, `weight_hz` Wc (n x n), `bias` b (n).
/// Tape: the gains 1 - tanh^2, n rows.
///
/// ```
/// use nullcline_core::systems::{cells::CoRnn, rule::linearise};
///
/// // Without weights a damped oscillator: z' = z - dt (gamma y + epsilon z), y' = y + dt z'.
/// let (dt, gamma, epsilon) = (0.1, 2.0, 0.5);
/// let (y, _, _) = linearise(&CoRnn::new(1, 0, dt, gamma, epsilon), &[1.0, 4.0], &[]);
/// assert!((y[1] - 3.6).abs() < 1e-12 && (y[0] - 1.36).abs() < 1e-12);
/// ```
#[derive(Clone)]
pub struct CoRnn<T = f64> {
    n: usize,
    d: usize,
    dt: f64,
    gamma: f64,
    epsilon: f64,
    params: Params<T>,
    /// Largest |y| and |z| in the long run.
    reach: [f64; 2],
}

impl CoRnn {
    /// The cell without its parameters: step, stiffness and damping.
    pub fn cell(dt: f64, gamma: f64, epsilon: f64) -> Cell {
        Cell::new(&CORNN, &[dt, gamma, epsilon])
    }
}

impl<T: Real> CoRnn<T> {
    /// A cell of `n` units and `d` inputs with step `dt`, stiffness `gamma` and damping `epsilon`, all
    /// parameters zero.
    pub fn new(n: usize, d: usize, dt: f64, gamma: f64, epsilon: f64) -> Self {
        let blocks = [("weight_ih", n, d), ("weight_hh", n, n), ("weight_hz", n, n), ("bias", n, 1)];
        Self { n, d, dt, gamma, epsilon, params: Params::zeros(&blocks), reach: reach(dt, gamma, epsilon) }
    }

    /// Cotangent of the pre-activation, dt gain (gz + dt gy).
    fn gate(&self, at: Point<T>, g: MatRef<T>, mut ga: MatMut<T>) {
        let (n, b, k, dt) = (self.n, at.tape.ncols(), g.ncols(), T::of(self.dt));
        for j in 0..k {
            let (gain, (gy, gz)) = (col(at.tape, state_of(j, b, k)), col(g, j).split_at(n));
            for (i, v) in col_mut(ga.as_mut(), j).iter_mut().enumerate() {
                *v = dt * gain[i] * (gz[i] + dt * gy[i]);
            }
        }
    }
}

/// Bounds of |y| and |z| over the attractors: sum over k of |L^k (dt^2, dt)|, where L, a unit's linear
/// part, is [[1 - dt^2 gamma, dt (1 - dt epsilon)], [-dt gamma, 1 - dt epsilon]] and |tanh| < 1 drives
/// it through (dt^2, dt). Infinite where L does not contract.
fn reach(dt: f64, gamma: f64, epsilon: f64) -> [f64; 2] {
    let (mut y, mut z) = (dt * dt, dt);
    let mut sum = [0.0, 0.0];
    for _ in 0..1_000_000 {
        sum = [sum[0] + y.abs(), sum[1] + z.abs()];
        z += -dt * gamma * y - dt * epsilon * z;
        y += dt * z;
        let size = y.hypot(z);
        if size < 1e-14 * (sum[0] + sum[1]) {
            // What is left is smaller than the terms so far by more than this allows.
            return sum.map(|s| s * (1.0 + 1e-9));
        }
        if !(size < 1e12) {
            break;
        }
    }
    [f64::INFINITY; 2]
}

impl<T: Real> Rule<T> for CoRnn<T> {
    params_methods!();
    fn dim(&self) -> usize {
        2 * self.n
    }
    fn inputs(&self) -> usize {
        self.d
    }
    fn tape_rows(&self) -> usize {
        self.n
    }
    fn scratch_rows(&self) -> usize {
        self.n
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, mut y: MatMut<T>, mut tape: MatMut<T>, scratch: MatMut<T>) {
        let n = self.n;
        let mut a = scratch.subrows_mut(0, n).subcols_mut(0, x.ncols());
        let terms = [(W, x.subrows(0, n)), (WZ, x.subrows(n, n)), (U, u)];
        self.params.push(STEP, 0, terms, &[B], a.as_mut());
        let (dt, gamma, epsilon) = (T::of(self.dt), T::of(self.gamma), T::of(self.epsilon));
        for j in 0..x.ncols() {
            let (a, (old_y, old_z)) = (col_mut(a.as_mut(), j), col(x, j).split_at(n));
            Activation::Tanh.apply(a, col_mut(tape.as_mut(), j));
            let (new_y, new_z) = col_mut(y.as_mut(), j).split_at_mut(n);
            for i in 0..n {
                new_z[i] = old_z[i] + dt * (a[i] - gamma * old_y[i] - epsilon * old_z[i]);
                new_y[i] = old_y[i] + dt * new_z[i];
            }
        }
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, scratch: MatMut<T>) {
        let (n, b, k) = (self.n, at.tape.ncols(), dx.ncols());
        let mut a = scratch.subrows_mut(0, n).subcols_mut(0, k);
        gemm(a.as_mut(), Accum::Replace, self.params.mat(W), dx.subrows(0, n));
        gemm(a.as_mut(), Accum::Add, self.params.mat(WZ), dx.subrows(n, n));
        if let Some(du) = du {
            gemm(a.as_mut(), Accum::Add, self.params.mat(U), du);
        }
        let (dt, gamma, epsilon) = (T::of(self.dt), T::of(self.gamma), T::of(self.epsilon));
        for j in 0..k {
            let (gain, a) = (col(at.tape, state_of(j, b, k)), col(a.as_ref(), j));
            let (old_y, old_z) = col(dx, j).split_at(n);
            let (new_y, new_z) = col_mut(dy.as_mut(), j).split_at_mut(n);
            for i in 0..n {
                new_z[i] = old_z[i] + dt * (gain[i] * a[i] - gamma * old_y[i] - epsilon * old_z[i]);
                new_y[i] = old_y[i] + dt * new_z[i];
            }
        }
    }
    fn vjp(&self, at: Point<T>, g: MatRef<T>, mut gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        let n = self.n;
        let mut ga = scratch.subrows_mut(0, n).subcols_mut(0, g.ncols());
        self.gate(at, g, ga.as_mut());
        let (dt, gamma, epsilon) = (T::of(self.dt), T::of(self.gamma), T::of(self.epsilon));
        for j in 0..g.ncols() {
            let (gy, gz) = col(g, j).split_at(n);
            let (old_y, old_z) = col_mut(gx.as_mut(), j).split_at_mut(n);
            for i in 0..n {
                let total = gz[i] + dt * gy[i];
                old_y[i] = gy[i] - dt * gamma * total;
                old_z[i] = total - dt * epsilon * total;
            }
        }
        let (old_y, old_z) = gx.split_at_row_mut(n);
        gemm(old_y, Accum::Add, self.params.mat(W).transpose(), ga.as_ref());
        gemm(old_z, Accum::Add, self.params.mat(WZ).transpose(), ga.as_ref());
        if let Some(gu) = gu {
            gemm(gu, Accum::Replace, self.params.mat(U).transpose(), ga.as_ref());
        }
    }
    fn param_vjp(&self, at: Point<T>, g: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let n = self.n;
        let mut ga = scratch.subrows_mut(0, n).subcols_mut(0, g.ncols());
        self.gate(at, g, ga.as_mut());
        self.params.add_outer(grad, U, ga.as_ref(), at.u);
        self.params.add_outer(grad, W, ga.as_ref(), at.x.subrows(0, n));
        self.params.add_outer(grad, WZ, ga.as_ref(), at.x.subrows(n, n));
        self.params.add_columns(grad, B, ga.as_ref());
    }
    fn fold(&self, at: Point<T>, mut j: MatMut<T>, _: MatMut<T>) -> bool {
        let (n, gain) = (self.n, col(at.tape, 0));
        let (dt, gamma, epsilon) = (T::of(self.dt), T::of(self.gamma), T::of(self.epsilon));
        for c in 0..2 * n {
            let of_y = c < n;
            let weights = col(self.params.mat(if of_y { W } else { WZ }), c % n);
            let (y, z) = col_mut(j.as_mut(), c).split_at_mut(n);
            for i in 0..n {
                let own = match (i == c % n, of_y) {
                    (false, _) => T::ZERO,
                    (true, true) => -dt * gamma,
                    (true, false) => T::ONE - dt * epsilon,
                };
                z[i] = dt * gain[i] * weights[i] + own;
                y[i] = dt * z[i] + if of_y && i == c { T::ONE } else { T::ZERO };
            }
        }
        true
    }
    fn range(&self, i: usize) -> [f64; 2] {
        let reach = self.reach[usize::from(i >= self.n)];
        [-reach, reach]
    }
    /// Fixed points have |y| <= 1 / gamma and z = 0, also where tanh is scaled by any s in [0, 1]; at s = 0
    /// det(I - F_x) = (dt^2 gamma)^n > 0.
    fn degree(&self) -> Option<i32> {
        (self.gamma > 0.0).then_some(1)
    }
    /// D z' = [-dt gamma I, (1 - dt epsilon) I] + dt diag(gain) [W Wc V] has norm at most
    /// S = |(dt gamma, 1 - dt epsilon)| + dt |[W Wc V]|_F, and [y'; z'] = [y + dt z'; z'] at most
    /// 1 + sqrt(1 + dt^2) S. With row norms w_i of [W Wc V] the Lipschitz constant is
    /// sqrt(1 + dt^2) dt t2 sqrt(sum w_i^4), t2 = 4/(3 sqrt 3).
    fn bounds(&self, at: Point<T>, _: f64) -> Option<Bounds> {
        let (n, dt) = (self.n, self.dt);
        let (w, wz, u) = (self.params.mat(W), self.params.mat(WZ), self.params.mat(U));
        let (y, z) = at.x.split_at_row(n);
        let (mut square, mut fourth, mut rounding) = (0.0, 0.0, 0.0);
        for i in 0..n {
            let size = row_norm(w, i).hypot(row_norm(wz, i)).hypot(row_norm(u, i));
            square += size * size;
            fourth += size.powi(4);
            let sum = magnitude(w, i, y) + magnitude(wz, i, z) + magnitude(u, i, at.u);
            let sum = sum + self.params.vec(B)[i].to_f64().abs();
            rounding += (gamma(2 * n + self.d + 4) * sum + 4.0 * f64::EPSILON).powi(2);
        }
        let linear = (dt * self.gamma).hypot(1.0 - dt * self.epsilon);
        let both = 1f64.hypot(dt);
        Some(Bounds {
            slope: 1.0 + both * (linear + dt * square.sqrt()),
            curvature: both * dt * TANH_CURVATURE * fourth.sqrt(),
            rounding: both
                * (dt * rounding.sqrt() + 8.0 * f64::EPSILON * linear.max(1.0) * norm(col(at.x, 0))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::reach;

    #[test]
    fn the_reach_is_that_of_the_linear_part() {
        let [y, z] = reach(0.1, 0.0, 2.0);
        assert!(y.is_infinite() && z.is_infinite());
        // Critically damped at dt -> 0: the response of y'' + 2 y' + y to a bounded drive stays below 1, that
        // of y' below 2/e.
        let [y, z] = reach(1e-4, 1.0, 2.0);
        assert!((y - 1.0).abs() < 1e-3 && (z - 2.0 / 1f64.exp()).abs() < 1e-3, "{y} {z}");
        assert!(reach(0.1, 1.0, 0.0)[0].is_infinite());
    }
}
