//! A linear map fitted to recorded activity.

use crate::diagnostics::geometry::comparison::Sample;
use crate::diagnostics::geometry::products::{means, product};
use crate::linalg::eigen::{Order, eigenvalues};
use crate::linalg::random::{Use, shuffled, stream};
use crate::linalg::solve::Lu;
use crate::numbers::{Estimate, deviation};
use faer::{Mat, c64};
use rand::RngExt;
use rayon::prelude::*;

/// Ridges tried, of the mean variance of a coordinate: none, and 10^-6 to 1.
const RIDGES: usize = 14;
/// Groups are left out in so many parts.
const FOLDS: usize = 5;
/// Samples drawn anew for the errors.
const DRAWS: usize = 200;

/// x_{t+1} = A x_t + b.
#[derive(Clone, Debug)]
pub struct LinearFit {
    /// A, d x d.
    pub a: Mat<f64>,
    /// b, d.
    pub b: Vec<f64>,
    /// Ridge chosen, of the mean variance of a coordinate.
    pub ridge: f64,
    /// Ridges tried and the share of the variance of x_{t+1} - x_t that each explains in groups left out.
    pub tried: Vec<[f64; 2]>,
    /// That share for the ridge chosen.
    pub explained: Estimate,
    /// Eigenvalues of A, the largest modulus first.
    pub eigenvalues: Vec<c64>,
    /// ln of their moduli, a step.
    pub exponents: Vec<Estimate>,
    /// x = A x + b.
    pub fixed_point: Vec<Estimate>,
    /// Pairs of rows.
    pub pairs: usize,
}

/// Sums over the pairs of one group.
#[derive(Clone)]
struct Sums {
    pairs: f64,
    now: Vec<f64>,
    next: Vec<f64>,
    square: Mat<f64>,
    cross: Mat<f64>,
    /// Sums of squares of the next row.
    later: Vec<f64>,
}

/// Fits a linear map to successive rows of `s`, d x T, with errors from groups drawn anew; `None` where the pairs are not at least three times as many as
/// coordinates, or the groups fewer than five.
///
/// Formula: A = C_yx (C_xx + r I tr(C_xx) / d)^-1, b = mean y - A mean x, with the r of the largest share 1 - sum |y - A x - b|^2 / sum |y - x|^2
/// in groups left out; exponents ln |lambda| of A's eigenvalues, the fixed point (I - A)^-1 b. Errors are standard deviations over samples
/// of groups drawn with replacement, r held.
///
/// Remarks: noise in what is measured, as against noise in the state, draws A towards zero.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::from_data::linear_fit;
/// use nullcline_core::diagnostics::geometry::comparison::Sample;
/// use nullcline_core::linalg::random::{Use, normal, stream};
///
/// // x' = 0.9 x + 0.2 + noise: an exponent of ln 0.9, a fixed point at 2.
/// let mut rng = stream(1, Use::Fixture, 0);
/// let mut x = faer::Mat::zeros(1, 4000);
/// (1..4000).for_each(|t| x[(0, t)] = 0.9 * x[(0, t - 1)] + 0.2 + 0.3 * normal(&mut rng));
/// let s = Sample { x, group: (0..4000).map(|t| t / 200).collect(), follows: vec![true; 4000] };
/// let fit = linear_fit(&s, 1).unwrap();
/// assert!((fit.exponents[0].value - 0.9f64.ln()).abs() < 3.0 * fit.exponents[0].error());
/// assert!((fit.fixed_point[0].value - 2.0).abs() < 3.0 * fit.fixed_point[0].error());
/// ```
pub fn linear_fit(s: &Sample, seed: u64) -> Option<LinearFit> {
    let d = s.x.nrows();
    let mean = means(s.x.as_ref());
    let groups = sums(s, &mean);
    let pairs: f64 = groups.iter().map(|g| g.pairs).sum();
    if groups.len() < FOLDS || pairs < 3.0 * d as f64 {
        return None;
    }
    let tried = held_out(&groups, seed)?;
    let best = tried.iter().fold(tried[0], |best, t| if t.1.value > best.1.value { *t } else { best });
    let (a, mut b) = solved(&total(groups.iter()), best.0)?;
    let mut found = told(&a, &b)?;
    // Back from coordinates about the mean.
    for i in 0..d {
        found[d + i] += mean[i];
        b[i] += mean[i] - (0..d).map(|j| a[(i, j)] * mean[j]).sum::<f64>();
    }
    let one = |k: usize| -> Option<Vec<f64>> {
        let mut rng = stream(seed, Use::Bootstrap, (1 << 32) + k as u64);
        let drawn = total((0..groups.len()).map(|_| &groups[rng.random_range(0..groups.len())]));
        let (a, b) = solved(&drawn, best.0)?;
        told(&a, &b)
    };
    let drawn: Option<Vec<Vec<f64>>> = (0..DRAWS).into_par_iter().map(one).collect();
    let error = |j: usize| Some(deviation(&drawn.as_ref()?.iter().map(|v| v[j]).collect::<Vec<_>>()));
    let estimate = |j: usize| Estimate { value: found[j], std_error: error(j), n: groups.len() };
    // A count of pairs.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let pairs = pairs as usize;
    Some(LinearFit {
        eigenvalues: eigenvalues(a.as_ref(), Order::Modulus)?,
        exponents: (0..d).map(estimate).collect(),
        fixed_point: (d..2 * d).map(estimate).collect(),
        ridge: best.0,
        explained: best.1,
        tried: tried.iter().map(|(r, e)| [*r, e.value]).collect(),
        pairs,
        a,
        b,
    })
}

