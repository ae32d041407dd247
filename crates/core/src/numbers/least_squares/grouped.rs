//! Fits of many quantities on the same regressors, with errors and predictions that leave out groups of rows.

use super::super::{Estimate, jackknife};
use crate::linalg::eigen::symmetric;
use crate::linalg::{col, col_mut};
use faer::{Mat, MatRef};
use statrs::distribution::{ContinuousCDF, FisherSnedecor};
use thiserror::Error as ThisError;

/// Smallest eigenvalue, of regressors scaled to norm one, at which they are no sums of each other.
const LEAST: f64 = 1e-10;

/// Why there is no fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum Error {
    /// One regressor is constant or a sum of others.
    #[error("one of the regressors is constant or a sum of the others")]
    Collinear,
    /// Fewer than two groups of rows.
    #[error("fewer than two groups of rows, of which one is to be left out at a time")]
    Few,
}

/// The fit z_i = a_i + sum_j b_ij x_j of m quantities.
#[derive(Clone, Debug)]
pub struct Grouped {
    /// Slopes b: a list of k regressors for each quantity.
    pub slopes: Vec<Vec<Estimate>>,
    /// Offsets a; empty of a fit through the origin.
    pub offsets: Vec<Estimate>,
    /// Chance of slopes as far from zero if all of a quantity's are zero.
    pub p: Vec<f64>,
    /// R^2 of each on the rows left out; NaN of what does not vary.
    pub r_squared: Vec<Estimate>,
    /// R^2 of all together, as vectors, on the rows left out.
    pub r_squared_all: Estimate,
    /// Slopes without each group, m x k; none where they are not determined.
    pub without: Vec<Option<Mat<f64>>>,
}

/// Sums over the rows of a group: of regressors' products p x p, of products with the quantities m x p, of the quantities, rows.
struct Sums {
    xx: Mat<f64>,
    zx: Mat<f64>,
    z: Vec<f64>,
    rows: f64,
}

/// The least-squares fit of the rows of `z` on those of `x`, all rows of a group left out at a time for errors and predictions.
///
/// Formula: b = (X X^T)^-1 X Z^T with a row of ones in X unless the fit is through the origin; errors by the jackknife over groups.
/// R^2 = 1 - sum |z - z'|^2 / sum |z - mean z|^2, prediction z' and mean from the other groups (the mean 0 through the origin); its
/// error is the jackknife's of that ratio over groups. p is of Hotelling's T^2 = b S^-1 b, S the jackknife's covariance,
/// (G - k) / (k (G - 1)) T^2 by the F law of k and G - k degrees for G groups.
///
/// Shapes: `x` k x T, `z` m x T, `groups` T.
///
/// # Errors
/// [`Error`].
///
/// ```
/// use nullcline_core::numbers::least_squares::grouped::grouped;
///
/// let x = faer::Mat::from_fn(1, 12, |_, t| t as f64);
/// // An exact line, and one that a wave rides on.
/// let z = faer::Mat::from_fn(2, 12, |i, t| 1.0 + 2.0 * t as f64 + i as f64 * (t as f64).cos());
/// let groups: Vec<usize> = (0..12).map(|t| t / 3).collect();
/// let fit = grouped(x.as_ref(), z.as_ref(), &groups, true).unwrap();
/// assert!((fit.slopes[0][0].value - 2.0).abs() < 1e-12 && (fit.offsets[0].value - 1.0).abs() < 1e-12);
/// assert!(fit.r_squared[0].value > 1.0 - 1e-12 && fit.r_squared[1].value < 0.999 && fit.p[1] < 0.01);
/// ```
pub fn grouped(x: MatRef<f64>, z: MatRef<f64>, groups: &[usize], offset: bool) -> Result<Grouped, Error> {
    let (k, m, rows) = (x.nrows(), z.nrows(), x.ncols());
    let count = groups.iter().max().map_or(0, |g| g + 1);
    let scaled = Scaled::of(x, z, offset)?;
    let p = k + usize::from(offset);
    let none = || Sums { xx: Mat::zeros(p, p), zx: Mat::zeros(m, p), z: vec![0.0; m], rows: 0.0 };
    let mut parts: Vec<Sums> = (0..count).map(|_| none()).collect();
    for t in 0..rows {
        scaled.add(t, &mut parts[groups[t]]);
    }
    let mut all = none();
    parts.iter().for_each(|s| all.take(s, 1.0));
    if parts.iter().filter(|s| s.rows > 0.0).count() < 2 {
        return Err(Error::Few);
    }
    let whole = all.solve().ok_or(Error::Collinear)?;
    let rest = |s: &Sums| {
        let mut rest = none();
        rest.take(&all, 1.0);
        rest.take(s, -1.0);
        rest
    };
    let kept: Vec<&Sums> = parts.iter().filter(|s| s.rows > 0.0).collect();
    let without: Vec<(Option<Mat<f64>>, Vec<f64>)> = kept
        .iter()
        .map(|s| {
            let rest = rest(s);
            (rest.solve(), rest.z.iter().map(|z| z / rest.rows).collect())
        })
        .collect();
    let place: Vec<usize> = {
        let mut next = 0;
        parts
            .iter()
            .map(|s| {
                if s.rows > 0.0 {
                    next += 1;
                    next - 1
                } else {
                    0
                }
            })
            .collect()
    };
    let errors = scaled.errors(groups, &place, &without);
    let natural: Vec<Option<Mat<f64>>> =
        without.iter().map(|(b, _)| b.as_ref().map(|b| scaled.natural(b))).collect();
    let found = scaled.natural(&whole);
    let estimate = |i: usize, j: usize| {
        jackknife::delete_one(found[(i, j)], natural.iter().map(|b| b.as_ref().map(|b| b[(i, j)])))
    };
    let ratio = |of: &dyn Fn(usize) -> [f64; 2]| {
        let sums: Vec<(Vec<f64>, f64)> = (0..kept.len()).map(|g| (of(g).to_vec(), 1.0)).collect();
        jackknife::of_means(&sums, |s| 1.0 - s[0] / s[1])
    };
    let sum = |g: usize| errors[g].iter().fold([0.0; 2], |a, e| [a[0] + e[0], a[1] + e[1]]);
    let slopes_alone = |b: &Mat<f64>| b.subcols(0, k).to_owned();
    Ok(Grouped {
        slopes: (0..m).map(|i| (0..k).map(|j| estimate(i, j)).collect()).collect(),
        offsets: (0..m).filter(|_| offset).map(|i| estimate(i, k)).collect(),
        p: (0..m).map(|i| hotelling(i, k, &whole, &without)).collect(),
        r_squared: (0..m).map(|i| ratio(&|g| errors[g][i])).collect(),
        r_squared_all: ratio(&sum),
        without: natural.iter().map(|b| b.as_ref().map(slopes_alone)).collect(),
    })
}

