//! Chains in parallel, and what they say of the posterior.

use super::hmc::{Hmc, Trajectories};
use super::metropolis::{Metropolis, Moves};
use super::{Error, Point, Posterior, congruent};
use crate::inference::chains::{Summary, summary};
use crate::linalg::random::{Use, stream};
use faer::{Mat, Scale};
use rayon::prelude::*;

/// Which sampler.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// Changes of single entries.
    Metropolis(Moves),
    /// Trajectories.
    Hmc(Trajectories),
}

/// Where chains start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At J*.
    Map,
    /// At a random matrix with entries like J*'s ([`Posterior::gaussian_start`]).
    Gaussian,
}

/// How long chains are, and how many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// The inverse temperature.
    pub beta: f64,
    /// Chains.
    pub chains: usize,
    /// Proposals of a chain that only adapt the step and forget the start.
    pub burn_in: usize,
    /// Draws kept of a chain.
    pub draws: usize,
    /// Proposals from one draw to the next.
    pub thin: usize,
    /// Where chains start.
    pub start: Start,
    /// Seed of every chain.
    pub seed: u64,
}

/// One chain after its burn-in.
#[derive(Clone, Debug)]
pub struct Trace {
    /// What was measured at each draw.
    pub points: Vec<Point>,
    /// Mean couplings over the draws, n x n.
    pub mean: Mat<f64>,
    /// Fraction of proposals accepted.
    pub acceptance: f64,
    /// The step that burn-in left.
    pub step: f64,
    /// Energies evaluated: proposals, or gradients.
    pub evaluations: u64,
    /// Largest error of the energy followed incrementally; 0 where it is not.
    pub drift: f64,
}

/// What the chains found.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Each chain.
    pub traces: Vec<Trace>,
    /// E(J).
    pub energy: Summary,
    /// |J - J*|.
    pub distance: Summary,
    /// E(J) with the test covariance.
    pub test_energy: Summary,
    /// L_test(J).
    pub test: Summary,
    /// Mean couplings over all draws, n x n.
    pub mean: Mat<f64>,
}

/// Samples the posterior; the same bits on any number of threads.
///
/// # Errors
/// [`Error::Positive`] for numbers of the plan or the method that are not, [`Error::Eigen`] where a decomposition fails.
///
/// ```
/// use nullcline_core::inference::gaussian::posterior::Posterior;
/// use nullcline_core::inference::gaussian::posterior::hmc::Trajectories;
/// use nullcline_core::inference::gaussian::posterior::run::{Method, Plan, Start, sample};
///
/// let c = faer::mat![[1.0, 0.4], [0.4, 1.0]];
/// let posterior = Posterior::new(5.0, 5.0, c.as_ref(), c.as_ref()).unwrap();
/// let beta = 1e4;
/// let plan = Plan { beta, chains: 2, burn_in: 300, draws: 1000, thin: 1, start: Start::Map, seed: 1 };
/// let found = sample(&posterior, Method::Hmc(Trajectories::QUARTER), &plan).unwrap();
/// // Each of the n (n + 1) / 2 entries adds 1 / (2 beta) at low temperature.
/// let excess = found.energy.mean.value - posterior.at_map.energy;
/// assert!((excess - 3.0 / (2.0 * beta)).abs() < 6.0 * found.energy.mean.error() + 1e-6);
/// assert!(found.energy.r_hat < 1.05);
/// ```
pub fn sample(posterior: &Posterior, method: Method, plan: &Plan) -> Result<Sample, Error> {
    for (name, value) in [("chains", plan.chains), ("draws", plan.draws), ("thin", plan.thin)] {
        if value == 0 {
            return Err(Error::Positive { name, value: 0.0 });
        }
    }
    let chains = 0..plan.chains as u64;
    let traces: Result<Vec<Trace>, Error> =
        chains.into_par_iter().map(|index| trace(posterior, method, plan, index)).collect();
    let traces = traces?;
    let of = |f: fn(&Point) -> f64| {
        let series: Vec<Vec<f64>> = traces.iter().map(|t| t.points.iter().map(f).collect()).collect();
        summary(&series.iter().map(Vec::as_slice).collect::<Vec<_>>())
    };
    let mut mean = Mat::zeros(posterior.n(), posterior.n());
    for t in &traces {
        mean += Scale(1.0 / plan.chains as f64) * &t.mean;
    }
    Ok(Sample {
        energy: of(|p| p.energy),
        distance: of(|p| p.distance),
        test_energy: of(|p| p.test_energy),
        test: of(|p| p.test),
        mean,
        traces,
    })
}

fn trace(posterior: &Posterior, method: Method, plan: &Plan, index: u64) -> Result<Trace, Error> {
    let mut rng = stream(plan.seed, Use::Chain, index);
    let start = match plan.start {
        Start::Map => posterior.map.clone(),
        Start::Gaussian => posterior.gaussian_start(&mut rng),
    };
    let (start, beta, n) = (start.as_ref(), plan.beta, posterior.n());
    let mut points = Vec::with_capacity(plan.draws);
    let mut mean = Mat::<f64>::zeros(n, n);
    let share = Scale(1.0 / plan.draws as f64);
    match method {
        Method::Metropolis(moves) => {
            let mut chain = Metropolis::new(posterior, beta, moves, start, rng)?;
            for _ in 0..plan.burn_in {
                chain.propose()?;
            }
            chain.settle();
            for _ in 0..plan.draws {
                for _ in 0..plan.thin {
                    chain.propose()?;
                }
                points.push(chain.point());
                mean += share * chain.couplings();
            }
            let acceptance = chain.accepted as f64 / chain.proposals as f64;
            let (step, drift, evaluations) = (chain.step, chain.drift, chain.proposals);
            Ok(Trace { points, mean, acceptance, step, evaluations, drift })
        }
        Method::Hmc(trajectories) => {
            let mut chain = Hmc::new(posterior, beta, trajectories, start, rng)?;
            for _ in 0..plan.burn_in {
                chain.propose();
            }
            chain.settle();
            for _ in 0..plan.draws {
                for _ in 0..plan.thin {
                    chain.propose();
                }
                points.push(chain.point());
                mean += share * chain.rotated();
            }
            let acceptance = chain.accepted as f64 / chain.proposals as f64;
            let (step, evaluations) = (chain.step, chain.gradients);
            mean = congruent(posterior.basis.vectors.as_ref(), mean.as_ref());
            Ok(Trace { points, mean, acceptance, step, evaluations, drift: 0.0 })
        }
    }
}
