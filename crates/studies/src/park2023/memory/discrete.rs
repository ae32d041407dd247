//! Sec. 2.3: many stable equilibria, and Hopfield networks with stored patterns.

use super::failed;
use crate::common::*;
use crate::park2023::networks::{rate, two_fixed_points};
use faer::Mat;
use nullcline_core::diagnostics::dynamics::adjoint::{self, adjoint};
use nullcline_core::diagnostics::dynamics::lyapunov::Drive;
use nullcline_core::diagnostics::dynamics::trajectories::after;
use nullcline_core::linalg::activation::Activation;
use nullcline_core::linalg::eigen::{Order, eigenvalues};
use nullcline_core::linalg::random::{Use, stream, uniform};
use nullcline_core::linalg::{col, norm};
use nullcline_core::systems::rule::{Rule, linearise};
use nullcline_core::systems::time::{Flow, System};

/// Bistable pairs side by side, at most.
pub const PAIRS: usize = 5;
/// Units, patterns and gain of a Hopfield network, and the share of units that a start has wrong.
pub const UNITS: usize = 100;
pub const PATTERNS: usize = 3;
const GAIN: f64 = 1.5;
const WRONG: f64 = 0.15;
/// Time from a start to the loss, in time constants, and the part over which the adjoint's rate is taken, back from the end.
pub const HORIZON: f64 = 40.0;
const LATE: [f64; 2] = [20.0, 35.0];

/// Largest real part of the Jacobian's eigenvalues at `x`, and the speed there.
pub fn leading(field: &dyn Rule, x: &[f64]) -> Result<(f64, f64), Error> {
    let (f, j, _) = linearise(field, x, &[]);
    let all = eigenvalues(j.as_ref(), Order::RealPart).ok_or_else(|| failed("no eigenvalues"))?;
    Ok((all.first().map_or(f64::NAN, |z| z.re), norm(&f)))
}

/// What became of 2^m starts of m pairs, one for each choice of winners.
pub struct Choices {
    /// Different points at which a start came to rest.
    pub found: usize,
    /// The largest first exponent of any.
    pub leading: f64,
}

/// The pair of the network with two stable points, `pairs` times.
pub fn choices(pairs: usize) -> Result<Choices, Error> {
    let (one, n) = (two_fixed_points(), 2 * pairs);
    let w = Mat::from_fn(n, n, |i, j| if i / 2 == j / 2 { one[(i % 2, j % 2)] } else { 0.0 });
    let system = Flow::new(rate(w.as_ref(), &vec![1.0; n], Activation::Relu), 0.1);
    let mut ends: Vec<Vec<f64>> = vec![];
    let mut most = f64::NEG_INFINITY;
    for choice in 0..1usize << pairs {
        let start: Vec<f64> =
            (0..n).map(|i| if (choice >> (i / 2)) & 1 == i % 2 { 0.8 } else { 0.3 }).collect();
        let end = after(&system, &start, Drive::Constant(&[]), 1000).ok_or_else(|| failed("diverges"))?;
        let (leading, speed) = leading(system.field(), &end)?;
        let near = |x: &Vec<f64>| x.iter().zip(&end).all(|(a, b)| (a - b).abs() < 1e-6);
        if speed < 1e-9 && !ends.iter().any(near) {
            ends.push(end);
            most = most.max(leading);
        }
    }
    Ok(Choices { found: ends.len(), leading: most })
}

/// A pattern that a Hopfield network was shown a part of.
pub struct Recall {
    /// Share of units whose sign is the pattern's at the end.
    pub right: f64,
    /// First exponent and speed at the end.
    pub exponent: f64,
    pub speed: f64,
    /// Log of the adjoint's norm at the start over that at the end.
    pub log_adjoint: f64,
    /// Its late rate, backward.
    pub rate: f64,
    /// Overlap with the pattern forward in time, and log of the adjoint's norm, both against time.
    pub overlap: Vec<[f64; 2]>,
    pub adjoint: Vec<[f64; 2]>,
}

/// dx/dt = -x + tanh(W x), W_ij = gain / n sum over patterns of xi_i xi_j without self-coupling.
fn hopfield(patterns: &[Vec<f64>]) -> Mat<f64> {
    let n = patterns[0].len();
    let product = |i: usize, j: usize| patterns.iter().map(|p| p[i] * p[j]).sum::<f64>();
    Mat::from_fn(n, n, |i, j| if i == j { 0.0 } else { GAIN / n as f64 * product(i, j) })
}

