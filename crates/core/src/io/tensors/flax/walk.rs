//! From msgpack to named tensors.

use super::super::super::dtype::Dtype;
use super::super::super::error::Problem;
use super::super::budget::{Budget, count};
use super::super::{Tensor, Tensors};
use super::arrays::{self, Array};
use super::msgpack::{Item, Items};
use super::{DEEPEST, FORMAT};

/// Codes of the extensions.
const ARRAY: u8 = 1;
const COMPLEX: u8 = 2;
const SCALAR: u8 = 3;
/// The first key of an array in pieces.
const CHUNKED: &[u8] = b"__msgpack_chunked_array__";

/// The arrays of `bytes`, which may take `limit` bytes.
pub(super) fn tensors(bytes: &[u8], limit: u64, values: bool) -> Result<Tensors, Problem> {
    let out = Tensors { format: "flax", ..Tensors::default() };
    let mut walk = Walk { items: Items::new(bytes), out, budget: Budget::new(limit), values };
    walk.value("", 0)?;
    match walk.items.left() {
        0 => Ok(walk.out),
        left => Err(walk.items.damaged(format!("{left} bytes behind the end of the data"))),
    }
}

struct Walk<'a> {
    items: Items<'a>,
    out: Tensors,
    budget: Budget,
    values: bool,
}

impl<'a> Walk<'a> {
    /// Takes in the next value under `name`.
    fn value(&mut self, name: &str, depth: usize) -> Result<(), Problem> {
        if depth > DEEPEST {
            let (found, limit) = (DEEPEST as u64 + 1, DEEPEST as u64);
            let place = format!("`{name}`");
            return Err(Problem::TooLarge { place, unit: "levels of nesting", found, limit });
        }
        match self.items.next()? {
            Item::Nil => Ok(()),
            Item::Bool(value) => self.note(name, value.to_string()),
            Item::Int(value) => self.note(name, value.to_string()),
            Item::Float(value) => self.note(name, value.to_string()),
            Item::Text(text) => self.note(name, String::from_utf8_lossy(text).into_owned()),
            Item::Bytes(_) => self.skip(name, "bytes, not an array"),
            Item::Array(length) => {
                for k in 0..length {
                    let name = self.budget.join(name, &k.to_string())?;
                    self.value(&name, depth + 1)?;
                }
                Ok(())
            }
            Item::Map(length) => self.map(name, length, depth),
            Item::Ext(ARRAY, bytes) => self.array(name, &Array::read(bytes, name)?),
            Item::Ext(SCALAR, bytes) => self.scalar(name, &Array::read(bytes, name)?),
            Item::Ext(COMPLEX, _) => self.skip(name, "a complex number"),
            Item::Ext(code, _) => {
                self.skip(name, &format!("an extension of type {code}, which Flax does not write"))
            }
        }
    }

    fn map(&mut self, name: &str, length: usize, depth: usize) -> Result<(), Problem> {
        for k in 0..length {
            let key = match self.items.next()? {
                Item::Text(key) | Item::Bytes(key) => key,
                Item::Int(key) => {
                    let name = self.budget.join(name, &key.to_string())?;
                    self.value(&name, depth + 1)?;
                    continue;
                }
                _ => return Err(self.items.damaged("a key that is neither text nor a whole number")),
            };
            if k == 0 && key == CHUNKED {
                return self.chunked(name, length);
            }
            let name = self.budget.join(name, &String::from_utf8_lossy(key))?;
            self.value(&name, depth + 1)?;
        }
        Ok(())
    }

