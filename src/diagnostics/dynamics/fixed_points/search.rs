//! The search over many starts: solve, merge, count, look again, describe.

use super::census::{Arrival, Census};
use super::critical::critical;
use super::describe::describe;
use super::exact;
use super::residual::{Residual, distance};
use super::rounds::{Effort, Field, rounds};
use super::solver::{End, Root, Thresholds, Zero, polish, solve, zero};
use super::starts::{Starts, fresh};
use super::{FixedPoint, FixedPoints, Index, Label, Region, Rounds};
use crate::linalg::norm;
use crate::linalg::random::{Use, normal, stream};
use crate::systems::time::System;
use faer::MatRef;
use rayon::prelude::*;

/// Settings of a search.
#[derive(Clone, Debug)]
pub struct Options {
    /// Number of starts.
    pub starts: usize,
    /// Standard deviation of the noise on a start, relative to the spread of the states: drawn
    /// log-uniformly between a hundredth of it and itself, start by start.
    pub noise: f64,
    /// Largest q of a slow point.
    pub slow_threshold: f64,
    /// Starts of each further round; 0 for none.
    pub second_starts: usize,
    /// Starts of all further rounds at most, where they go on finding points.
    pub budget: usize,
    /// Limits of the enumeration that proves which points there are, where it applies.
    pub exact: exact::Limits,
    /// Number of leading modes kept with eigenvectors.
    pub modes: usize,
    /// Seed of the starts.
    pub seed: u64,
}

/// Floating-point operations that further rounds may take, about.
const WORK: f64 = 3e10;

impl Options {
    /// The defaults for a system of `n` states: 512 starts up to 64 units, fewer above, down to 64; rounds
    /// of half as many, 32768 starts in all at most, fewer where a Newton step costs more.
    pub fn for_dimension(n: usize) -> Self {
        let starts = (512 * 64 * 64 / (n * n).max(1)).clamp(64, 512);
        let size = n as f64;
        let one = 20.0 * (size.powi(3) + 50.0 * size.powi(2) + 2000.0);
        let budget = ((WORK / one) as usize).clamp(2 * starts, 32768);
        Self {
            starts,
            noise: 0.5,
            slow_threshold: 1e-6,
            second_starts: starts / 2,
            budget,
            exact: exact::Limits::default(),
            modes: 5,
            seed: 1,
        }
    }
}

/// Distance below which two states of little speed are one, relative to 1 + |x|.
const SAME_SLOW: f64 = 1e-2;
/// q of a point at which rounding may hide a fixed point, relative to (1 + |x|)^2.
const MARGINAL: f64 = 1e-12;
/// Slow regions kept, and the share of the starts that one has at least.
const REGIONS: usize = 8;
const SHARE: f64 = 0.01;

/// A state where several starts ended.
struct Cluster {
    state: Vec<f64>,
    speed: f64,
    hits: usize,
}

fn gather(list: &mut Vec<Cluster>, state: Vec<f64>, speed: f64) {
    let reach = SAME_SLOW * (1.0 + norm(&state));
    match list.iter_mut().find(|c| distance(&c.state, &state) <= reach) {
        Some(c) => {
            c.hits += 1;
            if speed < c.speed {
                (c.state, c.speed) = (state, speed);
            }
        }
        None => list.push(Cluster { state, speed, hits: 1 }),
    }
}

/// Where the starts of the first search ended.
struct Ends {
    continuum: Vec<Cluster>,
    slow: Vec<Cluster>,
    minima: Vec<Cluster>,
    unconverged: Vec<f64>,
}

