//! The recurrent layers of a Keras model, from the description that stands beside its weights.

use super::Error;
use super::entry::parted;
use super::keras::NO_BIAS;
use super::parts::{LayerTensors, Parts};
use crate::io::tensors::Tensors;
use crate::linalg::activation::Activation;
use crate::systems::cells::{CellKind, GRU, LSTM, VANILLA};
use serde_json::Value;

/// Layers that give their input in use, as far as a state is concerned.
const PASS: [&str; 7] = [
    "Dropout",
    "SpatialDropout1D",
    "GaussianNoise",
    "GaussianDropout",
    "AlphaDropout",
    "ActivityRegularization",
    "Masking",
];

/// The recurrent layers in the model's order.
pub struct Model {
    /// The layers.
    pub layers: Vec<Recurrent>,
    /// Of each, the one whose states it takes, if it takes those of one and nothing else.
    below: Vec<Option<usize>>,
}

/// A recurrent layer as its configuration says.
#[derive(Debug)]
pub struct Recurrent {
    name: String,
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
    sequences: bool,
}

/// What a file says of its model: `model_config` of Keras's HDF5 files, `config.json` of its archives.
///
/// # Errors
/// A description that is no JSON.
pub fn of(file: &Tensors) -> Result<Option<Model>, Error> {
    let Some(text) = file.metadata.get("model_config") else { return Ok(None) };
    let value: Value = serde_json::from_str(text).map_err(|e| {
        Error::Undecided(format!(
            "`model_config`, which describes the model, is no JSON ({e}); save the model again"
        ))
    })?;
    Ok(Some(Model::new(&value)))
}

/// A layer of the model as far as it matters here.
struct Node<'v> {
    class: &'v str,
    name: &'v str,
    inputs: Vec<&'v str>,
    /// Its places among the recurrent layers.
    recurrent: std::ops::Range<usize>,
}

impl Model {
    fn new(value: &Value) -> Self {
        let config = &value["config"];
        // Keras 1 has the list itself.
        let list = config["layers"].as_array().or(config.as_array()).map_or(&[][..], Vec::as_slice);
        let names: Vec<&str> = list.iter().map(name_of).collect();
        let sequential = value["class_name"] == "Sequential";
        let (mut layers, mut nodes) = (vec![], vec![]);
        for (k, layer) in list.iter().enumerate() {
            let start = layers.len();
            collect(layer, false, &Value::Null, &mut layers);
            let inputs = match (sequential, k.checked_sub(1)) {
                (true, before) => before.map(|b| names[b]).into_iter().collect(),
                (false, _) => inbound(&layer["inbound_nodes"], &names),
            };
            let class = layer["class_name"].as_str().unwrap_or_default();
            nodes.push(Node { class, name: names[k], inputs, recurrent: start..layers.len() });
        }
        let below = (0..layers.len()).map(|k| source(&nodes, &layers, k)).collect();
        Self { layers, below }
    }

    /// The layer whose states layer `k` takes, if it takes nothing else.
    pub fn below(&self, k: usize) -> Option<usize> {
        self.below.get(k).copied().flatten()
    }

    /// The layer whose weights lie at `module`.
    pub fn layer(&self, file: &Tensors, module: &str) -> Option<usize> {
        // Archives call groups by class and number, and keep the layer's name beside its variables.
        let base = parted(module).0.trim_end_matches(".cell").trim_end_matches("/cell");
        let kept = file.metadata.get(&format!("{base}.vars.name"));
        let find = |name: &str| self.layers.iter().position(|l| l.name == name);
        let inside = || module.split(['.', '/']).find_map(find);
        kept.and_then(|name| find(name)).or_else(inside).or((self.layers.len() == 1).then_some(0))
    }
}

