//! A limit cycle of eq. (S2), with both of its spectra.

use crate::common::*;
use crate::park2023::exponents::measures;
use crate::park2023::fig3::survey::{DRAWS, cycle_of, first_cycle, flow};
use crate::park2023::networks::matrix;
use faer::Mat;
use nullcline_core::diagnostics::dynamics::cycles::{Cycle, PhaseMap};
use nullcline_core::diagnostics::dynamics::lyapunov::{self, Drive, lyapunov};
use nullcline_core::systems::cells::Current;
use nullcline_core::systems::rule::{column, linearise};
use nullcline_core::systems::time::{Flow, System};

const N: usize = 20;

/// The cycle and what is known about it.
pub(super) struct Found {
    pub system: Flow<Current>,
    pub cycle: Cycle,
    /// Where its matrix comes from.
    pub origin: String,
    /// Lyapunov exponents, 1/s.
    pub exponents: Vec<Estimate>,
    /// Mean divergence along the cycle, 1/s.
    pub divergence: f64,
    /// States and phase response at equal phases, n x m.
    pub states: Mat<f64>,
    pub response: Mat<f64>,
    /// Largest |Z . f T / (2 pi) - 1|.
    pub normalisation: f64,
    pub warnings: Vec<String>,
}

pub(super) fn failed(e: impl std::fmt::Display) -> Error {
    Error::Numbers(format!("{STUDY}: {e}"))
}

const STUDY: &str = "park2023/fig4";

/// The authors' network, or the first draw of eq. (S3) that ends in a limit cycle, as in Fig. 3E.
pub(super) fn cycle(settings: &Settings) -> Result<Found, Error> {
    let seed = settings.seed;
    let (w, cycle, origin) = match &settings.data {
        Some(data) => {
            let w = matrix(data, "W_20_lim.csv", N, N)?;
            let c = (0..DRAWS).find_map(|k| cycle_of(&w, seed, k));
            let c = c.ok_or_else(|| failed("the authors' matrix W_20_lim.csv shows no limit cycle"))?;
            (w, c, "The network of 20 units is the authors' W_20_lim.csv.".to_string())
        }
        None => {
            let none = || failed(format!("none of {DRAWS} draws of eq. S3 ends in a limit cycle"));
            let (k, w, c) = first_cycle(seed).ok_or_else(none)?;
            let origin = format!(
                "The network of 20 units obeys eq. S2 with a matrix drawn by eq. S3 (g = 1.8, p = 0.1): \
                 draw {}, the first that ends in a limit cycle.",
                k + 1
            );
            (w, c, origin)
        }
    };
    let system = flow(&w);
    let options = lyapunov::Options {
        max_steps: if settings.preset == Preset::Paper { 400_000 } else { 40_000 },
        tol: 1e-6,
        seed,
        ..lyapunov::Options::default()
    };
    let found =
        lyapunov(&system, column(&cycle.point), &Drive::Constant(&[]), &options, &|_| ()).map_err(failed)?;
    let exponents = measures(&found.attractors[0]);
    let map = PhaseMap::new(&system, &cycle, &[]).map_err(failed)?;
    let (states, response) = (map.states().to_owned(), map.response().to_owned());
    let normalisation = map.normalisation_error();
    let trace = |j: usize| {
        let x: Vec<f64> = states.col(j).iter().copied().collect();
        let jacobian = linearise(system.field(), &x, &[]).1;
        (0..x.len()).map(|i| jacobian[(i, i)]).sum::<f64>()
    };
    let divergence = (0..states.ncols()).map(trace).sum::<f64>() / states.ncols() as f64;
    Ok(Found {
        system,
        cycle,
        origin,
        exponents,
        divergence,
        states,
        response,
        normalisation,
        warnings: found.warnings,
    })
}
