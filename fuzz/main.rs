//! Every reader against damaged files: whatever a file holds, reading it ends, in a result or an error, in bounded
//! time and memory; and no flipped bit passes a checksum.
//!
//! The files are small sound ones of each format, changed as libFuzzer changes them, and inside their guarded parts too.
//! File k of a reader under a seed is always the same. `NULLCLINE_FUZZ=10000000` reads that many of each reader, `2h`
//! for that long; `_READER`, `_SEED`, `_FIRST`, `_WORKERS` and `_FOUND` (a folder) behind that name say which, and where
//! what is found is put. `NULLCLINE_FUZZ=1 NULLCLINE_FUZZ_FIRST=k` reads file k again.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout)]

mod mutate;
mod readers;
mod seeds;
mod settings;
mod supervisor;
mod tally;
mod worker;

use cap::Cap;
use readers::KINDS;
use settings::{Settings, Share};
use std::alloc::System;
use supervisor::Run;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

fn print(name: &str, run: &Run) {
    let t = &run.tally;
    let speed = t.files as f64 / run.seconds;
    println!(
        "{name:12} {:>11} {speed:>8.0} {:>10} {:>11} {:>9} {:>8.0} {:>8.1} {:>6}",
        t.files,
        t.accepted,
        t.kinds.iter().sum::<u64>(),
        t.contained,
        t.slowest.0 as f64 / 1000.0,
        t.peak.0 as f64 / f64::from(1 << 20),
        run.faults.len(),
    );
    let kinds = KINDS.iter().zip(t.kinds).filter(|(_, n)| *n > 0).map(|(k, n)| format!("{k} {n}"));
    println!("    {}", kinds.collect::<Vec<_>>().join(", "));
    println!("    slowest: file {}; most memory: file {}", t.slowest.1, t.peak.1);
    for (what, fault) in &run.faults {
        println!("    FAULT {}x {what}; file {}, {}", fault.count, fault.number, fault.file.display());
    }
}

#[test]
fn every_reader_bears_damaged_files() {
    let settings = Settings::read();
    println!(
        "{:12} {:>11} {:>8} {:>10} {:>11} {:>9} {:>8} {:>8} {:>6}",
        "reader", "files", "files/s", "accepted", "refused", "contained", "ms", "MiB", "faults"
    );
    let mut faults = vec![];
    for reader in &settings.readers {
        let run = supervisor::run(*reader, &settings);
        print(&reader.name(), &run);
        faults.extend(run.faults.into_iter().map(|(what, f)| (reader.name(), what, f)));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
#[ignore = "the process in which the other test reads"]
fn worker() {
    if let Some(share) = Share::told() {
        worker::run(&share).unwrap();
    }
}
