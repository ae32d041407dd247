//! Numpy arrays and scalars inside a pickle.

use super::super::super::dtype::Dtype;
use super::globals;
use super::memory::{Id, Memory, Node};
use std::borrow::Cow;

/// An array as a pickle describes it.
pub(super) enum Array {
    /// Real numbers in C order.
    Numbers { shape: Vec<usize>, dtype: Dtype, data: Vec<f64> },
    /// A single Python object in an array without dimensions, as `np.save` makes of a dictionary.
    Object(Id),
    /// Python objects in an array of some shape.
    Objects(Vec<Id>),
    /// As many bytes as its values do not fill: those found, and those expected.
    Odd(usize, usize),
    /// Anything else, with numpy's name of what it holds.
    Other(String),
}

/// The array that the node `id` is, if it is one; `None` also where its parts are none of an array's.
pub(super) fn array(memory: &Memory, pickle: &[u8], id: Id) -> Option<Array> {
    if let Node::Inline { dtype, shape, fortran, bytes: (from, to) } = memory.get(id) {
        let (code, big_endian) = dtype_of(memory, *dtype)?;
        let (dtype, shape) = (number(code)?, memory.sizes(*shape)?);
        return decoded(pickle.get(*from..*to)?, dtype, big_endian, shape, *fortran);
    }
    let Node::Call { function, arguments, state } = memory.get(id) else { return None };
    let (name, arguments) = (memory.name(*function), memory.items(*arguments));
    let (dtype, shape, fortran, data) = if globals::numpy(name, "_reconstruct") {
        stated(memory, (*state)?)?
    } else if globals::JAX.contains(&name) {
        match arguments {
            [function, _, state, ..] if globals::numpy(memory.name(*function), "_reconstruct") => {
                stated(memory, *state)?
            }
            _ => return None,
        }
    } else if globals::numpy(name, "_frombuffer") {
        match arguments {
            [data, dtype, shape, order] => {
                (*dtype, memory.sizes(*shape)?, memory.text(*order) == Some("F"), *data)
            }
            _ => return None,
        }
    } else if globals::numpy(name, "scalar") {
        match arguments {
            [dtype, data] => (*dtype, Vec::new(), false, *data),
            _ => return None,
        }
    } else {
        return None;
    };
    let (code, big_endian) = dtype_of(memory, dtype)?;
    let Some(dtype) = number(code) else {
        return Some(match (code, memory.items(data)) {
            ("O8" | "O4" | "O", [one]) if shape.is_empty() => Array::Object(*one),
            ("O8" | "O4" | "O", items) if shape.len() == 1 && shape.first() == Some(&items.len()) => {
                Array::Objects(items.to_vec())
            }
            _ => Array::Other(code.to_owned()),
        });
    };
    decoded(&bytes(memory, pickle, data)?, dtype, big_endian, shape, fortran)
}

/// The state of an array: `(version, shape, dtype, in Fortran order, bytes)`.
fn stated(memory: &Memory, state: Id) -> Option<(Id, Vec<usize>, bool, Id)> {
    match memory.items(state) {
        [_, shape, dtype, fortran, data] => {
            // Python 2 wrote truth values of protocol 0 and 1 as numbers.
            let fortran = matches!(memory.get(*fortran), Node::Bool(true) | Node::Int(1));
            Some((*dtype, memory.sizes(*shape)?, fortran, *data))
        }
        _ => None,
    }
}

/// The type that numpy, or the module of the small types of jax, calls `code`.
fn number(code: &str) -> Option<Dtype> {
    match code {
        "ml_dtypes.bfloat16" => Some(Dtype::Bf16),
        "ml_dtypes.float8_e4m3fn" => Some(Dtype::F8E4M3),
        "ml_dtypes.float8_e5m2" => Some(Dtype::F8E5M2),
        code => Dtype::numpy(code),
    }
}

/// The bytes of an array of a dtype and a shape; none where it is not one of numbers.
pub(super) fn length(memory: &Memory, dtype: Id, shape: Id) -> Option<u64> {
    let (code, _) = dtype_of(memory, dtype)?;
    let count = memory.sizes(shape)?.iter().try_fold(1usize, |n, d| n.checked_mul(*d))?;
    count.checked_mul(number(code)?.width()).map(|n| n as u64)
}

fn decoded(bytes: &[u8], dtype: Dtype, big_endian: bool, shape: Vec<usize>, fortran: bool) -> Option<Array> {
    let count = shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d))?;
    let expected = count.checked_mul(dtype.width())?;
    if expected != bytes.len() {
        return Some(Array::Odd(bytes.len(), expected));
    }
    let mut data = Vec::with_capacity(count);
    dtype.decode(bytes, big_endian, &mut data);
    if fortran {
        data = crate::io::npy::to_c_order(&data, &shape);
    }
    Some(Array::Numbers { shape, dtype, data })
}

/// Numpy's code of a dtype, and whether its bytes are turned round.
fn dtype_of(memory: &Memory, id: Id) -> Option<(&str, bool)> {
    let Node::Call { function, arguments, state } = memory.get(id) else { return None };
    if memory.name(*function) != "numpy.dtype" {
        return None;
    }
    let code = match memory.get(*memory.items(*arguments).first()?) {
        Node::Text(code) | Node::Global(code) => code,
        _ => return None,
    };
    let order = state.and_then(|s| memory.text(*memory.items(s).get(1)?));
    Some((code, order == Some(">")))
}

/// Bytes, written as such or, by old protocols, as Latin-1 text.
pub(super) fn bytes<'a>(memory: &Memory, pickle: &'a [u8], id: Id) -> Option<Cow<'a, [u8]>> {
    match memory.get(id) {
        Node::Bytes(from, to) => pickle.get(*from..*to).map(Cow::Borrowed),
        Node::Text(text) | Node::Latin1(text) => latin1(text),
        Node::Call { function, arguments, .. } => match (memory.name(*function), memory.items(*arguments)) {
            (globals::ENCODE, [text, encoding]) if memory.text(*encoding) == Some("latin1") => {
                latin1(memory.text(*text)?)
            }
            ("builtins.bytearray" | "__builtin__.bytearray", [inner]) => match memory.get(*inner) {
                Node::Call { .. } => None,
                _ => bytes(memory, pickle, *inner),
            },
            ("builtins.bytes" | "__builtin__.bytes", []) => Some(Cow::Borrowed(&[])),
            _ => None,
        },
        _ => None,
    }
}

fn latin1(text: &str) -> Option<Cow<'static, [u8]>> {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes.map(Cow::Owned)
}
