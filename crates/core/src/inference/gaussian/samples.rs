//! Samples of a Gaussian model and what is measured on them.

use super::ensemble::Truth;
use super::spectrum::{Error, Spectrum};
use crate::linalg::eigen::symmetric;
use crate::linalg::random::{Rng, chi_squared, normal, normal_matrix};
use crate::linalg::{col, col_mut, gemm, mirrored};
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, Mat, MatRef, Par};

/// `X X^T / p` of p samples, one a column of the n x p matrix, zero mean assumed (eq. 2.4).
///
/// ```
/// use nullcline_core::inference::gaussian::samples::covariance;
///
/// let c = covariance(faer::mat![[1.0, 3.0], [2.0, 0.0]].as_ref());
/// assert_eq!(c, faer::mat![[5.0, 1.0], [1.0, 2.0]]);
/// ```
pub fn covariance(samples: MatRef<f64>) -> Mat<f64> {
    let (n, p) = (samples.nrows(), samples.ncols());
    let mut c = Mat::zeros(n, n);
    matmul(
        c.as_mut(),
        BlockStructure::TriangularLower,
        Accum::Replace,
        samples,
        BlockStructure::Rectangular,
        samples.transpose(),
        BlockStructure::Rectangular,
        1.0 / p as f64,
        Par::Seq,
    );
    mirrored(c.as_ref())
}

impl Truth {
    /// `p` independent samples, one a column (n x p).
    ///
    /// ```
    /// use nullcline_core::inference::gaussian::{ensemble::Truth, samples::covariance};
    /// use nullcline_core::linalg::random::{Use, stream};
    ///
    /// let truth = Truth::new(faer::mat![[0.0, 0.5], [0.5, 0.0]].as_ref()).unwrap();
    /// let x = truth.samples(20_000, &mut stream(1, Use::Samples, 0));
    /// assert!((covariance(x.as_ref()) - truth.covariance()).norm_max() < 0.05);
    /// ```
    pub fn samples(&self, p: usize, rng: &mut Rng) -> Mat<f64> {
        let n = self.c.len();
        let mut white = normal_matrix(rng, n, p);
        for k in 0..p {
            col_mut(white.as_mut(), k).iter_mut().zip(&self.c).for_each(|(x, c)| *x *= c.sqrt());
        }
        let mut out = Mat::zeros(n, p);
        gemm(out.as_mut(), Accum::Replace, self.vectors.as_ref(), white.as_ref());
        out
    }

    /// The spectrum of the empirical covariance of `p` samples, rescaled to trace n if asked for, with the true
    /// covariance for test; see [`draw`].
    ///
    /// # Errors
    /// Those of [`draw`].
    pub fn draw(&self, p: usize, rescale: bool, rng: &mut Rng) -> Result<Spectrum, Error> {
        Ok(draw(&self.c, p, rescale, &[], rng)?.0)
    }
}

