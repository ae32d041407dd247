//! Eigenvalues alone of a dense real matrix, by Francis' double steps on its Hessenberg form.

use super::{col, col_mut};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::hessenberg::{hessenberg_in_place, hessenberg_in_place_scratch};
use faer::linalg::qr::no_pivoting::factor::recommended_block_size;
use faer::{Mat, MatRef, Par, c64};

/// Double steps for one eigenvalue at most, and those after which a shift of another kind is tried.
const PATIENCE: usize = 60;
const EXCEPTION: usize = 10;

/// Eigenvalues of a square matrix in no order, on the calling thread only.
///
/// Only the part of the Hessenberg form that still matters is transformed, so that it takes a third of the time that
/// the whole Schur form does. `None` for entries that are not finite, or no convergence.
///
/// Source: Golub, Van Loan, Matrix Computations, 4th ed. (2013), algorithms 7.5.1 and 7.5.2.
///
/// ```
/// use nullcline_core::linalg::francis::eigenvalues_alone;
///
/// // A companion matrix: 1, 2 and 3 are the roots of x^3 - 6 x^2 + 11 x - 6.
/// let a = faer::mat![[6.0, -11.0, 6.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
/// let mut found: Vec<f64> = eigenvalues_alone(a.as_ref()).unwrap().iter().map(|z| z.re).collect();
/// found.sort_by(f64::total_cmp);
/// assert!(found.iter().zip([1.0, 2.0, 3.0]).all(|(a, b)| (a - b).abs() < 1e-13));
/// ```
pub fn eigenvalues_alone(a: MatRef<f64>) -> Option<Vec<c64>> {
    let n = a.nrows();
    if (0..n).any(|j| (0..n).any(|i| !a[(i, j)].is_finite())) {
        return None;
    }
    let mut h = a.to_owned();
    hessenberg(&mut h);
    let mut found = Vec::with_capacity(n);
    let (mut end, mut tries, mut shift) = (n, 0, 0.0);
    while end > 0 {
        let start = deflated(&h, end);
        match end - start {
            1 => {
                found.push(c64::new(h[(end - 1, end - 1)] + shift, 0.0));
                (end, tries) = (end - 1, 0);
            }
            2 => {
                let m = [[(end - 2, end - 2), (end - 2, end - 1)], [(end - 1, end - 2), (end - 1, end - 1)]];
                found.extend(pair(m.map(|r| r.map(|i| h[i]))).map(|z| z + c64::new(shift, 0.0)));
                (end, tries) = (end - 2, 0);
            }
            _ if tries > PATIENCE => return None,
            _ => {
                tries += 1;
                let exceptional = tries.is_multiple_of(EXCEPTION);
                if exceptional {
                    let last = h[(end - 1, end - 1)];
                    (0..end).for_each(|i| h[(i, i)] -= last);
                    shift += last;
                }
                sweep(&mut h, start, end, exceptional);
            }
        }
    }
    found.iter().all(|z| z.re.is_finite() && z.im.is_finite()).then_some(found)
}

fn hessenberg(h: &mut Mat<f64>) {
    let n = h.nrows();
    if n < 3 {
        return;
    }
    let block = recommended_block_size::<f64>(n, n);
    let mut reflectors = Mat::zeros(block, n - 1);
    let mut memory =
        MemBuffer::new(hessenberg_in_place_scratch::<f64>(n, block, Par::Seq, Default::default()));
    let stack = MemStack::new(&mut memory);
    hessenberg_in_place(h.as_mut(), reflectors.as_mut(), Par::Seq, stack, Default::default());
    // Below the subdiagonal are the reflectors.
    for j in 0..n {
        col_mut(h.as_mut(), j)[(j + 2).min(n)..].fill(0.0);
    }
}

