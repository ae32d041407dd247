//! Which tensor plays which part: PyTorch names under any prefix, or a map given by the user.

use super::{CellKind, Error, Spec};
use crate::io::tensors::{Tensor, Tensors};
use std::collections::BTreeMap;

/// The tensors of one layer.
#[derive(Clone, Copy)]
pub struct LayerTensors<'a> {
    /// Recurrent weights.
    pub w: &'a Tensor,
    /// Weights of a coRNN's velocities, or of a Lipschitz network's linear part.
    pub second: Option<&'a Tensor>,
    /// Input weights.
    pub u: Option<&'a Tensor>,
    /// Bias of the input path, or the only bias.
    pub b_ih: Option<&'a Tensor>,
    /// Bias of the recurrent path.
    pub b_hh: Option<&'a Tensor>,
}

/// The tensors of a network.
pub struct Parts<'a> {
    /// Layers from the input up.
    pub layers: Vec<LayerTensors<'a>>,
    /// Read-out weights and bias.
    pub readout: Option<(&'a Tensor, Option<&'a Tensor>)>,
    /// Time constants, one or one a unit.
    pub tau: Option<&'a Tensor>,
}

const KINDS: [&str; 6] = ["weight_ih", "weight_hh", "weight_hz", "weight_hl", "bias_ih", "bias_hh"];

/// `prefix`, kind and layer of a PyTorch parameter name such as `rnn.weight_hh_l0` or `cell.bias_ih`.
fn split(name: &str) -> Option<(&str, &'static str, usize)> {
    let (prefix, last) = name.rfind('.').map_or(("", name), |i| (&name[..i], &name[i + 1..]));
    for kind in KINDS {
        let Some(rest) = last.strip_prefix(kind) else { continue };
        if rest.is_empty() {
            return Some((prefix, kind, 0));
        }
        if let Some(layer) = rest.strip_prefix("_l").and_then(|l| l.parse().ok()) {
            return Some((prefix, kind, layer));
        }
    }
    None
}

/// Finds the parts of the network in `file`.
pub fn find<'a>(file: &'a Tensors, spec: &Spec) -> Result<Parts<'a>, Error> {
    let prefix = spec.prefix.as_deref().map(|p| p.trim_end_matches('.'));
    for t in &file.tensors {
        let (own, last) = t.name.rsplit_once('.').unwrap_or(("", &t.name));
        if prefix.is_some_and(|p| p != own) {
            continue;
        }
        if last.ends_with("_reverse") && last.starts_with("weight_") {
            let advice = "its backward half reads the future; export the forward direction alone";
            return Err(Error::Unsupported { name: t.name.clone(), kind: "bidirectional", advice });
        }
        if last.starts_with("weight_hr_l") {
            let advice = "train or export the LSTM without proj_size";
            return Err(Error::Unsupported { name: t.name.clone(), kind: "projected (proj_size)", advice });
        }
    }
    if spec.map.is_empty() { by_name(file, spec) } else { by_map(file, spec) }
}

fn by_name<'a>(file: &'a Tensors, spec: &Spec) -> Result<Parts<'a>, Error> {
    let mut networks: BTreeMap<&str, BTreeMap<(usize, &str), &Tensor>> = BTreeMap::new();
    for t in &file.tensors {
        if let Some((prefix, kind, layer)) = split(&t.name) {
            networks.entry(prefix).or_default().insert((layer, kind), t);
        }
    }
    let prefixes: Vec<String> = networks.keys().map(|p| format!("`{p}`")).collect();
    let network = match (&spec.prefix, networks.len()) {
        (Some(p), _) => networks.get(p.trim_end_matches('.')).ok_or_else(|| Error::NoPrefix {
            prefix: p.clone(),
            found: match prefixes[..] {
                [] => "none".into(),
                _ => prefixes.join(", ").replace("``", "names without a prefix"),
            },
        })?,
        (None, 0) => return lone_matrix(file, spec),
        (None, 1) => networks.values().next().expect("one network"),
        (None, _) => return Err(Error::Several { prefixes }),
    };
    let count = network.keys().map(|(layer, _)| layer + 1).max().unwrap_or(0);
    let mut layers = Vec::new();
    for layer in 0..count {
        let get = |kind: &'static str| network.get(&(layer, kind)).copied();
        let need = |kind: &'static str| {
            get(kind).ok_or_else(|| Error::Missing {
                name: format!("{kind}_l{layer}"),
                why: format!("layer {layer} of {count} needs it; was the whole state_dict saved?"),
            })
        };
        let u = Some(need("weight_ih")?);
        let second = get("weight_hz").or(get("weight_hl"));
        let w = need("weight_hh")?;
        layers.push(LayerTensors { w, second, u, b_ih: get("bias_ih"), b_hh: get("bias_hh") });
    }
    let outputs = layers[count - 1].w.shape.get(1).copied().unwrap_or(0);
    Ok(Parts { layers, readout: readout(file, outputs), tau: None })
}