/// Searches for the fixed and slow points of `system` under the constant input `input`.
///
/// `states` are the states (columns, n x t) that starts are drawn from, with noise added; every fourth
/// start is a random state of its own, followed for a while. Each start is followed by minimising q with
/// L-BFGS, then by Newton's method with the exact Jacobian; `tick` is called once a start. Rounds of further
/// starts follow until they find nothing new. Results do not depend on the number of threads.
pub fn fixed_points(
    system: &dyn System,
    states: MatRef<f64>,
    input: &[f64],
    options: &Options,
    tick: &(dyn Fn() + Sync),
) -> FixedPoints {
    let starts = Starts::new(states);
    let mut residual = Residual::new(system, input);
    let n = residual.dim();
    let odd = is_odd(&mut residual, options.seed);
    let mut census = Census::new(odd);
    let origin = vec![0.0; n];
    let at_rest = residual.value(&origin, &mut origin.clone()) == 0.0;
    if let Some(root) = zero(&mut residual, &origin).filter(|r| at_rest && r.zero == Zero::Isolated) {
        census.add(root, Arrival::Given);
    }
    let complete = proven(&mut residual, &mut census, system, input, options);
    let known = census.list.len();
    let field = Field { system, input, starts: &starts, options };
    let mut ends = first_search(&field, &mut census, tick);
    if at_rest && zero(&mut residual, &origin).is_none() {
        ends.slow.push(Cluster { state: origin, speed: 0.0, hits: 0 });
    }
    if complete {
        // Whatever rounding made of a zero near a kink: the proof knows them all.
        census.list.truncate(known);
    }
    let first = census.count();
    let effort = if complete { Effort::default() } else { rounds(&field, &mut census) };
    let second_found = census.count() - first;
    if !complete {
        resolve_critical(&mut residual, &mut census, &mut ends);
    }
    let missed = if complete { 0.0 } else { census.missed() };
    let index = index(system, &census, n, complete || ends.continuum.is_empty());

    let found = census.into_points();
    // A local minimum of q beside a fixed point is that point, unfinished.
    let near = |c: &Cluster, x: &[f64]| distance(x, &c.state) <= SAME_SLOW * (1.0 + norm(x));
    ends.slow.retain(|s| {
        !found.iter().any(|f| near(s, &f.root.state)) && !ends.continuum.iter().any(|c| near(s, &c.state))
    });
    let at_least = (SHARE * options.starts as f64).max(2.0) as usize;
    let (mut minima, rest): (Vec<Cluster>, Vec<Cluster>) =
        ends.minima.into_iter().partition(|m| m.hits >= at_least);
    ends.unconverged.extend(rest.iter().flat_map(|m| std::iter::repeat_n(m.speed, m.hits)));
    minima.sort_by(|a, b| {
        (b.hits, a.speed).partial_cmp(&(a.hits, b.speed)).unwrap_or(std::cmp::Ordering::Equal)
    });
    let in_regions: Vec<f64> = minima.iter().flat_map(|m| std::iter::repeat_n(m.speed, m.hits)).collect();
    minima.truncate(REGIONS);
    ends.unconverged.extend(in_regions);

    let mut points: Vec<FixedPoint> =
        found.into_par_iter().map(|f| describe(system, f, input, options.modes)).collect();
    points.extend(samples(system, ends.continuum, input, options.modes));
    points.sort_by(|a, b| {
        let states = || a.state.partial_cmp(&b.state).unwrap_or(std::cmp::Ordering::Equal);
        (!a.isolated, a.unstable).cmp(&(!b.isolated, b.unstable)).then_with(states)
    });
    ends.slow.sort_by(|a, b| a.speed.total_cmp(&b.speed));
    points
        .extend(ends.slow.into_par_iter().map(|c| slow(system, c, input, options.modes)).collect::<Vec<_>>());
    FixedPoints {
        points,
        input: input.to_vec(),
        starts: options.starts,
        unconverged: ends.unconverged.len(),
        unconverged_speeds: ends.unconverged,
        expected_missed: index.map_or(missed, |i| missed.max(f64::from(i.missing()))),
        complete,
        index,
        degree: system.field().degree(),
        odd,
        second_starts: effort.starts,
        second_found,
        rounds: Rounds { count: effort.rounds, saturated: effort.saturated, quiet: effort.quiet },
        regions: minima
            .into_iter()
            .map(|m| Region { state: m.state, speed: m.speed, starts: m.hits })
            .collect(),
        slow_threshold: options.slow_threshold,
        flow: system.is_flow(),
    }
}

/// Adds the points that are proven to exist, where [`exact::enumerate`] applies; whether they are all.
fn proven(
    residual: &mut Residual,
    census: &mut Census,
    system: &dyn System,
    input: &[f64],
    options: &Options,
) -> bool {
    let Some(found) = exact::enumerate(system, input, &options.exact) else { return false };
    for x in found.points {
        let polished = polish(residual, &x, 20).filter(|r| r.zero == Zero::Isolated);
        let radius = 1e-9 * (1.0 + norm(&x));
        let near = polished.filter(|r| distance(&r.state, &x) <= radius + r.radius);
        // At a kink Newton's method may leave for another piece; the proof holds all the same.
        census.add(near.unwrap_or(Root { state: x, zero: Zero::Isolated, radius, sign: 0 }), Arrival::Given);
    }
    found.complete
}

