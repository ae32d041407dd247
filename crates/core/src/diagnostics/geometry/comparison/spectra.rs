//! Power spectra, and how far two are apart.

use super::Sample;
use crate::linalg::gemm;
use faer::{Accum, Mat};
use std::f64::consts::TAU;

/// The Gaussian reaches so many standard deviations.
const REACH: f64 = 4.0;
/// Rows of a window, at most: its waves are held.
pub const WINDOW: usize = 2048;

/// The Hellinger distance between the power spectra of two activities, for each coordinate, 0 to 1; nothing without a run of `rows` rows in
/// both.
///
/// Formula: sqrt(1/2 sum_f (sqrt p_f - sqrt q_f)^2), where p is the power |sum_t z_t e^(-2 pi i f t / T)|^2 of windows of T rows, z the
/// coordinate less its mean over its standard deviation over all of these, averaged over windows, smoothed over frequencies by a Gaussian of
/// `smoothing` (reflected at the ends), and of sum one.
///
/// Source: Mikhaeil, Monfared & Durstewitz, NeurIPS 35 (2022), appendix; Hess et al., ICML (2023), appendix A.4.
///
/// ```
/// use nullcline_core::diagnostics::geometry::comparison::{Sample, hellinger};
///
/// let wave = |f: f64| {
///     let x = faer::Mat::from_fn(1, 256, |_, t| (f * t as f64).sin());
///     Sample { x, group: vec![0; 256], follows: vec![true; 256] }
/// };
/// assert!(hellinger(&wave(0.3), &wave(0.3), 256, 1.0).unwrap()[0] < 1e-7);
/// assert!(hellinger(&wave(0.3), &wave(1.3), 256, 1.0).unwrap()[0] > 0.9);
/// ```
pub fn hellinger(a: &Sample, b: &Sample, rows: usize, smoothing: f64) -> Option<Vec<f64>> {
    let (p, q) = (spectra(a, rows, smoothing)?, spectra(b, rows, smoothing)?);
    let apart = |i: usize| {
        let square = p.row(i).iter().zip(q.row(i).iter()).map(|(p, q)| (p.sqrt() - q.sqrt()).powi(2));
        (0.5 * square.sum::<f64>()).sqrt()
    };
    Some((0..p.nrows()).map(apart).collect())
}

/// The longest windows that fit both: the shorter of the middle lengths of runs, [`WINDOW`] rows at most.
pub fn window(a: &Sample, b: &Sample) -> usize {
    let middle = |s: &Sample| {
        let mut lengths: Vec<usize> = s.runs().into_iter().map(|r| r.len()).filter(|l| *l > 1).collect();
        lengths.sort_unstable();
        lengths.get(lengths.len() / 2).copied().unwrap_or(0)
    };
    middle(a).min(middle(b)).min(WINDOW)
}

/// Power of each coordinate (row) at each frequency, of sum one.
fn spectra(s: &Sample, rows: usize, smoothing: f64) -> Option<Mat<f64>> {
    let n = s.x.nrows();
    let starts: Vec<usize> = s
        .runs()
        .into_iter()
        .flat_map(|r| {
            (r.start..r.end.saturating_sub(rows - 1).max(r.start)).step_by(rows).collect::<Vec<_>>()
        })
        .filter(|start| start + rows <= s.x.ncols())
        .collect();
    if starts.is_empty() || rows < 2 {
        return None;
    }
    let places = || starts.iter().flat_map(|start| *start..*start + rows);
    let total = (starts.len() * rows) as f64;
    let mean: Vec<f64> = (0..n).map(|i| places().map(|t| s.x[(i, t)]).sum::<f64>() / total).collect();
    let half = rows / 2 + 1;
    let table: Vec<(f64, f64)> = (0..rows).map(|m| (TAU * m as f64 / rows as f64).sin_cos()).collect();
    let waves = Mat::from_fn(rows, 2 * half, |t, c| {
        let (sine, cosine) = table[c / 2 * t % rows];
        if c.is_multiple_of(2) { cosine } else { sine }
    });
    let mut power = Mat::<f64>::zeros(n, half);
    let mut parts = Mat::zeros(n, 2 * half);
    for start in &starts {
        let z = Mat::from_fn(n, rows, |i, t| s.x[(i, start + t)] - mean[i]);
        gemm(parts.as_mut(), Accum::Replace, z.as_ref(), waves.as_ref());
        for f in 0..half {
            (0..n).for_each(|i| power[(i, f)] += parts[(i, 2 * f)].powi(2) + parts[(i, 2 * f + 1)].powi(2));
        }
    }
    // The standard deviation is the same factor at all frequencies, and goes with the sum.
    let smooth = smoothed(&power, smoothing);
    let sums: Vec<f64> = (0..n).map(|i| smooth.row(i).iter().sum()).collect();
    Some(Mat::from_fn(n, half, |i, f| smooth[(i, f)] / sums[i]))
}

/// Rows convolved with a Gaussian, reflected at their ends (d c b a | a b c d | d c b a).
fn smoothed(x: &Mat<f64>, deviation: f64) -> Mat<f64> {
    if !(deviation > 0.0) {
        return x.clone();
    }
    // A few deviations.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let reach = (REACH * deviation + 0.5) as usize;
    let n = x.ncols();
    let kernel: Vec<f64> = (0..=reach).map(|k| (-0.5 * (k as f64 / deviation).powi(2)).exp()).collect();
    let sum = kernel[0] + 2.0 * kernel[1..].iter().sum::<f64>();
    let reflected = |k: i64| {
        let period = 2 * n as i64;
        let at = k.rem_euclid(period);
        // Within the row.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        (if at < n as i64 { at as usize } else { (period - 1 - at) as usize })
    };
    Mat::from_fn(x.nrows(), n, |i, f| {
        let reach = reach as i64;
        (-reach..=reach)
            .map(|k| kernel[k.unsigned_abs() as usize] * x[(i, reflected(f as i64 + k))])
            .sum::<f64>()
            / sum
    })
}
