//! A linear programme in balls: n equations between variables that are not negative.

use crate::linalg::ball::Ball;
use crate::linalg::vectorised;

/// Variables `rows` (basic) as affine functions of the variables `cols`, all of them >= 0:
/// row = sum of entries x column + constant.
#[derive(Clone)]
pub struct Dictionary {
    /// The basic variables.
    pub rows: Vec<usize>,
    /// The others.
    pub cols: Vec<usize>,
    /// Row by row, the constant last.
    entries: Vec<Ball>,
}

/// What is known after [`Dictionary::settle`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Proven: no values >= 0 satisfy the equations.
    Empty,
    /// The constants are not negative as far as their balls tell: a vertex.
    Vertex,
    /// Neither within the pivots allowed.
    Unknown,
}

/// What setting a variable to zero comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zeroed {
    /// One variable fewer to choose.
    Done,
    /// Proven: it cannot be zero.
    Never,
    /// It is zero anyway, exactly.
    Always,
    /// The equation is singular to rounding.
    Unclear,
}

/// Smallest pivot, relative to the largest entry of its row.
const PIVOT: f64 = 1e-7;

impl Dictionary {
    /// The variables `rows` as functions of `cols`, with coefficients `entry`(row, column) and the constants
    /// in the column after the last.
    pub fn of(rows: Vec<usize>, cols: Vec<usize>, entry: impl Fn(usize, usize) -> Ball) -> Self {
        let width = cols.len() + 1;
        let entries = (0..rows.len() * width).map(|k| entry(k / width, k % width)).collect();
        Self { rows, cols, entries }
    }

    fn width(&self) -> usize {
        self.cols.len() + 1
    }
    fn row(&self, i: usize) -> &[Ball] {
        &self.entries[i * self.width()..][..self.width()]
    }
    fn coefficients(&self, i: usize) -> &[Ball] {
        &self.row(i)[..self.cols.len()]
    }
    /// The constant of row `i`.
    pub fn constant(&self, i: usize) -> Ball {
        self.row(i)[self.cols.len()]
    }
    /// The value of variable `v` at the vertex; none if it is not there any more.
    pub fn value(&self, v: usize) -> Option<Ball> {
        let row = self.rows.iter().position(|r| *r == v).map(|i| self.constant(i));
        row.or_else(|| self.cols.contains(&v).then_some(Ball::ZERO))
    }
    /// Proven: the vertex is a solution, and so is a segment that begins there along one of the columns.
    pub fn is_continuum(&self) -> bool {
        let rows = || 0..self.rows.len();
        let grows = |e: Ball| e.mid >= e.rad;
        let stays = |q: usize| rows().all(|i| self.constant(i).is_positive() || grows(self.row(i)[q]));
        self.is_solved() && (0..self.cols.len()).any(stays)
    }
    /// Proven: the constants are not negative.
    pub fn is_solved(&self) -> bool {
        (0..self.rows.len()).all(|i| self.constant(i).is_positive() || self.constant(i).is_zero())
    }
    /// Entries, to count work.
    pub fn size(&self) -> u64 {
        self.entries.len() as u64
    }
    /// Largest radius relative to the size of the entries.
    pub fn blur(&self) -> f64 {
        let fold = |f: &dyn Fn(&Ball) -> f64| self.entries.iter().map(f).fold(0.0, f64::max);
        fold(&|b| b.rad) / (1.0 + fold(&|b| b.mid.abs()))
    }

    /// Exchanges the variables of row `p` and column `q`, whose entry is surely not zero.
    fn pivot(&mut self, p: usize, q: usize) {
        let width = self.width();
        let value = self.entries[p * width + q];
        let inverse = Ball::ONE.over(value);
        let mut own: Vec<Ball> = self.row(p).iter().map(|e| -e.over(value)).collect();
        own[q] = inverse;
        vectorised(
            #[inline(always)]
            || {
                for (i, row) in self.entries.chunks_exact_mut(width).enumerate() {
                    let factor = row[q];
                    if i == p || factor.is_zero() {
                        continue;
                    }
                    row[q] = Ball::ZERO;
                    for (e, o) in row.iter_mut().zip(&own) {
                        *e = e.plus_product(factor, *o);
                    }
                }
            },
        );
        self.entries[p * width..][..width].copy_from_slice(&own);
        std::mem::swap(&mut self.rows[p], &mut self.cols[q]);
    }