/// A file whose only tensor is a square matrix, with the cell named by the user.
fn lone_matrix<'a>(file: &'a Tensors, spec: &Spec) -> Result<Parts<'a>, Error> {
    if let ([w], Some(_)) = (&file.tensors[..], spec.cell) {
        let layers = vec![LayerTensors { w, second: None, u: None, b_ih: None, b_hh: None }];
        return Ok(Parts { layers, readout: None, tau: None });
    }
    Err(Error::NoNetwork { found: listing(file) })
}

/// The only matrix outside the recurrent weights that reads `n` outputs, with its bias.
fn readout(file: &Tensors, n: usize) -> Option<(&Tensor, Option<&Tensor>)> {
    let mut candidates = file.tensors.iter().filter(|t| {
        split(&t.name).is_none() && t.shape.len() == 2 && t.shape[1] == n && t.name.ends_with("weight")
    });
    let weight = candidates.next()?;
    if candidates.next().is_some() {
        return None;
    }
    let bias = format!("{}bias", weight.name.strip_suffix("weight")?);
    let bias = file.get(&bias).filter(|b| b.shape == [weight.shape[0]]);
    Some((weight, bias))
}

const ROLES: [(&str, &str); 9] = [
    ("w_rec", "W"),
    ("w_vel", "Wc"),
    ("w_lin", "A"),
    ("w_in", "U"),
    ("b", "b"),
    ("b_rec", "b_rec"),
    ("readout", "D"),
    ("readout_bias", "readout_bias"),
    ("tau", "tau"),
];

fn role_of(word: &str) -> Option<&'static str> {
    ROLES.iter().find(|(role, symbol)| *role == word || *symbol == word).map(|r| r.0)
}

fn by_map<'a>(file: &'a Tensors, spec: &Spec) -> Result<Parts<'a>, Error> {
    if spec.cell.is_none() {
        let cells = CellKind::ALL.map(CellKind::name).join(", ");
        let why = format!("--map needs --cell, which says what the tensors make: one of {cells}");
        return Err(Error::Command(why));
    }
    let mut parts: BTreeMap<&str, &Tensor> = BTreeMap::new();
    for (left, right) in &spec.map {
        // `w_rec=W` names the role first; `W=w_rec`, tensor first, is as clear when only it exists.
        let (role, name) = match (role_of(left), file.get(right), role_of(right), file.get(left)) {
            (Some(role), Some(t), ..) => (role, t),
            (_, _, Some(role), Some(t)) => (role, t),
            (None, _, None, _) => {
                let roles: Vec<&str> = ROLES.iter().map(|r| r.0).collect();
                let roles = roles.join(", ");
                let why = format!("--map {left}={right}: neither side is a role; the roles are {roles}");
                return Err(Error::Command(why));
            }
            _ => {
                let why = format!("no tensor of that name; the file holds {}", listing(file));
                return Err(Error::Map { role: left.clone(), name: right.clone(), why });
            }
        };
        if parts.insert(role, name).is_some() {
            return Err(Error::Command(format!("--map {left}={right}: role {role} is given twice")));
        }
    }
    let get = |role: &str| parts.get(role).copied();
    let Some(w) = get("w_rec") else {
        return Err(Error::Command("--map must name the recurrent matrix, as w_rec=NAME".into()));
    };
    let second = get("w_vel").or(get("w_lin"));
    let layer = LayerTensors { w, second, u: get("w_in"), b_ih: get("b"), b_hh: get("b_rec") };
    let readout = get("readout").map(|d| (d, get("readout_bias")));
    Ok(Parts { layers: vec![layer], readout, tau: get("tau") })
}

/// The tensors of a file with their shapes, for messages.
pub fn listing(file: &Tensors) -> String {
    let mut names: Vec<String> =
        file.tensors.iter().take(12).map(|t| format!("`{}` {:?}", t.name, t.shape)).collect();
    if file.tensors.len() > 12 {
        names.push(format!("and {} more", file.tensors.len() - 12));
    }
    if names.is_empty() { "no numeric tensor".into() } else { names.join(", ") }
}

/// Whether any tensor has the name of a PyTorch recurrent weight.
pub fn has_network_names(file: &Tensors) -> bool {
    file.tensors.iter().any(|t| matches!(split(&t.name), Some((_, "weight_hh", _))))
}
