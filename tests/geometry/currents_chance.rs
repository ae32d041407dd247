//! How often tests of angles, subspaces, weights and fits are wrong, and how often errors hold the truth.

use faer::Mat;
use nullcline::diagnostics::geometry::currents::{
    Null, blocks, dominant, mixed, null_ratio, populations, projections, rectified,
};
use nullcline::diagnostics::geometry::currents::{Population, counted};
use nullcline::linalg::eigen::singular_values;
use nullcline::linalg::random::{Rng, Use, normal, normal_matrix, stream, uniform};
use nullcline::numbers::circular::{kuiper, rayleigh, towards};
use nullcline::numbers::least_squares::grouped::grouped;
use std::f64::consts::{PI, TAU};

fn rng(index: u64) -> Rng {
    stream(11, Use::Fixture, 7000 + index)
}

/// A share of `draws` that a test at 5 % may reject.
fn rejects(what: &str, found: usize, draws: usize) {
    let share = found as f64 / draws as f64;
    assert!((0.02..=0.08).contains(&share), "{what}: {found} of {draws}");
}

#[test]
fn uniform_angles_are_rejected_as_often_as_said() {
    let mut rng = rng(0);
    for n in [25, 200] {
        let mut found = [0; 5];
        for _ in 0..1000 {
            let angles: Vec<f64> = (0..n).map(|_| uniform(&mut rng, -PI, PI)).collect();
            let p = [1, 2, 4].map(|m| rayleigh(&angles, m).p);
            for (count, p) in
                found.iter_mut().zip([p[0], p[1], p[2], towards(&angles, 4).p, kuiper(&angles).p])
            {
                *count += usize::from(p < 0.05);
            }
        }
        for (name, count) in ["Rayleigh", "twice", "four times", "axes", "Kuiper"].iter().zip(found) {
            rejects(&format!("{name} of {n}"), count, 1000);
        }
    }
}

#[test]
fn angles_at_the_axes_are_found() {
    let mut rng = rng(1);
    let at_axes = |rng: &mut Rng, spread: f64| -> Vec<f64> {
        (0..100).map(|k| TAU / 4.0 * f64::from(k % 4) + spread * normal(rng)).collect()
    };
    let found = (0..200).filter(|_| towards(&at_axes(&mut rng, 0.25), 4).p < 0.05).count();
    assert!(found >= 190, "{found} of 200");
    // Half-way between the axes is no gathering at them.
    let between = (0..200).filter(|_| {
        let angles: Vec<f64> = at_axes(&mut rng, 0.25).iter().map(|a| a + PI / 4.0).collect();
        towards(&angles, 4).p < 0.05
    });
    assert_eq!(between.count(), 0);
}

/// Directions of all kinds alike, in variables of different units: angles as they are are not uniform, scaled ones are.
#[test]
fn scaled_angles_do_not_ask_for_the_units_of_targets() {
    let (mut rng, mut found, mut raw) = (rng(2), [0; 3], 0);
    for _ in 0..500 {
        let s = Mat::from_fn(60, 2, |_, c| [1.0, 3.0][c] * normal(&mut rng));
        let m = mixed(s.as_ref(), &[true; 60], 99, &mut rng);
        let pair = &m.pairs[0];
        for (count, p) in found.iter_mut().zip([pair.scaled_axes.p, pair.scaled_kuiper.p, m.p]) {
            *count += usize::from(p <= 0.05);
        }
        raw += usize::from(pair.rayleigh[1].p < 0.05);
    }
    for (name, count) in ["axes", "Kuiper", "index"].iter().zip(found) {
        rejects(name, count, 500);
    }
    assert!(raw > 450, "{raw}");
}

