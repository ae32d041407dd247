//! Checked tensors to a system.

use super::constants::constants;
use super::metadata::{Saved, layered};
use super::names::{LayerTensors, find};
use super::{CellKind, Error, Network, Readout, Spec};
use crate::io::tensors::{Tensor, Tensors};
use crate::systems::architecture::{Architecture, Cell};
use crate::systems::cells::Skewed;
use crate::systems::rule::{Block, Rule};
use faer::{Mat, MatRef};

/// Makes the system that `file` and `spec` describe.
///
/// PyTorch names are found under any prefix; the cell follows from the rows of the recurrent matrix
/// (H vanilla, 3H GRU, 4H LSTM). Errors name the tensor, its shape and the shape expected.
pub fn load(file: &Tensors, spec: &Spec) -> Result<Network, Error> {
    let saved = Saved::read(&file.metadata)?;
    let parts = find(file, spec)?;
    let (rows, n) = matrix(parts.layers[0].w)?;
    let cell = match spec.cell.or(saved.cell) {
        Some(cell) => cell,
        None => match rows.checked_div(n) {
            Some(1) if rows == n => CellKind::Vanilla,
            Some(3) if rows == 3 * n => CellKind::Gru,
            Some(4) if rows == 4 * n => CellKind::Lstm,
            _ => return Err(shape(parts.layers[0].w, "H x H (vanilla), 3H x H (GRU) or 4H x H (LSTM)")),
        },
    };
    let mut notes = Vec::new();
    if (spec.reset_before || saved.reset_before) && cell != CellKind::Gru {
        return Err(Error::Setting { option: "--reset-before", cell, advice: String::new() });
    }
    let cell = constants(cell, spec, &saved, parts.tau, n, &mut notes)?;
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
    let second = architecture.cell().kind().second().is_some();
    let used: Vec<&str> = parts
        .layers
        .iter()
        .flat_map(|l| [Some(l.w), l.second.filter(|_| second), l.u, l.b_ih, l.b_hh])
        .chain([parts.readout.map(|r| r.0), parts.readout.and_then(|r| r.1), parts.tau])
        .flatten()
        .map(|t| t.name.as_str())
        .collect();
    let unused =
        file.tensors.iter().map(|t| t.name.clone()).filter(|n| !used.contains(&n.as_str())).collect();
    let outputs = architecture.output().len();
    let cell = architecture.cell().kind();
    Ok(Network {
        inputs: architecture.inputs(),
        state_names: architecture.state_names(),
        system: architecture.system(&theta),
        readout: parts.readout.map(|(w, b)| read_out(w, b, outputs)).transpose()?,
        activation: architecture.cell().activation(),
        recurrent: recurrent(&layers, architecture.cell()),
        cell,
        units,
        unused,
        notes,
        architecture,
    })
}

/// One layer's tensors, of checked shapes and finite.
struct Layer<'a> {
    tensors: &'a LayerTensors<'a>,
    n: usize,
    d: usize,
    /// U is stored d x n.
    transposed: bool,
}

impl<'a> Layer<'a> {
    fn check(tensors: &'a LayerTensors<'a>, cell: CellKind, below: Option<usize>) -> Result<Self, Error> {
        let gates = cell.gates().len();
        let (rows, n) = matrix(tensors.w)?;
        if n == 0 || rows != gates * n {
            let rows = if gates == 1 { "H x H".to_owned() } else { format!("{gates}H x H") };
            let expected = format!("{rows} with H > 0, as {} networks have", cell.name());
            return Err(shape(tensors.w, &expected));
        }
        if let Some(block) = cell.second() {
            let why = || {
                let cell = cell.name();
                format!(
                    "{cell} networks have two recurrent matrices; --map names it w_vel (cornn) or w_lin (lipschitz)"
                )
            };
            let missing = || Error::Missing { name: block.into(), why: why() };
            let second = tensors.second.ok_or_else(missing)?;
            if matrix(second)? != (n, n) {
                return Err(shape(second, &format!("{n} x {n}, as `{}`", tensors.w.name)));
            }
            finite(second)?;
        }
        let rows = cell.drives() * n;
        let as_w = if cell.drives() == gates {
            "as many as ".into()
        } else {
            format!("{} for each unit of ", cell.drives())
        };
        let mut layer = Self { tensors, n, d: 0, transposed: false };
        if let Some(u) = tensors.u {
            let (r, c) = if u.shape.len() == 1 { (u.shape[0], 1) } else { matrix(u)? };
            layer.transposed = r != rows && c == rows;
            layer.d = if layer.transposed { r } else { c };
            if r != rows && !layer.transposed {
                return Err(shape(u, &format!("{rows} rows, {as_w}`{}`", tensors.w.name)));
            }
            if let Some(below) = below.filter(|b| *b != layer.d) {
                let expected = format!("{below} columns, the units of the layer below");
                return Err(shape(u, &expected));
            }
        }
        for b in [tensors.b_ih, tensors.b_hh].into_iter().flatten() {
            if b.data.len() != rows || b.shape.iter().filter(|s| **s != 1).count() > 1 {
                return Err(shape(b, &format!("[{rows}], {as_w}`{}`", tensors.w.name)));
            }
        }
        for t in [Some(tensors.w), tensors.u, tensors.b_ih, tensors.b_hh].into_iter().flatten() {
            finite(t)?;
        }
        Ok(layer)
    }

