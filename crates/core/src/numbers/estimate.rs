//! A number with what is known of its error.

use super::student;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use statrs::distribution::{Beta, Binomial, ContinuousCDF, DiscreteCDF};

/// Two-sided level of every interval.
const LEVEL: f64 = 0.95;

/// A number, its standard error, and how many independent pieces the error rests on.
///
/// An error that is not known is none; it is never zero, NaN or infinity. Serialised, a number that is not there is null.
///
/// ```
/// use nullcline_core::numbers::Estimate;
///
/// let rate = Estimate::mean([0.9, 1.1, 1.3]);
/// assert!((rate.value - 1.1).abs() < 1e-12 && rate.n == 3);
/// assert_eq!(Estimate::mean([0.9]).std_error, None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Estimate {
    /// The number; NaN where none was found.
    #[schemars(schema_with = "nullable")]
    #[serde(serialize_with = "finite")]
    pub value: f64,
    /// Its standard error: 0 of an exact number, none where it is not known.
    #[schemars(schema_with = "nullable", required)]
    pub std_error: Option<f64>,
    /// Independent pieces: repetitions, blocks, folds, networks; 0 where the error does not rest on a mean, and of what was not
    /// measured.
    pub n: usize,
}

/// A number or null.
fn nullable(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["number", "null"] })
}

/// A number, and none of one that is not finite.
fn finite<S: serde::Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    Some(*value).filter(|v| v.is_finite()).serialize(to)
}

impl Estimate {
    /// Not measured.
    pub const NONE: Self = Self { value: f64::NAN, std_error: None, n: 0 };

    /// A number with a standard error, which is not known where it is not finite.
    ///
    /// ```
    /// use nullcline_core::numbers::Estimate;
    ///
    /// assert_eq!(Estimate::new(2.0, 0.5, 10).std_error, Some(0.5));
    /// assert_eq!(Estimate::new(2.0, f64::NAN, 10).std_error, None);
    /// ```
    pub fn new(value: f64, std_error: f64, n: usize) -> Self {
        Self { value, std_error: Some(std_error).filter(|e| e.is_finite() && *e >= 0.0), n }
    }
    /// A number without error: a count, or one that a deterministic computation gives.
    pub fn exact(value: f64, n: usize) -> Self {
        Self { value, std_error: Some(0.0), n }
    }
    /// A number whose error is not known.
    pub fn unknown(value: f64, n: usize) -> Self {
        Self { value, std_error: None, n }
    }
    /// How many of `of` are so, without error.
    pub fn count(found: usize, of: usize) -> Self {
        Self::exact(found as f64, of)
    }
    /// How many exceptions there are: `certain` ones, and up to `possible` that could not be told. One
    /// certain exception is one; where none is certain, possible ones leave it open whether there is any.
    ///
    /// ```
    /// use nullcline_core::numbers::Estimate;
    ///
    /// assert_eq!(Estimate::exceptions(0, 0, 8), Estimate::exact(0.0, 8));
    /// assert_eq!(Estimate::exceptions(0, 3, 8), Estimate::unknown(0.0, 8));
    /// assert_eq!(Estimate::exceptions(1, 3, 8), Estimate::exact(1.0, 8));
    /// ```
    pub fn exceptions(certain: usize, possible: usize, of: usize) -> Self {
        if certain == 0 && possible > 0 { Self::unknown(0.0, of) } else { Self::count(certain, of) }
    }

