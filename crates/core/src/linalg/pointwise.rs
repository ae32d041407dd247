//! Sums and products number by number, vectorised.

use super::{Real, col, col_mut, vectorised};
use faer::{MatMut, MatRef};

/// Numbers worked on at a time: loops of any length would leave long scalar rests.
const LANES: usize = 8;

/// z_i becomes f(z_i, x_i, y_i).
#[inline(always)]
fn each<T: Real>(z: &mut [T], x: &[T], y: &[T], f: impl Fn(&mut T, T, T)) {
    let n = z.len();
    let ((z, z_rest), (x, x_rest), (y, y_rest)) =
        (z.as_chunks_mut::<LANES>(), x[..n].as_chunks::<LANES>(), y[..n].as_chunks::<LANES>());
    for ((z, x), y) in z.iter_mut().zip(x).zip(y) {
        for i in 0..LANES {
            f(&mut z[i], x[i], y[i]);
        }
    }
    for ((z, x), y) in z_rest.iter_mut().zip(x_rest).zip(y_rest) {
        f(z, *x, *y);
    }
}

/// y += x.
pub fn add<T: Real>(mut y: MatMut<T>, x: MatRef<T>) {
    vectorised(
        #[inline(always)]
        move || {
            for j in 0..y.ncols() {
                let x = col(x, j);
                each(col_mut(y.as_mut(), j), x, x, |y, x, _| *y += x);
            }
        },
    );
}

/// z = x y for slices of equal length.
pub fn multiply<T: Real>(z: &mut [T], x: &[T], y: &[T]) {
    vectorised(
        #[inline(always)]
        move || each(z, x, y, |z, x, y| *z = x * y),
    );
}

/// z += x y for slices of equal length.
pub fn add_product<T: Real>(z: &mut [T], x: &[T], y: &[T]) {
    vectorised(
        #[inline(always)]
        move || each(z, x, y, |z, x, y| *z += x * y),
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

/// The sum of a slice, in eight lanes.
pub fn sum<T: Real>(x: &[T]) -> T {
    sum_of(x, |v| v)
}

/// The sum of sizes, in eight lanes.
pub fn sum_of_sizes<T: Real>(x: &[T]) -> T {
    sum_of(x, |v| if v < T::ZERO { -v } else { v })
}

#[inline(always)]
fn sum_of<T: Real>(x: &[T], f: impl Fn(T) -> T) -> T {
    vectorised(
        #[inline(always)]
        move || {
            let (x, rest) = x.as_chunks::<8>();
            let mut lanes = [T::ZERO; 8];
            for x in x {
                for i in 0..8 {
                    lanes[i] += f(x[i]);
                }
            }
            rest.iter().fold(lanes.iter().fold(T::ZERO, |sum, v| sum + *v), |sum, v| sum + f(*v))
        },
    )
}

/// sum += the sum over the columns of g, for each of the sums.
pub fn add_columns<T: Real, const N: usize>(mut sums: [&mut [T]; N], g: MatRef<T>) {
    vectorised(
        #[inline(always)]
        move || {
            let n = g.ncols();
            // Four at a time, so that the sums are read and written a quarter as often.
            for j in (0..n / 4 * 4).step_by(4) {
                let [a, b, c, d] = [0, 1, 2, 3].map(|k| col(g, j + k));
                four(&mut sums, [a, b, c, d]);
            }
            for j in n / 4 * 4..n {
                for sum in &mut sums {
                    let g = col(g, j);
                    each(sum, g, g, |s, g, _| *s += g);
                }
            }
        },
    );
}

#[inline(always)]
fn four<T: Real, const N: usize>(sums: &mut [&mut [T]; N], [a, b, c, d]: [&[T]; 4]) {
    let (a, b, c, d) =
        (a.as_chunks::<LANES>(), b.as_chunks::<LANES>(), c.as_chunks::<LANES>(), d.as_chunks::<LANES>());
    for k in 0..a.0.len() {
        let mut of = [T::ZERO; LANES];
        for i in 0..LANES {
            of[i] = (a.0[k][i] + b.0[k][i]) + (c.0[k][i] + d.0[k][i]);
        }
        for sum in sums.iter_mut() {
            for (s, v) in sum[k * LANES..(k + 1) * LANES].iter_mut().zip(of) {
                *s += v;
            }
        }
    }
    for i in 0..a.1.len() {
        let of = (a.1[i] + b.1[i]) + (c.1[i] + d.1[i]);
        sums.iter_mut().for_each(|s| s[a.0.len() * LANES + i] += of);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faer::Mat;

    const ROWS: usize = 19;

    #[test]
    fn products_of_any_length() {
        for n in 0..20 {
            let x: Vec<f64> = (0..n).map(|i| i as f64 + 1.0).collect();
            let mut z = vec![0.5; n];
            multiply(&mut z, &x, &x);
            add_product(&mut z, &x, &x);
            assert!(z.iter().zip(&x).all(|(z, x)| (z - 2.0 * x * x).abs() < 1e-12));
            let mut y = Mat::from_fn(n, 2, |i, _| x[i]);
            let by = y.clone();
            add(y.as_mut(), by.as_ref());
            assert!((0..n).all(|i| (y[(i, 1)] - 2.0 * x[i]).abs() < 1e-12));
        }
    }

    #[test]
    fn columns_of_any_number_are_summed() {
        for n in 0..10 {
            let g = Mat::from_fn(ROWS, n, |i, j| (i * 10 + j) as f64);
            let (mut sum, mut other) = (vec![1.0; ROWS], vec![2.0; ROWS]);
            add_columns([&mut sum, &mut other], g.as_ref());
            for i in 0..ROWS {
                let known = 1.0 + (0..n).map(|j| (i * 10 + j) as f64).sum::<f64>();
                assert!((sum[i] - known).abs() < 1e-12 && (other[i] - known - 1.0).abs() < 1e-12);
            }
        }
    }
}
