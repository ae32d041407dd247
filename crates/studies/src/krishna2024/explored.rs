//! One network awake and at rest: how far what it says at rest is what it said awake.

use super::measure::{Recorded, Running, record};
use super::networks::{Net, STEPS, Sizes, What};
use crate::common::*;
use faer::Mat;
use nullcline_core::diagnostics::geometry::comparison::{
    DRAWS, Groups, Kernel, NEIGHBOURS, Sample, Turns, captured, clipped, direction_bias, estimate,
    step_length, total_variance,
};
use nullcline_core::linalg::random::{Use, stream, uniform};
use nullcline_core::tasks::Split;

/// Points of either activity between which distances are taken, at most.
const POINTS: usize = 4000;
/// Components of explained variance.
pub const COMPONENTS: usize = 10;

/// KL divergences of what two activities say, in nats.
#[derive(Clone, Copy, Serialize)]
pub struct Divergences {
    /// By nearest neighbours: of rest from activity, and of activity from rest.
    pub quiescent_active: f64,
    pub active_quiescent: f64,
    /// Of rest from activity, as the authors' program has it.
    pub published: f64,
}

/// Between what `rest` and `active` say; NaN where it cannot be told.
pub fn divergences(rest: &Sample, active: &Sample, what: What, seed: u64) -> Divergences {
    let [(q, _), (p, _)] = [rest, active].map(|s| s.thinned(POINTS));
    // Directions are a curve in the plane of cosine and sine.
    let dimension = if what == What::Position { 2 } else { 1 };
    let by_neighbours = |a: &Sample, b: &Sample| estimate(a, b, dimension, NEIGHBOURS).unwrap_or(f64::NAN);
    Divergences {
        quiescent_active: by_neighbours(&q, &p),
        active_quiescent: by_neighbours(&p, &q),
        published: recipe(&q, &p, what, seed).unwrap_or(f64::NAN),
    }
}

/// Directions as angles, for kernels on the line; places as they are.
fn on_kernels(s: &Sample, what: What) -> Mat<f64> {
    match what {
        What::Position => s.x.clone(),
        What::Heads => Mat::from_fn(1, s.x.ncols(), |_, t| s.x[(1, t)].atan2(s.x[(0, t)])),
    }
}

fn recipe(q: &Sample, p: &Sample, what: What, seed: u64) -> Option<f64> {
    let (q, p) = (Kernel::of(on_kernels(q, what).as_ref())?, Kernel::of(on_kernels(p, what).as_ref())?);
    let drawn = q.draw(DRAWS, &mut stream(seed, Use::Samples, 1));
    Some(clipped(&q.density(drawn.as_ref()), &p.density(drawn.as_ref())))
}

/// KL divergence of the uniform law on the box from what `active` says, by the authors' recipe: with the density 1/A of its area
/// and, as their program has it, one over its side.
pub fn uniform_box(active: &Sample, side: f64, seed: u64) -> Option<[f64; 2]> {
    let p = Kernel::of(active.thinned(POINTS).0.x.as_ref())?;
    let mut rng = stream(seed, Use::Samples, 2);
    let drawn = Mat::from_fn(2, DRAWS, |_, _| uniform(&mut rng, -0.5 * side, 0.5 * side));
    let there = p.density(drawn.as_ref());
    let of = |q: f64| clipped(&vec![q; DRAWS], &there);
    Some([of(1.0 / (side * side)), of(1.0 / side)])
}

/// A network awake and at rest.
pub struct One {
    pub seed: u64,
    /// Test loss over chance; NaN of an untrained network.
    pub loss: f64,
    /// Mean distance of what it says from the truth, m or rad, and of where each trial started.
    pub error: f64,
    pub still: f64,
    pub kl: Divergences,
    /// Total variance within a trial (at rest in its second half), and mean length of a step, of what it says awake and at rest.
    pub variance: [f64; 2],
    pub step: [f64; 2],
    /// Share of the variance of its states in the first components, awake and at rest.
    pub explained: [Vec<f64>; 2],
    /// Share of the variance at rest in as many of the components of activity, of that in its own.
    pub shared: f64,
    /// One way less the other over both, and the mean angle of a step (rad), awake and at rest.
    pub bias: [f64; 2],
    pub turn: [f64; 2],
    pub active: Recorded,
    pub rest: Recorded,
}

/// Looks at a network, its rest under `factor` times the noise.
pub fn explore(net: &Net, sizes: Sizes, factor: f64) -> One {
    let active = record(net, sizes.trials, Running::active(net));
    let rest = record(net, sizes.trials, Running::quiescent(net, factor, sizes.quiescent));
    of(net, active, rest)
}

