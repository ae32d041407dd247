//! Linear least squares of rows that are met once, by triangular factors that are never squared.

use super::triangular;
use crate::linalg::qr::Qr;
use crate::linalg::{col, norm};
use faer::{Mat, MatMut, MatRef};

/// Part of a coefficient, in scaled columns, along what the rows do not determine, from which it counts
/// as not determined.
const FREE: f64 = 1e-6;

/// The triangular factor of rows [x y] seen so far: k regressors, m targets.
///
/// Memory is that of one (k + m) x (k + m) matrix, however many rows there are; factors of parts may be made on any thread and added.
///
/// ```
/// use faer::Mat;
/// use nullcline_core::numbers::least_squares::{Rows, rows};
///
/// let x = Mat::from_fn(9, 2, |t, k| [1.0, (t as f64).sqrt()][k]);
/// let y = Mat::from_fn(9, 1, |t, _| 3.0 - 2.0 * x[(t, 1)]);
/// let mut seen = Rows::new(2, 1);
/// for part in [0..4, 4..9] {
///     seen.add(&rows(x.get(part.clone(), ..), y.get(part, ..)));
/// }
/// let found = seen.solve(0.0, &[false, true]).unwrap();
/// assert!((found.coefficients[(0, 0)] - 3.0).abs() < 1e-12 && (found.coefficients[(1, 0)] + 2.0).abs() < 1e-12);
/// assert!(found.residual[0] < 1e-24 && found.rank == 2);
/// ```
#[derive(Clone)]
pub struct Rows {
    regressors: usize,
    rows: usize,
    /// (k + m) x (k + m).
    r: Mat<f64>,
}

/// Coefficients of y = x^T beta, one column a target.
#[derive(Clone, Debug)]
pub struct Solution {
    /// beta, k x m; of all that fit equally well the one of smallest norm.
    pub coefficients: Mat<f64>,
    /// Standard errors, k x m, for rows of independent noise; NaN without degrees of freedom and for
    /// coefficients that are not determined.
    pub std_error: Mat<f64>,
    /// Rows less the trace of the hat matrix (rows less rank without a ridge).
    pub freedom: f64,
    /// Sum of squared residuals of each target, without the penalty.
    pub residual: Vec<f64>,
    /// Directions of the regressors that the rows (and the ridge) determine.
    pub rank: usize,
    /// Which coefficients are not determined.
    pub free: Vec<bool>,
    /// Condition number of the regressors scaled to columns of norm one; infinite below full rank.
    pub condition: f64,
}

/// Coordinates in which the regressors of all rows are orthonormal.
#[derive(Clone, Debug)]
pub struct Whitened {
    /// W, k x rank: sum (W^T x)(W^T x)^T = 1, and beta = W eta.
    pub map: Mat<f64>,
    /// Coefficients that no row feels, orthonormal, k x (k - rank).
    pub null: Mat<f64>,
}

/// What the singular values of a triangular factor say.
struct Directions {
    /// Left singular vectors, k x k.
    svd: Mat<f64>,
    /// Singular values of the columns scaled to norm one.
    values: Vec<f64>,
    free: Vec<bool>,
    white: Whitened,
}

/// Of the triangular factor `r` (k x k) of some rows.
fn directions(r: MatRef<f64>, rows: usize) -> Option<Directions> {
    let k = r.ncols();
    let size: Vec<f64> =
        (0..k).map(|j| norm(&col(r, j)[..=j])).map(|s| if s > 0.0 { s } else { 1.0 }).collect();
    let scaled = Mat::from_fn(k, k, |i, j| r[(i, j)] / size[j]);
    let svd = scaled.thin_svd().ok()?;
    let values: Vec<f64> = (0..k).map(|i| svd.S().column_vector()[i]).collect();
    if !values.iter().all(|s| s.is_finite()) {
        return None;
    }
    let least = f64::EPSILON * rows.max(k) as f64 * values.first().copied().unwrap_or(0.0);
    let rank = values.iter().take_while(|s| **s > least).count();
    let map = Mat::from_fn(k, rank, |j, i| svd.V()[(j, i)] / (values[i] * size[j]));
    let mut null = Mat::from_fn(k, k - rank, |j, i| svd.V()[(j, rank + i)] / size[j]);
    if rank < k {
        let mut unused = Mat::zeros(k - rank, k - rank);
        Qr::new(k, k - rank).factor(null.as_mut(), unused.as_mut());
    }
    let free =
        (0..k).map(|j| (rank..k).map(|i| svd.V()[(j, i)].powi(2)).sum::<f64>().sqrt() > FREE).collect();
    Some(Directions { svd: svd.U().to_owned(), values, free, white: Whitened { map, null } })
}

