//! Ordinary least squares with standard errors and p-values.

use super::{inverse, triangular};
use crate::linalg::power;
use crate::numbers::Estimate;
use crate::numbers::student::widening;
use faer::Mat;
use faer::linalg::solvers::Solve;
use statrs::function::beta::beta_reg;
use thiserror::Error;

/// Why there is no regression.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Error {
    /// Too few samples for errors.
    #[error("{found} samples for {parameters} parameters, expected more samples than parameters")]
    Samples {
        /// Samples.
        found: usize,
        /// Coefficients, the intercept included.
        parameters: usize,
    },
    /// A regressor is a combination of the others (or, beside an intercept, constant).
    #[error("the regressors are collinear, or one is constant")]
    Collinear,
    /// A value that is no number, or columns of different lengths.
    #[error("sample {sample} is missing or not a finite number")]
    NotFinite {
        /// The sample.
        sample: usize,
    },
    /// Errors between groups need two.
    #[error("{found} group, expected at least two for errors between groups")]
    Groups {
        /// Groups.
        found: usize,
    },
}

/// A coefficient with its test against zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficient {
    /// The value and its standard error, which of grouped samples is widened to hold with two of it what two of a normal one
    /// would; n is one more than its degrees of freedom.
    pub estimate: Estimate,
    /// value / error, before it was widened.
    pub t: f64,
    /// Probability of |t| or more if the coefficient were zero.
    pub p: f64,
}

/// y = a + b x, fitted.
#[derive(Clone, Debug)]
pub struct Regression {
    /// a, if there is one.
    pub intercept: Option<Coefficient>,
    /// b, one a regressor.
    pub slopes: Vec<Coefficient>,
    /// 1 - |residual|^2 / |y - mean|^2, without an intercept 1 - |residual|^2 / |y|^2; NaN where y does not vary.
    pub r_squared: f64,
    /// Standard deviation of the residuals, divisor samples - parameters.
    pub residual: f64,
    /// Degrees of freedom of the tests.
    pub freedom: usize,
}

/// Regressors prepared for any number of regressions on them.
pub struct Design {
    /// Columns scaled to unit size, the intercept last; T x p.
    columns: Mat<f64>,
    /// The column's mean and size.
    scale: Vec<[f64; 2]>,
    intercept: bool,
    /// (X^T X)^-1 of the scaled columns.
    inverse: Mat<f64>,
}

impl Design {
    /// Regressors `x`, each of T values, with an intercept or without.
    ///
    /// With an intercept the columns are centred first, which changes no slope and keeps digits.
    ///
    /// # Errors
    /// Fewer samples than parameters + 1, collinear or constant regressors (condition above 1e12), values that are not finite.
    ///
    /// ```
    /// use nullcline_core::numbers::least_squares::regression::{Design, Error};
    ///
    /// let (x, twice) = ([1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0]);
    /// assert_eq!(Design::new(&[&x, &twice], true).err(), Some(Error::Collinear));
    /// // One design serves any number of targets.
    /// let design = Design::new(&[&x], true).unwrap();
    /// for slope in [-1.0, 0.5] {
    ///     let found = design.fit(&x.map(|x| 2.0 + slope * x)).unwrap();
    ///     assert!((found.slopes[0].estimate.value - slope).abs() < 1e-12);
    /// }
    /// ```
    pub fn new(x: &[&[f64]], intercept: bool) -> Result<Self, Error> {
        let samples = x.first().map_or(0, |c| c.len());
        let parameters = x.len() + usize::from(intercept);
        if samples <= parameters {
            return Err(Error::Samples { found: samples, parameters });
        }
        for c in x {
            if let Some(sample) =
                (0..samples.max(c.len())).find(|t| !c.get(*t).is_some_and(|v| v.is_finite()))
            {
                return Err(Error::NotFinite { sample });
            }
        }
        let mut scale = vec![];
        for c in x {
            let mean = if intercept { c.iter().sum::<f64>() / samples as f64 } else { 0.0 };
            let unit = power(c.iter().fold(0.0, |a, v| a.max((v - mean).abs())));
            let size = unit * c.iter().map(|v| ((v - mean) / unit).powi(2)).sum::<f64>().sqrt();
            // What is left of a constant is the rounding of its mean.
            if !(size > 1e-13 * mean.abs() * (samples as f64).sqrt()) {
                return Err(Error::Collinear);
            }
            scale.push([mean, size]);
        }
        let root = 1.0 / (samples as f64).sqrt();
        let columns = Mat::from_fn(samples, parameters, |t, k| match scale.get(k) {
            Some([mean, size]) => (x[k][t] - mean) / size,
            None => root,
        });
        let r = triangular(columns.clone().as_mut());
        let singular = r.singular_values().map_err(|_| Error::Collinear)?;
        if singular.last().is_none_or(|s| *s < 1e-12) {
            return Err(Error::Collinear);
        }
        Ok(Self { columns, scale, intercept, inverse: inverse(r.as_ref()) })
    }

