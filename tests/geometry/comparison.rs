//! Two activities side by side: other programs, Gaussians of known divergence, and known motion.

use crate::common::golden;
use faer::Mat;
use nullcline::diagnostics::geometry::comparison::{
    Groups, Kernel, Means, NEIGHBOURS, Sample, Turns, bias_difference, by_chance, captured, cell, clipped,
    compared, diffusion, direction_bias, divergence, estimate, plain,
};
use nullcline::linalg::random::{Rng, Use, normal, stream};
use serde_json::Value;

fn expected() -> Value {
    serde_json::from_str(&std::fs::read_to_string(golden("comparison/expected.json")).unwrap()).unwrap()
}

/// Rows of the file as columns.
fn points(v: &Value) -> Mat<f64> {
    let rows = v.as_array().unwrap();
    let at = |t: usize, i: usize| rows[t][i].as_f64().unwrap();
    Mat::from_fn(rows[0].as_array().unwrap().len(), rows.len(), |i, t| at(t, i))
}

fn sample(x: Mat<f64>, per_group: usize) -> Sample {
    let n = x.ncols();
    Sample { x, group: (0..n).map(|t| t / per_group).collect(), follows: vec![per_group > 1; n] }
}

fn near(found: f64, known: &Value, room: f64) {
    let known = known.as_f64().unwrap();
    assert!((found - known).abs() < room, "{found}, not {known}");
}

#[test]
fn divergences_kernels_and_subspaces_are_those_of_numpy_and_scipy() {
    let e = expected();
    let (p, q) = (points(&e["p"]), points(&e["q"]));
    let kl = &e["kl"];
    let (single, other) = (sample(p.clone(), 1), sample(q.clone(), 1));
    let trials = sample(p.clone(), 6);
    for (name, of) in
        [("plain", plain as fn(&Sample, &Sample, usize, usize) -> Option<f64>), ("about_gaussians", estimate)]
    {
        near(of(&single, &other, 2, 1).unwrap(), &kl[name]["alone_1"], 1e-11);
        near(of(&single, &other, 2, 5).unwrap(), &kl[name]["alone_5"], 1e-11);
        near(of(&trials, &other, 2, 3).unwrap(), &kl[name]["trials_3"], 1e-11);
        near(of(&other, &single, 2, 1).unwrap(), &kl[name]["other_1"], 1e-11);
    }
    let at = points(&e["at"]);
    let [of_p, of_q] = [&p, &q].map(|x| Kernel::of(x.as_ref()).unwrap().density(at.as_ref()));
    for (k, (a, b)) in of_p.iter().zip(&of_q).enumerate() {
        near(*a, &e["density_p"][k], 1e-14);
        near(*b, &e["density_q"][k], 1e-14);
    }
    near(clipped(&of_q, &of_p), &e["clipped"], 1e-12);
    let (a, b) = (sample(points(&e["a"]), 10), sample(points(&e["b"]), 10));
    let found = captured(&a, &b, 2, Groups::Apart, 1).unwrap();
    (0..2).for_each(|s| near(found.shared[s].value, &e["shared"][s], 1e-12));
    (0..2).for_each(|s| near(found.angles[s].value, &e["angles"][s], 1e-8));
    assert!(found.shared.iter().chain(&found.angles).all(|m| m.error() > 0.0 && m.n == 7));
}

/// Trials of points of N(mean, deviation^2) in each coordinate, x' = a x + noise within each.
fn gaussian(
    rng: &mut Rng,
    d: usize,
    (trials, rows): (usize, usize),
    mean: f64,
    deviation: f64,
    a: f64,
) -> Sample {
    let mut x = Mat::zeros(d, trials * rows);
    for t in 0..trials * rows {
        for i in 0..d {
            let fresh = normal(rng);
            x[(i, t)] = if t % rows == 0 { fresh } else { a * x[(i, t - 1)] + (1.0 - a * a).sqrt() * fresh };
        }
    }
    x.col_iter_mut().for_each(|c| c.iter_mut().for_each(|v| *v = mean + deviation * *v));
    sample(x, rows)
}

/// KL(N(0, 1) || N(m, s^2)) in nats, in each of d coordinates.
fn known(d: usize, m: f64, s: f64) -> f64 {
    d as f64 * (s.ln() + (1.0 + m * m) / (2.0 * s * s) - 0.5)
}

