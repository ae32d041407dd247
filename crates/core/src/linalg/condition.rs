//! Eigenvalues with bounds on what rounding does to them, and determinants.

use super::lu::lu_in_place;
use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, evd_real, evd_scratch};
use faer::{Mat, MatMut, MatRef, Par, c64};

/// An eigenvalue and a first-order bound of its rounding error.
#[derive(Clone, Copy, Debug)]
pub struct Eigenvalue {
    /// The computed value.
    pub value: c64,
    /// n eps |A|_F times the condition |l||r|/|l^H r|, at most what a multiple eigenvalue would have: n times the distance
    /// to the nearest other one, or 4 sqrt(n eps) |A|_F.
    pub error: f64,
}

/// Eigenvalues of a square matrix with their error bounds, on the calling thread only.
///
/// Returns `None` when an entry is not finite or the iteration does not converge.
///
/// ```
/// use nullcline_core::linalg::condition::eigenvalues_with_errors;
///
/// // The double eigenvalue 1 of a Jordan block is known to the root of eps alone, one of a symmetric matrix to eps.
/// let jordan = eigenvalues_with_errors(faer::mat![[1.0, 1.0], [0.0, 1.0]].as_ref()).unwrap();
/// let plain = eigenvalues_with_errors(faer::mat![[1.0, 0.0], [0.0, 3.0]].as_ref()).unwrap();
/// assert!(jordan[0].error > 1e-9 && plain[0].error < 1e-14);
/// ```
pub fn eigenvalues_with_errors(a: MatRef<f64>) -> Option<Vec<Eigenvalue>> {
    let n = a.nrows();
    if (0..n).any(|j| (0..n).any(|i| !a[(i, j)].is_finite())) {
        return None;
    }
    let (mut re, mut im) = (Diag::zeros(n), Diag::zeros(n));
    let (mut left, mut right) = (Mat::zeros(n, n), Mat::zeros(n, n));
    let yes = ComputeEigenvectors::Yes;
    let mut memory = MemBuffer::new(evd_scratch::<f64>(n, yes, yes, Par::Seq, Default::default()));
    evd_real(
        a,
        re.as_mut(),
        im.as_mut(),
        Some(left.as_mut()),
        Some(right.as_mut()),
        Par::Seq,
        MemStack::new(&mut memory),
        Default::default(),
    )
    .ok()?;
    let size = a.norm_l2();
    let eps = n as f64 * f64::EPSILON;
    let mut out = Vec::with_capacity(n);
    let mut j = 0;
    while j < n {
        // A complex pair shares two columns, real and imaginary part.
        let pair = im[j] != 0.0 && j + 1 < n;
        let entry = |m: &Mat<f64>, i: usize| c64::new(m[(i, j)], if pair { m[(i, j + 1)] } else { 0.0 });
        let (mut ll, mut rr, mut lr) = (0.0, 0.0, c64::new(0.0, 0.0));
        for i in 0..n {
            let (l, r) = (entry(&left, i), entry(&right, i));
            ll += l.norm_sqr();
            rr += r.norm_sqr();
            lr += l.conj() * r;
        }
        let condition = (ll.sqrt() * rr.sqrt() / lr.norm()).max(1.0);
        let error = condition * eps * size;
        out.push(Eigenvalue { value: c64::new(re[j], im[j]), error });
        if pair {
            out.push(Eigenvalue { value: c64::new(re[j], -im[j]), error });
        }
        j += 1 + usize::from(pair);
    }
    let values: Vec<c64> = out.iter().map(|e| e.value).collect();
    let others = |k: usize| values.iter().enumerate().filter(move |(j, _)| *j != k);
    for (k, e) in out.iter_mut().enumerate() {
        // The parts of one of multiplicity m lie on a ring, 4/m of their error apart.
        let gap = others(k).map(|(_, v)| (v - values[k]).norm()).fold(size, f64::min);
        let most = (n as f64 * gap).max(4.0 * eps.sqrt() * size);
        e.error = e.error.min(most).max(f64::MIN_POSITIVE);
    }
    Some(out)
}

