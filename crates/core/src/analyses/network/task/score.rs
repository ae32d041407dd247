//! Outputs beside what they should be.

use crate::analyses::trials::Trial;
use faer::{Mat, MatRef};

/// Different values of a target up to which an output is right where that of its target is the nearest.
const LEVELS: usize = 8;

/// What outputs are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing: the trials hold no targets.
    Nothing,
    /// Values.
    Values,
    /// Classes, of which the largest output tells.
    Classes,
}
named!(Asked: Self::Nothing => "nothing", Self::Values => "values", Self::Classes => "classes");

/// How well one trial went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Weighted mean over the steps that count: of (y - y*)^2 over outputs, or of -ln softmax(y) of the right class, in nats.
    pub loss: f64,
    /// Share of the steps that count on which all outputs are right; NaN where right means nothing.
    pub right: f64,
    /// Steps that count.
    pub counted: usize,
}

/// What the trials ask of the outputs, and the values of each output's targets where they are few.
pub struct Scoring {
    /// What is asked.
    pub asked: Asked,
    /// Of values: those of each output's targets that occur, ascending; none where one has more than eight, or none has two.
    pub levels: Option<Vec<Vec<f64>>>,
}

impl Scoring {
    /// What trials ask.
    pub fn of(trials: &[Trial]) -> Self {
        let asked = match trials {
            _ if trials.iter().any(|t| t.classes.is_some()) => Asked::Classes,
            _ if trials.iter().any(|t| t.targets.is_some()) => Asked::Values,
            _ => Asked::Nothing,
        };
        Self { asked, levels: levels(trials) }
    }

    /// Of one trial, whose outputs are o x T.
    pub fn score(&self, trial: &Trial, outputs: MatRef<f64>) -> Score {
        let (mut loss, mut weights, mut right, mut counted) = (0.0, 0.0, 0usize, 0usize);
        for t in 0..trial.steps().min(outputs.ncols()) {
            let weight = trial.weights.as_ref().map_or(1.0, |w| w[t]);
            if weight == 0.0 {
                continue;
            }
            let y: Vec<f64> = outputs.col(t).iter().copied().collect();
            let Some((value, is_right)) = self.step(trial, t, &y) else { continue };
            loss += weight * value;
            weights += weight;
            counted += 1;
            right += usize::from(is_right);
        }
        let told = self.asked == Asked::Classes || self.levels.is_some();
        let share = if told && counted > 0 { right as f64 / counted as f64 } else { f64::NAN };
        // A trial cut short by states that are not finite did not go right.
        let whole = outputs.ncols() >= trial.steps();
        Score {
            loss: if whole { loss / weights } else { f64::INFINITY },
            right: if whole { share } else { share.min(0.0) },
            counted,
        }
    }

    /// Mean over trials of the loss of outputs that never change: their targets' mean over all trials, or the classes' shares; none
    /// where nothing is asked.
    pub fn constant(&self, trials: &[Trial]) -> Option<f64> {
        let outputs = match self.asked {
            Asked::Nothing => return None,
            Asked::Values => trials.iter().find_map(|t| t.targets.as_ref().map(Mat::nrows))?,
            Asked::Classes => {
                let classes = trials.iter().flat_map(|t| t.classes.iter().flatten());
                1 + classes.filter(|c| **c >= 0.0).fold(0.0, |a: f64, c| a.max(*c)) as usize
            }
        };
        let (mut sums, mut weights) = (vec![0.0; outputs], vec![0.0; outputs]);
        for trial in trials {
            let all: f64 = trial.weights.as_ref().map_or(trial.steps() as f64, |w| w.iter().sum());
            for t in 0..trial.steps() {
                // A trial's loss is a mean over its steps.
                let weight = trial.weights.as_ref().map_or(1.0, |w| w[t]) / all;
                for o in 0..outputs {
                    let value = match (&trial.classes, &trial.targets) {
                        (Some(c), _) if c[t] >= 0.0 => f64::from(u8::from(c[t] as usize == o)),
                        (None, Some(y)) => y[(o, t)],
                        _ => f64::NAN,
                    };
                    if value.is_finite() && weight > 0.0 {
                        sums[o] += weight * value;
                        weights[o] += weight;
                    }
                }
            }
        }
        let mean = |o: usize| if weights[o] > 0.0 { sums[o] / weights[o] } else { 0.0 };
        let value = |o: usize| if self.asked == Asked::Classes { mean(o).ln() } else { mean(o) };
        let scores = trials.iter().map(|trial| {
            let constant = Mat::from_fn(outputs, trial.steps(), |o, _| value(o));
            self.score(trial, constant.as_ref())
        });
        let told: Vec<f64> = scores.filter(|s| s.counted > 0).map(|s| s.loss).collect();
        (!told.is_empty()).then(|| told.iter().sum::<f64>() / told.len() as f64)
    }

