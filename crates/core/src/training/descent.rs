//! Descent of a loss that looks at parameters alone, or at what it draws for a step.

use super::clip::norm;
use super::optimiser::Method;
use super::trainer::State;
use crate::linalg::Real;
use crate::training::loss::Measured;

/// A loss of a flat parameter vector.
pub trait Loss<T: Real> {
    /// The loss at `theta` in step `step`, from 0, and its gradient; zero where a parameter is not trained.
    fn gradient(&mut self, theta: &[T], step: u64, grad: &mut [T]) -> f64;
    /// The loss that decides which parameters are best.
    fn validate(&mut self, theta: &[T]) -> f64;
    /// Puts parameters back into the set that they must not leave, after a step.
    fn project(&self, theta: &mut [T]) {
        let _ = theta;
    }
}

/// How to descend.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Optimiser.
    pub method: Method,
    /// Learning rate.
    pub rate: f64,
    /// Most steps.
    pub steps: u64,
    /// Steps between two rows of the curve.
    pub every: u64,
    /// Stop as soon as a row's loss is at most this.
    pub goal: Option<f64>,
}

/// Descends from where `state` is until it has stopped, or `more` says no after a step.
///
/// The curve has a row before the first step and one after each [`every`](Settings::every) steps; the best parameters are those of the
/// row with the lowest validated loss.
///
/// ```
/// use nullcline_core::training::descent::{Loss, Settings, descend};
/// use nullcline_core::training::{optimiser::Method, trainer::State};
///
/// /// (theta - 3)^2, theta not below zero.
/// struct Square;
/// impl Loss<f64> for Square {
///     fn gradient(&mut self, theta: &[f64], _: u64, grad: &mut [f64]) -> f64 {
///         grad[0] = 2.0 * (theta[0] - 3.0);
///         self.validate(theta)
///     }
///     fn validate(&mut self, theta: &[f64]) -> f64 {
///         (theta[0] - 3.0).powi(2)
///     }
///     fn project(&self, theta: &mut [f64]) {
///         theta[0] = theta[0].max(0.0);
///     }
/// }
/// let settings = Settings { method: Method::SGD, rate: 0.25, steps: 40, every: 10, goal: None };
/// let mut state = State::new(vec![1.0], settings.method);
/// descend(&mut Square, &settings, &mut state, &mut |_| true);
/// // The distance halves in a step.
/// assert!((state.best[0] - 3.0 + 2.0 * 0.5f64.powi(40)).abs() < 1e-15 && state.curve.len() == 5);
/// ```
pub fn descend<T: Real>(
    loss: &mut dyn Loss<T>,
    s: &Settings,
    state: &mut State<T>,
    more: &mut dyn FnMut(&State<T>) -> bool,
) {
    let mut grad = vec![T::ZERO; state.theta.len()];
    let epochs = usize::try_from(s.steps.div_ceil(s.every.max(1))).unwrap_or(usize::MAX);
    let whole = super::trainer::Settings { epochs, rate: s.rate, goal: s.goal, ..Default::default() };
    if state.curve.is_empty() {
        end(loss, state, &whole);
        if !more(state) {
            return;
        }
    }
    while state.stopped.is_none() {
        let found = loss.gradient(&state.theta, state.optimiser.steps, &mut grad);
        let size = norm(&grad);
        if !(found.is_finite() && size.is_finite()) {
            state.diverge();
            return;
        }
        state.optimiser.step(&mut state.theta, &grad, s.rate);
        loss.project(&mut state.theta);
        state.step += 1;
        state.sums.loss += found;
        state.sums.counted += 1.0;
        state.sums.norm += size;
        let steps = state.optimiser.steps;
        if steps.is_multiple_of(s.every.max(1)) || steps == s.steps {
            end(loss, state, &whole);
        }
        if !more(state) {
            return;
        }
    }
}

fn end<T: Real>(loss: &mut dyn Loss<T>, state: &mut State<T>, whole: &super::trainer::Settings) {
    let found = Measured { loss: loss.validate(&state.theta), accuracy: None, counted: 1.0 };
    state.end_epoch(found, whole);
}
