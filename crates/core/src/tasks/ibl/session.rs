//! What of a session does not depend on who plays it.

use super::Ibl;
use crate::linalg::random::{Rng, Use, normal, stream, uniform};

/// A side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// -1.
    Left,
    /// +1.
    Right,
}

impl Side {
    /// -1 or +1.
    pub fn sign(self) -> f64 {
        match self {
            Self::Left => -1.0,
            Self::Right => 1.0,
        }
    }
    /// 0 or 1.
    pub fn index(self) -> usize {
        self as usize
    }
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
    /// Right for 1, left for 0.
    pub fn of(right: bool) -> Self {
        if right { Self::Right } else { Self::Left }
    }
}

/// One trial as it is laid out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    /// Number of its block in the session, from 0.
    pub block: usize,
    /// Its place in the block, from 0.
    pub place: usize,
    /// Trials in its block.
    pub length: usize,
    /// The side that is likelier in this block, b_n.
    pub block_side: Side,
    /// The side of the stimulus, s_n; it has one even at zero contrast.
    pub side: Side,
    /// The contrast mu_n.
    pub contrast: f64,
}

impl Trial {
    /// Whether stimulus and block are on the same side.
    pub fn concordant(&self) -> bool {
        self.side == self.block_side
    }
}

/// Trials with their observations, laid out before they are played.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Trials in order.
    pub trials: Vec<Trial>,
    /// [o^L, o^R] of every observed step of every trial, whether it will be reached or not.
    pub observations: Vec<[f64; 2]>,
    /// Observed steps a trial at most.
    pub observed: usize,
}

impl Session {
    /// Session `index` of the seed; sides alternate from block to block, the first is a coin toss.
    ///
    /// Formula: s_n = b_n with probability p_s; o^S ~ N(mu, noise^2), the other side N(0, noise^2), fresh at every step.
    ///
    /// Source: schaeffer2020, section 2.1 and Fig. 1.
    ///
    /// ```
    /// use nullcline_core::tasks::ibl::{Ibl, Session};
    ///
    /// let task = Ibl::printed(40);
    /// let session = Session::new(&task, 1, 0);
    /// let share = session.trials.iter().filter(|t| t.concordant()).count() as f64 / session.trials.len() as f64;
    /// assert!((share - task.concordance).abs() < 0.05);
    /// // Sides alternate from block to block.
    /// let starts: Vec<_> = session.trials.iter().filter(|t| t.place == 0).collect();
    /// assert!(starts.len() == 40 && starts.windows(2).all(|pair| pair[0].block_side != pair[1].block_side));
    /// ```
    pub fn new(task: &Ibl, seed: u64, index: u64) -> Self {
        let mut rng = stream(seed, Use::Task, index);
        let mut side = Side::of(uniform(&mut rng, 0.0, 1.0) < 0.5);
        let mut session = Self { trials: vec![], observations: vec![], observed: task.observed };
        for block in 0..task.blocks {
            let length = task.law.draw(&mut rng);
            for place in 0..length {
                session.push(task, &mut rng, (block, place, length, side));
            }
            side = side.other();
        }
        session
    }

    fn push(
        &mut self,
        task: &Ibl,
        rng: &mut Rng,
        (block, place, length, block_side): (usize, usize, usize, Side),
    ) {
        let concordant = uniform(rng, 0.0, 1.0) < task.concordance;
        let side = if concordant { block_side } else { block_side.other() };
        let which = uniform(rng, 0.0, task.contrasts.len() as f64) as usize;
        let contrast = task.contrasts[which.min(task.contrasts.len() - 1)];
        self.trials.push(Trial { block, place, length, block_side, side, contrast });
        for _ in 0..task.observed {
            let mut o = [normal(rng) * task.noise, normal(rng) * task.noise];
            o[side.index()] += contrast;
            self.observations.push(o);
        }
    }

    /// Observations of a trial.
    pub fn observations_of(&self, trial: usize) -> &[[f64; 2]] {
        &self.observations[trial * self.observed..][..self.observed]
    }
}
