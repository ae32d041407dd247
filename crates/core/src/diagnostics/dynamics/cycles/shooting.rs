//! Newton's method on (x, T) for x(T) = x, and the growth of tangents over one period.

use super::{Error, scheme::Scheme};
use crate::linalg::flag::Triangle;
use crate::linalg::solve::Lu;
use crate::linalg::{col_mut, gemm, norm};
use crate::systems::rule::column;
use faer::{Accum, Mat, MatRef};

/// Nats between the largest and the smallest growth within one factor of the monodromy matrix.
const SPREAD: f64 = 5.0;
const ITERATIONS: usize = 30;
/// Distance of x(T) from x, relative to the orbit's extent, that counts as closed.
const CLOSED: f64 = 1e-9;

/// A closed orbit on a grid of equal steps.
#[derive(Clone)]
pub(super) struct Closed {
    pub(super) x: Vec<f64>,
    pub(super) period: f64,
    pub(super) steps: usize,
    /// |x(T) - x| relative to the extent.
    pub(super) residual: f64,
    pub(super) iterations: usize,
}

/// What one turn from `x` over the time `period` gives.
pub(super) struct Turn {
    pub(super) end: Vec<f64>,
    /// Norm of the sides of the smallest box that holds the orbit.
    pub(super) extent: f64,
    /// Jacobians of successive stretches, first one first; their product is the monodromy matrix.
    pub(super) factors: Vec<Mat<f64>>,
}

impl Turn {
    /// The monodromy matrix; its small eigenvalues are lost in it.
    pub(super) fn product(&self) -> Mat<f64> {
        let n = self.end.len();
        let (mut p, mut next) = (Mat::<f64>::identity(n, n), Mat::zeros(n, n));
        for f in &self.factors {
            gemm(next.as_mut(), Accum::Replace, f.as_ref(), p.as_ref());
            std::mem::swap(&mut p, &mut next);
        }
        p
    }
}

/// Integrates one turn, with tangents in factors of limited spread.
pub(super) fn turn(scheme: &mut Scheme, x: &[f64], period: f64, steps: usize) -> Turn {
    let n = x.len();
    let h = period / steps as f64;
    let mut at = x.to_vec();
    let (mut low, mut high) = (at.clone(), at.clone());
    let mut factors = Vec::new();
    let mut current = Mat::<f64>::identity(n, n);
    let (mut triangle, mut copy, mut logs) = (Triangle::new(n, n), Mat::zeros(n, n), vec![0.0; n]);
    for s in 0..steps {
        scheme.step(&mut at, h);
        scheme.push(current.as_mut(), h);
        for (i, v) in at.iter().enumerate() {
            low[i] = low[i].min(*v);
            high[i] = high[i].max(*v);
        }
        copy.copy_from(&current);
        triangle.log_diagonal(copy.as_mut(), &mut logs);
        let (least, most) =
            logs.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |a, l| (a.0.min(*l), a.1.max(*l)));
        if most - least > SPREAD || s + 1 == steps {
            factors.push(std::mem::replace(&mut current, Mat::identity(n, n)));
        }
    }
    let sides: Vec<f64> = low.iter().zip(&high).map(|(l, h)| h - l).collect();
    Turn { end: at, extent: norm(&sides), factors }
}

