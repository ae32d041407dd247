//! Arrays in Fortran order, whose columns lie one after the other: read piece by piece.

use std::io::{BufReader, Read, Seek, SeekFrom};

use super::super::error::Error;
use super::npy_file::NpyFile;
use super::source::{Block, Part, Pick, Taker};
use super::{Values, npy_columns::NpyColumn};

/// Bytes that the trials held at a time may fill; one trial at least is held.
const TRIALS: usize = 1 << 26;
/// Bytes read at a time.
const BUFFER: usize = 1 << 16;

/// Gives the rows of an array that starts at byte `start` of `reader`.
///
/// Item (trial, time, column) lies at trial + trials (time + time steps * column): one trial is read as a run of
/// rows a column, several trials as runs of trials a time step and column, in whole trials.
pub(super) fn visit_columns(
    npy: &NpyFile,
    reader: &mut (impl Read + Seek),
    start: u64,
    picks: &[Pick],
    rows: usize,
    f: &mut Taker<'_>,
) -> Result<(), Error> {
    let shape = npy.shape;
    let all = shape.rows();
    let mut runs = Runs {
        reader: BufReader::with_capacity(BUFFER, reader),
        at: None,
        bytes: vec![],
        start: start + npy.header.start,
    };
    if shape.trials > 1 {
        return visit_trials(npy, &mut runs, picks, rows, f);
    }
    let mut row = 0;
    while row < all {
        let end = all.min(row.saturating_add(rows));
        let mut parts = npy.parts(picks);
        for (column, part) in npy.picked(picks).into_iter().zip(&mut parts) {
            match column {
                Some(column) => {
                    let k = column.offset / width(column);
                    runs.read(column, row + all * k, end - row, part).map_err(|e| npy.ended(row, e))?;
                }
                None => npy.trials(row..end, part),
            }
        }
        if f(Block { rows: end - row, parts })?.is_break() {
            return Ok(());
        }
        row = end;
    }
    Ok(())
}

fn visit_trials<R: Read + Seek>(
    npy: &NpyFile,
    runs: &mut Runs<R>,
    picks: &[Pick],
    rows: usize,
    f: &mut Taker<'_>,
) -> Result<(), Error> {
    let shape = npy.shape;
    let held = (TRIALS / (8 * shape.time * picks.len().max(1))).clamp(1, shape.trials);
    let picked = npy.picked(picks);
    for first in (0..shape.trials).step_by(held) {
        let trials = held.min(shape.trials - first);
        // Time runs slowest in a run, as it does in the file.
        let mut columns = npy.parts(picks);
        for (column, part) in picked.iter().zip(&mut columns) {
            let Some(column) = column else { continue };
            for time in 0..shape.time {
                let item = first + shape.trials * (time + shape.time * (column.offset / width(column)));
                runs.read(column, item, trials, part).map_err(|e| npy.ended(first * shape.time, e))?;
            }
        }
        let mut row = 0;
        while row < trials * shape.time {
            let end = (trials * shape.time).min(row.saturating_add(rows));
            let mut parts = npy.parts(picks);
            for ((column, values), part) in picked.iter().zip(&columns).zip(&mut parts) {
                let place = |r: usize| r / shape.time + trials * (r % shape.time);
                match column {
                    Some(_) => (row..end).for_each(|r| part.push_of(values, place(r))),
                    None => npy.trials(first * shape.time + row..first * shape.time + end, part),
                }
            }
            if f(Block { rows: end - row, parts })?.is_break() {
                return Ok(());
            }
            row = end;
        }
    }
    Ok(())
}

fn width(column: &NpyColumn) -> usize {
    column.element.width().unwrap_or(1).max(1)
}

/// Reads runs of items.
struct Runs<R> {
    reader: BufReader<R>,
    at: Option<u64>,
    bytes: Vec<u8>,
    start: u64,
}

impl<R: Read + Seek> Runs<R> {
    /// Appends `count` items from item `first` on.
    fn read(
        &mut self,
        column: &NpyColumn,
        first: usize,
        count: usize,
        part: &mut Part,
    ) -> std::io::Result<()> {
        let width = width(column);
        let place = self.start + (first * width) as u64;
        // Steps inside the buffer keep it.
        match self.at.and_then(|at| i64::try_from(i128::from(place) - i128::from(at)).ok()) {
            Some(step) => self.reader.seek_relative(step)?,
            None => self.reader.seek(SeekFrom::Start(place)).map(drop)?,
        }
        let alone = NpyColumn { offset: 0, element: column.element.clone() };
        let mut left = count;
        while left > 0 {
            let now = left.min(BUFFER / width);
            self.bytes.resize(now * width, 0);
            self.reader.read_exact(&mut self.bytes)?;
            alone.decode(&self.bytes, width, part);
            left -= now;
        }
        self.at = Some(place + (count * width) as u64);
        Ok(())
    }
}

impl Part {
    /// Appends the value at `index` of another part of the same kind.
    fn push_of(&mut self, other: &Part, index: usize) {
        match (&mut self.values, &other.values) {
            (Values::Number(all), Values::Number(values)) => all.push(values[index]),
            (Values::Text(all), Values::Text(values)) => all.push(values[index].clone()),
            _ => self.push_missing(),
        }
    }
}
