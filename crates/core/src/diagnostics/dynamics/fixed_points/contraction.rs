//! Whether several linear pieces contract together.

use super::pieces::Pieces;
use crate::linalg::eigen::{singular_values, symmetric_values};
use crate::linalg::norm;
use faer::prelude::Solve;
use faer::{Mat, Side};

/// Margin by which a norm must stay below one.
const BELOW: f64 = 1.0 - 1e-9;
/// Inverse iterations.
const ITERATIONS: usize = 4;
/// Words looked at, and their length.
const WORDS: usize = 4000;
const LENGTH: usize = 12;
/// Kinked units up to which words are looked at.
const SPELLED: usize = 4;

/// Whether every matrix of `all` contracts in one norm: the maximum norm with the weights that the largest
/// entries of all allow, or the
/// quadratic form of one of the pieces, of their mean, or |v|^2.
pub fn share_a_norm(all: &[Mat<f64>], flow: bool) -> bool {
    let n = all[0].nrows();
    let largest = Mat::from_fn(n, n, |i, j| {
        let entry = |a: &Mat<f64>| if flow && i == j { a[(i, j)] } else { a[(i, j)].abs() };
        all.iter().map(entry).fold(f64::NEG_INFINITY, f64::max)
    });
    if majorant_contracts(&largest, flow) {
        return true;
    }
    let steps: Option<Vec<Mat<f64>>> =
        all.iter().map(|a| if flow { cayley(a) } else { Some(a.clone()) }).collect();
    let Some(steps) = steps else { return false };
    if steps.iter().all(|a| size(a) < BELOW) {
        return true;
    }
    let mean = Mat::from_fn(n, n, |i, j| steps.iter().map(|a| a[(i, j)]).sum::<f64>() / steps.len() as f64);
    let tried = steps.iter().take(16).chain(std::iter::once(&mean));
    tried
        .filter_map(root_of_form)
        .any(|root| steps.iter().all(|a| in_form(a, &root).is_some_and(|s| s < BELOW)))
}

/// Whether a matrix without negative entries (of a flow: off the diagonal) contracts in a weighted maximum norm:
/// a positive w has M w < w (M w < 0). The leading eigenvector is the best such w; inverse iteration comes near it, and
/// what it gives is no more than checked.
fn majorant_contracts(largest: &Mat<f64>, flow: bool) -> bool {
    let n = largest.nrows();
    let shift = if flow { 0.0 } else { 1.0 };
    let falls = Mat::from_fn(n, n, |i, j| if i == j { shift - largest[(i, j)] } else { -largest[(i, j)] });
    let (lu, size) = (falls.partial_piv_lu(), 1.0 + largest.norm_max());
    let mut w = Mat::<f64>::full(n, 1, 1.0);
    for _ in 0..ITERATIONS {
        w = lu.solve(&w);
        if !w.col(0).iter().all(|v| *v > 0.0 && v.is_finite()) {
            return false;
        }
        w = &w * faer::Scale(1.0 / w.norm_max());
        // By more than the rounding of the entries and of the product.
        let by_more = |i: usize| {
            let terms = || (0..n).map(|j| falls[(i, j)] * w[(j, 0)]);
            let sizes = terms().map(f64::abs).sum::<f64>() + size * w[(i, 0)];
            terms().sum::<f64>() > 64.0 * f64::EPSILON * n as f64 * sizes
        };
        if (0..n).all(by_more) {
            return true;
        }
    }
    false
}

/// (I - hA)^-1 (I + hA): contracts in a quadratic form where dx/dt = A x does, and there only.
fn cayley(a: &Mat<f64>) -> Option<Mat<f64>> {
    let n = a.nrows();
    let h = 1.0 / size(a).max(1e-300);
    let one = |s: f64| Mat::from_fn(n, n, |i, j| f64::from(u8::from(i == j)) + s * h * a[(i, j)]);
    let step = one(-1.0).partial_piv_lu().solve(one(1.0));
    (0..n).all(|j| step.col(j).iter().all(|v| v.is_finite())).then_some(step)
}

/// Spectral norm.
fn size(a: &Mat<f64>) -> f64 {
    singular_values(a.as_ref()).and_then(|s| s.first().copied()).unwrap_or(f64::INFINITY)
}

