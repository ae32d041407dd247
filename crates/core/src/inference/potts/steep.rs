//! Directions in which a likelihood is steepest, by draws of a model.

use super::coordinates::Coordinates;
use super::{Potts, Samples};
use crate::linalg::eigen::symmetric;
use crate::linalg::pointwise::dot;
use crate::linalg::random::{Rng, normal};
use crate::linalg::{col, col_mut};
use faer::Mat;
use rayon::prelude::*;

/// Orthonormal directions, and the second derivative of minus the log likelihood along each.
pub(super) struct Steep {
    directions: Vec<Vec<f64>>,
    along: Vec<f64>,
}

/// Directions at most.
const MOST: usize = 24;
/// Products with second derivatives.
const TURNS: usize = 7;

impl Steep {
    /// The steepest directions: subspace iteration with two halves of the draws that take turns, so that what one happens to show is
    /// not taken for real by the other.
    pub fn new(coordinates: &Coordinates, weight: f64, halves: &[Samples; 2], rng: &mut Rng) -> Self {
        let count = coordinates.scale().len();
        let start = |_| (0..count).map(|_| normal(rng)).collect();
        let mut directions: Vec<Vec<f64>> = (0..MOST.min(count)).map(start).collect();
        orthonormal(&mut directions);
        let curved = |of: &[Vec<f64>], turn: usize| -> Vec<Vec<f64>> {
            of.par_iter().map(|d| curved(coordinates, weight, &halves[turn % 2], d)).collect()
        };
        for turn in 0..TURNS {
            directions = curved(&directions, turn);
            orthonormal(&mut directions);
        }
        let images = curved(&directions, TURNS);
        let m = directions.len();
        let inner = Mat::from_fn(m, m, |i, j| {
            0.5 * (dot(&directions[i], &images[j]) + dot(&directions[j], &images[i]))
        });
        let Some((along, turned)) = symmetric(inner.as_ref()) else {
            return Self { directions: vec![], along: vec![] };
        };
        let mixed = |k: usize| {
            let mut out = vec![0.0; count];
            for (d, by) in directions.iter().zip(col(turned.as_ref(), k)) {
                out.iter_mut().zip(d).for_each(|(o, v)| *o += by * v);
            }
            out
        };
        Self { directions: (0..m).map(mixed).collect(), along }
    }

    /// What is left outside of them is at most about as steep as the least of them; no direction is taken to be less steep than 1.
    fn least(&self) -> f64 {
        self.along.iter().copied().fold(f64::INFINITY, f64::min).clamp(1.0, 1e3)
    }

    /// The largest size of steps: half of one over the steepness that softening leaves.
    pub fn size(&self) -> f64 {
        0.5 / self.least()
    }

    /// Makes a gradient no steeper along any direction than along the least.
    pub fn soften(&self, gradient: &mut [f64]) {
        for (d, along) in self.directions.iter().zip(&self.along) {
            let by = (1.0 - self.least() / along).max(0.0) * dot(d, gradient);
            gradient.iter_mut().zip(d).for_each(|(g, v)| *g -= by * v);
        }
    }
}

/// The second derivatives of minus the log likelihood times a direction: covariances of what each coordinate goes with.
fn curved(coordinates: &Coordinates, weight: f64, draws: &Samples, direction: &[f64]) -> Vec<f64> {
    let mut along = Potts::free(draws.sites.clone());
    coordinates.model(direction, &mut along.fields, &mut along.couplings);
    let values: Vec<f64> = draws.rows().map(|row| -along.energy(row)).collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let mut pairs = Mat::zeros(along.fields.len(), along.fields.len());
    for (row, value) in draws.rows().zip(&values) {
        let at: Vec<usize> = row.iter().enumerate().map(|(i, s)| draws.sites.at(i, *s)).collect();
        let by = weight * (value - mean) / count;
        for k in &at {
            let to = col_mut(pairs.as_mut(), *k);
            at.iter().for_each(|l| to[*l] += by);
        }
    }
    let mut single: Vec<f64> = (0..pairs.nrows()).map(|k| pairs[(k, k)]).collect();
    let free = Potts::free(draws.sites.clone());
    let mut out = vec![0.0; direction.len()];
    coordinates.gradient((&free.fields, &free.couplings), (&mut single, &mut pairs), &mut out);
    out
}

/// Makes directions orthonormal, in order; what depends on those before is dropped.
fn orthonormal(directions: &mut Vec<Vec<f64>>) {
    let mut kept: Vec<Vec<f64>> = vec![];
    for mut d in directions.drain(..) {
        let before = dot(&d, &d).sqrt();
        for _ in 0..2 {
            for k in &kept {
                let by = dot(k, &d);
                d.iter_mut().zip(k).for_each(|(v, w)| *v -= by * w);
            }
        }
        let norm = dot(&d, &d).sqrt();
        if norm > 1e-10 * before {
            d.iter_mut().for_each(|v| *v /= norm);
            kept.push(d);
        }
    }
    *directions = kept;
}
