//! Rounds of further starts, until they find nothing new or the budget is spent.

use super::census::{Arrival, Census};
use super::edge::edges;
use super::options::Options;
use super::residual::{Residual, distance, gap};
use super::solver::{End, Root, Thresholds, Zero, newton, polish, solve, zero};
use super::starts::{Starts, fresh};
use crate::linalg::eigen::{Order, eigenvalues};
use crate::linalg::random::{Rng, Use, stream, uniform};
use crate::systems::rule::linearise;
use crate::systems::time::System;
use rayon::prelude::*;

/// Rounds at least, and rounds in a row without a new point that end a search whose estimate says that
/// some are missed.
const LEAST: usize = 2;
const QUIET: usize = 4;
/// Known points up to which G is deflated.
const DEFLATED: usize = 48;
/// Newton steps of one start.
const STEPS: usize = 40;

/// What the rounds did.
#[derive(Default)]
pub struct Effort {
    /// Rounds.
    pub rounds: usize,
    /// Starts in all of them.
    pub starts: usize,
    /// Whether the last found nothing new and the estimate says that nothing is missed.
    pub saturated: bool,
    /// Whether several rounds in a row found nothing new all the same.
    pub quiet: bool,
}

/// What rounds need to know.
pub struct Field<'a> {
    /// The system.
    pub system: &'a dyn System,
    /// The constant input.
    pub input: &'a [f64],
    /// Where starts are drawn from.
    pub starts: &'a Starts,
    /// Settings.
    pub options: &'a Options,
    /// Called once a start.
    pub tick: &'a (dyn Fn() + Sync),
}

/// Looks for what the first search missed: on the boundaries between basins, and in rounds of starts of
/// four kinds: at visited states and at random ones (independent of what is known), between or across
/// known points, and by Newton's method on G deflated at the known points.
///
/// A round that finds nothing new ends the search if [`Census::missed`] is below one half; so do four such
/// rounds in a row. Neither does while the indices of the points do not add up to the rule's degree.
pub fn rounds(field: &Field, census: &mut Census) -> Effort {
    let per_round = field.options.second_starts;
    let mut effort = Effort::default();
    if per_round == 0 {
        return effort;
    }
    effort.starts += between_basins(field, census);
    let degree = field.system.field().degree();
    let n = field.system.field().dim();
    let mut quiet = 0;
    loop {
        let new = round(field, census, effort.rounds);
        effort.rounds += 1;
        effort.starts += per_round;
        quiet = if new { 0 } else { quiet + 1 };
        let sum = census.index_sum(n);
        let adds_up = degree.zip(sum).is_none_or(|(d, s)| d == s);
        effort.saturated = quiet > 0 && census.missed() < 0.5 && adds_up;
        // Points that are proven to be missing are worth the whole budget.
        effort.quiet = quiet >= QUIET && adds_up;
        let done = effort.rounds >= LEAST && (effort.saturated || effort.quiet);
        if done || effort.rounds * per_round >= field.options.budget {
            return effort;
        }
    }
}

fn round(field: &Field, census: &mut Census, round: usize) -> bool {
    let known = census.states();
    let states: Vec<&[f64]> = known.iter().map(|k| k.1.as_slice()).collect();
    let per_round = field.options.second_starts;
    let found: Vec<(Root, Arrival)> = (0..per_round)
        .into_par_iter()
        .map_init(
            || Residual::new(field.system, field.input),
            |residual, i| {
                let mut rng = stream(field.options.seed, Use::Deflation, (round * per_round + i) as u64);
                let found = one(field, residual, &mut rng, i, &states);
                (field.tick)();
                found
            },
        )
        .flatten()
        .collect();
    let mut new = false;
    for (root, arrival) in found.into_iter().filter(|f| f.0.zero == Zero::Isolated) {
        new |= census.add(root, arrival);
    }
    new
}

fn one(
    field: &Field,
    residual: &mut Residual,
    rng: &mut Rng,
    i: usize,
    known: &[&[f64]],
) -> Option<(Root, Arrival)> {
    let (starts, noise) = (field.starts, field.options.noise);
    match i % 4 {
        2 if known.len() > 1 => {
            let (start, parents) =
                if i % 8 == 2 { starts.mixture(rng, known) } else { starts.cross(rng, known) };
            // Between two points q has minima of its own, that Newton's method alone would pass by.
            let root = match i % 16 {
                2 => match solve(residual, start, Thresholds { slow: 0.0 }) {
                    End::Fixed(root) => root,
                    _ => return None,
                },
                _ => polish(residual, &start, STEPS)?,
            };
            let own = parents.iter().any(|p| distance(known[*p], &root.state) <= 2.0 * root.radius);
            (!own).then_some((root, Arrival::Bred))
        }
        3 if !known.is_empty() && known.len() <= DEFLATED => {
            let mut x = starts.draw(rng, 2.0 * noise);
            deflated(residual, &mut x, known, starts.scale());
            polish(residual, &x, STEPS / 2).map(|root| (root, Arrival::Bred))
        }
        3 if known.len() > 1 => {
            let (start, parents) = starts.cross(rng, known);
            let root = polish(residual, &start, STEPS)?;
            let own = parents.iter().any(|p| distance(known[*p], &root.state) <= 2.0 * root.radius);
            (!own).then_some((root, Arrival::Bred))
        }
        k => {
            let start = match k {
                1 => starts.anywhere(rng, field.system.field()),
                _ if uniform(rng, 0.0, 1.0) < 0.25 => fresh(rng, field.system, field.input)?,
                _ => starts.draw(rng, 2.0 * noise),
            };
            polish(residual, &start, STEPS).map(|root| (root, Arrival::Independent))
        }
    }
}

/// Newton's method on M(x) G(x) = 0 with M = prod_k (1 + (s / |x - x_k|)^2), which has the zeros of G but
/// the known ones: its step is the plain one times 1 / (1 - grad M . step / M).
///
/// Source: Farrell, Birkisson & Funke 2015, SIAM J. Sci. Comput. 37, A2026.
fn deflated(residual: &mut Residual, x: &mut Vec<f64>, known: &[&[f64]], scale: f64) {
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
    newton(residual, x, STEPS, STEPS, &merit, &factor);
}

/// Adds the saddles between the basins of the stable points; returns how many candidates there were.
fn between_basins(field: &Field, census: &mut Census) -> usize {
    let (system, input) = (field.system, field.input);
    let all = census.states();
    let stable: Vec<&[f64]> =
        all.iter().map(|(_, x)| x.as_slice()).filter(|x| is_stable(system, x, input)).collect();
    let candidates = edges(system, input, &stable);
    let used = candidates.len();
    let mut residual = Residual::new(system, input);
    for root in candidates.iter().filter_map(|x| zero(&mut residual, x)) {
        if root.zero == Zero::Isolated {
            census.add(root, Arrival::Bred);
        }
    }
    used
}

fn is_stable(system: &dyn System, x: &[f64], input: &[f64]) -> bool {
    let (_, jacobian, _) = linearise(system.field(), x, input);
    let leading =
        eigenvalues(jacobian.as_ref(), Order::of(system.is_flow())).and_then(|v| v.first().copied());
    leading.is_some_and(|v| system.growth(v.re, v.im) < 0.0)
}
