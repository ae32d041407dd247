//! Layers without memory: convolutions, dense layers, gates, with their gradients written out.
//!
//! Layers are shapes; parameters are one flat slice, as those of rules are, and what they leave on the way is on a [`Tape`]. Everything
//! runs in f32 or f64, batches are split over the threads of rayon's pool, and results do not depend on their number. A layer with memory is a
//! [`Rule`](crate::systems::rule::Rule), for instance [`Lstm`](crate::systems::cells::Lstm).

mod convolution;
mod dense;
mod gate;

pub use convolution::Convolution;
pub use dense::Dense;
pub use gate::{log_softmax, log_softmax_back};

use crate::linalg::random::{Rng, uniform};
use crate::linalg::{Real, col, col_mut, vectorised};
use faer::{Mat, MatMut, MatRef};
use rayon::prelude::*;
use std::ops::Range;

/// A layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Every unit sees every input.
    Dense(Dense),
    /// Every unit sees a window.
    Convolution(Convolution),
}

impl Layer {
    /// y = W x + b.
    pub fn linear(inputs: usize, outputs: usize) -> Self {
        Self::Dense(Dense { inputs, outputs, relu: false })
    }
    /// y = max(W x + b, 0).
    pub fn relu(inputs: usize, outputs: usize) -> Self {
        Self::Dense(Dense { inputs, outputs, relu: true })
    }
    /// Numbers of an input.
    pub fn inputs(&self) -> usize {
        match self {
            Self::Dense(l) => l.inputs,
            Self::Convolution(l) => l.inputs(),
        }
    }
    /// Numbers of an output.
    pub fn outputs(&self) -> usize {
        match self {
            Self::Dense(l) => l.outputs,
            Self::Convolution(l) => l.outputs(),
        }
    }
    /// Numbers in the parameters.
    pub fn parameters(&self) -> usize {
        match self {
            Self::Dense(l) => l.parameters(),
            Self::Convolution(l) => l.parameters(),
        }
    }
    /// Inputs that a unit sees.
    fn seen(&self) -> usize {
        match self {
            Self::Dense(l) => l.inputs,
            Self::Convolution(l) => l.seen(),
        }
    }
}

/// Layers one after the other.
///
/// ```
/// use faer::mat;
/// use nullcline_core::training::layers::{Layer, Layers};
///
/// let layers = Layers::new(vec![Layer::relu(1, 2), Layer::linear(2, 1)]);
/// // |x| as the sum of the positive parts of x and -x.
/// let theta = [1.0, -1.0, 0.0, 0.0, 1.0, 1.0, 0.0];
/// let (mut tape, x) = (layers.tape(2), mat![[3.0, -2.0]]);
/// layers.forward(&theta, x.as_ref(), &mut tape, 0..2);
/// assert_eq!(tape.output(), mat![[3.0, 2.0]]);
/// // Slopes of the sum of both.
/// tape.cotangent(0..2).fill(1.0);
/// let mut gx = faer::Mat::zeros(1, 2);
/// layers.pull(&theta, &mut tape, 0..2, Some(gx.as_mut()));
/// assert_eq!(gx, mat![[1.0, -1.0]]);
/// let mut grad = vec![0.0; layers.parameters()];
/// layers.gradient(x.as_ref(), &tape, 0..2, &mut grad);
/// assert_eq!(grad, [3.0, -2.0, 1.0, 1.0, 3.0, 2.0, 2.0]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layers {
    all: Vec<Layer>,
}

/// What layers leave on the way, a column an item: outputs of every layer, and cotangents (of the last output before
/// [`Layers::pull`], of what each layer has before its nonlinearity after it).
#[derive(Clone, Debug)]
pub struct Tape<T = f64> {
    outputs: Vec<Mat<T>>,
    cotangents: Vec<Mat<T>>,
}

impl<T: Real> Tape<T> {
    /// Outputs of the last layer.
    pub fn output(&self) -> MatRef<'_, T> {
        self.outputs.last().expect("a layer").as_ref()
    }
    /// The cotangent and the output of one column.
    pub fn both(&mut self, column: usize) -> (MatMut<'_, T>, MatRef<'_, T>) {
        let g = self.cotangents.last_mut().expect("a layer").as_mut().subcols_mut(column, 1);
        (g, self.outputs.last().expect("a layer").as_ref().subcols(column, 1))
    }
    /// Their cotangent in columns `at`, to be written before [`Layers::pull`].
    pub fn cotangent(&mut self, at: Range<usize>) -> MatMut<'_, T> {
        self.cotangents.last_mut().expect("a layer").as_mut().subcols_mut(at.start, at.len())
    }
}

impl Layers {
    /// Layers in their order.
    ///
    /// # Panics
    /// Without a layer, or where one has not the inputs that the one before has outputs.
    pub fn new(all: Vec<Layer>) -> Self {
        assert!(!all.is_empty(), "no layer");
        for pair in all.windows(2) {
            assert_eq!(pair[0].outputs(), pair[1].inputs(), "{pair:?}");
        }
        Self { all }
    }

