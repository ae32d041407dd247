//! Formats in and out.

#[path = "../common/mod.rs"]
mod common;

mod bad_input;
mod checksums;
mod csv;
mod csv_dialects;
mod idx;
mod pytorch;
mod tables;
mod tensors;
mod weights;
mod written;
