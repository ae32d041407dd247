//! Lyapunov spectra of systems whose exponents are known exactly or published.

use faer::Mat;
use nullcline::diagnostics::dynamics::lyapunov::{
    Drive, Error, Kind, Lyapunov, Options, Progress, Stopped, lyapunov,
};
use nullcline::linalg::random::{Use, normal, normal_matrix, stream, uniform};
use nullcline::systems::reference::{
    CoupledFitzHughNagumo, Henon, Ikeda, Linear, Logistic, Lorenz, Rossler, beer_1995,
};
use nullcline::systems::time::{Flow, Map, System};

fn silent(_: Progress) {}

fn run(system: &dyn System, initial: &Mat<f64>, options: &Options) -> Lyapunov {
    lyapunov(system, initial.as_ref(), &Drive::Constant(&[]), options, &silent).unwrap()
}

fn starts(centre: &[f64], spread: f64, r: usize) -> Mat<f64> {
    let mut rng = stream(11, Use::Fixture, r as u64);
    Mat::from_fn(centre.len(), r, |i, _| centre[i] + spread * normal(&mut rng))
}

/// Each exponent within `sigmas` of its standard error and that of the reference, which is small.
fn agree(found: &Lyapunov, expected: &[f64], reference_error: f64, sigmas: f64) {
    let a = &found.attractors[0];
    for (j, e) in expected.iter().enumerate() {
        let error = a.std_error[j].hypot(reference_error);
        let (l, miss) = (a.exponents[j], (a.exponents[j] - e).abs());
        assert!(miss <= sigmas * error, "exponent {j}: {l} +- {} against {e}\n{a:?}", a.std_error[j]);
    }
}

#[test]
fn linear_maps_and_flows_have_the_exponents_of_their_eigenvalues() {
    let n = 12;
    let a = normal_matrix(&mut stream(5, Use::Fixture, 0), n, n) * faer::Scale(0.2);
    let b = Mat::<f64>::zeros(n, 0);
    let eigenvalues = a.eigenvalues().unwrap();
    let mut logs: Vec<f64> = eigenvalues.iter().map(|z| z.norm().ln()).collect();
    let mut reals: Vec<f64> = eigenvalues.iter().map(|z| z.re).collect();
    logs.sort_by(|a, b| b.total_cmp(a));
    reals.sort_by(|a, b| b.total_cmp(a));
    let options = Options { max_steps: 4000, warmup: 100, ..Options::default() };
    let map = Map::new(Linear::new(a.as_ref(), b.as_ref()));
    let shifted = Mat::from_fn(n, n, |i, j| a[(i, j)] - if i == j { 1.5 } else { 0.0 });
    let flow = Flow::new(Linear::new(shifted.as_ref(), b.as_ref()), 0.01);
    for (system, exact) in
        [(&map as &dyn System, logs), (&flow, reals.iter().map(|l| l - 1.5).collect::<Vec<_>>())]
    {
        let found = run(system, &starts(&vec![0.0; n], 1.0, 2), &options);
        let a = &found.attractors[0];
        assert_eq!((a.kind, found.attractors.len()), (Kind::FixedPoint, 1));
        for (l, e) in a.exponents.iter().zip(&exact) {
            assert!((l - e).abs() < 1e-12, "{l} against {e}");
        }
        assert!(a.std_error.iter().all(|e| *e > 0.0 && *e < 1e-10), "{:?}", a.std_error);
        let (checked, rule) = (a.checks.eigenvalues.unwrap(), a.checks.sum_rule.unwrap());
        assert!(checked < 0.02 / system.time_step().sqrt(), "{checked}");
        assert!(rule.difference.abs() < 1e-9, "{rule:?}");
        assert!(a.kaplan_yorke_dimension.value.abs() < 1e-300 && a.entropy_rate.value.abs() < 1e-300);
    }
}

#[test]
fn unstable_linear_maps_diverge_and_say_so() {
    let a = Mat::from_fn(2, 2, |i, j| if i == j { 1.5 } else { 0.0 });
    let map = Map::new(Linear::new(a.as_ref(), Mat::<f64>::zeros(2, 0).as_ref()));
    let options = Options::default();
    let all = lyapunov(&map, starts(&[0.0; 2], 1.0, 3).as_ref(), &Drive::Constant(&[]), &options, &silent);
    assert_eq!(all.unwrap_err(), Error::AllDiverged { trajectories: 3 });
    let henon = Map::new(Henon::default());
    let initial = Mat::from_fn(2, 4, |_, j| if j == 2 { 5.0 } else { 0.1 * j as f64 });
    let some = run(&henon, &initial, &options);
    assert_eq!((some.diverged, some.attractors[0].members.clone()), (vec![2], vec![0, 1, 3]));
    assert!((some.attractors[0].share - 0.75).abs() < 1e-15 && some.warnings.len() == 1);
}

