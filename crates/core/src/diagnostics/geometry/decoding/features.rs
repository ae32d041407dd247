//! Whitened units with a constant, and fits of labels on any of their samples.

use super::super::whitening::Whitening;
use super::Error;
use super::newton::{End, Likelihood, Maximum, contrasts, maximise};
use crate::linalg::col;
use faer::{Mat, MatRef};

/// The ridge for each unit, of size one, that chooses among the planes that part the classes.
const WEAK: f64 = 1e-4;

/// Features of all samples, prepared for any number of fits.
pub(super) struct Features {
    pub whitening: Whitening,
    /// k + 1 x T, the last row ones; without an intercept k x T.
    pub z: Mat<f64>,
    pub intercept: bool,
    /// The ridge asked for, and its penalty on the features' weights.
    pub ridge: f64,
    asked: Option<Mat<f64>>,
    /// The weak ridge and its penalty.
    weak: (f64, Mat<f64>),
}

/// What decides on the class of a sample: the largest of the scores of `present` classes.
pub(super) struct Rule {
    present: Vec<usize>,
    contrasts: Mat<f64>,
    /// Weights of the features, contrast by contrast.
    pub b: Vec<f64>,
    pub end: End,
    pub gradient: f64,
    /// The ridge used.
    pub ridge: f64,
}

/// The class of the largest score sum_j Q_cj a_j, of equals the first.
pub(super) fn largest(contrasts: MatRef<f64>, along: impl Fn(usize) -> f64) -> usize {
    let score = |c: usize| (0..contrasts.ncols()).map(|j| contrasts[(c, j)] * along(j)).sum::<f64>();
    let mut best = (0, score(0));
    for c in 1..contrasts.nrows() {
        let s = score(c);
        if s > best.1 {
            best = (c, s);
        }
    }
    best.0
}

/// Weights of features in terms of those that were whitened anew.
type Back = Box<dyn Fn(&[f64]) -> Vec<f64>>;

impl Rule {
    /// The class of a sample with features `z`.
    pub fn class(&self, z: &[f64]) -> usize {
        let along = |v: &[f64]| v.iter().zip(z).map(|(v, z)| v * z).sum::<f64>();
        let along: Vec<f64> = self.b.chunks(z.len()).map(along).collect();
        self.present[largest(self.contrasts.as_ref(), |j| along[j])]
    }

    /// Whether planes part the classes, or nearly do.
    pub fn parted(&self) -> bool {
        matches!(self.end, End::Complete | End::Quasi | End::Flat)
    }
}

impl Features {
    /// Of the columns of `x`, n x T.
    pub fn of(x: MatRef<f64>, intercept: bool, ridge: f64) -> Result<Self, Error> {
        let whitening = Whitening::of(x, intercept).ok_or(Error::Constant)?;
        let features = whitening.apply(x);
        let (k, extra) = (whitening.rank(), usize::from(intercept));
        let z = Mat::from_fn(k + extra, x.ncols(), |i, t| if i < k { features[(i, t)] } else { 1.0 });
        // sum_i r_i w_i^2 for w = D b, the constant's weight left out.
        let penalty = |of: &dyn Fn(usize) -> f64| -> Mat<f64> {
            let d = whitening.directions.as_ref();
            let weighted = Mat::from_fn(d.nrows(), k, |i, j| of(i) * d[(i, j)]);
            let inner = weighted.transpose() * &weighted;
            Mat::from_fn(k + extra, k + extra, |i, j| if i.max(j) < k { inner[(i, j)] } else { 0.0 })
        };
        let asked = (ridge > 0.0).then(|| penalty(&|_| ridge.sqrt()));
        let least = WEAK * whitening.size.iter().filter(|s| **s > 0.0).count() as f64;
        let weak = (least, penalty(&|i| least.sqrt() * whitening.size[i]));
        Ok(Self { z, intercept, ridge, asked, weak, whitening })
    }

    /// Whether a ridge was asked for.
    pub fn penalised(&self) -> bool {
        self.asked.is_some()
    }

