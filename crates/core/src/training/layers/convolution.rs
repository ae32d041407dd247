//! A layer whose units see a window of the input, all through the same weights.

use super::{relu, relu_back};
use crate::linalg::{Real, col, col_mut, gemm};
use faer::{Accum, Mat, MatMut, MatRef};
use rayon::prelude::*;

/// Parts in which a batch's gradient is summed, whatever the number of threads.
const PARTS: usize = 16;

/// y_c = f(sum_k w_ck * x_k + b_c) with windows of `kernel` x `kernel` every `stride` points of planes that are `padding` zeros wider on
/// every side; f is the positive part or nothing (`torch.nn.Conv2d`).
///
/// Method: the windows of an image side by side (im2col), so that an image is one matrix product.
///
/// Parameters: weights in PyTorch's order (output plane, input plane, row, column; the last runs fastest), then biases. Shapes: a column is
/// an image, plane by plane, each row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// Planes of the input.
    pub planes: usize,
    /// Planes of the output.
    pub filters: usize,
    /// Side of an input plane.
    pub side: usize,
    /// Side of a window.
    pub kernel: usize,
    /// Points between windows.
    pub stride: usize,
    /// Zeros around a plane.
    pub padding: usize,
    /// Whether outputs are cut at zero.
    pub relu: bool,
}

impl Convolution {
    /// Side of an output plane, floor((side + 2 padding - kernel) / stride) + 1.
    pub fn out_side(&self) -> usize {
        (self.side + 2 * self.padding - self.kernel) / self.stride + 1
    }
    /// Numbers of an input image.
    pub fn inputs(&self) -> usize {
        self.planes * self.side.pow(2)
    }
    /// Numbers of an output image.
    pub fn outputs(&self) -> usize {
        self.filters * self.windows()
    }
    /// Parameters.
    pub fn parameters(&self) -> usize {
        self.filters * (self.seen() + 1)
    }
    /// Numbers that a unit sees.
    pub(super) fn seen(&self) -> usize {
        self.planes * self.kernel.pow(2)
    }
    fn windows(&self) -> usize {
        self.out_side().pow(2)
    }

    /// Calls `each` with every run of output points whose window's point (row, column) lies inside: the plane of the window's point (of
    /// all), the first output point, the first input point, and how many.
    fn runs(&self, mut each: impl FnMut(usize, usize, usize, usize)) {
        let (side, out, k, s, pad) = (self.side, self.out_side(), self.kernel, self.stride, self.padding);
        for point in 0..self.seen() {
            let (plane, row, column) = (point / (k * k), point / k % k, point % k);
            // Output columns j with 0 <= j s + column - pad < side.
            let first = pad.saturating_sub(column).div_ceil(s);
            let end = (side + pad).saturating_sub(column).div_ceil(s).min(out);
            for i in 0..out {
                let y = i * s + row;
                if y >= pad && y - pad < side && end > first {
                    let from = (plane * side + y - pad) * side + first * s + column - pad;
                    each(point, i * out + first, from, end - first);
                }
            }
        }
    }

    /// The windows of an image, a row each.
    fn unfold<T: Real>(&self, x: &[T], mut patches: MatMut<T>) {
        patches.fill(T::ZERO);
        self.runs(|point, to, from, count| {
            let run = &mut col_mut(patches.as_mut(), point)[to..to + count];
            run.iter_mut().zip(x[from..].iter().step_by(self.stride)).for_each(|(p, x)| *p = *x);
        });
    }

    /// The image whose points are the sums over the windows in which they are.
    fn fold<T: Real>(&self, patches: MatRef<T>, x: &mut [T]) {
        x.fill(T::ZERO);
        self.runs(|point, to, from, count| {
            let run = &col(patches, point)[to..to + count];
            x[from..].iter_mut().step_by(self.stride).zip(run).for_each(|(x, p)| *x += *p);
        });
    }

    fn weight<'a, T: Real>(&self, theta: &'a [T]) -> MatRef<'a, T> {
        MatRef::from_column_major_slice(&theta[..self.filters * self.seen()], self.seen(), self.filters)
    }
    fn room<T: Real>(&self) -> Mat<T> {
        Mat::zeros(self.windows(), self.seen())
    }

    pub(super) fn forward<T: Real>(&self, theta: &[T], x: MatRef<T>, y: MatMut<T>) {
        let (w, b) = (self.weight(theta), &theta[self.filters * self.seen()..]);
        let (n, filters) = (self.windows(), self.filters);
        x.par_col_chunks(1).zip(y.par_col_chunks_mut(1)).for_each_init(
            || self.room(),
            |patches, (x, mut y)| {
                self.unfold(col(x, 0), patches.as_mut());
                let y = col_mut(y.as_mut(), 0);
                let planes = MatMut::from_column_major_slice_mut(y, n, filters);
                gemm(planes, Accum::Replace, patches.as_ref(), w);
                for (plane, b) in y.chunks_mut(n).zip(b) {
                    plane.iter_mut().for_each(|y| *y += *b);
                }
                if self.relu {
                    relu(y);
                }
            },
        );
    }

    /// Turns the cotangent of y into that before f, and leaves that of x.
    pub(super) fn pull<T: Real>(&self, theta: &[T], y: MatRef<T>, mut g: MatMut<T>, gx: Option<MatMut<T>>) {
        if self.relu {
            relu_back(y, g.as_mut());
        }
        let Some(gx) = gx else { return };
        let w = self.weight(theta);
        g.as_ref().par_col_chunks(1).zip(gx.par_col_chunks_mut(1)).for_each_init(
            || self.room(),
            |patches, (g, mut gx)| {
                let g = MatRef::from_column_major_slice(col(g, 0), self.windows(), self.filters);
                gemm(patches.as_mut(), Accum::Replace, g, w.transpose());
                self.fold(patches.as_ref(), col_mut(gx.as_mut(), 0));
            },
        );
    }

    /// Adds the gradient of the parameters, `g` being the cotangent before f.
    pub(super) fn gradient<T: Real>(&self, x: MatRef<T>, g: MatRef<T>, grad: &mut [T]) {
        if x.ncols() == 0 {
            return;
        }
        let (n, count) = (self.windows(), self.filters * self.seen());
        let together = x.ncols().div_ceil(PARTS);
        let parts = x.par_col_chunks(together).zip(g.par_col_chunks(together)).map(|(x, g)| {
            let (mut part, mut patches) = (vec![T::ZERO; grad.len()], self.room::<T>());
            let (gw, gb) = part.split_at_mut(count);
            for j in 0..x.ncols() {
                self.unfold(col(x, j), patches.as_mut());
                let planes = MatRef::from_column_major_slice(col(g, j), n, self.filters);
                let w = MatMut::from_column_major_slice_mut(gw, self.seen(), self.filters);
                gemm(w, Accum::Add, patches.transpose(), planes);
                for (b, plane) in gb.iter_mut().zip(col(g, j).chunks(n)) {
                    *b += crate::linalg::pointwise::sum(plane);
                }
            }
            part
        });
        for part in parts.collect::<Vec<_>>() {
            grad.iter_mut().zip(part).for_each(|(g, p)| *g += p);
        }
    }
}