#[test]
fn logistic_map_at_four_gives_log_two() {
    let mut rng = stream(4, Use::Fixture, 0);
    let initial = Mat::from_fn(1, 8, |_, _| uniform(&mut rng, 0.1, 0.9));
    let options = Options { max_steps: 40_000, tol: 0.0, ..Options::default() };
    let found = run(&Map::new(Logistic::default()), &initial, &options);
    agree(&found, &[2f64.ln()], 0.0, 3.0);
    assert!(found.attractors[0].std_error[0] < 1e-4);
    assert_eq!(found.attractors[0].stopped, Stopped::StepLimit);
    // Period 4 at r = 3.5: multiplier by hand, exponent -0.8725 (log|f'| over the cycle / 4).
    let found = run(&Map::new(Logistic::new(3.5)), &initial, &options);
    let a = &found.attractors[0];
    let mut x = a.final_state[0];
    let mut sum = 0.0;
    for _ in 0..4 {
        sum += (3.5 * (1.0 - 2.0 * x)).abs().ln();
        x = 3.5 * x * (1.0 - x);
    }
    assert_eq!((a.kind, found.attractors.len()), (Kind::Cycle(4), 1));
    assert!((a.exponents[0] - sum / 4.0).abs() < 1e-9 && a.std_error[0] < 1e-9, "{a:?}");
}

#[test]
fn henon_and_ikeda_match_published_values_and_their_determinants() {
    // An ensemble of 200 x 30000 steps, numpy QR: 0.41916 +- 0.00015 (Sprott: 0.41922, -1.62319).
    let options = Options { max_steps: 100_000, tol: 5e-4, ..Options::default() };
    let found = run(&Map::new(Henon::default()), &starts(&[0.1, 0.0], 0.05, 8), &options);
    agree(&found, &[0.41916, -1.62313], 0.00015, 3.0);
    let a = &found.attractors[0];
    assert_eq!((found.attractors.len(), a.stopped), (1, Stopped::Tolerance));
    assert!((a.exponents[0] + a.exponents[1] - 0.3f64.ln()).abs() < 1e-9);
    assert!(a.checks.sum_rule.unwrap().difference.abs() < 1e-9, "{:?} {}", a.checks, a.mean_interval);
    // Sprott: 1.25827.
    assert!((a.kaplan_yorke_dimension.value - 1.25827).abs() < 1e-3, "{:?}", a.kaplan_yorke_dimension);
    let two = a.checks.two_trajectories.unwrap();
    assert!((two.value - a.exponents[0]).abs() < 4.0 * two.error().hypot(a.std_error[0]), "{two:?}");

    // numpy, 4e5 steps: 0.5051 +- 0.0023, -0.7158.
    let found = run(&Map::new(Ikeda::default()), &starts(&[0.1, 0.0], 0.05, 8), &options);
    agree(&found, &[0.5051, -0.7158], 0.0023, 3.0);
    let a = &found.attractors[0];
    assert!((a.exponents[0] + a.exponents[1] - 2.0 * 0.9f64.ln()).abs() < 1e-9);
}

#[test]
fn lorenz_and_rossler_match_published_values() {
    // Ensembles of 192 runs, numpy, RK4 and QR; Sprott: 0.9056, 0, -14.5723, dimension 2.06215.
    let options = Options { max_steps: 100_000, tol: 1e-3, warmup: 4000, align: 2000, ..Options::default() };
    let found = run(&Flow::new(Lorenz::default(), 0.005), &starts(&[1.0, 1.0, 25.0], 3.0, 8), &options);
    agree(&found, &[0.9057, 0.0, -14.5725], 0.0007, 3.0);
    let a = &found.attractors[0];
    assert_eq!(found.attractors.len(), 1);
    assert!((a.exponents.iter().sum::<f64>() + 41.0 / 3.0).abs() < 1e-4);
    assert!((a.kaplan_yorke_dimension.value - 2.06215).abs() < 1e-3);
    assert!(a.checks.zero_exponent.unwrap().holds && a.mean_interval > 50.0);
    for check in [a.checks.two_trajectories.unwrap(), a.checks.half_step.unwrap()] {
        let error = check.error().hypot(a.std_error[0]);
        assert!((check.value - a.exponents[0]).abs() < 4.0 * error, "{check:?} {a:?}");
    }

    let options = Options { warmup: 20_000, max_steps: 200_000, ..options };
    let found = run(&Flow::new(Rossler::default(), 0.02), &starts(&[1.0, 1.0, 0.0], 1.0, 8), &options);
    agree(&found, &[0.0714, 0.0, -5.3943], 0.0006, 3.0);
    assert!(found.attractors[0].checks.zero_exponent.unwrap().holds);
}

#[test]
fn slow_flows_match_published_values() {
    // JiTCODE's test scenario: 0.00710, 0, -0.0513, -0.187.
    let options =
        Options { max_steps: 400_000, tol: 1e-4, warmup: 20_000, align: 4000, ..Options::default() };
    let system = Flow::new(CoupledFitzHughNagumo::default(), 0.5);
    let found = run(&system, &starts(&[0.0; 4], 0.1, 8), &options);
    agree(&found, &[0.0071, 0.0, -0.0513, -0.187], 0.0004, 3.0);
    // Beer 1995: 0.010, 0; an independent numpy run over 2e4: 0.01036 +- 0.0007, 0, -0.46248.
    let found = run(&Flow::new(beer_1995(), 0.1), &starts(&[0.0; 3], 0.5, 8), &options);
    agree(&found, &[0.01036, 0.0], 0.0007, 3.0);
    assert!((found.attractors[0].exponents[2] + 0.46248).abs() < 0.006);
}
