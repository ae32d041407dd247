//! Transitions between bins: whether they go one way, and whether two activities have the same.

use super::{Groups, Sample};
use crate::linalg::random::{Use, stream};
use faer::Mat;
use rand::RngExt;
use rayon::prelude::*;

/// Reversals and divisions drawn for a test.
const DRAWS: usize = 199;

/// Transitions between bins of one activity.
#[derive(Clone, Debug)]
pub struct Transitions {
    /// How often bin i (row) was followed by bin j (column).
    pub counts: Mat<f64>,
    /// sum_{i<j} |N_ij - N_ji| / sum_{i≠j} N_ij: 0 where time could as well run backward, 1 where no way is gone back; NaN where no bin
    /// is left.
    pub one_way: f64,
    /// Mean of it where each group is reversed at random.
    pub by_chance: f64,
    /// Chance of so much.
    pub p: f64,
}

/// Transitions of two activities.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Of the first.
    pub first: Transitions,
    /// Of the second.
    pub second: Transitions,
    /// Half of sum_j |P_ij - Q_ij| over the bins left in both, weighted by how often they are left; NaN where there is none.
    pub difference: f64,
    /// Mean of it where groups are dealt out at random.
    pub by_chance: f64,
    /// Chance of so large a difference.
    pub p: f64,
    /// Rows of each group taken, so that groups of both are of one length.
    pub rows: usize,
}

/// Transitions of each group, as places i + bins j.
type Places = Vec<Vec<usize>>;

/// Compares transitions of two activities whose rows are in `bins` bins (none: outside of all).
///
/// Of groups of different lengths the first rows are taken, as many as the shorter of both middle lengths: longer groups would
/// differ by chance less than shorter ones. `None` where the second row of no group is left, of pairs of neither.
pub fn compared(
    (a, of_a): (&Sample, &[Option<usize>]),
    (b, of_b): (&Sample, &[Option<usize>]),
    bins: usize,
    groups: Groups,
    seed: u64,
) -> Option<Compared> {
    let rows = middle(a)?.min(middle(b)?);
    let (a, b) = (places(a, of_a, bins, rows), places(b, of_b, bins, rows));
    let (a, b): (Places, Places) = match groups {
        Groups::Apart => (there(a), there(b)),
        Groups::Paired => a.into_iter().zip(b).filter(|(a, b)| !a.is_empty() && !b.is_empty()).unzip(),
    };
    if a.len().min(b.len()) == 0 {
        return None;
    }
    let own = difference(&counted(&a, bins), &counted(&b, bins));
    let all: Vec<&Vec<usize>> = a.iter().chain(&b).collect();
    let one = |r: usize| {
        let mut rng = stream(seed, Use::Permutation, (6 << 32) + r as u64);
        let dealt = groups.dealt([a.len(), b.len()], &mut rng);
        let [first, second] = dealt.map(|side| counted(side.iter().map(|k| all[*k]), bins));
        difference(&first, &second)
    };
    let (by_chance, p) = against(own, (0..DRAWS).into_par_iter().map(one).collect());
    let [first, second] = [(&a, 7u64), (&b, 8)].map(|(p, usage)| transitions(p, bins, seed, usage));
    Some(Compared { first, second, difference: own, by_chance, p, rows })
}

/// The middle number of rows of groups that have two or more.
fn middle(s: &Sample) -> Option<usize> {
    let mut rows = vec![0; s.groups()];
    s.group.iter().for_each(|g| rows[*g] += 1);
    rows.retain(|r| *r > 1);
    rows.sort_unstable();
    rows.get(rows.len() / 2).copied()
}

fn places(s: &Sample, bin: &[Option<usize>], bins: usize, rows: usize) -> Places {
    let mut all = vec![vec![]; s.groups()];
    let mut seen = vec![0; s.groups()];
    for t in 0..bin.len() {
        let g = s.group[t];
        seen[g] += 1;
        if seen[g] <= rows
            && s.joined(t)
            && let (Some(from), Some(to)) = (bin[t - 1], bin[t])
        {
            all[g].push(from + bins * to);
        }
    }
    all
}

