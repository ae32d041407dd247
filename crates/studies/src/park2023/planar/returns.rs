//! Limit cycles of a cell by the times of return, and their frequency.

use super::{Planar, State, Time};
use nullcline_core::diagnostics::dynamics::cycles::circle::weighted_mean;
use std::f64::consts::{PI, TAU};

/// What a trajectory does in the long run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Course {
    /// It comes to rest.
    Rest,
    /// It alternates between this many points, 2 or 4, that are turned into each other by W's symmetry.
    Locked(usize),
    /// It goes round: turns per unit time, and the error.
    Round(f64, f64),
    /// Not told apart in the time given.
    Open,
}

/// Relative change of successive return times, and of the place of return, of a closed orbit.
const CLOSED: f64 = 1e-6;
const RESTING: f64 = 1e-12;

/// The course of the trajectory from `x`, followed for at most `blocks` blocks.
pub fn course(planar: &Planar, x: [f64; 2], blocks: usize) -> Course {
    match planar.time {
        Time::Continuous => flow(planar, x, blocks),
        Time::Discrete => map(planar, x, blocks),
    }
}

/// Returns to the half-line x_2 = 0 < x_1, crossed upward as alpha R(theta) turns.
fn flow(planar: &Planar, x: [f64; 2], blocks: usize) -> Course {
    let mut s = State { x, v: [0.0; 2] };
    let dt = planar.dt();
    let steps = (blocks as f64 * super::BLOCK / dt).round() as usize;
    let mut last: Option<(f64, f64)> = None;
    let mut before: Option<f64> = None;
    for t in 0..steps {
        let old = s;
        planar.glide(&mut s, dt);
        if t % 64 == 0 {
            let f = planar.velocity(s.x);
            if f[0].hypot(f[1]) < RESTING {
                return Course::Rest;
            }
        }
        if !(old.x[1] < 0.0 && s.x[1] >= 0.0 && s.x[0] > 0.0) {
            continue;
        }
        let (part, place) = crossing(planar, &old);
        let now = (t as f64 * dt + part, place);
        if let Some((then, place_then)) = last {
            let period = now.0 - then;
            let same = (now.1 - place_then).abs() < CLOSED * now.1;
            if let Some(p) = before.filter(|p| same && (period - p).abs() < CLOSED * period) {
                let error = (period - p).abs() / period.powi(2) + 1e-12;
                return Course::Round(1.0 / period, error);
            }
            before = Some(period);
        }
        last = Some(now);
    }
    Course::Open
}

/// When in a step, and where, the axis is crossed.
fn crossing(planar: &Planar, from: &State) -> (f64, f64) {
    let (mut lo, mut hi) = (0.0, planar.dt());
    let mut at = *from;
    for _ in 0..50 {
        let h = 0.5 * (lo + hi);
        at = *from;
        planar.glide(&mut at, h);
        if at.x[1] < 0.0 { lo = h } else { hi = h }
    }
    (hi, at.x[0])
}

/// Returns after 1, 2 and 4 steps; else the mean turn in a step, with weights that vanish at both ends.
fn map(planar: &Planar, x: [f64; 2], blocks: usize) -> Course {
    let mut s = State { x, v: [0.0; 2] };
    let mut size = 512;
    let mut done = 0;
    while done < blocks {
        (0..size).for_each(|_| planar.drift(&mut s));
        done += 2 * size;
        if s.x[0].hypot(s.x[1]) < RESTING {
            return Course::Rest;
        }
        let mut y = s.x;
        for q in 1..=4 {
            y = planar.image(y).0;
            let back = (y[0] - s.x[0]).hypot(y[1] - s.x[1]) < RESTING;
            match q {
                1 if back => return Course::Rest,
                2 | 4 if back => return Course::Locked(q),
                _ => {}
            }
        }
        let mut turns = Vec::with_capacity(size);
        for _ in 0..size {
            let mut sum = 0.0;
            for _ in 0..super::STEPS {
                let y = planar.image(s.x).0;
                let d = y[1].atan2(y[0]) - s.x[1].atan2(s.x[0]);
                sum += (d + TAU).rem_euclid(TAU);
                s.x = y;
            }
            turns.push(sum / (TAU * super::STEPS as f64));
        }
        let whole = weighted_mean(&turns);
        let (one, two) = turns.split_at(size / 2);
        let error = (weighted_mean(one) - whole).abs().max((weighted_mean(two) - whole).abs());
        // On the strong tongues' orbits the turn is a quarter or a half exactly: they close above, later.
        let locking = [0.0, 0.25, 0.5, 1.0].iter().any(|r| (whole - r).abs() < 1e-6);
        if error < 1e-6 && !locking {
            return Course::Round(whole.min(1.0 - whole), error + 1e-15);
        }
        size *= 2;
    }
    Course::Open
}

/// Turns per unit time at the bifurcation in which the orbit is born: theta / 2 pi for the map at
/// alpha = 1; tan theta / 2 pi for the flow at alpha cos theta = 1.
pub fn onset(theta: f64, time: Time) -> f64 {
    match time {
        Time::Discrete => theta.min(TAU - theta) / TAU,
        Time::Continuous => theta.tan() / (2.0 * PI),
    }
}
