//! Extrapolation to many samples.

use faer::Mat;
use nullcline_core::linalg::cholesky::Cholesky;

/// The value at x = 0 of a polynomial through points with errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::fanthomme2021) struct Limit {
    pub value: f64,
    pub error: f64,
    /// Sum of squared residuals over squared errors.
    pub chi_squared: f64,
    /// Points less coefficients.
    pub freedom: usize,
}

/// Weighted least squares of `terms` coefficients through `points` (x, y, standard error of y); points that are not finite
/// are left out; none with too few.
pub(in crate::fanthomme2021) fn limit(points: &[(f64, f64, f64)], terms: usize) -> Option<Limit> {
    let usable = |p: &&(f64, f64, f64)| p.0.is_finite() && p.1.is_finite() && p.2.is_finite() && p.2 > 0.0;
    let points: Vec<&(f64, f64, f64)> = points.iter().filter(usable).collect();
    if points.len() < terms {
        return None;
    }
    // Powers of x relative to the largest keep the normal equations well conditioned.
    let scale = points.iter().map(|p| p.0.abs()).fold(0.0, f64::max);
    let power = |x: f64, k: usize| (x / scale).powi(k as i32);
    let normal = Mat::from_fn(terms, terms, |i, j| {
        points.iter().map(|(x, _, e)| power(*x, i) * power(*x, j) / (e * e)).sum()
    });
    let mut factor = Cholesky::new(terms);
    if !factor.factor(normal.as_ref()) {
        return None;
    }
    let mut inverse = Mat::zeros(terms, terms);
    factor.inverse(inverse.as_mut());
    let right: Vec<f64> =
        (0..terms).map(|i| points.iter().map(|(x, y, e)| power(*x, i) * y / (e * e)).sum()).collect();
    let coefficient = |i: usize| (0..terms).map(|j| inverse[(i, j)] * right[j]).sum::<f64>();
    let coefficients: Vec<f64> = (0..terms).map(coefficient).collect();
    let fitted = |x: f64| (0..terms).map(|k| coefficients[k] * power(x, k)).sum::<f64>();
    let chi_squared = points.iter().map(|(x, y, e)| ((y - fitted(*x)) / e).powi(2)).sum();
    Some(Limit {
        value: coefficients[0],
        error: inverse[(0, 0)].sqrt(),
        chi_squared,
        freedom: points.len() - terms,
    })
}

/// The weighted mean of limits, its error, and the largest distance of one from it in standard errors.
pub(in crate::fanthomme2021) fn together(limits: &[Limit]) -> (f64, f64, f64) {
    let weight = |l: &Limit| l.error.powi(-2);
    let whole: f64 = limits.iter().map(weight).sum();
    let mean = limits.iter().map(|l| weight(l) * l.value).sum::<f64>() / whole;
    let far = limits.iter().map(|l| ((l.value - mean) / l.error).abs()).fold(0.0, f64::max);
    (mean, whole.recip().sqrt(), far)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_polynomial_is_recovered_and_its_error_is_that_of_the_points() {
        let y = |x: f64| 2.0 - 3.0 * x + 5.0 * x * x;
        let points: Vec<(f64, f64, f64)> =
            (1..=9).map(|k| (0.01 * f64::from(k), y(0.01 * f64::from(k)), 1e-3)).collect();
        let l = limit(&points, 3).unwrap();
        assert!((l.value - 2.0).abs() < 1e-10 && l.chi_squared < 1e-12 && l.freedom == 6, "{l:?}");
        // A constant through nine points of one error: a third of it.
        let l = limit(&points, 1).unwrap();
        assert!((l.error - 1e-3 / 3.0).abs() < 1e-12);
        assert_eq!(limit(&points[..2], 3), None);
        assert_eq!(limit(&[(0.1, f64::NAN, 1.0), (0.2, 1.0, 1.0)], 2), None);
    }

    #[test]
    fn limits_together_weigh_by_their_errors() {
        let one = |value, error| Limit { value, error, chi_squared: 0.0, freedom: 1 };
        let (mean, error, far) = together(&[one(1.0, 1.0), one(4.0, 2.0)]);
        assert!(
            (mean - 1.6).abs() < 1e-12 && (error - 0.8f64.sqrt()).abs() < 1e-12 && (far - 1.2).abs() < 1e-12
        );
    }
}
