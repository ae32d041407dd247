//! The diagnostics of a recorded table, read as a stream.

use super::analyses::{self, Analyses, Held};
use super::columns::Columns;
use super::failed::{self, Failed};
use super::network::chosen;
use super::source::square_table;
use super::{Config, Diagnosed, Error, Missing, Module, Observer};
use crate::sections::{self, Unit};
use crate::tables::{Cells, TableOut};
use faer::Mat;
use nullcline_core::diagnostics::geometry::pca::{Accumulator, Pca};
use nullcline_core::io::table::Chunk;
use serde_json::json;

/// Rows of projections written at most.
const PROJECTED: usize = 200_000;

pub(super) fn diagnose(
    config: &Config,
    array: Option<&str>,
    observer: &dyn Observer,
) -> Result<Diagnosed, Error> {
    let modules = chosen(config, &Module::RECORDING)?;
    analyses::check(&config.analyses, &modules)?;
    let mut columns = Columns::choose(&config.file, &config.recording, array)?;
    let trials = columns.arrange(&config.file, array)?;
    observer.start("reading", columns.rows.unwrap_or(0) as u64);
    let first = Pass::first(config, array, &columns, observer)?;
    observer.finish();
    let unit_stats = first.units(&columns.units);
    let mut done = vec![];
    let mut findings = vec![];
    let mut failed = Failed::default();
    if modules.contains(&Module::Activity) {
        let trials = trials.as_ref().map(|t| t.iter().max().map_or(0, |m| m + 1));
        done.push((Module::Activity, sections::activity(&unit_stats, first.used, first.dropped, trials)?));
    }
    let wanted: Vec<Module> = analyses::HELD.into_iter().filter(|m| needed(*m, &modules, config)).collect();
    if first.used < 2 && modules != [Module::Activity] {
        let message = match first.used {
            0 => "no row has a value of every unit: choose the units with --units",
            _ => "fewer than two rows have a value of every unit: there is nothing to compare",
        };
        return Err(Error::input(&config.file, message));
    }
    let pca =
        (modules.contains(&Module::Pca) || !wanted.is_empty()).then(|| first.moments.finish()).flatten();
    match &pca {
        Some(pca) if modules.contains(&Module::Pca) => {
            let projected =
                Projected::second(config, array, &columns, pca, &first, trials.as_deref(), observer)?;
            findings.push(dimension(pca, columns.units.len()));
            let table = projected.table();
            let intro = "Principal components of the recorded rows.";
            let rendered = sections::pca(pca, &columns.units, &projected.lines(), &[], intro, vec![table])?;
            done.push((Module::Pca, rendered));
        }
        None if modules.contains(&Module::Pca) => {
            failed.refuse(Module::Pca, Error::input(&config.file, first.without_components()));
        }
        _ => {}
    }
    if !wanted.is_empty() {
        let rows = first.used + first.dropped;
        let held = Held::read(config, array, &columns, trials.as_deref(), rows, observer)?;
        let analyses = Analyses { config, units: &columns.units, held: &held, pca: pca.as_ref() };
        for module in wanted {
            if let Some((finding, rendered)) = failed.on_data(module, analyses.run(module))? {
                findings.push(finding);
                done.push((module, rendered));
            }
        }
    }
    let failed = failed.unless(done.is_empty())?;
    let count = sections::words::count;
    let (units, rows) = (count(columns.units.len(), "unit"), count(first.used, "row"));
    let subject = format!("a recording of {units} in {rows} ({})", columns.format);
    Ok(Diagnosed {
        facts: vec![("Recording".into(), subject.clone())],
        input: json!({
            "file": config.file.display().to_string(), "kind": "recording", "format": columns.format,
            "array": array, "units": columns.units.len(), "rows": first.used, "dropped_rows": first.dropped,
        }),
        subject,
        findings,
        warnings: columns
            .notes(&[])
            .into_iter()
            .chain(sections::left_out(first.dropped))
            .chain(square_table(config, first.used, columns.units.len()))
            .chain(failed::warnings(&failed))
            .collect(),
        failed,
        modules: done,
    })
}

/// A sentence on the components.
fn dimension(pca: &Pca, units: usize) -> String {
    format!(
        "{}; participation ratio {}{}.",
        sections::words::carry(pca.components_for_90, units),
        sections::words::with_error(pca.participation_ratio.value, pca.participation_ratio.std_error),
        if pca.blocks == 0 { " (no error: too few rows for how long they are alike)" } else { "" }
    )
}

/// Whether a module runs that needs rows in memory: if asked for, else where there are targets.
fn needed(module: Module, modules: &[Module], config: &Config) -> bool {
    let targets = config.recording.targets.is_some();
    modules.contains(&module) && (config.modules.is_some() || targets)
}

