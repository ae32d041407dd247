//! The state at the start of a trial as a prior: with what it goes, what changes of it do to choices, and what read-outs without
//! overlap lose.

use super::trace::by_means;
use crate::common::*;
use crate::schaeffer2020::choices::sums::{Of, among};
use crate::schaeffer2020::choices::weights::log_odds;
use crate::schaeffer2020::dynamics::map;
use crate::schaeffer2020::elman::Elman;
use crate::schaeffer2020::geometry::Geometry;
use crate::schaeffer2020::measured::over_blocks;
use crate::schaeffer2020::networks::{Recorded, TEST, task};
use faer::MatRef;
use nullcline_core::linalg::col;
use nullcline_core::systems::rule::{Workspace, column, column_mut};
use nullcline_core::systems::time::System;
use nullcline_core::tasks::ibl::behaviour::choices;
use nullcline_core::tasks::ibl::{Ibl, Session, Side, play};
use nullcline_core::training::Player;

/// What the start of a trial does.
pub struct Start {
    /// Correlation of the network's log odds before the first observation with its block belief, and with the observer's log prior odds.
    pub prior: [Estimate; 2],
    /// Percent of choices at zero contrast on the side of the block belief at the start: as it was, with the belief mirrored, and
    /// with the state's part along the stimulus read-out taken away.
    pub chosen: [Estimate; 3],
    /// What is left of the bias without that part.
    pub left: Estimate,
    /// The effect of the block at zero contrast with read-outs made orthogonal over that before, and accuracy lost by it, %.
    pub orthogonal: [Estimate; 2],
    /// Observed steps by which its trials are longer then.
    pub longer: Estimate,
}

/// `v` plus `factor` times its component along the unit vector `along`, both from `from`.
fn moved(v: &[f64], from: &[f64], along: &[f64], factor: f64) -> Vec<f64> {
    let size: f64 = v.iter().zip(from).zip(along).map(|((v, m), a)| (v - m) * a).sum();
    v.iter().zip(along).map(|(v, a)| v + factor * size * a).collect()
}

/// What the network chooses from a state before the first observation on.
fn chooses(net: &Elman, task: &Ibl, start: &[f64], observations: &[[f64; 2]]) -> Option<Side> {
    let system = map(net);
    let rule = system.step();
    let mut ws = Workspace::new(rule, 1, 1);
    let mut x = start.to_vec();
    let mut y = x.clone();
    for (k, o) in observations.iter().enumerate() {
        let feedback = if k == 0 { 0.0 } else { task.waiting };
        ws.eval(rule, column(&x), column(&[o[0], o[1], feedback]), column_mut(&mut y));
        std::mem::swap(&mut x, &mut y);
        let logits = net.logits(MatRef::from_column_major_slice(&x, x.len(), 1));
        let right = 1.0 / (1.0 + (logits[(0, 0)] - logits[(1, 0)]).exp());
        if right.max(1.0 - right) > task.threshold {
            return Some(Side::of(right > 0.5));
        }
    }
    None
}

/// The network whose outputs do not see the component of its state along `block`, but that of the mean state.
fn orthogonal(net: &Elman, block: &[f64], mean: &[f64]) -> Result<Elman, Error> {
    let n = net.units();
    let mut theta = net.theta().to_vec();
    let from = theta.len() - 2 * n - 2;
    let at_mean: f64 = block.iter().zip(mean).map(|(b, m)| b * m).sum();
    for o in 0..2 {
        let along: f64 = (0..n).map(|k| net.readout()[(o, k)] * block[k]).sum();
        (0..n).for_each(|k| theta[from + 2 * k + o] -= along * block[k]);
        theta[from + 2 * n + o] += along * at_mean;
    }
    Elman::new(n, theta).ok_or_else(|| Error::Numbers("the network does not fit the task".into()))
}

/// Choices at zero contrast by the start of their trial: of each its block, and whether it is on the side of the block belief there,
/// for the three starts; none where there is no choice.
fn by_start(
    net: &Elman,
    r: &Recorded,
    g: &Geometry,
    seed: u64,
    blocks: usize,
) -> Vec<(usize, [Option<bool>; 3])> {
    let task = task(blocks);
    let session = Session::new(&task, seed, TEST);
    let starts = [0].into_iter().chain(r.ends().into_iter().map(|t| t + 1));
    let zero = r.played.trials.iter().zip(starts).enumerate().filter(|(_, (t, _))| t.trial.contrast <= 0.0);
    zero.map(|(n, (played, start))| {
        let before = start + task.blank - 1;
        let state = col(r.states.as_ref(), before);
        let side = Side::of(g.aligned(before)[1] > 0.0);
        let from = |state: &[f64]| chooses(net, &task, state, session.observations_of(n)).map(|c| c == side);
        let mirrored = moved(state, &g.pca.mean, &g.block, -2.0);
        let without = moved(state, &g.pca.mean, &g.stimulus, -1.0);
        (played.trial.block, [from(state), from(&mirrored), from(&without)])
    })
    .collect()
}

