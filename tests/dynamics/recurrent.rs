//! Spectra of matrices that are known.

use faer::Mat;
use nullcline::diagnostics::dynamics::recurrent::{RecurrentSpectrum, recurrent};

fn of(w: Mat<f64>) -> RecurrentSpectrum {
    recurrent(&[("h".into(), w)]).unwrap().remove(0)
}

/// [[3, 4], [0, 1]]: eigenvalues 3 and 1; W^T W = [[9, 12], [12, 17]] with trace 26 and determinant 9; W W^T - W^T W =
/// [[16, -8], [-8, -16]], of norm 8 sqrt(10), over 26.
#[test]
fn a_triangle_is_not_normal() {
    let s = of(faer::mat![[3.0, 4.0], [0.0, 1.0]]);
    let larger = (13.0 + 160f64.sqrt()).sqrt();
    for (ours, theirs) in s.singular_values.iter().zip([larger, 3.0 / larger]) {
        assert!((ours - theirs).abs() < 1e-14 * larger, "{:?}", s.singular_values);
    }
    for (ours, theirs) in s.eigenvalues.iter().zip([3.0, 1.0]) {
        assert!((ours.re - theirs).abs() < 1e-14 && ours.im.abs() < 1e-14, "{:?}", s.eigenvalues);
    }
    assert!((s.spectral_radius - 3.0).abs() < 1e-14);
    assert!((s.non_normality - 8.0 * 10f64.sqrt() / 26.0).abs() < 1e-14, "{}", s.non_normality);
}

/// Twice a rotation is normal: both singular values 2, eigenvalues 2 exp(+-i angle). A matrix of zeros has none of either.
#[test]
fn a_rotation_is_normal_and_nothing_is_nothing() {
    let (s, c) = 0.7f64.sin_cos();
    let turn = of(faer::mat![[2.0 * c, -2.0 * s], [2.0 * s, 2.0 * c]]);
    assert!(turn.non_normality < 1e-15 && (turn.spectral_radius - 2.0).abs() < 1e-14, "{turn:?}");
    assert!(turn.singular_values.iter().all(|v| (v - 2.0).abs() < 1e-14), "{turn:?}");
    assert!(turn.eigenvalues.iter().all(|v| (v.im.abs() - 2.0 * s).abs() < 1e-14), "{turn:?}");
    let none = of(Mat::zeros(3, 3));
    assert_eq!((none.spectral_radius, none.non_normality), (0.0, 0.0));
    assert_eq!(none.singular_values, [0.0; 3]);
}

/// W down to 1e-170 and up to 1e170, whose squares are no numbers: neither size nor share leaves the range of numbers.
#[test]
fn tiny_and_huge_matrices_have_spectra() {
    for size in [1e-170, 1e-90, 1e90, 1e170] {
        let s = of(faer::mat![[3.0 * size, 4.0 * size], [0.0, size]]);
        assert!((s.spectral_radius / size - 3.0).abs() < 1e-13, "{s:?}");
        assert!((s.non_normality - 8.0 * 10f64.sqrt() / 26.0).abs() < 1e-13, "{s:?}");
    }
}
