//! A matrix over two axes as colours, with boundaries drawn over it.

use super::chart::{Axes, Ink, Series};
use super::color_bar::{ROOM, color_bar};
use crate::axes::legend::Key;
use crate::axes::scale::{Scale, extent};
use crate::draw::color::{Color, PALE, WHITE, diverging, diverging_by_night, viridis};
use crate::draw::scene::{Image, Pen};
use crate::draw::theme::by_night;
use crate::{Error, Figure};

/// How values become colours.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Palette {
    /// Dark to bright (viridis), over the range of the values.
    #[default]
    Sequential,
    /// Blue below and red above a middle value, which is near the ground: white, or nearly black on a dark page.
    Diverging(f64),
}

/// A matrix of values on a grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatMap {
    /// Centres of the columns, ascending, equally far apart on their axis.
    pub x: Vec<f64>,
    /// Centres of the rows, ascending, equally far apart on their axis.
    pub y: Vec<f64>,
    /// The value at (i, j) is entry `j * x.len() + i`; one that is not finite is grey.
    pub values: Vec<f64>,
    /// Name and unit of the values.
    pub label: String,
    /// How values become colours.
    pub palette: Palette,
    /// The range of colours; none: that of the values. Values outside have the colours of its ends.
    pub range: Option<[f64; 2]>,
    /// What a grey cell means, for the legend.
    pub missing: String,
}

const LEVELS: usize = 255;

/// Draws a matrix as colours with a colour bar, and `over` as lines on top of it.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read, [`Error::Png`] if the cells cannot be encoded.
///
/// # Remarks
/// The cells are one embedded picture of 255 levels, so that a large map stays small. Ranges and
/// `square` of the axes do not apply: the map fills its plot.
///
/// ```
/// use nullcline_report::figures::{Axes, HeatMap, Palette, heat_map};
///
/// let map = HeatMap {
///     x: vec![0.0, 1.0, 2.0],
///     y: vec![0.0, 1.0],
///     values: vec![-1.0, 0.0, 1.0, 0.5, f64::NAN, -0.5],
///     label: "coupling".into(),
///     palette: Palette::Diverging(0.0),
///     missing: "not measured".into(),
///     ..HeatMap::default()
/// };
/// let figure = heat_map(&map, &[], &Axes::new("unit", "unit")).unwrap();
/// assert!(figure.svg.contains("coupling") && figure.svg.contains("not measured"));
/// ```
pub fn heat_map(map: &HeatMap, over: &[Series], axes: &Axes) -> Result<Figure, Error> {
    let (name, title) = ("heat_map", if map.label.is_empty() { "Map" } else { &map.label });
    let caption = "Colour shows the value.";
    let (columns, rows) = (map.x.len(), map.y.len());
    let (Some(x), Some(y)) = (edges(&map.x, axes.x_log), edges(&map.y, axes.y_log)) else {
        return Figure::empty(name, title, caption);
    };
    let value = |i: usize, j: usize| map.values.get(j * columns + i).copied().filter(|v| v.is_finite());
    let finite = (0..rows).flat_map(|j| (0..columns).filter_map(move |i| value(i, j)));
    let Some(bar) = bar(map, extent(finite)) else { return Figure::empty(name, title, caption) };
    let palettes: [fn(f64) -> Color; 2] = match map.palette {
        Palette::Sequential => [viridis, viridis],
        Palette::Diverging(_) => [diverging, diverging_by_night],
    };
    let level = |v: f64| (bar.at(v).unwrap_or(0.0).clamp(0.0, 1.0) * (LEVELS - 1) as f64).round() as u8;
    let cells = (0..rows).rev().flat_map(|j| (0..columns).map(move |i| (i, j)));
    let cells: Vec<u8> = cells.map(|(i, j)| value(i, j).map_or(LEVELS as u8, level)).collect();

    let line = |i: usize, s: &Series| {
        // Near black and white are the only colours that no map holds.
        let color = if s.ink == Ink::Auto { Ink::Black.color(i) } else { s.ink.color(i) };
        let pen = Pen::new(color, 0.9);
        if s.dashed { pen.dashed(3.0, 1.6) } else { pen }
    };
    let named = over.iter().enumerate().filter(|(_, s)| !s.label.is_empty());
    let mut legend: Vec<_> = named.map(|(i, s)| (Key::Line(line(i, s)), s.label.clone())).collect();
    if cells.contains(&(LEVELS as u8)) {
        let meaning = if map.missing.is_empty() { "no value" } else { &map.missing };
        legend.push((Key::Patch(PALE), meaning.into()));
    }
    let frame = Axes {
        x_range: Some([x.lo, x.hi]),
        y_range: Some([y.lo, y.hi]),
        square: false,
        height: if axes.height > 0.0 { axes.height } else { 0.66 * axes.outer_width() },
        ..axes.clone()
    };
    let Some(mut panel) = frame.panel([x.lo], [y.lo], ROOM, legend)? else {
        return Figure::empty(name, title, caption);
    };
    let colors = |palette: fn(f64) -> Color, missing: Color| {
        (0..LEVELS).map(|k| palette(k as f64 / (LEVELS - 1) as f64)).chain([missing]).collect::<Vec<Color>>()
    };
    let (palette, night) = (colors(palettes[0], PALE), colors(palettes[1], by_night(PALE)));
    let image = Image { columns, rows, palette, night, cells };
    panel.picture(image);
    frame.draw_references(&mut panel);
    for (i, s) in over.iter().enumerate() {
        panel.line(s.points.iter().copied(), Pen::new(WHITE, 2.0).faint(0.8));
        panel.line(s.points.iter().copied(), line(i, s));
    }
    color_bar(&panel, bar, palettes, &map.label);
    panel.finish(name, title, caption)
}

/// The range of colours.
fn bar(map: &HeatMap, found: Option<(f64, f64)>) -> Option<Scale> {
    let (lo, hi) = found?;
    let [lo, hi] = map.range.filter(|[lo, hi]| lo < hi && (hi - lo).is_finite()).unwrap_or([lo, hi]);
    let (lo, hi) = (lo.clamp(-1e300, 1e300), hi.clamp(-1e300, 1e300));
    let apart = |lo: f64, hi: f64| hi - lo > 1e-12 * lo.abs().max(hi.abs()) && hi - lo > 1e-300;
    match map.palette {
        Palette::Diverging(middle) if middle.abs() < 1e300 => {
            let reach = (hi - middle).max(middle - lo).min(1e300);
            let reach =
                if apart(middle - reach, middle + reach) { reach } else { 0.1 * middle.abs().max(10.0) };
            Some(Scale::exact(middle - reach, middle + reach))
        }
        _ if apart(lo, hi) => Some(Scale::exact(lo, hi)),
        _ => Scale::around([lo]),
    }
}

/// The axis' range with half a cell on both sides.
fn edges(centres: &[f64], log: bool) -> Option<Scale> {
    let usable = |v: &f64| v.is_finite() && v.abs() < 1e300 && (!log || *v > 0.0);
    let (first, last) = (centres.first()?, centres.last()?);
    if !centres.iter().all(usable) || centres.windows(2).any(|w| w[0] >= w[1]) {
        return None;
    }
    let of = |v: f64| if log { v.log10() } else { v };
    let back = |v: f64| if log { 10f64.powf(v) } else { v };
    let (first, last) = (of(*first), of(*last));
    let half = if centres.len() > 1 { (last - first) / (centres.len() - 1) as f64 / 2.0 } else { 0.5 };
    Some(Scale { lo: back(first - half), hi: back(last + half), log })
}
