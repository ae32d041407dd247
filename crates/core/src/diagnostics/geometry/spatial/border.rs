//! How much a unit is active along a wall.

use super::fields::{BORDER, fields};

/// The border score of a rate map over a rectangle, -1 to 1; none without a field.
///
/// Formula: (c - d) / (c + d), c the largest share of a wall's bins that one field covers, d the mean distance from the nearest wall over the
/// bins of all fields, weighted by rate, over half of the shorter side. Fields have more than 0.3 of the largest rate.
///
/// Shapes: entry i + bins\[0\] j of `map`; `width` is that of a bin along each coordinate. The distance of a bin is that of its
/// middle; of a wall the bins count that were visited.
///
/// Source: Solstad, Boccara, Kropff, Moser & Moser, Science 322, 1865 (2008), supporting material.
///
/// ```
/// use nullcline_core::diagnostics::geometry::spatial::border_score;
///
/// // One column of ten along the whole left wall, and a field in the middle.
/// let wall: Vec<f64> = (0..100).map(|b| f64::from(b % 10 == 0)).collect();
/// assert!((border_score(&wall, [10, 10], [1.0, 1.0]).unwrap() - 0.9 / 1.1).abs() < 1e-12);
/// let middle: Vec<f64> = (0..100).map(|b| f64::from((3..7).contains(&(b % 10)) && (3..7).contains(&(b / 10)))).collect();
/// assert_eq!(border_score(&middle, [10, 10], [1.0, 1.0]), Some(-1.0));
/// ```
pub fn border_score(map: &[f64], bins: [usize; 2], width: [f64; 2]) -> Option<f64> {
    let [nx, ny] = bins;
    let found = fields(map, bins, BORDER);
    if found.is_empty() {
        return None;
    }
    let mut member = vec![None; map.len()];
    found.iter().enumerate().for_each(|(k, f)| f.bins.iter().for_each(|b| member[*b] = Some(k)));
    let walls: [Vec<usize>; 4] = [
        (0..ny).map(|j| nx * j).collect(),
        (0..ny).map(|j| nx * j + nx - 1).collect(),
        (0..nx).collect(),
        (0..nx).map(|i| nx * (ny - 1) + i).collect(),
    ];
    let covered = |wall: &Vec<usize>, k: usize| {
        let visited = wall.iter().filter(|b| map[**b].is_finite()).count();
        wall.iter().filter(|b| member[**b] == Some(k)).count() as f64 / visited.max(1) as f64
    };
    let c = walls.iter().flat_map(|w| (0..found.len()).map(move |k| covered(w, k))).fold(0.0, f64::max);
    let middle = |k: usize, n: usize, width: f64| (k.min(n - 1 - k) as f64 + 0.5) * width;
    let distance = |b: usize| middle(b % nx, nx, width[0]).min(middle(b / nx, ny, width[1]));
    let (mut sum, mut weight) = (0.0, 0.0);
    for b in found.iter().flat_map(|f| &f.bins) {
        sum += map[*b] * distance(*b);
        weight += map[*b];
    }
    let half = 0.5 * (nx as f64 * width[0]).min(ny as f64 * width[1]);
    let d = sum / weight / half;
    Some((c - d) / (c + d))
}
