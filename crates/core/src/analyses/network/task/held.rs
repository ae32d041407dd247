//! The constant inputs that trials hold.

use crate::analyses::trials::Trial;
use faer::{Mat, MatRef};

/// Steps for which an input must stand still.
const LEAST: usize = 5;
/// Constant inputs looked at, at most.
const MOST: usize = 8;

/// A constant input, and where trials hold it.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldInput {
    /// The input, d; inputs that never stand still are zero here.
    pub input: Vec<f64>,
    /// Trials and steps, from and to, in which it is held.
    pub stretches: Vec<(usize, std::ops::Range<usize>)>,
    /// Steps in all.
    pub steps: usize,
}

/// What trials hold constant.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldInputs {
    /// The constant inputs of most steps, most steps first.
    pub inputs: Vec<HeldInput>,
    /// Others, that were left out.
    pub left_out: usize,
    /// Inputs that change on most steps, such as noisy evidence; held at zero.
    pub varying: Vec<usize>,
}

/// The stretches of five steps or more in which the inputs stand still, by what they are.
///
/// An input that changes on more than half of all steps varies: it is not looked at here, and held at zero. The inputs of `hold`
/// come first, whether trials hold them or not.
pub fn held_inputs(trials: &[Trial], hold: &[Vec<f64>]) -> HeldInputs {
    let d = trials.first().map_or(0, |t| t.inputs.nrows());
    let (mut changes, mut all) = (vec![0usize; d], 0usize);
    for t in trials {
        all += t.steps().saturating_sub(1);
        for (i, n) in changes.iter_mut().enumerate() {
            *n += (1..t.steps()).filter(|s| t.inputs[(i, *s)] - t.inputs[(i, s - 1)] != 0.0).count();
        }
    }
    let varying: Vec<usize> = (0..d).filter(|i| 2 * changes[*i] > all).collect();
    let one = |u: &Vec<f64>| HeldInput { input: u.clone(), stretches: vec![], steps: 0 };
    let mut found: Vec<HeldInput> = hold.iter().map(one).collect();
    if varying.len() < d || d == 0 {
        for (k, trial) in trials.iter().enumerate() {
            let still =
                Mat::from_fn(
                    d,
                    trial.steps(),
                    |i, t| {
                        if varying.contains(&i) { 0.0 } else { trial.inputs[(i, t)] }
                    },
                );
            collect(&mut found, k, still.as_ref());
        }
    }
    // Stable: of equal steps the first to occur.
    found[hold.len()..].sort_by_key(|h| std::cmp::Reverse(h.steps));
    let most = MOST.max(hold.len());
    let left_out = found.len().saturating_sub(most);
    found.truncate(most);
    HeldInputs { inputs: found, left_out, varying }
}

fn collect(found: &mut Vec<HeldInput>, k: usize, still: MatRef<f64>) {
    let mut first = 0;
    for end in 1..=still.ncols() {
        if end < still.ncols() && still.col(end) == still.col(first) {
            continue;
        }
        if end - first >= LEAST {
            let input: Vec<f64> = still.col(first).iter().copied().collect();
            let at = found.iter().position(|h| h.input == input).unwrap_or_else(|| {
                found.push(HeldInput { input, stretches: vec![], steps: 0 });
                found.len() - 1
            });
            found[at].stretches.push((k, first..end));
            found[at].steps += end - first;
        }
        first = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_stretches_are_found_beside_noise() {
        // A context that is 1, then 0, beside noise that never stands still, and a pulse of two steps.
        let one = |context: usize| Trial {
            inputs: Mat::from_fn(3, 20, |i, t| match i {
                0 => f64::from(u8::from(t < 12)) * (1.0 + context as f64),
                1 => (t as f64 * 0.7 + context as f64).sin(),
                _ => f64::from(u8::from((5..7).contains(&t))),
            }),
            targets: None,
            classes: None,
            weights: None,
            initial: None,
        };
        let found = held_inputs(&[one(0), one(1)], &[]);
        assert_eq!(found.varying, [1]);
        let inputs: Vec<(&[f64], usize)> = found.inputs.iter().map(|h| (&h.input[..], h.steps)).collect();
        // 8 steps at rest twice; of the first 12 the pulse takes two, which leaves 5 and 5.
        assert_eq!(inputs, [(&[0.0, 0.0, 0.0][..], 16), (&[1.0, 0.0, 0.0], 10), (&[2.0, 0.0, 0.0], 10)]);
        assert_eq!(found.inputs[1].stretches, [(0, 0..5), (0, 7..12)]);
        // What is asked for comes first, with where it is held, if it is.
        let asked = held_inputs(&[one(0)], &[vec![0.5, 0.0, 0.0], vec![1.0, 0.0, 0.0]]);
        let steps: Vec<usize> = asked.inputs.iter().map(|h| h.steps).collect();
        assert_eq!(steps, [0, 10, 8]);
    }
}
