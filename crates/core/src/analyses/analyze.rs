//! `analyze`: a network or a recording.

use super::arguments::{AnalysisArguments, NetworkArguments, RecordingArguments, TrialArguments};
use super::beside::BesideArguments;
use super::limits::seed;
use super::network::{self, NetworkAnalysis};
use super::recording::{self, RecordingAnalysis};
use super::session;
use super::{Config, Error, Module, RecordingSettings, Source, check, open, written};
use crate::io::steady;
use crate::job::{Desk, Job};
use clap::Args;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Analyses a network or a recording.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct Analyze {
    /// Weights or activity (`nullcline help files` and `help recordings` tell the formats), told by its content
    #[serde(serialize_with = "written::path")]
    pub file: PathBuf,
    /// Modules, separated by commas.
    #[arg(long, value_name = "A,B", help = Module::help())]
    pub modules: Option<String>,
    /// Seed of every random stream
    #[arg(long, default_value_t = 1, value_parser = seed())]
    pub seed: u64,
    /// Of networks.
    #[command(flatten)]
    #[serde(flatten)]
    pub network: NetworkArguments,
    /// Of recordings.
    #[command(flatten)]
    #[serde(flatten)]
    pub recording: RecordingArguments,
    /// Of the trials of recordings.
    #[command(flatten)]
    #[serde(flatten)]
    pub trials_of: TrialArguments,
    /// Of positions and of a second recording.
    #[command(flatten)]
    #[serde(flatten)]
    pub beside: BesideArguments,
    /// Of activity.
    #[command(flatten)]
    #[serde(flatten)]
    pub analyses: AnalysisArguments,
}
crate::settings!(Analyze, "analyze");

impl Analyze {
    /// The settings, checked.
    ///
    /// # Errors
    /// [`Error::Config`] names the option, what it is, and what was expected.
    pub fn config(&self) -> Result<Config, Error> {
        let config = || -> Result<Config, String> {
            let named = self.trials_of.conditions.is_some() || self.recording.table.targets.is_some();
            if self.trials_of.labels.is_some() && !named && self.network.driven.trials.is_none() {
                return Err("--labels goes with --conditions or --targets, which name its columns, or with the --trials of \
                            a network"
                    .into());
            }
            if self.beside.against.is_some() && (self.trials_of.zscore || self.trials_of.soft_normalise) {
                return Err("--against does not go with --zscore and --soft-normalise: each recording would be in a unit of its own"
                    .into());
            }
            Ok(Config {
                file: self.file.clone(),
                seed: self.seed,
                modules: self.modules.as_deref().map(check::modules).transpose()?,
                network: check::network(&self.network)?,
                recording: RecordingSettings {
                    beside: self.beside.checked()?,
                    ..check::recording_of_trials(&self.recording, &self.trials_of)?
                },
                analyses: check::analyses(&self.analyses)?,
            })
        };
        config().map_err(Error::Config)
    }
}

/// What was found.
pub enum Analysis {
    /// Of a network.
    Network(Box<NetworkAnalysis>),
    /// Of a recording.
    Recording(Box<RecordingAnalysis>),
}

impl Job for Analyze {
    const NAME: &'static str = "analyze";
    type Found = Analysis;
    type Error = Error;

    fn files(&self) -> Vec<&Path> {
        let n = &self.network;
        let d = &n.driven;
        let (chi, z) = (&n.integrator.chi, &n.integrator.z);
        let tables = [
            &d.trials,
            &d.inputs,
            &d.initial,
            &n.terminal,
            &self.trials_of.labels,
            chi,
            z,
            &self.recording.weights,
            &self.beside.against,
        ];
        let named = std::iter::once(&self.file).chain(tables.into_iter().flatten()).map(PathBuf::as_path);
        named.chain(n.continuation.files()).collect()
    }

    fn check(&self) -> Result<(), Error> {
        self.config().map(drop)
    }

    fn run(&self, desk: &Desk) -> Result<Analysis, Error> {
        crate::linalg::sequential();
        let _held = steady::hold();
        let mut config = self.config()?;
        session::settle(&config.file, &mut config.recording)?;
        Ok(match open(&config)? {
            Source::Network(n) => Analysis::Network(Box::new(network::diagnose(&n, &config, desk.observer)?)),
            Source::Recording { array } => {
                Analysis::Recording(Box::new(recording::diagnose(&config, array.as_deref(), desk.observer)?))
            }
        })
    }
}
