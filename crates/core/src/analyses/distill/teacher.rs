//! The teacher's states and inputs, from a table or by running a network.

use super::{Common, RaddConfig};
use crate::analyses::columns::{Columns, chosen};
use crate::analyses::session;
use crate::analyses::source::{Source, open};
use crate::analyses::{AnalysisSettings, Config, Error, Missing, NetworkSettings, RecordingSettings, tables};
use crate::diagnostics::dynamics::trajectories::{Inputs, trajectories};
use crate::io::shown::count;
use crate::io::table::{Kind, ReadTable, Values, match_columns, read, schema};
use crate::io::tensors;
use crate::job::Observer;
use crate::systems::checkpoint::Network;
use faer::{Mat, MatRef};
use std::collections::HashSet;
use std::path::Path;

/// A recorded table.
pub struct Recorded {
    columns: Columns,
    array: Option<String>,
    /// Rows of the file that are used, ascending.
    kept: Vec<usize>,
}

/// Where states come from.
pub enum Origin {
    /// A recorded table, read as often as it is passed.
    Table(Box<Recorded>),
    /// A network with the states it ran through, one matrix of t + 1 columns a sequence, the zero state first.
    Network(Box<Network>, Vec<Mat<f64>>),
}

/// What is distilled.
pub struct Teacher {
    pub origin: Origin,
    /// Names of the n units.
    pub units: Vec<String>,
    /// Names of the d inputs.
    pub inputs: Vec<String>,
    /// Inputs, d x T.
    pub u: Mat<f64>,
    /// First column of each sequence.
    pub starts: Vec<usize>,
    /// What was read, in a line.
    pub subject: String,
    pub warnings: Vec<String>,
}

impl Teacher {
    /// Opens `config.file` as what it is.
    pub fn open(config: &RaddConfig, observer: &dyn Observer) -> Result<Self, Error> {
        let mut config = config.clone();
        session::settle(&config.common.file, &mut config.recording)?;
        match source(&config.common, config.recording.clone())? {
            Source::Network(network) => Self::run(&config.common, *network, observer),
            Source::Recording { array } => Self::read(&config, array, observer),
        }
    }

    /// Columns T.
    pub fn rows(&self) -> usize {
        self.u.ncols()
    }

    /// The network, if it is one.
    pub fn network(&self) -> Option<&Network> {
        match &self.origin {
            Origin::Network(network, _) => Some(network),
            Origin::Table(_) => None,
        }
    }

    /// All states in order, n x t a piece.
    pub fn pass(
        &self,
        file: &Path,
        observer: &dyn Observer,
        act: &mut dyn FnMut(MatRef<f64>),
    ) -> Result<(), Error> {
        let recorded = match &self.origin {
            Origin::Network(network, states) => {
                let output = network.architecture.output();
                states.iter().for_each(|s| act(s.get(output.clone(), 1..)));
                return Ok(());
            }
            Origin::Table(recorded) => recorded,
        };
        let mut next = recorded.kept.iter().copied().peekable();
        let mut before = 0;
        observer.start("reading", self.rows() as u64);
        recorded.columns.stream(file, recorded.array.as_deref(), &mut |chunk| {
            let mut own = Vec::new();
            while let Some(row) = next.next_if(|r| *r < before + chunk.rows) {
                own.push(row - before);
            }
            before += chunk.rows;
            observer.at(before as u64);
            act(Mat::from_fn(chunk.columns.len(), own.len(), |i, j| chunk.columns[i][own[j]]).as_ref());
            Ok(())
        })?;
        observer.finish();
        Ok(())
    }

    /// Runs a network from the zero state along every sequence of its inputs.
    fn run(common: &Common, network: Network, observer: &dyn Observer) -> Result<Self, Error> {
        let sequences = network_inputs(common, &network)?;
        let n = network.system.step().dim();
        observer.start("running the teacher", 0);
        let zero = Mat::zeros(n, sequences.len());
        let orbits =
            trajectories(network.system.as_ref(), zero.as_ref(), &Inputs::Trials(sequences.clone()), 0);
        observer.finish();
        if let Some(k) = orbits.diverged.first() {
            return Err(Error::Numbers(format!("the teacher diverges under input sequence {}", k + 1)));
        }
        let output = network.architecture.output();
        let (u, starts) = side_by_side(&sequences, network.inputs);
        let units = network.state_names[output].to_vec();
        let subject = format!(
            "{} run on {} of {}",
            network.describe(),
            count(starts.len(), "sequence"),
            count(u.ncols(), "step")
        );
        Ok(Self {
            inputs: (0..network.inputs).map(|i| format!("input{i}")).collect(),
            warnings: assumed(&network),
            origin: Origin::Network(Box::new(network), orbits.states),
            units,
            u,
            starts,
            subject,
        })
    }

