//! The schema of summary.json, and summaries held against it by a validator of its subset.

use nullcline::report::schema::SUMMARY_SCHEMA;
use nullcline::report::summary::{number, numbers, summary, text};
use serde_json::{Value, json};

/// Violations of the keywords that the schema uses; panics on a keyword it does not know.
fn check(root: &Value, schema: &Value, value: &Value, at: &str, errors: &mut Vec<String>) {
    let mut fail = |reason: String| errors.push(format!("{at}: {reason}"));
    let Some(rules) = schema.as_object() else { return };
    if let Some(wanted) = rules.get("type") {
        let one = std::slice::from_ref(wanted);
        let wanted = wanted.as_array().map_or(one, Vec::as_slice);
        if !wanted.iter().any(|t| is(value, t.as_str().unwrap())) {
            fail(format!("{value} is not {wanted:?}"));
        }
    }
    if let Some(all) = rules.get("enum").filter(|all| !all.as_array().unwrap().contains(value)) {
        fail(format!("{value} is not one of {all}"));
    }
    let limits = [("minimum", 1.0), ("maximum", -1.0)];
    for (key, sign) in limits {
        if let (Some(limit), Some(v)) = (rules.get(key).and_then(Value::as_f64), value.as_f64())
            && sign * (v - limit) < 0.0
        {
            fail(format!("{v} passes the {key} {limit}"));
        }
    }
    if let Some(list) = value.as_array() {
        let bound = |key: &str| rules.get(key).and_then(Value::as_u64).map(|n| n as usize);
        if bound("minItems").is_some_and(|n| list.len() < n)
            || bound("maxItems").is_some_and(|n| list.len() > n)
        {
            fail(format!("has {} items", list.len()));
        }
    }
    if let Some(map) = value.as_object() {
        for key in rules.get("required").and_then(Value::as_array).into_iter().flatten() {
            if !map.contains_key(key.as_str().unwrap()) {
                fail(format!("lacks {key}"));
            }
        }
    }
    for (key, rule) in rules {
        match key.as_str() {
            "$ref" => {
                let target =
                    root.pointer(rule.as_str().unwrap().trim_start_matches('#')).expect("a definition");
                check(root, target, value, at, errors);
            }
            "properties" => {
                for (name, rule) in rule.as_object().unwrap() {
                    if let Some(v) = value.get(name) {
                        check(root, rule, v, &format!("{at}.{name}"), errors);
                    }
                }
            }
            "items" => {
                for (i, v) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, rule, v, &format!("{at}[{i}]"), errors);
                }
            }
            "additionalProperties" if rule.is_object() => {
                let known = rules.get("properties").and_then(Value::as_object).unwrap();
                for (name, v) in
                    value.as_object().into_iter().flatten().filter(|(n, _)| !known.contains_key(*n))
                {
                    check(root, rule, v, &format!("{at}.{name}"), errors);
                }
            }
            "anyOf" => {
                let passes = |rule: &Value| {
                    let mut inner = Vec::new();
                    check(root, rule, value, at, &mut inner);
                    inner.is_empty()
                };
                if !rule.as_array().unwrap().iter().any(passes) {
                    errors.push(format!("{at}: fits none of {rule}"));
                }
            }
            "type"
            | "enum"
            | "required"
            | "minimum"
            | "maximum"
            | "minItems"
            | "maxItems"
            | "title"
            | "description"
            | "$schema"
            | "$defs"
            | "additionalProperties" => {}
            other => panic!("the validator does not know {other}"),
        }
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

fn violations(value: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(SUMMARY_SCHEMA).expect("the schema is JSON");
    let mut errors = Vec::new();
    check(&schema, &schema, value, "summary", &mut errors);
    errors
}

fn whole() -> Value {
    let lyapunov = json!({
        "exponents": numbers(&[0.1, -0.2, f64::NEG_INFINITY]), "std_error": numbers(&[0.01, 0.01, f64::NAN]),
        "kaplan_yorke_dimension": 1.5, "entropy_rate": 0.1, "steps": 1000, "time_step": 1.0,
        "checks": {"sum_rule": {"sum": -0.1, "log_det": -0.1}},
    });
    let mut attractor = lyapunov.clone();
    attractor["share"] = number(1.0);
    let mut modules = serde_json::Map::new();
    modules.insert("lyapunov".into(), lyapunov);
    modules["lyapunov"]["attractors"] = json!([attractor]);
    modules.insert(
        "fixed_points".into(),
        json!({
            "points": [{"label": "fixed", "speed": 0.25, "certified": true, "unstable": 1, "max_modulus": 1.2,
                "state": [0.0, 1.0], "input": [], "hits": 3}],
            "starts": 100, "unconverged": 2, "expected_missed": 0.1,
        }),
    );
    modules.insert(
        "pca".into(),
        json!({
            "explained_variance_ratio": [0.9, 0.1], "participation_ratio": 1.2, "components_for_90": 1,
        }),
    );
    modules.insert(
        "recurrent".into(),
        json!({
            "singular_values": [1.0], "eigenvalues": [[0.5, 0.1]], "spectral_radius": 0.51,
        }),
    );
    modules.insert("adjoint".into(), json!({"horizons": [1, 2], "log_norm": [[0.1, 0.2]], "rate": 0.1}));
    summary("nullcline analyze x", 1, json!({"file": "x"}), modules, &["careful".into()])
}

#[test]
fn a_whole_summary_fits() {
    assert_eq!(violations(&whole()), Vec::<String>::new());
}

#[test]
fn keys_stand_in_the_order_of_the_contract() {
    let keys: Vec<String> = whole().as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["tool", "version", "command", "seed", "input", "modules", "warnings"]);
    assert!(whole()["modules"]["lyapunov"]["exponents"][2].is_null());
    assert_eq!(serde_json::from_str::<Value>(&text(&whole())).unwrap(), whole());
    assert!(text(&whole()).contains("\"eigenvalues\": [[0.5,0.1]]"), "{}", text(&whole()));
}

#[test]
fn what_breaks_the_contract_is_found() {
    type Damage = fn(&mut Value);
    let breaks: [(&str, Damage); 9] = [
        ("lacks \"seed\"", |v| drop(v.as_object_mut().unwrap().remove("seed"))),
        ("warnings", |v| v["warnings"] = json!("none")),
        ("seed", |v| v["seed"] = json!(-1)),
        ("exponents[0]", |v| v["modules"]["lyapunov"]["exponents"][0] = json!("0.1")),
        ("attractors[0]: lacks \"share\"", |v| {
            drop(v["modules"]["lyapunov"]["attractors"][0].as_object_mut().unwrap().remove("share"))
        }),
        ("label", |v| v["modules"]["fixed_points"]["points"][0]["label"] = json!("saddle")),
        ("fits none", |v| {
            drop(v["modules"]["fixed_points"]["points"][0].as_object_mut().unwrap().remove("max_modulus"))
        }),
        ("eigenvalues[0]", |v| v["modules"]["recurrent"]["eigenvalues"][0] = json!([1.0])),
        ("modules.selectivity", |v| v["modules"]["selectivity"] = json!(3)),
    ];
    for (expected, damage) in breaks {
        let mut value = whole();
        damage(&mut value);
        let found = violations(&value);
        assert!(found.iter().any(|e| e.contains(expected)), "{expected} is not in {found:?}");
    }
}
