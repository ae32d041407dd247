//! Tables of the binary formats, read whole and streamed, and written.
#![allow(clippy::float_cmp, reason = "values are exact in every format")]

use std::path::{Path, PathBuf};

use nullcline::io::error::{Error, Problem};
use nullcline::io::table::{self, Cells, Kind, ReadTable, Table, TableFormat, Values, match_columns};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/io").join(name)
}

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn read(name: &str) -> Table {
    table::read(&golden(name), &ReadTable::default()).unwrap()
}

/// `ramp` of make_fixtures.py.
fn ramp(i: usize) -> f64 {
    (i as f64 + 0.5) * if i.is_multiple_of(3) { -1.0 } else { 1.0 }
}

/// Every chunk's rows, and the columns put together again.
fn stream(name: &str, columns: &[&str], array: Option<&str>, rows: usize) -> (Vec<usize>, Vec<Vec<f64>>) {
    let columns: Vec<String> = columns.iter().map(|c| c.to_string()).collect();
    let (mut sizes, mut all) = (Vec::new(), vec![Vec::new(); columns.len()]);
    table::stream(&golden(name), &columns, array, rows, &mut |chunk| {
        assert!(chunk.rows <= rows && chunk.columns.iter().all(|c| c.len() == chunk.rows));
        sizes.push(chunk.rows);
        all.iter_mut().zip(chunk.columns).for_each(|(all, new)| all.extend(new));
        Ok(())
    })
    .unwrap();
    (sizes, all)
}

const TABLES: [&str; 10] = [
    "table_none.parquet",
    "table_snappy.parquet",
    "table_zstd.parquet",
    "table_gzip.parquet",
    "table_brotli.parquet",
    "table_lz4.parquet",
    "table_uncompressed.feather",
    "table_lz4.feather",
    "table_zstd.feather",
    "table_stream.arrow",
];

#[test]
fn parquet_and_arrow_of_every_type_and_codec() {
    for name in TABLES {
        let file = read(name);
        assert_eq!(file.rows, 12);
        assert_eq!(file.format, if name.ends_with("parquet") { "parquet" } else { "arrow" });
        let numbers = |column: &str| file.numbers(column).unwrap_or_else(|e| panic!("{name}: {e}")).to_vec();
        let of = |f: fn(f64) -> f64| (0..12).map(|i| f(f64::from(i))).collect::<Vec<f64>>();
        assert_eq!(numbers("t"), of(|i| i), "{name}");
        assert!(numbers("x")[3].is_nan() && file.column("x").unwrap().nulls == 1);
        assert_eq!(numbers("x")[4..], of(|i| i / 4.0)[4..]);
        assert_eq!(numbers("f4"), of(|i| i / 8.0));
        assert_eq!(numbers("f2"), of(|i| i));
        assert_eq!(numbers("u1"), of(|i| i));
        assert_eq!(numbers("i8"), of(|i| i - 2f64.powi(40)));
        assert_eq!(numbers("flag"), of(|i| 1.0 - i % 2.0));
        assert_eq!(numbers("price"), of(|i| i / 100.0));
        assert_eq!(numbers("when"), of(|i| 1000.0 * i));
        assert_eq!(numbers("pair1"), of(|i| -i));
        let Values::Text(labels) = &file.column("label").unwrap().values else { panic!("{name}") };
        assert_eq!(
            (labels[1].as_str(), labels[2].as_str(), file.column("label").unwrap().nulls),
            ("b", "", 1)
        );
        let Values::Text(blocks) = &file.column("block").unwrap().values else { panic!("{name}") };
        assert_eq!(blocks[10..], ["left", "right"]);
        assert_eq!(file.skipped.len(), 1, "{:?}", file.skipped);
    }
}