/// Whether F(-x) = -F(x), by four random states.
fn is_odd(residual: &mut Residual, seed: u64) -> bool {
    let n = residual.dim();
    (0..4).all(|k| {
        let mut rng = stream(seed, Use::Mirror, k);
        let x: Vec<f64> = (0..n).map(|_| normal(&mut rng)).collect();
        residual.oddness(&x) <= 1e-13 * (1.0 + norm(&x))
    })
}

fn first_search(field: &Field, census: &mut Census, tick: &(dyn Fn() + Sync)) -> Ends {
    let Field { system, input, starts, options } = *field;
    let thresholds = Thresholds { slow: options.slow_threshold };
    let all: Vec<End> = (0..options.starts)
        .into_par_iter()
        .map_init(
            || Residual::new(system, input),
            |residual, i| {
                let mut rng = stream(options.seed, Use::Start, i as u64);
                let fresh = if i % 4 == 3 { fresh(&mut rng, system, input) } else { None };
                let start = fresh.unwrap_or_else(|| starts.draw(&mut rng, options.noise));
                let end = solve(residual, start, thresholds);
                tick();
                end
            },
        )
        .collect();
    let mut ends = Ends { continuum: vec![], slow: vec![], minima: vec![], unconverged: vec![] };
    for end in all {
        match end {
            End::Fixed(root) if root.zero == Zero::Continuum => gather(&mut ends.continuum, root.state, 0.0),
            End::Fixed(root) => _ = census.add(root, Arrival::Independent),
            End::Slow(x, q) => gather(&mut ends.slow, x, q),
            End::Minimum(x, q) => gather(&mut ends.minima, x, q),
            End::Nowhere(q) => ends.unconverged.push(q),
        }
    }
    ends
}

/// Moves slow points at which G vanishes to rounding and changes sign to the fixed points, and the origin
/// where G is exactly zero there.
fn resolve_critical(residual: &mut Residual, census: &mut Census, ends: &mut Ends) {
    // The origin, if it is there, is exact and comes first.
    for c in ends.slow.iter().rev().filter(|c| c.speed <= MARGINAL * (1.0 + norm(&c.state)).powi(2)) {
        let origin = c.state.iter().all(|v| *v == 0.0);
        let own = || Root { state: c.state.clone(), zero: Zero::Critical, radius: 1e-9, sign: 0 };
        let (root, attracts) = match critical(residual, &c.state) {
            Some(found) => (found.root, found.attracts),
            None if origin => (own(), None),
            None => continue,
        };
        let root = if origin { Root { state: c.state.clone(), ..root } } else { root };
        if zero(residual, &root.state).is_some_and(|r| r.zero == Zero::Isolated) {
            continue;
        }
        let place = census.list.len();
        if census.add(root, Arrival::Given) {
            census.list[place].hits[0] = c.hits;
            census.list[place].attracts = attracts;
        }
    }
}

/// The sum of the indices beside the degree, where both are known.
fn index(system: &dyn System, census: &Census, n: usize, discrete: bool) -> Option<Index> {
    let degree = system.field().degree()?;
    let sum = census.index_sum(n).filter(|_| discrete)?;
    Some(Index { sum, degree })
}

fn samples(system: &dyn System, list: Vec<Cluster>, input: &[f64], modes: usize) -> Vec<FixedPoint> {
    list.into_par_iter()
        .map(|c| {
            let root = Root { state: c.state, zero: Zero::Continuum, radius: 0.0, sign: 0 };
            let found = super::census::Found { root, hits: [c.hits, 0], bred: false, attracts: None };
            describe(system, found, input, modes)
        })
        .collect()
}

fn slow(system: &dyn System, c: Cluster, input: &[f64], modes: usize) -> FixedPoint {
    let root = Root { state: c.state, zero: Zero::Isolated, radius: 0.0, sign: 0 };
    let found = super::census::Found { root, hits: [c.hits, 0], bred: false, attracts: None };
    FixedPoint { label: Label::Slow, certified: None, kinks: None, ..describe(system, found, input, modes) }
}