    /// `{marker: True, "shape": {"0": ..}, "chunks": {"0": flat array, ..}}`, of which the marker was read.
    fn chunked(&mut self, name: &str, length: usize) -> Result<(), Problem> {
        let damaged = |detail: &str| Problem::damaged(FORMAT, format!("array `{name}` in pieces"), detail);
        let (mut shape, mut pieces): (Option<Vec<usize>>, Vec<Array<'a>>) = (None, vec![]);
        let _marker = self.items.next()?;
        for _ in 1..length {
            let (Item::Text(key), Item::Map(entries)) = (self.items.next()?, self.items.next()?) else {
                return Err(damaged("found other than its shape and its pieces"));
            };
            let (mut sizes, mut parts) = (vec![], vec![]);
            self.budget.take(|| format!("`{name}`"), (entries as u64).saturating_mul(128))?;
            for k in 0..entries {
                let (Item::Text(number), item) = (self.items.next()?, self.items.next()?) else {
                    return Err(damaged("a piece without a number"));
                };
                if number != k.to_string().as_bytes() {
                    return Err(damaged("pieces out of their order"));
                }
                match item {
                    Item::Int(_) => sizes.push(arrays::size(item).ok_or_else(|| damaged("a size below 0"))?),
                    Item::Ext(ARRAY, bytes) => parts.push(Array::read(bytes, name)?),
                    _ => return Err(damaged("a piece that is no array")),
                }
            }
            match key {
                b"shape" => shape = Some(sizes),
                b"chunks" => pieces = parts,
                _ => return Err(damaged("found other than its shape and its pieces")),
            }
        }
        let shape = shape.ok_or_else(|| damaged("it has no shape"))?;
        let total = pieces.iter().try_fold(0usize, |n, p| n.checked_add(p.count));
        if total.is_none() || total != count(&shape) {
            return Err(damaged("its pieces do not fill its shape"));
        }
        let Some(first) = pieces.first() else { return self.skip(name, "an array without pieces") };
        let Some(dtype) = first.dtype.filter(|d| pieces.iter().all(|p| p.dtype == Some(*d))) else {
            return self.skip(name, &format!("values of type {} are not real numbers", first.called));
        };
        self.push(name, &shape, dtype, &pieces)
    }

    fn array(&mut self, name: &str, array: &Array<'a>) -> Result<(), Problem> {
        match array.dtype {
            Some(dtype) => self.push(name, &array.shape, dtype, std::slice::from_ref(array)),
            None => self.skip(
                name,
                &format!("values of type {} are not real numbers of 8 bits or more", array.called),
            ),
        }
    }

    fn push(
        &mut self,
        name: &str,
        shape: &[usize],
        dtype: Dtype,
        pieces: &[Array<'_>],
    ) -> Result<(), Problem> {
        let name = if name.is_empty() { "array" } else { name };
        let total = if self.values { pieces.iter().map(|p| p.count).sum() } else { 0 };
        self.budget.tensor(name, total)?;
        let mut data = Vec::with_capacity(total);
        for piece in pieces.iter().filter(|_| self.values) {
            dtype.decode(piece.bytes, false, &mut data);
        }
        self.out.tensors.push(Tensor {
            name: name.into(),
            shape: shape.into(),
            dtype: dtype.name().into(),
            data,
        });
        Ok(())
    }

    /// A scalar of numpy's, which is a setting and no parameter.
    fn scalar(&mut self, name: &str, array: &Array<'_>) -> Result<(), Problem> {
        let mut value = vec![];
        if let (Some(dtype), 1) = (array.dtype, array.count) {
            dtype.decode(array.bytes, false, &mut value);
        }
        match value[..] {
            [value] => self.note(name, value.to_string()),
            _ => self.skip(name, &format!("a scalar of type {}", array.called)),
        }
    }

    fn note(&mut self, name: &str, value: String) -> Result<(), Problem> {
        self.budget.take(|| format!("`{name}`"), (256 + name.len() + value.len()) as u64)?;
        if !name.is_empty() {
            self.out.metadata.insert(name.into(), value);
        }
        Ok(())
    }

    fn skip(&mut self, name: &str, why: &str) -> Result<(), Problem> {
        self.budget.take(|| format!("`{name}`"), (128 + name.len() + why.len()) as u64)?;
        self.out.skipped.push((name.into(), why.into()));
        Ok(())
    }
}
