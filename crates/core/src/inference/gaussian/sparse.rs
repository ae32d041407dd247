//! Likelihoods and strengths under the L1 penalty, by the graphical lasso.

use super::lasso::{Error, Options, Solution, graphical_lasso, path};
use super::likelihood::Levels;
use super::roots::{Roots, Strength, narrowed, smallest};
use super::validation::{Validation, nearest};
use crate::linalg::col;
use crate::numbers::jackknife;
use faer::{Mat, MatRef};
use rayon::prelude::*;
use std::ops::Deref;

/// Width in log gamma to which strengths are narrowed.
const WIDTH: f64 = 1e-8;

/// What one sparse estimate says of the data; mu is that with which J = mu - Theta has trace zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likelihoods {
    /// mu, log Z and likelihoods, which are reached as fields of this.
    pub levels: Levels,
    /// Couplings that are not zero, pairs of different variables.
    pub pairs: usize,
    /// Duality gap of the estimate.
    pub gap: f64,
}

impl Deref for Likelihoods {
    type Target = Levels;
    fn deref(&self) -> &Levels {
        &self.levels
    }
}

/// Likelihoods of an estimate from the covariance `train`, of that and of `test` (n x n).
///
/// Formula: Theta = mu - J, L_x = (log det Theta - tr(Theta C_x) + mu (tr C_x - n))/2. The diagonal is not penalised, so that
/// (Theta^-1)_ii = C_ii: the spherical constraint holds where tr C = n. The counterpart of eq. 2.16 is
/// L_gen = L_train - gamma sum_{i != j} |J_ij| / 2, up to the gap.
///
/// ```
/// use nullcline_core::inference::gaussian::lasso::{Options, graphical_lasso};
/// use nullcline_core::inference::gaussian::sparse::{couplings, likelihoods};
///
/// let c = faer::mat![[1.0, 0.6], [0.6, 1.0]];
/// let estimate = graphical_lasso(c.as_ref(), 0.2, &Options::default()).unwrap();
/// let (levels, j) = (likelihoods(&estimate, c.as_ref(), c.as_ref()), couplings(&estimate));
/// assert!(levels.pairs == 1 && (j[(0, 0)] + j[(1, 1)]).abs() < 1e-12);
/// // L_gen = L_train - gamma sum_{i != j} |J_ij| / 2.
/// assert!((levels.generated - levels.train + 0.2 * j[(0, 1)].abs()).abs() < 1e-6);
/// ```
pub fn likelihoods(s: &Solution, train: MatRef<f64>, test: MatRef<f64>) -> Likelihoods {
    let n = train.nrows();
    let size = n as f64;
    let along = |c: MatRef<f64>| -> f64 {
        (0..n).map(|k| col(c, k).iter().zip(col(s.theta.as_ref(), k)).map(|(a, b)| a * b).sum::<f64>()).sum()
    };
    let trace = |c: MatRef<f64>| -> f64 { (0..n).map(|i| c[(i, i)]).sum() };
    let (mut off, mut squares, mut entries) = (0.0, 0.0, 0);
    let mu = trace(s.theta.as_ref()) / size;
    for k in 0..n {
        for (i, v) in col(s.theta.as_ref(), k).iter().enumerate() {
            let j = if i == k { mu - v } else { -v };
            squares += j * j;
            if i != k && *v != 0.0 {
                off += v.abs();
                entries += 1;
            }
        }
    }
    let fit = along(train);
    let log_det = fit + s.lambda * off - s.objective;
    let of = |fit: f64, c: MatRef<f64>| 0.5 * (log_det - fit + mu * (trace(c) - size));
    let levels = Levels {
        gamma: s.lambda,
        mu,
        log_z: 0.5 * (size * mu - log_det),
        train: of(fit, train),
        test: of(along(test), test),
        generated: 0.5 * (log_det - size),
        sum_j_squared: squares,
    };
    Likelihoods { levels, pairs: entries / 2, gap: s.gap }
}

