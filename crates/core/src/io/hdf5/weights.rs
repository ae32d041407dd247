//! Every numeric dataset of a file as a tensor: Keras, MATLAB 7.3, or any other.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::dtype::Dtype;
use super::super::error::Problem;
use super::super::tensors::matlab::{Entries, rows_first};
use super::super::tensors::{Tensor, Tensors, Texts};
use super::attributes::{Attribute, Value, attributes, named};
use super::dataset::Dataset;
use super::fail::damaged;
use super::file::Hdf5;
use super::header;
use super::matlab::{self, Class};
use super::tree::{Entry, resolve, tree};
use super::types::Type;
use super::values;
use crate::memory::written;

/// Attributes of the libraries that say how something is stored.
const INTERNAL: [&str; 5] = ["CLASS", "NAME", "MATLAB_class", "DIMENSION_LIST", "REFERENCE_LIST"];

/// The numeric datasets of a file as tensors, their names the paths joined by `.`.
///
/// Texts, alone or as attributes, are [`metadata`](Tensors::metadata), so the configuration of a Keras model is under
/// `model_config`; arrays of text are [`texts`](Tensors::texts). What MATLAB saved has its shape as MATLAB shows it: HDF5 has
/// the dimensions in reverse. A `.keras` archive is opened by [`Hdf5::from_bytes`] of its entry `model.weights.h5`.
///
/// With `values` false the tensors have no values, and nothing but the structure of the file is read.
///
/// # Errors
/// A damaged file, or one whose values take more memory than one of its length may ask for. Complex numbers, cells,
/// records and links out of the file are no errors, but [`skipped`](Tensors::skipped).
pub fn weights(file: &Hdf5, values: bool) -> Result<Tensors, Problem> {
    let mut all = All { file, values, sparse: vec![], out: Tensors { format: "hdf5", ..Tensors::default() } };
    let root = header::messages(file, "the root", file.root)?;
    all.describe("", attributes(file, "/", &root)?);
    for entry in tree(file)? {
        all.entry(&entry)?;
    }
    let mut seen = BTreeSet::new();
    match all.out.tensors.iter().find(|t| !seen.insert(t.name.as_str())) {
        Some(twice) => Err(Problem::DuplicateTensor { name: twice.name.clone() }),
        None => Ok(all.out),
    }
}

/// As [`weights`], of the file at `path`.
///
/// # Errors
/// As [`Hdf5::open`] and [`weights`].
pub fn read_weights(path: &Path, values: bool) -> Result<Tensors, Problem> {
    weights(&Hdf5::open(path)?, values)
}

struct All<'a> {
    file: &'a Hdf5,
    values: bool,
    /// Groups that are sparse matrices.
    sparse: Vec<String>,
    out: Tensors,
}

