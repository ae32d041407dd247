//! A student beside its teacher: coefficients, errors, dynamics.

mod conventional;
mod figures;
mod radd;
mod tables;

pub use conventional::{Conventional, conventional, describe as describe_conventional};
pub use radd::{describe, radd};

use faer::{Mat, c64};
use nullcline_core::diagnostics::dynamics::fixed_points::FixedPoints;
use nullcline_core::diagnostics::dynamics::flow_field::FlowField;
use nullcline_core::numbers::Estimate;
use nullcline_core::training::radd::{Scores, Sequences, Settings, Student};

/// Leading Lyapunov exponents.
#[derive(Clone, Debug)]
pub struct Exponents {
    /// Decreasing, nats per unit time of the system.
    pub values: Vec<Estimate>,
    /// Along the inputs, not under the constant input.
    pub driven: bool,
}

/// The dynamics of a teacher that is a network.
pub struct Teaching {
    /// Its fixed and slow points.
    pub points: FixedPoints,
    /// These in the student's coordinates.
    pub at: Vec<Vec<f64>>,
    /// Its leading exponents.
    pub exponents: Option<Exponents>,
    /// True for dx/dt.
    pub flow: bool,
}

/// The student at another scale of the projection.
#[derive(Clone, Debug)]
pub struct ScaleRow {
    /// Largest |z|.
    pub scale: f64,
    /// R2 of one step, unit by unit.
    pub one_step: Vec<f64>,
    /// R2 of the free-running student.
    pub rollout: Vec<f64>,
    /// Largest modulus of A's eigenvalues.
    pub radius: f64,
}

/// What `distill radd` found.
pub struct Radd<'a> {
    /// Units of the teacher.
    pub units: usize,
    /// Names of the inputs.
    pub inputs: Vec<String>,
    /// `file`, `pca`, `readout` or `units`.
    pub projection: &'static str,
    /// P as used, M x n.
    pub p: Mat<f64>,
    /// Share of the teacher's variance in the span of P's rows.
    pub explained: Option<f64>,
    /// Largest |z| asked for.
    pub scale: Option<f64>,
    /// The factor by which P was multiplied.
    pub factor: f64,
    /// How it was fitted.
    pub settings: Settings,
    /// Share of the pairs held out.
    pub split: f64,
    /// The teacher in the student's coordinates.
    pub sequences: &'a Sequences<'a>,
    /// The student.
    pub student: Student,
    /// Its errors on the pairs fitted.
    pub scores: Scores,
    /// On those held out.
    pub held_out: Option<Scores>,
    /// At other scales.
    pub scales: Vec<ScaleRow>,
    /// Its states from the teacher's state before each, M x T.
    pub one_step: Mat<f64>,
    /// Its states when it runs freely, M x T.
    pub free: Mat<f64>,
    /// Eigenvalues of A, largest modulus first.
    pub eigenvalues: Vec<c64>,
    /// The constant input of the fixed points.
    pub input: Vec<f64>,
    /// The student's fixed and slow points.
    pub points: FixedPoints,
    /// Its flow along z1 and z2, the other units at their mean; none of one unit.
    pub field: Option<FlowField>,
    /// Its exponents.
    pub exponents: Option<Exponents>,
    /// The teacher's dynamics, if it is a network.
    pub teacher: Option<Teaching>,
    /// File of the student in the folder.
    pub file: &'static str,
}

impl Radd<'_> {
    /// Names of the regressors: z1, ..., the inputs, the constant.
    fn regressors(&self) -> Vec<String> {
        let states = (0..self.student.units()).map(|i| format!("z{}", i + 1));
        states.chain(self.inputs.iter().cloned()).chain(["constant".to_owned()]).collect()
    }

    /// Names of what the pairs do not determine.
    fn undetermined(&self) -> Vec<String> {
        let all = self.regressors().into_iter().zip(&self.student.free);
        all.filter(|(_, free)| **free).map(|(name, _)| name).collect()
    }
}
