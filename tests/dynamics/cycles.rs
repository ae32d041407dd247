//! Limit cycles, Floquet multipliers and phases whose values are known exactly, published, or made by
//! an independent program.

#![allow(clippy::excessive_precision)]

use faer::Mat;
use nullcline::diagnostics::dynamics::cycles::{
    Cycle, Error, Motion, Options, PhaseMap, find, refine, survey,
};
use nullcline::diagnostics::dynamics::lyapunov::{self, Drive, lyapunov};
use nullcline::io::tensors::read;
use nullcline::linalg::activation::Activation;
use nullcline::systems::cells::{Current, Rate, Vanilla};
use nullcline::systems::reference::{Henon, Hopf, Logistic, Lorenz, VanDerPol};
use nullcline::systems::rule::Rule;
use nullcline::systems::time::{Flow, Map, System};
use std::f64::consts::{PI, TAU};
use std::path::{Path, PathBuf};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/cycles").join(name)
}

fn numbers(name: &str) -> Vec<f64> {
    read(&golden(name)).unwrap().tensors[0].data.clone()
}

fn cycle(system: &dyn System, x: &[f64]) -> Cycle {
    match find(system, x, &[], &Options::default()).unwrap() {
        Motion::Cycle(c) => *c,
        other => panic!("no cycle: {other:?}"),
    }
}

fn network(w: &[f64], n: usize) -> Current {
    let mut cell = Current::new(0, Activation::Tanh, vec![1.0; n]);
    cell.params_mut().mat_mut(1).copy_from(Mat::from_fn(n, n, |i, j| w[i * n + j]));
    cell
}

