//! Logistic regression of a label on activity, of two classes or more.

use super::features::{Features, Rule};
use super::newton::{End, add_information};
use super::{Error, check};
use crate::linalg::cholesky::Cholesky;
use crate::linalg::{col, col_mut};
use crate::numbers::{Estimate, student};
use faer::{Mat, MatRef};

/// Whether planes part the classes, so that the likelihood grows without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separation {
    /// None do: the estimate exists and is unique (Albert & Anderson 1984).
    Overlap,
    /// They do, with every sample on its side.
    Complete,
    /// They do, with samples on them.
    Quasi,
    /// None do, but so nearly that more than half of the samples are surer than 100 nats, or the maximum of the likelihood cannot be
    /// told from rounding.
    Flat,
    /// Not asked: under a ridge there is an estimate either way.
    Untested,
}

named! {
    Separation:
    Self::Overlap => "none",
    Self::Complete => "complete",
    Self::Quasi => "quasi-complete",
    Self::Flat => "nearly",
    Self::Untested => "untested",
}

/// b + w.x of a class.
#[derive(Clone, Debug)]
pub struct Score {
    /// b; none for planes through the origin.
    pub intercept: Option<Estimate>,
    /// w, n, nats of log odds per unit of activity: the shortest of all equally likely ones.
    pub weights: Vec<f64>,
    /// Standard errors of w; NaN where the classes are parted.
    pub std_error: Vec<f64>,
}

/// p(y = c | x) proportional to exp(b_c + w_c.x), fitted.
#[derive(Clone, Debug)]
pub struct Multinomial {
    /// Of two classes one score, that of the second against the first; of more one a class, their sum zero.
    pub scores: Vec<Score>,
    /// sum_t log p(y_t | x_t), nats, without the ridge.
    pub log_likelihood: f64,
    /// Directions in which the units vary; below n, w has no part along the others.
    pub rank: usize,
    /// Whether planes part the classes.
    pub separation: Separation,
    /// The ridge used: the one asked for, on w, or, where the classes are parted, 1e-4 for each unit that varies, on the
    /// weights of units of size one.
    pub ridge: f64,
    /// Norm of the mean gradient left, in features of unit variance.
    pub gradient: f64,
    /// Groups of samples that the errors allow to depend on each other; none: independent samples.
    pub groups: Option<usize>,
}

/// p(y = 1 | x) = 1 / (1 + exp(-(b + w.x))), fitted.
#[derive(Clone, Debug)]
pub struct Logistic {
    /// b; none for a plane through the origin.
    pub intercept: Option<Estimate>,
    /// w, n, nats of log odds per unit of activity: the shortest of all equally likely ones.
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
    /// The ridge used, as [`Multinomial::ridge`].
    pub ridge: f64,
    /// Norm of the mean gradient left, in features of unit variance.
    pub gradient: f64,
}

impl Logistic {
    /// b + w.x.
    ///
    /// ```
    /// use nullcline_core::diagnostics::geometry::decoding::logistic;
    ///
    /// let x = faer::mat![[-1.0, 1.0, -1.0, 1.0]];
    /// let y = [false, true, true, false];
    /// let found = logistic(x.as_ref(), &y, true, 0.0).unwrap();
    /// // x says nothing of y: even odds anywhere, and one of two told rightly.
    /// assert!(found.logit(&[3.0]).abs() < 1e-8);
    /// assert_eq!(found.accuracy(x.as_ref(), &y, &[1, 3]), 0.5);
    /// ```
    pub fn logit(&self, x: &[f64]) -> f64 {
        let b = self.intercept.map_or(0.0, |b| b.value);
        b + self.weights.iter().zip(x).map(|(w, x)| w * x).sum::<f64>()
    }

