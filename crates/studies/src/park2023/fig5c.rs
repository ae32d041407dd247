//! Fig. 5C: learning curves of tanh networks and GRUs, oscillating or not, on the benchmarks.
//!
//! The paper plots the test loss during training. Here it is that of the validation items, which are drawn
//! by the same law and choose the parameters that are tested; test items are seen once, at the end.

use super::benchmarks::{self, Network, Problem, Verdicts};
use crate::common::*;

/// Fig. 5C.
pub const STUDY: Study = Study::new("park2023/fig5c", "Learning curves on tasks with long gaps", run);

/// The networks whose initial parameters alone differ.
const NETWORKS: [Network; 5] =
    [Network::Tanh, Network::TanhPta, Network::TanhOrthogonal, Network::Gru, Network::GruPta];
const PROBLEMS: [Problem; 4] = [Problem::Ordering, Problem::Copy, Problem::RandomCopy, Problem::Digits];

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let trials = benchmarks::run(settings, &PROBLEMS, &NETWORKS, benchmarks::settings, observer)?;
    let v = Verdicts { trials: &trials, source: "park2023 Fig. 5C", preset: settings.preset };
    let pairs = [(Network::TanhPta, Network::Tanh), (Network::GruPta, Network::Gru)];
    let claims = pairs.iter().flat_map(|(b, w)| v.order(&PROBLEMS, *b, *w)).map(benchmarks::told);
    benchmarks::report("learning", "Learning curves", &trials, claims.collect(), settings)
}
