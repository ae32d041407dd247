//! No attractor that does not exist: slow approaches, transients and intermittency, from 25 seeds each.

use faer::Mat;
use nullcline::diagnostics::dynamics::lyapunov::{Drive, Kind, Lyapunov, Options, Status, lyapunov};
use nullcline::diagnostics::dynamics::trajectories::random_states;
use nullcline::linalg::activation::Activation::{Relu, Tanh};
use nullcline::linalg::random::{Use, stream, uniform};
use nullcline::systems::cells::{Gru, Rate, Vanilla};
use nullcline::systems::time::{Flow, Map, System};

const SEEDS: u64 = 25;

fn settle(system: &dyn System, seed: u64) -> Lyapunov {
    settle_from(system, random_states(system, 4, seed), seed)
}

fn settle_from(system: &dyn System, initial: Mat<f64>, seed: u64) -> Lyapunov {
    let options = Options { max_steps: 50_000, settle: 5_000_000, seed, ..Options::default() };
    lyapunov(system, initial.as_ref(), &Drive::Constant(&[]), &options, &|_| ()).unwrap()
}

fn vanilla(activation: nullcline::linalg::activation::Activation, w: &[f64], b: &[f64]) -> Map<Vanilla> {
    let n = b.len();
    let mut cell = Vanilla::new(n, 0, activation);
    for i in 0..n {
        cell.params_mut().mat_mut(2)[(i, 0)] = b[i];
        for j in 0..n {
            cell.params_mut().mat_mut(1)[(i, j)] = w[n * i + j];
        }
    }
    Map::new(cell)
}

/// x' = s x - (s + t) relu(x - p) on the states (relu x, relu(x - p)): slope s below p, -t above.
fn tent(s: f64, t: f64, p: f64) -> Map<Vanilla> {
    vanilla(Relu, &[s, -s - t, s, -s - t], &[0.0, -p])
}

/// States of the tent with x in (0, p).
fn below(p: f64, seed: u64) -> Mat<f64> {
    let mut rng = stream(seed, Use::Fixture, 0);
    Mat::from_fn(2, 8, |i, _| if i == 0 { uniform(&mut rng, 0.01, p) } else { 0.0 })
}

fn kinds(found: &Lyapunov) -> String {
    let one = |a: &nullcline::diagnostics::dynamics::lyapunov::Attractor| {
        format!("{:?} {:?} {} {:?} {:?}", a.status, a.kind, a.share, a.exponents, a.std_error)
    };
    format!("{:#?}\n{:?}", found.attractors.iter().map(one).collect::<Vec<_>>(), found.warnings)
}

#[test]
fn a_unit_just_below_its_pitchfork_has_one_attractor() {
    let w: f64 = 1.0 - 1e-5;
    for seed in 1..=SEEDS {
        let found = settle(&vanilla(Tanh, &[w], &[0.0]), seed);
        let a = &found.attractors[0];
        assert!(found.attractors.len() == 1 && a.kind == Kind::FixedPoint, "seed {seed}: {}", kinds(&found));
        assert!((a.exponents[0] - w.ln()).abs() < 1e-12, "seed {seed}: {}", kinds(&found));
    }
}

#[test]
fn a_critical_unit_has_one_neutral_fixed_point() {
    for seed in 1..=3 {
        let found = settle(&vanilla(Tanh, &[1.0], &[0.0]), seed);
        let a = &found.attractors[0];
        assert!(found.attractors.len() == 1 && a.kind == Kind::FixedPoint, "seed {seed}: {}", kinds(&found));
        assert!(
            a.exponents[0].abs() < 1e-8 && a.exponents[0].abs() <= 4.0 * a.std_error[0],
            "{}",
            kinds(&found)
        );
    }
}

#[test]
fn a_bottleneck_behind_a_fold_is_passed() {
    // x' = tanh(2 x + b), b 1e-9 beyond the fold at x = -sqrt(1/2): the orbit creeps through in 10^5 steps.
    let x: f64 = -0.5f64.sqrt();
    let b = x.atanh() - 2.0 * x + 1e-9;
    let found =
        settle_from(&vanilla(Tanh, &[2.0], &[b]), Mat::from_fn(1, 4, |_, j| -0.9 + 0.02 * j as f64), 1);
    let a = &found.attractors[0];
    assert!(found.attractors.len() == 1 && a.kind == Kind::FixedPoint, "{}", kinds(&found));
    assert!(a.final_state[0] > 0.5, "{}", kinds(&found));
    // Without the steps to pass it nothing is told.
    let options = Options { settle: 500, max_steps: 5000, ..Options::default() };
    let start = Mat::from_fn(1, 4, |_, j| -0.9 + 0.02 * j as f64);
    let found =
        lyapunov(&vanilla(Tanh, &[2.0], &[b]), start.as_ref(), &Drive::Constant(&[]), &options, &|_| ());
    let found = found.unwrap();
    assert_eq!(
        (found.settled().count(), found.attractors[0].status),
        (0, Status::Unsettled),
        "{}",
        kinds(&found)
    );
    assert!(found.attractors[0].std_error.iter().all(|e| e.is_nan()));
}

