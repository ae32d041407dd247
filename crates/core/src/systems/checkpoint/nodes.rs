//! Recurrent nodes of ONNX graphs: columns, gates z, r, h and i, o, f, c, both biases in one.

use super::Error;
use super::effective::Catalogue;
use super::entry::Entry;
use super::parts::{LayerTensors, Parts};
use crate::io::tensors::Tensors;
use crate::linalg::activation::Activation;
use crate::systems::cells::{CellKind, GRU, LSTM, VANILLA};

/// Every recurrent node of a graph; those that feed one another alone are layers of one network.
pub fn networks<'a>(file: &Tensors, all: &Catalogue<'a>) -> Result<Vec<Parts<'a>>, Error> {
    if file.format != "onnx" {
        return Ok(vec![]);
    }
    let nodes =
        file.metadata.iter().filter_map(|(key, op)| Some((key.strip_suffix(".op_type")?, op.as_str())));
    let recurrent = nodes.filter_map(|(name, op)| Some((name, kind(op)?)));
    let mut found: Vec<(&str, Parts)> = recurrent
        .map(|(name, kind)| Ok((name, node(file, all, name, kind)?)))
        .collect::<Result<_, Error>>()?;
    while let Some((below, above)) = adjoining(file, &found) {
        let (top, upper) = found.remove(above);
        joined(file, all, &mut found[below - usize::from(below > above)], top, upper);
    }
    Ok(found.into_iter().map(|f| f.1).collect())
}

/// Places of two networks, the upper of which alone takes what the lower gives.
fn adjoining(file: &Tensors, found: &[(&str, Parts)]) -> Option<(usize, usize)> {
    let below = |name: &str| file.metadata.get(&format!("{name}.layer_below")).map(String::as_str);
    let alike = |a: &Parts, b: &Parts| {
        (a.cell, a.activation, a.reset_before) == (b.cell, b.activation, b.reset_before)
    };
    found.iter().enumerate().find_map(|(k, (_, upper))| {
        let first = upper.prefix.split('+').next().unwrap_or_default();
        let (at, lower) = found.iter().enumerate().find(|(_, (top, _))| below(first) == Some(*top))?;
        let takers = file.metadata.iter().filter(|(key, v)| key.ends_with(".layer_below") && *v == lower.0);
        (takers.count() == 1 && at != k && alike(upper, &lower.1)).then_some((at, k))
    })
}

/// Puts the network `above`, whose last node is `top`, on `lower`.
fn joined<'a, 'n>(
    file: &Tensors,
    all: &Catalogue<'a>,
    lower: &mut (&'n str, Parts<'a>),
    top: &'n str,
    above: Parts<'a>,
) {
    let parts = &mut lower.1;
    parts.layers.extend(above.layers);
    parts.said.extend(above.said);
    parts.prefix = format!("{}+{}", parts.prefix, above.prefix);
    parts.readout = read_out(file, all, parts.layers.last().map_or(0, LayerTensors::units));
    lower.0 = top;
}

/// Whether a graph has recurrent nodes.
pub fn named(file: &Tensors) -> bool {
    file.format == "onnx" && file.metadata.iter().any(|(k, op)| k.ends_with(".op_type") && kind(op).is_some())
}

/// The cell of an operator, and which of the file's blocks stands first, second, ... in the cell's order of gates.
type Kind = (&'static CellKind, &'static [usize], &'static [&'static str]);

fn kind(op: &str) -> Option<Kind> {
    match op {
        "RNN" => Some((&VANILLA, &[0], &["tanh"])),
        "GRU" => Some((&GRU, &[1, 0, 2], &["sigmoid", "tanh"])),
        "LSTM" => Some((&LSTM, &[0, 2, 3, 1], &["sigmoid", "tanh", "tanh"])),
        _ => None,
    }
}