/// Shares of choices and what is left of the bias without the part along the stimulus read-out.
fn biases(all: &[(usize, [Option<bool>; 3])]) -> ([Estimate; 3], Estimate) {
    let rows = || {
        all.iter().map(|(block, chosen)| {
            let two = |c: &Option<bool>| [*c == Some(true), c.is_some()].map(|v| f64::from(u8::from(v)));
            (*block, chosen.iter().flat_map(two).collect())
        })
    };
    let share = |m: &[f64], k: usize| 100.0 * m[2 * k] / m[2 * k + 1];
    let left = over_blocks(rows(), |m| (share(m, 2) - 50.0) / (share(m, 0) - 50.0));
    ([0, 1, 2].map(|k| over_blocks(rows(), |m| share(m, k))), left)
}

impl Start {
    /// Of one network's session.
    ///
    /// # Errors
    /// None but of a network that does not fit the task.
    pub fn of(net: &Elman, r: &Recorded, g: &Geometry, seed: u64, blocks: usize) -> Result<Self, Error> {
        let task = task(blocks);
        let starts: Vec<usize> = [0].into_iter().chain(r.ends().into_iter().map(|t| t + 1)).collect();
        let with = |other: &dyn Fn(usize) -> f64| {
            let row = |(n, played): (usize, &nullcline_core::tasks::ibl::PlayedTrial)| {
                let t = starts[n] + task.blank - 1;
                let (x, y) = (log_odds(r.right[t]), other(t));
                (played.trial.block, vec![x, y, x * x, y * y, x * y])
            };
            let rows = r.played.trials.iter().enumerate().map(row);
            over_blocks(rows, |m| by_means([m[0], m[1], m[2], m[3], m[4]]))
        };
        let (chosen, left) = biases(&by_start(net, r, g, seed, blocks));
        let other = orthogonal(net, &g.block, &g.pca.mean)?;
        let session = Session::new(&task, seed, TEST);
        let without = play(&task, &session, &mut Player::new(other.model()), &mut |_, _, _| {});
        let (own, without) = (r.choices(task.blank), choices(&without, task.blank));
        Ok(Self {
            longer: among(&[&without, &own], |m| m[0].time(|_| true) - m[1].time(|_| true)),
            prior: [with(&|t| g.aligned(t)[1]), with(&|t| log_odds(r.observer[t]))],
            chosen,
            left,
            orthogonal: [
                among(&[&without, &own], |m| m[0].gap(0) / m[1].gap(0)),
                among(&[&own, &without], |m| {
                    m[0].correct(Of::All, |_, _| true) - m[1].correct(Of::All, |_, _| true)
                }),
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nullcline_core::linalg::random::{Use, normal, stream};
    use nullcline_core::tasks::ibl::bayes::Formulas;

    fn random(n: usize) -> Elman {
        let mut rng = stream(7, Use::Fixture, 0);
        let theta = (0..n * (n + 7) + 2).map(|_| 0.6 * normal(&mut rng)).collect();
        Elman::new(n, theta).unwrap()
    }

    /// A trial that is played again from its own start ends as it did, and log odds are those of the session.
    #[test]
    fn a_trial_from_its_own_start_ends_as_it_did() {
        let net = random(6);
        let (seed, blocks) = (2, 6);
        let r = Recorded::new(&net, seed, blocks, Formulas::Printed);
        let task = task(blocks);
        let session = Session::new(&task, seed, TEST);
        let mut start = 0;
        let mut acted = 0;
        for (n, (played, end)) in r.played.trials.iter().zip(r.ends()).enumerate() {
            let state = col(r.states.as_ref(), start + task.blank - 1);
            assert_eq!(chooses(&net, &task, state, session.observations_of(n)), played.action);
            acted += usize::from(played.action.is_some());
            start = end + 1;
        }
        assert!(acted > 20, "{acted}");
    }

    /// Outputs no longer move with the state along the block read-out; at the mean and across it they are what they were.
    #[test]
    fn orthogonal_readouts_do_not_see_the_block() {
        let net = random(5);
        let block = [0.6, 0.0, 0.8, 0.0, 0.0];
        let mean = [0.1, -0.2, 0.3, 0.0, 0.2];
        let other = orthogonal(&net, &block, &mean).unwrap();
        let out = |net: &Elman, x: &[f64]| {
            let y = net.logits(MatRef::from_column_major_slice(x, 5, 1));
            [y[(0, 0)], y[(1, 0)]]
        };
        let across = moved(&[0.5, 0.1, -0.3, 0.2, 0.9], &mean, &block, -1.0);
        for x in [&mean[..], &across] {
            let [a, b] = [out(&net, x), out(&other, x)];
            assert!((a[0] - b[0]).abs() < 1e-12 && (a[1] - b[1]).abs() < 1e-12);
        }
        let along: Vec<f64> = across.iter().zip(&block).map(|(x, b)| x + 2.0 * b).collect();
        let [a, b] = [out(&other, &across), out(&other, &along)];
        assert!((a[0] - b[0]).abs() < 1e-12 && (a[1] - b[1]).abs() < 1e-12);
        // Mirrored twice a state is itself.
        let twice = moved(&moved(&across, &mean, &block, -2.0), &mean, &block, -2.0);
        assert!(twice.iter().zip(&across).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
