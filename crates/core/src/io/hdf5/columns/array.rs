//! One dataset as a table: its columns, and its rows in order.

use super::super::super::error::Problem;
use super::super::super::table::source::{Block, Part, Pick, Stopped, Taker};
use super::super::super::table::{ColumnInfo, Kind, Schema, Values};
use super::super::dataset::Dataset;
use super::super::fail::damaged;
use super::super::file::Hdf5;
use super::super::types::Type;
use super::super::values::{no_numbers, one_text};
use super::bands::{Bands, Shape};
use super::beside::told;
use super::meaning::Meaning;

/// Bytes of rows whose columns are taken apart at once.
const TILE: usize = 1 << 16;
/// Bytes of one row: of 2^20 numbers.
const LARGEST_ROW: u64 = 8 << 20;
/// Deflate cannot shrink more than 1032 times.
const LARGEST_RATIO: u64 = 1040;
/// Columns that a table may have.
const MOST_COLUMNS: u64 = 1 << 20;

/// A dataset as a table.
pub(in super::super) struct Array {
    pub data: Dataset,
    pub meaning: Meaning,
    pub shape: Shape,
    /// Columns before those of the dataset.
    pub lead: Vec<Lead>,
    /// Whether the dimensions lie in reverse, as MATLAB's do.
    reversed: bool,
}

/// A column that tells something of the rows.
pub(in super::super) enum Lead {
    /// The number of the trial, from 0.
    Trial,
    /// Times at `start` + row / `rate`.
    Regular { start: f64, rate: f64 },
    /// The values of another dataset.
    Along(Box<Dataset>, Meaning),
    /// A value for each trial.
    OfTrial(Values),
    /// A value for each step of a trial.
    OfStep(Values),
    /// A value for each row.
    OfRow(Values),
}

impl Lead {
    fn is_text(&self) -> bool {
        matches!(
            self,
            Self::OfTrial(Values::Text(_)) | Self::OfStep(Values::Text(_)) | Self::OfRow(Values::Text(_))
        )
    }
}

impl Array {
    /// # Errors
    /// Values that are neither numbers nor text, or more dimensions than a table can have.
    pub(in super::super) fn new(
        file: &Hdf5,
        data: Dataset,
        meaning: Meaning,
        reversed: bool,
    ) -> Result<Self, Problem> {
        let readable =
            matches!(data.kind, Type::Number { .. }) || (data.kind.is_text() && data.shape.len() == 1);
        if !readable || data.null {
            return Err(no_numbers(&data));
        }
        let shape = Shape::of(&data, reversed).ok_or_else(|| Problem::Unsupported {
            place: data.place(),
            found: format!("shape {:?}", data.shape),
            expected: "1 to 3 dimensions: (rows), (rows, columns) or (trials, time, columns)",
            advice: "reshape it before saving",
        })?;
        if shape.columns > MOST_COLUMNS {
            let (found, limit) = (shape.columns, MOST_COLUMNS);
            return Err(Problem::TooLarge { place: data.place(), unit: "columns", found, limit });
        }
        let row = shape.columns.saturating_mul(data.width as u64);
        if row > LARGEST_ROW {
            let (found, limit) = (row, LARGEST_ROW);
            return Err(Problem::TooLarge { place: data.place(), unit: "bytes of a row", found, limit });
        }
        let rows = shape.rows().and_then(|n| usize::try_from(n).ok());
        if rows.is_none_or(|n| n == 0) || shape.columns == 0 {
            return Err(Problem::NoRows { rows: rows.unwrap_or(0), columns: shape.columns as usize });
        }
        // Values of which nothing stands in the file are made one by one.
        let bytes = (rows.unwrap_or(0) as u64).saturating_mul(row);
        let stored =
            file.storage.whole().saturating_mul(if data.filters.is_empty() { 1 } else { LARGEST_RATIO });
        let unwritten = bytes.saturating_sub(stored) / data.width.max(1) as u64;
        Problem::afford(format!("{} that was never written", data.place()), unwritten, file.allowance() / 4)?;
        let lead = if data.shape.len() == 3 { vec![Lead::Trial] } else { vec![] };
        Ok(Self { data, meaning, shape, lead, reversed })
    }

    /// The table's schema: the columns that lead, by `names`, then those of the dataset.
    pub(in super::super) fn schema(&self, lead: &[String], columns: Vec<String>) -> Schema {
        let kind = if self.data.kind.is_text() { Kind::Text } else { Kind::Number };
        let of = |name: &String, kind: &Kind| ColumnInfo { name: name.clone(), kind: kind.clone() };
        let told = |lead: &Lead| if lead.is_text() { Kind::Text } else { Kind::Number };
        let mut all: Vec<ColumnInfo> =
            lead.iter().zip(&self.lead).map(|(name, lead)| of(name, &told(lead))).collect();
        all.extend(columns.iter().map(|name| of(name, &kind)));
        let index =
            self.lead.iter().zip(lead).filter(|(l, _)| !matches!(l, Lead::Trial)).map(|(_, n)| n.clone());
        Schema {
            columns: all,
            rows: self.shape.rows().and_then(|n| usize::try_from(n).ok()),
            format: "hdf5",
            array_name: Some(self.data.path.trim_start_matches('/').to_owned()),
            index: index.collect(),
            notes: vec![],
        }
    }

