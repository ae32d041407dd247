//! Manifolds with known shapes.

use super::model::*;
use nullcline::diagnostics::dynamics::continuation::manifolds::{Direction, Extent, SideEnd, manifold};
use nullcline::diagnostics::dynamics::continuation::{Error, Family, Kind};

/// x' = u x, y' = v y + c x^2: x = 0 and y = c x^2 / (u^2 - v) are invariant.
fn triangular(u: f64, v: f64) -> Model {
    let c = 0.7;
    Model::new(
        2,
        Kind::Map,
        move |x, _| vec![u * x[0], v * x[1] + c * x[0] * x[0]],
        move |x, _| vec![vec![u, 0.0], vec![2.0 * c * x[0], v]],
        |_, _| vec![0.0, 0.0],
    )
}

#[test]
fn parabolas_are_parabolas() {
    for (u, v, direction) in [
        (2.0, 0.5, Direction::Unstable),
        (-1.5, 0.3, Direction::Unstable),
        (0.5, 2.0, Direction::Stable),
        (-0.7, 1.4, Direction::Stable),
    ] {
        let m = manifold(&triangular(u, v), &[0.0, 0.0], 0.0, direction, &Extent::of(5.0)).unwrap();
        near(m.eigenvalue, u, 1e-13);
        for side in &m.sides {
            assert_eq!(side.end, SideEnd::Length);
            assert!(side.length >= 4.9 && side.length < 5.2);
            for x in &side.points {
                near(x[1], 0.7 * x[0] * x[0] / (u * u - v), 1e-8);
            }
        }
        assert!(m.sides[0].points[5][0] * m.sides[1].points[5][0] < 0.0);
    }
}

/// dx/dt = y, dy/dt = x - x^3: both curves of the origin are the loop y^2 = x^2 - x^4 / 2.
#[test]
fn a_homoclinic_loop_is_followed() {
    let family = Model::new(
        2,
        Kind::Flow,
        |x, _| vec![x[1], x[0] - x[0].powi(3)],
        |x, _| vec![vec![0.0, 1.0], vec![1.0 - 3.0 * x[0] * x[0], 0.0]],
        |_, _| vec![0.0, 0.0],
    );
    for direction in [Direction::Unstable, Direction::Stable] {
        let m = manifold(&family, &[0.0, 0.0], 0.0, direction, &Extent::of(3.0)).unwrap();
        assert!(m.error < 1e-9);
        for side in &m.sides {
            for x in &side.points {
                near(x[1] * x[1], x[0] * x[0] - 0.5 * x[0].powi(4), 1e-7);
            }
            let most = side.points.iter().map(|x| x[0].abs()).fold(0.0, f64::max);
            near(most, 2.0f64.sqrt(), 1e-4);
        }
    }
    let m = manifold(&family, &[1.0, 0.0], 0.0, Direction::Unstable, &Extent::of(3.0));
    assert!(matches!(m, Err(Error::NoCurve { .. })));
}

/// The distance of x from the polyline.
fn off(x: &[f64], line: &[Vec<f64>]) -> f64 {
    line.windows(2)
        .map(|w| {
            let d: Vec<f64> = (0..2).map(|i| w[1][i] - w[0][i]).collect();
            let size = d[0] * d[0] + d[1] * d[1];
            let s = if size > 0.0 { ((x[0] - w[0][0]) * d[0] + (x[1] - w[0][1]) * d[1]) / size } else { 0.0 };
            let s = s.clamp(0.0, 1.0);
            ((x[0] - w[0][0] - s * d[0]).powi(2) + (x[1] - w[0][1] - s * d[1]).powi(2)).sqrt()
        })
        .fold(f64::INFINITY, f64::min)
}

/// Both curves of a point of the Henon map (a = 1.4) map into themselves.
#[test]
fn henon_curves_are_invariant() {
    let (a, b) = (1.4, 0.3f64);
    let x = (b - 1.0 + ((1.0 - b).powi(2) + 4.0 * a).sqrt()) / (2.0 * a);
    let family = henon();
    for direction in [Direction::Unstable, Direction::Stable] {
        let extent = Extent { spacing: 0.01, angle: 0.05, ..Extent::of(6.0) };
        let m = manifold(&family, &[x, b * x], a, direction, &extent).unwrap();
        let line: Vec<Vec<f64>> = m.sides[1].points.iter().rev().chain(&m.sides[0].points).cloned().collect();
        // Images of the inner part lie on the whole.
        for side in &m.sides {
            let (mut length, mut last) = (0.0, side.points[0].clone());
            for z in &side.points {
                length += ((z[0] - last[0]).powi(2) + (z[1] - last[1]).powi(2)).sqrt();
                last.clone_from(z);
                let mut image = vec![0.0; 2];
                family.value(z, a, &mut image);
                if direction == Direction::Stable || length < 1.2 {
                    assert!(off(&image, &line) < 2e-4, "{direction:?} {z:?} {}", off(&image, &line));
                }
            }
        }
    }
}

/// y' = 2 y + y^2 + c x^2, x' = x / 2 has no inverse: two preimages, or none.
#[test]
fn a_map_without_inverse_has_a_stable_curve() {
    let family = Model::new(
        2,
        Kind::Map,
        |x, _| vec![0.5 * x[0], 2.0 * x[1] + x[1] * x[1] + 0.3 * x[0] * x[0]],
        |x, _| vec![vec![0.5, 0.0], vec![0.6 * x[0], 2.0 + 2.0 * x[1]]],
        |_, _| vec![0.0, 0.0],
    );
    let m = manifold(&family, &[0.0, 0.0], 0.0, Direction::Stable, &Extent::of(4.0)).unwrap();
    for side in &m.sides {
        assert!(matches!(side.end, SideEnd::Length | SideEnd::NoPreimage));
        assert!(side.length > 1.0);
        for x in &side.points {
            // They go to the point: after 12 steps they are as near as 12 halvings make them, and what is off the curve has grown 2^12 times.
            let mut at = x.clone();
            for _ in 0..12 {
                let mut y = vec![0.0; 2];
                family.value(&at, 0.0, &mut y);
                at = y;
            }
            assert!(at[0].abs() < 4.0 / 4096.0 * 1.01 && at[1].abs() < 1e-4, "{x:?} {at:?}");
        }
    }
}
