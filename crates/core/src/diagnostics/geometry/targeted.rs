//! Axes of task variables by regression: targeted dimensionality reduction.

use super::products::{centred, product};
use crate::linalg::{col, col_mut, norm};
use faer::{Mat, MatRef, Side};
use thiserror::Error;

/// Trials of equal length, and what was varied in them.
pub struct Trials<'a> {
    /// Activity, n x T.
    pub x: MatRef<'a, f64>,
    /// The columns of each trial, a column a step.
    pub columns: Vec<&'a [usize]>,
    /// Of each task variable its value in each trial.
    pub variables: Vec<Vec<f64>>,
    /// The condition of each trial, numbered from 0.
    pub condition: Vec<usize>,
}

/// Axes of task variables.
#[derive(Clone, Debug)]
pub struct Targeted {
    /// Norm of each variable's regression coefficients over units at each step, denoised, in standard deviations of units a unit of
    /// the variable.
    pub norms: Vec<Vec<f64>>,
    /// The step of the largest.
    pub at: Vec<usize>,
    /// The coefficients there, n x V: axes that need not be orthogonal.
    pub raw: Mat<f64>,
    /// Orthogonal axes of length one, n x V, in the order of the variables.
    pub axes: Mat<f64>,
    /// Mean of each unit.
    pub mean: Vec<f64>,
    /// Standard deviation of each unit; zero of one that does not vary.
    pub deviation: Vec<f64>,
    /// Principal components that coefficients were kept in.
    pub components: usize,
}

/// Why there are no axes.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NoAxes {
    /// Variables are sums of each other over trials, or constant.
    #[error("the task variables are collinear over trials, or one is constant")]
    Collinear,
    /// No unit varies, or means of conditions do not.
    #[error("the means of conditions do not vary")]
    Flat,
}

/// Axes along which units follow task variables.
///
/// Formula: with z the units less their means over their standard deviations, both over all trials and steps, at each step t
/// z_i(k) = sum_v beta_iv(t) c_v(k) + beta_i0(t) by least squares over trials k. The vectors beta_v(t) are projected on the first
/// `components` principal components of the means of conditions; beta_v is that at the step of its largest norm, and the axes are Q
/// of the QR decomposition of all beta_v in the order of the variables, each with the sign of its own beta_v.
///
/// Source: Mante, Sussillo, Shenoy & Newsome, Nature 503, 78 (2013), supplementary information, "Linear regression", "Population
/// average responses" and "Targeted dimensionality reduction".
///
/// # Errors
/// [`NoAxes`].
///
/// ```
/// use nullcline_core::diagnostics::geometry::targeted::{Trials, targeted};
///
/// // Four trials of one step: the first unit is the first variable, the second follows both.
/// let x = faer::mat![[1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]];
/// let columns = [[0], [1], [2], [3]];
/// let variables = vec![vec![1.0, 1.0, -1.0, -1.0], vec![1.0, -1.0, 1.0, -1.0]];
/// let columns = columns.iter().map(|c| c.as_slice()).collect();
/// let found = targeted(&Trials { x: x.as_ref(), columns, variables, condition: vec![0, 1, 2, 3] }, 12).unwrap();
/// assert!((found.axes[(0, 0)] - 1.0).abs() < 1e-12 && (found.axes[(1, 1)] - 1.0).abs() < 1e-12);
/// ```
pub fn targeted(trials: &Trials<'_>, components: usize) -> Result<Targeted, NoAxes> {
    let (n, steps) = (trials.x.nrows(), trials.columns.first().map_or(0, |c| c.len()));
    let (mean, deviation) = moments(trials);
    let z = |i: usize, column: usize| match deviation[i] {
        s if s > 0.0 => (trials.x[(i, column)] - mean[i]) / s,
        _ => 0.0,
    };
    let weights = regression(&trials.variables)?;
    let space = space(trials, &z, components).ok_or(NoAxes::Flat)?;
    let variables = trials.variables.len();
    let (mut norms, mut at, mut raw) = (vec![], vec![], Mat::<f64>::zeros(n, variables));
    for v in 0..variables {
        let mut beta = Mat::<f64>::zeros(n, steps);
        for (k, columns) in trials.columns.iter().enumerate() {
            for (t, column) in columns.iter().enumerate() {
                let to = col_mut(beta.as_mut(), t);
                to.iter_mut().enumerate().for_each(|(i, b)| *b += weights[(v, k)] * z(i, *column));
            }
        }
        let kept = &space * (space.transpose() * &beta);
        let lengths: Vec<f64> = (0..steps).map(|t| norm(col(kept.as_ref(), t))).collect();
        let largest = (0..steps).fold(0, |best, t| if lengths[t] > lengths[best] { t } else { best });
        col_mut(raw.as_mut(), v).copy_from_slice(col(kept.as_ref(), largest));
        norms.push(lengths);
        at.push(largest);
    }
    let axes = orthogonal(raw.as_ref());
    Ok(Targeted { norms, at, raw, axes, mean, deviation, components: space.ncols() })
}

