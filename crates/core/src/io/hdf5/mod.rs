//! HDF5: weights, recordings and NWB, in pure Rust.
//!
//! The structures of the format (superblock, heaps, trees) are decoded by the crate `hdf5-reader`; object headers, groups, chunks
//! and filters are read here, so that no size which a file merely claims is allocated, and a recording passes in pieces.
//!
//! | part | what it reads |
//! |---|---|
//! | [`weights`] | every numeric dataset as a tensor: Keras, MATLAB 7.3, any other |
//! | [`Recording`] | one dataset, or the spikes of an NWB file in bins, as a table |
//! | [`nwb`] | what an NWB file holds |
//!
//! Filters: gzip, LZF, shuffle, fletcher32. Links out of the file are named and not followed. Nothing is ever executed.

mod attributes;
mod btree;
mod chunks;
mod columns;
mod dataset;
mod dense;
mod fail;
mod file;
mod filters;
mod header;
mod layout;
mod links;
mod lzf;
mod matlab;
mod nwb;
mod slab;
mod storage;
mod strings;
mod tree;
mod types;
mod values;
mod weights;

pub(super) use columns::Recording;
pub(super) use file::Hdf5;
pub(super) use weights::{read_weights, weights};

/// How a file of an unusual layout is written again.
const REPACK: &str = "write it again in the plain layout: h5repack old.h5 new.h5";

/// What an NWB file holds; none if the file is no NWB.
///
/// # Errors
/// A damaged file.
pub(super) fn contents(
    path: &std::path::Path,
) -> Result<Option<super::table::Session>, super::error::Problem> {
    nwb::contents(&Hdf5::open(path)?)
}
