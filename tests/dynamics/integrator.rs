//! Losses, gradients and Hessians of integrators against automatic differentiation and finite differences.
//!
//! `golden/integrator/integrator.npz`; its SOURCE.md says what made it.

use faer::{Mat, MatRef};
use nullcline::diagnostics::dynamics::integrator::{
    Averaged, Correlations, Curvature, Gradient, Integrals, Proxy, Room, Weights, conditions, exact, reduced,
    units_needed,
};
use nullcline::io::tensors::{Tensors, read};
use nullcline::linalg::activation::Activation;
use nullcline::linalg::random::{Use, normal_matrix, stream};
use nullcline::linalg::steep::Steep;
use std::path::Path;

const N: usize = 12;

fn golden() -> Tensors {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/integrator/integrator.npz")).unwrap()
}

fn values<'a>(t: &'a Tensors, name: &str) -> &'a [f64] {
    &t.get(name).unwrap_or_else(|| panic!("no {name}")).data
}

fn matrix(t: &Tensors, name: &str, rows: usize) -> Mat<f64> {
    let v = values(t, name);
    let columns = v.len() / rows;
    Mat::from_fn(rows, columns, |i, j| v[i * columns + j])
}

/// One channel of the file.
struct One {
    e: Mat<f64>,
    d: Mat<f64>,
}

impl One {
    fn of(t: &Tensors) -> Self {
        Self { e: matrix(t, "e", N), d: matrix(t, "d", 1) }
    }
    fn weights<'a>(&'a self, w: &'a Mat<f64>) -> Weights<'a> {
        Weights { recurrent: w.as_ref(), encoder: self.e.as_ref(), decoder: self.d.as_ref() }
    }
}

fn near(a: MatRef<f64>, b: MatRef<f64>, tolerance: f64, what: &str) {
    let off = (a - b).norm_max();
    assert!(off <= tolerance * (1.0 + b.norm_max()), "{what}: {off:e}");
}

fn close(a: f64, b: f64, tolerance: f64, what: &str) {
    assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{what}: {a} against {b}");
}

fn one_goal(t: &Tensors, scale: &str, decay: &str) -> Integrals {
    Integrals { scale: values(t, scale).to_vec(), decay: values(t, decay).to_vec() }
}

/// f(x) = 1/(1 + exp(-50 (x - 0.1))).
const SIGMOID: Steep = Steep { activation: Activation::Sigmoid, slope: 50.0, threshold: 0.1 };
const RELU: Steep = Steep::plain(Activation::Relu);

#[test]
fn the_averaged_loss_and_its_gradient_are_autograds() {
    let t = golden();
    let (one, w) = (One::of(&t), matrix(&t, "W", N));
    let steps = values(&t, "T")[0] as usize;
    for kind in ["white", "ar1"] {
        let chi = matrix(&t, &format!("chi_{kind}"), steps);
        let correlations = Correlations::of(chi.as_ref(), steps, 1).unwrap();
        let loss = Averaged { goal: one_goal(&t, "s", "gamma"), correlations };
        let (mut room, mut gradient) = (Room::new(N, 1, steps), Gradient::zeros(N, 1));
        let found = loss.gradient(one.weights(&w), &mut room, &mut gradient);
        close(found, values(&t, &format!("loss_{kind}"))[0], 1e-11, kind);
        let known = matrix(&t, &format!("grad_{kind}"), N);
        near(gradient.recurrent.as_ref(), known.as_ref(), 1e-11, kind);
        let moments = loss.moments(one.weights(&w), &mut room);
        near(moments.as_ref(), matrix(&t, "mu", 1).as_ref(), 1e-12, "moments");
    }
    // Without --chi inputs are white.
    let white = Correlations::white(steps);
    let loss = Averaged { goal: one_goal(&t, "s", "gamma"), correlations: white };
    let found = loss.loss(one.weights(&w), &mut Room::new(N, 1, steps));
    close(found, values(&t, "loss_white")[0], 1e-11, "white");
}

