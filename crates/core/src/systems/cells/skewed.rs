//! Recurrent matrices with a prescribed share of their symmetric part.

use super::facts::{Constant, Initial};
use super::kind::{CellKind, Layer};
use super::params::Params;
use crate::linalg::{Real, col, col_mut};
use faer::{Mat, MatMut, MatRef};

/// The law A = (1-beta)(M + M^T) + beta (M - M^T) - gamma I of a recurrent matrix A in the free matrix M.
///
/// beta = 1 leaves the antisymmetric part alone, beta = 1/2 is A = M - gamma I.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Skewed {
    /// Share beta of the antisymmetric part, from 0 to 1.
    pub beta: f64,
    /// Damping gamma.
    pub gamma: f64,
}

impl Skewed {
    /// A of M, n x n.
    ///
    /// ```
    /// use nullcline_core::systems::cells::Skewed;
    ///
    /// let m = faer::mat![[1.0, 2.0], [0.0, 1.0]];
    /// let antisymmetric = Skewed { beta: 1.0, gamma: 0.5 }.matrix(m.as_ref());
    /// assert_eq!(antisymmetric, faer::mat![[-0.5, 2.0], [-2.0, -0.5]]);
    /// assert_eq!(Skewed { beta: 0.5, gamma: 0.0 }.matrix(m.as_ref()), m);
    /// ```
    pub fn matrix<T: Real>(self, m: MatRef<T>) -> Mat<T> {
        let mut a = Mat::zeros(m.nrows(), m.ncols());
        self.write(m, a.as_mut());
        a
    }

    /// Writes A of M: M + (1 - 2 beta) M^T - gamma I.
    pub(super) fn write<T: Real>(self, m: MatRef<T>, mut a: MatMut<T>) {
        let (turned, gamma) = (T::of(1.0 - 2.0 * self.beta), T::of(self.gamma));
        for j in 0..m.ncols() {
            for i in 0..m.nrows() {
                a[(i, j)] = m[(i, j)] + turned * m[(j, i)];
            }
            a[(j, j)] -= gamma;
        }
    }

    /// Adds the gradient of block `i`, the matrix M of a product A v whose cotangents are `g`:
    /// G + (1 - 2 beta) G^T with G = g v^T. `scratch` has the size of `g`.
    pub(super) fn add_gradient<T: Real>(
        self,
        params: &Params<T>,
        grad: &mut [T],
        i: usize,
        g: MatRef<T>,
        v: MatRef<T>,
        mut scratch: MatMut<T>,
    ) {
        params.add_outer(grad, i, g, v);
        let turned = T::of(1.0 - 2.0 * self.beta);
        for j in 0..g.ncols() {
            for (s, g) in col_mut(scratch.as_mut(), j).iter_mut().zip(col(g, j)) {
                *s = turned * *g;
            }
        }
        params.add_outer(grad, i, v, scratch.as_ref());
    }
}

static CONSTANTS: [Constant; 2] = [Constant::positive("epsilon"), Constant::damping("gamma")];

/// What the cells of Chang, Chen, Haber & Chi (ICLR 2019) have in common: step epsilon, damping gamma, Gaussian parameters, and
/// a recurrent matrix that is antisymmetric but for the damping.
pub(super) const fn skewed(name: &'static str, title: &'static str, layer: Layer) -> CellKind {
    CellKind {
        constants: &CONSTANTS,
        initial: Initial {
            normal: Some(|block, d, n| match block {
                "bias" => 0.0,
                "weight_ih" => 1.0 / d.sqrt(),
                _ => 1.0 / n.sqrt(),
            }),
            any_form: false,
            ..Initial::UNIFORM
        },
        acting: Some(|cell, w, _| {
            let [_, gamma] = cell.values();
            vec![("recurrent", Skewed { beta: 1.0, gamma }.matrix(w))]
        }),
        ..CellKind::new(name, title, layer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_is_the_published_combination() {
        let m = Mat::from_fn(3, 3, |i, j| (3 * i + j) as f64 - 2.5);
        for (beta, gamma) in [(1.0, 0.3), (0.65, 0.01), (0.5, 0.0)] {
            let a = Skewed { beta, gamma }.matrix(m.as_ref());
            for j in 0..3 {
                for i in 0..3 {
                    let (p, q) = (m[(i, j)], m[(j, i)]);
                    let damping = if i == j { gamma } else { 0.0 };
                    let expected: f64 = (1.0 - beta) * (p + q) + beta * (p - q) - damping;
                    assert!((a[(i, j)] - expected).abs() < 1e-15);
                }
            }
        }
    }
}
