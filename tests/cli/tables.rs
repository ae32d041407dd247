//! Tables that cannot be used, and recordings of odd shapes.

use crate::common::{Place, analyze, golden, network, noise, report, table, tensor};
use nullcline::io::table::{self, Cells, TableFormat};
use nullcline::io::tensors::{write_npy, write_npz};

const BAD: [(&str, &[&str]); 6] = [
    ("", &["empty"]),
    ("a,b\n", &["0 rows"]),
    ("a,b\n1,2\n3,x\n", &["`b`", "row 2", "the text `x`"]),
    ("a,b\n1,2\n3\n", &["line 3", "expected 2"]),
    ("a,a\n1,2\n3,4\n", &["`a`", "twice"]),
    ("a,b\n1,2\n,4\n", &["`a`", "row 2"]),
];

#[test]
fn bad_tables_are_refused_wherever_they_are_given() {
    let place = Place::new("tables");
    let net = place.save("net.safetensors", &network(1, 2, 2, 0.8));
    for (text, words) in BAD {
        let file = place.write("bad.csv", text);
        let words = [&[file.as_str()], words].concat();
        analyze(&place, &[&file], 3, &words);
        analyze(&place, &[&net, "--inputs", &file, "--modules", "trajectories"], 3, &words);
        analyze(&place, &[&net, "--initial", &file, "--modules", "trajectories"], 3, &words);
    }
    let narrow = place.write("narrow.csv", table(5, 1));
    analyze(&place, &[&net, "--inputs", &narrow], 3, &["has 1 column, expected 2"]);
    let wide = place.write("wide.csv", table(5, 3));
    for option in ["--inputs", "--initial"] {
        analyze(&place, &[&net, option, &wide], 3, &[&wide, "3 columns, expected 2"]);
        analyze(&place, &[&net, option, "nowhere.csv"], 3, &["nowhere.csv"]);
    }
}

#[test]
fn damaged_tables_are_refused() {
    let place = Place::new("cut");
    for name in ["table_zstd.parquet", "table_lz4.feather", "matrix.npy", "recording.npz"] {
        let bytes = std::fs::read(golden(&format!("io/{name}"))).unwrap();
        for cut in [0, 4, 60, bytes.len() / 2, bytes.len() - 1] {
            let file = place.write(name, &bytes[..cut]);
            analyze(&place, &[&file], 3, &[&file]);
        }
    }
}

#[test]
fn the_start_of_an_archive_is_named_by_what_it_is() {
    let place = Place::new("archives");
    for (name, words) in [
        ("cut.npz", "an npz, which is a zip archive"),
        ("book.xlsx", "a workbook, which is a zip archive (save its sheet as CSV)"),
        ("net.pt", "a file of PyTorch, which is a zip archive"),
    ] {
        let file = place.write(name, b"PK\x03\x04 and no more of it");
        let ran = analyze(&place, &[&file], 3, &[&file, words, "ends before the list"]);
        assert!(!ran.err.contains("EOCD"), "{}", ran.err);
    }
}

#[test]
fn names_that_match_nothing_are_refused() {
    let place = Place::new("names");
    let file = place.write("a.csv", table(40, 4));
    for (option, value) in [
        ("--units", "z*"),
        ("--units", "c0,z"),
        ("--targets", "z"),
        ("--targets", "c1,z?"),
        ("--trial", "z"),
        ("--time", "z"),
    ] {
        analyze(&place, &[&file, option, value], 3, &[option, "no such column", "`c0`, `c1`"]);
    }
    analyze(&place, &[&file, "--units", "c0", "--targets", "c0"], 3, &["no column is left"]);
    let ran = analyze(&place, &[&file, "--units", "c*", "--targets", "c3"], 0, &[]);
    assert!(ran.out.contains("a recording of 3 units in 40 rows"), "{}", ran.out);
}

#[test]
fn missing_values_stop_the_run_or_leave_their_rows_out() {
    let place = Place::new("missing");
    let mut text = String::from("a,b\n");
    for (i, v) in noise(40, 1.0, 1).iter().enumerate() {
        let b = if i == 17 || i == 30 { String::new() } else { format!("{}", v * v) };
        text += &format!("{v},{b}\n");
    }
    let file = place.write("a.csv", text);
    analyze(&place, &[&file], 3, &["column `b`, row 18", "2 such values", "--missing drop-rows"]);
    analyze(&place, &[&file, "--missing", "drop-rows"], 0, &["2 rows with missing values left out"]);
    let summary = place.summary("out");
    assert_eq!(summary["modules"]["activity"]["rows"], 38);
    assert_eq!(summary["modules"]["pca"]["rows"], 38);
}

