//! The modules decoding, selectivity and clusters of `analyze`, on tables good and bad.

use crate::common::{Place, analyze, golden, network, noise, violations};
use faer::Mat;
use nullcline::diagnostics::geometry::decoding::linear;
use nullcline::diagnostics::geometry::subspace::angle;
use serde_json::Value;

fn json(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap_or_else(|| panic!("{v} is no array")).iter().map(|v| v.as_f64().unwrap()).collect()
}

fn close(ours: &Value, theirs: &[f64], what: &str) {
    let ours = numbers(ours);
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (a, b) in ours.iter().zip(theirs) {
        assert!((a - b).abs() < 1e-9 * (1.0 + b.abs()), "{what}: {a} and {b}");
    }
}

const ALL: [&str; 6] =
    ["--trial", "trial", "--targets", "side,level", "--modules", "decoding,selectivity,clusters"];

#[test]
fn a_recording_is_decoded_regressed_and_grouped() {
    let place = Place::new("analyses");
    let file = golden("analyses/activity.csv");
    let theirs = json(&golden("analyses/expected.json"));
    let ran = analyze(&place, &[&[&*file][..], &ALL].concat(), 0, &["level was not decoded: it has"]);
    assert!(ran.out.contains("side is decoded with"), "{}", ran.out);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let modules = &summary["modules"];
    let target = &modules["decoding"]["targets"][0];
    assert_eq!(
        (&target["name"], &target["trials"], &target["rows"]),
        (&"side".into(), &24.into(), &240.into())
    );
    let fits = target["fits"].as_array().unwrap();
    assert_eq!(fits.len(), 4);
    for (fit, name) in fits.iter().zip(["with", "without"]) {
        let params = numbers(&theirs["logit"][name]["params"]);
        let skip = usize::from(name == "with");
        close(&fit["weights"], &params[skip..], name);
        let accuracy = fit["accuracy_cross_validated"].as_f64().unwrap();
        assert!(accuracy > target["chance"].as_f64().unwrap() + 0.05, "{accuracy}");
        let folds = numbers(&fit["folds"]);
        assert!((folds.iter().sum::<f64>() / 5.0 - accuracy).abs() < 1e-12 && folds.len() == 5);
        let p = fit["permutation"]["p"].as_f64().unwrap();
        assert!(p * (1.0 + fit["permutation"]["count"].as_f64().unwrap()) >= 1.0 - 1e-12 && p < 0.05, "{p}");
        let told = fit["confusion"].as_array().unwrap().iter().flat_map(numbers).sum::<f64>();
        assert!((told - 240.0).abs() < 1e-9);
    }
    assert_eq!(target["groups"], serde_json::json!({ "by": "trials", "count": 24 }));
    let errors = numbers(&fits[0]["weights_std_error"]);
    for (ours, theirs) in errors.iter().zip(&numbers(&theirs["logit_by_trial"])[1..]) {
        assert!((ours - theirs).abs() < 1e-7 * theirs, "{ours} and {theirs}");
    }
    let found = &modules["selectivity"];
    assert_eq!(found["targets"].as_array().unwrap().len(), 2);
    assert_eq!((&found["correction"], &found["errors"]), (&"Holm over units".into(), &"by trial".into()));
    let (slope, error) = (&theirs["ols"]["by_trial"]["params"], &theirs["ols"]["by_trial"]["bse"]);
    for (k, r) in found["regressions"].as_array().unwrap().iter().enumerate() {
        close(&r["slope"].as_array().unwrap()[..1].to_vec().into(), &[numbers(slope)[k + 1]], "slope");
        close(&r["std_error"].as_array().unwrap()[..1].to_vec().into(), &[numbers(error)[k + 1]], "error");
    }
    let angle = &found["angles"][0];
    for key in ["angle", "angle_in_plane"] {
        assert!((0.0..=180.0).contains(&angle[key].as_f64().unwrap()));
        assert!(angle[format!("{key}_std_error")].as_f64().unwrap() > 0.0);
    }
    let share = found["targets"][0]["share_in_plane"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&share));
    assert_eq!(modules["clusters"]["clusters"], 4);
    let files = [
        "decoding/accuracy.csv",
        "decoding/weights.csv",
        "decoding/confusion.csv",
        "decoding/accuracy.svg",
        "selectivity/slopes.csv",
        "selectivity/angles.csv",
        "selectivity/readouts.csv",
        "clusters/units.csv",
        "clusters/tree.csv",
        "clusters/dendrogram.svg",
        "clusters/correlation.svg",
    ];
    for name in files {
        assert!(place.0.join("out").join(name).exists(), "{name}");
    }
    // The same seed, on one thread: the same bytes.
    let before = std::fs::read(place.0.join("out/decoding/accuracy.csv")).unwrap();
    analyze(&place, &[&[&*file, "--threads", "1"][..], &ALL].concat(), 0, &[]);
    assert_eq!(before, std::fs::read(place.0.join("out/decoding/accuracy.csv")).unwrap());
}

