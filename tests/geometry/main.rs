//! Decoders, components, clusters and subspaces of activity.

#[path = "../common/mod.rs"]
mod common;

mod clusters;
mod comparison;
mod currents;
mod currents_chance;
mod decoding;
mod demixed;
mod golden_pca;
mod held_out;
mod intrinsic;
mod pca;
mod signal;
mod spatial;
mod subspaces;
mod targeted;
mod timescales;
