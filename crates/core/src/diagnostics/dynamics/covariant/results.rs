//! What is asked of an analysis by covariant vectors, and what it returns.

use crate::numbers::Estimate;
use faer::Mat;

/// Bins of a distribution of angles, over 0 to 90 degrees.
pub const BINS: usize = 90;

/// What to compute and for how long.
///
/// Defaults: all vectors, 1000 steps each of warm-up, alignment and settling around 10,000 recorded, 16 million doubles (128 MB) of
/// factors at a time, seed 1.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many vectors, from the largest exponent; none: all.
    pub vectors: Option<usize>,
    /// Steps of the state alone, discarded.
    pub warmup: usize,
    /// Further steps, discarded, in which the orthonormal tangents find their places.
    pub align: usize,
    /// Steps recorded.
    pub steps: usize,
    /// Steps after them, discarded, over which the backward iteration converges.
    pub settle: usize,
    /// Doubles that factors may take at a time; below what all of them take, stretches of the orbit are
    /// gone through a second time.
    pub memory: usize,
    /// Seed of the random tangents and coefficients.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            vectors: None,
            warmup: 1000,
            align: 1000,
            steps: 10_000,
            settle: 1000,
            memory: 16_000_000,
            seed: 1,
        }
    }
}

/// Covariant Lyapunov vectors along an orbit. Angles are in radians, from 0 to pi/2.
#[derive(Clone, Debug)]
pub struct Covariant {
    /// Exponents by QR over the recorded steps, nats per unit time, decreasing but for what a finite time
    /// leaves.
    pub exponents: Vec<Estimate>,
    /// Mean rate at which each vector grows along itself, over the same steps.
    pub growth: Vec<Estimate>,
    /// Standard deviation of that rate from interval to interval, divisor intervals - 1.
    pub growth_deviation: Vec<f64>,
    /// Its quantiles at 5, 25, 50, 75 and 95 %, each the nearest order statistic.
    pub growth_quantiles: Vec<[f64; 5]>,
    /// Angles of every pair i < j, in the order (0, 1), (0, 2), ..., (1, 2), ...
    pub pairs: Vec<Pair>,
    /// The angle between the spans of the vectors that grow and of those that shrink, neutral ones left out; none where one of them is empty.
    pub splitting: Option<Splitting>,
    /// How many exponents are positive, zero (within three errors or 1e-4 of the largest modulus), and
    /// negative.
    pub signs: [usize; 3],
    /// For an autonomous flow off fixed points: the vector along the flow.
    pub neutral: Option<Neutral>,
    /// Largest sine of the angle between J v and the vector at the next interval, at the samples.
    pub covariance_residual: f64,
    /// Vectors at some states of the orbit.
    pub samples: Vec<Sample>,
    /// Whether each vector is defined: in both transients it grew enough more, and less, than its neighbours
    /// to be parted from them.
    pub defined: Vec<bool>,
    /// Vectors asked for; `exponents` are fewer where directions collapse beyond what doubles resolve.
    pub asked: usize,
    /// Steps from one orthonormalisation to the next.
    pub interval: usize,
    /// Intervals recorded.
    pub intervals: usize,
    /// Time of one step.
    pub time_step: f64,
    /// Doubles that were held for factors, at most.
    pub memory: usize,
}

impl Covariant {
    /// Largest distance between the growth of a vector along itself and its exponent.
    pub fn growth_difference(&self) -> f64 {
        let pairs = self.growth.iter().zip(&self.exponents);
        pairs.map(|(g, l)| (g.value - l.value).abs()).fold(0.0, f64::max)
    }
}

/// The angle between two vectors.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Index of the first.
    pub i: usize,
    /// Index of the second.
    pub j: usize,
    /// Mean over the orbit.
    pub mean: Estimate,
    /// The smallest seen, radians.
    pub minimum: f64,
    /// Intervals by angle: bin k of [`BINS`] holds k to k + 1 degrees.
    pub counts: Vec<u32>,
    /// False where the exponents are too close for the transients to part the vectors: inside a subspace
    /// of equal exponents no direction is distinguished, and the angle depends on the random start.
    pub defined: bool,
}

/// The smallest angle between two subspaces along the orbit.
#[derive(Clone, Debug)]
pub struct Splitting {
    /// Mean over the orbit.
    pub mean: Estimate,
    /// The smallest seen: near zero, the orbit passes tangencies and is not hyperbolic.
    pub minimum: f64,
    /// Intervals by angle: bin k of [`BINS`] holds k to k + 1 degrees.
    pub counts: Vec<u32>,
}

/// The vector of the exponent nearest to zero beside the direction of the flow.
#[derive(Clone, Copy, Debug)]
pub struct Neutral {
    /// Its index.
    pub index: usize,
    /// Mean angle between it and dx/dt at the samples, radians from 0 to pi/2.
    pub mean: f64,
    /// The largest such angle.
    pub largest: f64,
}

/// The vectors at one state.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Steps since recording began.
    pub step: usize,
    /// The state, n.
    pub state: Vec<f64>,
    /// Unit vectors, n x k.
    pub vectors: Mat<f64>,
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The initial state has the wrong length.
    #[error("the initial state has {found} numbers; expected {expected}, one for each state variable")]
    Length {
        /// Its length.
        found: usize,
        /// Dimension of the system.
        expected: usize,
    },
    /// A number is not finite.
    #[error("{what}: expected finite numbers")]
    NotFinite {
        /// Which argument.
        what: &'static str,
    },
    /// The input has the wrong number of channels.
    #[error("the input has {found} channels; the system takes {expected}")]
    Inputs {
        /// Channels given.
        found: usize,
        /// Channels of the system.
        expected: usize,
    },
    /// The input ends before the steps asked for.
    #[error("the input has {found} steps; warm-up, alignment, recording and settling take {expected}")]
    InputTooShort {
        /// Steps given.
        found: usize,
        /// Steps needed.
        expected: usize,
    },
    /// Nothing to record or no vector asked for.
    #[error("{vectors} vectors over {steps} steps: both must be positive, and at most {dim} vectors")]
    Nothing {
        /// Vectors asked for.
        vectors: usize,
        /// Steps asked for.
        steps: usize,
        /// Dimension of the system.
        dim: usize,
    },
    /// The state left every bound.
    #[error("the state diverges (beyond 1e12 or not finite)")]
    Diverged,
    /// Every direction collapses.
    #[error("every direction collapses within single steps, so that there are no vectors")]
    Collapsed,
    /// There is no derivative where the orbit ends.
    #[error(
        "the state comes to rest on kinks of its units, where there are no derivatives and no covariant vectors; the Lyapunov \
         exponents along the orbit exist (--modules lyapunov)"
    )]
    OnKinks,
}
