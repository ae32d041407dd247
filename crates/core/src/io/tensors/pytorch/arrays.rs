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
    /// As many bytes as its values do not fill: those found, and those expected.
    Odd(usize, usize),
    /// Anything else, with numpy's name of what it holds.
    Other(String),
}

/// The array that the node `id` is, if it is one; `None` also where its parts are none of an array's.
pub(super) fn array(memory: &Memory, pickle: &[u8], id: Id) -> Option<Array> {
    let Node::Call { function, arguments, state } = memory.get(id) else { return None };
    let (name, arguments) = (memory.name(*function), memory.items(*arguments));
    let (dtype, shape, fortran, data) = if globals::numpy(name, "_reconstruct") {
        // (version, shape, dtype, in Fortran order, bytes)
        match memory.items((*state)?) {
            [_, shape, dtype, fortran, data] => {
                (*dtype, memory.sizes(*shape)?, matches!(memory.get(*fortran), Node::Bool(true)), *data)
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
    let Some(dtype) = Dtype::numpy(code) else {
        return Some(match (code, memory.items(data)) {
            ("O8" | "O4" | "O", [one]) if shape.is_empty() => Array::Object(*one),
            _ => Array::Other(code.to_owned()),
        });
    };
    let bytes = bytes(memory, pickle, data)?;
    let count = shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d))?;
    let expected = count.checked_mul(dtype.width())?;
    if expected != bytes.len() {
        return Some(Array::Odd(bytes.len(), expected));
    }
    let mut data = Vec::with_capacity(count);
    dtype.decode(&bytes, big_endian, &mut data);
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
    let code = memory.text(*memory.items(*arguments).first()?)?;
    let order = state.and_then(|s| memory.text(*memory.items(s).get(1)?));
    Some((code, order == Some(">")))
}

/// Bytes, written as such or, by old protocols, as Latin-1 text.
pub(super) fn bytes<'a>(memory: &Memory, pickle: &'a [u8], id: Id) -> Option<Cow<'a, [u8]>> {
    match memory.get(id) {
        Node::Bytes(from, to) => pickle.get(*from..*to).map(Cow::Borrowed),
        Node::Text(text) => latin1(text),
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
