//! Intrinsic dimensions: manifolds of known ones, other programs, and what `analyze` says.

use crate::common::{Place, analyze, golden, violations};
use faer::Mat;
use nullcline::diagnostics::geometry::intrinsic::{Distances, Spectrum, correlation_dimension, two_nearest};
use nullcline::linalg::random::{Rng, Use, normal, normal_matrix, stream, uniform};
use serde_json::Value;
use std::f64::consts::TAU;
use std::fmt::Write;

type Draw = fn(usize, &mut Rng) -> Mat<f64>;

fn circle(t: usize, rng: &mut Rng) -> Mat<f64> {
    let a: Vec<f64> = (0..t).map(|_| uniform(rng, 0.0, TAU)).collect();
    Mat::from_fn(2, t, |i, j| [a[j].cos(), a[j].sin()][i])
}

fn swiss_roll(t: usize, rng: &mut Rng) -> Mat<f64> {
    let a: Vec<[f64; 2]> = (0..t).map(|_| [uniform(rng, 4.7, 14.1), uniform(rng, 0.0, 21.0)]).collect();
    Mat::from_fn(3, t, |i, j| [a[j][0] * a[j][0].cos(), a[j][1], a[j][0] * a[j][0].sin()][i])
}

fn torus(t: usize, rng: &mut Rng) -> Mat<f64> {
    let a: Vec<[f64; 2]> = (0..t).map(|_| [uniform(rng, 0.0, TAU), uniform(rng, 0.0, TAU)]).collect();
    Mat::from_fn(4, t, |i, j| if i % 2 == 0 { a[j][i / 2].cos() } else { a[j][i / 2].sin() })
}

fn five_sphere(t: usize, rng: &mut Rng) -> Mat<f64> {
    let x = normal_matrix(rng, 6, t);
    let length: Vec<f64> = (0..t).map(|j| x.col(j).norm_l2()).collect();
    Mat::from_fn(6, t, |i, j| x[(i, j)] / length[j])
}

fn gaussian(t: usize, rng: &mut Rng) -> Mat<f64> {
    normal_matrix(rng, 3, t)
}

/// Its correlation dimension is 1.22 (Sprott, Chaos and Time-Series Analysis, 2003, appendix A: 1.220 +- 0.036).
fn henon(t: usize, rng: &mut Rng) -> Mat<f64> {
    let mut s = [uniform(rng, -0.1, 0.1), uniform(rng, -0.1, 0.1)];
    let mut x = Mat::zeros(2, t);
    for j in 0..t + 100 {
        if j >= 100 {
            (x[(0, j - 100)], x[(1, j - 100)]) = (s[0], s[1]);
        }
        s = [1.0 - 1.4 * s[0] * s[0] + s[1], 0.3 * s[0]];
    }
    x
}

/// Two errors hold the dimension in most draws: 20 draws of 600 points each, of which fewer than 15 would be below one in a thousand
/// where 19 are expected.
#[test]
fn errors_hold_the_dimension_of_known_manifolds() {
    let known: [(&str, Draw, f64); 6] = [
        ("circle", circle, 1.0),
        ("swiss roll", swiss_roll, 2.0),
        ("torus", torus, 2.0),
        ("5-sphere", five_sphere, 5.0),
        ("Gaussian", gaussian, 3.0),
        ("Henon", henon, 1.22),
    ];
    for (name, draw, d) in known {
        let (mut held, mut mean) = ([0; 2], [0.0; 2]);
        for run in 0..20 {
            let x = draw(600, &mut stream(run, Use::Fixture, 40));
            let distances = Distances::of(x.as_ref(), 0);
            let two = two_nearest(&distances, 0.1).unwrap();
            let both = [two.dimension, correlation_dimension(&distances).unwrap().dimension];
            for (k, e) in both.iter().enumerate() {
                held[k] += usize::from((e.value - d).abs() < 2.0 * e.error());
                mean[k] += e.value / 20.0;
            }
            // Points are nearly independent, as the likelihood has it, but on Henon's fractal.
            let ratio = two.dimension.error() / two.likelihood_error;
            assert!(name == "Henon" || (0.8..2.5).contains(&ratio), "{name}: {ratio}");
        }
        assert!(held.iter().all(|h| *h >= 15), "{name}: {held:?} of 20, means {mean:?}");
    }
}

