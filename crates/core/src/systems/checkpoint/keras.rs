//! Layers of Keras, whose weights multiply row vectors, in PyTorch's layout.

use super::Error;
use super::effective::Catalogue;
use super::entry::{Entry, joined, parted};
use super::frameworks::{Z_R_N, bad};
use super::keras_layer::Recurrent;
use super::keras_model::{self, Model};
use super::parts::{LayerTensors, Parts};
use crate::io::tensors::Tensors;
use crate::systems::cells::{CellKind, GRU, VANILLA, usual};

/// What is said where neither a bias nor the model's description tells it.
pub(super) const NO_BIAS: &str = "No bias tells where the reset gate acts: after the recurrent product is assumed, as in Keras 2 and 3 \
     (--reset-before changes it).";

/// What is said of gated layers without the model's description.
const UNDESCRIBED: &str = "No description of the model is in the file: gates of sigmoids, tanh and the direction forward in time are taken, as \
     in Keras by default (hard_sigmoid before Keras 2.3).";

/// Every layer of Keras; those in a row, as the model's description tells, are one network unless `prefix` names one of them.
pub fn networks<'a>(
    file: &Tensors,
    all: &Catalogue<'a>,
    prefix: Option<&str>,
) -> Result<Vec<Parts<'a>>, Error> {
    let model = keras_model::of(file)?.filter(Model::lists);
    let layers: Vec<&Entry> = all.entries.iter().filter(|e| is_layer(all, e)).collect();
    let mut found: Vec<(Option<usize>, Parts)> = vec![];
    for e in &layers {
        let told = model.as_ref().and_then(|m| {
            m.layer(file, parted(e.name()).0).or((layers.len() == 1 && m.layers.len() == 1).then_some(0))
        });
        let layer = told.and_then(|k| model.as_ref()?.layers.get(k));
        if model.is_some() && layer.is_none() {
            let advice = "--cell with --map says what its tensors are, if it does what one of the cells does";
            let what = "is none of SimpleRNN, GRU and LSTM by the model's description".into();
            return Err(Error::NotRead { name: e.name().into(), what, advice });
        }
        found.push((told, group(all, e, layer)?));
    }
    let single = found.iter().any(|(_, p)| prefix.is_some_and(|q| within(&p.prefix, q)));
    let Some(model) = model else {
        let all: Vec<Parts> = found.into_iter().map(|f| f.1).collect();
        return Ok(if single || all.len() < 2 { all } else { counted(all) });
    };
    let found = if single {
        found.into_iter().map(|(k, p)| (k, k, p)).collect()
    } else {
        stacked(found, |k| model.below(k))
    };
    Ok(found
        .into_iter()
        .map(|(first, last, parts)| surrounded(file, all, &model, (first, last), parts))
        .collect())
}

/// Whether the path `prefix` is `path` or one of its beginnings.
pub fn within(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']))
}

/// With the read-out that the model's description tells, and what it says of other layers around.
fn surrounded<'a>(
    file: &Tensors,
    all: &Catalogue<'a>,
    model: &Model,
    (first, last): (Option<usize>, Option<usize>),
    mut parts: Parts<'a>,
) -> Parts<'a> {
    let Some(around) = first.zip(last).and_then(|(a, b)| model.around(a, b)) else { return parts };
    parts.settled = true;
    parts.said.extend(around.said);
    let dense = |e: &&Entry<'a>| {
        let (module, leaf) = parted(e.name());
        let weight = matches!(leaf, "kernel" | "kernel:0") || leaf == "0" && parted(module).1 == "vars";
        let base = module.trim_end_matches(".vars").trim_end_matches("/vars");
        let kept = file.metadata.get(&format!("{base}.vars.name"));
        let called =
            |n: &String| kept == Some(n) || kept.is_none() && module.split(['.', '/']).any(|c| c == n);
        weight && e.matrix().is_some() && around.readout.iter().any(called)
    };
    if let Some(weight) = all.entries.iter().find(dense) {
        let bias = match parted(weight.name()).1 {
            "0" => "1",
            "kernel:0" => "bias:0",
            _ => "bias",
        };
        let bias = all.get(&joined(parted(weight.name()).0, bias, weight.name()));
        parts.readout = Some((weight.clone(), bias.cloned()));
    }
    parts
}

