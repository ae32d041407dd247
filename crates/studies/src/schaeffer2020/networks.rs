//! The networks that every figure looks at: trained as the paper's, one a seed.

use super::elman::Elman;
use crate::common::*;
use faer::{Mat, MatRef};
use nullcline_core::analyses::ibl::{IblConfig, stages};
use nullcline_core::tasks::ibl::bayes::{Formulas, Ideal};
use nullcline_core::tasks::ibl::behaviour::{Choice, choices};
use nullcline_core::tasks::ibl::{Agent, Ibl, Played, Session, Step, play};
use nullcline_core::training::Player;
use nullcline_core::training::episodes::{Loss, Schedule};
use nullcline_core::training::optimiser::Method;

/// Units of the paper's network.
pub const UNITS: usize = 50;
/// Gradient steps in which "all models converged" (SI 7.2).
pub const NAMED: u64 = 5000;
/// Session of the analyses; no training session has this number.
pub const TEST: u64 = u64::MAX;

/// How many networks, and how long they are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Seeds, from the study's on.
    pub seeds: u64,
    /// Blocks of the session of analyses.
    pub blocks: usize,
    /// Gradient steps of the training.
    pub steps: u64,
    /// Gradient steps of a conventional distillation.
    pub distilled: usize,
}

impl Sizes {
    /// Two networks and 300 blocks, or ten and the paper's 1000.
    ///
    /// The SI says that 5000 gradient steps do and that 100,000 change little; the program asks for 100,001. Correct trials do
    /// settle by 5000, but not the rest: of seed 1, on 300 blocks, steps a trial (the SI has 3.5), length of the stimulus read-out
    /// in the plane, block decoded in full and in the plane, and angle in the plane go
    ///
    /// | gradient steps | correct | steps | length | full | plane | angle |
    /// |---|---|---|---|---|---|---|
    /// | 5,000 | 84.8 % | 5.03 | 78.0 % | 74.2 % | 70.6 % | 37 |
    /// | 10,000 | 86.9 % | 4.16 | 84.9 % | 75.6 % | 71.5 % | 46 |
    /// | 20,000 | 86.6 % | 3.64 | 90.7 % | 81.6 % | 79.9 % | 62 |
    /// | 30,000 | 86.2 % | 3.50 | 92.5 % | 82.9 % | 82.0 % | 67 |
    /// | 50,000 | 85.5 % | 3.35 | 93.8 % | 83.7 % | 82.4 % | 68 |
    /// | paper | 85.5 % | 3.5 | 93.4 % | 82.6 % | 82.5 % | 68 |
    ///
    /// so that 30,000 are made, the number at which steps a trial are the SI's; it was chosen after this table was seen.
    /// `quick` makes 20,000. Of the paper's 10,000 steps of distillation, which take most of the time of Fig. 8, it makes 2000.
    pub fn of(settings: &Settings) -> Self {
        match settings.preset {
            Preset::Quick => Self { seeds: 2, blocks: 300, steps: 20_000, distilled: 2000 },
            Preset::Paper => Self { seeds: 10, blocks: 1000, steps: 30_000, distilled: 10_000 },
        }
    }

    /// Claims as these networks can ask them: those of `quick` have not settled, as the table above shows, and say so in
    /// place of the paper's numbers.
    pub fn asked(self, settings: &Settings, claims: Vec<Claim>) -> Vec<Claim> {
        match settings.preset {
            Preset::Quick => {
                let words = format!("after {} gradient steps", self.steps);
                claims.into_iter().map(|c| c.at_other_size(&words)).collect()
            }
            Preset::Paper => claims,
        }
    }
}

/// The task of the analyses.
pub fn task(blocks: usize) -> Ibl {
    Ibl::coded(blocks)
}

/// The networks of `units` units of all seeds, trained where they are not yet: the studies of a run share them.
///
/// # Errors
/// Trainings that diverge; files of kept trainings that cannot be used.
pub fn networks(
    settings: &Settings,
    sizes: Sizes,
    units: usize,
    observer: &dyn Observer,
) -> Result<Vec<Elman>, Error> {
    // The early networks are on the way to the others.
    let steps: &[u64] = if sizes.steps > NAMED { &[NAMED, sizes.steps] } else { &[sizes.steps] };
    parallel(&format!("training networks of {units} units"), sizes.seeds as usize, observer, |k| {
        let seed = settings.seed + k as u64;
        let config = IblConfig {
            task: task(4),
            units,
            schedule: Schedule { loss: Loss::Probability, rate: 1e-3, batch: 1, clip: None, seed },
            method: Method::Sgd { momentum: 0.1 },
            steps: sizes.steps,
            test_blocks: 0,
        };
        let folder = settings.shared.join(format!("network-of-{units}-seed-{seed}"));
        let model = stages(&config, steps, &folder)?.pop();
        model
            .as_ref()
            .and_then(Elman::of)
            .ok_or_else(|| Error::Numbers("the network does not fit the task".into()))
    })
}

/// A network's session, with everything that was seen, and what the Bayesian observer made of it.
pub struct Recorded {
    /// Units.
    pub n: usize,
    /// Trials.
    pub played: Played,
    /// States after each step, n x T.
    pub states: Mat<f64>,
    /// [o^L, o^R, feedback] of each step, 3 x T.
    pub inputs: Mat<f64>,
    /// The trial of each step.
    pub trial: Vec<usize>,
    /// Whether a step had an observation.
    pub observed: Vec<bool>,
    /// P(right) of the network.
    pub right: Vec<f64>,
    /// P(right) of the observer, who sees the same observations.
    pub observer: Vec<f64>,
    /// The observer's P(b_n = right | s_1..s_n) after each trial.
    pub block_posterior: Vec<f64>,
}

impl Recorded {
    /// Plays `blocks` blocks with `network`; the observer reasons by `formulas`.
    pub fn new(network: &Elman, seed: u64, blocks: usize, formulas: Formulas) -> Self {
        let task = task(blocks);
        let session = Session::new(&task, seed, TEST);
        let mut player = Player::new(network.model());
        let mut ideal = Ideal::observer(&task, formulas);
        ideal.begin();
        let (mut trial, mut observed, mut right, mut observer) = (vec![], vec![], vec![], vec![]);
        let mut block_posterior: Vec<f64> = vec![];
        let mut learn = |ideal: &mut Ideal, n: usize| {
            ideal.end(session.trials[n].side, None);
            block_posterior.push(ideal.block_posterior());
        };
        let played = play(&task, &session, &mut player, &mut |n, step: &Step, p| {
            if trial.last().is_some_and(|last| *last != n) {
                learn(&mut ideal, n - 1);
            }
            trial.push(n);
            observed.push(step.observed);
            right.push(p);
            observer.push(ideal.watch(step));
        });
        learn(&mut ideal, session.trials.len() - 1);
        let (states, inputs) = (player.states().to_owned(), player.inputs().to_owned());
        Self { n: network.units(), played, states, inputs, trial, observed, right, observer, block_posterior }
    }

    /// Steps.
    pub fn steps(&self) -> usize {
        self.trial.len()
    }

    /// The last step of every trial.
    pub fn ends(&self) -> Vec<usize> {
        (0..self.steps()).filter(|t| self.trial.get(t + 1) != Some(&self.trial[*t])).collect()
    }

    /// Trials for the behavioural analyses.
    pub fn choices(&self, blank: usize) -> Vec<Choice> {
        choices(&self.played, blank)
    }

    /// State of step t.
    pub fn state(&self, t: usize) -> MatRef<'_, f64> {
        self.states.as_ref().subcols(t, 1)
    }
}
