//! Initial parameters.

mod blocks;
mod error;
mod pta;

pub use blocks::haar;
pub use error::InitError;
pub use pta::{GRU_EXCESS, GRU_ONSET, Oscillator, TANH_GAIN, TANH_ONSET, gru_oscillator, tanh_oscillator};

use super::{Model, Readout};
use crate::linalg::random::{Rng, Use, stream, uniform};
use crate::linalg::{Real, col, col_mut};
use crate::systems::architecture::Architecture;
use crate::systems::rule::{Rule, parameter_count};
use faer::{Mat, MatMut};

/// Laws of the initial parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Init {
    /// PyTorch's: every parameter of `nn.RNN`, `nn.GRU` and `nn.LSTM` uniform in +-1/sqrt n for n units;
    /// rate and current networks likewise. The others as their authors: an antisymmetric network has
    /// V ~ N(0, 1/d), W ~ N(0, 1/n), b = 0 (Chang et al. tune the scale of W, here 1); a coRNN, whose
    /// weights are one linear layer, +-1/sqrt(d + 2n) throughout; a Lipschitz network N(0, 1/n^2) in both
    /// free matrices, N(0, 2/(d + n)) in U, b = 0 (code of Erichson et al. at its default scale 1).
    Default,
    /// Each matrix as a linear layer of PyTorch by itself, `nn.Linear`: it and its bias uniform in +-1/sqrt of its columns, so that
    /// input weights of d inputs are in +-1/sqrt d, not 1/sqrt n.
    Linear,
    /// The default, but each n x n recurrent block from the uniform (Haar) measure over the orthogonal
    /// group. Input weights and biases keep the default.
    Orthogonal,
    /// The default, but each n x n recurrent block the identity and all biases zero, as Le, Jaitly &
    /// Hinton, arXiv:1504.00941 (there for ReLU).
    Identity,
    /// Periodic toroidal attractor, Park, Sagodi & Sokol (2023), eq. 19: the recurrent matrix of a tanh
    /// network and the candidate's of a GRU is made of 2 x 2 blocks alpha R(theta), each drawn
    /// uniformly over the area of the authors' region, where the block alone is not locked at periods 1, 2
    /// or 4 ([`tanh_oscillator`], [`gru_oscillator`]).
    ///
    /// The paper leaves out the rest. Here input weights keep the default; biases are zero, because a
    /// bias moves the fixed point on which the region was found; so are a GRU's recurrent gate weights,
    /// because the region is that of gates at 1/2. n must be even.
    Pta,
    /// [`Init::Pta`] near the onset of the oscillations: gains alpha of at most [`TANH_ONSET`], excesses
    /// of a GRU of at most [`GRU_ONSET`]. There the oscillations are small and the inputs move them.
    PtaOnset,
}

impl Init {
    /// Every law.
    pub const ALL: [Self; 6] =
        [Self::Default, Self::Linear, Self::Orthogonal, Self::Identity, Self::Pta, Self::PtaOnset];

    /// The name used on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Linear => "linear",
            Self::Orthogonal => "orthogonal",
            Self::Identity => "identity",
            Self::Pta => "pta",
            Self::PtaOnset => "pta-onset",
        }
    }
    /// The law of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|i| i.name() == name)
    }
}