#[test]
fn a_unit_just_beyond_its_flip_has_one_cycle_of_period_two() {
    let w = -1.0 - 1e-5;
    // tanh(|w| x) = x by bisection; both points of the cycle have the slope |w| (1 - x^2).
    let (mut lo, mut hi) = (1e-4, 0.1);
    for _ in 0..200 {
        let x: f64 = 0.5 * (lo + hi);
        if (-w * x).tanh() > x { lo = x } else { hi = x }
    }
    let truth = (-w * (1.0 - lo * lo)).ln();
    for seed in 1..=SEEDS {
        let found = settle(&vanilla(Tanh, &[w], &[0.0]), seed);
        let a = &found.attractors[0];
        assert!(found.attractors.len() == 1 && a.kind == Kind::Cycle(2), "seed {seed}: {}", kinds(&found));
        assert!((a.exponents[0] - truth).abs() < 1e-9, "seed {seed}: {truth} {}", kinds(&found));
    }
}

#[test]
fn a_skew_tent_with_long_laminar_phases_is_one_attractor() {
    let p: f64 = 0.999;
    let truth = -p * p.ln() - (1.0 - p) * (1.0 - p).ln();
    let system = tent(1.0 / p, 1.0 / (1.0 - p), p);
    let (mut inside, mut all) = (0, 0);
    for seed in 1..=SEEDS {
        let found = settle_from(&system, below(p, seed), seed);
        assert!(found.settled().count() <= 1, "seed {seed}: {}", kinds(&found));
        for a in found.settled() {
            all += 1;
            inside += usize::from((a.exponents[0] - truth).abs() <= 2.0 * a.std_error[0]);
        }
    }
    assert!(all >= 20 && inside * 10 >= all * 8, "{inside} of {all}");
}

#[test]
fn what_leaks_through_a_hole_is_no_attractor() {
    // The slope 2.0002 opens a hole of width 1e-4 through which orbits fall to (0, 0): a lifetime of
    // 10^4 steps; 2.00002 one ten times as long.
    for slope in [2.0002, 2.00002] {
        for seed in 1..=SEEDS {
            let found = settle_from(&tent(slope, slope, 0.5), below(0.5, seed), seed);
            let kinds = kinds(&found);
            assert!(found.settled().all(|a| a.kind == Kind::FixedPoint), "{slope}, seed {seed}: {kinds}");
            assert!(found.settled().count() <= 1, "{slope}, seed {seed}: {kinds}");
            assert!(found.unsettled().is_none_or(|a| a.std_error[0].is_nan()));
        }
    }
}

#[test]
fn a_gru_close_to_its_pitchfork_has_the_attractors_it_has() {
    // Gates of 1/2 and h' = h / 2 + tanh(w h / 2) / 2: the slope at 0 is (1 + w / 2) / 2.
    for (w, expected) in [(2.0 + 4e-4, 2), (2.0 - 4e-4, 1)] {
        let mut cell = Gru::new(1, 0);
        cell.params_mut().mat_mut(1)[(2, 0)] = w;
        let system = Map::new(cell);
        for seed in 1..=SEEDS {
            let found = settle(&system, seed);
            let signs = random_states(&system, 4, seed);
            let both = (0..4).any(|j| signs[(0, j)] > 0.0) && (0..4).any(|j| signs[(0, j)] < 0.0);
            let count = if both { expected } else { 1 };
            assert_eq!(found.attractors.len(), count, "{w}, seed {seed}: {}", kinds(&found));
            for a in &found.attractors {
                assert_eq!((a.kind, a.status), (Kind::FixedPoint, Status::Exact), "{}", kinds(&found));
                let x = a.final_state[0];
                let slope = 0.5 + 0.25 * w * (1.0 - (0.5 * w * x).tanh().powi(2));
                assert!((a.exponents[0] - slope.ln()).abs() < 1e-9 && a.exponents[0] < 0.0);
            }
        }
    }
}

#[test]
fn time_constants_of_one_to_ten_thousand_come_to_rest_where_they_do() {
    let mut cell = Rate::new(0, Tanh, vec![1.0, 1e4]);
    for (i, j, v) in [(0, 0, 0.4), (0, 1, -0.8), (1, 0, 0.7), (1, 1, 0.3)] {
        cell.params_mut().mat_mut(1)[(i, j)] = v;
    }
    let system = Flow::new(cell, 0.1);
    // At 0 the Jacobian is [[-0.6, -0.8], [0.7e-4, -0.7e-4]].
    let (trace, det): (f64, f64) = (-0.6 - 0.7e-4, 0.6 * 0.7e-4 + 0.8 * 0.7e-4);
    let slow = 0.5 * (trace + (trace * trace - 4.0 * det).sqrt());
    for seed in 1..=SEEDS {
        let found = settle(&system, seed);
        let a = &found.attractors[0];
        assert!(found.attractors.len() == 1 && a.kind == Kind::FixedPoint, "seed {seed}: {}", kinds(&found));
        assert!((a.exponents[0] - slow).abs() < 1e-10, "seed {seed}: {slow} {}", kinds(&found));
    }
}
