//! Dimensions above noise: pure noise has none, rates of known rank have theirs, and what `analyze` says of them.

use crate::common::{Place, analyze, golden, violations};
use faer::Mat;
use nullcline::diagnostics::geometry::signal::{
    Repeat, above_poisson, cross_validated_spectrum, reproducible,
};
use nullcline::linalg::random::{Rng, Use, normal, stream, uniform};
use serde_json::Value;
use std::fmt::Write;

fn poisson(rate: f64, rng: &mut Rng) -> f64 {
    let (mut product, mut count) = (uniform(rng, 0.0, 1.0), 0.0);
    while product > (-rate).exp() {
        product *= uniform(rng, 0.0, 1.0);
        count += 1.0;
    }
    count
}

/// Rates of `rank` smooth latents over `steps` steps, the same in each of `trials`, about means from 0.5 to 4.
fn rates(n: usize, rank: usize, steps: usize, rng: &mut Rng) -> Mat<f64> {
    let load = Mat::from_fn(n, rank.max(1), |_, _| normal(rng));
    let mean: Vec<f64> = (0..n).map(|_| uniform(rng, 0.5, 4.0)).collect();
    let wave = |k: usize, s: usize| (std::f64::consts::TAU * (k + 1) as f64 * s as f64 / steps as f64).sin();
    Mat::from_fn(n, steps, |i, s| {
        let drive: f64 = (0..rank).map(|k| load[(i, k)] * wave(k, s)).sum();
        (mean[i] * (1.0 + 0.4 * drive / (rank.max(1) as f64).sqrt())).max(0.0)
    })
}

fn counts(rate: &Mat<f64>, trials: usize, rng: &mut Rng) -> (Mat<f64>, Vec<Repeat>) {
    let steps = rate.ncols();
    let mut x = Mat::zeros(rate.nrows(), steps * trials);
    for t in 0..steps * trials {
        (0..rate.nrows()).for_each(|i| x[(i, t)] = poisson(rate[(i, t % steps)], rng));
    }
    let one = |k: usize| Repeat {
        condition: 0,
        columns: (k * steps..(k + 1) * steps).collect(),
        group: k * 10 / trials,
    };
    (x, (0..trials).map(one).collect())
}

/// (tr S)^2 / tr S^2 of the covariance of rates over steps.
fn participation(rate: &Mat<f64>) -> f64 {
    let (n, p) = (rate.nrows(), rate.ncols() as f64);
    let mean: Vec<f64> = (0..n).map(|i| rate.row(i).iter().sum::<f64>() / p).collect();
    let z = Mat::from_fn(n, rate.ncols(), |i, s| rate[(i, s)] - mean[i]);
    let s = &z * z.transpose();
    let trace: f64 = (0..n).map(|i| s[(i, i)]).sum();
    trace * trace / s.squared_norm_l2()
}

/// Of constant rates nothing is above the floor in 95 of 100, nor comes again in 97.5 of 100, sparse spikes or many; 200 draws have
/// an error of 1.5 %.
#[test]
fn poisson_noise_has_no_dimensions() {
    for (n, steps, trials, mean) in [(10, 50, 20, 1.5), (15, 40, 10, 0.08)] {
        let (mut above, mut again, mut known) = (0, 0, 0);
        for run in 0..200 {
            let mut rng = stream(run, Use::Fixture, 61);
            let flat = Mat::from_fn(n, steps, |i, _| mean * (1.0 + 0.1 * i as f64));
            let (x, repeats) = counts(&flat, trials, &mut rng);
            let group: Vec<usize> = (0..steps * trials).map(|t| t / steps).collect();
            let found = above_poisson(x.as_ref(), &group, run).unwrap();
            above += usize::from(found.above > 0);
            assert!(found.above > 0 || found.participation_ratio.value.is_nan());
            let found = reproducible(x.as_ref(), &repeats, run).unwrap();
            again += usize::from(found.above != Some(0));
            known += usize::from(found.spectrum[0].std_error.is_some());
        }
        assert!((2..=20).contains(&above), "{mean}: {above} of 200 above the floor");
        assert!(again <= 14 && known == 200, "{mean}: {again} of 200 come again, errors of {known}");
    }
}

/// Rates of rank three and five have three and five, and the participation ratio of the rates lies within two errors in 95 of 100
/// (60 draws by two ranks: 109 on average, an error of 2.4).
#[test]
fn rates_of_known_rank_have_their_dimensions() {
    let (mut held, mut cross, mut exact, mut exact_cross) = (0, 0, 0, 0);
    for run in 0..60 {
        for rank in [3, 5] {
            let mut rng = stream(run, Use::Fixture, 70 + rank as u64);
            let rate = rates(30, rank, 100, &mut rng);
            let truth = participation(&rate);
            let (x, repeats) = counts(&rate, 40, &mut rng);
            let group: Vec<usize> = (0..4000).map(|t| t / 100).collect();
            let found = above_poisson(x.as_ref(), &group, run).unwrap();
            let [floor, again] = [
                found.participation_ratio,
                reproducible(x.as_ref(), &repeats, run).unwrap().participation_ratio,
            ];
            let within = |e: nullcline::numbers::Estimate| (e.value - truth).abs() < 2.0 * e.error();
            (held, cross) = (held + usize::from(within(floor)), cross + usize::from(within(again)));
            exact += usize::from(found.above == rank);
            exact_cross += usize::from(reproducible(x.as_ref(), &repeats, run).unwrap().above == Some(rank));
        }
    }
    // Rates clipped at zero, and chance of one in twenty, add a dimension to some.
    assert!(exact >= 100 && exact_cross >= 100, "{exact} {exact_cross} of 120");
    assert!(held >= 104 && cross >= 104, "{held} {cross} of 120");
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn matrix(v: &Value) -> Mat<f64> {
    let rows: Vec<Vec<f64>> = v.as_array().unwrap().iter().map(numbers).collect();
    Mat::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j])
}