#[test]
fn dictionaries_may_be_given_up_within_a_column() {
    let file = read("table_fallback.parquet");
    let numbers = |column: &str| file.numbers(column).unwrap();
    let whole = |f: &dyn Fn(usize) -> f64| (0..1200).map(f).collect::<Vec<f64>>();
    let x = |i: usize| (i * 37 % 1000) as f64 / 8.0;
    assert_eq!(numbers("x"), whole(&x));
    assert_eq!(numbers("n"), whole(&|i| (i * i % 1009) as f64));
    assert_eq!(numbers("l1"), whole(&|i| i as f64 / 2.0));
    let missing = file.numbers("m").unwrap();
    assert!((0..1200).all(|i| if i % 7 == 3 { missing[i].is_nan() } else { missing[i] == x(i) }));
    let texts: Vec<String> = (0..1200).map(|i| format!("s{}", i % 700)).collect();
    assert_eq!(file.column("s").unwrap().values, Values::Text(texts));
    // Some rows at a time, and of one column alone.
    let (sizes, all) = stream("table_fallback.parquet", &["n", "x"], None, 100);
    assert_eq!((sizes.len(), &all[1][..]), (12, numbers("x")));
    let long = read("table_long.parquet");
    assert!(
        long.numbers("k").unwrap().iter().enumerate().all(|(i, v)| *v == (i / 40) as f64)
            && long.rows == 150_000
    );
}

#[test]
fn streams_agree_with_whole_tables() {
    for name in TABLES {
        for rows in [1, 4, 5, 100] {
            let (sizes, columns) = stream(name, &["pair1", "t", "f4"], None, rows);
            assert_eq!(sizes.iter().sum::<usize>(), 12);
            let whole = read(name);
            assert_eq!(columns[0], whole.numbers("pair1").unwrap(), "{name} {rows}");
            assert_eq!(columns[1], whole.numbers("t").unwrap(), "{name} {rows}");
            assert_eq!(columns[2], whole.numbers("f4").unwrap(), "{name} {rows}");
        }
        let schema = table::schema(&golden(name), None).unwrap();
        assert_eq!(schema.rows, Some(12), "{name}");
        assert!(schema.columns.iter().any(|c| c.name == "ragged" && matches!(c.kind, Kind::Other(_))));
        assert!(schema.columns.iter().any(|c| c.name == "block" && c.kind == Kind::Text));
    }
}

#[test]
fn arrays_become_columns_in_either_order() {
    for name in ["matrix.npy", "matrix_fortran.npy"] {
        let file = read(name);
        assert_eq!((file.rows, file.columns.len(), file.format), (5, 3, "npy"));
        let x1: Vec<f64> = (0..5).map(|r| ramp(3 * r + 1)).collect();
        assert_eq!(file.numbers("x1").unwrap(), x1, "{name}");
        let (sizes, columns) = stream(name, &["x2", "x1"], None, 2);
        assert_eq!((sizes, &columns[1]), (vec![2, 2, 1], &x1));
    }
    assert_eq!(read("vector.npy").numbers("x0").unwrap(), [1.0, -2.0, 3.0]);
}

