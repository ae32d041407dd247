//! The small network that a linear integrator is, whose weights stay where encoders and decoders span.

use super::Weights;
use crate::linalg::eigen::symmetric;
use faer::{Mat, MatRef};

/// A linear network of 2D units with the losses, gradients and training of one of n.
///
/// From W = 0 gradient descent leaves W = V omega V^T, V the orthonormal basis of (7.15): vbar_a = sum_b (Sigma^-1/2)_ab v_b of the
/// decoders, then the encoders, Sigma_ab = v_a . v_b. Its moments are (sqrt(Sigma) omega^k sqrt(Sigma))_(c, D+c') (A.17): those of a
/// network with weights omega, decoders the first rows of sqrt(Sigma) and encoders its last columns, whose descent is that of W.
/// (The print of (7.15) names the vectors the other way round, that of (7.16) lacks both bars, (A.15) the second.)
///
/// ```
/// use faer::mat;
/// use nullcline_core::diagnostics::dynamics::integrator::{Weights, reduced};
///
/// let (e, d) = (mat![[1.0], [0.0], [0.0]], mat![[0.6, 0.8, 0.0]]);
/// let small = reduced(e.as_ref(), d.as_ref()).unwrap();
/// // The products of the vectors are kept: d . e = 0.6.
/// let product = &small.decoder * &small.encoder;
/// assert!((product[(0, 0)] - 0.6).abs() < 1e-15 && small.encoder.nrows() == 2);
/// ```
#[derive(Clone, Debug)]
pub struct Reduced {
    /// sqrt(Sigma), 2D x 2D.
    pub root: Mat<f64>,
    /// Encoders, 2D x D.
    pub encoder: Mat<f64>,
    /// Decoders, D x 2D.
    pub decoder: Mat<f64>,
    /// V, n x 2D; none where encoders and decoders depend on each other.
    pub basis: Option<Mat<f64>>,
}

/// The small network of `encoder`, n x D, and `decoder`, D x n; `None` where they are not finite.
pub fn reduced(encoder: MatRef<f64>, decoder: MatRef<f64>) -> Option<Reduced> {
    let (n, d) = (encoder.nrows(), encoder.ncols());
    let vectors = Mat::from_fn(n, 2 * d, |i, a| if a < d { decoder[(a, i)] } else { encoder[(i, a - d)] });
    let (values, modes) = symmetric((vectors.transpose() * &vectors).as_ref())?;
    let largest = values.last().copied().unwrap_or(0.0);
    let power = |f: fn(f64) -> f64| {
        let scaled = Mat::from_fn(2 * d, 2 * d, |i, j| modes[(i, j)] * f(values[j].max(0.0)));
        scaled * modes.transpose()
    };
    let root = power(f64::sqrt);
    let regular = values.first().is_some_and(|v| *v > 1e-12 * largest);
    Some(Reduced {
        encoder: root.as_ref().subcols(d, d).to_owned(),
        decoder: root.as_ref().subrows(0, d).to_owned(),
        root,
        basis: regular.then(|| &vectors * power(|v| 1.0 / v.sqrt())),
    })
}

impl Reduced {
    /// The small network with the weights `omega`, 2D x 2D.
    pub fn weights<'a>(&'a self, omega: MatRef<'a, f64>) -> Weights<'a> {
        Weights { recurrent: omega, encoder: self.encoder.as_ref(), decoder: self.decoder.as_ref() }
    }

    /// W = V omega V^T, n x n; `None` without a basis.
    pub fn whole(&self, omega: MatRef<f64>) -> Option<Mat<f64>> {
        self.basis.as_ref().map(|v| v * omega * v.transpose())
    }

    /// omega = V^T W V of a W in the space.
    pub fn omega(&self, w: MatRef<f64>) -> Option<Mat<f64>> {
        self.basis.as_ref().map(|v| v.transpose() * w * v)
    }
}