/// Groups of which anything is left.
fn there(mut all: Places) -> Places {
    all.retain(|g| !g.is_empty());
    all
}

fn counted<'a>(groups: impl IntoIterator<Item = &'a Vec<usize>>, bins: usize) -> Mat<f64> {
    let mut counts = Mat::zeros(bins, bins);
    groups.into_iter().flatten().for_each(|p| counts[(p % bins, p / bins)] += 1.0);
    counts
}

fn one_way(n: &Mat<f64>) -> f64 {
    let (mut net, mut all) = (0.0, 0.0);
    for i in 0..n.nrows() {
        for j in 0..i {
            net += (n[(i, j)] - n[(j, i)]).abs();
            all += n[(i, j)] + n[(j, i)];
        }
    }
    net / all
}

fn difference(a: &Mat<f64>, b: &Mat<f64>) -> f64 {
    let left = |n: &Mat<f64>, i: usize| n.row(i).iter().sum::<f64>();
    let (mut sum, mut weight) = (0.0, 0.0);
    for i in 0..a.nrows() {
        let (of_a, of_b) = (left(a, i), left(b, i));
        if of_a > 0.0 && of_b > 0.0 {
            let apart: f64 = (0..a.ncols()).map(|j| (a[(i, j)] / of_a - b[(i, j)] / of_b).abs()).sum();
            sum += 0.5 * apart * (of_a + of_b);
            weight += of_a + of_b;
        }
    }
    sum / weight
}

fn transitions(groups: &Places, bins: usize, seed: u64, usage: u64) -> Transitions {
    let counts = counted(groups, bins);
    let own = one_way(&counts);
    let one = |r: usize| {
        let mut rng = stream(seed, Use::Permutation, (usage << 32) + r as u64);
        let mut n = Mat::zeros(bins, bins);
        for g in groups {
            let back = rng.random::<bool>();
            for p in g {
                let (i, j) = (p % bins, p / bins);
                n[if back { (j, i) } else { (i, j) }] += 1.0;
            }
        }
        one_way(&n)
    };
    let (by_chance, p) = against(own, (0..DRAWS).into_par_iter().map(one).collect());
    Transitions { counts, one_way: own, by_chance, p }
}

/// The mean of what chance gives, and how often it is as large; NaN where there is nothing to hold against it.
fn against(own: f64, chance: Vec<f64>) -> (f64, f64) {
    if own.is_nan() {
        return (f64::NAN, f64::NAN);
    }
    let as_large = chance.iter().filter(|v| **v >= own * (1.0 - 1e-12)).count();
    (chance.iter().sum::<f64>() / chance.len() as f64, (1 + as_large) as f64 / (1 + chance.len()) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups that never leave their bin go no way, which is no evidence of anything.
    #[test]
    fn what_stays_has_no_direction() {
        let of = |bin: usize| -> (Sample, Vec<Option<usize>>) {
            let s = Sample {
                x: Mat::zeros(1, 40),
                group: (0..40).map(|t| t / 4).collect(),
                follows: (0..40).map(|t| t % 4 > 0).collect(),
            };
            (s, vec![Some(bin); 40])
        };
        let ((a, of_a), (b, of_b)) = (of(0), of(1));
        let found = compared((&a, &of_a), (&b, &of_b), 2, Groups::Apart, 1).unwrap();
        assert!(found.first.one_way.is_nan() && found.first.p.is_nan() && found.second.by_chance.is_nan());
        // No bin is left in both.
        assert!(found.difference.is_nan() && found.p.is_nan());
        // Two of the four steps of each group go from one bin to the other and back.
        let (a, _) = of(0);
        let back: Vec<Option<usize>> = (0..40).map(|t| Some(t % 2)).collect();
        let found = compared((&a, &back), (&a, &back), 2, Groups::Paired, 1).unwrap();
        assert!(found.difference.abs() < 1e-15 && (found.p - 1.0).abs() < 1e-15);
        // Steps 0 to 1 twice, 1 to 0 once in each group: a third.
        assert!((found.first.one_way - 1.0 / 3.0).abs() < 1e-15);
    }
}
