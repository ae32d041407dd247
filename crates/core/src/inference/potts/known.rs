//! A model that is known to be true.

use super::exact::{self, Exact};
use super::partition::{Chains, EXACTLY, Partition, partition};
use super::{Annealing, Error, Gibbs, Potts, Samples};
use crate::numbers::Estimate;

/// The true model, and what is known of it.
pub struct Known<'a> {
    model: &'a Potts,
    partition: Partition,
    /// Its probabilities, where they can be gone through.
    exact: Option<Exact>,
    /// Its samples, chain after chain.
    samples: Samples,
    chains: Chains,
}

impl<'a> Known<'a> {
    /// What is known of `model`.
    ///
    /// # Errors
    /// Numbers that are not finite.
    pub fn new(model: &'a Potts, annealing: &Annealing, chains: &Chains) -> Result<Self, Error> {
        let small = model.sites.log_configurations() <= EXACTLY.ln();
        // Other chains than those of the models that are compared.
        let seed = chains.seed ^ 0x7275_7468;
        Ok(Self {
            partition: partition(model, &Annealing { seed, ..*annealing })?,
            exact: small.then(|| exact::all(model)).transpose()?,
            samples: Gibbs::new(model)?.samples(chains.chains, chains.draws, chains.burn, 1, seed)?,
            chains: *chains,
            model,
        })
    }

    /// The mean over chains of a number of each of their samples.
    fn over_chains(&self, all: &Samples, of: &dyn Fn(&[u8]) -> f64) -> Estimate {
        let rows: Vec<f64> = all.rows().map(of).collect();
        let each = rows.chunks(self.chains.draws.max(1));
        Estimate::mean(each.map(|c| c.iter().sum::<f64>() / c.len() as f64))
    }

    /// The log likelihood of a sample of the truth under a model.
    pub fn likelihood(&self, model: &Potts, own: &Partition) -> Estimate {
        let weight = match &self.exact {
            Some(exact) => Estimate::exact(-exact.energy(model), 0),
            None => self.over_chains(&self.samples, &|s| -model.energy(s)),
        };
        let error = weight.error().hypot(own.log_z.error());
        Estimate { value: weight.value - own.log_z.value, std_error: Some(error), n: weight.n }
    }

    /// KL(truth || model), which unseen data know of, and KL(model || truth), eq. 2.40.
    ///
    /// Formula: log Z - log Z_true + the mean of E - E_true over the truth, and log Z_true - log Z + that of E_true - E over the model.
    ///
    /// # Errors
    /// Numbers that are not finite.
    pub fn divergences(&self, model: &Potts, own: &Partition) -> Result<[Estimate; 2], Error> {
        let apart = own.log_z.value - self.partition.log_z.value;
        let error = |e: &Estimate| e.error().hypot(own.log_z.error()).hypot(self.partition.log_z.error());
        if let Some(truth) = &self.exact {
            let of_model = exact::all(model)?;
            let forward = apart + truth.energy(model) - truth.energy(self.model);
            let backward = of_model.energy(self.model) - of_model.energy(model) - apart;
            return Ok([forward, backward].map(|v| Estimate::exact(v, 0)));
        }
        let c = &self.chains;
        let drawn = Gibbs::new(model)?.samples(c.chains, c.draws, c.burn, 1, c.seed)?;
        let differs = |s: &[u8]| model.energy(s) - self.model.energy(s);
        let (truth, made) = (self.over_chains(&self.samples, &differs), self.over_chains(&drawn, &differs));
        Ok([
            Estimate::new(truth.value + apart, error(&truth), truth.n),
            Estimate::new(-made.value - apart, error(&made), made.n),
        ])
    }
}
