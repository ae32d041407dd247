//! How long a block lasts.

use crate::linalg::random::{Rng, uniform};

/// The law of block lengths in trials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BlockLaw {
    /// After trial l of a block the side switches with probability 0 for l < shortest, `switch` up to l = longest, and 1 beyond:
    /// P(L) = p (1-p)^(L-shortest) for shortest <= L <= longest, P(longest + 1) = (1-p)^(longest-shortest+1).
    ///
    /// Source: schaeffer2020, section 2.1.
    SemiMarkov {
        /// p_b0.
        switch: f64,
        /// Shortest block.
        shortest: usize,
        /// The cap.
        longest: usize,
    },
    /// Geometric lengths of parameter `switch`, drawn again until shortest <= L <= longest.
    ///
    /// Source: the authors' program.
    Geometric {
        /// Parameter of the geometric law.
        switch: f64,
        /// Shortest block.
        shortest: usize,
        /// Longest block.
        longest: usize,
    },
}

impl BlockLaw {
    fn parts(self) -> (f64, usize, usize) {
        match self {
            Self::SemiMarkov { switch, shortest, longest }
            | Self::Geometric { switch, shortest, longest } => (switch, shortest, longest),
        }
    }

    /// Whether blocks can be drawn.
    pub fn possible(self) -> bool {
        let (switch, shortest, longest) = self.parts();
        switch > 0.0 && switch <= 1.0 && shortest >= 1 && shortest <= longest
    }

    /// Probability of switching per trial, where it can switch.
    pub fn switch(self) -> f64 {
        self.parts().0
    }

    /// P(L).
    pub fn probability(self, length: usize) -> f64 {
        let (p, shortest, longest) = self.parts();
        let survive = |trials: usize| (1.0 - p).powi(trials as i32);
        match self {
            Self::SemiMarkov { .. } if length == longest + 1 => survive(longest - shortest + 1),
            _ if length < shortest || length > longest => 0.0,
            Self::SemiMarkov { .. } => p * survive(length - shortest),
            Self::Geometric { .. } => {
                p * survive(length - shortest) / (1.0 - survive(longest - shortest + 1))
            }
        }
    }

    /// Mean and standard deviation of L, exactly.
    ///
    /// ```
    /// use nullcline_core::tasks::ibl::BlockLaw;
    ///
    /// let printed = BlockLaw::SemiMarkov { switch: 0.02, shortest: 20, longest: 100 };
    /// let all: f64 = (20..=101).map(|l| printed.probability(l)).sum();
    /// let mean: f64 = (20..=101).map(|l| l as f64 * printed.probability(l)).sum();
    /// assert!((all - 1.0).abs() < 1e-12 && (printed.moments().0 - mean).abs() < 1e-9);
    /// ```
    pub fn moments(self) -> (f64, f64) {
        let (_, shortest, longest) = self.parts();
        let sum = |power: i32| -> f64 {
            (shortest..=longest + 1).map(|l| self.probability(l) * (l as f64).powi(power)).sum()
        };
        let mean = sum(1);
        (mean, (sum(2) - mean * mean).max(0.0).sqrt())
    }

    /// A length.
    ///
    /// By inversion, so that one number of the stream makes one block.
    pub fn draw(self, rng: &mut Rng) -> usize {
        let (_, shortest, longest) = self.parts();
        let mut left = uniform(rng, 0.0, 1.0);
        for length in shortest..=longest {
            left -= self.probability(length);
            if left < 0.0 {
                return length;
            }
        }
        match self {
            Self::SemiMarkov { .. } => longest + 1,
            Self::Geometric { .. } => longest,
        }
    }
}
