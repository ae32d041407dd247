//! The task of the International Brain Laboratory: which side, given noisy evidence and blocks of unequal odds.
//!
//! A session is played step by step, for what an agent does decides how long a trial lasts and what it is told:
//! [`Session`] holds what does not depend on that, [`Play`] is the environment, [`bayes`] the ideal agents,
//! [`behaviour`] what is plotted of anybody's trials.
//!
//! ```
//! use nullcline_core::tasks::ibl::bayes::{Formulas, Ideal, Prior};
//! use nullcline_core::tasks::ibl::{Ibl, Session, behaviour, play};
//!
//! // The Bayesian actor on the task as the paper's text has it, ten blocks.
//! let task = Ibl::printed(10);
//! let session = Session::new(&task, 1, 0);
//! let mut ideal = Ideal::actor(&task, Formulas::Exact, Prior::Block);
//! let played = play(&task, &session, &mut ideal, &mut |_, _, _| ());
//! assert_eq!(played.trials.len(), session.trials.len());
//! assert!(played.accuracy() > 0.6 && played.accuracy() <= played.accuracy_of_actions());
//! // Weak stimuli are told less well than strong ones.
//! let curve = behaviour::accuracy(&behaviour::choices(&played, task.blank), None);
//! assert!(curve.cells.last().unwrap().value > curve.cells[0].value);
//! ```

pub mod bayes;
pub mod behaviour;
mod blocks;
mod play;
mod session;

pub use blocks::BlockLaw;
pub use play::{Agent, Play, Played, PlayedTrial, Step, play};
pub use session::{Session, Side, Trial};

/// Every parameter of the task.
#[derive(Clone, Debug, PartialEq)]
pub struct Ibl {
    /// Blocks a session.
    pub blocks: usize,
    /// How long a block lasts.
    pub law: BlockLaw,
    /// Probability p_s that the stimulus is on the block's side.
    pub concordance: f64,
    /// Contrasts mu, all equally likely.
    pub contrasts: Vec<f64>,
    /// Standard deviation of each observation.
    pub noise: f64,
    /// Steps without observation, and without a chance to act, at the start of a trial.
    pub blank: usize,
    /// Steps with observations at most; after the last one without an action the trial times out.
    pub observed: usize,
    /// An action is taken when the probability of a side exceeds this.
    pub threshold: f64,
    /// Feedback for waiting.
    pub waiting: f64,
}

impl Ibl {
    /// The task of the authors' program: rejected geometric blocks, two blank steps (facts: 002's repository).
    pub fn coded(blocks: usize) -> Self {
        Self {
            blocks,
            law: BlockLaw::Geometric { switch: 0.02, shortest: 20, longest: 100 },
            concordance: 0.8,
            contrasts: vec![0.0, 0.5, 1.0, 1.5, 2.0, 2.5],
            noise: 1.0,
            blank: 2,
            observed: 10,
            threshold: 0.9,
            waiting: -0.05,
        }
    }

    /// The task of the paper's text: a semi-Markov chain of blocks, one blank step (schaeffer2020, section 2.1).
    pub fn printed(blocks: usize) -> Self {
        Self {
            law: BlockLaw::SemiMarkov { switch: 0.02, shortest: 20, longest: 100 },
            blank: 1,
            ..Self::coded(blocks)
        }
    }

    /// Steps of a trial at most.
    pub fn longest_trial(&self) -> usize {
        self.blank + self.observed
    }

    /// What is wrong with the parameters, if anything: its name and what is expected.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let share = |v: f64| (0.0..=1.0).contains(&v);
        let checks = [
            ("blocks", self.blocks > 0, "at least one"),
            (
                "shortest, longest",
                self.law.possible(),
                "1 <= shortest <= longest and a switch probability above 0, at most 1",
            ),
            ("concordance", share(self.concordance), "a probability"),
            (
                "contrasts",
                !self.contrasts.is_empty() && self.contrasts.iter().all(|c| *c >= 0.0 && c.is_finite()),
                "numbers, none negative",
            ),
            ("noise", self.noise > 0.0 && self.noise.is_finite(), "a positive number"),
            ("observed", self.observed > 0, "at least one step"),
            ("threshold", (0.5..1.0).contains(&self.threshold), "a probability from 0.5 on, below 1"),
            ("waiting", self.waiting.is_finite(), "a number"),
        ];
        checks.into_iter().find(|c| !c.1).map(|c| (c.0, c.2))
    }
}
