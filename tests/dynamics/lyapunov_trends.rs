//! Errors where growth drifts, and cycles of maps that are long or slow to reach.

use faer::Mat;
use nullcline::diagnostics::dynamics::cycles::{self, Motion, find};
use nullcline::diagnostics::dynamics::lyapunov::{Drive, Kind, Options, Status, lyapunov};
use nullcline::linalg::activation::Activation::Tanh;
use nullcline::linalg::random::{Use, normal_matrix, stream};
use nullcline::systems::cells::Vanilla;
use nullcline::systems::reference::{Linear, Logistic};
use nullcline::systems::time::{Map, System};
use std::f64::consts::TAU;

#[test]
fn the_error_of_a_jordan_block_covers_its_slow_approach() {
    // 0.9 on the diagonal and 1 above: growth ln 0.9 + 1/t, ln 0.9 - 1/t; the input only moves the state.
    let a = Mat::from_fn(2, 2, |i, j| if i == j { 0.9 } else { f64::from(u8::from(j > i)) });
    let map = Map::new(Linear::new(a.as_ref(), Mat::<f64>::identity(2, 1).as_ref()));
    for steps in [2000, 10_000, 50_000] {
        let input = normal_matrix(&mut stream(1, Use::Fixture, steps as u64), 1, steps);
        let drive = Drive::Sequence(input.as_ref());
        let initial = Mat::zeros(2, 1);
        let options = Options { warmup: 0, align: 200, tol: 0.0, ..Options::default() };
        let found = lyapunov(&map, initial.as_ref(), &drive, &options, &|_| ()).unwrap();
        let a = &found.attractors[0];
        for (l, e) in a.exponents.iter().zip(&a.std_error) {
            assert!((l - 0.9f64.ln()).abs() <= 2.0 * e && *e < 0.01, "{steps}: {l} +- {e}");
        }
    }
}

/// tanh(a R(theta) x).
fn turning(a: f64, theta: f64) -> Map<Vanilla> {
    let mut cell = Vanilla::new(2, 0, Tanh);
    let (c, s) = (a * theta.cos(), a * theta.sin());
    for (i, j, v) in [(0, 0, c), (0, 1, -s), (1, 0, s), (1, 1, c)] {
        cell.params_mut().mat_mut(1)[(i, j)] = v;
    }
    Map::new(cell)
}

#[test]
fn both_analyses_find_the_same_long_cycle_of_a_map() {
    // r = 3.56992 lies between the doublings to 128 (3.5698912594) and to 256 (3.5699340186): the period by
    // plain iteration in Python, 3 10^6 steps from 0.4, is 128.
    let system = Map::new(Logistic::new(3.569_92));
    let Motion::Cycle(c) = find(&system, &[0.4], &[], &cycles::Options::default()).unwrap() else {
        panic!("no cycle")
    };
    let initial = Mat::from_fn(1, 3, |_, j| 0.3 + 0.1 * j as f64);
    let found =
        lyapunov(&system, initial.as_ref(), &Drive::Constant(&[]), &Options::default(), &|_| ()).unwrap();
    let a = &found.attractors[0];
    assert_eq!((c.steps, a.kind, a.status), (128, Kind::Cycle(128), Status::Exact));
    let (one, error) = (c.multipliers[0].exponent, a.std_error[0]);
    let miss = (one.value - a.exponents[0]).abs();
    assert!(miss < 1e-9 + 4.0 * one.error().max(error) && error < 1e-7, "{one:?} {} {error}", a.exponents[0]);
    let mut x = c.point[0];
    let mut sum = 0.0;
    for _ in 0..128 {
        sum += (3.569_92 * (1.0 - 2.0 * x)).abs().ln() / 128.0;
        x *= 3.569_92 * (1.0 - x);
    }
    assert!((a.exponents[0] - sum).abs() < 1e-6, "{} {sum}", a.exponents[0]);
}

#[test]
fn a_torus_has_a_zero_exponent_and_says_so() {
    let system = turning(1.05, TAU * 0.381_966);
    let motion = find(&system, &[0.2, 0.1], &[], &cycles::Options::default()).unwrap();
    match motion {
        Motion::Torus(t) => {
            assert_eq!(t.exponents.len(), 1);
            assert!(t.exponents[0].value.abs() < 1e-3, "{t:?}");
        }
        // Locked to a long cycle: then its exponent is negative, and the analysis says the same.
        Motion::Cycle(c) => assert!(c.steps > 2 && c.multipliers[0].log_modulus < 0.0),
        other => panic!("{other:?}"),
    }
    // Weak chaos is no torus: the logistic map just beyond its accumulation point moves in bands.
    let motion = find(&Map::new(Logistic::new(3.58)), &[0.4], &[], &cycles::Options::default()).unwrap();
    assert!(matches!(motion, Motion::Irregular { .. }), "{motion:?}");
    let _: &dyn System = &system;
}
