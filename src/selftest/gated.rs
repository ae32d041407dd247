//! Gated and vanilla networks whose weights need no random numbers: s sin(1 + 1.3 i + 2.7 j + 0.9 i j).

use super::cases::spectrum;
use super::{Case, Check};
use crate::linalg::activation::Activation;
use crate::numbers::Estimate;
use crate::systems::cells::{Gru, Lstm, Params, Vanilla};
use crate::systems::rule::Rule;
use crate::systems::time::Map;

pub(super) const CASES: [Case; 5] = [gru_fixed, gru_cycle, lstm_fixed, lstm_strong, vanilla];

const SOURCE: &str = "independent numpy run";

/// Block 1 gets s sin(1 + 1.3 i + 2.7 j + 0.9 i j), the biases 0.1 sin(k + 0.5) and, for `both`,
/// 0.1 cos(k + 0.25); the second bias is zero otherwise.
fn weights(params: &mut Params<f64>, s: f64, both: bool) {
    let mut w = params.mat_mut(1);
    for i in 0..w.nrows() {
        for j in 0..w.ncols() {
            let (i_, j_) = (i as f64, j as f64);
            w[(i, j)] = s * (1.0 + 1.3 * i_ + 2.7 * j_ + 0.9 * i_ * j_).sin();
        }
    }
    for i in 0..params.layout()[2].rows {
        params.mat_mut(2)[(i, 0)] = 0.1 * (i as f64 + 0.5).sin();
        params.mat_mut(3)[(i, 0)] = if both { 0.1 * (i as f64 + 0.25).cos() } else { 0.0 };
    }
}

fn compare<R: Rule>(name: &str, rule: R, steps: usize, known: &[f64], own: f64) -> Vec<Check> {
    let start: Vec<f64> = (0..rule.dim()).map(|i| 0.1 * (i as f64 + 1.0).cos()).collect();
    let found = spectrum(&Map::new(rule), &start, 0.0, 1, steps, 2000);
    let value = |i: usize| found.as_ref().map_or(Estimate::NONE, |a| a.exponent(i));
    known
        .iter()
        .enumerate()
        .map(|(i, k)| Check::new(name, &format!("exponent {}", i + 1), *k, own, value(i), SOURCE))
        .collect()
}

fn gru(s: f64) -> Gru {
    let mut cell = Gru::new(4, 0);
    weights(cell.params_mut(), s, true);
    cell
}

fn lstm(n: usize, s: f64) -> Lstm {
    let mut cell = Lstm::new(n, 0);
    weights(cell.params_mut(), s, false);
    cell
}

fn gru_fixed() -> Vec<Check> {
    let known = [-0.404_862_51, -0.866_240_66, -1.344_965_73, -1.344_965_73];
    compare("GRU, 4 units, s=2", gru(2.0), 20_000, &known, 1e-8)
}

fn gru_cycle() -> Vec<Check> {
    compare("GRU, 4 units, s=6 (cycle)", gru(6.0), 20_000, &[-0.26554, -0.72665, -0.75003, -0.75007], 2e-4)
}

fn lstm_fixed() -> Vec<Check> {
    let known = [-0.26738, -0.79693, -1.41777, -1.41777, -1.71047, -2.16730];
    compare("LSTM, 3 units, s=2", lstm(3, 2.0), 20_000, &known, 1e-5)
}

fn lstm_strong() -> Vec<Check> {
    let known = [-0.02675, -0.70685, -0.70685, -1.10446, -1.42722, -2.77050, -4.14461, -6.13902];
    compare("LSTM, 4 units, s=8", lstm(4, 8.0), 20_000, &known, 2e-4)
}

fn vanilla() -> Vec<Check> {
    let mut cell = Vanilla::new(4, 0, Activation::Tanh);
    weights(cell.params_mut(), 1.5, false);
    compare("tanh, 4 units, s=1.5 (torus)", cell, 50_000, &[0.0, -0.4811, -0.9870, -4.9442], 1e-3)
}
