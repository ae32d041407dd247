//! Learning curves in the manner of Fig. 5C.

use super::{Problem, Trial};
use crate::common::*;

/// Loss, or percent right, on held-out items after each epoch: the mean over realisations with a band of
/// one standard error; a realisation that has stopped keeps its best value.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
pub fn curves(trials: &[Trial]) -> Drawn {
    let mut figures = vec![];
    for problem in Problem::ALL {
        let own: Vec<&Trial> = trials.iter().filter(|t| t.problem == problem).collect();
        let Some(first) = own.first() else { continue };
        let y = if problem.is_accuracy() { "validation items right (%)" } else { "validation loss (nats)" };
        let axes =
            Axes { y_log: !problem.is_accuracy(), x_whole: true, width: 250.0, ..Axes::new("epoch", y) };
        let axes = match problem.is_accuracy() {
            true => axes.reference("guessing", Reference::Across(10.0)),
            false => axes.reference("guessing", Reference::Across(first.chance)),
        };
        let series: Vec<Series> = own.iter().enumerate().map(|(i, t)| series(t, i)).collect();
        figures.push(lines(&series, &axes)?.named(problem.id(), problem.label(), "")?);
    }
    let caption = "Loss (or share right) on items that are not trained on, after each epoch: mean over \
                   realisations, bands of one standard error. A training that has stopped keeps its best \
                   value. Dashed: guessing.";
    panels("learning", "Learning curves", caption, &figures, 2)
}

fn series(trial: &Trial, place: usize) -> Series {
    let longest = trial.trained.iter().map(|t| t.curve.len()).max().unwrap_or(0);
    let value = |k: usize, realisation: usize| {
        let t = &trial.trained[realisation];
        let row = t.curve.get(k).unwrap_or_else(|| t.best());
        if trial.problem.is_accuracy() {
            row.accuracy.map_or(f64::NAN, |a| 100.0 * a)
        } else {
            row.validation_loss
        }
    };
    let at =
        |k: usize| Estimate::mean_of_all(&(0..trial.trained.len()).map(|r| value(k, r)).collect::<Vec<_>>());
    let epochs: Vec<f64> = (0..longest).map(|k| k as f64).collect();
    curve(trial.network.label(), &epochs, (0..longest).map(at)).ink(Ink::Series(place))
}