/// Two errors hold KL in 95 % of draws; that fewer than 31 of 40 do has a chance below 1e-4 where it is so.
#[test]
fn errors_of_divergences_hold_those_of_gaussians() {
    for (case, (d, trials, rows, a, m, s)) in
        [(2, 60, 10, 0.0, 0.0, 0.7), (3, 60, 10, 0.0, 0.5, 1.3), (2, 100, 20, 0.8, 0.0, 1.5)]
            .into_iter()
            .enumerate()
    {
        let truth = known(d, m, s);
        let held = (0..40).filter(|k| {
            let mut rng = stream(11, Use::Fixture, (case * 100 + k) as u64);
            let p = gaussian(&mut rng, d, (trials, rows), 0.0, 1.0, a);
            let q = gaussian(&mut rng, d, (trials, rows), m, s, a);
            let found = divergence(&p, &q, [d, NEIGHBOURS], Groups::Apart, *k as u64).unwrap().value;
            (found.value - truth).abs() < 2.0 * found.error()
        });
        let held = held.count();
        assert!(held >= 31, "{d} dimensions, {a}: {held} of 40");
    }
}

/// Few points of a narrow Gaussian, and a wide one: the mean of 200 draws lies within four of its errors, where that of distances alone is
/// 0.1 too small.
#[test]
fn nothing_is_missing_where_few_points_are() {
    let (mut with, mut without) = (vec![], vec![]);
    for k in 0..200 {
        let mut rng = stream(15, Use::Fixture, k);
        let p = gaussian(&mut rng, 2, (300, 1), 0.0, 1.0, 0.0);
        let q = gaussian(&mut rng, 2, (300, 1), 0.0, 0.7, 0.0);
        with.push(estimate(&p, &q, 2, 1).unwrap());
        without.push(plain(&p, &q, 2, 1).unwrap());
    }
    let [with, without] = [with, without].map(nullcline::numbers::Estimate::mean);
    let truth = known(2, 0.0, 0.7);
    assert!((with.value - truth).abs() < 4.0 * with.error().max(0.005), "{with:?}, not {truth}");
    assert!(without.value < truth - 0.1, "{without:?}");
}

/// Of one density p values are uniform: that more than 6 of 40 lie below 0.05 has a chance of 1e-3.
#[test]
fn one_density_is_told_as_one() {
    let below = (0..40).filter(|k| {
        let mut rng = stream(12, Use::Fixture, *k);
        let p = gaussian(&mut rng, 2, (30, 10), 0.0, 1.0, 0.7);
        let q = gaussian(&mut rng, 2, (30, 10), 0.0, 1.0, 0.7);
        let own = estimate(&p, &q, 2, 5).unwrap();
        by_chance(&p, &q, [2, 5], Groups::Apart, own, *k).p < 0.05
    });
    let below = below.count();
    assert!(below <= 6, "{below}");
    // Of two it is not.
    let mut rng = stream(12, Use::Fixture, 99);
    let p = gaussian(&mut rng, 2, (30, 10), 0.0, 1.0, 0.7);
    let q = gaussian(&mut rng, 2, (30, 10), 1.0, 1.0, 0.7);
    assert!(by_chance(&p, &q, [2, 5], Groups::Apart, estimate(&p, &q, 2, 5).unwrap(), 1).p < 0.03);
}

/// Of two runs from one start the density is one: pairs of groups that leave one another out find so in the mean of 100 draws, and p is below
/// 0.05 in no more than 12 of them (a chance of 3e-3); where each is a neighbour of the other, as if drawn by itself, KL is less than nothing.
#[test]
fn runs_from_one_start_are_no_independent_draws() {
    let (mut paired, mut apart, mut below) = (vec![], vec![], 0);
    for k in 0..100 {
        let mut rng = stream(16, Use::Fixture, k);
        let starts = gaussian(&mut rng, 2, (40, 1), 0.0, 1.0, 0.0);
        let [p, q] = [0, 1].map(|_| {
            let mut x = Mat::zeros(2, 40 * 20);
            for t in 0..40 * 20 {
                for i in 0..2 {
                    let before = if t % 20 == 0 { starts.x[(i, t / 20)] } else { x[(i, t - 1)] };
                    x[(i, t)] = 0.99 * before + (1.0 - 0.99f64.powi(2)).sqrt() * normal(&mut rng);
                }
            }
            sample(x, 20)
        });
        let found = divergence(&p, &q, [2, NEIGHBOURS], Groups::Paired, k).unwrap().value.value;
        below += usize::from(by_chance(&p, &q, [2, NEIGHBOURS], Groups::Paired, found, k).p < 0.05);
        paired.push(found);
        apart.push(estimate(&p, &q, 2, NEIGHBOURS).unwrap());
    }
    let [paired, apart] = [paired, apart].map(nullcline::numbers::Estimate::mean);
    assert!(paired.value.abs() < 4.0 * paired.error(), "{paired:?}");
    assert!(apart.value < -0.3 && below <= 12, "{apart:?} {below}");
}

