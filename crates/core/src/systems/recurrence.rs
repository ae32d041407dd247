//! What networks of one nonlinearity have in common: the equation of their fixed points.

use crate::linalg::Real;
use crate::linalg::activation::Activation;
use crate::linalg::ball::{Ball, dot};
use faer::{Mat, MatRef};

/// What a network's state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// x = f(a).
    Rates,
    /// x = a.
    Currents,
}

/// The equation a = W f(a) + c of pre-activations a, whose solutions are a network's fixed points one to one.
///
/// For h' = f(W h + c) and dx/dt = -x + f(W x + c) the state is f(a), for dx/dt = -x + W f(x) + c it is a.
#[derive(Clone, Debug)]
pub struct Recurrence {
    /// W, n x n.
    pub weight: Mat<f64>,
    /// Relative rounding error of each entry of W: 0 where it is as given.
    pub rounded: f64,
    /// c = U u + b, with its rounding error.
    pub drive: Vec<Ball>,
    /// f.
    pub activation: Activation,
    /// What the state is.
    pub read: Read,
    /// The states are the rule's zeros (a field), not its fixed points (a map).
    pub zeros: bool,
}

impl Recurrence {
    /// The equation with c = U u + the sum of `biases`.
    ///
    /// ```
    /// use nullcline_core::linalg::activation::Activation;
    /// use nullcline_core::systems::recurrence::Recurrence;
    ///
    /// let (w, u) = (faer::mat![[0.0, 1.0], [1.0, 0.0]], faer::mat![[2.0], [0.0]]);
    /// let net = Recurrence::new(w.as_ref(), u.as_ref(), &[0.5], &[&[0.1, 0.2]], Activation::Relu);
    /// assert_eq!(net.dim(), 2);
    /// // The state of pre-activations a is f(a).
    /// assert_eq!(net.state(&[1.5, -1.0]), [1.5, 0.0]);
    /// ```
    pub fn new<T: Real>(
        w: MatRef<T>,
        u: MatRef<T>,
        input: &[f64],
        biases: &[&[T]],
        activation: Activation,
    ) -> Self {
        let number = |x: T| Ball::exact(x.to_f64());
        let drive = (0..w.nrows())
            .map(|i| {
                let product = dot((0..input.len()).map(|j| (number(u[(i, j)]), Ball::exact(input[j]))));
                biases.iter().fold(product, |sum, b| sum + number(b[i]))
            })
            .collect();
        let weight = Mat::from_fn(w.nrows(), w.ncols(), |i, j| w[(i, j)].to_f64());
        Self { weight, rounded: 0.0, drive, activation, read: Read::Rates, zeros: false }
    }

    /// The equation of currents with row i divided by `by[i]`, of states d a = W f(a) + c; none where a divisor is zero.
    pub fn divided(mut self, by: &[f64]) -> Option<Self> {
        if by.iter().any(|d| *d == 0.0 || !d.is_finite()) {
            return None;
        }
        for (i, d) in by.iter().enumerate() {
            for j in 0..by.len() {
                self.weight[(i, j)] /= d;
            }
            // The divisor was rounded once, the quotient is again.
            self.drive[i] = self.drive[i].over(Ball { mid: *d, rad: d.abs() * f64::EPSILON });
        }
        let whole = (0..by.len())
            .all(|i| self.drive[i].rad.is_finite() && (0..by.len()).all(|j| self.weight[(i, j)].is_finite()));
        whole.then_some(Self { rounded: 2.0 * f64::EPSILON, read: Read::Currents, ..self })
    }

    /// W_ij with its rounding error.
    pub fn entry(&self, i: usize, j: usize) -> Ball {
        let w = self.weight[(i, j)];
        match self.rounded {
            e if e > 0.0 => Ball { mid: w, rad: w.abs() * e + f64::MIN_POSITIVE },
            _ => Ball::exact(w),
        }
    }

    /// Number n of units.
    pub fn dim(&self) -> usize {
        self.drive.len()
    }

    /// The state that belongs to pre-activations `a`.
    pub fn state(&self, a: &[f64]) -> Vec<f64> {
        let mut x = a.to_vec();
        if self.read == Read::Rates {
            self.activation.apply(&mut x, &mut vec![0.0; a.len()]);
        }
        x
    }
}
