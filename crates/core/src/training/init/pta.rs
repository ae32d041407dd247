//! Oscillators of the periodic toroidal attractor, drawn from the region where they turn for ever.

use crate::linalg::random::{Rng, uniform};
use crate::systems::reference::rotation::{gru_radius, gru_turns, turns};
use faer::MatMut;
use std::f64::consts::PI;

/// The 2 x 2 block alpha R(theta).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Oscillator {
    /// Gain alpha.
    pub alpha: f64,
    /// Turn theta in one step, radians.
    pub theta: f64,
}

impl Oscillator {
    /// [[alpha cos theta, -alpha sin theta], [alpha sin theta, alpha cos theta]], by rows.
    ///
    /// ```
    /// use nullcline_core::training::init::Oscillator;
    ///
    /// let [[a, b], [c, d]] = Oscillator { alpha: 2.0, theta: std::f64::consts::FRAC_PI_2 }.block();
    /// assert!(a.abs() < 1e-15 && b == -2.0 && c == 2.0 && d.abs() < 1e-15);
    /// ```
    pub fn block(self) -> [[f64; 2]; 2] {
        let (s, c) = self.theta.sin_cos();
        [[self.alpha * c, -self.alpha * s], [self.alpha * s, self.alpha * c]]
    }
}

/// Largest gain alpha of a tanh oscillator in the authors' code.
pub const TANH_GAIN: f64 = 10.0;
/// Largest excess a over the Neimark-Sacker radius of a GRU oscillator in the authors' code.
pub const GRU_EXCESS: f64 = 4.0;
/// Largest gain of a tanh oscillator near the onset of its oscillation at alpha = 1.
pub const TANH_ONSET: f64 = 1.5;
/// Largest excess of a GRU oscillator near the onset: the same share of its range.
pub const GRU_ONSET: f64 = 0.2;

/// An oscillator of the tanh network h' = tanh(W h), uniform over the area of its admissible region.
///
/// Formula: alpha in [1.001, `largest`], [`TANH_GAIN`] in the authors' code, and theta in
/// [theta*, pi/2 - theta*] or [pi/2 + theta*, pi - theta*], with
/// [`theta_star`](crate::systems::reference::rotation::theta_star) at alpha: the region of the authors'
/// code, which the paper calls "the identified region" without numbers and describes as that of a zero
/// leading exponent. It is larger than that: to alpha = 10, tongues of resonances other than 1:1, 1:2 and
/// 1:4 lock about a third of its area, most of it at large alpha. Drawn by rejection from the rectangle.
///
/// ```
/// use nullcline_core::linalg::random::{Use, stream};
/// use nullcline_core::systems::reference::rotation::turns;
/// use nullcline_core::training::init::{TANH_ONSET, tanh_oscillator};
///
/// let mut rng = stream(1, Use::Parameters, 0);
/// for _ in 0..100 {
///     let drawn = tanh_oscillator(&mut rng, TANH_ONSET);
///     assert!(drawn.alpha <= TANH_ONSET && turns(drawn.alpha, drawn.theta));
/// }
/// ```
pub fn tanh_oscillator(rng: &mut Rng, largest: f64) -> Oscillator {
    loop {
        let (alpha, theta) = (uniform(rng, 1.001, largest), uniform(rng, 0.0, PI));
        if turns(alpha, theta) {
            return Oscillator { alpha, theta };
        }
    }
}

/// An oscillator of the GRU's candidate, gates at 1/2, uniform over the area of its admissible region.
///
/// Formula: alpha = [`gru_radius`] (theta) + a, a in [0.01, `largest`], [`GRU_EXCESS`] in the authors' code;
/// theta in the two intervals of [`gru_turns`], which stand for the authors' unpublished curves. Uniform in
/// (a, theta).
///
/// ```
/// use nullcline_core::linalg::random::{Use, stream};
/// use nullcline_core::systems::reference::rotation::gru_radius;
/// use nullcline_core::training::init::{GRU_EXCESS, gru_oscillator};
///
/// let drawn = gru_oscillator(&mut stream(1, Use::Parameters, 0), GRU_EXCESS);
/// let excess = drawn.alpha - gru_radius(drawn.theta);
/// assert!(excess > 0.0 && excess <= GRU_EXCESS);
/// ```
pub fn gru_oscillator(rng: &mut Rng, largest: f64) -> Oscillator {
    loop {
        let (a, theta) = (uniform(rng, 0.01, largest), uniform(rng, 0.0, PI));
        let alpha = gru_radius(theta) + a;
        if gru_turns(alpha, theta) {
            return Oscillator { alpha, theta };
        }
    }
}

/// Writes oscillators on the diagonal of an n x n matrix of zeros, n even.
pub(super) fn fill(mut m: MatMut<f64>, mut draw: impl FnMut() -> Oscillator) {
    m.fill(0.0);
    for k in (0..m.ncols()).step_by(2) {
        let block = draw().block();
        for (i, row) in block.iter().enumerate() {
            for (j, v) in row.iter().enumerate() {
                m[(k + i, k + j)] = *v;
            }
        }
    }
}
