//! Piecewise-linear maps fitted to what is drawn from known ones.

use faer::{Mat, mat};
use nullcline::diagnostics::dynamics::from_data::{Hinge, PiecewiseFit, PiecewiseMap, piecewise_fit};
use nullcline::diagnostics::geometry::comparison::Sample;
use nullcline::linalg::random::{Use, normal, stream};
use nullcline::numbers::Estimate;

/// `rows` rows of a map under noise, in blocks of `block`.
fn drawn(map: &PiecewiseMap, noise: f64, [rows, block]: [usize; 2], run: u64) -> Sample {
    let d = map.dim();
    let mut rng = stream(33, Use::Fixture, run);
    let mut x = Mat::zeros(d, rows);
    let (mut at, mut next) = (vec![0.1; d], vec![0.0; d]);
    for t in 0..rows + 100 {
        map.step(&at, &mut next);
        next.iter_mut().for_each(|v| *v += noise * normal(&mut rng));
        std::mem::swap(&mut at, &mut next);
        if t >= 100 {
            (0..d).for_each(|i| x[(i, t - 100)] = at[i]);
        }
    }
    Sample { x, group: (0..rows).map(|t| t / block).collect(), follows: vec![true; rows] }
}

fn hinge(normal: &[f64], threshold: f64, weight: &[f64]) -> Hinge {
    Hinge { normal: normal.to_vec(), threshold, weight: weight.to_vec() }
}

/// x' = 1 - 1.7 |x| + y, y' = x / 2.
fn lozi() -> PiecewiseMap {
    PiecewiseMap::new(
        mat![[1.7, 1.0], [0.5, 0.0]],
        vec![1.0, 0.0],
        vec![hinge(&[1.0, 0.0], 0.0, &[-3.4, 0.0])],
    )
}

/// x' = 0.3 x + 1.2 times x cut to [-1, 1].
fn two_wells() -> PiecewiseMap {
    PiecewiseMap::new(mat![[0.3]], vec![-1.2], vec![hinge(&[1.0], -1.0, &[1.2]), hinge(&[1.0], 1.0, &[-1.2])])
}

/// Without noise the map comes back: its bend, its points 1 / 2.2 and -1 / 1.2, and its exponents, whose sum is ln(1/2); the first is
/// 0.47000 (numpy, 2000 orbits of 5500 steps).
#[test]
fn a_chaotic_map_is_found_from_its_orbit() {
    let s = drawn(&lozi(), 0.0, [4000, 100], 0);
    let fit = piecewise_fit(&s, 1).unwrap();
    let [h] = &fit.map.hinges[..] else { panic!("{fit:?}") };
    for (found, known) in [
        (h.normal[0], 1.0),
        (h.normal[1], 0.0),
        (h.threshold, 0.0),
        (h.weight[0], -3.4),
        (h.weight[1], 0.0),
        (fit.map.a[(0, 0)], 1.7),
        (fit.map.a[(0, 1)], 1.0),
        (fit.map.a[(1, 0)], 0.5),
        (fit.map.b[0], 1.0),
        (fit.exponents.iter().map(|e| e.value).sum::<f64>(), 0.5f64.ln()),
    ] {
        assert!((found - known).abs() < 1e-5, "{found}, not {known}: {fit:?}");
    }
    let mut points: Vec<f64> = fit.points.iter().map(|p| p.state[0].value).collect();
    points.sort_by(f64::total_cmp);
    assert!(
        points.len() == 2 && (points[0] + 1.0 / 1.2).abs() < 1e-5 && (points[1] - 1.0 / 2.2).abs() < 1e-5
    );
    assert!(fit.points.iter().all(|p| p.unstable == 1 && p.found > 0.99));
    for e in [fit.exponents[0], fit.free] {
        assert!((e.value - 0.47).abs() < 0.02, "{e:?}");
    }
    assert_eq!((fit.ends.moving, fit.ends.unbounded), (50, 0));
}

/// Two wells under noise: both stable points, the one between them, and the exponent along the rows, -0.9942 (numpy, 4000 orbits of 5800
/// steps), lie within two errors in 95 of 100: fewer than 8 of 12 have a chance of 2e-4. More draws are in the example `coverage`.
#[test]
fn errors_hold_the_points_of_two_wells() {
    let known = 1.2 / 0.7;
    let mut held = [0; 5];
    let mut bends = [0; 5];
    for run in 0..12 {
        let fit = piecewise_fit(&drawn(&two_wells(), 0.5, [3000, 60], 1 + run), run).unwrap();
        bends[fit.map.hinges.len()] += 1;
        let at = |v: f64, unstable: usize| -> Estimate {
            let like = fit.points.iter().filter(|p| p.unstable == unstable);
            let by = |p: &&nullcline::diagnostics::dynamics::from_data::Point| (p.state[0].value - v).abs();
            like.min_by(|a, b| by(a).total_cmp(&by(b))).map_or(Estimate::NONE, |p| p.state[0])
        };
        let within = |e: Estimate, v: f64| usize::from((e.value - v).abs() < 2.0 * e.error());
        held[0] += within(at(-known, 0), -known);
        held[1] += within(at(0.0, 1), 0.0);
        held[2] += within(at(known, 0), known);
        held[3] += within(fit.exponents[0], -0.9942);
        let stays = fit.points.iter().filter(|p| p.unstable == 0).map(|p| p.exponent);
        held[4] += stays.map(|e| within(e, 0.3f64.ln())).min().unwrap_or(0);
        assert_eq!(fit.ends.at.iter().sum::<usize>(), 50, "{fit:?}");
    }
    assert!(bends[2] >= 10 && bends[0] + bends[1] == 0, "{bends:?}");
    assert!(held.iter().all(|h| *h >= 8), "{held:?}");
}

/// Of a linear map hinges are seldom better by two errors, and the point and exponents are its own.
#[test]
fn a_linear_map_stays_linear() {
    let map = PiecewiseMap::new(mat![[0.9, 0.2], [0.0, 0.5]], vec![0.2, 1.0], vec![]);
    let mut linear = 0;
    let mut held = [0; 4];
    for run in 0..12 {
        let fit: PiecewiseFit = piecewise_fit(&drawn(&map, 0.5, [1500, 50], 100 + run), run).unwrap();
        linear += usize::from(fit.map.hinges.is_empty() && fit.gain.is_none());
        let within = |e: Estimate, v: f64| usize::from((e.value - v).abs() < 2.0 * e.error());
        held[0] += within(fit.exponents[0], 0.9f64.ln());
        held[1] += within(fit.exponents[1], 0.5f64.ln());
        let point = fit.points.iter().find(|p| p.unstable == 0);
        held[2] += point.map_or(0, |p| within(p.state[0], 6.0));
        held[3] += point.map_or(0, |p| within(p.state[1], 2.0));
    }
    assert!(linear >= 9 && held.iter().all(|h| *h >= 8), "{linear} {held:?}");
}

#[test]
fn what_cannot_be_fitted_is_none() {
    let still =
        Sample { x: Mat::zeros(2, 100), group: (0..100).map(|t| t / 10).collect(), follows: vec![true; 100] };
    assert!(piecewise_fit(&still, 1).is_none());
    let s = drawn(&two_wells(), 0.5, [400, 100], 0);
    assert!(piecewise_fit(&s, 1).is_none());
    // Few rows bear few hinges.
    let few = piecewise_fit(&drawn(&two_wells(), 0.5, [50, 5], 0), 1).unwrap();
    assert!(few.tried.len() < 3, "{:?}", few.tried);
}
