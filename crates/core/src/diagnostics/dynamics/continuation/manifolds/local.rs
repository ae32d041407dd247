//! The first piece of a manifold, to second order.

use super::super::differences::Differences;
use super::super::equation::{Equation, Metric};
use super::super::error::Error;
use super::super::extended::{Critical, null_vector};
use super::super::family::Family;
use super::super::spectrum::Spectrum;
use super::Direction;
use crate::linalg::norm;
use faer::Mat;
use faer::linalg::solvers::Solve;

/// Length of the first piece at most, relative to 1 + |x|, and halvings of it.
const LONGEST: f64 = 0.02;
const HALVES: usize = 30;
/// Distance of an eigenvalue from critical that is too near.
const CRITICAL: f64 = 1e-9;

/// x + s v + s^2 a for |s| up to `reach`.
pub struct Local {
    /// The fixed point.
    pub x: Vec<f64>,
    v: Vec<f64>,
    a: Vec<f64>,
    /// The eigenvalue of v.
    pub eigenvalue: f64,
    /// Largest s.
    pub reach: f64,
    /// Estimate of the distance from the manifold there.
    pub error: f64,
}

impl Local {
    /// The piece on which the curve misses the equation of invariance by no more than `tolerance`.
    pub fn of(
        family: &dyn Family,
        x: &[f64],
        p: f64,
        direction: Direction,
        tolerance: f64,
    ) -> Result<Self, Error> {
        let n = family.dim();
        if x.len() != n {
            return Err(Error::Length { found: x.len(), expected: n });
        }
        let equation = Equation::new(family, Metric::new(1.0, 1.0));
        let z: Vec<f64> = x.iter().copied().chain([p]).collect();
        let j = equation.jacobian(&z);
        let spectrum = Spectrum::of(&equation, j.as_ref()).ok_or(Error::NotFinite)?;
        let growing = (0..n).filter(|k| spectrum.growth(*k) > 0.0).count();
        let (count, place) = match direction {
            Direction::Unstable => (growing, 0),
            Direction::Stable => (n - growing, n.saturating_sub(1)),
        };
        let value = spectrum.values.get(place).filter(|z| count == 1 && z.im.abs() <= 0.0);
        let value = value.ok_or(Error::NoCurve { found: count })?.re;
        let singular = equation.is_map() && value.abs() < CRITICAL;
        if spectrum.growth(place).abs() < CRITICAL || singular {
            return Err(Error::Critical { value });
        }
        let v = null_vector(&equation, &z, Critical::At(value)).ok_or(Error::NotFinite)?;
        let v: Vec<f64> = v.iter().map(|z| z.re).collect();
        let size = norm(&v);
        let v: Vec<f64> = v.iter().map(|v| v / size).collect();
        let along = Differences::new(equation, &z, 1e-3).first(&v);
        let square = super::super::differences::product(&along, &v);
        let m = if equation.is_map() { value * value } else { 2.0 * value };
        let shifted = Mat::from_fn(n, n, |r, c| f64::from(u8::from(r == c)) * m - j[(r, c)]);
        let a = shifted.partial_piv_lu().solve(Mat::from_fn(n, 1, |r, _| 0.5 * square[r]));
        let mut a: Vec<f64> = (0..n).map(|r| a[(r, 0)]).collect();
        // At a resonance there is no such curve to second order; the line will have to do.
        if !(norm(&a) < 1e6) {
            a.fill(0.0);
        }
        let mut local =
            Self { x: x.to_vec(), v, a, eigenvalue: value, reach: LONGEST * (1.0 + norm(x)), error: 0.0 };
        for _ in 0..HALVES {
            local.error =
                [1.0, -1.0].map(|s| local.misses(family, p, s * local.reach)).into_iter().fold(0.0, f64::max);
            if local.error <= tolerance * (1.0 + norm(x)) {
                break;
            }
            local.reach *= 0.5;
        }
        Ok(local)
    }

    /// The point at s.
    pub fn at(&self, s: f64) -> Vec<f64> {
        self.x.iter().zip(&self.v).zip(&self.a).map(|((x, v), a)| x + s * v + s * s * a).collect()
    }

    /// |F(c(s)) - c(m s)| of a map, |F(c(s)) - m s c'(s)| / |m| of a flow.
    fn misses(&self, family: &dyn Family, p: f64, s: f64) -> f64 {
        let m = self.eigenvalue;
        let mut y = vec![0.0; self.x.len()];
        family.value(&self.at(s), p, &mut y);
        if family.kind() == super::Kind::Map {
            return super::distance(&y, &self.at(m * s));
        }
        let slope = |i: usize| m * s * (self.v[i] + 2.0 * s * self.a[i]);
        y.iter().enumerate().map(|(i, y)| (y - slope(i)).powi(2)).sum::<f64>().sqrt() / m.abs()
    }
}
