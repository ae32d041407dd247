//! Decoders, components, clusters and subspaces of activity.

#[path = "../common/mod.rs"]
mod common;

mod clusters;
mod decoding;
mod golden_pca;
mod pca;
mod subspaces;
mod timescales;
