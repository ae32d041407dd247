//! Configurations that were observed, and their weights.

use super::{Error, Potts, Sites};
use crate::linalg::col_mut;
use faer::Mat;
use rayon::prelude::*;

/// Observed configurations, each with a weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// The sites.
    pub sites: Sites,
    /// A state for each site, sample after sample.
    states: Vec<u8>,
    /// The weight of each sample.
    pub weights: Vec<f64>,
}

impl Samples {
    /// Samples of weight one, `rows` of a state for each site.
    ///
    /// # Errors
    /// No sample; a row that is too short or too long; a state that its site does not have.
    ///
    /// ```
    /// use nullcline_core::inference::potts::{Samples, Sites};
    ///
    /// let seen = Samples::new(Sites::alike(2, 2).unwrap(), [[0, 1], [1, 1]]).unwrap();
    /// assert_eq!((seen.count(), seen.total(), seen.frequencies()), (2, 2.0, vec![0.5, 0.5, 0.0, 1.0]));
    /// assert!(Samples::new(Sites::alike(2, 2).unwrap(), [[0, 2]]).is_err());
    /// ```
    pub fn new<R: AsRef<[u8]>>(sites: Sites, rows: impl IntoIterator<Item = R>) -> Result<Self, Error> {
        let mut states = vec![];
        let n = sites.count();
        for (sample, row) in rows.into_iter().enumerate() {
            let row = row.as_ref();
            if row.len() != n {
                return Err(Error::Length { sample, found: row.len(), expected: n });
            }
            if let Some(site) = (0..n).find(|i| usize::from(row[*i]) >= sites.states(*i)) {
                return Err(Error::State { sample, site, found: row[site], states: sites.states(site) });
            }
            states.extend_from_slice(row);
        }
        let count = states.len() / n;
        if count == 0 {
            return Err(Error::NoSamples);
        }
        Ok(Self { sites, states, weights: vec![1.0; count] })
    }

    /// The same samples with other weights.
    ///
    /// # Errors
    /// Weights that are not one a sample, not positive, or not finite.
    pub fn weighted(self, weights: Vec<f64>) -> Result<Self, Error> {
        if weights.len() != self.count() {
            return Err(Error::Weights(format!(
                "{} of them, expected {}, one a sample",
                weights.len(),
                self.count()
            )));
        }
        match weights.iter().position(|w| !(*w > 0.0 && w.is_finite())) {
            Some(k) => Err(Error::Weights(format!(
                "that of sample {} is {}, expected a positive number",
                k + 1,
                weights[k]
            ))),
            None => Ok(Self { weights, ..self }),
        }
    }

    /// How many there are, p.
    pub fn count(&self) -> usize {
        self.weights.len()
    }

    /// The sum of their weights.
    pub fn total(&self) -> f64 {
        self.weights.iter().sum()
    }

    /// One of them, a state for each site.
    pub fn row(&self, sample: usize) -> &[u8] {
        let n = self.sites.count();
        &self.states[sample * n..][..n]
    }

    /// All of them.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.states.chunks_exact(self.sites.count())
    }

    /// Those that are `kept`.
    ///
    /// # Errors
    /// None are.
    pub fn only(&self, kept: impl Fn(usize) -> bool) -> Result<Self, Error> {
        let which: Vec<usize> = (0..self.count()).filter(|k| kept(*k)).collect();
        let weights = which.iter().map(|k| self.weights[*k]).collect();
        Self::new(self.sites.clone(), which.iter().map(|k| self.row(*k)))?.weighted(weights)
    }

    /// The share of samples in each state of each site, f_i(a), Q numbers.
    pub fn frequencies(&self) -> Vec<f64> {
        let mut f = vec![0.0; self.sites.total()];
        for (row, w) in self.rows().zip(&self.weights) {
            row.iter().enumerate().for_each(|(i, s)| f[self.sites.at(i, *s)] += w);
        }
        let total = self.total();
        f.iter_mut().for_each(|f| *f /= total);
        f
    }

    /// The energy of a model in each sample.
    pub fn energies(&self, model: &Potts) -> Vec<f64> {
        const ROWS: usize = 256;
        let n = self.sites.count();
        let some = |rows: &[u8]| rows.chunks_exact(n).map(|row| model.energy(row)).collect::<Vec<_>>();
        let parts: Vec<Vec<f64>> = self.states.par_chunks(ROWS * n).map(some).collect();
        parts.concat()
    }

    /// The mean energy of a model in these samples.
    pub fn energy(&self, model: &Potts) -> f64 {
        let sum: f64 = self.energies(model).iter().zip(&self.weights).map(|(e, w)| w * e).sum();
        sum / self.total()
    }

    /// Each sample's weight one over the number of samples that differ from it in less than a share `theta` of the sites, itself
    /// counted.
    ///
    /// Source: Morcos et al., PNAS 108, E1293 (2011); theta is the divergence, 0.2 there, as plmc's `-t`.
    ///
    /// ```
    /// use nullcline_core::inference::potts::{Samples, Sites};
    ///
    /// let rows = [[0u8, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]];
    /// let seen = Samples::new(Sites::alike(10, 2).unwrap(), rows).unwrap().reweighted(0.2);
    /// assert_eq!(seen.weights, [0.5, 0.5, 1.0]);
    /// ```
    pub fn reweighted(self, theta: f64) -> Self {
        let n = self.sites.count();
        let near = |a: &[u8], b: &[u8]| {
            let differ = a.iter().zip(b).filter(|(a, b)| a != b).count();
            (differ as f64) < theta * n as f64
        };
        let mut alike = vec![1.0f64; self.count()];
        for k in 0..self.count() {
            for l in k + 1..self.count() {
                if near(self.row(k), self.row(l)) {
                    (alike[k], alike[l]) = (alike[k] + 1.0, alike[l] + 1.0);
                }
            }
        }
        Self { weights: alike.iter().map(|a| 1.0 / a).collect(), ..self }
    }
}

impl Samples {
    /// The share of samples in each pair of states, f_ij(a, b), Q x Q, symmetric; on the diagonal f_i(a).
    pub fn pair_frequencies(&self) -> Mat<f64> {
        let total = self.sites.total();
        let mut f = Mat::zeros(total, total);
        let mut at = vec![0; self.sites.count()];
        for (row, w) in self.rows().zip(&self.weights) {
            row.iter().enumerate().for_each(|(i, s)| at[i] = self.sites.at(i, *s));
            for k in &at {
                let to = col_mut(f.as_mut(), *k);
                at.iter().for_each(|l| to[*l] += w);
            }
        }
        let all = self.total();
        (0..total).for_each(|k| col_mut(f.as_mut(), k).iter_mut().for_each(|f| *f /= all));
        f
    }
}
