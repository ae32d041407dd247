//! Why there is no read-out.

use thiserror::Error;

/// Why there is no read-out.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Error {
    /// Nothing to tell apart.
    #[error("all {samples} samples are of class {}: expected two classes or more", value + 1)]
    OneClass {
        /// The class.
        value: usize,
        /// Samples.
        samples: usize,
    },
    /// A class that no sample has.
    #[error("no sample is of class {}: expected some of every class", class + 1)]
    NoSample {
        /// The class.
        class: usize,
    },
    /// A part of the samples is of one class.
    #[error(
        "{part} has one class only ({reason}): the rarer class needs more samples, in more trials where there are such"
    )]
    Part {
        /// Which part.
        part: String,
        /// What was found.
        reason: String,
    },
    /// As many labels as samples are needed.
    #[error("{labels} labels for {samples} samples, expected as many")]
    Lengths {
        /// Labels.
        labels: usize,
        /// Samples.
        samples: usize,
    },
    /// Too few samples.
    #[error("{found} samples, expected at least {least}")]
    Samples {
        /// Samples.
        found: usize,
        /// Needed.
        least: usize,
    },
    /// A value that is no number.
    #[error("sample {sample}, unit {unit}: {value}, expected a finite number")]
    NotFinite {
        /// Column of the activity.
        sample: usize,
        /// Row of the activity.
        unit: usize,
        /// The value.
        value: f64,
    },
    /// No unit varies.
    #[error("no unit varies: there is nothing to read off")]
    Constant,
    /// A ridge below zero.
    #[error("a ridge of {found}, expected a number not below zero")]
    Ridge {
        /// The ridge.
        found: f64,
    },
    /// A share of tested samples outside (0, 1).
    #[error("a tested share of {found}, expected one above 0 and below 1")]
    Share {
        /// The share.
        found: f64,
    },
    /// Folds that cannot be made.
    #[error(
        "{folds} folds of {groups} trials, or samples where there are no trials: expected from two up to as many folds"
    )]
    Folds {
        /// Folds.
        folds: usize,
        /// Trials, or samples where there are none.
        groups: usize,
    },
    /// The iteration failed.
    #[error("the fit did not converge (gradient {gradient:.1e}): try a ridge")]
    Diverged {
        /// Norm of the mean gradient left.
        gradient: f64,
    },
}
