//! Checked tensors to a system.

use super::constants::constants;
use super::effective::{Catalogue, hollow};
use super::entry::Entry;
use super::given::by_map;
use super::metadata::{Saved, layered};
use super::names::by_name;
use super::parts::{LayerTensors, Parts};
use super::{Error, Network, Readout, Spec, stated};
use crate::io::tensors::{Tensor, Tensors};
use crate::systems::architecture::Architecture;
use crate::systems::cells::{Cell, CellKind, KINDS, Own, Second, usual};
use crate::systems::rule::{Block, Rule};
use faer::{Mat, MatRef};

/// Makes the system that `file` and `spec` describe.
///
/// The names of PyTorch, Equinox, Keras, Flax and Haiku are found under any prefix; the cell follows from the rows of
/// the recurrent matrix (H vanilla, 3H GRU, 4H LSTM). Weights that the file holds in parts (weight norm, spectral norm,
/// pruning, weight drop, low rank) are computed. Errors name the tensor, its shape and the shape expected.
///
/// Shapes: weights in the file may multiply columns or rows, as names and shapes show or [`Spec::vectors`] says; in the answer they
/// multiply columns, gates are in the cell's own order, and the read-out is o x n.
///
/// # Errors
/// See [`Error`]: no network, several of them, tensors that are missing, of other shapes or not finite, settings that do not go with
/// the cell.
///
/// ```
/// use nullcline_core::io::tensors::read;
/// use nullcline_core::systems::checkpoint::{Error, Spec, load};
///
/// let file = read("../../datasets/flipflop_gru.safetensors".as_ref()).unwrap();
/// let network = load(&file, &Spec::default()).unwrap();
/// assert_eq!((network.cell.name, &network.units[..], network.inputs), ("gru", &[32][..], 3));
/// assert_eq!(network.readout.as_ref().unwrap().weight.nrows(), 3);
/// // What was decided about the file is said, and a prefix that is not there is an error that tells which are.
/// let elsewhere = Spec { prefix: Some("decoder".into()), ..Spec::default() };
/// assert!(matches!(load(&file, &elsewhere).err(), Some(Error::NoPrefix { .. })));
/// ```
///
/// Weights under names of your own are told by `map`:
///
/// ```
/// use nullcline_core::io::tensors::{Tensor, Tensors};
/// use nullcline_core::systems::checkpoint::{Spec, load};
/// use nullcline_core::systems::{cells::named, rule::linearise};
///
/// let tensor = |name: &str, shape: Vec<usize>, data: Vec<f64>| Tensor { name: name.into(), shape, dtype: "f64".into(), data };
/// let file = Tensors {
///     format: "npz",
///     tensors: vec![tensor("J", vec![2, 2], vec![0.0, 2.0, 0.0, 0.0]), tensor("in", vec![2, 1], vec![1.0, 0.0])],
///     ..Tensors::default()
/// };
/// let map = [("w_rec", "J"), ("w_in", "in")].map(|(role, name)| (role.into(), name.into())).to_vec();
/// let spec = Spec { cell: named("current"), map, tau: Some(0.5), dt: Some(0.01), ..Spec::default() };
/// let network = load(&file, &spec).unwrap();
/// // dx/dt = (-x + J tanh(x) + u) / 0.5
/// let (velocity, _, _) = linearise(network.system.field(), &[0.0, 1.0], &[3.0]);
/// assert!((velocity[0] - 2.0 * (2.0 * 1f64.tanh() + 3.0)).abs() < 1e-12 && (velocity[1] + 2.0).abs() < 1e-12);
/// ```
pub fn load(file: &Tensors, spec: &Spec) -> Result<Network, Error> {
    let all = Catalogue::of(file);
    let mut saved = Saved::read(&file.metadata)?;
    let mut parts = if spec.map.is_empty() { by_name(file, &all, spec)? } else { by_map(file, &all, spec)? };
    saved.look(&file.metadata, &parts.prefix, &mut parts.said);
    if let Some((tau, dt)) = parts.times {
        (saved.tau, saved.dt, saved.euler) = (Some(vec![tau]), Some(dt), true);
    }
    let (rows, n) = shape(&parts.layers[0].w.tensor)?;
    let cell = match spec.cell.or(saved.cell).or(parts.cell) {
        Some(cell) => cell,
        None => rows.checked_div(n).filter(|g| g * n == rows).and_then(usual).ok_or_else(|| {
            Error::shape(&parts.layers[0].w.tensor, "H x H (vanilla), 3H x H (GRU) or 4H x H (LSTM)")
        })?,
    };
    let untimed = cell.flow.is_none_or(|f| f.untimed.is_some());
    let stated = if untimed { vec![] } else { stated::times(file, &all, spec, &mut saved, &mut parts)? };
    let mut notes = Vec::new();
    if spec.gates.is_some() && cell.gates.len() == 1 {
        return Err(Error::Setting { option: "--gates", cell, advice: "; they have none".into() });
    }
    if spec.vectors.is_some() && file.metadata.contains_key("nullcline") {
        let why = "--vectors goes with files of other programs; this one is nullcline's own";
        return Err(Error::Command(why.into()));
    }
    if (spec.reset_before || saved.reset_before) && !cell.has_reset {
        return Err(Error::Setting { option: "--reset-before", cell, advice: String::new() });
    }
    let n = if cell.hidden { rows } else { n };
    let cell = constants(cell, spec, &saved, &parts, n, &mut notes)?;
    let mut layers = Vec::new();
    let mut below = None;
    for layer in &parts.layers {
        let b = Layer::check(layer, cell.kind(), below)?;
        below = Some(b.n);
        layers.push(b);
    }
    let units: Vec<usize> = layers.iter().map(|l| l.n).collect();
    let architecture = Architecture::new(cell, layers[0].d, &units)?;
    let theta = parameters(&layers, &architecture.rule::<f64>().layout());
    let outputs = architecture.output().len();
    let cell = architecture.cell().kind();
    let unused: Vec<String> =
        unused(file, &parts, cell).into_iter().filter(|name| !stated.contains(name)).collect();
    let mut said: Vec<String> = parts.all().filter_map(|e| e.how.clone()).collect();
    said.append(&mut parts.said);
    let unused_said = left_out("used", unused.iter().map(String::as_str), 6);
    Ok(Network {
        inputs: architecture.inputs(),
        state_names: architecture.state_names(),
        system: architecture.system(&theta),
        readout: parts
            .readout
            .as_ref()
            .map(|(w, b)| read_out(w, b.as_ref(), outputs, parts.rows))
            .transpose()?
            .map(|r| Readout { rates: architecture.cell().activation().filter(|_| parts.of_rates), ..r }),
        activation: architecture.cell().activation(),
        recurrent: recurrent(&layers, architecture.cell()),
        cell,
        units,
        unused,
        notes,
        said,
        left_out: unused_said.into_iter().chain(unread(file)).collect(),
        architecture,
        metadata: if file.metadata.contains_key("nullcline") {
            file.metadata.clone()
        } else {
            Default::default()
        },
    })
}

