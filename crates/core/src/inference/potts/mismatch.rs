//! How far a model's frequencies and correlations are from the data's, in sampling errors.

use super::group::Moments;
use super::{Error, Gibbs, Penalty, Potts, Transfer};
use crate::inference::chains::summary;
use faer::Mat;

/// Distances of a model's moments from where the penalised likelihood has them at its maximum, in sampling errors.
///
/// Formula: of frequencies p_i(a) against t_i(a) = f_i(a) - 2 lambda_h h_i(a) / p, of correlations p_ij(a, b) - p_i(a) p_j(b) against those of
/// t_ij(a, b) = f_ij(a, b) - 2 lambda_J J_ij(a, b) / p, p samples; errors are those of p samples, and of the chains where the moments
/// are not exact.
///
/// Source: Cocco & Monasson, Phys. Rev. Lett. 106, 090601 (2011); Barton et al., Bioinformatics 32, 3089 (2016), for data without a penalty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mismatch {
    /// Root mean square over frequencies.
    pub frequencies: f64,
    /// Root mean square over correlations.
    pub correlations: f64,
    /// The largest of both over sqrt(2 log of their number), which is what the largest of as many normal numbers is about.
    pub largest: f64,
    /// How far the objective is above its least among models of the same graph, a sample's, about: half the squares of what sets frequencies
    /// and coupled pairs apart over their variances, each pair as (q_i - 1)(q_j - 1) numbers, less what chains add by chance.
    pub gap: f64,
    /// Split R-hat of the energies of chains; none where the moments are exact.
    pub r_hat: Option<f64>,
}

/// Work that exact moments may need: weights of tables times states.
const EXACT: f64 = 1e7;
/// Chains.
const CHAINS: usize = 64;
/// Sweeps of each before the first draw.
const BURN: usize = 200;

impl Mismatch {
    /// The largest of the three.
    pub fn worst(&self) -> f64 {
        self.frequencies.max(self.correlations).max(self.largest)
    }

    /// That of a model, which is `held` in the gauge that the penalty chooses, by some draws with a seed.
    pub(super) fn new(
        model: &Potts,
        held: &Potts,
        data: &Moments,
        penalty: Penalty,
        [draws, seed]: [u64; 2],
    ) -> Result<Self, Error> {
        let (pairs, r_hat, found) = moments(model, usize::try_from(draws).unwrap_or(usize::MAX), seed)?;
        let (q, weight) = (data.single.len(), data.weight);
        let more = 1.0 / weight + 1.0 / found;
        let target: Vec<f64> =
            (0..q).map(|k| data.single[k] - 2.0 * penalty.fields * held.fields[k] / weight).collect();
        let (mut singles, mut correlations) = ([0.0; 2], [0.0; 2]);
        let (mut most, mut gap) = (0f64, 0.0);
        let mut add = |to: &mut [f64; 2], apart: f64, variance: f64, share: f64| {
            // One sample more or less is no evidence.
            let z = apart / (variance * more).sqrt().max(1.0 / weight);
            *to = [to[0] + z * z, to[1] + 1.0];
            most = most.max(z.abs());
            gap += 0.5 * share * (z * z * more - 1.0 / found);
        };
        let f = &data.single;
        // Of q numbers that sum to one q - 1 are free.
        let free: Vec<f64> =
            model.sites.ranges().flat_map(|r| vec![1.0 - 1.0 / r.len() as f64; r.len()]).collect();
        for column in model.sites.ranges() {
            for l in column.clone() {
                add(&mut singles, pairs[(l, l)] - target[l], f[l] * (1.0 - f[l]), free[l]);
                for k in 0..column.start {
                    let coupled = if model.couplings[(k, l)] == 0.0 { 0.0 } else { free[k] * free[l] };
                    let left = data.pairs[(k, l)] - 2.0 * penalty.couplings * held.couplings[(k, l)] / weight;
                    let apart = pairs[(k, l)] - pairs[(k, k)] * pairs[(l, l)] - left + target[k] * target[l];
                    add(&mut correlations, apart, of_product(f[k], f[l], data.pairs[(k, l)]), coupled);
                }
            }
        }
        let root = |[sum, count]: [f64; 2]| (sum / count.max(1.0)).sqrt();
        let all = (singles[1] + correlations[1]).max(2.0);
        Ok(Self {
            frequencies: root(singles),
            correlations: root(correlations),
            largest: most / (2.0 * all.ln()).sqrt(),
            gap: gap.max(0.0),
            r_hat,
        })
    }
}

/// The variance of (x - a)(y - b) of two indicators of means a and b, both one with probability c.
fn of_product(a: f64, b: f64, c: f64) -> f64 {
    let square = c * (1.0 - 2.0 * a) * (1.0 - 2.0 * b)
        + a * (1.0 - 2.0 * a) * b * b
        + b * (1.0 - 2.0 * b) * a * a
        + a * a * b * b;
    (square - (c - a * b).powi(2)).max(0.0)
}

/// Pair probabilities, the R-hat of what they rest on, and how many independent samples that is.
fn moments(model: &Potts, draws: usize, seed: u64) -> Result<(Mat<f64>, Option<f64>, f64), Error> {
    if let Ok(transfer) = Transfer::new(model)
        && (transfer.weights() * model.sites.total()) as f64 <= EXACT
    {
        return Ok((transfer.all().pairs, None, f64::INFINITY));
    }
    let each = draws.div_ceil(CHAINS).max(4);
    let samples = Gibbs::new(model)?.samples(CHAINS, each, BURN, 1, seed)?;
    let energies: Vec<f64> = samples.energies(model).into_iter().map(|e| -e).collect();
    let found = summary(&energies.chunks(each).collect::<Vec<_>>());
    let effective = found.ess.min((CHAINS * each) as f64);
    Ok((samples.pair_frequencies(), Some(found.r_hat), effective))
}
