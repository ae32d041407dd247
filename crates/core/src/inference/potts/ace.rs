//! The adaptive cluster expansion of the cross-entropy.

use super::coordinates::Coordinates;
use super::expansion::Clusters;
use super::group::Moments;
use super::{Error, Mismatch, Penalty, Potts, Samples};
use crate::numbers::Estimate;

/// How far an expansion goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expansion {
    /// The largest [`Mismatch::worst`] at which it ends; none: it goes down to `smallest`, whatever the moments are there.
    pub until: Option<f64>,
    /// What thresholds are divided by from step to step.
    pub factor: f64,
    /// The smallest threshold.
    pub smallest: f64,
    /// Sites of a cluster at most.
    pub largest: usize,
    /// Clusters at most, with all their parts.
    pub clusters: usize,
    /// Multiplications that second derivatives of all clusters take at most, each at one place.
    pub work: f64,
    /// Draws that moments are estimated from where they cannot be found exactly, at least; four times the samples if that is more.
    pub draws: usize,
    /// Seed.
    pub seed: u64,
}

impl Default for Expansion {
    fn default() -> Self {
        Self {
            until: Some(1.0),
            factor: 1.5,
            smallest: 1e-9,
            largest: 10,
            clusters: 500_000,
            work: 1e12,
            draws: 10_000,
            seed: 1,
        }
    }
}

/// One threshold of an expansion.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// theta, in nats.
    pub threshold: f64,
    /// The cross-entropy of the clusters that are kept, a sample's, the penalty included.
    pub entropy: f64,
    /// How many clusters are kept of one site, two sites, and so on.
    pub sizes: Vec<usize>,
    /// How far the moments of the model are from the data's; none where that was not asked.
    pub mismatch: Option<Mismatch>,
}

/// A model by cluster expansion.
#[derive(Clone, Debug)]
pub struct Expanded {
    /// The model, in the zero-sum gauge; pairs that are in no cluster that counts are not coupled.
    pub model: Potts,
    /// The least of S = log Z - sum h f - sum J f + penalty / p, a sample's, with an error by what is below the threshold.
    pub entropy: Estimate,
    /// log Z of the model, by S + sum h f + sum J f - penalty / p.
    pub log_z: Estimate,
    /// S without its penalty: minus the log likelihood of a sample.
    pub loss: f64,
    /// All thresholds; the last is that of the model.
    pub path: Vec<Threshold>,
}

