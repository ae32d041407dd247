//! A scene as anti-aliased pixels in a PNG file.

use png::{BitDepth, ColorType, Encoder, EncodingError, PixelDimensions, Unit};
use skrifa::font::glyph::outline::PathElement;
use tiny_skia::{
    Color as Ink, ColorU8, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, StrokeDash,
    Transform,
};

use super::color::{Color, WHITE};
use super::font::{self, EM};
use super::scene::{Align, Dot, Image, Mark, Pen, Point, Scene, Shape};
use crate::Error;

/// Draws at `scale` pixels a point on white; nothing if a picture of that size cannot be held.
pub(crate) fn raster(scene: &Scene, scale: f64) -> Result<Option<Pixmap>, Error> {
    let pixels = |points: f64| (points * scale).round().max(1.0) as u32;
    let Some(mut pixmap) = Pixmap::new(pixels(scene.width), pixels(scene.height)) else { return Ok(None) };
    pixmap.fill(Ink::WHITE);
    let mut canvas = Canvas { pixmap, transform: Transform::from_scale(scale as f32, scale as f32) };
    for mark in &scene.marks {
        match mark {
            Mark::Lines { lines, pen } => canvas.lines(lines, *pen),
            Mark::Area { outline, color, opacity } => {
                let mut path = PathBuilder::new();
                polyline(&mut path, outline);
                canvas.fill(path.finish(), *color, *opacity, canvas.transform);
            }
            Mark::Dots { centers, dot } => canvas.dots(centers, dot),
            Mark::Text { text, at, size, align, turn, color } => {
                canvas.text(glyphs(text, *align)?, *at, *size, *turn, *color);
            }
            Mark::Tag(_) => {}
            Mark::Image { image, from, to } => canvas.image(image, *from, *to),
        }
    }
    Ok(Some(canvas.pixmap))
}

/// The PNG file of an opaque picture; `dots_per_metre` tells programs its size in print.
pub(crate) fn png(pixmap: &Pixmap, dots_per_metre: u32) -> Result<Vec<u8>, EncodingError> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, pixmap.width(), pixmap.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    let (xppu, yppu) = (dots_per_metre, dots_per_metre);
    encoder.set_pixel_dims(Some(PixelDimensions { xppu, yppu, unit: Unit::Meter }));
    let rgb: Vec<u8> = pixmap.pixels().iter().flat_map(|p| [p.red(), p.green(), p.blue()]).collect();
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(out)
}

/// The PNG file of an image, a byte a cell.
pub(crate) fn indexed(image: &Image) -> Result<Vec<u8>, EncodingError> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, image.columns as u32, image.rows as u32);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(image.palette.iter().flat_map(|c| [c.0, c.1, c.2]).collect::<Vec<u8>>());
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&image.cells)?;
    writer.finish()?;
    Ok(out)
}

/// A picture whose coordinates are points.
struct Canvas {
    pixmap: Pixmap,
    transform: Transform,
}

impl Canvas {
    fn lines(&mut self, lines: &[Vec<Point>], pen: Pen) {
        let mut path = PathBuilder::new();
        lines.iter().for_each(|l| polyline(&mut path, l));
        let stroke = Stroke {
            width: pen.width as f32,
            line_join: LineJoin::Round,
            line_cap: if pen.dash.is_none() { LineCap::Round } else { LineCap::Butt },
            dash: pen.dash.and_then(|(dash, gap)| StrokeDash::new(vec![dash as f32, gap as f32], 0.0)),
            ..Stroke::default()
        };
        self.stroke(path.finish(), &stroke, pen.color, pen.opacity);
    }

    fn dots(&mut self, centers: &[Point], dot: &Dot) {
        for c in centers {
            let mut path = PathBuilder::new();
            if dot.shape == Shape::Circle {
                path.push_circle(c[0] as f32, c[1] as f32, dot.radius as f32);
            } else {
                polyline(&mut path, &dot.outline(*c));
                path.close();
            }
            let path = path.finish();
            if let Some(color) = dot.fill {
                self.fill(path.clone(), color, 1.0, self.transform);
            }
            if let Some((color, width)) = dot.edge {
                self.stroke(path, &Stroke { width: width as f32, ..Stroke::default() }, color, 1.0);
            }
        }
    }

    fn text(&mut self, path: Option<Path>, at: Point, size: f64, turn: f64, color: Color) {
        let unit = (size / EM) as f32;
        let place = Transform::from_rotate(turn as f32)
            .pre_scale(unit, -unit)
            .post_translate(at[0] as f32, at[1] as f32);
        self.fill(path, color, 1.0, place.post_concat(self.transform));
    }

    /// Every pixel whose centre lies in the rectangle takes the colour of its cell.
    fn image(&mut self, image: &Image, from: Point, to: Point) {
        let scale = f64::from(self.transform.sx);
        let (width, height) = (self.pixmap.width(), self.pixmap.height());
        let cell = |pixel: u32, from: f64, to: f64, cells: usize| {
            let t = ((f64::from(pixel) + 0.5) / scale - from) / (to - from);
            (0.0..1.0).contains(&t).then_some((t * cells as f64) as usize)
        };
        let columns: Vec<_> = (0..width).map(|i| cell(i, from[0], to[0], image.columns)).collect();
        for (j, line) in self.pixmap.pixels_mut().chunks_mut(width as usize).enumerate().take(height as usize)
        {
            let Some(row) = cell(j as u32, from[1], to[1], image.rows) else { continue };
            for (pixel, column) in line.iter_mut().zip(&columns) {
                let Some(index) = column.and_then(|c| image.cells.get(row * image.columns + c)) else {
                    continue;
                };
                let Color(r, g, b) = image.palette.get(usize::from(*index)).copied().unwrap_or(WHITE);
                *pixel = ColorU8::from_rgba(r, g, b, 255).premultiply();
            }
        }
    }

    fn fill(&mut self, path: Option<Path>, color: Color, opacity: f64, transform: Transform) {
        if let Some(path) = path {
            self.pixmap.fill_path(&path, &paint(color, opacity), FillRule::Winding, transform, None);
        }
    }

    fn stroke(&mut self, path: Option<Path>, stroke: &Stroke, color: Color, opacity: f64) {
        if let Some(path) = path {
            self.pixmap.stroke_path(&path, &paint(color, opacity), stroke, self.transform, None);
        }
    }
}

fn paint(color: Color, opacity: f64) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(color.0, color.1, color.2, (255.0 * opacity).round() as u8);
    paint
}

fn polyline(path: &mut PathBuilder, line: &[Point]) {
    for (i, p) in line.iter().enumerate() {
        let (x, y) = (p[0] as f32, p[1] as f32);
        if i == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
    }
}

/// The outlines of a line of text in font units, y up, aligned at the origin.
fn glyphs(text: &str, align: Align) -> Result<Option<Path>, Error> {
    let (placed, width) = font::layout(text)?;
    let mut path = PathBuilder::new();
    for (id, x) in placed {
        let x = (x + align.shift(width)) as f32;
        for element in font::outline(id)? {
            match element {
                PathElement::MoveTo { x: a, y: b } => path.move_to(x + a, b),
                PathElement::LineTo { x: a, y: b } => path.line_to(x + a, b),
                PathElement::QuadTo { cx0, cy0, x: a, y: b } => path.quad_to(x + cx0, cy0, x + a, b),
                PathElement::CurveTo { cx0, cy0, cx1, cy1, x: a, y: b } => {
                    path.cubic_to(x + cx0, cy0, x + cx1, cy1, x + a, b);
                }
                PathElement::Close => path.close(),
            }
        }
    }
    Ok(path.finish())
}