impl Rows {
    /// No rows of `regressors` + `targets` numbers.
    pub fn new(regressors: usize, targets: usize) -> Self {
        let width = regressors + targets;
        Self { regressors, rows: 0, r: Mat::zeros(width, width) }
    }

    /// The rows of `xy`, t x (k + m), which is overwritten.
    pub fn of(regressors: usize, xy: MatMut<f64>) -> Self {
        let rows = xy.nrows();
        Self { regressors, rows, r: triangular(xy) }
    }

    /// Adds the rows that `other` has seen.
    pub fn add(&mut self, other: &Self) {
        let width = self.r.ncols();
        let mut both = Mat::from_fn(2 * width, width, |i, j| match i.checked_sub(width) {
            None => self.r[(i, j)],
            Some(i) => other.r[(i, j)],
        });
        self.r = triangular(both.as_mut());
        self.rows += other.rows;
    }

    /// Rows seen.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The coefficients that minimise sum |y - x^T beta|^2 + `ridge` sum beta^2, the second sum over the
    /// regressors that are `penalised`; none for rows that are not finite.
    ///
    /// Directions whose singular value, of columns scaled to norm one, is below eps times the rows are not
    /// determined.
    ///
    /// Formula: errors by s^2 = residual / freedom, freedom = rows - tr H with the hat matrix H of the ridge; the residual is that of the
    /// rows alone. The ridge is in the units of the regressors squared, and is not divided by the number of rows.
    ///
    /// Shapes: `penalised` has an entry for each of the k regressors.
    pub fn solve(&self, ridge: f64, penalised: &[bool]) -> Option<Solution> {
        let (k, m) = (self.regressors, self.r.ncols() - self.regressors);
        let data = self.r.as_ref();
        let whole = if ridge > 0.0 { self.with(ridge, penalised) } else { self.r.clone() };
        let (r, target) = (whole.as_ref().submatrix(0, 0, k, k), whole.as_ref().submatrix(0, k, k, m));
        let finite = (0..m).all(|j| col(target, j).iter().all(|v| v.is_finite()));
        if !finite {
            return None;
        }
        let Directions { svd, values, free, white: Whitened { map, null } } = directions(r, self.rows)?;
        let (rank, s) = (map.ncols(), |i: usize| values[i]);
        let inverse = map.transpose();
        let along = Mat::from_fn(rank, m, |i, t| (0..k).map(|l| svd[(l, i)] * target[(l, t)]).sum::<f64>());
        let mut beta = inverse.transpose() * &along;
        beta -= &null * (null.transpose() * &beta);
        let regressors = data.submatrix(0, 0, k, k);
        let spread = regressors * inverse.transpose();
        let freedom = self.rows as f64 - spread.squared_norm_l2();
        let residual: Vec<f64> = (0..m)
            .map(|t| {
                let fitted = regressors * beta.col(t);
                let inside: f64 = (0..k).map(|i| (data[(i, k + t)] - fitted[i]).powi(2)).sum();
                inside + (k..=k + t).map(|i| data[(i, k + t)].powi(2)).sum::<f64>()
            })
            .collect();
        let hat = &spread * inverse;
        let std_error = Mat::from_fn(k, m, |j, t| {
            let known = freedom > 0.5 && !free[j];
            if known { (residual[t] / freedom).sqrt() * hat.col(j).norm_l2() } else { f64::NAN }
        });
        let condition = if rank < k {
            f64::INFINITY
        } else if k == 0 {
            1.0
        } else {
            s(0) / s(k - 1)
        };
        Some(Solution { coefficients: beta, std_error, freedom, residual, rank, free, condition })
    }

