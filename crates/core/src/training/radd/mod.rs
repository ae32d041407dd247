//! RADD: a small network in the coordinates of a large one, without training.
//!
//! The student z(t) = f(A z(t-1) + B u(t) + c) lives in coordinates z = P h of the teacher's states h. With
//! the teacher's own z(t-1) on the right, f^-1(z(t)) is linear in A, B and c. The free-running student
//! feeds on its own states, and least squares before f is not least squares after it: both errors are
//! reported. A state at an end of the range of f (a zero of ReLU) says of f^-1 the side alone, and is fitted as such.
//!
//! Source: schaeffer2020, SI 7.3; Tobin 1958.

mod censored;
mod errors;
mod fit;
mod likelihood;
mod normal;
mod score;

pub use errors::Errors;
pub use fit::{Error, Settings, radd};
pub use score::{Score, Scores};

use crate::linalg::activation::Activation;
use crate::linalg::pointwise::dot;
use crate::linalg::{col, gemm};
use crate::systems::architecture::Architecture;
use crate::systems::cells::Vanilla;
use crate::systems::rule::Rule;
use faer::{Accum, Mat, MatRef};
use rayon::prelude::*;

/// Columns of a matrix that one thread takes at a time.
const CHUNK: usize = 4096;
/// Distance from the ends of the range of tanh and the sigmoid to which targets are clipped.
pub const MARGIN: f64 = 1e-6;

/// A teacher's projected states and inputs, sequence after sequence.
#[derive(Clone, Copy)]
pub struct Sequences<'a> {
    /// z, M x T.
    pub z: MatRef<'a, f64>,
    /// u, d x T.
    pub u: MatRef<'a, f64>,
    /// First column of each sequence, ascending; the first is 0.
    pub starts: &'a [usize],
}

/// The student with what is known of its coefficients.
#[derive(Clone, Debug)]
pub struct Student {
    /// f.
    pub activation: Activation,
    /// A, M x M.
    pub a: Mat<f64>,
    /// B, M x d.
    pub b: Mat<f64>,
    /// c, M.
    pub c: Vec<f64>,
    /// Standard errors of A, NaN where not known; see `errors`.
    pub a_error: Mat<f64>,
    /// Of B.
    pub b_error: Mat<f64>,
    /// Of c.
    pub c_error: Vec<f64>,
    /// Pairs of successive states that were fitted.
    pub pairs: usize,
    /// Entries of their f^-1(z) that were clipped because z was at an end of the range, up to [`MARGIN`], or beyond.
    pub clipped: usize,
    /// Targets strictly beyond the range of f.
    pub beyond: usize,
    /// Targets of each unit at the lower and the upper end of the range of f or beyond, of which only that is used.
    pub censored: Vec<[usize; 2]>,
    /// What each unit's standard errors rest on.
    pub errors: Vec<Errors>,
    /// Coefficients of each unit (states, inputs, the constant) that such targets bound on one side alone.
    pub open: Vec<Vec<bool>>,
    /// Coefficients of one unit that the pairs determine, of M + d + 1.
    pub rank: usize,
    /// Which are not: states, inputs, the constant.
    pub free: Vec<bool>,
    /// Condition number of the regressors scaled to norm one.
    pub condition: f64,
    /// Mean square residual of f^-1(z), unit by unit; of units with censored targets the variance of largest likelihood.
    pub residual: Vec<f64>,
}

impl Student {
    /// Units M.
    pub fn units(&self) -> usize {
        self.c.len()
    }

    /// Share of a unit's targets that are censored.
    pub fn share_censored(&self, unit: usize) -> f64 {
        self.censored[unit].iter().sum::<usize>() as f64 / self.pairs as f64
    }

    /// The network without its parameters.
    ///
    /// # Errors
    /// None without units.
    pub fn architecture(&self) -> Result<Architecture, crate::systems::architecture::Error> {
        Architecture::new(Vanilla::cell(self.activation), self.b.ncols(), &[self.units()])
    }

    /// The flat parameters of a [`Vanilla`] cell: B, A, c and zeros.
    pub fn theta(&self) -> Vec<f64> {
        let m = self.units();
        let columns =
            |x: &Mat<f64>| (0..x.ncols()).flat_map(|j| col(x.as_ref(), j).to_vec()).collect::<Vec<_>>();
        [columns(&self.b), columns(&self.a), self.c.clone(), vec![0.0; m]].concat()
    }

    /// The student as a rule.
    pub fn rule(&self) -> Vanilla {
        let mut rule = Vanilla::new(self.units(), self.b.ncols(), self.activation);
        rule.write_params(&self.theta());
        rule
    }
}

/// P h for each column of `h`, n x T: the teacher in the student's coordinates, M x T.
///
/// Shapes: `p` is M x n.
///
/// ```
/// use nullcline_core::training::radd::{project, scale_to};
///
/// let h = faer::mat![[1.0, 2.0], [3.0, -8.0]];
/// let z = project(faer::mat![[0.5, 0.5]].as_ref(), h.as_ref());
/// assert_eq!(z, faer::mat![[2.0, -3.0]]);
/// assert_eq!(scale_to(z.as_ref(), 0.9), Some(0.9 / 3.0));
/// ```
pub fn project(p: MatRef<f64>, h: MatRef<f64>) -> Mat<f64> {
    let mut z = Mat::zeros(p.nrows(), h.ncols());
    z.as_mut()
        .par_col_chunks_mut(CHUNK)
        .zip(h.par_col_chunks(CHUNK))
        .for_each(|(z, h)| gemm(z, Accum::Replace, p, h));
    z
}

/// The factor that brings the largest |z| to `target`; none where all are zero.
pub fn scale_to(z: MatRef<f64>, target: f64) -> Option<f64> {
    let largest = z.norm_max();
    (largest > 0.0).then(|| target / largest)
}

/// f^-1(z), z clipped to the range of f less [`MARGIN`] (of ReLU, to 0 from below), and whether it was.
///
/// ```
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::training::radd::{MARGIN, before};
///
/// assert!((before(Activation::Tanh, 0.5).0 - 0.5f64.atanh()).abs() < 1e-15);
/// assert_eq!(before(Activation::Tanh, 1.0), ((1.0 - MARGIN).atanh(), true));
/// assert_eq!(before(Activation::Relu, -0.1), (0.0, true));
/// ```
pub fn before(f: Activation, z: f64) -> (f64, bool) {
    let margin = if f == Activation::Relu { 0.0 } else { MARGIN };
    let [lo, hi] = f.range();
    let inside = z.max(lo + margin).min(hi - margin);
    let clipped = z < lo + margin || z > hi - margin;
    let inside = if z.is_nan() { z } else { inside };
    let a = match f {
        Activation::Tanh => inside.atanh(),
        Activation::Sigmoid => (inside / (1.0 - inside)).ln(),
        Activation::Relu | Activation::Identity => inside,
    };
    (a, clipped)
}

/// 1 where z is at the upper end of the range of f (less [`MARGIN`]) or beyond, -1 at the lower, else 0: f^-1 is known to be
/// beyond that of the end, and no more.
pub fn beyond(f: Activation, z: f64) -> i8 {
    let margin = if f == Activation::Relu { 0.0 } else { MARGIN };
    let [lo, hi] = f.range();
    i8::from(z >= hi - margin) - i8::from(z <= lo + margin)
}

#[cfg(test)]
mod tests;
