//! Meshes over one period, and piecewise polynomials on them.

use crate::linalg::norm;
use faer::Mat;

/// Degree of the polynomials, and Gauss points in an interval.
pub const DEGREE: usize = 4;

/// Share of the mesh that is laid evenly, whatever the solution does.
const EVEN: f64 = 0.1;

/// Values and slopes of the node polynomials at the Gauss points of (0, 1): entry (l, i) of point l and node i / 4.
pub struct Basis {
    /// Values.
    pub value: [[f64; DEGREE + 1]; DEGREE],
    /// Slopes.
    pub slope: [[f64; DEGREE + 1]; DEGREE],
}

fn node(i: usize) -> f64 {
    i as f64 / DEGREE as f64
}

/// Polynomial of node `i` at `t`.
fn lagrange(i: usize, t: f64) -> f64 {
    (0..=DEGREE).filter(|k| *k != i).map(|k| (t - node(k)) / (node(i) - node(k))).product()
}

fn lagrange_slope(i: usize, t: f64) -> f64 {
    let others = |skip: usize| (0..=DEGREE).filter(move |k| *k != i && *k != skip);
    (0..=DEGREE)
        .filter(|k| *k != i)
        .map(|k| {
            others(k).map(|l| (t - node(l)) / (node(i) - node(l))).product::<f64>() / (node(i) - node(k))
        })
        .sum()
}

impl Basis {
    /// At the zeros of the Legendre polynomial of degree 4.
    pub fn new() -> Self {
        let (near, far) = {
            let root = 2.0 / 7.0 * 1.2f64.sqrt();
            ((3.0 / 7.0 - root).sqrt(), (3.0 / 7.0 + root).sqrt())
        };
        let gauss = [-far, -near, near, far].map(|x| 0.5 * (1.0 + x));
        let table = |f: &dyn Fn(usize, f64) -> f64| gauss.map(|t| std::array::from_fn(|i| f(i, t)));
        Self { value: table(&lagrange), slope: table(&lagrange_slope) }
    }
}

/// Value at `t` in (0, 1) of the piecewise polynomial of nodes `u` (n x (4 N + 1)) on `mesh` (N + 1).
pub fn value(mesh: &[f64], u: &Mat<f64>, t: f64) -> Vec<f64> {
    let last = mesh.len().saturating_sub(2);
    let j = mesh.partition_point(|m| *m <= t).saturating_sub(1).min(last);
    let local = (t - mesh[j]) / (mesh[j + 1] - mesh[j]);
    let weights: [f64; DEGREE + 1] = std::array::from_fn(|i| lagrange(i, local));
    (0..u.nrows()).map(|r| (0..=DEGREE).map(|i| weights[i] * u[(r, DEGREE * j + i)]).sum()).collect()
}

/// The nodes on another mesh.
pub fn moved(mesh: &[f64], u: &Mat<f64>, to: &[f64]) -> Mat<f64> {
    let mut out = Mat::zeros(u.nrows(), DEGREE * (to.len() - 1) + 1);
    for j in 0..to.len() - 1 {
        for i in 0..DEGREE {
            let t = to[j] + node(i) * (to[j + 1] - to[j]);
            for (r, v) in value(mesh, u, t).iter().enumerate() {
                out[(r, DEGREE * j + i)] = *v;
            }
        }
    }
    let (last, end) = (out.ncols() - 1, u.ncols() - 1);
    (0..u.nrows()).for_each(|r| out[(r, last)] = u[(r, end)]);
    out
}

