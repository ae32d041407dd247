//! The likelihood itself, where configurations can be gone through.

use super::exact::{self, MOST};
use super::fit::Likelihood;
use super::{Error, Potts, Samples, Sites};
use crate::linalg::col;
use faer::Mat;

/// Minus the log likelihood of samples, p (log Z + mean E), by enumeration.
///
/// Its minimum with [`Penalty::of_likelihood`](super::Penalty::of_likelihood) is the maximum a posteriori; there
/// L_gen = L_train - (2 / p) (lambda_J sum J^2 + lambda_h sum h^2), the analogue of eq. 2.16.
pub struct ExactLikelihood {
    sites: Sites,
    frequencies: Vec<f64>,
    /// f_ij(a, b), Q x Q.
    pairs: Mat<f64>,
    total: f64,
}

impl ExactLikelihood {
    /// That of `samples`.
    ///
    /// # Errors
    /// More configurations than can be gone through.
    pub fn new(samples: &Samples) -> Result<Self, Error> {
        let count = samples.sites.log_configurations().exp();
        if count > MOST {
            return Err(Error::TooMany(count));
        }
        Ok(Self {
            sites: samples.sites.clone(),
            frequencies: samples.frequencies(),
            pairs: samples.pair_frequencies(),
            total: samples.total(),
        })
    }
}

impl Likelihood for ExactLikelihood {
    fn sites(&self) -> &Sites {
        &self.sites
    }

    fn frequencies(&self) -> &[f64] {
        &self.frequencies
    }

    fn weight(&self) -> f64 {
        self.total
    }

    fn sharpness(&self) -> f64 {
        1.0
    }

    fn evaluate(
        &mut self,
        fields: &[f64],
        couplings: &Mat<f64>,
        of_fields: &mut [f64],
        of_couplings: &mut Mat<f64>,
    ) -> f64 {
        let model =
            Potts { sites: self.sites.clone(), fields: fields.to_vec(), couplings: couplings.clone() };
        // Beyond the range of numbers the objective is above every other.
        let Ok(found) = exact::all(&model) else { return f64::INFINITY };
        for ((g, p), f) in of_fields.iter_mut().zip(&found.single).zip(&self.frequencies) {
            *g = self.total * (p - f);
        }
        *of_couplings = Mat::from_fn(fields.len(), fields.len(), |a, b| {
            self.total * (found.pairs[(a, b)] - self.pairs[(a, b)])
        });
        let single: f64 = fields.iter().zip(&self.frequencies).map(|(h, f)| h * f).sum();
        let coupled = |k: usize| -> f64 {
            let (j, f) = (col(couplings.as_ref(), k), col(self.pairs.as_ref(), k));
            j[..k].iter().zip(f).map(|(j, f)| j * f).sum()
        };
        self.total * (found.log_z - single - (0..fields.len()).map(coupled).sum::<f64>())
    }

    fn curvature(
        &mut self,
        (fields, couplings): (&[f64], &Mat<f64>),
        (of_h, of_j): (&[f64], &Mat<f64>),
        of_fields: &mut [f64],
        of_couplings: &mut Mat<f64>,
    ) {
        let model = |fields: &[f64], couplings: &Mat<f64>| Potts {
            sites: self.sites.clone(),
            fields: fields.to_vec(),
            couplings: couplings.clone(),
        };
        // Configurations were counted and numbers are those of a place that was evaluated; without them there is no step.
        let found = exact::along(&model(fields, couplings), &model(of_h, of_j));
        let (single, pairs) = found.unwrap_or_else(|_| (vec![f64::NAN; fields.len()], of_j * f64::NAN));
        of_fields.iter_mut().zip(single).for_each(|(g, s)| *g = self.total * s);
        *of_couplings = pairs * self.total;
    }
}