/// log|det A|, destroying A; minus infinity when A is singular.
///
/// ```
/// use nullcline_core::linalg::condition::log_abs_det;
///
/// let mut a = faer::mat![[0.0, 2.0], [3.0, 1.0]];
/// assert!((log_abs_det(a.as_mut(), &mut [0; 2]) - 6f64.ln()).abs() < 1e-14);
/// let mut singular = faer::mat![[1.0, 1.0], [1.0, 1.0]];
/// assert_eq!(log_abs_det(singular.as_mut(), &mut [0; 2]), f64::NEG_INFINITY);
/// ```
pub fn log_abs_det(mut a: MatMut<f64>, swaps: &mut [usize]) -> f64 {
    let n = a.nrows();
    if lu_in_place(a.as_mut(), &mut swaps[..n]) < n {
        return f64::NEG_INFINITY;
    }
    (0..n).map(|i| a[(i, i)].abs().ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal_matrix, stream};
    use crate::linalg::solve::Lu;

    #[test]
    fn errors_bound_the_distance_to_known_eigenvalues() {
        // V diag V^-1 with a skew V: the eigenvalues are known, their conditions are not small.
        let n = 12;
        let mut rng = stream(3, Use::Fixture, 0);
        let v = normal_matrix(&mut rng, n, n);
        let mut a = Mat::zeros(n, n);
        for j in 0..n {
            // Row j of A^T: A = V D V^-1 solves V^T A^T = (V D)^T... column by column.
            let mut b = Mat::from_fn(n, 1, |i, _| v[(j, i)] * (1.0 + i as f64));
            let mut lu = Lu::new(n);
            assert!(lu.factor(v.transpose()));
            lu.solve(b.as_mut());
            for i in 0..n {
                a[(j, i)] = b[(i, 0)];
            }
        }
        let mut found = eigenvalues_with_errors(a.as_ref()).unwrap();
        found.sort_by(|a, b| a.value.re.total_cmp(&b.value.re));
        for (i, e) in found.iter().enumerate() {
            let miss = (e.value.re - (1.0 + i as f64)).hypot(e.value.im);
            assert!(miss <= 10.0 * e.error && e.error < 1e-8, "{e:?}");
        }
        // Q (0.5 + N) Q^T: what numpy 2 finds for such a block is off by 3e-3 for n = 6, and so are we.
        for n in 2..=8 {
            let mut q = normal_matrix(&mut rng, n, n);
            let mut r = Mat::zeros(n, n);
            crate::linalg::qr::Qr::new(n, n).factor(q.as_mut(), r.as_mut());
            let block = Mat::from_fn(n, n, |i, j| if i == j { 0.5 } else { f64::from(u8::from(j == i + 1)) });
            let found = eigenvalues_with_errors((&q * block * q.transpose()).as_ref()).unwrap();
            for e in &found {
                let miss = (e.value.re - 0.5).hypot(e.value.im);
                assert!(miss <= e.error && e.error < 0.1, "{n}: {e:?}");
            }
        }
        // A feed-forward chain: its eigenvalue is on the diagonal, exactly.
        let chain = Mat::from_fn(20, 20, |i, j| match j.wrapping_sub(i) {
            0 => 0.9,
            1 => 0.1,
            _ => 0.0,
        });
        let found = eigenvalues_with_errors(chain.as_ref()).unwrap();
        assert!(found.iter().all(|e| (e.value.re - 0.9).abs() <= e.error && e.error < 1e-5), "{found:?}");
        let rotation = Mat::from_fn(2, 2, |i, j| [[0.6, -0.8], [0.8, 0.6]][i][j]);
        let pair = eigenvalues_with_errors(rotation.as_ref()).unwrap();
        assert!(pair.iter().all(|e| (e.value.norm() - 1.0).abs() < 1e-15 && e.error < 1e-14));
        assert!(eigenvalues_with_errors(Mat::from_fn(2, 2, |_, _| f64::NAN).as_ref()).is_none());
    }
}
