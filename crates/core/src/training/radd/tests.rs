use super::*;
use crate::linalg::random::{Use, normal, normal_matrix, stream};

/// Two units under two inputs, from rest, in two sequences.
fn recording(f: Activation) -> (Student, Mat<f64>, Mat<f64>, [usize; 2]) {
    let mut rng = stream(11, Use::Fixture, 0);
    let known = Student {
        activation: f,
        a: faer::mat![[0.8, -0.3], [0.4, 0.6]],
        b: faer::mat![[0.5, -0.2], [0.1, 0.7]],
        c: vec![0.05, -0.1],
        a_error: Mat::zeros(2, 2),
        b_error: Mat::zeros(2, 2),
        c_error: vec![0.0; 2],
        pairs: 0,
        clipped: 0,
        beyond: 0,
        censored: vec![[0, 0]; 2],
        errors: vec![Errors::Independent; 2],
        open: vec![vec![false; 5]; 2],
        rank: 5,
        free: vec![],
        condition: 1.0,
        residual: vec![],
    };
    let u = normal_matrix(&mut rng, 2, 400);
    let starts = [0, 150];
    let empty = Mat::zeros(2, 400);
    let data = Sequences { z: empty.as_ref(), u: u.as_ref(), starts: &starts };
    let z = known.follow(&data, &Settings { from_zero: true, ..Settings::default() }, true);
    (known, z, u, starts)
}

#[test]
fn a_known_system_gives_back_its_matrices() {
    for f in [Activation::Tanh, Activation::Sigmoid, Activation::Identity, Activation::Relu] {
        let (known, z, u, starts) = recording(f);
        let data = Sequences { z: z.as_ref(), u: u.as_ref(), starts: &starts };
        for from_zero in [false, true] {
            let settings = Settings { activation: f, from_zero, ..Settings::default() };
            let found = radd(&data, None, &settings).unwrap();
            assert_eq!(found.pairs, if from_zero { 400 } else { 398 });
            assert!((&found.a - &known.a).norm_max() < 1e-8, "{f:?}");
            assert!((&found.b - &known.b).norm_max() < 1e-8, "{f:?}");
            assert!(found.c.iter().zip(&known.c).all(|(a, b)| (a - b).abs() < 1e-8), "{f:?}");
            let scores = found.scores(&data, None, &settings);
            assert!(scores.rollout.iter().all(|s| s.r2 > 1.0 - 1e-9), "{f:?}: {scores:?}");
        }
    }
}

/// A mixing of ten units, embedded and projected back, changes nothing.
#[test]
fn a_projection_undoes_an_embedding() {
    let (known, z, u, starts) = recording(Activation::Tanh);
    let mut rng = stream(12, Use::Fixture, 0);
    let embed = Mat::from_fn(10, 2, |_, _| normal(&mut rng));
    let gram = embed.transpose() * &embed;
    let p = faer::linalg::solvers::Solve::solve(&gram.partial_piv_lu(), embed.transpose());
    let h = &embed * &z;
    let back = project(p.as_ref(), h.as_ref());
    assert!((&back - &z).norm_max() < 1e-13);
    let data = Sequences { z: back.as_ref(), u: u.as_ref(), starts: &starts };
    let found = radd(&data, None, &Settings::default()).unwrap();
    assert!((&found.a - &known.a).norm_max() < 1e-8);
    let theta = found.theta();
    let mut read = vec![0.0; theta.len()];
    found.rule().read_params(&mut read);
    assert_eq!(theta, read);
    assert!((scale_to(back.as_ref(), 0.8).unwrap() * back.norm_max() - 0.8).abs() < 1e-15);
    assert!(scale_to(Mat::<f64>::zeros(2, 3).as_ref(), 0.8).is_none());
}

