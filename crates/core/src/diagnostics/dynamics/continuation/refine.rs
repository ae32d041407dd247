//! From a bracket on a branch to the bifurcation in it.

use super::branch_points::{Crossing, crossing};
use super::equation::Equation;
use super::events::{Bracket, Event, closest, guessed, narrowed};
use super::extended::{self, Critical, Solution};
use super::normal_form::{Frame, by_sign};
use super::results::{Bifurcation, BifurcationKind, Coefficient};
use super::step::{Failure, Node, Stepper, along};
use super::walk::Seen;
use crate::linalg::francis::eigenvalues_alone;
use faer::c64;

/// Share of its width to which a bracket is narrowed before Newton's method is tried.
const COARSE: f64 = 0.02;
/// Lengths of the narrowest bracket from which Newton's method may lead away.
const FAR: f64 = 1e4;
/// Distance of an eigenvalue from critical, relative to 1 + |F_x|, at which it is as good as that.
const SINGULAR: f64 = 1e-5;
/// Component of a direction along p below which a branch turns at a branch point.
const TURNS: f64 = 1e-5;

/// The bifurcation in `bracket`, a part of the step that begins at `from`.
///
/// Newton's method starts from where the test functions at both ends put it, then from a bracket of a hundredth of the step; only if it
/// leads elsewhere, the bracket is made as narrow as rounding allows.
///
/// # Errors
/// [`Failure::Astray`] where two branches pass each other without meeting, so that the step before was on another one.
pub fn bifurcation(stepper: &mut Stepper, from: &Node, bracket: Bracket) -> Result<Seen, Failure> {
    let equation = stepper.equation;
    // Next to a branch point tangents are lost in rounding; the chord of the step is not.
    let t = equation.metric.unit(along(&bracket.high.1.z, -1.0, &from.z));
    if bracket.event != Event::Several
        && let Some(found) = described(&equation, from, &bracket, &guessed(&bracket), 0.0)
    {
        return Ok((found, t));
    }
    let bracket = narrowed(stepper, from, bracket, COARSE);
    if bracket.event != Event::Several
        && let Some(found) = described(&equation, from, &bracket, &bracket.low.1.z, 0.1)
    {
        return Ok((found, t));
    }
    let bracket = closest(stepper, from, bracket)?;
    if let Some(found) = described(&equation, from, &bracket, &bracket.low.1.z, FAR) {
        return Ok((found, t));
    }
    let critical = bracket.critical();
    let (mut kind, mut multiplicity) = kind_of(&bracket, equation.is_map(), &critical);
    let several = critical_at(&equation, &bracket.low.1.z);
    if kind == BifurcationKind::Fold && several > 1 {
        (kind, multiplicity) = (BifurcationKind::BranchPoint, several);
    }
    if kind == BifurcationKind::BranchPoint && multiplicity == 1 {
        return Err(Failure::Astray);
    }
    let mut found = plain(&equation, &bracket, &critical);
    (found.kind, found.multiplicity) = (kind, multiplicity);
    found.frequency =
        critical.iter().find(|z| z.im > 0.0).map(|z| if equation.is_map() { z.im.atan2(z.re) } else { z.im });
    Ok((found, t))
}

