//! Chains that learn together, and the gradients that they find.

use super::coordinates::Coordinates;
use super::gibbs::{Chain, Gibbs};
use super::steep::Steep;
use super::{Error, Potts, Samples};
use crate::linalg::col_mut;
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, Mat, Par};

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

/// Sweeps that are added to moments at once.
const DRAWS: usize = 128;

/// What sweeps saw, a column each: P(x_i = a | others) when each site was drawn, and the states before and after as 0 and 1.
struct Seen {
    probabilities: Mat<f64>,
    before: Mat<f64>,
    after: Mat<f64>,
    count: usize,
}

impl Seen {
    fn new(total: usize) -> Self {
        let none = || Mat::zeros(total, DRAWS);
        Self { probabilities: none(), before: none(), after: none(), count: 0 }
    }

    /// Adds to moments of pairs; is empty then.
    fn add_to(&mut self, pairs: &mut Mat<f64>) {
        let (own, lower, upper) = (
            BlockStructure::Rectangular,
            BlockStructure::StrictTriangularLower,
            BlockStructure::StrictTriangularUpper,
        );
        // Sites before one had been drawn, those after it not yet.
        for (half, states) in [(lower, &self.after), (upper, &self.before)] {
            let [p, x] = [&self.probabilities, states].map(|m| m.as_ref().subcols(0, self.count));
            matmul(pairs.as_mut(), half, Accum::Add, p, own, x.transpose(), own, 1.0, Par::Seq);
        }
        self.before.fill(0.0);
        self.after.fill(0.0);
        self.count = 0;
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
    seen: Seen,
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
            seen: Seen::new(total),
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
        let (single, pairs, seen) = (&mut self.single, &mut self.pairs, &mut self.seen);
        single.fill(0.0);
        pairs.fill(0.0);
        let by = 1.0 / (sweeps * self.chains.len()) as f64;
        let none = vec![0.0; single.len()];
        for (chain, energies) in self.chains.iter_mut().zip(&mut self.energies) {
            gibbs.settle(chain);
            for _ in 0..sweeps {
                let column = seen.count;
                chain.at().iter().for_each(|k| seen.before[(*k, column)] = 1.0);
                let probabilities = col_mut(seen.probabilities.as_mut(), column);
                gibbs.sweep_seen(chain, None, |site, weights| {
                    let own = sites.range(site);
                    let scale = by / weights.iter().sum::<f64>();
                    let both = single[own.clone()].iter_mut().zip(&mut probabilities[own]);
                    both.zip(weights).for_each(|((s, p), w)| {
                        *p = w * scale;
                        *s += *p;
                    });
                });
                chain.at().iter().for_each(|k| seen.after[(*k, column)] = 1.0);
                seen.count += 1;
                if seen.count == DRAWS {
                    seen.add_to(pairs);
                }
                if keep {
                    energies.push(gibbs.above(chain, &none));
                }
            }
        }
        seen.add_to(pairs);
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