/// A network with initial parameters and a read-out of `outputs` values, as PyTorch's `nn.Linear` of m
/// rows: weight and bias uniform in +-1/sqrt m.
///
/// The numbers depend on the seed, the layer and the block alone, so that two laws that share a block's
/// law share its numbers; an f32 model has the rounded numbers of the f64 model.
///
/// # Errors
/// A law that the cell has no use for; [`Init::Pta`] and [`Init::PtaOnset`] with an odd number of units.
///
/// ```
/// use nullcline_core::systems::{architecture::Architecture, cells::Vanilla};
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::training::init::{Init, model};
///
/// let plan = Architecture::new(Vanilla::cell(Activation::Tanh), 2, &[16]).unwrap();
/// let network = model::<f64>(&plan, 3, Init::Default, 1).unwrap();
/// let mut theta = vec![0.0; network.parameter_count()];
/// network.read_params(&mut theta);
/// assert!(theta.iter().all(|v| v.abs() <= 0.25) && network.outputs() == 3);
/// // Oscillators come in pairs.
/// let odd = Architecture::new(Vanilla::cell(Activation::Tanh), 2, &[15]).unwrap();
/// assert!(model::<f64>(&odd, 3, Init::Pta, 1).is_err());
/// ```
pub fn model<T: Real>(
    architecture: &Architecture,
    outputs: usize,
    init: Init,
    seed: u64,
) -> Result<Model<T>, InitError> {
    let rule = rule(architecture, init, seed)?;
    let rows = architecture.output();
    let mut rng = stream(seed, Use::Parameters, READOUT);
    let bound = 1.0 / (rows.len() as f64).sqrt();
    let mut draw = || T::of(uniform(&mut rng, -bound, bound));
    let weight = Mat::from_fn(outputs, rows.len(), |_, _| draw());
    let bias = (0..outputs).map(|_| draw()).collect();
    Ok(Model { rule, readout: Readout { weight, bias, first: rows.start }, encoder: None, unbiased: false })
}

/// An encoder of `codes` values to `n` state variables, as PyTorch's `nn.Linear`: uniform in +-1/sqrt of the values.
///
/// ```
/// let e = nullcline_core::training::init::encoder::<f64>(3, 16, 1);
/// assert!((e.nrows(), e.ncols()) == (3, 16) && e.norm_max() <= 0.25 && e.norm_max() > 0.2);
/// ```
pub fn encoder<T: Real>(n: usize, codes: usize, seed: u64) -> Mat<T> {
    let mut rng = stream(seed, Use::Parameters, ENCODER);
    let bound = 1.0 / (codes as f64).sqrt();
    Mat::from_fn(n, codes, |_, _| T::of(uniform(&mut rng, -bound, bound)))
}

/// The recurrent part alone of [`model`].
///
/// # Errors
/// As [`model`].
pub fn rule<T: Real>(
    architecture: &Architecture,
    init: Init,
    seed: u64,
) -> Result<Box<dyn Rule<T>>, InitError> {
    let mut rule = architecture.rule::<T>();
    let mut theta = vec![T::ZERO; parameter_count(rule.as_ref())];
    let mut rest = &mut theta[..];
    let layout = rule.layout();
    let per_layer = layout.len() / architecture.units().len();
    for (layer, (d, n)) in architecture.layers().enumerate() {
        for (k, block) in layout[layer * per_layer..(layer + 1) * per_layer].iter().enumerate() {
            let (own, next) = rest.split_at_mut(block.rows * block.cols);
            rest = next;
            let mut rng = stream(seed, Use::Parameters, (layer * BLOCKS + k) as u64);
            let mut values = Mat::zeros(block.rows, block.cols);
            let name = block.name.split("_l").next().unwrap_or_default();
            blocks::fill(architecture.cell(), init, name, (d, n), values.as_mut(), &mut rng)?;
            for (j, column) in own.chunks_exact_mut(block.rows).enumerate() {
                for (v, x) in column.iter_mut().zip(col(values.as_ref(), j)) {
                    *v = T::of(*x);
                }
            }
        }
    }
    rule.write_params(&theta);
    Ok(rule)
}

/// Streams of a layer.
const BLOCKS: usize = 16;
/// Stream of the read-out.
const READOUT: u64 = 1 << 32;
/// Stream of the encoder.
const ENCODER: u64 = 1 << 33;

/// Fills `m` column by column with numbers uniform in +-`bound`.
fn fill_uniform(mut m: MatMut<f64>, bound: f64, rng: &mut Rng) {
    for j in 0..m.ncols() {
        for v in col_mut(m.as_mut(), j) {
            *v = uniform(rng, -bound, bound);
        }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp)]
mod tests;
