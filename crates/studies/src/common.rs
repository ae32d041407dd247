//! What every figure's file uses: claims, means over repetitions, curves with errors, panels, tables.

pub(crate) use crate::claims::{Claim, answer, at, check, claim, theory};
pub(crate) use crate::{Error, Findings, Preset, Settings, Study};
pub(crate) use nullcline_core::job::Observer;
pub(crate) use nullcline_core::numbers::Estimate;
pub(crate) use nullcline_core::numbers::least_squares::slope;
pub(crate) use nullcline_report::Figure;
pub(crate) use nullcline_report::figures::{Axes, Ink, Reference, Series, THIRD, lines, panels, scatter};
pub(crate) use nullcline_report::page::Section;
pub(crate) use nullcline_report::sections::words::with_error as words;
pub(crate) use nullcline_report::summary::numbers;
pub(crate) use nullcline_report::tables::{Table, TableOut};
pub(crate) use serde::Serialize;
pub(crate) use serde_json::{Map, Value, json};

use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A figure, or why it cannot be drawn.
pub(crate) type Drawn = Result<Figure, nullcline_report::Error>;

/// A number of a repetition under its name, for tables and summaries.
pub(crate) type Named<T> = (&'static str, fn(&T) -> f64);

/// An estimate and its error, as two columns have them.
pub(crate) fn pair(m: Estimate) -> [f64; 2] {
    [m.value, m.error()]
}

/// A number of every repetition.
pub(crate) fn list<T>(all: &[T], f: impl Fn(&T) -> f64) -> Vec<f64> {
    all.iter().map(f).collect()
}

/// Its mean over repetitions; the error of one is not known.
pub(crate) fn mean<T>(all: &[T], f: impl Fn(&T) -> f64) -> Estimate {
    Estimate::mean(all.iter().map(f))
}

/// How many repetitions are so.
pub(crate) fn count<T>(all: &[T], f: impl Fn(&T) -> bool) -> usize {
    all.iter().filter(|o| f(o)).count()
}

/// Entry of the summary: the list of each named number.
pub(crate) fn entry<T>(all: &[T], numbers: &[Named<T>]) -> Value {
    numbers.iter().map(|(name, f)| ((*name).to_owned(), list(all, f).into())).collect::<Map<_, _>>().into()
}

/// What was found, for the summary: numbers that are not finite are null.
pub(crate) fn written(found: impl Serialize) -> Value {
    serde_json::to_value(found).expect("numbers and texts under names")
}

/// The parts of the summary, each a field of what was found.
pub(crate) fn fields(found: impl Serialize) -> Map<String, Value> {
    match written(found) {
        Value::Object(parts) => parts,
        other => entries([("found", other)]),
    }
}

/// The parts of the summary under their names.
pub(crate) fn entries<'a>(parts: impl IntoIterator<Item = (&'a str, Value)>) -> Map<String, Value> {
    parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A series of estimates against `x`, with their errors.
pub(crate) fn curve(label: &str, x: &[f64], y: impl IntoIterator<Item = Estimate>) -> Series {
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

/// Indices of the rows of a table.
pub(crate) fn indices(n: usize) -> Vec<usize> {
    (0..n).collect()
}

/// `one` for every index below `count` on all threads, the results in the order of the indices.
///
/// # Errors
/// One of those met; no further work begins then.
pub(crate) fn parallel<T: Send>(
    what: &str,
    count: usize,
    observer: &dyn Observer,
    one: impl Fn(usize) -> Result<T, Error> + Sync,
) -> Result<Vec<T>, Error> {
    parallel_by(|i| i, what, count, observer, one)
}

/// The same, begun in the order of `first`.
///
/// # Errors
/// One of those met; no further work begins then.
pub(crate) fn parallel_by<T: Send>(
    first: impl Fn(usize) -> usize,
    what: &str,
    count: usize,
    observer: &dyn Observer,
    one: impl Fn(usize) -> Result<T, Error> + Sync,
) -> Result<Vec<T>, Error> {
    observer.start(what, count as u64);
    let (done, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    // Room for all results at once: small pieces that stay would break up the memory that large matrices come and go in.
    let mut all: Vec<(usize, Option<Result<T, Error>>)> = (0..count).map(|i| (i, None)).collect();
    all.sort_by_key(|(i, _)| first(*i));
    all.par_iter_mut().with_max_len(1).for_each(|(i, place)| {
        if !failed.load(Ordering::Relaxed) {
            let result = one(*i);
            failed.fetch_or(result.is_err(), Ordering::Relaxed);
            *place = Some(result);
            observer.at(done.fetch_add(1, Ordering::Relaxed) + 1);
        }
    });
    observer.finish();
    all.sort_by_key(|(i, _)| *i);
    let (right, wrong): (Vec<_>, Vec<_>) =
        all.into_iter().filter_map(|(_, result)| result).partition(Result::is_ok);
    wrong.into_iter().chain(right).collect()
}

/// What tests ask of a study's result.
#[cfg(test)]
pub(crate) fn found<'a>(findings: &'a Findings, words: &str) -> &'a Claim {
    findings.claims.iter().find(|c| c.claim.contains(words)).unwrap_or_else(|| panic!("{words}"))
}
