//! The error of a student after its nonlinearity, and where it is least.

use crate::common::*;
use faer::{Mat, MatRef};
use nullcline_core::linalg::cholesky::Cholesky;
use nullcline_core::linalg::{col, pointwise::dot};
use nullcline_core::training::radd::Student;

/// Coefficients of one unit: two states, three inputs, the constant.
pub const COEFFICIENTS: usize = 6;
/// Steps of Gauss and Newton at most, and the last halving of one.
const ITERATIONS: usize = 50;
const HALVED: f64 = 1e-6;

/// One unit's regression, and the least error after the nonlinearity.
pub struct Unit {
    /// Of the regression.
    pub before: [f64; COEFFICIENTS],
    /// Of the least error.
    pub after: [f64; COEFFICIENTS],
    /// Error after it of the one over that of the other, less 1.
    pub excess: f64,
    /// The gradient of the error after it at the regression, over that at zero.
    pub gradient: f64,
}

/// Pairs of successive states with their inputs.
pub struct Pairs<'a> {
    /// z, 2 x T.
    pub z: MatRef<'a, f64>,
    /// Inputs, 3 x T.
    pub inputs: MatRef<'a, f64>,
    /// Steps that are fitted.
    pub count: usize,
}

impl Pairs<'_> {
    fn row(&self, t: usize) -> [f64; COEFFICIENTS] {
        let z = |i: usize| if t > 0 { self.z[(i, t - 1)] } else { 0.0 };
        let u = |i: usize| self.inputs[(i, t)];
        [z(0), z(1), u(0), u(1), u(2), 1.0]
    }

    /// The mean squared error after the nonlinearity of a unit, half of its gradient with the sign reversed, and J^T J.
    fn after(&self, unit: usize, p: &[f64]) -> (f64, [f64; COEFFICIENTS], Mat<f64>) {
        let (mut error, mut pull) = (0.0, [0.0; COEFFICIENTS]);
        let mut square = Mat::zeros(COEFFICIENTS, COEFFICIENTS);
        let count = self.count as f64;
        for t in 0..self.count {
            let x = self.row(t);
            let y = dot(&x, p).tanh();
            let (e, slope) = (self.z[(unit, t)] - y, 1.0 - y * y);
            error += e * e / count;
            for i in 0..COEFFICIENTS {
                pull[i] += e * slope * x[i] / count;
                for j in 0..COEFFICIENTS {
                    square[(i, j)] += slope * slope * x[i] * x[j] / count;
                }
            }
        }
        (error, pull, square)
    }

    /// The coefficients of least error after the nonlinearity, by Gauss and Newton from `p`, and that error.
    fn least(&self, unit: usize, p: [f64; COEFFICIENTS]) -> Option<([f64; COEFFICIENTS], f64)> {
        let (mut p, mut room) = (p, Cholesky::new(COEFFICIENTS));
        let mut inverse = Mat::zeros(COEFFICIENTS, COEFFICIENTS);
        let (mut error, mut pull, mut square) = self.after(unit, &p);
        for _ in 0..ITERATIONS {
            if !room.factor(square.as_ref()) {
                return None;
            }
            room.inverse(inverse.as_mut());
            let step: [f64; COEFFICIENTS] = std::array::from_fn(|i| dot(col(inverse.as_ref(), i), &pull));
            let mut part = 1.0;
            let next = loop {
                let there: [f64; COEFFICIENTS] = std::array::from_fn(|i| p[i] + part * step[i]);
                let found = self.after(unit, &there);
                if found.0 < error {
                    break Some((there, found));
                }
                part /= 2.0;
                if part < HALVED {
                    break None;
                }
            };
            let Some((there, found)) = next else { break };
            p = there;
            (error, pull, square) = found;
        }
        Some((p, error))
    }
}

fn size(v: &[f64]) -> f64 {
    dot(v, v).sqrt()
}

/// Both of one unit of a student.
///
/// # Errors
/// [`Error::Numbers`] where the sums are singular.
pub fn unit(pairs: &Pairs, student: &Student, k: usize) -> Result<Unit, Error> {
    let (a, b) = (&student.a, &student.b);
    let before = [a[(k, 0)], a[(k, 1)], b[(k, 0)], b[(k, 1)], b[(k, 2)], student.c[k]];
    let (error, pull, _) = pairs.after(k, &before);
    let (after, least) =
        pairs.least(k, before).ok_or_else(|| Error::Numbers("the inputs of RADD are collinear".into()))?;
    let (_, from_zero, _) = pairs.after(k, &[0.0; COEFFICIENTS]);
    Ok(Unit { before, after, excess: error / least - 1.0, gradient: size(&pull) / size(&from_zero) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nullcline_core::linalg::random::{Use, normal, stream};

    /// A unit whose states are a student's but for noise: without noise both are its own coefficients; with it the least error after
    /// the nonlinearity is below the regression's, and its gradient is zero.
    #[test]
    fn the_least_error_after_the_nonlinearity() {
        let truth = [0.5, 0.3, -0.4, 0.6, 0.1, 0.05];
        for noise in [0.0, 0.1] {
            let mut rng = stream(3, Use::Fixture, 0);
            let u = Mat::from_fn(3, 2000, |_, _| normal(&mut rng));
            let mut z = Mat::zeros(2, 2000);
            for t in 0..2000 {
                let x = Pairs { z: z.as_ref(), inputs: u.as_ref(), count: 0 }.row(t);
                let seen = [dot(&x, &truth).tanh(), (0.4 * x[1] + 0.5 * x[3]).tanh()];
                (0..2).for_each(|i| z[(i, t)] = (seen[i] + noise * normal(&mut rng)).clamp(-0.99, 0.99));
            }
            let pairs = Pairs { z: z.as_ref(), inputs: u.as_ref(), count: 2000 };
            let near: [f64; COEFFICIENTS] = std::array::from_fn(|i| truth[i] + 0.05 * (i as f64 - 2.0));
            let (p, error) = pairs.least(0, near).unwrap();
            let away = largest((0..COEFFICIENTS).map(|i| (p[i] - truth[i]).abs()));
            assert!(away < 1e-6 + 0.2 * noise, "{p:?}");
            let (at_truth, ..) = pairs.after(0, &truth);
            assert!(error <= at_truth + 1e-15);
            assert!(size(&pairs.after(0, &p).1) < 1e-6);
        }
    }
}
