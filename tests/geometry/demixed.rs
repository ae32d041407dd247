//! Demixed components: the authors' program, known shares, and what `analyze` says.

use crate::common::{Place, analyze, golden, violations};
use faer::Mat;
use nullcline::diagnostics::geometry::demixed::{Demixed, Fit, Marginal, Means, Plan, choose_ridge};
use nullcline::linalg::random::{Use, normal, normal_matrix, stream};
use serde_json::Value;
use std::fmt::Write;

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap_or_else(|| panic!("{v} is no array")).iter().map(|v| v.as_f64().unwrap()).collect()
}

struct Golden {
    x: Mat<f64>,
    plan: Plan,
    /// Columns of each trial of each condition.
    columns: Vec<Vec<Vec<usize>>>,
    theirs: Value,
}

fn all() -> Vec<Golden> {
    let text = std::fs::read_to_string(golden("dpca/expected.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let one = |theirs: Value| {
        let trials: Vec<Vec<Vec<f64>>> = serde_json::from_value(theirs["trials"].clone()).unwrap();
        let conditions: Vec<[usize; 2]> = serde_json::from_value(theirs["conditions"].clone()).unwrap();
        let x = Mat::from_fn(7, 5 * trials.len(), |i, j| trials[j / 5][j % 5][i]);
        let mut columns = vec![vec![]; 6];
        for (k, [s, d]) in conditions.iter().enumerate() {
            columns[2 * s + d].push((5 * k..5 * k + 5).collect());
        }
        Golden { x, plan: Plan { levels: vec![3, 2], steps: 5 }, columns, theirs }
    };
    cases.into_iter().map(one).collect()
}

impl Golden {
    fn means(&self) -> Means<'_> {
        let trials = self.columns.iter().map(|c| c.iter().map(Vec::as_slice).collect()).collect();
        Means { x: self.x.as_ref(), plan: &self.plan, trials }
    }
}

/// Of either sign.
fn same(ours: &[f64], theirs: &[f64], what: &str) {
    let size = theirs.iter().fold(0.0f64, |a, v| a.max(v.abs()));
    let sign = ours.iter().zip(theirs).map(|(a, b)| a * b).sum::<f64>().signum();
    for (a, b) in ours.iter().zip(theirs) {
        assert!((sign * a - b).abs() < 1e-6 * size, "{what}: {ours:?}, not {theirs:?}");
    }
}

/// tests/golden/dpca/SOURCE.md; the marginals are time, stimulus, decision and both.
#[test]
fn components_are_those_of_the_authors() {
    for case in all() {
        let means = case.means();
        let x = means.of(&|_, _| true);
        let mean: Vec<f64> = (0..7).map(|i| x.row(i).iter().sum::<f64>() / x.ncols() as f64).collect();
        let total = Mat::from_fn(7, x.ncols(), |i, j| x[(i, j)] - mean[i]).squared_norm_l2();
        let lambda = case.theirs["lambda"].as_f64().unwrap();
        let noise = means.noise(x.as_ref(), &|_, _| true);
        for (i, row) in case.theirs["noise"].as_array().unwrap().iter().enumerate() {
            same(&(0..7).map(|j| noise[(i, j)]).collect::<Vec<_>>(), &numbers(row), "noise");
        }
        for noisy in [false, true] {
            let fit =
                Fit { noise: noisy.then_some(noise.as_ref()), ridge: (lambda * total).powi(2), most: 3 };
            let found = Demixed::of(x.as_ref(), &case.plan, fit).unwrap();
            let shares = case.plan.shares(x.as_ref());
            assert!((found.lambda - lambda).abs() < 1e-12);
            for (m, key) in ["t", "s", "d", "sd"].iter().enumerate() {
                let theirs = &case.theirs[*key];
                assert!((shares[m] - theirs["share"].as_f64().unwrap()).abs() < 1e-9);
                let (encoders, decoders) =
                    if noisy { ("noisy_encoders", "noisy_decoders") } else { ("encoders", "decoders") };
                let known = theirs[encoders].as_array().unwrap();
                for (place, known) in known.iter().enumerate() {
                    let marginal = case.plan.marginals()[m];
                    let ours = found.components.iter().find(|c| (c.marginal, c.place) == (marginal, place));
                    let ours = ours.unwrap();
                    let what = format!("{} {key} {place} {noisy}", case.theirs["name"]);
                    same(&ours.encoder, &numbers(known), &what);
                    same(&ours.decoder, &numbers(&theirs[decoders][place]), &what);
                    if !noisy {
                        let close = |a: f64, b: &Value| {
                            assert!((a - b.as_f64().unwrap()).abs() < 1e-6, "{what}: {a} {b}")
                        };
                        close(ours.explained, &theirs["whole"][place]);
                        close(ours.by_marginal[m], &theirs["explained"][place]);
                        (0..4).for_each(|k| close(ours.by_marginal[k], &theirs["by_marginal"][place][k]));
                    }
                }
            }
        }
    }
}

