//! Exponents of an orbit that ends where units are at a kink, from the orbit itself.
//!
//! Near a fixed point p on kinks a piecewise smooth map is positively homogeneous:
//! F(p + s d) = p + s G(d) + o(s) with G(c d) = c G(d) for c > 0. The direction of x - p goes from piece
//! to piece while its length decays; it is followed at a length that neither underflows nor meets
//! other kinks, and the Jacobians of the pieces that it meets are multiplied.

use super::rest::{Arrival, FixedPoint, Root, distance, size};
use crate::linalg::product::{LogEigenvalue, product_eigenvalues};
use crate::linalg::qr::Qr;
use crate::linalg::random::{Use, normal, normal_matrix, stream};
use crate::linalg::{col, gemm, norm};
use crate::numbers::batch_means;
use crate::systems::rule::{Point, Rule, Workspace, column, column_mut};
use crate::systems::time::{Drive, Stepper, System};
use faer::{Accum, Mat, MatMut};

/// Distance from the fixed point, relative to its size, at which an orbit shows its direction.
const NEAR: f64 = 1e-6;
/// Distance at which a unit counts as at its kink, and at which directions are followed: the fixed points' pieces have the
/// same.
const AT_KINK: f64 = 1e-10;
/// Steps in which the direction finds its orbit, and steps that must repeat for a verdict.
const SETTLE: usize = 4096;
const LONGEST: usize = 64;
/// Directions tried where the orbit rests on the kink itself.
const DIRECTIONS: usize = 8;
const AVERAGED: usize = 20_000;
const BATCHES: usize = 200;

/// Whether the derivative jumps at `x`: on the two sides of a random line through it the products
/// with one vector differ, and the closer the sides are, the less so for a smooth field.
pub(super) fn present(system: &dyn System, u: &[f64], x: &[f64]) -> bool {
    let n = x.len();
    let rule = system.field();
    let mut rng = stream(1, Use::Tangent, n as u64);
    let d: Vec<f64> = (0..n).map(|_| normal(&mut rng)).collect();
    let v = normal_matrix(&mut rng, n, 1);
    let mut ws = Workspace::new(rule, 1, 1);
    let (mut y, mut out) = (vec![0.0; n], Mat::zeros(n, 1));
    let mut product = |s: f64| -> Vec<f64> {
        let moved: Vec<f64> = x.iter().zip(&d).map(|(x, d)| x + s * d).collect();
        ws.eval(rule, column(&moved), column(u), column_mut(&mut y));
        let Workspace { tape, scratch } = &mut ws;
        let at = Point { x: column(&moved), u: column(u), tape: tape.as_ref() };
        rule.jvp(at, v.as_ref(), None, out.as_mut(), scratch.as_mut());
        col(out.as_ref(), 0).to_vec()
    };
    let mut jump = |s: f64| {
        let (a, b) = (product(s), product(-s));
        (distance(&a, &b), norm(&a).max(norm(&b)))
    };
    let (far, near) = (jump(64.0 * AT_KINK * size(x)), jump(AT_KINK * size(x)));
    near.0 > 1e-6 * near.1 && near.0 > 0.3 * far.0
}

/// The map of displacements from `p`, followed at a fixed small length.
struct Scaled<'a> {
    rule: &'a dyn Rule,
    p: &'a [f64],
    u: &'a [f64],
    length: f64,
    at: Vec<f64>,
    y: Vec<f64>,
    ws: Workspace,
    identity: Mat<f64>,
}

impl<'a> Scaled<'a> {
    fn new(rule: &'a dyn Rule, p: &'a [f64], u: &'a [f64]) -> Self {
        let n = p.len();
        // At the origin nothing is rounded away, and what is not homogeneous vanishes.
        let length = if p.iter().all(|v| *v == 0.0) { 1e-60 } else { AT_KINK * size(p) };
        let ws = Workspace::new(rule, 1, n);
        Self { rule, p, u, length, at: p.to_vec(), y: p.to_vec(), ws, identity: Mat::identity(n, n) }
    }

    fn evaluate(&mut self, d: &[f64]) {
        self.at.iter_mut().zip(self.p.iter().zip(d)).for_each(|(a, (p, d))| *a = p + self.length * d);
        self.ws.eval(self.rule, column(&self.at), column(self.u), column_mut(&mut self.y));
    }

    fn product(&mut self, v: faer::MatRef<f64>, out: MatMut<f64>) {
        let Workspace { tape, scratch } = &mut self.ws;
        let at = Point { x: column(&self.at), u: column(self.u), tape: tape.as_ref() };
        self.rule.jvp(at, v, None, out, scratch.as_mut());
    }