/// Tensors of the file that play no part.
fn unused(file: &Tensors, parts: &Parts, cell: &CellKind) -> Vec<String> {
    let second = parts.layers.iter().filter_map(|l| l.second.as_ref()).filter(|_| cell.second.is_none());
    let idle: Vec<&str> = second.flat_map(|e| e.from.iter().copied()).collect();
    let used: Vec<&str> =
        parts.all().flat_map(|e| e.from.iter().copied()).filter(|n| !idle.contains(n)).collect();
    let all = file.tensors.iter().filter(|t| !hollow(t));
    all.map(|t| t.name.clone()).filter(|n| !used.contains(&n.as_str())).collect()
}

/// What was not read, all of one reason in a sentence: a weight of an unread type must not vanish among others.
fn unread(file: &Tensors) -> Vec<String> {
    let mut reasons: Vec<&str> = file.skipped.iter().map(|s| s.1.as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let of = |why: &str| {
        let names = file.skipped.iter().filter(|s| s.1 == why).map(|s| s.0.as_str());
        left_out(&format!("read ({why})"), names, 40)
    };
    reasons.into_iter().take(20).filter_map(of).collect()
}

/// One sentence that names what is not `done` with, but for the state of training; of more than `most` the first ones.
fn left_out<'a>(done: &str, names: impl Iterator<Item = &'a str>, most: usize) -> Option<String> {
    const TRAINING: [&str; 7] =
        ["optim", "exp_avg", "momentum", "num_batches_tracked", "scheduler", "callbacks", "loops"];
    let kept = names.filter(|n| !TRAINING.iter().any(|w| n.contains(w)));
    let named: Vec<String> = kept.map(|n| format!("`{n}`")).collect();
    let shown = if named.len() > most { most - 1 } else { named.len() };
    let rest = if named.len() > most { format!(" and {} more", named.len() - shown) } else { String::new() };
    (!named.is_empty()).then(|| format!("Not {done}: {}{rest}.", named[..shown].join(", ")))
}

