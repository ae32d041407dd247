//! Ensembles of true couplings.

use super::rising::Rising;
use crate::linalg::eigen::symmetric;
use crate::linalg::random::{Rng, normal, uniform};
use faer::{Mat, MatRef};

/// Newton steps at most; a condensed model takes some ten.
const MOST_STEPS: usize = 200;

/// How couplings are drawn; all are symmetric with a diagonal of zeros.
#[derive(Clone, Debug, PartialEq)]
pub enum Ensemble {
    /// Gaussian orthogonal: J_ij of standard deviation sigma/sqrt(n) (eq. 2.18; the diagonal is zero in the thesis's program).
    Goe {
        /// Strength; the model condenses above 1.
        sigma: f64,
    },
    /// Sites on a ring; J_ij Gaussian with standard deviation sigma/sqrt(2 w) up to the distance w.
    ///
    /// Source: eq. 2.36 with the symmetric distance on the ring, and the scale that makes sum J^2 = n sigma^2, as in
    /// the thesis's program (the print's differs by (w - 2)/w).
    Band {
        /// Strength.
        sigma: f64,
        /// Neighbours w on either side; all n - 1 others where 2 w >= n - 1.
        half_width: usize,
    },
    /// Sites on a ring with constant couplings sigma between neighbours (eq. 2.37).
    Chain {
        /// Strength.
        sigma: f64,
    },
    /// Pairs interact with probability degree/n, J_ij Gaussian with standard deviation sigma/sqrt(degree).
    ///
    /// Source: the graphs of section 2.3.3, scaled so that sum J^2 is about n sigma^2.
    ErdosRenyi {
        /// Strength.
        sigma: f64,
        /// d: the mean number of neighbours is d (n - 1)/n.
        degree: f64,
    },
}

impl Ensemble {
    /// One matrix of couplings, n x n.
    ///
    /// ```
    /// use nullcline_core::inference::gaussian::ensemble::Ensemble;
    /// use nullcline_core::linalg::random::{Use, stream};
    ///
    /// let ring = Ensemble::Chain { sigma: 0.3 }.draw(5, &mut stream(1, Use::Couplings, 0));
    /// assert_eq!((ring[(0, 1)], ring[(0, 4)], ring[(0, 2)], ring[(0, 0)]), (0.3, 0.3, 0.0, 0.0));
    /// ```
    pub fn draw(&self, n: usize, rng: &mut Rng) -> Mat<f64> {
        let mut j = Mat::zeros(n, n);
        for column in 0..n {
            for row in column + 1..n {
                let distance = (row - column).min(n - (row - column));
                let value = match *self {
                    Self::Goe { sigma } => sigma / (n as f64).sqrt() * normal(rng),
                    Self::Band { sigma, half_width } if distance <= half_width => {
                        let neighbours = (2 * half_width).min(n - 1);
                        sigma / (neighbours as f64).sqrt() * normal(rng)
                    }
                    Self::Chain { sigma } if distance == 1 => sigma,
                    Self::ErdosRenyi { sigma, degree } if uniform(rng, 0.0, 1.0) < degree / n as f64 => {
                        sigma / degree.sqrt() * normal(rng)
                    }
                    _ => 0.0,
                };
                j[(row, column)] = value;
                j[(column, row)] = value;
            }
        }
        j
    }
}

/// The multiplier mu of couplings with eigenvalues `j`: mean 1/(mu - j_k) = 1, mu above all j_k (eq. 2.3).
///
/// Formula: Newton's method for the harmonic mean of mu - j_k, which is concave and increases, from the bracket
/// \[j_max + 1/n, j_max + 1\]; the gap mu - j_max is the unknown, so that a condensed model (gap of order 1/n) keeps
/// its digits. The gap is returned beside mu.
///
/// ```
/// use nullcline_core::inference::gaussian::ensemble::multiplier;
///
/// // Of j = +-s it solves mu / (mu^2 - s^2) = 1.
/// let s: f64 = 0.5;
/// let (mu, gap) = multiplier(&[-s, s]);
/// assert!((mu - 0.5 * (1.0 + (1.0 + 4.0 * s * s).sqrt())).abs() < 1e-14 && (mu - s - gap).abs() < 1e-15);
/// ```
pub fn multiplier(j: &[f64]) -> (f64, f64) {
    let n = j.len() as f64;
    let top = j.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut search = Rising::new(1.0 / n, 1.0, 1.0 / n);
    for _ in 0..MOST_STEPS {
        let (mut sum, mut squares) = (0.0, 0.0);
        for j in j {
            let c = (search.x + (top - j)).recip();
            sum += c;
            squares += c * c;
        }
        if search.done(n / sum - 1.0, n * squares / (sum * sum)) {
            break;
        }
    }
    let gap = search.best.0;
    (top + gap, gap)
}

