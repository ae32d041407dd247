//! Which tensor plays which part, by the names that frameworks give.

use super::effective::Catalogue;
use super::entry::{Entry, joined, parted};
use super::gates::in_order;
use super::orientation::oriented;
use super::parts::{LayerTensors, Parts, split};
use super::readout::readout;
use super::{
    Error, Spec, codes, dendritic, described, frameworks, keras, known, neuralrnn, nodes, plastic, published,
    sequence,
};
use crate::io::tensors::Tensors;
use crate::systems::cells;
use std::collections::BTreeMap;

/// Fails at layers that are not one dynamical system forward in time.
fn refuse(file: &Tensors, prefix: Option<&str>) -> Result<(), Error> {
    for t in &file.tensors {
        let (own, last) = parted(&t.name);
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
    Ok(())
}

/// Finds the parts of the network by the names of PyTorch, Equinox, Keras, Flax, Haiku and published code.
pub fn by_name<'a>(file: &Tensors, all: &Catalogue<'a>, spec: &Spec) -> Result<Parts<'a>, Error> {
    let prefix = spec.prefix.as_deref().map(|p| p.trim_end_matches(['.', '/']));
    refuse(file, prefix)?;
    let mut prefixes: Vec<String> = pytorch_prefixes(file, all);
    let mut found = frameworks::networks(file, all, prefix)?;
    found.extend(nodes::networks(file, all)?);
    prefixes.extend(found.iter().map(|n| n.prefix.clone()));
    prefixes.sort();
    prefixes.dedup();
    let listed: Vec<String> = prefixes.iter().map(|p| format!("`{p}`")).collect();
    let chosen = match (prefix, &prefixes[..]) {
        (Some(p), _) if prefixes.iter().any(|q| q == p) => p.to_owned(),
        // The beginning of one alone.
        (Some(p), _) if !p.is_empty() && prefixes.iter().filter(|q| keras::within(q, p)).count() == 1 => {
            prefixes.iter().find(|q| keras::within(q, p)).cloned().unwrap_or_default()
        }
        (Some(p), _) => {
            let found = match listed[..] {
                [] => "none".into(),
                _ => listed.join(", ").replace("``", "names without a prefix"),
            };
            return Err(Error::NoPrefix { prefix: p.into(), found });
        }
        (None, []) => {
            let published = neuralrnn::network(file, all, spec)
                .or_else(|| published::network(all, spec))
                .or_else(|| described::network(file, all, spec))
                .or_else(|| dendritic::network(all, spec))
                .or_else(|| plastic::network(file, all, spec))
                .or_else(|| codes::network(file, all, spec))
                .or_else(|| known::network(file, all, spec))
                .or_else(|| sequence::network(file, all, spec));
            return published.unwrap_or_else(|| lone_matrix(file, all, spec));
        }
        (None, [one]) => one.clone(),
        (None, _) => return Err(Error::Several { prefixes: listed }),
    };
    let mut parts = match found.into_iter().find(|n| n.prefix == chosen) {
        Some(_) if spec.vectors.is_some() || spec.gates.is_some() => {
            let why =
                "--vectors and --gates go with names that do not tell; those of this file are a framework's";
            return Err(Error::Command(why.into()));
        }
        Some(found) => found,
        None => pytorch(file, all, spec, &chosen)?,
    };
    let used: Vec<&str> = parts.all().flat_map(|e| e.from.iter().copied()).collect();
    no_bias_is_lost(all, &parts, &used)?;
    let others: Vec<&str> = prefixes.iter().map(String::as_str).filter(|p| *p != chosen).collect();
    if parts.readout.is_none() && !parts.settled {
        let (found, said) = readout(file, all, &parts, &others);
        parts.readout = found;
        parts.said.extend(said);
    }
    Ok(parts)
}

/// Prefixes of networks under PyTorch's names.
fn pytorch_prefixes(file: &Tensors, all: &Catalogue) -> Vec<String> {
    let read = all.entries.iter().map(Entry::name).chain(all.unknown());
    let unread = file.skipped.iter().map(|s| s.0.as_str());
    let networks = read.chain(unread).filter_map(split).filter(|s| s.1.starts_with("weight"));
    networks.map(|s| s.0.to_owned()).collect()
}

