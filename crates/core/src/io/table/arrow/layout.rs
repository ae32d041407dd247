//! How the columns of a table lie in the fields of a Parquet or Arrow file.

use std::path::Path;

use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowDataType as DataType, Field};

use super::super::super::error::{Error, Problem};
use super::super::super::shown;
use super::super::source::{Block, Part, Pick, Taker, fits};
use super::super::{ColumnInfo, Kind, Schema, Values};
use super::lists::{List, common_width};
use super::values::part;
use crate::memory;

/// Wider lists are not opened into columns.
const WIDEST_LIST: usize = 1 << 16;

/// Consecutive rows of some fields, each as arrays one behind the other.
pub(in super::super) struct Rows {
    pub rows: usize,
    pub fields: Vec<Vec<Box<dyn Array>>>,
}

/// How table columns lie in the fields of a file.
pub(in super::super) struct Layout {
    pub schema: Schema,
    /// Names of the fields.
    names: Vec<String>,
    slots: Vec<Slot>,
}

/// A field, or one item of a list of `width`.
#[derive(Clone, Copy)]
struct Slot {
    field: usize,
    item: Option<(usize, usize)>,
}

impl Layout {
    /// The columns of `fields`; `first` gives the first rows of some of them, by which the length of lists is known, and
    /// `pandas` is what that library says of the table.
    pub(in super::super) fn new(
        fields: &[Field],
        pandas: Option<&str>,
        rows: usize,
        format: &'static str,
        first: impl FnOnce(Vec<usize>) -> Result<Option<Rows>, Problem>,
    ) -> Result<Self, Problem> {
        let mut layout = Self {
            schema: Schema { rows: Some(rows), format, ..Schema::default() },
            names: fields.iter().map(|f| f.name.to_string()).collect(),
            slots: vec![],
        };
        let variable = |k: &usize| match &fields[*k].dtype {
            DataType::List(of) | DataType::LargeList(of) => kind(&of.dtype) == Kind::Number,
            _ => false,
        };
        let lists: Vec<usize> = (0..fields.len()).filter(variable).collect();
        let first = if lists.is_empty() || rows == 0 { None } else { first(lists.clone())? };
        for (field, about) in fields.iter().enumerate() {
            let name = layout.names[field].clone();
            let width = match &about.dtype {
                DataType::FixedSizeList(of, width) if kind(&of.dtype) == Kind::Number => Ok(*width),
                other => match (lists.binary_search(&field), &first) {
                    (Ok(i), Some(first)) => common_width(&first.fields[i]).map_err(Kind::Other),
                    _ => Err(kind(other)),
                },
            };
            fits(layout.slots.len() + width.as_ref().map_or(1, |w| (*w).min(WIDEST_LIST)))?;
            match width {
                Ok(width) if (1..=WIDEST_LIST).contains(&width) => (0..width).for_each(|item| {
                    layout.add(format!("{name}{item}"), Kind::Number, field, Some((item, width)))
                }),
                Ok(width) => layout.add(name, Kind::Other(format!("a list of {width}")), field, None),
                Err(kind) => layout.add(name, kind, field, None),
            }
        }
        layout.schema.index = index(pandas, &layout.schema);
        Ok(layout)
    }

    fn add(&mut self, name: String, kind: Kind, field: usize, item: Option<(usize, usize)>) {
        self.schema.columns.push(ColumnInfo { name, kind });
        self.slots.push(Slot { field, item });
    }

