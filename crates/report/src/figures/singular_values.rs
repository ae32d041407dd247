//! Singular values of one or several matrices, largest first.

use super::{filled, radius_for};
use crate::axes::legend::Key;
use crate::axes::panel::{Axis, Frame, Panel};
use crate::axes::scale::{Scale, extent};
use crate::draw::color::series;
use crate::draw::scene::{Pen, Shape};
use crate::{Error, Figure};

/// Draws singular values against their rank, on a logarithmic axis if they span more than a
/// factor of 100.
///
/// # Shapes and units
/// `values` of the whole matrix, and by name those of its parts (`gates`); either may be empty.
/// Any order.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
pub fn singular_values(values: &[f64], gates: &[(String, Vec<f64>)]) -> Result<Figure, Error> {
    let (name, title) = ("singular_values", "Singular values");
    let caption = "Singular values of the recurrent weights, largest first.";
    let whole = (String::from("whole matrix"), values.to_vec());
    let sets: Vec<(&str, Vec<f64>)> = std::iter::once(&whole)
        .chain(gates)
        .map(|(label, values)| (label.as_str(), sorted(values)))
        .filter(|(_, values)| !values.is_empty())
        .collect();
    let all = || sets.iter().flat_map(|s| s.1.iter().copied());
    let Some((lo, hi)) = extent(all()) else { return Figure::empty(name, title, caption) };
    let log = hi > 0.0 && hi > 100.0 * extent(all().filter(|v| *v > 0.0)).map_or(lo, |e| e.0);
    let y = if log { Scale::log_around(all()) } else { Scale::around(all()).map(|s| s.including(0.0)) };
    let n = sets.iter().map(|s| s.1.len()).max().unwrap_or(1);
    let Some(mut y) = y else { return Figure::empty(name, title, caption) };
    if !log && lo >= 0.0 {
        y.lo = 0.0;
    }
    let room = 0.02 * n as f64 + 0.4;
    let x = Scale::exact((1.0 - room).max(0.2), n as f64 + room);
    let legend = if sets.len() < 2 {
        Vec::new()
    } else {
        let key = |i| Key::Dot(filled(Shape::series(i), 2.0, series(i)));
        sets.iter().enumerate().map(|(i, s)| (key(i), s.0.to_string())).collect()
    };
    let axes = (Axis::whole("Rank", x), Axis::new("Singular value", y));
    let mut panel = Panel::new(axes.0, axes.1, Frame::plain(130.0).with_legend(legend))?;
    for (i, (_, values)) in sets.iter().enumerate() {
        let data = || values.iter().enumerate().map(|(k, v)| [k as f64 + 1.0, *v]);
        panel.series(sets[i].0, |panel| {
            panel.line(data(), Pen::new(series(i), 0.6));
            panel.dots(data(), filled(Shape::series(i), radius_for(n), series(i)));
        });
    }
    panel.finish(name, title, caption)
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut kept: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    kept.sort_by(|a, b| b.total_cmp(a));
    kept
}