/// L^T with L L^T = P = sum over k of (A^k)^T A^k, by doubling; none where A does not contract.
fn root_of_form(a: &Mat<f64>) -> Option<Mat<f64>> {
    let n = a.nrows();
    let (mut p, mut power) = (Mat::<f64>::identity(n, n), a.clone());
    for _ in 0..40 {
        p = &p + power.transpose() * &p * &power;
        power = &power * &power;
        let left = power.norm_l2();
        if left < 1e-20 {
            return Some(p.llt(Side::Lower).ok()?.L().transpose().to_owned());
        }
        if !(left < 1e12 && p.norm_l2() < 1e12) {
            return None;
        }
    }
    None
}

/// Norm of A in the quadratic form with that root: |R A R^-1|.
fn in_form(a: &Mat<f64>, root: &Mat<f64>) -> Option<f64> {
    let moved = root * a;
    // (R A) R^-1 = (R^-T (R A)^T)^T.
    let turned = root.transpose().to_owned().partial_piv_lu().solve(moved.transpose().to_owned());
    let s = size(&turned);
    s.is_finite().then_some(s)
}

/// The same for more pieces than can be listed, where slopes enter one by one: J = C + sum s_k A_k with s_k 0
/// or 1. The largest entries bound them, or, where the A_k fill rows (or columns) of their own, |C| + |sum A_k|.
pub fn bounded_by_one_matrix(pieces: &mut Pieces, m: usize, flow: bool) -> bool {
    let none = vec![false; m];
    let base = pieces.jacobian(&none);
    let n = base.nrows();
    let (mut low, mut high, mut sum) = (base.clone(), base.clone(), Mat::<f64>::zeros(n, n));
    let (mut rows, mut columns) = (vec![0; n], vec![0; n]);
    for k in 0..m {
        let mut one = none.clone();
        one[k] = true;
        let change = pieces.jacobian(&one) - &base;
        for i in 0..n {
            rows[i] += usize::from((0..n).any(|j| change[(i, j)] != 0.0));
            columns[i] += usize::from((0..n).any(|j| change[(j, i)] != 0.0));
            for j in 0..n {
                low[(i, j)] += change[(i, j)].min(0.0);
                high[(i, j)] += change[(i, j)].max(0.0);
            }
        }
        sum += &change;
    }
    let whole = pieces.jacobian(&vec![true; m]);
    if (&whole - &base - &sum).norm_max() > 1e-9 * (1.0 + whole.norm_max()) {
        return false;
    }
    let largest = Mat::from_fn(n, n, |i, j| {
        if flow && i == j { high[(i, j)] } else { low[(i, j)].abs().max(high[(i, j)].abs()) }
    });
    if majorant_contracts(&largest, flow) {
        return true;
    }
    if rows.iter().all(|k| *k <= 1) || columns.iter().all(|k| *k <= 1) {
        let own = if flow {
            let symmetric = Mat::from_fn(n, n, |i, j| 0.5 * (base[(i, j)] + base[(j, i)]));
            1.0 + symmetric_values(symmetric.as_ref()).and_then(|v| v.last().copied()).unwrap_or(1.0)
        } else {
            size(&base)
        };
        return own + size(&sum) < BELOW;
    }
    false
}

/// Whether every word of pieces that some orbit visits in turn contracts within a few letters; words are
/// given up where the product is small enough, and followed where an orbit can go on.
pub fn admissible_words_contract(pieces: &mut Pieces, all: &[Mat<f64>], m: usize) -> bool {
    if m > SPELLED {
        return false;
    }
    let side = |s: usize| (0..m).map(|k| s >> k & 1 == 1).collect::<Vec<bool>>();
    let walls: Vec<Vec<Option<Vec<f64>>>> = (0..all.len()).map(|s| pieces.walls(&side(s))).collect();
    let n = all[0].nrows();
    let mut open = vec![(Mat::<f64>::identity(n, n), Vec::<Vec<f64>>::new(), 0usize)];
    let mut seen = 0;
    while let Some((product, conditions, length)) = open.pop() {
        for (letter, walls) in all.iter().zip(&walls) {
            seen += 1;
            let mut conditions = conditions.clone();
            for wall in walls.iter().flatten() {
                let pulled: Vec<f64> =
                    (0..n).map(|j| (0..n).map(|i| wall[i] * product[(i, j)]).sum()).collect();
                let length = norm(&pulled);
                if length > 1e-12 * (1.0 + product.norm_l2()) {
                    conditions.push(pulled.iter().map(|v| v / length).collect());
                }
            }
            if !feasible(&conditions) {
                continue;
            }
            let next = letter * &product;
            if size(&next) < BELOW {
                continue;
            }
            if length + 1 >= LENGTH || seen > WORDS {
                return false;
            }
            open.push((next, conditions, length + 1));
        }
    }
    true
}

