//! The regularisation strength from data alone.

use faer::Mat;
use nullcline::inference::gaussian::data::{Gathered, Scale, constant, copies, folds};
use nullcline::inference::gaussian::ensemble::{Ensemble, Truth};
use nullcline::inference::gaussian::lasso::{Options, graphical_lasso};
use nullcline::inference::gaussian::predict::{Moments, unbiased_j_squared};
use nullcline::inference::gaussian::roots::{log_grid, roots};
use nullcline::inference::gaussian::samples::covariance;
use nullcline::inference::gaussian::sparse;
use nullcline::inference::gaussian::spectrum::{Basis, Spectrum, rescaled};
use nullcline::inference::gaussian::sweep::optimum;
use nullcline::inference::gaussian::validation::{spectra, validate};
use nullcline::linalg::random::{Use, stream};

fn goe(n: usize, sigma: f64) -> Truth {
    Truth::new(Ensemble::Goe { sigma }.draw(n, &mut stream(1, Use::Couplings, 0)).as_ref()).unwrap()
}

#[test]
fn covariances_of_parts_make_those_of_the_whole() {
    let x = goe(6, 0.5).samples(31, &mut stream(3, Use::Samples, 0));
    let x = Mat::from_fn(6, 31, |i, k| x[(i, k)] + i as f64);
    let part = |from: usize, to: usize| Gathered::new(x.as_ref().subcols(from, to - from));
    let parts = [part(0, 4), part(4, 5), part(5, 31)];
    let merged = Gathered::merged(parts.iter()).unwrap();
    let plain = covariance(x.as_ref());
    assert!((merged.covariance(None) - &plain).norm_max() < 1e-12);
    let mean: Vec<f64> = (0..6).map(|i| (0..31).map(|k| x[(i, k)]).sum::<f64>() / 31.0).collect();
    let centred = Mat::from_fn(6, 31, |i, k| x[(i, k)] - mean[i]);
    assert!((merged.covariance(Some(merged.mean())) - covariance(centred.as_ref())).norm_max() < 1e-12);
    assert!(Gathered::merged(std::iter::empty()).is_none());
    let c = Scale::Variances.apply(plain.as_ref());
    assert!((0..6).all(|i| (c[(i, i)] - 1.0).abs() < 1e-14));
    assert!(((0..6).map(|i| Scale::Trace.apply(plain.as_ref())[(i, i)]).sum::<f64>() - 6.0).abs() < 1e-13);
    // The data's own units, by one number that is given back.
    let unit = Scale::None.unit(plain.as_ref());
    assert!((faer::Scale(unit) * Scale::None.apply(plain.as_ref()) - &plain).norm_max() < 1e-14);
}

#[test]
fn folds_keep_copies_and_trials_together() {
    let x = Mat::from_fn(2, 12, |i, k| (k / 3 + i) as f64);
    let order: Vec<usize> = (0..12).rev().collect();
    let fold = folds(&copies(x.as_ref()), &order, 10).unwrap();
    for k in 0..12 {
        assert_eq!(fold[k], fold[k / 3 * 3], "copies of one sample are in one fold");
    }
    assert_eq!(*fold.iter().max().unwrap(), 3);
    let trial: Vec<usize> = (0..12).map(|k| k % 2).collect();
    let fold = folds(&trial, &order, 5).unwrap();
    assert!((0..12).all(|k| fold[k] == fold[k % 2]) && fold[0] != fold[1]);
    assert!(folds(&copies(Mat::<f64>::zeros(3, 5).as_ref()), &order[7..], 5).is_err());
    assert_eq!(constant(Mat::from_fn(3, 4, |i, k| if i == 1 { 0.1 } else { k as f64 }).as_ref()), vec![1]);
}

#[test]
fn the_sum_of_squared_couplings_has_no_bias() {
    // 4000 Wishart matrices: mean within 4 standard errors, at p little above n + 3 and far above.
    let model = goe(10, 0.6);
    let truth = Moments::of_covariance(&model.c).unwrap().j_squared;
    for p in [24, 60] {
        let values: Vec<f64> = (0..4000)
            .map(|draw| {
                let spectrum = model.draw(p, false, &mut stream(8, Use::Samples, draw)).unwrap();
                unbiased_j_squared(&spectrum.c, p).unwrap()
            })
            .collect();
        let mean = values.iter().sum::<f64>() / 4000.0;
        let error = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 4000.0 / 3999.0).sqrt();
        assert!((mean - truth).abs() < 4.0 * error, "p = {p}: {mean} +- {error}, true {truth}");
    }
    assert_eq!(unbiased_j_squared(&[1.0; 10], 13), None);
    assert_eq!(unbiased_j_squared(&[0.0; 10], 30), None);
}