    /// The regression of `y` (T), with errors for independent samples of equal variance.
    ///
    /// # Errors
    /// Other lengths or values that are not finite.
    ///
    /// Formula: b = (X^T X)^-1 X^T y, s^2 = |e|^2 / (T - p) with p coefficients, the intercept among them, covariance s^2 (X^T X)^-1; t = b / SE
    /// and p two-sided by Student's law of T - p degrees.
    pub fn fit(&self, y: &[f64]) -> Result<Regression, Error> {
        self.regress(y, None)
    }

    /// The regression of `y` (T), with errors that hold when samples of one of `groups` depend on each other: each group g is
    /// left out in turn, b_(g) = b - (X^T X - X_g^T X_g)^-1 X_g^T e_g, and V = (G - 1) / G sum_g (b_(g) - b) (b_(g) - b)^T, with t of
    /// G - 1 degrees (the cluster jackknife, CV3; MacKinnon, Nielsen & Webb 2023, eq. 13). Standard errors are those times half of
    /// Student's two-sided 95.45 % quantile, see [`widening`].
    ///
    /// # Errors
    /// As [`fit`](Self::fit). Errors are NaN where the samples without a group do not determine the slopes.
    ///
    /// ```
    /// use nullcline_core::numbers::least_squares::regression::Design;
    ///
    /// let x: Vec<f64> = (0..12).map(f64::from).collect();
    /// let trial: Vec<usize> = (0..12).map(|t| t / 3).collect();
    /// // Each of four trials has an offset of its own.
    /// let y: Vec<f64> = x.iter().zip(&trial).map(|(x, g)| 2.0 * x + [0.3, -0.4, 0.2, -0.1][*g]).collect();
    /// let design = Design::new(&[&x], true).unwrap();
    /// let grouped = design.fit_grouped(&y, &design.leaving_out(&trial).unwrap()).unwrap();
    /// let plain = design.fit(&y).unwrap();
    /// assert_eq!((grouped.freedom, plain.freedom), (3, 10));
    /// assert_eq!(grouped.slopes[0].estimate.value, plain.slopes[0].estimate.value);
    /// assert!(grouped.slopes[0].estimate.error() > plain.slopes[0].estimate.error());
    /// ```
    pub fn fit_grouped(&self, y: &[f64], groups: &LeavingOut) -> Result<Regression, Error> {
        self.regress(y, Some(groups))
    }

