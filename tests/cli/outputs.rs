//! What a run leaves: the same bytes for the same seed, a valid summary, whole pages, silence on request.

use crate::common::{Place, Ran, analyze, golden, network, run, table, tensor, violations};
use std::collections::BTreeMap;
use std::path::Path;

/// Every file under `folder` by its path, the line of the command left out.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(f) = folders.pop() {
        for entry in std::fs::read_dir(f).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            // The list holds hashes of files with the command in them.
            if path.ends_with(".nullcline.json") {
                continue;
            }
            let mut bytes = std::fs::read(&path).unwrap();
            if path.extension().is_some_and(|e| e == "html" || e == "json") {
                let text = String::from_utf8(bytes).unwrap();
                bytes = text.lines().filter(|l| !l.contains("nullcline analyze")).collect::<String>().into();
            }
            found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned(), bytes);
        }
    }
    found
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let place = Place::new("bytes");
    let net = golden("nets/ff2_relu/ff2_relu.npz");
    let chaotic = place.save("chaotic.safetensors", &network(1, 12, 1, 2.5));
    let activity = place.write("activity.csv", table(500, 5));
    for arguments in [
        &[&*net, "--activation", "relu", "--png"][..],
        &[&*chaotic, "--steps", "400", "--tables", "parquet"],
        &[&*activity],
    ] {
        let folder = |name: &str, threads: &str, seed: &str| {
            let out = place.path(name);
            let more = ["--force", "--out", &out, "--threads", threads, "--seed", seed];
            let ran = run(&[&["analyze"], arguments, &more].concat());
            assert_eq!(ran.status, 0, "{ran:?}");
            files(Path::new(&out))
        };
        let (one, two) = (folder("one", "1", "3"), folder("two", "2", "3"));
        assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
        let different: Vec<&String> = one.keys().filter(|k| one[*k] != two[*k]).collect();
        assert!(different.is_empty() && one.len() > 5, "{different:?}");
    }
}

#[test]
fn another_seed_gives_other_numbers() {
    let place = Place::new("seeds");
    let net = place.save("net.safetensors", &network(1, 12, 1, 2.5));
    let first = |seed: &str| {
        analyze(&place, &[&net, "--seed", seed, "--steps", "300", "--modules", "lyapunov"], 0, &[]);
        place.summary("out")["modules"]["lyapunov"]["exponents"][0].clone()
    };
    assert_ne!(first("1"), first("2"));
}

#[test]
fn summaries_follow_the_schema_and_pages_hold_what_they_link_to() {
    let place = Place::new("schema");
    let lstm = golden("nets/ff2_lstm/ff2_lstm.npz");
    let gru = place.save("gru.safetensors", &network(3, 5, 2, 1.5));
    let flow = place.save("flow.safetensors", &[tensor("W", &[1, 1], vec![0.5])]);
    let (u, activity) = (place.write("u.csv", table(300, 2)), place.write("activity.csv", table(60, 3)));
    for (arguments, modules) in [
        (&[&*lstm, "--starts", "64"][..], 8),
        (&[&*gru, "--inputs", &u, "--starts", "64"], 8),
        (&[&*flow, "--cell", "rate", "--map", "w_rec=W", "--starts", "16"], 7),
        (&[&*activity], 2),
    ] {
        for (tables, png) in [("csv", false), ("parquet", true)] {
            let more = if png { &["--tables", tables, "--png"][..] } else { &["--tables", tables] };
            let _ = analyze(&place, &[arguments, more].concat(), 0, &[]);
            let summary = place.summary("out");
            assert_eq!(violations(&summary), Vec::<String>::new(), "{arguments:?}");
            assert_eq!(summary["modules"].as_object().unwrap().len(), modules, "{arguments:?}");
            let found = files(&place.0.join("out"));
            let page = String::from_utf8(found["report.html"].clone()).unwrap();
            let links: Vec<&str> =
                page.split("href=\"").skip(1).map(|l| l.split('"').next().unwrap()).collect();
            let links: Vec<&str> =
                links.into_iter().filter(|l| !l.starts_with('#') && !l.starts_with("data:")).collect();
            assert!(links.len() > 2, "{arguments:?}: {links:?}");
            for link in &links {
                assert!(found.contains_key(*link), "{arguments:?}: {link} is not in {:?}", found.keys());
            }
            assert!(!page.contains("src=\"http") && !page.contains("NaN"), "{arguments:?}");
            let ends = |e: &str| found.keys().filter(|k| k.ends_with(e)).count();
            assert_eq!(ends(".png"), if png { ends(".svg") } else { 0 });
            assert_eq!(ends(".csv") > 0, tables == "csv");
            assert_eq!(ends(".parquet") > 0, tables == "parquet");
        }
    }
}

#[test]
fn quiet_says_nothing_but_warnings() {
    let place = Place::new("quiet");
    let net = golden("io/ff2_relu.npz");
    let arguments = [net.as_str(), "--activation", "relu", "--modules", "recurrent"];
    let Ran { out, err, .. } = analyze(&place, &[&arguments[..], &["--quiet"]].concat(), 0, &[]);
    assert_eq!((out.as_str(), err.as_str()), ("", ""));
    let Ran { out, err, .. } = analyze(&place, &arguments, 0, &[]);
    assert!(out.contains("open ") && err.is_empty());
}

