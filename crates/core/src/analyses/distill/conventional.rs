//! `distill conventional`: train a small network on a large one's output probabilities.

use super::teacher::{assumed, network_inputs, source};
use super::{AboutTeacher, Conventional, ConventionalConfig, dynamics};
use crate::analyses::source::Source;
use crate::analyses::{Error, RecordingSettings, fits};
use crate::diagnostics::dynamics::trajectories::{Inputs, trajectories};
use crate::io::shown::count;
use crate::io::table::schema;
use crate::job::Observer;
use crate::linalg::activation::Activation;
use crate::linalg::eigen::{Order, eigenvalues};
use crate::linalg::random::{Use, stream};
use crate::linalg::{col, gemm};
use crate::systems::architecture::Architecture;
use crate::systems::cells::Vanilla;
use crate::systems::rule::Rule;
use crate::systems::time::System;
use crate::training::distillation::{Row, Session, distil};
use crate::training::init::{Init, model};
use crate::training::{Model, Readout};
use faer::{Accum, Mat, MatRef};
use rand::seq::SliceRandom;

/// Distils a network's outputs.
pub(super) fn teach(config: &ConventionalConfig, observer: &dyn Observer) -> Result<Conventional, Error> {
    let common = &config.common;
    let Source::Network(network) = source(common, RecordingSettings::default())? else {
        // One that cannot be read is no recording either.
        schema(&common.file, None)?;
        let message =
            "distill conventional needs a network's weights: a recording has no output probabilities";
        return Err(Error::Config(message.into()));
    };
    let Some(readout) = &network.readout else {
        let message = "has no read-out, expected one: its softmax is what the student learns";
        return Err(Error::input(&common.file, message));
    };
    if readout.rates.is_some() {
        let message =
            "its read-out is of rates, expected one of the state: `distill radd` takes such networks";
        return Err(Error::input(&common.file, message));
    }
    if readout.weight.nrows() < 2 {
        let message =
            "has one output, expected two at least: the probability of one class alone is always one";
        return Err(Error::input(&common.file, message));
    }
    let inputs = network_inputs(common, &network)?;
    let (units, longest) = (("--units", config.units), inputs.iter().map(Mat::ncols).max().unwrap_or(0));
    // With their gradients and what the optimiser remembers.
    fits("the student's parameters", &[units, units], 48)?;
    fits("the student's states", &[units, ("steps of the longest sequence", longest)], 40)?;
    let output = network.architecture.output();
    let readout = Readout { weight: readout.weight.clone(), bias: readout.bias.clone(), first: output.start };
    observer.start("running the teacher", 0);
    let logits = logits(network.system.as_ref(), &readout, &inputs, "teacher")?;
    observer.finish();

    let architecture = Architecture::new(Vanilla::cell(Activation::Tanh), network.inputs, &[config.units])
        .map_err(|e| Error::Config(format!("--units: {e}")))?;
    let mut student = model::<f64>(&architecture, readout.weight.nrows(), Init::Default, common.seed)
        .map_err(|e| Error::Config(e.to_string()))?;
    let curve = train(config, &mut student, &inputs, &logits, observer)?;
    let (sequences, rows) = (inputs.len(), inputs.iter().map(Mat::ncols).sum::<usize>());
    let about = AboutTeacher {
        file: common.file.display().to_string(),
        kind: "network",
        units: None,
        inputs: None,
        rows,
        sequences,
        description: format!(
            "{} run on {} of {}",
            network.describe(),
            count(sequences, "sequence"),
            count(rows, "step")
        ),
        notes: assumed(&network),
    };
    judge(config, about, (architecture, student), (&inputs, &logits), curve, observer)
}

/// Trains the student, and returns the course of it.
fn train(
    config: &ConventionalConfig,
    student: &mut Model<f64>,
    inputs: &[Mat<f64>],
    logits: &[Mat<f64>],
    observer: &dyn Observer,
) -> Result<Vec<Row>, Error> {
    observer.start("training", config.settings.steps as u64);
    let mut order: Vec<usize> = vec![];
    let mut session = |step: usize| {
        let (round, place) = (step / inputs.len(), step % inputs.len());
        if place == 0 {
            order = (0..inputs.len()).collect();
            order.shuffle(&mut stream(config.common.seed, Use::Shuffle, round as u64));
        }
        let k = order[place];
        let steps = inputs[k].ncols();
        let (inputs, logits) = (inputs[k].clone(), logits[k].clone());
        Session { steps, sequences: 1, inputs, logits, weights: vec![1.0; steps] }
    };
    let mut go_on = |step: usize, _: &[Row]| {
        observer.at(step as u64);
        true
    };
    let curve = distil(student, &config.settings, &mut session, &mut go_on)
        .map_err(|e| Error::Numbers(e.to_string()))?;
    observer.finish();
    Ok(curve)
}

