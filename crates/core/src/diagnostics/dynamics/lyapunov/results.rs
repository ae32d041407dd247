//! What a Lyapunov analysis returns.

use crate::numbers::Estimate;

/// What an orbit settles on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A fixed point: the exponents are those of the eigenvalues there.
    FixedPoint,
    /// A cycle of a map with that period, in steps.
    Cycle(usize),
    /// Anything else: limit cycles of flows, tori, chaos, and all systems with changing input.
    Moving,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::FixedPoint => f.write_str("fixed point"),
            Self::Cycle(p) => write!(f, "cycle of period {p}"),
            Self::Moving => f.write_str("moving"),
        }
    }
}

/// Whether a spectrum is that of an attractor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Eigenvalues at a fixed point or multipliers of a cycle: the error is a bound of what rounding does.
    Exact,
    /// Means over an orbit whose parts agree: the error is a standard error.
    Settled,
    /// Means over orbits that have not settled in the steps allowed, or left what they seemed to be on: no
    /// attractor is told, and no error.
    Unsettled,
}

named! {
    Status:
    Self::Exact => "exact",
    Self::Settled => "settled",
    Self::Unsettled => "unsettled",
}

/// Why the recording ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Every standard error is below the tolerance.
    Tolerance,
    /// The most steps allowed were made.
    StepLimit,
    /// The input sequence was used up.
    EndOfInput,
}

named! {
    Stopped:
    Self::Tolerance => "tolerance reached",
    Self::StepLimit => "step limit reached",
    Self::EndOfInput => "end of the input",
}

/// The spectra of all attractors that the initial states reached.
#[derive(Clone, Debug)]
pub struct Lyapunov {
    /// By decreasing share; the first is the main one. The initial states that have not settled share one
    /// entry of status [`Status::Unsettled`] behind all others, which is no attractor.
    pub attractors: Vec<Attractor>,
    /// Time one step takes.
    pub time_step: f64,
    /// Initial states, those that diverged included.
    pub trajectories: usize,
    /// Initial states whose trajectory left every bound.
    pub diverged: Vec<usize>,
    /// What a reader of the numbers must know.
    pub warnings: Vec<String>,
}

/// The spectrum of one attractor. Exponents are in nats per unit time.
#[derive(Clone, Debug)]
pub struct Attractor {
    /// What it is.
    pub kind: Kind,
    /// Whether it is one.
    pub status: Status,
    /// Fraction of all initial states that reach it.
    pub share: f64,
    /// Which initial states do (columns).
    pub members: Vec<usize>,
    /// Decreasing; minus infinity where minus infinity or beyond what doubles resolve.
    pub exponents: Vec<f64>,
    /// Standard error of each exponent (a bound of the rounding error at a fixed point); NaN where it is not known: where
    /// the exponent is minus infinity, where the orbits have not settled, and of fewer than two batches.
    pub std_error: Vec<f64>,
    /// NaN when more exponents are needed to tell. For an autonomous flow off fixed points the
    /// exponent that theory puts at zero is taken as zero here, if it is zero within its error.
    pub kaplan_yorke_dimension: Estimate,
    /// Sum of the positive exponents, nats per unit time, with the same treatment of zero.
    pub entropy_rate: Estimate,
    /// Steps recorded, all members together; members that share one orbit under an input count once.
    pub steps: usize,
    /// Why the recording ended.
    pub stopped: Stopped,
    /// Running means.
    pub history: History,
    /// Tests of the result against other ways to the same numbers.
    pub checks: Checks,
    /// State of the first member at the end; the fixed point itself at a fixed point.
    pub final_state: Vec<f64>,
    /// State of each member at the end.
    pub ends: Vec<Vec<f64>>,
    /// Mean number of steps between re-conditionings of the tangents.
    pub mean_interval: f64,
}

/// Running means of the exponents, for a plot of convergence.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Recorded time of each member so far.
    pub time: Vec<f64>,
    /// For each time the exponents, in the order of [`Attractor::exponents`].
    pub exponents: Vec<Vec<f64>>,
}

