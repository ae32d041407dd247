//! Options that prepare the rows of a recording: bins, smoothing, scales, means over trials.

use crate::common::{Place, analyze, violations};
use nullcline::io::tensors::{Tensor, Texts, write_npz_with};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

/// Two units, three trials of 7, 7 and 6 rows 10 ms apart: counts, and the row's number.
fn table(place: &Place, counts: bool) -> String {
    let mut text = "trial,side,t_ms,a,b\n".to_owned();
    let mut row = 0;
    for (trial, rows) in [7, 7, 6].into_iter().enumerate() {
        for t in 0..rows {
            let b = if counts { f64::from(row % 3) } else { 0.5 * f64::from(row) };
            writeln!(text, "{trial},{},{},{row},{b}", ["l", "r", "l"][trial], 10 * t).unwrap();
            row += 1;
        }
    }
    place.write(if counts { "counts.csv" } else { "rates.csv" }, text)
}

/// What `analyze` says of the units: means and standard deviations, and what was done.
fn found(place: &Place, arguments: &[&str]) -> (Value, Value) {
    analyze(place, &[arguments, &["--units", "a,b", "--modules", "activity,pca"]].concat(), 0, &[]);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    (summary["modules"]["activity"].clone(), summary["input"].clone())
}

fn near(v: &Value, k: usize, expected: f64) {
    let v = v[k].as_f64().unwrap();
    assert!((v - expected).abs() < 1e-12 * (1.0 + expected.abs()), "{k}: {v}, not {expected}");
}

#[test]
fn bins_hold_sums_of_counts_and_means_of_others_within_trials() {
    let place = Place::new("prepared-bins");
    let file = table(&place, true);
    let (activity, input) = found(&place, &[&file, "--bin", "3"]);
    // Rows 0-5, 7-12 and 14-19; 6 and 13 fill no bin. Sums of a: 3, 12, 24, 33, 45, 54.
    assert_eq!(activity["rows"], 6);
    near(&activity["mean"], 0, 171.0 / 6.0);
    near(&activity["mean"], 1, 3.0);
    let said = input["prepared"][0].as_str().unwrap();
    assert!(
        said.contains(
            "bins of 3 time steps (sums of counts); 2 rows at the ends of trials, or in bins with a gap,"
        ),
        "{said}"
    );
    let page = std::fs::read_to_string(place.path("out/report.html")).unwrap();
    assert!(page.contains("bins of 3 time steps (sums of counts)"));
    // The same as a time, by the name of its column in milliseconds.
    let (timed, _) = found(&place, &[&file, "--time", "t_ms", "--bin", "30ms"]);
    assert_eq!(timed, activity);
    let file = table(&place, false);
    let (activity, input) = found(&place, &[&file, "--bin", "3"]);
    near(&activity["mean"], 0, 171.0 / 18.0);
    assert!(input["prepared"][0].as_str().unwrap().contains("(means)"), "{input}");
    let projections = std::fs::read_to_string(place.path("out/pca/projections.csv")).unwrap();
    let first: Vec<&str> = projections.lines().skip(1).map(|l| l.split(',').next().unwrap()).collect();
    assert_eq!(first, ["0", "3", "7", "10", "14", "17"]);
}

