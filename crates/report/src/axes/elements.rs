//! Elements for plotters that end at the plot's edge, where plotters alone would bend them along it.

use plotters::coord::CoordTranslate;
use plotters::drawing::Rect;
use plotters::element::{CoordMapper, Drawable, PointCollection};
use plotters_backend::DrawingErrorKind;

use super::coordinate::FAR;
use crate::Error;
use crate::draw::backend::{SceneBackend, at};
use crate::draw::color::WHITE;
use crate::draw::scene::{Dot, Image, Pen, Point};

/// Half the length of an error bar's cap, in points.
const CAP: f64 = 1.6;

/// A datum's place, if it has one, and the plot's upper left and lower right corners, in points.
pub(crate) struct Place(Option<Point>, [Point; 2]);

/// Maps data without moving what lies outside.
pub(crate) struct Uncut;

impl CoordMapper for Uncut {
    type Output = Place;

    fn map<C: CoordTranslate>(coordinates: &C, from: &C::From, plot: &Rect) -> Place {
        let (x, y) = coordinates.translate(from);
        let near = (-FAR..FAR).contains(&x) && (-FAR..FAR).contains(&y);
        Place(near.then(|| at((x, y))), [i32::MIN, i32::MAX].map(|end| at(plot.truncate((end, end)))))
    }
}

/// What is drawn at data.
#[derive(Debug)]
pub(crate) enum Element {
    /// A line, broken where values are missing.
    Line(Vec<(f64, f64)>, Pen),
    /// Bars with caps between pairs of data.
    Bars(Vec<(f64, f64)>, Pen),
    /// Dots at the data inside the plot.
    Dots(Vec<(f64, f64)>, Dot),
    /// A picture between two data.
    Picture([(f64, f64); 2], Image),
}

impl<'a> PointCollection<'a, (f64, f64), Uncut> for &'a Element {
    type Point = &'a (f64, f64);
    type IntoIter = std::slice::Iter<'a, (f64, f64)>;

    fn point_iter(self) -> Self::IntoIter {
        match self {
            Element::Line(data, _) | Element::Bars(data, _) | Element::Dots(data, _) => data.iter(),
            Element::Picture(corners, _) => corners.iter(),
        }
    }
}

impl Drawable<SceneBackend, Uncut> for Element {
    fn draw<I: Iterator<Item = Place>>(
        &self,
        places: I,
        to: &mut SceneBackend,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<Error>> {
        let places: Vec<Place> = places.collect();
        let inside = |p: &Place| p.0.filter(|at| holds(*at, p.1));
        match self {
            Element::Line(_, pen) => to.scene.lines(pieces(&places), *pen),
            Element::Bars(_, pen) => to.scene.lines(bars(&places), *pen),
            Element::Dots(_, dot) => dots(places.iter().filter_map(inside), *dot, to),
            Element::Picture(_, image) => {
                if let [Place(Some(a), _), Place(Some(b), _)] = places[..] {
                    to.scene.image(image.clone(), a, b);
                }
            }
        }
        Ok(())
    }
}

fn pieces(places: &[Place]) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = vec![vec![]];
    for pair in places.windows(2) {
        let ends = pair[0].0.zip(pair[1].0).and_then(|(a, b)| cut(a, b, pair[0].1));
        if let (Some((a, b)), Some(piece)) = (ends, pieces.last_mut()) {
            if piece.last().is_some_and(|p| near(*p, a, 0.02)) {
                piece.push(b);
            } else {
                pieces.push(vec![a, b]);
            }
        }
    }
    pieces
}

fn bars(places: &[Place]) -> Vec<Vec<Point>> {
    let mut bars = Vec::new();
    for pair in places.chunks_exact(2) {
        let ends = pair[0].0.zip(pair[1].0).and_then(|(a, b)| cut(a, b, pair[0].1));
        let Some((a, b)) = ends else { continue };
        let [dx, dy] = if (b[0] - a[0]).abs() > (b[1] - a[1]).abs() { [0.0, CAP] } else { [CAP, 0.0] };
        bars.push(vec![a, b]);
        bars.extend([a, b].map(|p| vec![[p[0] - dx, p[1] - dy], [p[0] + dx, p[1] + dy]]));
    }
    bars
}

fn dots(centers: impl Iterator<Item = Point>, dot: Dot, to: &mut SceneBackend) {
    if dot.edge.is_none_or(|(color, _)| color != WHITE) {
        return to.scene.dots(centers.collect(), dot);
    }
    // Where dots nearly coincide, their white edges would be all that is left to see.
    let (mut free, mut crowded): (Vec<Point>, Vec<Point>) = (Vec::new(), Vec::new());
    for c in centers {
        let recent = free.iter().rev().take(2000);
        let touches = recent.chain(crowded.last()).any(|p| near(*p, c, 0.5 * dot.radius));
        if touches { crowded.push(c) } else { free.push(c) }
    }
    to.scene.dots(free, dot);
    to.scene.dots(crowded, Dot { edge: None, ..dot });
}

fn holds(p: Point, [from, to]: [Point; 2]) -> bool {
    (0..2).all(|k| (from[k] - 0.5..=to[k] + 0.5).contains(&p[k]))
}

/// The part of a segment inside the plot (Liang and Barsky 1984).
fn cut(a: Point, b: Point, [from, to]: [Point; 2]) -> Option<(Point, Point)> {
    let (mut t0, mut t1) = (0.0f64, 1.0f64);
    let d = [b[0] - a[0], b[1] - a[1]];
    for (p, q) in (0..2).flat_map(|k| [(-d[k], a[k] - from[k]), (d[k], to[k] - a[k])]) {
        if p.abs() < 1e-12 {
            if q < -1e-9 {
                return None;
            }
        } else if p < 0.0 {
            t0 = t0.max(q / p);
        } else {
            t1 = t1.min(q / p);
        }
    }
    let at = |t: f64| [a[0] + t * d[0], a[1] + t * d[1]];
    (t0 <= t1).then(|| (at(t0), at(t1)))
}

/// Whether two points are within `distance` of each other.
pub(crate) fn near(a: Point, b: Point, distance: f64) -> bool {
    (a[0] - b[0]).hypot(a[1] - b[1]) < distance
}
