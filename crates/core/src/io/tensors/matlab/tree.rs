//! Variables, and what structs and cells hold.

use super::super::super::error::Problem;
use super::super::Texts;
use super::head::{self, Class, Head, MATRIX};
use super::source::Source;
use super::{DEEPEST, Found, text, values};

/// Longer lists of field names are no struct's.
const LONGEST_FIELDS: u64 = 1 << 22;
const FUNCTION: &str = "a function handle, not numbers";

/// Reads a variable up to byte `end` of the source: under its own name, or under that given to it.
pub(super) fn variable(
    source: &mut Source<'_>,
    end: u64,
    given: Option<&str>,
    found: &mut Found,
    depth: usize,
) -> Result<(), Problem> {
    match Entry::read(source, end, given, found, depth)? {
        Entry::Text(name, text) => found.note(&name, text),
        Entry::Done => Ok(()),
    }
}

/// What a variable turned out to be.
enum Entry {
    /// One row of characters, which is not yet noted.
    Text(String, String),
    /// Anything else, which is.
    Done,
}

impl Entry {
    fn read(
        source: &mut Source<'_>,
        end: u64,
        given: Option<&str>,
        found: &mut Found,
        depth: usize,
    ) -> Result<Self, Problem> {
        if depth > DEEPEST {
            let (found, limit) = (DEEPEST as u64 + 1, DEEPEST as u64);
            let place = format!("`{}`", given.unwrap_or_default());
            return Err(Problem::TooLarge { place, unit: "levels of nesting", found, limit });
        }
        // MATLAB writes [] in a cell or struct as a variable of no bytes.
        if let (Some(name), true) = (given, source.at == end) {
            found.budget.tensor(name, 0)?;
            found.tensor(name, vec![0, 0], "f64", vec![]);
            return Ok(Self::Done);
        }
        let head = Head::read(source, end)?;
        let name = given.unwrap_or(&head.name);
        let mut entry = Self::Done;
        match head.class {
            // What MATLAB keeps of objects and handles lies under no name at the end of the file.
            _ if name.is_empty() => {}
            Class::Opaque => {
                let why = opaque(source, end)?;
                found.skip(name, why)?;
            }
            Class::Object => {
                let class = head::name(source, end)?;
                found.skip(
                    name,
                    format!("an object of the class {class}; save its fields: s = struct({name})"),
                )?;
            }
            Class::Function => found.skip(name, FUNCTION)?,
            Class::Char => {
                entry = match text::read(source, end, &head, name, found)? {
                    Some(text) => Self::Text(name.to_owned(), text),
                    None => Self::Done,
                }
            }
            Class::Number(dtype) => values::full(source, end, &head, dtype, name, found)?,
            Class::Sparse => values::sparse(source, end, &head, name, found)?,
            Class::Struct => structure(source, end, &head, name, found, depth)?,
            Class::Cell => cell(source, end, &head, name, found, depth)?,
        }
        if source.at > end {
            return Err(source.damaged("a variable that is longer than it says"));
        }
        source.pass(end)?;
        Ok(entry)
    }
}

/// What an object of a newer class is, and what to do.
fn opaque(source: &mut Source<'_>, end: u64) -> Result<String, Problem> {
    let _system = head::name(source, end)?;
    let class = head::name(source, end)?;
    let advice = match class.as_str() {
        "string" => "; save it as char(x) or cellstr(x)",
        "table" | "timetable" => {
            "; save its numbers: x = table2array(T), or write it by writetable(T, \"x.csv\")"
        }
        "categorical" => "; save double(x) and categories(x)",
        "datetime" => "; save its numbers: x = posixtime(t)",
        "duration" => "; save its numbers: x = seconds(t)",
        _ => "; save its properties as plain matrices: s = struct(x)",
    };
    Ok(format!("an object of the class {class}{advice}"))
}

/// Checks that `count` variables can lie before `end`, and reads the tag of each.
fn room(source: &Source<'_>, count: Option<usize>, end: u64) -> Result<usize, Problem> {
    let room = end.saturating_sub(source.at) / 8;
    count
        .filter(|c| *c as u64 <= room)
        .ok_or_else(|| source.damaged("fewer elements than its dimensions say"))
}

/// The byte where the next variable inside ends.
fn inner(source: &mut Source<'_>, end: u64) -> Result<u64, Problem> {
    let element = source.element(end)?;
    match element.kind {
        MATRIX => Ok(source.at.saturating_add(element.length)),
        kind => Err(source.damaged(format!("an element of type {kind}, expected a variable"))),
    }
}

fn structure(
    source: &mut Source<'_>,
    end: u64,
    head: &Head,
    name: &str,
    found: &mut Found,
    depth: usize,
) -> Result<(), Problem> {
    let length = source.element(end)?;
    let length = source.integers(length, end)?.first().and_then(|n| usize::try_from(*n).ok()).unwrap_or(0);
    let element = source.element(end)?;
    if element.length > LONGEST_FIELDS || length == 0 && element.length > 0 {
        return Err(source.damaged("names of fields without end"));
    }
    let bytes = source.bytes(element, end)?;
    let until_zero = |b: &[u8]| b.iter().position(|c| *c == 0).unwrap_or(b.len());
    let fields: Vec<String> = bytes
        .chunks_exact(length.max(1))
        .map(|b| String::from_utf8_lossy(b.get(..until_zero(b)).unwrap_or_default()).into_owned())
        .collect();
    if head.count == 0 || fields.is_empty() {
        return found.skip(name, "a struct without elements or fields");
    }
    room(source, head.count.checked_mul(fields.len()), end)?;
    for k in 0..head.count {
        let place = match head.count {
            1 => name.to_owned(),
            _ => found.budget.join(name, &k.to_string())?,
        };
        for field in &fields {
            let inside = inner(source, end)?;
            let name = found.budget.join(&place, field)?;
            variable(source, inside, Some(&name), found, depth + 1)?;
        }
    }
    Ok(())
}

/// Cells under the numbers of their places; those of nothing but texts are kept together.
fn cell(
    source: &mut Source<'_>,
    end: u64,
    head: &Head,
    name: &str,
    found: &mut Found,
    depth: usize,
) -> Result<(), Problem> {
    room(source, Some(head.count), end)?;
    if head.count == 0 {
        return found.skip(name, "a cell array without elements");
    }
    let mut texts: Vec<(String, String)> = vec![];
    for k in 0..head.count {
        let inside = inner(source, end)?;
        let place = found.budget.join(name, &k.to_string())?;
        match Entry::read(source, inside, Some(&place), found, depth + 1)? {
            Entry::Text(name, text) => {
                found.budget.take(|| format!("`{name}`"), (128 + name.len() + text.len()) as u64)?;
                texts.push((name, text));
            }
            Entry::Done => {}
        }
    }
    if texts.len() < head.count || head.count == 1 {
        return texts.into_iter().try_for_each(|(name, text)| found.note(&name, text));
    }
    found.skip(name, "cells of text")?;
    if found.values {
        let by_columns: Vec<String> = texts.into_iter().map(|(_, text)| text).collect();
        let values = values::rows_first(by_columns, &head.shape);
        found.out.texts.push(Texts { name: name.into(), shape: head.shape.clone(), values });
    }
    Ok(())
}
