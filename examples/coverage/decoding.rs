//! Errors of decoding.

use crate::Row;
use faer::Mat;
use nullcline::diagnostics::geometry::decoding::{Decoding, Options, decode, multinomial};
use nullcline::linalg::random::{Rng, Use, normal, stream, uniform};
use nullcline::numbers::least_squares::regression::Design;
use rayon::prelude::*;

const REPETITIONS: u64 = 300;
/// Repetitions behind the truths that no formula gives.
const MANY: u64 = 3000;

/// A recording of trials whose rows are alike: each unit is a trial's own part and a row's own, half of the variance each.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    trials: usize,
    rows: usize,
    units: usize,
    /// How far the labels' mean activities are apart, or the size of the weights by which rows get labels.
    signal: f64,
    label: Label,
}

#[derive(Clone, Copy, PartialEq)]
enum Label {
    /// A trial has one label of two, and its activity moves along all units with it.
    Trials,
    /// A trial has one of three labels.
    Three,
    /// A row's label is drawn by w.x and a part of its trial, which the units do not show.
    Rows,
}

const KINDS: [Kind; 7] = [
    Kind { name: "at chance, 20 trials", trials: 20, rows: 20, units: 5, signal: 0.0, label: Label::Trials },
    Kind { name: "at chance, 60 trials", trials: 60, rows: 10, units: 8, signal: 0.0, label: Label::Trials },
    Kind {
        name: "above chance, 40 trials",
        trials: 40,
        rows: 10,
        units: 4,
        signal: 1.5,
        label: Label::Trials,
    },
    Kind {
        name: "far above chance, 40 trials",
        trials: 40,
        rows: 10,
        units: 4,
        signal: 3.0,
        label: Label::Trials,
    },
    Kind {
        name: "three labels at chance, 45 trials",
        trials: 45,
        rows: 10,
        units: 4,
        signal: 0.0,
        label: Label::Three,
    },
    Kind {
        name: "three labels above chance, 45 trials",
        trials: 45,
        rows: 10,
        units: 4,
        signal: 2.0,
        label: Label::Three,
    },
    Kind {
        name: "labels of rows, 30 trials",
        trials: 30,
        rows: 20,
        units: 4,
        signal: 1.0,
        label: Label::Rows,
    },
];

struct Recording {
    x: Mat<f64>,
    y: Vec<usize>,
    trial: Vec<usize>,
    classes: usize,
}

impl Kind {
    fn recording(&self, run: u64) -> Recording {
        let rng = &mut stream(run, Use::Fixture, 50);
        let (n, t) = (self.units, self.trials * self.rows);
        let trial: Vec<usize> = (0..t).map(|t| t / self.rows).collect();
        let classes = if self.label == Label::Three { 3 } else { 2 };
        let normals = |count: usize, rng: &mut Rng| (0..count).map(|_| normal(rng)).collect::<Vec<f64>>();
        let (own, within, hidden) =
            (normals(n * self.trials, rng), normals(n * t, rng), normals(self.trials, rng));
        let labels: Vec<usize> =
            (0..self.trials).map(|_| (uniform(rng, 0.0, classes as f64) as usize).min(classes - 1)).collect();
        let half = 0.5f64.sqrt();
        let mut x = Mat::from_fn(n, t, |i, t| half * (own[trial[t] * n + i] + within[t * n + i]));
        let weight = self.signal / (n as f64).sqrt();
        if self.label == Label::Rows {
            let y = (0..t).map(|t| {
                let logit = weight * (0..n).map(|i| x[(i, t)]).sum::<f64>() + hidden[trial[t]];
                usize::from(uniform(rng, 0.0, 1.0) < 1.0 / (1.0 + (-logit).exp()))
            });
            let y = y.collect();
            return Recording { x, y, trial, classes };
        }
        let y: Vec<usize> = trial.iter().map(|g| labels[*g]).collect();
        for t in 0..t {
            for i in 0..n {
                // Two labels apart along all units, a third along every second against the others.
                let along = match y[t] {
                    0 => -0.5,
                    1 => 0.5,
                    _ => [0.9, -0.9][i % 2],
                };
                x[(i, t)] += weight * along;
            }
        }
        Recording { x, y, trial, classes }
    }

