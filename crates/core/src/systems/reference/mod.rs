//! Systems with known answers.

mod fitzhugh_nagumo;
mod henon;
mod hopf;
mod ikeda;
mod linear;
mod logistic;
mod lorenz;
mod rossler;
pub mod rotation;
mod small;
mod van_der_pol;

pub use fitzhugh_nagumo::CoupledFitzHughNagumo;
pub use henon::Henon;
pub use hopf::Hopf;
pub use ikeda::Ikeda;
pub use linear::Linear;
pub use logistic::Logistic;
pub use lorenz::Lorenz;
pub use rossler::Rossler;
pub use small::Small;
pub use van_der_pol::VanDerPol;

use super::cells::Current;
use crate::linalg::activation::Activation;

/// The chaotic network of three units of R. D. Beer, Adaptive Behavior 3 (1995) 469, Fig. 9D.
///
/// tau du/dt = -u + W s(u + theta), in v = u + theta. First exponent 0.010 per unit time.
///
/// ```
/// use nullcline_core::systems::{reference::beer_1995, rule::linearise};
///
/// // dv_1/dt at v = 0, where s = 1/2: (theta_1 + sum_j W_1j / 2) / tau_1.
/// let (v, _, _) = linearise(&beer_1995(), &[0.0; 3], &[]);
/// assert!((v[0] - (-4.108 + 0.5 * (5.422 - 0.018 + 2.75))).abs() < 1e-12);
/// ```
pub fn beer_1995() -> Current {
    let w = [[5.422, -0.018, 2.75], [-0.24, 4.59, 1.21], [0.535, -2.25, 3.885]];
    let theta = [-4.108, -2.787, -1.114];
    let mut cell = Current::new(0, Activation::Sigmoid, vec![1.0, 2.5, 1.0]);
    for (i, (row, theta)) in w.iter().zip(theta).enumerate() {
        for (j, v) in row.iter().enumerate() {
            cell.params_mut().mat_mut(1)[(i, j)] = *v;
        }
        cell.params_mut().mat_mut(2)[(i, 0)] = theta;
    }
    cell
}
