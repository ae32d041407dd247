//! Arrow IPC, as a file (Feather version 2) or a stream: one record batch at a time.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::ArrowError;

use super::super::error::{Error, Problem};
use super::super::steady;
use super::Schema;
use super::arrow_values::Layout;
use super::contained::contained;
use super::ipc_check;
use super::source::{Pick, Source, Taker};

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
    let rows =
        contained(path, FORMAT, "the messages", || Ok::<_, ArrowError>(ipc_check::rows(&file, is_file)))
            .and_then(|rows| rows)
            .map_err(fail)?;
    let reader = BatchReader::open(path, is_file, None).map_err(fail)?;
    let first = |fields| BatchReader::open(path, is_file, Some(fields))?.next("the first rows");
    let layout = Layout::new(&reader.schema(), rows, FORMAT, first).map_err(fail)?;
    Ok(IpcFile { path: path.into(), layout, is_file })
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
        let file = steady::open(path)?;
        let reader = contained(path, FORMAT, "the schema", || {
            if is_file {
                FileReader::try_new_buffered(file, fields).map(Reader::File)
            } else {
                StreamReader::try_new_buffered(file, fields).map(Reader::Stream)
            }
        })?;
        Ok(Self { path, reader })
    }

    fn schema(&self) -> arrow_schema::SchemaRef {
        match &self.reader {
            Reader::File(reader) => reader.schema(),
            Reader::Stream(reader) => reader.schema(),
        }
    }

    fn next(&mut self, place: &str) -> Result<Option<RecordBatch>, Problem> {
        contained(self.path, FORMAT, place, || match &mut self.reader {
            Reader::File(reader) => reader.next().transpose(),
            Reader::Stream(reader) => reader.next().transpose(),
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
        let mut reader = BatchReader::open(&self.path, self.is_file, Some(fields.clone())).map_err(fail)?;
        let mut before = 0;
        while let Some(batch) = reader.next(&format!("the rows after {before}")).map_err(fail)? {
            let mut start = 0;
            while start < batch.num_rows() {
                let part = batch.slice(start, rows.min(batch.num_rows() - start));
                if f(self.layout.block(&self.path, &part, &fields, picks, before + start).map_err(fail)?)?
                    .is_break()
                {
                    return Ok(());
                }
                start += part.num_rows();
            }
            before += batch.num_rows();
        }
        Ok(())
    }
}
