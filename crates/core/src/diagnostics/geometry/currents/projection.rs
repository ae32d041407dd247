//! How much of the currents lies outside a subspace.

use crate::diagnostics::geometry::products::product;
use crate::diagnostics::geometry::subspace::span;
use crate::linalg::eigen::symmetric_values;
use crate::linalg::random::{Rng, normal_matrix, shuffled};
use crate::linalg::{col, gemm, norm};
use crate::numbers::{Estimate, jackknife, quantile};
use faer::{Accum, Mat, MatRef};

/// What is left of currents outside the first `dimensions` directions.
#[derive(Clone, Debug)]
pub struct Projection {
    /// Directions.
    pub dimensions: usize,
    /// Mean norm outside over mean norm inside (7.40).
    pub ratio: Estimate,
    /// Root of the mean square outside over that of the whole current, as the authors' program has it.
    pub residual: Estimate,
    /// The least that any subspace of so many dimensions leaves of the latter: that of the currents' own principal directions.
    pub best: f64,
}

/// The currents outside the span of the first 1, 2, ... columns of an orthonormal `basis`.
///
/// Formula: r = <|nu - Q Q^T nu|> / <|Q^T nu|> (7.40); sqrt(<|nu - Q Q^T nu|^2> / <|nu|^2>), whose least is by the eigenvalues l of
/// <nu nu^T>, sqrt(sum_(k > d) l_k / sum l_k). Errors leave out one of `groups` at a time, the basis held.
///
/// Shapes: `basis` n x k, `currents` n x T, `groups` T.
///
/// ```
/// use nullcline_core::diagnostics::geometry::currents::projections;
///
/// let currents = faer::mat![[3.0, 0.0, 3.0, 0.0], [4.0, 1.0, -4.0, 1.0]];
/// let first = faer::mat![[1.0], [0.0]];
/// let found = &projections(first.as_ref(), currents.as_ref(), &[0, 0, 1, 1])[0];
/// // Outside 4, 1, 4, 1; inside 3, 0, 3, 0.
/// assert!((found.ratio.value - 10.0 / 6.0).abs() < 1e-12 && found.ratio.std_error == Some(0.0));
/// assert!((found.residual.value - (34.0f64 / 52.0).sqrt()).abs() < 1e-12);
/// ```
pub fn projections(basis: MatRef<f64>, currents: MatRef<f64>, groups: &[usize]) -> Vec<Projection> {
    let (count, k) = (groups.iter().max().map_or(0, |g| g + 1), basis.ncols());
    // For each dimension: norms outside and inside, squares outside and of the whole.
    let mut sums = vec![vec![(vec![0.0; 4], 0.0); count]; k];
    for (t, g) in groups.iter().enumerate() {
        let mut rest = col(currents, t).to_vec();
        let (whole, mut inside) = (norm(&rest).powi(2), 0.0);
        for (d, of_dimension) in sums.iter_mut().enumerate() {
            let axis = col(basis, d);
            let along: f64 = axis.iter().zip(&rest).map(|(a, v)| a * v).sum();
            rest.iter_mut().zip(axis).for_each(|(v, a)| *v -= along * a);
            inside += along * along;
            let outside = norm(&rest);
            let (s, rows) = &mut of_dimension[*g];
            s.iter_mut().zip([outside, inside.sqrt(), outside * outside, whole]).for_each(|(s, v)| *s += v);
            *rows += 1.0;
        }
    }
    let least = least(currents);
    let one = |(d, groups): (usize, Vec<(Vec<f64>, f64)>)| {
        let kept: Vec<(Vec<f64>, f64)> = groups.into_iter().filter(|g| g.1 > 0.0).collect();
        Projection {
            dimensions: d + 1,
            ratio: jackknife::of_means(&kept, |m| m[0] / m[1]),
            residual: jackknife::of_means(&kept, |m| (m[2] / m[3]).sqrt()),
            best: least.get(d).copied().unwrap_or(0.0),
        }
    };
    sums.into_iter().enumerate().map(one).collect()
}

/// The ratio of root mean squares where all directions of n are alike, sqrt(n / d - 1) (7.41).
pub fn isotropic(n: usize, dimensions: usize) -> f64 {
    (n as f64 / dimensions as f64 - 1.0).max(0.0).sqrt()
}

/// Rows that the least residual and null hypotheses are found on, at most.
const ROWS: usize = 400;

