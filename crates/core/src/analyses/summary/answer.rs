//! Whole answers as the summary holds them.

use super::potts::{AboutModel, AboutPotts, PottsEntry, UsedModel};
use super::{
    AboutTask, Analyzed, Behaviour, Conventional, Distillation, Distilled, Gaussian, Ibl, Model, Modules,
    Navigation, Navigations, Potts, PottsModules, Radd, Search, Training, Trainings,
};
use crate::analyses::distill::{self, AboutTeacher};
use crate::analyses::gaussian::{AboutData, Inferred};
use crate::analyses::ibl::Behaved;
use crate::analyses::navigate::TrainedNavigator;
use crate::analyses::potts;
use crate::analyses::training::TrainedNetwork;
use crate::analyses::{Analysis, Context, Failure};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// An answer: what was read, and one object for each module that ran.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Summary<I, M> {
    /// What was read.
    pub input: I,
    /// One object for each module that ran.
    pub modules: M,
    /// Modules that could not be done, each with the reason; absent where all were.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "reasons")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub failed: Vec<Failure>,
}

fn reasons<S: Serializer>(all: &[Failure], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(all.iter().map(|f| (f.module.name(), &f.reason)))
}

/// Writes an answer as its summary.
macro_rules! written {
    ($found:ty as $input:ty, $modules:ty) => {
        impl Serialize for $found {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                self.summary().serialize(to)
            }
        }
        impl JsonSchema for $found {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($found).into()
            }
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                Summary::<$input, $modules>::json_schema(generator)
            }
        }
    };
}

impl Analysis {
    /// As the summary holds it.
    pub fn summary(&self) -> Summary<Analyzed, Modules> {
        match self {
            Self::Network(n) => Summary {
                input: Analyzed::Network(n.about.clone()),
                modules: Modules::of(&n.findings, &n.context),
                failed: n.failed.clone(),
            },
            Self::Recording(r) => Summary {
                input: Analyzed::Recording(r.about.clone()),
                modules: Modules::of(&r.findings, &Context::UNTIMED),
                failed: r.failed.clone(),
            },
        }
    }
}
written!(Analysis as Analyzed, Modules);

impl Inferred {
    /// As the summary holds it.
    pub fn summary(&self) -> Summary<AboutData, Model> {
        let modules = Model { gaussian: Gaussian::of(&self.model) };
        Summary { input: self.model.about.clone(), modules, failed: vec![] }
    }
}
written!(Inferred as AboutData, Model);

impl potts::Found {
    /// As the summary holds it.
    pub fn summary(&self) -> Summary<AboutPotts, PottsModules> {
        match self {
            Self::Inferred(found) => Summary {
                input: AboutPotts::Samples(found.model.about.clone()),
                modules: PottsModules { potts: PottsEntry::Inferred(Box::new(Potts::of(&found.model))) },
                failed: vec![],
            },
            Self::Used(found) => Summary {
                input: AboutPotts::Model(AboutModel {
                    file: found.path.display().to_string(),
                    kind: "model",
                    sites: found.model.sites.count(),
                    states: found.model.sites.ranges().map(|r| r.len()).max().unwrap_or(0),
                    scored: found.scored.as_ref().map(|s| s.path.display().to_string()),
                }),
                modules: PottsModules { potts: PottsEntry::Used(UsedModel::of(found)) },
                failed: vec![],
            },
        }
    }
}
written!(potts::Found as AboutPotts, PottsModules);

impl distill::Radd {
    /// As the summary holds it.
    pub fn summary(&self) -> Summary<AboutTeacher, Distilled> {
        let modules = Distilled { distillation: Distillation::Radd(Box::new(Radd::of(self))) };
        Summary { input: self.about.clone(), modules, failed: vec![] }
    }
}
written!(distill::Radd as AboutTeacher, Distilled);

impl distill::Conventional {
    /// As the summary holds it.
    pub fn summary(&self) -> Summary<AboutTeacher, Distilled> {
        let modules = Distilled { distillation: Distillation::Conventional(Conventional::of(self)) };
        Summary { input: self.about.clone(), modules, failed: vec![] }
    }
}
written!(distill::Conventional as AboutTeacher, Distilled);

impl TrainedNetwork {
    /// As the summary holds it.
    pub fn summary(&self) -> Summary<AboutTask, Trainings> {
        let modules =
            Trainings { training: Training::of(self), search: self.search.as_ref().map(Search::of) };
        Summary { input: AboutTask { task: self.task.into() }, modules, failed: vec![] }
    }
}
written!(TrainedNetwork as AboutTask, Trainings);

impl TrainedNavigator {
    /// As the summary holds it.
    pub fn summary(&self) -> Summary<AboutTask, Navigations> {
        let modules = Navigations { navigation: Navigation::of(self) };
        Summary { input: AboutTask { task: "navigate".into() }, modules, failed: vec![] }
    }
}
written!(TrainedNavigator as AboutTask, Navigations);

impl Behaved {
    /// As the summary holds it.
    pub fn summary(&self) -> Summary<AboutTask, Behaviour> {
        Summary {
            input: AboutTask { task: "ibl".into() },
            modules: Behaviour { ibl: Ibl::of(self) },
            failed: vec![],
        }
    }
}
written!(Behaved as AboutTask, Behaviour);
