//! Whether weights integrate for ever: the conditions on generalising integrators, with what is missing of each.

use super::{Integrals, Weights};
use crate::linalg::activation::Activation;
use crate::linalg::eigen::{Order, modes};
use crate::linalg::steep::Steep;
use crate::linalg::{col, norm};
use faer::{Mat, c64};

/// Eigenvalues within this of gamma count as it.
const NEAR: f64 = 1e-3;

/// Residuals of the conditions; all are zero of a perfect integrator.
#[derive(Clone, Debug)]
pub struct Conditions {
    /// Of a linear network (7.14), each channel onto each.
    pub general: General,
    /// Of a linear network of several channels (7.20).
    pub channels: Channels,
    /// Of a network of ReLU (7.30).
    pub relu: Relu,
    /// Singular values of W, decreasing.
    pub singular_values: Vec<f64>,
    /// Singular values above rounding.
    pub rank: usize,
}

/// Conditions (7.14): the eigenvalue gamma_c carries s_c, and no other reaches the output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct General {
    /// Largest |lambda - gamma_c|, lambda the mean of the eigenvalues nearest gamma_c, weighted by what they carry.
    pub eigenvalue: f64,
    /// Largest |sum of g_i - s_c| over the eigenvalues within 0.001 of gamma_c, or the one nearest.
    pub scale: f64,
    /// Largest contribution of all other eigenvalues to a moment, |sum_i g_i lambda_i^q|, q up to `horizon`, one channel onto another
    /// included.
    pub others: f64,
    /// Largest |mu^cc'_q - delta_cc' s_c gamma_c^q| for q up to `horizon`: zero then, it is zero for ever.
    pub moments: f64,
    /// Rank of W + 1: so many moments decide (T >= r + 1).
    pub horizon: usize,
    /// Size of the rounding error of these moments.
    pub rounding: f64,
}

/// Conditions (7.20), with l_c along W e_c, r_c along W^T d_c and sigma_c such that sigma_c (d_c . l_c)(r_c . e_c) = d_c . W e_c.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Channels {
    /// Largest |sigma_c r_c . l_c - gamma_c|.
    pub eigenvalue: f64,
    /// Largest |sigma_c (d_c . l_c)(r_c . e_c) - s_c gamma_c|.
    pub scale: f64,
    /// Largest |r_c . e_c'|, c' another channel.
    pub encoders: f64,
    /// Largest |d_c . l_c'|.
    pub decoders: f64,
    /// Largest |r_c . l_c'|.
    pub modes: f64,
    /// |W - sum_c sigma_c l_c r_c^T|, Frobenius: what the conditions do not speak of, which need not disturb.
    pub rest: f64,
}

/// Conditions (7.30).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relu {
    /// Largest |d_c' . [+-W e_c]_+ -+ delta_cc' s_c gamma_c|.
    pub readout: f64,
    /// Largest |W [+-W e_c]_+ -+ gamma_c W e_c|, Euclidean.
    pub state: f64,
}

/// What is missing of each condition.
///
/// `None` where W is not finite or an iteration does not converge.
///
/// ```
/// use faer::mat;
/// use nullcline_core::diagnostics::dynamics::integrator::{Integrals, Weights, conditions};
///
/// let goal = Integrals { scale: vec![2.0], decay: vec![0.9] };
/// let (e, d) = (mat![[1.0], [0.0]], mat![[2.0, 1.0]]);
/// // l = (1, 0) with d . l = 2, r = e: an integrator of scale 2 and decay 0.9 for ever.
/// let w = mat![[0.9, 0.0], [0.0, 0.0]];
/// let found = |w: &faer::Mat<f64>| {
///     conditions(Weights { recurrent: w.as_ref(), encoder: e.as_ref(), decoder: d.as_ref() }, &goal).unwrap()
/// };
/// let perfect = found(&w).general;
/// assert!(perfect.eigenvalue < 1e-15 && perfect.scale < 1e-15 && perfect.others < 1e-15);
/// let off = found(&mat![[0.9, 0.0], [1e-6, 0.0]]).general;
/// assert!(off.moments > 5e-7 && off.scale > 5e-7);
/// ```
pub fn conditions(weights: Weights, goal: &Integrals) -> Option<Conditions> {
    let svd = weights.recurrent.svd().ok()?;
    let singular_values: Vec<f64> = svd.S().column_vector().iter().copied().collect();
    let largest = singular_values.first().copied().unwrap_or(0.0);
    if !largest.is_finite() {
        return None;
    }
    let least = weights.units() as f64 * f64::EPSILON * largest;
    let rank = singular_values.iter().take_while(|s| **s > least).count();
    // Of W = U S V^T: mu_q = (d U) (S V^T U)^(q-1) (S V^T e).
    let u = svd.U().subcols(0, rank);
    let down = Mat::from_fn(rank, weights.units(), |i, j| singular_values[i] * svd.V()[(j, i)]);
    let small = Small { kernel: &down * u, left: weights.decoder * u, right: &down * weights.encoder };
    Some(Conditions {
        general: small.general(goal, largest, weights.units())?,
        channels: channels(weights, goal),
        relu: relu(weights, goal),
        singular_values,
        rank,
    })
}

