//! npy and npz arrays as tables.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::super::archive::Archive;
use super::super::dtype::Dtype;
use super::super::error::{Error, Problem};
use super::super::npy::{Element, Header};
use super::source::{Block, Part, Pick, Source};
use super::{ColumnInfo, Kind, Schema, Values};

/// Bytes read at a time, unless one row is longer.
const BUFFER: usize = 1 << 20;

pub(super) struct NpyFile {
    path: PathBuf,
    schema: Schema,
    /// The entry of an npz.
    entry: Option<String>,
    header: Header,
    array: String,
    dtype: Dtype,
    big_endian: bool,
    shape: Shape,
}

/// Trials of `time` rows of `columns` numbers; one trial unless the array has three dimensions.
#[derive(Clone, Copy)]
struct Shape {
    trials: usize,
    time: usize,
    columns: usize,
    has_trials: bool,
}

pub(super) fn open_npy(path: &Path) -> Result<NpyFile, Error> {
    let attempt = || {
        let file = File::open(path).map_err(Problem::reading)?;
        let length = file.metadata().map_err(Problem::reading)?.len();
        let header = Header::read(&mut BufReader::new(file), "x")?;
        NpyFile::new(path, None, header, "x", length)
    };
    attempt().map_err(|problem| Error::new(path, problem))
}

pub(super) fn open_npz(path: &Path, array: Option<&str>) -> Result<NpyFile, Error> {
    attempt_npz(path, array).map_err(|problem| Error::new(path, problem))
}

fn attempt_npz(path: &Path, array: Option<&str>) -> Result<NpyFile, Problem> {
    let mut archive = Archive::open(path, "npz")?;
    let names = archive.names()?;
    let arrays: Vec<String> = names.iter().filter_map(|n| n.strip_suffix(".npy")).map(String::from).collect();
    if arrays.is_empty() {
        return Err(Problem::UnknownFormat {
            found: format!("a zip archive of {} entries without .npy", names.len()),
            expected: "a table as CSV, Parquet, Arrow IPC, npy or npz",
            advice: "check that this is the file you meant",
        });
    }
    let name = match (array, arrays.as_slice()) {
        (Some(name), _) if arrays.iter().any(|a| a == name) => name.to_string(),
        (Some(name), _) => return Err(Problem::MissingArray { name: name.into(), arrays }),
        (None, [only]) => only.clone(),
        (None, _) => return Err(Problem::AmbiguousArray { arrays }),
    };
    let entry_name = format!("{name}.npy");
    let mut entry = archive.entry(&entry_name)?;
    let length = entry.size();
    let header = Header::read(&mut entry, &name)?;
    NpyFile::new(path, Some(entry_name), header, &name, length)
}

impl NpyFile {
    fn new(
        path: &Path,
        entry: Option<String>,
        header: Header,
        array: &str,
        length: u64,
    ) -> Result<Self, Problem> {
        let Element::Number { dtype, big_endian } = header.element else {
            return Err(header.not_numbers(array));
        };
        let expected =
            (header.count as u64).checked_mul(dtype.width() as u64).and_then(|n| n.checked_add(header.start));
        let expected = expected.unwrap_or(u64::MAX);
        if length < expected {
            let place = format!("array `{array}`");
            return Err(Problem::Truncated { format: "npy", place, found: length, expected });
        }
        let (shape, has_trials) = match *header.shape.as_slice() {
            [rows] => ((1, rows, 1), false),
            [rows, columns] => ((1, rows, columns), false),
            [trials, time, columns] => ((trials, time, columns), true),
            _ => {
                return Err(Problem::Unsupported {
                    place: format!("array `{array}`"),
                    found: format!("shape {:?}", header.shape),
                    expected: "1 to 3 dimensions: (rows), (rows, columns) or (trials, time, columns)",
                    advice: "reshape it before saving",
                });
            }
        };
        let shape = Shape { trials: shape.0, time: shape.1, columns: shape.2, has_trials };
        let rows = if header.count == 0 { 0 } else { shape.trials * shape.time };
        if rows == 0 {
            // Without values the sizes stand for nothing, and columns must not be named by them.
            return Err(Problem::NoRows { rows, columns: 0 });
        }
        let mut columns = Vec::new();
        if has_trials {
            columns.push(ColumnInfo { name: "trial".into(), kind: Kind::Number });
        }
        columns.extend(
            (0..shape.columns).map(|k| ColumnInfo { name: format!("{array}{k}"), kind: Kind::Number }),
        );
        let format = if entry.is_some() { "npz" } else { "npy" };
        let array_name = entry.is_some().then(|| array.to_string());
        let schema = Schema { columns, rows: Some(rows), format, array_name };
        Ok(Self { path: path.into(), schema, entry, header, array: array.into(), dtype, big_endian, shape })
    }

    /// Where the table's column lies in the array; none for the trial number.
    fn array_column(&self, pick: &Pick) -> Option<usize> {
        pick.column.checked_sub(usize::from(self.shape.has_trials))
    }

