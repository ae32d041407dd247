//! Under one input a stable network forgets where it began: many initial states are one orbit, and
//! must not be counted as many when the error is estimated.

use faer::Mat;
use nullcline::diagnostics::dynamics::lyapunov::{Drive, Options, lyapunov};
use nullcline::linalg::activation::Activation;
use nullcline::linalg::random::{Use, normal_matrix, stream};
use nullcline::systems::cells::Vanilla;
use nullcline::systems::time::Map;

#[test]
fn more_initial_states_do_not_shrink_the_error_of_a_driven_network() {
    let (n, steps) = (16, 3000);
    let mut cell = Vanilla::new(n, 1, Activation::Tanh);
    let w = normal_matrix(&mut stream(1, Use::Fixture, 0), n, n);
    cell.params_mut().mat_mut(1).copy_from(w * faer::Scale(1.2 / (n as f64).sqrt()));
    cell.params_mut().mat_mut(0).copy_from(normal_matrix(&mut stream(1, Use::Fixture, 1), n, 1));
    let system = Map::new(cell);
    let run = |count: usize, seed: u64| {
        let input = normal_matrix(&mut stream(seed, Use::Fixture, 2), 1, steps);
        let start: Mat<f64> = normal_matrix(&mut stream(seed, Use::Fixture, 3), n, count);
        let options = Options { warmup: 0, align: 200, tol: 0.0, ..Options::default() };
        let drive = Drive::Sequence(input.as_ref());
        let found = lyapunov(&system, start.as_ref(), &drive, &options, &|_| ()).unwrap();
        assert_eq!(found.attractors.len(), 1);
        found.attractors.into_iter().next().unwrap()
    };
    let (one, many) = (run(1, 1), run(8, 1));
    assert_eq!((one.steps, many.steps, many.share), (2800, 2800, 1.0));
    assert!((many.std_error[0] / one.std_error[0] - 1.0).abs() < 0.05);

    // The scatter over inputs is what the error must foretell.
    let runs: Vec<_> = (10..40).map(|seed| run(8, seed)).collect();
    let mean = runs.iter().map(|a| a.exponents[0]).sum::<f64>() / 30.0;
    let z = runs.iter().map(|a| ((a.exponents[0] - mean) / a.std_error[0]).powi(2)).sum::<f64>() / 29.0;
    assert!(z.sqrt() > 0.5 && z.sqrt() < 1.5, "{}", z.sqrt());
}
