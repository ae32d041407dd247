//! CSV: text with a header row, read record by record.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::super::error::{Error, Problem};
use super::csv_dialect::{Field, Numbers, is_counted, is_data, separator};
use super::source::{Block, Part, Pick, Source, excerpt};
use super::{ColumnInfo, Kind, Schema, Values};

const FORMAT: &str = "csv";
/// Rows by which a column's kind is judged.
const SAMPLE: usize = 1000;

pub(super) struct CsvFile {
    path: PathBuf,
    schema: Schema,
    separator: u8,
    start: u64,
    header: bool,
}

/// Reads the header and a sample of the rows.
pub(super) fn open(path: &Path) -> Result<CsvFile, Error> {
    attempt(path).map_err(|problem| Error::new(path, problem))
}

fn attempt(path: &Path) -> Result<CsvFile, Problem> {
    let mut head = Vec::new();
    File::open(path).and_then(|f| f.take(1 << 16).read_to_end(&mut head)).map_err(Problem::reading)?;
    let start = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let text = String::from_utf8_lossy(&head[start..]);
    let line = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
    let schema = Schema { format: FORMAT, ..Schema::default() };
    let mut file =
        CsvFile { path: path.into(), schema, separator: separator(line), start: start as u64, header: false };
    let mut reader = file.reader()?;
    let (mut first, mut record) = (StringRecord::new(), StringRecord::new());
    if !next(&mut reader, &mut first)? {
        return Err(Problem::NoRows { rows: 0, columns: 0 });
    }
    let mut more = next(&mut reader, &mut record)?;
    file.header = !is_data(first.iter(), file.separator) || more && is_counted(&first, &record);
    let name = |(i, field): (usize, &str)| match field.trim() {
        name if file.header && !name.is_empty() => name.to_string(),
        _ => format!("c{i}"),
    };
    let names: Vec<String> = first.iter().enumerate().map(name).collect();
    if file.header && !more {
        return Err(Problem::NoRows { rows: 0, columns: names.len() });
    }
    let mut text = vec![false; names.len()];
    let mut numbers = Numbers::new(file.separator);
    let mut judge = |record: &StringRecord| {
        text.iter_mut().zip(record).for_each(|(t, field)| *t |= numbers.read(field) == Field::Text);
    };
    if !file.header {
        judge(&first);
    }
    for _ in 0..SAMPLE {
        if !more {
            break;
        }
        judge(&record);
        more = next(&mut reader, &mut record)?;
    }
    let column = |(name, text)| ColumnInfo { name, kind: if text { Kind::Text } else { Kind::Number } };
    file.schema.columns = names.into_iter().zip(text).map(column).collect();
    Ok(file)
}

impl CsvFile {
    fn reader(&self) -> Result<Reader<BufReader<File>>, Problem> {
        let mut file = File::open(&self.path).map_err(Problem::reading)?;
        file.seek(SeekFrom::Start(self.start)).map_err(Problem::reading)?;
        Ok(ReaderBuilder::new()
            .has_headers(false)
            .delimiter(self.separator)
            .from_reader(BufReader::new(file)))
    }

    /// Reads at most `rows` records into a block.
    fn block(
        &self,
        reader: &mut Reader<BufReader<File>>,
        numbers: &mut Numbers,
        picks: &[Pick],
        before: usize,
        rows: usize,
    ) -> Result<Block, Problem> {
        let mut parts: Vec<Part> = picks.iter().map(|p| Part::empty(p.text)).collect();
        let mut record = StringRecord::new();
        let mut read = 0;
        while read < rows && next(reader, &mut record)? {
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

    fn visit(
        &mut self,
        picks: &[Pick],
        rows: usize,
        f: &mut dyn FnMut(Block) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let fail = |problem| Error::new(&self.path, problem);
        let mut reader = self.reader().map_err(fail)?;
        if self.header {
            next(&mut reader, &mut StringRecord::new()).map_err(fail)?;
        }
        let mut numbers = Numbers::new(self.separator);
        let mut before = 0;
        loop {
            let block = self.block(&mut reader, &mut numbers, picks, before, rows).map_err(fail)?;
            let read = block.rows;
            if read > 0 {
                f(block)?;
            }
            before += read;
            if read < rows {
                return Ok(());
            }
        }
    }
}

/// Reads a record; false at the end of the file.
fn next(reader: &mut Reader<BufReader<File>>, record: &mut StringRecord) -> Result<bool, Problem> {
    reader.read_record(record).map_err(|error| {
        let line = error.position().map_or(0, csv::Position::line);
        match error.into_kind() {
            ErrorKind::Io(source) => Problem::reading(source),
            ErrorKind::UnequalLengths { expected_len, len, .. } => {
                Problem::RaggedRow { line, found: len, expected: expected_len }
            }
            ErrorKind::Utf8 { err, .. } => Problem::Unsupported {
                place: format!("line {line}"),
                found: format!("bytes that are not UTF-8 ({err})"),
                expected: "UTF-8 text",
                advice: "save the table as UTF-8",
            },
            other => Problem::damaged(FORMAT, format!("line {line}"), format!("{other:?}")),
        }
    })
}
