//! The trials of a search: validation loss against one setting.

use super::{filled, radius_for};
use crate::axes::legend::Key;
use crate::axes::panel::{Axis, Frame, Panel};
use crate::axes::scale::{Scale, extent};
use crate::draw::color::{BLUE, VERMILLION};
use crate::draw::scene::Shape;
use crate::{Error, Figure};

/// Draws each trial as a dot, the best one apart.
///
/// # Shapes and units
/// `points` are pairs of the setting `name` and the validation loss; a loss that is not finite has no dot.
/// `log` asks for a logarithmic axis of the setting.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
pub fn trials(name: &str, points: &[[f64; 2]], best: usize, log: bool) -> Result<Figure, Error> {
    let (file, title) = (format!("trials_{name}"), format!("Validation loss against {name}"));
    let caption =
        format!("Lowest validation loss of each trial against its {name}. Diverged trials are left out.");
    let shown: Vec<[f64; 2]> = points.iter().copied().filter(|p| p[1].is_finite()).collect();
    let losses = || shown.iter().map(|p| p[1]);
    let x = if log {
        Scale::log_around(shown.iter().map(|p| p[0]))
    } else {
        Scale::around(shown.iter().map(|p| p[0]))
    };
    let wide = extent(losses()).is_some_and(|(lo, hi)| lo > 0.0 && hi > 8.0 * lo);
    let y = if wide { Scale::log_around(losses()) } else { Scale::around(losses()) };
    let (Some(x), Some(y)) = (x, y) else { return Figure::empty(&file, &title, &caption) };
    let radius = radius_for(shown.len());
    let (dot, kept) = (filled(Shape::Circle, radius, BLUE), filled(Shape::Diamond, radius + 1.4, VERMILLION));
    let legend =
        vec![(Key::Dot(dot), "trial".to_owned()), (Key::Dot(kept), format!("best, trial {}", best + 1))];
    let mut label = name.to_owned();
    if let Some(first) = label.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let mut panel = Panel::new(
        Axis::new(label, x),
        Axis::new("Validation loss", y),
        Frame::plain(110.0).with_legend(legend),
    )?;
    panel.series("trial", |panel| panel.dots(shown.iter().copied(), dot));
    panel.dots(points.get(best).copied().filter(|p| p[1].is_finite()), kept);
    panel.finish(&file, &title, &caption)
}
