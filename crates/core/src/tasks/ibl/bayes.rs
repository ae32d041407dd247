//! Ideal agents: what can be known of side and block.

use super::{Agent, Ibl, Side, Step};

/// Which formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formulas {
    /// The posterior of the generative model, from both observations.
    Exact,
    /// The paper's, with the program's likelihood of the difference o^R - o^L alone.
    Printed,
    /// The program's: of the actor, (a) the stimulus prior is the predicted block belief without the 0.8/0.2 of the
    /// stimulus, (b) the contrast is averaged over at every step, (c) after a time-out the true side is taken for the less
    /// likely one; of the observer, the block belief of the trial before goes in without its transition.
    Coded,
}

/// Where the stimulus prior comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prior {
    /// The belief about the block.
    Block,
    /// None: both sides alike.
    Flat,
    /// The exponentially weighted mean of past sides, with this share of the past in hundredths.
    Weighted(u8),
}

/// Evidence for either side within a trial.
#[derive(Clone, Debug)]
struct Evidence {
    contrasts: Vec<f64>,
    noise: f64,
    formulas: Formulas,
    per_step: bool,
    /// Log-likelihood ratios to pure noise, for each side and contrast.
    logs: [Vec<f64>; 2],
    /// Of each side where the contrast is averaged over step by step.
    steps: [f64; 2],
}

impl Evidence {
    fn new(task: &Ibl, formulas: Formulas, per_step: bool) -> Self {
        let zeros = || vec![0.0; task.contrasts.len()];
        Self {
            contrasts: task.contrasts.clone(),
            noise: task.noise,
            formulas,
            per_step,
            logs: [zeros(), zeros()],
            steps: [0.0; 2],
        }
    }

    fn clear(&mut self) {
        self.logs.iter_mut().for_each(|l| l.fill(0.0));
        self.steps = [0.0; 2];
    }

    /// Exact: log N(o^S; mu) - log N(o^S; 0) = (mu o^S - mu^2/2)/noise^2; difference d of variance 2 noise^2 likewise.
    fn add(&mut self, o: [f64; 2]) {
        let variance = self.noise * self.noise;
        let d = o[1] - o[0];
        for side in [Side::Left, Side::Right] {
            let s = side.index();
            let log = |mu: f64| match self.formulas {
                Formulas::Exact => (mu * o[s] - 0.5 * mu * mu) / variance,
                Formulas::Printed | Formulas::Coded => {
                    (mu * side.sign() * d - 0.5 * mu * mu) / (2.0 * variance)
                }
            };
            let now: Vec<f64> = self.contrasts.iter().map(|mu| log(*mu)).collect();
            self.steps[s] += log_mean(&now);
            self.logs[s].iter_mut().zip(&now).for_each(|(l, n)| *l += n);
        }
    }

    /// log P(o | s) up to a constant that both sides share.
    fn of(&self, side: Side) -> f64 {
        let s = side.index();
        if self.per_step { self.steps[s] } else { log_mean(&self.logs[s]) }
    }
}

/// log of the mean of exponentials.
fn log_mean(logs: &[f64]) -> f64 {
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    top + (logs.iter().map(|l| (l - top).exp()).sum::<f64>() / logs.len() as f64).ln()
}

/// A Bayesian agent; as an actor it plays, as an observer [`Ideal::watch`] lets it see what another one does.
#[derive(Clone, Debug)]
pub struct Ideal {
    formulas: Formulas,
    prior: Prior,
    actor: bool,
    switch: f64,
    concordance: f64,
    /// P(b_n = right | s_1..s_n), or the weighted mean of sides.
    block: f64,
    evidence: Evidence,
    right: f64,
}

impl Ideal {
    /// The Bayesian actor.
    pub fn actor(task: &Ibl, formulas: Formulas, prior: Prior) -> Self {
        Self::new(task, formulas, prior, true)
    }

    /// The Bayesian observer: it is told the true side of every trial, and never acts itself.
    pub fn observer(task: &Ibl, formulas: Formulas) -> Self {
        Self::new(task, formulas, Prior::Block, false)
    }

    fn new(task: &Ibl, formulas: Formulas, prior: Prior, actor: bool) -> Self {
        Self {
            formulas,
            prior,
            actor,
            switch: task.law.switch(),
            concordance: task.concordance,
            block: 0.5,
            evidence: Evidence::new(task, formulas, actor && formulas == Formulas::Coded),
            right: 0.5,
        }
    }