/// Moments by W's own rank: mu_q = left kernel^(q-1) right.
struct Small {
    kernel: Mat<f64>,
    left: Mat<f64>,
    right: Mat<f64>,
}

impl Small {
    fn general(&self, goal: &Integrals, norm_of_w: f64, n: usize) -> Option<General> {
        let (rank, d) = (self.kernel.nrows(), goal.channels());
        let horizon = rank + 1;
        let mut found =
            General { eigenvalue: 0.0, scale: 0.0, others: 0.0, moments: 0.0, horizon, rounding: 0.0 };
        let modes = (rank > 0)
            .then(|| modes(self.kernel.as_ref(), Order::Modulus))
            .map_or(Some(None), |m| m.map(Some))?;
        let values = modes.as_ref().map_or(&[][..], |m| &m.values);
        let shares = self.shares(modes.as_ref());
        let own: Vec<Vec<usize>> = (0..d).map(|c| near(values, goal.decay[c])).collect();
        let complex = |v: f64| c64::new(v, 0.0);
        for c in 0..d {
            let (mut carried, mut weighted) = (complex(0.0), complex(0.0));
            for &i in &own[c] {
                let g = shares[c * d + c][i] / values[i];
                (carried, weighted) = (carried + g, weighted + shares[c * d + c][i]);
            }
            let lambda = if modulus(carried) > 0.0 { weighted / carried } else { complex(0.0) };
            found.eigenvalue = found.eigenvalue.max(modulus(lambda - complex(goal.decay[c])));
            found.scale = found.scale.max(modulus(carried - complex(goal.scale[c])));
        }
        let mut reach = self.right.clone();
        let mut powers: Vec<c64> = vec![complex(1.0); values.len()];
        let (left, right) = (self.left.norm_l2(), self.right.norm_l2().max(1e-300));
        let mut growth = 1.0;
        for q in 1..=horizon {
            let mu = &self.left * &reach;
            for c in 0..d {
                for other in 0..d {
                    let target = if c == other { goal.target(c, q) } else { 0.0 };
                    found.moments = found.moments.max((mu[(c, other)] - target).abs());
                    let mut rest = complex(0.0);
                    for i in (0..values.len()).filter(|i| c != other || !own[c].contains(i)) {
                        rest += shares[c * d + other][i] * powers[i];
                    }
                    found.others = found.others.max(modulus(rest));
                }
            }
            let error =
                f64::EPSILON * (n as f64).sqrt() * left * (reach.norm_l2() + norm_of_w * growth * right);
            found.rounding = found.rounding.max(error);
            reach = &self.kernel * &reach;
            growth = (reach.norm_l2() / right).min(1e6);
            powers.iter_mut().zip(values).for_each(|(p, v)| *p *= *v);
        }
        Some(found)
    }

    /// g_i lambda_i of each eigenvalue for each pair of channels; where the kernel is defective none is told apart.
    fn shares(&self, modes: Option<&crate::linalg::eigen::Modes>) -> Vec<Vec<c64>> {
        let (d, rank) = (self.left.nrows(), self.kernel.nrows());
        let Some((right, left)) = modes.and_then(|m| Some((&m.right, m.left.as_ref()?))) else {
            return vec![vec![c64::new(f64::NAN, 0.0); rank]; d * d];
        };
        let sum = |terms: &mut dyn Iterator<Item = c64>| terms.fold(c64::new(0.0, 0.0), |a, b| a + b);
        let share = |c: usize, other: usize, i: usize| {
            let out = sum(&mut (0..rank).map(|k| right[(k, i)] * c64::new(self.left[(c, k)], 0.0)));
            let into =
                sum(&mut (0..rank).map(|k| left[(k, i)].conj() * c64::new(self.right[(k, other)], 0.0)));
            out * into
        };
        let pairs = (0..d).flat_map(|c| (0..d).map(move |other| (c, other)));
        pairs.map(|(c, other)| (0..rank).map(|i| share(c, other, i)).collect()).collect()
    }
}

