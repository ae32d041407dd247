//! Branches that mislead: sharp folds, near misses, ends of the domain, corners.

use super::model::*;
use nullcline::diagnostics::dynamics::continuation::{
    BifurcationKind as K, End, Error, Kind, Options, follow,
};

/// dx/dt = p + s x^2: the two arms are 2 sqrt(-p / s) apart.
#[test]
fn a_sharp_fold_is_turned() {
    for s in [1.0, 1e4, 1e8] {
        let family = Model::new(
            1,
            Kind::Flow,
            move |x, p| vec![p + s * x[0] * x[0]],
            move |x, _| vec![vec![2.0 * s * x[0]]],
            |_, _| vec![1.0],
        );
        let branch = follow(&family, &[-(0.8f64 / s).sqrt()], -0.8, &Options::between(-1.0, 1.0)).unwrap();
        assert_eq!(branch.ends, [End::Low, End::Low], "{s}");
        assert_eq!(branch.bifurcations.len(), 1);
        assert_eq!(branch.bifurcations[0].kind, K::Fold);
        near(branch.bifurcations[0].p, 0.0, 1e-12);
        near(branch.bifurcations[0].coefficient.unwrap().value, s, 1e-6 * s);
    }
}

/// dx/dt = x^2 - p^2 - e^2: branches x = +- sqrt(p^2 + e^2), 2 e apart at p = 0, never change sides and never bifurcate.
#[test]
fn branches_that_pass_are_not_mixed_up() {
    for gap in [1e-2, 1e-3, 1e-4, 1e-5] {
        let e = 0.5 * gap;
        let family = Model::new(
            1,
            Kind::Flow,
            move |x, p| vec![x[0] * x[0] - p * p - e * e],
            |x, _| vec![vec![2.0 * x[0]]],
            |_, p| vec![-2.0 * p],
        );
        let branch = follow(&family, &[0.9], -0.9, &Options::between(-1.0, 1.0)).unwrap();
        assert!(branch.points.iter().all(|p| p.state[0] > 0.0), "gap {gap}");
        assert!(branch.bifurcations.is_empty());
        assert_eq!(branch.ends, [End::Low, End::High]);
    }
}

/// dx/dt = p x - x^3 + e: an unfolded pitchfork.
#[test]
fn an_unfolded_pitchfork_has_one_fold() {
    for e in [1e-2, 1e-4, 1e-6] {
        let family = Model::new(
            1,
            Kind::Flow,
            move |x, p| vec![p * x[0] - x[0].powi(3) + e],
            |x, p| vec![vec![p - 3.0 * x[0] * x[0]]],
            |x, _| vec![x[0]],
        );
        let upper = follow(&family, &[0.9], 0.8, &Options::between(-1.0, 1.0)).unwrap();
        assert!(upper.bifurcations.is_empty() && upper.points.iter().all(|p| p.state[0] > 0.0), "{e}");
        let lower = follow(&family, &[-0.9], 0.8, &Options::between(-1.0, 1.0)).unwrap();
        assert_eq!(lower.bifurcations.len(), 1);
        // x^3 - p x = e has a double root at p = 3 (e / 2)^(2/3).
        near(lower.bifurcations[0].p, 3.0 * (0.5 * e).powf(2.0 / 3.0), 1e-11);
        assert_eq!(lower.ends, [End::High, End::High]);
    }
}

#[test]
fn a_range_of_no_width_has_one_point() {
    let branch = follow(&pitchfork(), &[0.7], 0.5, &Options::between(0.5, 0.5)).unwrap();
    assert_eq!(branch.points.len(), 1);
    near(branch.points[0].state[0], 0.5f64.sqrt(), 1e-14);
    assert_eq!(branch.ends, [End::Low, End::High]);
}

/// dx/dt = sqrt(1 - p) - x is not a number beyond p = 1; with a pole, x = 1 / (1 - p) diverges there.
#[test]
fn the_end_of_the_domain_is_said() {
    let family = Model::new(
        1,
        Kind::Flow,
        |x, p| vec![(1.0 - p).powf(1.5) - x[0]],
        |_, p| vec![vec![if p > 1.0 { f64::NAN } else { -1.0 }]],
        |_, p| vec![-1.5 * (1.0 - p).sqrt()],
    );
    let branch = follow(&family, &[1.0], 0.0, &Options::between(-2.0, 2.0)).unwrap();
    assert_eq!(branch.ends, [End::Low, End::NotFinite]);
    near(branch.points.last().unwrap().p, 1.0, 1e-8);
    let pole = Model::new(
        1,
        Kind::Flow,
        |x, p| vec![1.0 - (1.0 - p) * x[0]],
        |_, p| vec![vec![p - 1.0]],
        |x, _| vec![x[0]],
    );
    let branch = follow(&pole, &[1.0], 0.0, &Options { bound: 1e4, ..Options::between(-2.0, 2.0) }).unwrap();
    assert_eq!(branch.ends, [End::Low, End::Diverged]);
}

