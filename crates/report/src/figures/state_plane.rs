//! Trajectories and fixed points in the plane of two principal components.

use super::plane::{PlaneCurve, PlanePoint, curve_pen, draw_points, draw_trajectories, legend};
use crate::axes::legend::Key;
use crate::axes::panel::{Axis, Frame, Panel};
use crate::axes::scale::Scale;
use crate::draw::color::GREY;
use crate::draw::scene::Pen;
use crate::{Error, Figure};

/// Draws a plane of states with equally long units on both axes.
///
/// # Shapes and units
/// `trajectories` are lines of `[x, y]`; `points` differ in colour and shape by stability. See
/// [`component_label`](super::component_label) for the axes' labels.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// # Remarks
/// Of a trajectory with more than some thousand distinct points the first part is drawn, and the
/// caption says so.
///
/// ```
/// use nullcline_report::figures::{PlanePoint, PointKind, component_label, state_plane};
///
/// let (x, y) = (component_label(1, 0.55), component_label(2, 0.25));
/// let saddle = PlanePoint { at: [0.0, 0.0], kind: PointKind::Unstable(1) };
/// let figure = state_plane(&[vec![[-1.0, 0.5], [0.1, 0.1], [1.0, -0.4]]], &[saddle], &x, &y).unwrap();
/// assert!(figure.svg.contains("55") && figure.svg.contains("1 unstable (1)"));
/// ```
pub fn state_plane(
    trajectories: &[Vec<[f64; 2]>],
    points: &[PlanePoint],
    x_label: &str,
    y_label: &str,
) -> Result<Figure, Error> {
    saddle_plane(trajectories, &[], points, x_label, y_label)
}

/// Draws a [`state_plane`] with curves along which states leave saddles, solid, or come to them, dashed.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
pub fn saddle_plane(
    trajectories: &[Vec<[f64; 2]>],
    curves: &[PlaneCurve],
    points: &[PlanePoint],
    x_label: &str,
    y_label: &str,
) -> Result<Figure, Error> {
    let (name, title) = ("state_plane", "States in a plane");
    let caption = match points.is_empty() {
        true => "Trajectories, projected.",
        false => "Trajectories (grey) and fixed points, projected.",
    };
    let places = || trajectories.iter().flatten().copied().chain(points.iter().map(|p| p.at));
    let range = |k: usize| {
        let whole = places().filter(|p| p[0].is_finite() && p[1].is_finite());
        Scale::around(whole.map(|p| p[k]))
    };
    let (Some(x), Some(y)) = (range(0), range(1)) else { return Figure::empty(name, title, caption) };
    let mut entries = legend(points);
    for (leaves, name) in [(true, "states leave"), (false, "states come")] {
        if curves.iter().any(|c| c.leaves == leaves) {
            entries.push((Key::Line(curve_pen(leaves)), name.to_owned()));
        }
    }
    let frame = Frame::square().with_legend(entries);
    let mut panel = Panel::new(Axis::new(x_label, x), Axis::new(y_label, y), frame)?;
    let faint = if trajectories.len() > 8 { 0.5 } else { 0.8 };
    let cut = draw_trajectories(&mut panel, trajectories, Pen::new(GREY, 0.5).faint(faint));
    for curve in curves {
        let name = if curve.leaves { "states leave" } else { "states come" };
        panel.series(name, |panel| {
            // Curves may go far beyond what the plane shows.
            let inside = |p: &[f64; 2]| {
                let shown = |v: f64, s: Scale| (s.lo..=s.hi).contains(&v);
                if shown(p[0], panel.x) && shown(p[1], panel.y) { *p } else { [f64::NAN; 2] }
            };
            let line: Vec<[f64; 2]> = curve.line.iter().map(inside).collect();
            panel.line(line, curve_pen(curve.leaves));
        });
    }
    draw_points(&mut panel, points);
    let caption =
        if cut { format!("{caption} The first part of long trajectories is drawn.") } else { caption.into() };
    panel.finish(name, title, &caption)
}
