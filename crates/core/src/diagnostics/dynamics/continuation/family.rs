//! A system with one parameter, and the iterates of a map.

use crate::linalg::col;
use faer::{Accum, Mat, MatMut, Par, linalg::matmul::matmul};

/// What a family's F means in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// x(t+1) = F(x(t), p): fixed points are F(x, p) = x.
    Map,
    /// dx/dt = F(x, p): fixed points are F(x, p) = 0.
    Flow,
}

/// A rule with one parameter, y = F(x, p).
///
/// Shapes: x and y are of length n, the Jacobian is n x n and column-major. Where F cannot be evaluated it
/// writes what is not finite; it does not panic.
///
/// ```
/// use faer::MatMut;
/// use nullcline_core::diagnostics::dynamics::continuation::{Family, Kind, Options, follow};
///
/// /// dx/dt = p - x^2.
/// struct Saddle;
///
/// impl Family for Saddle {
///     fn dim(&self) -> usize { 1 }
///     fn kind(&self) -> Kind { Kind::Flow }
///     fn value(&self, x: &[f64], p: f64, y: &mut [f64]) { y[0] = p - x[0] * x[0]; }
///     fn jacobian(&self, x: &[f64], _: f64, mut j: MatMut<f64>) { j[(0, 0)] = -2.0 * x[0]; }
///     fn slope(&self, _: &[f64], _: f64, d: &mut [f64]) { d[0] = 1.0; }
/// }
///
/// // The stable and the unstable point meet at p = 0.
/// let branch = follow(&Saddle, &[0.7], 0.5, &Options::between(-1.0, 1.0)).unwrap();
/// assert_eq!(branch.bifurcations.len(), 1);
/// assert!(branch.bifurcations[0].p.abs() < 1e-12 && branch.bifurcations[0].state[0].abs() < 1e-8);
/// ```
pub trait Family: Sync {
    /// Dimension n of the state.
    fn dim(&self) -> usize;
    /// Map or flow.
    fn kind(&self) -> Kind;
    /// `y = F(x, p)`.
    fn value(&self, x: &[f64], p: f64, y: &mut [f64]);
    /// `j = F_x`, every entry of it.
    fn jacobian(&self, x: &[f64], p: f64, j: MatMut<f64>);
    /// `d = F_p`.
    fn slope(&self, x: &[f64], p: f64, d: &mut [f64]);
    /// Whether F is known to be smooth: no corner is then looked for.
    fn is_smooth(&self) -> bool {
        false
    }
    /// Both derivatives: `j = F_x` and `d = F_p`.
    fn derivatives(&self, x: &[f64], p: f64, j: MatMut<f64>, d: &mut [f64]) {
        self.jacobian(x, p, j);
        self.slope(x, p, d);
    }
    /// Numbers whose signs tell the smooth pieces of F apart: the arguments of the kinked nonlinearities; none of
    /// a smooth F. Their number never changes.
    fn switches(&self, x: &[f64], p: f64) -> Vec<f64> {
        let _ = (x, p);
        Vec::new()
    }
}

/// The k-th iterate of a map, whose fixed points are cycles of k steps (or of a divisor of k).
pub struct Iterate<'a> {
    map: &'a dyn Family,
    k: usize,
}

impl<'a> Iterate<'a> {
    /// F applied `k` times, at least once.
    pub fn new(map: &'a dyn Family, k: usize) -> Self {
        Self { map, k: k.max(1) }
    }

    /// The states before each of the k steps.
    pub fn orbit(&self, x: &[f64], p: f64) -> Vec<Vec<f64>> {
        let mut all = vec![x.to_vec()];
        for i in 1..self.k {
            let mut y = vec![0.0; x.len()];
            self.map.value(&all[i - 1], p, &mut y);
            all.push(y);
        }
        all
    }
}

impl Family for Iterate<'_> {
    fn dim(&self) -> usize {
        self.map.dim()
    }
    fn kind(&self) -> Kind {
        self.map.kind()
    }
    fn value(&self, x: &[f64], p: f64, y: &mut [f64]) {
        let mut at = x.to_vec();
        for _ in 0..self.k {
            self.map.value(&at, p, y);
            at.copy_from_slice(y);
        }
    }
    fn jacobian(&self, x: &[f64], p: f64, mut j: MatMut<f64>) {
        let n = x.len();
        let (mut one, mut next) = (Mat::zeros(n, n), Mat::zeros(n, n));
        for (i, at) in self.orbit(x, p).iter().enumerate() {
            self.map.jacobian(at, p, one.as_mut());
            if i == 0 {
                j.copy_from(&one);
            } else {
                matmul(next.as_mut(), Accum::Replace, one.as_ref(), j.as_ref(), 1.0, Par::Seq);
                j.copy_from(&next);
            }
        }
    }
    fn slope(&self, x: &[f64], p: f64, d: &mut [f64]) {
        let n = x.len();
        self.derivatives(x, p, Mat::zeros(n, n).as_mut(), d);
    }
    fn derivatives(&self, x: &[f64], p: f64, mut j: MatMut<f64>, d: &mut [f64]) {
        let n = x.len();
        let [mut one, mut next] = [Mat::zeros(n, n), Mat::zeros(n, n)];
        let mut own = vec![0.0; n];
        for (i, at) in self.orbit(x, p).iter().enumerate() {
            if i == 0 {
                self.map.derivatives(at, p, j.as_mut(), d);
                continue;
            }
            self.map.derivatives(at, p, one.as_mut(), &mut own);
            for (c, v) in d.iter().enumerate() {
                own.iter_mut().zip(col(one.as_ref(), c)).for_each(|(o, m)| *o += m * v);
            }
            d.copy_from_slice(&own);
            matmul(next.as_mut(), Accum::Replace, one.as_ref(), j.as_ref(), 1.0, Par::Seq);
            j.copy_from(&next);
        }
    }
    fn is_smooth(&self) -> bool {
        self.map.is_smooth()
    }
    fn switches(&self, x: &[f64], p: f64) -> Vec<f64> {
        self.orbit(x, p).iter().flat_map(|at| self.map.switches(at, p)).collect()
    }
}
