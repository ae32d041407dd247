//! What is seen of a state space: lines in groups, points, and what lies at one depth.

use super::plane::StatePoint;
use crate::draw::color::{Color, INK, WHITE, series};
use crate::draw::scene::{Dot, Pen, Point, Scene, Shape};

/// States to be seen along three components.
#[derive(Clone, Debug, Default)]
pub struct States<'a> {
    /// Lines of coordinates.
    pub lines: &'a [Vec<[f64; 3]>],
    /// What each line is, as `trial 3`; may be empty.
    pub names: Vec<String>,
    /// What parts the lines.
    pub groups: Groups,
    /// Fixed and slow points; they differ in colour and shape by stability.
    pub points: &'a [StatePoint<3>],
    /// The unstable directions of each of those points, of unit length in the whole space; may be empty.
    pub directions: &'a [Vec<[f64; 3]>],
    /// What each point is, in a few words; may be empty.
    pub details: Vec<String>,
    /// The set of each point, a place in `inputs`; may be empty.
    pub sets: Vec<usize>,
    /// What parts the points, as `under the input (0, 1)`; empty where nothing does.
    pub inputs: Vec<String>,
    /// Names of the axes.
    pub labels: [&'a str; 3],
}

/// Groups of lines, each with a colour.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// Their names.
    pub names: Vec<String>,
    /// The group of each line; none: it is in none, and grey.
    pub of: Vec<Option<usize>>,
}

impl Groups {
    pub(super) fn of(&self, line: usize) -> Option<usize> {
        self.of.get(line).copied().flatten()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, Color)> {
        self.names.iter().enumerate().map(|(k, name)| (name.as_str(), Self::color(Some(k))))
    }

    /// Groups beyond the colours that there are go round.
    pub(super) fn color(group: Option<usize>) -> Color {
        group.map_or(INK, series)
    }
}

/// What lies at one depth.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    /// Lines by colour.
    lines: Vec<(Color, Vec<Vec<Point>>)>,
    /// Starts (hollow) and ends of lines.
    pub ends: Vec<(Point, Color, bool)>,
}

impl Layer {
    pub fn line(&mut self, color: Color, line: Vec<Point>) {
        match self.lines.iter_mut().find(|(c, _)| *c == color) {
            Some((_, lines)) => lines.push(line),
            None => self.lines.push((color, vec![line])),
        }
    }

    /// Draws it, `t` from far (0) to near (1).
    pub fn draw(self, scene: &mut Scene, t: f64) {
        let pale = |c: Color| c.mix(WHITE, 0.75 - 0.6 * t);
        for (color, lines) in self.lines {
            scene.lines(lines, Pen::new(pale(color), 0.3 + 0.5 * t));
        }
        for (at, color, hollow) in self.ends {
            let fill = Some(if hollow { WHITE } else { pale(color) });
            scene.dots(
                vec![at],
                Dot { shape: Shape::Circle, radius: 1.1, fill, edge: Some((pale(color), 0.5)) },
            );
        }
    }
}
