//! Newton's method for fixed points with one critical eigenvalue, on minimally extended systems.

use super::differences::{Differences, parts};
use super::equation::Equation;
use faer::linalg::solvers::Solve;
use faer::{Mat, c64};

/// Newton steps at most.
const ITERATIONS: usize = 30;
/// Step, relative to 1 + |z|, at which stagnation is rounding.
const SMALL: f64 = 1e-8;
/// Step of the differences in the gradient, which only has to lead Newton's method.
const STEP: f64 = 1e-3;

/// Where the critical eigenvalue is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Critical {
    /// Exactly there.
    At(f64),
    /// i w, w sought.
    Imaginary(f64),
    /// e^(i a), a sought.
    Circle(f64),
}

impl Critical {
    fn value(self) -> c64 {
        match self {
            Self::At(m) => c64::new(m, 0.0),
            Self::Imaginary(w) => c64::new(0.0, w),
            Self::Circle(a) => c64::new(a.cos(), a.sin()),
        }
    }

    /// Its derivative in the number sought.
    fn slope(self) -> Option<c64> {
        match self {
            Self::At(_) => None,
            Self::Imaginary(_) => Some(c64::new(0.0, 1.0)),
            Self::Circle(a) => Some(c64::new(-a.sin(), a.cos())),
        }
    }

    fn moved(self, by: f64) -> Self {
        match self {
            Self::At(m) => Self::At(m),
            Self::Imaginary(w) => Self::Imaginary(w + by),
            Self::Circle(a) => Self::Circle(a + by),
        }
    }

    /// The number sought.
    pub fn angle(self) -> Option<f64> {
        match self {
            Self::At(_) => None,
            Self::Imaginary(v) | Self::Circle(v) => Some(v),
        }
    }
}

/// A point with a critical eigenvalue.
#[derive(Clone, Debug)]
pub struct Solution {
    /// (x, p).
    pub z: Vec<f64>,
    /// The eigenvalue.
    pub critical: Critical,
    /// Right eigenvector, of norm 1.
    pub right: Vec<c64>,
    /// Left eigenvector l, l^H A = m l^H, of norm 1.
    pub left: Vec<c64>,
    /// Estimate of the error of p.
    pub error: f64,
    /// Largest of |G| and |g|.
    pub residual: f64,
}

/// The scalar g of A - m bordered, and its vectors.
struct Scalar {
    g: c64,
    v: Vec<c64>,
    w: Vec<c64>,
}

/// [A - m, b; c^H, 0] [v; g] = e and [w; h]^H times it = e^H, with e the last unit vector.
fn scalar(a: &Mat<f64>, m: c64, b: &[c64], c: &[c64]) -> Option<Scalar> {
    let n = a.nrows();
    let is_real = |v: &[c64]| v.iter().all(|z| z.im == 0.0);
    if m.im == 0.0 && is_real(b) && is_real(c) {
        return real_scalar(a, m.re, b, c);
    }
    let matrix = Mat::<c64>::from_fn(n + 1, n + 1, |i, j| match (i < n, j < n) {
        (true, true) => c64::new(a[(i, j)], 0.0) - if i == j { m } else { c64::new(0.0, 0.0) },
        (true, false) => b[i],
        (false, true) => c[j].conj(),
        (false, false) => c64::new(0.0, 0.0),
    });
    let lu = matrix.partial_piv_lu();
    let mut e = Mat::<c64>::zeros(n + 1, 1);
    e[(n, 0)] = c64::new(1.0, 0.0);
    let right = lu.solve(&e);
    let left = lu.solve_adjoint(&e);
    let v: Vec<c64> = (0..n).map(|i| right[(i, 0)]).collect();
    let w: Vec<c64> = (0..n).map(|i| left[(i, 0)]).collect();
    let g = right[(n, 0)];
    finite(Scalar { g, v, w })
}

fn finite(s: Scalar) -> Option<Scalar> {
    let all = s.v.iter().chain(&s.w).chain([&s.g]).all(|z| z.re.is_finite() && z.im.is_finite());
    all.then_some(s)
}

/// [`scalar`] of real numbers alone, at a quarter of the cost.
fn real_scalar(a: &Mat<f64>, m: f64, b: &[c64], c: &[c64]) -> Option<Scalar> {
    let n = a.nrows();
    let matrix = Mat::<f64>::from_fn(n + 1, n + 1, |i, j| match (i < n, j < n) {
        (true, true) => a[(i, j)] - if i == j { m } else { 0.0 },
        (true, false) => b[i].re,
        (false, true) => c[j].re,
        (false, false) => 0.0,
    });
    let lu = matrix.partial_piv_lu();
    let mut e = Mat::<f64>::zeros(n + 1, 1);
    e[(n, 0)] = 1.0;
    let (right, left) = (lu.solve(&e), lu.solve_transpose(&e));
    let of = |m: &Mat<f64>| (0..n).map(|i| c64::new(m[(i, 0)], 0.0)).collect();
    finite(Scalar { g: c64::new(right[(n, 0)], 0.0), v: of(&right), w: of(&left) })
}

fn unit(v: &[c64]) -> Option<Vec<c64>> {
    let size = v.iter().map(|z| z.re * z.re + z.im * z.im).sum::<f64>().sqrt();
    (size > 0.0 && size.is_finite()).then(|| v.iter().map(|z| *z / c64::new(size, 0.0)).collect())
}

/// w^H J for J of n rows.
fn left_product(w: &[c64], j: &Mat<f64>) -> Vec<c64> {
    (0..j.ncols())
        .map(|c| (0..j.nrows()).fold(c64::new(0.0, 0.0), |s, r| s + w[r].conj() * c64::new(j[(r, c)], 0.0)))
        .collect()
}

