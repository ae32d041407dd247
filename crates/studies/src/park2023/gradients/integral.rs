//! Eq. 4: the gradient of a loss at the end is the integral of adjoint times df/dw.

use super::field::{Field, NODES, WEIGHTS, advance};
use crate::common::*;
use faer::Mat;
use nullcline_core::linalg::activation::Activation;
use nullcline_core::linalg::random::{Use, normal, normal_matrix, stream};
use nullcline_core::systems::cells::Rate;
use nullcline_core::systems::rule::{Rule, parameter_count};
use nullcline_core::systems::time::Euler;

/// Units of each network.
const UNITS: usize = 10;
/// Scales g of the weights, N(0, g^2 / n): quiet, and active by themselves.
pub const GAINS: [f64; 3] = [0.8, 1.5, 3.0];
/// Time from t0 to t1, in time constants.
const HORIZON: f64 = 10.0;
/// Steps of the adjoint; the state takes two to each.
const STEPS: usize = 500;
/// By how much a parameter is moved for a difference.
const MOVE: f64 = 1e-5;
/// Euler steps of the unrolled network, in time constants.
pub const EULER: [f64; 4] = [0.1, 0.05, 0.025, 0.0125];

/// The input in time.
fn input(t: f64) -> [f64; 1] {
    [t.sin() + 0.5 * (2.3 * t).cos()]
}

/// A network, its initial state, and what it should say at the end.
struct Case {
    rate: Rate,
    start: Vec<f64>,
    target: Vec<f64>,
}

impl Case {
    fn draw(gain: f64, seed: u64, draw: u64) -> Self {
        let mut rng = stream(seed, Use::Connectivity, 70_000 + draw);
        let w = normal_matrix(&mut rng, UNITS, UNITS);
        let w = Mat::from_fn(UNITS, UNITS, |i, j| gain / (UNITS as f64).sqrt() * w[(i, j)]);
        let mut list = |scale: f64| (0..UNITS).map(|_| scale * normal(&mut rng)).collect::<Vec<f64>>();
        let (weights, bias, start, target) = (list(0.5), list(0.5), list(1.0), list(1.0));
        let mut rate = Rate::new(1, Activation::Tanh, vec![1.0; UNITS]).with(w.as_ref(), &bias);
        rate.params_mut().mat_mut(0).copy_from(Mat::from_fn(UNITS, 1, |i, _| weights[i]));
        Self { rate, start, target }
    }

    /// States every half step of the adjoint.
    fn states(&self, rate: &Rate) -> Vec<Vec<f64>> {
        let h = HORIZON / (2 * STEPS) as f64;
        let mut field = Field::new(rate);
        let mut all = vec![self.start.clone()];
        for k in 0..2 * STEPS {
            let t = k as f64 * h;
            all.push(advance(&all[k], h, |s, x| field.value(x, &input(t + NODES[s] * h))));
        }
        all
    }

    /// dL/dx of L = |x - y|^2 / 2.
    fn error(&self, x: &[f64]) -> Vec<f64> {
        x.iter().zip(&self.target).map(|(x, y)| x - y).collect()
    }

    /// Eq. 4: the adjoint backward by eq. 11, and with it the integral of adjoint times df/dw.
    fn integral(&self) -> Vec<f64> {
        let (states, h) = (self.states(&self.rate), HORIZON / STEPS as f64);
        let mut field = Field::new(&self.rate);
        let mut grad = vec![0.0; parameter_count(&self.rate)];
        let mut psi = self.error(&states[2 * STEPS]);
        for k in (0..STEPS).rev() {
            let place = [2 * k + 2, 2 * k + 1, 2 * k + 1, 2 * k];
            psi = advance(&psi, h, |s, psi| {
                let (x, u) = (&states[place[s]], input(place[s] as f64 * h / 2.0));
                let weighted: Vec<f64> = psi.iter().map(|p| h * WEIGHTS[s] * p).collect();
                field.parameters(x, &u, &weighted, &mut grad);
                field.pull(x, &u, psi)
            });
        }
        grad
    }

