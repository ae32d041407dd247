//! Quantiles of a sample.

/// The value that a share `q` of those that are finite lies below, linear between order statistics (type 7 of Hyndman & Fan
/// 1996, the default of numpy and R); none without any.
///
/// ```
/// use nullcline_core::numbers::quantile;
///
/// assert_eq!(quantile([3.0, 1.0, 2.0], 0.25), Some(1.5));
/// ```
pub fn quantile(values: impl IntoIterator<Item = f64>, q: f64) -> Option<f64> {
    let mut all: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
    all.sort_by(f64::total_cmp);
    let at = q.clamp(0.0, 1.0) * all.len().checked_sub(1)? as f64;
    // Within the list by construction.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let (low, high) = (all[at.floor() as usize], all[at.ceil() as usize]);
    Some(low + (high - low) * at.fract())
}

#[cfg(test)]
mod tests {
    use super::quantile;

    /// numpy 2.4: np.quantile([3, 1, 2, 9], [0, 0.1, 0.5, 0.9, 1]).
    #[test]
    fn quantiles_are_numpys() {
        for (q, theirs) in [(0.0, 1.0), (0.1, 1.3), (0.5, 2.5), (0.9, 7.2), (1.0, 9.0)] {
            let ours = quantile([3.0, 1.0, 2.0, 9.0, f64::NAN], q).unwrap();
            assert!((ours - theirs).abs() < 1e-12, "{q}: {ours}");
        }
        assert_eq!(quantile([f64::NAN], 0.5), None);
    }
}
