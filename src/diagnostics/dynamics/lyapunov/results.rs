//! What a Lyapunov analysis returns.

pub use crate::diagnostics::Estimate;

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

/// The spectra of all attractors that the initial states reached.
#[derive(Clone, Debug)]
pub struct Lyapunov {
    /// By decreasing share; the first is the main one.
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
    /// Fraction of all initial states that reach it.
    pub share: f64,
    /// Which initial states do (columns).
    pub members: Vec<usize>,
    /// Decreasing; minus infinity where minus infinity or beyond what doubles resolve.
    pub exponents: Vec<f64>,
    /// Standard error of each exponent (a bound of the rounding error at a fixed point); NaN where
    /// the exponent is minus infinity.
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
    pub closest: f64,
    /// Its standard error.
    pub std_error: f64,
    /// Whether it is zero within four standard errors, or 1e-4 of the largest modulus.
    pub holds: bool,
}

/// How far an analysis is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Steps recorded by each trajectory so far.
    pub steps: usize,
    /// The most it may record.
    pub max_steps: usize,
    /// Largest standard error at present, infinite before there is one.
    pub std_error: f64,
}
