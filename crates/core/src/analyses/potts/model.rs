//! What was inferred of the couplings of states.

use super::AboutSamples;
use crate::inference::potts::{Error, Fit, Grouping, Level, Partition, Path, Penalty, Potts, Sparse, Way};
use crate::numbers::Estimate;

/// The strength at which the couplings are given.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    /// The strength.
    pub gamma: f64,
    /// Why this one.
    pub by: Reason,
}

/// Why couplings are given at one strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was asked for, or is the only one.
    Asked,
    /// Samples left out are predicted best.
    Folds,
    /// Samples of the truth are predicted best.
    Truth,
    /// Unseen data are predicted best at the lower end of the grid.
    LowerEnd,
    /// Unseen data are predicted best at the weakest strength at which fits converge.
    Weakest,
    /// Unseen data are predicted best at the upper end of the grid.
    UpperEnd,
    /// Nothing to choose by: the middle of the grid.
    Middle,
}

named! {
    Reason:
    Self::Asked => "as asked for",
    Self::Folds => "the largest likelihood of samples left out",
    Self::Truth => "the largest likelihood of samples of the truth",
    Self::LowerEnd => "the lower end of the grid, where unseen data are predicted best; widen --gamma downwards",
    Self::Weakest => "the weakest of the grid at which the fit converges",
    Self::UpperEnd => "the upper end of the grid, where unseen data are predicted best; widen --gamma upwards",
    Self::Middle => "the middle of the grid, without data to choose by",
}

/// A pair of sites.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The sites, from 0, the first before the second.
    pub sites: [usize; 2],
    /// The corrected norm of its couplings in the zero-sum gauge, with the error over folds.
    pub score: Estimate,
    /// The norm.
    pub norm: Estimate,
    /// Of sites of two states: the coupling of spins, J(2, 2) in the zero-sum gauge.
    pub spins: Option<Estimate>,
}

/// What was inferred from one set of samples.
pub struct PottsModel {
    /// What was read.
    pub about: AboutSamples,
    /// Names of the sites.
    pub names: Vec<String>,
    /// Names of each site's states.
    pub states: Vec<Vec<String>>,
    /// Which likelihood is penalised.
    pub way: Way,
    /// What each strength gives, ascending.
    pub levels: Vec<Level>,
    /// Folds.
    pub folds: usize,
    /// Where unseen data are predicted best, by a parabola through the largest likelihood and its neighbours in log gamma.
    pub best: Option<f64>,
    /// Where generated and unseen data are equally likely, by lines in log gamma.
    pub cross: Option<f64>,
    /// The strength of what follows.
    pub chosen: Chosen,
    /// The penalty there.
    pub penalty: Penalty,
    /// The fit of all samples there.
    pub fit: Fit,
    /// Its log Z.
    pub partition: Partition,
    /// The model there in the zero-sum gauge.
    pub zero_sum: Potts,
    /// Pairs, the largest score first.
    pub pairs: Vec<Pair>,
    /// Pairs shown.
    pub shown: usize,
    /// Some generated samples, a state for each site.
    pub generated: Vec<Vec<u8>>,
    /// The strength at which fits ceased to converge, and why; none: all did.
    pub stopped: Option<(f64, Error)>,
    /// Ends of each site's levels, where numbers were made levels.
    pub bounds: Option<Vec<Vec<f64>>>,
    /// Which states were put together.
    pub grouping: Option<Grouping>,
    /// Sites that the Gibbs sampler drew for the generated samples.
    pub updates: u64,
    /// The graphs of few pairs on the way, and which was chosen; none where all are coupled.
    pub sparse: Option<(Path, Vec<Sparse>, usize)>,
    /// Changes of single states of the first sequence of an alignment.
    pub mutations: Vec<super::used::Mutation>,
    /// Frequencies of states and correlations of two and three of them, in the data and in what the model generates.
    pub statistics: Vec<Agreement>,
}

/// How far statistics of generated samples agree with those of the data.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// Sites whose states are counted together: 1, 2 or 3.
    pub of: usize,
    /// Pairs of the data's and the generated value: frequencies, or connected correlations of two and three states.
    pub points: Vec<[f64; 2]>,
    /// Their correlation.
    pub correlation: f64,
}

impl PottsModel {
    /// What the chosen strength gives.
    pub fn level(&self) -> &Level {
        let near = |l: &&Level| (l.gamma / self.chosen.gamma).ln().abs();
        self.levels.iter().min_by(|a, b| near(a).total_cmp(&near(b))).unwrap_or(&self.levels[0])
    }
}
