//! Trials held out of demixed axes, and the classes that these take them for.

use super::fit::{Square, directions};
use super::marginal::{Marginal, Plan};
use super::trials::Means;
use crate::diagnostics::geometry::products::product;
use crate::linalg::{col, col_mut, gemm};
use faer::{Accum, Mat, MatRef};

/// Single trials with their second moments, of which the sums behind a fit are made.
pub(super) struct Trials<'a> {
    plan: &'a Plan,
    /// States of each trial, n x steps.
    x: Vec<Mat<f64>>,
    /// x x^T of each, the lower triangle by columns.
    square: Vec<Vec<f64>>,
    /// The condition of each.
    pub conditions: Vec<usize>,
}

/// How often held-out trials are told right by one axis.
#[derive(Clone, Debug)]
pub(super) struct Score {
    pub marginal: Marginal,
    pub place: usize,
    pub classes: usize,
    /// By step.
    pub right: Vec<f64>,
    /// Fits that have such an axis.
    pub fits: usize,
}

/// Of all axes.
#[derive(Clone, Debug)]
pub(super) struct Scores {
    pub of: Vec<Score>,
}

impl Scores {
    pub fn plus(mut self, other: &Self) -> Self {
        for (a, b) in self.of.iter_mut().zip(&other.of) {
            a.right.iter_mut().zip(&b.right).for_each(|(a, b)| *a += b);
            a.fits += b.fits;
        }
        self
    }

    pub fn over(mut self, count: usize) -> Self {
        self.of.iter_mut().flat_map(|s| &mut s.right).for_each(|r| *r /= count as f64);
        self
    }
}

/// The training means behind a fit, n x (conditions steps), and the decoders of each marginal.
struct Fitted {
    means: Mat<f64>,
    axes: Vec<(Marginal, Mat<f64>)>,
}

impl<'a> Trials<'a> {
    /// The trials of `means`, in the directions of `basis` (n x k).
    pub fn of(means: &Means<'a>, basis: Option<MatRef<f64>>) -> Self {
        let (n, steps) = (means.x.nrows(), means.plan.steps);
        let mut trials = Self { plan: means.plan, x: vec![], square: vec![], conditions: vec![] };
        for (c, own) in means.trials.iter().enumerate() {
            for rows in own {
                let x = Mat::from_fn(n, steps, |i, t| means.x[(i, rows[t])]);
                let x = basis.map_or_else(|| x.clone(), |b| b.transpose() * &x);
                let square = product(x.as_ref(), x.as_ref());
                trials
                    .square
                    .push((0..x.nrows()).flat_map(|j| col(square.as_ref(), j)[j..].to_vec()).collect());
                trials.x.push(x);
                trials.conditions.push(c);
            }
        }
        trials
    }

    /// How often trials are told right that are held out, part by part: `fold` is each one's part; `ridge` is mu over the variance of
    /// means, `most` the axes of a marginal.
    pub fn scores(
        &self,
        conditions: &[usize],
        fold: &[usize],
        folds: usize,
        ridge: f64,
        most: usize,
    ) -> Option<Scores> {
        let mut all = Scores { of: vec![] };
        for marginal in self.plan.marginals().into_iter().filter(|m| m.factors != 0) {
            let classes = self.classes(marginal).len();
            let of = |place| Score { marginal, place, classes, right: vec![0.0; self.plan.steps], fits: 0 };
            all.of.extend((0..most).map(of));
        }
        let mut count = vec![0usize; self.plan.conditions()];
        conditions.iter().for_each(|c| count[*c] += 1);
        for f in 0..folds {
            let fitted = self.fit(conditions, &|k| fold[k] != f, ridge, most)?;
            let held: Vec<usize> = (0..fold.len()).filter(|k| fold[*k] == f).collect();
            self.judge(&fitted, &held, conditions, &count, &mut all);
        }
        Some(all)
    }

