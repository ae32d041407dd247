//! Rows in time: order, gaps, trials, and columns that are no units.

use crate::common::{Place, analyze, report};
use std::fmt::Write;

/// x(t) = A x(t - 1), A = [[0.9, 0.2], [-0.2, 0.8]], eight trials of 30 steps: (trial, step, x).
fn rows() -> Vec<(usize, usize, [f64; 2])> {
    let mut all = vec![];
    for trial in 0..8 {
        let mut x = [1.0 + trial as f64, 0.5 - (trial * trial) as f64 / 7.0];
        for step in 0..30 {
            all.push((trial, step, x));
            x = [0.9 * x[0] + 0.2 * x[1], -0.2 * x[0] + 0.8 * x[1]];
        }
    }
    all
}

fn table(rows: &[(usize, usize, [f64; 2])], label: impl Fn(usize) -> String) -> String {
    let mut text = String::from("trial,t,x0,x1\n");
    for (trial, step, [a, b]) in rows {
        let _ = writeln!(text, "{},{},{a},{b}", label(*trial), *step as f64 * 0.02);
    }
    text
}

/// Fits A, and checks it and the number of pairs.
fn fitted(place: &Place, file: &str, options: &[&str], pairs: usize, words: &[&str]) {
    let base =
        [file, "--units", "x*", "--projection", "units", "--scale", "none", "--activation", "identity"];
    let ran = report(place, &["distill", "radd"], &[&base[..], options].concat(), 0, words);
    assert!(ran.out.contains(&format!("fitted to {pairs} pairs")), "{}", ran.out);
    let a = &place.summary("out")["modules"]["distillation"]["a"];
    for (i, row) in [[0.9, 0.2], [-0.2, 0.8]].iter().enumerate() {
        for (j, expected) in row.iter().enumerate() {
            let found = a[i][j].as_f64().unwrap();
            assert!((found - expected).abs() < 1e-9, "A[{i}][{j}] = {found}");
        }
    }
}

/// Exact: the recursion above has one A, and a pair across a gap or between trials breaks it.
#[test]
fn time_puts_rows_in_order_and_gaps_part_them() {
    let place = Place::new("time");
    let time: &[&str] = &["--trial", "trial", "--time", "t"];
    let all = rows();
    let plain = |k: usize| k.to_string();
    let mut reversed = all.clone();
    reversed.reverse();
    let mut mixed = all.clone();
    mixed.sort_by_key(|(trial, step, _)| (step * 7 % 30, *trial));
    let mut by_time = all.clone();
    by_time.sort_by_key(|(trial, step, _)| (*step, *trial));
    let gaps: Vec<_> = mixed.iter().copied().filter(|(_, step, _)| !(10..13).contains(step)).collect();
    for (name, rows, pairs, words) in [
        ("plain.csv", &all, 232, &[][..]),
        ("reversed.csv", &reversed, 232, &["`t` falls within a trial (row 2)"]),
        ("mixed.csv", &mixed, 232, &["`t` falls within a trial"]),
        ("by_time.csv", &by_time, 232, &["stand mixed"]),
        ("gaps.csv", &gaps, 200, &["`t` has 8 gaps", "where most steps are 0.02"]),
    ] {
        let file = place.write(name, table(rows, plain));
        fitted(&place, &file, time, pairs, words);
    }
    // Seventeen digits, which no double tells apart, and leading zeros.
    let ids = place.write("ids.csv", table(&all, |k| (20_240_101_120_000_001 + k as u64).to_string()));
    fitted(&place, &ids, time, 232, &[]);
    // Times of seventeen digits, a millisecond apart.
    let long = |(k, step, x): &(usize, usize, [f64; 2])| {
        format!("{k},{},{},{}", 20_240_101_120_000_001 + step, x[0], x[1])
    };
    let long = format!("trial,t,x0,x1\n{}\n", reversed.iter().map(long).collect::<Vec<_>>().join("\n"));
    fitted(&place, &place.write("long.csv", long), time, 232, &["`t` falls within a trial"]);
    let zeros = place.write("zeros.csv", table(&all, |k| format!("{}{}", ["", "0"][k % 2], k / 2)));
    fitted(&place, &zeros, time, 232, &[]);
    // Sessions count their trials from 0: both columns together tell them apart.
    let sessions = table(&all, |k| format!("{},{}", k / 4, k % 4)).replace("trial,t", "session,trial,t");
    let sessions = place.write("sessions.csv", sessions);
    fitted(&place, &sessions, &["--trial", "session,trial", "--time", "t"], 232, &[]);
    // No trials named: a column called so is taken, else each start of time begins a sequence.
    fitted(
        &place,
        &place.write("all.csv", table(&all, plain)),
        &[],
        232,
        &["`trial` is taken to tell trials apart"],
    );
    let none =
        table(&all, plain).lines().map(|l| l.split_once(',').unwrap().1).collect::<Vec<_>>().join("\n");
    fitted(
        &place,
        &place.write("none.csv", none),
        &["--time", "t"],
        232,
        &["starts again 7 times (first in row 31)"],
    );
}