/// x^2 + p^2 = 1 as zeros: a loop.
#[test]
fn a_loop_is_closed() {
    let family = Model::new(
        1,
        Kind::Flow,
        |x, p| vec![x[0] * x[0] + p * p - 1.0],
        |x, _| vec![vec![2.0 * x[0]]],
        |_, p| vec![2.0 * p],
    );
    let branch = follow(&family, &[1.0], 0.0, &Options::between(-2.0, 2.0)).unwrap();
    assert_eq!(branch.ends, [End::Closed, End::Closed]);
    assert_eq!(branch.bifurcations.iter().map(|b| b.kind).collect::<Vec<_>>(), [K::Fold, K::Fold]);
    near(branch.bifurcations[0].p.abs(), 1.0, 1e-12);
}

fn relu(v: f64) -> f64 {
    v.max(0.0)
}
fn on(v: f64) -> f64 {
    f64::from(u8::from(v > 0.0))
}

/// dx/dt = -x + w relu(x) + p: for w = 1/2 the branch has a corner at p = 0, for w = 2 it turns there.
fn unit(w: f64, told: bool) -> Model {
    let family = Model::new(
        1,
        Kind::Flow,
        move |x, p| vec![-x[0] + w * relu(x[0]) + p],
        move |x, _| vec![vec![-1.0 + w * on(x[0])]],
        |_, _| vec![1.0],
    );
    if told { family.with_switches(|x, _| vec![x[0]]) } else { family }
}

#[test]
fn corners_are_corners() {
    for told in [true, false] {
        for w in [0.5, 0.99, -3.0] {
            let branch = follow(&unit(w, told), &[-0.8], -0.8, &Options::between(-1.0, 1.0)).unwrap();
            assert_eq!(branch.ends, [End::Low, End::High], "{told} {w}");
            near(branch.points.last().unwrap().state[0], 1.0 / (1.0 - w), 1e-9);
            assert!(branch.bifurcations.iter().all(|b| b.kind == K::Corner), "{told} {w}");
            if told {
                assert_eq!(branch.bifurcations.len(), 1);
                near(branch.bifurcations[0].p, 0.0, 1e-10);
            }
        }
        for w in [1.5, 2.0, 30.0] {
            let branch = follow(&unit(w, told), &[-0.8], -0.8, &Options::between(-1.0, 1.0)).unwrap();
            assert_eq!(branch.ends, [End::Low, End::Low], "{told} {w}");
            assert_eq!(branch.bifurcations.len(), 1);
            let corner = &branch.bifurcations[0];
            assert_eq!((corner.kind, corner.unstable), (K::Corner, [0, 1]));
            near(corner.p, 0.0, 1e-9);
        }
    }
}

#[test]
fn starts_that_are_none_are_refused() {
    let options = Options::between(-1.0, 1.0);
    assert!(matches!(
        follow(&pitchfork(), &[0.0, 1.0], 0.0, &options),
        Err(Error::Length { found: 2, expected: 1 })
    ));
    assert!(matches!(follow(&pitchfork(), &[0.0], 2.0, &options), Err(Error::OutOfRange { .. })));
    assert!(matches!(follow(&pitchfork(), &[0.0], f64::NAN, &options), Err(Error::OutOfRange { .. })));
    assert!(matches!(follow(&pitchfork(), &[f64::NAN], 0.5, &options), Err(Error::NotFinite)));
    // x^2 + 1 has no zero.
    let none = Model::new(
        1,
        Kind::Flow,
        |x, _| vec![x[0] * x[0] + 1.0],
        |x, _| vec![vec![2.0 * x[0]]],
        |_, _| vec![0.0],
    );
    assert!(matches!(follow(&none, &[0.7], 0.0, &options), Err(Error::NoStart { .. })));
    let nothing = Model::new(0, Kind::Flow, |_, _| vec![], |_, _| vec![], |_, _| vec![]);
    let branch = follow(&nothing, &[], 0.0, &options).unwrap();
    assert_eq!((branch.ends, branch.bifurcations.len()), ([End::Low, End::High], 0));
}
