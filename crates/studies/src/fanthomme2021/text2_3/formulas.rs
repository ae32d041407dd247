//! The thesis's formulas for both strengths, on data sets: as printed, and as they are.

use super::super::models::{failed, truth};
use crate::common::*;
use nullcline_core::inference::gaussian::ensemble::Ensemble;
use nullcline_core::inference::gaussian::likelihood::likelihoods;
use nullcline_core::inference::gaussian::map::Map;
use nullcline_core::inference::gaussian::roots::roots;
use nullcline_core::inference::gaussian::samples::draw;
use nullcline_core::inference::gaussian::spectrum::Spectrum;
use nullcline_core::linalg::random::{Use, stream};

/// Variables, and sampling ratios.
const VARIABLES: usize = 100;
const ALPHAS: [f64; 3] = [0.5, 2.0, 10.0];
/// Strength at which derivatives are taken, and the step of differences relative to it.
const GAMMA: f64 = 3.0;
const STEP: f64 = 1e-4;

/// What one data set says.
pub(super) struct Set {
    /// alpha tr J*(C_emp - C)/tr J*^2 over gamma_cross.
    crossing: f64,
    /// alpha (L_train - L_test)/tr J*^2 over gamma_cross.
    printed: f64,
    /// The derivative of L_test over its central difference.
    derivative: f64,
    /// Steps of a grid of mu at which the residual of the constraint falls, and its changes of sign.
    falls: usize,
    signs: usize,
    /// Largest |j*| at the largest strength times it over alpha, over the largest |c - 1|.
    strong: f64,
    /// Largest |c* - c| at the smallest strength.
    weak: f64,
}

fn set(alpha: f64, seed: u64, index: u64) -> Result<Set, Error> {
    let n = VARIABLES;
    let model = truth(&Ensemble::Goe { sigma: 0.5 }, n, seed, index)?;
    let p = (alpha * n as f64).round() as usize;
    let (spectrum, _) =
        draw(&model.c, p, true, &[], &mut stream(seed, Use::Samples, index)).map_err(failed)?;
    let found = roots(std::slice::from_ref(&spectrum), 1e-6, 1e6).map_err(failed)?;
    let mut map = Map::new(&spectrum);
    let (mut crossing, mut printed) = (f64::NAN, f64::NAN);
    if let Some(gamma) = found.cross.first() {
        map.solve(*gamma).map_err(failed)?;
        let squares: f64 = map.j.iter().map(|j| j * j).sum();
        let apart: f64 =
            map.j.iter().zip(spectrum.c.iter().zip(&spectrum.t)).map(|(j, (c, t))| j * (c - t)).sum();
        let levels = likelihoods(&map).levels;
        crossing = spectrum.alpha * apart / squares / gamma;
        printed = spectrum.alpha * (levels.train - levels.test) / squares / gamma;
    }
    let test = |map: &mut Map, gamma: f64| -> Result<f64, Error> {
        map.solve(gamma).map_err(failed)?;
        Ok(likelihoods(map).levels.test)
    };
    let difference = (test(&mut map, GAMMA * (1.0 + STEP))? - test(&mut map, GAMMA * (1.0 - STEP))?)
        / (2.0 * STEP * GAMMA);
    map.solve(GAMMA).map_err(failed)?;
    let derivative = likelihoods(&map).d_test / difference;
    let (falls, signs) = residual(&spectrum);
    map.solve(1e6).map_err(failed)?;
    let strong = largest(map.j.iter().map(|j| j.abs())) * 1e6
        / spectrum.alpha
        / largest(spectrum.c.iter().map(|c| (c - 1.0).abs()));
    map.solve(1e-6).map_err(failed)?;
    let weak = largest(map.c.iter().zip(&spectrum.c).map(|(a, b)| (a - b).abs()));
    Ok(Set { crossing, printed, derivative, falls, signs, strong, weak })
}

/// How often 1 - mean c*(mu) falls along a grid of mu, and how often it changes sign (eq. 2.11).
fn residual(spectrum: &Spectrum) -> (usize, usize) {
    let (alpha, gamma) = (spectrum.alpha, GAMMA);
    let at = |mu: f64| {
        let one = |c: &f64| {
            let x = gamma * mu - alpha * c;
            // 1/c* without cancellation.
            let d = (x * x + 4.0 * alpha * gamma).sqrt();
            if x > 0.0 { 2.0 * gamma / (d + x) } else { (d - x) / (2.0 * alpha) }
        };
        1.0 - spectrum.c.iter().map(one).sum::<f64>() / spectrum.n() as f64
    };
    let values: Vec<f64> = (-500..=500).map(|k| at(0.1 * f64::from(k))).collect();
    let pairs = || values.windows(2);
    (pairs().filter(|w| w[1] <= w[0]).count(), pairs().filter(|w| (w[0] < 0.0) != (w[1] < 0.0)).count())
}

pub(super) fn measure(sets: usize, seed: u64) -> Result<Vec<Set>, Error> {
    let one = |k: usize| set(ALPHAS[k % ALPHAS.len()], seed, 2000 + k as u64);
    (0..sets * ALPHAS.len()).map(one).collect()
}

pub(super) fn claims(all: &[Set]) -> Vec<Claim> {
    let found = |f: fn(&Set) -> f64| {
        let values: Vec<f64> = all.iter().map(f).filter(|v| v.is_finite()).collect();
        Estimate::exact(largest(values.iter().map(|v| (v - 1.0).abs())), values.len())
    };
    let quantity = "largest |it over γ_cross - 1| over data sets";
    let falls: usize = all.iter().map(|s| s.falls).sum();
    let several = all.iter().filter(|s| s.signs != 1).count();
    let weak = largest(all.iter().map(|s| s.weak));
    vec![
        claim("γ_cross is the root of α tr J*(C_emp - C)/tr J*² - γ (eq. 2.22)")
            .is(quantity, found(|s| s.crossing))
            .predicted(0.0, 1e-9)
            .at("fanthomme2021 eq. 2.22"),
        claim("and of α (L_train - L_test)/tr J*² - γ, the printed first equality of eq. 2.42")
            .is(quantity, found(|s| s.printed))
            .predicted(0.0, 1e-9)
            .if_differs("a factor of 2 is missing in the print: L_train - L_test = tr J*(C_emp - C)/2")
            .at("fanthomme2021 eq. 2.42"),
        claim("The derivative of the test likelihood is that of eqs. 2.23 to 2.35 as corrected")
            .is("largest |it over a central difference - 1|", found(|s| s.derivative))
            .predicted(0.0, 1e-5)
            .at("fanthomme2021 eqs. 2.23-2.35"),
        claim("The residual of the constraint rises with μ")
            .is("steps of 0.1 from -50 to 50 at which it does not", Estimate::exact(falls as f64, all.len()))
            .predicted(0.0, 0.0)
            .at("fanthomme2021 footnote 2"),
        claim("and has one root")
            .is("data sets with another number", Estimate::count(several, all.len()))
            .predicted(0.0, 0.0)
            .at("fanthomme2021 footnote 2"),
        claim("At a vanishing strength the estimate has the covariance of the data")
            .is("largest difference of eigenvalues, γ = 10⁻⁶", Estimate::exact(weak, all.len()))
            .predicted(0.0, 0.01)
            .at("fanthomme2021 Sec. 2.2.2"),
        claim("At an infinite one its couplings vanish, as α (C_emp - 1)/γ")
            .is("largest |γ J*/α over C_emp - 1, less 1|, γ = 10⁶", found(|s| s.strong))
            .predicted(0.0, 1e-3)
            .at("fanthomme2021 Sec. 2.2.2"),
    ]
}
