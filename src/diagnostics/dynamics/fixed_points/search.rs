//! The search over many starts: solve, merge, count, look again, describe.

use super::super::trajectories::random_state;
use super::certificate::certify;
use super::edge::edges;
use super::residual::Residual;
use super::solver::{End, Thresholds, Zero, newton, solve, zero};
use super::{FixedPoint, FixedPoints, Label, Mode};
use crate::linalg::eigen::{Order, eigenvalues, modes};
use crate::linalg::random::{Rng, Use, normal, stream, uniform};
use crate::linalg::{col, norm};
use crate::systems::rule::{Workspace, column, column_mut, linearise};
use crate::systems::time::System;
use faer::{MatRef, c64};
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
    /// Starts of the second, deflated search.
    pub second_starts: usize,
    /// Number of leading modes kept with eigenvectors.
    pub modes: usize,
    /// Seed of the starts.
    pub seed: u64,
}

impl Options {
    /// The defaults for a system of `n` states: 512 starts up to 64 units, fewer above, down to 64.
    pub fn for_dimension(n: usize) -> Self {
        let starts = (512 * 64 * 64 / (n * n).max(1)).clamp(64, 512);
        Self { starts, noise: 0.5, slow_threshold: 1e-6, second_starts: starts / 2, modes: 5, seed: 1 }
    }
}

struct Found {
    state: Vec<f64>,
    hits: usize,
}

/// Distance below which two points are one, relative to 1 + |x|.
const SAME_FIXED: f64 = 1e-6;
const SAME_SLOW: f64 = 1e-2;
/// Growth rate below which a mode at one of a continuum of fixed points is the continuum's own.
const NEUTRAL: f64 = 1e-8;
/// Steps at most between a random state and the start that it becomes.
const FRESH_STEPS: f64 = 64.0;

fn merge(list: &mut Vec<Found>, state: Vec<f64>, same: f64, hit: usize) -> bool {
    let reach = same * (1.0 + norm(&state));
    let distance = |f: &Found| f.state.iter().zip(&state).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    if let Some(f) = list.iter_mut().find(|f| distance(f) <= reach) {
        f.hits += hit;
        return false;
    }
    list.push(Found { state, hits: hit });
    true
}

