//! A scene as anti-aliased pixels: every mark becomes outlines whose exact coverage is blended.

use ab_glyph::{Glyph, GlyphId, Outline, OutlineCurve, OutlinedGlyph, PxScaleFactor, Rect, point};

use super::color::Color;
use super::font::{self, EM};
use super::scene::{Align, Dot, Mark, Pen, Point, Scene, Shape};
use crate::report::Error;

/// An RGB picture, row by row from the top.
pub(crate) struct Image {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<u8>,
}

/// Draws at `scale` pixels a point on white.
pub(crate) fn raster(scene: &Scene, scale: f64) -> Result<Image, Error> {
    let width = (scene.width * scale).round().max(1.0) as usize;
    let height = (scene.height * scale).round().max(1.0) as usize;
    let mut image = Image { width, height, rgb: vec![255; width * height * 3] };
    for mark in &scene.marks {
        match mark {
            Mark::Lines { lines, pen } => image.lines(lines, *pen, scale),
            Mark::Area { outline, color, opacity } => {
                image.fill(polygon(&scaled(outline, scale)), *color, *opacity);
            }
            Mark::Dots { centers, dot } => image.dots(centers, dot, scale),
            Mark::Text { text, at, size, align, upright, color } => {
                image.fill(text_curves(text, *at, *size, *align, *upright, scale)?, *color, 1.0);
            }
        }
    }
    Ok(image)
}

impl Image {
    fn lines(&mut self, lines: &[Vec<Point>], pen: Pen, scale: f64) {
        let mut curves = Vec::new();
        for line in lines {
            match pen.dash {
                None => stroke(&mut curves, &scaled(line, scale), pen.width * scale),
                Some((dash, gap)) => {
                    for piece in dashes(line, dash, gap) {
                        stroke(&mut curves, &scaled(&piece, scale), pen.width * scale);
                    }
                }
            }
        }
        self.fill(curves, pen.color, pen.opacity);
    }

    fn dots(&mut self, centers: &[Point], dot: &Dot, scale: f64) {
        for c in centers {
            let outline: Vec<Point> = if dot.shape == Shape::Circle {
                circle(*c, dot.radius)
            } else {
                let place = |p: &Point| [c[0] + p[0] * dot.radius, c[1] + p[1] * dot.radius];
                dot.shape.corners().iter().map(place).collect()
            };
            let mut outline = scaled(&outline, scale);
            if let Some(color) = dot.fill {
                self.fill(polygon(&outline), color, 1.0);
            }
            if let Some((color, width)) = dot.edge {
                outline.extend_from_within(..2.min(outline.len()));
                let mut curves = Vec::new();
                stroke(&mut curves, &outline, width * scale);
                self.fill(curves, color, 1.0);
            }
        }
    }

    /// Blends what lies inside the curves. Curves of one winding direction add up and saturate.
    fn fill(&mut self, curves: Vec<OutlineCurve>, color: Color, opacity: f64) {
        let Some(bounds) = bounds(&curves) else { return };
        // Coverage is held for the whole bounding box: what reaches far off the page is an error.
        let most = 2.0 * (self.width + self.height) as f32;
        if !(bounds.width() < most && bounds.height() < most) {
            return;
        }
        let glyph = Glyph { id: GlyphId(0), scale: 1.0.into(), position: point(0.0, 0.0) };
        let factor = PxScaleFactor { horizontal: 1.0, vertical: -1.0 };
        let outlined = OutlinedGlyph::new(glyph, Outline { bounds, curves }, factor);
        let origin = outlined.px_bounds().min;
        let ink = [color.0, color.1, color.2];
        outlined.draw(|x, y, coverage| {
            let (x, y) = (f64::from(x) + f64::from(origin.x), f64::from(y) + f64::from(origin.y));
            if x < 0.0 || y < 0.0 || x >= self.width as f64 || y >= self.height as f64 {
                return;
            }
            let alpha = f64::from(coverage.min(1.0)) * opacity;
            let at = 3 * (y as usize * self.width + x as usize);
            for (value, ink) in self.rgb[at..at + 3].iter_mut().zip(ink) {
                let old = f64::from(*value);
                *value = (old + (f64::from(ink) - old) * alpha).round() as u8;
            }
        });
    }
}

fn scaled(line: &[Point], scale: f64) -> Vec<Point> {
    line.iter().map(|p| [p[0] * scale, p[1] * scale]).collect()
}

fn circle(c: Point, radius: f64) -> Vec<Point> {
    (0..32)
        .map(|k| {
            let angle = std::f64::consts::TAU * f64::from(k) / 32.0;
            [c[0] + radius * angle.cos(), c[1] + radius * angle.sin()]
        })
        .collect()
}

