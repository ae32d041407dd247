//! The column of time, as numbers.

use super::Error;
use super::columns::{CHUNK, LARGEST_EXACT};
use super::order::seconds;
use crate::io::table::{Kind, labels, schema, stream};
use std::path::Path;

/// The times of all rows, as numbers or as written dates and clock times in seconds; NaN where missing.
///
/// Whole numbers of more digits than a float has are counted from the first.
pub(super) fn times(file: &Path, array: Option<&str>, name: &str) -> Result<Vec<f64>, Error> {
    let schema = schema(file, array)?;
    if !schema.columns.iter().any(|c| c.name == name && c.kind == Kind::Text) {
        let mut all = Vec::new();
        stream(file, &[name.to_owned()], array, CHUNK, &mut |mut chunk| {
            all.append(&mut chunk.columns[0]);
            Ok(())
        })?;
        if all.iter().all(|t| !(t.abs() > LARGEST_EXACT)) {
            return Ok(all);
        }
    }
    let (mut all, mut first, mut wrong) = (vec![], None, None);
    labels(file, array, name, &mut |label| {
        let time = match label.parse::<i128>() {
            Ok(whole) => Some(whole.wrapping_sub(*first.get_or_insert(whole)) as f64),
            Err(_) => seconds(label),
        };
        if time.is_none() && !label.is_empty() {
            wrong.get_or_insert((all.len() + 1, label.to_owned()));
        }
        all.push(time.unwrap_or(f64::NAN));
    })?;
    match wrong {
        None => Ok(all),
        Some((row, label)) => {
            let message = format!(
                "column `{name}`, row {row}: found `{label}`, expected a time as a number, a date with a time, or \
                 hours:minutes:seconds"
            );
            Err(Error::input(file, message))
        }
    }
}
