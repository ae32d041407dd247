//! An explicit eighth-order Runge-Kutta step of any length, with its tangents and cotangents.

use crate::linalg::{col, col_mut};
use crate::systems::rule::{Point, Rule};
use faer::{Mat, MatMut, MatRef};

const STAGES: usize = 11;

/// The coefficients of Cooper and Verner, SIAM J. Numer. Anal. 9 (1972) 389, s = sqrt(21).
struct Tableau {
    a: [[f64; STAGES]; STAGES],
    b: [f64; STAGES],
}

impl Tableau {
    fn new() -> Self {
        let s = 21f64.sqrt();
        let mut a = [[0.0; STAGES]; STAGES];
        a[1][0] = 0.5;
        a[2][..2].copy_from_slice(&[0.25, 0.25]);
        a[3][..3].copy_from_slice(&[1.0 / 7.0, (-7.0 - 3.0 * s) / 98.0, (21.0 + 5.0 * s) / 49.0]);
        a[4][..4].copy_from_slice(&[(11.0 + s) / 84.0, 0.0, (18.0 + 4.0 * s) / 63.0, (21.0 - s) / 252.0]);
        a[5][2..5].copy_from_slice(&[(9.0 + s) / 36.0, (14.0 * s - 231.0) / 360.0, (63.0 - 7.0 * s) / 80.0]);
        a[5][0] = (5.0 + s) / 48.0;
        a[6][2..6].copy_from_slice(&[
            (92.0 * s - 432.0) / 315.0,
            (633.0 - 145.0 * s) / 90.0,
            (115.0 * s - 504.0) / 70.0,
            (63.0 - 13.0 * s) / 35.0,
        ]);
        a[6][0] = (10.0 - s) / 42.0;
        a[7][4..7].copy_from_slice(&[(14.0 - 3.0 * s) / 126.0, (13.0 - 3.0 * s) / 63.0, 1.0 / 9.0]);
        a[7][0] = 1.0 / 14.0;
        a[8][4..8].copy_from_slice(&[
            (91.0 - 21.0 * s) / 576.0,
            11.0 / 72.0,
            -(385.0 + 75.0 * s) / 1152.0,
            (63.0 + 13.0 * s) / 128.0,
        ]);
        a[8][0] = 1.0 / 32.0;
        a[9][4..9].copy_from_slice(&[
            1.0 / 9.0,
            -(733.0 + 147.0 * s) / 2205.0,
            (515.0 + 111.0 * s) / 504.0,
            -(51.0 + 11.0 * s) / 56.0,
            (132.0 + 28.0 * s) / 245.0,
        ]);
        a[9][0] = 1.0 / 14.0;
        a[10][4..10].copy_from_slice(&[
            (7.0 * s - 42.0) / 18.0,
            (28.0 * s - 18.0) / 45.0,
            -(273.0 + 53.0 * s) / 72.0,
            (301.0 + 53.0 * s) / 72.0,
            (28.0 - 28.0 * s) / 45.0,
            (49.0 - 7.0 * s) / 18.0,
        ]);
        let mut b = [0.0; STAGES];
        b[0] = 0.05;
        b[7..].copy_from_slice(&[49.0 / 180.0, 16.0 / 45.0, 49.0 / 180.0, 0.05]);
        Self { a, b }
    }
}

/// Steps of a flow of constant input with everything that they record.
pub(super) struct Scheme<'a> {
    field: &'a dyn Rule,
    tableau: Tableau,
    input: Mat<f64>,
    /// States and slopes of the stages, one a column, and their tapes.
    states: Mat<f64>,
    slopes: Mat<f64>,
    tapes: Mat<f64>,
    scratch: Mat<f64>,
    /// Slopes of the tangents (or cotangents of the stages), a block of columns a stage.
    moved: Mat<f64>,
    argument: Mat<f64>,
}

/// y += a x.
fn add(y: &mut [f64], a: f64, x: &[f64]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += a * x);
}

impl<'a> Scheme<'a> {
    /// Room for `width` tangents of `field` under the input `u`.
    pub(super) fn new(field: &'a dyn Rule, u: &[f64], width: usize) -> Self {
        let n = field.dim();
        let width = width.max(1);
        Self {
            field,
            tableau: Tableau::new(),
            input: Mat::from_fn(u.len(), 1, |i, _| u[i]),
            states: Mat::zeros(n, STAGES),
            slopes: Mat::zeros(n, STAGES),
            tapes: Mat::zeros(field.tape_rows(), STAGES),
            scratch: Mat::zeros(field.scratch_rows(), width),
            moved: Mat::zeros(n, width * STAGES),
            argument: Mat::zeros(n, width),
        }
    }

    /// The velocity dx/dt at `x`.
    pub(super) fn velocity(&mut self, x: &[f64]) -> Vec<f64> {
        col_mut(self.states.as_mut(), 0).copy_from_slice(x);
        self.evaluate(0);
        col(self.slopes.as_ref(), 0).to_vec()
    }

