//! Fixed points one by one: close pairs, critical ones, continua, ghosts, and points that few trajectories reach.

use faer::Mat;
use nullcline::diagnostics::dynamics::fixed_points::{
    FixedPoint, FixedPoints, Label, Options, Stability, fixed_points,
};
use nullcline::diagnostics::dynamics::trajectories::random_states;
use nullcline::linalg::activation::Activation;
use nullcline::systems::cells::{Gru, Rate, Vanilla};
use nullcline::systems::time::{Flow, Map, System};

fn isolated(found: &FixedPoints) -> Vec<&FixedPoint> {
    found.points.iter().filter(|p| p.label == Label::Fixed && p.isolated).collect()
}

/// h <- f(w h + b), one unit.
fn unit(f: Activation, w: f64, b: f64) -> Map<Vanilla> {
    let mut cell = Vanilla::new(1, 0, f);
    cell.params_mut().mat_mut(1).fill(w);
    cell.params_mut().mat_mut(2).fill(b);
    Map::new(cell)
}

fn search(system: &dyn System) -> FixedPoints {
    let n = system.field().dim();
    let states = random_states(system, 64, 1);
    fixed_points(system, states.as_ref(), &[], &Options::for_dimension(n), &|| ())
}

/// x' = -x + [W x + b]+ with two units that inhibit each other by one: every (s, 1 - s) with
/// 0 < s < 1 is fixed, with eigenvalues 0 and -2; (0, 1) and (1, 0) end the segment.
#[test]
fn a_line_attractor_is_sampled_and_not_counted() {
    let mut rate = Rate::new(0, Activation::Relu, vec![1.0; 2]);
    rate.params_mut().mat_mut(1)[(0, 1)] = -1.0;
    rate.params_mut().mat_mut(1)[(1, 0)] = -1.0;
    rate.params_mut().mat_mut(2).fill(1.0);
    let found = search(&Flow::new(rate, 0.05));
    let line: Vec<_> = found.points.iter().filter(|p| !p.isolated && p.kinks.is_none()).collect();
    assert!(line.len() > 10 && line.len() < 150, "{}", line.len());
    for p in &line {
        assert!(p.label == Label::Fixed && p.unstable == 0 && p.certified.is_none());
        assert!((p.state[0] + p.state[1] - 1.0).abs() < 1e-9, "{:?}", p.state);
        assert!(p.eigenvalues[0].re.abs() < 1e-9 && (p.eigenvalues[1].re + 2.0).abs() < 1e-9);
        assert_eq!(p.stability, Stability::Neutral);
    }
    assert!(isolated(&found).len() <= 2, "{}", isolated(&found).len());
    assert!(found.expected_missed < 0.5, "{}", found.expected_missed);
}

/// h <- tanh(2 h) has 0 and two stable points; the only state given is one of these.
#[test]
fn basins_that_no_trajectory_saw_are_searched() {
    let system = unit(Activation::Tanh, 2.0, 0.0);
    let states = Mat::from_fn(1, 1, |_, _| 0.957_504_023_1);
    let options = Options { noise: 1e-9, second_starts: 0, starts: 32, ..Options::for_dimension(1) };
    assert!(!system.is_flow());
    let found = fixed_points(&system, states.as_ref(), &[], &options, &|| ());
    assert!(found.points.iter().any(|p| p.state[0] < -0.9), "{:?}", found.points);
}

/// h <- tanh(2 h + b) just before its fold. Roots by mpmath 1.3 (findroot, 40 digits) at this b.
#[test]
fn two_points_seven_ten_millionths_apart_are_two() {
    let found = search(&unit(Activation::Tanh, 2.0, f64::from_bits(0x3fe1_0d06_6b84_9722)));
    let points = isolated(&found);
    let known = [-0.707_107_132_948_133_4, -0.707_106_429_424_67, 0.986_783_606_92];
    assert_eq!(points.len(), 3, "{points:?}");
    for x in known {
        let near = points.iter().min_by(|p, q| (p.state[0] - x).abs().total_cmp(&(q.state[0] - x).abs()));
        assert!((near.unwrap().state[0] - x).abs() < 1e-8, "{x}: {near:?}");
    }
    assert_eq!(found.index.unwrap().sum, 1);
}

/// At w = 1 the points of h <- tanh(w h) meet in 0, whose multiplier is 1: |tanh h| < |h| elsewhere, so that
/// it is the only one and attracts. The logistic unit has its like at w = 4, b = -2, h = 1/2.
#[test]
fn critical_points_are_found_and_judged_by_what_is_around_them() {
    for (f, w, b, x) in [(Activation::Tanh, 1.0, 0.0, 0.0), (Activation::Sigmoid, 4.0, -2.0, 0.5)] {
        let found = search(&unit(f, w, b));
        assert_eq!(found.points.len(), 1, "{f:?}: {:?}", found.points);
        let p = &found.points[0];
        assert!((p.state[0] - x).abs() < 1e-6, "{f:?}: {:?}", p.state);
        assert_eq!((p.label, p.critical, p.unstable), (Label::Fixed, true, 0));
        assert_eq!((p.stability, p.certified), (Stability::Stable, None));
        assert!((p.eigenvalues[0].re - 1.0).abs() < 1e-9 && p.hits > 100, "{p:?}");
    }
    // Two such units side by side have two critical directions: 0 is found, or said to be too slow to tell.
    // With another, contracting, unit there is one.
    let mut cell = Vanilla::new(2, 0, Activation::Tanh);
    cell.params_mut().mat_mut(1)[(0, 0)] = 1.0;
    cell.params_mut().mat_mut(1)[(1, 0)] = 0.7;
    cell.params_mut().mat_mut(1)[(1, 1)] = -0.4;
    let found = search(&Map::new(cell));
    assert_eq!(found.points.len(), 1, "{:?}", found.points);
    let p = &found.points[0];
    assert!(p.critical && p.stability == Stability::Stable, "{p:?}");
    assert!(p.state.iter().all(|v| v.abs() < 1e-6));
}