/// The maximum a posteriori model by adaptive cluster expansion.
///
/// Formula: S, the least over models of log Z - sum h f - sum J f + penalty / p, is the sum over clusters of sites of
/// dS(c) = S(c) - sum of dS over the parts of c, with S(c) that of the cluster alone, by going through its configurations; parameters are
/// the sums of the like. All sites count, and of larger clusters those of |dS| > theta. Clusters of k + 1 sites that are
/// looked at are unions of two of k sites that count. theta falls from the largest |dS| of a pair until the model's frequencies
/// and correlations are those of the data within sampling errors.
///
/// Errors: of S the root of the squares of dS of clusters that were looked at and do not count, of their sums over each size
/// of clusters, and of the change of S over the last step. Of log Z of the model, in which pairs that do not count are not coupled, those
/// of three sites and more, and the square of [`Mismatch::gap`], by which parameters that are not at their least are above S.
///
/// Source: Cocco & Monasson, Phys. Rev. Lett. 106, 090601 (2011), and J. Stat. Phys. 147, 252 (2012); Barton, De Leonardis, Coucke &
/// Cocco, Bioinformatics 32, 3089 (2016). No reference entropy is taken off.
///
/// # Errors
/// Clusters beyond those that are allowed, or too large to go through; [`Error::NotExpanded`] at the smallest threshold.
///
/// ```
/// use nullcline_core::inference::potts::{Expansion, Penalty, Potts, Sites, Transfer, ace};
///
/// let mut truth = Potts::free(Sites::alike(12, 2).unwrap());
/// (0..11).for_each(|i| truth.couple(i, i + 1, |a, b| if a == b { 0.5 } else { -0.5 }));
/// let seen = Transfer::new(&truth).unwrap().samples(2000, 1).unwrap();
/// let penalty = Penalty::of_likelihood(0.01, &seen.sites).unwrap();
/// let found = ace(&seen, penalty, &Expansion::default()).unwrap();
/// let exact = Transfer::new(&found.model).unwrap().log_z;
/// assert!((found.log_z.value - exact).abs() < 2.0 * found.log_z.error());
/// ```
pub fn ace(samples: &Samples, penalty: Penalty, o: &Expansion) -> Result<Expanded, Error> {
    if !(o.factor > 1.0 && o.factor.is_finite() && o.smallest >= 0.0 && o.largest >= 2) {
        return Err(Error::Shape {
            what: "factor, smallest threshold and largest cluster",
            found: format!("{}, {} and {}", o.factor, o.smallest, o.largest),
            expected: "above 1, 0 at least and 2 at least".into(),
        });
    }
    let data = Moments::new(samples);
    let mut clusters = Clusters::new(&samples.sites, &data, penalty, o);
    let pairs = clusters.pairs();
    clusters.look(&pairs)?;
    clusters.look(&[vec![0]])?;
    let mut threshold = pairs.iter().map(|c| clusters.entropy(c).abs()).fold(o.smallest, f64::max);
    let mut path: Vec<Threshold> = vec![];
    let mut last: Option<Vec<Vec<usize>>> = None;
    loop {
        let kept = clusters.kept(threshold)?;
        let (entropy, place) = clusters.sum(&kept.clusters);
        let same = last.as_ref() == Some(&kept.clusters);
        let model = model(&clusters, &place);
        let at_end = threshold <= o.smallest;
        let mismatch = match (same, o.until) {
            (true, Some(_)) => path.last().and_then(|s| s.mismatch),
            // Asked for a threshold, the moments are looked at there alone.
            (_, None) if !at_end => None,
            _ => {
                // Truncation is meant: a number of draws.
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let draws = o.draws.max(((4.0 * data.weight) as usize).min(MOST_DRAWS));
                let held = held(&model, &data, penalty);
                Some(Mismatch::new(&model, &held, &data, penalty, [draws as u64, o.seed])?)
            }
        };
        let mut sizes = vec![samples.sites.count()];
        for cluster in &kept.clusters {
            sizes.resize(sizes.len().max(cluster.len()), 0);
            sizes[cluster.len() - 1] += 1;
        }
        let change = path.last().map_or(0.0, |s| s.entropy - entropy);
        path.push(Threshold { threshold, entropy, sizes, mismatch });
        let met =
            |m: &Mismatch| o.until.is_some_and(|u| m.worst() <= u) && !m.r_hat.is_some_and(|r| r > MIXED);
        if mismatch.as_ref().is_some_and(met) || (o.until.is_none() && at_end) {
            let error = (dropped(&clusters, &kept.dropped, 2) + change.powi(2)).sqrt();
            let of_log_z =
                mismatch.map_or(error, |m| (dropped(&clusters, &kept.dropped, 3) + m.gap.powi(2)).sqrt());
            let weight: f64 = clusters.moments.iter().zip(&place).map(|(m, x)| m * x).sum();
            let loss = entropy - clusters.penalty(&place);
            let estimate = |value, error| Estimate::new(value, error, path.len());
            let (entropy, log_z) = (estimate(entropy, error), estimate(loss + weight, of_log_z));
            return Ok(Expanded { model, entropy, log_z, loss, path });
        }
        if at_end {
            let worst = mismatch.map_or(f64::NAN, |m| m.worst());
            return Err(Error::NotExpanded { worst, asked: o.until.unwrap_or(0.0), threshold });
        }
        last = Some(kept.clusters);
        let next = threshold / o.factor;
        threshold = if next < o.smallest.max(FLOOR) { o.smallest } else { next };
    }
}

/// Draws of one estimate of moments at most.
const MOST_DRAWS: usize = 200_000;
/// R-hat of the energy above which chains are not trusted.
const MIXED: f64 = 1.1;
/// Below, contributions are rounding.
const FLOOR: f64 = 1e-14;

/// The square of what dropped clusters of so many sites or more might add: of those of each size the sum, squared, and of each its own
/// square; sums of sizes may have either sign, and what one hides is not counted on.
fn dropped(clusters: &Clusters, all: &[Vec<usize>], least: usize) -> f64 {
    let (mut sums, mut squares) = (vec![], 0.0);
    for cluster in all.iter().filter(|c| c.len() >= least) {
        let entropy = clusters.entropy(cluster);
        sums.resize(sums.len().max(cluster.len()), 0.0);
        sums[cluster.len() - 1] += entropy;
        squares += entropy * entropy;
    }
    squares + sums.iter().map(|s| s * s).sum::<f64>()
}

/// The model of parameters.
fn model(clusters: &Clusters, place: &[f64]) -> Potts {
    let sites = clusters.sites;
    let mut model = Potts::free(sites.clone());
    let (fields, couplings) = (&mut model.fields, &mut model.couplings);
    clusters.whole.give(
        place,
        |i, a, v| fields[sites.range(i).start + a] = v,
        |i, j, a, b, v| {
            let (row, column) = (sites.range(i).start + a, sites.range(j).start + b);
            (couplings[(row, column)], couplings[(column, row)]) = (v, v);
        },
    );
    model
}

/// The same model in the gauge that the penalty chooses, in which all pairs are coupled a little.
fn held(model: &Potts, data: &Moments, penalty: Penalty) -> Potts {
    let sites = model.sites.clone();
    let coordinates = Coordinates::of_data(sites, data.single.clone(), data.weight, 1.0, penalty);
    coordinates.penalised(&model.fields, &model.couplings)
}
