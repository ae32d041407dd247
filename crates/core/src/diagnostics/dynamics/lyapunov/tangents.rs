//! Tangent vectors carried along a trajectory, re-conditioned as seldom as doubles allow.

use super::InitialTangents;
use crate::linalg::flag::{Flag, Triangle, log_spread};
use crate::linalg::random::{Rng, normal};
use crate::linalg::{col_mut, gemm};
use crate::systems::time::Stepper;
use faer::{Accum, Mat};

/// Loss plus half of log n, in nats, that the interval between re-conditionings aims at: the
/// rounding of n products leaves each pivot some 1e-8 at worst.
const TARGET: f64 = 17.0;
/// The same, foretold, beyond which a step is not added to an interval.
const GUARD: f64 = 18.0;
/// The same beyond which an interval is redone with half its length.
const RETRY: f64 = 20.0;
/// The same in a single step beyond which a column and those after it are given up.
const COLLAPSE: f64 = 31.0;
/// Largest |log growth| over an interval, far from overflow.
const LARGEST: f64 = 200.0;
const LONGEST: usize = 256;
/// From this many units on, the product saved by the triangular form pays for the factorisation
/// (measured with full spectra), so every step re-conditions.
const EVERY_STEP_FROM: usize = 400;
/// Fewer tangents than this are cheaper by the tangent product than by forming the Jacobian.
const FOLD_FROM: usize = 8;

/// Tangents Z = J_t ... J_1 Q up to the right triangular factors taken out so far.
pub(super) struct Tangents {
    /// Columns that have not collapsed.
    pub(super) active: usize,
    /// Sum of log|u_jj| over the present batch.
    sums: Vec<f64>,
    /// log|r_jj| of the tangents at the batch's start and end.
    start: Vec<f64>,
    end: Vec<f64>,
    /// Sum over re-conditionings of the squared relative error of each pivot.
    pub(super) noise: Vec<f64>,
    pub(super) reconditionings: usize,
    interval: usize,
    longest: usize,
    /// Half of log n.
    rounding: f64,
    /// Loss a step beyond what the spread of the Jacobian's rows and columns foretells.
    excess: f64,
    /// That spread, over the present interval and of the Jacobian last formed.
    spread: f64,
    step_spread: f64,
    /// Whether the Jacobian of the next step is formed already.
    ready: bool,
    rows: Vec<f64>,
    fold: bool,
    trapezoid: bool,
    base: Mat<f64>,
    now: Mat<f64>,
    next: Mat<f64>,
    jacobian: Mat<f64>,
    permuted: Mat<f64>,
    flag: Flag,
    triangle: Triangle,
}

impl Tangents {
    /// Room for `k` tangents of `state`, which is evaluated but not moved.
    pub(super) fn new(state: &mut Stepper, k: usize) -> Self {
        let n = state.rule().dim();
        let mut jacobian = Mat::zeros(n, n);
        state.evaluate();
        let fold = (k >= FOLD_FROM || k == n) && state.fold(jacobian.as_mut());
        let side = if fold { n } else { 0 };
        jacobian.resize_with(side, side, |_, _| 0.0);
        let always = fold && n >= EVERY_STEP_FROM && 2 * k >= n;
        Self {
            active: k,
            sums: vec![0.0; k],
            start: vec![0.0; k],
            end: vec![0.0; k],
            noise: vec![0.0; k],
            reconditionings: 0,
            interval: 1,
            excess: 0.0,
            spread: 0.0,
            step_spread: 0.0,
            ready: false,
            rows: vec![0.0; n],
            rounding: 0.5 * (n as f64).ln(),
            longest: if always { 1 } else { LONGEST },
            fold,
            trapezoid: false,
            base: Mat::zeros(n, k),
            now: Mat::zeros(n, k),
            next: Mat::zeros(n, k),
            jacobian,
            permuted: Mat::zeros(side, side),
            flag: Flag::new(n, k),
            triangle: Triangle::new(n, k),
        }
    }

    /// Sets the initial directions: the first columns of the identity, or those of a rotation
    /// drawn uniformly (normal columns span the same flag).
    pub(super) fn begin(&mut self, kind: InitialTangents, rng: &mut Rng) {
        self.active = self.base.ncols();
        for j in 0..self.active {
            for (i, v) in col_mut(self.base.as_mut(), j).iter_mut().enumerate() {
                *v = match kind {
                    InitialTangents::Random => normal(rng),
                    InitialTangents::Identity => f64::from(u8::from(i == j)),
                };
            }
        }
        self.settle();
    }

    /// Puts new random directions behind those that are left.
    pub(super) fn refill(&mut self, rng: &mut Rng) {
        if self.active == self.base.ncols() {
            return;
        }
        if self.trapezoid {
            self.flag.restore(self.base.as_mut().subcols_mut(0, self.active));
        }
        for j in self.active..self.base.ncols() {
            col_mut(self.base.as_mut(), j).fill_with(|| normal(rng));
        }
        self.active = self.base.ncols();
        self.settle();
    }

    fn settle(&mut self) {
        self.now.copy_from(&self.base);
        let (done, _) = self.flag.factor(self.now.as_mut().subcols_mut(0, self.active), 0.0);
        self.active = done;
        self.accept();
    }

    fn accept(&mut self) {
        self.flag.accept();
        std::mem::swap(&mut self.base, &mut self.now);
        self.trapezoid = self.fold;
        if !self.trapezoid {
            self.flag.restore(self.base.as_mut().subcols_mut(0, self.active));
        }
    }

