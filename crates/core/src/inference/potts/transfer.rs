//! Everything about a model whose couplings form a forest, or little more, by eliminating site after site.

use super::annealed::log_sum;
use super::exact::Exact;
use super::{Error, Potts, Samples, Sites};
use crate::linalg::col;
use crate::linalg::random::{Rng, Use, stream, uniform};
use faer::Mat;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Weights that are held at most, of all cliques.
pub const MOST_WEIGHTS: f64 = 1e7;

/// A model as a chain of conditionals, P(x) = prod_i P(x_i | x of its clique), whatever its number of configurations.
///
/// Method: sites are summed out one by one, always the one that leaves the smallest table; what is summed is a function of the sites
/// that it was coupled with, directly or by those before. Of a forest no table has more than two sites, and all costs are q^2 a site.
///
/// Source: Lauritzen & Spiegelhalter, J. R. Stat. Soc. B 50, 157 (1988).
///
/// ```
/// use nullcline_core::inference::potts::{Potts, Sites, Transfer};
///
/// // A chain of 1000 spins that like to be alike: Z = 2 (e + 1)^999.
/// let mut model = Potts::free(Sites::alike(1000, 2).unwrap());
/// (0..999).for_each(|i| model.couple(i, i + 1, |a, b| if a == b { 1.0 } else { 0.0 }));
/// let found = Transfer::new(&model).unwrap();
/// let expected = 2f64.ln() + 999.0 * 1f64.exp().ln_1p();
/// assert!((found.log_z - expected).abs() < 1e-12 * expected);
/// ```
pub struct Transfer<'a> {
    /// log Z.
    pub log_z: f64,
    model: &'a Potts,
    /// In the order of elimination.
    cliques: Vec<Clique>,
    /// Where the clique of each site is among them.
    of_site: Vec<usize>,
}

/// A site, and those that it depends on.
struct Clique {
    site: usize,
    /// The sites that it was coupled with when it was eliminated.
    others: Vec<usize>,
    /// P(x_site | x_others), the site's state fastest, then that of the first other.
    conditional: Vec<f64>,
    /// The first of the others that is eliminated, and where the states of all others stand among each configuration of its clique.
    parent: Option<(usize, Vec<u32>)>,
}

impl<'a> Transfer<'a> {
    /// Eliminates the sites of `model`.
    ///
    /// # Errors
    /// Numbers that are not finite; loops so many that tables would have more than 10^7 weights.
    pub fn new(model: &'a Potts) -> Result<Self, Error> {
        model.check()?;
        let scopes = order(model)?;
        let mut of_site = vec![0; scopes.len()];
        scopes.iter().enumerate().for_each(|(k, (site, _))| of_site[*site] = k);
        let mut logs: Vec<Vec<f64>> = scopes.iter().map(|(i, others)| own(model, *i, others)).collect();
        let mut found = Self { log_z: 0.0, model, cliques: vec![], of_site };
        for (k, (site, others)) in scopes.iter().enumerate() {
            let mut conditional = std::mem::take(&mut logs[k]);
            let own = conditional.chunks_exact_mut(model.sites.states(*site));
            let mut sums: Vec<f64> = own.map(normalised).collect();
            // What is passed on stays near zero, where logs have all their digits.
            let most = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            sums.iter_mut().for_each(|s| *s -= most);
            found.log_z += most;
            let parent = others.iter().map(|j| found.of_site[*j]).min();
            let parent = parent.map(|p| (p, places(&model.sites, &scopes[p], others)));
            if let Some((p, at)) = &parent {
                logs[*p].iter_mut().zip(at).for_each(|(to, k)| *to += sums[*k as usize]);
            }
            found.cliques.push(Clique { site: *site, others: others.clone(), conditional, parent });
        }
        Ok(found)
    }

    /// Weights of all tables.
    pub fn weights(&self) -> usize {
        self.cliques.iter().map(|c| c.conditional.len()).sum()
    }

