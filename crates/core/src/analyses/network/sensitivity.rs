//! Adjoints and covariant vectors of a network.

use super::{Run, Sensitivity, Vectors, tables};
use crate::analyses::{Error, fits};
use crate::diagnostics::dynamics::adjoint::{self, Adjoint, Agreement, Ensemble, adjoint};
use crate::diagnostics::dynamics::covariant::{self, covariant};
use crate::diagnostics::dynamics::lyapunov::{Drive, Lyapunov, lyapunov};
use crate::diagnostics::dynamics::trajectories::{Inputs, after, random_states};
use crate::linalg::col;
use crate::numbers::Estimate;
use faer::Mat;
use rayon::prelude::*;

/// Exponents that the adjoint's rates are shown beside, at most.
const BESIDE: usize = 8;
/// Covariant vectors unless more are asked for.
const VECTORS: usize = 16;
/// Steps of input below which vectors are not looked for unless asked.
const SHORT: usize = 100;
/// Trials of a task that are followed, at most.
const FOLLOWED: usize = 32;

impl Run<'_> {
    /// Where sensitivities begin (n x r), and the steps that are discarded before: given states are
    /// themselves the beginning.
    fn starts(&self) -> (Mat<f64>, usize) {
        let system = self.network.system.as_ref();
        let n = system.step().dim();
        if let Some(x) = &self.initial {
            let followed = self.followed(x.ncols());
            let x = Mat::from_fn(n, followed.len(), |i, j| x[(i, followed[j])]);
            return (x, self.settings.warmup.unwrap_or(0));
        }
        let count = if n > if system.is_flow() { 32 } else { 128 } { 2 } else { 4 };
        let mut x = random_states(system, count, self.seed);
        let default = match &self.inputs {
            Inputs::Constant(_) => 1500,
            Inputs::Trials(trials) => {
                // Networks are trained from the zero state.
                x.col_mut(0).fill(0.0);
                trials.iter().map(Mat::ncols).min().unwrap_or(0) / 10
            }
        };
        (x, self.settings.warmup.unwrap_or(default))
    }

    /// Which of so many given states are followed: all, but of a task's trials some from first to last.
    fn followed(&self, count: usize) -> Vec<usize> {
        let most = if self.trials.is_some() { count.min(FOLLOWED) } else { count };
        (0..most).map(|j| j * count / most).collect()
    }

    /// The input of given or random state `j`: the constant one, or its trial.
    fn drive_of(&self, j: usize) -> Drive<'_> {
        match &self.inputs {
            Inputs::Constant(u) => Drive::Constant(u),
            Inputs::Trials(trials) => Drive::Sequence(trials[j % trials.len()].as_ref()),
        }
    }

    pub(super) fn adjoint(&self) -> Result<Sensitivity, Error> {
        let system = self.network.system.as_ref();
        let (n, dt) = (system.step().dim(), system.time_step());
        let terminal = self.settings.terminal.as_ref().map(|path| tables::terminal(path, n)).transpose()?;
        let given = terminal.is_some();
        let (starts, warmup) = self.starts();
        let left = match &self.inputs {
            Inputs::Constant(_) => usize::MAX,
            Inputs::Trials(trials) => trials.iter().map(Mat::ncols).min().unwrap_or(0).saturating_sub(warmup),
        };
        let steps = if system.is_flow() { 400 } else { 200 };
        let horizon = self.settings.horizon.unwrap_or(steps.min(left) as f64 * dt);
        if let (Some(horizon), true) = (self.settings.horizon, dt > 0.0) {
            // Whoever asks for no end gets the largest number.
            let steps = ("steps of --horizon", (horizon / dt) as usize);
            let each = [steps, ("state variables", n), ("initial states", starts.ncols())];
            fits("the adjoints", &each, 24)?;
        }
        let options = adjoint::Options { horizon, terminal, seed: self.seed, ..adjoint::Options::default() };
        self.observer.start("adjoints", 0);
        let of = self.initial.as_ref().map_or_else(Vec::new, |x| self.followed(x.ncols()));
        let one = |j: usize| -> Result<Adjoint, adjoint::Error> {
            let drive = self.drive_of(of.get(j).copied().unwrap_or(j));
            let diverged = adjoint::Error::Diverged { time: warmup as f64 * dt };
            if let Drive::Sequence(u) = drive
                && u.ncols() <= warmup
            {
                return Err(adjoint::Error::InputTooShort { found: u.ncols(), expected: warmup + 1 });
            }
            let x = after(system, col(starts.as_ref(), j), drive, warmup).ok_or(diverged)?;
            let drive = match drive {
                Drive::Constant(u) => Drive::Constant(u),
                Drive::Sequence(u) => Drive::Sequence(u.subcols(warmup, u.ncols() - warmup)),
            };
            adjoint(system, &x, &drive, &options)
        };
        let all: Vec<_> = (0..starts.ncols()).into_par_iter().map(one).collect();
        let (mut members, mut left_out) = (Vec::new(), Vec::new());
        for (j, found) in all.into_iter().enumerate() {
            match found {
                Ok(found) => members.push(found),
                Err(e @ adjoint::Error::Diverged { .. }) => {
                    left_out.push((of.get(j).copied().unwrap_or(j), e));
                }
                Err(adjoint::Error::Horizon { horizon, time_step, .. }) => {
                    let message = format!(
                        "--horizon {horizon}: expected a whole number of steps of {time_step}, one at least"
                    );
                    return Err(Error::Config(message));
                }
                Err(e) => return Err(e.into()),
            }
        }
        let exponents = self.beside(&starts);
        self.observer.finish();
        let Some(ensemble) = Ensemble::new(members) else {
            let failure = left_out.pop().map(|l| Error::from(l.1));
            return Err(failure.unwrap_or_else(|| Error::Numbers("there is no initial state".into())));
        };
        let compared = |rate| exponents.first().and_then(|e| Agreement::of(rate, *e));
        Ok(Sensitivity {
            backward: compared(ensemble.rate),
            forward: compared(ensemble.forward_rate),
            ensemble,
            exponents,
            given,
            warmup,
            driven: self.driven(),
            trials: self.trials.as_ref().map(|t| t.trials.len()),
            left_out,
        })
    }

    /// The first exponents of the trajectories from `starts`, those of several attractors averaged over
    /// the starts that reach them; none where there are none.
    fn beside(&self, starts: &Mat<f64>) -> Vec<Estimate> {
        // Exponents are those of where trials end, not along them.
        if self.trials.is_some() {
            return Vec::new();
        }
        let system = self.network.system.as_ref();
        let most = self.settings.exponents.unwrap_or(BESIDE);
        let k = system.step().dim().min(BESIDE).min(most);
        // Random states depend on the seed alone: those of the exponents are these, and more.
        let found = match self.spectra.get() {
            Some(found) => found.clone(),
            None => {
                let drive = self.drive();
                let options = self.exponent_options(&drive, k, starts.ncols(), 10_000);
                match lyapunov(system, starts.as_ref(), &drive, &options, &|_| ()) {
                    Ok(found) => found,
                    Err(_) => return Vec::new(),
                }
            }
        };
        mean_exponents(&found, k, starts.ncols())
    }

    /// Covariant vectors; what cannot be done is an error if they were asked for by name.
    pub(super) fn covariant(&self) -> Result<Option<Vectors>, Error> {
        let asked = self.config.modules.is_some();
        if let Inputs::Trials(trials) = &self.inputs
            && !asked
            && trials.iter().all(|t| t.ncols() < SHORT)
        {
            return Ok(None);
        }
        match self.vectors() {
            Err(Error::Covariant(covariant::Error::Collapsed | covariant::Error::OnKinks)) if !asked => {
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    fn vectors(&self) -> Result<Vectors, Error> {
        let system = self.network.system.as_ref();
        let (n, s) = (system.step().dim(), self.settings);
        let k = s.exponents.unwrap_or(VECTORS).min(n);
        if let Some(steps) = s.steps {
            fits("the growth along covariant vectors", &[("--steps", steps), ("vectors", k)], 32)?;
        }
        let drive = self.drive();
        let starts = if self.trials.is_some() { self.lyapunov_states(n) } else { self.starts().0 };
        let stages = if system.is_flow() { 4 } else { 1 };
        let budget = (6_000_000_000 / (n * n * k * stages)).clamp(200, 4000);
        let options = match drive {
            Drive::Constant(_) => covariant::Options {
                warmup: s.warmup.unwrap_or(1500),
                align: budget * 3 / 4,
                steps: s.steps.unwrap_or(budget),
                settle: budget * 3 / 4,
                ..covariant::Options::default()
            },
            Drive::Sequence(u) => {
                let warmup = s.warmup.unwrap_or(u.ncols() / 10);
                let left = u.ncols().saturating_sub(warmup);
                let part = left / 4;
                let steps = left.saturating_sub(2 * part + covariant::ROUNDING);
                let steps = s.steps.map_or(steps, |most| most.min(steps)).max(1);
                covariant::Options { warmup, align: part, steps, settle: part, ..Default::default() }
            }
        };
        let options = covariant::Options { vectors: Some(k), seed: self.seed, ..options };
        self.observer.start("covariant vectors", 0);
        let found = covariant(system, col(starts.as_ref(), 0), &drive, &options)?;
        self.observer.finish();
        Ok(Vectors { result: found, dimension: n })
    }
}

/// The first `k` exponents of the attractors that the first `starts` initial states reach, averaged over
/// these.
fn mean_exponents(found: &Lyapunov, k: usize, starts: usize) -> Vec<Estimate> {
    let weight: Vec<f64> =
        found.attractors.iter().map(|a| a.members.iter().filter(|m| **m < starts).count() as f64).collect();
    let total: f64 = weight.iter().sum();
    if total == 0.0 {
        return Vec::new();
    }
    let one = |i: usize| {
        let (mut value, mut square, mut n) = (0.0, Some(0.0), usize::MAX);
        for (a, w) in found.attractors.iter().zip(&weight).filter(|(_, w)| **w > 0.0) {
            let one = a.exponent(i);
            value += w / total * one.value;
            square = square.zip(one.std_error).map(|(s, e)| s + (w / total * e).powi(2));
            n = n.min(one.n);
        }
        Estimate { value, std_error: square.map(f64::sqrt), n }
    };
    (0..k).map(one).collect()
}
