//! Samples as measured: centred, scaled, split into folds.

use super::samples::covariance;
use super::spectrum::{Error, rescaled};
use crate::linalg::{col, col_mut};
use faer::{Mat, MatRef};

/// What is done to a covariance before couplings are inferred from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Multiplied by n / tr C, as the spherical constraint has it and the thesis's program does.
    #[default]
    Trace,
    /// Every variable divided by its standard deviation: the correlation matrix.
    Variances,
    /// Left as measured: rescaled to trace n like the first, and what is found turned back into the data's units.
    None,
}

named! {
    Scale:
    Self::Trace => "trace",
    Self::Variances => "variances",
    Self::None => "none",
}

impl Scale {
    /// All choices.
    pub const ALL: [Self; 3] = [Self::Trace, Self::Variances, Self::None];

    /// `c` (n x n) so scaled.
    ///
    /// ```
    /// use nullcline_core::inference::gaussian::data::Scale;
    ///
    /// let c = faer::mat![[4.0, 3.0], [3.0, 9.0]];
    /// assert_eq!(Scale::Variances.apply(c.as_ref()), faer::mat![[1.0, 0.5], [0.5, 1.0]]);
    /// let trace = Scale::Trace.apply(c.as_ref());
    /// assert!((trace[(0, 0)] + trace[(1, 1)] - 2.0).abs() < 1e-15);
    /// ```
    pub fn apply(self, c: MatRef<f64>) -> Mat<f64> {
        self.apply_both(c, c).0
    }

    /// The unit of covariances so scaled, in those of the data: tr C / n of the training covariance `c` under [`Self::None`], else 1,
    /// scaled covariances being what is asked about.
    pub fn unit(self, c: MatRef<f64>) -> f64 {
        match self {
            Self::None => (0..c.nrows()).map(|i| c[(i, i)]).sum::<f64>() / c.nrows() as f64,
            Self::Trace | Self::Variances => 1.0,
        }
    }

    /// A training covariance so scaled, to trace n, and a test covariance scaled alike: to trace n too, or under
    /// [`Self::None`] by the same factor.
    pub fn apply_both(self, train: MatRef<f64>, test: MatRef<f64>) -> (Mat<f64>, Mat<f64>) {
        let n = train.nrows();
        match self {
            Self::Trace => (rescaled(train), rescaled(test)),
            Self::Variances => {
                let by: Vec<f64> = (0..n).map(|i| train[(i, i)].sqrt()).collect();
                let divided = |c: MatRef<f64>| Mat::from_fn(n, n, |i, j| c[(i, j)] / (by[i] * by[j]));
                (divided(train), rescaled(divided(test).as_ref()))
            }
            Self::None => {
                let by = faer::Scale(self.unit(train).recip());
                (by * train, by * test)
            }
        }
    }
}

/// Sums over samples from which covariances of any subset follow.
///
/// ```
/// use nullcline_core::inference::gaussian::data::Gathered;
///
/// let (a, b) = (faer::mat![[1.0, 3.0]], faer::mat![[5.0]]);
/// let all = Gathered::merged([Gathered::new(a.as_ref()), Gathered::new(b.as_ref())].iter()).unwrap();
/// assert_eq!((all.p, all.mean()[0]), (3, 3.0));
/// // Divided by p: (4 + 0 + 4) / 3 about the mean, (1 + 9 + 25) / 3 about zero.
/// assert!((all.covariance(Some(&[3.0]))[(0, 0)] - 8.0 / 3.0).abs() < 1e-14);
/// assert!((all.covariance(None)[(0, 0)] - 35.0 / 3.0).abs() < 1e-14);
/// ```
#[derive(Clone, Debug)]
pub struct Gathered {
    /// Samples.
    pub p: usize,
    /// Their mean, n.
    mean: Vec<f64>,
    /// sum (x - mean)(x - mean)^T, n x n.
    scatter: Mat<f64>,
}

impl Gathered {
    /// From the samples `x`, one a column (n x p, p at least 1).
    pub fn new(x: MatRef<f64>) -> Self {
        let (n, p) = (x.nrows(), x.ncols());
        let mut mean = vec![0.0; n];
        for k in 0..p {
            mean.iter_mut().zip(col(x, k)).for_each(|(m, x)| *m += x / p as f64);
        }
        let mut centred = x.to_owned();
        for k in 0..p {
            col_mut(centred.as_mut(), k).iter_mut().zip(&mean).for_each(|(x, m)| *x -= m);
        }
        let mut scatter = covariance(centred.as_ref());
        scatter *= faer::Scale(p as f64);
        Self { p, mean, scatter }
    }