    /// Loss and whether all outputs are right; none where nothing is asked.
    fn step(&self, trial: &Trial, t: usize, y: &[f64]) -> Option<(f64, bool)> {
        if let Some(classes) = &trial.classes {
            let class = classes[t];
            return (class >= 0.0 && class < y.len() as f64).then(|| of_class(y, class as usize));
        }
        let targets = trial.targets.as_ref()?;
        let (mut sum, mut asked, mut right) = (0.0, 0usize, true);
        for (i, y) in y.iter().enumerate() {
            let target = targets[(i, t)];
            if !target.is_finite() {
                continue;
            }
            asked += 1;
            sum += (y - target).powi(2);
            if let Some(levels) = &self.levels {
                let distance = |level: f64| (y - level).abs();
                right &= levels[i].iter().all(|l| *l - target == 0.0 || distance(target) < distance(*l));
            }
        }
        (asked > 0).then(|| (sum / asked as f64, right))
    }
}

/// -ln softmax(y) of the class, and whether its output is the largest.
fn of_class(y: &[f64], class: usize) -> (f64, bool) {
    let top = y.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = y.iter().map(|v| (v - top).exp()).sum();
    let others = y.iter().enumerate().filter(|(i, _)| *i != class);
    (sum.ln() + top - y[class], others.into_iter().all(|(_, v)| *v < y[class]))
}

fn levels(trials: &[Trial]) -> Option<Vec<Vec<f64>>> {
    let outputs = trials.iter().find_map(|t| t.targets.as_ref().map(Mat::nrows))?;
    let mut all: Vec<Vec<f64>> = vec![vec![]; outputs];
    for trial in trials {
        let Some(targets) = &trial.targets else { continue };
        for t in (0..trial.steps()).filter(|t| trial.weights.as_ref().is_none_or(|w| w[*t] > 0.0)) {
            for (i, levels) in all.iter_mut().enumerate() {
                let v = targets[(i, t)];
                if v.is_finite() && !levels.contains(&v) {
                    levels.push(v);
                    if levels.len() > LEVELS {
                        return None;
                    }
                }
            }
        }
    }
    all.iter_mut().for_each(|l| l.sort_by(f64::total_cmp));
    all.iter().any(|l| l.len() > 1).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(targets: &[f64], weights: Option<Vec<f64>>) -> Trial {
        let steps = targets.len();
        Trial {
            inputs: Mat::zeros(1, steps),
            targets: Some(Mat::from_fn(1, steps, |_, t| targets[t])),
            classes: None,
            weights,
            initial: None,
        }
    }

    /// By hand: levels -1, 0 and 1; 0.6 is nearer to 1 than to 0, -0.4 nearer to 0 than to -1.
    #[test]
    fn an_output_is_right_nearest_to_its_target() {
        let trials = [trial(&[0.0, 1.0, -1.0, f64::NAN], Some(vec![1.0, 2.0, 1.0, 1.0]))];
        let scoring = Scoring::of(&trials);
        assert_eq!(
            (scoring.asked, scoring.levels.clone()),
            (Asked::Values, Some(vec![vec![-1.0, 0.0, 1.0]]))
        );
        let y = Mat::from_fn(1, 4, |_, t| [-0.4, 0.6, -0.4, 9.0][t]);
        let score = scoring.score(&trials[0], y.as_ref());
        assert_eq!(score.counted, 3);
        assert!((score.right - 2.0 / 3.0).abs() < 1e-15);
        assert!((score.loss - (0.16 + 2.0 * 0.16 + 0.36) / 4.0).abs() < 1e-15);
        // The mean of 0, 1, 1, -1 is 1/4, their variance 11/16.
        assert!((scoring.constant(&trials).unwrap() - 11.0 / 16.0).abs() < 1e-15);
    }

    #[test]
    fn the_largest_output_tells_the_class() {
        let trials = [Trial { targets: None, classes: Some(vec![0.0, 1.0]), ..trial(&[0.0; 2], None) }];
        let scoring = Scoring::of(&trials);
        let y = Mat::from_fn(2, 2, |i, _| [0.0, 2.0][i]);
        let score = scoring.score(&trials[0], y.as_ref());
        // -ln 1/(1+e^2) and -ln e^2/(1+e^2), by the definition.
        let e2 = 2.0f64.exp();
        assert!((score.loss - 0.5 * ((1.0 + e2).ln() + (1.0 + e2).ln() - 2.0)).abs() < 1e-14);
        assert_eq!((scoring.asked, score.right), (Asked::Classes, 0.5));
        assert!((scoring.constant(&trials).unwrap() - 2.0f64.ln()).abs() < 1e-15);
    }

    #[test]
    fn a_trial_that_diverged_is_not_right() {
        let trials = [trial(&[1.0, -1.0], None)];
        let score = Scoring::of(&trials).score(&trials[0], Mat::from_fn(1, 1, |_, _| 1.0).as_ref());
        assert_eq!((score.loss, score.right), (f64::INFINITY, 0.0));
    }
}