fn pytorch<'a>(file: &Tensors, all: &Catalogue<'a>, spec: &Spec, prefix: &str) -> Result<Parts<'a>, Error> {
    let mut network: BTreeMap<(usize, &str), &Entry<'a>> = BTreeMap::new();
    for e in &all.entries {
        if let Some((_, kind, layer)) = split(e.name()).filter(|s| s.0 == prefix) {
            network.insert((layer, kind), e);
        }
    }
    for name in all.unknown().filter(|n| split(n).is_some_and(|s| s.0 == prefix)) {
        all.known(name)?;
    }
    for (name, why) in &file.skipped {
        if split(name).is_some_and(|s| s.0 == prefix) {
            return Err(Error::Unread { name: name.clone(), why: why.clone() });
        }
    }
    let count = network.keys().map(|(layer, _)| layer + 1).max().unwrap_or(0);
    let (mut layers, mut said, mut rows) = (Vec::new(), Vec::new(), false);
    for layer in 0..count {
        let get = |kind: &'static str| network.get(&(layer, kind)).copied();
        let need = |kind: &'static str| {
            get(kind).cloned().ok_or_else(|| Error::Missing {
                name: format!("{kind}_l{layer}"),
                why: format!("layer {layer} of {count} needs it; was the whole state_dict saved?"),
            })
        };
        let u = Some(need("weight_ih")?);
        let w = need("weight_hh")?;
        let second = cells::KINDS.iter().filter_map(|k| get(k.second?.block)).next().cloned();
        let (b_ih, b_hh) = (get("bias_ih").cloned(), get("bias_hh").cloned());
        let own = cells::KINDS.iter().filter_map(|k| get(k.own?.block)).next().cloned();
        let mut found = LayerTensors { w, second, own, u, b_ih, b_hh };
        one_bias(all, prefix, &mut found)?;
        // Our own files are in our own layout.
        if !file.metadata.contains_key("nullcline") {
            let halves = ["bias_ih", "bias_hh"].map(|kind| (kind, get(kind).is_some()));
            if let [(missing, false), (_, true)] | [(_, true), (missing, false)] = halves {
                said.push(format!(
                    "`{missing}_l{layer}` is not in the file, where PyTorch has two biases a layer: it is taken as zero."
                ));
            }
            rows |= oriented(&mut found, None, spec.cell, spec.vectors, true, &mut said)?;
            let gates = found.w.matrix().map_or(0, |(r, c)| r.checked_div(c).unwrap_or(0));
            let cell = spec.cell.or_else(|| cells::usual(gates));
            if let (Some(cell), Some(gates)) = (cell, spec.gates.as_deref()) {
                in_order(&mut found, cell, Some(gates), rows)?;
            }
        }
        layers.push(found);
    }
    if layers.is_empty() {
        let why = "was the whole state_dict saved?".to_owned();
        return Err(Error::Missing { name: joined(prefix, "weight_hh_l0", "."), why });
    }
    Ok(Parts { said, rows, ..Parts::of(layers, prefix) })
}

/// Equinox's `bias`, added to the input path, and `bias_n`, which a GRU adds to the candidate's recurrent product.
fn one_bias<'a>(all: &Catalogue<'a>, prefix: &str, layer: &mut LayerTensors<'a>) -> Result<(), Error> {
    let get = |leaf: &str| all.get(&joined(prefix, leaf, layer.w.name()));
    if layer.b_ih.is_some() || layer.b_hh.is_some() {
        return Ok(());
    }
    layer.b_ih = get("bias").cloned();
    let Some(n) = get("bias_n") else { return Ok(()) };
    match layer.w.matrix() {
        Some((rows, units)) if rows == 3 * units && n.tensor.data.len() == units => {
            let mut data = vec![0.0; 2 * units];
            data.extend(&n.tensor.data);
            layer.b_hh = Some(n.with(vec![rows], data));
            Ok(())
        }
        _ => Err(Error::Shape {
            name: n.name().into(),
            found: n.tensor.shape.clone(),
            expected: "as many values as a GRU has units, beside 3H x H recurrent weights".into(),
        }),
    }
}

/// Fails at a bias or a normalisation of the network's own module that no part of the cell uses.
fn no_bias_is_lost(all: &Catalogue, parts: &Parts, used: &[&str]) -> Result<(), Error> {
    let units = parts.layers.last().map_or(0, LayerTensors::units);
    for e in all.entries.iter().filter(|e| !e.from.iter().any(|f| used.contains(f))) {
        let inside = match parts.prefix.as_str() {
            "" => Some(e.name()),
            p => e.name().strip_prefix(p).and_then(|rest| rest.strip_prefix(['.', '/'])),
        };
        let Some(inside) = inside else { continue };
        let values = e.tensor.data.len();
        let bias = !inside.contains(['.', '/'])
            && (inside.starts_with("bias") || inside == "b")
            && values > 0
            && units > 0
            && values.is_multiple_of(units);
        let norm = ["norm", "ln_", "layernorm", "peephole"].iter().any(|w| inside.to_lowercase().contains(w))
            && (!parts.prefix.is_empty() || !inside.contains(['.', '/']));
        if bias || norm {
            return Err(Error::Unplaced {
                name: e.name().into(),
                what: if bias { "a bias" } else { "a normalisation" },
            });
        }
    }
    Ok(())
}

/// A file whose only tensor is a square matrix, with the cell named by the user.
fn lone_matrix<'a>(file: &Tensors, all: &Catalogue<'a>, spec: &Spec) -> Result<Parts<'a>, Error> {
    if let ([w], Some(_)) = (&all.entries[..], spec.cell) {
        let mut layer = LayerTensors::of(w.clone());
        let mut said = Vec::new();
        oriented(&mut layer, None, spec.cell, spec.vectors, false, &mut said)?;
        return Ok(Parts { said, ..Parts::of(vec![layer], "") });
    }
    if file.quantised {
        return Err(Error::Quantised);
    }
    let found = all.listing();
    Err(match super::suggest::command(all) {
        Some(options) => Error::Unnamed { found, options, more: super::suggest::blended(all) },
        None => match super::suggest::some_units(all) {
            Some(why) => Error::Undecided(why),
            None => Error::NoNetwork { found },
        },
    })
}

/// Whether the names and shapes are those of a recurrent network; values are not looked at.
pub fn has_network_names(file: &Tensors) -> bool {
    let all = Catalogue::of(file);
    let names = all.entries.iter().map(Entry::name).chain(all.unknown());
    names.filter_map(split).any(|s| s.1 == "weight_hh")
        || frameworks::named(&all)
        || published::is_low_rank(&all)
        || known::named(&all)
        || described::named(file, &all)
        || neuralrnn::named(file, &all)
        || dendritic::named(&all)
        || plastic::named(file, &all)
        || codes::named(&all)
        || nodes::named(file)
        || sequence::named(file, &all)
}