/// Left and right eigenvector of `a` for the eigenvalue nearest to the critical one, which make g nearly linear as borders.
fn borders(a: &Mat<f64>, critical: Critical) -> Option<(Vec<c64>, Vec<c64>)> {
    let start = |phase: f64| -> Vec<c64> {
        (0..a.nrows()).map(|i| c64::new(1.0 + 0.5 * (1.7 * i as f64 + phase).sin(), 0.0)).collect()
    };
    let (mut b, mut c) = (unit(&start(0.3))?, unit(&start(1.1))?);
    for _ in 0..2 {
        let s = scalar(a, critical.value(), &b, &c)?;
        (b, c) = (unit(&s.w)?, unit(&s.v)?);
    }
    Some((b, c))
}

/// The right eigenvector of F_x at `z` for the critical eigenvalue, of norm 1.
pub fn null_vector(equation: &Equation, z: &[f64], critical: Critical) -> Option<Vec<c64>> {
    borders(&equation.jacobian(z), critical).map(|(_, right)| right)
}

/// Newton's method from `z` for G = 0 and g = 0, where g is the last entry of the solution of
/// [F_x - m, b; c^H, 0] (v, g) = (0, 1), which vanishes with the determinant of F_x - m.
///
/// Formula: dg = -w^H d(F_x - m) v. The borders are the eigenvectors last found. Ends where rounding stops it; the error of p is the last
/// step and what rounding of the Jacobian does to it.
///
/// Source: Govaerts, Numerical Methods for Bifurcations of Dynamical Equilibria (SIAM, 2000), chapters 3 and 4; Kuznetsov, Elements of
/// Applied Bifurcation Theory, 3rd ed. (2004), section 10.2.
pub fn solve(equation: &Equation, z: &[f64], start: Critical) -> Option<Solution> {
    let n = equation.dim();
    let (mut z, mut critical) = (z.to_vec(), start);
    let (mut b, mut c) = borders(&equation.jacobian(&z), critical)?;
    let mut last = f64::INFINITY;
    for _ in 0..ITERATIONS {
        let a = equation.jacobian(&z);
        let s = scalar(&a, critical.value(), &b, &c)?;
        let value = equation.value(&z);
        let (matrix, m) = jacobian(equation, &z, critical, &s);
        let lu = matrix.partial_piv_lu();
        let rhs = |i: usize| match i {
            i if i < n => value[i],
            i if i == n => s.g.re,
            _ => s.g.im,
        };
        let step = lu.solve(Mat::from_fn(m, 1, |i, _| rhs(i)));
        let size = (0..m).map(|i| step[(i, 0)].powi(2)).sum::<f64>().sqrt();
        if !size.is_finite() {
            return None;
        }
        let unity = 1.0 + crate::linalg::norm(&z);
        let stalls = size > 0.5 * last;
        if stalls && last <= SMALL * unity || size <= 2.0 * f64::EPSILON * unity {
            let scale = 1.0 + a.norm_l2();
            let error = step[(n, 0)].abs() + rounding(&matrix, &z, scale);
            let residual = crate::linalg::norm(&value).max(s.g.re.hypot(s.g.im));
            return Some(Solution { z, critical, right: unit(&s.v)?, left: unit(&s.w)?, error, residual });
        }
        if stalls && size > 1e3 * unity {
            return None;
        }
        z.iter_mut().enumerate().for_each(|(i, z)| *z -= step[(i, 0)]);
        if m > n + 1 {
            critical = critical.moved(-step[(n + 1, 0)]);
        }
        (b, c) = (unit(&s.w)?, unit(&s.v)?);
        last = size;
    }
    None
}

/// What rounding of G and of derivatives of size `scale` does to p = z_n, a solution of equations with the derivative `matrix`, of
/// which the first n are those of G.
pub fn rounding(matrix: &Mat<f64>, z: &[f64], scale: f64) -> f64 {
    let (n, m) = (z.len() - 1, matrix.nrows());
    let row = matrix.partial_piv_lu().solve_transpose(Mat::from_fn(m, 1, |i, _| f64::from(u8::from(i == n))));
    let part = |from: usize, to: usize| (from..to).map(|i| row[(i, 0)].powi(2)).sum::<f64>().sqrt();
    let unity = 1.0 + crate::linalg::norm(z);
    4.0 * f64::EPSILON * (unity * part(0, n) + scale * part(n, m) + z[n].abs())
}

/// The derivative of (G, Re g, Im g) in (x, p) and the number sought, if any, and its size.
fn jacobian(equation: &Equation, z: &[f64], critical: Critical, s: &Scalar) -> (Mat<f64>, usize) {
    let n = equation.dim();
    let m = n + 1 + usize::from(critical.slope().is_some());
    let mut matrix = Mat::zeros(m, m);
    equation.derivative(z, false, matrix.as_mut());
    let differences = Differences::new(*equation, z, STEP);
    let (re, im) = parts(&s.v);
    let (along_re, along_im) =
        (left_product(&s.w, &differences.first(&re)), left_product(&s.w, &differences.first(&im)));
    for k in 0..=n {
        let slope = -(along_re[k] + c64::new(0.0, 1.0) * along_im[k]);
        matrix[(n, k)] = slope.re;
        if m > n + 1 {
            matrix[(n + 1, k)] = slope.im;
        }
    }
    if let Some(slope) = critical.slope() {
        let overlap = s.w.iter().zip(&s.v).fold(c64::new(0.0, 0.0), |sum, (w, v)| sum + w.conj() * v);
        let slope = overlap * slope;
        matrix[(n, n + 1)] = slope.re;
        matrix[(n + 1, n + 1)] = slope.im;
    }
    (matrix, m)
}