    fn regress(&self, y: &[f64], groups: Option<&LeavingOut>) -> Result<Regression, Error> {
        let (samples, p) = (self.columns.nrows(), self.columns.ncols());
        let whole = |t: &usize| !y.get(*t).is_some_and(|v| v.is_finite());
        if let Some(sample) = (0..samples.max(y.len())).find(|t| whole(t) || *t >= samples) {
            return Err(Error::NotFinite { sample });
        }
        // Numbers of size one, so that squares stay within range; a power of two changes no digit.
        let unit = power(y.iter().fold(0.0, |a, y| a.max(y.abs())));
        let y: Vec<f64> = y.iter().map(|y| y / unit).collect();
        let mean = if self.intercept { y.iter().sum::<f64>() / samples as f64 } else { 0.0 };
        let mut centred: Vec<f64> = y.iter().map(|y| y - mean).collect();
        // What is left of a constant is the rounding of its mean.
        if square(&centred) <= 1e-26 * mean * mean * samples as f64 {
            centred.fill(0.0);
        }
        let onto = |e: &[f64]| -> Vec<f64> {
            (0..p).map(|k| self.columns.col(k).iter().zip(e).map(|(x, e)| x * e).sum()).collect()
        };
        let solve = |v: &[f64]| -> Vec<f64> {
            (0..p).map(|i| (0..p).map(|j| self.inverse[(i, j)] * v[j]).sum()).collect()
        };
        let mut b = solve(&onto(&centred));
        let left = |b: &[f64]| -> Vec<f64> {
            let value = |t: usize| (0..p).map(|k| self.columns[(t, k)] * b[k]).sum::<f64>();
            centred.iter().enumerate().map(|(t, y)| y - value(t)).collect()
        };
        // One step of refinement: what the inverse lost of the last digits.
        let correction = solve(&onto(&left(&b)));
        b.iter_mut().zip(&correction).for_each(|(b, c)| *b += c);
        let e = left(&b);
        let (rest, total) = (square(&e), square(&centred));
        // Rounding is no residual.
        let rest = if rest <= 1e-30 * total { 0.0 } else { rest };
        let variance = rest / (samples - p) as f64;
        let (covariance, freedom, widened) = match groups {
            None => (Mat::from_fn(p, p, |i, j| variance * self.inverse[(i, j)]), samples - p, 1.0),
            Some(groups) => {
                let freedom = groups.groups.len() - 1;
                (self.between(&e, groups), freedom, widening(freedom))
            }
        };
        // Of y in its own units over `size`.
        let coefficient = |direction: &dyn Fn(usize) -> f64, value: f64, size: f64| {
            let pairs = (0..p).flat_map(|i| (0..p).map(move |j| (i, j)));
            let square: f64 = pairs.map(|(i, j)| direction(i) * covariance[(i, j)] * direction(j)).sum();
            let square = if square < 0.0 { 0.0 } else { square };
            let error = square.sqrt();
            let (t, p) = tested(value, error, freedom as f64);
            let estimate = Estimate::new(value * unit / size, error * widened * unit / size, freedom + 1);
            Coefficient { estimate, t, p }
        };
        let slope = |k: usize| coefficient(&|i| if i == k { 1.0 } else { 0.0 }, b[k], self.scale[k][1]);
        let slopes = (0..self.scale.len()).map(slope).collect();
        let intercept = self.intercept.then(|| {
            let shift: f64 = b.iter().zip(&self.scale).map(|(b, [mean, size])| b * (mean / size)).sum();
            let root = 1.0 / (samples as f64).sqrt();
            let direction = |i: usize| self.scale.get(i).map_or(root, |[mean, size]| -mean / size);
            coefficient(&direction, mean + b[p - 1] * root - shift, 1.0)
        });
        let r_squared = if total > 0.0 { 1.0 - rest / total } else { f64::NAN };
        Ok(Regression { intercept, slopes, r_squared, residual: variance.sqrt() * unit, freedom })
    }

    /// What leaving out each of `groups` (T) does, prepared for any number of regressions.
    ///
    /// # Errors
    /// Fewer than two groups; none of a sample.
    pub fn leaving_out(&self, groups: &[usize]) -> Result<LeavingOut, Error> {
        let (samples, p) = (self.columns.nrows(), self.columns.ncols());
        let mut members = std::collections::BTreeMap::<usize, Vec<usize>>::new();
        for t in 0..samples {
            members.entry(*groups.get(t).ok_or(Error::NotFinite { sample: t })?).or_default().push(t);
        }
        if members.len() < 2 {
            return Err(Error::Groups { found: members.len() });
        }
        let step = |m: Vec<usize>| {
            let own = Mat::from_fn(m.len(), p, |t, k| self.columns[(m[t], k)]);
            let left = Mat::<f64>::identity(p, p) - &self.inverse * (own.transpose() * &own);
            // Where the others do not determine the coefficients, what is left is singular but for rounding.
            let least = left.singular_values().ok().and_then(|s| s.last().copied()).unwrap_or(0.0);
            let known = least > 1e-10;
            let solved = left.partial_piv_lu().solve(&self.inverse);
            (m, if known { solved } else { Mat::from_fn(p, p, |_, _| f64::NAN) })
        };
        Ok(LeavingOut { groups: members.into_values().map(step).collect() })
    }

