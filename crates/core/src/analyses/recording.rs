//! The diagnostics of a recorded table, read as a stream.

mod projected;
mod second;

use super::activity::{self, Against, Analyses, Held};
use super::columns::Columns;
use super::conditions::Conditions;
use super::failed::Failed;
use super::modules::{Diagnostic, OfRecording};
use super::network::chosen;
use super::source::{refuse, square};
use super::{Config, Error, Failure, Finding, Missing, Module, Rows};
use crate::diagnostics::geometry::pca::{Accumulator, Pca};
use crate::io::table::Chunk;
use crate::job::{Observer, Silent};
use faer::Mat;
use schemars::JsonSchema;
use second::{Second, rows_of};
use serde::Serialize;
use std::cell::OnceCell;

/// What `analyze` found of a recording.
pub struct RecordingAnalysis {
    /// The table.
    pub about: AboutRows,
    /// What the modules found, in their order.
    pub findings: Vec<Finding>,
    /// What could not be done.
    pub failed: Vec<Failure>,
    /// What is to be said of the table's columns.
    pub notes: Vec<String>,
    /// Whether the table has as many rows as columns that nobody chose, and may be a matrix of weights.
    pub square: bool,
}

/// A recording, as its file tells it: entry `input` of the summary.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AboutRows {
    /// The file.
    pub file: String,
    /// `recording`.
    pub kind: &'static str,
    /// The file's format.
    pub format: &'static str,
    /// The array of an npz.
    pub array: Option<String>,
    /// Units.
    pub units: usize,
    /// Rows used.
    pub rows: usize,
    /// Rows left out for their missing values.
    pub dropped_rows: usize,
    /// What was done to the rows before anything was computed, in sentences.
    pub prepared: Vec<String>,
}

/// Count, mean and spread of one unit.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Column name.
    pub name: String,
    /// Mean over the rows used.
    pub mean: f64,
    /// Standard deviation, divisor rows - 1; NaN of a single row.
    pub deviation: f64,
    /// Smallest value.
    pub least: f64,
    /// Largest value.
    pub most: f64,
    /// Missing values in the file.
    pub missing: usize,
}

/// What a recorded table holds.
pub struct Activity {
    /// Its units.
    pub units: Vec<Unit>,
    /// Rows used.
    pub rows: usize,
    /// Rows left out for their missing values.
    pub dropped: usize,
    /// Trials, if a column of trials was named.
    pub trials: Option<usize>,
}

/// Rows of projections written at most.
const PROJECTED: usize = 200_000;

pub(super) fn diagnose(
    config: &Config,
    array: Option<&str>,
    observer: &dyn Observer,
) -> Result<RecordingAnalysis, Error> {
    let modules = chosen(config, &Module::of_recordings())?;
    activity::check(&config.analyses, &modules)?;
    activity::check_targets(config)?;
    let of_conditions =
        |m: &Module| m.facts().conditions || matches!(m, Module::Pca | Module::SignalDimension);
    if !config.recording.preparation.average && !modules.iter().any(of_conditions) {
        let given = [("--conditions", config.recording.conditions.is_some())];
        refuse(&given, "the modules pca, dpca, targeted_axes and signal_dimension, and with --average")?;
    }
    let mut columns = Columns::choose(&config.file, &config.recording, array)?;
    let mut trials = columns.arrange(&config.file, array)?;
    let mut conditions = Conditions::read(config, array, &columns, trials.as_deref())?;
    config.recording.preparation.apply(
        (&config.file, &config.recording),
        array,
        &mut columns,
        &mut trials,
        &mut conditions,
    )?;
    observer.start("reading", columns.rows.unwrap_or(0) as u64);
    let first = Pass::first(config, array, &columns, observer)?;
    observer.finish();
    enough(config, first.rows.used, &modules)?;
    let pca = OnceCell::new();
    let reading = Reading { config, array, columns: &columns, first, trials, conditions, pca, observer };
    let (mut findings, mut failed) = (vec![], Failed::default());
    let stage = |module: &Module| {
        let at = modules.iter().position(|m| m == module).map_or(1, |k| k + 1);
        observer.stage(at, modules.len());
        observer.start(&module.name().replace('_', " "), 0);
    };
    for module in Module::of_recordings().into_iter().filter(|m| modules.contains(m)) {
        stage(&module);
        findings.extend(failed.on_data(module, module.of_stream(&reading))?.flatten());
    }
    let wanted = wanted(&reading, &modules);
    reading.in_memory(
        wanted,
        &mut |module, found| {
            findings.extend(failed.on_data(module, found)?.flatten());
            Ok(())
        },
        &stage,
    )?;
    observer.finish();
    let first = &reading.first;
    let failed = failed.unless(findings.is_empty())?;
    let about = AboutRows {
        file: config.file.display().to_string(),
        kind: "recording",
        format: columns.format,
        array: array.map(ToOwned::to_owned),
        units: columns.units.len(),
        rows: first.rows.used,
        dropped_rows: first.rows.dropped + columns.dropped(),
        prepared: columns.preparation(),
    };
    let square = square(config, first.rows.used, columns.units.len());
    Ok(RecordingAnalysis { about, findings, failed, notes: columns.notes(&[]), square })
}

