//! Errors of piecewise-linear maps fitted to rows drawn from known ones.

use crate::Row;
use faer::{Mat, mat};
use nullcline::diagnostics::dynamics::from_data::{Hinge, PiecewiseMap, Point, piecewise_fit};
use nullcline::diagnostics::geometry::comparison::Sample;
use nullcline::linalg::random::{Use, normal, stream};
use rayon::prelude::*;

const REPETITIONS: u64 = 200;

/// Two wells, x' = 0.3 x + 1.2 times x cut to [-1, 1], under noise of 0.5, in 50 blocks of 60 rows: the three fixed points, the exponent
/// of the stable ones, and that along the rows, -0.9942 (numpy, 4000 orbits of 5800 steps); and a linear map.
pub fn rows() -> Vec<Row> {
    let hinge = |threshold: f64, weight: f64| Hinge { normal: vec![1.0], threshold, weight: vec![weight] };
    let wells = PiecewiseMap::new(mat![[0.3]], vec![-1.2], vec![hinge(-1.0, 1.2), hinge(1.0, -1.2)]);
    let linear = PiecewiseMap::new(mat![[0.9, 0.2], [0.0, 0.5]], vec![0.2, 1.0], vec![]);
    let of = |map: &PiecewiseMap, place: u64| {
        let one = |run: u64| piecewise_fit(&drawn(map, 3000, place + run), run);
        (0..REPETITIONS).into_par_iter().filter_map(one).collect::<Vec<_>>()
    };
    let (bent, straight) = (of(&wells, 1 << 16), of(&linear, 1 << 17));
    let nearest = |points: &[Point], at: f64, unstable: usize| -> Option<Point> {
        let like = points.iter().filter(|p| p.unstable == unstable);
        let away = |p: &Point| (p.state[0].value - at).abs();
        like.min_by(|a, b| away(a).total_cmp(&away(b))).cloned()
    };
    let point = |name: &str, at: f64, unstable: usize| {
        let found: Vec<(f64, f64)> = bent
            .iter()
            .filter_map(|f| nearest(&f.points, at, unstable))
            .map(|p| (p.state[0].value, p.state[0].error()))
            .collect();
        Row::of(format!("{name} point of two wells, 50 blocks of 60"), at, &found)
    };
    let known = 1.2 / 0.7;
    let stays = bent.iter().filter_map(|f| nearest(&f.points, known, 0)).map(|p| p.exponent);
    let stays: Vec<(f64, f64)> = stays.map(|e| (e.value, e.error())).collect();
    let along: Vec<(f64, f64)> =
        bent.iter().map(|f| (f.exponents[0].value, f.exponents[0].error())).collect();
    let exponent = |k: usize| {
        straight.iter().map(|f| (f.exponents[k].value, f.exponents[k].error())).collect::<Vec<_>>()
    };
    vec![
        point("stable", known, 0),
        point("unstable", 0.0, 1),
        Row::of("exponent of the stable point of two wells, 50 blocks of 60", 0.3f64.ln(), &stays),
        Row::of("exponent along rows of two wells, 50 blocks of 60", -0.9942, &along),
        Row::of("first exponent of a linear map, piecewise fit, 50 blocks of 60", 0.9f64.ln(), &exponent(0)),
        Row::of("second exponent of a linear map, piecewise fit, 50 blocks of 60", 0.5f64.ln(), &exponent(1)),
    ]
}

/// Rows under noise of 0.5 in blocks of 60.
fn drawn(map: &PiecewiseMap, rows: usize, run: u64) -> Sample {
    let d = map.dim();
    let mut rng = stream(34, Use::Fixture, run);
    let mut x = Mat::zeros(d, rows);
    let (mut at, mut next) = (vec![0.1; d], vec![0.0; d]);
    for t in 0..rows + 100 {
        map.step(&at, &mut next);
        next.iter_mut().for_each(|v| *v += 0.5 * normal(&mut rng));
        std::mem::swap(&mut at, &mut next);
        if t >= 100 {
            (0..d).for_each(|i| x[(i, t - 100)] = at[i]);
        }
    }
    Sample { x, group: (0..rows).map(|t| t / 60).collect(), follows: vec![true; rows] }
}
