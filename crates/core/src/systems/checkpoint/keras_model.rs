//! The recurrent layers of a Keras model, from the description that stands beside its weights.

use super::Error;
use super::entry::parted;
use super::keras_layer::{Recurrent, recurrent};
use crate::io::tensors::Tensors;
use crate::systems::cells::{GRU, LSTM, VANILLA};
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

/// The recurrent layers in the model's order, and how all layers hang together.
pub struct Model {
    /// The layers.
    pub layers: Vec<Recurrent>,
    /// Of each, the one whose states it takes, if it takes those of one and nothing else.
    below: Vec<Option<usize>>,
    nodes: Vec<Node>,
    /// Whether a layer is called several times, so that what takes its output is not told here.
    shared: bool,
}

/// What stands around recurrent layers in a row.
#[derive(Default)]
pub struct Around {
    /// Names under which the weights of the read-out may lie; none without one.
    pub readout: Vec<String>,
    /// What is to be said.
    pub said: Vec<String>,
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
struct Node {
    class: String,
    name: String,
    inputs: Vec<String>,
    /// Its places among the recurrent layers.
    recurrent: std::ops::Range<usize>,
    /// Of a dense layer, alone or at every step: its own name, and its activation.
    dense: Option<(String, String)>,
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
            nodes.push(Node {
                class: layer["class_name"].as_str().unwrap_or_default().to_owned(),
                name: names[k].to_owned(),
                inputs: inputs.into_iter().map(str::to_owned).collect(),
                recurrent: start..layers.len(),
                dense: dense(layer),
            });
        }
        let below = (0..layers.len()).map(|k| source(&nodes, &layers, k)).collect();
        let calls = |l: &Value| l["inbound_nodes"].as_array().map_or(0, Vec::len);
        Self { shared: list.iter().any(|l| calls(l) > 1), layers, below, nodes }
    }

    /// Whether the description lists layers, as that of a subclassed model does not.
    pub fn lists(&self) -> bool {
        !self.nodes.is_empty()
    }

    /// What stands before layer `first` and behind layer `last`; none where the description does not tell.
    pub fn around(&self, first: usize, last: usize) -> Option<Around> {
        let node = |k: usize| self.nodes.iter().find(|n| n.recurrent.contains(&k) && n.recurrent.len() == 1);
        if self.shared {
            return None;
        }
        let mut found = Around::default();
        let mut before = node(first)?;
        for _ in 0..self.nodes.len() {
            let [one] = &before.inputs[..] else { break };
            let Some(next) = self.nodes.iter().find(|n| n.name == *one) else { break };
            before = next;
            if before.class != "InputLayer" && !PASS.contains(&&before.class[..]) {
                found.said.push(format!(
                    "`{}` ({}) stands before the network: the inputs here are what it gives, and zero input need not be the \
                     task's rest.",
                    before.name, before.class
                ));
                break;
            }
        }
        self.behind(node(last)?, &mut found);
        Some(found)
    }

    /// Finds the dense layer that reads the states, and what is to be said where another layer does.
    fn behind<'s>(&'s self, mut at: &'s Node, found: &mut Around) {
        let takers = |n: &Node| self.nodes.iter().filter(|t| t.inputs.contains(&n.name)).collect::<Vec<_>>();
        for _ in 0..self.nodes.len() {
            let next = takers(at);
            let [one] = next[..] else {
                if !next.is_empty() {
                    let names: Vec<String> =
                        next.iter().map(|n| format!("`{}` ({})", n.name, n.class)).collect();
                    found.said.push(format!(
                        "{} take its states: no read-out is taken (--map readout=NAME takes one).",
                        names.join(" and ")
                    ));
                }
                return;
            };
            at = one;
            let Some((own, activation)) = &at.dense else {
                if PASS.contains(&&at.class[..]) {
                    continue;
                }
                found.said.push(format!(
                    "`{}` ({}) stands between the network and what reads it: no read-out is taken.",
                    at.name, at.class
                ));
                return;
            };
            let behind = takers(at);
            if behind.iter().any(|n| n.dense.is_some()) || behind.len() > 1 {
                found.said.push(format!(
                    "`{}` is the first of several layers, not a linear read-out, and is left out.",
                    at.name
                ));
                return;
            }
            found.readout = vec![at.name.clone(), own.clone()];
            let bent = (activation != "linear").then(|| format!("its activation `{activation}`"));
            let layer = behind.first().map(|n| format!("`{}` ({})", n.name, n.class));
            if let Some(what) = bent.or(layer) {
                found.said.push(format!("The read-out here is what `{}` gives before {what}.", at.name));
            }
            return;
        }
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
        kept.and_then(|name| find(name)).or_else(inside)
    }
}

/// The nonlinearity of the dense layer that `tensor` belongs to, where the model's description tells of one.
pub fn bent(file: &Tensors, tensor: &str) -> Option<String> {
    let model = of(file).ok()??;
    let base = parted(parted(tensor).0).0;
    let kept = file.metadata.get(&format!("{base}.vars.name")).map(String::as_str);
    let here = |name: &str| kept.map_or_else(|| tensor.split(['.', '/']).any(|p| p == name), |k| k == name);
    let node = model.nodes.iter().find_map(|n| n.dense.as_ref().filter(|d| here(&n.name) || here(&d.0)))?;
    (node.1 != "linear").then(|| node.1.clone())
}

/// The name and the activation of a dense layer, alone or at every step.
fn dense(layer: &Value) -> Option<(String, String)> {
    let inner = if layer["class_name"] == "TimeDistributed" { &layer["config"]["layer"] } else { layer };
    let config = &inner["config"];
    let activation = match &config["activation"] {
        Value::Null => "linear".to_owned(),
        Value::String(s) => s.clone(),
        v => v["config"]
            .as_str()
            .or(v["config"]["name"].as_str())
            .or(v["class_name"].as_str())
            .unwrap_or("unknown")
            .to_owned(),
    };
    (inner["class_name"] == "Dense").then(|| (name_of(inner).to_owned(), activation))
}

/// The recurrent layer from which layer `k` takes its input, past those that change nothing.
fn source(nodes: &[Node], layers: &[Recurrent], k: usize) -> Option<usize> {
    let mut node = nodes.iter().find(|n| n.recurrent.contains(&k) && n.recurrent.len() == 1)?;
    // As many steps as there are layers: a damaged description may go in a circle.
    for _ in 0..nodes.len() {
        let [one] = &node.inputs[..] else { return None };
        node = nodes.iter().find(|n| n.name == *one)?;
        match node.recurrent.len() {
            1 => return Some(node.recurrent.start).filter(|k| layers[*k].sequences),
            0 if PASS.contains(&&node.class[..]) => {}
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