#[test]
fn options_reach_the_analyses() {
    let place = Place::new("analyses-options");
    let file = golden("analyses/activity.csv");
    let more = ["--ridge", "2", "--folds", "8", "--clusters", "2", "--linkage", "complete"];
    analyze(&place, &[&[&*file][..], &ALL, &more].concat(), 0, &[]);
    let modules = &place.summary("out")["modules"];
    let theirs = json(&golden("analyses/expected.json"));
    let fit = &modules["decoding"]["targets"][0]["fits"][0];
    for (a, b) in numbers(&fit["weights"]).iter().zip(numbers(&theirs["ridge"][0]["weights"])) {
        assert!((a - b).abs() < 1e-7, "{a} and {b}");
    }
    assert_eq!((fit["folds"].as_array().unwrap().len(), &fit["ridge"]), (8, &2.0.into()));
    let found = &modules["clusters"];
    assert_eq!(
        (&found["clusters"], &found["given"], &found["linkage"]),
        (&2.into(), &true.into(), &"complete".into())
    );
    for (arguments, status, words) in [
        (&["--ridge", "-1"][..], 2, "--ridge -1"),
        (&["--folds", "1"], 2, "--folds 1"),
        (&["--linkage", "ward"], 2, "average, complete, single, weighted"),
        (&["--clusters", "0"], 2, "--clusters 0"),
        (&["--clusters", "12", "--modules", "clusters"], 2, "12 clusters of 9 units"),
        (&["--clusters", "2", "--modules", "pca"], 2, "--clusters goes with the module clusters"),
        (&["--modules", "decoding"], 2, "needs --targets COLUMN"),
        (&["--modules", "selectivity"], 2, "needs --targets COLUMN"),
    ] {
        analyze(&place, &[&[&*file, "--units", "u*"][..], arguments].concat(), status, &[words]);
    }
    let folds = ["--targets", "side", "--trial", "trial", "--folds", "30", "--modules", "decoding"];
    analyze(
        &place,
        &[&[&*file, "--units", "u*"][..], &folds].concat(),
        2,
        &["--folds 30: `side` has values in 24 trials"],
    );
}

/// A table of `n` units, a label and further columns, built row by row.
fn rows(n: usize, t: usize, more: &str, mut cell: impl FnMut(usize, &[f64]) -> String) -> String {
    let values = noise(n * t, 1.0, 11);
    let names: Vec<String> = (0..n).map(|i| format!("u{i}")).collect();
    let mut text = format!("{},{more}\n", names.join(","));
    for (k, row) in values.chunks(n).enumerate() {
        let row_text: Vec<String> = row.iter().map(f64::to_string).collect();
        text += &format!("{},{}\n", row_text.join(","), cell(k, row));
    }
    text
}

