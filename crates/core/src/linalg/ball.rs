//! Real numbers known to a midpoint and a radius, with every rounding error counted: what is proven of a
//! ball holds for the number.
//!
//! ```
//! use nullcline_core::linalg::ball::{Ball, dot};
//!
//! // 1/3 is no double; three times the ball around it holds 1, and does not claim to be it.
//! let third = Ball::exact(1.0).over(Ball::exact(3.0));
//! let rest = third * Ball::exact(3.0) - Ball::ONE;
//! assert!(!rest.is_nonzero() && !rest.is_zero() && rest.magnitude() < 1e-15);
//! // What is proven of a ball holds for the number.
//! let square = dot([(third, third)].into_iter());
//! assert!(square.is_positive() && square.meets(Ball::exact(1.0 / 9.0)));
//! ```

use std::ops::{Add, Mul, Neg, Sub};

/// All reals within `rad` of `mid`; radius 0 where every operation so far was exact.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ball {
    /// Midpoint.
    pub mid: f64,
    /// Radius, not negative.
    pub rad: f64,
}

/// Largest relative error of a radius, which takes fewer than a dozen roundings of its own.
const GROW: f64 = 1.0 + 16.0 * f64::EPSILON;
/// Size below which the error of a product is no longer a double.
const SMALL: f64 = 1e-280;
/// Bounds what underflow can lose.
const LOST: f64 = 1e-300;

impl Ball {
    /// The number 0.
    pub const ZERO: Self = Self { mid: 0.0, rad: 0.0 };
    /// The number 1.
    pub const ONE: Self = Self { mid: 1.0, rad: 0.0 };

    /// Exactly `x`.
    pub const fn exact(x: f64) -> Self {
        Self { mid: x, rad: 0.0 }
    }
    /// Surely above 0.
    #[inline(always)]
    pub fn is_positive(self) -> bool {
        self.mid > self.rad
    }
    /// Surely below 0.
    #[inline(always)]
    pub fn is_negative(self) -> bool {
        -self.mid > self.rad
    }
    /// Surely not 0.
    #[inline(always)]
    pub fn is_nonzero(self) -> bool {
        self.mid.abs() > self.rad
    }
    /// Exactly 0.
    pub fn is_zero(self) -> bool {
        self.mid == 0.0 && self.rad == 0.0
    }
    /// Upper bound of the modulus.
    pub fn magnitude(self) -> f64 {
        (self.mid.abs() + self.rad).next_up()
    }
    /// Lower bound of the modulus.
    pub fn mignitude(self) -> f64 {
        (self.mid.abs() - self.rad).next_down().max(0.0)
    }
    /// Whether both may be the same number.
    pub fn meets(self, other: Self) -> bool {
        !(self - other).is_nonzero()
    }
    /// A ball that holds both.
    pub fn hull(self, other: Self) -> Self {
        let mid = 0.5 * (self.mid + other.mid);
        let [a, b] = [self, other].map(|b| ((b.mid - mid).abs() + b.rad) * GROW);
        // The larger, and not a number where either is none.
        Self { mid, rad: if b <= a || a.is_nan() { a } else { b } }
    }
    /// self / d, where `d` is surely not 0.
    #[inline(always)]
    pub fn over(self, d: Self) -> Self {
        let mid = self.mid / d.mid;
        // The remainder of a division is a double; so is its product with 1 / d up to rounding.
        let rest = (-mid).mul_add(d.mid, self.mid).abs();
        let some = self.mid != 0.0;
        let lost = if some & ((mid * d.mid).abs() < SMALL) { LOST } else { 0.0 };
        let least = (d.mid.abs() - d.rad) * (1.0 - 4.0 * f64::EPSILON);
        let spread = self.rad + mid.abs() * d.rad + rest;
        let spread_lost = if (spread < SMALL) & some & (d.rad > 0.0) { LOST } else { 0.0 };
        let spread = spread + lost + spread_lost;
        // A large divisor makes the quotient and its error underflow once more.
        let rad = spread / least;
        let tiny = (some & (mid.abs() < SMALL)) | ((spread > 0.0) & (rad < SMALL));
        let rad = (rad + if tiny { LOST } else { 0.0 }) * GROW;
        Self { mid, rad: if least > 0.0 { rad } else { f64::INFINITY } }
    }
    /// self + a b.
    #[inline(always)]
    pub fn plus_product(self, a: Self, b: Self) -> Self {
        self + a * b
    }
}

impl Add for Ball {
    type Output = Self;
    #[inline(always)]
    fn add(self, b: Self) -> Self {
        let mid = self.mid + b.mid;
        // Knuth's two-sum: the rounding error of an addition is a double.
        let part = mid - self.mid;
        let error = (self.mid - (mid - part)) + (b.mid - part);
        Self { mid, rad: (self.rad + b.rad + error.abs()) * GROW }
    }
}

impl Sub for Ball {
    type Output = Self;
    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        self + -b
    }
}

impl Neg for Ball {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self { mid: -self.mid, rad: self.rad }
    }
}

impl Mul for Ball {
    type Output = Self;
    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        let mid = self.mid * b.mid;
        let error = self.mid.mul_add(b.mid, -mid).abs();
        let some = self.mid != 0.0 && b.mid != 0.0;
        let lost = if some & (mid.abs() < SMALL) { LOST } else { 0.0 };
        let spread = self.mid.abs() * b.rad + self.rad * (b.mid.abs() + b.rad);
        let spread_lost = if (spread < SMALL) & (self.rad + b.rad > 0.0) { LOST } else { 0.0 };
        Self { mid, rad: (spread + error + lost + spread_lost) * GROW }
    }
}

/// sum of a_i b_i.
#[inline(always)]
pub fn dot(a: impl Iterator<Item = (Ball, Ball)>) -> Ball {
    a.fold(Ball::ZERO, |sum, (a, b)| sum.plus_product(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Integers are exact; a third times three is 1 within a radius of a few roundings and no less.
    #[test]
    fn radii_hold_the_truth_and_vanish_where_nothing_is_lost() {
        let n = |x: f64| Ball::exact(x);
        assert_eq!(n(3.0) * n(5.0) - n(15.0), Ball::ZERO);
        assert_eq!(n(1.0).over(n(4.0)), n(0.25));
        let third = n(1.0).over(n(3.0));
        assert!(third.rad > 0.0 && third.rad < 1e-16);
        let one = third * n(3.0);
        assert!(one.meets(Ball::ONE) && one.rad < 1e-15);
        // 0.1 + 0.2 - 0.3 of the three doubles is 2^-55 exactly (their integer mantissas).
        let sum = n(0.1) + n(0.2) - n(0.3);
        assert!(sum.meets(n(2f64.powi(-55))) && sum.rad > 0.0);
        let tiny = n(1e-200) * n(1e-200);
        assert!(tiny.rad > 0.0 && !tiny.is_zero());
        assert!((Ball { mid: 2.0, rad: 0.5 }).over(Ball { mid: 1.0, rad: 0.5 }).magnitude() >= 5.0);
        assert!(!Ball { mid: f64::NAN, rad: 0.0 }.is_nonzero());
        // 1e-308 is no double: the nearest is off by up to 2^-1075.
        assert!(n(1.0).over(n(1e308)).rad > 0.0 && n(1e-300).over(n(1e300)).rad > 0.0);
        assert!(Ball { mid: 0.0, rad: 1e-300 }.over(n(1e300)).rad > 0.0);
        assert!(n(1e-20).over(Ball { mid: 1.0, rad: 1e-310 }).rad > 0.0);
        assert_eq!(n(0.0).over(n(1e300)), Ball::ZERO);
    }
}
