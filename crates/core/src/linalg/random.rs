//! Seeded random streams: one ChaCha stream an item, whatever thread runs it.

use faer::Mat;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
pub use rand_chacha::ChaCha12Rng as Rng;
use rand_distr::{Distribution, Gamma, StandardNormal};

/// What a stream is used for, so that two uses of the same seed and index stay independent.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub enum Use {
    /// Random initial states.
    InitialState = 1,
    /// Noise added to the starts of a search.
    Start = 2,
    /// Initial tangent vectors.
    Tangent = 3,
    /// Second, deflated search.
    Deflation = 4,
    /// Reference systems and tests.
    Fixture = 5,
    /// Items of a task.
    Task = 6,
    /// Initial parameters.
    Parameters = 7,
    /// Order of the training items.
    Shuffle = 8,
    /// Dropout.
    Dropout = 9,
    /// Hyper-parameter search.
    Search = 10,
    /// Noise on weights or states.
    Noise = 11,
    /// Connectivity of random networks.
    Connectivity = 12,
    /// Samples of a statistical model.
    Samples = 13,
    /// Couplings of a statistical model.
    Couplings = 14,
    /// A Markov chain.
    Chain = 15,
    /// Which samples are trained on and which are tested.
    Split = 20,
    /// States at which a rule is held against its mirror image.
    Mirror = 23,
    /// Directions around a kink.
    Kink = 22,
    /// Permutations of a test.
    Permutation = 21,
    /// Data made anew as a null hypothesis has them.
    Surrogate = 24,
    /// Samples drawn anew from a sample.
    Bootstrap = 25,
}

/// The stream of item `index` in a run seeded with `seed`.
///
/// ```
/// use nullcline_core::linalg::random::{Use, normal, stream};
///
/// let draw = |usage, item| normal(&mut stream(7, usage, item));
/// assert_eq!(draw(Use::Noise, 3), draw(Use::Noise, 3));
/// assert_ne!(draw(Use::Noise, 3), draw(Use::Noise, 4));
/// assert_ne!(draw(Use::Noise, 3), draw(Use::Samples, 3));
/// ```
pub fn stream(seed: u64, usage: Use, index: u64) -> Rng {
    let mut key = [0u8; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&(usage as u64).to_le_bytes());
    key[16..24].copy_from_slice(&index.to_le_bytes());
    Rng::from_seed(key)
}

/// A standard normal number.
pub fn normal(rng: &mut Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// A number uniform in [lo, hi).
pub fn uniform(rng: &mut Rng, lo: f64, hi: f64) -> f64 {
    lo + (hi - lo) * rng.random::<f64>()
}

/// A chi-squared number of `freedom` > 0 degrees.
pub fn chi_squared(rng: &mut Rng, freedom: f64) -> f64 {
    Gamma::new(0.5 * freedom, 2.0).map_or(f64::NAN, |gamma| gamma.sample(rng))
}

/// An r x c matrix of independent standard normal numbers, filled column by column.
///
/// ```
/// use nullcline_core::linalg::random::{Use, normal_matrix, stream};
///
/// let m = normal_matrix(&mut stream(1, Use::Fixture, 0), 100, 100);
/// let mean_square = m.squared_norm_l2() / 1e4;
/// assert!((mean_square - 1.0).abs() < 0.06);
/// ```
pub fn normal_matrix(rng: &mut Rng, rows: usize, cols: usize) -> Mat<f64> {
    let mut m = Mat::zeros(rows, cols);
    for j in 0..cols {
        for i in 0..rows {
            m[(i, j)] = normal(rng);
        }
    }
    m
}

/// 0 to n - 1 in random order.
///
/// ```
/// use nullcline_core::linalg::random::{Use, shuffled, stream};
///
/// let mut order = shuffled(5, &mut stream(1, Use::Shuffle, 0));
/// order.sort();
/// assert_eq!(order, [0, 1, 2, 3, 4]);
/// ```
pub fn shuffled(n: usize, rng: &mut Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(rng);
    order
}
