//! How much of a unit's activity goes linearly with coordinates.

use faer::MatRef;

/// Share of a coordinate's square below which what the others leave of it is rounding.
const ROUNDING: f64 = 1e-10;

/// Coordinates against which units are regressed, with a constant.
#[derive(Clone, Debug)]
pub struct Regressors {
    /// Rows where all coordinates are known.
    rows: Vec<usize>,
    /// Orthonormal directions of the centred coordinates, one number a row of those.
    basis: Vec<Vec<f64>>,
}

impl Regressors {
    /// Of coordinates, one number a row; `None` where fewer than three rows are known or nothing varies.
    ///
    /// ```
    /// use nullcline_core::diagnostics::geometry::spatial::Regressors;
    ///
    /// let (x, y) = ([0.0, 1.0, 2.0, 3.0, f64::NAN], [1.0, 0.0, 0.0, 1.0, 0.0]);
    /// let found = Regressors::of(&[&x, &y]).unwrap();
    /// // 1 + 2 x - y, wherever it is known; and what neither knows.
    /// let units = faer::mat![[0.0, 3.0, 5.0, 6.0, 99.0], [1.0, -3.0, 3.0, -1.0, 0.0]];
    /// let share = |unit| found.explained(units.as_ref(), unit, &|row| row).unwrap();
    /// assert!((share(0) - 1.0).abs() < 1e-12 && share(1) < 1e-12);
    /// ```
    pub fn of(coordinates: &[&[f64]]) -> Option<Self> {
        let count = coordinates.first()?.len();
        let known = |t: &usize| coordinates.iter().all(|c| c[*t].is_finite());
        let rows: Vec<usize> = (0..count).filter(known).collect();
        if rows.len() < 3 {
            return None;
        }
        let n = rows.len() as f64;
        let mut basis: Vec<Vec<f64>> = vec![];
        for c in coordinates {
            let mean = rows.iter().map(|t| c[*t]).sum::<f64>() / n;
            let mut direction: Vec<f64> = rows.iter().map(|t| c[*t] - mean).collect();
            let whole = dot(&direction, &direction);
            // Twice is enough.
            for _ in 0..2 {
                for other in &basis {
                    let along = dot(&direction, other);
                    direction.iter_mut().zip(other).for_each(|(d, o)| *d -= along * o);
                }
            }
            let left = dot(&direction, &direction);
            if left > ROUNDING * whole && left > 0.0 {
                let length = left.sqrt();
                direction.iter_mut().for_each(|d| *d /= length);
                basis.push(direction);
            }
        }
        (!basis.is_empty()).then_some(Self { rows, basis })
    }

    /// R^2 of the regression of unit `unit` of x, n x T, where row t is given the activity of `row(t)`; `None` where that does not vary.
    ///
    /// Formula: sum_k (q_k . x)^2 / sum (x - mean x)^2, q_k orthonormal directions of the centred coordinates.
    pub fn explained(&self, x: MatRef<f64>, unit: usize, row: &dyn Fn(usize) -> usize) -> Option<f64> {
        let values: Vec<f64> = self.rows.iter().map(|t| x[(unit, row(*t))]).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let total: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let square: f64 = values.iter().map(|v| v * v).sum();
        let along: f64 = self.basis.iter().map(|q| dot(q, &values).powi(2)).sum();
        (total > 1e-14 * square).then(|| (along / total).min(1.0))
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
