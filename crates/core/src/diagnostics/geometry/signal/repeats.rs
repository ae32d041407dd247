//! What comes again when the same is shown again.

use super::ratio;
use crate::diagnostics::geometry::products::{self, centred, inner, trace};
use crate::linalg::random::{Use, shuffled, stream};
use crate::linalg::{col, col_mut, gemm};
use crate::numbers::{Estimate, jackknife};
use faer::{Accum, Mat, MatRef};
use rayon::prelude::*;

/// Halvings of the repeats, fewer where a single one takes long.
const SPLITS: usize = 20;
/// Products of all halvings up to which there are so many.
const PRODUCTS: usize = 20_000_000;

/// One showing of a condition.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// Its condition, numbered from 0.
    pub condition: usize,
    /// Columns of the activity, one a point of the condition: as many for all of its repeats.
    pub columns: Vec<usize>,
    /// The part that errors leave out with it, numbered from 0.
    pub group: usize,
}

/// Dimensions that come again.
#[derive(Clone, Debug)]
pub struct Reproducible {
    /// Variance along the components of one half that the other half has too, in the order of the first's; below zero by noise.
    pub spectrum: Vec<Estimate>,
    /// How many of the first are above zero, each by its interval of 95 %; none where errors are not known.
    pub above: Option<usize>,
    /// Their sum over the variance of single rows: what comes again of the variance.
    pub share: Estimate,
    /// Participation ratio of the covariance of what comes again; none of fewer than four repeats, or where nothing does.
    pub participation_ratio: Estimate,
    /// Points, over all conditions.
    pub points: usize,
    /// Repeats of the condition that has the fewest.
    pub repeats: usize,
}

/// Variance of `b` along the principal components of `a` that both have: n values. Both are n x P, a column a point, of different
/// repeats.
///
/// Formula: lambda_k = u_k^T A B^T u_k / P with u_k the eigenvectors of A A^T, largest first, A and B less their means over points.
/// Where noise of A and B is independent it is the variance of what they share along u_k, without bias.
///
/// Source: Stringer, Pachitariu, Steinmetz, Carandini & Harris, Nature 571, 361 (2019), Methods, "Cross-validated PCA".
///
/// ```
/// use nullcline_core::diagnostics::geometry::signal::cross_validated_spectrum;
///
/// // The first unit comes again, the second is turned around: noise that is larger, and tells so.
/// let a = faer::mat![[1.0, -1.0, 1.0, -1.0], [2.0, 2.0, -2.0, -2.0]];
/// let b = faer::mat![[1.0, -1.0, 1.0, -1.0], [-2.0, 2.0, 2.0, -2.0]];
/// let found = cross_validated_spectrum(a.as_ref(), b.as_ref()).unwrap();
/// assert!(found[0].abs() < 1e-12 && (found[1] - 1.0).abs() < 1e-12);
/// ```
pub fn cross_validated_spectrum(a: MatRef<f64>, b: MatRef<f64>) -> Option<Vec<f64>> {
    let (a, b) = (centred(a), centred(b));
    let square = product(&a, &a);
    let eigen = square.self_adjoint_eigen(faer::Side::Lower).ok()?;
    let shared = product(&a, &b);
    let n = a.nrows();
    let mut along = Mat::zeros(n, n);
    gemm(along.as_mut(), Accum::Replace, shared.as_ref(), eigen.U());
    let value = |k: usize| (0..n).map(|i| eigen.U()[(i, k)] * along[(i, k)]).sum::<f64>();
    Some((0..n).rev().map(value).collect())
}

/// A B^T / P.
fn product(a: &Mat<f64>, b: &Mat<f64>) -> Mat<f64> {
    products::product(a.as_ref(), b.as_ref()) / faer::Scale(a.ncols() as f64)
}