    /// log Z, entropy and all marginals, those of pairs that are not coupled too.
    ///
    /// Shapes and units: those of [`Exact`]; the cost is Q times that of the tables.
    pub fn all(&self) -> Exact {
        let sites = &self.model.sites;
        let total = sites.total();
        let single = self.given(None);
        let site_of: Vec<usize> = (0..sites.count()).flat_map(|i| vec![i; sites.states(i)]).collect();
        let joint = |k: usize| -> Vec<f64> {
            let site = site_of[k];
            let state = k - sites.range(site).start;
            let mut row = self.given(Some((self.of_site[site], state)));
            row.iter_mut().for_each(|p| *p *= single[k]);
            row
        };
        let rows: Vec<Vec<f64>> = (0..total).into_par_iter().map(joint).collect();
        let pairs = Mat::from_fn(total, total, |k, l| 0.5 * (rows[k][l] + rows[l][k]));
        let mut found = Exact { log_z: self.log_z, entropy: self.log_z, single, pairs };
        found.entropy += found.energy(self.model);
        found
    }

    /// `count` independent samples, each with its own random numbers.
    ///
    /// # Errors
    /// A count of zero.
    pub fn samples(&self, count: usize, seed: u64) -> Result<Samples, Error> {
        let one = |number: usize| {
            let mut rng = stream(seed, Use::Samples, number as u64);
            let mut x = vec![0u8; self.cliques.len()];
            for clique in self.cliques.iter().rev() {
                let (mut at, mut stride) = (0, self.model.sites.states(clique.site));
                let q = stride;
                for j in &clique.others {
                    at += stride * usize::from(x[*j]);
                    stride *= self.model.sites.states(*j);
                }
                x[clique.site] = drawn(&clique.conditional[at..][..q], &mut rng);
            }
            x
        };
        let all: Vec<Vec<u8>> = (0..count).into_par_iter().map(one).collect();
        Samples::new(self.model.sites.clone(), all)
    }

    /// P(x_i = a), Q numbers, given the state of a clique's site.
    fn given(&self, seen: Option<(usize, usize)>) -> Vec<f64> {
        let sites = &self.model.sites;
        // Of the cliques from that of the site to its root: what the seen state does to each weight, and its probability given the others.
        let mut seen_by: Vec<Option<[Vec<f64>; 2]>> = vec![None; self.cliques.len()];
        let mut next = seen.map(|(k, state)| {
            let q = sites.states(self.cliques[k].site);
            let is = |e: usize| if e % q == state { 1.0 } else { 0.0 };
            (k, (0..self.cliques[k].conditional.len()).map(is).collect::<Vec<f64>>())
        });
        while let Some((k, of)) = next {
            let clique = &self.cliques[k];
            let q = sites.states(clique.site);
            let pairs = clique.conditional.chunks_exact(q).zip(of.chunks_exact(q));
            let sums: Vec<f64> = pairs.map(|(c, o)| c.iter().zip(o).map(|(c, o)| c * o).sum()).collect();
            next = clique.parent.as_ref().map(|(p, at)| (*p, at.iter().map(|k| sums[*k as usize]).collect()));
            seen_by[k] = Some([of, sums]);
        }
        let mut single = vec![0.0; sites.total()];
        let mut beliefs: Vec<Vec<f64>> = vec![vec![]; self.cliques.len()];
        for (k, clique) in self.cliques.iter().enumerate().rev() {
            let q = sites.states(clique.site);
            let mut prior = vec![1.0; clique.conditional.len() / q];
            if let Some((p, at)) = &clique.parent {
                prior.fill(0.0);
                beliefs[*p].iter().zip(at).for_each(|(b, k)| prior[*k as usize] += b);
            }
            let mut belief = clique.conditional.clone();
            if let Some([of, sums]) = &seen_by[k] {
                belief.iter_mut().zip(of).for_each(|(b, o)| *b *= o);
                // What cannot be is not: of no probability the rest has none.
                prior.iter_mut().zip(sums).for_each(|(p, s)| *p = if *s > 0.0 { *p / s } else { 0.0 });
            }
            let own = &mut single[sites.range(clique.site)];
            for (weights, prior) in belief.chunks_exact_mut(q).zip(&prior) {
                weights.iter_mut().zip(own.iter_mut()).for_each(|(w, own)| {
                    *w *= prior;
                    *own += *w;
                });
            }
            beliefs[k] = belief;
        }
        single
    }
}