    /// Axes of the trials that are `kept`.
    fn fit(
        &self,
        conditions: &[usize],
        kept: &dyn Fn(usize) -> bool,
        ridge: f64,
        most: usize,
    ) -> Option<Fitted> {
        let (n, steps, all) = (self.x[0].nrows(), self.plan.steps, self.plan.conditions());
        let mut count = vec![0usize; all];
        let used: Vec<usize> = (0..conditions.len()).filter(|k| kept(*k)).collect();
        used.iter().for_each(|k| count[conditions[*k]] += 1);
        let mut means = Mat::<f64>::zeros(n, all * steps);
        let mut second = vec![0.0; n * (n + 1) / 2];
        for k in used {
            let c = conditions[k];
            let share = 1.0 / count[c] as f64;
            for t in 0..steps {
                let to = col_mut(means.as_mut(), c * steps + t);
                to.iter_mut().zip(col(self.x[k].as_ref(), t)).for_each(|(m, v)| *m += share * v);
            }
            second.iter_mut().zip(&self.square[k]).for_each(|(s, v)| *s += share * v);
        }
        let columns = (all * steps) as f64;
        let mean = crate::diagnostics::geometry::products::means(means.as_ref());
        let total = means.squared_norm_l2() - columns * mean.iter().map(|m| m * m).sum::<f64>();
        if !(total > 0.0 && total.is_finite()) {
            return None;
        }
        // X X^T + C_noise: what is within conditions and what is between them.
        let at = |i: usize, j: usize| second[j * n - j * (j + 1) / 2 + i];
        let square = Mat::from_fn(n, n, |i, j| at(i.max(j), i.min(j)) - columns * mean[i] * mean[j]);
        let inverse = Square::new(square)?.inverse(ridge * total);
        let mut axes = vec![];
        for marginal in self.plan.marginals().into_iter().filter(|m| m.factors != 0) {
            let own = self.plan.marginal(means.as_ref(), marginal);
            if own.squared_norm_l2() <= 1e-20 * total {
                continue;
            }
            // Marginals are orthogonal: X_m X^T = X_m X_m^T.
            let across = product(own.as_ref(), own.as_ref());
            axes.push((marginal, directions(across.as_ref(), inverse.as_ref(), most)?.0));
        }
        Some(Fitted { means, axes })
    }

    /// A condition of each combination of the marginal's levels.
    fn classes(&self, marginal: Marginal) -> Vec<usize> {
        let mut found: Vec<usize> = vec![];
        for c in 0..self.plan.conditions() {
            if !found.iter().any(|f| self.plan.alike(*f, c, marginal)) {
                found.push(c);
            }
        }
        found
    }

    /// Adds the share of the trials `held` that each axis tells right.
    fn judge(
        &self,
        fitted: &Fitted,
        held: &[usize],
        conditions: &[usize],
        count: &[usize],
        all: &mut Scores,
    ) {
        let steps = self.plan.steps;
        let whole = count.len() as f64;
        let share = |k: usize| 1.0 / (whole * count[conditions[k]] as f64);
        for score in &mut all.of {
            let axes = fitted.axes.iter().find(|a| a.0 == score.marginal).map(|a| &a.1);
            let Some(axes) = axes.filter(|a| score.place < a.ncols()) else {
                let chance: f64 = held.iter().map(|k| share(*k)).sum::<f64>() / score.classes as f64;
                score.right.iter_mut().for_each(|r| *r += chance);
                continue;
            };
            score.fits += 1;
            let decoder = axes.as_ref().subcols(score.place, 1);
            let mut read = Mat::<f64>::zeros(1, fitted.means.ncols());
            gemm(read.as_mut(), Accum::Replace, decoder.transpose(), fitted.means.as_ref());
            let (base, classes) =
                (self.plan.within(read.as_ref(), score.marginal), self.classes(score.marginal));
            let own = self.plan.marginal(read.as_ref(), score.marginal);
            let place: Vec<usize> = (0..count.len())
                .map(|c| classes.iter().position(|k| self.plan.alike(*k, c, score.marginal)).unwrap_or(0))
                .collect();
            let mut seen = Mat::<f64>::zeros(1, steps);
            for k in held {
                let c = conditions[*k];
                gemm(seen.as_mut(), Accum::Replace, decoder.transpose(), self.x[*k].as_ref());
                for t in 0..steps {
                    let value = seen[(0, t)] - base[(0, c * steps + t)];
                    let far = |class: &usize| (value - own[(0, class * steps + t)]).abs();
                    let mut nearest = 0;
                    for (q, class) in classes.iter().enumerate().skip(1) {
                        if far(class) < far(&classes[nearest]) {
                            nearest = q;
                        }
                    }
                    if nearest == place[c] {
                        score.right[t] += share(*k);
                    }
                }
            }
        }
    }
}
