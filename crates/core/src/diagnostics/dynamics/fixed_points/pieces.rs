//! The linear pieces of a piecewise smooth rule around a point.

use crate::linalg::random::{Use, normal, stream};
use crate::linalg::{col, norm};
use crate::systems::rule::{Point, Rule, Workspace, column, column_mut};
use faer::Mat;

/// Distance from a kink, relative to 1 + |x|, at which a unit counts as at it: what rounding leaves of zero.
const AT_KINK: f64 = 1e-10;
/// Directions in which slopes are compared.
const DIRECTIONS: u64 = 12;
/// Least jump of a slope.
const JUMP: f64 = 1e-3;

/// A point and the slopes that jump there: a kinked unit has one slope on either side, which its cell
/// records in a row of the tape, so that the Jacobian of each piece is that of a tape with those slopes.
pub struct Pieces<'a> {
    rule: &'a dyn Rule,
    x: &'a [f64],
    u: &'a [f64],
    ws: Workspace,
    reach: f64,
    /// The tape at the point.
    base: Vec<f64>,
    /// Rows of the tape that jump, with the larger slope and the smaller.
    rows: Vec<(usize, [f64; 2])>,
}

impl<'a> Pieces<'a> {
    /// The pieces around `x`; none where the rule is smooth there.
    pub fn around(rule: &'a dyn Rule, x: &'a [f64], u: &'a [f64]) -> Option<Self> {
        let reach = AT_KINK * (1.0 + norm(x));
        let ws = Workspace::new(rule, 1, rule.dim());
        let mut all = Self { rule, x, u, ws, reach, base: vec![], rows: vec![] };
        let mut seen: Vec<Option<[f64; 2]>> = vec![None; rule.tape_rows()];
        for k in 0..DIRECTIONS {
            let mut rng = stream(1, Use::Kink, k);
            let v: Vec<f64> = x.iter().map(|_| normal(&mut rng)).collect();
            let back: Vec<f64> = v.iter().map(|v| -v).collect();
            let (a, b) = (all.slopes(&v), all.slopes(&back));
            for (s, (a, b)) in seen.iter_mut().zip(a.iter().zip(&b)) {
                if (a - b).abs() > JUMP * (1.0 + a.abs().min(b.abs())) {
                    *s = Some([a.max(*b), a.min(*b)]);
                }
            }
        }
        all.rows = seen.iter().enumerate().filter_map(|(i, s)| s.map(|s| (i, s))).collect();
        all.base = all.slopes(&vec![0.0; x.len()]);
        (!all.rows.is_empty()).then_some(all)
    }

    /// Number of kinked units.
    pub fn units(&self) -> usize {
        self.rows.len()
    }

    /// The tape a little way from the point along `v`.
    fn slopes(&mut self, v: &[f64]) -> Vec<f64> {
        let h = self.reach / norm(v).max(1e-300);
        let near: Vec<f64> = self.x.iter().zip(v).map(|(x, v)| x + h * v).collect();
        let mut y = vec![0.0; near.len()];
        self.ws.eval(self.rule, column(&near), column(self.u), column_mut(&mut y));
        col(self.ws.tape.as_ref(), 0).to_vec()
    }

    /// Whether each kinked unit has its larger slope along `v`.
    pub fn side(&mut self, v: &[f64]) -> Vec<bool> {
        let tape = self.slopes(v);
        self.rows.iter().map(|(i, [more, less])| (tape[*i] - more).abs() < (tape[*i] - less).abs()).collect()
    }

    /// The one-sided derivative F'(x; v): exact for the piece that `v` points into.
    pub fn along(&mut self, v: &[f64]) -> Vec<f64> {
        let side = self.side(v);
        self.set(&side);
        let Workspace { tape, scratch } = &mut self.ws;
        let at = Point { x: column(self.x), u: column(self.u), tape: tape.as_ref() };
        let mut out = vec![0.0; v.len()];
        self.rule.jvp(at, column(v), None, column_mut(&mut out), scratch.as_mut());
        out
    }

    fn set(&mut self, side: &[bool]) {
        for (i, v) in self.base.iter().enumerate() {
            self.ws.tape[(i, 0)] = *v;
        }
        for ((i, [more, less]), on) in self.rows.iter().zip(side) {
            self.ws.tape[(*i, 0)] = if *on { *more } else { *less };
        }
    }

