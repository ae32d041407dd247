//! Rate maps and the information in them.

use crate::diagnostics::geometry::comparison::cell;
use crate::linalg::{col, col_mut};
use faer::{Mat, MatRef};

/// Smoothing reaches so many standard deviations.
const REACH: f64 = 4.0;

/// Which bin each row lies in.
#[derive(Clone, Debug)]
pub struct Places {
    /// Bins along the first and the second coordinate; one along the second of a line.
    pub bins: [usize; 2],
    /// Width of a bin along each.
    pub width: [f64; 2],
    /// Bin i + bins\[0\] j of each row; none outside of all, or without a position.
    pub bin: Vec<Option<usize>>,
    /// Rows in each bin.
    pub rows: Vec<f64>,
    /// Weights of the smoothing along each coordinate, by distance in bins.
    kernel: Vec<f64>,
}

impl Places {
    /// Of positions, one or two coordinates by rows, in `bins` bins between the ends of each coordinate; maps are smoothed by a Gaussian of
    /// `smoothing` bins (0: not).
    pub fn of(position: &[&[f64]], range: &[[f64; 2]], bins: usize, smoothing: f64) -> Self {
        let bins = [bins, if position.len() > 1 { bins } else { 1 }];
        let at = |t: usize| {
            let i = cell(position[0][t], range[0], bins[0])?;
            let j = position.get(1).map_or(Some(0), |y| cell(y[t], range[1], bins[1]))?;
            Some(i + bins[0] * j)
        };
        let bin: Vec<Option<usize>> = (0..position[0].len()).map(at).collect();
        let mut rows = vec![0.0; bins[0] * bins[1]];
        bin.iter().flatten().for_each(|b| rows[*b] += 1.0);
        let width = [0, 1].map(|c: usize| range.get(c).map_or(1.0, |[lo, hi]| (hi - lo) / bins[c] as f64));
        let weight = |k: usize| (-0.5 * (k as f64 / smoothing).powi(2)).exp();
        let kernel = (0..bins[0])
            .take_while(|k| *k == 0 || *k as f64 <= REACH * smoothing)
            .map(|k| if k == 0 { 1.0 } else { weight(k) })
            .collect();
        Self { bins, width, bin, rows, kernel }
    }

    /// Gaussian sums over the neighbours of each bin, which `weight` holds.
    fn smoothed(&self, values: &[f64], to: &mut [f64], room: &mut [f64]) {
        let [nx, ny] = self.bins;
        let pass = |from: &[f64], to: &mut [f64], n: usize, stride: usize, across: usize, other: usize| {
            for line in 0..across {
                for k in 0..n {
                    let first = k.saturating_sub(self.kernel.len() - 1);
                    let last = (k + self.kernel.len()).min(n);
                    let sum =
                        (first..last).map(|m| self.kernel[k.abs_diff(m)] * from[line * other + m * stride]);
                    to[line * other + k * stride] = sum.sum();
                }
            }
        };
        pass(values, room, nx, 1, ny, nx);
        if ny > 1 {
            pass(room, to, ny, nx, nx, 1);
        } else {
            to.copy_from_slice(room);
        }
    }
}

/// Rate maps of units.
#[derive(Clone, Debug)]
pub struct Maps {
    /// The map of each unit as a column, bins x n; NaN in bins that no row lies in.
    pub rates: Mat<f64>,
    /// Share of the rows in each bin.
    pub occupancy: Vec<f64>,
}

/// Mean activity in each bin, of the columns of `x`, n x T, where row t of the positions goes with column `row(t)` of `x`.
///
/// Formula: sum_t K(b, b_t) x_t / sum_t K(b, b_t), K a Gaussian of the distance in bins; activity and occupancy are smoothed alike.
///
/// ```
/// use nullcline_core::diagnostics::geometry::spatial::{Places, rate_maps};
///
/// let places = Places::of(&[&[0.1, 0.2, 0.8, 0.9]], &[[0.0, 1.0]], 2, 0.0);
/// let maps = rate_maps(faer::mat![[1.0, 3.0, 5.0, 5.0]].as_ref(), &places, |t| t);
/// assert_eq!((maps.rates[(0, 0)], maps.rates[(1, 0)], &maps.occupancy[..]), (2.0, 5.0, &[0.5, 0.5][..]));
/// ```
pub fn rate_maps(x: MatRef<f64>, places: &Places, row: impl Fn(usize) -> usize) -> Maps {
    let (n, count) = (x.nrows(), places.rows.len());
    let mut sums = Mat::<f64>::zeros(n, count);
    for (t, bin) in places.bin.iter().enumerate() {
        if let Some(bin) = bin {
            col_mut(sums.as_mut(), *bin).iter_mut().zip(col(x, row(t))).for_each(|(s, v)| *s += v);
        }
    }
    let (mut weight, mut room) = (vec![0.0; count], vec![0.0; count]);
    places.smoothed(&places.rows, &mut weight, &mut room);
    let mut rates = Mat::zeros(count, n);
    let mut own = vec![0.0; count];
    for i in 0..n {
        (0..count).for_each(|b| own[b] = sums[(i, b)]);
        let to = col_mut(rates.as_mut(), i);
        places.smoothed(&own, to, &mut room);
        for (b, r) in to.iter_mut().enumerate() {
            *r = if places.rows[b] > 0.0 { *r / weight[b] } else { f64::NAN };
        }
    }
    let total: f64 = places.rows.iter().sum();
    Maps { rates, occupancy: places.rows.iter().map(|r| r / total).collect() }
}

/// Information of a rate about the place, bits for each unit of activity (each spike, of counts); none of a rate that is negative
/// somewhere, or zero everywhere.
///
/// Formula: sum_b p_b (r_b / r) log2(r_b / r), p_b the share of the rows in bin b, r = sum_b p_b r_b.
///
/// Source: Skaggs, McNaughton, Gothard & Markus, NIPS 5 (1993), eq. 1 over the mean rate.
///
/// ```
/// use nullcline_core::diagnostics::geometry::spatial::information;
///
/// // Active in one of four places: two bits. Active everywhere: none.
/// assert_eq!(information(&[4.0, 0.0, 0.0, 0.0], &[0.25; 4]), Some(2.0));
/// assert_eq!(information(&[3.0; 4], &[0.25; 4]), Some(0.0));
/// assert_eq!(information(&[-1.0, 1.0], &[0.5; 2]), None);
/// ```
pub fn information(rates: &[f64], occupancy: &[f64]) -> Option<f64> {
    let visited = || rates.iter().zip(occupancy).filter(|(_, p)| **p > 0.0);
    let mean: f64 = visited().map(|(r, p)| p * r).sum();
    if !(mean > 0.0) || visited().any(|(r, _)| !(*r >= 0.0)) {
        return None;
    }
    let bits = |(r, p): (&f64, &f64)| if *r > 0.0 { p * r / mean * (r / mean).log2() } else { 0.0 };
    Some(visited().map(bits).sum())
}
