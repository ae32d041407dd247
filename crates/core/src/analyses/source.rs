//! What a file is: a network or a recording.

use super::prepare::Scale;
use super::{Config, Error};
use crate::io::error::Problem;
use crate::io::table::{self, ReadTable, Values, schema};
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
/// Weights: safetensors, PyTorch files and pickles; an npz with a framework's names; an npz or npy with --map or
/// --cell, and a square table with --cell. Everything else is a recording.
///
/// # Errors
/// Files that cannot be read, weights that make no network, options that do not go with what the file is.
///
/// ```
/// use nullcline_core::analyses::{Analyze, Source, open};
///
/// let what = |file: &str| open(&Analyze { file: file.into(), ..Analyze::default() }.config().unwrap()).unwrap();
/// assert!(matches!(what("../../datasets/sine_tanh.pt"), Source::Network(n) if n.units == [32]));
/// assert!(matches!(what("../../datasets/ibl_activity.csv"), Source::Recording { array: None }));
/// ```
pub fn open(config: &Config) -> Result<Source, Error> {
    let (file, spec, units) = (&config.file, &config.network.spec, config.recording.units.as_deref());
    for (option, given) in [("--cell", spec.cell.is_some()), ("--map", !spec.map.is_empty())] {
        if given && units.is_some() {
            let message =
                format!("--units goes with recordings and {option} with networks: leave one of them out");
            return Err(Error::Config(message));
        }
    }
    let recording = || {
        check_recording(config)?;
        Ok(Source::Recording { array: None })
    };
    // A session in a folder; what of it is meant was settled before.
    if file.is_dir() && table::session(file)?.is_some() {
        check_recording(config)?;
        return Ok(Source::Recording { array: units.map(ToOwned::to_owned) });
    }
    // Of npy and npz the headers tell; a recording's values are never read whole.
    let outline = if maybe_weights(file) { tensors::outline(file)? } else { None };
    let outlined = outline.is_some();
    let tensors = match (outline, maybe_weights(file), spec.cell) {
        (Some(outline), ..) => outline,
        (None, false, None) => return recording(),
        (None, false, Some(_)) => matrix_of(file)?,
        (None, true, _) => match tensors::read(file) {
            Ok(t) => t,
            // A table under a foreign name is for the table reader, whose message fits better.
            Err(e) if matches!(e.kind(), Problem::UnknownFormat { .. }) && is_table(file) => {
                return recording();
            }
            Err(e) => return Err(e.into()),
        },
    };
    let numpy = matches!(tensors.format, "npz" | "npy" | "matlab" | "hdf5");
    let network = !numpy || has_network_names(&tensors) || !spec.map.is_empty() || spec.cell.is_some();
    // Beside a network's weights an npz may hold what was recorded.
    let named = numpy && units.is_some_and(|u| tensors.get(u).is_some());
    if network && units.is_none() {
        check_network(config)?;
        let tensors = if outlined { tensors::read(file)? } else { tensors };
        let network = checkpoint::load(&tensors, spec)
            .map_err(|source| Error::Network { path: file.clone(), source })?;
        return Ok(Source::Network(Box::new(network)));
    }
    if network && !named {
        return Err(Error::Config(
            "--units goes with recordings; this file holds a network's weights".into(),
        ));
    }
    check_recording(config)?;
    Ok(Source::Recording { array: array_of(file, units, &tensors)? })
}

/// Whether a table of `rows` rows and `units` units, whose columns nobody chose, is square: it may be the weights of a
/// network.
pub(super) fn square(config: &Config, rows: usize, units: usize) -> bool {
    let r = &config.recording;
    let chosen = r.units.is_some() || r.trial.is_some() || r.time.is_some() || r.targets.is_some();
    !chosen && rows == units && rows > 1
}

/// What is said of such a table.
pub fn may_be_weights(rows: usize) -> String {
    format!(
        "{rows} rows of {rows} columns are read as a recording, a row a time step. If this is a matrix of weights, say \
         so: --cell vanilla, rate or current (for an array of several, with --map w_rec=NAME)."
    )
}

/// Whether the content is a table's.
fn is_table(file: &Path) -> bool {
    schema(file, None).is_ok()
}

