//! The least squares.

use super::{CHUNK, Sequences, Student, before};
use crate::linalg::activation::Activation;
use crate::linalg::least_squares::Rows;
use crate::linalg::{col, col_mut};
use faer::Mat;
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
/// Sequences are never joined: no pair reaches across a start.
///
/// # Errors
/// No pair, values that are not finite.
///
/// # Remarks
/// Coefficients that the pairs do not determine (an input that does not change beside the constant) are
/// those of smallest norm, and marked.
///
/// # Panics
/// If the columns of z, u and `fitted` differ in number.
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
    let starts: std::collections::HashSet<usize> = data.starts.iter().copied().collect();
    let k = m + d + 1;
    let block = |pairs: &[usize]| {
        let mut xy = Mat::zeros(pairs.len(), k + m);
        let mut clipped = 0;
        for i in 0..m {
            let column = col_mut(xy.as_mut(), i);
            for (x, t) in column.iter_mut().zip(pairs) {
                *x = if starts.contains(t) { 0.0 } else { data.z[(i, t - 1)] };
            }
            let column = col_mut(xy.as_mut(), k + i);
            for (y, t) in column.iter_mut().zip(pairs) {
                let (a, out) = before(settings.activation, data.z[(i, *t)]);
                *y = a;
                clipped += usize::from(out);
            }
        }
        for i in 0..d {
            let column = col_mut(xy.as_mut(), m + i);
            column.iter_mut().zip(pairs).for_each(|(x, t)| *x = data.u[(i, t - settings.lag)]);
        }
        col_mut(xy.as_mut(), m + d).fill(1.0);
        (Rows::of(k, xy.as_mut()), clipped)
    };
    let blocks: Vec<(Rows, usize)> = pairs.par_chunks(CHUNK).map(block).collect();
    let (mut rows, mut clipped) = (Rows::new(k, m), 0);
    for (r, c) in &blocks {
        rows.add(r);
        clipped += c;
    }
    let penalised: Vec<bool> = (0..k).map(|j| j < m + d).collect();
    let found = rows.solve(settings.ridge, &penalised).ok_or(Error::Singular)?;
    let part = |x: &Mat<f64>, first: usize, width: usize| Mat::from_fn(m, width, |i, j| x[(first + j, i)]);
    let (beta, error) = (&found.coefficients, &found.std_error);
    let count = pairs.len() as f64;
    Ok(Student {
        activation: settings.activation,
        a: part(beta, 0, m),
        b: part(beta, m, d),
        c: (0..m).map(|i| beta[(m + d, i)]).collect(),
        a_error: part(error, 0, m),
        b_error: part(error, m, d),
        c_error: (0..m).map(|i| error[(m + d, i)]).collect(),
        pairs: pairs.len(),
        clipped,
        rank: found.rank,
        free: found.free,
        condition: found.condition,
        residual: found.residual.iter().map(|r| r / count).collect(),
    })
}
