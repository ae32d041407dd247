//! The science of nullcline: systems and what they are measured by, without a word of text.
//!
//! Files are read by [`io`], become [`systems`], and are measured by [`diagnostics`]; [`inference`] fits models of
//! data, [`training`] makes networks that solve [`tasks`].

#![forbid(unsafe_code)]

pub mod diagnostics;
pub mod inference;
pub mod io;
pub mod linalg;
pub mod memory;
pub mod systems;
pub mod tasks;
pub mod training;

/// The library of tables that [`io::table::frame`] and [`io::table::Table::frame`] give frames of.
#[cfg(feature = "tables")]
pub use polars;
