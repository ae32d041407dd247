//! Networks under the names of published code.

use super::effective::Catalogue;
use super::entry::{Entry, joined, parted};
use super::orientation::Vectors;
use super::parts::{LayerTensors, Parts};
use super::{Error, Spec};
use crate::linalg::activation::Activation;
use crate::memory;
use crate::systems::cells::CURRENT;

/// W = m n^T / N, which a low-rank network stores as m and n, both N x r (Mastrogiuseppe & Ostojic 2018, equation 2).
pub fn product<'a>(m: &Entry<'a>, n: &Entry<'a>) -> Result<Entry<'a>, Error> {
    let columns = |e: &Entry| {
        e.matrix().or(match e.tensor.shape[..] {
            [units] => Some((units, 1)),
            _ => None,
        })
    };
    let (Some((units, rank)), true) = (columns(m), columns(m) == columns(n)) else {
        let expected = format!("the shape {:?} of `{}`", m.tensor.shape, m.name());
        return Err(Error::Shape { name: n.name().into(), found: n.tensor.shape.clone(), expected });
    };
    let (a, b) = (&m.tensor.data, &n.tensor.data);
    let limit = memory::allowance(8 * (a.len() + b.len()) as u64);
    let needs = (units as u64).saturating_mul(units as u64).saturating_mul(8);
    if needs > limit {
        return Err(Error::Memory { name: m.name().into(), units, needs, limit });
    }
    let entry = |i: usize, j: usize| -> f64 { (0..rank).map(|k| a[i * rank + k] * b[j * rank + k]).sum() };
    let data = (0..units * units).map(|at| entry(at / units, at % units) / units as f64).collect();
    let mut whole = m.with(vec![units, units], data);
    whole.from.extend(&n.from);
    let (m, n) = (m.name(), n.name());
    whole.how = Some(format!("W is `{m}` `{n}`^T / {units}, of rank {rank} at most."));
    Ok(whole)
}

/// The `n` beside a matrix `m` of the same shape that is not square.
pub fn partner<'a>(all: &Catalogue<'a>, m: &Entry) -> Option<Entry<'a>> {
    let (units, rank) = m.matrix().filter(|_| parted(m.name()).1 == "m")?;
    all.beside(m, "n").filter(|n| n.matrix() == Some((units, rank)) && rank < units).cloned()
}

/// Input weights `wi`, now units x inputs, times the strengths `si` beside them, one an input.
pub fn scaled_inputs<'a>(all: &Catalogue<'a>, u: Entry<'a>, said: &mut Vec<String>) -> Entry<'a> {
    let Some((_, inputs)) = u.matrix().filter(|_| parted(u.name()).1 == "wi") else { return u };
    let Some(s) = all.beside(&u, "si").filter(|s| s.tensor.data.len() == inputs) else { return u };
    let data = u.tensor.data.iter().enumerate().map(|(i, v)| v * s.tensor.data[i % inputs]).collect();
    let mut scaled = u.with(u.tensor.shape.clone(), data);
    scaled.from.extend(&s.from);
    said.push(format!("The input weights are `{}` times the strengths `{}`.", u.name(), s.name()));
    scaled
}

/// Whether the layer bears the names `wrec` and `wi`, in whose code the one multiplies columns and the other rows.
pub fn is_full_rank(layer: &LayerTensors) -> bool {
    let leaf = |e: &Entry| parted(e.name()).1.to_owned();
    let (w, u) = (&layer.w, layer.u.as_ref());
    let units = w.matrix().map_or(0, |m| m.0);
    leaf(w) == "wrec" && u.is_some_and(|u| leaf(u) == "wi" && u.matrix().is_some_and(|m| m.1 == units))
}

/// The prefix of a network of lowrank_inference: `m` and `n`, or `wrec`, beside `wi`.
fn prefix(all: &Catalogue) -> Option<String> {
    let mut found = all.entries.iter().filter(|e| parted(e.name()).1 == "wi").filter_map(|wi| {
        let units = wi.matrix()?.1;
        let shape = |leaf: &str| all.beside(wi, leaf).and_then(Entry::matrix);
        let low = shape("m").is_some_and(|m| m.0 == units && shape("n") == Some(m));
        (low || shape("wrec") == Some((units, units))).then(|| parted(wi.name()).0.to_owned())
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Whether the names are those of lowrank_inference.
pub fn is_low_rank(all: &Catalogue) -> bool {
    prefix(all).is_some()
}

/// The network of a file by the public code lowrank_inference (Dubreuil et al. 2022), if it is one:
/// tau dh/dt = -h + W f(h + b) + u wi si, here of x = h + b, with W = m n^T / N or `wrec`.
pub fn network<'a>(all: &Catalogue<'a>, spec: &Spec) -> Option<Result<Parts<'a>, Error>> {
    let prefix = prefix(all)?;
    if spec.cell.is_some_and(|c| *c != CURRENT) || spec.vectors == Some(Vectors::Row) {
        return None;
    }
    let wi = all.entries.iter().find(|e| parted(e.name()) == (&prefix, "wi"))?;
    let get = |leaf: &str| all.get(&joined(&prefix, leaf, wi.name()));
    let w = match (get("m"), get("n"), get("wrec")) {
        (Some(m), Some(n), _) => product(m, n),
        (_, _, Some(w)) => Ok(w.clone()),
        _ => return None,
    };
    Some(w.map(|w| {
        let mut said = vec![
            "Names as in lowrank_inference: a current network, with tanh unless --activation says otherwise; its state \
             is h + b there."
                .to_owned(),
        ];
        let u = scaled_inputs(all, wi.turned(), &mut said);
        if get("wo").is_some() {
            said.push("`wo` reads tanh(h), which no read-out does here: left out.".into());
        }
        let layer = LayerTensors { u: Some(u), b_ih: get("b").cloned(), ..LayerTensors::of(w) };
        let (cell, activation) = (Some(&CURRENT), Some(Activation::Tanh));
        Parts { said, cell, activation, ..Parts::of(vec![layer], &prefix) }
    }))
}
