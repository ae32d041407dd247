//! `summary.json`: every scalar and short vector of a run, for programs.

use crate::Error;
use nullcline_core::job::Job;
use serde_json::{Value, json};

/// The name that stands under `tool` in every summary.
pub const TOOL: &str = "nullcline";

/// The whole summary, its keys in the order of the contract: the answer `found` of `job`, made by the command line `command`; `lead` is the figure beside
/// it, by section and name.
///
/// # Errors
/// [`Error::Summary`] for what cannot be written as JSON.
pub fn summary<J: Job>(
    job: &J,
    found: &J::Found,
    command: &str,
    seed: u64,
    warnings: &[String],
    lead: Option<&[String; 2]>,
) -> Result<Value, Error> {
    let entry = |value: serde_json::Result<Value>| value.map_err(|e| Error::Summary(e.to_string()));
    let mut found = entry(serde_json::to_value(found))?;
    let mut whole = json!({
        "tool": TOOL,
        "version": env!("CARGO_PKG_VERSION"),
        "command": command,
        "job": { "name": J::NAME, "settings": given(entry(serde_json::to_value(job))?) },
        "seed": seed,
        "input": found["input"].take(),
        "modules": found["modules"].take(),
        "warnings": warnings,
        "lead": lead.map(|place| place.join("/")),
    });
    if let Some(failed) = found.get_mut("failed") {
        whole["failed"] = failed.take();
    }
    Ok(whole)
}

/// Settings without those that were not given: null, or false of an option without a value.
fn given(settings: Value) -> Value {
    match settings {
        Value::Object(keys) => {
            let is_given = |v: &Value| !v.is_null() && *v != Value::Bool(false);
            keys.into_iter().filter(|(_, v)| is_given(v)).map(|(k, v)| (k, given(v))).collect()
        }
        other => other,
    }
}

/// A number, or null if it is not finite.
pub fn number(v: f64) -> Value {
    serde_json::Number::from_f64(v).map_or(Value::Null, Value::Number)
}

/// Numbers, each null if it is not finite.
///
/// ```
/// use nullcline_report::summary::numbers;
///
/// assert_eq!(numbers(&[0.5, f64::NAN]).to_string(), "[0.5,null]");
/// ```
pub fn numbers(values: &[f64]) -> Value {
    values.iter().map(|v| number(*v)).collect()
}

/// The text of the file: indented, short arrays of numbers on one line each.
pub fn text(summary: &Value) -> String {
    let mut out = String::new();
    write(&mut out, summary, 0);
    out.push('\n');
    out
}

fn write(out: &mut String, value: &Value, depth: usize) {
    let nested = |v: &Value| v.is_object() || v.as_array().is_some_and(|a| a.iter().any(Value::is_object));
    match value {
        Value::Object(map) if !map.is_empty() => {
            let entries = map.iter().map(|(k, v)| (Some(k.as_str()), v));
            block(out, ('{', '}'), entries, depth);
        }
        Value::Array(list) if list.iter().any(nested) => {
            block(out, ('[', ']'), list.iter().map(|v| (None, v)), depth);
        }
        flat => out.push_str(&flat.to_string()),
    }
}

fn block<'a>(
    out: &mut String,
    (open, close): (char, char),
    entries: impl Iterator<Item = (Option<&'a str>, &'a Value)>,
    depth: usize,
) {
    out.push(open);
    for (i, (key, value)) in entries.enumerate() {
        out.push_str(if i > 0 { ",\n" } else { "\n" });
        out.push_str(&"  ".repeat(depth + 1));
        if let Some(key) = key {
            out.push_str(&Value::from(key).to_string());
            out.push_str(": ");
        }
        write(out, value, depth + 1);
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(close);
}