/// Of coordinates less `mean`: their products are then no larger than what is looked for.
fn sums(s: &Sample, mean: &[f64]) -> Vec<Sums> {
    let d = s.x.nrows();
    let mut pairs: Vec<Vec<usize>> = vec![vec![]; s.groups()];
    (1..s.x.ncols()).filter(|t| s.joined(*t)).for_each(|t| pairs[s.group[t]].push(t));
    let one = |pairs: &Vec<usize>| {
        let at = |back: usize| Mat::from_fn(d, pairs.len(), |i, k| s.x[(i, pairs[k] - back)] - mean[i]);
        let (now, next) = (at(1), at(0));
        let sum = |m: &Mat<f64>| (0..d).map(|i| m.row(i).iter().sum()).collect::<Vec<f64>>();
        Sums {
            pairs: pairs.len() as f64,
            now: sum(&now),
            next: sum(&next),
            square: product(now.as_ref(), now.as_ref()),
            cross: product(now.as_ref(), next.as_ref()),
            later: (0..d).map(|i| next.row(i).iter().map(|v| v * v).sum()).collect(),
        }
    };
    pairs.par_iter().filter(|p| !p.is_empty()).map(one).collect()
}

fn total<'a>(groups: impl Iterator<Item = &'a Sums>) -> Sums {
    let mut all: Option<Sums> = None;
    for g in groups {
        match &mut all {
            None => all = Some(g.clone()),
            Some(t) => {
                t.pairs += g.pairs;
                t.now.iter_mut().zip(&g.now).for_each(|(a, b)| *a += b);
                t.next.iter_mut().zip(&g.next).for_each(|(a, b)| *a += b);
                t.square += &g.square;
                t.cross += &g.cross;
                t.later.iter_mut().zip(&g.later).for_each(|(a, b)| *a += b);
            }
        }
    }
    all.unwrap_or(Sums {
        pairs: 0.0,
        now: vec![],
        next: vec![],
        square: Mat::zeros(0, 0),
        cross: Mat::zeros(0, 0),
        later: vec![],
    })
}