    /// The samples of several groups together.
    pub fn merged<'a>(groups: impl Iterator<Item = &'a Self>) -> Option<Self> {
        groups.fold(None, |sum: Option<Self>, g| {
            let Some(mut s) = sum else { return Some(g.clone()) };
            let (a, b) = (s.p as f64, g.p as f64);
            let step: Vec<f64> = s.mean.iter().zip(&g.mean).map(|(m, g)| g - m).collect();
            let weight = a * b / (a + b);
            for j in 0..step.len() {
                let (to, from) = (col_mut(s.scatter.as_mut(), j), col(g.scatter.as_ref(), j));
                for i in 0..step.len() {
                    to[i] += from[i] + weight * step[i] * step[j];
                }
            }
            s.mean.iter_mut().zip(&step).for_each(|(m, d)| *m += d * b / (a + b));
            s.p += g.p;
            Some(s)
        })
    }

    /// Means of the variables.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Mean of (x - m)(x - m)^T (n x n) around `center`; around zero without one.
    pub fn covariance(&self, center: Option<&[f64]>) -> Mat<f64> {
        let n = self.mean.len();
        let p = self.p as f64;
        let off: Vec<f64> = (0..n).map(|i| self.mean[i] - center.map_or(0.0, |c| c[i])).collect();
        Mat::from_fn(n, n, |i, j| self.scatter[(i, j)] / p + off[i] * off[j])
    }
}

/// Variables that never change: their indices.
///
/// A spread below 1e-12 of the largest magnitude is what rounding leaves of a constant.
///
/// ```
/// use nullcline_core::inference::gaussian::data::constant;
///
/// assert_eq!(constant(faer::mat![[1.0, 2.0], [0.1, 0.1], [0.0, 0.0]].as_ref()), [1, 2]);
/// ```
pub fn constant(x: MatRef<f64>) -> Vec<usize> {
    let flat = |i: &usize| {
        let row = (0..x.ncols()).map(|k| x[(*i, k)]);
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for v in row {
            low = low.min(v);
            high = high.max(v);
        }
        !(high - low > 1e-12 * low.abs().max(high.abs()))
    };
    (0..x.nrows()).filter(flat).collect()
}

/// A number for each sample, the same for equal ones, counted from 0 in the order of the samples (n x p).
///
/// ```
/// use nullcline_core::inference::gaussian::data::copies;
///
/// assert_eq!(copies(faer::mat![[1.0, 2.0, 1.0], [0.0, 0.0, 0.0]].as_ref()), [0, 1, 0]);
/// ```
pub fn copies(x: MatRef<f64>) -> Vec<usize> {
    let mut known = std::collections::HashMap::new();
    (0..x.ncols())
        .map(|k| {
            let next = known.len();
            *known.entry(col(x, k).iter().map(|v| v.to_bits()).collect::<Vec<u64>>()).or_insert(next)
        })
        .collect()
}

/// The fold of each of p samples, so that those of one group stay together and folds have about equal sizes.
///
/// Equal samples should be a group ([`copies`]): a copy of a training sample tests nothing. Groups go to the smallest fold, the
/// largest groups first, in the order of `shuffled`, a permutation of the samples.
///
/// # Errors
/// [`Error::Positive`] where fewer than two groups are left.
///
/// ```
/// use nullcline_core::inference::gaussian::data::folds;
///
/// // Three trials of two samples in three folds: none is split.
/// let fold = folds(&[0, 0, 1, 1, 2, 2], &[5, 3, 1, 0, 2, 4], 3).unwrap();
/// assert!(fold.chunks(2).all(|pair| pair[0] == pair[1]));
/// assert!(folds(&[0, 0], &[0, 1], 2).is_err());
/// ```
pub fn folds(groups: &[usize], shuffled: &[usize], count: usize) -> Result<Vec<usize>, Error> {
    let mut sizes = std::collections::HashMap::new();
    groups.iter().for_each(|g| *sizes.entry(*g).or_insert(0usize) += 1);
    if sizes.len() < 2 {
        return Err(Error::Positive {
            name: "the number of distinct samples or trials beyond one",
            value: 0.0,
        });
    }
    let mut seen = std::collections::HashSet::new();
    let mut order: Vec<usize> = shuffled.iter().map(|k| groups[*k]).filter(|g| seen.insert(*g)).collect();
    order.sort_by_key(|g| std::cmp::Reverse(sizes[g]));
    let mut filled = vec![0usize; count.clamp(2, sizes.len())];
    let mut fold_of = std::collections::HashMap::new();
    for g in order {
        let smallest = (0..filled.len()).min_by_key(|f| filled[*f]).unwrap_or(0);
        fold_of.insert(g, smallest);
        filled[smallest] += sizes[&g];
    }
    Ok(groups.iter().map(|g| fold_of[g]).collect())
}
