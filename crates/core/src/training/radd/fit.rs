//! The fit: least squares, and maximum likelihood where targets are at an end of the range of f.

use super::censored::{self, Unit};
use super::errors::{Errors, Runs, scatter};
use super::{CHUNK, Sequences, Student, before, beyond, dot};
use crate::linalg::activation::Activation;
use crate::linalg::{col, col_mut, gemm};
use crate::numbers::least_squares::{Rows, Solution, Whitened};
use faer::linalg::solvers::DenseSolveCore;
use faer::{Accum, Mat};
use rayon::prelude::*;
use thiserror::Error;

/// How the student is fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// f.
    pub activation: Activation,
    /// lambda in sum |f^-1(z) - A z - B u - c|^2 + lambda (sum A^2 + sum B^2), the first sum over the pairs;
    /// c is not penalised.
    pub ridge: f64,
    /// Whether a zero state stands before the first of each sequence, as before a network that starts at
    /// rest; else the first has nothing before it.
    pub from_zero: bool,
    /// Steps by which inputs are late: z(t) is driven by u(t - lag). 0, or 1 for tables in which the input
    /// of a row acts on the next.
    pub lag: usize,
}

impl Default for Settings {
    /// tanh, no ridge, nothing before the first state, no lag.
    fn default() -> Self {
        Self { activation: Activation::Tanh, ridge: 0.0, from_zero: false, lag: 0 }
    }
}

/// Why there is no student.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Error {
    /// Nothing to fit.
    #[error("there is no pair of successive states to fit")]
    NoPairs,
    /// A state or an input is not finite.
    #[error("column {column} of the states and inputs is not finite")]
    NotFinite {
        /// The first such.
        column: usize,
    },
    /// The numbers failed.
    #[error("the singular values of the regressors did not converge")]
    Singular,
    /// The likelihood of a unit at the ends of its range has no maximum that was found.
    #[error(
        "the likelihood of unit {unit}, part of whose states are at an end of the range, did not converge"
    )]
    Likelihood {
        /// The first such, from 1.
        unit: usize,
    },
}

impl Sequences<'_> {
    /// The sequence of each column.
    pub(super) fn ranges(&self) -> Vec<std::ops::Range<usize>> {
        let ends = self.starts.iter().skip(1).copied().chain([self.z.ncols()]);
        self.starts.iter().copied().zip(ends).map(|(a, b)| a..b).collect()
    }

    /// Columns whose state and input have what comes before them.
    pub fn pairs(&self, settings: &Settings) -> Vec<usize> {
        let ranges = self.ranges().into_iter();
        ranges.flat_map(|r| first_pair(r.start, settings).min(r.end)..r.end).collect()
    }
}

/// The first column of a sequence from `start` that is part of a pair.
pub(super) fn first_pair(start: usize, settings: &Settings) -> usize {
    let before = if settings.from_zero { 0 } else { 1 };
    start + before.max(settings.lag)
}