/// alpha R(theta), as parameters of a cell with an empty input matrix and two biases.
fn rotation(cell: &mut dyn Rule, alpha: f64, theta: f64) {
    let (c, s) = (alpha * theta.cos(), alpha * theta.sin());
    cell.write_params(&[c, s, -s, c, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn the_normal_form_of_hopf_has_its_exact_period_multipliers_and_phases() {
    let (mu, omega, beta) = (0.5, 2.0, 0.7);
    let system = Flow::new(Hopf::new(mu, omega, beta), 0.05);
    let c = cycle(&system, &[0.1, 0.0]);
    let period = TAU / (omega + beta * mu);
    assert!((c.period.value - period).abs() < 1e-11 && c.period.error() < 1e-9, "{:?}", c.period);
    assert!((c.multipliers[0].log_modulus).abs() < 1e-10);
    assert!((c.multipliers[1].exponent.value + 2.0 * mu).abs() < 1e-10, "{:?}", c.multipliers);
    let tangent = c.tangent.unwrap();
    assert!(tangent.index == 0 && tangent.multiplier_error < 1e-10 && tangent.residual < 1e-10);

    // Phase is angle + beta log(r / sqrt mu); its gradient on the cycle is
    // (beta e_r + e_angle) / sqrt mu.
    let mut map = PhaseMap::new(&system, &c, &[]).unwrap();
    let angle = |x: &[f64]| x[1].atan2(x[0]);
    let origin = angle(&c.point);
    for (r, a) in [(0.2, 0.3), (1.4, 2.0), (mu.sqrt(), -2.0), (3.0, 1.0)] {
        let found = map.asymptotic(&[r * f64::cos(a), r * f64::sin(a)], 100).unwrap();
        let exact = a + beta * (r / mu.sqrt()).ln() - origin;
        let miss = (found.phase - exact + PI).rem_euclid(TAU) - PI;
        assert!(miss.abs() < 1e-8, "from ({r}, {a}): off by {miss}");
    }
    let z = map.response().to_owned();
    for j in (0..z.ncols()).step_by(7) {
        let a = angle(&[map.states()[(0, j)], map.states()[(1, j)]]);
        let exact = [beta * a.cos() - a.sin(), beta * a.sin() + a.cos()].map(|v| v / mu.sqrt());
        for i in 0..2 {
            assert!((z[(i, j)] - exact[i]).abs() < 1e-9, "Z_{i} at {j}: {} against {}", z[(i, j)], exact[i]);
        }
    }
    assert!(map.normalisation_error() < 1e-10);
}

#[test]
fn van_der_pol_has_its_published_period_and_the_adjoint_is_the_measured_response() {
    let system = Flow::new(VanDerPol::default(), 0.05);
    let c = cycle(&system, &[0.5, 0.0]);
    // Amore, Boyd, Fernandez, Appl. Math. Comput. 316 (2018) 1: 28 digits.
    let published = 6.663_286_859_323_130;
    assert!((c.period.value - published).abs() <= 2.0 * c.period.error().max(1e-12), "{:?}", c.period);
    assert!(c.period.error() < 1e-9);
    // Liouville: the exponents sum to the mean divergence, here by the trapezoidal rule on the grid.
    let mut map = PhaseMap::new(&system, &c, &[]).unwrap();
    let (x, z) = (map.states().to_owned(), map.response().to_owned());
    let divergence = (0..x.ncols()).map(|j| 1.0 - x[(0, j)].powi(2)).sum::<f64>() / x.ncols() as f64;
    assert!((c.exponents().iter().sum::<f64>() - divergence).abs() < 1e-9);
    let eps = 1e-4;
    for j in (0..x.ncols()).step_by(x.ncols() / 5) {
        let phase = TAU * j as f64 / x.ncols() as f64;
        for i in 0..2 {
            let mut kick = [0.0; 2];
            kick[i] = eps;
            let plus = map.shift(phase, &kick, 100).unwrap();
            kick[i] = -eps;
            let minus = map.shift(phase, &kick, 100).unwrap();
            let measured = (plus - minus) / (2.0 * eps);
            assert!((measured - z[(i, j)]).abs() < 1e-6, "{measured} against {}", z[(i, j)]);
        }
    }
}

#[test]
fn a_network_of_twenty_units_has_scipys_period_and_exponents_and_those_of_the_lyapunov_module() {
    let (w, x0) = (numbers("W.npy"), numbers("x0.npy"));
    let system = Flow::new(network(&w, 20), 0.05);
    let c = cycle(&system, &x0);
    // tests/golden/cycles/SOURCE.md: DOP853, return error 1.3e-11.
    let expected: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(golden("expected.json")).unwrap()).unwrap();
    assert!((c.period.value - expected["period_tau"].as_f64().unwrap()).abs() < 1e-9, "{:?}", c.period);
    let floquet = expected["floquet_exponents_per_tau"].as_array().unwrap();
    for (i, (m, e)) in c.multipliers.iter().zip(floquet).enumerate() {
        // The reference's eigenvalues of one matrix are exact to about 2e-16 of the largest.
        let e = e.as_f64().unwrap();
        let tolerance = 1e-8 + 2e-16 * (-m.log_modulus).exp() / c.period.value;
        let miss = (m.exponent.value - e).abs();
        assert!(miss < tolerance, "exponent {i}: {:?} against {e}", m.exponent);
    }
    // What that reference loses is resolved here: the trace, mean of sum_i (W_ii (1 - tanh^2 x_i) - 1).
    let map = PhaseMap::new(&system, &c, &[]).unwrap();
    let x = map.states();
    let gain = |i: usize, j: usize| w[21 * i] * (1.0 - x[(i, j)].tanh().powi(2)) - 1.0;
    let trace = (0..x.ncols()).flat_map(|j| (0..20).map(move |i| gain(i, j))).sum::<f64>() / x.ncols() as f64;
    assert!((c.exponents().iter().sum::<f64>() - trace).abs() < 1e-9);

    let options = lyapunov::Options { max_steps: 20_000, tol: 1e-9, ..Default::default() };
    let initial = Mat::from_fn(20, 1, |i, _| x0[i]);
    let l = lyapunov(&system, initial.as_ref(), &Drive::Constant(&[]), &options, &|_| ()).unwrap();
    let a = &l.attractors[0];
    assert!(c.deviation(&a.estimates(), 1e-4) < 5.0, "{:?}\n{:?}", a.exponents, c.exponents());
}

#[test]
fn equilibria_tori_and_chaos_are_no_cycles() {
    let mut rate = Rate::new(0, Activation::Tanh, vec![1.0; 2]);
    rotation(&mut rate, 1.5, 1.2);
    let rest = find(&Flow::new(rate, 0.05), &[0.5, 0.1], &[], &Options::default()).unwrap();
    assert!(matches!(rest, Motion::Rest(_)), "{rest:?}");
    let chaos =
        find(&Flow::new(Lorenz::default(), 0.01), &[1.0, 2.0, 20.0], &[], &Options::default()).unwrap();
    assert!(matches!(chaos, Motion::Irregular { growth: Some(g), .. } if g > 0.1), "{chaos:?}");
    let diverges = find(&Map::new(Logistic::new(4.5)), &[0.3], &[], &Options::default());
    assert_eq!(diverges.unwrap_err(), Error::Diverged);
    let wrong = find(&Map::new(Henon::default()), &[0.1], &[], &Options::default());
    assert!(matches!(wrong, Err(Error::Length { found: 1, expected: 2, .. })));
}

// Two uncoupled rotators: the torus has the rotation number of their exact frequencies.
#[test]
fn two_rotators_are_a_torus() {
    let mut pair = Rate::new(0, Activation::Tanh, vec![1.0; 4]);
    let mut w = vec![0.0; 24];
    for (k, theta) in [0.5f64, 0.8].into_iter().enumerate() {
        let (c, s) = (1.5 * theta.cos(), 1.5 * theta.sin());
        for (i, j, v) in [(0, 0, c), (1, 0, s), (0, 1, -s), (1, 1, c)] {
            w[(2 * k + j) * 4 + 2 * k + i] = v;
        }
    }
    pair.write_params(&w);
    let (system, x) = (Flow::new(pair, 0.05), [0.5, 0.1, 0.2, -0.4]);
    let torus = find(&system, &x, &[], &Options::default()).unwrap();
    let Motion::Torus(torus) = torus else { panic!("{torus:?}") };
    // However long it is followed: returns to a torus are evenly spread and do not drift.
    for max_steps in [20_000, 60_000, 200_000] {
        let options = lyapunov::Options { max_steps, tol: 0.0, ..Default::default() };
        let initial = Mat::from_fn(4, 1, |i, _| x[i]);
        let found = lyapunov(&system, initial.as_ref(), &Drive::Constant(&[]), &options, &|_| ()).unwrap();
        let a = &found.attractors[0];
        assert_eq!(a.status, lyapunov::Status::Settled, "{max_steps}");
        assert!(
            (0..2).all(|i| a.exponents[i].abs() <= 4.0 * a.std_error[i]),
            "{:?} {:?}",
            a.exponents,
            a.std_error
        );
    }
    let periods = [0.5, 0.8].map(|theta| {
        let mut one = Rate::new(0, Activation::Tanh, vec![1.0; 2]);
        rotation(&mut one, 1.5, theta);
        cycle(&Flow::new(one, 0.05), &[0.5, 0.1]).period.value
    });
    let ratios = [periods[0] / periods[1], periods[1] / periods[0]];
    let folded = ratios.map(|r| r.fract().min(1.0 - r.fract()));
    let near = folded.iter().any(|f| (f - torus.rotation.value).abs() < 1e-4);
    let mean = periods.iter().any(|p| (p - torus.mean_return.value).abs() < 1e-4);
    assert!(near && mean, "{torus:?} against {periods:?}");
}

#[test]
fn maps_have_periodic_points_and_invariant_circles() {
    // x = r x (1 - x) at r = 1 + sqrt 5: the superstable cycle of period 2 through 1/2, exactly.
    let two = cycle(&Map::new(Logistic::new(1.0 + 5f64.sqrt())), &[0.4]);
    assert_eq!((two.steps, two.period.std_error), (2, Some(0.0)));
    assert!(two.multipliers[0].log_modulus < -15.0, "{two:?}");
    // At r = 3.2 the multiplier is 4 + 2 r - r^2 = 0.16.
    let two = cycle(&Map::new(Logistic::new(3.2)), &[0.4]);
    assert!((two.multipliers[0].log_modulus - 0.16f64.ln()).abs() < 1e-12, "{two:?}");
    // Period 4; the product of r (1 - 2 x) over its points by Python's decimal module at 50 digits.
    let four = cycle(&Map::new(Logistic::new(3.5)), &[0.4]);
    let multiplier = four.multipliers[0];
    assert_eq!((four.steps, multiplier.argument), (4, PI));
    assert!((multiplier.log_modulus - 0.030_499_975_973_667_13f64.ln()).abs() < 1e-12, "{four:?}");

    // x = tanh(alpha R(theta) x): within the tongue at a quarter turn period 4, one turn each; outside
    // an invariant circle, near the bifurcation of rotation theta / 2 pi.
    let mut tongue = Vanilla::new(2, 0, Activation::Tanh);
    rotation(&mut tongue, 2.0, 0.5 * PI + 0.1);
    let four = cycle(&Map::new(tongue), &[0.5, 0.1]);
    assert_eq!((four.steps, four.turns), (4, Some(1)));
    let mut circle = Vanilla::new(2, 0, Activation::Tanh);
    rotation(&mut circle, 1.001, 1.0);
    let options = Options { warmup: 20_000, returns: 1000, ..Default::default() };
    let motion = find(&Map::new(circle), &[0.05, 0.1], &[], &options).unwrap();
    let Motion::Torus(t) = motion else { panic!("{motion:?}") };
    assert!((t.rotation.value - 1.0 / TAU).abs() < 1e-6, "{t:?}");
}

#[test]
fn a_multiple_of_the_period_is_divided_and_a_fixed_point_is_refused() {
    let system = Flow::new(VanDerPol::default(), 0.05);
    let c = cycle(&system, &[0.5, 0.0]);
    let triple = refine(&system, &c.point, 3.0 * c.period.value + 0.01, &[], 1e-10).unwrap();
    assert!((triple.period.value - c.period.value).abs() < 1e-9, "{:?}", triple.period);
    assert!(refine(&system, &[1e-9, 0.0], 6.3, &[], 1e-10).is_err());
    assert_eq!(
        refine(&Map::new(Henon::default()), &[0.1, 0.1], 4.0, &[], 1e-10).unwrap_err(),
        Error::NoPhase
    );
}

#[test]
fn a_stiff_cycle_is_one_and_keeps_its_exponent() {
    // Time constants 1 : 200. By Liouville the two exponents of a planar cycle sum to the mean trace of the Jacobian: scipy's
    // DOP853 at 1e-11 gives -0.78594, the logarithm of the multiplier being -530.
    let mut cell = Rate::new(0, Activation::Tanh, vec![1.0, 200.0]);
    cell.params_mut().mat_mut(1).copy_from(Mat::from_fn(2, 2, |i, j| [[3.0, -2.0], [2.5, 0.0]][i][j]));
    let system = Flow::new(cell, 0.05);
    let initial = Mat::from_fn(2, 4, |i, j| [[0.5, 0.1], [-0.5, 0.3], [1.5, 0.8], [0.1, -0.9]][j][i]);
    let found = survey(&system, initial.as_ref(), &[], &Options::default()).unwrap();
    assert_eq!((found.cycles.len(), found.cycles[0].members.len()), (1, 4), "{:?}", found.fates);
    let cycle = &found.cycles[0].cycle;
    assert!((cycle.period.value - 674.870_958).abs() < 1e-5, "{:?}", cycle.period);
    let other = cycle.multipliers[1 - cycle.tangent.unwrap().index].exponent;
    assert!((other.value + 0.785_94).abs() < 1e-5 && other.error() < 1e-5, "{other:?}");
}
