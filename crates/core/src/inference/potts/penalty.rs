//! Penalties, and what other programs call the same.

use super::{Error, Sites};

/// What is added to minus the log likelihood of all samples: `couplings` sum_{i<j} J^2 + `fields` sum h^2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Penalty {
    /// Of each squared coupling, of each pair once.
    pub couplings: f64,
    /// Of each squared field.
    pub fields: f64,
}

impl Penalty {
    /// Penalties of given sizes.
    ///
    /// # Errors
    /// One that is not positive and finite.
    pub fn new(couplings: f64, fields: f64) -> Result<Self, Error> {
        match [couplings, fields].into_iter().find(|v| !(*v > 0.0 && v.is_finite())) {
            Some(v) => Err(Error::Penalty(v)),
            None => Ok(Self { couplings, fields }),
        }
    }

    /// The penalty of pseudo-likelihoods of strength gamma: n gamma sum_{i<j} J^2 + n gamma_h sum h^2 with gamma_h = gamma / (10 n).
    ///
    /// Source: Fanthomme 2021, section 2.3.3; which multiples gamma has is not printed there, and follows from its comparison with
    /// Ekeberg et al. (gamma = 0.01 p / n) and Hopf et al. (gamma = 0.01 q).
    ///
    /// # Errors
    /// A gamma that is not positive and finite.
    pub fn of_pseudo_likelihood(gamma: f64, sites: &Sites) -> Result<Self, Error> {
        Self::new(gamma * sites.count() as f64, gamma / 10.0)
    }

    /// The penalty of likelihoods of strength gamma, half of that: (n gamma / 2) sum_{i<j} J^2 + (n gamma_h / 2) sum h^2.
    ///
    /// # Errors
    /// A gamma that is not positive and finite.
    pub fn of_likelihood(gamma: f64, sites: &Sites) -> Result<Self, Error> {
        Self::new(0.5 * gamma * sites.count() as f64, gamma / 20.0)
    }

    /// gamma of a pseudo-likelihood's penalty of couplings.
    pub fn gamma(&self, sites: &Sites) -> f64 {
        self.couplings / sites.count() as f64
    }

    /// The options of plmc: `-le` and `-lh` are these.
    pub fn plmc(&self) -> [f64; 2] {
        [self.couplings, self.fields]
    }

    /// CCMpred's `-l`, the coefficient of couplings over n - 1; its penalty counts each pair twice with a half, as this once.
    pub fn ccmpred(&self, sites: &Sites) -> f64 {
        self.couplings / (sites.count() as f64 - 1.0)
    }

    /// GREMLIN's lambda, the coefficient of couplings over (n - 1) (q - 1).
    pub fn gremlin(&self, sites: &Sites) -> f64 {
        self.ccmpred(sites) / (sites.states(0) as f64 - 1.0)
    }

    /// ACE's `-g2`: its penalty g2 sum J^2 stands beside the likelihood of one sample, of which there are `samples`.
    pub fn ace(&self, samples: f64) -> f64 {
        self.couplings / samples
    }
}
