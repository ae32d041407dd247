//! What the modules of a network find.

use super::continuation::{Continuation, Curves};
use super::{HeldInput, Stores};
use crate::diagnostics::dynamics::adjoint::{self, Agreement, Ensemble};
use crate::diagnostics::dynamics::covariant::Covariant;
use crate::diagnostics::dynamics::cycles::Survey;
use crate::diagnostics::dynamics::fixed_points::FixedPoints;
use crate::diagnostics::dynamics::flow_field::FlowField;
use crate::diagnostics::dynamics::lyapunov::Lyapunov;
use crate::diagnostics::dynamics::trajectories::Trajectories;
use crate::numbers::Estimate;

/// What trajectories start from and are driven by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// How many there are.
    pub trajectories: usize,
    /// Whether the initial states were given.
    pub given: bool,
    /// What drives them.
    pub input: InputKind,
    /// Whether they are the trials of a task.
    pub trials: bool,
}

/// What drives a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// Nothing: zeros.
    None,
    /// A constant input.
    Constant,
    /// Inputs that vary in time.
    Varying,
}

/// Values of a read-out, by output.
pub type Outputs = Vec<(String, Vec<f64>)>;

/// Lyapunov exponents.
pub struct Exponents {
    /// Of every attractor.
    pub result: Lyapunov,
    /// Whether the input varies in time.
    pub driven: bool,
    /// Exponents computed, and all that there are.
    pub computed: [usize; 2],
    /// Whether their number was asked for.
    pub asked: bool,
    /// Input sequences, of which the longest was followed.
    pub sequences: usize,
    /// Steps of input over which they were recorded, where these are few.
    pub short: Option<usize>,
    /// The fixed point at which each attractor rests, by its number among the points found, from 0; empty where none were sought.
    pub rests_at: Vec<Option<usize>>,
}

/// Adjoints and tangents.
pub struct Sensitivity {
    /// The sensitivities.
    pub ensemble: Ensemble,
    /// The first Lyapunov exponents of the same trajectories; empty where there are none.
    pub exponents: Vec<Estimate>,
    /// The backward rate beside the first of them.
    pub backward: Option<Agreement>,
    /// The forward rate beside it.
    pub forward: Option<Agreement>,
    /// Whether the terminal vector was given.
    pub given: bool,
    /// Steps discarded before.
    pub warmup: usize,
    /// Whether the input varies in time.
    pub driven: bool,
    /// Trials of the task, of which the ensemble follows some; none without a task.
    pub trials: Option<usize>,
    /// Initial states that were left out, and why.
    pub left_out: Vec<(usize, adjoint::Error)>,
}

/// Covariant Lyapunov vectors.
pub struct Vectors {
    /// Those computed.
    pub result: Covariant,
    /// State variables, and so vectors in all.
    pub dimension: usize,
}

/// Limit cycles and periodic points.
pub struct Cycles {
    /// Where orbits went.
    pub survey: Survey,
    /// Where the exponents tell another story; none where there are no exponents.
    pub disagreements: Option<Vec<Disagreement>>,
}

/// Exponents and cycles that tell different stories of one orbit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The initial state.
    pub start: usize,
    /// The attractor of the exponents.
    pub attractor: usize,
    /// What the search for cycles finds.
    pub other: Story,
}

/// What becomes of an orbit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// It rests.
    Rest,
    /// It repeats, at other exponents.
    OtherExponents,
    /// It repeats, at another period.
    OtherPeriod,
    /// It goes round a torus.
    Torus,
    /// Neither.
    Irregular,
    /// It grows without bounds.
    Diverged,
}

/// Fixed and slow points.
pub struct Points {
    /// The points, and how whole their list is.
    pub result: FixedPoints,
    /// The read-out's values there.
    pub outputs: Outputs,
    /// Where they lie among the trajectories.
    pub plane: Option<Plane>,
    /// What the stable ones store, where there are several.
    pub stores: Option<Stores>,
    /// The points under the other constant inputs that trials hold.
    pub held: Vec<UnderInput>,
    /// Constant inputs that trials hold and that were left out.
    pub held_left_out: usize,
    /// Inputs that vary throughout the trials, and were held at zero.
    pub varying: Vec<usize>,
    /// Whether the input of the run varies in time, and these are under the constant one alone.
    pub driven: bool,
    /// Curves of the saddles.
    pub curves: Curves,
    /// The points followed in a parameter.
    pub continued: Vec<Continuation>,
}

impl Points {
    /// Points alone, with nothing beside them.
    pub fn alone(result: FixedPoints) -> Self {
        Self {
            result,
            outputs: vec![],
            plane: None,
            stores: None,
            held: vec![],
            held_left_out: 0,
            varying: vec![],
            driven: false,
            curves: Curves::default(),
            continued: vec![],
        }
    }
}

/// Fixed and slow points under a constant input that trials hold.
pub struct UnderInput {
    /// The input and where it is held.
    pub held: HeldInput,
    /// The points, from starts at the states that trials visit there.
    pub result: FixedPoints,
    /// The read-out's values there.
    pub outputs: Outputs,
    /// Where they lie among the trajectories.
    pub plane: Option<Plane>,
}

/// The plane of the first two components.
#[derive(Clone, Debug)]
pub struct Plane {
    /// Trajectories.
    pub lines: Vec<Vec<[f64; 2]>>,
    /// Fixed and slow points, in their order.
    pub points: Vec<[f64; 2]>,
    /// Share of the variance along each axis.
    pub shares: [f64; 2],
}

/// The flow in that plane.
pub struct Flow {
    /// Velocities on a grid.
    pub field: FlowField,
    /// The plane.
    pub plane: Plane,
    /// The points that lie in it.
    pub points: FixedPoints,
}

/// Trajectories.
pub struct Paths {
    /// States.
    pub result: Trajectories,
    /// Where they start, and under what.
    pub source: Source,
    /// The read-out's values along them.
    pub outputs: Outputs,
}
