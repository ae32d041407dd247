//! A plot panel: a chart of plotters with its layout, ticks, labels and legend.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::PathElement;
use std::cell::{RefCell, RefMut};
use std::rc::Rc;

use super::coordinate::{Coordinate, FAR};
use super::elements::Element;
use super::legend::{Key, Legend};
use super::scale::Scale;
use super::ticks::{Ticks, ticks};
use crate::draw::backend::{SceneBackend, at, pt, rgb, stroke, text, to};
use crate::draw::color::INK;
use crate::draw::font;
use crate::draw::scene::{Align, Point, Scene, Tag};
use crate::{Error, Figure};
use serde_json::json;

/// Width of one journal column, 89 mm.
pub(crate) const COLUMN: f64 = 252.0;
pub(crate) const TICK_SIZE: f64 = 7.0;
pub(crate) const LABEL_SIZE: f64 = 7.5;
const TICK: f64 = 2.5;
const MINOR: f64 = 1.4;
/// Room that plotters' label areas leave at the page's edge.
const EDGE: f64 = 2.0;
const AXIS: f64 = 0.6;

/// What an axis shows.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub label: String,
    pub scale: Scale,
    pub integer: bool,
    /// Ticks given by the caller instead of chosen here, as for names.
    pub fixed: Option<Vec<(f64, String)>>,
}

impl Axis {
    pub fn new(label: impl Into<String>, scale: Scale) -> Self {
        Self { label: label.into(), scale, integer: false, fixed: None }
    }

    /// An axis of counts or indices.
    pub fn whole(label: impl Into<String>, scale: Scale) -> Self {
        Self { integer: true, ..Self::new(label, scale) }
    }

    /// What it shows, for scripts.
    fn told(&self) -> String {
        let Scale { lo, hi, log } = self.scale;
        json!({ "label": self.label, "lo": lo, "hi": hi, "log": log, "whole": self.integer, "names": self.fixed }).to_string()
    }

    fn ticks(&self, target: f64) -> Ticks {
        match &self.fixed {
            Some(major) => Ticks { major: major.clone(), ..Ticks::default() },
            None => ticks(self.scale, target, self.integer),
        }
    }

    /// About `target` ticks, but two at least where a few more would give them: one tick is no scale.
    fn some_ticks(&self, target: f64) -> Ticks {
        let mut more = (0..3).map(|k| self.ticks(target + f64::from(k)));
        more.find(|t| t.major.len() > 1).unwrap_or_else(|| self.ticks(target))
    }
}

/// What a panel leaves room for.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Width of the whole figure.
    pub width: f64,
    /// Height of the plot area; a square one chooses its own.
    pub height: f64,
    /// Room to the right of the plot area, as for a colour bar.
    pub right: f64,
    pub legend: Vec<(Key, String)>,
    /// Whether one unit is equally long on both axes; ranges are then stretched to fill the plot.
    pub square: bool,
}

impl Frame {
    /// Equally long units on both axes.
    pub fn square() -> Self {
        Self { square: true, ..Self::plain(180.0) }
    }

    pub fn plain(height: f64) -> Self {
        Self { width: COLUMN, height, right: 8.0, legend: Vec::new(), square: false }
    }

    pub fn with_legend(self, legend: Vec<(Key, String)>) -> Self {
        Self { legend, ..self }
    }
}

type Chart = ChartContext<'static, SceneBackend, Cartesian2d<Coordinate, Coordinate>>;

/// A chart of plotters laid out like a journal figure.
pub(crate) struct Panel {
    pub x: Scale,
    pub y: Scale,
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    /// Width of the whole figure.
    pub width: f64,
    /// Room below the plot.
    below: f64,
    /// The whole figure, in backend units.
    pub(super) page: DrawingArea<SceneBackend, Shift>,
    backend: Rc<RefCell<SceneBackend>>,
    chart: Chart,
    ticks: (Ticks, Ticks),
    labels: (String, String),
    /// What went wrong first.
    failed: Option<Error>,
}

