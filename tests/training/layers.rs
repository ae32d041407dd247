//! Layers: a convolution against its sum, gradients of each against finite differences, the same bits on any number of threads.

#![allow(clippy::float_cmp, reason = "what is exact")]

use faer::{Mat, MatRef};
use nullcline::linalg::Real;
use nullcline::linalg::random::{Use, normal, normal_matrix, stream};
use nullcline::systems::cells::Lstm;
use nullcline::systems::rule::{Point, Rule, parameter_count};
use nullcline::training::layers::{Convolution, Layer, Layers, Tape, log_softmax, log_softmax_back};

/// Step of a finite difference of smooth functions: its rounding (eps / step) and its curvature (step^2) stay below 1e-8.
const SMOOTH: f64 = 1e-5;
/// That of functions that are linear but for kinks: small, so that kinks are hardly met; rounding stays below 1e-7.
const PIECES: f64 = 1e-7;

fn values(seed: u64, count: usize) -> Vec<f64> {
    let mut rng = stream(seed, Use::Fixture, 0);
    (0..count).map(|_| normal(&mut rng)).collect()
}

/// The central difference of `loss` along entry `k` of `at`.
fn difference(step: f64, at: &mut [f64], k: usize, mut loss: impl FnMut(&[f64]) -> f64) -> f64 {
    let kept = at[k];
    at[k] = kept + step;
    let up = loss(at);
    at[k] = kept - step;
    let down = loss(at);
    at[k] = kept;
    (up - down) / (2.0 * step)
}

fn close(found: f64, known: f64, what: &str) {
    assert!((found - known).abs() < 1e-6 * (1.0 + known.abs()), "{what}: {found} {known}");
}

fn dot(a: MatRef<f64>, b: MatRef<f64>) -> f64 {
    (0..a.ncols()).map(|j| (0..a.nrows()).map(|i| a[(i, j)] * b[(i, j)]).sum::<f64>()).sum()
}

/// Loss sum c y, its gradient with respect to parameters and items.
fn gradients(layers: &Layers, theta: &[f64], x: MatRef<f64>, c: MatRef<f64>) -> (f64, Vec<f64>, Mat<f64>) {
    let (k, mut gx) = (x.ncols(), Mat::zeros(x.nrows(), x.ncols()));
    let (mut tape, mut grad) = (layers.tape(k), vec![0.0; layers.parameters()]);
    layers.forward(theta, x, &mut tape, 0..k);
    tape.cotangent(0..k).copy_from(c);
    layers.pull(theta, &mut tape, 0..k, Some(gx.as_mut()));
    layers.gradient(x, &tape, 0..k, &mut grad);
    (dot(tape.output(), c), grad, gx)
}

/// Every parameter and every input of some, against finite differences.
fn check(name: &str, layers: &Layers, items: usize) {
    let mut theta: Vec<f64> = layers.draw(&mut stream(1, Use::Parameters, 0));
    let mut x = values(2, layers.inputs() * items);
    let c = normal_matrix(&mut stream(3, Use::Fixture, 0), layers.outputs(), items);
    fn of(x: &[f64], rows: usize) -> MatRef<'_, f64> {
        MatRef::from_column_major_slice(x, rows, x.len() / rows)
    }
    let d = layers.inputs();
    let (_, grad, gx) = gradients(layers, &theta, of(&x, d), c.as_ref());
    assert!(grad.iter().filter(|g| g.abs() > 1e-6).count() > grad.len() / 2, "{name}: hardly a gradient");
    for k in (0..theta.len()).step_by(1 + theta.len() / 300) {
        let known = difference(PIECES, &mut theta, k, |t| gradients(layers, t, of(&x, d), c.as_ref()).0);
        close(grad[k], known, &format!("{name}, parameter {k}"));
    }
    for k in (0..x.len()).step_by(1 + x.len() / 300) {
        let known = difference(PIECES, &mut x, k, |x| gradients(layers, &theta, of(x, d), c.as_ref()).0);
        close(gx[(k % d, k / d)], known, &format!("{name}, input {k}"));
    }
}

fn convolution(
    planes: usize,
    filters: usize,
    side: usize,
    [kernel, stride, padding]: [usize; 3],
) -> Convolution {
    Convolution { planes, filters, side, kernel, stride, padding, relu: false }
}

