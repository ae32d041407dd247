//! Which tensor plays which part, as the user says with `--map`.

use super::effective::Catalogue;
use super::entry::{Entry, parted};
use super::gates::in_order;
use super::names::by_name;
use super::orientation::{Vectors, oriented};
use super::parts::{LayerTensors, Parts};
use super::readout::own_bias;
use super::{Error, Spec, expression, keras, keras_model, published};
use crate::io::nearest::meant;
use crate::io::tensors::Tensors;
use crate::systems::cells;
use std::collections::BTreeMap;

/// Roles of tensors and the symbols that do as well: those of the recurrent weights, those of the second recurrent matrix
/// of cells that have one, and the others.
fn all_roles() -> impl Iterator<Item = [&'static str; 2]> {
    let weights = [["w_rec", "W"], ["m", "m"], ["n", "n"]];
    let second = cells::KINDS.iter().filter_map(|k| k.second).map(|s| s.role);
    let own = cells::KINDS.iter().filter_map(|k| k.own).map(|o| [o.role, o.role]);
    let others = [
        ["w_in", "U"],
        ["w_in", "encoder"],
        ["b", "b"],
        ["b_rec", "b_rec"],
        ["b_rec", "b_hidden"],
        ["readout", "D"],
        ["readout", "decoder"],
        ["readout_of_rates", "readout_of_rates"],
        ["readout_bias", "readout_bias"],
        ["before", "before"],
        ["before_bias", "before_bias"],
        ["tau", "tau"],
    ];
    weights.into_iter().chain(second).chain(own).chain(others)
}

/// Roles that can be given to a network found by its names.
const BESIDE: [&str; 6] = ["readout", "readout_of_rates", "readout_bias", "before", "before_bias", "tau"];

fn role_of(word: &str) -> Option<&'static str> {
    all_roles().find(|role| role.contains(&word)).map(|[role, _]| role)
}

/// The parts of the network that `spec.map` names; what it does not name is found by name where it names no
/// recurrent weights.
pub fn by_map<'a>(file: &Tensors, all: &Catalogue<'a>, spec: &Spec) -> Result<Parts<'a>, Error> {
    let given = roles(file, all, spec)?;
    if let Some(before) = given.get("before")
        && let Some(f) = keras_model::bent(file, before.name())
    {
        let what = format!("has the nonlinearity `{f}`");
        let advice = "without --map before= the inputs are what that layer gives";
        return Err(Error::NotRead { name: before.name().into(), what, advice });
    }
    if given.keys().all(|r| BESIDE.contains(r)) {
        let mut parts = by_name(file, all, spec)?;
        overlay(&mut parts, all, &given)?;
        return Ok(parts);
    }
    if spec.prefix.is_some() {
        let why = "--prefix goes with names that are found; --map names the tensors itself";
        return Err(Error::Command(why.into()));
    }
    let Some(cell) = spec.cell else {
        let why = format!("--map needs --cell, which says what the tensors make: one of {}", cells::names());
        return Err(Error::Command(why));
    };
    let foreign = cells::KINDS.iter().filter_map(|k| k.own).map(|o| o.role);
    if let Some(role) =
        foreign.filter(|r| cell.own.is_none_or(|o| o.role != *r)).find(|r| given.contains_key(r))
    {
        return Err(Error::Command(format!("--map names {role}, which {} networks do not have", cell.name)));
    }
    let get = |role: &str| given.get(role).cloned();
    let mut said = Vec::new();
    let (w, low_rank) = recurrent(all, &given)?;
    let prefix = parted(w.name()).0.to_owned();
    let second = cells::KINDS.iter().find_map(|k| get(k.second?.role[0]));
    let own = cell.own.and_then(|o| get(o.role));
    let u = get("w_in");
    let mut layer = LayerTensors { w, second, own, u, b_ih: get("b"), b_hh: get("b_rec") };
    if keras::is_recurrent_kernel(parted(layer.w.name()).1) && spec.vectors.is_none() && spec.gates.is_none()
    {
        let mut parts = keras::of(&prefix, layer, Some(cell))?;
        overlay(&mut parts, all, &given)?;
        return Ok(parts);
    }
    let mut rows = false;
    if low_rank && spec.vectors.is_none() {
        layer.u = layer.u.map(|u| {
            published::scaled_inputs(all, across(u, layer.w.matrix().map_or(0, |m| m.0)), &mut said)
        });
    } else if published::is_full_rank(&layer) && spec.vectors.is_none() {
        layer.u = layer.u.map(|u| published::scaled_inputs(all, u.turned(), &mut said));
        said.push(format!(
            "`{}` multiplies columns and `wi` rows, as in the code with these names.",
            layer.w.name()
        ));
    } else if cell.own.is_some() && cell.gates.len() == 1 {
        let units = layer.units();
        let of_rows = |u: &Entry| spec.vectors == Some(Vectors::Row) && u.matrix() == Some((units, units));
        layer.u = layer.u.map(|u| if of_rows(&u) { u.turned() } else { across(u, units) });
        if spec.vectors == Some(Vectors::Row) {
            (layer.w, layer.second) = (layer.w.turned(), layer.second.map(|s| s.turned()));
        }
    } else if cell.encodes {
        // Encoders and decoders are lists of vectors: how they lie says nothing of W.
        let units = layer.w.matrix().map_or(0, |m| m.0);
        layer.u = layer.u.map(|u| across(u, units));
        rows = oriented(&mut layer, None, Some(cell), spec.vectors, false, &mut said)?;
    } else {
        rows = oriented(
            &mut layer,
            given.get("readout").or(given.get("readout_of_rates")),
            Some(cell),
            spec.vectors,
            false,
            &mut said,
        )?;
        in_order(&mut layer, cell, spec.gates.as_deref(), rows)?;
        if cell.gates.len() > 1 && spec.gates.is_none() {
            said.push(gates_assumed(cell, spec.reset_before));
        }
    }
    if let Some(d) = given.get("readout").filter(|_| *cell == cells::CURRENT) {
        said.push(format!(
            "`{0}` reads the currents x; --map readout_of_rates={0} reads f(x), as the read-outs of most published networks of currents do.",
            d.name()
        ));
    }
    let mut parts = Parts { said, rows, ..Parts::of(vec![layer], &prefix) };
    overlay(&mut parts, all, &given)?;
    Ok(parts)
}

