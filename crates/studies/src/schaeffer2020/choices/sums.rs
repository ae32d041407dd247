//! Sums over trials by contrast and concordance: numbers of agents who saw the same trials, with errors over blocks.

use crate::common::*;
use crate::schaeffer2020::measured::over_blocks;
use crate::schaeffer2020::networks::task;
use nullcline_core::tasks::ibl::behaviour::Choice;

/// Contrasts of the task.
pub const CONTRASTS: [f64; 6] = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5];
/// Sums of a cell: trials, answered ones, correct ones, observed steps, reward.
const PARTS: usize = 5;
/// Contrasts, each discordant and concordant.
const CELLS: usize = 2 * CONTRASTS.len();
const WIDTH: usize = PARTS * CELLS;

/// What correct trials are counted against.
#[derive(Clone, Copy)]
pub enum Of {
    /// All trials; a time-out is wrong.
    All,
    /// Those with an action.
    Actions,
}

/// The reward of a trial: what its feedback adds up to.
pub fn reward(t: &Choice, waiting: f64) -> f64 {
    (if t.correct() { 1.0 } else { -1.0 }) + waiting * (t.time - 1.0)
}

/// One agent's means over trials, cell by cell.
#[derive(Clone, Copy)]
pub struct Sums<'a>(&'a [f64]);

impl Sums<'_> {
    fn part(&self, part: usize, keep: impl Fn(usize, bool) -> bool) -> f64 {
        (0..CELLS).filter(|k| keep(k / 2, k % 2 == 1)).map(|k| self.0[PARTS * k + part]).sum()
    }
    /// Correct trials in percent, in the cells that are kept by number of contrast and concordance.
    pub fn correct(&self, of: Of, keep: impl Fn(usize, bool) -> bool) -> f64 {
        let against = match of {
            Of::All => 0,
            Of::Actions => 1,
        };
        100.0 * self.part(2, &keep) / self.part(against, &keep)
    }
    /// Correct actions at a contrast, percent.
    pub fn at(&self, contrast: usize) -> f64 {
        self.correct(Of::Actions, |c, _| c == contrast)
    }
    /// Correct actions of a cell, percent.
    pub fn cell(&self, contrast: usize, concordant: bool) -> f64 {
        self.correct(Of::Actions, |c, with| c == contrast && with == concordant)
    }
    /// Concordant minus discordant, percentage points.
    pub fn gap(&self, contrast: usize) -> f64 {
        self.cell(contrast, true) - self.cell(contrast, false)
    }
    /// Observed steps of a trial, time-outs among them.
    pub fn time(&self, keep: impl Fn(usize) -> bool) -> f64 {
        self.part(3, |c, _| keep(c)) / self.part(0, |c, _| keep(c))
    }
    /// Share of trials with an action, percent.
    pub fn answered(&self) -> f64 {
        100.0 * self.part(1, |_, _| true) / self.part(0, |_, _| true)
    }
    /// Reward of a trial.
    pub fn reward(&self) -> f64 {
        self.part(4, |_, _| true) / self.part(0, |_, _| true)
    }
}

fn row(agents: &[&[Choice]], n: usize, waiting: f64) -> (usize, Vec<f64>) {
    let mut row = vec![0.0; WIDTH * agents.len()];
    for (agent, own) in agents.iter().zip(row.chunks_mut(WIDTH)) {
        let t = &agent[n];
        let Some(c) = CONTRASTS.iter().position(|c| c.total_cmp(&t.contrast).is_eq()) else { continue };
        let values = [1.0, f64::from(t.choice.is_some()), f64::from(t.correct()), t.time, reward(t, waiting)];
        let from = PARTS * (2 * c + usize::from(t.concordant() == Some(true)));
        own[from..from + PARTS].copy_from_slice(&values);
    }
    (agents[0][n].block, row)
}

/// `f` of the sums of agents who played the same trials, one list each, with its error over blocks.
pub fn among(agents: &[&[Choice]], f: impl Fn(&[Sums]) -> f64) -> Estimate {
    let trials = agents.iter().map(|a| a.len()).min().unwrap_or(0);
    let waiting = task(1).waiting;
    let rows = (0..trials).map(|n| row(agents, n, waiting));
    over_blocks(rows, |m| f(&m.chunks(WIDTH).map(Sums).collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nullcline_core::tasks::ibl::bayes::{Formulas, Ideal, Prior};
    use nullcline_core::tasks::ibl::behaviour::{accuracy, choices};
    use nullcline_core::tasks::ibl::{Session, play};

    /// Rewards of trials add up to the feedback that was shown, but for the last, which nobody sees; cells are those of the library.
    #[test]
    fn rewards_are_the_feedback_and_cells_the_accuracies() {
        let task = task(30);
        let session = Session::new(&task, 3, 0);
        let mut actor = Ideal::actor(&task, Formulas::Printed, Prior::Block);
        let mut shown = 0.0;
        let played = play(&task, &session, &mut actor, &mut |_, step, _| shown += step.input[2]);
        let trials = choices(&played, task.blank);
        let earned: f64 = trials.iter().map(|t| reward(t, task.waiting)).sum();
        let last = trials.last().map_or(0.0, |t| if t.correct() { 1.0 } else { -1.0 });
        assert!((earned - last - shown).abs() < 1e-9, "{earned} {shown}");
        assert!(trials.iter().any(|t| t.choice.is_none()));

        let all = accuracy(&trials, None).cells;
        let with = accuracy(&trials, Some(true)).cells;
        for c in 0..CONTRASTS.len() {
            let found = among(&[&trials], |m| m[0].at(c));
            assert!((found.value - 100.0 * all[c].value).abs() < 1e-9 && found.n == 30);
            // Blocks are little more alike than trials; strong stimuli may all be told rightly.
            let alike = found.error() / (100.0 * all[c].error());
            assert!(c > 2 || (0.5..2.0).contains(&alike), "{found:?} {:?}", all[c]);
            let cell = among(&[&trials, &trials], |m| m[1].cell(c, true)).value;
            assert!((cell - 100.0 * with[c].value).abs() < 1e-9);
        }
        let reward_of = among(&[&trials], |m| m[0].reward()).value;
        assert!((reward_of - earned / trials.len() as f64).abs() < 1e-12);
        // Who is compared with oneself differs by nothing.
        let none = among(&[&trials, &trials], |m| m[0].gap(0) - m[1].gap(0));
        assert!(none.value.abs() < 1e-12 && none.error() < 1e-12);
    }
}
