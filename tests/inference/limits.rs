//! L2 estimates far from the middle: extreme gammas, one variable, one sample, wrong input; and the true models.

use faer::Mat;
use nullcline::inference::gaussian::ensemble::{Ensemble, Truth, multiplier};
use nullcline::inference::gaussian::likelihood::likelihoods;
use nullcline::inference::gaussian::map::Map;
use nullcline::inference::gaussian::predict::{Moments, one_sample, single_sample};
use nullcline::inference::gaussian::roots::{log_grid, roots};
use nullcline::inference::gaussian::samples::covariance;
use nullcline::inference::gaussian::spectrum::{Basis, Error, Spectrum, rescaled};
use nullcline::inference::gaussian::sweep::{optimum, outcomes, sweep};
use nullcline::linalg::random::{Use, stream};

fn truth(ensemble: &Ensemble, n: usize, seed: u64) -> Truth {
    Truth::new(ensemble.draw(n, &mut stream(seed, Use::Couplings, 0)).as_ref()).unwrap()
}

#[test]
fn every_gamma_from_1e_8_to_1e8_satisfies_the_map_equation_and_2_16() {
    let model = truth(&Ensemble::Goe { sigma: 0.5 }, 40, 1);
    for p in [1, 3, 20, 40, 400] {
        let spectrum = model.draw(p, true, &mut stream(2, Use::Samples, p as u64)).unwrap();
        let mut map = Map::new(&spectrum);
        // Downwards and upwards: the answer must not depend on where the last one was.
        let mut mus = vec![];
        for gamma in log_grid(1e-8, 1e8, 65).into_iter().rev().chain(log_grid(1e-8, 1e8, 65)) {
            map.solve(gamma).unwrap();
            let l = likelihoods(&map);
            assert!(l.identity < 1e-12, "p = {p}, gamma = {gamma}: eq. 2.16 off by {:e}", l.identity);
            assert!(map.steps < 40, "p = {p}, gamma = {gamma}: {} steps", map.steps);
            let mean = map.c.iter().sum::<f64>() / 40.0;
            assert!(
                (mean - 1.0).abs() < 1e-11 * (1.0 + map.mu * 1e-3),
                "p = {p}, gamma = {gamma}: tr C*/n = {mean}"
            );
            for k in 0..40 {
                let terms = [gamma * map.j[k], spectrum.alpha * spectrum.c[k], spectrum.alpha * map.c[k]];
                let residual = terms[0] - terms[1] + terms[2];
                let size = terms.iter().fold(0.0f64, |a, b| a.max(b.abs()));
                // Where gamma j is small beside the rest, the rest's rounding is all that the residual has.
                assert!(
                    residual.abs() <= 1e-13 * size.max(gamma * map.mu.abs()),
                    "p = {p}, gamma = {gamma}, k = {k}"
                );
            }
            mus.push(map.mu);
        }
        for (down, up) in mus[..65].iter().rev().zip(&mus[65..]) {
            assert!((down - up).abs() <= 1e-13 * up.abs(), "{down} {up}");
        }
    }
}

#[test]
fn derivatives_are_those_of_the_likelihoods() {
    // Central differences, for a covariance as measured (trace not n) and a rescaled one.
    let model = truth(&Ensemble::Chain { sigma: 0.4 }, 24, 1);
    for rescale in [true, false] {
        for p in [4, 60] {
            let spectrum = model.draw(p, rescale, &mut stream(4, Use::Samples, p as u64)).unwrap();
            assert_eq!(spectrum.excess == 0.0, rescale);
            for gamma in [0.02, 0.7, 9.0, 40.0] {
                let h = 1e-4 * gamma;
                let l = sweep(&spectrum, &[gamma - h, gamma, gamma + h]).unwrap();
                let slope = |f: fn(&nullcline::inference::gaussian::likelihood::Likelihoods) -> f64| {
                    (f(&l[2]) - f(&l[0])) / (2.0 * h)
                };
                for (ours, differences) in [
                    (l[1].d_mu, slope(|l| l.mu)),
                    (l[1].d_log_z, slope(|l| l.log_z)),
                    (l[1].d_test, slope(|l| l.test)),
                ] {
                    let scale = l[1].d_log_z.abs().max(l[1].d_mu.abs());
                    let off = (ours - differences).abs() / scale;
                    assert!(off < 1e-6, "rescale {rescale}, p = {p}, gamma = {gamma}: {ours} {differences}");
                }
            }
        }
    }
}

