//! The estimate from one sample: its eigenvalue along the sample, sums over its entries, and the slope of the test likelihood.

use super::super::models::{failed, truth};
use crate::common::*;
use nullcline_core::inference::gaussian::ensemble::Ensemble;
use nullcline_core::inference::gaussian::likelihood::likelihoods;
use nullcline_core::inference::gaussian::map::Map;
use nullcline_core::inference::gaussian::samples::covariance;
use nullcline_core::inference::gaussian::spectrum::{Basis, Spectrum, rescaled};
use nullcline_core::linalg::random::{Use, stream};

/// Variables, of which expansions in 1/n are asked for the second order.
const VARIABLES: usize = 10_000;
/// Strengths below 1 and above.
const STRENGTHS: [f64; 6] = [1e-3, 0.1, 0.3, 2.0, 5.0, 100.0];
/// Overlaps times n of a weak sample, and of one that shares a finite part with the covariance.
const OVERLAPS: [f64; 2] = [3.0, 0.5 * VARIABLES as f64];
/// Relative step of central differences.
const STEP: f64 = 1e-4;
/// Variables of the matrices that are summed over.
const FEW: usize = 60;

/// The two eigenvalues at one strength.
#[derive(Clone, Copy)]
struct Eigenvalues {
    mu: f64,
    off: f64,
    along: f64,
}

fn eigenvalues(map: &mut Map, gamma: f64) -> Result<Eigenvalues, Error> {
    map.solve(gamma).map_err(failed)?;
    Ok(Eigenvalues { mu: map.mu, off: map.j[0], along: map.j[map.j.len() - 1] })
}

/// d log Z/dγ by eq. 2.67 over the central difference of eq. 2.66, less 1; of few variables, whose log Z leaves a difference its digits.
fn partition(map: &mut Map, gamma: f64) -> Result<f64, Error> {
    let n = map.spectrum.n() as f64;
    let mut at = |gamma: f64| eigenvalues(map, gamma);
    let (here, low, high) = (at(gamma)?, at(gamma * (1.0 - STEP))?, at(gamma * (1.0 + STEP))?);
    let log_z =
        |e: Eigenvalues| 0.5 * n * e.mu - 0.5 * ((n - 1.0) * (e.mu - e.off).ln() + (e.mu - e.along).ln());
    let slope = (n - 1.0) * (high.off - low.off) / (here.mu - here.off)
        + (high.along - low.along) / (here.mu - here.along);
    Ok(0.5 * slope / (log_z(high) - log_z(low)) - 1.0)
}

pub(super) struct At {
    gamma: f64,
    here: Eigenvalues,
    /// d/dγ of both eigenvalues.
    slopes: [f64; 2],
    /// d L_test/dγ for each overlap, and as eqs. 2.71 and 2.73 print it.
    test: [[f64; 2]; 2],
}

pub(super) struct Measured {
    at: Vec<At>,
    /// Largest relative distances of eqs. 2.56-2.58 from sums over matrices, and of eq. 2.67 from differences of eq. 2.66.
    sums: f64,
    partition: f64,
}

/// The spectrum of one sample whose overlap is `overlap`/n.
fn spectrum(overlap: f64) -> Result<Spectrum, Error> {
    let n = VARIABLES as f64;
    let (mut c, mut t) = (vec![0.0; VARIABLES], vec![(n - overlap) / (n - 1.0); VARIABLES]);
    (c[VARIABLES - 1], t[VARIABLES - 1]) = (n, overlap);
    Spectrum::new(n.recip(), c, t).map_err(failed)
}

/// The slope of L_test in γ: eq. 2.71 above 1, eq. 2.73 below.
fn printed(gamma: f64, overlap: f64) -> f64 {
    let n = VARIABLES as f64;
    if gamma > 1.0 {
        (1.0 - overlap) / (2.0 * gamma * gamma) + (2.0 * gamma * gamma * (gamma - 1.0)).recip()
    } else {
        n / (4.0 * gamma.powf(1.5)) * (1.0 - overlap / n - gamma.sqrt())
    }
}

