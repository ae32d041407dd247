//! The graphical lasso: objectives of other solvers, optimality conditions, a gap that the test computes itself.

#![allow(clippy::float_cmp)]

use faer::linalg::solvers::DenseSolveCore;
use faer::{Mat, MatRef, Scale};
use nullcline::inference::gaussian::lasso::{Error, Options, Solution, graphical_lasso, path};
use nullcline::inference::gaussian::spectrum::Error as Fault;
use nullcline::io::tensors::read;
use nullcline::linalg::random::{Use, normal_matrix, stream};
use std::path::Path;

const TIGHT: Options = Options { tolerance: 1e-11, iterations: 200, screening: true };

/// `tests/golden/gaussian/glasso_{name}_n100_C_emp.npy`.
fn golden(name: &str) -> Mat<f64> {
    let file = format!("tests/golden/gaussian/glasso_{name}_n100_C_emp.npy");
    let tensors = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    Mat::from_fn(100, 100, |i, j| tensors.tensors[0].data[i * 100 + j])
}

/// The covariance of `p` samples of `n` variables that share a common cause.
fn covariance(n: usize, p: usize, run: u64) -> Mat<f64> {
    let noise = normal_matrix(&mut stream(run, Use::Fixture, 17), n + 1, p);
    let x = Mat::from_fn(n, p, |i, t| noise[(i, t)] + 0.7 * noise[(n, t)]);
    &x * x.transpose() * Scale(1.0 / p as f64)
}

/// By elimination without exchanges, whose pivots a positive definite matrix has positive.
fn log_det(m: MatRef<f64>) -> f64 {
    let (mut m, mut sum) = (m.to_owned(), 0.0);
    for k in 0..m.nrows() {
        let pivot = m[(k, k)];
        assert!(pivot > 0.0, "pivot {k}: {pivot}");
        sum += pivot.ln();
        for j in k + 1..m.nrows() {
            let share = m[(k, j)] / pivot;
            for i in k + 1..m.nrows() {
                m[(i, j)] -= share * m[(i, k)];
            }
        }
    }
    sum
}

fn entries(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |j| (0..n).map(move |i| (i, j)))
}

fn objective(c: &Mat<f64>, theta: &Mat<f64>, lambda: f64) -> f64 {
    let cost = |(i, j)| c[(i, j)] * theta[(i, j)] + if i == j { 0.0 } else { lambda * theta[(i, j)].abs() };
    entries(c.nrows()).map(cost).sum::<f64>() - log_det(theta.as_ref())
}

/// Checks objective, feasibility and gap by elimination; the gap bounds the distance from the minimum by duality.
fn certify(c: &Mat<f64>, lambda: f64, found: &Solution, tolerance: f64) {
    let n = c.nrows();
    for (i, j) in entries(n) {
        assert_eq!(found.theta[(i, j)], found.theta[(j, i)]);
        assert_eq!(found.sigma[(i, j)], found.sigma[(j, i)]);
        let apart = (found.sigma[(i, j)] - c[(i, j)]).abs();
        let most = lambda + 1e-15 * (lambda + c[(i, j)].abs());
        assert!(apart <= if i == j { 0.0 } else { most }, "({i}, {j}): {apart}");
    }
    let primal = objective(c, &found.theta, lambda);
    let dual = log_det(found.sigma.as_ref()) + n as f64;
    let rounding = 1e-12 * primal.abs().max(n as f64);
    assert!((primal - found.objective).abs() <= rounding, "{primal} {}", found.objective);
    assert!((primal - dual - found.gap).abs() <= 2.0 * rounding, "{} {}", primal - dual, found.gap);
    assert!(found.gap <= tolerance * n as f64, "{}", found.gap);
}

/// C - Theta^-1 is 0 on the diagonal, -lambda sign Theta_ij where Theta_ij is not 0, within lambda elsewhere.
fn optimality(c: &Mat<f64>, lambda: f64, theta: &Mat<f64>, tolerance: f64) {
    let w = theta.partial_piv_lu().inverse();
    for (i, j) in entries(c.nrows()) {
        let (slope, t) = (c[(i, j)] - w[(i, j)], theta[(i, j)]);
        let wrong = match (i == j, t == 0.0) {
            (true, _) => slope.abs(),
            (_, true) => slope.abs() - lambda,
            _ => (slope + lambda * t.signum()).abs(),
        };
        assert!(wrong <= tolerance, "({i}, {j}): {wrong:e}");
    }
}

