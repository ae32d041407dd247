//! Logistic decoding, least squares and their corrections: exact cases, and statsmodels, scikit-learn and numpy.

use crate::common::{golden, noise};
use faer::Mat;
use nullcline::diagnostics::geometry::decoding::{
    By, Error, Options, Separation, decode, linear, logistic, multinomial,
};
use nullcline::io::table::{ReadTable, Values, read};
use nullcline::linalg::random::{Use, stream, uniform};
use nullcline::numbers::least_squares::regression::{self, Design, holm, least_squares};
use serde_json::Value;

fn expected() -> Value {
    serde_json::from_str(&std::fs::read_to_string(golden("analyses/expected.json")).unwrap()).unwrap()
}

fn list(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// Units (9 x 240), side, level and trial of the golden table.
fn table() -> (Mat<f64>, Vec<bool>, Vec<f64>, Vec<usize>) {
    let table = read(golden("analyses/activity.csv").as_ref(), &ReadTable::default()).unwrap();
    let column = |j: usize| match &table.columns[j].values {
        Values::Number(v) => v.clone(),
        Values::Text(_) => panic!("text"),
    };
    let units: Vec<Vec<f64>> = (0..9).map(column).collect();
    let x = Mat::from_fn(9, table.rows, |i, t| units[i][t]);
    let side = column(9).iter().map(|v| *v > 0.5).collect();
    (x, side, column(10), column(11).iter().map(|v| *v as usize).collect())
}

fn close(ours: &[f64], theirs: &[f64], tolerance: f64, what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{what}[{i}]: {a} and {b}");
    }
}

#[test]
fn coefficients_and_errors_agree_with_statsmodels() {
    let (x, side, _, _) = table();
    for (name, intercept) in [("with", true), ("without", false)] {
        let theirs = &expected()["logit"][name];
        let ours = logistic(x.as_ref(), &side, intercept, 0.0).unwrap();
        let first = ours.intercept.map(|b| [b.value, b.error()]);
        let all = |k: usize, rest: &[f64]| -> Vec<f64> {
            first.iter().map(|b| b[k]).chain(rest.iter().copied()).collect()
        };
        close(&all(0, &ours.weights), &list(&theirs["params"]), 1e-9, name);
        close(&all(1, &ours.std_error), &list(&theirs["bse"]), 1e-9, name);
        close(&[ours.log_likelihood], &[theirs["llf"].as_f64().unwrap()], 1e-12, name);
        assert!(ours.gradient <= 1e-10 && ours.rank == 9 && ours.separation == Separation::Overlap);
    }
}

/// Classes of two labels.
fn coded(y: &[bool]) -> Vec<usize> {
    y.iter().map(|y| usize::from(*y)).collect()
}

#[test]
fn errors_by_trial_are_those_of_leaving_trials_out() {
    let (x, side, _, trial) = table();
    let fit = multinomial(x.as_ref(), &coded(&side), 2, Some(&trial), true, 0.0).unwrap();
    let score = &fit.scores[0];
    let ours: Vec<f64> =
        score.intercept.iter().map(|b| b.error()).chain(score.std_error.iter().copied()).collect();
    close(&ours, &list(&expected()["logit_by_trial"]), 1e-8, "errors");
    assert_eq!((fit.scores.len(), fit.groups), (1, Some(24)));
}

