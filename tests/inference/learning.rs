//! Boltzmann learning, against the exact maximum and the data's moments.

use nullcline::inference::potts::{
    Error, Gibbs, Learned, Learning, Penalty, Potts, Samples, Settings, Sites, Transfer, Way, boltzmann,
    boltzmann_told,
};
use nullcline::linalg::random::{Use, stream};
use std::sync::Mutex;

fn samples(n: usize, q: usize, p: usize, number: u64) -> Samples {
    let sites = Sites::alike(n, q).unwrap();
    let truth = Potts::erdos_renyi(sites, 2.5, [1.0, 1.0], &mut stream(41, Use::Couplings, number));
    Transfer::new(&truth).unwrap().samples(p, number).unwrap()
}

fn learned(seen: &Samples, gamma: f64, seed: u64) -> Learned {
    let penalty = Penalty::of_likelihood(gamma, &seen.sites).unwrap();
    boltzmann(seen, penalty, &Learning { seed, ..Learning::default() }).unwrap()
}

/// 95 % intervals (Student's law of seven degrees of freedom: 2.36 errors) hold the fields and couplings of the exact maximum; those of one
/// run go together, so that nine in ten of all are asked.
#[test]
fn errors_hold_the_exact_maximum() {
    let (mut within, mut all, mut squares) = (0, 0, 0.0);
    for k in 0..12u64 {
        let (n, q, p) = ([4, 5, 6][k as usize % 3], [2, 3][k as usize % 2], [200, 1000][k as usize / 2 % 2]);
        let seen = samples(n, q, p, k);
        let gamma = [0.05, 0.2][k as usize / 4 % 2];
        let o = Settings { evaluations: 40_000, ..Settings::default() };
        let exact = Way::Exact.fit(&seen, gamma, None, &o).unwrap().model;
        let found = learned(&seen, gamma, k);
        assert!(found.mismatch.hypot(found.resolution) <= 0.2 && found.chains.r_hat < 1.1, "{k}");
        let mut add = |apart: f64, error: f64| {
            within += usize::from(apart.abs() < 2.36 * error);
            squares += (apart / error).powi(2);
            all += 1;
        };
        for c in 0..n * q {
            add(found.model.fields[c] - exact.fields[c], found.errors.fields[c]);
            for r in 0..c / q * q {
                add(found.model.couplings[(r, c)] - exact.couplings[(r, c)], found.errors.couplings[(r, c)]);
            }
        }
    }
    let (share, mean) = (within as f64 / f64::from(all), squares / f64::from(all));
    // Student's law has a mean square of 1.4.
    assert!(share > 0.9 && mean < 2.5, "{share} of {all}, mean square {mean}");
}

/// A tolerance as large as the data's own errors ends learning earlier, with errors that still hold the exact maximum; where it stands is
/// told on the way.
#[test]
fn a_coarse_tolerance_has_wider_errors_and_tells_where_it_stands() {
    let (mut within, mut all) = (0, 0);
    for k in 0..4u64 {
        let seen = samples(6, 3, 1000, 20 + k);
        let o = Settings { evaluations: 40_000, ..Settings::default() };
        let exact = Way::Exact.fit(&seen, 0.05, None, &o).unwrap().model;
        let penalty = Penalty::of_likelihood(0.05, &seen.sites).unwrap();
        let (told, coarse) =
            (Mutex::new(vec![]), Learning { tolerance: 1.0, seed: k, ..Learning::default() });
        let found = boltzmann_told(&seen, penalty, &coarse, &|at| told.lock().unwrap().push(at)).unwrap();
        assert!(found.mismatch.hypot(found.resolution) <= 1.0);
        let fine = boltzmann(&seen, penalty, &Learning { seed: k, ..Learning::default() }).unwrap();
        assert!(found.updates <= fine.updates);
        for c in 0..18 {
            for r in 0..c / 3 * 3 {
                let apart = (found.model.couplings[(r, c)] - exact.couplings[(r, c)]).abs();
                within += usize::from(apart < 2.36 * found.errors.couplings[(r, c)]);
                all += 1;
            }
        }
        let told = told.into_inner().unwrap();
        assert!(told.iter().all(|p| p.updates[0] <= p.updates[1] && (p.stage > 2) == p.last.is_some()));
        let stages = told.iter().map(|p| p.stage).max().unwrap();
        assert_eq!((told[0].stage, stages), (1, found.stages.len() + 1));
    }
    assert!(10 * within > 9 * all, "{within} of {all}");
}

