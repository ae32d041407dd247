//! Lyapunov spectra of trained and of constructed networks against independent programs.

use faer::{Mat, MatRef};
use nullcline::diagnostics::dynamics::lyapunov::{
    Drive, InitialTangents, Kind, Lyapunov, Options, Progress, Stopped, lyapunov,
};
use nullcline::io::tensors::read;
use nullcline::linalg::activation::Activation::{Relu, Tanh};
use nullcline::systems::cells::{Gru, Lstm, Params, Vanilla};
use nullcline::systems::time::{Map, System};
use std::path::Path;

fn silent(_: Progress) {}

/// An array of an npz file as a matrix, vectors as one column.
fn array(net: &str, file: &str, name: &str) -> Mat<f64> {
    let path = format!("{}/tests/golden/nets/{net}/{file}.npz", env!("CARGO_MANIFEST_DIR"));
    let file = read(Path::new(&path)).unwrap();
    let array = file.get(name).unwrap();
    let cols = array.shape.get(1).copied().unwrap_or(1);
    Mat::from_fn(array.shape[0], cols, |i, j| array.data[i * cols + j])
}

fn load(net: &str, params: &mut Params<f64>) {
    for (i, name) in ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"].iter().enumerate() {
        params.mat_mut(i).copy_from(array(net, net, &format!("rnn.{name}")));
    }
}

fn trained(net: &str) -> Box<dyn System> {
    let shape = array(net, net, "rnn.weight_ih_l0");
    let (rows, d) = (shape.nrows(), shape.ncols());
    match net {
        "ff2_lstm" => {
            let mut cell = Lstm::new(rows / 4, d);
            load(net, cell.params_mut());
            Box::new(Map::new(cell))
        }
        "ff3_gru" => {
            let mut cell = Gru::new(rows / 3, d);
            load(net, cell.params_mut());
            Box::new(Map::new(cell))
        }
        _ => {
            let mut cell = Vanilla::new(rows, d, if net == "ff2_relu" { Relu } else { Tanh });
            load(net, cell.params_mut());
            Box::new(Map::new(cell))
        }
    }
}

#[test]
fn driven_networks_have_the_exponents_of_an_independent_program() {
    for net in ["ff2_lstm", "ff2_relu", "ff3_gru", "ff3_tanh", "ibl_tanh", "sine_tanh"] {
        let system = trained(net);
        let inputs = array(net, "lyapunov", "driven_inputs").transpose().to_owned();
        let expected = array(net, "lyapunov", "driven_exponents");
        let n = system.step().dim();
        let options = Options {
            warmup: 0,
            align: 200,
            initial_tangents: InitialTangents::Identity,
            ..Options::default()
        };
        let zero = Mat::zeros(n, 1);
        let found =
            lyapunov(system.as_ref(), zero.as_ref(), &Drive::Sequence(inputs.as_ref()), &options, &silent)
                .unwrap();
        let a = &found.attractors[0];
        assert_eq!((a.stopped, a.steps), (Stopped::EndOfInput, 2800));
        let reliable = if net == "ff2_relu" { 8 } else { n };
        for j in 0..reliable {
            let miss = (a.exponents[j] - expected[(j, 0)]).abs();
            assert!(miss < 1e-8, "{net} exponent {j}: {} against {}", a.exponents[j], expected[(j, 0)]);
        }
        if net == "ff2_relu" {
            let lost = a.exponents.iter().filter(|l| **l == f64::NEG_INFINITY).count();
            assert!(lost > 0 && a.checks.sum_rule.is_none() && found.warnings.len() == 1);
            assert!(a.std_error.iter().filter(|e| e.is_nan()).count() == lost);
        } else {
            let rule = a.checks.sum_rule.unwrap();
            assert!(rule.difference.abs() < 1e-8 * n as f64, "{net} {rule:?}");
            assert!(found.warnings.is_empty(), "{:?}", found.warnings);
        }
        let two = a.checks.two_trajectories.unwrap();
        let error = two.error().hypot(a.std_error[0]);
        assert!((two.value - a.exponents[0]).abs() < 4.0 * error, "{net} {two:?} {}", a.exponents[0]);
    }
}

