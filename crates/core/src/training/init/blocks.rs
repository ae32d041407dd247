//! The law of each block of a cell's parameters.

use super::{Init, InitError, fill_uniform, pta};
use crate::linalg::activation::Activation;
use crate::linalg::random::{Rng, normal_matrix};
use crate::systems::cells::{Cell, CellKind, Region};
use faer::{Mat, MatMut};

/// Fills the block called `name` of a layer of `n` units and `d` inputs.
pub(super) fn fill(
    cell: &Cell,
    init: Init,
    name: &str,
    layer: (usize, usize),
    mut block: MatMut<f64>,
    rng: &mut Rng,
) -> Result<(), InitError> {
    let n = layer.1;
    let recurrent = name == "weight_hh";
    let bias = name.starts_with("bias");
    let law = cell.kind().initial;
    if init != Init::Default && !law.any_form {
        return Err(refused(cell, init));
    }
    if let Some(initial) = cell.kind().own.filter(|o| o.block == name).and_then(|o| o.initial) {
        (0..n).for_each(|i| (0..block.ncols()).for_each(|c| block[(i, c)] = initial(i, c)));
        return Ok(());
    }
    match init {
        Init::Orthogonal if recurrent => {
            each_gate(block, n, |mut m| m.copy_from(&haar(rng, n)));
        }
        Init::Identity if recurrent => {
            each_gate(block, n, |mut m| m.copy_from(&Mat::<f64>::identity(n, n)));
        }
        Init::Identity | Init::Pta | Init::PtaOnset if bias => block.fill(0.0),
        Init::Linear => {
            let columns = if name.ends_with("_ih") { layer.0 } else { n };
            fill_uniform(block, 1.0 / (columns.max(1) as f64).sqrt(), rng);
        }
        Init::Pta | Init::PtaOnset if recurrent => oscillators(cell, init, n, block, rng)?,
        _ => match law.normal {
            Some(deviation) => {
                fill_normal(block, deviation(name, layer.0 as f64, n as f64), rng);
            }
            None => fill_uniform(block.as_mut(), 1.0 / ((law.fan_in)(layer.0, n) as f64).sqrt(), rng),
        },
    }
    Ok(())
}

/// Gaussian entries of the given standard deviation.
fn fill_normal(mut block: MatMut<f64>, deviation: f64, rng: &mut Rng) {
    if deviation > 0.0 {
        let normal = normal_matrix(rng, block.nrows(), block.ncols());
        block.copy_from(&(faer::Scale(deviation) * &normal));
    }
}

fn refused(cell: &Cell, init: Init) -> InitError {
    InitError::Cell { init, cell: cell.kind(), advice: advice(init, cell.kind()) }
}

/// Calls `f` with each n x n block of a matrix of stacked gates.
fn each_gate(mut m: MatMut<f64>, n: usize, mut f: impl FnMut(MatMut<f64>)) {
    for g in 0..m.nrows() / n {
        f(m.as_mut().subrows_mut(g * n, n));
    }
}

fn oscillators(
    cell: &Cell,
    init: Init,
    n: usize,
    mut block: MatMut<f64>,
    rng: &mut Rng,
) -> Result<(), InitError> {
    if n % 2 == 1 {
        return Err(InitError::Odd { found: n });
    }
    let Some((gate, region)) = cell.kind().initial.oscillators.filter(|o| turns(cell, o.1)) else {
        return Err(refused(cell, init));
    };
    block.fill(0.0);
    let block = block.subrows_mut(gate * n, n);
    let near_onset = init == Init::PtaOnset;
    match region {
        Region::Tanh => {
            let largest = if near_onset { pta::TANH_ONSET } else { pta::TANH_GAIN };
            pta::fill(block, || pta::tanh_oscillator(rng, largest));
        }
        Region::Gru => {
            let largest = if near_onset { pta::GRU_ONSET } else { pta::GRU_EXCESS };
            pta::fill(block, || pta::gru_oscillator(rng, largest));
        }
    }
    Ok(())
}

/// Whether the region is that of the cell's nonlinearity.
fn turns(cell: &Cell, region: Region) -> bool {
    region != Region::Tanh || cell.activation() == Some(Activation::Tanh)
}

fn advice(init: Init, kind: &CellKind) -> &'static str {
    match (init, kind.initial.oscillators) {
        (Init::Pta | Init::PtaOnset, Some((_, Region::Tanh))) => {
            "its region is known for the nonlinearity tanh alone"
        }
        (Init::Pta | Init::PtaOnset, _) => "its region is known for tanh networks and GRUs; use `default`",
        _ => "their recurrent matrix has a form of its own; use `default`",
    }
}

/// An n x n matrix from the uniform (Haar) measure over the orthogonal group.
///
/// Q of the QR decomposition of a Gaussian matrix, its columns turned so that the diagonal of R is
/// positive: Mezzadri, Notices of the AMS 54 (2007) 592.
///
/// ```
/// use nullcline_core::linalg::random::{Use, stream};
/// use nullcline_core::training::init::haar;
///
/// let q = haar(&mut stream(1, Use::Parameters, 0), 6);
/// assert!((q.transpose() * &q - faer::Mat::<f64>::identity(6, 6)).norm_max() < 1e-14);
/// ```
pub fn haar(rng: &mut Rng, n: usize) -> Mat<f64> {
    let qr = normal_matrix(rng, n, n).qr();
    let (mut q, r) = (qr.compute_thin_Q(), qr.thin_R());
    for j in 0..n {
        if r[(j, j)] < 0.0 {
            for i in 0..n {
                q[(i, j)] = -q[(i, j)];
            }
        }
    }
    q
}
