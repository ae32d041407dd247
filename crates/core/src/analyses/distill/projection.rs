//! The projection P and the teacher in its coordinates.

use super::From;
use super::teacher::Teacher;
use super::{Projection, RaddConfig};
use crate::analyses::Error;
use crate::analyses::tables::finite;
use crate::diagnostics::geometry::pca::{Accumulator, Pca};
use crate::io::shown::count;
use crate::io::table::{ReadTable, read};
use crate::io::tensors;
use crate::job::Observer;
use crate::linalg::col;
use crate::training::radd::{project, scale_to};
use faer::{Mat, MatRef};
use std::path::Path;

/// P with the teacher's states seen through it.
pub struct Projected {
    /// Where P comes from: `file`, `pca`, `readout` or `units`.
    pub from: From,
    /// P, scaled, M x n.
    pub p: Mat<f64>,
    /// The factor of the scaling.
    pub factor: f64,
    /// z = P h, M x T.
    pub z: Mat<f64>,
    /// Share of the teacher's variance in the subspace that P's rows span; none without variance.
    pub explained: Option<f64>,
}

/// Reads or computes P, and projects.
pub fn projected(
    config: &RaddConfig,
    teacher: &Teacher,
    observer: &dyn Observer,
) -> Result<Projected, Error> {
    let file = &config.common.file;
    let n = teacher.units.len();
    let chosen = config.projection.clone().unwrap_or(match teacher.network() {
        Some(network) if network.readout.as_ref().is_some_and(|r| r.rates.is_none()) => Projection::Readout,
        _ => Projection::Pca,
    });
    if config.components.is_some() && chosen != Projection::Pca {
        return Err(Error::Config("--components goes with --projection pca".into()));
    }
    let (from, p) = match &chosen {
        Projection::File(path) => (From::File, given(path, n)?),
        Projection::Pca => {
            let pca = components(file, teacher, observer)?;
            let m = config.components.unwrap_or(2.min(pca.components.ncols()));
            if m > pca.components.ncols() {
                let message = format!(
                    "--components {m}: {} in {} have {}",
                    count(n, "unit"),
                    count(teacher.rows(), "row"),
                    count(pca.components.ncols(), "principal component")
                );
                return Err(Error::input(file, message));
            }
            (From::Pca, pca.components.subcols(0, m).transpose().to_owned())
        }
        Projection::Readout => match teacher.network().and_then(|n| n.readout.as_ref()) {
            Some(readout) if readout.rates.is_none() => (From::Readout, readout.weight.clone()),
            Some(_) => {
                let message = "--projection readout: the network's read-out is of rates, expected one of the state; give pca, units or a file";
                return Err(Error::Config(message.into()));
            }
            None => {
                let message =
                    "--projection readout: expected a network with a read-out; give pca, units or a file";
                return Err(Error::Config(message.into()));
            }
        },
        Projection::Units => (From::Units, Mat::identity(n, n)),
    };
    let mut z = Mat::zeros(p.nrows(), teacher.rows());
    let (mut next, mut spread) = (0, Spread::new(n));
    teacher.pass(file, observer, &mut |h| {
        z.as_mut().subcols_mut(next, h.ncols()).copy_from(project(p.as_ref(), h));
        next += h.ncols();
        spread.add(h);
    })?;
    let explained = spread.share(&p, z.as_ref());
    let factor = match config.scale {
        None => 1.0,
        Some(target) => scale_to(z.as_ref(), target).ok_or_else(|| {
            let message = "the projected states are zero throughout, expected states that vary; choose another \
                           --projection";
            Error::input(file, message)
        })?,
    };
    let scaled = |m: Mat<f64>| if config.scale.is_some() { faer::Scale(factor) * m } else { m };
    Ok(Projected { from, p: scaled(p), factor, z: scaled(z), explained })
}

fn components(file: &Path, teacher: &Teacher, observer: &dyn Observer) -> Result<Pca, Error> {
    let mut all = Accumulator::new(teacher.units.len());
    teacher.pass(file, observer, &mut |h| all.add(h))?;
    all.finish().ok_or_else(|| {
        let message =
            "the units do not vary (or fewer than two rows are left): there are no principal components";
        Error::input(file, message)
    })
}

