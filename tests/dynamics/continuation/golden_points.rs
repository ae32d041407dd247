//! Bifurcations by other programs, and normal forms whose coefficients are in sight.

use super::model::*;
use nullcline::diagnostics::dynamics::continuation::{
    BifurcationKind as K, Criticality, End, Kind, Options, follow,
};

/// By tests/golden/continuation/points.py, with Newton's method on the extended system: p and the largest u at the fold, 31 inner points.
const BRATU: [f64; 2] = [3.512_044_932_444_1, 1.186_516_441_396];

#[test]
fn bratu_folds() {
    let n = 31;
    let h = 1.0 / (n as f64 + 1.0);
    let family = Model::new(
        n,
        Kind::Flow,
        move |u, p| {
            let at = |i: usize| if i == 0 || i > n { 0.0 } else { u[i - 1] };
            (1..=n).map(|i| (at(i - 1) - 2.0 * at(i) + at(i + 1)) / (h * h) + p * at(i).exp()).collect()
        },
        move |u, p| {
            (0..n)
                .map(|i| {
                    (0..n)
                        .map(|j| match i.abs_diff(j) {
                            0 => -2.0 / (h * h) + p * u[i].exp(),
                            1 => 1.0 / (h * h),
                            _ => 0.0,
                        })
                        .collect()
                })
                .collect()
        },
        |u, _| u.iter().map(|u| u.exp()).collect(),
    );
    let branch =
        follow(&family, &[0.0; 31], 0.0, &Options { bound: 20.0, ..Options::between(0.0, 4.0) }).unwrap();
    assert_eq!(branch.bifurcations.len(), 1, "{:?}", branch.ends);
    let fold = &branch.bifurcations[0];
    assert_eq!((fold.kind, fold.unstable), (K::Fold, [0, 1]));
    near(fold.p, BRATU[0], 1e-10);
    near(fold.state.iter().copied().fold(0.0, f64::max), BRATU[1], 1e-8);
    assert!(fold.error < 1e-10, "{:e}", fold.error);
}

/// By tests/golden/continuation/points.py: p, frequency and first Lyapunov coefficient, all derivatives written out.
const NETWORK: [f64; 3] = [1.326_919_549_637_8, 1.742_275_316_319, -0.060_422_885_349];

#[test]
fn eight_units_oscillate() {
    let n = 8;
    let w = |i: usize, j: usize| {
        let (i, j) = (i as f64 + 1.0, j as f64 + 1.0);
        1.6 * (2.1 * i - 1.4 * j + 0.8 * i * j).sin()
    };
    let b = |i: usize| (0.9 * (i as f64 + 1.0)).cos();
    let value = move |x: &[f64], p: f64| -> Vec<f64> {
        (0..n).map(|i| -x[i] + (0..n).map(|j| w(i, j) * x[j].tanh()).sum::<f64>() + p * b(i)).collect()
    };
    let family = Model::new(
        n,
        Kind::Flow,
        value,
        move |x, _| {
            let d: Vec<f64> = x.iter().map(|x| 1.0 - x.tanh().powi(2)).collect();
            (0..n)
                .map(|i| (0..n).map(|j| w(i, j) * d[j] - if i == j { 1.0 } else { 0.0 }).collect())
                .collect()
        },
        move |_, _| (0..n).map(b).collect(),
    );
    let mut x: Vec<f64> = (0..n).map(|i| 4.0 * b(i)).collect();
    for _ in 0..4000 {
        let f = value(&x, 4.0);
        x.iter_mut().zip(&f).for_each(|(x, f)| *x += 0.05 * f);
    }
    let branch = follow(&family, &x, 4.0, &Options::between(0.0, 4.0)).unwrap();
    // The last along the branch is the first from p = 4.
    let hopf = branch.bifurcations.last().unwrap();
    assert_eq!((hopf.kind, hopf.unstable), (K::Hopf, [2, 0]));
    near(hopf.p, NETWORK[0], 1e-11);
    near(hopf.frequency.unwrap(), NETWORK[1], 1e-10);
    let l = hopf.coefficient.unwrap();
    near(l.value, NETWORK[2], 1e-9);
    assert!((l.value - NETWORK[2]).abs() <= l.error + 1e-12, "{l:?}");
    assert_eq!(hopf.criticality, Some(Criticality::Supercritical));
}

/// dv/dt = v - v^3 / 3 - w + p, dw/dt = e (v + a - b w): Hopf points at v = -+ sqrt(1 - e b).
#[test]
fn fitzhugh_nagumo_oscillates_between_two_currents() {
    let (e, a, b) = (0.08, 0.7, 0.8);
    let family = Model::new(
        2,
        Kind::Flow,
        move |x, p| vec![x[0] - x[0].powi(3) / 3.0 - x[1] + p, e * (x[0] + a - b * x[1])],
        move |x, _| vec![vec![1.0 - x[0] * x[0], -1.0], vec![e, -e * b]],
        |_, _| vec![1.0, 0.0],
    );
    let branch = follow(&family, &[-1.2, -0.62], 0.0, &Options::between(-0.5, 2.0)).unwrap();
    let found: Vec<_> = branch.bifurcations.iter().filter(|b| b.kind == K::Hopf).collect();
    assert_eq!((found.len(), branch.bifurcations.len()), (2, 2));
    for (hopf, sign) in found.iter().zip([-1.0, 1.0]) {
        let v = sign * (1.0 - e * b).sqrt();
        near(hopf.p, (v + a) / b - v + v.powi(3) / 3.0, 1e-12);
        near(hopf.frequency.unwrap(), (e - (e * b).powi(2)).sqrt(), 1e-12);
    }
    assert_eq!(branch.ends, [End::Low, End::High]);
}

