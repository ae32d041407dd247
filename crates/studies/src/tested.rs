//! A study's answer.

use crate::claims::{ClaimEntry, entries};
use crate::{Findings, Preset};
use nullcline_core::analyses::summary::Summary;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Deref;

/// What a study found, and of which study.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The study.
    pub about: AboutStudy,
    /// What it found.
    pub findings: Findings,
}

impl Deref for Tested {
    type Target = Findings;

    fn deref(&self) -> &Findings {
        &self.findings
    }
}

/// What was asked for: entry `input` of the summary.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AboutStudy {
    /// `paper/figure`.
    pub study: &'static str,
    /// How large.
    pub preset: Preset,
    /// Whether the published numbers were reproduced by the authors' procedure too.
    pub as_published: bool,
    /// Folder of the authors' files.
    pub data: Option<String>,
}

/// A study stands under its name, as park2023/fig3: numbers of its own, and its claims.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Study")]
pub struct StudyEntry {
    /// Numbers of its own.
    #[serde(flatten)]
    pub numbers: Map<String, Value>,
    /// Every claim.
    pub claims: Vec<ClaimEntry>,
}

type Written = Summary<AboutStudy, BTreeMap<&'static str, StudyEntry>>;

impl Tested {
    /// As the summary holds it.
    pub fn summary(&self) -> Written {
        let claims = entries(&self.claims, self.about.preset);
        let entry = StudyEntry { numbers: self.json.clone(), claims };
        let modules = BTreeMap::from([(self.about.study, entry)]);
        Summary { input: self.about.clone(), modules, failed: vec![] }
    }
}

impl Serialize for Tested {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.summary().serialize(to)
    }
}

impl JsonSchema for Tested {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Tested".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Written::json_schema(generator)
    }
}
