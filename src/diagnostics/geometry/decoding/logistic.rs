//! Logistic regression of a label on activity.

use super::super::whitening::Whitening;
use super::newton::{End, Likelihood, maximise};
use super::{Error, check};
use crate::diagnostics::Estimate;
use crate::linalg::cholesky::Cholesky;
use faer::{Mat, MatRef};

/// Whether a plane parts the classes, so that the likelihood grows without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separation {
    /// None does: the estimate exists and is unique (Albert & Anderson 1984).
    Overlap,
    /// One does, with every sample on its side.
    Complete,
    /// One does, with samples of both classes on it.
    Quasi,
    /// Not asked: under a ridge there is an estimate either way.
    Untested,
}

/// p(y = 1 | x) = 1 / (1 + exp(-(b + w.x))), fitted.
#[derive(Clone, Debug)]
pub struct Logistic {
    /// b; none for a plane through the origin.
    pub intercept: Option<Estimate>,
    /// w, n: the shortest of all equally likely ones.
    pub weights: Vec<f64>,
    /// Standard errors of w by the inverse Fisher information, which a ridge makes smaller; NaN where the
    /// classes are parted.
    pub std_error: Vec<f64>,
    /// sum_t log p(y_t | x_t), nats, without the ridge.
    pub log_likelihood: f64,
    /// Directions in which the units vary; below n, w has no part along the others.
    pub rank: usize,
    /// Whether a plane parts the classes.
    pub separation: Separation,
    /// The ridge used: the one asked for, on w, or, where the classes are parted, 1e-4 for each unit that varies, on the
    /// weights of units of size one.
    pub ridge: f64,
    /// Norm of the mean gradient left, in features of unit variance.
    pub gradient: f64,
}

impl Logistic {
    /// b + w.x.
    pub fn logit(&self, x: &[f64]) -> f64 {
        let b = self.intercept.map_or(0.0, |b| b.value);
        b + self.weights.iter().zip(x).map(|(w, x)| w * x).sum::<f64>()
    }

    /// How many of `samples`, columns of `x` (n x T), lie on the side of their label in `y` (T).
    pub fn right(&self, x: MatRef<f64>, y: &[bool], samples: &[usize]) -> usize {
        let logit = |t: usize| self.logit(&x.col(t).iter().copied().collect::<Vec<_>>());
        samples.iter().filter(|t| (logit(**t) > 0.0) == y[**t]).count()
    }

    /// Their share.
    pub fn accuracy(&self, x: MatRef<f64>, y: &[bool], samples: &[usize]) -> f64 {
        self.right(x, y, samples) as f64 / samples.len() as f64
    }
}

/// The ridge for each unit, of size one, that chooses among the planes that part the classes.
const WEAK: f64 = 1e-4;

/// Fits `y` (T) to the columns of `x`, n x T, by maximum likelihood, less (ridge / 2) |w|^2.
///
/// Newton steps in whitened features up to a mean gradient of 1e-10. Where a plane parts the classes and no ridge was
/// asked for, there is no maximum: w is then that of a weak ridge, which tends to the plane of largest margin
/// (Rosset, Zhu & Hastie 2004), and has no standard errors.
///
/// # Errors
/// One class only, other lengths, values that are not finite, units that do not vary, a negative ridge.
pub fn logistic(x: MatRef<f64>, y: &[bool], intercept: bool, ridge: f64) -> Result<Logistic, Error> {
    check(x, y.len())?;
    if !(ridge >= 0.0 && ridge.is_finite()) {
        return Err(Error::Ridge { found: ridge });
    }
    if let Some(first) = y.first()
        && y.iter().all(|v| v == first)
    {
        return Err(Error::OneClass { value: *first, samples: y.len() });
    }
    let whitening = Whitening::of(x, intercept).ok_or(Error::Constant)?;
    let features = whitening.apply(x);
    let (k, extra) = (whitening.rank(), usize::from(intercept));
    let z = Mat::from_fn(k + extra, x.ncols(), |i, t| if i < k { features[(i, t)] } else { 1.0 });
    // sum_i r_i w_i^2 for w = D b, the constant's weight left out.
    let penalty = |of: &dyn Fn(usize) -> f64| -> Mat<f64> {
        let d = whitening.directions.as_ref();
        let weighted = Mat::from_fn(d.nrows(), k, |i, j| of(i) * d[(i, j)]);
        let inner = d.transpose() * &weighted;
        Mat::from_fn(k + extra, k + extra, |i, j| if i.max(j) < k { inner[(i, j)] } else { 0.0 })
    };
    let asked = (ridge > 0.0).then(|| penalty(&|_| ridge));
    let mut likelihood = Likelihood { z: z.as_ref(), y, penalty: asked };
    let (mut b, mut end, mut gradient) = maximise(&likelihood);
    let separation = match end {
        End::Complete => Separation::Complete,
        End::Quasi => Separation::Quasi,
        End::Converged | End::Stuck if ridge > 0.0 => Separation::Untested,
        End::Converged | End::Stuck => Separation::Overlap,
    };
    let parted = matches!(separation, Separation::Complete | Separation::Quasi);
    let mut used = ridge;
    if parted {
        used = WEAK * whitening.size.iter().filter(|s| **s > 0.0).count() as f64;
        likelihood.penalty = Some(penalty(&|i| used * whitening.size[i].powi(2)));
        (b, end, gradient) = maximise(&likelihood);
    }
    if end != End::Converged {
        return Err(Error::Diverged { gradient });
    }
    let errors = match parted {
        true => (vec![f64::NAN; x.nrows()], f64::NAN),
        false => errors(&likelihood, &whitening, &b),
    };
    let weights = whitening.back(&b);
    let at_mean: f64 = weights.iter().zip(&whitening.mean).map(|(w, m)| w * m).sum();
    Ok(Logistic {
        intercept: intercept.then(|| Estimate { value: b[k] - at_mean, std_error: errors.1 }),
        std_error: errors.0,
        log_likelihood: likelihood.log_likelihood(&b),
        rank: k,
        separation,
        ridge: used,
        gradient,
        weights,
    })
}

/// Standard errors of w and of the intercept: roots of the diagonal of M C M^T with C the inverse information of the
/// features' weights.
fn errors(likelihood: &Likelihood, whitening: &Whitening, b: &[f64]) -> (Vec<f64>, f64) {
    let (n, k) = (whitening.mean.len(), whitening.rank());
    let mut cholesky = Cholesky::new(b.len());
    if !cholesky.factor(likelihood.information(b).as_ref()) {
        return (vec![f64::NAN; n], f64::NAN);
    }
    let mut c = Mat::zeros(b.len(), b.len());
    cholesky.inverse(c.as_mut());
    let d = &whitening.directions;
    let spread = |v: &dyn Fn(usize) -> f64| {
        let form = |i: usize| (0..b.len()).map(move |j| (i, j));
        (0..b.len()).flat_map(form).map(|(i, j)| v(i) * c[(i, j)] * v(j)).sum::<f64>().max(0.0).sqrt()
    };
    let units = (0..n).map(|u| spread(&|i| if i < k { d[(u, i)] } else { 0.0 })).collect();
    let mean: Vec<f64> = (0..k).map(|i| (0..n).map(|u| d[(u, i)] * whitening.mean[u]).sum::<f64>()).collect();
    (units, spread(&|i| if i < k { -mean[i] } else { 1.0 }))
}