fn close(a: &Mat<f64>, b: &Mat<f64>, tolerance: f64) {
    let apart = (a - b).norm_max() / b.norm_max();
    assert!(apart <= tolerance, "{apart:e}");
}

/// Objectives of scikit-learn's coordinate descent where it converges and of gglasso's ADMM (tolerance 1e-8), which agree
/// to 1e-5; a certified gap below 1e-6 says which is right. Both inputs: n = 100, p = 200, trace 100.
#[test]
fn objectives_of_other_solvers_and_a_certified_gap() {
    let goe = [(0.3, 99.303245), (0.1, 95.028097), (0.05, 86.974540), (0.02, 75.878314)];
    let chain = [(0.3, 99.285626), (0.1, 94.609286), (0.05, 87.978330), (0.02, 78.321634)];
    for (name, table) in [("goe", goe), ("chain", chain)] {
        let c = golden(name);
        for (lambda, expected) in table {
            let found = graphical_lasso(c.as_ref(), lambda, &Options::default()).unwrap();
            certify(&c, lambda, &found, 1e-9);
            assert!((found.objective - expected).abs() < 1e-6, "{name} {lambda}: {}", found.objective);
            let found = graphical_lasso(c.as_ref(), lambda, &TIGHT).unwrap();
            certify(&c, lambda, &found, 1e-11);
            optimality(&c, lambda, &found.theta, 1e-6);
            assert!(found.iterations <= 16, "{name} {lambda}: {} Newton iterations", found.iterations);
        }
    }
}

#[test]
fn fewer_samples_than_variables_down_to_small_penalties() {
    let most = [1.0, 0.3, 0.1, 0.03, 0.01];
    for (n, p, lambdas) in [(30, 10, &most[..]), (12, 11, &most), (30, 1, &most[..4])] {
        let c = covariance(n, p, 2);
        for &lambda in lambdas {
            let found = graphical_lasso(c.as_ref(), lambda, &Options::default()).unwrap();
            certify(&c, lambda, &found, 1e-9);
            optimality(&c, lambda, &found.theta, 1e-3 * lambda);
        }
        // Where rounding or the iteration's end leaves more than asked for, it is said.
        for lambda in [1e-3, 1e-5, 1e-9] {
            match graphical_lasso(c.as_ref(), lambda, &Options { iterations: 30, ..Options::default() }) {
                Ok(found) => certify(&c, lambda, &found, 1e-9),
                Err(e) => assert!(matches!(e, Error::NotConverged { .. } | Error::Unbounded { .. }), "{e}"),
            }
        }
    }
}

#[test]
fn blocks_or_all_at_once_and_along_a_path_or_one_by_one() {
    let mut c = golden("chain");
    for (i, j) in entries(100) {
        if i / 30 != j / 30 {
            c[(i, j)] *= 0.1;
        }
    }
    let lambdas = [2.0, 0.35, 0.2, 0.1, 0.1, 0.03];
    let whole = Options { screening: false, ..TIGHT };
    let along = path(c.as_ref(), &lambdas, &TIGHT).unwrap();
    for (lambda, warm) in lambdas.into_iter().zip(&along) {
        let alone = graphical_lasso(c.as_ref(), lambda, &TIGHT).unwrap();
        let whole = graphical_lasso(c.as_ref(), lambda, &whole).unwrap();
        certify(&c, lambda, warm, 1e-11);
        certify(&c, lambda, &whole, 1e-11);
        close(&warm.theta, &alone.theta, 1e-6);
        close(&whole.theta, &alone.theta, 1e-6);
        assert_eq!(warm.blocks, alone.blocks);
        assert_eq!((warm.lambda, whole.blocks.len()), (lambda, 1));
    }
    assert_eq!(along[0].blocks.len(), 100);
    assert!(along[3].blocks.len() >= 4 && along[3].blocks.iter().any(|b| b.len() > 10));
    let mut members: Vec<usize> = along[1].blocks.concat();
    members.sort_unstable();
    assert!(members.into_iter().eq(0..100));
}

