//! `run`: pipelines checked whole, run, taken up again, cut in parts, laid side by side.

use crate::common::{Place, Ran, command, run, table};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

const NETS: &str = r#"
out = "reports"
[defaults]
seed = 3
[[job]]
name = "nets"
kind = "train"
task = "sine"
epochs = 3
train_items = 40
validation_items = 8
test_items = 8
steps = 12
sweep = { units = [6, 9], rate = [0.01, 0.003] }
[[job]]
name = "what"
kind = "analyze"
file = "{nets}/network.safetensors"
modules = ["recurrent", "pca"]
[[job]]
name = "tables"
kind = "analyze"
file = "data/*.csv"
modules = "pca"
[[compare]]
by = "units"
job = "what"
quantities = ["recurrent.spectral_radius", "pca.*"]
"#;

/// A pipeline of four networks, their analyses and `tables` tables.
fn place(name: &str, tables: usize) -> Place {
    let place = Place::new(name);
    place.write("p.toml", NETS);
    std::fs::create_dir_all(place.0.join("data")).unwrap();
    (0..tables).for_each(|k| drop(place.write(&format!("data/t{k}.csv"), table(30 + k, 3))));
    place
}

fn go(place: &Place, options: &[&str]) -> Ran {
    run(&[&["run", &place.path("p.toml")][..], options].concat())
}

/// Every file below a folder, by its path in it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                all.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    all
}

/// The same but for what names the folder.
fn reports(place: &Place) -> BTreeMap<String, Vec<u8>> {
    let mut all = files(&place.0.join("reports"));
    all.retain(|name, _| !name.ends_with(".nullcline.json"));
    all
}

fn same(a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    let differ: Vec<&String> = a.iter().filter(|(k, v)| b[*k] != **v).map(|(k, _)| k).collect();
    assert!(differ.is_empty(), "{differ:?}");
}

fn rows(place: &Place, name: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(place.0.join("reports").join(name)).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|r| r.unwrap()).collect()
}

#[test]
fn networks_and_tables_are_laid_side_by_side_and_done_once() {
    let place = place("pipeline", 3);
    let ran = go(&place, &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.out.contains("11 of 11 cells") && ran.err.contains("[11/11]"), "{ran:?}");
    let long = rows(&place, "numbers/long.csv");
    let names = ["cell", "input", "settings", "quantity", "value", "std_error", "n"];
    assert!(names.iter().all(|n| long[0].contains_key(*n)), "{:?}", long[0]);
    // What a cell's own summary says, under the same name.
    let one = long
        .iter()
        .find(|r| r["cell"].starts_with("what/") && r["quantity"] == "recurrent.spectral_radius")
        .unwrap();
    let own = place.summary(&format!("reports/{}", one["cell"]));
    let known = own["modules"]["recurrent"]["spectral_radius"].as_f64().unwrap();
    assert!((one["value"].parse::<f64>().unwrap() - known).abs() < 1e-12);
    assert!(one["settings"].contains("units=") && one["settings"].contains("rate="), "{one:?}");
    let wide = rows(&place, "numbers/wide.csv");
    assert_eq!(wide.len(), 11);
    assert!(wide.iter().filter(|r| r["job"] == "what").all(|r| ["6", "9"].contains(&r["units"].as_str())));
    // Groups: the mean over two rates each, and Welch's difference.
    let groups = rows(&place, "compared/groups.csv");
    let of = |units: &str| -> (f64, Vec<f64>) {
        let mean = groups
            .iter()
            .find(|g| g["quantity"] == "recurrent.spectral_radius" && g["units"] == units)
            .unwrap();
        let values = wide.iter().filter(|r| r["job"] == "what" && r["units"] == units);
        (
            mean["mean"].parse().unwrap(),
            values.map(|r| r["recurrent.spectral_radius"].parse().unwrap()).collect(),
        )
    };
    for units in ["6", "9"] {
        let (mean, values) = of(units);
        assert!(values.len() == 2 && (mean - (values[0] + values[1]) / 2.0).abs() < 1e-12);
    }
    let differences = rows(&place, "compared/differences.csv");
    let difference = differences.iter().find(|d| d["quantity"] == "recurrent.spectral_radius").unwrap();
    let apart: f64 = difference["difference"].parse().unwrap();
    assert!((apart - (of("9").0 - of("6").0)).abs() < 1e-12, "{difference:?}");
    // Nothing is done again, to the byte; three more tables are three more cells.
    let before = reports(&place);
    let ran = go(&place, &[]);
    assert!(ran.status == 0 && ran.err.contains("11 of 11 cells were done before"), "{ran:?}");
    same(&before, &reports(&place));
    (3..6).for_each(|k| drop(place.write(&format!("data/t{k}.csv"), table(30 + k, 3))));
    let ran = go(&place, &[]);
    assert!(ran.status == 0 && ran.err.contains("[3/3]") && ran.out.contains("14 of 14"), "{ran:?}");
    // The index names each page, and they are there.
    let page = std::fs::read_to_string(place.path("reports/report.html")).unwrap();
    for row in rows(&place, "cells/cells.csv") {
        assert!(page.contains(&format!("href=\"{}\"", row["page"])), "{row:?}");
        assert!(place.0.join("reports").join(&row["page"]).is_file());
    }
}

