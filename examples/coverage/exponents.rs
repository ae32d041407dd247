//! Errors of exponents: of autonomous chaos, intermittency, and chaos under an input that all share.

use crate::Row;
use faer::{Mat, Scale};
use nullcline::diagnostics::dynamics::lyapunov::{Drive, Options, lyapunov};
use nullcline::linalg::activation::Activation::{Relu, Tanh};
use nullcline::linalg::random::{Use, normal, normal_matrix, stream, uniform};
use nullcline::systems::cells::Vanilla;
use nullcline::systems::reference::{Henon, Logistic, Lorenz};
use nullcline::systems::time::{Flow, Map, System};
use rayon::prelude::*;

const REPETITIONS: u64 = 400;
const UNITS: usize = 40;

/// First exponent and its error from two starts; none where the orbits have not settled.
fn autonomous(
    system: &dyn System,
    seed: u64,
    start: impl Fn(&mut nullcline::linalg::random::Rng, usize) -> f64,
    steps: usize,
    warmup: usize,
) -> Option<(f64, f64)> {
    let mut rng = stream(seed, Use::Fixture, 40);
    let n = system.step().dim();
    let initial = Mat::from_fn(n, 2, |i, _| start(&mut rng, i));
    let options = Options {
        exponents: Some(1),
        warmup,
        align: 200,
        settle: 25 * warmup,
        max_steps: steps,
        tol: 0.0,
        seed,
        ..Options::default()
    };
    let found = lyapunov(system, initial.as_ref(), &Drive::Constant(&[]), &options, &|_| ()).ok()?;
    let a = found.settled().next()?;
    Some((a.exponents[0], a.std_error[0]))
}

/// x' = tanh(g J x + u) with so many inputs, J normal with variance 1 / n.
fn network(gain: f64, inputs: usize) -> Map<Vanilla> {
    let mut cell = Vanilla::new(UNITS, inputs, Tanh);
    let w = normal_matrix(&mut stream(3, Use::Fixture, 0), UNITS, UNITS);
    cell.params_mut().mat_mut(1).copy_from(w * Scale(gain / (UNITS as f64).sqrt()));
    let u = normal_matrix(&mut stream(3, Use::Fixture, 1), UNITS, inputs);
    cell.params_mut().mat_mut(0).copy_from(u * Scale(0.5));
    Map::new(cell)
}

/// First exponent of `count` trajectories under one white input.
fn driven(system: &dyn System, seed: u64, count: usize, steps: usize) -> Option<(f64, f64)> {
    let input = normal_matrix(&mut stream(seed, Use::Fixture, 41), 1, steps);
    let initial = normal_matrix(&mut stream(seed, Use::Fixture, 42), UNITS, count);
    let options =
        Options { exponents: Some(1), warmup: 100, align: 100, tol: 0.0, seed, ..Options::default() };
    let drive = Drive::Sequence(input.as_ref());
    let found = lyapunov(system, initial.as_ref(), &drive, &options, &|_| ()).ok()?;
    Some((found.attractors[0].exponents[0], found.attractors[0].std_error[0]))
}

/// The skew tent with slopes 1 / p and -1 / (1 - p), on relu x and relu(x - p).
fn tent(p: f64) -> Map<Vanilla> {
    let (s, t) = (1.0 / p, 1.0 / (1.0 - p));
    let mut cell = Vanilla::new(2, 0, Relu);
    cell.params_mut().mat_mut(1).copy_from(Mat::from_fn(2, 2, |_, j| if j == 0 { s } else { -s - t }));
    cell.params_mut().mat_mut(2)[(1, 0)] = -p;
    Map::new(cell)
}

fn row(quantity: &str, truth: f64, one: impl Fn(u64) -> Option<(f64, f64)> + Sync) -> Row {
    let found: Vec<(f64, f64)> = (0..REPETITIONS).into_par_iter().filter_map(|i| one(1000 + i)).collect();
    Row::of(quantity, truth, &found)
}

pub fn rows() -> Vec<Row> {
    let p: f64 = 0.9;
    let skew = -p * p.ln() - (1.0 - p) * (1.0 - p).ln();
    let within =
        |lo: f64, hi: f64| move |rng: &mut nullcline::linalg::random::Rng, _: usize| uniform(rng, lo, hi);
    let lorenz = Flow::new(Lorenz::default(), 0.01);
    let mut rows = vec![
        row("first exponent, logistic map", 2f64.ln(), |s| {
            autonomous(&Map::new(Logistic::default()), s, within(0.1, 0.9), 4000, 200)
        }),
        // The two units of one x: relu x and relu(x - p), here of x below p.
        row("first exponent, skew tent 0.9", skew, |s| {
            autonomous(&tent(p), s, |rng, i| if i == 0 { uniform(rng, 0.1, p) } else { 0.0 }, 4000, 200)
        }),
        // Sprott: 0.41922; an ensemble of 400 x 30000 steps in numpy: 0.41920 +- 0.00003.
        row("first exponent, Henon map", 0.41920, |s| {
            autonomous(&Map::new(Henon::default()), s, within(-0.1, 0.1), 4000, 200)
        }),
        // Sprott: 0.9056.
        row("first exponent, Lorenz flow", 0.9056, |s| {
            let centre = [1.0, 1.0, 25.0];
            autonomous(&lorenz, s, |rng, i| centre[i] + 3.0 * normal(rng), 10_000, 2000)
        }),
    ];
    let chaotic = network(4.0, 0);
    // One long run: its own error is a tenth of those tested.
    if let Some((truth, _)) = autonomous(&chaotic, 7, |rng, _| normal(rng), 400_000, 1000) {
        rows.push(row("first exponent, chaotic network", truth, |s| {
            autonomous(&chaotic, s, |rng, _| normal(rng), 4000, 500)
        }));
    }
    for (gain, what) in [(1.0, "contracting"), (4.0, "chaotic")] {
        let system = network(gain, 1);
        // One long run: its own error is a thirtieth of those tested.
        let Some((truth, _)) = driven(&system, 7, 1, 1_000_000) else { continue };
        rows.push(row(&format!("first exponent, driven {what} network, 4 trajectories"), truth, |s| {
            driven(&system, s, 4, 2200)
        }));
    }
    rows
}
