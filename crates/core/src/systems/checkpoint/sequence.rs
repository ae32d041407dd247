//! Arrays without names, one after the other: the leaves of an Equinox tree, and Keras's list of weights.

use super::effective::Catalogue;
use super::entry::Entry;
use super::keras;
use super::parts::{LayerTensors, Parts};
use super::{Error, Spec};
use crate::io::tensors::Tensors;
use crate::systems::cells::{GRU, LSTM, VANILLA};

/// The only network among arrays that are numbered; none where the arrays have names, or no run of them is one.
pub fn network<'a>(file: &Tensors, all: &Catalogue<'a>, spec: &Spec) -> Option<Result<Parts<'a>, Error>> {
    if !spec.map.is_empty() {
        return None;
    }
    let arrays = numbered(all)?;
    let leaves = file.format == "equinox";
    let found = runs(&arrays, leaves);
    match found[..] {
        [] => None,
        [(at, taken)] => {
            let run = &arrays[at..at + taken];
            let parts = if leaves { Ok(cell(run)) } else { layer(run) };
            Some(parts.map(|p| with_dense(p, &arrays, at + taken, leaves)))
        }
        [(first, _), .., (last, taken)] if !leaves && stacked(&arrays, &found) => {
            let all: Result<Vec<Parts>, Error> =
                found.iter().map(|(at, taken)| layer(&arrays[*at..at + taken])).collect();
            Some(all.map(|all| {
                let layers = all.iter().flat_map(|p| p.layers.clone()).collect();
                let said = vec![format!(
                    "Arrays without names: `{}` and those behind it have the shapes of {} layers of Keras.",
                    arrays[first].name(),
                    all.len()
                )];
                let one = &all[0];
                let parts = Parts {
                    said,
                    rows: true,
                    cell: one.cell,
                    reset_before: one.reset_before,
                    ..Parts::of(layers, "")
                };
                with_dense(parts, &arrays, last + taken, leaves)
            }))
        }
        _ => Some(Err(Error::Undecided(format!(
            "the arrays have no names, and {} runs of them are layers: expected one; save them by name",
            found.len()
        )))),
    }
}

/// Whether runs follow one another, each of as many inputs as the one before has units and of as many gates.
fn stacked(arrays: &[&Entry], found: &[(usize, usize)]) -> bool {
    let size = |at: usize| {
        let ((d, _), (h, columns)) = (arrays[at].matrix()?, arrays[at + 1].matrix()?);
        Some((d, h, columns / h.max(1)))
    };
    found.windows(2).all(|w| match (size(w[0].0), size(w[1].0)) {
        (Some((_, units, gates)), Some((inputs, _, more))) => {
            w[0].0 + w[0].1 == w[1].0 && inputs == units && gates == more
        }
        _ => false,
    })
}

/// First arrays and lengths of the runs whose shapes are a layer's, one after the other.
fn runs(arrays: &[&Entry], leaves: bool) -> Vec<(usize, usize)> {
    let (mut found, mut at) = (vec![], 0);
    while at < arrays.len() {
        let taken = if leaves { cell_at(&arrays[at..]) } else { layer_at(&arrays[at..]) };
        found.extend(taken.map(|taken| (at, taken)));
        at += taken.unwrap_or(1);
    }
    found
}

/// Whether arrays without names hold a network.
pub fn named(file: &Tensors, all: &Catalogue) -> bool {
    numbered(all).is_some_and(|arrays| !runs(&arrays, file.format == "equinox").is_empty())
}

/// The arrays in the order of their numbers, if all are called `arr_0` or `leaf0` and so on.
fn numbered<'b, 'a>(all: &'b Catalogue<'a>) -> Option<Vec<&'b Entry<'a>>> {
    let number =
        |e: &Entry| e.name().strip_prefix("arr_").or(e.name().strip_prefix("leaf"))?.parse::<usize>().ok();
    let mut found = all.entries.iter().map(|e| number(e).map(|k| (k, e))).collect::<Option<Vec<_>>>()?;
    found.sort_by_key(|f| f.0);
    Some(found.into_iter().map(|f| f.1).collect())
}

