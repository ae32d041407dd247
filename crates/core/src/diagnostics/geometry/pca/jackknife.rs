//! Errors of variance shares and of the participation ratio by leaving out blocks of rows.

use super::moments::Moments;
use crate::diagnostics::geometry::products::trace;
use crate::linalg::{col, col_mut};
use crate::numbers::student::widening;
use faer::{Mat, MatRef};

/// Standard errors.
pub(super) struct Errors {
    pub ratios: Vec<f64>,
    pub participation: f64,
}

impl Errors {
    /// What blocks cannot tell, and what needs none of them: where nothing varies along a component, and of several one carries all, none of them differs.
    pub fn unknown(&mut self, variance: &[f64]) {
        let alone = variance.len() > 1 && variance.iter().filter(|v| **v > 0.0).count() == 1;
        for (error, variance) in self.ratios.iter_mut().zip(variance) {
            if alone || *variance <= 0.0 {
                *error = f64::NAN;
            }
        }
        if alone {
            self.participation = f64::NAN;
        }
        // A single variable is one component by definition, without error.
        if variance.len() == 1 {
            self.ratios.fill(0.0);
            self.participation = 0.0;
        }
    }
}

/// By leaving out one of the `blocks` of `all` at a time; none without blocks.
///
/// Without block b the scatter is S - S_b - c d d^T with d the block's mean less the whole mean and
/// c = N N_b / (N - N_b). The variance along a component is taken along the component of all data,
/// which is the leave-one-out eigenvalue to first order; the participation ratio is
/// (tr S)^2 / |S|_F^2, exactly. With h_b = N / N_b and q_b = h_b v - (h_b - 1) v_(b), whose mean is v less the jackknife's bias,
///
/// SE^2 = (t / 2)^2 sum_b (q_b - mean q)^2 / (m (h_b - 1)) + bias^2,
///
/// t Student's two-sided 95.45 % quantile for m - 1 degrees (Busing, Meijer & van der Leeden 1999, eqs. 6 and 7; the value itself
/// is not corrected, so that its bias belongs to its error).
pub(super) fn errors(all: &Moments, blocks: &[Moments], components: MatRef<f64>) -> Option<Errors> {
    let (m, k) = (blocks.len(), components.ncols());
    if m < 2 {
        return None;
    }
    let whole = all.r.transpose() * &all.r;
    let along = squares(&all.r, components);
    let value = |total: f64, s: &Mat<f64>, along: &dyn Fn(usize) -> f64| -> Vec<f64> {
        let participation = (total / s.norm_l2()).powi(2);
        (0..k).map(|j| along(j) / total).chain([participation]).collect()
    };
    let found = value(trace(whole.as_ref()), &whole, &|j| along[j]);
    let (mut left, mut shares) = (vec![], vec![]);
    for b in blocks {
        let d: Vec<f64> = b.mean.iter().zip(&all.mean).map(|(b, a)| b - a).collect();
        let (rows, own) = (all.rows as f64, b.rows as f64);
        let c = rows * own / (rows - own);
        let mut rest = &whole - b.r.transpose() * &b.r;
        for j in 0..d.len() {
            for (v, x) in col_mut(rest.as_mut(), j).iter_mut().zip(&d) {
                *v -= c * x * d[j];
            }
        }
        let left_out = squares(&b.r, components);
        let step = |j: usize| col(components, j).iter().zip(&d).map(|(v, d)| v * d).sum::<f64>();
        let total = trace(rest.as_ref());
        left.push(value(total, &rest, &|j| along[j] - left_out[j] - c * step(j).powi(2)));
        shares.push(rows / own);
    }
    let widened = widening(m - 1);
    let error = |k: usize| {
        let pseudo: Vec<f64> =
            left.iter().zip(&shares).map(|(l, h)| h * found[k] - (h - 1.0) * l[k]).collect();
        let corrected =
            m as f64 * found[k] - left.iter().zip(&shares).map(|(l, h)| (1.0 - 1.0 / h) * l[k]).sum::<f64>();
        let square: f64 = pseudo.iter().zip(&shares).map(|(q, h)| (q - corrected).powi(2) / (h - 1.0)).sum();
        (widened * widened * square / m as f64 + (corrected - found[k]).powi(2)).sqrt()
    };
    Some(Errors { ratios: (0..k).map(error).collect(), participation: error(k) })
}

/// |R v|^2 for each column v.
fn squares(r: &Mat<f64>, v: MatRef<f64>) -> Vec<f64> {
    let product = r * v;
    (0..v.ncols()).map(|j| col(product.as_ref(), j).iter().map(|x| x * x).sum()).collect()
}
