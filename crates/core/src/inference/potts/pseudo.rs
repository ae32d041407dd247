//! The pseudo-likelihood: each site given all others.

use super::fit::Likelihood;
use super::spins::Spins;
use super::{Samples, Sites};
use crate::linalg::activation::exp;
use crate::linalg::{col, vectorised};
use faer::Mat;
use rayon::prelude::*;

/// States that are worked on at a time: as many sums as registers hold.
const WIDTH: usize = 32;
/// Samples worked on at a time: their conditionals stay in the cache.
const SLAB: usize = 512;
/// Samples that one thread takes at a time.
const CHUNK: usize = 64;

/// Minus the log pseudo-likelihood of samples, - sum_s w_s sum_i log P(x_i | the other sites of sample s).
///
/// Source: Ravikumar, Wainwright & Lafferty, Ann. Stat. 38, 1287 (2010); Ekeberg et al., Phys. Rev. E 87, 012707 (2013), symmetric:
/// one J_ij serves both sites.
pub struct PseudoLikelihood {
    sites: Sites,
    frequencies: Vec<f64>,
    weights: Vec<f64>,
    total: f64,
    /// Where the states of each sample stand among all, sample after sample.
    at: Vec<u32>,
    /// Couplings and their gradient, in blocks of [`WIDTH`] states: of each state its couplings with the block.
    couplings: Vec<f64>,
    gradient: Vec<f64>,
    /// Sites of two states, which are faster as spins.
    spins: Option<Spins>,
    /// What is left of one slab: P - 1 in the state that was seen, times the weight.
    left: Vec<f64>,
    /// The same along a direction, and its couplings in blocks; empty until they are asked for.
    along: Vec<f64>,
    directions: Vec<f64>,
}

impl PseudoLikelihood {
    /// That of `samples`.
    pub fn new(samples: &Samples) -> Self {
        let sites = samples.sites.clone();
        let total = sites.total();
        let spins = sites.ranges().all(|r| r.len() == 2).then(|| Spins::new(samples));
        let blocks = if spins.is_some() { 0 } else { total.div_ceil(WIDTH) };
        let at = |row: &[u8]| -> Vec<u32> {
            row.iter().enumerate().map(|(i, s)| u32::try_from(sites.at(i, *s)).unwrap_or(u32::MAX)).collect()
        };
        Self {
            at: samples.rows().filter(|_| spins.is_none()).flat_map(at).collect(),
            frequencies: samples.frequencies(),
            weights: samples.weights.clone(),
            total: samples.total(),
            couplings: vec![0.0; blocks * total * WIDTH],
            gradient: vec![0.0; blocks * total * WIDTH],
            left: vec![0.0; SLAB.min(samples.count()) * blocks * WIDTH],
            along: vec![],
            directions: vec![],
            spins,
            sites,
        }
    }

    fn blocks(&self) -> usize {
        self.sites.total().div_ceil(WIDTH)
    }

    /// Numbers held beside parameters and their gradient.
    pub fn numbers(sites: &Sites, samples: usize) -> usize {
        let (total, blocks) = (sites.total(), sites.total().div_ceil(WIDTH));
        2 * blocks * total * WIDTH + SLAB.min(samples) * blocks * WIDTH + samples * sites.count() / 2
    }

    /// Conditionals less what was seen of one slab into `left`; minus its log pseudo-likelihood.
    fn conditionals(&mut self, slab: std::ops::Range<usize>, fields: &[f64]) -> f64 {
        let (n, total, row) = (self.sites.count(), self.sites.total(), self.blocks() * WIDTH);
        let (couplings, sites) = (&self.couplings, &self.sites);
        let at = &self.at[slab.start * n..slab.end * n];
        let weights = &self.weights[slab.clone()];
        let left = &mut self.left[..slab.len() * row];
        let chunks =
            left.par_chunks_mut(CHUNK * row).zip(at.par_chunks(CHUNK * n)).zip(weights.par_chunks(CHUNK));
        let parts: Vec<f64> = chunks
            .map(|((left, at), weights)| {
                for (b, fields) in fields.chunks_exact(WIDTH).enumerate() {
                    logits(left, at, [n, row, b], &couplings[b * total * WIDTH..][..total * WIDTH], fields);
                }
                let rows = left.chunks_exact_mut(row).zip(at.chunks_exact(n)).zip(weights);
                rows.map(|((left, at), w)| w * softmax(left, at, sites, *w)).sum::<f64>()
            })
            .collect();
        parts.into_iter().sum()
    }

