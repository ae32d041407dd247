//! What decides a network apart from its parameters: the cell with its constants, inputs and units.

mod check;
mod error;

pub use error::Error;

use super::cells::{Cell, Stack};
use super::rule::Rule;
use super::time::{Map, System};
use crate::linalg::Real;
use std::ops::Range;

/// A network without its parameters: layers of one cell, each driven by the output of the one below.
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    cell: Cell,
    inputs: usize,
    units: Vec<usize>,
}

impl Architecture {
    /// Layers of `units[0]`, `units[1]`, ... units from the input up.
    ///
    /// # Errors
    /// No layer or one without units; a constant outside its range; time constants that are not one a
    /// unit; several layers of a cell that is a flow.
    ///
    /// ```
    /// use nullcline_core::systems::architecture::{Architecture, Error};
    /// use nullcline_core::systems::cells::Lstm;
    ///
    /// let lstm = Architecture::new(Lstm::cell(), 3, &[8, 4]).unwrap();
    /// // h and c of both layers; a read-out sees h of the upper one.
    /// assert_eq!((lstm.dim(), lstm.output()), (24, 16..20));
    /// assert_eq!(lstm.layers().collect::<Vec<_>>(), [(3, 8), (8, 4)]);
    /// assert_eq!(lstm.state_names()[16], "h0_l1");
    /// assert!(matches!(Architecture::new(Lstm::cell(), 3, &[]), Err(Error::Units { .. })));
    /// ```
    pub fn new(cell: Cell, inputs: usize, units: &[usize]) -> Result<Self, Error> {
        if units.is_empty() || units.contains(&0) {
            return Err(Error::Units { found: units.to_vec() });
        }
        if units.len() > 1 && cell.kind().is_flow() {
            return Err(Error::Layers { cell: cell.kind(), found: units.len() });
        }
        check::constants(&cell, units[0])?;
        Ok(Self { cell, inputs, units: units.to_vec() })
    }
    /// The cell of every layer.
    pub fn cell(&self) -> &Cell {
        &self.cell
    }
    /// Number d of inputs.
    pub fn inputs(&self) -> usize {
        self.inputs
    }
    /// Units of each layer, from the input up.
    pub fn units(&self) -> &[usize] {
        &self.units
    }
    /// Inputs and units of each layer, from the input up.
    pub fn layers(&self) -> impl Iterator<Item = (usize, usize)> {
        let below = std::iter::once(self.inputs).chain(self.units.iter().copied());
        below.zip(self.units.iter().copied())
    }
    /// Rows of the state, all layers together.
    pub fn dim(&self) -> usize {
        self.cell.kind().parts.len() * self.units.iter().sum::<usize>()
    }
    /// The rows of the state that a read-out sees: the output h (of a coRNN, y) of the top layer.
    pub fn output(&self) -> Range<usize> {
        let top = self.units[self.units.len() - 1];
        let first = self.dim() - top * self.cell.kind().parts.len();
        first..first + top
    }
    /// The rule that advances the state by one step, with all parameters zero.
    ///
    /// Flows are discretised by their scheme; several layers are a [`Stack`].
    pub fn rule<T: Real>(&self) -> Box<dyn Rule<T>> {
        let mut layers: Vec<Box<dyn Rule<T>>> = self.layers().map(|(d, n)| self.cell.layer(d, n)).collect();
        if layers.len() == 1 { layers.remove(0) } else { Box::new(Stack::new(layers)) }
    }
    /// The system with the parameters `theta`, in the order of the rule's layout.
    ///
    /// # Panics
    /// If `theta` has another length than the rule's parameters.
    ///
    /// Shapes: `theta` is flat, block after block of the rule's layout, each column by column.
    ///
    /// ```
    /// use nullcline_core::systems::architecture::Architecture;
    /// use nullcline_core::systems::{cells::Vanilla, rule::linearise};
    /// use nullcline_core::linalg::activation::Activation;
    ///
    /// // h' = W h + U u + b: blocks U, W and two biases.
    /// let plan = Architecture::new(Vanilla::cell(Activation::Identity), 1, &[1]).unwrap();
    /// let names: Vec<String> = plan.rule::<f64>().layout().into_iter().map(|b| b.name).collect();
    /// assert_eq!(names, ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]);
    /// let system = plan.system(&[3.0, 0.5, 1.0, 0.25]);
    /// assert_eq!(linearise(system.step(), &[2.0], &[10.0]).0, [32.25]);
    /// ```
    pub fn system(&self, theta: &[f64]) -> Box<dyn System> {
        if let Some(flow) = self.cell.kind().flow {
            return (flow.system)(&self.cell, self.inputs, self.units[0], theta);
        }
        let mut rule = self.rule();
        rule.write_params(theta);
        Box::new(Map::new(rule))
    }
    /// Names of the state's coordinates, such as `h0` or, in the second of several layers, `h0_l1`.
    pub fn state_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (l, n) in self.units.iter().enumerate() {
            let suffix = if self.units.len() > 1 { format!("_l{l}") } else { String::new() };
            for part in self.cell.kind().parts {
                names.extend((0..*n).map(|i| format!("{part}{i}{suffix}")));
            }
        }
        names
    }
}

#[cfg(test)]
mod tests;
