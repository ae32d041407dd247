//! Several series as dots with error bars.

use super::chart::{Axes, Series};
use super::filled;
use crate::axes::legend::Key;
use crate::draw::scene::{Dot, Pen, Shape};
use crate::{Error, Figure};

/// Draws series as dots with bars of one standard error; where a series is joined, with a thin line.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// ```
/// use nullcline_report::figures::{Axes, Reference, Series, scatter};
///
/// let axes = Axes::new("predicted", "measured").reference("identity", Reference::Curve(vec![[0.0, 0.0], [1.0, 1.0]]));
/// let figure = scatter(&[Series::new("gru", &[0.2, 0.8], &[0.25, 0.7]).errors(&[0.1, 0.1])], &axes).unwrap();
/// assert!(figure.svg.contains(">measured</text>") && figure.svg.contains(">identity</text>"));
/// ```
pub fn scatter(series: &[Series], axes: &Axes) -> Result<Figure, Error> {
    let (name, title) = ("scatter", if axes.y_label.is_empty() { "Points" } else { &axes.y_label });
    let caption = "Bars are one standard error.";
    let most = series.iter().map(|s| s.points.len()).max().unwrap_or(0);
    let radius = if most > 300 { 0.8 } else { 1.9 };
    let dot = |i: usize, s: &Series, radius: f64| -> Dot { filled(Shape::series(i), radius, s.ink.color(i)) };
    let line = |i: usize, s: &Series| {
        let pen = Pen::new(s.ink.color(i), 0.6);
        if s.dashed { pen.dashed(3.0, 1.6) } else { pen }
    };
    let key = |i: usize, s: &Series| match (s.joined, s.bare) {
        (true, true) => Key::Line(line(i, s)),
        (true, false) => Key::LineDot(line(i, s), dot(i, s, 2.0)),
        (false, _) => Key::Dot(dot(i, s, 2.0)),
    };
    let named = series.iter().enumerate().filter(|(_, s)| s.listed());
    let legend = named.map(|(i, s)| (key(i, s), s.label.clone())).collect();
    let Some(mut panel) = axes.panel_of(series, legend)? else {
        return Figure::empty(name, title, caption);
    };
    axes.draw_references(&mut panel);
    for (i, s) in series.iter().enumerate() {
        panel.series(&s.label, |panel| {
            if s.joined {
                panel.line(s.points.iter().copied(), line(i, s));
            }
            let lowest = panel.y.lo;
            let below = |p: &[f64; 2], e: f64| panel.y.log && p[1] - e < lowest;
            // A bar that reaches zero on a logarithmic axis is drawn down to the plot's edge.
            let bars: Vec<_> = s.points.iter().enumerate().map(|(k, p)| (*p, s.error_of(k))).collect();
            let (cut, full): (Vec<_>, Vec<_>) = bars.into_iter().partition(|(p, e)| below(p, *e));
            panel.error_bars(&full, s.ink.color(i));
            let cut = cut.into_iter().filter(|(p, _)| p[1] > 0.0);
            for (p, e) in cut.collect::<Vec<_>>() {
                panel.line([[p[0], lowest], [p[0], p[1] + e]], Pen::new(s.ink.color(i), 0.7));
            }
            if !s.bare {
                panel.dots(s.points.iter().copied(), dot(i, s, radius));
            }
        });
    }
    panel.finish(name, title, caption)
}
