//! Standard errors against the truth over many runs, and the memory of a large spectrum.

#![allow(clippy::print_stdout)]

use faer::Mat;
use nullcline::diagnostics::dynamics::lyapunov::{Drive, Kind, Options, lyapunov};
use nullcline::linalg::activation::Activation::Tanh;
use nullcline::linalg::random::{Use, normal, normal_matrix, stream};
use nullcline::systems::cells::Vanilla;
use nullcline::systems::reference::{Henon, Linear, Lorenz, Rossler};
use nullcline::systems::time::{Flow, Map, System};

/// Fraction of runs whose first exponent is within two standard errors of the truth (whose own error
/// counts too), and the mean standard error over the spread of the runs.
fn coverage(
    system: &dyn System,
    centre: &[f64],
    spread: f64,
    truth: (f64, f64),
    options: &Options,
) -> (f64, f64) {
    let runs = 60;
    let (mut hits, mut misses, mut errors) = (0.0, 0.0, 0.0);
    for run in 0..runs {
        let mut rng = stream(run, Use::Fixture, 99);
        let initial = Mat::from_fn(centre.len(), 2, |i, _| centre[i] + spread * normal(&mut rng));
        let options = Options { seed: run, ..options.clone() };
        let found = lyapunov(system, initial.as_ref(), &Drive::Constant(&[]), &options, &|_| ()).unwrap();
        let a = &found.attractors[0];
        assert_eq!(found.attractors.len(), 1, "one attractor was taken for two");
        let miss = a.exponents[0] - truth.0;
        hits += f64::from(u8::from(miss.abs() <= 2.0 * a.std_error[0].hypot(truth.1)));
        misses += miss * miss;
        errors += a.std_error[0];
    }
    let runs = runs as f64;
    (hits / runs, errors / runs / (misses / runs).sqrt())
}

#[test]
fn two_standard_errors_cover_the_truth() {
    let options = Options { max_steps: 8000, tol: 0.0, ..Options::default() };
    // The truths: numpy ensembles of 200 x 30000 steps, 192 x 300 and 192 x 600 units of time;
    // the first of each sharpened by Sprott's table (0.41922, 0.9056, 0.0714).
    let henon = coverage(&Map::new(Henon::default()), &[0.1, 0.0], 0.05, (0.41920, 3e-5), &options);
    let options = Options { warmup: 4000, align: 2000, max_steps: 20_000, ..options };
    let lorenz = Flow::new(Lorenz::default(), 0.01);
    let lorenz = coverage(&lorenz, &[1.0, 1.0, 25.0], 3.0, (0.9056, 1e-4), &options);
    let options = Options { warmup: 20_000, ..options };
    let rossler = Flow::new(Rossler::default(), 0.03);
    let rossler = coverage(&rossler, &[1.0, 1.0, 0.0], 1.0, (0.0714, 1e-4), &options);
    for (name, (inside, ratio)) in [("henon", henon), ("lorenz", lorenz), ("rossler", rossler)] {
        println!("{name}: {inside} within two standard errors, which are {ratio} of the spread");
        assert!(inside > 0.88 && ratio < 2.5, "{name} {inside} {ratio}");
    }
}

#[test]
fn attractors_that_mirror_each_other_are_kept_apart() {
    // tanh(2x): fixed points +-0.9575.
    let mut cell = Vanilla::new(1, 0, Tanh);
    cell.params_mut().mat_mut(1)[(0, 0)] = 2.0;
    let initial = Mat::from_fn(1, 4, |_, j| [0.3, -0.2, 0.1, 0.0][j]);
    let found =
        lyapunov(&Map::new(cell), initial.as_ref(), &Drive::Constant(&[]), &Options::default(), &|_| ())
            .unwrap();
    let members: Vec<_> = found.attractors.iter().map(|a| a.members.clone()).collect();
    assert_eq!(members, [vec![0, 2], vec![1], vec![3]]);
    // 2 (1 - x^2) at x = tanh 2x: log 0.166372; at the origin log 2, unstable, with a warning.
    assert!((found.attractors[0].exponents[0] - 0.166372f64.ln()).abs() < 1e-5);
    assert!((found.attractors[2].exponents[0] - 2f64.ln()).abs() < 1e-12 && found.warnings.len() == 1);
}

#[test]
fn rank_deficient_and_vanishing_jacobians_are_reported_not_guessed() {
    // diag(0.5, 0.4) on a plane of five dimensions, the rest sent to zero.
    let a = Mat::from_fn(5, 5, |i, j| if i == j && i < 2 { 0.5 - 0.1 * i as f64 } else { 0.0 });
    let map = Map::new(Linear::new(a.as_ref(), Mat::<f64>::zeros(5, 1).as_ref()));
    let input = normal_matrix(&mut stream(1, Use::Fixture, 1), 1, 600);
    let options = Options { warmup: 50, align: 50, ..Options::default() };
    let zero = Mat::zeros(5, 1);
    let found = lyapunov(&map, zero.as_ref(), &Drive::Sequence(input.as_ref()), &options, &|_| ()).unwrap();
    let a = &found.attractors[0];
    assert!((a.exponents[0] - 0.5f64.ln()).abs() < 1e-9 && (a.exponents[1] - 0.4f64.ln()).abs() < 1e-9);
    assert!(a.exponents[2..].iter().all(|l| *l == f64::NEG_INFINITY));
    assert!(a.checks.sum_rule.is_none() && found.warnings[0].contains("3 of 5"));
    // All zero: nothing is left, and nothing breaks.
    let nothing = Map::new(Linear::new(Mat::<f64>::zeros(3, 3).as_ref(), Mat::<f64>::zeros(3, 1).as_ref()));
    let zero = Mat::zeros(3, 1);
    let found =
        lyapunov(&nothing, zero.as_ref(), &Drive::Sequence(input.as_ref()), &options, &|_| ()).unwrap();
    assert!(found.attractors[0].exponents.iter().all(|l| *l == f64::NEG_INFINITY));
    let found = lyapunov(&nothing, zero.as_ref(), &Drive::Constant(&[0.0]), &options, &|_| ()).unwrap();
    assert_eq!(found.attractors[0].kind, Kind::FixedPoint);
}

#[test]
#[ignore = "half a minute; cargo test --release --test dynamics lyapunov_coverage -- --ignored memory"]
fn memory_of_two_thousand_exponents_stays_below_a_gigabyte() {
    let n = 2000;
    let mut rng = stream(1, Use::Fixture, 7);
    let mut cell = Vanilla::new(n, 0, Tanh);
    let scale = 1.5 / (n as f64).sqrt();
    for j in 0..n {
        for i in 0..n {
            cell.params_mut().mat_mut(1)[(i, j)] = scale * normal(&mut rng);
        }
    }
    let initial = normal_matrix(&mut rng, n, 2);
    let options = Options { warmup: 50, align: 2, max_steps: 10, batch: 5, tol: 0.0, ..Options::default() };
    let found =
        lyapunov(&Map::new(cell), initial.as_ref(), &Drive::Constant(&[]), &options, &|_| ()).unwrap();
    assert!(found.attractors[0].checks.sum_rule.unwrap().difference.abs() < 1e-6);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap();
    let peak: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    println!("peak {} MB", peak / 1024.0);
    assert!(peak < 1024.0 * 1024.0);
}
