//! Eigenvalues of a product of matrices that is never formed, so that small ones keep their digits.

use super::eigen::{Order, eigenvalues};
use super::qr::Qr;
use super::random::{Use, normal_matrix, stream};
use super::{col, gemm};
use faer::{Accum, Mat, MatRef};

/// Sweeps through the factors after which what has not parted stays in one block.
const SWEEPS: usize = 120;
/// Nats between two moduli that may stay in one block.
const ALIKE: f64 = 3.0;
/// Coupling below which two blocks count as parted.
const PARTED: f64 = 1e-13;

/// An eigenvalue r e^(i a) of a product, by log r and a.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogEigenvalue {
    /// log r; minus infinity for zero.
    pub log_modulus: f64,
    /// a, in (-pi, pi].
    pub argument: f64,
}

/// Eigenvalues of F_m ... F_1, largest modulus first, and the coupling neglected between blocks.
///
/// Method: orthogonal iteration Q_i R_i = F_i Q_(i-1) through all factors, again and again, until
/// Q_0^T Q_m is block diagonal; the product is then similar to a block triangular matrix whose
/// diagonal blocks are products of small matrices of even size. Blocks hold what has nearly the
/// same modulus, so that a small eigenvalue is lost in no sum with a large one: each keeps about
/// eps times the largest condition of a factor, times its own condition, as relative error.
///
/// Shapes: every factor is n x n. `None` for entries that are not finite, or no convergence.
///
/// Source: Dieci, Van Vleck, Numer. Algorithms 36 (2004) 363; Lust, Int. J. Bifurcation Chaos 11
/// (2001) 2389.
///
/// ```
/// use nullcline_core::linalg::product::product_eigenvalues;
///
/// // The product has the eigenvalues 1e30 and 1e-30; formed, the second would be rounding.
/// let factor = faer::mat![[1e10, 1.0], [0.0, 1e-10]];
/// let (found, coupling) = product_eigenvalues(&vec![factor; 3]).unwrap();
/// assert!((found[0].log_modulus - 30.0 * 10f64.ln()).abs() < 1e-9);
/// assert!((found[1].log_modulus + 30.0 * 10f64.ln()).abs() < 1e-9 && coupling < 1e-10);
/// ```
pub fn product_eigenvalues(factors: &[Mat<f64>]) -> Option<(Vec<LogEigenvalue>, f64)> {
    let n = factors.first()?.nrows();
    let finite = |m: &Mat<f64>| (0..n).all(|j| col(m.as_ref(), j).iter().all(|v| v.is_finite()));
    if !factors.iter().all(finite) {
        return None;
    }
    let mut qr = Qr::new(n, n);
    let mut q = normal_matrix(&mut stream(1, Use::Tangent, 0), n, n);
    let mut triangles: Vec<Mat<f64>> = Vec::new();
    let (mut z, mut turn) = (Mat::zeros(n, n), Mat::zeros(n, n));
    qr.factor(q.as_mut(), z.as_mut());
    for _ in 0..SWEEPS {
        let start = q.clone();
        triangles.clear();
        for f in factors {
            gemm(z.as_mut(), Accum::Replace, f.as_ref(), q.as_ref());
            let mut r = Mat::zeros(n, n);
            qr.factor(z.as_mut(), r.as_mut());
            std::mem::swap(&mut q, &mut z);
            triangles.push(r);
        }
        gemm(turn.as_mut(), Accum::Replace, start.transpose(), q.as_ref());
        let small = |(from, to): &(usize, usize)| {
            to - from == 1 || to - from == 2 && alike(turn.as_ref(), &triangles, *from)
        };
        if blocks(turn.as_ref()).0.iter().all(small) {
            break;
        }
    }
    let (parts, coupling) = blocks(turn.as_ref());
    let mut out = Vec::with_capacity(n);
    for (from, to) in parts {
        out.extend(block_eigenvalues(turn.as_ref(), &triangles, from, to)?);
    }
    out.sort_by(|a, b| b.log_modulus.total_cmp(&a.log_modulus));
    Some((out, coupling))
}

/// Whether the two eigenvalues of the block at `from` are so near that none is lost beside the other.
fn alike(turn: MatRef<f64>, triangles: &[Mat<f64>], from: usize) -> bool {
    let pair = block_eigenvalues(turn, triangles, from, from + 2);
    pair.is_some_and(|p| p.len() == 2 && p[0].log_modulus - p[1].log_modulus <= ALIKE)
}