/// mu, and the eigenvalues 1/(mu - j_k) of the covariance, of couplings with eigenvalues `j` (at least one).
///
/// ```
/// use nullcline_core::inference::gaussian::ensemble::constrained;
///
/// let (mu, c) = constrained(&[-0.5, 0.0, 0.5]);
/// assert!((c.iter().sum::<f64>() - 3.0).abs() < 1e-12 && (c[1] - 1.0 / mu).abs() < 1e-14);
/// ```
pub fn constrained(j: &[f64]) -> (f64, Vec<f64>) {
    let (mu, gap) = multiplier(j);
    let top = j.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (mu, j.iter().map(|j| (gap + (top - j)).recip()).collect())
}

/// mu and log Z = (n mu - sum log(mu - j_k))/2 of couplings with eigenvalues `j` (eq. 2.7).
///
/// ```
/// use nullcline_core::inference::gaussian::ensemble::log_z;
///
/// // Without couplings mu = 1 and log Z = n / 2.
/// let (mu, z) = log_z(&[0.0; 6]);
/// assert!((mu - 1.0).abs() < 1e-14 && (z - 3.0).abs() < 1e-13);
/// ```
pub fn log_z(j: &[f64]) -> (f64, f64) {
    let (mu, gap) = multiplier(j);
    let top = j.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let logs: f64 = j.iter().map(|j| (gap + (top - j)).ln()).sum();
    (mu, 0.5 * (j.len() as f64 * mu - logs))
}

/// A Gaussian model with true couplings: C = (mu - J)^-1, tr C = n.
#[derive(Clone, Debug)]
pub struct Truth {
    /// The couplings J, n x n.
    pub j: Mat<f64>,
    /// Their eigenvalues, increasing.
    pub values: Vec<f64>,
    /// Eigenvectors, n x n, one a column.
    pub vectors: Mat<f64>,
    /// The multiplier mu.
    pub mu: f64,
    /// Eigenvalues of the covariance, 1/(mu - j_k).
    pub c: Vec<f64>,
}

impl Truth {
    /// Solves the spherical constraint for the symmetric couplings `j` (n x n).
    ///
    /// None where the eigendecomposition does not converge, as with entries that are not finite.
    ///
    /// ```
    /// use nullcline_core::inference::gaussian::ensemble::Truth;
    ///
    /// let truth = Truth::new(faer::mat![[0.0, 0.5], [0.5, 0.0]].as_ref()).unwrap();
    /// let c = truth.covariance();
    /// assert!((c[(0, 0)] - 1.0).abs() < 1e-14 && c[(0, 1)] > 0.0);
    /// // C^-1 = mu - J.
    /// let determinant = c[(0, 0)] * c[(1, 1)] - c[(0, 1)] * c[(1, 0)];
    /// assert!((c[(0, 1)] / determinant - 0.5).abs() < 1e-14);
    /// ```
    pub fn new(j: MatRef<f64>) -> Option<Self> {
        let (values, vectors) = symmetric(j).filter(|(values, _)| !values.is_empty())?;
        let (mu, c) = constrained(&values);
        Some(Self { j: j.to_owned(), values, vectors, mu, c })
    }

    /// C = (mu - J)^-1 (n x n; eq. 2.2).
    pub fn covariance(&self) -> Mat<f64> {
        self.basis().matrix(&self.c)
    }

    /// The eigenbasis of the covariance.
    pub fn basis(&self) -> super::spectrum::Basis {
        super::spectrum::Basis { values: self.c.clone(), vectors: self.vectors.clone() }
    }

    /// L(J) = tr(J C)/2 - log Z(J), the largest test likelihood there is, per sample, extensive.
    ///
    /// With tr C = n it is -(n + sum log c_k)/2.
    pub fn likelihood(&self) -> f64 {
        -0.5 * (self.c.len() as f64 + self.c.iter().map(|c| c.ln()).sum::<f64>())
    }
}
