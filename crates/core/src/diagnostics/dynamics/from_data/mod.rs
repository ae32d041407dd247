//! Dynamics told from recorded activity: a linear and a piecewise-linear fit, delay embeddings, and how alike two of these are.

mod embedding;
mod linear;
mod piecewise;
mod similarity;

pub use embedding::{Embedding, havok};
pub use linear::{LinearFit, linear_fit};
pub use piecewise::{Ends, Hinge, PiecewiseFit, PiecewiseMap, Point, Rest, piecewise_fit};
pub use similarity::{Aligned, similarity, similarity_from};