    /// The Jacobian of the piece last evaluated.
    fn jacobian(&mut self) -> Mat<f64> {
        let n = self.p.len();
        let mut j = Mat::zeros(n, n);
        let identity = std::mem::replace(&mut self.identity, Mat::zeros(0, 0));
        self.product(identity.as_ref(), j.as_mut());
        self.identity = identity;
        j
    }

    /// d <- G(d) / |G(d)| with Euler's theorem G(d) = J d; false when G(d) = 0.
    fn turn(&mut self, d: &mut Vec<f64>, next: &mut Vec<f64>) -> bool {
        let (from, to) = (column(d), column_mut(next));
        let Workspace { tape, scratch } = &mut self.ws;
        let at = Point { x: column(&self.at), u: column(self.u), tape: tape.as_ref() };
        self.rule.jvp(at, from, None, to, scratch.as_mut());
        std::mem::swap(d, next);
        unit(d)
    }
}

/// Gives `d` length 1; false when it has none.
fn unit(d: &mut [f64]) -> bool {
    let largest = d.iter().fold(0.0f64, |a, v| a.max(v.abs()));
    if !(largest > 0.0 && largest.is_finite()) {
        return false;
    }
    d.iter_mut().for_each(|v| *v /= largest);
    let length = norm(d);
    d.iter_mut().for_each(|v| *v /= length);
    true
}

struct Found {
    exponents: Vec<f64>,
    errors: Vec<f64>,
    /// Steps after which the pieces repeat.
    period: Option<usize>,
}

/// The fixed point with the exponents of the orbit that goes from `origin` through `x` to it.
pub(super) fn exponents(orbit: &Arrival, root: &Root) -> Option<FixedPoint> {
    let (system, Drive::Constant(u)) = (orbit.system, orbit.drive) else { return None };
    let p = &root.x;
    let mut map = Scaled::new(system.step(), p, u);
    let own = direction(orbit, p).and_then(|d| follow(&mut map, system, d));
    let on = own.is_none();
    let found = own.or_else(|| {
        let one = |i: usize| {
            let mut rng = stream(1, Use::Tangent, (1000 + i) as u64);
            let mut d: Vec<f64> = p.iter().map(|_| normal(&mut rng)).collect();
            unit(&mut d);
            follow(&mut map, system, d)
        };
        (0..DIRECTIONS).filter_map(one).max_by(|a, b| a.exponents[0].total_cmp(&b.exponents[0]))
    });
    let n = p.len();
    let found = found.unwrap_or_else(|| Found {
        exponents: vec![f64::NEG_INFINITY; n],
        errors: vec![f64::NAN; n],
        period: Some(1),
    });
    Some(FixedPoint {
        x: p.clone(),
        slack: root.slack,
        note: Some(said(&found, on)),
        exponents: found.exponents,
        errors: found.errors,
        kinked: true,
    })
}

fn said(found: &Found, on: bool) -> String {
    if on {
        return format!(
            "the state rests on kinks of its units, where no derivative exists: the exponents are those of one direction of {DIRECTIONS} \
             random ones, that in which it grows most; in others it may grow more"
        );
    }
    let whose = "the state comes to rest on kinks of its units, where no derivative exists: the exponents are those \
                 along the orbit";
    match found.period {
        Some(1) => format!("{whose}, which stays in one linear piece (exact)"),
        Some(q) => format!("{whose}, which repeats its linear pieces every {q} steps (exact)"),
        None => {
            format!("{whose}, averaged over {AVERAGED} steps or fewer, since its linear pieces do not repeat")
        }
    }
}

/// Direction of x - p once the orbit is near; none where it meets p exactly.
fn direction(orbit: &Arrival, p: &[f64]) -> Option<Vec<f64>> {
    let from = |x: &[f64]| -> Option<Vec<f64>> {
        let mut d: Vec<f64> = x.iter().zip(p).map(|(x, p)| x - p).collect();
        let apart = distance(x, p);
        let resolved = if p.iter().all(|v| *v == 0.0) { 1e-290 } else { 1e-9 * size(p) };
        (apart > resolved && apart <= NEAR * size(p) && unit(&mut d)).then_some(d)
    };
    if let Some(d) = from(orbit.x) {
        return Some(d);
    }
    // It has come too near: once more from where it began.
    let mut state = Stepper::new(orbit.system.step(), orbit.drive, orbit.origin, 1);
    for _ in 0..1_000_000 {
        if let Some(d) = from(state.x()) {
            return Some(d);
        }
        if distance(state.x(), p) <= NEAR * size(p) {
            return None;
        }
        state.run(1);
    }
    None
}

