//! A table of the user's own beside the cells.

use super::cells::Cell;
use crate::analyses::Error;
use crate::io::nearest::meant;
use crate::io::table::{ReadTable, Values, read};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// What a table says of each cell.
#[derive(Clone, Debug, Default)]
pub struct Joined {
    /// Names of its columns but that of files.
    pub columns: Vec<String>,
    /// Of each cell, its row's entries by column; nothing where no row is of its file.
    pub rows: Vec<Option<BTreeMap<String, String>>>,
}

/// Reads `file` and finds for each cell the row whose column `on` names its input: the whole path, or its end.
///
/// # Errors
/// A table that cannot be read, a column that there is not, two rows of one file, no row of any cell.
pub fn joined(file: &Path, on: &str, cells: &[Cell]) -> Result<Joined, Error> {
    let wrong = |message: String| Error::input(file, message);
    let table = read(file, &ReadTable::default()).map_err(Error::from)?;
    let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
    let Some(key) = table.column(on) else {
        return Err(wrong(format!("there is no column {on}; {}", meant(on, &names))));
    };
    let text = |values: &Values, row: usize| match values {
        Values::Number(v) if v[row].is_finite() => v[row].to_string(),
        Values::Number(_) => String::new(),
        Values::Text(v) => v[row].clone(),
    };
    let mut places: HashMap<String, usize> = HashMap::new();
    for row in 0..table.rows {
        let name = text(&key.values, row);
        if let Some(first) = places.insert(normal(&name), row) {
            let message = format!(
                "column {on}: found {name} in rows {} and {}, expected each file once",
                first + 1,
                row + 1
            );
            return Err(wrong(message));
        }
    }
    let columns: Vec<String> = names.iter().filter(|n| **n != on).map(|n| (*n).to_owned()).collect();
    let of = |cell: &Cell| {
        let whole = normal(&cell.input);
        let longer = || {
            // The table may say where the input lies.
            let end = format!("/{whole}");
            places.iter().find(|(name, _)| !whole.is_empty() && name.ends_with(&end)).map(|(_, row)| *row)
        };
        let row = ends(&cell.input)
            .chain([cell.name.clone(), cells[cell.root].name.clone()])
            .find_map(|e| places.get(&e).copied());
        let row = row.or_else(longer)?;
        let entries =
            table.columns.iter().filter(|c| c.name != on).map(|c| (c.name.clone(), text(&c.values, row)));
        Some(entries.collect())
    };
    let rows: Vec<Option<BTreeMap<String, String>>> = cells.iter().map(of).collect();
    if rows.iter().all(Option::is_none) {
        let first = cells.first().map_or("", |c| if c.input.is_empty() { &c.name } else { &c.input });
        return Err(wrong(format!(
            "column {on}: found no row of any cell, expected names as {first} or its end"
        )));
    }
    Ok(Joined { columns, rows })
}

fn normal(path: &str) -> String {
    path.trim().trim_start_matches("./").replace('\\', "/")
}

/// A path, and its ends.
fn ends(path: &str) -> impl Iterator<Item = String> {
    let whole = normal(path);
    let starts: Vec<usize> = std::iter::once(0).chain(whole.match_indices('/').map(|(k, _)| k + 1)).collect();
    starts.into_iter().map(move |k| whole[k..].to_owned())
}