/// Points that meet exactly: two thirds and one third against halves, KL = ln(2) / 3 + ... by counting.
#[test]
fn points_of_few_values_are_counted() {
    let of = |ones: usize| {
        let x = Mat::from_fn(2, 3000, |_, t| f64::from(t % 6 < ones));
        sample(x, 1)
    };
    let (p, q) = (of(4), of(3));
    let truth = 2.0 / 3.0 * (4.0f64 / 3.0).ln() + 1.0 / 3.0 * (2.0f64 / 3.0).ln();
    let found = estimate(&p, &q, 2, 5).unwrap();
    assert!((found - truth).abs() < 2e-3, "{found}, not {truth}");
    // Too few points, and all in one group.
    assert!(estimate(&sample(Mat::zeros(2, 4), 1), &q, 2, 5).is_none());
    assert!(estimate(&sample(p.x.clone(), 3000), &q, 2, 5).is_none());
}

/// Two planes of known angles: errors hold the shared variance and the larger angle.
#[test]
fn errors_of_subspaces_hold_what_is_known() {
    let (c, s) = (50f64.to_radians().cos(), 50f64.to_radians().sin());
    // Of the second: variance 4 along the first axis, 2 along the turned one, 0.25 elsewhere.
    let draw = |rng: &mut Rng, turned: bool| {
        let mut x = Mat::zeros(4, 600);
        for t in 0..600 {
            let v: [f64; 4] = std::array::from_fn(|i| normal(rng) * [2.0, 2f64.sqrt(), 0.5, 0.5][i]);
            let [b, d] = if turned { [c * v[1] - s * v[2], s * v[1] + c * v[2]] } else { [v[1], v[2]] };
            [v[0], b, d, v[3]].iter().enumerate().for_each(|(i, v)| x[(i, t)] = *v);
        }
        sample(x, 10)
    };
    let truth = (4.0 + 2.0 * c * c + 0.25 * s * s) / 6.0;
    let mut held = [0; 2];
    for k in 0..40 {
        let mut rng = stream(13, Use::Fixture, k);
        let (a, b) = (draw(&mut rng, false), draw(&mut rng, true));
        let found = captured(&a, &b, 2, Groups::Apart, k).unwrap();
        let within =
            |e: nullcline::numbers::Estimate, v: f64| usize::from((e.value - v).abs() < 2.0 * e.error());
        held[0] += within(found.shared[1], truth);
        held[1] += within(found.angles[1], 50.0);
    }
    assert!(held.iter().all(|h| *h >= 33), "{held:?}");
}

/// Walks around a circle with a drift: the sign is found, reversal is refused, and the difference of two.
#[test]
fn drift_around_a_circle_is_told() {
    let walk = |drift: f64, index: u64| {
        let mut rng = stream(14, Use::Fixture, index);
        let mut angle = 0.0f64;
        let x: Vec<f64> = (0..2000)
            .map(|t| {
                angle =
                    if t % 50 == 0 { 6.0 * normal(&mut rng) } else { angle + drift + 0.3 * normal(&mut rng) };
                angle
            })
            .collect();
        sample(Mat::from_fn(2, 2000, |i, t| if i == 0 { x[t].cos() } else { x[t].sin() }), 50)
    };
    let centre = [0.0, 0.0];
    let (mut still, mut differ) = (0, 0);
    for k in 0..40 {
        let (a, b) = (Turns::of(&walk(0.0, k), &centre), Turns::of(&walk(0.0, 100 + k), &centre));
        still += usize::from(direction_bias(&a, k).unwrap().p < 0.05);
        differ += usize::from(bias_difference(&a, &b, Groups::Apart, k).unwrap().1 < 0.05);
    }
    assert!(still <= 6 && differ <= 6, "{still} {differ}");
    let (none, drift) = (walk(0.0, 1), walk(0.1, 200));
    let turned = Turns::of(&drift, &centre);
    let found = direction_bias(&turned, 1).unwrap();
    assert!((found.radians.value - 0.1).abs() < 3.0 * found.radians.error() && found.p < 0.01, "{found:?}");
    let (difference, p) = bias_difference(&turned, &Turns::of(&none, &centre), Groups::Apart, 1).unwrap();
    assert!(difference.value > 0.2 && p < 0.01, "{difference:?} {p}");
    // Transitions between bins say the same.
    let pi = std::f64::consts::PI;
    let bins = |s: &Sample| -> Vec<Option<usize>> {
        (0..s.x.ncols()).map(|t| cell(s.x[(1, t)].atan2(s.x[(0, t)]), [-pi, pi], 12)).collect()
    };
    let of = compared((&drift, &bins(&drift)), (&none, &bins(&none)), 12, Groups::Apart, 1).unwrap();
    assert!(of.first.p < 0.02 && of.second.p > 0.05 && of.p < 0.02, "{of:?}");
    assert_eq!(of.rows, 50);
}