impl Panel {
    /// Lays out; the axes themselves are drawn last, by [`Panel::finish`], over the data.
    ///
    /// # Errors
    /// [`Error::Chart`] if plotters refuses the layout.
    pub fn new(mut x: Axis, mut y: Axis, mut frame: Frame) -> Result<Self, Error> {
        let mut y_ticks = y.some_ticks(count(frame.height));
        let labels = |t: &Ticks| t.major.iter().map(|t| font::width(&t.1, TICK_SIZE)).fold(8.0, f64::max);
        let edge = if y.label.is_empty() { 3.0 } else { LABEL_SIZE + 7.0 };
        let mut left = edge + labels(&y_ticks).min(0.45 * frame.width) + TICK + 3.0;
        let right = frame.width - frame.right;
        if frame.square {
            let wanted = (y.scale.hi - y.scale.lo) / (x.scale.hi - x.scale.lo);
            for _ in 0..3 {
                frame.height = (right - left) * wanted.clamp(0.45, 1.05);
                stretch(&mut x.scale, &mut y.scale, right - left, frame.height);
                y_ticks = y.some_ticks(count(frame.height));
                left = edge + labels(&y_ticks) + TICK + 3.0;
            }
            frame.height = (right - left) * (y.scale.hi - y.scale.lo) / (x.scale.hi - x.scale.lo);
        }
        let legend = Legend::new(&frame.legend, right - left);
        let factor = if y_ticks.factor.is_some() { 9.0 } else { 0.0 };
        let top = 5.0 + legend.height() + factor;
        let bottom = top + frame.height;
        let x_ticks = uncrowded(&x, right - left);
        let below = if x.label.is_empty() { 14.0 } else { 27.0 };
        let mut scene = Scene::new(frame.width, bottom + below);
        legend.draw(&mut scene, left, 3.0);
        scene.tag(Tag::Plot { corners: [[left, top], [right, bottom]], axes: [x.told(), y.told()] });
        let backend = Rc::new(RefCell::new(SceneBackend { scene }));
        let page = DrawingArea::from(&backend);
        for (_, label) in &mut y_ticks.major {
            *label = font::fit(label, TICK_SIZE, 0.45 * frame.width);
        }
        let ticks = (x_ticks, y_ticks);
        let chart = ChartBuilder::on(&page)
            .margin_left(pt(EDGE))
            .margin_top(pt(top))
            .margin_right(pt(frame.right))
            .margin_bottom(pt(EDGE))
            .x_label_area_size(pt(below - EDGE))
            .y_label_area_size(pt(left - EDGE))
            .build_cartesian_2d(
                Coordinate { scale: x.scale, ticks: ticks.0.clone() },
                Coordinate { scale: y.scale, ticks: ticks.1.clone() },
            )?;
        let labels = (x.label, y.label);
        let (x, y, width, failed) = (x.scale, y.scale, frame.width, None);
        Ok(Self { x, y, left, top, right, bottom, width, below, page, backend, chart, ticks, labels, failed })
    }

    /// Where a value lies from left to right, if it lies within the plot or near it.
    pub fn px(&self, x: f64) -> Option<f64> {
        self.place([x, self.y.lo]).map(|p| p[0])
    }

    /// Where a value lies from top to bottom.
    pub fn py(&self, y: f64) -> Option<f64> {
        self.place([self.x.lo, y]).map(|p| p[1])
    }

    /// Where a datum lies on the page, if it lies within the plot or near it.
    pub fn place(&self, data: [f64; 2]) -> Option<Point> {
        let (x, y) = self.chart.backend_coord(&(data[0], data[1]));
        ((-FAR..FAR).contains(&x) && (-FAR..FAR).contains(&y)).then(|| at((x, y)))
    }

    /// What `draw` draws is the series `name`.
    pub fn series(&mut self, name: &str, draw: impl FnOnce(&mut Self)) {
        self.lane(name, None, draw);
    }

    /// The same, in a lane where a + b y is the value.
    pub fn lane(&mut self, name: &str, lane: Option<[f64; 2]>, draw: impl FnOnce(&mut Self)) {
        self.scene().tag(Tag::Series { name: name.into(), lane });
        draw(self);
        self.scene().tag(Tag::End);
    }

