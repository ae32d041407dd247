//! The trials of a hyper-parameter search.

use super::{Rendered, words};
use crate::Error;
use crate::figures;
use crate::page::Section;
use crate::summary::number;
use crate::tables::{Cells, TableOut};
use nullcline_core::training::trainer::{Epoch, Stopped};
use serde_json::{Map, Value, json};

/// One trial.
#[derive(Clone, Debug)]
pub struct Row {
    /// Values of what was searched.
    pub values: Vec<f64>,
    /// Its best epoch.
    pub best: Epoch,
    /// Epochs done.
    pub epochs: usize,
    /// Why it ended.
    pub stopped: Stopped,
}

/// All trials of a search.
#[derive(Clone, Debug)]
pub struct Trials<'a> {
    /// Names and values of the search's settings.
    pub settings: &'a [(String, Value)],
    /// What was searched.
    pub names: Vec<&'static str>,
    /// The trials in order.
    pub rows: Vec<Row>,
    /// Index of the best.
    pub best: usize,
}

impl Trials<'_> {
    fn diverged(&self) -> usize {
        self.rows.iter().filter(|r| matches!(r.stopped, Stopped::Diverged { .. })).count()
    }
}

/// The search in a sentence.
pub fn describe(t: &Trials) -> String {
    let best = &t.rows[t.best];
    let values = t.names.iter().zip(&best.values).map(|(n, v)| format!("{n} {}", words::number(*v)));
    let diverged = match t.diverged() {
        0 => String::new(),
        n => format!(", {n} of which diverged"),
    };
    format!(
        "Best of {}{diverged}: trial {} with {}.",
        words::count(t.rows.len(), "trial"),
        t.best + 1,
        values.collect::<Vec<_>>().join(", ")
    )
}

/// The search as entry `search` of the summary and a section with a figure for each setting and a table.
pub fn trials(t: &Trials) -> Result<Rendered, Error> {
    let rows = &t.rows;
    let mut json = t.settings.iter().cloned().collect::<Map<_, _>>();
    json.insert("trials".into(), json!(rows.len()));
    json.insert("diverged".into(), json!(t.diverged()));
    json.insert("best_trial".into(), json!(t.best + 1));
    json.insert("best_validation_loss".into(), number(rows[t.best].best.validation_loss));
    for (k, name) in t.names.iter().enumerate() {
        json.insert(format!("best_{name}"), number(rows[t.best].values[k]));
    }
    let loss = |r: &Row| match r.stopped {
        Stopped::Diverged { .. } => f64::NAN,
        _ => r.best.validation_loss,
    };
    let mut all = Vec::new();
    for (k, name) in t.names.iter().enumerate() {
        let points: Vec<[f64; 2]> = rows.iter().map(|r| [r.values[k], loss(r)]).collect();
        all.push(figures::trials(name, &points, t.best, *name != "patience")?);
    }
    let float = |f: &dyn Fn(&Row) -> f64| Cells::Float(rows.iter().map(f).collect());
    let int = |f: &dyn Fn(&Row) -> usize| Cells::Int(rows.iter().map(|r| f(r) as i64).collect());
    let mut columns = vec![("trial".to_owned(), Cells::Int((1..=rows.len() as i64).collect()))];
    for (k, name) in t.names.iter().enumerate() {
        columns.push(((*name).into(), float(&|r| r.values[k])));
    }
    columns.push(("validation_loss".into(), float(&|r| r.best.validation_loss)));
    if rows.iter().any(|r| r.best.accuracy.is_some()) {
        columns.push(("accuracy".into(), float(&|r| r.best.accuracy.unwrap_or(f64::NAN))));
    }
    columns.extend([
        ("best_epoch".into(), int(&|r| r.best.epoch)),
        ("epochs".into(), int(&|r| r.epochs)),
        ("stopped".into(), Cells::Text(rows.iter().map(|r| r.stopped.name().into()).collect())),
    ]);
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
        tables: vec![TableOut { name: "trials".into(), caption: caption.into(), columns }],
        ..Section::default()
    };
    Ok(Rendered { json: Value::Object(json), section, warnings: vec![] })
}
