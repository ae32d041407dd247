//! Rules of few dimensions given by their value and explicit derivatives.

use crate::linalg::{col, col_mut, state_of};
use crate::systems::rule::{Block, Point, Rule};
use faer::{MatMut, MatRef};

/// A rule without input whose derivatives are written out; it is a [`Rule`] by that.
///
/// Matrices are column-major slices. Tape: the Jacobian, n^2 rows.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::fixed_points::{Options, Stability, fixed_points};
/// use nullcline_core::systems::{reference::Small, time::Flow};
///
/// /// dx/dt = r x - x^3, the pitchfork.
/// #[derive(Clone)]
/// struct Pitchfork([f64; 1]);
///
/// impl Small for Pitchfork {
///     const DIM: usize = 1;
///     const NAMES: &'static [&'static str] = &["r"];
///     fn theta(&self) -> &[f64] {
///         &self.0
///     }
///     fn theta_mut(&mut self) -> &mut [f64] {
///         &mut self.0
///     }
///     fn value(&self, x: &[f64], y: &mut [f64], j: &mut [f64]) {
///         y[0] = self.0[0] * x[0] - x[0].powi(3);
///         j[0] = self.0[0] - 3.0 * x[0] * x[0];
///     }
///     fn sensitivity(&self, x: &[f64], d: &mut [f64]) {
///         d[0] = x[0];
///     }
/// }
///
/// let flow = Flow::new(Pitchfork([4.0]), 0.01);
/// let states = faer::mat![[-1.0, 0.5, 1.5]];
/// let found = fixed_points(&flow, states.as_ref(), &[], &Options::for_dimension(1), &|| ());
/// let mut points: Vec<(f64, Stability)> = found.points.iter().map(|p| (p.state[0], p.stability)).collect();
/// points.sort_by(|a, b| a.0.total_cmp(&b.0));
/// assert_eq!(points.iter().map(|p| p.1).collect::<Vec<_>>(), [Stability::Stable, Stability::Unstable, Stability::Stable]);
/// assert!((points[2].0 - 2.0).abs() < 1e-9);
/// ```
pub trait Small: Send + Sync {
    /// Dimension n of the state.
    const DIM: usize;
    /// Names of the parameters, all scalars.
    const NAMES: &'static [&'static str];

    /// The parameters, in the order of the names.
    fn theta(&self) -> &[f64];
    /// The parameters, to be written.
    fn theta_mut(&mut self) -> &mut [f64];
    /// `y = F(x)` and `j = F_x` (n x n).
    fn value(&self, x: &[f64], y: &mut [f64], j: &mut [f64]);
    /// `d = F_theta` (n x p), to be written where it is not zero.
    fn sensitivity(&self, x: &[f64], d: &mut [f64]);
}

impl<S: Small> Rule for S {
    fn dim(&self) -> usize {
        S::DIM
    }
    fn tape_rows(&self) -> usize {
        S::DIM * S::DIM
    }
    fn scratch_rows(&self) -> usize {
        S::DIM * S::NAMES.len()
    }
    fn layout(&self) -> Vec<Block> {
        S::NAMES.iter().map(|name| Block { name: (*name).into(), rows: 1, cols: 1 }).collect()
    }
    fn read_params(&self, theta: &mut [f64]) {
        theta.copy_from_slice(self.theta());
    }
    fn write_params(&mut self, theta: &[f64]) {
        self.theta_mut().copy_from_slice(theta);
    }
    fn eval(
        &self,
        x: MatRef<f64>,
        _: MatRef<f64>,
        mut y: MatMut<f64>,
        mut tape: MatMut<f64>,
        _: MatMut<f64>,
    ) {
        for s in 0..x.ncols() {
            let j = col_mut(tape.as_mut(), s);
            j.fill(0.0);
            self.value(col(x, s), col_mut(y.as_mut(), s), j);
        }
    }
    fn jvp(&self, at: Point, dx: MatRef<f64>, _: Option<MatRef<f64>>, mut dy: MatMut<f64>, _: MatMut<f64>) {
        let (n, b, k) = (S::DIM, at.tape.ncols(), dx.ncols());
        for c in 0..k {
            let (j, dx, dy) = (col(at.tape, state_of(c, b, k)), col(dx, c), col_mut(dy.as_mut(), c));
            dy.fill(0.0);
            for (column, v) in j.chunks_exact(n).zip(dx) {
                dy.iter_mut().zip(column).for_each(|(o, a)| *o += a * v);
            }
        }
    }
    fn vjp(&self, at: Point, gy: MatRef<f64>, mut gx: MatMut<f64>, _: Option<MatMut<f64>>, _: MatMut<f64>) {
        let (n, b, k) = (S::DIM, at.tape.ncols(), gy.ncols());
        for c in 0..k {
            let (j, gy, gx) = (col(at.tape, state_of(c, b, k)), col(gy, c), col_mut(gx.as_mut(), c));
            for (column, o) in j.chunks_exact(n).zip(gx) {
                *o = column.iter().zip(gy).map(|(a, g)| a * g).sum();
            }
        }
    }
    fn param_vjp(&self, at: Point, gy: MatRef<f64>, grad: &mut [f64], mut scratch: MatMut<f64>) {
        for s in 0..at.x.ncols() {
            let d = &mut col_mut(scratch.as_mut(), 0)[..S::DIM * S::NAMES.len()];
            d.fill(0.0);
            self.sensitivity(col(at.x, s), d);
            for (column, g) in d.chunks_exact(S::DIM).zip(grad.iter_mut()) {
                *g += column.iter().zip(col(gy, s)).map(|(a, g)| a * g).sum::<f64>();
            }
        }
    }
    fn fold(&self, at: Point, mut j: MatMut<f64>, _: MatMut<f64>) -> bool {
        for (c, column) in col(at.tape, 0).chunks_exact(S::DIM).enumerate() {
            col_mut(j.as_mut(), c).copy_from_slice(column);
        }
        true
    }
}

/// The parameter methods of [`Small`] for a type with a `theta` array.
macro_rules! theta_methods {
    () => {
        fn theta(&self) -> &[f64] {
            &self.theta
        }
        fn theta_mut(&mut self) -> &mut [f64] {
            &mut self.theta
        }
    };
}
pub(super) use theta_methods;
