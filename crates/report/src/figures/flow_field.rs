//! The flow in a plane: arrows over a map of its speed, with fixed points on top.

use super::color_bar::{ROOM, color_bar};
use super::plane::{PlanePoint, draw_points, draw_trajectories, legend};
use crate::axes::legend::Key;
use crate::axes::panel::{Axis, Frame, Panel};
use crate::axes::scale::{Scale, extent};
use crate::axes::ticks::brief;
use crate::draw::color::{Color, INK, VERMILLION, WHITE, viridis};
use crate::draw::scene::{Image, Pen, Point};
use crate::draw::theme::CARD;
use crate::{Error, Figure};

/// The flow at the points of a grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowGrid {
    /// Coordinates along the first axis of the plane, ascending.
    pub x: Vec<f64>,
    /// Coordinates along the second axis, ascending.
    pub y: Vec<f64>,
    /// First component of the flow: the point (i, j) is entry `j * x.len() + i`.
    pub u: Vec<f64>,
    /// Second component, in the same order.
    pub v: Vec<f64>,
    /// Share of the flow that leaves the plane, between 0 and 1, in the same order; may be empty.
    pub off_plane: Vec<f64>,
}

/// Draws the in-plane flow: arrows, longer where it is faster (compressed), on a shade of log₁₀ speed.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// # Remarks
/// The median off-plane share stands in the figure: where it is large, arrows tell little.
pub fn flow_field(
    grid: &FlowGrid,
    points: &[PlanePoint],
    trajectories: &[Vec<[f64; 2]>],
    x_label: &str,
    y_label: &str,
) -> Result<Figure, Error> {
    let frame = Frame { right: ROOM, ..Frame::square() };
    draw(grid, points, trajectories, &[], [x_label, y_label], frame, true)
}

/// The same in a figure of this width without a colour bar, for [`panels`](super::panels()), with `boundaries` as dashed lines.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
pub fn flow_panel(
    grid: &FlowGrid,
    points: &[PlanePoint],
    trajectories: &[Vec<[f64; 2]>],
    boundaries: &[Vec<[f64; 2]>],
    labels: [&str; 2],
    width: f64,
) -> Result<Figure, Error> {
    draw(grid, points, trajectories, boundaries, labels, Frame { width, ..Frame::square() }, false)
}

fn draw(
    grid: &FlowGrid,
    points: &[PlanePoint],
    trajectories: &[Vec<[f64; 2]>],
    boundaries: &[Vec<[f64; 2]>],
    labels: [&str; 2],
    frame: Frame,
    bar_shown: bool,
) -> Result<Figure, Error> {
    let (name, title) = ("flow_field", "Flow in a plane");
    let lines = if trajectories.is_empty() { "" } else { " Red lines are trajectories." };
    let caption = "In-plane flow on a plane of states: arrows show direction, shade shows speed.";
    let caption = &format!("{caption}{lines}");
    let (Some(x), Some(y)) = (edges(&grid.x), edges(&grid.y)) else {
        return Figure::empty(name, title, caption);
    };
    let speed = |k: usize| match (grid.u.get(k), grid.v.get(k)) {
        (Some(u), Some(v)) if u.hypot(*v).is_finite() => Some(u.hypot(*v)),
        _ => None,
    };
    let count = grid.x.len() * grid.y.len();
    let logs = (0..count).filter_map(speed).filter(|s| *s > 0.0).map(f64::log10);
    let Some((lo, hi)) = extent(logs) else { return Figure::empty(name, title, caption) };
    let bar = if hi - lo < 0.02 { Scale::exact(lo - 0.5, hi + 0.5) } else { Scale::exact(lo, hi) };

    let mut entries = legend(points);
    if let Some(share) = median(&grid.off_plane) {
        entries.push((
            Key::None,
            format!("off-plane share {} % (median)", brief((1000.0 * share).round() / 10.0)),
        ));
    }
    let mut panel = Panel::new(Axis::new(labels[0], x), Axis::new(labels[1], y), frame.with_legend(entries))?;
    draw_shade(&mut panel, grid, bar, speed);
    for line in boundaries {
        panel.line(line.iter().copied(), Pen::new(WHITE, 0.9).dashed(3.0, 2.0));
    }
    draw_arrows(&mut panel, grid, 10f64.powf(hi));
    let cut = draw_trajectories(&mut panel, trajectories, Pen::new(WHITE, 1.6));
    draw_trajectories(&mut panel, trajectories, Pen::new(VERMILLION, 0.7));
    draw_points(&mut panel, points);
    if bar_shown {
        color_bar(&panel, bar, [shade, shade_by_night], "log₁₀ speed");
    }
    let caption =
        if cut { format!("{caption} The first part of long trajectories is drawn.") } else { caption.into() };
    panel.finish(name, title, &caption)
}

/// Viridis, lightened so that dark arrows stand out on all of it.
fn shade(t: f64) -> Color {
    viridis(t).mix(WHITE, 0.35)
}

