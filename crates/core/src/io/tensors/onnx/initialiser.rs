//! A constant tensor: its type, its shape, and its values as bytes or as repeated fields.

use super::super::super::dtype::Dtype;
use super::super::super::error::Problem;
use super::super::budget::count;
use super::FORMAT;
use super::wire::{Fields, Value, varints};

/// More dimensions nobody has.
const MOST_DIMENSIONS: usize = 64;

/// A tensor as it lies in the file.
#[derive(Clone)]
pub(super) struct Initialiser<'a> {
    pub(super) name: &'a str,
    pub(super) shape: Vec<usize>,
    pub(super) count: usize,
    /// The number of ONNX' type.
    code: i64,
    /// The values as bytes, little-endian.
    raw: Option<&'a [u8]>,
    /// The whole message, whose repeated fields are the values otherwise.
    message: &'a [u8],
    /// The file that holds the values.
    elsewhere: Option<&'a str>,
    /// Whether a node makes it: such constants are mostly shapes and axes.
    pub(super) by_node: bool,
}

impl<'a> Initialiser<'a> {
    /// Reads a message `TensorProto` without its values.
    pub(super) fn read(message: &'a [u8]) -> Result<Self, Problem> {
        let (mut name, mut shape, mut code, mut raw) = ("", vec![], 0, None);
        let (mut file, mut outside, mut sound) = (None, false, true);
        let mut fields = Fields::new(message, "a tensor");
        while let Some((field, value)) = fields.next()? {
            match field {
                1 => {
                    let mut take = |d: u64| {
                        let size = usize::try_from(d as i64).ok().filter(|_| shape.len() < MOST_DIMENSIONS);
                        size.map_or_else(|| sound = false, |d| shape.push(d));
                    };
                    if varints(value, &mut take).is_none() {
                        sound = false;
                    }
                }
                2 => code = value.number().unwrap_or(0),
                8 => name = value.text().unwrap_or_default(),
                9 => raw = value.bytes(),
                13 => file = file.or(value.bytes().map(location).transpose()?.flatten()),
                14 => outside = value.number() == Some(1),
                _ => {}
            }
        }
        let damaged = |detail: &str| Problem::damaged(FORMAT, format!("tensor `{name}`"), detail);
        if !sound {
            return Err(damaged("a shape that is none"));
        }
        let count = count(&shape).ok_or_else(|| damaged("a shape of more values than memory can address"))?;
        let elsewhere = outside.then(|| file.unwrap_or("an unnamed file"));
        Ok(Self { name, shape, count, code, raw, message, elsewhere, by_node: false })
    }

    /// The tensor as the value `name` that a node makes.
    pub(super) fn made(self, name: &'a str) -> Self {
        Self { name, by_node: true, ..self }
    }

    /// Whether it may be a shape, an axis or an index: whole numbers of at most one dimension.
    pub(super) fn index(&self) -> bool {
        self.dtype() == Some(Dtype::I64) && self.shape.len() < 2
    }

    /// The type of the values; none of types that are no real numbers of whole bytes.
    pub(super) fn dtype(&self) -> Option<Dtype> {
        Some(match self.code {
            1 => Dtype::F32,
            2 => Dtype::U8,
            3 => Dtype::I8,
            4 => Dtype::U16,
            5 => Dtype::I16,
            6 => Dtype::I32,
            7 => Dtype::I64,
            9 => Dtype::Bool,
            10 => Dtype::F16,
            11 => Dtype::F64,
            12 => Dtype::U32,
            13 => Dtype::U64,
            16 => Dtype::Bf16,
            17 => Dtype::F8E4M3,
            19 => Dtype::F8E5M2,
            _ => return None,
        })
    }

    /// What the values are where [`Self::dtype`] has no type for them.
    pub(super) fn called(&self) -> String {
        match self.code {
            8 => "text".into(),
            14 | 15 => "complex numbers".into(),
            21 | 22 => "numbers of 4 bits".into(),
            code => format!("values of the type {code}, which are not real numbers of 8 bits or more"),
        }
    }