    /// Mean of values, each of which counts: the error is known from two on, and zero where they are all the same.
    ///
    /// Formula: SE^2 = sum (v - mean v)^2 / (n (n - 1)).
    ///
    /// ```
    /// use nullcline_core::numbers::Estimate;
    ///
    /// let m = Estimate::mean_of_all(&[1.0, 2.0, 3.0, 4.0]);
    /// assert!(m.value == 2.5 && (m.error() - (5.0f64 / 12.0).sqrt()).abs() < 1e-15);
    /// // Here equal values are known to be equal; among draws that may be chance.
    /// assert_eq!(Estimate::mean_of_all(&[7.0, 7.0]).std_error, Some(0.0));
    /// assert_eq!(Estimate::mean([7.0, 7.0]).std_error, None);
    /// ```
    pub fn mean_of_all(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let value = values.iter().sum::<f64>() / n;
        let square: f64 = values.iter().map(|v| (v - value).powi(2)).sum();
        Self::new(value, (square / (n * (n - 1.0))).sqrt(), values.len())
    }
    /// Mean of independent draws, of those that are finite. The error of one value, of values that are all the same, which may be
    /// chance, and of those of which one is not finite, is not known.
    ///
    /// Formula: that of [`mean_of_all`](Self::mean_of_all) over the finite values; `n` counts all values, finite or not.
    pub fn mean(values: impl IntoIterator<Item = f64>) -> Self {
        let all: Vec<f64> = values.into_iter().collect();
        let found: Vec<f64> = all.iter().copied().filter(|v| v.is_finite()).collect();
        let mean = Self::mean_of_all(&found);
        let std_error = mean.std_error.filter(|e| *e > 0.0 && found.len() == all.len());
        Self { std_error, n: all.len(), ..mean }
    }
    /// The same of those of the values that are there, where the statement is of these alone.
    ///
    /// ```
    /// use nullcline_core::numbers::Estimate;
    ///
    /// let draws = [1.0, f64::NAN, 3.0];
    /// assert_eq!(Estimate::mean(draws), Estimate::unknown(2.0, 3));
    /// let found = Estimate::mean_of_found(draws);
    /// assert!(found.value == 2.0 && found.n == 2 && (found.error() - 1.0).abs() < 1e-15);
    /// ```
    pub fn mean_of_found(values: impl IntoIterator<Item = f64>) -> Self {
        Self::mean(values.into_iter().filter(|v| v.is_finite()))
    }

    /// Median of independent values that are finite; its error spans the interval between order statistics.
    ///
    /// Formula: the interval \[x_(k+1), x_(n-k)\] with the largest k of P(B <= k) <= 0.025, B binomial (n, 1/2); the error is the longer of its
    /// two sides over Student's quantile, so that [`reach`](Self::reach) covers the interval. It is known from six values on.
    ///
    /// ```
    /// use nullcline_core::numbers::Estimate;
    ///
    /// let m = Estimate::median((1..=10).map(f64::from));
    /// // From the second to the ninth of ten.
    /// assert!(m.value == 5.5 && (m.reach().unwrap() - 3.5).abs() < 1e-9);
    /// assert_eq!(Estimate::median([1.0, 2.0, 3.0, 4.0, 5.0]).std_error, None);
    /// ```
    pub fn median(values: impl IntoIterator<Item = f64>) -> Self {
        let mut all: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        let n = all.len();
        if n == 0 {
            return Self::NONE;
        }
        all.sort_by(f64::total_cmp);
        let value = 0.5 * (all[(n - 1) / 2] + all[n / 2]);
        // P(x_(k+1) <= median <= x_(n-k)) = 1 - 2 P(B <= k) for B binomial (n, 1/2), k from 0.
        let tail = Binomial::new(0.5, n as u64).ok();
        let inside = |k: &usize| tail.as_ref().is_some_and(|b| b.cdf(*k as u64) <= 0.5 * (1.0 - LEVEL));
        let reach = (0..n / 2).take_while(inside).last();
        let reach = reach.map(|k| (value - all[k]).max(all[n - 1 - k] - value));
        Self { value, std_error: None, n }.reaching(reach)
    }