/// Newton's method from `x` and `period`, with `steps` steps a period.
///
/// Formula: (M - 1) dx + f(x(T)) dT = x - x(T) with the phase condition f(x) . dx = 0.
///
/// # Errors
/// [`Error::NotConverged`], or [`Error::Collapsed`] where the orbit shrinks to a point.
pub(super) fn close(scheme: &mut Scheme, x: &[f64], period: f64, steps: usize) -> Result<Closed, Error> {
    let n = x.len();
    let mut best = Closed { x: x.to_vec(), period, steps, residual: f64::INFINITY, iterations: 0 };
    let (mut now, mut time) = (x.to_vec(), period);
    let mut lu = Lu::new(n + 1);
    let mut first_extent = None;
    let mut worse = 0;
    for iteration in 0..ITERATIONS {
        let t = turn(scheme, &now, time, steps);
        let scale = *first_extent.get_or_insert(t.extent);
        let gap: Vec<f64> = now.iter().zip(&t.end).map(|(x, y)| x - y).collect();
        let residual = norm(&gap) / scale;
        if !residual.is_finite() {
            break;
        }
        if t.extent < 1e-3 * scale {
            return Err(Error::Collapsed);
        }
        worse = if residual < 0.5 * best.residual { 0 } else { worse + 1 };
        if residual < best.residual {
            best = Closed { x: now.clone(), period: time, steps, residual, iterations: iteration };
        }
        // One more turn once closed: the last digits; then rounding only moves it about.
        if (best.residual < CLOSED && worse > 0) || best.residual < 1e-15 || worse > 6 {
            break;
        }
        let Some(mut change) = solve(&mut lu, &t, &scheme.velocity(&now), &scheme.velocity(&t.end), &gap)
        else {
            break;
        };
        // Far from the orbit, no further than a part of it at once.
        let limit = (0.25 * scale / norm(&change[..n])).min(0.25 * time / change[n].abs()).min(1.0);
        change.iter_mut().for_each(|c| *c *= limit);
        now.iter_mut().zip(&change).for_each(|(x, c)| *x += c);
        time += change[n];
    }
    if best.residual > CLOSED {
        return Err(Error::NotConverged { residual: best.residual, iterations: ITERATIONS });
    }
    Ok(best)
}

fn solve(lu: &mut Lu, t: &Turn, start: &[f64], end: &[f64], gap: &[f64]) -> Option<Vec<f64>> {
    let n = gap.len();
    let bordered = border(t.product().as_ref(), start, end);
    if !lu.factor(bordered.as_ref()) {
        return None;
    }
    let mut b = Mat::zeros(n + 1, 1);
    col_mut(b.as_mut(), 0)[..n].copy_from_slice(gap);
    lu.solve(b.as_mut());
    let out: Vec<f64> = (0..=n).map(|i| b[(i, 0)]).collect();
    out.iter().all(|v| v.is_finite()).then_some(out)
}

/// The matrix [[M - 1, end], [start^T, 0]].
fn border(m: MatRef<f64>, start: &[f64], end: &[f64]) -> Mat<f64> {
    let n = m.nrows();
    Mat::from_fn(n + 1, n + 1, |i, j| match (i < n, j < n) {
        (true, true) => m[(i, j)] - f64::from(u8::from(i == j)),
        (true, false) => end[i],
        (false, true) => start[j],
        (false, false) => 0.0,
    })
}

/// The left eigenvector of the multiplier one: z M = z, scaled to z . f = 1; `None` where it is not
/// single.
pub(super) fn left_unit(m: MatRef<f64>, velocity: &[f64]) -> Option<Vec<f64>> {
    let n = m.nrows();
    let bordered = border(m, velocity, velocity);
    let mut lu = Lu::new(n + 1);
    if !lu.factor(bordered.transpose()) {
        return None;
    }
    let mut b = Mat::zeros(n + 1, 1);
    b[(n, 0)] = 1.0;
    lu.solve(b.as_mut());
    let z: Vec<f64> = (0..n).map(|i| b[(i, 0)]).collect();
    z.iter().all(|v| v.is_finite()).then_some(z)
}

/// |M f - f| / |f|: the velocity is a Floquet vector of multiplier one.
pub(super) fn tangent_residual(m: MatRef<f64>, velocity: &[f64]) -> f64 {
    let image = m * column(velocity);
    let gap: Vec<f64> = velocity.iter().enumerate().map(|(i, v)| image[(i, 0)] - v).collect();
    norm(&gap) / norm(velocity)
}
