//! Principal components: chunks of any size give the same result, and errors cover the truth.

use faer::Mat;
use nullcline::diagnostics::geometry::pca::{Accumulator, Pca, pca};
use nullcline::linalg::random::{Use, normal_matrix, stream};

/// Rows of independent normals with deviations 3, 2, 1, 1, ... as columns of an n x t matrix.
fn gaussian(n: usize, t: usize, run: u64) -> Mat<f64> {
    let x = normal_matrix(&mut stream(run, Use::Fixture, 7), n, t);
    Mat::from_fn(n, t, |i, j| x[(i, j)] * [3.0, 2.0].get(i).copied().unwrap_or(1.0))
}

fn in_chunks(x: &Mat<f64>, size: usize) -> Pca {
    let mut all = Accumulator::new(x.nrows());
    for first in (0..x.ncols()).step_by(size) {
        all.add(x.subcols(first, size.min(x.ncols() - first)));
    }
    all.finish().unwrap()
}

#[test]
fn chunks_of_any_size_give_the_same_components() {
    let offset = 1e3;
    let mut x = gaussian(6, 1003, 1);
    x.row_mut(2).iter_mut().for_each(|v| *v += offset);
    let whole = pca(x.as_ref()).unwrap();
    for size in [1, 2, 7, 64, 999, 1003, 5000] {
        let parts = in_chunks(&x, size);
        let close = |a: f64, b: f64| (a - b).abs() < 1e-11 * (1.0 + a.abs());
        assert_eq!(parts.rows, 1003);
        for j in 0..6 {
            assert!(close(parts.explained_variance[j], whole.explained_variance[j]), "size {size}, {j}");
            assert!(close(parts.mean[j], whole.mean[j]), "size {size}, mean {j}");
            for i in 0..6 {
                let (a, b) = (parts.components[(i, j)], whole.components[(i, j)]);
                assert!((a - b).abs() < 1e-9, "size {size}, component {j}");
            }
        }
        // Blocks differ with the chunks, and with them the errors, but not by much.
        let ratio = parts.std_error[0] / whole.std_error[0];
        assert!(ratio > 0.4 && ratio < 2.5, "size {size}: {ratio}");
    }
}

#[test]
fn errors_of_independent_rows_cover_the_truth() {
    let truth = [9.0 / 16.0, 4.0 / 16.0];
    let participation = 16.0f64.powi(2) / (81.0 + 16.0 + 3.0);
    let (runs, mut hits, mut square) = (200, [0; 3], [0.0; 3]);
    for run in 0..runs {
        let p = pca(gaussian(5, 2000, run).as_ref()).unwrap();
        let z = [
            (p.explained_variance_ratio[0] - truth[0]) / p.std_error[0],
            (p.explained_variance_ratio[1] - truth[1]) / p.std_error[1],
            (p.participation_ratio.value - participation) / p.participation_ratio.error(),
        ];
        for k in 0..3 {
            hits[k] += usize::from(z[k].abs() <= 2.0);
            square[k] += z[k] * z[k] / runs as f64;
        }
    }
    // 95 % within two errors, which are wider than normal ones by Student's quantile for 19 degrees.
    assert!(hits.iter().all(|h| *h > 172), "{hits:?}");
    assert!(square.iter().all(|s| *s > 0.7 && *s < 1.6), "{square:?}");
}

/// Rows of independent autoregressions of coefficient `a` and unit innovations, first column stationary.
fn autoregression(n: usize, t: usize, a: f64, run: u64) -> Mat<f64> {
    let mut x = normal_matrix(&mut stream(run, Use::Fixture, 9), n, t);
    for i in 0..n {
        x[(i, 0)] /= (1.0 - a * a).sqrt();
        for j in 1..t {
            x[(i, j)] += a * x[(i, j - 1)];
        }
    }
    x
}

#[test]
fn blocks_follow_the_correlation_time() {
    // tau = (1 + a) / (1 - a): 1, 9, 39, 199.
    for (a, least, most) in [(0.0, 1.0, 1.4), (0.8, 7.0, 13.0), (0.95, 28.0, 55.0)] {
        let p = pca(autoregression(5, 8000, a, 3).as_ref()).unwrap();
        assert!((least..most).contains(&p.correlation_time), "{a}: {}", p.correlation_time);
        assert!(p.blocks >= 10 && p.std_error[0].is_finite(), "{a}: {}", p.blocks);
    }
    let p = pca(autoregression(5, 2000, 0.99, 3).as_ref()).unwrap();
    assert_eq!(p.blocks, 0);
    assert!(p.participation_ratio.std_error.is_none() && p.std_error.iter().all(|e| e.is_nan()));
    assert!(p.correlation_time > 80.0, "{}", p.correlation_time);
}