/// The order of gates that names of one's own do not tell.
fn gates_assumed(cell: &cells::CellKind, reset_before: bool) -> String {
    let reset = match (cell.has_reset, reset_before) {
        (true, false) => ", the reset after the recurrent product (--reset-before: before it)",
        (true, true) => ", the reset before the recurrent product",
        (false, _) => "",
    };
    format!("The gates are taken in the order {} (--gates says another){reset}.", cell.gates.join(", "))
}

/// The recurrent matrix that the map names, and whether it is a product of two of low rank.
fn recurrent<'a>(
    all: &Catalogue<'a>,
    given: &BTreeMap<&'static str, Entry<'a>>,
) -> Result<(Entry<'a>, bool), Error> {
    let get = |role: &str| given.get(role).cloned();
    Ok(match (get("m"), get("n"), get("w_rec")) {
        (Some(m), Some(n), None) => (published::product(&m, &n)?, true),
        (None, None, Some(w)) => match published::partner(all, &w) {
            Some(n) => (published::product(&w, &n)?, true),
            None => (w, false),
        },
        (Some(_), Some(_), Some(_)) => {
            let why = "--map names w_rec, and m and n, which make one: give either";
            return Err(Error::Command(why.into()));
        }
        (None, None, None) => {
            let why =
                "--map must name the recurrent matrix, as w_rec=NAME, or m=NAME,n=NAME of a low-rank network";
            return Err(Error::Command(why.into()));
        }
        _ => return Err(Error::Command("--map names one of m and n: a low-rank network needs both".into())),
    })
}

/// Input weights that lie across are turned.
fn across(u: Entry, units: usize) -> Entry {
    match u.matrix() {
        Some((r, c)) if c == units && r != units => u.turned(),
        _ => u,
    }
}

/// The bias of a layer that the map names: the one it names, or that which lies beside the weights, which is said.
fn bias_of<'a>(
    all: &Catalogue<'a>,
    parts: &mut Parts<'a>,
    given: &BTreeMap<&str, Entry<'a>>,
    role: &str,
    weights: &Entry<'a>,
) -> Option<Entry<'a>> {
    if let Some(named) = given.get(role) {
        return Some(named.clone());
    }
    let found = own_bias(all, weights)?;
    if given.values().any(|e| e.from.iter().any(|f| found.from.contains(f))) {
        return None;
    }
    parts.said.push(format!("`{}` is the bias of `{}`.", found.name(), weights.name()));
    Some(found)
}

