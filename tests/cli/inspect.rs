//! `inspect` says of a table what `analyze` would.

use crate::common::{Place, golden, network, run, table};

/// The error that a command ends with.
fn error(ran: &crate::common::Ran) -> String {
    let line = ran.err.lines().find(|l| l.starts_with("error: "));
    line.unwrap_or_else(|| panic!("{ran:?}")).to_owned()
}

#[test]
fn what_analyze_refuses_inspect_refuses_alike() {
    let place = Place::new("inspect-refused");
    let sound = table(60, 3);
    let with = |at: usize, row: &str| {
        let mut lines: Vec<&str> = sound.lines().collect();
        lines[at] = row;
        lines.join("\n")
    };
    let npy = |name: &str, rows: usize, bad: Option<f64>| {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        let head = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows}, 2), }}");
        bytes.extend(118u16.to_le_bytes());
        bytes.extend(format!("{head:<117}\n").bytes());
        for i in 0..2 * rows {
            let value = if i == 7 { bad.unwrap_or(0.5) } else { (i * i % 7) as f64 };
            bytes.extend(value.to_le_bytes());
        }
        place.write(name, bytes)
    };
    let cases: [(String, &[&str], &str); 10] = [
        (place.write("text.csv", with(50, "1,oops,2")), &[], "column `c1`, row 50: found the text `oops`"),
        (place.write("ragged.csv", with(50, "1,2")), &[], "line 51 has a wrong number of fields"),
        (place.write("gap.csv", with(50, "1,,2")), &[], "column `c1`, row 50: a missing value"),
        (place.write("inf.csv", with(50, "1,inf,2")), &[], "column `c1`, row 50: inf"),
        (place.write("one.csv", table(1, 3)), &[], "fewer than two rows"),
        (npy("nan.npy", 30, Some(f64::NAN)), &[], "column `x1`, row 4: a missing value"),
        (npy("one.npy", 1, None), &[], "fewer than two rows"),
        (
            place.write("trial.csv", with(50, "1,2,")),
            &["--trial", "c2"],
            "column `c2`, row 50: a missing value",
        ),
        (place.write("time.csv", with(50, "1,2,noon")), &["--time", "c2"], "row 50: found the text `noon`"),
        (
            place.write("empty.csv", "a,b\n,\n,\n"),
            &["--missing", "drop-rows"],
            "no row has a value of every unit",
        ),
    ];
    for (file, more, word) in &cases {
        let analyzed = run(&[&["analyze", file, "--out", &place.path("out")], *more].concat());
        let inspected = run(&[&["inspect", file], *more].concat());
        assert_eq!((analyzed.status, inspected.status), (3, 3), "{file}: {inspected:?}");
        assert_eq!(error(&analyzed), error(&inspected), "{file}");
        assert!(error(&inspected).contains(word), "{}", error(&inspected));
        assert!(!inspected.out.contains("reads it as a recording"), "{}", inspected.out);
        assert!(inspected.err.contains("`nullcline analyze` cannot use it so:"), "{}", inspected.err);
    }
}

#[test]
fn what_is_used_of_a_sound_table_is_counted() {
    let place = Place::new("inspect-sound");
    let csv = place.write("a.csv", "trial,u,v\na,1,2\na,2,\nb,3,4\nb,4,7\n");
    let ran = run(&["inspect", &csv, "--missing", "drop-rows"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let expected = "reads it as a recording: a row is a time step, a column a unit\n  2 units in 3 rows of 2 trials, 1 row with \
                    missing values left out\n  Column `trial` is taken to tell trials apart";
    assert!(ran.out.contains(expected), "{}", ran.out);
}

#[test]
fn what_is_given_beside_a_network_is_checked() {
    let place = Place::new("inspect-network");
    let net = place.save("w.safetensors", &network(1, 3, 2, 0.5));
    let (u, states) = (place.write("u.csv", table(9, 3)), place.write("x.csv", table(2, 4)));
    for (more, status, word) in [
        (&["--inputs", &*u][..], 3, "has 3 columns, expected 2"),
        (&["--initial", &states], 3, "has 4 columns, expected 3"),
        (&["--input", "1"], 2, "--input has 1 value, expected 2"),
        (&["--starts", "3"], 2, "unexpected argument '--starts'"),
    ] {
        let ran = run(&[&["inspect", &net], more].concat());
        assert_eq!(ran.status, status, "{more:?}: {ran:?}");
        assert!(error(&ran).contains(word), "{more:?}: {}", ran.err);
    }
    assert_eq!(run(&["inspect", &golden("io/ff2_relu.npz")]).status, 0);
}
