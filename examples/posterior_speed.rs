//! How well the posterior's samplers mix: effective draws a second and an energy, Metropolis against Hamiltonian
//! trajectories and Langevin steps, at three sizes and two temperatures.
//!
//! One thread, one chain of about ten seconds a row (arguments: seconds, then sizes; default 10 and 2, 20, 100).

#![allow(clippy::print_stdout)]

use nullcline::inference::gaussian::ensemble::{Ensemble, Truth};
use nullcline::inference::gaussian::posterior::hmc::Trajectories;
use nullcline::inference::gaussian::posterior::metropolis::Moves;
use nullcline::inference::gaussian::posterior::run::{Method, Plan, Sample, Start, sample};
use nullcline::inference::gaussian::posterior::{Error, Posterior};
use nullcline::inference::gaussian::samples::covariance;
use nullcline::inference::gaussian::spectrum::rescaled;
use nullcline::linalg::random::{Use, stream};
use std::time::Instant;

/// The thesis's data: alpha = 5, sigma = 0.5, gamma = 5.
fn posterior(n: usize) -> Result<Posterior, Error> {
    let mut rng = stream(1, Use::Samples, 0);
    let couplings = Ensemble::Goe { sigma: 0.5 }.draw(n, &mut stream(1, Use::Couplings, 0));
    let truth = Truth::new(couplings.as_ref()).ok_or(Error::Eigen)?;
    let data = rescaled(covariance(truth.samples(5 * n, &mut rng).as_ref()).as_ref());
    Posterior::new(5.0, 5.0, data.as_ref(), truth.covariance().as_ref())
}

fn timed(p: &Posterior, method: Method, plan: &Plan) -> Result<(Sample, f64), Error> {
    let start = Instant::now();
    let sample = sample(p, method, plan)?;
    Ok((sample, start.elapsed().as_secs_f64()))
}

fn main() -> Result<(), Error> {
    nullcline::linalg::sequential();
    let arguments: Vec<usize> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let seconds = arguments.first().copied().unwrap_or(10) as f64;
    let sizes = if arguments.len() > 1 { arguments[1..].to_vec() } else { vec![2, 20, 100] };
    println!(
        "n,beta,sampler,acceptance,step,us_per_energy,tau_energy,tau_error,ess_energy_per_s,ess_energy_per_1e3_energies,ess_distance_per_s,ess_test_per_s"
    );
    for n in sizes {
        let p = posterior(n)?;
        for beta in [n as f64, 1e6] {
            for (name, method, thin) in [
                ("metropolis", Method::Metropolis(Moves::SINGLE), p.entries().div_ceil(4)),
                ("langevin", Method::Hmc(Trajectories::LANGEVIN), 1),
                ("hmc", Method::Hmc(Trajectories::QUARTER), 1),
            ] {
                // A short run tells how many draws the time allows; burn-in is outside of the count of energies.
                let short = Plan {
                    beta,
                    chains: 1,
                    burn_in: 100 * thin,
                    draws: 100,
                    thin,
                    start: Start::Map,
                    seed: 1,
                };
                let (_, trial) = timed(&p, method, &short)?;
                let draws = ((seconds / trial * 200.0) as usize).clamp(200, 400_000);
                let (s, time) = timed(&p, method, &Plan { draws, ..short })?;
                let time = time - 0.5 * trial;
                let t = &s.traces[0];
                let energies = t.evaluations as f64;
                println!(
                    "{n},{beta:e},{name},{:.2},{:.3e},{:.2},{:.2},{:.2},{:.0},{:.2},{:.0},{:.0}",
                    t.acceptance,
                    t.step,
                    1e6 * time / energies,
                    s.energy.tau.value * thin as f64,
                    s.energy.tau.error() * thin as f64,
                    s.energy.ess / time,
                    1e3 * s.energy.ess / energies,
                    s.distance.ess / time,
                    s.test_energy.ess / time,
                );
            }
        }
    }
    Ok(())
}