/// r' = p r + s r^3, angle' = 1: with r^2 = 2 |z|^2 the first Lyapunov coefficient is 2 s.
#[test]
fn the_hopf_coefficient_is_that_of_the_normal_form() {
    for s in [-1.0, 0.25] {
        let family = Model::new(
            2,
            Kind::Flow,
            move |x, p| {
                let g = p + s * (x[0] * x[0] + x[1] * x[1]);
                vec![g * x[0] - x[1], x[0] + g * x[1]]
            },
            move |x, p| {
                let g = p + s * (x[0] * x[0] + x[1] * x[1]);
                let xy = 2.0 * s * x[0] * x[1];
                vec![vec![g + 2.0 * s * x[0] * x[0], xy - 1.0], vec![xy + 1.0, g + 2.0 * s * x[1] * x[1]]]
            },
            |x, _| x.to_vec(),
        );
        let branch = follow(&family, &[0.0, 0.0], -0.4, &Options::between(-1.0, 1.0)).unwrap();
        near(branch.bifurcations[0].coefficient.unwrap().value, 2.0 * s, 1e-8);
        let known = if s < 0.0 { Criticality::Supercritical } else { Criticality::Subcritical };
        assert_eq!(branch.bifurcations[0].criticality, Some(known));
    }
}

/// z' = e^(i a) (1 + p + s |z|^2) z: the coefficient is 2 s; at a = 2 pi / 3, a strong resonance, it is not given.
#[test]
fn the_circle_coefficient_is_that_of_the_normal_form() {
    for (a, s) in [(1.0f64, -0.5), (2.5, 0.3), (std::f64::consts::TAU / 3.0, -1.0)] {
        let (c, d) = (a.cos(), a.sin());
        let family = Model::new(
            2,
            Kind::Map,
            move |x, p| {
                let g = 1.0 + p + s * (x[0] * x[0] + x[1] * x[1]);
                vec![g * (c * x[0] - d * x[1]), g * (d * x[0] + c * x[1])]
            },
            move |x, p| {
                let g = 1.0 + p + s * (x[0] * x[0] + x[1] * x[1]);
                let (u, v) = (c * x[0] - d * x[1], d * x[0] + c * x[1]);
                let (gx, gy) = (2.0 * s * x[0], 2.0 * s * x[1]);
                vec![vec![g * c + gx * u, -g * d + gy * u], vec![g * d + gx * v, g * c + gy * v]]
            },
            move |x, _| vec![c * x[0] - d * x[1], d * x[0] + c * x[1]],
        );
        let branch = follow(&family, &[0.0, 0.0], -0.4, &Options::between(-0.6, 0.5)).unwrap();
        let b = &branch.bifurcations[0];
        assert_eq!((b.kind, branch.bifurcations.len()), (K::NeimarkSacker, 1));
        near(b.p, 0.0, 1e-13);
        near(b.frequency.unwrap(), a, 1e-12);
        if !(2.0..=2.2).contains(&a) {
            near(b.coefficient.unwrap().value, 2.0 * s, 1e-8);
        } else {
            assert!(b.coefficient.is_none() && b.criticality.is_none());
        }
    }
}

/// x' = -(1 + p) x + s x^3 has the flip's coefficient s; without a cubic term it has none, and that is said.
#[test]
fn the_flip_coefficient_is_that_of_the_normal_form() {
    for s in [1.0, -2.0, 0.0] {
        let family = Model::new(
            1,
            Kind::Map,
            move |x, p| vec![-(1.0 + p) * x[0] + s * x[0].powi(3)],
            move |x, p| vec![vec![-(1.0 + p) + 3.0 * s * x[0] * x[0]]],
            |x, _| vec![-x[0]],
        );
        let branch = follow(&family, &[0.0], -0.4, &Options::between(-0.6, 0.5)).unwrap();
        let b = &branch.bifurcations[0];
        assert_eq!(b.kind, K::Flip);
        match b.coefficient {
            Some(c) => near(c.value, s, 1e-8),
            None => assert!(b.criticality.is_none()),
        }
        assert_eq!(b.coefficient.is_some(), f64::abs(s) > 0.0);
    }
}

/// x' = p e^x, one number: a fold at p = 1 / e, x = 1.
#[test]
fn the_exponential_folds_at_one() {
    let e = |x: &[f64], p: f64| p * x[0].exp();
    let family = Model::new(
        1,
        Kind::Map,
        move |x, p| vec![e(x, p)],
        move |x, p| vec![vec![e(x, p)]],
        |x, _| vec![x[0].exp()],
    );
    let branch =
        follow(&family, &[0.11], 0.1, &Options { bound: 10.0, ..Options::between(0.01, 1.0) }).unwrap();
    let fold = branch.bifurcations.iter().find(|b| b.kind == K::Fold).unwrap();
    near(fold.p, (-1.0f64).exp(), 1e-13);
    near(fold.state[0], 1.0, 1e-7);
    near(fold.coefficient.unwrap().value, 0.5, 1e-8);
}
