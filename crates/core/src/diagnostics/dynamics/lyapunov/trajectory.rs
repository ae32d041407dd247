//! One trajectory of an analysis: warm-up, alignment, and batches of recorded growth.

use super::rest::FixedPoint;
use super::samples::Samples;
use super::settle::{End, PATIENCE, settle};
use super::statistics::trend;
use super::tangents::Tangents;
use super::{Kind, Options};
use crate::linalg::random::{Rng, Use, stream};
use crate::systems::time::{Drive, Stepper, System};

/// Steps with tangents at a fixed point or on a cycle, where they serve only as a check.
const CHECK_STEPS: usize = 1000;
/// Entries of tangents that are carried between two words on how far it is.
const WATCHED: usize = 1 << 24;

pub(super) struct Trajectory<'a> {
    pub(super) index: usize,
    pub(super) kind: Kind,
    pub(super) point: Option<FixedPoint>,
    /// The points of a cycle, one period.
    pub(super) cycle: Vec<Vec<f64>>,
    /// Exponents by eigenvalues or multipliers, with their errors.
    pub(super) exact: Option<(Vec<f64>, Vec<f64>)>,
    pub(super) state: Stepper<'a>,
    pub(super) tangents: Tangents,
    pub(super) samples: Samples,
    /// Where it was before it settled, or before the recording began again.
    pub(super) before: Vec<Samples>,
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
    pub(super) late: bool,
    pub(super) time_step: f64,
    begun_again: bool,
    /// Steps that looks ahead have followed.
    looked: usize,
    start: Vec<f64>,
    rng: Rng,
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
        let mut state = Stepper::new(rule, drive, x, n.max(k));
        let tangents = Tangents::new(&mut state, k);
        let diverged = !state.run(options.warmup);
        let mut out = Self {
            index,
            kind: Kind::Moving,
            point: None,
            cycle: Vec::new(),
            exact: None,
            state,
            tangents,
            samples: Samples::new(n),
            before: Vec::new(),
            batch: 1,
            growth: Vec::new(),
            total: vec![0.0; k],
            recorded: 0,
            origin: (0, Vec::new()),
            diverged,
            finished: false,
            late: false,
            time_step: system.time_step(),
            begun_again: false,
            looked: 0,
            start: x.to_vec(),
            rng: stream(options.seed, Use::Tangent, index as u64),
            limit: 0,
        };
        if matches!(drive, Drive::Constant(_)) && !diverged {
            let mut seen = Samples::new(n);
            let end = settle(
                system,
                drive,
                x,
                &mut out.state,
                &mut seen,
                (options.settle / PATIENCE, options.settle),
            );
            out.before.push(seen);
            out.end(end);
        }
        out.tangents.begin(options.initial_tangents, &mut out.rng);
        out.diverged = out.diverged || !out.tangents.align(&mut out.state, options.align);
        out.limit = match drive {
            _ if out.point.as_ref().is_some_and(|p| p.kinked) => 0,
            Drive::Constant(_) if out.exact.is_some() => options.max_steps.min(CHECK_STEPS),
            Drive::Constant(_) => options.max_steps,
            Drive::Sequence(m) => m.ncols() - options.warmup - options.align,
        };
        out.batch = batch(options.batch, out.limit, out.cycle.len());
        out.begin();
        out
    }

    /// Takes over where the orbit ends.
    fn end(&mut self, end: End) {
        match end {
            End::Rest(point) => {
                self.kind = Kind::FixedPoint;
                self.exact = Some((point.exponents.clone(), point.errors.clone()));
                self.state.set_x(&point.x);
                self.point = Some(point);
            }
            End::Cycle(cycle) => {
                self.kind = Kind::Cycle(cycle.points.len());
                self.exact = cycle.exponents();
                self.cycle = cycle.points;
            }
            End::Moving => (),
            End::Diverged => self.diverged = true,
        }
    }

    /// Starts recording, from nothing.
    fn begin(&mut self) {
        self.tangents.refill(&mut self.rng);
        self.tangents.open();
        self.tangents.reconditionings = 0;
        self.tangents.noise.fill(0.0);
        self.origin = (self.state.time(), self.state.x().to_vec());
        self.growth.clear();
        self.total.fill(0.0);
        self.recorded = 0;
    }

    /// Throws away what was recorded while the orbit had not settled; false the second time.
    pub(super) fn begin_again(&mut self) -> bool {
        let first = !self.begun_again && !self.diverged;
        if first {
            self.begun_again = true;
            self.finished = false;
            let n = self.state.x().len();
            self.before.push(std::mem::replace(&mut self.samples, Samples::new(n)));
            self.begin();
        }
        first
    }

    /// Whether the state or its local exponents still drift.
    pub(super) fn drifts(&self) -> bool {
        let k = self.total.len().min(self.tangents.active).min(4);
        self.kind == Kind::Moving
            && (self.samples.drifts() || (0..k).any(|j| trend(&[self.series(j)], self.batch).lasting))
    }

    /// Records up to `batches` more batches; the last of all may be shorter. `watch` is told now and then of the steps so far.
    pub(super) fn record(&mut self, batches: usize, watch: &dyn Fn(usize)) {
        let k = self.total.len();
        let mut sums = vec![0.0; k];
        let every = WATCHED / (self.state.x().len() * k.max(1)).max(1) + 1;
        for _ in 0..batches {
            if self.done() {
                return;
            }
            let steps = self.batch.min(self.limit - self.recorded);
            let (samples, begin) = (&mut self.samples, self.origin.0);
            let recorded = self.recorded;
            let mut made = 0;
            let each = |s: &Stepper| {
                samples.offer(s.time() - begin - 1, s.x());
                made += 1;
                if made % every == 0 {
                    watch(recorded + made);
                }
            };
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

    /// Finds out whether a trajectory taken for moving has come to rest, or to a cycle, after all.
    pub(super) fn look(&mut self, system: &dyn System, options: &Options) {
        if self.kind != Kind::Moving || self.diverged {
            return;
        }
        let drive = self.state.drive();
        let mut ahead = Stepper::fork(system.step(), drive, self.state.x(), self.state.time(), 1);
        let mut seen = Samples::new(self.start.len());
        // All looks together may follow as much as the first may.
        let left = options.settle.saturating_sub(self.looked);
        let end = settle(system, drive, &self.start, &mut ahead, &mut seen, (1, left));
        self.looked += ahead.time() - self.state.time();
        if matches!(end, End::Rest(_) | End::Cycle(_)) {
            self.end(end);
            (self.late, self.finished) = (true, true);
        }
    }
}

/// Steps a batch: as asked for, else some 500 batches in all; whole periods of a cycle.
fn batch(asked: usize, limit: usize, period: usize) -> usize {
    let batch = match asked {
        0 => (limit / 512).clamp(50, 10_000).min((limit / 8).max(1)),
        b => b.min(limit).max(1),
    };
    let whole = batch.next_multiple_of(period.max(1));
    if whole <= limit { whole } else { batch }
}
