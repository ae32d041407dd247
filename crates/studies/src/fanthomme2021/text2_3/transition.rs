//! Couplings of the orthogonal ensemble: their spectrum, and where their covariance condenses.

use super::super::models::truth;
use super::Size;
use crate::common::*;
use nullcline_core::inference::gaussian::ensemble::{Ensemble, constrained};
use std::f64::consts::PI;

/// Scales at which models are looked at; below 1, then above.
const SCALES: [f64; 13] = [0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 100.0];
/// Scales well below and well above the transition.
const BELOW: f64 = 0.8;
const ABOVE: f64 = 2.0;
/// Scales of chains.
const CHAINS: [f64; 5] = [0.1, 0.5, 1.0, 3.0, 10.0];

/// One model: its spectrum at scale 1, and at every scale the multiplier and the two largest eigenvalues of C, the least, and sum c^2.
struct Model {
    distance: f64,
    edge: f64,
    at: Vec<At>,
}

#[derive(Clone, Copy)]
struct At {
    mu: f64,
    largest: f64,
    second: f64,
    least: f64,
    squares: f64,
}

/// All models, and chains.
pub(super) struct Measured {
    n: usize,
    models: Vec<Model>,
    /// Models of a quarter of the variables, the second largest eigenvalue at [`ABOVE`] over n.
    quarter: Vec<f64>,
    /// mu / sqrt(1 + 4 sigma^2) of each chain.
    chains: Vec<f64>,
    /// Largest eigenvalue of C of the strongest chain over that of one half as long.
    longer: f64,
}

fn at(values: &[f64], sigma: f64) -> At {
    let (mu, mut c) = constrained(&values.iter().map(|j| sigma * j).collect::<Vec<_>>());
    c.sort_by(f64::total_cmp);
    let n = c.len();
    At { mu, largest: c[n - 1], second: c[n - 2], least: c[0], squares: c.iter().map(|c| c * c).sum() }
}

/// Largest distance between the distribution of `values`, increasing, and the semicircle on [-2, 2].
fn distance(values: &[f64]) -> f64 {
    let law = |x: f64| {
        let x = x.clamp(-2.0, 2.0);
        0.5 + x * (4.0 - x * x).sqrt() / (4.0 * PI) + (0.5 * x).asin() / PI
    };
    let n = values.len() as f64;
    let off =
        |(k, x): (usize, &f64)| (law(*x) - k as f64 / n).abs().max((law(*x) - (k + 1) as f64 / n).abs());
    largest(values.iter().enumerate().map(off))
}

pub(super) fn measure(size: Size, seed: u64, observer: &dyn Observer) -> Result<Measured, Error> {
    let goe = |n: usize, k: usize| -> Result<Vec<f64>, Error> {
        Ok(truth(&Ensemble::Goe { sigma: 1.0 }, n, seed, k as u64)?.values)
    };
    let models = parallel("couplings", size.models, observer, |k| {
        let values = goe(size.n, k)?;
        Ok(Model {
            distance: distance(&values),
            edge: 0.5 * values[0].abs().max(values[size.n - 1]),
            at: SCALES.map(|s| at(&values, s)).to_vec(),
        })
    })?;
    let small = size.n / 4;
    let quarter = parallel("smaller couplings", size.models, observer, |k| {
        Ok(at(&goe(small, k)?, ABOVE).second / small as f64)
    })?;
    // The eigenvalues of a ring of couplings sigma between neighbours.
    let ring = |n: usize, sigma: f64| {
        let values: Vec<f64> = (0..n).map(|k| 2.0 * sigma * (2.0 * PI * k as f64 / n as f64).cos()).collect();
        at(&values, 1.0)
    };
    let strongest = CHAINS[CHAINS.len() - 1];
    Ok(Measured {
        n: size.n,
        models,
        quarter,
        chains: CHAINS.map(|s| ring(size.n, s).mu / (1.0 + 4.0 * s * s).sqrt()).to_vec(),
        longer: ring(size.n, strongest).largest / ring(size.n / 2, strongest).largest,
    })
}

impl Measured {
    /// The mean over models of the mean over the scales that are `chosen`.
    fn over(&self, chosen: impl Fn(f64) -> bool, f: impl Fn(f64, &At) -> f64) -> Estimate {
        mean(&self.models, |m| {
            let all: Vec<f64> =
                SCALES.iter().zip(&m.at).filter(|(s, _)| chosen(**s)).map(|(s, at)| f(*s, at)).collect();
            all.iter().sum::<f64>() / all.len() as f64
        })
    }
}

