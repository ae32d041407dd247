//! Activity as a sum of what depends on some factors alone.

use crate::diagnostics::geometry::products::{centred, means};
use crate::linalg::{col, col_mut};
use faer::{Mat, MatRef};

/// What was varied: the number of levels of each factor, and the steps of time.
///
/// Columns of activity are conditions by steps: column (c, t) stands at c steps + t, and condition c counts levels with the last factor
/// fastest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Levels of each factor.
    pub levels: Vec<usize>,
    /// Steps of time.
    pub steps: usize,
}

/// A part of activity: what depends on some factors and on no other, with what of it changes in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marginal {
    /// The factors, by bits; none: what is the same in all conditions, which is time alone.
    pub factors: u32,
}

impl Plan {
    /// Conditions.
    pub fn conditions(&self) -> usize {
        self.levels.iter().product()
    }

    /// Time alone, then each factor with its change in time, each pair, and so on.
    pub fn marginals(&self) -> Vec<Marginal> {
        let mut all: Vec<u32> = (0..1 << self.levels.len()).collect();
        all.sort_by_key(|f| (f.count_ones(), *f));
        all.into_iter().map(|factors| Marginal { factors }).collect()
    }

    /// The level of factor `f` in condition `c`.
    pub fn level(&self, c: usize, f: usize) -> usize {
        c / self.levels[f + 1..].iter().product::<usize>() % self.levels[f]
    }

    /// Columns of `x`, n x (conditions steps), that depend on exactly these factors, their change in time with them; every condition
    /// counts alike. The sum over all marginals is `x` less the mean of each row.
    ///
    /// Formula: with m_S the mean over the levels of all factors outside S, x_S = m_S - sum of x_R over R within S, smaller than S;
    /// of no factor it is the mean over conditions less its mean in time.
    ///
    /// Source: Kobak et al., eLife 5, e10989 (2016), Materials and methods, on marginalization: a factor and its
    /// interaction with time are one, as in its sums X_t, X_s + X_st and so on.
    ///
    /// ```
    /// use nullcline_core::diagnostics::geometry::demixed::{Marginal, Plan};
    ///
    /// // Two levels, one step: 3 -+ 1.
    /// let plan = Plan { levels: vec![2], steps: 1 };
    /// let x = faer::mat![[2.0, 4.0]];
    /// let own = plan.marginal(x.as_ref(), Marginal { factors: 1 });
    /// assert_eq!((own[(0, 0)], own[(0, 1)]), (-1.0, 1.0));
    /// ```
    pub fn marginal(&self, x: MatRef<f64>, marginal: Marginal) -> Mat<f64> {
        let mut sum = Mat::zeros(x.nrows(), x.ncols());
        // Inclusion and exclusion over the subsets of the factors.
        let mut subset = marginal.factors;
        loop {
            let sign = if (marginal.factors ^ subset).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
            let mean = self.mean_outside(x, subset);
            for j in 0..x.ncols() {
                let from = col(mean.as_ref(), j);
                col_mut(sum.as_mut(), j).iter_mut().zip(from).for_each(|(s, m)| *s += sign * m);
            }
            if subset == 0 {
                break;
            }
            subset = (subset - 1) & marginal.factors;
        }
        if marginal.factors == 0 {
            let mean = means(sum.as_ref());
            for j in 0..sum.ncols() {
                col_mut(sum.as_mut(), j).iter_mut().zip(&mean).for_each(|(s, m)| *s -= m);
            }
        }
        sum
    }

    /// Each marginal's share of the variance of `x` over all columns, in the order of [`Plan::marginals`].
    ///
    /// ```
    /// use nullcline_core::diagnostics::geometry::demixed::Plan;
    ///
    /// // Two conditions by three steps: the first unit tells them apart, the second follows time.
    /// let x = faer::mat![[1.0, 1.0, 1.0, -1.0, -1.0, -1.0], [0.0, 1.0, 2.0, 0.0, 1.0, 2.0]];
    /// let shares = Plan { levels: vec![2], steps: 3 }.shares(x.as_ref());
    /// assert!((shares[0] - 0.4).abs() < 1e-12 && (shares[1] - 0.6).abs() < 1e-12);
    /// ```
    pub fn shares(&self, x: MatRef<f64>) -> Vec<f64> {
        let total = centred(x).squared_norm_l2();
        self.marginals().into_iter().map(|m| self.marginal(x, m).squared_norm_l2() / total).collect()
    }

    /// Whether two conditions have the same levels of the marginal's factors.
    pub(super) fn alike(&self, a: usize, b: usize, marginal: Marginal) -> bool {
        let inside = (0..self.levels.len()).filter(|f| marginal.factors >> f & 1 == 1);
        inside.into_iter().all(|f| self.level(a, f) == self.level(b, f))
    }

    /// What `x` has without the marginal itself and without what any factor outside of it does: the means over all conditions and the
    /// marginals within it.
    pub(super) fn within(&self, x: MatRef<f64>, marginal: Marginal) -> Mat<f64> {
        self.mean_outside(x, marginal.factors) - self.marginal(x, marginal)
    }

    /// Means over the levels of the factors outside `factors`, at every step.
    fn mean_outside(&self, x: MatRef<f64>, factors: u32) -> Mat<f64> {
        let conditions = self.conditions();
        let key = |c: usize| {
            let inside = (0..self.levels.len()).filter(|f| factors >> f & 1 == 1);
            inside.fold(0, |k, f| k * self.levels[f] + self.level(c, f))
        };
        let keys: Vec<usize> = (0..conditions).map(key).collect();
        let groups = keys.iter().max().map_or(0, |m| m + 1);
        let share = groups as f64 / conditions as f64;
        let mut means = Mat::<f64>::zeros(x.nrows(), groups * self.steps);
        for (c, k) in keys.iter().enumerate() {
            for t in 0..self.steps {
                let to = col_mut(means.as_mut(), k * self.steps + t);
                to.iter_mut().zip(col(x, c * self.steps + t)).for_each(|(m, v)| *m += share * v);
            }
        }
        Mat::from_fn(x.nrows(), x.ncols(), |i, j| {
            means[(i, keys[j / self.steps] * self.steps + j % self.steps)]
        })
    }
}
