//! The estimate from one sample: its multiplier, and its eigenvalues off the sample.

use super::super::models::failed;
use crate::common::*;
use nullcline_core::inference::gaussian::map::Map;
use nullcline_core::inference::gaussian::roots::log_grid;
use nullcline_core::inference::gaussian::spectrum::Spectrum;

/// Strengths away from 1, and 1 itself.
const STRENGTHS: [f64; 7] = [1e-3, 0.1, 0.3, 0.6, 2.0, 5.0, 100.0];

pub(super) struct At {
    gamma: f64,
    mu: f64,
    /// n^2 gamma^2 mu^3 (j*(0) + 1/(n gamma mu)), the coefficient of the second order of eq. 2.51.
    second: f64,
}

impl At {
    /// Eq. 2.55.
    fn law(&self) -> f64 {
        if self.gamma < 1.0 { self.gamma.powf(-0.5) } else { 1.0 }
    }
    fn off(&self) -> f64 {
        (self.mu / self.law() - 1.0).abs()
    }
}

pub(super) struct Measured {
    chosen: Vec<At>,
    one: At,
    drawn: Vec<At>,
}

/// The estimate does not depend on the true model.
pub(super) fn measure(n: usize) -> Result<Measured, Error> {
    let size = n as f64;
    let mut c = vec![0.0; n];
    c[n - 1] = size;
    let spectrum = Spectrum::new(size.recip(), c, vec![1.0; n]).map_err(failed)?;
    let at = |gamma: f64| -> Result<At, Error> {
        let mut map = Map::new(&spectrum);
        map.solve(gamma).map_err(failed)?;
        let (mu, j) = (map.mu, map.j[0]);
        let second = (size * gamma).powi(2) * mu.powi(3) * (j + 1.0 / (size * gamma * mu));
        Ok(At { gamma, mu, second })
    };
    let all = |gammas: &[f64]| gammas.iter().map(|g| at(*g)).collect::<Result<Vec<_>, _>>();
    Ok(Measured { chosen: all(&STRENGTHS)?, one: at(1.0)?, drawn: all(&log_grid(1e-3, 1e2, 41))? })
}

pub(super) fn claims(m: &Measured) -> Vec<Claim> {
    let quantity = "largest |μ* over it - 1|, γ up to 0.6 and from 2";
    let second = || Estimate::mean(m.chosen.iter().map(|at| at.second));
    at(
        "fanthomme2021 eqs. 2.51-2.55",
        [
            claim("One sample: μ* = γ^(-1/2) for γ < 1 and 1 above (eq. 2.55)")
                .is(quantity, Estimate::exact(largest(m.chosen.iter().map(At::off)), m.chosen.len()))
                .predicted(0.0, 2e-3)
                .headline(),
            claim("Eq. 2.55 holds at γ = 1, too")
                .is("|μ* over it - 1|", Estimate::exact(m.one.off(), 1))
                .predicted(0.0, 2e-3)
                .if_differs(
                    "it is the limit of large n; at γ = 1 the correction is of order n^(-1/2), elsewhere 1/n",
                ),
            claim("Off the sample j* is -1/(nγμ) + 2/(n²γ²μ³) (eq. 2.51)")
                .is("coefficient of the second order, mean over γ", second())
                .published(2.0, 0.02)
                .if_differs(
                    "a slip of the pen: expanding eq. 2.9 gives 1, and eqs. 2.52 and 2.53 go on with that",
                ),
            theory("The coefficient of the second order is 1")
                .is("coefficient of the second order, mean over γ", second())
                .predicted(1.0, 0.02),
        ],
    )
}

pub(super) fn figure(m: &Measured) -> Drawn {
    let x: Vec<f64> = m.drawn.iter().map(|at| at.gamma).collect();
    let [found, law] = [|at: &At| at.mu, At::law].map(|f| m.drawn.iter().map(f).collect::<Vec<f64>>());
    let series = [
        Series::new("found", &x, &found).ink(Ink::Series(0)).bare(),
        Series::new("eq. 2.55", &x, &law).ink(Ink::Grey).bare().dashed(),
    ];
    let axes = Axes { x_log: true, y_log: true, width: THIRD, ..Axes::new("strength γ", "multiplier μ*") };
    lines(&series, &axes)?.named("multiplier", "One sample", "")
}

pub(super) fn table(m: &Measured) -> TableOut {
    let rows: Vec<&At> = m.chosen.iter().chain([&m.one]).collect();
    Table::of(&rows)
        .column("gamma", "", |at| at.gamma)
        .column("mu", "", |at| at.mu)
        .column("eq_2_55", "", |at| at.law())
        .column("second_order", "", |at| at.second)
        .named("one_sample", "Multiplier of the estimate from one sample, and the second coefficient of its eigenvalue off the sample.")
}
