//! Rate maps and their scores: another program, and what chance gives.

use crate::common::{Place, analyze, golden, violations};
use faer::Mat;
use nullcline::diagnostics::geometry::spatial::{
    PLACE, Places, Rings, autocorrelogram, border_score, fields, grid_score, information, mean_vector,
    rate_maps, tuning,
};
use nullcline::linalg::random::{Use, normal, stream};
use serde_json::Value;
use std::fmt::Write;

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
}

fn near(found: f64, known: &Value) {
    let known = known.as_f64().unwrap();
    assert!((found - known).abs() < 1e-9, "{found}, not {known}");
}

#[test]
fn maps_and_scores_are_those_of_numpy_and_scipy() {
    let text = std::fs::read_to_string(golden("spatial/expected.json")).unwrap();
    let e: Value = serde_json::from_str(&text).unwrap();
    let (x, y) = (numbers(&e["x"]), numbers(&e["y"]));
    let units: Vec<Vec<f64>> = e["units"].as_array().unwrap().iter().map(numbers).collect();
    let activity = Mat::from_fn(units.len(), x.len(), |i, t| units[i][t]);
    let bins = e["bins"].as_u64().unwrap() as usize;
    let places = Places::of(&[&x, &y], &[[-1.0, 1.0]; 2], bins, 1.0);
    let maps = rate_maps(activity.as_ref(), &places, |t| t);
    let rings = Rings::of([bins, bins]);
    for (i, known) in e["found"].as_array().unwrap().iter().enumerate() {
        let map: Vec<f64> = maps.rates.col(i).iter().copied().collect();
        for (ours, theirs) in map.iter().zip(numbers(&known["map"])) {
            assert!((ours - theirs).abs() < 1e-12 || (ours.is_nan() && theirs.is_nan()), "{ours} {theirs}");
        }
        near(information(&map, &maps.occupancy).unwrap(), &known["information"]);
        let sizes: Vec<f64> = fields(&map, [bins, bins], PLACE).iter().map(|f| f.bins.len() as f64).collect();
        assert_eq!(sizes, numbers(&known["fields"]));
        near(border_score(&map, [bins, bins], places.width).unwrap(), &known["border"]);
        let r = autocorrelogram(&map, [bins, bins]);
        let middle: Vec<f64> = (0..r.sides[0]).map(|k| r.r[k + r.sides[0] * (bins - 1)]).collect();
        for (ours, theirs) in middle.iter().zip(numbers(&known["middle_of_autocorrelogram"])) {
            assert!((ours - theirs).abs() < 1e-9 || (ours.is_nan() && theirs.is_nan()), "{ours} {theirs}");
        }
        near(grid_score(&r, &rings).unwrap(), &known["grid"]);
    }
    let (heading, turn) = (numbers(&e["heading"]), numbers(&e["turn"]));
    let curve = tuning(Mat::from_fn(1, turn.len(), |_, t| turn[t]).as_ref(), &heading, 60, |t| t);
    let rates: Vec<f64> = curve.rates.col(0).iter().copied().collect();
    let (length, direction) = mean_vector(&rates, &curve.at).unwrap();
    near(length, &e["mean_vector"]);
    near(direction, &e["direction"]);
}

/// A walk in a square in trials of a hundred rows, with slow units that know nothing of it, beside a place and a heading.
fn recording(seed: u64, silent: usize) -> String {
    let mut rng = stream(21, Use::Fixture, seed);
    let mut text = "trial,x,y,h,place,turn".to_owned();
    (0..silent).for_each(|i| write!(text, ",u{i}").unwrap());
    let (mut at, mut heading, mut slow) = ([0.0f64; 2], 0.0f64, vec![0.0f64; silent]);
    for t in 0..3000 {
        if t % 100 == 0 {
            at = [0, 1].map(|_| (0.5 * normal(&mut rng)).clamp(-1.0, 1.0));
        }
        heading += 0.4 * normal(&mut rng);
        at = [
            (at[0] + 0.12 * heading.cos()).clamp(-1.0, 1.0),
            (at[1] + 0.12 * heading.sin()).clamp(-1.0, 1.0),
        ];
        let angle = heading.sin().atan2(heading.cos());
        let place = (-((at[0] - 0.3).powi(2) + at[1].powi(2)) / 0.1).exp();
        write!(text, "\n{},{},{},{angle},{place},{}", t / 100, at[0], at[1], 1.0 + (angle - 1.0).cos())
            .unwrap();
        for s in &mut slow {
            *s = 0.9 * *s + normal(&mut rng);
            write!(text, ",{}", s.exp()).unwrap();
        }
    }
    text + "\n"
}

