//! `distill radd`: project, fit, judge by the dynamics.

use super::projection::{Projected, projected, read_out};
use super::teacher::{Origin, Teacher};
use super::{AboutTeacher, Radd, RaddConfig, ScaleRow, Teaching, dynamics};
use crate::analyses::Error;
use crate::io::shown::count;
use crate::job::Observer;
use crate::linalg::activation::Activation;
use crate::linalg::eigen::{Order, eigenvalues};
use crate::systems::time::Map;
use crate::training::radd::{Error as Fault, Sequences, Settings, radd};
use faer::{Mat, MatRef};

/// Scales of the sweep, as largest |z|.
const SCALES: [f64; 8] = [0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.99];

/// Distils a network or a recording.
pub(super) fn distil(config: &RaddConfig, observer: &dyn Observer) -> Result<Radd, Error> {
    let common = &config.common;
    let teacher = Teacher::open(config, observer)?;
    let input = constant(config, teacher.inputs.len())?;
    let seen = projected(config, &teacher, observer)?;
    observer.start("least squares", 0);
    let settings = Settings { from_zero: teacher.network().is_some(), ..config.settings };
    let data = Sequences { z: seen.z.as_ref(), u: teacher.u.as_ref(), starts: &teacher.starts };
    let fitted = fitted(config, &data, &settings)?;
    let student = radd(&data, fitted.as_deref(), &settings).map_err(|e| fault(config, &teacher, e))?;
    let scores = student.scores(&data, fitted.as_deref(), &settings);
    let held_out = fitted.as_ref().map(|f| {
        let rest: Vec<bool> = f.iter().map(|f| !f).collect();
        student.scores(&data, Some(&rest), &settings)
    });
    let scales = scales(&data, fitted.as_deref(), &settings);
    let (one_step, free) = (student.follow(&data, &settings, false), student.follow(&data, &settings, true));
    observer.finish();

    let system = Map::new(student.rule());
    let longest = longest(&data);
    let points = dynamics::points(&system, data.z, &input, common.seed, observer);
    let field = dynamics::portrait(&system, data.z, &points, &input);
    let exponents = dynamics::exponents(&system, longest, &input, student.units(), common.seed, observer);
    let teaching = teaching(config, &teacher, &seen, &input, longest, observer);
    let readout = outputs(&teacher).and_then(|y| read_out(data.z, y.as_ref()));
    let values = eigenvalues(student.a.as_ref(), Order::Modulus)
        .ok_or_else(|| Error::Numbers("the eigenvalues of A did not converge".into()))?;
    let architecture = student.architecture().map_err(|e| Error::Numbers(e.to_string()))?;
    let about = AboutTeacher {
        file: common.file.display().to_string(),
        kind: if teacher.network().is_some() { "network" } else { "recording" },
        units: Some(teacher.units.len()),
        inputs: Some(teacher.inputs.clone()),
        rows: teacher.rows(),
        sequences: teacher.starts.len(),
        description: teacher.subject.clone(),
        notes: teacher.warnings.clone(),
    };
    Ok(Radd {
        about,
        units: teacher.units.len(),
        projection: seen.from,
        p: seen.p,
        explained: seen.explained,
        scale: config.scale,
        factor: seen.factor,
        settings,
        split: config.split,
        student,
        scores,
        held_out,
        scales,
        one_step,
        free,
        eigenvalues: values,
        input,
        points,
        field,
        exponents,
        teacher: teaching,
        architecture,
        readout,
        z: seen.z,
        u: teacher.u,
        starts: teacher.starts,
        inputs: teacher.inputs,
    })
}

/// The constant input of fixed points.
fn constant(config: &RaddConfig, d: usize) -> Result<Vec<f64>, Error> {
    let input = config.input.clone().unwrap_or_else(|| vec![0.0; d]);
    if input.len() != d {
        let message =
            format!("--input has {}, expected {d}, one for each input", count(input.len(), "value"));
        return Err(Error::Config(message));
    }
    Ok(input)
}