/// What the first reading gathers.
struct Pass {
    moments: Accumulator,
    sums: Vec<Sums>,
    missing: Vec<usize>,
    used: usize,
    dropped: usize,
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
            deviation: (self.square / (rows.max(2) - 1) as f64).sqrt() * scale,
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
        let mut pass = Self {
            moments: Accumulator::new(n),
            sums: vec![Sums::NONE; n],
            missing: vec![0; n],
            used: 0,
            dropped: 0,
        };
        let drop_rows = config.recording.missing == Some(Missing::DropRows);
        let (mut row, mut bad) = (0, None);
        columns.stream(&config.file, array, &mut |chunk| {
            let kept = rows_kept(&chunk, &mut pass.missing, &mut bad, row);
            row += chunk.rows;
            pass.dropped += chunk.rows - kept.len();
            pass.add(&chunk, &kept);
            observer.at(row as u64);
            Ok(())
        })?;
        if let (Some((unit, row, value)), false) = (bad, drop_rows) {
            let (name, total) = (&columns.units[unit], pass.missing.iter().sum::<usize>());
            let such = format!("{total} such values in all");
            return Err(columns.refused(&config.file, array, (name, row, value), &such, ""));
        }
        Ok(pass)
    }

    fn add(&mut self, chunk: &Chunk, kept: &[usize]) {
        for (s, c) in self.sums.iter_mut().zip(&chunk.columns) {
            s.add(c, kept, self.used);
        }
        self.used += kept.len();
        let x = Mat::from_fn(chunk.columns.len(), kept.len(), |i, j| chunk.columns[i][kept[j]]);
        self.moments.add(x.as_ref());
    }

    fn units(&self, names: &[String]) -> Vec<Unit> {
        let unit = |(i, name): (usize, &String)| self.sums[i].unit(name, self.used, self.missing[i]);
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

/// Rows along the leading components.
struct Projected {
    row: Vec<i64>,
    trial: Option<Vec<i64>>,
    values: Vec<Vec<f64>>,
    every: usize,
}

impl Projected {
    fn second(
        config: &Config,
        array: Option<&str>,
        columns: &Columns,
        pca: &Pca,
        first: &Pass,
        trials: Option<&[usize]>,
        observer: &dyn Observer,
    ) -> Result<Self, Error> {
        let k = pca.components_for_90.clamp(3, 10).min(pca.components.ncols());
        let every = (first.used + first.dropped).div_ceil(PROJECTED).max(1);
        let mut out = Self { row: vec![], trial: trials.map(|_| vec![]), values: vec![vec![]; k], every };
        let mut row = 0;
        observer.start("projecting", columns.rows.unwrap_or(0) as u64);
        columns.stream(&config.file, array, &mut |chunk| {
            let mut x = vec![0.0; chunk.columns.len()];
            for r in 0..chunk.rows {
                let index = row + r;
                if !index.is_multiple_of(every) {
                    continue;
                }
                x.iter_mut().zip(&chunk.columns).for_each(|(x, c)| *x = c[r]);
                if !x.iter().all(|v| v.is_finite()) {
                    continue;
                }
                out.row.push(columns.row(index) as i64);
                if let (Some(t), Some(trials)) = (&mut out.trial, trials) {
                    t.push(trials[index] as i64);
                }
                for (v, p) in out.values.iter_mut().zip(pca.project(&x, k)) {
                    v.push(p);
                }
            }
            row += chunk.rows;
            observer.at(row as u64);
            Ok(())
        })?;
        observer.finish();
        Ok(out)
    }

    fn table(&self) -> TableOut {
        let mut columns = vec![("row".into(), Cells::Int(self.row.clone()))];
        if let Some(t) = &self.trial {
            columns.push(("trial".into(), Cells::Int(t.clone())));
        }
        for (j, v) in self.values.iter().enumerate() {
            columns.push((format!("pc{}", j + 1), Cells::Float(v.clone())));
        }
        let caption = match self.every {
            1 => "Every row along the leading principal components.".into(),
            e => format!("Every {e}th row along the leading principal components."),
        };
        TableOut { name: "projections".into(), caption, columns }
    }

    /// Lines along the first three components, one a trial; none without a second, zero for a missing third.
    fn lines(&self) -> Vec<Vec<[f64; 3]>> {
        let [first, second, ..] = &self.values[..] else { return vec![] };
        let mut lines: Vec<Vec<[f64; 3]>> = vec![];
        let mut last = None;
        for (i, (a, b)) in first.iter().zip(second).enumerate() {
            let trial = self.trial.as_ref().map(|t| t[i]);
            if lines.is_empty() || trial != last {
                lines.push(vec![]);
                last = trial;
            }
            if let Some(line) = lines.last_mut() {
                line.push([*a, *b, self.values.get(2).map_or(0.0, |c| c[i])]);
            }
        }
        lines
    }
}
