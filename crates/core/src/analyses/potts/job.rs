//! `infer potts`, as it is written, and to checked settings.

use super::config::{Alphabet, PottsConfig};
use super::{Ask, Data, Note, PottsModel, Use, Used, data, infer, used};
use crate::analyses::Error;
use crate::analyses::arguments::TableArguments;
use crate::analyses::check::{positive, table};
use crate::analyses::gaussian::grid;
use crate::analyses::limits::{count, seed};
use crate::analyses::written;
use crate::inference::potts::{Expansion, Grouping, Learning, Path as Sparse, Settings, Way};
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
    /// How log Z of the model is found: exact, ais (annealed importance sampling), or ace (as the cluster expansion that inferred the
    /// model left it) [default: exact of up to a million configurations, else ais]
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
    /// Likelihood that is penalised: pseudo, asymmetric (pseudo of each site alone, which needs less memory), or that of all sites: exact
    /// (at most 3e8 configurations), boltzmann (by chains that follow the model) or ace (adaptive cluster expansion) [default: pseudo]
    #[arg(long, value_name = "NAME")]
    pub likelihood: Option<String>,
    /// Put the states of a site together that less than this share of the samples show (0.05), or, as entropy:0.9, all but the fewest
    /// with which the site keeps this share of its entropy; couplings are of groups then
    #[arg(long, value_name = "SHARE")]
    pub compress: Option<String>,
    /// Strengths of the penalty n γ Σ J² + (γ / 10) Σ h² (half of it under exact, boltzmann and ace): FROM:TO:COUNT, equally spaced logarithms, or
    /// numbers separated by commas [default: 0.01:10:7]
    #[arg(long, value_name = "GRID", allow_hyphen_values = true)]
    pub gamma: Option<String>,
    /// Give the couplings at this strength [default: where unseen data are predicted best]
    #[arg(long, value_name = "GAMMA")]
    pub at: Option<f64>,
    /// Folds of samples left out, for likelihoods of unseen data and errors of couplings; 0 for none. Rows of one --trial stay in one
    /// [default: 5, with --truth 0]
    #[arg(long, value_name = "K", value_parser = count(0, 1000))]
    pub folds: Option<usize>,
    /// Distance of each fit from its minimum at most, relative to it; of boltzmann and ace how far the model's moments are from the
    /// data's, in their sampling errors [default: 1e-9; 0.2 of boltzmann, 1 of ace]
    #[arg(long, value_name = "X")]
    pub tolerance: Option<f64>,
    /// Updates of boltzmann at most [default: 100000]
    #[arg(long, value_name = "N", value_parser = count(1, 100_000_000))]
    pub updates: Option<usize>,
    /// Give the model of ace at this threshold, in nats, whatever its moments are [default: where they are the data's]
    #[arg(long, value_name = "X")]
    pub threshold: Option<f64>,
    /// Couple few pairs only, found by decimation (the weakest are taken away), activation (the most promising are added) or group (the
    /// group lasso); samples left out say how many
    #[arg(long, value_name = "NAME")]
    pub sparse: Option<String>,
    /// Chains of annealed importance sampling [default: 400]
    #[arg(long, value_name = "N", value_parser = count(2, 1_000_000))]
    pub chains: Option<usize>,
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
    pub recording: TableArguments,
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
        positive("--tolerance", self.tolerance)?;
        positive("--threshold", self.threshold)?;
        if let Some(v) = self.reweight.filter(|v| !(*v > 0.0 && *v < 1.0)) {
            return Err(format!("--reweight {v}: expected a share between 0 and 1, as 0.2"));
        }
        if self.folds == Some(1) {
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
        let (way, sparse) = (self.way()?, self.sparse()?);
        self.together(way)?;
        let grouping = self.compress.as_deref().map(grouping).transpose()?;
        let alphabet = self.alphabet.as_deref().map(Alphabet::parse).transpose()?;
        let folds = self.folds.unwrap_or(if self.truth.is_some() { 0 } else { 5 });
        Ok(PottsConfig {
            file,
            using,
            seed: self.seed,
            alphabet: alphabet.unwrap_or_default(),
            bins: self.bins,
            reweight: self.reweight,
            fits: self.fits(way, grouping),
            way,
            gammas: self.gamma.as_deref().map(grid).transpose()?,
            at: self.at,
            folds,
            chains: self.chains.unwrap_or(400),
            sparse,
            truth: self.truth.clone(),
            edges: self.edges,
            recording: table(&self.recording)?,
        })
    }

    fn way(&self) -> Result<Way, String> {
        let Some(name) = self.likelihood.as_deref() else { return Ok(Way::default()) };
        Way::ALL.into_iter().find(|w| w.name() == name).ok_or_else(|| {
            let all = Way::ALL.map(Way::name).join(", ");
            format!("--likelihood {name}: expected one of {all}")
        })
    }

    fn sparse(&self) -> Result<Option<Sparse>, String> {
        match self.sparse.as_deref() {
            None => Ok(None),
            Some("decimation") => Ok(Some(Sparse::Decimation)),
            Some("activation") => Ok(Some(Sparse::Activation)),
            Some("group") => Ok(Some(Sparse::Group)),
            Some(other) => Err(format!("--sparse {other}: expected decimation, activation or group")),
        }
    }

    /// When fits end, as far as the data do not say.
    fn fits(&self, way: Way, grouping: Option<Grouping>) -> Settings {
        let o = Settings::default();
        let (learning, expansion) = (
            Learning {
                tolerance: self.tolerance.unwrap_or(o.learning.tolerance),
                updates: self.updates.unwrap_or(o.learning.updates),
                seed: self.seed,
                ..o.learning
            },
            Expansion {
                until: if self.threshold.is_some() { None } else { self.tolerance.or(o.expansion.until) },
                smallest: self.threshold.unwrap_or(o.expansion.smallest),
                seed: self.seed,
                ..o.expansion
            },
        );
        let descent = matches!(way, Way::Pseudo | Way::Asymmetric | Way::Exact);
        let tolerance = self.tolerance.filter(|_| descent).unwrap_or(o.tolerance);
        Settings { tolerance, aim: tolerance, grouping, learning, expansion, ..o }
    }

    /// Options that do not go with others.
    fn together(&self, way: Way) -> Result<(), String> {
        let folds = self.folds.is_some_and(|k| k > 0);
        for (option, given, with, has) in [
            (
                "--folds",
                folds,
                "data whose truth is unknown; with --truth unseen data are drawn from it",
                self.truth.is_none(),
            ),
            ("--sparse", self.sparse.is_some(), "--likelihood pseudo", way == Way::Pseudo),
            (
                "--sparse",
                self.sparse.is_some(),
                "all states of a site, not with --compress",
                self.compress.is_none(),
            ),
            ("--updates", self.updates.is_some(), "--likelihood boltzmann", way == Way::Boltzmann),
            ("--threshold", self.threshold.is_some(), "--likelihood ace", way == Way::Clusters),
            (
                "--tolerance",
                self.tolerance.is_some(),
                "an expansion that ends by moments, not with --threshold",
                self.threshold.is_none(),
            ),
        ] {
            if given && !has {
                return Err(format!("{option} goes with {with}"));
            }
        }
        Ok(())
    }
}

