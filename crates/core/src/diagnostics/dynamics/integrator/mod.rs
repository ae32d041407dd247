//! Networks that integrate signals: moments, losses with exact gradients, and the conditions under which they integrate for ever.
//!
//! The network is h_t = f(W (h_(t-1) + sum_c x_(c,t) e_c)) with outputs y_c = d_c . h_t, D channels in and out; it should give the
//! decaying integrals of its inputs, ybar_(c,t) = s_c sum_(k=0)^t gamma_c^(k+1) x_(c,t-k) (7.4).
//!
//! Source: Fanthomme and Monasson, Neural Computation 33 (2021) 1063, and chapter 7 and appendix A of Fanthomme's thesis, whose
//! equations are cited as (7.4), (A.9).

mod averaged;
mod conditions;
mod curvature;
mod exact;
mod proxy;
mod reduced;

pub use averaged::{Averaged, Correlations, Room};
pub use conditions::{Channels, Conditions, General, Relu, conditions};
pub use curvature::Curvature;
pub use exact::{exact, units_needed};
pub use proxy::{Parts, Proxy};
pub use reduced::{Reduced, reduced};

use faer::{Mat, MatRef};

/// Recurrent weights, encoders and decoders.
#[derive(Clone, Copy)]
pub struct Weights<'a, T = f64> {
    /// W, n x n.
    pub recurrent: MatRef<'a, T>,
    /// The e_c as columns, n x D.
    pub encoder: MatRef<'a, T>,
    /// The d_c as rows, D x n.
    pub decoder: MatRef<'a, T>,
}

impl<T> Weights<'_, T> {
    /// Units n.
    pub fn units(&self) -> usize {
        self.recurrent.nrows()
    }
    /// Channels D.
    pub fn channels(&self) -> usize {
        self.encoder.ncols()
    }
}

/// What is asked of a network: the integrals (7.4).
#[derive(Clone, Debug, PartialEq)]
pub struct Integrals {
    /// s_c, a channel each.
    pub scale: Vec<f64>,
    /// gamma_c, a channel each.
    pub decay: Vec<f64>,
}

impl Integrals {
    /// Channels D.
    pub fn channels(&self) -> usize {
        self.scale.len()
    }
    /// s_c gamma_c^q, what the q-th moment of channel c should be (7.9).
    pub fn target(&self, c: usize, q: usize) -> f64 {
        self.scale[c] * self.decay[c].powi(i32::try_from(q).unwrap_or(i32::MAX))
    }
}

/// The gradient of a loss with respect to the weights.
#[derive(Clone, Debug)]
pub struct Gradient<T = f64> {
    /// With respect to W, n x n.
    pub recurrent: Mat<T>,
    /// With respect to the encoders, n x D.
    pub encoder: Mat<T>,
    /// With respect to the decoders, D x n.
    pub decoder: Mat<T>,
}

impl<T: crate::linalg::Real> Gradient<T> {
    /// Zeros for n units and D channels.
    pub fn zeros(n: usize, channels: usize) -> Self {
        Self {
            recurrent: Mat::zeros(n, n),
            encoder: Mat::zeros(n, channels),
            decoder: Mat::zeros(channels, n),
        }
    }
}
