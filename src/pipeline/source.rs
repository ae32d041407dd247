//! What a file is: a network or a recording.

use super::{Config, Error};
use crate::io::error::Problem;
use crate::io::tensors::{self, Tensor, Tensors};
use crate::systems::checkpoint::{self, Network, has_network_names};
use std::path::Path;

/// A file, opened.
pub enum Source {
    /// Weights that make a network.
    Network(Box<Network>),
    /// A table of activity, read later, piece by piece.
    Recording {
        /// The array of an npz.
        array: Option<String>,
    },
}

/// Decides what `config.file` is, by its format, its names and the options given, and loads networks.
///
/// Weights: safetensors and PyTorch files; an npz with PyTorch's names; an npz or npy with --map or
/// --cell. Everything else is a recording.
pub fn open(config: &Config) -> Result<Source, Error> {
    let file = &config.file;
    if !maybe_weights(file) {
        check_recording(config)?;
        return Ok(Source::Recording { array: None });
    }
    // Of npy and npz the headers tell; a recording's values are never read whole.
    let outline = tensors::outline(file)?;
    let outlined = outline.is_some();
    let tensors = match outline.map_or_else(|| tensors::read(file), Ok) {
        Ok(t) => t,
        // A table under a foreign name is for the table reader, whose message fits better.
        Err(e) if matches!(e.kind(), Problem::UnknownFormat { .. }) => {
            check_recording(config)?;
            return Ok(Source::Recording { array: None });
        }
        Err(e) => return Err(e.into()),
    };
    let spec = &config.network.spec;
    let numpy = matches!(tensors.format, "npz" | "npy");
    let network = !numpy || has_network_names(&tensors) || !spec.map.is_empty() || spec.cell.is_some();
    if network && config.recording.units.is_none() {
        check_network(config)?;
        let tensors = if outlined { tensors::read(file)? } else { tensors };
        let network = checkpoint::load(&tensors, spec)
            .map_err(|source| Error::Network { path: file.clone(), source })?;
        return Ok(Source::Network(Box::new(network)));
    }
    if !numpy {
        let message = "--units goes with recordings; this file holds weights".to_owned();
        return Err(Error::Config(message));
    }
    check_recording(config)?;
    array_of(file, config.recording.units.as_deref(), &tensors).map(|array| Source::Recording { array })
}

/// Whether the name says that a file may hold weights.
fn maybe_weights(file: &Path) -> bool {
    let extension = file.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    !matches!(
        extension.as_deref(),
        Some("csv" | "tsv" | "txt" | "parquet" | "pq" | "arrow" | "feather" | "ipc" | "arrows")
    )
}

/// The array of `file` that holds its table, if it is an npz.
pub(super) fn table_array(file: &Path, units: Option<&str>) -> Result<Option<String>, Error> {
    match file.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).as_deref() {
        Some("npz") => tensors::outline(file)?.map_or(Ok(None), |outline| array_of(file, units, &outline)),
        _ => Ok(None),
    }
}

/// The array that --units names, if it names one, or the only one that is a table.
fn array_of(file: &Path, units: Option<&str>, outline: &Tensors) -> Result<Option<String>, Error> {
    let all = &outline.tensors[..];
    if outline.format == "npy" {
        return Ok(None);
    }
    if let Some(units) = units
        && outline.get(units).is_some()
    {
        return Ok(Some(units.to_owned()));
    }
    let is_table = |t: &&Tensor| {
        let dimensions = if t.dtype == tensors::STRUCTURED { 1..=2 } else { 2..=3 };
        dimensions.contains(&t.shape.len()) && t.shape.iter().all(|s| *s > 0)
    };
    let mut tables: Vec<&str> = all.iter().filter(is_table).map(|t| t.name.as_str()).collect();
    // Pynapple's time series keep their values in `d`, beside times and their support; one vector alone is a table.
    let series =
        outline.metadata.get("type").is_some_and(|t| t.starts_with("Tsd")) && outline.get("t").is_some();
    match all {
        _ if series && outline.get("d").is_some() => tables = vec!["d"],
        [one] if tables.is_empty() && one.shape.len() == 1 => tables.push(&one.name),
        _ => {}
    }
    match tables[..] {
        [one] => Ok(Some(one.to_owned())),
        // A single array of objects: its reader says what to do.
        [] if all.is_empty() && outline.skipped.len() == 1 => Ok(None),
        [] => Err(Error::input(
            file,
            "holds no two- or three-dimensional numeric array, so there is no table to read",
        )),
        _ => Err(Error::input(
            file,
            format!(
                "holds several arrays ({}): name the activity with --units NAME, or, for a network's weights, say what \
                 they are with --cell and --map w_rec=NAME,...",
                tables.join(", ")
            ),
        )),
    }
}

fn check_network(config: &Config) -> Result<(), Error> {
    let r = &config.recording;
    let given = [
        ("--trial", r.trial.is_some()),
        ("--time", r.time.is_some()),
        ("--targets", r.targets.is_some()),
        ("--missing", r.missing.is_some()),
    ];
    refuse(&given, "recordings; this file holds a network's weights")
}

fn check_recording(config: &Config) -> Result<(), Error> {
    let (n, s) = (&config.network, &config.network.spec);
    let given = [
        ("--cell", s.cell.is_some()),
        ("--map", !s.map.is_empty()),
        ("--activation", s.activation.is_some()),
        ("--tau", s.tau.is_some()),
        ("--dt", s.dt.is_some()),
        ("--euler", s.euler),
        ("--constants", !s.constants.is_empty()),
        ("--reset-before", s.reset_before),
        ("--prefix", s.prefix.is_some()),
        ("--inputs", n.inputs.is_some()),
        ("--input", n.input.is_some()),
        ("--initial", n.initial.is_some()),
        ("--trajectories", n.trajectories.is_some()),
        ("--length", n.length.is_some()),
        ("--starts", n.starts.is_some()),
        ("--noise", n.noise.is_some()),
        ("--slow-threshold", n.slow_threshold.is_some()),
        ("--exponents", n.exponents.is_some()),
        ("--steps", n.steps.is_some()),
        ("--warmup", n.warmup.is_some()),
        ("--tol", n.tol.is_some()),
        ("--horizon", n.horizon.is_some()),
        ("--terminal", n.terminal.is_some()),
    ];
    refuse(&given, "networks; this file is read as a recording")
}

fn refuse(given: &[(&str, bool)], what: &str) -> Result<(), Error> {
    match given.iter().find(|g| g.1) {
        Some((option, _)) => Err(Error::Config(format!("{option} goes with {what}"))),
        None => Ok(()),
    }
}