#[test]
fn targets_that_cannot_be_used_are_said() {
    let place = Place::new("analyses-targets");
    let names = "one,many,gone,names,label,rare";
    let text = rows(3, 60, names, |k, row| {
        let label = if k % 7 == 0 {
            ""
        } else if row[0] + row[1] > 0.3 * row[2] {
            "left"
        } else {
            "right"
        };
        format!("5,{},,name {k},{label},{}", 0.5 + (k % 4) as f64, usize::from(k == 3))
    });
    let file = place.write("a.csv", text);
    for (target, words) in [
        ("one", "`one` has one value only, 5"),
        ("many", "`many` has 4 values"),
        ("gone", "`gone` has no value"),
        ("names", "`names` holds 60 texts, expected 50 labels at most"),
    ] {
        analyze(&place, &[&file, "--units", "u*", "--targets", target, "--modules", "decoding"], 3, &[words]);
    }
    let rare = ["--units", "u*", "--targets", "rare", "--modules", "decoding"];
    analyze(&place, &[&[&*file][..], &rare].concat(), 3, &["decoding `rare`", "one class only"]);
    // By default what cannot be used is passed over, and missing values are counted.
    let all = ["--units", "u*", "--targets", "one,many,gone,names,label"];
    let words = [
        "The target one was passed over",
        "many was not decoded",
        "9 rows without a value of label left out",
    ];
    analyze(&place, &[&[&*file][..], &all].concat(), 0, &words);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let target = &summary["modules"]["decoding"]["targets"][0];
    assert_eq!((&target["name"], &target["rows"]), (&"label".into(), &51.into()));
    assert_eq!(target["labels"], serde_json::json!(["left", "right"]));
    analyze(&place, &[&file, "--units", "u*", "--targets", "one"], 0, &[]);
    assert_eq!(place.summary("out")["modules"].as_object().unwrap().len(), 2);
}

#[test]
fn labels_of_three_and_whole_numbers_are_decoded() {
    let place = Place::new("analyses-three");
    let file = place.write(
        "three.csv",
        rows(3, 240, "word,code", |_, x| {
            let most = (0..3).max_by(|a, b| x[*a].total_cmp(&x[*b])).unwrap();
            format!("{},{}", ["go", "stay", "turn"][most], most * 7)
        }),
    );
    let arguments = ["--units", "u*", "--targets", "word,code", "--modules", "decoding", "--ridge", "0.1"];
    let ran = analyze(&place, &[&[&*file][..], &arguments].concat(), 0, &[]);
    assert!(ran.out.contains("word is decoded with") && ran.out.contains("p = "), "{}", ran.out);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let targets = summary["modules"]["decoding"]["targets"].as_array().unwrap();
    assert_eq!(targets[0]["labels"], serde_json::json!(["go", "stay", "turn"]));
    assert_eq!(targets[1]["labels"], serde_json::json!(["0", "7", "14"]));
    assert_eq!(targets[0]["fits"], targets[1]["fits"]);
    let fit = &targets[0]["fits"][0];
    assert!(fit["accuracy_cross_validated"].as_f64().unwrap() > 0.85, "{fit}");
    let weights: Vec<Vec<f64>> = fit["class_weights"].as_array().unwrap().iter().map(numbers).collect();
    assert!((0..3).all(|c| (0..3).all(|i| i == c || weights[c][c] > weights[c][i])), "{weights:?}");
    let table = std::fs::read_to_string(place.0.join("out/decoding/confusion.csv")).unwrap();
    assert!(table.starts_with("target,label,told_as,rows\nword,go,go,"), "{table}");
    assert_eq!(table.lines().count(), 19);
}

#[test]
fn rows_that_are_alike_without_trials_are_said_at_the_head() {
    let place = Place::new("analyses-alike");
    let mut slow = [0.0; 4];
    let file = place.write(
        "alike.csv",
        rows(4, 800, "s0,s1,s2,y", |_, x| {
            slow.iter_mut().zip(x).for_each(|(s, x)| *s = 0.9 * *s + x);
            format!("{},{},{},{}", slow[0], slow[1], slow[2], u8::from(slow[3] > 0.0))
        }),
    );
    let arguments = ["--units", "s*", "--targets", "y", "--modules", "decoding,selectivity"];
    let ran = analyze(&place, &[&[&*file][..], &arguments].concat(), 0, &["rows are alike over about"]);
    assert!(ran.out.contains("without --trial errors and test rest on"), "{}", ran.out);
    let modules = &place.summary("out")["modules"];
    let groups = &modules["decoding"]["targets"][0]["groups"];
    assert_eq!(groups["by"], "blocks");
    assert_eq!(
        (&modules["selectivity"]["errors"], &modules["selectivity"]["groups"]),
        (&"by block".into(), &groups["count"])
    );
}

