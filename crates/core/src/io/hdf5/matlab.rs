//! What MATLAB writes into HDF5 (files of version 7.3): dimensions in reverse, text as numbers.

use super::attributes::{Attribute, named};
use super::dataset::Dataset;

/// What a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Number,
    Logical,
    Char,
    Cell,
    Other,
}

const NUMBERS: [&str; 10] =
    ["double", "single", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"];

/// The class that MATLAB noted; none if it did not write this.
pub(super) fn class(about: &[Attribute]) -> Option<Class> {
    Some(match named(about, "MATLAB_class")?.text()? {
        "logical" => Class::Logical,
        "char" => Class::Char,
        "cell" => Class::Cell,
        name if NUMBERS.contains(&name) => Class::Number,
        _ => Class::Other,
    })
}

/// Whether something is where MATLAB puts what cells and objects refer to.
pub(super) fn internal(path: &str) -> bool {
    path.starts_with("/#refs#") || path.starts_with("/#subsystem#")
}

/// Whether a variable holds numbers.
pub(super) fn is_numeric(class: Class, about: &[Attribute]) -> bool {
    matches!(class, Class::Number | Class::Logical) && !is_empty(about)
}

/// What a variable is that holds no numbers.
pub(super) fn words(class: Class) -> &'static str {
    match class {
        Class::Number | Class::Logical => "empty",
        Class::Char => "text",
        Class::Cell => "a cell array",
        Class::Other => "of a class that is not read",
    }
}

/// Whether a variable has no values.
pub(super) fn is_empty(about: &[Attribute]) -> bool {
    named(about, "MATLAB_empty").and_then(Attribute::number).is_some_and(|n| n > 0.0)
}

/// The shape as MATLAB shows it.
pub(super) fn reversed(data: &Dataset) -> Vec<usize> {
    data.sizes().into_iter().rev().collect()
}

/// The sizes that an empty variable has in place of values.
pub(super) fn sizes(numbers: &[f64]) -> Vec<usize> {
    let sizes: Vec<usize> = numbers.iter().map(|n| *n as usize).collect();
    // A damaged one: nothing has no size.
    if sizes.contains(&0) { sizes } else { vec![0] }
}

/// The rows of a matrix of characters (UTF-16), blanks at their ends left out where there are several.
pub(super) fn rows(codes: &[f64], shape: &[usize]) -> Vec<String> {
    let [rows, columns] = *shape else { return vec![] };
    let text = |row: usize| {
        let codes: Vec<u16> =
            (0..columns).filter_map(|c| codes.get(c * rows + row)).map(|c| *c as u16).collect();
        let text = String::from_utf16_lossy(&codes);
        if rows > 1 { text.trim_end_matches([' ', '\0']).to_owned() } else { text }
    };
    (0..rows.min(codes.len())).map(text).collect()
}
