//! Table S1: nine networks on five tasks, matched in size, several realisations each.

use super::benchmarks::{self, Network, Problem, Verdicts};
use crate::common::*;

/// Table S1.
pub const STUDY: Study = Study::new("park2023/table-s1", "Nine networks on tasks with long gaps", run);

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let trials = benchmarks::run(settings, &Problem::ALL, &Network::ALL, benchmarks::settings, observer)?;
    let v = Verdicts { trials: &trials, source: "park2023 Table S1", preset: settings.preset };
    let mut claims = benchmarks::by_network(&v);
    for (better, worse) in [
        (Network::TanhPta, Network::Tanh),
        (Network::TanhPta, Network::TanhOrthogonal),
        (Network::GruPta, Network::Gru),
    ] {
        claims.extend(v.order(&Problem::ALL, better, worse).into_iter().map(benchmarks::told));
    }
    if settings.preset == Preset::Paper {
        for problem in [Problem::Ordering, Problem::Copy] {
            claims.push(v.learned(problem, Network::TanhPta));
            claims.push(v.fails(problem, Network::Tanh));
        }
    }
    benchmarks::report("benchmarks", "Losses against the published ones", &trials, claims, settings)
}
