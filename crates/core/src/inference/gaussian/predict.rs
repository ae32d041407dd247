//! What theory says of the best regularisation strength.

use super::spectrum::Basis;
use crate::linalg::col;
use faer::{Mat, MatRef};

/// Sums over the couplings that the predictions are made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// Variables.
    pub n: usize,
    /// tr J^2.
    pub j_squared: f64,
    /// tr P, P = mu - J.
    pub p: f64,
    /// tr P^2.
    pub p_squared: f64,
    /// tr(P J P J).
    pub pjpj: f64,
}

impl Moments {
    /// From the couplings (n x n, symmetric) and their multiplier mu.
    ///
    /// ```
    /// use nullcline_core::inference::gaussian::predict::Moments;
    ///
    /// // tr J^2 = 2 (0.3^2 + 0.4^2) = 1/2.
    /// let j = faer::mat![[0.0, 0.3, 0.0], [0.3, 0.0, 0.4], [0.0, 0.4, 0.0]];
    /// let m = Moments::of(j.as_ref(), 1.2);
    /// assert!((m.j_squared - 0.5).abs() < 1e-15 && (m.p - 3.6).abs() < 1e-15);
    /// assert!((m.thesis() - 6.0).abs() < 1e-12 && (m.cross() - 8.0).abs() < 1e-12);
    /// ```
    pub fn of(j: MatRef<f64>, mu: f64) -> Self {
        let n = j.nrows();
        let square = j * j;
        let trace = |a: MatRef<f64>, b: MatRef<f64>| -> f64 {
            (0..n).map(|k| col(a, k).iter().zip(col(b, k)).map(|(a, b)| a * b).sum::<f64>()).sum()
        };
        let j1: f64 = (0..n).map(|k| j[(k, k)]).sum();
        let j2 = trace(j, j);
        let (j3, j4) = (trace(j, square.as_ref()), trace(square.as_ref(), square.as_ref()));
        let size = n as f64;
        Self {
            n,
            j_squared: j2,
            p: size * mu - j1,
            p_squared: size * mu * mu - 2.0 * mu * j1 + j2,
            pjpj: mu * mu * j2 - 2.0 * mu * j3 + j4,
        }
    }

    /// From the covariance's eigenvalues c_k, with the couplings J = mu - C^-1 of trace zero.
    ///
    /// J is only known up to a multiple of the identity, which mu takes up; none where an eigenvalue is zero.
    ///
    /// ```
    /// use nullcline_core::inference::gaussian::ensemble::{Ensemble, Truth};
    /// use nullcline_core::inference::gaussian::predict::Moments;
    /// use nullcline_core::linalg::random::{Use, stream};
    ///
    /// let couplings = Ensemble::Chain { sigma: 0.3 }.draw(6, &mut stream(1, Use::Couplings, 0));
    /// let truth = Truth::new(couplings.as_ref()).unwrap();
    /// let known = Moments::of(couplings.as_ref(), truth.mu);
    /// let found = Moments::of_covariance(&truth.c).unwrap();
    /// assert!((found.j_squared - known.j_squared).abs() < 1e-10 && (found.pjpj - known.pjpj).abs() < 1e-10);
    /// assert!(Moments::of_covariance(&[0.0, 1.0]).is_none());
    /// ```
    pub fn of_covariance(c: &[f64]) -> Option<Self> {
        let (j, mu) = traceless(c)?;
        Some(Self::of_eigenvalues(&j, mu))
    }

    /// From the eigenvalues of the couplings.
    pub fn of_eigenvalues(j: &[f64], mu: f64) -> Self {
        let sum = |f: &dyn Fn(f64) -> f64| -> f64 { j.iter().map(|j| f(*j)).sum() };
        Self {
            n: j.len(),
            j_squared: sum(&|j| j * j),
            p: sum(&|j| mu - j),
            p_squared: sum(&|j| (mu - j).powi(2)),
            pjpj: sum(&|j| ((mu - j) * j).powi(2)),
        }
    }

    /// n / tr J^2, the thesis's prediction for both strengths (eq. 2.20).
    pub fn thesis(&self) -> f64 {
        self.n as f64 / self.j_squared
    }

    /// (n + 1) / tr J^2, gamma_cross for many samples at finite n; eq. 2.48 with E tr U^2 = n^2 + n.
    pub fn cross(&self) -> f64 {
        (self.n as f64 + 1.0) / self.j_squared
    }

