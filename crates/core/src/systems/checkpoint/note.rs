//! What a weight file does not say.

use crate::linalg::activation::Activation;
use std::fmt;

/// A constant that the file does not say.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// The nonlinearity is taken for the cell's usual one; with where the file has one for another part than the network.
    Activation(Activation, Option<String>),
    /// The time constant is taken for 1.
    TimeConstant,
    /// The time step is taken for a tenth of the shortest time constant, or of the unit of time where there is none.
    TimeStep {
        /// The step.
        step: f64,
        /// Whether there is a time constant.
        shortest: bool,
    },
}

impl Note {
    /// Whether the network may be another one than the file's; a time step of a flow is the tool's to choose.
    pub fn doubtful(&self) -> bool {
        !matches!(self, Self::TimeStep { .. })
    }

    /// The sentence, for a command whose option of the nonlinearity is `option`.
    pub fn told(&self, option: &str) -> String {
        match self {
            Self::Activation(assumed, elsewhere) => {
                let assumed = assumed.name();
                let but = elsewhere.as_ref().map_or(String::new(), |s| format!(" for the network ({s})"));
                format!(
                    "The file does not say the nonlinearity{but}: {assumed} is assumed ({option} changes it)."
                )
            }
            Self::TimeConstant => {
                "The file does not say the time constant: tau = 1 is assumed (--tau changes it).".into()
            }
            Self::TimeStep { step, shortest } => {
                let of = if *shortest { "a tenth of the shortest time constant, " } else { "" };
                format!("Time step: {of}{step} (--dt changes it).")
            }
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.told("--activation"))
    }
}
