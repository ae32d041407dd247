//! Coefficients of normal forms, with what the differences of derivatives leave open.
//!
//! Source: Kuznetsov, Elements of Applied Bifurcation Theory, 3rd ed. (2004), section 5.4 (folds, Hopf points; flips and Neimark-Sacker points
//! of maps), where q and p are eigenvectors of F_x and its transpose with <q, q> = <p, q> = 1, B and C the second and third derivatives.

use super::differences::{Along, Differences};
use super::equation::Equation;
use super::extended::{Critical, Solution};
use super::results::{Coefficient, Criticality};
use faer::linalg::solvers::{PartialPivLu, Solve};
use faer::{Mat, c64};

/// Powers of 2 by which differences step.
const STEPS: std::ops::Range<i32> = 2..13;
/// Error of a coefficient, relative to the sum of its terms' sizes, that is always assumed.
const FLOOR: f64 = 1e-10;
/// Relative error that is good enough.
const ENOUGH: f64 = 2e-9;
/// A coefficient is determined to its sign if it is so many errors from zero.
const ERRORS: f64 = 4.0;
/// Distance of e^(i k a), k = 1 to 4, from 1 below which an invariant circle's coefficient does not decide.
const RESONANT: f64 = 1e-3;

const ZERO: c64 = c64::new(0.0, 0.0);

/// The critical point that coefficients are for.
pub struct Frame<'a> {
    equation: Equation<'a>,
    z: Vec<f64>,
    a: Mat<f64>,
    q: Vec<c64>,
    p: Vec<c64>,
}

fn dot(p: &[c64], v: &[c64]) -> c64 {
    p.iter().zip(v).fold(ZERO, |s, (p, v)| s + p.conj() * v)
}

fn conjugate(v: &[c64]) -> Vec<c64> {
    v.iter().map(c64::conj).collect()
}

fn real(x: f64) -> c64 {
    c64::new(x, 0.0)
}

/// Solves (m - A) y = b again and again.
struct Resolvent(PartialPivLu<c64>);

impl Resolvent {
    fn new(a: &Mat<f64>, m: c64) -> Self {
        let n = a.nrows();
        let shifted = Mat::<c64>::from_fn(n, n, |r, c| (if r == c { m } else { ZERO }) - real(a[(r, c)]));
        Self(shifted.partial_piv_lu())
    }

    fn solve(&self, b: &[c64]) -> Option<Vec<c64>> {
        let y = self.0.solve(Mat::from_fn(b.len(), 1, |r, _| b[r]));
        let y: Vec<c64> = (0..b.len()).map(|r| y[(r, 0)]).collect();
        y.iter().all(|z| z.re.is_finite() && z.im.is_finite()).then_some(y)
    }
}

impl<'a> Frame<'a> {
    /// The frame of a solution; none where left and right eigenvectors are orthogonal to rounding (a multiple eigenvalue).
    pub fn new(equation: Equation<'a>, s: &Solution) -> Option<Self> {
        let product = dot(&s.left, &s.right);
        if !(product.re.hypot(product.im) > 1e-10) {
            return None;
        }
        // <p, q> = conj(p) . q = 1.
        let p = s.left.iter().map(|l| *l / product.conj()).collect();
        let a = equation.jacobian(&s.z);
        Some(Self { equation, z: s.z.clone(), a, q: s.right.clone(), p })
    }

    fn along(&self, h: f64) -> Along {
        Differences::new(self.equation, &self.z, h).along(&self.q)
    }

    /// <p, B(q, q)> / 2.
    pub fn fold(&self) -> Option<Coefficient> {
        scan(|h| {
            let value = 0.5 * dot(&self.p, &self.along(h).b(&self.q)).re;
            Some((value, value.abs()))
        })
    }

    /// <p, C(q, q, q)> / 6 + <p, B(q, h)> / 2 with (m - A) h = B(q, q), m = 1 of a flip; at a pitchfork A h = -B(q, q) among the vectors
    /// without a part along q.
    pub fn cubic(&self, flip: bool) -> Option<Coefficient> {
        let resolvent = flip.then(|| Resolvent::new(&self.a, real(1.0)));
        scan(|h| {
            let d = self.along(h);
            let square = d.b(&self.q);
            let y = if let Some(r) = &resolvent { r.solve(&square)? } else { self.bordered(&square)? };
            let third = dot(&self.p, &d.c()).re / 6.0;
            let second = 0.5 * dot(&self.p, &d.b(&y)).re;
            Some((third + second, third.abs() + second.abs()))
        })
    }

