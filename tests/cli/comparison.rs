//! `analyze --against`: two recordings of the same units.

use crate::common::{Place, analyze, violations};
use nullcline::linalg::random::{Rng, Use, normal, stream};
use serde_json::Value;
use std::fmt::Write;

/// Forty walks of sixty rows about `centre` in a room from -1 to 1, as eight units see them.
fn recording(index: u64, step: f64, pull: f64, turn: f64) -> String {
    let mut fixed = stream(41, Use::Fixture, 0);
    let weights: Vec<[f64; 3]> = (0..8).map(|_| [0, 1, 2].map(|_| normal(&mut fixed))).collect();
    let mut rng = stream(41, Use::Fixture, 1 + index);
    let names: Vec<String> = (0..8).map(|i| format!("u{i}")).collect();
    let mut text = format!("trial,t,x,y,{}", names.join(","));
    for trial in 0..40 {
        let mut at = [0.0, 0.0].map(|_: f64| 0.4 * normal(&mut rng));
        for t in 0..60 {
            let own = at;
            for i in 0..2 {
                let around = turn * [-own[1], own[0]][i];
                at[i] = (own[i] * (1.0 - pull) + around + step * normal(&mut rng)).clamp(-1.0, 1.0);
            }
            write!(text, "\n{trial},{t},{},{}", at[0], at[1]).unwrap();
            let rate = |w: &[f64; 3], rng: &mut Rng| {
                (w[0] * at[0] + w[1] * at[1] + 0.3 * w[2]).tanh() + 0.02 * normal(rng)
            };
            weights.iter().for_each(|w| write!(text, ",{}", rate(w, &mut rng)).unwrap());
        }
    }
    text + "\n"
}

fn number(v: &Value) -> f64 {
    v.as_f64().unwrap_or(f64::NAN)
}

fn found(place: &Place, arguments: &[&str]) -> Value {
    analyze(place, arguments, 0, &[]);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    summary["modules"]["comparison"].clone()
}

#[test]
fn two_recordings_are_compared_in_one_command() {
    let place = Place::new("comparison");
    let active = place.write("active.csv", recording(0, 0.12, 0.05, 0.0));
    let alike = place.write("alike.csv", recording(1, 0.12, 0.05, 0.0));
    let apart = place.write("apart.csv", recording(2, 0.05, 0.1, 0.15));
    let common = ["--units", "u*", "--trial", "trial", "--time", "t"];
    let positions = ["--position", "x,y", "--box", "-1:1", "--kernels", "--modules", "comparison"];
    let same = found(&place, &[&[&active[..], "--against", &alike], &common[..], &positions].concat());
    for key in ["kl_active_quiescent", "kl_quiescent_active"] {
        let kl = &same[key];
        let (value, error) = (number(&kl["value"]), number(&kl["std_error"]));
        assert!(value.abs() < 4.0 * error && error > 0.0 && number(&kl["by_chance"]["p"]) > 0.02, "{kl}");
        assert!(kl["estimator"].as_str().unwrap().contains("Wang"), "{kl}");
    }
    assert!(number(&same["shared_variance"]["quiescent_in_active"]["value"]) > 0.95, "{same}");
    let other = found(&place, &[&[&active[..], "--against", &apart], &common[..], &positions].concat());
    let kl = &other["kl_quiescent_active"];
    assert!(
        number(&kl["value"]) > 3.0 * number(&kl["std_error"]) && number(&kl["by_chance"]["p"]) < 0.03,
        "{kl}"
    );
    // Forty slow trials of one law differ by chance, those of another law more.
    for key in ["kl_active_quiescent", "kl_quiescent_active"] {
        let [alike, apart] = [&same, &other].map(|found| number(&found[key]["kernels"]));
        assert!(alike < 0.5 * apart, "{key}: {alike} {apart}");
    }
    // The published uniform is off by the logarithm of the side, 2, but where ratios are cut at their bound.
    let uniform = &other["kl_uniform_active"];
    let slip = number(&uniform["kernels_as_published"]) - number(&uniform["kernels"]);
    assert!(slip < 2f64.ln() + 1e-9 && slip > 0.99 * 2f64.ln(), "{uniform}");
    assert!(number(&other["step_length"]["ratio"]["value"]) < 0.7, "{other}");
    assert!(number(&other["total_variance"]["ratio"]["value"]) < 0.7, "{other}");
    let bias = &other["direction_bias"];
    assert!(number(&bias["quiescent"]["value"]) > 0.2 && number(&bias["quiescent"]["p"]) < 0.01, "{bias}");
    assert!(number(&bias["active"]["p"]) > 0.01 && number(&bias["difference"]["p"]) < 0.01, "{bias}");
    assert!(number(&other["transitions"]["p"]) < 0.02 && other["transitions"]["of"] == "grid");
    let exponent = number(&other["diffusion"]["active"]["within"]["exponent"]);
    assert!((0.6..1.05).contains(&exponent), "{exponent}");
    let dynamics = &other["dynamics"];
    let similarity = &dynamics["similarity"];
    let beyond = number(&similarity["value"]) - number(&similarity["within_active"]);
    assert!(beyond > 2.0 * number(&similarity["std_error"]), "{dynamics}");
    assert!(
        number(&dynamics["state_space"]) > 0.0 && number(&dynamics["spectra"]["value"]) > 0.0,
        "{dynamics}"
    );
    // Tables and figures are there, and the page names both.
    for file in [
        "divergences.csv",
        "captured.csv",
        "angles.csv",
        "densities.svg",
        "displacements.svg",
        "transitions.svg",
    ] {
        assert!(std::path::Path::new(&place.path(&format!("out/comparison/{file}"))).exists(), "{file}");
    }
    let page = std::fs::read_to_string(place.path("out/report.html")).unwrap();
    assert!(page.contains("apart.csv") && page.contains("KL(quiescent ‖ active)"));
}