#[test]
fn four_classes_agree_with_statsmodels_and_scikit_learn() {
    let (x, _, _, trial) = table();
    let theirs = &expected()["multinomial"];
    let y: Vec<usize> = list(&theirs["labels"]).iter().map(|l| *l as usize).collect();
    let four = x.subrows(0, 4);
    let rows = |v: &Value| -> Vec<Vec<f64>> { v.as_array().unwrap().iter().map(list).collect() };
    for (groups, errors) in [(None, "bse"), (Some(&trial[..]), "by_trial")] {
        let fit = multinomial(four, &y, 4, groups, true, 0.0).unwrap();
        close(&[fit.log_likelihood], &[theirs["llf"].as_f64().unwrap()], 1e-12, "likelihood");
        let (weights, errors) = (rows(&theirs["weights"]), rows(&theirs[errors]));
        for (c, score) in fit.scores.iter().enumerate() {
            let b = score.intercept.unwrap();
            close(&score.weights, &weights[c][..4], 1e-8, "weights");
            close(&score.std_error, &errors[c][..4], 1e-7, "errors");
            close(&[b.value, b.error()], &[weights[c][4], errors[c][4]], 1e-7, "intercept");
        }
    }
    let ridge = &theirs["ridge"];
    let fit = multinomial(four, &y, 4, None, true, ridge["ridge"].as_f64().unwrap()).unwrap();
    let (weights, intercepts) = (rows(&ridge["weights"]), list(&ridge["intercept"]));
    for (c, score) in fit.scores.iter().enumerate() {
        close(&score.weights, &weights[c], 1e-7, "ridge");
        close(&[score.intercept.unwrap().value], &[intercepts[c]], 1e-6, "intercept under a ridge");
    }
}

#[test]
fn three_classes_are_told_and_counted() {
    // Classes at the corners of a triangle of side 2 with unit noise: who knows the corners is right with probability 0.74534
    // (numpy, 2 x 10^7 draws).
    let (t, values) = (6000, noise(12_000, 1.0, 21));
    let corner =
        |c: usize| [[0.0, 2.0 / 3f64.sqrt()], [-1.0, -1.0 / 3f64.sqrt()], [1.0, -1.0 / 3f64.sqrt()]][c];
    let y: Vec<usize> = (0..t).map(|j| j % 3).collect();
    let x = Mat::from_fn(2, t, |i, j| values[2 * j + i] + corner(y[j])[i]);
    let found = decode(x.as_ref(), &y, None, &Options::default()).unwrap();
    assert!((found.cross_validated.value - 0.74534).abs() < 0.02, "{:?}", found.cross_validated);
    assert_eq!((found.by, found.groups, &found.classes), (By::Samples, t, &vec![2000; 3]));
    assert!((found.chance - 1.0 / 3.0).abs() < 1e-12);
    let right: usize = (0..3).map(|c| found.confusion[c][c]).sum();
    assert!((right as f64 / t as f64 - found.cross_validated.value).abs() < 1e-12);
    assert!(found.confusion.iter().all(|row| row.iter().sum::<usize>() == 2000), "{:?}", found.confusion);
    let permuted = found.permuted.unwrap();
    assert!((permuted.p - 1.0 / (1 + permuted.count) as f64).abs() < 1e-12, "{permuted:?}");
    assert!((permuted.mean - 1.0 / 3.0).abs() < 0.02, "{permuted:?}");
    let scores = &found.fit.scores;
    assert!((0..2).all(|i| scores.iter().map(|s| s.weights[i]).sum::<f64>().abs() < 1e-9), "{scores:?}");
    // Parted: the third class stands far away.
    let far = Mat::from_fn(2, t, |i, j| x[(i, j)] + if y[j] == 2 { 40.0 } else { 0.0 });
    let fit = multinomial(far.as_ref(), &y, 3, None, true, 0.0).unwrap();
    assert_eq!(fit.separation, Separation::Quasi);
    let apart = Mat::from_fn(2, t, |i, j| values[2 * j + i] + 20.0 * corner(y[j])[i]);
    let found = decode(apart.as_ref(), &y, None, &Options::default()).unwrap();
    assert_eq!(found.fit.separation, Separation::Complete);
    assert!(found.cross_validated.value > 1.0 - 1e-12 && found.cross_validated.error() > 0.0);
}