    /// P(b_n = right | s_1..s_n) after the last trial.
    pub fn block_posterior(&self) -> f64 {
        self.block
    }

    /// P(b_{n+1} = right | s_1..s_n), one transition later.
    pub fn block_prior(&self) -> f64 {
        self.block * (1.0 - self.switch) + (1.0 - self.block) * self.switch
    }

    /// P(s_n = right | s_1..s_{n-1}), the stimulus prior.
    pub fn stimulus_prior(&self) -> f64 {
        let emitted = |right: f64| right * self.concordance + (1.0 - right) * (1.0 - self.concordance);
        match (self.prior, self.formulas, self.actor) {
            (Prior::Flat, ..) => 0.5,
            (Prior::Weighted(_), ..) => self.block,
            (Prior::Block, Formulas::Coded, true) => self.block_prior(),
            (Prior::Block, Formulas::Coded, false) => emitted(self.block),
            (Prior::Block, ..) => emitted(self.block_prior()),
        }
    }

    /// P(s_n = right | s_<n, o_n) given the observations so far.
    ///
    /// Formula: prior odds times sum_mu prod_t P(o_t | mu, right) over the same for left.
    ///
    /// Source: schaeffer2020, section 2.3.
    ///
    /// ```
    /// use nullcline_core::tasks::ibl::bayes::{Formulas, Ideal, Prior};
    /// use nullcline_core::tasks::ibl::{Agent, Ibl, Step};
    ///
    /// let mut ideal = Ideal::actor(&Ibl::printed(1), Formulas::Exact, Prior::Flat);
    /// ideal.begin();
    /// let seen = |left, right| Step { input: [left, right, 0.0], observed: true, step: 1 };
    /// let weak = ideal.right(&seen(0.0, 1.0));
    /// let strong = ideal.right(&seen(0.0, 3.0));
    /// assert!(weak > 0.5 && strong > weak && (ideal.stimulus_posterior() - strong).abs() < 1e-12);
    /// ```
    pub fn stimulus_posterior(&self) -> f64 {
        let prior = self.stimulus_prior();
        let odds =
            (prior / (1.0 - prior)).ln() + self.evidence.of(Side::Right) - self.evidence.of(Side::Left);
        1.0 / (1.0 + (-odds).exp())
    }

    /// Takes in a step that another agent plays; the probability is that of [`Self::stimulus_posterior`].
    pub fn watch(&mut self, step: &Step) -> f64 {
        if step.observed {
            self.evidence.add([step.input[0], step.input[1]]);
        }
        self.right = self.stimulus_posterior();
        self.right
    }

    /// The block belief after a trial whose true side is known; none: it is not.
    ///
    /// Formula: P(b_n | s_<=n) ~ P(s_n | b_n) sum_b P(b_n | b_{n-1} = b) P(b | s_<n).
    ///
    /// Source: schaeffer2020, section 2.3.
    fn learn(&mut self, side: Option<Side>) {
        if let Prior::Weighted(keep) = self.prior {
            if let Some(side) = side {
                let keep = f64::from(keep) / 100.0;
                self.block = keep * self.block + (1.0 - keep) * f64::from(side == Side::Right);
            }
            return;
        }
        let right = self.block_prior();
        let Some(side) = side else {
            self.block = right;
            return;
        };
        let given = |block: Side| if side == block { self.concordance } else { 1.0 - self.concordance };
        let joint = [(1.0 - right) * given(Side::Left), right * given(Side::Right)];
        self.block = joint[1] / (joint[0] + joint[1]);
    }
}

impl Agent for Ideal {
    fn begin(&mut self) {
        self.block = 0.5;
        self.evidence.clear();
        self.right = 0.5;
    }

    fn right(&mut self, step: &Step) -> f64 {
        self.watch(step)
    }

    fn end(&mut self, side: Side, action: Option<Side>) {
        let known = match (self.actor, action, self.formulas) {
            (false, ..) | (_, Some(_), _) => Some(side),
            (true, None, Formulas::Coded) => Some(Side::of(self.right <= 0.5)),
            (true, None, _) => None,
        };
        self.learn(known);
        self.evidence.clear();
    }
}
