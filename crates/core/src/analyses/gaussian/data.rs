//! Samples or a covariance, read and checked.

use super::GaussianConfig;
use super::{AboutData, Note};
use crate::analyses::columns::{Columns, chosen};
use crate::analyses::session;
use crate::analyses::source::{self, table_array};
use crate::analyses::tables::finite;
use crate::analyses::{Error, Missing};
use crate::inference::gaussian::data::{Gathered, Scale, constant, copies, folds};
use crate::inference::gaussian::spectrum::{Basis, Error as Fault};
use crate::inference::gaussian::successive::{Autocorrelation, autocorrelation};
use crate::io::error::{self, Problem, listed};
use crate::io::held;
use crate::io::shown::count;
use crate::io::table::{Column, ReadTable, Values, read};
use crate::job::Observer;
use crate::linalg::random::{Use, stream as random};
use faer::Mat;
use rand::seq::SliceRandom;
use std::collections::HashSet;
use std::path::Path;

/// A covariance that was checked, with its eigenbasis.
pub struct Covariance {
    /// n x n.
    pub matrix: Mat<f64>,
    /// Its eigenbasis.
    pub basis: Basis,
}

impl Covariance {
    /// `c`, scaled by `scaled`; refuses what is not symmetric and positive semidefinite.
    fn new(path: &Path, c: &Mat<f64>, scaled: impl Fn(&Mat<f64>) -> Mat<f64>) -> Result<Self, Error> {
        let n = c.nrows();
        // Scaling by a variance that is none would hide what is wrong.
        let negative = c.ncols() == n && (0..n).any(|i| c[(i, i)] < 0.0);
        let matrix = if negative { c.clone() } else { scaled(c) };
        let basis = Basis::new(matrix.as_ref()).map_err(|e| match e {
            // Of the matrix that was given, not of the scaled one.
            Fault::Negative(_) => unusable(path, Basis::new(c.as_ref()).err().unwrap_or(e)),
            e => unusable(path, e),
        })?;
        Ok(Self { matrix, basis })
    }
}

/// What couplings are inferred from.
pub struct Data {
    /// Names of the variables.
    pub names: Vec<String>,
    /// p / n.
    pub alpha: f64,
    /// p, where it is known.
    pub samples: Option<usize>,
    /// Degrees of freedom of the covariance, where p is known.
    pub freedom: Option<usize>,
    /// Trace before scaling.
    pub trace: f64,
    /// Unit of the scaled covariance, in those of the data.
    pub unit: f64,
    /// The covariance, scaled.
    pub covariance: Covariance,
    /// The true covariance, scaled alike.
    pub truth: Option<Covariance>,
    /// The samples, one a column.
    pub rows: Option<Mat<f64>>,
    /// How alike successive samples are, where that is told from chance.
    pub alike: Option<Autocorrelation>,
    /// The fold of each sample; none without cross-validation.
    pub fold: Option<Vec<usize>>,
    /// What was read.
    pub about: AboutData,
    /// What the user should know of these data.
    pub notes: Vec<Note>,
}

pub fn load(config: &GaussianConfig, observer: &dyn Observer) -> Result<Data, Error> {
    let mut data = if config.covariance {
        of_covariance(config)?
    } else {
        let mut settled = config.clone();
        session::settle(&config.file, &mut settled.recording)?;
        of_samples(&settled, observer)?
    };
    if let Some(path) = &config.truth {
        let (_, truth) = matrix(path, None)?;
        let n = data.names.len();
        if truth.nrows() != n {
            let message =
                format!("is {0} x {0}, expected {n} x {n}, one row a variable of the data", truth.nrows());
            return Err(Error::input(path, message));
        }
        let unit = data.unit;
        let scaled = |c: &Mat<f64>| match config.scale {
            Scale::None => faer::Scale(unit.recip()) * c,
            scale => scale.apply(c.as_ref()),
        };
        data.truth = Some(Covariance::new(path, &truth, scaled)?);
    }
    Ok(data)
}

/// The message of a numerical error about the covariance in `path`.
pub fn unusable(path: &Path, e: impl std::fmt::Display) -> Error {
    Error::input(path, e.to_string())
}

