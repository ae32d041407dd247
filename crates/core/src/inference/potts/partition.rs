//! log Z, and likelihoods of seen, unseen and generated data.

use super::{Annealing, Error, Gibbs, Potts, Samples, Transfer, annealed, exact};
use crate::inference::chains::{Summary, summary};
use crate::numbers::Estimate;

/// How log Z is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By going through all configurations, or eliminating sites.
    Exact,
    /// By annealed importance sampling.
    Annealed,
    /// By the cluster expansion that inferred the model.
    Expanded,
}

/// log Z of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Partition {
    /// log Z, without error where it is exact.
    pub log_z: Estimate,
    /// How it was found.
    pub method: Method,
    /// Effective chains; none where it is exact.
    pub effective: Option<f64>,
}

/// Configurations up to which log Z is found exactly.
pub const EXACTLY: f64 = 1e6;

/// log Z: exact of at most a million configurations, of forests and of graphs with few loops ([`Transfer`]), else by annealed importance
/// sampling.
///
/// # Errors
/// Numbers that are not finite.
pub fn partition(model: &Potts, o: &Annealing) -> Result<Partition, Error> {
    if model.sites.log_configurations() <= EXACTLY.ln() {
        let log_z = Estimate::exact(exact::log_z(model)?, 0);
        return Ok(Partition { log_z, method: Method::Exact, effective: None });
    }
    if let Ok(found) = Transfer::new(model) {
        let log_z = Estimate::exact(found.log_z, 0);
        return Ok(Partition { log_z, method: Method::Exact, effective: None });
    }
    let found = annealed(model, o)?;
    Ok(Partition { log_z: found.log_z, method: Method::Annealed, effective: Some(found.effective) })
}

/// What a model generates.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The mean of - E over its samples, with the error over chains; exact where configurations can be gone through.
    pub weight: Estimate,
    /// What the chains say of - E.
    pub chains: Summary,
    /// - E of each sample.
    pub weights: Vec<f64>,
    /// The samples, chain after chain.
    pub samples: Samples,
    /// Sites that were drawn.
    pub updates: u64,
    /// Seconds that took, on all threads.
    pub seconds: f64,
}

/// Chains and draws that energies are averaged over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chains {
    /// Chains.
    pub chains: usize,
    /// Sweeps before the first draw.
    pub burn: usize,
    /// Draws of each, one sweep apart.
    pub draws: usize,
    /// Seed.
    pub seed: u64,
}

impl Default for Chains {
    fn default() -> Self {
        Self { chains: 64, burn: 200, draws: 200, seed: 1 }
    }
}

/// Samples of a model, and the mean of - E.
///
/// # Errors
/// Numbers that are not finite; no chain or no draw.
pub fn generated(model: &Potts, o: &Chains) -> Result<Generated, Error> {
    let begun = std::time::Instant::now();
    let samples = Gibbs::new(model)?.samples(o.chains, o.draws, o.burn, 1, o.seed)?;
    let seconds = begun.elapsed().as_secs_f64();
    let updates = (o.chains * (o.burn + o.draws) * model.sites.count()) as u64;
    let weights: Vec<f64> = samples.energies(model).into_iter().map(|e| -e).collect();
    let by_chain: Vec<&[f64]> = weights.chunks(o.draws).collect();
    let mean = |c: &&[f64]| c.iter().sum::<f64>() / c.len() as f64;
    let weight = match model.sites.log_configurations() <= EXACTLY.ln() {
        true => {
            let found = exact::all(model)?;
            Estimate::exact(found.log_z - found.entropy, 0)
        }
        false => Estimate::mean(by_chain.iter().map(mean)),
    };
    let chains = summary(&by_chain);
    Ok(Generated { weight, chains, weights, samples, updates, seconds })
}

/// log Z of a model near one whose log Z and samples are known: by importance sampling, Z' / Z is the mean of exp(E - E'); by [`partition`] where
/// that leaves less than half of the samples effective.
///
/// # Errors
/// Numbers that are not finite.
pub fn partition_near(
    model: &Potts,
    (of_known, made): (&Partition, &Generated),
    draws: usize,
    o: &Annealing,
) -> Result<Partition, Error> {
    if of_known.method == Method::Exact {
        return partition(model, o);
    }
    // The weights of known samples are - E of the known model.
    let of_model = made.samples.energies(model);
    let above: Vec<f64> = made.weights.iter().zip(&of_model).map(|(w, e)| -w - e).collect();
    let most = above.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = above.iter().map(|a| (a - most).exp()).collect();
    let (sum, squares) = (weights.iter().sum::<f64>(), weights.iter().map(|w| w * w).sum::<f64>());
    if sum * sum < 0.5 * squares * weights.len() as f64 {
        return partition(model, o);
    }
    let mean = sum / weights.len() as f64;
    let by_chain = Estimate::mean(weights.chunks(draws).map(|c| c.iter().sum::<f64>() / c.len() as f64));
    let log_z = Estimate {
        value: of_known.log_z.value + most + mean.ln(),
        std_error: Some(of_known.log_z.error().hypot(by_chain.error() / mean)),
        n: by_chain.n,
    };
    Ok(Partition { log_z, ..*of_known })
}

/// The log likelihood of a sample, the mean over some.
pub fn likelihood(model: &Potts, samples: &Samples, partition: &Partition) -> Estimate {
    let value = -samples.energy(model) - partition.log_z.value;
    Estimate { value, ..partition.log_z }
}
