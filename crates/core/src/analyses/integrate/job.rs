//! `train integrate`: a plan to a network.

use super::TrainIntegrator;
use super::losses::IntegratorLoss;
use super::plan::{Export, IntegratorPlan};
use crate::analyses::Error;
use crate::analyses::training::{Network, Precision, Progress, TrainedNetwork};
use crate::analyses::trials::Beside;
use crate::job::{Desk, Job, Observer, Restart};
use crate::linalg::Real;
use crate::linalg::steep::Steep;
use crate::systems::architecture::Architecture;
use crate::systems::cells::{Integrator, Vanilla};
use crate::systems::rule::{Rule, parameter_count};
use crate::tasks::{Batch, Integrate, Objective, Signal, Sizes, Split, Targets, Task};
use crate::training::bptt::Bptt;
use crate::training::descent::descend;
use crate::training::loss::Measured;
use crate::training::trainer::{State, Stopped};
use crate::training::{Model, Readout};
use faer::Mat;
use std::path::Path;
use std::time::Instant;

/// Trials of each kind of sequence left beside a network.
const SHOWN: usize = 20;

impl Job for TrainIntegrator {
    const NAME: &'static str = "train.integrate";
    const RESUMES: bool = true;
    type Found = TrainedNetwork;
    type Error = Error;

    fn files(&self) -> Vec<&Path> {
        vec![]
    }

    fn check(&self) -> Result<(), Error> {
        self.plan().map(drop)
    }

    fn run(&self, desk: &Desk) -> Result<TrainedNetwork, Error> {
        crate::linalg::sequential();
        let (plan, export) = self.plan()?;
        let mut progress = Progress::open(desk.unfinished, &plan.describe(), desk.restart)?;
        let found = in_precision(&plan, &mut progress, desk);
        let (state, notes) = progress.unless_diverged(found)?;
        result(&plan, export, self.test_steps, state, notes)
    }
}

/// Trains `plan`, its progress and its end kept in `folder`, if there is one: what is done there already is not done again.
///
/// The parameters of the answer are exact also where they were trained in single precision.
///
/// # Errors
/// A training that diverges; a folder that belongs to another plan or cannot be used.
///
/// ```
/// use nullcline_core::analyses::integrate::{TrainIntegrator, train_plan};
/// use nullcline_core::job::Silent;
///
/// let job: TrainIntegrator =
///     serde_json::from_value(serde_json::json!({ "units": 20, "decay": "0.9", "loss": "proxy", "steps": 50 })).unwrap();
/// let state = train_plan(&job.plan().unwrap().0, None, &Silent).unwrap();
/// assert!(state.curve.last().unwrap().validation_loss < state.curve[0].validation_loss);
/// ```
pub fn train_plan(
    plan: &IntegratorPlan,
    folder: Option<&Path>,
    observer: &dyn Observer,
) -> Result<State<f64>, Error> {
    let desk = Desk { restart: Restart::IfOther, observer, ..Desk::BARE };
    let mut progress = Progress::open(folder, &plan.describe(), desk.restart)?;
    let found = in_precision(plan, &mut progress, &desk);
    progress.unless_diverged(found).map(|(state, _)| state)
}

fn in_precision(
    plan: &IntegratorPlan,
    progress: &mut Progress,
    desk: &Desk,
) -> Result<(State<f64>, Vec<String>), Error> {
    match plan.precision {
        Precision::F32 => trained::<f32>(plan, progress, desk),
        Precision::F64 => trained::<f64>(plan, progress, desk),
    }
}

fn trained<T: Real>(
    plan: &IntegratorPlan,
    progress: &mut Progress,
    desk: &Desk,
) -> Result<(State<f64>, Vec<String>), Error> {
    let mut loss = IntegratorLoss::<T>::new(plan);
    let mut found = progress.load::<State<T>>(plan.settings.method)?;
    if let Some(s) = found.state.as_ref().filter(|s| s.stopped.is_none()) {
        found.notes.push(format!("going on from step {}", s.optimiser.steps));
    }
    let start = || State::new(IntegratorLoss::<T>::start(plan), plan.settings.method);
    let mut state = found.state.unwrap_or_else(start);
    desk.observer.start("training", plan.settings.steps);
    let (mut last, mut result) = (Instant::now(), Ok(()));
    descend(&mut loss, &plan.settings, &mut state, &mut |state| {
        desk.observer.at(state.optimiser.steps);
        desk.observer.say(&format!("loss {:.3e}", state.train_loss()));
        if last.elapsed() >= desk.checkpoint {
            last = Instant::now();
            result = progress.save(state);
        }
        result.is_ok()
    });
    result?;
    if let Some(Stopped::Diverged { .. }) = state.stopped {
        let step = state.optimiser.steps + 1;
        let message = format!(
            "training diverged in step {step}: the loss or its gradient is not finite; lower --rate, {} now",
            plan.settings.rate
        );
        return Err(Error::Numbers(message));
    }
    if state.test.is_none() {
        state.test = Some(Measured { loss: loss.test(&state.best), accuracy: None, counted: 1.0 });
    }
    progress.finish(&state)?;
    desk.observer.finish();
    let wide = |v: &[T]| v.iter().map(|x| x.to_f64()).collect::<Vec<f64>>();
    let mut exact = State::new(wide(&state.theta), plan.settings.method);
    exact.best = wide(&state.best);
    exact.best_epoch = state.best_epoch;
    exact.curve = state.curve;
    exact.stopped = state.stopped;
    exact.test = state.test;
    Ok((exact, found.notes))
}

