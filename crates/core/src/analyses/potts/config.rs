//! What `infer potts` was asked for, with every value valid.

use crate::analyses::RecordingSettings;
use crate::inference::potts::{Path, Settings, Way};
use std::path::PathBuf;

/// The letters of an alignment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Alphabet {
    /// By the letters that are found.
    #[default]
    Found,
    /// Twenty amino acids and the gap.
    Protein,
    /// Four bases of DNA and the gap.
    Dna,
    /// Four bases of RNA and the gap.
    Rna,
    /// These.
    Letters(String),
}

impl Alphabet {
    /// Of `protein`, `dna`, `rna` or the letters themselves.
    ///
    /// # Errors
    /// Fewer than two letters, or one twice.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "protein" => return Ok(Self::Protein),
            "dna" => return Ok(Self::Dna),
            "rna" => return Ok(Self::Rna),
            _ => {}
        }
        let upper = text.to_ascii_uppercase();
        let wrong = |what: &str| {
            format!(
                "--alphabet {text}: {what}, expected protein, dna, rna, or two letters or more, each once"
            )
        };
        if !upper.bytes().all(|c| c.is_ascii_alphabetic() || c == b'-') {
            return Err(wrong("a character that is no letter and no -"));
        }
        let mut seen: Vec<u8> = upper.bytes().collect();
        seen.sort_unstable();
        seen.dedup();
        if seen.len() != upper.len() || seen.len() < 2 {
            return Err(wrong(if seen.len() < 2 {
                "too few letters"
            } else {
                "a letter that stands there twice"
            }));
        }
        Ok(Self::Letters(upper))
    }
}

/// Everything that `infer potts` needs.
#[derive(Clone, Debug, Default)]
pub struct PottsConfig {
    /// The alignment or the table.
    pub file: PathBuf,
    /// What is done with a model that was written, in place of data.
    pub using: Option<super::Use>,
    /// Seed of folds and chains.
    pub seed: u64,
    /// Letters of an alignment.
    pub alphabet: Alphabet,
    /// Levels that numbers are made of.
    pub bins: Option<usize>,
    /// Divergence below which sequences are alike.
    pub reweight: Option<f64>,
    /// Which likelihood is penalised.
    pub way: Way,
    /// Strengths; none: by default.
    pub gammas: Option<Vec<f64>>,
    /// The strength at which the couplings are given; none: the best one found.
    pub at: Option<f64>,
    /// Folds; 0: none.
    pub folds: usize,
    /// When fits end.
    pub fits: Settings,
    /// Chains of annealed importance sampling.
    pub chains: usize,
    /// Which way few pairs are found; none: all are coupled.
    pub sparse: Option<Path>,
    /// A model that is known to be true.
    pub truth: Option<PathBuf>,
    /// Pairs shown; none: twice the sites.
    pub edges: Option<usize>,
    /// Columns of a table.
    pub recording: RecordingSettings,
}
