//! What the matrices of level 4 hold: numbers, texts, or rows of indices and numbers.

use super::super::super::error::Problem;
use super::super::Texts;
use super::v4::Head;
use super::values::{COMPLEX, rows_first};
use super::{FORMAT, Found};
use crate::memory::written;
use std::fs::File;
use std::io::{BufReader, Read};

/// Longer texts are no metadata.
const LONGEST_TEXT: u64 = 1 << 20;

/// Reads what stands behind a header; that all its bytes are in the file is known.
pub(super) fn matrix(
    file: &mut BufReader<File>,
    head: &Head,
    name: &str,
    found: &mut Found,
) -> Result<(), Problem> {
    let (rows, columns) = (head.rows as usize, head.columns as usize);
    let shape = vec![rows, columns];
    match head.kind {
        _ if head.complex => found.skip(name, COMPLEX),
        1 if head.length() > LONGEST_TEXT => found.skip(name, "text of more than a million bytes"),
        1 => text(file, head, name, found),
        2 => sparse(file, head, name, found),
        _ if !found.values => {
            found.budget.tensor(name, 0)?;
            found.tensor(name, shape, head.dtype.name(), vec![]);
            Ok(())
        }
        _ => {
            found.budget.tensor(name, rows.saturating_mul(columns))?;
            let data = rows_first(values(file, head, name)?, &shape);
            found.tensor(name, shape, head.dtype.name(), data);
            Ok(())
        }
    }
}

/// The values down the columns.
fn values(file: &mut BufReader<File>, head: &Head, name: &str) -> Result<Vec<f64>, Problem> {
    let mut values = Vec::with_capacity(usize::try_from(head.count()).unwrap_or(0));
    let mut buffer = vec![0u8; 1 << 16];
    let mut left = head.length();
    while left > 0 {
        let n = left.min(buffer.len() as u64) as usize;
        let Some(part) = buffer.get_mut(..n) else { break };
        file.read_exact(part).map_err(|e| Problem::read(FORMAT, &format!("the matrix `{name}`"), e))?;
        head.dtype.decode(part, head.big_endian, &mut values);
        left -= n as u64;
    }
    Ok(values)
}

/// Characters by their codes: one row is a text, several are several.
fn text(file: &mut BufReader<File>, head: &Head, name: &str, found: &mut Found) -> Result<(), Problem> {
    let rows = head.rows as usize;
    found.budget.take(|| format!("`{name}`"), 64 * head.count())?;
    let letter = |code: f64| char::from_u32(code as u32).unwrap_or('\u{fffd}');
    let letters: Vec<char> = values(file, head, name)?.into_iter().map(letter).collect();
    if rows <= 1 {
        return found.note(name, letters.into_iter().collect());
    }
    found.skip(name, "rows of text")?;
    if found.values {
        let row = |r: usize| letters.iter().skip(r).step_by(rows).collect::<String>().trim_end().to_owned();
        // Rows without columns are of any number.
        let values: Vec<String> = (0..if letters.is_empty() { 0 } else { rows }).map(row).collect();
        found.out.texts.push(Texts { name: name.into(), shape: vec![values.len()], values });
    }
    Ok(())
}

/// Rows of (row, column, value), both counted from 1; the last row holds the size.
fn sparse(file: &mut BufReader<File>, head: &Head, name: &str, found: &mut Found) -> Result<(), Problem> {
    let damaged = |detail: &str| Problem::damaged(FORMAT, format!("the sparse matrix `{name}`"), detail);
    if head.columns == 4 {
        return found.skip(name, COMPLEX);
    }
    let n = head.rows as usize;
    if head.columns != 3 || n == 0 {
        return Err(damaged("it has not three columns and a row of its size"));
    }
    found.budget.take(|| format!("`{name}`"), head.count().saturating_mul(8))?;
    let all = values(file, head, name)?;
    let (at, rest) = all.split_at_checked(n).ok_or_else(|| damaged("no rows"))?;
    let (to, weights) = rest.split_at_checked(n).ok_or_else(|| damaged("no columns"))?;
    let (Some((rows, at)), Some((columns, to))) = (at.split_last(), to.split_last()) else {
        return Err(damaged("no size"));
    };
    let (rows, columns) = (*rows as usize, *columns as usize);
    let count = rows.saturating_mul(columns);
    if !found.budget.affords((count as u64).saturating_mul(8)) {
        let size = written((count as u64).saturating_mul(8));
        let why = format!("a sparse matrix of {rows} x {columns}, which takes {size} when written out");
        return found.skip(name, why);
    }
    found.budget.tensor(name, if found.values { count } else { 0 })?;
    let mut data = vec![];
    if found.values {
        data.resize(count, 0.0);
        for ((row, column), weight) in at.iter().zip(to).zip(weights) {
            // A number below 1 becomes 0, and wraps to no index.
            let (r, c) = ((*row as usize).wrapping_sub(1), (*column as usize).wrapping_sub(1));
            let place = if r < rows && c < columns { data.get_mut(r * columns + c) } else { None };
            *place.ok_or_else(|| damaged(&format!("an index outside of {rows} x {columns}")))? += weight;
        }
    }
    found.tensor(name, vec![rows, columns], "f64", data);
    Ok(())
}