#[test]
fn networks_at_rest_have_the_exponents_of_their_eigenvalues() {
    for net in ["ff2_lstm", "ff3_gru", "ff3_tanh", "ibl_tanh"] {
        let system = trained(net);
        let initial = array(net, "lyapunov", "auto_initial_state");
        let expected = array(net, "lyapunov", "auto_exponents");
        let zero = vec![0.0; system.step().inputs()];
        let options = Options { max_steps: 3000, ..Options::default() };
        let found =
            lyapunov(system.as_ref(), initial.as_ref(), &Drive::Constant(&zero), &options, &silent).unwrap();
        let a = &found.attractors[0];
        assert_eq!(a.kind, Kind::FixedPoint);
        // QR over 3000 steps: 2e-3, complex pairs turning; at rank deficiency noise below.
        for j in 0..4 {
            assert!((a.exponents[j] - expected[(j, 0)]).abs() < 2e-3, "{net} {j}");
        }
        assert!(a.checks.eigenvalues.unwrap() < 0.02, "{net} {:?}", a.checks.eigenvalues);
    }
}

/// Exponents without input from a small start: U_ij = s sin(1 + 1.3 i + 2.7 j + 0.9 i j), rows of
/// all gates stacked; independent numpy runs.
fn constructed(system: &dyn System, options: &Options) -> Lyapunov {
    let n = system.step().dim();
    let initial = Mat::from_fn(n, 1, |i, _| 0.1 * (i as f64 + 1.0).cos());
    lyapunov(system, initial.as_ref(), &Drive::Constant(&[]), options, &silent).unwrap()
}

fn fill(params: &mut Params<f64>, s: f64, bias: f64, second: f64) {
    let set = |mut m: faer::MatMut<f64>, f: &dyn Fn(f64, f64) -> f64| {
        for j in 0..m.ncols() {
            for i in 0..m.nrows() {
                m[(i, j)] = f(i as f64, j as f64);
            }
        }
    };
    set(params.mat_mut(1), &|i, j| s * (1.0 + 1.3 * i + 2.7 * j + 0.9 * i * j).sin());
    set(params.mat_mut(2), &|k, _| bias * (k + 0.5).sin());
    set(params.mat_mut(3), &|k, _| second * (k + 0.25).cos());
}

fn gru(n: usize, s: f64) -> Map<Gru> {
    let mut cell = Gru::new(n, 0);
    fill(cell.params_mut(), s, 0.1, 0.1);
    Map::new(cell)
}

fn lstm(n: usize, s: f64) -> Map<Lstm> {
    let mut cell = Lstm::new(n, 0);
    fill(cell.params_mut(), s, 0.1, 0.0);
    Map::new(cell)
}

fn expect(found: &Lyapunov, expected: &[f64], tolerance: f64) {
    let a = &found.attractors[0];
    for (l, e) in a.exponents.iter().zip(expected) {
        assert!((l - e).abs() < tolerance, "{:?} {:?} against {expected:?}", a.kind, a.exponents);
    }
}

#[test]
fn gated_networks_without_random_numbers() {
    let options = Options { warmup: 4000, max_steps: 8000, tol: 0.0, ..Options::default() };
    let found = constructed(&gru(4, 2.0), &options);
    expect(&found, &[-0.40486251, -0.86624066, -1.34496573, -1.34496573], 1e-7);
    let point = [0.0181916966, -0.0950501164, -0.016638865, -0.1423339373];
    assert!(found.attractors[0].final_state.iter().zip(&point).all(|(x, p)| (x - p).abs() < 1e-9));
    let found = constructed(&gru(4, 6.0), &options);
    expect(&found, &[-0.26554, -0.72665, -0.75003, -0.75007], 2e-3);
    let found = constructed(&lstm(3, 2.0), &options);
    expect(&found, &[-0.26738, -0.79693, -1.41777, -1.41777, -1.71047, -2.16730], 1e-5);
    let found = constructed(&lstm(4, 8.0), &options);
    let eight = [-0.02675, -0.70685, -0.70685, -1.10446, -1.42722, -2.77050, -4.14461, -6.13902];
    expect(&found, &eight, 3e-3);
    let mut cell = Vanilla::new(4, 0, Tanh);
    fill(cell.params_mut(), 1.5, 0.1, 0.0);
    let found = constructed(&Map::new(cell), &options);
    assert_eq!(found.attractors[0].kind, Kind::Moving);
    expect(&found, &[0.0, -0.4811, -0.9870, -4.9442], 1e-3);
}

