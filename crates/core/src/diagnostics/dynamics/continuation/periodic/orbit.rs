//! One cycle: Newton's method, its tangent along the branch, its multipliers.

use super::super::equation::Equation;
use super::super::step::Failure;
use super::collocation::{Interval, Turn, interval};
use super::condensed::{Answer, Condensed};
use super::mesh::{Basis, DEGREE};
use crate::linalg::francis::eigenvalues_alone;
use crate::linalg::norm;
use faer::{Accum, Mat, Par, c64, linalg::matmul::matmul};

/// Newton steps at most.
const ITERATIONS: usize = 16;
/// Newton step, relative, at which stagnation is rounding.
const SMALL: f64 = 1e-7;
/// Distance of a multiplier's modulus from 1 that counts as none.
const NEUTRAL: f64 = 1e-7;

/// Two more equations in (X_0, T, p): rows of n + 2 and what they give.
pub struct Pins {
    /// The phase: direction, value.
    pub phase: (Vec<f64>, f64),
    /// The place along the branch: direction, value.
    pub place: (Vec<f64>, f64),
}

/// A cycle with what is known of it.
#[derive(Clone)]
pub struct Orbit {
    /// The cycle.
    pub turn: Turn,
    /// Direction of the branch: the change of all nodes, of the period and of p.
    pub nodes_rate: Mat<f64>,
    /// That of (X_0, T, p), of length 1 in the branch's scales.
    pub t: Vec<f64>,
    /// Multipliers without that of the motion, largest modulus first.
    pub multipliers: Vec<c64>,
    /// |m - 1| of that.
    pub trivial: f64,
    /// Multipliers outside the unit circle.
    pub unstable: usize,
    /// Whether an odd number is below -1.
    pub below: bool,
    /// Newton steps made.
    pub iterations: usize,
}

impl Orbit {
    /// |m| - 1 of multiplier `k`.
    pub fn growth(&self, k: usize) -> f64 {
        self.multipliers.get(k).map_or(f64::NAN, |m| m.re.hypot(m.im) - 1.0)
    }
}

/// (X_0, T, p) of a turn.
pub fn coordinates(turn: &Turn) -> Vec<f64> {
    turn.head().into_iter().chain([turn.period, turn.p]).collect()
}

/// Solves for cycles of one flow.
pub struct Solver<'a> {
    /// The flow.
    pub equation: Equation<'a>,
    /// Squares of the scales of (X_0, T, p), inverted.
    pub weights: Vec<f64>,
    basis: Basis,
}

impl<'a> Solver<'a> {
    /// A solver that measures states, periods and p in units of `x`, `period` and `p`.
    pub fn new(equation: Equation<'a>, x: f64, period: f64, p: f64) -> Self {
        let n = equation.dim();
        let mut weights = vec![x.powi(-2); n];
        weights.extend([period.powi(-2), p.powi(-2)]);
        Self { equation, weights, basis: Basis::new() }
    }

    /// The scalar product of the branch.
    pub fn dot(&self, a: &[f64], b: &[f64]) -> f64 {
        self.weights.iter().zip(a).zip(b).map(|((w, a), b)| w * a * b).sum()
    }

    fn linearised(&self, turn: &Turn) -> Result<(Vec<Interval>, Condensed), Failure> {
        let count = turn.mesh.len() - 1;
        let all: Option<Vec<Interval>> =
            (0..count).map(|j| interval(&self.equation, &self.basis, turn, j)).collect();
        let all = all.ok_or(Failure::NotFinite)?;
        let links: Vec<_> = all
            .iter()
            .map(|i| super::condensed::Link { matrix: i.link.matrix.clone(), rest: i.link.rest.clone() })
            .collect();
        let condensed = Condensed::new(&links).ok_or(Failure::Diverges)?;
        Ok((all, condensed))
    }

    /// The change of all nodes that belongs to an answer.
    fn unfolded(&self, turn: &Turn, all: &[Interval], answer: &Answer, one: f64) -> Mat<f64> {
        let n = self.equation.dim();
        let mut out = Mat::zeros(n, turn.nodes.ncols());
        for (j, (interval, head)) in all.iter().zip(&answer.states).enumerate() {
            (0..n).for_each(|r| out[(r, DEGREE * j)] = head[r]);
            for i in 1..=DEGREE {
                for r in 0..n {
                    let row = (i - 1) * n + r;
                    let linear: f64 = (0..n).map(|c| interval.inner[(row, c)] * head[c]).sum();
                    out[(r, DEGREE * j + i)] = linear
                        + answer.period * interval.inner[(row, n)]
                        + answer.p * interval.inner[(row, n + 1)]
                        + one * interval.inner[(row, n + 2)];
                }
            }
        }
        out
    }

