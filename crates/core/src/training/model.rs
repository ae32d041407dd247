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
/// Where there is an encoder E, the states start at x(0) = E s, s being what the task says of the start.
///
/// The flat parameter vector is the rule's, then D column by column, then c, then E column by column.
///
/// ```
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::systems::cells::Vanilla;
/// use nullcline_core::training::{Model, Readout};
///
/// let readout = Readout { weight: faer::mat![[1.0, -1.0]], bias: vec![0.5], first: 0 };
/// let mut model = Model { rule: Box::new(Vanilla::new(2, 1, Activation::Tanh)), readout, encoder: None, unbiased: false };
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
    /// E, n x c; none where states start at zero.
    pub encoder: Option<Mat<T>>,
    /// Whether biases have no gradient, so that they stay as they are.
    pub unbiased: bool,
}

impl<T: Real> Model<T> {
    /// Length of the flat parameter vector.
    pub fn parameter_count(&self) -> usize {
        self.encoder_at() + self.encoder.as_ref().map_or(0, |e| e.nrows() * e.ncols())
    }
    /// Parameters that training changes: all but biases that are held at zero.
    pub fn trained_count(&self) -> usize {
        let mut theta = vec![T::ONE; self.parameter_count()];
        self.hold(&mut theta);
        theta.iter().filter(|v| **v != T::ZERO).count()
    }
    /// Where the encoder begins in the flat parameter vector.
    pub(super) fn encoder_at(&self) -> usize {
        parameter_count(self.rule.as_ref()) + self.readout.weight.nrows() * (self.readout.weight.ncols() + 1)
    }
    /// Values c of the code that the encoder sees; 0 without one.
    pub fn codes(&self) -> usize {
        self.encoder.as_ref().map_or(0, Mat::ncols)
    }
    /// Sets all biases to zero for good.
    #[must_use]
    pub fn without_biases(mut self) -> Self {
        let mut theta = vec![T::ZERO; self.parameter_count()];
        self.read_params(&mut theta);
        self.unbiased = true;
        self.hold(&mut theta);
        self.write_params(&theta);
        self
    }
    /// Sets to zero the entries of biases, where these are not trained.
    pub(super) fn hold(&self, theta: &mut [T]) {
        if !self.unbiased {
            return;
        }
        let mut at = 0;
        for block in self.rule.layout() {
            let size = block.rows * block.cols;
            if block.name.starts_with("bias") {
                theta[at..at + size].fill(T::ZERO);
            }
            at += size;
        }
        let end = self.encoder_at();
        theta[end - self.readout.weight.nrows()..end].fill(T::ZERO);
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
        let (weight, rest) = rest.split_at_mut(o * m);
        let (bias, encoder) = rest.split_at_mut(o);
        MatMut::from_column_major_slice_mut(weight, o, m).copy_from(&self.readout.weight);
        bias.copy_from_slice(&self.readout.bias);
        if let Some(e) = &self.encoder {
            MatMut::from_column_major_slice_mut(encoder, e.nrows(), e.ncols()).copy_from(e);
        }
    }
    /// Replaces all parameters by `theta`.
    pub fn write_params(&mut self, theta: &[T]) {
        let (rule, rest) = theta.split_at(parameter_count(self.rule.as_ref()));
        self.rule.write_params(rule);
        let (o, m) = (self.readout.weight.nrows(), self.readout.weight.ncols());
        let (weight, rest) = rest.split_at(o * m);
        let (bias, encoder) = rest.split_at(o);
        self.readout.weight.copy_from(MatRef::from_column_major_slice(weight, o, m));
        self.readout.bias.copy_from_slice(bias);
        if let Some(e) = &mut self.encoder {
            let (n, codes) = (e.nrows(), e.ncols());
            e.copy_from(MatRef::from_column_major_slice(encoder, n, codes));
        }
    }
}
