//! What cannot be done on some data is left out and said, and labels are told apart to the last digit.

use crate::common::{Place, analyze, noise, violations};
use nullcline::io::table::{self, Cells, TableFormat};
use nullcline::io::tensors::Tensor;
use serde_json::{Value, json};

/// Three units by the row, and what `more` adds to each; values are multiples of the noise.
fn rows(t: usize, names: &str, more: impl Fn(usize, &[f64]) -> String) -> String {
    let lines = noise(3 * t, 1.0, 5);
    let line = |(k, x): (usize, &[f64])| format!("{},{},{},{}\n", x[0], x[1], x[2], more(k, x));
    format!("u0,u1,u2,{names}\n") + &lines.chunks(3).enumerate().map(line).collect::<String>()
}

fn side(x: &[f64], k: usize) -> u8 {
    u8::from(x[0] + 1.5 * ((7 * k % 11) as f64 / 5.0 - 1.0) > 0.0)
}

const UNITS: [&str; 2] = ["--units", "u*"];

fn written(summary: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = summary["modules"].as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_module_that_cannot_be_done_leaves_the_others() {
    let place = Place::new("left-out");
    let flat = place.write(
        "flat.csv",
        "u0,u1,u2,lab\n1,2,3,0\n1,2,3,1\n1,2,3,0\n1,2,3,1\n1,2,3,0\n1,2,3,1\n1,2,3,0\n1,2,3,1\n",
    );
    let three = place.write(
        "three.csv",
        rows(90, "lab,one", |k, x| format!("{},5", ["a", "b", "c"][k % 2 + usize::from(x[0] > 0.3)])),
    );
    let few = place.write("few.csv", rows(60, "trial,lab", |k, x| format!("{},{}", k / 30, side(x, k))));
    // The reason, on the terminal and in the summary, with default modules and with named ones.
    let both = ["--modules", "activity,pca,clusters"];
    let named = ["--modules", "decoding,selectivity,pca"];
    for (file, more, module, reason, left) in [
        (&flat, &["--targets", "lab"][..], "pca", "the units do not vary", vec!["activity"]),
        (&flat, &both, "pca", "the units do not vary", vec!["activity"]),
        (&flat, &both, "clusters", "0 of 3 units vary", vec!["activity"]),
        (
            &three,
            &["--targets", "lab"],
            "selectivity",
            "`lab` has 3 labels",
            vec!["activity", "decoding", "pca"],
        ),
        (
            &three,
            &[&["--targets", "lab"], &named[..]].concat(),
            "selectivity",
            "`lab` has 3 labels",
            vec!["decoding", "pca"],
        ),
        (&three, &["--targets", "one"], "decoding", "`one` has one value only, 5", vec!["activity", "pca"]),
        (
            &few,
            &["--targets", "lab", "--trial", "trial"],
            "decoding",
            "give --folds 2",
            vec!["activity", "pca", "selectivity"],
        ),
        (
            &three,
            &["--units", "u0", "--modules", "pca,clusters"],
            "clusters",
            "1 of 1 units vary",
            vec!["pca"],
        ),
    ] {
        let units = if more.contains(&"--units") { &[][..] } else { &UNITS };
        let ran =
            analyze(&place, &[&[&**file][..], units, more].concat(), 0, &[&format!("No {module}: "), reason]);
        assert!(!ran.err.contains("--folds 5"), "{}", ran.err);
        let summary = place.summary("out");
        assert_eq!(violations(&summary), Vec::<String>::new());
        assert_eq!(written(&summary), left, "{file} {more:?}");
        assert!(summary["failed"][module].as_str().unwrap().contains(reason), "{}", summary["failed"]);
        assert!(summary["warnings"].to_string().contains(&format!("No {module}: ")));
    }
    // Where nothing is left to be said there is no report.
    analyze(&place, &[&*flat, "--units", "u*", "--modules", "pca,clusters"], 3, &["do not vary"]);
    analyze(
        &place,
        &[&*few, "--units", "u*", "--targets", "lab", "--trial", "trial", "--folds", "2"],
        0,
        &[],
    );
    assert!(place.summary("out")["failed"].is_null());
}

#[test]
fn a_target_that_cannot_be_decoded_leaves_the_others() {
    let place = Place::new("left-target");
    let text = rows(80, "rare,lab", |k, x| format!("{},{}", u8::from(k == 3), side(x, k)));
    let file = place.write("a.csv", text);
    let words = ["The target rare was not decoded", "one class only"];
    analyze(&place, &[&*file, "--units", "u*", "--targets", "rare,lab", "--modules", "decoding"], 0, &words);
    let summary = place.summary("out");
    let targets = summary["modules"]["decoding"]["targets"].as_array().unwrap();
    assert_eq!(targets.iter().map(|t| &t["name"]).collect::<Vec<_>>(), ["lab"]);
}

#[test]
fn rows_left_out_are_counted_whatever_runs() {
    let place = Place::new("left-rows");
    let text = rows(50, "lab", |k, x| side(x, k).to_string());
    let file = place.write("a.csv", text.replacen("\n", "\n,1,2,0\n", 1));
    for modules in ["pca", "decoding", "activity,pca"] {
        let ran = analyze(
            &place,
            &[&*file, "--units", "u*", "--targets", "lab", "--missing", "drop-rows", "--modules", modules],
            0,
            &["1 row with missing values left out (--missing drop-rows)."],
        );
        assert_eq!(ran.err.matches("left out (--missing").count(), 1, "{}", ran.err);
        assert_eq!(place.summary("out")["input"]["dropped_rows"], 1);
    }
}

/// 2^53 and what follows it: one float has two of them.
const LARGE: u64 = 1 << 53;

fn names(first: u64, count: usize) -> Vec<String> {
    (0..count as u64).map(|k| (first + k).to_string()).collect()
}

#[test]
fn labels_beyond_floats_are_told_apart() {
    let place = Place::new("left-large");
    let kinds = |count: usize| -> Vec<usize> {
        let x = noise(3 * 120, 1.0, 5);
        x.chunks(3)
            .enumerate()
            .map(|(k, x)| (usize::from(side(x, k) > 0) + usize::from(count > 2 && k % 3 == 0)) % count)
            .collect()
    };
    fn arguments(file: &str) -> Vec<&str> {
        vec![file, "--units", "u*", "--targets", "lab", "--modules", "decoding"]
    }
    let targets = |summary: &Value| summary["modules"]["decoding"]["targets"][0].clone();
    for count in [2, 3] {
        let kind = kinds(count);
        let small = place.write("small.csv", rows(120, "lab", |k, _| kind[k].to_string()));
        analyze(&place, &arguments(&small), 0, &[]);
        let theirs = targets(&place.summary("out"));
        let signed: Vec<i64> = kind.iter().map(|k| (LARGE as i64) + *k as i64).collect();
        let x = noise(3 * 120, 1.0, 5);
        let mut columns: Vec<(String, Cells)> =
            (0..3).map(|i| (format!("u{i}"), Cells::Float(x.chunks(3).map(|r| r[i]).collect()))).collect();
        columns.push(("lab".into(), Cells::Int(signed)));
        table::write(&place.0.join("large.parquet"), TableFormat::Parquet, &columns).unwrap();
        let csv = |first: u64| rows(120, "lab", |k, _| (first + kind[k] as u64).to_string());
        let decimals = rows(120, "lab", |k, _| format!("{}.0", LARGE + kind[k] as u64));
        // The largest are beyond signed integers.
        let top = u64::MAX - 2;
        for (file, first) in [
            (place.path("large.parquet"), LARGE),
            (place.write("large.csv", csv(LARGE)), LARGE),
            (place.write("decimals.csv", decimals), LARGE),
            (place.write("top.csv", csv(top)), top),
            (npz(&place, "signed.npz", "<i8", LARGE, &kind), LARGE),
            (npz(&place, "unsigned.npz", "<u8", top, &kind), top),
        ] {
            let arguments = match file.ends_with("npz") {
                true => vec![&*file, "--units", "x", "--targets", "lab", "--modules", "decoding"],
                false => arguments(&file),
            };
            analyze(&place, &arguments, 0, &[]);
            let ours = targets(&place.summary("out"));
            assert_eq!(ours["labels"], json!(names(first, count)), "{file}");
            assert_eq!((&ours["counts"], &ours["chance"]), (&theirs["counts"], &theirs["chance"]), "{file}");
            assert_eq!(ours["fits"][0]["folds"], theirs["fits"][0]["folds"], "{file}");
        }
    }
    // Farther apart than floats hold: as numbers the two largest would meet.
    let far = [0, LARGE, LARGE + 1];
    let wide = place.write("wide.csv", rows(120, "lab", |k, _| far[k % 3].to_string()));
    analyze(&place, &arguments(&wide), 0, &[]);
    let found = targets(&place.summary("out"));
    assert_eq!(found["labels"], json!(far.map(|v| v.to_string())));
    assert_eq!(found["counts"], json!([40, 40, 40]));
    let one = place.write("one.csv", rows(20, "lab", |_, _| (LARGE + 1).to_string()));
    let arguments = [&*one, "--units", "u*", "--targets", "lab", "--modules", "decoding"];
    analyze(&place, &arguments, 3, &["`lab` has one value only, 9007199254740993"]);
}

/// Units `x` and whole numbers `lab` of some type in an npz.
fn npz(place: &Place, name: &str, descr: &str, first: u64, kind: &[usize]) -> String {
    let x = Tensor {
        name: "x".into(),
        shape: vec![kind.len(), 3],
        dtype: "f64".into(),
        data: noise(3 * kind.len(), 1.0, 5),
    };
    nullcline::io::tensors::write_npy(&place.0.join("x.npy"), &x).unwrap();
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({},), }}", kind.len());
    let mut lab = b"\x93NUMPY\x01\x00".to_vec();
    let padded = format!("{header:<117}\n");
    lab.extend((padded.len() as u16).to_le_bytes());
    lab.extend(padded.bytes());
    lab.extend(kind.iter().flat_map(|k| (first + *k as u64).to_le_bytes()));
    let mut zip = zip::ZipWriter::new(std::fs::File::create(place.0.join(name)).unwrap());
    for (entry, bytes) in [("x.npy", std::fs::read(place.0.join("x.npy")).unwrap()), ("lab.npy", lab)] {
        zip.start_file(entry, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, &bytes).unwrap();
    }
    zip.finish().unwrap();
    place.path(name)
}

