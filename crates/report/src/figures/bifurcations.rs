//! Branches of fixed points and cycles against a parameter, with what happens on them.

use super::filled;
use super::thin::columns;
use crate::axes::legend::Key;
use crate::axes::panel::{Axis, Frame, Panel};
use crate::axes::scale::Scale;
use crate::draw::color::{BLUE, Color, INK, ORANGE, VERMILLION, WHITE};
use crate::draw::scene::{Dot, Pen, Shape};
use crate::{Error, Figure};

/// A part of a branch that is stable, or that is not.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchLine {
    /// The parameter and the state's coordinate.
    pub points: Vec<[f64; 2]>,
    /// Whether it is stable.
    pub stable: bool,
    /// Whether it is of cycles, not of fixed points.
    pub cycle: bool,
}

/// What happens at a place of a branch.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchMark {
    /// The parameter and the state's coordinate.
    pub at: [f64; 2],
    /// What happens, as `fold` or `hopf`, by which places look alike.
    pub kind: &'static str,
    /// Its name in the legend.
    pub label: String,
}

/// Draws branches against a parameter: stable ones solid, unstable ones dashed, cycles in another colour, what happens as dots by kind.
///
/// # Shapes and units
/// `range` is that of the parameter. Of a cycle of a flow give the least and the largest coordinate as two lines.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// ```
/// use nullcline_report::figures::{BranchLine, BranchMark, bifurcation_diagram};
///
/// // p = x^2: a stable and an unstable arm that meet in a fold.
/// let arm = |s: f64| (0..20).map(|k| [0.05 * f64::from(k), s * (0.05 * f64::from(k)).sqrt()]).collect();
/// let lines = [1.0, -1.0].map(|s| BranchLine { points: arm(s), stable: s > 0.0, cycle: false });
/// let fold = BranchMark { at: [0.0, 0.0], kind: "fold", label: "fold".into() };
/// let figure = bifurcation_diagram(&lines, &[fold], [-0.2, 1.0], "input 0", "PC 1").unwrap();
/// assert!(figure.svg.contains("fold (1)") && figure.svg.contains("unstable"));
/// ```
pub fn bifurcation_diagram(
    lines: &[BranchLine],
    marks: &[BranchMark],
    range: [f64; 2],
    x_label: &str,
    y_label: &str,
) -> Result<Figure, Error> {
    let (name, title) = ("bifurcations", "Bifurcation diagram");
    let caption = "Stable branches are solid, unstable ones dashed.";
    let all = || lines.iter().flat_map(|l| &l.points).chain(marks.iter().map(|m| &m.at));
    let heights = all().filter(|p| p.iter().all(|v| v.is_finite())).map(|p| p[1]);
    let Some(y) = Scale::around(heights) else { return Figure::empty(name, title, caption) };
    let frame = Frame::plain(150.0).with_legend(legend(lines, marks));
    let x = Axis::new(x_label, Scale::exact(range[0], range[1]));
    let mut panel = Panel::new(x, Axis::new(y_label, y), frame)?;
    for (stable, cycle) in STYLES {
        let group = || lines.iter().filter(move |l| (l.stable, l.cycle) == (stable, cycle));
        panel.series(word(stable, cycle), |panel| {
            for line in group() {
                let rising = line.points.windows(2).all(|w| w[0][0] <= w[1][0]);
                let width = panel.right - panel.left;
                let points =
                    if rising { columns(line.points.clone(), panel.x, width) } else { line.points.clone() };
                panel.line(points, pen(stable, cycle));
            }
        });
    }
    for (kind, label) in kinds(marks) {
        let places: Vec<[f64; 2]> = marks.iter().filter(|m| m.kind == kind).map(|m| m.at).collect();
        panel.series(&format!("{label} ({})", places.len()), |panel| panel.dots(places, look(kind)));
    }
    panel.finish(name, title, caption)
}

/// Stability and whether it is of cycles, what lies below first.
const STYLES: [(bool, bool); 4] = [(false, true), (true, true), (false, false), (true, false)];

fn word(stable: bool, cycle: bool) -> &'static str {
    match (stable, cycle) {
        (true, false) => "stable",
        (false, false) => "unstable",
        (true, true) => "stable cycle",
        (false, true) => "unstable cycle",
    }
}

fn pen(stable: bool, cycle: bool) -> Pen {
    let color = if cycle { BLUE } else { INK };
    if stable { Pen::new(color, 1.1) } else { Pen::new(color, 0.7).dashed(2.4, 1.6) }
}

/// The kinds there are with their names, in the order of their first places.
fn kinds(marks: &[BranchMark]) -> Vec<(&'static str, &str)> {
    let mut all: Vec<(&'static str, &str)> = vec![];
    for m in marks {
        if all.iter().all(|k| k.0 != m.kind) {
            all.push((m.kind, &m.label));
        }
    }
    all
}

fn look(kind: &str) -> Dot {
    const DARK: Color = Color(0x6b, 0x1a, 0x45);
    let open = |shape| Dot { shape, radius: 2.4, fill: Some(WHITE), edge: Some((INK, 0.8)) };
    match kind {
        "fold" => filled(Shape::Circle, 2.6, VERMILLION),
        "flip" | "period_doubling" => filled(Shape::Triangle, 2.4, ORANGE),
        "hopf" => filled(Shape::Diamond, 2.6, BLUE),
        "neimark_sacker" | "torus" => filled(Shape::Star, 2.8, DARK),
        "pitchfork" => filled(Shape::Square, 2.4, VERMILLION),
        "transcritical" => filled(Shape::Down, 2.4, VERMILLION),
        "corner" => open(Shape::Square),
        "branch_point" => open(Shape::Diamond),
        _ => open(Shape::Circle),
    }
}

fn legend(lines: &[BranchLine], marks: &[BranchMark]) -> Vec<(Key, String)> {
    let drawn = STYLES.iter().rev().filter(|s| lines.iter().any(|l| (l.stable, l.cycle) == **s));
    let mut all: Vec<(Key, String)> =
        drawn.map(|s| (Key::Line(pen(s.0, s.1)), word(s.0, s.1).to_owned())).collect();
    let count = |kind: &str| marks.iter().filter(|m| m.kind == kind).count();
    all.extend(
        kinds(marks)
            .into_iter()
            .map(|(kind, label)| (Key::Dot(look(kind)), format!("{label} ({})", count(kind)))),
    );
    all
}
