//! Orthogonal collocation of one turn: residuals, and each interval as a link from its first state to its last.

use super::super::equation::Equation;
use super::condensed::Link;
use super::mesh::{Basis, DEGREE};
use faer::Mat;
use faer::linalg::solvers::Solve;

/// A piecewise polynomial of one turn, its period and the parameter.
#[derive(Clone)]
pub struct Turn {
    /// Mesh points, N + 1 from 0 to 1.
    pub mesh: Vec<f64>,
    /// States at the nodes, n x (4 N + 1).
    pub nodes: Mat<f64>,
    /// The period.
    pub period: f64,
    /// The parameter.
    pub p: f64,
}

impl Turn {
    /// The first state.
    pub fn head(&self) -> Vec<f64> {
        (0..self.nodes.nrows()).map(|r| self.nodes[(r, 0)]).collect()
    }
}

/// An interval: its link, and how its inner nodes and its last follow its first state.
pub struct Interval {
    /// The link.
    pub link: Link,
    /// Nodes 1 to 4 (4 n rows) by the first state, T, p, and 1: 4 n x (n + 3).
    pub inner: Mat<f64>,
}

/// Linearises interval `j`: Newton's equations for nodes 1 to 4 solved for what they depend on. None for what is not finite.
///
/// Formula: sum over i of u_i L_i'(c_l) = h T F(sum of u_i L_i(c_l), p) at the Gauss points c_l.
pub fn interval(equation: &Equation, basis: &Basis, turn: &Turn, j: usize) -> Option<Interval> {
    let n = equation.dim();
    let h = turn.mesh[j + 1] - turn.mesh[j];
    let u = |r: usize, i: usize| turn.nodes[(r, DEGREE * j + i)];
    let mut own = Mat::zeros(DEGREE * n, DEGREE * n);
    let mut rhs = Mat::zeros(DEGREE * n, n + 3);
    let (mut f, mut slope, mut jacobian) = (vec![0.0; n], vec![0.0; n], Mat::zeros(n, n));
    for l in 0..DEGREE {
        let (value, rate) = (&basis.value[l], &basis.slope[l]);
        let at: Vec<f64> = (0..n).map(|r| (0..=DEGREE).map(|i| value[i] * u(r, i)).sum()).collect();
        equation.family.value(&at, turn.p, &mut f);
        equation.family.slope(&at, turn.p, &mut slope);
        equation.family.jacobian(&at, turn.p, jacobian.as_mut());
        let time = h * turn.period;
        for r in 0..n {
            let row = l * n + r;
            for i in 1..=DEGREE {
                for c in 0..n {
                    let unit = if r == c { rate[i] } else { 0.0 };
                    own[(row, (i - 1) * n + c)] = unit - time * value[i] * jacobian[(r, c)];
                }
            }
            for c in 0..n {
                let unit = if r == c { rate[0] } else { 0.0 };
                rhs[(row, c)] = time * value[0] * jacobian[(r, c)] - unit;
            }
            let miss = (0..=DEGREE).map(|i| rate[i] * u(r, i)).sum::<f64>() - time * f[r];
            rhs[(row, n)] = h * f[r];
            rhs[(row, n + 1)] = time * slope[r];
            rhs[(row, n + 2)] = -miss;
        }
    }
    let inner = own.partial_piv_lu().solve(&rhs);
    let finite = (0..n + 3).all(|c| (0..DEGREE * n).all(|r| inner[(r, c)].is_finite()));
    if !finite {
        return None;
    }
    let last = inner.subrows((DEGREE - 1) * n, n);
    let link = Link { matrix: last.subcols(0, n).to_owned(), rest: last.subcols(n, 3).to_owned() };
    Some(Interval { link, inner })
}
