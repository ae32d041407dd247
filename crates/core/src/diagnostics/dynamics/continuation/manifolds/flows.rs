//! A manifold of a flow: the trajectory of its first piece's end.

use super::super::family::Family;
use super::local::Local;
use super::{Direction, Extent, Side, SideEnd, distance, finite, runge_kutta};
use crate::linalg::norm;

/// Steps tried for one point.
const TRIES: usize = 60;
/// Speed, relative to the eigenvalue and 1 + |x|, at which a trajectory rests.
const REST: f64 = 1e-7;

/// The side on which s has the sign `sign`.
pub fn side(
    family: &dyn Family,
    p: f64,
    local: &Local,
    sign: f64,
    direction: Direction,
    extent: &Extent,
) -> Side {
    let time = if direction == Direction::Unstable { 1.0 } else { -1.0 };
    let field = |x: &[f64], y: &mut [f64]| {
        family.value(x, p, y);
        y.iter_mut().for_each(|y| *y *= time);
    };
    let first = local.at(sign * local.reach);
    let mut side = Side {
        length: distance(&first, &local.x),
        points: vec![local.x.clone(), first.clone()],
        end: SideEnd::Points,
    };
    let (mut x, mut h) = (first, 0.1 / local.eigenvalue.abs());
    let mut speed = vec![0.0; x.len()];
    while side.points.len() < extent.points {
        field(&x, &mut speed);
        let v = norm(&speed);
        if !v.is_finite() {
            side.end = SideEnd::NotFinite;
            return side;
        }
        let away = distance(&x, &local.x) > 10.0 * local.reach;
        if away && v < REST * local.eigenvalue.abs() * (1.0 + norm(&x)) {
            side.end = SideEnd::Rest;
            return side;
        }
        let Some((next, taken)) = one(&field, &x, h.min(extent.spacing / v), extent) else {
            side.end = SideEnd::NotFinite;
            return side;
        };
        h = taken;
        let moved = distance(&next, &x);
        side.length += moved;
        side.points.push(next.clone());
        x = next;
        if norm(&x) > extent.bound {
            side.end = SideEnd::Diverged;
            return side;
        }
        if side.length >= extent.length {
            side.end = SideEnd::Length;
            return side;
        }
    }
    side
}

/// One step of at most `h` within the tolerance, and the length that the next may have.
fn one(
    field: &dyn Fn(&[f64], &mut [f64]),
    x: &[f64],
    mut h: f64,
    extent: &Extent,
) -> Option<(Vec<f64>, f64)> {
    for _ in 0..TRIES {
        let (next, error) = runge_kutta::step(field, x, h);
        let allowed = extent.tolerance * (1.0 + norm(x));
        if finite(&next) && error <= allowed && distance(&next, x) <= 1.2 * extent.spacing {
            let growth = (allowed / error.max(1e-300)).powf(0.2).clamp(0.2, 3.0);
            return Some((next, 0.9 * h * growth));
        }
        let shrink = if finite(&next) { 0.9 * (allowed / error.max(1e-300)).powf(0.2) } else { 0.25 };
        h *= shrink.clamp(0.1, 0.7);
    }
    None
}
