//! Penalised fits: minima of minus a log likelihood and squares of couplings and fields.

use super::coordinates::Coordinates;
use super::{Error, Penalty, Potts, Sites};
use crate::linalg::pointwise::dot;
use argmin::core::{CostFunction, Executor, Gradient};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use faer::Mat;
use std::cell::RefCell;
use std::rc::Rc;

/// Minus the log of a likelihood, convex in fields and couplings.
pub trait Likelihood {
    /// The sites.
    fn sites(&self) -> &Sites;
    /// The share of samples in each state of each site, Q numbers.
    fn frequencies(&self) -> &[f64];
    /// The weight of all samples.
    fn weight(&self) -> f64;
    /// How many times a coupling's variance under independent sites its second derivative is, about.
    fn sharpness(&self) -> f64;
    /// Minus the log likelihood of all samples, and its derivatives: by each coupling of a pair once, Q x Q, symmetric; the blocks
    /// on the diagonal are not read.
    fn evaluate(
        &mut self,
        fields: &[f64],
        couplings: &Mat<f64>,
        of_fields: &mut [f64],
        of_couplings: &mut Mat<f64>,
    ) -> f64;
    /// The covariance of spins that are 1 or -1, where all sites have two states and the likelihood is of each site given the others.
    fn spin_covariance(&self) -> Option<Mat<f64>> {
        None
    }
    /// The change of those derivatives at a place as it moves along another, per length: products with the second derivatives.
    fn curvature(
        &mut self,
        at: (&[f64], &Mat<f64>),
        along: (&[f64], &Mat<f64>),
        of_fields: &mut [f64],
        of_couplings: &mut Mat<f64>,
    );
}

/// When a fit ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Largest distance of the objective from its minimum, relative to it.
    pub tolerance: f64,
    /// What is aimed at: where rounding ends the descent above it, or some thousand evaluations more than the tolerance took, it is
    /// enough to be within the tolerance.
    pub aim: f64,
    /// Evaluations at most.
    pub evaluations: usize,
    /// Steps that L-BFGS remembers.
    pub history: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tolerance: 1e-9, aim: 1e-9, evaluations: 5000, history: 10 }
    }
}

/// A fitted model.
#[derive(Clone, Debug)]
pub struct Fit {
    /// The model at the minimum, in the gauge that the penalty chooses.
    pub model: Potts,
    /// Minus the log likelihood and the penalty.
    pub objective: f64,
    /// Minus the log likelihood of all samples.
    pub loss: f64,
    /// Bound on the objective's distance from its minimum: |dF/dx|^2 / (4 lambda) summed over fields and couplings of the zero-sum gauge,
    /// since F is as convex as its penalty at least.
    pub gap: f64,
    /// Evaluations.
    pub evaluations: usize,
}

/// The minimum of a likelihood with a penalty.
///
/// Method: L-BFGS with the line search of More and Thuente, in coordinates that make the problem round: fields are those at the mean
/// of the other sites, h_i + sum_j J_ij f_j, and every number is divided by the root of its second derivative under independent
/// sites. Near the minimum, where objectives no longer tell steps apart, Newton's steps by conjugate gradients with exact second derivatives follow. It ends at a
/// bound on what is left, not at small steps.
///
/// # Errors
/// [`Error::NotConverged`] where the evaluations were used up before.
pub fn fit(
    likelihood: &mut dyn Likelihood,
    penalty: Penalty,
    start: Option<&Potts>,
    settings: &Settings,
) -> Result<Fit, Error> {
    let coordinates = Coordinates::new(likelihood, penalty);
    let given = start.is_some();
    let start = start.cloned().unwrap_or_else(|| independent(likelihood));
    let first = coordinates.of(&start);
    let problem = Problem(Rc::new(RefCell::new(Held::new(likelihood, coordinates, *settings))));
    let begun = problem.0.borrow_mut().at(&first);
    if begun.is_err() {
        return problem.0.borrow_mut().found();
    }
    // A start that was given may be near: a fold's is.
    if given {
        let mut held = problem.0.borrow_mut();
        held.until = settings.tolerance;
        held.polish();
        held.until = settings.aim;
    }
    for round in 0..ROUNDS {
        let (place, before) = {
            let mut held = problem.0.borrow_mut();
            // Newton's steps are better at what is beyond the tolerance, if they are possible.
            held.until = if round == 0 { settings.tolerance } else { settings.aim };
            (held.best.place.clone(), held.best.gap)
        };
        descend(&problem, place, settings);
        let mut held = problem.0.borrow_mut();
        held.until = settings.aim;
        held.polish();
        // Rounding leaves nothing to go down.
        if held.ended() || held.best.gap > 0.5 * before {
            break;
        }
    }
    problem.0.borrow_mut().found()
}

