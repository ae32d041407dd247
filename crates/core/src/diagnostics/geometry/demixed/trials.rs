//! Single trials behind the means: their noise, and how strong to regularise.

use super::fit::{Square, directions};
use super::marginal::Plan;
use crate::diagnostics::geometry::products::{centred, inner, product};
use crate::linalg::random::{Use, shuffled, stream};
use crate::linalg::{col, col_mut};
use faer::{Mat, MatRef};
use rayon::prelude::*;

/// Trials of every condition of a plan.
pub struct Means<'a> {
    /// Activity, n x T.
    pub x: MatRef<'a, f64>,
    /// What was varied.
    pub plan: &'a Plan,
    /// Of each condition its trials, each the columns of its steps.
    pub trials: Vec<Vec<&'a [usize]>>,
}

/// How strong to regularise, by trials left out.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// mu / |x|^2 of all that were tried, ascending.
    pub ridges: Vec<f64>,
    /// The error of each in the mean over divisions, of the training means' variance.
    pub error: Vec<f64>,
    /// The standard deviation over divisions.
    pub deviation: Vec<f64>,
    /// The place of the least error.
    pub best: usize,
}

/// Strengths tried: mu / |x|^2 from 10^-7 to 1.
const RIDGES: usize = 22;
/// Divisions into test trials and the rest, fewer where one takes long.
const DIVISIONS: usize = 10;
/// Products of all divisions up to which there are so many.
const PRODUCTS: usize = 20_000_000_000;

impl Means<'_> {
    /// The mean of each condition at each step over the trials for which `kept` holds (by condition and place), n x (conditions steps).
    pub fn of(&self, kept: &dyn Fn(usize, usize) -> bool) -> Mat<f64> {
        let steps = self.plan.steps;
        let mut means = Mat::<f64>::zeros(self.x.nrows(), self.trials.len() * steps);
        for (c, trials) in self.trials.iter().enumerate() {
            let here: Vec<&[usize]> = (0..trials.len()).filter(|k| kept(c, *k)).map(|k| trials[k]).collect();
            let share = 1.0 / here.len() as f64;
            for t in 0..steps {
                let to = col_mut(means.as_mut(), c * steps + t);
                for trial in &here {
                    to.iter_mut().zip(col(self.x, trial[t])).for_each(|(m, v)| *m += share * v);
                }
            }
        }
        means
    }

    /// C_noise, the sum over conditions and steps of the covariance of trials about `means`, divisor the number of trials.
    ///
    /// Source: Kobak et al. 2016, Materials and methods, on unbalanced data; the MATLAB program's noise covariance of type `averaged`, for units recorded
    /// together.
    pub fn noise(&self, means: MatRef<f64>, kept: &dyn Fn(usize, usize) -> bool) -> Mat<f64> {
        let (n, steps) = (self.x.nrows(), self.plan.steps);
        let mut sum = Mat::zeros(n, n);
        for (c, trials) in self.trials.iter().enumerate() {
            let here: Vec<&[usize]> = (0..trials.len()).filter(|k| kept(c, *k)).map(|k| trials[k]).collect();
            let root = (here.len() as f64).sqrt();
            let z = Mat::from_fn(n, here.len() * steps, |i, j| {
                (self.x[(i, here[j / steps][j % steps])] - means[(i, c * steps + j % steps)]) / root
            });
            sum += product(z.as_ref(), z.as_ref());
        }
        sum
    }
}

/// How strong to regularise: mu where the means of some trials are best reconstructed from others.
///
/// Formula: of each condition one trial at random is tested, means of the rest are trained on. With F and D of the training means and
/// their noise, the error is sum over marginals m of |X_m,train - F D^T X_test|^2 over |X_train|^2; its mean over 10 divisions, fewer
/// of many units, is least at the mu that is taken. Tried are mu / |X|^2 = 10^(-7 + k / 3), k = 0 to 21.
///
/// Source: Kobak et al. 2016, Materials and methods, on regularization; the MATLAB program's method `training`.
///
/// `None` where a condition has fewer than two trials, or nothing varies.
pub fn choose_ridge(means: &Means<'_>, most: usize, seed: u64) -> Option<Chosen> {
    if means.trials.iter().any(|t| t.len() < 2) {
        return None;
    }
    let n = means.x.nrows();
    let marginals = means.plan.marginals();
    let cost = n * n * n * 20 * marginals.len() * RIDGES;
    let divisions = (PRODUCTS / cost.max(1)).clamp(2, DIVISIONS);
    let ridges: Vec<f64> = (0..RIDGES).map(|k| 10f64.powf(k as f64 / 3.0 - 7.0)).collect();
    let one = |division: usize| -> Option<Vec<f64>> {
        let mut rng = stream(seed, Use::Split, (1 << 41) + division as u64);
        let test: Vec<usize> = means.trials.iter().map(|t| shuffled(t.len(), &mut rng)[0]).collect();
        errors(means, &test, most, &ridges)
    };
    let all: Vec<Vec<f64>> = (0..divisions).into_par_iter().map(one).collect::<Option<_>>()?;
    let count = divisions as f64;
    let mean = |k: usize| all.iter().map(|e| e[k]).sum::<f64>() / count;
    let error: Vec<f64> = (0..RIDGES).map(mean).collect();
    let spread = |k: usize| all.iter().map(|e| (e[k] - error[k]).powi(2)).sum::<f64>() / (count - 1.0);
    let deviation = (0..RIDGES).map(|k| spread(k).sqrt()).collect();
    let best = (0..RIDGES).min_by(|a, b| error[*a].total_cmp(&error[*b]))?;
    Some(Chosen { ridges, error, deviation, best })
}

/// The error of each ridge with these trials tested.
pub(super) fn errors(means: &Means<'_>, test: &[usize], most: usize, ridges: &[f64]) -> Option<Vec<f64>> {
    let rest = means.of(&|c, k| test[c] != k);
    let noise = means.noise(rest.as_ref(), &|c, k| test[c] != k);
    let (train, tested) = (centred(rest.as_ref()), centred(means.of(&|c, k| test[c] == k).as_ref()));
    let total = train.squared_norm_l2();
    let square = Square::of(train.as_ref(), Some(noise.as_ref()))?;
    let second = product(tested.as_ref(), tested.as_ref());
    let marginals = means.plan.marginals().into_iter();
    let parts = marginals.map(|m| means.plan.marginal(train.as_ref(), m));
    // |X_m|^2, X_m X^T and X_m X'^T.
    let parts: Vec<(f64, Mat<f64>, Mat<f64>)> = parts
        .map(|own| (own.squared_norm_l2(), own))
        .filter(|(size, _)| *size > 1e-20 * total)
        .map(|(size, own)| {
            (size, product(own.as_ref(), train.as_ref()), product(own.as_ref(), tested.as_ref()))
        })
        .collect();
    let mut sums = vec![0.0; ridges.len()];
    for (sum, ridge) in sums.iter_mut().zip(ridges) {
        let inverse = square.inverse(ridge * total);
        for (size, across, beside) in &parts {
            let (d, f) = directions(across.as_ref(), inverse.as_ref(), most)?;
            // |X_m - F D^T X'|^2 = |X_m|^2 - 2 tr F^T X_m X'^T D + tr D^T X' X'^T D.
            *sum += (size - 2.0 * pairs(&f, beside, &d) + pairs(&d, &second, &d)) / total;
        }
    }
    Some(sums)
}

/// tr A^T S B.
fn pairs(a: &Mat<f64>, s: &Mat<f64>, b: &Mat<f64>) -> f64 {
    inner(a.as_ref(), (s * b).as_ref())
}
