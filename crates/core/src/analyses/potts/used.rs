//! A model that was written: its log Z, samples of it, and what it says of other data.

use super::config::{Alphabet, PottsConfig};
use super::stored::{self, Stored};
use super::{Note, alignment, levels};
use crate::analyses::Error;
use crate::analyses::columns::Columns;
use crate::analyses::source::table_array;
use crate::inference::chains::Summary;
use crate::inference::potts::{
    Annealing, Error as Fault, Gibbs, Method, Partition, Potts, Samples, Transfer, annealed, exact, partition,
};
use crate::io::table::{ReadTable, Values, read, schema};
use crate::job::Observer;
use crate::numbers::Estimate;
use std::path::{Path, PathBuf};

/// How log Z is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ask {
    /// Exactly of up to a million configurations, else by annealed importance sampling.
    #[default]
    Best,
    /// By eliminating sites, or going through all configurations.
    Exact,
    /// By annealed importance sampling.
    Annealed,
    /// As the cluster expansion that inferred the model left it.
    Expanded,
}

/// What is done with a model.
#[derive(Clone, Debug, Default)]
pub struct Use {
    /// The file of the model.
    pub model: PathBuf,
    /// Samples wanted.
    pub sample: Option<usize>,
    /// The data that are scored.
    pub score: Option<PathBuf>,
    /// How log Z is found.
    pub ask: Ask,
}

/// What became of it.
pub struct Used {
    /// The file of the model.
    pub path: PathBuf,
    /// The model.
    pub model: Potts,
    /// Names of the sites.
    pub names: Vec<String>,
    /// Names of each site's states.
    pub states: Vec<Vec<String>>,
    /// Whether states are letters.
    pub letters: bool,
    /// log Z.
    pub partition: Partition,
    /// Samples, if they were asked for.
    pub drawn: Option<Drawn>,
    /// Scores, if there are data.
    pub scored: Option<Scored>,
}

/// Samples of a model.
pub struct Drawn {
    /// A state of each site.
    pub rows: Vec<Vec<u8>>,
    /// What their energies say of the chains.
    pub chains: Summary,
    /// Sweeps between two samples of a chain.
    pub apart: usize,
}

/// What a model says of data.
pub struct Scored {
    /// Where they come from.
    pub path: PathBuf,
    /// Each sample.
    pub all: Vec<Score>,
    /// Changes of single states of the first sample.
    pub mutations: Vec<Mutation>,
    /// What the user should know of the data.
    pub notes: Vec<Note>,
}

/// One sample.
pub struct Score {
    /// Its name, or its row.
    pub name: String,
    /// E.
    pub energy: f64,
    /// - E - log Z.
    pub log_probability: Estimate,
}

/// One state changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Mutation {
    /// The site, from 0.
    pub site: usize,
    /// The state that it has.
    pub from: usize,
    /// The state that it gets.
    pub to: usize,
    /// log P of the changed sample less that of the sample.
    pub change: f64,
}

/// The change of log P for every change of one state of a sample.
pub(super) fn mutations(model: &Potts, x: &[u8]) -> Vec<Mutation> {
    let sites = &model.sites;
    let at: Vec<usize> = x.iter().enumerate().map(|(i, s)| sites.at(i, *s)).collect();
    let field = |k: usize, i: usize| -> f64 {
        model.fields[k]
            + at.iter()
                .enumerate()
                .filter(|(j, _)| *j != i)
                .map(|(_, l)| model.couplings[(k, *l)])
                .sum::<f64>()
    };
    let mut all = vec![];
    for (i, range) in sites.ranges().enumerate() {
        let own = field(at[i], i);
        for (to, k) in range.clone().enumerate().filter(|(_, k)| *k != at[i]) {
            all.push(Mutation { site: i, from: at[i] - range.start, to, change: field(k, i) - own });
        }
    }
    all
}

