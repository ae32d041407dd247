//! Two independent cycles of two units each: Fig. 4C.

use super::cycle::failed;
use crate::common::*;
use crate::park2023::exponents::measures;
use crate::park2023::networks::rate;
use faer::Mat;
use nullcline_core::diagnostics::dynamics::cycles::{Cycle, Motion, Options, find};
use nullcline_core::diagnostics::dynamics::lyapunov::{self, Drive, lyapunov};
use nullcline_core::diagnostics::dynamics::trajectories::{Inputs, trajectories};
use nullcline_core::linalg::activation::Activation;
use nullcline_core::systems::cells::Rate;
use nullcline_core::systems::rule::column;
use nullcline_core::systems::time::Flow;

pub(in crate::park2023) const GAIN: f64 = 1.5;
/// Angles of the two rotations of the quasi-periodic torus.
pub(in crate::park2023) const ANGLES: [f64; 2] = [0.5, 0.7];
pub(in crate::park2023) const DT: f64 = 0.05;
pub(in crate::park2023) const START: [f64; 4] = [0.6, 0.1, 0.1, 0.7];
/// Turns of the first cycle that are drawn.
const TURNS: f64 = 24.0;

/// What is known about the pair.
pub(super) struct Torus {
    /// Lyapunov exponents of both cycles together, 1 / time constant.
    pub exponents: Vec<Estimate>,
    /// Floquet exponents of both cycles alone, largest first.
    pub alone: Vec<f64>,
    /// Ratio of the periods, folded to [0, 1/2], and the rotation found on the torus with its error.
    pub ratio: f64,
    pub rotation: Estimate,
    /// Distance of the periodic partner's rotation from the fraction 1/2 or 1/3.
    pub closure: f64,
    /// Angles in both planes: quasi-periodic, then periodic.
    pub quasi: Vec<[f64; 2]>,
    pub periodic: Vec<[f64; 2]>,
    pub words: String,
}

/// The rate network of eq. 20 with a block alpha R(theta) for each angle.
pub(in crate::park2023) fn network(angles: &[f64]) -> Flow<Rate> {
    let n = 2 * angles.len();
    let w = Mat::from_fn(n, n, |i, j| {
        let (s, c) = angles[i / 2].sin_cos();
        match (i / 2 == j / 2, i % 2, j % 2) {
            (false, ..) => 0.0,
            (true, 0, 1) => -GAIN * s,
            (true, 1, 0) => GAIN * s,
            _ => GAIN * c,
        }
    });
    Flow::new(rate(w.as_ref(), &vec![0.0; n], Activation::Tanh), DT)
}

pub(in crate::park2023) fn cycle(angle: f64) -> Result<Cycle, Error> {
    match find(&network(&[angle]), &START[..2], &[], &Options::default()).map_err(failed)? {
        Motion::Cycle(c) => Ok(*c),
        other => Err(failed(format!("two units at angle {angle} have no limit cycle: {other:?}"))),
    }
}

/// The angle whose period is two thirds of `period`, by the secant method.
pub(in crate::park2023) fn partner(period: f64) -> Result<f64, Error> {
    let off = |angle: f64| Ok::<f64, Error>(cycle(angle)?.period.value / period - 2.0 / 3.0);
    let (mut a, mut b) = (ANGLES[1], ANGLES[1] + 0.02);
    let (mut f, mut g) = (off(a)?, off(b)?);
    for _ in 0..20 {
        if g.abs() < 1e-12 || (g - f).abs() < 1e-15 {
            break;
        }
        let next = (b - g * (b - a) / (g - f)).clamp(0.35, 0.83);
        (a, f) = (b, g);
        (b, g) = (next, off(next)?);
    }
    Ok(b)
}

/// The angles of both pairs along the trajectory, after its transient.
pub(in crate::park2023) fn angles(system: &Flow<Rate>, period: f64, turns: f64) -> Vec<[f64; 2]> {
    // Truncation is meant: numbers of steps.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let (skip, shown) = ((200.0 / DT) as usize, (turns * period / DT) as usize);
    let start = Mat::from_fn(4, 1, |i, _| START[i]);
    let all = trajectories(system, start.as_ref(), &Inputs::Constant(vec![]), skip + shown).states.remove(0);
    let angle = |i: usize, t: usize| all[(i + 1, t)].atan2(all[(i, t)]);
    (skip..=skip + shown).step_by(2).map(|t| [angle(0, t), angle(2, t)]).collect()
}

pub(super) fn torus() -> Result<Torus, Error> {
    let (one, two) = (cycle(ANGLES[0])?, cycle(ANGLES[1])?);
    let system = network(&ANGLES);
    let options =
        lyapunov::Options { warmup: 6000, max_steps: 100_000, tol: 1e-6, ..lyapunov::Options::default() };
    let found =
        lyapunov(&system, column(&START), &Drive::Constant(&[]), &options, &|_| ()).map_err(failed)?;
    let mut alone: Vec<f64> = [one.exponents(), two.exponents()].concat();
    alone.sort_by(|a, b| b.total_cmp(a));

    let Motion::Torus(motion) = find(&system, &START, &[], &Options::default()).map_err(failed)? else {
        return Err(failed("two independent cycles were not recognised as a torus"));
    };
    // The section is crossed once a turn by one of the two cycles: by which one, its period tells.
    let (t, s) = (one.period.value, two.period.value);
    let first = (motion.mean_return.value - t).abs() < (motion.mean_return.value - s).abs();
    let turns = if first { t / s } else { s / t };
    let ratio = turns.fract().min(1.0 - turns.fract());

    let angle = partner(t)?;
    let pair = network(&[ANGLES[0], angle]);
    // Its joint orbits are periodic, but a whole family of them: each returns after two or three turns
    // of the section without attracting, so that it counts as a torus with a rational rotation.
    let closure = match find(&pair, &START, &[], &Options::default()).map_err(failed)? {
        Motion::Torus(m) => {
            [0.5, 1.0 / 3.0].map(|r| (m.rotation.value - r).abs()).into_iter().fold(1.0, f64::min)
        }
        Motion::Cycle(c) => (c.period.value / (2.0 * t) - 1.0).abs(),
        other => return Err(failed(format!("two cycles with periods 3:2 were taken for {other:?}"))),
    };
    let words = format!(
        "\u{3b1} = {GAIN}, \u{3b8} = {} and {}: periods {t:.6} and {s:.6}, quasi-periodic; with \u{3b8} = \
         {} and {angle:.6} the periods are as 3 to 2, periodic",
        ANGLES[0], ANGLES[1], ANGLES[0]
    );
    Ok(Torus {
        exponents: measures(&found.attractors[0]),
        alone,
        ratio,
        rotation: Estimate { n: Options::default().returns, ..motion.rotation },
        closure,
        quasi: angles(&system, t, TURNS),
        periodic: angles(&pair, t, TURNS),
        words,
    })
}
