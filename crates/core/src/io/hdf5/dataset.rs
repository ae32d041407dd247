//! A dataset: its shape, its type, and where its values lie.

use hdf5_reader::io::Cursor;
use hdf5_reader::messages::dataspace::{self, DataspaceType};
use hdf5_reader::messages::filter_pipeline::{self, FilterDescription};
use hdf5_reader::messages::{
    MSG_DATA_LAYOUT, MSG_DATASPACE, MSG_DATATYPE, MSG_EXTERNAL_FILES, MSG_FILL_VALUE, MSG_FILL_VALUE_OLD,
    MSG_FILTER_PIPELINE, fill_value,
};

use super::super::error::Problem;
use super::fail::{damaged, told};
use super::file::Hdf5;
use super::header::{self, Message};
use super::layout::{Layout, layout};
use super::types::{self, Type};

/// Dimensions that HDF5 allows.
const MOST_DIMENSIONS: usize = 32;

/// A dataset, without its values.
pub(super) struct Dataset {
    pub path: String,
    /// Sizes of the dimensions; none for a scalar.
    pub shape: Vec<u64>,
    /// Whether it has no place for values at all.
    pub null: bool,
    pub kind: Type,
    /// Bytes of one value.
    pub width: usize,
    pub layout: Layout,
    pub filters: Vec<FilterDescription>,
    /// A value that was never written.
    pub fill: Vec<u8>,
    /// Sizes that the dimensions may grow to.
    pub most: Option<Vec<u64>>,
    pub messages: Vec<Message>,
}

impl Dataset {
    /// Whether an object with these messages is a dataset.
    pub(super) fn is(messages: &[Message]) -> bool {
        messages.iter().any(|m| m.kind == MSG_DATA_LAYOUT)
    }

    /// The dataset at `address`.
    pub(super) fn open(file: &Hdf5, path: &str, address: u64) -> Result<Self, Problem> {
        let messages = header::messages(file, &named(path), address)?;
        Self::of(file, path, messages)
    }

    pub(super) fn of(file: &Hdf5, path: &str, messages: Vec<Message>) -> Result<Self, Problem> {
        let place = named(path);
        let failed = |e| told(&place, e);
        let (o, l) = (file.offset_size, file.length_size);
        let body = |kind| messages.iter().find(|m| m.kind == kind).map(|m| &m.body[..]);
        let need =
            |kind, what: &str| body(kind).ok_or_else(|| damaged(&place, format!("a dataset without {what}")));
        let space = need(MSG_DATASPACE, "a shape")?;
        let space = dataspace::parse(&mut Cursor::new(space), o, l, space.len()).map_err(failed)?;
        if space.dims.len() > MOST_DIMENSIONS {
            return Err(damaged(&place, "more than 32 dimensions"));
        }
        let (kind, width) = types::read(&place, need(MSG_DATATYPE, "a type")?)?;
        let filters = match body(MSG_FILTER_PIPELINE) {
            Some(b) => filter_pipeline::parse(&mut Cursor::new(b), o, l, b.len()).map_err(failed)?.filters,
            None => vec![],
        };
        let fill = match (body(MSG_FILL_VALUE), body(MSG_FILL_VALUE_OLD)) {
            (Some(b), _) => fill_value::parse_new(&mut Cursor::new(b), o, l, b.len()).map_err(failed)?.value,
            (None, Some(b)) => {
                fill_value::parse_old(&mut Cursor::new(b), o, l, b.len()).map_err(failed)?.value
            }
            (None, None) => None,
        };
        let fill = fill.filter(|f| f.len() == width).unwrap_or_else(|| vec![0; width.min(1 << 16)]);
        if body(MSG_EXTERNAL_FILES).is_some() {
            return Err(Problem::Unsupported {
                place,
                found: "values that lie in another file".into(),
                expected: "values in this file",
                advice: super::REPACK,
            });
        }
        let rank = space.dims.len();
        let layout = layout(&place, need(MSG_DATA_LAYOUT, "a place for its values")?, (o, l), rank, width)?;
        let null = space.dataspace_type == DataspaceType::Null;
        let (shape, most) = (space.dims, space.max_dims);
        Ok(Self { path: path.into(), shape, null, kind, width, layout, filters, fill, most, messages })
    }

    /// The name for messages.
    pub(super) fn place(&self) -> String {
        named(&self.path)
    }

    /// Values, if they can be counted.
    pub(super) fn elements(&self) -> Option<u64> {
        match self.null {
            true => Some(0),
            false => self.shape.iter().try_fold(1u64, |n, d| n.checked_mul(*d)),
        }
    }

    /// The shape in memory.
    pub(super) fn sizes(&self) -> Vec<usize> {
        let size = |d: &u64| usize::try_from(*d).unwrap_or(usize::MAX);
        if self.null { vec![0] } else { self.shape.iter().map(size).collect() }
    }
}

pub(super) fn named(path: &str) -> String {
    format!("dataset `{}`", super::super::shown::name(path))
}
