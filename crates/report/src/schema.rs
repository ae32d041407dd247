//! The contract of `summary.json`: the schemas of all answers, put together.

use crate::summary::TOOL;
use nullcline_core::job::Job;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// The JSON schema (draft 2020-12) of `summary.json`, as it is published: that of [`schema`] with the studies' answer.
///
/// ```
/// let schema: serde_json::Value = serde_json::from_str(nullcline_report::schema::SUMMARY_SCHEMA).unwrap();
/// assert!(schema["$schema"].as_str().unwrap().contains("2020-12"));
/// ```
pub const SUMMARY_SCHEMA: &str = include_str!("../summary.schema.json");

/// What all answers are together: kinds of `input`, `modules` by name, and what stands under other names.
#[derive(Default)]
struct Answers {
    inputs: Vec<Value>,
    modules: Map<String, Value>,
    others: Option<Value>,
}

impl Answers {
    fn with<Found: JsonSchema>(mut self, generator: &mut SchemaGenerator) -> Self {
        let mut schema = Found::json_schema(generator).to_value();
        let properties = &mut schema["properties"];
        let input = properties["input"].take();
        if !self.inputs.contains(&input) {
            self.inputs.push(input);
        }
        let modules = &mut properties["modules"];
        if let Value::Object(own) = modules["properties"].take() {
            self.modules.extend(own);
        }
        if modules["additionalProperties"].is_object() {
            self.others = Some(modules["additionalProperties"].take());
        }
        self
    }
}

/// The schema of summaries, derived from the answers of this crate's jobs and from `Study`, that of a study.
pub fn schema<Study: JsonSchema>() -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let g = &mut generator;
    macro_rules! answers {
        ($($job:ty),+ $(,)?) => { Answers::default()$(.with::<<$job as Job>::Found>(g))+ };
    }
    let all = crate::jobs!(answers).with::<Study>(g);
    let mut whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "summary.json of nullcline",
        "description": "Every scalar and short vector of a run. Numbers that are not finite are null. Exponents are natural \
                        logarithms per unit time of the system: per step for maps.",
        "type": "object",
        "required": ["tool", "version", "command", "job", "seed", "input", "modules", "warnings", "lead"],
        "properties": {
            "tool": { "type": "string", "enum": [TOOL] },
            "version": { "type": "string", "description": "Version of nullcline." },
            "command": { "type": "string", "description": "The command line that made this report." },
            "job": {
                "type": "object",
                "description": "The question, as it is written down: what is asked, and every setting that was given or has a \
                                default, by the name of its option. A path is a string, or, where it is not UTF-8, \
                                {\"escaped\": TEXT}: its bytes, those beyond ASCII and % as % with two hexadecimal digits.",
                "required": ["name", "settings"],
                "properties": { "name": { "type": "string" }, "settings": { "type": "object" } },
            },
            "seed": { "type": "integer", "minimum": 0, "description": "Seed of every random stream of the run." },
            "input": { "description": "What was read.", "anyOf": all.inputs },
            "modules": {
                "type": "object",
                "description": "One object for each module that ran.",
                "properties": all.modules,
                "additionalProperties": all.others,
            },
            "warnings": { "type": "array", "items": { "type": "string" } },
            "lead": { "type": ["string", "null"], "description": "The figure beside the answer, as section/name." },
            "failed": {
                "type": "object",
                "description": "Modules that could not be done, each with the reason; absent where all were.",
                "additionalProperties": { "type": "string" },
            },
        },
        "$defs": generator.take_definitions(true),
    });
    unbroken(&mut whole);
    whole
}

/// Takes the line breaks out of descriptions.
fn unbroken(value: &mut Value) {
    match value {
        Value::Object(all) => all.iter_mut().for_each(|(key, value)| match value {
            Value::String(text) if key == "description" => *text = text.replace('\n', " "),
            value => unbroken(value),
        }),
        Value::Array(all) => all.iter_mut().for_each(unbroken),
        _ => {}
    }
}
