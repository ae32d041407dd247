//! The tree of pieces of a ReLU network: which units are on.

use super::dictionary::{Dictionary, Settled, Zeroed};
use super::verified::Square;
use crate::linalg::ball::{Ball, dot};
use crate::linalg::vectorised;
use crate::systems::recurrence::Recurrence;

/// What is known of a unit on a node's pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Rate 0.
    Off,
    /// The rate is the pre-activation.
    On,
    /// Either.
    Open,
}

/// The pieces that agree on the units decided so far.
#[derive(Clone)]
pub struct Node {
    sides: Vec<Side>,
    dictionary: Dictionary,
}

/// What a piece holds.
#[derive(Clone, Debug)]
pub enum Leaf {
    /// The one solution of the piece's linear equations.
    Point(Candidate),
    /// The equations are singular, or may be.
    Singular {
        /// Solutions are proven, a whole segment of them.
        proven: bool,
        /// Rates of one of them, or where they may be.
        rates: Vec<f64>,
    },
}

/// A point with what is known of the signs on which it depends.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Units on.
    pub on: Vec<bool>,
    /// Rates, proven.
    pub rates: Vec<Ball>,
    /// Units exactly at their kink.
    pub kinks: Vec<usize>,
    /// Units that may be on either side of their kink.
    pub unclear: Vec<usize>,
}

/// Blur of a dictionary above which it is computed anew.
const BLUR: f64 = 1e-7;

/// Operations for an entry of a dictionary.
const OPERATIONS: u64 = 100;

/// The linear complementarity problem x >= 0, w = (I - W) x - c >= 0, x_i w_i = 0 of x = [W x + c]+, or its
/// directions, with c = 0 and sum x = 1.
pub struct Pieces<'a> {
    net: &'a Recurrence,
    /// Equations for x (first n columns) and w, with the right side last.
    equations: Vec<Vec<Ball>>,
}

impl<'a> Pieces<'a> {
    /// The fixed points of `net`.
    pub fn points(net: &'a Recurrence) -> Self {
        let n = net.dim();
        let row = |i: usize| {
            let mut row = vec![Ball::ZERO; 2 * n + 1];
            for j in 0..n {
                row[j] = net.entry(i, j) - if i == j { Ball::ONE } else { Ball::ZERO };
            }
            row[n + i] = Ball::ONE;
            row[2 * n] = -net.drive[i];
            row
        };
        Self { net, equations: (0..n).map(row).collect() }
    }

    /// The rays of fixed points of `net` without its drive.
    pub fn rays(net: &'a Recurrence) -> Self {
        let n = net.dim();
        let mut all = Self::points(net);
        all.equations.iter_mut().for_each(|row| row[2 * n] = Ball::ZERO);
        let mut sum = vec![Ball::ONE; n];
        sum.resize(2 * n, Ball::ZERO);
        sum.push(Ball::ONE);
        all.equations.push(sum);
        all
    }

    /// The node of all pieces.
    pub fn root(&self) -> Node {
        let n = self.net.dim();
        let rays = self.equations.len() > n;
        let coefficient = |i: usize, j: usize| -self.equations[i][j];
        let dictionary = if rays {
            // x_0 = 1 - (sum of the others), put into every row.
            let rows = (n..2 * n).chain([0]).collect();
            Dictionary::of(rows, (1..n).collect(), |i, k| match (i < n, k + 1 < n) {
                (true, true) => coefficient(i, k + 1) - coefficient(i, 0),
                (true, false) => coefficient(i, 0),
                (false, true) => -Ball::ONE,
                (false, false) => Ball::ONE,
            })
        } else {
            Dictionary::of((n..2 * n).collect(), (0..n).collect(), |i, j| {
                if j < n { coefficient(i, j) } else { self.equations[i][2 * n] }
            })
        };
        Node { sides: vec![Side::Open; n], dictionary }
    }

    /// Computes a blurred dictionary anew from the equations.
    fn refresh(&self, dictionary: &mut Dictionary, tolerated: f64) {
        let m = self.equations.len();
        if dictionary.rows.len() != m || dictionary.blur() <= tolerated {
            return;
        }
        let basis = Square::from_fn(m, |i, j| self.equations[i][dictionary.rows[j]]);
        let right = self.equations[0].len() - 1;
        let column = |v: usize| -> Vec<Ball> {
            self.equations.iter().map(|row| if v == right { row[v] } else { -row[v] }).collect()
        };
        let columns: Vec<Vec<Ball>> = dictionary.cols.iter().copied().chain([right]).map(column).collect();
        let solved = vectorised(
            #[inline(always)]
            || basis.solve(&columns),
        );
        if let Some(solved) = solved {
            dictionary.refresh(|i, j| solved[j][i]);
        }
    }

