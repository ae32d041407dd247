//! What is done to the rows of a recording before they are looked at: bins, smoothing, scales, means over trials.

use super::columns::{Columns, HELD};
use super::conditions::Conditions;
use super::order::rounded;
use super::{Error, Missing, RecordingSettings};
use crate::io::shown::count;
use crate::io::table::Chunk;
use std::collections::BTreeSet;
use std::path::Path;

/// Standard deviations of the Gaussian on either side.
const REACH: f64 = 4.0;
/// Churchland's constant, spikes per second there.
const SOFT: f64 = 5.0;

/// What is to be done, in this order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preparation {
    /// Width of a bin.
    pub bin: Option<Width>,
    /// Standard deviation of the Gaussian.
    pub smooth: Option<Width>,
    /// Scale of the units.
    pub scale: Option<Scale>,
    /// Whether trials are averaged, by condition where conditions are given.
    pub average: bool,
}

/// A time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Width {
    /// In rows.
    Rows(f64),
    /// In seconds.
    Seconds(f64),
}

/// How units are scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Less the mean, over the standard deviation (divisor rows - 1).
    ZScore,
    /// Over the range and 5 more.
    Soft,
}

impl Width {
    /// Of `5`, `20ms` or `0.02s`.
    pub fn parse(option: &str, text: &str) -> Result<Self, String> {
        let (number, unit) = match text.strip_suffix("ms") {
            Some(number) => (number, Some(1e-3)),
            None => text.strip_suffix('s').map_or((text, None), |number| (number, Some(1.0))),
        };
        match number.trim().parse::<f64>() {
            Ok(v) if v.is_finite() && v > 0.0 => Ok(unit.map_or(Self::Rows(v), |u| Self::Seconds(v * u))),
            _ => Err(format!("{option} {text}: expected a number of time steps, or a time as 20ms or 0.02s")),
        }
    }

    /// In rows.
    fn rows(self, option: &str, columns: &Columns) -> Result<f64, Error> {
        match (self, columns.step()) {
            (Self::Rows(rows), _) => Ok(rows),
            (Self::Seconds(s), Some(step)) => Ok(s / step),
            (Self::Seconds(s), None) => Err(Error::Config(format!(
                "{option} {s}s: a time takes the column of time, --time COLUMN; without it give a number of time steps"
            ))),
        }
    }
}

impl Preparation {
    /// Whether nothing is to be done.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Does it: the columns then give the prepared rows. Trials become conditions where they are averaged.
    pub(super) fn apply(
        &self,
        (file, recording): (&Path, &RecordingSettings),
        array: Option<&str>,
        columns: &mut Columns,
        trials: &mut Option<Vec<usize>>,
        conditions: &mut Option<Conditions>,
    ) -> Result<(), Error> {
        if self.is_none() {
            return Ok(());
        }
        let mut rows = Held::read((file, recording), array, columns, trials.as_deref())?;
        if let Some(width) = self.bin {
            rows.bin(width, columns, recording)?;
            if rows.first.is_empty() {
                return Err(Error::input(file, "no row is left: --bin is longer than every trial"));
            }
        }
        if let Some(width) = self.smooth {
            rows.smooth(width.rows("--smooth", columns)? / rows.per_row);
        }
        if let Some(scale) = self.scale {
            rows.scale(scale);
        }
        if self.average {
            rows.average(file, conditions)?;
        }
        if trials.is_some() {
            *trials = Some(rows.trial);
        }
        columns.prepare(Prepared {
            follows: rows.follows,
            first: rows.first,
            values: rows.values,
            said: rows.said,
            dropped: rows.dropped,
            broken: rows.broken,
        });
        Ok(())
    }
}

/// Rows as they are after it.
pub(super) struct Prepared {
    /// A list a unit.
    pub values: Vec<Vec<f64>>,
    /// The row of the file at which each begins.
    pub first: Vec<usize>,
    /// Whether each continues the one before it.
    pub follows: Vec<bool>,
    /// What was done.
    pub said: Vec<String>,
    /// Rows left out for missing values.
    pub dropped: usize,
    /// Trials that lack one of them.
    pub broken: BTreeSet<usize>,
}

