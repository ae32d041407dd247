//! Everything that is measured of one system.

use super::examples::{Example, TRIALS, Which};
use super::survey::POSITIVE;
use crate::common::*;
use crate::park2023::exponents::measures;
use nullcline_core::diagnostics::dynamics::adjoint::{self, Adjoint, adjoint};
use nullcline_core::diagnostics::dynamics::cycles::{self, Cycle, Motion};
use nullcline_core::diagnostics::dynamics::lyapunov::{Attractor, Drive, Lyapunov, Options, lyapunov};
use nullcline_core::diagnostics::dynamics::trajectories::{Inputs, Trajectories, trajectories};
use nullcline_core::diagnostics::geometry::pca::{Pca, pca};
use nullcline_core::linalg::col;
use nullcline_core::linalg::random::{Use, normal, stream};
use nullcline_core::systems::time::System;
use rayon::prelude::*;

/// Exponents shown.
pub(super) const SHOWN: usize = 6;
/// Below this, in 1/unit time, an exponent of the line attractor's network is not zero.
pub(super) const ON_THE_LINE: f64 = -1e-3;

/// The numbers behind one row of the figure.
pub(super) struct Measured {
    pub states: Trajectories,
    pub pca: Option<Pca>,
    pub lyapunov: Lyapunov,
    /// The attractor shown: the one with the largest first exponent.
    pub main: usize,
    /// Of every initial state, along its own trajectory and with its own terminal vector.
    pub adjoints: Vec<Adjoint>,
    /// Of a state on the attractor, with random vectors: what the exponent is compared with.
    pub settled: Adjoint,
    /// What the authors' procedure gives, and the initial state that it starts from.
    pub reproduced: Option<(usize, Vec<f64>)>,
    pub cycle: Option<Box<Cycle>>,
}

impl Measured {
    pub fn attractor(&self) -> &Attractor {
        &self.lyapunov.attractors[self.main]
    }

    /// Exponents of the attractor shown, with their errors.
    pub fn exponents(&self) -> Vec<Estimate> {
        measures(self.attractor())
    }

    /// Whether this is what its panel of the figure shows, as far as that is left to a draw.
    pub fn suits(&self, which: Which) -> bool {
        match which {
            Which::Chaos => {
                self.exponents().first().is_some_and(|l| l.value - l.reach().unwrap_or(f64::MAX) > POSITIVE)
            }
            Which::LimitCycle => self.cycle.is_some(),
            _ => true,
        }
    }

    /// The attractor that an initial state reaches.
    pub fn of(&self, trial: usize) -> Option<&Attractor> {
        self.lyapunov.attractors.iter().find(|a| a.members.contains(&trial))
    }
}

pub(super) fn measure(example: &Example, settings: &Settings) -> Result<Measured, Error> {
    let failed = |e: String| Error::Numbers(format!("{}: {e}", example.which.title()));
    let system = example.system.as_ref();
    let n = system.step().dim();
    let plan = example.plan;
    let shown = (plan.shown / system.time_step()).round() as usize;
    let states = trajectories(system, example.initial.as_ref(), &Inputs::Constant(vec![]), shown);
    let options = Options {
        exponents: Some(SHOWN),
        warmup: plan.warmup,
        align: plan.warmup / 2,
        max_steps: plan.steps,
        tol: plan.tol,
        seed: settings.seed,
        ..Options::default()
    };
    let drive = Drive::Constant(&[]);
    let found = lyapunov(system, example.initial.as_ref(), &drive, &options, &|_| {})
        .map_err(|e| failed(e.to_string()))?;
    let leading = |a: &Attractor| a.exponents[0];
    let main = (0..found.attractors.len())
        .max_by(|a, b| leading(&found.attractors[*a]).total_cmp(&leading(&found.attractors[*b])))
        .unwrap_or(0);

    let terminal = |k: usize| {
        let mut rng = stream(settings.seed, Use::Tangent, 5000 + k as u64);
        let v: Vec<f64> = (0..n).map(|_| normal(&mut rng)).collect();
        let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt();
        v.iter().map(|v| v / norm).collect::<Vec<f64>>()
    };
    let follow = |k: usize| {
        let options = adjoint::Options {
            horizon: plan.horizon,
            terminal: Some(terminal(k)),
            matrix: false,
            tolerance: plan.tolerance,
            ..adjoint::Options::default()
        };
        adjoint(system, col(example.initial.as_ref(), k), &drive, &options).map_err(|e| failed(e.to_string()))
    };
    let adjoints: Vec<Adjoint> = (0..TRIALS).into_par_iter().map(follow).collect::<Result<_, _>>()?;
    let rest = &found.attractors[main].final_state;
    let options = adjoint::Options {
        horizon: 2.0 * plan.horizon,
        matrix: false,
        tolerance: plan.tolerance,
        seed: settings.seed,
        ..adjoint::Options::default()
    };
    let settled = adjoint(system, rest, &drive, &options).map_err(|e| failed(e.to_string()))?;
    let cycle = if example.which == Which::LimitCycle {
        match cycles::find(system, rest, &[], &cycles::Options::default()) {
            Ok(Motion::Cycle(cycle)) => Some(cycle),
            _ => None,
        }
    } else {
        None
    };
    let mut measured = Measured {
        pca: pca(states.pooled().as_ref()),
        states,
        lyapunov: found,
        main,
        adjoints,
        settled,
        reproduced: None,
        cycle,
    };
    if settings.as_published {
        // Only a trajectory that leaves the line can have the published bars of the line attractor.
        let off = |k: &usize| measured.of(*k).is_some_and(|a| a.exponents[0] < ON_THE_LINE);
        let trial =
            if example.which == Which::LineAttractor { (0..TRIALS).find(off).unwrap_or(0) } else { 0 };
        let start = col(example.initial.as_ref(), trial);
        measured.reproduced = Some((trial, example.procedure.exponents(system, start)));
    }
    Ok(measured)
}

/// The six bars beside what the procedure reproduces: the largest difference.
pub(super) fn largest_difference(example: &Example, reproduced: &[f64]) -> f64 {
    example.which.bars().iter().zip(reproduced).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// |Change of log|psi|| over one period backward along a limit cycle, after eleven periods in which all
/// but the phase is forgotten.
pub(super) fn change_in_a_period(system: &dyn System, cycle: &Cycle) -> Option<f64> {
    let log = |periods: f64| change(system, &cycle.point, periods * cycle.period.value);
    Some((log(12.0)? - log(11.0)?).abs())
}

/// |Change of log|psi|| from 10 to 20 units of time before the end, along a state at rest on the line. On
/// the way to the line units switch, and the adjoint with them.
pub(super) fn change_on_the_line(system: &dyn System, attractor: &Attractor) -> f64 {
    let log = |time: f64| change(system, &attractor.final_state, time).unwrap_or(f64::NAN);
    (log(20.0) - log(10.0)).abs()
}

/// log|psi| of a fixed unit vector, `horizon` before the end of the trajectory from `x`.
fn change(system: &dyn System, x: &[f64], horizon: f64) -> Option<f64> {
    let options = adjoint::Options {
        horizon,
        matrix: false,
        vectors: 1,
        tolerance: 1e-11,
        ..adjoint::Options::default()
    };
    adjoint(system, x, &Drive::Constant(&[]), &options).ok()?.log_norm[0].last().copied()
}
