//! What is trained: a rule and a linear read-out.

use crate::linalg::Real;
use crate::systems::rule::{Rule, parameter_count};
use faer::{Mat, MatMut, MatRef};

/// A linear read-out y = D s + c of `weight.ncols()` rows of the state, from row `first` on.
///
/// The rows are the units that the next layer would see: all of a vanilla or GRU state, h of an
/// LSTM's [h; c], the top layer of a stack.
#[derive(Clone, Debug)]
pub struct Readout<T = f64> {
    /// D, o x m.
    pub weight: Mat<T>,
    /// c, o.
    pub bias: Vec<T>,
    /// First row of the state that is seen.
    pub first: usize,
}

/// A network to be trained: x(t+1) = F(x(t), u(t)), y(t) = D x(t+1) + c.
///
/// The flat parameter vector is the rule's, then D column by column, then c.
///
/// ```
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::systems::cells::Vanilla;
/// use nullcline_core::training::{Model, Readout};
///
/// let readout = Readout { weight: faer::mat![[1.0, -1.0]], bias: vec![0.5], first: 0 };
/// let mut model = Model { rule: Box::new(Vanilla::new(2, 1, Activation::Tanh)), readout };
/// // U, W, two biases, then D and c.
/// assert_eq!(model.parameter_count(), 2 + 4 + 2 + 2 + 2 + 1);
/// let mut theta = vec![0.0; 13];
/// model.read_params(&mut theta);
/// assert_eq!(theta[10..], [1.0, -1.0, 0.5]);
/// theta[12] = 2.0;
/// model.write_params(&theta);
/// assert_eq!(model.readout.bias, [2.0]);
/// ```
pub struct Model<T: Real = f64> {
    /// The recurrent part.
    pub rule: Box<dyn Rule<T>>,
    /// The read-out.
    pub readout: Readout<T>,
}

impl<T: Real> Model<T> {
    /// Length of the flat parameter vector.
    pub fn parameter_count(&self) -> usize {
        parameter_count(self.rule.as_ref()) + self.readout.weight.nrows() * (self.readout.weight.ncols() + 1)
    }
    /// Outputs o.
    pub fn outputs(&self) -> usize {
        self.readout.weight.nrows()
    }
    /// Copies all parameters into `theta`.
    pub fn read_params(&self, theta: &mut [T]) {
        let (rule, rest) = theta.split_at_mut(parameter_count(self.rule.as_ref()));
        self.rule.read_params(rule);
        let (o, m) = (self.readout.weight.nrows(), self.readout.weight.ncols());
        let (weight, bias) = rest.split_at_mut(o * m);
        MatMut::from_column_major_slice_mut(weight, o, m).copy_from(&self.readout.weight);
        bias.copy_from_slice(&self.readout.bias);
    }
    /// Replaces all parameters by `theta`.
    pub fn write_params(&mut self, theta: &[T]) {
        let (rule, rest) = theta.split_at(parameter_count(self.rule.as_ref()));
        self.rule.write_params(rule);
        let (o, m) = (self.readout.weight.nrows(), self.readout.weight.ncols());
        let (weight, bias) = rest.split_at(o * m);
        self.readout.weight.copy_from(MatRef::from_column_major_slice(weight, o, m));
        self.readout.bias.copy_from_slice(bias);
    }
}