fn node<'a>(file: &Tensors, all: &Catalogue<'a>, name: &str, kind: Kind) -> Result<Parts<'a>, Error> {
    let (cell, order, usual) = kind;
    let said = |key: &str| file.metadata.get(&format!("{name}.{key}")).map(String::as_str);
    let refused = |kind, advice| Error::Unsupported { name: format!("{name}.R"), kind, advice };
    match said("direction") {
        None | Some("forward") => {}
        Some("bidirectional") => {
            return Err(refused(
                "bidirectional",
                "its backward half reads the future; export the forward direction alone",
            ));
        }
        Some(_) => {
            return Err(refused("backward", "it reads the input from its end; export the forward direction"));
        }
    }
    let peepholes = all.get(&format!("{name}.P")).is_some();
    if peepholes || said("clip").is_some() || said("input_forget").is_some_and(|v| v != "0") {
        return Err(refused("changed (peepholes, clip or input_forget)", "export the network without these"));
    }
    let given: Vec<String> =
        said("activations").map_or(vec![], |a| a.split(',').map(|f| f.trim().to_lowercase()).collect());
    let activation = match (&given[..], *cell == VANILLA) {
        ([], _) => Activation::Tanh,
        ([one], true) => Activation::parse(one).ok_or_else(|| {
            refused(
                "vanilla (its nonlinearity is none of tanh, relu and sigmoid)",
                "train it with one of these",
            )
        })?,
        (all, _) if all == usual => Activation::Tanh,
        _ => {
            return Err(refused(
                "gated (its nonlinearities are not the usual sigmoid and tanh)",
                "train it with these",
            ));
        }
    };
    let need = |leaf: &str| {
        all.get(&format!("{name}.{leaf}")).ok_or_else(|| Error::Missing {
            name: format!("{name}.{leaf}"),
            why: "the node needs it as a constant of the graph".into(),
        })
    };
    let matrix = |e: &Entry<'a>| match e.tensor.shape[..] {
        [1, rows, columns] => Ok(e.with(vec![rows, columns], e.tensor.data.clone()).ordered(order)),
        _ => Err(Error::Shape {
            name: e.name().into(),
            found: e.tensor.shape.clone(),
            expected: format!("1 x {}H x columns, of one direction", order.len()),
        }),
    };
    let (u, w) = (matrix(need("W")?)?, matrix(need("R")?)?);
    let (mut b_ih, mut b_hh) = (None, None);
    if let Some(b) = all.get(&format!("{name}.B")) {
        let half = b.tensor.data.len() / 2;
        let part =
            |k: usize| b.with(vec![half], b.tensor.data[k * half..(k + 1) * half].to_vec()).ordered(order);
        (b_ih, b_hh) = (Some(part(0)), Some(part(1)));
    }
    let layer = LayerTensors { u: Some(u), b_ih, b_hh, ..LayerTensors::of(w) };
    let reset_before = (*cell == GRU).then(|| said("linear_before_reset") != Some("1"));
    let told = (*cell == VANILLA).then_some(activation);
    let readout = read_out(file, all, layer.units());
    let said =
        vec![format!("Node `{name}` of the graph: gates and biases are put into the order used here.")];
    Ok(Parts {
        said,
        cell: Some(cell),
        activation: told,
        reset_before,
        readout,
        ..Parts::of(vec![layer], name)
    })
}

/// Weights, outputs x units, and bias of the only dense layer of as many inputs as units: a Gemm, or a MatMul and an Add behind it.
fn read_out<'a>(file: &Tensors, all: &Catalogue<'a>, units: usize) -> Option<(Entry<'a>, Option<Entry<'a>>)> {
    let told = |node: &str, key: &str| {
        file.metadata.get(&format!("{node}.{key}")).map(String::as_str).unwrap_or_default()
    };
    let nodes = |op: &'static str| {
        file.metadata.iter().filter(move |(_, v)| *v == op).filter_map(|(k, _)| k.strip_suffix(".op_type"))
    };
    let constants = |node: &str| -> Vec<&Entry<'a>> {
        told(node, "inputs").split(',').filter_map(|n| all.get(n)).collect()
    };
    let mut found = vec![];
    for node in nodes("Gemm").chain(nodes("MatMul")) {
        let own = constants(node);
        let turned = told(node, "transB") == "1";
        let weight = own.iter().find_map(|e| match e.matrix() {
            Some((_, c)) if turned && c == units => Some((*e).clone()),
            Some((r, _)) if !turned && r == units => Some(e.turned()),
            _ => None,
        });
        let Some(weight) = weight else { continue };
        let outputs = weight.tensor.shape[0];
        let behind = nodes("Add").filter(|a| {
            told(a, "inputs").split(',').any(|i| told(node, "outputs").split(',').any(|o| o == i))
        });
        let bias =
            own.into_iter().chain(behind.flat_map(constants)).find(|e| e.tensor.shape == [outputs]).cloned();
        found.push((weight, bias));
    }
    let one = found.pop()?;
    found.is_empty().then_some(one)
}