#[test]
fn rows_that_are_alike_are_noticed() {
    // An autoregressive recording of correlation 0.95 a row and labels that follow a unit of their own noise, as slow: without
    // trials random folds would tell them.
    let (n, t) = (4, 1500);
    let values = noise((n + 1) * t, 1.0, 31);
    let mut slow = Mat::<f64>::zeros(n + 1, t);
    for j in 1..t {
        for i in 0..=n {
            slow[(i, j)] = 0.95 * slow[(i, j - 1)] + values[i * t + j];
        }
    }
    let x = slow.subrows(0, n);
    let y: Vec<usize> = (0..t).map(|j| usize::from(slow[(n, j)] > 0.0)).collect();
    let found = decode(x, &y, None, &Options::default()).unwrap();
    let By::Blocks { count, gap, range } = found.by else { panic!("{:?}", found.by) };
    // 0.95^l falls to 0.05 at l = 58.
    assert!((30..=90).contains(&range) && gap == range && count >= 5, "{:?}", found.by);
    assert_eq!(found.groups, count);
    let apart = decode(x, &y, Some(&(0..t).collect::<Vec<_>>()), &Options::default()).unwrap();
    assert!(found.cross_validated.error() > 2.0 * apart.cross_validated.error(), "{found:?} {apart:?}");
    assert!((found.cross_validated.value - 0.5).abs() < 2.0 * found.cross_validated.error());
    assert!(found.permuted.unwrap().p > 0.05 && found.fit.groups == Some(count));
    // Independent rows are not taken for alike.
    let alone = decode(Mat::from_fn(n, t, |i, j| values[i * t + j]).as_ref(), &y, None, &Options::default());
    assert_eq!(alone.unwrap().by, By::Samples);
}

#[test]
fn p_values_of_labels_that_mean_nothing_are_spread_evenly() {
    // 200 recordings whose labels are dealt to trials by a coin: p below 0.1 in 20 of them, in 5 to 38 by the binomial (0.9999).
    let (trials, rows, n) = (20, 6, 3);
    let mut below = [0; 2];
    for run in 0..200u64 {
        let own = noise(trials * (n + 1), 1.0, 1000 + run);
        let within = noise(trials * rows * (n + 1), 1.0, 5000 + run);
        let x = Mat::from_fn(n, trials * rows, |i, t| own[(t / rows) * n + i] + within[t * n + i]);
        let groups: Vec<usize> = (0..trials * rows).map(|t| t / rows).collect();
        let of_trials = |t: usize| own[trials * n + t / rows] > 0.0;
        let of_rows = |t: usize| within[trials * rows * n + t] + own[trials * n + t / rows] > 0.0;
        for (k, label) in [&of_trials as &dyn Fn(usize) -> bool, &of_rows].into_iter().enumerate() {
            let y: Vec<usize> = (0..trials * rows).map(|t| usize::from(label(t))).collect();
            let options = Options { permutations: Some(19), ..Options::default() };
            let found = decode(x.as_ref(), &y, Some(&groups), &options).unwrap().permuted.unwrap();
            below[k] += usize::from(found.p <= 0.1);
        }
    }
    assert!(below.iter().all(|b| (5..=38).contains(b)), "{below:?}");
}

#[test]
fn a_ridge_agrees_with_scikit_learn() {
    let (x, side, _, _) = table();
    for theirs in expected()["ridge"].as_array().unwrap() {
        let b = theirs["intercept"].as_f64().unwrap();
        let ours = logistic(x.as_ref(), &side, b != 0.0, theirs["ridge"].as_f64().unwrap()).unwrap();
        close(&ours.weights, &list(&theirs["weights"]), 1e-7, "weights");
        close(&[ours.intercept.map_or(0.0, |b| b.value)], &[b], 1e-6, "intercept");
    }
}

