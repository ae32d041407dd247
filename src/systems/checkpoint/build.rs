//! Checked tensors to a system.

use super::metadata::Saved;
use super::names::{LayerTensors, find};
use super::{CellKind, Error, Network, Readout, Spec};
use crate::io::tensors::{Tensor, Tensors};
use crate::linalg::activation::Activation;
use crate::systems::cells::{Current, Gru, GruResetBefore, Lstm, Params, Rate, Stack, Vanilla};
use crate::systems::rule::Rule;
use crate::systems::time::{Euler, Flow, Map, System};
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
    let activation = activation(cell, spec, &saved, &mut notes)?;
    let time = time(cell, spec, &saved, parts.tau, n, &mut notes)?;
    let mut built = Vec::new();
    let mut below = None;
    for layer in &parts.layers {
        let b = Layer::check(layer, cell, below)?;
        below = Some(b.n);
        built.push(b);
    }
    let units: Vec<usize> = built.iter().map(|l| l.n).collect();
    let recurrent = recurrent(&built, cell);
    let reset_before = spec.reset_before || saved.reset_before;
    if reset_before && cell != CellKind::Gru {
        return Err(Error::Setting { option: "--reset-before", cell, advice: String::new() });
    }
    let used: Vec<&str> = parts
        .layers
        .iter()
        .flat_map(|l| [Some(l.w), l.u, l.b_ih, l.b_hh])
        .chain([parts.readout.map(|r| r.0), parts.readout.and_then(|r| r.1), parts.tau])
        .flatten()
        .map(|t| t.name.as_str())
        .collect();
    let unused =
        file.tensors.iter().map(|t| t.name.clone()).filter(|n| !used.contains(&n.as_str())).collect();
    let outputs = units[units.len() - 1];
    Ok(Network {
        inputs: built[0].d,
        state_names: state_names(cell, &units),
        system: assemble(&built, cell, activation, &time, reset_before),
        readout: parts.readout.map(|(w, b)| read_out(w, b, outputs)).transpose()?,
        activation: cell.has_activation().then_some(activation),
        cell,
        units,
        recurrent,
        unused,
        notes,
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
        let mut layer = Self { tensors, n, d: 0, transposed: false };
        if let Some(u) = tensors.u {
            let (r, c) = if u.shape.len() == 1 { (u.shape[0], 1) } else { matrix(u)? };
            layer.transposed = r != rows && c == rows;
            layer.d = if layer.transposed { r } else { c };
            if r != rows && !layer.transposed {
                return Err(shape(u, &format!("{rows} rows, as `{}` has", tensors.w.name)));
            }
            if let Some(below) = below.filter(|b| *b != layer.d) {
                let expected = format!("{below} columns, the units of the layer below");
                return Err(shape(u, &expected));
            }
        }
        for b in [tensors.b_ih, tensors.b_hh].into_iter().flatten() {
            if b.data.len() != rows || b.shape.iter().filter(|s| **s != 1).count() > 1 {
                return Err(shape(b, &format!("[{rows}], as `{}` has rows", tensors.w.name)));
            }
        }
        for t in [Some(tensors.w), tensors.u, tensors.b_ih, tensors.b_hh].into_iter().flatten() {
            finite(t)?;
        }
        Ok(layer)
    }

    /// Copies the tensors into blocks U, W, b_ih, b_hh (or b, the sum of both).
    fn fill(&self, params: &mut Params<f64>) {
        if let Some(u) = self.tensors.u.filter(|_| self.d > 0) {
            let m = row_major(&u.data, if self.transposed { self.d } else { u.data.len() / self.d.max(1) });
            params.mat_mut(0).copy_from(if self.transposed { m.transpose() } else { m });
        }
        let rows = self.tensors.w.shape[0];
        params.mat_mut(1).copy_from(row_major(&self.tensors.w.data, rows));
        let blocks = params.layout().len();
        for (k, b) in [self.tensors.b_ih, self.tensors.b_hh].into_iter().enumerate() {
            let Some(b) = b else { continue };
            let mut block = params.mat_mut((2 + k).min(blocks - 1));
            for (i, v) in b.data.iter().enumerate() {
                block[(i, 0)] += v;
            }
        }
    }
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

fn shape(t: &Tensor, expected: &str) -> Error {
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

fn activation(
    cell: CellKind,
    spec: &Spec,
    saved: &Saved,
    notes: &mut Vec<String>,
) -> Result<Activation, Error> {
    if !cell.has_activation() && spec.activation.is_some() {
        let advice = "; its nonlinearities are fixed".to_owned();
        return Err(Error::Setting { option: "--activation", cell, advice });
    }
    Ok(spec.activation.or(saved.activation).unwrap_or_else(|| {
        if cell.has_activation() {
            notes.push(
                "The file does not say the nonlinearity: tanh is assumed (--activation changes it).".into(),
            );
        }
        Activation::Tanh
    }))
}

/// Meaning in time of a rate or current network.
struct Time {
    tau: Vec<f64>,
    dt: f64,
    euler: bool,
}

fn time(
    cell: CellKind,
    spec: &Spec,
    saved: &Saved,
    tensor: Option<&Tensor>,
    n: usize,
    notes: &mut Vec<String>,
) -> Result<Time, Error> {
    if !cell.is_flow() {
        let given = [("--tau", spec.tau.is_some()), ("--dt", spec.dt.is_some()), ("--euler", spec.euler)];
        if let Some((option, _)) = given.into_iter().find(|g| g.1) {
            let advice = "; it is a map (rate and current networks have time constants)".to_owned();
            return Err(Error::Setting { option, cell, advice });
        }
        return Ok(Time { tau: vec![], dt: 1.0, euler: false });
    }
    let positive = |name: &str, value: f64| {
        if value.is_finite() && value > 0.0 {
            return Ok(value);
        }
        Err(Error::Value { name: name.into(), value: value.to_string(), expected: "a positive number" })
    };
    let tau = match (spec.tau, tensor, saved.tau.as_deref()) {
        (Some(tau), ..) => vec![tau; n],
        (None, Some(t), _) if t.data.len() == 1 => vec![t.data[0]; n],
        (None, Some(t), _) if t.data.len() == n => t.data.clone(),
        (None, Some(t), _) => return Err(shape(t, &format!("1 or {n} time constants"))),
        (None, None, Some([tau])) => vec![*tau; n],
        (None, None, Some(tau)) if tau.len() == n => tau.to_vec(),
        (None, None, _) => {
            notes.push(
                "The file does not say the time constant: tau = 1 is assumed (--tau changes it).".into(),
            );
            vec![1.0; n]
        }
    };
    let mut shortest = f64::INFINITY;
    for t in &tau {
        shortest = shortest.min(positive("tau", *t)?);
    }
    let euler = spec.euler || saved.euler;
    let dt = match spec.dt.or(saved.dt) {
        Some(dt) => positive("dt", dt)?,
        None => {
            notes.push(format!(
                "Time step: a tenth of the shortest time constant, {} (--dt changes it).",
                shortest / 10.0
            ));
            shortest / 10.0
        }
    };
    Ok(Time { tau, dt, euler })
}

fn assemble(
    layers: &[Layer],
    cell: CellKind,
    f: Activation,
    time: &Time,
    reset_before: bool,
) -> Box<dyn System> {
    if cell.is_flow() {
        let (d, tau) = (layers[0].d, time.tau.clone());
        return if cell == CellKind::Rate {
            let mut rate = Rate::new(d, f, tau);
            layers[0].fill(rate.params_mut());
            discretised(rate, time)
        } else {
            let mut current = Current::new(d, f, tau);
            layers[0].fill(current.params_mut());
            discretised(current, time)
        };
    }
    let mut rules: Vec<Box<dyn Rule>> = layers
        .iter()
        .map(|l| -> Box<dyn Rule> {
            match (cell, reset_before) {
                (CellKind::Gru, false) => {
                    let mut cell = Gru::new(l.n, l.d);
                    l.fill(cell.params_mut());
                    Box::new(cell)
                }
                (CellKind::Gru, true) => {
                    let mut cell = GruResetBefore::new(l.n, l.d);
                    l.fill(cell.params_mut());
                    Box::new(cell)
                }
                (CellKind::Lstm, _) => {
                    let mut cell = Lstm::new(l.n, l.d);
                    l.fill(cell.params_mut());
                    Box::new(cell)
                }
                _ => {
                    let mut cell = Vanilla::new(l.n, l.d, f);
                    l.fill(cell.params_mut());
                    Box::new(cell)
                }
            }
        })
        .collect();
    if rules.len() == 1 { Box::new(Map::new(rules.remove(0))) } else { Box::new(Map::new(Stack::new(rules))) }
}

fn discretised<R: Rule + Clone + 'static>(field: R, time: &Time) -> Box<dyn System> {
    if time.euler {
        Box::new(Map::with_time_step(Euler::new(field, time.dt), time.dt))
    } else {
        Box::new(Flow::new(field, time.dt))
    }
}

fn recurrent(layers: &[Layer], cell: CellKind) -> Vec<(String, Mat<f64>)> {
    let mut out = Vec::new();
    for (l, layer) in layers.iter().enumerate() {
        let w = row_major(&layer.tensors.w.data, layer.tensors.w.shape[0]);
        for (g, gate) in cell.gates().iter().enumerate() {
            let name = if layers.len() > 1 { format!("layer{l}_{gate}") } else { (*gate).to_owned() };
            out.push((name, w.subrows(g * layer.n, layer.n).to_owned()));
        }
    }
    out
}

fn state_names(cell: CellKind, units: &[usize]) -> Vec<String> {
    let mut names = Vec::new();
    for (l, n) in units.iter().enumerate() {
        let suffix = if units.len() > 1 { format!("_l{l}") } else { String::new() };
        let kinds: &[&str] = match cell {
            CellKind::Lstm => &["h", "c"],
            CellKind::Current => &["x"],
            _ => &["h"],
        };
        for kind in kinds {
            names.extend((0..*n).map(|i| format!("{kind}{i}{suffix}")));
        }
    }
    names
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
