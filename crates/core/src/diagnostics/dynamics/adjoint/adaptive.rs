//! Steps along a flow whose length the local errors of state and tangents decide.

use crate::linalg::random::{Use, normal_matrix, stream};
use crate::linalg::{col, col_mut, norm};
use crate::systems::rule::{Point, Rule};
use crate::systems::time::dop853::Dop853;
use faer::{Mat, MatRef};

/// Tangents whose error is watched beside the state's: random ones see a change of every unit's slope.
const PROBES: usize = 3;
const ORDER: f64 = 8.0;
/// Order below which a step's error is taken for that of a kink inside it.
const SMOOTH: f64 = 4.0;
/// Length, in time steps of the system, down to which a kink is located.
const FLOOR: f64 = 1e-13;
const LARGEST_FLOOR: f64 = 1e-9;
/// Attempts a time step after which the tolerance is loosened.
const PATIENCE: usize = 500;

/// An adaptive integrator of dx/dt = F(x, u) that keeps to a tolerance across kinks of F.
///
/// A step is taken when the embedded error estimates of the state, relative to its largest norm so far,
/// and of three random tangents, relative to theirs, are below the tolerance. Where shortening a step
/// does not lower the error as the order says, a slope jumps inside it (as where a ReLU unit switches):
/// the longest step that ends before the jump is found by bisection, and the jump is crossed in one
/// step of some 1e-13 of the system's time step.
pub(super) struct Adaptive<'a> {
    field: &'a dyn Rule,
    tolerance: f64,
    /// The length that the last smooth step suggests.
    natural: f64,
    /// The system's time step.
    unit: f64,
    scale: f64,
    probes: Mat<f64>,
    images: Mat<f64>,
    next: Mat<f64>,
    tape: Mat<f64>,
    scratch: Mat<f64>,
    attempts: usize,
    patience: usize,
    crossings: usize,
}

impl<'a> Adaptive<'a> {
    pub(super) fn new(field: &'a dyn Rule, unit: f64, tolerance: f64) -> Self {
        let n = field.dim();
        let scheme = Dop853 { field, h: 0.0 };
        let mut probes = normal_matrix(&mut stream(1, Use::Tangent, n as u64), n, PROBES);
        for j in 0..PROBES {
            let size = norm(col(probes.as_ref(), j));
            col_mut(probes.as_mut(), j).iter_mut().for_each(|v| *v /= size);
        }
        Self {
            field,
            tolerance,
            natural: unit,
            unit,
            scale: 0.0,
            probes,
            images: Mat::zeros(n, PROBES),
            next: Mat::zeros(n, 1),
            tape: Mat::zeros(scheme.tape_rows(), 1),
            scratch: Mat::zeros(scheme.scratch_rows(), PROBES),
            attempts: 0,
            patience: PATIENCE,
            crossings: 0,
        }
    }

    /// Kinks crossed so far.
    pub(super) fn crossings(&self) -> usize {
        self.crossings
    }
    /// The tolerance in use: the one asked for, unless the steps became too many.
    pub(super) fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// Local error of a step of `h` from `x`, in tolerances; the state after it is in `next`.
    fn attempt(&mut self, x: MatRef<f64>, u: MatRef<f64>, h: f64) -> f64 {
        self.attempts += 1;
        let scheme = Dop853 { field: self.field, h };
        scheme.eval(x, u, self.next.as_mut(), self.tape.as_mut(), self.scratch.as_mut());
        let scale = self.scale.max(norm(col(x, 0))).max(f64::MIN_POSITIVE);
        let state = scheme.error(self.scratch.as_ref(), 0) / scale;
        let at = Point { x, u, tape: self.tape.as_ref() };
        scheme.jvp(at, self.probes.as_ref(), self.images.as_mut(), self.scratch.as_mut());
        let worst = (0..PROBES).map(|j| scheme.error(self.scratch.as_ref(), j));
        let worst = worst.fold(state, |a, b| if a >= b { a } else { b });
        // What is not finite must not pass for small.
        if worst.is_finite() && self.next.norm_l2().is_finite() {
            worst / self.tolerance
        } else {
            f64::INFINITY
        }
    }

