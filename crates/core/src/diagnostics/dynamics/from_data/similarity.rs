//! How alike two linear maps are, whatever the coordinates: Procrustes over vector fields.

use crate::diagnostics::geometry::products::inner;
use crate::linalg::random::{Use, normal_matrix, stream};
use crate::linalg::solve::Lu;
use crate::linalg::{frobenius, gemm};
use faer::{Accum, Mat, MatRef, Scale};
use rayon::prelude::*;

/// Random coordinates that the search starts from, besides named ones; half of them are mirrored.
const STARTS: usize = 24;
/// Steps of one search.
const STEPS: usize = 3000;
/// A search ends where the slope along orthogonal matrices is smaller than this (maps are of norm one).
const FLAT: f64 = 1e-10;
/// Values of the target that a step is held against, and what it must gain of the slope.
const MEMORY: usize = 10;
const GAIN: f64 = 1e-4;

/// Two maps in the coordinates in which they are most alike.
#[derive(Clone, Debug)]
pub struct Aligned {
    /// arccos of the cosine between A and C B C^T, 0 to pi.
    pub angle: f64,
    /// |A - C B C^T| of maps of Frobenius norm one.
    pub distance: f64,
    /// The orthogonal matrix C.
    pub by: Mat<f64>,
    /// Searches that came to the same angle within 1e-6, of all.
    pub agreeing: (usize, usize),
}

/// Finds the orthogonal C for which C B C^T, of n x n maps A and B, is nearest to A; nothing of maps of zero or of other sizes.
///
/// Formula: the largest tr(A^T C B C^T) / (|A| |B|), by curvilinear steps C' = (I + t W / 2)^-1 (I - t W / 2) C, W = G C^T - C G^T with the
/// gradient G, of Barzilai and Borwein's length, from many starts of either determinant: the target has local maxima.
///
/// Source: Ostrow et al., NeurIPS 36 (2023), eqs. 5 and 6, whose program takes 1500 steps of Adam from two starts; the steps are those
/// of Wen & Yin, Math. Program. 142, 397 (2013).
///
/// ```
/// use nullcline_core::diagnostics::dynamics::from_data::similarity;
///
/// // One rotation seen in other coordinates, and its mirror image, are the same.
/// let a = faer::mat![[0.8, -0.6], [0.6, 0.8]];
/// let b = faer::mat![[0.8, 0.6], [-0.6, 0.8]];
/// assert!(similarity(a.as_ref(), b.as_ref(), 1).unwrap().angle < 1e-6);
/// // A rotation by a right angle and the identity are at right angles.
/// let c = faer::mat![[0.0, -1.0], [1.0, 0.0]];
/// let found = similarity(c.as_ref(), faer::Mat::identity(2, 2).as_ref(), 1).unwrap();
/// assert!((found.angle - std::f64::consts::FRAC_PI_2).abs() < 1e-12);
/// ```
pub fn similarity(a: MatRef<f64>, b: MatRef<f64>, seed: u64) -> Option<Aligned> {
    similarity_from(a, b, starts(a.nrows(), seed))
}

/// The same from given orthogonal matrices, such as what was found of maps that are nearly these.
pub fn similarity_from(a: MatRef<f64>, b: MatRef<f64>, starts: Vec<Mat<f64>>) -> Option<Aligned> {
    let n = a.nrows();
    let (of_a, of_b) = (frobenius(a), frobenius(b));
    if n == 0 || a.shape() != b.shape() || !(of_a * of_b > 0.0) || !(of_a * of_b).is_finite() {
        return None;
    }
    let (a, b) = (a * Scale(1.0 / of_a), b * Scale(1.0 / of_b));
    let ends: Vec<(f64, Mat<f64>)> =
        starts.into_par_iter().map(|start| climb(a.as_ref(), b.as_ref(), start)).collect();
    let distance = |c: &Mat<f64>| frobenius((&a - turned(b.as_ref(), c)).as_ref());
    let all: Vec<f64> = ends.iter().map(|(_, c)| distance(c)).collect();
    let best = (1..all.len()).fold(0, |best, k| if all[k] < all[best] { k } else { best });
    let least = *all.get(best)?;
    // Of maps of norm one, and exact where they are nearly the same.
    let angle = |d: f64| 2.0 * (0.5 * d).min(1.0).asin();
    let near = all.iter().filter(|d| (angle(**d) - angle(least)).abs() < 1e-6).count();
    let by = ends.into_iter().nth(best)?.1;
    Some(Aligned { angle: angle(least), distance: least, by, agreeing: (near, all.len()) })
}

