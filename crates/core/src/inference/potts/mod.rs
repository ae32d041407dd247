//! Potts and Ising models: P(x) ~ exp(sum_{i<j} J_ij(x_i, x_j) + sum_i h_i(x_i)), fitted, sampled and compared.
//!
//! Conventions: a site has its own number of states, 2 or more; a sample is a state for each site, as bytes; likelihoods are in nats;
//! penalties multiply sums of squares beside the likelihood of all samples ([`Penalty`]), and converters give what other programs
//! call the same. Equation numbers are those of Fanthomme's thesis (2021), section 2.3.3.
//!
//! ```
//! use nullcline_core::inference::potts::{Penalty, Potts, PseudoLikelihood, Samples, Settings, Sites, fit};
//!
//! // Two spins that are alike in three of four samples.
//! let rows = [[0u8, 0], [1, 1], [0, 0], [1, 1], [0, 0], [1, 1], [0, 1], [1, 0]];
//! let seen = Samples::new(Sites::alike(2, 2).unwrap(), rows).unwrap();
//! let penalty = Penalty::new(0.01, 0.01).unwrap();
//! let found = fit(&mut PseudoLikelihood::new(&seen), penalty, None, &Settings::default()).unwrap();
//! // Without a penalty the log odds of a spin, given the other, would be log 3: 2 J in the zero-sum gauge.
//! assert!((2.0 * found.model.couplings[(0, 2)] - 3f64.ln()).abs() < 0.02);
//! ```

mod ace;
mod annealed;
mod asymmetric;
mod cluster;
mod compression;
mod coordinates;
mod error;
pub mod exact;
mod expansion;
mod fit;
mod gibbs;
mod graph;
mod group;
mod known;
mod lasso;
mod layout;
mod learner;
mod learning;
mod map;
mod minimum;
mod mismatch;
mod model;
mod partition;
mod penalty;
mod pseudo;
mod samples;
mod sites;
mod sparse;
mod spins;
mod steep;
mod sweep;
mod transfer;
mod way;
mod whitened;

pub use ace::{Expanded, Expansion, Threshold, ace};
pub use annealed::{Annealed, Annealing, annealed};
pub use asymmetric::{SiteFit, asymmetric, asymmetric_site};
pub use compression::{Compressed, Grouping};
pub use error::Error;
pub use fit::{Ended, Fit, Likelihood, Settings, fit, fit_on, independent};
pub use gibbs::{Chain, Gibbs, Mixed};
pub use graph::Graph;
pub use known::Known;
pub use lasso::{GroupFit, group_lasso, largest_group};
pub use learning::{Learned, Learning, Progress, Stage, Tell, boltzmann, boltzmann_told};
pub use map::ExactLikelihood;
pub use mismatch::Mismatch;
pub use model::{Gauge, Potts, corrected};
pub use partition::{
    Chains, EXACTLY, Generated, Method, Partition, generated, likelihood, partition, partition_near,
};
pub use penalty::Penalty;
pub use pseudo::PseudoLikelihood;
pub use samples::Samples;
pub use sites::{MOST_STATES, Sites};
pub use sparse::{Path, Sparse, SparseFit, Sparsity, sparse};
pub use sweep::{Learner, Level, Options, Sweep, turning};
pub use transfer::{MOST_WEIGHTS, Transfer};
pub use way::Way;
