//! The greedy-optimal update in closed form, and the bound that it minimises, in simulation.

use crate::common::*;
use faer::Mat;
use nullcline_core::diagnostics::dynamics::langevin::{Mixture, denoise};
use nullcline_core::linalg::eigen::symmetric_values;
use nullcline_core::linalg::random::{Rng, Use, normal, normal_matrix, stream};
use rayon::prelude::*;

/// Units and state variables.
const UNITS: usize = 12;
const VARIABLES: usize = 2;
/// Variance sigma^2 dt of the noise on each unit in a step.
const NOISE: f64 = 0.04;
/// Changes of the state in a step have this deviation.
const CHANGE: f64 = 0.1;

/// An encoder r = E s of a state s of known law, D its decoder: D E = 1.
pub struct Encoded {
    decoder: Mat<f64>,
    encoder: Mat<f64>,
    /// Of s.
    states: Mixture,
    /// Of noisy r.
    noisy: Mixture,
    /// Whether s is Gaussian.
    gaussian: bool,
}

impl Encoded {
    /// Of a Gaussian state, or of one that is around three places.
    pub fn new(gaussian: bool, seed: u64) -> Option<Self> {
        let decoder = normal_matrix(&mut stream(seed, Use::Connectivity, 0), VARIABLES, UNITS);
        let square = &decoder * decoder.transpose();
        let det = square[(0, 0)] * square[(1, 1)] - square[(0, 1)] * square[(1, 0)];
        let inverse =
            Mat::from_fn(2, 2, |i, j| (if i == j { square[(1 - i, 1 - j)] } else { -square[(i, j)] }) / det);
        let encoder = decoder.transpose() * &inverse;
        let round = |v: f64| Mat::from_fn(2, 2, |i, j| if i == j { v } else { 0.0 });
        let parts = match gaussian {
            true => vec![(1.0, vec![0.3, -0.2], Mat::from_fn(2, 2, |i, j| [[1.0, 0.3], [0.3, 0.5]][i][j]))],
            false => vec![
                (0.5, vec![0.0, 1.0], round(0.1)),
                (0.3, vec![1.2, -0.6], round(0.2)),
                (0.2, vec![-1.0, -0.8], round(0.05)),
            ],
        };
        let states = Mixture::new(parts.clone())?;
        let lifted = |(w, mean, cov): (f64, Vec<f64>, Mat<f64>)| {
            let mean = (0..UNITS).map(|i| (0..2).map(|k| encoder[(i, k)] * mean[k]).sum()).collect();
            let cov = &encoder * cov * encoder.transpose();
            let blurred = Mat::from_fn(UNITS, UNITS, |i, j| cov[(i, j)] + if i == j { NOISE } else { 0.0 });
            (w, mean, blurred)
        };
        let noisy = Mixture::new(parts.into_iter().map(lifted).collect())?;
        Some(Self { decoder, encoder, states, noisy, gaussian })
    }

    /// |D|_2.
    fn norm(&self) -> Result<f64, Error> {
        let all = self.decoder.singular_values().map_err(|_| Error::Numbers("no singular values".into()))?;
        Ok(all[0])
    }

    fn decode(&self, r: &[f64]) -> [f64; 2] {
        [0, 1].map(|k| (0..UNITS).map(|i| self.decoder[(k, i)] * r[i]).sum())
    }

    fn encode(&self, s: [f64; 2]) -> Vec<f64> {
        (0..UNITS).map(|i| self.encoder[(i, 0)] * s[0] + self.encoder[(i, 1)] * s[1]).collect()
    }
}

/// How far an update goes of what is optimal: of the denoising and of the estimation of the state.
#[derive(Clone, Copy)]
pub struct Share {
    pub label: &'static str,
    pub denoising: f64,
    pub estimation: f64,
}

pub const SHARES: [Share; 6] = [
    Share { label: "greedy-optimal", denoising: 1.0, estimation: 1.0 },
    Share { label: "no denoising", denoising: 0.0, estimation: 1.0 },
    Share { label: "half of the denoising", denoising: 0.5, estimation: 1.0 },
    Share { label: "denoising half too far", denoising: 1.5, estimation: 1.0 },
    Share { label: "half of the estimation", denoising: 1.0, estimation: 0.5 },
    Share { label: "neither", denoising: 0.0, estimation: 0.0 },
];

/// What one update shows.
pub struct Measured {
    pub share: Share,
    /// L and L_upper, means over states.
    pub loss: Estimate,
    pub upper: Estimate,
    /// The least of L_upper - L over states, each with the error over draws of the noise.
    pub slack: Vec<Estimate>,
    /// E |dr_1 + sigma eta|^2, and how much more it is than that of the greedy-optimal update.
    pub moved: Estimate,
    pub worse: Estimate,
}

/// Updates of a law of states.
pub struct Bound {
    pub gaussian: bool,
    pub updates: Vec<Measured>,
    /// E |dr_1 + sigma eta|^2 of the greedy-optimal update, n v - v^2 E |score|^2, in closed form where states are Gaussian.
    pub predicted: Option<f64>,
}

