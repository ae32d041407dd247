//! The table of units: spike times of all units one behind the other, and where each ends.

use std::rc::Rc;

use super::super::super::dtype::Dtype;
use super::super::super::error::Problem;
use super::super::super::spikes::Events;
use super::super::columns::bands::{Bands, Shape};
use super::super::dataset::Dataset;
use super::super::fail::damaged;
use super::super::file::Hdf5;
use super::super::tree::resolve;
use super::super::types::Type;
use super::super::values;

/// Spike times of units.
pub(super) struct Units {
    file: Rc<Hdf5>,
    ids: Vec<f64>,
    /// How many spikes there are up to the end of each unit.
    ends: Vec<u64>,
    times: Dataset,
    dtype: Dtype,
    big_endian: bool,
}

impl Units {
    /// The table at `path`.
    pub(super) fn open(file: &Rc<Hdf5>, path: &str) -> Result<Self, Problem> {
        let path = path.trim_matches('/');
        let dataset = |name: &str| {
            let whole = format!("/{path}/{name}");
            match resolve(file, &whole) {
                Ok(address) => Dataset::open(file, &whole, address),
                Err(Problem::MissingArray { .. }) => Err(none(file, path)),
                Err(error) => Err(error),
            }
        };
        let times = dataset("spike_times")?;
        let Type::Number { dtype, big_endian } = times.kind else { return Err(values::no_numbers(&times)) };
        if times.shape.len() != 1 {
            return Err(damaged(&times.place(), "spike times of several dimensions"));
        }
        let index = dataset("spike_times_index")?;
        let ends: Vec<u64> = values::numbers(file, &index)?.into_iter().map(|n| n as u64).collect();
        let all = times.shape.first().copied().unwrap_or(0);
        if !ends.is_sorted() || ends.last().is_some_and(|end| *end > all) {
            return Err(damaged(&index.place(), "ends that are not in order, or beyond the spikes"));
        }
        let ids = values::numbers(file, &dataset("id")?)?;
        if ids.len() != ends.len() {
            return Err(Problem::UnequalColumns {
                column: "spike_times_index".into(),
                found: ends.len(),
                expected: ids.len(),
            });
        }
        Ok(Self { file: Rc::clone(file), ids, ends, times, dtype, big_endian })
    }
}

impl Events for Units {
    fn ids(&self) -> &[f64] {
        &self.ids
    }

    fn spikes(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Unit after unit.
    fn each(&self, f: &mut dyn FnMut(usize, f64)) -> Result<(), Problem> {
        let shape = Shape { trials: 1, time: self.times.shape.first().copied().unwrap_or(0), columns: 1 };
        let mut bands = Bands::new(&self.file, &self.times, shape, (0, 1), false)?;
        let (mut row, mut unit, mut times) = (0u64, 0usize, vec![]);
        while row < self.spikes() {
            let bytes = bands.at(row, (self.spikes() - row).min(1 << 16))?;
            times.clear();
            self.dtype.decode(bytes, self.big_endian, &mut times);
            for time in &times {
                while self.ends.get(unit).is_some_and(|end| *end <= row) {
                    unit += 1;
                }
                if time.is_finite() {
                    f(unit, *time);
                }
                row += 1;
            }
            if times.is_empty() {
                return Err(damaged(&self.times.place(), "fewer spikes than its index says"));
            }
        }
        Ok(())
    }
}

/// The error for a table that is not there, or is none of units with spike times.
fn none(file: &Hdf5, path: &str) -> Problem {
    let found = super::contents(file).ok().flatten().map_or_else(Vec::new, |c| c.units);
    let arrays: Vec<String> =
        found.into_iter().map(|(path, _)| path.trim_start_matches('/').to_owned()).collect();
    match arrays.is_empty() {
        false => Problem::MissingArray { name: path.into(), arrays },
        true => Problem::Unsupported {
            place: format!("`{}`", super::super::super::shown::name(path)),
            found: "no table of units with spike times".into(),
            expected: "one, as an NWB file of sorted spikes has",
            advice: "name a time series or a dataset of numbers",
        },
    }
}
