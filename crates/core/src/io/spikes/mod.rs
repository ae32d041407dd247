//! Spike counts as a table: a row is a bin, a column a unit.

use std::collections::HashSet;

use super::error::Problem;
use super::table::source::{Block, Part, Pick, Stopped, Taker};
use super::table::{ColumnInfo, Kind, Schema, Values};
use grid::{Counts, Grid};

mod bins;
mod grid;

pub(super) use bins::Bins;

/// Bytes of counts that are held at once: the spikes are read once for each so many of them.
const BLOCK: u64 = 64 << 20;
/// A stream may give so many times what is held whole.
const PIECES: u64 = 16;

/// Spikes of units, wherever they lie.
pub(super) trait Events {
    /// The units' numbers.
    fn ids(&self) -> &[f64];

    /// How many spikes there are.
    fn spikes(&self) -> u64;

    /// Gives every spike to `f`, with its unit's place among the units and its time (s). Times that are no numbers are passed over.
    fn each(&self, f: &mut dyn FnMut(usize, f64)) -> Result<(), Problem>;
}

/// Intervals in time (s) with their labels.
pub(super) struct Trials {
    pub times: Vec<(f64, f64)>,
    pub labels: Vec<(String, Values)>,
}

/// Spikes of units, counted in bins.
pub(super) struct Spikes {
    format: &'static str,
    path: String,
    units: Box<dyn Events>,
    grid: Grid,
    trials: Option<Trials>,
}

