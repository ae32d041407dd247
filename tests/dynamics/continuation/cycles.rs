//! Cycles born at Hopf points.

use super::model::*;
use nullcline::diagnostics::dynamics::continuation::periodic::{
    CycleEnd, CycleEvent, CycleOptions, cycles_from,
};
use nullcline::diagnostics::dynamics::continuation::{
    Bifurcation, BifurcationKind as K, Criticality, Kind, Options, follow,
};
use std::f64::consts::TAU;

fn hopf_of(family: &Model, x: &[f64], p: f64, options: &Options) -> Bifurcation {
    let branch = follow(family, x, p, options).unwrap();
    branch.bifurcations.into_iter().find(|b| b.kind == K::Hopf).unwrap()
}

/// In polar coordinates r' = p r + s r^3 - r^5, angle' = 1 + r^2.
fn polar(s: f64) -> Model {
    let g = move |q: f64, p: f64| p + s * q - q * q;
    Model::new(
        2,
        Kind::Flow,
        move |x, p| {
            let q = x[0] * x[0] + x[1] * x[1];
            let (g, w) = (g(q, p), 1.0 + q);
            vec![g * x[0] - w * x[1], w * x[0] + g * x[1]]
        },
        move |x, p| {
            let q = x[0] * x[0] + x[1] * x[1];
            let (v, w, d) = (g(q, p), 1.0 + q, s - 2.0 * q);
            let (gx, gy, wx, wy) = (2.0 * d * x[0], 2.0 * d * x[1], 2.0 * x[0], 2.0 * x[1]);
            vec![
                vec![v + gx * x[0] - wx * x[1], gy * x[0] - w - wy * x[1]],
                vec![w + wx * x[0] + gx * x[1], wy * x[0] + v + gy * x[1]],
            ]
        },
        |x, _| x.to_vec(),
    )
}

#[test]
fn circles_have_their_radius_period_and_multiplier() {
    let (family, options) = (polar(-1.0), Options::between(-0.5, 1.0));
    let hopf = hopf_of(&family, &[0.0, 0.0], -0.3, &options);
    near(hopf.p, 0.0, 1e-13);
    assert_eq!(hopf.criticality, Some(Criticality::Supercritical));
    let b = cycles_from(&family, &hopf, &options, &CycleOptions::default()).unwrap();
    assert_eq!(b.end, CycleEnd::High);
    assert!(b.bifurcations.is_empty() && b.points.len() > 20);
    for c in &b.points {
        let q = c.state[0].powi(2) + c.state[1].powi(2);
        near(q + q * q, c.p, 1e-9);
        near(c.period, TAU / (1.0 + q), 1e-9);
        // d(r')/dr = -2 q - 4 q^2 over one period.
        near(c.multipliers[0].re, ((-2.0 * q - 4.0 * q * q) * c.period).exp(), 1e-8);
        assert!(c.trivial < 1e-8, "{}", c.trivial);
    }
}

#[test]
fn cycles_fold() {
    // p = r^4 - r^2 has its least value -1/4 at r^2 = 1/2.
    let (family, options) = (polar(1.0), Options::between(-0.5, 0.5));
    let hopf = hopf_of(&family, &[0.0, 0.0], -0.3, &options);
    assert_eq!(hopf.criticality, Some(Criticality::Subcritical));
    let b = cycles_from(&family, &hopf, &options, &CycleOptions::default()).unwrap();
    assert_eq!(b.bifurcations.len(), 1);
    let fold = &b.bifurcations[0];
    assert_eq!((fold.kind, fold.unstable), (CycleEvent::Fold, [1, 0]));
    near(fold.cycle.p, -0.25, 1e-9);
    near(fold.cycle.period, TAU / 1.5, 1e-5);
    assert!(fold.error < 1e-8);
    assert_eq!(b.end, CycleEnd::High);
}

/// dx/dt = -y - z, dy/dt = x + a y, dz/dt = b + z (x - c) with b = 0.2, c = 5.7.
#[test]
fn roessler_doubles_its_period() {
    let family = Model::new(
        3,
        Kind::Flow,
        |x, a| vec![-x[1] - x[2], x[0] + a * x[1], 0.2 + x[2] * (x[0] - 5.7)],
        |x, a| vec![vec![0.0, -1.0, -1.0], vec![1.0, a, 0.0], vec![x[2], 0.0, x[0] - 5.7]],
        |x, _| vec![0.0, x[1], 0.0],
    );
    let options = Options::between(-0.05, 0.13);
    // x = a s, y = -s, z = s with s = (c - sqrt(c^2 - 4 a b)) / (2 a), about b / c.
    let branch = follow(&family, &[-0.001, -0.035, 0.035], -0.03, &options).unwrap();
    let hopf = branch.bifurcations.iter().find(|b| b.kind == K::Hopf).unwrap();
    near(hopf.p, ROESSLER[2], 1e-11);
    let b = cycles_from(&family, hopf, &options, &CycleOptions { intervals: 40, ..CycleOptions::default() })
        .unwrap();
    assert_eq!(b.bifurcations.len(), 1);
    let doubling = &b.bifurcations[0];
    assert_eq!((doubling.kind, doubling.unstable), (CycleEvent::PeriodDoubling, [0, 1]));
    near(doubling.cycle.p, ROESSLER[0], 1e-8);
    near(doubling.cycle.period, ROESSLER[1], 1e-7);
    assert!(doubling.error < 1e-7);
}

/// By tests/golden/continuation/cycles.py: a and T where a multiplier is -1, a at the Hopf point.
const ROESSLER: [f64; 3] = [0.109_638_936_518, 6.048_131_827_659, 0.005_978_441_849_62];

#[test]
fn brusselator_cycles_are_stable() {
    let options = Options::between(1.0, 3.0);
    let hopf = hopf_of(&brusselator(), &[1.0, 1.5], 1.5, &options);
    let b = cycles_from(&brusselator(), &hopf, &options, &CycleOptions::default()).unwrap();
    assert_eq!(b.end, CycleEnd::High);
    assert!(b.points.iter().all(|c| c.unstable == 0 && c.trivial < 1e-6));
    let last = b.points.last().unwrap();
    near(last.period, BRUSSELATOR[0], 1e-7);
    near(last.multipliers[0].re, BRUSSELATOR[1], 1e-6);
}

/// By tests/golden/continuation/cycles.py: T and the multiplier at b = 3.
const BRUSSELATOR: [f64; 2] = [7.156_919_921_18, 2.516_375_799_888e-4];
