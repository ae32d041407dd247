//! Tables of pandas, pyarrow and numpy: indices, lists, records, and whole numbers to the last digit.
#![allow(clippy::float_cmp, reason = "the values are exact in every format")]

use std::path::{Path, PathBuf};

use nullcline::io::error::Problem;
use nullcline::io::table::{self, Kind, ReadTable, Table, Values};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/tables").join(name)
}

fn read(name: &str) -> Table {
    table::read(&golden(name), &ReadTable::default()).unwrap()
}

fn names(table: &Table) -> Vec<&str> {
    table.columns.iter().map(|c| c.name.as_str()).collect()
}

fn u0(i: usize) -> f64 {
    i as f64 / 4.0
}

fn u1(i: usize) -> f64 {
    -((i * i) as f64) / 8.0
}

/// What `f` says of the numbers from 0 to 11.
fn of(f: impl Fn(usize) -> f64) -> Vec<f64> {
    (0..12).map(f).collect()
}

#[test]
fn the_index_of_pandas_is_no_data() {
    for (name, index) in [
        ("filtered.parquet", &["__index_level_0__"][..]),
        ("multi_index.parquet", &["trial", "time"]),
        ("multi_index.feather", &["trial", "time"]),
    ] {
        let table = read(name);
        assert_eq!(names(&table), ["u0", "u1"], "{name}");
        assert_eq!(table::schema(&golden(name), None).unwrap().index, index, "{name}");
        assert_eq!(table.skipped.len(), index.len());
        // Asked for by name it is there.
        let asked = [index[0].to_owned()];
        let own = table::read(&golden(name), &ReadTable { array: None, columns: Some(&asked) }).unwrap();
        assert_eq!(own.columns.len(), 1);
    }
    assert_eq!(read("filtered.parquet").numbers("u0").unwrap(), [0.25, 0.5, 1.0, 1.25, 1.75, 2.0, 2.5, 2.75]);
}