/// One layer's tensors, of checked shapes and finite.
struct Layer<'a> {
    tensors: &'a LayerTensors<'a>,
    n: usize,
    d: usize,
}

impl<'a> Layer<'a> {
    fn check(tensors: &'a LayerTensors<'a>, cell: &CellKind, below: Option<usize>) -> Result<Self, Error> {
        let gates = cell.gates.len();
        let w = &*tensors.w.tensor;
        let (rows, columns) = shape(w)?;
        let n = if cell.hidden { rows } else { columns };
        if n == 0 || rows != gates * n {
            let rows = if gates == 1 { "H x H".to_owned() } else { format!("{gates}H x H") };
            let expected = format!("{rows} with H > 0, as {} networks have", cell.name);
            return Err(Error::shape(w, &expected));
        }
        let hidden = if cell.hidden { columns } else { n };
        if let Some(own) = cell.own {
            own_numbers(tensors.own.as_ref(), n, cell, own)?;
        }
        if let Some(Second { block, .. }) = cell.second {
            let roles: Vec<String> =
                KINDS.iter().filter_map(|k| Some(format!("{} ({})", k.second?.role[0], k.name))).collect();
            let why = || {
                let (cell, roles) = (cell.name, roles.join(" or "));
                format!("{cell} networks have two recurrent matrices; --map names it {roles}")
            };
            let missing = || Error::Missing { name: block.into(), why: why() };
            let second = &*tensors.second.as_ref().ok_or_else(missing)?.tensor;
            if shape(second)? != (hidden, n) {
                return Err(Error::shape(second, &format!("{hidden} x {n}, beside `{}`", w.name)));
            }
            finite(second)?;
        }
        let rows = cell.drives * n;
        let as_w = if cell.drives == gates {
            "as many as ".into()
        } else {
            format!("{} for each unit of ", cell.drives)
        };
        let mut layer = Self { tensors, n, d: 0 };
        if let Some(u) = tensors.u.as_ref().map(|u| &*u.tensor) {
            let (r, c) = if u.shape.len() == 1 { (u.shape[0], 1) } else { shape(u)? };
            layer.d = c;
            if r != rows {
                return Err(Error::shape(u, &format!("{rows} rows, {as_w}`{}`", w.name)));
            }
            if let Some(below) = below.filter(|b| *b != layer.d) {
                let expected = format!("{below} columns, the units of the layer below");
                return Err(Error::shape(u, &expected));
            }
        }
        let of_hidden = if cell.hidden { hidden } else { rows };
        for (b, rows) in [(&tensors.b_ih, rows), (&tensors.b_hh, of_hidden)] {
            let Some(b) = b.as_ref().map(|b| &*b.tensor) else { continue };
            if b.data.len() != rows || b.shape.iter().filter(|s| **s != 1).count() > 1 {
                return Err(Error::shape(b, &format!("[{rows}], {as_w}`{}`", w.name)));
            }
        }
        for t in [Some(&tensors.w), tensors.u.as_ref(), tensors.b_ih.as_ref(), tensors.b_hh.as_ref()] {
            t.map_or(Ok(()), |t| finite(&t.tensor))?;
        }
        Ok(layer)
    }

    /// Adds the values of the block of that name, column by column, to `out`.
    fn push(&self, block: &str, rows: usize, cols: usize, out: &mut Vec<f64>) {
        let t = self.tensors;
        let mut matrix =
            |m: MatRef<f64>| out.extend((0..cols).flat_map(|j| (0..rows).map(move |i| m[(i, j)])));
        match (block, &t.u) {
            ("weight_ih", Some(u)) if cols > 0 => matrix(row_major(&u.tensor.data, rows)),
            ("weight_ih", _) => {}
            ("weight_hh", _) => matrix(row_major(&t.w.tensor.data, rows)),
            (block, _) if KINDS.iter().any(|k| k.own.is_some_and(|o| o.block == block)) => {
                if let Some(own) = &t.own {
                    matrix(row_major(&own.tensor.data, rows));
                }
            }
            (block, _) if !block.starts_with("bias") => {
                if let Some(second) = &t.second {
                    matrix(row_major(&second.tensor.data, rows));
                }
            }
            _ => {
                let parts = match block {
                    "bias_ih" => [t.b_ih.as_ref(), None],
                    "bias_hh" => [None, t.b_hh.as_ref()],
                    _ => [t.b_ih.as_ref(), t.b_hh.as_ref()],
                };
                let value = |i: usize| parts.iter().flatten().map(|b| b.tensor.data[i]).sum::<f64>();
                out.extend((0..rows).map(value));
            }
        }
    }
}

