//! How an animal walks in a square box (after Raudies and Hasselmo 2012, in the version of krishna2024's program).

use crate::linalg::random::{Rng, normal, uniform};
use rand::RngExt;
use std::f64::consts::{FRAC_PI_2, PI, TAU};

/// Nearer to a wall than this an animal slows down and turns away, in metres.
const BORDER: f64 = 0.03;
/// What becomes of its speed there.
const SLOWED: f64 = 0.25;

/// The laws of a walk.
///
/// Formula, at each step of dt: v is Rayleigh with scale b, a_t the heading, x_(t+1) = x_t + v dt (cos a_t, sin a_t), then
/// a_(t+1) = a_t + dt omega with omega ~ N(0, turning^2). Nearer than 0.03 m to the nearest wall and heading within 90 degrees of it,
/// v is a quarter, and the heading also turns to run along the wall. A drift adds drift (anchor - x_t) to every displacement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Walk {
    /// Side of the box around the origin, in metres.
    pub side: f64,
    /// Scale b of the speed, in metres per second; the mean is b sqrt(pi / 2).
    pub speed: f64,
    /// Standard deviation of the turning rate, in radians per second.
    pub turning: f64,
    /// Seconds a step.
    pub time_step: f64,
    /// Share of the way to the anchor that is drifted in a step; 0 of an unbiased walk.
    pub drift: f64,
    /// Where to.
    pub anchor: [f64; 2],
}

impl Default for Walk {
    /// krishna2024's table: a box of 2.2 m, b = 0.2 m/s, 11.52 rad/s, 0.02 s.
    fn default() -> Self {
        Self { side: 2.2, speed: 0.2, turning: 11.52, time_step: 0.02, drift: 0.0, anchor: [0.0; 2] }
    }
}

impl Walk {
    /// Positions before the first of `steps` displacements and after each, in metres: a start uniform in the box, a heading uniform
    /// in the circle.
    ///
    /// ```
    /// use nullcline_core::linalg::random::{Use, stream};
    /// use nullcline_core::tasks::Walk;
    ///
    /// let path = Walk::default().path(1000, &mut stream(1, Use::Fixture, 0));
    /// assert!(path.len() == 1001 && path.iter().flatten().all(|x| x.abs() < 1.2));
    /// ```
    pub fn path(&self, steps: usize, rng: &mut Rng) -> Vec<[f64; 2]> {
        let half = 0.5 * self.side;
        let mut at = [uniform(rng, -half, half), uniform(rng, -half, half)];
        let mut heading = uniform(rng, 0.0, TAU);
        let mut path = Vec::with_capacity(steps + 1);
        path.push(at);
        for _ in 0..steps {
            let (speed, turn) = (rayleigh(rng, self.speed), normal(rng) * self.turning);
            (at, heading) = self.step(at, heading, speed, turn);
            path.push(at);
        }
        path
    }

    /// Position and heading after a step of that speed (m/s) and turning rate (rad/s).
    pub fn step(&self, at: [f64; 2], heading: f64, speed: f64, turning: f64) -> ([f64; 2], f64) {
        let along = self.wall(at, heading);
        let length = self.time_step * if along.is_some() { SLOWED * speed } else { speed };
        let (sine, cosine) = heading.sin_cos();
        let moved = [length * cosine, length * sine];
        let next = std::array::from_fn(|i| at[i] + moved[i] + self.drift * (self.anchor[i] - at[i]));
        (next, heading + along.unwrap_or(0.0) + self.time_step * turning)
    }

    /// The turn (radians) that makes the animal run along the wall that it is about to meet, if it is.
    fn wall(&self, [x, y]: [f64; 2], heading: f64) -> Option<f64> {
        let half = 0.5 * self.side;
        let distances = [half - x, half - y, half + x, half + y];
        let nearest = (1..4).fold(0, |best, k| if distances[k] < distances[best] { k } else { best });
        let angle = (heading - nearest as f64 * FRAC_PI_2 + PI).rem_euclid(TAU) - PI;
        let sign = if angle == 0.0 { 0.0 } else { angle.signum() };
        let meets = distances[nearest] < BORDER && angle.abs() < FRAC_PI_2;
        meets.then(|| sign * (FRAC_PI_2 - angle.abs()))
    }
}