/// The couplings J = mu - Theta of trace zero (n x n).
pub fn couplings(s: &Solution) -> Mat<f64> {
    let n = s.theta.nrows();
    let mu = (0..n).map(|i| s.theta[(i, i)]).sum::<f64>() / n as f64;
    Mat::from_fn(n, n, |i, j| if i == j { mu - s.theta[(i, i)] } else { -s.theta[(i, j)] })
}

/// The largest |C_ij| between different variables: from there on no coupling is left.
///
/// ```
/// use nullcline_core::inference::gaussian::sparse::largest;
///
/// assert_eq!(largest(faer::mat![[9.0, -0.7], [-0.7, 1.0]].as_ref()), 0.7);
/// ```
pub fn largest(c: MatRef<f64>) -> f64 {
    let n = c.nrows();
    (0..n).flat_map(|j| (0..j).map(move |i| c[(i, j)].abs())).fold(0.0, f64::max)
}

/// Training and test covariance of one data set.
pub type Pair = (Mat<f64>, Mat<f64>);

/// Likelihoods of every data set at every gamma, in the order of `gammas`; the data sets on all threads.
///
/// # Errors
/// As for [`graphical_lasso`].
///
/// ```
/// use nullcline_core::inference::gaussian::sparse::sweep;
///
/// let c = faer::mat![[1.0, 0.5, 0.1], [0.5, 1.0, 0.3], [0.1, 0.3, 1.0]];
/// let curve = sweep(&[(c.clone(), c)], &[0.05, 0.6]).unwrap().remove(0);
/// assert!(curve[0].pairs > 0 && curve[1].pairs == 0 && curve[0].train > curve[1].train);
/// // Without couplings L = -n / 2.
/// assert!((curve[1].train + 1.5).abs() < 1e-9);
/// ```
pub fn sweep(data: &[Pair], gammas: &[f64]) -> Result<Vec<Vec<Likelihoods>>, Error> {
    let mut order: Vec<usize> = (0..gammas.len()).collect();
    order.sort_by(|a, b| gammas[*b].total_cmp(&gammas[*a]));
    let falling: Vec<f64> = order.iter().map(|i| gammas[*i]).collect();
    data.par_iter()
        .map(|(train, test)| {
            let solutions = path(train.as_ref(), &falling, &Options::default())?;
            let mut found: Vec<(usize, Likelihoods)> = order
                .iter()
                .zip(&solutions)
                .map(|(i, s)| (*i, likelihoods(s, train.as_ref(), test.as_ref())))
                .collect();
            found.sort_by_key(|(i, _)| *i);
            Ok(found.into_iter().map(|(_, l)| l).collect())
        })
        .collect()
}

/// Sum over the data sets of one residual at gamma.
fn residual(data: &[Pair], gamma: f64, of: fn(&Likelihoods) -> f64) -> Result<f64, Error> {
    let one = |(train, test): &Pair| {
        let s = graphical_lasso(train.as_ref(), gamma, &Options::default())?;
        Ok(of(&likelihoods(&s, train.as_ref(), test.as_ref())))
    };
    Ok(data.par_iter().map(one).collect::<Result<Vec<f64>, Error>>()?.into_iter().sum())
}

fn of(strength: Strength) -> fn(&Likelihoods) -> f64 {
    match strength {
        Strength::Opt => |l| -l.test,
        Strength::Cross => |l| l.generated - l.test,
        Strength::Half => |l| 2.0 * l.generated - l.train - l.test,
    }
}

