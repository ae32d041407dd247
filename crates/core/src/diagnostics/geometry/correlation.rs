//! How long successive rows of activity are alike.

use super::whitening::Whitening;
use crate::linalg::col;
use faer::MatRef;

/// Rows that follow each other are alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    /// Lag in rows at which r has fallen into its noise or below 0.05.
    pub range: usize,
}

/// Lags over which correlations are averaged to see whether there are any.
const WINDOWS: [usize; 4] = [1, 4, 16, 64];
/// Standard errors that an average of correlations must lie above zero.
const SURE: f64 = 4.0;
/// Correlation below which rows are no longer alike.
const LEAST: f64 = 0.05;

/// Whether the columns of `x`, n x T, are alike from one to the next; none where that cannot be told from chance. Those marked in
/// `follows` follow the one before; none: all do.
///
/// Formula: r(l) = mean of z_t z_{t+l} over k whitened directions and the pairs of rows that l steps without a break join, of error
/// 1 / sqrt(k T) for independent rows, T counted in proportion to the pairs; alike are rows where its mean over the first 1, 4, 16
/// or 64 lags lies four errors above zero. Lags of the range grow by an eighth.
///
/// Remarks: where breaks leave a quarter of the pairs or less before all is told, rows are taken as if there were none.
///
/// ```
/// use faer::Mat;
/// use nullcline_core::diagnostics::geometry::correlation::correlation;
/// use nullcline_core::linalg::random::{Use, normal, stream};
///
/// let mut rng = stream(1, Use::Fixture, 0);
/// let noise = Mat::from_fn(3, 2000, |_, _| normal(&mut rng));
/// assert_eq!(correlation(noise.as_ref(), None), None);
/// // Means over twenty successive rows are alike for about twenty rows.
/// let slow = Mat::from_fn(3, 1980, |i, t| (0..20).map(|s| noise[(i, t + s)]).sum::<f64>());
/// let range = correlation(slow.as_ref(), None).unwrap().range;
/// assert!((10..40).contains(&range), "{range}");
/// ```
pub fn correlation(x: MatRef<f64>, follows: Option<&[bool]>) -> Option<Correlation> {
    let whitening = Whitening::of(x, true)?;
    let z = whitening.apply(x);
    found(z.as_ref(), follows).or_else(|Broken| found(z.as_ref(), None)).ok().flatten()
}

/// Breaks leave too few pairs.
struct Broken;

fn found(z: MatRef<f64>, follows: Option<&[bool]>) -> Result<Option<Correlation>, Broken> {
    let (k, t) = (z.nrows(), z.ncols());
    let mut run = vec![0; t];
    (1..t).for_each(|s| run[s] = if follows.is_none_or(|f| f[s]) { run[s - 1] + 1 } else { 0 });
    // r and the square of its error.
    let at = |lag: usize| -> Result<[f64; 2], Broken> {
        let (mut sum, mut pairs) = (0.0, 0);
        for s in (lag..t).filter(|s| run[*s] >= lag) {
            sum += col(z, s - lag).iter().zip(col(z, s)).map(|(a, b)| a * b).sum::<f64>();
            pairs += 1;
        }
        let whole = t - lag;
        if 4 * pairs <= whole {
            return Err(Broken);
        }
        Ok([sum / (k * pairs) as f64, whole as f64 / (pairs * k * t) as f64])
    };
    let most = t / 8;
    let (mut sum, mut square, mut sure) = (0.0, 0.0, false);
    for lag in 1..=most.min(WINDOWS[3]) {
        let [r, error] = match at(lag) {
            Err(Broken) if sure => break,
            found => found?,
        };
        (sum, square) = (sum + r, square + error);
        sure |= WINDOWS.contains(&lag) && sum > SURE * square.sqrt();
    }
    if !sure {
        return Ok(None);
    }
    let mut lag = 1;
    while lag <= t / 2 {
        let [r, error] = at(lag)?;
        if !(r >= LEAST.max(2.0 * error.sqrt())) {
            break;
        }
        lag += lag.div_ceil(8);
    }
    Ok(Some(Correlation { range: lag.min(t / 2) }))
}

/// Blocks of successive rows made at most.
const BLOCKS: usize = 40;

impl Correlation {
    /// How many blocks of successive rows to make of `rows`: each four times the range or longer, `least` if they are fewer.
    ///
    /// ```
    /// use nullcline_core::diagnostics::geometry::correlation::Correlation;
    ///
    /// // Alike over 10 rows: blocks of 40 at least, and five where they are asked for.
    /// assert_eq!(Correlation { range: 10 }.blocks(200, 5), 5);
    /// assert!(Correlation { range: 10 }.blocks(4000, 5) <= 100);
    /// ```
    pub fn blocks(&self, rows: usize, least: usize) -> usize {
        (rows / (4 * self.range).max(1)).clamp(least.min(rows), BLOCKS.max(least).min(rows))
    }
}

/// The block of each of `rows`, in `count` blocks of successive rows.
///
/// ```
/// use nullcline_core::diagnostics::geometry::correlation::successive;
///
/// assert_eq!(successive(6, 3), [0, 0, 1, 1, 2, 2]);
/// ```
pub fn successive(rows: usize, count: usize) -> Vec<usize> {
    (0..rows).map(|t| t * count / rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal, stream};
    use faer::Mat;

    /// x' = 0.95 x + noise in stretches of `length` rows, each begun anew.
    fn rows(length: usize, t: usize) -> Mat<f64> {
        let mut rng = stream(5, Use::Fixture, length as u64);
        let mut x = Mat::zeros(4, t);
        for s in 0..t {
            for i in 0..4 {
                let fresh = normal(&mut rng);
                let root = (1.0f64 - 0.95 * 0.95).sqrt();
                x[(i, s)] = if s % length == 0 { fresh } else { 0.95 * x[(i, s - 1)] + root * fresh };
            }
        }
        x
    }

    #[test]
    fn pairs_across_a_break_are_no_neighbours() {
        let t = 160_000;
        let range = |x: &Mat<f64>, f: Option<&[bool]>| correlation(x.as_ref(), f).map(|c| c.range);
        // 0.95^l falls to 0.05 at l = 58.4; of stretches of 100 rows as one, 0.95^l (1 - l/100) does at 46.3.
        let x = rows(100, t);
        let follows: Vec<bool> = (0..t).map(|s| s % 100 > 0).collect();
        let (parted, joined) = (range(&x, Some(&follows)).unwrap(), range(&x, None).unwrap());
        assert!((57..=65).contains(&parted) && (44..=50).contains(&joined), "{parted} {joined}");
        // Too short to tell, or no order at all: as one.
        for length in [10, 1] {
            let follows: Vec<bool> = (0..t).map(|s| s % length > 0).collect();
            assert_eq!(range(&x, Some(&follows)), Some(joined));
        }
        assert_eq!(range(&rows(1, t), Some(&follows)), None);
    }
}
