//! One direction of a branch, step by step, to its end.

use super::corner::{corner, crossed};
use super::crossings::place;
use super::events::brackets;
use super::options::Options;
use super::refine::bifurcation;
use super::results::{Bifurcation, BifurcationKind, BranchPoint, End};
use super::step::{Failure, Node, Stepper, along};

/// Times the angle aimed at that a step may turn.
const TURN: f64 = 3.0;
/// Distance of a point from its prediction, and of the curve from its interpolation half way, in steps.
const DRIFT: f64 = 0.5;
const BEND: f64 = 0.1;
/// Newton steps above which the next step is shorter.
const SLOW: usize = 8;
/// Step below which a corner is looked for, where F tells its pieces and where it does not.
const LOOK: f64 = 1e-5;
const LOOK_BLIND: f64 = 1e-6;
/// Corners in a row without a step between them.
const CORNERS: usize = 8;
/// Distance at which a fold and a branch point are one.
const ONE: f64 = 1e-6;
/// Distance, in steps, at which a branch has come back to its start.
const BACK: f64 = 1e-4;

/// An event and the direction of the branch there.
pub type Seen = (Bifurcation, Vec<f64>);

/// Says whether a branch that comes to an event ends there.
pub type Watch<'w> = dyn FnMut(&Seen) -> bool + 'w;

/// One direction of a branch; the first point is the start.
pub struct Walk {
    /// The points.
    pub points: Vec<BranchPoint>,
    /// What happens, each after a point of the list.
    pub events: Vec<Bifurcation>,
    /// How it ends.
    pub end: End,
}

/// A step that was made.
struct Made {
    to: Node,
    sigma: f64,
    events: Vec<Seen>,
    end: Option<End>,
    /// Where the step ends behind a corner, the corner.
    corner: Option<Node>,
}

/// What is reported of a point.
pub fn point(node: &Node, options: &Options) -> BranchPoint {
    let n = node.z.len().saturating_sub(1);
    BranchPoint {
        p: node.z.get(n).copied().unwrap_or(f64::NAN),
        state: node.z[..n].to_vec(),
        tangent: node.t.clone(),
        leading: node.spectrum.values.iter().take(options.leading).copied().collect(),
        unstable: node.spectrum.unstable,
        stable: node.spectrum.unstable == 0 && node.spectrum.neutral == 0,
    }
}

/// Follows the branch from `start` along its tangent. With `fresh`, nothing is looked for in the first step: the start is a bifurcation.
pub fn walk(stepper: &mut Stepper, options: &Options, start: &Node, fresh: bool, watch: &mut Watch) -> Walk {
    let mut done = Walk { points: vec![point(start, options)], events: vec![], end: End::MostPoints };
    let mut from = start.clone();
    let (mut ds, mut corners, mut skip) = (options.first_step, 0, fresh);
    while done.points.len() <= options.points {
        let made = match step(stepper, options, &from, &mut ds, skip, corners < CORNERS) {
            Ok(made) => made,
            Err(end) => {
                done.end = end;
                return done;
            }
        };
        skip = false;
        corners = if made.corner.is_some() { corners + 1 } else { 0 };
        for mut seen in made.events {
            seen.0.after = done.points.len() - 1;
            let stop = watch(&seen);
            if stop {
                done.points.push(at_event(&from, &seen, options));
                done.end = End::Known;
            }
            done.events.push(seen.0);
            if stop {
                return done;
            }
        }
        done.points.extend(made.corner.iter().map(|here| point(here, options)));
        let closed = done.points.len() > 3 && closes(stepper, &from, &made.to, made.sigma, start);
        done.points.push(point(if closed { start } else { &made.to }, options));
        if closed || made.end.is_some() {
            done.end = made.end.filter(|_| !closed).unwrap_or(End::Closed);
            return done;
        }
        from = made.to;
    }
    done
}

fn at_event(from: &Node, seen: &Seen, options: &Options) -> BranchPoint {
    let (state, tangent) = (seen.0.state.clone(), seen.1.clone());
    BranchPoint { p: seen.0.p, state, tangent, stable: false, ..point(from, options) }
}