    fn decoded(&self, run: u64, permutations: usize) -> Option<Decoding> {
        let r = self.recording(run);
        let options = Options { permutations: Some(permutations), seed: run, ..Options::default() };
        decode(r.x.as_ref(), &r.y, Some(&r.trial), &options).ok()
    }

    /// Accuracy on new trials expected of a read-out trained on four fifths of such a recording: its mean over recordings, each
    /// tested on another.
    fn accuracy(&self) -> f64 {
        let trained = Self { trials: self.trials * 4 / 5, ..*self };
        let one = |run: u64| {
            let (a, b) = (trained.recording(1_000_000 + 2 * run), trained.recording(1_000_001 + 2 * run));
            let fit = multinomial(a.x.as_ref(), &a.y, a.classes, None, true, 0.0).ok()?;
            let told = |t: usize| {
                let score = |c: usize| {
                    let s = &fit.scores[c];
                    s.intercept.map_or(0.0, |b| b.value)
                        + (0..self.units).map(|i| s.weights[i] * b.x[(i, t)]).sum::<f64>()
                };
                match a.classes {
                    2 => usize::from(score(0) > 0.0),
                    k => (0..k).max_by(|c, d| score(*c).total_cmp(&score(*d))).unwrap_or(0),
                }
            };
            Some((0..b.y.len()).filter(|t| told(*t) == b.y[*t]).count() as f64 / b.y.len() as f64)
        };
        let all: Vec<f64> = (0..MANY).into_par_iter().filter_map(one).collect();
        all.iter().sum::<f64>() / all.len() as f64
    }
}

pub fn rows() -> Vec<Row> {
    let mut all: Vec<Row> = KINDS
        .iter()
        .map(|kind| {
            let one =
                |run| kind.decoded(run, 0).map(|d| (d.cross_validated.value, d.cross_validated.error()));
            let found: Vec<_> = (0..REPETITIONS).into_par_iter().filter_map(one).collect();
            Row::of(format!("accuracy {}", kind.name), kind.accuracy(), &found)
        })
        .collect();
    all.push(weights());
    all.extend(slopes());
    all
}

/// The first weight where rows of a trial share what decides on their label beside the units. The truth is the weight of the likeliest
/// read-out of all such recordings: of 4000 trials at once, over twenty such.
fn weights() -> Row {
    let kind = KINDS[6];
    let weight = |trials: usize, run: u64| {
        let r = Kind { trials, ..kind }.recording(run);
        let fit = multinomial(r.x.as_ref(), &r.y, 2, Some(&r.trial), true, 0.0).ok()?;
        Some((fit.scores[0].weights[0], fit.scores[0].std_error[0]))
    };
    let many: Vec<_> = (0..20).into_par_iter().filter_map(|run| weight(4000, 3_000_000 + run)).collect();
    let truth = many.iter().map(|w| w.0).sum::<f64>() / many.len() as f64;
    let found: Vec<_> = (0..REPETITIONS).into_par_iter().filter_map(|run| weight(kind.trials, run)).collect();
    Row::of(format!("weight by trial, {}", kind.name), truth, &found)
}

/// The slope of the first unit on the trial's label: what the label moves it by.
fn slopes() -> Vec<Row> {
    [(KINDS[0], "20 trials"), (KINDS[2], "40 trials"), (Kind { trials: 8, ..KINDS[2] }, "8 trials")]
        .into_iter()
        .map(|(kind, name)| {
            let one = |run| {
                let r = kind.recording(run);
                let label: Vec<f64> = r.y.iter().map(|y| *y as f64).collect();
                let unit: Vec<f64> = (0..label.len()).map(|t| r.x[(0, t)]).collect();
                let design = Design::new(&[&label], true).ok()?;
                let fit = design.fit_grouped(&unit, &design.leaving_out(&r.trial).ok()?).ok()?;
                // One trial of a label does not determine the slope without it: there is no error.
                fit.slopes.first().map(|s| (s.estimate.value, s.estimate.error())).filter(|s| s.1.is_finite())
            };
            let found: Vec<_> = (0..REPETITIONS).into_par_iter().filter_map(one).collect();
            Row::of(format!("slope by trial, {name}"), kind.signal / (kind.units as f64).sqrt(), &found)
        })
        .collect()
}
