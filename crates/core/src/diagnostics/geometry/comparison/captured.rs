//! Each activity in the principal components of the other.

use super::{Groups, Sample, along, pooled};
use crate::diagnostics::geometry::pca::{Pca, pca};
use crate::diagnostics::geometry::products::{means, product};
use crate::diagnostics::geometry::subspace::principal_angles;
use crate::linalg::eigen::symmetric;
use crate::linalg::random::{Use, stream};
use crate::linalg::{col, gemm};
use crate::numbers::Estimate;
use faer::{Accum, Mat, MatRef};
use rand::RngExt;
use rayon::prelude::*;

/// Samples drawn anew for the errors.
const DRAWS: usize = 100;
/// Groups are joined to so many at most.
const GROUPS: usize = 50;
/// Errors are found in the span of so many components of both activities together.
const SPAN: usize = 100;
/// Components whose captured variance is told.
const TOLD: usize = 20;

/// Variance of two activities in each other's components.
#[derive(Clone, Debug)]
pub struct Captured {
    /// Components of the compared subspaces.
    pub components: usize,
    /// Shares of the variance of the first and the second that their own first 1, 2, ... components carry.
    pub own: [Vec<f64>; 2],
    /// Shares of the variance of the first and the second that the other's carry.
    pub other: [Vec<f64>; 2],
    /// The other's share over the own one, of `components`.
    pub shared: [Estimate; 2],
    /// Principal angles between both subspaces, degrees, ascending.
    pub angles: Vec<Estimate>,
}

/// Compares the subspaces of the first `components` principal components of `a` and `b`, n x T; `None` where one of them does not
/// vary.
///
/// Formula: with C_a, C_b the covariances, U_a the first k components of a, the share tr(U_a^T C_b U_a) / tr C_b of the variance of b that
/// they carry; the shared variance is tr(U_a^T C_b U_a) / tr(U_b^T C_b U_b), 1 where both subspaces are one. Errors are standard
/// deviations over samples of groups drawn with replacement in both (of pairs both together), within the span of the leading components
/// of both together.
///
/// Source: the shared variance is the alignment index of Elsayed et al., Nat. Commun. 7, 13239 (2016), eq. 1.
///
/// ```
/// use nullcline_core::diagnostics::geometry::comparison::{Groups, Sample, captured};
///
/// // One varies along the first axis, the other half along it and half along the second.
/// let of = |x: faer::Mat<f64>| Sample { group: vec![0; x.ncols()], follows: vec![true; x.ncols()], x };
/// let a = of(faer::mat![[1.0, -1.0, 1.0, -1.0], [0.0, 0.0, 0.0, 0.0]]);
/// let b = of(faer::mat![[2.0, -2.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]]);
/// let found = captured(&a, &b, 1, Groups::Apart, 1).unwrap();
/// assert!((found.other[1][0] - 0.8).abs() < 1e-12 && (found.shared[1].value - 1.0).abs() < 1e-12);
/// // One group has no error.
/// assert!(found.angles[0].value < 1e-6 && found.angles[0].std_error.is_none());
/// ```
pub fn captured(a: &Sample, b: &Sample, components: usize, groups: Groups, seed: u64) -> Option<Captured> {
    let all = [pca(a.x.as_ref())?, pca(b.x.as_ref())?];
    let most = all.iter().map(|p| p.components.ncols()).min()?;
    let k = components.clamp(1, most);
    let told = most.min(TOLD.max(k));
    let share = |of: usize, by: usize| shares([a, b][of], &all[by], told);
    let (own, other) = ([share(0, 0), share(1, 1)], [share(0, 1), share(1, 0)]);
    let first = |p: &Pca| p.components.subcols(0, k).to_owned();
    let angles = principal_angles(first(&all[0]).as_ref(), first(&all[1]).as_ref())?;
    let mut found: Vec<f64> = (0..2).map(|s| other[s][k - 1] / own[s][k - 1]).collect();
    found.extend(&angles);
    let errors = errors(a, b, k, groups, seed);
    let n = a.groups().min(b.groups());
    let estimate = |j: usize| Estimate { value: found[j], std_error: errors.as_ref().map(|e| e[j]), n };
    Some(Captured {
        components: k,
        own,
        other,
        shared: [estimate(0), estimate(1)],
        angles: (2..found.len()).map(estimate).collect(),
    })
}

