//! The search over many starts: solve, merge, count, look again, describe.

use super::census::{Arrival, Census, Found};
use super::describe::describe;
use super::ends::{Cluster, Ends};
use super::exact::{self, Exact};
use super::options::Options;
use super::residual::{Residual, distance};
use super::rounds::{Effort, Field, rounds};
use super::solver::{End, Root, Thresholds, Zero, polish, solve};
use super::starts::{Starts, fresh};
use super::{FixedPoint, FixedPoints, Index, Label, Proof, Rounds};
use crate::linalg::norm;
use crate::linalg::random::{Use, normal, stream};
use crate::systems::time::System;
use faer::MatRef;
use rayon::prelude::*;

/// Searches for the fixed and slow points of `system` under the constant input `input`.
///
/// `states` are the states (columns, n x t) that starts are drawn from, with noise added; every fourth
/// start is a random state of its own, followed for a while. Each start is followed by minimising q with
/// L-BFGS, then by Newton's method with the exact Jacobian; `tick` is called once a start, also of later rounds. Rounds of further
/// starts follow until they find nothing new. Results do not depend on the number of threads.
///
/// Formula: q = |F(x) - x|^2 / 2 of a map and |F(x)|^2 / 2 of a flow, F its [`field`](System::field), so that time constants and time
/// step of a flow's integration play no part.
///
/// Shapes: `input` has d numbers. Points come by number of unstable directions, then the sample of any continuum, then slow points.
///
/// Source: Sussillo & Barak 2013 (minimising q; slow points).
///
/// ```
/// use faer::mat;
/// use nullcline_core::diagnostics::dynamics::fixed_points::{Label, Options, Stability, fixed_points};
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::systems::{cells::Vanilla, time::Map};
///
/// // h' = tanh(2 h) unit by unit: 0 and +-0.9575 for each of two, nine points.
/// let mut cell = Vanilla::new(2, 0, Activation::Tanh);
/// cell.params_mut().mat_mut(1).copy_from(mat![[2.0, 0.0], [0.0, 2.0]]);
/// let states = mat![[0.5, -0.5, 0.1], [0.5, 0.2, -0.7]];
/// let found = fixed_points(&Map::new(cell), states.as_ref(), &[], &Options::for_dimension(2), &|| ());
/// assert_eq!((found.points.len(), found.complete), (9, true));
/// assert_eq!(found.points.iter().filter(|p| p.stability == Stability::Stable).count(), 4);
/// assert!(found.points.iter().all(|p| p.label == Label::Fixed && p.certified.is_some()));
/// let origin = found.points.last().unwrap();
/// assert!(origin.unstable == 2 && (origin.eigenvalues[0].re - 2.0).abs() < 1e-12);
/// // Each index is one, and they add up to the degree of the rule.
/// assert_eq!(found.index.unwrap().sum, 1);
/// ```
pub fn fixed_points(
    system: &dyn System,
    states: MatRef<f64>,
    input: &[f64],
    options: &Options,
    tick: &(dyn Fn() + Sync),
) -> FixedPoints {
    let starts = Starts::new(states);
    let field = Field { system, input, starts: &starts, options, tick };
    let mut residual = Residual::new(system, input);
    let n = residual.dim();
    let odd = is_odd(&mut residual, options.seed);
    let mut census = Census::new(odd.then(|| Residual::new(system, input)));
    let proof = proven(&mut residual, &mut census, &field);
    let complete = proof.as_ref().is_some_and(|p| p.complete);
    let known = census.list.len();
    let (origins, reached) = first_search(&field).into_iter().unzip();
    let origins: Vec<Origin> = origins;
    let mut ends = Ends::sort(reached, &mut census);
    if complete {
        // Whatever rounding made of zeros near a kink or in a slow region: the proof knows them all.
        census.list.truncate(known);
        ends.drop_made_up(&mut residual);
    } else {
        ends.add_origin(&mut residual, &mut census);
        ends.resolve_critical(&field, &mut census);
    }
    let first = census.count();
    let effort = if complete { Effort::default() } else { rounds(&field, &mut census) };
    let second_found = census.count() - first;
    let missed = if complete { 0.0 } else { census.missed() };
    let index = index(system, &census, n, complete || ends.continuum.is_empty());
    let found = census.into_points();
    ends.drop_unfinished(&found);
    let (regions, unconverged_speeds) = ends.regions(options.starts, typical_speed(&field, &mut residual));
    FixedPoints {
        points: begun(described(&field, found, ends, complete), origins),
        input: input.to_vec(),
        starts: options.starts,
        unconverged: unconverged_speeds.len(),
        unconverged_speeds,
        expected_missed: index.map_or(missed, |i| missed.max(f64::from(i.missing()))),
        complete,
        proof,
        index,
        degree: system.field().degree(),
        odd,
        second_starts: effort.starts,
        second_found,
        rounds: Rounds { count: effort.rounds, saturated: effort.saturated, quiet: effort.quiet },
        regions,
        slow_threshold: options.slow_threshold,
        flow: system.is_flow(),
    }
}

