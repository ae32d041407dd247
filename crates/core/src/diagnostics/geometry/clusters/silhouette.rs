//! How well clusters are apart.

use faer::MatRef;

/// Mean over units of (b - a) / max(a, b), with a the mean distance to the unit's own cluster and b the smallest mean
/// distance to another; 0 for a unit alone in its cluster.
///
/// # Shapes and units
/// `distance` is n x n, symmetric; `label` (n) numbers clusters from 0, none empty. NaN for one cluster, and for as many
/// as units.
///
/// Source: Rousseeuw 1987.
///
/// ```
/// use nullcline_core::diagnostics::geometry::clusters::silhouette;
///
/// let d = faer::mat![[0.0, 1.0, 4.0], [1.0, 0.0, 5.0], [4.0, 5.0, 0.0]];
/// // (4 - 1) / 4, (5 - 1) / 5, and 0 for the one that is alone.
/// assert!((silhouette(d.as_ref(), &[0, 0, 1]) - (0.75 + 0.8) / 3.0).abs() < 1e-15);
/// ```
pub fn silhouette(distance: MatRef<f64>, label: &[usize]) -> f64 {
    let n = label.len();
    let count = label.iter().max().map_or(0, |m| m + 1);
    if count < 2 || count >= n {
        return f64::NAN;
    }
    let mut sizes = vec![0.0; count];
    label.iter().for_each(|l| sizes[*l] += 1.0);
    let width = |i: usize| {
        let own = label[i];
        if sizes[own] < 2.0 {
            return 0.0;
        }
        let mut sums = vec![0.0; count];
        (0..n).for_each(|j| sums[label[j]] += distance[(j, i)]);
        let a = sums[own] / (sizes[own] - 1.0);
        let others = (0..count).filter(|c| *c != own).map(|c| sums[c] / sizes[c]);
        let b = others.fold(f64::INFINITY, f64::min);
        let most = a.max(b);
        if most > 0.0 { (b - a) / most } else { 0.0 }
    };
    (0..n).map(width).sum::<f64>() / n as f64
}
