//! Contributions of clusters of sites to the cross-entropy, and which of them are kept.

use super::cluster::{MOST_WORK, Problem};
use super::group::Moments;
use super::layout::{Layout, size};
use super::{Error, Expansion, Penalty, Sites};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};

/// Numbers that features take at most.
const MOST_FEATURES: f64 = 5e7;

/// Clusters that were looked at, with what each adds.
pub(super) struct Clusters<'a> {
    pub sites: &'a Sites,
    data: &'a Moments,
    penalty: Penalty,
    /// Parameters of all sites, and the data's moments of them.
    pub whole: Layout,
    pub moments: Vec<f64>,
    known: HashMap<Vec<usize>, Added>,
    most: &'a Expansion,
    /// Multiplications that second derivatives of those take.
    work: f64,
}

/// What a cluster adds to its parts: to the cross-entropy, and to each of its parameters.
struct Added {
    entropy: f64,
    place: Vec<f64>,
}

/// Clusters of two sites or more that are kept at a threshold.
pub(super) struct Kept {
    pub clusters: Vec<Vec<usize>>,
    /// Those that were found below the threshold.
    pub dropped: Vec<Vec<usize>>,
}

impl<'a> Clusters<'a> {
    pub fn new(sites: &'a Sites, data: &'a Moments, penalty: Penalty, most: &'a Expansion) -> Self {
        let whole = Layout::new((0..sites.count()).map(|i| sites.states(i)).collect());
        let moments = whole.moments(sites, data);
        Self { sites, data, penalty, whole, moments, known: HashMap::new(), most, work: 0.0 }
    }

    /// All pairs of sites.
    pub fn pairs(&self) -> Vec<Vec<usize>> {
        let n = self.sites.count();
        (0..n).flat_map(|i| (i + 1..n).map(move |j| vec![i, j])).collect()
    }

    /// What a cluster that was looked at adds to the cross-entropy.
    pub fn entropy(&self, cluster: &[usize]) -> f64 {
        self.known.get(cluster).map_or(0.0, |a| a.entropy)
    }

    /// Looks at clusters, and before at all parts of them.
    pub fn look(&mut self, clusters: &[Vec<usize>]) -> Result<(), Error> {
        let mut wanted: BTreeSet<(usize, Vec<usize>)> = BTreeSet::new();
        for cluster in clusters {
            let missing = parts(cluster.len()).map(|part| chosen(cluster, &part));
            let missing = missing.chain([cluster.clone()]).filter(|c| !self.known.contains_key(c));
            wanted.extend(missing.map(|c| (c.len(), c)));
        }
        let found = wanted.len() + self.known.len();
        if found > self.most.clusters {
            return Err(Error::Clusters { found, most: self.most.clusters });
        }
        let of = |cluster: &Vec<usize>| {
            let (configurations, parameters) = size(cluster.iter().map(|i| self.sites.states(*i)));
            configurations * parameters.powi(2)
        };
        let work = self.work + wanted.iter().map(|(_, c)| of(c)).sum::<f64>();
        if work > self.most.work {
            return Err(Error::Work { clusters: found, found: work, most: self.most.work });
        }
        self.work = work;
        let wanted: Vec<Vec<usize>> = wanted.into_iter().map(|(_, c)| c).collect();
        for level in wanted.chunk_by(|a, b| a.len() == b.len()) {
            let added: Result<Vec<Added>, Error> = level.par_iter().map(|c| self.added(c)).collect();
            self.known.extend(level.iter().cloned().zip(added?));
        }
        Ok(())
    }

