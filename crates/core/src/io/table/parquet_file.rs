//! Parquet: only the chosen columns are read, some rows at a time.

use std::path::{Path, PathBuf};

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;

use super::super::error::{Error, Problem};
use super::super::steady;
use super::Schema;
use super::arrow_values::Layout;
use super::contained::contained;
use super::parquet_check;
use super::source::{Pick, Source, Taker};

const FORMAT: &str = "parquet";
/// Rows by which the length of lists is judged.
const LISTS: usize = 1000;

pub(super) struct ParquetFile {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    layout: Layout,
}

/// Reads the footer.
pub(super) fn open(path: &Path) -> Result<ParquetFile, Error> {
    let fail = |problem| Error::new(path, problem);
    let file = steady::open(path).map_err(fail)?;
    parquet_check::footer(&file).map_err(fail)?;
    let metadata =
        contained(path, FORMAT, "the footer", || ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()))
            .map_err(fail)?;
    let rows = usize::try_from(metadata.metadata().file_metadata().num_rows())
        .map_err(|_| fail(Problem::damaged(FORMAT, "the footer", "a negative number of rows")))?;
    let first = |fields: Vec<usize>| {
        let mut reader = reader(path, &metadata, &fields, LISTS.min(rows))?;
        contained(path, FORMAT, "the first rows", || reader.next().transpose())
    };
    let layout = Layout::new(metadata.schema(), rows, FORMAT, first).map_err(fail)?;
    Ok(ParquetFile { path: path.into(), metadata, layout })
}

/// Reads some fields, `rows` rows at a time.
fn reader(
    path: &Path,
    metadata: &ArrowReaderMetadata,
    fields: &[usize],
    rows: usize,
) -> Result<ParquetRecordBatchReader, Problem> {
    let file = steady::open(path)?;
    let mask = ProjectionMask::roots(metadata.parquet_schema(), fields.iter().copied());
    for group in metadata.metadata().row_groups() {
        for (_, column) in group.columns().iter().enumerate().filter(|(leaf, _)| mask.leaf_included(*leaf)) {
            let name = column.column_path().string();
            let place = format!("column `{name}`");
            let range = || Ok::<_, ParquetError>(column.byte_range());
            let (start, length) = contained(path, FORMAT, &place, range)?;
            parquet_check::pages(&file, start, start.saturating_add(length), &name)?;
        }
    }
    contained(path, FORMAT, "the row groups", || {
        ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone())
            .with_projection(mask)
            .with_batch_size(rows.max(1))
            .build()
    })
}

impl Source for ParquetFile {
    fn schema(&self) -> &Schema {
        &self.layout.schema
    }

    fn visit(&mut self, picks: &[Pick], rows: usize, f: &mut Taker<'_>) -> Result<(), Error> {
        let fail = |problem| Error::new(&self.path, problem);
        let fields = self.layout.fields(picks);
        let all_rows = self.layout.schema.rows.unwrap_or(usize::MAX);
        let mut reader = reader(&self.path, &self.metadata, &fields, rows.min(all_rows)).map_err(fail)?;
        let mut before = 0;
        loop {
            let place = format!("the rows after {before}");
            let next = contained(&self.path, FORMAT, &place, || reader.next().transpose());
            let Some(batch) = next.map_err(fail)? else {
                // Without columns there are no rows.
                if before == all_rows || fields.is_empty() {
                    return Ok(());
                }
                let detail = format!("found {before} rows, expected {all_rows} as the footer says");
                return Err(fail(Problem::damaged(FORMAT, "the row groups", detail)));
            };
            if f(self.layout.block(&self.path, &batch, &fields, picks, before).map_err(fail)?)?.is_break() {
                return Ok(());
            }
            before += batch.num_rows();
        }
    }
}
