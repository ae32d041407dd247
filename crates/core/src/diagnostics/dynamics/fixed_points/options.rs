//! Settings of the search for fixed points.

use super::exact;

/// Settings of a search.
#[derive(Clone, Debug)]
pub struct Options {
    /// Number of starts.
    pub starts: usize,
    /// Standard deviation of the noise on a start, relative to the spread of the states: drawn
    /// log-uniformly between a hundredth of it and itself, start by start.
    pub noise: f64,
    /// Largest q of a slow point.
    pub slow_threshold: f64,
    /// Starts of each further round; 0 for none.
    pub second_starts: usize,
    /// Starts of all further rounds at most, where they go on finding points.
    pub budget: usize,
    /// Limits of the enumeration that proves which points there are, where it applies.
    pub exact: exact::Limits,
    /// Number of leading modes kept with eigenvectors.
    pub modes: usize,
    /// Seed of the starts.
    pub seed: u64,
}

/// Floating-point operations that further rounds may take, about; the search between basins as many.
pub const WORK: f64 = 3e10;

impl Options {
    /// The defaults for a system of `n` states: 512 starts up to 64 units, fewer above, down to 64; rounds
    /// of half as many, 32768 starts in all at most, fewer where a Newton step costs more.
    ///
    /// ```
    /// use nullcline_core::diagnostics::dynamics::fixed_points::Options;
    ///
    /// assert_eq!([10, 64, 128, 1000].map(|n| Options::for_dimension(n).starts), [512, 512, 128, 64]);
    /// ```
    pub fn for_dimension(n: usize) -> Self {
        let starts = (512 * 64 * 64 / (n * n).max(1)).clamp(64, 512);
        let size = n as f64;
        let one = 20.0 * (size.powi(3) + 50.0 * size.powi(2) + 2000.0);
        let budget = ((WORK / one) as usize).clamp(2 * starts, 32768);
        Self {
            starts,
            noise: 0.5,
            slow_threshold: 1e-6,
            second_starts: starts / 2,
            budget,
            exact: exact::Limits::default(),
            modes: 5,
            seed: 1,
        }
    }
}
