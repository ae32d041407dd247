//! The tensors that make a network, by the parts they play.

use super::entry::{Entry, parted};
use crate::linalg::activation::Activation;
use crate::systems::cells::{CellKind, KINDS};

/// The tensors of one layer, in PyTorch's layout: columns, gates r, z, n or i, f, g, o.
#[derive(Clone, Debug)]
pub struct LayerTensors<'a> {
    /// Recurrent weights.
    pub w: Entry<'a>,
    /// The second recurrent matrix, of cells that have one.
    pub second: Option<Entry<'a>>,
    /// Numbers of each unit's own, of cells that have such.
    pub own: Option<Entry<'a>>,
    /// Input weights.
    pub u: Option<Entry<'a>>,
    /// Bias of the input path, or the only bias.
    pub b_ih: Option<Entry<'a>>,
    /// Bias of the recurrent path.
    pub b_hh: Option<Entry<'a>>,
}

impl<'a> LayerTensors<'a> {
    /// Recurrent weights alone.
    pub fn of(w: Entry<'a>) -> Self {
        Self { w, second: None, own: None, u: None, b_ih: None, b_hh: None }
    }

    /// Units, as many as the recurrent matrix has columns unless it acts on hidden ones.
    pub fn units(&self) -> usize {
        let own = self.own.as_ref().map(|a| a.tensor.data.len());
        match self.w.matrix() {
            Some((r, c)) if own.is_none() || r == c => c,
            _ => own.unwrap_or(0),
        }
    }

    /// All tensors.
    pub fn all(&self) -> impl Iterator<Item = &Entry<'a>> {
        [&self.second, &self.own, &self.u, &self.b_ih, &self.b_hh].into_iter().flatten().chain([&self.w])
    }
}

/// The tensors of a network, and what their names say.
#[derive(Debug)]
pub struct Parts<'a> {
    /// Layers from the input up.
    pub layers: Vec<LayerTensors<'a>>,
    /// Read-out weights and bias, as stored.
    pub readout: Option<(Entry<'a>, Option<Entry<'a>>)>,
    /// Whether it is settled that there is this read-out or none.
    pub settled: bool,
    /// Whether the read-out is of the rates f(x) of a network of currents x.
    pub of_rates: bool,
    /// Whether vectors multiply the stored weights as rows, which decides about a square read-out.
    pub rows: bool,
    /// Time constants, one or one a unit.
    pub tau: Option<Entry<'a>>,
    /// tau and dt of Euler steps, where the file tells them in words.
    pub times: Option<(f64, f64)>,
    /// The cell, where the names tell.
    pub cell: Option<&'static CellKind>,
    /// The nonlinearity, where the names tell.
    pub activation: Option<Activation>,
    /// Whether the reset gate stands before the product, where the names tell.
    pub reset_before: Option<bool>,
    /// The module of the network, whose settings a pickle may hold.
    pub prefix: String,
    /// How the file was understood, to be said.
    pub said: Vec<String>,
}

impl<'a> Parts<'a> {
    /// A network of these layers and nothing else.
    pub fn of(layers: Vec<LayerTensors<'a>>, prefix: &str) -> Self {
        Self {
            layers,
            readout: None,
            settled: false,
            of_rates: false,
            rows: false,
            tau: None,
            times: None,
            cell: None,
            activation: None,
            reset_before: None,
            prefix: prefix.to_owned(),
            said: Vec::new(),
        }
    }

    /// Every tensor that has a part.
    pub fn all(&self) -> impl Iterator<Item = &Entry<'a>> {
        let readout = self.readout.iter().flat_map(|(w, b)| [Some(w), b.as_ref()]).flatten();
        self.layers.iter().flat_map(LayerTensors::all).chain(readout).chain(&self.tau)
    }
}

/// Kinds of PyTorch's parameter names, and the second recurrent matrices of cells that have one.
fn kinds() -> impl Iterator<Item = &'static str> {
    let second = KINDS.iter().filter_map(|k| k.second).map(|s| s.block);
    let own = KINDS.iter().filter_map(|k| k.own).map(|o| o.block);
    ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].into_iter().chain(second).chain(own)
}

/// `prefix`, kind and layer of a PyTorch parameter name such as `rnn.weight_hh_l0` or `cell.bias_ih`.
pub fn split(name: &str) -> Option<(&str, &'static str, usize)> {
    let (prefix, last) = parted(name);
    for kind in kinds() {
        let Some(rest) = last.strip_prefix(kind) else { continue };
        if rest.is_empty() {
            return Some((prefix, kind, 0));
        }
        if let Some(layer) = rest.strip_prefix("_l").and_then(|l| l.parse().ok()) {
            return Some((prefix, kind, layer));
        }
    }
    None
}