    fn evaluate(&mut self, s: usize) {
        let x = self.states.as_ref().subcols(s, 1);
        let (k, tape) = (self.slopes.as_mut().subcols_mut(s, 1), self.tapes.as_mut().subcols_mut(s, 1));
        self.field.eval(x, self.input.as_ref(), k, tape, self.scratch.as_mut());
    }

    /// Moves `x` by a step of `h`, keeping the tapes.
    pub(super) fn step(&mut self, x: &mut [f64], h: f64) {
        for s in 0..STAGES {
            let state = col_mut(self.states.as_mut(), s);
            state.copy_from_slice(x);
            for (r, a) in self.tableau.a[s][..s].iter().enumerate().filter(|(_, a)| **a != 0.0) {
                add(state, h * a, col(self.slopes.as_ref(), r));
            }
            self.evaluate(s);
        }
        for (s, b) in self.tableau.b.iter().enumerate() {
            add(x, h * b, col(self.slopes.as_ref(), s));
        }
    }

    /// Moves tangents (n x k) over the step last made, of length `h`.
    pub(super) fn push(&mut self, mut v: MatMut<f64>, h: f64) {
        let k = v.ncols();
        let Self { field, tableau, input, states, tapes, scratch, moved, argument, .. } = self;
        let mut arg = argument.as_mut().subcols_mut(0, k);
        for s in 0..STAGES {
            arg.copy_from(v.as_ref());
            let (before, now) = moved.as_mut().split_at_col_mut(s * k);
            for (r, a) in tableau.a[s][..s].iter().enumerate().filter(|(_, a)| **a != 0.0) {
                add_block(arg.as_mut(), h * a, before.as_ref().subcols(r * k, k));
            }
            let at = stage(states, input, tapes, s);
            field.jvp(at, arg.as_ref(), None, now.subcols_mut(0, k), scratch.as_mut());
        }
        for (s, b) in tableau.b.iter().enumerate() {
            add_block(v.as_mut(), h * b, moved.as_ref().subcols(s * k, k));
        }
    }

    /// Moves a cotangent backward over the step last made, of length `h`: z = J^T z.
    pub(super) fn pull(&mut self, z: &mut [f64], h: f64) {
        let Self { field, tableau, input, states, tapes, scratch, moved, argument, .. } = self;
        for s in (0..STAGES).rev() {
            let g = col_mut(argument.as_mut(), 0);
            g.fill(0.0);
            add(g, h * tableau.b[s], z);
            for r in s + 1..STAGES {
                add(g, h * tableau.a[r][s], col(moved.as_ref(), r));
            }
            let (at, out) = (stage(states, input, tapes, s), moved.as_mut().subcols_mut(s, 1));
            field.vjp(at, argument.as_ref().subcols(0, 1), out, None, scratch.as_mut());
        }
        for s in 0..STAGES {
            add(z, 1.0, col(moved.as_ref(), s));
        }
    }
}

fn stage<'a>(states: &'a Mat<f64>, input: &'a Mat<f64>, tapes: &'a Mat<f64>, s: usize) -> Point<'a> {
    Point { x: states.as_ref().subcols(s, 1), u: input.as_ref(), tape: tapes.as_ref().subcols(s, 1) }
}

fn add_block(mut y: MatMut<f64>, a: f64, x: MatRef<f64>) {
    for j in 0..y.ncols() {
        add(col_mut(y.as_mut(), j), a, col(x, j));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::reference::Lorenz;

    fn run(steps: usize) -> Vec<f64> {
        let field = Lorenz::default();
        let mut scheme = Scheme::new(&field, &[], 1);
        let mut x = vec![1.0, 2.0, 20.0];
        for _ in 0..steps {
            scheme.step(&mut x, 0.4 / steps as f64);
        }
        x
    }

    #[test]
    fn errors_fall_by_two_to_the_eighth_when_steps_are_halved() {
        let error =
            |steps: usize| run(steps).iter().zip(run(400)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let order = (error(20) / error(40)).log2();
        assert!((order - 8.0).abs() < 0.6, "order {order}");
        assert!(error(80) < 1e-10);
    }

    #[test]
    fn cotangents_are_transposes_of_tangents_and_both_match_differences() {
        let field = Lorenz::default();
        let mut scheme = Scheme::new(&field, &[], 3);
        let (x, h) = (vec![1.0, 2.0, 20.0], 0.05);
        let mut end = x.clone();
        scheme.step(&mut end, h);
        let mut j = Mat::<f64>::identity(3, 3);
        scheme.push(j.as_mut(), h);
        for i in 0..3 {
            let mut z = vec![0.0; 3];
            z[i] = 1.0;
            scheme.pull(&mut z, h);
            for (c, z) in z.iter().enumerate() {
                assert!((z - j[(i, c)]).abs() < 1e-13);
            }
        }
        for c in 0..3 {
            let mut side = |e: f64| {
                let mut y = x.clone();
                y[c] += e;
                scheme.step(&mut y, h);
                y
            };
            let (plus, minus) = (side(1e-5), side(-1e-5));
            for i in 0..3 {
                assert!(((plus[i] - minus[i]) / 2e-5 - j[(i, c)]).abs() < 1e-8);
            }
        }
    }
}