/// Layers without a description: those of one name with a number, as Keras counts them in the model's order, are in a row if
/// their widths are.
fn counted(found: Vec<Parts>) -> Vec<Parts> {
    let place = |p: &Parts| {
        let layer = p.prefix.trim_end_matches("/vars").trim_end_matches(".vars");
        let layer = parted(layer.trim_end_matches("/cell").trim_end_matches(".cell")).1.to_owned();
        let split = layer.rsplit_once('_').and_then(|(name, k)| Some((name.to_owned(), k.parse().ok()?)));
        split.unwrap_or((layer, 0usize))
    };
    let places: Vec<(String, usize)> = found.iter().map(place).collect();
    let name = places.first().map_or("", |p| &p.0).to_owned();
    let mut order: Vec<usize> = places.iter().map(|p| p.1).collect();
    order.sort_unstable();
    let whole = places.iter().all(|p| p.0 == name) && order.windows(2).all(|w| w[1] == w[0] + 1);
    if !whole {
        return found;
    }
    let names: Vec<String> = found.iter().map(|p| format!("`{}`", p.prefix)).collect();
    let numbered = places.into_iter().map(|p| Some(p.1)).zip(found).collect();
    let mut all: Vec<Parts> = stacked(numbered, |k| k.checked_sub(1)).into_iter().map(|f| f.2).collect();
    if let [one] = &mut all[..] {
        one.said.push(format!(
            "No description of the model is in the file: {} are taken for layers in a row, by their numbers and widths \
             (--prefix takes one alone).",
            names.join(" and ")
        ));
    }
    all
}

/// Layers in a row as one network, with the places of the first and the last.
type Row<'a> = (Option<usize>, Option<usize>, Parts<'a>);

/// Layers of which each takes what the one before gives, as one network; the others as they are.
fn stacked<'a>(
    mut found: Vec<(Option<usize>, Parts<'a>)>,
    below: impl Fn(usize) -> Option<usize>,
) -> Vec<Row<'a>> {
    // In the order of the model, not of the names: gru_10 stands before gru_2.
    found.sort_by_key(|f| f.0);
    let mut all: Vec<Row> = vec![];
    for (told, parts) in found {
        let same = |p: &Parts| {
            let inputs = parts.layers[0].u.as_ref().and_then(Entry::matrix).map(|m| m.1);
            (p.cell, p.activation, p.reset_before) == (parts.cell, parts.activation, parts.reset_before)
                && p.layers.last().map(LayerTensors::units) == inputs
        };
        let below = told.and_then(&below);
        match all.last_mut().filter(|(_, last, p)| below.is_some() && *last == below && same(p)) {
            Some((_, last, p)) => {
                *last = told;
                p.prefix = common(&p.prefix, &parts.prefix);
                p.layers.extend(parts.layers);
                p.said.extend(parts.said.into_iter().filter(|s| !p.said.contains(s)).collect::<Vec<_>>());
            }
            None => all.push((told, told, parts)),
        }
    }
    all
}

/// The components with which both paths begin.
fn common(a: &str, b: &str) -> String {
    let both = a.split(['.', '/']).zip(b.split(['.', '/'])).take_while(|(a, b)| a == b);
    let length = both.map(|(a, _)| a.len() + 1).sum::<usize>();
    a.get(..length.saturating_sub(1)).unwrap_or_default().to_owned()
}

/// Whether an entry is the recurrent kernel of a layer of Keras.
pub fn is_layer(all: &Catalogue, e: &Entry) -> bool {
    is_recurrent_kernel(parted(e.name()).1) || numbered(all, e)
}

/// Keras's own HDF5 files number the weights of a layer: kernel, recurrent kernel, bias.
fn numbered(all: &Catalogue, e: &Entry) -> bool {
    let (module, leaf) = parted(e.name());
    let kernel = all.get(&joined(module, "0", e.name())).and_then(Entry::matrix);
    let gates = e.matrix().map(|(r, c)| (c, c.checked_div(r).filter(|g| g * r == c)));
    let fits = matches!((kernel, gates), (Some((_, k)), Some((c, Some(1 | 3 | 4)))) if k == c);
    leaf == "1" && parted(module).1 == "vars" && fits
}

