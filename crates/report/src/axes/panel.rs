//! A plot panel: lays out axes, ticks, labels and legend, and places data inside.

use super::legend::{Key, Legend};
use super::scale::Scale;
use super::ticks::{Ticks, ticks};
use crate::draw::color::INK;
use crate::draw::font;
use crate::draw::scene::{Align, Pen, Scene};

/// Width of one journal column, 89 mm.
pub(crate) const COLUMN: f64 = 252.0;
pub(crate) const TICK_SIZE: f64 = 7.0;
pub(crate) const LABEL_SIZE: f64 = 7.5;
const TICK: f64 = 2.5;
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

/// A laid-out panel and the scene it draws on.
pub(crate) struct Panel {
    pub scene: Scene,
    pub x: Scale,
    pub y: Scale,
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    ticks: (Ticks, Ticks),
    labels: (String, String),
}

impl Panel {
    /// Lays out; the axes themselves are drawn last, by [`Panel::finish`], over the data.
    pub fn new(mut x: Axis, mut y: Axis, mut frame: Frame) -> Self {
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
        let labels = (x.label, y.label);
        let ticks = (x_ticks, y_ticks);
        Self { scene, x: x.scale, y: y.scale, left, top, right, bottom, ticks, labels }
    }

    /// Draws axes, ticks and labels, and gives the scene back.
    pub fn finish(mut self) -> Scene {
        let pen = Pen::new(INK, AXIS);
        let (left, bottom) = (self.left, self.bottom);
        let mut marks = vec![vec![[left, self.top], [left, bottom], [self.right, bottom]]];
        let (x_ticks, y_ticks) = std::mem::take(&mut self.ticks);
        for (values, length) in [(major(&x_ticks), TICK), (x_ticks.minor.clone(), 1.4)] {
            for x in values.iter().filter_map(|v| self.px(*v)) {
                marks.push(vec![[x, bottom], [x, bottom + length]]);
            }
        }
        for (values, length) in [(major(&y_ticks), TICK), (y_ticks.minor.clone(), 1.4)] {
            for y in values.iter().filter_map(|v| self.py(*v)) {
                marks.push(vec![[left, y], [left - length, y]]);
            }
        }
        self.scene.lines(marks, pen);
        for (v, label) in &x_ticks.major {
            if let Some(x) = self.px(*v) {
                self.scene.text(label, [x, bottom + TICK + 6.5], TICK_SIZE, Align::Middle, INK);
            }
        }
        for (v, label) in &y_ticks.major {
            if let Some(y) = self.py(*v) {
                let label = font::fit(label, TICK_SIZE, 0.45 * self.scene.width);
                self.scene.text(&label, [left - TICK - 2.0, y], TICK_SIZE, Align::End, INK);
            }
        }
        if let Some(factor) = &y_ticks.factor {
            self.scene.text(factor, [left - TICK, self.top - 7.5], TICK_SIZE, Align::Start, INK);
        }
        let mut x_label = self.labels.0.clone();
        if let Some(factor) = &x_ticks.factor {
            x_label = format!("{x_label}  [{factor}]");
        }
        let middle = [(left + self.right) / 2.0, (self.top + bottom) / 2.0];
        let room = 2.0 * middle[0].min(self.scene.width - middle[0]) - 4.0;
        let (x_label, size) = fitted(&x_label, room);
        self.scene.text(&x_label, [middle[0], bottom + 20.5], size, Align::Middle, INK);
        let room = 2.0 * middle[1].min(self.scene.height - middle[1]) - 4.0;
        let (y_label, size) = fitted(&self.labels.1, room);
        self.scene.upright(&y_label, [LABEL_SIZE / 2.0 + 2.0, middle[1]], size, INK);
        self.scene
    }
}

/// How many labelled ticks suit an axis of this height.
fn count(height: f64) -> f64 {
    (height / 32.0).clamp(2.0, 6.0)
}

fn major(ticks: &Ticks) -> Vec<f64> {
    ticks.major.iter().map(|t| t.0).collect()
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
