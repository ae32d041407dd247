//! Fixed points at a critical value, where the derivative of G is singular and Newton's method stalls.

use super::residual::Residual;
use super::solver::{Root, Zero};
use crate::linalg::solve::Lu;
use crate::linalg::{col, norm};
use faer::Mat;

/// Ratio of the two least singular values of dG/dx below which one direction alone is critical.
const SINGLE: f64 = 1e-3;
/// Roundings of G that a sign must exceed.
const CLEAR: f64 = 32.0;

/// G along its critical direction: mu(s), with G(x) = mu l and v (x - x0) = s, whose zeros are those of G
/// near x0 (Lyapunov-Schmidt); l and v are the singular vectors of dG/dx at x0 of its least singular value.
struct Reduced<'r, 'a> {
    residual: &'r mut Residual<'a>,
    centre: Vec<f64>,
    left: Vec<f64>,
    right: Vec<f64>,
    lu: Lu,
}

/// A critical zero with the side on which G points.
pub struct Critical {
    /// The zero.
    pub root: Root,
    /// Whether the motion along the critical direction returns; none where l and v are at right angles.
    pub attracts: Option<bool>,
}

/// The zero of G near `x`, where G is small and the derivative is singular in one direction, if G changes
/// sign along that direction: a zero lies between by continuity. None where it does not (a fold, or a
/// minimum of q that rounding cannot tell from one).
pub fn critical(residual: &mut Residual, x: &[f64]) -> Option<Critical> {
    let n = x.len();
    let scale = 1.0 + norm(x);
    let mut g = vec![0.0; n];
    residual.value(x, &mut g);
    let noise = residual.bounds(x, 0.0).map_or(16.0 * f64::EPSILON * scale, |b| b.rounding);
    let noise = CLEAR * noise.max(f64::EPSILON * scale);
    let derivative = residual.derivative(x).to_owned();
    let svd = derivative.svd().ok()?;
    let sizes: Vec<f64> = svd.S().column_vector().iter().copied().collect();
    // Of one unit alone the slope of F itself is what the derivative is small beside.
    let bounds = residual.bounds(x, 0.0);
    let next = if n > 1 { sizes[n - 2] } else { bounds.map_or(1.0, |b| b.slope) };
    if !(sizes[n - 1] <= SINGLE * next) {
        return None;
    }
    let vector = |m: faer::MatRef<f64>| -> Vec<f64> { (0..n).map(|i| m[(i, n - 1)]).collect() };
    let (mut left, right) = (vector(svd.U()), vector(svd.V()));
    let dot: f64 = left.iter().zip(&right).map(|(l, v)| l * v).sum();
    if dot < 0.0 {
        left.iter_mut().for_each(|l| *l = -*l);
    }
    // Nearer by, |mu| is below the noise: its slope is the least singular value, its curvature about that of F.
    let bent = bounds.map_or(f64::INFINITY, |b| (noise / b.curvature).sqrt());
    let first = 0.25 * bent.min(noise / sizes[n - 1]);
    let mut reduced = Reduced { residual, centre: x.to_vec(), left, right, lu: Lu::new(n + 1) };
    let (mut reach, mut ends) =
        (if first.is_finite() { first.max(1e-9 * scale) } else { 1e-9 * scale }, None);
    while reach <= 0.05 * scale && ends.is_none() {
        let pair = [-reach, reach].map(|s| reduced.at(s).map(|(mu, _)| mu));
        if let [Some(a), Some(b)] = pair
            && a.abs().min(b.abs()) > noise
            && a.signum() != b.signum()
        {
            ends = Some((a, b));
        } else {
            reach *= 4.0;
        }
    }
    let (before, after) = ends?;
    // The edges of the stretch on which rounding hides the sign; the zero is taken in its middle.
    let low = reduced.edge(-reach, reach, before.signum(), noise)?;
    let high = reduced.edge(reach, -reach, after.signum(), noise)?;
    let (_, mut state) = reduced.at(0.5 * (low + high))?;
    let radius = (high - low).abs().max(1e-9 * scale);
    let origin = vec![0.0; n];
    if norm(&state) <= radius && reduced.residual.value(&origin, &mut g) == 0.0 {
        state = origin;
    }
    let attracts = (dot.abs() > 1e-6).then_some(before > 0.0);
    Some(Critical { root: Root { state, zero: Zero::Critical, radius, sign: 0 }, attracts })
}

impl Reduced<'_, '_> {
    /// mu and the state at `s`, by Newton's method on the bordered equations.
    fn at(&mut self, s: f64) -> Option<(f64, Vec<f64>)> {
        let n = self.centre.len();
        let mut x: Vec<f64> = self.centre.iter().zip(&self.right).map(|(c, v)| c + s * v).collect();
        let (mut g, mut mu, mut last) = (vec![0.0; n], 0.0, f64::INFINITY);
        for _ in 0..30 {
            self.residual.value(&x, &mut g);
            let derivative = self.residual.derivative(&x);
            let bordered = Mat::from_fn(n + 1, n + 1, |i, j| match (i < n, j < n) {
                (true, true) => derivative[(i, j)],
                (true, false) => -self.left[i],
                (false, true) => self.right[j],
                (false, false) => 0.0,
            });
            let along: f64 = x.iter().zip(&self.centre).zip(&self.right).map(|((x, c), v)| (x - c) * v).sum();
            let rest =
                Mat::from_fn(n + 1, 1, |i, _| if i < n { mu * self.left[i] - g[i] } else { s - along });
            let size = norm(col(rest.as_ref(), 0));
            // Newton's method ends where rounding lets nothing fall further.
            if !(size < 0.5 * last) {
                break;
            }
            last = size;
            if !self.lu.factor(bordered.as_ref()) {
                return None;
            }
            let mut step = rest;
            self.lu.solve(step.as_mut());
            x.iter_mut().zip(col(step.as_ref(), 0)).for_each(|(x, d)| *x += d);
            mu += step[(n, 0)];
        }
        (last <= 1e-9 * (1.0 + norm(&x)) && mu.is_finite()).then_some((mu, x))
    }

    /// Where |mu| falls to `noise`, from `from`, where it has `sign`, towards `to`.
    fn edge(&mut self, from: f64, to: f64, sign: f64, noise: f64) -> Option<f64> {
        let (mut clear, mut hidden) = (from, to);
        while (hidden - clear).abs() > 1e-3 * (clear.abs() + hidden.abs()).max(1e-12) {
            let middle = 0.5 * (clear + hidden);
            let (mu, _) = self.at(middle)?;
            if mu * sign > noise { clear = middle } else { hidden = middle }
        }
        Some(clear)
    }
}
