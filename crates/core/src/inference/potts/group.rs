//! Chains that learn together, and the gradients that they find.

use super::coordinates::Coordinates;
use super::gibbs::{Chain, Gibbs};
use super::steep::Steep;
use super::{Error, Potts, Samples};
use crate::linalg::col_mut;
use faer::Mat;

/// What data say of single sites and pairs.
pub(super) struct Moments {
    /// f_i(a).
    pub single: Vec<f64>,
    /// f_ij(a, b).
    pub pairs: Mat<f64>,
    /// The weight of all samples.
    pub weight: f64,
}

impl Moments {
    pub fn new(samples: &Samples) -> Self {
        Self { single: samples.frequencies(), pairs: samples.pair_frequencies(), weight: samples.total() }
    }
}

/// A place, and chains that follow its model.
pub(super) struct Group {
    pub place: Vec<f64>,
    /// The objective's slope at the place, by the chains' moments.
    pub gradient: Vec<f64>,
    /// T and J of the place.
    model: Potts,
    chains: Vec<Chain>,
    single: Vec<f64>,
    pairs: Mat<f64>,
    /// - E of each chain after each sweep, where they are kept.
    pub energies: Vec<Vec<f64>>,
}

impl Group {
    /// `count` chains, group `number` of a run.
    pub fn new(model: &Potts, place: &[f64], count: usize, seed: u64, number: usize) -> Result<Self, Error> {
        let gibbs = Gibbs::new(model)?;
        let first = number * count;
        let chains = (first..first + count).map(|k| gibbs.chain(&model.fields, seed, k as u64)).collect();
        let total = model.sites.total();
        Ok(Self {
            place: place.to_vec(),
            gradient: vec![0.0; place.len()],
            chains,
            model: model.clone(),
            single: vec![0.0; total],
            pairs: Mat::zeros(total, total),
            energies: vec![vec![]; count],
        })
    }

    /// Some sweeps of each chain under the model of the place; the gradient by what they saw.
    ///
    /// Moments are means of P(x_i = a | others) and of P(x_i = a | others) [x_j = b], which have less noise than counts, above all those of
    /// rare states.
    pub fn look(
        &mut self,
        coordinates: &Coordinates,
        data: &Moments,
        sweeps: usize,
        keep: bool,
    ) -> Result<(), Error> {
        coordinates.model(&self.place, &mut self.model.fields, &mut self.model.couplings);
        let gibbs = Gibbs::new(&self.model)?;
        let sites = &self.model.sites;
        let (single, pairs) = (&mut self.single, &mut self.pairs);
        single.fill(0.0);
        pairs.fill(0.0);
        let by = 1.0 / (sweeps * self.chains.len()) as f64;
        let none = vec![0.0; single.len()];
        let mut probabilities = vec![];
        for (chain, energies) in self.chains.iter_mut().zip(&mut self.energies) {
            gibbs.settle(chain);
            for _ in 0..sweeps {
                gibbs.sweep_seen(chain, None, |site, weights, at| {
                    let own = sites.range(site);
                    let scale = by / weights.iter().sum::<f64>();
                    probabilities.clear();
                    probabilities.extend(weights.iter().map(|w| w * scale));
                    single[own.clone()].iter_mut().zip(&probabilities).for_each(|(s, p)| *s += p);
                    for (_, k) in at.iter().enumerate().filter(|(j, _)| *j != site) {
                        let to = &mut col_mut(pairs.as_mut(), *k)[own.clone()];
                        to.iter_mut().zip(&probabilities).for_each(|(to, p)| *to += p);
                    }
                });
                if keep {
                    energies.push(gibbs.above(chain, &none));
                }
            }
        }
        // Each pair was seen when either of its sites was drawn.
        for l in 0..single.len() {
            for k in 0..l {
                let value = data.weight * (0.5 * (pairs[(k, l)] + pairs[(l, k)]) - data.pairs[(k, l)]);
                (pairs[(k, l)], pairs[(l, k)]) = (value, value);
            }
        }
        single.iter_mut().zip(&data.single).for_each(|(p, f)| *p = data.weight * (*p - f));
        let at = (&self.model.fields[..], &self.model.couplings);
        coordinates.gradient(at, (single, pairs), &mut self.gradient);
        Ok(())
    }

    /// A step against the gradient, shortened along `steep` directions; no field or coupling moves by more than half a nat.
    pub fn step(&mut self, steep: &Steep, scale: &[f64], share: f64) {
        const MOST: f64 = 0.5;
        steep.soften(&mut self.gradient);
        let size = share * steep.size();
        for ((x, g), s) in self.place.iter_mut().zip(&self.gradient).zip(scale) {
            *x -= (size * g).clamp(-MOST / s, MOST / s);
        }
    }

    /// The states of each chain.
    pub fn states(&self) -> Result<Vec<Vec<u8>>, Error> {
        let gibbs = Gibbs::new(&self.model)?;
        Ok(self.chains.iter().map(|c| gibbs.states(c)).collect())
    }
}