/// Bins count from where a trial begins: a gap, or a row that was left out, takes the bin that it falls into and no other.
#[test]
fn bins_stay_on_the_grid_of_their_trial() {
    let place = Place::new("prepared-grid");
    let mut text = "trial,t,a,b\n".to_owned();
    for trial in 0..2 {
        // Times 0 to 13, of the first trial without 4; its rows hold their times and squares.
        for t in (0..14).filter(|t| trial == 1 || *t != 4) {
            writeln!(text, "{trial},{t},{t}.5,{}", t * t).unwrap();
        }
    }
    let first = |out: &str| -> Vec<f64> {
        let text = std::fs::read_to_string(place.path(out)).unwrap();
        text.lines().skip(1).map(|l| l.split(',').next().unwrap().parse().unwrap()).collect()
    };
    let file = place.write("gap.csv", &text);
    let (activity, input) = found(&place, &[&file, "--time", "t", "--bin", "3"]);
    // 0-2, 6-8, 9-11 of the first, 0-2, 3-5, 6-8, 9-11 of the second: means 1.5, 7.5, 10.5 and 1.5, 4.5, 7.5, 10.5.
    assert_eq!(activity["rows"], 7);
    near(&activity["mean"], 0, 43.5 / 7.0);
    assert_eq!(first("out/pca/projections.csv"), [0.0, 5.0, 8.0, 13.0, 16.0, 19.0, 22.0]);
    assert!(
        input["prepared"][0].as_str().unwrap().contains("6 rows at the ends of trials, or in bins"),
        "{input}"
    );
    // The same where the row is there and lacks a value.
    let holes = place.write("hole.csv", text.replacen("0,5,5.5,25", "0,4,,16\n0,5,5.5,25", 1));
    let (activity, _) = found(&place, &[&holes, "--bin", "3", "--missing", "drop-rows"]);
    assert_eq!(activity["rows"], 7);
    near(&activity["mean"], 0, 43.5 / 7.0);
}

#[test]
fn smoothing_stays_within_trials() {
    let place = Place::new("prepared-smooth");
    let mut text = "trial,a,b\n".to_owned();
    for row in 0..60 {
        writeln!(text, "{},{},{}", row / 30, f64::from(row / 30), f64::from(u8::from(row == 15))).unwrap();
    }
    let file = place.write("step.csv", text);
    let (activity, input) = found(&place, &[&file, "--smooth", "1.5"]);
    // A constant of each trial stays; a pulse keeps its sum and becomes the Gaussian.
    near(&activity["mean"], 0, 0.5);
    near(&activity["standard_deviation"], 0, (15.0f64 / 59.0).sqrt());
    let weight: Vec<f64> = (-6..=6).map(|k| (-0.5 * (f64::from(k) / 1.5).powi(2)).exp()).collect();
    let sum: f64 = weight.iter().sum();
    let square: f64 = weight.iter().map(|w| (w / sum).powi(2)).sum();
    near(&activity["mean"], 1, 1.0 / 60.0);
    near(&activity["standard_deviation"], 1, ((square - 1.0 / 60.0) / 59.0).sqrt());
    assert!(input["prepared"][0].as_str().unwrap().contains("Gaussian of 1.5"), "{input}");
}

#[test]
fn scales_and_means_over_trials() {
    let place = Place::new("prepared-scales");
    let file = table(&place, false);
    let (activity, _) = found(&place, &[&file, "--zscore"]);
    for k in 0..2 {
        assert!(activity["mean"][k].as_f64().unwrap().abs() < 1e-12);
        near(&activity["standard_deviation"], k, 1.0);
    }
    let (activity, _) = found(&place, &[&file, "--soft-normalise"]);
    near(&activity["mean"], 0, 9.5 / 24.0);
    near(&activity["mean"], 1, 4.75 / 14.5);
    // Over all trials six steps reach: means of rows s, s + 7, s + 14.
    let (activity, input) = found(&place, &[&file, "--average"]);
    assert_eq!((&activity["rows"], &activity["trials"]), (&6.into(), &1.into()));
    near(&activity["mean"], 0, 9.5);
    assert!(input["prepared"][0].as_str().unwrap().contains("2 rows beyond the shortest"), "{input}");
    // By side: l of trials 0 and 2, six steps; r of trial 1, seven.
    let (activity, input) = found(&place, &[&file, "--average", "--conditions", "side"]);
    assert_eq!((&activity["rows"], &activity["trials"]), (&13.into(), &2.into()));
    near(&activity["mean"], 0, (6.0 * 9.5 + 7.0 * 10.0) / 13.0);
    assert!(input["prepared"][0].as_str().unwrap().contains("2 conditions (3 trials in all)"), "{input}");
    // In their order: bins, then means.
    let (activity, input) = found(&place, &[&file, "--average", "--bin", "2"]);
    assert_eq!((&activity["rows"], input["prepared"].as_array().unwrap().len()), (&3.into(), 2));
}