/// Searches for the fixed and slow points of `system` under the constant input `input`.
///
/// `states` are the states (columns, n x t) that starts are drawn from, with noise added; every fourth
/// start is a random state of its own, followed for a while. Each start is followed by minimising q with L-BFGS, then by Newton's method with the exact Jacobian; `tick` is
/// called once a start. Results do not depend on the number of threads.
pub fn fixed_points(
    system: &dyn System,
    states: MatRef<f64>,
    input: &[f64],
    options: &Options,
    tick: &(dyn Fn() + Sync),
) -> FixedPoints {
    let spread = spread(states);
    let thresholds = Thresholds { slow: options.slow_threshold };
    let ends: Vec<End> = (0..options.starts)
        .into_par_iter()
        .map_init(
            || Residual::new(system, input),
            |residual, i| {
                let mut rng = stream(options.seed, Use::Start, i as u64);
                let fresh = if i % 4 == 3 { fresh(&mut rng, system, input) } else { None };
                let start = fresh.unwrap_or_else(|| draw(&mut rng, states, &spread, options.noise));
                let end = solve(residual, start, thresholds);
                tick();
                end
            },
        )
        .collect();

    let (mut fixed, mut continuum) = (Vec::new(), Vec::new());
    let (mut slow, mut unconverged_speeds) = (Vec::new(), Vec::new());
    for end in ends {
        match end {
            End::Fixed(x, Zero::Isolated) => _ = merge(&mut fixed, x, SAME_FIXED, 1),
            End::Fixed(x, Zero::Continuum) => _ = merge(&mut continuum, x, SAME_SLOW, 1),
            End::Slow(x) => _ = merge(&mut slow, x, SAME_SLOW, 1),
            End::Nowhere(q) => unconverged_speeds.push(q),
        }
    }
    let first = fixed.len();
    let second_starts = second_search(system, states, input, options, &spread, &mut fixed);
    let chao = chao1(&fixed.iter().map(|f| f.hits).collect::<Vec<_>>());
    let unhit = fixed.iter().filter(|f| f.hits == 0).count();
    // A local minimum of q beside a fixed point is that point, unfinished.
    slow.retain(|s| !fixed.iter().chain(&continuum).any(|f: &Found| near(&f.state, &s.state)));

    let describe_all = |list: Vec<Found>, label: Label, isolated: bool| -> Vec<FixedPoint> {
        list.into_par_iter().map(|f| describe(system, f, input, label, isolated, options.modes)).collect()
    };
    let second_found = fixed.len() - first;
    let mut points = describe_all(fixed, Label::Fixed, true);
    points.extend(describe_all(continuum, Label::Fixed, false));
    points.sort_by(|a, b| {
        let states = || a.state.partial_cmp(&b.state).unwrap_or(std::cmp::Ordering::Equal);
        (!a.isolated, a.unstable).cmp(&(!b.isolated, b.unstable)).then_with(states)
    });
    let mut slow = describe_all(slow, Label::Slow, true);
    slow.sort_by(|a, b| a.speed.total_cmp(&b.speed));
    points.extend(slow);
    FixedPoints {
        points,
        input: input.to_vec(),
        starts: options.starts,
        unconverged: unconverged_speeds.len(),
        unconverged_speeds,
        expected_missed: (chao - unhit as f64).max(0.0),
        second_starts,
        second_found,
        slow_threshold: options.slow_threshold,
        flow: system.is_flow(),
    }
}

fn near(a: &[f64], b: &[f64]) -> bool {
    let distance = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    distance <= SAME_SLOW * (1.0 + norm(a))
}

/// Standard deviation of each coordinate over the states; the mean of them where one is constant.
fn spread(states: MatRef<f64>) -> Vec<f64> {
    let (n, t) = (states.nrows(), states.ncols().max(1) as f64);
    let mut deviation: Vec<f64> = (0..n)
        .map(|i| {
            let row = || (0..states.ncols()).map(|j| states[(i, j)]);
            let mean = row().sum::<f64>() / t;
            (row().map(|v| (v - mean).powi(2)).sum::<f64>() / t).sqrt()
        })
        .collect();
    let typical = (deviation.iter().map(|d| d * d).sum::<f64>() / n.max(1) as f64).sqrt();
    let floor = if typical > 0.0 { 0.1 * typical } else { 1.0 };
    deviation.iter_mut().for_each(|d| *d = d.max(floor));
    deviation
}

/// A start: one of the states, or a point between two of them (saddles lie between attractors),
/// with noise.
fn draw(rng: &mut Rng, states: MatRef<f64>, spread: &[f64], noise: f64) -> Vec<f64> {
    let mut pick =
        || col(states, (uniform(rng, 0.0, states.ncols() as f64) as usize).min(states.ncols() - 1));
    let (a, b) = (pick(), pick());
    let share = if uniform(rng, 0.0, 1.0) < 0.5 { 0.0 } else { uniform(rng, 0.0, 1.0) };
    let size = noise * 10f64.powf(uniform(rng, -2.0, 0.0));
    let mix = a.iter().zip(b).map(|(a, b)| a + share * (b - a));
    mix.zip(spread).map(|(x, s)| x + size * s * normal(rng)).collect()
}

