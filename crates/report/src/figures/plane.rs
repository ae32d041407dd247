//! Fixed points and trajectories: what state planes, state spaces and flow fields share.

use super::filled;
use crate::axes::elements::near;
use crate::axes::legend::Key;
use crate::axes::panel::Panel;
use crate::draw::color::{BLUE, Color, INK, ORANGE, VERMILLION, WHITE};
use crate::draw::scene::{Dot, Pen, Shape};

/// What a point of the plane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PointKind {
    /// A fixed point that attracts in every direction.
    Stable,
    /// A fixed point with this many unstable directions.
    Unstable(usize),
    /// A fixed point whose stability is not known, or one of a continuum.
    Undecided,
    /// A slow point.
    Slow,
}

/// A fixed or slow point in the plane.
pub type PlanePoint = StatePoint<2>;

/// A fixed or slow point along `D` components.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StatePoint<const D: usize> {
    /// Its coordinates.
    pub at: [f64; D],
    /// What it is.
    pub kind: PointKind,
}

/// A curve along which states leave a saddle, or come to it.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaneCurve {
    /// Its points.
    pub line: Vec<[f64; 2]>,
    /// Whether states leave along it.
    pub leaves: bool,
}

/// How such curves are drawn.
pub(super) fn curve_pen(leaves: bool) -> Pen {
    let pen = Pen::new(if leaves { VERMILLION } else { BLUE }, 0.9);
    if leaves { pen } else { pen.dashed(2.4, 1.4) }
}

/// An axis label for principal component `index` (from 1) with its share of the variance.
pub fn component_label(index: usize, ratio: f64) -> String {
    if ratio.is_finite() {
        let digits = usize::from(ratio < 0.0995);
        format!("PC {index} ({:.digits$} % of variance)", 100.0 * ratio)
    } else {
        format!("PC {index}")
    }
}

/// Number of looks.
const CLASSES: usize = 8;

/// Unstable directions are told apart up to three; above, by the order of magnitude.
pub(super) fn class(kind: PointKind) -> (usize, &'static str) {
    match kind {
        PointKind::Stable | PointKind::Unstable(0) => (0, "stable"),
        PointKind::Unstable(1) => (1, "1 unstable"),
        PointKind::Unstable(2) => (2, "2 unstable"),
        PointKind::Unstable(3) => (3, "3 unstable"),
        PointKind::Unstable(4..=9) => (4, "4–9 unstable"),
        PointKind::Unstable(_) => (5, "10+ unstable"),
        PointKind::Undecided => (6, "undecided"),
        PointKind::Slow => (7, "slow"),
    }
}

pub(super) fn look(class: usize) -> Dot {
    match class {
        0 => filled(Shape::Circle, 2.6, BLUE),
        1 => filled(Shape::Triangle, 2.2, ORANGE),
        2 => filled(Shape::Diamond, 2.2, VERMILLION),
        3 => filled(Shape::Star, 2.6, Color(0x99, 0x2f, 0x2f)),
        4 => filled(Shape::Down, 2.2, Color(0x6b, 0x1a, 0x45)),
        5 => filled(Shape::Square, 2.2, Color(0x30, 0x0d, 0x38)),
        6 => Dot { shape: Shape::Circle, radius: 2.4, fill: Some(WHITE), edge: Some((BLUE, 0.7)) },
        _ => Dot { shape: Shape::Square, radius: 2.2, fill: Some(WHITE), edge: Some((INK, 0.7)) },
    }
}

/// Legend entries of the kinds present, with their counts.
pub(super) fn legend<const D: usize>(points: &[StatePoint<D>]) -> Vec<(Key, String)> {
    let mut counts = [0usize; CLASSES];
    let mut words = [""; CLASSES];
    for point in points.iter().filter(|p| p.at.iter().all(|v| v.is_finite())) {
        let (class, word) = class(point.kind);
        counts[class] += 1;
        words[class] = word;
    }
    let entry = |c: usize| (Key::Dot(look(c)), format!("{} ({})", words[c], counts[c]));
    (0..CLASSES).filter(|c| counts[*c] > 0).map(entry).collect()
}

/// Draws points: slow ones below, the rarer kinds on top.
pub(super) fn draw_points(panel: &mut Panel, points: &[PlanePoint]) {
    for wanted in [7, 6, 0, 1, 2, 3, 4, 5] {
        let group: Vec<[f64; 2]> =
            points.iter().filter(|p| class(p.kind).0 == wanted).map(|p| p.at).collect();
        let entry = legend(points).into_iter().map(|e| e.1);
        let named = points.iter().find(|p| class(p.kind).0 == wanted).map_or("", |p| class(p.kind).1);
        let name = entry.into_iter().find(|e| e.starts_with(named)).unwrap_or_default();
        panel.series(&name, |panel| panel.dots(group, look(wanted)));
    }
}

/// Draws trajectories; says whether some were too long to draw whole.
pub(super) fn draw_trajectories(panel: &mut Panel, lines: &[Vec<[f64; 2]>], pen: Pen) -> bool {
    let most = (24_000 / lines.len().max(1)).clamp(200, 4000);
    let mut cut = false;
    for line in lines {
        cut |= draw_trajectory(panel, line, pen, most);
    }
    cut
}

/// Draws at most `most` distinct points of a trajectory; says whether there were more.
pub(super) fn draw_trajectory(panel: &mut Panel, line: &[[f64; 2]], pen: Pen, most: usize) -> bool {
    let mut kept: Vec<[f64; 2]> = Vec::new();
    for p in line {
        let here = panel.place(*p);
        let last = kept.last().and_then(|l| panel.place(*l));
        if here.zip(last).is_some_and(|(a, b)| near(a, b, 0.3)) {
            continue;
        }
        if kept.len() >= most {
            panel.line(kept, pen);
            return true;
        }
        kept.push(*p);
    }
    panel.line(kept, pen);
    false
}
