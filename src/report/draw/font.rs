//! DejaVu Sans, embedded: widths and outlines of text.

use ab_glyph::{Font, FontRef, GlyphId, OutlineCurve, Point};
use std::sync::OnceLock;

use crate::report::Error;

/// Half the height of a capital or a figure, in ems: what centres a line of text on a point.
pub(crate) const HALF_CAP: f64 = 0.3645;

/// The font's units per em.
pub(crate) const EM: f64 = 2048.0;

/// A glyph and its place on the line, in font units.
pub(crate) type Placed = (GlyphId, f64);

pub(crate) fn face() -> Result<&'static FontRef<'static>, Error> {
    static FACE: OnceLock<Option<FontRef<'static>>> = OnceLock::new();
    FACE.get_or_init(|| FontRef::try_from_slice(dejavu::sans::regular()).ok()).as_ref().ok_or(Error::Font)
}

/// Glyphs of one line and its total width, in font units.
pub(crate) fn layout(text: &str) -> Result<(Vec<Placed>, f64), Error> {
    let face = face()?;
    let mut x = 0.0;
    let mut last = None;
    let mut placed = Vec::new();
    for c in text.chars() {
        let id = face.glyph_id(c);
        if let Some(last) = last {
            x += f64::from(face.kern_unscaled(last, id));
        }
        placed.push((id, x));
        x += f64::from(face.h_advance_unscaled(id));
        last = Some(id);
    }
    Ok((placed, x))
}

/// Width of a line at `size` points; zero if the font cannot be read.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    layout(text).map_or(0.0, |(_, w)| w * size / EM)
}

/// The text, or as much of it as fits into `room` with an ellipsis.
pub(crate) fn fit(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_string();
    }
    let mut kept: Vec<char> = text.chars().collect();
    loop {
        kept.pop();
        let short: String = kept.iter().collect::<String>().trim_end().to_string() + "…";
        if kept.is_empty() || width(&short, size) <= room {
            return short;
        }
    }
}

/// Outline curves of a glyph in font units, y up.
pub(crate) fn outline(id: GlyphId) -> Result<Vec<OutlineCurve>, Error> {
    Ok(face()?.outline(id).map(|o| o.curves).unwrap_or_default())
}

/// Where a curve starts and ends; a curve that starts elsewhere than the last ended opens a contour.
pub(crate) fn ends(curve: &OutlineCurve) -> (Point, Point) {
    match curve {
        OutlineCurve::Line(a, b) | OutlineCurve::Quad(a, _, b) | OutlineCurve::Cubic(a, _, _, b) => (*a, *b),
    }
}