/// The recurrent layer from which layer `k` takes its input, past those that change nothing.
fn source(nodes: &[Node], layers: &[Recurrent], k: usize) -> Option<usize> {
    let mut node = nodes.iter().find(|n| n.recurrent.contains(&k) && n.recurrent.len() == 1)?;
    // As many steps as there are layers: a damaged description may go in a circle.
    for _ in 0..nodes.len() {
        let [one] = node.inputs[..] else { return None };
        node = nodes.iter().find(|n| n.name == one)?;
        match node.recurrent.len() {
            1 => return Some(node.recurrent.start).filter(|k| layers[*k].sequences),
            0 if PASS.contains(&node.class) => {}
            _ => return None,
        }
    }
    None
}

fn name_of(layer: &Value) -> &str {
    layer["config"]["name"].as_str().or(layer["name"].as_str()).unwrap_or_default()
}

/// The layers that one call of a layer takes; of a layer that is called several times none.
fn inbound<'v>(nodes: &'v Value, names: &[&str]) -> Vec<&'v str> {
    fn texts<'v>(value: &'v Value, key: &str, out: &mut Vec<&'v str>) {
        match value {
            Value::String(s) if !matches!(key, "class_name" | "dtype") => out.push(s),
            Value::Array(all) => all.iter().for_each(|v| texts(v, key, out)),
            Value::Object(all) => all.iter().for_each(|(k, v)| texts(v, k, out)),
            _ => {}
        }
    }
    let mut found = vec![];
    if nodes.as_array().is_some_and(|n| n.len() == 1) {
        texts(nodes, "", &mut found);
    }
    found.retain(|n| names.contains(n));
    found
}

/// Collects recurrent layers; JSON is at most 128 deep, as it was read.
fn collect(value: &Value, bidirectional: bool, outer: &Value, found: &mut Vec<Recurrent>) {
    let class = value["class_name"].as_str().unwrap_or_default();
    let config = &value["config"];
    let cell = match class.trim_start_matches("CuDNN") {
        "SimpleRNN" | "SimpleRNNCell" => Some(&VANILLA),
        "GRU" | "GRUCell" => Some(&GRU),
        "LSTM" | "LSTMCell" => Some(&LSTM),
        _ => None,
    };
    let both = bidirectional || class == "Bidirectional";
    match cell {
        Some(cell) => found.push(recurrent(cell, class, config, outer, both)),
        None => {
            let outer = if class == "RNN" { config } else { outer };
            let list = config["layers"].as_array().into_iter().flatten();
            let cells = config["cells"].as_array().into_iter().flatten();
            let single = ["layer", "cell"].iter().filter_map(|k| config.get(k));
            list.chain(cells).chain(single).for_each(|v| collect(v, both, outer, found));
        }
    }
}

fn recurrent(
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
        let (kind, advice) = match self {
            Self { bidirectional: true, .. } => {
                ("bidirectional", "its backward half reads the future; export the forward layer alone")
            }
            Self { go_backwards: true, .. } => {
                ("backward (go_backwards)", "it reads its input from the end; train or export it forwards")
            }
            Self { cudnn: true, .. } => (
                "CuDNN",
                "load its weights into a plain GRU (reset_after=True) or LSTM of Keras and save that model",
            ),
            _ if gated && self.recurrent_activation != "sigmoid" => (
                "gated without sigmoids (recurrent_activation)",
                "gates are read with recurrent_activation=\"sigmoid\" alone; the default before Keras 2.3 was hard_sigmoid",
            ),
            _ if gated && self.activation != "tanh" => {
                ("gated with another activation than tanh", "train it with activation=\"tanh\"")
            }
            _ if Activation::parse(&self.activation).is_none() => {
                ("bent by another activation", "tanh, relu, sigmoid and linear are read")
            }
            _ => return Ok(()),
        };
        Err(Error::Unsupported { name: name.to_owned(), kind, advice })
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
            let advice = "its weights are of another cell or size than the model's description says; save the model again";
            return Err(Error::Unsupported { name, kind: "described otherwise", advice });
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
