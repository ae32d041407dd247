//! Where a branch meets the border of a smooth piece of F, and how it goes on behind.

use super::equation::Equation;
use super::events::apart;
use super::refine::along_p;
use super::results::{Bifurcation, BifurcationKind};
use super::step::{Node, Stepper, along};
use faer::linalg::solvers::Solve;
use faer::{Mat, c64};

/// Length beyond a corner at which the piece behind it is looked at.
const BEHIND: f64 = 1e-7;
/// Change of the Jacobian, relative to its size, that makes a corner where F does not tell its pieces.
const JUMP: f64 = 1e-4;
/// Distance by which rounding may move a corner.
const NEAR: f64 = 1e-6;
/// Distance of a point from the tangent, in steps, beyond which it is on another branch.
const ASIDE: f64 = 0.5;
/// Bisections of the way to a corner.
const HALVES: usize = 60;

/// Whether the switches' signs at `a` and `b` differ: their places.
pub fn crossed(equation: &Equation, a: &[f64], b: &[f64]) -> Vec<usize> {
    let ((x, p), (y, q)) = (equation.split(a), equation.split(b));
    let (s, t) = (equation.family.switches(x, p), equation.family.switches(y, q));
    (0..s.len().min(t.len())).filter(|k| (s[*k] > 0.0) != (t[*k] > 0.0)).collect()
}

/// What lies at a corner: the bifurcation to be reported and the point from which the branch goes on.
pub struct Corner {
    /// The report; its place in the list is not yet known.
    pub event: Bifurcation,
    /// The corner in the piece before.
    pub here: Node,
    /// Its distance along the tangent.
    pub reach: f64,
    /// A point of the piece behind, next to the corner.
    pub next: Node,
}

/// Whether `z` is in another piece than `from`: by its switches, or, where F has none, by its Jacobian.
fn beyond(equation: &Equation, from: &Node, piece: &Mat<f64>, z: &[f64]) -> bool {
    let (x, p) = equation.split(&from.z);
    if equation.family.switches(x, p).is_empty() {
        apart(equation.jacobian(z).as_ref(), piece.as_ref()) > JUMP
    } else {
        !crossed(equation, &from.z, z).is_empty()
    }
}

/// The corner between `from` and the distance `sigma` along its tangent, if there is one; `to` is a point of the branch there, or none
/// where no such was found.
pub fn corner(stepper: &mut Stepper, from: &Node, to: Option<&[f64]>, sigma: f64) -> Option<Corner> {
    let equation = stepper.equation;
    if equation.family.is_smooth() {
        return None;
    }
    let piece = equation.jacobian(&from.z);
    let guess = |s: f64| match to {
        Some(z) => from.z.iter().zip(z).map(|(a, b)| a + s / sigma * (b - a)).collect(),
        None => along(&from.z, s, &from.t),
    };
    let metric = equation.metric;
    // Within the piece the branch is smooth: Newton's method finds it, and off it, or on another branch, nothing counts.
    let mut place = |s: f64| -> Vec<f64> {
        let straight = along(&from.z, s, &from.t);
        match stepper.position(from, s, guess(s)) {
            Ok((z, _)) if metric.distance(&z, &straight) <= ASIDE * s => z,
            _ => straight,
        }
    };
    if !beyond(&equation, from, &piece, &place(sigma)) {
        return None;
    }
    let (mut low, mut high) = (0.0, sigma);
    let (mut before, mut after) = (from.z.clone(), place(sigma));
    for _ in 0..HALVES {
        let middle = 0.5 * (low + high);
        if high - low <= 1e-13 || middle <= low || middle >= high {
            break;
        }
        let z = place(middle);
        if beyond(&equation, from, &piece, &z) {
            (high, after) = (middle, z);
        } else {
            (low, before) = (middle, z);
        }
    }
    // A Jacobian that changes fast, but not at once, is no corner.
    if apart(equation.jacobian(&before).as_ref(), equation.jacobian(&after).as_ref()) < JUMP {
        return None;
    }
    let row = equation.metric.row(&from.t);
    let target = row.iter().zip(&before).map(|(r, z)| r * z).sum::<f64>();
    let mut z = before.clone();
    // So near the border Newton's method may end in the piece behind it.
    let stays = stepper.correct(&mut z, &row, target).is_ok() && metric.distance(&z, &before) <= NEAR;
    if !stays || beyond(&equation, from, &piece, &z) {
        z.clone_from(&before);
    }
    let here = stepper.node(z, &from.t, 0).ok()?;
    let next = behind(stepper, from, &here)?;
    let mut event = report(&equation, from, &here, &next, high - low);
    if let [k] = crossed(&equation, &from.z, &after)[..]
        && let Some((at, last)) = pinned(&equation, &before, &here.z, k)
        && metric.distance(&at, &here.z) <= NEAR
    {
        let (x, p) = equation.split(&at);
        (event.p, event.state) = (p, x.to_vec());
        event.error = event.error.max(last);
    }
    Some(Corner { event, here, reach: low, next })
}

