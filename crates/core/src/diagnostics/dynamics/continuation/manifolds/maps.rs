//! A manifold of a map: images or preimages of its first piece.

use super::super::family::Family;
use super::local::Local;
use super::{Extent, Side, SideEnd, distance, finite};
use crate::linalg::norm;
use faer::Mat;
use faer::linalg::solvers::Solve;

/// Points of the first piece to begin with.
const FIRST: usize = 8;
/// Least share of the spacing between points that are parted for the angle.
const SHORTEST: f64 = 0.01;
/// Numbers kept at most.
const NUMBERS: usize = 20_000_000;
/// Newton steps of a preimage.
const ITERATIONS: usize = 30;
/// Halvings of the way between two points of the first piece.
const DEPTH: f64 = 1e-13;

/// A point of the first piece, and where it is after each image (or preimage).
#[derive(Clone)]
struct Thread {
    s: f64,
    path: Vec<Vec<f64>>,
}

/// Moves points of the first piece outwards.
struct Grower<'a> {
    map: &'a dyn Family,
    p: f64,
    local: &'a Local,
    forward: bool,
}

impl Grower<'_> {
    /// The next state of a path: its image, or the preimage near `guess`.
    fn next(&self, y: &[f64], guess: &[f64]) -> Option<Vec<f64>> {
        if self.forward {
            let mut out = vec![0.0; y.len()];
            self.map.value(y, self.p, &mut out);
            return finite(&out).then_some(out);
        }
        let n = y.len();
        let (mut x, mut image, mut j) = (guess.to_vec(), vec![0.0; n], Mat::zeros(n, n));
        let mut last = f64::INFINITY;
        for _ in 0..ITERATIONS {
            self.map.value(&x, self.p, &mut image);
            self.map.jacobian(&x, self.p, j.as_mut());
            let gap = distance(&image, y);
            let step = j.partial_piv_lu().solve(Mat::from_fn(n, 1, |r, _| image[r] - y[r]));
            let size = step.norm_l2();
            if !size.is_finite() {
                return None;
            }
            let rounding = 64.0 * f64::EPSILON * (1.0 + j.norm_l2()) * (1.0 + norm(&x));
            if size > 0.5 * last && gap <= rounding || size <= 2.0 * f64::EPSILON * (1.0 + norm(&x)) {
                return (gap <= rounding).then_some(x);
            }
            x.iter_mut().enumerate().for_each(|(r, x)| *x -= step[(r, 0)]);
            last = size;
        }
        None
    }

    /// The thread from s, along those of its neighbours.
    fn between(&self, a: &Thread, b: &Thread) -> Option<Thread> {
        let s = 0.5 * (a.s + b.s);
        if !((b.s - a.s).abs() > DEPTH * s.abs()) {
            return None;
        }
        let mut path = vec![self.local.at(s)];
        for k in 1..a.path.len().min(b.path.len()) {
            let guess: Vec<f64> = a.path[k].iter().zip(&b.path[k]).map(|(a, b)| 0.5 * (a + b)).collect();
            path.push(self.next(&path[k - 1], &guess)?);
        }
        Some(Thread { s, path })
    }
}

/// The side on which s has the sign `sign`; `rate` is the map's eigenvalue, positive.
pub fn side(map: &dyn Family, p: f64, local: &Local, sign: f64, rate: f64, extent: &Extent) -> Side {
    let forward = rate > 1.0;
    let grower = Grower { map, p, local, forward };
    // From the inner end to its image (preimage), the outer one.
    let inner = local.reach * if forward { 1.0 / rate } else { rate };
    let at = |k: usize| inner * (local.reach / inner).powf(k as f64 / FIRST as f64);
    let mut threads: Vec<Thread> =
        (0..=FIRST).map(|k| Thread { s: sign * at(k), path: vec![local.at(sign * at(k))] }).collect();
    let mut side = Side { points: vec![local.x.clone()], length: 0.0, end: SideEnd::Points };
    push(&mut side, threads.iter().map(|t| t.path[0].clone()));
    loop {
        if let Some(end) = advance(&grower, &mut threads, &side, extent) {
            side.end = end.0;
            push(&mut side, end.1.into_iter());
            return side;
        }
        push(&mut side, threads.iter().skip(1).filter_map(|t| t.path.last().cloned()));
        let last = side.points.last().map_or(0.0, |x| norm(x));
        let numbers = threads.iter().map(|t| t.path.len() * local.x.len()).sum::<usize>();
        let end = match () {
            () if side.length >= extent.length => Some(SideEnd::Length),
            () if last > extent.bound => Some(SideEnd::Diverged),
            () if side.points.len() >= extent.points || numbers > NUMBERS => Some(SideEnd::Points),
            () => None,
        };
        if let Some(end) = end {
            side.end = end;
            return cut(side, extent);
        }
    }
}

