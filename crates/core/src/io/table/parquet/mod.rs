//! Parquet: only the chosen columns are read, some rows at a time.

use std::fs::File;
use std::path::{Path, PathBuf};

use polars_parquet::read::{FileMetadata, read_metadata};

use super::super::error::{Error, Problem};
use super::super::steady;
use super::Schema;
use super::arrow::{Layout, Rows};
use super::contained::contained;
use super::source::{Pick, Source, Taker};

mod column;
mod fields;
mod footer;
mod pages;
mod thrift;

use column::Column;
use fields::Root;
use pages::Pages;

const FORMAT: &str = "parquet";
/// Rows by which the length of lists is judged.
const LISTS: usize = 1000;

pub(super) struct ParquetFile {
    path: PathBuf,
    about: FileMetadata,
    roots: Vec<Root>,
    layout: Layout,
}

/// Reads the footer.
pub(super) fn open(path: &Path) -> Result<ParquetFile, Error> {
    let fail = |problem| Error::new(path, problem);
    let mut file = steady::open(path).map_err(fail)?;
    footer::check(&file).map_err(fail)?;
    let (about, roots) = contained(path, FORMAT, "the footer", || {
        let about = read_metadata(&mut file)?;
        let roots = fields::roots(&about.schema_descr);
        Ok::<_, polars::error::PolarsError>((about, roots))
    })
    .map_err(fail)?;
    let rows = about.num_rows;
    let first = |fields: Vec<usize>| {
        let chosen: Vec<&Root> = fields.iter().map(|k| &roots[*k]).collect();
        Reader::new(path, &file, &about, &chosen)?.next(LISTS.min(rows))
    };
    let fields: Vec<_> = roots.iter().map(|root| root.field.clone()).collect();
    let said = about.key_value_metadata.iter().flatten().find(|pair| pair.key == "pandas");
    let pandas = said.and_then(|pair| pair.value.as_deref());
    let layout = Layout::new(&fields, pandas, rows, FORMAT, first).map_err(fail)?;
    Ok(ParquetFile { path: path.into(), about, roots, layout })
}

/// Reads some fields through all row groups.
struct Reader<'a> {
    path: &'a Path,
    file: &'a File,
    about: &'a FileMetadata,
    fields: Vec<&'a Root>,
    /// Row groups that were begun.
    groups: usize,
    /// Rows that are left in the last of them.
    left: usize,
    columns: Vec<Column<'a>>,
}

impl<'a> Reader<'a> {
    /// Checks all pages of the fields.
    fn new(
        path: &'a Path,
        file: &'a File,
        about: &'a FileMetadata,
        fields: &[&'a Root],
    ) -> Result<Self, Problem> {
        for (group, root) in about.row_groups.iter().flat_map(|g| fields.iter().map(move |f| (g, f))) {
            Pages::new(path, file, &group.parquet_columns()[root.leaf])?.check()?;
        }
        let fields = fields.to_vec();
        Ok(Self { path, file, about, fields, groups: 0, left: 0, columns: vec![] })
    }

    /// The next rows, at most `rows`; none at the end.
    fn next(&mut self, rows: usize) -> Result<Option<Rows>, Problem> {
        let mut found = Rows { rows: 0, fields: self.fields.iter().map(|_| vec![]).collect() };
        while found.rows < rows {
            if self.left == 0 {
                let Some(group) = self.about.row_groups.get(self.groups) else { break };
                let column = |root: &&'a Root| {
                    Column::new(self.path, self.file, &group.parquet_columns()[root.leaf], &root.field)
                };
                self.columns = self.fields.iter().map(column).collect::<Result<_, _>>()?;
                (self.groups, self.left) = (self.groups + 1, group.num_rows());
                continue;
            }
            let wanted = self.left.min(rows - found.rows);
            for (column, arrays) in self.columns.iter_mut().zip(&mut found.fields) {
                arrays.extend(column.take(wanted)?);
            }
            found.rows += wanted;
            self.left -= wanted;
        }
        Ok((found.rows > 0).then_some(found))
    }
}

impl Source for ParquetFile {
    fn schema(&self) -> &Schema {
        &self.layout.schema
    }

    fn visit(&mut self, picks: &[Pick], rows: usize, f: &mut Taker<'_>) -> Result<(), Error> {
        let fail = |problem| Error::new(&self.path, problem);
        let fields = self.layout.fields(picks);
        // Without columns there are no rows.
        if fields.is_empty() {
            return Ok(());
        }
        let file = steady::open(&self.path).map_err(fail)?;
        let chosen: Vec<&Root> = fields.iter().map(|k| &self.roots[*k]).collect();
        let mut reader = Reader::new(&self.path, &file, &self.about, &chosen).map_err(fail)?;
        let read = self.layout.hand(&self.path, &fields, picks, &mut || reader.next(rows), f)?;
        match (read, self.about.num_rows) {
            (Some(found), all) if found != all => {
                let detail = format!("found {found} rows, expected {all} as the footer says");
                Err(fail(Problem::damaged(FORMAT, "the row groups", detail)))
            }
            _ => Ok(()),
        }
    }
}