    /// The covariance of the coefficients with residuals `e`.
    fn between(&self, e: &[f64], groups: &LeavingOut) -> Mat<f64> {
        let p = self.columns.ncols();
        let count = groups.groups.len() as f64;
        let mut covariance = Mat::zeros(p, p);
        for (m, step) in &groups.groups {
            let pull = |k: usize| m.iter().map(|t| self.columns[(*t, k)] * e[*t]).sum::<f64>();
            let step = step * Mat::from_fn(p, 1, |k, _| pull(k));
            covariance += faer::Scale((count - 1.0) / count) * (&step * step.transpose());
        }
        covariance
    }
}

/// Groups of samples, and (X^T X - X_g^T X_g)^-1 of each.
pub struct LeavingOut {
    groups: Vec<(Vec<usize>, Mat<f64>)>,
}

/// y = a + b x (or b x) in one call; see [`Design::new`] and [`Design::fit`].
///
/// Shapes: `y` has T values, `x` one list of T values a regressor; slopes come in their order.
///
/// # Errors
/// As those.
///
/// ```
/// use nullcline_core::numbers::least_squares::regression::least_squares;
///
/// let (x, z) = ([0.0, 1.0, 2.0, 3.0, 4.0], [1.0, 0.0, 2.0, 0.0, 1.0]);
/// let y = [1.0, 2.5, 2.0, 5.5, 5.0].as_slice();
/// let found = least_squares(y, &[&x, &z], true).unwrap();
/// let [b, c] = [0, 1].map(|k| found.slopes[k].estimate);
/// // The residuals are at right angles to the regressors.
/// let a = found.intercept.unwrap().estimate.value;
/// let e: Vec<f64> = (0..5).map(|t| y[t] - a - b.value * x[t] - c.value * z[t]).collect();
/// let onto = |v: &[f64]| e.iter().zip(v).map(|(e, v)| e * v).sum::<f64>();
/// assert!(e.iter().sum::<f64>().abs() < 1e-12 && onto(&x).abs() < 1e-12 && onto(&z).abs() < 1e-12);
/// assert_eq!((found.freedom, b.n), (2, 3));
/// ```
pub fn least_squares(y: &[f64], x: &[&[f64]], intercept: bool) -> Result<Regression, Error> {
    Design::new(x, intercept)?.fit(y)
}

fn square(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum()
}

/// t and p of the two-sided test, P(|T| > |t|) = I_{v / (v + t^2)}(v / 2, 1 / 2), which keeps its digits far out.
fn tested(value: f64, std_error: f64, freedom: f64) -> (f64, f64) {
    let t = value / std_error;
    let p = match t.is_nan() {
        true => f64::NAN,
        false if t.is_infinite() => 0.0,
        false => beta_reg(0.5 * freedom, 0.5, freedom / (freedom + t * t)),
    };
    (t, p)
}

/// p-values corrected for their number by Holm's step-down: p_(k) (m - k + 1), made monotone and at most 1; with them the
/// chance of any false positive is bounded, whatever the dependence. NaN stays and does not count.
///
/// Source: Holm 1979.
///
/// ```
/// use nullcline_core::numbers::least_squares::regression::holm;
///
/// let corrected = holm(&[0.01, 0.04, 0.03]);
/// for (p, known) in corrected.iter().zip([0.03, 0.06, 0.06]) {
///     assert!((p - known).abs() < 1e-15);
/// }
/// ```
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|i| !p[*i].is_nan()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut out = vec![f64::NAN; p.len()];
    let mut most = 0.0f64;
    for (k, i) in order.iter().enumerate() {
        most = most.max(p[*i] * (order.len() - k) as f64).min(1.0);
        out[*i] = most;
    }
    out
}