#[test]
fn numbers_of_any_size_are_decoded_alike() {
    let place = Place::new("analyses-sizes");
    let all =
        ["--units", "u*", "--targets", "y,z", "--modules", "decoding,selectivity,clusters,pca,activity"];
    let found = [1.0, 2f64.powi(-600), 2f64.powi(500)].map(|size| {
        let table = rows(3, 120, "y,z,v0,v1,v2", |k, x| {
            let y = u8::from(x[0] + 0.3 * (k as f64).sin() > 0.0);
            format!("{y},{},{},{},{}", size * (x[1] + 0.5 * x[2]), size * x[0], size * x[1], size * x[2])
        });
        let file = place.write("size.csv", table.replace("u0,u1,u2", "w0,w1,w2").replace("v", "u"));
        analyze(&place, &[&[&*file][..], &all].concat(), 0, &[]);
        place.summary("out")["modules"].clone()
    });
    let (one, rest) = found.split_first().unwrap();
    for other in rest {
        let of = |m: &Value| {
            let fit = &m["decoding"]["targets"][0]["fits"][0];
            [
                &fit["accuracy_cross_validated"],
                &fit["log_likelihood"],
                &m["selectivity"]["angles"][0]["angle"],
                &m["pca"]["participation_ratio"],
                &m["pca"]["participation_ratio_std_error"],
                &m["activity"]["constant_units"],
                &m["selectivity"]["regressions"][1]["p"][1],
                &m["clusters"]["silhouettes"][0][1],
            ]
            .map(|v| v.as_f64().unwrap())
        };
        for (a, b) in of(one).iter().zip(of(other)) {
            assert!((a - b).abs() <= 1e-8 * a.abs(), "{:?} and {:?}", of(one), of(other));
        }
    }
}

#[test]
fn missing_units_constant_units_and_collinear_targets() {
    let place = Place::new("analyses-bad");
    let text = rows(4, 80, "flat,y,twice,z", |k, row| {
        let y = f64::from(u8::from(row[0] > 0.2 * row[1] + 0.5 * ((k % 5) as f64 - 2.0)));
        format!("0.1,{y},{},{}", 2.0 * y + 1.0, row[2] + row[3])
    });
    let file = place.write("a.csv", &text);
    let all = ["--units", "u*,flat", "--targets", "y,twice,z", "--modules", "decoding,selectivity,clusters"];
    let words = ["The targets are collinear", "1 constant unit left out: flat", "vary in 4 of 5 directions"];
    analyze(&place, &[&[&*file][..], &all].concat(), 0, &words);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let modules = &summary["modules"];
    assert_eq!(modules["clusters"]["constant"], serde_json::json!(["flat"]));
    assert_eq!(modules["clusters"]["label"][4], Value::Null);
    // One read-out twice: no angle; a unit that never changes has no p-value.
    assert!(modules["selectivity"]["angles"][0]["angle"].as_f64().unwrap() < 1e-6);
    assert_eq!(modules["selectivity"]["regressions"][0]["p"][4], Value::Null);
    assert!(modules["decoding"]["targets"][0]["fits"][0]["weights"][4].as_f64().unwrap().abs() < 1e-9);
    let gap = place.write("gap.csv", text.replacen('\n', "\n,,,,0.1,1,3,0\n", 1));
    analyze(&place, &[&[&*gap][..], &all].concat(), 3, &["--missing drop-rows"]);
    analyze(&place, &[&[&*gap, "--missing", "drop-rows"][..], &all].concat(), 0, &[]);
    assert_eq!(place.summary("out")["modules"]["decoding"]["targets"][0]["rows"], 80);
    let still = place.write("still.csv", rows(1, 30, "f,g", |_, _| "1,2".into()));
    analyze(&place, &[&still, "--modules", "clusters"], 3, &["1 of 3 units vary"]);
}