    fn loss(&self, rate: &Rate) -> f64 {
        let states = self.states(rate);
        0.5 * self.error(&states[2 * STEPS]).iter().map(|e| e * e).sum::<f64>()
    }

    /// The definition of the gradient in Sec. 2.1, by central differences.
    fn differences(&self) -> Vec<f64> {
        let mut theta = vec![0.0; parameter_count(&self.rate)];
        self.rate.read_params(&mut theta);
        let one = |k: usize| {
            let at = |by: f64| {
                let mut moved = theta.clone();
                moved[k] += by;
                let mut rate = self.rate.clone();
                rate.write_params(&moved);
                self.loss(&rate)
            };
            (at(MOVE) - at(-MOVE)) / (2.0 * MOVE)
        };
        (0..theta.len()).map(one).collect()
    }

    /// Backpropagation through the Euler steps of length `dt`.
    fn unrolled(&self, dt: f64) -> Vec<f64> {
        let euler = Euler::new(self.rate.clone(), dt);
        let mut field = Field::new(&euler);
        // Truncation is meant: a number of steps.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let steps = (HORIZON / dt).round() as usize;
        let mut states = vec![self.start.clone()];
        for k in 0..steps {
            states.push(field.value(&states[k], &input(k as f64 * dt)));
        }
        let mut grad = vec![0.0; parameter_count(&self.rate)];
        let mut psi = self.error(&states[steps]);
        for k in (0..steps).rev() {
            let u = input(k as f64 * dt);
            field.parameters(&states[k], &u, &psi, &mut grad);
            psi = field.pull(&states[k], &u, &psi);
        }
        grad
    }
}

/// Largest |a - b| over the largest |b|.
pub fn apart(a: &[f64], b: &[f64]) -> f64 {
    largest(a.iter().zip(b).map(|(a, b)| (a - b).abs())) / largest(b.iter().map(|b| b.abs()))
}

/// The gradient of one network in all three ways.
pub struct Compared {
    pub gain: f64,
    pub integral: Vec<f64>,
    pub differences: Vec<f64>,
    /// Of the integral from the differences, and of each unrolled network from the integral.
    pub apart: f64,
    pub unrolled: [f64; 4],
}

impl Compared {
    /// Power of the step with which the unrolled network's gradient comes near.
    pub fn order(&self) -> f64 {
        slope(&EULER.map(f64::ln), &self.unrolled.map(f64::ln)).value
    }
}

pub fn compare(draws: usize, seed: u64, observer: &dyn Observer) -> Result<Vec<Compared>, Error> {
    parallel("gradients", GAINS.len() * draws, observer, |i| {
        let gain = GAINS[i / draws];
        let case = Case::draw(gain, seed, i as u64);
        let (integral, differences) = (case.integral(), case.differences());
        let unrolled = EULER.map(|dt| apart(&case.unrolled(dt), &integral));
        Ok(Compared { gain, apart: apart(&integral, &differences), integral, differences, unrolled })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// dx/dt = -x + b leaves x(t1) = b + (x0 - b) e^-t1, and dx(t1)/db = 1 - e^-t1.
    #[test]
    fn the_integral_is_exact_where_the_flow_is_known() {
        let mut rate = Rate::new(1, Activation::Identity, vec![1.0]);
        let theta = [0.0, 0.0, 0.3, 0.0];
        rate.write_params(&theta);
        let case = Case { rate, start: vec![1.0], target: vec![0.5] };
        let decay = (-HORIZON).exp();
        let end = 0.3 + 0.7 * decay;
        let grad = case.integral();
        let exact = (end - 0.5) * (1.0 - decay);
        assert!((grad[2] - exact).abs() < 1e-10 * exact.abs(), "{grad:?} {exact}");
        // Of W: the integral of e^(t - t1) x(t).
        let exact = (end - 0.5) * (0.3 * (1.0 - decay) + 0.7 * HORIZON * decay);
        assert!((grad[1] - exact).abs() < 1e-9 * exact.abs(), "{grad:?} {exact}");
    }
}
