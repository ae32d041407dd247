//! What `analyze` found, in words, tables and figures.

use super::order::{Ordered, ordered};
use super::{left, words};
use crate::folder::Origin;
use crate::report::{Report, Told};
use crate::runner::Failure;
use nullcline_core::analyses::network::{About, InputKind, NetworkAnalysis};
use nullcline_core::analyses::{
    self, Analysis, Analyze, Context, Finding, RecordingAnalysis, may_be_weights,
};
use std::path::{Path, PathBuf};

impl Report for Analyze {
    fn origin(&self, place: &Path) -> Result<Origin, analyses::Error> {
        let against = self.beside.against.iter().map(PathBuf::as_path);
        let files: Vec<&Path> = std::iter::once(self.file.as_path()).chain(against).collect();
        Ok(Origin::files("analyze", &files, place))
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
    let scope = left_alone(n);
    let Ordered { findings, answer, leads, modules } = ordered(&n.findings, &n.context)?;
    Ok(Told {
        subject: n.about.description.clone(),
        facts: facts(&n.about),
        findings: scope.iter().cloned().chain(findings).collect(),
        answer,
        scope: scope.unwrap_or_default(),
        leads,
        warnings,
        modules,
        ..Told::default()
    })
}

/// What this page does not answer of a network with inputs that was shown none.
fn left_alone(n: &NetworkAnalysis) -> Option<String> {
    let alone = |f: &Finding| matches!(f, Finding::Trajectories(p) if !p.source.given && p.source.input == InputKind::None);
    (n.about.inputs > 0 && n.findings.iter().any(alone)).then(|| {
        "At zero input, from random starts: this is what the network does when it is left alone. What it does at its task is told \
         with --trials."
            .to_owned()
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
    let Ordered { findings, answer, leads, modules } = ordered(&r.findings, context)?;
    let mut facts = vec![("Recording".into(), subject.clone())];
    if !r.about.prepared.is_empty() {
        facts.push(("Prepared".into(), r.about.prepared.join(" ")));
    }
    Ok(Told { facts, subject, findings, answer, leads, warnings, modules, ..Told::default() })
}

macro_rules! told {
    ($($(#[$doc:meta])+ $variant:ident $name:ident: $found:ty;)+) => {
        pub(super) fn told(finding: &Finding) -> &dyn super::Shown {
            match finding { $(Finding::$variant(found) => found,)+ }
        }
    };
}
nullcline_core::modules!(told);

fn failed(all: &[analyses::Failure]) -> impl Iterator<Item = String> {
    all.iter().map(|f| format!("No {}: {}.", f.module.name(), f.reason))
}

/// Names and values for the head of the page.
fn facts(a: &About) -> Vec<(String, String)> {
    let mut facts = vec![("Network".into(), a.description.clone())];
    if let Some(name) = &a.readout {
        facts.push(("Read-out".into(), format!("{name} ({})", words::count(a.outputs, "output"))));
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