#[test]
fn few_trials_are_left_out_one_by_one() {
    let place = Place::new("analyses-trials");
    let (n, trials, each) = (3, 4, 50);
    let table = rows(n, trials * each, "trial,a,b", |t, x| {
        format!("{},{},{}", t / each, x[0] + 0.5 * x[1], x[1] - 0.2 * x[2] + 0.3 * (t as f64).sin())
    });
    let file = place.write("t.csv", &table);
    analyze(
        &place,
        &[&file, "--units", "u*", "--trial", "trial", "--targets", "a,b", "--modules", "selectivity"],
        0,
        &[],
    );
    let found = &place.summary("out")["modules"]["selectivity"]["angles"][0];
    let lines: Vec<Vec<f64>> =
        table.lines().skip(1).map(|l| l.split(',').map(|v| v.parse().unwrap()).collect()).collect();
    let angle_on = |kept: &dyn Fn(usize) -> bool| {
        let kept: Vec<&Vec<f64>> =
            lines.iter().enumerate().filter(|(t, _)| kept(t / each)).map(|(_, l)| l).collect();
        let x = Mat::from_fn(n, kept.len(), |i, t| kept[t][i]);
        let [a, b] = [n + 1, n + 2]
            .map(|k| linear(x.as_ref(), &kept.iter().map(|l| l[k]).collect::<Vec<_>>()).unwrap().weights);
        angle(&a, &b)
    };
    let left: Vec<f64> = (0..trials).map(|out| angle_on(&|k| k != out)).collect();
    let mean = left.iter().sum::<f64>() / 4.0;
    let error = (0.75 * left.iter().map(|l| (l - mean).powi(2)).sum::<f64>()).sqrt();
    let close = |name: &str, theirs: f64| (found[name].as_f64().unwrap() - theirs).abs() < 1e-9 * theirs;
    assert!(close("angle", angle_on(&|_| true)) && close("angle_std_error", error), "{found} {error}");
}

#[test]
fn what_rows_do_not_determine_is_said() {
    let place = Place::new("analyses-undetermined");
    // Fewer rows than units; a label of one class but for a few rows; a trial that is not known; nothing but gaps.
    let few = place.write("few.csv", rows(30, 12, "v", |_, x| x[0].to_string()));
    analyze(
        &place,
        &[&few, "--units", "u*", "--targets", "v", "--modules", "selectivity"],
        0,
        &["goes through every row"],
    );
    let rare = rows(3, 200, "y,z", |t, x| format!("{},{}", u8::from((20..26).contains(&t)), x[1]));
    let rare = place.write("rare.csv", rare);
    analyze(
        &place,
        &[&rare, "--units", "u*", "--targets", "y,z", "--modules", "selectivity"],
        0,
        &["have no error"],
    );
    let parted = place.write("parted.csv", rows(3, 90, "y", |_, x| u8::from(x[0] > 0.0).to_string()));
    analyze(
        &place,
        &[&parted, "--units", "u*", "--targets", "y", "--modules", "selectivity"],
        0,
        &["A plane parts"],
    );
    let unknown = rows(3, 40, "trial,y", |t, x| {
        format!("{},{}", if t == 7 { String::new() } else { (t / 10).to_string() }, x[1])
    });
    let unknown = place.write("unknown.csv", unknown);
    let arguments =
        [&*unknown, "--units", "u*", "--trial", "trial", "--targets", "y", "--missing", "drop-rows"];
    analyze(&place, &arguments, 3, &["column `trial`, row 8"]);
    let gaps = place.write("gaps.csv", "u0,u1,y\n1,,0\n2,,1\n3,,0\n");
    let gaps = [&*gaps, "--units", "u*", "--targets", "y", "--missing", "drop-rows", "--modules", "clusters"];
    analyze(&place, &gaps, 3, &["no row has a value of every unit"]);
    let endless = place.write("endless.csv", "u0,u1,y\n1,2,0\n2,1,inf\n3,5,2\n");
    let endless = [&*endless, "--units", "u*", "--targets", "y", "--modules", "selectivity"];
    analyze(&place, &endless, 3, &["column `y`, row 2: inf"]);
    let alone = place.write("alone.csv", "u0\n1\n2\n4\n");
    analyze(&place, &[&alone, "--units", "u*", "--modules", "clusters"], 3, &["alone.csv", "vary"]);
    analyze(&place, &[&parted, "--targets", "y", "--folds", "91"], 2, &["--folds 91", "90 rows"]);
}

#[test]
fn more_units_than_samples() {
    let place = Place::new("analyses-wide");
    let file = place.write("wide.csv", rows(40, 24, "y,z", |k, row| format!("{},{}", k % 2, row[5])));
    let all = ["--units", "u*", "--targets", "y,z", "--modules", "decoding,selectivity,clusters"];
    analyze(
        &place,
        &[&[&*file][..], &all].concat(),
        0,
        &["a plane parts the two labels completely", "23 of 40"],
    );
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let fit = &summary["modules"]["decoding"]["targets"][0]["fits"][0];
    assert_eq!((&fit["separation"], &fit["rank"]), (&"complete".into(), &23.into()));
    assert_eq!(fit["weights_std_error"][0], Value::Null);
    // Labels that alternate have nothing to do with the noise: no better than chance.
    assert!(fit["accuracy_cross_validated"].as_f64().unwrap() < 0.85);
}

