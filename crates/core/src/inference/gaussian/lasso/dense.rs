//! Steps for estimates with many couplings: proximal gradients that find the signs, and Newton's steps with the signs fixed.

use super::face::Face;
use super::newton::{Newton, STUCK};
use super::sweep::{Active, Model};
use crate::linalg::pointwise::dot;
use crate::linalg::{col, col_mut, vectorised};

/// Share of entries that may move from which products of whole matrices are cheaper than one entry after the other.
const CROWDED: f64 = 0.05;
const LEAST_UNITS: usize = 32;
/// Gradients go on until a step changes whether entries are zero at this share of those that are not.
const SETTLED: f64 = 0.01;
const MOST_GRADIENTS: usize = 15;
const MOST_ROUNDS: usize = 20;
const MOST_HALVINGS: usize = 40;
/// Share of the squared step, over twice its length, by which a gradient step must decrease the objective.
const ARMIJO: f64 = 1e-4;
/// Where conjugate gradients end: Newton's steps are few, and each but the last only a part of the way.
const FORCING: f64 = 1e-2;

impl Newton<'_> {
    /// Whether enough entries may move.
    pub(super) fn crowded(&self) -> bool {
        let n = self.c.nrows();
        let free = |j: usize| {
            let (c, x) = (col(self.c, j), col(self.x.as_ref(), j));
            (0..j).filter(|i| x[*i] != 0.0 || c[*i].abs() > self.lambda).count()
        };
        n >= LEAST_UNITS && (0..n).map(free).sum::<usize>() as f64 >= CROWDED * (n * (n - 1) / 2) as f64
    }

    /// Gradients and Newton's steps in turns until the gap is at most `tolerance` or falls no more; the turns taken.
    ///
    /// Formula: Theta becomes shrink(Theta - t (C - W), t lambda) off the diagonal, t by Barzilai and Borwein's two rules in turn,
    /// halved until the objective decreases; then [`Face::ahead`], and how far along that by Armijo's rule.
    /// Source: Rolfs, Rajaratnam, Guillot, Wong & Maleki 2012, NIPS 25, algorithm 1; Oztoprak, Nocedal, Rennie & Olsen 2012,
    /// NIPS 25, section 3.
    pub(super) fn dense(&mut self, tolerance: f64, limit: usize) -> usize {
        let mut last = [f64::INFINITY; 2];
        // One over the largest sum of a row of |W|, squared, is within the curvature everywhere near.
        let row = |j| col(self.w.as_ref(), j).iter().map(|w| w.abs()).sum::<f64>();
        let mut t = (0..self.c.nrows()).map(row).fold(0.0, f64::max).powi(-2);
        let most = limit.min(MOST_ROUNDS);
        for turn in 0..most {
            let moved = self.gradients(&mut t);
            if self.gap() <= tolerance {
                return turn + 1;
            }
            let gone = self.face_step();
            let gap = self.gap();
            if gap <= tolerance || !(moved || gone) || gap > STUCK * last[turn % 2] {
                return turn + 1;
            }
            last[turn % 2] = gap;
        }
        most
    }

    /// Gradient steps until the signs settle; false where none decreases the objective.
    fn gradients(&mut self, t: &mut f64) -> bool {
        let rounding = self.rounding();
        let mut scratch = [vec![0.0; self.c.nrows()], vec![0.0; self.c.nrows()]];
        for step in 0..MOST_GRADIENTS {
            let Some(value) = self.shrunk(t, rounding, &mut scratch[0]) else { return step > 0 };
            self.cholesky.inverse(self.d.as_mut());
            let ([ss, sy, yy], [changed, entries]) = self.secant(&mut scratch);
            std::mem::swap(&mut self.x, &mut self.trial);
            std::mem::swap(&mut self.w, &mut self.d);
            self.objective = value;
            let next = if step % 2 == 0 { sy / yy } else { ss / sy };
            if next > 0.0 && next.is_finite() {
                *t = next;
            }
            if changed as f64 <= SETTLED * entries as f64 {
                break;
            }
        }
        true
    }

    /// tr S S, tr S Y and tr Y Y of the steps S from Theta to the trial and Y from its inverse, which is in D, to W; entries that
    /// became zero or ceased to be, and those that are not.
    fn secant(&self, [s, y]: &mut [Vec<f64>; 2]) -> ([f64; 3], [usize; 2]) {
        let (mut sums, mut counts) = ([0.0; 3], [0; 2]);
        for j in 0..self.c.ncols() {
            let (x, next) = (col(self.x.as_ref(), j), col(self.trial.as_ref(), j));
            difference(s, next, x);
            difference(y, col(self.w.as_ref(), j), col(self.d.as_ref(), j));
            for (sum, (a, b)) in sums.iter_mut().zip([(&*s, &*s), (&*s, &*y), (&*y, &*y)]) {
                *sum += dot(a, b);
            }
            let [changed, entries] = signs(x, next);
            counts = [counts[0] + changed, counts[1] + entries];
        }
        (sums, counts)
    }

    /// Leaves in the trial what a gradient step of length `t` makes, halved until the objective, which is returned, decreases.
    fn shrunk(&mut self, t: &mut f64, rounding: f64, s: &mut [f64]) -> Option<f64> {
        for _ in 0..MOST_HALVINGS {
            let mut squares = 0.0;
            for j in 0..self.c.ncols() {
                let (c, w, x) = (col(self.c, j), col(self.w.as_ref(), j), col(self.x.as_ref(), j));
                let y = col_mut(self.trial.as_mut(), j);
                proximal(y, [c, w, x], *t, *t * self.lambda);
                y[j] = x[j] - *t * (c[j] - w[j]);
                difference(s, y, x);
                squares += dot(s, s);
            }
            if let Some(value) = self.value()
                && value <= self.objective - ARMIJO * squares / (2.0 * *t) + rounding
            {
                return Some(value);
            }
            *t *= 0.5;
        }
        None
    }

    /// Newton's step with the signs fixed; false where it does not decrease the objective.
    fn face_step(&mut self) -> bool {
        let n = self.c.nrows();
        let active = Active::new(0);
        let (c, w, x) = (self.c, self.w.as_ref(), self.x.as_ref());
        let model = Model { c, w, x, lambda: self.lambda, active: &active };
        self.face.get_or_insert_with(|| Face::new(n)).ahead(&model, &mut self.d, FORCING);
        let (predicted, rounding) = self.predicted();
        predicted > 0.0 && self.step(predicted, rounding)
    }
}

/// a - b.
fn difference(out: &mut [f64], a: &[f64], b: &[f64]) {
    vectorised(
        #[inline(always)]
        move || out.iter_mut().zip(a.iter().zip(b)).for_each(|(out, (a, b))| *out = a - b),
    );
}

/// Entries of one of two columns alone, and of the second.
fn signs(x: &[f64], next: &[f64]) -> [usize; 2] {
    vectorised(
        #[inline(always)]
        move || {
            let mut counts = [0, 0];
            for (x, next) in x.iter().zip(next) {
                counts[0] += usize::from((*next != 0.0) != (*x != 0.0));
                counts[1] += usize::from(*next != 0.0);
            }
            counts
        },
    )
}

/// Columns of Theta - t (C - W), shrunk by `by`.
fn proximal(out: &mut [f64], [c, w, x]: [&[f64]; 3], t: f64, by: f64) {
    vectorised(
        #[inline(always)]
        move || {
            for ((out, x), (c, w)) in out.iter_mut().zip(x).zip(c.iter().zip(w)) {
                let z = x - t * (c - w);
                *out = z - z.clamp(-by, by);
            }
        },
    );
}