/// Darkened, for bright arrows.
fn shade_by_night(t: f64) -> Color {
    viridis(t).mix(CARD, 0.55)
}

/// The grid's range with half a cell on both sides.
fn edges(values: &[f64]) -> Option<Scale> {
    let (lo, hi) = extent(values.iter().copied())?;
    let half = if values.len() > 1 { (hi - lo) / (values.len() - 1) as f64 / 2.0 } else { 0.5 };
    (hi - lo + half > 0.0).then(|| Scale::exact(lo - half, hi + half))
}

fn cell(panel: &Panel, grid: &FlowGrid) -> Point {
    let size = |n: usize, scale: Scale, lo: f64, hi: f64, length: f64| {
        (hi - lo) / (scale.hi - scale.lo) * length / (n.max(2) - 1) as f64
    };
    let (x, y) = (extent(grid.x.iter().copied()), extent(grid.y.iter().copied()));
    let (x, y) = (x.unwrap_or((0.0, 1.0)), y.unwrap_or((0.0, 1.0)));
    [
        size(grid.x.len(), panel.x, x.0, x.1, panel.right - panel.left),
        size(grid.y.len(), panel.y, y.0, y.1, panel.bottom - panel.top),
    ]
}

/// Tones of speed.
const TONES: usize = 255;

fn draw_shade(panel: &mut Panel, grid: &FlowGrid, bar: Scale, speed: impl Fn(usize) -> Option<f64>) {
    let (columns, rows) = (grid.x.len(), grid.y.len());
    let ends = |v: &[f64]| v.first().copied().zip(v.last().copied());
    let (Some((left, right)), Some((bottom, top))) = (ends(&grid.x), ends(&grid.y)) else { return };
    let (Some(a), Some(b)) = (panel.place([left, top]), panel.place([right, bottom])) else { return };
    let tone = |k: usize| match speed(k) {
        Some(s) if s > 0.0 => {
            (bar.at(s.log10()).unwrap_or(0.0).clamp(0.0, 1.0) * (TONES - 1) as f64).round() as u8
        }
        Some(_) => 0,
        None => TONES as u8,
    };
    let colors = |of: fn(f64) -> Color, none: Color| {
        (0..TONES).map(|k| of(k as f64 / (TONES - 1) as f64)).chain([none]).collect::<Vec<Color>>()
    };
    let image = Image {
        columns,
        rows,
        palette: colors(shade, WHITE),
        night: colors(shade_by_night, CARD),
        cells: (0..rows).rev().flat_map(|j| (0..columns).map(move |i| j * columns + i)).map(tone).collect(),
    };
    let [w, h] = cell(panel, grid).map(|size| size / 2.0);
    panel.scene().image(image, [a[0] - w, a[1] - h], [b[0] + w, b[1] + h]);
}

fn draw_arrows(panel: &mut Panel, grid: &FlowGrid, fastest: f64) {
    let size = cell(panel, grid);
    let room = size[0].min(size[1]);
    // Of a fine grid every second or third arrow is drawn.
    let every = (12.0 / room.max(0.1)).ceil().max(1.0) as usize;
    let room = room * every as f64;
    let mut shafts = Vec::new();
    let n = grid.x.len();
    for j in (every / 2..grid.y.len()).step_by(every) {
        for i in (every / 2..n).step_by(every) {
            let k = j * n + i;
            let (Some(&u), Some(&v)) = (grid.u.get(k), grid.v.get(k)) else { continue };
            let s = u.hypot(v);
            let Some(p) = panel.place([grid.x[i], grid.y[j]]) else { continue };
            if !s.is_finite() || s <= 0.0 {
                continue;
            }
            let length = room * (0.9 * (s / fastest).powf(0.25)).clamp(0.25, 0.9);
            let d = [u / s, -v / s];
            let length = length.min(2.0 * panel.margin(p, d));
            if length < 1.5 {
                continue;
            }
            let tip = [p[0] + d[0] * length / 2.0, p[1] + d[1] * length / 2.0];
            shafts.push(vec![[p[0] - d[0] * length / 2.0, p[1] - d[1] * length / 2.0], tip]);
            let head = (0.4 * length).min(2.6);
            let barb = |side: f64| {
                let (c, s) = (-0.86, 0.5 * side);
                [tip[0] + head * (c * d[0] - s * d[1]), tip[1] + head * (s * d[0] + c * d[1])]
            };
            shafts.push(vec![barb(1.0), tip, barb(-1.0)]);
        }
    }
    panel.scene().lines(shafts, Pen::new(INK, 0.5));
}

fn median(values: &[f64]) -> Option<f64> {
    let mut kept: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    kept.sort_by(f64::total_cmp);
    let n = kept.len();
    (n > 0).then(|| (kept[(n - 1) / 2] + kept[n / 2]) / 2.0)
}
