//! What stands before the values of a variable: class, flags, dimensions, name.

use super::super::super::error::Problem;
use super::source::Source;

/// The kind of an element that holds a variable.
pub(super) const MATRIX: u32 = 14;
/// The kind of an element that is compressed.
pub(super) const COMPRESSED: u32 = 15;
/// The kind of the flags: 32 bits without sign.
const FLAGS: u32 = 6;
/// More dimensions nobody has.
const MOST_DIMENSIONS: u64 = 32;
/// MATLAB's own names have at most 63 characters.
const LONGEST_NAME: u64 = 1 << 12;

/// MATLAB's class of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Cell,
    Struct,
    /// Of the classes before 2008.
    Object,
    Char,
    Sparse,
    /// Full numbers, with the name of their type.
    Number(&'static str),
    Function,
    /// Of newer classes: `string`, `table`, `datetime` and all of `classdef`.
    Opaque,
}

fn class(code: u8) -> Option<Class> {
    Some(match code {
        1 => Class::Cell,
        2 => Class::Struct,
        3 => Class::Object,
        4 => Class::Char,
        5 => Class::Sparse,
        6 => Class::Number("f64"),
        7 => Class::Number("f32"),
        8 => Class::Number("i8"),
        9 => Class::Number("u8"),
        10 => Class::Number("i16"),
        11 => Class::Number("u16"),
        12 => Class::Number("i32"),
        13 => Class::Number("u32"),
        14 => Class::Number("i64"),
        15 => Class::Number("u64"),
        16 => Class::Function,
        17 => Class::Opaque,
        _ => return None,
    })
}

/// The head of a variable.
pub(super) struct Head {
    pub(super) class: Class,
    pub(super) complex: bool,
    pub(super) logical: bool,
    /// Rows first; none of an opaque variable.
    pub(super) shape: Vec<usize>,
    pub(super) count: usize,
    pub(super) name: String,
}

impl Head {
    /// Reads the head of a variable that ends before `end`.
    pub(super) fn read(source: &mut Source<'_>, end: u64) -> Result<Self, Problem> {
        let flags = source.element(end)?;
        if flags.kind != FLAGS || flags.length != 8 {
            return Err(source.damaged("no flags at the beginning of a variable"));
        }
        let word = source.integers(flags, end)?.first().copied().unwrap_or_default();
        let code = word as u8;
        let class =
            class(code).ok_or_else(|| source.damaged(format!("a variable of the unknown class {code}")))?;
        let shape = if class == Class::Opaque { vec![] } else { shape(source, end)? };
        let count = super::super::budget::count(&shape)
            .ok_or_else(|| source.damaged("dimensions of more values than memory can address"))?;
        let name = name(source, end)?;
        Ok(Self { class, complex: word & 0x800 != 0, logical: word & 0x200 != 0, shape, count, name })
    }
}

fn shape(source: &mut Source<'_>, end: u64) -> Result<Vec<usize>, Problem> {
    let element = source.element(end)?;
    if element.length > 4 * MOST_DIMENSIONS {
        return Err(source.damaged("more dimensions than any array has"));
    }
    let sizes = source.integers(element, end)?;
    let shape: Option<Vec<usize>> = sizes.into_iter().map(|d| usize::try_from(d).ok()).collect();
    shape.filter(|s| s.len() > 1).ok_or_else(|| source.damaged("no dimensions of non-negative sizes"))
}

/// A name: of a variable, or of a class.
pub(super) fn name(source: &mut Source<'_>, end: u64) -> Result<String, Problem> {
    let element = source.element(end)?;
    if element.length > LONGEST_NAME {
        return Err(source.damaged("a name longer than any of MATLAB's"));
    }
    let bytes = source.bytes(element, end)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned())
}