#[test]
fn an_error_that_no_accuracy_has_is_none() {
    let place = Place::new("left-error");
    // A walk: rows are alike for long, and few blocks are tested on.
    let steps = noise(3 * 240, 1.0, 5);
    let mut state = [0.0; 3];
    let mut text = String::from("u0,u1,u2,lab\n");
    for (k, s) in steps.chunks(3).enumerate() {
        state.iter_mut().zip(s).for_each(|(x, s)| *x = 0.97 * *x + s);
        text +=
            &format!("{},{},{},{}\n", state[0], state[1], state[2], u8::from((k as f64 / 19.0).sin() > 0.0));
    }
    let file = place.write("walk.csv", text);
    analyze(
        &place,
        &[&*file, "--units", "u*", "--targets", "lab", "--modules", "decoding"],
        0,
        &["have no error"],
    );
    let summary = place.summary("out");
    let fits = summary["modules"]["decoding"]["targets"][0]["fits"].as_array().unwrap().clone();
    let errors: Vec<&Value> = fits
        .iter()
        .flat_map(|f| [&f["accuracy_test_std_error"], &f["accuracy_cross_validated_std_error"]])
        .collect();
    assert!(errors.iter().any(|e| e.is_null()), "{errors:?}");
    assert!(errors.iter().all(|e| e.as_f64().is_none_or(|e| e <= 0.5)), "{errors:?}");
}
