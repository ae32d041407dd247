//! Settings as they are written to checked ones, once.

use super::arguments::{
    AnalysisArguments, IntegratorArguments, NetworkArguments, RecordingArguments, TableArguments,
    TrialArguments, WeightFile,
};
use super::beside::Beside;
use super::lists::{distinct, entries, once};
use super::prepare::{Preparation, Scale, Width};
use super::trials::Map;
use super::{AnalysisSettings, IntegratorSettings, Missing, Module, NetworkSettings, RecordingSettings};
use crate::diagnostics::geometry::clusters::Linkage;
use crate::io::nearest::meant;
use crate::linalg::activation::Activation;
use crate::systems::cells::{self, CellKind};
use crate::systems::checkpoint::{Spec, Vectors};

/// The modules that a list names.
pub(super) fn modules(list: &str) -> Result<Vec<Module>, String> {
    let one = |name: &str| {
        let all: Vec<&str> = Module::ALL.iter().map(|m| m.name()).collect();
        Module::parse(name).ok_or_else(|| format!("--modules {name}: no such module; {}", meant(name, &all)))
    };
    let named = distinct("--modules", list)?;
    let mut modules: Vec<Module> = named.into_iter().map(one).collect::<Result<_, _>>()?;
    once("--modules", list, &modules.iter().map(|m| m.name()).collect::<Vec<_>>())?;
    modules.sort();
    Ok(modules)
}

/// The nonlinearity of that name.
pub(super) fn activation(option: &str, name: &str) -> Result<Activation, String> {
    Activation::parse(name)
        .ok_or_else(|| format!("{option} {name}: expected tanh, relu, sigmoid or identity"))
}

fn cell(name: &str) -> Result<&'static CellKind, String> {
    let all: Vec<&str> = cells::KINDS.iter().map(|k| k.name).collect();
    cells::named(name).ok_or_else(|| format!("--cell {name}: no such cell; {}", meant(name, &all)))
}

fn vectors(name: &str) -> Result<Vectors, String> {
    Vectors::parse(name).ok_or_else(|| format!("--vectors {name}: expected column or row"))
}

/// ROLE=NAME pairs of `--map`.
fn map(pairs: Option<&str>) -> Result<Vec<(String, String)>, String> {
    let pair = |p: &str| {
        let (role, name) = p.split_once('=').ok_or_else(|| format!("--map {p}: expected ROLE=NAME"))?;
        Ok((role.trim().to_owned(), name.trim().to_owned()))
    };
    pairs.map_or_else(|| Ok(vec![]), |m| entries("--map", m)?.into_iter().map(pair).collect())
}

/// What is said of a weight file.
pub(super) fn spec(w: &WeightFile, activation: Option<Activation>) -> Result<Spec, String> {
    let (tau, dt, euler) = w.given.times()?;
    Ok(Spec {
        cell: w.cell.as_deref().map(cell).transpose()?,
        map: map(w.map.as_deref())?,
        activation,
        tau,
        dt,
        euler,
        leak: w.given.alpha.is_some(),
        constants: constants(w.given.constants.as_deref())?,
        reset_before: w.given.reset_before,
        prefix: w.prefix.clone(),
        vectors: w.vectors.as_deref().map(vectors).transpose()?,
        gates: w.gates.as_deref().map(gates).transpose()?,
    })
}

fn gates(list: &str) -> Result<Vec<String>, String> {
    Ok(distinct("--gates", list)?.into_iter().map(str::to_lowercase).collect())
}

/// What is said of networks.
pub(super) fn network(n: &NetworkArguments) -> Result<NetworkSettings, String> {
    let driven = &n.driven;
    let activation = driven.activation.as_ref().map(|f| activation("--activation", f)).transpose()?;
    let mut map = driven.trials_map.as_deref().map(Map::parse).transpose()?.unwrap_or_default();
    map.time_major = driven.time_major;
    let input = driven.input.as_deref().map(|list| numbers("--input", list)).transpose()?;
    positive("--tol", n.tol)?;
    positive("--slow-threshold", n.slow_threshold)?;
    positive("--noise", n.noise)?;
    time("--horizon", n.horizon)?;
    Ok(NetworkSettings {
        spec: spec(&driven.weights, activation)?,
        trials: driven.trials.clone(),
        map,
        inputs: driven.inputs.clone(),
        input,
        initial: driven.initial.clone(),
        trajectories: n.trajectories,
        length: n.length,
        starts: n.starts,
        noise: n.noise,
        slow_threshold: n.slow_threshold,
        continuation: n.continuation.checked()?,
        exponents: n.exponents,
        steps: n.steps,
        warmup: n.warmup,
        tol: n.tol,
        horizon: n.horizon,
        terminal: n.terminal.clone(),
        integrator: integrator(&n.integrator)?,
    })
}

/// What is said of integrators.
fn integrator(a: &IntegratorArguments) -> Result<IntegratorSettings, String> {
    let list = |option: &str, text: &Option<String>| text.as_deref().map(|l| numbers(option, l)).transpose();
    let (scale, decay) = (list("--scale", &a.scale)?, list("--decay", &a.decay)?);
    Ok(IntegratorSettings { scale, decay, duration: a.duration, chi: a.chi.clone(), z: a.z.clone() })
}