/// Thresholded, its inverse is the answer: W_12 = C_12 - lambda sign C_12, within lambda of C elsewhere along paths.
#[test]
fn closed_forms_of_two_variables_and_of_a_tree() {
    for (a, b, r, lambda) in [(1.0, 1.0, 0.5, 0.2), (4.0, 0.5, -1.3, 0.1), (1.0, 2.0, 0.3, 0.4)] {
        let c = Mat::from_fn(2, 2, |i, j| if i != j { r } else { [a, b][i] });
        let found = graphical_lasso(c.as_ref(), lambda, &Options::default()).unwrap();
        let w = r.signum() * f64::max(r.abs() - lambda, 0.0);
        let det = a * b - w * w;
        let theta = Mat::from_fn(2, 2, |i, j| if i != j { -w / det } else { [b, a][i] / det });
        close(&found.theta, &theta, 1e-14);
        certify(&c, lambda, &found, 1e-14);
    }
    // A star with a tail: 0 - 1, 0 - 2, 0 - 3, 3 - 4; all other pairs covary by what the paths between them say.
    let edges = [(0, 1, 0.6), (0, 2, -0.5), (0, 3, 0.55), (3, 4, 0.7)];
    let lambda = 0.2;
    let mut theta = Mat::<f64>::identity(5, 5);
    for (i, j, r) in edges {
        let w: f64 = r - lambda * f64::signum(r);
        let share = 1.0 / (1.0 - w * w);
        theta[(i, j)] = -w * share;
        theta[(j, i)] = -w * share;
        theta[(i, i)] += w * w * share;
        theta[(j, j)] += w * w * share;
    }
    let w = theta.partial_piv_lu().inverse();
    let c = Mat::from_fn(5, 5, |i, j| {
        edges.iter().find(|e| (e.0, e.1) == (i.min(j), i.max(j))).map_or(w[(i, j)], |e| e.2)
    });
    let found = graphical_lasso(c.as_ref(), lambda, &Options::default()).unwrap();
    close(&found.theta, &theta, 1e-13);
    assert_eq!(found.iterations, 0);
    assert!(entries(5).all(|(i, j)| (found.theta[(i, j)] == 0.0) == (theta[(i, j)] == 0.0)));
}

#[test]
fn no_penalty_a_tiny_one_and_a_huge_one() {
    let c = covariance(8, 40, 5);
    let inverse = c.partial_piv_lu().inverse();
    let none = graphical_lasso(c.as_ref(), 0.0, &Options::default()).unwrap();
    close(&none.theta, &inverse, 1e-13);
    certify(&c, 0.0, &none, 1e-12);
    let tiny = graphical_lasso(c.as_ref(), 1e-12, &Options::default()).unwrap();
    close(&tiny.theta, &inverse, 1e-9);
    for lambda in [5.0, 1e300] {
        let huge = graphical_lasso(c.as_ref(), lambda, &Options::default()).unwrap();
        assert!(entries(8).all(|(i, j)| huge.theta[(i, j)] == if i == j { c[(i, i)].recip() } else { 0.0 }));
        assert_eq!((huge.blocks.len(), huge.iterations), (8, 0));
        certify(&c, lambda, &huge, 1e-14);
    }
    let one = graphical_lasso(Mat::from_fn(1, 1, |_, _| 4.0).as_ref(), 0.0, &Options::default()).unwrap();
    assert_eq!((one.theta[(0, 0)], one.objective, one.gap), (0.25, 1.0 + 4f64.ln(), 0.0));
}

