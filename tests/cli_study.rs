//! The command `study`: the list, names that are wrong, and a run from end to end.

mod common;

use common::{Place, run, violations};
use nullcline::studies;

#[test]
fn without_a_name_the_studies_are_listed() {
    let ran = run(&["study"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(ran.out.lines().filter(|l| l.starts_with("  ")).count(), studies::all().len());
    for study in studies::all() {
        assert!(ran.out.contains(study.name) && ran.out.contains(study.title), "{}", study.name);
    }
}

#[test]
fn wrong_names_and_options_are_refused_in_words() {
    let place = Place::new("cli-study-wrong");
    let out = place.path("out");
    for (arguments, status, words) in [
        (&["study", "park2024"][..], 2, "park2024: no such study; there are"),
        (&["study", "park2023/fig99"], 2, "park2023/fig99: no such study"),
        (&["study", "park2023", "--preset", "huge"], 2, "--preset huge: expected quick or paper"),
        (&["study", "park2023", "--tables", "xml"], 2, "--tables xml: expected csv or parquet"),
        (&["study", "park2023", "--threads", "0"], 2, "--threads 0: expected at least one"),
    ] {
        let ran = run(&[arguments, &["--out", &out]].concat());
        assert_eq!(ran.status, status, "{ran:?}");
        assert!(ran.err.contains(words), "{}", ran.err);
        assert!(ran.out.is_empty() && place.entries().is_empty(), "{ran:?}");
    }
}

#[test]
fn a_study_runs_from_the_command_to_the_page() {
    let place = Place::new("cli-study-run");
    let out = place.path("out");
    let ran = run(&["study", "park2023/robustness", "--out", &out, "--seed", "2"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.out.starts_with("park2023/robustness: ") && ran.out.contains(" claims hold"), "{}", ran.out);
    assert!(ran.out.trim_end().ends_with("out/report.html"), "{}", ran.out);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let claims = summary["modules"]["park2023/robustness"]["claims"].as_array().unwrap().clone();
    let rows = std::fs::read_to_string(place.0.join("out/claims.csv")).unwrap();
    assert_eq!(rows.lines().count(), claims.len() + 1);
    // First order for a continuous attractor, exactly zero for the cycle: what theory says, not what was seen.
    assert_eq!(claims[0]["verdict"], "holds", "{}", claims[0]);
    let cycle = claims.iter().find(|c| c["claim"].as_str().unwrap().starts_with("A limit cycle")).unwrap();
    assert!(cycle["measured"].as_f64().unwrap() < 1e-8, "{cycle}");
    assert_eq!(place.entries(), ["out"]);
}

#[test]
#[ignore = "a minute on two cores: cargo test --release --test cli_study -- --ignored"]
fn fig3_runs_and_does_not_depend_on_the_number_of_threads() {
    let place = Place::new("cli-study-fig3");
    let claims = |threads: &str| {
        let out = place.path(threads);
        let ran = run(&["study", "park2023/fig3", "--as-published", "--threads", threads, "--out", &out]);
        assert_eq!(ran.status, 0, "{ran:?}");
        std::fs::read_to_string(place.0.join(threads).join("claims.csv")).unwrap()
    };
    assert_eq!(claims("1"), claims("2"));
}

/// The published bars come out of the authors' procedure, and two exponents are positive, not four.
#[test]
#[ignore = "needs the authors' files: PARK2023_DATA=DIR cargo test --release --test cli_study -- --ignored"]
fn the_published_bars_are_reproduced_from_the_authors_files() {
    let data = std::env::var("PARK2023_DATA").expect("PARK2023_DATA names the folder of the authors' files");
    let place = Place::new("cli-study-data");
    let out = place.path("out");
    let ran = run(&["study", "park2023/fig3", "--as-published", "--data", &data, "--out", &out]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let summary = place.summary("out");
    let claims = summary["modules"]["park2023/fig3"]["claims"].as_array().unwrap();
    let procedure = claims.iter().filter(|c| c["claim"].as_str().unwrap().contains("the authors' procedure"));
    let verdicts: Vec<&str> = procedure.map(|c| c["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["holds"; 5]);
    let four =
        claims.iter().find(|c| c["claim"].as_str().unwrap().contains("four exponents are positive")).unwrap();
    assert_eq!((four["measured"].as_f64(), &four["verdict"]), (Some(2.0), &"differs".into()), "{four}");
}