#[test]
fn parts_sum_to_the_whole_and_are_orthogonal() {
    let plan = Plan { levels: vec![2, 3, 2], steps: 4 };
    let x = normal_matrix(&mut stream(1, Use::Fixture, 80), 3, 48);
    let parts: Vec<Mat<f64>> = plan.marginals().into_iter().map(|m| plan.marginal(x.as_ref(), m)).collect();
    assert_eq!((parts.len(), plan.marginals()[3]), (8, Marginal { factors: 4 }));
    for i in 0..3 {
        let mean = x.row(i).iter().sum::<f64>() / 48.0;
        for j in 0..48 {
            let sum: f64 = parts.iter().map(|p| p[(i, j)]).sum();
            assert!((sum + mean - x[(i, j)]).abs() < 1e-12);
        }
    }
    for (k, a) in parts.iter().enumerate() {
        for b in &parts[k + 1..] {
            let inner: f64 = (0..48).map(|j| (0..3).map(|i| a[(i, j)] * b[(i, j)]).sum::<f64>()).sum();
            assert!(inner.abs() < 1e-12, "{inner}");
        }
    }
}

/// A hundred noisy units of few trials want a stronger ridge than the same units without noise.
#[test]
fn noise_is_regularised() {
    let plan = Plan { levels: vec![4], steps: 5 };
    let load = normal_matrix(&mut stream(3, Use::Fixture, 81), 30, 2);
    let best = |noise: f64| {
        let mut rng = stream(4, Use::Fixture, 82);
        let x = Mat::from_fn(30, 4 * 4 * 5, |i, j| {
            let (c, t) = ((j / 20) as f64, (j % 5) as f64);
            load[(i, 0)] * (c - 1.5) + load[(i, 1)] * (t - 2.0) + noise * normal(&mut rng)
        });
        let columns: Vec<Vec<usize>> = (0..16).map(|k| (5 * k..5 * k + 5).collect()).collect();
        let trials = (0..4).map(|c| (0..4).map(|k| columns[4 * c + k].as_slice()).collect()).collect();
        let means = Means { x: x.as_ref(), plan: &plan, trials };
        let found = choose_ridge(&means, 10, 1).unwrap();
        assert!(found.error.iter().all(|e| *e > 0.0 && e.is_finite()));
        found.best
    };
    let (clean, noisy) = (best(0.01), best(3.0));
    assert!(noisy > clean, "{clean} {noisy}");
}

/// Forty-eight trials of three stimuli and two sides with their own columns, without them, and the table of their labels; and the
/// loads of time, stimulus and side on the units.
fn varied(place: &Place) -> ([String; 3], Mat<f64>) {
    let mut rng = stream(6, Use::Fixture, 83);
    let load = normal_matrix(&mut rng, 8, 3);
    let (mut text, mut bare, mut labels) = (String::new(), String::new(), "trial,stim,side\n".to_owned());
    let names = (0..8).map(|i| format!("u{i}")).collect::<Vec<_>>().join(",");
    writeln!(text, "trial,stim,side,{names}").unwrap();
    writeln!(bare, "trial,{names}").unwrap();
    for trial in 0..48 {
        let (stim, side) = (trial % 3, ["left", "right"][trial / 3 % 2]);
        writeln!(labels, "{},{stim},{side}", 47 - trial).unwrap();
        for t in 0..10 + trial % 2 {
            let drive = [stim as f64 - 1.0, if side == "left" { -1.0 } else { 1.0 }, (t as f64 / 3.0).sin()];
            let row: Vec<String> = (0..8)
                .map(|i| {
                    let clean: f64 = (0..3).map(|k| load[(i, k)] * drive[k]).sum();
                    (clean + 0.3 * normal(&mut rng)).to_string()
                })
                .collect();
            writeln!(text, "{trial},{stim},{side},{}", row.join(",")).unwrap();
            writeln!(bare, "{},{}", 47 - trial, row.join(",")).unwrap();
        }
    }
    let files =
        [place.write("own.csv", text), place.write("bare.csv", bare), place.write("labels.csv", labels)];
    (files, load)
}