/// Tests of a spectrum against independent computations; absent where they do not apply.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    /// Sum of all exponents against the mean of log|det J| over the same steps.
    pub sum_rule: Option<SumRule>,
    /// The exponent along an autonomous flow.
    pub zero_exponent: Option<ZeroExponent>,
    /// First exponent from the distance of two nearby trajectories of the system itself.
    pub two_trajectories: Option<Estimate>,
    /// Largest distance between the exponents by QR and by eigenvalues at a fixed point. QR of
    /// complex pairs turns, so that this falls like 1/T.
    pub eigenvalues: Option<f64>,
    /// First exponent of the flow with half the time step.
    pub half_step: Option<Estimate>,
    /// All exponents of the flow with half the time step, in the order of [`Attractor::exponents`], over
    /// fewer steps.
    pub half_steps: Vec<Estimate>,
}

impl Attractor {
    /// An exponent with its error, which of an orbit rests on the stretches of its history at least.
    ///
    /// The error is `None` where [`std_error`](Self::std_error) is NaN; n counts the stretches, two at least, that the interval of
    /// [`reach`](Estimate::reach) rests on.
    pub fn exponent(&self, i: usize) -> Estimate {
        let n = if self.status == Status::Exact { 0 } else { self.history.time.len() };
        Estimate::new(self.exponents[i], self.std_error[i], n)
    }

    /// All exponents, so.
    pub fn estimates(&self) -> Vec<Estimate> {
        (0..self.exponents.len()).map(|i| self.exponent(i)).collect()
    }
}

impl Checks {
    /// The exponent that half the time step moves most, in units of the combined error (at least `floor`):
    /// its index and the distance. None where no error is known.
    pub fn farthest_at_half_step(&self, a: &Attractor, floor: f64) -> Option<(usize, f64)> {
        let apart = |i: usize| {
            let difference = self.half_steps[i].less(a.exponent(i));
            let error = difference.std_error.filter(|_| difference.value.is_finite())?.max(floor);
            Some((i, difference.value.abs() / error))
        };
        (0..self.half_steps.len()).filter_map(apart).max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

impl Lyapunov {
    /// The attractors, without the entry of what has not settled.
    ///
    /// ```
    /// use nullcline_core::diagnostics::dynamics::lyapunov::{Drive, Options, lyapunov};
    /// use nullcline_core::systems::{reference::Logistic, time::Map};
    ///
    /// // At r = 4 the map is chaotic with the exponent log 2.
    /// let options = Options { max_steps: 20_000, ..Options::default() };
    /// let found = lyapunov(&Map::new(Logistic::new(4.0)), faer::mat![[0.3, 0.7001]].as_ref(), &Drive::Constant(&[]), &options, &|_| ());
    /// let found = found.unwrap();
    /// let chaos = found.settled().next().unwrap();
    /// let first = chaos.exponent(0);
    /// assert!((first.value - 2f64.ln()).abs() < 5.0 * first.error() + 1e-6);
    /// assert!(found.unsettled().is_none() && chaos.share == 1.0);
    /// ```
    pub fn settled(&self) -> impl Iterator<Item = &Attractor> {
        self.attractors.iter().filter(|a| a.status != Status::Unsettled)
    }

    /// What has not settled.
    pub fn unsettled(&self) -> Option<&Attractor> {
        self.attractors.iter().find(|a| a.status == Status::Unsettled)
    }
}

/// Both sides of the sum rule, nats per unit time.
#[derive(Clone, Copy, Debug)]
pub struct SumRule {
    /// Sum of the exponents over these steps.
    pub sum: f64,
    /// Mean of log|det J| by LU of each Jacobian.
    pub mean_log_det: f64,
    /// `sum - mean_log_det`.
    pub difference: f64,
    /// Steps compared.
    pub steps: usize,
}

/// The exponent nearest to zero.
#[derive(Clone, Copy, Debug)]
pub struct ZeroExponent {
    /// Its value.
    pub closest: Estimate,
    /// Whether it is zero within four standard errors, or 1e-4 of the largest modulus; it may be where the error is not known.
    pub holds: bool,
}

/// How far an analysis is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Steps recorded by each trajectory so far.
    pub steps: usize,
    /// The most it may record.
    pub max_steps: usize,
    /// Largest standard error at present; none before there is one.
    pub std_error: Option<f64>,
}
