//! Eigenvalues at a point, in the order of their growth.

use super::equation::Equation;
use crate::linalg::francis::eigenvalues_alone;
use faer::{MatRef, c64};

/// Roundings of an eigenvalue, for each of n terms.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// All eigenvalues, fastest growth first.
#[derive(Clone, Debug)]
pub struct Spectrum {
    /// The eigenvalues.
    pub values: Vec<c64>,
    /// Growth beyond rounding.
    pub unstable: usize,
    /// Neither growth nor decay beyond rounding.
    pub neutral: usize,
    /// Whether an odd number of real eigenvalues is below -1.
    pub below: bool,
    map: bool,
}

impl Spectrum {
    /// The spectrum of F_x; none where it is not finite.
    pub fn of(equation: &Equation, j: MatRef<f64>) -> Option<Self> {
        let map = equation.is_map();
        let mut values = eigenvalues_alone(j)?;
        let key = |z: &c64| (growth(z, map), z.re, z.im);
        values.sort_by(|a, b| key(b).partial_cmp(&key(a)).unwrap_or(std::cmp::Ordering::Equal));
        let margin = ROUNDING * (j.nrows() as f64).sqrt() * (1.0 + j.norm_l2());
        let growth = |z: &c64| growth(z, map);
        let unstable = values.iter().filter(|z| growth(z) > margin).count();
        let neutral = values.iter().filter(|z| growth(z).abs() <= margin).count();
        let below = values.iter().filter(|z| is_real(z) && z.re < -1.0).count() % 2 == 1;
        Some(Self { values, unstable, neutral, below: map && below, map })
    }

    /// Growth of eigenvalue `k`: modulus less 1 (a map), real part (a flow).
    pub fn growth(&self, k: usize) -> f64 {
        self.values.get(k).map_or(f64::NAN, |z| growth(z, self.map))
    }
}

/// Eigenvalues that pass the border between two spectra.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passing {
    /// How many, to either side.
    pub number: usize,
    /// How many of them are real at both ends.
    pub real: usize,
    /// How many are real at one end alone.
    pub mixed: usize,
}

impl Spectrum {
    /// The eigenvalues that pass the border on the way to `to`, each taken for the nearest one there, nearest pairs first.
    ///
    /// Those further from the border than several times the longest way of any are not looked at.
    pub fn passing(&self, to: &Self) -> Passing {
        let nearest = |z: &c64, all: &[c64]| all.iter().map(|w| (z - w).norm()).fold(f64::INFINITY, f64::min);
        let way = self.values.iter().map(|z| nearest(z, &to.values)).fold(0.0, f64::max);
        let near = |s: &Self, k: &usize, times: f64| s.growth(*k).abs() <= times * way;
        let here: Vec<usize> = (0..self.values.len()).filter(|k| near(self, k, 3.0)).collect();
        let there: Vec<usize> = (0..to.values.len()).filter(|k| near(to, k, 6.0)).collect();
        let mut pairs: Vec<(f64, usize, usize)> = here
            .iter()
            .flat_map(|i| there.iter().map(move |j| (*i, *j)))
            .map(|(i, j)| ((self.values[i] - to.values[j]).norm(), i, j))
            .collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut taken, mut given) = (vec![false; self.values.len()], vec![false; to.values.len()]);
        let mut found = Passing::default();
        for (_, i, j) in pairs {
            if taken[i] || given[j] {
                continue;
            }
            (taken[i], given[j]) = (true, true);
            if (i < self.unstable) != (j < to.unstable) && !self.is_neutral(i) && !to.is_neutral(j) {
                found.number += 1;
                match (is_real(&self.values[i]), is_real(&to.values[j])) {
                    (true, true) => found.real += 1,
                    (false, false) => (),
                    _ => found.mixed += 1,
                }
            }
        }
        found
    }

    fn is_neutral(&self, k: usize) -> bool {
        k >= self.unstable && k < self.unstable + self.neutral
    }
}

fn is_real(z: &c64) -> bool {
    z.im.abs() <= 1e-14 * z.re.abs()
}

fn growth(z: &c64, map: bool) -> f64 {
    if map { z.re.hypot(z.im) - 1.0 } else { z.re }
}
