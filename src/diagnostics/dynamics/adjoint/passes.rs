//! Vectors and whole matrices carried along a path, backward or forward.

use super::path::{Path, Tapes};
use crate::linalg::graded::Graded;
use crate::linalg::{col, col_mut, norm};
use faer::{Mat, MatRef};
use rayon::prelude::*;

/// Columns that one thread carries at a time.
const CHUNK: usize = 64;

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

/// What moves matrices by the steps of a block.
struct Carrier {
    tapes: Tapes,
    next: Mat<f64>,
    scratch: Mat<f64>,
}

impl Carrier {
    fn new(path: &Path, width: usize) -> Self {
        Self {
            tapes: path.tapes(),
            next: Mat::zeros(path.motion.dim(), width),
            scratch: Mat::zeros(path.motion.scratch_rows(), width.max(1)),
        }
    }

    /// Moves the vectors through interval `i`, rescaling at every step.
    fn carry(&mut self, path: &Path, i: usize, back: bool, v: &mut Scaled) {
        let blocks = path.blocks(i);
        for b in 0..blocks {
            path.record(i, if back { blocks - 1 - b } else { b }, &mut self.tapes);
            let count = self.tapes.count();
            for k in 0..count {
                let (h, at) = self.tapes.step(if back { count - 1 - k } else { k });
                let (out, scratch) = (self.next.as_mut(), self.scratch.as_mut());
                path.motion.product(h, back, at, v.unit.as_ref(), out, scratch);
                std::mem::swap(&mut v.unit, &mut self.next);
                v.rescale();
            }
        }
    }
}

/// Carries `v` from the end of the path to its beginning (`back`) or the other way, calling `each` with
/// the number of intervals passed and the vectors, at first with zero.
pub(super) fn vectors(path: &Path, v: &mut Scaled, back: bool, mut each: impl FnMut(usize, &Scaled)) {
    let mut carrier = Carrier::new(path, v.log.len());
    each(0, v);
    for k in 0..path.len() {
        carrier.carry(path, if back { path.len() - 1 - k } else { k }, back, v);
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
