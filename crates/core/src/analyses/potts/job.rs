//! `infer potts`, as it is written, and to checked settings.

use super::config::{Alphabet, PottsConfig};
use super::{Ask, Data, Note, PottsModel, Use, Used, data, infer, used};
use crate::analyses::Error;
use crate::analyses::arguments::RecordingArguments;
use crate::analyses::check::{positive, recording};
use crate::analyses::gaussian::grid;
use crate::analyses::limits::{count, seed};
use crate::analyses::written;
use crate::inference::potts::{Path as Sparse, Way};
use crate::io::steady;
use crate::job::{Desk, Job};
use clap::Args;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Infers the couplings of a Potts or Ising model.
#[derive(Args, Clone, Debug, Serialize)]
pub struct Potts {
    /// An alignment (FASTA, a2m, Stockholm), or a table (.csv, .parquet, .arrow, .npy, .npz; a row a sample, a column a site, its
    /// values are the site's states)
    #[serde(serialize_with = "written::given")]
    pub file: Option<PathBuf>,
    /// A model as this command writes it (potts/model.npz), in place of data: its log Z, and what --sample, --score and --partition ask
    #[arg(long, value_name = "FILE", help_heading = "With a model")]
    #[serde(serialize_with = "written::given")]
    pub model: Option<PathBuf>,
    /// Draw so many samples of the model
    #[arg(long, value_name = "N", value_parser = count(1, 10_000_000), help_heading = "With a model")]
    pub sample: Option<usize>,
    /// Say how likely each sequence of an alignment, or row of a table, is
    #[arg(long, value_name = "FILE", help_heading = "With a model")]
    #[serde(serialize_with = "written::given")]
    pub score: Option<PathBuf>,
    /// How log Z of the model is found: exact, or ais (annealed importance sampling) [default: exact of up to a million configurations]
    #[arg(long, value_name = "NAME", help_heading = "With a model")]
    pub partition: Option<String>,
    /// Letters of an alignment: protein, dna, rna, or the letters themselves, as ACDE- [default: those that are found]
    #[arg(long, value_name = "LETTERS", allow_hyphen_values = true)]
    pub alphabet: Option<String>,
    /// Make so many levels of the numbers of each column of a table, about equally often
    #[arg(long, value_name = "Q", value_parser = count(2, 256))]
    pub bins: Option<usize>,
    /// Count sequences that differ in less than this share of the sites as one [default: each counts as one]
    #[arg(long, value_name = "THETA")]
    pub reweight: Option<f64>,
    /// Likelihood that is penalised: pseudo, asymmetric (pseudo of each site alone, which needs less memory), or exact (at most 3e8
    /// configurations)
    #[arg(long, value_name = "NAME", default_value = "pseudo")]
    pub likelihood: String,
    /// Strengths of the penalty n γ Σ J² + (γ / 10) Σ h² (half of it under exact): FROM:TO:COUNT, equally spaced logarithms, or
    /// numbers separated by commas [default: 0.01:10:7]
    #[arg(long, value_name = "GRID", allow_hyphen_values = true)]
    pub gamma: Option<String>,
    /// Give the couplings at this strength [default: where unseen data are predicted best]
    #[arg(long, value_name = "GAMMA")]
    pub at: Option<f64>,
    /// Folds of samples left out, for likelihoods of unseen data and errors of couplings; 0 for none. Rows of one --trial stay in one
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = count(0, 1000))]
    pub folds: usize,
    /// Distance of each fit from its minimum at most, relative to it
    #[arg(long, value_name = "X", default_value_t = 1e-9)]
    pub tolerance: f64,
    /// Couple few pairs only, found by decimation (the weakest are taken away), activation (the most promising are added) or group (the
    /// group lasso); samples left out say how many
    #[arg(long, value_name = "NAME")]
    pub sparse: Option<String>,
    /// Chains of annealed importance sampling
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = count(2, 1_000_000))]
    pub chains: usize,
    /// The true model, an npz of h and j as this command writes it: divergences are then told
    #[arg(long, value_name = "FILE")]
    #[serde(serialize_with = "written::given")]
    pub truth: Option<PathBuf>,
    /// Strongest couplings shown [default: twice the sites]
    #[arg(long, value_name = "N", value_parser = count(1, 1_000_000_000))]
    pub edges: Option<usize>,
    /// Seed of every random stream
    #[arg(long, default_value_t = 1, value_parser = seed())]
    pub seed: u64,
    /// Of the table.
    #[command(flatten)]
    #[serde(flatten)]
    pub recording: RecordingArguments,
}
crate::settings!(Potts, "infer.potts");

impl Potts {
    /// The settings, checked.
    ///
    /// # Errors
    /// [`Error::Config`] names the option, what it is, and what was expected.
    pub fn config(&self) -> Result<PottsConfig, Error> {
        self.checked().map_err(Error::Config)
    }