    /// Share of `samples`, columns of `x` (n x T), that lie on the side of their label in `y` (T).
    pub fn accuracy(&self, x: MatRef<f64>, y: &[bool], samples: &[usize]) -> f64 {
        let logit = |t: usize| self.logit(&x.col(t).iter().copied().collect::<Vec<_>>());
        samples.iter().filter(|t| (logit(**t) > 0.0) == y[**t]).count() as f64 / samples.len() as f64
    }
}

/// Fits `y` (T) to the columns of `x`, n x T, by maximum likelihood, less (ridge / 2) |w|^2; errors for independent samples.
///
/// Newton steps in whitened features up to a mean gradient of 1e-10. Where a plane parts the classes and no ridge was
/// asked for, there is no maximum: w is then that of a weak ridge, which tends to the plane of largest margin
/// (Rosset, Zhu & Hastie 2004), and has no standard errors.
///
/// # Errors
/// One class only, other lengths, values that are not finite, units that do not vary, a negative ridge.
///
/// ```
/// use nullcline_core::diagnostics::geometry::decoding::{Separation, logistic};
///
/// // One of four is true at x = 0, three of four at x = 1: w is the log odds ratio, log 9, and its squared error the sum
/// // of the four inverse counts.
/// let x = faer::Mat::from_fn(1, 8, |_, t| f64::from(u8::from(t >= 4)));
/// let y = [false, false, false, true, false, true, true, true];
/// let found = logistic(x.as_ref(), &y, true, 0.0).unwrap();
/// assert!((found.weights[0] - 9f64.ln()).abs() < 1e-8 && (found.intercept.unwrap().value + 3f64.ln()).abs() < 1e-8);
/// assert!((found.std_error[0] - (8.0f64 / 3.0).sqrt()).abs() < 1e-7);
/// assert_eq!(found.separation, Separation::Overlap);
/// // Where a plane parts the labels there is no estimate, and no error is claimed.
/// let parted = logistic(x.as_ref(), &[false, false, false, false, true, true, true, true], true, 0.0).unwrap();
/// assert!(parted.separation == Separation::Complete && parted.std_error[0].is_nan());
/// ```
pub fn logistic(x: MatRef<f64>, y: &[bool], intercept: bool, ridge: f64) -> Result<Logistic, Error> {
    let labels: Vec<usize> = y.iter().map(|y| usize::from(*y)).collect();
    let mut fit = multinomial(x, &labels, 2, None, intercept, ridge)?;
    let score = fit.scores.remove(0);
    Ok(Logistic {
        intercept: score.intercept,
        weights: score.weights,
        std_error: score.std_error,
        log_likelihood: fit.log_likelihood,
        rank: fit.rank,
        separation: fit.separation,
        ridge: fit.ridge,
        gradient: fit.gradient,
    })
}

/// Fits labels `y` (T), below `classes`, to the columns of `x`, n x T, as [`logistic`] does; the ridge is on the weights of
/// all classes or, of two, on those of the one score.
///
/// Errors: without `groups` by the inverse Fisher information. With them by leaving out one group g at a time, by one Newton
/// step from the whole fit, v_(g) = v + (H - H_g)^-1 s_g with H_g and s_g the information and the gradient of the group's
/// samples: variance (G - 1) / G sum_g (v_(g) - v)^2, times the square of t / 2 with t Student's two-sided 95.45 % quantile
/// for G - 1 degrees, so that two of these errors hold what two of a normal would (the cluster jackknife, CV3; MacKinnon,
/// Nielsen & Webb 2023, eq. 13).
///
/// # Errors
/// As [`logistic`]; a class without a sample.
///
/// Shapes: of K > 2 classes K scores, whose weights add up to zero unit by unit; of two the one score of class 1 against class 0.
///
/// ```
/// use nullcline_core::diagnostics::geometry::decoding::multinomial;
///
/// // Classes 0, 1, 2 come 2, 1, 1 times at x = 0 and 1, 1, 2 times at x = 1.
/// let x = faer::Mat::from_fn(1, 8, |_, t| f64::from(u8::from(t >= 4)));
/// let found = multinomial(x.as_ref(), &[0, 0, 1, 2, 0, 1, 2, 2], 3, None, true, 0.0).unwrap();
/// let w: Vec<f64> = found.scores.iter().map(|s| s.weights[0]).collect();
/// assert!((w[2] - w[0] - 4f64.ln()).abs() < 1e-8 && (w[1] - w[0] - 2f64.ln()).abs() < 1e-8);
/// assert!(w.iter().sum::<f64>().abs() < 1e-12);
/// ```
pub fn multinomial(
    x: MatRef<f64>,
    y: &[usize],
    classes: usize,
    groups: Option<&[usize]>,
    intercept: bool,
    ridge: f64,
) -> Result<Multinomial, Error> {
    checked(x, y, classes, ridge)?;
    let features = Features::of(x, intercept, ridge)?;
    let rule = features.rule(features.z.as_ref(), y, None, 1.0)?;
    described(&features, &rule, y, groups)
}