/// Descents and Newton's steps in turns, at most.
const ROUNDS: usize = 30;

/// L-BFGS from a place, until the fit has ended or the line search finds nothing lower.
fn descend(problem: &Problem, place: Vec<f64>, settings: &Settings) {
    let search = MoreThuenteLineSearch::new().with_c(1e-4, 0.9).expect("0 < 1e-4 < 0.9 < 1");
    let solver = LBFGS::new(search, settings.history);
    let solver = solver.with_tolerance_grad(0.0).expect("not negative");
    let solver = solver.with_tolerance_cost(0.0).expect("not negative");
    let run = Executor::new(Problem(problem.0.clone()), solver)
        .configure(|state| state.param(place).max_iters(settings.evaluations as u64))
        .timer(false)
        .run();
    // It ends in an error where the fit has ended; what was best is kept.
    drop(run);
}

/// Fields of independent sites, each state seen half a time more.
pub fn independent(likelihood: &dyn Likelihood) -> Potts {
    let mut model = Potts::free(likelihood.sites().clone());
    let (f, weight) = (likelihood.frequencies(), likelihood.weight());
    for range in likelihood.sites().ranges() {
        let logs: Vec<f64> = range.clone().map(|k| (f[k] + 0.5 / weight).ln()).collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        range.zip(logs).for_each(|(k, l)| model.fields[k] = l - mean);
    }
    model
}

/// The run is over: the minimum is near enough, or evaluations are used up.
#[derive(Debug, thiserror::Error)]
#[error("the fit has ended")]
struct Ended;

/// Values and gradients at the last place and the best.
struct Held<'a> {
    likelihood: &'a mut dyn Likelihood,
    coordinates: Coordinates,
    settings: Settings,
    place: Vec<f64>,
    value: f64,
    loss: f64,
    gap: f64,
    gradient: Vec<f64>,
    best: Best,
    evaluations: usize,
    /// Evaluations after which the tolerance was met.
    enough: Option<usize>,
    /// What the present descent ends at.
    until: f64,
    fields: Vec<f64>,
    couplings: Mat<f64>,
    of_fields: Vec<f64>,
    of_couplings: Mat<f64>,
}

/// The place of the smallest gap, among those of the smallest objectives.
struct Best {
    place: Vec<f64>,
    gradient: Vec<f64>,
    value: f64,
    loss: f64,
    gap: f64,
}

impl<'a> Held<'a> {
    fn new(likelihood: &'a mut dyn Likelihood, coordinates: Coordinates, settings: Settings) -> Self {
        let total = likelihood.sites().total();
        let (value, loss, gap) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
        Self {
            likelihood,
            coordinates,
            settings,
            place: vec![],
            value,
            loss,
            gap,
            gradient: vec![],
            best: Best { place: vec![], gradient: vec![], value, loss, gap },
            evaluations: 0,
            enough: None,
            until: settings.aim,
            fields: vec![0.0; total],
            couplings: Mat::zeros(total, total),
            of_fields: vec![0.0; total],
            of_couplings: Mat::zeros(total, total),
        }
    }

    /// Evaluates at a place, unless that was the last.
    fn at(&mut self, place: &[f64]) -> Result<(), Ended> {
        if self.place == place {
            return Ok(());
        }
        if self.ended() {
            return Err(Ended);
        }
        self.coordinates.model(place, &mut self.fields, &mut self.couplings);
        let (gf, gj) = (&mut self.of_fields, &mut self.of_couplings);
        self.loss = self.likelihood.evaluate(&self.fields, &self.couplings, gf, gj);
        self.gradient.resize(place.len(), 0.0);
        let added = self.coordinates.gradient(
            (&self.fields, &self.couplings),
            (&mut self.of_fields, &mut self.of_couplings),
            &mut self.gradient,
        );
        (self.value, self.gap) = (self.loss + added.penalty, added.gap);
        self.place.clear();
        self.place.extend_from_slice(place);
        self.evaluations += 1;
        // Where objectives differ by rounding alone the gap tells more.
        let rounding = 1e-13 * self.value.abs();
        let better = self.value < self.best.value - rounding
            || (self.value <= self.best.value + rounding && self.gap < self.best.gap);
        if better {
            self.best = Best {
                place: self.place.clone(),
                gradient: self.gradient.clone(),
                value: self.value,
                loss: self.loss,
                gap: self.gap,
            };
        }
        if self.enough.is_none() && self.near() {
            self.enough = Some(self.evaluations);
        }
        let down = self.near() && self.best.gap <= self.until * self.best.value.abs();
        if down || self.ended() { Err(Ended) } else { Ok(()) }
    }

