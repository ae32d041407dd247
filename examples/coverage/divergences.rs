//! Errors of divergences, subspaces and displacements of two recordings.

use crate::Row;
use faer::Mat;
use nullcline::diagnostics::geometry::comparison::{
    Groups, NEIGHBOURS, Sample, captured, diffusion, divergence,
};
use nullcline::linalg::random::{Rng, Use, normal, stream, uniform};
use rayon::prelude::*;

const REPETITIONS: u64 = 200;

/// Trials and rows of a sample, and the correlation of a row with the next.
type Shape = (usize, usize, f64);

/// Name, dimensions, shapes of both samples, and what they are drawn of: the second about a mean with a scale.
type Case = (&'static str, usize, Shape, Shape, Drawn, f64, f64);

/// KL of Gaussians in two and three dimensions, in points that are independent, in trials that are alike, and in trials that are more
/// alike in one recording than in the other; then of boxes, and of Laplace's densities, whose tails are heavier.
pub fn rows() -> Vec<Row> {
    let (alone, alike) = ((300, 1, 0.0), (60, 10, 0.8));
    let (slow, fast) = ((60, 10, 0.9), (60, 10, 0.0));
    let cases: [Case; 14] = [
        ("narrower, 300 points", 2, alone, alone, Drawn::Normal, 0.0, 0.7),
        ("narrower, 300 points", 3, alone, alone, Drawn::Normal, 0.0, 0.8),
        ("same, 300 points", 2, alone, alone, Drawn::Normal, 0.0, 1.0),
        ("shifted, 300 points", 2, alone, alone, Drawn::Normal, 0.5, 1.0),
        ("wider, 300 points", 2, alone, alone, Drawn::Normal, 0.0, 1.5),
        ("shifted and wider, 300 points", 3, alone, alone, Drawn::Normal, 0.5, 1.3),
        ("narrower, 60 trials of 10", 2, alike, alike, Drawn::Normal, 0.0, 0.7),
        ("wider, 60 trials of 10", 2, alike, alike, Drawn::Normal, 0.0, 1.5),
        ("shifted and wider, 60 trials of 10", 3, alike, alike, Drawn::Normal, 0.5, 1.3),
        ("same, 60 trials of 10, slow and fast", 2, slow, fast, Drawn::Normal, 0.0, 1.0),
        ("boxes, twice as wide, 300 points", 2, alone, alone, Drawn::Box, 0.0, 2.0),
        ("boxes, twice as wide, 300 points", 3, alone, alone, Drawn::Box, 0.0, 2.0),
        ("Laplace, wider, 300 points", 2, alone, alone, Drawn::Laplace, 0.0, 1.5),
        ("Laplace, narrower, 300 points", 2, alone, alone, Drawn::Laplace, 0.0, 0.8),
    ];
    let of = |(case, (name, d, p, q, drawn, mean, deviation)): (usize, &Case)| {
        let one = |run: u64| {
            let mut rng = stream(run, Use::Fixture, 150 + case as u64);
            let a = sample(&mut rng, *d, *p, *drawn, 0.0, 1.0);
            let b = sample(&mut rng, *d, *q, *drawn, *mean, *deviation);
            let e = divergence(&a, &b, [*d, NEIGHBOURS], Groups::Apart, run)?.value;
            Some((e.value, e.error()))
        };
        let found: Vec<(f64, f64)> = (0..REPETITIONS).into_par_iter().filter_map(one).collect();
        Row::of(format!("KL in {d} dimensions, {name}"), *d as f64 * drawn.known(*mean, *deviation), &found)
    };
    let mut all: Vec<Row> = cases.iter().enumerate().map(of).collect();
    all.extend(others());
    all
}

/// Densities of a coordinate.
#[derive(Clone, Copy)]
enum Drawn {
    Normal,
    Box,
    Laplace,
}

impl Drawn {
    fn draw(self, rng: &mut Rng) -> f64 {
        match self {
            Self::Normal => normal(rng),
            Self::Box => uniform(rng, -1.0, 1.0),
            Self::Laplace => {
                let u = uniform(rng, -1.0, 1.0);
                -u.signum() * (1.0 - u.abs()).ln()
            }
        }
    }

    /// KL of one coordinate about 0 of scale 1 from that about m of scale s, nats; boxes lie within one another, Laplace's have one middle.
    fn known(self, m: f64, s: f64) -> f64 {
        match self {
            Self::Normal => s.ln() + (1.0 + m * m) / (2.0 * s * s) - 0.5,
            Self::Box => s.ln(),
            Self::Laplace => s.ln() + 1.0 / s - 1.0,
        }
    }
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
        let Some(found) = captured(&a, &b, 2, Groups::Apart, run) else { continue };
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

fn sample(
    rng: &mut Rng,
    d: usize,
    (trials, rows, a): Shape,
    drawn: Drawn,
    mean: f64,
    deviation: f64,
) -> Sample {
    let mut x = Mat::zeros(d, trials * rows);
    for t in 0..trials * rows {
        for i in 0..d {
            let fresh = drawn.draw(rng);
            x[(i, t)] = if t % rows == 0 { fresh } else { a * x[(i, t - 1)] + (1.0 - a * a).sqrt() * fresh };
        }
    }
    grouped(Mat::from_fn(d, trials * rows, |i, t| mean + deviation * x[(i, t)]), rows)
}

fn grouped(x: Mat<f64>, rows: usize) -> Sample {
    let n = x.ncols();
    Sample { x, group: (0..n).map(|t| t / rows).collect(), follows: vec![rows > 1; n] }
}