    /// Share of `n` independent draws that are so. The error spans the exact interval of Clopper and
    /// Pearson (1934), so that a share of 0 or 1 has one.
    ///
    /// Formula: ends of the interval are the 2.5 % and 97.5 % quantiles of Beta(k, n - k + 1) and Beta(k + 1, n - k); the longer side
    /// is what [`reach`](Self::reach) gives.
    ///
    /// ```
    /// use nullcline_core::numbers::Estimate;
    ///
    /// let none = Estimate::share(0, 20);
    /// assert!(none.value == 0.0 && (none.reach().unwrap() - (1.0 - 0.025f64.powf(0.05))).abs() < 1e-9);
    /// ```
    pub fn share(found: usize, n: usize) -> Self {
        if n == 0 {
            return Self::NONE;
        }
        let (k, all) = (found as f64, n as f64);
        let quantile = |a: f64, b: f64, p: f64| Beta::new(a, b).map_or(f64::NAN, |law| law.inverse_cdf(p));
        let side = 0.5 * (1.0 - LEVEL);
        let low = if found == 0 { 0.0 } else { quantile(k, all - k + 1.0, side) };
        let high = if found == n { 1.0 } else { quantile(k + 1.0, all - k, 1.0 - side) };
        let value = k / all;
        Self { value, std_error: None, n }.reaching(Some((value - low).max(high - value)))
    }

    /// The measurement that decides a statement about all of `all`, each of which is to be `limit` at most:
    /// that whose interval reaches furthest. Its error is widened as the choice among so many asks
    /// (Bonferroni).
    ///
    /// All are below a limit if and only if this one is; an error that is not known, or a number that is
    /// not found, decides.
    ///
    /// ```
    /// use nullcline_core::numbers::Estimate;
    ///
    /// let residuals = [Estimate::new(0.1, 0.05, 10), Estimate::new(0.15, 0.01, 10)];
    /// let most = Estimate::largest(residuals);
    /// // The first reaches further, by an error that grows for the choice between two.
    /// assert!(most.value == 0.1 && most.error() > 0.05);
    /// ```
    pub fn largest(all: impl IntoIterator<Item = Self>) -> Self {
        let all: Vec<Self> = all.into_iter().collect();
        let Some(first) = all.first() else { return Self::NONE };
        if let Some(open) = all.iter().find(|m| m.reach().is_none() || m.value.is_nan()) {
            // Some other one may lie so far out that this one does not matter: that is for the error to
            // say, and it is not known.
            return Self { std_error: None, ..*open };
        }
        let far = |m: &Self| m.value + m.reach().unwrap_or(f64::INFINITY);
        let most = all.iter().fold(*first, |best, m| if far(m) > far(&best) { *m } else { best });
        most.widened(all.len())
    }

    /// The same of what is to be `limit` at least.
    pub fn smallest(all: impl IntoIterator<Item = Self>) -> Self {
        Self::largest(all.into_iter().map(Self::negated)).negated()
    }

    /// With the error of a choice among `of` (Bonferroni): times t(1 - 0.025 / of) / t(0.975) of n - 1 degrees.
    pub fn widened(self, of: usize) -> Self {
        let factor =
            quantile(1.0 - 0.5 * (1.0 - LEVEL) / of as f64, self.n) / quantile(0.5 + 0.5 * LEVEL, self.n);
        let wide = |e: f64| if e > 0.0 { e * factor } else { e };
        Self { std_error: self.std_error.map(wide), ..self }
    }

    fn negated(self) -> Self {
        Self { value: -self.value, ..self }
    }

    /// With the standard error whose interval reaches so far.
    fn reaching(self, reach: Option<f64>) -> Self {
        let std_error = reach.filter(|_| self.n > 1).map(|r| r / quantile(0.5 + 0.5 * LEVEL, self.n));
        Self { std_error: std_error.filter(|e| e.is_finite()), ..self }
    }

