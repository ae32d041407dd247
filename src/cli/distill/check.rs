//! The arguments of `distill` to a checked configuration, once.

use super::args::{Conventional, Radd, Teacher};
use crate::cli::args::RunArguments;
use crate::cli::check::{activation, command_line, figures, parquet, positive, recording, spec};
use crate::linalg::activation::Activation;
use crate::pipeline::distill::{Common, ConventionalConfig, Projection, RaddConfig};
use crate::report::folder::Target;
use crate::systems::checkpoint::Spec;
use crate::training::distillation;
use crate::training::optimiser::Method;
use crate::training::radd::Settings;
use std::path::PathBuf;

/// Largest |z| unless told: artanh is 2.65 there. The published program divides by 1.01 of the largest.
const SCALE: f64 = 0.99;

/// The configuration of `distill radd`, or what is wrong with the arguments.
pub(super) fn radd(a: Radd) -> Result<RaddConfig, String> {
    let activation = activation("--activation", &a.activation)?;
    let bounded = matches!(activation, Activation::Tanh | Activation::Sigmoid);
    let scale = match a.scale.as_deref() {
        None => bounded.then_some(SCALE),
        Some("none") => None,
        Some(text) => match text.parse::<f64>() {
            Ok(x) if x.is_finite() && x > 0.0 => Some(x),
            _ => return Err(format!("--scale {text}: expected a positive number or none")),
        },
    };
    if !(a.ridge.is_finite() && a.ridge >= 0.0) {
        return Err(format!("--ridge {}: expected a number, at least 0", a.ridge));
    }
    if !(a.split >= 0.0 && a.split < 1.0) {
        return Err(format!("--split {}: expected a share, from 0 to below 1", a.split));
    }
    let number = |v: &str| match v.trim().parse::<f64>() {
        Ok(x) if x.is_finite() => Ok(x),
        _ => Err(format!("--input: `{v}` is not a finite number")),
    };
    let input =
        a.input.as_deref().map(|list| list.split(',').map(number).collect::<Result<_, _>>()).transpose()?;
    let projection = a.projection.map(|p| match p.as_str() {
        "pca" => Projection::Pca,
        "readout" => Projection::Readout,
        "units" => Projection::Units,
        _ => Projection::File(PathBuf::from(p)),
    });
    Ok(RaddConfig {
        common: common("distill radd", a.file, a.out, a.inputs, a.run, teacher(a.teacher)?)?,
        recording: recording(a.recording)?,
        projection,
        components: a.components,
        scale,
        input,
        split: a.split,
        settings: Settings { activation, ridge: a.ridge, from_zero: false, lag: a.lag },
    })
}

/// The configuration of `distill conventional`, or what is wrong with the arguments.
pub(super) fn conventional(a: Conventional) -> Result<ConventionalConfig, String> {
    positive("--rate", Some(a.rate))?;
    positive("--clip", a.clip)?;
    if !(a.momentum >= 0.0 && a.momentum < 1.0) {
        return Err(format!("--momentum {}: expected a number from 0 to below 1", a.momentum));
    }
    let method = match a.optimiser.as_str() {
        "sgd" => Method::Sgd { momentum: a.momentum },
        "adam" => Method::ADAM,
        other => return Err(format!("--optimiser {other}: expected sgd or adam")),
    };
    let every = (a.steps / 100).max(1);
    Ok(ConventionalConfig {
        common: common("distill conventional", a.file, a.out, a.inputs, a.run, teacher(a.teacher)?)?,
        units: a.units,
        settings: distillation::Settings { steps: a.steps, rate: a.rate, method, clip: a.clip, every },
    })
}

fn common(
    command: &str,
    file: PathBuf,
    out: Option<PathBuf>,
    inputs: Option<String>,
    run: RunArguments,
    spec: Spec,
) -> Result<Common, String> {
    Ok(Common {
        out: Target::file(out, run.force, command, &file),
        file,
        seed: run.seed,
        inputs,
        spec,
        figures: figures(&run)?,
        parquet: parquet(&run.tables)?,
        command: command_line(),
    })
}

fn teacher(t: Teacher) -> Result<Spec, String> {
    let activation = t.teacher_activation.map(|f| activation("--teacher-activation", &f)).transpose()?;
    spec(t.weights, activation)
}