/// A simple bifurcation by Newton's method from `guess`, if that stays within the bracket and `slack` of its length, and near the branch.
fn described(
    equation: &Equation,
    from: &Node,
    bracket: &Bracket,
    guess: &[f64],
    slack: f64,
) -> Option<Bifurcation> {
    let critical = bracket.critical();
    let mut found = plain(equation, bracket, &critical);
    (found.kind, found.multiplicity) = kind_of(bracket, equation.is_map(), &critical);
    if found.multiplicity != 1 {
        // The bordered matrix stays singular: the bracket is all there is.
        return None;
    }
    let inside = |z: &[f64]| {
        let (a, b) = (&bracket.low, &bracket.high);
        let (length, metric) = (b.0 - a.0, &equation.metric);
        let sigma = metric.dot(&from.t, &along(z, -1.0, &from.z));
        let margin = slack * length + 4.0 * f64::EPSILON * (1.0 + crate::linalg::norm(z));
        let off = metric.distance(z, &a.1.z).min(metric.distance(z, &b.1.z));
        sigma >= a.0 - margin && sigma <= b.0 + margin && off <= 4.0 * length + margin
    };
    if found.kind == BifurcationKind::BranchPoint {
        crossed(equation, &mut found, crossing(equation, guess).filter(|c| inside(&c.z))?);
        return Some(found);
    }
    let start = start_of(&found, &critical, equation.critical())?;
    let solution = extended::solve(equation, guess, start).filter(|s| inside(&s.z))?;
    if found.kind == BifurcationKind::Fold && critical_at(equation, &solution.z) > 1 {
        return None;
    }
    simple(equation, &mut found, &solution);
    Some(found)
}

/// Eigenvalues of F_x that are as good as critical for a fold.
fn critical_at(equation: &Equation, z: &[f64]) -> usize {
    let j = equation.jacobian(z);
    let near = SINGULAR * (1.0 + j.norm_l2());
    let all = eigenvalues_alone(j.as_ref()).unwrap_or_default();
    all.iter().filter(|m| (**m - c64::new(equation.critical(), 0.0)).norm() < near).count()
}

/// What the critical eigenvalues say, and how many they are, a pair counted once.
fn kind_of(bracket: &Bracket, map: bool, critical: &[c64]) -> (BifurcationKind, usize) {
    let pairs = critical.iter().filter(|z| z.im > 0.0).count();
    let real = critical.iter().filter(|z| z.im.abs() <= 0.0);
    let minus = real.clone().filter(|z| map && z.re < 0.0).count();
    let plus = real.count() - minus;
    let oscillates = if map { BifurcationKind::NeimarkSacker } else { BifurcationKind::Hopf };
    match bracket.event {
        Event::Fold => (BifurcationKind::Fold, 1),
        Event::Branch => (BifurcationKind::BranchPoint, 1),
        Event::Flip => (BifurcationKind::Flip, 1),
        Event::Corner => (BifurcationKind::Corner, critical.len()),
        Event::Pair | Event::Several => match (plus, minus, pairs) {
            (m, 0, 0) => (BifurcationKind::BranchPoint, m),
            (0, m, 0) => (BifurcationKind::Flip, m),
            (0, 0, m) => (oscillates, m),
            (a, b, c) => (BifurcationKind::Unresolved, a + b + c),
        },
    }
}

/// What the bracket alone tells.
fn plain(equation: &Equation, bracket: &Bracket, critical: &[c64]) -> Bifurcation {
    let (low, high) = (&bracket.low.1, &bracket.high.1);
    let ((x, p), (_, q)) = (equation.split(&low.z), equation.split(&high.z));
    Bifurcation {
        kind: BifurcationKind::Unresolved,
        p,
        error: (p - q).abs() + 4.0 * f64::EPSILON * p.abs(),
        state: x.to_vec(),
        residual: crate::linalg::norm(&equation.value(&low.z)),
        after: 0,
        eigenvalues: critical.to_vec(),
        multiplicity: 1,
        unstable: bracket.counts,
        frequency: None,
        coefficient: None,
        criticality: None,
        tangents: vec![],
        switches: vec![],
    }
}

/// Where the critical eigenvalue of a simple bifurcation is, about.
fn start_of(found: &Bifurcation, critical: &[c64], fold: f64) -> Option<Critical> {
    let leading = critical.iter().find(|z| z.im > 0.0);
    match (found.kind, leading) {
        (BifurcationKind::Fold, _) => Some(Critical::At(fold)),
        (BifurcationKind::Flip, _) => Some(Critical::At(-1.0)),
        (BifurcationKind::Hopf, Some(z)) => Some(Critical::Imaginary(z.im)),
        (BifurcationKind::NeimarkSacker, Some(z)) => Some(Critical::Circle(z.im.atan2(z.re))),
        _ => None,
    }
}