    /// (tr P^2 + (tr P)^2 + 2 (n + 1) tr J^2) / (n tr PJPJ), gamma_opt for many samples and any couplings.
    ///
    /// Source: perturbation theory in 1/alpha around C_emp = C; equals eq. 2.20 for couplings of the orthogonal
    /// ensemble at large n alone.
    pub fn opt(&self) -> f64 {
        let n = self.n as f64;
        (self.p_squared + self.p * self.p + 2.0 * (n + 1.0) * self.j_squared) / (n * self.pjpj)
    }
}

/// tr J^2 of the true couplings (trace zero) without bias, from the eigenvalues `c` of an empirical covariance.
///
/// Formula: with f degrees of freedom (p, or p - 1 around the mean), m = f - n, W = f C Wishart, E tr W^-2 = ((m - 1) A + B)/d and
/// E (tr W^-1)^2 = (2 A + (m - 2) B)/d, d = m (m - 1)(m - 3); solved for A = tr P^2 and B = (tr P)^2, tr J^2 = A - B/n. It may
/// come out negative where the couplings are weaker than the noise. None unless f > n + 3 and all c > 0.
///
/// Source: von Rosen 1988, moments of the inverted Wishart distribution; checked by simulation.
///
/// ```
/// use nullcline_core::inference::gaussian::ensemble::{Ensemble, Truth};
/// use nullcline_core::inference::gaussian::predict::unbiased_j_squared;
/// use nullcline_core::linalg::random::{Use, stream};
///
/// let couplings = Ensemble::Chain { sigma: 0.4 }.draw(8, &mut stream(1, Use::Couplings, 0));
/// let truth = Truth::new(couplings.as_ref()).unwrap();
/// let one = |i| {
///     let spectrum = truth.draw(60, false, &mut stream(1, Use::Samples, i)).unwrap();
///     unbiased_j_squared(&spectrum.c, 60).unwrap()
/// };
/// let mean = (0..400).map(one).sum::<f64>() / 400.0;
/// // 2 n sigma^2, where plain tr J^2 of the inverse would be far too large.
/// assert!((mean / 2.56 - 1.0).abs() < 0.2, "{mean}");
/// assert_eq!(unbiased_j_squared(&[1.0; 8], 11), None);
/// ```
pub fn unbiased_j_squared(c: &[f64], freedom: usize) -> Option<f64> {
    let n = c.len();
    if freedom <= n + 3 || !c.iter().all(|c| *c > 0.0) {
        return None;
    }
    let (f, m) = (freedom as f64, (freedom - n) as f64);
    let sum = c.iter().map(|c| c.recip()).sum::<f64>() / f;
    let squares = c.iter().map(|c| c.powi(-2)).sum::<f64>() / (f * f);
    let d = m * (m - 1.0) * (m - 3.0);
    let determinant = (m - 1.0) * (m - 2.0) - 2.0;
    let a = d * ((m - 2.0) * squares - sum * sum) / determinant;
    let b = d * ((m - 1.0) * sum * sum - 2.0 * squares) / determinant;
    Some(a - b / n as f64)
}

/// The strength at which one sample's generated and test likelihoods cross, which is its best one too.
///
/// Formula: n theta/(n theta - 1) where that exceeds 1, none for n theta <= 1 (the sample misleads); (1 - theta)^2 where
/// theta is of order one. The two are leading orders in 1/n of either phase; `theta` = u^T C u / n with u
/// the sample's direction.
///
/// Source: eqs. 2.63, 2.64, 2.72, 2.74.
///
/// ```
/// use nullcline_core::inference::gaussian::predict::single_sample;
///
/// assert_eq!(single_sample(100, 0.05, false), Some(1.25));
/// assert_eq!(single_sample(100, 0.01, false), None);
/// assert_eq!(single_sample(100, 0.5, true), Some(0.25));
/// ```
pub fn single_sample(n: usize, theta: f64, condensed: bool) -> Option<f64> {
    let overlap = n as f64 * theta;
    match condensed {
        true => Some((1.0 - theta).powi(2)),
        false => (overlap > 1.0).then(|| overlap / (overlap - 1.0)),
    }
}

