//! Long lines made short enough to draw.

use crate::axes::scale::Scale;

/// For a long line with ascending x, the lowest and highest value of every half point.
pub(super) fn columns(data: Vec<[f64; 2]>, x: Scale, width: f64) -> Vec<[f64; 2]> {
    let most = (2.0 * width) as usize;
    if data.len() <= 4 * most {
        return data;
    }
    let column = |p: &[f64; 2]| x.at(p[0]).map_or(0, |t| (t * most as f64) as usize);
    let mut kept = Vec::new();
    for run in data.chunk_by(|a, b| column(a) == column(b)) {
        let by = |i: &usize, k: &usize| run[*i][1].total_cmp(&run[*k][1]);
        let mut chosen: Vec<usize> = (0..run.len()).min_by(by).into_iter().collect();
        chosen.extend((0..run.len()).max_by(by));
        chosen.sort_unstable();
        chosen.dedup();
        kept.extend(chosen.into_iter().map(|i| run[i]));
    }
    kept
}
