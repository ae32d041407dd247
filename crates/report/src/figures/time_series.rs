//! The activity of a few units against time, each in its own lane.

use super::flat;
use super::thin::columns;
use super::with_unit;
use crate::axes::panel::{Axis, COLUMN, Frame, Panel};
use crate::axes::scale::{Scale, extent};
use crate::axes::ticks::ticks;
use crate::draw::color::{INK, PALE, series};
use crate::draw::font;
use crate::draw::scene::{Align, Pen};
use crate::{Error, Figure};

const MOST: usize = 10;
const LANE: f64 = 29.0;

/// Draws rows one above the other on a common scale.
///
/// # Shapes and units
/// `rows[i]` holds the values of `names[i]` at the times in `time`; of more than ten the first ten
/// are drawn. `unit` and `time_unit` may be empty.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// ```
/// use nullcline_report::figures::time_series;
///
/// let figure = time_series(&[0.0, 1.0, 2.0], &[vec![0.1, 0.5, 0.3]], &["unit 3".into()], "rate", "s").unwrap();
/// assert!(figure.svg.contains("unit 3"));
/// ```
pub fn time_series(
    time: &[f64],
    rows: &[Vec<f64>],
    names: &[String],
    unit: &str,
    time_unit: &str,
) -> Result<Figure, Error> {
    let (name, title) = ("time_series", "Activity against time");
    let caption = "Activity of single units against time, on a common scale.";
    let rows = &rows[..rows.len().min(MOST)];
    let Some((start, end)) = extent(time.iter().copied()) else {
        return Figure::empty(name, title, caption);
    };
    let Some(y) = Scale::around(rows.iter().flatten().copied()) else {
        return Figure::empty(name, title, caption);
    };
    let x = if end > start { Scale::exact(start, end) } else { Scale::exact(start - 0.5, end + 0.5) };
    let lanes = rows.len() as f64;
    let names: Vec<&str> = (0..rows.len()).map(|i| names.get(i).map_or("", String::as_str)).collect();
    let widest = names.iter().map(|n| font::width(n, 7.0)).fold(0.0, f64::max).min(0.25 * COLUMN);

    // Lane i spans one unit of the panel's axis, the first lane on top.
    let span = y.hi - y.lo;
    let to_lane = |i: usize, v: f64| lanes - 1.0 - i as f64 + 0.8 * (v - y.lo) / span + 0.1;
    let marks = ticks(Scale::exact(y.lo + 0.08 * span, y.hi - 0.08 * span), 3.0, false);
    let ends: Vec<_> = [marks.major.first(), marks.major.last()].into_iter().flatten().cloned().collect();
    let mut labels: Vec<(f64, String)> = Vec::new();
    for i in 0..rows.len() {
        labels.extend(ends.iter().map(|(v, text)| (to_lane(i, *v), text.clone())));
    }
    let factor = marks.factor.map_or(String::new(), |f| format!(" [{f}]"));
    let label =
        if rows.len() > 1 || !unit.is_empty() { with_unit("Activity", unit) + &factor } else { factor };
    let y_axis = Axis { fixed: Some(labels), ..Axis::new(label, Scale::exact(0.0, lanes)) };
    let height = if rows.len() == 1 { 60.0 } else { LANE * lanes };
    let frame = Frame { right: widest + 12.0, ..Frame::plain(height) };
    let mut panel = Panel::new(Axis::new(with_unit("Time", time_unit), x), y_axis, frame)?;
    for (i, row) in rows.iter().enumerate() {
        if i > 0 {
            panel.across(lanes - i as f64, Pen::new(PALE, 0.4));
        }
        let data = time.iter().zip(row).map(|(t, v)| [*t, to_lane(i, *v)]).collect();
        let data = columns(data, x, panel.right - panel.left);
        // The other way round from lanes.
        let back = [y.lo - (lanes - 0.9 - i as f64) * span / 0.8, span / 0.8];
        panel.lane(names[i], Some(back), |panel| panel.line(data, Pen::new(series(i), 0.7)));
        if let Some(y) = panel.py(lanes - 0.5 - i as f64) {
            let short = font::fit(names[i], 7.0, widest);
            panel.scene().text(&short, [panel.right + 5.0, y], 7.0, Align::Start, INK);
        }
    }
    let figure = panel.finish(name, title, caption)?;
    let still = rows.iter().zip(&names).map(|(row, name)| (*name, row.clone()));
    Ok(match flat::said(title, still) {
        Some(sentence) => figure.said(sentence),
        None => figure,
    })
}