/// Whether `y` can be fitted to `x`.
pub(super) fn checked(x: MatRef<f64>, y: &[usize], classes: usize, ridge: f64) -> Result<(), Error> {
    check(x, y.len())?;
    if !(ridge >= 0.0 && ridge.is_finite()) {
        return Err(Error::Ridge { found: ridge });
    }
    if let Some(first) = y.first()
        && y.iter().all(|v| v == first)
    {
        return Err(Error::OneClass { value: *first, samples: y.len() });
    }
    if let Some(class) = (0..classes.max(2)).find(|c| !y.contains(c)) {
        return Err(Error::NoSample { class });
    }
    Ok(())
}

/// The rule of all samples in terms of units, with errors.
pub(super) fn described(
    features: &Features,
    rule: &Rule,
    y: &[usize],
    groups: Option<&[usize]>,
) -> Result<Multinomial, Error> {
    let (k, n) = (features.whitening.rank(), features.whitening.mean.len());
    let likelihood = features.likelihood(features.z.as_ref(), y, rule);
    let separation = match rule.end {
        End::Complete => Separation::Complete,
        End::Quasi => Separation::Quasi,
        End::Flat => Separation::Flat,
        End::Converged | End::Stuck if features.ridge > 0.0 => Separation::Untested,
        End::Converged | End::Stuck => Separation::Overlap,
    };
    let errors = match (rule.parted(), groups) {
        (true, _) => None,
        (false, None) => {
            let curvatures = likelihood.curvatures(&likelihood.probabilities(&rule.b));
            inverse(&likelihood.information(&curvatures)).map(|c| (c, 1.0))
        }
        (false, Some(groups)) => left_out(features, rule, y, groups),
    };
    let groups = groups.map(|g| super::split::members(g.len(), Some(g)).len());
    let pieces = groups.unwrap_or(y.len());
    let q = likelihood.contrasts;
    // Of two classes the one contrast is the score itself.
    let of: Vec<Vec<f64>> = match q.nrows() {
        2 => vec![vec![1.0]],
        classes => (0..classes).map(|c| (0..classes - 1).map(|j| q[(c, j)]).collect()).collect(),
    };
    let (d, mean) = (&features.whitening.directions, &features.whitening.mean);
    let rows = features.z.nrows();
    let at_mean: Vec<f64> = (0..k).map(|i| (0..n).map(|u| d[(u, i)] * mean[u]).sum::<f64>()).collect();
    let score = |q: &Vec<f64>| {
        let b: Vec<f64> =
            (0..rows).map(|a| q.iter().enumerate().map(|(j, q)| q * rule.b[j * rows + a]).sum()).collect();
        let error = |v: &dyn Fn(usize) -> f64| {
            let direction = |i: usize| q[i / rows] * v(i % rows);
            errors.as_ref().map_or(f64::NAN, |(c, widened)| widened * spread(c, &direction))
        };
        let weights = features.whitening.back(&b);
        let shift: f64 = weights.iter().zip(mean).map(|(w, m)| w * m).sum();
        Score {
            intercept: features.intercept.then(|| {
                let std_error = error(&|i| if i < k { -at_mean[i] } else { 1.0 });
                Estimate::new(b[k] - shift, std_error, pieces)
            }),
            std_error: (0..n).map(|u| error(&|i| if i < k { d[(u, i)] } else { 0.0 })).collect(),
            weights,
        }
    };
    Ok(Multinomial {
        scores: of.iter().map(score).collect(),
        log_likelihood: likelihood.log_likelihood(&rule.b),
        rank: k,
        separation,
        ridge: rule.ridge,
        gradient: rule.gradient,
        groups,
    })
}

