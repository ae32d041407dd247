//! The marks of a figure: lines, areas, dots and text, in points with y downwards.

use super::color::Color;
use super::font;
use std::collections::BTreeSet;

/// A place on the page, in points.
pub(crate) type Point = [f64; 2];

/// Which point of a line of text stands at its place.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Align {
    Start,
    Middle,
    End,
}

impl Align {
    /// Where a line of this width starts, seen from its place.
    pub fn shift(self, width: f64) -> f64 {
        match self {
            Align::Start => 0.0,
            Align::Middle => -width / 2.0,
            Align::End => -width,
        }
    }
}

/// The outline of a dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Circle,
    Square,
    Triangle,
    Diamond,
    Down,
    Star,
}

impl Shape {
    /// A shape for the `i`-th series.
    pub fn series(i: usize) -> Self {
        const ALL: [Shape; 5] = [Shape::Circle, Shape::Triangle, Shape::Square, Shape::Diamond, Shape::Down];
        ALL[i % ALL.len()]
    }

    /// Corners around the origin for dots of radius one, of about equal area; none for the circle.
    pub fn corners(self) -> Vec<Point> {
        match self {
            Shape::Circle => Vec::new(),
            Shape::Square => vec![[-0.89, -0.89], [0.89, -0.89], [0.89, 0.89], [-0.89, 0.89]],
            Shape::Triangle => vec![[0.0, -1.3], [1.2, 0.8], [-1.2, 0.8]],
            Shape::Down => vec![[0.0, 1.3], [-1.2, -0.8], [1.2, -0.8]],
            Shape::Diamond => vec![[0.0, -1.3], [1.3, 0.0], [0.0, 1.3], [-1.3, 0.0]],
            Shape::Star => (0..10)
                .map(|k| {
                    let radius = if k % 2 == 0 { 1.55 } else { 0.68 };
                    let angle = std::f64::consts::PI * f64::from(k) / 5.0;
                    [radius * angle.sin(), -radius * angle.cos()]
                })
                .collect(),
        }
    }
}

/// How lines are drawn: with round ends unless dashed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pen {
    pub color: Color,
    pub width: f64,
    pub opacity: f64,
    /// Lengths of dash and gap.
    pub dash: Option<(f64, f64)>,
}

impl Pen {
    pub fn new(color: Color, width: f64) -> Self {
        Self { color, width, opacity: 1.0, dash: None }
    }

    pub fn dashed(self, dash: f64, gap: f64) -> Self {
        Self { dash: Some((dash, gap)), ..self }
    }

    pub fn faint(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }
}

/// How dots are drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dot {
    pub shape: Shape,
    pub radius: f64,
    pub fill: Option<Color>,
    pub edge: Option<(Color, f64)>,
}

impl Dot {
    /// The corners of the dot at `center`; none for the circle.
    pub fn outline(&self, center: Point) -> Vec<Point> {
        let place = |p: &Point| [center[0] + p[0] * self.radius, center[1] + p[1] * self.radius];
        self.shape.corners().iter().map(place).collect()
    }
}

/// One thing drawn.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    Lines {
        lines: Vec<Vec<Point>>,
        pen: Pen,
    },
    Area {
        outline: Vec<Point>,
        color: Color,
        opacity: f64,
    },
    Dots {
        centers: Vec<Point>,
        dot: Dot,
    },
    /// A line of text whose baseline passes through `at`, turned clockwise by `turn` degrees.
    Text {
        text: String,
        at: Point,
        size: f64,
        align: Align,
        turn: f64,
        color: Color,
    },
    Image {
        image: Image,
        from: Point,
        to: Point,
    },
    Tag(Tag),
}

/// What the marks up to its end belong to; a page tells it to its scripts, and nothing of it is drawn.
#[derive(Clone, Debug)]
pub(crate) enum Tag {
    /// A plot between two corners, and what its axes show, as JSON.
    Plot { corners: [Point; 2], axes: [String; 2] },
    /// A series of this name; with `lane` [a, b] its values are a + b y.
    Series { name: String, lane: Option<[f64; 2]> },
    /// The entry of a series in the legend.
    Key(String),
    /// The end of the last one.
    End,
}

