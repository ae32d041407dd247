//! Trials of the networks and of the Bayesian agents that they are compared with.

use super::networks::{Recorded, Sizes, UNITS, networks, task};
use crate::common::*;
use nullcline_core::tasks::ibl::bayes::{Formulas, Ideal, Prior};
use nullcline_core::tasks::ibl::behaviour::{Choice, choices};
use nullcline_core::tasks::ibl::{Session, Side, play};

/// Trials of everybody whom Figs. 2 and 3 compare.
pub struct Behaviour {
    /// Of each network.
    pub networks: Vec<Vec<Choice>>,
    /// Of the observer that sees what each network saw.
    pub observers: Vec<Vec<Choice>>,
    /// Of the actor as coded.
    pub coded: Vec<Choice>,
    /// Of the actor by the paper's formulas.
    pub printed: Vec<Choice>,
}

impl Behaviour {
    /// Trains the networks where they are not yet, and lets everybody play.
    ///
    /// # Errors
    /// As for [`networks`].
    pub fn new(settings: &Settings, sizes: Sizes, progress: &dyn Observer) -> Result<Self, Error> {
        let blank = task(1).blank;
        let trained = networks(settings, sizes, UNITS, progress)?;
        let of = |(k, net): (usize, &_)| {
            let recorded = Recorded::new(net, settings.seed + k as u64, sizes.blocks, Formulas::Printed);
            (recorded.choices(blank), observer(&recorded, blank))
        };
        let (networks, observers) = trained.iter().enumerate().map(of).unzip();
        Ok(Self {
            networks,
            observers,
            coded: actor(settings, sizes.blocks, Formulas::Coded, Prior::Block),
            printed: actor(settings, sizes.blocks, Formulas::Printed, Prior::Block),
        })
    }
}

/// The actor's trials over `blocks` blocks of one session.
pub fn actor(settings: &Settings, blocks: usize, formulas: Formulas, prior: Prior) -> Vec<Choice> {
    let task = task(blocks);
    let session = Session::new(&task, settings.seed, u64::MAX - 1);
    let mut ideal = Ideal::actor(&task, formulas, prior);
    choices(&play(&task, &session, &mut ideal, &mut |_, _, _| {}), task.blank)
}

/// The observer's trials: what it would have chosen where the network acted or ran out of time.
pub fn observer(recorded: &Recorded, blank: usize) -> Vec<Choice> {
    let ends = recorded.ends();
    let forced = |(t, choice): (&usize, Choice)| Choice {
        choice: Some(Side::of(recorded.observer[*t] > 0.5)),
        ..choice
    };
    ends.iter().zip(recorded.choices(blank)).map(forced).collect()
}
