//! CSV: text with a row of names, read record by record.

use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use csv::{ErrorKind, Reader, StringRecord};

use super::super::error::{Error, Problem};
use super::super::steady;
use super::source::{Block, Part, Pick, Source, Taker, excerpt, fits};
use super::{Schema, Values};

mod blanks;
mod bounded;
mod dialect;
mod header;
mod numbers;
mod swallowed;

use blanks::Blanks;
use bounded::{Bounded, END};
use dialect::Dialect;
use header::Head;
use numbers::{Field, Numbers};
use swallowed::Rows;

pub(super) use numbers::{is_missing, is_text};

const FORMAT: &str = "csv";
/// Rows by which columns are judged.
const SAMPLE: usize = 1000;
/// Fewer where there are many columns, or long ones.
const FIELDS: usize = 500_000;
const BYTES: usize = 1 << 26;

type Records = Reader<Bounded<Blanks<BufReader<File>>>>;

pub(super) struct CsvFile {
    path: PathBuf,
    schema: Schema,
    dialect: Dialect,
    numbers: Numbers,
    /// The first row holds names.
    named: bool,
}

/// Reads the names and a sample of the rows.
pub(super) fn open(path: &Path) -> Result<CsvFile, Error> {
    attempt(path).map_err(|problem| Error::new(path, problem))
}

fn attempt(path: &Path) -> Result<CsvFile, Problem> {
    let dialect = Dialect::of(path)?;
    let schema = Schema { format: FORMAT, ..Schema::default() };
    let numbers = Numbers::new(dialect.separator);
    let mut file = CsvFile { path: path.into(), schema, dialect, numbers, named: false };
    let mut reader = file.reader()?;
    let mut rows = Vec::new();
    let mut record = StringRecord::new();
    let (mut fields, mut bytes) = (0, 0);
    // Names alone tell nothing: one row below them is always looked at.
    let more = |rows: usize, fields, bytes| rows < 2 || rows <= SAMPLE && fields < FIELDS && bytes < BYTES;
    while more(rows.len(), fields, bytes) && file.next(&mut reader, &mut record)? {
        fits(record.len())?;
        fields += record.len();
        bytes += record.as_slice().len();
        rows.push(record.clone());
    }
    if rows.is_empty() {
        return Err(Problem::NoRows { rows: 0, columns: 0 });
    }
    let (numbers, note) = Numbers::learn(&rows, file.dialect.separator);
    let first = rows.remove(0);
    let head = Head::new(&first, &rows, numbers, &file.dialect);
    if head.named && rows.is_empty() {
        return Err(Problem::NoRows { rows: 0, columns: head.columns.len() });
    }
    file.numbers = numbers;
    file.named = head.named;
    file.schema.columns = head.columns;
    file.schema.index = head.index;
    file.schema.notes = head.notes.into_iter().chain(note).collect();
    Ok(file)
}

impl CsvFile {
    fn reader(&self) -> Result<Records, Problem> {
        let mut file = steady::open(&self.path)?;
        file.seek(SeekFrom::Start(self.dialect.start)).map_err(Problem::reading)?;
        let text = Blanks::new(BufReader::new(file), self.dialect.blanks);
        Ok(self.dialect.builder().from_reader(Bounded::new(text)))
    }

    /// Reads a record; false at the end of the file.
    fn next(&self, reader: &mut Records, record: &mut StringRecord) -> Result<bool, Problem> {
        let before = self.dialect.lines;
        reader.get_mut().renew();
        let at = before + reader.position().line();
        let more = reader.read_record(record).map_err(|error| {
            let line = before + error.position().map_or(0, csv::Position::line);
            match error.into_kind() {
                ErrorKind::Io(source) if bounded::is_too_long(&source) => bounded::too_long(at),
                ErrorKind::Io(source) => Problem::reading(source),
                ErrorKind::Utf8 { err, .. } => Problem::Unsupported {
                    place: format!("line {line}"),
                    found: format!("bytes that are not UTF-8 ({err})"),
                    expected: "UTF-8 text",
                    advice: "save the table as UTF-8",
                },
                other => Problem::damaged(FORMAT, format!("line {line}"), format!("{other:?}")),
            }
        })?;
        match record.iter().next_back() {
            Some(END) if record.len() == 1 => Ok(false),
            Some(last) if last.ends_with(END) => {
                let place = format!("the row at line {at}");
                Err(Problem::damaged(FORMAT, place, "a quote is opened in it and never closed"))
            }
            _ => Ok(more),
        }
    }

