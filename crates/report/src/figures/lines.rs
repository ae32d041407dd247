//! Several series as lines, with bands of one standard error.

use super::chart::{Axes, Series};
use super::plane::draw_trajectory;
use super::thin::columns;
use super::{filled, flat};
use crate::axes::legend::Key;
use crate::axes::panel::Panel;
use crate::draw::scene::{Pen, Shape};
use crate::{Error, Figure};

/// Draws series as lines over their bands of one standard error.
///
/// # Shapes and units
/// A series needs not be sorted: a line through a plane of states does as well. Long series are
/// thinned to what the page can show; one of a single point is a dot.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// ```
/// use nullcline_report::figures::{Axes, Series, lines};
///
/// let banded = Series::new("test", &[0.0, 1.0], &[2.0, 1.0]).errors(&[0.1, 0.2]);
/// assert_eq!(lines(&[banded], &Axes::new("epoch", "loss")).unwrap().caption, "Bands are one standard error.");
/// let none = lines(&[], &Axes::new("epoch", "loss")).unwrap();
/// assert!(none.svg.contains("no data"));
/// ```
pub fn lines(series: &[Series], axes: &Axes) -> Result<Figure, Error> {
    let (name, title) = ("lines", if axes.y_label.is_empty() { "Lines" } else { &axes.y_label });
    let banded = series.iter().any(|s| s.error.iter().any(|e| *e > 0.0));
    let caption = if banded { "Bands are one standard error." } else { "Each line is one series." };
    let width = if series.len() > 12 { 0.5 } else { 0.9 };
    let pen = |i: usize, s: &Series| {
        let pen = Pen::new(s.ink.color(i), width);
        if s.dashed { pen.dashed(3.0, 1.6) } else { pen }
    };
    let dot = |i: usize, s: &Series| filled(Shape::Circle, 2.4, s.ink.color(i));
    let key = |i: usize, s: &Series| match s.points.len() {
        1 => Key::Dot(dot(i, s)),
        _ => Key::Line(Pen { width: 1.2, ..pen(i, s) }),
    };
    let named = series.iter().enumerate().filter(|(_, s)| s.listed());
    let legend = named.map(|(i, s)| (key(i, s), s.label.clone())).collect();
    let Some(mut panel) = axes.panel_of(series, legend)? else {
        return Figure::empty(name, title, caption);
    };
    for (i, s) in series.iter().enumerate() {
        panel.series(&s.label, |panel| band(panel, s, i));
    }
    axes.draw_references(&mut panel);
    for (i, s) in series.iter().enumerate() {
        panel.series(&s.label, |panel| {
            if s.points.len() == 1 {
                panel.dots(s.points.iter().copied(), dot(i, s));
            } else if s.points.windows(2).all(|w| w[0][0] <= w[1][0]) {
                let data = columns(s.points.clone(), panel.x, panel.right - panel.left);
                panel.line(data, pen(i, s));
            } else {
                draw_trajectory(panel, &s.points, pen(i, s), usize::MAX);
            }
        });
    }
    let figure = panel.finish(name, title, caption)?;
    let still = || series.iter().map(|s| (s.label.as_str(), s.points.iter().map(|p| p[1]).collect()));
    let said = if banded || !axes.references.is_empty() { None } else { flat::said(&axes.y_label, still()) };
    Ok(match said {
        Some(sentence) => figure.said(sentence),
        None => figure,
    })
}

fn band(panel: &mut Panel, s: &Series, place: usize) {
    let lowest = panel.y.lo;
    let drawn = |k: usize| s.points[k].iter().all(|v| v.is_finite()) && s.error_of(k) > 0.0;
    let all: Vec<usize> = (0..s.points.len()).collect();
    for run in all.chunk_by(|a, b| drawn(*a) == drawn(*b)).filter(|run| drawn(run[0]) && run.len() > 1) {
        let upper = run.iter().map(|k| [s.points[*k][0], s.points[*k][1] + s.error_of(*k)]);
        let lower = run.iter().rev().map(|k| [s.points[*k][0], s.points[*k][1] - s.error_of(*k)]);
        // On a logarithmic axis what reaches zero reaches below the plot.
        let lower = lower.map(|p| if panel.y.log { [p[0], p[1].max(0.5 * lowest)] } else { p });
        let outline: Vec<[f64; 2]> = upper.chain(lower).collect();
        panel.polygon(outline, s.ink.color(place), 0.22);
    }
}
