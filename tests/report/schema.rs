//! The schema of summary.json, and summaries held against it by a validator of its subset.

use crate::common::violations;
use nullcline::report::summary::{number, numbers, summary, text};
use serde_json::{Value, json};

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
            "starts": 100, "unconverged": 2, "expected_missed": 0.1, "complete": false,
            "proof": {"method": "pieces", "found": 1, "complete": false, "work": 10, "undecided_places": 1,
                "undecided": [{"reason": "kink", "state": [0.0, 1.0]}]},
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
    modules.insert(
        "adjoint".into(),
        json!({
            "horizons": [0.0, 1.0], "log_norm": [0.0, -0.1], "log_frobenius": [0.3, 0.2], "log_spectral": [0.0, 0.1],
            "rate": -0.1, "rate_std_error": 0.01, "forward_rate": -0.1, "forward_rate_std_error": null,
            "log_singular_values": [0.1, null], "identity_residual": 1e-15, "discretisation_error": 0.0,
            "agreement": {"backward": {"difference": 0.01, "agrees": true}, "forward": null},
        }),
    );
    modules.insert(
        "covariant".into(),
        json!({
            "exponents": [0.1, -0.2], "std_error": [0.01, 0.01], "growth": [0.1, -0.2], "growth_std_error": [0.01, 0.01],
            "growth_deviation": [0.1, 0.1], "defined": [true, true], "splitting": null, "covariance_residual": 1e-15,
            "pairs": [{"i": 1, "j": 2, "mean": 40.0, "std_error": 0.1, "minimum": 3.0, "defined": true}],
        }),
    );
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
    let breaks: [(&str, Damage); 12] = [
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
            v["modules"]["fixed_points"]["proof"]["undecided"][0]["reason"] = json!("unknown")
        }),
    ];
    for (expected, damage) in breaks {
        let mut value = whole();
        damage(&mut value);
        let found = violations(&value);
        assert!(found.iter().any(|e| e.contains(expected)), "{expected} is not in {found:?}");
    }
}
