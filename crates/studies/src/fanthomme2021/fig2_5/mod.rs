//! Fig. 2.5: the likelihoods and the regularisation strengths under the L1 penalty.
//!
//! The estimate is Theta = mu - J that minimises -log det Theta + tr(C Theta) + gamma sum_{i != j} |Theta_ij|: gamma stands
//! without the factor alpha, as in the thesis's program. The diagonal is not penalised, so that (Theta^-1)_ii = C_ii: with
//! tr C = n the spherical constraint holds by itself, and mu is what makes tr J zero, as that of the L2 estimate is. The
//! generated likelihood is that of data with the covariance Theta^-1.

mod data;
mod draw;
mod verdicts;

use super::at_size;
use crate::common::*;
use data::{DataSet, data_set, likelihood_curves};
use nullcline_core::inference::gaussian::ensemble::Ensemble;
use nullcline_core::inference::gaussian::roots::{Strength, log_grid};

/// Fig. 2.5.
pub const STUDY: Study =
    Study::new("fanthomme2021/fig2.5", "Likelihoods and regularisation strengths under the L1 penalty", run);

/// Panel A; the print's sampling ratio and sigma are not known.
const SHOWN: (Ensemble, f64) = (Ensemble::Goe { sigma: 0.7 }, 2.0);

/// Variables, true models of each ensemble, data sets of each, sampling ratios, points of the grid of gamma.
struct Size {
    n: usize,
    models: usize,
    /// Of a Gaussian ensemble and of the chain.
    draws: [usize; 2],
    sigmas: [Vec<f64>; 2],
    alphas: Vec<f64>,
    grid: usize,
}

impl Size {
    fn of(preset: Preset) -> Self {
        match preset {
            Preset::Quick => Self {
                n: 40,
                models: 2,
                draws: [2, 2],
                sigmas: [vec![0.3, 0.7, 0.9], vec![0.2, 0.4]],
                alphas: vec![0.5, 1.0, 2.0, 5.0, 20.0],
                grid: 20,
            },
            Preset::Paper => Self {
                n: 200,
                models: 4,
                draws: [3, 5],
                sigmas: [vec![0.1, 0.3, 0.7, 0.8, 0.9], vec![0.2, 0.4]],
                alphas: [vec![0.05], log_grid(0.1, 100.0, 50)]
                    .concat()
                    .into_iter()
                    .filter(|a| *a < 50.0)
                    .chain([0.5])
                    .collect::<Vec<f64>>(),
                grid: 40,
            },
        }
    }
}

/// All data sets of one ensemble at one sampling ratio.
struct Cell {
    ensemble: Ensemble,
    alpha: f64,
    sets: Vec<DataSet>,
}

impl Cell {
    /// Mean over the data sets where `f` is finite.
    fn mean(&self, f: impl Fn(&DataSet) -> f64) -> Estimate {
        Estimate::mean_of_found(self.sets.iter().map(f))
    }

    fn strength(&self, strength: Strength) -> Estimate {
        self.mean(|s| s.strength(strength))
    }
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(&Size::of(settings.preset), settings.seed, observer)
}

fn findings(size: &Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let goe = size.sigmas[0].iter().map(|sigma| (Ensemble::Goe { sigma: *sigma }, size.draws[0]));
    let chain = size.sigmas[1].iter().map(|sigma| (Ensemble::Chain { sigma: *sigma }, size.draws[1]));
    let mut alphas = size.alphas.clone();
    alphas.sort_by(f64::total_cmp);
    let mut jobs = vec![];
    for (e, (ensemble, draws)) in goe.chain(chain).enumerate() {
        for alpha in &alphas {
            jobs.extend((0..size.models * draws).map(|k| (e, ensemble.clone(), *alpha, k / draws)));
        }
    }
    // Few samples take longest.
    let sets = parallel_by(
        |i| (1e3 * jobs[i].2) as usize,
        "data sets",
        jobs.len(),
        observer,
        |i| {
            let (e, ensemble, alpha, model) = &jobs[i];
            let model = (e * size.models + model) as u64;
            data_set(ensemble, size.n, *alpha, size.grid, seed, model, i as u64)
        },
    )?;
    let mut cells: Vec<Cell> = vec![];
    for ((_, ensemble, alpha, _), set) in jobs.into_iter().zip(sets) {
        match cells.last_mut().filter(|c| c.ensemble == ensemble && c.alpha.total_cmp(&alpha).is_eq()) {
            Some(cell) => cell.sets.push(set),
            None => cells.push(Cell { ensemble, alpha, sets: vec![set] }),
        }
    }
    let shown = likelihood_curves(&SHOWN.0, size.n, SHOWN.1, seed)?;
    let entry = |c: &Cell| {
        let strengths = Strength::ALL.map(|s| c.strength(s));
        let name = format!("{}_sigma_{}_alpha_{:.4}", name(&c.ensemble), sigma(&c.ensemble), c.alpha);
        let found = Entry {
            data_sets: c.sets.len(),
            gamma_opt_cross_half: strengths.map(|s| s.value),
            std_error: strengths.map(|s| s.error()),
        };
        (name, written(found))
    };
    let json = cells.iter().map(entry).collect();
    let claims = at_size(verdicts::claims(&cells), size.n, 200);
    let sections = vec![draw::section(&cells, &shown, size)?];
    Ok(Findings { answer: answer(&claims), claims, sections, json, warnings: vec![] })
}

/// Three strengths of one ensemble and sampling ratio.
#[derive(Serialize)]
struct Entry {
    data_sets: usize,
    gamma_opt_cross_half: [f64; 3],
    std_error: [f64; 3],
}

fn is_chain(ensemble: &Ensemble) -> bool {
    matches!(ensemble, Ensemble::Chain { .. })
}

fn name(ensemble: &Ensemble) -> &'static str {
    if is_chain(ensemble) { "chain" } else { "goe" }
}

fn sigma(ensemble: &Ensemble) -> f64 {
    match ensemble {
        Ensemble::Goe { sigma }
        | Ensemble::Chain { sigma }
        | Ensemble::Band { sigma, .. }
        | Ensemble::ErdosRenyi { sigma, .. } => *sigma,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn small_data_sets_bear_out_what_holds_at_every_size() {
        let size = Size {
            n: 20,
            models: 1,
            draws: [2, 2],
            sigmas: [vec![0.8], vec![0.4]],
            alphas: vec![2.0, 5.0],
            grid: 16,
        };
        let found = findings(&size, 1, &Silent).unwrap();
        let claim = |words: &str| crate::common::found(&found, words);
        for words in ["spherical", "2.16"] {
            assert_eq!(claim(words).verdict, Verdict::Holds, "{:?}", claim(words));
        }
        assert_eq!(found.sections[0].tables[1].rows(), 4);
        let again = findings(&size, 1, &Silent).unwrap();
        assert_eq!(format!("{:?}", found.claims), format!("{:?}", again.claims));
    }
}
