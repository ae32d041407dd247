//! Which samples are trained on and which are tested, whole groups together.

use crate::linalg::random::{Use, shuffled, stream};

/// The samples of each group, groups in order of appearance; without `groups` every sample is one.
pub(super) fn members(samples: usize, groups: Option<&[usize]>) -> Vec<Vec<usize>> {
    let Some(groups) = groups else { return (0..samples).map(|t| vec![t]).collect() };
    let mut known = std::collections::HashMap::new();
    let mut members: Vec<Vec<usize>> = vec![];
    for (t, g) in groups.iter().enumerate() {
        let at = *known.entry(*g).or_insert(members.len());
        if at == members.len() {
            members.push(vec![]);
        }
        members[at].push(t);
    }
    members
}

/// Whether each group is tested: random ones until they hold a share `test` of the samples, at least one and not all.
pub(super) fn split(members: &[Vec<usize>], test: f64, seed: u64) -> Vec<bool> {
    let samples: usize = members.iter().map(Vec::len).sum();
    let wanted = (test * samples as f64).ceil() as usize;
    let (mut tested, mut held) = (vec![false; members.len()], 0);
    for g in shuffled(members.len(), &mut stream(seed, Use::Split, 0))
        .into_iter()
        .take(members.len().saturating_sub(1))
    {
        if held >= wanted {
            break;
        }
        tested[g] = true;
        held += members[g].len();
    }
    tested
}

/// The fold of each group: in random order, each goes to the fold with the fewest samples so far; `draw` numbers the orders.
pub(super) fn folds(members: &[Vec<usize>], folds: usize, seed: u64, draw: u64) -> Vec<usize> {
    let (mut fold, mut held) = (vec![0; members.len()], vec![0; folds]);
    for g in shuffled(members.len(), &mut stream(seed, Use::Split, 1 + draw)) {
        let least = (0..folds).min_by_key(|f| held[*f]).unwrap_or(0);
        fold[g] = least;
        held[least] += members[g].len();
    }
    fold
}

/// The samples of the groups for which `tested` holds, and those of the others that lie `gap` or more samples away from them; in order.
pub(super) fn parted(
    members: &[Vec<usize>],
    tested: &dyn Fn(usize) -> bool,
    gap: usize,
) -> (Vec<usize>, Vec<usize>) {
    let samples: usize = members.iter().map(Vec::len).sum();
    let mut held = vec![false; samples];
    for (g, m) in members.iter().enumerate() {
        m.iter().for_each(|t| held[*t] = tested(g));
    }
    let mut near = vec![false; samples];
    // Both ways: a sample within the gap of one that is tested.
    let mut since = usize::MAX;
    for pass in 0..2 {
        for i in 0..samples {
            let t = if pass == 0 { i } else { samples - 1 - i };
            since = if held[t] { 0 } else { since.saturating_add(1) };
            near[t] |= since <= gap;
        }
        since = usize::MAX;
    }
    let test = (0..samples).filter(|t| held[*t]).collect();
    let train = (0..samples).filter(|t| !held[*t] && (gap == 0 || !near[*t])).collect();
    (train, test)
}