fn push(side: &mut Side, points: impl Iterator<Item = Vec<f64>>) {
    for x in points {
        side.length += side.points.last().map_or(0.0, |y| distance(&x, y));
        side.points.push(x);
    }
}

/// The side without what is beyond the length or the number of points asked for.
fn cut(mut side: Side, extent: &Extent) -> Side {
    let (mut length, mut keep) = (0.0, side.points.len());
    for (k, pair) in side.points.windows(2).enumerate() {
        length += distance(&pair[0], &pair[1]);
        if length >= extent.length || k + 2 >= extent.points {
            keep = k + 2;
            break;
        }
    }
    side.points.truncate(keep);
    side.length = side.points.windows(2).map(|p| distance(&p[0], &p[1])).sum();
    side
}

/// One image (preimage) of all threads, with new ones where the curve needs them; why that ends early, and the points up to there.
fn advance(
    grower: &Grower,
    threads: &mut Vec<Thread>,
    side: &Side,
    extent: &Extent,
) -> Option<(SideEnd, Vec<Vec<f64>>)> {
    let mut waiting: Vec<Thread> = threads.drain(..).rev().collect();
    let mut done: Vec<Thread> = vec![];
    let failed = if grower.forward { SideEnd::NotFinite } else { SideEnd::NoPreimage };
    let moved =
        |done: &[Thread]| done.iter().skip(1).filter_map(|t| t.path.last().cloned()).collect::<Vec<_>>();
    let room = extent.points.saturating_sub(side.points.len());
    while let Some(mut thread) = waiting.pop() {
        let here = thread.path.last().cloned().unwrap_or_default();
        // The first preimage is where the piece before ends; later ones are next to their neighbour's.
        let guess = match done.last().and_then(|t| t.path.last()) {
            Some(x) => x.clone(),
            None => side.points.last().cloned().unwrap_or_default(),
        };
        let next = grower.next(&here, &guess);
        let far = |x: &Vec<f64>| !done.is_empty() && !fits(&done, side, x, extent);
        let apart = next.as_ref().is_none_or(far);
        if apart && let Some(previous) = done.last() {
            let before = Thread { s: previous.s, path: previous.path[..previous.path.len() - 1].to_vec() };
            if done.len() + waiting.len() < room + FIRST
                && let Some(middle) = grower.between(&before, &thread)
            {
                waiting.push(thread);
                waiting.push(middle);
                continue;
            }
        }
        let Some(next) = next else { return Some((failed, moved(&done))) };
        if norm(&next) > extent.bound {
            return Some((SideEnd::Diverged, moved(&done)));
        }
        if done.len() > room + FIRST {
            return Some((SideEnd::Points, moved(&done)));
        }
        thread.path.push(next);
        done.push(thread);
    }
    *threads = done;
    None
}

/// Whether `x` is near enough behind the last points, and the curve does not turn too far there.
fn fits(done: &[Thread], side: &Side, x: &[f64], extent: &Extent) -> bool {
    let Some(last) = done.last().and_then(|t| t.path.last()) else { return true };
    let step = distance(last, x);
    if step > extent.spacing {
        return false;
    }
    let before = match done.len().checked_sub(2) {
        Some(k) => done[k].path.last(),
        None => side.points.len().checked_sub(2).map(|k| &side.points[k]),
    };
    let Some(before) = before else { return true };
    let size = distance(before, last);
    if step < SHORTEST * extent.spacing || size <= 0.0 {
        return true;
    }
    let dot: f64 = (0..x.len()).map(|i| (last[i] - before[i]) * (x[i] - last[i])).sum();
    (dot / (size * step)).clamp(-1.0, 1.0).acos() <= extent.angle
}
