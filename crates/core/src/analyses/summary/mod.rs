//! Answers as `summary.json` holds them: one struct for each module, whose documentation is that of the schema.
//!
//! Keys and their meaning are a contract; new ones may come. Numbers that are not finite are null.

mod activity;
mod adjoint;
mod answer;
mod covariant;
mod currents;
mod cycles;
mod decoding;
mod distillation;
mod fixed_points;
mod gaussian;
mod ibl;
mod lyapunov;
mod modules;
mod navigation;
mod number;
mod point;
mod potts;
mod radd;
mod selectivity;
mod states;
mod task;
mod training;

pub use super::activity::comparison::Entry as Comparison;
pub use super::activity::demixed::Entry as Dpca;
pub use super::activity::intrinsic::Entry as IntrinsicDimension;
pub use super::activity::linear::Entry as LinearDynamics;
pub use super::activity::piecewise::Entry as PiecewiseDynamics;
pub use super::activity::signal::Entry as SignalDimension;
pub use super::activity::spatial::Entry as Spatial;
pub use super::activity::targeted::Entry as TargetedAxes;
pub use super::activity::timescales::Entry as Timescales;
pub use super::network::IntegratorEntry as Integrator;
pub use activity::{Activity, Clusters, Matrix};
pub use adjoint::{Adjoint, Agreement, Agreements};
pub use answer::Summary;
pub use covariant::{Covariant, Neutral, Pair, Splitting};
pub use currents::{
    AngleTest, Angles, Blocks, ByDimension, ColumnSigns, Currents, MixedSelectivity, NullRatio, Populations,
    Space, VectorSigns,
};
pub use cycles::{Cycle, Cycles, Tangent, Torus};
pub use decoding::{Decoding, Fit, Grouping, Permutation, Target};
pub use distillation::{Along, Conventional, Distillation, Distilled, Exponents, Point as StudentPoint};
pub use fixed_points::{FixedPoints, Place, Proof, Region, Search as SecondSearch};
pub use gaussian::{Gaussian, Model, TestFrom, Validation};
pub use ibl::{Behaviour, Ibl};
pub use lyapunov::{Attractor, Checks, Closest, Lyapunov, SumRule, Valued};
pub use modules::{Analyzed, Modules};
pub use navigation::{Navigation, Navigations};
pub use number::Number;
pub(super) use number::numbers;
pub use point::{Kinks, Point, Ray};
pub use potts::{Potts, PottsModules};
pub use radd::{Errors, Radd, Scale, Teacher};
pub use selectivity::{Angle, ReadOut, Regression, Selectivity};
pub use states::{FlowField, Pca, Recurrent, Spectrum, Trajectories};
pub use task::{Condition, Held, Leads, Stored, Task, TrialsEnd};
pub use training::{AboutTask, Search, Training, Trainings};
