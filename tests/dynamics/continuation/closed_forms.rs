//! Bifurcations known in closed form.

use super::model::*;
use nullcline::diagnostics::dynamics::continuation::{
    Bifurcation, BifurcationKind as K, Branch, Criticality, End, Options, diagram, follow,
};

fn of(branch: &Branch, kind: K) -> Vec<&Bifurcation> {
    branch.bifurcations.iter().filter(|b| b.kind == kind).collect()
}

fn only(branch: &Branch, kind: K) -> &Bifurcation {
    let found = of(branch, kind);
    assert_eq!(found.len(), 1, "{:#?}", branch.bifurcations);
    found[0]
}

#[test]
fn henon_has_its_fold_and_its_flip() {
    let b: f64 = 0.3;
    let options = Options::between(-0.5, 1.2);
    let branch = follow(&henon(), &[0.6, 0.2], 0.8, &options).unwrap();
    // x = (b - 1 +- sqrt((1 - b)^2 + 4 a)) / (2 a): a fold at -(1 - b)^2 / 4, a flip at 3 (1 - b)^2 / 4 where the trace is b - 1.
    near(only(&branch, K::Fold).p, -(1.0 - b).powi(2) / 4.0, 1e-12);
    let flip = only(&branch, K::Flip);
    near(flip.p, 0.75 * (1.0 - b).powi(2), 1e-12);
    assert!(flip.error < 1e-12);
    assert_eq!(flip.criticality, Some(Criticality::Supercritical));
    // The other point goes to infinity as a rises to 0.
    assert_eq!(branch.ends, [End::Diverged, End::High]);
}

#[test]
fn pitchfork_is_seen_from_the_axis() {
    let branch = follow(&pitchfork(), &[0.0], -0.7, &Options::between(-1.0, 1.0)).unwrap();
    let b = only(&branch, K::Pitchfork);
    near(b.p, 0.0, 1e-12);
    near(b.coefficient.unwrap().value, -1.0, 1e-8);
    assert_eq!(b.criticality, Some(Criticality::Supercritical));
    assert_eq!(branch.bifurcations.len(), 1);
    // From the parabola.
    let branch = follow(&pitchfork(), &[0.7], 0.49, &Options::between(-1.0, 1.0)).unwrap();
    near(only(&branch, K::Pitchfork).p, 0.0, 1e-12);
    assert_eq!(branch.ends, [End::High, End::High]);
}

#[test]
fn delayed_logistic_turns_at_two() {
    let branch = follow(&delayed_logistic(), &[0.3, 0.3], 1.5, &Options::between(0.5, 2.5)).unwrap();
    let ns = only(&branch, K::NeimarkSacker);
    near(ns.p, 2.0, 1e-12);
    near(ns.frequency.unwrap(), std::f64::consts::FRAC_PI_3, 1e-12);
    assert_eq!(ns.criticality, Some(Criticality::Supercritical));
    near(only(&branch, K::Transcritical).p, 1.0, 1e-12);
}

#[test]
fn brusselator_oscillates_from_two() {
    let branch = follow(&brusselator(), &[1.0, 1.5], 1.5, &Options::between(0.5, 4.0)).unwrap();
    let hopf = only(&branch, K::Hopf);
    near(hopf.p, 2.0, 1e-12);
    near(hopf.frequency.unwrap(), 1.0, 1e-12);
    assert_eq!(hopf.criticality, Some(Criticality::Supercritical));
}

#[test]
fn logistic_doubles_its_period() {
    let options = Options { doublings: 2, ..Options::between(0.5, 3.55) };
    let all = diagram(&logistic(), &[(vec![0.0], 0.6)], &options).unwrap();
    let flips: Vec<f64> = all.branches.iter().flat_map(|b| of(b, K::Flip)).map(|b| b.p).collect();
    near(flips[0], 3.0, 1e-11);
    near(flips[1], 1.0 + 6.0f64.sqrt(), 1e-11);
}

#[test]
fn pitchfork_gives_two_branches() {
    let all =
        diagram(&pitchfork(), &[(vec![0.0], -0.7), (vec![0.5], 0.25)], &Options::between(-1.0, 1.0)).unwrap();
    assert_eq!(all.branches.len(), 2);
    assert_eq!(all.branches[1].ends, [End::High, End::High]);
}
