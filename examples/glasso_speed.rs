//! Seconds of the graphical lasso on matrices in `.npy`, in the layout of `benches/peers/glasso_sklearn.py`.
//!
//! It reads lines `file lambda seconds [gap]` and answers each with the best time, the objective and the gap, which is at most the
//! one asked for (1e-9 a variable where none is).

#![allow(clippy::print_stdout)]

use faer::Mat;
use nullcline::inference::gaussian::lasso::{Options, graphical_lasso};
use nullcline::io::tensors::read;
use std::hint::black_box;
use std::io::BufRead;
use std::path::Path;
use std::time::Instant;

fn covariance(file: &str) -> Option<Mat<f64>> {
    let tensors = read(Path::new(file)).ok()?;
    let values = &tensors.tensors.first()?.data;
    let n = values.len().isqrt();
    Some(Mat::from_fn(n, n, |i, j| values[i * n + j]))
}

fn main() {
    nullcline::linalg::sequential();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |i: usize| words.get(i).and_then(|w| w.parse::<f64>().ok());
        let (Some(c), Some(lambda), Some(time)) =
            (words.first().and_then(|f| covariance(f)), number(1), number(2))
        else {
            println!("expected: file lambda seconds [gap]");
            continue;
        };
        let tolerance = number(3).map_or(Options::default().tolerance, |gap| gap / c.nrows() as f64);
        let options = Options { tolerance, ..Options::default() };
        let (begin, mut best, mut answer) = (Instant::now(), f64::INFINITY, (0.0, 0.0));
        while best.is_infinite() || begin.elapsed().as_secs_f64() < time {
            let start = Instant::now();
            match black_box(graphical_lasso(c.as_ref(), lambda, &options)) {
                Ok(found) => answer = (found.objective, found.gap),
                Err(e) => {
                    println!("{e}");
                    break;
                }
            }
            best = best.min(start.elapsed().as_secs_f64());
        }
        println!("{best} {:.9} {:.3e}", answer.0, answer.1);
    }
}
