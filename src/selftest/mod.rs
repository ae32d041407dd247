//! Known answers, measured on this machine.

mod cases;
mod gated;
mod points;

use crate::job::Observer;
use crate::numbers::Estimate;
use rayon::prelude::*;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// One quantity with its known answer.
#[derive(Clone, Debug)]
pub struct Check {
    /// The system.
    pub system: String,
    /// What is measured.
    pub quantity: String,
    /// The known answer.
    pub expected: f64,
    /// What was measured.
    pub measured: Estimate,
    /// Largest difference allowed: four standard errors plus the known answer's own uncertainty; NaN where no error is known.
    pub tolerance: f64,
    /// Who says so.
    pub source: &'static str,
    /// Whether they agree.
    pub holds: bool,
}

impl Check {
    /// A check that `measured` is `expected` to within `own`, the uncertainty
    /// of the known answer, and four standard errors. An error that is not known does not hold.
    fn new(
        system: &str,
        quantity: &str,
        expected: f64,
        own: f64,
        measured: Estimate,
        source: &'static str,
    ) -> Self {
        let tolerance = own + 4.0 * measured.error();
        Self {
            system: system.into(),
            quantity: quantity.into(),
            expected,
            measured,
            tolerance,
            source,
            holds: (measured.value - expected).abs() <= tolerance,
        }
    }
}

type Case = fn() -> Vec<Check>;

/// Measures every known answer; results are in a fixed order.
pub fn run(observer: &dyn Observer) -> Vec<Check> {
    crate::linalg::sequential();
    let cases: Vec<Case> = [&cases::CASES[..], &gated::CASES[..], &points::CASES[..]].concat();
    let done = AtomicU64::new(0);
    observer.start("known answers", cases.len() as u64);
    let results: Vec<Vec<Check>> = cases
        .par_iter()
        .map(|case| {
            let checks = case();
            observer.at(done.fetch_add(1, Ordering::Relaxed) + 1);
            checks
        })
        .collect();
    observer.finish();
    results.concat()
}

/// The results as a table of text.
pub fn table(results: &[Check]) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{:28} {:26} {:>13} {:>13} {:>10} {:>10}  {:8} source",
        "system", "quantity", "known", "measured", "± s.e.", "tolerance", "verdict"
    );
    for r in results {
        let verdict = if r.holds { "holds" } else { "FAILS" };
        let _ = writeln!(
            text,
            "{:28} {:26} {:>13.6} {:>13.6} {:>10.1e} {:>10.1e}  {:8} {}",
            r.system,
            r.quantity,
            r.expected,
            r.measured.value,
            r.measured.error(),
            r.tolerance,
            verdict,
            r.source
        );
    }
    let failed = results.iter().filter(|r| !r.holds).count();
    let _ = writeln!(text, "{} known answers, {} hold, {failed} fail", results.len(), results.len() - failed);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_is_not_known_does_not_hold() {
        let of = |measured| Check::new("a", "b", 1.0, 0.1, measured, "c").holds;
        assert!(of(Estimate::exact(1.0, 0)) && of(Estimate::new(1.0, 0.3, 5)));
        assert!(!of(Estimate::unknown(1.0, 5)) && !of(Estimate::new(1.0, f64::INFINITY, 5)));
    }
}