fn modulus(z: c64) -> f64 {
    z.re.hypot(z.im)
}

/// The eigenvalues that count as gamma: all within [`NEAR`], else the nearest.
fn near(values: &[c64], gamma: f64) -> Vec<usize> {
    let off = |i: &usize| modulus(values[*i] - c64::new(gamma, 0.0));
    let all: Vec<usize> = (0..values.len()).filter(|i| off(i) <= NEAR).collect();
    if !all.is_empty() {
        return all;
    }
    (0..values.len()).min_by(|a, b| off(a).total_cmp(&off(b))).into_iter().collect()
}

fn channels(weights: Weights, goal: &Integrals) -> Channels {
    let Weights { recurrent: w, encoder: e, decoder: d } = weights;
    let (images, pulls) = (w * e, d * w);
    let count = goal.channels();
    let unit = |v: Vec<f64>| {
        let size = norm(&v);
        let unit: Vec<f64> = v.iter().map(|x| if size > 0.0 { x / size } else { 0.0 }).collect();
        (unit, size)
    };
    let l: Vec<_> = (0..count).map(|c| unit(col(images.as_ref(), c).to_vec())).collect();
    let r: Vec<_> = (0..count).map(|c| unit(pulls.row(c).iter().copied().collect())).collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let first = d * &images;
    let encoder = |c: usize| col(e, c);
    let decoder = |c: usize| -> Vec<f64> { d.row(c).iter().copied().collect() };
    let mut found =
        Channels { eigenvalue: 0.0, scale: 0.0, encoders: 0.0, decoders: 0.0, modes: 0.0, rest: 0.0 };
    let mut rest = w.to_owned();
    for c in 0..count {
        let sigma = if first[(c, c)] == 0.0 { 0.0 } else { l[c].1 * r[c].1 / first[(c, c)] };
        found.eigenvalue = found.eigenvalue.max((sigma * dot(&r[c].0, &l[c].0) - goal.decay[c]).abs());
        found.scale = found.scale.max((first[(c, c)] - goal.scale[c] * goal.decay[c]).abs());
        for other in (0..count).filter(|o| *o != c) {
            found.encoders = found.encoders.max(dot(&r[c].0, encoder(other)).abs());
            found.decoders = found.decoders.max(dot(&decoder(c), &l[other].0).abs());
            found.modes = found.modes.max(dot(&r[c].0, &l[other].0).abs());
        }
        for (j, r) in r[c].0.iter().enumerate() {
            rest.col_mut(j).iter_mut().zip(&l[c].0).for_each(|(w, l)| *w -= sigma * l * r);
        }
    }
    found.rest = rest.norm_l2();
    found
}

fn relu(weights: Weights, goal: &Integrals) -> Relu {
    let Weights { recurrent: w, encoder: e, decoder: d } = weights;
    let images = w * e;
    let (n, count) = (weights.units(), goal.channels());
    let mut found = Relu { readout: 0.0, state: 0.0 };
    for sign in [1.0, -1.0] {
        let rates = Mat::from_fn(n, count, |i, c| {
            let (mut a, mut gain) = ([sign * images[(i, c)]], [0.0]);
            Steep::plain(Activation::Relu).apply(&mut a, &mut gain);
            a[0]
        });
        let (out, next) = (d * &rates, w * &rates);
        for c in 0..count {
            for other in 0..count {
                let target = if c == other { sign * goal.scale[c] * goal.decay[c] } else { 0.0 };
                found.readout = found.readout.max((out[(other, c)] - target).abs());
            }
            let off = (0..n).map(|i| next[(i, c)] - sign * goal.decay[c] * images[(i, c)]);
            found.state = found.state.max(off.map(|v| v * v).sum::<f64>().sqrt());
        }
    }
    found
}
