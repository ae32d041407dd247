//! The schema of summary.json, and summaries held against it by a validator of its subset.

use crate::common::{Place, network, violations};
use nullcline::analyses::Analyze;
use nullcline::job::{Desk, Job};
use nullcline::report::schema::{SUMMARY_SCHEMA, schema};
use nullcline::report::summary::{summary, text};
use nullcline::studies::Tested;
use serde_json::{Value, from_value, json};
use std::sync::LazyLock;

/// The summary of a network of four units that are pulled to rest, and of a fifth that forgets in a step.
fn whole() -> Value {
    // Made once: tests of one program would write the same file at the same time.
    static WHOLE: LazyLock<Value> = LazyLock::new(made);
    WHOLE.clone()
}

fn made() -> Value {
    let place = Place::new("schema");
    let mut tensors = network(1, 5, 1, 0.3);
    (0..25).filter(|k| k / 5 == 4 || k % 5 == 4).for_each(|k| tensors[1].data[k] = 0.0);
    let job: Analyze = from_value(json!({
        "file": place.save("net.safetensors", &tensors), "steps": 2000, "starts": 16,
        "modules": "lyapunov,covariant,adjoint,fixed_points,pca,recurrent",
    }))
    .unwrap();
    let found = job.run(&Desk::BARE).unwrap();
    summary(&job, &found, "nullcline analyze x", 1, &["careful".into()], None).unwrap()
}

/// `NULLCLINE_WRITE_SCHEMA=1 cargo test --test report schema` writes it anew.
#[test]
fn the_published_schema_is_that_of_the_answers() {
    let derived = text(&schema::<Tested>());
    if std::env::var_os("NULLCLINE_WRITE_SCHEMA").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/report/summary.schema.json");
        return std::fs::write(file, derived).unwrap();
    }
    assert!(
        derived == SUMMARY_SCHEMA,
        "write it anew: NULLCLINE_WRITE_SCHEMA=1 cargo test --test report schema"
    );
}

#[test]
fn a_whole_summary_fits() {
    assert_eq!(violations(&whole()), Vec::<String>::new());
}

#[test]
fn keys_stand_in_the_order_of_the_contract() {
    let keys: Vec<String> = whole().as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["tool", "version", "command", "job", "seed", "input", "modules", "warnings", "lead"]);
    let whole = whole();
    assert!(whole["modules"]["lyapunov"]["exponents"][4].is_null(), "{}", whole["modules"]["lyapunov"]);
    assert_eq!(serde_json::from_str::<Value>(&text(&whole)).unwrap(), whole);
    assert!(text(&whole).contains("\"eigenvalues\": [["), "{}", text(&whole));
    assert_eq!((&whole["job"]["name"], &whole["job"]["settings"]["starts"]), (&json!("analyze"), &json!(16)));
}

#[test]
fn the_job_of_a_summary_asks_again() {
    let settings = whole()["job"]["settings"].take();
    let job: Analyze = from_value(settings.clone()).unwrap();
    let mut again = serde_json::to_value(&job).unwrap();
    again.as_object_mut().unwrap().retain(|_, v| !v.is_null() && *v != json!(false));
    assert_eq!(again, settings);
}

#[test]
fn what_breaks_the_contract_is_found() {
    type Damage = fn(&mut Value);
    let breaks: [(&str, Damage); 13] = [
        ("job: lacks \"settings\"", |v| drop(v["job"].as_object_mut().unwrap().remove("settings"))),
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
        ("adjoint: lacks \"rate\"", |v| {
            drop(v["modules"]["adjoint"].as_object_mut().unwrap().remove("rate"))
        }),
        ("pairs[0].defined", |v| v["modules"]["covariant"]["pairs"][0]["defined"] = json!("yes")),
        ("modules.selectivity", |v| v["modules"]["selectivity"] = json!(3)),
        ("undecided[0].reason", |v| {
            let place = json!({ "reason": "unknown", "state": [0.0] });
            v["modules"]["fixed_points"]["proof"]["undecided"] = json!([place]);
        }),
    ];
    let whole = whole();
    for (expected, damage) in breaks {
        let mut value = whole.clone();
        damage(&mut value);
        let found = violations(&value);
        assert!(found.iter().any(|e| e.contains(expected)), "{expected} is not in {found:?}");
    }
}