    fn read(config: &RaddConfig, array: Option<String>, observer: &dyn Observer) -> Result<Self, Error> {
        let (file, r) = (&config.common.file, &config.recording);
        let mut columns = Columns::choose(file, r, array.as_deref())?;
        let InputColumns { names, values: inputs, apart } = inputs(config, array.as_deref())?;
        if !apart {
            columns.units.retain(|u| !names.contains(u));
        }
        if let Some(list) = r.units.as_deref().filter(|u| Some(*u) != array.as_deref()) {
            columns.units = as_typed(&columns.units, list);
        }
        if columns.units.is_empty() {
            return Err(Error::input(file, "no column is left for the units: all are inputs"));
        }
        let trials = columns.arrange(file, array.as_deref())?;
        let inputs: Vec<Vec<f64>> = inputs.into_iter().map(|values| columns.arranged(values)).collect();
        let (kept, missing) = kept(config, &columns, array.as_deref(), (&names[..], &inputs[..]), observer)?;
        let starts = (0..kept.len()).filter(|i| match i.checked_sub(1) {
            None => true,
            Some(last) => {
                kept[*i] != kept[last] + 1
                    || !columns.follows(kept[*i])
                    || trials.as_ref().is_some_and(|t| t[kept[*i]] != t[kept[last]])
            }
        });
        let starts: Vec<usize> = starts.collect();
        let u = Mat::from_fn(names.len(), kept.len(), |i, j| inputs[i][kept[j]]);
        let subject = format!(
            "a recording of {} and {} in {} ({}), {}",
            count(columns.units.len(), "unit"),
            count(names.len(), "input"),
            count(kept.len(), "row"),
            columns.format,
            count(starts.len(), "sequence")
        );
        let units = columns.units.clone();
        let warnings = columns.notes(&names).into_iter().chain(missing).collect();
        let origin = Origin::Table(Box::new(Recorded { columns, array, kept }));
        Ok(Self { origin, units, inputs: names, u, starts, subject, warnings })
    }
}

/// What the file is.
pub fn source(common: &Common, recording: RecordingSettings) -> Result<Source, Error> {
    let config = Config {
        file: common.file.clone(),
        seed: common.seed,
        modules: None,
        network: NetworkSettings { spec: common.spec.clone(), ..NetworkSettings::default() },
        recording,
        analyses: AnalysisSettings::default(),
    };
    open(&config).map_err(|e| match e {
        Error::Config(message) => Error::Config(message.replace("--activation", ACTIVATION)),
        e => e,
    })
}

/// The option of the teacher's nonlinearity: here --activation is the student's.
const ACTIVATION: &str = "--teacher-activation";

/// The input sequences that a network is run on.
pub fn network_inputs(common: &Common, network: &Network) -> Result<Vec<Mat<f64>>, Error> {
    let Some(table) = &common.inputs else {
        let message = "a network needs --inputs TABLE, the inputs it is run on: a row a step, a column an input; a \
                       column `trial` parts sequences";
        return Err(Error::Config(message.into()));
    };
    tables::inputs(Path::new(table), network.inputs)
}

/// What was assumed of a weight file, as warnings.
pub fn assumed(network: &Network) -> Vec<String> {
    let notes = network.notes.iter().filter(|n| n.doubtful()).map(|n| n.told(ACTIVATION));
    let said = network.said.iter().map(|s| s.replace("--activation", ACTIVATION));
    notes.chain(said).chain(network.left_out.iter().cloned()).collect()
}

/// Sequences as one matrix, and their first columns.
pub fn side_by_side(sequences: &[Mat<f64>], rows: usize) -> (Mat<f64>, Vec<usize>) {
    let mut all = Mat::zeros(rows, sequences.iter().map(Mat::ncols).sum());
    let (mut starts, mut next) = (vec![], 0);
    for s in sequences {
        starts.push(next);
        all.as_mut().subcols_mut(next, s.ncols()).copy_from(s);
        next += s.ncols();
    }
    (all, starts)
}