/// A Rayleigh number of scale b: b sqrt(-2 log(1 - u)).
fn rayleigh(rng: &mut Rng, scale: f64) -> f64 {
    scale * (-2.0 * (-rng.random::<f64>()).ln_1p()).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, stream};

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} {b}");
    }

    /// By hand: a box of 2.2 m has walls at 1.1 m.
    #[test]
    fn the_wall_rule_by_hand() {
        let walk = Walk::default();
        // Far from walls, or heading away.
        assert_eq!(walk.wall([0.0, 0.0], 0.3), None);
        assert_eq!(walk.wall([1.09, 0.0], PI), None);
        assert_eq!(walk.wall([1.0, 0.0], 0.0), None);
        // At the right wall, 0.3 rad to the left of it: on by pi/2 - 0.3, up along the wall.
        close(walk.wall([1.09, 0.0], 0.3).unwrap(), FRAC_PI_2 - 0.3);
        close(walk.wall([1.09, 0.0], TAU - 0.3).unwrap(), -(FRAC_PI_2 - 0.3));
        // Upper, left and lower wall.
        close(walk.wall([0.0, 1.08], FRAC_PI_2 + 0.2).unwrap(), FRAC_PI_2 - 0.2);
        close(walk.wall([-1.08, 0.0], PI - 0.1).unwrap(), -(FRAC_PI_2 - 0.1));
        close(walk.wall([0.0, -1.2], 1.5 * PI + 1.0).unwrap(), FRAC_PI_2 - 1.0);
        // Straight at it: numpy's sign of zero is zero.
        assert_eq!(walk.wall([1.09, 0.0], 0.0), Some(0.0));
        // The step there has a quarter of the length and the heading of before.
        let (at, heading) = walk.step([1.09, 0.0], 0.3, 1.0, 0.5);
        close(at[0], 1.09 + 0.005 * 0.3f64.cos());
        close(at[1], 0.005 * 0.3f64.sin());
        close(heading, FRAC_PI_2 + 0.01);
    }

    #[test]
    fn a_drift_goes_its_share_of_the_way() {
        let walk = Walk { drift: 0.05, anchor: [0.1, 0.0], ..Walk::default() };
        let (at, _) = walk.step([0.5, -0.4], 0.0, 0.0, 0.0);
        close(at[0], 0.48);
        close(at[1], -0.38);
    }

    /// Without walls near, lengths have mean b dt sqrt(pi / 2) and turns the variance (dt 11.52)^2; four standard errors.
    #[test]
    fn lengths_and_turns_have_their_laws() {
        let walk = Walk { side: 1e6, ..Walk::default() };
        let mut rng = stream(5, Use::Fixture, 1);
        let path = walk.path(40_000, &mut rng);
        let moves: Vec<[f64; 2]> = path.windows(2).map(|p| [p[1][0] - p[0][0], p[1][1] - p[0][1]]).collect();
        let n = moves.len() as f64;
        let mean = moves.iter().map(|m| m[0].hypot(m[1])).sum::<f64>() / n;
        let scale = 0.2 * 0.02;
        let error = scale * ((4.0 - PI) / 2.0 / n).sqrt();
        assert!((mean - scale * FRAC_PI_2.sqrt()).abs() < 4.0 * error, "{mean}");
        let turns: Vec<f64> = moves
            .windows(2)
            .map(|m| {
                let turn = m[1][1].atan2(m[1][0]) - m[0][1].atan2(m[0][0]);
                (turn + PI).rem_euclid(TAU) - PI
            })
            .collect();
        let n = turns.len() as f64;
        let variance = turns.iter().map(|t| t * t).sum::<f64>() / n;
        let known = (0.02f64 * 11.52).powi(2);
        assert!((variance / known - 1.0).abs() < 4.0 * (2.0 / n).sqrt(), "{variance} {known}");
    }
}
