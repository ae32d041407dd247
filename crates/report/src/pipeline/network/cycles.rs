//! Cycles of a network.

use super::Run;
use crate::pipeline::{Error, Observer};
use crate::sections::{self, Rendered};
use nullcline_core::diagnostics::dynamics::cycles::{self, Fate, Survey};
use nullcline_core::diagnostics::dynamics::lyapunov::{Kind, Lyapunov};
use nullcline_core::linalg::col_mut;

impl Run<'_> {
    /// Cycles under the constant input.
    pub(super) fn cycles(&self, observer: &dyn Observer) -> Result<(String, Rendered), Error> {
        if self.driven() {
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
        observer.start("cycles", 0);
        let found = cycles::survey(system, initial.as_ref(), &self.input, &options)
            .map_err(|e| Error::Numbers(format!("cycles: {e}")))?;
        observer.finish();
        let finding = sections::describe_cycles(&found, &self.context);
        let mut rendered = sections::cycles(&found, &self.context)?;
        if let Some(spectra) = self.spectra.get() {
            let against = disagreements(spectra, &found);
            rendered.json["agrees_with_lyapunov"] = against.is_empty().into();
            rendered.section.notes.extend(against.iter().cloned());
            rendered.warnings.extend(against);
        }
        Ok((finding, rendered))
    }
}

/// Where the exponents and the cycles tell different stories of one orbit.
fn disagreements(spectra: &Lyapunov, survey: &Survey) -> Vec<String> {
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
                (off > 5.0).then_some("a cycle of other exponents")
            }
            (Kind::Moving, Fate::Torus) => (!zero(0)).then_some("a torus"),
            (_, Fate::Rest) => Some("rest"),
            (_, Fate::Cycle(_)) => Some("a cycle of another period"),
            (_, Fate::Torus) => Some("a torus"),
            (_, Fate::Irregular) => Some("neither rest nor repetition"),
            (_, Fate::Diverged) => Some("divergence"),
        };
        for m in &a.members {
            if let Some(other) = tells(survey.fates[*m]) {
                out.push(format!(
                    "Initial state {}: the exponents are those of attractor {}, while the search for cycles finds {other}: \
                     one of them has not settled (raise --warmup).",
                    m + 1,
                    k + 1
                ));
            }
        }
    }
    out
}
