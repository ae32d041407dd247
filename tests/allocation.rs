//! No allocation inside a step: ten times the steps make as many allocations.
//!
//! The crate forbids unsafe code, and with it a counting allocator of its own; divan's counts while
//! it benchmarks, so this program runs itself as a benchmark and reads what that prints.

#![allow(clippy::print_stdout)]

use divan::Bencher;
use faer::Mat;
use nullcline::diagnostics::dynamics::lyapunov::{Drive, Options, Progress, lyapunov};
use nullcline::linalg::activation::Activation::Tanh;
use nullcline::systems::cells::{Gru, Lstm, Stack, Vanilla};
use nullcline::systems::reference::Lorenz;
use nullcline::systems::rule::Rule;
use nullcline::systems::time::{Flow, Map, System};
use nullcline::tasks::{Batch, Objective, Targets};
use nullcline::training::bptt::Bptt;
use nullcline::training::dropout::Dropout;
use nullcline::training::{Model, Readout};
use std::process::Command;

#[global_allocator]
static COUNTER: divan::AllocProfiler = divan::AllocProfiler::system();

const NAMES: [&str; 3] = ["vanilla", "lstm", "lorenz"];
const CELLS: [&str; 4] = ["vanilla", "gru", "lstm", "stack"];
const BATCHES: usize = 20;

fn system(name: &str) -> Box<dyn System> {
    let fill = |m: faer::MatMut<f64>| {
        let mut m = m;
        for j in 0..m.ncols() {
            for i in 0..m.nrows() {
                m[(i, j)] = 0.7 * (1.0 + 1.3 * i as f64 + 2.7 * j as f64 + 0.9 * (i * j) as f64).sin();
            }
        }
    };
    match name {
        "vanilla" => {
            let mut cell = Vanilla::new(40, 0, Tanh);
            fill(cell.params_mut().mat_mut(1));
            Box::new(Map::new(cell))
        }
        "lstm" => {
            let mut cell = Lstm::new(10, 0);
            fill(cell.params_mut().mat_mut(1));
            Box::new(Map::new(cell))
        }
        _ => Box::new(Flow::new(Lorenz::default(), 0.01)),
    }
}

/// One gradient over 20 or 200 steps with its memory, three sequences.
#[divan::bench(args = CELLS, consts = [20, 200], sample_count = 1, sample_size = 1)]
fn gradient<const STEPS: usize>(bencher: Bencher, name: &str) {
    let (n, d, sequences) = (10, 3, 3);
    let rule: Box<dyn Rule<f32>> = match name {
        "vanilla" => Box::new(Vanilla::new(n, d, Tanh)),
        "gru" => Box::new(Gru::new(n, d)),
        "lstm" => Box::new(Lstm::new(n, d)),
        _ => Box::new(Stack::new(vec![Box::new(Gru::new(n, d)), Box::new(Lstm::new(n, n))])),
    };
    let readout = Readout { weight: Mat::zeros(2, n), bias: vec![0.0; 2], first: 0 };
    let model = Model { rule, readout, encoder: None, unbiased: false };
    let columns = STEPS * sequences;
    let batch = Batch {
        steps: STEPS,
        sequences,
        inputs: Mat::from_fn(d, columns, |i, k| (1.0 + i as f64 + 0.3 * k as f64).sin()),
        targets: Targets::Classes(vec![1; columns]),
        weights: (0..columns).map(|k| f64::from(k % 7 > 2)).collect(),
        start: None,
    };
    let dropout = Some(Dropout { rate: 0.5, seed: 1, step: 0 });
    bencher.bench_local(|| {
        let mut bptt = Bptt::new(&model, STEPS, sequences);
        let mut grad = vec![0.0; model.parameter_count()];
        bptt.gradient(&model, &batch, Objective::CrossEntropy, dropout, &mut grad)
    });
}

/// The same number of batches, of 20 or of 200 steps.
#[divan::bench(args = NAMES, consts = [20, 200], sample_count = 1, sample_size = 1)]
fn spectrum<const BATCH: usize>(bencher: Bencher, name: &str) {
    let system = system(name);
    let n = system.step().dim();
    let input = Mat::zeros(0, 100 + BATCH * BATCHES);
    let initial = Mat::from_fn(n, 1, |i, _| 0.1 * (1.0 + i as f64).cos());
    let options = Options { warmup: 50, align: 50, batch: BATCH, tol: 0.0, ..Options::default() };
    bencher.bench_local(|| {
        let found = lyapunov(
            system.as_ref(),
            initial.as_ref(),
            &Drive::Sequence(input.as_ref()),
            &options,
            &|_: Progress| (),
        );
        assert!(found.is_ok());
    });
}

#[test]
#[ignore = "the benchmark that the other test runs and reads"]
fn count() {
    // On the calling thread alone: divan counts what its own thread allocates.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
    divan::Divan::default().run_benches();
    drop(pool);
}

#[test]
fn ten_times_the_steps_allocate_as_often() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "count", "--nocapture", "--test-threads", "1"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    println!("{text}");
    // The line after "alloc:" holds the number of allocations of each run.
    let lines: Vec<&str> = text.lines().collect();
    let counts: Vec<f64> = lines
        .windows(2)
        .filter(|w| w[0].trim_start_matches(['│', ' ']).starts_with("alloc:"))
        .map(|w| w[1].trim_start_matches(['│', ' ']).split_whitespace().next().unwrap().parse().unwrap())
        .collect();
    // Benchmarks by name: gradients first.
    let (gradients, spectra) = counts.split_at(2 * CELLS.len());
    assert_eq!(spectra.len(), 2 * NAMES.len(), "no counts in the output");
    for i in 0..CELLS.len() {
        let (short, long) = (gradients[i], gradients[i + CELLS.len()]);
        assert!(short > 0.0 && long <= short, "{short} allocations against {long}");
    }
    for i in 0..NAMES.len() {
        let (short, long) = (spectra[i], spectra[i + NAMES.len()]);
        // Fewer where columns have collapsed by then; one a step would be 3600 more.
        assert!(short > 0.0 && long <= short + 20.0, "{short} allocations against {long}");
    }
}
