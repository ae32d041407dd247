//! Couplings without the penalty's bias: numpy and scikit-learn, exact cases, and how often their errors cover the truth.

use crate::common::golden;
use faer::Mat;
use nullcline::inference::gaussian::data::Scale;
use nullcline::inference::gaussian::debiased::{Debiased, debiased};
use nullcline::inference::gaussian::ensemble::{Ensemble, Truth};
use nullcline::inference::gaussian::lasso::{Options, graphical_lasso};
use nullcline::inference::gaussian::map::Map;
use nullcline::inference::gaussian::samples::covariance;
use nullcline::inference::gaussian::spectrum::{Basis, Spectrum, rescaled};
use nullcline::inference::gaussian::successive::autocorrelation;
use nullcline::io::tensors::read;
use nullcline::linalg::random::{Use, normal, stream};
use serde_json::Value;
use std::path::Path;

/// mu - J at gamma, of the covariance `c`.
fn precision(c: &Mat<f64>, alpha: f64, gamma: f64) -> Mat<f64> {
    let basis = Basis::new(c.as_ref()).unwrap();
    let spectrum = Spectrum::new(alpha, basis.values.clone(), basis.values.clone()).unwrap();
    let mut map = Map::new(&spectrum);
    map.solve(gamma).unwrap();
    basis.matrix(&map.c.iter().map(|c| c.recip()).collect::<Vec<_>>())
}

/// tests/golden/gaussian/make_debiased.py.
#[test]
fn they_are_those_of_numpy_and_scikit_learn() {
    let c = read(Path::new(&golden("gaussian/goe_n50_a2_C_emp.npy"))).unwrap().tensors.remove(0);
    let c = Mat::from_fn(50, 50, |i, j| c.data[50 * i + j]);
    let c = rescaled(c.as_ref());
    let known = std::fs::read_to_string(golden("gaussian/debiased.json")).unwrap();
    let known: Value = serde_json::from_str(&known).unwrap();
    let sparse =
        graphical_lasso(c.as_ref(), 0.1, &Options { tolerance: 1e-13, ..Options::default() }).unwrap();
    for (name, theta, tolerance) in [("l2", precision(&c, 2.0, 1.5), 1e-10), ("l1", sparse.theta, 1e-5)] {
        let found = debiased(theta.as_ref(), c.as_ref(), 100.0, Scale::Trace);
        let known = &known[name];
        for k in 0..4 {
            let index = |m: usize| known["pairs"][k][m].as_u64().unwrap() as usize;
            let at = (index(0), index(1));
            for (ours, theirs) in [(&found.j, "debiased"), (&found.std_error, "std_error")] {
                let theirs = known[theirs][k].as_f64().unwrap();
                assert!((ours[at] - theirs).abs() < tolerance, "{name} {at:?}: {} {theirs}", ours[at]);
            }
        }
        let first = known["first_diagonal"].as_f64().unwrap();
        assert!((found.j[(0, 0)] - first).abs() < tolerance && found.std_error[(0, 0)].is_nan());
    }
}

/// Without a penalty nothing is left to correct; with one, the error left is of second order in what it did.
#[test]
fn the_correction_is_a_newton_step_to_the_inverse_covariance() {
    let model = Ensemble::Goe { sigma: 0.4 }.draw(8, &mut stream(1, Use::Couplings, 0));
    let truth = Truth::new(model.as_ref()).unwrap();
    let x = truth.samples(400, &mut stream(1, Use::Samples, 0));
    let c = rescaled(covariance(x.as_ref()).as_ref());
    let inverse = precision(&c, 50.0, 1e-7);
    let exact = debiased(inverse.as_ref(), c.as_ref(), 400.0, Scale::None);
    let off = |a: &Debiased| {
        let pairs = (0..8).flat_map(|b| (0..b).map(move |a| (a, b)));
        pairs.map(|at| (a.j[at] - exact.j[at]).abs()).fold(0.0, f64::max)
    };
    let pairs = (0..8).flat_map(|b| (0..b).map(move |a| (a, b)));
    assert!(pairs.clone().all(|at| (exact.j[at] + inverse[at]).abs() < 1e-7));
    let [one, two] = [0.5, 1.0]
        .map(|gamma| off(&debiased(precision(&c, 50.0, gamma).as_ref(), c.as_ref(), 400.0, Scale::None)));
    assert!((two / one - 4.0).abs() < 0.5, "{one} {two}");
    let over = exact.over(4.0);
    assert!(pairs.into_iter().all(|at| (over.j[at] * 4.0 - exact.j[at]).abs() < 1e-15));
}