#[test]
fn proxies_and_their_gradients_are_autograds() {
    let t = golden();
    let one = One::of(&t);
    let mut gradient = Gradient::zeros(N, 1);
    let relu = matrix(&t, "W_relu", N);
    let mut proxy = Proxy::signs(one_goal(&t, "s", "gamma"), RELU, N);
    let found = proxy.gradient(one.weights(&relu), &mut gradient).total();
    close(found, values(&t, "proxy_relu_loss")[0], 1e-11, "relu");
    near(gradient.recurrent.as_ref(), matrix(&t, "proxy_relu_grad", N).as_ref(), 1e-11, "relu");

    let sigmoid = matrix(&t, "W_sig", N);
    let z = matrix(&t, "z_samples", 1);
    let mut proxy = Proxy::mean(one_goal(&t, "s_sig", "gamma_sig"), SIGMOID, z, N);
    let found = proxy.gradient(one.weights(&sigmoid), &mut gradient).total();
    close(found, values(&t, "proxy_sigmoid_loss")[0], 1e-11, "sigmoid");
    near(gradient.recurrent.as_ref(), matrix(&t, "proxy_sigmoid_grad", N).as_ref(), 1e-11, "sigmoid");

    let (e, d) = (matrix(&t, "mc_E", 2).transpose().to_owned(), matrix(&t, "mc_D", 2));
    let mut gradient = Gradient::zeros(N, 2);
    for (name, w, f) in [("relu", &relu, RELU), ("sigmoid", &sigmoid, SIGMOID)] {
        let weights = Weights { recurrent: w.as_ref(), encoder: e.as_ref(), decoder: d.as_ref() };
        let z = matrix(&t, "mc_z", 12).transpose().to_owned();
        let mut proxy = Proxy::mean(one_goal(&t, "mc_s", "mc_gamma"), f, z, N);
        let found = proxy.gradient(weights, &mut gradient).total();
        close(found, values(&t, &format!("mc_{name}_loss"))[0], 1e-11, name);
        let known = matrix(&t, &format!("mc_{name}_grad"), N);
        near(gradient.recurrent.as_ref(), known.as_ref(), 1e-11, name);
        let each: f64 = proxy.each(weights).iter().map(|p| p.total()).sum::<f64>() / 12.0;
        close(each, found, 1e-12, "each");
    }
}

#[test]
fn the_hessian_of_the_relu_proxy_is_autograds_without_its_diracs() {
    let t = golden();
    let (one, w) = (One::of(&t), matrix(&t, "W_relu", N));
    let mut proxy = Proxy::signs(one_goal(&t, "s", "gamma"), RELU, N);
    let curvature = Curvature::new(&mut proxy, one.weights(&w));
    // Row-major over (i, j).
    let known = matrix(&t, "proxy_relu_hessian", N * N);
    let mut out = Mat::zeros(N, N);
    for k in 0..N * N {
        let x = Mat::from_fn(N, N, |i, j| if i * N + j == k { 1.0 } else { 0.0 });
        curvature.times(x.as_ref(), &mut out);
        for l in 0..N * N {
            close(out[(l / N, l % N)], known[(l, k)], 1e-11, "Hessian");
        }
    }
    let [least, most] = curvature.ends(N * N, 1e-12).unwrap();
    let values = known.self_adjoint_eigenvalues(faer::Side::Lower).unwrap();
    close(least.value, values[0], 1e-9, "smallest");
    close(most.value, values[N * N - 1], 1e-9, "largest");
}

/// Random weights of D channels whose moments neither vanish nor explode.
fn random(n: usize, channels: usize, item: u64) -> [Mat<f64>; 3] {
    let mut rng = stream(11, Use::Fixture, item);
    let unit = faer::Scale(1.0 / (n as f64).sqrt());
    let w = normal_matrix(&mut rng, n, n) * unit;
    [w, normal_matrix(&mut rng, n, channels) * unit, normal_matrix(&mut rng, channels, n) * unit]
}

