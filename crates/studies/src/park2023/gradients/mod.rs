//! What the text says of gradients: eq. 4 against differences, eqs. 9 and 15, real-time recurrent learning, and learning signals on a
//! limit cycle.

mod drawing;
mod field;
mod integral;
mod online;
mod rates;
mod traces;
mod verdicts;

use crate::common::*;

/// The text on gradients.
pub const STUDY: Study =
    Study::new("park2023/gradients", "Gradients by adjoints, forward sensitivities and differences", run);

/// Sizes of a run.
struct Size {
    /// Networks of each gain for eq. 4.
    draws: usize,
    /// Chaotic networks for eq. 9.
    chaotic: usize,
    /// Time over which eq. 9 is followed, in time constants.
    horizon: f64,
    /// Units and lengths of the networks that learn forward.
    units: &'static [usize],
    steps: &'static [usize],
    /// Random starts beside the saddle.
    starts: usize,
}

impl Size {
    fn of(preset: Preset) -> Self {
        let units = match preset {
            Preset::Quick => &[4, 8, 16][..],
            Preset::Paper => &[4, 8, 16, 32, 64][..],
        };
        let more = if preset == Preset::Paper { 5 } else { 1 };
        Self { draws: 5 * more, chaotic: 8 * more, horizon: 300.0, units, steps: &[10, 30, 100], starts: 50 }
    }
}

/// All that is measured.
struct Measured {
    integral: Vec<integral::Compared>,
    online: Vec<online::Both>,
    pairs: Vec<rates::Pair>,
    norms: rates::Norms,
    saddle: rates::Saddle,
    traces: Vec<traces::Trace>,
    updates: traces::Updates,
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(&Size::of(settings.preset), settings.seed, observer)
}

fn findings(size: &Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let m = Measured {
        integral: integral::compare(size.draws, seed, observer)?,
        online: online::compare(size.units, size.steps, seed, observer)?,
        pairs: rates::pairs(size.horizon, size.chaotic, seed, observer)?,
        norms: rates::norms()?,
        saddle: rates::saddle(size.starts, seed)?,
        traces: traces::traces()?,
        updates: traces::updates()?,
    };
    let claims = verdicts::claims(&m);
    let section = drawing::section(&m, size)?;
    let json = entries([
        ("integral_apart", numbers(&list(&m.integral, |c| c.apart))),
        ("online_apart", numbers(&list(&m.online, |b| b.apart))),
        ("rates", numbers(&list(&m.pairs, |p| p.rate.value))),
        ("rate_differences", numbers(&list(&m.pairs, |p| p.difference.value))),
        ("saddle_exponent", written(m.saddle.exponent)),
        ("trace_changes", numbers(&list(&m.traces, |t| t.change))),
        ("updates_raised", written(m.updates.raised)),
    ]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn what_is_exact_holds_at_a_small_size() {
        let size = Size { draws: 2, chaotic: 2, horizon: 60.0, units: &[4], steps: &[8], starts: 6 };
        let found = findings(&size, 1, &Silent).unwrap();
        for words in [
            "the integral of adjoint",
            "Real-time recurrent learning gives",
            "Eq. 9 as printed",
            "comes to a saddle",
            "while the state comes to rest",
            "those to a bias",
            "What grows",
            "At its own delay",
            "Half a period later",
        ] {
            let claim = crate::common::found(&found, words);
            assert_eq!(claim.verdict, Verdict::Holds, "{claim:?}");
        }
        for words in ["those to a weight", "the norms agree"] {
            let claim = crate::common::found(&found, words);
            assert!(claim.verdict != Verdict::Differs || !claim.reason.is_empty(), "{claim:?}");
        }
    }
}