/// The place near `z` where G and switch `k` vanish together, by Newton's method with the derivatives of the piece at `inside`, and the size
/// of the last correction of p.
fn pinned(equation: &Equation, inside: &[f64], z: &[f64], k: usize) -> Option<(Vec<f64>, f64)> {
    let n = equation.dim();
    let switch = |z: &[f64]| {
        let (x, p) = equation.split(z);
        equation.family.switches(x, p).get(k).copied()
    };
    let mut m = Mat::zeros(n + 1, n + 1);
    equation.derivative(inside, false, m.as_mut());
    for c in 0..=n {
        let h = 1e-6 * (1.0 + z[c].abs());
        let moved =
            |s: f64| z.iter().enumerate().map(|(i, v)| if i == c { v + s } else { *v }).collect::<Vec<_>>();
        m[(n, c)] = (switch(&moved(h))? - switch(&moved(-h))?) / (2.0 * h);
    }
    let lu = m.partial_piv_lu();
    let (mut at, mut last) = (z.to_vec(), f64::INFINITY);
    for _ in 0..3 {
        let g = equation.value(&at);
        let s = switch(&at)?;
        let step = lu.solve(Mat::from_fn(n + 1, 1, |i, _| if i < n { -g[i] } else { -s }));
        (0..=n).for_each(|i| at[i] += step[(i, 0)]);
        last = step[(n, 0)].abs();
    }
    at.iter().all(|v| v.is_finite()).then_some((at, last))
}

/// The point next to the corner `here` in the piece behind it, its tangent pointing into that.
fn behind(stepper: &mut Stepper, from: &Node, here: &Node) -> Option<Node> {
    let equation = stepper.equation;
    let n = equation.dim();
    let piece = equation.jacobian(&from.z);
    let inside = along(&here.z, BEHIND, &here.t);
    let mut rows = vec![equation.metric.row(&here.t)];
    rows.push((0..=n).map(|i| 1.0 + 0.5 * (1.7 * i as f64 + 0.3).sin()).collect());
    for row in rows {
        let mut m = Mat::zeros(n + 1, n + 1);
        equation.derivative(&inside, false, m.as_mut());
        for (c, r) in row.iter().enumerate() {
            m[(n, c)] = *r;
        }
        let t = m.partial_piv_lu().solve(Mat::from_fn(n + 1, 1, |i, _| f64::from(u8::from(i == n))));
        let t = equation.metric.unit((0..=n).map(|i| t[(i, 0)]).collect());
        if !t.iter().all(|t| t.is_finite()) {
            continue;
        }
        let sides =
            [1.0, -1.0].map(|s| (s, beyond(&equation, from, &piece, &along(&here.z, s * BEHIND, &t))));
        let sign = match sides {
            [(_, true), (_, false)] => 1.0,
            [(_, false), (_, true)] => -1.0,
            // Along the border, or out of sight: straight on.
            _ if equation.metric.dot(&t, &here.t) < 0.0 => -1.0,
            _ => 1.0,
        };
        let t: Vec<f64> = t.iter().map(|t| sign * t).collect();
        // A short way into the piece, so that no rounding takes it back.
        return stepper.node(along(&here.z, BEHIND, &t), &t, 0).ok();
    }
    None
}

fn report(equation: &Equation, from: &Node, here: &Node, next: &Node, width: f64) -> Bifurcation {
    let (x, p) = equation.split(&here.z);
    let n = x.len();
    let slope = along_p(equation, &here.t, n).max(along_p(equation, &next.t, n));
    let unit = (0..=n).map(|i| f64::from(u8::from(i == n))).collect::<Vec<_>>();
    let (a, b) = (from.spectrum.unstable, next.spectrum.unstable);
    let changing: Vec<c64> =
        (a.min(b)..a.max(b)).filter_map(|k| next.spectrum.values.get(k).copied()).collect();
    Bifurcation {
        kind: BifurcationKind::Corner,
        p,
        error: width * slope / equation.metric.norm(&unit) + 4.0 * f64::EPSILON * (1.0 + p.abs()),
        state: x.to_vec(),
        residual: crate::linalg::norm(&equation.value(&here.z)),
        after: 0,
        multiplicity: changing.len(),
        eigenvalues: changing,
        unstable: [a, b],
        frequency: None,
        coefficient: None,
        criticality: None,
        tangents: vec![here.t.clone(), next.t.clone()],
        switches: crossed(equation, &from.z, &next.z),
    }
}