/// Every gradient against central differences, through `loss` of the three matrices.
fn check(
    parts: &[Mat<f64>; 3],
    gradient: &Gradient,
    tolerance: f64,
    mut loss: impl FnMut(&[Mat<f64>; 3]) -> f64,
) {
    for (k, known) in [&gradient.recurrent, &gradient.encoder, &gradient.decoder].into_iter().enumerate() {
        for j in 0..known.ncols() {
            for i in 0..known.nrows() {
                let mut at = |by: f64| {
                    let mut moved = parts.clone();
                    moved[k][(i, j)] += by;
                    loss(&moved)
                };
                let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
                close(difference, known[(i, j)], tolerance, &format!("matrix {k}, ({i}, {j})"));
            }
        }
    }
}

fn as_weights(p: &[Mat<f64>; 3]) -> Weights<'_> {
    Weights { recurrent: p[0].as_ref(), encoder: p[1].as_ref(), decoder: p[2].as_ref() }
}

#[test]
fn gradients_of_several_channels_match_central_differences() {
    let (n, d, steps) = (7, 3, 4);
    let parts = random(n, d, 0);
    let goal = Integrals { scale: vec![1.0, 2.0, 0.3], decay: vec![0.9, 0.8, 0.95] };
    let root = normal_matrix(&mut stream(12, Use::Fixture, 0), d * steps, d * steps);
    let coupled = &root * root.transpose();
    let within = coupled.as_ref().submatrix(0, 0, steps, steps);
    for chi in [
        Correlations::white(steps),
        Correlations::of(within, steps, d).unwrap(),
        Correlations::of(coupled.as_ref(), steps, d).unwrap(),
    ] {
        let loss = Averaged { goal: goal.clone(), correlations: chi };
        let (mut room, mut gradient) = (Room::new(n, d, steps), Gradient::zeros(n, d));
        let found = loss.gradient(as_weights(&parts), &mut room, &mut gradient);
        assert!(found > 0.1);
        check(&parts, &gradient, 1e-8, |p| loss.loss(as_weights(p), &mut room));
    }
    let z = Mat::from_fn(d, 9, |c, b| ((3 * c + 5 * b) as f64).sin());
    let soft = Steep { activation: Activation::Sigmoid, slope: 4.0, threshold: 0.1 };
    for f in [RELU, soft, Steep::plain(Activation::Tanh), Steep::plain(Activation::Identity)] {
        let mut proxy = Proxy::mean(goal.clone(), f, z.clone(), n);
        let mut gradient = Gradient::zeros(n, d);
        proxy.gradient(as_weights(&parts), &mut gradient);
        check(&parts, &gradient, 1e-7, |p| proxy.loss(as_weights(p)).total());
        // The Hessian along a direction against differences of the gradient.
        let along = normal_matrix(&mut stream(13, Use::Fixture, 0), n, n);
        let mut product = Mat::zeros(n, n);
        Curvature::new(&mut proxy, as_weights(&parts)).times(along.as_ref(), &mut product);
        let mut at = |by: f64| {
            let mut moved = parts.clone();
            moved[0] += &along * faer::Scale(by);
            proxy.gradient(as_weights(&moved), &mut gradient);
            gradient.recurrent.clone()
        };
        let difference = (at(1e-6) - at(-1e-6)) * faer::Scale(0.5e6);
        near(product.as_ref(), difference.as_ref(), 1e-6, "Hessian");
    }
}

/// At W = 0 the ReLU's half slope is the mean of both sides, so that descent can begin there.
#[test]
fn the_relu_proxy_has_a_gradient_at_zero() {
    let [_, e, d] = random(N, 1, 1);
    let goal = Integrals { scale: vec![2.0], decay: vec![0.9] };
    let parts = [Mat::zeros(N, N), e, d];
    let mut proxy = Proxy::signs(goal, RELU, N);
    let mut gradient = Gradient::zeros(N, 1);
    proxy.gradient(as_weights(&parts), &mut gradient);
    // -2 s gamma d e^T.
    let known = parts[2].transpose() * parts[1].transpose() * faer::Scale(-2.0 * 2.0 * 0.9);
    near(gradient.recurrent.as_ref(), known.as_ref(), 1e-14, "at zero");
}

