//! Named parameter blocks in one flat vector.

use crate::linalg::{Real, col, gemm};
use crate::systems::rule::Block;
use faer::{Accum, MatMut, MatRef};

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
        Self { theta: vec![T::ZERO; start[layout.len()]], layout, start }
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
        &mut self.theta
    }
    /// Block `i` as a matrix.
    pub fn mat(&self, i: usize) -> MatRef<'_, T> {
        let b = &self.layout[i];
        MatRef::from_column_major_slice(self.vec(i), b.rows, b.cols)
    }
    /// Block `i` as a matrix to be written.
    pub fn mat_mut(&mut self, i: usize) -> MatMut<'_, T> {
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
    /// grad_i += g v^T, the gradient of a matrix block that multiplies `v`.
    pub fn add_outer(&self, grad: &mut [T], i: usize, g: MatRef<T>, v: MatRef<T>) {
        let b = &self.layout[i];
        let grad = MatMut::from_column_major_slice_mut(self.grad(grad, i), b.rows, b.cols);
        if b.cols > 0 {
            gemm(grad, Accum::Add, g, v.transpose());
        }
    }
    /// grad_i += sum over columns of g, the gradient of a bias block.
    pub fn add_columns(&self, grad: &mut [T], i: usize, g: MatRef<T>) {
        let grad = self.grad(grad, i);
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
            self.params.theta_mut().copy_from_slice(theta);
        }
    };
}
pub(super) use params_methods;