/// Adds the points that are proven to exist, where [`exact::enumerate`] applies, and says what it did.
fn proven(residual: &mut Residual, census: &mut Census, field: &Field) -> Option<Proof> {
    let found = exact::enumerate(field.system, field.input, &field.options.exact)?;
    let roots: Vec<(Root, f64)> =
        found.points.iter().zip(&found.radii).map(|(x, r)| confirmed(residual, x, *r)).collect();
    let mut complete = found.complete;
    if complete {
        // Every point is on the list, mirror images too: nothing may be merged or mirrored.
        let certified = certified(&roots);
        let all = roots.iter().zip(certified);
        census.list = all.map(|((r, _), c)| Found { certified: c, ..Found::new(r.clone()) }).collect();
        complete = index(field.system, census, residual.dim(), true).is_none_or(|i| i.missing() == 0);
    }
    if !complete {
        census.list.clear();
        roots.into_iter().for_each(|(root, _)| _ = census.add(root, Arrival::Given));
    }
    let Exact { method, points, undecided, work, .. } = found;
    Some(Proof { method, found: points.len(), complete, undecided, work })
}

/// The point proven within `radius` of `x`, as Newton's method confirms it; at a kink that may leave for another
/// piece, and the proof holds all the same. With it comes the proven radius around the state.
fn confirmed(residual: &mut Residual, x: &[f64], radius: f64) -> (Root, f64) {
    let slack = 8.0 * f64::EPSILON * (1.0 + norm(x));
    let polished = polish(residual, x, 20).filter(|r| r.zero == Zero::Isolated);
    let near = polished.filter(|r| distance(&r.state, x) <= radius + r.radius + slack);
    let Some(root) = near else {
        return (Root { state: x.to_vec(), zero: Zero::Isolated, radius, sign: 0 }, radius);
    };
    let proven = (radius + distance(&root.state, x)) * (1.0 + 1e-12);
    (Root { radius: root.radius.min(proven), ..root }, proven)
}

/// The proven radii of all fixed points, of those whose balls meet no other's, so that they hold one each.
fn certified(roots: &[(Root, f64)]) -> Vec<Option<f64>> {
    let one = |(i, (r, radius)): (usize, &(Root, f64))| {
        let apart = |(j, (other, reach)): (usize, &(Root, f64))| {
            i == j || distance(&r.state, &other.state) * (1.0 - 1e-12) > radius + reach
        };
        roots.iter().enumerate().all(apart).then_some(*radius)
    };
    roots.iter().enumerate().map(one).collect()
}

/// Whether F(-x) = -F(x): an odd rule rests at 0, and random states of all sizes down to those that saturate no
/// unit agree.
fn is_odd(residual: &mut Residual, seed: u64) -> bool {
    let n = residual.dim();
    let origin = vec![0.0; n];
    if residual.value(&origin, &mut origin.clone()) != 0.0 {
        return false;
    }
    (0..16).all(|k| {
        let mut rng = stream(seed, Use::Mirror, k);
        let size = 10f64.powf(-0.5 * k as f64);
        let x: Vec<f64> = (0..n).map(|_| size * normal(&mut rng)).collect();
        residual.oddness(&x) <= 1e-13 * (1.0 + norm(&x))
    })
}

