//! Numbers with their errors, each way to find one once.
//!
//! An [`Estimate`] is a value with its standard error, which may not be known. It comes from independent values
//! ([`Estimate::mean`], [`Estimate::median`], [`Estimate::share`]), from a series whose values depend on each other
//! ([`batch_means`]), from parts that are left out in turn ([`jackknife`]), or from a fit ([`least_squares`]).

pub mod batch_means;
mod estimate;
pub mod jackknife;
pub mod least_squares;
mod quantile;
pub mod student;

pub use estimate::Estimate;
pub use quantile::quantile;