#[test]
fn a_damaged_input_fails_alone_and_is_taken_up_when_it_is_mended() {
    let place = place("pipeline-damaged", 2);
    place.write("data/bad.csv", "a,b\n1,2\n3,\"x\n");
    let ran = go(&place, &[]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(
        ran.err.contains("bad.csv") && ran.err.contains("failed") && ran.out.contains("10 of 11"),
        "{ran:?}"
    );
    let failed = place.0.join("reports/failed");
    let record = std::fs::read_dir(&failed).unwrap().next().unwrap().unwrap().path();
    let record: Value = serde_json::from_str(&std::fs::read_to_string(record).unwrap()).unwrap();
    assert_eq!(record["status"], 3);
    assert!(record["error"].as_str().unwrap().contains("bad.csv"), "{record}");
    let list = go(&place, &["--list"]);
    assert_eq!(list.out.matches("failed").count(), 1, "{list:?}");
    assert_eq!(go(&place, &["--merge"]).status, 4);
    place.write("data/bad.csv", table(40, 2));
    let ran = go(&place, &[]);
    assert!(ran.status == 0 && ran.err.contains("[1/1]") && ran.out.contains("11 of 11"), "{ran:?}");
    assert_eq!(go(&place, &["--merge"]).status, 0);
    // What takes files of a cell that failed is told so.
    let text = NETS.replace("epochs = 3", "epochs = 3\nclip = \"1e-300\"").replace("0.01, 0.003", "1e300");
    place.write("p.toml", text);
    let ran = go(&place, &["--out", &place.path("other")]);
    assert!(ran.status != 0 && ran.err.contains("which failed"), "{ran:?}");
}

#[test]
fn a_run_that_is_killed_goes_on_to_the_same_bytes() {
    let (whole, killed) = (place("pipeline-whole", 2), place("pipeline-killed", 2));
    for p in [&whole, &killed] {
        p.write("p.toml", NETS.replace("epochs = 3", "epochs = 40"));
    }
    assert_eq!(go(&whole, &[]).status, 0);
    let mut kills = 0;
    for wait in [60, 150, 300, 500, 800] {
        let mut arguments = command(&["run", &killed.path("p.toml")]);
        let mut child = arguments.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        kills += usize::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        let _ = child.wait();
    }
    assert!(kills > 0, "it was never met at work");
    let ran = go(&killed, &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    same(&reports(&whole), &reports(&killed));
}

#[test]
fn parts_in_any_order_are_one_run() {
    let (whole, parts) = (place("pipeline-one", 4), place("pipeline-parts", 4));
    assert_eq!(go(&whole, &["--threads", "1"]).status, 0);
    assert_eq!(go(&parts, &["--merge"]).status, 4);
    for shard in ["2/3", "3/3", "1/3"] {
        let ran = go(&parts, &["--shard", shard, "--quiet"]);
        assert!(
            ran.status == 0 && ran.out.is_empty() && ran.err.lines().all(|l| l.starts_with("warning")),
            "{ran:?}"
        );
    }
    let ran = go(&parts, &["--merge"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    same(&reports(&whole), &reports(&parts));
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let place = place("pipeline-wrong", 1);
    let cases = [
        ("modules = \"pca\"", "modulse = \"pca\"", &["line 24", "modulse", "modules?"][..]),
        ("seed = 3", "sede = 3", &["line 4", "sede", "seed?"]),
        ("kind = \"train\"", "kind = \"trian\"", &["line 7", "trian", "train?"]),
        ("epochs = 3", "epochs = \"three\"", &["line 9", "epochs"]),
        ("epochs = 3", "epochs = -3", &["line 9", "epochs"]),
        ("{nets}", "{nest}", &["line 15", "nest", "nets?"]),
        ("data/*.csv", "data/*.parquet", &["line 20", "meets no file"]),
        ("data/*.csv", "data/none.csv", &["line 20", "none.csv"]),
        ("units = [6, 9]", "units = []", &["line 14", "no value"]),
        ("units = [6, 9]", "units = \"6 to 9\"", &["line 14", "1..20"]),
        ("units = [6, 9]", "unitz = [6, 9]", &["line 14", "units?"]),
        ("name = \"tables\"", "name = \"nets\"", &["line 20", "two of the name nets"]),
        ("name = \"tables\"", "name = \"numbers\"", &["line 20", "numbers", "choose another"]),
        ("job = \"what\"", "job = \"waht\"", &["compare", "what?"]),
        ("[[compare]]", "[[compare]", &["line 25"]),
    ];
    for (from, to, words) in cases {
        assert_eq!(NETS.matches(from).count(), 1, "{from}");
        place.write("p.toml", NETS.replace(from, to));
        let ran = go(&place, &["--check"]);
        assert!(ran.status == 3 && !ran.err.contains("panicked"), "{to}: {ran:?}");
        for word in words.iter().chain(&["p.toml"]) {
            assert!(ran.err.contains(word), "{to}: `{word}` is not in {}", ran.err);
        }
    }
    assert!(!place.0.join("reports").exists());
    // What is compared is checked too, and a table of one's own that is not given.
    for (by, word) in [("by = \"unitz\"", "units?"), ("by = \"condition\"", "--with")] {
        place.write("p.toml", NETS.replace("by = \"units\"", by));
        let ran = go(&place, &["--check"]);
        assert!(ran.status == 3 && ran.err.contains("line 25") && ran.err.contains(word), "{ran:?}");
    }
    // Too many cells are told at once, whatever they would be.
    place.write(
        "p.toml",
        NETS.replace("units = [6, 9]", "units = \"1..900000\", seed = \"1..900000\"")
            .replace("seed = 3\n", ""),
    );
    let ran = go(&place, &["--check"]);
    assert!(ran.status == 3 && ran.err.contains("more than 100000 cells"), "{ran:?}");
    place.write("p.toml", NETS);
    for (options, word) in [
        (&["--shard", "0/3"][..], "--shard 0/3"),
        (&["--shard", "4/3"], "--shard 4/3"),
        (&["--with", "nowhere.csv"], "nowhere.csv"),
        (&["--tables", "xls"], "--tables xls"),
    ] {
        let ran = go(&place, options);
        assert!([2, 3].contains(&ran.status) && ran.err.contains(word), "{ran:?}");
    }
    assert!(run(&["run"]).err.contains("found no pipeline"));
}

#[test]
fn a_table_of_ones_own_stands_beside_the_cells() {
    let place = place("pipeline-joined", 4);
    let own = "file,condition,accuracy\nt0.csv,a,0.5\nt1.csv,a,0.7\ndata/t2.csv,b,0.9\nt3.csv,b,0.8\n";
    let with = place.write("runs.csv", own);
    let text = NETS.replace("by = \"units\"\njob = \"what\"", "by = \"condition\"\njob = \"tables\"");
    place.write("p.toml", text);
    let ran = go(&place, &["--with", &with]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let wide = rows(&place, "numbers/wide.csv");
    let of = |file: &str| wide.iter().find(|r| r["input"].ends_with(file)).unwrap()["condition"].clone();
    assert_eq!((of("t1.csv"), of("t2.csv")), ("a".into(), "b".into()));
    let groups = rows(&place, "compared/groups.csv");
    assert!(groups.iter().any(|g| g["condition"] == "a" && g["cells"] == "2"), "{groups:?}");
    let twice = place.write("twice.csv", "file,condition\nt0.csv,a\nt0.csv,b\n");
    let ran = go(&place, &["--merge", "--with", &twice]);
    assert!(ran.status == 3 && ran.err.contains("rows 1 and 2"), "{ran:?}");
    let ran = go(&place, &["--merge", "--with", &with, "--on", "fiel"]);
    assert!(ran.status == 3 && ran.err.contains("file?"), "{ran:?}");
}

#[test]
fn several_files_are_analysed_and_compared() {
    let place = place("pipeline-analyze", 3);
    let all: Vec<String> = (0..3).map(|k| place.path(&format!("data/t{k}.csv"))).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let out = place.path("several");
    let ran = run(&[&["analyze"][..], &all, &["--modules", "pca", "--out", &out]].concat());
    assert!(ran.status == 0 && ran.out.contains("3 of 3 cells"), "{ran:?}");
    let found = files(Path::new(&out));
    let own = found.keys().filter(|k| k.contains("/") && k.ends_with("summary.json"));
    assert_eq!(own.count(), 3, "{:?}", found.keys());
    // The numbers are those of the file analysed alone.
    let alone = place.path("alone");
    assert_eq!(run(&["analyze", all[1], "--modules", "pca", "--out", &alone]).status, 0);
    let key = found.keys().find(|k| k.contains("t1") && k.ends_with("summary.json")).unwrap();
    let several: Value = serde_json::from_slice(&found[key]).unwrap();
    assert_eq!(several["modules"], place.summary("alone")["modules"]);
}

const MEETING: &str = r#"
out = "data/reports"
[[job]]
name = "nets"
kind = "train"
task = "sine"
epochs = 1
train_items = 20
validation_items = 4
test_items = 4
steps = 5
units = 4
sweep = { cell = ["gru", "vanilla"], seed = [1, "1", 2] }
[[job]]
name = "again"
kind = "train"
task = "sine"
epochs = 1
train_items = 20
validation_items = 4
test_items = 4
steps = 5
units = 4
sweep = { cell = ["gru", "vanilla"], seed = [1, 2] }
[[job]]
name = "what"
kind = "analyze"
file = "{nets}/network.safetensors"
modules = "recurrent"
sweep = { seed = [7, 8] }
[[job]]
name = "tables"
kind = "analyze"
file = ["data/**/*.csv", "./data/t0.csv", "data/../data/t1.csv"]
modules = "pca"
[[compare]]
by = "cell"
job = "nets"
"#;

/// Names of options that are names of columns, jobs of the same cells, files named twice, reports among the files that a pattern meets, hidden
/// files, links that lead nowhere, one option in two jobs.
#[test]
fn names_meet_and_nothing_is_lost() {
    let place = place("pipeline-names", 2);
    place.write("p.toml", MEETING);
    place.write("data/._hidden.csv", "x");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere.csv", place.0.join("data/lost.csv")).unwrap();
    let out = place.0.join("data/reports");
    let summaries =
        || files(&out).keys().filter(|k| k.matches('/').count() == 2 && k.ends_with("summary.json")).count();
    for _ in 0..2 {
        let ran = go(&place, &[]);
        // The link that leads nowhere fails alone.
        assert!(ran.status == 3 && ran.err.contains("lost.csv"), "{ran:?}");
        assert!(ran.out.contains("18 of 19 cells"), "{ran:?}");
        assert_eq!(summaries(), 18);
    }
    let text = std::fs::read_to_string(out.join("numbers/wide.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let wide: Vec<BTreeMap<String, String>> = reader.deserialize().map(|r| r.unwrap()).collect();
    let what: Vec<_> = wide.iter().filter(|r| r["job"] == "what").collect();
    assert_eq!(what.len(), 8);
    for row in what {
        assert!(
            ["gru", "vanilla"].contains(&row["option cell"].as_str())
                && ["7", "8"].contains(&row["seed"].as_str())
        );
        assert!(
            ["1", "2"].contains(&row["nets.seed"].as_str()) && row["needs"].starts_with("nets/"),
            "{row:?}"
        );
    }
    // A report of which something is gone is made again; one that somebody changed is told, and kept.
    let one = wide.iter().find(|r| r["job"] == "again").unwrap()["cell"].clone();
    let other = wide.iter().find(|r| r["job"] == "nets").unwrap()["cell"].clone();
    std::fs::remove_file(out.join(&one).join("network.safetensors")).unwrap();
    let path = out.join(&other).join("summary.json");
    std::fs::write(&path, "{}").unwrap();
    let ran = go(&place, &[]);
    assert!(ran.status == 3 && ran.err.contains("is another than was written"), "{ran:?}");
    assert!(out.join(&one).join("network.safetensors").is_file());
    assert_eq!(std::fs::read_to_string(path).unwrap(), "{}");
    let list = go(&place, &["--list"]).out;
    assert_eq!((list.matches("changed").count(), list.matches("failed").count()), (1, 1), "{list}");
}

/// Errors stand where the summary has them.
#[test]
fn errors_of_numbers_are_their_own() {
    use nullcline::pipeline::quantities;
    let summary = serde_json::json!({ "modules": { "m": {
        "exponents": [0.5, -1.0], "std_error": [0.1, 0.2], "final_state": [3.0, 4.0], "driven": true,
        "share": [0.6, 0.4], "share_std_error": [0.01, null], "rate": 2.0, "rate_std_error": 0.3,
    } } });
    let all = quantities(&summary);
    let error = |name: &str| all.iter().find(|q| q.name == name).unwrap().estimate.std_error;
    assert_eq!((error("m.exponents[1]"), error("m.final_state[0]")), (Some(0.2), None));
    assert_eq!((error("m.share[0]"), error("m.share[1]"), error("m.rate")), (Some(0.01), None, Some(0.3)));
    assert_eq!((error("m.driven"), all.len()), (None, 8));
}

#[test]
fn plans_and_scripts_are_written() {
    let place = place("pipeline-plan", 2);
    let plan: Value = serde_json::from_str(&go(&place, &["--plan"]).out).unwrap();
    let cells = plan["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 10);
    // Analyses are in the chain of their network.
    assert!((0..4).all(|k| cells[4 + k]["chain"] == k && cells[4 + k]["needs"] == cells[k]["cell"]));
    assert!(cells.iter().all(|c| c["memory"].as_u64().unwrap() > 1 << 20));
    let ran = go(&place, &["--slurm", "3", "--threads", "2"]);
    assert!(ran.status == 0 && ran.out.contains("submit.sh"), "{ran:?}");
    // What the array runs then goes into the same folder.
    let ran = go(&place, &["--shard", "1/3"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let text = |name: &str| std::fs::read_to_string(place.0.join("reports/slurm").join(name)).unwrap();
    assert!(
        text("array.sbatch").contains("--array=1-3") && text("array.sbatch").contains("--cpus-per-task=2")
    );
    assert!(text("merge.sbatch").contains("--merge") && text("submit.sh").contains("afterany"));
}

/// The pipelines of all studies have them all, in their order, and are sound.
#[test]
fn the_examples_have_every_study() {
    for file in ["gallery.toml", "paper.toml"] {
        let file = format!("{}/examples/{file}", env!("CARGO_MANIFEST_DIR"));
        let pipeline = nullcline::pipeline::Pipeline::read(file.as_ref()).unwrap();
        let listed: Vec<&str> = pipeline.steps[0].sweep[0].1.iter().map(|v| v.as_str().unwrap()).collect();
        let all = nullcline::studies::all();
        assert_eq!(listed, all.iter().map(|s| s.name).collect::<Vec<_>>());
        let ran = run(&["run", &file, "--check"]);
        assert!(ran.status == 0 && ran.out.contains("nothing is wrong"), "{ran:?}");
    }
}

/// A gallery has a figure and the claims of each study, the page of what claims nothing, and leaves alone what is another's.
#[test]
fn a_gallery_holds_figures_and_claims() {
    let place = Place::new("gallery");
    let dataset = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/sine_tanh.pt");
    let text = format!(
        "out = \"out\"\ngallery = \"shown\"\n[[job]]\nkind = \"study\"\nsweep = {{ study = [\"fanthomme2021/figB.1\", \
         \"fanthomme2021/figA.3\"] }}\n[[job]]\nname = \"network\"\nkind = \"analyze\"\nfile = \"{dataset}\"\nmodules = \"recurrent\"\n"
    );
    std::fs::write(place.0.join("p.toml"), text).unwrap();
    let file = place.0.join("p.toml");
    // Somebody else's folder is refused before anything is computed.
    std::fs::create_dir_all(place.0.join("shown")).unwrap();
    std::fs::write(place.0.join("shown/mine.txt"), "mine").unwrap();
    let ran = run(&["run", file.to_str().unwrap(), "--quiet"]);
    assert!(
        ran.status == 2 && ran.err.contains("shown is not empty") && !place.0.join("out").exists(),
        "{ran:?}"
    );
    std::fs::remove_dir_all(place.0.join("shown")).unwrap();
    let ran = run(&["run", file.to_str().unwrap(), "--quiet"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    std::fs::write(place.0.join("shown/mine.txt"), "mine").unwrap();
    let shown = |name: &str| std::fs::read_to_string(place.0.join("shown").join(name)).unwrap();
    let page = shown("README.md");
    for expected in [
        "## fanthomme2021/figB.1",
        "![fanthomme2021/figB.1](fanthomme2021-figB.1.svg)",
        "`nullcline study fanthomme2021/figA.3`",
        "| holds | The program's gain A is 9.28 (widths 0.3 and 0.5) | 9.281 (theory) | 9.282 |",
        "[The page](network.html)",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
    let claims = page.lines().filter(|l| l.starts_with("| holds |")).count();
    assert!(page.contains(&format!("{claims} holds")), "{page}");
    assert!(
        shown("fanthomme2021-figB.1.svg").contains("<svg") && shown("network.html").contains("sine_tanh.pt")
    );
    assert_eq!(shown("mine.txt"), "mine");
    // Again: the same bytes.
    let ran = run(&["run", file.to_str().unwrap(), "--quiet"]);
    assert!(ran.status == 0 && shown("README.md") == page);
}