/// Makes weights, given by their logs, sum to one; the log of what they summed to.
fn normalised(weights: &mut [f64]) -> f64 {
    let log = log_sum(weights);
    weights.iter_mut().for_each(|w| *w = (*w - log).exp());
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= sum);
    log
}

/// Each site and the others of its clique, in an order of elimination that takes the smallest table first.
fn order(model: &Potts) -> Result<Vec<(usize, Vec<usize>)>, Error> {
    let n = model.sites.count();
    let mut near: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); n];
    for [i, j] in model.pairs() {
        near[i].insert(j);
        near[j].insert(i);
    }
    let q = |i: usize| model.sites.states(i) as f64;
    let size = |near: &[BTreeSet<usize>], i: usize| q(i) * near[i].iter().map(|j| q(*j)).product::<f64>();
    let mut sizes: Vec<f64> = (0..n).map(|i| size(&near, i)).collect();
    let mut left: Vec<usize> = (0..n).collect();
    let (mut scopes, mut all) = (vec![], 0.0);
    while let Some(place) = (0..left.len()).min_by(|a, b| sizes[left[*a]].total_cmp(&sizes[left[*b]])) {
        let site = left.remove(place);
        let others = std::mem::take(&mut near[site]);
        all += sizes[site];
        if all > MOST_WEIGHTS {
            return Err(Error::TooWide { weights: all, sites: others.len() + 1 });
        }
        for j in &others {
            near[*j].remove(&site);
            near[*j].extend(others.iter().filter(|l| *l != j));
        }
        others.iter().for_each(|j| sizes[*j] = size(&near, *j));
        scopes.push((site, others.into_iter().collect()));
    }
    Ok(scopes)
}

/// The logs of a clique's own weights: fields of the site, and its couplings with the others.
fn own(model: &Potts, site: usize, others: &[usize]) -> Vec<f64> {
    let range = model.sites.range(site);
    let mut all = model.fields[range.clone()].to_vec();
    for j in others {
        let before = std::mem::take(&mut all);
        for column in model.sites.range(*j) {
            let coupled = &col(model.couplings.as_ref(), column)[range.clone()];
            all.extend(before.iter().zip(coupled.iter().cycle()).map(|(w, c)| w + c));
        }
    }
    all
}

/// Where the states of sites `of` stand among theirs, for each configuration of a clique.
fn places(sites: &Sites, (site, others): &(usize, Vec<usize>), of: &[usize]) -> Vec<u32> {
    let stride = |i: usize| -> u32 {
        let place = of.iter().position(|j| *j == i);
        place.map_or(0, |p| of[..p].iter().map(|j| sites.states(*j) as u32).product())
    };
    let mut all = vec![0];
    for i in std::iter::once(site).chain(others) {
        let (before, by) = (all.clone(), stride(*i));
        all.extend((1..sites.states(*i) as u32).flat_map(|s| before.iter().map(move |k| k + s * by)));
    }
    all
}

/// A state of these probabilities.
fn drawn(weights: &[f64], rng: &mut Rng) -> u8 {
    let mut left = uniform(rng, 0.0, weights.iter().sum());
    let state = weights.iter().position(|w| {
        left -= w;
        left < 0.0
    });
    // Rounding left it beyond the last: the most likely one.
    let most = || (0..weights.len()).max_by(|a, b| weights[*a].total_cmp(&weights[*b]));
    u8::try_from(state.or_else(most).unwrap_or(0)).unwrap_or(u8::MAX)
}