impl Spikes {
    /// The spikes of `units`, called `path` in a file of this format, in bins of `width` (s) of the whole recording or of each trial.
    ///
    /// Memory: 4 bytes for each bin and unit up to 64 MiB; beyond, the spikes are read once for each 64 MiB. All spikes are read
    /// once to find the first and the last where no trials are given. `allowance`: bytes that may be asked for.
    ///
    /// # Errors
    /// No spikes, damaged data, or more bins than the file may ask memory for.
    pub fn new(
        (format, path): (&'static str, &str),
        units: Box<dyn Events>,
        width: f64,
        trials: Option<Trials>,
        allowance: u64,
    ) -> Result<Self, Problem> {
        let grid = match &trials {
            Some(trials) => Grid::intervals(&trials.times, width)?,
            None => {
                let (mut first, mut last) = (f64::INFINITY, f64::NEG_INFINITY);
                units.each(&mut |_, t| (first, last) = (first.min(t), last.max(t)))?;
                if first > last {
                    return Err(Problem::NoRows { rows: 0, columns: units.ids().len() });
                }
                Grid::whole(first, last, width)
            }
        };
        if grid.rows() == 0 || units.ids().is_empty() {
            return Err(Problem::NoRows { rows: grid.rows() as usize, columns: units.ids().len() });
        }
        let place = format!("{} bins of {} units", grid.rows(), units.ids().len());
        let all = grid.rows().saturating_mul(units.ids().len() as u64);
        Problem::afford(place, all, allowance.saturating_mul(PIECES))?;
        Ok(Self { format, path: path.trim_matches('/').into(), units, grid, trials })
    }

    /// The table's schema: `trial` where there are some, `time` (s, of the bin's start, from the trial's start on), what is said
    /// of the trials, then `unit<id>`, ...
    pub fn schema(&self) -> Schema {
        let number = |name: String| ColumnInfo { name, kind: Kind::Number };
        let mut index = vec!["time".to_owned()];
        let mut columns = vec![];
        let names = self.names();
        if let Some(trials) = &self.trials {
            columns.push(number("trial".into()));
            columns.push(number("time".into()));
            let mut taken: HashSet<String> =
                names.iter().cloned().chain(["trial", "time"].map(String::from)).collect();
            for (name, values) in &trials.labels {
                // One that is called as another column is has a name of its own.
                let mut name = name.clone();
                while !taken.insert(name.clone()) {
                    name.push('_');
                }
                let kind = if matches!(values, Values::Text(_)) { Kind::Text } else { Kind::Number };
                columns.push(ColumnInfo { name: name.clone(), kind });
                index.push(name);
            }
        } else {
            columns.push(number("time".into()));
        }
        columns.extend(names.into_iter().map(number));
        Schema {
            columns,
            rows: usize::try_from(self.grid.rows()).ok(),
            format: self.format,
            array_name: Some(self.path.clone()),
            index,
            notes: self.notes(),
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = vec![format!("{} spikes of {} units", self.units.spikes(), self.units.ids().len())];
        let all = self.trials.as_ref().map_or(0, |t| t.times.len());
        let empty = all - self.grid.filled().min(all);
        if empty > 0 {
            notes.push(format!(
                "{empty} of {all} trials hold no whole bin, or their ends are no numbers in order: they are left out"
            ));
        }
        notes
    }

    /// Names of the units: by their ids, or by their places where two have one id.
    fn names(&self) -> Vec<String> {
        let names: Vec<String> = self.units.ids().iter().map(|id| format!("unit{id}")).collect();
        match names.iter().collect::<HashSet<_>>().len() == names.len() {
            true => names,
            false => (0..names.len()).map(|k| format!("unit{k}")).collect(),
        }
    }

    /// Columns before the units.
    fn before(&self) -> usize {
        self.trials.as_ref().map_or(1, |t| 2 + t.labels.len())
    }

    /// Gives the picked columns to `f`, at most `rows` rows at a time.
    pub fn visit(&self, picks: &[Pick], rows: usize, f: &mut Taker<'_>) -> Result<(), Stopped> {
        let before = self.before();
        // Where a unit's counts stand among those that are picked.
        let mut sources: Vec<Option<usize>> = vec![None; self.units.ids().len()];
        let mut picked = 0;
        for pick in picks {
            let source = pick.column.checked_sub(before).and_then(|k| sources.get_mut(k));
            if let Some(source @ None) = source {
                *source = Some(picked);
                picked += 1;
            }
        }
        let rows = rows.max(1) as u64;
        let block = (BLOCK / 4 / (picked as u64).max(1)).max(1);
        let block = (block / rows).max(1).saturating_mul(rows).min(self.grid.rows());
        let mut first = 0;
        while first < self.grid.rows() {
            let count = block.min(self.grid.rows() - first);
            let mut counts = Counts::new(first, count, picked);
            if picked > 0 {
                self.units.each(&mut |unit, t| {
                    if let Some(Some(source)) = sources.get(unit) {
                        counts.add(&self.grid, *source, t);
                    }
                })?;
            }
            let columns: Vec<Vec<f64>> = (0..picked).map(|k| counts.of(k)).collect();
            drop(counts);
            let mut row = 0;
            while row < count {
                let n = rows.min(count - row);
                let (a, b) = (row as usize, (row + n) as usize);
                let parts = picks.iter().map(|pick| {
                    let source =
                        pick.column.checked_sub(before).and_then(|k| sources.get(k)).copied().flatten();
                    match source.and_then(|s| columns.get(s)).and_then(|c| c.get(a..b)) {
                        Some(values) => numbers(values, pick.text),
                        None => self.leading(*pick, first + row, n),
                    }
                });
                let parts = parts.collect();
                if f(Block { rows: n as usize, parts }).map_err(Stopped::Caller)?.is_break() {
                    return Ok(());
                }
                row += n;
            }
            first += count;
        }
        Ok(())
    }

    /// A column before those of the units: trial, time, or a label of the trial.
    fn leading(&self, pick: Pick, first: u64, count: u64) -> Part {
        let labels = self.trials.as_ref().map_or(&[][..], |t| &t.labels);
        let column = if self.trials.is_some() { pick.column } else { pick.column + 1 };
        let label = column.checked_sub(2).and_then(|k| labels.get(k)).map(|(_, values)| values);
        let mut part = Part::empty(pick.text || matches!(label, Some(Values::Text(_))));
        for row in first..first + count {
            let (trial, time) = self.grid.place(row);
            match (column, label) {
                (0, _) => part.push_number(trial as f64),
                (1, _) => part.push_number(time),
                (_, Some(Values::Number(all))) => {
                    part.push_number(all.get(trial).copied().unwrap_or(f64::NAN))
                }
                (_, Some(Values::Text(all))) => part.push_text(all.get(trial).cloned().unwrap_or_default()),
                (_, None) => part.push_missing(),
            }
        }
        part
    }
}

fn numbers(values: &[f64], text: bool) -> Part {
    match text {
        false => Part { values: Values::Number(values.to_vec()), nulls: 0 },
        true => Part { values: Values::Text(values.iter().map(f64::to_string).collect()), nulls: 0 },
    }
}