/// Checks the numbers of each unit's own.
fn own_numbers(given: Option<&Entry>, n: usize, cell: &CellKind, own: Own) -> Result<(), Error> {
    let Some(a) = given.map(|a| &*a.tensor) else {
        let why = format!("{} networks have {}; --map names it {}", cell.name, own.what, own.role);
        return Err(Error::Missing { name: own.block.into(), why });
    };
    let fits = match (own.columns, &a.shape[..]) {
        (1, _) => a.data.len() == n,
        (columns, shape) => shape == [n, columns],
    };
    if !fits {
        let expected = match own.columns {
            1 => format!("[{n}], a number a unit"),
            columns => format!("{n} x {columns}, {}", own.what),
        };
        return Err(Error::shape(a, &expected));
    }
    finite(a)
}

/// The flat parameter vector of a rule whose blocks are `layout`.
fn parameters(layers: &[Layer], layout: &[Block]) -> Vec<f64> {
    let mut theta = Vec::new();
    for b in layout {
        let (name, l) = layered(&b.name);
        layers[l].push(name, b.rows, b.cols, &mut theta);
    }
    theta
}

/// A row-major slice as a matrix of `rows` rows.
fn row_major(data: &[f64], rows: usize) -> MatRef<'_, f64> {
    MatRef::from_row_major_slice(data, rows, data.len() / rows.max(1))
}

fn shape(t: &Tensor) -> Result<(usize, usize), Error> {
    match t.shape[..] {
        [r, c] => Ok((r, c)),
        _ => Err(Error::shape(t, "a matrix")),
    }
}

/// Fails at the first weight that is NaN, infinite or as good as that.
fn finite(t: &Tensor) -> Result<(), Error> {
    // Products of a few larger ones would leave the doubles.
    let Some(flat) = t.data.iter().position(|v| v.is_nan() || v.abs() > 1e100) else { return Ok(()) };
    let mut index = vec![0; t.shape.len()];
    let mut rest = flat;
    for (i, s) in t.shape.iter().enumerate().rev() {
        index[i] = rest % s;
        rest /= s;
    }
    Err(Error::NotFinite { name: t.name.clone(), index, value: t.data[flat] })
}

/// The recurrent matrices as they act on the state, by name.
fn recurrent(layers: &[Layer], cell: &Cell) -> Vec<(String, Mat<f64>)> {
    let mut out = Vec::new();
    for (l, layer) in layers.iter().enumerate() {
        let w = &layer.tensors.w.tensor;
        let w = row_major(&w.data, w.shape[0]);
        let second = layer.tensors.second.as_ref().map(|t| row_major(&t.tensor.data, t.tensor.shape[0]));
        out.extend(cell.acting(w, second).into_iter().map(|(name, m)| {
            let name = if layers.len() > 1 { format!("layer{l}_{name}") } else { name.to_owned() };
            (name, m)
        }));
    }
    out
}

/// The read-out of a state of `n` outputs; a square one lies as the other weights do.
fn read_out(w: &Entry, b: Option<&Entry>, n: usize, across: bool) -> Result<Readout, Error> {
    let w = &*w.tensor;
    let (rows, columns) = shape(w)?;
    let m = row_major(&w.data, rows);
    let weight = if columns == n && !(across && rows == n) {
        m.to_owned()
    } else if rows == n {
        m.transpose().to_owned()
    } else {
        return Err(Error::shape(w, &format!("{n} columns, the units of the top layer")));
    };
    finite(w)?;
    let bias = match b.map(|b| &*b.tensor) {
        Some(b) if b.data.len() == weight.nrows() => {
            finite(b)?;
            b.data.clone()
        }
        Some(b) => return Err(Error::shape(b, &format!("[{}]", weight.nrows()))),
        None => vec![0.0; weight.nrows()],
    };
    Ok(Readout { name: w.name.clone(), weight, bias, rates: None })
}