/// x' = tanh(W x) with the weights of the fixture of that size.
fn random_net(n: usize, g: f64) -> Vanilla {
    use nullcline::linalg::random::{Use, normal_matrix, stream};
    let mut cell = Vanilla::new(n, 0, Tanh);
    let w = normal_matrix(&mut stream(1, Use::Fixture, n as u64), n, n);
    cell.params_mut().mat_mut(1).copy_from(&w * faer::Scale(g / (n as f64).sqrt()));
    cell
}

#[test]
fn factors_between_qr_give_the_numbers_of_qr_at_every_step() {
    let (n, steps) = (60, 400);
    let cell = random_net(n, 2.0);
    let initial = Mat::from_fn(n, 1, |i, _| (i as f64).sin());
    let system = Map::new(cell.clone());
    let options = Options {
        warmup: 50,
        align: 0,
        settle: 0,
        max_steps: steps,
        tol: 0.0,
        initial_tangents: InitialTangents::Identity,
        ..Options::default()
    };
    let found = lyapunov(&system, initial.as_ref(), &Drive::Constant(&[]), &options, &silent).unwrap();
    assert!(found.attractors[0].mean_interval > 1.5);

    let mut x: Vec<f64> = initial.col(0).iter().copied().collect();
    let mut q = Mat::<f64>::identity(n, n);
    let mut sums = vec![0.0; n];
    for t in 0..50 + steps {
        let (y, j, _) = nullcline::systems::rule::linearise(&cell, &x, &[]);
        if t >= 50 {
            let qr = (&j * &q).qr();
            q = qr.compute_thin_Q();
            let r: MatRef<f64> = qr.thin_R();
            sums.iter_mut().enumerate().for_each(|(i, s)| *s += r[(i, i)].abs().ln() / steps as f64);
        }
        x = y;
    }
    sums.sort_by(|a, b| b.total_cmp(a));
    for (j, (l, e)) in found.attractors[0].exponents.iter().zip(&sums).enumerate() {
        assert!((l - e).abs() < 1e-9 * (1.0 + e.abs()), "{j}: {l} against {e}");
    }
}

#[test]
fn the_first_exponent_of_a_random_map_is_near_mean_field_theory() {
    // 0.5 log(g^2 <sech^4>) = 0.432878 at g = 4 for infinite n; finite n lies below.
    let system = Map::new(random_net(200, 4.0));
    let initial = Mat::from_fn(200, 2, |i, j| ((1 + j) as f64 * i as f64).sin());
    let options = Options { exponents: Some(1), max_steps: 5000, tol: 0.0, ..Options::default() };
    let found = lyapunov(&system, initial.as_ref(), &Drive::Constant(&[]), &options, &silent).unwrap();
    let a = &found.attractors[0];
    assert!((a.exponents[0] - 0.432878).abs() < 0.05, "{} {}", a.exponents[0], a.std_error[0]);
    assert!(
        a.kaplan_yorke_dimension.value.is_nan() && found.warnings.iter().any(|w| w.contains("ask for more"))
    );
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let system = Map::new(random_net(50, 3.0));
    let initial = Mat::from_fn(50, 5, |i, j| ((1 + j) as f64 * i as f64).sin());
    let options = Options { max_steps: 1500, tol: 0.0, ..Options::default() };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            lyapunov(&system, initial.as_ref(), &Drive::Constant(&[]), &options, &silent).unwrap()
        })
    };
    let (one, two) = (on(1), on(2));
    assert_eq!(format!("{one:?}"), format!("{two:?}"));
    assert!(one.attractors[0].exponents[0] > 0.1);
}
