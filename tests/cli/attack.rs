//! Files that attack: each command ends soon, in bounded memory, with an error that says why; bounds are those that were asked for.

use crate::common::{Place, Ran, golden, network, noise, run, table, tensor};
use std::time::{Duration, Instant};

/// Runs a command that may have 500 MB; a loaded machine is slow.
fn bounded(arguments: &[&str]) -> Ran {
    let started = Instant::now();
    let ran = run(&[arguments, &["--memory", "500MB"]].concat());
    assert!(started.elapsed() < Duration::from_secs(60), "{arguments:?}: {:?}", started.elapsed());
    assert!((0..5).contains(&ran.status) && !ran.err.contains("panicked"), "{arguments:?}: {ran:?}");
    ran
}

#[test]
fn attacks_end_in_errors() {
    let place = Place::new("attack");
    let net = place.save("net.safetensors", &network(1, 3, 1, 0.9));
    let out = place.path("out");
    let cases: [(&str, &[&str], &str); 17] = [
        ("children_2e31.parquet", &[], "more children than elements"),
        ("deep_schema_6000.parquet", &[], "65 levels of groups"),
        ("fsl_s.arrow", &[], "columns, expected at most 1048576"),
        ("long_keys_20GB.pt", &[], "characters of names"),
        ("stack_global_20GB.pt", &[], "a name longer than any module's"),
        ("alternating_storages.pt", &[], "no recurrent network"),
        ("zero_by_2e31.npy", &[], "0 rows"),
        ("zero_by_2e60.npy", &[], "0 rows"),
        ("zero_by_2e31.npy", &["--cell", "rate"], "no recurrent network"),
        ("zero_by_2e60.npy", &["--cell", "rate"], "no recurrent network"),
        ("zero_rate.safetensors", &["--cell", "rate"], "`weight_hh_l0` is missing"),
        ("rnn_bias_flipped.npz", &["--cell", "vanilla"], "Invalid checksum"),
        ("NET", &["--inputs", "dlba_2e57.parquet"], "damaged parquet at column `s`"),
        ("NET", &["--inputs", "fsl_s.arrow"], "columns, expected at most 1048576"),
        ("NET", &["--inputs", "crc_flipped.parquet"], "CRC checksum mismatch"),
        ("NET", &["--inputs", "inputs_shape_flipped.npz"], "bytes more than the shape"),
        ("NET", &["--inputs", "zero_by_2e60.npy"], "0 rows"),
    ];
    for (file, options, words) in cases {
        let file = if file == "NET" { net.clone() } else { golden(&format!("attack/{file}")) };
        let beside = options.iter().map(|o| match o.contains('.') {
            true => golden(&format!("attack/{o}")),
            false => (*o).to_owned(),
        });
        let beside: Vec<String> = beside.collect();
        let arguments: Vec<&str> =
            ["analyze", &file, "--out", &out].into_iter().chain(beside.iter().map(String::as_str)).collect();
        let ran = bounded(&arguments);
        assert!(ran.status == 3 && ran.err.contains(words), "{arguments:?}: {ran:?}");
        if beside.is_empty() {
            bounded(&["inspect", &file]);
            bounded(&["infer", "gaussian", &file, "--out", &out]);
        }
    }
}

/// A bias of an unread type is not left out without a word; float8 is read.
#[test]
fn float8_is_read() {
    let ran = bounded(&["inspect", &golden("attack/bias_f8.safetensors")]);
    assert!(
        ran.status == 0 && ran.out.contains("float8_e4m3fn") && ran.out.contains("1.0000 to 1.3750"),
        "{ran:?}"
    );
}

/// W = m n^T of many units is not written out; weights near the largest double end.
#[test]
fn small_files_of_large_networks_are_refused() {
    let place = Place::new("attack_large");
    let (n, out) = (60_000, place.path("out"));
    let low = place.save("low.safetensors", &["m", "n"].map(|k| tensor(k, &[n, 1], noise(n, 1.0, 1))));
    let ran = run(&["analyze", &low, "--cell", "rate", "--map", "m=m,n=n", "--out", &out]);
    assert!(ran.status == 3 && ran.err.contains("60000 x 60000 entries, 28.8 GB of memory"), "{ran:?}");
    let huge = [("w", 1.7e308), ("v", 1e160)].map(|(k, size)| {
        let w = noise(900, 1.0, 2).iter().map(|x| x.signum() * size).collect();
        place.save(&format!("{k}.safetensors"), &[tensor("W", &[30, 30], w)])
    });
    for file in huge {
        let options =
            ["--cell", "vanilla", "--map", "w_rec=W", "--modules", "fixed_points,lyapunov", "--force"];
        let ran = bounded(&[&["analyze", &file, "--out", &out][..], &options].concat());
        assert!(ran.status == 3 && ran.err.contains("below 1e100"), "{ran:?}");
    }
}

/// What is lost must be said: rows in an open quote, a column of nothing, half of a bias.
#[test]
fn nothing_is_lost_without_a_word() {
    let place = Place::new("attack_lost");
    let quote = |label: &str| {
        let row = |i: usize| format!("{i}.5,{},{}\n", i * i, if i == 50 { label } else { "x" });
        "a,b,label\n".to_owned() + &(0..100).map(row).collect::<String>()
    };
    let out = place.path("out");
    let analyze =
        |file: &str, more: &[&str]| bounded(&[&["analyze", file, "--out", &out, "--force"], more].concat());
    let open = place.write("open.csv", quote("\"x"));
    let ran = analyze(&open, &["--units", "a,b"]);
    assert!(
        ran.status == 3 && ran.err.contains("line 52: a quote is opened in it and never closed"),
        "{ran:?}"
    );
    let closed = place.write("closed.csv", quote("\"x\""));
    assert_eq!(analyze(&closed, &["--units", "a,b", "--modules", "activity"]).status, 0);
    let last = place.write("last.csv", "a,b\n1,2\n3,\"4\"");
    assert_eq!(analyze(&last, &["--modules", "activity"]).status, 0, "no end of line");
    let half: Vec<_> = network(1, 3, 1, 0.9).into_iter().filter(|t| t.name != "rnn.bias_ih_l0").collect();
    let half = place.save("half.safetensors", &half);
    let ran = analyze(&half, &["--modules", "recurrent"]);
    assert!(ran.status == 0 && ran.err.contains("`bias_ih_l0` is not in the file"), "{ran:?}");
}

#[test]
fn the_bound_on_memory_is_the_one_asked_for() {
    let place = Place::new("attack_bound");
    let wide = place.write("wide.csv", table(3, 10_000));
    let out = place.path("out");
    let ran = run(&["infer", "gaussian", &wide, "--memory", "500MB", "--out", &out]);
    let said = ran.err.contains("asked for 800 MB of memory") && ran.err.contains("500 MB in all");
    assert!(ran.status == 2 && said, "{ran:?}");
    for wrong in ["3", "many", "-1GB", "0"] {
        let ran = run(&["inspect", &wide, &format!("--memory={wrong}")]);
        assert!(ran.status == 2 && ran.err.contains("expected a size"), "{wrong}: {ran:?}");
    }
}
