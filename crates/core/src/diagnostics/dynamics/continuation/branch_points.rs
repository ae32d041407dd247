//! Points where two branches cross, and the directions of both.

use super::differences::{Differences, product};
use super::equation::Equation;
use super::extended::rounding;
use faer::Mat;
use faer::linalg::solvers::Solve;

/// Newton steps at most.
const ITERATIONS: usize = 30;
/// Step, relative to 1 + |z|, at which stagnation is rounding.
const SMALL: f64 = 1e-8;
/// Steps of differences.
const STEP: f64 = 1e-3;
/// The unfolding left at a true crossing, relative to (1 + |z|)(1 + |J|).
const UNFOLDED: f64 = 1e-12;
/// Coefficients of the bifurcation equation below which it does not tell, relative to the largest derivative seen.
const FLAT: f64 = 1e-7;

/// A point where branches cross.
#[derive(Clone, Debug)]
pub struct Crossing {
    /// (x, p).
    pub z: Vec<f64>,
    /// The left null vector of G_z, of norm 1.
    pub left: Vec<f64>,
    /// Directions of the two branches, of length 1; empty where second derivatives do not tell.
    pub tangents: Vec<Vec<f64>>,
    /// Estimate of the error of p.
    pub error: f64,
    /// Largest of |G| and |g|.
    pub residual: f64,
}

struct Null {
    g: [f64; 2],
    v: [Vec<f64>; 2],
    w: Vec<f64>,
}

/// The vectors of M = [J, b; C^T, 0], which is n + 2 square: M (V; H) = (0; 1) and M^T (w; g) = (0; 1).
fn null(j: &Mat<f64>, b: &[f64], c: &[Vec<f64>; 2]) -> Option<Null> {
    let n = j.nrows();
    let m = Mat::from_fn(n + 2, n + 2, |r, k| match (r < n, k <= n) {
        (true, true) => j[(r, k)],
        (true, false) => b[r],
        (false, true) => c[r - n][k],
        (false, false) => 0.0,
    });
    let lu = m.partial_piv_lu();
    let v = lu.solve(Mat::from_fn(n + 2, 2, |r, k| f64::from(u8::from(r == n + k))));
    let w = lu.solve_transpose(Mat::from_fn(n + 2, 1, |r, _| f64::from(u8::from(r == n + 1))));
    let column = |k: usize| (0..=n).map(|r| v[(r, k)]).collect::<Vec<f64>>();
    let found = Null {
        g: [w[(n, 0)], w[(n + 1, 0)]],
        v: [column(0), column(1)],
        w: (0..n).map(|r| w[(r, 0)]).collect(),
    };
    let finite = found.v.iter().flatten().chain(&found.w).chain(&found.g).all(|v| v.is_finite());
    finite.then_some(found)
}

fn unit(mut v: Vec<f64>) -> Vec<f64> {
    let size = crate::linalg::norm(&v);
    v.iter_mut().for_each(|v| *v /= size);
    v
}

/// Both vectors, orthonormal.
fn orthonormal(v: [Vec<f64>; 2]) -> [Vec<f64>; 2] {
    let [a, b] = v;
    let a = unit(a);
    let share: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
    let b = unit(b.iter().zip(&a).map(|(b, a)| b - share * a).collect());
    [a, b]
}

fn left_product(w: &[f64], j: &Mat<f64>) -> Vec<f64> {
    (0..j.ncols()).map(|c| (0..j.nrows()).map(|r| w[r] * j[(r, c)]).sum()).collect()
}

