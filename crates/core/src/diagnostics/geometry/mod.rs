//! Geometry of activity: states as points, whatever made them. Activity is n x T, a row a unit, a column a point in time.
//!
//! | question | method |
//! |---|---|
//! | How many dimensions carry the variance? | [`pca`] |
//! | How many of them are signal, not noise? | [`signal`] |
//! | How many coordinates does it take, curved or not? | [`intrinsic`] |
//! | Which directions follow what was varied? | [`demixed`] |
//! | Along which axes do units follow task variables? | [`targeted`] |
//! | Do currents follow what is integrated, in how few dimensions, and do units mix it? | [`currents`] |
//! | What can be read off it, and how well? | [`decoding`] |
//! | What angle lies between two directions or subspaces? | [`subspace`] |
//! | Which units go together? | [`clusters`] |
//! | For how long are successive rows alike? | [`correlation`] |
//! | Where in space are units active? | [`spatial`] |
//! | Do two activities keep to the same states, and move alike? | [`comparison`] |

pub mod clusters;
pub mod comparison;
pub mod correlation;
pub mod currents;
pub mod decoding;
pub mod demixed;
pub mod intrinsic;
pub mod neighbours;
pub mod pca;
pub(crate) mod products;
pub mod signal;
pub mod spatial;
pub mod subspace;
pub mod targeted;
pub mod timescale;
mod whitening;