/// Two runs of each of 30 pairs share their scale and the way around which they go: two errors of a ratio hold it in 95 % of draws (fewer
/// than 176 of 200 have a chance below 1e-3), which those of independent groups are several times as wide as; the difference of two
/// biases alike is told in 5 % of draws (more than 8 of 40: 1e-4), and one that is the same in all pairs is found, where the spread of
/// pairs hides it.
#[test]
fn what_pairs_share_is_in_no_error() {
    let draw = |k: u64, more: f64, drift: f64| -> [Sample; 2] {
        let mut rng = stream(17, Use::Fixture, k);
        let own: Vec<[f64; 2]> =
            (0..30).map(|_| [(0.8 * normal(&mut rng)).exp(), 0.3 * normal(&mut rng)]).collect();
        [(1.0, 0.0), (more, drift)].map(|(times, drift)| {
            let mut angle = 0.0f64;
            let mut x = Mat::zeros(2, 30 * 40);
            for t in 0..30 * 40 {
                let [scale, way] = own[t / 40];
                angle += way + drift + 0.2 * normal(&mut rng);
                [angle.cos(), angle.sin()]
                    .iter()
                    .enumerate()
                    .for_each(|(i, v)| x[(i, t)] = times * scale * v);
            }
            sample(x, 40)
        })
    };
    let (mut held, mut widths, mut differ) = (0, [0.0; 2], 0);
    for k in 0..200 {
        let [a, b] = draw(k, 1.5, 0.0);
        let (of_a, of_b) = (Means::of_steps(&a), Means::of_steps(&b));
        let [pairs, apart] = [Groups::Paired, Groups::Apart].map(|g| of_b.over(&of_a, g));
        held += usize::from((pairs.value - 1.5).abs() < 2.0 * pairs.error());
        [pairs, apart].iter().zip(&mut widths).for_each(|(e, w)| *w += e.error());
        if k < 40 {
            let turns = [a, b].map(|s| Turns::of(&s, &[0.0, 0.0]));
            differ += usize::from(bias_difference(&turns[0], &turns[1], Groups::Paired, k).unwrap().1 < 0.05);
        }
    }
    assert!(held >= 176 && widths[1] > 3.0 * widths[0] && differ <= 8, "{held} {widths:?} {differ}");
    let both = draw(300, 1.0, 0.04);
    let turns = both.each_ref().map(|s| Turns::of(s, &[0.0, 0.0]));
    let p = |g: Groups| bias_difference(&turns[0], &turns[1], g, 1).unwrap().1;
    assert!(p(Groups::Paired) < 0.01 && p(Groups::Apart) > 0.1, "{} {}", p(Groups::Paired), p(Groups::Apart));
    let of = |g: Groups| captured(&both[0], &both[0], 1, g, 1).unwrap().shared[0].error();
    assert!(of(Groups::Paired) < 1e-12 && of(Groups::Apart) > 1e-3);
}

/// Exponents of a walk and of motion straight on; a subspace of everything leaves nothing off.
#[test]
fn displacements_grow_as_they_must() {
    let straight = Mat::from_fn(2, 600, |i, t| (t % 100) as f64 * [3.0, 4.0][i]);
    let found = diffusion(&sample(straight, 100), faer::mat![[1.0, 0.0], [0.0, 1.0]].as_ref()).unwrap();
    assert!((found.within.exponent.value - 2.0).abs() < 1e-9 && found.off.is_none());
    assert!((found.within.mean_square[0].value - 25.0).abs() < 1e-9);
    assert_eq!((found.lags[0], *found.lags.last().unwrap()), (1, 25));
    assert!(diffusion(&sample(Mat::zeros(2, 50), 10), faer::mat![[1.0], [0.0]].as_ref()).is_none());
}
