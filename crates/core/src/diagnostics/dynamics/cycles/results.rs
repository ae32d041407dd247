//! What is found out about a cycle.

use crate::numbers::Estimate;

/// Where a trajectory ends.
#[derive(Clone, Debug)]
pub enum Motion {
    /// It comes to rest in this state.
    Rest(Vec<f64>),
    /// It repeats itself.
    Cycle(Box<Cycle>),
    /// It fills an invariant circle (a map) or a torus (a flow) and never repeats itself.
    Torus(Torus),
    /// Neither: chaotic, or not settled in the time given.
    Irregular {
        /// Growth of the distance of neighbouring returns, nats a return; positive in chaos.
        growth: Option<f64>,
        /// Returns seen.
        returns: usize,
    },
}

/// A periodic orbit: of a flow a limit cycle, of a map a set of periodic points.
#[derive(Clone, Debug)]
pub struct Cycle {
    /// A state on it.
    pub point: Vec<f64>,
    /// Its period in time units of the system. For a flow the error is the change when all steps of the
    /// integration are halved; for a map the period is exact.
    pub period: Estimate,
    /// Returns to the section in one period; steps of the period for a map.
    pub returns: usize,
    /// Steps of the integration (or of the map) in one period.
    pub steps: usize,
    /// |x(T) - x| relative to the orbit's extent.
    pub residual: f64,
    /// Norm of the sides of the smallest box that holds the orbit.
    pub extent: f64,
    /// Newton iterations of the last refinement.
    pub iterations: usize,
    /// Floquet multipliers, largest modulus first.
    pub multipliers: Vec<Multiplier>,
    /// What belongs to flows alone.
    pub tangent: Option<Tangent>,
    /// Turns about the centre in one period, for a map where they can be told: the rotation number is
    /// turns / steps.
    pub turns: Option<usize>,
}

/// A Floquet multiplier r e^(i a), as log r and a.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Multiplier {
    /// log r, nats a period; minus infinity for zero.
    pub log_modulus: f64,
    /// a, in (-pi, pi].
    pub argument: f64,
    /// log r / T, nats per unit time, with the change when all steps are halved and what rounding may do.
    pub exponent: Estimate,
}

/// The multiplier that belongs to the direction of motion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tangent {
    /// Which multiplier it is.
    pub index: usize,
    /// |multiplier - 1|.
    pub multiplier_error: f64,
    /// |M f - f| / |f| with the monodromy matrix M and the velocity f.
    pub residual: f64,
}

/// Quasi-periodic motion.
#[derive(Clone, Debug)]
pub struct Torus {
    /// Turns of the returns about their mean in one return, in [0, 1/2].
    pub rotation: Estimate,
    /// Mean time of return; 1 step for a map.
    pub mean_return: Estimate,
    /// Growth of the distance of neighbouring returns, nats a return.
    pub growth: f64,
    /// The exponents that are zero within their errors: two of a flow, one of a map.
    pub exponents: Vec<Estimate>,
}

impl Cycle {
    /// Exponents, largest first.
    pub fn exponents(&self) -> Vec<f64> {
        self.multipliers.iter().map(|m| m.exponent.value).collect()
    }

    /// Whether every multiplier but that of the motion lies inside the unit circle.
    ///
    /// Formula: log|multiplier| < 0 for all multipliers; of a flow the one of the tangent, which is 1, is left out.
    pub fn stable(&self) -> bool {
        let motion = self.tangent.map(|t| t.index);
        self.multipliers.iter().enumerate().all(|(i, m)| Some(i) == motion || m.log_modulus < 0.0)
    }

    /// Largest distance between these exponents and others (both largest first), in units of the
    /// combined error, where `floor` is the least error of a difference; those of which no error is known are left out.
    pub fn deviation(&self, exponents: &[Estimate], floor: f64) -> f64 {
        let apart = |(m, l): (&Multiplier, &Estimate)| {
            let difference = m.exponent.less(*l);
            let error = difference.std_error.filter(|_| difference.value.is_finite())?.max(floor);
            Some(difference.value.abs() / error)
        };
        self.multipliers.iter().zip(exponents).filter_map(apart).fold(0.0, f64::max)
    }
}
