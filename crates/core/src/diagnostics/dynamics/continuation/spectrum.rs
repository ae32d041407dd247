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

fn is_real(z: &c64) -> bool {
    z.im.abs() <= 1e-14 * z.re.abs()
}

fn growth(z: &c64, map: bool) -> f64 {
    if map { z.re.hypot(z.im) - 1.0 } else { z.re }
}
