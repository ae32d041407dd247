//! What every figure's file uses: claims, means over repetitions, curves with errors, panels, tables.

pub(crate) use crate::claims::{Claim, Measure, answer, at, check, claim, theory};
pub(crate) use crate::{Error, Findings, Preset, Settings, Study};
pub(crate) use nullcline_report::Figure;
pub(crate) use nullcline_report::figures::{Axes, Ink, Reference, Series, THIRD, lines, panels, scatter};
pub(crate) use nullcline_report::page::Section;
pub(crate) use nullcline_report::pipeline::Observer;
pub(crate) use nullcline_report::summary::{number, numbers};
pub(crate) use nullcline_report::tables::{Table, TableOut};
pub(crate) use serde_json::{Map, Value, json};

use nullcline_report::sections::words::with_error;

/// A figure, or why it cannot be drawn.
pub(crate) type Drawn = Result<Figure, nullcline_report::Error>;

/// A number of a repetition under its name, for tables and summaries.
pub(crate) type Named<T> = (&'static str, fn(&T) -> f64);

/// An estimate in words.
pub(crate) fn words(m: Measure) -> String {
    with_error(m.value, m.error())
}

/// An estimate and its error, as two columns have them.
pub(crate) fn pair(m: Measure) -> [f64; 2] {
    [m.value, m.error()]
}

/// A number of every repetition.
pub(crate) fn list<T>(all: &[T], f: impl Fn(&T) -> f64) -> Vec<f64> {
    all.iter().map(f).collect()
}

/// Its mean over repetitions; the error of one is not known.
pub(crate) fn mean<T>(all: &[T], f: impl Fn(&T) -> f64) -> Measure {
    Measure::mean(all.iter().map(f))
}

/// How many repetitions are so.
pub(crate) fn count<T>(all: &[T], f: impl Fn(&T) -> bool) -> usize {
    all.iter().filter(|o| f(o)).count()
}

/// Entry of the summary: the list of each named number.
pub(crate) fn entry<T>(all: &[T], numbers: &[Named<T>]) -> Value {
    numbers.iter().map(|(name, f)| ((*name).to_owned(), list(all, f).into())).collect::<Map<_, _>>().into()
}

/// The parts of the summary under their names.
pub(crate) fn entries<const N: usize>(parts: [(&str, Value); N]) -> Map<String, Value> {
    parts.into_iter().map(|(name, part)| (name.to_owned(), part)).collect()
}

/// A series of estimates against `x`, with their errors.
pub(crate) fn curve(label: &str, x: &[f64], y: impl IntoIterator<Item = Measure>) -> Series {
    let (y, errors): (Vec<f64>, Vec<f64>) = y.into_iter().map(|m| (m.value, m.error())).unzip();
    Series::new(label, x, &y).errors(&errors)
}

/// A series of points.
pub(crate) fn points(label: &str, points: impl IntoIterator<Item = [f64; 2]>) -> Series {
    Series { label: label.into(), points: points.into_iter().collect(), ..Series::default() }
}

/// Claims about one of several subjects, which begins each text.
pub(crate) fn about(subject: &str, claims: impl IntoIterator<Item = Claim>) -> Vec<Claim> {
    let one = |mut c: Claim| {
        c.claim = format!("{subject}: {}", c.claim);
        c
    };
    claims.into_iter().map(one).collect()
}

/// The colour of the `k`-th of `of` series in an order.
pub(crate) fn tone(k: usize, of: usize) -> Ink {
    Ink::Tone(k as f64 / (of.max(2) - 1) as f64)
}

/// The largest; 0 without any.
pub(crate) fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, f64::max)
}

/// Least-squares slope of `y` against `x`, and its standard error.
pub(crate) fn slope(x: &[f64], y: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let sxx: f64 = x.iter().map(|x| (x - mx).powi(2)).sum();
    let slope = x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>() / sxx;
    let rest: f64 = x.iter().zip(y).map(|(x, y)| (y - my - slope * (x - mx)).powi(2)).sum();
    (slope, (rest / (n - 2.0).max(1.0) / sxx).sqrt())
}

/// Mean and standard error of the mean, for figures and tables; NaN where there are too few values.
pub(crate) fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

/// Indices of the rows of a table.
pub(crate) fn indices(n: usize) -> Vec<usize> {
    (0..n).collect()
}

/// What tests ask of a study's result.
#[cfg(test)]
pub(crate) fn found<'a>(findings: &'a Findings, words: &str) -> &'a Claim {
    findings.claims.iter().find(|c| c.claim.contains(words)).unwrap_or_else(|| panic!("{words}"))
}