    /// Looks at one node: it is empty, or it is a piece, or it is parted by the state of one unit.
    pub fn visit(&self, node: Node, stack: &mut Vec<Node>, leaves: &mut Vec<Leaf>) -> u64 {
        OPERATIONS * self.look(node, stack, leaves)
    }

    fn look(&self, mut node: Node, stack: &mut Vec<Node>, leaves: &mut Vec<Leaf>) -> u64 {
        let mut work = node.dictionary.size() + 64;
        self.refresh(&mut node.dictionary, BLUR);
        if node.dictionary.settle(&mut work) == Settled::Empty {
            return work;
        }
        let n = self.net.dim();
        let Some(unit) = self.branching(&node) else {
            leaves.extend(self.leaf(&node));
            return work + (n * n * n) as u64;
        };
        for (side, variable) in [(Side::Off, unit), (Side::On, n + unit)] {
            let mut child = node.clone();
            child.sides[unit] = side;
            let mut zeroed = child.dictionary.zero(variable, &mut work);
            if zeroed == Zeroed::Unclear {
                self.refresh(&mut child.dictionary, 0.0);
                zeroed = child.dictionary.zero(variable, &mut work);
            }
            match zeroed {
                Zeroed::Done | Zeroed::Always => stack.push(child),
                Zeroed::Never => {}
                Zeroed::Unclear => leaves.push(self.singular(&child, false)),
            }
        }
        work
    }

    /// The open unit that violates x w = 0 most; where none does, the one farthest from its kink.
    fn branching(&self, node: &Node) -> Option<usize> {
        let n = self.net.dim();
        let mut values = vec![0.0; 2 * n];
        for (i, v) in node.dictionary.rows.iter().enumerate() {
            values[*v] = node.dictionary.constant(i).mid;
        }
        let rank = |i: usize| {
            let (x, w) = (values[i], values[n + i]);
            (x.min(w).max(0.0), x.max(w))
        };
        let open = (0..n).filter(|i| node.sides[*i] == Side::Open);
        open.max_by(|a, b| {
            let (a, b) = (rank(*a), rank(*b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        })
    }

    fn singular(&self, node: &Node, proven: bool) -> Leaf {
        let value = |j: usize| node.dictionary.value(j).map_or(0.0, |b| b.mid);
        Leaf::Singular { proven, rates: (0..self.net.dim()).map(value).collect() }
    }

    /// A node whose units are all decided.
    fn leaf(&self, node: &Node) -> Option<Leaf> {
        let n = self.net.dim();
        if !node.dictionary.cols.is_empty() || self.equations.len() > n {
            // A solution at sum x = 1 is a ray; others need room to move.
            let ray = self.equations.len() > n && node.dictionary.is_solved();
            return Some(self.singular(node, ray || node.dictionary.is_continuum()));
        }
        let on: Vec<usize> = (0..n).filter(|i| node.sides[*i] == Side::On).collect();
        let square = Square::from_fn(on.len(), |i, j| -self.equations[on[i]][on[j]]);
        let right: Vec<Ball> = on.iter().map(|i| self.net.drive[*i]).collect();
        let Some(solved) = square.solve(&[right]) else { return Some(self.singular(node, false)) };
        let mut rates = vec![Ball::ZERO; n];
        on.iter().zip(&solved[0]).for_each(|(i, x)| rates[*i] = *x);
        let (mut kinks, mut unclear) = (Vec::new(), Vec::new());
        for i in 0..n {
            // The pre-activation, positive where the unit is on.
            let off = node.sides[i] == Side::Off;
            let w = |j: usize| self.net.entry(i, j);
            let a =
                if off { self.net.drive[i] + dot(on.iter().map(|j| (w(*j), rates[*j]))) } else { rates[i] };
            let a = if off { -a } else { a };
            if a.is_negative() {
                return None;
            }
            if a.is_zero() {
                kinks.push(i);
            } else if !a.is_positive() {
                unclear.push(i);
            }
        }
        let on = node.sides.iter().map(|s| *s == Side::On).collect();
        Some(Leaf::Point(Candidate { on, rates, kinks, unclear }))
    }
}