    /// The directions of the regressors that the rows determine, without a ridge; none for rows that are not finite.
    pub fn whitened(&self) -> Option<Whitened> {
        let k = self.regressors;
        Some(directions(self.r.as_ref().submatrix(0, 0, k, k), self.rows)?.white)
    }

    /// The factor with a row of the penalty's for each regressor.
    fn with(&self, ridge: f64, penalised: &[bool]) -> Mat<f64> {
        let (k, width) = (self.regressors, self.r.ncols());
        let mut rows = Mat::from_fn(width + k, width, |i, j| match i.checked_sub(width) {
            None => self.r[(i, j)],
            Some(i) => {
                if i == j && penalised[i] {
                    ridge.sqrt()
                } else {
                    0.0
                }
            }
        });
        triangular(rows.as_mut())
    }
}

/// The rows of `x`, t x k, and `y`, t x m, at once.
pub fn rows(x: MatRef<f64>, y: MatRef<f64>) -> Rows {
    let (k, m) = (x.ncols(), y.ncols());
    let mut xy = Mat::from_fn(x.nrows(), k + m, |i, j| if j < k { x[(i, j)] } else { y[(i, j - k)] });
    Rows::of(k, xy.as_mut())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal_matrix, stream};

    #[test]
    fn exact_data_give_back_their_coefficients_in_any_blocks() {
        let mut rng = stream(3, Use::Fixture, 0);
        let (x, truth) = (normal_matrix(&mut rng, 90, 4), normal_matrix(&mut rng, 4, 2));
        // Columns of very different sizes are no lack of rank.
        let x = Mat::from_fn(90, 4, |i, j| x[(i, j)] * 10f64.powi(-4 * j as i32));
        let y = &x * &truth;
        let mut all = Rows::new(4, 2);
        for (from, to) in [(0, 1), (1, 40), (40, 90)] {
            all.add(&rows(x.get(from..to, ..), y.get(from..to, ..)));
        }
        let found = all.solve(0.0, &[true; 4]).unwrap();
        assert_eq!((found.rank, all.rows()), (4, 90));
        // Targets are rounded to eps: a coefficient is known to eps over the size of its column.
        let error =
            |i: usize, j: usize| (found.coefficients[(i, j)] - truth[(i, j)]) * 10f64.powi(-4 * i as i32);
        assert!((0..4).all(|i| (0..2).all(|j| error(i, j).abs() < 1e-13)));
        assert!(found.residual.iter().all(|r| *r < 1e-26) && found.free.iter().all(|f| !f));
    }

    /// y = 3 x0 + 2 with x1 = 5 everywhere: x1 and the constant share the 2 as 10/26 and 2/26.
    #[test]
    fn what_is_not_determined_has_the_smallest_norm_and_no_error() {
        let x = Mat::from_fn(30, 3, |i, j| [(i as f64).sin(), 5.0, 1.0][j]);
        let y = Mat::from_fn(30, 1, |i, _| 3.0 * x[(i, 0)] + 2.0);
        let found = rows(x.as_ref(), y.as_ref()).solve(0.0, &[true; 3]).unwrap();
        assert_eq!((found.rank, found.free), (2, vec![false, true, true]));
        for (j, known) in [3.0, 10.0 / 26.0, 2.0 / 26.0].into_iter().enumerate() {
            assert!((found.coefficients[(j, 0)] - known).abs() < 1e-12, "{j}");
        }
        assert!(found.std_error[(0, 0)].is_finite() && found.std_error[(1, 0)].is_nan());
        // Fewer rows than regressors: no freedom, no error, still an answer.
        let few = rows(x.as_ref().subrows(0, 1), y.as_ref().subrows(0, 1)).solve(0.0, &[true; 3]).unwrap();
        assert!(few.rank == 1 && few.free.iter().any(|f| *f) && few.std_error[(0, 0)].is_nan());
        let none = Rows::new(3, 1).solve(0.0, &[true; 3]).unwrap();
        assert!(none.rank == 0 && none.coefficients.norm_max() == 0.0);
        let bad = Mat::from_fn(3, 1, |_, _| f64::NAN);
        assert!(rows(x.as_ref().subrows(0, 3), bad.as_ref()).solve(0.0, &[true; 3]).is_none());
    }
}
