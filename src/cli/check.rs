//! Arguments to a checked configuration, once.

use super::args::{
    AnalysisArguments, Analyze, NetworkArguments, RecordingArguments, RunArguments, WeightFile,
};
use crate::diagnostics::geometry::clusters::Linkage;
use crate::linalg::activation::Activation;
use crate::pipeline::{AnalysisSettings, Config, Missing, Module, NetworkSettings, RecordingSettings};
use crate::report::figure::FigureFormats;
use crate::report::folder::Target;
use crate::systems::checkpoint::{CellKind, Spec, Vectors};

/// The configuration that the arguments ask for, or what is wrong with them.
pub(super) fn config(a: Analyze) -> Result<Config, String> {
    let command = command_line();
    let modules = a.modules.as_deref().map(modules).transpose()?;
    let parquet = parquet(&a.run.tables)?;
    Ok(Config {
        out: Target::file(a.out, a.run.force, "analyze", &a.file),
        file: a.file,
        seed: a.run.seed,
        modules,
        network: network(a.network)?,
        recording: recording(a.recording)?,
        analyses: analyses(&a.analyses)?,
        figures: figures(&a.run)?,
        parquet,
        command,
    })
}

/// Whether `--tables` says Parquet.
pub(super) fn parquet(tables: &str) -> Result<bool, String> {
    match tables {
        "csv" => Ok(false),
        "parquet" => Ok(true),
        other => Err(format!("--tables {other}: expected csv or parquet")),
    }
}

/// Formats of the figures that `--figures` and `--png` ask for.
pub(super) fn figures(run: &RunArguments) -> Result<FigureFormats, String> {
    let formats = FigureFormats::parse(&run.figures)
        .ok_or_else(|| format!("--figures {}: expected some of svg, png and pdf", run.figures))?;
    Ok(FigureFormats { png: formats.png || run.png, ..formats })
}

fn modules(list: &str) -> Result<Vec<Module>, String> {
    let known: Vec<&str> = {
        let others = Module::RECORDING.iter().filter(|m| !Module::NETWORK.contains(m));
        Module::NETWORK.iter().chain(others).map(|m| m.name()).collect()
    };
    let one = |name: &str| {
        Module::parse(name.trim())
            .ok_or_else(|| format!("--modules {name}: no such module; there are {}", known.join(", ")))
    };
    let mut modules: Vec<Module> =
        list.split(',').filter(|n| !n.trim().is_empty()).map(one).collect::<Result<_, _>>()?;
    modules.sort();
    modules.dedup();
    if modules.is_empty() { Err("--modules names no module".into()) } else { Ok(modules) }
}

pub(super) fn activation(option: &str, name: &str) -> Result<Activation, String> {
    Activation::parse(name)
        .ok_or_else(|| format!("{option} {name}: expected tanh, relu, sigmoid or identity"))
}

fn cell(name: &str) -> Result<CellKind, String> {
    let names = CellKind::ALL.map(CellKind::name).join(", ");
    CellKind::parse(name).ok_or_else(|| format!("--cell {name}: expected one of {names}"))
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
    pairs.map_or_else(|| Ok(vec![]), |m| m.split(',').map(pair).collect())
}

/// What is said of a weight file.
pub(super) fn spec(w: WeightFile, activation: Option<Activation>) -> Result<Spec, String> {
    time("--tau", w.given.tau)?;
    time("--dt", w.given.dt)?;
    Ok(Spec {
        cell: w.cell.as_deref().map(cell).transpose()?,
        map: map(w.map.as_deref())?,
        activation,
        tau: w.given.tau,
        dt: w.given.dt,
        euler: w.given.euler,
        constants: constants(w.given.constants.as_deref())?,
        reset_before: w.given.reset_before,
        prefix: w.prefix,
        vectors: w.vectors.as_deref().map(vectors).transpose()?,
        gates: w.gates.map(|g| g.split(',').map(|g| g.trim().to_lowercase()).collect()),
    })
}

fn network(n: NetworkArguments) -> Result<NetworkSettings, String> {
    let activation = n.activation.map(|f| activation("--activation", &f)).transpose()?;
    let number = |v: &str| match v.trim().parse::<f64>() {
        Ok(x) if x.is_finite() => Ok(x),
        _ => Err(format!("--input: `{v}` is not a finite number")),
    };
    let input =
        n.input.as_deref().map(|list| list.split(',').map(number).collect::<Result<_, _>>()).transpose()?;
    positive("--tol", n.tol)?;
    positive("--slow-threshold", n.slow_threshold)?;
    positive("--noise", n.noise)?;
    time("--horizon", n.horizon)?;
    Ok(NetworkSettings {
        spec: spec(n.weights, activation)?,
        inputs: n.inputs,
        input,
        initial: n.initial,
        trajectories: n.trajectories,
        length: n.length,
        starts: n.starts,
        noise: n.noise,
        slow_threshold: n.slow_threshold,
        exponents: n.exponents,
        steps: n.steps,
        warmup: n.warmup,
        tol: n.tol,
        horizon: n.horizon,
        terminal: n.terminal,
    })
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
    list.map_or_else(|| Ok(vec![]), |list| list.split(',').map(one).collect())
}

pub(super) fn recording(r: RecordingArguments) -> Result<RecordingSettings, String> {
    let missing = match r.missing.as_deref() {
        None => None,
        Some("error") => Some(Missing::Error),
        Some("drop-rows") => Some(Missing::DropRows),
        Some(other) => return Err(format!("--missing {other}: expected error or drop-rows")),
    };
    Ok(RecordingSettings { units: r.units, trial: r.trial, time: r.time, targets: r.targets, missing })
}

fn analyses(a: &AnalysisArguments) -> Result<AnalysisSettings, String> {
    if let Some(v) = a.ridge.filter(|v| !(v.is_finite() && *v >= 0.0)) {
        return Err(format!("--ridge {v}: expected a number not below zero"));
    }
    let linkage = a.linkage.as_deref().map(|name| {
        let names = Linkage::ALL.map(Linkage::name).join(", ");
        Linkage::parse(name).ok_or_else(|| format!("--linkage {name}: expected one of {names}"))
    });
    let linkage = linkage.transpose()?;
    Ok(AnalysisSettings { ridge: a.ridge, folds: a.folds, clusters: a.clusters, linkage })
}

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

/// The command line as it can be typed again, words quoted where a shell would split them.
pub(super) fn command_line() -> String {
    let quote = |word: String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./,=:+@%".contains(c);
        if !word.is_empty() && word.chars().all(plain) {
            word
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    let words = std::env::args_os().skip(1).map(|w| quote(w.to_string_lossy().into_owned()));
    std::iter::once("nullcline".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}
