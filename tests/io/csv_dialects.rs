//! CSV of pandas, R, numpy and spreadsheets: one table, written in many ways.
#![allow(clippy::float_cmp, reason = "what is written is read back exactly")]

use std::path::{Path, PathBuf};

use nullcline::io::error::{Error, Problem};
use nullcline::io::table::{self, Kind, ReadTable, Schema, Table};

fn write(name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("dialect_{name}"));
    std::fs::write(&path, text).unwrap();
    path
}

fn read(name: &str, text: impl AsRef<[u8]>) -> Result<(Schema, Table), Error> {
    let path = write(name, text);
    Ok((table::schema(&path, None)?, table::read(&path, &ReadTable::default())?))
}

/// Names and rows, the index left out.
fn rows(table: &Table) -> (Vec<&str>, Vec<Vec<f64>>) {
    let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
    let all: Vec<&[f64]> = names.iter().map(|n| table.numbers(n).unwrap()).collect();
    (names, (0..table.rows).map(|r| all.iter().map(|c| c[r]).collect()).collect())
}

/// Every text holds the rows 0.5, -1.25 and 1234.0, 7.0; what writes so stands beside it, and how many columns of an
/// index there are.
const SAME: [(&str, &str, usize); 26] = [
    ("df.to_csv(index=False)", "u0,u1\n0.5,-1.25\n1234.0,7.0\n", 0),
    ("df.to_csv()", ",u0,u1\n0,0.5,-1.25\n1,1234.0,7.0\n", 1),
    ("df[::-1].to_csv(), read and written again", "Unnamed: 0,u0,u1\n7,0.5,-1.25\n3,1234.0,7.0\n", 1),
    ("df.set_index(dates).to_csv()", ",u0,u1\n2026-01-01 00:00:00.02,0.5,-1.25\n2026-01-02,1234.0,7.0\n", 1),
    ("df with two levels of index", ",,u0,u1\n0,0,0.5,-1.25\n0,1,1234.0,7.0\n", 2),
    ("df.to_csv(sep=';', decimal=',')", ";u0;u1\n0;0,5;-1,25\n1;1234,0;7,0\n", 1),
    ("df.to_csv(sep='\\t', decimal=',')", "u0\tu1\n0,5\t-1,25\n1234,0\t7,0\n", 0),
    ("df.to_csv(decimal=',')", "u0,u1\n\"0,5\",\"-1,25\"\n\"1234,0\",\"7,0\"\n", 0),
    ("df.to_csv(sep='|')", "u0|u1\n0.5|-1.25\n1234.0|7.0\n", 0),
    ("quotes and breaks", "\"u0\",\"u1\"\r\n\"0.5\",\"-1.25\"\r\n\"1234.0\",\"7.0\"\r\n", 0),
    ("R write.csv", "\"\",\"u0\",\"u1\"\n\"1\",0.5,-1.25\n\"2\",1234,7\n", 1),
    ("R write.csv2", "\"\";\"u0\";\"u1\"\n\"1\";0,5;-1,25\n\"2\";1234;7\n", 1),
    ("R write.table", "\"u0\" \"u1\"\n\"a\" 0.5 -1.25\n\"b\" 1234 7\n", 1),
    ("R write.table(sep='\\t', quote=F)", "u0\tu1\n1\t0.5\t-1.25\n2\t1234\t7\n", 1),
    ("numpy.savetxt(header='u0 u1')", "# u0 u1\n0.5 -1.25\n1234.0 7.0\n", 0),
    (
        "numpy.savetxt(header='rig\\nu0,u1'), blanks",
        "# rig\n# u0,u1\n5.0e-01 -1.25e+00\n1.234e+03 7.0e+00\n",
        0,
    ),
    ("numpy.savetxt(comments='%', footer)", "%u0,u1\n0.5,-1.25\n1234.0,7.0\n%end\n", 0),
    ("comments of a rig", "# rig 2, 20 ms\n#\nu0,u1\n0.5,-1.25\n# pause\n1234,7\n", 0),
    ("columns set by blanks", "   u0      u1\n  0.5   -1.25\n 1234       7  \n", 0),
    ("Excel, sep=", "sep=;\r\nu0;u1\r\n0.5;-1.25\r\n1234;7\r\n", 0),
    ("Excel for Macintosh", "u0;u1\r0,5;-1,25\r1234;7\r", 0),
    ("Excel in German", "u0;u1\n0,5;-1,25\n1.234,0;7,0\n", 0),
    ("Excel in English", "u0\tu1\n0.5\t-1.25\n\"1,234.0\"\t7.0\n", 0),
    ("a separator at every end but the header's", "u0,u1\n0.5,-1.25,\n1234,7,\n", 0),
    ("a separator at every end", "u0;u1;;\n0.5;-1.25;;\n1234;7;;\n", 0),
    ("a byte order mark and true minus signs", "\u{feff}u0, u1\n0.5, \u{2212}1.25\n1234, 7\n", 0),
];