    fn added(&self, cluster: &[usize]) -> Result<Added, Error> {
        let states = cluster.iter().map(|i| self.sites.states(*i));
        let (configurations, parameters) = size(states.clone());
        if configurations * parameters > MOST_FEATURES || configurations * parameters.powi(2) > MOST_WORK {
            return Err(Error::Cluster { sites: cluster.to_vec(), configurations, parameters });
        }
        let layout = Layout::new(states.collect());
        let mut moments = vec![0.0; layout.count];
        self.whole.blocks(&layout, cluster, |to, from, length| {
            moments[to..][..length].copy_from_slice(&self.moments[from..][..length]);
        });
        let (mut entropy, mut before) = (0.0, vec![0.0; layout.count]);
        for part in parts(cluster.len()) {
            let Some(added) = self.known.get(&chosen(cluster, &part)) else { continue };
            entropy += added.entropy;
            let own = Layout::new(part.iter().map(|k| self.sites.states(cluster[*k])).collect());
            layout.blocks(&own, &part, |from, to, length| {
                let to = before[to..][..length].iter_mut();
                to.zip(&added.place[from..]).for_each(|(t, v)| *t += v);
            });
        }
        let problem =
            Problem { layout: &layout, moments: &moments, penalty: self.penalty, weight: self.data.weight };
        let least = problem.least(before.clone())?;
        let place = least.place.iter().zip(&before).map(|(x, b)| x - b).collect();
        Ok(Added { entropy: least.value - entropy, place })
    }

    /// The clusters that add more than a threshold, each of one more site the union of two that were kept.
    pub fn kept(&mut self, threshold: f64) -> Result<Kept, Error> {
        let mut kept = Kept { clusters: vec![], dropped: vec![] };
        let mut level = self.pairs();
        while let Some(first) = level.first() {
            if first.len() > self.most.largest {
                return Err(Error::ClusterSize { most: self.most.largest, threshold });
            }
            self.look(&level)?;
            let (above, below): (Vec<_>, Vec<_>) =
                level.into_iter().partition(|c| self.entropy(c).abs() > threshold);
            kept.dropped.extend(below);
            level = unions(&above);
            kept.clusters.extend(above);
        }
        Ok(kept)
    }

    /// The sums of what all sites and these clusters add: to the cross-entropy, and to the parameters of all sites.
    pub fn sum(&self, clusters: &[Vec<usize>]) -> (f64, Vec<f64>) {
        let (mut entropy, mut place) = (0.0, vec![0.0; self.whole.count]);
        let single = (0..self.sites.count()).map(|i| vec![i]);
        for cluster in single.chain(clusters.iter().cloned()) {
            let Some(added) = self.known.get(&cluster) else { continue };
            entropy += added.entropy;
            let own = Layout::new(cluster.iter().map(|i| self.sites.states(*i)).collect());
            self.whole.blocks(&own, &cluster, |from, to, length| {
                let to = place[to..][..length].iter_mut();
                to.zip(&added.place[from..]).for_each(|(t, v)| *t += v);
            });
        }
        (entropy, place)
    }

    /// The penalty of parameters of all sites, a sample's.
    pub fn penalty(&self, place: &[f64]) -> f64 {
        let all = Problem {
            layout: &self.whole,
            moments: &self.moments,
            penalty: self.penalty,
            weight: self.data.weight,
        };
        all.strengths().iter().zip(place).map(|(s, x)| s * x * x).sum()
    }
}

/// The parts of a cluster of so many sites, as places in it, without itself and nothing.
fn parts(count: usize) -> impl Iterator<Item = Vec<usize>> {
    (1..(1usize << count) - 1).map(move |mask| (0..count).filter(|k| mask >> k & 1 == 1).collect())
}

fn chosen(cluster: &[usize], part: &[usize]) -> Vec<usize> {
    part.iter().map(|k| cluster[*k]).collect()
}

/// Unions of two clusters that differ in one site.
fn unions(clusters: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut without: HashMap<Vec<usize>, Vec<usize>> = HashMap::new();
    for cluster in clusters {
        for k in 0..cluster.len() {
            let mut rest = cluster.clone();
            let site = rest.remove(k);
            without.entry(rest).or_default().push(site);
        }
    }
    let mut all = BTreeSet::new();
    for (rest, sites) in &without {
        for (k, a) in sites.iter().enumerate() {
            for b in &sites[..k] {
                let mut union = [&rest[..], &[*a, *b]].concat();
                union.sort_unstable();
                all.insert(union);
            }
        }
    }
    all.into_iter().collect()
}