#[test]
fn units_of_a_network_are_grouped_and_its_weights_ordered() {
    let place = Place::new("analyses-network");
    let net = place.save("net.safetensors", &network(1, 12, 2, 1.5));
    let all = ["--modules", "clusters", "--trajectories", "6", "--length", "100"];
    analyze(&place, &[&[&*net][..], &all].concat(), 0, &[]);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let found = &summary["modules"]["clusters"];
    assert_eq!(found["label"].as_array().unwrap().len(), 12);
    let matrix = &found["matrices"][0];
    assert_eq!((&matrix["name"], &matrix["permutations"]), (&"recurrent".into(), &999.into()));
    let p = matrix["p"].as_f64().unwrap();
    assert!((1e-3..=1.0).contains(&p), "{p}");
    assert!(matrix["within_std_error"].as_f64().unwrap() > 0.0);
    let clusters = found["clusters"].as_u64().unwrap() as usize;
    assert_eq!(matrix["mean"].as_array().unwrap().len(), clusters);
    for name in ["dendrogram.svg", "correlation.svg", "weights.svg", "weights.csv"] {
        assert!(place.0.join("out/clusters").join(name).exists(), "{name}");
    }
    let lstm = place.save("lstm.safetensors", &network(4, 6, 2, 1.0));
    analyze(&place, &[&[&*lstm, "--clusters", "2"][..], &all].concat(), 0, &[]);
    assert_eq!(place.summary("out")["modules"]["clusters"]["matrices"].as_array().unwrap().len(), 4);
}

/// tests/golden/analyses/SOURCE.md: before the choice is made states tell nothing of it, after it everything, and between them a
/// little. Of some training parts the likelihood has no maximum that Newton's method finds in rounding, and their read-outs are those
/// of a weak ridge.
#[test]
fn labels_that_are_nearly_parted_are_decoded() {
    let place = Place::new("nearly-parted");
    let file = golden("analyses/nearly_parted.npz");
    let arguments = [&*file, "--units", "x", "--targets", "choice", "--modules", "decoding,selectivity"];
    analyze(&place, &arguments, 0, &[]);
    let target = &place.summary("out")["modules"]["decoding"]["targets"][0];
    for fit in target["fits"].as_array().unwrap() {
        let accuracy = fit["accuracy_cross_validated"].as_f64().unwrap();
        // The label of a random walk's end is told from the walk so far: well, not surely.
        assert!((0.8..0.99).contains(&accuracy), "{fit}");
    }
}

/// Three of five samples stand far from a plane, the others a thousandth as far, seven of eight of them on the right side: what tells
/// these makes those surer than 100 nats.
#[test]
fn a_likelihood_that_is_too_flat_is_told() {
    let place = Place::new("flat-likelihood");
    let mut text = "trial,a,b,y\n".to_owned();
    for k in 0..200 {
        let side = if k % 2 == 0 { -1.0 } else { 1.0 };
        let wrong = if [0, 21].contains(&(k % 40)) { -1.0 } else { 1.0 };
        let a = match k % 5 {
            0 | 1 => 1e-3 * side * wrong * (1.0 + f64::from(k % 7)),
            _ => side * (1.0 + 0.1 * f64::from(k % 11)),
        };
        text += &format!("{},{a},{},{}\n", k / 4, f64::from((37 * k) % 19), u8::from(side > 0.0));
    }
    let file = place.write("flat.csv", text);
    let arguments = [&*file, "--trial", "trial", "--targets", "y", "--modules", "decoding,selectivity"];
    analyze(&place, &arguments, 0, &["so nearly that the likelihood has no maximum to speak of"]);
    let fit = &place.summary("out")["modules"]["decoding"]["targets"][0]["fits"][0];
    assert_eq!(fit["separation"], "nearly");
    assert!(fit["weights_std_error"][0].is_null(), "{fit}");
}