/// Describes a fold, a flip or a point with a critical pair.
fn simple(equation: &Equation, found: &mut Bifurcation, s: &Solution) {
    let (x, p) = equation.split(&s.z);
    (found.p, found.state, found.error, found.residual) = (p, x.to_vec(), s.error, s.residual);
    found.frequency = s.critical.angle();
    found.eigenvalues = exact(s.critical);
    let frame = Frame::new(*equation, s);
    match found.kind {
        BifurcationKind::Fold => found.coefficient = frame.and_then(|f| f.fold()),
        BifurcationKind::Flip => {
            found.coefficient = frame.and_then(|f| f.cubic(true));
            // The second iterate has -2 c for its cubic coefficient.
            found.criticality = by_sign(found.coefficient.map(|c| Coefficient { value: -c.value, ..c }));
            found.tangents = vec![direction(equation, s)];
        }
        _ => {
            found.coefficient = frame.and_then(|f| f.lyapunov(s.critical));
            found.criticality = by_sign(found.coefficient);
        }
    }
}

fn exact(critical: Critical) -> Vec<c64> {
    match critical {
        Critical::At(m) => vec![c64::new(m, 0.0)],
        Critical::Imaginary(w) => vec![c64::new(0.0, w), c64::new(0.0, -w)],
        Critical::Circle(a) => vec![c64::new(a.cos(), a.sin()), c64::new(a.cos(), -a.sin())],
    }
}

/// The critical eigenvector, and 0 for p.
fn direction(equation: &Equation, s: &Solution) -> Vec<f64> {
    // Real up to a phase: that of the largest entry.
    let largest = s.right.iter().max_by(|a, b| a.norm_sqr().total_cmp(&b.norm_sqr()));
    let phase = largest.map_or(c64::new(1.0, 0.0), |z| z.conj() / c64::new(z.norm_sqr().sqrt(), 0.0));
    let q = s.right.iter().map(|z| (*z * phase).re).chain([0.0]).collect();
    equation.metric.unit(q)
}

/// Describes a branch point whose branches are known.
fn crossed(equation: &Equation, found: &mut Bifurcation, c: Crossing) {
    let (x, p) = equation.split(&c.z);
    (found.p, found.state, found.error, found.residual) = (p, x.to_vec(), c.error, c.residual);
    let n = x.len();
    let turning = c.tangents.iter().filter(|t| along_p(equation, t, n) < TURNS).count();
    found.kind = match (c.tangents.len(), turning) {
        (2, 0) => BifurcationKind::Transcritical,
        (2, 1) => BifurcationKind::Pitchfork,
        _ => BifurcationKind::BranchPoint,
    };
    found.eigenvalues = vec![c64::new(equation.critical(), 0.0)];
    found.tangents = c.tangents;
    let at = Critical::At(equation.critical());
    let Some(q) = kernel(equation, &c.z) else { return };
    let left = c.left.iter().map(|l| c64::new(*l, 0.0)).collect();
    let s = Solution { z: c.z, critical: at, right: q, left, error: c.error, residual: c.residual };
    let Some(frame) = Frame::new(*equation, &s) else { return };
    match found.kind {
        BifurcationKind::Pitchfork => {
            found.coefficient = frame.cubic(false);
            found.criticality = by_sign(found.coefficient);
        }
        BifurcationKind::Transcritical => found.coefficient = frame.fold(),
        _ => (),
    }
}

/// |dp| of a direction of length 1.
pub fn along_p(equation: &Equation, t: &[f64], n: usize) -> f64 {
    let only: Vec<f64> = t.iter().enumerate().map(|(i, t)| if i < n { 0.0 } else { *t }).collect();
    equation.metric.norm(&only)
}

/// The right null vector of G_x.
fn kernel(equation: &Equation, z: &[f64]) -> Option<Vec<c64>> {
    extended::null_vector(equation, z, Critical::At(equation.critical()))
}