    /// dF/dx of the piece whose kinked units have their larger slope where `side` says so.
    pub fn jacobian(&mut self, side: &[bool]) -> Mat<f64> {
        self.set(side);
        let n = self.x.len();
        let mut j = Mat::zeros(n, n);
        let Workspace { tape, scratch } = &mut self.ws;
        let at = Point { x: column(self.x), u: column(self.u), tape: tape.as_ref() };
        if !self.rule.fold(at, j.as_mut(), scratch.as_mut()) {
            self.rule.jvp(at, Mat::identity(n, n).as_ref(), None, j.as_mut(), scratch.as_mut());
        }
        j
    }

    /// Normals of the walls of that piece, pointing into it; none for a unit that nothing depends on there, or whose
    /// side is not known.
    ///
    /// Across the wall of one unit the Jacobian changes by a matrix of rank one, whose rows are multiples of
    /// the wall's normal.
    pub fn walls(&mut self, side: &[bool]) -> Vec<Option<Vec<f64>>> {
        (0..side.len()).map(|k| self.wall(side, k)).collect()
    }

    fn wall(&mut self, side: &[bool], k: usize) -> Option<Vec<f64>> {
        let n = self.x.len();
        let change = self.change(side, k);
        let row = |i: usize| (0..n).map(|j| change[(i, j)]).collect::<Vec<f64>>();
        let largest = (0..n).map(row).max_by(|a, b| norm(a).total_cmp(&norm(b)))?;
        let size = norm(&largest);
        if !(size > 0.0) {
            return None;
        }
        // On which side the unit is along the normal holds of this piece where the same wall is met there: units of
        // layers below may turn it.
        [1.0, -1.0].into_iter().find_map(|sign| {
            let normal: Vec<f64> = largest.iter().map(|v| sign * v / size).collect();
            let there = self.side(&normal);
            let same = (self.change(&there, k) - &change).norm_max() <= 1e-12 * change.norm_max();
            let inward = if there[k] == side[k] { 1.0 } else { -1.0 };
            same.then(|| normal.iter().map(|v| inward * v).collect())
        })
    }

    /// The Jacobian where unit `k` has its larger slope, less that where it has the smaller, the others being on
    /// their `side`.
    fn change(&mut self, side: &[bool], k: usize) -> Mat<f64> {
        let mut at = side.to_vec();
        at[k] = true;
        let more = self.jacobian(&at);
        at[k] = false;
        more - self.jacobian(&at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::activation::Activation;
    use crate::linalg::random::normal_matrix;
    use crate::systems::cells::{Stack, Vanilla};

    /// Two layers of two units without bias, whose origin is at every kink: a direction within a piece lies on the
    /// inner side of all its walls.
    #[test]
    fn walls_point_into_their_piece() {
        let mut known = 0;
        for seed in 0..40 {
            let layer = |k: u64| {
                let mut rng = stream(seed, Use::Fixture, k);
                let inputs = if k == 0 { 0 } else { 2 };
                let mut cell = Vanilla::new(2, inputs, Activation::Relu);
                cell.params_mut().mat_mut(0).copy_from(normal_matrix(&mut rng, 2, inputs));
                cell.params_mut().mat_mut(1).copy_from(normal_matrix(&mut rng, 2, 2));
                Box::new(cell) as Box<dyn Rule>
            };
            let stack = Stack::new(vec![layer(0), layer(1)]);
            let mut pieces = Pieces::around(&stack, &[0.0; 4], &[]).unwrap();
            assert_eq!(pieces.units(), 4);
            let mut rng = stream(seed, Use::Start, 0);
            for _ in 0..40 {
                let v: Vec<f64> = (0..4).map(|_| normal(&mut rng)).collect();
                let side = pieces.side(&v);
                for wall in pieces.walls(&side).into_iter().flatten() {
                    let depth: f64 = wall.iter().zip(&v).map(|(w, v)| w * v).sum();
                    assert!(depth > -1e-9, "{seed}: {side:?} {v:?} {wall:?}");
                    known += 1;
                }
            }
        }
        assert!(known > 1000, "{known}");
    }
}