    /// Newton's method for the collocation equations with two pins, to where rounding stops it.
    pub fn correct(&self, turn: &mut Turn, pins: &Pins) -> Result<usize, Failure> {
        let mut last = f64::INFINITY;
        for iteration in 0..ITERATIONS {
            let (all, condensed) = self.linearised(turn)?;
            let here = coordinates(turn);
            let gap = |(row, target): &(Vec<f64>, f64)| {
                target - row.iter().zip(&here).map(|(a, b)| a * b).sum::<f64>()
            };
            let rows =
                [(pins.phase.0.as_slice(), gap(&pins.phase)), (pins.place.0.as_slice(), gap(&pins.place))];
            let answer = condensed.solve(rows, false).ok_or(Failure::Diverges)?;
            let change = self.unfolded(turn, &all, &answer, 1.0);
            let scale = 1.0 + turn.nodes.norm_max();
            let size = (change.norm_max() / scale)
                .max(answer.period.abs() / turn.period)
                .max(answer.p.abs() / (1.0 + turn.p.abs()));
            if !size.is_finite() {
                return Err(Failure::Diverges);
            }
            if size > 0.5 * last && last <= SMALL {
                return Ok(iteration);
            }
            if size > 4.0 * last && iteration > 1 {
                return Err(Failure::Diverges);
            }
            turn.nodes += &change;
            turn.period += answer.period;
            turn.p += answer.p;
            if !(turn.period > 0.0) {
                return Err(Failure::Diverges);
            }
            if size <= 16.0 * f64::EPSILON {
                return Ok(iteration + 1);
            }
            last = size;
        }
        Err(Failure::Diverges)
    }

    /// The row that keeps the phase of `turn`: the velocity at its first state.
    pub fn phase(&self, turn: &Turn) -> (Vec<f64>, f64) {
        let head = turn.head();
        let mut f = vec![0.0; head.len()];
        self.equation.family.value(&head, turn.p, &mut f);
        let size = norm(&f).max(f64::MIN_POSITIVE);
        let row: Vec<f64> = f.iter().map(|f| f / size).chain([0.0, 0.0]).collect();
        let value = row.iter().zip(&head).map(|(a, b)| a * b).sum();
        (row, value)
    }

    /// What is known of a cycle, whose branch goes on where its product with `t` is positive.
    pub fn orbit(&self, turn: Turn, t: &[f64], iterations: usize) -> Result<Orbit, Failure> {
        let (all, condensed) = self.linearised(&turn)?;
        let row: Vec<f64> = self.weights.iter().zip(t).map(|(w, t)| w * t).collect();
        let phase = self.phase(&turn);
        let answer = condensed
            .solve([(phase.0.as_slice(), 0.0), (row.as_slice(), 1.0)], true)
            .ok_or(Failure::Diverges)?;
        let head = answer.states.first().cloned().unwrap_or_default();
        let tangent: Vec<f64> = head.into_iter().chain([answer.period, answer.p]).collect();
        let size = self.dot(&tangent, &tangent).sqrt();
        let mut nodes_rate = self.unfolded(&turn, &all, &answer, 0.0);
        nodes_rate *= faer::Scale(1.0 / size);
        let mut multipliers = eigenvalues_alone(product(&all).as_ref()).ok_or(Failure::NotFinite)?;
        let miss = |m: &c64| (m.re - 1.0).hypot(m.im);
        let own =
            (0..multipliers.len()).min_by(|i, j| miss(&multipliers[*i]).total_cmp(&miss(&multipliers[*j])));
        let trivial = own.map_or(f64::NAN, |k| miss(&multipliers.swap_remove(k)));
        multipliers.sort_by(|a, b| {
            (b.re.hypot(b.im), b.im)
                .partial_cmp(&(a.re.hypot(a.im), a.im))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        let unstable = multipliers.iter().filter(|m| m.re.hypot(m.im) > 1.0 + NEUTRAL).count();
        let below = multipliers.iter().filter(|m| m.im.abs() <= 0.0 && m.re < -1.0).count() % 2 == 1;
        let t = tangent.iter().map(|t| t / size).collect();
        Ok(Orbit { turn, nodes_rate, t, multipliers, trivial, unstable, below, iterations })
    }
}

/// The monodromy matrix.
fn product(all: &[Interval]) -> Mat<f64> {
    let n = all.first().map_or(0, |i| i.link.matrix.nrows());
    let (mut m, mut next) = (Mat::<f64>::identity(n, n), Mat::zeros(n, n));
    for interval in all {
        matmul(next.as_mut(), Accum::Replace, interval.link.matrix.as_ref(), m.as_ref(), 1.0, Par::Seq);
        std::mem::swap(&mut m, &mut next);
    }
    m
}
