//! The Kullback-Leibler divergence of two samples by nearest neighbours.

use super::reference::{Reference, Room};
use super::{Groups, Sample, pooled};
use crate::diagnostics::geometry::neighbours::{NOBODY, Tree};
use crate::linalg::col;
use crate::linalg::random::{Use, shuffled, stream};
use crate::numbers::Estimate;
use rayon::prelude::*;

/// Neighbours that are looked at, at least: of more the noise is less and the bias more.
pub const NEIGHBOURS: usize = 1;
/// Divisions of the groups in halves for the error.
const HALVINGS: usize = 50;
/// Divisions of all groups at random: one in fifty is the largest by chance.
const DIVISIONS: usize = 49;

/// KL(p || q) of two samples.
#[derive(Clone, Copy, Debug)]
pub struct Divergence {
    /// Nats, with the error between groups.
    pub value: Estimate,
    /// The same without Gaussians, nats: where it is far from the value, densities where no points are decide.
    pub plain: f64,
    /// Rows of either sample.
    pub points: [usize; 2],
}

/// What two samples of the same density would show.
#[derive(Clone, Copy, Debug)]
pub struct Chance {
    /// Mean, nats.
    pub mean: f64,
    /// Standard deviation.
    pub deviation: f64,
    /// Chance of so large a divergence, by rank.
    pub p: f64,
    /// Divisions at random.
    pub count: usize,
}

/// KL(p || q) in nats of the densities that two samples, d x N and d x M, are of; `dimension` is that of the set on which they lie, d
/// unless it is curved. `None` where no point of `p` has `k` neighbours in other groups of `p`, or in `q`.
///
/// Formula: the mean over the points x of p of ln p(x) - ln q(x), where ln p(x) is psi(k) - psi(N_i + 1) + ln(g(x) / G(B)): g is the Gaussian
/// of the mean and covariance of p, B the ball that reaches to the k-th neighbour of x in the coordinates in which g is a standard one,
/// G(B) its share there, N_i the number of points in other groups than that of x, which are no independent draws; ln q(x) likewise with the
/// Gaussian of q and all of its M points. E ln P(B) is psi(k) - psi(N_i + 1) whatever the density, so that nothing is missing where p and q
/// are Gaussians, however few points of q are where p is; elsewhere only the change of p / g within B counts. Where the tails of a sample are
/// heavier, a sum of Gaussians of one shape is its g. Points that meet another
/// exactly, and all on a curved set, take the terms of [`plain`].
///
/// Remarks: where few points of q are where p is, the number rests on how g falls off there; without it (`plain`) it comes out too small:
/// both are told.
///
/// Source: Kozachenko & Leonenko, Probl. Inf. Transm. 23, 95 (1987), about a parametric start: Hjort & Glad, Ann. Stat. 23, 882 (1995).
///
/// ```
/// use nullcline_core::diagnostics::geometry::comparison::{Sample, estimate};
/// use nullcline_core::linalg::random::{Use, normal_matrix, stream};
///
/// // Two Gaussians whose means are one deviation apart: 1/2.
/// let draw = |shift: f64, k| {
///     let x = normal_matrix(&mut stream(1, Use::Fixture, k), 1, 4000);
///     let x = faer::Mat::from_fn(1, 4000, |i, t| x[(i, t)] + shift);
///     Sample { x, group: (0..4000).collect(), follows: vec![false; 4000] }
/// };
/// let found = estimate(&draw(0.0, 0), &draw(1.0, 1), 1, 5).unwrap();
/// assert!((found - 0.5).abs() < 0.06, "{found}");
/// ```
pub fn estimate(p: &Sample, q: &Sample, dimension: usize, k: usize) -> Option<f64> {
    both(p, q, dimension, k, Groups::Apart).map(|b| b[0])
}

/// The same without Gaussians.
///
/// Formula: with e_i the larger of the distances from x_i to its k-th neighbours in p and in q, l_i and k_i the numbers of neighbours
/// within e_i, rho_i and nu_i the distances of the farthest of these, the mean over i of
/// dimension ln(nu_i / rho_i) + psi(l_i) - psi(k_i) + ln(M / N_i). Of points that meet exactly the ratio of distances is left out.
///
/// Source: Wang, Kulkarni & Verdu, IEEE Trans. Inf. Theory 55, 2392 (2009), eq. 29 for k = 1 and groups of one point.
pub fn plain(p: &Sample, q: &Sample, dimension: usize, k: usize) -> Option<f64> {
    both(p, q, dimension, k, Groups::Apart).map(|b| b[1])
}

