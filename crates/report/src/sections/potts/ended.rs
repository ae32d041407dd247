//! How fits ended: at a minimum, where chains find the data's moments, or where clusters are below a threshold.

use super::super::words::{count, number, with_error};
use super::PottsModel;
use crate::figures::{self, Axes, Ink, Reference, Series, lines, panels};
use crate::tables::{Table, TableOut};
use crate::{Error, Figure};
use nullcline_core::inference::potts::{Ended, Stage, Threshold};
use nullcline_core::numbers::Estimate;

/// What is said behind what is least.
pub fn method(m: &PottsModel) -> String {
    match &m.fit.ended {
        Ended::Descent => {
            format!("; each fit is within {} of its minimum, by the convexity of the penalty", number(m.fit.gap))
        }
        Ended::Learning { sweeps, .. } => format!(
            ". Persistent chains give the moments of the model that the data's are held against, with {} between updates; it ends where \
             what is left of the slope is below its tolerance times what the data's sampling error makes of it",
            count(*sweeps, "Gibbs sweep")
        ),
        Ended::Expansion { .. } => {
            ". The least cross-entropy is the sum of what clusters of sites add to it, those above a threshold that falls until the model has \
             the data's frequencies and correlations within their sampling errors; pairs in no such cluster are not coupled"
                .into()
        }
    }
}

/// Where fits ceased to converge.
pub fn stopped(m: &PottsModel) -> Option<String> {
    m.stopped.as_ref().map(|(gamma, why)| {
        format!("At γ = {} the fit did not converge, and weaker ones were not tried: {why}.", number(*gamma))
    })
}

/// What is doubtful.
pub fn warnings(m: &PottsModel) -> Option<String> {
    let Ended::Expansion { path, .. } = &m.fit.ended else { return None };
    let last = path.last()?.mismatch?;
    let worst = last.worst();
    (worst > 1.0).then(|| {
        format!(
            "At this threshold the model's moments are {} sampling errors from the data's: it is not their fit.",
            number(worst)
        )
    })
}

/// How the fit at the chosen strength ended, in a sentence.
pub fn finding(m: &PottsModel) -> Option<String> {
    match &m.fit.ended {
        Ended::Descent => None,
        Ended::Learning { mismatch, resolution, chains, .. } => Some(format!(
            "After {} the chains find the data's moments within {} ± {} of their standard errors (R-hat {:.3}, {:.0} effective draws).",
            count(m.fit.evaluations, "update"),
            number(*mismatch),
            number(*resolution),
            chains.r_hat,
            chains.ess
        )),
        Ended::Expansion { path, entropy, .. } => path.last().map(|last| {
            let clusters: usize = last.sizes.iter().skip(1).sum();
            format!(
                "The expansion keeps {} of two sites or more at a threshold of {}; the cross-entropy of a sample is {}.",
                count(clusters, "cluster"),
                number(last.threshold),
                with_error(*entropy)
            )
        }),
    }
}

/// Rows of facts.
pub fn facts(m: &PottsModel) -> Vec<(String, String)> {
    let fact = |name: &str, value: String| (name.to_owned(), value);
    match &m.fit.ended {
        Ended::Descent => vec![],
        Ended::Learning { mismatch, resolution, sweeps, chains, error, .. } => vec![
            fact("What is left of moments, in standard errors of the data's", number(*mismatch)),
            fact("The chains' own error of it", number(*resolution)),
            fact("Error of a coupling that the chains leave, root mean square", number(*error)),
            fact("Updates, sweeps between them", format!("{}, {sweeps}", m.fit.evaluations)),
            fact(
                "R-hat and effective draws of the energy",
                format!("{:.3}, {:.0}", chains.r_hat, chains.ess),
            ),
        ],
        Ended::Expansion { entropy, log_z, path } => {
            let mut all = vec![
                fact("Cross-entropy of a sample, with the penalty", with_error(*entropy)),
                fact("log Z by the expansion", with_error(*log_z)),
            ];
            if let Some(last) = path.last() {
                all.push(fact("Threshold", number(last.threshold)));
                all.push(fact("Clusters of 1, 2, … sites", joined(&last.sizes)));
                if let Some(mismatch) = last.mismatch {
                    all.push(fact("Moments from the data's, in sampling errors", number(mismatch.worst())));
                }
            }
            all
        }
    }
}

