//! Stability of fixed points at kinks, where no eigenvalues exist: what the linear pieces decide.

use nullcline::diagnostics::dynamics::fixed_points::{FixedPoint, Label, Options, Stability, fixed_points};
use nullcline::diagnostics::dynamics::trajectories::random_states;
use nullcline::linalg::activation::Activation;
use nullcline::systems::cells::{Current, Rate, Vanilla};
use nullcline::systems::rule::Rule;
use nullcline::systems::time::{Euler, Flow, Map, System};

fn relu(w: &[&[f64]]) -> Map<Vanilla> {
    let n = w.len();
    let mut cell = Vanilla::new(n, 0, Activation::Relu);
    for (i, row) in w.iter().enumerate() {
        for (j, v) in row.iter().enumerate() {
            cell.params_mut().mat_mut(1)[(i, j)] = *v;
        }
    }
    Map::new(cell)
}

/// The fixed point 0.
fn origin(system: &dyn System) -> FixedPoint {
    let n = system.field().dim();
    let states = random_states(system, 32, 1);
    let options = Options { starts: 32, second_starts: 16, ..Options::for_dimension(n) };
    let found = fixed_points(system, states.as_ref(), &[], &options, &|| ());
    let zero = found.points.into_iter().find(|p| p.state.iter().all(|v| v.abs() < 1e-12));
    let zero = zero.expect("0 is fixed");
    assert_eq!(zero.label, Label::Fixed);
    zero
}

/// h <- [w h]+: for w > 0 the half-line h > 0 is multiplied by w; for w < 0 every state is 0 after two steps,
/// though the slope of one piece is w.
#[test]
fn one_rectified_unit() {
    for (w, known) in [
        (1.5, Stability::Unstable),
        (1.0001, Stability::Unstable),
        (0.9, Stability::Stable),
        (-0.9, Stability::Stable),
        (-1.5, Stability::Stable),
        (-40.0, Stability::Stable),
    ] {
        let p = origin(&relu(&[&[w]]));
        assert_eq!(p.stability, known, "w = {w}");
        let kinks = p.kinks.unwrap();
        assert_eq!(kinks.units, 1);
        let range = kinks.range.unwrap();
        assert!(
            (range[0] - w.abs().min(0.0)).abs() < 1e-12 && (range[1] - w.abs()).abs() < 1e-12,
            "{range:?}"
        );
        assert_eq!(p.unstable, usize::from(known == Stability::Unstable));
        if let Some(ray) = kinks.ray {
            assert!((ray.rate - w).abs() < 1e-12 && ray.period == 1 && ray.direction[0] > 0.0);
        }
    }
    // h <- [h]+: every h >= 0 is fixed, so that 0 ends a continuum.
    let p = origin(&relu(&[&[1.0]]));
    assert!(!p.isolated && p.stability != Stability::Unstable, "{p:?}");
}

/// Two units that excite each other by a and b: (h1, h2) -> ([a h2]+, [b h1]+), multiplied by a b in two steps on
/// the quadrant. With a b = 0.79 one slope is 10 all the same.
#[test]
fn a_cycle_of_two_pieces() {
    let p = origin(&relu(&[&[0.0, 10.0], &[0.079, 0.0]]));
    assert_eq!(p.stability, Stability::Stable);
    let p = origin(&relu(&[&[0.0, 10.0], &[0.2, 0.0]]));
    assert_eq!(p.stability, Stability::Unstable);
    let ray = p.kinks.unwrap().ray.unwrap();
    assert!((ray.rate - 2f64.sqrt()).abs() < 1e-8, "{ray:?}");
}

/// A rotation by 90 degrees times r, rectified: (h1, h2) -> ([-r h2]+, [r h1]+). From h1 > 0: (0, r h1), then
/// (0, 0): every orbit ends at 0 within three steps for any r, and no norm is shared.
#[test]
fn a_rectified_rotation_ends_at_rest() {
    let p = origin(&relu(&[&[0.0, -3.0], &[3.0, 0.0]]));
    assert_eq!(p.stability, Stability::Stable, "{:?}", p.kinks);
}