/// By Gaussians and without.
fn both(p: &Sample, q: &Sample, dimension: usize, k: usize, groups: Groups) -> Option<[f64; 2]> {
    let (n, m) = (p.x.ncols(), q.x.ncols());
    if k == 0 {
        return None;
    }
    let sizes = |s: &Sample| {
        let mut size = vec![0; s.groups()];
        s.group.iter().for_each(|g| size[*g] += 1);
        size
    };
    let (size, size_of_q) = (sizes(p), sizes(q));
    let [own, other] = [p, q].map(|s| Tree::of(s.x.as_ref(), &s.group));
    let flat = dimension == p.x.nrows();
    let reference = |s: &Sample| Reference::of(s.x.as_ref(), &s.group, s.groups());
    let references = flat.then(|| reference(p).zip(reference(q))).flatten();
    let psi = harmonic(n.max(m) + 1);
    let (mut found, mut room) = (Vec::with_capacity(k + 1), Room::default());
    let (mut sums, mut points) = ([0.0; 2], 0);
    for i in 0..n {
        let (at, group) = (col(p.x.as_ref(), i), p.group[i]);
        let paired = groups == Groups::Paired && group < size_of_q.len();
        let (skip, met) = if paired { (group, m - size_of_q[group]) } else { (NOBODY, m) };
        let others = n - size[group];
        if others < k || met < k {
            continue;
        }
        own.nearest(at, k, group, &mut found);
        let rho = found[k - 1];
        other.nearest(at, k, skip, &mut found);
        let reach = rho.max(found[k - 1]);
        let ((l, rho), (j, nu)) = (own.within(at, reach, group), other.within(at, reach, skip));
        // Squares: half the logarithm is that of the distances.
        let ratio = if rho > 0.0 && nu > 0.0 { 0.5 * dimension as f64 * (nu / rho).ln() } else { 0.0 };
        let plain = ratio + psi[l - 1] - psi[j - 1] + (met as f64 / others as f64).ln();
        let by_gaussians = references.as_ref().and_then(|(p, q)| {
            let (p, q) = (p.log_density(at, k, group, &mut room)?, q.log_density(at, k, skip, &mut room)?);
            Some(p - q + psi[met] - psi[others])
        });
        sums[0] += by_gaussians.unwrap_or(plain);
        sums[1] += plain;
        points += 1;
    }
    (points > 0).then(|| sums.map(|s| s / points as f64))
}

/// 1 + 1/2 + ... + 1/k at place k, psi(k + 1) but for a constant.
fn harmonic(most: usize) -> Vec<f64> {
    let mut all = vec![0.0; most.max(1)];
    (1..all.len()).for_each(|k| all[k] = all[k - 1] + 1.0 / k as f64);
    all
}

/// The same with its error between groups, by dividing the groups of both samples at random in two.
///
/// Formula: SE^2 is the mean over divisions of (D_1 - D_2)^2 / 2, times r / g for r of g groups: the halves share no group and are
/// independent, and variance goes as the inverse number of groups. (The variance over halves that overlap, as a jackknife has it, is up to
/// twice too large: neighbours in one half are others than in the next.) No point is drawn twice, as it is in a bootstrap, where a distance
/// of zero has no logarithm. With fewer than five groups in either there is none. Of paired groups both go to the same half.
pub fn divergence(
    p: &Sample,
    q: &Sample,
    [dimension, k]: [usize; 2],
    paired: Groups,
    seed: u64,
) -> Option<Divergence> {
    let [value, plain] = both(p, q, dimension, k, paired)?;
    let points = [p.x.ncols(), q.x.ncols()];
    let groups = [p.groups(), q.groups()];
    let n = groups[0].min(groups[1]);
    let apart = |h: usize| -> Option<f64> {
        let mut rng = stream(seed, Use::Split, (2 << 32) + h as u64);
        let halves = |s: &Sample, order: &[usize]| {
            let half = order.len() / 2;
            [s.of_groups(&order[..half]), s.of_groups(&order[half..2 * half])]
        };
        let first = shuffled(groups[0], &mut rng);
        let second = if paired == Groups::Paired { first.clone() } else { shuffled(groups[1], &mut rng) };
        let ([a, b], [c, d]) = (halves(p, &first), halves(q, &second));
        let one = |p: &Sample, q: &Sample| both(p, q, dimension, k, paired).map(|b| b[0]);
        Some(one(&a, &c)? - one(&b, &d)?)
    };
    let found: Option<Vec<f64>> =
        if n < 5 { None } else { (0..HALVINGS).into_par_iter().map(apart).collect() };
    let Some(found) = found else {
        return Some(Divergence { value: Estimate::unknown(value, n), plain, points });
    };
    let square = found.iter().map(|v| v * v).sum::<f64>() / (2 * HALVINGS) as f64;
    let left = |g: usize| (g / 2) as f64 / g as f64;
    let error = (square * left(groups[0]).max(left(groups[1]))).sqrt();
    Some(Divergence { value: Estimate::new(value, error, n), plain, points })
}

/// KL(p || q) where the groups of both are dealt out at random, as many to either as it has; of paired groups each pair by itself.
pub fn by_chance(
    p: &Sample,
    q: &Sample,
    [dimension, k]: [usize; 2],
    paired: Groups,
    own: f64,
    seed: u64,
) -> Chance {
    let all = pooled(p, q);
    let one = |r: usize| {
        let mut rng = stream(seed, Use::Permutation, (3 << 32) + r as u64);
        let dealt = paired.dealt([p.groups(), q.groups()], &mut rng);
        let [first, second] = dealt.map(|side| all.of_groups(&side));
        both(&first, &second, dimension, k, paired).map(|b| b[0])
    };
    let found: Vec<f64> = (0..DIVISIONS).into_par_iter().filter_map(one).collect();
    let mean = Estimate::mean(found.iter().copied());
    Chance {
        mean: mean.value,
        deviation: mean.error() * (found.len() as f64).sqrt(),
        p: (1 + found.iter().filter(|v| **v >= own).count()) as f64 / (1 + found.len()) as f64,
        count: found.len(),
    }
}