/// The first row of the last block of the leading `end` rows that has not parted.
fn deflated(h: &Mat<f64>, end: usize) -> usize {
    for k in (1..end).rev() {
        let size = h[(k, k)].abs() + h[(k - 1, k - 1)].abs();
        let size = if size > 0.0 { size } else { col(h.as_ref(), k)[..=k].iter().map(|v| v.abs()).sum() };
        if h[(k, k - 1)].abs() <= f64::EPSILON * size {
            return k;
        }
    }
    0
}

/// Eigenvalues of a 2 x 2 matrix.
fn pair(m: [[f64; 2]; 2]) -> [c64; 2] {
    let [[a, b], [c, d]] = m;
    let half = 0.5 * (a - d);
    let square = half * half + b * c;
    if square < 0.0 {
        let im = (-square).sqrt();
        return [c64::new(0.5 * (a + d), im), c64::new(0.5 * (a + d), -im)];
    }
    // The one further away by a sum, the other by the product, so that nothing cancels.
    let far = half + square.sqrt().copysign(half);
    let near = if far == 0.0 { 0.0 } else { -b * c / far };
    [c64::new(d + far, 0.0), c64::new(d + near, 0.0)]
}

/// The reflector 1 - t v v^T with v_0 = 1 that takes `x` to a multiple of the first unit vector: v, t and the multiple.
fn reflector(x: [f64; 3]) -> Option<([f64; 3], f64, f64)> {
    let scale = x.iter().map(|v| v.abs()).sum::<f64>();
    if !(scale > 0.0) || x[1].abs() + x[2].abs() <= 0.0 {
        return None;
    }
    let y = x.map(|v| v / scale);
    let size = (y[0] * y[0] + y[1] * y[1] + y[2] * y[2]).sqrt();
    let image = -size.copysign(y[0]);
    let head = y[0] - image;
    Some(([1.0, y[1] / head, y[2] / head], -head / image, image * scale))
}

/// One double step on rows and columns `start` to `end`.
fn sweep(h: &mut Mat<f64>, start: usize, end: usize, exceptional: bool) {
    let (a, d) = (h[(end - 2, end - 2)], h[(end - 1, end - 1)]);
    let off = h[(end - 2, end - 1)] * h[(end - 1, end - 2)];
    let (trace, det) = if exceptional {
        let s = h[(end - 1, end - 2)].abs() + h[(end - 2, end - 3)].abs();
        (1.5 * s, s * s)
    } else {
        (a + d, a * d - off)
    };
    let (p, q, r) = (h[(start, start)], h[(start, start + 1)], h[(start + 1, start)]);
    let mut x = [
        p * p + q * r - trace * p + det,
        r * (p + h[(start + 1, start + 1)] - trace),
        r * h[(start + 2, start + 1)],
    ];
    for k in start..end - 1 {
        let rows = 3.min(end - k);
        if rows < 3 {
            x[2] = 0.0;
        }
        if let Some((v, t, image)) = reflector(x) {
            if k > start {
                h[(k, k - 1)] = image;
                h[(k + 1, k - 1)] = 0.0;
                if rows == 3 {
                    h[(k + 2, k - 1)] = 0.0;
                }
            }
            from_left(h, k, end, rows, v, t);
            from_right(h, start, (k + 4).min(end), k, rows, v, t);
        }
        x = [
            h[(k + 1, k)],
            if k + 2 < end { h[(k + 2, k)] } else { 0.0 },
            if k + 3 < end { h[(k + 3, k)] } else { 0.0 },
        ];
    }
}

/// Rows k to k + `rows` of columns `k` to `end` reflected.
fn from_left(h: &mut Mat<f64>, k: usize, end: usize, rows: usize, v: [f64; 3], t: f64) {
    for j in k..end {
        let c = &mut col_mut(h.as_mut(), j)[k..k + rows];
        if let [a, b, c] = c {
            let s = t * (*a + v[1] * *b + v[2] * *c);
            (*a, *b, *c) = (*a - s, *b - s * v[1], *c - s * v[2]);
        } else if let [a, b] = c {
            let s = t * (*a + v[1] * *b);
            (*a, *b) = (*a - s, *b - s * v[1]);
        }
    }
}

