//! Couplings of states: alignments, spikes, categories.

mod alignment;
mod config;
mod data;
mod infer;
mod job;
mod levels;
mod model;
mod stored;
mod used;

pub use config::{Alphabet, PottsConfig};
pub use job::{Found, Inferred, Potts};
pub use model::{Agreement, Chosen, Pair, PottsModel, Reason};
pub use stored::{Stored, open};
pub use used::{Ask, Drawn, Mutation, Score, Scored, Use, Used};

use crate::inference::potts::Samples;
use schemars::JsonSchema;
use serde::Serialize;

/// What was read: entry `input` of the summary.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AboutSamples {
    /// The file.
    pub file: String,
    /// `alignment` or `table`.
    pub kind: &'static str,
    /// The file's format.
    pub format: &'static str,
    /// Sites.
    pub sites: usize,
    /// States of a site at most.
    pub states: usize,
    /// Samples.
    pub samples: usize,
    /// The sum of their weights.
    pub weight: f64,
    /// The file of the true model.
    pub truth: Option<String>,
}

/// What couplings are inferred from.
pub(super) struct Data {
    pub samples: Samples,
    /// Names of the sites.
    pub names: Vec<String>,
    /// Names of each site's states.
    pub states: Vec<Vec<String>>,
    /// Where the levels of each site end, if numbers were made levels.
    pub bounds: Option<Vec<Vec<f64>>>,
    /// The trial of each sample.
    pub trials: Option<Vec<usize>>,
    /// Whether samples follow one another in time and are alike.
    pub alike: bool,
    pub about: AboutSamples,
    pub notes: Vec<Note>,
}

/// What the user should know of data.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// Of the table's columns.
    Columns(String),
    /// Rows left out for their missing values.
    LeftOut(usize),
    /// Columns of one value, which are no sites.
    Constant(Vec<String>),
    /// Letters beyond the alphabet, taken as gaps.
    Unknown {
        /// How many.
        count: usize,
        /// Which.
        letters: String,
    },
    /// Insertions left out.
    Insertions(usize),
    /// The letters that were found make the alphabet.
    Letters(String),
    /// Successive rows are alike.
    Alike {
        /// Lag-one autocorrelation.
        lag_one: f64,
        /// Rows.
        rows: usize,
        /// Rows that they are worth.
        effective: f64,
        /// Whether trials are given.
        trials: bool,
    },
    /// Columns whose levels are fewer than asked for, because values are equal.
    FewLevels {
        /// How many columns.
        columns: usize,
        /// What was asked for.
        asked: usize,
    },
}
