//! What a recorded table holds.

use super::{Rendered, Shown, left, words};
use crate::Error;
use crate::page::Section;
use crate::tables::Table;
use nullcline_core::analyses::Activity;
use nullcline_core::analyses::Context;

impl Shown for Activity {
    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        Ok(activity(self))
    }
}

/// The summary of a table.
fn activity(found: &Activity) -> Rendered {
    let Activity { units, rows, dropped, trials } = found;
    let missing: usize = units.iter().map(|u| u.missing).sum();
    let flat: Vec<&str> = units.iter().filter(|u| u.deviation == 0.0).map(|u| u.name.as_str()).collect();
    let table = Table::of(units)
        .column("unit", "", |u| u.name.as_str())
        .column("mean", "", |u| u.mean)
        .column("standard_deviation", "", |u| u.deviation)
        .column("minimum", "", |u| u.least)
        .column("maximum", "", |u| u.most)
        .column("missing", "", |u| u.missing)
        .named("units", "Mean, standard deviation, range and missing values of each unit.");
    let mut warnings: Vec<String> = left::rows(*dropped).into_iter().collect();
    if !flat.is_empty() {
        let some = flat.iter().take(8).copied().collect::<Vec<_>>().join(", ");
        let verb = if flat.len() == 1 { "changes" } else { "change" };
        warnings.push(format!("{} never {verb}: {some}.", words::count(flat.len(), "unit")));
    }
    let mut facts = vec![
        ("Units".into(), units.len().to_string()),
        ("Rows used".into(), rows.to_string()),
        ("Missing values".into(), missing.to_string()),
    ];
    if let Some(t) = trials {
        facts.push(("Trials".into(), t.to_string()));
    }
    let section = Section {
        id: "activity".into(),
        title: "The recording".into(),
        facts,
        tables: vec![table],
        notes: warnings.clone(),
        ..Section::default()
    };
    Rendered { section, warnings }
}
