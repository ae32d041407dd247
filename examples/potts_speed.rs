//! Updates of the Gibbs sampler of Potts models per second, on one and two threads, beside the rate at which fields can be summed.
//!
//! cargo run --release --example potts_speed                              prints the table of benches/peers/README.md
//! cargo run --release --example potts_speed -- spikes N BINS FILE.csv    draws binned spikes of an Ising model of N units
//! cargo run --release --example potts_speed -- sites N Q P COUNT         fits COUNT of N sites alone, of P drawn sequences, two at a time

#![allow(clippy::print_stdout)]

use nullcline::inference::potts::{Gibbs, Penalty, Potts, Samples, Settings, Sites, asymmetric_site};
use nullcline::linalg::col;
use nullcline::linalg::random::{Rng, Use, stream, uniform};
use rayon::prelude::*;
use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

/// Seconds of a measurement.
const LONG: f64 = 1.0;
/// Chains.
const CHAINS: usize = 64;

fn main() {
    nullcline::linalg::sequential();
    let words: Vec<String> = std::env::args().skip(1).collect();
    match &words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => table(),
        ["spikes", n, bins, file] => match (n.parse(), bins.parse()) {
            (Ok(n), Ok(bins)) => spikes(n, bins, file),
            _ => println!("expected: spikes N BINS FILE.csv"),
        },
        ["sites", rest @ ..] => {
            match rest.iter().map(|w| w.parse()).collect::<Result<Vec<usize>, _>>().as_deref() {
                Ok([n, q, p, count]) => sites(*n, *q, *p, *count),
                _ => println!("expected: sites N Q P COUNT"),
            }
        }
        _ => println!("expected: nothing, spikes N BINS FILE.csv, or sites N Q P COUNT"),
    }
}

/// Fits of some sites of a large alignment, each alone, as `--likelihood asymmetric` does them: seconds a site, and the most memory.
fn sites(n: usize, q: usize, p: usize, count: usize) {
    let mut rng = stream(11, Use::Samples, 0);
    // Ancestral sequences with changes: sites go together, and some states are rare.
    let kinds = 40;
    let state = |rng: &mut Rng| {
        let x = uniform(rng, 0.0, 1.0);
        // Truncation is meant: low states are frequent.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let state = (x * x * q as f64) as u8;
        state
    };
    let ancestors: Vec<Vec<u8>> = (0..kinds).map(|_| (0..n).map(|_| state(&mut rng)).collect()).collect();
    let rows: Vec<Vec<u8>> = (0..p)
        .map(|k| {
            let own = |s: &u8| if uniform(&mut rng, 0.0, 1.0) < 0.3 { state(&mut rng) } else { *s };
            ancestors[k % kinds].iter().map(own).collect()
        })
        .collect();
    let all = Sites::alike(n, q).expect("two states at least");
    let seen = Samples::new(all.clone(), rows).expect("states");
    // lambda_J of 0.01 for each sample, as PlmDCA.jl has it by default, and of fields the same.
    let penalty = Penalty::new(0.02 * p as f64, 0.01 * p as f64).expect("positive");
    let settings = Settings { tolerance: 1e-5, aim: 1e-5, ..Settings::default() };
    let start = Instant::now();
    let fits: Vec<_> = (0..count)
        .into_par_iter()
        .map(|i| asymmetric_site(&seen, penalty, i * (n / count), &settings).expect("a minimum"))
        .collect();
    let seconds = start.elapsed().as_secs_f64();
    let evaluations: usize = fits.iter().map(|f| f.evaluations).sum();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let most = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("unknown").trim();
    println!(
        "{count} of {n} sites, q {q}, p {p}: {:.2} s a site and core, {:.0} evaluations a site, most memory {most}",
        2.0 * seconds / count as f64,
        evaluations as f64 / count as f64
    );
}

fn model(n: usize, q: usize, degree: f64) -> Potts {
    let variance = 1.0 / degree.max(1.0);
    let sites = Sites::alike(n, q).expect("two states at least");
    Potts::erdos_renyi(sites, degree, [1.0, variance], &mut stream(7, Use::Couplings, n as u64))
}