/// What was recorded of a network, measured.
pub fn of(net: &Net, active: Recorded, rest: Recorded) -> One {
    let both = [&active, &rest];
    let turns = both.map(|r| direction_bias(&Turns::of(&r.said, &[0.0, 0.0]), net.seed));
    let kept = captured(&active.states, &rest.states, COMPONENTS, Groups::Apart, net.seed);
    let curve = |k: usize| {
        let own = kept.as_ref().map_or(&[][..], |c| &c.own[k]);
        own.iter().take(COMPONENTS).copied().collect::<Vec<f64>>()
    };
    One {
        seed: net.seed,
        loss: net.loss.map_or(f64::NAN, |l| l / net.chance),
        error: error(net, &active),
        still: still(net, active.trials()),
        kl: divergences(&rest.said, &active.said, net.kind.what, net.seed),
        variance: [total_variance(&active.said), total_variance(&rest.settled())].map(|v| v.value),
        step: both.map(|r| step_length(&r.said).value),
        explained: [curve(0), curve(1)],
        shared: kept.as_ref().map_or(f64::NAN, |c| c.shared[1].value),
        bias: [0, 1].map(|k| turns[k].as_ref().map_or(0.0, |b| b.bias.value)),
        turn: [0, 1].map(|k| turns[k].as_ref().map_or(0.0, |b| b.radians.value)),
        active,
        rest,
    }
}

/// The mean distance of what is said from where it is, in m or rad.
fn error(net: &Net, active: &Recorded) -> f64 {
    let items: Vec<usize> = (0..active.trials()).collect();
    let said = |t: usize, k: usize| [0, 1].map(|i| active.said.x[(i, k * STEPS + t)]);
    let found = net.task.apart(Split::Test, &items, &said);
    found.map_or(f64::NAN, |d| d.distance.iter().sum::<f64>() / items.len() as f64)
}

/// The mean distance of where trials are from where they started, in m or rad.
fn still(net: &Net, trials: usize) -> f64 {
    let items: Vec<usize> = (0..trials).collect();
    let nothing = Mat::zeros(net.task.outputs(), trials * STEPS);
    let found = net.task.decoded(Split::Test, &items, nothing.as_ref());
    found.map_or(f64::NAN, |d| d.still.iter().sum::<f64>() / trials as f64)
}

/// The evidence that all of them integrate: what they say is nearer to the truth than where the trial started.
pub fn learned(all: &[One]) -> Result<(), String> {
    let unfit = |o: &&One| o.error.partial_cmp(&o.still) != Some(std::cmp::Ordering::Less);
    match all.iter().find(unfit) {
        None => Ok(()),
        Some(o) => Err(format!(
            "the network of seed {} has not learned to integrate: it errs by {:.3}, who stays at the start by {:.3}",
            o.seed, o.error, o.still
        )),
    }
}

/// A table of networks, a row each.
pub fn table(groups: &[(&str, &[One])], name: &str, caption: &str) -> TableOut {
    let rows: Vec<(&str, &One)> =
        groups.iter().flat_map(|(label, all)| all.iter().map(|o| (*label, o))).collect();
    Table::of(&rows)
        .column("network", "", |r| r.0)
        .column("seed", "", |r| r.1.seed)
        .columns(["loss_over_chance", "decoding_error", "error_of_staying"], |r| {
            [r.1.loss, r.1.error, r.1.still]
        })
        .columns(["kl_quiescent_active", "kl_active_quiescent", "kl_published_recipe"], |r| {
            [r.1.kl.quiescent_active, r.1.kl.active_quiescent, r.1.kl.published]
        })
        .columns(["variance_active", "variance_quiescent"], |r| r.1.variance)
        .columns(["step_active", "step_quiescent"], |r| r.1.step)
        .columns(["direction_bias_active", "direction_bias_quiescent"], |r| r.1.bias)
        .columns(["turn_active", "turn_quiescent"], |r| r.1.turn)
        .column("shared_variance", "", |r| r.1.shared)
        .named(name, caption)
}

/// Entries of the summary under the name of a group.
pub fn summary(all: &[One]) -> Value {
    entry(
        all,
        &[
            ("loss_over_chance", |o| o.loss),
            ("decoding_error", |o| o.error),
            ("error_of_staying", |o| o.still),
            ("kl_quiescent_active", |o| o.kl.quiescent_active),
            ("kl_active_quiescent", |o| o.kl.active_quiescent),
            ("kl_published_recipe", |o| o.kl.published),
            ("variance_quiescent", |o| o.variance[1]),
            ("step_quiescent", |o| o.step[1]),
            ("direction_bias_quiescent", |o| o.bias[1]),
            ("shared_variance", |o| o.shared),
        ],
    )
}

/// Some trials of one network as lines in the plane.
pub fn trajectories(r: &Recorded, count: usize, steps: usize, label: &str, axes: [&str; 2]) -> Drawn {
    let count = count.min(r.trials());
    let series: Vec<Series> =
        (0..count).map(|k| points("", r.trial(k).into_iter().take(steps)).ink(tone(k, count))).collect();
    lines(&series, &Axes::new(axes[0], axes[1]).wide(THIRD))?.named(label, label, "")
}

/// Cumulative explained variance of groups' states awake and at rest, means over networks.
pub fn explained(all: &[One]) -> Drawn {
    let x: Vec<f64> = (1..=COMPONENTS).map(|k| k as f64).collect();
    let of = |phase: usize, label: &str, k: usize| {
        let at = |c: usize| mean(all, |o| o.explained[phase].get(c).copied().unwrap_or(1.0));
        curve(label, &x, (0..COMPONENTS).map(at)).ink(Ink::Series(k))
    };
    lines(
        &[of(0, "active", 0), of(1, "quiescent", 1)],
        &Axes::new("components", "cumulative explained variance").wide(THIRD),
    )?
    .named("explained", "Explained variance", "")
}