/// Fits the student to all pairs, or to those whose second column is marked in `fitted` (T entries).
///
/// Sequences are never joined: no pair reaches across a start. A unit all of whose targets are inside the range of f is
/// fitted by least squares; of targets at an end of it (zeros of ReLU, saturated ones of tanh or the sigmoid) only the side
/// is used, by maximum likelihood with normal noise inside f.
///
/// # Errors
/// No pair, values that are not finite; singular values of the regressors that do not converge ([`Error::Singular`]), the likelihood of a
/// unit at the ends of its range without a maximum that is found ([`Error::Likelihood`]).
///
/// # Remarks
/// Coefficients that the pairs do not determine (an input that does not change beside the constant) are
/// those of smallest norm, and marked. A unit that is never inside the range is fitted as if its ends were values, without errors.
///
/// # Panics
/// If the columns of z, u and `fitted` differ in number.
///
/// ```
/// use faer::{Mat, mat};
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::training::radd::{Sequences, Settings, radd};
///
/// // A teacher that is a student: z(t) = tanh(A z(t-1) + B u(t) + c).
/// let (a, b, c) = (mat![[0.5, -0.4], [0.4, 0.5]], mat![[0.3], [0.1]], [0.1, -0.2]);
/// let u = Mat::from_fn(1, 60, |_, t| (0.7 * t as f64).sin());
/// let mut z = Mat::zeros(2, 60);
/// for t in 1..60 {
///     let next = &a * z.col(t - 1) + &b * u.col(t);
///     (0..2).for_each(|i| z[(i, t)] = (next[i] + c[i]).tanh());
/// }
/// let data = Sequences { z: z.as_ref(), u: u.as_ref(), starts: &[0] };
/// let student = radd(&data, None, &Settings::default()).unwrap();
/// assert!((&student.a - &a).norm_max() < 1e-10 && (&student.b - &b).norm_max() < 1e-10);
/// assert!((student.c[1] + 0.2).abs() < 1e-10 && student.pairs == 59);
/// // Left to itself it does what the teacher did.
/// let scores = student.scores(&data, None, &Settings { activation: Activation::Tanh, ..Settings::default() });
/// assert!(scores.rollout.iter().all(|unit| unit.r2 > 1.0 - 1e-9));
/// ```
pub fn radd(data: &Sequences, fitted: Option<&[bool]>, settings: &Settings) -> Result<Student, Error> {
    let (m, d) = (data.z.nrows(), data.u.nrows());
    assert_eq!(data.z.ncols(), data.u.ncols(), "columns of states and of inputs");
    let finite = |t: usize| {
        [data.z, data.u].iter().all(|x| x.nrows() == 0 || col(*x, t).iter().all(|v| v.is_finite()))
    };
    if let Some(column) = (0..data.z.ncols()).find(|t| !finite(*t)) {
        return Err(Error::NotFinite { column });
    }
    let mut pairs = data.pairs(settings);
    pairs.retain(|t| fitted.is_none_or(|f| f[*t]));
    if pairs.is_empty() {
        return Err(Error::NoPairs);
    }
    let all = Pairs::new(data, &pairs, settings);
    let rows = all.rows();
    let penalised: Vec<bool> = (0..m + d + 1).map(|j| j < m + d).collect();
    let found = rows.solve(settings.ridge, &penalised).ok_or(Error::Singular)?;
    let white = rows.whitened().ok_or(Error::Singular)?;
    let q = all.whitened(&white);
    let problem =
        Problem { all: &all, found: &found, white: &white, q: &q, ridge: settings.ridge, penalised };
    let units: Vec<Coefficients> = (0..m)
        .into_par_iter()
        .map(|i| problem.unit(i).ok_or(Error::Likelihood { unit: i + 1 }))
        .collect::<Result<_, _>>()?;
    let beta = |first: usize, width: usize| Mat::from_fn(m, width, |i, j| units[i].beta[first + j]);
    let error = |first: usize, width: usize| Mat::from_fn(m, width, |i, j| units[i].error[first + j]);
    Ok(Student {
        activation: settings.activation,
        a: beta(0, m),
        b: beta(m, d),
        c: units.iter().map(|u| u.beta[m + d]).collect(),
        a_error: error(0, m),
        b_error: error(m, d),
        c_error: units.iter().map(|u| u.error[m + d]).collect(),
        pairs: pairs.len(),
        clipped: all.clipped,
        beyond: all.beyond,
        censored: (0..m).map(|i| all.censored(i)).collect(),
        errors: units.iter().map(|u| u.errors).collect(),
        open: units.iter().map(|u| u.open.clone()).collect(),
        rank: found.rank,
        free: found.free,
        condition: found.condition,
        residual: units.iter().map(|u| u.residual).collect(),
    })
}

/// Regressors and targets, one pair a column.
struct Pairs {
    /// States before, inputs and one, k x N.
    x: Mat<f64>,
    /// f^-1 of the state after, N x M; the end of the range where it is beyond.
    y: Mat<f64>,
    /// 1 beyond the upper end of the range, -1 beyond the lower, 0 inside; unit by unit.
    side: Vec<Vec<i8>>,
    clipped: usize,
    beyond: usize,
    runs: Runs,
}