    /// The change of what is left of one slab along a direction, in its place.
    fn turned(&mut self, slab: std::ops::Range<usize>, fields: &[f64], directions: &[f64]) {
        let (n, total, row) = (self.sites.count(), self.sites.total(), self.blocks() * WIDTH);
        self.along.resize(self.left.len(), 0.0);
        let (at, sites) = (&self.at[slab.start * n..slab.end * n], &self.sites);
        let (left, along) = (&mut self.left[..slab.len() * row], &mut self.along[..slab.len() * row]);
        let weights = self.weights[slab].par_chunks(CHUNK);
        let chunks = left.par_chunks_mut(CHUNK * row).zip(along.par_chunks_mut(CHUNK * row));
        chunks.zip(at.par_chunks(CHUNK * n)).zip(weights).for_each(|(((left, along), at), weights)| {
            for (b, fields) in fields.chunks_exact(WIDTH).enumerate() {
                logits(along, at, [n, row, b], &directions[b * total * WIDTH..][..total * WIDTH], fields);
            }
            let rows = left.chunks_exact_mut(row).zip(along.chunks_exact(row));
            rows.zip(at.chunks_exact(n))
                .zip(weights)
                .filter(|(_, w)| **w > 0.0)
                .for_each(|(((left, along), at), w)| turn(left, along, at, sites, *w));
        });
    }

    /// The gradient by each coupling of a pair once, from those of both of its sites.
    fn paired(&self, of_couplings: &mut Mat<f64>) {
        let total = self.sites.total();
        let at =
            |row: usize, column: usize| self.gradient[(row / WIDTH * total + column) * WIDTH + row % WIDTH];
        for j in self.sites.ranges() {
            for column in j.clone() {
                for row in 0..j.start {
                    let sum = at(row, column) + at(column, row);
                    (of_couplings[(row, column)], of_couplings[(column, row)]) = (sum, sum);
                }
            }
        }
    }

    /// Adds what one slab says of the couplings.
    fn gather(&mut self, slab: std::ops::Range<usize>) {
        let (n, total, row) = (self.sites.count(), self.sites.total(), self.blocks() * WIDTH);
        let (at, left) = (&self.at[slab.start * n..slab.end * n], &self.left[..slab.len() * row]);
        let blocks = self.gradient.par_chunks_mut(total * WIDTH).enumerate();
        blocks.for_each(|(b, gradient)| scatter(gradient, left, at, [n, row, b]));
    }
}

/// The fields of a block of states, given each sample's other sites.
fn logits(left: &mut [f64], at: &[u32], [n, row, b]: [usize; 3], couplings: &[f64], fields: &[f64]) {
    vectorised(
        #[inline(always)]
        move || {
            for (left, at) in left.chunks_exact_mut(row).zip(at.chunks_exact(n)) {
                let mut sums = [0.0; WIDTH];
                sums.copy_from_slice(&fields[..WIDTH]);
                for k in at {
                    let column = &couplings[*k as usize * WIDTH..][..WIDTH];
                    for i in 0..WIDTH {
                        sums[i] += column[i];
                    }
                }
                left[b * WIDTH..][..WIDTH].copy_from_slice(&sums);
            }
        },
    );
}

/// Probabilities of each site's states less what was seen, times w, in the place of fields; minus the log of what was seen.
fn softmax(left: &mut [f64], at: &[u32], sites: &Sites, w: f64) -> f64 {
    let mut loss = 0.0;
    for (range, k) in sites.ranges().zip(at) {
        let most = left[range.clone()].iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
        left[range].iter_mut().for_each(|v| *v -= most);
        loss -= left[*k as usize];
    }
    exp(&mut left[..sites.total()]);
    for (range, k) in sites.ranges().zip(at) {
        let sum = left[range.clone()].iter().sum::<f64>();
        let scale = w / sum;
        left[range].iter_mut().for_each(|v| *v *= scale);
        left[*k as usize] -= w;
        loss += sum.ln();
    }
    left[sites.total()..].fill(0.0);
    loss
}