/// The finest blocks [from, to) below which nothing couples, and the largest coupling left out.
fn blocks(turn: MatRef<f64>) -> (Vec<(usize, usize)>, f64) {
    let n = turn.nrows();
    let mut out = Vec::new();
    let (mut from, mut neglected) = (0, 0.0f64);
    for split in 1..=n {
        let below = (0..split).flat_map(|j| col(turn, j)[split..].iter()).fold(0.0f64, |a, v| a.max(v.abs()));
        if below <= PARTED {
            out.push((from, split));
            neglected = neglected.max(below);
            from = split;
        }
    }
    (out, neglected)
}

/// Eigenvalues of turn_bb R_m,bb ... R_1,bb, kept in scale.
fn block_eigenvalues(
    turn: MatRef<f64>,
    triangles: &[Mat<f64>],
    from: usize,
    to: usize,
) -> Option<Vec<LogEigenvalue>> {
    let w = to - from;
    let cut = |m: MatRef<f64>| m.submatrix(from, from, w, w).to_owned();
    let (mut log_scale, mut product) = (0.0, Mat::<f64>::identity(w, w));
    for r in triangles {
        product = cut(r.as_ref()) * product;
        let size = product.norm_l2();
        if size == 0.0 {
            let zero = LogEigenvalue { log_modulus: f64::NEG_INFINITY, argument: 0.0 };
            return Some(vec![zero; w]);
        }
        log_scale += size.ln();
        product /= faer::Scale(size);
    }
    let values = eigenvalues((cut(turn) * product).as_ref(), Order::Modulus)?;
    let one = |z: &faer::c64| LogEigenvalue {
        log_modulus: z.re.hypot(z.im).ln() + log_scale,
        argument: z.im.atan2(z.re),
    };
    Some(values.iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Factors S_(i+1) D_i S_i^-1 with S_0 = S_m: the product has the eigenvalues of D^m.
    fn factors(n: usize, m: usize, diagonal: &Mat<f64>) -> Vec<Mat<f64>> {
        let bases: Vec<Mat<f64>> = (0..m)
            .map(|i| {
                let noise = normal_matrix(&mut stream(4, Use::Fixture, i as u64), n, n);
                Mat::<f64>::identity(n, n) + noise * faer::Scale(0.15)
            })
            .collect();
        let inverse = |s: &Mat<f64>| {
            let mut lu = crate::linalg::solve::Lu::new(n);
            assert!(lu.factor(s.as_ref()));
            lu.inverse()
        };
        (0..m).map(|i| &bases[(i + 1) % m] * diagonal * inverse(&bases[i])).collect()
    }

    #[test]
    fn eigenvalues_eighty_decades_apart_keep_their_digits() {
        // Exact by construction: moduli e^(m l); the pair 0.5 e^(+-0.7 i) turns by 0.7 m.
        let (n, m) = (6, 20);
        let (c, s) = (0.5 * 0.7f64.cos(), 0.5 * 0.7f64.sin());
        let mut d = Mat::zeros(n, n);
        for (i, v) in [1.0, c, c, -0.1, 1e-3, 1e-4].into_iter().enumerate() {
            d[(i, i)] = v;
        }
        (d[(1, 2)], d[(2, 1)]) = (-s, s);
        let (found, coupling) = product_eigenvalues(&factors(n, m, &d)).unwrap();
        let half = 20.0 * 0.5f64.ln();
        let expected = [0.0, half, half, 20.0 * 0.1f64.ln(), 20.0 * 1e-3f64.ln(), 20.0 * 1e-4f64.ln()];
        for (f, e) in found.iter().zip(expected) {
            assert!((f.log_modulus - e).abs() < 1e-9, "{f:?} against {e}");
        }
        let turned = (0.7 * 20.0) % std::f64::consts::TAU;
        assert!((found[1].argument.abs() - turned).abs() < 1e-10, "{:?}", found[1]);
        assert!(coupling <= PARTED);
    }

    #[test]
    fn near_moduli_share_a_block_and_singular_factors_give_zero() {
        let n = 4;
        let mut d = Mat::zeros(n, n);
        for (i, v) in [0.99, 0.985, 0.98, 0.0].into_iter().enumerate() {
            d[(i, i)] = v;
        }
        let (found, _) = product_eigenvalues(&factors(n, 3, &d)).unwrap();
        for (f, e) in found.iter().zip([0.99f64, 0.985, 0.98]) {
            assert!((f.log_modulus - 3.0 * e.ln()).abs() < 1e-11, "{f:?} against {e}");
        }
        assert!(found[3].log_modulus < -30.0);
        assert!(product_eigenvalues(&[Mat::from_fn(2, 2, |_, _| f64::NAN)]).is_none());
    }
}
