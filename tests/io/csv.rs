//! CSV as people write it.
#![allow(clippy::float_cmp, reason = "what is written is read back exactly")]

use std::path::{Path, PathBuf};

use nullcline::io::error::{Error, Problem};
use nullcline::io::table::{self, Kind, ReadTable, Table, Values};

fn write(name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn read(name: &str, text: impl AsRef<[u8]>) -> Result<Table, Error> {
    table::read(&write(name, text), &ReadTable::default())
}

fn names(table: &Table) -> Vec<&str> {
    table.columns.iter().map(|c| c.name.as_str()).collect()
}

#[test]
fn what_pandas_writes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/io");
    for (name, index) in [("pandas.csv", None), ("pandas_index.csv", Some("c0")), ("european.csv", None)] {
        let columns = ["t", "x", "label"];
        let file = table::read(&folder.join(name), &ReadTable::default()).unwrap();
        assert_eq!((names(&file).as_slice(), file.rows), (&columns[..], 3), "{name}");
        let schema = table::schema(&folder.join(name), None).unwrap();
        assert_eq!(schema.index, index.map(String::from).into_iter().collect::<Vec<_>>(), "{name}");
        assert_eq!(file.skipped.len(), schema.index.len());
        let x = file.numbers("x").unwrap();
        assert!(x[0] == 0.5 && x[1].is_nan() && x[2] == -1e-300, "{name}: {x:?}");
        assert_eq!(file.column("x").unwrap().nulls, 1);
        let Values::Text(labels) = &file.column("label").unwrap().values else { panic!() };
        assert_eq!(labels[1..], ["b,c", "d\"e"]);
    }
}

#[test]
fn separators_headers_and_missing_values() {
    let file = read("tab.csv", "a\tb\n1\tNA\n 2 \tnull\n").unwrap();
    assert_eq!(file.numbers("a").unwrap(), [1.0, 2.0]);
    assert_eq!(file.column("b").unwrap().nulls, 2);
    let file = read("headless.csv", "1,-2e3,NaN\r\n4,inf,6\r\n").unwrap();
    assert_eq!((names(&file).as_slice(), file.rows), (&["c0", "c1", "c2"][..], 2));
    assert_eq!(file.numbers("c1").unwrap(), [-2000.0, f64::INFINITY]);
    let file = read("single.csv", "\u{feff}x\n0.5\n").unwrap();
    assert_eq!(file.numbers("x").unwrap(), [0.5]);
    let file = read("bools.csv", "correct\nTrue\nFalse\n").unwrap();
    assert_eq!(file.numbers("correct").unwrap(), [1.0, 0.0]);
    let file = read("decimal.csv", "1,5;2,5\n3;4,25\n").unwrap();
    assert_eq!(file.numbers("c1").unwrap(), [2.5, 4.25]);
    // A pandas index over nameless columns is a header.
    let file = read("index.csv", ",0,1\n0,5,6\n").unwrap();
    assert_eq!((names(&file).as_slice(), file.rows), (&["0", "1"][..], 1));
}

#[test]
fn counted_names_are_a_header() {
    let columns = |name: &str, text: &str| {
        let file = read(name, text).unwrap();
        (names(&file).join(","), file.rows, file.columns[0].values.clone())
    };
    let first = |v: &[f64]| Values::Number(v.to_vec());
    // pd.DataFrame([[0.5, -1.0], [2.0, 0.25]]).to_csv(index=False)
    assert_eq!(columns("n.csv", "0,1\n0.5,-1.0\n2.0,0.25\n"), ("0,1".into(), 2, first(&[0.5, 2.0])));
    assert_eq!(columns("n3.csv", "0;1;2\r\n7;8;9\r\n"), ("0,1,2".into(), 1, first(&[7.0])));
    // Data that count on: by rows, by columns, or with nothing below.
    assert_eq!(columns("rows.csv", "0,1,2\n3,4,5\n"), ("c0,c1,c2".into(), 2, first(&[0.0, 3.0])));
    assert_eq!(columns("cols.csv", "0,1\n1,2\n2,3\n"), ("c0,c1".into(), 3, first(&[0.0, 1.0, 2.0])));
    assert_eq!(columns("alone.csv", "0,1,2\n"), ("c0,c1,c2".into(), 1, first(&[0.0])));
    // One column, numbers that are no integers, or another count.
    assert_eq!(columns("one.csv", "0\n5\n"), ("c0".into(), 2, first(&[0.0, 5.0])));
    assert_eq!(columns("points.csv", "0.0,1.0\n5,6\n").0, "c0,c1");
    assert_eq!(columns("from1.csv", "1,2\n5,6\n").0, "c0,c1");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let problem = |name: &str, text: &str| read(name, text).unwrap_err();
    let error = problem("ragged.csv", "a,b\n1,2\n3\n");
    assert!(matches!(error.kind(), Problem::RaggedRow { line: 3, found: 1, expected: 2 }), "{error}");
    let error = problem("twice.csv", "a,b,a\n1,2,3\n");
    assert!(matches!(error.kind(), Problem::DuplicateColumn { name } if name == "a"), "{error}");
    let error = problem("header.csv", "a,b\n");
    assert!(matches!(error.kind(), Problem::NoRows { rows: 0, columns: 2 }), "{error}");
    assert!(matches!(problem("blank.csv", "\n\n").kind(), Problem::NoRows { .. }));
    assert!(matches!(problem("empty.csv", "").kind(), Problem::Empty));
    let error = problem("mixed.csv", "a;b\n1.5;2\n3;4,5\n");
    assert!(matches!(error.kind(), Problem::MixedDecimals { row: 2, .. }), "{error}");
    let error = read("latin.csv", b"a\n\xe9\n").unwrap_err();
    assert!(error.to_string().contains("UTF-8") && error.to_string().contains("latin.csv"), "{error}");
}

