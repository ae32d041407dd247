//! Named tensors to a system, and back.

mod build;
mod codes;
mod constants;
mod dendritic;
mod described;
mod effective;
mod entry;
mod error;
mod expression;
mod frameworks;
mod gates;
mod given;
mod keras;
mod keras_layer;
mod keras_model;
mod known;
mod metadata;
mod names;
mod neuralrnn;
mod nodes;
mod note;
mod orientation;
mod parts;
mod plastic;
mod published;
mod readout;
mod sequence;
mod stated;
mod suggest;

pub use build::load;
pub use error::Error;
pub use metadata::save;
pub use names::has_network_names;
pub use note::Note;
pub use orientation::Vectors;
pub use suggest::suggested;

use super::architecture::Architecture;
use super::cells::CellKind;
use super::time::System;
use crate::linalg::activation::Activation;
use crate::linalg::{col_mut, gemm};
use faer::{Accum, Mat, MatRef};
use std::collections::BTreeMap;

/// What the user says about a weight file; everything may be left out.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// The cell, when the names do not tell.
    pub cell: Option<&'static CellKind>,
    /// Pairs of role and tensor name (`w_rec=W`), or a formula of names (`b=b1+b2`, `w_rec=abs(W*mask)@dale`); either order is understood.
    pub map: Vec<(String, String)>,
    /// Nonlinearity of a vanilla, rate or current network; tanh unless the file says otherwise.
    pub activation: Option<Activation>,
    /// Time constant of a rate or current network; 1 unless the file says otherwise.
    pub tau: Option<f64>,
    /// Time step of a rate, current or Lipschitz network, a tenth of the shortest tau or of 1 unless
    /// given, and of a coRNN, which has none.
    pub dt: Option<f64>,
    /// Discretise by Euler steps, as a map, instead of Runge-Kutta.
    pub euler: bool,
    /// Whether tau, dt and Euler steps were said by one word, the leak.
    pub leak: bool,
    /// Constants of an antisymmetric network, a coRNN or a Lipschitz network, by the names of
    /// [`CellKind::constants`], where the file does not have them or others are wanted.
    pub constants: Vec<(String, f64)>,
    /// GRU with the reset gate before the recurrent product.
    pub reset_before: bool,
    /// Prefix of the tensors to take when a file holds several networks.
    pub prefix: Option<String>,
    /// How vectors multiply the stored weights, where the shapes do not tell or tell it wrongly.
    pub vectors: Option<Vectors>,
    /// Gates of a GRU or LSTM in the order of the file.
    pub gates: Option<Vec<String>>,
}

/// A linear read-out y = D x + b of the (top layer's) output, or y = D f(x) + b of the rates of a network of currents.
#[derive(Clone, Debug)]
pub struct Readout {
    /// Name of the tensor.
    pub name: String,
    /// o x n.
    pub weight: Mat<f64>,
    /// o; zeros where the file has none.
    pub bias: Vec<f64>,
    /// f, where it reads rates.
    pub rates: Option<Activation>,
}

impl Readout {
    /// What is read of states (those rows of them that are output, n x T): o x T.
    ///
    /// ```
    /// use faer::mat;
    /// use nullcline_core::linalg::activation::Activation;
    /// use nullcline_core::systems::checkpoint::Readout;
    ///
    /// let mut readout = Readout { name: "D".into(), weight: mat![[1.0, 2.0]], bias: vec![0.5], rates: None };
    /// let states = mat![[-1.0], [3.0]];
    /// assert_eq!(readout.outputs(states.as_ref()), mat![[5.5]]);
    /// readout.rates = Some(Activation::Relu);
    /// assert_eq!(readout.outputs(states.as_ref()), mat![[6.5]]);
    /// ```
    pub fn outputs(&self, states: MatRef<f64>) -> Mat<f64> {
        let mut y = Mat::from_fn(self.bias.len(), states.ncols(), |o, _| self.bias[o]);
        match self.rates {
            None => gemm(y.as_mut(), Accum::Add, self.weight.as_ref(), states),
            Some(f) => {
                let mut rates = states.to_owned();
                let mut slopes = vec![0.0; rates.nrows()];
                (0..rates.ncols()).for_each(|t| f.apply(col_mut(rates.as_mut(), t), &mut slopes));
                gemm(y.as_mut(), Accum::Add, self.weight.as_ref(), rates.as_ref());
            }
        }
        y
    }
}

/// A network as read from a file.
pub struct Network {
    /// Everything but the parameters.
    pub architecture: Architecture,
    /// The system; its state is that of all layers.
    pub system: Box<dyn System>,
    /// The cell of every layer.
    pub cell: &'static CellKind,
    /// Units of each layer.
    pub units: Vec<usize>,
    /// Number of inputs.
    pub inputs: usize,
    /// Nonlinearity, where it is a choice.
    pub activation: Option<Activation>,
    /// Recurrent matrices by name as they act on the state: one a layer and gate, each n x n.
    pub recurrent: Vec<(String, Mat<f64>)>,
    /// The read-out, if one was recognised.
    pub readout: Option<Readout>,
    /// Tensors that play no part.
    pub unused: Vec<String>,
    /// Constants that the file does not say.
    pub notes: Vec<Note>,
    /// How the file was understood, in sentences that the user should see.
    pub said: Vec<String>,
    /// What of the file was not used or not read, a sentence each.
    pub left_out: Vec<String>,
    /// Names of the state's coordinates.
    pub state_names: Vec<String>,
    /// What a file of nullcline's own says beside its tensors; empty of others.
    pub metadata: BTreeMap<String, String>,
}

impl Network {
    /// One line that says what the network is.
    ///
    /// ```
    /// use nullcline_core::systems::checkpoint::{Spec, load};
    ///
    /// let file = nullcline_core::io::tensors::read("../../datasets/flipflop_gru.safetensors".as_ref()).unwrap();
    /// let said = load(&file, &Spec::default()).unwrap().describe();
    /// assert!(said.contains("GRU") && said.contains("32 units"));
    /// ```
    pub fn describe(&self) -> String {
        let units = self.units.iter().map(ToString::to_string).collect::<Vec<_>>().join(" + ");
        let cell = self.cell.title.replace("{}", self.activation.map_or("tanh", Activation::name));
        let layers =
            if self.units.len() > 1 { format!(", {} layers", self.units.len()) } else { String::new() };
        let count = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
        let units = if self.units == [1] { "1 unit".into() } else { format!("{units} units") };
        let (inputs, state) =
            (count(self.inputs, "input"), count(self.system.step().dim(), "state variable"));
        format!("{cell}{layers}, {units}, {inputs}, {state}")
    }
}