/// `0.05` or `entropy:0.9`.
fn grouping(text: &str) -> Result<Grouping, String> {
    let (share, by): (&str, fn(f64) -> Grouping) = match text.strip_prefix("entropy:") {
        Some(share) => (share, Grouping::Entropy),
        None => (text, Grouping::Rare),
    };
    let share = share.trim().parse::<f64>().ok().filter(|v| *v > 0.0 && *v < 1.0);
    share.map(by).ok_or_else(|| {
        format!(
            "--compress {text}: expected a share between 0 and 1, as 0.05, or of the entropy, as entropy:0.9"
        )
    })
}

impl Potts {
    fn using(&self) -> Result<Option<Use>, String> {
        let ask = match self.partition.as_deref() {
            None => Ask::Best,
            Some("exact") => Ask::Exact,
            Some("ais") => Ask::Annealed,
            Some("ace") => Ask::Expanded,
            Some(other) => return Err(format!("--partition {other}: expected exact, ais or ace")),
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
            ("--compress", self.compress.is_some()),
            ("--gamma", self.gamma.is_some()),
            ("--at", self.at.is_some()),
            ("--folds", self.folds.is_some()),
            ("--tolerance", self.tolerance.is_some()),
            ("--updates", self.updates.is_some()),
            ("--threshold", self.threshold.is_some()),
            ("--truth", self.truth.is_some()),
            ("--edges", self.edges.is_some()),
            ("--sparse", self.sparse.is_some()),
            ("--likelihood", self.likelihood.is_some()),
            ("--trial", self.recording.trial.is_some()),
            ("--time", self.recording.time.is_some()),
            ("--targets", self.recording.targets.is_some()),
            ("--missing", self.recording.missing.is_some()),
        ];
        if let Some((name, _)) = of_data.iter().find(|g| g.1) {
            return Err(format!("{name} is of an inference from data; leave it out beside --model"));
        }
        if self.recording.units.is_some() && self.score.is_none() {
            return Err("--units chooses columns of a table that is scored: give it with --score FILE".into());
        }
        if self.chains.is_some() && matches!(ask, Ask::Exact | Ask::Expanded) {
            return Err("--chains is of annealed importance sampling: give it with --partition ais".into());
        }
        Ok(Some(Use { model, sample: self.sample, score: self.score.clone(), ask }))
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
