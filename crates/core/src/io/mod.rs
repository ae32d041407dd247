//! Reading and writing files: formats, no science.
//!
//! [`tensors`] holds the named arrays of a weight file, [`table`] the columns of a recording, [`alignment`] sequences, [`idx`]
//! labelled pictures, [`held`] arrays that lie in memory, and [`error`] what can be wrong with either. Nothing read from a file is ever executed, no size that a
//! file merely claims is allocated, and files are written beside their place and renamed when whole.

pub mod alignment;
pub mod error;
pub mod held;
pub mod idx;
pub mod nearest;
pub mod shown;
pub mod table;
pub mod tensors;

mod advice;
mod alf;
mod archive;
pub mod atomic;
mod dtype;
mod foreign;
mod hdf5;
mod literal;
mod npy;
mod sniff;
mod spikes;
pub mod steady;