fn joined(sizes: &[usize]) -> String {
    sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}

/// The way to the end.
pub fn tables(m: &PottsModel) -> Option<TableOut> {
    match &m.fit.ended {
        Ended::Descent => None,
        Ended::Learning { stages, .. } => {
            let table = Table::of(stages)
                .column("updates", "", |s: &Stage| s.updates)
                .column("mismatch", "", |s| s.mismatch)
                .column("resolution", "", |s| s.resolution)
                .column("r_hat", "", |s| s.r_hat);
            Some(table.named(
                "learning",
                "Stages of the learning: what is left of moments and the chains' own error of it, in standard errors of the data's.",
            ))
        }
        Ended::Expansion { path, .. } => {
            let table = Table::of(path)
                .column("threshold", "nats", |s: &Threshold| s.threshold)
                .column("entropy", "nats", |s| s.entropy)
                .column("clusters", "", |s| s.sizes.iter().skip(1).sum::<usize>())
                .column("largest", "sites", |s| s.sizes.len())
                .column("mismatch", "", |s| {
                    s.mismatch.map_or(Estimate::NONE, |m| Estimate::exact(m.worst(), 0))
                });
            Some(table.named(
                "expansion",
                "Thresholds of the expansion: the cross-entropy of a sample, clusters of two sites or more, and how far moments are from the \
                 data's, in sampling errors.",
            ))
        }
    }
}

/// The way to the end, drawn.
pub fn figure(m: &PottsModel) -> Result<Option<Figure>, Error> {
    match &m.fit.ended {
        Ended::Descent => Ok(None),
        Ended::Learning { stages, .. } if stages.len() > 1 => learning(stages).map(Some),
        Ended::Expansion { path, .. } if path.len() > 1 => expansion(path).map(Some),
        // One point is no way.
        Ended::Learning { .. } | Ended::Expansion { .. } => Ok(None),
    }
}

fn learning(stages: &[Stage]) -> Result<Figure, Error> {
    let x: Vec<f64> = stages.iter().map(|s| s.updates as f64).collect();
    let of = |label: &str, place: usize, f: fn(&Stage) -> f64| {
        let y: Vec<f64> = stages.iter().map(f).collect();
        Series::new(label, &x, &y).ink(Ink::Series(place))
    };
    let series = [of("left of moments", 0, |s| s.mismatch), of("the chains' own error", 1, |s| s.resolution)];
    let axes = Axes {
        x_label: "updates".into(),
        y_label: "standard errors of the data".into(),
        x_log: true,
        ..Axes::default()
    };
    lines(&series, &axes)?.named(
        "learning",
        "Moments while the model is learned",
        "After each stage: what is left of moments, root mean square in standard errors of the data's, and the chains' own error of it.",
    )
}

fn expansion(path: &[Threshold]) -> Result<Figure, Error> {
    let x: Vec<f64> = path.iter().map(|s| s.threshold).collect();
    let axes = |label: &str| Axes {
        x_label: "threshold (nats)".into(),
        y_label: label.into(),
        x_log: true,
        ..Axes::default()
    };
    let wide = |axes: Axes| axes.wide(1.45 * figures::THIRD);
    let entropy: Vec<f64> = path.iter().map(|s| s.entropy).collect();
    let entropy = lines(&[Series::new("", &x, &entropy)], &wide(axes("cross-entropy (nats)")))?;
    let known: Vec<&Threshold> = path.iter().filter(|s| s.mismatch.is_some()).collect();
    let x: Vec<f64> = known.iter().map(|s| s.threshold).collect();
    let worst: Vec<f64> = known.iter().filter_map(|s| s.mismatch).map(|m| m.worst()).collect();
    let references = vec![("sampling error".to_owned(), Reference::Across(1.0))];
    let moments = Axes { references, ..axes("moments (sampling errors)") };
    let moments = lines(&[Series::new("", &x, &worst)], &wide(moments))?;
    panels(
        "expansion",
        "The expansion as its threshold falls",
        "The cross-entropy of a sample by the clusters above each threshold, and how far the model's moments are from the data's.",
        &[entropy.named("entropy", "cross-entropy", "")?, moments.named("moments", "moments", "")?],
        2,
    )
}
