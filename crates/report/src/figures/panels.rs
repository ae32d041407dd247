//! Finished figures in one, with letters.

use crate::axes::panel::COLUMN;
use crate::draw::color::INK;
use crate::draw::font;
use crate::draw::scene::{Align, Scene};
use crate::{Error, Figure};

/// Width of two journal columns and the gutter between them, 183 mm.
const PAGE: f64 = 2.0 * COLUMN + 15.0;
const GAP: f64 = 7.0;
const HEAD: f64 = 14.0;

/// Sets figures in a grid of `across` columns, each under a letter, if there are several, and its title.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// # Remarks
/// The whole is at most 183 mm wide: what would be wider is drawn smaller, letters excepted. Make
/// figures for it with [`THIRD`](super::THIRD) or [`QUARTER`](super::QUARTER) as their width.
///
/// ```
/// use nullcline_report::figures::{Axes, Series, THIRD, lines, panels};
///
/// let one = |name: &str| {
///     let axes = Axes::new("t", name).wide(THIRD);
///     lines(&[Series::new("", &[0.0, 1.0], &[0.0, 1.0])], &axes).unwrap()
/// };
/// let both = panels("both", "Two of them", "Side by side.", &[one("x"), one("y")], 2).unwrap();
/// assert!(both.svg.contains(">A</text>") && both.svg.contains(">B</text>"));
/// // 183 mm at most.
/// assert!(both.size().0 <= 519.0);
/// ```
pub fn panels(
    name: &str,
    title: &str,
    caption: &str,
    figures: &[Figure],
    across: usize,
) -> Result<Figure, Error> {
    if figures.is_empty() {
        return Figure::empty(name, title, caption);
    }
    let across = across.clamp(1, figures.len());
    let widths: Vec<f64> = (0..across)
        .map(|c| figures.iter().skip(c).step_by(across).map(|f| f.size().0).fold(0.0, f64::max))
        .collect();
    let gaps = GAP * (across - 1) as f64;
    let factor = ((PAGE - gaps) / widths.iter().sum::<f64>()).min(1.0);
    let mut scene = Scene::new(factor * widths.iter().sum::<f64>() + gaps, 0.0);
    for (r, row) in figures.chunks(across).enumerate() {
        let mut x = 0.0;
        let top = scene.height + if r > 0 { GAP } else { 0.0 };
        for (c, figure) in row.iter().enumerate() {
            let head = top + HEAD / 2.0;
            // One panel alone needs none.
            let letter = if figures.len() > 1 { letter(r * across + c) } else { String::new() };
            scene.text(&letter, [x + 2.0, head], 9.5, Align::Start, INK);
            let indent = if letter.is_empty() { 2.0 } else { 7.0 + font::width(&letter, 9.5) };
            let room = factor * widths[c] - indent - 2.0;
            scene.text(&font::fit(&figure.title, 7.5, room), [x + indent, head], 7.5, Align::Start, INK);
            scene.insert(figure.scene(), [x, top + HEAD], factor);
            scene.height = scene.height.max(top + HEAD + factor * figure.size().1);
            x += factor * widths[c] + GAP;
        }
    }
    Figure::new(name, title, caption, scene)
}

/// A, B, ..., Z, AA, AB, ...
fn letter(index: usize) -> String {
    let last = char::from(b'A' + (index % 26) as u8);
    if index < 26 { last.into() } else { letter(index / 26 - 1) + &String::from(last) }
}
