//! What nullcline's own files say about themselves.

use super::Error;
use super::entry::{joined, parted};
use crate::io::tensors::Tensor;
use crate::linalg::Real;
use crate::linalg::activation::Activation;
use crate::systems::architecture::Architecture;
use crate::systems::cells::{self, CellKind};
use crate::systems::rule::{Rule, parameter_count};
use faer::MatRef;
use std::collections::BTreeMap;

/// The entries of a safetensors file's metadata that decide what its tensors mean:
/// `cell`, `activation`, `tau` (comma-separated), `dt`, `scheme` (euler or rk4),
/// `reset` (before or after), and the cell's constants by name.
#[derive(Default)]
pub(super) struct Saved {
    pub cell: Option<&'static CellKind>,
    pub activation: Option<Activation>,
    pub tau: Option<Vec<f64>>,
    pub dt: Option<f64>,
    pub euler: bool,
    pub reset_before: bool,
    pub constants: Vec<(&'static str, f64)>,
    /// Where something else than the network's own module names a nonlinearity.
    pub elsewhere: Option<String>,
}

fn bad(name: &str, value: &str, expected: &str) -> Error {
    Error::Value {
        name: format!("metadata `{name}`"),
        value: format!("`{value}`"),
        expected: expected.into(),
    }
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
            let cell = cells::named(v);
            saved.cell = Some(cell.ok_or_else(|| bad("cell", v, &format!("one of {}", cells::names())))?);
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
        for constant in saved.cell.map_or(&[][..], |cell| cell.constants) {
            if let Some(v) = get(constant.name) {
                saved.constants.push((constant.name, number(constant.name, v)?));
            }
        }
        Ok(saved)
    }

    /// Takes the nonlinearity from the settings of the module `prefix` in a pickle, or from the only setting called
    /// so anywhere in the file, which is said.
    pub fn look(&mut self, metadata: &BTreeMap<String, String>, prefix: &str, said: &mut Vec<String>) {
        if self.activation.is_some() || metadata.contains_key("nullcline") {
            return;
        }
        let value = |v: &str| Activation::parse(v.strip_prefix("RNN_").unwrap_or(v));
        let own = ["nonlinearity", "non_linearity", "mode", "activation"];
        let own = own.map(|leaf| metadata.get(&joined(prefix, leaf, ".")).and_then(|v| value(v)));
        self.activation = own.into_iter().flatten().next();
        if self.activation.is_some() {
            return;
        }
        let named =
            |leaf: &str| metadata.iter().find(|(k, v)| parted(k).1.ends_with(leaf) && value(v).is_some());
        match (named("nonlinearity").or(named("non_linearity")), named("activation")) {
            (Some((key, v)), _) => {
                self.activation = value(v);
                said.push(format!("The nonlinearity is {v}, as `{key}` says."));
            }
            (None, Some((key, v))) => self.elsewhere = Some(format!("`{key}` is {v}")),
            (None, None) => {}
        }
    }
}

/// The tensors and metadata from which [`load`](super::load) makes the same network again, without a flag.
///
/// `rule` has the parameters and is laid out as `architecture.rule()`; `readout` is the weight, o x m, and
/// the bias, o. Tensors carry PyTorch's names under `rnn.` and `readout.`, and the type of `T`.
///
/// ```
/// use nullcline_core::io::tensors::Tensors;
/// use nullcline_core::systems::architecture::Architecture;
/// use nullcline_core::systems::checkpoint::{Spec, load, save};
/// use nullcline_core::systems::{cells::CoRnn, rule::{Rule, linearise}};
///
/// let plan = Architecture::new(CoRnn::cell(0.05, 2.0, 0.3), 1, &[2]).unwrap();
/// let mut rule = plan.rule::<f64>();
/// rule.write_params(&(0..12).map(|i| 0.1 * f64::from(i)).collect::<Vec<_>>());
/// let (tensors, metadata) = save(&plan, rule.as_ref(), None);
/// let file = Tensors { format: "safetensors", tensors, metadata, ..Tensors::default() };
/// let again = load(&file, &Spec::default()).unwrap();
/// let x = [0.1, -0.2, 0.3, 0.4];
/// assert_eq!(linearise(again.system.step(), &x, &[1.0]).0, linearise(rule.as_ref(), &x, &[1.0]).0);
/// ```
pub fn save<T: Real>(
    architecture: &Architecture,
    rule: &dyn Rule<T>,
    readout: Option<(MatRef<T>, &[T])>,
) -> (Vec<Tensor>, BTreeMap<String, String>) {
    let dtype = if size_of::<T>() == 4 { "f32" } else { "f64" };
    let tensor =
        |name: String, shape: Vec<usize>, data: Vec<f64>| Tensor { name, shape, dtype: dtype.into(), data };
    let row_major = |m: MatRef<T>| -> Vec<f64> {
        (0..m.nrows()).flat_map(|i| (0..m.ncols()).map(move |j| m[(i, j)].to_f64())).collect()
    };
    let mut theta = vec![T::ZERO; parameter_count(rule)];
    rule.read_params(&mut theta);
    let mut rest = &theta[..];
    let mut tensors = Vec::new();
    for block in rule.layout() {
        let (own, next) = rest.split_at(block.rows * block.cols);
        rest = next;
        let (kind, layer) = layered(&block.name);
        let kind = if kind == "bias" { "bias_ih" } else { kind };
        let (rows, cols) = (block.rows, block.cols);
        let shape = if kind.starts_with("bias") { vec![rows] } else { vec![rows, cols] };
        let data = row_major(MatRef::from_column_major_slice(own, rows, cols));
        tensors.push(tensor(format!("rnn.{kind}_l{layer}"), shape, data));
    }
    if let Some((weight, bias)) = readout {
        let shape = vec![weight.nrows(), weight.ncols()];
        tensors.push(tensor("readout.weight".into(), shape, row_major(weight)));
        let bias = bias.iter().map(|b| b.to_f64()).collect::<Vec<_>>();
        tensors.push(tensor("readout.bias".into(), vec![bias.len()], bias));
    }
    let settings = architecture.cell().settings();
    let mut metadata: BTreeMap<String, String> =
        settings.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
    metadata.insert("nullcline".into(), env!("CARGO_PKG_VERSION").into());
    (tensors, metadata)
}

/// Block and layer of a name in a rule's layout, such as `weight_hh_l1`; no layer is the first.
pub(super) fn layered(name: &str) -> (&str, usize) {
    let split = name.rsplit_once("_l").and_then(|(block, l)| Some((block, l.parse().ok()?)));
    split.unwrap_or((name, 0))
}
