//! What spike counts hold above the noise that Poisson spikes have.

use super::ratio;
use crate::diagnostics::geometry::products::{inner, product, trace};
use crate::linalg::random::{Use, stream, uniform};
use crate::linalg::{col, col_mut};
use crate::numbers::{Estimate, jackknife};
use faer::{Mat, MatRef};
use rayon::prelude::*;

/// Counts of Poisson spikes drawn for the floor.
const DRAWS: usize = 99;
/// Of so many the floor is the fifth largest: 5 in 100, the data among them.
const FIFTH: usize = 4;
/// Products of a draw up to which floors are drawn: of more rows the law of their limit does.
const DRAWN: usize = 200_000_000;
/// Spikes up to which they are.
const SPIKES: f64 = 2e6;
/// 95 % quantile of the Tracy-Widom law of order 1, as Bejan tabulates it (Largest eigenvalues and sample covariance matrices, 2005).
const TRACY_WIDOM: f64 = 0.9793;

/// Counts against Poisson noise.
#[derive(Clone, Debug)]
pub struct AbovePoisson {
    /// Eigenvalues of the covariance of counts over the square roots of their means, largest first; 1 for Poisson noise without end.
    pub eigenvalues: Vec<f64>,
    /// The largest that constant rates show in 95 of 100.
    pub floor: f64,
    /// Eigenvalues above it: dimensions of the rates that can be told from noise.
    pub above: usize,
    /// Share of the counts' variance that is not Poisson noise.
    pub share: Estimate,
    /// Participation ratio of the covariance of the rates; none where no dimension is above the floor.
    pub participation_ratio: Estimate,
    /// Whether the floor was drawn, or taken from its limit.
    pub drawn: bool,
}

