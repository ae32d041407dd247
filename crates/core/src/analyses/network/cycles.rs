//! Cycles of a network.

use super::{Cycles, Disagreement, Run, Story};
use crate::analyses::Error;
use crate::diagnostics::dynamics::cycles::{self, Fate, Survey};
use crate::diagnostics::dynamics::lyapunov::{Kind, Lyapunov};
use crate::linalg::col_mut;

impl Run<'_> {
    /// Cycles under the constant input.
    pub(super) fn cycles(&self) -> Result<Cycles, Error> {
        if self.driven() && self.trials.is_none() {
            let message = "cycles are those under a constant input: give --input in place of --inputs";
            return Err(Error::Config(format!("--modules cycles: {message}")));
        }
        let system = self.network.system.as_ref();
        let mut initial = self.lyapunov_states(system.step().dim());
        // Where exponents were computed, the orbits are those: both speak of the same attractors.
        if let Some(found) = self.spectra.get() {
            for a in &found.attractors {
                for (m, x) in a.members.iter().zip(&a.ends) {
                    col_mut(initial.as_mut(), *m).copy_from_slice(x);
                }
            }
        }
        let warmup = self.settings.warmup.unwrap_or(2000);
        let settle = self.settle_steps(initial.ncols());
        let options = cycles::Options { warmup, settle, ..cycles::Options::default() };
        self.observer.start("cycles", 0);
        let found = cycles::survey(system, initial.as_ref(), &self.input, &options)
            .map_err(|e| Error::Numbers(format!("cycles: {e}")))?;
        self.observer.finish();
        let disagreements = self.spectra.get().map(|spectra| disagreements(spectra, &found));
        Ok(Cycles { survey: found, disagreements })
    }
}

/// Where the exponents and the cycles tell different stories of one orbit.
fn disagreements(spectra: &Lyapunov, survey: &Survey) -> Vec<Disagreement> {
    let mut out = Vec::new();
    for (k, a) in spectra.settled().enumerate() {
        let zero = |i: usize| {
            let least = 0.01 * a.exponents[0].abs().max(1e-3);
            let error = a.exponent(i).std_error;
            error.is_none_or(|e| a.exponents[i].abs() <= (5.0 * e).max(least))
        };
        let tells = |fate: Fate| match (a.kind, fate) {
            (Kind::FixedPoint, Fate::Rest) | (Kind::Moving, Fate::Irregular) => None,
            (Kind::Cycle(p), Fate::Cycle(c)) if survey.cycles[c].cycle.steps == p => None,
            (Kind::Moving, Fate::Cycle(c)) => {
                let off = survey.cycles[c].cycle.deviation(&[a.exponent(0)], 1e-3);
                (off > 5.0).then_some(Story::OtherExponents)
            }
            (Kind::Moving, Fate::Torus) => (!zero(0)).then_some(Story::Torus),
            (_, Fate::Rest) => Some(Story::Rest),
            (_, Fate::Cycle(_)) => Some(Story::OtherPeriod),
            (_, Fate::Torus) => Some(Story::Torus),
            (_, Fate::Irregular) => Some(Story::Irregular),
            (_, Fate::Diverged) => Some(Story::Diverged),
        };
        for m in &a.members {
            if let Some(other) = tells(survey.fates[*m]) {
                out.push(Disagreement { start: *m, attractor: k, other });
            }
        }
    }
    out
}
