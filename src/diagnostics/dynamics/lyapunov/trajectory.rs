//! One trajectory of an analysis: warm-up, alignment, and batches of recorded growth.

use super::fixed::{self, FixedPoint};
use super::samples::Samples;
use super::state::State;
use super::tangents::Tangents;
use super::{Drive, Kind, Options};
use crate::linalg::random::{Use, stream};
use crate::systems::time::System;

const LONGEST_PERIOD: usize = 64;
/// Steps with tangents at a fixed point, where they serve only as a check.
const CHECK_STEPS: usize = 1000;

pub(super) struct Trajectory<'a> {
    pub(super) index: usize,
    pub(super) kind: Kind,
    pub(super) point: Option<FixedPoint>,
    /// The points of a cycle, one period.
    pub(super) cycle: Vec<Vec<f64>>,
    pub(super) state: State<'a>,
    pub(super) tangents: Tangents,
    pub(super) samples: Samples,
    /// Steps a batch.
    pub(super) batch: usize,
    /// Growth of each column in each full batch, nats, k numbers a batch.
    pub(super) growth: Vec<f64>,
    /// Growth over all recorded steps, nats.
    pub(super) total: Vec<f64>,
    pub(super) recorded: usize,
    /// Time and state where recording began.
    pub(super) origin: (usize, Vec<f64>),
    pub(super) diverged: bool,
    pub(super) finished: bool,
    pub(super) time_step: f64,
    limit: usize,
}

impl<'a> Trajectory<'a> {
    /// Warms up the state, finds out whether it rests or repeats itself, and aligns the tangents.
    pub(super) fn prepare(
        system: &'a dyn System,
        drive: Drive<'a>,
        x: &[f64],
        k: usize,
        index: usize,
        options: &Options,
    ) -> Self {
        let rule = system.step();
        let n = rule.dim();
        let mut state = State::new(rule, drive, x, n.max(k));
        let mut tangents = Tangents::new(&mut state, k);
        let mut diverged = !state.run(options.warmup);
        let autonomous = matches!(drive, Drive::Constant(_));
        let (mut kind, mut cycle) = (Kind::Moving, Vec::new());
        let point = if autonomous && !diverged { fixed::settled(system, drive, state.x()) } else { None };
        if point.is_some() {
            kind = Kind::FixedPoint;
        } else if autonomous && !diverged && !system.is_flow() {
            cycle = period(rule, drive, state.x());
            if !cycle.is_empty() {
                kind = Kind::Cycle(cycle.len());
            }
        }
        let mut rng = stream(options.seed, Use::Tangent, index as u64);
        tangents.begin(options.initial_tangents, &mut rng);
        diverged = diverged || !tangents.align(&mut state, options.align);
        tangents.refill(&mut rng);
        tangents.open();
        tangents.reconditionings = 0;
        tangents.noise.fill(0.0);
        let limit = match drive {
            Drive::Constant(_) if kind == Kind::FixedPoint => options.max_steps.min(CHECK_STEPS),
            Drive::Constant(_) => options.max_steps,
            Drive::Sequence(m) => m.ncols() - options.warmup - options.align,
        };
        let batch = batch(options.batch, limit, cycle.len());
        let growth = Vec::with_capacity(k * (limit / batch));
        let origin = (state.time, state.x().to_vec());
        Self {
            index,
            kind,
            point,
            cycle,
            state,
            tangents,
            samples: Samples::new(n),
            batch,
            growth,
            total: vec![0.0; k],
            recorded: 0,
            origin,
            diverged,
            finished: false,
            time_step: system.time_step(),
            limit,
        }
    }

    /// Records up to `batches` more batches; the last of all may be shorter.
    pub(super) fn record(&mut self, batches: usize) {
        let k = self.total.len();
        let mut sums = vec![0.0; k];
        for _ in 0..batches {
            if self.done() {
                return;
            }
            let steps = self.batch.min(self.limit - self.recorded);
            let (samples, begin) = (&mut self.samples, self.origin.0);
            let each = |s: &State| samples.offer(s.time - begin - 1, s.x());
            if !self.tangents.run(&mut self.state, steps, each) {
                self.diverged = true;
                return;
            }
            self.tangents.close(&mut sums);
            self.total.iter_mut().zip(&sums).for_each(|(t, s)| *t += s);
            self.recorded += steps;
            if steps == self.batch {
                self.growth.extend_from_slice(&sums);
            }
        }
    }

    pub(super) fn done(&self) -> bool {
        self.diverged || self.finished || self.recorded >= self.limit
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Means over the full batches of column `j`, nats per step.
    pub(super) fn series(&self, j: usize) -> Vec<f64> {
        let k = self.total.len();
        self.growth.iter().skip(j).step_by(k).map(|g| g / self.batch as f64).collect()
    }

    /// Whether a trajectory taken for moving has come to rest after all; then it is treated so.
    pub(super) fn settled_late(&mut self, system: &dyn System) -> bool {
        if self.kind != Kind::Moving || self.diverged {
            return false;
        }
        self.point = fixed::settled(system, self.state.drive(), self.state.x());
        if self.point.is_some() {
            self.kind = Kind::FixedPoint;
        }
        self.point.is_some()
    }
}

/// Steps a batch: as asked for, else some 500 batches in all; whole periods of a cycle.
fn batch(asked: usize, limit: usize, period: usize) -> usize {
    let batch = match asked {
        0 => (limit / 512).clamp(50, 10_000).min((limit / 8).max(1)),
        b => b.min(limit),
    };
    let whole = batch.next_multiple_of(period.max(1));
    if whole <= limit { whole } else { batch }
}

/// The points of one period, if the orbit from `x` repeats itself to 1e-10 within 64 steps.
fn period(rule: &dyn crate::systems::rule::Rule, drive: Drive, x: &[f64]) -> Vec<Vec<f64>> {
    let mut state = State::new(rule, drive, x, 1);
    let mut orbit = vec![x.to_vec()];
    let scale = 1.0 + x.iter().fold(0.0f64, |a, v| a.max(v.abs()));
    let close = |a: &[f64], b: &[f64], eps: f64| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= eps * scale);
    for p in 1..=LONGEST_PERIOD {
        state.run(1);
        if close(state.x(), x, 1e-10) {
            let moves = (1..p).all(|i| !close(&orbit[i], x, 1e-6));
            state.run(p);
            return if p > 1 && moves && close(state.x(), x, 1e-10) { orbit } else { Vec::new() };
        }
        orbit.push(state.x().to_vec());
    }
    Vec::new()
}