/// Labels of an array of trials by its order, and three dimensions.
#[test]
fn labels_join_arrays_by_order() {
    let place = Place::new("prepared-array");
    let data: Vec<u8> =
        (0..6 * 5 * 3).flat_map(|k| (f64::from((k * 7) % 11) + f64::from(k / 15)).to_le_bytes()).collect();
    let mut npy = b"\x93NUMPY\x01\x00".to_vec();
    let mut header = "{'descr': '<f8', 'fortran_order': False, 'shape': (6, 5, 3), }".to_owned();
    header.push_str(&" ".repeat(117 - header.len()));
    header.push('\n');
    npy.extend((header.len() as u16).to_le_bytes());
    npy.extend(header.as_bytes());
    npy.extend(data);
    let file = place.write("x.npy", npy);
    let labels = place.write("labels.csv", "side\nl\nr\nl\nr\nl\nr\n");
    analyze(&place, &[&file, "--labels", &labels, "--conditions", "side", "--modules", "dpca"], 0, &[]);
    let found = place.summary("out")["modules"]["dpca"].clone();
    assert_eq!((&found["steps"], &found["trials"]), (&5.into(), &json!([3, 3])));
    // Counted from one, in another order.
    let counted = place.write("counted.csv", "trial,side\n2,r\n1,l\n3,l\n4,r\n6,r\n5,l\n");
    analyze(&place, &[&file, "--labels", &counted, "--conditions", "side", "--modules", "dpca"], 0, &[]);
    assert_eq!(&place.summary("out")["modules"]["dpca"]["marginals"], &found["marginals"]);
    let short = place.write("short.csv", "side\nl\nr\n");
    let arguments = [&*file, "--labels", &short, "--conditions", "side", "--modules", "dpca"];
    analyze(&place, &arguments, 3, &["2 rows, and the recording has 6 trials", "a column `trial`"]);
}

/// Conditions in arrays beside the activity, numbers or texts, a value a trial or a row, are those of a table of labels.
#[test]
fn conditions_may_be_arrays() {
    let place = Place::new("prepared-conditions");
    let tensor = |name: &str, shape: Vec<usize>, data: Vec<f64>| Tensor {
        name: name.into(),
        shape,
        dtype: "f64".into(),
        data,
    };
    let x = (0..6 * 5 * 3).map(|k: u32| f64::from((k * 7) % 11) + f64::from(k / 15)).collect();
    let side = [0.0, 1.0, 0.0, 1.0, 1.0, 0.0];
    let rows = side.iter().flat_map(|s| [*s; 5]).collect();
    let tensors = [
        tensor("x", vec![6, 5, 3], x),
        tensor("side", vec![6], side.to_vec()),
        tensor("of_rows", vec![30], rows),
        tensor("few", vec![4], vec![0.0; 4]),
    ];
    let words = side.iter().map(|s| if *s > 0.0 { "right" } else { "left" }.to_owned()).collect();
    let texts = [Texts { name: "word".into(), shape: vec![6], values: words }];
    let file = place.path("x.npz");
    write_npz_with(Path::new(&file), &tensors, &texts).unwrap();
    let labels = place.write("labels.csv", "side\n0\n1\n0\n1\n1\n0\n");
    let words = [&*file, "--units", "x", "--modules", "dpca", "--conditions"];
    let marginals = |more: &[&str]| {
        analyze(&place, &[&words[..], more].concat(), 0, &[]);
        place.summary("out")["modules"]["dpca"]["marginals"].clone()
    };
    let expected = marginals(&["side", "--labels", &labels]);
    assert_eq!(expected.as_array().unwrap().len(), 2);
    assert_eq!(marginals(&["side"]), expected);
    for other in ["of_rows", "word"] {
        let text = marginals(&[other]).to_string().replace(other, "side");
        assert_eq!(text, expected.to_string());
    }
    analyze(
        &place,
        &[&words[..], &["few"]].concat(),
        3,
        &["--conditions few: 4 values, expected one for each of 6 trials or of 30 rows"],
    );
    analyze(&place, &[&words[..], &["none"]].concat(), 3, &["--conditions none: no such column"]);
}

