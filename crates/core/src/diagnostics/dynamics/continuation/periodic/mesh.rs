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