#[test]
fn one_binary_unit_gives_the_log_odds() {
    // 2 of 8 at x = 0 and 6 of 10 at x = 1: b = ln(2/6), w = ln(6/4) - b, errors by 1/counts.
    let at = |x: f64, right: usize, of: usize| (0..of).map(move |i| (x, i < right));
    let samples: Vec<(f64, bool)> = at(0.0, 2, 8).chain(at(1.0, 6, 10)).collect();
    let x = Mat::from_fn(1, 18, |_, t| samples[t].0);
    let y: Vec<bool> = samples.iter().map(|s| s.1).collect();
    let fit = logistic(x.as_ref(), &y, true, 0.0).unwrap();
    let b = fit.intercept.unwrap();
    let (first, second) = (1.0 / 2.0 + 1.0 / 6.0f64, 1.0 / 6.0 + 1.0 / 4.0);
    close(
        &[b.value, fit.weights[0]],
        &[(2.0f64 / 6.0).ln(), 1.5f64.ln() - (2.0f64 / 6.0).ln()],
        1e-12,
        "odds",
    );
    close(&[b.error(), fit.std_error[0]], &[first.sqrt(), (first + second).sqrt()], 1e-12, "errors");
}

#[test]
fn separation_is_found_and_said() {
    let line = |values: &[f64]| Mat::from_fn(1, values.len(), |_, t| values[t]);
    let y = [false, false, false, true, true, true];
    let parted = logistic(line(&[-3.0, -2.0, -1.0, 1.0, 2.0, 3.0]).as_ref(), &y, true, 0.0).unwrap();
    assert_eq!(parted.separation, Separation::Complete);
    assert!(parted.weights[0] > 1.0 && parted.std_error[0].is_nan() && parted.ridge > 0.0, "{parted:?}");
    assert!(parted.intercept.unwrap().value.abs() < 1e-9);
    let touching = logistic(line(&[-3.0, -2.0, 0.0, 0.0, 2.0, 3.0]).as_ref(), &y, true, 0.0).unwrap();
    assert_eq!(touching.separation, Separation::Quasi);
    let mixed = logistic(line(&[-3.0, 1.0, -1.0, 0.5, 2.0, 3.0]).as_ref(), &y, true, 0.0).unwrap();
    assert_eq!(mixed.separation, Separation::Overlap);
    assert!(mixed.std_error[0].is_finite());
    let held = logistic(line(&[-3.0, -2.0, -1.0, 1.0, 2.0, 3.0]).as_ref(), &y, true, 1.0).unwrap();
    assert_eq!((held.separation, held.ridge), (Separation::Untested, 1.0));
}

#[test]
fn strong_but_overlapping_labels_are_no_separation() {
    // One sample in two thousand is just across: logits far above 20, yet a finite estimate.
    let values = noise(2000, 1.0, 3);
    let x = Mat::from_fn(1, 2000, |_, t| values[t]);
    let mut y: Vec<bool> = values.iter().map(|v| *v > 0.0).collect();
    let small =
        (0..2000).filter(|t| values[*t] > 0.05).min_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap();
    y[small] = false;
    let fit = logistic(x.as_ref(), &y, true, 0.0).unwrap();
    assert_eq!(fit.separation, Separation::Overlap);
    assert!(fit.weights[0] > 20.0 && fit.std_error[0].is_finite(), "{fit:?}");
}

#[test]
fn the_units_of_units_do_not_matter() {
    let (n, t) = (4, 200);
    let values = noise(n * t, 1.0, 8);
    let scales = [1e8, 1.0, 1e-8, 1.0];
    // The last unit is constant, at a number that is no sum of powers of two.
    let x = Mat::from_fn(n, t, |i, j| if i == 3 { 7.3 } else { values[i * t + j] });
    let scaled = Mat::from_fn(n, t, |i, j| scales[i] * x[(i, j)]);
    let number: Vec<f64> = (0..t).map(|j| x[(2, j)] - 0.5 * x[(0, j)] + values[3 * t + j]).collect();
    let overlapping: Vec<bool> = number.iter().map(|v| *v > 0.0).collect();
    let parted: Vec<bool> = (0..t).map(|j| x[(2, j)] > 0.1).collect();
    for (y, separation) in [(overlapping, Separation::Overlap), (parted, Separation::Complete)] {
        let [a, b] = [&x, &scaled].map(|x| logistic(x.as_ref(), &y, true, 0.0).unwrap());
        assert_eq!((a.separation, b.separation, a.rank, b.rank), (separation, separation, 3, 3));
        close(&[b.log_likelihood], &[a.log_likelihood], 1e-9, "likelihood");
        let back: Vec<f64> = b.weights.iter().zip(scales).map(|(w, s)| w * s).collect();
        close(&back, &a.weights, 1e-6, "weights");
        let constant = [a.weights[3], b.weights[3]];
        assert!(constant.iter().all(|w| w.to_bits() == 0), "{constant:?}");
        let all: Vec<usize> = (0..t).collect();
        assert!((a.accuracy(x.as_ref(), &y, &all) - b.accuracy(scaled.as_ref(), &y, &all)).abs() < 1e-12);
    }
    let [a, b] = [&x, &scaled].map(|x| linear(x.as_ref(), &number).unwrap());
    close(&[b.r_squared, b.rank as f64], &[a.r_squared, 3.0], 1e-9, "least squares");
}

