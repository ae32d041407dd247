//! A trajectory that can be walked in both directions with its products.

use super::adaptive::Adaptive;
use super::motion::Motion;
use crate::linalg::{col, col_mut, norm};
use crate::systems::rule::Point;
use crate::systems::time::{Drive, ESCAPED, Stepper, System};
use faer::{Mat, MatMut};

/// Steps whose tapes are kept at a time, and after which the whole matrix is made orthogonal again.
const BLOCK: usize = 4;

/// A step: its length and the column of the input that it sees.
#[derive(Clone, Copy)]
struct Step {
    h: f64,
    column: usize,
}

/// The steps of a trajectory, cut at the times where results are kept.
pub(super) struct Path<'a> {
    pub(super) motion: Motion<'a>,
    drive: Drive<'a>,
    /// State at each of the times.
    pub(super) states: Vec<Mat<f64>>,
    /// Steps of interval i, between the times i and i + 1, in blocks.
    intervals: Vec<Vec<Vec<Step>>>,
    /// State at the beginning of each block.
    starts: Vec<Vec<Mat<f64>>>,
    pub(super) crossings: usize,
    pub(super) tolerance: f64,
}

/// The tapes of one block of steps.
pub(super) struct Tapes {
    count: usize,
    x: Mat<f64>,
    u: Mat<f64>,
    tape: Mat<f64>,
    scratch: Mat<f64>,
    h: Vec<f64>,
}

impl<'a> Path<'a> {
    /// Follows `x` through `times`, which increase from 0; the end of the path where the state left every
    /// bound is an error with that time.
    pub(super) fn follow(
        system: &'a dyn System,
        x: &[f64],
        drive: Drive<'a>,
        times: &[f64],
        tolerance: f64,
    ) -> Result<Self, f64> {
        let motion = Motion::of(system);
        let n = motion.dim();
        let mut x = Mat::from_fn(n, 1, |i, _| x[i]);
        let mut path = Self {
            motion,
            drive,
            states: vec![x.clone()],
            intervals: Vec::new(),
            starts: Vec::new(),
            crossings: 0,
            tolerance: 0.0,
        };
        let dt = system.time_step();
        let mut mover = match motion {
            Motion::Map(rule) => Mover::Map(Box::new(Stepper::new(rule, drive, col(x.as_ref(), 0), 1))),
            Motion::Flow(field) => Mover::Flow(Box::new(Adaptive::new(field, dt, tolerance))),
        };
        let mut u = Mat::zeros(motion.inputs(), 1);
        for pair in times.windows(2) {
            let mut steps: Vec<Vec<Step>> = Vec::new();
            let mut starts = Vec::new();
            for (column, span) in path.pieces(pair[0], pair[1], dt) {
                path.input(column, u.as_mut());
                // Blocks are filled step by step, so that each begins at a state that is known.
                mover.advance(&mut x, &u, span, &mut |h, before: &Mat<f64>| {
                    if steps.last().is_none_or(|b| b.len() == BLOCK) {
                        steps.push(Vec::with_capacity(BLOCK));
                        starts.push(before.clone());
                    }
                    if let Some(block) = steps.last_mut() {
                        block.push(Step { h, column });
                    }
                });
                if !(norm(col(x.as_ref(), 0)) <= ESCAPED) {
                    return Err(pair[1]);
                }
            }
            path.intervals.push(steps);
            path.starts.push(starts);
            path.states.push(x.clone());
        }
        (path.crossings, path.tolerance) = mover.summary();
        Ok(path)
    }

    /// The stretches of constant input between two times: column and length.
    fn pieces(&self, from: f64, to: f64, dt: f64) -> Vec<(usize, f64)> {
        let constant = matches!(self.drive, Drive::Constant(_));
        if constant && matches!(self.motion, Motion::Flow(_)) {
            return vec![(0, to - from)];
        }
        // Times are whole steps here.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let (first, last) = ((from / dt).round() as usize, (to / dt).round() as usize);
        (first..last).map(|k| (k, dt)).collect()
    }

    fn input(&self, column: usize, u: MatMut<f64>) {
        self.drive.write(column, col_mut(u, 0));
    }

    /// Number of intervals.
    pub(super) fn len(&self) -> usize {
        self.intervals.len()
    }
    /// Steps in all.
    pub(super) fn steps(&self) -> usize {
        self.intervals.iter().flatten().map(Vec::len).sum()
    }
    /// Blocks of interval `i`.
    pub(super) fn blocks(&self, i: usize) -> usize {
        self.intervals[i].len()
    }

    pub(super) fn tapes(&self) -> Tapes {
        let n = self.motion.dim();
        Tapes {
            count: 0,
            x: Mat::zeros(n, BLOCK + 1),
            u: Mat::zeros(self.motion.inputs(), BLOCK),
            tape: Mat::zeros(self.motion.tape_rows(), BLOCK),
            scratch: Mat::zeros(self.motion.scratch_rows(), 1),
            h: vec![0.0; BLOCK],
        }
    }

    /// Goes through block `b` of interval `i` again, keeping the tapes.
    pub(super) fn record(&self, i: usize, b: usize, tapes: &mut Tapes) {
        let steps = &self.intervals[i][b];
        tapes.count = steps.len();
        tapes.x.as_mut().subcols_mut(0, 1).copy_from(&self.starts[i][b]);
        for (k, step) in steps.iter().enumerate() {
            tapes.h[k] = step.h;
            self.input(step.column, tapes.u.as_mut().subcols_mut(k, 1));
            let (x, y) = tapes.x.as_mut().split_at_col_mut(k + 1);
            self.motion.eval(
                step.h,
                x.as_ref().subcols(k, 1),
                tapes.u.as_ref().subcols(k, 1),
                y.subcols_mut(0, 1),
                tapes.tape.as_mut().subcols_mut(k, 1),
                tapes.scratch.as_mut(),
            );
        }
    }
}

impl Tapes {
    /// Steps in the block.
    pub(super) fn count(&self) -> usize {
        self.count
    }
    /// Length of step `k` and the point from which it starts.
    pub(super) fn step(&self, k: usize) -> (f64, Point<'_>) {
        let at = Point {
            x: self.x.as_ref().subcols(k, 1),
            u: self.u.as_ref().subcols(k, 1),
            tape: self.tape.as_ref().subcols(k, 1),
        };
        (self.h[k], at)
    }
}

/// Moves a state: by one step of the map, or along the flow adaptively.
enum Mover<'a> {
    Map(Box<Stepper<'a>>),
    Flow(Box<Adaptive<'a>>),
}

impl Mover<'_> {
    /// Moves `x` by `span`, calling `each` with every step's length and the state before it.
    fn advance(&mut self, x: &mut Mat<f64>, u: &Mat<f64>, span: f64, each: &mut impl FnMut(f64, &Mat<f64>)) {
        match self {
            Self::Map(stepper) => {
                each(span, x);
                stepper.step();
                col_mut(x.as_mut(), 0).copy_from_slice(stepper.x());
            }
            Self::Flow(adaptive) => adaptive.advance(x, u.as_ref(), span, each),
        }
    }

    /// Kinks crossed, and the tolerance at the end.
    fn summary(&self) -> (usize, f64) {
        match self {
            Self::Map(_) => (0, 0.0),
            Self::Flow(adaptive) => (adaptive.crossings(), adaptive.tolerance()),
        }
    }
}