    /// The layers.
    pub fn all(&self) -> &[Layer] {
        &self.all
    }
    /// Numbers of an input.
    pub fn inputs(&self) -> usize {
        self.all[0].inputs()
    }
    /// Numbers of an output.
    pub fn outputs(&self) -> usize {
        self.all[self.all.len() - 1].outputs()
    }
    /// Numbers in the parameters of all layers, one after the other.
    pub fn parameters(&self) -> usize {
        self.all.iter().map(Layer::parameters).sum()
    }

    /// Parameters drawn as PyTorch's layers draw them: weights and biases uniform within 1 / sqrt(inputs that a unit sees).
    pub fn draw<T: Real>(&self, rng: &mut Rng) -> Vec<T> {
        let one = |layer: &Layer| {
            let bound = (layer.seen() as f64).sqrt().recip();
            std::iter::repeat_n(bound, layer.parameters())
        };
        self.all.iter().flat_map(one).map(|bound| T::of(uniform(rng, -bound, bound))).collect()
    }

    /// Room for `columns` items.
    pub fn tape<T: Real>(&self, columns: usize) -> Tape<T> {
        let room = || self.all.iter().map(|l| Mat::zeros(l.outputs(), columns)).collect();
        Tape { outputs: room(), cotangents: room() }
    }

    /// Makes `tape` one of at least so many columns.
    pub fn room<T: Real>(&self, tape: &mut Tape<T>, columns: usize) {
        if tape.output().ncols() < columns {
            *tape = self.tape(columns);
        }
    }
    /// Makes `tape` one of exactly so many columns.
    pub fn exactly<T: Real>(&self, tape: &mut Tape<T>, columns: usize) {
        if tape.output().ncols() != columns {
            *tape = self.tape(columns);
        }
    }

    /// Outputs of items `x`, d x k, in columns `at` of the tape.
    pub fn forward<T: Real>(&self, theta: &[T], x: MatRef<T>, tape: &mut Tape<T>, at: Range<usize>) {
        let mut theta = theta;
        for (l, layer) in self.all.iter().enumerate() {
            let (own, rest) = theta.split_at(layer.parameters());
            theta = rest;
            let (before, after) = tape.outputs.split_at_mut(l);
            let x = before.last().map_or(x, |y| y.as_ref().subcols(at.start, at.len()));
            let y = after[0].as_mut().subcols_mut(at.start, at.len());
            match layer {
                Layer::Dense(l) => l.forward(own, x, y),
                Layer::Convolution(l) => l.forward(own, x, y),
            }
        }
    }

    /// Cotangents of everything in columns `at`, from that of the outputs, which the tape holds; that of the items goes to `gx`, d x k.
    pub fn pull<T: Real>(&self, theta: &[T], tape: &mut Tape<T>, at: Range<usize>, gx: Option<MatMut<T>>) {
        let (mut theta, mut gx) = (theta, gx);
        for (l, layer) in self.all.iter().enumerate().rev() {
            let (rest, own) = theta[..].split_at(self.all[..l].iter().map(Layer::parameters).sum());
            theta = rest;
            let (before, after) = tape.cotangents.split_at_mut(l);
            let below = before.last_mut().map(|g| g.as_mut().subcols_mut(at.start, at.len()));
            let gx = if l == 0 { gx.take() } else { below };
            let (y, g) = (tape.outputs[l].as_ref(), after[0].as_mut());
            let (y, g) = (y.subcols(at.start, at.len()), g.subcols_mut(at.start, at.len()));
            match layer {
                Layer::Dense(l) => l.pull(own, y, g, gx),
                Layer::Convolution(l) => l.pull(own, y, g, gx),
            }
        }
    }

    /// Adds to `grad` the gradient of the parameters over columns `at` of the tape, whose items are `x`, d x k.
    pub fn gradient<T: Real>(&self, x: MatRef<T>, tape: &Tape<T>, at: Range<usize>, grad: &mut [T]) {
        let mut grad = grad;
        for (l, layer) in self.all.iter().enumerate() {
            let (own, rest) = std::mem::take(&mut grad).split_at_mut(layer.parameters());
            grad = rest;
            let x = if l == 0 { x } else { tape.outputs[l - 1].as_ref().subcols(at.start, at.len()) };
            let g = tape.cotangents[l].as_ref().subcols(at.start, at.len());
            match layer {
                Layer::Dense(l) => l.gradient(x, g, own),
                Layer::Convolution(l) => l.gradient(x, g, own),
            }
        }
    }
}

/// y = max(y, 0).
fn relu<T: Real>(y: &mut [T]) {
    vectorised(
        #[inline(always)]
        || y.iter_mut().for_each(|y| *y = if *y > T::ZERO { *y } else { T::ZERO }),
    );
}

/// g = 0 where y is cut.
fn relu_back<T: Real>(y: MatRef<T>, g: MatMut<T>) {
    y.par_col_chunks(1).zip(g.par_col_chunks_mut(1)).for_each(|(y, mut g)| {
        let (y, g) = (col(y, 0), col_mut(g.as_mut(), 0));
        vectorised(
            #[inline(always)]
            || g.iter_mut().zip(y).for_each(|(g, y)| *g = if *y > T::ZERO { *g } else { T::ZERO }),
        );
    });
}
