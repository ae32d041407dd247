//! The trials of a hyper-parameter search.

use super::{Rendered, words};
use crate::Error;
use crate::figures;
use crate::page::Section;
use crate::tables::Table;
use nullcline_core::analyses::training::{Searched, Trained};
use nullcline_core::training::trainer::Stopped;

type Trial = (Vec<f64>, Trained);

/// The search in a sentence.
pub fn describe(t: &Searched) -> String {
    let best = &t.trials[t.best].0;
    let values = t.names().into_iter().zip(best).map(|(n, v)| format!("{n} {}", words::number(*v)));
    let diverged = match t.diverged() {
        0 => String::new(),
        n => format!(", {n} of which diverged"),
    };
    format!(
        "Best of {}{diverged}: trial {} with {}.",
        words::count(t.trials.len(), "trial"),
        t.best + 1,
        values.collect::<Vec<_>>().join(", ")
    )
}

/// The search as a section with a figure for each setting and a table.
pub fn trials(t: &Searched) -> Result<Rendered, Error> {
    let rows = &t.trials;
    let loss = |r: &Trial| match r.1.stopped {
        Stopped::Diverged { .. } => f64::NAN,
        _ => r.1.best().validation_loss,
    };
    let mut all = Vec::new();
    for (k, name) in t.names().into_iter().enumerate() {
        let points: Vec<[f64; 2]> = rows.iter().map(|r| [r.0[k], loss(r)]).collect();
        all.push(figures::trials(name, &points, t.best, name != "patience")?);
    }
    let numbered: Vec<_> = rows.iter().enumerate().collect();
    let mut table = Table::of(&numbered)
        .column("trial", "", |(k, _)| k + 1)
        .each(t.names(), |(_, r), k| r.0[k])
        .column("validation_loss", "", |(_, r)| r.1.best().validation_loss);
    if rows.iter().any(|r| r.1.best().accuracy.is_some()) {
        table = table.column("accuracy", "", |(_, r)| r.1.best().accuracy);
    }
    let table = table
        .column("best_epoch", "", |(_, r)| r.1.best().epoch)
        .column("epochs", "", |(_, r)| r.1.curve.len() - 1)
        .column("stopped", "", |(_, r)| r.1.stopped.name());
    let caption = "Every trial: what it was told, its lowest validation loss with the epoch, epochs done, and why \
        it ended. A diverged trial keeps the loss from before.";
    let intro = "Each trial trains the same network from the same initial parameters on the same items; the \
        lowest validation loss of the trials that did not diverge decides. The test items were shown to the \
        best trial alone.";
    let section = Section {
        id: "search".into(),
        title: "Hyper-parameter search".into(),
        intro: vec![intro.into()],
        facts: vec![
            ("Trials".into(), rows.len().to_string()),
            ("Diverged".into(), t.diverged().to_string()),
            ("Best trial".into(), (t.best + 1).to_string()),
        ],
        figures: all,
        tables: vec![table.named("trials", caption)],
        ..Section::default()
    };
    Ok(Rendered { section, warnings: vec![] })
}
