//! Potts models by elimination of sites, against enumeration and closed forms.

use nullcline::inference::potts::{Error, MOST_WEIGHTS, Potts, Sites, Transfer, exact};
use nullcline::linalg::random::{Rng, Use, normal, stream, uniform};

/// Each site coupled with one before it, or with none: a forest of sites of 2 to 4 states.
fn forest(n: usize, rng: &mut Rng) -> Potts {
    let states: Vec<usize> = (0..n).map(|i| 2 + i % 3).collect();
    let mut model = Potts::free(Sites::new(&states).unwrap());
    model.fields.iter_mut().for_each(|h| *h = 2.0 * normal(rng));
    for j in 1..n {
        if uniform(rng, 0.0, 1.0) < 0.8 {
            let i = (0..j).find(|_| uniform(rng, 0.0, 1.0) < 2.0 / j as f64).unwrap_or(0);
            joined(&mut model, i, j, rng);
        }
    }
    model
}

fn joined(model: &mut Potts, i: usize, j: usize, rng: &mut Rng) {
    let block: Vec<f64> = (0..16).map(|_| 1.5 * normal(rng)).collect();
    model.couple(i, j, |a, b| block[4 * a + b]);
}

fn held_against_enumeration(model: &Potts, what: &str) {
    let (found, expected) = (Transfer::new(model).unwrap().all(), exact::all(model).unwrap());
    assert!((found.log_z - expected.log_z).abs() < 1e-12 * (1.0 + expected.log_z.abs()), "{what}");
    assert!((found.entropy - expected.entropy).abs() < 1e-12, "{what}: {}", found.entropy);
    let apart = (&found.pairs - &expected.pairs).norm_max();
    assert!(apart < 1e-12, "{what}: {apart}");
    let single = found.single.iter().zip(&expected.single).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(single < 1e-12, "{what}: {single}");
}

#[test]
fn forests_are_as_enumerated() {
    for k in 0..50 {
        let mut rng = stream(31, Use::Fixture, k);
        held_against_enumeration(&forest(2 + k as usize % 8, &mut rng), &format!("forest {k}"));
    }
}

#[test]
fn loops_are_as_enumerated() {
    for k in 0..30 {
        let mut rng = stream(32, Use::Fixture, k);
        let mut model = forest(8, &mut rng);
        for _ in 0..k {
            let (i, j) = (uniform(&mut rng, 0.0, 8.0) as usize, uniform(&mut rng, 0.0, 8.0) as usize);
            if i != j {
                joined(&mut model, i, j, &mut rng);
            }
        }
        held_against_enumeration(&model, &format!("{k} loops"));
    }
}

/// Weights beyond the range of numbers: a chain that all but forbids what its fields ask.
#[test]
fn steep_models_are_as_enumerated() {
    let mut model = Potts::free(Sites::alike(4, 3).unwrap());
    model.fields[0] = 800.0;
    model.fields[11] = 900.0;
    (0..3).for_each(|i| model.couple(i, i + 1, |a, b| if a == b { 700.0 } else { -700.0 }));
    held_against_enumeration(&model, "steep");
}

/// Z = (2 cosh J)^n + (2 sinh J)^n.
#[test]
fn a_long_ring_of_spins_has_its_closed_form() {
    let (n, j) = (500, 0.7f64);
    let mut model = Potts::free(Sites::alike(n, 2).unwrap());
    (0..n).for_each(|i| model.couple(i, (i + 1) % n, |a, b| if a == b { j } else { -j }));
    let found = Transfer::new(&model).unwrap();
    let expected = n as f64 * (2.0 * j.cosh()).ln() + j.tanh().powi(n as i32).ln_1p();
    assert!((found.log_z - expected).abs() < 1e-12 * expected, "{} {expected}", found.log_z);
    // Spins d apart are correlated as (t^d + t^(n - d)) / (1 + t^n).
    let all = found.all();
    let t = j.tanh();
    for d in [1, 2, 10] {
        let alike = 0.5 * (1.0 + (t.powi(d) + t.powi(n as i32 - d)) / (1.0 + t.powi(n as i32)));
        let place = 2 * d as usize;
        let apart = 2.0 * all.pairs[(0, place)] - alike;
        assert!(apart.abs() < 1e-12, "{d}: {apart}");
    }
}

/// Frequencies of 20,000 samples are within five of their errors of the marginals.
#[test]
fn samples_have_the_marginals() {
    let mut rng = stream(33, Use::Fixture, 0);
    let mut model = forest(12, &mut rng);
    joined(&mut model, 2, 9, &mut rng);
    let transfer = Transfer::new(&model).unwrap();
    let (all, count) = (transfer.all(), 20_000);
    let seen = transfer.samples(count, 5).unwrap();
    assert_eq!(seen, transfer.samples(count, 5).unwrap());
    let f = seen.pair_frequencies();
    let mut squares = 0.0;
    let mut cells = 0;
    for k in 0..model.sites.total() {
        for l in 0..=k {
            let p = all.pairs[(k, l)];
            if p * count as f64 > 10.0 {
                let z = (f[(k, l)] - p) / (p * (1.0 - p) / count as f64).sqrt();
                assert!(z.abs() < 5.0, "{k} {l}: {z}");
                (squares, cells) = (squares + z * z, cells + 1);
            }
        }
    }
    let mean = squares / f64::from(cells);
    assert!(cells > 200 && (mean - 1.0).abs() < 0.6, "{mean} of {cells}");
}

#[test]
fn many_loops_are_refused() {
    let mut rng = stream(34, Use::Fixture, 0);
    let model = Potts::erdos_renyi(Sites::alike(40, 4).unwrap(), 40.0, [1.0, 1.0], &mut rng);
    let Err(Error::TooWide { weights, .. }) = Transfer::new(&model) else { panic!("not refused") };
    assert!(weights > MOST_WEIGHTS);
    let words = Error::TooWide { weights, sites: 12 }.to_string();
    assert!(words.contains("annealing"), "{words}");
}
