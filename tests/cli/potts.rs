//! `infer potts`, as a user runs it: likelihoods by chains and clusters, names in model files, options that do not go together.

use crate::common::{Place, Ran, report, run, violations};
use nullcline::analyses::potts::open;
use nullcline::inference::potts::{Gauge, Potts, Samples, Sites, Transfer};
use nullcline::linalg::random::{Use, stream};
use serde_json::Value;
use std::fmt::Write;

fn infer(place: &Place, arguments: &[&str], status: i32, words: &[&str]) -> Ran {
    report(place, &["infer", "potts"], arguments, status, words)
}

fn truth(n: usize, q: usize) -> Potts {
    let sites = Sites::alike(n, q).unwrap();
    Potts::erdos_renyi(sites, 2.5, [1.0, 1.0], &mut stream(61, Use::Couplings, (n * q) as u64))
}

fn samples(n: usize, q: usize, p: usize) -> Samples {
    Transfer::new(&truth(n, q)).unwrap().samples(p, 3).unwrap()
}

/// Samples as a table; columns are named as `order` has them.
fn table(seen: &Samples, names: &[&str], order: &[usize]) -> String {
    let head: Vec<&str> = order.iter().map(|i| names[*i]).collect();
    seen.rows().fold(head.join(",") + "\n", |mut text, row| {
        let cells: Vec<String> = order.iter().map(|i| row[*i].to_string()).collect();
        writeln!(text, "{}", cells.join(",")).unwrap();
        text
    })
}

fn fasta(seen: &Samples, letters: &str) -> String {
    seen.rows().enumerate().fold(String::new(), |mut text, (k, row)| {
        let own: String = row.iter().map(|s| char::from(letters.as_bytes()[usize::from(*s)])).collect();
        writeln!(text, ">s{k}\n{own}").unwrap();
        text
    })
}

fn found(place: &Place) -> Value {
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    summary["modules"]["potts"].clone()
}

fn model(place: &Place) -> Potts {
    open(&place.0.join("out/potts/model.npz")).unwrap().model.in_gauge(Gauge::ZeroSum)
}

fn number(v: &Value) -> f64 {
    v.as_f64().unwrap_or_else(|| panic!("{v} is no number"))
}

/// Chains and clusters find the model that enumeration finds, and say how they ended.
#[test]
fn chains_and_clusters_agree_with_enumeration() {
    let place = Place::new("potts-ways");
    let file = place
        .write("x.csv", table(&samples(6, 3, 500), &["a", "b", "c", "d", "e", "f"], &[0, 1, 2, 3, 4, 5]));
    let common = [&*file, "--gamma", "0.05,0.2", "--at", "0.2"];
    infer(&place, &[&common[..], &["--likelihood", "exact"]].concat(), 0, &[]);
    let (exact, of_exact) = (model(&place), found(&place));
    assert!(
        of_exact["learning"].is_null() && of_exact["expansion"].is_null() && of_exact["stopped"].is_null()
    );

    infer(&place, &[&common[..], &["--likelihood", "boltzmann"]].concat(), 0, &[]);
    let learned = found(&place);
    assert_eq!(learned["likelihood"], "boltzmann");
    let entry = &learned["learning"][1];
    let [mismatch, resolution, error] =
        ["mismatch", "resolution", "coupling_error"].map(|k| number(&entry[k]));
    assert!(mismatch.hypot(resolution) <= 0.2 && number(&entry["r_hat"]) < 1.1, "{entry}");
    let apart = &model(&place).couplings - &exact.couplings;
    let root = (apart.norm_l2().powi(2) / 2.0 / exact.sites.couplings() as f64).sqrt();
    // The error is that of the chains: the root mean square of what sets the model apart.
    assert!(root < 3.0 * error, "{root} {error}");
    for k in 0..2 {
        // Left-out likelihoods of the two are of the same folds.
        let (a, b) = (number(&learned["l_test"][k]), number(&of_exact["l_test"][k]));
        assert!((a - b).abs() < 0.01, "{a} {b}");
    }
    assert!(place.0.join("out/potts/learning.csv").exists());

    infer(&place, &[&common[..], &["--likelihood", "ace", "--tolerance", "0.01"]].concat(), 0, &[]);
    let expanded = found(&place);
    let entry = &expanded["expansion"][1];
    assert!(number(&entry["mismatch"]) <= 0.01 && number(&entry["clusters"][1]) > 0.0, "{entry}");
    let apart = (&model(&place).couplings - &exact.couplings).norm_max();
    assert!(apart < 0.02, "{apart}");
    let (s, e) = (number(&entry["entropy"]), number(&entry["entropy_std_error"]));
    let least = number(&of_exact["objective"][1]) / 500.0;
    assert!((s - least).abs() < 2.0 * e + 1e-9, "{s} +- {e}, {least}");
    assert!(place.0.join("out/potts/expansion.svg").exists());

    // The model file keeps the expansion's log Z.
    let file = place.write("m.npz", std::fs::read(place.0.join("out/potts/model.npz")).unwrap());
    let log_z = |place: &Place, how: &str| {
        infer(place, &["--model", &file, "--partition", how], 0, &[]);
        let z = found(place)["log_z"].clone();
        assert_eq!(z["method"], how);
        (number(&z["value"]), number(&z["std_error"]))
    };
    let ((exact, _), (value, error)) = (log_z(&place, "exact"), log_z(&place, "ace"));
    assert!((value - exact).abs() < 2.0 * error + 1e-9, "{value} +- {error}, {exact}");
}

