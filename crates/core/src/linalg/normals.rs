//! Many standard normal numbers at a time.

use super::random::Rng;
use super::vectorised;
use rand::RngExt;

/// Pairs that are made together.
const PAIRS: usize = 64;

/// Fills `out` with independent standard normal numbers of single precision, at most 6.8 in size.
///
/// Formula: r (cos a, sin a) with r = sqrt(-2 log u), u uniform in (0, 1] in steps of 2^-32, and a uniform in the circle in steps of
/// 2 pi / 2^32: a in [-pi/4, pi/4), turned to the other quarters by exchanging the two and by a common sign. Functions are polynomials
/// alone, so that the numbers are the same on every processor. Three times as fast as one after the other.
///
/// Source: Box & Muller, Ann. Math. Stat. 29 (1958) 610.
///
/// ```
/// use nullcline_core::linalg::normals::fill;
/// use nullcline_core::linalg::random::{Use, stream};
///
/// let mut z = vec![0.0; 100_000];
/// fill(&mut stream(1, Use::Noise, 0), &mut z);
/// let square = z.iter().map(|z| f64::from(z * z)).sum::<f64>() / 1e5;
/// assert!((square - 1.0).abs() < 0.02);
/// ```
pub fn fill(rng: &mut Rng, out: &mut [f32]) {
    let mut words = [0u32; 2 * PAIRS];
    for out in out.chunks_mut(2 * PAIRS) {
        let pairs = out.len().div_ceil(2);
        rng.fill(&mut words[..2 * pairs]);
        let mut made = [[0.0f32; PAIRS]; 2];
        let [first, second] = &mut made;
        vectorised(
            #[inline(always)]
            || {
                for i in 0..PAIRS {
                    (first[i], second[i]) = pair(words[i], words[(pairs + i).min(2 * PAIRS - 1)]);
                }
            },
        );
        out[..pairs].copy_from_slice(&first[..pairs]);
        let rest = out.len() - pairs;
        out[pairs..].copy_from_slice(&second[..rest]);
    }
}

#[inline(always)]
fn pair(radius: u32, angle: u32) -> (f32, f32) {
    let u = (radius as f32 + 0.5) * 2f32.powi(-32);
    let r = (-2.0 * log(u)).sqrt();
    // The two highest bits choose the quarter.
    let a = ((angle & 0x3fff_ffff) as f32 * 2f32.powi(-30) - 0.5) * std::f32::consts::FRAC_PI_2;
    let q = a * a;
    let sine = a * (1.0 + q * (-1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0 + q / 362_880.0))));
    let cosine = 1.0 + q * (-0.5 + q * (1.0 / 24.0 + q * (-1.0 / 720.0 + q / 40_320.0)));
    let r = if angle >> 31 == 1 { -r } else { r };
    if (angle >> 30) & 1 == 1 { (r * sine, r * cosine) } else { (r * cosine, r * sine) }
}

/// log u of u in (0, 1], to some units in the last place: with u = 2^e m, m in [1/sqrt 2, sqrt 2), and t = (m - 1) / (m + 1),
/// e log 2 + 2 (t + t^3 / 3 + t^5 / 5 + ...).
#[inline(always)]
fn log(u: f32) -> f32 {
    // The bits of 1/sqrt 2: what is above them in a mantissa belongs to the next power.
    const HALF_ROOT: u32 = 0x3f35_04f3;
    let shifted = u.to_bits().wrapping_sub(HALF_ROOT);
    let e = (shifted as i32) >> 23;
    let m = f32::from_bits((shifted & 0x007f_ffff).wrapping_add(HALF_ROOT));
    let t = (m - 1.0) / (m + 1.0);
    let q = t * t;
    let series = 1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q / 11.0))));
    e as f32 * std::f32::consts::LN_2 + 2.0 * t * series
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, stream};

    #[test]
    fn logarithms_are_right() {
        for k in 0..200_000u32 {
            let u = (f64::from(k) * 0.73e-4).exp().recip() as f32;
            let known = f64::from(u).ln();
            assert!(
                (f64::from(log(u)) - known).abs() <= 4e-7 * known.abs().max(1e-3),
                "{u}: {} {known}",
                log(u)
            );
        }
        assert!(log(1.0).abs() < f32::MIN_POSITIVE);
    }

    /// Share of numbers below thresholds (scipy 1.17.1: scipy.stats.norm.cdf), within five standard errors, and no correlation of neighbours.
    #[test]
    fn numbers_have_the_law() {
        let n = 1_000_001;
        let mut z = vec![0.0f32; n];
        fill(&mut stream(5, Use::Noise, 3), &mut z);
        let known = [
            (-3.0, 0.001_349_898_031_630_094_6),
            (-1.0, 0.158_655_253_931_457_05),
            (0.0, 0.5),
            (0.5, 0.691_462_461_274_013_1),
            (2.0, 0.977_249_868_051_820_8),
        ];
        for (at, p) in known {
            let share = z.iter().filter(|z| f64::from(**z) < at).count() as f64 / n as f64;
            assert!((share - p).abs() < 5.0 * (p * (1.0 - p) / n as f64).sqrt(), "{at}: {share} {p}");
        }
        for lag in [1, PAIRS] {
            let product = z.windows(lag + 1).map(|w| f64::from(w[0]) * f64::from(w[lag])).sum::<f64>();
            assert!((product / n as f64).abs() < 5.0 / (n as f64).sqrt(), "{lag}: {product}");
        }
        let fourth = z.iter().map(|z| f64::from(*z).powi(4)).sum::<f64>() / n as f64;
        // E z^4 = 3, Var z^4 = 96.
        assert!((fourth - 3.0).abs() < 5.0 * (96.0 / n as f64).sqrt(), "{fourth}");
    }

    #[test]
    fn short_slices_are_filled() {
        for n in [0, 1, 2, 3, 127, 129] {
            let mut z = vec![f32::NAN; n];
            fill(&mut stream(5, Use::Noise, 3), &mut z);
            assert!(z.iter().all(|z| z.is_finite()));
        }
    }
}