    /// The marks so far, for what is drawn on the page and not at data.
    pub fn scene(&self) -> RefMut<'_, Scene> {
        RefMut::map(self.backend.borrow_mut(), |b| &mut b.scene)
    }

    pub(super) fn draw(&mut self, element: &Element) {
        let drawn = self.chart.plotting_area().draw(element);
        self.note(drawn);
    }

    pub(super) fn note(&mut self, drawn: Result<(), DrawingAreaErrorKind<Error>>) {
        if let (Err(e), None) = (drawn, &self.failed) {
            self.failed = Some(e.into());
        }
    }

    /// Draws axes, ticks and labels, and makes the figure.
    ///
    /// # Errors
    /// [`Error::Chart`] if plotters could not draw, [`Error::Font`] and [`Error::Png`] as for every figure.
    pub fn finish(mut self, name: &str, title: &str, caption: &str) -> Result<Figure, Error> {
        let (width, height) = (self.width, self.bottom + self.below);
        let middle = [(self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0];
        let factor = self.ticks.0.factor.as_ref().map_or(String::new(), |f| format!("  [{f}]"));
        let room = 2.0 * middle[0].min(width - middle[0]) - 4.0;
        let (x_label, x_size) = fitted(&format!("{}{factor}", self.labels.0), room);
        let room = 2.0 * middle[1].min(height - middle[1]) - 4.0;
        let (y_label, y_size) = fitted(&self.labels.1, room);
        // Axes belong to no series.
        self.scene().tag(Tag::End);
        self.chart
            .configure_mesh()
            .disable_mesh()
            .axis_style(stroke(rgb(INK), AXIS))
            .label_style(text(TICK_SIZE))
            .set_all_tick_mark_size(pt(TICK))
            .draw()?;
        let (bottom, left) = (self.bottom, self.left);
        let minor =
            |a: Point, b: Point| self.page.draw(&PathElement::new([to(a), to(b)], stroke(rgb(INK), AXIS)));
        for x in self.ticks.0.minor.iter().filter_map(|v| self.px(*v)) {
            minor([x, bottom], [x, bottom + MINOR])?;
        }
        for y in self.ticks.1.minor.iter().filter_map(|v| self.py(*v)) {
            minor([left, y], [left - MINOR, y])?;
        }
        {
            let mut scene = self.scene();
            if let Some(factor) = &self.ticks.1.factor {
                scene.text(factor, [left - TICK, self.top - 7.5], TICK_SIZE, Align::Start, INK);
            }
            scene.text(&x_label, [middle[0], bottom + 20.5], x_size, Align::Middle, INK);
            scene.upright(&y_label, [LABEL_SIZE / 2.0 + 2.0, middle[1]], y_size, INK);
        }
        if let Some(error) = self.failed {
            return Err(error);
        }
        Figure::new(name, title, caption, self.backend.take().scene)
    }
}

/// How many labelled ticks suit an axis of this height.
fn count(height: f64) -> f64 {
    (height / 32.0).clamp(2.0, 6.0)
}

/// A label made somewhat smaller, and then shorter, until it fits.
fn fitted(label: &str, room: f64) -> (String, f64) {
    let size = [LABEL_SIZE, 7.0, 6.5].into_iter().find(|s| font::width(label, *s) <= room);
    let size = size.unwrap_or(6.5);
    (font::fit(label, size, room), size)
}

/// As many ticks as leave some air between their labels.
fn uncrowded(axis: &Axis, length: f64) -> Ticks {
    let mut chosen = Ticks::default();
    for target in (1..=7).rev() {
        chosen = axis.ticks(f64::from(target));
        let centers = chosen.major.iter().map(|(v, label)| {
            (axis.scale.at(*v).unwrap_or(0.0) * length, font::width(label, TICK_SIZE) / 2.0)
        });
        let centers: Vec<_> = centers.collect();
        if centers.windows(2).all(|w| w[0].0 + w[0].1 + 9.0 <= w[1].0 - w[1].1) {
            break;
        }
    }
    chosen
}

/// Widens one range until a unit is equally long on both axes.
fn stretch(x: &mut Scale, y: &mut Scale, width: f64, height: f64) {
    let (per_x, per_y) = ((x.hi - x.lo) / width, (y.hi - y.lo) / height);
    let (scale, extra) = if per_x > per_y { (y, per_x * height) } else { (x, per_y * width) };
    let middle = (scale.lo + scale.hi) / 2.0;
    (scale.lo, scale.hi) = (middle - extra / 2.0, middle + extra / 2.0);
}
