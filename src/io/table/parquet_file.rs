//! Parquet: only the chosen columns are read, some rows at a time.

use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

use super::super::error::{Error, Problem};
use super::Schema;
use super::arrow_values::Layout;
use super::contained::contained;
use super::source::{Block, Pick, Source};

const FORMAT: &str = "parquet";

pub(super) struct ParquetFile {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    layout: Layout,
}

/// Reads the footer.
pub(super) fn open(path: &Path) -> Result<ParquetFile, Error> {
    let fail = |problem| Error::new(path, problem);
    let file = File::open(path).map_err(|e| fail(Problem::reading(e)))?;
    let metadata =
        contained(FORMAT, "the footer", || ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()))
            .map_err(fail)?;
    let rows = usize::try_from(metadata.metadata().file_metadata().num_rows())
        .map_err(|_| fail(Problem::damaged(FORMAT, "the footer", "a negative number of rows")))?;
    let layout = Layout::new(metadata.schema(), Some(rows), FORMAT);
    Ok(ParquetFile { path: path.into(), metadata, layout })
}

impl Source for ParquetFile {
    fn schema(&self) -> &Schema {
        &self.layout.schema
    }

    fn visit(
        &mut self,
        picks: &[Pick],
        rows: usize,
        f: &mut dyn FnMut(Block) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let fail = |problem| Error::new(&self.path, problem);
        let file = File::open(&self.path).map_err(|e| fail(Problem::reading(e)))?;
        let fields = self.layout.fields(picks);
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), fields.iter().copied());
        let all_rows = self.layout.schema.rows.unwrap_or(usize::MAX).max(1);
        let mut reader = contained(FORMAT, "the row groups", || {
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_projection(mask)
                .with_batch_size(rows.min(all_rows))
                .build()
        })
        .map_err(fail)?;
        let mut before = 0;
        loop {
            let place = format!("the rows after {before}");
            let Some(batch) = contained(FORMAT, &place, || reader.next().transpose()).map_err(fail)? else {
                return Ok(());
            };
            before += batch.num_rows();
            f(self.layout.block(&batch, &fields, picks).map_err(fail)?)?;
        }
    }
}
