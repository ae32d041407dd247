//! Networks that have one fixed point, by a theorem.

use super::verified::{Square, radius};
use super::{Exact, Method, Reason, Undecided};
use crate::linalg::activation::Activation;
use crate::linalg::ball::Ball;
use crate::linalg::cholesky::Cholesky;
use crate::linalg::solve::Lu;
use crate::linalg::{frobenius, norm};
use crate::systems::recurrence::{Read, Recurrence};
use faer::{Mat, MatMut};

/// Units up to which a Cholesky factorisation is worth its time.
const UNITS: usize = 1024;
/// Units of a linear network whose equations are solved in balls.
const LINEAR: usize = 256;
/// Largest uncertainty of the point, relative to 1 + |x|.
const POSITION: f64 = 1e-6;
/// Newton steps, and halvings of one.
const STEPS: usize = 100;
const HALVINGS: usize = 40;

/// The one fixed point of a network with max f' (W + W^T) / 2 < 1; none where that is not proven.
///
/// For then a - W f(a) is injective: f(a) - f(a') = D (a - a') with 0 <= D <= max f', and v = W D v with
/// u = D v implies |u|^2 / max f' <= u.v = u.W u < |u|^2 / max f' unless u, and with it v, is 0. A bounded f
/// has a fixed point by Brouwer's theorem; for ReLU and the identity, I - W is a P-matrix, and for these
/// every c has one.
///
/// Source: Forti & Tesi 1995, IEEE Trans. Circuits Syst. I 42, 354; positive definiteness by a
/// Cholesky factorisation in floating point: Rump 2006, BIT 46, 433.
pub fn monotone(net: &Recurrence) -> Option<Exact> {
    let n = net.dim();
    if n > UNITS || !positive(net, 0.0) {
        return None;
    }
    let mut found = Exact::new(Method::Monotone);
    let a = newton(net)?;
    let state = net.state(&a);
    let reach = distance(net, &a);
    if !(reach <= POSITION * (1.0 + norm(&state))) {
        return None;
    }
    found.push(state, reach);
    found.work = (n * n * n) as u64;
    found.finish(true);
    Some(found)
}

/// Bounds how far the state of pre-activations `a` is from the fixed point.
///
/// With r = a - W f(a) - c, e = a - a*, v = f(a) - f(a*) = D e: v.e >= |v|^2 / max f' and e = r + W v give
/// |v| <= |r| / d where 1 / max f' - (W + W^T) / 2 >= d, and |e| <= |r| + |W| |v|.
fn distance(net: &Recurrence, a: &[f64]) -> f64 {
    let n = net.dim();
    let (mut y, mut slope) = (a.to_vec(), vec![0.0; n]);
    net.activation.apply(&mut y, &mut slope);
    // A product of n terms, a sum of three, and the few units in the last place of f.
    let rounding = 2.0 * (n + 16) as f64 * f64::EPSILON;
    let rest: Vec<f64> = (0..n)
        .map(|i| {
            let terms =
                |size: fn(f64) -> f64| -> f64 { (0..n).map(|j| size(net.weight[(i, j)] * y[j])).sum() };
            let c = net.drive[i];
            let size = a[i].abs() + terms(f64::abs) + c.mid.abs();
            (a[i] - terms(|t| t) - c.mid).abs() + c.rad + rounding * size
        })
        .collect();
    let (rest, most) = (norm(&rest), net.activation.max_slope());
    let Some(least) = (0..=12).map(|k| 10f64.powi(-k)).find(|d| positive(net, *d)) else {
        return f64::INFINITY;
    };
    // 2 - max f' (W + W^T) >= least.
    let rates = rest * 2.0 * most / least;
    let grown = 1.0 + 2.0 * (n + 16) as f64 * f64::EPSILON;
    match net.read {
        Read::Rates => (rates + 64.0 * f64::EPSILON * (1.0 + norm(&y))) * grown,
        Read::Currents => (rest + frobenius(net.weight.as_ref()) * rates) * grown,
    }
}

/// Whether 2 - max f' (W + W^T) is surely above `least`.
fn positive(net: &Recurrence, least: f64) -> bool {
    let n = net.dim();
    let w = &net.weight;
    let slope = net.activation.max_slope();
    let sums = frobenius(w.as_ref());
    let trace: f64 = (0..n).map(|i| 2.0 + 2.0 * slope * w[(i, i)].abs()).sum();
    let margin = least + 16.0 * (n + 8) as f64 * f64::EPSILON * (trace + slope * sums);
    if !margin.is_finite() {
        return false;
    }
    let entry = |i: usize, j: usize| {
        let both = -slope * (w[(i, j)] + w[(j, i)]);
        if i == j { 2.0 + both - margin } else { both }
    };
    Cholesky::new(n).factor(Mat::from_fn(n, n, entry).as_ref())
}

/// A zero of a - W f(a) - c as near as damped Newton steps come.
fn newton(net: &Recurrence) -> Option<Vec<f64>> {
    let n = net.dim();
    let mut lu = Lu::new(n);
    let (mut slope, mut rest) = (vec![0.0; n], vec![0.0; n]);
    let mut a: Vec<f64> = net.drive.iter().map(|c| c.mid).collect();
    let mut size = residual(net, &a, &mut slope, &mut rest);
    for _ in 0..STEPS {
        let jacobian = Mat::from_fn(n, n, |i, j| f64::from(u8::from(i == j)) - net.weight[(i, j)] * slope[j]);
        if !lu.factor(jacobian.as_ref()) {
            return None;
        }
        let mut step = rest.clone();
        lu.solve(MatMut::from_column_major_slice_mut(&mut step, n, 1));
        let mut share = 1.0;
        let better = (0..HALVINGS).find_map(|_| {
            let trial: Vec<f64> = a.iter().zip(&step).map(|(a, s)| a - share * s).collect();
            let (mut slope, mut rest) = (vec![0.0; n], vec![0.0; n]);
            let new = residual(net, &trial, &mut slope, &mut rest);
            share /= 2.0;
            (new < size).then_some((trial, slope, rest, new))
        });
        let Some(better) = better else { break };
        (a, slope, rest, size) = better;
    }
    Some(a)
}

fn residual(net: &Recurrence, a: &[f64], slope: &mut [f64], rest: &mut [f64]) -> f64 {
    let mut y = a.to_vec();
    net.activation.apply(&mut y, slope);
    let product = &net.weight * faer::ColRef::from_slice(&y);
    for i in 0..a.len() {
        rest[i] = a[i] - product[i] - net.drive[i].mid;
    }
    norm(rest)
}

/// The fixed point of a linear network, (I - W) a = c, where I - W is proven regular.
pub fn linear(net: &Recurrence) -> Option<Exact> {
    let n = net.dim();
    if net.activation != Activation::Identity || n > LINEAR {
        return None;
    }
    let mut found = Exact::new(Method::Linear);
    let one = |i: usize, j: usize| if i == j { Ball::ONE } else { Ball::ZERO };
    let square = Square::from_fn(n, |i, j| one(i, j) - Ball::exact(net.weight[(i, j)]));
    match square.solve(std::slice::from_ref(&net.drive)) {
        Some(solved) => found.push(solved[0].iter().map(|b| b.mid).collect(), radius(&solved[0])),
        None => found.undecided.push(Undecided { reason: Reason::Singular, state: vec![0.0; n] }),
    }
    found.work = (n * n * n) as u64;
    found.finish(true);
    Some(found)
}