#[test]
fn analyze_demixes_conditions_of_its_own_table_or_another() {
    let place = Place::new("dpca");
    let ([own, file, labels], load) = varied(&place);
    let told = ["the first 10 of each were used"];
    let ran = analyze(&place, &[&own, "--conditions", "stim,side"], 0, &told);
    assert!(ran.out.contains("Of the variance that comes again between trials"), "{}", ran.out);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let found = &summary["modules"]["dpca"];
    assert_eq!(found["factors"], serde_json::json!([["stim", ["0", "1", "2"]], ["side", ["left", "right"]]]));
    assert_eq!((&found["steps"], &found["trials"]), (&10.into(), &serde_json::json!([8, 8])));
    let known = |k: usize| {
        let drives = [
            (0..10).map(|t| (f64::from(t) / 3.0).sin()).collect::<Vec<f64>>(),
            vec![-1.0, 0.0, 1.0],
            vec![-1.0, 1.0],
        ];
        let mean = drives[k].iter().sum::<f64>() / drives[k].len() as f64;
        let variance = drives[k].iter().map(|v| (v - mean).powi(2)).sum::<f64>() / drives[k].len() as f64;
        let size = [2, 0, 1][k];
        variance * (0..8).map(|i| load[(i, size)].powi(2)).sum::<f64>()
    };
    let total: f64 = (0..3).map(known).sum();
    for k in 0..4 {
        let m = &found["marginals"][k];
        assert_eq!(m["of"], ["time", "stim", "side", "stim x side"][k]);
        let truth = if k < 3 { known(k) / total } else { 0.0 };
        let (value, error) =
            (m["signal_share"].as_f64().unwrap(), m["signal_share_std_error"].as_f64().unwrap());
        assert!((value - truth).abs() < 4.0 * error && error < 0.02, "{m}, not {truth}");
    }
    let test = &found["significance"];
    assert_eq!((&test["shuffles"], &test["folds"], &test["directions"]), (&100.into(), &5.into(), &8.into()));
    for (k, of) in [(0, "stim"), (2, "side"), (3, "stim x side")] {
        let axes = test["axes"].as_array().unwrap();
        let axis = axes.iter().find(|a| a["of"] == of && a["place"] == 1).unwrap();
        let (p, accuracy) = (axis["p"].as_f64().unwrap(), numbers(&axis["accuracy"]));
        let above = axis["above"].as_array().unwrap().iter().filter(|a| **a == true).count();
        if k == 3 {
            assert!(p > 0.05 && above == 0, "{axis}");
        } else {
            assert!(p < 0.01 && above == 10 && accuracy.iter().all(|a| *a > 0.9), "{axis}");
        }
    }
    for name in [
        "held_out.csv",
        "held_out1.svg",
        "components.csv",
        "weights.csv",
        "courses.csv",
        "marginals.svg",
        "component1.svg",
        "regularisation.svg",
    ] {
        assert!(place.0.join("out/dpca").join(name).exists(), "{name}");
    }
    // The table of labels names the trials, in another order.
    analyze(&place, &[&file, "--conditions", "stim,side", "--labels", &labels], 0, &told);
    let other = &place.summary("out")["modules"]["dpca"];
    let share = |f: &Value, k: usize| f["marginals"][k]["share"].as_f64().unwrap();
    (0..4).for_each(|k| assert!((share(found, k) - share(other, k)).abs() < 1e-12, "{k}"));
    analyze(&place, &[&own, "--conditions", "stim,side", "--modules", "dpca", "--shuffles", "0"], 0, &told);
    assert!(place.summary("out")["modules"]["dpca"]["significance"].is_null());
    analyze(&place, &[&own, "--shuffles", "5"], 2, &["--shuffles goes with --conditions"]);
}

#[test]
fn conditions_that_do_not_fit_are_named() {
    let place = Place::new("dpca-refused");
    let ([_, file, labels], _) = varied(&place);
    let missing = place.write("missing.csv", "trial,stim,side\n0,1,left\n");
    let twice = place.write("twice.csv", "trial,stim,side\n0,1,left\n0,2,left\n");
    let partial = place.write("lacking.csv", "trial,a,b,u0,u1\n0,1,x,0.5,1\n1,2,x,0.2,3\n2,1,y,0.1,2\n");
    let changing = place.write("changing.csv", "trial,a,u0,u1\n0,1,0.5,1\n0,2,0.2,3\n1,1,0.1,2\n");
    for (arguments, status, words) in [
        (&[&*file, "--conditions", "stim", "--labels", &missing][..], 3, "no row for trial `47`"),
        (&[&*file, "--conditions", "stim", "--labels", &twice], 3, "trial `0` in rows 1 and 2"),
        (&[&*file, "--conditions", "no", "--labels", &labels], 3, "--conditions no: no such column"),
        (&[&*file, "--labels", &labels], 2, "--labels goes with --conditions"),
        (&[&*file, "--modules", "dpca"], 2, "needs --conditions"),
        (&[&*partial, "--conditions", "a,b", "--modules", "dpca"], 3, "no trial of a 2, b y"),
        (&[&*changing, "--conditions", "a"], 3, "column `a`, row 2: `2` in a trial that had `1`"),
        (&[&*file, "--conditions", "u0"], 3, "expected one value a trial"),
    ] {
        analyze(&place, arguments, status, &[words]);
    }
}