/// Targets from a table of trials are what the same columns in the recording's own table would be.
#[test]
fn labels_of_trials_are_targets() {
    let place = Place::new("prepared-labels");
    let (mut own, mut bare) = ("trial,a,b,side,level\n".to_owned(), "trial,a,b\n".to_owned());
    // The trials in another order than the table's, and three by three rows.
    let named = [12, 7, 30, 4, 9, 21, 2, 5, 18, 1, 40, 33];
    for (k, trial) in named.into_iter().enumerate() {
        for t in 0..3 {
            let a = ((7 * trial + 3 * t) % 11) as f64 + 2.0 * (k % 2) as f64;
            let b = ((5 * trial + t) % 13) as f64;
            writeln!(own, "{trial},{a},{b},{},{}", ["l", "r"][k % 2], trial % 4).unwrap();
            writeln!(bare, "{trial},{a},{b}").unwrap();
        }
    }
    let row = |trial: usize| {
        let k = named.iter().position(|n| *n == trial).unwrap();
        format!("{trial}.0,{},{}\n", ["l", "r"][k % 2], trial % 4)
    };
    let mut sorted = named;
    sorted.sort_unstable();
    let rows: String = sorted.into_iter().map(row).collect();
    let (own, bare) = (place.write("own.csv", own), place.write("bare.csv", &bare));
    let labels = place.write("labels.csv", format!("trial,side,level\n{rows}"));
    let modules = ["--trial", "trial", "--modules", "decoding,selectivity"];
    analyze(&place, &[&[&*own, "--targets", "side,level"], &modules[..]].concat(), 0, &[]);
    let known = place.summary("out")["modules"].clone();
    assert_eq!(known["decoding"]["targets"][0]["name"], "side");
    analyze(
        &place,
        &[&[&*bare, "--labels", &labels, "--targets", "side,level"], &modules[..]].concat(),
        0,
        &[],
    );
    assert_eq!(place.summary("out")["modules"], known);
    // A pattern never takes what names the trials.
    analyze(&place, &[&[&*bare, "--labels", &labels, "--targets", "*"], &modules[..]].concat(), 0, &[]);
    assert_eq!(place.summary("out")["modules"], known);
    let twice = place.write("twice.csv", format!("trial,side,level\n{rows}7,l,1\n"));
    let lacking =
        place.write("lacking.csv", format!("trial,side,level\n{}", rows.replacen("1.0,", "100.0,", 1)));
    let short = place.write("short.csv", "side,level\nl,1\n");
    for (labels, words) in [
        (&twice, &["column `trial`: trial `7` in rows 5 and 13, expected one row a trial"][..]),
        (&lacking, &["column `trial`: no row for trial `1` of the recording (1 of 12 trials have none)"]),
        (&short, &["1 row, and the recording has 12 trials", "a column `trial`"]),
    ] {
        let arguments = [&[&*bare, "--labels", labels, "--targets", "side"], &modules[..]].concat();
        analyze(&place, &arguments, 3, words);
    }
    let arguments = [&[&*bare, "--labels", &labels, "--targets", "sides"], &modules[..]].concat();
    analyze(&place, &arguments, 3, &["--targets sides: no such column", "level"]);
    analyze(&place, &[&bare, "--labels", &labels], 2, &["--labels goes with --conditions or --targets"]);
}

