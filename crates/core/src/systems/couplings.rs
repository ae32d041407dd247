//! The currents that units receive in a network of one nonlinearity.

use crate::linalg::activation::Activation;
use crate::linalg::{Real, col_mut, gemm};
use faer::{Accum, Mat, MatRef};

/// The weights of a layer whose units are f(nu + b), nu = W h + U u.
#[derive(Clone, Debug)]
pub struct Couplings {
    /// Recurrent weights W, n x n.
    pub recurrent: Mat<f64>,
    /// Input weights U, n x d.
    pub input: Mat<f64>,
    /// Biases b, n.
    pub bias: Vec<f64>,
    /// f, where the state is the current itself, as in tau x' = -x + W f(x) + U u + b; none where it is what units give.
    pub of_currents: Option<Activation>,
}

impl Couplings {
    /// Weights with the sum of `biases`, of a layer whose state is what its units give.
    pub fn new<T: Real>(w: MatRef<T>, u: MatRef<T>, biases: &[&[T]]) -> Self {
        let numbers = |m: MatRef<T>| Mat::from_fn(m.nrows(), m.ncols(), |i, j| m[(i, j)].to_f64());
        let bias = |i: usize| biases.iter().map(|b| b[i].to_f64()).sum();
        Self {
            recurrent: numbers(w),
            input: numbers(u),
            bias: (0..w.nrows()).map(bias).collect(),
            of_currents: None,
        }
    }

    /// The current nu = W h + U u onto each unit, without its bias, from states and the inputs shown with them.
    ///
    /// Formula: h is the state, or f of it where states are currents.
    ///
    /// Shapes: `x` n x T, `u` d x T; n x T.
    ///
    /// Source: Fanthomme (2021), eq. 7.2, whose inputs enter as W e x, so that U = W e.
    ///
    /// ```
    /// use nullcline_core::linalg::activation::Activation;
    /// use nullcline_core::systems::cells::{Gru, Vanilla};
    /// use nullcline_core::systems::rule::Rule;
    ///
    /// let mut cell = Vanilla::new(2, 1, Activation::Relu);
    /// cell.params_mut().mat_mut(0).copy_from(faer::mat![[1.0], [2.0]]);
    /// cell.params_mut().mat_mut(1).copy_from(faer::mat![[0.0, 3.0], [4.0, 0.0]]);
    /// cell.params_mut().mat_mut(2).copy_from(faer::mat![[0.5], [0.0]]);
    /// let net = cell.couplings().unwrap();
    /// assert_eq!((net.input[(1, 0)], net.recurrent[(0, 1)], net.bias[0]), (2.0, 3.0, 0.5));
    /// // W h + U u, the bias apart.
    /// let nu = net.currents(faer::mat![[1.0], [1.0]].as_ref(), faer::mat![[10.0]].as_ref());
    /// assert_eq!(nu, faer::mat![[13.0], [24.0]]);
    /// // Units with gates have no such current.
    /// assert!(Gru::<f64>::new(3, 1).couplings().is_none());
    /// ```
    pub fn currents(&self, x: MatRef<f64>, u: MatRef<f64>) -> Mat<f64> {
        let rates = self.rates(x);
        let mut nu = Mat::zeros(self.recurrent.nrows(), x.ncols());
        gemm(nu.as_mut(), Accum::Replace, self.recurrent.as_ref(), rates.as_ref());
        if self.input.ncols() > 0 {
            gemm(nu.as_mut(), Accum::Add, self.input.as_ref(), u);
        }
        nu
    }

    /// What units give to others: the states, or f of them where these are currents.
    pub fn rates(&self, x: MatRef<f64>) -> Mat<f64> {
        let mut h = x.to_owned();
        if let Some(f) = self.of_currents {
            let mut slopes = vec![0.0; h.nrows()];
            for t in 0..h.ncols() {
                f.apply(col_mut(h.as_mut(), t), &mut slopes);
            }
        }
        h
    }
}
