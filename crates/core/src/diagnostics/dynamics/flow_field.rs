//! The flow in a plane through the state space.

use crate::linalg::{col, col_mut};
use crate::numbers::quantile;
use crate::systems::rule::Workspace;
use crate::systems::time::System;
use faer::{Mat, MatRef};

/// The flow at the points of a grid in the plane mean + a v1 + b v2.
#[derive(Clone, Debug)]
pub struct FlowField {
    /// Grid coordinates along v1.
    pub a: Vec<f64>,
    /// Grid coordinates along v2.
    pub b: Vec<f64>,
    /// In-plane velocity along v1, row by row: entry (i, k) at b_i, a_k.
    pub along_a: Vec<f64>,
    /// In-plane velocity along v2.
    pub along_b: Vec<f64>,
    /// Speed out of the plane, at the same points.
    pub off_plane: Vec<f64>,
    /// Median over the grid of off-plane speed / total speed: 0 when the plane is invariant.
    pub off_plane_share: f64,
}

/// Evaluates (F(x) - x) / time step of a map, or F(x) of a flow, on a grid in the plane through
/// `mean` (n) spanned by the first two columns of `plane` (n x 2, orthonormal), under input `u`.
///
/// `range_a` and `range_b` are the ends of the grid, `size` its points along each side. Velocities
/// are per unit time of the system.
///
/// Shapes: result lists have `size`^2 entries; point (i, k) is mean + a_k v1 + b_i v2, at place i `size` + k.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::flow_field::flow_field;
/// use nullcline_core::systems::{reference::Linear, time::Flow};
///
/// // dx/dt = (-y, x, -z): at (1, 0, 0) the velocity is (0, 1, 0), and the plane z = 0 is invariant.
/// let a = faer::mat![[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]];
/// let flow = Flow::new(Linear::new(a.as_ref(), faer::Mat::zeros(3, 0).as_ref()), 0.1);
/// let plane = faer::mat![[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]];
/// let field = flow_field(&flow, &[0.0; 3], plane.as_ref(), &[], [0.0, 1.0], [0.0, 1.0], 2);
/// assert_eq!((field.a[1], field.b[0]), (1.0, 0.0));
/// assert_eq!((field.along_a[1], field.along_b[1], field.off_plane_share), (0.0, 1.0, 0.0));
/// ```
pub fn flow_field(
    system: &dyn System,
    mean: &[f64],
    plane: MatRef<f64>,
    u: &[f64],
    range_a: [f64; 2],
    range_b: [f64; 2],
    size: usize,
) -> FlowField {
    let rule = system.field();
    let n = rule.dim();
    let axis = |r: [f64; 2]| -> Vec<f64> {
        (0..size).map(|k| r[0] + (r[1] - r[0]) * k as f64 / (size - 1).max(1) as f64).collect()
    };
    let (a, b) = (axis(range_a), axis(range_b));
    let (v1, v2) = (col(plane, 0), col(plane, 1));
    let points = size * size;
    let mut x = Mat::zeros(n, points);
    for row in 0..size {
        for c in 0..size {
            let x = col_mut(x.as_mut(), row * size + c);
            for i in 0..n {
                x[i] = mean[i] + a[c] * v1[i] + b[row] * v2[i];
            }
        }
    }
    let inputs = Mat::from_fn(u.len(), points, |i, _| u[i]);
    let mut y = Mat::zeros(n, points);
    Workspace::new(rule, points, points).eval(rule, x.as_ref(), inputs.as_ref(), y.as_mut());
    let mut field = FlowField {
        a,
        b,
        along_a: Vec::with_capacity(points),
        along_b: Vec::with_capacity(points),
        off_plane: Vec::with_capacity(points),
        off_plane_share: 0.0,
    };
    let mut shares = Vec::with_capacity(points);
    for p in 0..points {
        let (x, y) = (col(x.as_ref(), p), col(y.as_ref(), p));
        let velocity = |i: usize| if system.is_flow() { y[i] } else { (y[i] - x[i]) / system.time_step() };
        let (mut da, mut db, mut square) = (0.0, 0.0, 0.0);
        for i in 0..n {
            let v = velocity(i);
            da += v * v1[i];
            db += v * v2[i];
            square += v * v;
        }
        let off = (0..n).map(|i| (velocity(i) - da * v1[i] - db * v2[i]).powi(2)).sum::<f64>().sqrt();
        field.along_a.push(da);
        field.along_b.push(db);
        field.off_plane.push(off);
        if square > 0.0 {
            shares.push(off / square.sqrt());
        }
    }
    field.off_plane_share = quantile(shares, 0.5).unwrap_or(0.0);
    field
}