/// Columns spread over all.
fn some(currents: MatRef<f64>) -> Mat<f64> {
    let all = currents.ncols();
    let count = all.min(ROWS);
    Mat::from_fn(currents.nrows(), count, |i, t| currents[(i, t * all / count.max(1))])
}

/// sqrt(sum_(k > d) l_k / sum l_k) for d = 1, 2, ..., on some columns where they are many.
fn least(currents: MatRef<f64>) -> Vec<f64> {
    let x = if currents.nrows() > ROWS { some(currents) } else { currents.to_owned() };
    let (n, t) = (x.nrows(), x.ncols());
    let gram = if n <= t { product(x.as_ref(), x.as_ref()) } else { product(x.transpose(), x.transpose()) };
    let Some(values) = symmetric_values(gram.as_ref()) else { return vec![] };
    let whole: f64 = values.iter().map(|v| v.max(0.0)).sum();
    let rest = |d: usize| values.iter().rev().skip(d).map(|v| v.max(0.0)).sum::<f64>();
    (1..=values.len()).map(|d| (rest(d) / whole).sqrt()).collect()
}

/// Subspaces that have nothing to do with the currents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Null {
    /// Of any direction.
    Random,
    /// Those of the basis, its entries dealt to other units.
    Shuffled,
}

/// The ratio (7.40) of such subspaces.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NullRatio {
    /// Its mean.
    pub mean: f64,
    /// Its 2.5 % and 97.5 % quantiles.
    pub interval: [f64; 2],
    /// Chance of one as small as the ratio found, (1 + number below) / (1 + draws).
    pub p: f64,
    /// Subspaces drawn.
    pub draws: usize,
}

/// What `draws` subspaces of as many dimensions as `basis` leave of the currents, beside the ratio `found`.
///
/// Shapes: `basis` n x d, `currents` n x T, of which 400 columns spread over all are used at most.
///
/// ```
/// use nullcline_core::diagnostics::geometry::currents::{Null, isotropic, null_ratio};
/// use nullcline_core::linalg::random::{Use, normal_matrix, stream};
///
/// let mut rng = stream(1, Use::Surrogate, 0);
/// let basis = faer::Mat::<f64>::identity(100, 4);
/// let currents = normal_matrix(&mut rng, 100, 50);
/// let null = null_ratio(basis.as_ref(), currents.as_ref(), 0.05, Null::Random, 99, &mut rng);
/// // All directions are alike: sqrt(100 / 4 - 1), but for the mean of norms in place of squares.
/// assert!((null.mean - isotropic(100, 4)).abs() < 0.5 && null.p == 0.01);
/// ```
pub fn null_ratio(
    basis: MatRef<f64>,
    currents: MatRef<f64>,
    found: f64,
    null: Null,
    draws: usize,
    rng: &mut Rng,
) -> NullRatio {
    let (n, d) = (basis.nrows(), basis.ncols());
    let x = some(currents);
    let whole: Vec<f64> = (0..x.ncols()).map(|t| norm(col(x.as_ref(), t)).powi(2)).collect();
    let mut inner = Mat::zeros(d, x.ncols());
    let mut draw = || {
        let candidate = match null {
            Null::Random => normal_matrix(rng, n, d),
            Null::Shuffled => {
                let order: Vec<Vec<usize>> = (0..d).map(|_| shuffled(n, rng)).collect();
                Mat::from_fn(n, d, |i, k| basis[(order[k][i], k)])
            }
        };
        let Some(q) = span(candidate.as_ref()) else { return f64::NAN };
        let mut part = inner.as_mut().subrows_mut(0, q.ncols());
        gemm(part.as_mut(), Accum::Replace, q.transpose(), x.as_ref());
        let inside: Vec<f64> = (0..x.ncols()).map(|t| part.as_ref().col(t).squared_norm_l2()).collect();
        let outside: f64 = whole.iter().zip(&inside).map(|(w, i)| (w - i).max(0.0).sqrt()).sum();
        outside / inside.iter().map(|i| i.sqrt()).sum::<f64>()
    };
    let all: Vec<f64> = (0..draws).map(|_| draw()).collect();
    let below = all.iter().filter(|r| **r <= found).count();
    let at = |q: f64| quantile(all.iter().copied(), q).unwrap_or(f64::NAN);
    NullRatio {
        mean: all.iter().sum::<f64>() / draws as f64,
        interval: [at(0.025), at(0.975)],
        p: (1 + below) as f64 / (1 + draws) as f64,
        draws,
    }
}
