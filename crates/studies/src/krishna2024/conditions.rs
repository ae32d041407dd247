//! Networks of one task awake and at rest, under the conditions that positions and head directions share.

use super::explored::{One, explore, of, summary};
use super::measure::{Running, record};
use super::networks::{Kind, Net, Sizes, learned, networks, untrained};
use crate::common::*;
use nullcline_core::diagnostics::geometry::comparison::total_variance;

/// Noise at rest over that of training: its variance doubled.
pub const DOUBLED: f64 = std::f64::consts::SQRT_2;
/// What the divergences of claims are.
pub const KL: &str = "KL(quiescent || active), nats, nearest neighbours";

/// What all networks of a study show.
pub struct Conditions {
    pub noisy: Vec<One>,
    /// With the noise of training at rest, not doubled.
    pub single: Vec<One>,
    pub noiseless: Vec<One>,
    /// Under the conventions of the authors' program.
    pub program: Vec<One>,
    pub untrained: Vec<One>,
    /// Variance at rest without noise of networks trained with it and without it.
    pub silent: Vec<f64>,
    pub noiseless_silent: Vec<f64>,
    pub learned: Result<(), String>,
}

impl Conditions {
    /// Of networks trained with noise, without, and under the program's conventions.
    pub fn of(
        kinds: [Kind; 3],
        sizes: Sizes,
        settings: &Settings,
        observer: &dyn Observer,
    ) -> Result<Self, Error> {
        let nets = networks(settings, sizes, &kinds, observer)?;
        let [noisy, noiseless, program] = [&nets[0], &nets[1], &nets[2]];
        let raw = untrained(settings, sizes, kinds[0])?;
        let rest = |net: &Net, factor: f64| {
            record(net, sizes.trials, Running::quiescent(net, factor, sizes.quiescent))
        };
        let silent = |net: &Net| total_variance(&rest(net, 0.0).settled()).value;
        observer.start("resting", 5);
        let all = |nets: &[Net], factor: f64, k: u64| {
            observer.at(k);
            nets.iter().map(|net| explore(net, sizes, factor)).collect::<Vec<_>>()
        };
        // Untrained networks at rest, against the activity of trained ones.
        let against = |(raw, net): (&Net, &Net)| {
            of(raw, record(net, sizes.trials, Running::active(net)), rest(raw, DOUBLED))
        };
        let found = Self {
            noisy: all(noisy, DOUBLED, 0),
            single: all(noisy, 1.0, 1),
            noiseless: all(noiseless, DOUBLED, 2),
            program: all(program, DOUBLED, 3),
            untrained: raw.iter().zip(noisy).map(against).collect(),
            silent: noisy.iter().map(silent).collect(),
            noiseless_silent: noiseless.iter().map(silent).collect(),
            learned: learned(noisy),
        };
        observer.finish();
        Ok(found)
    }

    /// Names of all groups of networks.
    pub fn groups(&self) -> [(&str, &[One]); 5] {
        [
            ("noisy", &self.noisy),
            ("noisy, noise not doubled", &self.single),
            ("noiseless", &self.noiseless),
            ("program", &self.program),
            ("untrained", &self.untrained),
        ]
    }

    /// Entries of the summary.
    pub fn entries(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("noisy", summary(&self.noisy)),
            ("undoubled", summary(&self.single)),
            ("noiseless", summary(&self.noiseless)),
            ("program", summary(&self.program)),
            ("untrained", summary(&self.untrained)),
            ("variance_without_noise", numbers(&self.silent)),
        ]
    }

    /// The divergence of trained networks over that of untrained ones.
    pub fn share(&self) -> Estimate {
        let both = self.noisy.iter().zip(&self.untrained);
        Estimate::mean(both.map(|(a, b)| a.kl.quiescent_active / b.kl.quiescent_active))
    }

    /// By how much untrained networks are farther than others.
    pub fn farther(&self, near: &[One]) -> Estimate {
        let both = near.iter().zip(&self.untrained);
        Estimate::mean(both.map(|(a, b)| b.kl.quiescent_active - a.kl.quiescent_active))
    }

    /// Variances over those of networks trained with noise, at rest.
    pub fn ratio(&self, variances: &[f64]) -> Estimate {
        Estimate::mean(variances.iter().zip(&self.noisy).map(|(v, o)| v / o.variance[1]))
    }

    /// That noise need not be doubled.
    pub fn undoubled(&self) -> Claim {
        claim("Doubled noise variance is not necessary")
            .is(
                format!("{KL}: untrained less trained with the noise of training"),
                self.farther(&self.single),
            )
            .above(0.0)
            .denied_given(self.learned.clone())
    }

    /// That states at rest lie in the space of activity.
    pub fn shared(&self) -> Claim {
        claim("States at rest lie where states awake lie")
            .is(
                "share of the variance at rest in the components of activity, over that in its own",
                mean(&self.noisy, |o| o.shared),
            )
            .above(0.8)
            .denied_given(self.learned.clone())
    }
}