#[test]
fn gradients_of_layers_are_their_differences() {
    check("dense", &Layers::new(vec![Layer::linear(7, 5)]), 3);
    check("dense, cut", &Layers::new(vec![Layer::relu(7, 9), Layer::linear(9, 3)]), 70);
    for window in [[3, 1, 0], [5, 3, 2], [3, 2, 1], [1, 1, 0], [4, 4, 1]] {
        let one = convolution(2, 3, 8, window);
        check(&format!("convolution {window:?}"), &Layers::new(vec![Layer::Convolution(one)]), 4);
    }
    let first = Convolution { relu: true, ..convolution(3, 4, 16, [5, 3, 2]) };
    let second = Convolution { relu: true, ..convolution(4, 5, first.out_side(), [3, 3, 2]) };
    let flat = second.outputs();
    let all =
        [Layer::Convolution(first), Layer::Convolution(second), Layer::relu(flat, 11), Layer::linear(11, 6)];
    check("encoder", &Layers::new(all.to_vec()), 20);
}

/// Sizes of the thesis's encoder and of its program's (torch 2: floor((n + 2 p - k) / s) + 1).
#[test]
fn sizes_are_those_of_the_thesis() {
    let side = |side, window| convolution(1, 1, side, window).out_side();
    assert_eq!([side(64, [5, 3, 2]), side(22, [5, 5, 2])], [22, 5]);
    assert_eq!([side(64, [5, 3, 2]), side(22, [3, 3, 2]), side(8, [3, 3, 2])], [22, 8, 4]);
}

/// The sum of a convolution's definition, term by term.
#[test]
fn convolutions_are_their_sums() {
    for window in [[5, 3, 2], [3, 1, 0], [2, 2, 1], [3, 3, 2]] {
        let l = convolution(3, 4, 11, window);
        let layers = Layers::new(vec![Layer::Convolution(l)]);
        let theta: Vec<f64> = values(5, l.parameters());
        let x = normal_matrix(&mut stream(6, Use::Fixture, 0), l.inputs(), 3);
        let mut tape = layers.tape(3);
        layers.forward(&theta, x.as_ref(), &mut tape, 0..3);
        let (out, [kernel, stride, padding]) = (l.out_side(), window);
        for item in 0..3 {
            for (filter, i, j) in (0..4).flat_map(|f| (0..out * out).map(move |p| (f, p / out, p % out))) {
                let mut sum = theta[4 * 3 * kernel * kernel + filter];
                for (plane, row, column) in
                    (0..3).flat_map(|p| (0..kernel * kernel).map(move |q| (p, q / kernel, q % kernel)))
                {
                    let (y, z) = (i * stride + row, j * stride + column);
                    let inside = |v: usize| v >= padding && v - padding < 11;
                    if inside(y) && inside(z) {
                        let weight = theta[((filter * 3 + plane) * kernel + row) * kernel + column];
                        sum += weight * x[((plane * 11 + y - padding) * 11 + z - padding, item)];
                    }
                }
                let found = tape.output()[((filter * out + i) * out + j, item)];
                assert!((found - sum).abs() < 1e-12, "{window:?} {filter} {i} {j}: {found} {sum}");
            }
        }
    }
}

#[test]
fn gradients_of_a_gate_are_its_differences() {
    let mut a = values(7, 12);
    // Far from zero: neither overflow nor a share of nothing.
    (a[2], a[5]) = (30.0, -30.0);
    let c = normal_matrix(&mut stream(8, Use::Fixture, 0), 3, 4);
    let loss = |a: &[f64]| {
        let mut y = Mat::zeros(3, 4);
        log_softmax(MatRef::from_column_major_slice(a, 3, 4), y.as_mut());
        (dot(y.as_ref(), c.as_ref()), y)
    };
    let y = loss(&a).1;
    let mut g = c.clone();
    log_softmax_back(y.as_ref(), g.as_mut());
    for k in 0..12 {
        let sum: f64 = (0..3).map(|i| y[(i, k / 3)].exp()).sum();
        assert!((sum - 1.0).abs() < 1e-14);
        close(g[(k % 3, k / 3)], difference(SMOOTH, &mut a, k, |a| loss(a).0), "gate");
    }
    let mut far = Mat::zeros(2, 1);
    log_softmax(faer::mat![[1e4], [-1e4]].as_ref(), far.as_mut());
    assert!(far[(0, 0)] == 0.0 && far[(1, 0)] == -2e4);
}