#[test]
fn late_inputs_and_marked_pairs() {
    let (known, z, u, _) = recording(Activation::Tanh);
    // The input of a row acts on the next: shift the inputs one row up, sequence by sequence.
    let (z, u) = (z.subcols(0, 150).to_owned(), u.subcols(0, 150).to_owned());
    let early = Mat::from_fn(2, 150, |i, t| if t + 1 < 150 { u[(i, t + 1)] } else { 9.0 });
    let data = Sequences { z: z.as_ref(), u: early.as_ref(), starts: &[0] };
    let settings = Settings { lag: 1, ..Settings::default() };
    let mut marked = vec![true; 150];
    marked[100..].fill(false);
    let found = radd(&data, Some(&marked), &settings).unwrap();
    assert_eq!(found.pairs, 99);
    assert!((&found.b - &known.b).norm_max() < 1e-8);
    let none = [false; 150];
    assert_eq!(radd(&data, Some(&none), &settings).unwrap_err(), Error::NoPairs);
    let mut bad = z.clone();
    bad[(1, 7)] = f64::NAN;
    let data = Sequences { z: bad.as_ref(), ..data };
    assert_eq!(radd(&data, None, &settings).unwrap_err(), Error::NotFinite { column: 7 });
}

#[test]
fn inverses_and_what_is_clipped() {
    for f in [Activation::Tanh, Activation::Sigmoid, Activation::Relu, Activation::Identity] {
        for a in [0.01, 0.6, 2.0] {
            let mut y = [a];
            f.apply(&mut y, &mut [0.0]);
            let (back, clipped) = before(f, y[0]);
            assert!((back - a).abs() < 1e-13 && !clipped, "{f:?} at {a}");
        }
    }
    let (a, clipped) = before(Activation::Tanh, 1.3);
    assert!(clipped && (a - (1.0 - 1e-6f64).atanh()).abs() < 1e-12);
    assert!(before(Activation::Relu, -0.1) == (0.0, true) && !before(Activation::Relu, 0.0).1);
    assert!(before(Activation::Tanh, f64::NAN).0.is_nan());
}

/// An input that silences a unit: how strongly is not known, only that it does; the rest stands.
#[test]
fn a_coefficient_that_is_bounded_on_one_side_alone_is_said_to_be() {
    let mut rng = stream(13, Use::Fixture, 0);
    let n = 500;
    let u = Mat::from_fn(2, n, |i, t| if i == 0 { normal(&mut rng) } else { f64::from(t % 5 == 0) });
    for noise in [0.0, 0.3] {
        let mut z = Mat::zeros(1, n);
        for t in 1..n {
            let a = 0.5 * z[(0, t - 1)] + u[(0, t)] - 50.0 * u[(1, t)] + 0.4 + noise * normal(&mut rng);
            z[(0, t)] = f64::max(a, 0.0);
        }
        let data = Sequences { z: z.as_ref(), u: u.as_ref(), starts: &[0] };
        let settings = Settings { activation: Activation::Relu, ..Settings::default() };
        let found = radd(&data, None, &settings).unwrap();
        assert_eq!(found.open, [[false, false, true, false]], "{noise}");
        assert!(found.b_error[(0, 1)].is_nan() && found.b[(0, 1)] < -1.0, "{}", found.b[(0, 1)]);
        for (value, error, truth) in [
            (found.a[(0, 0)], found.a_error[(0, 0)], 0.5),
            (found.b[(0, 0)], found.b_error[(0, 0)], 1.0),
            (found.c[0], found.c_error[0], 0.4),
        ] {
            assert!((value - truth).abs() < 3.5 * error + 1e-9 && error < 0.1, "{value} +- {error}");
        }
        // The student is silent where its teacher is.
        assert!(
            found.scores(&data, None, &settings).one_step[0].r2 > if noise > 0.0 { 0.8 } else { 1.0 - 1e-9 }
        );
    }
}

/// A binary unit is never inside the range: the ends stand for values, and no error is given.
#[test]
fn a_unit_that_is_never_inside_the_range_has_no_errors() {
    let mut rng = stream(14, Use::Fixture, 0);
    let u = Mat::from_fn(1, 200, |_, _| normal(&mut rng));
    let z = Mat::from_fn(1, 200, |_, t| f64::from(u[(0, t)] > 0.0));
    let data = Sequences { z: z.as_ref(), u: u.as_ref(), starts: &[0] };
    let settings = Settings { activation: Activation::Sigmoid, ..Settings::default() };
    let found = radd(&data, None, &settings).unwrap();
    assert_eq!(found.censored[0].iter().sum::<usize>(), found.pairs);
    assert!(found.b[(0, 0)] > 1.0 && found.b_error[(0, 0)].is_nan() && found.c_error[0].is_nan());
}