#[test]
fn times_are_named_where_they_are_missing_or_stand_twice() {
    let place = Place::new("times");
    let mut rows = rows();
    rows.insert(15, rows[14]);
    let file = place.write("twice.csv", table(&rows, |k| k.to_string()));
    let time: &[&str] = &["--trial", "trial", "--time", "t"];
    fitted(&place, &file, time, 232, &["more than once in a trial (0.28 in rows 15 and 16; 1 in all)"]);
    for command in [&["analyze"][..], &["infer", "gaussian"]] {
        report(&place, command, &[&[file.as_str()][..], time].concat(), 0, &["rows 15 and 16"]);
    }
    for (text, words) in [
        ("t,x0\n0,1\n,2\n2,4\n", "column `t`, row 2: no time"),
        ("t,x0\n0,1\nearly,2\nlate,4\n", "column `t`, row 2: found `early`"),
        ("t,x0\n0,1\n3,2\n1,4\n3,1\n1,5\n2,5\n0,3\n", "name the trials by --trial"),
    ] {
        analyze(&place, &[&place.write("bad.csv", text), "--time", "t"], 3, &[words]);
    }
    let text = "trial,x0\n1,1\n,2\n2,4\n";
    analyze(
        &place,
        &[&place.write("bad.csv", text), "--trial", "trial"],
        3,
        &["column `trial`, row 2: a missing value"],
    );
}

#[test]
fn projections_follow_the_order_of_time() {
    let place = Place::new("sorted");
    let mut text = String::from("t,a,b\n");
    for i in (0..40).rev() {
        let _ = writeln!(text, "{i},{},{}", i * i % 11, i * 7 % 13);
    }
    analyze(&place, &[&place.write("a.csv", text), "--time", "t"], 0, &["`t` falls (row 2)"]);
    let rows = std::fs::read_to_string(place.0.join("out/pca/projections.csv")).unwrap();
    // Rows of the file, from 0.
    assert!(
        rows.lines().nth(1).unwrap().starts_with("39,") && rows.lines().nth(40).unwrap().starts_with("0,")
    );
}

#[test]
fn columns_that_are_no_units_are_left_out_and_said() {
    let place = Place::new("roles");
    let mut text = String::from(",session,time (s),frame,t,u0\n");
    for i in 0..40 {
        let _ = writeln!(
            text,
            "{i},1,{},{},{},{}",
            i as f64 * 0.02,
            100 + i,
            (i * i % 7) as f64 + 0.5,
            i * 7 % 13
        );
    }
    let file = place.write("a.csv", text);
    let said = [
        "`c0` tells something of the rows",
        "`session` is left out",
        "`time (s)` is left out",
        "`frame` is left out",
        "`t` is taken as a unit",
    ];
    let ran = analyze(&place, &[&file], 0, &said);
    assert!(ran.out.contains("a recording of 2 units in 40 rows"), "{}", ran.out);
    let ran = analyze(&place, &[&file, "--units", "frame,u0"], 0, &[]);
    assert!(
        ran.out.contains("a recording of 2 units in 40 rows") && !ran.err.contains("left out"),
        "{}",
        ran.err
    );
    // Alone they are what was recorded.
    let ran = analyze(&place, &[&place.write("b.csv", "time\n0\n1\n3\n")], 0, &[]);
    assert!(ran.out.contains("a recording of 1 unit in 3 rows"), "{}", ran.out);
}

#[test]
fn inputs_may_come_with_an_index_trials_and_time() {
    let place = Place::new("inputs");
    let net = place.save("net.safetensors", &crate::common::network(1, 2, 2, 0.8));
    let run = |text: &str, status: i32, words: &[&str]| {
        let file = place.write("in.csv", text);
        analyze(&place, &[&net, "--inputs", &file, "--modules", "trajectories"], status, words)
    };
    run(",trial,t,a,b\n0,1,0,1,2\n1,1,1,3,4\n2,2,0,5,6\n3,2,1,5,6\n", 0, &[]);
    run("t,a,b\n0,1,2\n0,3,4\n", 3, &["column `t`, row 2: 0 after 0"]);
    run("a,b\n1,2\n3,n/a\n", 3, &["column `b`, row 2"]);
}
