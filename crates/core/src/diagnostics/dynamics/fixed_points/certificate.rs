//! Proof that a fixed point exists where one was found: the Newton-Kantorovich theorem.

use super::residual::Residual;
use crate::linalg::{frobenius, norm};
use faer::Mat;

/// Radius around `x` in which exactly one zero of G lies, if that is proven.
///
/// Formula: with A the computed inverse of dG/dx, e = |I - A dG/dx| and beta = |A| / (1 - e) bounding
/// the true inverse, eta = beta (|G(x)| + rounding of G) bounds the Newton step; with the Lipschitz
/// constant L of the Jacobian over the ball of radius 4 eta ([`Rule::bounds`], where each cell derives
/// its own), beta L eta <= 1/2 proves a zero, unique in the ball, within
/// (1 - sqrt(1 - 2 beta L eta)) / (beta L) of x. Norms are Frobenius norms, which bound the spectral
/// ones; e includes the rounding of the product. None where the cell has no bounds, where L holds over
/// no such ball (ReLU at a kink) or where the test fails.
///
/// Source: Kantorovich 1948; Ortega, The Newton-Kantorovich theorem, 1968.
///
/// [`Rule::bounds`]: crate::systems::rule::Rule::bounds
pub fn certify(residual: &mut Residual, x: &[f64]) -> Option<f64> {
    let n = x.len();
    let mut g = vec![0.0; n];
    residual.value(x, &mut g);
    let derivative = residual.derivative(x).to_owned();
    residual.newton_step(x, &g)?;
    let inverse = residual.inverse();
    let defect = &inverse * &derivative - Mat::<f64>::identity(n, n);
    let (size, slope) = (frobenius(inverse.as_ref()), frobenius(derivative.as_ref()));
    let epsilon = f64::EPSILON * (n as f64 + 16.0);
    let e = frobenius(defect.as_ref()) + epsilon * size * (1.0 + slope);
    if !(e < 0.5) {
        return None;
    }
    let beta = size / (1.0 - e);
    let own = residual.bounds(x, 0.0)?;
    let error = own.rounding + 4.0 * f64::EPSILON * (norm(x) + norm(&g));
    let eta = beta * (norm(&g) + error);
    let bounds = residual.bounds(x, 4.0 * eta)?;
    let h = beta * bounds.curvature * eta;
    if !(h <= 0.5) {
        return None;
    }
    // 2 eta / (1 + sqrt(1 - 2h)) equals the theorem's radius and stays finite as L goes to zero.
    Some(2.0 * eta / (1.0 + (1.0 - 2.0 * h).sqrt()))
}
