//! How the learning rate falls, and when to stop.

/// The rate is multiplied by `factor` every `every` epochs, as `torch.optim.lr_scheduler.StepLR` does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decay {
    /// In (0, 1]; 1 leaves the rate alone.
    pub factor: f64,
    /// Epochs between two decays, at least 1.
    pub every: usize,
}

impl Decay {
    /// The rate stays.
    pub const NONE: Self = Self { factor: 1.0, every: 1 };

    /// The rate in epoch `epoch`, the first being 0.
    ///
    /// ```
    /// use nullcline_core::training::schedule::Decay;
    ///
    /// let halved = Decay { factor: 0.5, every: 3 };
    /// assert_eq!([0, 2, 3, 8].map(|epoch| halved.rate(1.0, epoch)), [1.0, 1.0, 0.5, 0.25]);
    /// ```
    pub fn rate(self, initial: f64, epoch: usize) -> f64 {
        if self.factor >= 1.0 {
            return initial;
        }
        // Factor by factor, as StepLR, which fixes the last bit.
        (0..epoch / self.every.max(1)).fold(initial, |rate, _| rate * self.factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// torch 2.15: `StepLR(SGD([p], lr=0.1), 3, 0.85)`, the rate in each epoch.
    #[test]
    fn decays_as_pytorch() {
        let decay = Decay { factor: 0.85, every: 3 };
        let expected: [f64; 4] = [0.1, 0.085, 0.072_250_000_000_000_01, 0.061_412_500_000_000_01];
        for epoch in 0..12 {
            assert_eq!(decay.rate(0.1, epoch).to_bits(), expected[epoch / 3].to_bits(), "epoch {epoch}");
        }
        assert_eq!(Decay::NONE.rate(0.1, 1000).to_bits(), 0.1f64.to_bits());
    }
}
