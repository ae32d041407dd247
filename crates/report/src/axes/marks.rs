//! Data placed in a panel: lines, dots, error bars and blocks, cut at the plot's edge.

use super::panel::Panel;
use crate::draw::color::{Color, WHITE};
use crate::draw::scene::{Dot, Pen, Point};

impl Panel {
    pub fn px(&self, x: f64) -> Option<f64> {
        self.x.at(x).map(|t| self.left + t * (self.right - self.left))
    }

    pub fn py(&self, y: f64) -> Option<f64> {
        self.y.at(y).map(|t| self.bottom - t * (self.bottom - self.top))
    }

    /// Where a datum lies on the page, if it lies within the plot or near it.
    pub fn place(&self, at: [f64; 2]) -> Option<Point> {
        let p = [self.px(at[0])?, self.py(at[1])?];
        (p[0].abs() < 1e5 && p[1].abs() < 1e5).then_some(p)
    }

    fn holds(&self, p: Point) -> bool {
        (self.left - 0.5..=self.right + 0.5).contains(&p[0])
            && (self.top - 0.5..=self.bottom + 0.5).contains(&p[1])
    }

    /// Draws a line through data, broken where values are missing and cut at the plot's edge.
    pub fn line(&mut self, data: impl IntoIterator<Item = [f64; 2]>, pen: Pen) {
        let mut pieces: Vec<Vec<Point>> = vec![vec![]];
        let mut last: Option<Point> = None;
        for at in data {
            let next = self.place(at);
            let cut = last.zip(next).and_then(|(a, b)| self.cut(a, b));
            if let (Some((a, b)), Some(piece)) = (cut, pieces.last_mut()) {
                let joined = piece.last().is_some_and(|p| near(*p, a, 0.02));
                if joined {
                    piece.push(b);
                } else {
                    pieces.push(vec![a, b]);
                }
            }
            last = next;
        }
        self.scene.lines(pieces, pen);
    }

    /// The part of a segment inside the plot (Liang and Barsky 1984).
    fn cut(&self, a: Point, b: Point) -> Option<(Point, Point)> {
        let (mut t0, mut t1) = (0.0f64, 1.0f64);
        let d = [b[0] - a[0], b[1] - a[1]];
        for (p, q) in [
            (-d[0], a[0] - self.left),
            (d[0], self.right - a[0]),
            (-d[1], a[1] - self.top),
            (d[1], self.bottom - a[1]),
        ] {
            if p.abs() < 1e-12 {
                if q < -1e-9 {
                    return None;
                }
            } else if p < 0.0 {
                t0 = t0.max(q / p);
            } else {
                t1 = t1.min(q / p);
            }
        }
        let at = |t: f64| [a[0] + t * d[0], a[1] + t * d[1]];
        (t0 <= t1).then(|| (at(t0), at(t1)))
    }

    /// Draws dots at the data that lie inside the plot.
    pub fn dots(&mut self, data: impl IntoIterator<Item = [f64; 2]>, dot: Dot) {
        let inside = data.into_iter().filter_map(|at| self.place(at)).filter(|p| self.holds(*p));
        let centers: Vec<Point> = inside.collect();
        if dot.edge.is_none_or(|(color, _)| color != WHITE) {
            return self.scene.dots(centers, dot);
        }
        // Where dots nearly coincide, their white edges would be all that is left to see.
        let (mut free, mut crowded): (Vec<Point>, Vec<Point>) = (Vec::new(), Vec::new());
        for c in centers {
            let recent = free.iter().rev().take(2000);
            let touches = recent.chain(crowded.last()).any(|p| near(*p, c, 0.5 * dot.radius));
            if touches { crowded.push(c) } else { free.push(c) }
        }
        self.scene.dots(free, dot);
        self.scene.dots(crowded, Dot { edge: None, ..dot });
    }

