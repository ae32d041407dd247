//! L2 and L3: sensitivities to parameters along a limit cycle, and what an update does at other delays.

use super::field::{Field, advance};
use crate::common::*;
use crate::park2023::fig4::torus::{ANGLES, DT, cycle, network};
use nullcline_core::diagnostics::dynamics::cycles::{Motion, Options, find};
use nullcline_core::linalg::activation::Activation;
use nullcline_core::linalg::norm;
use nullcline_core::systems::cells::Rate;
use nullcline_core::systems::rule::{Rule, parameter_count};
use nullcline_core::systems::time::{Flow, System};

/// Steps of the integration in a period.
const STEPS: usize = 256;
/// Periods before traces are compared, so that the transient has gone.
const PERIODS: usize = 30;
/// Where the weights of two units begin among the parameters (no input), and one bias of each.
const WEIGHTS: std::ops::Range<usize> = 0..4;
const BIASES: std::ops::Range<usize> = 4..6;
/// Delays in a period.
const DELAYS: usize = 64;
/// Size of an update, and by how much the output should be higher.
const UPDATE: f64 = 0.01;
const WANTED: f64 = 0.1;

/// The trace dx/dw of a parameter.
pub struct Trace {
    pub name: String,
    pub weight: bool,
    /// Change in a period over the largest of the period.
    pub change: f64,
    /// The same without the part that the period's change makes, - dT/dw dx/dt.
    pub rest: f64,
    /// Of the first unit's trace in a period, without what grows: changes of sign, and largest less smallest over the largest size.
    pub signs: usize,
    pub swing: f64,
    /// The first unit's trace in periods, for the figure.
    pub shown: Vec<[f64; 2]>,
}

fn failed(e: impl std::fmt::Display) -> Error {
    Error::Numbers(format!("park2023/gradients: {e}"))
}

/// dT/dw of each parameter, by central differences.
fn period_slopes(rate: &Rate, point: &[f64]) -> Result<Vec<f64>, Error> {
    let h = 1e-4;
    let mut theta = vec![0.0; parameter_count(rate)];
    rate.read_params(&mut theta);
    let period = |k: usize, by: f64| {
        let mut moved = theta.clone();
        moved[k] += by;
        let mut other = rate.clone();
        other.write_params(&moved);
        match find(&Flow::new(other, DT), point, &[], &Options::default()).map_err(failed)? {
            Motion::Cycle(c) => Ok(c.period.value),
            other => Err(failed(format!("no limit cycle beside one: {other:?}"))),
        }
    };
    (0..BIASES.end).map(|k| Ok((period(k, h)? - period(k, -h)?) / (2.0 * h))).collect()
}

/// The traces of weights and biases of the two units of Fig. 4C's first oscillator.
pub fn traces() -> Result<Vec<Trace>, Error> {
    let found = cycle(ANGLES[0])?;
    let system = network(&ANGLES[..1]);
    let rate = oscillator();
    let slopes = period_slopes(&rate, &found.point)?;
    let mut field = Field::new(system.field());
    let p = BIASES.end;
    let h = found.period.value / STEPS as f64;
    let mut all = vec![[found.point.clone(), vec![0.0; 2 * p]].concat()];
    for k in 0..(PERIODS + 1) * STEPS {
        all.push(advance(&all[k], h, |_, z| with_traces(&mut field, z)));
    }
    Ok((0..p).map(|w| trace(w, &all, &slopes, &mut field)).collect())
}

/// dx/dt of two units, and de/dt = J e + df/dw of as many traces as follow them.
fn with_traces(field: &mut Field, z: &[f64]) -> Vec<f64> {
    let (x, e) = z.split_at(2);
    let own = field.by_parameters(x, &[]);
    let mut dz = field.value(x, &[]);
    for (w, e) in e.chunks_exact(2).enumerate() {
        let moved = field.push(x, &[], e);
        dz.extend((0..2).map(|i| moved[i] + own[(i, w)]));
    }
    dz
}

fn trace(w: usize, all: &[Vec<f64>], slopes: &[f64], field: &mut Field) -> Trace {
    let at = |k: usize| [all[k][2 + 2 * w], all[k][3 + 2 * w]];
    let from = (PERIODS - 1) * STEPS;
    let (mut change, mut rest, mut size) = (0.0f64, 0.0f64, 0.0f64);
    let mut steady = vec![];
    for k in from..from + STEPS {
        let (old, new) = (at(k), at(k + STEPS));
        let f = field.value(&all[k][..2], &[]);
        let d = [0, 1].map(|i| new[i] - old[i]);
        change = change.max(norm(&d));
        rest = rest.max(norm(&[0, 1].map(|i| d[i] + slopes[w] * f[i])));
        size = size.max(norm(&new));
        steady.push(old[0] + slopes[w] * f[0] * k as f64 / STEPS as f64);
    }
    let next = steady.iter().skip(1).chain(steady.first());
    let signs = steady.iter().zip(next).filter(|(a, b)| a.is_sign_positive() != b.is_sign_positive()).count();
    let (lo, hi) = steady.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    let swing = (hi - lo) / hi.abs().max(lo.abs());
    let shown = (0..8 * STEPS).step_by(4).map(|k| [k as f64 / STEPS as f64, at(k)[0]]).collect();
    let name = match w {
        0..4 => format!("w{}{}", w % 2 + 1, w / 2 + 1),
        _ => format!("b{}", w - 3),
    };
    Trace {
        name,
        weight: WEIGHTS.contains(&w),
        change: change / size,
        rest: rest / size,
        signs,
        swing,
        shown,
    }
}

