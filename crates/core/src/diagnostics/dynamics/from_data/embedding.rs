//! A linear map between delay coordinates.

use crate::diagnostics::geometry::comparison::Sample;
use crate::diagnostics::geometry::products::product;
use crate::linalg::solve::Lu;
use faer::Mat;

/// How delay coordinates are made, and what is fitted between them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Embedding {
    /// Rows in one: the row itself and those before it.
    pub delays: usize,
    /// Steps between them.
    pub interval: usize,
    /// Leading delay coordinates that are kept.
    pub rank: usize,
    /// Ridge of the fit, on coordinates whose squares sum to one over the rows.
    pub ridge: f64,
}

/// The map v_{t+1} = A v_t of the leading delay coordinates, rank x rank; `None` where rows are fewer than coordinates, or do not vary.
///
/// Formula: with H the rows \[x_t, x_{t-i}, ..., x_{t-(d-1)i}\] of unbroken runs one under the other, H = V S U^T, the ridge regression of the
/// rows of V one step later on those of V, both cut to the leading columns.
///
/// Remarks: nothing is centred or scaled here.
///
/// Source: Brunton et al., Nat. Commun. 8, 19 (2017), as DSA has it: Ostrow, Eisen, Kozachkov & Fiete, NeurIPS 36 (2023), sec. 3.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::from_data::{Embedding, havok};
/// use nullcline_core::diagnostics::geometry::comparison::Sample;
///
/// // A rotation by 0.3 seen in one coordinate: two delays are its plane, and a right angle between them no matter.
/// let x = faer::Mat::from_fn(1, 300, |_, t| (0.3 * t as f64).cos());
/// let s = Sample { x, group: vec![0; 300], follows: vec![true; 300] };
/// let a = havok(&s, &Embedding { delays: 2, interval: 1, rank: 2, ridge: 0.0 }).unwrap();
/// let trace = a[(0, 0)] + a[(1, 1)];
/// assert!((trace - 2.0 * 0.3f64.cos()).abs() < 1e-10, "{trace}");
/// ```
pub fn havok(s: &Sample, e: &Embedding) -> Option<Mat<f64>> {
    let n = s.x.nrows();
    let before = (e.delays.max(1) - 1) * e.interval;
    let mut rows = vec![];
    for run in s.runs() {
        rows.extend((run.start + before..run.end).map(|t| (t, t > run.start + before)));
    }
    let features = n * e.delays.max(1);
    if rows.len() < features.max(2) || e.rank == 0 {
        return None;
    }
    let h = Mat::from_fn(rows.len(), features, |r, c| s.x[(c % n, rows[r].0 - c / n * e.interval)]);
    let svd = h.thin_svd().ok()?;
    let rank = e.rank.min(features);
    let values = svd.S().column_vector();
    if !(values[rank - 1] > features as f64 * f64::EPSILON * values[0]) {
        return None;
    }
    let v = svd.U();
    let later: Vec<usize> = (0..rows.len()).filter(|r| rows[*r].1).collect();
    let part = |shift: usize| Mat::from_fn(rank, later.len(), |j, k| v[(later[k] - shift, j)]);
    let (now, next) = (part(1), part(0));
    let mut square = product(now.as_ref(), now.as_ref());
    (0..rank).for_each(|j| square[(j, j)] += e.ridge);
    let mut a = product(now.as_ref(), next.as_ref());
    let mut lu = Lu::new(rank);
    if !lu.factor(square.as_ref()) {
        return None;
    }
    lu.solve(a.as_mut());
    Some(a.transpose().to_owned())
}
