//! Sessions of the IBL task as a file of trials.

use crate::io::error::Error;
use crate::io::tensors::{Tensor, write_npz};
use crate::tasks::ibl::{Ibl, Session, Side, Step, play};
use crate::training::{Model, Player};
use std::path::Path;

/// Sessions that are written.
const SESSIONS: u64 = 20;

/// What a step is of: block, stimulus and contrast.
struct At {
    step: Step,
    block: Side,
    side: Side,
    contrast: f64,
}

/// Writes sessions that `model` plays as the npz that [`read`](crate::analyses::trials::read) reads: a session is a trial, since
/// the network remembers from one trial of it to the next.
///
/// `inputs` (sessions x steps x 3), NaN after the end of a session; `targets`, the class of the stimulus' side (0 left, 1 right), and
/// `mask`, where there is an observation; labels of steps: `block` and `side` (0 left, 1 right) and `contrast`; `hold`: the mean input
/// of observed steps with the stimulus on the left and on the right, and feedback of -1 and of 1 without a stimulus.
///
/// # Errors
/// A file that cannot be written.
pub fn write_trials(path: &Path, model: &Model<f64>, task: &Ibl, seed: u64) -> Result<(), Error> {
    let played: Vec<Vec<At>> = (0..SESSIONS).map(|k| session(model, task, seed, u64::MAX - 1 - k)).collect();
    let steps = played.iter().map(Vec::len).max().unwrap_or(0);
    let array = |name: &str, width: usize, of: &dyn Fn(&At) -> Vec<f64>| {
        let mut data = vec![f64::NAN; played.len() * steps * width];
        for (k, session) in played.iter().enumerate() {
            for (t, at) in session.iter().enumerate() {
                data[(k * steps + t) * width..][..width].copy_from_slice(&of(at));
            }
        }
        let shape = if width > 1 { vec![played.len(), steps, width] } else { vec![played.len(), steps] };
        Tensor { name: name.into(), shape, dtype: "f64".into(), data }
    };
    let side = |s: Side| s.index() as f64;
    let mean = |wanted: Side| {
        let own = || played.iter().flatten().filter(|a| a.step.observed && a.side == wanted);
        let count = own().count().max(1) as f64;
        (0..3).map(|i| own().map(|a| a.step.input[i]).sum::<f64>() / count).collect::<Vec<f64>>()
    };
    let hold = [mean(Side::Left), mean(Side::Right), vec![0.0, 0.0, -1.0], vec![0.0, 0.0, 1.0]];
    let all = [
        array("inputs", 3, &|a| a.step.input.to_vec()),
        array("targets", 1, &|a| vec![side(a.side)]),
        array("mask", 1, &|a| vec![f64::from(u8::from(a.step.observed))]),
        array("block", 1, &|a| vec![side(a.block)]),
        array("side", 1, &|a| vec![side(a.side)]),
        array("contrast", 1, &|a| vec![a.contrast]),
        Tensor { name: "hold".into(), shape: vec![hold.len(), 3], dtype: "f64".into(), data: hold.concat() },
    ];
    write_npz(path, &all)
}

/// Every step of one session.
fn session(model: &Model<f64>, task: &Ibl, seed: u64, index: u64) -> Vec<At> {
    let session = Session::new(task, seed, index);
    let mut all = vec![];
    play(task, &session, &mut Player::new(model), &mut |k, step, _| {
        let trial = &session.trials[k];
        all.push(At { step: *step, block: trial.block_side, side: trial.side, contrast: trial.contrast });
    });
    all
}
