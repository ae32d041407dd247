//! Geometry of activity: states as points, whatever made them.

pub mod clusters;
pub mod correlation;
pub mod decoding;
pub mod pca;
pub mod subspace;
pub mod timescale;
mod whitening;
