//! How far activity moves in a time, within a subspace and off it.

use super::{Sample, along};
use crate::linalg::col;
use crate::numbers::Estimate;
use crate::numbers::jackknife::delete_one;
use crate::numbers::least_squares::slope;
use faer::MatRef;
use rayon::prelude::*;

/// Lags are followed up to this share of a group's middle length.
const SHARE: usize = 4;
/// Lags at most, evenly on the logarithm.
const LAGS: usize = 24;
/// Off a subspace nothing is left but rounding below this share.
const NOTHING: f64 = 1e-12;

/// Mean squared displacements against the lag.
#[derive(Clone, Debug)]
pub struct Displacements {
    /// Mean squared displacement at each lag.
    pub mean_square: Vec<Estimate>,
    /// Slope of its logarithm on that of the lag: 1 of diffusion, 2 of motion straight on, 0 where it is held.
    pub exponent: Estimate,
}

/// Displacements within a subspace and off it.
#[derive(Clone, Debug)]
pub struct Diffusion {
    /// Lags, steps.
    pub lags: Vec<usize>,
    /// Within the subspace.
    pub within: Displacements,
    /// Off it; none where nothing is.
    pub off: Option<Displacements>,
}

/// Mean squared displacements of `s` within the span of the orthonormal `basis`, n x k, and off it, up to a quarter of the middle length
/// of groups; errors are between groups (jackknife). `None` where that leaves fewer than three lags.
///
/// Formula: <|P (x_{t+l} - x_t)|^2> and <|(1 - P)(x_{t+l} - x_t)|^2> over all pairs of rows that l unbroken steps join, P = U U^T.
///
/// ```
/// use nullcline_core::diagnostics::geometry::comparison::{Sample, diffusion};
/// use nullcline_core::linalg::random::{Use, normal, stream};
///
/// // A random walk along the first axis with noise across it.
/// let mut rng = stream(1, Use::Fixture, 0);
/// let mut x = faer::Mat::zeros(2, 20_000);
/// for t in 1..20_000 {
///     x[(0, t)] = x[(0, t - 1)] + normal(&mut rng);
///     x[(1, t)] = normal(&mut rng);
/// }
/// let s = Sample { x, group: (0..20_000).map(|t| t / 200).collect(), follows: vec![true; 20_000] };
/// let found = diffusion(&s, faer::mat![[1.0], [0.0]].as_ref()).unwrap();
/// assert!((found.within.exponent.value - 1.0).abs() < 3.0 * found.within.exponent.error());
/// let off = found.off.unwrap();
/// assert!(off.exponent.value.abs() < 0.01 && (off.mean_square[5].value - 2.0).abs() < 0.1);
/// ```
pub fn diffusion(s: &Sample, basis: MatRef<f64>) -> Option<Diffusion> {
    let lags = lags(s)?;
    let y = along(s.x.as_ref(), &vec![0.0; s.x.nrows()], basis);
    let runs = s.runs();
    let mut of_group: Vec<Vec<usize>> = vec![vec![]; s.groups()];
    runs.iter().enumerate().for_each(|(r, run)| of_group[s.group[run.start]].push(r));
    let square = |x: MatRef<f64>, a: usize, b: usize| -> f64 {
        col(x, a).iter().zip(col(x, b)).map(|(a, b)| (b - a).powi(2)).sum()
    };
    // Of each lag: within, off, pairs.
    let one = |group: &Vec<usize>| -> Vec<[f64; 3]> {
        let of = |lag: &usize| {
            let mut sums = [0.0; 3];
            for run in group.iter().map(|r| &runs[*r]) {
                for t in run.start + lag..run.end {
                    let within = square(y.as_ref(), t - lag, t);
                    let whole = square(s.x.as_ref(), t - lag, t);
                    let off = if whole - within > NOTHING * whole { whole - within } else { 0.0 };
                    [within, off, 1.0].iter().zip(&mut sums).for_each(|(v, s)| *s += v);
                }
            }
            sums
        };
        lags.iter().map(of).collect()
    };
    let groups: Vec<Vec<[f64; 3]>> = of_group.par_iter().map(one).collect();
    let within = displacements(&groups, &lags, 0)?;
    Some(Diffusion { off: displacements(&groups, &lags, 1), within, lags })
}

fn lags(s: &Sample) -> Option<Vec<usize>> {
    let mut lengths: Vec<usize> = s.runs().into_iter().map(|r| r.len()).filter(|l| *l > 1).collect();
    lengths.sort_unstable();
    let most = lengths.get(lengths.len() / 2)? / SHARE;
    let step = |k: usize| (most as f64).powf(k as f64 / (LAGS - 1) as f64).round();
    // From 1 to the largest lag.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let mut all: Vec<usize> = (0..LAGS).map(|k| step(k) as usize).collect();
    all.dedup();
    (most >= 3).then_some(all)
}

fn displacements(groups: &[Vec<[f64; 3]>], lags: &[usize], of: usize) -> Option<Displacements> {
    let mut total = vec![[0.0; 2]; lags.len()];
    for g in groups {
        total.iter_mut().zip(g).for_each(|(t, s)| *t = [t[0] + s[of], t[1] + s[2]]);
    }
    if !total.iter().all(|t| t[0] > 0.0) {
        return None;
    }
    let means = |without: Option<&Vec<[f64; 3]>>| -> Vec<f64> {
        let left = |l: usize| without.map_or([0.0; 2], |g| [g[l][of], g[l][2]]);
        total.iter().enumerate().map(|(l, t)| (t[0] - left(l)[0]) / (t[1] - left(l)[1])).collect()
    };
    let log: Vec<f64> = lags.iter().map(|l| (*l as f64).ln()).collect();
    let exponent = |m: &[f64]| slope(&log, &m.iter().map(|v| v.ln()).collect::<Vec<_>>()).value;
    let (whole, without): (Vec<f64>, Vec<Vec<f64>>) =
        (means(None), groups.iter().map(|g| means(Some(g))).collect());
    let mean_square =
        (0..lags.len()).map(|l| delete_one(whole[l], without.iter().map(|m| Some(m[l])))).collect();
    Some(Displacements {
        exponent: delete_one(exponent(&whole), without.iter().map(|m| Some(exponent(m)))),
        mean_square,
    })
}