impl Pairs {
    fn new(data: &Sequences, pairs: &[usize], settings: &Settings) -> Self {
        let (m, d, f) = (data.z.nrows(), data.u.nrows(), settings.activation);
        let mut x = Mat::zeros(m + d + 1, pairs.len());
        x.as_mut().par_col_iter_mut().zip(pairs).for_each(|(x, t)| {
            let x = x.try_as_col_major_mut().expect("columns are contiguous").as_slice_mut();
            if data.starts.binary_search(t).is_err() {
                x[..m].copy_from_slice(col(data.z, t - 1));
            }
            if d > 0 {
                x[m..m + d].copy_from_slice(col(data.u, t - settings.lag));
            }
            x[m + d] = 1.0;
        });
        let mut y = Mat::zeros(pairs.len(), m);
        let (mut side, mut clipped, mut outside) = (vec![vec![0; pairs.len()]; m], 0, 0);
        let [lo, hi] = f.range();
        for i in 0..m {
            let to = col_mut(y.as_mut(), i);
            for ((k, to), t) in to.iter_mut().enumerate().zip(pairs) {
                let (a, out) = before(f, data.z[(i, *t)]);
                *to = a;
                side[i][k] = beyond(f, data.z[(i, *t)]);
                clipped += usize::from(out);
                outside += usize::from(!(lo..=hi).contains(&data.z[(i, *t)]));
            }
        }
        let sequence = pairs.iter().map(|t| data.starts.partition_point(|s| s <= t)).collect();
        let follows =
            |k: usize| k > 0 && pairs[k] == pairs[k - 1] + 1 && data.starts.binary_search(&pairs[k]).is_err();
        let follows = (0..pairs.len()).map(follows).collect();
        Self { x, y, side, clipped, beyond: outside, runs: Runs { follows, sequence } }
    }

    /// The triangular factor of all rows.
    fn rows(&self) -> Rows {
        let (k, m) = (self.x.nrows(), self.y.ncols());
        let starts: Vec<usize> = (0..self.x.ncols()).step_by(CHUNK).collect();
        let block = |start: &usize| {
            let here = CHUNK.min(self.x.ncols() - start);
            let mut xy = Mat::zeros(here, k + m);
            for j in 0..k {
                let to = col_mut(xy.as_mut(), j);
                to.iter_mut().enumerate().for_each(|(t, to)| *to = self.x[(j, start + t)]);
            }
            for i in 0..m {
                let from = &col(self.y.as_ref(), i)[*start..start + here];
                col_mut(xy.as_mut(), k + i).copy_from_slice(from);
            }
            Rows::of(k, xy.as_mut())
        };
        let blocks: Vec<Rows> = starts.par_iter().map(block).collect();
        let mut rows = Rows::new(k, m);
        blocks.iter().for_each(|b| rows.add(b));
        rows
    }

    /// W^T x of every pair, r x N.
    fn whitened(&self, white: &Whitened) -> Mat<f64> {
        let mut q = Mat::zeros(white.map.ncols(), self.x.ncols());
        q.as_mut()
            .par_col_chunks_mut(CHUNK)
            .zip(self.x.par_col_chunks(CHUNK))
            .for_each(|(q, x)| gemm(q, Accum::Replace, white.map.transpose(), x));
        q
    }

    /// Targets of a unit below and above the range.
    fn censored(&self, i: usize) -> [usize; 2] {
        [-1, 1].map(|s| self.side[i].iter().filter(|v| **v == s).count())
    }
}

/// What all units share.
struct Problem<'a> {
    all: &'a Pairs,
    found: &'a Solution,
    white: &'a Whitened,
    q: &'a Mat<f64>,
    ridge: f64,
    penalised: Vec<bool>,
}

/// One unit's row of A, B and c.
struct Coefficients {
    beta: Vec<f64>,
    error: Vec<f64>,
    /// Mean square of the residuals, or sigma^2.
    residual: f64,
    errors: Errors,
    open: Vec<bool>,
}