/// A square table of numbers as the recurrent weights that --cell makes of it.
pub(super) fn matrix_of(file: &Path) -> Result<Tensors, Error> {
    let table = table::read(file, &ReadTable { array: None, columns: None })?;
    let n = table.columns.len();
    let numbers: Vec<&Vec<f64>> = table
        .columns
        .iter()
        .filter_map(|c| match &c.values {
            Values::Number(v) => Some(v),
            Values::Text(_) => None,
        })
        .collect();
    if table.rows != n || numbers.len() != n {
        let message = format!(
            "--cell goes with networks; this table of {} rows and {n} columns is no square matrix of numbers, and is \
             read as a recording",
            table.rows
        );
        return Err(Error::Config(message));
    }
    let data = (0..n * n).map(|at| numbers[at % n][at / n]).collect();
    let tensor = Tensor { name: "W".into(), shape: vec![n, n], dtype: "f64".into(), data };
    Ok(Tensors { format: "table", tensors: vec![tensor], ..Tensors::default() })
}

/// Whether a file begins as archives of arrays do, whatever its name.
fn holds_arrays(file: &Path) -> bool {
    use std::io::Read;
    let mut start = [0; 4];
    let read = std::fs::File::open(file).and_then(|mut f| f.read_exact(&mut start));
    read.is_ok() && [*b"PK\x03\x04", *b"\x93NUM", *b"\x89HDF"].contains(&start)
}

/// Whether a file may hold weights, by its name or its first bytes.
pub(super) fn maybe_weights(file: &Path) -> bool {
    let extension = file.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    !matches!(
        extension.as_deref(),
        Some("csv" | "tsv" | "tab" | "txt" | "parquet" | "pq" | "arrow" | "feather" | "ipc" | "arrows")
    ) || holds_arrays(file)
}

/// The array of `file` that holds its table, if it is an npz.
pub(super) fn table_array(file: &Path, units: Option<&str>) -> Result<Option<String>, Error> {
    tensors::outline(file)?.map_or(Ok(None), |outline| array_of(file, units, &outline))
}

/// The array that --units names, if it names one, or the only one that is a table.
fn array_of(file: &Path, units: Option<&str>, outline: &Tensors) -> Result<Option<String>, Error> {
    let all = &outline.tensors[..];
    match outline.format {
        "npy" => return Ok(None),
        "hdf5" => return dataset_of(file, units, outline),
        _ => {}
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
            "holds no two- or three-dimensional numeric array, so there is no table to read: save the activity as \
             rows x units or trials x rows x units, or name an array with --units NAME",
        )),
        _ => Err(several(file, &tables, outline)),
    }
}

fn several(file: &Path, tables: &[&str], outline: &Tensors) -> Error {
    let options = checkpoint::suggested(outline).map(|o| match o.contains("CELL") {
        true => format!("{o} (CELL is one of {})", crate::systems::cells::names()),
        false => o,
    });
    Error::input(
        file,
        format!(
            "holds several arrays ({}): name the activity with --units NAME, or, for a network's weights, say what \
             they are with {}",
            tables.join(", "),
            options.as_deref().unwrap_or("--cell and --map w_rec=NAME,...")
        ),
    )
}

/// The dataset of an HDF5 file that --units names, if it names one, or the only one that is a table.
fn dataset_of(file: &Path, units: Option<&str>, outline: &Tensors) -> Result<Option<String>, Error> {
    if let Some(name) = units {
        match schema(file, Some(name)) {
            Ok(_) => return Ok(Some(name.to_owned())),
            Err(e) if matches!(e.kind(), Problem::MissingArray { .. }) => {}
            Err(e) => return Err(e.into()),
        }
    }
    match schema(file, None) {
        Ok(only) => Ok(only.array_name),
        Err(e) => match e.kind() {
            Problem::AmbiguousArray { arrays } => {
                let spikes = arrays.iter().any(|a| a.contains('@'));
                let mut names: Vec<&str> = arrays.iter().map(|a| a.split('@').next().unwrap_or(a)).collect();
                names.dedup();
                let ends: Vec<&&str> = names
                    .iter()
                    .filter(|n| {
                        units.is_some_and(|u| {
                            n.rsplit('/').next() == Some(u.rsplit('/').next().unwrap_or(u)) && n.ends_with(u)
                        })
                    })
                    .collect();
                if let [one] = ends[..] {
                    return Ok(Some((*one).to_owned()));
                }
                let unknown = units.filter(|u| !u.contains(['*', '?', ',']));
                match spikes {
                    _ if unknown.is_some() => Err(Error::input(
                        file,
                        format!(
                            "--units {}: no such array; there are {}",
                            unknown.unwrap_or_default(),
                            names.join(", ")
                        ),
                    )),
                    false => Err(several(file, &names, outline)),
                    true => {
                        let several =
                            format!("several recordings ({}): name one with --units NAME", names.join(", "));
                        let one =
                            format!("spike times ({}): --units {} names them", names.join(", "), names[0]);
                        let what = if names.len() == 1 { one } else { several };
                        Err(Error::input(file, format!("holds {what}; spike times also take --bin 20ms")))
                    }
                }
            }
            _ => Err(e.into()),
        },
    }
}

