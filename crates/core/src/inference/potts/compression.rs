//! Rare states of a site as one, and how they are given back.

use super::{Error, Potts, Samples, Sites};
use crate::linalg::col;

/// Which states of a site are put together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Grouping {
    /// Those seen in a smaller share of the samples.
    Rare(f64),
    /// All but the fewest, most frequent ones with which the site keeps this share of its entropy.
    Entropy(f64),
}

/// Samples of fewer states.
///
/// Formula: within a group states are drawn by themselves, P(x) = P(groups) prod_i s_i(x_i), s_i(a) the share of state a among the samples
/// of its group, a state that was never seen counted as half a sample. Given back, h_i(a) = h_i(group) + log s_i(a) and J_ij(a, b) is
/// that of the groups: log Z stays, and frequencies are those of the groups times s.
///
/// Source: Barton et al., Bioinformatics 32, 3089 (2016); Rizzato et al., Phys. Rev. E 101, 012309 (2020).
///
/// ```
/// use nullcline_core::inference::potts::{Compressed, Grouping, Samples, Sites};
///
/// // State 1 is seen once in ten samples, state 3 never.
/// let rows = [[0u8], [0], [0], [0], [0], [2], [2], [2], [2], [1]];
/// let seen = Samples::new(Sites::alike(1, 4).unwrap(), rows).unwrap();
/// let fewer = Compressed::new(&seen, Grouping::Rare(0.2)).unwrap();
/// assert_eq!(fewer.samples.frequencies(), [0.5, 0.4, 0.1]);
/// ```
#[derive(Clone, Debug)]
pub struct Compressed {
    /// The samples; a site's group is its last state.
    pub samples: Samples,
    /// What the groups hide of the cross-entropy of a sample, - sum_i sum_a f_i(a) log s_i(a).
    pub hidden: f64,
    sites: Sites,
    /// Where each state stands after grouping, among the states of its site.
    group: Vec<u8>,
    /// log s of each state.
    shares: Vec<f64>,
}

impl Compressed {
    /// Groups the states of each site; two are left at least.
    ///
    /// # Errors
    /// A share that is not between 0 and 1.
    pub fn new(samples: &Samples, by: Grouping) -> Result<Self, Error> {
        let (Grouping::Rare(share) | Grouping::Entropy(share)) = by;
        if !(0.0..=1.0).contains(&share) {
            return Err(Error::Shape {
                what: "share of a grouping",
                found: share.to_string(),
                expected: "0 to 1".into(),
            });
        }
        let (sites, f, least) = (samples.sites.clone(), samples.frequencies(), 0.5 / samples.total());
        let (mut states, mut group, mut shares) = (vec![], vec![], vec![]);
        for range in sites.ranges() {
            let own = &f[range];
            let kept = kept(own, by);
            let count = kept.iter().filter(|k| **k).count();
            let others: f64 = (0..own.len()).filter(|a| !kept[*a]).map(|a| own[a].max(least)).sum();
            let mut next = 0;
            for (a, is) in kept.iter().enumerate() {
                group.push(if *is { next } else { u8::try_from(count).unwrap_or(u8::MAX) });
                shares.push(if *is { 0.0 } else { (own[a].max(least) / others).ln() });
                next += u8::from(*is);
            }
            states.push(count + usize::from(count < own.len()));
        }
        let of =
            |row: &[u8]| -> Vec<u8> { row.iter().enumerate().map(|(i, a)| group[sites.at(i, *a)]).collect() };
        let fewer = Samples::new(Sites::new(&states)?, samples.rows().map(of))?;
        let hidden = -f.iter().zip(&shares).map(|(f, s)| f * s).sum::<f64>();
        Ok(Self { samples: fewer.weighted(samples.weights.clone())?, hidden, sites, group, shares })
    }

    /// The model of all states of one of the groups.
    ///
    /// # Errors
    /// A model of other sites.
    pub fn give_back(&self, model: &Potts) -> Result<Potts, Error> {
        if model.sites != self.samples.sites {
            return Err(Error::Shape {
                what: "model of groups",
                found: format!("{} states", model.sites.total()),
                expected: format!("the sites of the grouped samples, {} states", self.samples.sites.total()),
            });
        }
        let mut whole = Potts::free(self.sites.clone());
        let at: Vec<usize> = (0..self.sites.count())
            .flat_map(|i| self.sites.range(i).map(move |k| (i, k)))
            .map(|(i, k)| model.sites.at(i, self.group[k]))
            .collect();
        for (k, of) in at.iter().enumerate() {
            whole.fields[k] = model.fields[*of] + self.shares[k];
            let column = col(model.couplings.as_ref(), *of);
            at.iter().enumerate().for_each(|(l, row)| whole.couplings[(l, k)] = column[*row]);
        }
        Ok(whole)
    }
}

impl Compressed {
    /// A model of all states as one of the groups: of each group the first of its states speaks, less its share.
    ///
    /// # Errors
    /// A model of other sites.
    pub fn groups_of(&self, model: &Potts) -> Result<Potts, Error> {
        if model.sites != self.sites {
            return Err(Error::Shape {
                what: "model of all states",
                found: format!("{} states", model.sites.total()),
                expected: format!("the sites of the samples, {} states", self.sites.total()),
            });
        }
        let groups = &self.samples.sites;
        let mut first = vec![usize::MAX; groups.total()];
        for (i, range) in self.sites.ranges().enumerate() {
            for k in range {
                let to = &mut first[groups.at(i, self.group[k])];
                *to = k.min(*to);
            }
        }
        let mut fewer = Potts::free(groups.clone());
        for (g, k) in first.iter().enumerate() {
            fewer.fields[g] = model.fields[*k] - self.shares[*k];
            for (f, l) in first.iter().enumerate() {
                fewer.couplings[(f, g)] = model.couplings[(*l, *k)];
            }
        }
        Ok(fewer)
    }
}

/// Which states stay by themselves.
fn kept(f: &[f64], by: Grouping) -> Vec<bool> {
    let mut order: Vec<usize> = (0..f.len()).collect();
    order.sort_by(|a, b| f[*b].total_cmp(&f[*a]));
    let entropy = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
    let all: f64 = f.iter().map(|p| entropy(*p)).sum();
    let left = |count: usize| -> f64 {
        let rest: f64 = order[count..].iter().map(|a| f[*a]).sum();
        order[..count].iter().map(|a| entropy(f[*a])).sum::<f64>() + entropy(rest)
    };
    let count = match by {
        Grouping::Rare(least) => f.iter().filter(|p| **p >= least).count(),
        Grouping::Entropy(share) => {
            (1..f.len()).find(|count| left(*count) >= share * all * (1.0 - 1e-12)).unwrap_or(f.len())
        }
    };
    // A group of one is no group.
    let count = if count + 1 >= f.len() { f.len() } else { count.max(1) };
    let mut kept = vec![false; f.len()];
    order[..count].iter().for_each(|a| kept[*a] = true);
    kept
}