/// Dimensions of the rates behind counts `x`, n x T, which are Poisson given their rates. `group` numbers from 0 the parts that errors
/// leave out, trials or blocks of rows; rates may be alike within one, not from one to the next.
///
/// Formula: cov(x) = cov(r) + diag(m) with means m. The rank of cov(r) is that of D cov(r) D, D = diag(m)^-1/2, and D cov(x) D is the
/// identity where rates are constant: counted are its eigenvalues above the floor, the 95 % quantile of the largest one of constant
/// rates. For that each unit's spikes are dealt to rows at random 99 times; of more than 2 10^8 / n^2 rows, or 2 million spikes, it is
/// (mu + 0.9793 sigma) / (T - 1), with a = sqrt(T - 3/2), b = sqrt(n - 1/2), mu = (a + b)^2, sigma = (a + b) (1/a + 1/b)^(1/3).
/// The share is tr cov(r) / tr cov(x). With S_g the sum of (x - m) (x - m)^T - diag(x) over group g, which has T_g rows,
/// tr cov(r)^2 is the sum of tr S_g S_h over g /= h, over that of T_g T_h, without the squares of noise; (tr cov(r))^2 likewise.
///
/// Errors: jackknife over groups; not known of fewer than five.
///
/// Remarks: counts that vary more than Poisson's from trial to trial, each unit for itself, are above this floor: see
/// [`reproducible`](super::reproducible()). Counts more regular than Poisson's hide what is weaker than
/// what they spare, and make the participation ratio too small, below one where signal is one dimension.
///
/// Source: the law of total variance; Johnstone, Ann. Stat. 29, 295 (2001), theorem 1.1, with the centring of Ma, Bernoulli 18, 322
/// (2012), theorem 2; participation ratio of Gao et al. 2017.
///
/// `None` where no unit has two counts, or a value is no count.
///
/// ```
/// use faer::Mat;
/// use nullcline_core::diagnostics::geometry::signal::above_poisson;
///
/// // Two units of ones in turn: far from Poisson, and one dimension.
/// let x = Mat::from_fn(2, 400, |i, t| if (t / 20) % 2 == i { 3.0 + ((t * 7 + i) % 5) as f64 } else { 0.0 });
/// let groups: Vec<usize> = (0..400).map(|t| t / 40).collect();
/// let found = above_poisson(x.as_ref(), &groups, 1).unwrap();
/// assert_eq!(found.above, 1);
/// // Variances 7.27, means 2.5; and the counts are more regular than Poisson's, so that the ratio is below one.
/// assert!((found.share.value - (1.0 - 2.5 / 7.268_17)).abs() < 1e-3 && found.participation_ratio.value < 1.0);
/// ```
pub fn above_poisson(x: MatRef<f64>, group: &[usize], seed: u64) -> Option<AbovePoisson> {
    let (n, t) = (x.nrows(), x.ncols());
    let count = |v: &f64| *v >= 0.0 && v.fract() == 0.0 && v.is_finite();
    if t < 2 || group.len() != t || !(0..t).all(|j| col(x, j).iter().all(count)) {
        return None;
    }
    let total: Vec<f64> = (0..n).map(|i| (0..t).map(|j| x[(i, j)]).sum()).collect();
    let mean: Vec<f64> = total.iter().map(|s| s / t as f64).collect();
    // A single spike has no covariance to be told.
    let spiking: Vec<usize> = (0..n).filter(|i| total[*i] >= 2.0).collect();
    if spiking.is_empty() {
        return None;
    }
    let scaled = |y: &dyn Fn(usize, usize) -> f64| {
        Mat::from_fn(spiking.len(), t, |i, j| {
            let m = mean[spiking[i]];
            (y(i, j) - m) / m.sqrt()
        })
    };
    let eigenvalues = eigenvalues(&scaled(&|i, j| x[(spiking[i], j)]))?;
    let drawn = n * n * t <= DRAWN && total.iter().sum::<f64>() <= SPIKES;
    let floor = if drawn {
        let spikes: Vec<usize> = spiking.iter().map(|i| total[*i] as usize).collect();
        let draw = |k: usize| {
            let y = dealt(&spikes, t, seed, k);
            eigenvalues_of_draw(&scaled(&|i, j| y[(i, j)]))
        };
        let mut largest: Vec<f64> = (0..DRAWS).into_par_iter().map(draw).collect();
        largest.sort_unstable_by(|a, b| b.total_cmp(a));
        largest[FIFTH]
    } else {
        limit(spiking.len(), t)
    };
    let above = eigenvalues.iter().take_while(|v| **v > floor).count();
    let (share, rates) = moments(x, &mean, group);
    let participation_ratio = if above > 0 { rates } else { Estimate::NONE };
    Some(AbovePoisson { eigenvalues, floor, above, share, participation_ratio, drawn })
}

/// Each unit's spikes in rows at random.
fn dealt(spikes: &[usize], rows: usize, seed: u64, draw: usize) -> Mat<f64> {
    let mut y = Mat::zeros(spikes.len(), rows);
    let mut rng = stream(seed, Use::Surrogate, draw as u64);
    for (i, count) in spikes.iter().enumerate() {
        for _ in 0..*count {
            y[(i, (uniform(&mut rng, 0.0, rows as f64) as usize).min(rows - 1))] += 1.0;
        }
    }
    y
}

fn eigenvalues_of_draw(z: &Mat<f64>) -> f64 {
    eigenvalues(z).and_then(|v| v.first().copied()).unwrap_or(f64::INFINITY)
}

/// Of z z^T / (T - 1), largest first.
fn eigenvalues(z: &Mat<f64>) -> Option<Vec<f64>> {
    let square = product(z.as_ref(), z.as_ref()) / faer::Scale(z.ncols() as f64 - 1.0);
    let mut values = square.self_adjoint_eigenvalues(faer::Side::Lower).ok()?;
    values.reverse();
    Some(values)
}

/// The floor of many rows.
fn limit(n: usize, t: usize) -> f64 {
    let (a, b) = ((t as f64 - 1.5).sqrt(), (n as f64 - 0.5).sqrt());
    ((a + b).powi(2) + TRACY_WIDOM * (a + b) * (1.0 / a + 1.0 / b).cbrt()) / (t as f64 - 1.0)
}

