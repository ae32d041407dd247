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
    pub fn exceptions(certain: usize, possible: usize, of: usize) -> Self {
        if certain == 0 && possible > 0 { Self::unknown(0.0, of) } else { Self::count(certain, of) }
    }

    /// Mean of values, each of which counts: the error is known from two on, and zero where they are all the same.
    ///
    /// Formula: SE^2 = sum (v - mean v)^2 / (n (n - 1)).
    pub fn mean_of_all(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let value = values.iter().sum::<f64>() / n;
        let square: f64 = values.iter().map(|v| (v - value).powi(2)).sum();
        Self::new(value, (square / (n * (n - 1.0))).sqrt(), values.len())
    }
    /// Mean of independent draws, of those that are finite. The error of one value, of values that are all the same, which may be
    /// chance, and of those of which one is not finite, is not known.
    pub fn mean(values: impl IntoIterator<Item = f64>) -> Self {
        let all: Vec<f64> = values.into_iter().collect();
        let found: Vec<f64> = all.iter().copied().filter(|v| v.is_finite()).collect();
        let mean = Self::mean_of_all(&found);
        let std_error = mean.std_error.filter(|e| *e > 0.0 && found.len() == all.len());
        Self { std_error, n: all.len(), ..mean }
    }
    /// The same of those of the values that are there, where the statement is of these alone.
    pub fn mean_of_found(values: impl IntoIterator<Item = f64>) -> Self {
        Self::mean(values.into_iter().filter(|v| v.is_finite()))
    }

    /// Median of independent values that are finite; its error spans the interval between order statistics.
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

    /// With the error of a choice among `of` (Bonferroni).
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
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        let std_error = self.std_error.zip(other.std_error).map(|(a, b)| a.hypot(b));
        Self { value: self.value - other.value, std_error, n: fewer(&self, &other) }
    }
    /// The ratio to an independent measurement, its error to first order.
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