fn of_covariance(config: &GaussianConfig) -> Result<Data, Error> {
    let file = &config.file;
    let r = &config.recording;
    source::refuse(&source::about_rows(r), "samples; --covariance says that this file holds none")?;
    let (names, c) = matrix(file, r.units.as_deref())?;
    let n = names.len();
    let flat: Vec<String> = (0..n).filter(|i| c[(*i, *i)] == 0.0).map(|i| names[i].clone()).collect();
    refuse(file, &flat, n)?;
    let alpha = match (config.alpha, config.samples) {
        (Some(alpha), None) => alpha,
        (None, Some(p)) => p as f64 / n as f64,
        _ => return Err(Error::Config("--covariance needs --alpha P/N or --samples P, one of them".into())),
    };
    let samples = config.samples.or_else(|| {
        let p = alpha * n as f64;
        ((p - p.round()).abs() < 1e-6 * p && p.round() >= 1.0).then(|| p.round() as usize)
    });
    let trace = (0..n).map(|i| c[(i, i)]).sum();
    Ok(Data {
        alpha,
        samples,
        freedom: samples,
        trace,
        unit: config.scale.unit(c.as_ref()),
        covariance: Covariance::new(file, &c, |c| config.scale.apply(c.as_ref()))?,
        truth: None,
        rows: None,
        alike: None,
        fold: None,
        about: about(config, n, samples, alpha, None),
        notes: vec![],
        names,
    })
}

fn of_samples(config: &GaussianConfig, observer: &dyn Observer) -> Result<Data, Error> {
    let file = &config.file;
    let array = table_array(file, config.recording.units.as_deref())?;
    let mut columns = Columns::choose(file, &config.recording, array.as_deref())?;
    let mut trials = columns.arrange(file, array.as_deref())?;
    let recording = &config.recording;
    recording.preparation.apply((file, recording), array.as_deref(), &mut columns, &mut trials, &mut None)?;
    let said = columns.notes(&[]).into_iter().chain(columns.preparation());
    let mut notes: Vec<Note> = said.map(Note::Columns).collect();
    notes.extend(Some(columns.dropped()).filter(|d| *d > 0).map(Note::LeftOut));
    let (mut rows, kept) = rows(config, &columns, array.as_deref(), observer, &mut notes)?;
    if array.as_deref().is_some_and(|a| a.contains('@')) {
        rows = firing(rows, &mut columns, &mut notes);
    }
    let (n, p) = (columns.units.len(), rows.ncols());
    let flat = if p > 1 || !config.uncentered { constant(rows.as_ref()) } else { vec![] };
    let least = if config.uncentered { 1 } else { 2 };
    if p < least {
        let message = format!(
            "has {}, expected at least {least}{}",
            count(p, "row"),
            if p == 1 {
                ": around its mean one sample is zero; --uncentered uses it around zero"
            } else {
                ""
            }
        );
        return Err(Error::input(file, message));
    }
    refuse(file, &flat.iter().map(|i| columns.units[*i].clone()).collect::<Vec<_>>(), n)?;
    notes.extend(maybe_covariance(&rows).then_some(Note::MaybeCovariance(columns.units.len())));
    let gathered = Gathered::new(rows.as_ref());
    let c = gathered.covariance((!config.uncentered).then(|| gathered.mean()));
    let trials: Option<Vec<usize>> = trials.map(|t| kept.iter().map(|k| t[*k]).collect());
    let of_copies = copies(rows.as_ref());
    let one_trial = |k: usize| trials.as_ref().is_none_or(|t| t[k] == t[k - 1]);
    let follows: Vec<bool> = (0..p)
        .map(|k| k > 0 && kept[k] == kept[k - 1] + 1 && columns.follows(kept[k]) && one_trial(k))
        .collect();
    let alike = autocorrelation(rows.as_ref(), &follows);
    notes.extend(alike.map(|alike| Note::Alike { alike, rows: p, trials: trials.is_some() }));
    let together = trials.as_deref().unwrap_or(&of_copies);
    let successive = trials.is_none() && alike.is_some();
    let fold = parted(config, (&rows, &columns.units), (together, successive), &mut notes);
    let copies = p - of_copies.iter().max().map_or(0, |last| last + 1);
    notes.extend((copies > 0).then_some(Note::Copies(copies)));
    Ok(Data {
        alpha: p as f64 / n as f64,
        samples: Some(p),
        freedom: Some(p - usize::from(!config.uncentered)),
        trace: (0..n).map(|i| c[(i, i)]).sum(),
        unit: config.scale.unit(c.as_ref()),
        covariance: Covariance::new(file, &c, |c| config.scale.apply(c.as_ref()))?,
        truth: None,
        about: about(config, n, Some(p), p as f64 / n as f64, Some(columns.format)),
        names: columns.units,
        rows: Some(rows),
        alike,
        fold,
        notes,
    })
}