#[test]
fn limits_of_the_likelihoods() {
    // -n/2 at large gamma (eq. 2.17); (1 - alpha)/2 between train and generated at small gamma for alpha < 1.
    let model = truth(&Ensemble::Goe { sigma: 0.5 }, 60, 3);
    let spectrum = model.draw(30, true, &mut stream(3, Use::Samples, 0)).unwrap();
    let ends = sweep(&spectrum, &[1e-8, 1e8]).unwrap();
    for l in [ends[1].train, ends[1].test, ends[1].generated] {
        assert!((l + 30.0).abs() < 1e-5, "{l}");
    }
    let gap = (ends[0].train - ends[0].generated) / 60.0;
    assert!((gap - 0.25).abs() < 1e-3, "{gap}");
}

#[test]
fn one_sample_has_one_strength() {
    for (n, sigma) in [(8, 0.5), (30, 0.9), (30, 3.0), (200, 0.3)] {
        let model = truth(&Ensemble::Goe { sigma }, n, 5);
        let mut met = 0;
        for draw in 0..20 {
            let spectrum = model.draw(1, true, &mut stream(5, Use::Samples, draw)).unwrap();
            let found = roots(std::slice::from_ref(&spectrum), 1e-6, 1e6).unwrap();
            assert_eq!(found.opt.len(), found.cross.len());
            for (opt, cross) in found.opt.iter().zip(&found.cross) {
                met += 1;
                assert!((opt / cross - 1.0).abs() < 1e-9, "n = {n}: {opt} {cross}");
                let top = (0..n).max_by(|a, b| spectrum.c[*a].total_cmp(&spectrum.c[*b])).unwrap();
                let exact = one_sample(n, spectrum.t[top] / n as f64).unwrap();
                assert!((opt / exact - 1.0).abs() < 1e-9, "n = {n}: {opt} {exact}");
            }
        }
        assert!(met >= 5, "n = {n}: {met} of 20 samples have a root");
    }
}

#[test]
fn one_sample_of_a_large_model_obeys_the_laws() {
    // Eq. 2.63 at n = 2000 for a given overlap; theta is put in by hand: c = (n, 0, ...), t accordingly.
    let n = 2000;
    let given = |theta: f64| {
        let (mut c, mut t) = (vec![0.0; n], vec![(n as f64 * (1.0 - theta)) / (n as f64 - 1.0); n]);
        (c[n - 1], t[n - 1]) = (n as f64, n as f64 * theta);
        Spectrum::new(1.0 / n as f64, c, t).unwrap()
    };
    for (theta, condensed) in [(2.0 / n as f64, false), (5.0 / n as f64, false), (0.3, true), (0.7, true)] {
        let found = roots(&[given(theta)], 1e-6, 1e6).unwrap();
        let law = single_sample(n, theta, condensed).unwrap();
        assert_eq!(found.opt.len(), 1);
        assert!((found.opt[0] / law - 1.0).abs() < 5e-3, "theta = {theta}: {} against {law}", found.opt[0]);
    }
    assert!(roots(&[given(0.5 / n as f64)], 1e-6, 1e6).unwrap().opt.is_empty());
    assert_eq!(optimum(&given(0.5 / n as f64), &[], (1e-6, 1e6)).unwrap(), None);
    assert_eq!(single_sample(n, 0.5 / n as f64, false), None);
    // Test data that are the training data: the less regularised the better.
    let same = Spectrum::new(2.0, vec![0.5, 1.5], vec![0.5, 1.5]).unwrap();
    let best = optimum(&same, &[], (1e-6, 1e6)).unwrap().unwrap().gamma;
    assert!((best / 1e-6 - 1.0).abs() < 1e-15);
}

