//! Strengths of many data sets together: the root of the mean residual and its jackknife error.

use nullcline::inference::gaussian::ensemble::{Ensemble, Truth};
use nullcline::inference::gaussian::pooled::pooled;
use nullcline::inference::gaussian::predict::{Moments, cross_spread};
use nullcline::inference::gaussian::roots::{Strength, roots, scaled_roots};
use nullcline::inference::gaussian::samples::draw;
use nullcline::inference::gaussian::spectrum::{Basis, Spectrum, rescaled};
use nullcline::linalg::random::{Use, stream};

fn truth(n: usize) -> Truth {
    Truth::new(Ensemble::Chain { sigma: 0.4 }.draw(n, &mut stream(1, Use::Couplings, 0)).as_ref()).unwrap()
}

fn data(truth: &Truth, p: usize, count: u64, seed: u64) -> Vec<Spectrum> {
    (0..count).map(|k| truth.draw(p, true, &mut stream(seed, Use::Samples, k)).unwrap()).collect()
}

/// Mean and standard deviation.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}

#[test]
fn one_data_set_has_its_own_root_and_scales_only_scale() {
    let data = data(&truth(20), 60, 1, 3);
    let own = roots(&data, 1e-3, 1e3).unwrap();
    let all = pooled(&data, &[1.0], Strength::Cross, (1e-3, 1e3)).unwrap();
    assert_eq!(all.iter().map(|p| p.value).collect::<Vec<_>>(), own.cross);
    assert_eq!(all[0].std_error, None);
    let half = scaled_roots(&data, &[2.0], 1e-3, 1e3).unwrap();
    assert!((half.cross[0] * 2.0 / own.cross[0] - 1.0).abs() < 1e-13);
    assert!(pooled(&data, &[0.0], Strength::Cross, (1e-3, 1e3)).is_err());
}

#[test]
fn the_jackknife_in_one_step_is_that_of_roots_found_anew() {
    let data = data(&truth(20), 200, 12, 5);
    for strength in [Strength::Opt, Strength::Cross] {
        let found = pooled(&data, &[1.0; 12], strength, (1e-3, 1e3)).unwrap();
        assert_eq!(found.len(), 1);
        let without = |k: usize| -> f64 {
            let left: Vec<Spectrum> =
                data.iter().enumerate().filter(|(i, _)| *i != k).map(|(_, s)| s.clone()).collect();
            roots(&left, 1e-3, 1e3).unwrap().of(strength)[0]
        };
        let all: Vec<f64> = (0..12).map(without).collect();
        let (_, spread) = moments(&all);
        let brute = spread * 11.0 / 12f64.sqrt();
        assert!((found[0].error() / brute - 1.0).abs() < 0.05, "{:?} {brute}", found[0]);
    }
}

#[test]
fn the_error_is_the_spread_of_repetitions() {
    let truth = truth(16);
    let values: Vec<(f64, f64)> = (0..80)
        .map(|k| {
            let data = data(&truth, 64, 20, 100 + k);
            let found = pooled(&data, &[1.0; 20], Strength::Cross, (1e-3, 1e3)).unwrap()[0];
            (found.value, found.error())
        })
        .collect();
    let (values, errors): (Vec<f64>, Vec<f64>) = values.into_iter().unzip();
    // The spread of 80 is known to 8 %.
    let ratio = moments(&errors).0 / moments(&values).1;
    assert!((ratio - 1.0).abs() < 0.24, "{ratio}");
}

#[test]
fn single_roots_spread_as_theory_says_and_their_mean_is_not_the_root_of_the_mean() {
    // n = 30, alpha = 60: the law is that of many samples.
    let truth = truth(30);
    let law = cross_spread(&truth.values, &truth.c, 60.0);
    let data = data(&truth, 1800, 300, 9);
    let single: Vec<f64> =
        data.iter().flat_map(|s| roots(std::slice::from_ref(s), 1e-3, 1e3).unwrap().cross).collect();
    let (mean, spread) = moments(&single);
    let expected = Moments::of(truth.j.as_ref(), truth.mu).cross();
    assert!((spread / expected / law - 1.0).abs() < 0.15, "{} {law}", spread / expected);
    let root = pooled(&data, &[1.0; 300], Strength::Cross, (1e-3, 1e3)).unwrap()[0];
    assert!((root.value - expected).abs() < 3.0 * root.error() + 0.02 * expected, "{root:?} {expected}");
    assert!((mean - root.value).abs() < 2.0 * spread * spread / root.value, "{mean} {root:?}");
}

#[test]
fn diagonals_of_other_matrices_are_those_of_the_empirical_eigenbasis() {
    // Sums over the whole basis are traces; of a function of C_emp's own eigenbasis there is nothing to draw, so the
    // means over draws are compared with those of samples.
    let truth = truth(8);
    for p in [3, 20] {
        let (mut ours, mut theirs) = (vec![], vec![]);
        for k in 0..400 {
            let mut rng = stream(11, Use::Samples, k);
            let (spectrum, others) = draw(&truth.c, p, true, &[&truth.values, &truth.c], &mut rng).unwrap();
            assert!(others[0].iter().sum::<f64>().abs() < 1e-12, "tr J = 0");
            assert!(others[1].iter().zip(&spectrum.t).all(|(a, b)| (a - b).abs() < 1e-12));
            let top = |c: &[f64]| (0..8).max_by(|a, b| c[*a].total_cmp(&c[*b])).unwrap();
            ours.push(others[0][top(&spectrum.c)]);
            let samples = truth.samples(p, &mut stream(12, Use::Samples, k));
            let c = rescaled(nullcline::inference::gaussian::samples::covariance(samples.as_ref()).as_ref());
            let basis = Basis::new(c.as_ref()).unwrap();
            theirs.push(basis.diagonal_of(truth.j.as_ref()).unwrap()[top(&basis.values)]);
        }
        let (a, b) = (moments(&ours), moments(&theirs));
        let error = ((a.1 * a.1 + b.1 * b.1) / 400.0).sqrt();
        assert!((a.0 - b.0).abs() < 4.0 * error && (a.1 / b.1 - 1.0).abs() < 0.2, "p = {p}: {a:?} {b:?}");
    }
}
