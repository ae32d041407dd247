//! What general charts share: series, axes, reference lines, and the panel that they make.

use crate::Error;
use crate::axes::legend::Key;
use crate::axes::panel::{Axis, COLUMN, Frame, Panel};
use crate::axes::scale::{Scale, extent};
use crate::draw::color::{Color, GREY, INK, WHITE, series, viridis};
use crate::draw::scene::Pen;

/// Width of a figure of which three stand side by side on a page of 183 mm, in points.
pub const THIRD: f64 = 168.0;

/// Width of a figure of which four stand side by side on a page of 183 mm, in points.
pub const QUARTER: f64 = 125.0;

/// The colour of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Ink {
    /// That of its place among the series.
    #[default]
    Auto,
    /// That of the i-th series, to agree with another figure.
    Series(usize),
    /// A tone between dark (0) and bright (1), for series in an order.
    Tone(f64),
    /// That of the i-th series, far paler, for single trials behind their mean.
    Pale(usize),
    /// Grey, for what stands behind.
    Grey,
    /// Near black, for what is compared with.
    Black,
}

impl Ink {
    pub(super) fn color(self, place: usize) -> Color {
        match self {
            Self::Auto => series(place),
            Self::Series(i) => series(i),
            Self::Tone(t) => viridis(0.9 * t),
            Self::Pale(i) => series(i).mix(WHITE, 0.72),
            Self::Grey => GREY,
            Self::Black => INK,
        }
    }
}

/// One series of points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Its name in the legend; empty: not in the legend.
    pub label: String,
    /// Points; a coordinate that is not finite breaks a line.
    pub points: Vec<[f64; 2]>,
    /// Standard errors of the second coordinate; may be shorter than the points.
    pub error: Vec<f64>,
    /// Its colour.
    pub ink: Ink,
    /// Whether its line is dashed.
    pub dashed: bool,
    /// In a scatter, whether a thin line joins its points.
    pub joined: bool,
    /// In a scatter, whether it is drawn without dots.
    pub bare: bool,
    /// Whether the legend leaves it out; a page still names it.
    pub unlisted: bool,
}

impl Series {
    /// A series of `y` against `x`; the shorter of the two counts.
    pub fn new(label: &str, x: &[f64], y: &[f64]) -> Self {
        let points = x.iter().zip(y).map(|(x, y)| [*x, *y]).collect();
        Self { label: label.into(), points, ..Self::default() }
    }
    /// With standard errors.
    pub fn errors(self, error: &[f64]) -> Self {
        Self { error: error.to_vec(), ..self }
    }
    /// In this colour.
    pub fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }
    /// With a dashed line.
    pub fn dashed(self) -> Self {
        Self { dashed: true, ..self }
    }
    /// With a thin line through its points.
    pub fn joined(self) -> Self {
        Self { joined: true, ..self }
    }
    /// As a thin line without dots, also in a scatter.
    pub fn bare(self) -> Self {
        Self { joined: true, bare: true, ..self }
    }

    /// Left out of the legend: it stands in that of another panel, or follows from its name, as `output 1, target`.
    pub fn unlisted(self) -> Self {
        Self { unlisted: true, ..self }
    }

    pub(super) fn listed(&self) -> bool {
        !self.unlisted && !self.label.is_empty()
    }

    pub(super) fn error_of(&self, k: usize) -> f64 {
        self.error.get(k).copied().filter(|e| e.is_finite()).unwrap_or(0.0).abs()
    }
}

/// A line to compare with.
#[derive(Clone, Debug, PartialEq)]
pub enum Reference {
    /// At one height.
    Across(f64),
    /// At one place on the x axis.
    Upward(f64),
    /// Through points.
    Curve(Vec<[f64; 2]>),
}

/// The axes of a chart, and what is drawn for comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axes {
    /// Name and unit of the x axis.
    pub x_label: String,
    /// Name and unit of the y axis.
    pub y_label: String,
    /// Whether the x axis is logarithmic.
    pub x_log: bool,
    /// Whether the y axis is logarithmic.
    pub y_log: bool,
    /// The range of x; none: that of the data with a little room.
    pub x_range: Option<[f64; 2]>,
    /// The range of y; none: that of the data with a little room.
    pub y_range: Option<[f64; 2]>,
    /// Places and names on the x axis instead of numbers.
    pub x_names: Vec<(f64, String)>,
    /// Whether x counts things, so that its ticks are whole.
    pub x_whole: bool,
    /// Whether a unit is equally long on both axes.
    pub square: bool,
    /// Width of the figure in points; 0: one column of 89 mm.
    pub width: f64,
    /// Height of the plot in points; 0: chosen by the width.
    pub height: f64,
    /// Lines to compare with and their names in the legend, which may be empty.
    pub references: Vec<(String, Reference)>,
}