    /// The fields that hold the picked columns, in the order of the file.
    pub(in super::super) fn fields(&self, picks: &[Pick]) -> Vec<usize> {
        let mut fields: Vec<usize> = picks.iter().map(|p| self.slots[p.column].field).collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// Hands on the picked columns of what `next` reads of `fields`, to its end: its rows, or none where no more were wanted.
    pub(in super::super) fn hand(
        &self,
        path: &Path,
        fields: &[usize],
        picks: &[Pick],
        next: &mut dyn FnMut() -> Result<Option<Rows>, Problem>,
        f: &mut Taker<'_>,
    ) -> Result<Option<usize>, Error> {
        let fail = |problem| Error::new(path, problem);
        let mut before = 0;
        while let Some(found) = next().map_err(fail)? {
            if f(self.block(path, &found, fields, picks, before).map_err(fail)?)?.is_break() {
                return Ok(None);
            }
            before += found.rows;
        }
        Ok(Some(before))
    }

    /// The picked columns of rows that hold only `fields` and come after `before` rows.
    ///
    /// Long texts that many rows share take their place in each: within what the file at `path` may take.
    fn block(
        &self,
        path: &Path,
        rows: &Rows,
        fields: &[usize],
        picks: &[Pick],
        before: usize,
    ) -> Result<Block, Problem> {
        let name = shown::line(&format!("{}: the rows after {before}", path.display()));
        memory::within(memory::allowed(path), name, || self.parts(rows, fields, picks, before))
    }

    fn parts(&self, rows: &Rows, fields: &[usize], picks: &[Pick], before: usize) -> Result<Block, Problem> {
        let mut parts = Vec::with_capacity(picks.len());
        // Items of one list stand together: each list is opened once.
        let mut open: Option<(usize, Vec<List>)> = None;
        for pick in picks {
            let slot = self.slots[pick.column];
            let arrays = fields.binary_search(&slot.field).ok().and_then(|at| rows.fields.get(at));
            let damaged = || Problem::ColumnType {
                column: self.schema.columns[pick.column].name.clone(),
                found: arrays.and_then(|a| a.first()).map_or_else(|| "nothing".into(), |a| named(a.dtype())),
            };
            let arrays = arrays.ok_or_else(damaged)?;
            let found: Option<Vec<Part>> = match slot.item {
                Some((item, width)) => {
                    if open.as_ref().is_none_or(|(field, _)| *field != slot.field) {
                        let lists = opened(arrays, width, &self.names[slot.field], before)?;
                        open = Some((slot.field, lists.ok_or_else(damaged)?));
                    }
                    let lists = open.iter().flat_map(|(_, lists)| lists);
                    lists.map(|list| list.item(item).map(|part| as_asked(part, pick.text))).collect()
                }
                None => arrays.iter().map(|array| part(array.as_ref(), pick.text)).collect(),
            };
            let whole = found.and_then(|parts| {
                parts.into_iter().reduce(|mut all, next| {
                    all.append(next);
                    all
                })
            });
            parts.push(whole.filter(|p| p.len() == rows.rows).ok_or_else(damaged)?);
        }
        Ok(Block { rows: rows.rows, parts })
    }
}

/// Opens lists of `width` items that come after `before` rows of the column `name`.
fn opened(
    arrays: &[Box<dyn Array>],
    width: usize,
    name: &str,
    mut before: usize,
) -> Result<Option<Vec<List>>, Problem> {
    let mut lists = Vec::with_capacity(arrays.len());
    for array in arrays {
        let Some(list) = List::open(array.as_ref(), width, name, before)? else { return Ok(None) };
        lists.push(list);
        before += array.len();
    }
    Ok(Some(lists))
}

/// The columns that pandas wrote for its index: by its own words in the file, or by their names.
fn index(pandas: Option<&str>, schema: &Schema) -> Vec<String> {
    let said: serde_json::Value = pandas.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let named: Vec<&str> =
        said["index_columns"].as_array().into_iter().flatten().filter_map(|v| v.as_str()).collect();
    let level = |name: &str| name.starts_with("__index_level_") && name.ends_with("__");
    let names = schema.columns.iter().map(|c| &c.name).filter(|n| level(n) || named.contains(&n.as_str()));
    let all: Vec<String> = names.cloned().collect();
    if all.len() < schema.columns.len() { all } else { vec![] }
}

/// Numbers as text, where that was asked for.
fn as_asked(part: Part, text: bool) -> Part {
    let values = match part.values {
        Values::Number(values) if text => Values::Text(values.iter().map(f64::to_string).collect()),
        values => values,
    };
    Part { values, ..part }
}

fn kind(of: &DataType) -> Kind {
    use DataType::*;
    match of {
        Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64 | Float16 | Float32 | Float64 => {
            Kind::Number
        }
        Decimal(..) | Decimal32(..) | Decimal64(..) | Decimal256(..) => Kind::Number,
        Boolean | Timestamp(..) | Date32 | Date64 | Time32(_) | Time64(_) | Duration(_) => Kind::Number,
        Utf8 | LargeUtf8 | Utf8View => Kind::Text,
        Dictionary(_, values, _) if !matches!(values.as_ref(), Dictionary(..)) => kind(values),
        Extension(own) if !matches!(own.inner, Extension(_)) => kind(&own.inner),
        other => Kind::Other(named(other)),
    }
}

/// A type in a few words.
fn named(of: &DataType) -> String {
    use DataType::*;
    match of {
        List(of) | LargeList(of) => format!("List({})", inner(&of.dtype)),
        FixedSizeList(of, width) => format!("List({} of {width})", inner(&of.dtype)),
        Struct(_) => "Struct".into(),
        Map(..) => "Map".into(),
        Union(_) => "Union".into(),
        Binary | LargeBinary | BinaryView | FixedSizeBinary(_) => "Binary".into(),
        Dictionary(_, values, _) => format!("Dictionary({})", inner(values)),
        Extension(own) => inner(&own.inner),
        other => format!("{other:?}"),
    }
}

/// What is inside another type, without what is inside that.
fn inner(of: &DataType) -> String {
    use DataType::*;
    match of {
        List(_) | LargeList(_) | FixedSizeList(..) => "List".into(),
        Dictionary(..) => "Dictionary".into(),
        Extension(_) => "Extension".into(),
        other => named(other),
    }
}
