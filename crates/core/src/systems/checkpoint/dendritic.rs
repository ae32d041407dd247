//! Dendritic piecewise-linear networks as the shallow ones that they are.

use super::effective::Catalogue;
use super::entry::{Entry, joined, parted};
use super::expression::{self, affordable};
use super::parts::{LayerTensors, Parts};
use super::{Error, Spec};
use crate::linalg::activation::Activation;
use crate::systems::cells::SHALLOW_PLRNN;

/// Names of the weights and thresholds of the bases, and the sign of these within relu: the code of the paper adds them
/// (DurstewitzLab/dendPLRNN, BPTT_TF/bptt/PLRNN_model.py), later code subtracts them (GTF-shPLRNN, src/models/dendritic_plrnn.jl).
const BASES: [(&str, &str, f64); 3] = [("alphas", "thetas", 1.0), ("α", "H", -1.0), ("alphas", "H", -1.0)];

/// A network's tensors.
struct Found<'b, 'a> {
    h: &'b Entry<'a>,
    prefix: String,
    alphas: &'b Entry<'a>,
    thresholds: &'b Entry<'a>,
    sign: f64,
}

fn find<'b, 'a>(all: &'b Catalogue<'a>) -> Option<Found<'b, 'a>> {
    all.entries.iter().filter(|e| parted(e.name()).1 == "h").find_map(|h| {
        let prefix = parted(h.name()).0;
        let get = |leaf: &str| all.get(&joined(prefix, leaf, h.name()));
        let (alphas, thresholds, sign) =
            BASES.iter().find_map(|(a, t, sign)| Some((get(a)?, get(t)?, *sign)))?;
        (get("AW").is_some() || get("A").is_some() && get("W").is_some()).then(|| Found {
            h,
            prefix: prefix.to_owned(),
            alphas,
            thresholds,
            sign,
        })
    })
}

/// Whether the names are those of a dendritic network.
pub fn named(all: &Catalogue) -> bool {
    find(all).is_some()
}

/// z' = A z + W sum_b alpha_b relu(z +- theta_b) + h + C s (Brenner et al. 2022, ICML, eq. 2) as z' = A z + W1 relu(W2 z + h2) + h + C s,
/// with as many hidden units as units times bases; none where the names are others.
pub fn network<'a>(all: &Catalogue<'a>, spec: &Spec) -> Option<Result<Parts<'a>, Error>> {
    let found = find(all)?;
    spec.cell.is_none_or(|c| *c == SHALLOW_PLRNN).then(|| of(all, &found))
}

fn of<'a>(all: &Catalogue<'a>, found: &Found<'_, 'a>) -> Result<Parts<'a>, Error> {
    let name = |leaf: &str| joined(&found.prefix, leaf, found.h.name());
    let formula = |text: &str| expression::read(all, text).map(|e| e.unwrap_or_else(|| found.h.clone()));
    let (a, w) = match all.get(&name("AW")) {
        Some(_) => (formula(&format!("diag({})", name("AW")))?, formula(&format!("off({})", name("AW")))?),
        None => (formula(&name("A"))?, formula(&name("W"))?),
    };
    let (units, bases) = (found.h.tensor.data.len(), found.alphas.tensor.data.len());
    if w.matrix() != Some((units, units)) {
        return Err(shape(&w, format!("{units} x {units}, as `{}` has values", found.h.name())));
    }
    let t = found.thresholds;
    if t.matrix() != Some((units, bases)) {
        return Err(shape(t, format!("{units} x {bases}, units by values of `{}`", found.alphas.name())));
    }
    let hidden = units.saturating_mul(bases);
    affordable(hidden, 2 * units, w.tensor.data.len())?;
    let (mut w1, mut w2, mut h2) = (vec![0.0; units * hidden], vec![0.0; hidden * units], vec![0.0; hidden]);
    for (base, alpha) in found.alphas.tensor.data.iter().enumerate() {
        for i in 0..units {
            let k = base * units + i;
            w2[k * units + i] = 1.0;
            h2[k] = found.sign * t.tensor.data[i * bases + base];
            (0..units).for_each(|row| w1[row * hidden + k] = alpha * w.tensor.data[row * units + i]);
        }
    }
    let mut whole = w.with(vec![units, hidden], w1);
    whole.from.extend(found.alphas.from.iter().chain(&t.from));
    let layer = LayerTensors {
        second: Some(t.with(vec![hidden, units], w2)),
        own: Some(a),
        u: all.get(&name("C")).cloned(),
        b_ih: Some(found.h.clone()),
        b_hh: Some(t.with(vec![hidden], h2)),
        ..LayerTensors::of(whole)
    };
    let sense = if found.sign > 0.0 { "relu(z + theta)" } else { "relu(z - H)" };
    let said = vec![format!(
        "Names as of a dendritic piecewise-linear network: a shallow one of {hidden} hidden units, {sense} of {bases} bases a unit. A clipped \
         one has the same names."
    )];
    let readout = all.get("output_layer.weight").map(|d| (d.clone(), all.get("output_layer.bias").cloned()));
    let (cell, activation) = (Some(&SHALLOW_PLRNN), Some(Activation::Relu));
    Ok(Parts { said, cell, activation, readout, ..Parts::of(vec![layer], &found.prefix) })
}

fn shape(e: &Entry, expected: String) -> Error {
    Error::Shape { name: e.name().into(), found: e.tensor.shape.clone(), expected }
}
