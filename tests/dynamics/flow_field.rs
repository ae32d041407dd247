//! The flow in a plane, where it is known.

use faer::Mat;
use nullcline::diagnostics::dynamics::flow_field::flow_field;
use nullcline::linalg::activation::Activation;
use nullcline::systems::cells::{Rate, Vanilla};
use nullcline::systems::time::{Flow, Map};

/// h <- W h + B u in three dimensions, W a quarter turn in the first two, the third halved.
fn turn() -> Map<Vanilla> {
    let mut cell = Vanilla::new(3, 1, Activation::Identity);
    cell.params_mut().mat_mut(0)[(0, 0)] = 2.0;
    let mut w = cell.params_mut().mat_mut(1);
    (w[(0, 1)], w[(1, 0)], w[(2, 2)]) = (-1.0, 1.0, 0.5);
    Map::new(cell)
}

fn axes(n: usize, first: usize, second: usize) -> Mat<f64> {
    Mat::from_fn(n, 2, |i, k| f64::from(u8::from(i == [first, second][k])))
}

fn close(ours: &[f64], theirs: &[f64]) {
    assert_eq!(ours.len(), theirs.len());
    assert!(ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-14), "{ours:?} {theirs:?}");
}

/// F(x) - x = (-x2 - x1, x1 - x2, 0) + (2 u, 0, 0), at u = 1, at (0, 0), (3, 0), (0, 1), (3, 1).
#[test]
fn a_map_moves_by_f_less_x_a_step() {
    let field = flow_field(&turn(), &[0.0; 3], axes(3, 0, 1).as_ref(), &[1.0], [0.0, 3.0], [0.0, 1.0], 2);
    close(&field.a, &[0.0, 3.0]);
    close(&field.b, &[0.0, 1.0]);
    close(&field.along_a, &[2.0, -1.0, 1.0, -2.0]);
    close(&field.along_b, &[0.0, 3.0, -1.0, 2.0]);
    close(&field.off_plane, &[0.0; 4]);
    assert!(field.off_plane_share <= 0.0);
}

/// In the plane of x1 and x3 through x2 = 2 the second velocity, x1 - 2, leaves it. Speeds at x1 = 0 and 1, x3 = 0 and 2: (-2, -2, 0),
/// (-3, -1, 0), (-2, -2, -1), (-3, -1, -1); shares 1/sqrt(2), 1/sqrt(10), 2/3, 1/sqrt(11), their median between the second and the third.
#[test]
fn what_leaves_the_plane_is_measured() {
    let plane = axes(3, 0, 2);
    let field = flow_field(&turn(), &[0.0, 2.0, 0.0], plane.as_ref(), &[0.0], [0.0, 1.0], [0.0, 2.0], 2);
    close(&field.along_a, &[-2.0, -3.0, -2.0, -3.0]);
    close(&field.along_b, &[0.0, 0.0, -1.0, -1.0]);
    close(&field.off_plane, &[2.0, 1.0, 2.0, 1.0]);
    let median = (2.0 / 3.0 + 0.1f64.sqrt()) / 2.0;
    assert!((field.off_plane_share - median).abs() < 1e-14, "{}", field.off_plane_share);
}

/// A rate network's tau x' = -x + W x, tau = 4: per unit time of the system, at any step of its integration.
#[test]
fn a_flow_moves_by_its_own_velocity() {
    for step in [0.1, 0.5] {
        let mut rate = Rate::new(0, Activation::Identity, vec![4.0; 2]);
        rate.params_mut().mat_mut(1)[(0, 1)] = 2.0;
        let flow = Flow::new(rate, step);
        let field = flow_field(&flow, &[0.0; 2], axes(2, 0, 1).as_ref(), &[], [-1.0, 1.0], [0.0, 2.0], 2);
        close(&field.along_a, &[0.25, -0.25, 1.25, 0.75]);
        close(&field.along_b, &[0.0, 0.0, -0.5, -0.5]);
    }
}
