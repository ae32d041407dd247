//! Parts of the page, one a question: what is measured, claimed, drawn and tabulated.

pub mod attractor;
pub mod bump;
pub mod integration;
pub mod lesion;
pub mod oscillator;
pub mod phases;
pub mod published;
pub mod robustness;

use crate::common::*;
/// A part: its section, its claims, and its numbers for the summary.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// On the page.
    pub section: Section,
    /// What it claims.
    pub claims: Vec<Claim>,
    /// Entries of the summary.
    pub json: Value,
}

/// Sizes of a run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Seed of all random streams.
    pub seed: u64,
    /// Draws of the structural noise at each strength.
    pub draws: usize,
    /// Draws of the longest simulations.
    pub long_draws: usize,
    /// Periods or time constants of the longest simulations.
    pub long: f64,
    /// Periods over which velocity is integrated.
    pub periods: usize,
    /// Most neurons of either memory.
    pub most_neurons: usize,
}

impl Plan {
    /// The plan of a preset.
    pub fn new(settings: &Settings) -> Self {
        let seed = settings.seed;
        match settings.preset {
            Preset::Quick => {
                Self { seed, draws: 200, long_draws: 40, long: 1e3, periods: 500, most_neurons: 32 }
            }
            Preset::Paper => {
                Self { seed, draws: 2000, long_draws: 400, long: 1e4, periods: 5000, most_neurons: 128 }
            }
        }
    }
}