/// numpy, and Stringer's own program: tests/golden/signal/SOURCE.md.
#[test]
fn spectra_and_moments_are_those_of_numpy() {
    let theirs: Value =
        serde_json::from_str(&std::fs::read_to_string(golden("signal/expected.json")).unwrap()).unwrap();
    let [a, b, counts] = ["a", "b", "counts"].map(|k| matrix(&theirs[k]));
    let found = cross_validated_spectrum(a.as_ref(), b.as_ref()).unwrap();
    let known = numbers(&theirs["cv_spectrum"]);
    for (k, (ours, theirs)) in found.iter().zip(&known).enumerate() {
        assert!((ours - theirs).abs() < 1e-9 * known[0], "{k}: {ours} and {theirs}");
    }
    let group: Vec<usize> = (0..counts.ncols()).map(|t| t / 30).collect();
    let found = above_poisson(counts.as_ref(), &group, 1).unwrap();
    for (ours, theirs) in found.eigenvalues.iter().zip(numbers(&theirs["eigenvalues"])) {
        assert!((ours - theirs).abs() < 1e-9, "{ours} and {theirs}");
    }
    for (what, e) in [("share", found.share), ("participation_ratio", found.participation_ratio)] {
        assert!((e.value - theirs[what].as_f64().unwrap()).abs() < 1e-9, "{what}: {e:?}");
        assert!(
            (e.error() - theirs[format!("{what}_std_error")].as_f64().unwrap()).abs() < 1e-9,
            "{what}: {e:?}"
        );
    }
}

#[test]
fn analyze_tells_noise_of_counts_and_is_still_of_rates() {
    let place = Place::new("signal");
    let table = |x: &Mat<f64>, trials: usize| {
        let mut text = "trial,".to_owned()
            + &(0..x.nrows()).map(|i| format!("u{i}")).collect::<Vec<_>>().join(",")
            + "\n";
        for t in 0..x.ncols() {
            write!(text, "{}", t * trials / x.ncols()).unwrap();
            (0..x.nrows()).for_each(|i| write!(text, ",{}", x[(i, t)]).unwrap());
            text.push('\n');
        }
        text
    };
    let mut rng = stream(5, Use::Fixture, 90);
    let flat = Mat::from_fn(30, 50, |_, _| 1.0);
    let (noise, _) = counts(&flat, 20, &mut rng);
    let file = place.write("noise.csv", table(&noise, 20));
    let ran = analyze(&place, &[&file], 0, &["No dimension is above Poisson noise"]);
    assert!(ran.out.contains("none is above Poisson noise"), "{}", ran.out);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let found = &summary["modules"]["signal_dimension"];
    assert!(found["participation_ratio_with_noise"].as_f64().unwrap() > 28.0, "{found}");
    assert_eq!(found["poisson"]["dimensions"], 0);
    assert!(found["poisson"]["participation_ratio"].is_null());
    for name in ["poisson.csv", "poisson.svg", "trials.csv", "rows.svg"] {
        assert!(place.0.join("out/signal_dimension").join(name).exists(), "{name}");
    }
    let (x, _) = counts(&rates(30, 3, 100, &mut rng), 40, &mut rng);
    let file = place.write("rates.csv", table(&x, 40));
    analyze(&place, &[&file], 0, &[]);
    let found = &place.summary("out")["modules"]["signal_dimension"];
    assert_eq!(
        (&found["poisson"]["dimensions"], &found["cross_validated"][0]["dimensions"]),
        (&3.into(), &3.into())
    );
    assert_eq!(found["cross_validated"][1]["between"], "successive rows");
    // Of what is no count it is asked for, and Poisson noise is none.
    let halves = Mat::from_fn(30, x.ncols(), |i, t| 0.5 * x[(i, t)]);
    let file = place.write("halves.csv", table(&halves, 40));
    analyze(&place, &[&file], 0, &[]);
    assert!(place.summary("out")["modules"]["signal_dimension"].is_null());
    analyze(&place, &[&file, "--modules", "signal-dimension"], 0, &[]);
    let found = &place.summary("out")["modules"]["signal_dimension"];
    assert!(found["poisson"].is_null() && found["cross_validated"][0]["dimensions"] == 3, "{found}");
    let file = place.write("few.csv", "a,b\n0.5,1\n0.2,3\n0.1,2\n");
    analyze(&place, &[&file, "--modules", "signal-dimension"], 3, &["no noise can be told", "--trial"]);
}
