//! Angles, shares and projections: exact cases, and scipy.

use crate::common::golden;
use faer::Mat;
use nullcline::diagnostics::geometry::subspace::{
    angle, angle_within, coordinates, principal_angles, projection, share, span,
};
use serde_json::Value;

fn matrix(v: &Value) -> Mat<f64> {
    let rows = v.as_array().unwrap();
    Mat::from_fn(rows.len(), rows[0].as_array().unwrap().len(), |i, j| rows[i][j].as_f64().unwrap())
}

#[test]
fn principal_angles_agree_with_scipy_down_to_the_smallest() {
    let text = std::fs::read_to_string(golden("analyses/expected.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let s = &all["subspaces"];
    for (other, angles) in [("b", "angles"), ("close", "angles_close")] {
        let ours = principal_angles(matrix(&s["a"]).as_ref(), matrix(&s[other]).as_ref()).unwrap();
        let theirs = s[angles].as_array().unwrap();
        assert_eq!(ours.len(), theirs.len());
        for (a, b) in ours.iter().zip(theirs.iter().map(|v| v.as_f64().unwrap())) {
            // Rounding of the bases moves an angle by 1e-14 degrees.
            assert!((a - b).abs() < 1e-11 * b + 2e-13, "{other}: {a} and {b}");
        }
    }
}

#[test]
fn angles_of_known_planes_are_exact() {
    // Planes that share one direction and part by theta in the other.
    for theta in [1e-12, 1e-8, 0.3, 1.0, std::f64::consts::FRAC_PI_2] {
        let a = Mat::from_fn(4, 2, |i, j| f64::from(u8::from(i == j)));
        let b = Mat::from_fn(4, 2, |i, j| match (i, j) {
            (0, 0) => 3.0,
            (1, 1) => theta.cos(),
            (2, 1) => theta.sin(),
            _ => 0.0,
        });
        let found = principal_angles(a.as_ref(), b.as_ref()).unwrap();
        assert!(found[0].abs() < 1e-14, "{found:?}");
        assert!((found[1] / theta.to_degrees() - 1.0).abs() < 1e-12, "{theta}: {found:?}");
    }
    let line = Mat::from_fn(3, 1, |i, _| [1.0, 1.0, 0.0][i]);
    let plane = Mat::from_fn(3, 2, |i, j| [[1.0, 2.0], [0.0, 0.0], [0.0, 1.0]][i][j]);
    let found = principal_angles(line.as_ref(), plane.as_ref()).unwrap();
    assert!(found.len() == 1 && (found[0] - 45.0).abs() < 1e-13, "{found:?}");
    assert!(principal_angles(line.as_ref(), Mat::<f64>::zeros(3, 1).as_ref()).is_none());
    assert!(principal_angles(line.as_ref(), Mat::<f64>::zeros(2, 1).as_ref()).is_none());
}

#[test]
fn a_span_forgets_repeated_columns() {
    let a = Mat::from_fn(5, 3, |i, j| if j < 2 { (i + 1) as f64 } else { f64::from(u8::from(i == 0)) });
    let q = span(a.as_ref()).unwrap();
    assert_eq!(q.ncols(), 2);
    assert!((q.transpose() * &q - Mat::<f64>::identity(2, 2)).norm_max() < 1e-14);
    assert!(span(Mat::from_fn(2, 2, |_, _| f64::NAN).as_ref()).is_none());
}

#[test]
fn vectors_in_space_and_in_a_plane() {
    assert!((angle(&[1.0, 0.0], &[1.0, 1.0]) - 45.0).abs() < 1e-13);
    assert!((angle(&[1.0, 0.0], &[-2.0, 0.0]) - 180.0).abs() < 1e-13);
    assert!((angle(&[1e100, 0.0], &[1e100, 1e88]) / 1e-12f64.to_degrees() - 1.0).abs() < 1e-12);
    assert!(angle(&[0.0, 0.0], &[1.0, 0.0]).is_nan());
    let plane = Mat::from_fn(3, 2, |i, j| f64::from(u8::from(i == j)));
    // cos = (1 + 0 + 4) / (sqrt 5 sqrt 6) in space; in the plane (1, 0) against (1, 1).
    let (u, v) = ([1.0, 0.0, 2.0], [1.0, 1.0, 2.0]);
    assert!((angle(&u, &v) - (5.0 / 30f64.sqrt()).acos().to_degrees()).abs() < 1e-12);
    assert!((angle_within(plane.as_ref(), &u, &v) - 45.0).abs() < 1e-12);
    assert!((share(plane.as_ref(), &u) - 0.2).abs() < 1e-15);
    assert_eq!(coordinates(plane.as_ref(), &v), [1.0, 1.0]);
    assert_eq!(projection(plane.as_ref(), &v), [1.0, 1.0, 0.0]);
}
