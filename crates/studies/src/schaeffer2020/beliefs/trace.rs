//! Both beliefs at the ends of trials: sides of their boundaries after a change, distance and lag to the observer's.

use crate::common::*;
use crate::schaeffer2020::geometry::Geometry;
use crate::schaeffer2020::measured::over_blocks;
use crate::schaeffer2020::networks::Recorded;

/// Trials after a change: no block is shorter.
pub const AFTER: usize = 20;
/// Stretches of them, in which the belief is to advance.
const STRETCHES: [[usize; 2]; 5] = [[0, 1], [1, 3], [3, 6], [6, 10], [10, 20]];
/// Places from which a block's belief is taken as settled.
const LATE: usize = 10;
/// Trials by which the belief may lag or lead.
const LAGS: usize = 10;
/// Trials over which the sum of sides leaks that the belief is held against.
const MEMORY: f64 = 40.0;

/// What a session's trials leave behind, one entry a trial.
pub struct Trace {
    /// Its block, and its place in it.
    pub at: Vec<[usize; 2]>,
    /// Side of the block and of the stimulus, -1 or 1.
    pub sides: Vec<[f64; 2]>,
    /// The stimulus' coordinate at the end of the trial.
    pub stimulus: Vec<f64>,
    /// The block belief at the end, in units of the observer's.
    pub own: Vec<f64>,
    /// The observer's 2 P(right) - 1 after the trial.
    pub ideal: Vec<f64>,
}

/// 1 for what is so.
fn one_if(so: bool) -> f64 {
    f64::from(u8::from(so))
}

/// Pearson's correlation by the means of x, y, x^2, y^2 and x y.
pub fn by_means([x, y, xx, yy, xy]: [f64; 5]) -> f64 {
    (xy - x * y) / ((xx - x * x) * (yy - y * y)).sqrt()
}

impl Trace {
    /// Of a recorded session.
    pub fn of(r: &Recorded, g: &Geometry) -> Self {
        let (own, ideal) = g.beliefs(r);
        let trials = || r.played.trials.iter().map(|t| t.trial);
        Self {
            at: trials().map(|t| [t.block, t.place]).collect(),
            sides: trials().map(|t| [t.block_side.sign(), t.side.sign()]).collect(),
            stimulus: r.ends().iter().map(|t| g.aligned(*t)[0]).collect(),
            own,
            ideal,
        }
    }

    /// Trials after the first change of block that are at places from `from` up to `to`.
    fn after(&self, from: usize, to: usize) -> impl Iterator<Item = usize> {
        let here = move |n: &usize| self.at[*n][0] > 0 && (from..to).contains(&self.at[*n][1]);
        (0..self.at.len()).filter(here)
    }

    /// The mean of `f` over `trials`.
    pub fn mean(&self, trials: impl Iterator<Item = usize>, f: impl Fn(usize) -> f64) -> Estimate {
        over_blocks(trials.map(|n| (self.at[n][0], vec![f(n)])), |m| m[0])
    }

    /// Percent of trials at a place whose end is on the block's side of the block boundary: the network's, the observer's.
    pub fn right_side(&self, place: usize) -> [Estimate; 2] {
        [&self.own, &self.ideal].map(|b| {
            self.mean(self.after(place, place + 1), |n| 100.0 * one_if(b[n] * self.sides[n][0] > 0.0))
        })
    }

    /// Percent of ends at a place that are on the stimulus' side of the stimulus boundary.
    pub fn stimulus_side(&self, place: usize) -> Estimate {
        self.mean(self.after(place, place + 1), |n| 100.0 * one_if(self.stimulus[n] * self.sides[n][1] > 0.0))
    }

    /// Percent of changes at which the state is on the wrong side of the block boundary: before the block's first trial, and after it.
    pub fn wrong(&self) -> [Estimate; 2] {
        [1, 0].map(|back| {
            self.mean(self.after(0, 1), |n| 100.0 * one_if(self.own[n - back] * self.sides[n][0] < 0.0))
        })
    }

