//! Sec. 2.6: the LSTM without a forget gate, c' = c + i g, h' = o tanh(c').

use super::failed;
use crate::common::*;
use faer::Mat;
use nullcline_core::diagnostics::dynamics::adjoint::{self, adjoint};
use nullcline_core::diagnostics::dynamics::lyapunov::Drive;
use nullcline_core::diagnostics::dynamics::trajectories::{Inputs, trajectories};
use nullcline_core::linalg::random::{Rng, Use, normal, stream, uniform};
use nullcline_core::systems::cells::Lstm;
use nullcline_core::systems::time::Map;

/// Units of a cell; its state is [h; c].
pub const UNITS: usize = 8;
/// Steps over which it is followed, without input.
pub const STEPS: usize = 2000;
/// Exponents up to here count as zero, per step.
const ZERO: f64 = 1e-3;

/// What drives gates and candidate of a cell. All weights and biases that are there are drawn as PyTorch does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The input alone, without biases: the memory by itself.
    Alone,
    /// All of it, with the input gate shut: its bias is -1000, and the gate 0.
    Shut,
    /// All of it.
    Whole,
    /// All of it, and a forget gate that is drawn as the others are.
    Forgetting,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Alone, Self::Shut, Self::Whole, Self::Forgetting];

    pub fn name(self) -> &'static str {
        match self {
            Self::Alone => "no recurrent weights",
            Self::Shut => "input gate shut",
            Self::Whole => "recurrent weights",
            Self::Forgetting => "with a forget gate",
        }
    }
}

/// The library's cell. Without a forget gate that gate has no weights and a bias of 100: 1 / (1 + e^-100) is 1 in doubles.
fn cell(kind: Kind, rng: &mut Rng) -> Lstm {
    let (mut lstm, n) = (Lstm::new(UNITS, 1), UNITS);
    let bound = 1.0 / (n as f64).sqrt();
    let mut draw = |block: usize, there: bool| {
        let mut m = lstm.params_mut().mat_mut(block);
        for j in 0..m.ncols() {
            for i in 0..m.nrows() {
                let value = uniform(rng, -bound, bound);
                let forget = i / n == 1 && kind != Kind::Forgetting;
                m[(i, j)] = if there && !forget { value } else { 0.0 };
            }
        }
    };
    let recurrent = kind != Kind::Alone;
    [true, recurrent, recurrent, recurrent].into_iter().enumerate().for_each(|(k, there)| draw(k, there));
    let mut bias = lstm.params_mut().mat_mut(2);
    for i in 0..n {
        if kind == Kind::Shut {
            bias[(i, 0)] = -1000.0;
        }
        if kind != Kind::Forgetting {
            bias[(n + i, 0)] = 100.0;
        }
    }
    lstm
}

/// What a cell does from a random state.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Largest change of a content c.
    pub moved: f64,
    /// Exponents that are zero, of 2 n.
    pub zeros: usize,
    /// The contents in time, every tenth step.
    pub contents: Vec<Vec<f64>>,
}

pub fn kept(kind: Kind, seed: u64, draw: usize) -> Result<Kept, Error> {
    let mut rng = stream(seed, Use::Parameters, 75_000 + draw as u64);
    let map = Map::new(cell(kind, &mut rng));
    let start: Vec<f64> = (0..2 * UNITS).map(|i| if i < UNITS { 0.0 } else { normal(&mut rng) }).collect();
    let initial = Mat::from_fn(2 * UNITS, 1, |i, _| start[i]);
    let states = trajectories(&map, initial.as_ref(), &Inputs::Constant(vec![0.0]), STEPS).states.remove(0);
    let change = |t: usize| largest((UNITS..2 * UNITS).map(|i| (states[(i, t)] - start[i]).abs()));
    let options = adjoint::Options {
        horizon: STEPS as f64,
        vectors: 1,
        matrix: true,
        seed,
        ..adjoint::Options::default()
    };
    let found = adjoint(&map, &start, &Drive::Constant(&[0.0]), &options).map_err(failed)?;
    let zero = |log: &&f64| (*log / STEPS as f64).abs() < ZERO;
    let content = |i: usize| (0..=STEPS).step_by(10).map(|t| states[(UNITS + i, t)]).collect();
    Ok(Kept {
        moved: largest((1..=STEPS).map(change)),
        zeros: found.log_singular_values.iter().filter(zero).count(),
        contents: (0..UNITS).map(content).collect(),
    })
}

/// Draws of every kind.
pub fn all(draws: usize, seed: u64, observer: &dyn Observer) -> Result<[Vec<Kept>; 4], Error> {
    let n = Kind::ALL.len();
    let mut found: Vec<Kept> =
        parallel("LSTM cells", n * draws, observer, |i| kept(Kind::ALL[i / draws], seed, i % draws))?;
    Ok([0; 4].map(|_| found.drain(..draws).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nullcline_core::systems::rule::linearise;

    /// The map written out: gates stacked i, f, g, o.
    #[test]
    fn the_cell_is_the_one_without_a_forget_gate() {
        let mut rng = stream(3, Use::Parameters, 0);
        let mut lstm = cell(Kind::Whole, &mut rng);
        let x: Vec<f64> = (0..2 * UNITS).map(|_| normal(&mut rng)).collect();
        let y = linearise(&lstm, &x, &[0.4]).0;
        let params = lstm.params_mut();
        let sigmoid = |a: f64| 1.0 / (1.0 + (-a).exp());
        let drive = |gate: usize, k: usize| {
            let row = gate * UNITS + k;
            let recurrent: f64 = (0..UNITS).map(|j| params.mat(1)[(row, j)] * x[j]).sum();
            params.mat(0)[(row, 0)] * 0.4 + recurrent + params.vec(2)[row] + params.vec(3)[row]
        };
        for k in 0..UNITS {
            let c = x[UNITS + k] + sigmoid(drive(0, k)) * drive(2, k).tanh();
            assert!((y[UNITS + k] - c).abs() < 1e-14, "{} {c}", y[UNITS + k]);
            assert!((y[k] - sigmoid(drive(3, k)) * c.tanh()).abs() < 1e-14);
        }
    }

    /// Any content is a fixed point of the memory by itself, and each has the multiplier one.
    #[test]
    fn the_memory_by_itself_keeps_every_content() {
        for kind in [Kind::Alone, Kind::Shut] {
            let found = kept(kind, 1, 0).unwrap();
            assert!(
                found.moved < 1e-300 && found.zeros == UNITS,
                "{kind:?}: {} {}",
                found.moved,
                found.zeros
            );
        }
    }
}