/// The chosen modules of rows in memory that there is something for, in their order.
fn wanted(reading: &Reading, modules: &[Module]) -> Vec<Module> {
    let config = reading.config;
    let (r, targets) = (&config.recording, config.recording.targets.is_some());
    let needed = |m: &Module| {
        let facts = m.facts();
        let applies = match () {
            // Of counts that never change there is nothing to say.
            () if facts.counts => reading.first.counts && reading.pca().is_some(),
            () if facts.conditions => r.conditions.is_some(),
            () if facts.two => r.beside.against.is_some(),
            () if facts.position => r.beside.placed(),
            () if facts.weights => targets && (r.weights.is_some() || r.currents),
            () => targets,
        };
        facts.held && modules.contains(m) && (config.modules.is_some() || applies)
    };
    Module::of_recordings().into_iter().filter(needed).collect()
}

/// Everything that reading a recording gives its modules.
pub(super) struct Reading<'a> {
    config: &'a Config,
    array: Option<&'a str>,
    columns: &'a Columns,
    first: Pass,
    /// The trial of each row.
    trials: Option<Vec<usize>>,
    conditions: Option<Conditions>,
    pca: OnceCell<Option<Pca>>,
    observer: &'a dyn Observer,
}

impl Diagnostic for Activity {
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Streamed(|r| {
        Ok(Self {
            units: r.first.units(&r.columns.units),
            rows: r.first.rows.used,
            dropped: r.first.rows.dropped + r.columns.dropped(),
            trials: r.trials.as_deref().map(number_of),
        })
    }));
}

impl Reading<'_> {
    /// Principal components of all rows; none where nothing varies.
    fn pca(&self) -> Option<&Pca> {
        self.pca.get_or_init(|| self.first.moments.finish()).as_ref()
    }

    /// What the modules of rows in memory find, each told to `found`.
    fn in_memory(
        &self,
        wanted: Vec<Module>,
        found: &mut dyn FnMut(Module, Result<Option<Finding>, Error>) -> Result<(), Error>,
        stage: &dyn Fn(&Module),
    ) -> Result<(), Error> {
        if wanted.is_empty() {
            return Ok(());
        }
        let (config, units) = (self.config, &self.columns.units[..]);
        let second = match wanted.contains(&Module::Comparison) {
            true => Some(Second::open(config, self.observer)?),
            false => None,
        };
        // Of both one row in as many is held: a step is then the same.
        let rows = self.first.rows.all().max(second.as_ref().map_or(0, |s| s.rows));
        let held = self.held(rows)?;
        let against = second.map(|s| s.held((units, &config.file), rows, self.observer)).transpose()?;
        let analyses = Analyses {
            config,
            units,
            held: &held,
            against: against.as_ref().zip(config.recording.beside.against.clone().map(Against::File)),
            pca: self.pca(),
            counts: self.first.counts,
        };
        let apply = |m: &Module| config.modules.is_some() || !m.facts().numbers || analyses.usable(*m);
        for module in wanted.into_iter().filter(apply) {
            stage(&module);
            found(module, analyses.run(module))?;
        }
        Ok(())
    }

    /// The rows in memory, one in as many as of a table of `rows` rows.
    fn held(&self, rows: usize) -> Result<Held, Error> {
        let (trials, conditions) = (self.trials.as_deref(), self.conditions.as_ref());
        Held::read(self.config, self.array, self.columns, trials, conditions, rows, self.observer)
    }
}

