//! Tables that a network is given: inputs and initial states.

use super::Error;
use crate::io::table::{ReadTable, Values, read};
use faer::Mat;
use std::path::Path;

/// Reads `path` as rows of `width` numbers, split into trials by a column `trial` if there is one.
///
/// Returns one `width` x t matrix a trial. `what` names a row's numbers in messages.
fn rows(path: &Path, width: usize, what: &str) -> Result<Vec<Mat<f64>>, Error> {
    let table = read(path, &ReadTable::default())?;
    let trial = table.columns.iter().position(|c| c.name == "trial").filter(|_| table.columns.len() > width);
    let mut columns = Vec::new();
    for (k, c) in table.columns.iter().enumerate() {
        if Some(k) == trial {
            continue;
        }
        let Values::Number(values) = &c.values else {
            return Err(Error::input(path, format!("column `{}` holds text, expected numbers", c.name)));
        };
        if let Some(row) = values.iter().position(|v| !v.is_finite()) {
            let value = values[row];
            let message = format!("column `{}`, row {row}: {value}, expected a finite number", c.name);
            return Err(Error::input(path, message));
        }
        columns.push(values);
    }
    if columns.len() != width {
        let message = format!(
            "has {} columns, expected {width}, {what}; a row is a time step or a state, a column one coordinate",
            columns.len()
        );
        return Err(Error::input(path, message));
    }
    let labels: Vec<String> = match trial.map(|k| &table.columns[k].values) {
        Some(Values::Number(v)) => v.iter().map(f64::to_string).collect(),
        Some(Values::Text(v)) => v.clone(),
        None => vec![String::new(); table.rows],
    };
    let mut trials = Vec::new();
    let mut first = 0;
    for end in 1..=table.rows {
        if end == table.rows || labels[end] != labels[first] {
            trials.push(Mat::from_fn(width, end - first, |i, j| columns[i][first + j]));
            first = end;
        }
    }
    Ok(trials)
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
