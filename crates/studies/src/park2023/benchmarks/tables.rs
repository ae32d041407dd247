//! The table with the published numbers, every realisation, and the summary's entry.

use super::Trial;
use nullcline_core::numbers::Estimate;
use nullcline_report::summary::{number, numbers};
use nullcline_report::tables::{Cells, TableOut};
use serde_json::{Map, Value, json};

/// Mean and standard error against the published number, a row a task and network.
pub fn table(trials: &[Trial]) -> TableOut {
    let text = |f: &dyn Fn(&Trial) -> String| Cells::Text(trials.iter().map(f).collect());
    let float = |f: &dyn Fn(&Trial) -> f64| Cells::Float(trials.iter().map(f).collect());
    let int = |f: &dyn Fn(&Trial) -> usize| Cells::Int(trials.iter().map(|t| f(t) as i64).collect());
    TableOut {
        name: "table_s1".into(),
        caption: "Test loss in nats (of the digits: percent right), mean over realisations with its standard error, \
            against Table S1."
            .into(),
        columns: vec![
            ("task".into(), text(&|t| t.problem.label().into())),
            ("network".into(), text(&|t| t.network.label().into())),
            ("published".into(), float(&|t| t.problem.published(t.network).unwrap_or(f64::NAN))),
            ("measured".into(), float(&|t| Estimate::mean_of_all(&t.scores()).value)),
            ("std_error".into(), float(&|t| Estimate::mean_of_all(&t.scores()).error())),
            ("guessing".into(), float(&|t| if t.problem.is_accuracy() { 10.0 } else { t.chance })),
            ("realisations".into(), int(&|t| t.trained.len())),
            ("diverged".into(), int(&Trial::diverged)),
            ("parameters".into(), int(&|t| t.parameters)),
            ("rate".into(), float(&|t| t.settings.rate)),
        ],
    }
}

/// Every training.
pub fn realisations(trials: &[Trial]) -> TableOut {
    let each = || trials.iter().flat_map(|t| t.trained.iter().enumerate().map(move |(r, d)| (t, r, d)));
    TableOut {
        name: "realisations".into(),
        caption: "Every training: test loss of the parameters of the lowest validation loss.".into(),
        columns: vec![
            ("task".into(), Cells::Text(each().map(|(t, ..)| t.problem.label().into()).collect())),
            ("network".into(), Cells::Text(each().map(|(t, ..)| t.network.label().into()).collect())),
            ("realisation".into(), Cells::Int(each().map(|(_, r, _)| r as i64).collect())),
            ("test_loss".into(), Cells::Float(each().map(|(t, r, _)| t.losses()[r]).collect())),
            (
                "validation_loss".into(),
                Cells::Float(each().map(|(.., d)| d.best().validation_loss).collect()),
            ),
            ("epochs".into(), Cells::Int(each().map(|(.., d)| d.curve.len() as i64 - 1).collect())),
            ("best_epoch".into(), Cells::Int(each().map(|(.., d)| d.best_epoch as i64).collect())),
            ("stopped".into(), Cells::Text(each().map(|(.., d)| d.stopped.name().into()).collect())),
        ],
    }
}

/// Scores by task and network for the summary.
pub fn entry(trials: &[Trial]) -> Map<String, Value> {
    let mut all: Map<String, Value> = Map::new();
    for t in trials {
        let mean = Estimate::mean_of_all(&t.scores());
        let one = json!({
            "scores": numbers(&t.scores()), "mean": number(mean.value), "std_error": number(mean.error()), "units_rate": t.settings.rate,
        });
        let task = all.entry(t.problem.id()).or_insert_with(|| json!({}));
        if let Some(task) = task.as_object_mut() {
            task.insert(t.network.id().into(), one);
        }
    }
    all
}