    fn drop_column(&mut self, q: usize) {
        let width = self.width();
        let mut k = 0;
        self.entries.retain(|_| {
            k += 1;
            (k - 1) % width != q
        });
        self.cols.remove(q);
    }

    fn drop_row(&mut self, p: usize) {
        let width = self.width();
        self.entries.drain(p * width..(p + 1) * width);
        self.rows.remove(p);
    }

    /// The best column to exchange with row `p`, entries being weighed by `weight`.
    fn entering(&self, p: usize, weight: impl Fn(f64) -> f64) -> Option<usize> {
        let row = self.coefficients(p);
        let largest = row.iter().map(|e| e.mid.abs()).fold(0.0, f64::max);
        let usable =
            |e: &Ball| e.mid.abs() > PIVOT * largest && e.mid.abs() > 4.0 * e.rad && weight(e.mid) > 0.0;
        let candidates = (0..row.len()).filter(|q| usable(&row[*q]));
        candidates.max_by(|a, b| weight(row[*a].mid).total_cmp(&weight(row[*b].mid)))
    }

    /// Exchanges variables until the constants are not negative, or a row shows that they cannot be:
    /// one whose constant is surely negative and whose entries surely are not positive.
    pub fn settle(&mut self, work: &mut u64) -> Settled {
        let limit = 4 * self.rows.len() + 4;
        for step in 0..limit {
            let negative = (0..self.rows.len()).filter(|i| self.constant(*i).is_negative());
            // The largest violation at first; later the first variable, which cannot go in circles.
            let p = if step < limit / 2 {
                negative.min_by(|a, b| self.constant(*a).mid.total_cmp(&self.constant(*b).mid))
            } else {
                negative.min_by_key(|i| self.rows[*i])
            };
            let Some(p) = p else { return Settled::Vertex };
            if self.coefficients(p).iter().all(|e| e.mid <= -e.rad) {
                return Settled::Empty;
            }
            let q = if step < limit / 2 {
                self.entering(p, |e| e)
            } else {
                let row = self.coefficients(p);
                let usable = |q: &usize| row[*q].is_positive() && row[*q].mid > 4.0 * row[*q].rad;
                (0..row.len()).filter(usable).min_by_key(|q| self.cols[*q])
            };
            let Some(q) = q else { return Settled::Unknown };
            self.pivot(p, q);
            *work += self.size();
        }
        Settled::Unknown
    }

    /// Adds the equation that variable `v` is zero.
    pub fn zero(&mut self, v: usize, work: &mut u64) -> Zeroed {
        if let Some(q) = self.cols.iter().position(|c| *c == v) {
            self.drop_column(q);
            return Zeroed::Done;
        }
        let Some(p) = self.rows.iter().position(|r| *r == v) else { return Zeroed::Always };
        let (row, constant) = (self.coefficients(p), self.constant(p));
        if constant.is_positive() && row.iter().all(|e| e.mid >= e.rad) {
            return Zeroed::Never;
        }
        if let Some(q) = self.entering(p, f64::abs) {
            self.pivot(p, q);
            *work += self.size();
            self.drop_column(q);
            return Zeroed::Done;
        }
        if !row.iter().all(|e| e.is_zero()) {
            return Zeroed::Unclear;
        }
        if constant.is_nonzero() {
            return Zeroed::Never;
        }
        if !constant.is_zero() {
            return Zeroed::Unclear;
        }
        self.drop_row(p);
        Zeroed::Always
    }

    /// Replaces every entry by `entry`(row, column), the constant being the last column.
    pub fn refresh(&mut self, entry: impl Fn(usize, usize) -> Ball) {
        let width = self.width();
        for (k, e) in self.entries.iter_mut().enumerate() {
            *e = entry(k / width, k % width);
        }
    }
}