/// A and b.
fn solved(s: &Sums, ridge: f64) -> Option<(Mat<f64>, Vec<f64>)> {
    let d = s.now.len();
    let mean = |sum: &[f64]| sum.iter().map(|v| v / s.pairs).collect::<Vec<f64>>();
    let (x, y) = (mean(&s.now), mean(&s.next));
    let mut square = Mat::from_fn(d, d, |i, j| s.square[(i, j)] / s.pairs - x[i] * x[j]);
    let scale = (0..d).map(|i| square[(i, i)]).sum::<f64>() / d as f64;
    (0..d).for_each(|i| square[(i, i)] += ridge * scale);
    let mut a = Mat::from_fn(d, d, |i, j| s.cross[(i, j)] / s.pairs - x[i] * y[j]);
    let mut lu = Lu::new(d);
    if !lu.factor(square.as_ref()) {
        return None;
    }
    lu.solve(a.as_mut());
    let a = a.transpose().to_owned();
    let b = (0..d).map(|i| y[i] - (0..d).map(|j| a[(i, j)] * x[j]).sum::<f64>()).collect();
    Some((a, b))
}

/// Exponents and the fixed point.
fn told(a: &Mat<f64>, b: &[f64]) -> Option<Vec<f64>> {
    let d = a.nrows();
    let mut found: Vec<f64> =
        eigenvalues(a.as_ref(), Order::Modulus)?.iter().map(|z| z.re.hypot(z.im).ln()).collect();
    let mut lu = Lu::new(d);
    let mut point = Mat::from_fn(d, 1, |i, _| b[i]);
    if !lu.factor((Mat::<f64>::identity(d, d) - a).as_ref()) {
        return None;
    }
    lu.solve(point.as_mut());
    found.extend(point.col(0).iter());
    Some(found)
}

/// Squares of what is left of y - A x - b, and of y - x, summed over the pairs of some groups.
fn left(s: &Sums, a: &Mat<f64>, b: &[f64]) -> [f64; 2] {
    let d = b.len();
    let (mut fit, mut stay) = (0.0, 0.0);
    for i in 0..d {
        let row: Vec<f64> = (0..d).map(|j| a[(i, j)]).collect();
        let ax: f64 = (0..d).map(|j| row[j] * s.now[j]).sum();
        let cross: f64 = (0..d).map(|j| row[j] * s.cross[(j, i)]).sum();
        let square: f64 =
            (0..d).map(|j| row[j] * (0..d).map(|k| s.square[(j, k)] * row[k]).sum::<f64>()).sum();
        fit += s.later[i] + square + s.pairs * b[i] * b[i] - 2.0 * cross - 2.0 * b[i] * (s.next[i] - ax);
        stay += s.later[i] + s.square[(i, i)] - 2.0 * s.cross[(i, i)];
    }
    [fit, stay]
}

/// Ridges with the share of the variance of steps that each explains in groups left out, and its error between these.
fn held_out(groups: &[Sums], seed: u64) -> Option<Vec<(f64, Estimate)>> {
    let order = shuffled(groups.len(), &mut stream(seed, Use::Split, 3 << 32));
    let fold: Vec<usize> = {
        let mut fold = vec![0; groups.len()];
        order.iter().enumerate().for_each(|(k, g)| fold[*g] = k % FOLDS);
        fold
    };
    let ridge =
        |k: usize| if k == 0 { 0.0 } else { 10f64.powf(-6.0 + 6.0 * (k - 1) as f64 / (RIDGES - 2) as f64) };
    let one = |ridge: f64| -> Option<Estimate> {
        let mut of = vec![];
        for f in 0..FOLDS {
            let rest = total((0..groups.len()).filter(|g| fold[*g] != f).map(|g| &groups[g]));
            let (a, b) = solved(&rest, ridge)?;
            for g in (0..groups.len()).filter(|g| fold[*g] == f) {
                of.push((left(&groups[g], &a, &b).to_vec(), 1.0));
            }
        }
        Some(crate::numbers::jackknife::of_means(&of, |m| 1.0 - m[0] / m[1]))
    };
    let all: Vec<(f64, Estimate)> = (0..RIDGES).map(ridge).filter_map(|r| Some((r, one(r)?))).collect();
    (!all.is_empty()).then_some(all)
}
