//! Parameters of a few sites, free of gauges.

use super::Sites;
use super::group::Moments;
use crate::linalg::pointwise::dot;
use crate::linalg::{col, col_mut};
use faer::Mat;

/// Where the parameters of some sites stand: contrasts of each site's states, q - 1, then those of each pair, (q_i - 1)(q_j - 1).
///
/// Contrasts are orthonormal, so that squares of parameters are squares of fields and couplings in the zero-sum gauge.
#[derive(Clone)]
pub(super) struct Layout {
    /// States of each site.
    pub states: Vec<usize>,
    /// Where each site begins, and the pairs.
    pub single: Vec<usize>,
    /// Where the pair of site i and a later j begins.
    pairs: Vec<Vec<usize>>,
    /// Parameters in all.
    pub count: usize,
}

impl Layout {
    pub fn new(states: Vec<usize>) -> Self {
        let mut count = 0;
        let mut take = |size: usize| {
            count += size;
            count - size
        };
        let single = states.iter().map(|q| take(q - 1)).collect();
        let n = states.len();
        let pairs = (0..n).map(|j| (0..j).map(|i| take((states[i] - 1) * (states[j] - 1))).collect());
        let pairs = pairs.collect();
        Self { states, single, pairs, count }
    }

    /// Each block of a part, the sites at `places`, with where it begins in the whole and its length.
    pub fn blocks(&self, part: &Layout, places: &[usize], mut f: impl FnMut(usize, usize, usize)) {
        for (j, at) in places.iter().enumerate() {
            f(part.single[j], self.single[*at], self.states[*at] - 1);
            for (i, before) in places[..j].iter().enumerate() {
                let length = (self.states[*before] - 1) * (self.states[*at] - 1);
                f(part.pairs[j][i], self.pairs[*at][*before], length);
            }
        }
    }

    /// Fields and couplings of parameters, in the zero-sum gauge; `set` takes pairs of sites, states and values.
    pub fn give(
        &self,
        all: &[f64],
        mut field: impl FnMut(usize, usize, f64),
        mut coupling: impl FnMut(usize, usize, usize, usize, f64),
    ) {
        for j in 0..self.states.len() {
            let of_j = contrasts(self.states[j]);
            let own = &all[self.single[j]..][..self.states[j] - 1];
            (0..self.states[j]).for_each(|b| field(j, b, dot(row(&of_j, b), own)));
            for i in 0..j {
                let of_i = contrasts(self.states[i]);
                let (rows, columns) = (self.states[i] - 1, self.states[j] - 1);
                let own = &all[self.pairs[j][i]..][..rows * columns];
                for (a, b) in (0..=rows).flat_map(|a| (0..=columns).map(move |b| (a, b))) {
                    let inner = |u: usize| dot(&own[u * columns..][..columns], row(&of_j, b));
                    let value = (0..rows).map(|u| row(&of_i, a)[u] * inner(u)).sum();
                    coupling(i, j, a, b, value);
                }
            }
        }
    }

    /// The data's moments of the parameters.
    pub fn moments(&self, sites: &Sites, data: &Moments) -> Vec<f64> {
        let mut out = vec![0.0; self.count];
        for j in 0..self.states.len() {
            let (of_j, at_j) = (contrasts(self.states[j]), sites.range(j).start);
            for b in 0..self.states[j] {
                let f = data.single[at_j + b];
                row(&of_j, b).iter().enumerate().for_each(|(v, c)| out[self.single[j] + v] += f * c);
                for i in 0..j {
                    let (of_i, at_i) = (contrasts(self.states[i]), sites.range(i).start);
                    let to = &mut out[self.pairs[j][i]..];
                    for a in 0..self.states[i] {
                        let f = data.pairs[(at_i + a, at_j + b)];
                        let products =
                            row(&of_i, a).iter().flat_map(|u| row(&of_j, b).iter().map(move |v| u * v));
                        to.iter_mut().zip(products).for_each(|(to, c)| *to += f * c);
                    }
                }
            }
        }
        out
    }

    /// The values of all parameters' features in each configuration, parameters x configurations.
    pub fn features(&self) -> Mat<f64> {
        let configurations: usize = self.states.iter().product();
        let of: Vec<Mat<f64>> = self.states.iter().map(|q| contrasts(*q)).collect();
        let mut all = Mat::zeros(self.count, configurations);
        let mut x = vec![0; self.states.len()];
        for k in 0..configurations {
            let out = col_mut(all.as_mut(), k);
            for (j, b) in x.iter().enumerate() {
                let own = row(&of[j], *b);
                out[self.single[j]..][..own.len()].copy_from_slice(own);
                for (i, a) in x[..j].iter().enumerate() {
                    let products = row(&of[i], *a).iter().flat_map(|u| own.iter().map(move |v| u * v));
                    out[self.pairs[j][i]..].iter_mut().zip(products).for_each(|(to, v)| *to = v);
                }
            }
            for (s, q) in x.iter_mut().zip(&self.states) {
                *s += 1;
                if *s < *q {
                    break;
                }
                *s = 0;
            }
        }
        all
    }
}

/// q - 1 orthonormal contrasts of q states, a column a state.
fn contrasts(q: usize) -> Mat<f64> {
    Mat::from_fn(q - 1, q, |u, a| {
        let norm = (((u + 1) * (u + 2)) as f64).sqrt();
        match a.cmp(&(u + 1)) {
            std::cmp::Ordering::Less => 1.0 / norm,
            std::cmp::Ordering::Equal => -((u + 1) as f64) / norm,
            std::cmp::Ordering::Greater => 0.0,
        }
    })
}

fn row(contrasts: &Mat<f64>, state: usize) -> &[f64] {
    col(contrasts.as_ref(), state)
}

/// Configurations and parameters of sites of these states.
pub(super) fn size(states: impl Iterator<Item = usize> + Clone) -> (f64, f64) {
    let configurations = states.clone().map(|q| q as f64).product();
    let (sum, squares) = states.map(|q| (q - 1) as f64).fold((0.0, 0.0), |(s, t), c| (s + c, t + c * c));
    (configurations, sum + 0.5 * (sum * sum - squares))
}
