//! Gibbs sampling: each site in turn given the others.

use super::{Error, Potts, Samples};
use crate::linalg::random::{Rng, Use, stream, uniform};
use crate::linalg::{Real, col, vectorised};
use rayon::prelude::*;

/// Sweeps after which fields are summed anew, so that rounding does not grow.
const FRESH: usize = 64;

/// A sampler of a model whose fields and couplings may be weakened.
///
/// A sweep draws each site once, in order, from P(x_i = a | others) ~ exp(h_i(a) + sum_j J_ij(a, x_j)). The fields of all states given
/// the other sites are kept, and change where a state does: a draw costs its site's states, a change those of the sites that are coupled.
pub struct Gibbs<'a> {
    model: &'a Potts,
    /// The sites that each is coupled with; none: with all others.
    neighbours: Vec<Option<Vec<usize>>>,
}

/// Where between independent sites and the model a sampler is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixed<'a> {
    /// Fields of the independent sites.
    pub from: &'a [f64],
    /// The share of the model.
    pub share: f64,
}

/// A chain: a state for each site, and its random numbers.
pub struct Chain {
    /// Where the state of each site stands among all.
    at: Vec<usize>,
    /// The field of each state of each site given the other sites.
    local: Vec<f64>,
    /// Sweeps since those were summed.
    age: usize,
    rng: Rng,
    fields: Vec<f64>,
}

impl Chain {
    /// Where the state of each site stands among all.
    pub(super) fn at(&self) -> &[usize] {
        &self.at
    }
}

impl<'a> Gibbs<'a> {
    /// A sampler of `model`.
    ///
    /// # Errors
    /// Numbers that are not finite.
    pub fn new(model: &'a Potts) -> Result<Self, Error> {
        model.check()?;
        let sites = &model.sites;
        let mut neighbours = vec![vec![]; sites.count()];
        for [i, j] in model.pairs() {
            neighbours[i].push(j);
            neighbours[j].push(i);
        }
        let alone = |i: usize| {
            sites.range(i).all(|k| col(model.couplings.as_ref(), k)[sites.range(i)].iter().all(|v| *v == 0.0))
        };
        let all = |(i, near): (usize, Vec<usize>)| {
            let dense = near.len() + 1 == sites.count() && alone(i);
            if dense { None } else { Some(near) }
        };
        Ok(Self { model, neighbours: neighbours.into_iter().enumerate().map(all).collect() })
    }

    /// Chain `number` of a run, each site drawn from fields alone.
    pub fn chain(&self, fields: &[f64], seed: u64, number: u64) -> Chain {
        let sites = &self.model.sites;
        let most = sites.ranges().map(|r| r.len()).max().unwrap_or(0);
        let mut chain = Chain {
            at: vec![0; sites.count()],
            local: vec![0.0; sites.total()],
            age: 0,
            rng: stream(seed, Use::Chain, number),
            fields: vec![0.0; most],
        };
        for (i, range) in sites.ranges().enumerate() {
            let own = &mut chain.fields[..range.len()];
            own.copy_from_slice(&fields[range.clone()]);
            chain.at[i] = range.start + drawn(own, &mut chain.rng);
        }
        self.settle(&mut chain);
        chain
    }

    /// Sums the fields of a chain anew, as is needed where it comes from another model.
    pub(super) fn settle(&self, chain: &mut Chain) {
        chain.age = 0;
        chain.local.copy_from_slice(&self.model.fields);
        for (site, k) in chain.at.iter().enumerate() {
            let column = col(self.model.couplings.as_ref(), *k);
            let add = |to: &mut [f64], from: &[f64]| to.iter_mut().zip(from).for_each(|(l, c)| *l += c);
            match &self.neighbours[site] {
                None => add(&mut chain.local, column),
                Some(near) => near.iter().for_each(|j| {
                    let range = self.model.sites.range(*j);
                    add(&mut chain.local[range.clone()], &column[range]);
                }),
            }
        }
    }

    /// One sweep of the model, or of what is `mixed`.
    pub fn sweep(&self, chain: &mut Chain, mixed: Option<Mixed<'_>>) {
        self.sweep_seen(chain, mixed, |_, _| ());
    }

