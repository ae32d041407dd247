//! Products of large matrices on several threads, with the same bits on any number of them.

use super::{Real, SHARED, gemm};
use faer::{Accum, MatMut, MatRef};

/// Multiplications from which a product is shared.
const LARGE: usize = 1 << 22;
/// Parts of a product: more than threads, so that none waits long.
const PARTS: usize = 4;

/// `y = a b`, or `y += a b`, as [`gemm`], in parts of its columns on several threads if called in rayon's pool.
///
/// Shapes: `a` is r x s, `b` is s x t, `y` is r x t.
///
/// ```
/// use faer::{Accum, mat};
/// use nullcline_core::linalg::wide::product;
///
/// let mut y = mat![[1.0, 0.0]];
/// product(y.as_mut(), Accum::Add, mat![[2.0]].as_ref(), mat![[3.0, 4.0]].as_ref());
/// assert_eq!(y, mat![[7.0, 8.0]]);
/// ```
pub fn product<T: Real>(y: MatMut<T>, accum: Accum, a: MatRef<T>, b: MatRef<T>) {
    let (rows, columns) = (y.nrows(), y.ncols());
    let large = rows * columns >= SHARED && rows * columns * a.ncols() >= LARGE;
    // Tall results are cut across, wide ones along: cuts follow from the sizes alone.
    match large {
        true if columns >= rows => by_columns(y, accum, a, b, PARTS),
        true => {
            by_columns(y.transpose_mut(), accum, b.transpose(), a.transpose(), PARTS);
        }
        false => gemm(y, accum, a, b),
    }
}

fn by_columns<T: Real>(y: MatMut<T>, accum: Accum, a: MatRef<T>, b: MatRef<T>, parts: usize) {
    if parts < 2 || y.ncols() < 2 {
        return gemm(y, accum, a, b);
    }
    let half = y.ncols() / 2;
    let ((left, right), (before, after)) = (y.split_at_col_mut(half), b.split_at_col(half));
    rayon::join(
        || by_columns(left, accum, a, before, parts / 2),
        || by_columns(right, accum, a, after, parts / 2),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal_matrix, stream};
    use faer::Mat;

    #[test]
    fn is_the_product_on_any_number_of_threads() {
        let mut rng = stream(4, Use::Fixture, 0);
        for (r, s, t) in [(400, 60, 400), (900, 90, 300), (3, 2, 4)] {
            let (a, b) = (normal_matrix(&mut rng, r, s), normal_matrix(&mut rng, s, t));
            let on = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let mut y = Mat::zeros(r, t);
                pool.install(|| product(y.as_mut(), Accum::Replace, a.as_ref(), b.as_ref()));
                y
            };
            let known = &a * &b;
            assert!((on(2) - known).norm_max() < 1e-12);
            assert_eq!(on(1), on(3));
        }
    }
}
