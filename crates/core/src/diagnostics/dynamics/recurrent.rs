//! Singular values and eigenvalues of recurrent matrices.

use crate::linalg::eigen::{Order, eigenvalues, singular_values};
use faer::{Mat, c64};

/// Spectra of one recurrent matrix.
#[derive(Clone, Debug)]
pub struct RecurrentSpectrum {
    /// The gate, with its layer where there are several.
    pub name: String,
    /// Singular values, decreasing.
    pub singular_values: Vec<f64>,
    /// Eigenvalues, by decreasing modulus.
    pub eigenvalues: Vec<c64>,
    /// Largest modulus of an eigenvalue.
    pub spectral_radius: f64,
    /// |W W^T - W^T W|_F / |W|_F^2, from 0, of a normal matrix, to sqrt 2, of one of rank one whose square is zero: how far
    /// eigenvalues alone mislead.
    pub non_normality: f64,
}

/// Spectra of each named matrix; `None` for one whose iteration does not converge.
///
/// Shapes: every matrix is n x n, W_ij onto unit i from unit j. Numbers are those of the matrix as it acts, without nonlinearity,
/// gates or time step.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::recurrent::recurrent;
///
/// let turn = faer::mat![[0.0, -2.0], [2.0, 0.0]];
/// let shear = faer::mat![[0.0, 3.0], [0.0, 0.0]];
/// let found = recurrent(&[("turn".into(), turn), ("shear".into(), shear)]).unwrap();
/// assert!((found[0].spectral_radius - 2.0).abs() < 1e-12 && (found[0].eigenvalues[0].im.abs() - 2.0).abs() < 1e-12);
/// assert!(found[0].non_normality < 1e-12);
/// // Eigenvalues zero, and yet it triples: what they do not say, singular values and non-normality do.
/// assert!(found[1].spectral_radius < 1e-12 && (found[1].singular_values[0] - 3.0).abs() < 1e-12);
/// assert!((found[1].non_normality - 2.0f64.sqrt()).abs() < 1e-12);
/// ```
pub fn recurrent(matrices: &[(String, Mat<f64>)]) -> Option<Vec<RecurrentSpectrum>> {
    matrices
        .iter()
        .map(|(name, w)| {
            let (unit, scaled) = in_its_unit(w);
            let mut values = eigenvalues(scaled.as_ref(), Order::Modulus)?;
            values.iter_mut().for_each(|z| *z = c64::new(z.re * unit, z.im * unit));
            Some(RecurrentSpectrum {
                name: name.clone(),
                singular_values: singular_values(scaled.as_ref())?.iter().map(|s| s * unit).collect(),
                spectral_radius: values.first().map_or(0.0, |v| v.re.hypot(v.im)),
                eigenvalues: values,
                non_normality: non_normality(w),
            })
        })
        .collect()
}

/// A power of two and the matrix in units of it, where squares of its entries would leave the range of numbers; else 1 and itself.
fn in_its_unit(w: &Mat<f64>) -> (f64, Mat<f64>) {
    let largest = w.norm_max();
    if !(largest > 0.0) || !largest.is_finite() || (1e-100..1e100).contains(&largest) {
        return (1.0, w.clone());
    }
    let unit = largest.log2().floor().max(-1000.0).exp2();
    (unit, Mat::from_fn(w.nrows(), w.ncols(), |i, j| w[(i, j)] / unit))
}

/// |W W^T - W^T W|_F / |W|_F^2, in a unit of the largest entry, so that no product leaves the range of numbers; 0 for zeros.
fn non_normality(w: &Mat<f64>) -> f64 {
    let largest = w.norm_max();
    if !(largest > 0.0) {
        return 0.0;
    }
    let w = Mat::from_fn(w.nrows(), w.ncols(), |i, j| w[(i, j)] / largest);
    (&w * w.transpose() - w.transpose() * &w).norm_l2() / w.squared_norm_l2()
}