#[test]
fn one_table_in_many_dialects() {
    for (i, (what, text, index)) in SAME.iter().enumerate() {
        let (schema, table) = read(&format!("same{i}.csv"), text).unwrap_or_else(|e| panic!("{what}: {e}"));
        let expected = (vec!["u0", "u1"], vec![vec![0.5, -1.25], vec![1234.0, 7.0]]);
        assert_eq!(rows(&table), expected, "{what}");
        assert_eq!(table.skipped.len(), schema.index.len(), "{what}");
        assert_eq!(schema.index.len(), *index, "{what}: {:?}", schema.index);
    }
}

/// Twelve rows of two columns, of `f(row)` each, below `head`.
fn below(head: &str, f: impl Fn(usize) -> [f64; 2]) -> String {
    let row = |r: usize| f(r).map(|v| v.to_string()).join(",");
    format!("{head}\n{}\n", (0..12).map(row).collect::<Vec<_>>().join("\n"))
}

#[test]
fn numbers_in_the_first_row_are_names_or_data() {
    let noise = |r: usize| [(r * r % 7) as f64 - 3.25, (r * 5 % 11) as f64 / 4.0 + 0.01];
    let orbit = |r: usize| [(0.1 * (r + 1) as f64).cos(), (0.1 * (r + 1) as f64).sin()];
    let counts = |r: usize| [(r * r % 7) as f64, (r * 5 % 11) as f64];
    let names = |name: &str, text: String| {
        let (schema, table) = read(name, text).unwrap();
        (
            table.columns.iter().map(|c| c.name.clone()).collect::<Vec<_>>().join(","),
            table.rows,
            schema.notes.len(),
        )
    };
    // Numbers of cells above decimals; the note says so.
    assert_eq!(names("ids.csv", below("103,12", noise)), ("103,12".into(), 12, 1));
    assert_eq!(names("ids1.csv", below("1,2", noise)), ("1,2".into(), 12, 1));
    assert_eq!(names("ids0.csv", below("0,1", noise)), ("0,1".into(), 12, 0));
    // The first state of an orbit, counts, and decimals are data.
    assert_eq!(names("orbit.csv", below("1,0", orbit)), ("c0,c1".into(), 13, 1));
    assert_eq!(names("counts.csv", below("3,5", counts)), ("c0,c1".into(), 13, 0));
    assert_eq!(names("decimals.csv", below("3.5,5", noise)), ("c0,c1".into(), 13, 0));
    assert_eq!(names("twice.csv", below("3,3", noise)), ("c0,c1".into(), 13, 0));
    // Beside an index, or a text, numbers are names.
    assert_eq!(names("beside.csv", "time,0.1,0.2\n0,5.5,6\n1,7,8.5\n".into()), ("time,0.1,0.2".into(), 2, 0));
    assert_eq!(names("index_ids.csv", ",12,57\n0,5,6\n1,5,7\n".into()), ("12,57".into(), 2, 0));
    // A word that stands again below is data.
    assert_eq!(names("words.csv", "left,0.5\nright,0.25\nleft,0.75\n".into()), ("c0,c1".into(), 3, 0));
    assert_eq!(names("nan.csv", "NaN,0.5\n1.5,n/a\n".into()), ("c0,c1".into(), 2, 0));
}

