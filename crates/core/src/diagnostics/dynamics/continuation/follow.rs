//! A branch in both directions from one start.

use super::equation::{Equation, Metric};
use super::error::Error;
use super::family::Family;
use super::options::Options;
use super::results::{Bifurcation, BifurcationKind, Branch, End};
use super::step::{Failure, Node, Stepper};
use super::walk::{Walk, Watch, walk};
use crate::linalg::norm;

/// |F - x| relative to 1 + |x| at which a start is a fixed point where Newton's method does not say.
const STILL: f64 = 1e-12;
/// Distance in p, as a share of its range, from a start at which branches cross to the one that is taken instead.
const ASIDE: f64 = 1e-3;

/// The branch of fixed points through the one near `x` at the parameter `p`, in both directions.
///
/// Formula: F(x, p) = x of a map, F(x, p) = 0 of a flow, by pseudo-arclength: tangent predictor, Newton's method in the hyperplane across
/// it, to where rounding stops it. Steps follow the angle between successive tangents. A step is taken back and halved if it turns too
/// far, does not lie on one smooth curve with its ends' tangents, or shows more events than one explains.
///
/// Shapes: `x` has n entries. Points are in order along the branch; in the list's middle, where the start is, p grows.
///
/// # Errors
/// [`Error::Length`], [`Error::OutOfRange`], [`Error::NoStart`], [`Error::NotFinite`], [`Error::NoDirection`].
///
/// Source: Keller, in Applications of Bifurcation Theory (1977) 359; Allgower, Georg, Introduction to Numerical Continuation Methods (SIAM,
/// 2003), chapters 2, 6 and 10.
pub fn follow(family: &dyn Family, x: &[f64], p: f64, options: &Options) -> Result<Branch, Error> {
    let mut stepper = stepper(family, x, options);
    let start = start(&mut stepper, x, p, options)?;
    let start = toward_p(&mut stepper, start, options)?;
    Ok(both_ways(&mut stepper, options, &start, &mut |_| false))
}

/// A stepper in the metric of a branch from `x`.
pub fn stepper<'a>(family: &'a dyn Family, x: &[f64], options: &Options) -> Stepper<'a> {
    Stepper::new(Equation::new(family, Metric::of(options, x)))
}

/// The fixed point near `x` at `p`.
pub fn start(stepper: &mut Stepper, x: &[f64], p: f64, options: &Options) -> Result<Vec<f64>, Error> {
    let n = stepper.equation.dim();
    if x.len() != n {
        return Err(Error::Length { found: x.len(), expected: n });
    }
    if !(p >= options.low && p <= options.high) {
        return Err(Error::OutOfRange { p, low: options.low, high: options.high });
    }
    let mut z: Vec<f64> = x.iter().copied().chain([p]).collect();
    let residual = norm(&stepper.equation.value(&z));
    let row: Vec<f64> = (0..=n).map(|i| f64::from(u8::from(i == n))).collect();
    match stepper.correct(&mut z, &row, p) {
        Ok(_) => {
            z[n] = p;
            Ok(z)
        }
        Err(Failure::NotFinite) => Err(Error::NotFinite),
        // At a bifurcation Newton's matrix is singular, and the state is a fixed point all the same.
        Err(_) if residual <= STILL * (1.0 + norm(x)) => Ok(x.iter().copied().chain([p]).collect()),
        Err(_) => Err(Error::NoStart { residual }),
    }
}

/// The point with its tangent towards larger p; where branches cross there, the one beside it.
///
/// # Errors
/// [`Error::NotFinite`], [`Error::NoDirection`].
pub fn toward_p(stepper: &mut Stepper, z: Vec<f64>, options: &Options) -> Result<Node, Error> {
    let first = along_branch(stepper, z.clone());
    if !matches!(first, Err(Error::NoDirection)) {
        return first;
    }
    let n = z.len() - 1;
    let aside = ASIDE * (options.high - options.low);
    let beside = [aside, -aside].into_iter().map(|by| z[n] + by);
    for p in beside.filter(|p| (options.low..=options.high).contains(p)) {
        if let Ok(found) = start(stepper, &z[..n], p, options)
            && let Ok(node) = along_branch(stepper, found)
        {
            return Ok(node);
        }
    }
    first
}

fn along_branch(stepper: &mut Stepper, z: Vec<f64>) -> Result<Node, Error> {
    let n = stepper.equation.dim();
    let unit: Vec<f64> = (0..=n).map(|i| f64::from(u8::from(i == n))).collect();
    let other: Vec<f64> = (0..=n).map(|i| 1.0 + 0.5 * (1.7 * i as f64 + 0.3).sin()).collect();
    let mut last = Failure::Diverges;
    for t in [unit, other] {
        match stepper.node(z.clone(), &stepper.equation.metric.unit(t), 0) {
            Ok(node) if node.t.iter().all(|t| t.is_finite()) => {
                return if node.t[n] < 0.0 { reversed(stepper, &node) } else { Ok(node) };
            }
            Ok(_) => (),
            Err(failure) => last = failure,
        }
    }
    Err(if last == Failure::NotFinite { Error::NotFinite } else { Error::NoDirection })
}

fn reversed(stepper: &mut Stepper, node: &Node) -> Result<Node, Error> {
    let back: Vec<f64> = node.t.iter().map(|t| -t).collect();
    stepper.node(node.z.clone(), &back, 0).map_err(|_| Error::NotFinite)
}

/// The branch through `start`, forward along its tangent and backward.
pub fn both_ways(stepper: &mut Stepper, options: &Options, start: &Node, watch: &mut Watch) -> Branch {
    let forward = walk(stepper, options, start, false, watch);
    if forward.end == End::Closed {
        let ends = [End::Closed, End::Closed];
        return Branch {
            period: 1,
            points: forward.points,
            bifurcations: forward.events,
            ends,
            origin: None,
        };
    }
    let backward = match reversed(stepper, start) {
        Ok(back) => walk(stepper, options, &back, false, watch),
        Err(_) => Walk { points: forward.points[..1].to_vec(), events: vec![], end: End::StepTooSmall },
    };
    joined(forward, backward)
}

/// Both directions in one list, that of `backward` turned round.
pub fn joined(forward: Walk, backward: Walk) -> Branch {
    let more = backward.points.len() - 1;
    let ends = [backward.end, forward.end];
    let turned = backward.points.into_iter().skip(1).rev().map(|mut p| {
        p.tangent.iter_mut().for_each(|t| *t = -*t);
        p
    });
    let points = turned.chain(forward.points).collect();
    let mut bifurcations: Vec<Bifurcation> =
        backward.events.into_iter().rev().map(|event| turned_round(event, more)).collect();
    bifurcations.extend(forward.events.into_iter().map(|mut event| {
        event.after += more;
        event
    }));
    Branch { period: 1, points, bifurcations, ends, origin: None }
}

fn turned_round(mut event: Bifurcation, more: usize) -> Bifurcation {
    event.after = more.saturating_sub(event.after + 1);
    event.unstable.reverse();
    if event.kind == BifurcationKind::Corner {
        event.tangents.reverse();
        event.tangents.iter_mut().flatten().for_each(|t| *t = -*t);
    }
    event
}
