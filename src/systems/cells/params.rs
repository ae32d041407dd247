//! Named parameter blocks in one flat vector.

use crate::linalg::{Real, col, col_mut, gemm};
use crate::systems::rule::Block;
use faer::{Accum, Mat, MatMut, MatRef};

/// The blocks of [`Params::stacked`].
pub(super) const U: usize = 0;
pub(super) const W: usize = 1;
pub(super) const B_IH: usize = 2;
pub(super) const B_HH: usize = 3;

/// Named blocks stored one after the other, each column by column.
#[derive(Clone)]
pub struct Params<T> {
    theta: Vec<T>,
    layout: Vec<Block>,
    start: Vec<usize>,
    /// Transpose of block W, made when all parameters were last written at once; none after other writes.
    transposed: Option<Mat<T>>,
}

impl<T: Real> Params<T> {
    /// Zeros in blocks of the given names and shapes.
    pub fn zeros(blocks: &[(&str, usize, usize)]) -> Self {
        let layout: Vec<Block> =
            blocks.iter().map(|&(name, rows, cols)| Block { name: name.into(), rows, cols }).collect();
        let mut start = vec![0];
        for b in &layout {
            start.push(start[start.len() - 1] + b.rows * b.cols);
        }
        Self { theta: vec![T::ZERO; start[layout.len()]], layout, start, transposed: None }
    }
    /// Zeros in PyTorch's blocks for `gates` gates of `n` units and `d` inputs, gates stacked.
    pub(super) fn stacked(gates: usize, n: usize, d: usize) -> Self {
        let rows = gates * n;
        Self::zeros(&[
            ("weight_ih", rows, d),
            ("weight_hh", rows, n),
            ("bias_ih", rows, 1),
            ("bias_hh", rows, 1),
        ])
    }
    /// The blocks.
    pub fn layout(&self) -> &[Block] {
        &self.layout
    }
    /// All parameters.
    pub fn theta(&self) -> &[T] {
        &self.theta
    }
    /// All parameters, to be written.
    pub fn theta_mut(&mut self) -> &mut [T] {
        self.transposed = None;
        &mut self.theta
    }
    /// Replaces all parameters, and keeps the transpose of block W, which products then need not make.
    pub(super) fn write(&mut self, theta: &[T]) {
        self.theta.copy_from_slice(theta);
        let mut transposed = self.transposed.take();
        let w = self.mat(W);
        let copy = transposed.get_or_insert_with(|| Mat::zeros(w.ncols(), w.nrows()));
        copy.copy_from(w.transpose());
        self.transposed = transposed;
    }
    /// The transpose of block W.
    pub(super) fn recurrent_transposed(&self) -> MatRef<'_, T> {
        self.transposed.as_ref().map_or_else(|| self.mat(W).transpose(), |m| m.as_ref())
    }
    /// Block `i` as a matrix.
    pub fn mat(&self, i: usize) -> MatRef<'_, T> {
        let b = &self.layout[i];
        MatRef::from_column_major_slice(self.vec(i), b.rows, b.cols)
    }
    /// Block `i` as a matrix to be written.
    pub fn mat_mut(&mut self, i: usize) -> MatMut<'_, T> {
        self.transposed = None;
        let b = &self.layout[i];
        let range = self.start[i]..self.start[i + 1];
        MatMut::from_column_major_slice_mut(&mut self.theta[range], b.rows, b.cols)
    }
    /// Block `i` as a slice.
    pub fn vec(&self, i: usize) -> &[T] {
        &self.theta[self.start[i]..self.start[i + 1]]
    }
    /// Block `i` of a gradient laid out like these parameters.
    pub fn grad<'a>(&self, grad: &'a mut [T], i: usize) -> &'a mut [T] {
        &mut grad[self.start[i]..self.start[i + 1]]
    }
    /// Fills each column of `a` with the sum of the bias blocks, or their part from row `first` on.
    pub(super) fn fill_bias(&self, mut a: MatMut<T>, blocks: &[usize], first: usize) {
        let Some(count) = a.ncols().checked_sub(1) else { return };
        let sum = col_mut(a.as_mut(), 0);
        sum.fill(T::ZERO);
        for &i in blocks {
            for (s, b) in sum.iter_mut().zip(&self.vec(i)[first..]) {
                *s += *b;
            }
        }
        let (sum, mut rest) = a.split_at_col_mut(1);
        for j in 0..count {
            col_mut(rest.as_mut(), j).copy_from_slice(col(sum.as_ref(), 0));
        }
    }
    /// grad_i += g v^T, the gradient of a matrix block that multiplies `v`.
    pub fn add_outer(&self, grad: &mut [T], i: usize, g: MatRef<T>, v: MatRef<T>) {
        self.add_outer_from(grad, i, 0, g, v);
    }
    /// The same for the rows of the block from `first` on, as many as `g` has.
    pub(super) fn add_outer_from(&self, grad: &mut [T], i: usize, first: usize, g: MatRef<T>, v: MatRef<T>) {
        let b = &self.layout[i];
        let grad = MatMut::from_column_major_slice_mut(self.grad(grad, i), b.rows, b.cols);
        if b.cols > 0 {
            gemm(grad.subrows_mut(first, g.nrows()), Accum::Add, g, v.transpose());
        }
    }
    /// grad_i += sum over columns of g, the gradient of a bias block.
    pub fn add_columns(&self, grad: &mut [T], i: usize, g: MatRef<T>) {
        self.add_columns_from(grad, i, 0, g);
    }
    /// The same for the rows of the block from `first` on, as many as `g` has.
    pub(super) fn add_columns_from(&self, grad: &mut [T], i: usize, first: usize, g: MatRef<T>) {
        let grad = &mut self.grad(grad, i)[first..];
        for j in 0..g.ncols() {
            for (b, g) in grad.iter_mut().zip(col(g, j)) {
                *b += *g;
            }
        }
    }
}

/// The parameter methods of [`Rule`](crate::systems::rule::Rule) for a cell with a `params` field.
macro_rules! params_methods {
    () => {
        fn layout(&self) -> Vec<crate::systems::rule::Block> {
            self.params.layout().to_vec()
        }
        fn read_params(&self, theta: &mut [T]) {
            theta.copy_from_slice(self.params.theta());
        }
        fn write_params(&mut self, theta: &[T]) {
            self.params.write(theta);
        }
    };
}
pub(super) use params_methods;
