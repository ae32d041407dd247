//! Hamiltonian Monte Carlo over couplings, in the data's eigenbasis.

use super::adapt::Adapt;
use super::energy::LogZ;
use super::{Error, Point, Posterior, congruent, symmetric};
use crate::linalg::random::{Rng, normal, uniform};
use faer::{Mat, MatRef, unzip, zip};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2};

/// Steps that a trajectory takes at most.
const MOST_STEPS: usize = 1000;
/// The step varies by this fraction from trajectory to trajectory, against closed orbits.
const JITTER: f64 = 0.2;

/// How trajectories are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trajectories {
    /// Time of one trajectory, in units where the posterior at low temperature is a normal one of variance 1.
    pub length: f64,
    /// Leapfrog steps, instead of as many as `length` needs; 1 is the Metropolis-adjusted Langevin algorithm.
    pub steps: Option<usize>,
    /// The acceptance that burn-in adapts the step to.
    pub target: f64,
    /// The step that burn-in starts from, in the same units.
    pub step: f64,
}

impl Trajectories {
    /// A quarter of a period, which forgets a normal distribution's start, accepted four times in five.
    pub const QUARTER: Self = Self { length: FRAC_PI_2, steps: None, target: 0.8, step: 0.3 };
    /// Langevin steps, at their best acceptance (Roberts and Rosenthal 1998).
    pub const LANGEVIN: Self = Self { length: FRAC_PI_2, steps: Some(1), target: 0.574, step: 0.3 };
}

/// One chain.
///
/// Formula: H = beta E(J) + (1/2) sum_kl p_kl^2/m_kl over symmetric p, in the basis where C_emp is diagonal, with
/// m_kl = beta (gamma + alpha c*_k c*_l)/2, the curvature at J* up to the term in which the constraint couples the diagonal;
/// dJ_kl/dt = p_kl/m_kl, dp/dt = -beta (gamma J - alpha C_emp + alpha (mu - J)^-1)/2, half of eq. 2.8. Leapfrog steps, one
/// gradient each, O(n^3).
///
/// Source: Neal 2011, section 5.2.
pub struct Hmc {
    posterior: Posterior,
    vectors: Mat<f64>,
    beta: f64,
    trajectories: Trajectories,
    rng: Rng,
    mass: Mat<f64>,
    here: State,
    there: State,
    adapt: Option<Adapt>,
    /// The step in use.
    pub step: f64,
    /// Trajectories so far.
    pub proposals: u64,
    /// Trajectories accepted so far.
    pub accepted: u64,
    /// Gradients so far.
    pub gradients: u64,
}

/// A point of phase space; the energy and its gradient belong to `j`.
struct State {
    j: Mat<f64>,
    p: Mat<f64>,
    gradient: Mat<f64>,
    energy: f64,
    log_z: LogZ,
}

impl State {
    fn new(j: Mat<f64>) -> Result<Self, Error> {
        let n = j.nrows();
        let log_z = LogZ::new(j.as_ref())?;
        Ok(Self { p: Mat::zeros(n, n), gradient: Mat::zeros(n, n), energy: f64::NAN, log_z, j })
    }

    fn copy(&mut self, other: &Self) {
        self.j.copy_from(&other.j);
        self.p.copy_from(&other.p);
        self.gradient.copy_from(&other.gradient);
        self.energy = other.energy;
        self.log_z.copy(&other.log_z);
    }

    /// E and dE/dJ at `j`; false where they cannot be had.
    fn evaluate(&mut self, posterior: &Posterior) -> bool {
        let (alpha, gamma) = (posterior.alpha, posterior.gamma);
        if !self.log_z.go(self.j.as_ref()) {
            return false;
        }
        let mut quadratic = 0.0;
        for l in 0..posterior.n() {
            for k in 0..posterior.n() {
                let (j, c, w) = (self.j[(k, l)], posterior.data[(k, l)], self.log_z.covariance[(k, l)]);
                quadratic += j * (0.25 * gamma * j - 0.5 * alpha * c);
                self.gradient[(k, l)] = 0.5 * (gamma * j + alpha * (w - c));
            }
        }
        self.energy = quadratic + alpha * self.log_z.value;
        self.energy.is_finite()
    }
}

