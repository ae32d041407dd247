//! `infer gaussian`, as a user runs it.

use crate::common::{Place, Ran, golden, noise, report, tensor, violations};
use nullcline::inference::gaussian::ensemble::{Ensemble, Truth};
use nullcline::io::tensors::{Tensor, read, write_npy, write_npz};
use nullcline::linalg::random::{Use, stream};
use serde_json::Value;
use std::fmt::Write;

/// Samples of a chain of `n` variables as a CSV table.
fn samples(n: usize, p: usize) -> String {
    let j = Ensemble::Chain { sigma: 0.4 }.draw(n, &mut stream(1, Use::Couplings, 0));
    let x = Truth::new(j.as_ref()).unwrap().samples(p, &mut stream(1, Use::Samples, 0));
    let mut text = (0..n).map(|i| format!("cell{i}")).collect::<Vec<_>>().join(",") + "\n";
    for k in 0..p {
        let row: Vec<String> = (0..n).map(|i| (x[(i, k)] + 3.0).to_string()).collect();
        writeln!(text, "{}", row.join(",")).unwrap();
    }
    text
}

fn matrix(place: &Place, name: &str, n: usize, f: impl Fn(usize, usize) -> f64) -> String {
    let data = (0..n * n).map(|k| f(k / n, k % n)).collect();
    let tensor = Tensor { name: "c".into(), shape: vec![n, n], dtype: "f64".into(), data };
    write_npy(&place.0.join(name), &tensor).unwrap();
    place.path(name)
}

