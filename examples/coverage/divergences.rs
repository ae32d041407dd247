//! Errors of divergences, subspaces and displacements of two recordings.

use crate::Row;
use faer::Mat;
use nullcline::diagnostics::geometry::comparison::{NEIGHBOURS, Sample, captured, diffusion, divergence};
use nullcline::linalg::random::{Rng, Use, normal, stream};

const REPETITIONS: u64 = 200;

/// Trials and rows of a sample, and the correlation of a row with the next.
type Shape = (usize, usize, f64);

/// KL between Gaussians in two and three dimensions, in points that are independent, in trials that are alike, and in trials that
/// are more alike in one recording than in the other.
pub fn rows() -> Vec<Row> {
    let cases: [(&str, usize, Shape, Shape, f64, f64); 9] = [
        ("same, 600 independent", 2, (600, 1, 0.0), (600, 1, 0.0), 0.0, 1.0),
        ("shifted, 600 independent", 2, (600, 1, 0.0), (600, 1, 0.0), 0.5, 1.0),
        ("wider, 600 independent", 2, (600, 1, 0.0), (600, 1, 0.0), 0.0, 1.5),
        ("shifted and wider, 600 independent", 3, (600, 1, 0.0), (600, 1, 0.0), 0.5, 1.3),
        ("narrower, 2000 independent", 2, (2000, 1, 0.0), (2000, 1, 0.0), 0.0, 0.7),
        ("shifted, 100 trials of 20", 2, (100, 20, 0.8), (100, 20, 0.8), 0.5, 1.0),
        ("wider, 100 trials of 20", 2, (100, 20, 0.8), (100, 20, 0.8), 0.0, 1.5),
        ("same, 60 trials of 10, slow and fast", 2, (60, 10, 0.9), (60, 10, 0.0), 0.0, 1.0),
        ("shifted and wider, 100 trials of 20", 3, (100, 20, 0.8), (100, 20, 0.8), 0.5, 1.3),
    ];
    let mut all: Vec<Row> = cases
        .iter()
        .enumerate()
        .map(|(case, (name, d, p, q, mean, deviation))| {
            let found: Vec<(f64, f64)> = (0..REPETITIONS)
                .filter_map(|run| {
                    let mut rng = stream(run, Use::Fixture, 50 + case as u64);
                    let (a, b) =
                        (sample(&mut rng, *d, *p, 0.0, 1.0), sample(&mut rng, *d, *q, *mean, *deviation));
                    let e = divergence(&a, &b, *d, NEIGHBOURS, run)?.value;
                    Some((e.value, e.error()))
                })
                .collect();
            Row::of(format!("KL in {d} dimensions, {name}"), known(*d, *mean, *deviation), &found)
        })
        .collect();
    all.extend(others());
    all
}

/// Shared variance and angles of planes 50 degrees apart, and the exponent of a walk.
fn others() -> Vec<Row> {
    let (s, c) = 50f64.to_radians().sin_cos();
    let draw = |rng: &mut Rng, turned: bool| {
        let mut x = Mat::zeros(4, 1000);
        for t in 0..1000 {
            let v: [f64; 4] = std::array::from_fn(|i| normal(rng) * [2.0, 2f64.sqrt(), 0.5, 0.5][i]);
            let [b, d] = if turned { [c * v[1] - s * v[2], s * v[1] + c * v[2]] } else { [v[1], v[2]] };
            [v[0], b, d, v[3]].iter().enumerate().for_each(|(i, v)| x[(i, t)] = *v);
        }
        grouped(x, 10)
    };
    let (mut shared, mut angle, mut exponent) = (vec![], vec![], vec![]);
    for run in 0..REPETITIONS {
        let mut rng = stream(run, Use::Fixture, 80);
        let (a, b) = (draw(&mut rng, false), draw(&mut rng, true));
        let Some(found) = captured(&a, &b, 2, run) else { continue };
        shared.push((found.shared[1].value, found.shared[1].error()));
        angle.push((found.angles[1].value, found.angles[1].error()));
        let mut x = Mat::zeros(1, 4000);
        for t in 1..4000 {
            x[(0, t)] = if t % 100 == 0 { 0.0 } else { x[(0, t - 1)] + normal(&mut rng) };
        }
        let walk = diffusion(&grouped(x, 100), faer::mat![[1.0]].as_ref());
        exponent.extend(walk.map(|w| (w.within.exponent.value, w.within.exponent.error())));
    }
    vec![
        Row::of("shared variance, 100 trials of 10", (4.0 + 2.0 * c * c + 0.25 * s * s) / 6.0, &shared),
        Row::of("principal angle of 50 degrees, 100 trials of 10", 50.0, &angle),
        Row::of("exponent of displacement, 40 walks of 100", 1.0, &exponent),
    ]
}

fn sample(rng: &mut Rng, d: usize, (trials, rows, a): Shape, mean: f64, deviation: f64) -> Sample {
    let mut x = Mat::zeros(d, trials * rows);
    for t in 0..trials * rows {
        for i in 0..d {
            let fresh = normal(rng);
            x[(i, t)] = if t % rows == 0 { fresh } else { a * x[(i, t - 1)] + (1.0 - a * a).sqrt() * fresh };
        }
    }
    grouped(Mat::from_fn(d, trials * rows, |i, t| mean + deviation * x[(i, t)]), rows)
}

fn grouped(x: Mat<f64>, rows: usize) -> Sample {
    let n = x.ncols();
    Sample { x, group: (0..n).map(|t| t / rows).collect(), follows: vec![rows > 1; n] }
}

/// KL(N(0, 1) || N(m, s^2)) in each of d coordinates, nats.
fn known(d: usize, m: f64, s: f64) -> f64 {
    d as f64 * (s.ln() + (1.0 + m * m) / (2.0 * s * s) - 0.5)
}