/// The mean of (7.5) over many sequences is the averaged loss.
#[test]
fn the_averaged_loss_is_the_mean_of_the_batch_loss() {
    let t = golden();
    let (one, w) = (One::of(&t), matrix(&t, "W", N));
    let steps = values(&t, "T")[0] as usize;
    let goal = one_goal(&t, "s", "gamma");
    let (mut sum, mut squares, items) = (0.0, 0.0, 40_000);
    for item in 0..items {
        let x = normal_matrix(&mut stream(3, Use::Task, item), steps, 1);
        let (mut h, mut target, mut loss) = (Mat::<f64>::zeros(N, 1), 0.0, 0.0);
        for k in 0..steps {
            h = &w * (h + &one.e * faer::Scale(x[(k, 0)]));
            target = goal.decay[0] * (target + goal.scale[0] * x[(k, 0)]);
            loss += ((&one.d * &h)[(0, 0)] - target).powi(2);
        }
        sum += loss;
        squares += loss * loss;
    }
    let mean = sum / items as f64;
    let error = ((squares / items as f64 - mean * mean) / items as f64).sqrt();
    let known = values(&t, "loss_white")[0];
    assert!((mean - known).abs() < 4.0 * error && error < 0.01 * known, "{mean} +- {error} against {known}");
}

#[test]
fn a_perfect_integrator_is_told_from_one_that_is_off_by_a_millionth() {
    let n = 60;
    let [_, e, d] = random(n, 2, 2);
    let goal = Integrals { scale: vec![1.0, 2.0], decay: vec![0.995, 0.99] };
    // W = L diag(gamma) R with R L = 1, R E = R_0 and D L = S R_0^-1: D W^q E = S Gamma^q where R_0 = 1.
    // Rows of R: such that R E = 1; L: such that D L = S and R L = 1.
    let r = pseudo_inverse(&e);
    let rows = Mat::from_fn(4, n, |i, j| if i < 2 { d[(i, j)] } else { r[(i - 2, j)] });
    let wanted = Mat::from_fn(4, 2, |i, c| match i {
        _ if i < 2 && i == c => goal.scale[c],
        _ if i >= 2 && i - 2 == c => 1.0,
        _ => 0.0,
    });
    let l = pseudo_inverse(&rows.transpose().to_owned()).transpose() * wanted;
    let gamma = Mat::from_fn(2, 2, |i, j| if i == j { goal.decay[i] } else { 0.0 });
    let w = &l * gamma * &r;
    let parts = [w, e, d];
    let found = conditions(as_weights(&parts), &goal).unwrap();
    let g = found.general;
    assert_eq!((found.rank, g.horizon), (2, 3));
    for (name, v) in
        [("eigenvalue", g.eigenvalue), ("scale", g.scale), ("others", g.others), ("moments", g.moments)]
    {
        assert!(v < 1e-12, "{name} {v:e}");
    }
    assert!(g.moments <= g.rounding, "{g:?}");
    let c = found.channels;
    assert!(c.eigenvalue < 1e-12 && c.scale < 1e-12 && c.encoders < 1e-12 && c.decoders < 1e-12, "{c:?}");
    assert!(c.modes < 1e-12 && c.rest < 1e-12, "{c:?}");
    let noise = normal_matrix(&mut stream(14, Use::Fixture, 0), n, n);
    let noise = &noise * faer::Scale(1e-6 / noise.norm_l2());
    let off =
        conditions(as_weights(&[&parts[0] + noise, parts[1].clone(), parts[2].clone()]), &goal).unwrap();
    assert!(off.general.moments > 1e3 * off.general.rounding, "{:?}", off.general);
    assert!(off.channels.rest > 9e-7 && off.general.scale > 1e-10, "{off:?}");
}

