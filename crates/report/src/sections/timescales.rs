//! Autocorrelation times of units.

use super::{Rendered, Shown, left, words};
use crate::Error;
use crate::figures::points_with_errors;
use crate::page::Section;
use crate::tables::Table;
use nullcline_core::analyses::Context;
use nullcline_core::analyses::activity::Timescales;
use nullcline_core::numbers::Estimate;

/// Units drawn at most.
const DRAWN: usize = 40;

impl Shown for Timescales {
    fn sentence(&self, _: &Context) -> Option<String> {
        let known = self.times.iter().filter(|t| t.value.is_finite()).count();
        Some(match known {
            0 => "No unit's autocorrelation time can be told.".into(),
            _ => format!(
                "The units remember themselves for {} rows (median of {}).",
                words::number(self.median.value),
                words::count(known, "unit")
            ),
        })
    }

    fn answer(&self, context: &Context) -> Vec<String> {
        self.sentence(context).into_iter().collect()
    }

    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        let mut known: Vec<(&String, &Estimate)> =
            self.units.iter().zip(&self.times).filter(|(_, t)| t.value.is_finite()).collect();
        known.sort_by(|a, b| b.1.value.total_cmp(&a.1.value));
        let shown = &known[..known.len().min(DRAWN)];
        let (labels, values): (Vec<String>, Vec<f64>) =
            shown.iter().map(|(n, t)| ((*n).clone(), t.value)).unzip();
        let errors: Vec<f64> = shown.iter().map(|(_, t)| t.error()).collect();
        let caption =
            "Integrated autocorrelation time of each unit with one standard error, the longest first.";
        let figure = points_with_errors(&labels, &values, &errors, "Time (rows)")?;
        let rows: Vec<(&String, &Estimate)> = self.units.iter().zip(&self.times).collect();
        let table = Table::of(&rows)
            .column("unit", "", |r| r.0.as_str())
            .columns(["time_rows", "std_error"], |r| [r.1.value, r.1.error()])
            .named(
                "timescales",
                "Integrated autocorrelation time of each unit; empty where it cannot be told.",
            );
        let mut notes: Vec<String> = self.left.iter().map(left::said).collect();
        let untold = self.times.len() - known.len();
        if untold > 0 {
            let text = "do not vary, or have fewer than fifty times their own time of unbroken rows";
            notes.push(format!("{} {text}: no time is given.", words::count(untold, "unit")));
        }
        let section = Section::new("timescales", "Autocorrelation times")
            .intro(
                "How long a unit's fluctuations last: the time constant of an exponential autocorrelation, half a row of \
                 independent rows. Lags are summed up to where noise outweighs what is left.",
            )
            .figures([figure.named("timescales", "Autocorrelation times", caption)?])
            .tables([table]);
        Ok(Rendered { section: Section { notes: notes.clone(), ..section }, warnings: notes })
    }
}
