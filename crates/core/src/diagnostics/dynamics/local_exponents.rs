//! How tangents grow step by step along a trajectory that need not be stationary, such as a trial.

use crate::linalg::qr::Qr;
use crate::linalg::random::{Use, normal_matrix, stream};
use crate::systems::time::{Drive, Stepper, System};
use faer::Mat;

/// The local growth rates of `k` tangents along `steps` steps from `initial` (n), k x steps; none where the state leaves
/// every bound (1e12).
///
/// Formula: Q_(t+1) R_(t+1) = J_t Q_t from random Q_0, and entry (j, t) is log(R_jj) / time step. Its mean over a stretch is the
/// finite-time Lyapunov exponent of the stretch, and over a long stationary trajectory the exponent itself. Minus infinity where
/// a direction is lost.
///
/// The first tangents turn to the directions that grow most within some multiples of 1 / (gap between exponents); rates of
/// a step depend on the coordinates, means over a stretch of T steps do by order 1 / T.
///
/// Source: Benettin, Galgani, Giorgilli, Strelcyn, Meccanica 15 (1980) 9; Abarbanel, Brown, Kennel, J. Nonlinear Sci. 1 (1991) 175.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::local_exponents::local_exponents;
/// use nullcline_core::systems::{reference::Henon, time::{Drive, Map}};
///
/// // The determinant of the Hénon map is -b: the rates of every step add up to log b.
/// let henon = Map::new(Henon::default());
/// let rates = local_exponents(&henon, &[0.1, 0.1], Drive::Constant(&[]), 100_000, 2, 1).unwrap();
/// assert!((0..100).all(|t| (rates[(0, t)] + rates[(1, t)] - 0.3f64.ln()).abs() < 1e-9));
/// let mean = rates.row(0).iter().sum::<f64>() / 1e5;
/// assert!((mean - 0.4192).abs() < 0.005);
/// ```
///
/// # Panics
/// If `initial` or an input has another length than the system's, or a sequence is shorter than `steps`.
pub fn local_exponents(
    system: &dyn System,
    initial: &[f64],
    drive: Drive,
    steps: usize,
    k: usize,
    seed: u64,
) -> Option<Mat<f64>> {
    let rule = system.step();
    let (n, k) = (rule.dim(), k.min(rule.dim()));
    let mut state = Stepper::new(rule, drive, initial, k);
    let mut now = normal_matrix(&mut stream(seed, Use::Tangent, 2), n, k);
    let (mut next, mut r, mut qr) = (Mat::zeros(n, k), Mat::zeros(k, k), Qr::new(n, k));
    qr.factor(now.as_mut(), r.as_mut());
    let mut rates = Mat::zeros(k, steps);
    for t in 0..steps {
        state.evaluate();
        state.carry(now.as_ref(), next.as_mut(), None);
        state.commit();
        if state.escaped() {
            return None;
        }
        std::mem::swap(&mut now, &mut next);
        qr.factor(now.as_mut(), r.as_mut());
        for j in 0..k {
            rates[(j, t)] = r[(j, j)].ln() / system.time_step();
        }
    }
    Some(rates)
}
