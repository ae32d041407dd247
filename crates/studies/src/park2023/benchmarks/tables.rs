//! The table with the published numbers, every realisation, and the summary's entry.

use super::Trial;
use crate::common::*;

/// Mean and standard error against the published number, a row a task and network.
pub fn table(trials: &[Trial]) -> TableOut {
    Table::of(trials)
        .column("task", "", |t| t.problem.label())
        .column("network", "", |t| t.network.label())
        .column("published", "", |t| t.problem.published(t.network))
        .columns(["measured", "std_error"], |t| pair(Estimate::mean_of_all(&t.scores())))
        .column("guessing", "", |t| if t.problem.is_accuracy() { 10.0 } else { t.chance })
        .column("realisations", "", |t| t.trained.len())
        .column("diverged", "", Trial::diverged)
        .column("parameters", "", |t| t.parameters)
        .column("rate", "", |t| t.settings.rate)
        .named(
            "table_s1",
            "Test loss in nats (of the digits: percent right), mean over realisations with its standard \
             error, against Table S1.",
        )
}

/// Every training.
pub fn realisations(trials: &[Trial]) -> TableOut {
    let each = |t| (0..Trial::losses(t).len()).map(move |r| (t, r));
    let rows: Vec<(&Trial, usize)> = trials.iter().flat_map(each).collect();
    Table::of(&rows)
        .column("task", "", |(t, _)| t.problem.label())
        .column("network", "", |(t, _)| t.network.label())
        .column("realisation", "", |(_, r)| *r)
        .column("test_loss", "", |(t, r)| t.losses()[*r])
        .column("validation_loss", "", |(t, r)| t.trained[*r].best().validation_loss)
        .column("epochs", "", |(t, r)| t.trained[*r].curve.len() as i64 - 1)
        .column("best_epoch", "", |(t, r)| t.trained[*r].best_epoch)
        .column("stopped", "", |(t, r)| t.trained[*r].stopped.name())
        .named("realisations", "Every training: test loss of the parameters of the lowest validation loss.")
}

/// Scores of one network on one task.
#[derive(Serialize)]
struct Entry {
    scores: Vec<f64>,
    mean: f64,
    std_error: f64,
    units_rate: f64,
}

/// Scores by task and network for the summary.
pub fn entry(trials: &[Trial]) -> Map<String, Value> {
    let mut all: Map<String, Value> = Map::new();
    for t in trials {
        let [mean, std_error] = pair(Estimate::mean_of_all(&t.scores()));
        let found = Entry { scores: t.scores(), mean, std_error, units_rate: t.settings.rate };
        let task = all.entry(t.problem.id()).or_insert_with(|| Map::new().into());
        if let Some(task) = task.as_object_mut() {
            task.insert(t.network.id().into(), written(found));
        }
    }
    all
}