pub(super) fn used(config: &PottsConfig, of: &Use, observer: &dyn Observer) -> Result<Used, Error> {
    let fail = |e: Fault| Error::input(&of.model, e.to_string());
    let stored = stored::open(&of.model)?;
    let annealing = Annealing { chains: config.chains, seed: config.seed, ..Annealing::default() };
    observer.start("log Z", 0);
    let model = &stored.model;
    let partition = match of.ask {
        Ask::Best => partition(model, &annealing),
        Ask::Exact => Transfer::new(model)
            .map(|t| t.log_z)
            .or_else(|_| exact::log_z(model))
            .map(|z| Partition { log_z: Estimate::exact(z, 0), method: Method::Exact, effective: None }),
        Ask::Annealed => annealed(model, &annealing).map(|a| Partition {
            log_z: a.log_z,
            method: Method::Annealed,
            effective: Some(a.effective),
        }),
        Ask::Expanded => {
            let log_z = stored.expanded.ok_or_else(|| {
                let message = "holds no log Z of a cluster expansion, expected a model by --likelihood ace: --partition ais or exact \
                               finds it of any model";
                Error::input(&of.model, message)
            })?;
            Ok(Partition { log_z, method: Method::Expanded, effective: None })
        }
    }
    .map_err(fail)?;
    observer.finish();
    let drawn = of.sample.map(|count| drawn(model, count, config.seed)).transpose().map_err(fail)?;
    let scored = of.score.as_ref().map(|path| scored(config, &stored, path, &partition)).transpose()?;
    let (letters, names, states) = (stored.letters.is_some(), stored.site_names(), stored.state_names());
    Ok(Used { path: of.model.clone(), model: stored.model, names, states, letters, partition, drawn, scored })
}

/// Samples of some chains, as far apart as their energies remember.
fn drawn(model: &Potts, count: usize, seed: u64) -> Result<Drawn, Fault> {
    const CHAINS: usize = 64;
    const BURN: usize = 500;
    const TRIED: usize = 200;
    let gibbs = Gibbs::new(model)?;
    let energies = |s: &Samples| -> Vec<f64> { s.rows().map(|r| model.energy(r)).collect() };
    let first = gibbs.samples(CHAINS, TRIED, BURN, 1, seed)?;
    let found = energies(&first);
    let summary_of =
        |all: &[f64], each: usize| crate::inference::chains::summary(&all.chunks(each).collect::<Vec<_>>());
    // Sweeps that one independent sample takes.
    let apart = ((CHAINS * TRIED) as f64 / summary_of(&found, TRIED).ess.max(1.0)).ceil().clamp(1.0, 1000.0);
    let (apart, each) = (apart as usize, count.div_ceil(CHAINS));
    let samples = gibbs.samples(CHAINS, each, BURN, apart, seed.wrapping_add(1))?;
    // Few draws of a chain say nothing of its mixing; those that were tried do.
    let chains = if each < TRIED { summary_of(&found, TRIED) } else { summary_of(&energies(&samples), each) };
    // In turns, so that the first are of all chains.
    let order = (0..each).flat_map(|k| (0..CHAINS).map(move |c| c * each + k)).take(count);
    Ok(Drawn { rows: order.map(|k| samples.row(k).to_vec()).collect(), chains, apart })
}

fn scored(
    config: &PottsConfig,
    stored: &Stored,
    path: &Path,
    partition: &Partition,
) -> Result<Scored, Error> {
    let mut notes = vec![];
    let (names, rows) = match path.is_file() && crate::io::alignment::holds(path)? {
        true if config.recording.units.is_some() => {
            return Err(Error::Config("--units goes with tables; the scored file is an alignment".into()));
        }
        true => sequences(stored, path, &mut notes)?,
        false => of_table(config, stored, path)?,
    };
    let score = |(name, row): (String, &Vec<u8>)| {
        let energy = stored.model.energy(row);
        let log_probability = Estimate { value: -energy - partition.log_z.value, ..partition.log_z };
        Score { name, energy, log_probability }
    };
    let mutations = rows.first().map_or_else(Vec::new, |x| mutations(&stored.model, x));
    let all = names.into_iter().zip(&rows).map(score).collect();
    Ok(Scored { path: path.to_owned(), all, mutations, notes })
}

