//! How much of a matrix lies in blocks of units.

use crate::linalg::col;
use crate::linalg::random::{Rng, shuffled};
use crate::numbers::deviation;
use faer::MatRef;

/// The share of a matrix that lies between units of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocks {
    /// Units of each group.
    pub sizes: Vec<usize>,
    /// Share of the sum of squares between each two groups, onto (row) from (column).
    pub between: Vec<Vec<f64>>,
    /// Share of the sum of squares inside groups.
    pub inside: f64,
    /// Its mean where the groups are dealt to the units at random.
    pub chance: f64,
    /// Its standard deviation there.
    pub spread: f64,
    /// Chance of a share as large, (1 + number above) / (1 + draws).
    pub p: f64,
    /// Times that the groups were dealt.
    pub draws: usize,
}

/// How much of |w|^2 lies inside the groups of units, beside groups dealt at random; none of fewer than two groups or a zero matrix.
///
/// Formula: sum over i, j of one group of w_ij^2 / sum of all. Rows and columns are dealt together, as the units are.
///
/// Shapes: `w` n x n, `group` n, numbered from 0.
///
/// ```
/// use nullcline_core::diagnostics::geometry::currents::blocks;
/// use nullcline_core::linalg::random::{Use, stream};
///
/// let w = faer::Mat::from_fn(20, 20, |i, j| if i % 2 == j % 2 { 1.0 } else { 0.0 });
/// let group: Vec<usize> = (0..20).map(|i| i % 2).collect();
/// let found = blocks(w.as_ref(), &group, 199, &mut stream(1, Use::Permutation, 0)).unwrap();
/// assert!(found.inside == 1.0 && found.p == 0.005 && (found.chance - 0.52).abs() < 0.05);
/// assert_eq!(found.between, [[0.5, 0.0], [0.0, 0.5]]);
/// ```
pub fn blocks(w: MatRef<f64>, group: &[usize], draws: usize, rng: &mut Rng) -> Option<Blocks> {
    let count = group.iter().max().map_or(0, |g| g + 1);
    let mut sizes = vec![0; count];
    group.iter().for_each(|g| sizes[*g] += 1);
    if sizes.iter().filter(|s| **s > 0).count() < 2 {
        return None;
    }
    let squares: Vec<Vec<f64>> = (0..w.ncols()).map(|j| col(w, j).iter().map(|v| v * v).collect()).collect();
    let whole: f64 = squares.iter().flatten().sum();
    if !(whole > 0.0 && whole.is_finite()) {
        return None;
    }
    let mut between = vec![vec![0.0; count]; count];
    for (column, from) in squares.iter().zip(group) {
        column.iter().zip(group).for_each(|(s, onto)| between[*onto][*from] += s);
    }
    between.iter_mut().flatten().for_each(|s| *s /= whole);
    let inside_of = |group: &[usize]| {
        let of = |(column, from): (&Vec<f64>, &usize)| -> f64 {
            column.iter().zip(group).map(|(s, onto)| if onto == from { *s } else { 0.0 }).sum()
        };
        squares.iter().zip(group).map(of).sum::<f64>() / whole
    };
    let inside = inside_of(group);
    let dealt: Vec<f64> = (0..draws)
        .map(|_| {
            let order = shuffled(group.len(), rng);
            inside_of(&order.iter().map(|i| group[*i]).collect::<Vec<_>>())
        })
        .collect();
    let n = draws as f64;
    let (chance, spread) = (dealt.iter().sum::<f64>() / n, deviation(&dealt));
    // Equal shares differ in last bits by the order of their sums.
    let above = dealt.iter().filter(|v| **v >= inside - 1e-12).count();
    Some(Blocks { sizes, between, inside, chance, spread, p: (1 + above) as f64 / (n + 1.0), draws })
}