#[test]
fn the_true_model_meets_its_constraint_and_condenses() {
    for (sigma, n) in [(0.3, 50), (1.0, 400), (3.0, 400), (1e3, 50)] {
        let model = truth(&Ensemble::Goe { sigma }, n, 7);
        assert!((model.c.iter().sum::<f64>() / n as f64 - 1.0).abs() < 1e-13);
        let product =
            model.covariance() * Mat::from_fn(n, n, |i, j| f64::from(i == j) * model.mu - model.j[(i, j)]);
        assert!((product - Mat::<f64>::identity(n, n)).norm_max() < 1e-8 * sigma.max(1.0));
        if sigma > 1.5 {
            // c_max = n (1 - 1/sigma) (eq. 2.19), up to fluctuations of the largest eigenvalue of J.
            let law = 1.0 - 1.0 / sigma;
            assert!((model.c[n - 1] / n as f64 - law).abs() < 0.05, "{} {law}", model.c[n - 1]);
        }
    }
    assert_eq!(multiplier(&[0.0]), (1.0, 1.0));
    let free = Truth::new(Mat::zeros(3, 3).as_ref()).unwrap();
    assert!(free.c.iter().all(|c| (c - 1.0).abs() < 1e-15) && (free.likelihood() + 1.5).abs() < 1e-14);
    assert!(Truth::new(Mat::from_fn(2, 2, |_, _| f64::NAN).as_ref()).is_none());
}

#[test]
fn ensembles_have_the_scale_that_they_say() {
    let n = 600;
    for (ensemble, expected) in [
        (Ensemble::Goe { sigma: 0.5 }, 0.25),
        (Ensemble::Band { sigma: 0.5, half_width: 20 }, 0.25),
        (Ensemble::Band { sigma: 0.5, half_width: 300 }, 0.25),
        (Ensemble::ErdosRenyi { sigma: 0.5, degree: 6.0 }, 0.25),
        (Ensemble::Chain { sigma: 0.3 }, 0.18),
    ] {
        let j = ensemble.draw(n, &mut stream(9, Use::Couplings, 0));
        assert!((0..n).all(|i| j[(i, i)] == 0.0) && (&j - j.transpose()).norm_max() == 0.0);
        let per_site = j.squared_norm_l2() / n as f64;
        assert!((per_site / expected - 1.0).abs() < 0.08, "{ensemble:?}: {per_site}");
    }
}

#[test]
fn spectra_drawn_without_samples_have_the_law_of_samples() {
    // Mean spectra, test variances and their spread over 400 draws, by samples and by Bartlett's decomposition.
    let model = truth(&Ensemble::Goe { sigma: 0.7 }, 12, 11);
    for p in [1, 5, 12, 30] {
        let mut sums = [vec![[0.0; 4]; 12], vec![[0.0; 4]; 12]];
        for draw in 0..400u64 {
            let fast = model.draw(p, true, &mut stream(1, Use::Samples, draw)).unwrap();
            let samples = model.samples(p, &mut stream(2, Use::Samples, draw));
            let basis = Basis::new(rescaled(covariance(samples.as_ref()).as_ref()).as_ref()).unwrap();
            let t = basis.diagonal_of(model.covariance().as_ref()).unwrap();
            let mut sorted: Vec<(f64, f64)> = fast.c.iter().copied().zip(fast.t.iter().copied()).collect();
            sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
            for k in 0..12 {
                for (sum, (c, t)) in sums.iter_mut().zip([sorted[k], (basis.values[k], t[k])]) {
                    for (s, v) in sum[k].iter_mut().zip([c, c * c, t, t * t]) {
                        *s += v / 400.0;
                    }
                }
            }
        }
        for k in 0..12 {
            for m in [0, 2] {
                let [a, b] = [&sums[0][k], &sums[1][k]];
                // Zero eigenvalues share their test variance evenly in the fast way.
                if m == 2 && k < 12usize.saturating_sub(p) {
                    continue;
                }
                let error = ((a[m + 1] - a[m] * a[m] + b[m + 1] - b[m] * b[m]).max(0.0) / 400.0).sqrt();
                assert!(
                    (a[m] - b[m]).abs() <= 4.0 * error + 1e-9,
                    "p = {p}, k = {k}, moment {m}: {} {}",
                    a[m],
                    b[m]
                );
            }
        }
    }
}

