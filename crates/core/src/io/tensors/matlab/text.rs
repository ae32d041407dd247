//! Characters: one row is a text, several rows are several.

use super::super::super::error::Problem;
use super::super::Texts;
use super::Found;
use super::head::Head;
use super::source::{Source, stored};

/// Longer texts are no metadata.
const LONGEST_TEXT: u64 = 1 << 20;
const UTF8: u32 = 16;
const UTF16: u32 = 17;
const UTF32: u32 = 18;

/// The text of a variable of one row; none where it is something else, which is then noted.
pub(super) fn read(
    source: &mut Source<'_>,
    end: u64,
    head: &Head,
    name: &str,
    found: &mut Found,
) -> Result<Option<String>, Problem> {
    let element = source.element(end)?;
    if element.length > LONGEST_TEXT {
        found.skip(name, "text of more than a million bytes")?;
        return Ok(None);
    }
    found.budget.take(|| format!("`{name}`"), 8 * element.length)?;
    let units: Vec<u16> = match element.kind {
        UTF8 => String::from_utf8_lossy(&source.bytes(element, end)?).encode_utf16().collect(),
        kind => {
            let dtype = match kind {
                UTF16 => stored(4),
                UTF32 => stored(6),
                kind => stored(kind),
            };
            let dtype =
                dtype.ok_or_else(|| source.damaged(format!("characters of the unknown type {kind}")))?;
            let letter = |v: f64| char::from_u32(v as u32).unwrap_or('\u{fffd}');
            let codes = source.numbers(element, dtype, end)?;
            // Halves of UTF-16 are put together in the end.
            match dtype.width() {
                2 => codes.into_iter().map(|v| v as u16).collect(),
                _ => codes.into_iter().map(letter).collect::<String>().encode_utf16().collect(),
            }
        }
    };
    let rows = head.shape.first().copied().unwrap_or(0);
    match (rows, &head.shape[..]) {
        (0 | 1, _) => Ok(Some(String::from_utf16_lossy(&units))),
        (_, [_, columns]) if units.len() == head.count && *columns > 0 => {
            found.skip(name, "rows of text")?;
            found.budget.take(|| format!("`{name}`"), 64 * rows as u64)?;
            let row = |r: usize| {
                let letters: Vec<u16> = units.iter().skip(r).step_by(rows).copied().collect();
                String::from_utf16_lossy(&letters).trim_end().to_owned()
            };
            if found.values {
                let values = (0..rows).map(row).collect();
                found.out.texts.push(Texts { name: name.into(), shape: vec![rows], values });
            }
            Ok(None)
        }
        _ => {
            found.skip(name, "text that is neither one row nor a matrix of characters")?;
            Ok(None)
        }
    }
}