#[test]
fn wrong_uses_are_told() {
    let place = Place::new("prepared-wrong");
    let file = table(&place, false);
    let bare = place.write("bare.csv", "a,b\n0.5,1\n0.2,2\n0.4,7\n");
    let holes = place.write("holes.csv", "trial,a,b\n0,0.5,1\n0,,2\n0,0.4,7\n");
    for (arguments, status, words) in [
        (&[&*file, "--bin", "0"][..], 2, "--bin 0: expected a number of time steps, or a time as 20ms"),
        (&[&*file, "--bin", "x"], 2, "--bin x"),
        (&[&*file, "--bin", "1.5"], 2, "--bin 1.5: expected a whole number"),
        (&[&*file, "--bin", "20ms"], 2, "--time COLUMN"),
        (&[&*file, "--time", "t_ms", "--bin", "25ms"], 2, "rows are 0.01 s apart"),
        (&[&*file, "--bin", "9"], 3, "--bin is longer than every trial"),
        (&[&*file, "--smooth", "-1"], 2, "--smooth -1"),
        (&[&*file, "--zscore", "--soft-normalise"], 2, "give one of them"),
        (&[&*bare, "--average"], 3, "--average takes the means of several trials"),
        (&[&*file, "--average", "--targets", "side"], 2, "--average does not go with --targets"),
        (
            &[&*file, "--conditions", "side", "--modules", "activity"],
            2,
            "--conditions goes with the modules pca, dpca",
        ),
        (&[&*holes, "--smooth", "1"], 3, "column `a`, row 2: a missing value"),
    ] {
        analyze(&place, &[arguments, &["--units", "a,b"]].concat(), status, &[words]);
    }
    analyze(
        &place,
        &[&holes, "--smooth", "1", "--missing", "drop-rows", "--modules", "activity"],
        0,
        &["1 row"],
    );
    assert_eq!(place.summary("out")["input"]["dropped_rows"], 1);
}

#[test]
fn widths_beyond_every_trial_end() {
    let place = Place::new("prepared-wide");
    let file = table(&place, false);
    for width in ["8", "1e9", "1e300"] {
        analyze(&place, &[&file, "--bin", width, "--units", "a,b"], 3, &["--bin is longer than every trial"]);
    }
    // A Gaussian without end weighs all rows of a trial alike: 3, 10 and 16.5.
    let (activity, _) = found(&place, &[&file, "--smooth", "1e12"]);
    near(&activity["mean"], 0, (7.0 * 3.0 + 7.0 * 10.0 + 6.0 * 16.5) / 20.0);
    let square = 7.0 * 6.5f64.powi(2) + 7.0 * 0.5f64.powi(2) + 6.0 * 7.0f64.powi(2);
    near(&activity["standard_deviation"], 0, (square / 19.0).sqrt());
}

/// Of a trial that lacks a row, the steps that follow are not those of the others.
#[test]
fn trials_that_lack_rows_are_no_repeats() {
    let place = Place::new("prepared-broken");
    let mut text = "trial,side,a,b\n".to_owned();
    for trial in 0..24 {
        for t in 0..6 {
            let side = ["l", "r"][trial % 2];
            let a = f64::from(t)
                + if trial % 2 == 0 { 0.0 } else { 10.0 }
                + 0.01 * ((trial * 7 + 3 * t as usize) % 11) as f64;
            match (trial, t) {
                (4, 0) | (9, 3) => writeln!(text, "{trial},{side},,1").unwrap(),
                _ => writeln!(text, "{trial},{side},{a},{}", 0.5 * a + f64::from(t % 2)).unwrap(),
            }
        }
    }
    let file = place.write("lacking.csv", text);
    let drop = ["--missing", "drop-rows", "--trial", "trial"];
    let (activity, input) =
        found(&place, &[&[&*file, "--conditions", "side", "--average"], &drop[..]].concat());
    assert_eq!(activity["rows"], 12);
    let said = input["prepared"][0].as_str().unwrap();
    assert!(said.contains("2 trials, which lack rows or begin at another time, were left out"), "{said}");
    let words = [&[&*file, "--conditions", "side", "--modules", "dpca,targeted_axes"], &drop[..]].concat();
    analyze(&place, &words, 0, &["left out 2 trials, which lack rows"]);
    assert_eq!(place.summary("out")["modules"]["dpca"]["trials"], json!([11, 11]));
    // The same after the rows were prepared.
    analyze(&place, &[&words[..], &["--zscore"]].concat(), 0, &["left out 2 trials, which lack rows"]);
}