fn at(gamma: f64) -> Result<At, Error> {
    let spectra = [spectrum(OVERLAPS[0])?, spectrum(OVERLAPS[1])?];
    let mut map = Map::new(&spectra[0]);
    let mut solved = |gamma: f64| eigenvalues(&mut map, gamma);
    let (here, low, high) = (solved(gamma)?, solved(gamma * (1.0 - STEP))?, solved(gamma * (1.0 + STEP))?);
    let width = 2.0 * STEP * gamma;
    let slopes = [(high.off - low.off) / width, (high.along - low.along) / width];
    let mut test = [[f64::NAN; 2]; 2];
    for ((found, spectrum), overlap) in test.iter_mut().zip(&spectra).zip(OVERLAPS) {
        let mut map = Map::new(spectrum);
        map.solve(gamma).map_err(failed)?;
        *found = [likelihoods(&map).d_test, printed(gamma, overlap)];
    }
    Ok(At { gamma, here, slopes, test })
}

/// Sums over the entries of J*, and with C_emp and C, against eqs. 2.56 to 2.58, and eq. 2.67 against differences: the largest distances.
fn sums(seed: u64) -> Result<[f64; 2], Error> {
    let n = FEW as f64;
    let model = truth(&Ensemble::Goe { sigma: 0.5 }, FEW, seed, 9000)?;
    let sample = model.samples(1, &mut stream(seed, Use::Samples, 9000));
    let empirical = rescaled(covariance(sample.as_ref()).as_ref());
    let basis = Basis::new(empirical.as_ref()).map_err(failed)?;
    let c = model.covariance();
    let t = basis.diagonal_of(c.as_ref()).map_err(failed)?;
    let spectrum = Spectrum::new(n.recip(), basis.values.clone(), t).map_err(failed)?;
    let length: f64 = (0..FEW).map(|i| sample[(i, 0)].powi(2)).sum();
    let mut theta = 0.0;
    for j in 0..FEW {
        for i in 0..FEW {
            theta += sample[(i, 0)] * c[(i, j)] * sample[(j, 0)] / (n * length);
        }
    }
    let mut map = Map::new(&spectrum);
    let (mut worst, mut slopes) = (0.0f64, 0.0f64);
    for gamma in STRENGTHS {
        slopes = slopes.max(partition(&mut map, gamma)?.abs());
        map.solve(gamma).map_err(failed)?;
        let j = basis.matrix(&map.j);
        let (off, along) = (map.j[0], map.j[FEW - 1]);
        let with = |m: &faer::Mat<f64>| -> f64 {
            (0..FEW).flat_map(|b| (0..FEW).map(move |a| (a, b))).map(|k| j[k] * m[k]).sum()
        };
        for (found, law) in [
            (with(&j), along * along + (n - 1.0) * off * off),
            (with(&empirical), n * (along - off) + n * off),
            (with(&c), n * (along - off) * theta + n * off),
        ] {
            worst = worst.max((found / law - 1.0).abs());
        }
    }
    Ok([worst, slopes])
}

pub(super) fn measure(seed: u64) -> Result<Measured, Error> {
    let at = STRENGTHS.iter().map(|g| at(*g)).collect::<Result<Vec<_>, _>>()?;
    let [sums, partition] = sums(seed)?;
    Ok(Measured { at, sums, partition })
}

impl At {
    /// Eq. 2.52.
    fn closed(&self) -> f64 {
        let (gamma, product) = (self.gamma, self.gamma * self.here.mu);
        let root = ((product - 1.0).powi(2) + 4.0 * gamma / VARIABLES as f64).sqrt();
        (1.0 + product - root) / (2.0 * gamma)
    }
    /// The coefficient of eq. 2.53's second order, which is to be 1.
    fn second(&self) -> f64 {
        let n = VARIABLES as f64;
        let away = self.gamma * self.here.mu - 1.0;
        let limit = if away > 0.0 { self.gamma.recip() } else { self.here.mu };
        let distance = away.abs();
        (self.here.along - limit + (n * distance).recip()) * n * n * distance.powi(3) / self.gamma
    }
    /// Slopes of both eigenvalues over eqs. 2.69 and 2.70.
    fn over_print(&self) -> [f64; 2] {
        let unit = if self.gamma > 1.0 { self.gamma.powi(2) } else { 2.0 * self.gamma.powf(1.5) };
        [self.slopes[0] * unit * VARIABLES as f64, -self.slopes[1] * unit]
    }
}