/// sqrt(v.C v).
fn spread(c: &Mat<f64>, v: &dyn Fn(usize) -> f64) -> f64 {
    let v: Vec<f64> = (0..c.nrows()).map(v).collect();
    let most = v.iter().fold(0.0f64, |a, v| a.max(v.abs()));
    if most == 0.0 {
        return 0.0;
    }
    // Of size one, so that no square leaves the range of numbers.
    let v: Vec<f64> = v.iter().map(|v| v / most).collect();
    let dot = |j: usize| col(c.as_ref(), j).iter().zip(&v).map(|(c, v)| c * v).sum::<f64>();
    most * (0..v.len()).map(|j| v[j] * dot(j)).sum::<f64>().max(0.0).sqrt()
}

fn inverse(h: &Mat<f64>) -> Option<Mat<f64>> {
    let mut cholesky = Cholesky::new(h.nrows());
    let mut out = Mat::zeros(h.nrows(), h.nrows());
    cholesky.factor(h.as_ref()).then(|| cholesky.inverse(out.as_mut()))?;
    Some(out)
}

/// Operations above which groups are so many that leaving each out of the information changes nothing that matters.
const MANY: f64 = 2e10;

/// The covariance of the weights by leaving out groups, and Student's widening; none where what is left does not determine them.
fn left_out(features: &Features, rule: &Rule, y: &[usize], groups: &[usize]) -> Option<(Mat<f64>, f64)> {
    let likelihood = features.likelihood(features.z.as_ref(), y, rule);
    let members = super::split::members(y.len(), Some(groups));
    let (rows, g) = (features.z.nrows(), members.len());
    if g < 2 {
        return None;
    }
    let probabilities = likelihood.probabilities(&rule.b);
    let curvatures = likelihood.curvatures(&probabilities);
    let (whole, pulls) = (likelihood.information(&curvatures), likelihood.pulls(probabilities));
    let p = whole.nrows();
    let mut cholesky = Cholesky::new(p);
    let many = g as f64 * (p as f64).powi(3) > MANY;
    let mut inner = inverse(&whole)?;
    let mut steps = Mat::<f64>::zeros(p, g);
    for (j, m) in members.iter().enumerate() {
        let z = features.on(m);
        let mut s = vec![0.0; p];
        for (t, z) in m.iter().zip(z.col_iter()) {
            for (i, s) in s.iter_mut().enumerate() {
                *s += pulls[(i / rows, *t)] * z[i % rows];
            }
        }
        if !many {
            let own = Mat::from_fn(curvatures.nrows(), m.len(), |i, t| curvatures[(i, m[t])]);
            let mut h = Mat::zeros(p, p);
            add_information(&mut h, z.as_ref(), own.as_ref());
            h = &whole - h;
            if !cholesky.factor(h.as_ref()) {
                return None;
            }
            cholesky.inverse(inner.as_mut());
        }
        for (i, v) in col_mut(steps.as_mut(), j).iter_mut().enumerate() {
            *v = col(inner.as_ref(), i).iter().zip(&s).map(|(c, s)| c * s).sum();
        }
    }
    let factor = (g - 1) as f64 / g as f64;
    let covariance = faer::Scale(if many { 1.0 / factor } else { factor }) * (&steps * steps.transpose());
    Some((covariance, student::widening(g - 1)))
}
