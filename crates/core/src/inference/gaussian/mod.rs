//! Gaussian models: couplings inferred from covariances, and how strongly to regularise them.
//!
//! Model: p(x) ~ exp(x^T J x / 2) on the sphere |x|^2 = n, at large n a Gaussian with covariance C = (mu - J)^-1, tr C = n.
//! From p = alpha n samples, the couplings that maximise the posterior with the penalty gamma tr J^2 / 4 follow in
//! closed form ([`map`]), or sparse ones by the graphical lasso ([`lasso`]).

pub mod data;
pub mod debiased;
pub mod ensemble;
pub mod lasso;
pub mod likelihood;
pub mod map;
pub mod pooled;
pub mod posterior;
pub mod predict;
mod rising;
pub mod roots;
pub mod samples;
pub mod sparse;
pub mod spectrum;
pub mod successive;
pub mod sweep;
pub mod validation;
