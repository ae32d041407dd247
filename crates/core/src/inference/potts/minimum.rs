//! Minima of convex functions whose distance from the minimum is bounded.

use crate::linalg::pointwise::dot;
use argmin::core::{CostFunction, Executor, Gradient};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use std::cell::RefCell;
use std::rc::Rc;

use super::Error;
use super::fit::Settings;

/// A function's value at a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    /// The value.
    pub objective: f64,
    /// Its part that is not the penalty.
    pub loss: f64,
    /// Bound on its distance from the minimum.
    pub gap: f64,
}

const NOWHERE: Value = Value { objective: f64::INFINITY, loss: f64::INFINITY, gap: f64::INFINITY };

/// A convex function.
pub(super) trait Convex {
    /// Its value and gradient.
    fn evaluate(&mut self, place: &[f64], gradient: &mut [f64]) -> Value;
    /// Holds a place for [`curvature`](Self::curvature).
    fn hold(&mut self, place: &[f64]);
    /// Second derivatives along a direction at the place that is held, or those of a part of the data, scaled to all.
    fn curvature(&mut self, direction: &[f64], out: &mut [f64]);
}

/// A place that is near enough to the minimum.
pub(super) struct Minimum {
    pub place: Vec<f64>,
    pub value: Value,
    pub evaluations: usize,
}

/// Descents and Newton's steps in turns, at most.
const ROUNDS: usize = 30;

/// The minimum from `first`; Newton's steps come before descents where that is said to be `near`.
///
/// # Errors
/// [`Error::NotConverged`] where the evaluations were used up before.
pub(super) fn minimum(
    convex: &mut dyn Convex,
    first: &[f64],
    near: bool,
    settings: &Settings,
) -> Result<Minimum, Error> {
    let search = Search(Rc::new(RefCell::new(Held::new(convex, *settings))));
    if search.0.borrow_mut().at(first).is_err() {
        return search.0.borrow_mut().found();
    }
    if near {
        let mut held = search.0.borrow_mut();
        held.until = settings.tolerance;
        held.polish();
    }
    for round in 0..ROUNDS {
        let (place, before) = {
            let mut held = search.0.borrow_mut();
            // Newton's steps are better at what is beyond the tolerance, if they are possible.
            held.until = if round == 0 { settings.tolerance } else { settings.aim };
            (held.best.place.clone(), held.best.value.gap)
        };
        descend(&search, place, settings);
        let mut held = search.0.borrow_mut();
        held.until = settings.aim;
        held.polish();
        // Rounding leaves nothing to go down.
        if held.ended() || held.best.value.gap > 0.5 * before {
            break;
        }
    }
    search.0.borrow_mut().found()
}

/// L-BFGS from a place, until the search has ended or the line search finds nothing lower.
fn descend(search: &Search, place: Vec<f64>, settings: &Settings) {
    let line = MoreThuenteLineSearch::new().with_c(1e-4, 0.9).expect("0 < 1e-4 < 0.9 < 1");
    let solver = LBFGS::new(line, settings.history);
    let solver = solver.with_tolerance_grad(0.0).expect("not negative");
    let solver = solver.with_tolerance_cost(0.0).expect("not negative");
    let run = Executor::new(Search(search.0.clone()), solver)
        .configure(|state| state.param(place).max_iters(settings.evaluations as u64))
        .timer(false)
        .run();
    // It ends in an error where the search has ended; what was best is kept.
    drop(run);
}

/// The run is over: the minimum is near enough, or evaluations are used up.
#[derive(Debug, thiserror::Error)]
#[error("the fit has ended")]
struct Ended;

/// Values and gradients at the last place and the best.
struct Held<'a> {
    convex: &'a mut dyn Convex,
    settings: Settings,
    last: Best,
    best: Best,
    evaluations: usize,
    /// Evaluations after which the tolerance was met.
    enough: Option<usize>,
    /// What the present descent ends at.
    until: f64,
}

/// The place of the smallest gap, among those of the smallest objectives.
#[derive(Clone)]
struct Best {
    place: Vec<f64>,
    gradient: Vec<f64>,
    value: Value,
}

impl<'a> Held<'a> {
    fn new(convex: &'a mut dyn Convex, settings: Settings) -> Self {
        let none = Best { place: vec![], gradient: vec![], value: NOWHERE };
        let (last, best) = (none.clone(), none);
        Self { convex, settings, last, best, evaluations: 0, enough: None, until: settings.aim }
    }

