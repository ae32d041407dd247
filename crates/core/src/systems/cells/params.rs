//! Named parameter blocks in one flat vector.

use crate::linalg::outer::add_outer;
use crate::linalg::packed::Packed;
use crate::linalg::pointwise::add_columns;
use crate::linalg::{Real, col_mut};
use crate::systems::rule::Block;
use faer::{MatMut, MatRef};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The blocks of [`Params::stacked`].
pub(super) const U: usize = 0;
pub(super) const W: usize = 1;
pub(super) const B_IH: usize = 2;
pub(super) const B_HH: usize = 3;

/// The packed maps of a cell: its step, one that sees the state or the input alone, back to the state,
/// down to the input.
pub(super) const STEP: usize = 0;
pub(super) const STATE: usize = 1;
pub(super) const INPUT: usize = 2;
pub(super) const BACK: usize = 3;
pub(super) const DOWN: usize = 4;
const PACKS: usize = 5;

/// Named blocks stored one after the other, each column by column.
///
/// ```
/// use nullcline_core::systems::cells::Params;
///
/// let mut params = Params::<f64>::zeros(&[("weight", 2, 2), ("bias", 2, 1)]);
/// params.mat_mut(0).copy_from(faer::mat![[1.0, 2.0], [3.0, 4.0]]);
/// params.theta_mut()[5] = 7.0;
/// assert_eq!(params.theta(), [1.0, 3.0, 2.0, 4.0, 0.0, 7.0]);
/// assert_eq!(params.vec(1), [0.0, 7.0]);
/// ```
#[derive(Clone)]
pub struct Params<T> {
    theta: Vec<T>,
    layout: Vec<Block>,
    start: Vec<usize>,
    packs: [Pack<T>; PACKS],
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
        Self { theta: vec![T::ZERO; start[layout.len()]], layout, start, packs: Default::default() }
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
        self.packs.iter_mut().for_each(Pack::expire);
        &mut self.theta
    }
    /// Block `i` as a matrix.
    pub fn mat(&self, i: usize) -> MatRef<'_, T> {
        let b = &self.layout[i];
        MatRef::from_column_major_slice(self.vec(i), b.rows, b.cols)
    }
    /// Block `i` as a matrix to be written.
    pub fn mat_mut(&mut self, i: usize) -> MatMut<'_, T> {
        self.packs.iter_mut().for_each(Pack::expire);
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
    /// Fills each column of `y` with the sum of the blocks `biases`, or their part from row `first` on.
    pub(super) fn fill_bias(&self, mut y: MatMut<T>, biases: &[usize], first: usize) {
        for j in 0..y.ncols() {
            let y = col_mut(y.as_mut(), j);
            y.fill(T::ZERO);
            for i in biases {
                y.iter_mut().zip(&self.vec(*i)[first..]).for_each(|(y, b)| *y += *b);
            }
        }
    }
    /// y = b + sum of A x over `terms` (block A, x), b the sum of the blocks `biases`; of all blocks the
    /// rows from `first` on, as many as y has. `pack` is the cell's number for this map.
    pub(super) fn push<const S: usize>(
        &self,
        pack: usize,
        first: usize,
        terms: [(usize, MatRef<T>); S],
        biases: &[usize],
        y: MatMut<T>,
    ) {
        let rows = y.nrows();
        let block = |i: usize| self.mat(i).subrows(first, rows);
        let packed = self.packs[pack].get(|p| {
            let biases: Vec<&[T]> = biases.iter().map(|i| &self.vec(*i)[first..first + rows]).collect();
            p.pack(&terms.map(|(i, _)| block(i)), &biases);
        });
        // Arrays that closures make go through memory.
        let mut xs = [terms[0].1; S];
        xs.iter_mut().zip(&terms).for_each(|(x, term)| *x = term.1);
        packed.apply(&xs, y);
    }
    /// gx = sum of A^T g over `terms` (block A, its first row, g). `pack` as in [`push`](Self::push).
    pub(super) fn pull<const S: usize>(
        &self,
        pack: usize,
        terms: [(usize, usize, MatRef<T>); S],
        gx: MatMut<T>,
    ) {
        let transpose =
            |i: usize, first: usize, g: MatRef<T>| self.mat(i).subrows(first, g.nrows()).transpose();
        let packed =
            self.packs[pack].get(|p| p.pack(&terms.map(|(i, first, g)| transpose(i, first, g)), &[]));
        let mut gs = [terms[0].2; S];
        gs.iter_mut().zip(&terms).for_each(|(g, term)| *g = term.2);
        packed.apply(&gs, gx);
    }
    /// grad_i += g v^T, the gradient of a matrix block that multiplies `v`.
    pub fn add_outer(&self, grad: &mut [T], i: usize, g: MatRef<T>, v: MatRef<T>) {
        self.add_outer_from(grad, i, 0, g, v);
    }
    /// The same for the rows of the block from `first` on, as many as `g` has.
    pub(super) fn add_outer_from(&self, grad: &mut [T], i: usize, first: usize, g: MatRef<T>, v: MatRef<T>) {
        let b = &self.layout[i];
        let grad = MatMut::from_column_major_slice_mut(self.grad(grad, i), b.rows, b.cols);
        add_outer(grad.subrows_mut(first, g.nrows()), g, v);
    }
    /// grad_i += sum over columns of g, the gradient of a bias block.
    pub fn add_columns(&self, grad: &mut [T], i: usize, g: MatRef<T>) {
        self.add_columns_from(grad, i, 0, g);
    }
    /// The same for the rows of the block from `first` on, as many as `g` has.
    pub(super) fn add_columns_from(&self, grad: &mut [T], i: usize, first: usize, g: MatRef<T>) {
        add_columns([&mut self.grad(grad, i)[first..first + g.nrows()]], g);
    }
    /// The gradient of both biases of PyTorch's blocks, where one sum enters both.
    pub(super) fn add_biases(&self, grad: &mut [T], g: MatRef<T>) {
        let [ih, hh] = [B_IH, B_HH].map(|i| self.start[i]..self.start[i + 1]);
        // Blocks follow each other, so that the second begins where the first ends.
        let (ih, hh) = grad[ih.start..hh.end].split_at_mut(hh.start - ih.start);
        add_columns([ih, hh], g);
    }
}