pub(super) fn claims(m: &Measured) -> Vec<Claim> {
    let n = m.n as f64;
    let rows = [
        claim("The couplings' spectrum is the semicircle on [-2σ, 2σ] (eq. 2.18)")
            .is("Kolmogorov's distance, mean over models", mean(&m.models, |m| m.distance))
            .below(0.01)
            .at("fanthomme2021 eq. 2.18"),
        claim("whose edge is at 2σ")
            .is("largest |eigenvalue| over 2σ, mean over models", mean(&m.models, |m| m.edge))
            .predicted(1.0, 0.02)
            .at("fanthomme2021 eq. 2.18"),
        claim("Below σ_c = 1 the multiplier is 1 + σ², which keeps a gap to the edge")
            .is(format!("μ/(1 + σ²), mean over σ ≤ {BELOW}"), m.over(|s| s <= BELOW, |s, at| at.mu / (1.0 + s * s)))
            .predicted(1.0, 0.005)
            .headline(),
        claim("Above it the gap is closed: μ = 2σ")
            .is(format!("μ/2σ, mean over σ ≥ {ABOVE}"), m.over(|s| s >= ABOVE, |s, at| at.mu / (2.0 * s)))
            .predicted(1.0, 0.02)
            .headline(),
        claim("and the largest eigenvalue of the covariance is n (1 - 1/σ) (eq. 2.19)")
            .is(
                format!("largest over the law, mean over σ ≥ {ABOVE}"),
                m.over(|s| s >= ABOVE, |s, at| at.largest / (n * (1.0 - 1.0 / s))),
            )
            .predicted(1.0, 0.03)
            .headline(),
        claim("while the others stay finite")
            .is(
                format!("second largest over n at σ = {ABOVE}: that of four times as many variables over that of fewer"),
                mean(&m.models, |m| m.at[8].second / n).over(Estimate::mean(m.quarter.iter().copied())),
            )
            .below(1.0),
        claim("Below it all do")
            .is("largest over n, mean over σ ≤ 0.5", m.over(|s| s <= 0.5, |_, at| at.largest / n))
            .below(0.01),
        claim("The mean overlap lies between 1/n and 1")
            .is("models and scales at which Σ c²/n² does not", Estimate::count(outside(m), SCALES.len() * m.models.len()))
            .predicted(0.0, 0.0)
            .at("fanthomme2021 eq. 2.61"),
        claim("The overlap of one sample can be as small as one likes")
            .is("least n θ there is at σ = 0.5, the least eigenvalue of C", mean(&m.models, |m| m.at[3].least))
            .below(0.01)
            .if_differs("θ = s'Cs/(n |s|²), which is no less than the least eigenvalue of C over n")
            .at("fanthomme2021 Sec. 2.4.1"),
        fluctuates(m, "The norm of a sample fluctuates little below the transition", 3).below(0.1),
        fluctuates(m, "and much above it", 8).above(0.1),
    ];
    let chain = |text: &str, quantity: &str, value: f64, tolerance: f64| {
        theory(text)
            .is(quantity, Estimate::exact(value, CHAINS.len()))
            .predicted(0.0, tolerance)
            .at("fanthomme2021 eq. 2.37")
    };
    let off = largest(m.chains.iter().map(|r| (r - 1.0).abs()));
    let chains = [
        chain(
            "Chain: μ = √(1 + 4σ²), off the edge at every σ: no transition",
            "largest |μ over it - 1|, σ = 0.1 to 10",
            off,
            1e-3,
        ),
        chain(
            "Chain: no eigenvalue of the covariance grows with n",
            "largest of n variables over that of n/2, less 1, σ = 10",
            m.longer - 1.0,
            1e-3,
        ),
    ];
    crate::common::at("fanthomme2021 eq. 2.19", rows.into_iter().chain(chains))
}

fn outside(m: &Measured) -> usize {
    let n = m.n as f64;
    let wrong = |at: &&At| !(1.0 - 1e-12..=n * (1.0 + 1e-12)).contains(&(at.squares / n));
    m.models.iter().flat_map(|m| &m.at).filter(wrong).count()
}

/// The variance of |s|^2/n, 2 sum c^2/n^2.
fn fluctuates(m: &Measured, text: &str, scale: usize) -> Claim {
    let n = m.n as f64;
    claim(text).at("fanthomme2021 Sec. 2.4, footnote 4").is(
        format!("2 Σ c²/n², the variance of |s|²/n, σ = {}", SCALES[scale]),
        mean(&m.models, |m| 2.0 * m.at[scale].squares / (n * n)),
    )
}

pub(super) fn figure(m: &Measured) -> Drawn {
    let n = m.n as f64;
    let found = (0..SCALES.len()).map(|k| mean(&m.models, |m| m.at[k].largest / n));
    let law: Vec<f64> = SCALES.iter().map(|s| (1.0 - 1.0 / s).max(0.0)).collect();
    let series = [
        curve("found", &SCALES, found).ink(Ink::Series(0)),
        Series::new("1 - 1/σ", &SCALES, &law).ink(Ink::Grey).dashed(),
    ];
    let axes = Axes {
        x_log: true,
        width: THIRD,
        ..Axes::new("scale σ of the couplings", "largest eigenvalue of C over n")
    };
    lines(&series, &axes)?.named("transition", "Condensation", "")
}

pub(super) fn table(m: &Measured) -> TableOut {
    let rows = indices(SCALES.len());
    let of = |k: &usize, f: fn(&At) -> f64| pair(mean(&m.models, |m| f(&m.at[*k])));
    Table::of(&rows)
        .column("sigma", "", |k| SCALES[*k])
        .columns(["mu", "mu_error"], |k| of(k, |at| at.mu))
        .columns(["largest", "largest_error"], |k| of(k, |at| at.largest))
        .columns(["second", "second_error"], |k| of(k, |at| at.second))
        .columns(["least", "least_error"], |k| of(k, |at| at.least))
        .named(
            "transition",
            "Multiplier and eigenvalues of the covariance by the scale of the couplings, means over models.",
        )
}