    /// Evaluates at a place, unless that was the last.
    fn at(&mut self, place: &[f64]) -> Result<(), Ended> {
        if self.last.place == place {
            return Ok(());
        }
        if self.ended() {
            return Err(Ended);
        }
        self.last.gradient.resize(place.len(), 0.0);
        self.last.value = self.convex.evaluate(place, &mut self.last.gradient);
        self.last.place.clear();
        self.last.place.extend_from_slice(place);
        self.evaluations += 1;
        let (new, old) = (self.last.value, self.best.value);
        // Where objectives differ by rounding alone the gap tells more.
        let rounding = 1e-13 * new.objective.abs();
        if new.objective < old.objective - rounding
            || (new.objective <= old.objective + rounding && new.gap < old.gap)
        {
            self.best.clone_from(&self.last);
        }
        if self.enough.is_none() && self.near() {
            self.enough = Some(self.evaluations);
        }
        if self.down() || self.ended() { Err(Ended) } else { Ok(()) }
    }

    fn near(&self) -> bool {
        let best = &self.best.value;
        best.gap.is_finite() && best.gap <= self.settings.tolerance * best.objective.abs()
    }

    /// Whether the present descent has come as far as it should.
    fn down(&self) -> bool {
        self.near() && self.best.value.gap <= self.until * self.best.value.objective.abs()
    }

    /// Whether what is aimed at is reached, or evaluations are used up.
    fn ended(&self) -> bool {
        const MORE: usize = 3000;
        let aimed = self.best.value.gap <= self.settings.aim * self.best.value.objective.abs();
        let most = self.enough.map_or(usize::MAX, |first| 4 * first + MORE);
        aimed && self.near() || self.evaluations >= self.settings.evaluations.min(most)
    }

    /// The best place, if it is near enough.
    fn found(&mut self) -> Result<Minimum, Error> {
        let value = self.best.value;
        if !self.near() {
            return Err(Error::NotConverged {
                gap: value.gap,
                objective: value.objective,
                asked: self.settings.tolerance * value.objective.abs(),
                evaluations: self.evaluations,
            });
        }
        Ok(Minimum { place: std::mem::take(&mut self.best.place), value, evaluations: self.evaluations })
    }

    /// Newton's steps by conjugate gradients.
    fn polish(&mut self) {
        const STEPS: usize = 12;
        // What conjugate gradients leave of the gradient's square: no less than what the step before left of the gap, which second
        // derivatives that are not those of the whole way, or of all samples, could not do away with.
        let mut left = 1e-3f64;
        for _ in 0..STEPS {
            if self.ended() || self.down() {
                return;
            }
            let before = self.best.value.gap;
            let Some(step) = self.newton(left) else { return };
            let to: Vec<f64> = self.best.place.iter().zip(&step).map(|(x, s)| x + s).collect();
            // That the step was the last one needed is no fault.
            let _ = self.at(&to);
            let share = self.best.value.gap / before;
            if share > 0.5 {
                return;
            }
            left = share.powi(2).clamp(1e-8, 1e-2);
        }
    }

    /// The solution of H step = - gradient at the best place, to some digits or as well as conjugate gradients can.
    fn newton(&mut self, left: f64) -> Option<Vec<f64>> {
        const MOST: usize = 2000;
        self.convex.hold(&self.best.place);
        let mut r: Vec<f64> = self.best.gradient.iter().map(|g| -g).collect();
        let (mut step, mut curved) = (vec![0.0; r.len()], vec![0.0; r.len()]);
        let mut direction = r.clone();
        let first = dot(&r, &r);
        let (mut size, mut least, mut best) = (first, first, None);
        for _ in 0..MOST {
            self.convex.curvature(&direction, &mut curved);
            self.evaluations += 1;
            let bend = dot(&direction, &curved);
            if !(bend > 0.0) {
                break;
            }
            let by = size / bend;
            step.iter_mut().zip(&direction).for_each(|(s, d)| *s += by * d);
            r.iter_mut().zip(&curved).for_each(|(r, c)| *r -= by * c);
            let next = dot(&r, &r);
            if next < least {
                least = next;
                best = Some(step.clone());
            }
            // What rounding has left along gauges, which no step changes, is all that is left once it grows.
            if next <= left * first || next > 1e4 * least {
                break;
            }
            let turn = next / size;
            direction.iter_mut().zip(&r).for_each(|(d, r)| *d = r + turn * *d);
            size = next;
        }
        best
    }
}

/// What argmin sees.
struct Search<'a>(Rc<RefCell<Held<'a>>>);

impl CostFunction for Search<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, place: &Vec<f64>) -> Result<f64, argmin::core::Error> {
        let mut held = self.0.borrow_mut();
        held.at(place)?;
        Ok(held.last.value.objective)
    }
}

impl Gradient for Search<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, place: &Vec<f64>) -> Result<Vec<f64>, argmin::core::Error> {
        let mut held = self.0.borrow_mut();
        held.at(place)?;
        Ok(held.last.gradient.clone())
    }
}