    /// One sweep, in which each site is `seen` when it is drawn: its number, and weights ~ P(x_i = a | others).
    pub(super) fn sweep_seen(
        &self,
        chain: &mut Chain,
        mixed: Option<Mixed<'_>>,
        mut seen: impl FnMut(usize, &[f64]),
    ) {
        if chain.age == FRESH {
            self.settle(chain);
        }
        chain.age += 1;
        vectorised(
            #[inline(always)]
            || {
                let sites = &self.model.sites;
                for i in 0..sites.count() {
                    let range = sites.range(i);
                    let own = &mut chain.fields[..range.len()];
                    own.copy_from_slice(&chain.local[range.clone()]);
                    if let Some(Mixed { from, share }) = mixed {
                        own.iter_mut()
                            .zip(&from[range.clone()])
                            .for_each(|(f, b)| *f = share * *f + (1.0 - share) * b);
                    }
                    let (old, new) = (chain.at[i], range.start + drawn(own, &mut chain.rng));
                    if new != old {
                        self.shift(&mut chain.local, i, [old, new]);
                        chain.at[i] = new;
                    }
                    seen(i, own);
                }
            },
        );
    }

    /// The fields where a site goes from one state to another.
    #[inline(always)]
    fn shift(&self, local: &mut [f64], site: usize, [old, new]: [usize; 2]) {
        let couplings = self.model.couplings.as_ref();
        let (before, after) = (col(couplings, old), col(couplings, new));
        match &self.neighbours[site] {
            None => turn(local, before, after),
            Some(near) => {
                for j in near {
                    let range = self.model.sites.range(*j);
                    turn(&mut local[range.clone()], &before[range.clone()], &after[range]);
                }
            }
        }
    }

    /// log of the model's weight over that of independent sites of fields `from`: the energy of those less that of the model.
    pub fn above(&self, chain: &Chain, from: &[f64]) -> f64 {
        let fields = &self.model.fields;
        chain.at.iter().map(|k| 0.5 * (fields[*k] + chain.local[*k]) - from[*k]).sum()
    }

    /// The state of each site of a chain.
    pub fn states(&self, chain: &Chain) -> Vec<u8> {
        let state = |(k, r): (&usize, std::ops::Range<usize>)| u8::try_from(k - r.start).unwrap_or(u8::MAX);
        chain.at.iter().zip(self.model.sites.ranges()).map(state).collect()
    }

    /// Samples of `chains` chains, `each` of one chain, after `burn` sweeps and `thin` sweeps apart, chain after chain.
    ///
    /// Chains have their own random numbers: the samples do not depend on threads.
    ///
    /// # Errors
    /// No chain or no sample.
    ///
    /// ```
    /// use nullcline_core::inference::potts::{Gibbs, Potts, Sites, exact};
    ///
    /// let mut model = Potts::free(Sites::alike(2, 2).unwrap());
    /// model.couple(0, 1, |a, b| if a == b { 1.0 } else { 0.0 });
    /// let seen = Gibbs::new(&model).unwrap().samples(100, 50, 20, 5, 1).unwrap();
    /// let alike = exact::all(&model).unwrap().pairs[(0, 2)];
    /// assert!((seen.pair_frequencies()[(0, 2)] - alike).abs() < 0.03);
    /// ```
    pub fn samples(
        &self,
        chains: usize,
        each: usize,
        burn: usize,
        thin: usize,
        seed: u64,
    ) -> Result<Samples, Error> {
        let one = |number: usize| -> Vec<Vec<u8>> {
            let mut chain = self.chain(&self.model.fields, seed, number as u64);
            (0..burn).for_each(|_| self.sweep(&mut chain, None));
            let draw = |_| {
                (0..thin.max(1)).for_each(|_| self.sweep(&mut chain, None));
                self.states(&chain)
            };
            (0..each).map(draw).collect()
        };
        let all: Vec<Vec<Vec<u8>>> = (0..chains).into_par_iter().map(one).collect();
        Samples::new(self.model.sites.clone(), all.into_iter().flatten())
    }
}

#[inline(always)]
fn turn(local: &mut [f64], before: &[f64], after: &[f64]) {
    local.iter_mut().zip(before).zip(after).for_each(|((l, b), a)| *l += a - b);
}

/// A state drawn with probability ~ exp of its field; the weights are left in the place of fields.
#[inline(always)]
fn drawn(fields: &mut [f64], rng: &mut Rng) -> usize {
    if let [first, second] = fields {
        let apart = *second - *first;
        let less = (-apart.abs()).exp_below();
        (*first, *second) = if apart > 0.0 { (less, 1.0) } else { (1.0, less) };
        return usize::from(uniform(rng, 0.0, 1.0 + less) >= *first);
    }
    let most = fields.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
    fields.iter_mut().for_each(|f| *f = (*f - most).exp_below());
    let mut left = uniform(rng, 0.0, fields.iter().sum());
    for (state, weight) in fields.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return state;
        }
    }
    // Rounding left it beyond the last: the most likely one.
    fields.iter().position(|w| *w >= 1.0).unwrap_or(0)
}
