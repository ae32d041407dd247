//! The law of each block of a cell's parameters.

use super::{Init, InitError, fill_uniform, pta};
use crate::linalg::activation::Activation;
use crate::linalg::random::{Rng, normal_matrix};
use crate::systems::architecture::{Cell, CellKind};
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
    let free =
        matches!(cell.kind(), CellKind::Antisymmetric | CellKind::GatedAntisymmetric | CellKind::Lipschitz);
    if init != Init::Default && (free || cell.kind() == CellKind::CoRnn) {
        return Err(refused(cell, init));
    }
    match init {
        Init::Orthogonal if recurrent => {
            each_gate(block, n, |mut m| m.copy_from(&haar(rng, n)));
        }
        Init::Identity if recurrent => {
            each_gate(block, n, |mut m| m.copy_from(&Mat::<f64>::identity(n, n)));
        }
        Init::Identity | Init::Pta | Init::PtaOnset if bias => block.fill(0.0),
        Init::Pta | Init::PtaOnset if recurrent => oscillators(cell, init, n, block, rng)?,
        _ if free => default_of_free(cell.kind(), name, layer, block, rng),
        _ => fill_uniform(block.as_mut(), 1.0 / (fan_in(cell, layer) as f64).sqrt(), rng),
    }
    Ok(())
}

/// Units that drive the uniform law: those of the state, or all columns of a coRNN's one linear layer.
fn fan_in(cell: &Cell, (d, n): (usize, usize)) -> usize {
    if cell.kind() == CellKind::CoRnn { d + 2 * n } else { n }
}

/// Gaussian weights and no bias, for the cells whose recurrent matrices are made from free ones.
fn default_of_free(
    kind: CellKind,
    name: &str,
    (d, n): (usize, usize),
    mut block: MatMut<f64>,
    rng: &mut Rng,
) {
    let (d, n) = (d as f64, n as f64);
    let scale = match (kind, name) {
        (_, "bias") => 0.0,
        (CellKind::Lipschitz, "weight_ih") => (2.0 / (d + n)).sqrt(),
        (CellKind::Lipschitz, _) => 1.0 / n,
        (_, "weight_ih") => 1.0 / d.sqrt(),
        _ => 1.0 / n.sqrt(),
    };
    if scale > 0.0 {
        let normal = normal_matrix(rng, block.nrows(), block.ncols());
        block.copy_from(&(faer::Scale(scale) * &normal));
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
    match cell {
        Cell::Vanilla { activation: Activation::Tanh } => {
            let largest = if init == Init::Pta { pta::TANH_GAIN } else { pta::TANH_ONSET };
            pta::fill(block, || pta::tanh_oscillator(rng, largest));
            Ok(())
        }
        Cell::Gru { .. } => {
            let largest = if init == Init::Pta { pta::GRU_EXCESS } else { pta::GRU_ONSET };
            block.fill(0.0);
            pta::fill(block.subrows_mut(2 * n, n), || pta::gru_oscillator(rng, largest));
            Ok(())
        }
        _ => Err(refused(cell, init)),
    }
}

fn advice(init: Init, kind: CellKind) -> &'static str {
    match (init, kind) {
        (Init::Pta | Init::PtaOnset, CellKind::Vanilla) => {
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