fn infer(place: &Place, arguments: &[&str], status: i32, words: &[&str]) -> Ran {
    report(place, &["infer", "gaussian"], arguments, status, words)
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

#[test]
fn a_covariance_with_its_truth_gives_the_reference() {
    let place = Place::new("infer-golden");
    for case in ["goe_n50_a2", "chain_n50_a0.5"] {
        let file = |end: &str| golden(&format!("gaussian/{case}{end}"));
        let reference: Value =
            serde_json::from_str(&std::fs::read_to_string(file(".json")).unwrap()).unwrap();
        let alpha = reference["alpha"].to_string();
        let (c, truth) = (file("_C_emp.npy"), file("_C_true.npy"));
        let arguments =
            [&*c, "--covariance", "--alpha", &alpha, "--gamma", "0.01:1000:26", "--truth", &truth, "--png"];
        infer(&place, &arguments, 0, &[]);
        let summary = place.summary("out");
        assert_eq!(violations(&summary), Vec::<String>::new());
        let found = &summary["modules"]["gaussian"];
        let grid = reference["grid"].as_array().unwrap();
        for (ours, theirs) in [
            ("gamma", "gamma"),
            ("mu", "mu"),
            ("l_train", "L_train"),
            ("l_test", "L_test"),
            ("l_gen", "L_gen"),
        ] {
            for (a, b) in numbers(&found[ours]).iter().zip(grid) {
                let b = b[theirs].as_f64().unwrap();
                assert!((a - b).abs() < 1e-9 * b.abs(), "{case} {ours}: {a} {b}");
            }
        }
        for name in ["gamma_opt", "gamma_cross", "gamma_half"] {
            let (a, b) = (numbers(&found[name]), numbers(&reference[format!("{name}_roots")]));
            assert_eq!(a.len(), b.len());
            assert!(a.iter().zip(&b).all(|(a, b)| (a / b - 1.0).abs() < 1e-8), "{case} {name}: {a:?} {b:?}");
        }
        for (ours, theirs) in [
            ("gamma_predicted", "gamma_2_20"),
            ("gamma_predicted_cross", "gamma_cross_finite_n"),
            ("gamma_predicted_opt", "gamma_opt_inf_new"),
        ] {
            let (a, b) = (found[ours].as_f64().unwrap(), reference[theirs].as_f64().unwrap());
            assert!((a / b - 1.0).abs() < 1e-9, "{case} {ours}");
        }
        for file in ["likelihoods.svg", "couplings.png", "network.svg", "true_couplings.svg", "sweep.csv"] {
            assert!(place.0.join("out/gaussian").join(file).exists(), "{file}");
        }
        // --samples says the same as --alpha.
        let p = (reference["alpha"].as_f64().unwrap() * 50.0).to_string();
        infer(
            &place,
            &[&c, "--covariance", "--samples", &p, "--gamma", "0.01:1000:26", "--truth", &truth],
            0,
            &[],
        );
        assert_eq!(place.summary("out")["modules"], summary["modules"]);
    }
}

#[test]
fn a_table_of_samples_is_cross_validated() {
    let place = Place::new("infer-samples");
    let table = place.write("s.csv", samples(12, 150));
    infer(&place, &[&table, "--gamma", "0.1:100:12"], 0, &[]);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let found = &summary["modules"]["gaussian"];
    assert_eq!((found["n"].as_u64(), found["samples"].as_u64()), (Some(12), Some(150)));
    let opt = numbers(&found["gamma_opt"])[0];
    let error = found["gamma_opt_std_error"].as_f64().unwrap();
    // The truth of n / sum J^2 is 1 / (2 0.4^2) = 3.1; the best gamma is larger at alpha = 12 (errata of eq. 2.20).
    assert!(opt > 1.5 && opt < 8.0 && error > 0.0 && error < opt, "{opt} +- {error}");
    let predicted = found["gamma_predicted"].as_f64().unwrap();
    let error = found["gamma_predicted_std_error"].as_f64().unwrap();
    assert!((predicted - 3.125).abs() < 4.0 * error, "{predicted} +- {error}");
    assert_eq!(numbers(&found["l_test"]).len(), 12);
    // The strongest couplings are those of the chain, and the npz holds what the CSV holds.
    let strongest = std::fs::read_to_string(place.0.join("out/gaussian/strongest.csv")).unwrap();
    let pair = strongest.lines().nth(1).unwrap().split(',').collect::<Vec<_>>();
    let number = |s: &str| s.strip_prefix("cell").unwrap().parse::<i64>().unwrap();
    assert!([1, 11].contains(&(number(pair[0]) - number(pair[1])).abs()), "{strongest}");
    let arrays = read(&place.0.join("out/gaussian/couplings.npz")).unwrap();
    let j = arrays.get("j").unwrap();
    assert_eq!(j.shape, [12, 12]);
    let (a, b) = (number(pair[0]) as usize, number(pair[1]) as usize);
    assert_eq!(j.data[12 * a + b].to_string(), pair[2].parse::<f64>().unwrap().to_string());
    // The same table as npy gives the same numbers.
    let values: Vec<f64> = samples(12, 150)
        .lines()
        .skip(1)
        .flat_map(|l| l.split(',').map(|v| v.parse::<f64>().unwrap()).collect::<Vec<_>>())
        .collect();
    let tensor = Tensor { name: "x".into(), shape: vec![150, 12], dtype: "f64".into(), data: values };
    write_npy(&place.0.join("s.npy"), &tensor).unwrap();
    infer(&place, &[&place.path("s.npy"), "--gamma", "0.1:100:12", "--threads", "1"], 0, &[]);
    assert_eq!(place.summary("out")["modules"], summary["modules"]);
}

#[test]
fn the_graphical_lasso_is_cross_validated_too() {
    let place = Place::new("infer-l1");
    let table = place.write("s.csv", samples(12, 150));
    infer(&place, &[&table, "--penalty", "l1"], 0, &[]);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let found = &summary["modules"]["gaussian"];
    let (gamma, test) = (numbers(&found["gamma"]), numbers(&found["l_test"]));
    let opt = numbers(&found["gamma_opt"])[0];
    let best = (0..gamma.len()).max_by(|a, b| test[*a].total_cmp(&test[*b])).unwrap();
    assert!(gamma[best - 1] < opt && opt < gamma[best + 1], "{opt} {:?}", &gamma[best - 1..best + 2]);
    assert!(found["gamma_opt_std_error"].as_f64().unwrap() > 0.0);
    assert!(found["duality_gap"].as_f64().unwrap() < 1e-7);
    // At the largest strength nothing is left: L = -(n + sum log c_ii)/2 for data and model alike.
    let pairs = numbers(&found["pairs"]);
    assert!(pairs[pairs.len() - 1] < 0.5);
    let (train, generated) = (numbers(&found["l_train"]), numbers(&found["l_gen"]));
    assert!((train[gamma.len() - 1] - generated[gamma.len() - 1]).abs() < 1e-9);
    // The counterpart of eq. 2.16 orders them elsewhere.
    assert!((0..gamma.len() - 1).all(|g| generated[g] < train[g]));
}

/// Couplings of data times a are those of the data over a^2; gamma goes with a^4 under L2 and a^2 under L1.
#[test]
fn a_covariance_as_measured_gives_couplings_in_the_datas_units() {
    let place = Place::new("infer-units");
    let scaled = |by: f64| {
        let lines: Vec<String> = samples(6, 80)
            .lines()
            .enumerate()
            .map(|(k, l)| {
                if k == 0 {
                    return l.to_owned();
                }
                l.split(',')
                    .map(|v| (by * v.parse::<f64>().unwrap()).to_string())
                    .collect::<Vec<_>>()
                    .join(",")
            })
            .collect();
        lines.join("\n") + "\n"
    };
    let arrays = |name: &str| {
        let arrays = read(&place.0.join("out/gaussian/couplings.npz")).unwrap();
        arrays.get(name).unwrap().data.clone()
    };
    for (penalty, power) in [("l2", 4), ("l1", 2)] {
        let mut seen: Vec<(Value, Vec<f64>, Vec<f64>, f64)> = vec![];
        for by in [1.0, 30.0, 1e-5] {
            let table = place.write("s.csv", scaled(by));
            infer(&place, &[&table, "--scale", "none", "--penalty", penalty], 0, &[]);
            let summary = place.summary("out");
            assert_eq!(violations(&summary), Vec::<String>::new());
            let found = summary["modules"]["gaussian"].clone();
            let [j, debiased] = ["j", "j_debiased"].map(|n| arrays(n).iter().map(|v| v * by * by).collect());
            seen.push((found, j, debiased, by));
            // tr C* = tr C, C* = (mu - J)^-1.
            let (j, mu) = (arrays("j"), arrays("mu")[0]);
            let precision = faer::Mat::from_fn(6, 6, |a, b| f64::from(a == b) * mu - j[6 * a + b]);
            let c = faer::linalg::solvers::DenseSolveCore::inverse(&precision.partial_piv_lu());
            let trace: f64 = (0..6).map(|i| c[(i, i)]).sum();
            let known = seen[seen.len() - 1].0["trace"].as_f64().unwrap();
            assert!((trace / known - 1.0).abs() < 1e-6, "{penalty} {by}: {trace} {known}");
        }
        let (first, j, debiased, _) = &seen[0];
        let close = |a: &[f64], b: &[f64], to: f64| {
            a.iter().zip(b).all(|(a, b)| (a - b).abs() <= to * b.abs() + 1e-7)
        };
        for (found, other, bare, by) in &seen[1..] {
            assert!(close(other, j, 1e-6) && close(bare, debiased, 1e-6), "{penalty} {by}");
            let chosen = |v: &Value| v["gamma_chosen"].as_f64().unwrap();
            assert!((chosen(found) / chosen(first) / by.powi(power) - 1.0).abs() < 1e-6, "{penalty} {by}");
            let shift = 6.0 * by.ln();
            let [ours, theirs] = [found, first].map(|v| numbers(&v["l_test"]));
            assert!(ours.iter().zip(&theirs).all(|(a, b)| (a + shift - b).abs() < 1e-6), "{penalty} {by}");
        }
    }
    // 5e6 where the constraint was tr C* = n.
    assert!(arrays("j").iter().all(|v| v.abs() < 1e11 && v.is_finite()));
}

/// Two strongly correlated variables: the weakest penalty of the grid predicts best, that is the strongest couplings.
#[test]
fn the_end_of_the_grid_that_is_best_is_named() {
    let place = Place::new("infer-edge");
    let (a, b) = (crate::common::noise(30, 1.0, 71), crate::common::noise(30, 1.0, 72));
    let rows: String = a.iter().zip(&b).fold("a,b\n".into(), |mut t, (a, b)| {
        writeln!(t, "{a},{}", a + 0.02 * b).unwrap();
        t
    });
    let table = place.write("s.csv", rows);
    let ran = infer(&place, &[&table, "--penalty", "l1"], 0, &[]);
    let text = ran.out + &ran.err;
    assert!(text.contains("at the least regularisation looked at, with the strongest couplings"), "{text}");
    assert!(text.contains("lower end of the grid") && !text.contains("without couplings"), "{text}");
    let found = place.summary("out")["modules"]["gaussian"].clone();
    let test = numbers(&found["l_test"]);
    assert!(test.iter().all(|t| *t <= test[0]) && numbers(&found["gamma_opt"]).is_empty());
}

#[test]
fn successive_rows_that_are_alike_are_noticed() {
    let place = Place::new("infer-alike");
    let rows = |r: f64| {
        let noise = crate::common::noise(3 * 900, 1.0, 73);
        let (mut x, mut text) = ([0.0; 3], "part,a,b,c\n".to_owned());
        for k in 0..900 {
            for i in 0..3 {
                x[i] = r * x[i] + noise[3 * k + i];
            }
            writeln!(text, "{},{},{},{}", k / 90, x[0], x[1], x[2]).unwrap();
        }
        text
    };
    let table = place.write("alike.csv", rows(0.8));
    let units = ["--units", "a,b,c"];
    let told = ["Successive rows are alike", "independent ones"];
    infer(&place, &[&[&*table][..], &units].concat(), 0, &[&told[..], &["--trial"]].concat());
    let found = place.summary("out")["modules"]["gaussian"].clone();
    let effective = found["effective_samples"].as_f64().unwrap();
    // 900 (1 - r^2)/(1 + r^2) = 197.6.
    assert!((effective / 197.6 - 1.0).abs() < 0.3, "{effective}");
    let error = || read(&place.0.join("out/gaussian/couplings.npz")).unwrap();
    let wide = error().get("j_debiased_std_error").unwrap().data[1];
    let page = std::fs::read_to_string(place.0.join("out/report.html")).unwrap();
    assert!(page.contains("Successive rows are alike") && page.contains("worth"));
    let ran = infer(&place, &[&[&*table][..], &units, &["--trial", "part"]].concat(), 0, &told);
    assert!(!ran.err.contains("--trial"), "{}", ran.err);
    let plain = place.write("plain.csv", rows(0.0));
    let ran = infer(&place, &[&[&*plain][..], &units].concat(), 0, &[]);
    assert!(!ran.err.contains("alike"), "{}", ran.err);
    assert!(place.summary("out")["modules"]["gaussian"]["effective_samples"].is_null());
    let narrow = error().get("j_debiased_std_error").unwrap().data[1];
    assert!(wide.is_finite() && narrow < wide, "{narrow} {wide}");
}

#[test]
fn a_square_table_that_may_be_a_covariance_is_asked_about() {
    let place = Place::new("infer-square");
    let said = ["symmetric and without negative eigenvalues", "--covariance with --samples P"];
    // 0.5^|i - j| is positive definite; with 2 beside the diagonal it is not, and with one entry changed not symmetric.
    let c = matrix(&place, "c.npy", 6, |i, j| 0.5f64.powi(i.abs_diff(j) as i32));
    infer(&place, &[&c, "--gamma", "1"], 0, &said);
    let indefinite = matrix(&place, "i.npy", 6, |i, j| [1.0, 2.0, 0.3, 0.2, 0.1, 0.4][i.abs_diff(j)]);
    let lopsided =
        matrix(&place, "l.npy", 6, |i, j| 0.5f64.powi(i.abs_diff(j) as i32) + f64::from((i, j) == (0, 3)));
    for file in [indefinite, lopsided] {
        let ran = infer(&place, &[&file, "--gamma", "1"], 0, &[]);
        assert!(!ran.err.contains("eigenvalues, as a covariance"), "{}", ran.err);
    }
    let ran = infer(&place, &[&c, "--covariance", "--samples", "50", "--gamma", "1"], 0, &[]);
    assert!(!ran.err.contains("as a covariance is"), "{}", ran.err);
}

/// Bins of a table's rows, and of the spikes of a session: couplings are those of a table that was binned before.
#[test]
fn rows_and_spikes_are_binned() {
    let place = Place::new("infer-bins");
    let value = |t: u32, i: u32| (t * t * (i + 3) + 7 * i * t + t / 3) % (5 + i);
    let (mut rows, mut sums) = ("a,b,c\n".to_owned(), "a,b,c\n".to_owned());
    for t in 0..120 {
        writeln!(rows, "{},{},{}", value(t, 0), value(t, 1), value(t, 2)).unwrap();
        if t % 4 == 3 {
            let sum = |i| (t - 3..=t).map(|t| value(t, i)).sum::<u32>();
            writeln!(sums, "{},{},{}", sum(0), sum(1), sum(2)).unwrap();
        }
    }
    let (rows, sums) = (place.write("rows.csv", rows), place.write("sums.csv", sums));
    let couplings = |place: &Place| place.summary("out")["modules"]["gaussian"].clone();
    infer(&place, &[&sums, "--gamma", "1"], 0, &[]);
    let expected = couplings(&place);
    let ran = infer(&place, &[&rows, "--gamma", "1", "--bin", "4"], 0, &["bins of 4 time steps"]);
    assert!(couplings(&place) == expected, "{}", ran.err);
    infer(&place, &[&rows, "--bin", "200"], 3, &["--bin is longer"]);
    infer(&place, &[&rows, "--bin", "20ms"], 2, &["--time COLUMN"]);
    let session = golden("io/hdf5/session.nwb");
    infer(&place, &[&session, "--units", "units"], 3, &["3 units", "--bin 20ms"]);
    infer(
        &place,
        &[&session, "--bin", "100ms", "--gamma", "1"],
        0,
        &["1 of 3 units with one count in every bin left out: `unit11`"],
    );
    let told = place.summary("out")["input"].clone();
    assert_eq!((&told["variables"], &told["samples"]), (&2.into(), &59.into()), "{told}");
    let trials = ["--bin", "100ms", "--trial", "trials", "--gamma", "1"];
    infer(&place, &[&[&*session][..], &trials].concat(), 0, &[]);
    assert_eq!(place.summary("out")["input"]["samples"], 34);
}

#[test]
fn bad_input_is_refused_or_answered() {
    let place = Place::new("infer-bad");
    let csv = |name: &str, rows: &[&str]| {
        place.write(name, ["a,b,c"].iter().chain(rows).map(|r| format!("{r}\n")).collect::<String>())
    };
    let some = ["1,2,0.5", "0,1,2", "3,1,4", "1,5,9", "2,6,5", "3,5,8"];
    let constant = csv("constant.csv", &["1,2,7", "3,1,7", "2,2,7"]);
    infer(&place, &[&constant], 3, &["constant.csv", "`c`", "--units"]);
    infer(&place, &[&constant, "--units", "a,b"], 0, &[]);
    infer(&place, &[&csv("one.csv", &["1,2,3"])], 3, &["1 row", "--uncentered"]);
    infer(&place, &[&csv("one.csv", &["1,2,3"]), "--uncentered"], 0, &["cross-validation"]);
    infer(&place, &[&csv("equal.csv", &["1,2,3", "1,2,3"])], 3, &["never change"]);
    let copies: Vec<&str> = some.iter().flat_map(|r| [*r, *r]).collect();
    infer(&place, &[&csv("copies.csv", &copies)], 0, &["6 rows repeat"]);
    infer(&place, &[&csv("nan.csv", &["1,2,3", "4,,6", "7,8,8"])], 3, &["`b`, row 2", "--missing drop-rows"]);
    infer(&place, &[&place.write("single.csv", "a\n1\n2\n3\n")], 3, &["one variable"]);
    let good = matrix(&place, "good.npy", 3, |i, j| if i == j { 1.0 } else { 0.2 });
    infer(&place, &[&good, "--covariance", "--alpha", "2"], 0, &[]);
    infer(&place, &[&good, "--covariance"], 2, &["--alpha", "--samples"]);
    infer(&place, &[&good, "--covariance", "--alpha", "-1"], 2, &["--alpha -1"]);
    infer(&place, &[&good, "--covariance", "--alpha", "2", "--gamma", "1:0.1:5"], 2, &["--gamma 1:0.1:5"]);
    let wide = matrix(&place, "wide.npy", 4, |i, j| f64::from(i == j));
    infer(
        &place,
        &[&good, "--covariance", "--alpha", "2", "--truth", &wide],
        3,
        &["wide.npy", "expected 3 x 3"],
    );
    let negative = matrix(&place, "negative.npy", 3, |i, j| if i == j { 1.0 } else { 2.0 });
    infer(&place, &[&negative, "--covariance", "--alpha", "2"], 3, &["negative.npy", "eigenvalue"]);
    // The eigenvalue is that of the matrix as given, whatever the scaling.
    let minus = matrix(&place, "minus.npy", 2, |i, j| if i == j { [2.0, -60.0][i] } else { 10.0 });
    for scale in ["trace", "variances", "none"] {
        let arguments = [&*minus, "--covariance", "--samples", "100", "--scale", scale, "--penalty", "l1"];
        infer(&place, &arguments, 3, &["minus.npy", "has the eigenvalue -61.57;"]);
    }
    infer(
        &place,
        &[&negative, "--covariance", "--alpha", "2", "--scale", "trace"],
        3,
        &["eigenvalue -1.000;"],
    );
    let slanted = matrix(&place, "slanted.npy", 3, |i, j| if i <= j { 1.0 } else { 0.5 });
    infer(&place, &[&slanted, "--covariance", "--alpha", "2"], 3, &["(2, 1)"]);
    let dead = matrix(&place, "dead.npy", 3, |i, j| f64::from(i == j && i > 0));
    infer(&place, &[&dead, "--covariance", "--alpha", "2"], 3, &["never changes", "x0"]);
    let table = csv("some.csv", &some);
    infer(&place, &[&table, "--covariance", "--alpha", "2"], 3, &["6 x 3", "square"]);
    infer(&place, &[&table, "--alpha", "2"], 2, &["--covariance"]);
    infer(&place, &[&table, "--folds", "1"], 2, &["--folds 1"]);
    infer(&place, &[&table, "--penalty", "l3"], 2, &["--penalty l3"]);
    infer(&place, &[&table, "--folds", "0", "--scale", "variances", "--at", "2", "--edges", "1"], 0, &[]);
}

#[test]
fn of_a_covariance_the_chosen_variables_are_taken() {
    let place = Place::new("infer-chosen");
    let table = "name,a,b,c\na,2,0.5,0.3\nb,0.5,1,-0.2\nc,0.3,-0.2,3\n";
    let (whole, part) = (place.write("whole.csv", table), place.write("part.csv", "a,c\n2,0.3\n0.3,3\n"));
    let one = |file: &str, more: &[&str]| {
        let common = [file, "--covariance", "--samples", "50"];
        infer(&place, &[&common[..], more].concat(), 0, &[]);
        place.summary("out")["modules"]["gaussian"].clone()
    };
    assert_eq!(one(&whole, &["--units", "c,a"]), one(&part, &[]));
    let covariance = [&*whole, "--covariance", "--samples", "50"];
    for (more, status, words) in [
        (["--units", "x*"], 3, "--units x*: no such column; the columns are `a`, `b`, `c`"),
        (["--units", "b"], 3, "one variable"),
        (["--trial", "a"], 2, "--trial goes with samples"),
        (["--time", "a"], 2, "--time goes with samples"),
        (["--targets", "a"], 2, "--targets goes with samples"),
        (["--missing", "drop-rows"], 2, "--missing goes with samples"),
    ] {
        infer(&place, &[&covariance[..], &more].concat(), status, &[words]);
    }
}

#[test]
fn an_archive_is_known_by_its_content() {
    let place = Place::new("infer-content");
    let array = |name: &str, index: u64| tensor(name, &[20, 2], noise(40, 1.0, index));
    write_npz(&place.0.join("data.bin"), &[array("first", 1), array("second", 2)]).unwrap();
    let file = place.path("data.bin");
    infer(&place, &[&file], 3, &["name the activity with --units NAME"]);
    infer(&place, &[&file, "--units", "second", "--folds", "0"], 0, &[]);
}