/// P of a file: a row a unit of the student, a column a unit of the teacher.
fn given(path: &Path, n: usize) -> Result<Mat<f64>, Error> {
    let numpy =
        path.extension().is_some_and(|e| e.eq_ignore_ascii_case("npy") || e.eq_ignore_ascii_case("npz"));
    let (shape, data) = if numpy {
        let file = tensors::read(path)?;
        let [one] = &file.tensors[..] else {
            let message =
                format!("holds {}, expected one, the projection", count(file.tensors.len(), "array"));
            return Err(Error::input(path, message));
        };
        (one.shape.clone(), one.data.clone())
    } else {
        let table = read(path, &ReadTable::default())?;
        let columns = table.columns.iter().map(|c| finite(path, c)).collect::<Result<Vec<_>, _>>()?;
        let data = (0..table.rows).flat_map(|r| columns.iter().map(move |c| c[r]));
        (vec![table.rows, columns.len()], data.collect())
    };
    let (rows, width) = match shape[..] {
        [width] => (1, width),
        [rows, width] => (rows, width),
        _ => (0, 0),
    };
    if width != n || rows == 0 {
        let turned = if rows == n { "; transpose it" } else { "" };
        let message = format!(
            "is {}, expected M x {n}, a row for each unit of the student and a column for each of the {}{turned}",
            shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" x "),
            count(n, "unit")
        );
        return Err(Error::input(path, message));
    }
    if let Some(i) = data.iter().position(|v| !v.is_finite()) {
        let message =
            format!("row {}, column {}: {}, expected a finite number", i / n + 1, i % n + 1, data[i]);
        return Err(Error::input(path, message));
    }
    let p = Mat::from_fn(rows, n, |i, j| data[i * n + j]);
    if let Some(i) = (0..rows).find(|i| (0..n).all(|j| p[(*i, j)] == 0.0)) {
        return Err(Error::input(path, format!("row {} is zero, expected a direction", i + 1)));
    }
    Ok(p)
}

/// Total variance of states met piece by piece.
struct Spread {
    rows: f64,
    mean: Vec<f64>,
    square: f64,
}

impl Spread {
    fn new(n: usize) -> Self {
        Self { rows: 0.0, mean: vec![0.0; n], square: 0.0 }
    }

    fn add(&mut self, h: MatRef<f64>) {
        let (t, before) = (h.ncols() as f64, self.rows);
        if h.ncols() == 0 {
            return;
        }
        let mut mean = vec![0.0; h.nrows()];
        for j in 0..h.ncols() {
            mean.iter_mut().zip(col(h, j)).for_each(|(m, v)| *m += v);
        }
        mean.iter_mut().for_each(|m| *m /= t);
        for j in 0..h.ncols() {
            self.square += col(h, j).iter().zip(&mean).map(|(v, m)| (v - m).powi(2)).sum::<f64>();
        }
        for (m, new) in self.mean.iter_mut().zip(mean) {
            self.square += (new - *m).powi(2) * before * t / (before + t);
            *m += (new - *m) * t / (before + t);
        }
        self.rows += t;
    }

    /// tr((P P^T)^-1 S_z) / tr S_h with S the scatter about the mean: the share in the span of P's rows.
    fn share(&self, p: &Mat<f64>, z: MatRef<f64>) -> Option<f64> {
        let m = p.nrows();
        let mut mean = vec![0.0; m];
        for j in 0..z.ncols() {
            mean.iter_mut().zip(col(z, j)).for_each(|(s, v)| *s += v / self.rows);
        }
        let mut scatter = Mat::<f64>::zeros(m, m);
        for j in 0..z.ncols() {
            let z = col(z, j);
            for b in 0..m {
                for a in 0..m {
                    scatter[(a, b)] += (z[a] - mean[a]) * (z[b] - mean[b]);
                }
            }
        }
        let gram = p * p.transpose();
        let inverse = gram.self_adjoint_eigen(faer::Side::Lower).ok()?;
        let least = inverse.S().column_vector().iter().copied().fold(0.0, f64::max) * 1e-12;
        // Rows of P that repeat others add no direction.
        let within: f64 = (0..m)
            .map(|k| (inverse.S().column_vector()[k], inverse.U().col(k)))
            .filter(|(value, _)| *value > least)
            .map(|(value, v)| (v.transpose() * &scatter * v) / value)
            .sum();
        (self.square > 0.0).then(|| within / self.square)
    }
}

/// Coefficients D, e of y = D z + e by least squares: what a read-out of the teacher is in the student's
/// coordinates.
///
/// Shapes: `z` is M x T, `y` o x T; D is o x M.
pub fn read_out(z: MatRef<f64>, y: MatRef<f64>) -> Option<(Mat<f64>, Vec<f64>)> {
    let m = z.nrows();
    let x = Mat::from_fn(z.ncols(), m + 1, |t, i| if i < m { z[(i, t)] } else { 1.0 });
    let found =
        crate::numbers::least_squares::rows(x.as_ref(), y.transpose()).solve(0.0, &vec![true; m + 1])?;
    let beta = &found.coefficients;
    let weight = Mat::from_fn(y.nrows(), m, |o, i| beta[(i, o)]);
    Some((weight, (0..y.nrows()).map(|o| beta[(m, o)]).collect()))
}
