//! Arrow IPC, as a file (Feather version 2) or a stream: one record batch at a time.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowDataType as DataType, Field, Metadata};
use polars_arrow::io::ipc::read::{
    FileReader, StreamReader, StreamState, read_file_metadata, read_stream_metadata,
};
use polars_arrow::record_batch::RecordBatchT;

use super::super::error::{Error, Problem};
use super::super::steady;
use super::Schema;
use super::contained::contained;
use super::source::{Pick, Source, Taker};

mod check;
mod claims;
mod layout;
mod lists;
mod values;

pub(super) use layout::{Layout, Rows};

const FORMAT: &str = "arrow";

pub(super) struct IpcFile {
    path: PathBuf,
    layout: Layout,
    is_file: bool,
}

/// Checks every claimed size, and reads the schema.
pub(super) fn open(path: &Path, is_file: bool) -> Result<IpcFile, Error> {
    let fail = |problem| Error::new(path, problem);
    let file = steady::open(path).map_err(fail)?;
    let check = || Ok::<_, Problem>(check::rows(&file, is_file));
    let rows = contained(path, FORMAT, "the messages", check).and_then(|rows| rows).map_err(fail)?;
    let reader = BatchReader::open(path, is_file, None).map_err(fail)?;
    let fields = reader.fields.clone();
    let pandas = reader.pandas().map(String::from);
    let first = |fields: Vec<usize>| BatchReader::open(path, is_file, Some(fields))?.next("the first rows");
    let layout = Layout::new(&fields, pandas.as_deref(), rows, FORMAT, first).map_err(fail)?;
    Ok(IpcFile { path: path.into(), layout, is_file })
}

/// Some rows of a batch.
fn part(batch: &Rows, start: usize, rows: usize) -> Rows {
    let sliced = |arrays: &Vec<Box<dyn Array>>| arrays.iter().map(|a| a.sliced(start, rows)).collect();
    Rows { rows, fields: batch.fields.iter().map(sliced).collect() }
}

/// A field as the decoder takes it: a decimal of 256 bits lies in a file as 32 bytes do.
fn taken(field: &Field) -> Field {
    match field.dtype {
        DataType::Decimal256(..) => Field { dtype: DataType::FixedSizeBinary(32), ..field.clone() },
        _ => field.clone(),
    }
}

enum Reader {
    File(FileReader<BufReader<File>>),
    Stream(StreamReader<BufReader<File>>),
}

struct BatchReader<'a> {
    path: &'a Path,
    reader: Reader,
    /// What is read, as the file says.
    fields: Vec<Field>,
    /// The batch under way, and its rows that were handed on.
    batch: (Rows, usize),
    /// Rows of all batches so far.
    rows: usize,
}

impl<'a> BatchReader<'a> {
    fn open(path: &'a Path, is_file: bool, fields: Option<Vec<usize>>) -> Result<Self, Problem> {
        let mut file = BufReader::new(steady::open(path)?);
        let (reader, all) = contained(path, FORMAT, "the schema", || {
            let all: Vec<Field>;
            Ok::<_, polars::error::PolarsError>(if is_file {
                let mut about = read_file_metadata(&mut file)?;
                all = about.schema.iter_values().cloned().collect();
                about.schema = Arc::new(all.iter().map(taken).collect());
                (Reader::File(FileReader::new(file, about, fields.clone(), None)), all)
            } else {
                let mut about = read_stream_metadata(&mut file)?;
                all = about.schema.iter_values().cloned().collect();
                about.schema = all.iter().map(taken).collect();
                (Reader::Stream(StreamReader::new(file, about, fields.clone())), all)
            })
        })?;
        let fields = match fields {
            Some(chosen) => chosen.iter().filter_map(|k| all.get(*k).cloned()).collect(),
            None => all,
        };
        Ok(Self { path, reader, fields, batch: (Rows { rows: 0, fields: vec![] }, 0), rows: 0 })
    }

    /// The next rows, at most `most` and of one batch; none at the end.
    fn at_most(&mut self, most: usize) -> Result<Option<Rows>, Problem> {
        while self.batch.1 == self.batch.0.rows {
            let Some(batch) = self.next(&format!("the rows after {}", self.rows))? else { return Ok(None) };
            self.rows += batch.rows;
            self.batch = (batch, 0);
        }
        let (batch, start) = &mut self.batch;
        let part = part(batch, *start, most.min(batch.rows - *start));
        *start += part.rows;
        Ok(Some(part))
    }

    /// What pandas says of the table.
    fn pandas(&self) -> Option<&str> {
        let own: Option<&Metadata> = match &self.reader {
            Reader::File(reader) => reader.metadata().custom_schema_metadata.as_deref(),
            Reader::Stream(reader) => reader.metadata().custom_schema_metadata.as_ref(),
        };
        own?.get("pandas").map(|text| text.as_str())
    }

    fn next(&mut self, place: &str) -> Result<Option<Rows>, Problem> {
        let Some(batch) = self.batch(place)? else { return Ok(None) };
        let field = |array: &dyn Array, field: &Field| match field.dtype {
            DataType::Decimal256(..) => values::wide(array, &field.dtype).map(|array| vec![array]),
            _ => Some(vec![array.to_boxed()]),
        };
        let pairs = batch.arrays().iter().zip(&self.fields);
        let fields: Option<Vec<_>> = pairs.map(|(array, of)| field(array.as_ref(), of)).collect();
        let fields =
            fields.ok_or_else(|| Problem::damaged(FORMAT, place, "decimal numbers that are none"))?;
        Ok(Some(Rows { rows: batch.len(), fields }))
    }

    fn batch(&mut self, place: &str) -> Result<Option<RecordBatchT<Box<dyn Array>>>, Problem> {
        contained(self.path, FORMAT, place, || match &mut self.reader {
            Reader::File(reader) => reader.next().transpose(),
            Reader::Stream(reader) => Ok(match reader.next().transpose()? {
                Some(StreamState::Some(batch)) => Some(batch),
                // The file ends without a mark.
                Some(StreamState::Waiting) | None => None,
            }),
        })
    }
}

impl Source for IpcFile {
    fn schema(&self) -> &Schema {
        &self.layout.schema
    }

    fn visit(&mut self, picks: &[Pick], rows: usize, f: &mut Taker<'_>) -> Result<(), Error> {
        let fail = |problem| Error::new(&self.path, problem);
        let fields = self.layout.fields(picks);
        if fields.is_empty() {
            return Ok(());
        }
        let mut reader = BatchReader::open(&self.path, self.is_file, Some(fields.clone())).map_err(fail)?;
        self.layout.hand(&self.path, &fields, picks, &mut || reader.at_most(rows), f).map(drop)
    }
}
