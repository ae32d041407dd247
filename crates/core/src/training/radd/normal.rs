//! The tail of the normal distribution, as censored likelihoods need it.

use libm::erfc;
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Below this the complementary error function gives way to a continued fraction.
const FAR: f64 = -3.0;
/// Levels of the fraction: at 3 its error is below rounding after 40.
const LEVELS: u32 = 40;

/// -log Phi(a) and, of it, minus the first and the second derivative: h = phi(a)/Phi(a) and h (a + h), both positive.
///
/// Formula: for a < -3, with r = 1/(x + 2/(x + 3/(x + ...))) at x = -a, h = x + r and h (a + h) = (x + r) r, without
/// cancellation.
pub(super) fn tail(a: f64) -> [f64; 3] {
    let log_phi = -0.5 * (a * a + (2.0 * PI).ln());
    if a < FAR {
        let x = -a;
        let r = (1..=LEVELS).rev().fold(0.0, |r, k| f64::from(k) / (x + r));
        return [-log_phi + (x + r).ln(), x + r, (x + r) * r];
    }
    let below = 0.5 * erfc(-a * FRAC_1_SQRT_2);
    let log = if a > 0.0 { (-0.5 * erfc(a * FRAC_1_SQRT_2)).ln_1p() } else { below.ln() };
    let h = log_phi.exp() / below;
    [-log, h, h * (a + h)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLDEN: [(f64, f64, f64); 11] = [
        (-100.0, 5005.524208694205, 100.00999800101664),
        (-40.0, 804.6084420137539, 40.024968847210886),
        (-12.5, 81.57596787074388, 12.57900730440702),
        (-10.5, 58.40418706107325, 10.593583926132451),
        (-9.5, 48.30601929896523, 9.603050090384288),
        (-5.0, 15.064998393988727, 5.1865039671258515),
        (-1.5, 2.7059444008238898, 1.9386771666225433),
        (0.0, std::f64::consts::LN_2, 0.7978845608028654),
        (0.7, 0.2770239422771313, 0.4119247504192907),
        (3.0, 0.0013508099647481925, 0.004437839042125666),
        (9.0, 1.1285884059538324e-19, 1.0279773571668901e-18),
    ];

    /// scipy 1.17.1: -scipy.special.log_ndtr(a), and exp(norm.logpdf(a) - log_ndtr(a)).
    #[test]
    fn tails_are_those_of_scipy() {
        for (a, log, h) in GOLDEN {
            let [ours, slope, bend] = tail(a);
            assert!((ours / log - 1.0).abs() < 1e-13, "{a}: {ours} {log}");
            assert!((slope / h - 1.0).abs() < 1e-12, "{a}: {slope} {h}");
            assert!((0.0..=1.0).contains(&bend), "{a}: {bend}");
        }
        // h' = -h (a + h), by differences on both sides of the seam.
        for a in [-14.0, -3.001, -2.99, -1.0, 0.0, 2.0] {
            let step = 1e-5;
            let slope = (tail(a - step)[1] - tail(a + step)[1]) / (2.0 * step);
            assert!((slope - tail(a)[2]).abs() < 1e-8, "{a}: {slope} {}", tail(a)[2]);
        }
        let [log, h, bend] = tail(-1e9);
        assert!(
            (log / 5e17 - 1.0).abs() < 1e-12 && (h / 1e9 - 1.0).abs() < 1e-15 && (bend - 1.0).abs() < 1e-9
        );
    }
}