/// Everything that can be wrong with the table and would end an analysis of it, without the analysis; what was read.
pub(super) fn check(
    config: &Config,
    array: Option<&str>,
) -> Result<(Columns, Counted, Option<usize>), Error> {
    let (columns, rows, trials) = rows_of(config, array, &Silent)?;
    enough(config, rows.used, &chosen(config, &Module::of_recordings())?)?;
    if config.recording.targets.is_some() {
        let all = rows.used + rows.dropped;
        Held::read(config, array, &columns, trials.as_deref(), None, all, &Silent)?;
    }
    Ok((columns, rows, trials.as_deref().map(number_of)))
}

/// Whether so many rows do for the modules.
fn enough(config: &Config, rows: usize, modules: &[Module]) -> Result<(), Error> {
    let message = match rows {
        0 => "no row has a value of every unit: choose the units with --units",
        1 if modules != [Module::Activity] => {
            "fewer than two rows have a value of every unit: there is nothing to compare"
        }
        _ => return Ok(()),
    };
    Err(Error::input(&config.file, message))
}

/// How many trials there are, numbered from 0.
fn number_of(trials: &[usize]) -> usize {
    trials.iter().max().map_or(0, |m| m + 1)
}

/// Rows and missing values of a table.
pub(super) struct Counted {
    /// Missing values of each unit.
    missing: Vec<usize>,
    /// Rows with a value of every unit.
    pub used: usize,
    /// The others.
    pub dropped: usize,
}

impl Counted {
    /// All of them.
    fn all(&self) -> usize {
        self.used + self.dropped
    }

    /// Reads the table once, piece by piece, and gives each piece to `f` with its rows that have a value of every unit, and how
    /// many of those there were before.
    ///
    /// # Errors
    /// What cannot be read, and the first missing value unless such rows are left out.
    fn read(
        config: &Config,
        array: Option<&str>,
        columns: &Columns,
        observer: &dyn Observer,
        f: &mut dyn FnMut(&Chunk, &[usize], usize),
    ) -> Result<Self, Error> {
        let mut rows = Self { missing: vec![0; columns.units.len()], used: 0, dropped: 0 };
        let (mut row, mut bad) = (0, None);
        columns.stream(&config.file, array, &mut |chunk| {
            let kept = rows_kept(&chunk, &mut rows.missing, &mut bad, row);
            row += chunk.rows;
            f(&chunk, &kept, rows.used);
            rows.used += kept.len();
            rows.dropped += chunk.rows - kept.len();
            observer.at(row as u64);
            Ok(())
        })?;
        match bad.filter(|_| config.recording.missing != Some(Missing::DropRows)) {
            None => Ok(rows),
            Some((unit, row, value)) => {
                let (name, total) = (&columns.units[unit], rows.missing.iter().sum::<usize>());
                let such = format!("{total} such values in all");
                Err(columns.refused(&config.file, array, (name, row, value), &such, ""))
            }
        }
    }
}

/// What the first reading gathers.
struct Pass {
    moments: Accumulator,
    sums: Vec<Sums>,
    rows: Counted,
    /// Whether all values are counts.
    counts: bool,
}

/// One unit's values so far, less the first, in a unit of a power of two near the largest: no square leaves the range of numbers.
#[derive(Clone)]
struct Sums {
    first: f64,
    scale: f64,
    mean: f64,
    square: f64,
    least: f64,
    most: f64,
}

impl Sums {
    const NONE: Self = Self {
        first: f64::NAN,
        scale: 0.0,
        mean: 0.0,
        square: 0.0,
        least: f64::INFINITY,
        most: f64::NEG_INFINITY,
    };

