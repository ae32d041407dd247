//! The command `study`: the list, names that are wrong, and a run from end to end.

mod common;

use common::{Place, run};
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
        if studies::all().is_empty() && status == 2 && arguments[1] == "park2023" {
            continue;
        }
        let ran = run(&[arguments, &["--out", &out]].concat());
        assert_eq!(ran.status, status, "{ran:?}");
        assert!(ran.err.contains(words), "{}", ran.err);
        assert!(ran.out.is_empty() && place.entries().is_empty(), "{ran:?}");
    }
}
