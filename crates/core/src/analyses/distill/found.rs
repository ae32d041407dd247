//! A student beside its teacher.

use crate::diagnostics::dynamics::fixed_points::FixedPoints;
use crate::diagnostics::dynamics::flow_field::FlowField;
use crate::numbers::Estimate;
use crate::systems::architecture::Architecture;
use crate::training::Model;
use crate::training::distillation::{self, Row};
use crate::training::radd::{Scores, Sequences, Settings, Student};
use faer::{Mat, c64};
use schemars::JsonSchema;
use serde::Serialize;

/// The file of a student in the folder of its report.
pub const STUDENT: &str = "student.safetensors";

/// What was distilled: entry `input` of the summary.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AboutTeacher {
    /// The file.
    pub file: String,
    /// `network` or `recording`.
    pub kind: &'static str,
    /// Units; of a network's outputs none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<usize>,
    /// Names of the inputs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Vec<String>>,
    /// Rows.
    pub rows: usize,
    /// Sequences.
    pub sequences: usize,
    /// The teacher in a line.
    #[serde(skip)]
    pub description: String,
    /// What the user should know of it.
    #[serde(skip)]
    pub notes: Vec<String>,
}

/// Where a student's coordinates come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// A file.
    File,
    /// Principal components.
    Pca,
    /// The teacher's read-out.
    Readout,
    /// The units themselves.
    Units,
}

named! {
    From:
    Self::File => "file",
    Self::Pca => "pca",
    Self::Readout => "readout",
    Self::Units => "units",
}

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
pub struct Radd {
    /// The teacher.
    pub about: AboutTeacher,
    /// Units of the teacher.
    pub units: usize,
    /// Names of the inputs.
    pub inputs: Vec<String>,
    /// Where P comes from.
    pub projection: From,
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
    /// The teacher in the student's coordinates, M x T.
    pub z: Mat<f64>,
    /// Inputs, d x T.
    pub u: Mat<f64>,
    /// The first columns of sequences.
    pub starts: Vec<usize>,
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
    /// The student's architecture.
    pub architecture: Architecture,
    /// The teacher's read-out in the student's coordinates: weights and bias.
    pub readout: Option<(Mat<f64>, Vec<f64>)>,
}

impl Radd {
    /// The teacher in the student's coordinates, with its inputs.
    pub fn sequences(&self) -> Sequences<'_> {
        Sequences { z: self.z.as_ref(), u: self.u.as_ref(), starts: &self.starts }
    }

    /// Names of the regressors: z1, ..., the inputs, the constant.
    pub fn regressors(&self) -> Vec<String> {
        let states = (0..self.student.units()).map(|i| format!("z{}", i + 1));
        states.chain(self.inputs.iter().cloned()).chain(["constant".to_owned()]).collect()
    }

    /// Names of what the pairs do not determine.
    pub fn undetermined(&self) -> Vec<String> {
        let all = self.regressors().into_iter().zip(&self.student.free);
        all.filter(|(_, free)| **free).map(|(name, _)| name).collect()
    }
}

/// What `distill conventional` found.
pub struct Conventional {
    /// The teacher.
    pub about: AboutTeacher,
    /// Units of the student.
    pub units: usize,
    /// How it was trained.
    pub settings: distillation::Settings,
    /// Its curve.
    pub curve: Vec<Row>,
    /// Share of steps at which teacher and student find the same class most probable.
    pub agreement: f64,
    /// Mean divergence of the student's probabilities from the teacher's, nats.
    pub divergence: f64,
    /// Eigenvalues of the student's recurrent matrix.
    pub eigenvalues: Vec<c64>,
    /// Its fixed and slow points without input.
    pub points: FixedPoints,
    /// Its states along the longest sequence, M x T.
    pub states: Mat<f64>,
    /// Its flow in the plane of its first two units.
    pub field: Option<FlowField>,
    /// Its exponents.
    pub exponents: Option<Exponents>,
    /// The student's architecture.
    pub architecture: Architecture,
    /// The student.
    pub student: Model<f64>,
}