/// One step from `from`, as long as it can be up to `ds`, which is left at what the next should be.
fn step(
    stepper: &mut Stepper,
    options: &Options,
    from: &Node,
    ds: &mut f64,
    skip: bool,
    corners: bool,
) -> Result<Made, End> {
    if let Some(end) = leaves(options, from) {
        return Err(end);
    }
    let blind = {
        let (x, p) = stepper.equation.split(&from.z);
        stepper.equation.family.switches(x, p).is_empty()
    };
    // Far out, what counts is the step relative to the state.
    let far = stepper.equation.metric.norm(&[&from.z[..from.z.len() - 1], &[0.0]].concat()).max(1.0);
    loop {
        *ds = ds.clamp(options.min_step, options.max_step * far);
        let failure = match attempt(stepper, options, from, *ds, skip) {
            Ok(made) => {
                let turn = angle(stepper, from, &made.to).max(1e-3);
                let slow = if made.to.iterations > SLOW { 0.7 } else { 1.0 };
                *ds = if made.corner.is_some() {
                    options.first_step
                } else {
                    *ds * slow * (options.angle / turn).clamp(0.5, 1.7)
                };
                return Ok(made);
            }
            Err(failure) => failure,
        };
        if corners
            && *ds < if blind { LOOK_BLIND } else { LOOK }
            && let Some(found) = corner(stepper, from, None, 4.0 * *ds)
            && from.z.iter().zip(&found.next.z).all(|(a, b)| (a - b).is_finite())
        {
            *ds = options.first_step;
            let direction = from.t.clone();
            return Ok(Made {
                to: found.next,
                sigma: 0.0,
                events: vec![(found.event, direction)],
                end: None,
                corner: Some(found.here),
            });
        }
        if *ds <= options.min_step {
            return Err(if failure == Failure::NotFinite { End::NotFinite } else { End::StepTooSmall });
        }
        *ds *= if failure == Failure::NotFinite { 0.25 } else { 0.5 };
    }
}

/// The end that a branch has reached which leaves the range of p or its bound from here on.
fn leaves(options: &Options, from: &Node) -> Option<End> {
    let n = from.z.len().saturating_sub(1);
    let (p, t) = (from.z[n], from.t[n]);
    match (p, t) {
        _ if crate::linalg::norm(&from.z[..n]) > options.bound => Some(End::Diverged),
        (p, t) if p >= options.high && t >= 0.0 => Some(End::High),
        (p, t) if p <= options.low && t <= 0.0 => Some(End::Low),
        _ => None,
    }
}

fn angle(stepper: &Stepper, a: &Node, b: &Node) -> f64 {
    stepper.equation.metric.dot(&a.t, &b.t).clamp(-1.0, 1.0).acos()
}

/// A step of length `ds`, with all that is to be seen on it.
fn attempt(
    stepper: &mut Stepper,
    options: &Options,
    from: &Node,
    ds: f64,
    skip: bool,
) -> Result<Made, Failure> {
    let guess = along(&from.z, ds, &from.t);
    let to = stepper.at(from, ds, guess.clone())?;
    let metric = stepper.equation.metric;
    let crosses = !crossed(&stepper.equation, &from.z, &to.z).is_empty();
    if !crosses {
        if angle(stepper, from, &to) > TURN * options.angle || metric.distance(&to.z, &guess) > DRIFT * ds {
            return Err(Failure::Astray);
        }
        let half: Vec<f64> = (0..guess.len())
            .map(|i| 0.5 * (from.z[i] + to.z[i]) + 0.125 * ds * (from.t[i] - to.t[i]))
            .collect();
        let miss = stepper.misses(&half);
        // Near a branch point the matrix says nothing, and the determinant's sign everything.
        if !skip && from.det == to.det && !(miss <= BEND * ds) {
            return Err(Failure::Astray);
        }
    }
    let (to, sigma, mut end) = clipped(stepper, options, from, to, ds)?;
    if !crossed(&stepper.equation, &from.z, &to.z).is_empty() {
        let found = corner(stepper, from, Some(&to.z), sigma).ok_or(Failure::Astray)?;
        let (here, reach) = (found.here, found.reach);
        let mut events = if reach > 0.0 && !skip { seen(stepper, from, &here, reach)? } else { vec![] };
        events.push((found.event, here.t.clone()));
        return Ok(Made { to: found.next, sigma: 0.0, events, end: None, corner: Some(here) });
    }
    let events = if skip { vec![] } else { seen(stepper, from, &to, sigma)? };
    let n = guess.len() - 1;
    if crate::linalg::norm(&to.z[..n]) > options.bound {
        end = Some(End::Diverged);
    }
    Ok(Made { to, sigma, events, end, corner: None })
}

