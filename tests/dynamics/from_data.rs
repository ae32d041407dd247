//! Dynamics told from data: the authors' programs, and what is known.

use faer::{Mat, Scale};
use nullcline::diagnostics::dynamics::from_data::{Embedding, havok, linear_fit, similarity};
use nullcline::diagnostics::geometry::comparison::{
    Sample, binned_divergence, hellinger, mixture_divergence,
};
use nullcline::linalg::eigen::{Order, eigenvalues};
use nullcline::linalg::random::{Use, normal, normal_matrix, stream};
use serde_json::Value;

fn expected() -> Value {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/from_data/expected.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn near(found: f64, known: &Value, room: f64) {
    let known = known.as_f64().unwrap();
    assert!((found - known).abs() < room, "{found}, not {known}");
}

fn matrix(v: &Value) -> Mat<f64> {
    let rows = v.as_array().unwrap();
    let columns = rows[0].as_array().unwrap().len();
    Mat::from_fn(rows.len(), columns, |i, j| rows[i][j].as_f64().unwrap())
}

/// Trials x rows x coordinates.
fn series(v: &Value) -> Sample {
    let trials: Vec<Mat<f64>> = v.as_array().unwrap().iter().map(matrix).collect();
    let rows = trials[0].nrows();
    let total = trials.len() * rows;
    Sample {
        x: Mat::from_fn(trials[0].ncols(), total, |i, t| trials[t / rows][(t % rows, i)]),
        group: (0..total).map(|t| t / rows).collect(),
        follows: (0..total).map(|t| t % rows > 0).collect(),
    }
}

#[test]
fn similarity_is_that_of_its_authors_program() {
    let e = expected();
    let both = [series(&e["one"]), series(&e["two"])];
    for case in e["cases"].as_array().unwrap() {
        let count = |name: &str| case[name].as_u64().unwrap() as usize;
        let embedding = Embedding {
            delays: count("delays"),
            interval: count("interval"),
            rank: count("rank"),
            ridge: case["ridge"].as_f64().unwrap(),
        };
        let maps = both.each_ref().map(|s| havok(s, &embedding).unwrap());
        for (k, map) in maps.iter().enumerate() {
            near(map.norm_l2(), &case["norms"][k], 1e-9);
            let mut found: Vec<[f64; 2]> =
                eigenvalues(map.as_ref(), Order::Modulus).unwrap().iter().map(|z| [z.re, z.im]).collect();
            found.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
            let known = matrix(&case["eigenvalues"][k]);
            for z in &found {
                let apart = (0..known.nrows()).map(|j| (z[0] - known[(j, 0)]).hypot(z[1] - known[(j, 1)]));
                assert!(apart.fold(f64::INFINITY, f64::min) < 1e-8, "{z:?}");
            }
        }
        let found = similarity(maps[0].as_ref(), maps[1].as_ref(), 1).unwrap();
        near(found.angle, &case["angle"], 1e-6);
        near(found.distance, &case["distance"], 1e-6);
    }
    for pair in e["pairs"].as_array().unwrap() {
        let found = similarity(matrix(&pair["a"]).as_ref(), matrix(&pair["b"]).as_ref(), 1).unwrap();
        // Their search stops where it is; ours is never farther.
        assert!(found.distance < pair["distance"].as_f64().unwrap() + 1e-6, "{found:?}");
        near(found.angle, &pair["angle"], 1e-6);
        // What is returned is what C gives.
        let unit = |m: Mat<f64>| &m * Scale(1.0 / m.norm_l2());
        let (a, b) = (unit(matrix(&pair["a"])), unit(matrix(&pair["b"])));
        let left = (&a - &found.by * &b * found.by.transpose()).norm_l2();
        let one = (&found.by * found.by.transpose() - Mat::<f64>::identity(5, 5)).norm_max();
        assert!((left - found.distance).abs() < 1e-9 && one < 1e-9, "{left} {one}");
    }
}

/// A map seen in other coordinates is at no distance, of either determinant; of normal maps the distance is that of matched eigenvalues.
#[test]
fn the_nearest_coordinates_are_found() {
    let mut rng = stream(31, Use::Fixture, 0);
    for n in [2, 6, 10] {
        for mirror in [1.0, -1.0] {
            let a = normal_matrix(&mut rng, n, n);
            let mut q = normal_matrix(&mut rng, n, n).qr().compute_Q();
            q.row_mut(0).iter_mut().for_each(|v| *v *= mirror);
            let b = &q * &a * q.transpose();
            let found = similarity(a.as_ref(), b.as_ref(), 1).unwrap();
            assert!(found.angle < 1e-6, "{n} {mirror}: {found:?}");
        }
    }
    // Of symmetric matrices the best pairs eigenvalues in order (Hoffman & Wielandt 1953).
    let diagonal = |v: [f64; 4]| Mat::from_fn(4, 4, |i, j| if i == j { v[i] } else { 0.0 });
    let (a, b) = ([0.9, 0.5, -0.2, -0.8], [0.1, -0.6, 0.95, 0.4]);
    let norm = |v: [f64; 4]| v.iter().map(|v| v * v).sum::<f64>().sqrt();
    let cosine = (0.9 * 0.95 + 0.5 * 0.4 - 0.2 * 0.1 + 0.8 * 0.6) / norm(a) / norm(b);
    let found = similarity(diagonal(a).as_ref(), diagonal(b).as_ref(), 1).unwrap();
    assert!((found.angle - f64::acos(cosine)).abs() < 1e-8, "{found:?}");
    assert!(similarity(Mat::zeros(2, 2).as_ref(), Mat::identity(2, 2).as_ref(), 1).is_none());
}

#[test]
fn state_space_measures_are_those_of_their_authors_programs() {
    let e = expected();
    let of = |name: &str| matrix(&e[name]).transpose().to_owned();
    let (truth, made, at) = (of("truth"), of("made"), of("at"));
    for bins in [10, 30] {
        near(
            binned_divergence(truth.as_ref(), made.as_ref(), bins).unwrap(),
            &e["binned"][bins.to_string()],
            1e-9,
        );
    }
    near(mixture_divergence(truth.as_ref(), made.as_ref(), at.as_ref(), 0.3), &e["mixture"], 1e-9);
    let (one, two) = (series(&e["one"]), series(&e["two"]));
    for smoothing in [0, 2] {
        let found = hellinger(&one, &two, 40, f64::from(smoothing)).unwrap();
        (0..3).for_each(|i| near(found[i], &e["hellinger"][smoothing.to_string()][i], 1e-9));
    }
    assert!(hellinger(&one, &two, 41, 1.0).is_none());
}

/// Exponents and the fixed point of a noisy spiral lie within two errors in 95 of 100: fewer than 47 of 60 have a chance of 1e-4.
#[test]
fn errors_of_a_linear_fit_hold_what_it_is_of() {
    let (s, c) = 0.4f64.sin_cos();
    let truth = Mat::from_fn(2, 2, |i, j| 0.9 * [[c, -s], [s, c]][i][j]);
    let mut held = [0; 3];
    for k in 0..60 {
        let mut rng = stream(32, Use::Fixture, k);
        let mut x = Mat::<f64>::zeros(2, 1500);
        for t in 0..1500 {
            for i in 0..2 {
                let before = if t % 50 == 0 { [0.0; 2] } else { [x[(0, t - 1)] - 1.0, x[(1, t - 1)] + 2.0] };
                let mean = [1.0, -2.0][i] + truth[(i, 0)] * before[0] + truth[(i, 1)] * before[1];
                x[(i, t)] = mean + 0.5 * normal(&mut rng);
            }
        }
        let group = (0..1500).map(|t| t / 50).collect();
        let s = Sample { x, group, follows: vec![true; 1500] };
        let fit = linear_fit(&s, k).unwrap();
        let within =
            |e: nullcline::numbers::Estimate, v: f64| usize::from((e.value - v).abs() < 2.0 * e.error());
        held[0] += within(fit.exponents[0], 0.9f64.ln());
        held[1] += within(fit.fixed_point[0], 1.0);
        held[2] += within(fit.fixed_point[1], -2.0);
        assert!(fit.explained.value > 0.1 && fit.ridge < 0.1, "{fit:?}");
        // Far from the origin it is the same map.
        let far = Sample { x: Mat::from_fn(2, 1500, |i, t| s.x[(i, t)] + 1e7), ..s };
        let moved = linear_fit(&far, k).unwrap();
        assert!((moved.exponents[0].value - fit.exponents[0].value).abs() < 1e-6, "{moved:?}");
        assert!((moved.fixed_point[1].value - fit.fixed_point[1].value - 1e7).abs() < 1e-6, "{moved:?}");
    }
    assert!(held.iter().all(|h| *h >= 47), "{held:?}");
    let still = Sample { x: Mat::zeros(2, 100), group: vec![0; 100], follows: vec![true; 100] };
    assert!(linear_fit(&still, 1).is_none());
}