    fn near(&self) -> bool {
        self.best.gap.is_finite() && self.best.gap <= self.settings.tolerance * self.best.value.abs()
    }

    /// Whether what is aimed at is reached, or evaluations are used up.
    fn ended(&self) -> bool {
        const MORE: usize = 3000;
        let aimed = self.best.gap <= self.settings.aim * self.best.value.abs();
        let most = self.enough.map_or(usize::MAX, |first| 4 * first + MORE);
        aimed && self.near() || self.evaluations >= self.settings.evaluations.min(most)
    }

    /// The best model, if it is near enough.
    fn found(&mut self) -> Result<Fit, Error> {
        let best = &self.best;
        if !self.near() {
            return Err(Error::NotConverged {
                gap: best.gap,
                objective: best.value,
                asked: self.settings.tolerance * best.value.abs(),
                evaluations: self.evaluations,
            });
        }
        self.coordinates.model(&best.place, &mut self.fields, &mut self.couplings);
        Ok(Fit {
            model: self.coordinates.penalised(&self.fields, &self.couplings),
            objective: best.value,
            loss: best.loss,
            gap: best.gap,
            evaluations: self.evaluations,
        })
    }

    /// Newton's steps, each by conjugate gradients with second derivatives by differences of gradients.
    fn polish(&mut self) {
        // What conjugate gradients leave of the gradient's square: the first steps are not worth more.
        const LEFT: [f64; 8] = [1e-3, 1e-6, 1e-8, 1e-8, 1e-8, 1e-8, 1e-8, 1e-8];
        for left in LEFT {
            if self.ended() || self.near() && self.best.gap <= self.until * self.best.value.abs() {
                return;
            }
            let (place, gradient, before) =
                (self.best.place.clone(), self.best.gradient.clone(), self.best.gap);
            let Some(step) = self.newton(&place, &gradient, left) else { return };
            let to: Vec<f64> = place.iter().zip(&step).map(|(x, s)| x + s).collect();
            // That the step was the last one needed is no fault.
            let _ = self.at(&to);
            if self.best.gap > 0.5 * before {
                return;
            }
        }
    }

    /// The solution of H step = - gradient, to some digits or as well as conjugate gradients can.
    fn newton(&mut self, place: &[f64], gradient: &[f64], left: f64) -> Option<Vec<f64>> {
        const MOST: usize = 2000;
        self.coordinates.model(place, &mut self.fields, &mut self.couplings);
        // The last place is not that of the model any more.
        self.place.clear();
        let total = self.fields.len();
        let mut along = (vec![0.0; total], Mat::zeros(total, total));
        let (mut step, mut r) = (vec![0.0; place.len()], gradient.iter().map(|g| -g).collect::<Vec<f64>>());
        let (mut direction, mut curved) = (r.clone(), vec![0.0; place.len()]);
        let first = dot(&r, &r);
        let (mut size, mut least, mut best) = (first, first, None);
        for _ in 0..MOST {
            self.curvature(&direction, &mut along, &mut curved);
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

    /// Second derivatives along a direction, at the model that is held.
    fn curvature(&mut self, direction: &[f64], along: &mut (Vec<f64>, Mat<f64>), out: &mut [f64]) {
        self.coordinates.model(direction, &mut along.0, &mut along.1);
        let (gf, gj) = (&mut self.of_fields, &mut self.of_couplings);
        self.likelihood.curvature((&self.fields, &self.couplings), (&along.0, &along.1), gf, gj);
        self.coordinates.gradient((&along.0, &along.1), (gf, gj), out);
        self.evaluations += 1;
    }
}

/// What argmin sees.
struct Problem<'a>(Rc<RefCell<Held<'a>>>);

impl CostFunction for Problem<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, place: &Vec<f64>) -> Result<f64, argmin::core::Error> {
        let mut held = self.0.borrow_mut();
        held.at(place)?;
        Ok(held.value)
    }
}

impl Gradient for Problem<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, place: &Vec<f64>) -> Result<Vec<f64>, argmin::core::Error> {
        let mut held = self.0.borrow_mut();
        held.at(place)?;
        Ok(held.gradient.clone())
    }
}
