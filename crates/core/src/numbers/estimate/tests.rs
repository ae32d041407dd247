use super::Estimate;

/// Two-sided 95 % quantiles by scipy 1.17, stats.t.ppf(0.975, n - 1).
#[test]
fn intervals_are_student_s() {
    for (n, t) in [
        (2, 12.706204736174694),
        (3, 4.302652729749462),
        (10, 2.2621571627982053),
        (1000, 1.9623414611334487),
    ] {
        let reach = Estimate::new(0.0, 1.0, n).reach().unwrap();
        assert!((reach - t).abs() < 1e-6 * t, "{n}: {reach}");
    }
    assert_eq!(Estimate::new(0.0, 1.0, 1).reach(), None);
    assert_eq!(Estimate::exact(0.0, 1).reach(), Some(0.0));
    assert_eq!(Estimate::new(0.0, f64::NAN, 9).reach(), None);
}

/// scipy 1.17: stats.sem([1.5, 2, 4, 9.25]).
#[test]
fn the_mean_of_all_has_scipy_s_error_and_keeps_what_is_missing() {
    let m = Estimate::mean_of_all(&[1.5, 2.0, 4.0, 9.25]);
    assert!((m.value - 4.1875).abs() < 1e-15 && (m.error() - 1.7718134542515096).abs() < 1e-14 && m.n == 4);
    assert_eq!(Estimate::mean_of_all(&[5.0, 5.0]), Estimate::exact(5.0, 2));
    assert_eq!(Estimate::mean_of_all(&[1.0]), Estimate::unknown(1.0, 1));
    let missing = Estimate::mean_of_all(&[1.0, f64::NAN]);
    assert!(missing.value.is_nan() && missing.std_error.is_none() && missing.n == 2);
    assert!(Estimate::mean_of_all(&[]).value.is_nan());
}

#[test]
fn means_know_their_error_where_there_is_one() {
    // Mean 2, variance 1: a third of it under the root.
    let m = Estimate::mean_of_found([1.0, 2.0, 3.0, f64::NAN]);
    assert!((m.value - 2.0).abs() < 1e-15 && (m.error() - (1.0f64 / 3.0).sqrt()).abs() < 1e-15 && m.n == 3);
    assert_eq!(Estimate::mean([1.0, 2.0, f64::NAN]), Estimate::unknown(1.5, 3));
    assert_eq!(Estimate::mean([5.0]), Estimate::unknown(5.0, 1));
    assert_eq!(Estimate::mean([5.0, 5.0, 5.0]), Estimate::unknown(5.0, 3), "no spread tells no error");
    assert!(Estimate::mean([]).value.is_nan() && Estimate::mean([]).n == 0);
}

/// scipy 1.17: stats.binomtest(k, n).proportion_ci(method="exact").
#[test]
fn shares_reach_as_far_as_the_exact_interval() {
    for (k, n, low, high) in
        [(0, 16, 0.0, 0.20590720), (16, 16, 0.79409280, 1.0), (3, 10, 0.06673951, 0.65245285)]
    {
        let m = Estimate::share(k, n);
        let wanted = f64::max(m.value - low, high - m.value);
        assert!((m.reach().unwrap() - wanted).abs() < 1e-6, "{k} of {n}: {m:?}");
    }
    assert_eq!(Estimate::share(0, 1).std_error, None);
}

/// Of 10 values the interval of the median is from the second to the ninth (Conover 1999, table A3:
/// 0.9785).
#[test]
fn medians_reach_to_order_statistics() {
    let m = Estimate::median((0..10).map(|k| f64::from(k * k)));
    assert!((m.value - 20.5).abs() < 1e-12 && (m.reach().unwrap() - (64.0 - 20.5)).abs() < 1e-6, "{m:?}");
    assert_eq!(Estimate::median([1.0, 2.0]).std_error, None, "too few for 95 %");
}

#[test]
fn the_largest_is_the_one_whose_interval_reaches_furthest() {
    let all = [Estimate::new(1.0, 0.1, 10), Estimate::new(0.9, 0.2, 10), Estimate::exact(1.1, 1)];
    let m = Estimate::largest(all);
    assert!((m.value - 0.9).abs() < 1e-15 && m.n == 10);
    // scipy 1.17: t.ppf(1 - 0.025 / 3, 9) = 2.93332424.
    assert!((m.reach().unwrap() - 0.2 * 2.933324).abs() < 1e-6, "{m:?}");
    assert_eq!(Estimate::largest([Estimate::exact(1.0, 1), Estimate::unknown(0.0, 1)]).std_error, None);
    assert!((Estimate::smallest(all).value - 0.9).abs() < 1e-15);
    assert_eq!(Estimate::largest([]).n, 0);
}

#[test]
fn differences_count_the_fewer_repetitions() {
    let d = Estimate::new(5.0, 3.0, 10).less(Estimate::new(1.0, 4.0, 4));
    assert!((d.value - 4.0).abs() < 1e-15 && (d.error() - 5.0).abs() < 1e-15 && d.n == 4);
    assert_eq!(Estimate::new(5.0, 3.0, 10).less(Estimate::exact(1.0, 1)).n, 10);
    let r = Estimate::new(8.0, 0.4, 10).over(Estimate::new(-2.0, 0.1, 9));
    assert!((r.value + 4.0).abs() < 1e-15 && (r.error() - 4.0 * 0.05f64.hypot(0.05)).abs() < 1e-12);
}

#[test]
fn what_is_not_known_is_null() {
    let json = |e: Estimate| serde_json::to_string(&e).unwrap();
    assert_eq!(json(Estimate::new(0.1, 0.02, 5)), r#"{"value":0.1,"std_error":0.02,"n":5}"#);
    assert_eq!(json(Estimate::new(0.1, f64::INFINITY, 5)), r#"{"value":0.1,"std_error":null,"n":5}"#);
    assert_eq!(json(Estimate::NONE), r#"{"value":null,"std_error":null,"n":0}"#);
}

#[test]
fn the_schema_says_so() {
    let schema = schemars::schema_for!(Estimate).to_value();
    assert_eq!(schema["required"], serde_json::json!(["value", "std_error", "n"]));
    for field in ["value", "std_error"] {
        assert_eq!(schema["properties"][field]["type"], serde_json::json!(["number", "null"]));
    }
}