/// A packed map, made when it is first used after the parameters were written, in memory that is kept.
struct Pack<T> {
    made: OnceLock<Packed<T>>,
    spare: Mutex<Packed<T>>,
}

impl<T> Default for Pack<T> {
    fn default() -> Self {
        Self { made: OnceLock::new(), spare: Mutex::default() }
    }
}

impl<T> Pack<T> {
    fn get(&self, make: impl FnOnce(&mut Packed<T>)) -> &Packed<T> {
        self.made.get_or_init(|| {
            let mut packed = std::mem::take(&mut *self.spare.lock().unwrap_or_else(PoisonError::into_inner));
            make(&mut packed);
            packed
        })
    }
    fn expire(&mut self) {
        if let Some(packed) = self.made.take() {
            *self.spare.get_mut().unwrap_or_else(PoisonError::into_inner) = packed;
        }
    }
}

/// A copy makes its own.
impl<T> Clone for Pack<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Room for three gates of `n` units and for one more, `k` columns each.
pub(super) fn gate_scratch<T: Real>(scratch: MatMut<T>, n: usize, k: usize) -> (MatMut<T>, MatMut<T>) {
    let (three, one) = scratch.subcols_mut(0, k).split_at_row_mut(3 * n);
    (three, one.subrows_mut(0, n))
}

/// The parameter methods of [`Rule`](crate::systems::rule::Rule) for a cell with a `params` field, and a method that brings up to date
/// what it keeps of them, if it has one.
macro_rules! params_methods {
    ($($refresh:ident)?) => {
        fn layout(&self) -> Vec<crate::systems::rule::Block> {
            self.params.layout().to_vec()
        }
        fn read_params(&self, theta: &mut [T]) {
            theta.copy_from_slice(self.params.theta());
        }
        fn write_params(&mut self, theta: &[T]) {
            self.params.theta_mut().copy_from_slice(theta);
            $(self.$refresh();)?
        }
    };
}
pub(super) use params_methods;