/// Adds the rest of each sample's block to the states that the sample has.
fn scatter(gradient: &mut [f64], left: &[f64], at: &[u32], [n, row, b]: [usize; 3]) {
    vectorised(
        #[inline(always)]
        move || {
            for (left, at) in left.chunks_exact(row).zip(at.chunks_exact(n)) {
                let mut own = [0.0; WIDTH];
                own.copy_from_slice(&left[b * WIDTH..][..WIDTH]);
                for k in at {
                    let to = &mut gradient[*k as usize * WIDTH..][..WIDTH];
                    for i in 0..WIDTH {
                        to[i] += own[i];
                    }
                }
            }
        },
    );
}

impl Likelihood for PseudoLikelihood {
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
        2.0
    }

    fn spin_covariance(&self) -> Option<Mat<f64>> {
        self.spins.as_ref().filter(|s| s.samples() >= self.sites.count()).map(Spins::covariance)
    }

    fn evaluate(
        &mut self,
        fields: &[f64],
        couplings: &Mat<f64>,
        of_fields: &mut [f64],
        of_couplings: &mut Mat<f64>,
    ) -> f64 {
        if let Some(spins) = &self.spins {
            return spins.evaluate(fields, couplings, of_fields, of_couplings);
        }
        let blocks = self.blocks();
        blocked(couplings, &mut self.couplings);
        let mut padded = fields.to_vec();
        padded.resize(blocks * WIDTH, 0.0);
        self.gradient.fill(0.0);
        of_fields.fill(0.0);
        let (mut loss, count) = (0.0, self.weights.len());
        for first in (0..count).step_by(SLAB) {
            let slab = first..count.min(first + SLAB);
            loss += self.conditionals(slab.clone(), &padded);
            let rows = self.left.chunks_exact(blocks * WIDTH).take(slab.len());
            rows.for_each(|left| of_fields.iter_mut().zip(left).for_each(|(g, l)| *g += l));
            self.gather(slab);
        }
        self.paired(of_couplings);
        loss
    }

    fn curvature(
        &mut self,
        (fields, couplings): (&[f64], &Mat<f64>),
        (of_h, of_j): (&[f64], &Mat<f64>),
        of_fields: &mut [f64],
        of_couplings: &mut Mat<f64>,
    ) {
        if let Some(spins) = &mut self.spins {
            return spins.curvature((fields, couplings), (of_h, of_j), of_fields, of_couplings);
        }
        let row = self.blocks() * WIDTH;
        let mut directions = std::mem::take(&mut self.directions);
        directions.resize(self.couplings.len(), 0.0);
        blocked(of_j, &mut directions);
        blocked(couplings, &mut self.couplings);
        let pad = |v: &[f64]| {
            let mut v = v.to_vec();
            v.resize(row, 0.0);
            v
        };
        let (fields, of_h) = (pad(fields), pad(of_h));
        self.gradient.fill(0.0);
        of_fields.fill(0.0);
        let count = self.weights.len();
        for first in (0..count).step_by(SLAB) {
            let slab = first..count.min(first + SLAB);
            self.conditionals(slab.clone(), &fields);
            self.turned(slab.clone(), &of_h, &directions);
            let rows = self.left.chunks_exact(row).take(slab.len());
            rows.for_each(|left| of_fields.iter_mut().zip(left).for_each(|(g, l)| *g += l));
            self.gather(slab);
        }
        self.directions = directions;
        self.paired(of_couplings);
    }
}

/// Couplings in blocks of [`WIDTH`] states.
fn blocked(couplings: &Mat<f64>, to: &mut [f64]) {
    let total = couplings.nrows();
    to.par_chunks_mut(total * WIDTH).enumerate().for_each(|(b, to)| {
        let part = b * WIDTH..total.min((b + 1) * WIDTH);
        for (k, to) in to.chunks_exact_mut(WIDTH).enumerate() {
            to[..part.len()].copy_from_slice(&col(couplings.as_ref(), k)[part.clone()]);
        }
    });
}

/// w P_a (t_a - sum_b P_b t_b) of each site in the place of w (P - what was seen), t the change of the fields.
fn turn(left: &mut [f64], along: &[f64], at: &[u32], sites: &Sites, w: f64) {
    for (range, k) in sites.ranges().zip(at) {
        left[*k as usize] += w;
        let own = left[range.clone()].iter().zip(&along[range.clone()]);
        let mean = own.map(|(p, t)| p * t).sum::<f64>() / w;
        left[range.clone()].iter_mut().zip(&along[range]).for_each(|(p, t)| *p *= t - mean);
    }
}
