//! Weights within and between clusters of units.

use crate::linalg::random::{Use, shuffled, stream};
use crate::numbers::{Estimate, jackknife};
use faer::{Mat, MatRef};
use rayon::prelude::*;

/// Mean weights by the clusters that they join, without weights of a unit on itself.
#[derive(Clone, Debug)]
pub struct Blocks {
    /// Mean weight onto a unit of cluster a (row) from one of cluster b (column); NaN where there is no pair.
    pub mean: Mat<f64>,
    /// Within clusters; errors by the jackknife over units.
    pub within: Estimate,
    /// Between clusters.
    pub between: Estimate,
    /// Within less between.
    pub difference: Estimate,
    /// The test of the difference; none for one cluster or where a mean has no pair.
    pub test: Option<Permutation>,
}

/// A test against clusters dealt to the units at random, their sizes kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Permutation {
    /// (1 + number with |difference| at least that found) / (1 + permutations), two-sided.
    pub p: f64,
    /// Standard deviation of the difference over permutations, divisor permutations - 1.
    pub deviation: f64,
    /// Permutations.
    pub count: usize,
}

/// Sums of weights and their numbers: within, between.
#[derive(Clone, Copy, Default)]
struct Sums {
    sum: [f64; 2],
    number: [f64; 2],
}

impl Sums {
    fn means(self) -> [f64; 3] {
        let [within, between] =
            [0, 1].map(|k| if self.number[k] > 0.0 { self.sum[k] / self.number[k] } else { f64::NAN });
        [within, between, within - between]
    }

    fn less(self, other: Self) -> Self {
        let of = |a: [f64; 2], b: [f64; 2]| [a[0] - b[0], a[1] - b[1]];
        Self { sum: of(self.sum, other.sum), number: of(self.number, other.number) }
    }
}

/// Mean weights of `w`, n x n with w_ij onto i from j, within and between the clusters that `label` (n) gives; units
/// without one are left out.
///
/// Errors leave out one unit at a time, since weights of one unit are not independent.
///
/// Formula: means over the pairs i != j that lie within one cluster, or in two; the difference is within less between.
///
/// ```
/// use nullcline_core::diagnostics::geometry::clusters::blocks;
///
/// // Units of a cluster excite each other; the weights of a unit on itself do not count.
/// let w = faer::Mat::from_fn(6, 6, |i, j| if i == j { 9.0 } else if i / 3 == j / 3 { 1.0 } else { -0.5 });
/// let found = blocks(w.as_ref(), &[0, 0, 0, 1, 1, 1].map(Some), 199, 1);
/// assert_eq!((found.within.value, found.between.value, found.difference.value), (1.0, -0.5, 1.5));
/// assert!(found.test.unwrap().p < 0.2);
/// ```
pub fn blocks(w: MatRef<f64>, label: &[Option<usize>], permutations: usize, seed: u64) -> Blocks {
    let kept: Vec<(usize, usize)> = label.iter().enumerate().filter_map(|(i, l)| l.map(|l| (i, l))).collect();
    let labels: Vec<usize> = kept.iter().map(|k| k.1).collect();
    let n = kept.len();
    let weights = Mat::from_fn(n, n, |i, j| if i == j { 0.0 } else { w[(kept[i].0, kept[j].0)] });
    let clusters = labels.iter().max().map_or(0, |m| m + 1);
    let (mut sum, mut number) =
        (Mat::<f64>::zeros(clusters, clusters), Mat::<f64>::zeros(clusters, clusters));
    let mut own = vec![Sums::default(); n];
    let mut all = Sums::default();
    for j in 0..n {
        for i in (0..n).filter(|i| *i != j) {
            let (a, b, v) = (labels[i], labels[j], weights[(i, j)]);
            sum[(a, b)] += v;
            number[(a, b)] += 1.0;
            let k = usize::from(a != b);
            for u in [i, j] {
                own[u].sum[k] += v;
                own[u].number[k] += 1.0;
            }
            all.sum[k] += v;
            all.number[k] += 1.0;
        }
    }
    let value = all.means();
    let left: Vec<[f64; 3]> = own.iter().map(|o| all.less(*o).means()).collect();
    let estimate = |k: usize| jackknife::delete_one(value[k], left.iter().map(|l| Some(l[k])));
    let test = (value[2].is_finite() && permutations > 0)
        .then(|| permuted(weights.as_ref(), &labels, value[2], permutations, seed));
    Blocks {
        mean: Mat::from_fn(clusters, clusters, |a, b| sum[(a, b)] / number[(a, b)]),
        within: estimate(0),
        between: estimate(1),
        difference: estimate(2),
        test,
    }
}

/// The test of `found` against labels dealt anew; `w` has a zero diagonal.
fn permuted(w: MatRef<f64>, labels: &[usize], found: f64, count: usize, seed: u64) -> Permutation {
    let n = labels.len();
    let total: f64 = w.sum();
    let pairs = (n * (n - 1)) as f64;
    let clusters = labels.iter().max().map_or(0, |m| m + 1);
    let sizes = (0..clusters).map(|c| labels.iter().filter(|l| **l == c).count());
    let inside: f64 = sizes.map(|s| (s * s) as f64 - s as f64).sum();
    let one = |index: u64| {
        let order = shuffled(n, &mut stream(seed, Use::Permutation, index));
        let dealt: Vec<usize> = order.iter().map(|o| labels[*o]).collect();
        let column = |j: usize| {
            let w = crate::linalg::col(w, j);
            w.iter().zip(&dealt).map(|(w, l)| if *l == dealt[j] { *w } else { 0.0 }).sum::<f64>()
        };
        let within: f64 = (0..n).map(column).sum();
        within / inside - (total - within) / (pairs - inside)
    };
    let differences: Vec<f64> = (0..count as u64).into_par_iter().map(one).collect();
    // Labels dealt as they were give the same difference but for rounding.
    let reach = found.abs() * (1.0 - 1e-12);
    let as_far = differences.iter().filter(|d| d.abs() >= reach).count();
    let mean = differences.iter().sum::<f64>() / count as f64;
    let square: f64 = differences.iter().map(|d| (d - mean).powi(2)).sum();
    Permutation {
        p: (1 + as_far) as f64 / (1 + count) as f64,
        deviation: (square / (count.max(2) - 1) as f64).sqrt(),
        count,
    }
}
