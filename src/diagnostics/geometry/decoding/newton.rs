//! The logistic likelihood, and damped Newton steps up to its maximum in argmin's frame.

use crate::linalg::cholesky::Cholesky;
use crate::linalg::{col, gemm, norm};
use argmin::core::{
    CostFunction, Error, Executor, Gradient, Hessian, IterState, KV, Problem, Solver, TerminationReason,
    TerminationStatus,
};
use faer::{Accum, Mat, MatRef};

/// Mean over samples of log(1 + exp(-s_t z_t.b)), s = +-1, and a penalty b.P b / 2 over their number.
#[derive(Clone)]
pub(super) struct Likelihood<'a> {
    /// Features, k x T.
    pub z: MatRef<'a, f64>,
    pub y: &'a [bool],
    /// P, k x k; none is none.
    pub penalty: Option<Mat<f64>>,
}

/// What is left of the gradient's norm at the maximum.
const GRADIENT: f64 = 1e-10;
/// Largest change of a logit by the last step at the maximum.
const STEP: f64 = 1e-6;

impl Likelihood<'_> {
    fn logits(&self, b: &[f64]) -> Vec<f64> {
        let dot = |j| col(self.z, j).iter().zip(b).map(|(z, b)| z * b).sum();
        (0..self.y.len()).map(dot).collect()
    }

    /// s_t times the logit of each sample: what is above zero is told rightly.
    fn margins(&self, b: &[f64]) -> Vec<f64> {
        self.logits(b).iter().zip(self.y).map(|(l, y)| if *y { *l } else { -l }).collect()
    }

    /// sum_t log p(y_t) without the penalty.
    pub fn log_likelihood(&self, b: &[f64]) -> f64 {
        -self.margins(b).iter().map(|m| (-m).max(0.0) + (-m.abs()).exp().ln_1p()).sum::<f64>()
    }

    /// The Fisher information of all samples with the penalty's curvature, k x k.
    pub fn information(&self, b: &[f64]) -> Mat<f64> {
        let root: Vec<f64> = self.logits(b).iter().map(|l| (sigmoid(*l) * sigmoid(-l)).sqrt()).collect();
        let scaled = Mat::from_fn(self.z.nrows(), self.z.ncols(), |k, t| root[t] * self.z[(k, t)]);
        let transposed = scaled.transpose().to_owned();
        let mut h = Mat::zeros(self.z.nrows(), self.z.nrows());
        gemm(h.as_mut(), Accum::Replace, scaled.as_ref(), transposed.as_ref());
        if let Some(penalty) = &self.penalty {
            h += penalty;
        }
        h
    }

    /// P b.
    fn penalised(&self, b: &[f64]) -> Vec<f64> {
        let Some(p) = &self.penalty else { return vec![0.0; b.len()] };
        (0..b.len()).map(|i| (0..b.len()).map(|j| p[(i, j)] * b[j]).sum()).collect()
    }
}

/// 1 / (1 + exp(-v)), accurate to the last place on both sides.
pub(super) fn sigmoid(v: f64) -> f64 {
    if v >= 0.0 { 1.0 / (1.0 + (-v).exp()) } else { v.exp() / (1.0 + v.exp()) }
}

impl CostFunction for Likelihood<'_> {
    type Param = Vec<f64>;
    type Output = f64;
    fn cost(&self, b: &Vec<f64>) -> Result<f64, Error> {
        let penalty: f64 = self.penalised(b).iter().zip(b).map(|(p, b)| 0.5 * p * b).sum();
        Ok((penalty - self.log_likelihood(b)) / self.y.len() as f64)
    }
}

impl Gradient for Likelihood<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;
    fn gradient(&self, b: &Vec<f64>) -> Result<Vec<f64>, Error> {
        let mut g = self.penalised(b);
        for (t, (m, y)) in self.margins(b).iter().zip(self.y).enumerate() {
            let pull = if *y { -sigmoid(-m) } else { sigmoid(-m) };
            g.iter_mut().zip(col(self.z, t)).for_each(|(g, z)| *g += pull * z);
        }
        g.iter_mut().for_each(|g| *g /= self.y.len() as f64);
        Ok(g)
    }
}

impl Hessian for Likelihood<'_> {
    type Param = Vec<f64>;
    type Hessian = Mat<f64>;
    fn hessian(&self, b: &Vec<f64>) -> Result<Mat<f64>, Error> {
        let mut h = self.information(b);
        h.col_iter_mut().for_each(|c| c.iter_mut().for_each(|v| *v /= self.y.len() as f64));
        Ok(h)
    }
}

