//! Everything about a small model by going through its configurations.

use super::{Error, Potts};
use crate::linalg::col;
use faer::Mat;

/// Configurations that are gone through at most.
pub const MOST: f64 = 3e8;

/// What all configurations say.
#[derive(Clone, Debug)]
pub struct Exact {
    /// log Z.
    pub log_z: f64,
    /// - sum P log P, in nats.
    pub entropy: f64,
    /// P(x_i = a), Q numbers.
    pub single: Vec<f64>,
    /// P(x_i = a, x_j = b), Q x Q; on the diagonal the single ones.
    pub pairs: Mat<f64>,
}

/// log Z of a model with at most 3 10^8 configurations.
///
/// # Errors
/// More configurations; numbers that are not finite.
///
/// ```
/// use nullcline_core::inference::potts::{Potts, Sites, exact};
///
/// // Two spins, alike or not: Z = 2 e + 2.
/// let mut model = Potts::free(Sites::alike(2, 2).unwrap());
/// model.couple(0, 1, |a, b| if a == b { 1.0 } else { 0.0 });
/// let found = exact::all(&model).unwrap();
/// let z = 2.0 * 1f64.exp() + 2.0;
/// assert!((found.log_z - z.ln()).abs() < 1e-14 && (found.pairs[(0, 2)] - 1f64.exp() / z).abs() < 1e-14);
/// ```
pub fn log_z(model: &Potts) -> Result<f64, Error> {
    let mut walk = Walk::new(model)?;
    walk.sum(0, 0.0);
    Ok(walk.log.value())
}

/// log Z, marginals and entropy.
///
/// # Errors
/// Those of [`log_z`].
pub fn all(model: &Potts) -> Result<Exact, Error> {
    let mut walk = Walk::new(model)?;
    walk.sum(0, 0.0);
    let log_z = walk.log.value();
    let total = model.sites.total();
    let mut pairs = Mat::zeros(total, total);
    walk.mass(0, -log_z, &mut pairs);
    for k in 0..total {
        (0..k).for_each(|l| pairs[(k, l)] = pairs[(l, k)]);
    }
    let single: Vec<f64> = (0..total).map(|k| pairs[(k, k)]).collect();
    let mut found = Exact { log_z, entropy: log_z, single, pairs };
    found.entropy += found.energy(model);
    Ok(found)
}

/// What marginals change by as the model moves along another of the same sites, per length: covariances with that model's minus energy,
/// single ones and pairs.
///
/// # Errors
/// Those of [`log_z`].
pub fn along(model: &Potts, direction: &Potts) -> Result<(Vec<f64>, Mat<f64>), Error> {
    let found = all(model)?;
    let mean = -found.energy(direction);
    let (mut walk, mut other) = (Walk::new(model)?, Walk::new(direction)?);
    let total = model.sites.total();
    let mut pairs = Mat::zeros(total, total);
    walk.covariance(&mut other, 0, [-found.log_z, -mean], &mut pairs);
    for k in 0..total {
        (0..k).for_each(|l| pairs[(k, l)] = pairs[(l, k)]);
    }
    Ok(((0..total).map(|k| pairs[(k, k)]).collect(), pairs))
}

impl Exact {
    /// The mean energy of another model of the same sites under these probabilities.
    pub fn energy(&self, model: &Potts) -> f64 {
        let fields: f64 = self.single.iter().zip(&model.fields).map(|(p, h)| p * h).sum();
        let coupled = |k: usize| -> f64 {
            let (p, j) = (col(self.pairs.as_ref(), k), col(model.couplings.as_ref(), k));
            p[..k].iter().zip(j).map(|(p, j)| p * j).sum()
        };
        -fields - (0..self.single.len()).map(coupled).sum::<f64>()
    }
}

/// A sum of exponentials, of any size.
struct LogSum {
    largest: f64,
    sum: f64,
}

impl LogSum {
    fn add(&mut self, exponent: f64) {
        if exponent <= self.largest {
            self.sum += (exponent - self.largest).exp();
        } else {
            self.sum = self.sum * (self.largest - exponent).exp() + 1.0;
            self.largest = exponent;
        }
    }

    fn value(&self) -> f64 {
        self.largest + self.sum.ln()
    }
}

/// A walk through all configurations, site by site.
struct Walk<'a> {
    model: &'a Potts,
    /// The fields of all states given those of the sites before, a list a site.
    fields: Vec<Vec<f64>>,
    /// Where the states of the sites before stand.
    at: Vec<usize>,
    log: LogSum,
}

impl<'a> Walk<'a> {
    fn new(model: &'a Potts) -> Result<Self, Error> {
        model.check()?;
        let count = model.sites.log_configurations().exp();
        if count > MOST {
            return Err(Error::TooMany(count));
        }
        let n = model.sites.count();
        let log = LogSum { largest: f64::NEG_INFINITY, sum: 0.0 };
        Ok(Self { model, fields: vec![model.fields.clone(); n + 1], at: vec![0; n], log })
    }

    /// Makes the fields below `site`, which is in the state at `k`.
    fn step(&mut self, site: usize, k: usize) {
        self.at[site] = k;
        let rest = self.model.sites.range(site).end..;
        let column = &col(self.model.couplings.as_ref(), k)[rest.clone()];
        let (before, after) = self.fields.split_at_mut(site + 1);
        let from = &before[site][rest.clone()];
        after[0][rest].iter_mut().zip(from).zip(column).for_each(|((to, f), j)| *to = f + j);
    }

    fn sum(&mut self, site: usize, exponent: f64) {
        let last = site + 1 == self.model.sites.count();
        for k in self.model.sites.range(site) {
            let here = exponent + self.fields[site][k];
            if last {
                self.log.add(here);
            } else {
                self.step(site, k);
                self.sum(site + 1, here);
            }
        }
    }

    /// Probability times u of what is below, u minus the energy of `other` less its mean, which is added to the sums.
    fn covariance(&mut self, other: &mut Walk, site: usize, [log, u]: [f64; 2], pairs: &mut Mat<f64>) -> f64 {
        let last = site + 1 == self.model.sites.count();
        let mut all = 0.0;
        for k in self.model.sites.range(site) {
            let (log, u) = (log + self.fields[site][k], u + other.fields[site][k]);
            let weighed = if last {
                log.exp() * u
            } else {
                self.step(site, k);
                other.step(site, k);
                self.covariance(other, site + 1, [log, u], pairs)
            };
            self.at[site] = k;
            for l in &self.at[..=site] {
                pairs[(*l, k)] += weighed;
            }
            all += weighed;
        }
        all
    }

    /// The probability of what is below, which is added to the marginals.
    fn mass(&mut self, site: usize, exponent: f64, pairs: &mut Mat<f64>) -> f64 {
        let last = site + 1 == self.model.sites.count();
        let mut all = 0.0;
        for k in self.model.sites.range(site) {
            let here = exponent + self.fields[site][k];
            let mass = if last {
                here.exp()
            } else {
                self.step(site, k);
                self.mass(site + 1, here, pairs)
            };
            self.at[site] = k;
            for l in &self.at[..=site] {
                pairs[(*l, k)] += mass;
            }
            all += mass;
        }
        all
    }
}