struct OfState {
    loss: [Estimate; SHARES.len()],
    upper: [f64; SHARES.len()],
    slack: [Estimate; SHARES.len()],
    moved: [f64; SHARES.len()],
}

/// `states` states, each under `draws` draws of the noise.
pub fn bound(gaussian: bool, states: usize, draws: usize, seed: u64) -> Result<Bound, Error> {
    let none = || Error::Numbers("the law of the states cannot be made".into());
    let encoded = Encoded::new(gaussian, seed).ok_or_else(none)?;
    let size = encoded.norm()?;
    let one = |k: usize| of_state(&encoded, size, draws, &mut stream(seed, Use::Samples, k as u64));
    let all: Vec<OfState> = (0..states).into_par_iter().map(one).collect();
    let updates = SHARES.iter().enumerate().map(|(u, share)| Measured {
        share: *share,
        loss: mean(&all, |s| s.loss[u].value),
        upper: mean(&all, |s| s.upper[u]),
        slack: all.iter().map(|s| s.slack[u]).collect(),
        moved: mean(&all, |s| s.moved[u]),
        worse: mean(&all, |s| s.moved[u] - s.moved[0]),
    });
    let updates = updates.collect();
    // E |score|^2 of a Gaussian is the trace of its precision: 1 / v in the directions that carry no state.
    let variances = symmetric_values(encoded.noisy.covariance().as_ref());
    let trace = variances.map(|v| v.iter().map(|v| v.recip()).sum::<f64>());
    let predicted = trace.filter(|_| encoded.gaussian).map(|t| UNITS as f64 * NOISE - NOISE * NOISE * t);
    Ok(Bound { gaussian, updates, predicted })
}

fn of_state(e: &Encoded, size: f64, draws: usize, rng: &mut Rng) -> OfState {
    let mut s = [0.0; 2];
    e.states.sample(rng, &mut s);
    let change = [CHANGE * normal(rng), CHANGE * normal(rng)];
    let (r, along) = (e.encode(s), e.encode(change));
    let mut losses = vec![Vec::with_capacity(draws); SHARES.len()];
    let mut moved = vec![Vec::with_capacity(draws); SHARES.len()];
    let mut step = vec![0.0; UNITS];
    for _ in 0..draws {
        let noise: Vec<f64> = (0..UNITS).map(|_| NOISE.sqrt() * normal(rng)).collect();
        let noisy: Vec<f64> = r.iter().zip(&noise).map(|(r, n)| r + n).collect();
        denoise(&e.noisy, NOISE, &noisy, &mut step);
        for (u, share) in SHARES.iter().enumerate() {
            let off: Vec<f64> = step.iter().zip(&noise).map(|(d, n)| share.denoising * d + n).collect();
            let end: Vec<f64> = (0..UNITS).map(|i| r[i] + off[i] + share.estimation * along[i]).collect();
            let y = e.decode(&end);
            losses[u].push((s[0] + change[0] - y[0]).hypot(s[1] + change[1] - y[1]));
            moved[u].push(off.iter().map(|v| v * v).sum::<f64>());
        }
    }
    let first = |u: usize| (1.0 - SHARES[u].estimation).abs() * change[0].hypot(change[1]);
    let mean_of = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let upper: [f64; SHARES.len()] = std::array::from_fn(|u| first(u) + size * mean_of(&moved[u]).sqrt());
    OfState {
        loss: std::array::from_fn(|u| Estimate::mean(losses[u].iter().copied())),
        slack: std::array::from_fn(|u| {
            // The root's error by its slope, in one with the loss's.
            let root = mean_of(&moved[u]).sqrt();
            let each = moved[u]
                .iter()
                .zip(&losses[u])
                .map(|(m, l)| size * (root + (m - root * root) / (2.0 * root)) - l);
            Estimate::mean(each).plus(first(u))
        }),
        upper,
        moved: std::array::from_fn(|u| mean_of(&moved[u])),
    }
}

pub fn claims(all: &[Bound]) -> Vec<Claim> {
    let mut claims = vec![];
    for b in all {
        let law = if b.gaussian { "Gaussian states" } else { "states of a mixture" };
        let slack: Vec<Estimate> = b.updates.iter().flat_map(|u| u.slack.iter().copied()).collect();
        let mut own = vec![
            claim("The loss is at most L_upper, of whatever update")
                .decided_by("least L_upper - L over states and updates", &slack)
                .at_least(0.0)
                .headline(),
        ];
        own.extend(b.updates[1..4].iter().map(|u| {
            claim(format!(
                "No update moves the state less from where it was than the score's ({})",
                u.share.label
            ))
            .is("E |Δr₁ + ση|², less that of σ² Δt ∇ log p", u.worse)
            .above(0.0)
        }));
        if let Some(known) = b.predicted {
            own.push(
                theory("The greedy-optimal update leaves n v - v² E |∇ log p|²")
                    .is("E |Δr₁ + ση|²", b.updates[0].moved)
                    .predicted(known, 0.05 * known),
            );
        }
        claims.extend(about(law, own));
    }
    at("krishna2024 Greedily optimal dynamics", claims)
}