/// The strength, at any n, of one sample rescaled to norm n: gamma_opt = gamma_cross = o (n - o)^2/(n (n - 1)(o - 1)), o = n theta; none
/// for o <= 1.
///
/// Source: J* is a multiple of u u^T - 1/n, so that both conditions say c*(n) = o; eq. 2.8 for the two eigenvalues then gives gamma.
/// Eqs. 2.63, 2.64, 2.72, 2.74 are its limits.
///
/// ```
/// use nullcline_core::inference::gaussian::predict::one_sample;
///
/// assert!((one_sample(10, 0.5).unwrap() - 5.0 * 25.0 / (90.0 * 4.0)).abs() < 1e-14);
/// assert_eq!(one_sample(10, 0.1), None);
/// ```
pub fn one_sample(n: usize, theta: f64) -> Option<f64> {
    let (size, o) = (n as f64, n as f64 * theta);
    (o > 1.0).then(|| o * (size - o).powi(2) / (size * (size - 1.0) * (o - 1.0)))
}

/// Relative standard deviation of one data set's gamma_cross at many samples: sqrt(2 alpha tr(MCMC)/n)/(n + 1), M = J - tr(JC)/n, from the
/// eigenvalues of J and C in one order.
///
/// Source: eq. 2.42, whose numerator fluctuates by alpha tr J (C_emp - C), the covariance rescaled to trace n.
///
/// ```
/// use nullcline_core::inference::gaussian::predict::cross_spread;
///
/// // Two variables, j = +-s and C = 1: s sqrt(2 alpha) / 3.
/// assert!((cross_spread(&[-0.3, 0.3], &[1.0, 1.0], 8.0) - 0.4).abs() < 1e-14);
/// ```
pub fn cross_spread(j: &[f64], c: &[f64], alpha: f64) -> f64 {
    let n = j.len() as f64;
    let level = j.iter().zip(c).map(|(j, c)| j * c).sum::<f64>() / n;
    let squares: f64 = j.iter().zip(c).map(|(j, c)| ((j - level) * c).powi(2)).sum();
    (2.0 * alpha * squares / n).sqrt() / (n + 1.0)
}

/// (L_test(gamma_opt) - L(J)) / n at many samples: -(n + 1)/(4 alpha n), whatever the couplings.
///
/// Source: half the variance of (n + 1) n / 2 parameters, each worth 1/(2 p); the thesis leaves Fig. 2.3B without formula.
///
/// ```
/// use nullcline_core::inference::gaussian::predict::likelihood_gap;
///
/// assert_eq!(likelihood_gap(4, 5.0), -5.0 / 80.0);
/// ```
pub fn likelihood_gap(n: usize, alpha: f64) -> f64 {
    -(n as f64 + 1.0) / (4.0 * alpha * n as f64)
}

/// Mean overlap theta of eq. 2.62 for the orthogonal ensemble: 1/(n (1 - sigma^2)), or (1 - 1/sigma)^2 above one.
///
/// ```
/// use nullcline_core::inference::gaussian::predict::mean_overlap;
///
/// assert!((mean_overlap(100, 0.5) - 1.0 / 75.0).abs() < 1e-15);
/// assert_eq!(mean_overlap(100, 2.0), 0.25);
/// ```
pub fn mean_overlap(n: usize, sigma: f64) -> f64 {
    match sigma < 1.0 {
        true => 1.0 / (n as f64 * (1.0 - sigma * sigma)),
        false => (1.0 - 1.0 / sigma).powi(2),
    }
}

/// Eigenvalues of J = mu - C^-1 of trace zero, and mu, from those of a covariance; none where one is zero.
fn traceless(c: &[f64]) -> Option<(Vec<f64>, f64)> {
    if !c.iter().all(|c| *c > 0.0) {
        return None;
    }
    let mu = c.iter().map(|c| c.recip()).sum::<f64>() / c.len() as f64;
    Some((c.iter().map(|c| mu - c.recip()).collect(), mu))
}

/// J = mu - C^-1 of trace zero (n x n), from a covariance that can be inverted.
///
/// ```
/// use nullcline_core::inference::gaussian::ensemble::Truth;
/// use nullcline_core::inference::gaussian::predict::couplings;
///
/// let j = faer::mat![[0.0, 0.5, 0.0], [0.5, 0.0, -0.2], [0.0, -0.2, 0.0]];
/// let truth = Truth::new(j.as_ref()).unwrap();
/// assert!((couplings(&truth.basis()).unwrap() - j).norm_max() < 1e-12);
/// ```
pub fn couplings(basis: &Basis) -> Option<Mat<f64>> {
    Some(basis.matrix(&traceless(&basis.values)?.0))
}
