//! The facts of a kind of cell, which each cell's file states once, and a cell with its constants.

use super::facts::{Constant, Initial, Own, Second};
use crate::linalg::activation::Activation;
use crate::linalg::{Precise, Real};
use crate::systems::rule::Rule;
use crate::systems::time::{Euler, Flow, Map, Rk4, System};
use faer::{Mat, MatRef};
use std::fmt;

/// All that decides what a kind of cell is called, made of, read from files and started with.
///
/// Every cell states its own in its file, as what sets it apart from a map of one gate, and is registered by a line in
/// [`KINDS`](super::KINDS). Two kinds are equal if their names are.
pub struct CellKind {
    /// The name used on the command line and in file metadata.
    pub name: &'static str,
    /// What a sentence calls the network; `{}` stands for its nonlinearity.
    pub title: &'static str,
    /// Gates, that is blocks of rows of the recurrent matrix `weight_hh`, one row a unit each, by their names.
    pub gates: &'static [&'static str],
    /// Other names of gates, and what they mean.
    pub aliases: &'static [(&'static str, &'static str)],
    /// Gates in the order of Keras, which has some cells.
    pub keras: &'static [&'static str],
    /// The kind that a recurrent matrix of so many gates means where nothing else tells, as of PyTorch's layers.
    pub usual: bool,
    /// Rows of the input weights `weight_ih` and of the bias for each unit.
    pub drives: usize,
    /// The second recurrent matrix, n x n, where there is one.
    pub second: Option<Second>,
    /// Numbers of each unit's own, where there are.
    pub own: Option<Own>,
    /// Whether the recurrent matrix is n x l and acts on l hidden units, which the second one, l x n, feeds.
    pub hidden: bool,
    /// Constants that have no value unless the file or the user gives one.
    pub constants: &'static [Constant],
    /// The parts of a layer's state, n rows each, the output first, by the letters of their names.
    pub parts: &'static [&'static str],
    /// Of the networks that are flows unless discretised by Euler steps.
    pub flow: Option<FlowKind>,
    /// Whether the nonlinearity is a choice.
    pub has_activation: bool,
    /// The nonlinearity where it is a choice and nobody makes it.
    pub activation: Activation,
    /// Whether the input weights are encoders, one vector of n values for each input, in a file as rows or columns.
    pub encodes: bool,
    /// Whether it is a choice that the reset gate acts before the recurrent product.
    pub has_reset: bool,
    /// Laws of the initial parameters.
    pub initial: Initial,
    /// The map that advances a layer by one step, with all parameters zero.
    pub layer: Layer,
    /// The recurrent matrices as they act on the state, by name, of a cell, `weight_hh` and the second matrix; none
    /// where they are the gates' blocks and the second matrix as stored.
    pub acting: Option<Acting>,
}

