//! Numbers with their errors, each way to find one once.
//!
//! An [`Estimate`] is a value with its standard error, which may not be known. Which of the ways to come by one is right depends
//! on what the values are:
//!
//! | the values are | the way |
//! |---|---|
//! | independent draws | [`Estimate::mean`], [`Estimate::median`] |
//! | a count of independent yes and no | [`Estimate::share`] |
//! | all there are, each of which counts | [`Estimate::mean_of_all`] |
//! | series in time, each value like the one before | [`batch_means::mean`] |
//! | one number made of all data, such as a ratio | [`jackknife`] |
//! | points along a line, or rows of a regression | [`least_squares::slope`], [`least_squares::regression`] |
//! | many quantities on the same regressors, by trials | [`least_squares::grouped`] |
//! | angles | tests of [`circular`] |
//! | known without error | [`Estimate::exact`] |
//!
//! Standard errors are of the mean, not of a value, and use n - 1. Intervals are of 95 % by Student's law with n - 1 degrees of
//! freedom ([`Estimate::reach`]).

pub mod batch_means;
pub mod circular;
mod deviation;
mod estimate;
pub mod jackknife;
pub mod least_squares;
mod quantile;
pub mod student;

pub use deviation::deviation;
pub use estimate::Estimate;
pub use quantile::quantile;
