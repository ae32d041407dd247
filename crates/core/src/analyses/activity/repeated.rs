//! The trials of a recording as repeats of their conditions, and its successive rows as repeats of each other.

use super::Held;
use crate::diagnostics::geometry::signal::Repeat;
use std::collections::BTreeMap;

/// Groups of repeats that errors leave out.
pub(super) const GROUPS: usize = 10;
/// Successive rows taken as repeats of one state.
const WINDOW: usize = 4;

/// The rows of each trial, in their order.
pub(super) fn rows_of_trials(trials: &[usize]) -> Vec<Vec<usize>> {
    let mut rows = vec![vec![]; trials.iter().max().map_or(0, |m| m + 1)];
    trials.iter().enumerate().for_each(|(row, trial)| rows[*trial].push(row));
    rows
}

/// Whole trials as repeats of their `condition` (one for each trial), each cut at the shortest of its condition.
pub(super) fn trials(held: &Held, condition: &[usize]) -> Vec<Repeat> {
    let Some(trials) = &held.trials else { return vec![] };
    let rows = rows_of_trials(trials);
    // By condition: how many steps all have, and which trials.
    let mut of_condition: BTreeMap<usize, (usize, Vec<usize>)> = BTreeMap::new();
    for (trial, rows) in
        rows.iter().enumerate().filter(|(t, rows)| !rows.is_empty() && !held.broken.contains(t))
    {
        let (steps, members) = of_condition.entry(condition[trial]).or_insert((usize::MAX, vec![]));
        *steps = rows.len().min(*steps);
        members.push(trial);
    }
    let of = |(c, (steps, members)): (usize, (usize, Vec<usize>))| {
        let count = members.len();
        let one = move |(place, trial): (usize, usize)| (c, steps, place * GROUPS.min(count) / count, trial);
        members.into_iter().enumerate().map(one).collect::<Vec<_>>()
    };
    let all = of_condition.into_iter().flat_map(of);
    all.map(|(condition, steps, group, trial)| Repeat {
        condition,
        columns: rows[trial][..steps].to_vec(),
        group,
    })
    .collect()
}

/// Windows of four rows that follow one another, each a condition of four repeats; of more than `most` one in so many.
pub(super) fn windows(held: &Held, most: usize) -> Vec<Repeat> {
    let mut starts = vec![];
    let (mut first, rows) = (0, held.x.ncols());
    let one_trial = |t: usize| held.trials.as_ref().is_none_or(|all| all[t] == all[t - 1]);
    let follows = |t: usize| held.follows[t] && one_trial(t);
    while first + WINDOW <= rows {
        match (first + 1..first + WINDOW).rev().find(|t| !follows(*t)) {
            Some(broken) => first = broken,
            None => {
                starts.push(first);
                first += WINDOW;
            }
        }
    }
    let every = starts.len().div_ceil(most.max(1)).max(1);
    let starts: Vec<usize> = starts.into_iter().step_by(every).collect();
    let groups = GROUPS.min(starts.len());
    let of = |(condition, start): (usize, &usize)| {
        let (group, start) = (condition * groups / starts.len(), *start);
        (0..WINDOW).map(move |k| Repeat { condition, columns: vec![start + k], group })
    };
    starts.iter().enumerate().flat_map(of).collect()
}
