//! Signs of weights: columns of one sign (Dale's law), and singular vectors that follow them.

use crate::linalg::col;
use crate::numbers::Estimate;
use faer::MatRef;
use statrs::distribution::{Binomial, DiscreteCDF};

/// Columns of a matrix by the signs of their entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnSigns {
    /// Columns without an entry below zero, and with one above.
    pub positive: usize,
    /// Columns without an entry above zero, and with one below.
    pub negative: usize,
    /// Columns with both.
    pub mixed: usize,
    /// Columns of zeros.
    pub empty: usize,
    /// 1, -1, or 0 of the last two, for each column.
    pub sign: Vec<i8>,
}

impl ColumnSigns {
    /// Whether no column has entries of both signs, so that each unit excites or inhibits (Dale's law).
    pub fn dale(&self) -> bool {
        self.mixed == 0 && self.positive + self.negative > 0
    }
}

/// The signs of the columns of `w`, n x n: what each unit does to others.
///
/// ```
/// use nullcline_core::diagnostics::geometry::currents::column_signs;
///
/// let w = faer::mat![[0.5, -1.0, 0.0], [0.0, -2.0, 1.0], [0.1, 0.0, -1.0]];
/// let found = column_signs(w.as_ref());
/// assert_eq!((found.positive, found.negative, found.mixed, found.dale()), (1, 1, 1, false));
/// ```
pub fn column_signs(w: MatRef<f64>) -> ColumnSigns {
    let sign = |j: usize| match (col(w, j).iter().any(|v| *v > 0.0), col(w, j).iter().any(|v| *v < 0.0)) {
        (true, true) => (0, 1),
        (true, false) => (1, 0),
        (false, true) => (-1, 0),
        (false, false) => (0, 0),
    };
    let all: Vec<(i8, i8)> = (0..w.ncols()).map(sign).collect();
    let count = |of: (i8, i8)| all.iter().filter(|s| **s == of).count();
    ColumnSigns {
        positive: count((1, 0)),
        negative: count((-1, 0)),
        mixed: count((0, 1)),
        empty: count((0, 0)),
        sign: all.iter().map(|s| s.0).collect(),
    }
}

/// How many entries are of one kind, and the chance of as many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Majority {
    /// Share of the larger part.
    pub share: Estimate,
    /// Chance of a share as large if each entry is of either kind by a fair coin.
    pub p: f64,
}

/// Signs of a pair of singular vectors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VectorSigns {
    /// Entries of the left vector with the sign of the majority.
    pub left: Majority,
    /// Those of the right vector.
    pub right: Majority,
    /// Entries of the right vector with the sign of their column of W, up to the sign of the pair; none where columns have no sign.
    pub right_with_columns: Option<Majority>,
}

/// Signs of the entries of `left` and `right`, n each, that are not zero.
///
/// Formula: p = min(1, 2 P(B >= k)) of the larger part k of m entries, B binomial (m, 1/2).
///
/// ```
/// use nullcline_core::diagnostics::geometry::currents::{column_signs, vector_signs};
///
/// // A left vector of one sign, a right one of the signs of columns.
/// let w = faer::mat![[0.5, -1.0], [0.25, -0.5]];
/// let found = vector_signs(&[-0.9, -0.4], &[-0.5, 0.9], &column_signs(w.as_ref()));
/// assert_eq!((found.left.share.value, found.right.share.value), (1.0, 0.5));
/// assert_eq!(found.right_with_columns.unwrap().share.value, 1.0);
/// ```
pub fn vector_signs(left: &[f64], right: &[f64], columns: &ColumnSigns) -> VectorSigns {
    let signs = |v: &[f64]| v.iter().filter(|x| **x != 0.0).map(|x| x.signum()).collect::<Vec<f64>>();
    let sided = |v: &[f64]| {
        let with: Vec<f64> = v
            .iter()
            .zip(&columns.sign)
            .filter(|(x, s)| **x != 0.0 && **s != 0)
            .map(|(x, s)| x.signum() * f64::from(*s))
            .collect();
        (!with.is_empty()).then(|| majority(&with))
    };
    VectorSigns {
        left: majority(&signs(left)),
        right: majority(&signs(right)),
        right_with_columns: sided(right),
    }
}

fn majority(signs: &[f64]) -> Majority {
    let n = signs.len();
    let positive = signs.iter().filter(|s| **s > 0.0).count();
    let larger = positive.max(n - positive);
    let law = Binomial::new(0.5, n as u64).ok();
    let tail = |k: usize| match k {
        0 => 1.0,
        k => law.as_ref().map_or(f64::NAN, |b| b.sf(k as u64 - 1)),
    };
    Majority { share: Estimate::share(larger, n), p: (2.0 * tail(larger)).min(1.0) }
}
