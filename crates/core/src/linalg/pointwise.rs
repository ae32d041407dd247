//! Sums and products number by number, vectorised.

use super::{Real, col, col_mut, vectorised};
use faer::{MatMut, MatRef};

/// y += x.
pub fn add<T: Real>(mut y: MatMut<T>, x: MatRef<T>) {
    vectorised(
        #[inline(always)]
        move || {
            for j in 0..y.ncols() {
                for (y, x) in col_mut(y.as_mut(), j).iter_mut().zip(col(x, j)) {
                    *y += *x;
                }
            }
        },
    );
}

/// z = x y for slices of equal length.
pub fn multiply<T: Real>(z: &mut [T], x: &[T], y: &[T]) {
    vectorised(
        #[inline(always)]
        move || {
            for ((z, x), y) in z.iter_mut().zip(x).zip(y) {
                *z = *x * *y;
            }
        },
    );
}

/// z += x y for slices of equal length.
pub fn add_product<T: Real>(z: &mut [T], x: &[T], y: &[T]) {
    vectorised(
        #[inline(always)]
        move || {
            for ((z, x), y) in z.iter_mut().zip(x).zip(y) {
                *z += *x * *y;
            }
        },
    );
}

/// The sum of x y for slices of equal length, in eight lanes: a plain sum waits for each addition.
pub fn dot<T: Real>(x: &[T], y: &[T]) -> T {
    vectorised(
        #[inline(always)]
        move || {
            let mut lanes = [T::ZERO; 8];
            let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<8>(), y.as_chunks::<8>());
            for (x, y) in x.iter().zip(y) {
                for i in 0..8 {
                    lanes[i] += x[i] * y[i];
                }
            }
            let rest = x_rest.iter().zip(y_rest).fold(T::ZERO, |sum, (x, y)| sum + *x * *y);
            lanes.into_iter().fold(T::ZERO, |sum, l| sum + l) + rest
        },
    )
}

/// sum += the sum over the columns of g.
pub fn add_columns<T: Real>(sum: &mut [T], g: MatRef<T>) {
    vectorised(
        #[inline(always)]
        move || {
            let n = g.ncols();
            // Four at a time, so that the sum is read and written a quarter as often.
            for j in (0..n / 4 * 4).step_by(4) {
                four(sum, [0, 1, 2, 3].map(|k| col(g, j + k)));
            }
            for j in n / 4 * 4..n {
                for (s, g) in sum.iter_mut().zip(col(g, j)) {
                    *s += *g;
                }
            }
        },
    );
}

#[inline(always)]
fn four<T: Real>(sum: &mut [T], [a, b, c, d]: [&[T]; 4]) {
    let n = sum.len();
    let (a, b, c, d) = (&a[..n], &b[..n], &c[..n], &d[..n]);
    for i in 0..n {
        sum[i] += (a[i] + b[i]) + (c[i] + d[i]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faer::Mat;

    #[test]
    fn columns_of_any_number_are_summed() {
        for n in 0..10 {
            let g = Mat::from_fn(5, n, |i, j| (i * 10 + j) as f64);
            let mut sum = vec![1.0; 5];
            add_columns(&mut sum, g.as_ref());
            for i in 0..5 {
                let known = 1.0 + (0..n).map(|j| (i * 10 + j) as f64).sum::<f64>();
                assert!((sum[i] - known).abs() < 1e-12);
            }
        }
    }
}
