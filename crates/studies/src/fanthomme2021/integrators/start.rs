//! Two cases in which the whole training from W = 0 is known (fanthomme2021, A.3).

/// T = 1: W = omega d e^T at every step, and omega after `steps` of them (A.12).
///
/// `product` is |e|^2 |d|^2. Stable for rates below 1 / product.
///
/// ```
/// use nullcline_studies::fanthomme2021::integrators::start::one_step;
///
/// // At rate 1 / (2 |e|^2 |d|^2) one step is enough.
/// assert_eq!(one_step(2.0, 0.5, 4.0, 1.0 / 8.0, 1), 0.25);
/// ```
pub fn one_step(scale: f64, decay: f64, product: f64, rate: f64, steps: i32) -> f64 {
    scale * decay / product * (1.0 - (1.0 - 2.0 * rate * product).powi(steps))
}

/// e = d: W = omega e e^T at every step, and the change of omega over the learning rate: -P(omega), where the print of (A.14) has P
/// with the sign of the gradient.
///
/// `norm` is |e|; T steps of white noise.
pub fn same_vectors(omega: f64, norm: f64, scale: f64, decay: f64, steps: i32) -> f64 {
    let square = norm * norm;
    let term = |k: i32| {
        let off = omega.powi(k) * norm.powi(2 * k + 2) - scale * decay.powi(k);
        f64::from(k * (steps + 1 - k)) * off * omega.powi(k - 1) * square.powi(k - 1)
    };
    -2.0 * (1..=steps).map(term).sum::<f64>()
}