/// Regressors less their means over their sizes, quantities less their means.
struct Scaled<'a> {
    x: Mat<f64>,
    z: MatRef<'a, f64>,
    middle: Vec<f64>,
    shift: Vec<f64>,
    size: Vec<f64>,
    offset: bool,
}

impl<'a> Scaled<'a> {
    fn of(x: MatRef<f64>, z: MatRef<'a, f64>, offset: bool) -> Result<Self, Error> {
        let (k, rows) = (x.nrows(), x.ncols() as f64);
        let mean = |m: MatRef<f64>, i: usize| if offset { m.row(i).iter().sum::<f64>() / rows } else { 0.0 };
        let shift: Vec<f64> = (0..k).map(|j| mean(x, j)).collect();
        let square = |j: usize| x.row(j).iter().map(|v| (v - shift[j]).powi(2)).sum::<f64>() / rows;
        let size: Vec<f64> = (0..k).map(|j| square(j).sqrt()).collect();
        if (0..k).any(|j| !(size[j] > 1e-12 * shift[j].abs())) {
            return Err(Error::Collinear);
        }
        let width = k + usize::from(offset);
        let scaled = Mat::from_fn(width, x.ncols(), |j, t| match j < k {
            true => (x[(j, t)] - shift[j]) / size[j],
            false => 1.0,
        });
        let middle = (0..z.nrows()).map(|i| mean(z, i)).collect();
        Ok(Self { x: scaled, z, middle, shift, size, offset })
    }

    fn add(&self, t: usize, to: &mut Sums) {
        let x = col(self.x.as_ref(), t);
        let z: Vec<f64> = col(self.z, t).iter().zip(&self.middle).map(|(z, m)| z - m).collect();
        for (j, v) in x.iter().enumerate() {
            col_mut(to.xx.as_mut(), j).iter_mut().zip(x).for_each(|(a, w)| *a += v * w);
            col_mut(to.zx.as_mut(), j).iter_mut().zip(&z).for_each(|(a, z)| *a += v * z);
        }
        to.z.iter_mut().zip(&z).for_each(|(a, z)| *a += z);
        to.rows += 1.0;
    }

