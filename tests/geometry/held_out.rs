//! Significance of demixed axes: shares that are known, false alarms and power.

use faer::Mat;
use nullcline::diagnostics::geometry::demixed::{Axis, Means, Plan, Significance, Test, significance};
use nullcline::linalg::random::{Use, normal, normal_matrix, stream};
use rayon::prelude::*;

/// Trials of every condition, `each` of them, whose mean at a step is `mean(condition, step)` along `load`, with noise of unit
/// variance that remembers `memory` of itself from step to step.
struct Made<'a> {
    plan: &'a Plan,
    units: usize,
    each: usize,
    memory: f64,
    seed: u64,
}

impl Made<'_> {
    fn test(&self, shuffles: usize, mean: &dyn Fn(usize, usize) -> [f64; 2]) -> Significance {
        let (conditions, steps) = (self.plan.conditions(), self.plan.steps);
        let mut rng = stream(self.seed, Use::Fixture, 84);
        let load = normal_matrix(&mut rng, self.units, 2);
        let rows = conditions * self.each * steps;
        let mut x = Mat::<f64>::zeros(self.units, rows);
        for k in 0..conditions * self.each {
            let mut noise = vec![0.0; self.units];
            for t in 0..steps {
                let drive = mean(k / self.each, t);
                for (i, e) in noise.iter_mut().enumerate() {
                    let fresh = normal(&mut rng);
                    *e = if t == 0 {
                        fresh
                    } else {
                        self.memory * *e + (1.0 - self.memory.powi(2)).sqrt() * fresh
                    };
                    let load = if self.units == 1 { [1.0, 0.0] } else { [load[(i, 0)], load[(i, 1)]] };
                    x[(i, k * steps + t)] = *e + load[0] * drive[0] + load[1] * drive[1];
                }
            }
        }
        let columns: Vec<Vec<usize>> =
            (0..conditions * self.each).map(|k| (k * steps..(k + 1) * steps).collect()).collect();
        let trials = columns.chunks(self.each).map(|c| c.iter().map(Vec::as_slice).collect()).collect();
        let means = Means { x: x.as_ref(), plan: self.plan, trials };
        significance(&means, &Test { ridge: 1e-3, shuffles, seed: self.seed, basis: None }).unwrap()
    }
}

fn first(found: &Significance, factors: u32) -> &Axis {
    found.axes.iter().find(|a| a.marginal.factors == factors && a.place == 0).unwrap()
}

/// One unit, means -2, 0 and 2 with noise of unit variance: the nearest mean is right in Phi(1) of the outer and 2 Phi(1) - 1 of the
/// inner trials, 0.7885 of all (Phi(1) = 0.8413447 of a table); two means 2 apart: Phi(1).
#[test]
fn held_out_trials_are_told_as_often_as_the_overlap_lets_them() {
    for (levels, size, known) in [(3, 2.0, (4.0 * 0.841_344_7 - 1.0) / 3.0), (2, 2.0, 0.841_344_7)] {
        let plan = Plan { levels: vec![levels], steps: 12 };
        let made = Made { plan: &plan, units: 1, each: 300, memory: 0.0, seed: 3 };
        let found = made.test(19, &|c, _| [size * c as f64, 0.0]);
        let axis = first(&found, 1);
        // 12 x 900 or 600 trials, and means of 240.
        assert!((axis.mean() - known).abs() < 0.012, "{} not {known}", axis.mean());
        assert_eq!((axis.p, axis.above.iter().all(|a| *a), axis.classes), (1.0 / 20.0, true, levels));
        assert!(axis.highest.iter().all(|h| (h - axis.chance()).abs() < 0.12), "{:?}", axis.highest);
    }
}

/// p at or below 0.05 of the axes of one factor, the other and both, of so many sets of trials.
fn alarms(made: &(dyn Fn(u64) -> Significance + Sync), sets: u64) -> [usize; 3] {
    let all: Vec<[bool; 3]> = (0..sets)
        .into_par_iter()
        .map(|s| {
            let found = made(s);
            [1, 2, 3].map(|f| first(&found, f).p <= 0.05)
        })
        .collect();
    [0, 1, 2].map(|k| all.iter().filter(|a| a[k]).count())
}

/// Of noise, slow or not, p <= 0.05 as often as that; with a strong first factor no more often of the second and of both.
#[test]
fn noise_is_significant_as_often_as_the_level_says() {
    let plan = Plan { levels: vec![2, 2], steps: 12 };
    for (memory, strong) in [(0.0, false), (0.9, false), (0.5, true)] {
        let made = |seed: u64| {
            Made { plan: &plan, units: 8, each: 7, memory, seed }.test(39, &|c, t| {
                let side = if strong { c as f64 / 2.0 } else { 0.0 };
                [2.0 * side.floor(), (t as f64 / 3.0).sin()]
            })
        };
        let found = alarms(&made, 80);
        // Of 80 at 5 % at most 11 in 998 of 1000 (binomial).
        for (k, count) in found.into_iter().enumerate() {
            match strong && k == 0 {
                true => assert_eq!(count, 80),
                false => assert!(count <= 11, "memory {memory}, strong {strong}, axis {k}: {count} of 80"),
            }
        }
        if !strong {
            assert!(found.iter().sum::<usize>() >= 3, "{found:?}");
        }
    }
}

/// A difference of 0.8 standard deviations of one direction, in the last half of the trial: found, and there.
#[test]
fn weak_and_late_differences_are_found() {
    let plan = Plan { levels: vec![2, 2], steps: 40 };
    let made = |seed: u64| {
        Made { plan: &plan, units: 8, each: 12, memory: 0.5, seed }.test(39, &|c, t| {
            let side = (c % 2) as f64;
            [if t >= 20 { 0.4 * side } else { 0.0 }, (t as f64 / 5.0).sin()]
        })
    };
    let all: Vec<Significance> = (0..20).into_par_iter().map(made).collect();
    let found = all.iter().filter(|s| first(s, 2).p <= 0.05).count();
    let late: usize = all.iter().map(|s| first(s, 2).above[20..].iter().filter(|a| **a).count()).sum();
    let early: usize = all.iter().map(|s| first(s, 2).above[..20].iter().filter(|a| **a).count()).sum();
    assert!(found >= 18, "{found} of 20");
    assert!(late > 20 * early.max(5), "{late} late, {early} early");
}