    /// How far the interval of 95 % reaches to either side; none where the error is not known, or stands
    /// on one repetition.
    ///
    /// Formula: t std_error, t the 97.5 % quantile of Student's law of n - 1 degrees; 0 of an exact number.
    ///
    /// ```
    /// use nullcline_core::numbers::Estimate;
    ///
    /// let five = Estimate::new(0.0, 1.0, 5);
    /// assert!((five.reach().unwrap() - 2.776_445).abs() < 1e-6);
    /// assert_eq!(Estimate::new(0.0, 1.0, 1).reach(), None);
    /// ```
    pub fn reach(&self) -> Option<f64> {
        match self.std_error {
            Some(e) if e > 0.0 && self.n > 1 => Some(e * quantile(0.5 + 0.5 * LEVEL, self.n)),
            Some(e) if e > 0.0 => None,
            known => known,
        }
    }

    /// The standard error as a number, NaN where it is not known.
    pub fn error(&self) -> f64 {
        self.std_error.unwrap_or(f64::NAN)
    }

    /// Times a number without error.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { value: factor * self.value, std_error: self.std_error.map(|e| e * factor.abs()), ..self }
    }
    /// Plus a number without error.
    #[must_use]
    pub fn plus(self, shift: f64) -> Self {
        Self { value: self.value + shift, ..self }
    }
    /// The difference to an independent measurement; of as many repetitions as the fewer.
    ///
    /// Formula: SE^2 = SE_1^2 + SE_2^2; not known where one of them is not.
    ///
    /// ```
    /// use nullcline_core::numbers::Estimate;
    ///
    /// let difference = Estimate::new(3.0, 0.3, 8).less(Estimate::new(1.0, 0.4, 5));
    /// assert!(difference.value == 2.0 && (difference.error() - 0.5).abs() < 1e-15 && difference.n == 5);
    /// ```
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        let std_error = self.std_error.zip(other.std_error).map(|(a, b)| a.hypot(b));
        Self { value: self.value - other.value, std_error, n: fewer(&self, &other) }
    }
    /// The ratio to an independent measurement, its error to first order.
    ///
    /// Formula: (SE / value)^2 = (SE_1 / value_1)^2 + (SE_2 / value_2)^2; not known where one is not, or the divisor is zero.
    ///
    /// ```
    /// use nullcline_core::numbers::Estimate;
    ///
    /// let ratio = Estimate::new(6.0, 0.6, 8).over(Estimate::exact(3.0, 1));
    /// assert!(ratio.value == 2.0 && (ratio.error() - 0.2).abs() < 1e-15 && ratio.n == 8);
    /// ```
    #[must_use]
    pub fn over(self, other: Self) -> Self {
        let value = self.value / other.value;
        let relative = |m: &Self| m.std_error.map(|e| if e > 0.0 { e / m.value } else { 0.0 });
        let std_error = relative(&self).zip(relative(&other)).map(|(a, b)| (value * a.hypot(b)).abs());
        Self { value, std_error: std_error.filter(|e| e.is_finite()), n: fewer(&self, &other) }
    }
    /// Its modulus.
    #[must_use]
    pub fn abs(self) -> Self {
        Self { value: self.value.abs(), ..self }
    }
}

/// Repetitions of what is made of two: an exact number needs none.
fn fewer(a: &Estimate, b: &Estimate) -> usize {
    let exact = |m: &Estimate| m.std_error.is_some_and(|e| e <= 0.0);
    match (exact(a), exact(b)) {
        (true, false) => b.n,
        (false, true) => a.n,
        _ => a.n.min(b.n),
    }
}

/// Quantile of Student's law of `n` values, whose tails have no end for one.
fn quantile(p: f64, n: usize) -> f64 {
    student::quantile(p, n.saturating_sub(1)).unwrap_or(f64::INFINITY)
}

impl From<(f64, f64, usize)> for Estimate {
    fn from((value, std_error, n): (f64, f64, usize)) -> Self {
        Self::new(value, std_error, n)
    }
}

#[cfg(test)]
mod tests;