/// Fifty sites of ten states: pair frequencies of a long run of the model are those of the data less what the penalty holds back.
#[test]
fn many_sites_have_the_data_s_moments() {
    let (n, q, p) = (50, 10, 200);
    let sites = Sites::alike(n, q).unwrap();
    let truth = Potts::erdos_renyi(sites.clone(), 2.5, [5.0, 1.0], &mut stream(42, Use::Couplings, 0));
    let seen = Gibbs::new(&truth).unwrap().samples(20, 10, 200, 20, 1).unwrap();
    let penalty = Penalty::of_likelihood(0.05, &sites).unwrap();
    let o = Learning { groups: 4, chains: 32, tolerance: 0.2, ..Learning::default() };
    let found = boltzmann(&seen, penalty, &o).unwrap();
    let made = Gibbs::new(&found.model).unwrap().samples(100, 200, 200, 3, 9).unwrap();
    let (made, data) = (made.pair_frequencies(), seen.pair_frequencies());
    let (mut squares, mut unfitted, mut count) = (0.0, 0.0, 0.0);
    for l in 0..n * q {
        for k in 0..l / q * q {
            let (a, b) = (data[(k, k)], data[(l, l)]);
            let error = (a * (1.0 - a) * b * (1.0 - b) / p as f64).sqrt();
            if error > 0.03 / (p as f64).sqrt() {
                let held = data[(k, l)] - 2.0 * penalty.couplings * found.model.couplings[(k, l)] / p as f64;
                squares += ((made[(k, l)] - held) / error).powi(2);
                unfitted += ((a * b - held) / error).powi(2);
                count += 1.0;
            }
        }
    }
    let [root, unfitted] = [squares, unfitted].map(|s: f64| (s / count).sqrt());
    // 20,000 draws leave 0.1 of an error themselves, more where they are correlated.
    assert!(
        count > 5000.0 && root < 0.35 && root < 0.5 * unfitted,
        "{root} {unfitted} of {count}: {} {} {}",
        found.mismatch,
        found.resolution,
        found.updates
    );
}

#[test]
fn runs_are_the_same_on_any_number_of_threads() {
    let seen = samples(4, 2, 200, 3);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| learned(&seen, 0.1, 7).model)
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn what_cannot_be_learned_is_told() {
    let seen = samples(4, 2, 1000, 1);
    let penalty = Penalty::of_likelihood(0.1, &seen.sites).unwrap();
    let tried = |o: Learning| boltzmann(&seen, penalty, &o).unwrap_err();
    assert!(matches!(tried(Learning { groups: 1, ..Learning::default() }), Error::Shape { .. }));
    let words = tried(Learning { updates: 20, ..Learning::default() }).to_string();
    assert!(words.contains("updates") && words.contains("more chains"), "{words}");
    let found = tried(Learning { updates: 600, tolerance: 1e-3, ..Learning::default() });
    assert!(matches!(found, Error::NotLearned { updates: 500, .. }), "{found}");
}

/// Chains keep the fields of all states: after many sweeps they are those of the states, of dense and sparse models alike.
#[test]
fn kept_fields_are_those_of_the_states() {
    let sites = Sites::new(&[2, 3, 5, 2, 4, 2, 3]).unwrap();
    for degree in [2.0, 7.0] {
        let model = Potts::erdos_renyi(sites.clone(), degree, [1.0, 1.0], &mut stream(43, Use::Couplings, 1));
        let gibbs = Gibbs::new(&model).unwrap();
        let from: Vec<f64> = model.fields.iter().map(|h| 0.5 * h).collect();
        let mut chain = gibbs.chain(&from, 3, 1);
        for sweep in 0..500 {
            let x = gibbs.states(&chain);
            let own: f64 = x.iter().enumerate().map(|(i, s)| from[sites.at(i, *s)]).sum();
            let apart = gibbs.above(&chain, &from) + model.energy(&x) + own;
            assert!(apart.abs() < 1e-11, "{degree}, sweep {sweep}: {apart}");
            gibbs.sweep(&mut chain, None);
        }
    }
}
