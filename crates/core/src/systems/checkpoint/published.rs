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
    let Some(b) = get("b") else { return Some(Err(without_bias(get("m").is_some(), &prefix, wi))) };
    let low_rank = get("m").is_some() && get("n").is_some();
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
        let zero = b.tensor.data.iter().all(|v| v.abs() <= 0.0);
        let readout = get("wo").filter(|_| zero).and_then(|wo| read_out(wo, get("so"), low_rank));
        if get("wo").is_some() && readout.is_none() {
            said.push("`wo` reads f(h), with h = x - b, which no read-out does here where b is not zero: left out.".into());
        }
        let layer = LayerTensors { u: Some(u), b_ih: Some(b.clone()), ..LayerTensors::of(w) };
        let (cell, activation) = (Some(&CURRENT), Some(Activation::Tanh));
        let (of_rates, readout) = (readout.is_some(), readout.map(|r| (r, None)));
        Parts { said, cell, activation, of_rates, readout, ..Parts::of(vec![layer], &prefix) }
    }))
}

/// y = f(h) wo so, over N of a low-rank network, as o x N weights.
fn read_out<'a>(wo: &Entry<'a>, so: Option<&Entry<'a>>, low_rank: bool) -> Option<Entry<'a>> {
    let (units, outputs) = wo.matrix()?;
    let so = so.filter(|s| s.tensor.data.len() == outputs)?;
    let share = if low_rank { 1.0 / units as f64 } else { 1.0 };
    let scaled = wo.tensor.data.iter().enumerate().map(|(k, v)| share * v * so.tensor.data[k % outputs]);
    let mut whole = wo.with(wo.tensor.shape.clone(), scaled.collect()).turned();
    whole.from.extend(&so.from);
    Some(whole)
}

/// What is to be said of a file without `b`, whose class its names do not tell.
fn without_bias(low_rank: bool, prefix: &str, wi: &Entry) -> Error {
    let name = |leaf: &str| joined(prefix, leaf, wi.name());
    let (m, n, wi, w) = (name("m"), name("n"), name("wi"), name("wrec"));
    let [one, other] = match low_rank {
        true => [
            format!("W = m n^T / N (LowRankRNN): --cell current --map m={m},n={n},w_in={wi}"),
            format!(
                "W = m n^T (OptimizedLowRankRNN): --cell current --vectors column --map 'w_rec={m}@t({n}),w_in=t({wi})'"
            ),
        ],
        false => [
            format!("W = wrec (FullRankRNN): --cell current --vectors column --map 'w_rec={w},w_in=t({wi})'"),
            format!(
                "W = wrec / N (FullRankRNNScaled): the same with w_rec times 1/N, as 'w_rec=0.01*{w}' of 100 units"
            ),
        ],
    };
    Error::Undecided(format!(
        "names as in lowrank_inference, but without the bias b, so that they do not tell whether {one}; or {other}"
    ))
}
