//! How long successive rows of activity are alike.

use super::whitening::Whitening;
use crate::linalg::col;
use faer::MatRef;

/// Rows that follow each other are alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    /// 1 + 2 sum_l r(l), rows that count as one for the mean of the activity.
    pub time: f64,
    /// Lag in rows at which r has fallen into its noise or below 0.05.
    pub range: usize,
}

/// Lags over which correlations are averaged to see whether there are any.
const WINDOWS: [usize; 4] = [1, 4, 16, 64];
/// Standard errors that an average of correlations must lie above zero.
const SURE: f64 = 4.0;

/// Whether the columns of `x`, n x T, are alike from one to the next; none where that cannot be told from chance.
///
/// Formula: r(l) = mean over k whitened directions of sum_t z_t z_{t+l} / T, of error 1 / sqrt(k T) for independent rows; alike are
/// rows where its mean over the first 1, 4, 16 or 64 lags lies four errors above zero. The sum runs up to the range, over lags
/// in steps that grow with them.
pub fn correlation(x: MatRef<f64>) -> Option<Correlation> {
    let whitening = Whitening::of(x, true)?;
    let z = whitening.apply(x);
    let (k, t) = (z.nrows(), z.ncols());
    let noise = 1.0 / ((k * t) as f64).sqrt();
    let r = |lag: usize| -> f64 {
        let of = |s: usize| -> f64 {
            let (a, b) = (col(z.as_ref(), s), col(z.as_ref(), s + lag));
            a.iter().zip(b).map(|(a, b)| a * b).sum()
        };
        (0..t - lag).map(of).sum::<f64>() / (k * (t - lag)) as f64
    };
    let most = t / 8;
    let (mut sum, mut sure) = (0.0, false);
    for lag in 1..=most.min(WINDOWS[3]) {
        sum += r(lag);
        sure |= WINDOWS.contains(&lag) && sum > SURE * noise * (lag as f64).sqrt();
    }
    if !sure {
        return None;
    }
    let floor = (2.0 * noise).max(0.05);
    let (mut time, mut lag, mut before, mut last) = (0.0, 1, 0, 1.0);
    while lag <= t / 2 {
        let now = r(lag).max(0.0);
        time += (last + now) * (lag - before) as f64;
        if now < floor {
            break;
        }
        (before, last) = (lag, now);
        lag += lag.div_ceil(8);
    }
    Some(Correlation { time: time.max(1.0), range: lag.min(t / 2) })
}

/// Blocks of successive rows made at most.
const BLOCKS: usize = 40;

impl Correlation {
    /// How many blocks of successive rows to make of `rows`: each four times the range or longer, `least` if they are fewer.
    pub fn blocks(&self, rows: usize, least: usize) -> usize {
        (rows / (4 * self.range).max(1)).clamp(least.min(rows), BLOCKS.max(least).min(rows))
    }
}
