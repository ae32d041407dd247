//! Couplings without the bias of the penalty, with errors that cover the truth.

use super::data::Scale;
use crate::linalg::{gemm, mirrored};
use faer::{Accum, Mat, MatRef};

/// Couplings of trace zero corrected for the penalty's pull, and what is known of the truth.
#[derive(Clone, Debug)]
pub struct Debiased {
    /// The couplings, n x n.
    pub j: Mat<f64>,
    /// Their standard errors about the true couplings, n x n; NaN on the diagonal, which the trace ties.
    pub std_error: Mat<f64>,
}

/// One Newton step from a penalised estimate, of any penalty, towards the maximum of the likelihood.
///
/// Formula: with Theta = mu - J the penalised precision and C the covariance, T = 2 Theta - Theta C Theta; J = tr T/n - T and
/// var T_ij = (Theta_ii Theta_jj + (1 + s) Theta_ij^2)/p for i != j, p independent samples; s is 0 for a covariance as measured,
/// 2 tr C^2/n^2 for one rescaled to trace n, and 1 + C_ij^2 for correlations, whose scale is measured too.
///
/// Shapes: `precision` and `c` are n x n; the covariance is scaled as `scale` says.
///
/// # Remarks
/// To first order in C - C_true, whatever the penalty and whether p exceeds n; errors cover each coupling, not only their
/// average, since no prior enters.
///
/// Source: Jankova and van de Geer 2015, eq. 4 and theorem 1 (graphical lasso); s by the delta method.
///
/// ```
/// use nullcline_core::inference::gaussian::{data::Scale, debiased::debiased};
///
/// // Independent variables of variance one, 100 samples: an error of 1/10 a coupling.
/// let one = faer::Mat::<f64>::identity(3, 3);
/// let found = debiased(one.as_ref(), one.as_ref(), 100.0, Scale::None);
/// assert!(found.j.norm_max() < 1e-15 && (found.std_error[(0, 1)] - 0.1).abs() < 1e-15);
/// ```
pub fn debiased(precision: MatRef<f64>, c: MatRef<f64>, p: f64, scale: Scale) -> Debiased {
    let n = c.nrows();
    let (mut product, mut t) = (Mat::zeros(n, n), Mat::zeros(n, n));
    gemm(product.as_mut(), Accum::Replace, c, precision);
    gemm(t.as_mut(), Accum::Replace, precision, product.as_ref());
    let t = mirrored((faer::Scale(2.0) * precision - &t).as_ref());
    let level = (0..n).map(|i| t[(i, i)]).sum::<f64>() / n as f64;
    let squares = c.squared_norm_l2() / (n * n) as f64;
    let scaled = |i: usize, j: usize| match scale {
        Scale::None => 0.0,
        Scale::Trace => 2.0 * squares,
        Scale::Variances => 1.0 + c[(i, j)].powi(2),
    };
    let variance = |i: usize, j: usize| {
        precision[(i, i)] * precision[(j, j)] + (1.0 + scaled(i, j)) * precision[(i, j)].powi(2)
    };
    Debiased {
        j: Mat::from_fn(n, n, |i, j| if i == j { level - t[(i, i)] } else { -t[(i, j)] }),
        std_error: Mat::from_fn(n, n, |i, j| if i == j { f64::NAN } else { (variance(i, j) / p).sqrt() }),
    }
}

impl Debiased {
    /// Root mean square distance of the truth from the penalised couplings `j` (n x n): noise and shrinkage.
    ///
    /// Formula: (std_error^2 + (j - debiased)^2)^(1/2).
    pub fn around(&self, j: MatRef<f64>) -> Mat<f64> {
        let n = j.nrows();
        Mat::from_fn(n, n, |a, b| self.std_error[(a, b)].hypot(j[(a, b)] - self.j[(a, b)]))
    }

    /// Both over `unit`.
    pub fn over(&self, unit: f64) -> Self {
        let by = faer::Scale(unit.recip());
        Self { j: by * &self.j, std_error: by * &self.std_error }
    }
}