/// The cell that the path integrators' rivals are made of, a rule.
#[test]
fn gradients_of_an_lstm_are_its_differences() {
    let (n, d, k) = (4, 3, 2);
    let mut theta = values(9, parameter_count(&Lstm::<f64>::new(n, d)));
    let (mut x, mut u) = (values(10, 2 * n * k), values(11, d * k));
    let c = normal_matrix(&mut stream(12, Use::Fixture, 0), 2 * n, k);
    let run = |theta: &[f64], x: &[f64], u: &[f64]| {
        let mut cell = Lstm::<f64>::new(n, d);
        cell.write_params(theta);
        let (x, u) = (MatRef::from_column_major_slice(x, 2 * n, k), MatRef::from_column_major_slice(u, d, k));
        let (mut y, mut tape) = (Mat::zeros(2 * n, k), Mat::zeros(cell.tape_rows(), k));
        let mut scratch = Mat::zeros(cell.scratch_rows(), k);
        cell.eval(x, u, y.as_mut(), tape.as_mut(), scratch.as_mut());
        let at = Point { x, u, tape: tape.as_ref() };
        let (mut gx, mut gu, mut grad) = (Mat::zeros(2 * n, k), Mat::zeros(d, k), vec![0.0; theta.len()]);
        cell.vjp(at, c.as_ref(), gx.as_mut(), Some(gu.as_mut()), scratch.as_mut());
        cell.param_vjp(at, c.as_ref(), &mut grad, scratch.as_mut());
        (dot(y.as_ref(), c.as_ref()), gx, gu, grad)
    };
    let (_, gx, gu, grad) = run(&theta, &x, &u);
    for i in 0..theta.len() {
        let known = difference(SMOOTH, &mut theta, i, |t| run(t, &x, &u).0);
        close(grad[i], known, "lstm, parameter");
    }
    for i in 0..x.len() {
        close(
            gx[(i % (2 * n), i / (2 * n))],
            difference(SMOOTH, &mut x, i, |x| run(&theta, x, &u).0),
            "lstm, state",
        );
    }
    for i in 0..u.len() {
        close(gu[(i % d, i / d)], difference(SMOOTH, &mut u, i, |u| run(&theta, &x, u).0), "lstm, input");
    }
}

fn encoder() -> Layers {
    let first = Convolution { relu: true, ..convolution(3, 8, 32, [5, 3, 2]) };
    let all = [Layer::Convolution(first), Layer::relu(first.outputs(), 64), Layer::linear(64, 16)];
    Layers::new(all.to_vec())
}

/// Gradient of sum c y in single or double precision.
fn whole<T: Real>(layers: &Layers, items: usize) -> (Vec<T>, Mat<T>) {
    let theta: Vec<T> = layers.draw(&mut stream(1, Use::Parameters, 0));
    let cast = |m: Mat<f64>| Mat::from_fn(m.nrows(), m.ncols(), |i, j| T::of(m[(i, j)]));
    let x = cast(normal_matrix(&mut stream(2, Use::Fixture, 0), layers.inputs(), items));
    let c = cast(normal_matrix(&mut stream(3, Use::Fixture, 0), layers.outputs(), items));
    let (mut tape, mut grad): (Tape<T>, _) = (layers.tape(items), vec![T::ZERO; layers.parameters()]);
    layers.forward(&theta, x.as_ref(), &mut tape, 0..items);
    tape.cotangent(0..items).copy_from(&c);
    layers.pull(&theta, &mut tape, 0..items, None);
    layers.gradient(x.as_ref(), &tape, 0..items, &mut grad);
    (grad, tape.output().to_owned())
}

#[test]
fn single_precision_is_the_same_and_threads_change_no_bit() {
    let layers = encoder();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| whole::<f32>(&layers, 150))
    };
    let (one, two) = (run(1), run(2));
    assert!(one == two);
    let (grad, y) = whole::<f64>(&layers, 150);
    let size = grad.iter().map(|g| g * g).sum::<f64>().sqrt();
    let far = grad.iter().zip(&one.0).map(|(a, b)| (a - f64::from(*b)).powi(2)).sum::<f64>().sqrt();
    assert!(far < 1e-4 * size, "{far} {size}");
    assert!((0..150).all(|j| (0..16).all(|i| (y[(i, j)] - f64::from(one.1[(i, j)])).abs() < 1e-4)));
}