    /// Refuses a record with too few fields, or with more that are not empty.
    fn check(&self, record: &StringRecord) -> Result<(), Problem> {
        let expected = self.schema.columns.len();
        let spare = record.len() > expected && record.iter().skip(expected).all(|f| f.trim().is_empty());
        if record.len() == expected || spare {
            return Ok(());
        }
        let (line, found) = (self.line(record), record.len() as u64);
        Err(Problem::RaggedRow { line, found, expected: expected as u64 })
    }

    /// The line in which a record begins.
    fn line(&self, record: &StringRecord) -> u64 {
        // Carriage returns are not counted as lines, and the line feed behind one only with the next record.
        let (line, before) = record.position().map_or((0, 0), |p| (p.line(), p.record()));
        let behind = u64::from(self.dialect.pairs && before > 0);
        self.dialect.lines + if self.dialect.returns { before + 1 } else { line + behind }
    }

    /// Reads at most `rows` records into a block.
    fn block(
        &self,
        reader: &mut Records,
        numbers: &mut Numbers,
        picks: &[Pick],
        before: usize,
        rows: usize,
    ) -> Result<Block, Problem> {
        let mut parts: Vec<Part> = picks.iter().map(|p| Part::empty(p.text)).collect();
        let mut record = StringRecord::new();
        let mut read = 0;
        let rows_of = Rows {
            columns: &self.schema.columns,
            separator: self.dialect.separator.into(),
            numbers: *numbers,
        };
        while read < rows && self.next(reader, &mut record)? {
            self.check(&record)?;
            rows_of.check(&record, self.line(&record))?;
            read += 1;
            for (pick, part) in picks.iter().zip(&mut parts) {
                let field = record.get(pick.column).unwrap_or_default();
                let place = || (self.schema.columns[pick.column].name.clone(), before + read, excerpt(field));
                match (&mut part.values, numbers_or_text(numbers, field, pick.text)) {
                    (Values::Text(all), parsed) => {
                        all.push(field.trim().to_string());
                        part.nulls += usize::from(parsed == Field::Missing);
                    }
                    (Values::Number(all), Field::Number(value)) => all.push(value),
                    (Values::Number(all), Field::Missing) => {
                        all.push(f64::NAN);
                        part.nulls += 1;
                    }
                    (Values::Number(_), Field::Text) => {
                        let (column, row, value) = place();
                        return Err(Problem::TextValue { column, row, value });
                    }
                    (Values::Number(_), Field::MixedDecimals) => {
                        let (column, row, value) = place();
                        return Err(Problem::MixedDecimals { column, row, value });
                    }
                }
            }
        }
        Ok(Block { rows: read, parts })
    }
}

/// A text column must not settle the decimal sign.
fn numbers_or_text(numbers: &mut Numbers, field: &str, text: bool) -> Field {
    match text {
        true if field.trim().is_empty() => Field::Missing,
        true => Field::Text,
        false => numbers.read(field),
    }
}

impl Source for CsvFile {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn visit(&mut self, picks: &[Pick], rows: usize, f: &mut Taker<'_>) -> Result<(), Error> {
        let fail = |problem| Error::new(&self.path, problem);
        let mut reader = self.reader().map_err(fail)?;
        if self.named {
            self.next(&mut reader, &mut StringRecord::new()).map_err(fail)?;
        }
        let mut numbers = self.numbers;
        let mut before = 0;
        loop {
            let block = self.block(&mut reader, &mut numbers, picks, before, rows).map_err(fail)?;
            let read = block.rows;
            if read > 0 && f(block)?.is_break() || read < rows {
                return Ok(());
            }
            before += read;
        }
    }

    fn texts(&mut self, picks: &[Pick]) -> Result<Vec<bool>, Error> {
        let fail = |problem| Error::new(&self.path, problem);
        let mut reader = self.reader().map_err(fail)?;
        let mut record = StringRecord::new();
        if self.named {
            self.next(&mut reader, &mut record).map_err(fail)?;
        }
        let mut numbers = self.numbers;
        let mut texts = vec![false; picks.len()];
        while self.next(&mut reader, &mut record).map_err(fail)? {
            for (pick, text) in picks.iter().zip(&mut texts).filter(|(p, text)| !p.text && !**text) {
                *text = numbers.read(record.get(pick.column).unwrap_or_default()) == Field::Text;
            }
        }
        Ok(texts)
    }
}