/// A flow of one rate unit, x' = -x + [w x]+: on x > 0 the rate is w - 1.
#[test]
fn flows_by_their_rates() {
    for (w, known) in [(1.5, Stability::Unstable), (0.5, Stability::Stable), (-3.0, Stability::Stable)] {
        let mut rate = Rate::new(0, Activation::Relu, vec![1.0]);
        rate.params_mut().mat_mut(1).fill(w);
        let mut current = Current::new(0, Activation::Relu, vec![1.0]);
        current.params_mut().mat_mut(1).fill(w);
        let euler = Map::with_time_step(Euler::new(rate.clone(), 0.1), 0.1);
        for system in [&Flow::new(rate, 0.1) as &dyn System, &euler, &Flow::new(current, 0.1)] {
            let p = origin(system);
            assert_eq!(p.stability, known, "w = {w}, flow {}", system.is_flow());
            if let Some(ray) = p.kinks.unwrap().ray {
                let rate = if system.is_flow() { 0.5 } else { 1.05 };
                assert!((ray.rate - rate).abs() < 1e-9, "{ray:?}");
            }
        }
    }
}

/// More units than pieces can be listed: without bias all 40 are at their kink. 0.9 / 40 in every entry has
/// the spectral radius 0.9 on the positive cone, 1.1 / 40 has 1.1; an orthogonal matrix times 0.9 contracts.
#[test]
fn forty_units_at_once() {
    let constant = |v: f64| vec![vec![v / 40.0; 40]; 40];
    let turned: Vec<Vec<f64>> = (0..40)
        .map(|i| {
            let wave = |j: usize| {
                let angle = std::f64::consts::PI * (2.0 * i as f64 + 1.0) * j as f64 / 80.0;
                0.9 * if j == 0 { (1.0f64 / 40.0).sqrt() } else { (2.0f64 / 40.0).sqrt() } * angle.cos()
            };
            (0..40).map(wave).collect()
        })
        .collect();
    let cases = [
        (constant(0.9), Stability::Stable),
        (constant(1.1), Stability::Unstable),
        (turned, Stability::Stable),
    ];
    for (w, known) in cases {
        let rows: Vec<&[f64]> = w.iter().map(Vec::as_slice).collect();
        let p = origin(&relu(&rows));
        assert_eq!((p.stability, p.kinks.as_ref().unwrap().units), (known, 40));
        assert!(p.kinks.unwrap().range.is_none());
    }
}

/// A kink away from zero: h1 <- [2 h1 - 1]+ has h1 = 1 inside a piece and h1 = 0; beside it h2 <- [1.5 h2]+ is at
/// its kink. At (1, 0) both directions leave, at (0, 0) one.
#[test]
fn units_off_their_kinks_count_too() {
    let mut cell = Vanilla::new(2, 0, Activation::Relu);
    cell.params_mut().mat_mut(1)[(0, 0)] = 2.0;
    cell.params_mut().mat_mut(1)[(1, 1)] = 1.5;
    cell.params_mut().mat_mut(2)[(0, 0)] = -1.0;
    let system = Map::new(cell);
    let found = fixed_points(
        &system,
        random_states(&system, 32, 1).as_ref(),
        &[],
        &Options::for_dimension(2),
        &|| (),
    );
    let at = |x: f64| found.points.iter().find(|p| (p.state[0] - x).abs() < 1e-9 && p.state[1].abs() < 1e-9);
    let (inner, rest) = (at(1.0).unwrap(), at(0.0).unwrap());
    assert_eq!(
        (inner.stability, inner.unstable, inner.kinks.as_ref().unwrap().units),
        (Stability::Unstable, 2, 1)
    );
    assert_eq!((rest.stability, rest.unstable), (Stability::Unstable, 1));
}

/// Smooth networks have no kinks, and neither has a rectified one away from them.
#[test]
fn smooth_points_keep_their_eigenvalues() {
    let mut cell = Vanilla::new(1, 0, Activation::Relu);
    cell.params_mut().mat_mut(1).fill(0.5);
    cell.params_mut().mat_mut(2).fill(1.0);
    assert_eq!(cell.inputs(), 0);
    let system = Map::new(cell);
    let found =
        fixed_points(&system, random_states(&system, 8, 1).as_ref(), &[], &Options::for_dimension(1), &|| ());
    assert_eq!(found.points.len(), 1);
    assert!(found.points[0].kinks.is_none() && found.points[0].stability == Stability::Stable);
    assert!((found.points[0].state[0] - 2.0).abs() < 1e-12);
}