/// Where a start began, and the root at which it ended, if it did.
struct Origin {
    start: Vec<f64>,
    root: Option<Root>,
}

/// Points with the first start that ended at each.
fn begun(mut points: Vec<FixedPoint>, origins: Vec<Origin>) -> Vec<FixedPoint> {
    for Origin { start, root } in origins {
        let Some(root) = root else { continue };
        let away = |p: &FixedPoint| distance(&p.state, &root.state);
        let fixed = points.iter_mut().filter(|p| p.label == Label::Fixed);
        let Some(nearest) = fixed.min_by(|a, b| away(a).total_cmp(&away(b))) else { continue };
        let slack = 8.0 * f64::EPSILON * (1.0 + norm(&root.state));
        if nearest.start.is_none() && away(nearest) <= 2.0 * root.radius + slack {
            nearest.start = Some(start);
        }
    }
    points
}

fn first_search(field: &Field) -> Vec<(Origin, End)> {
    let Field { system, input, starts, options, tick } = *field;
    let thresholds = Thresholds { slow: options.slow_threshold };
    (0..options.starts)
        .into_par_iter()
        .map_init(
            || Residual::new(system, input),
            |residual, i| {
                let mut rng = stream(options.seed, Use::Start, i as u64);
                let fresh = if i % 4 == 3 { fresh(&mut rng, system, input) } else { None };
                let start = fresh.unwrap_or_else(|| starts.draw(&mut rng, options.noise));
                let end = solve(residual, start.clone(), thresholds);
                tick();
                let root = if let End::Fixed(root) = &end { Some(root.clone()) } else { None };
                (Origin { start, root }, end)
            },
        )
        .collect()
}

/// The median q of states anywhere in the range.
fn typical_speed(field: &Field, residual: &mut Residual) -> f64 {
    let mut g = vec![0.0; residual.dim()];
    let mut one = |k: u64| {
        let mut rng = stream(field.options.seed, Use::Mirror, 1000 + k);
        residual.value(&field.starts.anywhere(&mut rng, field.system.field()), &mut g)
    };
    let mut all: Vec<f64> = (0..65).map(&mut one).collect();
    all.sort_by(f64::total_cmp);
    all[32]
}

/// The sum of the indices beside the degree, where both are known.
fn index(system: &dyn System, census: &Census, n: usize, discrete: bool) -> Option<Index> {
    let degree = system.field().degree()?;
    let sum = census.index_sum(n).filter(|_| discrete)?;
    Some(Index { sum, degree })
}

/// All points with what is known of them, in order.
fn described(field: &Field, found: Vec<Found>, ends: Ends, complete: bool) -> Vec<FixedPoint> {
    let one = |f: Found| describe(field.system, f, field.input, field.options.modes, complete);
    let of = |c: Cluster, zero| {
        let root = Root { state: c.state, zero, radius: 0.0, sign: 0 };
        one(Found { hits: [c.hits, 0], ..Found::new(root) })
    };
    let mut points: Vec<FixedPoint> = found.into_par_iter().map(one).collect();
    let sample = ends.continuum.into_par_iter().map(|c| of(c, Zero::Continuum));
    points.extend(sample.collect::<Vec<_>>());
    points.sort_by(|a, b| {
        let states = || a.state.partial_cmp(&b.state).unwrap_or(std::cmp::Ordering::Equal);
        (!a.isolated, a.unstable).cmp(&(!b.isolated, b.unstable)).then_with(states)
    });
    let slow = ends.slow.into_par_iter().map(|c| {
        let point = of(c, Zero::Isolated);
        FixedPoint { label: Label::Slow, certified: None, ..point }
    });
    let mut slow: Vec<FixedPoint> = slow.collect();
    slow.sort_by(|a, b| a.speed.total_cmp(&b.speed));
    points.extend(slow);
    points
}
