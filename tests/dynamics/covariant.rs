//! Covariant vectors of systems whose vectors or angles are known.

use faer::linalg::solvers::DenseSolveCore;
use faer::{Mat, mat};
use nullcline::diagnostics::dynamics::covariant::{Covariant, Drive, Error, Options, covariant};
use nullcline::linalg::activation::Activation;
use nullcline::linalg::random::{Use, normal_matrix, stream};
use nullcline::numbers::Estimate;
use nullcline::systems::cells::{Current, Vanilla};
use nullcline::systems::reference::{Henon, Linear, Lorenz};
use nullcline::systems::time::{Flow, Map, System};

fn run(system: &dyn System, initial: &[f64], options: &Options) -> Covariant {
    covariant(system, initial, &Drive::Constant(&[]), options).unwrap()
}

const HENON: (f64, f64, f64) = (0.941056, 0.00026, 0.04261);
/// Of the pairs (1, 2), (1, 3), (2, 3).
const LORENZ: [(f64, f64); 3] = [(0.638432, 0.00081), (1.187156, 0.00045), (1.148643, 0.00056)];

fn short() -> Options {
    Options { warmup: 10, align: 600, steps: 400, settle: 600, ..Options::default() }
}

/// The mean growth of each vector along itself is its exponent; J v_i lies along the next v_i.
fn holds(c: &Covariant, tolerance: f64) {
    for (g, e) in c.growth.iter().zip(&c.exponents) {
        assert!((g.value - e.value).abs() < tolerance, "{} {}", g.value, e.value);
    }
    assert!(c.covariance_residual < 1e-9, "{}", c.covariance_residual);
}

fn within(found: Estimate, value: f64, error: f64) {
    let error = 4.0 * found.error().hypot(error);
    assert!((found.value - value).abs() < error, "{found:?} against {value}");
}

/// The linear rule with these eigenvalues and the columns of `v` for eigenvectors, made unit.
fn linear(values: &[f64], v: &mut Mat<f64>) -> Linear {
    let n = values.len();
    for j in 0..n {
        let size = v.col(j).norm_l2();
        v.col_mut(j).iter_mut().for_each(|x| *x /= size);
    }
    let scaled = Mat::from_fn(n, n, |i, j| v[(i, j)] * values[j]);
    let a = scaled * v.partial_piv_lu().inverse();
    Linear::new(a.as_ref(), Mat::<f64>::zeros(n, 0).as_ref())
}

#[test]
fn linear_systems_have_their_eigenvectors() {
    for n in [2, 5] {
        let mut v = normal_matrix(&mut stream(21, Use::Fixture, n as u64), n, n);
        let factors: Vec<f64> = (0..n).map(|i| [1.3, -0.9, 0.6, 0.35, -0.2][i]).collect();
        let rates: Vec<f64> = (0..n).map(|i| [0.1, -0.3, -0.7, -1.3, -2.0][i]).collect();
        let map = Map::new(linear(&factors, &mut v));
        let flow = Flow::new(linear(&rates, &mut v), 0.1);
        let options = short();
        // From zero, since a linear system has no attractor.
        let x = vec![0.0; n];
        for (system, expected) in [
            (&map as &dyn System, factors.iter().map(|f| f.abs().ln()).collect::<Vec<_>>()),
            (&flow, rates.clone()),
        ] {
            let c = run(system, &x, &options);
            holds(&c, 1e-9);
            for (i, e) in expected.iter().enumerate() {
                // A Runge-Kutta step of 0.1 has the exponent log(1 + h + ... + h^4/24) / 0.1.
                assert!((c.growth[i].value - e).abs() < 1e-4, "{} {e}", c.growth[i].value);
                assert!(c.defined[i]);
                for s in &c.samples {
                    let cosine = (s.vectors.col(i).transpose() * v.col(i)).abs();
                    assert!((cosine - 1.0).abs() < 1e-12, "{i}: {cosine}");
                }
            }
            for p in &c.pairs {
                let exact = (v.col(p.i).transpose() * v.col(p.j)).abs().acos();
                assert!((p.mean.value - exact).abs() < 1e-9 && (p.minimum - exact).abs() < 1e-9);
                assert_eq!(p.counts.iter().sum::<u32>() as usize, c.intervals);
            }
            assert_eq!(c.signs, [1, 0, n - 1]);
        }
    }
}

#[test]
fn the_cat_map_is_hyperbolic_at_a_right_angle() {
    let cat = Map::new(Linear::new(mat![[2.0, 1.0], [1.0, 1.0]].as_ref(), Mat::<f64>::zeros(2, 0).as_ref()));
    let c = run(&cat, &[0.0, 0.0], &short());
    holds(&c, 1e-12);
    let exact = (0.5 * (3.0 + 5.0f64.sqrt())).ln();
    assert!((c.growth[0].value - exact).abs() < 1e-12 && (c.growth[1].value + exact).abs() < 1e-12);
    let splitting = c.splitting.unwrap();
    assert!((splitting.minimum - std::f64::consts::FRAC_PI_2).abs() < 1e-12);
}

#[test]
fn the_henon_map_has_the_angles_of_an_independent_program() {
    // numpy 2.4.6: v1 by forward iteration, v2 by backward iteration with the inverse Jacobian, 400
    // starts x 5000 steps after 1000 + 100: mean angle and its error in radians, share below 10 degrees.
    let options = Options { steps: 200_000, ..Options::default() };
    let c = run(&Map::new(Henon::default()), &[0.1, 0.1], &options);
    holds(&c, 1e-3);
    within(c.exponents[0], 0.41922, 1e-5);
    let pair = &c.pairs[0];
    within(pair.mean, HENON.0, HENON.1);
    let below = f64::from(pair.counts[..10].iter().sum::<u32>()) / c.intervals as f64;
    assert!((below - HENON.2).abs() < 0.002, "{below}");
    // Henon's attractor has tangencies.
    assert!(pair.minimum < 2e-3 && pair.defined && c.splitting.is_some());
}