    /// Squares of prediction errors and of deviations from the mean by group and quantity.
    fn errors(
        &self,
        groups: &[usize],
        place: &[usize],
        without: &[(Option<Mat<f64>>, Vec<f64>)],
    ) -> Vec<Vec<[f64; 2]>> {
        let m = self.z.nrows();
        let mut out = vec![vec![[0.0; 2]; m]; without.len()];
        let mut e = vec![0.0; m];
        for (t, group) in groups.iter().enumerate() {
            let g = place[*group];
            let (slopes, mean) = &without[g];
            e.iter_mut().zip(col(self.z, t)).zip(&self.middle).for_each(|((e, z), m)| *e = z - m);
            for (i, sums) in out[g].iter_mut().enumerate() {
                sums[1] += if self.offset { (e[i] - mean[i]).powi(2) } else { e[i] * e[i] };
            }
            match slopes {
                Some(b) => {
                    for (j, x) in col(self.x.as_ref(), t).iter().enumerate() {
                        e.iter_mut().zip(col(b.as_ref(), j)).for_each(|(e, b)| *e -= b * x);
                    }
                }
                None => e.fill(f64::NAN),
            }
            out[g].iter_mut().zip(&e).for_each(|(s, e)| s[0] += e * e);
        }
        out
    }

    /// Slopes and offset in the units of the data, m x p.
    fn natural(&self, b: &Mat<f64>) -> Mat<f64> {
        let k = self.size.len();
        Mat::from_fn(b.nrows(), b.ncols(), |i, j| match j < k {
            true => b[(i, j)] / self.size[j],
            false => {
                let moved: f64 = (0..k).map(|l| b[(i, l)] / self.size[l] * self.shift[l]).sum();
                b[(i, j)] + self.middle[i] - moved
            }
        })
    }
}

impl Sums {
    fn take(&mut self, other: &Self, sign: f64) {
        let add = |to: &mut Mat<f64>, from: &Mat<f64>| {
            for j in 0..from.ncols() {
                let from = col(from.as_ref(), j);
                col_mut(to.as_mut(), j).iter_mut().zip(from).for_each(|(a, b)| *a += sign * b);
            }
        };
        add(&mut self.xx, &other.xx);
        add(&mut self.zx, &other.zx);
        self.z.iter_mut().zip(&other.z).for_each(|(a, b)| *a += sign * b);
        self.rows += sign * other.rows;
    }

    /// Z X^T (X X^T)^-1, m x p.
    fn solve(&self) -> Option<Mat<f64>> {
        let p = self.xx.nrows();
        let size: Vec<f64> = (0..p).map(|j| self.xx[(j, j)].sqrt()).collect();
        if !size.iter().all(|s| *s > 0.0) {
            return None;
        }
        let scaled = Mat::from_fn(p, p, |i, j| self.xx[(i, j)] / (size[i] * size[j]));
        let (values, u) = symmetric(scaled.as_ref())?;
        if values.iter().any(|v| !(*v > LEAST)) {
            return None;
        }
        let inverse = Mat::from_fn(p, p, |i, j| {
            (0..p).map(|l| u[(i, l)] * u[(j, l)] / values[l]).sum::<f64>() / (size[i] * size[j])
        });
        Some(&self.zx * inverse)
    }
}

/// Chance of slopes as far from zero as those of quantity `i` if all are zero.
fn hotelling(i: usize, k: usize, whole: &Mat<f64>, without: &[(Option<Mat<f64>>, Vec<f64>)]) -> f64 {
    let leaves: Option<Vec<Vec<f64>>> =
        without.iter().map(|(b, _)| b.as_ref().map(|b| (0..k).map(|j| b[(i, j)]).collect())).collect();
    let (Some(leaves), groups) = (leaves, without.len()) else { return f64::NAN };
    if groups <= k {
        return f64::NAN;
    }
    let g = groups as f64;
    let mean: Vec<f64> = (0..k).map(|j| leaves.iter().map(|l| l[j]).sum::<f64>() / g).collect();
    let covariance = Mat::from_fn(k, k, |a, b| {
        let sum: f64 = leaves.iter().map(|l| (l[a] - mean[a]) * (l[b] - mean[b])).sum();
        (g - 1.0) / g * sum
    });
    let Some((values, u)) = symmetric(covariance.as_ref()) else { return f64::NAN };
    let along = |l: usize| (0..k).map(|j| u[(j, l)] * whole[(i, j)]).sum::<f64>();
    let size: f64 = (0..k).map(|j| whole[(i, j)].powi(2)).sum();
    // Directions without spread, to rounding, are known exactly.
    let square = |l: usize| match (along(l).powi(2), values[l].max(1e-28 * size)) {
        (_, spread) if !(spread > 0.0) => 0.0,
        (a, spread) => a / spread,
    };
    let t: f64 = (0..k).map(square).sum();
    let (a, b) = (k as f64, g - k as f64);
    FisherSnedecor::new(a, b).map_or(f64::NAN, |law| law.sf(b / (a * (g - 1.0)) * t))
}
