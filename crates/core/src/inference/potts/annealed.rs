//! log Z by annealed importance sampling.

use super::gibbs::{Chain, Gibbs, Mixed};
use super::{Error, Potts};
use crate::numbers::Estimate;
use rayon::prelude::*;

/// How log Z is estimated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Annealing {
    /// Chains, each of which gives one weight.
    pub chains: usize,
    /// Sweeps at each intermediate distribution.
    pub sweeps: usize,
    /// Share of effective chains that a step of the pilot run may leave.
    pub kept: f64,
    /// Seed.
    pub seed: u64,
}

impl Default for Annealing {
    fn default() -> Self {
        Self { chains: 400, sweeps: 2, kept: 0.98, seed: 1 }
    }
}

/// log Z and what it rests on.
#[derive(Clone, Debug)]
pub struct Annealed {
    /// log Z, with the standard error over chains; n is the effective number of chains.
    pub log_z: Estimate,
    /// (sum w)^2 / sum w^2 of the chains' weights.
    pub effective: f64,
    /// Intermediate distributions.
    pub steps: usize,
}

/// Chains of the pilot run.
const PILOT: usize = 100;
/// Intermediate distributions at most.
const MOST: usize = 20_000;

/// log Z of a model by annealed importance sampling from independent sites.
///
/// Formula: chains go through p_b ~ p_0^{1-b} p^b, b from 0 to 1, with `sweeps` Gibbs sweeps at each; the weight of one is
/// prod exp((b_{k+1} - b_k) (E_0 - E)(x_k)), and Z = Z_0 times their mean. Intermediate b are placed by a pilot run of its own chains,
/// so that each step leaves a share `kept` of effective chains; the chains that are counted are others, and the mean weight is
/// unbiased.
///
/// Errors: of the mean weight over chains, s / (sqrt(chains) mean), which is log Z's.
///
/// Source: Neal, Stat. Comput. 11, 125 (2001), eqs. 3 to 11; Zhou, Johansen & Aston, J. Comput. Graph. Stat. 25, 701 (2016), the
/// conditional effective sample size.
///
/// # Errors
/// Numbers that are not finite; fewer than two chains.
///
/// ```
/// use nullcline_core::inference::potts::{Annealing, Potts, Sites, annealed, exact};
/// use nullcline_core::linalg::random::{Use, stream};
///
/// let sites = Sites::alike(8, 3).unwrap();
/// let model = Potts::erdos_renyi(sites, 2.5, [1.0, 1.0], &mut stream(1, Use::Couplings, 0));
/// let found = annealed(&model, &Annealing::default()).unwrap().log_z;
/// assert!((found.value - exact::log_z(&model).unwrap()).abs() < 4.0 * found.error());
/// ```
pub fn annealed(model: &Potts, o: &Annealing) -> Result<Annealed, Error> {
    let gibbs = Gibbs::new(model)?;
    if o.chains < 2 {
        return Err(Error::Shape {
            what: "chains",
            found: o.chains.to_string(),
            expected: "2 at least".into(),
        });
    }
    let from = &model.fields;
    let ladder = ladder(&gibbs, from, o);
    let weight = |number: usize| {
        let mut chain = gibbs.chain(from, o.seed, number as u64);
        let mut log = 0.0;
        for b in ladder.windows(2) {
            log += (b[1] - b[0]) * gibbs.above(&chain, from);
            if b[1] < 1.0 {
                (0..o.sweeps).for_each(|_| gibbs.sweep(&mut chain, Some(Mixed { from, share: b[1] })));
            }
        }
        log
    };
    let logs: Vec<f64> = (0..o.chains).into_par_iter().map(weight).collect();
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logs.iter().map(|l| (l - most).exp()).collect();
    let (count, sum) = (weights.len() as f64, weights.iter().sum::<f64>());
    let (mean, squares) = (sum / count, weights.iter().map(|w| w * w).sum::<f64>());
    let variance = weights.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let effective = sum * sum / squares;
    // Truncation is meant: a number of chains.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let n = effective as usize;
    let of_independent: f64 = model.sites.ranges().map(|r| log_sum(&from[r])).sum();
    let log_z = of_independent + most + mean.ln();
    Ok(Annealed {
        log_z: Estimate::new(log_z, (variance / count).sqrt() / mean, n),
        effective,
        steps: ladder.len() - 1,
    })
}

/// log of a sum of exponentials.
pub(super) fn log_sum(values: &[f64]) -> f64 {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most + values.iter().map(|v| (v - most).exp()).sum::<f64>().ln()
}

/// Shares of the model from 0 to 1, as a pilot run places them.
fn ladder(gibbs: &Gibbs, from: &[f64], o: &Annealing) -> Vec<f64> {
    // Numbers beyond those of the chains that are counted.
    let first = o.chains as u64;
    let mut chains: Vec<Chain> = (0..PILOT as u64).map(|k| gibbs.chain(from, o.seed, first + k)).collect();
    let mut ladder = vec![0.0];
    let mut share = 0.0;
    while share < 1.0 && ladder.len() < MOST {
        let above: Vec<f64> = chains.par_iter().map(|c| gibbs.above(c, from)).collect();
        share += step(&above, 1.0 - share, o.kept);
        share = if share > 1.0 - 1e-12 { 1.0 } else { share };
        ladder.push(share);
        let mixed = Some(Mixed { from, share });
        chains.par_iter_mut().for_each(|c| (0..o.sweeps).for_each(|_| gibbs.sweep(c, mixed)));
    }
    if share < 1.0 {
        ladder.push(1.0);
    }
    ladder
}

/// The largest step up to `most` that leaves a share `kept` of effective chains.
fn step(above: &[f64], most: f64, kept: f64) -> f64 {
    let top = above.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let effective = |by: f64| {
        let (mut sum, mut squares) = (0.0, 0.0);
        for a in above {
            let w = (by * (a - top)).exp();
            (sum, squares) = (sum + w, squares + w * w);
        }
        sum * sum / (squares * above.len() as f64)
    };
    if effective(most) >= kept {
        return most;
    }
    let (mut low, mut high) = (0.0, most);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if effective(middle) >= kept {
            low = middle
        } else {
            high = middle
        }
        if high - low <= 1e-6 * high {
            break;
        }
    }
    high
}