/// The spectrum of the empirical covariance of `p` samples of a model whose covariance has the eigenvalues `c`, rescaled to
/// trace n if asked for, with the true covariance for test.
///
/// With it come the diagonals, in the empirical eigenbasis, of the matrices `others`, which the true eigenbasis
/// makes diagonal and which are given by their eigenvalues in the order of `c`.
///
/// The covariance is drawn by Bartlett's decomposition in the true eigenbasis, in a time that p does not
/// enter: X = diag(c)^{1/2} A, A lower triangular (n x min(n, p)) with chi variables of p, p - 1, ... degrees of
/// freedom on its diagonal. With p < n the p x p matrix X^T X is decomposed, and the n - p zero eigenvalues share what is
/// left of each diagonal, on which they depend by its sum alone.
///
/// Shapes: eigenvalues of the answer increase; with p < n the n - p zeros stand behind them.
///
/// # Errors
/// [`Error::Positive`] for p = 0; [`Error::Eigen`].
///
/// Source: Bartlett 1933; Srivastava 2003 for p < n.
///
/// ```
/// use nullcline_core::inference::gaussian::samples::draw;
/// use nullcline_core::linalg::random::{Use, stream};
///
/// let c = [0.5, 1.0, 1.5];
/// let (spectrum, others) = draw(&c, 30_000, true, &[&[1.0, 2.0, 3.0]], &mut stream(1, Use::Samples, 0)).unwrap();
/// assert_eq!((spectrum.alpha, spectrum.n()), (10_000.0, 3));
/// // Of so many samples the empirical eigenbasis is the true one.
/// assert!((0..3).all(|k| (spectrum.c[k] - c[k]).abs() < 0.05 && (others[0][k] - (k + 1) as f64).abs() < 0.05));
/// // Fewer samples than variables leave zero eigenvalues.
/// let (few, _) = draw(&c, 2, true, &[], &mut stream(1, Use::Samples, 1)).unwrap();
/// assert_eq!(few.c.iter().filter(|c| **c == 0.0).count(), 1);
/// ```
pub fn draw(
    c: &[f64],
    p: usize,
    rescale: bool,
    others: &[&[f64]],
    rng: &mut Rng,
) -> Result<(Spectrum, Vec<Vec<f64>>), Error> {
    let n = c.len();
    if p == 0 {
        return Err(Error::Positive { name: "the number of samples", value: 0.0 });
    }
    let rank = n.min(p);
    let mut x = Mat::<f64>::zeros(n, rank);
    let scale = (p as f64).sqrt().recip();
    let mut trace = 0.0;
    for k in 0..rank {
        let column = col_mut(x.as_mut(), k);
        for i in k..n {
            let a = if i == k { chi_squared(rng, (p - k) as f64).sqrt() } else { normal(rng) };
            column[i] = c[i].sqrt() * a * scale;
            trace += column[i] * column[i];
        }
    }
    let factor = if rescale { n as f64 / trace } else { 1.0 };
    let (mut values, vectors) = if p < n { thin(&x)? } else { full(&x)? };
    values.iter_mut().for_each(|v| *v *= factor);
    values.resize(n, 0.0);
    let diagonal = |eigenvalues: &[f64]| {
        let mut diagonal: Vec<f64> =
            (0..rank).map(|k| along(col(vectors.as_ref(), k), eigenvalues)).collect();
        if p < n {
            let left = eigenvalues.iter().sum::<f64>() - diagonal.iter().sum::<f64>();
            diagonal.resize(n, left / (n - p) as f64);
        }
        diagonal
    };
    let mut t = diagonal(c);
    t.iter_mut().for_each(|t| *t = t.max(0.0));
    let others = others.iter().map(|o| diagonal(o)).collect();
    Ok((Spectrum::new(p as f64 / n as f64, values, t)?, others))
}

/// v^T diag(`eigenvalues`) v / v^T v.
fn along(v: &[f64], eigenvalues: &[f64]) -> f64 {
    let (mut sum, mut size) = (0.0, 0.0);
    for (v, e) in v.iter().zip(eigenvalues) {
        sum += v * v * e;
        size += v * v;
    }
    sum / size
}

/// Eigenvalues and eigenvectors of X X^T.
fn full(x: &Mat<f64>) -> Result<(Vec<f64>, Mat<f64>), Error> {
    let n = x.nrows();
    let mut c = Mat::zeros(n, n);
    matmul(
        c.as_mut(),
        BlockStructure::TriangularLower,
        Accum::Replace,
        x.as_ref(),
        BlockStructure::TriangularLower,
        x.transpose(),
        BlockStructure::TriangularUpper,
        1.0,
        Par::Seq,
    );
    let (values, vectors) = symmetric(c.as_ref()).ok_or(Error::Eigen)?;
    Ok((values.into_iter().map(|v| v.max(0.0)).collect(), vectors))
}

/// The p eigenvalues of X X^T that are not zero, and their eigenvectors, of any length, by way of X^T X.
fn thin(x: &Mat<f64>) -> Result<(Vec<f64>, Mat<f64>), Error> {
    let p = x.ncols();
    let mut gram = Mat::zeros(p, p);
    gemm(gram.as_mut(), Accum::Replace, x.transpose(), x.as_ref());
    let (values, inner) = symmetric(gram.as_ref()).ok_or(Error::Eigen)?;
    let mut vectors = Mat::zeros(x.nrows(), p);
    gemm(vectors.as_mut(), Accum::Replace, x.as_ref(), inner.as_ref());
    Ok((values.into_iter().map(|v| v.max(0.0)).collect(), vectors))
}
