//! `infer gaussian`, as it is written, and to checked settings.

use super::{Data, GaussianConfig, GaussianModel, Note, Penalty, data, sweep};
use crate::analyses::Error;
use crate::analyses::arguments::TableArguments;
use crate::analyses::check::{positive, table};
use crate::analyses::limits::{count, seed};
use crate::analyses::lists::{entries, once};
use crate::analyses::prepare::Width;
use crate::analyses::written;
use crate::inference::gaussian::data::Scale;
use crate::inference::gaussian::roots::log_grid;
use crate::io::steady;
use crate::job::{Desk, Job};
use clap::Args;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Most strengths of a grid.
const MOST: usize = 100_000;

/// Infers the couplings of a Gaussian model.
#[derive(Args, Clone, Debug, Serialize)]
pub struct Gaussian {
    /// Samples (.csv, .parquet, .arrow, .npy, .npz; a row a sample, a column a variable), or a covariance
    #[serde(serialize_with = "written::path")]
    pub file: PathBuf,
    /// The file holds a covariance; say with --alpha or --samples what it was measured on
    #[arg(long)]
    pub covariance: bool,
    /// Samples over variables, of a covariance
    #[arg(long, value_name = "X", conflicts_with = "samples")]
    pub alpha: Option<f64>,
    /// Samples, of a covariance
    #[arg(long, value_name = "P", value_parser = count(1, 1_000_000_000_000))]
    pub samples: Option<usize>,
    /// The true covariance: test likelihood and roots are then exact
    #[arg(long, value_name = "FILE")]
    #[serde(serialize_with = "written::given")]
    pub truth: Option<PathBuf>,
    /// Penalty on the couplings: l2 (γ tr J² / 4 beside α times the likelihood) or l1 (graphical lasso)
    #[arg(long, value_name = "NAME", default_value = "l2")]
    pub penalty: String,
    /// Strengths: FROM:TO:COUNT, equally spaced logarithms, or numbers separated by commas [default: 0.01:1000:60,
    /// under --scale none times the square of the mean variance; under l1 from a hundredth of the largest covariance to all of it]
    #[arg(long, value_name = "GRID", allow_hyphen_values = true)]
    pub gamma: Option<String>,
    /// Give the couplings at this strength [default: where unseen data are predicted best]
    #[arg(long, value_name = "GAMMA")]
    pub at: Option<f64>,
    /// Scaling of the covariance: trace (to trace n), variances (each variable to variance one) or none (couplings and γ in
    /// the data's units)
    #[arg(long, value_name = "NAME", default_value = "trace")]
    pub scale: String,
    /// Do not subtract the means: they are known to be zero
    #[arg(long)]
    pub uncentered: bool,
    /// Folds of the cross-validation; 0 for none. Rows of one --trial stay in one fold [default: 10]
    #[arg(long, value_name = "K", value_parser = count(0, 1_000_000))]
    pub folds: Option<usize>,
    /// Rows in bins, within trials: so many time steps, or a time as 20ms with --time; sums of counts, means of others. Of spike times
    /// the width of the bins in which they are counted
    #[arg(long, value_name = "N")]
    pub bin: Option<String>,
    /// Strongest couplings shown [default: twice the variables]
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
crate::settings!(Gaussian, "infer.gaussian");

impl Gaussian {
    /// The settings, checked.
    ///
    /// # Errors
    /// [`Error::Config`] names the option, what it is, and what was expected.
    pub fn config(&self) -> Result<GaussianConfig, Error> {
        self.checked().map_err(Error::Config)
    }

    /// Options that do not go with others.
    fn together(&self) -> Result<(), String> {
        let validated = self.folds.is_some_and(|k| k > 0);
        for (option, given, with, without) in [
            (
                "--alpha",
                self.alpha.is_some(),
                "--covariance; a table of samples has as many as it has rows",
                self.covariance,
            ),
            (
                "--samples",
                self.samples.is_some(),
                "--covariance; a table of samples has as many as it has rows",
                self.covariance,
            ),
            (
                "--uncentered",
                self.uncentered,
                "samples; --covariance says that this file holds none",
                !self.covariance,
            ),
            (
                "--bin",
                self.bin.is_some(),
                "samples; --covariance says that this file holds none",
                !self.covariance,
            ),
            ("--folds", validated, "samples; --covariance says that this file holds none", !self.covariance),
            (
                "--folds",
                validated,
                "data whose truth is unknown; with --truth nothing is cross-validated",
                self.truth.is_none(),
            ),
        ] {
            if given && !without {
                return Err(format!("{option} goes with {with}"));
            }
        }
        Ok(())
    }