fn result(
    plan: &IntegratorPlan,
    export: Export,
    steps: usize,
    state: State<f64>,
    notes: Vec<String>,
) -> Result<TrainedNetwork, Error> {
    let (n, d) = (plan.units, plan.channels());
    let (architecture, rule) = network(plan, export, &state.best)?;
    let weight = Mat::from_fn(d, n, |c, i| state.best[n * n + n * d + i * d + c]);
    let readout = Readout { weight, bias: vec![0.0; d], first: 0 };
    let trained = n * n + n * d * (usize::from(plan.encoder) + usize::from(plan.decoder));
    let (shown, kinds) = shown(plan, steps);
    let model = Model { rule, readout, encoder: None, unbiased: false };
    let shown_loss = Some([loss_of(&model, &shown), spread(&shown)]);
    let list = |v: &[f64]| v.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
    Ok(TrainedNetwork {
        task: "integrate",
        description: plan.subject(),
        settings: plan.describe(),
        inputs: d,
        outputs: d,
        parameters: trained,
        objective: Objective::MeanSquare,
        chance: IntegratorLoss::<f64>::chance(plan),
        curve: state.curve,
        best_epoch: state.best_epoch,
        stopped: state.stopped.unwrap_or(Stopped::Epochs),
        test: state.test,
        decoding: None,
        shown,
        shown_loss,
        beside: Beside { labels: vec![("kind", kinds)], ..Beside::default() },
        search: None,
        notes,
        network: Network { architecture, model, precision: plan.precision },
        facts: match export {
            Export::Integrator => vec![
                ("scale", list(&plan.goal.scale)),
                ("decay", list(&plan.goal.decay)),
                ("duration", plan.duration.to_string()),
            ],
            Export::Vanilla => vec![],
        },
    })
}

/// The network of a parameter vector, as it is written.
fn network(
    plan: &IntegratorPlan,
    export: Export,
    theta: &[f64],
) -> Result<(Architecture, Box<dyn Rule>), Error> {
    let (n, d, f) = (plan.units, plan.channels(), plan.activation);
    let cell = match export {
        Export::Integrator => Integrator::cell(f),
        Export::Vanilla => Vanilla::cell(f.activation),
    };
    let architecture = Architecture::new(cell, d, &[n]).map_err(|e| Error::Config(e.to_string()))?;
    let mut rule = architecture.rule::<f64>();
    let mut flat = vec![0.0; parameter_count(rule.as_ref())];
    let Steep { slope, threshold, .. } = f;
    let (w, e) = theta[..n * (n + d)].split_at(n * n);
    match export {
        Export::Integrator => {
            flat[..n * d].copy_from_slice(e);
            flat[n * d..n * (n + d)].copy_from_slice(w);
        }
        Export::Vanilla => {
            // phi(slope (W h + W E u - threshold)).
            let view = |v, rows, columns| faer::MatRef::from_column_major_slice(v, rows, columns);
            let image = view(w, n, n) * view(e, n, d);
            let image = (0..n * d).map(|k| slope * image[(k % n, k / n)]);
            let all =
                image.chain(w.iter().map(|w| slope * w)).chain(std::iter::repeat_n(-slope * threshold, n));
            flat.iter_mut().zip(all).for_each(|(p, v)| *p = v);
        }
    }
    rule.write_params(&flat);
    Ok((architecture, rule))
}

/// The mean square error over all steps, outputs and sequences; infinite where states grow without end.
fn loss_of(model: &Model<f64>, batch: &Batch) -> f64 {
    let found = Bptt::new(model, batch.steps, batch.sequences).loss(model, batch, Objective::MeanSquare).loss;
    if found.is_finite() { found } else { f64::INFINITY }
}

/// The mean square of the targets about each output's mean.
fn spread(batch: &Batch) -> f64 {
    let Targets::Values(y) = &batch.targets else { return f64::NAN };
    let row = |o: usize| (0..y.ncols()).map(move |t| y[(o, t)]);
    let centre = |o: usize| row(o).sum::<f64>() / y.ncols() as f64;
    let square = |o: usize| row(o).map(|v| (v - centre(o)).powi(2)).sum::<f64>() / y.ncols() as f64;
    (0..y.nrows()).map(square).sum::<f64>() / y.nrows() as f64
}

/// Trials of all three kinds of sequences, and the kind of each: 0 white, 1 sparse, 2 bursts.
fn shown(plan: &IntegratorPlan, steps: usize) -> (Batch, Vec<f64>) {
    let kinds = [Signal::White, Signal::Sparse, Signal::Bursts];
    let (d, b) = (plan.channels(), SHOWN * kinds.len());
    let (mut inputs, mut targets) = (Mat::zeros(d, steps * b), Mat::zeros(d, steps * b));
    for (k, signal) in kinds.into_iter().enumerate() {
        let (scale, decay) = (plan.goal.scale.clone(), plan.goal.decay.clone());
        let task = Integrate::new(scale, decay, signal, steps, Sizes::default(), plan.seed);
        let batch = task.batch(Split::Test, &(0..SHOWN).collect::<Vec<_>>());
        let Targets::Values(y) = &batch.targets else { continue };
        for t in 0..steps {
            let place = |m: &mut Mat<f64>, from: &Mat<f64>| {
                m.as_mut().subcols_mut(t * b + k * SHOWN, SHOWN).copy_from(from.subcols(t * SHOWN, SHOWN));
            };
            place(&mut inputs, &batch.inputs);
            place(&mut targets, y);
        }
    }
    let weights = vec![1.0; steps * b];
    let batch =
        Batch { steps, sequences: b, inputs, targets: Targets::Values(targets), weights, start: None };
    (batch, (0..b).map(|j| (j / SHOWN) as f64).collect())
}
