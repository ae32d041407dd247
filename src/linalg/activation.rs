//! Pointwise nonlinearities with their derivatives, computed together.

use super::Real;

/// A nonlinearity f applied unit by unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// f(a) = tanh a.
    Tanh,
    /// f(a) = max(a, 0), with f'(0) = 0 as in PyTorch.
    Relu,
    /// f(a) = 1 / (1 + exp(-a)).
    Sigmoid,
    /// f(a) = a.
    Identity,
}

impl Activation {
    /// The name used on the command line and in file metadata.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tanh => "tanh",
            Self::Relu => "relu",
            Self::Sigmoid => "sigmoid",
            Self::Identity => "identity",
        }
    }

    /// The nonlinearity of that name; `linear` and `logistic` are accepted too.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "tanh" => Self::Tanh,
            "relu" => Self::Relu,
            "sigmoid" | "logistic" => Self::Sigmoid,
            "identity" | "linear" => Self::Identity,
            _ => return None,
        })
    }

    /// Replaces each `a` by f(a) and writes f'(a) to `gain`.
    pub fn apply<T: Real>(self, a: &mut [T], gain: &mut [T]) {
        match self {
            Self::Tanh => {
                for (v, g) in a.iter_mut().zip(gain) {
                    let (y, slope) = tanh(*v);
                    *v = y;
                    *g = slope;
                }
            }
            Self::Relu => {
                for (v, g) in a.iter_mut().zip(gain) {
                    let on = *v > T::ZERO;
                    *g = if on { T::ONE } else { T::ZERO };
                    // The product keeps a NaN, which a comparison alone would turn into zero.
                    *v = if on { *v } else { T::ZERO * *v };
                }
            }
            Self::Sigmoid => {
                for (v, g) in a.iter_mut().zip(gain) {
                    let (y, not_y) = sigmoid(*v);
                    *v = y;
                    *g = y * not_y;
                }
            }
            Self::Identity => gain.fill(T::ONE),
        }
    }

    /// Interval that contains f(a) for every a; infinite ends where there is no bound.
    pub fn range(self) -> [f64; 2] {
        match self {
            Self::Tanh => [-1.0, 1.0],
            Self::Relu => [0.0, f64::INFINITY],
            Self::Sigmoid => [0.0, 1.0],
            Self::Identity => [f64::NEG_INFINITY, f64::INFINITY],
        }
    }

    /// Largest |f'| over the line.
    pub fn max_slope(self) -> f64 {
        if self == Self::Sigmoid { 0.25 } else { 1.0 }
    }

    /// Largest |f''| over the line: 4/(3 sqrt 3) for tanh, 1/(6 sqrt 3) for the sigmoid, 0 for the
    /// identity, none for ReLU, whose slope jumps at 0.
    pub fn max_curvature(self) -> Option<f64> {
        match self {
            Self::Tanh => Some(4.0 / (3.0 * 3f64.sqrt())),
            Self::Sigmoid => Some(1.0 / (6.0 * 3f64.sqrt())),
            Self::Identity => Some(0.0),
            Self::Relu => None,
        }
    }
}

/// tanh a and its slope 1/cosh^2 a, the slope without cancellation when |a| is large.
pub fn tanh<T: Real>(a: T) -> (T, T) {
    let y = a.tanh();
    if y * y < T::of(0.5) {
        return (y, T::ONE - y * y);
    }
    let e = (T::of(-2.0) * if a < T::ZERO { -a } else { a }).exp();
    let d = T::ONE + e;
    (y, T::of(4.0) * e / (d * d))
}

/// The logistic function s(a) and 1 - s(a) = s(-a), both without cancellation.
pub fn sigmoid<T: Real>(a: T) -> (T, T) {
    let e = if a < T::ZERO { a.exp() } else { (-a).exp() };
    let (small, large) = (e / (T::ONE + e), T::ONE / (T::ONE + e));
    if a < T::ZERO { (small, large) } else { (large, small) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_match_central_differences_and_keep_their_tails() {
        for f in [Activation::Tanh, Activation::Relu, Activation::Sigmoid, Activation::Identity] {
            for a in [-3.0, -0.7, 0.3, 2.0] {
                let at = |a: f64| {
                    let (mut v, mut g) = ([a], [0.0]);
                    f.apply(&mut v, &mut g);
                    (v[0], g[0])
                };
                let h = 1e-6;
                let difference = (at(a + h).0 - at(a - h).0) / (2.0 * h);
                assert!((difference - at(a).1).abs() < 1e-9, "{f:?} at {a}");
            }
        }
        // 4 exp(-2 a) to first order: 1 - tanh(30)^2 would be exactly zero.
        assert!((tanh(30.0f64).1 / (4.0 * (-60.0f64).exp()) - 1.0).abs() < 1e-12);
        assert!((sigmoid(40.0f64).1 / (-40.0f64).exp() - 1.0).abs() < 1e-12);
        let mut nan = [f64::NAN];
        Activation::Relu.apply(&mut nan, &mut [0.0]);
        assert!(nan[0].is_nan());
    }
}