/// Whether a name's last component is that of Keras's recurrent weights.
pub fn is_recurrent_kernel(leaf: &str) -> bool {
    leaf.trim_end_matches(":0") == "recurrent_kernel"
}

fn group<'a>(all: &Catalogue<'a>, w: &Entry<'a>, told: Option<&Recurrent>) -> Result<Parts<'a>, Error> {
    let prefix = parted(w.name()).0;
    let get = |leaf: &str, number: &str| {
        let name = match parted(w.name()).1 {
            "1" => number.to_owned(),
            own if own.ends_with(":0") => format!("{leaf}:0"),
            _ => leaf.to_owned(),
        };
        all.get(&joined(prefix, &name, w.name())).cloned()
    };
    let Some(u) = get("kernel", "0") else {
        let why = "a Keras network has it beside its recurrent_kernel; were all weights saved?".to_owned();
        return Err(Error::Missing { name: joined(prefix, "kernel", w.name()), why });
    };
    let layer = LayerTensors { u: Some(u), b_ih: get("bias", "2"), ..LayerTensors::of(w.clone()) };
    let parts = of(prefix, layer, None)?;
    match told {
        Some(told) => told.applied(parts),
        None if parts.cell == Some(&VANILLA) => Ok(parts),
        None => {
            let mut parts = parts;
            parts.said.push(UNDESCRIBED.into());
            Ok(parts)
        }
    }
}

/// A layer of Keras: SimpleRNN, GRU (blocks z, r, h; two biases as 2 x 3H where the reset gate acts after the
/// product, one where before) or LSTM (i, f, c, o), as the shape of its `recurrent_kernel` tells.
pub fn of<'a>(
    prefix: &str,
    layer: LayerTensors<'a>,
    cell: Option<&'static CellKind>,
) -> Result<Parts<'a>, Error> {
    let Some((units, columns)) = layer.w.matrix().filter(|m| m.0 > 0 && m.1 % m.0 == 0) else {
        return Err(bad(&layer.w, "H x H, H x 3H or H x 4H, as recurrent kernels of Keras are"));
    };
    let gates = columns / units;
    let kind = match (cell, gates) {
        (Some(cell), g) if g == cell.gates.len() => cell,
        (Some(cell), _) => {
            return Err(bad(
                &layer.w,
                &format!("H x {}H, as {} networks have in Keras", cell.gates.len(), cell.name),
            ));
        }
        (None, g) => usual(g)
            .ok_or_else(|| bad(&layer.w, "H x H, H x 3H or H x 4H, as recurrent kernels of Keras are"))?,
    };
    let name = layer.w.name().to_owned();
    let mut said = vec![format!("`{name}` is stored for row vectors (h W), as Keras does: it is turned.")];
    let mut out = LayerTensors { w: layer.w.turned(), u: layer.u.as_ref().map(Entry::turned), ..layer };
    let mut reset_before = None;
    if let Some(b) = out.b_ih.clone() {
        match b.tensor.shape[..].to_vec() {
            s if *kind == GRU && s == [2, columns] => {
                let half =
                    |k: usize| b.with(vec![columns], b.tensor.data[k * columns..(k + 1) * columns].to_vec());
                (out.b_ih, out.b_hh) = (Some(half(0)), Some(half(1)));
                reset_before = Some(false);
            }
            s if *kind == GRU && s == [columns] && out.b_hh.is_none() => {
                said.push(format!(
                    "`{}` has one bias: the reset gate acts before the recurrent product (reset_after=False).",
                    b.name()
                ));
                reset_before = Some(true);
            }
            _ => {}
        }
    } else if *kind == GRU {
        said.push(NO_BIAS.into());
    }
    if *kind == GRU {
        said.push("Its gates z, r, h are put into the order r, z, n.".into());
        out.w = out.w.ordered(&Z_R_N);
        for part in [&mut out.u, &mut out.b_ih, &mut out.b_hh] {
            *part = part.as_ref().map(|e| e.ordered(&Z_R_N));
        }
    }
    Ok(Parts { said, rows: true, cell: Some(kind), reset_before, ..Parts::of(vec![out], prefix) })
}
