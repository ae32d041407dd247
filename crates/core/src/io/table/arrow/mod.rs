//! Arrow IPC, as a file (Feather version 2) or a stream: one record batch at a time.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowSchema, Metadata};
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

type Batch = RecordBatchT<Box<dyn Array>>;

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
    let fields: Vec<_> = reader.schema().iter_values().cloned().collect();
    let pandas = reader.pandas().map(String::from);
    let first = |fields: Vec<usize>| {
        let batch = BatchReader::open(path, is_file, Some(fields))?.next("the first rows")?;
        Ok(batch.map(|batch| part(&batch, 0, batch.len())))
    };
    let layout = Layout::new(&fields, pandas.as_deref(), rows, FORMAT, first).map_err(fail)?;
    Ok(IpcFile { path: path.into(), layout, is_file })
}

/// Some rows of a batch.
fn part(batch: &Batch, start: usize, rows: usize) -> Rows {
    Rows { rows, fields: batch.arrays().iter().map(|array| vec![array.sliced(start, rows)]).collect() }
}

enum Reader {
    File(FileReader<BufReader<File>>),
    Stream(StreamReader<BufReader<File>>),
}

struct BatchReader<'a> {
    path: &'a Path,
    reader: Reader,
}

impl<'a> BatchReader<'a> {
    fn open(path: &'a Path, is_file: bool, fields: Option<Vec<usize>>) -> Result<Self, Problem> {
        let mut file = BufReader::new(steady::open(path)?);
        let reader = contained(path, FORMAT, "the schema", || {
            Ok::<_, polars::error::PolarsError>(if is_file {
                let about = read_file_metadata(&mut file)?;
                Reader::File(FileReader::new(file, about, fields, None))
            } else {
                let about = read_stream_metadata(&mut file)?;
                Reader::Stream(StreamReader::new(file, about, fields))
            })
        })?;
        Ok(Self { path, reader })
    }

    fn schema(&self) -> &ArrowSchema {
        match &self.reader {
            Reader::File(reader) => reader.schema(),
            Reader::Stream(reader) => reader.schema(),
        }
    }

    /// What pandas says of the table.
    fn pandas(&self) -> Option<&str> {
        let own: Option<&Metadata> = match &self.reader {
            Reader::File(reader) => reader.metadata().custom_schema_metadata.as_deref(),
            Reader::Stream(reader) => reader.metadata().custom_schema_metadata.as_ref(),
        };
        own?.get("pandas").map(|text| text.as_str())
    }

    fn next(&mut self, place: &str) -> Result<Option<Batch>, Problem> {
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
        let mut before = 0;
        while let Some(batch) = reader.next(&format!("the rows after {before}")).map_err(fail)? {
            let mut start = 0;
            while start < batch.len() {
                let part = part(&batch, start, rows.min(batch.len() - start));
                if f(self.layout.block(&self.path, &part, &fields, picks, before + start).map_err(fail)?)?
                    .is_break()
                {
                    return Ok(());
                }
                start += part.rows;
            }
            before += batch.len();
        }
        Ok(())
    }
}
