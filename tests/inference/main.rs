//! Gaussian and Potts models.

#[path = "../common/mod.rs"]
mod common;

mod debiased;
mod expansion;
mod golden;
mod graphical_lasso;
mod learning;
mod limits;
mod pooled;
mod potts;
mod transfer;
mod validation;
