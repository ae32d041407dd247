//! Errors of few degrees of freedom.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Probability above two standard errors of a normal.
const ABOVE: f64 = 0.022_750_131_948_179_21;

/// Degrees above which the law is near the normal one: there statrs' inverse loses digits (1.83 for 1.96 at ten million) and time.
const MANY: usize = 10_000;

/// t with P(T <= t) = `p` for Student's T of `freedom` degrees; none for none.
///
/// Formula: above 10,000 degrees v, with z the normal quantile, t = z + (z^3 + z) / (4 v) + (5 z^5 + 16 z^3 + 3 z) / (96 v^2),
/// whose next term is below 1e-11 for |z| up to 2.4.
///
/// Source: Abramowitz & Stegun, Handbook of Mathematical Functions (1964), 26.7.5.
///
/// ```
/// use nullcline_core::numbers::student::quantile;
///
/// // Of one degree it is Cauchy's law: tan(pi (p - 1/2)).
/// assert!((quantile(0.75, 1).unwrap() - 1.0).abs() < 1e-9);
/// assert_eq!(quantile(0.75, 0), None);
/// ```
pub fn quantile(p: f64, freedom: usize) -> Option<f64> {
    if freedom > MANY {
        let (z, v) = (Normal::standard().inverse_cdf(p), freedom as f64);
        let square = z * z;
        return Some(
            z + z * (square + 1.0) / (4.0 * v) + z * ((5.0 * square + 16.0) * square + 3.0) / (96.0 * v * v),
        );
    }
    StudentsT::new(0.0, 1.0, freedom as f64).ok().map(|law| law.inverse_cdf(p))
}

/// t / 2 with P(|T| <= t) = 0.9545 for Student's T of `freedom` degrees: times this, two of an error that was estimated with so many
/// hold what two of a known one would. NaN for none.
///
/// ```
/// use nullcline_core::numbers::student::widening;
///
/// assert!(widening(4) > 1.43 && widening(4) < 1.44);
/// assert!((widening(1_000_000) - 1.0).abs() < 1e-5);
/// ```
pub fn widening(freedom: usize) -> f64 {
    quantile(1.0 - ABOVE, freedom).map_or(f64::NAN, |t| t / 2.0)
}

#[cfg(test)]
mod tests {
    use super::{quantile, widening};

    #[test]
    fn quantiles_are_scipys() {
        // scipy.stats.t.ppf(scipy.stats.norm.cdf(2), df) / 2, scipy 1.17.
        for (freedom, theirs) in [(1, 6.983865099622274), (4, 1.4346547073144136), (23, 1.057363308778934)] {
            let ours = widening(freedom);
            assert!((ours - theirs).abs() < 1e-6 * theirs, "{freedom}: {ours} and {theirs}");
        }
        assert!(widening(0).is_nan());
        // scipy.stats.t.ppf(p, df), scipy 1.17.
        for (p, freedom, theirs) in
            [(0.9, 7, 1.4149239276505086), (0.6, 1, 0.32491969623290634), (0.995, 30, 2.7499956535672254)]
        {
            let ours = quantile(p, freedom).unwrap();
            assert!((ours - theirs).abs() < 1e-6 * theirs, "{p} {freedom}: {ours} and {theirs}");
        }
        assert_eq!(quantile(0.9, 0), None);
    }

    /// scipy.stats.t.ppf(p, df), scipy 1.17.
    #[test]
    fn many_degrees_are_near_the_normal_law() {
        for (p, freedom, theirs) in [
            (0.975, 10_000, 1.960201239890626),
            (0.6, 20_000, 0.2533504732640628),
            (1.0 - 1e-6, 100_000, 4.753704716385476),
            (0.975, 1_000_000, 1.959966356814107),
            (0.001, 10_000_000, -3.090233121180912),
            (0.975, 100_000_000, 1.9599640082627663),
        ] {
            let ours = quantile(p, freedom).unwrap();
            assert!((ours - theirs).abs() < 1e-8, "{p} {freedom}: {ours} and {theirs}");
        }
    }
}
