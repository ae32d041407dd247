//! A legend above the plot, where it cannot cover data.

use crate::draw::color::{Color, INK};
use crate::draw::font;
use crate::draw::scene::{Align, Dot, Pen, Scene, Tag};

/// What stands before a name in the legend.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    Line(Pen),
    Dot(Dot),
    LineDot(Pen, Dot),
    Patch(Color),
    /// Words alone.
    None,
}

pub(crate) const SIZE: f64 = 7.0;
const ROW: f64 = 10.5;
const GAP: f64 = 9.0;

/// Entries broken into rows that fit `room` points.
pub(crate) struct Legend {
    /// Key, name as it fits, whole name.
    rows: Vec<Vec<(Key, String, String)>>,
}

impl Legend {
    pub fn new(entries: &[(Key, String)], room: f64) -> Self {
        let mut rows: Vec<Vec<(Key, String, String)>> = Vec::new();
        let mut used = f64::INFINITY;
        for (key, whole) in entries {
            let name = font::fit(whole, SIZE, room - lead(key));
            let width = lead(key) + font::width(&name, SIZE);
            if used + GAP + width > room {
                rows.push(Vec::new());
                used = -GAP;
            }
            used += GAP + width;
            if let Some(row) = rows.last_mut() {
                row.push((*key, name, whole.clone()));
            }
        }
        Self { rows }
    }

    pub fn height(&self) -> f64 {
        if self.rows.is_empty() { 0.0 } else { self.rows.len() as f64 * ROW + 4.0 }
    }

    /// Draws with the upper left corner at (`x`, `y`).
    pub fn draw(&self, scene: &mut Scene, x: f64, y: f64) {
        for (i, row) in self.rows.iter().enumerate() {
            let mid = y + (i as f64 + 0.5) * ROW;
            let mut x = x;
            for (key, name, whole) in row {
                scene.tag(Tag::Key(whole.clone()));
                match *key {
                    Key::Line(pen) => scene.line([x, mid], [x + 11.0, mid], pen),
                    Key::Dot(dot) => scene.dots(vec![[x + 3.0, mid]], dot),
                    Key::LineDot(pen, dot) => {
                        scene.line([x, mid], [x + 11.0, mid], pen);
                        scene.dots(vec![[x + 5.5, mid]], dot);
                    }
                    Key::Patch(color) => scene.rect([x, mid - 3.0], [x + 7.0, mid + 3.0], color, 1.0),
                    Key::None => {}
                }
                x += lead(key);
                scene.text(name, [x, mid], SIZE, Align::Start, INK);
                scene.tag(Tag::End);
                x += font::width(name, SIZE) + GAP;
            }
        }
    }
}

fn lead(key: &Key) -> f64 {
    match key {
        Key::Line(_) | Key::LineDot(..) => 14.0,
        Key::Dot(_) => 8.5,
        Key::Patch(_) => 10.0,
        Key::None => 0.0,
    }
}