#[test]
fn more_units_than_samples_give_the_shortest_weights() {
    let (n, t) = (30, 12);
    let values = noise(n * t, 1.0, 4);
    let x = Mat::from_fn(n, t, |i, j| values[i * t + j]);
    let y: Vec<bool> = (0..t).map(|j| j % 2 == 0).collect();
    for ridge in [0.0, 0.5] {
        let fit = logistic(x.as_ref(), &y, true, ridge).unwrap();
        assert_eq!(fit.rank, t - 1);
        assert_eq!(fit.separation == Separation::Complete, ridge == 0.0);
        // Shortest: a combination of the samples less their mean, so nothing is left beside their span.
        let w = &fit.weights;
        let mean: Vec<f64> = (0..n).map(|i| (0..t).map(|j| x[(i, j)]).sum::<f64>() / t as f64).collect();
        let centred = Mat::from_fn(n, t, |i, j| x[(i, j)] - mean[i]);
        let share = nullcline::diagnostics::geometry::subspace::share(
            nullcline::diagnostics::geometry::subspace::span(centred.as_ref()).unwrap().as_ref(),
            w,
        );
        assert!((share - 1.0).abs() < 1e-12, "{share}");
    }
}

#[test]
fn a_constant_unit_changes_nothing() {
    let (x, side, _, _) = table();
    let wider = Mat::from_fn(10, 240, |i, t| if i < 9 { x[(i, t)] } else { 12345.678 });
    let (a, b) = (
        logistic(x.as_ref(), &side, true, 0.0).unwrap(),
        logistic(wider.as_ref(), &side, true, 0.0).unwrap(),
    );
    assert_eq!(b.rank, 9);
    close(&b.weights[..9], &a.weights, 1e-8, "weights");
    assert!(b.weights[9].abs() < 1e-8);
}

#[test]
fn trials_stay_together_and_nothing_is_seen_twice() {
    // Labels of whole trials and activity that names its trial: rows apart would be told perfectly, trials cannot.
    let (trials, rows) = (40, 10);
    let (names, label) = (noise(trials * 12, 1.0, 5), noise(trials, 1.0, 6));
    let x = Mat::from_fn(12, trials * rows, |i, t| names[(t / rows) * 12 + i]);
    let y: Vec<bool> = (0..trials * rows).map(|t| label[t / rows] > 0.0).collect();
    let groups: Vec<usize> = (0..trials * rows).map(|t| t / rows).collect();
    let options = Options { ridge: 1e-3, folds: 10, ..Options::default() };
    let by_row = Options { by: Some(By::Samples), ..options };
    let apart = decode(x.as_ref(), &coded(&y), None, &by_row).unwrap();
    // Without trials it is noticed that rows are alike.
    let noticed = decode(x.as_ref(), &coded(&y), None, &options).unwrap();
    assert!(matches!(noticed.by, By::Blocks { .. }) && noticed.cross_validated.value < 0.7, "{noticed:?}");
    let together = decode(x.as_ref(), &coded(&y), Some(&groups), &options).unwrap();
    assert!(apart.cross_validated.value > together.cross_validated.value + 0.1, "{apart:?} {together:?}");
    assert!((together.cross_validated.value - together.chance).abs() < 0.25, "{together:?}");
    assert!(together.cross_validated.error() > 0.02 && together.test.error() > 0.05, "{together:?}");
    assert_eq!(together.split, [260, 140]);
    assert_eq!(together.classes[0] + together.classes[1], 400);
    let again = decode(x.as_ref(), &coded(&y), Some(&groups), &options).unwrap();
    assert_eq!(again.folds, together.folds);
}

