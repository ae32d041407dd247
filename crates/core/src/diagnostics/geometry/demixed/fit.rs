//! Decoders and encoders of each marginal, by regression of reduced rank.

use super::marginal::{Marginal, Plan};
use crate::diagnostics::geometry::products::{centred, product};
use crate::linalg::{col, gemm};
use faer::{Accum, Mat, MatRef, Side};

/// A demixed component.
#[derive(Clone, Debug)]
pub struct Component {
    /// What it depends on.
    pub marginal: Marginal,
    /// Its place within the marginal, from 0.
    pub place: usize,
    /// d, n: reads the component off activity, d . x.
    pub decoder: Vec<f64>,
    /// f, n, a unit vector whose largest entry is positive: where the component stands in activity, f (d . x).
    pub encoder: Vec<f64>,
    /// Share of the whole variance that f d^T reconstructs of x, 1 - |x - f d^T x|^2 / |x|^2.
    pub explained: f64,
    /// The same of each marginal's part x_m, (|x_m|^2 - |x_m - f d^T x_m|^2) / |x|^2, in the order of the plan.
    pub by_marginal: Vec<f64>,
}

/// Demixed principal components.
#[derive(Clone, Debug)]
pub struct Demixed {
    /// By the share of the variance that each reconstructs, largest first.
    pub components: Vec<Component>,
    /// lambda in the convention of the source's programs: `ridge` is (lambda |x|^2)^2.
    pub lambda: f64,
}

/// How demixed components are found.
#[derive(Clone, Copy, Debug)]
pub struct Fit<'a> {
    /// Sum over columns of the covariance of noise of single trials, n x n; none: that of the means alone.
    pub noise: Option<MatRef<'a, f64>>,
    /// mu >= 0.
    pub ridge: f64,
    /// Components of each marginal at most.
    pub most: usize,
}

/// X X^T + C_noise as eigenvalues and vectors: the same for all mu.
pub(super) struct Square {
    values: Vec<f64>,
    vectors: Mat<f64>,
}

impl Square {
    pub(super) fn of(x: MatRef<f64>, noise: Option<MatRef<f64>>) -> Option<Self> {
        let mut square = product(x, x);
        if let Some(noise) = noise {
            square += noise;
        }
        Self::new(square)
    }

    /// Of X X^T + C_noise itself.
    pub(super) fn new(square: Mat<f64>) -> Option<Self> {
        let eigen = square.self_adjoint_eigen(Side::Lower).ok()?;
        let values = eigen.S().column_vector().iter().copied().collect();
        Some(Self { values, vectors: eigen.U().to_owned() })
    }

    /// (X X^T + C_noise + mu)^-1, of what is singular the inverse on its range.
    pub(super) fn inverse(&self, ridge: f64) -> Mat<f64> {
        let largest = self.values.iter().fold(0.0f64, |a, v| a.max(*v));
        let null = largest * self.values.len() as f64 * f64::EPSILON;
        let over = |v: f64| if v.max(0.0) + ridge > null { 1.0 / (v.max(0.0) + ridge) } else { 0.0 };
        let scaled = Mat::from_fn(self.values.len(), self.values.len(), |i, k| {
            self.vectors[(i, k)] * over(self.values[k])
        });
        product(scaled.as_ref(), self.vectors.as_ref())
    }
}

/// The decoders and encoders, both n x q, of the marginal X_m: of `across` = X_m X^T and `inverse` = (X X^T + C + mu)^-1; q at most.
pub(super) fn directions(
    across: MatRef<f64>,
    inverse: MatRef<f64>,
    most: usize,
) -> Option<(Mat<f64>, Mat<f64>)> {
    let n = across.nrows();
    let mut regression = Mat::zeros(n, n);
    gemm(regression.as_mut(), Accum::Replace, across, inverse);
    // A (X X^T + C + mu) A^T.
    let fitted = product(regression.as_ref(), across);
    let symmetric = Mat::from_fn(n, n, |i, j| 0.5 * (fitted[(i, j)] + fitted[(j, i)]));
    let eigen = symmetric.self_adjoint_eigen(Side::Lower).ok()?;
    let values: Vec<f64> = eigen.S().column_vector().iter().copied().collect();
    let largest = values.last().copied()?.max(0.0);
    // A marginal of so many levels has no more directions, but for rounding.
    let rank = values.iter().filter(|v| **v > 1e-12 * largest && **v > 0.0).count().min(most);
    let mut encoders = Mat::from_fn(n, rank, |i, k| eigen.U()[(i, n - 1 - k)]);
    for k in 0..rank {
        let largest =
            col(encoders.as_ref(), k).iter().fold(0.0f64, |a, b| if b.abs() > a.abs() { *b } else { a });
        if largest < 0.0 {
            encoders.col_mut(k).iter_mut().for_each(|v| *v = -*v);
        }
    }
    let mut decoders = Mat::zeros(n, rank);
    gemm(decoders.as_mut(), Accum::Replace, regression.transpose(), encoders.as_ref());
    Some((decoders, encoders))
}