    fn checked(&self) -> Result<GaussianConfig, String> {
        positive("--alpha", self.alpha)?;
        positive("--at", self.at)?;
        if self.folds == Some(1) {
            return Err("--folds 1: expected at least two, or 0 for no cross-validation".into());
        }
        self.together()?;
        if self.covariance && self.alpha.is_none() && self.samples.is_none() {
            return Err(
                "--covariance needs --alpha P/N or --samples P: the penalty is weighed against them".into()
            );
        }
        let penalty = match self.penalty.as_str() {
            "l2" => Penalty::L2,
            "l1" => Penalty::L1,
            other => return Err(format!("--penalty {other}: expected l2 or l1")),
        };
        let mut recording = table(&self.recording)?;
        recording.preparation.bin = self.bin.as_deref().map(|w| Width::parse("--bin", w)).transpose()?;
        let scale = Scale::ALL.into_iter().find(|s| s.name() == self.scale);
        Ok(GaussianConfig {
            file: self.file.clone(),
            seed: self.seed,
            covariance: self.covariance,
            alpha: self.alpha,
            samples: self.samples,
            truth: self.truth.clone(),
            penalty,
            gammas: self.gamma.as_deref().map(grid).transpose()?,
            at: self.at,
            scale: scale
                .ok_or_else(|| format!("--scale {}: expected trace, variances or none", self.scale))?,
            uncentered: self.uncentered,
            folds: self.folds.unwrap_or(10),
            edges: self.edges,
            recording,
        })
    }
}

/// Couplings, and what is to be known of their data.
pub struct Inferred {
    /// The model.
    pub model: GaussianModel,
    /// Of the data.
    pub notes: Vec<Note>,
}

impl Job for Gaussian {
    const NAME: &'static str = "infer.gaussian";
    type Found = Inferred;
    type Error = Error;

    fn files(&self) -> Vec<&Path> {
        std::iter::once(&self.file).chain(&self.truth).map(PathBuf::as_path).collect()
    }

    fn check(&self) -> Result<(), Error> {
        self.config().map(drop)
    }

    fn run(&self, desk: &Desk) -> Result<Inferred, Error> {
        crate::linalg::sequential();
        let _held = steady::hold();
        let config = self.config()?;
        let data: Data = data::load(&config, desk.observer)?;
        let model = sweep::infer(&config, &data, desk.observer)?;
        Ok(Inferred { model, notes: data.notes })
    }
}

/// `FROM:TO:COUNT` or `A,B,...`, all positive.
pub(in crate::analyses) fn grid(text: &str) -> Result<Vec<f64>, String> {
    let number = |t: &str| match t.trim().parse::<f64>() {
        Ok(v) if v.is_finite() && v > 0.0 => Ok(v),
        _ => {
            Err(format!("--gamma {text}: `{t}` is not a positive number; expected FROM:TO:COUNT or A,B,..."))
        }
    };
    let parts: Vec<&str> = text.split(':').collect();
    match parts[..] {
        [list] => {
            let all: Vec<f64> =
                entries("--gamma", list)?.into_iter().map(number).collect::<Result<_, _>>()?;
            once("--gamma", text, &all)?;
            Ok(all)
        }
        [from, to, count] => {
            let (from, to) = (number(from)?, number(to)?);
            match count.trim().parse::<usize>() {
                Ok(count) if (2..=MOST).contains(&count) && from < to => Ok(log_grid(from, to, count)),
                _ => Err(format!("--gamma {text}: expected FROM below TO and a COUNT from 2 to {MOST}")),
            }
        }
        _ => Err(format!("--gamma {text}: expected FROM:TO:COUNT or A,B,...")),
    }
}