    fn accept(&mut self, x: &mut Mat<f64>, h: f64, each: &mut impl FnMut(f64, &Mat<f64>)) {
        self.scale = self.scale.max(norm(col(x.as_ref(), 0)));
        each(h, x);
        std::mem::swap(x, &mut self.next);
    }

    /// Moves `x` by `span` under the input `u`, calling `each` with the length of each step taken and the state before it.
    pub(super) fn advance(
        &mut self,
        x: &mut Mat<f64>,
        u: MatRef<f64>,
        span: f64,
        each: &mut impl FnMut(f64, &Mat<f64>),
    ) {
        let mut left = span;
        let mut floor = self.floor(x.as_ref(), u);
        while left > 0.0 {
            let mut h = self.natural.min(left);
            // No sliver at the end.
            if left < 2.0 * h && h < left {
                h = 0.5 * left;
            }
            let mut error = self.attempt(x.as_ref(), u, h);
            let full = h;
            while error > 1.0 {
                let shorter = h * (0.9 * error.powf(-1.0 / ORDER)).clamp(0.2, 0.9);
                let next = self.attempt(x.as_ref(), u, shorter);
                let order = (error / next).ln() / (h / shorter).ln();
                h = shorter;
                if next > 1.0 && !(order >= SMOOTH) {
                    h = self.last_before(x.as_ref(), u, h, floor);
                    break;
                }
                error = next;
            }
            if error <= 1.0 {
                let growth = (0.9 * error.max(1e-12).powf(-1.0 / ORDER)).clamp(0.3, 5.0);
                self.natural = if h < full { h * growth } else { self.natural.max(h * growth) };
                left = if h < left { left - h } else { 0.0 };
                self.accept(x, h, each);
                floor = self.floor(x.as_ref(), u);
            } else {
                // Up to the kink, then across it.
                if h > 0.0 {
                    self.attempt(x.as_ref(), u, h);
                    self.accept(x, h, each);
                    left -= h;
                }
                let across = (2.0 * floor).min(left);
                self.attempt(x.as_ref(), u, across);
                self.accept(x, across, each);
                self.crossings += 1;
                left -= across;
                // A jump that is still ahead was missed by rounding: the next step reaches further.
                floor = (2.0 * floor).min(LARGEST_FLOOR * self.unit);
                self.natural = full;
            }
            if !x.norm_l2().is_finite() {
                return;
            }
        }
        self.relent();
    }

    /// The shortest step worth taking at `x`: its change must show in the state's digits.
    fn floor(&mut self, x: MatRef<f64>, u: MatRef<f64>) -> f64 {
        let tape = self.tape.as_mut().subrows_mut(0, self.field.tape_rows());
        self.field.eval(x, u, self.next.as_mut(), tape, self.scratch.as_mut());
        let visible = 16.0 * f64::EPSILON * norm(col(x, 0)) / norm(col(self.next.as_ref(), 0));
        (FLOOR * self.unit).max(visible.min(LARGEST_FLOOR * self.unit))
    }

    /// The longest step below `high` whose error is within the tolerance, to `floor`.
    fn last_before(&mut self, x: MatRef<f64>, u: MatRef<f64>, high: f64, floor: f64) -> f64 {
        let (mut low, mut high) = (0.0, high);
        while high - low > floor {
            let middle = 0.5 * (low + high);
            if self.attempt(x, u, middle) <= 1.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Loosens the tolerance of a flow that has kinks everywhere.
    fn relent(&mut self) {
        self.patience += PATIENCE;
        if self.attempts > self.patience {
            self.tolerance *= 10.0;
            self.patience += self.attempts;
        }
    }
}