/// See [`CellKind::acting`].
pub type Acting = fn(&Cell, MatRef<f64>, Option<MatRef<f64>>) -> Vec<(&'static str, Mat<f64>)>;

/// What a kind is as a flow.
#[derive(Clone, Copy)]
pub struct FlowKind {
    /// Why the units have no time constants tau, of networks without.
    pub untimed: Option<&'static str>,
    /// The system of a layer of d inputs and n units with the parameters given.
    pub system: fn(&Cell, usize, usize, &[f64]) -> Box<dyn System>,
}

/// The makers of a layer of d inputs and n units, in both precisions.
#[derive(Clone, Copy)]
pub struct Layer {
    /// In `f32`.
    pub single: Maker<f32>,
    /// In `f64`.
    pub double: Maker<f64>,
}

/// Makes the rule of a layer of d inputs and n units.
pub type Maker<T> = fn(&Cell, usize, usize) -> Box<dyn Rule<T>>;

/// [`Maker`] of each precision.
struct Makers;

impl Precise for Makers {
    type Of<T: Real> = Maker<T>;
}

impl CellKind {
    /// A map of one gate, of parameters like those of PyTorch's layers: what a cell does not say otherwise.
    pub(super) const fn new(name: &'static str, title: &'static str, layer: Layer) -> Self {
        Self {
            name,
            title,
            layer,
            gates: &["recurrent"],
            aliases: &[],
            keras: &[],
            usual: false,
            drives: 1,
            second: None,
            own: None,
            hidden: false,
            constants: &[],
            parts: &["h"],
            flow: None,
            has_activation: false,
            activation: Activation::Tanh,
            encodes: false,
            has_reset: false,
            initial: Initial::UNIFORM,
            acting: None,
        }
    }
    /// Whether units have time constants tau.
    pub fn has_tau(&self) -> bool {
        self.flow.is_some_and(|f| f.untimed.is_none())
    }
    /// Whether the network is a flow unless discretised by Euler steps.
    pub fn is_flow(&self) -> bool {
        self.flow.is_some()
    }
    /// The value of a constant under a nonlinearity where nobody gives one.
    pub fn usual(&self, constant: &str, f: Activation) -> Option<f64> {
        self.constants.iter().find(|c| c.name == constant)?.usual.map(|usual| usual(f))
    }
    /// Whether each of the `given` constants is one of the kind's; if not, the first and what there is.
    ///
    /// # Errors
    /// A sentence without its subject, the option that gave the constants.
    pub fn knows(&self, given: &[(String, f64)]) -> Result<(), String> {
        let Some((name, _)) = given.iter().find(|g| self.constants.iter().all(|c| c.name != g.0)) else {
            return Ok(());
        };
        let known: Vec<&str> = self.constants.iter().map(|c| c.name).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Err(format!("{name}: no such constant of {} networks; they have {known}", self.name))
    }
}

impl PartialEq for CellKind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for CellKind {}

impl fmt::Debug for CellKind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// How a flow advances: classical Runge-Kutta steps, or Euler steps, whose map is then the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scheme {
    /// Time step.
    pub dt: f64,
    /// Euler steps instead of Runge-Kutta.
    pub euler: bool,
}

/// A kind of cell with the values that are not trained, as the constructors `cell` of the cells make it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The kind.
    pub(super) kind: &'static CellKind,
    /// Values of the kind's constants, in its order.
    pub(super) constants: Vec<f64>,
    /// The nonlinearity, where it is a choice.
    pub(super) activation: Option<Activation>,
    /// The reset gate before the recurrent product, not after.
    pub(super) reset_before: bool,
    /// Time constants, one a unit, where there are.
    pub(super) tau: Vec<f64>,
    /// Discretisation of a flow.
    pub(super) scheme: Option<Scheme>,
}

impl Cell {
    /// A cell of a kind with the values of its constants.
    pub(super) fn new(kind: &'static CellKind, constants: &[f64]) -> Self {
        Self {
            kind,
            constants: constants.to_vec(),
            activation: None,
            reset_before: false,
            tau: vec![],
            scheme: None,
        }
    }

