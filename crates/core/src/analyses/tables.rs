//! Tables that a network is given: inputs and initial states.

use super::Error;
use super::roles::{Role, role};
use crate::io;
use crate::io::error::Problem;
use crate::io::shown::count;
use crate::io::table::{self, Column, Kind, ReadTable, Values, read};
use faer::Mat;
use std::path::Path;

/// The numbers of a column of `path`, which must all be finite.
pub(super) fn finite<'a>(path: &Path, column: &'a Column) -> Result<&'a [f64], Error> {
    let values = column.numbers().map_err(|problem| io::error::Error::new(path, problem))?;
    let Some(row) = values.iter().position(|v| !v.is_finite()) else { return Ok(values) };
    let what = if values[row].is_nan() { "a missing value".to_owned() } else { values[row].to_string() };
    let message = format!("column `{}`, row {}: {what}, expected a finite number", column.name, row + 1);
    Err(Error::input(path, message))
}

/// Reads `path` as rows of `width` numbers, split into trials by a column `trial` if there is one.
///
/// Returns one `width` x t matrix a trial. `what` names a row's numbers in messages. Beside the numbers a column of
/// time may stand, which must rise within trials.
fn rows(path: &Path, width: usize, what: &str) -> Result<Vec<Mat<f64>>, Error> {
    let mut table = read(path, &ReadTable::default())?;
    // A column that is left out would shift those behind it.
    for column in table::schema(path, None)?.columns {
        if let Kind::Other(found) = column.kind {
            let problem = Problem::ColumnType { column: column.name, found };
            return Err(io::error::Error::new(path, problem).into());
        }
    }
    let aside = |wanted: Role, all: &mut Vec<Column>| {
        let spare = all.len() > width;
        let found = all.iter().position(|c| role(&c.name) == Some(wanted)).filter(|_| spare);
        found.map(|k| all.remove(k))
    };
    let trial = aside(Role::Trial, &mut table.columns);
    let time = aside(Role::Time, &mut table.columns);
    let columns = table.columns.iter().map(|c| finite(path, c)).collect::<Result<Vec<_>, _>>()?;
    if columns.len() != width {
        let message = format!(
            "has {}, expected {width}, {what}; a row is a time step or a state, a column one coordinate",
            count(columns.len(), "column")
        );
        return Err(Error::input(path, message));
    }
    let mut labels = vec![];
    match &trial {
        Some(c) => table::labels(path, None, &c.name, &mut |label| labels.push(label.to_owned()))?,
        None => labels.resize(table.rows, String::new()),
    }
    let mut trials = Vec::new();
    let mut first = 0;
    for end in 1..=table.rows {
        if let Some(Column { name, values: Values::Number(t), .. }) = &time
            && end < table.rows
            && labels[end] == labels[end - 1]
            && !(t[end] > t[end - 1])
        {
            let message = format!(
                "column `{name}`, row {}: {} after {}, expected times that rise within a trial; sort the rows, or tell \
                 trials apart by a column `trial`",
                end + 1,
                t[end],
                t[end - 1]
            );
            return Err(Error::input(path, message));
        }
        if end == table.rows || labels[end] != labels[first] {
            trials.push(Mat::from_fn(width, end - first, |i, j| columns[i][first + j]));
            first = end;
        }
    }
    Ok(trials)
}

/// All numbers of `path` as a matrix, a row of the table a row.
pub fn matrix(path: &Path) -> Result<Mat<f64>, Error> {
    let table = read(path, &ReadTable::default())?;
    let columns = table.columns.iter().map(|c| finite(path, c)).collect::<Result<Vec<_>, _>>()?;
    Ok(Mat::from_fn(table.rows, columns.len(), |i, j| columns[j][i]))
}

/// The input sequences of `path`, each d x t.
pub fn inputs(path: &Path, d: usize) -> Result<Vec<Mat<f64>>, Error> {
    if d == 0 {
        return Err(Error::Config("--inputs: this network has no inputs".into()));
    }
    rows(path, d, &format!("one for each of the network's {d} inputs"))
}

/// The initial states of `path`, n x r.
pub fn initial(path: &Path, n: usize) -> Result<Mat<f64>, Error> {
    let parts = match rows(path, n, &format!("one for each of the {n} state variables")) {
        Ok(parts) => parts,
        // A vector of n numbers is one state, whichever way it lies.
        Err(e) => match rows(path, 1, "") {
            Ok(column) if column.len() == 1 && column[0].ncols() == n => {
                return Ok(Mat::from_fn(n, 1, |i, _| column[0][(0, i)]));
            }
            _ => return Err(e),
        },
    };
    let total = parts.iter().map(Mat::ncols).sum();
    let mut out = Mat::zeros(n, total);
    let mut next = 0;
    for p in parts {
        out.as_mut().subcols_mut(next, p.ncols()).copy_from(&p);
        next += p.ncols();
    }
    Ok(out)
}

/// The one vector of `path`, n numbers, a row or a column.
pub fn terminal(path: &Path, n: usize) -> Result<Vec<f64>, Error> {
    let all = initial(path, n)?;
    if all.ncols() != 1 {
        let message = format!("holds {} vectors of {n} numbers, expected one", all.ncols());
        return Err(Error::input(path, message));
    }
    if (0..n).all(|i| all[(i, 0)] == 0.0) {
        return Err(Error::input(path, "holds zeros alone, expected a vector that is not zero"));
    }
    Ok((0..n).map(|i| all[(i, 0)]).collect())
}
