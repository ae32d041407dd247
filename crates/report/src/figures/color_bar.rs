//! The bar that tells what a colour means.

use crate::axes::panel::Panel;
use crate::axes::scale::Scale;
use crate::axes::ticks::ticks;
use crate::draw::color::{Color, INK};
use crate::draw::scene::{Align, Image, Pen};

/// Room to the right of a plot that a colour bar takes.
pub(super) const ROOM: f64 = 42.0;

/// Draws the bar right of the plot; the palettes of white and of dark pages take 0 to 1.
pub(super) fn color_bar(panel: &Panel, bar: Scale, palettes: [fn(f64) -> Color; 2], label: &str) {
    let (left, right) = (panel.right + 6.0, panel.right + 12.0);
    let (top, bottom) = (panel.top, panel.bottom);
    let steps = 128u8;
    let colors = |palette: fn(f64) -> Color| {
        (0..steps).rev().map(|k| palette((f64::from(k) + 0.5) / f64::from(steps))).collect::<Vec<Color>>()
    };
    let image = Image {
        columns: 1,
        rows: usize::from(steps),
        palette: colors(palettes[0]),
        night: colors(palettes[1]),
        cells: (0..steps).collect(),
    };
    panel.scene().image(image, [left, top], [right, bottom]);
    let mut marks = Vec::new();
    let found = ticks(bar, ((bottom - top) / 28.0).clamp(2.0, 5.0), false);
    for (v, label) in &found.major {
        if let Some(t) = bar.at(*v) {
            let y = bottom - t * (bottom - top);
            marks.push(vec![[right, y], [right + 2.0, y]]);
            panel.scene().text(label, [right + 3.5, y], 6.5, Align::Start, INK);
        }
    }
    panel.scene().lines(marks, Pen::new(INK, 0.5));
    let label = found.factor.map_or(label.to_string(), |f| format!("{label} [{f}]"));
    panel.scene().upright(&label, [panel.width - 6.0, (top + bottom) / 2.0], 7.0, INK);
}