    /// Fails if the values lie in another file, or are not as many as the shape says; what one needs to know before it is read.
    pub(super) fn check(&self) -> Result<(), Problem> {
        if let Some(file) = self.elsewhere {
            return Err(Problem::Unsupported {
                place: format!("tensor `{}`", self.name),
                found: format!("its values in another file, `{}`", super::super::super::shown::name(file)),
                expected: "values in the graph itself",
                advice: "write one file, from the folder of both: onnx.save(onnx.load(\"FILE\"), \"whole.onnx\")",
            });
        }
        match (self.raw, self.dtype()) {
            (Some(raw), Some(dtype)) if self.count.checked_mul(dtype.width()) != Some(raw.len()) => {
                Err(self.unequal(raw.len() / dtype.width()))
            }
            _ => Ok(()),
        }
    }

    fn unequal(&self, found: usize) -> Problem {
        Problem::Shape { name: self.name.into(), shape: self.shape.clone(), found, expected: self.count }
    }

    /// The values as `dtype`, for a tensor that passed [`Self::check`] and whose place was taken in the budget.
    pub(super) fn values(&self, dtype: Dtype) -> Result<Vec<f64>, Problem> {
        let mut values = vec![];
        if let Some(raw) = self.raw {
            values.reserve_exact(self.count.min(raw.len()));
            dtype.decode(raw, false, &mut values);
        } else {
            // No more values than bytes, whatever the shape says.
            values.reserve_exact(self.count.min(self.message.len()));
            self.typed(dtype, &mut values)?;
        }
        match values.len() == self.count {
            true => Ok(values),
            false => Err(self.unequal(values.len())),
        }
    }

    /// Values in the fields of their type: 4 (f32), 5 (at most 32 bits, and halves as bits), 7 (i64), 10 (f64), 11 (u32, u64).
    fn typed(&self, dtype: Dtype, values: &mut Vec<f64>) -> Result<(), Problem> {
        let damaged = || {
            Problem::damaged(FORMAT, format!("tensor `{}`", self.name), "values of another type than it says")
        };
        let mut fields = Fields::new(self.message, "a tensor");
        while let Some((field, value)) = fields.next()? {
            match (field, dtype, value) {
                (4, Dtype::F32, Value::Word(bytes)) => dtype.decode(&bytes, false, values),
                (10, Dtype::F64, Value::Long(bytes)) => dtype.decode(&bytes, false, values),
                (4, Dtype::F32, Value::Bytes(bytes)) | (10, Dtype::F64, Value::Bytes(bytes)) => {
                    dtype.decode(bytes, false, values);
                }
                (5, Dtype::F16 | Dtype::Bf16 | Dtype::F8E4M3 | Dtype::F8E5M2, value) => {
                    let bits = &mut |n: u64| {
                        let bytes = n.to_le_bytes();
                        dtype.decode(bytes.get(..dtype.width()).unwrap_or_default(), false, values);
                    };
                    varints(value, bits).ok_or_else(damaged)?;
                }
                (5, Dtype::I32 | Dtype::I16 | Dtype::I8 | Dtype::U16 | Dtype::U8 | Dtype::Bool, value) => {
                    varints(value, &mut |n| values.push(f64::from(n as i32))).ok_or_else(damaged)?;
                }
                (7, Dtype::I64, value) => {
                    varints(value, &mut |n| values.push(n as i64 as f64)).ok_or_else(damaged)?;
                }
                (11, Dtype::U32 | Dtype::U64, value) => {
                    varints(value, &mut |n| values.push(n as f64)).ok_or_else(damaged)?;
                }
                (4 | 5 | 7 | 10 | 11, _, Value::Bytes([])) => {}
                (4 | 5 | 7 | 10 | 11, ..) => return Err(damaged()),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The file name of an entry of `external_data`, if it is that of the key `location`.
fn location(entry: &[u8]) -> Result<Option<&str>, Problem> {
    let (mut key, mut text) = ("", None);
    let mut fields = Fields::new(entry, "the place of a tensor");
    while let Some((field, value)) = fields.next()? {
        match field {
            1 => key = value.text().unwrap_or_default(),
            2 => text = value.text(),
            _ => {}
        }
    }
    Ok(text.filter(|_| key == "location"))
}
