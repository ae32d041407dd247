//! What is known of a network before it runs.

use crate::analyses::Config;
use crate::systems::checkpoint::{Network, Note};
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;

/// A network, as its file tells it: entry `input` of the summary.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct About {
    /// The file.
    pub file: String,
    /// `network`.
    pub kind: &'static str,
    /// The cell.
    pub cell: &'static str,
    /// Its nonlinearity, where that is free.
    pub activation: Option<&'static str>,
    /// Units of each layer.
    pub units: Vec<usize>,
    /// Inputs.
    pub inputs: usize,
    /// State variables.
    pub state: usize,
    /// Time of a step.
    pub time_step: f64,
    /// Whether time is continuous.
    pub flow: bool,
    /// Name of the read-out's tensor.
    pub readout: Option<String>,
    /// Tensors that are not used.
    pub unused: Vec<String>,
    /// Outputs of the read-out.
    #[serde(skip)]
    pub outputs: usize,
    /// The network in a line.
    #[serde(skip)]
    pub description: String,
    /// How the file was understood.
    #[serde(skip)]
    pub said: Vec<String>,
    /// What the file does not say and was assumed or computed.
    #[serde(skip)]
    pub notes: Vec<Note>,
}

impl About {
    pub(super) fn of(network: &Network, config: &Config) -> Self {
        Self {
            file: config.file.display().to_string(),
            kind: "network",
            cell: network.cell.name,
            activation: network.activation.map(|a| a.name()),
            units: network.units.clone(),
            inputs: network.inputs,
            state: network.system.step().dim(),
            time_step: network.system.time_step(),
            flow: network.system.is_flow(),
            readout: network.readout.as_ref().map(|r| r.name.clone()),
            unused: network.unused.clone(),
            outputs: network.readout.as_ref().map_or(0, |r| r.weight.nrows()),
            description: network.describe(),
            said: network.said.iter().chain(&network.left_out).cloned().collect(),
            notes: network.notes.clone(),
        }
    }
}

/// A step that is longer than the smallest time constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coarse {
    /// The step.
    pub step: f64,
    /// The smallest time constant.
    pub least: f64,
}

impl Coarse {
    /// Whether the network's step is; none of cells without time constants.
    pub fn of(network: &Network) -> Option<Self> {
        let cell = network.architecture.cell();
        let scheme = cell.scheme().filter(|_| cell.kind().has_tau())?;
        let least = cell.tau().iter().copied().fold(f64::INFINITY, f64::min);
        (scheme.dt > least).then_some(Self { step: scheme.dt, least })
    }
}

impl fmt::Display for Coarse {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { step, least } = self;
        write!(
            f,
            "the step dt = {step} exceeds the smallest time constant, {least}, so that it may be the step that makes them \
             grow: give --dt below {least}"
        )
    }
}