impl Prepared {
    /// Gives the rows to `f`, `size` at a time.
    pub fn stream(
        &self,
        size: usize,
        f: &mut dyn FnMut(Chunk) -> Result<(), crate::io::error::Error>,
    ) -> Result<(), crate::io::error::Error> {
        for from in (0..self.first.len()).step_by(size) {
            let rows = size.min(self.first.len() - from);
            let columns = self.values.iter().map(|v| v[from..from + rows].to_vec()).collect();
            f(Chunk { rows, columns })?;
        }
        Ok(())
    }
}

/// Time steps of each place from where its trial, or its sequence, begins; of a time that stands twice both.
fn from_start(columns: &Columns, trials: Option<&[usize]>, places: usize) -> Vec<usize> {
    // Trials whose rows stand mixed are counted each by itself.
    let mut last: Vec<Option<usize>> = vec![None; trials.map_or(1, |t| t.iter().max().map_or(0, |m| m + 1))];
    let mut at = Vec::with_capacity(places);
    for place in 0..places {
        let known = &mut last[trials.map_or(0, |t| t[place])];
        let own = match (*known, columns.steps_to(place)) {
            (Some(before), Some(steps)) => before + steps,
            _ => 0,
        };
        *known = Some(own);
        at.push(own);
    }
    at
}

/// The rows in the making.
struct Held {
    values: Vec<Vec<f64>>,
    /// Row of the file.
    first: Vec<usize>,
    trial: Vec<usize>,
    /// Time steps from where the row's trial begins.
    at: Vec<usize>,
    follows: Vec<bool>,
    /// Rows of the file in one.
    per_row: f64,
    counts: bool,
    said: Vec<String>,
    dropped: usize,
    /// Trials that lack a row.
    broken: BTreeSet<usize>,
}

impl Held {
    fn read(
        (file, recording): (&Path, &RecordingSettings),
        array: Option<&str>,
        columns: &Columns,
        trials: Option<&[usize]>,
    ) -> Result<Self, Error> {
        let units = columns.units.len();
        let (mut values, mut places, mut place) = (vec![vec![]; units], vec![], 0);
        let (mut bad, mut lacking) = (None, vec![]);
        columns.stream(file, array, &mut |chunk| {
            for r in 0..chunk.rows {
                match chunk.columns.iter().position(|c| !c[r].is_finite()) {
                    Some(unit) => {
                        bad = bad.or(Some((unit, place + r, chunk.columns[unit][r])));
                        lacking.push(place + r);
                    }
                    None => {
                        // What cannot be held is told below.
                        if places.len() * units < HELD {
                            values.iter_mut().zip(&chunk.columns).for_each(|(v, c)| v.push(c[r]));
                        }
                        places.push(place + r);
                    }
                }
            }
            place += chunk.rows;
            Ok(())
        })?;
        if let Some((unit, row, value)) = bad.filter(|_| recording.missing != Some(Missing::DropRows)) {
            let such = format!("in {}", count(lacking.len(), "row"));
            return Err(columns.refused(file, array, (&columns.units[unit], row, value), &such, ""));
        }
        if places.len() * units >= HELD {
            let message = format!(
                "{} of {units} units: --bin, --smooth, --zscore, --soft-normalise and --average hold at most {HELD} numbers in \
                 memory: choose fewer units (--units)",
                count(places.len(), "row")
            );
            return Err(Error::input(file, message));
        }
        if places.is_empty() {
            return Err(Error::input(file, "every row has a missing value: there is none to prepare"));
        }
        let at = from_start(columns, trials, place);
        let trial: Vec<usize> = places.iter().map(|p| trials.map_or(0, |t| t[*p])).collect();
        let joined = |k: usize| {
            k > 0 && places[k] == places[k - 1] + 1 && trial[k] == trial[k - 1] && columns.follows(places[k])
        };
        Ok(Self {
            follows: (0..places.len()).map(joined).collect(),
            first: places.iter().map(|p| columns.row(*p)).collect(),
            at: places.iter().map(|p| at[*p]).collect(),
            counts: values.iter().flatten().all(|v| *v >= 0.0 && v.fract() == 0.0),
            per_row: 1.0,
            said: vec![],
            values,
            broken: trials.map_or_else(BTreeSet::new, |all| {
                lacking.iter().map(|p| all[*p]).chain(columns.broken()).collect()
            }),
            trial,
            dropped: lacking.len(),
        })
    }