/// Shares of the variance along the first 1, 2, ... components.
fn shares(s: &Sample, by: &Pca, told: usize) -> Vec<f64> {
    let mean = means(s.x.as_ref());
    let total: f64 = (0..s.x.ncols())
        .map(|t| col(s.x.as_ref(), t).iter().zip(&mean).map(|(v, m)| (v - m).powi(2)).sum::<f64>())
        .sum();
    let y = along(s.x.as_ref(), &mean, by.components.subcols(0, told));
    let mut sum = 0.0;
    let mut of = |i: usize| {
        sum += (0..y.ncols()).map(|t| y[(i, t)].powi(2)).sum::<f64>();
        sum / total
    };
    (0..told).map(&mut of).collect()
}

/// Sums of one group of rows.
struct Sums {
    rows: f64,
    sum: Vec<f64>,
    square: Mat<f64>,
}

/// Standard deviations of both shared variances and all angles; none of fewer than five groups.
fn errors(a: &Sample, b: &Sample, k: usize, groups: Groups, seed: u64) -> Option<Vec<f64>> {
    if a.groups().min(b.groups()) < 5 {
        return None;
    }
    let both = pooled(a, b);
    let span = pca(both.x.as_ref())?;
    let basis = span.components.subcols(0, span.components.ncols().min(SPAN));
    let parts = [a, b].map(|s| sums(s, along(s.x.as_ref(), &span.mean, basis).as_ref()));
    let one = |r: usize| -> Option<Vec<f64>> {
        let mut rng = stream(seed, Use::Bootstrap, r as u64);
        let mut draw = |s: usize| -> Vec<usize> {
            let count = parts[s].len();
            (0..count).map(|_| rng.random_range(0..count)).collect()
        };
        let first = draw(0);
        let second = if groups == Groups::Paired { first.clone() } else { draw(1) };
        let drawn = [(0, first), (1, second)]
            .map(|(s, which): (usize, Vec<usize>)| covariance(which.iter().map(|k| &parts[s][*k])));
        ratios(&drawn, k)
    };
    let all: Vec<Vec<f64>> = (0..DRAWS).into_par_iter().map(one).collect::<Option<_>>()?;
    let deviation = |j: usize| {
        let mean = all.iter().map(|v| v[j]).sum::<f64>() / DRAWS as f64;
        (all.iter().map(|v| (v[j] - mean).powi(2)).sum::<f64>() / (DRAWS - 1) as f64).sqrt()
    };
    Some((0..2 + k).map(deviation).collect())
}

/// Sums of groups, joined to [`GROUPS`] at most.
fn sums(s: &Sample, y: MatRef<f64>) -> Vec<Sums> {
    let groups = s.groups();
    let joined = groups.min(GROUPS);
    let part = |g: usize| g * joined / groups;
    let of = |p: usize| {
        let rows: Vec<usize> = (0..y.ncols()).filter(|t| part(s.group[*t]) == p).collect();
        let x = Mat::from_fn(y.nrows(), rows.len(), |i, k| y[(i, rows[k])]);
        let sum = (0..y.nrows()).map(|i| x.row(i).iter().sum()).collect();
        Sums { rows: rows.len() as f64, sum, square: product(x.as_ref(), x.as_ref()) }
    };
    (0..joined).into_par_iter().map(of).collect()
}

fn covariance<'a>(parts: impl Iterator<Item = &'a Sums>) -> Mat<f64> {
    let (mut rows, mut sum, mut square) = (0.0, vec![], Mat::zeros(0, 0));
    for p in parts {
        if sum.is_empty() {
            (sum, square) = (vec![0.0; p.sum.len()], Mat::zeros(p.sum.len(), p.sum.len()));
        }
        rows += p.rows;
        sum.iter_mut().zip(&p.sum).for_each(|(a, b)| *a += b);
        square += &p.square;
    }
    Mat::from_fn(sum.len(), sum.len(), |i, j| (square[(i, j)] - sum[i] * sum[j] / rows) / rows)
}

/// Shared variances and angles of two covariances.
fn ratios(c: &[Mat<f64>; 2], k: usize) -> Option<Vec<f64>> {
    let first = |c: &Mat<f64>| -> Option<Mat<f64>> {
        let (_, vectors) = symmetric(c.as_ref())?;
        let n = vectors.ncols();
        Some(Mat::from_fn(n, k, |i, j| vectors[(i, n - 1 - j)]))
    };
    let u = [first(&c[0])?, first(&c[1])?];
    let along = |of: usize, by: usize| {
        let mut y = Mat::zeros(c[of].nrows(), k);
        gemm(y.as_mut(), Accum::Replace, c[of].as_ref(), u[by].as_ref());
        crate::diagnostics::geometry::products::inner(u[by].as_ref(), y.as_ref())
    };
    let mut found = vec![along(0, 1) / along(0, 0), along(1, 0) / along(1, 1)];
    found.extend(principal_angles(u[0].as_ref(), u[1].as_ref())?);
    Some(found)
}
