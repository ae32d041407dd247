//! DejaVu Sans, embedded: widths and outlines of text.

use skera::{Plan, SubsetFlags, subset_font};
use skrifa::font::glyph::outline::PathElement;
use skrifa::raw::TableProvider;
use skrifa::raw::collections::IntSet;
use skrifa::raw::tables::kern::{Subtable0, SubtableKind};
use skrifa::raw::types::{NameId, Tag};
use skrifa::{DrawMemory, Font, GlyphId, ScalerFont};
use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::Error;

/// Half the height of a capital or a figure, in ems: what centres a line of text on a point.
pub(crate) const HALF_CAP: f64 = 0.3645;

/// From the baseline to the top and to the bottom of a line, in ems.
pub(crate) const ASCENT: f64 = 1901.0 / EM;
pub(crate) const DESCENT: f64 = 483.0 / EM;

/// The font's name.
pub(crate) const FAMILY: &str = "DejaVu Sans";

/// The font and, for characters that it lacks and programs that read no embedded font, others as wide.
pub(crate) const FAMILIES: &str = "DejaVu Sans, Verdana, sans-serif";

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

/// A font file with the glyphs of these characters, their kerning, and the font's name and copyright.
///
/// # Remarks
/// Without ligatures: letters stand alone in SVG and PDF as they do in [`layout`].
pub(crate) fn subset(characters: &BTreeSet<char>) -> Result<Vec<u8>, Error> {
    let font = skrifa::raw::FontRef::new(dejavu::sans::regular()).map_err(|_| Error::Font)?;
    let tags = |names: &[&[u8; 4]]| names.iter().map(|name| Tag::new(name)).collect::<IntSet<Tag>>();
    let plan = Plan::new(
        &IntSet::empty(),
        &characters.iter().map(|c| u32::from(*c)).collect(),
        &font,
        SubsetFlags::SUBSET_FLAGS_NO_HINTING | SubsetFlags::SUBSET_FLAGS_NO_LAYOUT_CLOSURE,
        &tags(&[b"FFTM", b"GDEF", b"GSUB", b"MATH", b"kern"]),
        &tags(&[b"DFLT", b"cyrl", b"grek", b"latn"]),
        &tags(&[b"kern"]),
        &[0, 1, 2, 3, 4, 5, 6, 14].into_iter().map(NameId::new).collect(),
        &IntSet::from([0x409]),
    );
    subset_font(&font, &plan).map_err(|_| Error::Font)
}

#[cfg(test)]
mod tests {
    use super::*;
    use skrifa::MetadataProvider;

    /// As wide and as dense as in the whole font, and small.
    #[test]
    fn a_subset_holds_all_glyphs_used_and_no_others() {
        let text = "Lyapunov exponent λ₁ (1/step), 10⁻³ ± 0.5 × −2 % … fi “PC” Тест";
        let characters: BTreeSet<char> = text.chars().collect();
        let file = subset(&characters).unwrap();
        let part = skrifa::raw::FontRef::new(&file).unwrap();
        let (map, whole) = (part.charmap(), face().unwrap());
        let (size, at) = (skrifa::prelude::Size::unscaled(), skrifa::prelude::LocationRef::default());
        for c in &characters {
            let id = map.map(*c).unwrap_or_else(|| panic!("{c} is not in the subset"));
            let old = whole.font().charmap().map_unicode(*c).unwrap();
            let width = part.glyph_metrics(size, at).advance_width(id).unwrap();
            assert!((width - whole.linear_glyph_metrics().h_advance(old)).abs() < 0.5, "{c}");
            assert!(*c == ' ' || part.outline_glyphs().get(id).is_some(), "{c} has no outline");
        }
        assert_eq!(map.map('Q'), None);
        assert!(file.len() < 16_000, "{} bytes", file.len());
        assert!(part.gpos().is_ok(), "kerning comes along");
        assert!(part.gsub().is_err(), "ligatures would not agree with the picture of pixels");
    }

    #[test]
    fn an_empty_subset_is_a_font() {
        assert!(skrifa::raw::FontRef::new(&subset(&BTreeSet::new()).unwrap()).is_ok());
    }
}