    /// Draws vertical error bars of one standard error with small caps.
    pub fn error_bars(&mut self, data: &[([f64; 2], f64)], color: Color) {
        let mut bars = Vec::new();
        for (at, error) in data.iter().filter(|(_, e)| e.is_finite() && *e > 0.0) {
            let ends = (self.place([at[0], at[1] - error]), self.place([at[0], at[1] + error]));
            let (Some(lo), Some(hi)) = ends else { continue };
            let Some((lo, hi)) = self.cut(lo, hi) else { continue };
            bars.push(vec![lo, hi]);
            for end in [lo, hi] {
                bars.push(vec![[end[0] - 1.6, end[1]], [end[0] + 1.6, end[1]]]);
            }
        }
        self.scene.lines(bars, Pen::new(color, 0.7));
    }

    /// How far one may go from `p` both ways along the unit vector `d` and stay in the plot.
    pub fn margin(&self, p: Point, d: [f64; 2]) -> f64 {
        let across = (p[0] - self.left).min(self.right - p[0]).max(0.0) / d[0].abs().max(1e-9);
        let along = (p[1] - self.top).min(self.bottom - p[1]).max(0.0) / d[1].abs().max(1e-9);
        across.min(along)
    }

    /// Fills the part of a rectangle of data, given by two corners, that lies in the plot.
    pub fn block(&mut self, a: [f64; 2], b: [f64; 2], color: Color, opacity: f64) {
        let ends = (self.px(a[0]), self.px(b[0]), self.py(a[1]), self.py(b[1]));
        let (Some(x0), Some(x1), Some(y0), Some(y1)) = ends else { return };
        let x = |v: f64| v.clamp(self.left, self.right);
        let y = |v: f64| v.clamp(self.top, self.bottom);
        let (a, b) = ([x(x0.min(x1)), y(y0.min(y1))], [x(x0.max(x1)), y(y0.max(y1))]);
        if b[0] > a[0] && b[1] > a[1] {
            self.scene.rect(a, b, color, opacity);
        }
    }

    /// Fills the part of a polygon of data that lies in the plot; a corner without a place on the
    /// axes is left out (Sutherland and Hodgman 1974).
    pub fn polygon(&mut self, data: impl IntoIterator<Item = [f64; 2]>, color: Color, opacity: f64) {
        let mut corners: Vec<Point> = data.into_iter().filter_map(|at| self.place(at)).collect();
        let sides = [(0, 1.0, self.left), (0, -1.0, self.right), (1, 1.0, self.top), (1, -1.0, self.bottom)];
        for (axis, sign, edge) in sides {
            let depth = |p: &Point| sign * (p[axis] - edge);
            let mut kept = Vec::new();
            for (k, b) in corners.iter().enumerate() {
                let a = &corners[(k + corners.len() - 1) % corners.len()];
                let (from, to) = (depth(a), depth(b));
                if (from < 0.0) != (to < 0.0) {
                    let t = from / (from - to);
                    kept.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
                }
                if to >= 0.0 {
                    kept.push(*b);
                }
            }
            corners = kept;
        }
        if corners.len() > 2 {
            self.scene.area(corners, color, opacity);
        }
    }

    /// A line across the plot at a height.
    pub fn across(&mut self, y: f64, pen: Pen) {
        if let Some(y) = self.py(y).filter(|y| (self.top..=self.bottom).contains(y)) {
            self.scene.line([self.left, y], [self.right, y], pen);
        }
    }

    /// A line from bottom to top of the plot.
    pub fn upward(&mut self, x: f64, pen: Pen) {
        if let Some(x) = self.px(x).filter(|x| (self.left..=self.right).contains(x)) {
            self.scene.line([x, self.top], [x, self.bottom], pen);
        }
    }
}

/// Whether two points are within `distance` of each other.
pub(crate) fn near(a: Point, b: Point, distance: f64) -> bool {
    (a[0] - b[0]).hypot(a[1] - b[1]) < distance
}
