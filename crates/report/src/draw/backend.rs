//! Plotters draws into a scene: its unit is a hundredth of a point, so that nothing is rounded to pixels.

use plotters::style::{Color as _, FontFamily, RGBColor, ShapeStyle, TextStyle};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend};
use plotters_backend::{DrawingErrorKind, FontTransform};

use super::color::{Color, INK};
use super::font::{self, ASCENT, DESCENT, EM, HALF_CAP};
use super::scene::{Align, Dot, Mark, Pen, Point, Scene, Shape};
use crate::Error;

/// Backend units a point.
const UNIT: f64 = 100.0;

/// What plotters draws one unit wide because nobody chose a width, in points.
const THIN: f64 = 0.5;

/// A length in points as plotters takes it.
pub fn pt(points: f64) -> i32 {
    (points * UNIT).round() as i32
}

/// A line of this colour and width in points.
pub fn stroke(color: impl plotters::style::Color, width: f64) -> ShapeStyle {
    color.stroke_width(pt(width).max(0) as u32)
}

/// Near-black text of this size in points, in the font that every figure carries.
pub fn text(size: f64) -> TextStyle<'static> {
    let style = TextStyle::from((FontFamily::SansSerif, size * UNIT));
    TextStyle { color: rgb(INK).to_backend_color(), ..style }
}

pub(crate) fn rgb(color: Color) -> RGBColor {
    RGBColor(color.0, color.1, color.2)
}

/// A place of plotters in points.
pub(crate) fn at(c: BackendCoord) -> Point {
    [f64::from(c.0) / UNIT, f64::from(c.1) / UNIT]
}

/// A place in points as plotters takes it.
pub(crate) fn to(p: Point) -> BackendCoord {
    (pt(p[0]), pt(p[1]))
}

/// The backend that records what plotters draws, as vectors.
#[derive(Debug, Default)]
pub struct SceneBackend {
    pub(crate) scene: Scene,
}

type Done = Result<(), DrawingErrorKind<Error>>;

fn ink(color: BackendColor) -> Color {
    Color(color.rgb.0, color.rgb.1, color.rgb.2)
}

fn width(style: &impl BackendStyle) -> f64 {
    if style.stroke_width() == 1 { THIN } else { f64::from(style.stroke_width()) / UNIT }
}

impl DrawingBackend for SceneBackend {
    type ErrorType = Error;

    fn get_size(&self) -> (u32, u32) {
        (pt(self.scene.width) as u32, pt(self.scene.height) as u32)
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    fn draw_pixel(&mut self, p: BackendCoord, color: BackendColor) -> Done {
        self.scene.rect(at(p), at((p.0 + 1, p.1 + 1)), ink(color), color.alpha);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S) -> Done {
        self.draw_path([a, b], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Done {
        let color = style.color();
        if color.alpha <= 0.0 || style.stroke_width() == 0 {
            return Ok(());
        }
        let line: Vec<Point> = path.into_iter().map(at).collect();
        let pen = Pen::new(ink(color), width(style)).faint(color.alpha);
        // Opaque strokes of one pen in a row become one path.
        match self.scene.marks.last_mut() {
            Some(Mark::Lines { lines, pen: last }) if *last == pen && pen.opacity >= 1.0 => lines.push(line),
            _ => self.scene.lines(vec![line], pen),
        }
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Done {
        let corners = [a, (b.0, a.1), b, (a.0, b.1)];
        if fill {
            self.fill_polygon(corners, style)
        } else {
            self.draw_path(corners.into_iter().chain([a]), style)
        }
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Done {
        let color = style.color();
        if color.alpha > 0.0 {
            self.scene.area(corners.into_iter().map(at).collect(), ink(color), color.alpha);
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Done {
        let color = ink(style.color());
        let edge = (!fill && style.stroke_width() > 0).then(|| (color, width(style)));
        let radius = f64::from(radius) / UNIT;
        self.scene
            .dots(vec![at(center)], Dot { shape: Shape::Circle, radius, fill: fill.then_some(color), edge });
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, place: BackendCoord) -> Done {
        let (size, p, anchor, color) = (style.size() / UNIT, at(place), style.anchor(), ink(style.color()));
        let align = match anchor.h_pos {
            HPos::Left => Align::Start,
            HPos::Center => Align::Middle,
            HPos::Right => Align::End,
        };
        // From the anchor to the middle of the capitals, across the line of text.
        let across = size
            * match anchor.v_pos {
                VPos::Top => ASCENT - HALF_CAP,
                VPos::Center => 0.0,
                VPos::Bottom => -DESCENT - HALF_CAP,
            };
        let (turn, p) = match style.transform() {
            FontTransform::None => (0.0, [p[0], p[1] + across]),
            FontTransform::Rotate90 => (90.0, [p[0] - across, p[1]]),
            FontTransform::Rotate180 => (180.0, [p[0], p[1] - across]),
            FontTransform::Rotate270 => (-90.0, [p[0] + across, p[1]]),
        };
        self.scene.turned(text, p, size, align, turn, color);
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Error>> {
        let (_, width) = font::layout(text).map_err(DrawingErrorKind::DrawingError)?;
        Ok(((width * style.size() / EM).ceil() as u32, ((ASCENT + DESCENT) * style.size()).ceil() as u32))
    }
}
