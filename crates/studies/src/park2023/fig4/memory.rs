//! Perturbations: the phase difference that remains on the cycle, and what two other attractors keep.

use super::cycle::{Found, failed};
use super::size;
use crate::common::*;
use crate::park2023::networks::{TAU, line_attractor, rate, two_fixed_points};
use faer::Mat;
use nullcline_core::diagnostics::dynamics::cycles::{Error as CycleError, PhaseMap};
use nullcline_core::diagnostics::dynamics::trajectories::{Inputs, trajectories};
use nullcline_core::linalg::activation::Activation;
use nullcline_core::linalg::random::{Rng, Use, normal, stream, uniform};
use nullcline_core::linalg::{col_mut, norm};
use nullcline_core::systems::time::Flow;
use std::f64::consts::{PI, TAU as TURN};

/// Sizes of kicks, relative to the cycle's extent.
const SIZES: [f64; 6] = [1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.3];
/// Periods that a transient may take.
const TRANSIENT: usize = 400;
/// Samples of a difference in one period.
const SAMPLES: usize = 24;

/// A kick and the asymptotic phase difference that it leaves.
pub(super) struct Shift {
    pub size: f64,
    pub phase: f64,
    pub measured: f64,
    /// Z . dx at that phase.
    pub linear: f64,
}

/// What a perturbed trajectory is near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Near {
    Cycle,
    Point,
    Line,
}

impl Near {
    pub fn name(self) -> &'static str {
        match self {
            Self::Cycle => "limit cycle",
            Self::Point => "point attractor",
            Self::Line => "line attractor",
        }
    }
}

/// The distance between a perturbed and an unperturbed trajectory.
pub(super) struct Decay {
    pub of: Near,
    pub time: Vec<f64>,
    pub size: Vec<f64>,
    /// Late slope of its logarithm, per time constant.
    pub rate: f64,
}

/// What is measured.
pub(super) struct Memory {
    pub shifts: Vec<Shift>,
    pub lost: usize,
    /// Perturbed trajectories, to be drawn: n x m each.
    pub paths: Vec<Mat<f64>>,
    /// Phase difference after each period, for each followed kick.
    pub kept: Vec<(f64, Vec<f64>)>,
    /// Its largest late slope, rad per period.
    pub drift: f64,
    /// Largest |delta((m+1)T) - delta(mT)| / |delta(mT)| at the end.
    pub recurrence: f64,
    pub decays: Vec<Decay>,
    /// Largest |measured response - Z| over max|Z|, and how many were measured.
    pub response: (f64, usize),
    pub words: String,
}

fn direction(rng: &mut Rng, n: usize, length: f64) -> Vec<f64> {
    let v: Vec<f64> = (0..n).map(|_| normal(rng)).collect();
    let size = norm(&v);
    v.iter().map(|v| v * length / size).collect()
}

fn centred(phase: f64) -> f64 {
    (phase + PI).rem_euclid(TURN) - PI
}

pub(super) fn memory(found: &Found, settings: &Settings) -> Result<Memory, Error> {
    let (periods, kicks) = size(settings.preset);
    let (n, extent) = (found.cycle.point.len(), found.cycle.extent);
    let mut map = PhaseMap::new(&found.system, &found.cycle, &[]).map_err(failed)?;
    let mut rng = stream(settings.seed, Use::Noise, 4);

    let (mut shifts, mut lost) = (Vec::new(), 0);
    for relative in SIZES {
        for _ in 0..kicks {
            let j = (uniform(&mut rng, 0.0, 1.0) * found.states.ncols() as f64) as usize;
            let phase = TURN * j as f64 / found.states.ncols() as f64;
            let kick = direction(&mut rng, n, relative * extent);
            let linear = kick.iter().enumerate().map(|(i, d)| found.response[(i, j)] * d).sum();
            match map.shift(phase, &kick, TRANSIENT) {
                Ok(measured) => shifts.push(Shift { size: relative, phase, measured, linear }),
                Err(CycleError::OtherBasin { .. }) => lost += 1,
                Err(e) => return Err(failed(e)),
            }
        }
    }
    let response = measured_response(found, &mut map, extent)?;
    let paths = paths(found, &mut map, &mut rng);
    let followed = follow(found, &mut map, periods, &mut rng);
    let decays = vec![followed.decay, fixed_point(settings.seed), line(settings.seed)];
    let words = format!(
        "{kicks} random kicks of each of {} sizes at random phases; differences followed for {periods} \
         periods",
        SIZES.len()
    );
    Ok(Memory {
        shifts,
        lost,
        paths,
        kept: followed.kept,
        drift: followed.drift,
        recurrence: followed.recurrence,
        decays,
        response,
        words,
    })
}

/// Central differences of the asymptotic phase against Z, at six phases along every coordinate.
fn measured_response(found: &Found, map: &mut PhaseMap, extent: f64) -> Result<(f64, usize), Error> {
    let (n, count) = (found.states.nrows(), found.states.ncols());
    let most = (0..count).flat_map(|j| (0..n).map(move |i| (i, j)));
    let most = most.map(|(i, j)| found.response[(i, j)].abs()).fold(0.0, f64::max);
    let eps = 1e-4 * extent;
    let (mut worst, mut measured) = (0.0f64, 0);
    for j in (0..count).step_by(count.div_ceil(6)) {
        let phase = TURN * j as f64 / count as f64;
        for i in 0..n {
            let mut kick = vec![0.0; n];
            kick[i] = eps;
            let plus = map.shift(phase, &kick, TRANSIENT).map_err(failed)?;
            kick[i] = -eps;
            let minus = map.shift(phase, &kick, TRANSIENT).map_err(failed)?;
            worst = worst.max(((plus - minus) / (2.0 * eps) - found.response[(i, j)]).abs() / most);
            measured += 1;
        }
    }
    Ok((worst, measured))
}