type Named = (Vec<String>, Vec<Vec<u8>>);

fn sequences(stored: &Stored, path: &Path, notes: &mut Vec<Note>) -> Result<Named, Error> {
    let Some(letters) = &stored.letters else {
        return Err(Error::input(path, "is an alignment, and the model is of a table: expected a table"));
    };
    let found = crate::io::alignment::read(path)?;
    let sites = stored.model.sites.count();
    if found.columns != sites {
        let message = format!("has {} columns, expected {sites}, as the model has sites", found.columns);
        return Err(Error::input(path, message));
    }
    let config = PottsConfig {
        file: path.to_owned(),
        alphabet: Alphabet::Letters(letters.clone()),
        using: Some(Use::default()),
        ..PottsConfig::default()
    };
    let states = alignment::states(&config, &found, letters.as_bytes(), notes)?;
    Ok((found.names.clone(), states.chunks_exact(sites).map(<[u8]>::to_vec).collect()))
}

fn of_table(config: &PottsConfig, stored: &Stored, path: &Path) -> Result<Named, Error> {
    let array = table_array(path, config.recording.units.as_deref())?;
    let units = columns(config, stored, path, array.as_deref())?;
    let table = read(path, &ReadTable { array: array.as_deref(), columns: Some(&units) })?;
    let sites = &stored.model.sites;
    let names = stored.state_names();
    let mut rows = vec![vec![0u8; sites.count()]; table.rows];
    for (i, column) in table.columns.iter().enumerate() {
        let states = states_of(&column.values, stored.bounds.as_ref().map(|b| &b[i][..]), &names[i]);
        for (k, row) in rows.iter_mut().enumerate() {
            row[i] = states[k].ok_or_else(|| {
                let found = match &column.values {
                    Values::Number(v) => v[k].to_string(),
                    Values::Text(v) => v[k].clone(),
                };
                let message = format!(
                    "column `{}`, row {}: found {found}, expected one of the model's states, {}",
                    column.name,
                    k + 1,
                    crate::io::error::listed(&names[i])
                );
                Error::input(path, message)
            })?;
        }
    }
    Ok(((1..=table.rows).map(|k| k.to_string()).collect(), rows))
}

/// The columns of the model's sites: those of their names, or those that --units chooses, in their order.
fn columns(
    config: &PottsConfig,
    stored: &Stored,
    path: &Path,
    array: Option<&str>,
) -> Result<Vec<String>, Error> {
    let chosen = config.recording.units.as_deref().filter(|u| Some(*u) != array);
    if let (Some(sites), None, None) = (&stored.sites, &stored.letters, chosen) {
        let all = schema(path, array)?.names();
        let missing: Vec<String> = sites.iter().filter(|s| !all.contains(s)).cloned().collect();
        if !missing.is_empty() {
            let message = format!(
                "has no column {}, expected one for each site of the model; the columns are {}; --units takes others, in the order of \
                 the sites",
                crate::io::error::listed(&missing),
                crate::io::error::listed(&all)
            );
            return Err(Error::input(path, message));
        }
        return Ok(sites.clone());
    }
    let columns = Columns::of_states(path, &config.recording, array)?;
    let count = stored.model.sites.count();
    if columns.units.len() != count {
        let message = format!(
            "has {} columns, expected {count}, as the model has sites; --units chooses columns",
            columns.units.len()
        );
        return Err(Error::input(path, message));
    }
    Ok(columns.units)
}

/// The state of each value: the level that it is in, or the state of its name; none of others.
fn states_of(values: &Values, bounds: Option<&[f64]>, names: &[String]) -> Vec<Option<u8>> {
    let state = |place: Option<usize>| place.and_then(|s| u8::try_from(s).ok());
    if let (Values::Number(all), Some(ends)) = (values, bounds) {
        return all.iter().map(|v| state(levels::level(*v, ends))).collect();
    }
    let found = levels::different(values);
    let known: Vec<Option<u8>> =
        found.names.iter().map(|name| state(names.iter().position(|n| n == name))).collect();
    found.of.iter().map(|l| l.and_then(|l| known[l])).collect()
}