/// C B C^T.
fn turned(b: MatRef<f64>, c: &Mat<f64>) -> Mat<f64> {
    c * b * c.transpose()
}

fn starts(n: usize, seed: u64) -> Vec<Mat<f64>> {
    let mirrored = |mut c: Mat<f64>| {
        c.row_mut(0).iter_mut().for_each(|v| *v = -*v);
        c
    };
    let identity = Mat::<f64>::identity(n, n);
    let mut all = vec![identity.clone(), mirrored(identity)];
    for k in 0..STARTS / 2 {
        let drawn = normal_matrix(&mut stream(seed, Use::Start, (1 << 32) + k as u64), n, n);
        let q = drawn.qr().compute_Q();
        all.push(mirrored(q.clone()));
        all.push(q);
    }
    all
}

/// tr(A^T C B C^T), and its gradient A C B^T + A^T C B.
fn target(a: MatRef<f64>, b: MatRef<f64>, c: &Mat<f64>) -> (f64, Mat<f64>) {
    let cb = c * b;
    let value = inner(a, (&cb * c.transpose()).as_ref());
    let mut gradient = a * c * b.transpose();
    gemm(gradient.as_mut(), Accum::Add, a.transpose(), cb.as_ref());
    (value, gradient)
}

/// Goes uphill to where it is flat.
fn climb(a: MatRef<f64>, b: MatRef<f64>, start: Mat<f64>) -> (f64, Mat<f64>) {
    let n = start.nrows();
    let mut lu = Lu::new(n);
    let mut c = start;
    let (mut value, mut gradient) = target(a, b, &c);
    let mut recent = vec![value];
    let mut step = 0.5;
    for k in 0..STEPS {
        let w = skew(&c, &gradient);
        let slope = frobenius(w.as_ref());
        if slope < FLAT {
            break;
        }
        // No lower than the lowest of the last values, and something of the slope.
        let floor = recent.iter().copied().fold(f64::INFINITY, f64::min);
        let mut next = None;
        for _ in 0..60 {
            let Some(to) = cayley(&mut lu, &w, &c, step) else { return (value, c) };
            let (v, g) = target(a, b, &to);
            if v >= floor + GAIN * step * 0.5 * slope * slope {
                next = Some((to, v, g));
                break;
            }
            step *= 0.3;
        }
        let Some((to, v, g)) = next else { break };
        let moved = &to - &c;
        let turned = skew(&to, &g) * &to - &w * &c;
        let (ss, sy, yy) = (
            inner(moved.as_ref(), moved.as_ref()),
            inner(moved.as_ref(), turned.as_ref()).abs(),
            inner(turned.as_ref(), turned.as_ref()),
        );
        let length = if k % 2 == 0 { ss / sy } else { sy / yy };
        step = if length.is_finite() { length.clamp(1e-6, 1e6) } else { 0.5 };
        (c, value, gradient) = (to, v, g);
        recent.push(value);
        if recent.len() > MEMORY {
            recent.remove(0);
        }
    }
    (value, c)
}

/// The slope along orthogonal matrices, G C^T - C G^T.
fn skew(c: &Mat<f64>, gradient: &Mat<f64>) -> Mat<f64> {
    let gc = gradient * c.transpose();
    &gc - gc.transpose()
}

/// (I - t W / 2)^-1 (I + t W / 2) C: uphill.
fn cayley(lu: &mut Lu, w: &Mat<f64>, c: &Mat<f64>, step: f64) -> Option<Mat<f64>> {
    let n = w.nrows();
    let half = w * Scale(0.5 * step);
    let one = Mat::<f64>::identity(n, n);
    let mut to = (&one + &half) * c;
    // I less a skew matrix has no zero eigenvalue.
    lu.factor((&one - &half).as_ref()).then(|| lu.solve(to.as_mut()))?;
    Some(to)
}
