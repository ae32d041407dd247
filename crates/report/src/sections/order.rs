//! The order of a page: the task, what is computed, where states go, then dimensions, exponents and the rest.

use super::analysis::told;
use crate::Error;
use crate::sections::Rendered;
use nullcline_core::analyses::{Context, Finding, Module};

/// Sentences of an answer, at most.
const SENTENCES: usize = 4;

/// The figures that show an answer, the best first.
const LEADS: [[&str; 2]; 10] = [
    ["comparison", "densities"],
    ["spatial", "maps"],
    ["pca", "state_space"],
    ["fixed_points", "points"],
    ["pca", "state_plane"],
    ["task", "examples"],
    ["cycles", "orbit_1"],
    ["lyapunov", "spectrum"],
    ["decoding", "accuracy"],
    ["recurrent", "eigenvalues"],
];

fn rank(module: Module) -> usize {
    const ORDER: [Module; 13] = [
        Module::Task,
        Module::Comparison,
        Module::Spatial,
        Module::FixedPoints,
        Module::FlowField,
        Module::Trajectories,
        Module::Cycles,
        Module::SignalDimension,
        Module::Pca,
        Module::Lyapunov,
        Module::Covariant,
        Module::Adjoint,
        Module::Recurrent,
    ];
    ORDER.iter().position(|m| *m == module).unwrap_or(ORDER.len())
}

/// What modules found, as a page tells it.
pub(super) struct Ordered {
    /// A sentence each.
    pub findings: Vec<String>,
    /// The first things to say.
    pub answer: Vec<String>,
    /// The figures that show it, the best first.
    pub leads: Vec<[&'static str; 2]>,
    /// Parts of the page.
    pub modules: Vec<Rendered>,
}

pub(super) fn ordered(all: &[Finding], context: &Context) -> Result<Ordered, Error> {
    let mut found: Vec<&Finding> = all.iter().collect();
    found.sort_by_key(|f| rank(f.module()));
    let mut answer: Vec<String> = found.iter().flat_map(|f| told(f).answer(context)).collect();
    answer.truncate(SENTENCES);
    Ok(Ordered {
        findings: found.iter().filter_map(|f| told(f).sentence(context)).collect(),
        answer,
        leads: LEADS.to_vec(),
        modules: found.iter().map(|f| told(f).rendered(context)).collect::<Result<_, _>>()?,
    })
}
