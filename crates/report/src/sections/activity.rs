//! What a recorded table holds.

use super::{Rendered, left, words};
use crate::page::Section;
use crate::tables::{Cells, TableOut};
use nullcline_core::analyses::{Activity, Unit};

/// The summary of a table.
pub fn activity(found: &Activity) -> Rendered {
    let Activity { units, rows, dropped, trials } = found;
    let missing: usize = units.iter().map(|u| u.missing).sum();
    let flat: Vec<&str> = units.iter().filter(|u| u.deviation == 0.0).map(|u| u.name.as_str()).collect();
    let float = |f: &dyn Fn(&Unit) -> f64| Cells::Float(units.iter().map(f).collect());
    let table = TableOut {
        name: "units".into(),
        caption: "Mean, standard deviation, range and missing values of each unit.".into(),
        columns: vec![
            ("unit".into(), Cells::Text(units.iter().map(|u| u.name.clone()).collect())),
            ("mean".into(), float(&|u| u.mean)),
            ("standard_deviation".into(), float(&|u| u.deviation)),
            ("minimum".into(), float(&|u| u.least)),
            ("maximum".into(), float(&|u| u.most)),
            ("missing".into(), Cells::Int(units.iter().map(|u| u.missing as i64).collect())),
        ],
    };
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
