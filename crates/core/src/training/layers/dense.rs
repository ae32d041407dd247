//! A layer in which every unit sees every input.

use super::{relu, relu_back};
use crate::linalg::{Real, col_mut, gemm, outer, pointwise};
use faer::{Accum, MatMut, MatRef};
use rayon::prelude::*;

/// Of so many columns those that are worked on together: it may depend on their number, not on that of threads.
fn together(columns: usize) -> usize {
    columns.div_ceil(2).clamp(8, 64)
}

/// y = f(W x + b), f the positive part or nothing.
///
/// Parameters: W (o x d, column by column), then b (o). Shapes: x is d x k, y is o x k.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dense {
    /// d.
    pub inputs: usize,
    /// o.
    pub outputs: usize,
    /// Whether outputs are cut at zero.
    pub relu: bool,
}

impl Dense {
    /// Parameters, o d + o.
    pub fn parameters(&self) -> usize {
        self.outputs * (self.inputs + 1)
    }

    fn weight<'a, T: Real>(&self, theta: &'a [T]) -> MatRef<'a, T> {
        MatRef::from_column_major_slice(&theta[..self.outputs * self.inputs], self.outputs, self.inputs)
    }

    pub(super) fn forward<T: Real>(&self, theta: &[T], x: MatRef<T>, y: MatMut<T>) {
        let (w, b) = (self.weight(theta), &theta[self.outputs * self.inputs..]);
        let size = together(x.ncols());
        let blocks = x.par_col_chunks(size).zip(y.par_col_chunks_mut(size));
        blocks.for_each(|(x, mut y)| {
            gemm(y.as_mut(), Accum::Replace, w, x);
            for j in 0..y.ncols() {
                let y = col_mut(y.as_mut(), j);
                y.iter_mut().zip(b).for_each(|(y, b)| *y += *b);
                if self.relu {
                    relu(y);
                }
            }
        });
    }

    /// Turns the cotangent of y into that of W x + b, and leaves that of x.
    pub(super) fn pull<T: Real>(&self, theta: &[T], y: MatRef<T>, mut g: MatMut<T>, gx: Option<MatMut<T>>) {
        if self.relu {
            relu_back(y, g.as_mut());
        }
        let Some(gx) = gx else { return };
        let w = self.weight(theta).transpose();
        let size = together(gx.ncols());
        let blocks = g.as_ref().par_col_chunks(size).zip(gx.par_col_chunks_mut(size));
        blocks.for_each(|(g, gx)| gemm(gx, Accum::Replace, w, g));
    }

    /// Adds the gradient of the parameters, `g` being the cotangent of W x + b.
    pub(super) fn gradient<T: Real>(&self, x: MatRef<T>, g: MatRef<T>, grad: &mut [T]) {
        let (gw, gb) = grad.split_at_mut(self.outputs * self.inputs);
        outer::add_outer(MatMut::from_column_major_slice_mut(gw, self.outputs, self.inputs), g, x);
        pointwise::add_columns([gb], g);
    }
}
