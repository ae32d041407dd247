//! Step sizes that meet a wanted acceptance, found during burn-in and fixed afterwards.

/// Dual averaging of the logarithm of a step size.
///
/// Formula: with H_m the mean of target - acceptance so far, weighted to forget the first t_0 = 10,
/// log step_m = log(10 step_0) - sqrt(m)/0.05 H_m; the step that remains is the average of log step_m with weights m^-0.75.
///
/// Source: Hoffman and Gelman 2014, eqs. 5-6, with their constants.
#[derive(Clone, Debug)]
pub(super) struct Adapt {
    target: f64,
    origin: f64,
    steps: f64,
    error: f64,
    average: f64,
}

impl Adapt {
    /// Towards the acceptance `target`, from `step`.
    pub fn new(target: f64, step: f64) -> Self {
        Self { target, origin: (10.0 * step).ln(), steps: 0.0, error: 0.0, average: step.ln() }
    }

    /// The next step to try, after a trial accepted with probability `acceptance`.
    pub fn learn(&mut self, acceptance: f64) -> f64 {
        self.steps += 1.0;
        let m = self.steps;
        self.error += (self.target - acceptance - self.error) / (m + 10.0);
        let log = self.origin - m.sqrt() / 0.05 * self.error;
        self.average += m.powf(-0.75) * (log - self.average);
        log.exp()
    }

    /// The step that burn-in leaves.
    pub fn settled(&self) -> f64 {
        self.average.exp()
    }
}
