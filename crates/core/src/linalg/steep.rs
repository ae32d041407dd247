//! Pointwise nonlinearities with a slope and a threshold.

use super::activation::Activation;
use super::{Real, vectorised};

/// f(a) = phi(slope (a - threshold)) unit by unit, phi an [`Activation`].
///
/// At the kink of ReLU its derivative is half the slope, the mean of both sides and what central differences give: so a network of
/// zero weights has a gradient (fanthomme2021, below A.47).
///
/// ```
/// use nullcline_core::linalg::{activation::Activation, steep::Steep};
///
/// let f = Steep { activation: Activation::Sigmoid, slope: 50.0, threshold: 0.1 };
/// let (mut a, mut gain) = ([0.1f64, 0.2], [0.0; 2]);
/// f.apply(&mut a, &mut gain);
/// assert!((a[0] - 0.5).abs() < 1e-15 && (gain[0] - 12.5).abs() < 1e-13);
/// assert!((a[1] - 1.0 / (1.0 + (-5f64).exp())).abs() < 1e-15);
/// let (mut a, mut gain) = ([0.0f64, 2.0], [0.0; 2]);
/// Steep::plain(Activation::Relu).apply(&mut a, &mut gain);
/// assert_eq!((a, gain), ([0.0, 2.0], [0.5, 1.0]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steep {
    /// phi.
    pub activation: Activation,
    /// Slope.
    pub slope: f64,
    /// Threshold.
    pub threshold: f64,
}

impl Steep {
    /// phi itself.
    pub const fn plain(activation: Activation) -> Self {
        Self { activation, slope: 1.0, threshold: 0.0 }
    }

    /// Whether f is phi itself.
    pub fn is_plain(self) -> bool {
        self == Self::plain(self.activation)
    }

    /// Replaces each `a` by f(a) and writes f'(a) to `gain`.
    pub fn apply<T: Real>(self, a: &mut [T], gain: &mut [T]) {
        vectorised(
            #[inline(always)]
            move || self.apply_here(a, gain),
        );
    }

    #[inline(always)]
    fn apply_here<T: Real>(self, a: &mut [T], gain: &mut [T]) {
        let (slope, threshold) = (T::of(self.slope), T::of(self.threshold));
        if !self.is_plain() {
            a.iter_mut().for_each(|v| *v = slope * (*v - threshold));
        }
        match self.activation {
            Activation::Relu => {
                let half = T::of(0.5 * self.slope);
                for (v, g) in a.iter_mut().zip(gain) {
                    let on = *v > T::ZERO;
                    let edge = *v == T::ZERO;
                    *g = if on {
                        slope
                    } else if edge {
                        half
                    } else {
                        T::ZERO
                    };
                    // The product keeps a NaN, which a comparison alone would turn into zero.
                    *v = if on { *v } else { T::ZERO * *v };
                }
            }
            phi => {
                phi.apply(a, gain);
                if !self.is_plain() {
                    gain.iter_mut().for_each(|g| *g *= slope);
                }
            }
        }
    }

    /// f''(a) of f(a) and f'(a), the part at the kink of ReLU left out.
    pub fn curvature<T: Real>(self, value: T, gain: T) -> T {
        let two = T::of(2.0);
        match self.activation {
            Activation::Sigmoid => T::of(self.slope) * gain * (T::ONE - two * value),
            Activation::Tanh => T::ZERO - two * T::of(self.slope) * value * gain,
            Activation::Relu | Activation::Identity => T::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_and_curvatures_match_central_differences() {
        for activation in [Activation::Tanh, Activation::Relu, Activation::Sigmoid, Activation::Identity] {
            let f = Steep { activation, slope: 3.0, threshold: 0.2 };
            let at = |a: f64| {
                let (mut v, mut g) = ([a], [0.0]);
                f.apply(&mut v, &mut g);
                (v[0], g[0])
            };
            for a in [-0.7, 0.05, 0.2, 0.9] {
                let h = 1e-6;
                let ((up, more), (down, less), (value, gain)) = (at(a + h), at(a - h), at(a));
                assert!(((up - down) / (2.0 * h) - gain).abs() < 1e-8, "{activation:?} at {a}");
                // The kink of ReLU is left out.
                if activation != Activation::Relu || (a - 0.2).abs() > 1e-9 {
                    let curvature = f.curvature(value, gain);
                    assert!(((more - less) / (2.0 * h) - curvature).abs() < 1e-7, "{activation:?} at {a}");
                }
            }
        }
        let mut nan = [f64::NAN];
        Steep::plain(Activation::Relu).apply(&mut nan, &mut [0.0]);
        assert!(nan[0].is_nan());
    }
}
