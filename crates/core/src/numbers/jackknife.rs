//! The jackknife: the error of what is no mean, from the same of all parts but one.

use super::Estimate;

/// `value` with the standard error from `left_out`, what is found without each of k parts in turn. The error is not known where
/// one of them is missing or not finite, and of fewer than two.
///
/// Formula: SE^2 = (k - 1) / k sum_i (v_(i) - mean v_(.))^2.
///
/// Source: Efron & Tibshirani, An Introduction to the Bootstrap (1993), eq. 11.5.
///
/// ```
/// use nullcline_core::numbers::jackknife::delete_one;
///
/// // Of a mean it is the standard error of the mean.
/// let v = [1.0, 2.0, 4.0, 9.0];
/// let found = delete_one(4.0, v.map(|out| Some((16.0 - out) / 3.0)));
/// assert!((found.std_error.unwrap() - (38.0f64 / 12.0).sqrt()).abs() < 1e-12 && found.n == 4);
/// ```
pub fn delete_one(value: f64, left_out: impl IntoIterator<Item = Option<f64>>) -> Estimate {
    let found: Vec<Option<f64>> = left_out.into_iter().collect();
    let n = found.len();
    let whole = found.into_iter().collect::<Option<Vec<f64>>>().filter(|v| v.len() > 1);
    whole.map_or(Estimate::unknown(value, n), |values| {
        let k = n as f64;
        let mean = values.iter().sum::<f64>() / k;
        let square: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        Estimate::new(value, ((k - 1.0) / k * square).sqrt(), n)
    })
}

/// `f` of the mean over `groups`, of which each is a list of sums and its weight, with the error of leaving each of them out.
///
/// Shapes: every group has as many sums; `f` gets their total over the total weight. A mean of groups of samples has the groups' sums
/// and their numbers of samples for weights, so that groups of any size count by what they hold.
///
/// ```
/// use nullcline_core::numbers::jackknife::of_means;
///
/// // The ratio of two means over three trials of unequal length.
/// let trials = [(vec![4.0, 2.0], 2.0), (vec![9.0, 3.0], 3.0), (vec![2.0, 1.0], 1.0)];
/// let ratio = of_means(&trials, |m| m[0] / m[1]);
/// assert!((ratio.value - 2.5).abs() < 1e-15 && ratio.n == 3);
/// // Without each of them 11 / 4, 2 and 13 / 5.
/// let spread = [2.75f64, 2.0, 2.6].map(|v| (v - 2.45).powi(2)).iter().sum::<f64>();
/// assert!((ratio.error() - (2.0 / 3.0 * spread).sqrt()).abs() < 1e-15);
/// ```
pub fn of_means(groups: &[(Vec<f64>, f64)], f: impl Fn(&[f64]) -> f64) -> Estimate {
    let mut sums = vec![0.0; groups.first().map_or(0, |g| g.0.len())];
    let mut weight = 0.0;
    for (s, w) in groups {
        sums.iter_mut().zip(s).for_each(|(a, b)| *a += b);
        weight += w;
    }
    let value = f(&sums.iter().map(|s| s / weight).collect::<Vec<_>>());
    let without = groups.iter().map(|(s, w)| {
        let rest: Vec<f64> = sums.iter().zip(s).map(|(a, b)| (a - b) / (weight - w)).collect();
        Some(f(&rest))
    });
    delete_one(value, without)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMPY: f64 = 0.24662458686361227;

    /// numpy 2.4: n, theta = len(v), lambda v: np.var(v) / np.mean(v) ** 2 for v = [1, 2, 4, 9, 7];
    /// t = [theta(np.delete(v, i)) for i in range(n)]; np.sqrt((n - 1) * np.var(t)).
    #[test]
    fn the_error_of_a_ratio_is_numpys() {
        let v = [1.0, 2.0, 4.0, 9.0, 7.0];
        let theta = |v: &[f64]| {
            let n = v.len() as f64;
            let mean = v.iter().sum::<f64>() / n;
            v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n / (mean * mean)
        };
        let without = (0..5).map(|i| {
            let rest: Vec<f64> = (0..5).filter(|j| *j != i).map(|j| v[j]).collect();
            Some(theta(&rest))
        });
        let found = delete_one(theta(&v), without);
        assert!((found.std_error.unwrap() - NUMPY).abs() < 1e-12, "{found:?}");
        // By sums of x and x^2 it is the same.
        let groups = v.map(|x| (vec![x, x * x], 1.0));
        let by_means = of_means(&groups, |m| m[1] / (m[0] * m[0]) - 1.0);
        assert!((by_means.std_error.unwrap() - NUMPY).abs() < 1e-12 && by_means.n == 5, "{by_means:?}");
        assert!((by_means.value - found.value).abs() < 1e-12);
    }

    #[test]
    fn groups_count_by_their_weight() {
        // Means 1 of three, 2 of one: 5/4; without one of them the other's.
        let found = of_means(&[(vec![3.0], 3.0), (vec![2.0], 1.0)], |m| m[0]);
        assert!((found.value - 1.25).abs() < 1e-15 && (found.std_error.unwrap() - 0.5).abs() < 1e-15);
    }

    #[test]
    fn an_error_that_cannot_be_told_is_none() {
        assert_eq!(delete_one(1.0, [Some(1.0)]), Estimate::unknown(1.0, 1));
        assert_eq!(delete_one(1.0, [Some(1.0), None, Some(2.0)]), Estimate::unknown(1.0, 3));
        assert_eq!(delete_one(1.0, [Some(1.0), Some(f64::NAN)]), Estimate::unknown(1.0, 2));
        assert_eq!(of_means(&[(vec![1.0], 1.0)], |m| m[0]), Estimate::unknown(1.0, 1));
    }
}