/// All patterns of so many drawn networks, each begun from one with some units wrong.
pub fn recalls(draws: usize, seed: u64, observer: &dyn Observer) -> Result<Vec<Recall>, Error> {
    let all = parallel("Hopfield networks", draws, observer, |draw| {
        let mut rng = stream(seed, Use::Connectivity, 74_000 + draw as u64);
        let mut sign = || if uniform(&mut rng, 0.0, 1.0) < 0.5 { -1.0 } else { 1.0 };
        let patterns: Vec<Vec<f64>> = (0..PATTERNS).map(|_| (0..UNITS).map(|_| sign()).collect()).collect();
        let w = hopfield(&patterns);
        let system = Flow::new(rate(w.as_ref(), &[0.0; UNITS], Activation::Tanh), 0.5);
        let mut noise = stream(seed, Use::InitialState, 74_000 + draw as u64);
        let one = |pattern: &Vec<f64>| {
            let mut flip = || if uniform(&mut noise, 0.0, 1.0) < WRONG { -1.0 } else { 1.0 };
            let start: Vec<f64> = pattern.iter().map(|v| v * flip()).collect();
            recall(&system, pattern, &start, seed)
        };
        patterns.iter().map(one).collect::<Result<Vec<_>, _>>()
    })?;
    Ok(all.into_iter().flatten().collect())
}

fn recall(system: &dyn System, pattern: &[f64], start: &[f64], seed: u64) -> Result<Recall, Error> {
    let options = adjoint::Options {
        horizon: HORIZON,
        vectors: 1,
        matrix: false,
        tolerance: 1e-7,
        seed,
        ..adjoint::Options::default()
    };
    let found = adjoint(system, start, &Drive::Constant(&[]), &options).map_err(failed)?;
    let (end, log, n) = (col(found.states.as_ref(), 0), &found.log_norm[0], pattern.len() as f64);
    let (exponent, speed) = leading(system.field(), end)?;
    let right = pattern.iter().zip(end).filter(|(p, x)| **p * **x > 0.0).count() as f64 / n;
    let late = |t: f64| found.horizons.iter().position(|h| *h >= t).unwrap_or(0);
    let (from, to) = (late(LATE[0]), late(LATE[1]));
    let overlap = |k: usize| {
        let x = col(found.states.as_ref(), k);
        [HORIZON - found.horizons[k], pattern.iter().zip(x).map(|(p, x)| p * x).sum::<f64>() / n]
    };
    Ok(Recall {
        right,
        exponent,
        speed,
        log_adjoint: log[log.len() - 1] - log[0],
        rate: slope(&found.horizons[from..to], &log[from..to]).value,
        overlap: (0..log.len()).rev().map(overlap).collect(),
        adjoint: found.horizons.iter().zip(log).map(|(h, l)| [HORIZON - h, *l]).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One pattern without noise: m = tanh(g (1 - 1/n) m) in every unit, and the mode along the pattern has the
    /// exponent -1 + g (1 - 1/n) (1 - m^2).
    #[test]
    fn one_pattern_has_its_exact_exponent() {
        let pattern: Vec<f64> = (0..30).map(|i| if i % 3 == 0 { -1.0 } else { 1.0 }).collect();
        let w = hopfield(std::slice::from_ref(&pattern));
        let system = Flow::new(rate(w.as_ref(), &[0.0; 30], Activation::Tanh), 0.1);
        let found = recall(&system, &pattern, &pattern, 1).unwrap();
        let gain = GAIN * 29.0 / 30.0;
        let m = (0..200).fold(1.0f64, |m, _| (gain * m).tanh());
        assert!((found.exponent - (gain * (1.0 - m * m) - 1.0)).abs() < 1e-9, "{}", found.exponent);
        assert!(found.right > 0.99 && (found.rate - found.exponent).abs() < 1e-2, "{}", found.rate);
    }

    #[test]
    fn every_choice_of_winners_is_a_stable_point() {
        let found = choices(3).unwrap();
        assert!(found.found == 8 && (found.leading + 0.65).abs() < 1e-12, "{}", found.leading);
    }
}
