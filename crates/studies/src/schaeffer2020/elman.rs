//! A tanh network that plays the IBL task, with its matrices by name.

use faer::{Mat, MatRef};
use nullcline_core::linalg::activation::Activation;
use nullcline_core::systems::cells::Vanilla;
use nullcline_core::training::{Model, Readout};

/// Inputs: both observations and the feedback.
const INPUTS: usize = 3;
/// Outputs: left and right.
const OUTPUTS: usize = 2;

/// h' = tanh(W h + U u + b), p = softmax(D h' + c).
pub struct Elman {
    n: usize,
    theta: Vec<f64>,
    model: Model<f64>,
}

impl Clone for Elman {
    fn clone(&self) -> Self {
        let Self { n, theta, model } = self;
        Self { n: *n, theta: theta.clone(), model: of(*n, theta, model.readout.clone()) }
    }
}

fn of(n: usize, theta: &[f64], readout: Readout) -> Model<f64> {
    let mut model = Model {
        rule: Box::new(Vanilla::new(n, INPUTS, Activation::Tanh)),
        readout,
        encoder: None,
        unbiased: false,
    };
    model.write_params(theta);
    model
}

impl Elman {
    /// A network of `n` units with the flat parameters of a [`Model`], n (n + 7) + 2 of them: U, W, both biases, D, c, matrices
    /// column by column.
    ///
    /// None where their number does not fit.
    pub fn new(n: usize, theta: Vec<f64>) -> Option<Self> {
        if n == 0 || theta.len() != n * (n + INPUTS + 2 + OUTPUTS) + OUTPUTS {
            return None;
        }
        let readout = Readout { weight: Mat::zeros(OUTPUTS, n), bias: vec![0.0; OUTPUTS], first: 0 };
        Some(Self { n, model: of(n, &theta, readout), theta })
    }

    /// A network with the parameters of a model.
    ///
    /// None where the model has not as many as one of the vanilla cell.
    pub fn of(model: &Model<f64>) -> Option<Self> {
        let mut theta = vec![0.0; model.parameter_count()];
        model.read_params(&mut theta);
        Self::new(model.rule.dim(), theta)
    }

    /// Units.
    pub fn units(&self) -> usize {
        self.n
    }
    /// The flat parameters.
    pub fn theta(&self) -> &[f64] {
        &self.theta
    }
    /// The network as a rule with its read-out.
    pub fn model(&self) -> &Model<f64> {
        &self.model
    }
    /// W, n x n.
    pub fn recurrent(&self) -> MatRef<'_, f64> {
        MatRef::from_column_major_slice(&self.theta[INPUTS * self.n..][..self.n * self.n], self.n, self.n)
    }
    /// D, 2 x n: the read-outs of left and right.
    pub fn readout(&self) -> MatRef<'_, f64> {
        self.model.readout.weight.as_ref()
    }
    /// D h + c for each column of `states`, 2 x T.
    pub fn logits(&self, states: MatRef<f64>) -> Mat<f64> {
        let mut y = self.readout() * states;
        for (o, c) in self.model.readout.bias.iter().enumerate() {
            y.row_mut(o).iter_mut().for_each(|y| *y += *c);
        }
        y
    }
}