impl Hmc {
    /// A chain at the inverse temperature `beta` from the symmetric matrix `start` (n x n, in the basis of the data).
    ///
    /// # Errors
    /// [`Error::Positive`] for beta, the length, steps or target, [`Error::Size`], [`Error::Eigen`] for a start that is not
    /// finite.
    pub fn new(
        posterior: &Posterior,
        beta: f64,
        trajectories: Trajectories,
        start: MatRef<f64>,
        rng: Rng,
    ) -> Result<Self, Error> {
        let Trajectories { length, steps, target, step } = trajectories;
        let steps = steps.map_or(1.0, |s| s as f64);
        for (name, value) in
            [("beta", beta), ("length", length), ("steps", steps), ("target", target), ("step", step)]
        {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::Positive { name, value });
            }
        }
        let n = posterior.n();
        if start.nrows() != n || start.ncols() != n {
            return Err(Error::Size { found: start.nrows(), expected: n });
        }
        let vectors = posterior.basis.vectors.clone();
        let posterior = posterior.in_eigenbasis();
        let c = &posterior.map_covariance;
        let mass = Mat::from_fn(n, n, |k, l| 0.5 * beta * (posterior.gamma + posterior.alpha * c[k] * c[l]));
        let j = congruent(vectors.transpose(), start);
        let (mut here, there) = (State::new(j.clone())?, State::new(j)?);
        if !here.evaluate(&posterior) {
            return Err(Error::Eigen);
        }
        let adapt = Some(Adapt::new(target, step));
        let (proposals, accepted, gradients) = (0, 0, 0);
        Ok(Self {
            posterior,
            vectors,
            beta,
            trajectories,
            rng,
            mass,
            here,
            there,
            adapt,
            step,
            proposals,
            accepted,
            gradients,
        })
    }

    /// The couplings, in the basis of the data.
    pub fn couplings(&self) -> Mat<f64> {
        congruent(self.vectors.as_ref(), self.here.j.as_ref())
    }

    /// The couplings, in the eigenbasis of the data.
    pub fn rotated(&self) -> MatRef<'_, f64> {
        self.here.j.as_ref()
    }

    /// E(J).
    pub fn energy(&self) -> f64 {
        self.here.energy
    }

    /// What is measured on the couplings.
    pub fn point(&self) -> Point {
        self.posterior.point(self.here.j.as_ref(), self.here.log_z.value)
    }

    /// Ends the adaptation of the step; counts start over.
    pub fn settle(&mut self) {
        if let Some(adapt) = self.adapt.take() {
            self.step = adapt.settled();
        }
        (self.proposals, self.accepted, self.gradients) = (0, 0, 0);
    }

    /// One trajectory; whether its end was accepted.
    pub fn propose(&mut self) -> bool {
        let (n, mass) = (self.posterior.n(), &self.mass);
        let rng = &mut self.rng;
        self.here.p = symmetric(n, |k, l| {
            let scale = if k == l { 1.0 } else { FRAC_1_SQRT_2 };
            scale * mass[(k, l)].sqrt() * normal(rng)
        });
        let step = self.step * uniform(rng, 1.0 - JITTER, 1.0 + JITTER);
        let needed = (self.trajectories.length / self.step).ceil().clamp(1.0, MOST_STEPS as f64);
        let steps = self.trajectories.steps.unwrap_or(needed as usize);
        let before = hamiltonian(&self.here, mass, self.beta);
        self.there.copy(&self.here);
        let whole = self.leapfrog(step, steps);
        let difference =
            if whole { hamiltonian(&self.there, &self.mass, self.beta) - before } else { f64::INFINITY };
        let probability = if difference.is_nan() { 0.0 } else { (-difference).exp().min(1.0) };
        let accept = uniform(&mut self.rng, 0.0, 1.0) < probability;
        if accept {
            std::mem::swap(&mut self.here, &mut self.there);
        }
        self.proposals += 1;
        self.accepted += u64::from(accept);
        if let Some(adapt) = &mut self.adapt {
            self.step = adapt.learn(probability);
        }
        accept
    }

    /// `steps` leapfrog steps of size `step` from the proposal's state; false where the energy is lost on the way.
    fn leapfrog(&mut self, step: f64, steps: usize) -> bool {
        let kick = |state: &mut State, size: f64| {
            zip!(&mut state.p, &state.gradient).for_each(|unzip!(p, g)| *p -= size * g);
        };
        for taken in 0..steps {
            // The half kicks of neighbouring steps are one.
            kick(&mut self.there, if taken == 0 { 0.5 } else { 1.0 } * step * self.beta);
            let there = &mut self.there;
            zip!(&mut there.j, &there.p, &self.mass).for_each(|unzip!(j, p, m)| *j += step * p / m);
            self.gradients += 1;
            if !self.there.evaluate(&self.posterior) {
                return false;
            }
        }
        kick(&mut self.there, 0.5 * step * self.beta);
        true
    }
}

fn hamiltonian(state: &State, mass: &Mat<f64>, beta: f64) -> f64 {
    let mut kinetic = 0.0;
    zip!(&state.p, mass).for_each(|unzip!(p, m)| kinetic += 0.5 * p * p / m);
    beta * state.energy + kinetic
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, stream};

    #[test]
    fn trajectories_run_backwards_to_where_they_began_and_keep_the_hamiltonian() {
        let data = Mat::from_fn(4, 4, |i, j| if i == j { 1.0 } else { 0.3 / (1 + i + j) as f64 });
        let posterior = Posterior::new(2.0, 1.0, data.as_ref(), data.as_ref()).unwrap();
        let rng = stream(2, Use::Chain, 0);
        let mut chain =
            Hmc::new(&posterior, 4.0, Trajectories::QUARTER, posterior.map.as_ref(), rng).unwrap();
        for _ in 0..20 {
            chain.propose();
        }
        let mut errors = vec![];
        for step in [0.2, 0.1] {
            chain.there.copy(&chain.here);
            let before = hamiltonian(&chain.there, &chain.mass, chain.beta);
            let start = (chain.there.j.clone(), chain.there.p.clone());
            assert!(chain.leapfrog(step, (4.0 / step) as usize));
            assert!((&chain.there.j - &start.0).norm_max() > 0.1);
            errors.push(hamiltonian(&chain.there, &chain.mass, chain.beta) - before);
            chain.there.p = -&chain.there.p;
            assert!(chain.leapfrog(step, (4.0 / step) as usize));
            assert!((&chain.there.j - &start.0).norm_max() < 1e-9);
            assert!((&chain.there.p + &start.1).norm_max() < 1e-8);
        }
        // Second order: half the step leaves a quarter of the error.
        let ratio = errors[0] / errors[1];
        assert!((3.0..5.5).contains(&ratio), "{errors:?}");
    }
}
