//! Vectors and whole matrices carried along a path, backward or forward.

use super::path::{Path, Tapes};
use crate::linalg::graded::Graded;
use crate::linalg::{col, col_mut, norm};
use faer::{Mat, MatRef};
use rayon::prelude::*;

/// Columns that one thread carries at a time.
const CHUNK: usize = 64;
/// Size beyond which, or below whose inverse, a vector is scaled.
const FAR: f64 = 1e60;

/// Vectors with their sizes in logarithms.
#[derive(Clone)]
pub(super) struct Scaled {
    /// Unit vectors, or zeros, n x m.
    pub(super) unit: Mat<f64>,
    /// Log of each length; minus infinity for zero.
    pub(super) log: Vec<f64>,
}

impl Scaled {
    /// The columns of `v`.
    pub(super) fn new(v: MatRef<f64>) -> Self {
        let mut s = Self { unit: v.to_owned(), log: vec![0.0; v.ncols()] };
        s.rescale();
        s
    }

    fn rescale(&mut self) {
        for (j, log) in self.log.iter_mut().enumerate() {
            let v = col_mut(self.unit.as_mut(), j);
            let size = norm(v);
            if size > 0.0 {
                v.iter_mut().for_each(|v| *v /= size);
                *log += size.ln();
            } else {
                *log = f64::NEG_INFINITY;
            }
        }
    }

    /// Inner product of column `j` with column `k` of another, with the log of its modulus taken out:
    /// the cosine, and the sum of the logs.
    pub(super) fn product(&self, j: usize, other: &Self, k: usize) -> (f64, f64) {
        let pairs = col(self.unit.as_ref(), j).iter().zip(col(other.unit.as_ref(), k));
        (pairs.map(|(a, b)| a * b).sum(), self.log[j] + other.log[k])
    }
}

/// Vectors on their way, scaled by powers of two so that scaling rounds nothing.
struct Carrier {
    tapes: Tapes,
    now: Mat<f64>,
    next: Mat<f64>,
    scratch: Mat<f64>,
    power: Vec<i32>,
}

impl Carrier {
    fn new(path: &Path, v: MatRef<f64>) -> Self {
        let width = v.ncols();
        Self {
            tapes: path.tapes(),
            now: v.to_owned(),
            next: v.to_owned(),
            scratch: Mat::zeros(path.motion.scratch_rows(), width.max(1)),
            power: vec![0; width],
        }
    }

    /// Moves the vectors through interval `i`.
    fn carry(&mut self, path: &Path, i: usize, back: bool) {
        let blocks = path.blocks(i);
        for b in 0..blocks {
            path.record(i, if back { blocks - 1 - b } else { b }, &mut self.tapes);
            let count = self.tapes.count();
            for k in 0..count {
                let (h, at) = self.tapes.step(if back { count - 1 - k } else { k });
                let (out, scratch) = (self.next.as_mut(), self.scratch.as_mut());
                path.motion.product(h, back, at, self.now.as_ref(), out, scratch);
                std::mem::swap(&mut self.now, &mut self.next);
                for (j, power) in self.power.iter_mut().enumerate() {
                    let v = col_mut(self.now.as_mut(), j);
                    let size = v.iter().fold(0.0f64, |a, v| a.max(v.abs()));
                    if !(FAR.recip()..FAR).contains(&size) && size > 0.0 && size.is_finite() {
                        let shift = size.log2().floor().clamp(-1000.0, 1000.0);
                        let factor = (-shift).exp2();
                        v.iter_mut().for_each(|v| *v *= factor);
                        // Within some thousand.
                        #[allow(clippy::cast_possible_truncation)]
                        {
                            *power += shift as i32;
                        }
                    }
                }
            }
        }
    }

    /// The vectors, whose logs were `start` at the beginning, as units and logs.
    fn scaled(&self, start: &[f64]) -> Scaled {
        let mut s = Scaled::new(self.now.as_ref());
        for (j, log) in s.log.iter_mut().enumerate() {
            *log += start[j] + f64::from(self.power[j]) * std::f64::consts::LN_2;
        }
        s
    }
}

/// Carries `v` from the end of the path to its beginning (`back`) or the other way, calling `each` with
/// the number of intervals passed and the vectors, at first with zero.
pub(super) fn vectors(path: &Path, v: &mut Scaled, back: bool, mut each: impl FnMut(usize, &Scaled)) {
    let mut carrier = Carrier::new(path, v.unit.as_ref());
    let start = v.log.clone();
    each(0, v);
    for k in 0..path.len() {
        carrier.carry(path, if back { path.len() - 1 - k } else { k }, back);
        *v = carrier.scaled(&start);
        each(k + 1, v);
    }
}

/// Carries the whole adjoint matrix Psi(t) = (dx(t1)/dx(t))^T backward from the identity at t1.
pub(super) fn matrix(path: &Path, mut each: impl FnMut(usize, &mut Graded)) {
    let n = path.motion.dim();
    let mut psi = Graded::identity(n);
    let mut tapes = path.tapes();
    let mut workers: Vec<(Mat<f64>, Mat<f64>, Mat<f64>)> = (0..n.div_ceil(CHUNK))
        .map(|_| {
            let (width, rows) = (CHUNK.min(n), path.motion.scratch_rows());
            (Mat::zeros(n, width), Mat::zeros(n, width), Mat::zeros(rows, width))
        })
        .collect();
    each(0, &mut psi);
    for k in 0..path.len() {
        let i = path.len() - 1 - k;
        for b in (0..path.blocks(i)).rev() {
            path.record(i, b, &mut tapes);
            let basis = psi.basis();
            let rank = basis.ncols();
            let (tapes, steps) = (&tapes, tapes.count());
            workers.par_iter_mut().enumerate().for_each(|(c, (now, next, scratch))| {
                let first = c * CHUNK;
                let width = CHUNK.min(rank.saturating_sub(first));
                if width == 0 {
                    return;
                }
                now.as_mut().subcols_mut(0, width).copy_from(basis.subcols(first, width));
                for k in (0..steps).rev() {
                    let (h, at) = tapes.step(k);
                    let (v, out) = (now.as_ref().subcols(0, width), next.as_mut().subcols_mut(0, width));
                    path.motion.product(h, true, at, v, out, scratch.as_mut());
                    std::mem::swap(now, next);
                }
            });
            let mut image = Mat::zeros(n, rank);
            for (c, (now, ..)) in workers.iter().enumerate() {
                let first = (c * CHUNK).min(rank);
                let width = CHUNK.min(rank - first);
                image.as_mut().subcols_mut(first, width).copy_from(now.as_ref().subcols(0, width));
            }
            psi.absorb(image.as_ref());
        }
        each(k + 1, &mut psi);
    }
}