fn json(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// scikit-dimension, DADApy and numpy: tests/golden/intrinsic/SOURCE.md.
#[test]
fn dimensions_are_those_of_other_programs() {
    let theirs = json(&golden("intrinsic/expected.json"));
    for set in theirs.as_array().unwrap() {
        let rows: Vec<Vec<f64>> = serde_json::from_value(set["x"].clone()).unwrap();
        let x = Mat::from_fn(rows[0].len(), rows.len(), |i, j| rows[j][i]);
        let distances = Distances::of(x.as_ref(), set["window"].as_u64().unwrap() as usize);
        let two = two_nearest(&distances, 0.1).unwrap();
        let sum = correlation_dimension(&distances).unwrap();
        for (what, ours) in [
            ("fit", two.fit),
            ("likelihood", two.dimension.value),
            ("correlation", sum.dimension.value),
            ("low", sum.range[0]),
            ("high", sum.range[1]),
        ] {
            let theirs = set[what].as_f64().unwrap();
            assert!((ours - theirs).abs() < 1e-8 * theirs, "{}: {what} {ours}, not {theirs}", set["name"]);
        }
    }
}

/// A slow path through three dimensions: pairs near in time lie along a line, and count for less than three.
#[test]
fn neighbours_in_time_are_none() {
    let mut rng = stream(3, Use::Fixture, 43);
    let white = normal_matrix(&mut rng, 3, 2041);
    let weight: Vec<f64> = (0..41).map(|k| (-0.5 * (f64::from(k - 20) / 7.0).powi(2)).exp()).collect();
    let x = Mat::from_fn(3, 2000, |i, t| weight.iter().enumerate().map(|(k, w)| w * white[(i, t + k)]).sum());
    let of = |window| correlation_dimension(&Distances::of(x.as_ref(), window)).unwrap().dimension;
    let [along, apart] = [of(0), of(40)];
    assert!(along.value < 2.75, "{along:?}");
    assert!((apart.value - 3.0).abs() < 3.0 * apart.error() && apart.error() < 0.5, "{apart:?}");
    // Both neighbours of a point on one other sweep: why `analyze` thins.
    let dense = two_nearest(&Distances::of(x.as_ref(), 40), 0.1).unwrap().dimension;
    assert!(dense.value > 4.0, "{dense:?}");
}

#[test]
fn surrogates_keep_covariances_at_all_lags_and_lose_the_rest() {
    let mut rng = stream(1, Use::Fixture, 41);
    for t in [64, 75] {
        let x = swiss_roll(t, &mut rng);
        let y = Spectrum::of(x.as_ref()).surrogate(&mut rng);
        for lag in [0, 1, 7] {
            for (i, j) in [(0, 0), (0, 2), (1, 2)] {
                let product = |m: &Mat<f64>| (0..t).map(|s| m[(i, s)] * m[(j, (s + lag) % t)]).sum::<f64>();
                assert!((product(&x) - product(&y)).abs() < 1e-8, "{t} {lag} {i} {j}");
            }
        }
    }
    // A circle is one-dimensional, a Gaussian of its spectrum is two.
    let x = circle(800, &mut rng);
    let y = Spectrum::of(x.as_ref()).surrogate(&mut rng);
    let d = |m: &Mat<f64>| two_nearest(&Distances::of(m.as_ref(), 0), 0.1).unwrap().dimension.value;
    assert!(d(&x) < 1.2 && d(&y) > 1.7, "{} {}", d(&x), d(&y));
}

#[test]
fn analyze_gives_it_on_request_beside_its_null() {
    let place = Place::new("intrinsic");
    let mut rng = stream(2, Use::Fixture, 42);
    let load = normal_matrix(&mut rng, 10, 2);
    let ring = circle(1000, &mut rng);
    let mut text = (0..10).map(|i| format!("u{i}")).collect::<Vec<_>>().join(",") + "\n";
    for t in 0..1000 {
        let row = (0..10).map(|i| {
            let clean: f64 = (0..2).map(|k| load[(i, k)] * ring[(k, t)]).sum();
            (clean + 1e-4 * normal(&mut rng)).to_string()
        });
        writeln!(text, "{}", row.collect::<Vec<_>>().join(",")).unwrap();
    }
    let file = place.write("ring.csv", &text);
    let ran = analyze(&place, &[&file, "--modules", "intrinsic-dimension"], 0, &[]);
    assert!(ran.out.contains("none of 19 so little"), "{}", ran.out);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let found = &summary["modules"]["intrinsic_dimension"];
    let d = |what: &str| found[what]["dimension"].as_f64().unwrap();
    assert!((d("two_nearest") - 1.0).abs() < 0.2 && (d("correlation") - 1.0).abs() < 0.2, "{found}");
    assert_eq!(found["two_nearest"]["surrogates"]["p"], 0.05);
    for name in ["scales.csv", "scales.svg", "correlation_sum.csv", "correlation_sum.svg"] {
        assert!(place.0.join("out/intrinsic_dimension").join(name).exists(), "{name}");
    }
    // The same seed, on one thread: the same bytes.
    let before = std::fs::read(place.path("out/summary.json")).unwrap();
    analyze(&place, &[&file, "--modules", "intrinsic-dimension", "--threads", "1"], 0, &[]);
    let same = |a: &[u8]| String::from_utf8(a.to_vec()).unwrap().contains(&d("two_nearest").to_string());
    assert!(same(&before) && same(&std::fs::read(place.path("out/summary.json")).unwrap()));
    analyze(&place, &[&file], 0, &[]);
    assert!(place.summary("out")["modules"]["intrinsic_dimension"].is_null());
    let file = place.write("few.csv", "a,b\n0.5,1\n0.5,1\n0.5,1\n0.1,2\n");
    analyze(&place, &[&file, "--modules", "intrinsic-dimension"], 3, &["2 different points"]);
}

/// A circle with noise: at the scale of the noise the sum bends from many dimensions to one, and is no power law.
#[test]
fn a_sum_that_bends_has_no_dimension() {
    let mut rng = stream(9, Use::Fixture, 84);
    let mut noisy = |noise: f64| {
        let angle: Vec<f64> = (0..800).map(|_| uniform(&mut rng, 0.0, TAU)).collect();
        Mat::from_fn(20, 800, |i, t| {
            let clean = [angle[t].cos(), angle[t].sin()].get(i).copied().unwrap_or(0.0);
            clean + noise * normal(&mut rng)
        })
    };
    let clean = correlation_dimension(&Distances::of(noisy(0.0).as_ref(), 0)).unwrap().dimension;
    assert!((clean.value - 1.0).abs() < 4.0 * clean.error() && clean.error() < 0.15, "{clean:?}");
    for noise in [3e-4, 1e-3] {
        assert!(correlation_dimension(&Distances::of(noisy(noise).as_ref(), 0)).is_none(), "{noise}");
    }
}