    /// Adds the values of the block of that name, column by column, to `out`.
    fn push(&self, block: &str, rows: usize, cols: usize, out: &mut Vec<f64>) {
        let t = self.tensors;
        let mut matrix =
            |m: MatRef<f64>| out.extend((0..cols).flat_map(|j| (0..rows).map(move |i| m[(i, j)])));
        match (block, t.u) {
            ("weight_ih", Some(u)) if self.transposed => matrix(row_major(&u.data, cols).transpose()),
            ("weight_ih", Some(u)) if cols > 0 => matrix(row_major(&u.data, rows)),
            ("weight_ih", _) => {}
            ("weight_hh", _) => matrix(row_major(&t.w.data, rows)),
            ("weight_hz" | "weight_hl", _) => {
                if let Some(second) = t.second {
                    matrix(row_major(&second.data, rows));
                }
            }
            _ => {
                let parts = match block {
                    "bias_ih" => [t.b_ih, None],
                    "bias_hh" => [None, t.b_hh],
                    _ => [t.b_ih, t.b_hh],
                };
                let value = |i: usize| parts.iter().flatten().map(|b| b.data[i]).sum::<f64>();
                out.extend((0..rows).map(value));
            }
        }
    }
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

fn matrix(t: &Tensor) -> Result<(usize, usize), Error> {
    match t.shape[..] {
        [r, c] => Ok((r, c)),
        _ => Err(shape(t, "a matrix")),
    }
}

pub(super) fn shape(t: &Tensor, expected: &str) -> Error {
    Error::Shape { name: t.name.clone(), found: t.shape.clone(), expected: expected.into() }
}

/// Fails at the first weight that is NaN or infinite.
fn finite(t: &Tensor) -> Result<(), Error> {
    let Some(flat) = t.data.iter().position(|v| !v.is_finite()) else { return Ok(()) };
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
        let w = row_major(&layer.tensors.w.data, layer.tensors.w.shape[0]);
        let second = layer.tensors.second.map(|t| row_major(&t.data, layer.n));
        let mut push = |name: &str, m: Mat<f64>| {
            let name = if layers.len() > 1 { format!("layer{l}_{name}") } else { name.to_owned() };
            out.push((name, m));
        };
        match (cell, second) {
            (Cell::Antisymmetric { gamma, .. } | Cell::GatedAntisymmetric { gamma, .. }, _) => {
                push("recurrent", Skewed { beta: 1.0, gamma: *gamma }.matrix(w));
            }
            (Cell::Lipschitz { linear, recurrent, .. }, Some(second)) => {
                push("recurrent", recurrent.matrix(w));
                push("linear", linear.matrix(second));
            }
            (Cell::CoRnn { .. }, Some(second)) => {
                push("recurrent", w.to_owned());
                push("velocity", second.to_owned());
            }
            _ => {
                for (g, gate) in cell.kind().gates().iter().enumerate() {
                    push(gate, w.subrows(g * layer.n, layer.n).to_owned());
                }
            }
        }
    }
    out
}

fn read_out(w: &Tensor, b: Option<&Tensor>, n: usize) -> Result<Readout, Error> {
    let (rows, columns) = matrix(w)?;
    let m = row_major(&w.data, rows);
    let weight = if columns == n {
        m.to_owned()
    } else if rows == n {
        m.transpose().to_owned()
    } else {
        return Err(shape(w, &format!("{n} columns, the units of the top layer")));
    };
    finite(w)?;
    let bias = match b {
        Some(b) if b.data.len() == weight.nrows() => {
            finite(b)?;
            b.data.clone()
        }
        Some(b) => return Err(shape(b, &format!("[{}]", weight.nrows()))),
        None => vec![0.0; weight.nrows()],
    };
    Ok(Readout { name: w.name.clone(), weight, bias })
}