fn overlay<'a>(
    parts: &mut Parts<'a>,
    all: &Catalogue<'a>,
    given: &BTreeMap<&str, Entry<'a>>,
) -> Result<(), Error> {
    if given.contains_key("readout") && given.contains_key("readout_of_rates") {
        return Err(Error::Command(
            "--map names readout and readout_of_rates: a network has one of them here".into(),
        ));
    }
    parts.of_rates |= given.contains_key("readout_of_rates");
    parts.of_rates &= !given.contains_key("readout");
    if let Some(d) = given.get("readout").or(given.get("readout_of_rates")) {
        // A vector is the read-out of one output.
        let beside = bias_of(all, parts, given, "readout_bias", d);
        let d = match d.tensor.shape[..] {
            [n] => d.with(vec![1, n], d.tensor.data.clone()),
            _ => d.clone(),
        };
        parts.readout = Some((d, beside));
    }
    parts.tau = given.get("tau").cloned().or(parts.tau.take());
    match (given.get("before"), given.get("before_bias")) {
        (Some(e), _) => {
            let bias = bias_of(all, parts, given, "before_bias", e);
            composed(parts, e, bias.as_ref())
        }
        (None, Some(_)) => Err(Error::Command(
            "--map names before_bias without the weights before=NAME of that layer".into(),
        )),
        (None, None) => Ok(()),
    }
}

/// A linear layer E u + e before the network becomes part of it: U E in place of U, and b + U e in place of b.
fn composed<'a>(parts: &mut Parts<'a>, e: &Entry<'a>, bias: Option<&Entry<'a>>) -> Result<(), Error> {
    let across = parts.rows;
    let layer = &mut parts.layers[0];
    let Some((u, (_, inputs))) = layer.u.as_ref().and_then(|u| Some((u.clone(), u.matrix()?))) else {
        let why = "--map before=NAME goes with networks that have a matrix of input weights";
        return Err(Error::Command(why.into()));
    };
    let e = match e.matrix() {
        Some((r, c)) if c == inputs && (r != inputs || across) => e.turned(),
        Some((r, _)) if r == inputs => e.clone(),
        _ => {
            let expected = format!("a matrix of {inputs} rows or columns, the inputs of `{}`", u.name());
            return Err(Error::Shape { name: e.name().into(), found: e.tensor.shape.clone(), expected });
        }
    };
    layer.u = Some(expression::multiplied(&u, &e)?);
    if let Some(bias) = bias {
        let bias = bias.with(vec![bias.tensor.data.len()], bias.tensor.data.clone());
        let more = expression::multiplied(&u, &bias)?;
        layer.b_ih = Some(match &layer.b_ih {
            Some(own) => {
                expression::added(&own.with(vec![own.tensor.data.len()], own.tensor.data.clone()), &more)?
            }
            None => more,
        });
    }
    // What was said of the layer while it stood outside.
    parts.said.retain(|s| !s.contains("stands before the network") && !s.contains("feeds the network"));
    parts.said.push(format!(
        "The inputs are those of `{}`, a linear layer that is made part of the network.",
        e.name()
    ));
    Ok(())
}

/// The tensor of each role that the map gives.
fn roles<'a>(
    file: &Tensors,
    all: &Catalogue<'a>,
    spec: &Spec,
) -> Result<BTreeMap<&'static str, Entry<'a>>, Error> {
    let mut given = BTreeMap::new();
    for (left, right) in &spec.map {
        for name in [left, right] {
            all.known(name)?;
            if let Some((_, why)) = file.skipped.iter().find(|s| s.0 == *name) {
                return Err(Error::Unread { name: name.clone(), why: why.clone() });
            }
        }
        // `w_rec=W` names the role first; `W=w_rec`, tensor first, is as clear when only it exists.
        let (role, entry) = match (
            role_of(left),
            expression::read(all, right)?,
            role_of(right),
            expression::read(all, left)?,
        ) {
            (Some(role), Some(t), ..) => (role, t),
            (_, _, Some(role), Some(t)) => (role, t),
            (None, _, None, _) => {
                let mut roles: Vec<&str> = all_roles().map(|r| r[0]).collect();
                roles.dedup();
                let meant = meant(left, &roles);
                let why = format!("--map {left}={right}: neither side is a role; {meant}");
                return Err(Error::Command(why));
            }
            (None, _, Some(_), None) if all.meant(left).is_none() && all.meant(right).is_some() => {
                let mut roles: Vec<&str> = all_roles().map(|r| r[0]).collect();
                roles.dedup();
                let why = format!(
                    "--map {left}={right}: {left} is neither a role nor a tensor; {}",
                    meant(left, &roles)
                );
                return Err(Error::Command(why));
            }
            _ => {
                let formula = right.contains(['+', '*', '@', '(', ')', '|', ';']);
                let as_formula = if formula {
                    ", and as a formula it cannot be read (+ - * @ | ; and abs, relu, t, diag, off, eye, head, tail of what is there)"
                } else {
                    ""
                };
                let why = format!("no tensor of that name{as_formula}; the file holds {}", all.listing());
                return Err(Error::Map { role: left.clone(), name: right.clone(), why });
            }
        };
        if given.insert(role, entry).is_some() {
            let why = format!(
                "--map {left}={right}: role {role} is given twice; a sum is written {role}=NAME+NAME"
            );
            return Err(Error::Command(why));
        }
    }
    Ok(given)
}
