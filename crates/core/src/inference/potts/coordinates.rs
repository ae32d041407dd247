//! Coordinates in which a fit is round.

use super::fit::Likelihood;
use super::{Penalty, Sites};
use crate::linalg::col;
use faer::Mat;

/// Fields at the mean of the other sites, k_i = h_i + sum_j J_ij f_j, then couplings of pairs, all over `scale`.
///
/// Without it the fields of rare states, which hardly any sample tells of, are found last and slowly.
pub(super) struct Coordinates {
    sites: Sites,
    frequencies: Vec<f64>,
    /// One over the root of each second derivative.
    scale: Vec<f64>,
}

/// What the penalty adds.
pub(super) struct Added {
    pub penalty: f64,
    /// Bound on the distance from the minimum.
    pub gap: f64,
}

impl Coordinates {
    pub fn new(likelihood: &dyn Likelihood, penalty: Penalty) -> Self {
        let (sites, f) = (likelihood.sites().clone(), likelihood.frequencies().to_vec());
        let (weight, sharp) = (likelihood.weight(), likelihood.sharpness());
        let seen = |k: usize| f[k].max(0.5 / weight);
        let spread: Vec<f64> = (0..f.len()).map(|k| seen(k) * (1.0 - f[k]).max(0.5 / weight)).collect();
        let mut scale: Vec<f64> = spread.iter().map(|v| weight * v + 2.0 * penalty.fields).collect();
        scale.reserve(sites.couplings());
        each(&sites, |row, column| {
            scale.push(sharp * weight * spread[row] * spread[column] + 2.0 * penalty.couplings);
        });
        scale.iter_mut().for_each(|s| *s = 1.0 / s.sqrt());
        Self { sites, frequencies: f, scale }
    }

    /// The coordinates of a model.
    pub fn of(&self, fields: &[f64], couplings: &Mat<f64>) -> Vec<f64> {
        let mut all = self.shifted(fields, couplings, 1.0);
        all.reserve(self.sites.couplings());
        each(&self.sites, |row, column| all.push(couplings[(row, column)]));
        all.iter_mut().zip(&self.scale).for_each(|(v, s)| *v /= s);
        all
    }

    /// The model at some coordinates.
    pub fn model(&self, place: &[f64], fields: &mut [f64], couplings: &mut Mat<f64>) {
        let total = self.sites.total();
        let mut next = place[total..].iter().zip(&self.scale[total..]).map(|(v, s)| v * s);
        each(&self.sites, |row, column| {
            let v = next.next().unwrap_or(0.0);
            (couplings[(row, column)], couplings[(column, row)]) = (v, v);
        });
        let at_mean: Vec<f64> = place[..total].iter().zip(&self.scale).map(|(v, s)| v * s).collect();
        fields.copy_from_slice(&self.shifted(&at_mean, couplings, -1.0));
    }

    /// Fields and `sign` times what the couplings add at the mean.
    fn shifted(&self, fields: &[f64], couplings: &Mat<f64>, sign: f64) -> Vec<f64> {
        let mut all = fields.to_vec();
        for (k, f) in self.frequencies.iter().enumerate() {
            let by = sign * f;
            all.iter_mut().zip(col(couplings.as_ref(), k)).for_each(|(h, j)| *h += by * j);
        }
        all
    }

    /// The derivatives of the penalised objective by the coordinates into `out`, from those of the likelihood.
    pub fn gradient(
        &self,
        (fields, couplings): (&[f64], &Mat<f64>),
        (of_fields, of_couplings): (&mut [f64], &Mat<f64>),
        penalty: Penalty,
        out: &mut [f64],
    ) -> Added {
        let total = self.sites.total();
        let (mut squares, mut slopes) = (0.0, 0.0);
        for (g, h) in of_fields.iter_mut().zip(fields) {
            *g += 2.0 * penalty.fields * h;
            squares += h * h;
            slopes += *g * *g;
        }
        let mut added = Added { penalty: penalty.fields * squares, gap: 0.25 * slopes / penalty.fields };
        (squares, slopes) = (0.0, 0.0);
        let f = &self.frequencies;
        let mut to = out[total..].iter_mut().zip(&self.scale[total..]);
        each(&self.sites, |row, column| {
            let j = couplings[(row, column)];
            let g = of_couplings[(row, column)] + 2.0 * penalty.couplings * j;
            squares += j * j;
            slopes += g * g;
            if let Some((to, s)) = to.next() {
                *to = s * (g - of_fields[row] * f[column] - f[row] * of_fields[column]);
            }
        });
        out.iter_mut().zip(of_fields.iter()).zip(&self.scale).for_each(|((to, g), s)| *to = g * s);
        added.penalty += penalty.couplings * squares;
        added.gap += 0.25 * slopes / penalty.couplings;
        added
    }
}

/// Every coupling once: the states of each site with those of the sites before it.
fn each(sites: &Sites, mut f: impl FnMut(usize, usize)) {
    for range in sites.ranges() {
        for column in range.clone() {
            (0..range.start).for_each(|row| f(row, column));
        }
    }
}