/// Its pages end in the middle of a list.
#[test]
fn lists_go_on_from_page_to_page() {
    let path = golden("split_lists.parquet");
    for rows in [1000, 70_000] {
        let mut row = 0;
        table::stream(&path, &["v0".into(), "v1".into()], None, rows, &mut |chunk| {
            assert_eq!(chunk.rows, rows.min(100_000 - row));
            for (v0, v1) in chunk.columns[0].iter().zip(&chunk.columns[1]) {
                assert!(*v0 == (row % 16) as f64 / 4.0 && *v1 == -((row % 9) as f64), "row {row}: {v0} {v1}");
                row += 1;
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(row, 100_000);
    }
}

#[test]
fn lists_of_one_length_are_columns() {
    for name in ["lists.parquet", "lists.arrow"] {
        let table = read(name);
        let expected = ["v0", "v1", "large0", "large1", "fixed0", "fixed1", "holes0", "holes1"];
        assert_eq!(names(&table), expected, "{name}");
        for list in ["v", "large", "fixed", "holes"] {
            for (item, f) in [(0, u0 as fn(usize) -> f64), (1, u1)] {
                let column = table.column(&format!("{list}{item}")).unwrap();
                let Values::Number(values) = &column.values else { panic!() };
                let hole = |i: usize| list == "holes" && i == 5;
                assert!(
                    (0..12).all(|i| if hole(i) { values[i].is_nan() } else { values[i] == f(i) }),
                    "{name} {list}"
                );
                assert_eq!(column.nulls, usize::from(list == "holes"), "{name} {list}");
            }
        }
        let mut at = 0;
        table::stream(&golden(name), &["v1".into(), "large0".into()], None, 4, &mut |chunk| {
            assert!(
                (0..chunk.rows)
                    .all(|r| chunk.columns[0][r] == u1(at + r) && chunk.columns[1][r] == u0(at + r))
            );
            at += chunk.rows;
            Ok(())
        })
        .unwrap();
        assert_eq!(at, 12);
    }
    // A shorter list after the rows by which the length was judged.
    let error = table::read(&golden("lists_late.arrow"), &ReadTable::default()).unwrap_err().to_string();
    assert!(error.contains("column `v`, row 11: found a list of 1, where the first has 2"), "{error}");
}

fn labels(name: &str, column: &str) -> Vec<String> {
    let mut all = vec![];
    table::labels(&golden(name), None, column, &mut |l| all.push(l.to_owned())).unwrap();
    all
}

#[test]
fn labels_keep_every_digit() {
    let labels = |column: &str| labels("ids.parquet", column);
    let whole = |first: u64| (0..12).map(|i| (first + i / 4).to_string()).collect::<Vec<_>>();
    assert_eq!(labels("trial"), whole(20_240_101_120_000_001));
    assert_eq!(labels("when"), whole(20_240_101_120_000_001));
    assert_eq!(labels("u64"), whole((1 << 63) + 1));
    assert_eq!(labels("word")[3..5], ["07", "7"]);
    assert_eq!(labels("u0")[..3], ["0", "0.25", "0.5"]);
    for name in ["records.npy", "records.npz"] {
        assert_eq!(self::labels(name, "trial"), whole(20_240_101_120_000_001), "{name}");
    }
}

#[test]
fn records_have_columns_by_name() {
    for name in ["records.npy", "records.npz"] {
        let table = read(name);
        assert_eq!(names(&table), ["trial", "t", "v0", "v1", "pos.x", "word", "tag", "when"], "{name}");
        let numbers = |column: &str| table.numbers(column).unwrap().to_vec();
        assert_eq!(
            (numbers("t"), numbers("v0"), numbers("v1")),
            (of(|i| i as f64 / 2.0), of(u0), of(u1)),
            "{name}"
        );
        assert_eq!(numbers("pos.x"), of(|i| i as f64));
        let when = table.column("when").unwrap();
        assert!(numbers("when")[3].is_nan() && numbers("when")[4] == 4.0 && when.nulls == 1, "{name}");
        for (column, value) in [("word", "aµ"), ("tag", "b")] {
            let Values::Text(all) = &table.column(column).unwrap().values else { panic!() };
            assert!(all.iter().all(|v| v == value), "{all:?}");
        }
        let mut seen = vec![];
        table::stream(&golden(name), &["v1".into(), "t".into()], None, 5, &mut |chunk| {
            seen.extend(chunk.columns[0].iter().copied());
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, of(u1));
    }
}

#[test]
fn arrays_of_objects_are_refused_with_what_works() {
    let error = table::read(&golden("ragged.npy"), &ReadTable::default()).unwrap_err();
    let said = error.to_string();
    assert!(matches!(error.kind(), Problem::ObjectArray { shape, .. } if *shape == [3]), "{said}");
    for words in ["numpy.column_stack", "numpy.concatenate(a)", "--trial x0"] {
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn columns_of_an_npz_in_fortran_order() {
    // numpy.arange(30).reshape(5, 6) and .reshape(5, 2, 3), column by column.
    let table = read("fortran.npz");
    assert_eq!(table.numbers("a4").unwrap(), [4.0, 10.0, 16.0, 22.0, 28.0]);
    let table = read("fortran_compressed.npz");
    assert_eq!(table.numbers("a1").unwrap(), [1.0, 4.0, 7.0, 10.0, 13.0, 16.0, 19.0, 22.0, 25.0, 28.0]);
    assert_eq!(table.numbers("trial").unwrap()[..4], [0.0, 0.0, 1.0, 1.0]);
    let mut rows = vec![];
    table::stream(&golden("fortran_compressed.npz"), &["a2".into()], None, 3, &mut |chunk| {
        rows.push((chunk.rows, chunk.columns[0][0]));
        Ok(())
    })
    .unwrap();
    assert_eq!(rows, [(3, 2.0), (3, 11.0), (3, 20.0), (1, 29.0)]);
}

/// Headers by hand, as other writers make them; `numpy.load` reads each.
#[test]
fn npy_headers_of_other_writers() {
    let values: Vec<u8> = (0..6).flat_map(|i| f64::from(i).to_le_bytes()).collect();
    for (i, (version, header)) in [
        (1, "{ 'shape' : (3 , 2) , 'fortran_order' : False,\n 'descr' : '<f8' }   \n"),
        (2, "{\"descr\":\"<f8\",\"fortran_order\":False,\"shape\":(3,2)}"),
        (3, "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), 'extra': [None, {'a': (1,)}]}\n"),
        (1, "{'descr': u'=f8', 'fortran_order': False, 'shape': (3L, 2L), }\n\0"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut bytes = b"\x93NUMPY".to_vec();
        bytes.extend([version, 0]);
        match version {
            1 => bytes.extend((header.len() as u16).to_le_bytes()),
            _ => bytes.extend((header.len() as u32).to_le_bytes()),
        }
        bytes.extend(header.as_bytes());
        bytes.extend(&values);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("header{i}.npy"));
        std::fs::write(&path, bytes).unwrap();
        let table = table::read(&path, &ReadTable::default()).unwrap();
        assert_eq!(table.numbers("x1").unwrap(), [1.0, 3.0, 5.0], "{header}");
        assert!(table::schema(&path, None).unwrap().columns.iter().all(|c| c.kind == Kind::Number));
    }
}
