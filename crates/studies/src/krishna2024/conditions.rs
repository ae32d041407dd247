//! Networks of one task awake and at rest, under the conditions that positions and head directions share.

use super::explored::{One, explore, learned, of, summary};
use super::measure::{Running, record};
use super::networks::{Kind, Net, Sizes, networks, untrained};
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
    /// Untrained networks beside the activity of trained ones: under noise whose variance is doubled, under that of training, and under
    /// the program's conventions.
    pub untrained: Vec<One>,
    pub untrained_single: Vec<One>,
    pub untrained_program: Vec<One>,
    /// Variance at rest without noise of networks trained with it and without it.
    pub silent: Vec<f64>,
    pub noiseless_silent: Vec<f64>,
    /// Whether those trained with noise learned, those without, and the program's.
    pub learned: [Result<(), String>; 3],
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
        let raw_program = untrained(settings, sizes, kinds[2])?;
        let rest = |net: &Net, factor: f64| {
            record(net, sizes.trials, Running::quiescent(net, factor, sizes.quiescent))
        };
        let silent = |net: &Net| total_variance(&rest(net, 0.0).settled()).value;
        observer.start("resting", 7);
        let all = |nets: &[Net], factor: f64, k: u64| {
            observer.at(k);
            nets.iter().map(|net| explore(net, sizes, factor)).collect::<Vec<_>>()
        };
        // At rest, against the activity of trained ones.
        let against = |raw: &[Net], nets: &[Net], factor: f64, k: u64| {
            observer.at(k);
            let one = |(raw, net): (&Net, &Net)| {
                of(raw, record(net, sizes.trials, Running::active(net)), rest(raw, factor))
            };
            raw.iter().zip(nets).map(one).collect::<Vec<_>>()
        };
        let single = all(noisy, 1.0, 1);
        let [noisy_ones, noiseless_ones, program_ones] =
            [(noisy, 0), (noiseless, 2), (program, 3)].map(|(nets, k)| all(nets, DOUBLED, k));
        let found = Self {
            learned: [&noisy_ones, &noiseless_ones, &program_ones].map(|all| learned(all)),
            noisy: noisy_ones,
            single,
            noiseless: noiseless_ones,
            program: program_ones,
            untrained: against(&raw, noisy, DOUBLED, 4),
            untrained_single: against(&raw, noisy, 1.0, 5),
            untrained_program: against(&raw_program, program, DOUBLED, 6),
            silent: noisy.iter().map(silent).collect(),
            noiseless_silent: noiseless.iter().map(silent).collect(),
        };
        observer.finish();
        Ok(found)
    }

    /// Names of all groups of networks.
    pub fn groups(&self) -> [(&str, &[One]); 7] {
        [
            ("noisy", &self.noisy),
            ("noisy, noise not doubled", &self.single),
            ("noiseless", &self.noiseless),
            ("program", &self.program),
            ("untrained", &self.untrained),
            ("untrained, noise not doubled", &self.untrained_single),
            ("untrained, program", &self.untrained_program),
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
            ("untrained_undoubled", summary(&self.untrained_single)),
            ("untrained_program", summary(&self.untrained_program)),
            ("variance_without_noise", numbers(&self.silent)),
        ]
    }

    /// The divergence of trained networks over that of untrained ones.
    pub fn share(&self) -> Estimate {
        let both = self.noisy.iter().zip(&self.untrained);
        Estimate::mean(both.map(|(a, b)| a.kl.quiescent_active / b.kl.quiescent_active))
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
                farther(&self.untrained_single, &self.single),
            )
            .above(0.0)
            .denied_given(self.learned[0].clone())
    }

    /// That the program's conventions change nothing in this.
    pub fn as_program(&self) -> Claim {
        claim("Under the program's conventions too what is said at rest is nearer than what untrained networks say")
            .is(format!("{KL}: untrained less trained"), farther(&self.untrained_program, &self.program))
            .above(0.0)
            .denied_given(self.learned[2].clone())
    }

    /// What the program's conventions are, and what changes under them.
    pub fn told(&self) -> String {
        let kl = |all: &[One]| words(mean(all, |o| o.kl.quiescent_active));
        format!(
            "Noise is Gaussian, as printed; the authors' program draws it uniform in [0, s), so that it also pushes all units by s/2 a step. \
             Under the program's conventions KL(quiescent || active) is {} nats, of untrained networks {}, under the printed ones {} and {}.",
            kl(&self.program),
            kl(&self.untrained_program),
            kl(&self.noisy),
            kl(&self.untrained)
        )
    }

    /// That states at rest lie in the space of activity.
    pub fn shared(&self) -> Claim {
        claim("States at rest lie where states awake lie")
            .is(
                "share of the variance at rest in the components of activity, over that in its own",
                mean(&self.noisy, |o| o.shared),
            )
            .above(0.8)
            .denied_given(self.learned[0].clone())
    }
}

/// By how much the first are farther at rest from activity than the second.
pub fn farther(far: &[One], near: &[One]) -> Estimate {
    Estimate::mean(far.iter().zip(near).map(|(a, b)| a.kl.quiescent_active - b.kl.quiescent_active))
}