    fn trial(&self, row: usize) -> f64 {
        (row / self.shape.time) as f64
    }

    /// Whole rows lie one after the other.
    fn visit_rows(
        &self,
        reader: &mut dyn Read,
        picks: &[Pick],
        rows: usize,
        f: &mut Taker<'_>,
    ) -> Result<(), Error> {
        let all = self.shape.trials * self.shape.time;
        let row_bytes = self.shape.columns * self.dtype.width();
        let mut buffer = vec![0u8; row_bytes * (BUFFER / row_bytes).clamp(1, all)];
        let mut decoded = Vec::new();
        let mut row = 0;
        while row < all {
            let end = all.min(row.saturating_add(rows));
            let mut parts = vec![Vec::new(); picks.len()];
            let block_rows = end - row;
            while row < end {
                let now = (end - row).min(buffer.len() / row_bytes);
                let bytes = &mut buffer[..now * row_bytes];
                reader.read_exact(bytes).map_err(|e| self.ended(row, e))?;
                decoded.clear();
                self.dtype.decode(bytes, self.big_endian, &mut decoded);
                for (pick, part) in picks.iter().zip(&mut parts) {
                    match self.array_column(pick) {
                        Some(k) => part.extend(decoded.iter().skip(k).step_by(self.shape.columns)),
                        None => part.extend((row..row + now).map(|r| self.trial(r))),
                    }
                }
                row += now;
            }
            f(block(block_rows, parts))?;
        }
        // Past the last value an archive compares its checksum.
        reader.read(&mut [0u8; 1]).map_err(|e| self.ended(row, e))?;
        Ok(())
    }

    /// Columns lie one after the other; in three dimensions, the trials of a time step.
    fn visit_columns(
        &self,
        reader: &mut (impl Read + Seek),
        picks: &[Pick],
        rows: usize,
        f: &mut Taker<'_>,
    ) -> Result<(), Error> {
        let Shape { trials, time, .. } = self.shape;
        let all = trials * time;
        let width = self.dtype.width();
        let mut reader = BufReader::new(reader);
        let mut row = 0;
        while row < all {
            let end = all.min(row.saturating_add(rows));
            let mut parts = Vec::with_capacity(picks.len());
            for pick in picks {
                let Some(k) = self.array_column(pick) else {
                    parts.push((row..end).map(|r| self.trial(r)).collect());
                    continue;
                };
                let mut values = Vec::new();
                let mut at: Option<u64> = None;
                for r in row..end {
                    let item = r / time + trials * (r % time + time * k);
                    let place = self.header.start + (item * width) as u64;
                    // Steps inside the buffer keep it.
                    let step = at.and_then(|at| i64::try_from(i128::from(place) - i128::from(at)).ok());
                    match step {
                        Some(step) => reader.seek_relative(step),
                        None => reader.seek(SeekFrom::Start(place)).map(drop),
                    }
                    .map_err(|e| self.ended(r, e))?;
                    let mut bytes = [0u8; 8];
                    reader.read_exact(&mut bytes[..width]).map_err(|e| self.ended(r, e))?;
                    self.dtype.decode(&bytes[..width], self.big_endian, &mut values);
                    at = Some(place + width as u64);
                }
                parts.push(values);
            }
            f(block(end - row, parts))?;
            row = end;
        }
        Ok(())
    }

    fn ended(&self, rows: usize, source: std::io::Error) -> Error {
        Error::new(&self.path, self.header.ended(&self.array, rows * self.shape.columns, source))
    }
}

type Taker<'a> = dyn FnMut(Block) -> Result<(), Error> + 'a;

fn block(rows: usize, parts: Vec<Vec<f64>>) -> Block {
    Block { rows, parts: parts.into_iter().map(|v| Part { values: Values::Number(v), nulls: 0 }).collect() }
}

impl Source for NpyFile {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn visit(
        &mut self,
        picks: &[Pick],
        rows: usize,
        f: &mut dyn FnMut(Block) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let fail = |problem| Error::new(&self.path, problem);
        let by_rows = !self.header.fortran_order || self.header.shape.len() == 1;
        match &self.entry {
            Some(name) => {
                let mut archive = Archive::open(&self.path, "npz").map_err(fail)?;
                if by_rows {
                    let mut entry = archive.entry(name).map_err(fail)?;
                    Header::read(&mut entry, &self.array).map_err(fail)?;
                    self.visit_rows(&mut entry, picks, rows, f)
                } else {
                    let bytes = archive.bytes(name, u64::MAX).map_err(fail)?;
                    self.visit_columns(&mut Cursor::new(bytes), picks, rows, f)
                }
            }
            None => {
                let mut file = File::open(&self.path).map_err(|e| fail(Problem::reading(e)))?;
                if by_rows {
                    file.seek(SeekFrom::Start(self.header.start)).map_err(|e| fail(Problem::reading(e)))?;
                    self.visit_rows(&mut file, picks, rows, f)
                } else {
                    self.visit_columns(&mut file, picks, rows, f)
                }
            }
        }
    }
}
