//! Exponents where units are at a kink: those of the orbit, not of a linear piece picked by rounding.

use faer::Mat;
use nullcline::diagnostics::dynamics::lyapunov::{Drive, Kind, Lyapunov, Options, lyapunov};
use nullcline::linalg::activation::Activation::Relu;
use nullcline::systems::cells::{Current, Params, Rate, Vanilla};
use nullcline::systems::time::{Flow, Map, System};

fn run(system: &dyn System, x: &[f64]) -> Lyapunov {
    let initial = Mat::from_fn(x.len(), 1, |i, _| x[i]);
    lyapunov(system, initial.as_ref(), &Drive::Constant(&[]), &Options::default(), &|_| ()).unwrap()
}

fn set(params: &mut Params<f64>, w: &[f64], b: &[f64]) {
    let n = b.len();
    for i in 0..n {
        params.mat_mut(2)[(i, 0)] = b[i];
        (0..n).for_each(|j| params.mat_mut(1)[(i, j)] = w[n * i + j]);
    }
}

fn map(w: &[f64], b: &[f64]) -> Map<Vanilla> {
    let mut cell = Vanilla::new(b.len(), 0, Relu);
    set(cell.params_mut(), w, b);
    Map::new(cell)
}

fn first(found: &Lyapunov, kind: Kind) -> f64 {
    let a = &found.attractors[0];
    assert!(a.kind == kind && found.attractors.len() == 1, "{:?} {:?}", a.kind, found.warnings);
    a.exponents[0]
}

#[test]
fn an_orbit_that_alternates_between_pieces_has_the_exponent_of_their_product() {
    // (a, 0) -> (0.3 a, 0.7 a) -> (0.79 a, 0), by hand: ln(0.79) / 2.
    let w = [0.3, 1.0, 0.7, -0.4];
    let truth = 0.5 * 0.79f64.ln();
    let found = run(&map(&w, &[0.0, 0.0]), &[1.0, 0.0]);
    assert!((first(&found, Kind::FixedPoint) - truth).abs() < 1e-12, "{:?}", found.attractors[0].exponents);
    assert!(found.warnings.iter().any(|w| w.contains("kink") && w.contains("every 2 steps")));
    // The same with a third unit at rest at 1, which biases cancel in the first two: the fixed point is
    // (0, 0, 1), and preactivations there are sums that must vanish.
    let shifted = map(&[0.3, 1.0, 1.0, 0.7, -0.4, 2.0, 0.0, 0.0, 0.0], &[-1.0, -2.0, 1.0]);
    let found = run(&shifted, &[1.0, 0.0, 1.0]);
    assert!((first(&found, Kind::FixedPoint) - truth).abs() < 1e-9, "{:?}", found.attractors[0].exponents);
}

#[test]
fn an_orbit_too_fast_for_doubles_is_followed_from_its_beginning() {
    // One unit of slope 0.05: 1000 steps underflow; in this piece the exponent is ln 0.05.
    let found = run(&map(&[0.05], &[0.0]), &[1.0]);
    assert!((first(&found, Kind::FixedPoint) - 0.05f64.ln()).abs() < 1e-12);
}

#[test]
fn a_rest_on_the_kink_itself_tells_what_grows() {
    // From 0 a positive perturbation grows by 1.5, a negative one vanishes.
    let found = run(&map(&[1.5], &[0.0]), &[0.0]);
    assert!((first(&found, Kind::FixedPoint) - 1.5f64.ln()).abs() < 1e-12, "{:?}", found.warnings);
    assert!(found.warnings.iter().any(|w| w.contains("unstable")), "{:?}", found.warnings);
}

#[test]
fn flows_come_to_rest_on_kinks_with_the_rate_of_their_orbit() {
    // tau dx/dt = -x + W relu(x), from x > 0: the orbit stays in the piece where both are on.
    let w = [0.2, 0.1, 0.1, 0.2];
    let mut cell = Current::new(0, Relu, vec![1.0, 1.0]);
    set(cell.params_mut(), &w, &[0.0, 0.0]);
    let found = run(&Flow::new(cell, 0.05), &[1.0, 0.6]);
    // RK4 of -0.7 in steps of 0.05 misses exp by 7e-9 a unit of time.
    assert!((first(&found, Kind::FixedPoint) + 0.7).abs() < 1e-7, "{:?}", found.attractors[0].exponents);
    // tau dx/dt = -x + relu(W x) with a turning W: x1 alone on, then both off, where the rate is -1.
    let mut cell = Rate::new(0, Relu, vec![1.0, 1.0]);
    set(cell.params_mut(), &[-0.5, 0.0, 0.0, -0.5], &[0.0, 0.0]);
    let found = run(&Flow::new(cell, 0.05), &[1.0, 0.6]);
    assert!((first(&found, Kind::FixedPoint) + 1.0).abs() < 1e-7, "{:?}", found.attractors[0].exponents);
}

#[test]
fn a_unit_near_its_kink_and_not_at_it_has_its_own_piece() {
    // The second unit is off by 1e-9 around (1, 0): the slope of the first, and zero.
    let found = run(&map(&[0.5, 0.0, 0.0, 0.9], &[0.5, -1e-9]), &[1.2, 1.0]);
    assert!(
        (first(&found, Kind::FixedPoint) - 0.5f64.ln()).abs() < 1e-12,
        "{:?}",
        found.attractors[0].exponents
    );
    assert!(found.attractors[0].exponents[1].is_infinite(), "{:?}", found.attractors[0].exponents);
}

#[test]
fn a_rest_on_a_kink_beside_a_motion_has_batches_of_any_length() {
    let options = Options { batch: 100, ..Options::default() };
    // From 0 nothing moves; elsewhere the tent-like pair never rests.
    let system = map(&[0.0, 1.0, -1.0, 0.0], &[0.0, 0.0]);
    let initial = Mat::from_fn(2, 2, |i, j| if j == 0 { 0.0 } else { 0.5 + i as f64 });
    assert!(lyapunov(&system, initial.as_ref(), &Drive::Constant(&[]), &options, &|_| ()).is_ok());
}

#[test]
fn an_orbit_that_only_just_leaves_is_not_followed_for_ever() {
    // 1 - 5e-10: a time constant of two thousand million steps.
    let system = map(&[1.0 - 5e-10], &[0.0]);
    let options = Options { settle: 2_000_000, ..Options::default() };
    let initial = Mat::from_fn(1, 1, |_, _| 1.0);
    let found = lyapunov(&system, initial.as_ref(), &Drive::Constant(&[]), &options, &|_| ()).unwrap();
    // What looks ahead follow together stays below what the first may follow.
    assert!((found.attractors[0].exponents[0] + 5e-10).abs() < 1e-12, "{:?}", found.attractors[0].exponents);
}

#[test]
fn orbits_that_come_to_a_kink_on_different_ways_are_told() {
    // Along (1, 0) the state halves, along (0, 1) a fifth goes.
    let system = map(&[0.5, 0.0, 0.0, 0.8], &[0.0, 0.0]);
    let initial = Mat::from_fn(2, 2, |i, j| f64::from(u8::from(i == j)));
    let found =
        lyapunov(&system, initial.as_ref(), &Drive::Constant(&[]), &Options::default(), &|_| ()).unwrap();
    assert!((first(&found, Kind::FixedPoint) - 0.8f64.ln()).abs() < 1e-12);
    let said = |w: &&String| w.contains("1 of 2 have a smaller first exponent") && w.contains("-0.6931");
    assert_eq!(found.warnings.iter().filter(said).count(), 1, "{:?}", found.warnings);
}
