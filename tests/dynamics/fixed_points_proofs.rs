//! What a proof says of all points, and what a search must not make of rounding beside it.

use faer::Mat;
use nullcline::analyses::Context;
use nullcline::analyses::network::Points;
use nullcline::analyses::summary;
use nullcline::diagnostics::dynamics::fixed_points::exact::Limits;
use nullcline::diagnostics::dynamics::fixed_points::{
    FixedPoints, Label, Method, Options, Reason, Stability, fixed_points,
};
use nullcline::diagnostics::dynamics::trajectories::random_states;
use nullcline::linalg::activation::Activation;
use nullcline::report::figures::PointKind;
use nullcline::report::sections::{self, point_kind};
use nullcline::report::tables::Cells;
use nullcline::systems::cells::Vanilla;
use nullcline::systems::time::Map;

/// h <- f(W h + b), searched from 64 starts.
fn search(f: Activation, w: &[&[f64]], b: &[f64], limits: Limits) -> FixedPoints {
    let n = b.len();
    let mut cell = Vanilla::new(n, 0, f);
    let weight = Mat::from_fn(n, n, |i, j| w[i][j]);
    cell.params_mut().mat_mut(1).copy_from(&weight);
    (0..n).for_each(|i| cell.params_mut().mat_mut(2)[(i, 0)] = b[i]);
    let system = Map::new(cell);
    let options = Options { exact: limits, starts: 64, second_starts: 32, ..Options::for_dimension(n) };
    fixed_points(&system, random_states(&system, 64, 1).as_ref(), &[], &options, &|| ())
}

fn found(f: Activation, w: &[&[f64]], b: &[f64]) -> FixedPoints {
    search(f, w, b, Limits::default())
}

/// Gain 1e5 and bias 1: all units saturate in usual states, where F(x) + F(-x) is 0 to the bit. The points of one
/// unit are -1, 1 and the zero of tanh(1e5 x + 1) = x, which is -1e-5 (1 + 1e-5) to second order in 1e-5.
#[test]
fn saturated_units_with_a_bias_are_not_odd() {
    for n in [1, 2] {
        let rows: Vec<Vec<f64>> =
            (0..n).map(|i| (0..n).map(|j| if i == j { 1e5 } else { 0.0 }).collect()).collect();
        let rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        let all = found(Activation::Tanh, &rows, &vec![1.0; n]);
        assert!(all.complete && !all.odd && all.points.len() == 3usize.pow(n as u32), "{:?}", all.points);
        assert_eq!(all.index.unwrap().sum, 1);
        for p in &all.points {
            assert!(p.label == Label::Fixed && p.speed < 1e-20, "{p:?}");
            let known = |x: &f64| [-1.0, 1.0, -1.00001e-5].iter().any(|k| (x - k).abs() < 1e-12);
            assert!(p.state.iter().all(known), "{:?}", p.state);
        }
        // Without the proof neither are points made up.
        let rest =
            search(Activation::Tanh, &rows, &vec![1.0; n], Limits { whole: 0, rank: 0, ..Limits::default() });
        assert!(!rest.complete && rest.points.iter().all(|p| p.speed < 1e-20), "{:?}", rest.points);
    }
}

/// h <- [w h]+ with w within 5e-10 of 1: the origin alone, w > 1 repels and w < 1 attracts.
#[test]
fn a_multiplier_near_one_makes_no_continuum() {
    for (w, known) in [(1.0 + 5e-10, Stability::Unstable), (1.0 - 5e-10, Stability::Stable)] {
        for limits in [Limits::default(), Limits { units: 0, ..Limits::default() }] {
            let all = search(Activation::Relu, &[&[w]], &[0.0], limits);
            assert!(all.complete || limits.units == 0);
            let zero = all.points.iter().find(|p| p.state[0] == 0.0).unwrap();
            assert!(zero.label == Label::Fixed && zero.isolated, "{zero:?}");
            assert_eq!(zero.stability, known, "{:?}", zero.kinks);
            // The states beside it are slow, and the proof says that they are no points.
            assert!(!all.complete || all.points.len() == 1, "{:?}", all.points);
        }
    }
    let all = found(Activation::Relu, &[&[1.0]], &[0.0]);
    let origin = all.points.iter().find(|p| p.state[0] == 0.0).unwrap();
    assert!(!all.complete && !origin.isolated, "{origin:?}");
    let proof = all.proof.unwrap();
    assert!(proof.found == 0 && proof.undecided[0].reason == Reason::Continuum, "{proof:?}");
}

/// h <- [(1 - 1e-15) h + 1e-16]+ has one point, 0.1 in the mean of the two roundings of 1e-15: the doubles around it
/// all rest to rounding.
#[test]
fn beside_a_proof_there_is_no_continuum() {
    let w = 1.0 - 1e-15;
    let all = found(Activation::Relu, &[&[w]], &[1e-16]);
    assert!(all.complete && all.points.len() == 1, "{:?}", all.points);
    let p = &all.points[0];
    assert!(p.isolated && (p.state[0] / (1e-16 / (1.0 - w)) - 1.0).abs() < 1e-6, "{p:?}");
}

