//! Curves along which states leave saddles, or come to them, in the plane shown.

use crate::diagnostics::dynamics::continuation::InputLine;
use crate::diagnostics::dynamics::continuation::manifolds::{Direction, Extent, SideEnd, manifold};
use crate::diagnostics::dynamics::fixed_points::{FixedPoint, Label};
use crate::systems::time::System;

/// All such curves, and those that there are not.
#[derive(Clone, Debug, Default)]
pub struct Curves {
    /// Whether they were asked for.
    pub asked: bool,
    /// The curves.
    pub all: Vec<Curve>,
    /// Saddles whose stable or unstable states are more than a line, or none that is hyperbolic.
    pub without: usize,
}

/// A curve of a saddle, both sides of it.
#[derive(Clone, Debug)]
pub struct Curve {
    /// The number of the point, from 0.
    pub point: usize,
    /// Whether states leave along it, or come.
    pub direction: Direction,
    /// The eigenvalue of its direction.
    pub eigenvalue: f64,
    /// Length of each side.
    pub lengths: [f64; 2],
    /// How each side ends.
    pub ends: [SideEnd; 2],
    /// Distance of its first piece from the manifold, about.
    pub error: f64,
    /// Each side in the plane.
    pub sides: [Vec<[f64; 2]>; 2],
}

/// The curves of the fixed points among `points` that have stable and unstable directions, each side of length `length`.
pub fn curves(
    system: &dyn System,
    input: &[f64],
    points: &[FixedPoint],
    length: f64,
    place: &dyn Fn(&[f64]) -> [f64; 2],
) -> Curves {
    let family = InputLine::new(system, input.to_vec(), vec![0.0; input.len()]);
    let mut found = Curves { asked: true, ..Curves::default() };
    let saddle = |p: &FixedPoint| {
        let n = p.state.len();
        p.label == Label::Fixed && p.isolated && p.kinks.is_none() && p.unstable > 0 && p.unstable < n
    };
    for (k, p) in points.iter().enumerate().filter(|(_, p)| saddle(p)) {
        let before = found.all.len();
        for direction in [Direction::Unstable, Direction::Stable] {
            let Ok(m) = manifold(&family, &p.state, 0.0, direction, &Extent::of(length)) else { continue };
            found.all.push(Curve {
                point: k,
                direction,
                eigenvalue: m.eigenvalue,
                lengths: [m.sides[0].length, m.sides[1].length],
                ends: [m.sides[0].end, m.sides[1].end],
                error: m.error,
                sides: m.sides.map(|s| s.points.iter().map(|x| place(x)).collect()),
            });
        }
        found.without += usize::from(found.all.len() == before);
    }
    found
}