/// Names in the order in which a list of patterns chooses them: P and B are laid out as the user typed.
fn as_typed(names: &[String], list: &str) -> Vec<String> {
    let mut ordered: Vec<String> = vec![];
    for part in if names.iter().any(|n| n == list) { vec![list] } else { list.split(',').collect() } {
        let new = match_columns(names, part.trim()).into_iter().filter(|n| !ordered.contains(n));
        let new: Vec<String> = new.collect();
        ordered.extend(new);
    }
    ordered
}

/// Columns of inputs, whole.
#[derive(Default)]
struct InputColumns {
    names: Vec<String>,
    values: Vec<Vec<f64>>,
    /// Whether they are an array of their own, of an npz.
    apart: bool,
}

/// The columns that --inputs names.
fn inputs(config: &RaddConfig, array: Option<&str>) -> Result<InputColumns, Error> {
    let file = &config.common.file;
    let Some(list) = &config.common.inputs else { return Ok(InputColumns::default()) };
    let own = array.is_some_and(|a| a != list.as_str())
        && tensors::outline(file)?
            .and_then(|t| t.get(list).cloned())
            .is_some_and(|t| matches!(t.shape.len(), 2 | 3));
    let array = if own { Some(list.as_str()) } else { array };
    let schema = schema(file, array)?;
    let names = schema.names();
    let wanted = if own {
        names.iter().filter(|n| *n != "trial").cloned().collect()
    } else {
        as_typed(&chosen(file, "--inputs", list, &names)?, list)
    };
    let of: HashSet<&String> = wanted.iter().collect();
    for c in schema.columns.iter().filter(|c| of.contains(&c.name)) {
        if c.kind != Kind::Number {
            let message = format!("--inputs: column `{}` does not hold numbers", c.name);
            return Err(Error::input(file, message));
        }
    }
    let table = read(file, &ReadTable { array, columns: Some(&wanted) })?;
    let values = wanted.iter().map(|n| {
        let column = table.columns.iter().find(|c| c.name == *n);
        match column.map(|c| &c.values) {
            Some(Values::Number(v)) => v.clone(),
            _ => vec![f64::NAN; table.rows],
        }
    });
    let values: Vec<Vec<f64>> = values.collect();
    Ok(InputColumns { names: wanted, values, apart: own })
}

/// Rows of the file in which nothing is missing.
fn kept(
    config: &RaddConfig,
    columns: &Columns,
    array: Option<&str>,
    (names, inputs): (&[String], &[Vec<f64>]),
    observer: &dyn Observer,
) -> Result<(Vec<usize>, Vec<String>), Error> {
    let file = &config.common.file;
    let (mut kept, mut row, mut bad, mut total) = (vec![], 0usize, None, 0usize);
    observer.start("reading", columns.rows.unwrap_or(0) as u64);
    columns.stream(file, array, &mut |chunk| {
        for r in 0..chunk.rows {
            let unit = chunk.columns.iter().position(|c| !c[r].is_finite());
            let input = inputs.iter().position(|c| !c.get(row + r).copied().unwrap_or(f64::NAN).is_finite());
            let found = match (unit, input) {
                (Some(i), _) => Some((&columns.units[i], chunk.columns[i][r])),
                (None, Some(i)) => Some((&names[i], inputs[i].get(row + r).copied().unwrap_or(f64::NAN))),
                (None, None) => None,
            };
            match found {
                None => kept.push(row + r),
                Some((name, value)) => {
                    total += 1;
                    bad.get_or_insert((name.clone(), row + r, value));
                }
            }
        }
        row += chunk.rows;
        observer.at(row as u64);
        Ok(())
    })?;
    observer.finish();
    if let Some(other) = inputs.iter().map(Vec::len).find(|l| *l != row) {
        let message = format!("the units have {row} rows, the inputs {other}; expected as many");
        return Err(Error::input(file, message));
    }
    let Some((name, row, value)) = bad else { return Ok((kept, vec![])) };
    if config.recording.missing != Some(Missing::DropRows) {
        let such = format!("{} with such", count(total, "row"));
        let and = ", and no pair of states reaches across";
        return Err(columns.refused(file, array, (&name, row, value), &such, and));
    }
    let warning = format!(
        "{} with missing values left out (--missing drop-rows); no pair of states reaches across.",
        count(total, "row")
    );
    Ok((kept, vec![warning]))
}