fn oscillator() -> Rate {
    let system = network(&ANGLES[..1]);
    let mut theta = vec![0.0; parameter_count(system.field())];
    system.field().read_params(&mut theta);
    let mut rate = Rate::new(0, Activation::Tanh, vec![1.0; 2]);
    rate.write_params(&theta);
    rate
}

/// Errors after an update of the strength of a stimulus, by the delays of learning and of testing.
pub struct Updates {
    /// Pairs of delays at which the error is higher after the update, and all pairs.
    pub raised: [usize; 2],
    /// Of the delays of learning, those at which the error does not fall at the same delay, half a period later, and all.
    pub same: usize,
    pub opposite: usize,
    pub delays: usize,
    /// Error over that before, by delay of testing less that of learning, in periods.
    pub curve: Vec<[f64; 2]>,
}

/// One period of the output, from five periods after a stimulus of strength w, DELAYS values.
fn output(point: &[f64], w: f64, period: f64, field: &mut Field) -> Vec<f64> {
    let every = STEPS / DELAYS;
    let h = period / STEPS as f64;
    let mut x = vec![point[0] + w, point[1]];
    let mut out = vec![];
    for k in 0..6 * STEPS {
        if k >= 5 * STEPS && k % every == 0 {
            out.push(x[0]);
        }
        x = advance(&x, h, |_, x| field.value(x, &[]));
    }
    out
}

/// A stimulus kicks the first unit by w at the start; the first unit should be higher by a fixed amount a delay later. One update
/// of w at each delay, against the gradient there.
pub fn updates() -> Result<Updates, Error> {
    let found = cycle(ANGLES[0])?;
    let system = network(&ANGLES[..1]);
    let mut field = Field::new(system.field());
    let mut run = |w: f64| output(&found.point, w, found.period.value, &mut field);
    let [still, up, down] = [0.0, 1e-6, -1e-6].map(&mut run);
    let moved = [-UPDATE, UPDATE].map(&mut run);
    let before = 0.5 * WANTED * WANTED;
    let error = |sign: usize, d: usize| 0.5 * (moved[sign][d] - still[d] - WANTED).powi(2) / before;
    // Gradient of (y(w) - y(0) - a)^2 / 2 at w = 0; the update goes against it.
    let sign = |d: usize| usize::from(-WANTED * (up[d] - down[d]) < 0.0);
    let (mut raised, mut curve) = (0, vec![[0.0, 0.0]; DELAYS + 1]);
    for learnt in 0..DELAYS {
        for later in 0..=DELAYS {
            let e = error(sign(learnt), (learnt + later) % DELAYS);
            raised += usize::from(later < DELAYS && e > 1.0);
            curve[later] = [later as f64 / DELAYS as f64, curve[later][1] + e / DELAYS as f64];
        }
    }
    let fails = |later: usize, lower: bool| {
        (0..DELAYS).filter(|d| (error(sign(*d), (d + later) % DELAYS) < 1.0) == lower).count()
    };
    Ok(Updates {
        raised: [raised, DELAYS * DELAYS],
        same: fails(0, false),
        opposite: fails(DELAYS / 2, true),
        delays: DELAYS,
        curve,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The trace of a parameter is the derivative of the state: by differences of whole trajectories.
    #[test]
    fn traces_are_differences_of_trajectories() {
        let rate = oscillator();
        let mut theta = vec![0.0; parameter_count(&rate)];
        rate.read_params(&mut theta);
        let (start, h) = ([0.6, 0.1], 0.02);
        let run = |k: usize, by: f64| {
            let mut moved = theta.clone();
            moved[k] += by;
            let mut other = rate.clone();
            other.write_params(&moved);
            let mut field = Field::new(&other);
            (0..500).fold(start.to_vec(), |x, _| advance(&x, h, |_, x| field.value(x, &[])))
        };
        let mut field = Field::new(&rate);
        let begun = [start.to_vec(), vec![0.0; 2 * 6]].concat();
        let z = (0..500).fold(begun, |z, _| advance(&z, h, |_, z| with_traces(&mut field, z)));
        for k in 0..6 {
            let (a, b) = (run(k, 1e-5), run(k, -1e-5));
            assert!((0..2).all(|i| (z[2 + 2 * k + i] - (a[i] - b[i]) / 2e-5).abs() < 1e-7), "parameter {k}");
        }
    }
}