#[test]
fn trials_may_be_numbers_or_words_and_formats_agree() {
    let place = Place::new("trials");
    let x = [noise(60, 1.0, 1), noise(60, 2.0, 2)];
    let word = |r: usize| ["left", "right", "left"][r / 20].to_owned();
    let columns = |trial: Cells| {
        vec![("trial", trial), ("a", Cells::Float(x[0].clone())), ("b", Cells::Float(x[1].clone()))]
    };
    let numbers = Cells::Int((0..60).map(|r| (r / 20) as i64 % 2).collect());
    let words = Cells::Text((0..60).map(word).collect());
    let mut seen = vec![];
    for (name, trial) in [("n.parquet", numbers), ("w.parquet", words)] {
        table::write(&place.0.join(name), TableFormat::Parquet, &columns(trial)).unwrap();
        analyze(&place, &[&place.path(name), "--trial", "trial"], 0, &[]);
        let summary = place.summary("out");
        assert_eq!(summary["modules"]["activity"]["trials"], 2);
        seen.push(summary["modules"]["pca"].clone());
        let rows = std::fs::read_to_string(place.0.join("out/pca/projections.csv")).unwrap();
        assert!(rows.lines().nth(41).unwrap().starts_with("40,0,"), "{rows}");
    }
    let array = tensor("states", &[60, 2], (0..120).map(|k| x[k % 2][k / 2]).collect());
    let other = tensor("other", &[60, 1], noise(60, 1.0, 3));
    write_npz(&place.0.join("a.npz"), &[array.clone(), other]).unwrap();
    analyze(&place, &[&place.path("a.npz")], 3, &["several arrays (states, other)", "--units NAME"]);
    analyze(&place, &[&place.path("a.npz"), "--units", "states"], 0, &[]);
    seen.push(place.summary("out")["modules"]["pca"].clone());
    // Three dimensions: trials x time x units.
    write_npy(&place.0.join("three.npy"), &tensor("", &[3, 20, 2], array.data)).unwrap();
    analyze(&place, &[&place.path("three.npy")], 0, &[]);
    assert_eq!(place.summary("out")["modules"]["activity"]["trials"], 3);
    seen.push(place.summary("out")["modules"]["pca"].clone());
    assert!(seen.windows(2).all(|w| w[0] == w[1]), "{seen:?}");
}

#[test]
fn odd_shapes_are_analysed_or_refused_in_words() {
    let place = Place::new("odd");
    let one = place.write("one.csv", table(30, 1));
    let ran = analyze(&place, &[&one], 0, &[]);
    assert!(ran.out.contains("a recording of 1 unit in 30 rows"), "{}", ran.out);
    assert!(ran.out.contains("1 of 1 component carries"), "{}", ran.out);
    analyze(&place, &[&place.write("row.csv", table(1, 3))], 3, &["fewer than two rows"]);
    let flat = place.write("flat.csv", "a,b\n1,2\n1,2\n");
    analyze(&place, &[&flat, "--modules", "pca"], 3, &["do not vary"]);
    analyze(&place, &[&flat], 0, &["No pca: the units do not vary"]);
    let some = place.write("some.csv", "a,b\n1,2\n3,2\n4,2\n");
    analyze(&place, &[&some], 0, &["1 unit never changes: b."]);
    // More units than rows: as many components as rows less one.
    analyze(&place, &[&place.write("wide.csv", table(5, 40))], 0, &[]);
    assert_eq!(
        place.summary("out")["modules"]["pca"]["explained_variance_ratio"].as_array().unwrap().len(),
        4
    );
}

/// Every message counts rows from 1, without the row of names.
#[test]
fn rows_count_from_one() {
    let place = Place::new("rows");
    let mut text = String::from("a,b,c\n");
    noise(40, 1.0, 3).iter().enumerate().for_each(|(i, v)| text += &format!("{v},{},{}\n", v * v, i % 3));
    let file = place.write("a.csv", &text);
    let gap = place.write("gap.csv", text.replacen(",0\n", ",n/a\n", 1));
    let mark = "column `c`, row 1: a missing value (`n/a`)";
    analyze(&place, &[&gap], 3, &[mark]);
    report(&place, &["infer", "gaussian"], &[&gap], 3, &[mark]);
    report(
        &place,
        &["distill", "radd"],
        &[&gap, "--units", "a,b", "--inputs", "c"],
        3,
        &["column `c`, row 1"],
    );
    report(&place, &["infer", "gaussian"], &[&file], 0, &[]);
    let wide = place.write("inf.csv", "a,b,y\n1,2,0\n2,3,1\n3,1,inf\n1,1,2\n");
    analyze(&place, &[&wide, "--targets", "y"], 3, &["column `y`, row 3: inf"]);
}

#[test]
fn records_and_series_of_numpy_are_recordings() {
    let place = Place::new("records");
    let file = golden("tables/records.npz");
    let ran = analyze(&place, &[&file, "--units", "v*", "--modules", "activity"], 0, &[]);
    assert!(ran.out.contains("a recording of 2 units in 12 rows (npz)"), "{}", ran.out);
    assert_eq!(place.summary("out")["modules"]["activity"]["trials"], 3);
    analyze(&place, &[&golden("tables/ragged.npy")], 3, &["numpy.concatenate(a)", "--trial x0"]);
    // A Tsd of pynapple: times and values, one column.
    let series = [("t", 30, 1), ("d", 30, 2), ("start", 1, 3), ("end", 1, 4)];
    let arrays: Vec<_> = series.iter().map(|(n, k, i)| tensor(n, &[*k], noise(*k, 1.0, *i))).collect();
    write_npz(&place.0.join("plain.npz"), &arrays).unwrap();
    analyze(&place, &[&place.path("plain.npz")], 3, &["no two- or three-dimensional"]);
}