/// Two periods of trajectories that begin outside, inside and beside the cycle.
fn paths(found: &Found, map: &mut PhaseMap, rng: &mut Rng) -> Vec<Mat<f64>> {
    let (n, steps) = (found.states.nrows(), 192);
    let mut one = |k: usize| -> Mat<f64> {
        let j = k * found.states.ncols() / 4;
        let beside = direction(rng, n, if k < 2 { 0.0 } else { 0.25 * found.cycle.extent });
        let scale = [1.5, 0.4, 1.0, 1.0][k];
        let mut at: Vec<f64> = (0..n).map(|i| scale * found.states[(i, j)] + beside[i]).collect();
        let mut path = Mat::zeros(n, steps + 1);
        for s in 0..=steps {
            col_mut(path.as_mut(), s).copy_from_slice(&at);
            at = map.flow(&at, 2.0 * found.cycle.period.value / steps as f64);
        }
        path
    };
    (0..4).map(&mut one).collect()
}

struct Followed {
    kept: Vec<(f64, Vec<f64>)>,
    drift: f64,
    recurrence: f64,
    decay: Decay,
}

/// Follows kicks of several sizes for many periods.
fn follow(found: &Found, map: &mut PhaseMap, periods: usize, rng: &mut Rng) -> Followed {
    let (n, period) = (found.cycle.point.len(), found.cycle.period.value);
    let mut out = Followed {
        kept: Vec::new(),
        drift: 0.0,
        recurrence: 0.0,
        decay: Decay { of: Near::Cycle, time: Vec::new(), size: Vec::new(), rate: 0.0 },
    };
    for (k, relative) in [0.003, 0.01, 0.03, 0.1].into_iter().enumerate() {
        let kick = direction(rng, n, relative * found.cycle.extent);
        let mut base = found.cycle.point.clone();
        let mut at: Vec<f64> = base.iter().zip(&kick).map(|(x, d)| x + d).collect();
        let (mut phases, mut differences) = (Vec::new(), Vec::new());
        let (mut time, mut size) = (Vec::new(), Vec::new());
        for m in 0..periods {
            let (phase, distance) = map.near(&at);
            phases.push(if distance < 0.05 { centred(phase) } else { f64::NAN });
            differences.push(at.iter().zip(&base).map(|(a, b)| a - b).collect::<Vec<f64>>());
            for s in 0..SAMPLES {
                time.push((m as f64 + s as f64 / SAMPLES as f64) * period / TAU);
                size.push(norm(&at.iter().zip(&base).map(|(a, b)| a - b).collect::<Vec<f64>>()));
                at = map.flow(&at, period / SAMPLES as f64);
                base = map.flow(&base, period / SAMPLES as f64);
            }
        }
        // The second half: the transient has had half of the time to go.
        let late: Vec<usize> = (periods / 2..periods).collect();
        let (x, y): (Vec<f64>, Vec<f64>) = late.iter().map(|m| (*m as f64, phases[*m])).unzip();
        let fit = slope(&x, &y).value;
        if k == 0 || fit.abs() > out.drift.abs() || fit.is_nan() {
            out.drift = fit;
        }
        let (a, b) = (&differences[periods - 2], &differences[periods - 1]);
        let change = norm(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>());
        out.recurrence = out.recurrence.max(change / norm(a));
        out.kept.push((relative, phases));
        if k == 1 {
            // At equal phases, so that the slope is not that of the cycle's own breathing.
            let (t, l): (Vec<f64>, Vec<f64>) =
                late.iter().map(|m| (time[m * SAMPLES], size[m * SAMPLES].ln())).unzip();
            out.decay = Decay { rate: slope(&t, &l).value, time, size, of: Near::Cycle };
        }
    }
    out
}

/// A ReLU network of S1.1 near the state that `start` leads to, kicked.
fn relu(of: Near, w: &Mat<f64>, start: &[f64], seed: u64, stream_index: u64) -> Decay {
    let (dt, length) = (0.05, 600);
    let system = Flow::new(rate(w.as_ref(), &[1.0; 6], Activation::Relu), dt);
    let go = |x: &[f64], steps: usize| {
        let x = Mat::from_fn(6, 1, |i, _| x[i]);
        trajectories(&system, x.as_ref(), &Inputs::Constant(vec![]), steps).states.remove(0)
    };
    let settled = go(start, 2000);
    let rest: Vec<f64> = settled.col(2000).iter().copied().collect();
    let kick = direction(&mut stream(seed, Use::Noise, stream_index), 6, 1e-2);
    let kicked: Vec<f64> = rest.iter().zip(&kick).map(|(x, d)| x + d).collect();
    let (one, two) = (go(&rest, length), go(&kicked, length));
    let size: Vec<f64> = (0..=length).map(|t| (one.col(t) - two.col(t)).norm_l2()).collect();
    let time: Vec<f64> = (0..=length).map(|t| t as f64 * dt).collect();
    let over = |from: usize, to: usize| {
        let logs: Vec<f64> = size[from..=to].iter().map(|s| s.ln()).collect();
        slope(&time[from..=to], &logs).value
    };
    Decay { of, rate: over(length / 2, length * 2 / 3), time, size }
}

fn fixed_point(seed: u64) -> Decay {
    relu(Near::Point, &two_fixed_points(), &[1.5, 0.0, 1.0, 1.0, 1.0, 1.0], seed, 5)
}

fn line(seed: u64) -> Decay {
    relu(Near::Line, &line_attractor(), &[0.6, 0.4, 0.3, 0.3, 0.3, 0.3], seed, 6)
}
