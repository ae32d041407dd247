//! Numerical continuation: how fixed points and cycles move, vanish and are born as a parameter changes.

mod branch_points;
mod corner;
mod crossings;
mod diagram;
mod differences;
mod equation;
mod error;
mod events;
mod extended;
mod family;
mod follow;
mod lines;
pub mod manifolds;
mod normal_form;
mod options;
pub mod periodic;
mod refine;
mod results;
mod spectrum;
mod step;
mod walk;

pub use diagram::{Diagram, diagram};
pub use error::Error;
pub use family::{Family, Iterate, Kind};
pub use follow::follow;
pub use lines::{InputLine, ParameterLine};
pub use options::Options;
pub use results::{Bifurcation, BifurcationKind, Branch, BranchPoint, Coefficient, Criticality, End};