#[test]
fn components_headings_and_rows_without_trials_do_too() {
    let place = Place::new("comparison-components");
    let active = place.write("active.csv", recording(0, 0.12, 0.05, 0.0));
    let other = place.write("other.csv", recording(2, 0.05, 0.1, 0.15));
    let of = found(&place, &[&active, "--against", &other, "--units", "u*", "--modules", "comparison"]);
    assert_eq!(of["space"]["of"], "components");
    assert_eq!((of["space"]["names"][0].as_str(), of["errors"][0].as_str()), (Some("PC1"), Some("by trial")));
    assert!(number(&of["kl_quiescent_active"]["by_chance"]["p"]) < 0.05, "{of}");
    // Units in another order are the same units; without a column of trials blocks stand for them.
    let strip = |text: String, turned: bool| -> String {
        let rows = text.lines().map(|l| {
            let cells: Vec<&str> = l.split(',').skip(4).collect();
            let cells: Vec<&str> = if turned { cells.into_iter().rev().collect() } else { cells };
            cells.join(",")
        });
        rows.collect::<Vec<_>>().join("\n") + "\n"
    };
    let active = place.write("plain.csv", strip(recording(0, 0.12, 0.05, 0.0), false));
    let turned = place.write("turned.csv", strip(recording(1, 0.12, 0.05, 0.0), true));
    let of = found(&place, &[&active, "--against", &turned, "--dimensions", "3", "--modules", "comparison"]);
    assert!(number(&of["shared_variance"]["quiescent_in_active"]["value"]) > 0.95, "{of}");
    assert_eq!(
        (of["errors"][0].as_str(), of["principal_angles"]["components"].as_u64()),
        (Some("by block"), Some(3))
    );
    let of = found(
        &place,
        &[&active, "--against", &turned, "--units", "u1,u2,u3", "--heading", "u0", "--modules", "comparison"],
    );
    assert_eq!((of["space"]["of"].as_str(), of["space"]["dimension"].as_u64()), (Some("heading"), Some(1)));
}

