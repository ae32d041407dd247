//! What can be wrong with a Potts model or its data.

/// Why a model or its data cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// There is no site.
    #[error("there is no site, expected one at least")]
    NoSites,
    /// A site has too few states, or too many.
    #[error("site {} has {found} states, expected 2 to 256", site + 1)]
    States {
        /// The site, from 0.
        site: usize,
        /// Its states.
        found: usize,
    },
    /// There is no sample.
    #[error("there is no sample, expected one at least")]
    NoSamples,
    /// A sample has not a state for each site.
    #[error("sample {} has {found} states, expected {expected}, one a site", sample + 1)]
    Length {
        /// The sample, from 0.
        sample: usize,
        /// Its states.
        found: usize,
        /// The sites.
        expected: usize,
    },
    /// A state that its site does not have.
    #[error("sample {}, site {}: state {found}, expected 0 to {}", sample + 1, site + 1, states - 1)]
    State {
        /// The sample, from 0.
        sample: usize,
        /// The site, from 0.
        site: usize,
        /// What was found.
        found: u8,
        /// The site's states.
        states: usize,
    },
    /// Weights that are no weights.
    #[error("weights: {0}")]
    Weights(String),
    /// A number that must be finite is not.
    #[error("{what} {place} is {value}, expected a finite number")]
    NotFinite {
        /// What it is.
        what: &'static str,
        /// Its place.
        place: usize,
        /// What was found.
        value: f64,
    },
    /// A penalty that is not positive.
    #[error(
        "a penalty of {0}, expected a positive number: without one the couplings of unseen pairs have no estimate"
    )]
    Penalty(f64),
    /// Sizes that do not fit each other.
    #[error("{what}: {found}, expected {expected}")]
    Shape {
        /// What it is.
        what: &'static str,
        /// What was found.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// More configurations than can be enumerated.
    #[error("{0:.3e} configurations, expected at most {most:.0e} to enumerate", most = super::exact::MOST)]
    TooMany(f64),
    /// Loops so many that summing out sites needs too large tables.
    #[error(
        "the couplings close so many loops that tables of {sites} sites and {weights:.1e} weights are needed, expected at most \
         {most:.0e} weights: estimate log Z by annealing",
        most = super::transfer::MOST_WEIGHTS
    )]
    TooWide {
        /// Weights of all tables, up to where the elimination stopped.
        weights: f64,
        /// Sites of the table where it stopped.
        sites: usize,
    },
    /// The minimisation ended away from the minimum.
    #[error(
        "the fit ended {gap:.1e} above its minimum at most (of {objective:.6e}) after {evaluations} evaluations, where {asked:.1e} \
         was asked: allow more evaluations, or a stronger penalty"
    )]
    NotConverged {
        /// Bound on the distance from the minimum.
        gap: f64,
        /// The objective.
        objective: f64,
        /// What was asked.
        asked: f64,
        /// Evaluations.
        evaluations: usize,
    },
    /// Chains did not learn a model.
    #[error(
        "after {updates} updates the moments of the chains are {mismatch:.2} standard errors of the data from where they should be, \
         where {asked} was asked, with an R-hat of {r_hat:.2} of their energies: allow more updates, more chains or a stronger penalty"
    )]
    NotLearned {
        /// Root mean square of what is left, the sampling error included, in standard errors of the data.
        mismatch: f64,
        /// What was asked.
        asked: f64,
        /// Split R-hat of the energies.
        r_hat: f64,
        /// Updates of each group.
        updates: usize,
    },
    /// A cluster expansion wants clusters of more sites than are allowed.
    #[error(
        "the expansion wants clusters of more than {most} sites at a threshold of {threshold:.1e}: allow larger ones, group rare states, or \
         take a stronger penalty"
    )]
    ClusterSize {
        /// Sites at most.
        most: usize,
        /// The threshold.
        threshold: f64,
    },
    /// A cluster expansion wants more clusters than are allowed.
    #[error(
        "the expansion wants {found} clusters with their parts, expected at most {most}: allow more, group rare states, or take a stronger \
         penalty"
    )]
    Clusters {
        /// Clusters that are wanted.
        found: usize,
        /// Clusters at most.
        most: usize,
    },
    /// A cluster expansion wants more work than is allowed.
    #[error(
        "the expansion wants {clusters} clusters with their parts, whose second derivatives take {found:.1e} multiplications, expected at \
         most {most:.0e}: allow more, group rare states, or take a stronger penalty"
    )]
    Work {
        /// Clusters that were looked at or are wanted.
        clusters: usize,
        /// Multiplications that all of them take.
        found: f64,
        /// Multiplications at most.
        most: f64,
    },
    /// A cluster of too many states.
    #[error(
        "the cluster of sites {} has {configurations:.1e} configurations and {parameters} parameters, too many to go through: group rare \
         states",
        sites.iter().map(|i| (i + 1).to_string()).collect::<Vec<_>>().join(", ")
    )]
    Cluster {
        /// The sites, from 0.
        sites: Vec<usize>,
        /// Configurations.
        configurations: f64,
        /// Parameters.
        parameters: f64,
    },
    /// A cluster expansion did not reach the data's moments.
    #[error(
        "at the smallest threshold, {threshold:.1e}, the model's moments are {worst:.2} sampling errors from the data's, where {asked} was \
         asked: take a smaller threshold or a stronger penalty"
    )]
    NotExpanded {
        /// The worst of three mismatches.
        worst: f64,
        /// What was asked.
        asked: f64,
        /// The threshold.
        threshold: f64,
    },
}

impl Error {
    /// Whether the numbers, not the data or what was asked, ended it: a stronger penalty may help.
    pub fn eased_by_penalty(&self) -> bool {
        matches!(
            self,
            Self::NotConverged { .. }
                | Self::NotLearned { .. }
                | Self::ClusterSize { .. }
                | Self::Clusters { .. }
                | Self::Cluster { .. }
                | Self::Work { .. }
                | Self::NotExpanded { .. }
        )
    }
}
