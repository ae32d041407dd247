//! What `analyze` gives, module by module.

use super::{
    Activity, Adjoint, Clusters, Covariant, Cycles, Decoding, FixedPoints, FlowField, Lyapunov, Pca,
    Recurrent, Selectivity, Trajectories,
};
use crate::analyses::network::About;
use crate::analyses::{AboutRows, Context, Finding};
use schemars::JsonSchema;
use serde::Serialize;

/// What `analyze` read.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum Analyzed {
    /// A network.
    Network(About),
    /// A recording.
    Recording(AboutRows),
}

/// What the modules of `analyze` give.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(inline)]
pub struct Modules {
    /// Lyapunov exponents.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Lyapunov")]
    pub lyapunov: Option<Lyapunov>,
    /// Covariant Lyapunov vectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Covariant")]
    pub covariant: Option<Covariant>,
    /// Adjoints and tangents.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Adjoint")]
    pub adjoint: Option<Adjoint>,
    /// Limit cycles.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Cycles")]
    pub cycles: Option<Cycles>,
    /// Fixed and slow points.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "FixedPoints")]
    pub fixed_points: Option<FixedPoints>,
    /// What a table holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Activity")]
    pub activity: Option<Activity>,
    /// Principal components.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Pca")]
    pub pca: Option<Pca>,
    /// The flow in their plane.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "FlowField")]
    pub flow_field: Option<FlowField>,
    /// States in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Trajectories")]
    pub trajectories: Option<Trajectories>,
    /// Spectra of the recurrent matrices.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Recurrent")]
    pub recurrent: Option<Recurrent>,
    /// Labels read off activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Decoding")]
    pub decoding: Option<Decoding>,
    /// Read-outs and regressions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Selectivity")]
    pub selectivity: Option<Selectivity>,
    /// Groups of units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Clusters")]
    pub clusters: Option<Clusters>,
}

impl Modules {
    /// Of what modules found. A new module is a line here, one above, and one in [`Finding`].
    pub fn of(findings: &[Finding], context: &Context) -> Self {
        let mut all = Self::default();
        for finding in findings {
            match finding {
                Finding::Lyapunov(f) => all.lyapunov = Some(Lyapunov::of(f, context)),
                Finding::Covariant(f) => all.covariant = Some(Covariant::of(f, context)),
                Finding::Adjoint(f) => all.adjoint = Some(Adjoint::of(f, context)),
                Finding::Cycles(f) => all.cycles = Some(Cycles::of(f, context)),
                Finding::FixedPoints(f) => all.fixed_points = Some(FixedPoints::of(&f.result, context)),
                Finding::Pca(f) => all.pca = Some(Pca::of(f)),
                Finding::FlowField(f) => all.flow_field = Some(FlowField::of(f)),
                Finding::Trajectories(f) => all.trajectories = Some(Trajectories::of(f)),
                Finding::Recurrent(f) => all.recurrent = Some(Recurrent::of(f)),
                Finding::Activity(f) => all.activity = Some(Activity::of(f)),
                Finding::Decoding(f) => all.decoding = Some(Decoding::of(f)),
                Finding::Selectivity(f) => all.selectivity = Some(Selectivity::of(f)),
                Finding::Clusters(f) => all.clusters = Some(Clusters::of(f)),
            }
        }
        all
    }
}
