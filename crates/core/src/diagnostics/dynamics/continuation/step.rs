//! One step along a branch: predictor, corrector, tangent.

use super::equation::Equation;
use super::spectrum::Spectrum;
use crate::linalg::solve::Lu;
use crate::linalg::{col, col_mut, norm};
use faer::Mat;

/// Newton steps at most, and those after which the matrix is factorised anew.
const ITERATIONS: usize = 24;
const FRESH: usize = 3;
/// |G| at which stagnation is rounding, in roundings of terms of the size (1 + |G_z|)(1 + |z|).
const ROUNDINGS: f64 = 64.0;

/// A point of a branch with what is known there.
#[derive(Clone)]
pub struct Node {
    /// (x, p), n + 1.
    pub z: Vec<f64>,
    /// The direction of the branch, of length 1.
    pub t: Vec<f64>,
    /// Sign of det [G_z; t], 0 where it is singular.
    pub det: i32,
    /// A number that vanishes with that determinant, of its sign.
    pub regular: f64,
    /// Eigenvalues of F_x.
    pub spectrum: Spectrum,
    /// Newton steps made.
    pub iterations: usize,
}

/// Why a step could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Newton's method does not converge, or its matrix is singular.
    Diverges,
    /// F or its derivatives are not finite.
    NotFinite,
    /// The point found is not the next one of the branch.
    Astray,
}

/// Makes steps along branches of one equation.
pub struct Stepper<'a> {
    /// The equation.
    pub equation: Equation<'a>,
    lu: Lu,
    matrix: Mat<f64>,
    rhs: Mat<f64>,
    probe: Vec<f64>,
}

impl<'a> Stepper<'a> {
    /// Room for steps along branches of `equation`.
    pub fn new(equation: Equation<'a>) -> Self {
        let m = equation.dim() + 1;
        // Any vector without a structure of its own.
        let probe = (0..m).map(|i| 1.0 + 0.5 * (1.7 * i as f64 + 0.3).sin()).collect();
        Self { equation, lu: Lu::new(m), matrix: Mat::zeros(m, m), rhs: Mat::zeros(m, 1), probe }
    }

    /// Factorises [G_z; row] at `z`; false where it is singular or not finite.
    fn factor(&mut self, z: &[f64], row: &[f64]) -> Result<bool, Failure> {
        let n = self.equation.dim();
        self.equation.derivative(z, false, self.matrix.as_mut());
        for (c, r) in row.iter().enumerate() {
            self.matrix[(n, c)] = *r;
        }
        let finite = (0..=n).all(|c| col(self.matrix.as_ref(), c).iter().all(|v| v.is_finite()));
        if !finite {
            return Err(Failure::NotFinite);
        }
        Ok(self.lu.factor(self.matrix.as_ref()))
    }

    fn solve(&mut self, b: &[f64], last: f64) -> Vec<f64> {
        let n = b.len();
        let rhs = col_mut(self.rhs.as_mut(), 0);
        rhs[..n].copy_from_slice(b);
        rhs[n] = last;
        self.lu.solve(self.rhs.as_mut());
        col(self.rhs.as_ref(), 0).to_vec()
    }

