//! Pointwise nonlinearities with their derivatives, computed together.

use super::{Real, vectorised};

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
    ///
    /// ```
    /// use nullcline_core::linalg::activation::Activation;
    ///
    /// let (mut a, mut gain) = ([0.5f64, -0.5], [0.0; 2]);
    /// Activation::Tanh.apply(&mut a, &mut gain);
    /// assert!((a[0] - 0.5f64.tanh()).abs() < 1e-15 && (gain[1] - (1.0 - a[1] * a[1])).abs() < 1e-15);
    /// ```
    pub fn apply<T: Real>(self, a: &mut [T], gain: &mut [T]) {
        vectorised(
            #[inline(always)]
            move || self.apply_here(a, gain),
        );
    }

    #[inline(always)]
    fn apply_here<T: Real>(self, a: &mut [T], gain: &mut [T]) {
        match self {
            Self::Tanh => {
                for (v, g) in a.iter_mut().zip(gain) {
                    (*v, *g) = v.tanh_with_slope();
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
                    let (y, not_y) = v.sigmoid_pair();
                    (*v, *g) = (y, y * not_y);
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

    /// Whether f is bounded.
    pub fn bounded(self) -> bool {
        self.range().iter().all(|v| v.is_finite())
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

/// y = tanh a unit by unit, and its slope 1/cosh^2 a, without cancellation when |a| is large.
pub fn tanh<T: Real>(a: &[T], y: &mut [T], slope: &mut [T]) {
    vectorised(
        #[inline(always)]
        move || pairs(a, y, slope, T::tanh_with_slope),
    );
}

/// y = 1 / (1 + exp(-a)) unit by unit, and 1 - y, both without cancellation.
pub fn sigmoid<T: Real>(a: &[T], y: &mut [T], not_y: &mut [T]) {
    vectorised(
        #[inline(always)]
        move || pairs(a, y, not_y, T::sigmoid_pair),
    );
}

/// exp a in the place of each a <= 0, to 4 units in the last place.
///
/// ```
/// let mut a = [0.0, -1.0, -800.0];
/// nullcline_core::linalg::activation::exp(&mut a);
/// assert_eq!((a[0], a[2]), (1.0, 0.0));
/// assert!((a[1] - (-1f64).exp()).abs() < 1e-15);
/// ```
pub fn exp<T: Real>(a: &mut [T]) {
    vectorised(
        #[inline(always)]
        move || a.iter_mut().for_each(|v| *v = v.exp_below()),
    );
}

#[inline(always)]
fn pairs<T: Real>(a: &[T], y: &mut [T], z: &mut [T], f: impl Fn(T) -> (T, T)) {
    let (y, z) = (&mut y[..a.len()], &mut z[..a.len()]);
    for i in 0..a.len() {
        (y[i], z[i]) = f(a[i]);
    }
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
        assert!((30f64.tanh_with_slope().1 / (4.0 * (-60.0f64).exp()) - 1.0).abs() < 1e-12);
        assert!((40f64.sigmoid_pair().1 / (-40.0f64).exp() - 1.0).abs() < 1e-12);
        for f in [Activation::Tanh, Activation::Relu, Activation::Sigmoid] {
            let mut nan = [f64::NAN];
            f.apply(&mut nan, &mut [0.0]);
            assert!(nan[0].is_nan());
        }
    }

    /// Largest errors, in units of the last place, of tanh, its slope, s(a) and s(-a) at `a`.
    fn errors<T: Real>(a: T, epsilon: f64) -> [f64; 4] {
        let (x, size) = (a.to_f64(), a.to_f64().abs());
        let (twice, once) = ((-2.0 * size).exp(), (-size).exp());
        let (small, large) = (once / (1.0 + once), 1.0 / (1.0 + once));
        let (y, not_y) = if x < 0.0 { (small, large) } else { (large, small) };
        let known = [x.tanh(), 4.0 * twice / (1.0 + twice).powi(2), y, not_y];
        let ((t, slope), (s, rest)) = (a.tanh_with_slope(), a.sigmoid_pair());
        let found = [t, slope, s, rest].map(T::to_f64);
        std::array::from_fn(|i| (found[i] - known[i]).abs() / (known[i].abs().max(1e-300) * epsilon))
    }

    #[test]
    fn tanh_and_sigmoid_are_right_to_a_few_units_in_the_last_place() {
        let (mut double, mut single) = ([0.0f64; 4], [0.0f64; 4]);
        for k in 0..200_000 {
            // Signs alternate; sizes from 1e-9 to 40, evenly in their logarithm.
            let size = 1e-9 * 4e10f64.powf(f64::from(k) / 200_000.0);
            let a = if k % 2 == 0 { size } else { -size };
            let wide = errors(a, f64::EPSILON);
            let narrow = errors(a as f32, f64::from(f32::EPSILON));
            for i in 0..4 {
                (double[i], single[i]) = (double[i].max(wide[i]), single[i].max(narrow[i]));
            }
        }
        // The references have errors of a unit or two themselves in double precision.
        assert!(double.iter().all(|e| *e < 6.0), "{double:?}");
        assert!(single.iter().all(|e| *e < 3.5), "{single:?}");
        for (a, y, slope) in [(f64::INFINITY, 1.0, 0.0), (-900.0, -1.0, 0.0), (-0.0, -0.0, 1.0)] {
            assert_eq!(
                [a.tanh_with_slope().0, a.tanh_with_slope().1].map(f64::to_bits),
                [y, slope].map(f64::to_bits)
            );
        }
        assert_eq!((-200f32).sigmoid_pair(), (0.0, 1.0));
    }
}
