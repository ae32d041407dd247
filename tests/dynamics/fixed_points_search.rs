//! Fixed points in number: whole sets, pairs, indices, and how many are missed.

use nullcline::diagnostics::dynamics::fixed_points::exact::Limits;
use nullcline::diagnostics::dynamics::fixed_points::{FixedPoints, Label, Options, Stability, fixed_points};
use nullcline::diagnostics::dynamics::trajectories::random_states;
use nullcline::linalg::activation::Activation;
use nullcline::systems::cells::{Gru, Lstm, Vanilla};
use nullcline::systems::rule::Rule;
use nullcline::systems::time::{Map, System};

fn tanh(n: usize, w: impl Fn(usize, usize) -> f64, b: impl Fn(usize) -> f64) -> Map<Vanilla> {
    let mut cell = Vanilla::new(n, 0, Activation::Tanh);
    for i in 0..n {
        for j in 0..n {
            cell.params_mut().mat_mut(1)[(i, j)] = w(i, j);
        }
        cell.params_mut().mat_mut(2)[(i, 0)] = b(i);
    }
    Map::new(cell)
}

fn search(system: &dyn System, seed: u64, change: impl Fn(&mut Options)) -> FixedPoints {
    let n = system.field().dim();
    let states = random_states(system, 64, seed);
    // The search itself, without what is proven.
    let exact = Limits { units: 0, rank: 0, whole: 0, work: 0 };
    let mut options = Options { seed, exact, ..Options::for_dimension(n) };
    change(&mut options);
    fixed_points(system, states.as_ref(), &[], &options, &|| ())
}

fn count(found: &FixedPoints) -> usize {
    found.points.iter().filter(|p| p.label == Label::Fixed && p.isolated).count()
}

fn product(n: usize, w: f64) -> Map<Vanilla> {
    tanh(n, |i, j| if i == j { w } else { 0.0 }, |_| 0.0)
}

/// n units h <- tanh(2 h) apart from each other: 3^n points.
#[test]
fn the_729_points_of_six_bistable_units_are_found_whole() {
    for seed in 1..=3 {
        let found = search(&product(6, 2.0), seed, |_| ());
        assert_eq!(count(&found), 729, "seed {seed}: {:?}", found.rounds);
        assert!(found.expected_missed < 2.0, "seed {seed}: {}", found.expected_missed);
        assert_eq!((found.index.unwrap().sum, found.odd, found.complete), (1, true, false));
        for p in found.points.iter() {
            let zeros = p.state.iter().filter(|v| v.abs() < 1e-9).count();
            assert_eq!(p.unstable, zeros);
            assert!(p.state.iter().all(|v| v.abs() < 1e-9 || (v.abs() - 0.957_504_024_077).abs() < 1e-9));
        }
    }
}

/// The same with the budget spent early: what is said to be missed is what is missed, within a factor of two
/// in the mean over the logarithms, and never of another order.
#[test]
fn what_an_early_end_misses_is_said() {
    let mut logarithms = vec![];
    for (n, all) in [(6, 729.0), (7, 2187.0)] {
        for seed in 1..=3 {
            for budget in [256, 512, 1024] {
                let found = search(&product(n, 2.0), seed, |o| o.budget = budget);
                let missed = all - count(&found) as f64;
                let ratio = found.expected_missed / missed;
                assert!(
                    missed > 20.0 && ratio > 0.3 && ratio < 3.0,
                    "{n} {seed} {budget}: {ratio} of {missed}"
                );
                logarithms.push(ratio.ln());
                assert!(!found.rounds.saturated);
            }
        }
    }
    let typical = logarithms.iter().map(|l| l.abs()).sum::<f64>() / logarithms.len() as f64;
    assert!(typical < 2f64.ln(), "{typical}");
}

/// Three orthogonal patterns of eight units, W = g sum xi xi^T / 8: Newton's method in numpy from 20000 random
/// states (float64, roots apart by 1e-7) finds 27 points at g = 1.5 and 51 at g = 2, 6 of them stable.
#[test]
fn a_hopfield_network_has_its_patterns_and_their_mixtures() {
    let xi = |k: usize, i: usize| if i >> k & 1 == 1 { -1.0 } else { 1.0 };
    for (gain, known) in [(1.5, 27), (2.0, 51)] {
        let w = |i: usize, j: usize| gain / 8.0 * (0..3).map(|k| xi(k, i) * xi(k, j)).sum::<f64>();
        let found = search(&tanh(8, w, |_| 0.0), 1, |_| ());
        assert_eq!(count(&found), known, "gain {gain}");
        let stable = found.points.iter().filter(|p| p.stability == Stability::Stable).count();
        assert_eq!((stable, found.index.unwrap().sum), (6, 1), "gain {gain}");
    }
}