/// A random state followed for a random number of steps, if it stays finite.
///
/// Few trajectories miss small basins; a state of its own for every such start does not.
fn fresh(rng: &mut Rng, system: &dyn System, input: &[f64]) -> Option<Vec<f64>> {
    let rule = system.step();
    let mut x = random_state(rule, rng);
    let mut y = x.clone();
    let mut ws = Workspace::new(rule, 1, 1);
    for _ in 0..uniform(rng, 0.0, FRESH_STEPS) as usize {
        ws.eval(rule, column(&x), column(input), column_mut(&mut y));
        std::mem::swap(&mut x, &mut y);
    }
    x.iter().all(|v| v.abs() < 1e12).then_some(x)
}

/// Chao's estimate of the number of points never hit, from how often each was: bias-corrected
/// (m-1)/m f1 (f1-1) / (2 (f2+1)) with f1, f2 the points hit once and twice in m hits.
///
/// Source: Chao 1987, Biometrics 43, 783; Chao & Chiu 2016, eq. 2.
pub fn chao1(hits: &[usize]) -> f64 {
    let total: usize = hits.iter().sum();
    if total == 0 {
        return 0.0;
    }
    let count = |k: usize| hits.iter().filter(|h| **h == k).count() as f64;
    let (f1, f2, m) = (count(1), count(2), total as f64);
    (m - 1.0) / m * f1 * (f1 - 1.0) / (2.0 * (f2 + 1.0))
}

/// Looks for what the first search missed: on the boundaries between basins, from points between known
/// ones, and by Newton's method on G deflated at the known points, from noisy states.
///
/// The deflated equation M(x) G(x) = 0 with M = prod_k (1 + (s / |x - x_k|)^2) has the zeros of G but
/// the known ones, and its Newton step is the plain one times 1 / (1 - grad M . step / M).
///
/// Source: Farrell, Birkisson & Funke 2015, SIAM J. Sci. Comput. 37, A2026.
fn second_search(
    system: &dyn System,
    states: MatRef<f64>,
    input: &[f64],
    options: &Options,
    spread: &[f64],
    fixed: &mut Vec<Found>,
) -> usize {
    if fixed.is_empty() || options.second_starts == 0 {
        return 0;
    }
    let scale = norm(spread);
    let mut used = between_basins(system, input, fixed);
    for round in 0..4 {
        let known: Vec<&[f64]> = fixed.iter().map(|f| f.state.as_slice()).collect();
        let merit = |x: &[f64]| known.iter().map(|k| 1.0 + (scale / gap(x, k)).powi(2)).product::<f64>();
        let factor = |x: &[f64], step: &[f64]| {
            let slope: f64 = known
                .iter()
                .map(|k| {
                    let (r, s2) = (gap(x, k), scale * scale);
                    let dot: f64 = x.iter().zip(*k).zip(step).map(|((x, k), d)| (x - k) * d).sum();
                    -2.0 * s2 / (r * r + s2) * dot / (r * r)
                })
                .sum();
            1.0 / (1.0 - slope)
        };
        let found: Vec<(Vec<f64>, usize)> = (0..options.second_starts)
            .into_par_iter()
            .map_init(
                || Residual::new(system, input),
                |residual, i| {
                    let index = (round * options.second_starts + i) as u64;
                    let mut rng = stream(options.seed, Use::Deflation, index);
                    if i % 2 == 0 && known.len() > 1 {
                        let start = mixture(&mut rng, &known, spread);
                        let end = solve(residual, start, Thresholds { slow: 0.0 });
                        return if let End::Fixed(x, Zero::Isolated) = end { Some((x, 1)) } else { None };
                    }
                    let mut x = draw(&mut rng, states, spread, 2.0 * options.noise);
                    newton(residual, &mut x, 40, &merit, &factor);
                    newton(residual, &mut x, 20, &|_| 1.0, &|_, _| 1.0);
                    (zero(residual, &x) == Some(Zero::Isolated)).then_some((x, 0))
                },
            )
            .flatten()
            .collect();
        used += options.second_starts;
        let mut any = false;
        for (x, hit) in found {
            any |= merge(fixed, x, SAME_FIXED, hit);
        }
        if !any && round > 0 {
            break;
        }
    }
    used
}