/// What the student does, beside the teacher's `logits`.
fn judge(
    config: &ConventionalConfig,
    about: AboutTeacher,
    (architecture, student): (Architecture, Model<f64>),
    (inputs, logits): (&[Mat<f64>], &[Mat<f64>]),
    curve: Vec<Row>,
    observer: &dyn Observer,
) -> Result<Conventional, Error> {
    let (units, seed) = (config.units, config.common.seed);
    let mut theta = vec![0.0; crate::systems::rule::parameter_count(student.rule.as_ref())];
    student.rule.read_params(&mut theta);
    let system = architecture.system(&theta);
    let own = self::logits(system.as_ref(), &student.readout, inputs, "student")?;
    let d = architecture.inputs();
    let zero = vec![0.0; d];
    let Some(longest) = inputs.iter().map(Mat::as_ref).max_by_key(|u| u.ncols()) else {
        return Err(Error::Config("--inputs: expected one sequence at least".into()));
    };
    let states = visited(system.as_ref(), longest);
    let points = dynamics::points(system.as_ref(), states.as_ref(), &zero, seed, observer);
    let exponents = dynamics::exponents(system.as_ref(), longest, &zero, units, seed, observer);
    let field = dynamics::portrait(system.as_ref(), states.as_ref(), &points, &zero);
    let recurrent = Mat::from_fn(units, units, |i, j| theta[units * (d + j) + i]);
    let eigenvalues = eigenvalues(recurrent.as_ref(), Order::Modulus)
        .ok_or_else(|| Error::Numbers("the eigenvalues of the student did not converge".into()))?;
    Ok(Conventional {
        units,
        settings: config.settings,
        curve,
        agreement: agreement(logits, &own),
        divergence: divergence(logits, &own),
        eigenvalues,
        points,
        states,
        field,
        exponents,
        about,
        architecture,
        student,
    })
}

/// States after each input from the zero state, n x T.
fn visited(system: &dyn System, u: MatRef<f64>) -> Mat<f64> {
    let zero = Mat::zeros(system.step().dim(), 1);
    let found = trajectories(system, zero.as_ref(), &Inputs::Trials(vec![u.to_owned()]), 0);
    found.states.first().map_or_else(|| zero, |s| s.get(.., s.ncols().min(1)..).to_owned())
}

/// Outputs along each sequence from the zero state, o x t.
fn logits(
    system: &dyn System,
    readout: &Readout,
    inputs: &[Mat<f64>],
    who: &str,
) -> Result<Vec<Mat<f64>>, Error> {
    let zero = Mat::zeros(system.step().dim(), inputs.len());
    let orbits = trajectories(system, zero.as_ref(), &Inputs::Trials(inputs.to_vec()), 0);
    if let Some(k) = orbits.diverged.first() {
        return Err(Error::Numbers(format!("the {who} diverges under input sequence {}", k + 1)));
    }
    let rows = readout.first..readout.first + readout.weight.ncols();
    let one = |s: &Mat<f64>| {
        let mut y = Mat::from_fn(readout.weight.nrows(), s.ncols() - 1, |o, _| readout.bias[o]);
        gemm(y.as_mut(), Accum::Add, readout.weight.as_ref(), s.get(rows.clone(), 1..));
        y
    };
    Ok(orbits.states.iter().map(one).collect())
}

/// Share of steps at which both find the same class most probable.
fn agreement(a: &[Mat<f64>], b: &[Mat<f64>]) -> f64 {
    let best = |y: &[f64]| (0..y.len()).fold(0, |best, i| if y[i] > y[best] { i } else { best });
    let (mut same, mut total) = (0usize, 0usize);
    for (a, b) in a.iter().zip(b) {
        total += a.ncols();
        same += (0..a.ncols()).filter(|t| best(col(a.as_ref(), *t)) == best(col(b.as_ref(), *t))).count();
    }
    same as f64 / total as f64
}

/// Mean over steps of sum p log(p / q), in nats.
fn divergence(a: &[Mat<f64>], b: &[Mat<f64>]) -> f64 {
    let log = |y: &[f64]| -> Vec<f64> {
        let top = y.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum = y.iter().map(|v| (v - top).exp()).sum::<f64>().ln() + top;
        y.iter().map(|v| v - sum).collect()
    };
    let (mut sum, mut total) = (0.0, 0usize);
    for (a, b) in a.iter().zip(b) {
        total += a.ncols();
        for t in 0..a.ncols() {
            let (p, q) = (log(col(a.as_ref(), t)), log(col(b.as_ref(), t)));
            sum += p.iter().zip(&q).map(|(p, q)| p.exp() * (p - q)).sum::<f64>();
        }
    }
    sum / total as f64
}