/// Counts of the units that do not have one in all bins: the others say nothing.
fn firing(rows: Mat<f64>, columns: &mut Columns, notes: &mut Vec<Note>) -> Mat<f64> {
    let silent = constant(rows.as_ref());
    let (n, p) = (rows.nrows(), rows.ncols());
    if silent.is_empty() || silent.len() + 2 > n || p < 2 {
        return rows;
    }
    let names: Vec<String> = silent.iter().map(|i| columns.units[*i].clone()).collect();
    let of = count(n, "unit");
    notes.push(Note::Columns(format!(
        "{} of {of} with one count in every bin left out: {}.",
        silent.len(),
        listed(&names)
    )));
    let kept: Vec<usize> = (0..n).filter(|i| !silent.contains(i)).collect();
    columns.units = kept.iter().map(|i| columns.units[*i].clone()).collect();
    Mat::from_fn(kept.len(), p, |i, k| rows[(kept[i], k)])
}

fn about(
    config: &GaussianConfig,
    variables: usize,
    samples: Option<usize>,
    alpha: f64,
    format: Option<&'static str>,
) -> AboutData {
    AboutData {
        file: config.file.display().to_string(),
        kind: if config.covariance { "covariance" } else { "samples" },
        variables,
        samples,
        alpha,
        truth: config.truth.as_ref().map(|t| t.display().to_string()),
        format,
    }
}

/// Whether samples may be a covariance: a square table, symmetric and without negative eigenvalues.
fn maybe_covariance(rows: &Mat<f64>) -> bool {
    let n = rows.nrows();
    if n < 2 || rows.ncols() != n {
        return false;
    }
    let small = 1e-9 * rows.norm_max();
    let symmetric = (0..n).all(|i| (0..i).all(|j| (rows[(i, j)] - rows[(j, i)]).abs() <= small));
    if !symmetric || !(0..n).all(|i| rows[(i, i)] > 0.0) {
        return false;
    }
    let values = rows.self_adjoint_eigenvalues(faer::Side::Lower);
    values.is_ok_and(|all| all.iter().all(|v| *v >= -small * n as f64))
}

/// The fold of each sample, where there is cross-validation: those of equal `together` are in one, of successive stretches
/// if the samples are alike so.
fn parted(
    config: &GaussianConfig,
    (rows, names): (&Mat<f64>, &[String]),
    (together, successive): (&[usize], bool),
    notes: &mut Vec<Note>,
) -> Option<Vec<usize>> {
    if config.folds == 0 || config.truth.is_some() {
        return None;
    }
    let p = rows.ncols();
    let mut order: Vec<usize> = (0..p).collect();
    order.shuffle(&mut random(config.seed, Use::Shuffle, 0));
    let successive = successive
        .then(|| stretches(together, config.folds.min(p)))
        .filter(|fold| fold.iter().any(|f| *f > 0));
    match successive.map_or_else(|| folds(together, &order, config.folds), Ok) {
        Ok(fold) => training_sets_vary(rows, &fold, names, notes).then_some(fold),
        Err(_) => {
            notes.push(Note::OneGroup);
            None
        }
    }
}

/// Folds of successive samples; a copy is in that of its first.
fn stretches(of_copies: &[usize], count: usize) -> Vec<usize> {
    let p = of_copies.len();
    let (mut first, mut used) = (std::collections::HashMap::new(), std::collections::BTreeMap::new());
    let fold = of_copies.iter().enumerate().map(|(k, group)| *first.entry(*group).or_insert(k) * count / p);
    // A stretch of copies alone leaves no fold behind.
    let fold: Vec<usize> = fold.collect();
    fold.iter().for_each(|f| {
        let next = used.len();
        used.entry(*f).or_insert(next);
    });
    fold.iter().map(|f| used[f]).collect()
}

