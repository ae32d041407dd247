//! A graph of weighted edges between nodes on a circle.

use crate::axes::panel::COLUMN;
use crate::draw::color::{INK, diverging};
use crate::draw::font;
use crate::draw::scene::{Align, Dot, Pen, Point, Scene, Shape};
use crate::{Error, Figure};
use std::f64::consts::TAU;

/// An edge between two nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// One end.
    pub from: usize,
    /// The other.
    pub to: usize,
    /// Its weight; the sign gives the colour, the size the width.
    pub weight: f64,
}

/// More names than this would overlap.
const NAMED: usize = 64;
const KEY: f64 = 20.0;
/// Points on an edge's curve.
const POINTS: usize = 24;

/// Draws `edges` among the nodes `names`, which stand on a circle, the first on top, clockwise; red is positive, blue negative.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// # Remarks
/// The strongest edges lie on top. Names are drawn up to 64 nodes.
///
/// ```
/// use nullcline_report::figures::{Edge, network};
///
/// let names = ["a", "b"].map(String::from);
/// let figure = network(&names, &[Edge { from: 0, to: 1, weight: -0.4 }]).unwrap();
/// assert!(figure.svg.contains(">a</text>") && figure.svg.contains(">b</text>"));
/// assert_eq!(network(&names, &[]).unwrap().caption, "No coupling differs from zero.");
/// ```
pub fn network(names: &[String], edges: &[Edge]) -> Result<Figure, Error> {
    let (name, title) = ("network", "Strongest couplings");
    let caption =
        "Couplings between variables: red positive, blue negative, the width in proportion to the size.";
    let largest = edges.iter().map(|e| e.weight.abs()).filter(|w| w.is_finite()).fold(0.0, f64::max);
    let n = names.len();
    if n == 0 || !(largest > 0.0) {
        return Figure::empty(name, title, "No coupling differs from zero.");
    }
    let named = n <= NAMED;
    let size = if n > 32 { 5.0 } else { 6.5 };
    let widest = names.iter().map(|t| font::width(t, size)).fold(0.0, f64::max);
    let margin = if named { widest.min(56.0) + 8.0 } else { 6.0 };
    let radius = COLUMN / 2.0 - margin;
    let mut scene = Scene::new(COLUMN, COLUMN + KEY);
    let center = [COLUMN / 2.0, COLUMN / 2.0];
    let place = |i: usize, r: f64| -> Point {
        let angle = TAU * i as f64 / n as f64;
        [center[0] + r * angle.sin(), center[1] - r * angle.cos()]
    };
    let tone = |w: f64| diverging(0.5 + 0.5 * w.signum() * (0.35 + 0.65 * w.abs() / largest));
    let mut sorted: Vec<&Edge> =
        edges.iter().filter(|e| e.weight.is_finite() && e.from < n && e.to < n).collect();
    sorted.sort_by(|a, b| a.weight.abs().total_cmp(&b.weight.abs()));
    for edge in sorted {
        let (a, b) = (place(edge.from, radius), place(edge.to, radius));
        // Towards the middle, the more so the farther apart the ends are.
        let bend: Point = [0, 1].map(|k| center[k] + 0.55 * (0.5 * (a[k] + b[k]) - center[k]));
        let curve = (0..=POINTS).map(|k| {
            let t = k as f64 / POINTS as f64;
            let (u, v, w) = ((1.0 - t).powi(2), 2.0 * t * (1.0 - t), t * t);
            [u * a[0] + v * bend[0] + w * b[0], u * a[1] + v * bend[1] + w * b[1]]
        });
        let width = 0.25 + 2.25 * edge.weight.abs() / largest;
        scene.lines(vec![curve.collect()], Pen::new(tone(edge.weight), width).faint(0.85));
    }
    let dot =
        Dot { shape: Shape::Circle, radius: (110.0 / n as f64).clamp(0.7, 2.4), fill: Some(INK), edge: None };
    scene.dots((0..n).map(|i| place(i, radius)).collect(), dot);
    if named {
        for (i, text) in names.iter().enumerate() {
            let at = place(i, radius + 5.5);
            let side = (at[0] - center[0]) / radius;
            let align = match side {
                s if s > 0.12 => Align::Start,
                s if s < -0.12 => Align::End,
                _ => Align::Middle,
            };
            scene.text(&font::fit(text, size, 56.0), at, size, align, INK);
        }
    }
    let y = COLUMN + KEY / 2.0;
    for (k, weight) in [-largest, -0.5 * largest, 0.5 * largest, largest].into_iter().enumerate() {
        let x = COLUMN * (0.125 + 0.25 * k as f64);
        let width = 0.25 + 2.25 * weight.abs() / largest;
        scene.lines(vec![vec![[x - 26.0, y], [x - 12.0, y]]], Pen::new(tone(weight), width));
        scene.text(&format!("{weight:+.2}").replace('-', "−"), [x - 8.0, y], 6.5, Align::Start, INK);
    }
    Figure::new(name, title, caption, scene)
}