impl Axes {
    /// Linear axes one column wide.
    pub fn new(x_label: &str, y_label: &str) -> Self {
        Self { x_label: x_label.into(), y_label: y_label.into(), ..Self::default() }
    }
    /// With both axes logarithmic.
    pub fn log_log(self) -> Self {
        Self { x_log: true, y_log: true, ..self }
    }
    /// With this width, in points.
    pub fn wide(self, width: f64) -> Self {
        Self { width, ..self }
    }
    /// With a line to compare with.
    pub fn reference(mut self, label: &str, line: Reference) -> Self {
        self.references.push((label.into(), line));
        self
    }

    fn inner_height(&self) -> f64 {
        let width = self.outer_width();
        if self.height > 0.0 { self.height } else { (0.56 * width - 11.0).clamp(60.0, 130.0) }
    }

    pub(super) fn outer_width(&self) -> f64 {
        if self.width > 0.0 { self.width.clamp(80.0, 2.0 * COLUMN + 15.0) } else { COLUMN }
    }

    /// An empty panel that holds the finite points of `series` with their bars, on a logarithmic axis the points alone; none where
    /// there are none.
    pub(super) fn panel_of(
        &self,
        series: &[Series],
        legend: Vec<(Key, String)>,
    ) -> Result<Option<Panel>, Error> {
        let all = || series.iter().flat_map(|s| s.points.iter().enumerate().map(move |(k, p)| (s, k, p)));
        let whole = || all().filter(|(_, _, p)| p.iter().all(|v| v.is_finite()));
        let ends = |(s, k, p): (&Series, usize, &[f64; 2])| {
            let error = if self.y_log { 0.0 } else { s.error_of(k) };
            [p[1], p[1] - error, p[1] + error]
        };
        self.panel(whole().map(|(_, _, p)| p[0]), whole().flat_map(ends), 8.0, legend)
    }

    /// A panel around the data and the reference lines; none where there is nothing to show.
    pub(super) fn panel(
        &self,
        x: impl IntoIterator<Item = f64>,
        y: impl IntoIterator<Item = f64>,
        right: f64,
        mut legend: Vec<(Key, String)>,
    ) -> Result<Option<Panel>, Error> {
        let (mut extra_x, mut extra_y) = (vec![], vec![]);
        for (label, line) in &self.references {
            match line {
                Reference::Across(v) => extra_y.push(*v),
                Reference::Upward(v) => extra_x.push(*v),
                Reference::Curve(_) => {}
            }
            if !label.is_empty() {
                legend.push((Key::Line(pen()), label.clone()));
            }
        }
        let x_scale = range(x, extra_x, self.x_log, self.x_range);
        let y_scale = range(y, extra_y, self.y_log, self.y_range);
        let (Some(x_scale), Some(y_scale)) = (x_scale, y_scale) else { return Ok(None) };
        let fixed = (!self.x_names.is_empty()).then(|| self.x_names.clone());
        let x = Axis { fixed, integer: self.x_whole, ..Axis::new(&self.x_label, x_scale) };
        let frame = Frame {
            width: self.outer_width(),
            height: self.inner_height(),
            right,
            square: self.square && !self.x_log && !self.y_log,
            legend,
        };
        Panel::new(x, Axis::new(&self.y_label, y_scale), frame).map(Some)
    }

    pub(super) fn draw_references(&self, panel: &mut Panel) {
        for (_, line) in &self.references {
            match line {
                Reference::Across(v) => panel.across(*v, pen()),
                Reference::Upward(v) => panel.upward(*v, pen()),
                Reference::Curve(points) => panel.line(points.iter().copied(), pen()),
            }
        }
    }
}

fn pen() -> Pen {
    Pen::new(GREY, 0.7).dashed(3.0, 2.0)
}

fn range(
    data: impl IntoIterator<Item = f64>,
    extra: Vec<f64>,
    log: bool,
    given: Option<[f64; 2]>,
) -> Option<Scale> {
    let data: Vec<f64> = data.into_iter().filter(|v| v.is_finite()).collect();
    let usable = given.filter(|[lo, hi]| lo < hi && (hi - lo).is_finite() && (!log || *lo > 0.0));
    if let (Some([lo, hi]), false) = (usable, data.is_empty()) {
        return Some(Scale { lo, hi, log });
    }
    if log {
        extent(data.iter().copied().filter(|v| *v > 0.0))?;
        return Scale::log_around(data.into_iter().chain(extra));
    }
    let around = Scale::around(data)?;
    Some(extra.into_iter().fold(around, Scale::including))
}