/// A picture of few colours, stretched over a rectangle without smoothing.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    pub columns: usize,
    pub rows: usize,
    /// At most 256 colours.
    pub palette: Vec<Color>,
    /// The same on a dark page.
    pub night: Vec<Color>,
    /// Index into the palette, row by row from the top.
    pub cells: Vec<u8>,
}

impl Mark {
    /// The mark `factor` times as large, then moved by `by`.
    fn placed(mut self, by: Point, factor: f64) -> Self {
        let put = |p: &mut Point| *p = [by[0] + factor * p[0], by[1] + factor * p[1]];
        match &mut self {
            Mark::Lines { lines, pen } => {
                lines.iter_mut().flatten().for_each(put);
                pen.width *= factor;
                pen.dash = pen.dash.map(|(dash, gap)| (factor * dash, factor * gap));
            }
            Mark::Area { outline, .. } => outline.iter_mut().for_each(put),
            Mark::Dots { centers, dot } => {
                centers.iter_mut().for_each(put);
                dot.radius *= factor;
                dot.edge = dot.edge.map(|(color, width)| (color, factor * width));
            }
            Mark::Text { at, size, .. } => {
                put(at);
                *size *= factor;
            }
            Mark::Image { from, to, .. } => [from, to].into_iter().for_each(put),
            Mark::Tag(Tag::Plot { corners, .. }) => corners.iter_mut().for_each(put),
            Mark::Tag(_) => {}
        }
        self
    }
}

/// Everything drawn, back to front.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    pub width: f64,
    pub height: f64,
    pub marks: Vec<Mark>,
}

impl Scene {
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, ..Self::default() }
    }

    /// Draws all of `other`, `factor` times as large, its upper left corner at `by`.
    pub fn insert(&mut self, other: &Scene, by: Point, factor: f64) {
        self.marks.extend(other.marks.iter().cloned().map(|m| m.placed(by, factor)));
    }

    /// What follows belongs to this.
    pub fn tag(&mut self, tag: Tag) {
        self.marks.push(Mark::Tag(tag));
    }

    /// A picture between two corners.
    pub fn image(&mut self, image: Image, from: Point, to: Point) {
        if image.columns * image.rows > 0 {
            self.marks.push(Mark::Image { image, from, to });
        }
    }

    pub fn lines(&mut self, lines: Vec<Vec<Point>>, pen: Pen) {
        let lines: Vec<_> = lines.into_iter().filter(|l| l.len() > 1).collect();
        if !lines.is_empty() {
            self.marks.push(Mark::Lines { lines, pen });
        }
    }

    pub fn line(&mut self, a: Point, b: Point, pen: Pen) {
        self.lines(vec![vec![a, b]], pen);
    }

    pub fn area(&mut self, outline: Vec<Point>, color: Color, opacity: f64) {
        self.marks.push(Mark::Area { outline, color, opacity });
    }

    pub fn rect(&mut self, a: Point, b: Point, color: Color, opacity: f64) {
        self.area(vec![a, [b[0], a[1]], b, [a[0], b[1]]], color, opacity);
    }

    pub fn dots(&mut self, centers: Vec<Point>, dot: Dot) {
        if !centers.is_empty() {
            self.marks.push(Mark::Dots { centers, dot });
        }
    }

    /// Text whose vertical middle stands at `at`.
    pub fn text(&mut self, text: &str, at: Point, size: f64, align: Align, color: Color) {
        self.turned(text, at, size, align, 0.0, color);
    }

    /// Text that reads upwards, its middle at `at`.
    pub fn upright(&mut self, text: &str, at: Point, size: f64, color: Color) {
        self.turned(text, at, size, Align::Middle, -90.0, color);
    }

    /// Text turned clockwise by `turn` degrees about its middle, which stands at `at`.
    pub fn turned(&mut self, text: &str, at: Point, size: f64, align: Align, turn: f64, color: Color) {
        if text.is_empty() {
            return;
        }
        let (sin, cos) = turn.to_radians().sin_cos();
        let down = font::HALF_CAP * size;
        let at = [at[0] - down * sin, at[1] + down * cos];
        self.marks.push(Mark::Text { text: text.into(), at, size, align, turn, color });
    }

    /// Every character that is written.
    pub fn characters(&self) -> BTreeSet<char> {
        let written = self.marks.iter().filter_map(|m| match m {
            Mark::Text { text, .. } => Some(text.chars()),
            _ => None,
        });
        written.flatten().collect()
    }
}