/// The pairs of `--constants`.
pub(super) fn constants(list: Option<&str>) -> Result<Vec<(String, f64)>, String> {
    let one = |p: &str| {
        let (name, value) =
            p.split_once('=').ok_or_else(|| format!("--constants {p}: expected NAME=VALUE"))?;
        match value.trim().parse::<f64>() {
            Ok(v) if v.is_finite() => Ok((name.trim().to_owned(), v)),
            _ => Err(format!("--constants {p}: `{value}` is not a finite number")),
        }
    };
    let Some(list) = list else { return Ok(vec![]) };
    let all: Vec<(String, f64)> =
        entries("--constants", list)?.into_iter().map(one).collect::<Result<_, _>>()?;
    once("--constants", list, &all.iter().map(|c| &c.0).collect::<Vec<_>>())?;
    Ok(all)
}

/// What is said of recordings.
pub(super) fn recording(r: &RecordingArguments) -> Result<RecordingSettings, String> {
    let currents = match r.recorded.as_deref() {
        None | Some("rates") => false,
        Some("currents") => true,
        Some(other) => return Err(format!("--recorded {other}: expected rates or currents")),
    };
    Ok(RecordingSettings { weights: r.weights.clone(), currents, ..table(&r.table)? })
}

/// What is said of a table's columns and rows.
pub(super) fn table(r: &TableArguments) -> Result<RecordingSettings, String> {
    let missing = match r.missing.as_deref() {
        None => None,
        Some("error") => Some(Missing::Error),
        Some("drop-rows") => Some(Missing::DropRows),
        Some(other) => return Err(format!("--missing {other}: expected error or drop-rows")),
    };
    Ok(RecordingSettings {
        units: r.units.clone(),
        trial: r.trial.clone(),
        time: r.time.clone(),
        targets: r.targets.clone(),
        weights: None,
        currents: false,
        missing,
        conditions: None,
        labels: None,
        preparation: Preparation::default(),
        beside: Beside::default(),
    })
}

/// What is said of recordings by one who looks at their trials.
pub(super) fn recording_of_trials(
    r: &RecordingArguments,
    t: &TrialArguments,
) -> Result<RecordingSettings, String> {
    if t.zscore && t.soft_normalise {
        return Err("--zscore and --soft-normalise both scale the units: give one of them".into());
    }
    if t.average && r.table.targets.is_some() {
        return Err(
            "--average does not go with --targets, which means over trials have not: give --conditions"
                .into(),
        );
    }
    let width =
        |option: &str, text: &Option<String>| text.as_deref().map(|w| Width::parse(option, w)).transpose();
    let scale = match (t.zscore, t.soft_normalise) {
        (true, _) => Some(Scale::ZScore),
        (_, true) => Some(Scale::Soft),
        _ => None,
    };
    let [bin, smooth] = [width("--bin", &t.bin)?, width("--smooth", &t.smooth)?];
    let preparation = Preparation { bin, smooth, scale, average: t.average };
    let (conditions, labels) = (t.conditions.clone(), t.labels.clone());
    Ok(RecordingSettings { conditions, labels, preparation, ..recording(r)? })
}

/// What is said of the analyses of activity.
pub(super) fn analyses(a: &AnalysisArguments) -> Result<AnalysisSettings, String> {
    if let Some(v) = a.ridge.filter(|v| !(v.is_finite() && *v >= 0.0)) {
        return Err(format!("--ridge {v}: expected a number not below zero"));
    }
    let linkage = a.linkage.as_deref().map(|name| {
        let names = Linkage::ALL.map(Linkage::name).join(", ");
        Linkage::parse(name).ok_or_else(|| format!("--linkage {name}: expected one of {names}"))
    });
    let linkage = linkage.transpose()?;
    Ok(AnalysisSettings {
        ridge: a.ridge,
        folds: a.folds,
        shuffles: a.shuffles,
        clusters: a.clusters,
        linkage,
        rank: a.rank,
        through_origin: a.through_origin,
    })
}

/// A number above zero, if one is given.
pub(super) fn positive(option: &str, value: Option<f64>) -> Result<(), String> {
    match value {
        Some(v) if !(v.is_finite() && v > 0.0) => Err(format!("{option} {v}: expected a positive number")),
        _ => Ok(()),
    }
}

/// A time, in whatever unit: so far from the ends of the floating-point numbers that products with it are none of them.
pub(super) fn time(option: &str, value: Option<f64>) -> Result<(), String> {
    match value {
        Some(v) if !(1e-30..=1e30).contains(&v) => {
            let text = if (1e-4..1e16).contains(&v.abs()) || v.abs() <= 0.0 {
                v.to_string()
            } else {
                format!("{v:e}")
            };
            Err(format!("{option} {text}: expected a positive number, from 1e-30 to 1e30"))
        }
        _ => Ok(()),
    }
}

/// Finite numbers with commas between.
pub(super) fn numbers(option: &str, list: &str) -> Result<Vec<f64>, String> {
    let number = |v: &str| match v.trim().parse::<f64>() {
        Ok(x) if x.is_finite() => Ok(x),
        _ => Err(format!("{option}: `{v}` is not a finite number")),
    };
    entries(option, list)?.into_iter().map(number).collect()
}