pub(super) fn claims(m: &Measured) -> Vec<Claim> {
    let worst = |of: &dyn Fn(&At) -> Vec<f64>| {
        let all: Vec<f64> = m.at.iter().flat_map(of).collect();
        Estimate::exact(largest(all.iter().map(|v| (v - 1.0).abs())), all.len())
    };
    let side = |above: bool, k: usize| {
        let of = move |at: &At| {
            if (at.gamma > 1.0) == above { vec![at.test[k][0] / at.test[k][1]] } else { vec![] }
        };
        worst(&of)
    };
    let quantity = format!("largest |it over the estimate's - 1|, n = {VARIABLES}, six γ from 0.001 to 100");
    let row = |text: &str, at: &str, found: Estimate, tolerance: f64| {
        claim(text).is(&quantity, found).predicted(0.0, tolerance).at(format!("fanthomme2021 {at}"))
    };
    let slope = |text: &str, at: &str, above: bool| {
        let found = Estimate::largest([side(above, 0), side(above, 1)]);
        claim(text)
            .is(
                format!("largest |slope over the print - 1|, n = {VARIABLES}, nθ = 3 and θ = 0.5, three γ"),
                found,
            )
            .predicted(0.0, 0.02)
            .headline()
            .at(format!("fanthomme2021 {at}"))
    };
    vec![
        row(
            "The eigenvalue along the sample is eq. 2.52",
            "eq. 2.52",
            worst(&|at| vec![at.closed() / at.here.along]),
            1e-9,
        ),
        row("Its second order is that of eq. 2.53", "eq. 2.53", worst(&|at| vec![at.second()]), 0.02),
        claim("Sums over J* are those of its two eigenvalues and of θ")
            .is(
                format!("largest |eqs. 2.56-2.58 over sums over matrices - 1|, n = {FEW}"),
                Estimate::exact(m.sums, 3 * STRENGTHS.len()),
            )
            .predicted(0.0, 1e-9)
            .at("fanthomme2021 eqs. 2.49, 2.50, 2.56-2.58"),
        claim("d log Z/dγ is eq. 2.67")
            .is(
                format!("largest |it over differences of eq. 2.66 - 1|, n = {FEW}"),
                Estimate::exact(m.partition, STRENGTHS.len()),
            )
            .predicted(0.0, 1e-5)
            .at("fanthomme2021 eqs. 2.66, 2.67"),
        row(
            "Both eigenvalues move with γ as eqs. 2.69 and 2.70 say",
            "eqs. 2.69, 2.70",
            worst(&|at| at.over_print().to_vec()),
            0.02,
        ),
        slope("Above γ = 1 the test likelihood's slope is eq. 2.71", "eqs. 2.65, 2.68, 2.71", true),
        slope("Below γ = 1 it is eq. 2.73", "eqs. 2.65, 2.68, 2.73", false),
    ]
}

pub(super) fn table(m: &Measured) -> TableOut {
    Table::of(&m.at)
        .column("gamma", "", |at| at.gamma)
        .columns(["mu", "j_off", "j_along"], |at| [at.here.mu, at.here.off, at.here.along])
        .column("second_order", "", At::second)
        .columns(["slope_off_over_print", "slope_along_over_print"], At::over_print)
        .columns(["slope_test_weak", "slope_test_weak_printed"], |at| at.test[0])
        .columns(["slope_test_strong", "slope_test_strong_printed"], |at| at.test[1])
        .named(
            "along",
            format!(
                "One sample, n = {VARIABLES}: eigenvalues of J*, the coefficient of eq. 2.53's second order, slopes over eqs. 2.69 and \
                 2.70, and the slope of L_test at nθ = {} and {} with eqs. 2.71 and 2.73.",
                OVERLAPS[0], OVERLAPS[1]
            ),
        )
}