/// Dimensions of activity `x`, n x T, that come again from one repeat of a condition to the next.
///
/// Formula: the repeats of each condition are dealt at random to four quarters, M_0 to M_3 the means of each over its repeats, n x P.
/// The spectrum is that of [`cross_validated_spectrum`] between the first two and the last two quarters. With C_ij = M_i M_j^T / P
/// less means, and its symmetric part, tr S is tr C_ij, and tr S^2 is tr C_01 C_23 and what the other two pairings give: neither holds
/// a square of noise. All are means over 20 deals, fewer where one takes long. Conditions of two or three repeats have two halves.
///
/// Errors: jackknife over the groups of repeats, each deal left as it is but for those; not known of fewer than five, or where a
/// condition would be left with an empty half.
///
/// Source: Stringer et al. 2019, as for the spectrum.
///
/// `None` where fewer than two conditions or points have two repeats, or a value is not finite.
pub fn reproducible(x: MatRef<f64>, repeats: &[Repeat], seed: u64) -> Option<Reproducible> {
    let conditions = repeats.iter().map(|r| r.condition + 1).max()?;
    let mut of: Vec<Vec<usize>> = vec![vec![]; conditions];
    repeats.iter().enumerate().for_each(|(k, r)| of[r.condition].push(k));
    of.retain(|c| c.len() >= 2);
    let points: usize = of.iter().map(|c| repeats[c[0]].columns.len()).sum();
    let least = of.iter().map(Vec::len).min()?;
    if points < 2 {
        return None;
    }
    let n = x.nrows();
    let splits = (PRODUCTS / (n * n * points).max(1)).clamp(2, SPLITS);
    let groups = repeats.iter().map(|r| r.group + 1).max()?;
    let deals = Deals { x, repeats, of: &of };
    // Whole, and without each group.
    let jobs: Vec<Option<usize>> = std::iter::once(None).chain((0..groups).map(Some)).collect();
    let found: Vec<Option<Sums>> = jobs.into_par_iter().map(|out| deals.mean(out, splits, seed)).collect();
    let whole = found[0].clone()?;
    let without: Vec<Option<Sums>> = if groups < LEAST { vec![] } else { found[1..].to_vec() };
    let estimate = |of: &dyn Fn(&Sums) -> f64| {
        jackknife::delete_one(of(&whole), without.iter().map(|s| s.as_ref().map(of)))
    };
    let spectrum: Vec<Estimate> = (0..n).map(|k| estimate(&|s| s.spectrum[k])).collect();
    let sure = |e: &Estimate| e.reach().is_some_and(|r| e.value > r);
    let above = spectrum[0].std_error.map(|_| spectrum.iter().take_while(|e| sure(e)).count());
    let four = least >= 4 && above != Some(0);
    let left: Option<Vec<[f64; 2]>> = without.iter().map(|s| s.as_ref().map(|s| s.squares)).collect();
    let participation_ratio =
        if four { ratio(whole.squares, left.unwrap_or_default()) } else { Estimate::NONE };
    let share = estimate(&|s| s.spectrum.iter().sum::<f64>() / s.variance);
    Some(Reproducible { spectrum, above, share, participation_ratio, points, repeats: least })
}

/// Groups that an error needs.
const LEAST: usize = 5;

/// What one deal gives, or several in the mean.
#[derive(Clone)]
struct Sums {
    spectrum: Vec<f64>,
    /// (tr S)^2 and tr S^2.
    squares: [f64; 2],
    /// Of single rows.
    variance: f64,
}

struct Deals<'a> {
    x: MatRef<'a, f64>,
    repeats: &'a [Repeat],
    /// The repeats of each condition.
    of: &'a [Vec<usize>],
}