    /// Adds the values of `kept` rows to those of `before`.
    fn add(&mut self, values: &[f64], kept: &[usize], before: usize) {
        let Some(first) = kept.first() else { return };
        if before == 0 {
            self.first = values[*first];
        }
        let largest = kept.iter().fold(0.0f64, |a, r| a.max((values[*r] - self.first).abs()));
        if largest > self.scale && largest.is_finite() {
            let scale = largest.log2().floor().max(-1000.0).exp2();
            let by = if self.scale > 0.0 { self.scale / scale } else { 1.0 };
            (self.mean, self.square, self.scale) = (self.mean * by, self.square * by * by, scale);
        }
        let scale = if self.scale > 0.0 { self.scale } else { 1.0 };
        let value = |r: &usize| (values[*r] - self.first) / scale;
        let rows = kept.len() as f64;
        let mean = kept.iter().map(value).sum::<f64>() / rows;
        let square: f64 = kept.iter().map(|r| (value(r) - mean).powi(2)).sum();
        let (before, step) = (before as f64, mean - self.mean);
        self.mean += step * rows / (before + rows);
        self.square += square + step * step * before * rows / (before + rows);
        for r in kept {
            self.least = self.least.min(values[*r]);
            self.most = self.most.max(values[*r]);
        }
    }

    fn unit(&self, name: &str, rows: usize, missing: usize) -> Unit {
        let scale = if self.scale > 0.0 { self.scale } else { 1.0 };
        Unit {
            name: name.to_owned(),
            mean: self.first + self.mean * scale,
            // Of one row there is none: 0 / 0.
            deviation: (self.square / (rows as f64 - 1.0)).sqrt() * scale,
            least: self.least,
            most: self.most,
            missing,
        }
    }
}

impl Pass {
    fn first(
        config: &Config,
        array: Option<&str>,
        columns: &Columns,
        observer: &dyn Observer,
    ) -> Result<Self, Error> {
        let n = columns.units.len();
        let (mut moments, mut sums, mut counts) = (Accumulator::new(n), vec![Sums::NONE; n], true);
        let rows = Counted::read(config, array, columns, observer, &mut |chunk, kept, before| {
            sums.iter_mut().zip(&chunk.columns).for_each(|(s, c)| s.add(c, kept, before));
            let x = Mat::from_fn(chunk.columns.len(), kept.len(), |i, j| chunk.columns[i][kept[j]]);
            let count = |v: &f64| *v >= 0.0 && v.fract() == 0.0;
            counts &= x.col_iter().all(|c| c.iter().all(count));
            moments.add(x.as_ref());
        })?;
        Ok(Self { moments, sums, rows, counts })
    }

    fn units(&self, names: &[String]) -> Vec<Unit> {
        let rows = &self.rows;
        let unit = |(i, name): (usize, &String)| self.sums[i].unit(name, rows.used, rows.missing[i]);
        names.iter().enumerate().map(unit).collect()
    }

    /// Why there are no principal components.
    fn without_components(&self) -> &'static str {
        if self.sums.iter().any(|s| (s.most - s.least) == f64::INFINITY) {
            "the units differ by more than the largest number (1.8e308) between rows: give them in smaller units"
        } else {
            "the units do not vary: there are no principal components"
        }
    }
}

/// Rows of a chunk without missing values; counts those and remembers the first.
fn rows_kept(
    chunk: &Chunk,
    missing: &mut [usize],
    bad: &mut Option<(usize, usize, f64)>,
    before: usize,
) -> Vec<usize> {
    let mut sound = vec![true; chunk.rows];
    for (i, column) in chunk.columns.iter().enumerate() {
        for (r, v) in column.iter().enumerate().filter(|(_, v)| !v.is_finite()) {
            sound[r] = false;
            missing[i] += 1;
            if bad.is_none_or(|(_, row, _)| before + r < row) {
                *bad = Some((i, before + r, *v));
            }
        }
    }
    (0..chunk.rows).filter(|r| sound[*r]).collect()
}