/// The same file twice, and a part of it.
#[test]
fn a_recording_against_itself_is_no_comparison() {
    let place = Place::new("comparison-same");
    let text = recording(0, 0.12, 0.05, 0.0);
    let active = place.write("active.csv", &text);
    let copy = place.write("copy.csv", &text);
    let half: Vec<&str> = text.lines().take(1201).collect();
    let half = place.write("half.csv", half.join("\n") + "\n");
    let common = ["--units", "u*", "--trial", "trial", "--modules", "comparison"];
    for other in [&active, &copy] {
        analyze(
            &place,
            &[&[&active, "--against", &other[..]], &common[..]].concat(),
            0,
            &["Both recordings are the same"],
        );
        let page = std::fs::read_to_string(place.path("out/report.html")).unwrap();
        assert!(page.contains("Both files hold the same 2400 rows"));
        assert_eq!(place.summary("out")["modules"]["comparison"]["rows_in_common"], 2400);
    }
    let words = "1200 rows of the quiescent recording are rows of the active one to the last digit";
    analyze(&place, &[&[&active, "--against", &half[..]], &common[..]].concat(), 0, &[words]);
    // Counts meet by chance.
    let counts = |shift: usize| {
        let row = |t: usize| format!("{},{},{}", t / 20, (t * t + shift) % 5, (t * t * t + shift) % 7);
        "trial,u0,u1\n".to_owned() + &(0..400).map(row).collect::<Vec<_>>().join("\n") + "\n"
    };
    let [a, b] = [0, 1].map(|k| place.write(&format!("counts{k}.csv"), counts(k)));
    let ran = analyze(&place, &[&[&a, "--against", &b[..]], &common[..]].concat(), 0, &[]);
    assert!(!ran.err.contains("to the last digit"), "{}", ran.err);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let place = Place::new("comparison-refused");
    let active = place.write("a.csv", recording(0, 0.12, 0.05, 0.0));
    let fewer = place.write("b.csv", "u0,u1\n1,2\n2,1\n3,4\n");
    let still = place.write("c.csv", "u0,u1\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n");
    // Positions that stand still, and in other units.
    let changed = |name: &str, f: &dyn Fn(f64) -> f64| {
        let text = recording(1, 0.12, 0.05, 0.0);
        let row = |line: &str| {
            let mut cells: Vec<String> = line.split(',').map(ToOwned::to_owned).collect();
            if let Ok(x) = cells[2].parse::<f64>() {
                cells[2] = f(x).to_string();
            }
            cells.join(",")
        };
        place.write(name, text.lines().map(row).collect::<Vec<_>>().join("\n") + "\n")
    };
    let (fixed, wide) = (changed("d.csv", &|_| 0.5), changed("e.csv", &|x| 100.0 * x));
    let (a, b, c) = (&active[..], &fewer[..], &still[..]);
    let places = ["--units", "u*", "--trial", "trial", "--position", "x,y", "--modules", "comparison"];
    let in_places = |more: &[&'static str]| [&places[..], more].concat();
    for (other, more, status, words) in [
        (&fixed, &[][..], 3, "d.csv: --position: `x` is 0.5 in all rows, expected one that varies"),
        (
            &active,
            &["--box", "5:6"],
            3,
            "--position: no two rows have a position in the box that --box gives",
        ),
        (&wide, &["--box", "-1:1"], 0, "lie outside of the box"),
        (&wide, &[], 0, "The range of x is"),
    ] {
        analyze(&place, &[&[a, "--against", &other[..]], &in_places(more)[..]].concat(), status, &[words]);
    }
    let lacking = place.path("none.csv");
    for (arguments, status, words) in [
        (
            &[a, "--against", b, "--units", "u*"][..],
            3,
            &["--against: 2 units, expected the 8 units of", "it has no unit `u2`"][..],
        ),
        (&[a, "--against", &lacking], 3, &["none.csv"]),
        (
            &[a, "--against", c, "--units", "u0,u1", "--modules", "comparison"],
            3,
            &["c.csv: comparison: no unit varies"],
        ),
        (&[a, "--against", b, "--zscore"], 2, &["--against does not go with --zscore"]),
        (&[a, "--against", b, "--modules", "pca"], 2, &["--against goes with the module comparison"]),
        (&[a, "--modules", "comparison"], 2, &["the module comparison needs --against FILE"]),
        (&[a, "--kernels"], 2, &["--kernels goes with --against"]),
    ] {
        analyze(&place, arguments, status, words);
    }
}