/// Groups that an error needs.
const LEAST: usize = 5;

/// The share that is not Poisson noise, and the participation ratio of the rest.
fn moments(x: MatRef<f64>, mean: &[f64], group: &[usize]) -> (Estimate, Estimate) {
    let (n, t) = (x.nrows(), x.ncols());
    let groups = group.iter().max().map_or(0, |m| m + 1);
    let square = |g: usize| {
        let columns: Vec<usize> = (0..t).filter(|j| group[*j] == g).collect();
        let mut z = Mat::from_fn(n, columns.len(), |i, j| x[(i, columns[j])] - mean[i]);
        let mut s = product(z.as_ref(), z.as_ref());
        let variance = trace(s.as_ref());
        for j in 0..columns.len() {
            col_mut(z.as_mut(), j).iter_mut().zip(mean).for_each(|(z, m)| *z += m);
        }
        (0..n).for_each(|i| s[(i, i)] -= (0..columns.len()).map(|j| z[(i, j)]).sum::<f64>());
        (s, variance, columns.len() as f64)
    };
    // Twice rather than held: matrices of many units by many groups are large.
    let mut all = Mat::<f64>::zeros(n, n);
    for g in 0..groups {
        all += square(g).0;
    }
    // Of each group: tr S_g, tr S_g S_g, tr S S_g, variance, rows.
    let one = |g: usize| {
        let (s, variance, rows) = square(g);
        let own = inner(s.as_ref(), s.as_ref());
        [trace(s.as_ref()), own, inner(all.as_ref(), s.as_ref()), variance, rows]
    };
    let parts: Vec<[f64; 5]> = (0..groups).map(one).collect();
    let sum = |k: usize| parts.iter().map(|p| p[k]).sum::<f64>();
    let whole = inner(all.as_ref(), all.as_ref());
    let (tr, own, tr2, rows2) = (sum(0), sum(1), parts.iter().map(|p| p[0] * p[0]).sum::<f64>(), sum(4));
    // Both over the same sum of T_g T_h, which a ratio does not need.
    let squares = [tr * tr - tr2, whole - own];
    let without = |p: &[f64; 5]| {
        let trace = tr - p[0];
        [trace * trace - (tr2 - p[0] * p[0]), whole - 2.0 * p[2] + p[1] - (own - p[1])]
    };
    // cov(x) has the divisor T - 1, and a mean none: of independent rows cov(r) is then unbiased.
    let unbiased = |trace: f64, variance: f64, rows: f64| {
        let noise = variance - trace;
        1.0 - noise * (rows - 1.0) / rows / variance
    };
    let share = unbiased(tr, sum(3), rows2);
    let shares = parts.iter().map(|p| Some(unbiased(tr - p[0], sum(3) - p[3], rows2 - p[4])));
    if groups < LEAST {
        return (Estimate::unknown(share, groups), ratio(squares, vec![]));
    }
    (jackknife::delete_one(share, shares), ratio(squares, parts.iter().map(without).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Largest eigenvalues of 400 Wishart matrices: 95 % are below.
    #[test]
    fn the_limit_is_that_of_normal_numbers() {
        let (n, t, draws) = (20, 400, 400);
        let below = |k: usize| {
            let mut rng = stream(3, Use::Fixture, k as u64);
            let z = crate::linalg::random::normal_matrix(&mut rng, n, t - 1);
            let z = Mat::from_fn(n, t, |i, j| if j > 0 { z[(i, j - 1)] } else { 0.0 });
            eigenvalues_of_draw(&z) < limit(n, t)
        };
        let share = (0..draws).filter(|k| below(*k)).count() as f64 / draws as f64;
        // Its own error is 0.011.
        assert!((share - 0.95).abs() < 0.033, "{share}");
    }
}