/// h <- -tanh h: the multiplier of 0 is -1, so that eigenvalues decide nothing; the derivative of F - x is
/// -2 and the point itself certain.
#[test]
fn a_multiplier_of_minus_one_decides_nothing() {
    let found = search(&unit(Activation::Tanh, -1.0, 0.0));
    assert_eq!(found.points.len(), 1);
    let p = &found.points[0];
    assert!(p.certified.is_some() && !p.critical && p.stability == Stability::Undecided, "{p:?}");
}

/// h <- tanh(2 h + b) just after its fold: one stable point, and q has a minimum where 2 (1 - F^2) = 1.
/// States and q by mpmath 1.3 (findroot of the derivative, 40 digits).
#[test]
fn slow_points_and_ghosts_of_one_unit() {
    let found = search(&unit(Activation::Tanh, 2.0, 0.532_840_98));
    let slow: Vec<_> = found.points.iter().filter(|p| p.label == Label::Slow).collect();
    assert_eq!((isolated(&found).len(), slow.len()), (1, 1), "{:?}", found.points);
    assert!((slow[0].state[0] + 0.707_107_283_5).abs() < 1e-5, "{:?}", slow[0].state);
    assert!((slow[0].speed / 1.261_643_1e-13 - 1.0).abs() < 1e-3, "{}", slow[0].speed);

    let found = search(&unit(Activation::Tanh, 2.0, 0.56));
    assert_eq!((found.points.len(), found.regions.len()), (1, 1), "{found:?}");
    assert!((found.points[0].state[0] - 0.987_514_314_956).abs() < 1e-9);
    let ghost = &found.regions[0];
    assert!((ghost.state[0] + 0.720_686_793_5).abs() < 1e-3, "{ghost:?}");
    assert!((ghost.speed / 9.220_836_7e-5 - 1.0).abs() < 1e-3 && ghost.starts > 50, "{ghost:?}");
    let unconverged = found.unconverged;
    assert!(unconverged >= ghost.starts && unconverged < found.starts, "{unconverged}");
}

/// A GRU of one unit without recurrent weights, z = s(b_z), candidate tanh(b_n): h* = tanh(0.3) is the only
/// point however slowly it is approached, 1 - z = exp(-b_z).
#[test]
fn a_saturated_gate_has_a_point_and_no_continuum() {
    for bz in [10.0, 20.0, 24.0] {
        let mut gru = Gru::new(1, 0);
        gru.params_mut().mat_mut(2)[(1, 0)] = bz;
        gru.params_mut().mat_mut(2)[(2, 0)] = 0.3;
        let found = search(&Map::new(gru));
        let fixed: Vec<_> = found.points.iter().filter(|p| p.label == Label::Fixed).collect();
        assert_eq!(fixed.len(), 1, "b_z = {bz}: {:?}", found.points);
        assert!(fixed[0].isolated && fixed[0].certified.is_some(), "b_z = {bz}: {:?}", fixed[0]);
        assert!((fixed[0].state[0] - 0.3f64.tanh()).abs() < 1e-4, "b_z = {bz}: {:?}", fixed[0].state);
    }
}

/// h <- W h with W the cyclic shift by 1.5 and rectified: every trajectory grows, 0 is fixed all the same.
#[test]
fn diverging_trajectories_do_not_matter() {
    let mut cell = Vanilla::new(7, 0, Activation::Relu);
    for i in 0..7 {
        cell.params_mut().mat_mut(1)[((i + 1) % 7, i)] = 1.5;
    }
    cell.params_mut().mat_mut(2).fill(-1.0);
    let system = Map::new(cell);
    let states = Mat::from_fn(7, 400, |i, t| 1.5f64.powi(4 * t as i32) * (1.0 + (i as f64)));
    let found = fixed_points(&system, states.as_ref(), &[], &Options::for_dimension(7), &|| ());
    // h = 1.5 shift(h) - 1 has the constant solution h = 2; with the rectifier 0 is another.
    let at = |v: f64| isolated(&found).iter().any(|p| p.state.iter().all(|x| (x - v).abs() < 1e-9));
    assert!(at(0.0) && at(2.0), "{:?}", found.points);
}

/// What is proven needs no further starts, and says so; what is not proven does not.
#[test]
fn completeness_is_said_only_where_it_is_proven() {
    let whole = search(&unit(Activation::Tanh, 2.0, 0.1));
    assert!(whole.complete && whole.second_starts == 0 && whole.expected_missed == 0.0);
    assert_eq!(isolated(&whole).len(), 3);
    assert!(!search(&unit(Activation::Tanh, 1.0, 0.0)).complete);
    let gru = search(&Map::new(Gru::new(2, 0)));
    assert!(!gru.complete && gru.second_starts > 0 && isolated(&gru).len() == 1);
}