/// Adds the saddles between the basins of the stable points; returns how many candidates there were.
fn between_basins(system: &dyn System, input: &[f64], fixed: &mut Vec<Found>) -> usize {
    let stable: Vec<&[f64]> =
        fixed.iter().map(|f| f.state.as_slice()).filter(|x| is_stable(system, x, input)).collect();
    let candidates = edges(system, input, &stable);
    let used = candidates.len();
    let mut residual = Residual::new(system, input);
    for x in candidates {
        if zero(&mut residual, &x) == Some(Zero::Isolated) {
            merge(fixed, x, SAME_FIXED, 0);
        }
    }
    used
}

fn is_stable(system: &dyn System, x: &[f64], input: &[f64]) -> bool {
    let order = if system.is_flow() { Order::RealPart } else { Order::Modulus };
    let (_, jacobian, _) = linearise(system.field(), x, input);
    let leading = eigenvalues(jacobian.as_ref(), order).and_then(|v| v.first().copied());
    leading.is_some_and(|v| system.growth(v.re, v.im) < 0.0)
}

fn gap(x: &[f64], k: &[f64]) -> f64 {
    let square: f64 = x.iter().zip(k).map(|(x, k)| (x - k).powi(2)).sum();
    square.sqrt().max(1e-300)
}

/// A point between a known point and the nearest of three others, with noise.
fn mixture(rng: &mut Rng, known: &[&[f64]], spread: &[f64]) -> Vec<f64> {
    let mut pick = || (uniform(rng, 0.0, known.len() as f64) as usize).min(known.len() - 1);
    let a = known[pick()];
    let others = [pick(), pick(), pick()].map(|k| known[k]);
    let farther = |b: &&&[f64]| if gap(a, b) > 1e-9 { gap(a, b) } else { f64::INFINITY };
    let b = others.iter().min_by(|p, q| farther(p).total_cmp(&farther(q))).unwrap_or(&others[0]);
    let share = uniform(rng, 0.2, 0.8);
    let mix = a.iter().zip(*b).map(|(a, b)| share * a + (1.0 - share) * b);
    mix.zip(spread).map(|(x, s)| x + 0.05 * s * normal(rng)).collect()
}

fn describe(
    system: &dyn System,
    found: Found,
    input: &[f64],
    label: Label,
    isolated: bool,
    keep: usize,
) -> FixedPoint {
    let mut residual = Residual::new(system, input);
    let n = residual.dim();
    let mut g = vec![0.0; n];
    let speed = residual.value(&found.state, &mut g);
    let certified = (label == Label::Fixed).then(|| certify(&mut residual, &found.state)).flatten();
    let (_, jacobian, input_jacobian) = linearise(system.field(), &found.state, input);
    let order = if system.is_flow() { Order::RealPart } else { Order::Modulus };
    let all = modes(jacobian.as_ref(), order);
    let eigenvalues = all.as_ref().map(|m| m.values.clone()).unwrap_or_default();
    let growth = |v: &c64| system.growth(v.re, v.im);
    let neutral = if isolated { 0.0 } else { NEUTRAL };
    let unstable = eigenvalues.iter().filter(|v| growth(v) > neutral).count();
    let modes = all.map_or_else(Vec::new, |m| {
        let vector = |m: &faer::Mat<c64>, k: usize| (0..n).map(|i| m[(i, k)]).collect::<Vec<_>>();
        (0..keep.min(n))
            .map(|k| Mode {
                value: m.values[k],
                time_constant: -1.0 / growth(&m.values[k]),
                right: vector(&m.right, k),
                left: m.left.as_ref().map(|l| vector(l, k)),
            })
            .collect()
    });
    FixedPoint {
        label,
        speed,
        certified,
        isolated,
        eigenvalues,
        unstable,
        modes,
        input_jacobian,
        hits: found.hits,
        state: found.state,
    }
}