impl Demixed {
    /// Demixed components of the means `x` of conditions at steps, n x (conditions steps); every condition counts alike, however many
    /// trials it has.
    ///
    /// Formula: for each marginal m, D and F (n x q, F^T F = 1) are where |X_m - F D^T X|^2 + tr F D^T (C_noise + mu) D F^T is least:
    /// with M = X X^T + C_noise + mu and A = X_m X^T M^-1, F are the first eigenvectors of A M A^T and D^T = F^T A. Of balanced trials
    /// it is the sum over single trials of |x_m - F D^T x|^2; of unbalanced ones that sum with each condition weighted to count as
    /// one, if C_noise is the sum over conditions and steps of the covariance within each.
    ///
    /// Shapes: the mean of each row of `x` is taken off; `noise` is n x n.
    ///
    /// Remarks: shares of components are those of what they reconstruct, as in the source's programs (`margVar` of MATLAB,
    /// `explained_variance_ratio_` of Python since 2026, which before gave that of d . x); they may be negative. Without C_noise this
    /// is what the Python program does; MATLAB's takes eigenvectors of A X X^T A^T, which are the same at mu = 0 without noise.
    ///
    /// Source: Kobak et al., eLife 5, e10989 (2016), Materials and methods: the loss, its solution, regularization and unbalanced data.
    ///
    /// `None` where nothing varies or a value is not finite.
    ///
    /// ```
    /// use nullcline_core::diagnostics::geometry::demixed::{Demixed, Fit, Plan};
    ///
    /// // Two conditions by three steps: the first unit tells them apart, the second follows time.
    /// let x = faer::mat![[1.0, 1.0, 1.0, -1.0, -1.0, -1.0], [0.0, 1.0, 2.0, 0.0, 1.0, 2.0]];
    /// let plan = Plan { levels: vec![2], steps: 3 };
    /// let found = Demixed::of(x.as_ref(), &plan, Fit { noise: None, ridge: 0.0, most: 5 }).unwrap();
    /// assert_eq!(found.components.len(), 2);
    /// assert!((found.components[0].encoder[0] - 1.0).abs() < 1e-12 && found.components[0].marginal.factors == 1);
    /// ```
    pub fn of(x: MatRef<f64>, plan: &Plan, fit: Fit<'_>) -> Option<Self> {
        let x = centred(x);
        let total = x.squared_norm_l2();
        if !(total > 0.0 && total.is_finite()) {
            return None;
        }
        let square = Square::of(x.as_ref(), fit.noise)?;
        let parts: Vec<Mat<f64>> =
            plan.marginals().into_iter().map(|m| plan.marginal(x.as_ref(), m)).collect();
        let inverse = square.inverse(fit.ridge);
        let mut components = vec![];
        for (marginal, own) in plan.marginals().into_iter().zip(&parts) {
            // Of one step there is no time, of one level no factor.
            if own.squared_norm_l2() <= 1e-20 * total {
                continue;
            }
            let across = product(own.as_ref(), x.as_ref());
            let (decoders, encoders) = directions(across.as_ref(), inverse.as_ref(), fit.most)?;
            for place in 0..decoders.ncols() {
                let decoder = col(decoders.as_ref(), place).to_vec();
                let encoder = col(encoders.as_ref(), place).to_vec();
                let by = |part: &Mat<f64>| reconstructed(part.as_ref(), &decoder, &encoder) / total;
                let (explained, by_marginal) = (by(&x), parts.iter().map(by).collect());
                components.push(Component { marginal, place, decoder, encoder, explained, by_marginal });
            }
        }
        components.sort_by(|a, b| b.explained.total_cmp(&a.explained));
        Some(Self { components, lambda: fit.ridge.sqrt() / total })
    }
}

/// |x|^2 - |x - f d^T x|^2 of a unit vector f.
fn reconstructed(x: MatRef<f64>, decoder: &[f64], encoder: &[f64]) -> f64 {
    let along = |v: &[f64], x: &[f64]| v.iter().zip(x).map(|(a, b)| a * b).sum::<f64>();
    let one = |j: usize| {
        let (d, f) = (along(decoder, col(x, j)), along(encoder, col(x, j)));
        2.0 * d * f - d * d
    };
    (0..x.ncols()).map(one).sum()
}
