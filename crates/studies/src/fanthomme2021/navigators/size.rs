//! Sizes of runs.

use crate::common::*;

/// Sizes of a run.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Networks of a condition.
    pub seeds: u64,
    /// Cells of a side of the retina.
    pub cells: usize,
    /// Steps of a training.
    pub steps: u64,
    /// Trajectories of a step, their actions, and transitions.
    pub batch: [usize; 3],
    /// Trajectories and actions of the tests.
    pub test: [usize; 2],
    /// Places along a side of a room at which gates are looked at.
    pub places: usize,
    /// Whether these are the thesis's.
    pub whole: bool,
}

impl Size {
    pub fn of(settings: &Settings) -> Self {
        match settings.preset {
            Preset::Quick => Self {
                seeds: 1,
                cells: 32,
                steps: 300,
                batch: [16, 20, 128],
                test: [128, 100],
                places: 8,
                whole: false,
            },
            Preset::Paper => Self {
                seeds: 8,
                cells: 64,
                steps: 4000,
                batch: [32, 40, 512],
                test: [512, 100],
                places: 20,
                whole: true,
            },
        }
    }

    /// Networks that hardly learn anything.
    #[cfg(test)]
    pub const SMALL: Self =
        Self { seeds: 1, cells: 8, steps: 12, batch: [3, 4, 16], test: [6, 24], places: 3, whole: false };

    /// In words.
    pub fn words(self) -> String {
        let [b, t, c] = self.batch;
        let (steps, cells) = (self.steps, self.cells);
        format!(
            "{steps} steps of {b} trajectories of {t} actions and {c} transitions on {cells} x {cells} cells"
        )
    }

    /// So many networks.
    pub fn networks(self) -> String {
        if self.seeds == 1 { "one network".into() } else { format!("{} networks", self.seeds) }
    }

    /// Whether trainings are as long as the thesis's, or why nothing follows from what they did not learn.
    pub fn long(self) -> Result<(), String> {
        match self.whole {
            true => Ok(()),
            false => Err(format!(
                "a short training, {} steps of 4000: what is not learned yet may be later",
                self.steps
            )),
        }
    }

    /// Claims as these networks can ask them.
    pub fn asked(self, claims: Vec<Claim>) -> Vec<Claim> {
        let [b, t, _] = self.batch;
        let (steps, n) = (self.steps, self.cells);
        let words =
            format!("{steps} steps of {b} x {t} actions, {n} x {n} cells; not 4000 of 32 x 40, 64 x 64");
        match self.whole {
            true => claims,
            false => claims.into_iter().map(|c| c.at_other_size(&words)).collect(),
        }
    }
}
