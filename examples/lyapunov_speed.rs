//! Steps per second of a full Lyapunov spectrum, in the layout of `benches/peers`.
//!
//! `cargo run --release --example lyapunov_speed -- [n ...]`: tanh map x' = tanh(W x), W normal with
//! standard deviation 1.5/sqrt(n), as many trajectories at once as there are threads. Rates are per
//! second of processor time and core (Linux), which other programs disturb less than wall time; wall
//! rates follow in brackets.

#![allow(clippy::print_stdout)]

use nullcline::diagnostics::dynamics::lyapunov::{Drive, Options, Progress, lyapunov};
use nullcline::linalg::activation::Activation::Tanh;
use nullcline::linalg::gemm;
use nullcline::linalg::random::{Use, normal_matrix, stream};
use nullcline::systems::cells::Vanilla;
use nullcline::systems::time::Map;
use std::hint::black_box;
use std::sync::Mutex;
use std::time::Instant;

/// Processor seconds of this process so far, to 10 ms.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = |i: usize| stat.split_whitespace().nth(i).and_then(|v| v.parse::<f64>().ok());
    (ticks(13).unwrap_or(0.0) + ticks(14).unwrap_or(0.0)) / 100.0
}

fn main() {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let threads = rayon::current_num_threads();
    for n in if sizes.is_empty() { vec![100, 200, 500] } else { sizes } {
        let mut rng = stream(1, Use::Fixture, n as u64);
        let w = normal_matrix(&mut rng, n, n) * faer::Scale(1.5 / (n as f64).sqrt());
        let mut cell = Vanilla::new(n, 0, Tanh);
        cell.params_mut().mat_mut(1).copy_from(&w);
        let system = Map::new(cell);
        let initial = normal_matrix(&mut rng, n, threads);
        let (batch, rounds) = if n < 300 { (100, 4) } else { (25, 2) };
        let steps = batch * 32.max(4_000_000_000 / (n * n * n * batch));
        let options =
            Options { warmup: 300, align: 0, max_steps: steps, tol: 0.0, batch, ..Options::default() };
        let mut rates = Vec::new();
        let mut result = None;
        for _ in 0..rounds {
            // From the first report to the last: neither warm-up nor checks.
            let reports = Mutex::new(Vec::new());
            let note = |p: Progress| reports.lock().unwrap().push((Instant::now(), cpu(), p.steps));
            let found = lyapunov(&system, initial.as_ref(), &Drive::Constant(&[]), &options, &note);
            let reports = reports.into_inner().unwrap();
            let ((t0, c0, s0), (t1, c1, s1)) = (reports[0], reports[reports.len() - 1]);
            let steps = (threads * (s1 - s0)) as f64;
            rates.push([steps / (c1 - c0), steps / (t1 - t0).as_secs_f64()]);
            result = found.ok();
        }
        let [best, wall] = [0, 1].map(|i| rates.iter().fold(0.0f64, |a, b| a.max(b[i])));
        let product = product_rate(&w, threads);
        let a = &result.as_ref().unwrap().attractors[0];
        println!(
            "n {n} threads {threads}: {best:.1} steps per core second (wall {wall:.1} steps/s; products alone {product:.1}, share {:.2}), interval {:.2}, l1 {:.4} ln {:.4} sum rule {:.1e} h {:.4}",
            best / product,
            a.mean_interval,
            a.exponents[0],
            a.exponents[n - 1],
            a.checks.sum_rule.map_or(f64::NAN, |s| s.difference),
            a.entropy_rate.value,
        );
    }
}

/// Products W Q a second of processor time, as many at once as there are threads.
fn product_rate(w: &faer::Mat<f64>, threads: usize) -> f64 {
    let reps = (20_000_000_000 / w.nrows().pow(3)).max(1);
    let best = (0..3)
        .map(|_| {
            let begin = cpu();
            rayon::scope(|s| {
                for _ in 0..threads {
                    s.spawn(|_| {
                        let (q, mut y) = (w.clone(), w.clone());
                        for _ in 0..reps {
                            gemm(y.as_mut(), faer::Accum::Replace, w.as_ref(), q.as_ref());
                            black_box(&y);
                        }
                    });
                }
            });
            cpu() - begin
        })
        .fold(f64::INFINITY, f64::min);
    (threads * reps) as f64 / best
}
