//! Models of data: couplings inferred from covariances and from states, and what Markov chains say of a posterior.

pub mod chains;
pub mod gaussian;
pub mod potts;
