//! tanh and the logistic function with what their derivatives need, free of branches, so that loops over
//! them are vectorised: correct to 4 units in the last place, each in its own relative terms.

/// The two functions in one type.
///
/// With exp a = s (1 + p), s = 2^round(a / log 2) and p = exp r - 1 from its series in |r| <= log(2) / 2,
/// neither 1 + s (1 + p) nor s p + (s - 1) cancels. `rest` is what log 2 has beyond the type's precision.
macro_rules! elementary {
    ($name:ident, $t:ty, mantissa: $mantissa:expr, bias: $bias:expr, floor: $floor:expr, terms: $terms:expr, rest: $rest:expr) => {
        pub(super) mod $name {
            /// Adding it leaves the nearest integer in the low bits.
            const ROUND: $t = 1.5 * (1u64 << $mantissa) as $t;

            /// 1 / k! by k.
            const SERIES: [$t; $terms + 1] = {
                let (mut series, mut factorial, mut k) = ([1.0; $terms + 1], 1.0f64, 1);
                while k <= $terms {
                    factorial *= k as f64;
                    series[k] = (1.0 / factorial) as $t;
                    k += 1;
                }
                series
            };

            /// (p, s) of exp a = s (1 + p) for a <= 0; s is 0 where exp a is below every number.
            #[inline(always)]
            fn reduced(a: $t) -> ($t, $t) {
                let a = if a < $floor { $floor } else { a };
                let shifted = a.mul_add(std::f64::consts::LOG2_E as $t, ROUND);
                let n = ROUND - shifted;
                let r = n.mul_add($rest, n.mul_add(std::f64::consts::LN_2 as $t, a));
                let mut p = SERIES[$terms];
                for k in (1..$terms).rev() {
                    p = p.mul_add(r, SERIES[k]);
                }
                // 2^n as a product of two, each of which is a normal number; the offset keeps n positive.
                let n = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(4 * $bias);
                let half = n >> 1;
                let power = |n| <$t>::from_bits(n << $mantissa);
                let s = power(half.wrapping_sub($bias)) * power(n.wrapping_sub(half).wrapping_sub($bias));
                (p * r, s)
            }

            /// exp a of a <= 0.
            #[inline(always)]
            pub fn exp(a: $t) -> $t {
                let (p, s) = reduced(a);
                s.mul_add(p, s)
            }

            /// tanh a and 1 / cosh^2 a.
            #[inline(always)]
            pub fn tanh(a: $t) -> ($t, $t) {
                let (p, s) = reduced(-2.0 * a.abs());
                let e = s.mul_add(p, s);
                let less = s.mul_add(p, s - 1.0);
                let q = 1.0 / (2.0 + less);
                ((less * -q).copysign(a), 4.0 * e * q * q)
            }

            /// 1 / (1 + exp(-a)) and 1 / (1 + exp a).
            #[inline(always)]
            pub fn sigmoid(a: $t) -> ($t, $t) {
                let (p, s) = reduced(-a.abs());
                let e = s.mul_add(p, s);
                let large = 1.0 / (1.0 + e);
                let small = e * large;
                if a < 0.0 { (small, large) } else { (large, small) }
            }
        }
    };
}
elementary!(double, f64, mantissa: 52, bias: 1023, floor: -800.0, terms: 13, rest: 2.319_046_813_846_299_6e-17);
elementary!(single, f32, mantissa: 23, bias: 127, floor: -110.0, terms: 7, rest: -1.904_654_3e-9);