impl All<'_> {
    fn skip(&mut self, name: &str, why: impl Into<String>) {
        self.out.skipped.push((name.to_owned(), why.into()));
    }

    fn entry(&mut self, entry: &Entry) -> Result<(), Problem> {
        let name = entry.path.trim_start_matches('/').replace('/', ".");
        if matlab::internal(&entry.path) || self.sparse.iter().any(|s| entry.path.starts_with(s)) {
            return Ok(());
        }
        if let Some(why) = &entry.refused {
            entry.sound()?;
            self.skip(&name, why.clone());
            return Ok(());
        }
        let messages = header::messages(self.file, &format!("`{}`", entry.path), entry.address)?;
        let about = attributes(self.file, &entry.path, &messages)?;
        if entry.kind == "group" {
            if let Some(rows) = named(&about, "MATLAB_sparse").and_then(Attribute::number) {
                self.sparse.push(format!("{}/", entry.path));
                return self.sparse(name, &entry.path, rows, matlab::class(&about));
            }
            self.describe(&name, about);
            return Ok(());
        }
        if entry.shape.is_none() {
            return Ok(());
        }
        let data = Dataset::of(self.file, &entry.path, messages)?;
        match matlab::class(&about) {
            Some(class) => self.variable(name, &data, &about, class),
            None => {
                let bf16 = named(&about, "dtype").and_then(Attribute::text) == Some("bfloat16");
                self.describe(&name, about);
                self.dataset(name, &data, bf16)
            }
        }
    }

    /// Keeps texts among attributes.
    fn describe(&mut self, name: &str, about: Vec<Attribute>) {
        for a in about {
            let Value::Texts(values) = a.value else { continue };
            if INTERNAL.contains(&&a.name[..]) {
                continue;
            }
            let name = if name.is_empty() { a.name } else { format!("{name}.{}", a.name) };
            self.text(name, a.shape, values);
        }
    }

    /// Keeps a text, or an array of texts.
    fn text(&mut self, name: String, shape: Vec<usize>, mut values: Vec<String>) {
        match shape.is_empty().then(|| values.pop()).flatten() {
            Some(text) => drop(self.out.metadata.insert(name, text)),
            None => self.out.texts.push(Texts { name, shape, values }),
        }
    }

    fn dataset(&mut self, name: String, data: &Dataset, bf16: bool) -> Result<(), Problem> {
        match &data.kind {
            _ if data.null => self.skip(&name, "it has no place for values"),
            Type::Number { dtype, big_endian } => {
                let read =
                    self.values.then(|| values::typed(self.file, data, *dtype, *big_endian)).transpose()?;
                let (shape, dtype) = (data.sizes(), dtype.name().into());
                self.out.tensors.push(Tensor { name, shape, dtype, data: read.unwrap_or_default() });
            }
            // Keras keeps bf16 in values that have no type.
            Type::Other(_) if bf16 && data.width == 2 => {
                let read =
                    self.values.then(|| values::typed(self.file, data, Dtype::Bf16, false)).transpose()?;
                let (shape, dtype) = (data.sizes(), Dtype::Bf16.name().into());
                self.out.tensors.push(Tensor { name, shape, dtype, data: read.unwrap_or_default() });
            }
            kind if kind.is_text() => {
                if self.values || data.shape.is_empty() {
                    let values = values::texts(self.file, data)?;
                    self.text(name, data.sizes(), values);
                }
            }
            kind => {
                let why = format!("{}; not a real number", kind.name());
                self.skip(&name, why);
            }
        }
        Ok(())
    }

    /// A sparse matrix of MATLAB's, written out where memory allows: rows of the values (`ir`, none where there are no values),
    /// where each column begins (`jc`), and the values.
    fn sparse(&mut self, name: String, path: &str, rows: f64, class: Option<Class>) -> Result<(), Problem> {
        let part = |what: &str| -> Result<Option<Vec<f64>>, Problem> {
            let path = format!("{path}/{what}");
            match resolve(self.file, &path) {
                Ok(address) => {
                    values::numbers(self.file, &Dataset::open(self.file, &path, address)?).map(Some)
                }
                Err(Problem::MissingArray { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        };
        let place = format!("`{path}`");
        let starts = part("jc")?.ok_or_else(|| damaged(&place, "a sparse matrix without columns"))?;
        let (rows, columns) = (rows as usize, starts.len().saturating_sub(1));
        let count = (rows as u64).saturating_mul(columns as u64);
        if count.saturating_mul(8) > self.file.allowance() / 2 {
            let size = written(count.saturating_mul(8));
            let why = format!(
                "a sparse matrix of {rows} x {columns}, which takes {size} when written out; save full(x) of a part"
            );
            self.skip(&name, why);
            return Ok(());
        }
        let dtype = if class == Some(Class::Logical) { Dtype::Bool } else { Dtype::F64 }.name().into();
        let shape = vec![rows, columns];
        let mut data = vec![];
        if self.values {
            let (at, values) = (part("ir")?.unwrap_or_default(), part("data")?.unwrap_or_default());
            self.file.take(
                &place,
                count.saturating_mul(8).saturating_add(16 * (at.len() + starts.len()) as u64),
            )?;
            let whole = |v: &[f64]| v.iter().map(|v| *v as i64).collect::<Vec<_>>();
            let (at, starts) = (whole(&at), whole(&starts));
            let entries = Entries { rows, columns, at: &at, starts: &starts, values: &values };
            data = entries
                .full()
                .ok_or_else(|| damaged(&place, format!("indices outside of {rows} x {columns}")))?;
        }
        self.out.tensors.push(Tensor { name, shape, dtype, data });
        Ok(())
    }

    /// A variable of MATLAB's.
    fn variable(
        &mut self,
        name: String,
        data: &Dataset,
        about: &[Attribute],
        class: Class,
    ) -> Result<(), Problem> {
        let Type::Number { dtype, .. } = data.kind else {
            let why = match (&data.kind, class) {
                (Type::Complex, _) => "complex numbers; save real(x) and imag(x)".into(),
                (_, Class::Cell) => "a cell array; save its cells as variables".into(),
                (Type::References, _) => "a struct array; save its elements as variables".into(),
                (kind, _) => format!("{} of a class that is not read", kind.name()),
            };
            self.skip(&name, why);
            return Ok(());
        };
        let empty = matlab::is_empty(about);
        if class == Class::Cell || class == Class::Other {
            self.skip(
                &name,
                if class == Class::Cell { "a cell array" } else { "of a class that is not read" },
            );
            return Ok(());
        }
        let (shape, read) = match (empty, self.values || class == Class::Char) {
            (true, _) => (matlab::sizes(&values::numbers(self.file, data)?), vec![]),
            (false, false) => (matlab::reversed(data), vec![]),
            (false, true) => {
                let read = values::numbers(self.file, data)?;
                self.file.take(&data.place(), 8 * read.len() as u64)?;
                (matlab::reversed(data), read)
            }
        };
        if class == Class::Char {
            let rows = if empty { vec![String::new()] } else { matlab::rows(&read, &shape) };
            let shape = if rows.len() == 1 { vec![] } else { vec![rows.len()] };
            self.text(name, shape, rows);
            return Ok(());
        }
        let dtype = if class == Class::Logical { Dtype::Bool } else { dtype }.name().into();
        let data = rows_first(read, &shape);
        self.out.tensors.push(Tensor { name, shape, dtype, data });
        Ok(())
    }
}
