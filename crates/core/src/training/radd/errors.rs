//! Standard errors that hold where residuals are correlated.

use crate::linalg::col;
use faer::{Mat, MatRef};

/// Correlation of successive residuals, in standard errors of that of independent ones, from which it counts.
const CORRELATED: f64 = 3.0;
/// Blocks are at least this many correlation times long.
const TIMES: f64 = 10.0;
/// Sequences from which they are the clusters.
const SEQUENCES: f64 = 20.0;
/// Clusters below which their scatter says nothing.
const LEAST: f64 = 10.0;

/// What the standard errors of a unit's coefficients rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errors {
    /// Residuals are not correlated from one pair to the next: the information of independent ones of equal size.
    Independent,
    /// They are: the scatter of scores summed over clusters.
    Clustered {
        /// Clusters.
        clusters: usize,
        /// Whether these are the sequences; else blocks of successive pairs.
        sequences: bool,
    },
    /// They are, and there are too few clusters.
    Unknown {
        /// Their correlation time, in pairs.
        time: usize,
    },
}

named! {
    Errors:
    Self::Independent => "independent",
    Self::Clustered { .. } => "clustered",
    Self::Unknown { .. } => "unknown",
}

/// Which pairs follow one another.
pub(super) struct Runs {
    /// Whether a pair follows the one before it.
    pub follows: Vec<bool>,
    /// The sequence of each.
    pub sequence: Vec<usize>,
}

/// Variance of summed scores (d x d) as the clusters scatter, where residuals are correlated.
///
/// Formula: residuals e count as correlated where |sum e_t e_(t-1)| > 3 (sum e_t^2 e_(t-1)^2)^(1/2), over pairs that follow one
/// another. Clusters are the sequences where (sum n)^2 / sum n^2 of their lengths n is 20 or more, else blocks of
/// max(sqrt N, 10 tau) successive pairs, tau = (1 + r)/(1 - r) with r the largest lag-one autocorrelation of e times a
/// regressor (`x`, k x N); the sum over G clusters of s s^T, s the cluster's sum of scores, times G/(G - 1).
///
/// Source: White 1984, Liang and Zeger 1986 (clusters); Durbin 1970 (regressors that are earlier targets).
pub(super) fn scatter(
    scores: MatRef<f64>,
    x: MatRef<f64>,
    residuals: &[f64],
    runs: &Runs,
) -> (Errors, Option<Mat<f64>>) {
    let successive = || (1..residuals.len()).filter(|t| runs.follows[*t]);
    let products = || successive().map(|t| residuals[t] * residuals[t - 1]);
    let spread = products().map(|p| p * p).sum::<f64>().sqrt();
    if !(products().sum::<f64>().abs() > CORRELATED * spread) {
        return (Errors::Independent, None);
    }
    let (cluster, sequences) = match sequences(runs) {
        Some(cluster) => (cluster, true),
        None => {
            let score = |i: usize, t: usize| x[(i, t)] * residuals[t];
            let time = |i: usize| {
                let lagged: f64 = successive().map(|t| score(i, t) * score(i, t - 1)).sum();
                let square: f64 = (0..residuals.len()).map(|t| score(i, t).powi(2)).sum();
                if square > 0.0 { (square + lagged) / (square - lagged) } else { 0.0 }
            };
            let longest = (0..x.nrows()).map(time).fold(0.0, f64::max);
            let block = (TIMES * longest).max((residuals.len() as f64).sqrt()).ceil();
            let cluster = blocks(runs, block);
            if effective(&cluster) < LEAST {
                return (Errors::Unknown { time: longest.ceil().clamp(1.0, 1e15) as usize }, None);
            }
            (cluster, false)
        }
    };
    let (d, count) = (scores.nrows(), cluster.last().map_or(0, |c| c + 1));
    let mut sums = Mat::<f64>::zeros(d, count);
    for (t, c) in cluster.iter().enumerate() {
        for (i, s) in col(scores, t).iter().enumerate() {
            sums[(i, *c)] += s;
        }
    }
    let factor = count as f64 / (count as f64 - 1.0);
    (Errors::Clustered { clusters: count, sequences }, Some(faer::Scale(factor) * (&sums * sums.transpose())))
}

/// Number of equal clusters that would do as well.
fn effective(cluster: &[usize]) -> f64 {
    let mut sizes = vec![0.0; cluster.last().map_or(0, |c| c + 1)];
    cluster.iter().for_each(|c| sizes[*c] += 1.0);
    (cluster.len() as f64).powi(2) / sizes.iter().map(|s| s * s).sum::<f64>()
}

/// The sequences, counted from 0, if they suffice.
fn sequences(runs: &Runs) -> Option<Vec<usize>> {
    let mut next = 0;
    let cluster: Vec<usize> = (0..runs.sequence.len())
        .map(|t| {
            next += usize::from(t > 0 && runs.sequence[t] != runs.sequence[t - 1]);
            next
        })
        .collect();
    (effective(&cluster) >= SEQUENCES).then_some(cluster)
}

/// Blocks of about `length` pairs, of equal length in each stretch of pairs that follow one another.
fn blocks(runs: &Runs, length: f64) -> Vec<usize> {
    let n = runs.follows.len();
    let starts: Vec<usize> = (0..n).filter(|t| *t == 0 || !runs.follows[*t]).collect();
    let (mut cluster, mut first) = (Vec::with_capacity(n), 0);
    for (k, start) in starts.iter().enumerate() {
        let here = starts.get(k + 1).unwrap_or(&n) - start;
        let parts = ((here as f64 / length).floor() as usize).max(1);
        cluster.extend((0..here).map(|t| first + t * parts / here));
        first += parts;
    }
    cluster
}
