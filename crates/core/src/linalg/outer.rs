//! Sums of outer products over many columns: the gradient of a matrix.

use super::{Real, SHARED, gemm};
use faer::{Accum, MatMut, MatRef};

/// `y += g x^T`, the sum over columns k of the outer products of g_k and x_k; a large `y` in two halves, on two
/// threads if called in rayon's pool, with the same bits.
///
/// Shapes: `y` is r x s, `g` is r x t, `x` is s x t.
///
/// # Panics
/// If the shapes differ from these.
pub fn add_outer<T: Real>(y: MatMut<T>, g: MatRef<T>, x: MatRef<T>) {
    assert_eq!((y.nrows(), y.ncols(), g.ncols()), (g.nrows(), x.nrows(), x.ncols()), "shapes");
    let part = |y, g: MatRef<T>| gemm(y, Accum::Add, g, x.transpose());
    if y.nrows() * y.ncols() < SHARED || rayon::current_thread_index().is_none() {
        return part(y, g);
    }
    let half = y.nrows() / 2;
    let ((upper, lower), (above, below)) = (y.split_at_row_mut(half), g.split_at_row(half));
    rayon::join(|| part(upper, above), || part(lower, below));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal_matrix, stream};
    use faer::Mat;

    fn check<T: Real>(tolerance: f64) {
        for (r, s, t) in [(1, 1, 1), (3, 2, 5), (16, 6, 128), (17, 7, 129), (50, 13, 300), (2, 50, 200)] {
            let mut rng = stream(1, Use::Fixture, (r * s * t) as u64);
            let mut draw = |r, c| {
                let m = normal_matrix(&mut rng, r, c);
                Mat::from_fn(r, c, |i, j| T::of(m[(i, j)]))
            };
            let (g, x, mut y) = (draw(r, t), draw(s, t), draw(r, s));
            let known = Mat::from_fn(r, s, |i, j| {
                y[(i, j)].to_f64() + (0..t).map(|k| g[(i, k)].to_f64() * x[(j, k)].to_f64()).sum::<f64>()
            });
            add_outer(y.as_mut(), g.as_ref(), x.as_ref());
            for j in 0..s {
                for i in 0..r {
                    assert!((y[(i, j)].to_f64() - known[(i, j)]).abs() < tolerance, "{r} {s} {t}: {i} {j}");
                }
            }
        }
    }

    #[test]
    fn agrees_with_the_sum() {
        check::<f64>(1e-12);
        check::<f32>(1e-3);
    }

    #[test]
    fn threads_do_not_change_bits() {
        let mut rng = stream(2, Use::Fixture, 0);
        let (g, x) = (normal_matrix(&mut rng, 701, 130), normal_matrix(&mut rng, 333, 130));
        let mut known = Mat::zeros(701, 333);
        add_outer(known.as_mut(), g.as_ref(), x.as_ref());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let mut y = Mat::zeros(701, 333);
        pool.install(|| add_outer(y.as_mut(), g.as_ref(), x.as_ref()));
        assert!(y == known);
    }
}