/// A trial whose clock begins elsewhere is not at the others' steps; on a clock that runs through, trials are.
#[test]
fn trials_that_begin_at_another_time_are_no_repeats() {
    let place = Place::new("prepared-late");
    let (mut aligned, mut session) = ("trial,time,side,a,b\n".to_owned(), "trial,time,side,a,b\n".to_owned());
    for trial in 0..24 {
        let first = if trial == 7 { 3 } else { 0 };
        for step in 0..8 {
            let noise = ((trial * 13 + step * 5) % 17) as f64 / 17.0;
            let (a, t) = ((step + first) as f64 + noise, 0.1 * f64::from(step + first) - 0.3);
            let row = |t: f64| format!("{trial},{t:.3},{},{a},{}\n", trial % 2, 0.5 * a - noise * noise);
            aligned += &row(t);
            session += &row(t + 2.0 * f64::from(trial));
        }
    }
    let words = ["--trial", "trial", "--time", "time", "--conditions", "side", "--modules", "dpca"];
    let file = place.write("aligned.csv", aligned);
    let said = "`time` begins at -0.3 in most trials and otherwise in 1 trial (first at 0 in row 57)";
    analyze(&place, &[&[&*file], &words[..]].concat(), 0, &[said, "left out 1 trial, which lack"]);
    assert_eq!(place.summary("out")["modules"]["dpca"]["trials"], json!([11, 12]));
    let file = place.write("session.csv", session);
    analyze(&place, &[&[&*file], &words[..]].concat(), 0, &[]);
    assert_eq!(place.summary("out")["modules"]["dpca"]["trials"], json!([12, 12]));
}

#[test]
fn conditions_may_have_the_names_of_columns() {
    let place = Place::new("prepared-names");
    let mut text = "trial,condition,time,unit,a,b\n".to_owned();
    for trial in 0..40 {
        let (c, t, u) = (trial % 2, trial / 2 % 2, trial / 4 % 2);
        for step in 0..4 {
            let noise = ((trial * 13 + step * 5) % 17) as f64 / 17.0;
            writeln!(text, "{trial},{c},{t},{u},{},{}", c as f64 + noise, (t + u * step) as f64 - noise)
                .unwrap();
        }
    }
    let file = place.write("names.csv", text);
    let words = [&*file, "--trial", "trial", "--units", "a,b", "--conditions", "condition,time,unit"];
    analyze(&place, &[&words[..], &["--modules", "dpca,targeted_axes"]].concat(), 0, &[]);
    let head = |name: &str| {
        let text = std::fs::read_to_string(place.path(name)).unwrap();
        text.lines().next().unwrap().to_owned()
    };
    assert_eq!(head("out/targeted_axes/courses.csv"), "condition,step,axis_condition,axis_time,axis_unit");
    assert!(head("out/dpca/components.csv").contains("of_time alone,of_condition,of_time,of_unit"));
}

#[test]
fn a_condition_of_three_texts_has_no_axis_and_the_others_have() {
    let place = Place::new("prepared-texts");
    let mut text = "trial,odour,side,a,b,c\n".to_owned();
    for trial in 0..36 {
        let (odour, side) = (["lime", "clove", "mint"][trial % 3], trial / 3 % 2);
        for step in 0..4 {
            let noise = ((trial * 13 + step * 5) % 17) as f64 / 17.0;
            let third = ((trial * 7 + step * 3) % 11) as f64 / 11.0;
            let (a, b) = (side as f64 + noise, (trial % 3) as f64 - noise);
            writeln!(text, "{trial},{odour},{side},{a},{b},{third}").unwrap();
        }
    }
    let file = place.write("odours.csv", text);
    let words = [&*file, "--trial", "trial", "--modules", "targeted_axes", "--conditions"];
    analyze(
        &place,
        &[&words[..], &["odour,side"]].concat(),
        0,
        &["The condition odour has no axis: its 3 texts"],
    );
    let found = place.summary("out")["modules"]["targeted_axes"].clone();
    assert_eq!(found["variables"].as_array().unwrap().len(), 1);
    assert_eq!((&found["variables"][0]["name"], &found["trials"]), (&json!("side"), &json!(36)));
    // States are coloured by condition.
    let colours = [&*file, "--trial", "trial", "--modules", "pca", "--conditions", "odour,side"];
    analyze(&place, &colours, 0, &[]);
    let page = std::fs::read_to_string(place.0.join("out/report.html")).unwrap();
    assert!(page.contains("odour clove, side 1"), "colours of conditions");
    analyze(&place, &[&words[..], &["odour"]].concat(), 3, &["--conditions odour: 3 texts have no order"]);
}
