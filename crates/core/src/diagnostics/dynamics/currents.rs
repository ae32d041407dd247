//! The currents that units receive in a network of one nonlinearity.

use crate::linalg::gemm;
use crate::systems::recurrence::Read;
use crate::systems::rule::Rule;
use faer::{Accum, Mat, MatRef};

/// The weights of a layer whose units are f(nu + b).
#[derive(Clone, Debug)]
pub struct Couplings {
    /// Recurrent weights W, n x n.
    pub recurrent: Mat<f64>,
    /// Input weights U, n x d.
    pub input: Mat<f64>,
    /// Biases b, n.
    pub bias: Vec<f64>,
    /// Whether the state is the current itself, less the leak's lag: tau x' = -x + W f(x) + U u + b.
    pub states_are_currents: bool,
    activation: crate::linalg::activation::Activation,
}

impl Couplings {
    /// Those of a layer; none of a rule whose units have gates, or more than one nonlinearity.
    ///
    /// ```
    /// use nullcline_core::diagnostics::dynamics::currents::Couplings;
    /// use nullcline_core::linalg::activation::Activation;
    /// use nullcline_core::systems::cells::{Gru, Vanilla};
    ///
    /// let mut cell = Vanilla::new(2, 1, Activation::Relu);
    /// cell.params_mut().mat_mut(0).copy_from(faer::mat![[1.0], [2.0]]);
    /// cell.params_mut().mat_mut(1).copy_from(faer::mat![[0.0, 3.0], [4.0, 0.0]]);
    /// cell.params_mut().mat_mut(2).copy_from(faer::mat![[0.5], [0.0]]);
    /// let net = Couplings::of(&cell).unwrap();
    /// assert_eq!((net.input[(1, 0)], net.recurrent[(0, 1)], net.bias[0]), (2.0, 3.0, 0.5));
    /// // W h + U u, the bias apart.
    /// let nu = net.currents(faer::mat![[1.0], [1.0]].as_ref(), faer::mat![[10.0]].as_ref());
    /// assert_eq!(nu, faer::mat![[13.0], [24.0]]);
    /// assert!(Couplings::of(&Gru::<f64>::new(3, 1)).is_none());
    /// ```
    pub fn of(rule: &dyn Rule) -> Option<Self> {
        let d = rule.inputs();
        let still = rule.recurrence(&vec![0.0; d])?;
        let n = still.dim();
        if n != rule.dim() {
            return None;
        }
        let bias: Vec<f64> = still.drive.iter().map(|b| b.mid).collect();
        let mut input = Mat::zeros(n, d);
        for j in 0..d {
            let mut one = vec![0.0; d];
            one[j] = 1.0;
            let drive = rule.recurrence(&one)?.drive;
            (0..n).for_each(|i| input[(i, j)] = drive[i].mid - bias[i]);
        }
        let states_are_currents = still.read == Read::Currents;
        Some(Self { recurrent: still.weight, input, bias, states_are_currents, activation: still.activation })
    }

    /// The current nu = W h + U u onto each unit, without its bias, from states and the inputs shown with them.
    ///
    /// Formula: h is the state, or f of it where states are currents. In h' = f(nu + b) and tau x' = -x + f(nu + b) it decides where units
    /// go; in tau x' = -x + nu + b the state follows it.
    ///
    /// Shapes: `x` n x T, `u` d x T; n x T.
    ///
    /// Source: Fanthomme (2021), eq. 7.2, whose inputs enter as W e x, so that U = W e.
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
        if self.states_are_currents {
            let mut slopes = vec![0.0; h.nrows()];
            for t in 0..h.ncols() {
                self.activation.apply(crate::linalg::col_mut(h.as_mut(), t), &mut slopes);
            }
        }
        h
    }
}
