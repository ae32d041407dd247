//! Commands killed at any moment: what stands in their place is the earlier result or the new one, whole, what others
//! put beside it stays, and the next run ends in the bytes of one that nobody disturbed.
//!
//! `NULLCLINE_KILLS=30` kills each command thirty times; `NULLCLINE_KILLS_SEED` draws other moments.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout)]

use crate::common::golden;
use crate::killed::{Job, TRAIN, number};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng as Rng;

/// Kills the command again and again, and lets it end after each time.
fn hammer(name: &str, arguments: &[&str]) {
    let job = Job::new(name, arguments);
    let kills = number("NULLCLINE_KILLS", 2);
    let mut rng = Rng::seed_from_u64(number("NULLCLINE_KILLS_SEED", 1));
    let mut in_time = 0;
    for k in 0..kills {
        let before = job.which();
        let seed = 1 - before;
        // Half of them where the results change places.
        let part = if k % 2 == 0 { rng.random_range(0.0..1.1) } else { rng.random_range(0.85..1.05) };
        let signal = ["-KILL", "-TERM"][((k + k / 2) % 2) as usize];
        in_time += u64::from(job.kill(seed, signal, job.time.mul_f64(part)));
        job.which();
        job.check_foreign(true);
        job.succeed(seed);
        let differences = job.differences(&job.expected[seed]);
        assert!(differences.is_empty(), "{name}: kill {k} at {part:.3}: {differences:?}");
        job.check_foreign(false);
        assert_eq!(job.place.entries(), ["neighbour.txt", "out"], "{name}: kill {k} at {part:.3}");
    }
    println!("{name}: {in_time} of {kills} kills in time, {:.2} s undisturbed", job.time.as_secs_f64());
}

#[test]
fn a_training() {
    hammer("kill-train", &TRAIN);
}

#[test]
fn a_search() {
    let few = ["--units", "4", "--epochs", "3", "--batch", "20", "--search", "3", "--checkpoint", "0"];
    hammer("kill-search", &[&TRAIN[..2], &TRAIN[4..12], &few].concat());
}

#[test]
fn sessions() {
    let ibl = ["train", "ibl", "--units", "8", "--schedule", "fast", "--steps", "40", "--test-blocks", "2"];
    hammer("kill-ibl", &[&ibl[..], &["--checkpoint", "0"]].concat());
}

#[test]
fn an_analysis() {
    hammer(
        "kill-analyze",
        &["analyze", &golden("io/ff2_relu.safetensors"), "--steps", "300", "--activation", "relu"],
    );
}

#[test]
fn an_inference() {
    hammer("kill-infer", &["infer", "gaussian", &golden("pca/activity.csv")]);
}

#[test]
#[ignore = "minutes: cargo test --release --test safety kills -- --ignored"]
fn a_study() {
    hammer("kill-study", &["study", "park2023/fig4", "--preset", "quick"]);
}