    /// Columns of the features.
    pub fn on(&self, samples: &[usize]) -> Mat<f64> {
        Mat::from_fn(self.z.nrows(), samples.len(), |i, j| self.z[(i, samples[j])])
    }

    /// The likelihood of labels `y` on features `z`, with the penalty that `rule` was found under.
    pub fn likelihood<'a>(&'a self, z: MatRef<'a, f64>, y: &'a [usize], rule: &'a Rule) -> Likelihood<'a> {
        let penalty = if rule.parted() { Some(&self.weak.1) } else { self.asked.as_ref() };
        Likelihood { z, y, contrasts: rule.contrasts.as_ref(), penalty }
    }

    /// The rule that labels `y` on features `z`, columns of these, make likeliest; `exact` above one is sooner content.
    ///
    /// Where planes part the classes, or nearly do, and no ridge was asked for it is that of a weak ridge. Of one class only it is that class.
    pub fn rule(&self, z: MatRef<f64>, y: &[usize], start: Option<&Rule>, exact: f64) -> Result<Rule, Error> {
        let mut present = y.to_vec();
        present.sort_unstable();
        present.dedup();
        if present.len() < 2 {
            let (contrasts, b) = (Mat::zeros(1, 1), vec![0.0; z.nrows()]);
            return Ok(Rule { present, contrasts, b, end: End::Converged, gradient: 0.0, ridge: 0.0 });
        }
        let labels: Vec<usize> = y.iter().map(|y| present.partition_point(|p| p < y)).collect();
        let contrasts = contrasts(present.len());
        let start = start.filter(|s| s.present == present).map(|s| &s.b[..]);
        let find = |z: MatRef<f64>, penalty: Option<&Mat<f64>>, start: Option<&[f64]>| {
            maximise(&Likelihood { z, y: &labels, contrasts: contrasts.as_ref(), penalty }, start, exact)
        };
        let mut found = find(z, self.asked.as_ref(), start);
        let (mut end, mut ridge) = (found.end, self.ridge);
        if end == End::Stuck && self.asked.is_none() {
            // Features may not vary apart on these samples: they are whitened anew.
            if let Some((again, map)) = self.narrower(z) {
                let inner = find(again.as_ref(), None, None);
                end = inner.end;
                found = Maximum { b: inner.b.chunks(again.nrows()).flat_map(map).collect(), ..inner };
            }
        }
        if end == End::Stuck && self.asked.is_none() {
            end = End::Flat;
        }
        if matches!(end, End::Complete | End::Quasi | End::Flat) {
            found = find(z, Some(&self.weak.1), None);
            ridge = self.weak.0;
        }
        match found.end {
            End::Stuck => Err(Error::Diverged { gradient: found.gradient }),
            _ => Ok(Rule { present, b: found.b, end, gradient: found.gradient, ridge, contrasts }),
        }
    }

    /// The directions in which the columns of `z` vary, and the way back for weights.
    fn narrower(&self, z: MatRef<f64>) -> Option<(Mat<f64>, Back)> {
        let k = self.whitening.rank();
        let inner = Whitening::of(z.subrows(0, k), self.intercept)?;
        let features = inner.apply(z.subrows(0, k));
        let extra = usize::from(self.intercept);
        let again = Mat::from_fn(inner.rank() + extra, z.ncols(), |i, t| {
            if i < inner.rank() { features[(i, t)] } else { 1.0 }
        });
        let back: Back = Box::new(move |v: &[f64]| {
            let mut b = inner.back(v);
            if extra > 0 {
                let shift: f64 = b.iter().zip(&inner.mean).map(|(b, m)| b * m).sum();
                b.push(v[v.len() - 1] - shift);
            }
            b
        });
        Some((again, back))
    }

    /// The class of each of `samples`.
    pub fn classes(&self, rule: &Rule, samples: &[usize]) -> Vec<usize> {
        samples.iter().map(|t| rule.class(col(self.z.as_ref(), *t))).collect()
    }
}
