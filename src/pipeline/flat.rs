//! Every scalar of a summary under its name.

use crate::numbers::Estimate;
use serde_json::{Map, Value};

/// Entries of a list that are told one by one, at most.
const SHORT: usize = 16;

/// A number of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Its place in `modules`, as `pca.participation_ratio` or `lyapunov.exponents[0]`.
    pub name: String,
    /// The number; its error is `None` where none is told, and its count 0 where an error is told without it.
    pub estimate: Estimate,
}

/// Numbers of the modules of a summary, in its order.
///
/// An object of `value`, `std_error` and `n` is one estimate; errors of a number or list stand under its name with `_std_error`, or under
/// `std_error` right behind it. Of lists of numbers the first 16 are told; longer lists of anything else, words and
/// what is null are left out.
///
/// ```
/// use nullcline::pipeline::quantities;
///
/// let summary = serde_json::json!({ "modules": { "lyapunov": { "exponents": [0.1, -0.5], "std_error": [0.01, 0.02], "steps": 100,
///     "dimension": { "value": 1.2, "std_error": null, "n": 3 }, "kind": "chaotic" } } });
/// let all = quantities(&summary);
/// let names: Vec<&str> = all.iter().map(|q| q.name.as_str()).collect();
/// assert_eq!(names, ["lyapunov.exponents[0]", "lyapunov.exponents[1]", "lyapunov.steps", "lyapunov.dimension"]);
/// assert_eq!((all[3].estimate.std_error, all[1].estimate.std_error), (None, Some(0.02)));
/// // Of how many samples the exponents' errors are is not told.
/// assert_eq!((all[3].estimate.n, all[1].estimate.n, all[2].estimate.n), (3, 0, 1));
/// let long = serde_json::json!({ "modules": { "pca": { "shares": vec![0.1; 100] } } });
/// assert_eq!(quantities(&long).len(), 16);
/// ```
pub fn quantities(summary: &Value) -> Vec<Quantity> {
    let mut all = vec![];
    if let Some(modules) = summary["modules"].as_object() {
        object(modules, "", &mut all);
    }
    all
}

fn object(map: &Map<String, Value>, at: &str, all: &mut Vec<Quantity>) {
    let names: Vec<&String> = map.keys().collect();
    for (k, (key, value)) in map.iter().enumerate() {
        let of_another =
            key == "std_error" || key.strip_suffix("_std_error").is_some_and(|k| map.contains_key(k));
        if of_another || key == "settings" {
            continue;
        }
        let name = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
        // Errors stand under the number's own name, or right behind it.
        let behind = names.get(k + 1).filter(|n| **n == "std_error").map(|n| &map[*n]);
        let errors = map.get(&format!("{key}_std_error")).or(behind);
        entry(value, &name, errors, all);
    }
}

fn entry(value: &Value, name: &str, errors: Option<&Value>, all: &mut Vec<Quantity>) {
    let mut push = |value: f64, std_error: Option<f64>, n: usize| {
        all.push(Quantity { name: name.into(), estimate: Estimate { value, std_error, n } });
    };
    match value {
        Value::Number(v) => {
            let error = errors.and_then(Value::as_f64);
            push(v.as_f64().unwrap_or(f64::NAN), error, usize::from(error.is_none()));
        }
        Value::Bool(b) => push(f64::from(u8::from(*b)), None, 1),
        Value::Object(map) => match map.get("value").filter(|_| map.contains_key("std_error")) {
            Some(Value::Number(v)) => {
                let n = map.get("n").and_then(Value::as_u64).unwrap_or(1) as usize;
                push(v.as_f64().unwrap_or(f64::NAN), map["std_error"].as_f64(), n);
            }
            Some(Value::Null) => {}
            _ => object(map, name, all),
        },
        Value::Array(list) if list.len() <= SHORT || list.iter().all(|v| v.is_number() || v.is_null()) => {
            let errors = errors.and_then(Value::as_array).filter(|e| e.len() == list.len());
            for (k, v) in list.iter().enumerate().take(SHORT) {
                entry(v, &format!("{name}[{k}]"), errors.map(|e| &e[k]), all);
            }
        }
        _ => {}
    }
}

/// Whether a name is one of a pattern's, in which `*` stands for anything.
pub(super) fn meets(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (k, part) in parts.iter().enumerate() {
        if k + 1 == parts.len() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::meets;

    #[test]
    fn patterns() {
        assert!(meets("pca.*", "pca.participation_ratio") && meets("*", "x") && meets("a.b", "a.b"));
        assert!(meets("*.exponents[0]", "lyapunov.exponents[0]") && meets("a*c*e", "abcde"));
        assert!(!meets("pca.*", "lyapunov.steps") && !meets("a.b", "a.bc") && !meets("a*c", "abd"));
    }
}