/// Leaves of Equinox's cell at the head: gH x d, gH x H, gH, and of a GRU H, g being 3 or 4.
fn cell_at(leaves: &[&Entry]) -> Option<usize> {
    let [u, w, b, ..] = leaves else { return None };
    let ((rows, _), (r, h)) = (u.matrix()?, w.matrix()?);
    let gates = r.checked_div(h).filter(|g| rows == r && g * h == r && b.tensor.shape == [r])?;
    let last = leaves.get(3).is_some_and(|n| n.tensor.shape == [h]);
    match (gates, last) {
        (4, _) => Some(3),
        (3, true) => Some(4),
        _ => None,
    }
}

fn cell<'a>(leaves: &[&Entry<'a>]) -> Parts<'a> {
    let [u, w, b] = [0, 1, 2].map(|k| leaves[k].clone());
    let b_hh = leaves.get(3).map(|n| {
        let mut data = vec![0.0; 2 * n.tensor.data.len()];
        data.extend(&n.tensor.data);
        n.with(vec![data.len()], data)
    });
    let kind = if b_hh.is_some() { &GRU } else { &LSTM };
    let said = vec![format!(
        "Leaves without names: `{}` and those behind it have the shapes of a cell of Equinox.",
        u.name()
    )];
    let layer = LayerTensors { u: Some(u), b_ih: Some(b), b_hh, ..LayerTensors::of(w) };
    Parts { said, cell: Some(kind), ..Parts::of(vec![layer], "") }
}

/// Arrays of Keras's layer at the head of `get_weights`: d x gH, H x gH, and gH or of a GRU 2 x 3H.
fn layer_at(arrays: &[&Entry]) -> Option<usize> {
    let [k, r, ..] = arrays else { return None };
    let ((_, c), (h, columns)) = (k.matrix()?, r.matrix()?);
    let gates =
        columns.checked_div(h).filter(|g| c == columns && g * h == columns && [1, 3, 4].contains(g))?;
    let bias = arrays
        .get(2)
        .is_some_and(|b| b.tensor.shape == [columns] || gates == 3 && b.tensor.shape == [2, columns]);
    // Without biases two dense layers have the shapes of a simple network.
    (gates > 1 || bias).then_some(2 + usize::from(bias))
}

fn layer<'a>(arrays: &[&Entry<'a>]) -> Result<Parts<'a>, Error> {
    let [k, r] = [0, 1].map(|i| arrays[i].clone());
    let first = format!(
        "Arrays without names: `{}` and those behind it have the shapes of a layer of Keras.",
        k.name()
    );
    let layer = LayerTensors { u: Some(k), b_ih: arrays.get(2).map(|b| (*b).clone()), ..LayerTensors::of(r) };
    let mut parts = keras::of("", layer, None)?;
    parts.said.insert(0, first);
    Ok(parts)
}

/// With the dense layer behind it as its read-out, if that is all that is left.
fn with_dense<'a>(mut parts: Parts<'a>, arrays: &[&Entry<'a>], next: usize, leaves: bool) -> Parts<'a> {
    let units = match parts.cell {
        Some(c) if *c == VANILLA || *c == GRU || *c == LSTM => {
            parts.layers.last().map_or(0, LayerTensors::units)
        }
        _ => 0,
    };
    let dense = |w: &Entry, b: Option<&&Entry<'a>>| {
        let outputs = w.matrix().and_then(|(r, c)| match (leaves, units) {
            (true, u) if c == u => Some(r),
            (false, u) if r == u => Some(c),
            _ => None,
        })?;
        b.is_none_or(|b| b.tensor.shape == [outputs]).then_some(())
    };
    let (w, b) = match &arrays[next.min(arrays.len())..] {
        [w] => (*w, None),
        [w, b] => (*w, Some(b)),
        _ => return parts,
    };
    if dense(w, b).is_some() {
        let weight = if leaves { w.clone() } else { w.turned() };
        parts.readout = Some((weight, b.map(|b| (*b).clone())));
        parts.rows = false;
    }
    parts
}
