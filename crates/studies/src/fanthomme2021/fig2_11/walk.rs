//! One data set: what it is inferred from, chains of the thesis's moves at every temperature, and where they end.

use super::super::models::{failed, truth};
use super::Size;
use crate::common::*;
use faer::Mat;
use nullcline_core::inference::gaussian::ensemble::Ensemble;
use nullcline_core::inference::gaussian::posterior::hmc::Trajectories;
use nullcline_core::inference::gaussian::posterior::metropolis::{Metropolis, Moves};
use nullcline_core::inference::gaussian::posterior::run::{Method, Plan, Sample, Start, sample};
use nullcline_core::inference::gaussian::posterior::{Point, Posterior};
use nullcline_core::inference::gaussian::samples::covariance;
use nullcline_core::inference::gaussian::spectrum::rescaled;
use nullcline_core::linalg::random::{Use, stream};

/// Proposals between measurements once a chain is in its second half.
const STRIDE: usize = 100;

/// Covariances of one data set: of its samples, and the true one.
pub(super) struct Data {
    pub empirical: Mat<f64>,
    pub truth: Mat<f64>,
    pub alpha: f64,
}

impl Data {
    pub fn draw(size: &Size, seed: u64, index: u64) -> Result<Self, Error> {
        let couplings = Ensemble::Goe { sigma: super::SIGMA };
        let truth = truth(&couplings, size.n, seed, index)?;
        let p = (super::ALPHA * size.n as f64).round() as usize;
        let samples = truth.samples(p, &mut stream(seed, Use::Samples, index));
        let empirical = rescaled(covariance(samples.as_ref()).as_ref());
        Ok(Self { empirical, truth: truth.covariance(), alpha: p as f64 / size.n as f64 })
    }

    pub fn posterior(&self, gamma: f64) -> Result<Posterior, Error> {
        Posterior::new(self.alpha, gamma, self.empirical.as_ref(), self.truth.as_ref()).map_err(failed)
    }
}

/// What is plotted: the three panels' quantities, relative to J*.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Excess {
    /// E - E(J*).
    pub energy: f64,
    /// |J - J*|.
    pub distance: f64,
    /// E_test - E_test(J*).
    pub test_energy: f64,
    /// L_test - L_test(J*).
    pub test: f64,
}

impl Excess {
    fn of(p: &Point, at_map: &Point) -> Self {
        Self {
            energy: p.energy - at_map.energy,
            distance: p.distance,
            test_energy: p.test_energy - at_map.test_energy,
            test: p.test - at_map.test,
        }
    }
}

/// One chain.
pub(super) struct Course {
    /// At [`times`].
    pub curve: Vec<Excess>,
    /// Mean over the second half of the chain.
    pub end: Excess,
    /// Fraction of proposals accepted in the second half.
    pub acceptance: f64,
    /// Largest error of the energy followed incrementally, relative to its excess at the start.
    pub drift: f64,
}

/// What one data set gives.
pub(super) struct DataSet {
    /// Chains, a temperature each.
    pub courses: Vec<Course>,
    /// Means of independent Hamiltonian chains, and the standard error of the energy's.
    pub stationary: Vec<(Excess, f64)>,
    /// Size of the step, 0.1 mean |J*_ij|.
    pub step: f64,
    /// Worst R-hat of the Hamiltonian chains' energies.
    pub r_hat: f64,
}

/// Steps at which chains are looked at: 12 a factor of ten, whole numbers, from 1.
pub(super) fn times(steps: usize) -> Vec<usize> {
    let mut all: Vec<usize> = (0..)
        .map(|k| 10f64.powf(f64::from(k) / 12.0).round() as usize)
        .take_while(|t| *t < steps)
        .chain([steps])
        .collect();
    all.dedup();
    all
}

/// Chains on the data set of number `index`.
pub(super) fn data_set(size: &Size, seed: u64, index: u64) -> Result<DataSet, Error> {
    let posterior = Data::draw(size, seed, index)?.posterior(super::GAMMA)?;
    let n = size.n;
    let sum: f64 = (0..n * n).map(|k| posterior.map[(k % n, k / n)].abs()).sum();
    let step = 0.1 * sum / (n * n) as f64;
    let betas = super::BETAS;
    let courses: Result<Vec<Course>, Error> = (0..betas.len())
        .map(|b| {
            course(&posterior, betas[b], step, size.steps, (seed, index * betas.len() as u64 + b as u64))
        })
        .collect();
    let (mut stationary, mut r_hat) = (vec![], 1.0f64);
    for beta in betas {
        // Another seed than the walks'.
        let s = hamiltonian(&posterior, beta, size.draws, seed ^ (index << 32) ^ u64::MAX)?;
        let at = Point {
            energy: s.energy.mean.value,
            distance: s.distance.mean.value,
            test_energy: s.test_energy.mean.value,
            test: s.test.mean.value,
            ..Point::default()
        };
        stationary.push((Excess::of(&at, &posterior.at_map), s.energy.mean.error()));
        r_hat = r_hat.max(s.energy.r_hat);
    }
    Ok(DataSet { courses: courses?, stationary, step, r_hat })
}

/// Two Hamiltonian chains of `draws` draws each from J*.
pub(super) fn hamiltonian(
    posterior: &Posterior,
    beta: f64,
    draws: usize,
    seed: u64,
) -> Result<Sample, Error> {
    let plan = Plan { beta, chains: 2, burn_in: 200, draws, thin: 1, start: Start::Map, seed };
    sample(posterior, Method::Hmc(Trajectories::QUARTER), &plan).map_err(failed)
}

fn course(
    posterior: &Posterior,
    beta: f64,
    step: f64,
    steps: usize,
    (seed, index): (u64, u64),
) -> Result<Course, Error> {
    let mut rng = stream(seed, Use::Chain, index);
    let start = posterior.gaussian_start(&mut rng);
    let moves = Moves { entries: 1, step, target: None };
    let mut chain = Metropolis::new(posterior, beta, moves, start.as_ref(), rng).map_err(failed)?;
    let first = Excess::of(&chain.point(), &posterior.at_map).energy;
    let (mut curve, mut end, mut seen, mut at_half) = (vec![], Excess::default(), 0usize, 0);
    let mut next = times(steps).into_iter().peekable();
    for k in 1..=steps {
        chain.propose().map_err(failed)?;
        if next.next_if_eq(&k).is_some() {
            curve.push(Excess::of(&chain.point(), &posterior.at_map));
        }
        if k == steps / 2 {
            at_half = chain.accepted;
        }
        if k > steps / 2 && k % STRIDE == 0 {
            let e = Excess::of(&chain.point(), &posterior.at_map);
            seen += 1;
            // Running means, which lose no digits where the excess is small.
            let share = 1.0 / seen as f64;
            end.energy += share * (e.energy - end.energy);
            end.distance += share * (e.distance - end.distance);
            end.test_energy += share * (e.test_energy - end.test_energy);
            end.test += share * (e.test - end.test);
        }
    }
    let acceptance = (chain.accepted - at_half) as f64 / (steps - steps / 2) as f64;
    Ok(Course { curve, end, acceptance, drift: chain.drift / first })
}