#[test]
fn sweeps_are_the_same_on_any_number_of_threads() {
    let models = [truth(&Ensemble::Chain { sigma: 0.3 }, 16, 1), truth(&Ensemble::Goe { sigma: 0.3 }, 16, 1)];
    let run = || outcomes(&models, &[4, 16, 64], 3, (1e-3, 1e3), 5).unwrap();
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(run);
    assert_eq!(alone, run());
    assert_eq!((alone.len(), alone[0].len(), alone[0][0].len()), (2, 3, 3));
    assert!(alone.iter().flatten().flatten().all(|o| o.identity < 1e-12));
}

#[test]
fn predictions_do_not_depend_on_how_they_are_computed() {
    let model = truth(&Ensemble::Chain { sigma: 0.4 }, 30, 1);
    let [a, b] = [Moments::of(model.j.as_ref(), model.mu), Moments::of_covariance(&model.c).unwrap()];
    // Chain: (mu^2 + 4 s^2)/(2 s^2 (mu^2 + 3 s^2)) at large n (m_2 = 2 s^2, m_3 = 0, m_4 = 6 s^4).
    for (x, y) in [(a.thesis(), b.thesis()), (a.cross(), b.cross()), (a.opt(), b.opt())] {
        assert!((x / y - 1.0).abs() < 1e-12);
    }
    let (mu, s) = (model.mu, 0.4f64);
    let law = (mu * mu + 4.0 * s * s) / (2.0 * s * s * (mu * mu + 3.0 * s * s));
    assert!((a.opt() / law - 1.0).abs() < 0.1, "{} {law}", a.opt());
    assert!((a.thesis() - 1.0 / (2.0 * s * s)).abs() < 1e-12);
    assert_eq!(Moments::of_covariance(&[1.0, 0.0]), None);
}

#[test]
fn one_variable_has_no_couplings() {
    let spectrum = Spectrum::new(3.0, vec![1.0], vec![1.0]).unwrap();
    let l = sweep(&spectrum, &[1e-3, 1.0, 1e3]).unwrap();
    assert!(
        l.iter()
            .all(|l| (l.mu - 1.0).abs() < 1e-15 && l.sum_j_squared < 1e-30 && (l.train + 0.5).abs() < 1e-15)
    );
}

#[test]
fn what_is_no_covariance_is_refused() {
    let from = |v: [f64; 4]| Basis::new(Mat::from_fn(2, 2, |i, j| v[2 * i + j]).as_ref()).map(|_| ());
    assert_eq!(from([1.0, 2.0, 2.0, 1.0]), Err(Error::Negative(-1.0)));
    assert!(matches!(from([1.0, f64::NAN, 2.0, 1.0]), Err(Error::NotFinite { row: 1, column: 2 })));
    assert!(matches!(from([1.0, 0.5, 0.2, 1.0]), Err(Error::NotSymmetric { row: 2, column: 1, .. })));
    assert!(matches!(from([0.0; 4]), Err(Error::Trace(_))));
    assert!(matches!(Basis::new(Mat::zeros(2, 3).as_ref()), Err(Error::NotSquare { rows: 2, columns: 3 })));
    assert!(matches!(Basis::new(Mat::zeros(0, 0).as_ref()), Err(Error::NotSquare { .. })));
    assert!(matches!(Spectrum::new(0.0, vec![1.0], vec![1.0]), Err(Error::Positive { name: "alpha", .. })));
    assert!(matches!(Spectrum::new(1.0, vec![1.0], vec![]), Err(Error::Size { .. })));
    let good = Spectrum::new(1.0, vec![0.0, 2.0], vec![1.0, 1.0]).unwrap();
    for gamma in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(sweep(&good, &[gamma]), Err(Error::Positive { name: "gamma", .. })));
    }
    let model = truth(&Ensemble::Chain { sigma: 0.4 }, 4, 1);
    assert!(model.draw(0, true, &mut stream(1, Use::Samples, 0)).is_err());
}