#[test]
fn what_does_not_converge_says_what_to_do() {
    let place = Place::new("potts-stopped");
    let seen = samples(8, 2, 500);
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let file = place.write("x.csv", table(&seen, &names, &[0, 1, 2, 3, 4, 5, 6, 7]));
    let words = ["--updates", "more updates"];
    let few = ["--likelihood", "boltzmann", "--updates", "600", "--tolerance", "0.001", "--folds", "0"];
    infer(&place, &[&[&*file, "--at", "0.1"][..], &few[..]].concat(), 4, &words);
    // A threshold is taken as it is, and what its moments are is told.
    let rough = ["--likelihood", "ace", "--threshold", "0.5", "--at", "0.01", "--folds", "0"];
    infer(&place, &[&[&*file][..], &rough[..]].concat(), 0, &["sampling errors"]);
    let entry = &found(&place)["expansion"][0];
    assert!((number(&entry["threshold"]) - 0.5).abs() < 1e-12 && number(&entry["mismatch"]) > 1.0, "{entry}");
}

#[test]
fn rare_states_are_grouped() {
    let place = Place::new("potts-compress");
    let file = place.write("x.fasta", fasta(&samples(6, 4, 400), "ACGT"));
    for (way, by) in [("pseudo", "0.2"), ("exact", "entropy:0.8"), ("ace", "0.2")] {
        let o = ["--compress", by, "--likelihood", way, "--at", "0.1"];
        infer(&place, &[&[&*file][..], &o[..]].concat(), 0, &[]);
        let whole = open(&place.0.join("out/potts/model.npz")).unwrap();
        // All letters are there, and some of a site have the same couplings.
        assert_eq!((whole.model.sites.total(), whole.letters.as_deref()), (24, Some("ACGT")));
        let alike = |k: usize, l: usize| {
            (0..24).all(|r| {
                [k, l].map(|c| whole.model.couplings[(r, c)].to_bits()).windows(2).all(|w| w[0] == w[1])
            })
        };
        let groups = (0..6).filter(|i| (0..4).any(|a| (0..a).any(|b| alike(4 * i + a, 4 * i + b))));
        assert!(groups.count() > 0, "{way}");
    }
}

#[test]
fn columns_are_found_by_name() {
    let place = Place::new("potts-names");
    let (seen, names) = (samples(4, 3, 300), ["left, inner", "b", "c", "d"]);
    let quoted = ["\"left, inner\"", "b", "c", "d"];
    let file = place.write("x.csv", table(&seen, &quoted, &[0, 1, 2, 3]));
    infer(&place, &[&file, "--at", "0.1", "--folds", "0"], 0, &[]);
    let kept = place.write("m.npz", std::fs::read(place.0.join("out/potts/model.npz")).unwrap());
    let stored = open(kept.as_ref()).unwrap();
    assert_eq!(
        (stored.site_names(), stored.state_names()[2].clone()),
        (names.map(String::from).to_vec(), ["0", "1", "2"].map(String::from).to_vec())
    );
    let score = |place: &Place, order: &[usize]| {
        let other = place.write("new.csv", table(&seen, &quoted, order));
        infer(place, &["--model", &kept, "--score", &other], 0, &[]);
        found(place)["log_p"].clone()
    };
    let first = score(&place, &[0, 1, 2, 3]);
    assert_eq!(first, score(&place, &[2, 0, 3, 1]));
    let mutations = std::fs::read_to_string(place.0.join("out/potts/mutations.csv")).unwrap();
    assert!(mutations.contains("\n\"left, inner\",") && mutations.contains("\nd,"), "{mutations}");
    let other = place.write("new.csv", table(&seen, &["x", "b", "c", "y"], &[0, 1, 2, 3]));
    let words = ["new.csv", "`left, inner`, `d`", "--units", "`x`"];
    infer(&place, &["--model", &kept, "--score", &other], 3, &words);
    // Others on demand, in the order of the sites.
    let renamed = ["--model", &kept, "--score", &other, "--units", "x,b,c,y"];
    infer(&place, &renamed, 0, &[]);
    assert_eq!(found(&place)["log_p"], first);
    infer(&place, &["--model", &kept, "--sample", "3"], 0, &[]);
    let drawn = std::fs::read_to_string(place.0.join("out/potts/samples.csv")).unwrap();
    assert!(drawn.starts_with("\"left, inner\",b,c,d\n"), "{drawn}");
}

