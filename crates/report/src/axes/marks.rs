//! Data placed in a panel: lines, dots, error bars, blocks and pictures.

use plotters::element::{Polygon, Rectangle};
use plotters::style::Color as _;

use super::elements::Element;
use super::panel::Panel;
use crate::draw::backend::{rgb, to};
use crate::draw::color::Color;
use crate::draw::scene::{Dot, Image, Pen, Point};

fn pairs(data: impl IntoIterator<Item = [f64; 2]>) -> Vec<(f64, f64)> {
    data.into_iter().map(|[x, y]| (x, y)).collect()
}

impl Panel {
    /// Draws a line through data, broken where values are missing and cut at the plot's edge.
    pub fn line(&mut self, data: impl IntoIterator<Item = [f64; 2]>, pen: Pen) {
        self.draw(&Element::Line(pairs(data), pen));
    }

    /// Draws dots at the data that lie inside the plot.
    pub fn dots(&mut self, data: impl IntoIterator<Item = [f64; 2]>, dot: Dot) {
        self.draw(&Element::Dots(pairs(data), dot));
    }

    /// Draws error bars with small caps between pairs of data.
    pub fn bars(&mut self, ends: impl IntoIterator<Item = [[f64; 2]; 2]>, pen: Pen) {
        self.draw(&Element::Bars(pairs(ends.into_iter().flatten()), pen));
    }

    /// Draws vertical error bars of one standard error.
    pub fn error_bars(&mut self, data: &[([f64; 2], f64)], color: Color) {
        let drawn = data.iter().filter(|(_, e)| e.is_finite() && *e > 0.0);
        let ends = drawn.map(|([x, y], e)| [[*x, y - e], [*x, y + e]]);
        self.bars(ends.collect::<Vec<_>>(), Pen::new(color, 0.7));
    }

    /// Fills the whole plot with a picture.
    pub fn picture(&mut self, image: Image) {
        let corners = [(self.x.lo, self.y.hi), (self.x.hi, self.y.lo)];
        self.draw(&Element::Picture(corners, image));
    }

    /// Fills the part of a rectangle of data, given by two corners, that lies in the plot.
    pub fn block(&mut self, a: [f64; 2], b: [f64; 2], color: Color, opacity: f64) {
        let (Some(p), Some(q)) = (self.place(a), self.place(b)) else { return };
        self.rect(p, q, color, opacity);
    }

    /// Fills the part of a rectangle on the page that lies in the plot.
    pub fn rect(&mut self, a: Point, b: Point, color: Color, opacity: f64) {
        let within = |p: Point| [p[0].clamp(self.left, self.right), p[1].clamp(self.top, self.bottom)];
        let (a, b) = (within(a), within(b));
        if (a[0] - b[0]).abs() > 0.0 && (a[1] - b[1]).abs() > 0.0 {
            let style = rgb(color).mix(opacity).filled();
            let drawn = self.page.draw(&Rectangle::new([to(a), to(b)], style));
            self.note(drawn);
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
            let corners: Vec<_> = corners.into_iter().map(to).collect();
            let drawn = self.page.draw(&Polygon::new(corners, rgb(color).mix(opacity)));
            self.note(drawn);
        }
    }

    /// A line across the plot at a height.
    pub fn across(&mut self, y: f64, pen: Pen) {
        self.line([[self.x.lo, y], [self.x.hi, y]], pen);
    }

    /// A line from bottom to top of the plot.
    pub fn upward(&mut self, x: f64, pen: Pen) {
        self.line([[x, self.y.lo], [x, self.y.hi]], pen);
    }

    /// How far one may go from `p` both ways along the unit vector `d` and stay in the plot.
    pub fn margin(&self, p: Point, d: [f64; 2]) -> f64 {
        let across = (p[0] - self.left).min(self.right - p[0]).max(0.0) / d[0].abs().max(1e-9);
        let along = (p[1] - self.top).min(self.bottom - p[1]).max(0.0) / d[1].abs().max(1e-9);
        across.min(along)
    }
}
