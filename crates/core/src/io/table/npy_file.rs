//! npy and npz arrays as tables.

use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::super::archive::Archive;
use super::super::error::{Error, Problem};
use super::super::held::{self, Opened};
use super::super::npy::{self, Element, Header};
use super::super::steady;
use super::npy_columns::{NpyColumn, columns};
use super::npy_fortran::visit_columns;
use super::source::{Block, Part, Pick, Source, Taker, fits};
use super::{ColumnInfo, Kind, Schema};

/// Bytes read at a time, unless one row is longer.
const BUFFER: usize = 1 << 20;
/// Arrays in Fortran order that a compressed archive must unpack whole.
const LARGEST_UNPACKED: u64 = 1 << 30;

pub(super) struct NpyFile {
    path: PathBuf,
    schema: Schema,
    /// The entry of an npz.
    entry: Option<String>,
    pub(super) header: Header,
    array: String,
    /// Where the columns lie in a row; none for the trial.
    places: Vec<Option<NpyColumn>>,
    pub(super) shape: Shape,
    /// Bytes of a row.
    width: usize,
}

/// Trials of `time` rows of `columns` items; one trial unless the array has three dimensions.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub trials: usize,
    pub time: usize,
    pub columns: usize,
}

impl Shape {
    pub(super) fn rows(self) -> usize {
        self.trials * self.time
    }
}

pub(super) fn open_npy(path: &Path) -> Result<NpyFile, Error> {
    open_named(path, "x")
}

pub(super) fn open_named(path: &Path, name: &str) -> Result<NpyFile, Error> {
    let attempt = || {
        let file = Opened::open(path)?;
        let header = Header::read(&mut BufReader::new(file), name)?;
        NpyFile::readable(&header, name)?;
        // Before columns are made of what the header says.
        npy::alone(path, &header, name)?;
        NpyFile::new(path, None, header, name)
    };
    attempt().map_err(|problem| Error::new(path, problem))
}

/// The array of a set in memory.
pub(super) fn open_held(path: &Path, names: Vec<String>, array: Option<&str>) -> Result<NpyFile, Error> {
    let name = chosen(names, array).map_err(|problem| Error::new(path, problem))?;
    let place = held::named(path, &name).unwrap_or_else(|| path.to_path_buf());
    open_named(&place, &name)
}

pub(super) fn open_npz(path: &Path, array: Option<&str>) -> Result<NpyFile, Error> {
    attempt_npz(path, array).map_err(|problem| Error::new(path, problem))
}

fn attempt_npz(path: &Path, array: Option<&str>) -> Result<NpyFile, Problem> {
    let mut archive = Archive::open(path, "npz")?;
    let names = archive.names()?;
    let arrays: Vec<String> = names.iter().filter_map(|n| n.strip_suffix(".npy")).map(String::from).collect();
    if arrays.is_empty() {
        return Err(super::super::sniff::foreign_zip(&names, super::EXPECTED));
    }
    let name = chosen(arrays, array)?;
    let entry_name = format!("{name}.npy");
    let mut entry = archive.entry(&entry_name)?;
    let length = entry.size();
    let header = Header::read(&mut entry, &name)?;
    NpyFile::readable(&header, &name)?;
    header.fill(&name, length)?;
    NpyFile::new(path, Some(entry_name), header, &name)
}

/// The array asked for, or the only one.
fn chosen(arrays: Vec<String>, array: Option<&str>) -> Result<String, Problem> {
    match (array, arrays.as_slice()) {
        (Some(name), _) if arrays.iter().any(|a| a == name) => Ok(name.to_string()),
        (Some(name), _) => Err(Problem::MissingArray { name: name.into(), arrays }),
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err(Problem::AmbiguousArray { arrays }),
    }
}

impl NpyFile {
    /// Bytes of an item; an error for those that are no numbers, texts nor records.
    fn readable(header: &Header, array: &str) -> Result<usize, Problem> {
        let readable = matches!(
            header.element,
            Element::Number { .. }
                | Element::Structured { .. }
                | Element::Time { .. }
                | Element::Unicode { .. }
                | Element::Bytes { .. }
        );
        header.element.width().filter(|width| readable && *width > 0).ok_or_else(|| header.not_numbers(array))
    }

    fn new(path: &Path, entry: Option<String>, header: Header, array: &str) -> Result<Self, Problem> {
        let place = || format!("array `{array}`");
        let item = Self::readable(&header, array)?;
        let structured = matches!(header.element, Element::Structured { .. });
        let (shape, has_trials) = match *header.shape.as_slice() {
            [rows] => ((1, rows, 1), false),
            [rows, 1] if structured => ((1, rows, 1), false),
            [rows, columns] if !structured => ((1, rows, columns), false),
            [trials, time, columns] if !structured => ((trials, time, columns), true),
            _ => {
                return Err(Problem::Unsupported {
                    place: place(),
                    found: format!("shape {:?}", header.shape),
                    expected: "1 to 3 dimensions: (rows), (rows, columns) or (trials, time, columns); records in one",
                    advice: "reshape it before saving",
                });
            }
        };
        let shape = Shape { trials: shape.0, time: shape.1, columns: shape.2 };
        let rows = if header.count == 0 { 0 } else { shape.rows() };
        if rows == 0 {
            // Without values the sizes stand for nothing, and columns must not be named by them.
            return Err(Problem::NoRows { rows, columns: 0 });
        }
        fits(header.element.columns().saturating_mul(shape.columns))?;
        let mut schema = Schema { rows: Some(rows), ..Schema::default() };
        let mut places = vec![];
        if has_trials {
            schema.columns.push(ColumnInfo { name: "trial".into(), kind: Kind::Number });
            places.push(None);
        }
        for (info, column) in columns(&header.element, shape.columns, array) {
            schema.columns.push(info);
            places.push(Some(column));
        }
        schema.format = if entry.is_some() { "npz" } else { "npy" };
        schema.array_name = entry.is_some().then(|| array.to_string());
        let width = item * shape.columns;
        Ok(Self { path: path.into(), schema, entry, header, array: array.into(), places, shape, width })
    }