#[test]
fn a_network_that_diverges_ends_with_status_4_or_says_so() {
    let place = Place::new("diverge");
    // A rotation by one radian, doubled: spectral radius 2.
    let (c, s) = (2.0 * 1f64.cos(), 2.0 * 1f64.sin());
    let net = place.save("net.safetensors", &[tensor("W", &[2, 2], vec![c, -s, s, c])]);
    let arguments = [&*net, "--cell", "vanilla", "--map", "w_rec=W", "--activation", "identity"];
    // What diverges in one module does not end the others, and the reason stands in the report.
    let ran = analyze(&place, &arguments, 0, &["No lyapunov", "all 8 trajectories diverged", "No adjoint"]);
    assert!(ran.out.contains("1 with 2 unstable directions"), "{}", ran.out);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    assert!(summary["failed"]["lyapunov"].as_str().unwrap().contains("diverged"), "{summary}");
    assert!(summary["modules"].get("lyapunov").is_none() && summary["modules"].get("recurrent").is_some());
    analyze(&place, &[&arguments[..], &["--modules", "lyapunov"]].concat(), 4, &["diverged"]);
    let pca = ["--modules", "pca", "--length", "2000"];
    analyze(&place, &[&arguments[..], &pca].concat(), 0, &["beyond the range of numbers"]);
    let rest = ["--modules", "fixed_points,flow_field,trajectories,recurrent", "--length", "2000"];
    let ran = analyze(&place, &[&arguments[..], &rest].concat(), 0, &["32 of 32 trajectories grew beyond"]);
    assert!(ran.out.contains("1 with 2 unstable directions"), "{}", ran.out);
}

#[test]
fn a_network_started_at_rest_is_analysed_without_dimensions() {
    let place = Place::new("rest");
    let net = place.save("net.safetensors", &[tensor("W", &[2, 2], vec![0.5, 0.0, 0.0, 0.5])]);
    let zero = place.write("zero.csv", "a,b\n0,0\n");
    let arguments = [&*net, "--cell", "vanilla", "--map", "w_rec=W", "--initial", &zero];
    analyze(&place, &arguments, 0, &["No dimensions: the trajectories do not vary"]);
    analyze(&place, &[&arguments[..], &["--modules", "pca"]].concat(), 4, &["do not vary"]);
}

#[test]
fn inspect_says_what_analyze_would_read() {
    let place = Place::new("inspect");
    let csv = place.write("a.csv", table(5, 2));
    for (arguments, words) in [
        (&["inspect", &golden("io/gru.pt")][..], &["weight_hh_l0", "reads it as a network: GRU"][..]),
        (&["inspect", &csv], &["csv table, 2 columns", "as a recording"]),
        (&["inspect", &golden("io/recording.npz"), "--units", "states"], &["npz file", "array `states`"]),
    ] {
        let ran = run(arguments);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(words.iter().all(|w| ran.out.contains(w)), "{}", ran.out);
    }
    // What `analyze` would refuse is described all the same, and the status is that of `analyze`.
    let ran = run(&["inspect", &golden("io/recording.npz")]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.out.contains("npz file") && ran.err.contains("several arrays"), "{ran:?}");
}

#[test]
fn what_is_said_fits_what_was_found() {
    let place = Place::new("words");
    let gru = place.save("gru.safetensors", &network(3, 5, 2, 1.0));
    let (short, long) = (place.write("short.csv", table(20, 2)), place.write("long.csv", table(600, 2)));
    let modules = ["--modules", "lyapunov,fixed_points"];
    let ran =
        analyze(&place, &[&[&*gru, "--inputs", &short][..], &modules].concat(), 0, &["steps of input alone"]);
    assert!(ran.out.contains("Under the given input, λ₁"), "{}", ran.out);
    assert!(ran.out.contains("Under the constant input alone: "), "{}", ran.out);
    let page = std::fs::read_to_string(place.0.join("out/report.html")).unwrap();
    assert!(page.contains("no fixed points under such an input"));
    let ran = analyze(&place, &[&[&*gru, "--inputs", &long][..], &modules].concat(), 0, &[]);
    assert_eq!(ran.err, "");
    // Four stable points, eight initial states: what was reached is not all there is.
    let two = place.save("two.safetensors", &[tensor("W", &[2, 2], vec![2.0, 0.0, 0.0, 2.0])]);
    let arguments = [&*two, "--cell", "vanilla", "--map", "w_rec=W", "--modules", "lyapunov"];
    let ran = analyze(&place, &arguments, 0, &[]);
    assert!(ran.out.contains("% of 8 initial states, which reach "), "{}", ran.out);
    // One unit spans no plane; nobody asked for one.
    let one = place.save("one.safetensors", &[tensor("W", &[1, 1], vec![0.5])]);
    let one = [&*one, "--cell", "vanilla", "--map", "w_rec=W", "--activation", "tanh"];
    let ran = analyze(&place, &one, 0, &[]);
    assert_eq!(ran.err, "");
    assert!(ran.out.contains("1 unit, 0 inputs, 1 state variable\n"), "{}", ran.out);
    analyze(&place, &[&one[..], &["--modules", "flow_field"]].concat(), 0, &["No flow field"]);
}