/// A closed outline, wound so that its signed area is positive.
fn polygon(corners: &[Point]) -> Vec<OutlineCurve> {
    let next = |i: usize| corners[(i + 1) % corners.len()];
    let area: f64 = corners.iter().enumerate().map(|(i, p)| p[0] * next(i)[1] - next(i)[0] * p[1]).sum();
    let at = |p: Point| point(p[0] as f32, p[1] as f32);
    let sides = corners.iter().enumerate().map(|(i, p)| (at(*p), at(next(i))));
    if area < 0.0 {
        sides.map(|(a, b)| OutlineCurve::Line(b, a)).collect()
    } else {
        sides.map(|(a, b)| OutlineCurve::Line(a, b)).collect()
    }
}

fn stroke(curves: &mut Vec<OutlineCurve>, line: &[Point], width: f64) {
    let half = width / 2.0;
    let mut last: Option<Point> = None;
    let mut from = line.first().copied();
    for &b in line.iter().skip(1) {
        let Some(a) = from else { return };
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let length = dx.hypot(dy);
        if length < 1e-3 {
            continue;
        }
        let unit = [dx / length, dy / length];
        // A joint at every vertex of a smooth line would only thicken its soft edges.
        if width > 1.0 && last.is_some_and(|l| l[0] * unit[0] + l[1] * unit[1] < 0.9) {
            curves.extend(polygon(&circle(a, half)));
        }
        let side = [-unit[1] * half, unit[0] * half];
        curves.extend(polygon(&[
            [a[0] + side[0], a[1] + side[1]],
            [b[0] + side[0], b[1] + side[1]],
            [b[0] - side[0], b[1] - side[1]],
            [a[0] - side[0], a[1] - side[1]],
        ]));
        last = Some(unit);
        from = Some(b);
    }
}

fn dashes(line: &[Point], dash: f64, gap: f64) -> Vec<Vec<Point>> {
    let mut pieces = vec![vec![]];
    let (mut on, mut left) = (true, dash);
    for pair in line.windows(2) {
        let (mut a, b) = (pair[0], pair[1]);
        loop {
            let length = (b[0] - a[0]).hypot(b[1] - a[1]);
            let t = if length > left { left / length } else { 1.0 };
            let end = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
            if on && let Some(piece) = pieces.last_mut() {
                if piece.is_empty() {
                    piece.push(a);
                }
                piece.push(end);
            }
            if length <= left {
                left -= length;
                break;
            }
            on = !on;
            left = if on { dash } else { gap };
            if on {
                pieces.push(vec![]);
            }
            a = end;
        }
    }
    pieces
}

fn text_curves(
    text: &str,
    at: Point,
    size: f64,
    align: Align,
    upright: bool,
    scale: f64,
) -> Result<Vec<OutlineCurve>, Error> {
    let (placed, width) = font::layout(text)?;
    let shift = match align {
        Align::Start => 0.0,
        Align::Middle => -width / 2.0,
        Align::End => -width,
    };
    let unit = size / EM;
    let mut curves = Vec::new();
    for (id, x) in placed {
        let map = |p: ab_glyph::Point| {
            let (u, v) = ((f64::from(p.x) + x + shift) * unit, -f64::from(p.y) * unit);
            let (u, v) = if upright { (v, -u) } else { (u, v) };
            point(((at[0] + u) * scale) as f32, ((at[1] + v) * scale) as f32)
        };
        curves.extend(font::outline(id)?.into_iter().map(|curve| match curve {
            OutlineCurve::Line(a, b) => OutlineCurve::Line(map(a), map(b)),
            OutlineCurve::Quad(a, c, b) => OutlineCurve::Quad(map(a), map(c), map(b)),
            OutlineCurve::Cubic(a, c, e, b) => OutlineCurve::Cubic(map(a), map(c), map(e), map(b)),
        }));
    }
    Ok(curves)
}

fn bounds(curves: &[OutlineCurve]) -> Option<Rect> {
    let mut bounds: Option<Rect> = None;
    let mut take = |p: &ab_glyph::Point| {
        let b = bounds.get_or_insert(Rect { min: *p, max: *p });
        b.min = point(b.min.x.min(p.x), b.min.y.min(p.y));
        b.max = point(b.max.x.max(p.x), b.max.y.max(p.y));
    };
    for curve in curves {
        match curve {
            OutlineCurve::Line(a, b) => [a, b].into_iter().for_each(&mut take),
            OutlineCurve::Quad(a, c, b) => [a, c, b].into_iter().for_each(&mut take),
            OutlineCurve::Cubic(a, c, e, b) => [a, c, e, b].into_iter().for_each(&mut take),
        }
    }
    // One spare pixel on each side keeps rounding inside the buffer.
    bounds
        .map(|b| Rect { min: point(b.min.x - 1.0, b.min.y - 1.0), max: point(b.max.x + 1.0, b.max.y + 1.0) })
}
