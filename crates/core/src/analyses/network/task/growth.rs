//! How perturbations grow along trials, by condition and by what is held.

use super::super::Run;
use super::{Conditions, held_inputs};
use crate::analyses::trials::Trials;
use crate::diagnostics::dynamics::local_exponents::local_exponents;
use crate::linalg::col;
use crate::numbers::Estimate;
use crate::systems::time::Drive;
use faer::Mat;
use rayon::prelude::*;

/// Exponents along trials.
const EXPONENTS: usize = 3;
/// Share of a trial over which tangents turn to the directions that grow most.
const TURNING: usize = 10;
/// Steps that a trial must have in a phase.
const LEAST: usize = 5;

/// A part of trials.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// All steps.
    Whole,
    /// Those in which the inputs that stand still are these.
    Held(Vec<f64>),
    /// Those in which none of these is held.
    Between,
}

/// How perturbations grow in one part of the trials of one condition.
#[derive(Clone, Debug)]
pub struct Growth {
    /// The condition; none: all trials.
    pub condition: Option<String>,
    /// Which steps.
    pub phase: Phase,
    /// Trials that have five such steps or more.
    pub trials: usize,
    /// Their steps.
    pub steps: usize,
    /// The first finite-time Lyapunov exponents, means over trials, with errors between these.
    pub exponents: Vec<Estimate>,
}

impl Run<'_> {
    /// Finite-time exponents along trials; none where no trial is as long.
    pub(super) fn growth(&self, trials: &Trials, conditions: &Conditions) -> Vec<Growth> {
        let all = &trials.trials;
        let system = self.network.system.as_ref();
        let one = |k: usize| -> Option<Mat<f64>> {
            let x = col(self.orbits.states[k].as_ref(), 0);
            let drive = Drive::Sequence(all[k].inputs.as_ref());
            local_exponents(system, x, drive, all[k].steps(), EXPONENTS, self.seed.wrapping_add(k as u64))
        };
        let rates: Vec<Option<Mat<f64>>> = (0..all.len()).into_par_iter().map(one).collect();
        let held = held_inputs(all, &[]).inputs;
        let mut phase_of: Vec<Vec<usize>> = all.iter().map(|t| vec![held.len(); t.steps()]).collect();
        for (h, input) in held.iter().enumerate() {
            for (k, range) in &input.stretches {
                phase_of[*k][range.clone()].fill(h);
            }
        }
        let mut found = vec![];
        let by_condition = (0..conditions.names.len()).filter(|_| conditions.names.len() > 1).map(Some);
        for condition in std::iter::once(None).chain(by_condition) {
            let own: Vec<usize> =
                condition.map_or_else(|| (0..all.len()).collect(), |c| conditions.trials(c));
            let name = condition.map(|c| conditions.names[c].clone());
            let of = |phase: Phase, within: &dyn Fn(usize, usize) -> bool| {
                over(&rates, &own, within).map(|(trials, steps, exponents)| Growth {
                    condition: name.clone(),
                    phase,
                    trials,
                    steps,
                    exponents,
                })
            };
            let Some(whole) = of(Phase::Whole, &|_, _| true) else { continue };
            let mut parts: Vec<Growth> = (0..held.len())
                .filter_map(|h| of(Phase::Held(held[h].input.clone()), &|k, t| phase_of[k][t] == h))
                .collect();
            parts.extend(of(Phase::Between, &|k, t| phase_of[k][t] == held.len()));
            // One part that is all of it says the same again.
            parts.retain(|p| p.steps < whole.steps);
            found.push(whole);
            found.extend(parts);
        }
        found
    }
}

/// Trials, steps and mean exponents over the steps of `own` trials that are `within`.
fn over(
    rates: &[Option<Mat<f64>>],
    own: &[usize],
    within: &dyn Fn(usize, usize) -> bool,
) -> Option<(usize, usize, Vec<Estimate>)> {
    let (mut each, mut steps) = (vec![], 0);
    for (k, r) in own.iter().filter_map(|k| rates[*k].as_ref().map(|r| (*k, r))) {
        let at: Vec<usize> = (r.ncols() / TURNING..r.ncols()).filter(|t| within(k, *t)).collect();
        if at.len() < LEAST {
            continue;
        }
        steps += at.len();
        let mean = |j: usize| at.iter().map(|t| r[(j, *t)]).sum::<f64>() / at.len() as f64;
        each.push((0..r.nrows()).map(mean).collect::<Vec<f64>>());
    }
    let count = each.first()?.len();
    // A direction that is lost in one trial has no mean over trials, nor have those after it.
    let known = (0..count).take_while(|j| each.iter().all(|e| e[*j].is_finite()));
    let exponents: Vec<Estimate> = known.map(|j| Estimate::mean(each.iter().map(|e| e[j]))).collect();
    Some((each.len(), steps, exponents))
}