/// Whether some v has a positive product with every one of `conditions`: there is none exactly where their
/// convex hull holds the origin (Gordan). The point of the hull nearest to it by non-negative least squares
/// (Lawson & Hanson 1974, ch. 23); true also where that is not settled.
fn feasible(conditions: &[Vec<f64>]) -> bool {
    let Some(d) = conditions.first().map(Vec::len) else { return true };
    let m = conditions.len();
    let a = Mat::from_fn(d + 1, m, |i, j| if i < d { conditions[j][i] } else { 1.0 });
    let target = Mat::from_fn(d + 1, 1, |i, _| if i < d { 0.0 } else { 1.0 });
    let mut weights = vec![0.0f64; m];
    let mut passive: Vec<usize> = vec![];
    for _ in 0..4 * m {
        let all = Mat::from_fn(m, 1, |j, _| weights[j]);
        let rest = &target - &a * &all;
        if rest.norm_l2() < 1e-9 {
            return false;
        }
        let slope = a.transpose() * &rest;
        let best =
            (0..m).filter(|j| !passive.contains(j)).max_by(|i, j| slope[(*i, 0)].total_cmp(&slope[(*j, 0)]));
        let Some(best) = best.filter(|j| slope[(*j, 0)] > 1e-12) else { return true };
        passive.push(best);
        while !passive.is_empty() {
            let columns = Mat::from_fn(d + 1, passive.len(), |i, j| a[(i, passive[j])]);
            let normal = columns.transpose() * &columns;
            let z = normal.partial_piv_lu().solve(columns.transpose() * &target);
            if (0..passive.len()).all(|k| z[(k, 0)] > 0.0) {
                passive.iter().enumerate().for_each(|(k, j)| weights[*j] = z[(k, 0)]);
                break;
            }
            let step = |k: usize, j: usize| {
                if z[(k, 0)] > 0.0 { 1.0 } else { weights[j] / (weights[j] - z[(k, 0)]) }
            };
            let share = passive.iter().enumerate().map(|(k, j)| step(k, *j)).fold(1.0, f64::min);
            if !share.is_finite() {
                return true;
            }
            for (k, j) in passive.iter().enumerate() {
                weights[*j] += share * (z[(k, 0)] - weights[*j]);
            }
            passive.retain(|j| weights[*j] > 1e-14);
            (0..m).filter(|j| !passive.contains(j)).for_each(|j| weights[j] = 0.0);
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0.9 on the diagonal, 1 beside it and e in the corner: the largest eigenvalue is 0.9 + e^(1/n), so
    /// ill-conditioned that a solver of the eigenvalues may be off by more than 1e-6.
    #[test]
    fn majorants_contract_below_one_and_there_only() {
        for n in [4, 8, 12, 16] {
            for k in 0..20 {
                let over = 1e-8 * (1.0 + f64::from(k));
                for (sign, known) in [(1.0, false), (-1.0, true)] {
                    let corner = (0.1 + sign * over).powi(n);
                    let n = n as usize;
                    let m = Mat::from_fn(n, n, |i, j| match (i, j) {
                        _ if i == j => 0.9,
                        _ if i + 1 == j => 1.0,
                        _ if i + 1 == n && j == 0 => corner,
                        _ => 0.0,
                    });
                    assert_eq!(majorant_contracts(&m, false), known, "{n} {over} {sign}");
                    let flow = Mat::from_fn(n, n, |i, j| m[(i, j)] - if i == j { 1.0 } else { 0.0 });
                    assert_eq!(majorant_contracts(&flow, true), known, "{n} {over} {sign}");
                }
            }
        }
    }
}