impl Deals<'_> {
    fn mean(&self, out: Option<usize>, splits: usize, seed: u64) -> Option<Sums> {
        let n = self.x.nrows();
        let mut sum = Sums { spectrum: vec![0.0; n], squares: [0.0; 2], variance: self.variance(out) };
        for split in 0..splits {
            let quarters = self.quarters(out, split, seed);
            let half = |a: usize| {
                let [first, second] = [&quarters[a], &quarters[a + 1]];
                halves(first, second)
            };
            let [a, b] = [half(0), half(2)];
            let spectrum = cross_validated_spectrum(a?.as_ref(), b?.as_ref())?;
            let share = 1.0 / splits as f64;
            sum.spectrum.iter_mut().zip(spectrum).for_each(|(s, v)| *s += share * v);
            let squares = squares(&quarters);
            sum.squares.iter_mut().zip(squares).for_each(|(s, v)| *s += share * v);
        }
        sum.spectrum.iter().all(|v| v.is_finite()).then_some(sum)
    }

    /// Sums over the repeats of each quarter, and their numbers at each point.
    fn quarters(&self, out: Option<usize>, split: usize, seed: u64) -> [Quarter; 4] {
        let kept = |k: &usize| out != Some(self.repeats[*k].group);
        let shown = |c: &&Vec<usize>| c.iter().any(kept);
        let points = self.of.iter().filter(shown).map(|c| self.repeats[c[0]].columns.len()).sum();
        let mut quarters =
            [(); 4].map(|()| Quarter { sum: Mat::zeros(self.x.nrows(), points), count: vec![0.0; points] });
        let mut first = 0;
        let mut rng = stream(seed, Use::Split, (1 << 40) + split as u64);
        for of in self.of {
            // Drawn for all: the same deal whatever is left out.
            let order = shuffled(of.len(), &mut rng);
            if !shown(&of) {
                continue;
            }
            let shift = split % 4;
            for (place, k) in order.into_iter().map(|o| of[o]).enumerate().filter(|(_, k)| kept(k)) {
                // The first of two are in different halves.
                let quarter = &mut quarters[[0, 2, 1, 3][(place + shift) % 4]];
                for (p, column) in self.repeats[k].columns.iter().enumerate() {
                    let sum = col_mut(quarter.sum.as_mut(), first + p);
                    sum.iter_mut().zip(col(self.x, *column)).for_each(|(s, v)| *s += v);
                    quarter.count[first + p] += 1.0;
                }
            }
            first += self.repeats[of[0]].columns.len();
        }
        quarters
    }

    /// tr of the covariance of single rows at points of several repeats.
    fn variance(&self, out: Option<usize>) -> f64 {
        let kept = self.of.iter().flatten().filter(|k| out != Some(self.repeats[**k].group));
        let columns: Vec<usize> = kept.flat_map(|k| &self.repeats[*k].columns).copied().collect();
        let z = centred(Mat::from_fn(self.x.nrows(), columns.len(), |i, j| self.x[(i, columns[j])]).as_ref());
        z.squared_norm_l2() / columns.len() as f64
    }
}

struct Quarter {
    sum: Mat<f64>,
    count: Vec<f64>,
}

impl Quarter {
    fn mean(&self) -> Mat<f64> {
        Mat::from_fn(self.sum.nrows(), self.sum.ncols(), |i, j| self.sum[(i, j)] / self.count[j])
    }
}

/// The mean over two quarters; none where a point has no repeat.
fn halves(a: &Quarter, b: &Quarter) -> Option<Mat<f64>> {
    let count: Vec<f64> = a.count.iter().zip(&b.count).map(|(a, b)| a + b).collect();
    let mean = |i: usize, j: usize| (a.sum[(i, j)] + b.sum[(i, j)]) / count[j];
    count.iter().all(|c| *c > 0.0).then(|| Mat::from_fn(a.sum.nrows(), count.len(), mean))
}

/// (tr S)^2 and tr S^2 from all three pairings of quarters; NaN where a quarter has no repeat of a condition.
fn squares(quarters: &[Quarter; 4]) -> [f64; 2] {
    let m: Vec<Mat<f64>> = quarters.iter().map(|q| centred(q.mean().as_ref())).collect();
    let pair = |i: usize, j: usize| {
        let c = product(&m[i], &m[j]);
        Mat::from_fn(c.nrows(), c.ncols(), |i, j| 0.5 * (c[(i, j)] + c[(j, i)]))
    };
    let mut found = [0.0; 2];
    for [i, j, k, l] in [[0, 1, 2, 3], [0, 2, 1, 3], [0, 3, 1, 2]] {
        let (a, b) = (pair(i, j), pair(k, l));
        found[0] += trace(a.as_ref()) * trace(b.as_ref()) / 3.0;
        found[1] += inner(a.as_ref(), b.as_ref()) / 3.0;
    }
    found
}