    /// Newton's method for G(z) = 0, row . z = target, to where rounding stops it; the number of steps made.
    ///
    /// The matrix of a step serves the next ones while they shrink tenfold; it is renewed otherwise.
    pub fn correct(&mut self, z: &mut [f64], row: &[f64], target: f64) -> Result<usize, Failure> {
        let mut last = f64::INFINITY;
        let mut age = FRESH;
        for iteration in 0..ITERATIONS {
            let g = self.equation.value(z);
            if !g.iter().all(|g| g.is_finite()) {
                return Err(Failure::NotFinite);
            }
            if age >= FRESH {
                if !self.factor(z, row)? {
                    return Err(Failure::Diverges);
                }
                age = 0;
            }
            let miss: f64 = row.iter().zip(z.iter()).map(|(r, z)| r * z).sum::<f64>() - target;
            let step = self.solve(&g, miss);
            let size = norm(&step);
            if !size.is_finite() {
                return Err(Failure::Diverges);
            }
            let unit = 1.0 + norm(z);
            let stalls = size > 0.5 * last;
            let rounding = ROUNDINGS * f64::EPSILON * (1.0 + self.matrix.norm_l2()) * unit;
            if stalls && norm(&g) <= rounding {
                return Ok(iteration);
            }
            if stalls && age == 0 && iteration > 8 {
                return Err(Failure::Diverges);
            }
            z.iter_mut().zip(&step).for_each(|(z, s)| *z -= s);
            if size <= 2.0 * f64::EPSILON * unit {
                return if norm(&g) <= rounding { Ok(iteration + 1) } else { Err(Failure::Diverges) };
            }
            age = if size > 0.1 * last { FRESH } else { age + 1 };
            last = size;
        }
        Err(Failure::Diverges)
    }

    /// A branch point or a flip, from which a branch springs along `t`.
    pub fn origin(&mut self, z: Vec<f64>, t: Vec<f64>) -> Result<Node, Failure> {
        let j = self.equation.jacobian(&z);
        let spectrum = Spectrum::of(&self.equation, j.as_ref()).ok_or(Failure::NotFinite)?;
        Ok(Node { z, t: self.equation.metric.unit(t), det: 0, regular: 0.0, spectrum, iterations: 0 })
    }

    /// What is known of the branch at `z`, whose direction has a positive product with `t`.
    pub fn node(&mut self, z: Vec<f64>, t: &[f64], iterations: usize) -> Result<Node, Failure> {
        let n = self.equation.dim();
        let row = self.equation.metric.row(t);
        if !self.factor(&z, &row)? {
            return Err(Failure::Diverges);
        }
        let mut det = self.lu.sign();
        let metric = self.equation.metric;
        let tangent = metric.unit(self.solve(&vec![0.0; n], 1.0));
        let probe = self.probe.clone();
        let answer = self.solve(&probe[..n], probe[n]);
        let size = norm(&answer);
        if !size.is_finite() || !tangent.iter().all(|t| t.is_finite()) {
            det = 0;
        }
        let regular = f64::from(det) / size;
        // What was factorised is F_x less the critical value.
        let mut j = self.matrix.as_ref().submatrix(0, 0, n, n).to_owned();
        (0..n).for_each(|i| j[(i, i)] += self.equation.critical());
        let spectrum = Spectrum::of(&self.equation, j.as_ref()).ok_or(Failure::NotFinite)?;
        Ok(Node { z, t: tangent, det, regular, spectrum, iterations })
    }

    /// The point at the distance `sigma` from `from`, measured along its tangent, found from `guess`.
    pub fn at(&mut self, from: &Node, sigma: f64, guess: Vec<f64>) -> Result<Node, Failure> {
        let (z, iterations) = self.position(from, sigma, guess)?;
        self.node(z, &from.t, iterations)
    }

    /// Where [`at`](Self::at) is, without what is known there.
    pub fn position(
        &mut self,
        from: &Node,
        sigma: f64,
        mut guess: Vec<f64>,
    ) -> Result<(Vec<f64>, usize), Failure> {
        let row = self.equation.metric.row(&from.t);
        let target = row.iter().zip(&from.z).map(|(r, z)| r * z).sum::<f64>() + sigma;
        let iterations = self.correct(&mut guess, &row, target)?;
        Ok((guess, iterations))
    }

    /// Size of the Newton step at `z` with the matrix last factorised.
    pub fn misses(&mut self, z: &[f64]) -> f64 {
        let g = self.equation.value(z);
        let step = self.solve(&g, 0.0);
        self.equation.metric.norm(&step)
    }
}

/// z + s t.
pub fn along(z: &[f64], s: f64, t: &[f64]) -> Vec<f64> {
    z.iter().zip(t).map(|(z, t)| z + s * t).collect()
}
