//! DejaVu Sans, embedded: widths and outlines of text.

use skrifa::font::glyph::outline::PathElement;
use skrifa::raw::TableProvider;
use skrifa::raw::tables::kern::{Subtable0, SubtableKind};
use skrifa::{DrawMemory, Font, GlyphId, ScalerFont};
use std::sync::OnceLock;

use crate::Error;

/// Half the height of a capital or a figure, in ems: what centres a line of text on a point.
pub(crate) const HALF_CAP: f64 = 0.3645;

/// The font's units per em.
pub(crate) const EM: f64 = 2048.0;

/// A glyph and its place on the line, in font units.
pub(crate) type Placed = (GlyphId, f64);

fn face() -> Result<&'static ScalerFont, Error> {
    static FACE: OnceLock<Option<ScalerFont>> = OnceLock::new();
    let font = || Some(ScalerFont::unhinted(Font::new(dejavu::sans::regular(), 0)?, None));
    FACE.get_or_init(font).as_ref().ok_or(Error::Font)
}

/// Pairs of glyphs that stand nearer or farther than their widths say; none if the font has no such table.
fn pairs() -> Option<&'static Subtable0<'static>> {
    static PAIRS: OnceLock<Option<Subtable0<'static>>> = OnceLock::new();
    let found = || {
        let font = skrifa::raw::FontRef::new(dejavu::sans::regular()).ok()?;
        font.kern().ok()?.subtables().flatten().find_map(|t| match t.kind().ok()? {
            SubtableKind::Format0(pairs) => Some(pairs),
            _ => None,
        })
    };
    PAIRS.get_or_init(found).as_ref()
}

/// Glyphs of one line and its total width, in font units.
pub(crate) fn layout(text: &str) -> Result<(Vec<Placed>, f64), Error> {
    let face = face()?;
    let (font, metrics, pairs) = (face.font().charmap(), face.linear_glyph_metrics(), pairs());
    let mut x = 0.0;
    let mut last = None;
    let mut placed = Vec::new();
    for c in text.chars() {
        let id = font.map_unicode(c).unwrap_or_default();
        x += f64::from(last.and_then(|last| pairs?.kerning(last, id)).unwrap_or(0));
        placed.push((id, x));
        x += f64::from(metrics.h_advance(id));
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

/// Outline of a glyph in font units, y up.
pub(crate) fn outline(id: GlyphId) -> Result<Vec<PathElement>, Error> {
    let mut path = vec![];
    match face()?.outline(id).map(|o| o.draw(DrawMemory::Scratch, &mut path)) {
        Some(Err(_)) => Err(Error::Font),
        _ => Ok(path),
    }
}
