//! Principal components of recordings, by the command, against numpy and scikit-learn.

use crate::common::{Place, analyze, golden};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap_or_else(|| panic!("{v} is no array")).iter().map(|v| v.as_f64().unwrap()).collect()
}

fn close(what: &str, ours: &[f64], theirs: &[f64]) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!((a - b).abs() < 1e-9, "{what} {i}: {a} against {b}");
    }
}

fn json(path: impl AsRef<Path>) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn ratios_dimensions_and_components_are_those_of_numpy() {
    let place = Place::new("golden-pca");
    analyze(&place, &[&golden("pca/activity.csv")], 0, &[]);
    let (ours, theirs) = (&place.summary("out")["modules"]["pca"], json(golden("pca/expected.json")));
    for key in ["explained_variance_ratio", "explained_variance"] {
        close(key, &numbers(&ours[key]), &numbers(&theirs[key]));
    }
    let one = |v: &Value| vec![v["participation_ratio"].as_f64().unwrap()];
    close("participation ratio", &one(ours), &one(&theirs));
    assert_eq!(ours["components_for_90"], theirs["components_for_90"]);
    let text = std::fs::read_to_string(place.0.join("out/pca/components.csv")).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|l| l.split(',').collect()).collect();
    let column = |j: usize| -> Vec<f64> { rows.iter().map(|r| r[j].parse().unwrap()).collect() };
    close("mean", &column(1), &numbers(&theirs["mean"]));
    for j in 0..8 {
        close("component", &column(2 + j), &numbers(&theirs["components"][j]));
    }
}

#[test]
#[ignore = "needs the reference data: NULLCLINE_REFERENCE=FOLDER cargo test --release --test geometry golden_pca -- --ignored"]
fn the_reference_recording_has_scikit_learns_components_in_every_format() {
    let folder = PathBuf::from(std::env::var("NULLCLINE_REFERENCE").unwrap()).join("pca");
    let theirs = json(folder.join("oracle.json"))["pca"].clone();
    let place = Place::new("reference-pca");
    for format in ["csv", "parquet", "npy"] {
        let file = folder.join(format!("activity.{format}"));
        analyze(&place, &[file.to_str().unwrap()], 0, &[]);
        let ours = &place.summary("out")["modules"]["pca"];
        let known = numbers(&theirs["explained_variance_ratio"]);
        close(format, &numbers(&ours["explained_variance_ratio"])[..known.len()], &known);
        let known = numbers(&theirs["explained_variance_ddof1"]);
        close(format, &numbers(&ours["explained_variance"])[..known.len()], &known);
        close(
            format,
            &[ours["participation_ratio"].as_f64().unwrap()],
            &[theirs["participation_ratio"].as_f64().unwrap()],
        );
        assert_eq!(ours["components_for_90"], theirs["n_components_90"]);
    }
}
