//! Singular values that stand out.

/// Median of the quarter-circle law on \[0, 2\], where sqrt(4 - s^2) / pi is the density.
const MEDIAN: f64 = 0.807_945_506_599_034_5;
/// Mean and standard deviation of the Tracy-Widom law of order 1, and how many of the latter its 95 % quantile, 0.9793, lies above.
const TRACY_WIDOM: [f64; 3] = [-1.2065, 1.2680, 1.7238];
/// Share of the largest value below which values count as that share.
const FLOOR: f64 = 1e-3;

/// How many singular values of a square matrix stand out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dominant {
    /// Values before the largest gap; 0 of a zero matrix.
    pub by_gap: usize,
    /// That gap: the last of them over the next value.
    pub gap: f64,
    /// Standard deviation of independent entries whose singular values have this median.
    pub noise: f64,
    /// The largest singular value of such noise as n grows, 2 sqrt(n) times that deviation (Marchenko & Pastur).
    pub edge: f64,
    /// What one in twenty matrices of such noise exceeds at this n.
    pub threshold: f64,
    /// Values above the threshold.
    pub above: usize,
}

/// The singular values, decreasing, of an n x n matrix that stand out, by two criteria.
///
/// Formula: by gap, the k <= n / 2 (at least 1) of the largest s_k / s_(k+1), values below a thousandth of s_1 taken as that
/// thousandth. By noise, sd = median s / (0.80795 (1 - 1/(4n)) sqrt n), 0.80795 the median of the quarter-circle law; threshold^2 =
/// sd^2 (4 a^2 + 2 a (2/a)^(1/3) q) with a = sqrt(n - 1/2), q the 95 % quantile of the Tracy-Widom law, widened for the median's own
/// error, 1.5 sd / n.
///
/// Remarks: of a matrix whose other values are all alike or zero the noise criterion counts what is above zero; weights that
/// training left small and structured are no noise, and the two criteria differ.
///
/// Source: Marchenko & Pastur 1967; Gavish & Donoho, IEEE Trans. Inf. Theory 60, 5040 (2014) for the median; Johnstone, Ann. Stat. 29,
/// 295 (2001) for the largest value.
///
/// ```
/// use nullcline_core::diagnostics::geometry::currents::dominant;
///
/// let found = dominant(&[3.0, 2.5, 0.2, 0.15, 0.1, 0.05, 0.01, 0.001]);
/// assert_eq!(found.by_gap, 2);
/// assert!((found.gap - 12.5).abs() < 1e-12 && found.edge < 2.5);
/// ```
pub fn dominant(values: &[f64]) -> Dominant {
    let n = values.len();
    let largest = values.first().copied().unwrap_or(0.0);
    if !(largest > 0.0) {
        return Dominant { by_gap: 0, gap: f64::NAN, noise: 0.0, edge: 0.0, threshold: 0.0, above: 0 };
    }
    let at = |k: usize| values.get(k).copied().unwrap_or(0.0).max(FLOOR * largest);
    let ratio = |k: usize| at(k - 1) / at(k);
    let by_gap = (1..=(n / 2).max(1)).fold(1, |best, k| if ratio(k) > ratio(best) { k } else { best });
    let size = n as f64;
    let median = 0.5 * (values[(n - 1) / 2] + values[n / 2]);
    let noise = median / (MEDIAN * (1.0 - 0.25 / size) * size.sqrt());
    let half = (size - 0.5).sqrt();
    let [mean, sd, quantile] = TRACY_WIDOM;
    // The median's error, 1.5 / n of it, in units of the law's scale.
    let of_median = 3.0 / size * half.powi(2) * 4.0 / scale(half);
    let q = mean + quantile * sd.hypot(of_median);
    let threshold = noise * (4.0 * half * half + scale(half) * q).sqrt();
    let above = values.iter().filter(|s| **s > threshold.max(size * f64::EPSILON * largest)).count();
    Dominant { by_gap, gap: ratio(by_gap), noise, edge: 2.0 * size.sqrt() * noise, threshold, above }
}

/// Johnstone's scale of the largest squared singular value, (a + b) (1/a + 1/b)^(1/3) with a = b.
fn scale(a: f64) -> f64 {
    2.0 * a * (2.0 / a).cbrt()
}