/// Columns k to k + `columns` of rows `start` to `end` reflected.
fn from_right(h: &mut Mat<f64>, start: usize, end: usize, k: usize, columns: usize, v: [f64; 3], t: f64) {
    let (_, rest) = h.as_mut().split_at_col_mut(k);
    let (first, rest) = rest.split_at_col_mut(1);
    let (second, rest) = rest.split_at_col_mut(1);
    let (a, b) = (&mut col_mut(first, 0)[start..end], &mut col_mut(second, 0)[start..end]);
    if columns == 3 {
        let c = &mut col_mut(rest, 0)[start..end];
        for ((a, b), c) in a.iter_mut().zip(b.iter_mut()).zip(c.iter_mut()) {
            let s = t * (*a + v[1] * *b + v[2] * *c);
            (*a, *b, *c) = (*a - s, *b - s * v[1], *c - s * v[2]);
        }
    } else {
        for (a, b) in a.iter_mut().zip(b.iter_mut()) {
            let s = t * (*a + v[1] * *b);
            (*a, *b) = (*a - s, *b - s * v[1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::eigen::{Order, eigenvalues};
    use crate::linalg::random::{Use, normal_matrix, stream};

    /// Distance of two sets of eigenvalues, each one's nearest.
    fn apart(a: &[c64], b: &[c64]) -> f64 {
        let nearest = |z: &c64, all: &[c64]| all.iter().map(|w| (z - w).norm()).fold(f64::INFINITY, f64::min);
        let one = |a: &[c64], b: &[c64]| a.iter().map(|z| nearest(z, b)).fold(0.0, f64::max);
        one(a, b).max(one(b, a))
    }

    #[test]
    fn eigenvalues_are_those_of_faer() {
        let mut rng = stream(11, Use::Fixture, 0);
        for n in [1, 2, 3, 4, 5, 8, 20, 63, 150] {
            let a = normal_matrix(&mut rng, n, n);
            let (ours, theirs) =
                (eigenvalues_alone(a.as_ref()).unwrap(), eigenvalues(a.as_ref(), Order::Modulus).unwrap());
            assert_eq!(ours.len(), n);
            assert!(apart(&ours, &theirs) < 1e-11 * (n as f64), "{n}: {:e}", apart(&ours, &theirs));
            let trace: f64 = (0..n).map(|i| a[(i, i)]).sum();
            assert!((ours.iter().map(|z| z.re).sum::<f64>() - trace).abs() < 1e-12 * (n as f64));
        }
    }

    #[test]
    fn difficult_matrices_converge() {
        // A shift of all coordinates: roots of unity, on which plain double steps go round for ever.
        for n in [3, 4, 5, 6, 17] {
            let a = Mat::from_fn(n, n, |i, j| f64::from(u8::from((i + 1) % n == j)));
            let found = eigenvalues_alone(a.as_ref()).unwrap();
            let known: Vec<c64> = (0..n)
                .map(|k| {
                    let t = std::f64::consts::TAU * k as f64 / n as f64;
                    c64::new(t.cos(), t.sin())
                })
                .collect();
            assert!(apart(&found, &known) < 1e-13, "{n}");
        }
        let zero = Mat::<f64>::zeros(5, 5);
        assert!(eigenvalues_alone(zero.as_ref()).unwrap().iter().all(|z| z.norm() <= 0.0));
        let graded = Mat::from_fn(6, 6, |i, j| if i <= j { 10f64.powi(-3 * i as i32) } else { 0.0 });
        let found = eigenvalues_alone(graded.as_ref()).unwrap();
        assert!((0..6).all(|i| found.iter().any(|z| (z.re * 10f64.powi(3 * i) - 1.0).abs() < 1e-12)));
        assert!(eigenvalues_alone(Mat::from_fn(3, 3, |_, _| f64::NAN).as_ref()).is_none());
        assert!(eigenvalues_alone(Mat::<f64>::zeros(0, 0).as_ref()).unwrap().is_empty());
    }
}
