//! The environment: steps, actions, feedback.

use super::{Ibl, Session, Side, Trial};
use crate::tasks::{Environment, Episode, Grade, Graded, Reaction};
use std::borrow::Cow;

/// What an agent is shown at a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// [o^L, o^R, feedback]; the first two are zero on blank steps.
    pub input: [f64; 3],
    /// Whether there is an observation; without it no action counts.
    pub observed: bool,
    /// Step of the trial, from 0.
    pub step: usize,
}

/// Somebody who plays.
pub trait Agent {
    /// A session begins.
    fn begin(&mut self);
    /// Answers a step by the probability that the stimulus is on the right.
    fn right(&mut self, step: &Step) -> f64;
    /// The trial is over; `side` is its true side, `action` what was done, none for a time-out.
    fn end(&mut self, side: Side, action: Option<Side>);
}

/// A trial as it was played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayedTrial {
    /// How it was laid out.
    pub trial: Trial,
    /// The action; none: it timed out.
    pub action: Option<Side>,
    /// Steps, blank ones among them.
    pub steps: usize,
    /// Probability of the right side at the last step.
    pub right: f64,
}

impl PlayedTrial {
    /// Whether the action was right; a time-out is not.
    pub fn correct(&self) -> bool {
        self.action == Some(self.trial.side)
    }
}

/// A session as it was played.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Played {
    /// Trials in order.
    pub trials: Vec<PlayedTrial>,
}

impl Played {
    /// Correct trials over all, a time-out counted as wrong.
    pub fn accuracy(&self) -> f64 {
        self.trials.iter().filter(|t| t.correct()).count() as f64 / self.trials.len().max(1) as f64
    }
    /// Correct trials over those with an action.
    pub fn accuracy_of_actions(&self) -> f64 {
        let acted = self.trials.iter().filter(|t| t.action.is_some()).count();
        self.trials.iter().filter(|t| t.correct()).count() as f64 / acted.max(1) as f64
    }
    /// Share of trials with an action.
    pub fn acted(&self) -> f64 {
        self.trials.iter().filter(|t| t.action.is_some()).count() as f64 / self.trials.len().max(1) as f64
    }
    /// Steps in all.
    pub fn steps(&self) -> usize {
        self.trials.iter().map(|t| t.steps).sum()
    }
}

/// A session under way.
///
/// Feedback at a step is the reward of the step before: +1 or -1 for an action, -1 for a time-out, the waiting cost for none
/// on an observed step, 0 on blank steps. So +-1 is seen on the first blank step of the next trial.
///
/// Source: schaeffer2020, section 2.1; the timing of the authors' program.
///
/// ```
/// use nullcline_core::tasks::ibl::{Ibl, Play, Session, Side};
/// use std::borrow::Cow;
///
/// let task = Ibl::coded(1);
/// let session = Session::new(&task, 3, 0);
/// let mut play = Play::new(&task, Cow::Borrowed(&session));
/// // Two blank steps, on which nothing counts, then an action that is sure of the true side.
/// for blank in 0..2 {
///     assert!(!play.shown().observed && play.shown().step == blank);
///     assert!(play.answer(0.5).is_none());
/// }
/// let right = if play.side() == Side::Right { 0.99 } else { 0.01 };
/// let over = play.answer(right).unwrap();
/// assert!(over.correct() && over.steps == 3);
/// // The reward is seen on the first blank step of the next trial.
/// assert_eq!(play.shown().input, [0.0, 0.0, 1.0]);
/// ```
pub struct Play<'a> {
    task: &'a Ibl,
    session: Cow<'a, Session>,
    step: usize,
    feedback: f64,
    grade: Grade,
    played: Played,
}

impl<'a> Play<'a> {
    /// Before the first step.
    pub fn new(task: &'a Ibl, session: Cow<'a, Session>) -> Self {
        let played = Played { trials: Vec::with_capacity(session.trials.len()) };
        let grade = Grade { target: 0, observed: false };
        Self { task, session, step: 0, feedback: 0.0, grade, played }
    }

    /// Whether all trials are over.
    pub fn done(&self) -> bool {
        self.played.trials.len() == self.session.trials.len()
    }
    /// The number of the trial under way.
    pub fn trial(&self) -> usize {
        self.played.trials.len()
    }
    /// The true side of the trial under way.
    pub fn side(&self) -> Side {
        self.session.trials[self.trial()].side
    }
    /// What is shown at this step.
    pub fn shown(&self) -> Step {
        let (step, observed) = (self.step, self.step >= self.task.blank);
        let [left, right] = match observed {
            true => self.session.observations_of(self.trial())[step - self.task.blank],
            false => [0.0; 2],
        };
        Step { input: [left, right, self.feedback], observed, step }
    }

    /// Takes the probability of the right side that answers this step; returns the trial if it is over by that.
    pub fn answer(&mut self, right: f64) -> Option<PlayedTrial> {
        let (task, trial) = (self.task, self.session.trials[self.trial()]);
        let (steps, observed) = (self.step + 1, self.step >= task.blank);
        self.step = steps;
        self.feedback = 0.0;
        if !observed {
            return None;
        }
        let action = (right.max(1.0 - right) > task.threshold).then(|| Side::of(right > 0.5));
        let last = steps >= task.longest_trial();
        self.feedback = match action {
            Some(side) if side == trial.side => 1.0,
            Some(_) => -1.0,
            None if last => -1.0,
            None => task.waiting,
        };
        if action.is_none() && !last {
            return None;
        }
        self.step = 0;
        let over = PlayedTrial { trial, action, steps, right };
        self.played.trials.push(over);
        Some(over)
    }

    /// The trials that are over.
    pub fn played(self) -> Played {
        self.played
    }
}

/// Lets `agent` play `session`; `each` sees the trial's number, the step and the probability that was answered.
pub fn play(
    task: &Ibl,
    session: &Session,
    agent: &mut dyn Agent,
    each: &mut dyn FnMut(usize, &Step, f64),
) -> Played {
    let mut under_way = Play::new(task, Cow::Borrowed(session));
    agent.begin();
    while !under_way.done() {
        let shown = under_way.shown();
        let right = agent.right(&shown);
        each(under_way.trial(), &shown, right);
        if let Some(over) = under_way.answer(right) {
            agent.end(over.trial.side, over.action);
        }
    }
    under_way.played()
}

/// The network's outputs are left and right, its inputs those of a [`Step`].
impl Environment for Ibl {
    type Episode<'a> = Play<'a>;

    fn name(&self) -> &'static str {
        "ibl"
    }
    fn inputs(&self) -> usize {
        3
    }
    fn outputs(&self) -> usize {
        2
    }
    fn reset(&self, seed: u64, index: u64, observation: &mut [f64]) -> Play<'_> {
        let play = Play::new(self, Cow::Owned(Session::new(self, seed, index)));
        observation.copy_from_slice(&play.shown().input);
        play
    }
}

impl Episode for Play<'_> {
    type Played = Played;

    fn step(&mut self, answer: &[f64], observation: &mut [f64]) -> Reaction {
        self.grade = Grade { target: self.side().index(), observed: self.step >= self.task.blank };
        self.answer(answer[1]);
        let done = self.done();
        if !done {
            observation.copy_from_slice(&self.shown().input);
        }
        Reaction { reward: self.feedback, done }
    }
    fn played(self) -> Played {
        Self::played(self)
    }
}

impl Graded for Play<'_> {
    fn grade(&self) -> Grade {
        self.grade
    }
}