/// How the steps ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At the maximum.
    Converged,
    /// A plane tells every sample rightly: there is no maximum.
    Complete,
    /// A plane tells no sample wrongly and has some on it: there is no maximum.
    Quasi,
    /// Nowhere.
    Stuck,
}

/// Newton's method with steps halved until the cost falls; it also watches for planes that separate.
struct Newton {
    end: Option<End>,
    gradient: f64,
}

type State = IterState<Vec<f64>, Vec<f64>, (), (), (), f64>;

impl<'a> Solver<Likelihood<'a>, State> for Newton {
    fn name(&self) -> &str {
        "damped Newton"
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<Likelihood<'a>>,
        mut state: State,
    ) -> Result<(State, Option<KV>), Error> {
        let b = state.take_param().ok_or_else(|| Error::msg("no start"))?;
        let (cost, g) = (problem.cost(&b)?, problem.gradient(&b)?);
        self.gradient = norm(&g);
        let likelihood = problem.problem.as_ref().ok_or_else(|| Error::msg("no problem"))?.clone();
        let free = likelihood.penalty.is_none();
        if free && separates(&likelihood.margins(&b), 1e-9, true) {
            self.end = Some(End::Complete);
            return Ok((state.param(b).cost(cost), None));
        }
        let mut cholesky = Cholesky::new(b.len());
        if !cholesky.factor(problem.hessian(&b)?.as_ref()) {
            self.end = Some(End::Stuck);
            return Ok((state.param(b).cost(cost), None));
        }
        let mut inverse = Mat::zeros(b.len(), b.len());
        cholesky.inverse(inverse.as_mut());
        let step: Vec<f64> =
            (0..b.len()).map(|i| -(0..b.len()).map(|j| inverse[(i, j)] * g[j]).sum::<f64>()).collect();
        let moved = likelihood.margins(&step);
        let most = moved.iter().fold(0.0f64, |a, m| a.max(m.abs()));
        if self.gradient <= GRADIENT && most <= STEP {
            self.end = Some(End::Converged);
            return Ok((state.param(b).cost(cost), None));
        }
        // The likelihood is flat while its steps stay long: they run along a plane's normal to infinity.
        if free && self.gradient <= 10.0 * GRADIENT && most >= 0.1 && separates(&moved, 1e-6, false) {
            self.end = Some(End::Quasi);
            return Ok((state.param(b).cost(cost), None));
        }
        let slope: f64 = g.iter().zip(&step).map(|(g, s)| g * s).sum();
        let rounding = 1e-14 * cost.abs();
        let mut damping = 1.0;
        while damping > 1e-10 {
            let next: Vec<f64> = b.iter().zip(&step).map(|(b, s)| b + damping * s).collect();
            let reached = problem.cost(&next)?;
            if reached <= cost + 1e-4 * damping * slope + rounding {
                return Ok((state.param(next).cost(reached), None));
            }
            damping /= 2.0;
        }
        self.end = Some(End::Stuck);
        Ok((state.param(b).cost(cost), None))
    }

    fn terminate(&mut self, _: &State) -> TerminationStatus {
        match self.end {
            None => TerminationStatus::NotTerminated,
            Some(End::Converged) => TerminationStatus::Terminated(TerminationReason::SolverConverged),
            Some(_) => TerminationStatus::Terminated(TerminationReason::SolverExit("no maximum".into())),
        }
    }
}

/// Whether no margin is below zero by more than a share `slack` of the largest; all above it with `strict`.
fn separates(margins: &[f64], slack: f64, strict: bool) -> bool {
    let most = margins.iter().fold(0.0f64, |a, m| a.max(m.abs()));
    let least = margins.iter().fold(f64::INFINITY, |a, m| a.min(*m));
    most > 0.0 && if strict { least > slack * most } else { least >= -slack * most }
}

/// Weights at which the likelihood is largest, how the steps ended, and the gradient's norm there.
pub(super) fn maximise(likelihood: &Likelihood) -> (Vec<f64>, End, f64) {
    let start = vec![0.0; likelihood.z.nrows()];
    let newton = Newton { end: None, gradient: f64::NAN };
    let run = Executor::new(likelihood.clone(), newton)
        .configure(|state: State| state.param(start.clone()).max_iters(200))
        .timer(false)
        .run();
    match run {
        Ok(mut run) => {
            let b = run.state.take_param().unwrap_or(start);
            (b, run.solver.end.unwrap_or(End::Stuck), run.solver.gradient)
        }
        Err(_) => (start, End::Stuck, f64::NAN),
    }
}