/// The strengths of the mean likelihoods over `data`, one list each, from curves at `gammas` (increasing).
///
/// Maxima of the test likelihood between grid points by golden sections, crossings where the grid shows a change of
/// sign by false position, each to 1e-8 of gamma.
///
/// # Errors
/// As for [`graphical_lasso`].
pub fn roots(data: &[Pair], gammas: &[f64], curves: &[Vec<Likelihoods>]) -> Result<Roots, Error> {
    let mut found = Roots::default();
    for strength in Strength::ALL {
        let of = of(strength);
        let sums: Vec<f64> = (0..gammas.len()).map(|g| curves.iter().map(|c| of(&c[g])).sum()).collect();
        let mut f = |gamma: f64| residual(data, gamma, of);
        let list = found.of_mut(strength);
        if strength == Strength::Opt {
            for g in (1..gammas.len().saturating_sub(1))
                .filter(|g| sums[*g] < sums[g - 1] && sums[*g] <= sums[g + 1])
            {
                let around = (gammas[g - 1], gammas[g + 1]);
                list.push(smallest(&mut f, around, WIDTH, f64::NEG_INFINITY)?.0);
            }
        } else {
            for g in (1..gammas.len()).filter(|g| sums[g - 1] * sums[*g] < 0.0) {
                let [a, b] = [g - 1, g].map(|g| (gammas[g], sums[g]));
                list.push(narrowed(&mut f, a, b, WIDTH)?);
            }
        }
    }
    Ok(found)
}

/// As [`super::validation::validate`], under L1, for increasing gammas; the jackknife goes by the curves between grid points.
///
/// # Errors
/// As for [`graphical_lasso`].
pub fn validate(data: &[Pair], gammas: &[f64]) -> Result<Validation, Error> {
    let curves = sweep(data, gammas)?;
    let whole = roots(data, gammas, &curves)?;
    let test = |gamma: &f64| {
        let below = gammas.partition_point(|g| g <= gamma).checked_sub(1);
        below.map_or(f64::NEG_INFINITY, |g| curves.iter().map(|c| c[g].test).sum::<f64>())
    };
    let best = whole.opt.iter().copied().max_by(|a, b| test(a).total_cmp(&test(b)));
    let sum = |g: usize| curves.iter().map(|c| c[g].test).sum::<f64>();
    let least = gammas.len() > 1 && (1..gammas.len()).all(|g| sum(g) < sum(0));
    let best = best.filter(|_| !least);
    let estimate = |strength: Strength, gamma: Option<f64>| {
        let gamma = gamma?;
        let left_out = (0..curves.len()).map(|f| {
            let rest = curves.iter().enumerate().filter(|(g, _)| *g != f).map(|(_, c)| c);
            near(strength, gammas, &rest.collect::<Vec<_>>(), gamma)
        });
        Some(jackknife::delete_one(gamma, left_out))
    };
    Ok(Validation {
        opt: estimate(Strength::Opt, best),
        cross: estimate(Strength::Cross, nearest(&whole.cross, best)),
        half: estimate(Strength::Half, nearest(&whole.half, best)),
        least,
        ..Validation::of(&curves)
    })
}

/// A strength of the mean of curves by interpolation in log gamma, the one nearest to `gamma`.
fn near(strength: Strength, gammas: &[f64], curves: &[&Vec<Likelihoods>], gamma: f64) -> Option<f64> {
    let of = of(strength);
    let x: Vec<f64> = gammas.iter().map(|g| g.ln()).collect();
    let y: Vec<f64> = (0..gammas.len()).map(|g| curves.iter().map(|c| of(&c[g])).sum()).collect();
    let mut found = vec![];
    for g in 1..gammas.len() {
        if strength != Strength::Opt {
            if y[g - 1] * y[g] < 0.0 {
                found.push(x[g - 1] - y[g - 1] * (x[g] - x[g - 1]) / (y[g] - y[g - 1]));
            }
        } else if g + 1 < gammas.len() && y[g] < y[g - 1] && y[g] <= y[g + 1] {
            // The vertex of the parabola through three points.
            let [p, q] = [(y[g] - y[g - 1]) / (x[g] - x[g - 1]), (y[g + 1] - y[g]) / (x[g + 1] - x[g])];
            let curvature = (q - p) / (x[g + 1] - x[g - 1]);
            found.push(0.5 * (x[g - 1] + x[g]) - 0.5 * p / curvature);
        }
    }
    let distance = |v: &f64| (v - gamma.ln()).abs();
    found.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).map(f64::exp)
}