    /// How far the belief, positive towards the block's side, rises from each stretch of trials to the next.
    pub fn rises(&self) -> Vec<Estimate> {
        let rise = |k: usize| {
            let stretch = |n: usize| usize::from(self.at[n][1] >= STRETCHES[k + 1][0]);
            let rows = self.after(STRETCHES[k][0], STRETCHES[k + 1][1]).map(|n| {
                let mut row = vec![0.0; 4];
                row[2 * stretch(n)] = self.own[n] * self.sides[n][0];
                row[2 * stretch(n) + 1] = 1.0;
                (self.at[n][0], row)
            });
            over_blocks(rows, |m| m[2] / m[3] - m[0] / m[1])
        };
        (0..STRETCHES.len() - 1).map(rise).collect()
    }

    /// Percent of ends on the block's side, late in the block's first trials.
    pub fn late(&self) -> Estimate {
        self.mean(self.after(LATE, AFTER), |n| 100.0 * one_if(self.own[n] * self.sides[n][0] > 0.0))
    }

    /// Percent of all ends on the stimulus' side; of those trials whose stimulus changed sides, at which the state crossed over;
    /// and crossings of the stimulus boundary less those of the block's, a trial.
    pub fn jumps(&self) -> [Estimate; 3] {
        let all = || 1..self.at.len();
        let crossed = |v: &[f64], n: usize| one_if(v[n] * v[n - 1] < 0.0);
        let turned = |n: &usize| self.sides[*n][1] * self.sides[*n - 1][1] < 0.0;
        [
            self.mean(all(), |n| 100.0 * one_if(self.stimulus[n] * self.sides[n][1] > 0.0)),
            self.mean(all().filter(turned), |n| 100.0 * crossed(&self.stimulus, n)),
            self.mean(all(), |n| crossed(&self.stimulus, n) - crossed(&self.own, n)),
        ]
    }

    /// Root mean square distance of the mean beliefs after a change from the observer's, and by how many trials they change sides later.
    pub fn by_place(&self) -> [Estimate; 2] {
        let rows = || {
            self.after(0, AFTER).map(|n| {
                let mut row = vec![0.0; 6 * AFTER];
                let [block, place] = self.at[n];
                let side = usize::from(self.sides[n][0] > 0.0);
                let cell = 3 * (side * AFTER + place);
                row[cell..cell + 3].copy_from_slice(&[self.own[n], self.ideal[n], 1.0]);
                (block, row)
            })
        };
        // Of either side of the block, by place.
        let belief = |m: &[f64], k: usize, side: usize, place: usize| {
            let cell = 3 * (side * AFTER + place);
            m[cell + k] / m[cell + 2]
        };
        let distance = over_blocks(rows(), |m| {
            let square =
                |k: usize| (belief(m, 0, k / AFTER, k % AFTER) - belief(m, 1, k / AFTER, k % AFTER)).powi(2);
            ((0..2 * AFTER).map(square).sum::<f64>() / (2 * AFTER) as f64).sqrt()
        });
        let later = over_blocks(rows(), |m| {
            let towards = |k: usize, place: usize| 0.5 * (belief(m, k, 1, place) - belief(m, k, 0, place));
            let [own, ideal] =
                [0, 1].map(|k| crossing(&(0..AFTER).map(|p| towards(k, p)).collect::<Vec<_>>()));
            own - ideal
        });
        [distance, later]
    }

    /// Percent of ends on the true block's side, and by how much the observer's exceeds it.
    pub fn true_block(&self) -> [Estimate; 2] {
        let right = |b: &[f64], n: usize| 100.0 * one_if(b[n] * self.sides[n][0] > 0.0);
        let all = || 0..self.at.len();
        [
            self.mean(all(), |n| right(&self.own, n)),
            self.mean(all(), |n| right(&self.ideal, n) - right(&self.own, n)),
        ]
    }

