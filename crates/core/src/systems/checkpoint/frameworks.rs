//! Networks under the names of Flax and Haiku, whose weights multiply row vectors, in PyTorch's layout.

use super::Error;
use super::effective::Catalogue;
use super::entry::{Entry, joined, parted};
use super::keras;
use super::parts::{LayerTensors, Parts};
use crate::io::tensors::Tensors;
use crate::linalg::activation::Activation;
use crate::systems::cells::{CellKind, GRU, LSTM, VANILLA, usual};
use std::collections::BTreeSet;

/// Blocks z, r, n in PyTorch's order r, z, n.
pub(super) const Z_R_N: [usize; 3] = [1, 0, 2];

/// Every network under these names or Keras's.
pub fn networks<'a>(
    file: &Tensors,
    all: &Catalogue<'a>,
    prefix: Option<&str>,
) -> Result<Vec<Parts<'a>>, Error> {
    let mut found = keras::networks(file, all, prefix)?;
    let modules: BTreeSet<&str> = all.entries.iter().map(|e| parted(parted(e.name()).0).0).collect();
    for module in modules {
        found.extend(flax(all, module).transpose()?);
        found.extend(haiku(all, module).transpose()?);
    }
    let own: BTreeSet<&str> = all.entries.iter().map(|e| parted(e.name()).0).collect();
    for module in own {
        found.extend(haiku_gru(all, module).transpose()?);
    }
    if let Some(back) = found.iter().find(|n| n.prefix.contains("backward")) {
        let advice = "its backward half reads the future; export the forward direction alone";
        let name = back.layers[0].w.from[0].to_owned();
        return Err(Error::Unsupported { name, kind: "bidirectional", advice });
    }
    Ok(found)
}

/// Whether the names and shapes are those of a network of these frameworks; values are not looked at.
pub fn named(all: &Catalogue) -> bool {
    all.entries.iter().any(|e| {
        let (module, leaf) = parted(e.name());
        let (parent, layer) = parted(module);
        let beside = |path: &str| all.get(&joined(parent, path, e.name())).is_some();
        match (leaf, layer) {
            _ if keras::is_layer(all, e) => true,
            ("kernel", "hn" | "ho" | "dense_h") => true,
            ("kernel", "h") => beside("i/kernel") || beside("i.kernel"),
            ("w_h", _) => all.get(&joined(module, "w_i", e.name())).is_some(),
            ("w", "linear") => parted(parent).1.starts_with("lstm"),
            ("w", "linear_1") => parted(parent).1.starts_with("vanilla_rnn"),
            _ => false,
        }
    })
}

/// A cell of Flax below `module`: linen's have a kernel a gate, nnx's one for all.
fn flax<'a>(all: &Catalogue<'a>, module: &str) -> Option<Result<Parts<'a>, Error>> {
    let like = all.entries.iter().map(Entry::name).find(|n| n.starts_with(module))?;
    let get = |layer: &str, leaf: &str| {
        let path = joined(module, layer, like);
        let leaf = if like.contains('/') { format!("{path}/{leaf}") } else { format!("{path}.{leaf}") };
        all.get(&leaf)
            .or_else(|| all.get(&format!("{leaf}.value")))
            .or_else(|| all.get(&format!("{leaf}/value")))
    };
    let has = |names: &[&str]| names.iter().all(|n| get(n, "kernel").is_some());
    let (kind, h, i): (_, &[&str], &[&str]) = if has(&["hi", "hf", "hg", "ho"]) {
        let forget = if get("if_", "kernel").is_some() { "if_" } else { "if" };
        (
            &LSTM,
            &["hi", "hf", "hg", "ho"],
            if forget == "if" { &["ii", "if", "ig", "io"] } else { &["ii", "if_", "ig", "io"] },
        )
    } else if has(&["hr", "hz", "hn"]) {
        (&GRU, &["hr", "hz", "hn"], &["ir", "iz", "in"])
    } else if has(&["dense_h", "dense_i"]) {
        let gates = get("dense_h", "kernel")
            .and_then(Entry::matrix)
            .map_or(0, |(r, c)| c.checked_div(r).unwrap_or(0));
        (usual(gates)?, &["dense_h"], &["dense_i"])
    } else if has(&["h", "i"]) && square(get("h", "kernel")?) {
        (&VANILLA, &["h"], &["i"])
    } else {
        return None;
    };
    Some(flax_cell(module, kind, (h, i), get))
}

