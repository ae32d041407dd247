//! Currents: how few dimensions they span, how these follow what a network integrates, and the weights that make them.
//!
//! | question | method |
//! |---|---|
//! | How many singular values of W stand out? | [`dominant`] |
//! | How much of the currents lies outside the span of the first left singular vectors? | [`projections`], [`null_ratio`] |
//! | Which populations take the positive and the negative values of what is integrated? | [`populations`] |
//! | Do units follow one variable, or mix them? | [`mixed`] |
//! | How much of W lies in blocks of units? | [`blocks`] |
//! | Are columns of W of one sign, and do singular vectors know? | [`column_signs`], [`vector_signs`] |
//!
//! The currents themselves are [`Couplings`](crate::systems::couplings::Couplings)'; that they are linear in what is
//! integrated is told by [`grouped`](crate::numbers::least_squares::grouped::grouped).
//!
//! Source: Fanthomme & Monasson, Neural Computation 33, 1063 (2021), reprinted as chapter 7 of A. Fanthomme's thesis (2021), whose
//! equations are cited.

mod blocks;
mod dominant;
mod mixed;
mod populations;
mod projection;
mod signs;

pub use blocks::{Blocks, blocks};
pub use dominant::{Dominant, dominant};
pub use mixed::{Mixed, OfPair, mixed};
pub use populations::{Population, counted, populations, rectified};
pub use projection::{Null, NullRatio, Projection, isotropic, null_ratio, projections};
pub use signs::{ColumnSigns, Majority, VectorSigns, column_signs, vector_signs};
