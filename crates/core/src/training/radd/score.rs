//! How well the student follows its teacher: one step at a time, and left to itself.

use super::fit::first_pair;
use super::{Sequences, Settings, Student};
use crate::linalg::{col, col_mut};
use faer::{Mat, MatMut};
use rayon::prelude::*;

/// The error of one unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// 1 - sum (z - z^)^2 / sum (z - mean z)^2; NaN where z does not change.
    pub r2: f64,
    /// Mean of (z - z^)^2.
    pub mse: f64,
}

/// Errors of a student, unit by unit, over the same pairs.
#[derive(Clone, Debug)]
pub struct Scores {
    /// Pairs.
    pub pairs: usize,
    /// z^ = f(A z(t-1) + B u(t) + c) from the teacher's state before.
    pub one_step: Vec<Score>,
    /// z^ of the free-running student, which starts each sequence at the teacher's first state (or at zero,
    /// where the teacher did).
    pub rollout: Vec<Score>,
}

impl Student {
    /// f(A x + B u + c), in place of `y`.
    fn step(&self, x: &[f64], u: &[f64], y: &mut [f64], gain: &mut [f64]) {
        y.copy_from_slice(&self.c);
        for (j, x) in x.iter().enumerate() {
            y.iter_mut().zip(col(self.a.as_ref(), j)).for_each(|(y, a)| *y += a * x);
        }
        for (j, u) in u.iter().enumerate() {
            y.iter_mut().zip(col(self.b.as_ref(), j)).for_each(|(y, b)| *y += b * u);
        }
        self.activation.apply(y, gain);
    }

    /// The student's states, M x T: fed with the teacher's state before each (`free` false), or with its
    /// own. Columns that have nothing before them are the teacher's.
    ///
    /// Shapes: columns of the answer are those of `data.z`; what a sequence begins with is copied.
    pub fn follow(&self, data: &Sequences, settings: &Settings, free: bool) -> Mat<f64> {
        let m = self.units();
        let mut out = Mat::zeros(m, data.z.ncols());
        let mut parts: Vec<(usize, MatMut<f64>)> = Vec::new();
        let mut rest = out.as_mut();
        for range in data.ranges() {
            let (own, next) = rest.split_at_col_mut(range.len());
            parts.push((range.start, own));
            rest = next;
        }
        let inputs = |t: usize| if data.u.nrows() == 0 { &[][..] } else { col(data.u, t - settings.lag) };
        parts.into_par_iter().for_each(|(start, mut z)| {
            let (mut last, mut gain) = (vec![0.0; m], vec![0.0; m]);
            for t in start..start + z.ncols() {
                let own = col_mut(z.as_mut(), t - start);
                if t < first_pair(start, settings) {
                    own.copy_from_slice(col(data.z, t));
                } else {
                    self.step(&last, inputs(t), own, &mut gain);
                }
                last.copy_from_slice(if free { own } else { col(data.z, t) });
            }
        });
        out
    }

    /// Errors over all pairs, or over those whose second column is marked in `of` (T entries).
    pub fn scores(&self, data: &Sequences, of: Option<&[bool]>, settings: &Settings) -> Scores {
        let mut pairs = data.pairs(settings);
        pairs.retain(|t| of.is_none_or(|f| f[*t]));
        let errors = |free: bool| {
            let found = self.follow(data, settings, free);
            (0..self.units()).map(|i| score(&pairs, |t| data.z[(i, t)], |t| found[(i, t)])).collect()
        };
        Scores { pairs: pairs.len(), one_step: errors(false), rollout: errors(true) }
    }
}

fn score(columns: &[usize], truth: impl Fn(usize) -> f64, found: impl Fn(usize) -> f64) -> Score {
    let count = columns.len() as f64;
    let mean = columns.iter().map(|t| truth(*t)).sum::<f64>() / count;
    let (mut error, mut spread, mut size) = (0.0, 0.0, 0.0f64);
    for t in columns {
        error += (truth(*t) - found(*t)).powi(2);
        spread += (truth(*t) - mean).powi(2);
        size = size.max(truth(*t).abs());
    }
    // What rounding alone makes of a constant is no spread.
    let varies = spread > count * (1e-13 * size).powi(2);
    Score { r2: if varies { 1.0 - error / spread } else { f64::NAN }, mse: error / count }
}