impl Problem<'_> {
    fn unit(&self, i: usize) -> Option<Coefficients> {
        let out = self.all.side[i].iter().filter(|s| **s != 0).count();
        match out {
            0 => Some(self.inside(i)),
            _ if out == self.all.side[i].len() => Some(Coefficients {
                error: vec![f64::NAN; self.all.x.nrows()],
                errors: Errors::Independent,
                ..self.inside(i)
            }),
            _ => self.at_an_end(i),
        }
    }

    /// Least squares.
    fn inside(&self, i: usize) -> Coefficients {
        let (k, n) = (self.all.x.nrows(), self.all.x.ncols());
        let beta = col(self.found.coefficients.as_ref(), i).to_vec();
        let y = col(self.all.y.as_ref(), i);
        let size = y.iter().map(|y| y * y).sum::<f64>();
        let mut error = col(self.found.std_error.as_ref(), i).to_vec();
        let mut errors = Errors::Independent;
        // Residuals of exact data are rounding, whatever their correlation.
        if self.found.residual[i] > 1e-24 * size {
            let residuals: Vec<f64> =
                (0..n).map(|t| y[t] - dot(col(self.all.x.as_ref(), t), &beta)).collect();
            let mut scores = self.q.clone();
            for (t, e) in residuals.iter().enumerate() {
                col_mut(scores.as_mut(), t).iter_mut().for_each(|q| *q *= e);
            }
            let sum;
            (errors, sum) = scatter(scores.as_ref(), self.all.x.as_ref(), &residuals, &self.all.runs);
            if let Some(sum) = sum {
                let map = self.ridged();
                let small = n as f64 / self.found.freedom;
                let known = |j: &usize| self.found.freedom > 0.5 && !self.found.free[*j];
                let spread = &map * &sum * map.transpose();
                error = (0..k)
                    .map(|j| if known(&j) { (spread[(j, j)] * small).sqrt() } else { f64::NAN })
                    .collect();
            } else if errors != Errors::Independent {
                error.fill(f64::NAN);
            }
        }
        let residual = self.found.residual[i] / n as f64;
        Coefficients { beta, error, residual, errors, open: vec![false; k] }
    }

    /// W (1 + ridge W^T P W)^-1, P the penalised.
    fn ridged(&self) -> Mat<f64> {
        let map = &self.white.map;
        if self.ridge <= 0.0 {
            return map.clone();
        }
        let r = map.ncols();
        let part = Mat::from_fn(map.nrows(), r, |j, i| if self.penalised[j] { map[(j, i)] } else { 0.0 });
        let inner = Mat::<f64>::identity(r, r) + faer::Scale(self.ridge) * (part.transpose() * &part);
        map * inner.partial_piv_lu().inverse()
    }

    /// Maximum likelihood.
    fn at_an_end(&self, i: usize) -> Option<Coefficients> {
        let k = self.all.x.nrows();
        let unit = Unit { q: self.q.as_ref(), y: col(self.all.y.as_ref(), i), side: &self.all.side[i] };
        let fit = censored::fit(&unit, self.white, self.ridge, &self.penalised)?;
        let (errors, sum) = match fit.exact {
            true => (Errors::Independent, None),
            false => scatter(fit.scores.as_ref(), self.all.x.as_ref(), &fit.residuals, &self.all.runs),
        };
        let variance = match (&sum, errors) {
            (Some(sum), _) => Some(&fit.inverse * sum * &fit.inverse),
            (None, Errors::Independent) => Some(fit.inverse.clone()),
            (None, _) => None,
        };
        let spread = variance.map(|v| &fit.map * v * fit.map.transpose());
        let error = |j: usize| match (&spread, fit.small) {
            (Some(s), Some(small)) if !self.found.free[j] && !fit.open[j] => (s[(j, j)] * small).sqrt(),
            _ => f64::NAN,
        };
        Some(Coefficients {
            error: (0..k).map(error).collect(),
            beta: fit.beta,
            residual: fit.variance,
            errors,
            open: fit.open,
        })
    }
}
