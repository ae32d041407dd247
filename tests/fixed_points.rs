//! Fixed points in the plural: continua, and points that few trajectories reach.

use faer::Mat;
use nullcline::diagnostics::dynamics::fixed_points::{FixedPoints, Label, Options, fixed_points};
use nullcline::diagnostics::dynamics::trajectories::random_states;
use nullcline::linalg::activation::Activation;
use nullcline::systems::cells::{Rate, Vanilla};
use nullcline::systems::time::{Flow, Map, System};

fn isolated(found: &FixedPoints) -> usize {
    found.points.iter().filter(|p| p.label == Label::Fixed && p.isolated).count()
}

/// x' = -x + [W x + b]+ with two units that inhibit each other by one: every (s, 1 - s) with
/// 0 < s < 1 is fixed, with eigenvalues 0 and -2; (0, 1) and (1, 0) end the segment.
#[test]
fn a_line_attractor_is_sampled_and_not_counted() {
    let mut rate = Rate::new(0, Activation::Relu, vec![1.0; 2]);
    rate.params_mut().mat_mut(1)[(0, 1)] = -1.0;
    rate.params_mut().mat_mut(1)[(1, 0)] = -1.0;
    rate.params_mut().mat_mut(2).fill(1.0);
    let system = Flow::new(rate, 0.05);
    let states = random_states(&system, 64, 1);
    let found = fixed_points(&system, states.as_ref(), &[], &Options::for_dimension(2), &|| ());
    let line: Vec<_> = found.points.iter().filter(|p| !p.isolated).collect();
    assert!(line.len() > 10 && line.len() < 150, "{}", line.len());
    for p in &line {
        assert!(p.label == Label::Fixed && p.unstable == 0 && p.certified.is_none());
        assert!((p.state[0] + p.state[1] - 1.0).abs() < 1e-9, "{:?}", p.state);
        assert!(p.eigenvalues[0].re.abs() < 1e-9 && (p.eigenvalues[1].re + 2.0).abs() < 1e-9);
    }
    assert!(isolated(&found) <= 2, "{}", isolated(&found));
    assert!(found.expected_missed < 0.5, "{}", found.expected_missed);
}

/// h <- tanh(2 h) has 0 and two stable points; the only state given is one of these.
#[test]
fn basins_that_no_trajectory_saw_are_searched() {
    let mut cell = Vanilla::new(1, 0, Activation::Tanh);
    cell.params_mut().mat_mut(1).fill(2.0);
    let system = Map::new(cell);
    let states = Mat::from_fn(1, 1, |_, _| 0.957_504_023_1);
    let options = Options { noise: 1e-9, second_starts: 0, starts: 32, ..Options::for_dimension(1) };
    assert!(!system.is_flow());
    let found = fixed_points(&system, states.as_ref(), &[], &options, &|| ());
    assert!(found.points.iter().any(|p| p.state[0] < -0.9), "{:?}", found.points);
}