/// Newton's method from `z` for G + beta b = 0 and g = 0 in (z, beta), where g (two numbers) is the last part of the
/// solution of [J, b; C^T, 0]^T (w, g) = (0, 1) and J = G_z: J has two null vectors where it vanishes, and beta is zero where the branches
/// meet in truth. None where they pass each other.
///
/// Source: Govaerts, Numerical Methods for Bifurcations of Dynamical Equilibria (SIAM, 2000), chapter 4 (minimally extended systems);
/// Allgower, Georg, Introduction to Numerical Continuation Methods (SIAM, 2003), chapter 8 (the bifurcation equation).
pub fn crossing(equation: &Equation, z: &[f64]) -> Option<Crossing> {
    let n = equation.dim();
    let mut z = z.to_vec();
    let border = |length: usize, phase: f64| -> Vec<f64> {
        unit((0..length).map(|i| 1.0 + 0.5 * (1.7 * i as f64 + phase).sin()).collect())
    };
    let mut j = Mat::zeros(n, n + 1);
    equation.derivative(&z, false, j.as_mut());
    let mut b = border(n, 0.3);
    let ramp = |k: usize| if k.is_multiple_of(2) { 1.0 } else { -1.0 };
    let second = border(n + 1, 2.0).iter().enumerate().map(|(k, v)| v * ramp(k)).collect();
    let mut c = orthonormal([border(n + 1, 1.1), second]);
    for _ in 0..3 {
        let s = null(&j, &b, &c)?;
        (b, c) = (unit(s.w), orthonormal(s.v));
    }
    let (mut beta, mut last) = (0.0, f64::INFINITY);
    for _ in 0..ITERATIONS {
        equation.derivative(&z, false, j.as_mut());
        let s = null(&j, &b, &c)?;
        let mut value = equation.value(&z);
        let differences = Differences::new(*equation, &z, STEP);
        let rows = [0, 1].map(|k| left_product(&s.w, &differences.first(&s.v[k])));
        let matrix = Mat::from_fn(n + 2, n + 2, |r, k| match (r < n, k <= n) {
            (true, true) => j[(r, k)],
            (true, false) => b[r],
            (false, true) => -rows[r - n][k],
            (false, false) => 0.0,
        });
        value.iter_mut().zip(&b).for_each(|(g, b)| *g += beta * b);
        let lu = matrix.partial_piv_lu();
        let step = lu.solve(Mat::from_fn(n + 2, 1, |r, _| if r < n { value[r] } else { s.g[r - n] }));
        let size = (0..n + 2).map(|r| step[(r, 0)].powi(2)).sum::<f64>().sqrt();
        if !size.is_finite() || size > 1e6 * (1.0 + crate::linalg::norm(&z)) {
            return None;
        }
        let unity = 1.0 + crate::linalg::norm(&z);
        let scale = 1.0 + j.norm_l2();
        if size > 0.5 * last && last <= SMALL * unity || size <= 2.0 * f64::EPSILON * unity {
            if beta.abs() > UNFOLDED * unity * scale {
                return None;
            }
            let error = step[(n, 0)].abs() + rounding(&matrix, &z, scale);
            let residual = [crate::linalg::norm(&equation.value(&z)), s.g[0].abs(), s.g[1].abs()];
            let tangents = tangents(equation, &z, &s);
            return Some(Crossing {
                z,
                left: unit(s.w),
                tangents,
                error,
                residual: residual.into_iter().fold(0.0, f64::max),
            });
        }
        z.iter_mut().enumerate().for_each(|(r, z)| *z -= step[(r, 0)]);
        beta -= step[(n + 1, 0)];
        last = size;
    }
    None
}

/// The two directions a v1 + b v2 with w . G_zz[a v1 + b v2, a v1 + b v2] = 0.
fn tangents(equation: &Equation, z: &[f64], s: &Null) -> Vec<Vec<f64>> {
    let v = orthonormal(s.v.clone());
    let w = unit(s.w.clone());
    let differences = Differences::new(*equation, z, STEP);
    let along = [0, 1].map(|k| differences.first(&v[k]));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let entry = |k: usize, l: usize| dot(&w, &product(&along[k], &v[l]));
    let (a, b, c) = (entry(0, 0), 0.5 * (entry(0, 1) + entry(1, 0)), entry(1, 1));
    let size = along.iter().map(Mat::norm_l2).fold(0.0, f64::max);
    let discriminant = b * b - a * c;
    let largest = a.abs().max(b.abs()).max(c.abs());
    if !(largest > FLAT * size) || !(discriminant > FLAT * largest * largest) {
        return vec![];
    }
    // a x^2 + 2 b x y + c y^2 = 0, each root from the sum without cancellation.
    let q = -(b + b.signum() * discriminant.sqrt());
    let pairs = if q == 0.0 { [[1.0, 0.0], [0.0, 1.0]] } else { [[q, a], [c, q]] };
    pairs
        .iter()
        .map(|[x, y]| equation.metric.unit(v[0].iter().zip(&v[1]).map(|(s, t)| x * s + y * t).collect()))
        .collect()
}