#[test]
fn a_known_read_out_is_decoded_as_well_as_it_can_be() {
    // p = sigmoid(2 x) with x normal: the best accuracy is E[sigmoid(2 |x|)] = 0.777990 (scipy quad).
    let (t, values) = (20_000, noise(20_000, 1.0, 7));
    let x = Mat::from_fn(1, t, |_, j| values[j]);
    let mut rng = stream(7, Use::Fixture, 1);
    let y: Vec<bool> =
        values.iter().map(|v| uniform(&mut rng, 0.0, 1.0) < 1.0 / (1.0 + (-2.0 * v).exp())).collect();
    let found =
        decode(x.as_ref(), &coded(&y), None, &Options { intercept: false, ..Options::default() }).unwrap();
    assert!(found.test.error() < 0.006 && found.cross_validated.error() < 0.006);
    assert!((found.test.value - found.cross_validated.value).abs() < 4.0 * found.test.error());
    assert!((found.train - found.test.value).abs() < 0.02);
    let error = found.cross_validated.value - 0.777990;
    assert!(error.abs() < 0.01, "{error}");
    let w = &found.fit.scores[0];
    assert!((w.weights[0] - 2.0).abs() < 4.0 * w.std_error[0], "{w:?}");
}

#[test]
fn what_cannot_be_decoded_is_said() {
    let (x, side, level, trial) = table();
    let o = Options::default();
    let all = vec![1; 240];
    let error = decode(x.as_ref(), &all, None, &o).unwrap_err();
    assert_eq!(error, Error::OneClass { value: 1, samples: 240 });
    let rare: Vec<usize> = (0..240).map(|t| usize::from(t == 3)).collect();
    assert!(matches!(decode(x.as_ref(), &rare, None, &o).unwrap_err(), Error::Part { .. }));
    assert!(matches!(decode(x.as_ref(), &coded(&side[..9]), None, &o).unwrap_err(), Error::Lengths { .. }));
    let folds = Options { folds: 25, ..o };
    let error = decode(x.as_ref(), &coded(&side), Some(&trial), &folds).unwrap_err();
    assert_eq!(error, Error::Folds { folds: 25, groups: 24 });
    assert!(matches!(logistic(x.as_ref(), &side, true, -1.0).unwrap_err(), Error::Ridge { .. }));
    let mut bad = x.clone();
    bad[(3, 17)] = f64::NAN;
    let error = logistic(bad.as_ref(), &side, true, 0.0).unwrap_err();
    assert!(error.to_string().starts_with("sample 17, unit 3: NaN"), "{error}");
    let flat = Mat::from_fn(2, 240, |_, _| 0.1);
    assert_eq!(logistic(flat.as_ref(), &side, true, 0.0).unwrap_err(), Error::Constant);
    assert_eq!(linear(flat.as_ref(), &level).unwrap_err(), Error::Constant);
}

#[test]
fn a_linear_read_out_agrees_with_numpy() {
    let (x, _, level, _) = table();
    let fit = linear(x.as_ref(), &level).unwrap();
    let theirs = list(&expected()["linear"]);
    close(&fit.weights, &theirs[1..], 1e-11, "weights");
    close(&[fit.intercept], &theirs[..1], 1e-10, "intercept");
    let exact: Vec<f64> = (0..240).map(|t| 2.0 - x[(0, t)] + 0.5 * x[(4, t)]).collect();
    let fit = linear(x.as_ref(), &exact).unwrap();
    assert!((fit.r_squared - 1.0).abs() < 1e-12 && (fit.intercept - 2.0).abs() < 1e-10);
}

