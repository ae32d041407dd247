//! What nullcline's own files say about themselves.

use super::{CellKind, Error};
use crate::io::tensors::Tensor;
use crate::linalg::activation::Activation;
use crate::systems::rule::{Rule, parameter_count};
use std::collections::BTreeMap;

/// The entries of a safetensors file's metadata that decide what its tensors mean:
/// `cell`, `activation`, `tau` (comma-separated), `dt`, `scheme` (euler or rk4),
/// `reset` (before or after).
#[derive(Default)]
pub(super) struct Saved {
    pub cell: Option<CellKind>,
    pub activation: Option<Activation>,
    pub tau: Option<Vec<f64>>,
    pub dt: Option<f64>,
    pub euler: bool,
    pub reset_before: bool,
}

fn bad(name: &str, value: &str, expected: &'static str) -> Error {
    Error::Value { name: format!("metadata `{name}`"), value: format!("`{value}`"), expected }
}

impl Saved {
    pub fn read(metadata: &BTreeMap<String, String>) -> Result<Self, Error> {
        // Other programs write metadata too (`format: pt`); only our own is to be trusted.
        if !metadata.contains_key("nullcline") {
            return Ok(Self::default());
        }
        let get = |name: &str| metadata.get(name).map(String::as_str);
        let number =
            |name: &'static str, v: &str| v.trim().parse::<f64>().map_err(|_| bad(name, v, "a number"));
        let mut saved = Self::default();
        if let Some(v) = get("cell") {
            let cell = CellKind::parse(v);
            saved.cell = Some(cell.ok_or_else(|| bad("cell", v, "vanilla, gru, lstm, rate or current"))?);
        }
        if let Some(v) = get("activation") {
            let f = Activation::parse(v);
            saved.activation =
                Some(f.ok_or_else(|| bad("activation", v, "tanh, relu, sigmoid or identity"))?);
        }
        if let Some(v) = get("tau") {
            saved.tau = Some(v.split(',').map(|v| number("tau", v)).collect::<Result<_, _>>()?);
        }
        saved.dt = get("dt").map(|v| number("dt", v)).transpose()?;
        saved.euler = match get("scheme") {
            None | Some("rk4") => false,
            Some("euler") => true,
            Some(v) => return Err(bad("scheme", v, "euler or rk4")),
        };
        saved.reset_before = match get("reset") {
            None | Some("after") => false,
            Some("before") => true,
            Some(v) => return Err(bad("reset", v, "before or after")),
        };
        Ok(saved)
    }
}

/// The tensors and metadata from which `load` makes the same network again, without a flag.
///
/// `settings` are the entries of the metadata that [`load`](super::load) reads, such as
/// `("activation", "relu")`; the cell is added. Tensors carry PyTorch's names under `rnn.`.
pub fn save(
    rule: &dyn Rule,
    cell: CellKind,
    settings: &[(&str, String)],
) -> (Vec<Tensor>, BTreeMap<String, String>) {
    let mut theta = vec![0.0; parameter_count(rule)];
    rule.read_params(&mut theta);
    let mut rest = &theta[..];
    let mut tensors = Vec::new();
    for block in rule.layout() {
        let (own, next) = rest.split_at(block.rows * block.cols);
        rest = next;
        let layered = block.name.rsplit_once("_l").is_some_and(|(_, l)| l.parse::<usize>().is_ok());
        let name = if block.name == "bias" { "bias_ih".into() } else { block.name };
        let name = if layered { name } else { format!("{name}_l0") };
        let (rows, cols) = (block.rows, block.cols);
        let data = (0..rows * cols).map(|k| own[(k % cols) * rows + k / cols]).collect();
        let shape = if name.starts_with("bias") { vec![rows] } else { vec![rows, cols] };
        tensors.push(Tensor { name: format!("rnn.{name}"), shape, dtype: "f64".into(), data });
    }
    let mut metadata: BTreeMap<String, String> =
        settings.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    metadata.insert("nullcline".into(), env!("CARGO_PKG_VERSION").into());
    metadata.insert("cell".into(), cell.name().into());
    (tensors, metadata)
}
