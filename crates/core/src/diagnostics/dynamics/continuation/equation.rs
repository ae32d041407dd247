//! The equation G(z) = 0 of fixed points in z = (x, p), and the metric in which its branches are measured.

use super::family::{Family, Kind};
use super::options::Options;
use crate::linalg::{col, col_mut};
use faer::{Mat, MatMut};

/// G(x, p) = F - x of a map, F of a flow.
#[derive(Clone, Copy)]
pub struct Equation<'a> {
    /// The family.
    pub family: &'a dyn Family,
    /// Scales of x and p.
    pub metric: Metric,
}

/// Scales of length: |dz|^2 = |dx|^2 / X^2 + dp^2 / P^2.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    x: f64,
    p: f64,
}

impl Metric {
    /// Lengths in units of `x` and `p`.
    pub fn new(x: f64, p: f64) -> Self {
        Self { x: x.powi(-2), p: p.powi(-2) }
    }

    /// The metric of a branch from the state `x`: the state's norm, 1 at least, and the range of p are of length 1.
    pub fn of(options: &Options, x: &[f64]) -> Self {
        let width = options.high - options.low;
        let size = options.state_scale.unwrap_or_else(|| crate::linalg::norm(x).max(1.0));
        Self::new(size, if width > 0.0 { width } else { 1.0 })
    }

    /// The scalar product of `a` and `b`, n + 1 each.
    pub fn dot(&self, a: &[f64], b: &[f64]) -> f64 {
        let n = a.len().saturating_sub(1);
        let x: f64 = a.iter().zip(b).take(n).map(|(a, b)| a * b).sum();
        let p: f64 = a.iter().zip(b).skip(n).map(|(a, b)| a * b).sum();
        self.x * x + self.p * p
    }

    /// Length of `a`.
    pub fn norm(&self, a: &[f64]) -> f64 {
        self.dot(a, a).sqrt()
    }

    /// Length of a - b.
    pub fn distance(&self, a: &[f64], b: &[f64]) -> f64 {
        self.norm(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>())
    }

    /// The row r with r . b = <a, b>.
    pub fn row(&self, a: &[f64]) -> Vec<f64> {
        let n = a.len().saturating_sub(1);
        a.iter().enumerate().map(|(i, a)| a * if i < n { self.x } else { self.p }).collect()
    }

    /// `a` at length 1; unchanged where it has none.
    pub fn unit(&self, mut a: Vec<f64>) -> Vec<f64> {
        let size = self.norm(&a);
        if size > 0.0 && size.is_finite() {
            a.iter_mut().for_each(|a| *a /= size);
        }
        a
    }
}

impl<'a> Equation<'a> {
    /// The equation of `family` in the metric given.
    pub fn new(family: &'a dyn Family, metric: Metric) -> Self {
        Self { family, metric }
    }

    /// Dimension n of the state.
    pub fn dim(&self) -> usize {
        self.family.dim()
    }

    /// Whether the family is a map.
    pub fn is_map(&self) -> bool {
        self.family.kind() == Kind::Map
    }

    /// The value that a critical real eigenvalue of F_x has at a fold: 1 of a map, 0 of a flow.
    pub fn critical(&self) -> f64 {
        if self.is_map() { 1.0 } else { 0.0 }
    }

    /// x and p of z.
    pub fn split<'z>(&self, z: &'z [f64]) -> (&'z [f64], f64) {
        let (x, p) = z.split_at(self.dim().min(z.len()));
        (x, p.first().copied().unwrap_or(f64::NAN))
    }

    /// G(z), n.
    pub fn value(&self, z: &[f64]) -> Vec<f64> {
        let (x, p) = self.split(z);
        let mut g = vec![0.0; x.len()];
        self.family.value(x, p, &mut g);
        if self.is_map() {
            g.iter_mut().zip(x).for_each(|(g, x)| *g -= x);
        }
        g
    }

    /// F_x at z, n x n.
    pub fn jacobian(&self, z: &[f64]) -> Mat<f64> {
        let (x, p) = self.split(z);
        let mut j = Mat::zeros(x.len(), x.len());
        self.family.jacobian(x, p, j.as_mut());
        j
    }

    /// Writes dG/dz to the first n rows of `out` (n + 1 columns), the derivative of F_x alone where `raw`.
    pub fn derivative(&self, z: &[f64], raw: bool, mut out: MatMut<f64>) {
        let (x, p) = self.split(z);
        let n = x.len();
        let (mut j, mut slope) = (Mat::zeros(n, n), vec![0.0; n]);
        self.family.derivatives(x, p, j.as_mut(), &mut slope);
        let shift = if raw { 0.0 } else { self.critical() };
        for c in 0..n {
            col_mut(out.as_mut(), c)[..n].copy_from_slice(col(j.as_ref(), c));
            out[(c, c)] -= shift;
        }
        col_mut(out, n)[..n].copy_from_slice(&slope);
    }
}