#[test]
fn levels_of_numbers_are_those_of_the_model() {
    let place = Place::new("potts-levels");
    let rows = |scale: f64| {
        (0..200).fold("a,b,c\n".to_owned(), |mut text, k: u32| {
            let x = |by: u32| f64::from(k * by % 200) * scale;
            writeln!(text, "{},{},{}", x(1), x(7), x(1) + x(3)).unwrap();
            text
        })
    };
    let file = place.write("x.csv", rows(1.0));
    infer(&place, &[&file, "--bins", "3", "--at", "0.1", "--folds", "0"], 0, &[]);
    let kept = place.write("m.npz", std::fs::read(place.0.join("out/potts/model.npz")).unwrap());
    let bounds = open(kept.as_ref()).unwrap().bounds.unwrap();
    assert_eq!(bounds[0], [65.0, 132.0]);
    // Other numbers, in the levels of the data that the model is of.
    let low = place.write("low.csv", "a,b,c\n-5,-5,-5\n65.5,400,1e9\n");
    infer(&place, &["--model", &kept, "--score", &low], 0, &[]);
    let model = open(kept.as_ref()).unwrap().model;
    let log_p = found(&place)["log_p"].clone();
    let expected = model.energy(&[1, 2, 2]) - model.energy(&[0, 0, 0]);
    assert!((number(&log_p[0]) - number(&log_p[1]) - expected).abs() < 1e-9);
}

#[test]
fn a_truth_of_other_letters_is_refused() {
    let place = Place::new("potts-truth");
    let seen = samples(5, 4, 300);
    let file = place.write("x.fasta", fasta(&seen, "ACGT"));
    infer(&place, &[&file, "--alphabet", "ACGT", "--at", "0.1"], 0, &[]);
    let kept = place.write("t.npz", std::fs::read(place.0.join("out/potts/model.npz")).unwrap());
    // Data without a T, whose own letters would be three: the truth's are taken.
    let three = place.write("three.fasta", fasta(&seen, "ACGT").replace('T', "A").replace(">s", ">r"));
    infer(&place, &[&three, "--truth", &kept, "--at", "0.1"], 0, &[]);
    assert_eq!(found(&place)["q"], 4);
    assert!(!found(&place)["kl_forward"].is_null());
    infer(
        &place,
        &[&file, "--truth", &kept, "--at", "0.1", "--alphabet", "TGCA"],
        3,
        &["A, C, G, T", "T, G, C, A"],
    );
    infer(
        &place,
        &[&file, "--truth", &kept, "--at", "0.1", "--alphabet", "dna"],
        3,
        &["5 in the data", "--alphabet"],
    );
    infer(&place, &[&file, "--truth", &kept, "--folds", "5"], 2, &["--folds", "--truth"]);
}

#[test]
fn options_that_nothing_reads_are_refused() {
    let place = Place::new("potts-refused");
    let file = place.write("x.csv", table(&samples(4, 2, 100), &["a", "b", "c", "d"], &[0, 1, 2, 3]));
    infer(&place, &[&file, "--at", "0.1", "--folds", "0"], 0, &[]);
    let kept = place.write("m.npz", std::fs::read(place.0.join("out/potts/model.npz")).unwrap());
    for (given, words) in [
        (&["--folds", "3"][..], "--folds is of an inference"),
        (&["--tolerance", "0.1"], "--tolerance is of an inference"),
        (&["--likelihood", "pseudo"], "--likelihood is of an inference"),
        (&["--compress", "0.1"], "--compress is of an inference"),
        (&["--trial", "a"], "--trial is of an inference"),
        (&["--missing", "error"], "--missing is of an inference"),
        (&["--units", "a"], "--score FILE"),
        (&["--partition", "exact", "--chains", "100"], "--partition ais"),
    ] {
        infer(&place, &[&["--model", &*kept][..], given].concat(), 2, &[words]);
    }
    infer(&place, &["--model", &kept, "--partition", "ace"], 3, &["--likelihood ace", "--partition ais"]);
    for (given, words) in [
        (&["--updates", "100"][..], "--likelihood boltzmann"),
        (&["--threshold", "0.1"], "--likelihood ace"),
        (&["--likelihood", "ace", "--threshold", "0.1", "--tolerance", "1"], "--threshold"),
        (&["--likelihood", "mcmc"], "pseudo, asymmetric, exact, boltzmann, ace"),
        (&["--sparse", "group", "--compress", "0.1"], "--compress"),
        (&["--compress", "1.5"], "entropy:0.9"),
        (&["--weights", &kept], "--weights"),
        (&["--recorded", "currents"], "--recorded"),
    ] {
        infer(&place, &[&[&*file][..], given].concat(), 2, &[words]);
    }
    let ran = run(&["inspect", &kept]);
    assert!(ran.status == 0 && ran.out.contains("infer potts --model"), "{ran:?}");
    let letters = place.write("x.fasta", fasta(&samples(5, 4, 20), "ACGT"));
    let ran = run(&["inspect", &letters]);
    let words = ["20 sequences of 5 columns", "nullcline infer potts"];
    assert!(ran.status == 0 && words.iter().all(|w| ran.out.contains(w)), "{ran:?}");
}