    /// The picked columns of a row; none for the trial.
    pub(super) fn picked(&self, picks: &[Pick]) -> Vec<Option<&NpyColumn>> {
        picks.iter().map(|p| self.places[p.column].as_ref()).collect()
    }

    /// An empty part for each pick.
    pub(super) fn parts(&self, picks: &[Pick]) -> Vec<Part> {
        let text = |p: &Pick| p.text || self.schema.columns[p.column].kind == Kind::Text;
        picks.iter().map(|p| Part::empty(text(p))).collect()
    }

    /// Appends the trials of some rows.
    pub(super) fn trials(&self, rows: std::ops::Range<usize>, part: &mut Part) {
        rows.for_each(|row| part.push_whole((row / self.shape.time) as u64));
    }

    /// Whole rows lie one after the other.
    fn visit_rows(
        &self,
        reader: &mut dyn Read,
        picks: &[Pick],
        rows: usize,
        f: &mut Taker<'_>,
    ) -> Result<(), Error> {
        let all = self.shape.rows();
        let mut buffer = vec![0u8; self.width * (BUFFER / self.width).clamp(1, all)];
        let picked = self.picked(picks);
        let mut row = 0;
        while row < all {
            let end = all.min(row.saturating_add(rows));
            let mut parts = self.parts(picks);
            let block_rows = end - row;
            while row < end {
                let now = (end - row).min(buffer.len() / self.width);
                let bytes = &mut buffer[..now * self.width];
                reader.read_exact(bytes).map_err(|e| self.ended(row, e))?;
                for (column, part) in picked.iter().zip(&mut parts) {
                    match column {
                        Some(column) => column.decode(bytes, self.width, part),
                        None => self.trials(row..row + now, part),
                    }
                }
                row += now;
            }
            if f(Block { rows: block_rows, parts })?.is_break() {
                return Ok(());
            }
        }
        // Past the last value an archive compares its checksum.
        match reader.read(&mut [0u8; 1]).map_err(|e| self.ended(row, e))? {
            0 => Ok(()),
            _ => {
                let place = format!("array `{}`", self.array);
                let detail = "more data than the shape has room for";
                Err(Error::new(&self.path, Problem::damaged("npy", place, detail)))
            }
        }
    }

    pub(super) fn ended(&self, rows: usize, source: io::Error) -> Error {
        Error::new(&self.path, self.header.ended(&self.array, rows * self.shape.columns, source))
    }

    /// An array in Fortran order in an npz: read in its place if it is not compressed.
    fn visit_packed(&self, name: &str, picks: &[Pick], rows: usize, f: &mut Taker<'_>) -> Result<(), Error> {
        let fail = |problem| Error::new(&self.path, problem);
        let mut archive = Archive::open(&self.path, "npz").map_err(fail)?;
        if let Some(start) = archive.stored_at(name).map_err(fail)? {
            // Read in its place it would not meet its checksum.
            let copied = io::copy(&mut archive.entry(name).map_err(fail)?, &mut io::sink());
            copied.map_err(|e| fail(Problem::read("npz", &format!("array `{}`", self.array), e)))?;
            let mut file = steady::open(&self.path).map_err(fail)?;
            return visit_columns(self, &mut file, start, picks, rows, f);
        }
        let bytes = archive.bytes(name, LARGEST_UNPACKED).map_err(|problem| {
            fail(match problem {
                Problem::TooLarge { found, .. } => Problem::Unsupported {
                    place: format!("array `{}`", self.array),
                    found: format!("{found} bytes in Fortran order, compressed"),
                    expected: "at most 1 GiB, as it has to be unpacked whole",
                    advice: "save it by rows, numpy.ascontiguousarray(array), or without compression, numpy.savez",
                },
                other => other,
            })
        })?;
        visit_columns(self, &mut Cursor::new(bytes), 0, picks, rows, f)
    }
}

impl Source for NpyFile {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn visit(&mut self, picks: &[Pick], rows: usize, f: &mut Taker<'_>) -> Result<(), Error> {
        let fail = |problem| Error::new(&self.path, problem);
        let one = self.header.shape.len() == 1
            || self.shape.rows() == 1
            || self.shape.columns == 1 && self.shape.trials == 1;
        let by_rows = !self.header.fortran_order || one;
        match &self.entry {
            Some(name) if by_rows => {
                let mut archive = Archive::open(&self.path, "npz").map_err(fail)?;
                let mut entry = archive.entry(name).map_err(fail)?;
                Header::read(&mut entry, &self.array).map_err(fail)?;
                self.visit_rows(&mut entry, picks, rows, f)
            }
            Some(name) => self.visit_packed(name, picks, rows, f),
            None => {
                let mut file = Opened::open(&self.path).map_err(fail)?;
                if !by_rows {
                    return visit_columns(self, &mut file, 0, picks, rows, f);
                }
                file.seek(SeekFrom::Start(self.header.start)).map_err(|e| fail(Problem::reading(e)))?;
                self.visit_rows(&mut file, picks, rows, f)
            }
        }
    }
}
