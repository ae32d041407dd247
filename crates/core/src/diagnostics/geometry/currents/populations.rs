//! Populations of units by the sign of what they follow.

use crate::linalg::norm;
use crate::numbers::Estimate;
use crate::numbers::least_squares::grouped::Grouped;
use crate::numbers::student;
use faer::{Mat, MatRef};

/// Share of a unit's largest coefficient of a variable below which its other counts as none.
const NEGLIGIBLE: f64 = 0.05;
/// Share of the root mean square of a variable's coefficients below which one counts as none: units of a network differ in how strongly
/// they follow it, and a weak one is no null.
const NOTHING: f64 = 1e-3;
/// Chance of a coefficient that counts where none is there, all units and coefficients together.
const LEVEL: f64 = 0.05;

/// What a unit does as a variable takes either sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Population {
    /// It follows its positive values alone.
    Positive,
    /// It follows its negative values alone.
    Negative,
    /// It follows both ("shared").
    Both,
    /// It follows neither.
    Null,
}

named! {
    Population:
    Self::Positive => "positive",
    Self::Negative => "negative",
    Self::Both => "both",
    Self::Null => "null",
}

impl Population {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Positive, Self::Negative, Self::Both, Self::Null];
}

/// The rectified parts \[y\]_+ and \[-y\]_+ of variables (D x T) that are not zero throughout, and of each its variable and sign.
///
/// ```
/// use nullcline_core::diagnostics::geometry::currents::rectified;
///
/// let y = faer::mat![[1.0, -2.0, 0.0], [3.0, 1.0, 2.0]];
/// let (parts, of) = rectified(y.as_ref());
/// // The second is never negative.
/// assert_eq!(of, [(0, 1.0), (0, -1.0), (1, 1.0)]);
/// assert_eq!(parts, faer::mat![[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [3.0, 1.0, 2.0]]);
/// ```
pub fn rectified(y: MatRef<f64>) -> (Mat<f64>, Vec<(usize, f64)>) {
    let both = (0..y.nrows()).flat_map(|c| [(c, 1.0), (c, -1.0)]);
    let of: Vec<(usize, f64)> = both.filter(|(c, sign)| y.row(*c).iter().any(|v| sign * v > 0.0)).collect();
    (Mat::from_fn(of.len(), y.ncols(), |j, t| (of[j].1 * y[(of[j].0, t)]).max(0.0)), of)
}

/// The population of each unit, variable by variable, by a fit of activity on the rectified parts `of` variables.
///
/// Formula: a coefficient of h_i = a_i + sum_c L+_ic \[y_c\]_+ + L-_ic \[-y_c\]_+ (7.22) counts where it is above 5 % of the unit's
/// larger one of that variable and above a thousandth of the root mean square of that variable's coefficients over units, and differs
/// from zero at a level of 5 % divided by the number of all coefficients (Bonferroni), by Student's law of G - 1 degrees for G groups.
pub fn populations(fit: &Grouped, of: &[(usize, f64)], variables: usize) -> Vec<Vec<Population>> {
    let tests = (fit.slopes.len() * of.len()).max(1) as f64;
    let count = |e: &Estimate, size: f64| {
        let Some(t) = student::quantile(1.0 - 0.5 * LEVEL / tests, e.n.saturating_sub(1)) else {
            return false;
        };
        e.value.abs() > size && e.std_error.is_some_and(|s| e.value.abs() > t * s)
    };
    let one = |c: usize| {
        let own: Vec<usize> = (0..of.len()).filter(|j| of[*j].0 == c).collect();
        let all: Vec<f64> = fit.slopes.iter().flat_map(|s| own.iter().map(|j| s[*j].value)).collect();
        let size = norm(&all) / (all.len().max(1) as f64).sqrt();
        let unit = |s: &Vec<Estimate>| {
            let largest = own.iter().fold(0.0f64, |m, j| m.max(s[*j].value.abs()));
            let least = (NEGLIGIBLE * largest).max(NOTHING * size);
            let follows = |sign: f64| own.iter().any(|j| of[*j].1 * sign > 0.0 && count(&s[*j], least));
            match (follows(1.0), follows(-1.0)) {
                (true, true) => Population::Both,
                (true, false) => Population::Positive,
                (false, true) => Population::Negative,
                (false, false) => Population::Null,
            }
        };
        fit.slopes.iter().map(unit).collect()
    };
    (0..variables).map(one).collect()
}

/// How many units are of each population, in the order of [`Population::ALL`].
pub fn counted(all: &[Population]) -> [usize; 4] {
    Population::ALL.map(|p| all.iter().filter(|q| **q == p).count())
}