/// Options about the rows of a recording, and whether they are given.
pub(super) fn about_rows(r: &super::config::RecordingSettings) -> [(&'static str, bool); 22] {
    let [against, position, heading, dimensions, room, bins, delays, modes, kernels] = r.beside.given();
    [
        ("--trial", r.trial.is_some()),
        ("--time", r.time.is_some()),
        ("--targets", r.targets.is_some()),
        ("--weights", r.weights.is_some()),
        ("--recorded", r.currents),
        ("--missing", r.missing.is_some()),
        ("--conditions", r.conditions.is_some()),
        ("--labels", r.labels.is_some()),
        ("--bin", r.preparation.bin.is_some()),
        ("--smooth", r.preparation.smooth.is_some()),
        ("--zscore", r.preparation.scale == Some(Scale::ZScore)),
        ("--soft-normalise", r.preparation.scale == Some(Scale::Soft)),
        ("--average", r.preparation.average),
        against,
        position,
        heading,
        dimensions,
        room,
        bins,
        delays,
        modes,
        kernels,
    ]
}

fn check_network(config: &Config) -> Result<(), Error> {
    let (labels, silent) = (config.network.trials.is_some(), config.recording.beside.silent);
    let of_networks = |name: &str| match name {
        "--labels" => labels,
        "--dimensions" | "--box" | "--delays" | "--modes" | "--kernels" => silent,
        _ => false,
    };
    let given = about_rows(&config.recording).map(|(name, given)| (name, given && !of_networks(name)));
    refuse(&given, "recordings; this file holds a network's weights")
}

fn check_recording(config: &Config) -> Result<(), Error> {
    let (n, s) = (&config.network, &config.network.spec);
    let given = [
        ("--cell", s.cell.is_some()),
        ("--map", !s.map.is_empty()),
        ("--activation", s.activation.is_some()),
        ("--alpha", s.leak),
        ("--tau", s.tau.is_some()),
        ("--dt", s.dt.is_some()),
        ("--euler", s.euler),
        ("--constants", !s.constants.is_empty()),
        ("--reset-before", s.reset_before),
        ("--vectors", s.vectors.is_some()),
        ("--gates", s.gates.is_some()),
        ("--prefix", s.prefix.is_some()),
        ("--trials", n.trials.is_some()),
        ("--inputs", n.inputs.is_some()),
        ("--input", n.input.is_some()),
        ("--initial", n.initial.is_some()),
        ("--trajectories", n.trajectories.is_some()),
        ("--length", n.length.is_some()),
        ("--starts", n.starts.is_some()),
        ("--noise", n.noise.is_some()),
        ("--slow-threshold", n.slow_threshold.is_some()),
        ("--continue", !n.continuation.asked.is_empty()),
        ("--manifolds", n.continuation.manifolds.is_some()),
        ("--exponents", n.exponents.is_some()),
        ("--steps", n.steps.is_some()),
        ("--warmup", n.warmup.is_some()),
        ("--tol", n.tol.is_some()),
        ("--horizon", n.horizon.is_some()),
        ("--terminal", n.terminal.is_some()),
        ("--scale", n.integrator.scale.is_some()),
        ("--decay", n.integrator.decay.is_some()),
        ("--duration", n.integrator.duration.is_some()),
        ("--chi", n.integrator.chi.is_some()),
        ("--z", n.integrator.z.is_some()),
        ("--silent", config.recording.beside.silent),
    ];
    refuse(&given, "networks; this file is read as a recording")
}

pub(super) fn refuse(given: &[(&str, bool)], what: &str) -> Result<(), Error> {
    match given.iter().find(|g| g.1) {
        Some((option, _)) => Err(Error::Config(format!("{option} goes with {what}"))),
        None => Ok(()),
    }
}
