//! Colours of figures on a page that is light or dark: names of a style sheet instead of numbers.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::color::{Color, from_oklab, to_oklab};

/// Behind figures and in front of it on a dark page; `figures.css` names the first `--card`.
pub(crate) const CARD: Color = Color(0x1d, 0x20, 0x23);
const CHALK: Color = Color(0xe4, 0xe3, 0xdf);
/// Lightness of near black in a figure on white.
const DARKEST: f64 = 0x1a as f64;

/// The colours that the figures of a page use.
#[derive(Debug, Default)]
pub(crate) struct Theme {
    used: BTreeSet<[u8; 3]>,
}

impl Theme {
    /// What stands for this colour in a mark.
    pub fn name(&mut self, color: Color) -> String {
        let Color(r, g, b) = color;
        self.used.insert([r, g, b]);
        format!("var(--{})", identifier(color))
    }

    /// The rules that give each name its colour by day and by night.
    pub fn style(&self) -> String {
        let rules = |of: fn(Color) -> Color| {
            self.used.iter().fold(String::new(), |mut out, [r, g, b]| {
                let color = Color(*r, *g, *b);
                let _ = write!(out, "--{}:{};", identifier(color), of(color).hex());
                out
            })
        };
        if self.used.is_empty() {
            return String::new();
        }
        format!(
            ":root{{{}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{}}}}}\n",
            rules(|c| c),
            rules(by_night)
        )
    }
}

fn identifier(Color(r, g, b): Color) -> String {
    format!("c{r:02x}{g:02x}{b:02x}")
}

/// Greys are turned round between card and chalk; colours keep hue and order and become light enough to be seen.
pub(crate) fn by_night(color: Color) -> Color {
    let Color(r, g, b) = color;
    let (low, high) = (r.min(g).min(b), r.max(g).max(b));
    if high - low < 4 {
        let ink = ((255.0 - f64::from(g)) / (255.0 - DARKEST)).clamp(0.0, 1.0);
        return CARD.mix(CHALK, ink);
    }
    let [l, a, b] = to_oklab(color);
    from_oklab(0.54 + 0.38 * l, a, b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::color::{INK, WHITE, series, viridis};

    /// Relative luminances and their contrast: WCAG 2.2, "contrast ratio".
    fn contrast(a: Color, b: Color) -> f64 {
        let channel = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        let light = |c: Color| 0.2126 * channel(c.0) + 0.7152 * channel(c.1) + 0.0722 * channel(c.2);
        let (a, b) = (light(a) + 0.05, light(b) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn series_and_text_stand_out_by_night() {
        assert!(contrast(Color(0, 0, 0), WHITE) > 20.9, "black on white is 21 to 1");
        assert_eq!((by_night(WHITE), by_night(INK)), (CARD, CHALK));
        for k in 0..6 {
            let found = contrast(by_night(series(k)), CARD);
            assert!(found > 4.5, "series {k}: {found}");
        }
        for k in 0..=10 {
            let found = contrast(by_night(viridis(f64::from(k) / 10.0)), CARD);
            assert!(found > 4.5, "tone {k}: {found}");
        }
        assert!(contrast(series(3), WHITE) < 4.5, "this test can fail");
    }

    #[test]
    fn a_page_names_each_colour_once() {
        let mut theme = Theme::default();
        assert_eq!(theme.style(), "");
        assert_eq!(theme.name(Color(0, 0x72, 0xb2)), "var(--c0072b2)");
        theme.name(Color(0, 0x72, 0xb2));
        assert_eq!(theme.style().matches("--c0072b2:").count(), 2, "by day and by night");
    }
}
