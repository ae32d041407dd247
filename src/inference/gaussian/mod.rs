//! Gaussian models: precision matrices from covariances.

pub mod lasso;
