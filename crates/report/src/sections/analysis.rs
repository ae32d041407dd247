//! What `analyze` found, in words, tables and figures.

use super::{Rendered, left, words};
use super::{
    activity, adjoint, clusters, covariant, cycles, decoding, fixed_points, flow_field, lyapunov, pca,
    recurrent,
};
use super::{selectivity, trajectories};
use crate::folder::Origin;
use crate::report::{Report, Told};
use crate::runner::Failure;
use nullcline_core::analyses::network::{About, NetworkAnalysis};
use nullcline_core::analyses::{
    self, Analysis, Analyze, Context, Finding, RecordingAnalysis, may_be_weights,
};
use std::path::Path;

impl Report for Analyze {
    fn origin(&self, place: &Path) -> Result<Origin, analyses::Error> {
        Ok(Origin::files("analyze", &[&self.file], place))
    }

    fn file(&self) -> Option<&Path> {
        Some(&self.file)
    }

    fn tell(&self, found: &Analysis) -> Result<Told, Failure> {
        let told = match found {
            Analysis::Network(n) => network(n)?,
            Analysis::Recording(r) => recording(r)?,
        };
        Ok(Told { seed: self.seed, ..told })
    }
}

fn network(n: &NetworkAnalysis) -> Result<Told, Failure> {
    let mut warnings = vec![];
    warnings.extend(n.no_components.map(|why| format!("No dimensions: {}.", why.advice())));
    warnings.extend(n.no_plane.then(|| "No flow field: the states do not span a plane.".to_owned()));
    warnings.extend(n.coarse.map(|why| format!("Trajectories grow without bounds: {why}.")));
    warnings.extend(failed(&n.failed));
    warnings.extend(n.about.notes.iter().filter(|n| n.doubtful()).map(ToString::to_string));
    warnings.extend(n.about.said.iter().cloned());
    let mut findings = vec![];
    let mut modules = vec![];
    for f in &n.findings {
        findings.extend(sentence(f, &n.context));
        modules.push(rendered(f, &n.context)?);
    }
    Ok(Told {
        subject: n.about.description.clone(),
        facts: facts(&n.about),
        findings,
        warnings,
        modules,
        ..Told::default()
    })
}

fn recording(r: &RecordingAnalysis) -> Result<Told, Failure> {
    let context = &Context::UNTIMED;
    let (units, rows) = (words::count(r.about.units, "unit"), words::count(r.about.rows, "row"));
    let subject = format!("a recording of {units} in {rows} ({})", r.about.format);
    let mut warnings = r.notes.clone();
    warnings.extend(left::rows(r.about.dropped_rows));
    warnings.extend(r.square.then(|| may_be_weights(r.about.rows)));
    warnings.extend(failed(&r.failed));
    let mut modules = vec![];
    for f in &r.findings {
        modules.push(rendered(f, context)?);
    }
    Ok(Told {
        facts: vec![("Recording".into(), subject.clone())],
        subject,
        findings: r.findings.iter().filter_map(|f| sentence(f, context)).collect(),
        warnings,
        modules,
        ..Told::default()
    })
}

/// What a module found in a sentence, where it is one.
fn sentence(finding: &Finding, context: &Context) -> Option<String> {
    Some(match finding {
        Finding::Lyapunov(f) => lyapunov::describe(f, context),
        Finding::Covariant(f) => return covariant::describe(&f.result),
        Finding::Adjoint(f) => adjoint::describe(f, context),
        Finding::Cycles(f) => cycles::describe(&f.survey, context),
        Finding::FixedPoints(f) => {
            let found = fixed_points::describe(&f.result);
            if f.driven { format!("Under the constant input alone: {found}") } else { found }
        }
        Finding::Pca(f) => pca::describe(f),
        Finding::Decoding(f) => decoding::describe(&f.targets),
        Finding::Selectivity(f) => selectivity::describe(f),
        Finding::Clusters(f) => clusters::describe(f),
        Finding::FlowField(_) | Finding::Trajectories(_) | Finding::Recurrent(_) | Finding::Activity(_) => {
            return None;
        }
    })
}

/// A module's part of the report. A new module is a line here, one above, and one in
/// [`Finding`](nullcline_core::analyses::Finding).
fn rendered(finding: &Finding, context: &Context) -> Result<Rendered, crate::Error> {
    match finding {
        Finding::Lyapunov(f) => lyapunov::lyapunov(f, context),
        Finding::Covariant(f) => covariant::covariant(f, context),
        Finding::Adjoint(f) => adjoint::adjoint(f, context),
        Finding::Cycles(f) => cycles::cycles(f, context),
        Finding::FixedPoints(f) => fixed_points::fixed_points(f, context),
        Finding::Pca(f) => pca::pca(f),
        Finding::FlowField(f) => flow_field::flow_field(f, context),
        Finding::Trajectories(f) => trajectories::trajectories(f, context),
        Finding::Recurrent(f) => recurrent::recurrent(f),
        Finding::Activity(f) => Ok(activity::activity(f)),
        Finding::Decoding(f) => decoding::decoding(f),
        Finding::Selectivity(f) => selectivity::selectivity(f),
        Finding::Clusters(f) => clusters::clusters(f),
    }
}

fn failed(all: &[analyses::Failure]) -> impl Iterator<Item = String> {
    all.iter().map(|f| format!("No {}: {}.", f.module.name(), f.reason))
}

/// Names and values for the head of the page.
fn facts(a: &About) -> Vec<(String, String)> {
    let mut facts = vec![("Network".into(), a.description.clone())];
    if let Some(name) = &a.readout {
        facts.push(("Read-out".into(), format!("{name} ({} outputs)", a.outputs)));
    }
    if !a.unused.is_empty() {
        facts.push(("Tensors not used".into(), a.unused.join(", ")));
    }
    if !a.said.is_empty() {
        facts.push(("Understood".into(), a.said.join(" ")));
    }
    if !a.notes.is_empty() {
        let notes: Vec<String> = a.notes.iter().map(ToString::to_string).collect();
        facts.push(("Assumed".into(), notes.join(" ")));
    }
    facts
}