/// Rotations: every multiplier has the modulus one, and by one rounding more or less. tanh attracts all to the origin,
/// which they do not tell.
#[test]
fn unstable_directions_are_no_roundings() {
    for k in 1..=24 {
        let (s, c) = (0.1 * f64::from(k)).sin_cos();
        let all = found(Activation::Tanh, &[&[c, -s], &[s, c]], &[0.0, 0.0]);
        let p = &all.points[0];
        assert!(all.complete && all.points.len() == 1 && p.unstable == 0, "{k}: {p:?}");
        assert_eq!((p.stability, point_kind(p)), (Stability::Undecided, PointKind::Undecided), "{k}");
    }
}

/// x0 = [x1 / 256 + c0]+, x1 = [512 x0 - 2 x1 + c1]+ with c0 = 2^-60 - 2^-8 and c1 = 3 - 2^-51 has the point
/// (2^-60, 1) exactly. With unit 0 off, x1 is 1 - 2^-51 / 3, and that unit 0 is then on is lost in its rounding.
#[test]
fn one_point_is_not_counted_on_both_sides_of_its_kink() {
    let (c0, c1) = (2f64.powi(-60) - 2f64.powi(-8), 3.0 - 2f64.powi(-51));
    let all = found(Activation::Relu, &[&[0.0, 2f64.powi(-8)], &[512.0, -2.0]], &[c0, c1]);
    let fixed: Vec<_> = all.points.iter().filter(|p| p.label == Label::Fixed).collect();
    assert!(fixed.len() == 1 && (fixed[0].state[1] - 1.0).abs() < 1e-12, "{fixed:?}");
}

/// Points at kinks that no other theorem knows are certified by the enumeration: x0 = 1 and x1 = [3 x0 - 3]+.
#[test]
fn the_radius_of_a_proof_is_its_own() {
    let all = found(Activation::Relu, &[&[0.0, 0.0], &[3.0, 0.5]], &[1.0, -3.0]);
    assert!(all.complete && all.points.len() == 1 && all.proof.unwrap().method == Method::Pieces);
    let p = &all.points[0];
    assert!(p.kinks.is_some() && p.certified.is_some_and(|r| r < 1e-13), "{p:?}");
    let three = found(Activation::Tanh, &[&[1.0 + 1e-10]], &[0.0]);
    // tanh h = h / (1 + e): h^2 = 3 e to first order.
    assert!(three.complete && three.points.len() == 3, "{:?}", three.points);
    for p in &three.points {
        let off = [0.0, 1.0, -1.0].map(|k| (p.state[0] - k * 3e-10f64.sqrt()).abs());
        assert!(off.iter().any(|d| *d < 1e-8) && p.certified.is_some_and(|r| r < 1e-6), "{p:?}");
    }
}

/// What the enumeration did is said, done or not.
#[test]
fn proofs_and_their_failures_are_told() {
    let tanh = |w: f64, limits| search(Activation::Tanh, &[&[w]], &[0.0], limits);
    let whole = tanh(2.0, Limits::default()).proof.unwrap();
    assert!(whole.complete && whole.found == 3 && whole.method == Method::Whole(1), "{whole:?}");
    let single = tanh(0.5, Limits::default()).proof.unwrap();
    assert!(single.complete && single.method == Method::Monotone, "{single:?}");
    let critical = tanh(1.0, Limits::default()).proof.unwrap();
    assert!(!critical.complete && critical.undecided[0].reason == Reason::Singular, "{critical:?}");
    let spent = tanh(2.0, Limits { work: 1, ..Limits::default() }).proof.unwrap();
    assert!(!spent.complete && spent.undecided.is_empty(), "{spent:?}");
    assert!(tanh(2.0, Limits { whole: 0, rank: 0, ..Limits::default() }).proof.is_none());
}

/// At kinks there are no eigenvalues to list, in the tables as in the summary; by what all points are known stands on
/// the page.
#[test]
fn the_report_says_what_is_known() {
    let context = Context { names: vec!["h0".into()], steps: true, flow: false };
    let report = |found: FixedPoints| sections::fixed_points(&Points::alone(found), &context).unwrap();
    let kinked = report(found(Activation::Relu, &[&[0.5]], &[0.0]));
    let smooth = report(found(Activation::Relu, &[&[0.5]], &[1.0]));
    for (report, rows) in [(&kinked, 0), (&smooth, 1)] {
        for name in ["eigenvalues", "modes"] {
            let table = report.section.tables.iter().find(|t| t.name == name).unwrap();
            assert!(matches!(&table.columns[0].1, Cells::Int(v) if v.len() == rows), "{name}: {rows}");
        }
    }
    let pair = Context { names: vec!["h0".into(), "h1".into()], ..context.clone() };
    let found = found(Activation::Relu, &[&[0.0, -2.0], &[-2.0, 0.0]], &[1.0, 1.0]);
    let said = |r: &sections::Rendered| [&r.section.intro[..], &r.section.method].concat().join(" ");
    let text = said(&sections::fixed_points(&Points::alone(found), &pair).unwrap());
    assert!(text.contains("no other fixed points: all pieces of the ReLU network were looked at"), "{text}");
    let critical = report(self::found(Activation::Tanh, &[&[1.0]], &[0.0]));
    let text = said(&critical);
    assert!(text.contains("proves 0 points") && text.contains("singular to rounding (at 1 place)"), "{text}");
    let found = self::found(Activation::Tanh, &[&[1.0]], &[0.0]);
    let entry = summary::FixedPoints::of(&Points::alone(found), &context).proof.unwrap();
    assert_eq!(entry.undecided[0].reason, Reason::Singular);
}
