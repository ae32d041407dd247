//! Analyses of activity that need its rows at once: read-outs, regressions, clusters.

mod clusters;
mod decoding;
mod held;
mod selectivity;

pub(super) use clusters::{Permutations, clusters};
pub(super) use held::Held;

use super::{AnalysisSettings, Config, Error, Module};
use crate::sections::Rendered;
use nullcline_core::diagnostics::geometry::pca::Pca;

/// What the analyses of one recording share.
pub(super) struct Analyses<'a> {
    pub config: &'a Config,
    pub units: &'a [String],
    pub held: &'a Held,
    /// Principal components of all rows; none where nothing varies.
    pub pca: Option<&'a Pca>,
}

/// The modules that need rows in memory.
pub(super) const HELD: [Module; 3] = [Module::Decoding, Module::Selectivity, Module::Clusters];

impl Analyses<'_> {
    /// The module's finding and result.
    pub fn run(&self, module: Module) -> Result<(String, Rendered), Error> {
        let usable = self.held.targets.iter().any(|t| usable(t, module));
        match module {
            Module::Clusters => clusters(
                self.held.x.as_ref(),
                self.units,
                "the recorded rows",
                &[],
                Permutations { count: 0, seed: self.config.seed },
                &self.config.analyses,
            )
            .map_err(|e| match e {
                // Of a recording it is the table that cannot be grouped.
                Error::Numbers(message) => Error::input(&self.config.file, message),
                e => e,
            })
            .map(|(finding, mut rendered)| {
                rendered.warnings.extend(self.held.warnings("clusters"));
                (finding, rendered)
            }),
            _ if !usable => Err(self.unusable(module)),
            Module::Decoding => self.decoding(),
            _ => self.selectivity(),
        }
    }

    fn unusable(&self, module: Module) -> Error {
        let name = module.name();
        let expected = match module {
            Module::Decoding => "a column of labels",
            _ => "a column of numbers or of two values",
        };
        if self.held.targets.is_empty() {
            return Error::Config(format!("the module {name} needs --targets COLUMN, {expected}"));
        }
        let each = self.held.targets.iter().map(|t| match &t.kind {
            held::TargetKind::Number(k, _) => format!("`{}` has {k} values", t.name),
            held::TargetKind::Unusable(why) => format!("`{}` {why}", t.name),
            held::TargetKind::Labels(labels) => format!("`{}` has {} labels", t.name, labels.len()),
        });
        let message = format!(
            "--targets: {}; the module {name} expects {expected}",
            each.collect::<Vec<_>>().join(", ")
        );
        Error::input(&self.config.file, message)
    }

    fn failed(&self, what: &str, error: &dyn std::fmt::Display) -> Error {
        Error::input(&self.config.file, format!("{what}: {error}"))
    }

    /// What is said of targets that were passed over, and of their missing values.
    fn remarks(&self, module: Module) -> Vec<String> {
        let mut remarks = vec![];
        for t in &self.held.targets {
            match &t.kind {
                held::TargetKind::Unusable(why) => {
                    remarks.push(format!("The target {} was passed over: it {why}.", t.name));
                    continue;
                }
                held::TargetKind::Number(k, _) if !usable(t, module) => {
                    remarks.push(format!(
                        "The target {} was not decoded: it has {k} values, expected labels: texts, or few whole numbers.",
                        t.name
                    ));
                    continue;
                }
                held::TargetKind::Labels(labels) if !usable(t, module) => {
                    remarks.push(format!(
                        "The target {} was passed over: it has {} labels, expected numbers or two labels.",
                        t.name,
                        labels.len()
                    ));
                    continue;
                }
                _ => {}
            }
            if t.missing() > 0 {
                remarks.push(format!(
                    "{} without a value of {} left out.",
                    crate::sections::words::count(t.missing(), "row"),
                    t.name
                ));
            }
        }
        remarks
    }
}

/// Whether the module reads this target.
fn usable(target: &held::Target, module: Module) -> bool {
    if module == Module::Decoding { target.labels().is_some() } else { target.number() }
}

/// Refuses settings of modules that do not run.
pub(super) fn check(settings: &AnalysisSettings, modules: &[Module]) -> Result<(), Error> {
    for (option, given, wanted) in [
        ("--ridge", settings.ridge.is_some(), &[Module::Decoding, Module::Selectivity][..]),
        ("--folds", settings.folds.is_some(), &[Module::Decoding]),
        ("--clusters", settings.clusters.is_some(), &[Module::Clusters]),
        ("--linkage", settings.linkage.is_some(), &[Module::Clusters]),
    ] {
        if given && !wanted.iter().any(|m| modules.contains(m)) {
            let name = wanted[0].name();
            return Err(Error::Config(format!(
                "{option} goes with the module {name}, which was not asked for"
            )));
        }
    }
    Ok(())
}