/// A chain of 10 in 60 samples at gamma = 3, which takes off a third of each coupling; examples/coverage has the rest.
#[test]
fn errors_cover_the_truth_of_every_coupling() {
    let j = Ensemble::Chain { sigma: 0.4 }.draw(10, &mut stream(1, Use::Couplings, 0));
    let truth = Truth::new(j.as_ref()).unwrap();
    let (mut covered, mut of, mut shrunk) = ([0usize; 2], [0usize; 2], 0.0);
    for k in 0..200 {
        let x = truth.samples(60, &mut stream(2, Use::Samples, k));
        let c = rescaled(covariance(x.as_ref()).as_ref());
        let theta = precision(&c, 6.0, 3.0);
        let found = debiased(theta.as_ref(), c.as_ref(), 60.0, Scale::Trace);
        for b in 0..10 {
            for a in 0..b {
                let there = usize::from(j[(a, b)] != 0.0);
                of[there] += 1;
                let inside = (found.j[(a, b)] - j[(a, b)]).abs() <= 2.0 * found.std_error[(a, b)];
                covered[there] += usize::from(inside);
                shrunk += if there == 1 { -theta[(a, b)] / 0.4 / 2000.0 } else { 0.0 };
            }
        }
    }
    assert!(shrunk < 0.75, "{shrunk}");
    for (covered, of) in covered.iter().zip(of) {
        let share = *covered as f64 / of as f64;
        assert!((0.93..0.98).contains(&share), "{share}");
    }
}

/// x' = r x + noise: 1 + 2 sum r^(2 h) = (1 + r^2)/(1 - r^2).
#[test]
fn successive_samples_are_worth_what_theory_says() {
    let rows = |r: f64, p: usize, index: u64| {
        let mut rng = stream(3, Use::Samples, index);
        let mut x = Mat::zeros(5, p);
        for k in 0..p {
            for i in 0..5 {
                let last = if k > 0 { x[(i, k - 1)] } else { normal(&mut rng) };
                x[(i, k)] = r * last + (1.0 - r * r).sqrt() * normal(&mut rng);
            }
        }
        x
    };
    for (r, p) in [(0.3, 8000), (0.8, 8000), (0.95, 40_000)] {
        let follows: Vec<bool> = (0..p).map(|k| k > 0).collect();
        let found = autocorrelation(rows(r, p, 0).as_ref(), &follows).unwrap();
        let known = p as f64 * (1.0 - r * r) / (1.0 + r * r);
        assert!(
            (found.lag_one - r).abs() < 0.03 && (found.effective / known - 1.0).abs() < 0.12,
            "{r}: {found:?}"
        );
        // Nothing follows anything: nothing is known.
        assert_eq!(autocorrelation(rows(r, p, 0).as_ref(), &vec![false; p]), None);
    }
    // Trials of 20 steps are measured within.
    let follows: Vec<bool> = (0..8000).map(|k| k % 20 > 0).collect();
    let found = autocorrelation(rows(0.5, 8000, 1).as_ref(), &follows).unwrap();
    assert!((found.effective / 8000.0 - 0.6).abs() < 0.06, "{found:?}");
    let independent = (0..200).filter(|k| {
        let follows: Vec<bool> = (0..300).map(|k| k > 0).collect();
        autocorrelation(rows(0.0, 300, 10 + k).as_ref(), &follows).is_some()
    });
    assert_eq!(independent.count(), 0);
}