/// Weights by formula; counts and numbers of unstable directions by Newton's method in numpy from 60000 and
/// 90000 random states.
#[test]
fn networks_with_and_without_bias_have_the_points_that_numpy_finds() {
    let bias = |i: usize| 0.1 * (1.0 + i as f64).sin();
    let four = tanh(4, |i, j| 3.0 * (1.0 + 2.0 * i as f64 + 3.7 * j as f64).cos(), bias);
    let six = |i: usize, j: usize| {
        let (r, c) = (i as f64, j as f64);
        2.0 * (1.0 + 2.0 * r * r + 3.7 * c * r + c).cos() + if i == j { 2.0 } else { 0.0 }
    };
    for (system, known, stable) in [(four, 11, 5), (tanh(6, six, bias), 13, 4)] {
        let found = search(&system, 1, |_| ());
        assert_eq!(count(&found), known);
        assert_eq!(
            found.points.iter().filter(|p| p.label == Label::Fixed && p.unstable == 0).count(),
            stable
        );
        assert_eq!(found.index.unwrap().sum, 1);
        assert!(!found.odd);
    }
}

#[test]
fn points_of_odd_networks_come_in_pairs() {
    let found = search(&product(3, 1.7), 2, |o| (o.starts, o.second_starts) = (8, 0));
    assert!(found.odd && count(&found) % 2 == 1, "{}", count(&found));
    for p in &found.points {
        let image = |q: &[f64]| p.state.iter().zip(q).all(|(a, b)| (a + b).abs() < 1e-9);
        assert!(found.points.iter().any(|q| image(&q.state)), "{:?}", p.state);
    }
    assert!(!search(&tanh(2, |i, j| if i == j { 2.0 } else { 0.0 }, |_| 1e-3), 1, |_| ()).odd);
}

/// A search cut short leaves a sum of indices that proves what it lacks.
#[test]
fn a_violated_sum_of_indices_is_said() {
    let mut violated = 0;
    for seed in 1..=20 {
        let found = search(&tanh(3, |i, j| if i == j { 2.0 } else { 0.0 }, |i| 0.03 * i as f64), seed, |o| {
            (o.starts, o.second_starts) = (12, 0);
        });
        let index = found.index.unwrap();
        assert_eq!(index.degree, 1);
        let sum: i32 = found.points.iter().map(|p| if p.unstable.is_multiple_of(2) { 1 } else { -1 }).sum();
        assert_eq!(index.sum, sum);
        if index.sum != 1 {
            violated += 1;
            assert!(count(&found) < 27 && found.expected_missed >= f64::from(index.missing()));
        }
    }
    assert!(violated > 5, "{violated}");
}

/// Cells that send a box into itself know it; their indices add up to one.
#[test]
fn the_degree_of_bounded_cells_is_one() {
    let mut gru = Gru::new(3, 0);
    let mut lstm = Lstm::new(2, 0);
    let fill = |theta: &mut [f64]| {
        for (i, v) in theta.iter_mut().enumerate() {
            *v = 3.0 * (1.0 + 2.7 * i as f64).sin();
        }
    };
    let mut theta = vec![0.0; nullcline::systems::rule::parameter_count(&gru as &dyn Rule)];
    fill(&mut theta);
    gru.write_params(&theta);
    let mut theta = vec![0.0; nullcline::systems::rule::parameter_count(&lstm as &dyn Rule)];
    fill(&mut theta);
    lstm.write_params(&theta);
    for system in [&Map::new(gru) as &dyn System, &Map::new(lstm)] {
        let found = search(system, 1, |_| ());
        assert_eq!(found.degree, Some(1));
        assert_eq!(found.index.map(|i| i.sum), Some(1), "{:?}", found.points);
    }
    assert_eq!(Vanilla::<f64>::new(2, 0, Activation::Relu).degree(), None);
}