/// The exponents along the orbit of direction `d`; none where it ends on the fixed point.
fn follow(map: &mut Scaled, system: &dyn System, mut d: Vec<f64>) -> Option<Found> {
    let n = d.len();
    let mut next = vec![0.0; n];
    let mut rng = stream(1, Use::Tangent, 999);
    let probe = normal_matrix(&mut rng, n, 1);
    let mut image = Mat::zeros(n, 1);
    let (mut marks, mut states) = (Vec::with_capacity(SETTLE), Vec::new());
    for t in 0..2 * SETTLE {
        map.evaluate(&d);
        if t >= SETTLE {
            map.product(probe.as_ref(), image.as_mut());
            marks.push(
                col(image.as_ref(), 0)
                    .iter()
                    .enumerate()
                    .map(|(i, v)| v * (1.0 + i as f64).sqrt())
                    .sum::<f64>(),
            );
            if t + LONGEST >= 2 * SETTLE {
                states.push(d.clone());
            }
        }
        if !map.turn(&mut d, &mut next) {
            return None;
        }
    }
    let scale = marks.iter().fold(0.0f64, |a, m| a.max(m.abs()));
    let repeats = |q: &usize| {
        (*q..marks.len()).all(|t| (marks[t] - marks[t - q]).abs() <= 1e-4 * scale)
            && distance(&states[states.len() - q], &d) <= 1e-7
    };
    match (1..=LONGEST).find(repeats) {
        Some(q) => exact(map, system, d, q),
        None => averaged(map, system, d),
    }
}

/// Eigenvalues of the product of the pieces; the error is what an eighth of the length changes.
fn exact(map: &mut Scaled, system: &dyn System, d: Vec<f64>, q: usize) -> Option<Found> {
    let length = map.length;
    let (values, coupling) = product(map, d.clone(), q)?;
    map.length = length / 8.0;
    let closer = product(map, d, q);
    map.length = length;
    let time = q as f64 * system.time_step();
    let rounding = (coupling + (values.len() * q) as f64 * f64::EPSILON) / time;
    let (mut exponents, mut errors) = (Vec::new(), Vec::new());
    let mut last = 0.0f64;
    for (v, w) in values.iter().zip(closer?.0) {
        // What a singular piece leaves of its zero eigenvalue is rounding, far below the others.
        let lost = v.log_modulus < -30.0 && (v.log_modulus < last - 20.0 || !last.is_finite());
        last = if lost { f64::NEG_INFINITY } else { v.log_modulus };
        exponents.push(last / time);
        errors.push(if lost { f64::NAN } else { rounding + (v.log_modulus - w.log_modulus).abs() / time });
    }
    Some(Found { exponents, errors, period: Some(q) })
}

fn product(map: &mut Scaled, mut d: Vec<f64>, q: usize) -> Option<(Vec<LogEigenvalue>, f64)> {
    let mut next = vec![0.0; d.len()];
    let mut factors = Vec::with_capacity(q);
    for _ in 0..q {
        map.evaluate(&d);
        factors.push(map.jacobian());
        map.turn(&mut d, &mut next);
    }
    product_eigenvalues(&factors)
}

/// Growth of orthonormal tangents along the direction's orbit.
fn averaged(map: &mut Scaled, system: &dyn System, mut d: Vec<f64>) -> Option<Found> {
    let n = d.len();
    let affordable = (4_000_000_000 / (4 * n * n * n)).clamp(BATCHES * 2, AVERAGED);
    let batch = affordable / BATCHES;
    let mut rng = stream(1, Use::Tangent, 998);
    let (mut q, mut z) = (normal_matrix(&mut rng, n, n), Mat::zeros(n, n));
    let (mut r, mut qr) = (Mat::zeros(n, n), Qr::new(n, n));
    qr.factor(q.as_mut(), r.as_mut());
    let mut next = vec![0.0; n];
    let mut series = vec![vec![0.0; BATCHES + BATCHES / 4]; n];
    for b in 0..BATCHES + BATCHES / 4 {
        for _ in 0..batch {
            map.evaluate(&d);
            let j = map.jacobian();
            gemm(z.as_mut(), Accum::Replace, j.as_ref(), q.as_ref());
            qr.factor(z.as_mut(), r.as_mut());
            std::mem::swap(&mut q, &mut z);
            for (i, s) in series.iter_mut().enumerate() {
                s[b] += r[(i, i)].abs().ln() / batch as f64;
            }
            if !map.turn(&mut d, &mut next) {
                return None;
            }
        }
    }
    let dt = system.time_step();
    let mut pairs: Vec<(f64, f64)> = series
        .iter()
        .map(|s| {
            let kept = &s[BATCHES / 4..];
            let mean = batch_means::mean(&[kept.to_vec()]);
            match mean.value > -36.0 {
                true => (mean.value / dt, mean.error() / dt),
                false => (f64::NEG_INFINITY, f64::NAN),
            }
        })
        .collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (exponents, errors) = pairs.into_iter().unzip();
    Some(Found { exponents, errors, period: None })
}