    /// Rows that follow one another, in one trial.
    fn runs(&self) -> Vec<std::ops::Range<usize>> {
        let starts: Vec<usize> = (0..self.first.len()).filter(|k| !self.follows[*k]).collect();
        let ends = starts.iter().skip(1).copied().chain([self.first.len()]);
        starts.iter().copied().zip(ends).map(|(a, b)| a..b).collect()
    }

    /// Rows of so many, counted from where each trial begins: sums of counts, means of others. Bins that lack a row go.
    fn bin(&mut self, width: Width, columns: &Columns, recording: &RecordingSettings) -> Result<(), Error> {
        let exact = width.rows("--bin", columns)?;
        let rows = exact.round();
        if rows < 1.0 || (exact - rows).abs() > 0.01 * rows {
            return Err(Error::Config(match width {
                Width::Rows(_) => format!(
                    "--bin {exact}: expected a whole number of time steps, or a time as 20ms or 0.02s"
                ),
                Width::Seconds(s) => format!(
                    "--bin {s}s: rows are {} s apart, expected a multiple of that",
                    columns.step().map_or(f64::NAN, rounded)
                ),
            }));
        }
        let size = rows.min(self.first.len() as f64 + 1.0) as usize;
        let whole = |k: &usize| k + size <= self.first.len() && (k + 1..k + size).all(|j| self.follows[j]);
        let bins: Vec<usize> =
            (0..self.first.len()).filter(|k| self.at[*k].is_multiple_of(size)).filter(whole).collect();
        let left = self.first.len() - bins.len() * size;
        let share = if self.counts { 1.0 } else { 1.0 / rows };
        for v in &mut self.values {
            *v = bins.iter().map(|k| share * v[*k..k + size].iter().sum::<f64>()).collect();
        }
        let begins = |k: &usize| *k >= size && (k - size + 1..=*k).all(|j| self.follows[j]);
        let follows = bins.iter().map(begins).collect();
        self.trial = bins.iter().map(|k| self.trial[*k]).collect();
        self.first = bins.iter().map(|k| self.first[*k]).collect();
        self.follows = follows;
        self.per_row = rows;
        let what = if self.counts { "sums of counts" } else { "means" };
        let rest = match left {
            0 => String::new(),
            left => format!(
                "; {} at the ends of trials, or in bins with a gap, fill no bin and were left out",
                count(left, "row")
            ),
        };
        let targets =
            if recording.targets.is_some() { "; targets are those of a bin's first row" } else { "" };
        self.said.push(format!("Rows are bins of {} ({what}){rest}{targets}.", count(size, "time step")));
        Ok(())
    }

    /// Convolved with a Gaussian of deviation `sd` rows within each run, its weights over their sum at the ends.
    fn smooth(&mut self, sd: f64) {
        let runs = self.runs();
        // Beyond the longest run there is nothing to weigh.
        let longest = runs.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
        let reach = ((REACH * sd).ceil() as usize).min(longest);
        let kernel: Vec<f64> = (0..=reach).map(|k| (-0.5 * (k as f64 / sd).powi(2)).exp()).collect();
        for run in runs {
            for v in &mut self.values {
                let own = v[run.clone()].to_vec();
                for (k, to) in v[run.clone()].iter_mut().enumerate() {
                    let window = k.saturating_sub(reach)..(k + reach + 1).min(own.len());
                    let (mut sum, mut weight) = (0.0, 0.0);
                    for j in window {
                        let w = kernel[j.abs_diff(k)];
                        (sum, weight) = (sum + w * own[j], weight + w);
                    }
                    *to = sum / weight;
                }
            }
        }
        let sd = sd * self.per_row;
        self.said.push(format!(
            "Units are smoothed by a Gaussian of {:.4} time steps (standard deviation), within trials.",
            sd
        ));
    }

