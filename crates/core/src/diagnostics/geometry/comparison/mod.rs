//! Two activities of the same units side by side: subspaces, densities, motion.
//!
//! Rows come in groups, such as trials, that are independent of one another: errors are between these.

mod bins;
mod captured;
mod density;
mod diffusion;
mod divergence;
mod groups;
mod kernel;
mod motion;
mod reference;
mod spectra;
mod transitions;
mod turns;

pub use bins::{binned_divergence, mixture_divergence, standardised};
pub use captured::{Captured, captured};
pub use density::{Grid, cell, density};
pub use diffusion::{Diffusion, Displacements, diffusion};
pub use divergence::{Chance, Divergence, NEIGHBOURS, by_chance, divergence, estimate, plain};
pub use groups::Groups;
pub use kernel::{CLIP, DRAWS, Kernel, clipped};
pub use motion::{Means, step_length, total_variance};
pub use spectra::{WINDOW, hellinger, window};
pub use transitions::{Compared, Transitions, compared};
pub use turns::{Bias, Turns, bias_difference, direction_bias};

use faer::{Mat, MatRef};

/// Rows of activity as columns, with what tells which of them belong together.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Coordinates by rows, d x T.
    pub x: Mat<f64>,
    /// The group of each row, numbered from 0: trials, or blocks of successive rows.
    pub group: Vec<usize>,
    /// Whether each row continues the one before it.
    pub follows: Vec<bool>,
}

impl Sample {
    /// How many groups there are.
    pub fn groups(&self) -> usize {
        self.group.iter().max().map_or(0, |m| m + 1)
    }

    /// Whether row `t` is one step after the row before it, in the same group.
    pub fn joined(&self, t: usize) -> bool {
        t > 0 && self.follows[t] && self.group[t] == self.group[t - 1]
    }

    /// Rows that follow one another without a break, as ranges.
    pub fn runs(&self) -> Vec<std::ops::Range<usize>> {
        let starts: Vec<usize> = (0..self.group.len()).filter(|t| !self.joined(*t)).collect();
        let ends = starts.iter().skip(1).copied().chain([self.group.len()]);
        starts.iter().copied().zip(ends).map(|(a, b)| a..b).collect()
    }

    /// Some of its rows, in order; groups keep their numbers.
    #[must_use]
    pub fn rows(&self, kept: &[usize]) -> Self {
        self.on(kept, |g| g)
    }

    /// The columns of another space on the same rows.
    #[must_use]
    pub fn with(&self, x: Mat<f64>) -> Self {
        Self { x, ..self.clone() }
    }

    /// The rows of `kept` groups alone, which are numbered anew.
    #[must_use]
    pub fn of_groups(&self, kept: &[usize]) -> Self {
        let mut number = vec![None; self.groups()];
        kept.iter().enumerate().for_each(|(k, g)| number[*g] = Some(k));
        self.on(
            &(0..self.group.len()).filter(|t| number[self.group[*t]].is_some()).collect::<Vec<_>>(),
            |g| number[g].unwrap_or(0),
        )
    }

    /// One row in so many, so that at most `most` are left; they follow nothing then.
    #[must_use]
    pub fn thinned(&self, most: usize) -> (Self, usize) {
        let every = self.group.len().div_ceil(most.max(1)).max(1);
        let rows: Vec<usize> = (0..self.group.len()).step_by(every).collect();
        (if every == 1 { self.clone() } else { self.on(&rows, |g| g) }, every)
    }

    fn on(&self, rows: &[usize], number: impl Fn(usize) -> usize) -> Self {
        let follows = |k: usize| k > 0 && rows[k] == rows[k - 1] + 1 && self.joined(rows[k]);
        Self {
            x: Mat::from_fn(self.x.nrows(), rows.len(), |i, k| self.x[(i, rows[k])]),
            group: rows.iter().map(|t| number(self.group[*t])).collect(),
            follows: (0..rows.len()).map(follows).collect(),
        }
    }
}

/// The columns of both, those of the second after those of the first, whose groups are counted on.
fn pooled(a: &Sample, b: &Sample) -> Sample {
    let (d, n) = (a.x.nrows(), a.x.ncols());
    let x = Mat::from_fn(d, n + b.x.ncols(), |i, t| if t < n { a.x[(i, t)] } else { b.x[(i, t - n)] });
    let groups = a.groups();
    Sample {
        x,
        group: a.group.iter().copied().chain(b.group.iter().map(|g| g + groups)).collect(),
        follows: a.follows.iter().chain(&b.follows).copied().collect(),
    }
}

/// The coordinates of the columns of `x`, n x T, less `mean`, along those of `basis`, n x k.
///
/// ```
/// use nullcline_core::diagnostics::geometry::comparison::along;
///
/// let plane = faer::mat![[1.0, 0.0], [0.0, 0.6], [0.0, 0.8]];
/// let x = faer::mat![[2.0], [3.0], [4.0]];
/// let y = along(x.as_ref(), &[1.0, 0.0, 0.0], plane.as_ref());
/// assert!(y[(0, 0)] == 1.0 && (y[(1, 0)] - 5.0).abs() < 1e-12);
/// ```
pub fn along(x: MatRef<f64>, mean: &[f64], basis: MatRef<f64>) -> Mat<f64> {
    let centred = Mat::from_fn(x.nrows(), x.ncols(), |i, t| x[(i, t)] - mean[i]);
    let mut y = Mat::zeros(basis.ncols(), x.ncols());
    crate::linalg::gemm(y.as_mut(), faer::Accum::Replace, basis.transpose(), centred.as_ref());
    y
}