fn refuse(file: &Path, flat: &[String], n: usize) -> Result<(), Error> {
    if !flat.is_empty() {
        let message = format!(
            "{} of {n} never {}: {}; leave them out with --units",
            count(flat.len(), "variable"),
            if flat.len() == 1 { "changes" } else { "change" },
            listed(flat)
        );
        return Err(Error::input(file, message));
    }
    if n < 2 {
        return Err(Error::input(
            file,
            "holds one variable, expected at least two: alone it has no couplings",
        ));
    }
    Ok(())
}

/// Without any of the folds, does every variable still vary? Correlations need that.
fn training_sets_vary(rows: &Mat<f64>, fold: &[usize], names: &[String], notes: &mut Vec<Note>) -> bool {
    let count = fold.iter().max().map_or(0, |f| f + 1);
    for f in 0..count {
        let kept: Vec<usize> = (0..fold.len()).filter(|k| fold[*k] != f).collect();
        let part = Mat::from_fn(rows.nrows(), kept.len(), |i, k| rows[(i, kept[k])]);
        if let Some(i) = constant(part.as_ref()).first() {
            notes.push(Note::Constant { folds: count, variable: names[*i].clone() });
            return false;
        }
    }
    true
}

/// The rows of the table as columns of a matrix, and which rows of the file they are.
fn rows(
    config: &GaussianConfig,
    columns: &Columns,
    array: Option<&str>,
    observer: &dyn Observer,
    notes: &mut Vec<Note>,
) -> Result<(Mat<f64>, Vec<usize>), Error> {
    let n = columns.units.len();
    let (mut values, mut kept, mut row, mut bad, mut total) = (vec![], vec![], 0usize, None, 0usize);
    // The rows, a matrix of them and the training sets.
    let all = 4 * (columns.rows.unwrap_or(0) as u64).saturating_mul(n as u64);
    Problem::afford("all rows together", all, held::allowed(&config.file))
        .map_err(|problem| error::Error::new(&config.file, problem))?;
    observer.start("reading", columns.rows.unwrap_or(0) as u64);
    columns.stream(&config.file, array, &mut |chunk| {
        for r in 0..chunk.rows {
            match (0..n).find(|i| !chunk.columns[*i][r].is_finite()) {
                None => {
                    values.extend(chunk.columns.iter().map(|c| c[r]));
                    kept.push(row + r);
                }
                Some(i) => {
                    total += 1;
                    bad = bad.or(Some((i, row + r, chunk.columns[i][r])));
                }
            }
        }
        row += chunk.rows;
        observer.at(row as u64);
        Ok(())
    })?;
    observer.finish();
    if let Some((unit, row, value)) = bad {
        if config.recording.missing != Some(Missing::DropRows) {
            let such = format!("{} with such", count(total, "row"));
            let first = (&*columns.units[unit], row, value);
            return Err(columns.refused(&config.file, array, first, &such, ""));
        }
        notes.push(Note::LeftOut(total));
    }
    let rows = Mat::from_fn(n, kept.len(), |i, k| values[k * n + i]);
    Ok((rows, kept))
}

/// A square table of numbers with the names of its columns; a first column of text is names of rows. Of the variables
/// those that `units` chooses, if it is not the name of the array.
fn matrix(path: &Path, units: Option<&str>) -> Result<(Vec<String>, Mat<f64>), Error> {
    let array = table_array(path, units)?;
    let table = read(path, &ReadTable { array: array.as_deref(), ..ReadTable::default() })?;
    let named = usize::from(matches!(table.columns.first(), Some(Column { values: Values::Text(_), .. })));
    let columns = &table.columns[named..];
    let n = columns.len();
    if n == 0 || table.rows != n {
        let message = format!("is {} x {n}, expected a covariance, which is square", table.rows);
        return Err(Error::input(path, message));
    }
    let values = columns.iter().map(|c| finite(path, c)).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
    let wanted = match units.filter(|u| Some(*u) != array.as_deref()) {
        Some(list) => chosen(path, "--units", list, &names)?,
        None => names.clone(),
    };
    let of: HashSet<&String> = wanted.iter().collect();
    let places: Vec<usize> = (0..n).filter(|i| of.contains(&names[*i])).collect();
    let m = Mat::from_fn(places.len(), places.len(), |i, j| values[places[j]][places[i]]);
    Ok((wanted, m))
}