fn seen(stepper: &mut Stepper, from: &Node, to: &Node, sigma: f64) -> Result<Vec<Seen>, Failure> {
    let found = brackets(stepper, from, to, sigma)?;
    let found: Vec<Seen> =
        found.into_iter().map(|b| bifurcation(stepper, from, b)).collect::<Result<_, Failure>>()?;
    // A branch that springs from a pitchfork turns there: that is no fold.
    let metric = stepper.equation.metric;
    let crossings: Vec<Vec<f64>> = found.iter().filter(|s| crosses(&s.0)).map(|s| place(&s.0)).collect();
    let is_one = |s: &Seen| {
        s.0.kind == BifurcationKind::Fold && crossings.iter().any(|z| metric.distance(z, &place(&s.0)) < ONE)
    };
    Ok(found.into_iter().filter(|s| !is_one(s)).collect())
}

fn crosses(b: &Bifurcation) -> bool {
    matches!(
        b.kind,
        BifurcationKind::Pitchfork | BifurcationKind::Transcritical | BifurcationKind::BranchPoint
    )
}

/// The point where the branch leaves the range of p, if it does between `from` and `to`.
fn clipped(
    stepper: &mut Stepper,
    options: &Options,
    from: &Node,
    to: Node,
    ds: f64,
) -> Result<(Node, f64, Option<End>), Failure> {
    let n = to.z.len() - 1;
    let (target, end) = match to.z[n] {
        p if p > options.high => (options.high, End::High),
        p if p < options.low => (options.low, End::Low),
        _ => return Ok((to, ds, None)),
    };
    let share = ((target - from.z[n]) / (to.z[n] - from.z[n])).clamp(0.0, 1.0);
    let mut z: Vec<f64> = from.z.iter().zip(&to.z).map(|(a, b)| a + share * (b - a)).collect();
    let guess = z.clone();
    let row: Vec<f64> = (0..=n).map(|i| f64::from(u8::from(i == n))).collect();
    let iterations = stepper.correct(&mut z, &row, target)?;
    z[n] = target;
    let metric = stepper.equation.metric;
    if metric.distance(&z, &guess) > DRIFT * ds {
        return Err(Failure::Astray);
    }
    let sigma = metric.dot(&from.t, &along(&z, -1.0, &from.z));
    if !(sigma > 0.0) {
        return Err(Failure::Astray);
    }
    Ok((stepper.node(z, &from.t, iterations)?, sigma, Some(end)))
}

/// Whether the branch passes its own start between `from` and `to`, in the same direction.
fn closes(stepper: &mut Stepper, from: &Node, to: &Node, sigma: f64, start: &Node) -> bool {
    let metric = stepper.equation.metric;
    let reach = metric.dot(&from.t, &along(&start.z, -1.0, &from.z));
    let inside = reach > 0.0 && reach <= sigma && metric.distance(&start.z, &from.z) < 2.0 * sigma;
    if !inside || metric.dot(&from.t, &start.t) <= 0.0 {
        return false;
    }
    let s = reach / sigma;
    let guess = from.z.iter().zip(&to.z).map(|(a, b)| a + s * (b - a)).collect();
    stepper.position(from, reach, guess).is_ok_and(|(z, _)| metric.distance(&z, &start.z) < BACK * sigma)
}