#[test]
fn cross_validation_finds_the_strength_that_the_truth_gives() {
    let model = goe(40, 0.5);
    let x = model.samples(160, &mut stream(5, Use::Samples, 0));
    let basis = Basis::new(rescaled(covariance(x.as_ref()).as_ref()).as_ref()).unwrap();
    let t = basis.diagonal_of(model.covariance().as_ref()).unwrap();
    let exact = Spectrum::new(4.0, basis.values.clone(), t).unwrap();
    let exact = roots(&[exact], 1e-4, 1e4).unwrap();
    let order: Vec<usize> = (0..160).collect();
    let fold = folds(&copies(x.as_ref()), &order, 10).unwrap();
    let gammas = log_grid(1e-2, 1e3, 26);
    let folds = spectra(x.as_ref(), &fold, Scale::Trace, false).unwrap();
    let spectra: Vec<_> = folds.iter().map(|(s, _)| s.clone()).collect();
    let found = validate(&spectra, &gammas, (1e-4, 1e4)).unwrap();
    assert_eq!(found.folds, 10);
    let (opt, cross) = (found.opt.unwrap(), found.cross.unwrap());
    for (ours, exact) in [(opt, exact.opt[0]), (cross, exact.cross[0])] {
        assert!(ours.error() > 0.0 && ours.error() < ours.value, "{ours:?}");
        assert!((ours.value - exact).abs() < 3.0 * ours.error(), "{ours:?} against {exact}");
    }
    let best = (0..26).max_by(|a, b| found.test[*a].value.total_cmp(&found.test[*b].value)).unwrap();
    assert!(gammas[best - 1] < opt.value && opt.value < gammas[best + 1]);
    assert!(found.identity < 1e-12);
}

#[test]
fn sparse_estimates_obey_the_counterpart_of_eq_2_16() {
    let model = goe(20, 0.7);
    let x = model.samples(60, &mut stream(6, Use::Samples, 0));
    let c = rescaled(covariance(x.as_ref()).as_ref());
    let data = [(c.clone(), model.covariance())];
    let gammas = log_grid(0.01, 1.0, 12);
    let curves = sparse::sweep(&data, &gammas).unwrap();
    for gamma in &gammas {
        // From the same start as the solution below: two starts agree to the root of the gap alone.
        let l = sparse::sweep(&data, &[*gamma]).unwrap()[0][0];
        let solution = graphical_lasso(c.as_ref(), *gamma, &Options::default()).unwrap();
        let j = sparse::couplings(&solution);
        let off: f64 = (0..20)
            .flat_map(|a| (0..20).map(move |b| (a, b)))
            .filter(|(a, b)| a != b)
            .map(|p| j[p].abs())
            .sum();
        assert!((l.generated - l.train + 0.5 * gamma * off).abs() < 1e-6, "gamma = {gamma}");
        assert!((0..20).map(|i| j[(i, i)]).sum::<f64>().abs() < 1e-12);
        // L_test by its definition, with log Z = (n mu - log det(mu - J))/2.
        let theta = Mat::from_fn(20, 20, |a, b| f64::from(a == b) * l.mu - j[(a, b)]);
        let log_z = 0.5 * (20.0 * l.mu - theta.determinant().ln());
        let fit =
            |c: &Mat<f64>| (0..20).map(|k| (0..20).map(|i| c[(i, k)] * j[(i, k)]).sum::<f64>()).sum::<f64>();
        assert!((l.log_z - log_z).abs() < 1e-7 && (l.test - (0.5 * fit(&data[0].1) - log_z)).abs() < 1e-7);
        assert!((l.train - (0.5 * fit(&c) - log_z)).abs() < 1e-7);
    }
    let found = sparse::roots(&data, &gammas, &curves).unwrap();
    // A second crossing is possible where no coupling is left: the diagonal alone is then learned.
    assert!(found.opt.len() == 1 && !found.cross.is_empty(), "{found:?}");
    let at = |gamma: f64| sparse::sweep(&data, &[gamma]).unwrap()[0][0];
    let (opt, cross) = (at(found.opt[0]), at(found.cross[0]));
    assert!([0.99, 1.01].iter().all(|f| at(found.opt[0] * f).test < opt.test));
    assert!((cross.generated - cross.test).abs() < 1e-6);
}

#[test]
fn the_least_regularisation_may_be_the_best() {
    // The test data are more correlated than the training data say: whatever shrinks couplings does harm.
    let weaker = Spectrum::new(50.0, vec![0.5, 1.5], vec![0.4, 1.6]).unwrap();
    let stronger = Spectrum::new(50.0, vec![0.9, 1.1], vec![1.05, 0.95]).unwrap();
    let range = (1e-4, 1e4);
    let found = validate(&[weaker.clone(), weaker.clone()], &[1.0], range).unwrap();
    assert!(found.opt.is_none() && found.least);
    let found = validate(&[stronger.clone(), stronger.clone()], &[1.0], range).unwrap();
    assert!(found.opt.is_none() && !found.least);
    assert_eq!(optimum(&weaker, &[], range).unwrap().map(|l| l.gamma), Some(1e-4));
    assert_eq!(optimum(&stronger, &[], range).unwrap(), None);
}
