//! All branches that hang together with given starts.

use super::crossings::{AT_FLIP, Crossings, Ways, place};
use super::equation::{Equation, Metric};
use super::error::Error;
use super::family::{Family, Iterate, Kind};
use super::follow::{both_ways, joined, start, toward_p};
use super::options::Options;
use super::results::{Bifurcation, BifurcationKind, Branch, BranchPoint, End};
use super::step::Stepper;
use super::walk::{Walk, walk};

/// Distance, in the branch's metric, within which a point lies on a branch.
const ON: f64 = 1e-6;

/// Branches that hang together.
#[derive(Clone, Debug)]
pub struct Diagram {
    /// The branches; those that spring from others come after them.
    pub branches: Vec<Branch>,
    /// False where more branches were met than may be followed, or where one was left before its end: the most points were
    /// reached, no step could be made, it could not be begun, or several eigenvalues are critical at once, so that what springs
    /// from there was not followed.
    pub complete: bool,
    /// Whether more branches were met than may be followed.
    pub more: bool,
    /// Starts from which nothing could be followed, by their places, and why.
    pub left_out: Vec<(usize, Error)>,
}

/// The branches through the fixed points near `starts` (states and parameters), and all that spring from them: at simple branch points in
/// both directions, and at flips of maps the branches of doubled period, as fixed points of the iterate.
///
/// A branch ends where it comes to a branch point on a way that has been gone before, so that none is followed twice; a start on a known
/// branch gives none.
///
/// # Errors
/// As of [`follow`](super::follow), for the first start, where none of them gives any.
///
/// Source: Keller, in Applications of Bifurcation Theory (1977) 359; Allgower, Georg, Introduction to Numerical Continuation Methods (SIAM,
/// 2003), section 8.3.
pub fn diagram(family: &dyn Family, starts: &[(Vec<f64>, f64)], options: &Options) -> Result<Diagram, Error> {
    let mut all = Diagram { branches: vec![], complete: true, more: false, left_out: vec![] };
    let Some(first) = starts.first() else { return Ok(all) };
    let metric = Metric::of(options, &first.0);
    let mut crossings = Crossings::new(metric);
    let mut stepper = Stepper::new(Equation::new(family, metric));
    for (k, (x, p)) in starts.iter().enumerate() {
        let z = match start(&mut stepper, x, *p, options) {
            Ok(z) => z,
            Err(why) => {
                all.left_out.push((k, why));
                continue;
            }
        };
        if all.branches.iter().any(|b| b.period == 1 && lies_on(&mut stepper, b, &z)) {
            continue;
        }
        if all.branches.len() >= options.branches {
            all.more = true;
            continue;
        }
        let node = match toward_p(&mut stepper, z, options) {
            Ok(node) => node,
            Err(why) => {
                all.left_out.push((k, why));
                continue;
            }
        };
        let place = all.branches.len();
        let branch = both_ways(&mut stepper, options, &node, &mut |seen| {
            crossings.arrive(1, &seen.0, &seen.1, (place, 0))
        });
        all.branches.push(branch);
    }
    if let (true, Some((_, why))) = (all.branches.is_empty(), all.left_out.first()) {
        return Err(why.clone());
    }
    grow(family, &mut all, &mut crossings, metric, options);
    let cut = |b: &Branch| {
        let open = |e: &Bifurcation| {
            e.multiplicity > 1 || matches!(e.kind, BifurcationKind::BranchPoint | BifurcationKind::Unresolved)
        };
        b.ends.iter().any(|e| matches!(e, End::MostPoints | End::StepTooSmall))
            || b.bifurcations.iter().any(open)
    };
    all.complete = !all.more && all.left_out.is_empty() && !all.branches.iter().any(cut);
    Ok(all)
}

/// Follows what springs from known branches until nothing does.
fn grow(
    family: &dyn Family,
    all: &mut Diagram,
    crossings: &mut Crossings,
    metric: Metric,
    options: &Options,
) {
    let mut looked = 0;
    loop {
        if let Some(ways) = crossings.next() {
            let full = all.branches.len() >= options.branches;
            let iterate = Iterate::new(family, ways.period);
            let branch = if full {
                None
            } else {
                switched(&iterate, all.branches.len(), crossings, &ways, metric, options)
            };
            // Whether or not it led anywhere, nobody need go there again.
            ways.rays.iter().for_each(|t| {
                crossings.take(&ways, t);
            });
            all.more |= full;
            all.branches.extend(branch);
        } else if looked < all.branches.len() {
            doubled(family, all, looked, crossings, metric, options);
            looked += 1;
        } else {
            break;
        }
    }
    let found: Vec<Option<usize>> = all.branches.iter().map(|b| origin_of(all, b, metric)).collect();
    for (b, k) in all.branches.iter_mut().zip(found) {
        b.origin = b.origin.zip(k).map(|((branch, _), k)| (branch, k));
    }
}