    fn scale(&mut self, scale: Scale) {
        let rows = self.first.len() as f64;
        for v in &mut self.values {
            let (shift, by) = match scale {
                Scale::ZScore => {
                    let mean = v.iter().sum::<f64>() / rows;
                    let square = v.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
                    let sd = (square / (rows - 1.0)).sqrt();
                    (mean, if sd > 1e-12 * mean.abs() { sd } else { 1.0 })
                }
                Scale::Soft => {
                    let ends =
                        v.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(*x), b.max(*x)));
                    (0.0, ends.1 - ends.0 + SOFT)
                }
            };
            v.iter_mut().for_each(|x| *x = (*x - shift) / by);
        }
        self.said.push(match scale {
            Scale::ZScore => "Units are less their means, over their standard deviations.".into(),
            Scale::Soft => {
                "Units are over their range and 5, in the data's unit (Churchland 2012: spikes per second)."
                    .into()
            }
        });
    }

    /// Means over the trials of each condition, step by step as far as all of them reach; trials are then conditions.
    fn average(&mut self, file: &Path, conditions: &mut Option<Conditions>) -> Result<(), Error> {
        let total = self.trial.iter().max().map_or(0, |m| m + 1);
        let mut rows: Vec<Vec<usize>> = vec![vec![]; total];
        self.trial.iter().enumerate().for_each(|(k, t)| rows[*t].push(k));
        if total < 2 {
            let message = "--average takes the means of several trials: name their column with --trial";
            return Err(Error::input(file, message));
        }
        // The steps of a trial that lacks rows are not those of the others.
        let gaps = (1..self.first.len()).filter(|k| !self.follows[*k] && self.trial[*k] == self.trial[k - 1]);
        let broken: BTreeSet<usize> =
            self.broken.iter().copied().chain(gaps.map(|k| self.trial[k])).collect();
        for t in &broken {
            if let Some(rows) = rows.get_mut(*t) {
                rows.clear();
            }
        }
        if rows.iter().all(Vec::is_empty) {
            return Err(Error::input(file, "--average: every trial lacks rows, expected some whole ones"));
        }
        let numbered = conditions.as_ref().map_or_else(|| vec![0; total], Conditions::numbered);
        let mut present: Vec<usize> =
            (0..total).filter(|t| !rows[*t].is_empty()).map(|t| numbered[t]).collect();
        present.sort_unstable();
        present.dedup();
        let (mut values, mut first, mut trial, mut follows) =
            (vec![vec![]; self.values.len()], vec![], vec![], vec![]);
        let mut cut = 0;
        for (place, c) in present.iter().enumerate() {
            let here: Vec<&Vec<usize>> =
                (0..total).filter(|t| numbered[*t] == *c && !rows[*t].is_empty()).map(|t| &rows[t]).collect();
            let steps = here.iter().map(|r| r.len()).min().unwrap_or(0);
            cut += here.iter().map(|r| r.len() - steps).sum::<usize>();
            for s in 0..steps {
                for (to, v) in values.iter_mut().zip(&self.values) {
                    to.push(here.iter().map(|r| v[r[s]]).sum::<f64>() / here.len() as f64);
                }
                first.push(self.first[here[0][s]]);
                trial.push(place);
                follows.push(s > 0);
            }
        }
        let mut rest = match cut {
            0 => String::new(),
            cut => format!("; {} beyond the shortest trial of a condition were left out", count(cut, "row")),
        };
        if !broken.is_empty() {
            rest += &format!(
                "; {}, which lack rows or begin at another time, were left out",
                count(broken.len(), "trial")
            );
        }
        self.said.push(format!(
            "Rows are means over the trials of {} ({} in all){rest}; a trial is now a condition.",
            count(present.len(), "condition"),
            count(rows.iter().filter(|r| !r.is_empty()).count(), "trial")
        ));
        if let Some(c) = conditions {
            let one = |number: &usize| {
                numbered.iter().position(|n| n == number).map_or(vec![], |t| c.of_trial[t].clone())
            };
            c.of_trial = present.iter().map(one).collect();
        }
        (self.values, self.first, self.trial, self.follows) = (values, first, trial, follows);
        self.broken = BTreeSet::new();
        Ok(())
    }
}