    fn checked(&self) -> Result<PottsConfig, String> {
        positive("--at", self.at)?;
        positive("--tolerance", Some(self.tolerance))?;
        if let Some(v) = self.reweight.filter(|v| !(*v > 0.0 && *v < 1.0)) {
            return Err(format!("--reweight {v}: expected a share between 0 and 1, as 0.2"));
        }
        if self.folds == 1 {
            return Err("--folds 1: expected at least two, or 0 for none".into());
        }
        let using = self.using()?;
        let file = match (&self.file, &using) {
            (Some(file), None) => file.clone(),
            (None, Some(own)) => own.model.clone(),
            (None, None) => return Err("no file: expected an alignment or a table, or --model FILE".into()),
            (Some(file), Some(_)) => {
                return Err(format!(
                    "{}: --model takes the place of data; leave one of them out",
                    file.display()
                ));
            }
        };
        let way = match self.likelihood.as_str() {
            "pseudo" => Way::Pseudo,
            "asymmetric" => Way::Asymmetric,
            "exact" => Way::Exact,
            other => return Err(format!("--likelihood {other}: expected pseudo, asymmetric or exact")),
        };
        let sparse = match self.sparse.as_deref() {
            None => None,
            Some("decimation") => Some(Sparse::Decimation),
            Some("activation") => Some(Sparse::Activation),
            Some("group") => Some(Sparse::Group),
            Some(other) => {
                return Err(format!("--sparse {other}: expected decimation, activation or group"));
            }
        };
        if let (Some(_), Way::Exact | Way::Asymmetric) = (sparse, way) {
            return Err(format!("--sparse is of --likelihood pseudo, not of {}", way.name()));
        }
        let alphabet = self.alphabet.as_deref().map(Alphabet::parse).transpose()?;
        Ok(PottsConfig {
            file,
            using,
            seed: self.seed,
            alphabet: alphabet.unwrap_or_default(),
            bins: self.bins,
            reweight: self.reweight,
            way,
            gammas: self.gamma.as_deref().map(grid).transpose()?,
            at: self.at,
            folds: if self.truth.is_some() { 0 } else { self.folds },
            tolerance: self.tolerance,
            chains: self.chains,
            sparse,
            truth: self.truth.clone(),
            edges: self.edges,
            recording: recording(&self.recording)?,
        })
    }
}

impl Potts {
    fn using(&self) -> Result<Option<Use>, String> {
        let ask = match self.partition.as_deref() {
            None => Ask::Best,
            Some("exact") => Ask::Exact,
            Some("ais") => Ask::Annealed,
            Some(other) => return Err(format!("--partition {other}: expected exact or ais")),
        };
        let Some(model) = self.model.clone() else {
            let given = [
                ("--sample", self.sample.is_some()),
                ("--score", self.score.is_some()),
                ("--partition", self.partition.is_some()),
            ];
            return match given.iter().find(|g| g.1) {
                Some((name, _)) => Err(format!("{name} is of a model: give it with --model FILE")),
                None => Ok(None),
            };
        };
        let of_data = [
            ("--alphabet", self.alphabet.is_some()),
            ("--bins", self.bins.is_some()),
            ("--reweight", self.reweight.is_some()),
            ("--gamma", self.gamma.is_some()),
            ("--at", self.at.is_some()),
            ("--truth", self.truth.is_some()),
            ("--edges", self.edges.is_some()),
            ("--sparse", self.sparse.is_some()),
            ("--likelihood", self.likelihood != "pseudo"),
        ];
        match of_data.iter().find(|g| g.1) {
            Some((name, _)) => {
                Err(format!("{name} is of an inference from data; leave it out beside --model"))
            }
            None => Ok(Some(Use { model, sample: self.sample, score: self.score.clone(), ask })),
        }
    }
}

/// What the command gives.
pub enum Found {
    /// Couplings inferred from data.
    Inferred(Box<Inferred>),
    /// What was done with a model.
    Used(Box<Used>),
}

/// Couplings, and what is to be known of their data.
pub struct Inferred {
    /// The model.
    pub model: PottsModel,
    /// Of the data.
    pub notes: Vec<Note>,
}

impl Job for Potts {
    const NAME: &'static str = "infer.potts";
    type Found = Found;
    type Error = Error;

    fn files(&self) -> Vec<&Path> {
        [&self.file, &self.model, &self.score, &self.truth]
            .into_iter()
            .flatten()
            .map(PathBuf::as_path)
            .collect()
    }

    fn check(&self) -> Result<(), Error> {
        self.config().map(drop)
    }

    fn run(&self, desk: &Desk) -> Result<Found, Error> {
        crate::linalg::sequential();
        let _held = steady::hold();
        let config = self.config()?;
        if let Some(of) = &config.using {
            return Ok(Found::Used(Box::new(used::used(&config, of, desk.observer)?)));
        }
        let data: Data = data::load(&config, desk.observer)?;
        let model = infer::infer(&config, &data, desk.observer)?;
        Ok(Found::Inferred(Box::new(Inferred { model, notes: data.notes })))
    }
}
