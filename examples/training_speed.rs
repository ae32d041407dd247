//! Seconds of one gradient through time in f32, in the layout of `benches/peers/training_torch.py`.
//!
//! `cargo run --release --example training_speed`: tanh, GRU and LSTM of n units with 10 inputs and a
//! read-out of 10, mean square over all of 100 steps; writing the parameters, forward and backward. Best
//! wall time in milliseconds, and the rate of the multiplications it stands for. With `--serve` it reads
//! lines `cell n batch seconds`, measures for so long and answers each with the best and the number of gradients.

#![allow(clippy::print_stdout)]

use faer::{Accum, Mat};
use nullcline::linalg::activation::Activation::Tanh;
use nullcline::linalg::gemm;
use nullcline::linalg::random::{Use, normal, normal_matrix, stream};
use nullcline::systems::cells::{Gru, Lstm, Vanilla};
use nullcline::systems::rule::Rule;
use nullcline::tasks::{Batch, Objective, Targets};
use nullcline::training::bptt::Bptt;
use nullcline::training::{Model, Readout};
use std::hint::black_box;
use std::io::BufRead;
use std::time::{Duration, Instant};

const STEPS: usize = 100;
const INPUTS: usize = 10;
const OUTPUTS: usize = 10;
const CELLS: [(&str, usize); 3] = [("tanh", 1), ("gru", 3), ("lstm", 4)];

fn model(cell: &str, n: usize) -> Model<f32> {
    let rule: Box<dyn Rule<f32>> = match cell {
        "tanh" => Box::new(Vanilla::new(n, INPUTS, Tanh)),
        "gru" => Box::new(Gru::new(n, INPUTS)),
        _ => Box::new(Lstm::new(n, INPUTS)),
    };
    let readout = Readout { weight: Mat::zeros(OUTPUTS, n), bias: vec![0.0; OUTPUTS], first: 0 };
    Model { rule, readout, encoder: None, unbiased: false }
}

/// Best seconds of one gradient over `time`, and of at least three; and how many there were.
fn measure(cell: &str, n: usize, sequences: usize, time: Duration) -> (f64, usize) {
    let mut model = model(cell, n);
    let mut rng = stream(1, Use::Fixture, n as u64);
    let scale = 1.0 / (n as f64).sqrt();
    let theta: Vec<f32> = (0..model.parameter_count()).map(|_| (scale * normal(&mut rng)) as f32).collect();
    let columns = STEPS * sequences;
    let batch = Batch {
        steps: STEPS,
        sequences,
        inputs: normal_matrix(&mut rng, INPUTS, columns),
        targets: Targets::Values(normal_matrix(&mut rng, OUTPUTS, columns)),
        weights: vec![1.0; columns],
        start: None,
    };
    let mut bptt = Bptt::new(&model, STEPS, sequences);
    let mut grad = vec![0.0; theta.len()];
    let (begin, mut best, mut runs) = (Instant::now(), f64::INFINITY, 0);
    while runs < 3 || begin.elapsed() < time {
        let start = Instant::now();
        model.write_params(&theta);
        black_box(bptt.gradient(&model, &batch, Objective::MeanSquare, None, &mut grad));
        best = best.min(start.elapsed().as_secs_f64());
        runs += 1;
    }
    (best, runs)
}

/// Best rate of products of n x n by n x 64 in f32, as many at once as there are threads.
fn product_rate(n: usize) -> f64 {
    let threads = rayon::current_num_threads();
    let mut best = f64::INFINITY;
    for _ in 0..20 {
        let start = Instant::now();
        rayon::scope(|s| {
            for _ in 0..threads {
                s.spawn(|_| {
                    let (a, x, mut y) = (Mat::<f32>::zeros(n, n), Mat::zeros(n, 64), Mat::zeros(n, 64));
                    for _ in 0..40 {
                        gemm(y.as_mut(), Accum::Replace, a.as_ref(), x.as_ref());
                        black_box(&y);
                    }
                });
            }
        });
        best = best.min(start.elapsed().as_secs_f64());
    }
    (threads * 40 * 2 * n * n * 64) as f64 / best
}

fn main() {
    if std::env::args().any(|a| a == "--serve") {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let number = |i: usize| words.get(i).and_then(|w| w.parse::<f64>().ok());
            match (words.first(), number(1), number(2), number(3)) {
                (Some(cell), Some(n), Some(b), Some(t)) => {
                    let (best, runs) = measure(cell, n as usize, b as usize, Duration::from_secs_f64(t));
                    println!("{best} {runs}");
                }
                (Some(&"product"), Some(n), ..) => println!("{}", product_rate(n as usize)),
                _ => println!("expected: cell n batch seconds, or: product n"),
            }
        }
        return;
    }
    println!("products of n = 512: {:.1} GF/s", product_rate(512) / 1e9);
    for (cell, gates) in CELLS {
        for n in [64, 250, 512] {
            for b in [1, 32, 128] {
                let (best, _) = measure(cell, n, b, Duration::from_millis(700));
                let work = (6 * gates * n * (n + INPUTS) * b * STEPS) as f64;
                println!("{cell} n {n} batch {b}: {:.3} ms, {:.1} GF/s", best * 1e3, work / best / 1e9);
            }
        }
    }
}
