//! What a reader of the page must know.

use super::tables::{entry, realisations, table};
use super::{Budget, Problem, Trial, curves};
use crate::common::*;

/// How the numbers were made.
fn setting(preset: Preset) -> Vec<String> {
    let b = Budget::of(preset, Problem::Copy);
    let size = match preset {
        Preset::Quick => "Sizes of quick: delays of 20 to 36 steps, four tokens, 2,000 items to train on.",
        Preset::Paper => "Sizes of the paper: delays as printed, ten tokens, 10,000 items to train on.",
    };
    vec![
        format!(
            "Each network has {} units and is trained {} times on items, initial parameters and an order of \
             its own, for at most {} epochs; parameters of the lowest validation loss are tested. {size}",
            b.units, b.realisations, b.epochs
        ),
        "The paper's hyper-parameters are not published. Here the learning rate was searched for each \
         network and task at the sizes of quick; the oscillators have gains of at most 1.5 in place of 10, \
         chosen on validation items. Copy tasks count the recalled tokens."
            .into(),
    ]
}

/// What the claims say, and which networks had the lowest mean loss on which task.
fn answer(trials: &[Trial], claims: &[Claim]) -> String {
    let mut parts = vec![];
    for problem in Problem::ALL {
        let own = trials.iter().filter(|t| t.problem == problem);
        let sign = if problem.is_accuracy() { -1.0 } else { 1.0 };
        let key = |t: &&Trial| sign * Estimate::mean_of_all(&t.scores()).value;
        if let Some(best) = own.min_by(|a, b| key(a).total_cmp(&key(b))) {
            parts.push(format!("{}: {}", problem.label(), best.network.label()));
        }
    }
    format!("{} Lowest mean of this run: {}.", crate::claims::answer(claims), parts.join("; "))
}

/// What was left out.
fn warnings(settings: &Settings) -> Vec<String> {
    let left = |p: &Problem| !p.runs(settings.preset, settings.data.as_deref());
    let reason = |p: Problem| match p {
        Problem::Digits => "needs the MNIST files in --data",
        _ => "is part of --preset paper",
    };
    let out = Problem::ALL.into_iter().filter(left);
    out.map(|p| format!("{} was not run: it {}.", p.label(), reason(p))).collect()
}

/// What a study of these trainings found, in one section.
///
/// # Errors
/// [`Error::Report`] where a figure cannot be drawn.
pub fn report(
    id: &str,
    title: &str,
    trials: &[Trial],
    claims: Vec<Claim>,
    settings: &Settings,
) -> Result<Findings, Error> {
    let section = Section { intro: setting(settings.preset), ..Section::new(id, title) }
        .figures([curves(trials)?])
        .tables([table(trials), realisations(trials)]);
    Ok(Findings {
        answer: answer(trials, &claims),
        claims,
        sections: vec![section],
        json: entry(trials),
        warnings: warnings(settings),
    })
}