#[test]
fn regressions_agree_with_statsmodels() {
    let (x, side, level, trial) = table();
    let unit = |i: usize| -> Vec<f64> { x.row(i).iter().copied().collect() };
    let side: Vec<f64> = side.iter().map(|s| f64::from(*s)).collect();
    let both = [&side[..], &level[..]];
    let second = unit(1);
    let design = Design::new(&both, true).unwrap();
    for (name, ours) in [
        ("with", design.fit(&unit(0)).unwrap()),
        ("without", least_squares(&unit(0), &both, false).unwrap()),
        ("large_offset", design.fit(&unit(2)).unwrap()),
        ("by_trial", design.fit_grouped(&unit(0), &design.leaving_out(&trial).unwrap()).unwrap()),
        ("far", least_squares(&unit(8), &[&second], true).unwrap()),
    ] {
        let theirs = &expected()["ols"][name];
        let all: Vec<_> = ours.intercept.iter().chain(&ours.slopes).collect();
        let of = |f: &dyn Fn(usize) -> f64| (0..all.len()).map(f).collect::<Vec<_>>();
        close(&of(&|k| all[k].estimate.value), &list(&theirs["params"]), 1e-12, name);
        // Student's quantile in it is good to ten digits.
        let digits = if name == "by_trial" { 1e-9 } else { 1e-12 };
        close(&of(&|k| all[k].estimate.error()), &list(&theirs["bse"]), digits, name);
        close(&of(&|k| all[k].t), &list(&theirs["tvalues"]), 1e-11, name);
        for (ours, theirs) in all.iter().zip(list(&theirs["pvalues"])) {
            assert!((ours.p - theirs).abs() <= 1e-8 * theirs + 1e-300, "{name}: {} and {theirs}", ours.p);
        }
        close(&[ours.r_squared], &[theirs["r_squared"].as_f64().unwrap()], 1e-12, name);
    }
    let corrected = &expected()["holm"];
    close(&holm(&list(&corrected["p"])), &list(&corrected["corrected"]), 1e-14, "holm");
    let gap = holm(&[0.04, f64::NAN, 0.01]);
    assert!((gap[0] - 0.04).abs() < 1e-15 && gap[1].is_nan() && (gap[2] - 0.02).abs() < 1e-15);
}

#[test]
fn regressions_that_cannot_be_are_said() {
    let x: Vec<f64> = (0..8).map(f64::from).collect();
    let (twice, flat) = (x.iter().map(|v| 2.0 * v + 1.0).collect::<Vec<_>>(), vec![0.1; 8]);
    let exact = least_squares(&twice, &[&x], true).unwrap();
    assert_eq!((exact.slopes[0].estimate.error(), exact.slopes[0].p, exact.r_squared), (0.0, 0.0, 1.0));
    assert!(
        (exact.slopes[0].estimate.value - 2.0).abs() < 1e-14
            && (exact.intercept.unwrap().estimate.value - 1.0).abs() < 1e-14
    );
    let collinear = regression::Error::Collinear;
    assert_eq!(Design::new(&[&x, &twice], true).err(), Some(collinear.clone()));
    assert_eq!(Design::new(&[&flat], true).err(), Some(collinear));
    assert!(Design::new(&[&flat], false).is_ok());
    assert!(matches!(Design::new(&[&x[..2]], true).err(), Some(regression::Error::Samples { .. })));
    let none = least_squares(&flat, &[&x], true).unwrap();
    assert!(
        none.r_squared.is_nan() && none.slopes[0].p.is_nan() && none.slopes[0].estimate.value == 0.0,
        "{none:?}"
    );
    let design = Design::new(&[&x], true).unwrap();
    assert_eq!(design.fit(&x[..5]).err(), Some(regression::Error::NotFinite { sample: 5 }));
    assert!(matches!(design.leaving_out(&[0; 8]).err(), Some(regression::Error::Groups { .. })));
}
