//! Dynamics told from recorded activity: a linear fit, delay embeddings, and how alike two of these are.

mod embedding;
mod linear;
mod similarity;

pub use embedding::{Embedding, havok};
pub use linear::{LinearFit, linear_fit};
pub use similarity::{Aligned, similarity, similarity_from};
