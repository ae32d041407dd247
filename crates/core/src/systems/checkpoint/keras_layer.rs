//! One recurrent layer of Keras, as the model's description says it.

use super::Error;
use super::keras::NO_BIAS;
use super::parts::{LayerTensors, Parts};
use crate::linalg::activation::Activation;
use crate::systems::cells::{CellKind, GRU, VANILLA};
use serde_json::Value;

/// A recurrent layer as its configuration says.
#[derive(Debug)]
pub struct Recurrent {
    pub name: String,
    cell: &'static CellKind,
    units: Option<u64>,
    activation: String,
    recurrent_activation: String,
    /// Whether a GRU's reset gate acts after the product; false where the file does not know of it (before Keras 2.2).
    reset_after: bool,
    go_backwards: bool,
    bidirectional: bool,
    /// Whether its weights are stored as NVIDIA's library has them.
    cudnn: bool,
    /// Whether it gives its state at every step.
    pub sequences: bool,
}

/// The layer of this class and configuration, `outer` being that of what wraps its cell.
pub fn recurrent(
    cell: &'static CellKind,
    class: &str,
    config: &Value,
    outer: &Value,
    bidirectional: bool,
) -> Recurrent {
    let outer = if outer.is_null() { config } else { outer };
    let text = |key: &str, usual: &str| match &config[key] {
        Value::Null => usual.to_owned(),
        Value::String(s) => s.clone(),
        // Functions that are registered are objects.
        v => v["config"].as_str().or(v["config"]["name"].as_str()).unwrap_or("unknown").to_owned(),
    };
    Recurrent {
        name: outer["name"].as_str().unwrap_or_default().to_owned(),
        cell,
        units: config["units"].as_u64().or(config["output_dim"].as_u64()),
        activation: text("activation", if config.get("activation").is_some() { "linear" } else { "tanh" }),
        recurrent_activation: text("recurrent_activation", "sigmoid"),
        reset_after: config["reset_after"].as_bool().unwrap_or(false),
        go_backwards: outer["go_backwards"].as_bool().unwrap_or(false),
        bidirectional,
        cudnn: class.starts_with("CuDNN"),
        sequences: outer["return_sequences"].as_bool().unwrap_or(false),
    }
}

impl Recurrent {
    /// Fails at layers that are not one of the cells.
    fn readable(&self, name: &str) -> Result<(), Error> {
        let gated = *self.cell != VANILLA;
        let (activation, gates) = (&self.activation, &self.recurrent_activation);
        let (what, advice) = match self {
            Self { bidirectional: true, .. } => (
                "is bidirectional".to_owned(),
                "its backward half reads the future; export the forward layer alone",
            ),
            Self { go_backwards: true, .. } => (
                "goes backwards (go_backwards)".to_owned(),
                "it reads its input from the end; train or export it forwards",
            ),
            Self { cudnn: true, .. } => (
                "is stored as CuDNN has it".to_owned(),
                "load its weights into a plain GRU (reset_after=True) or LSTM of Keras and save that model",
            ),
            _ if gated && gates != "sigmoid" => (
                format!("has gates of `{gates}` (recurrent_activation)"),
                "sigmoid gates are read; hard_sigmoid was the default before Keras 2.3",
            ),
            _ if gated && activation != "tanh" => {
                (format!("has the activation `{activation}` in a gated cell"), "tanh is read there")
            }
            _ if Activation::parse(activation).is_none() => {
                (format!("has the activation `{activation}`"), "tanh, relu, sigmoid and linear are read")
            }
            _ => return Ok(()),
        };
        Err(Error::NotRead { name: name.to_owned(), what, advice })
    }

    /// The weights' reading with what the configuration says beside them: activation, and the place of the reset gate.
    ///
    /// # Errors
    /// A layer that is none of the cells, and weights of another cell or of other units than it says.
    pub fn applied<'a>(&self, mut parts: Parts<'a>) -> Result<Parts<'a>, Error> {
        let name = parts.layers[0].w.name().to_owned();
        self.readable(&name)?;
        let units = parts.layers.first().map(|l| LayerTensors::units(l) as u64);
        if parts.cell != Some(self.cell) || self.units.is_some_and(|n| units != Some(n)) {
            let told = self.units.map_or(String::new(), |n| format!(" of {n} units"));
            let what = format!(
                "is a {}{told} by the model's description, and of another cell or size by its shape",
                self.cell.name
            );
            let advice = "a stack of cells in one layer is not read from this file; --cell with --map says what the tensors are";
            return Err(Error::NotRead { name, what, advice });
        }
        if *self.cell == VANILLA {
            parts.activation = Activation::parse(&self.activation);
        }
        if *self.cell == GRU && parts.reset_before.is_none() {
            parts.reset_before = Some(!self.reset_after);
            parts.said.retain(|s| s != NO_BIAS);
        }
        Ok(parts)
    }
}
