//! What modules of networks and recordings share.

use super::network::Source;
use crate::diagnostics::dynamics::fixed_points::FixedPoint;
use crate::diagnostics::geometry::pca::Pca;

/// What must be known of a system beside the results.
#[derive(Clone, Debug)]
pub struct Context {
    /// Names of the state's coordinates.
    pub names: Vec<String>,
    /// True when time runs in steps, false when it has a unit of its own.
    pub steps: bool,
    /// True for dx/dt, false for a map.
    pub flow: bool,
}

impl Context {
    /// Of what has no time, such as a recording.
    pub const UNTIMED: Self = Self { names: vec![], steps: true, flow: false };

    /// The unit of exponents.
    pub fn unit(&self) -> Rate {
        if self.steps { Rate::PerStep } else { Rate::PerTime }
    }
}

/// A unit of exponents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// Of maps of a step of one.
    PerStep,
    /// Of what has a time of its own.
    PerTime,
}
named!(Rate: Self::PerStep => "nats per step", Self::PerTime => "nats per unit time");

/// Principal components.
pub struct Components {
    /// Variances and directions.
    pub pca: Pca,
    /// Names of the variables.
    pub names: Vec<String>,
    /// What the rows are.
    pub rows: Rows,
    /// Coordinates on the first three components, a line for each trajectory (of those that did not diverge, where there are
    /// such) or trial; zero on a missing third.
    pub lines: Vec<Vec<[f64; 3]>>,
    /// The number of the trajectory or trial of each line, from 0.
    pub numbers: Vec<usize>,
    /// Fixed and slow points with their coordinates on the same components.
    pub points: Vec<(FixedPoint, [f64; 3])>,
    /// The unstable eigenvectors of each of those points (unit norm) on the same components, of a conjugate pair real and
    /// imaginary part; none at kinks.
    pub directions: Vec<Vec<[f64; 3]>>,
    /// The same of the points under the other constant inputs that trials hold, an entry an input.
    pub held: Vec<HeldPoints>,
    /// What parts the lines into groups, where something does.
    pub groups: Option<LineGroups>,
    /// Coordinates on the leading components.
    pub projections: Projections,
}

/// Points under a constant input that trials hold, on the components of [`Components`].
#[derive(Clone, Debug)]
pub struct HeldPoints {
    /// The input.
    pub input: Vec<f64>,
    /// The points with their coordinates.
    pub points: Vec<(FixedPoint, [f64; 3])>,
    /// The unstable eigenvectors of each.
    pub directions: Vec<Vec<[f64; 3]>>,
}

/// Groups of the lines of [`Components`].
#[derive(Clone, Debug, PartialEq)]
pub struct LineGroups {
    /// What parts them: the name of the trials' label, or none where it is the fixed point at which each line ends.
    pub label: Option<String>,
    /// The name of each group.
    pub names: Vec<String>,
    /// The group of each line; none: it is in none.
    pub of: Vec<Option<usize>>,
}

/// What rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Those of a recording.
    Recorded,
    /// States along trajectories of `length` steps at most.
    Trajectories {
        /// What they start from and are driven by.
        source: Source,
        /// Steps of the longest.
        length: usize,
    },
}

/// Rows along the leading components.
pub enum Projections {
    /// Of trajectories.
    Trajectories {
        /// Which one.
        label: Vec<i64>,
        /// Time along it.
        time: Vec<f64>,
        /// A list a component.
        values: Vec<Vec<f64>>,
    },
    /// Of recorded rows.
    Rows {
        /// Row of the table.
        row: Vec<i64>,
        /// Its trial.
        trial: Option<Vec<i64>>,
        /// A list a component.
        values: Vec<Vec<f64>>,
        /// One row in so many.
        every: usize,
    },
}