fn flax_cell<'a, 'b>(
    module: &str,
    kind: &'static CellKind,
    (h, i): (&[&str], &[&str]),
    get: impl Fn(&str, &str) -> Option<&'b Entry<'a>>,
) -> Result<Parts<'a>, Error>
where
    'a: 'b,
{
    let first = get(h[0], "kernel").map_or("", |e| e.name()).to_owned();
    let units = get(h[0], "kernel").and_then(Entry::matrix).map_or(0, |m| m.0);
    let size = kind.gates.len() * units / h.len();
    let kernels = |names: &[&str], rows: Option<usize>| {
        let one = |name: &&str| match get(name, "kernel") {
            Some(k) if k.matrix().is_some_and(|m| m.1 == size && rows.is_none_or(|r| m.0 == r)) => {
                Ok(k.turned())
            }
            Some(k) => Err(bad(
                k,
                &format!("{} x {size}, as its neighbours", rows.map_or("d".into(), |r| r.to_string())),
            )),
            None => {
                let why = format!("a Flax {} has it beside `{first}`; were all parameters saved?", kind.name);
                Err(Error::Missing { name: joined(module, &format!("{name}.kernel"), "."), why })
            }
        };
        names.iter().map(one).collect::<Result<Vec<_>, _>>()
    };
    let (w, u) = (kernels(h, Some(units))?, kernels(i, None)?);
    let inputs = u[0].tensor.shape[1];
    if let Some(odd) = u.iter().find(|k| k.tensor.shape[1] != inputs) {
        return Err(bad(odd, &format!("{inputs} inputs, as its neighbours")));
    }
    let bias = |names: &[&str]| -> Result<Option<Entry<'a>>, Error> {
        let given: Vec<_> = names.iter().map(|n| get(n, "bias")).collect();
        let Some(some) = given.iter().flatten().next() else { return Ok(None) };
        if let Some(odd) = given.iter().flatten().find(|b| b.tensor.data.len() != size) {
            return Err(bad(odd, &format!("[{size}]")));
        }
        let zero = Entry { from: vec![], ..some.with(vec![size], vec![0.0; size]) };
        let parts: Vec<Entry> = given
            .iter()
            .map(|b| b.map_or(zero.clone(), |b| b.with(vec![size], b.tensor.data.clone())))
            .collect();
        Ok(Some(Entry::stacked(some.name(), &parts)))
    };
    let (b_ih, b_hh) = (bias(i)?, bias(h)?);
    let layer = LayerTensors {
        w: Entry::stacked(&first, &w),
        second: None,
        own: None,
        u: Some(Entry::stacked(u[0].name(), &u)),
        b_ih,
        b_hh,
    };
    let mut said = vec![format!(
        "`{first}` and its neighbours are stored for row vectors (h W), as Flax does: they are turned."
    )];
    if *kind == VANILLA {
        said.push(
            "A SimpleCell with residual=True has the same names; this is taken for one without.".into(),
        );
    }
    Ok(Parts { said, rows: true, cell: Some(kind), ..Parts::of(vec![layer], module) })
}