#[test]
fn the_lorenz_flow_has_the_angles_of_an_independent_program() {
    // numpy 2.4.6, the same Runge-Kutta steps of 0.01: v1 by forward iteration, v2 the direction of the
    // flow, v3 by backward iteration with the inverse Jacobians, 200 starts x 20000 steps.
    let lorenz = Flow::new(Lorenz::new(10.0, 28.0, 8.0 / 3.0), 0.01);
    let options = Options { steps: 200_000, align: 5000, settle: 5000, ..Options::default() };
    let c = run(&lorenz, &[1.0, 1.0, 20.0], &options);
    holds(&c, 1e-2);
    for (p, (mean, error)) in c.pairs.iter().zip(LORENZ) {
        within(p.mean, mean, error);
        assert!(p.defined);
    }
    let neutral = c.neutral.unwrap();
    assert!(neutral.index == 1 && neutral.largest < 1e-3, "{neutral:?}");
    assert_eq!(c.signs, [1, 1, 1]);
}

#[test]
fn equal_exponents_leave_their_vectors_undefined() {
    let (sin, cos) = 0.7f64.sin_cos();
    let a = mat![[0.9 * cos, -0.9 * sin, 0.1], [0.9 * sin, 0.9 * cos, 0.2], [0.0, 0.0, 0.3]];
    let map = Map::new(Linear::new(a.as_ref(), Mat::<f64>::zeros(3, 0).as_ref()));
    let c = run(&map, &[0.0; 3], &short());
    assert_eq!(c.defined, [false, false, true]);
    assert!(c.pairs.iter().all(|p| !p.defined));
    holds(&c, 1e-2);
}

#[test]
fn little_memory_changes_nothing_but_the_work() {
    let mut cell = Current::new(1, nullcline::linalg::activation::Activation::Tanh, vec![1.0; 12]);
    let w = normal_matrix(&mut stream(22, Use::Fixture, 0), 12, 12) * faer::Scale(0.8);
    cell.params_mut().mat_mut(1).copy_from(&w);
    let network = Flow::new(cell, 0.1);
    let drive = normal_matrix(&mut stream(23, Use::Fixture, 0), 1, 1700);
    let options = Options { vectors: Some(5), ..short() };
    let x = vec![0.1; 12];
    let one = covariant(&network, &x, &Drive::Sequence(drive.as_ref()), &options).unwrap();
    let small = Options { memory: 1000, ..options };
    let two = covariant(&network, &x, &Drive::Sequence(drive.as_ref()), &small).unwrap();
    holds(&one, 0.05);
    assert!(two.memory < one.memory / 2, "{} {}", two.memory, one.memory);
    for (a, b) in one.pairs.iter().zip(&two.pairs) {
        assert!(a.mean == b.mean && a.minimum.to_bits() == b.minimum.to_bits());
    }
    assert_eq!(one.samples[3].vectors, two.samples[3].vectors);
    assert!(one.neutral.is_none());
}

#[test]
fn collapsed_directions_are_left_out() {
    let mut cell = Vanilla::new(6, 0, nullcline::linalg::activation::Activation::Relu);
    let w = normal_matrix(&mut stream(24, Use::Fixture, 0), 6, 6) * faer::Scale(0.4);
    cell.params_mut().mat_mut(1).copy_from(&w);
    cell.params_mut().mat_mut(2).fill(0.3);
    let c = run(&Map::new(cell), &[0.5; 6], &short());
    assert!(c.asked == 6 && (1..6).contains(&c.exponents.len()), "{}", c.exponents.len());
    holds(&c, 0.05);
}

#[test]
fn what_cannot_be_is_an_error() {
    let henon = Map::new(Henon::default());
    let with = |options: Options, x: &[f64], u: &[f64]| {
        covariant(&henon, x, &Drive::Constant(u), &options).err().map(|e| e.to_string())
    };
    let message = with(Options::default(), &[0.0; 3], &[]).unwrap();
    assert!(message.contains("3 numbers; expected 2"), "{message}");
    let message = with(Options::default(), &[0.0; 2], &[1.0]).unwrap();
    assert!(message.contains("1 channels; the system takes 0"), "{message}");
    let message = with(Options { vectors: Some(3), ..Options::default() }, &[0.0; 2], &[]).unwrap();
    assert!(message.contains("3 vectors"), "{message}");
    assert!(with(Options::default(), &[f64::NAN, 0.0], &[]).unwrap().contains("finite"));
    let away = covariant(&henon, &[5.0, 5.0], &Drive::Constant(&[]), &Options::default());
    assert_eq!(away.err(), Some(Error::Diverged));
    // Everything ends at the kink of both units, where the exponents are ln 0.8 and ln 0.5 and there is no derivative.
    let mut relu = Vanilla::new(2, 0, Activation::Relu);
    relu.params_mut().mat_mut(1).copy_from(mat![[0.5, 0.0], [0.0, 0.8]]);
    let ended = covariant(&Map::new(relu), &[1.0, 1.0], &Drive::Constant(&[]), &Options::default());
    assert_eq!(ended.err(), Some(Error::OnKinks));
}