/// The place of the bifurcation from which `branch` springs in its parent's list.
fn origin_of(all: &Diagram, branch: &Branch, metric: Metric) -> Option<usize> {
    let parent = all.branches.get(branch.origin?.0)?;
    let at = |p: &BranchPoint| p.state.iter().copied().chain([p.p]).collect::<Vec<f64>>();
    let near =
        |z: &[f64]| branch.points.iter().map(|p| metric.distance(&at(p), z)).fold(f64::INFINITY, f64::min);
    let distances: Vec<f64> = parent.bifurcations.iter().map(|b| near(&place(b))).collect();
    (0..distances.len()).min_by(|i, j| distances[*i].total_cmp(&distances[*j]))
}

/// The branch along the free ways from a branch point, in both directions.
fn switched(
    family: &Iterate,
    place: usize,
    crossings: &mut Crossings,
    ways: &Ways,
    metric: Metric,
    options: &Options,
) -> Option<Branch> {
    let mut stepper = Stepper::new(Equation::new(family, metric));
    let mut halves: Vec<Walk> = vec![];
    for t in &ways.rays {
        if crossings.take(ways, t) {
            continue;
        }
        let Ok(node) = stepper.origin(ways.z.clone(), t.clone()) else { continue };
        let mut watch =
            |seen: &super::walk::Seen| crossings.arrive(ways.period, &seen.0, &seen.1, (place, 0));
        halves.push(walk(&mut stepper, options, &node, true, &mut watch));
    }
    let mut halves = halves.into_iter();
    let forward = halves.next()?;
    let backward = halves.next().unwrap_or_else(|| Walk {
        points: forward.points[..1].to_vec(),
        events: vec![],
        end: End::Origin,
    });
    Some(Branch { period: ways.period, origin: Some(ways.origin), ..joined(forward, backward) })
}

/// The branches of doubled period from the flips of branch `k`.
fn doubled(
    family: &dyn Family,
    all: &mut Diagram,
    k: usize,
    crossings: &mut Crossings,
    metric: Metric,
    options: &Options,
) {
    let period = all.branches[k].period;
    let flips = all.branches[k].bifurcations.iter().filter(|b| b.kind == BifurcationKind::Flip);
    let flips: Vec<(Vec<f64>, Vec<f64>)> =
        flips.filter_map(|b| Some((place(b), b.tangents.first()?.clone()))).collect();
    if family.kind() != Kind::Map || period >> options.doublings > 0 {
        return;
    }
    for (z, t) in flips {
        if all.branches.len() >= options.branches {
            all.more = true;
            return;
        }
        if crossings.take_flip(period, &z) {
            continue;
        }
        let iterate = Iterate::new(family, 2 * period);
        let mut stepper = Stepper::new(Equation::new(&iterate, metric));
        let place = all.branches.len();
        let Ok(node) = stepper.origin(z, t) else { continue };
        let mut watch = |seen: &super::walk::Seen| crossings.arrive(2 * period, &seen.0, &seen.1, (place, 0));
        let walk = walk(&mut stepper, options, &node, true, &mut watch);
        let Walk { points, mut events, end } = walk;
        // Where it comes back to a state of half the period, that is a flip which is listed there.
        if end == End::Known
            && events.last().is_some_and(|b| is_flip(all, period, &super::crossings::place(b), metric))
        {
            events.pop();
        }
        let ends = [End::Origin, end];
        all.branches.push(Branch {
            period: 2 * period,
            points,
            bifurcations: events,
            ends,
            origin: Some((k, 0)),
        });
    }
}

/// Whether there is a flip of cycles of that period at `z`.
fn is_flip(all: &Diagram, period: usize, z: &[f64], metric: Metric) -> bool {
    let known = all.branches.iter().filter(|b| b.period == period).flat_map(|b| &b.bifurcations);
    known.filter(|b| b.kind == BifurcationKind::Flip).any(|b| metric.distance(&place(b), z) < AT_FLIP)
}

/// Whether `z` lies on `branch`: Newton's method from the nearest place on it, across the branch, finds `z`.
fn lies_on(stepper: &mut Stepper, branch: &Branch, z: &[f64]) -> bool {
    let metric = stepper.equation.metric;
    let at = |p: &BranchPoint| p.state.iter().copied().chain([p.p]).collect::<Vec<f64>>();
    for pair in branch.points.windows(2) {
        let (a, b) = (at(&pair[0]), at(&pair[1]));
        let (chord, to): (Vec<f64>, Vec<f64>) =
            (b.iter().zip(&a).map(|(b, a)| b - a).collect(), z.iter().zip(&a).map(|(z, a)| z - a).collect());
        let length = metric.norm(&chord);
        let share = metric.dot(&chord, &to) / length.powi(2);
        if !(-0.1..=1.1).contains(&share) || metric.norm(&to) > 2.0 * length {
            continue;
        }
        let mut guess: Vec<f64> = a.iter().zip(&chord).map(|(a, c)| a + share * c).collect();
        let row = metric.row(&chord);
        let target = row.iter().zip(z).map(|(r, z)| r * z).sum();
        if stepper.correct(&mut guess, &row, target).is_ok() && metric.distance(&guess, z) < ON {
            return true;
        }
    }
    false
}