    /// The cell of a kind. `number` gives its constants, `time` time constants, if told that it has any, and the
    /// discretisation of a flow; of `activation` and `reset_before` it takes what it has.
    ///
    /// # Errors
    /// Those of `number` and `time`.
    pub fn of<E>(
        kind: &'static CellKind,
        (activation, reset_before): (Activation, bool),
        number: impl Fn(&'static str) -> Result<f64, E>,
        time: impl FnOnce(bool) -> Result<(Vec<f64>, Scheme), E>,
    ) -> Result<Self, E> {
        let constants = kind.constants.iter().map(|c| number(c.name)).collect::<Result<_, E>>()?;
        let (tau, scheme) = match kind.is_flow() {
            true => time(kind.has_tau()).map(|(tau, scheme)| (tau, Some(scheme)))?,
            false => (vec![], None),
        };
        let activation = kind.has_activation.then_some(activation);
        Ok(Self { kind, constants, activation, reset_before: reset_before && kind.has_reset, tau, scheme })
    }

    /// The kind, without the constants.
    pub fn kind(&self) -> &'static CellKind {
        self.kind
    }
    /// Values of the kind's constants, in its order.
    pub fn constants(&self) -> &[f64] {
        &self.constants
    }
    /// The nonlinearity, where it is a choice.
    pub fn activation(&self) -> Option<Activation> {
        self.activation
    }
    /// Time constants, one a unit, where there are.
    pub fn tau(&self) -> &[f64] {
        &self.tau
    }
    /// Discretisation of a flow.
    pub fn scheme(&self) -> Option<Scheme> {
        self.scheme
    }
    /// The recurrent matrices as they act on the state, by name, of `weight_hh` and the second matrix as stored.
    pub fn acting(&self, w: MatRef<f64>, second: Option<MatRef<f64>>) -> Vec<(&'static str, Mat<f64>)> {
        if let Some(acting) = self.kind.acting {
            return acting(self, w, second);
        }
        let (gates, n) = (self.kind.gates.iter().enumerate(), w.ncols());
        let blocks = gates.map(|(g, name)| (*name, w.subrows(g * n, n).to_owned()));
        let second = self.kind.second.zip(second).map(|(s, m)| (s.shown, m.to_owned()));
        blocks.chain(second).collect()
    }

    /// The map that advances a layer of `d` inputs and `n` units by one step, with all parameters zero.
    pub fn layer<T: Real>(&self, d: usize, n: usize) -> Box<dyn Rule<T>> {
        let Layer { single, double } = self.kind.layer;
        T::choose::<Makers>(single, double)(self, d, n)
    }

    /// The constants as the entries of a file's metadata: names and values that are read back exactly.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let mut all = vec![("cell", self.kind.name.to_owned())];
        all.extend(self.activation.map(|f| ("activation", f.name().to_owned())));
        if self.kind.has_reset {
            all.push(("reset", if self.reset_before { "before" } else { "after" }.to_owned()));
        }
        if self.kind.has_tau() {
            all.push(("tau", self.tau.iter().map(f64::to_string).collect::<Vec<_>>().join(",")));
        }
        all.extend(self.kind.constants.iter().zip(&self.constants).map(|(c, v)| (c.name, v.to_string())));
        if let Some(Scheme { dt, euler }) = self.scheme {
            let name = if euler { "euler" } else { "rk4" };
            all.extend([("dt", dt.to_string()), ("scheme", name.to_owned())]);
        }
        all
    }

    /// The values of the constants, as many as the kind has.
    pub(super) fn values<const K: usize>(&self) -> [f64; K] {
        std::array::from_fn(|i| self.constants[i])
    }

    /// The nonlinearity, the kind's own where it is no choice.
    pub(super) fn nonlinearity(&self) -> Activation {
        self.activation.unwrap_or(self.kind.activation)
    }

    /// The map that the scheme makes of a field.
    pub(super) fn discretised<T: Real, R: Rule<T> + 'static>(&self, field: R) -> Box<dyn Rule<T>> {
        match self.stepping() {
            Scheme { dt, euler: true } => Box::new(Euler::new(field, dt)),
            Scheme { dt, euler: false } => Box::new(Rk4::new(field, dt)),
        }
    }

    /// The system of a field with the parameters `theta`.
    pub(super) fn timed<R: Rule + Clone + 'static>(&self, mut field: R, theta: &[f64]) -> Box<dyn System> {
        field.write_params(theta);
        match self.stepping() {
            Scheme { dt, euler: true } => Box::new(Map::with_time_step(Euler::new(field, dt), dt)),
            Scheme { dt, euler: false } => Box::new(Flow::new(field, dt)),
        }
    }

    /// The discretisation, which every flow has.
    fn stepping(&self) -> Scheme {
        self.scheme.unwrap_or(Scheme { dt: 0.1, euler: false })
    }
}