#[test]
fn three_dimensions_are_trials() {
    for name in ["trials.npy", "trials_fortran.npy"] {
        let file = read(name);
        assert_eq!((file.rows, file.columns.len()), (8, 4));
        assert_eq!(file.numbers("trial").unwrap(), [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
        let x2: Vec<f64> = (0..8).map(|r| ramp(3 * r + 2)).collect();
        assert_eq!(file.numbers("x2").unwrap(), x2, "{name}");
        let (_, columns) = stream(name, &["x2", "trial"], None, 3);
        assert_eq!((columns[0].as_slice(), columns[1][5]), (x2.as_slice(), 1.0));
    }
}

#[test]
fn an_array_of_an_npz_is_chosen_by_name() {
    let path = golden("recording.npz");
    let error = table::read(&path, &ReadTable::default()).unwrap_err();
    assert!(matches!(error.kind(), Problem::AmbiguousArray { arrays } if arrays.len() == 2), "{error}");
    let file = table::read(&path, &ReadTable { array: Some("states"), columns: None }).unwrap();
    assert_eq!((file.array_name.as_deref(), file.format), (Some("states"), "npz"));
    assert_eq!(file.numbers("states1").unwrap()[1], ramp(3));
    let (_, columns) = stream("recording.npz", &["inputs0"], Some("inputs"), 2);
    assert_eq!(columns[0][4], ramp(4));
    let error = table::schema(&path, Some("x")).unwrap_err();
    assert!(error.to_string().contains("`states`"), "{error}");
}

#[test]
fn columns_are_chosen_in_the_order_asked() {
    for name in ["table_zstd.parquet", "table_lz4.feather", "pandas.csv"] {
        let names = ["x".to_string(), "t".to_string()];
        let file = table::read(&golden(name), &ReadTable { columns: Some(&names), array: None }).unwrap();
        assert_eq!((file.columns[0].name.as_str(), file.columns[1].name.as_str()), ("x", "t"));
        let names = ["nothing".to_string()];
        let error =
            table::read(&golden(name), &ReadTable { columns: Some(&names), array: None }).unwrap_err();
        assert!(error.to_string().contains("`nothing`") && error.to_string().contains("`x`"), "{error}");
    }
}

#[test]
fn a_text_column_asked_as_number_names_column_row_and_value() {
    for (name, column, row, value) in [
        ("table_none.parquet", "label", 1, "a"),
        ("table_stream.arrow", "block", 1, "left"),
        ("pandas.csv", "label", 1, "a"),
    ] {
        let error =
            table::stream(&golden(name), &[column.to_string()], None, 2, &mut |_| Ok(())).unwrap_err();
        let expect = matches!(error.kind(), Problem::TextValue { column: c, row: r, value: v }
            if c == column && *r == row && v == value);
        assert!(expect, "{error}");
    }
    let error = table::stream(&golden("table_none.parquet"), &["ragged".into()], None, 2, &mut |_| Ok(()))
        .unwrap_err();
    assert!(matches!(error.kind(), Problem::ColumnType { .. }), "{error}");
}

#[test]
fn an_error_of_the_caller_ends_the_stream() {
    let mut calls = 0;
    let error = table::stream(&golden("matrix.npy"), &["x0".into()], None, 2, &mut |_| {
        calls += 1;
        Err(Error::new("mine", Problem::Directory))
    });
    assert_eq!((calls, error.unwrap_err().path()), (1, Path::new("mine")));
}

#[test]
fn written_tables_read_back() {
    let odd = vec![1.0 / 3.0, f64::NAN, f64::NEG_INFINITY, -0.0, 5e-324, 1.5e300];
    let columns = [
        ("x", Cells::Float(odd.clone())),
        ("n", Cells::Int(vec![0, -1, 2, 3, 4, 5])),
        ("label, quoted", Cells::Text(["a", "b,c", "d\"e", "f\ng", "ü", "h"].map(String::from).to_vec())),
        ("flag", Cells::Bool(vec![true, false, true, true, false, false])),
    ];
    let (csv, parquet) = (scratch("out.csv"), scratch("out.parquet"));
    table::write(&csv, TableFormat::Csv, &columns).unwrap();
    table::write(&parquet, TableFormat::Parquet, &columns).unwrap();
    for path in [csv, parquet] {
        let file = table::read(&path, &ReadTable::default()).unwrap();
        let x = file.numbers("x").unwrap();
        assert_eq!(file.column("x").unwrap().nulls, 2);
        let same = |a: f64, b: f64| a.is_nan() && !b.is_finite() || a.to_bits() == b.to_bits();
        assert!(x.iter().zip(&odd).all(|(a, b)| same(*a, *b)), "{x:?}");
        assert_eq!(file.numbers("n").unwrap()[1], -1.0);
        assert_eq!(file.numbers("flag").unwrap()[..2], [1.0, 0.0]);
        let Some(Values::Text(labels)) = file.column("label, quoted").map(|c| &c.values) else { panic!() };
        assert_eq!(labels[1..5], ["b,c", "d\"e", "f\ng", "ü"]);
    }
    let uneven = [("a", Cells::Int(vec![1])), ("b", Cells::Int(vec![]))];
    assert!(matches!(
        table::write(&scratch("uneven.csv"), TableFormat::Csv, &uneven).unwrap_err().kind(),
        Problem::UnequalColumns { .. }
    ));
    assert!(!scratch("uneven.csv").exists());
}

#[test]
fn patterns_choose_in_file_order() {
    let names = ["unit_10", "t", "unit_2", "w[0]", "a,b"].map(String::from);
    assert_eq!(match_columns(&names, "t, unit_*"), ["unit_10", "t", "unit_2"]);
    assert_eq!(match_columns(&names, "unit_?"), ["unit_2"]);
    assert_eq!(match_columns(&names, "a,b"), ["a,b"]);
    assert_eq!(match_columns(&names, "w[0]"), ["w[0]"]);
    assert_eq!(match_columns(&names, "*"), names);
    assert!(match_columns(&names, "unit").is_empty() && match_columns(&names, "").is_empty());
    // Backtracking over many stars would take for ever.
    let long = ["a".repeat(3000)];
    assert!(match_columns(&long, &format!("{}b", "*a".repeat(50))).is_empty());
}
