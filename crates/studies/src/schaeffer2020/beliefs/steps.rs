//! Both beliefs step by step: what tells the sides, what moves together, and what moves before feedback.

use super::trace::by_means;
use crate::common::*;
use crate::schaeffer2020::geometry::Geometry;
use crate::schaeffer2020::measured::over_blocks;
use crate::schaeffer2020::networks::Recorded;

/// Percent of steps on the stimulus' side of the stimulus boundary less that on the block's side of the block boundary: of
/// steps with an observation, and of ends of trials.
pub fn told(r: &Recorded, g: &Geometry) -> [Estimate; 2] {
    let ends = r.ends();
    let row = |t: usize| {
        let trial = r.played.trials[r.trial[t]].trial;
        let [stimulus, block] = g.aligned(t);
        let right = [stimulus * trial.side.sign(), block * trial.block_side.sign()]
            .map(|v| f64::from(u8::from(v > 0.0)));
        (trial.block, vec![100.0 * (right[0] - right[1])])
    };
    let observed = (0..r.steps()).filter(|t| r.observed[*t]).map(row);
    [over_blocks(observed, |m| m[0]), over_blocks(ends.into_iter().map(row), |m| m[0])]
}

/// Of the change of the block belief from trial to trial the share that is made while the trial is seen, before its feedback:
/// cov(W, D) / var(D), W over steps with an observation, D over all.
pub fn within(r: &Recorded, g: &Geometry, blank: usize) -> Estimate {
    let ends = r.ends();
    let block = |t: usize| g.aligned(t)[1];
    let row = |n: usize| {
        let before = ends[n - 1];
        let (w, d) = (block(ends[n]) - block(before + blank), block(ends[n]) - block(before));
        (r.played.trials[n].trial.block, vec![w, d, w * d, d * d])
    };
    over_blocks((1..ends.len()).map(row), |m| (m[2] - m[0] * m[1]) / (m[3] - m[1] * m[1]))
}

/// Correlation of the changes of both coordinates in one step with an observation, less the cosine of the read-outs' angle,
/// which is that of changes in no direction of the plane more than in another.
pub fn together(r: &Recorded, g: &Geometry) -> Estimate {
    let alone = g.angles()[1].to_radians().cos();
    let row = |t: usize| {
        let (now, before) = (g.aligned(t), g.aligned(t - 1));
        let (x, y) = (now[0] - before[0], now[1] - before[1]);
        (r.played.trials[r.trial[t]].trial.block, vec![x, y, x * x, y * y, x * y])
    };
    let steps = (1..r.steps()).filter(|t| r.observed[*t]);
    over_blocks(steps.map(row), |m| by_means([m[0], m[1], m[2], m[3], m[4]]) - alone)
}
