//! What can be wrong with the tensors of a network.

use crate::io::tensors::Tensor;
use crate::memory::written;
use crate::systems::architecture;
use crate::systems::cells::CellKind;
use thiserror::Error;

/// Why tensors do not make a network; each message says what to do.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Error {
    /// No recurrent weights under any known name.
    #[error(
        "no recurrent network found: expected PyTorch names such as `rnn.weight_hh_l0`, or --cell with \
         --map w_rec=NAME,...; the file holds {found}"
    )]
    NoNetwork {
        /// The tensors present.
        found: String,
    },
    /// No recurrent weights under any known name, but some that look like them.
    #[error(
        "no recurrent network under names that are known: the file holds {found}. If these are a network's, say which \
         is which: {options}, with CELL one of vanilla (h' = f(W h + U u + b)), rate or current (tau x' = -x + ..., \
         with --alpha A for the maps that most task papers train), gru or lstm{}",
        more.as_ref().map_or(String::new(), |m| format!(". {m}"))
    )]
    Unnamed {
        /// The tensors present.
        found: String,
        /// The options that would read it.
        options: String,
        /// What the names leave open.
        more: Option<String>,
    },
    /// Nothing but quantised weights.
    #[error(
        "the weights are quantised, which is not read: save the state_dict of the float model, before it was quantised"
    )]
    Quantised,
    /// Weights whose parametrisation the file does not tell.
    #[error(
        "tensor `{shows}` belongs to {what}, from which `{name}` is computed, not read here: in PyTorch, \
         torch.nn.utils.parametrize.remove_parametrizations({}) keeps the weights that act; then save the state_dict again",
        in_python(name)
    )]
    Parametrised {
        /// The weight.
        name: String,
        /// The tensor that shows it.
        shows: String,
        /// What is known of the parametrisation.
        what: &'static str,
    },
    /// A low-rank matrix too large to be written out.
    #[error(
        "the recurrent matrix of `{name}` has {units} x {units} entries, {} of memory, expected at most {}; --memory SIZE \
         allows more",
        written(*needs),
        written(*limit)
    )]
    Memory {
        /// Its left part.
        name: String,
        /// Its units.
        units: usize,
        /// Bytes that it takes.
        needs: u64,
        /// Bytes that it may take.
        limit: u64,
    },
    /// A tensor of the network that could not be read.
    #[error("tensor `{name}` is needed and cannot be read: {why}")]
    Unread {
        /// Its name.
        name: String,
        /// Why.
        why: String,
    },
    /// A tensor of the network's own module without a part.
    #[error(
        "tensor `{name}` looks like {what} of the network, but has no part in this cell, so that the network is another \
         than the names say; --cell with --map w_rec=NAME,w_in=NAME,b=NAME reads it without"
    )]
    Unplaced {
        /// Its name.
        name: String,
        /// What it looks like.
        what: &'static str,
    },
    /// What neither the file nor the command says.
    #[error("{0}")]
    Undecided(String),
    /// Several networks.
    #[error("the file holds {} recurrent networks ({}): choose one with --prefix", prefixes.len(), prefixes.join(", "))]
    Several {
        /// Their prefixes.
        prefixes: Vec<String>,
    },
    /// No tensor under the prefix that was asked for.
    #[error("no recurrent weights under prefix `{prefix}`; the file has {found}")]
    NoPrefix {
        /// The prefix asked for.
        prefix: String,
        /// The prefixes present.
        found: String,
    },
    /// A tensor that must be there is not.
    #[error("tensor `{name}` is missing: {why}")]
    Missing {
        /// Its name.
        name: String,
        /// Why it is needed, and what to do.
        why: String,
    },
    /// A tensor has the wrong shape.
    #[error("tensor `{name}` has shape {found:?}, expected {expected}")]
    Shape {
        /// Its name.
        name: String,
        /// Its shape.
        found: Vec<usize>,
        /// What was expected, and why.
        expected: String,
    },
    /// A weight is no number to calculate with.
    #[error(
        "tensor `{name}` holds {value:e} at index {index:?}: the weights must be finite, and below 1e100; was the training run diverging?"
    )]
    NotFinite {
        /// Its name.
        name: String,
        /// Where.
        index: Vec<usize>,
        /// NaN, inf, -inf, or hardly less.
        value: f64,
    },
    /// A kind of layer that is not one dynamical system forward in time.
    #[error("tensor `{name}` belongs to a {kind} layer, which is not supported: {advice}")]
    Unsupported {
        /// The tensor that shows it.
        name: String,
        /// The kind of layer.
        kind: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A layer that is none of the cells.
    #[error("the layer of `{name}` {what}, which is not read: {advice}")]
    NotRead {
        /// A tensor of it.
        name: String,
        /// What it is.
        what: String,
        /// What to do.
        advice: &'static str,
    },
    /// A setting that contradicts the file or another setting.
    #[error("{option} does not go with {} networks{}", cell.name, advice)]
    Setting {
        /// The option.
        option: &'static str,
        /// The cell.
        cell: &'static CellKind,
        /// What to do.
        advice: String,
    },
    /// Cell, constants and units that make no network.
    #[error(transparent)]
    Architecture(#[from] architecture::Error),
    /// A command that cannot be followed, whatever the file holds.
    #[error("{0}")]
    Command(String),
    /// A pair of --map whose tensor is not there.
    #[error("--map {role}={name}: {why}")]
    Map {
        /// Left side.
        role: String,
        /// Right side.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// A metadata entry or setting with a value that cannot be.
    #[error("{name} is {value}, expected {expected}")]
    Value {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
        /// What was expected.
        expected: String,
    },
    /// A constant of the cell that nobody gave.
    #[error("the file does not say the constant {name} of a {} network: give --constants {name}=VALUE", cell.name)]
    Constant {
        /// Its name.
        name: &'static str,
        /// The cell.
        cell: &'static CellKind,
    },
}

impl Error {
    /// A tensor of another shape than `expected`.
    pub(super) fn shape(t: &Tensor, expected: &str) -> Self {
        Self::Shape { name: t.name.clone(), found: t.shape.clone(), expected: expected.into() }
    }
}

/// Module and name of a weight, as arguments in Python.
fn in_python(weight: &str) -> String {
    match weight.rsplit_once('.') {
        Some((module, name)) => format!("model.{module}, \"{name}\""),
        None => format!("model, \"{weight}\""),
    }
}
