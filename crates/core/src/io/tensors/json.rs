//! Tensors in JSON: nested lists of numbers, in objects whose names are joined by `.`.

use std::io::{BufReader, Read};
use std::path::Path;

use serde_json::Value;

use super::super::error::Problem;
use super::super::steady;
use super::{Tensor, Tensors};
use crate::memory;

const FORMAT: &str = "json";
/// Bytes that a value takes for each byte of text, at most.
const GROWTH: u64 = 64;
/// More dimensions are no tensor's.
const MOST_DIMENSIONS: usize = 8;
/// Longer lists of anything but numbers are not looked into.
const LONGEST_LIST: usize = 1 << 12;

/// Lists of numbers of one length in each dimension are tensors; single numbers, words, true and false are metadata.
pub(super) fn read(path: &Path) -> Result<Tensors, Problem> {
    let file = steady::open(path)?;
    let length = file.metadata().map_err(Problem::reading)?.len();
    Problem::afford("the values of the text", length.saturating_mul(GROWTH / 8), memory::allowance(length))?;
    let value: Value =
        serde_json::from_reader(BufReader::new(file.take(length))).map_err(|e| match e.io_error_kind() {
            Some(kind) => Problem::reading(kind.into()),
            None if let Some(found) = not_finite(path, e.line(), e.column()) => Problem::Unsupported {
                place: format!("line {}, column {}", e.line(), e.column()),
                found: format!("{found}, which JSON does not have"),
                expected: "finite numbers",
                advice: "weights that are not finite make no network; look at the training that wrote them",
            },
            None => Problem::damaged(FORMAT, format!("line {}, column {}", e.line(), e.column()), e),
        })?;
    let mut out = Tensors { format: FORMAT, ..Tensors::default() };
    walk("", &value, &mut out);
    Ok(out)
}

/// What stands at a place, if it is one of Python's words for what is not finite.
fn not_finite(path: &Path, line: usize, column: usize) -> Option<&'static str> {
    let text = steady::open(path).ok()?;
    let mut lines = std::io::BufRead::split(BufReader::new(text), b'\n');
    let line = lines.nth(line.checked_sub(1)?)?.ok()?;
    let from = column.saturating_sub(2).min(line.len());
    let here = &line[from..];
    ["NaN", "-Infinity", "Infinity"].into_iter().find(|w| {
        here.starts_with(w.as_bytes()) || here.get(1..).is_some_and(|rest| rest.starts_with(w.as_bytes()))
    })
}

fn walk(name: &str, value: &Value, out: &mut Tensors) {
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    let skipped =
        |why: &str| (if name.is_empty() { "the file".to_owned() } else { name.to_owned() }, why.to_owned());
    match value {
        Value::Object(map) => map.iter().for_each(|(key, v)| walk(&below(key), v, out)),
        Value::Array(list) => match numbers(value) {
            Some((shape, data)) => {
                let name = if name.is_empty() { "array".to_owned() } else { name.to_owned() };
                out.tensors.push(Tensor { name, shape, dtype: "f64".into(), data });
            }
            None if ragged(list) => out.skipped.push(skipped("lists of unequal lengths, or of words")),
            None if list.len() > LONGEST_LIST => {
                out.skipped.push(skipped("a long list of something else than numbers"))
            }
            None => list.iter().enumerate().for_each(|(k, v)| walk(&below(&k.to_string()), v, out)),
        },
        Value::String(text) => drop(out.metadata.insert(name.into(), text.clone())),
        Value::Number(_) | Value::Bool(_) => drop(out.metadata.insert(name.into(), value.to_string())),
        Value::Null => {}
    }
}

/// Whether a list holds no object at any depth, so that there is nothing to look into.
fn ragged(list: &[Value]) -> bool {
    list.iter().all(|v| match v {
        Value::Object(_) => false,
        Value::Array(inner) => ragged(inner),
        _ => true,
    })
}

/// Shape and values of a list that is a tensor.
fn numbers(value: &Value) -> Option<(Vec<usize>, Vec<f64>)> {
    let (mut shape, mut first) = (vec![], value);
    while let Value::Array(list) = first {
        shape.push(list.len());
        match list.first() {
            Some(next) if shape.len() < MOST_DIMENSIONS => first = next,
            Some(_) => return None,
            None => break,
        }
    }
    let mut data = vec![];
    fill(value, &shape, &mut data).then_some((shape, data))
}

/// Adds the numbers of `value`, whose lists are as long as `shape` says; whether they are.
fn fill(value: &Value, shape: &[usize], data: &mut Vec<f64>) -> bool {
    match (value, shape) {
        (Value::Array(list), [length, rest @ ..]) => {
            list.len() == *length && list.iter().all(|v| fill(v, rest, data))
        }
        (Value::Number(v), []) => {
            data.extend(v.as_f64());
            true
        }
        (Value::Bool(b), []) => {
            data.push(f64::from(u8::from(*b)));
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_words() {
        let text = r#"{"W": [[1, 2.5], [-3e0, 4]], "dt": 0.1, "activation": "relu", "deep": {"b": [true, 0]},
            "ragged": [[1], [2, 3]], "layers": [{"w": [1]}, {"w": [2, 3]}], "none": null, "empty": []}"#;
        let mut out = Tensors::default();
        walk("", &serde_json::from_str(text).unwrap(), &mut out);
        let of = |name: &str| out.get(name).map(|t| (&t.shape[..], &t.data[..]));
        assert_eq!(of("W"), Some((&[2, 2][..], &[1.0, 2.5, -3.0, 4.0][..])));
        assert_eq!(of("deep.b"), Some((&[2][..], &[1.0, 0.0][..])));
        assert_eq!(of("layers.1.w"), Some((&[2][..], &[2.0, 3.0][..])));
        assert_eq!(of("empty"), Some((&[0][..], &[][..])));
        assert_eq!((&out.metadata["dt"][..], &out.metadata["activation"][..]), ("0.1", "relu"));
        assert_eq!(out.skipped.len(), 1);
    }
}