/// (A^T A)^-1 A^T of a matrix of independent columns.
fn pseudo_inverse(a: &Mat<f64>) -> Mat<f64> {
    use faer::linalg::solvers::DenseSolveCore;
    (a.transpose() * a).partial_piv_lu().inverse() * a.transpose()
}

#[test]
fn the_reduced_network_has_the_moments_and_the_descent_of_the_whole() {
    let (n, d, steps) = (30, 2, 3);
    let [_, e, dec] = random(n, d, 5);
    let goal = Integrals { scale: vec![1.0, 2.0], decay: vec![0.9, 0.8] };
    let loss = Averaged { goal, correlations: Correlations::white(steps) };
    let small = reduced(e.as_ref(), dec.as_ref()).unwrap();
    let (mut w, mut omega) = (Mat::<f64>::zeros(n, n), Mat::<f64>::zeros(2 * d, 2 * d));
    let (mut room, mut gradient) = (Room::new(n, d, steps), Gradient::zeros(n, d));
    let (mut little, mut step) = (Room::new(2 * d, d, steps), Gradient::zeros(2 * d, d));
    for _ in 0..200 {
        let weights = Weights { recurrent: w.as_ref(), encoder: e.as_ref(), decoder: dec.as_ref() };
        let found = loss.gradient(weights, &mut room, &mut gradient);
        let reduced = loss.gradient(small.weights(omega.as_ref()), &mut little, &mut step);
        close(reduced, found, 1e-11, "loss");
        w -= &gradient.recurrent * faer::Scale(0.05);
        omega -= &step.recurrent * faer::Scale(0.05);
    }
    near(small.whole(omega.as_ref()).unwrap().as_ref(), w.as_ref(), 1e-11, "W");
    near(small.omega(w.as_ref()).unwrap().as_ref(), omega.as_ref(), 1e-11, "omega");
    assert!(w.norm_l2() > 0.5);
}

#[test]
fn exact_integrators_exist_as_far_as_there_are_units_for_them() {
    let n = 12;
    for d in 1..=n {
        let mut rng = stream(d as u64, Use::Fixture, 7);
        let (e, dec) = (normal_matrix(&mut rng, n, d), normal_matrix(&mut rng, d, n));
        let goal = Integrals {
            scale: (0..d).map(|c| 0.5 + c as f64).collect(),
            decay: (0..d).map(|c| 0.95 - 0.05 * c as f64).collect(),
        };
        // Vectors that were drawn need two units a channel.
        assert_eq!(units_needed(e.as_ref(), dec.as_ref(), &goal), 2 * d);
        let drawn = exact(e.as_ref(), dec.as_ref(), &goal);
        assert_eq!(drawn.is_some(), 2 * d <= n, "{d} channels");
        // Decoders that undo the encoders, one after the other: D + (channels that they miss).
        let inverse = e.svd().unwrap().pseudoinverse();
        let missed = d / 3;
        let other = normal_matrix(&mut rng, d, n);
        let undo =
            Mat::from_fn(
                d,
                n,
                |c, j| if c < missed { other[(c, j)] } else { goal.scale[c] * inverse[(c, j)] },
            );
        assert_eq!(units_needed(e.as_ref(), undo.as_ref(), &goal), d + missed);
        let undone = exact(e.as_ref(), undo.as_ref(), &goal);
        assert_eq!(undone.is_some(), d + missed <= n, "{d} channels, {missed} missed");
        for (w, dec) in [(drawn, &dec), (undone, &undo)] {
            let Some(w) = w else { continue };
            let mut image = e.clone();
            for q in 1..=30 {
                image = &w * image;
                let found = dec * &image;
                for (c, k) in (0..d).flat_map(|c| (0..d).map(move |k| (c, k))) {
                    let target = if c == k { goal.target(c, q) } else { 0.0 };
                    assert!(
                        (found[(c, k)] - target).abs() < 1e-6,
                        "{d} channels, power {q}: {} for {target}",
                        found[(c, k)]
                    );
                }
            }
        }
    }
}
