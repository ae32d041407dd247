//! Sec. 2.6: stable fixed points, and negative exponents, under noise on the weights.

use super::failed;
use crate::common::*;
use crate::park2023::fig4::torus::{ANGLES, DT, GAIN, START};
use crate::park2023::networks::{rate, two_fixed_points};
use faer::Mat;
use nullcline_core::diagnostics::dynamics::cycles::{Motion, Options, find};
use nullcline_core::diagnostics::dynamics::lyapunov::Drive;
use nullcline_core::diagnostics::dynamics::trajectories::after;
use nullcline_core::linalg::activation::Activation;
use nullcline_core::linalg::eigen::{Order, eigenvalues};
use nullcline_core::linalg::random::{Use, normal_matrix, stream};
use nullcline_core::linalg::{frobenius, norm};
use nullcline_core::systems::rule::linearise;
use nullcline_core::systems::time::{Flow, System};

/// Strengths E|dW| / |W|; the slope is taken over all but the last.
pub const STRENGTHS: [f64; 4] = [1e-4, 1e-3, 1e-2, 1e-1];
/// That of one per cent.
pub const PERCENT: usize = 2;

/// Weights with independent normal noise, of expected relative size `strength` in the Frobenius norm; a draw's noise differs
/// between strengths by a factor alone.
fn perturbed(w: &Mat<f64>, strength: f64, seed: u64, draw: usize) -> Mat<f64> {
    let n = w.nrows();
    let noise = normal_matrix(&mut stream(seed, Use::Noise, 76_000 + draw as u64), n, n);
    let scale = strength * frobenius(w.as_ref()) / n as f64;
    Mat::from_fn(n, n, |i, j| w[(i, j)] + scale * noise[(i, j)])
}

/// What a draw of noise does at every strength.
pub struct Under {
    /// Whether the attractor is still there.
    pub stays: [bool; 4],
    /// Norm of the change of its negative exponents; NaN where it has gone.
    pub change: [f64; 4],
}

impl Under {
    /// Power of the strength in the change.
    pub fn power(&self) -> f64 {
        let log = |v: &[f64; 4]| v[..=PERCENT].iter().map(|v| v.ln()).collect::<Vec<_>>();
        slope(&log(&STRENGTHS), &log(&self.change)).value
    }
}

fn under(at: impl Fn(f64) -> Result<Option<Vec<f64>>, Error>) -> Result<Under, Error> {
    let still = at(0.0)?.ok_or_else(|| failed("no attractor without noise"))?;
    let mut out = Under { stays: [false; 4], change: [f64::NAN; 4] };
    for (k, strength) in STRENGTHS.into_iter().enumerate() {
        if let Some(found) = at(strength)? {
            let apart: Vec<f64> = found.iter().zip(&still).map(|(a, b)| a - b).collect();
            (out.stays[k], out.change[k]) = (true, norm(&apart));
        }
    }
    Ok(out)
}

/// Exponents of the stable point of Fig. 3B at which the unit `winner` of the two is active.
fn point(w: &Mat<f64>, winner: usize) -> Result<Option<Vec<f64>>, Error> {
    let system = Flow::new(rate(w.as_ref(), &[1.0; 6], Activation::Relu), 0.1);
    let start: Vec<f64> = (0..6).map(|i| if i == winner { 1.5 } else { f64::from(i > 1) }).collect();
    let Some(x) = after(&system, &start, Drive::Constant(&[]), 4000) else { return Ok(None) };
    let (f, j, _) = linearise(system.field(), &x, &[]);
    let all = eigenvalues(j.as_ref(), Order::RealPart).ok_or_else(|| failed("no eigenvalues"))?;
    let there = x[winner] > x[1 - winner] && norm(&f) < 1e-9 && all[0].re < 0.0;
    Ok(there.then(|| all.iter().map(|z| z.re).collect()))
}

/// The negative exponent of the limit cycle of two units.
fn turning(w: &Mat<f64>) -> Result<Option<Vec<f64>>, Error> {
    let system = Flow::new(rate(w.as_ref(), &[0.0; 2], Activation::Tanh), DT);
    let options = Options { returns: 60, ..Options::default() };
    match find(&system, &START[..2], &[], &options).map_err(failed)? {
        Motion::Cycle(c) => Ok(Some(c.exponents()[1..].to_vec())),
        _ => Ok(None),
    }
}

/// Both stable points under so many draws, and the limit cycle.
pub fn all(draws: usize, seed: u64, observer: &dyn Observer) -> Result<[Vec<Under>; 2], Error> {
    let points = parallel("noise on stable points", 2 * draws, observer, |i| {
        under(|s| point(&perturbed(&two_fixed_points(), s, seed, i / 2), i % 2))
    })?;
    let (s, c) = ANGLES[0].sin_cos();
    let w = Mat::from_fn(2, 2, |i, j| GAIN * [[c, -s], [s, c]][i][j]);
    let cycles = parallel("noise on limit cycles", draws, observer, |i| {
        under(|s| turning(&perturbed(&w, s, seed, 100_000 + i)))
    })?;
    Ok([points, cycles])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At the stable point the active unit sees no other that would not see it: to first order its exponent moves by its own weight.
    #[test]
    fn the_leading_exponent_moves_as_perturbation_theory_says() {
        let still = two_fixed_points();
        let w = perturbed(&still, 1e-6, 5, 0);
        let found = point(&w, 0).unwrap().unwrap();
        let expected = -0.65 + w[(0, 0)] - still[(0, 0)];
        assert!((found[0] - expected).abs() < 1e-11, "{} {expected}", found[0]);
    }
}