/// Mean and standard deviation (divisor their number) of each unit over all trials and steps.
fn moments(trials: &Trials<'_>) -> (Vec<f64>, Vec<f64>) {
    let columns: Vec<usize> = trials.columns.iter().flat_map(|c| c.iter().copied()).collect();
    let count = columns.len() as f64;
    let of = |i: usize| {
        let mean = columns.iter().map(|c| trials.x[(i, *c)]).sum::<f64>() / count;
        let square = columns.iter().map(|c| (trials.x[(i, *c)] - mean).powi(2)).sum::<f64>() / count;
        let deviation = square.sqrt();
        (mean, if deviation > 1e-12 * mean.abs() { deviation } else { 0.0 })
    };
    (0..trials.x.nrows()).map(of).unzip()
}

/// What least squares with an intercept multiplies trials with, V x trials.
fn regression(variables: &[Vec<f64>]) -> Result<Mat<f64>, NoAxes> {
    let (count, trials) = (variables.len(), variables.first().map_or(0, Vec::len));
    let centred = |v: &Vec<f64>| {
        let mean = v.iter().sum::<f64>() / trials as f64;
        let size = v.iter().map(|c| (c - mean).powi(2)).sum::<f64>().sqrt();
        (size, v.iter().map(|c| (c - mean) / size).collect::<Vec<f64>>())
    };
    let scaled: Vec<(f64, Vec<f64>)> = variables.iter().map(centred).collect();
    if !scaled.iter().all(|(size, _)| *size > 0.0) {
        return Err(NoAxes::Collinear);
    }
    let c = Mat::from_fn(count, trials, |v, k| scaled[v].1[k]);
    let gram = &c * c.transpose();
    let eigen = gram.self_adjoint_eigen(Side::Lower).map_err(|_| NoAxes::Collinear)?;
    let values: Vec<f64> = eigen.S().column_vector().iter().copied().collect();
    if values.iter().any(|v| !(*v > 1e-10)) {
        return Err(NoAxes::Collinear);
    }
    let inverse = Mat::from_fn(count, count, |a, b| {
        (0..count).map(|k| eigen.U()[(a, k)] * eigen.U()[(b, k)] / values[k]).sum::<f64>()
    });
    let weights = inverse * c;
    Ok(Mat::from_fn(count, trials, |v, k| weights[(v, k)] / scaled[v].0))
}

/// The first principal components of the means of conditions over steps, n x k.
fn space(trials: &Trials<'_>, z: &dyn Fn(usize, usize) -> f64, components: usize) -> Option<Mat<f64>> {
    let (n, steps) = (trials.x.nrows(), trials.columns.first()?.len());
    let conditions = trials.condition.iter().max()? + 1;
    let mut sums = Mat::<f64>::zeros(n, conditions * steps);
    let mut count = vec![0.0; conditions];
    for (columns, c) in trials.columns.iter().zip(&trials.condition) {
        count[*c] += 1.0;
        for (t, column) in columns.iter().enumerate() {
            let to = col_mut(sums.as_mut(), c * steps + t);
            to.iter_mut().enumerate().for_each(|(i, s)| *s += z(i, *column));
        }
    }
    let kept: Vec<usize> = (0..conditions * steps).filter(|j| count[j / steps] > 0.0).collect();
    let means = Mat::from_fn(n, kept.len(), |i, j| sums[(i, kept[j])] / count[kept[j] / steps]);
    let means = centred(means.as_ref());
    let square = product(means.as_ref(), means.as_ref());
    let eigen = square.self_adjoint_eigen(Side::Lower).ok()?;
    let values: Vec<f64> = eigen.S().column_vector().iter().copied().collect();
    let largest = *values.last()?;
    let rank = values.iter().filter(|v| **v > 1e-12 * largest && **v > 0.0).count().min(components);
    (rank > 0).then(|| Mat::from_fn(n, rank, |i, k| eigen.U()[(i, n - 1 - k)]))
}

/// Q of A = Q R with R's diagonal positive; zero where a column depends on those before.
fn orthogonal(a: MatRef<f64>) -> Mat<f64> {
    let mut q = a.to_owned();
    for v in 0..a.ncols() {
        let before = norm(col(a, v));
        // Twice, so that it is orthogonal to rounding.
        for _ in 0..2 {
            for w in 0..v {
                let inner: f64 = col(q.as_ref(), w).iter().zip(col(q.as_ref(), v)).map(|(a, b)| a * b).sum();
                let known = col(q.as_ref(), w).to_vec();
                col_mut(q.as_mut(), v).iter_mut().zip(&known).for_each(|(x, k)| *x -= inner * k);
            }
        }
        let length = norm(col(q.as_ref(), v));
        let scale = if length > 1e-10 * before && length > 0.0 { 1.0 / length } else { 0.0 };
        col_mut(q.as_mut(), v).iter_mut().for_each(|x| *x *= scale);
    }
    q
}