#[test]
fn noise_has_no_dominant_singular_value_and_planted_ones_are_counted() {
    let (mut rng, n, mut found) = (rng(3), 64, 0);
    for _ in 0..400 {
        let w = normal_matrix(&mut rng, n, n);
        found += usize::from(dominant(&singular_values(w.as_ref()).unwrap()).above > 0);
    }
    rejects("noise", found, 400);
    for planted in 1..=4 {
        let (l, r) = (normal_matrix(&mut rng, n, planted), normal_matrix(&mut rng, n, planted));
        let w = normal_matrix(&mut rng, n, n) + 0.8 * &l * r.transpose();
        let seen = dominant(&singular_values(w.as_ref()).unwrap());
        assert_eq!((seen.by_gap, seen.above), (planted, planted), "{seen:?}");
        assert!((seen.noise - 1.0).abs() < 0.1 && (seen.edge - 16.0).abs() < 1.6, "{seen:?}");
    }
    let exact = dominant(&[2.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!((exact.by_gap, exact.above), (2, 2));
    assert_eq!(dominant(&[0.0; 4]).by_gap, 0);
}

/// 20 trials of 15 rows whose noise lasts: rows tell much less than their number says.
struct Trials {
    y: Mat<f64>,
    z: Mat<f64>,
    groups: Vec<usize>,
}

impl Trials {
    /// z = slope y_1 + noise of standard deviation 1, twice.
    fn new(rng: &mut Rng, slope: f64) -> Self {
        let (trials, steps) = (20, 15);
        let (mut y, mut z) = (Mat::zeros(2, trials * steps), Mat::zeros(2, trials * steps));
        for k in 0..trials {
            let mut state = [0; 4].map(|_| normal(rng));
            for t in k * steps..(k + 1) * steps {
                state.iter_mut().for_each(|s| *s = 0.8 * *s + 0.6 * normal(rng));
                (0..2).for_each(|c| y[(c, t)] = state[c]);
                (0..2).for_each(|i| z[(i, t)] = slope * state[0] + state[2 + i]);
            }
        }
        Self { y, z, groups: (0..trials * steps).map(|t| t / steps).collect() }
    }
}

#[test]
fn errors_of_grouped_fits_hold_the_truth_and_their_test_is_right() {
    let (mut rng, draws) = (rng(4), 1000);
    let (mut slope, mut offset, mut explained, mut test) = (0, 0, 0, 0);
    for _ in 0..draws {
        let t = Trials::new(&mut rng, 1.0);
        let fit = grouped(t.y.as_ref(), t.z.as_ref(), &t.groups, true).unwrap();
        let holds = |e: &nullcline::numbers::Estimate, truth: f64| {
            usize::from((e.value - truth).abs() <= e.reach().unwrap())
        };
        slope += holds(&fit.slopes[0][0], 1.0);
        offset += holds(&fit.offsets[0], 0.0);
        // Of variance 2 the variable explains 1, less what its slopes' errors cost.
        explained += holds(&fit.r_squared_all, 0.5);
        let t = Trials::new(&mut rng, 0.0);
        let none = grouped(t.y.as_ref(), t.z.as_ref(), &t.groups, true).unwrap();
        test += usize::from(none.p[0] < 0.05);
    }
    let share = |count: usize| count as f64 / f64::from(draws);
    for (name, count) in [("slope", slope), ("offset", offset)] {
        assert!((0.92..=0.98).contains(&share(count)), "{name}: {count} of {draws}");
    }
    // What was fitted on 285 rows explains a little less than the truth.
    assert!((0.85..=0.98).contains(&share(explained)), "R2: {explained} of {draws}");
    rejects("Hotelling", test, draws as usize);
}

#[test]
fn the_error_of_the_projection_ratio_holds_the_truth() {
    let (mut rng, n, trials, steps, noise) = (rng(5), 12, 20, 10, 0.1);
    let basis = Mat::<f64>::identity(n, 2);
    // <|N_10|> of ten standard normals, and of two: sqrt 2 Gamma((k + 1) / 2) / Gamma(k / 2).
    let (ten, two) = (3.084_327_8, (PI / 2.0).sqrt());
    let groups: Vec<usize> = (0..trials * steps).map(|t| t / steps).collect();
    let mut found = [0; 2];
    for _ in 0..1000 {
        let nu =
            Mat::from_fn(
                n,
                trials * steps,
                |i, _| if i < 2 { normal(&mut rng) } else { noise * normal(&mut rng) },
            );
        let at = &projections(basis.as_ref(), nu.as_ref(), &groups)[1];
        let whole = (0.1f64 / 2.1).sqrt();
        for (count, (e, truth)) in found.iter_mut().zip([(at.ratio, noise * ten / two), (at.residual, whole)])
        {
            *count += usize::from((e.value - truth).abs() <= e.reach().unwrap());
        }
    }
    for count in found {
        assert!((920..=980).contains(&count), "{found:?} of 1000");
    }
}

#[test]
fn chance_spaces_and_chance_blocks_are_called_so() {
    let (mut rng, n) = (rng(6), 24);
    let basis = Mat::<f64>::identity(n, 2);
    let (mut random, mut dealt) = (0, 0);
    for _ in 0..500 {
        let nu = normal_matrix(&mut rng, n, 3) * normal_matrix(&mut rng, 3, 30);
        let groups: Vec<usize> = (0..30).map(|t| t / 3).collect();
        let found = projections(basis.as_ref(), nu.as_ref(), &groups)[1].ratio.value;
        random +=
            usize::from(null_ratio(basis.as_ref(), nu.as_ref(), found, Null::Random, 99, &mut rng).p <= 0.05);
        let w = normal_matrix(&mut rng, n, n);
        let group: Vec<usize> = (0..n).map(|i| i % 3).collect();
        dealt += usize::from(blocks(w.as_ref(), &group, 99, &mut rng).unwrap().p <= 0.05);
    }
    rejects("random spaces", random, 500);
    rejects("blocks", dealt, 500);
}

/// [l y]_+ with noise: units of l > 0 follow the positive values, those of l < 0 the negative ones, |y| both, noise neither.
#[test]
fn populations_are_told_apart_and_noise_is_null() {
    let (mut rng, mut wrong, mut null) = (rng(7), 0, 0);
    for _ in 0..100 {
        let y = Mat::from_fn(1, 400, |_, _| normal(&mut rng));
        let h = Mat::from_fn(40, 400, |i, t| {
            let y: f64 = y[(0, t)];
            let clean = [y.max(0.0), (-y).max(0.0), y.abs(), 0.0][i % 4];
            clean + 0.3 * normal(&mut rng)
        });
        let groups: Vec<usize> = (0..400).map(|t| t / 20).collect();
        let (parts, of) = rectified(y.as_ref());
        let found = populations(&grouped(parts.as_ref(), h.as_ref(), &groups, true).unwrap(), &of, 1);
        use Population::{Both, Negative, Null, Positive};
        wrong += (0..40).filter(|i| i % 4 < 3 && found[0][*i] != [Positive, Negative, Both][i % 4]).count();
        null += (0..40).filter(|i| i % 4 == 3 && found[0][*i] != Null).count();
        assert_eq!(counted(&found[0]).iter().sum::<usize>(), 40);
    }
    // At 5 % over all coefficients of a fit.
    assert!(wrong <= 12 && null <= 12, "{wrong} and {null} of 4000");
}