    /// Gives the picked columns to `f`, at most `rows` rows at a time.
    pub(in super::super) fn visit(
        &self,
        file: &Hdf5,
        picks: &[Pick],
        rows: usize,
        f: &mut Taker<'_>,
    ) -> Result<(), Stopped> {
        let own = picks.iter().filter_map(|p| (p.column as u64).checked_sub(self.lead.len() as u64));
        let (first, last) = own.fold((u64::MAX, 0), |(a, b), k| (a.min(k), b.max(k + 1)));
        let columns = (first.min(last), last);
        let mut bands = Bands::new(file, &self.data, self.shape, columns, self.reversed)?;
        let mut along = vec![];
        for lead in &self.lead {
            along.push(match lead {
                Lead::Along(data, _) => {
                    let shape =
                        Shape { trials: 1, time: data.shape.first().copied().unwrap_or(0), columns: 1 };
                    Some(Bands::new(file, data, shape, (0, 1), false)?)
                }
                _ => None,
            });
        }
        let all = self.shape.rows().unwrap_or(0);
        let mut row = 0;
        while row < all {
            let end = all.min(row.saturating_add(rows.max(1) as u64));
            let mut parts: Vec<Part> =
                picks.iter().map(|p| Part::empty(p.text || self.text(p.column))).collect();
            let count = (end - row) as usize;
            while row < end {
                let n = match last {
                    // Nothing of the dataset itself is asked for.
                    0 => end - row,
                    _ => {
                        let width = bands.width.max(1);
                        let bytes = bands.at(row, end - row)?;
                        // So few that they stay in the processor's cache while each column is taken out of them.
                        let tile = (TILE / width).max(1) * width;
                        for rows in bytes.chunks(tile) {
                            self.own(file, rows, width, columns.0, picks, &mut parts)?;
                        }
                        nonempty(&self.data, bytes.len() / width)?
                    }
                };
                for (pick, part) in picks.iter().zip(&mut parts) {
                    if let Some((lead, bands)) = self.lead.get(pick.column).zip(along.get_mut(pick.column)) {
                        self.leading(lead, bands.as_mut(), row, n, part)?;
                    }
                }
                row += n;
            }
            if f(Block { rows: count, parts }).map_err(Stopped::Caller)?.is_break() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn text(&self, column: usize) -> bool {
        self.lead.get(column).map_or_else(|| self.data.kind.is_text(), Lead::is_text)
    }

    /// Appends what is in the rows of `bytes`, which begin with column `first`.
    fn own(
        &self,
        file: &Hdf5,
        bytes: &[u8],
        width: usize,
        first: u64,
        picks: &[Pick],
        parts: &mut [Part],
    ) -> Result<(), Problem> {
        for (pick, part) in picks.iter().zip(parts) {
            let Some(column) = pick.column.checked_sub(self.lead.len()) else { continue };
            let place = (column - first as usize) * self.data.width;
            match self.data.kind {
                Type::Number { dtype, big_endian } => {
                    self.meaning.decode(dtype, big_endian, bytes, width, place, part);
                }
                _ => {
                    for value in bytes.chunks_exact(width) {
                        part.push_text(one_text(file, &self.data, value)?);
                    }
                }
            }
        }
        Ok(())
    }

    /// Appends `count` values from `row` on of a column that leads.
    fn leading(
        &self,
        lead: &Lead,
        bands: Option<&mut Bands<'_>>,
        row: u64,
        count: u64,
        part: &mut Part,
    ) -> Result<(), Problem> {
        match (lead, bands) {
            (Lead::Trial, _) => {
                (row..row + count).for_each(|row| part.push_number((row / self.shape.time.max(1)) as f64));
            }
            (Lead::OfTrial(values), _) => {
                told(values, (row..row + count).map(|row| row / self.shape.time.max(1)), part);
            }
            (Lead::OfStep(values), _) => {
                told(values, (row..row + count).map(|row| row % self.shape.time.max(1)), part);
            }
            (Lead::OfRow(values), _) => told(values, row..row + count, part),
            (Lead::Regular { start, rate }, _) => {
                (row..row + count).for_each(|row| part.push_number(start + row as f64 / rate));
            }
            (Lead::Along(data, meaning), Some(bands)) => {
                let mut done = 0;
                while done < count {
                    let bytes = bands.at(row + done, count - done)?;
                    let n = nonempty(data, bytes.len() / data.width.max(1))?;
                    if let Type::Number { dtype, big_endian } = data.kind {
                        meaning.decode(dtype, big_endian, bytes, data.width, 0, part);
                    }
                    done += n;
                }
            }
            (Lead::Along(..), None) => (0..count).for_each(|_| part.push_missing()),
        }
        Ok(())
    }
}

/// Fails where rows were expected and none came.
fn nonempty(data: &Dataset, rows: usize) -> Result<u64, Problem> {
    match rows {
        0 => Err(damaged(&data.place(), "fewer rows than its shape says")),
        n => Ok(n as u64),
    }
}
