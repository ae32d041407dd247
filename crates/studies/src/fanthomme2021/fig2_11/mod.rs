//! Fig. 2.11: the posterior at finite temperature, by the thesis's Metropolis moves and by Hamiltonian trajectories.

mod canonical;
mod sections;
mod verdicts;
mod walk;

use crate::common::*;
use canonical::{Canonical, KINDS, curve, gammas};
use walk::{DataSet, Excess};

/// Fig. 2.11.
pub const STUDY: Study =
    Study::new("fanthomme2021/fig2.11", "The posterior of the couplings at finite temperature", run);

const ALPHA: f64 = 5.0;
const SIGMA: f64 = 0.5;
const GAMMA: f64 = 5.0;
const BETAS: [f64; 5] = [1e4, 1e5, 1e6, 1e7, 1e8];
/// Smallest, largest and number of gammas at the canonical temperature.
const GAMMAS: (f64, f64, usize) = (0.5, 32.0, 13);

/// Steps of the thesis's chains.
const PRINTED: usize = 2_000_000;

/// Variables, steps of a chain, data sets, draws of a Hamiltonian chain.
struct Size {
    n: usize,
    steps: usize,
    sets: usize,
    draws: usize,
}

impl Size {
    fn of(preset: Preset) -> Self {
        match preset {
            Preset::Quick => Self { n: 20, steps: 250_000, sets: 10, draws: 500 },
            Preset::Paper => Self { n: 20, steps: PRINTED, sets: 40, draws: 2000 },
        }
    }

    /// n (n + 1)/4, Laplace's mean of beta (E - E(J*)).
    fn laplace(&self) -> f64 {
        (self.n * (self.n + 1)) as f64 / 4.0
    }
}

/// All that was measured.
struct Measured {
    size: Size,
    sets: Vec<DataSet>,
    canonical: Vec<Canonical>,
}

impl Measured {
    /// Mean over data sets.
    fn mean(&self, f: impl Fn(&DataSet) -> f64) -> Estimate {
        Estimate::mean(self.sets.iter().map(f))
    }

    /// A curve of the figure at the `b`-th temperature.
    fn curve(&self, b: usize, f: fn(&Excess) -> f64) -> Vec<Estimate> {
        let count = walk::times(self.size.steps).len();
        (0..count).map(|t| self.mean(|s| f(&s.courses[b].curve[t]))).collect()
    }
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(Size::of(settings.preset), settings.seed, observer)
}

fn findings(size: Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let count = size.sets;
    let sets = parallel("Metropolis chains", count, observer, |i| walk::data_set(&size, seed, i as u64))?;
    let canonical =
        parallel("canonical temperature", count, observer, |i| canonical::canonical(&size, seed, i as u64))?;
    let m = Measured { size, sets, canonical };
    let r_hat = largest(m.sets.iter().map(|s| s.r_hat).chain(m.canonical.iter().map(|s| s.r_hat)));
    let mut warnings = vec![];
    if !(r_hat < 1.05) {
        warnings
            .push(format!("Hamiltonian chains are not stationary: split R-hat of an energy is {r_hat:.3}"));
    }
    let best = canonical::best(&m.canonical, KINDS[1], KINDS[0]);
    let words = format!("{} proposals, not {PRINTED}", m.size.steps);
    let asked = |c: Claim| if m.size.steps < PRINTED { c.at_other_size(&words) } else { c };
    let claims: Vec<Claim> = verdicts::claims(&m, best.as_ref()).into_iter().map(asked).collect();
    Ok(Findings {
        answer: verdicts::answer(&m, &claims, best.as_ref()),
        claims,
        sections: vec![sections::chains(&m)?, sections::canonical(&m)?],
        json: fields(Entry::of(&m, best.as_ref(), r_hat)),
        warnings,
    })
}

/// Energies and likelihoods, means over the data sets; a value an inverse temperature or strength.
#[derive(Serialize)]
struct Entry {
    n: usize,
    steps: usize,
    data_sets: usize,
    beta: Vec<f64>,
    laplace_energy: f64,
    metropolis_energy: Vec<f64>,
    metropolis_distance: Vec<f64>,
    metropolis_acceptance: Vec<f64>,
    hmc_energy: Vec<f64>,
    hmc_distance: Vec<f64>,
    worst_r_hat: f64,
    canonical_gamma: Vec<f64>,
    canonical_test_map: Vec<f64>,
    canonical_test_mean: Vec<f64>,
    canonical_test_draws: Vec<f64>,
    canonical_gamma_opt_mean_map: Option<[f64; 2]>,
}

impl Entry {
    fn of(m: &Measured, best: Option<&canonical::Best>, worst_r_hat: f64) -> Self {
        let over = |f: &dyn Fn(&DataSet, usize) -> f64| {
            (0..BETAS.len()).map(|b| m.mean(|s| f(s, b)).value).collect::<Vec<_>>()
        };
        let kind = |k: usize| list(&curve(&m.canonical, KINDS[k]), |m| m.value);
        Self {
            n: m.size.n,
            steps: m.size.steps,
            data_sets: m.sets.len(),
            beta: BETAS.to_vec(),
            laplace_energy: m.size.laplace(),
            metropolis_energy: over(&|s, b| s.courses[b].end.energy),
            metropolis_distance: over(&|s, b| s.courses[b].end.distance),
            metropolis_acceptance: over(&|s, b| s.courses[b].acceptance),
            hmc_energy: over(&|s, b| s.stationary[b].0.energy),
            hmc_distance: over(&|s, b| s.stationary[b].0.distance),
            worst_r_hat,
            canonical_gamma: gammas(),
            canonical_test_map: kind(0),
            canonical_test_mean: kind(1),
            canonical_test_draws: kind(2),
            canonical_gamma_opt_mean_map: best.map(|b| b.gamma),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn a_small_run_finds_laplace_s_energies_and_the_same_bits_again() {
        let size = || Size { n: 5, steps: 20_000, sets: 4, draws: 300 };
        let found = findings(size(), 3, &Silent).unwrap();
        let energies: Vec<&Claim> = found.claims.iter().filter(|c| c.source == "Laplace's method").collect();
        assert_eq!(energies.len(), BETAS.len());
        for claim in energies {
            // Four data sets cannot tell a hundredth; they are not far from it.
            assert_ne!(claim.verdict, Verdict::Differs, "{claim:?}");
            assert!((claim.measured.value - 1.0).abs() < 0.05, "{claim:?}");
        }
        assert_eq!(found.json, findings(size(), 3, &Silent).unwrap().json);
        assert_ne!(found.json, findings(size(), 4, &Silent).unwrap().json);
    }
}
