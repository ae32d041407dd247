//! What the tests of the command share: a place to write, networks, the command itself, the schema.

#![allow(dead_code)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nullcline::io::tensors::{Tensor, write_safetensors};
use nullcline::linalg::random::{Use, normal, stream};
use nullcline::report::schema::SUMMARY_SCHEMA;
use serde_json::Value;

/// A folder of its own for a test, removed at its end.
pub struct Place(pub PathBuf);

impl Place {
    pub fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.0.join(name), bytes).unwrap();
        self.path(name)
    }

    /// Tensors as a safetensors file.
    pub fn save(&self, name: &str, tensors: &[Tensor]) -> String {
        write_safetensors(&self.0.join(name), tensors, &BTreeMap::new()).unwrap();
        self.path(name)
    }

    pub fn entries(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub fn summary(&self, folder: &str) -> Value {
        let text = std::fs::read_to_string(self.0.join(folder).join("summary.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A file of the golden fixtures.
pub fn golden(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name).to_str().unwrap().to_owned()
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nullcline"));
    command.args(arguments).stdin(Stdio::null());
    command
}

pub fn run(arguments: &[&str]) -> Ran {
    let done = command(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { status: done.status.code().unwrap_or(-1), out: text(done.stdout), err: text(done.stderr) }
}

/// Runs a command into the folder `out` of the place; it must end with `status` and every one of `words` in
/// its error text, and leave a report if and only if the status is 0.
pub fn report(place: &Place, command: &[&str], arguments: &[&str], status: i32, words: &[&str]) -> Ran {
    let out = place.path("out");
    let _ = std::fs::remove_dir_all(&out);
    let ran = run(&[command, arguments, &["--out", &out]].concat());
    assert_eq!(ran.status, status, "{arguments:?}: {ran:?}");
    for w in words {
        assert!(ran.err.contains(w), "{arguments:?}: `{w}` is not in {:?}", ran.err);
    }
    assert!(!ran.err.contains("panicked"), "{arguments:?}: {}", ran.err);
    assert_eq!(Path::new(&out).exists(), status == 0, "{arguments:?}");
    assert!(place.entries().iter().all(|e| !e.contains("partial")), "{:?}", place.entries());
    ran
}

/// The same of `analyze`.
pub fn analyze(place: &Place, arguments: &[&str], status: i32, words: &[&str]) -> Ran {
    report(place, &["analyze"], arguments, status, words)
}

pub fn tensor(name: &str, shape: &[usize], data: Vec<f64>) -> Tensor {
    Tensor { name: name.into(), shape: shape.to_vec(), dtype: "f64".into(), data }
}

/// Normal numbers of deviation `scale`.
pub fn noise(count: usize, scale: f64, index: u64) -> Vec<f64> {
    let mut rng = stream(5, Use::Fixture, index);
    (0..count).map(|_| scale * normal(&mut rng)).collect()
}

/// The state_dict of a one-layer network of `gates` gates, n units and d inputs.
pub fn network(gates: usize, n: usize, d: usize, gain: f64) -> Vec<Tensor> {
    let rows = gates * n;
    vec![
        tensor("rnn.weight_ih_l0", &[rows, d], noise(rows * d, 1.0, 1)),
        tensor("rnn.weight_hh_l0", &[rows, n], noise(rows * n, gain / (n as f64).sqrt(), 2)),
        tensor("rnn.bias_ih_l0", &[rows], noise(rows, 0.1, 3)),
        tensor("rnn.bias_hh_l0", &[rows], noise(rows, 0.1, 4)),
    ]
}

/// A CSV of normal numbers in columns c0, c1, ...
pub fn table(rows: usize, columns: usize) -> String {
    let names: Vec<String> = (0..columns).map(|j| format!("c{j}")).collect();
    let values = noise(rows * columns, 1.0, 9);
    let mut text = names.join(",") + "\n";
    for row in values.chunks(columns) {
        text += &(row.iter().map(f64::to_string).collect::<Vec<_>>().join(",") + "\n");
    }
    text
}

/// Violations of the keywords that the schema uses; panics on a keyword it does not know.
fn check(root: &Value, schema: &Value, value: &Value, at: &str, errors: &mut Vec<String>) {
    if schema == false {
        errors.push(format!("{at}: {value} is excluded"));
    }
    let Some(rules) = schema.as_object() else { return };
    for (key, rule) in rules {
        let reason = match key.as_str() {
            "type" | "enum" | "const" | "required" | "minimum" | "maximum" | "minItems" | "maxItems" => {
                broken(key, rule, value)
            }
            "anyOf" | "oneOf" => {
                one_of(root, (key, rule), value, at, errors);
                None
            }
            "format" | "title" | "description" | "$schema" | "$defs" => None,
            _ => {
                inside(root, rules, (key, rule), value, at, errors);
                None
            }
        };
        errors.extend(reason.map(|reason| format!("{at}: {reason}")));
    }
}

/// What is wrong with the value itself.
fn broken(key: &str, rule: &Value, value: &Value) -> Option<String> {
    let beyond = |sign: f64| {
        let (limit, v) = (rule.as_f64()?, value.as_f64()?);
        (sign * (v - limit) < 0.0).then(|| format!("{v} passes the {key} {limit}"))
    };
    let items = |wrong: fn(usize, usize) -> bool| {
        let (bound, has) = (rule.as_u64().unwrap() as usize, value.as_array()?.len());
        wrong(has, bound).then(|| format!("has {has} items"))
    };
    match key {
        "type" => {
            let wanted = rule.as_array().map_or(std::slice::from_ref(rule), Vec::as_slice);
            let fits = wanted.iter().any(|t| is(value, t.as_str().unwrap()));
            (!fits).then(|| format!("{value} is not {wanted:?}"))
        }
        "enum" => {
            (!rule.as_array().unwrap().contains(value)).then(|| format!("{value} is not one of {rule}"))
        }
        "const" => (rule != value).then(|| format!("{value} is not {rule}")),
        "required" => {
            let lacks =
                |key: &&Value| !value.as_object().is_none_or(|map| map.contains_key(key.as_str().unwrap()));
            let lacking: Vec<String> =
                rule.as_array().unwrap().iter().filter(lacks).map(|key| format!("lacks {key}")).collect();
            (!lacking.is_empty()).then(|| lacking.join(", "))
        }
        "minimum" => beyond(1.0),
        "maximum" => beyond(-1.0),
        "minItems" => items(|has, least| has < least),
        _ => items(|has, most| has > most),
    }
}

/// What is wrong with what the value holds.
fn inside(
    root: &Value,
    rules: &serde_json::Map<String, Value>,
    (key, rule): (&str, &Value),
    value: &Value,
    at: &str,
    errors: &mut Vec<String>,
) {
    let list = || value.as_array().into_iter().flatten().enumerate();
    match key {
        "$ref" => {
            let target = root.pointer(rule.as_str().unwrap().trim_start_matches('#')).expect("a definition");
            check(root, target, value, at, errors);
        }
        "properties" => {
            for (name, rule) in rule.as_object().unwrap() {
                if let Some(v) = value.get(name) {
                    check(root, rule, v, &format!("{at}.{name}"), errors);
                }
            }
        }
        "prefixItems" => list()
            .zip(rule.as_array().unwrap())
            .for_each(|((i, v), rule)| check(root, rule, v, &format!("{at}[{i}]"), errors)),
        "items" => {
            assert!(!rules.contains_key("prefixItems"), "the validator does not know both");
            list().for_each(|(i, v)| check(root, rule, v, &format!("{at}[{i}]"), errors));
        }
        "additionalProperties" => {
            let known = |name: &str| rules.get("properties").is_some_and(|p| p.get(name).is_some());
            for (name, v) in value.as_object().into_iter().flatten().filter(|(n, _)| !known(n)) {
                check(root, rule, v, &format!("{at}.{name}"), errors);
            }
        }
        other => panic!("the validator does not know {other}"),
    }
}

/// What is wrong with a value that fits none, or several, of what it may be.
fn one_of(root: &Value, (key, rule): (&str, &Value), value: &Value, at: &str, errors: &mut Vec<String>) {
    let all = rule.as_array().unwrap();
    let inner = |rule: &Value| {
        let mut inner = Vec::new();
        check(root, rule, value, at, &mut inner);
        inner
    };
    let something: Vec<&Value> = all.iter().filter(|r| r["type"] != "null").collect();
    match (all.iter().filter(|r| inner(r).is_empty()).count(), &something[..]) {
        // What may be null says what is wrong with it.
        (0, [one]) => errors.extend(inner(one)),
        (0, _) => errors.push(format!("{at}: fits none of {rule}")),
        (n, _) if n > 1 && key == "oneOf" => errors.push(format!("{at}: fits {n} of {rule}")),
        _ => {}
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        other => panic!("unknown type {other}"),
    }
}

/// What in a summary breaks the schema.
pub fn violations(value: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(SUMMARY_SCHEMA).expect("the schema is JSON");
    let mut errors = Vec::new();
    check(&schema, &schema, value, "summary", &mut errors);
    errors
}