    /// Moves state and tangents by `steps` that re-condition every time.
    ///
    /// Directions that have not found their place yet may amplify rounding errors for long.
    pub(super) fn align(&mut self, state: &mut Stepper, steps: usize) -> bool {
        let longest = std::mem::replace(&mut self.longest, 1);
        self.interval = 1;
        let whole = self.run(state, steps, |_| ());
        self.longest = longest;
        whole
    }

    /// Starts a batch: sums from zero, the columns' present size taken note of.
    pub(super) fn open(&mut self) {
        self.sums.fill(0.0);
        let mut copy = self.next.as_mut().subcols_mut(0, self.active);
        copy.copy_from(self.base.as_ref().subcols(0, self.active));
        self.triangle.log_diagonal(copy, &mut self.start);
    }

    /// Ends a batch and begins the next: `out` receives the growth of each column in nats, minus
    /// infinity for those that have collapsed.
    pub(super) fn close(&mut self, out: &mut [f64]) {
        let mut copy = self.next.as_mut().subcols_mut(0, self.active);
        copy.copy_from(self.base.as_ref().subcols(0, self.active));
        self.triangle.log_diagonal(copy, &mut self.end);
        for (j, o) in out.iter_mut().enumerate() {
            let growth = self.sums[j] + self.end[j] - self.start[j];
            *o = if j < self.active { growth } else { f64::NEG_INFINITY };
        }
        self.sums.fill(0.0);
        std::mem::swap(&mut self.start, &mut self.end);
    }

    /// Moves state and tangents by `steps`, calling `each` with every new state (again for those
    /// that had to be redone); false when the state escapes.
    pub(super) fn run(&mut self, state: &mut Stepper, steps: usize, mut each: impl FnMut(&Stepper)) -> bool {
        let mut left = steps;
        while left > 0 {
            let m = self.advance(state, left, &mut each);
            let enough = if self.longest == 1 { RETRY } else { TARGET } - self.rounding;
            let (done, loss) = self.flag.factor(self.now.as_mut().subcols_mut(0, self.active), enough);
            let loss = loss + self.rounding;
            let failed = done < self.active || loss > RETRY;
            if failed && state.escaped() {
                return false;
            }
            if failed && m > 1 {
                self.interval = m / 2;
                self.ready = false;
                state.restore();
                continue;
            }
            left -= m;
            self.active =
                self.flag.loss[..done].iter().position(|l| l + self.rounding > COLLAPSE).unwrap_or(done);
            self.count();
            self.accept();
            self.adapt(m, loss);
        }
        !state.escaped()
    }

    /// Moves by up to an interval, `most` steps at most, without re-conditioning; returns how many.
    ///
    /// Stops before a step that would shrink some direction below what the tangents resolve, even if
    /// later steps stretched it again: the loss at the end of the interval would not tell.
    fn advance(&mut self, state: &mut Stepper, most: usize, each: &mut impl FnMut(&Stepper)) -> usize {
        state.save();
        let mut predicted = 3.0 * self.rounding;
        self.spread = 0.0;
        let mut m = 0;
        while m < self.interval.min(most) {
            if !self.ready {
                state.evaluate();
                self.step_spread = if self.fold { self.form(state) } else { 0.0 };
            }
            self.ready = m > 0 && self.fold && predicted + self.step_spread + self.excess > GUARD;
            if self.ready {
                break;
            }
            predicted += self.step_spread + self.excess;
            self.spread += self.step_spread;
            self.multiply(state, m == 0);
            state.commit();
            each(state);
            m += 1;
        }
        m
    }

    /// Writes the Jacobian; returns the spread of the sizes of its rows or columns, in nats.
    fn form(&mut self, state: &mut Stepper) -> f64 {
        state.fold(self.jacobian.as_mut());
        log_spread(self.jacobian.as_ref(), &mut self.rows).min(LARGEST)
    }

    /// now = J base, or J now within an interval.
    fn multiply(&mut self, state: &mut Stepper, first: bool) {
        let k = self.active;
        let source = if first { &self.base } else { &self.now };
        let source = source.as_ref().subcols(0, k);
        let mut target = self.next.as_mut().subcols_mut(0, k);
        let j = self.jacobian.as_ref();
        if !self.fold {
            state.carry(source, target, None);
        } else if first && self.trapezoid {
            self.flag.multiply(target.as_mut(), j, self.permuted.as_mut(), source);
        } else {
            gemm(target.as_mut(), Accum::Replace, j, source);
        }
        std::mem::swap(&mut self.now, &mut self.next);
    }

    fn count(&mut self) {
        self.reconditionings += 1;
        for j in 0..self.active {
            self.sums[j] += self.flag.growth[j];
            let relative = f64::EPSILON * (self.flag.loss[j] + self.rounding).exp();
            self.noise[j] += relative * relative;
        }
    }

    /// Chooses the next interval from the loss over the last one of `m` steps.
    fn adapt(&mut self, m: usize, loss: f64) {
        // The loss of random columns grows by a constant a step, from about n^(3/2).
        let offset = (3.0 * self.rounding).min(0.5 * loss);
        let rate = (loss - offset).max(1e-3) / m as f64;
        let excess = (loss - offset - self.spread) / m as f64;
        self.excess = 0.9 * self.excess + 0.1 * excess;
        let growth = self.flag.growth[..self.active].iter().fold(1e-3f64, |a, g| a.max(g.abs()));
        let room = ((TARGET - offset) / rate).min(LARGEST / growth * m as f64);
        // Where steps cannot be judged beforehand, few of them, unless each does little.
        let longest = if self.fold || rate < 0.5 { self.longest } else { self.longest.min(4) };
        // Truncation is meant: the interval that still fits, at most twice the present one.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let fits = room.min(2.0 * self.interval as f64) as usize;
        self.interval = fits.clamp(1, longest);
    }
}
