//! Formats in and out.

#[path = "../common/mod.rs"]
mod common;

mod bad_input;
mod checksums;
mod containers;
mod csv;
mod csv_dialects;
mod hdf5;
mod idx;
mod layouts;
mod pytorch;
mod tables;
mod tensors;
mod weights;
mod written;