    /// h with (A - m) h = -b, p . h = 0, for a critical real eigenvalue m of A.
    fn bordered(&self, b: &[c64]) -> Option<Vec<c64>> {
        let n = b.len();
        let m = self.equation.critical();
        let matrix = Mat::<f64>::from_fn(n + 1, n + 1, |r, c| match (r < n, c < n) {
            (true, true) => self.a[(r, c)] - if r == c { m } else { 0.0 },
            (true, false) => self.q[r].re,
            (false, true) => self.p[c].re,
            (false, false) => 0.0,
        });
        let y =
            matrix.partial_piv_lu().solve(Mat::from_fn(n + 1, 1, |r, _| if r < n { -b[r].re } else { 0.0 }));
        let y: Vec<c64> = (0..n).map(|r| real(y[(r, 0)])).collect();
        y.iter().all(|z| z.re.is_finite()).then_some(y)
    }

    /// The first Lyapunov coefficient of a Hopf point,
    /// Re [<p, C(q, q, q*)> + 2 <p, B(q, (-A)^-1 B(q, q*))> + <p, B(q*, (2 i w - A)^-1 B(q, q))>] / (2 w), or that of a Neimark-Sacker point,
    /// Re e^(-i a) [<p, C(q, q, q*)> + 2 <p, B(q, (1 - A)^-1 B(q, q*))> + <p, B(q*, (e^(2 i a) - A)^-1 B(q, q))>] / 2.
    pub fn lyapunov(&self, critical: Critical) -> Option<Coefficient> {
        let (still, twice, turn) = match critical {
            Critical::At(_) => return None,
            Critical::Imaginary(w) => (ZERO, c64::new(0.0, 2.0 * w), real(0.5 / w)),
            Critical::Circle(a) => {
                if (1..=4).any(|k| 2.0 * (0.5 * f64::from(k) * a).sin().abs() < RESONANT) {
                    return None;
                }
                let at = |k: f64| c64::new((k * a).cos(), (k * a).sin());
                (real(1.0), at(2.0), real(0.5) * at(-1.0))
            }
        };
        let bar = conjugate(&self.q);
        let (still, twice) = (Resolvent::new(&self.a, still), Resolvent::new(&self.a, twice));
        scan(|h| {
            let d = self.along(h);
            let mean = still.solve(&d.b(&bar))?;
            let double = twice.solve(&d.b(&self.q))?;
            let terms = [
                dot(&self.p, &d.c()),
                real(2.0) * dot(&self.p, &d.b(&mean)),
                dot(&self.p, &d.b_conj(&double)),
            ];
            let sum = terms.iter().fold(ZERO, |s, t| s + *t);
            let size: f64 = terms.iter().map(|t| (turn * t).re.hypot((turn * t).im)).sum();
            Some(((turn * sum).re, size))
        })
    }
}

/// A number that differences of steps 2^-2 to 2^-12 give, where it changes least from step to step, or little.
fn scan(f: impl Fn(f64) -> Option<(f64, f64)>) -> Option<Coefficient> {
    let mut found: Vec<Option<(f64, f64)>> = vec![];
    let mut best: Option<Coefficient> = None;
    for k in STEPS {
        found.push(f(0.5f64.powi(k)));
        let [.., Some(a), Some(b), Some(c)] = found[..] else { continue };
        let error = (a.0 - b.0).abs().max((b.0 - c.0).abs()) + FLOOR * b.1;
        if error.is_finite() && best.is_none_or(|best| error < best.error) {
            best = Some(Coefficient { value: b.0, error });
        }
        if error < ENOUGH * b.1 {
            break;
        }
    }
    best.filter(|c| c.value.abs() > ERRORS * c.error)
}

/// Born stable where `c` < 0, unstable where it is positive.
pub fn by_sign(c: Option<Coefficient>) -> Option<Criticality> {
    c.map(|c| if c.value < 0.0 { Criticality::Supercritical } else { Criticality::Subcritical })
}