#[test]
fn units_and_offsets_cost_no_digits() {
    let x = gaussian(4, 300, 5);
    let plain = in_chunks(&x, 64);
    for exponent in [-660, -500, 480, 530] {
        let scaled = Mat::from_fn(4, 300, |i, j| x[(i, j)] * 2f64.powi(exponent));
        let p = in_chunks(&scaled, 64);
        assert_eq!(p.explained_variance_ratio, plain.explained_variance_ratio);
        assert_eq!(p.participation_ratio, plain.participation_ratio);
        assert_eq!(p.deviation[2].to_bits(), (plain.deviation[2] * 2f64.powi(exponent)).to_bits());
        let inside = exponent.abs() < 505;
        assert_eq!(p.explained_variance[0].is_finite(), inside, "2^{exponent}");
        if inside {
            let theirs = plain.explained_variance[0] * 2f64.powi(exponent).powi(2);
            assert_eq!(p.explained_variance[0].to_bits(), theirs.to_bits());
        }
    }
    // A scale that grows on the way.
    let growing = Mat::from_fn(4, 300, |i, j| x[(i, j)] * if j < 150 { 2f64.powi(-700) } else { 1.0 });
    let late = Mat::from_fn(4, 300, |i, j| if j < 150 { 0.0 } else { x[(i, j)] });
    let [a, b] = [&growing, &late].map(|x| in_chunks(x, 37).participation_ratio.value);
    assert!((a - b).abs() < 1e-13 * a, "{a} and {b}");
    // Multiples of 2^-20 stay themselves beside 2^30 (1.07e9).
    let coarse = Mat::from_fn(4, 300, |i, j| (x[(i, j)] * 2f64.powi(20)).round() * 2f64.powi(-20));
    let far = Mat::from_fn(4, 300, |i, j| coarse[(i, j)] + 2f64.powi(30));
    let [near, far] = [&coarse, &far].map(|x| in_chunks(x, 64));
    for (a, b) in near.explained_variance.iter().zip(&far.explained_variance) {
        assert!((a - b).abs() < 1e-13 * a, "{a} and {b}");
    }
}

/// Copies of a unit, constant units and few rows: what is left but rounding is none, and its error unknown.
///
/// Of two copies of a unit of variance v beside one of variance w, their covariance c, the eigenvalues are those of
/// [[2 v, c sqrt 2], [c sqrt 2, w]], and 0.
#[test]
fn what_is_rounding_is_no_variance_and_has_no_error() {
    let of = |rows: usize, f: &dyn Fn(usize, usize) -> f64| pca(Mat::from_fn(3, rows, f).as_ref()).unwrap();
    let noise = gaussian(2, 640, 8);
    let copies = of(640, &|i, t| if i < 2 { 2.0 * noise[(0, t)] } else { 3.0 * noise[(1, t)] });
    let two = pca(Mat::from_fn(2, 640, |i, t| [2.0 * 2f64.sqrt(), 3.0][i] * noise[(i, t)]).as_ref()).unwrap();
    let ratio = &copies.explained_variance_ratio;
    for (a, b) in ratio.iter().zip(&two.explained_variance_ratio) {
        assert!((a - b).abs() < 1e-12, "{ratio:?}");
    }
    assert_eq!((ratio[2], copies.explained_variance[2]), (0.0, 0.0));
    assert!(
        copies.std_error[2].is_nan() && copies.std_error[..2].iter().all(|e| e.is_finite()),
        "{copies:?}"
    );
    assert!(copies.participation_ratio.std_error.is_some());
    let constant = of(640, &|i, t| if i == 1 { 0.1 } else { noise[(i / 2, t)] });
    assert!(constant.explained_variance_ratio[2] == 0.0 && constant.std_error[2].is_nan(), "{constant:?}");
    // One direction alone: the blocks cannot differ, and tell nothing.
    let one = of(640, &|_, t| noise[(0, t)] + 0.1);
    assert_eq!(one.explained_variance_ratio, [1.0, 0.0, 0.0]);
    assert!(one.std_error.iter().all(|e| e.is_nan()), "{one:?}");
    assert_eq!((one.participation_ratio.value, one.participation_ratio.std_error), (1.0, None));
    // A single unit is one direction by definition.
    let single = pca(noise.as_ref().subrows(0, 1)).unwrap();
    assert_eq!((single.std_error[0], single.participation_ratio.std_error), (0.0, Some(0.0)));
    // Of so few rows there are as many components as rows but one.
    for rows in [2, 3] {
        let few = of(rows, &|i, t| ((i + 1) * (t + 2) * (t + i)) as f64);
        assert_eq!((few.explained_variance_ratio.len(), few.blocks), (rows - 1, 0));
        assert!(few.std_error.iter().all(|e| e.is_nan()) && few.participation_ratio.std_error.is_none());
    }
}

/// Small beside large units is not rounding: independent ones of 1e-9 and 1e-12 of the first.
#[test]
fn small_units_keep_their_variance() {
    let (size, noise) = ([1.0, 1e-9, 1e-12], gaussian(3, 2000, 9));
    let own = |i: usize| size[i] / [3.0, 2.0, 1.0][i];
    let found = pca(Mat::from_fn(3, 2000, |i, t| own(i) * noise[(i, t)]).as_ref()).unwrap();
    for (ratio, size) in found.explained_variance_ratio.iter().zip(size) {
        // Six standard errors of a variance of 2000 rows, sqrt(2 / 2000), twice.
        assert!((ratio / (size * size) - 1.0).abs() < 0.4, "{:?}", found.explained_variance_ratio);
    }
    assert!(found.std_error.iter().all(|e| e.is_finite()), "{:?}", found.std_error);
}