#[test]
fn commas_and_points_in_numbers() {
    for (name, text, expected, notes) in [
        ("t1.tsv", "a\tb\n1,000\t5\n1,037\t6\n", [1000.0, 1037.0], 1),
        ("t2.tsv", "a\tb\n1,000\t5\n1,037\t6,5\n", [1.0, 1.037], 0),
        ("t3.tsv", "a\tb\n1,000\t0.5\n1,037\t6\n", [1000.0, 1037.0], 0),
        ("t4.tsv", "a\tb\n1,000,000\t5\n1,037\t6\n", [1e6, 1037.0], 1),
        ("t5.csv", "a;b\n1,000;5\n1,037;6\n", [1.0, 1.037], 1),
        ("t6.csv", "a,b\n\"1,000\",5\n\"1,037\",6\n", [1000.0, 1037.0], 1),
        ("t7.csv", "a;b\n1 000,5;5\n1\u{a0}037;6\n", [1000.5, 1037.0], 0),
        ("t8.csv", "a;b\n1'000.5;5\n1.5D+02;6\n", [1000.5, 150.0], 0),
    ] {
        let (schema, table) = read(name, text).unwrap();
        assert_eq!((table.numbers("a").unwrap(), schema.notes.len()), (&expected[..], notes), "{name}");
    }
    // One column of decimal commas: names of rows would differ.
    let error = read("one.csv", "a\n1,5\n1,25\n2,5\n").unwrap_err();
    assert!(matches!(error.kind(), Problem::RaggedRow { line: 2, found: 2, expected: 1 }), "{error}");
    let error = read("late.tsv", "a\n1,5\n2\n1.234\n").unwrap_err();
    assert!(matches!(error.kind(), Problem::MixedDecimals { row: 3, .. }), "{error}");
}

#[test]
fn missing_marks_are_counted_and_other_texts_are_named() {
    // The first thirteen: pandas.read_csv's own marks; then C, spreadsheets and people.
    for mark in [
        "",
        "#N/A",
        "-1.#IND",
        "-NaN",
        "1.#QNAN",
        "<NA>",
        "N/A",
        "NA",
        "NULL",
        "NaN",
        "None",
        "n/a",
        "null",
        "-nan(ind)",
        "#DIV/0!",
        "-",
        ".",
        "?",
        "\u{2014}",
    ] {
        let (schema, table) = read("mark.csv", format!("a,b\n1.5,{mark}\n2,3\n4,5\n")).unwrap();
        assert!(schema.columns.iter().all(|c| c.kind == Kind::Number), "{mark}");
        assert_eq!((table.column("b").unwrap().nulls, table.rows), (1, 3), "{mark}");
        assert!(table.numbers("b").unwrap()[0].is_nan());
    }
    for text in ["12%", "err", "0x1F", "1..5", "3 ms"] {
        let path = write("text.csv", format!("a,b\n1.5,2\n2,{text}\n4,5\n"));
        let error = table::stream(&path, &["b".into()], None, 9, &mut |_| Ok(())).unwrap_err();
        let named = matches!(error.kind(), Problem::TextValue { column, row: 2, value } if column == "b" && value == text);
        assert!(named, "{error}");
    }
}

#[test]
fn lines_count_from_the_top_of_the_file() {
    for (name, text, line, found) in [
        ("plain.csv", "a,b\n1,2\n3\n", 3, 1),
        ("comments.csv", "# rig 2\n\na,b\n1,2\n3\n", 5, 1),
        ("returns.csv", "a,b\r1,2\r3\r", 3, 1),
        ("spare.csv", "a,b\n1,2\n3,4,5\n", 3, 3),
    ] {
        let error = read(name, text).unwrap_err();
        let right = matches!(error.kind(), Problem::RaggedRow { line: l, found: f, expected: 2 } if (*l, *f) == (line, found));
        assert!(right, "{name}: {error}");
    }
}

#[test]
fn labels_are_kept_as_written() {
    let text = "trial,u0\n20240101120000001,1\n\"20240101120000002\",2\n007,3\n7,4\nn/a,5\n";
    let mut labels = vec![];
    table::labels(&write("labels.csv", text), None, "trial", &mut |l| labels.push(l.to_owned())).unwrap();
    assert_eq!(labels, ["20240101120000001", "20240101120000002", "007", "7", ""]);
}