/// Updates a second on so many threads: the best of some runs.
fn updates(model: &Potts, threads: usize) -> f64 {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let gibbs = Gibbs::new(model).expect("finite numbers");
    let (begin, mut best) = (Instant::now(), 0f64);
    let mut sweeps = 4;
    while begin.elapsed().as_secs_f64() < LONG {
        let start = Instant::now();
        black_box(pool.install(|| gibbs.samples(CHAINS, 1, 0, sweeps, 1)).expect("chains"));
        let seconds = start.elapsed().as_secs_f64();
        best = best.max((CHAINS * sweeps * model.sites.count()) as f64 / seconds);
        sweeps = if seconds < 0.05 { 2 * sweeps } else { sweeps };
    }
    best
}

/// Updates a second of one thread, were there nothing to do but sum the fields of a site's states: all couplings of one state of each
/// neighbour, in an order that nobody can foresee.
fn sums(model: &Potts) -> f64 {
    let (n, q) = (model.sites.count(), model.sites.states(0));
    let mut near = vec![vec![]; n];
    for [i, j] in model.pairs() {
        near[i].push(j);
        near[j].push(i);
    }
    let (begin, mut best) = (Instant::now(), 0f64);
    let (mut fields, mut word) = (vec![0.0; q], 1u64);
    let mut states = vec![0usize; n];
    while begin.elapsed().as_secs_f64() < LONG {
        let (start, rounds) = (Instant::now(), 200);
        for _ in 0..rounds {
            for i in 0..n {
                fields.fill(0.0);
                for j in &near[i] {
                    let column = &col(model.couplings.as_ref(), j * q + states[*j])[i * q..][..q];
                    fields.iter_mut().zip(column).for_each(|(f, c)| *f += c);
                }
                word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                states[i] = (word >> 33) as usize % q;
                black_box(&fields);
            }
        }
        best = best.max((rounds * n) as f64 / start.elapsed().as_secs_f64());
    }
    best
}

fn table() {
    println!(
        "| n | q | neighbours | couplings, MB | 1 thread, 1e6 updates/s | 2 threads | sums alone, 1 thread |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (n, q, degree) in [
        (100, 2, 4.0),
        (50, 10, 4.0),
        (100, 21, 4.0),
        (50, 2, 50.0),
        (100, 2, 100.0),
        (200, 2, 200.0),
        (400, 2, 400.0),
        (50, 4, 50.0),
        (50, 10, 50.0),
        (50, 21, 50.0),
        (100, 21, 100.0),
        (200, 21, 200.0),
    ] {
        let model = model(n, q, degree);
        let near = 2.0 * model.pairs().len() as f64 / n as f64;
        let size = 8e-6 * (n * q).pow(2) as f64;
        let [one, two] = [1, 2].map(|threads| updates(&model, threads) / 1e6);
        println!("| {n} | {q} | {near:.0} | {size:.2} | {one:.2} | {two:.2} | {:.2} |", sums(&model) / 1e6);
    }
}

/// Bins of an Ising model of sparse couplings, spikes 0 or 1, a row a bin.
fn spikes(n: usize, bins: usize, file: &str) {
    let sites = Sites::alike(n, 2).expect("units");
    let truth = Potts::erdos_renyi(sites, 4.0, [0.5, 0.2], &mut stream(2028, Use::Couplings, 0));
    let gibbs = Gibbs::new(&truth).expect("finite numbers");
    // Each chain's bins are 20 sweeps apart: rows are independent.
    let each = bins.div_ceil(100);
    let drawn = gibbs.samples(100, each, 200, 20, 2028).expect("chains");
    let mut out = std::io::BufWriter::new(std::fs::File::create(file).expect("a file that can be written"));
    let head: Vec<String> = (0..n).map(|i| format!("unit_{i}")).collect();
    writeln!(out, "{}", head.join(",")).expect("room");
    // Turns of chains, so that successive rows are of different ones.
    for k in 0..bins {
        let row: Vec<String> = drawn.row(k % 100 * each + k / 100).iter().map(u8::to_string).collect();
        writeln!(out, "{}", row.join(",")).expect("room");
    }
}