/// Haiku's LSTM (one matrix for inputs and state; blocks i, g, f, o; one added to f) and VanillaRNN (ReLU).
fn haiku<'a>(all: &Catalogue<'a>, module: &str) -> Option<Result<Parts<'a>, Error>> {
    let last = parted(module).1;
    // A pickle has dictionaries of whole paths.
    let get = |layer: &str, leaf: &str| {
        all.get(&format!("{module}/{layer}/{leaf}")).or_else(|| all.get(&format!("{module}/{layer}.{leaf}")))
    };
    let said =
        |w: &Entry| format!("`{}` is stored for row vectors (h W), as Haiku does: it is turned.", w.name());
    if last.starts_with("lstm") {
        let w = get("linear", "w")?;
        let (rows, columns) = w.matrix().filter(|m| m.1 > 0 && m.1 % 4 == 0 && m.0 >= m.1 / 4)?;
        let units = columns / 4;
        let turned = w.turned().ordered(&[0, 2, 1, 3]);
        let part = |from: usize, to: usize| {
            let data =
                turned.tensor.data.chunks(rows.max(1)).flat_map(|r| r[from..to].iter().copied()).collect();
            turned.with(vec![columns, to - from], data)
        };
        let (u, hh) = (part(0, rows - units), part(rows - units, rows));
        let b = match get("linear", "b") {
            Some(b) if b.tensor.data.len() == columns => b.ordered(&[0, 2, 1, 3]),
            Some(b) => return Some(Err(bad(b, &format!("[{columns}]")))),
            None => Entry { from: vec![], ..w.with(vec![columns], vec![0.0; columns]) },
        };
        let forget = (0..columns).map(|i| b.tensor.data[i] + f64::from(u8::from(i / units == 1))).collect();
        let layer =
            LayerTensors { u: Some(u), b_ih: Some(b.with(vec![columns], forget)), ..LayerTensors::of(hh) };
        let said = vec![said(w), "One is added to the forget gate, as Haiku does.".into()];
        return Some(Ok(Parts { said, rows: true, cell: Some(&LSTM), ..Parts::of(vec![layer], module) }));
    }
    if last.starts_with("vanilla_rnn") {
        let (i, h) = (get("linear", "w")?, get("linear_1", "w").filter(|h| square(h))?);
        let b = |layer: &str| get(layer, "b").cloned();
        let (b_ih, b_hh) = (b("linear"), b("linear_1"));
        let layer = LayerTensors { u: Some(i.turned()), b_ih, b_hh, ..LayerTensors::of(h.turned()) };
        let said = vec![said(h), "The nonlinearity is ReLU, as in Haiku.".into()];
        let (cell, activation) = (Some(&VANILLA), Some(Activation::Relu));
        return Some(Ok(Parts { said, rows: true, cell, activation, ..Parts::of(vec![layer], module) }));
    }
    None
}

/// Haiku's GRU: blocks z, r, a, the reset gate before the product, and 1 - z where PyTorch has z, so that the blocks
/// of z change sign.
fn haiku_gru<'a>(all: &Catalogue<'a>, module: &str) -> Option<Result<Parts<'a>, Error>> {
    let get =
        |leaf: &str| all.get(&joined(module, leaf, "/")).or_else(|| all.get(&format!("{module}/{leaf}")));
    let (w, u) = (get("w_h")?, get("w_i")?);
    let (units, columns) = w.matrix()?;
    if columns != 3 * units || u.matrix().is_none_or(|m| m.1 != columns) {
        return None;
    }
    let flipped = |e: Entry<'a>| {
        let block = e.tensor.data.len() / 3;
        let sign = |i: usize| if i / block.max(1) == 1 { -1.0 } else { 1.0 };
        let data = e.tensor.data.iter().enumerate().map(|(i, v)| sign(i) * v).collect();
        e.with(e.tensor.shape.clone(), data)
    };
    let turned = |e: &Entry<'a>| flipped(e.turned().ordered(&Z_R_N));
    let b_ih = match get("b") {
        Some(b) if b.tensor.data.len() != columns => return Some(Err(bad(b, &format!("[{columns}]")))),
        b => b.map(|b| flipped(b.ordered(&Z_R_N))),
    };
    let layer = LayerTensors { u: Some(turned(u)), b_ih, ..LayerTensors::of(turned(w)) };
    let said = vec![format!(
        "`{}` is stored for row vectors (h W), its gates as Haiku has them: it is turned.",
        w.name()
    )];
    let (cell, reset_before) = (Some(&GRU), Some(true));
    Some(Ok(Parts { said, rows: true, cell, reset_before, ..Parts::of(vec![layer], module) }))
}

fn square(e: &Entry) -> bool {
    e.matrix().is_some_and(|m| m.0 == m.1 && m.0 > 0)
}

pub(super) fn bad(e: &Entry, expected: &str) -> Error {
    Error::Shape { name: e.name().into(), found: e.tensor.shape.clone(), expected: expected.into() }
}