#[test]
fn a_late_text_makes_a_text_column_and_stops_a_stream() {
    let mut text = String::from("a,b\n");
    (0..5000).for_each(|i| text.push_str(&format!("{i},{i}\n")));
    text.push_str("01x,7\n");
    let path = write("late.csv", &text);
    let schema = table::schema(&path, None).unwrap();
    assert!(schema.columns.iter().all(|c| c.kind == Kind::Number) && schema.rows.is_none());
    let file = table::read(&path, &ReadTable::default()).unwrap();
    assert_eq!(file.numbers("b").unwrap().len(), 5001);
    let Values::Text(a) = &file.column("a").unwrap().values else { panic!() };
    assert_eq!((a[0].as_str(), a[5000].as_str()), ("0", "01x"));
    let mut rows = 0;
    let mut count = |chunk: table::Chunk| {
        rows += chunk.rows;
        Ok(())
    };
    let error = table::stream(&path, &["a".into()], None, 1000, &mut count).unwrap_err();
    assert!(matches!(error.kind(), Problem::TextValue { row: 5001, value, .. } if value == "01x"), "{error}");
    assert_eq!(rows, 5000);
    table::stream(&path, &["b".into()], None, 1000, &mut |_| Ok(())).unwrap();
}

/// A quote that is closed far below where it was meant to be swallows rows; a note of several lines does not.
#[test]
fn rows_in_a_quoted_cell_are_told() {
    let rows = |odd: &[(usize, &str)]| -> String {
        let row = |i: usize| {
            let other = odd.iter().find(|(at, _)| *at == i).map(|(_, text)| (*text).to_owned());
            other.unwrap_or_else(|| format!("{i}.5,{i},a"))
        };
        let lines: Vec<String> = (1..=60).map(row).collect();
        format!("x,y,label\n{}\n", lines.join("\n"))
    };
    let told = |name: &str, text: String, line: u64, looks: &str| {
        let error = read(name, text).unwrap_err();
        let Problem::SwallowedRows { line: at, column, text } = error.kind() else { panic!("{error}") };
        assert_eq!((*at, column.as_str(), text.as_str()), (line, "label", looks), "{error}");
    };
    // Closed twenty rows below, and in the next row.
    told("swallowed20.csv", rows(&[(10, "10.5,10,\"a"), (30, "30.5,30,a\"")]), 11, "11.5,11,a");
    told("swallowed1.csv", rows(&[(10, "10.5,10,\"a"), (11, "11.5,11,a\"")]), 11, "11.5,11,a");
    let first = "label,x,y\nb,1,2\n\"a,3,4\nc\",5,6\nb,7,8\n";
    told("swallowed_first.csv", first.into(), 3, "a,3,4");
    // Notes of several lines, commas and numbers in them.
    let notes = rows(&[(10, "10.5,10,\"see\nTuesday, the 3rd, again\n4\""), (12, "12.5,12,\"a\n\nb\"")]);
    let table = read("notes.csv", notes).unwrap();
    assert_eq!(table.rows, 60);
    let Values::Text(labels) = &table.column("label").unwrap().values else { panic!() };
    assert_eq!(labels[9], "see\nTuesday, the 3rd, again\n4");
}
