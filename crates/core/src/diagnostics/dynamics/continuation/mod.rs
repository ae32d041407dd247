//! Numerical continuation: how fixed points and cycles move, vanish and are born as a parameter changes.
//!
//! | question | method |
//! |---|---|
//! | Where does this fixed point go? | [`follow`] |
//! | And all that springs from these? | [`diagram`] |
//! | Which cycles are born at this Hopf point? | [`periodic::cycles_from`] |
//! | Along which curve do states leave this saddle? | [`manifolds::manifold`] |
//! | In an input, or in weights, of a network? | [`InputLine`], [`ParameterLine`] |
//!
//! Formula: branches of G(x, p) = F(x, p) - x of a map, F(x, p) of a flow, by pseudo-arclength. Bifurcations are zeros of systems that
//! are regular there: G with a bordered function g of F_x that vanishes where it is critical (at 1 or 0, at -1, at exp(i w) or i w), so that
//! Newton's method ends at rounding. Coefficients of normal forms are by differences of Jacobians, with what these leave open.
//!
//! Source: Kuznetsov, Elements of Applied Bifurcation Theory, 3rd ed. (2004), chapters 5, 8 and 10; Govaerts, Numerical Methods for
//! Bifurcations of Dynamical Equilibria (SIAM, 2000), chapters 3 and 4.

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
