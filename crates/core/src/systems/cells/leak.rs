//! The leak of a leaky network: time constants, one a unit.

use crate::linalg::{Real, col, col_mut};
use faer::{MatMut, MatRef};

/// The time constants tau of dx/dt = (-x + v) / tau.
#[derive(Clone)]
pub(super) struct Leak(pub Vec<f64>);

impl Leak {
    /// v = (v - own) / tau, column by column.
    pub fn relax<T: Real>(&self, own: MatRef<T>, mut v: MatMut<T>) {
        for j in 0..own.ncols() {
            let own = col(own, j);
            for (i, v) in col_mut(v.as_mut(), j).iter_mut().enumerate() {
                *v = (*v - own[i]) / T::of(self.0[i]);
            }
        }
    }

    /// out = g / tau, column by column.
    pub fn slowed<T: Real>(&self, g: MatRef<T>, mut out: MatMut<T>) {
        for j in 0..g.ncols() {
            let g = col(g, j);
            for (i, o) in col_mut(out.as_mut(), j).iter_mut().enumerate() {
                *o = g[i] / T::of(self.0[i]);
            }
        }
    }

    /// Column `c` of (J - 1) / tau from that of J.
    pub fn relax_column<T: Real>(&self, c: usize, column: &mut [T]) {
        column[c] -= T::ONE;
        for (v, tau) in column.iter_mut().zip(&self.0) {
            *v /= T::of(*tau);
        }
    }

    /// The shortest time constant.
    pub fn shortest(&self) -> f64 {
        self.0.iter().fold(f64::INFINITY, |a, b| a.min(*b))
    }
}