    /// The correlation with the observer's posterior of the same trial less the largest with that of another, up to ten trials
    /// away, and less that of a leaky sum of past sides.
    pub fn tracks(&self) -> [Estimate; 2] {
        let n = self.at.len();
        let rows = (LAGS..n.saturating_sub(LAGS)).map(|t| {
            let (x, y) = (self.own[t], self.ideal[t]);
            let lagged = (0..=2 * LAGS).map(|k| x * self.ideal[t + k - LAGS]);
            (self.at[t][0], [x, y, x * x, y * y].into_iter().chain(lagged).collect())
        });
        let lag = over_blocks(rows, |m| {
            let at = |k: usize| by_means([m[0], m[1], m[2], m[3], m[4 + k]]);
            let others = (0..=2 * LAGS).filter(|k| *k != LAGS).map(at);
            at(LAGS) - others.fold(f64::NEG_INFINITY, f64::max)
        });
        let mut sum = 0.0;
        let mut leaky = |t: usize| {
            sum = (1.0 - 1.0 / MEMORY) * sum + self.sides[t][1];
            sum
        };
        let sums: Vec<f64> = (0..n).map(&mut leaky).collect();
        let row = |t: usize| {
            let (x, y, z) = (self.own[t], self.ideal[t], sums[t]);
            (self.at[t][0], vec![x, y, z, x * x, y * y, z * z, x * y, z * y])
        };
        let over = over_blocks((0..n).map(row), |m| {
            by_means([m[0], m[1], m[3], m[4], m[6]]) - by_means([m[2], m[1], m[5], m[4], m[7]])
        });
        [lag, over]
    }
}

/// Where a curve first rises through zero, in places from its start; NaN where it does not.
fn crossing(curve: &[f64]) -> f64 {
    let step = curve.windows(2).position(|w| w[0] < 0.0 && w[1] >= 0.0);
    step.map_or(f64::NAN, |k| k as f64 + curve[k] / (curve[k] - curve[k + 1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schaeffer2020::networks::task;
    use nullcline_core::tasks::ibl::bayes::{Formulas, Ideal};
    use nullcline_core::tasks::ibl::{Agent, Session};

    /// The observer's own beliefs, late by some trials.
    fn delayed(by: usize) -> Trace {
        let task = task(200);
        let session = Session::new(&task, 4, 0);
        let mut ideal = Ideal::observer(&task, Formulas::Printed);
        ideal.begin();
        let posterior = session.trials.iter().map(|t| {
            ideal.end(t.side, None);
            2.0 * ideal.block_posterior() - 1.0
        });
        let ideal: Vec<f64> = posterior.collect();
        let sides: Vec<[f64; 2]> =
            session.trials.iter().map(|t| [t.block_side.sign(), t.side.sign()]).collect();
        Trace {
            at: session.trials.iter().map(|t| [t.block, t.place]).collect(),
            stimulus: sides.iter().map(|s| 0.3 * s[1]).collect(),
            sides,
            own: (0..ideal.len()).map(|n| ideal[n.saturating_sub(by)]).collect(),
            ideal,
        }
    }

    /// The rows are strict: a posterior that comes three trials late fails both of the mean's, and the lag of single trials.
    #[test]
    fn a_late_posterior_is_told_from_the_observers() {
        let [distance, later] = delayed(0).by_place();
        assert!(distance.value < 1e-12 && later.value.abs() < 1e-12);
        assert!(delayed(0).tracks()[0].value > 0.0);
        let late = delayed(3);
        let [distance, later] = late.by_place();
        assert!(distance.value > 0.1 && (later.value - 3.0).abs() < 0.5, "{distance:?} {later:?}");
        assert!(late.tracks()[0].value < 0.0);
    }

    /// What is on the stimulus' side at every end jumps with every turn of the stimulus.
    #[test]
    fn sides_are_counted() {
        let trace = delayed(0);
        let [ends, jumps, more] = trace.jumps();
        assert!((ends.value - 100.0).abs() < 1e-9 && (jumps.value - 100.0).abs() < 1e-9 && more.value > 0.2);
        let [before, after] = trace.wrong();
        // The posterior knows nothing of a change before it.
        assert!(before.value > 90.0 && after.value < before.value && before.n == 199);
        assert!(trace.rises().iter().all(|r| r.value > 0.0) && trace.late().value > 70.0);
        assert!((crossing(&[-2.0, -1.0, 3.0]) - 1.25).abs() < 1e-12 && crossing(&[1.0, 2.0]).is_nan());
    }
}
