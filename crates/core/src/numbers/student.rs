//! Errors of few degrees of freedom.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Probability above two standard errors of a normal.
const ABOVE: f64 = 0.022_750_131_948_179_21;

/// t with P(T <= t) = `p` for Student's T of `freedom` degrees; none for none.
///
/// ```
/// use nullcline_core::numbers::student::quantile;
///
/// // Of one degree it is Cauchy's law: tan(pi (p - 1/2)).
/// assert!((quantile(0.75, 1).unwrap() - 1.0).abs() < 1e-9);
/// assert_eq!(quantile(0.75, 0), None);
/// ```
pub fn quantile(p: f64, freedom: usize) -> Option<f64> {
    StudentsT::new(0.0, 1.0, freedom as f64).ok().map(|law| law.inverse_cdf(p))
}

/// t / 2 with P(|T| <= t) = 0.9545 for Student's T of `freedom` degrees: times this, two of an error that was estimated with so many
/// hold what two of a known one would. NaN for none.
///
/// ```
/// use nullcline_core::numbers::student::widening;
///
/// assert!(widening(4) > 1.43 && widening(4) < 1.44);
/// assert!((widening(10_000) - 1.0).abs() < 2e-4);
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
}
