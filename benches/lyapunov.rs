//! Kernels of the Lyapunov spectrum: what re-conditions n tangents, against the product J Q.

use divan::Bencher;
use faer::{Accum, Mat, Par, linalg::matmul::matmul};
use nullcline::diagnostics::dynamics::lyapunov::{Drive, Options, lyapunov};
use nullcline::linalg::activation::Activation::Tanh;
use nullcline::linalg::flag::{Flag, Triangle};
use nullcline::linalg::random::{Use, normal_matrix, stream};
use nullcline::systems::cells::Vanilla;
use nullcline::systems::time::Map;

const SIZES: [usize; 3] = [100, 200, 500];

fn main() {
    divan::main();
}

fn square(n: usize, index: u64) -> Mat<f64> {
    normal_matrix(&mut stream(index, Use::Fixture, n as u64), n, n)
}

#[divan::bench(args = SIZES)]
fn product(bencher: Bencher, n: usize) {
    let (a, q, mut y) = (square(n, 1), square(n, 2), Mat::zeros(n, n));
    bencher.bench_local(|| matmul(y.as_mut(), Accum::Replace, a.as_ref(), q.as_ref(), 1.0, Par::Seq));
}

#[divan::bench(args = SIZES)]
fn product_with_trapezoid(bencher: Bencher, n: usize) {
    let (a, mut l, mut y) = (square(n, 1), square(n, 2), Mat::zeros(n, n));
    let mut flag = Flag::new(n, n);
    flag.factor(l.as_mut(), f64::INFINITY);
    flag.accept();
    let mut permuted = Mat::zeros(n, n);
    bencher.bench_local(|| flag.multiply(y.as_mut(), a.as_ref(), permuted.as_mut(), l.as_ref()));
}

#[divan::bench(args = SIZES)]
fn factors_lu(bencher: Bencher, n: usize) {
    let (z, mut l) = (square(n, 1), Mat::zeros(n, n));
    let mut flag = Flag::new(n, n);
    bencher.bench_local(|| {
        l.copy_from(&z);
        flag.factor(l.as_mut(), f64::INFINITY)
    });
}

#[divan::bench(args = SIZES)]
fn triangle_qr(bencher: Bencher, n: usize) {
    let (z, mut a) = (square(n, 1), Mat::zeros(n, n));
    let (mut triangle, mut out) = (Triangle::new(n, n), vec![0.0; n]);
    bencher.bench_local(|| {
        a.copy_from(&z);
        triangle.log_diagonal(a.as_mut(), &mut out);
    });
}

/// 500 recorded steps of one trajectory, with warm-up and checks.
#[divan::bench(args = [50, 100])]
fn spectrum(bencher: Bencher, n: usize) {
    let mut cell = Vanilla::new(n, 0, Tanh);
    cell.params_mut().mat_mut(1).copy_from(square(n, 1) * faer::Scale(1.5 / (n as f64).sqrt()));
    let (system, initial) = (Map::new(cell), normal_matrix(&mut stream(3, Use::Fixture, 0), n, 1));
    let options = Options { warmup: 100, align: 0, max_steps: 500, tol: 0.0, ..Options::default() };
    bencher.bench_local(|| {
        lyapunov(&system, initial.as_ref(), &Drive::Constant(&[]), &options, &|_| ()).is_ok()
    });
}