/// The columns that are fitted: all but the last pairs; none: all.
fn fitted(config: &RaddConfig, data: &Sequences, settings: &Settings) -> Result<Option<Vec<bool>>, Error> {
    if config.split == 0.0 {
        return Ok(None);
    }
    let pairs = data.pairs(settings);
    let kept = pairs.len() - (config.split * pairs.len() as f64).round() as usize;
    if kept == 0 || kept == pairs.len() {
        let message =
            format!("--split {}: of {} none is left on one side", config.split, count(pairs.len(), "pair"));
        return Err(Error::Config(message));
    }
    Ok(Some((0..data.z.ncols()).map(|t| t < pairs[kept]).collect()))
}

fn fault(config: &RaddConfig, teacher: &Teacher, e: Fault) -> Error {
    match e {
        Fault::NoPairs => {
            let message = format!(
                "{} in {} hold no two states in a row, expected at least two of one sequence",
                count(teacher.rows(), "row"),
                count(teacher.starts.len(), "sequence")
            );
            Error::input(&config.common.file, message)
        }
        other => Error::Numbers(other.to_string()),
    }
}

/// The inputs of the longest sequence.
fn longest<'a>(data: &Sequences<'a>) -> MatRef<'a, f64> {
    let ends = data.starts.iter().skip(1).copied().chain([data.u.ncols()]);
    let lengths = data.starts.iter().copied().zip(ends).map(|(a, b)| (b - a, a));
    // Of equals the first.
    let (length, start) = lengths.fold((0, 0), |best, one| if one.0 > best.0 { one } else { best });
    data.u.subcols(start, length)
}

/// Errors of the students at other scales of P; for nonlinearities that know a scale.
fn scales(data: &Sequences, fitted: Option<&[bool]>, settings: &Settings) -> Vec<ScaleRow> {
    let largest = data.z.norm_max();
    if settings.activation != Activation::Tanh || !(largest > 0.0) {
        return vec![];
    }
    let one = |scale: f64| {
        let z = faer::Scale(scale / largest) * data.z;
        let data = Sequences { z: z.as_ref(), ..*data };
        let student = radd(&data, fitted, settings).ok()?;
        let scores = student.scores(&data, fitted, settings);
        let radius = eigenvalues(student.a.as_ref(), Order::Modulus)?;
        Some(ScaleRow {
            scale,
            one_step: scores.one_step.iter().map(|s| s.r2).collect(),
            rollout: scores.rollout.iter().map(|s| s.r2).collect(),
            radius: radius.first().map_or(0.0, |v| v.re.hypot(v.im)),
        })
    };
    SCALES.into_iter().filter_map(one).collect()
}

/// The teacher's outputs at every row, o x T.
fn outputs(teacher: &Teacher) -> Option<Mat<f64>> {
    let Origin::Network(network, states) = &teacher.origin else { return None };
    let readout = network.readout.as_ref()?;
    let output = network.architecture.output();
    let mut y = Mat::zeros(readout.weight.nrows(), teacher.rows());
    let mut next = 0;
    for s in states {
        let own = y.as_mut().subcols_mut(next, s.ncols() - 1);
        next += own.ncols();
        { own }.copy_from(readout.outputs(s.get(output.clone(), 1..)));
    }
    Some(y)
}

/// The teacher's dynamics beside the student's, where the teacher is a network.
fn teaching(
    config: &RaddConfig,
    teacher: &Teacher,
    seen: &Projected,
    input: &[f64],
    longest: MatRef<f64>,
    observer: &dyn Observer,
) -> Option<Teaching> {
    let Origin::Network(network, states) = &teacher.origin else { return None };
    let (system, seed) = (network.system.as_ref(), config.common.seed);
    let first = states.iter().max_by_key(|s| s.ncols())?;
    let points = dynamics::points(system, first.as_ref(), input, seed, observer);
    let output = network.architecture.output();
    let place = |x: &[f64]| -> Vec<f64> {
        let h = &x[output.clone()];
        (0..seen.p.nrows()).map(|i| h.iter().enumerate().map(|(j, h)| seen.p[(i, j)] * h).sum()).collect()
    };
    let at = points.points.iter().map(|p| place(&p.state)).collect();
    let exponents = dynamics::exponents(system, longest, input, seen.p.nrows(), seed, observer);
    Some(Teaching { points, at, exponents, flow: system.is_flow() })
}
