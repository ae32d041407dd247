//! Autocorrelation times: known processes, breaks, and what `analyze` says of them.

use crate::common::{Place, analyze};
use nullcline::diagnostics::geometry::timescale::timescale;
use nullcline::linalg::random::{Use, normal, stream};
use std::fmt::Write;

/// x_t = a x_{t-1} + noise, from its stationary law.
fn autoregression(a: f64, rows: usize, index: u64) -> Vec<f64> {
    let mut rng = stream(11, Use::Fixture, index);
    let mut x = normal(&mut rng);
    let mut step = || {
        let now = x;
        x = a * x + (1.0 - a * a).sqrt() * normal(&mut rng);
        now
    };
    (0..rows).map(|_| step()).collect()
}

fn unbroken(rows: usize) -> Vec<bool> {
    (0..rows).map(|t| t > 0).collect()
}

/// Exact: of an autoregression sum of rho is (1 + a) / (2 (1 - a)). Two errors hold it in 95 % of draws; 300 have an error of
/// 1.3 %, of which this allows four, and one error and a half would hold it in 87 %.
#[test]
fn two_errors_hold_the_time_of_an_autoregression() {
    for (a, rows) in [(0.0, 400), (0.7, 400), (0.9, 2000)] {
        let exact = 0.5 * (1.0 + a) / (1.0 - a);
        let found = |k| timescale(&autoregression(a, rows, k), &unbroken(rows));
        let all: Vec<_> = (0..300).filter_map(found).collect();
        let held = all.iter().filter(|e| (e.value - exact).abs() < 2.0 * e.error()).count() as f64;
        let mean = all.iter().map(|e| e.value).sum::<f64>() / all.len() as f64;
        assert!(all.len() > 295 && held / all.len() as f64 > 0.90, "{a}: {held} of {}", all.len());
        assert!((mean / exact - 1.0).abs() < 0.05, "{a}: {mean}, not {exact}");
    }
}

/// Pieces of fifty rows, each begun anew: their time is that of one, in whatever order they stand.
#[test]
fn lags_do_not_reach_across_breaks() {
    let (a, exact) = (0.8, 4.5);
    let mut pieces: Vec<Vec<f64>> = (0..200).map(|k| autoregression(a, 50, 1000 + k)).collect();
    let follows: Vec<bool> = (0..10_000).map(|t| t % 50 > 0).collect();
    let both = |all: &[Vec<f64>]| [&follows, &unbroken(10_000)].map(|f| timescale(&all.concat(), f).unwrap());
    let [apart, joined] = both(&pieces);
    assert!((apart.value - exact).abs() < 3.0 * apart.error(), "{apart:?}");
    pieces.reverse();
    let [turned, joined_turned] = both(&pieces);
    assert!((turned.value - apart.value).abs() < 1e-9, "{turned:?} {apart:?}");
    assert!((joined_turned.value - joined.value).abs() > 1e-6, "{joined_turned:?} {joined:?}");
    // Pieces of four rows end before lags do.
    let short: Vec<bool> = (0..10_000).map(|t| t % 4 > 0).collect();
    assert!(timescale(&pieces.concat(), &short).is_none());
}

#[test]
fn what_cannot_be_told_is_not() {
    assert!(timescale(&[0.1; 300], &unbroken(300)).is_none(), "a constant");
    assert!(timescale(&[], &[]).is_none() && timescale(&[1.0, 2.0], &unbroken(2)).is_none());
    // A thousand rows of a time of 200.
    assert!((0..20).all(|k| timescale(&autoregression(0.995, 1000, k), &unbroken(1000)).is_none()));
}

#[test]
fn analyze_gives_them_on_request() {
    let place = Place::new("timescales");
    let (fast, slow) = (autoregression(0.0, 3000, 1), autoregression(0.9, 3000, 2));
    let mut text = "fast,slow,still\n".to_owned();
    fast.iter().zip(&slow).for_each(|(f, s)| writeln!(text, "{f},{s},0.1").unwrap());
    let file = place.write("a.csv", text);
    analyze(&place, &[&file, "--modules", "timescales,pca"], 0, &["1 unit do"]);
    let times = &place.summary("out")["modules"]["timescales"];
    let time = |i: usize| times["time"][i].as_f64();
    assert_eq!(time(0), timescale(&fast, &unbroken(3000)).map(|e| e.value), "{times}");
    assert!((time(1).unwrap() - 9.5).abs() < 4.0 * times["std_error"][1].as_f64().unwrap(), "{times}");
    let middle = 0.5 * (time(0).unwrap() + time(1).unwrap());
    assert!((times["median"].as_f64().unwrap() - middle).abs() < 1e-12);
    assert!(times["time"][2].is_null() && times["median_std_error"].is_null(), "{times}");
    let table = std::fs::read_to_string(place.path("out/timescales/timescales.csv")).unwrap();
    assert!(table.starts_with("unit,time_rows,std_error\n") && table.ends_with("still,,\n"), "{table}");
    analyze(&place, &[&file], 0, &[]);
    assert!(place.summary("out")["modules"]["timescales"].is_null());
}
