//! The floating-point types that rules may run in.

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// `f32` or `f64`: analysis runs in `f64`, training may run in `f32`.
pub trait Real:
    faer::traits::RealField
    + super::vector::Vector
    + Copy
    + Send
    + Sync
    + sealed::Sealed
    + std::fmt::Debug
    + Default
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Nearest value to a double.
    fn of(x: f64) -> Self;
    /// The value as a double.
    fn to_f64(self) -> f64;
    /// Square root.
    fn sqrt(self) -> Self;
    /// Hyperbolic tangent.
    fn tanh(self) -> Self;
    /// Exponential.
    fn exp(self) -> Self;
    /// tanh a and 1 / cosh^2 a, for loops under [`vectorised`](super::vectorised).
    fn tanh_with_slope(self) -> (Self, Self);
    /// Exponential of a number that is not above zero, for loops under [`vectorised`](super::vectorised).
    fn exp_below(self) -> Self;
    /// The logistic function at a and at -a, for loops under [`vectorised`](super::vectorised).
    fn sigmoid_pair(self) -> (Self, Self);
    /// Of two values of a family, the one of this type.
    fn choose<F: Precise>(single: F::Of<f32>, double: F::Of<f64>) -> F::Of<Self>;
}

/// A family of types, one for each type of numbers.
pub trait Precise {
    /// The type for numbers `T`.
    type Of<T: Real>;
}

macro_rules! real {
    ($t:ty, $elementary:ident, ($single:pat, $double:pat)) => {
        impl Real for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            #[allow(clippy::cast_possible_truncation)]
            fn of(x: f64) -> Self {
                x as $t
            }
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            fn sqrt(self) -> Self {
                <$t>::sqrt(self)
            }
            fn tanh(self) -> Self {
                <$t>::tanh(self)
            }
            fn exp(self) -> Self {
                <$t>::exp(self)
            }
            #[inline(always)]
            fn tanh_with_slope(self) -> (Self, Self) {
                super::elementary::$elementary::tanh(self)
            }
            #[inline(always)]
            fn exp_below(self) -> Self {
                super::elementary::$elementary::exp(self)
            }
            #[inline(always)]
            fn sigmoid_pair(self) -> (Self, Self) {
                super::elementary::$elementary::sigmoid(self)
            }
            fn choose<F: Precise>($single: F::Of<f32>, $double: F::Of<f64>) -> F::Of<Self> {
                $elementary
            }
        }
    };
}
real!(f32, single, (single, _));
real!(f64, double, (_, double));