/// Slow units that know nothing have p values below 0.05 in one of twenty: of 120 more than 13 have a chance of 1e-3 for each score.
#[test]
fn shifted_activity_judges_slow_units_right() {
    let place = Place::new("spatial-alarms");
    let mut below = [0; 4];
    for seed in 0..3 {
        let file = place.write("a.csv", recording(seed, 40));
        let arguments = [
            &file,
            "--position",
            "x,y",
            "--heading",
            "h",
            "--modules",
            "spatial",
            "--shuffles",
            "99",
            "--bins",
            "12",
        ];
        analyze(&place, &arguments, 0, &[]);
        let summary = place.summary("out");
        assert_eq!(violations(&summary), Vec::<String>::new());
        let found = &summary["modules"]["spatial"];
        for (k, score) in ["information", "border", "grid", "head_direction"].iter().enumerate() {
            let p = numbers(&found[score]["p"]);
            below[k] += p[2..].iter().filter(|p| **p < 0.05).count();
        }
        // The place knows the place, the other the heading.
        assert!(found["information"]["p"][0].as_f64().unwrap() < 0.02, "{found}");
        assert!(found["head_direction"]["p"][1].as_f64().unwrap() < 0.02, "{found}");
        assert!((found["direction"][1].as_f64().unwrap() - 1.0).abs() < 0.2);
        assert_eq!((&found["units"][0], &found["fields"][0]), (&"place".into(), &1.into()));
    }
    assert!(below.iter().all(|k| *k <= 13), "{below:?}");
}

#[test]
fn a_line_has_maps_and_bad_positions_are_refused() {
    let place = Place::new("spatial-line");
    let file = place.write("a.csv", recording(7, 2));
    analyze(&place, &[&file, "--position", "x", "--modules", "spatial", "--shuffles", "0"], 0, &[]);
    let found = place.summary("out")["modules"]["spatial"].clone();
    let place_unit = found["units"].as_array().unwrap().iter().position(|u| u == "place").unwrap();
    let of = |key: &str| &found["information"][key][place_unit];
    assert!(of("value").as_f64().unwrap() > 0.5 && of("p").is_null(), "{found}");
    assert!(found["grid"]["value"][0].is_null() && found["border"]["value"][0].is_null());
    // The units are those that are no positions.
    assert_eq!(found["units"].as_array().unwrap().len(), 6);
    for (arguments, words) in [
        (&["--position", "z"][..], &["--position z: no such column"][..]),
        (&["--position", "x,y,h"], &["--position: 3 columns, expected one coordinate or two"]),
        (&["--position", "x,y", "--box", "3:1"], &["--box 3:1: expected LO:HI"]),
        (&["--position", "x,y", "--box", "0:1,0:1,0:1"], &["--box: 3 pairs, expected one"]),
        (
            &["--position", "x,y", "--box", "7:8", "--modules", "spatial"],
            &["--position: no two rows have a position in the box"],
        ),
        (&["--modules", "spatial"], &["the module spatial needs --position"]),
        (&["--bins", "9"], &["--bins goes with --position"]),
        (&["--position", "x,y", "--modules", "pca"], &["go with the modules spatial and comparison"]),
    ] {
        let status =
            if words[0].contains("no such column") || words[0].contains("no two rows") { 3 } else { 2 };
        analyze(&place, &[&[&file[..]], arguments].concat(), status, words);
    }
}