/// The mesh on which the fifth derivative's root is spread evenly.
///
/// Source: Ascher, Mattheij, Russell, Numerical Solution of Boundary Value Problems for Ordinary Differential Equations (SIAM, 1995),
/// section 9.1.
pub fn spread(mesh: &[f64], u: &Mat<f64>) -> Vec<f64> {
    let (n, count) = (u.nrows(), mesh.len() - 1);
    let width = |j: usize| mesh[j + 1] - mesh[j];
    // Fourth derivatives are constant on an interval.
    let fourth: Vec<Vec<f64>> = (0..count)
        .map(|j| {
            let scale = (DEGREE as f64 / width(j)).powi(4);
            let d = |r: usize| {
                let v = |i: usize| u[(r, DEGREE * j + i)];
                v(0) - 4.0 * v(1) + 6.0 * v(2) - 4.0 * v(3) + v(4)
            };
            (0..n).map(|r| d(r) * scale).collect()
        })
        .collect();
    let jump = |j: usize| {
        let k = (j + 1) % count;
        let apart: Vec<f64> = (0..n).map(|r| fourth[k][r] - fourth[j][r]).collect();
        2.0 * norm(&apart) / (width(j) + width(k))
    };
    let monitor: Vec<f64> =
        (0..count).map(|j| (0.5 * (jump(j) + jump((j + count - 1) % count))).powf(0.2)).collect();
    let total: f64 = (0..count).map(|j| monitor[j] * width(j)).sum();
    if !(total > 0.0 && total.is_finite()) {
        return mesh.to_vec();
    }
    let weight: Vec<f64> =
        (0..count).map(|j| (1.0 - EVEN) * monitor[j] * width(j) / total + EVEN * width(j)).collect();
    let mut out = vec![0.0];
    let (mut j, mut before) = (0, 0.0);
    for k in 1..count {
        let target = k as f64 / count as f64;
        while j + 1 < count && before + weight[j] < target {
            before += weight[j];
            j += 1;
        }
        out.push(mesh[j] + width(j) * ((target - before) / weight[j]).clamp(0.0, 1.0));
    }
    out.push(1.0);
    if out.windows(2).all(|w| w[1] - w[0] > 1e-9) { out } else { mesh.to_vec() }
}
/// Places within an interval at which its polynomial is looked at for its extremes.
const PLACES: usize = 64;

/// Least and largest value of the piecewise polynomial with these values at its nodes: in the intervals that hold the extreme nodes, at the
/// vertex of the parabola through the best of many places.
pub fn range(nodes: &[f64]) -> [f64; 2] {
    let end = |sign: f64| {
        let best =
            (0..nodes.len()).max_by(|a, b| (sign * nodes[*a]).total_cmp(&(sign * nodes[*b]))).unwrap_or(0);
        let around = [best.saturating_sub(1) / DEGREE, best / DEGREE];
        let pieces = around.into_iter().filter_map(|j| nodes.get(DEGREE * j..=DEGREE * (j + 1)));
        pieces
            .map(|piece| highest(piece, sign))
            .fold(nodes.get(best).map_or(f64::NAN, |v| sign * v), f64::max)
    };
    [-end(-1.0), end(1.0)]
}

/// The largest value of sign times the polynomial through equally spaced values.
fn highest(piece: &[f64], sign: f64) -> f64 {
    // Newton's forward differences.
    let mut differences = piece.iter().map(|v| sign * v).collect::<Vec<f64>>();
    for k in 1..differences.len() {
        for i in (k..differences.len()).rev() {
            differences[i] = (differences[i] - differences[i - 1]) / k as f64;
        }
    }
    let at = |s: f64| {
        let step = |sum: f64, (k, d): (usize, &f64)| sum * (s - k as f64) + d;
        differences.iter().enumerate().rev().fold(0.0, step)
    };
    let values: Vec<f64> = (0..=PLACES).map(|k| at((DEGREE * k) as f64 / PLACES as f64)).collect();
    let best = (0..=PLACES).max_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap_or(0);
    if best == 0 || best == PLACES {
        return values[best];
    }
    let (a, b, c) = (values[best - 1], values[best], values[best + 1]);
    let bend = a - 2.0 * b + c;
    if bend < 0.0 { b - (c - a).powi(2) / (8.0 * bend) } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A quartic on two intervals, whose highest place lies between nodes.
    #[test]
    fn ranges_reach_between_nodes() {
        let f = |t: f64| 1.0 - (t - 0.3).powi(2) * (1.0 + t * t);
        let nodes: Vec<f64> = (0..=2 * DEGREE).map(|k| f(k as f64 / (2 * DEGREE) as f64)).collect();
        let [low, high] = range(&nodes);
        assert!((high - 1.0).abs() < 1e-7 && (low - f(1.0)).abs() < 1e-15, "{low} {high}");
    }
}
