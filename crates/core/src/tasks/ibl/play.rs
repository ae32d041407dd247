//! The environment: steps, actions, feedback.

use super::{Ibl, Session, Side, Trial};

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

/// Lets `agent` play `session`; `each` sees the trial's number, the step and the probability that was answered.
///
/// Feedback at a step is the reward of the step before: +1 or -1 for an action, -1 for a time-out, the waiting cost for none
/// on an observed step, 0 on blank steps. So +-1 is seen on the first blank step of the next trial.
///
/// Source: schaeffer2020, section 2.1; the timing of the authors' program.
pub fn play(
    task: &Ibl,
    session: &Session,
    agent: &mut dyn Agent,
    each: &mut dyn FnMut(usize, &Step, f64),
) -> Played {
    let mut played = Played { trials: Vec::with_capacity(session.trials.len()) };
    let mut feedback = 0.0;
    agent.begin();
    for (n, trial) in session.trials.iter().enumerate() {
        let observations = session.observations_of(n);
        let mut done = None;
        for step in 0..task.longest_trial() {
            let observed = step >= task.blank;
            let [left, right] = if observed { observations[step - task.blank] } else { [0.0; 2] };
            let shown = Step { input: [left, right, feedback], observed, step };
            let p = agent.right(&shown);
            each(n, &shown, p);
            feedback = 0.0;
            if !observed {
                continue;
            }
            let action = (p.max(1.0 - p) > task.threshold).then(|| Side::of(p > 0.5));
            feedback = match action {
                Some(side) if side == trial.side => 1.0,
                Some(_) => -1.0,
                None if step + 1 == task.longest_trial() => -1.0,
                None => task.waiting,
            };
            done = Some(PlayedTrial { trial: *trial, action, steps: step + 1, right: p });
            if action.is_some() {
                break;
            }
        }
        // A trial has an observed step, so that it was done.
        if let Some(done) = done {
            agent.end(trial.side, done.action);
            played.trials.push(done);
        }
    }
    played
}