#[test]
fn units_change_units_alone() {
    let c = golden("goe");
    let plain = graphical_lasso(c.as_ref(), 0.1, &Options::default()).unwrap();
    for unit in [1e-200, 1e-9, 1e12, 1e300] {
        let scaled = Mat::from_fn(100, 100, |i, j| unit * c[(i, j)]);
        let found = graphical_lasso(scaled.as_ref(), 0.1 * unit, &Options::default()).unwrap();
        close(&(&found.theta * Scale(unit)), &plain.theta, 1e-7);
        let expected = plain.objective + 100.0 * f64::ln(unit);
        assert!((found.objective - expected).abs() < 3e-7, "{unit}: {} {expected}", found.objective);
    }
    // Variables of unlike units with a penalty for all: variances from 1e-8 to 1e8.
    let small = covariance(9, 30, 8);
    let mixed = Mat::from_fn(9, 9, |i, j| small[(i, j)] * 10f64.powi(i as i32 + j as i32 - 8));
    for lambda in [1e3, 1.0, 1e-3] {
        certify(&mixed, lambda, &graphical_lasso(mixed.as_ref(), lambda, &Options::default()).unwrap(), 1e-9);
    }
}

#[test]
fn variables_twice_over() {
    let small = covariance(6, 20, 9);
    let c = Mat::from_fn(12, 12, |i, j| small[(i % 6, j % 6)]);
    for lambda in [0.5, 0.1, 1e-2, 1e-4] {
        let found = graphical_lasso(c.as_ref(), lambda, &Options::default()).unwrap();
        certify(&c, lambda, &found, 1e-9);
    }
    assert_eq!(graphical_lasso(c.as_ref(), 0.0, &Options::default()).unwrap_err(), Error::Singular);
}

#[test]
fn what_is_no_covariance_or_no_penalty() {
    let good = covariance(4, 20, 1);
    let fails =
        |c: &Mat<f64>, lambda: f64| graphical_lasso(c.as_ref(), lambda, &Options::default()).unwrap_err();
    let with = |i: usize, j: usize, v: f64| {
        let mut c = good.clone();
        c[(i, j)] = v;
        c
    };
    assert!(matches!(fails(&Mat::zeros(2, 3), 0.1), Error::Matrix(Fault::NotSquare { rows: 2, columns: 3 })));
    assert!(matches!(fails(&Mat::zeros(0, 0), 0.1), Error::Matrix(Fault::NotSquare { rows: 0, columns: 0 })));
    assert!(matches!(
        fails(&with(1, 2, f64::NAN), 0.1),
        Error::Matrix(Fault::NotFinite { row: 2, column: 3 })
    ));
    assert!(matches!(
        fails(&with(3, 0, f64::INFINITY), 0.1),
        Error::Matrix(Fault::NotFinite { row: 4, column: 1 })
    ));
    assert!(matches!(
        fails(&with(2, 1, 9.0), 0.1),
        Error::Matrix(Fault::NotSymmetric { row: 3, column: 2, .. })
    ));
    assert!(matches!(fails(&with(2, 2, 0.0), 0.1), Error::Variance { index: 2, .. }));
    assert!(matches!(fails(&with(2, 2, -1.0), 0.1), Error::Variance { index: 2, .. }));
    assert!(matches!(fails(&good, -0.1), Error::Lambda(_)));
    assert!(matches!(fails(&good, f64::NAN), Error::Lambda(_)));
    assert!(matches!(fails(&good, f64::INFINITY), Error::Lambda(_)));
    let grows = path(good.as_ref(), &[0.1, 0.2], &Options::default()).unwrap_err();
    assert_eq!(grows, Error::Order(1));
    let pair = Mat::from_fn(2, 2, |i, j| if i == j { 1.0 } else { 1.5 });
    assert!(matches!(fails(&pair, 0.1), Error::Unbounded { row: 0, column: 1 }));
    // Eigenvalue -0.8: there is a minimum from lambda = 0.4 on, where the matrix with entries 0.5 is singular.
    let triple = Mat::from_fn(3, 3, |i, j| {
        if i == j {
            1.0
        } else if i + j == 2 {
            -0.9
        } else {
            0.9
        }
    });
    assert!(matches!(fails(&triple, 0.3), Error::NotConverged { .. }));
    let found = graphical_lasso(triple.as_ref(), 0.5, &Options::default()).unwrap();
    certify(&triple, 0.5, &found, 1e-9);
    let hasty = Options { iterations: 1, ..TIGHT };
    let e = graphical_lasso(golden("goe").as_ref(), 0.05, &hasty).unwrap_err();
    assert!(matches!(e, Error::NotConverged { iterations: 1, gap, .. } if gap > 1e-9), "{e}");
}
