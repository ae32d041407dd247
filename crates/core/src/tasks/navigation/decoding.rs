//! The best linear read-out of where a light is.

use super::retina::Retina;
use crate::numbers::least_squares::rows;
use faer::{Mat, MatRef};

/// Share of the largest singular value below which a direction of the cells' profiles is rounding.
const ROUNDING: f64 = 1e-15;

/// A linear read-out of a position from the cells of one colour.
#[derive(Clone, Debug)]
pub struct Decoder {
    /// n^2 x 2: cells row by row of y, a column a coordinate.
    pub weights: Mat<f64>,
    /// What it gets wrong on the grid that it was fitted on.
    pub errors: ErrorMap,
}

/// Distances between where a light is and where it is said to be.
#[derive(Clone, Debug)]
pub struct ErrorMap {
    /// By position, x down and y across, g x g.
    pub distance: Mat<f64>,
    /// Their root mean square.
    pub root_mean_square: f64,
    /// The largest.
    pub largest: f64,
}

impl ErrorMap {
    /// Of what is said at each position of the grid, x fastest, 2 x g^2.
    pub fn of(reach: f64, grid: usize, said: MatRef<f64>) -> Self {
        let point = |k: usize| grid_point(reach, grid, k);
        let distance = Mat::from_fn(grid, grid, |i, j| {
            (said[(0, j * grid + i)] - point(i)).hypot(said[(1, j * grid + i)] - point(j))
        });
        let root_mean_square = distance.norm_l2() / grid as f64;
        Self { largest: distance.norm_max(), distance, root_mean_square }
    }
}

/// The g x g points of a lattice of [-reach, reach]^2, x fastest.
///
/// ```
/// use nullcline_core::tasks::navigation::lattice;
///
/// assert_eq!(lattice(1.0, 2).collect::<Vec<_>>(), [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]]);
/// ```
pub fn lattice(reach: f64, grid: usize) -> impl Iterator<Item = [f64; 2]> {
    (0..grid * grid).map(move |k| [k % grid, k / grid].map(|k| grid_point(reach, grid, k)))
}

/// Point k of g equidistant ones of [-reach, reach].
fn grid_point(reach: f64, grid: usize, k: usize) -> f64 {
    reach * (2.0 * k as f64 / (grid - 1) as f64 - 1.0)
}

/// The linear read-out of the position of a lone light of one full colour, from the cells of that colour, over a `grid` x `grid` lattice of [-reach, reach]^2 that minimises
/// sum |w^T g - r|^2 + ridge |w|^2, and its errors there.
///
/// Method: cells answer p(x) p(y) - m(x) m(y), so that they span no more than the products of few profiles along one coordinate; in an
/// orthonormal basis of these the least squares of n^2 cells are those of some hundreds, with the same penalty.
///
/// The optimum of eq. B.4 is the limit of no ridge, which no computer reaches: the singular values of the activity fall to rounding,
/// and the smaller the ridge, the better positions are told. A ridge of grid^2 s^2 is the optimum under independent noise of standard deviation s in
/// every cell; eq. B.4 solved in double precision, whose integrals square the activity, resolves what is above 1e-8 of the largest singular
/// value, a ridge of its square.
///
/// Errors: `None` if the numbers fail.
///
/// # Panics
/// With fewer than two points a coordinate, or a ridge that is not above zero.
///
/// Source: fanthomme2021, eqs. B.2-B.4 and Fig. B.2 (64 x 64 cells, reach 1, a grid of 100).
///
/// ```
/// use nullcline_core::tasks::navigation::{Normalisation, Retina, linear};
///
/// let retina = Retina::new(16, [0.3, 0.5], Normalisation::MeanSquare);
/// let fine = linear(&retina, 1.0, 20, 1e-9).unwrap();
/// let noisy = linear(&retina, 1.0, 20, 4.0).unwrap();
/// assert!(fine.errors.root_mean_square < noisy.errors.root_mean_square && noisy.errors.root_mean_square < 0.8);
/// ```
pub fn linear(retina: &Retina, reach: f64, grid: usize, ridge: f64) -> Option<Decoder> {
    assert!(grid > 1 && ridge > 0.0, "a grid of {grid} points, a ridge of {ridge}");
    let n = retina.cells();
    let mut profiles = Mat::zeros(n, 2 * grid);
    for k in 0..grid {
        let (mut plus, mut minus) = (vec![0.0; n], vec![0.0; n]);
        retina.profile(grid_point(reach, grid, k), [&mut plus, &mut minus]);
        (0..n).for_each(|i| (profiles[(i, k)], profiles[(i, grid + k)]) = (plus[i], minus[i]));
    }
    let svd = profiles.thin_svd().ok()?;
    let values = svd.S().column_vector();
    let r = (0..values.nrows()).take_while(|i| values[*i] > ROUNDING * values[0]).count();
    let basis = svd.U().subcols(0, r);
    let seen = basis.transpose() * &profiles;
    let [p, m] = retina.factors();
    let activity = Mat::from_fn(grid * grid, r * r, |t, f| {
        let (x, y, a, b) = (t % grid, t / grid, f % r, f / r);
        p * seen[(a, x)] * seen[(b, y)] - m * seen[(a, grid + x)] * seen[(b, grid + y)]
    });
    let points: Vec<[f64; 2]> = lattice(reach, grid).collect();
    let position = Mat::from_fn(grid * grid, 2, |t, c| points[t][c]);
    let found = rows(activity.as_ref(), position.as_ref()).solve(ridge, &vec![true; r * r])?;
    let said = (&activity * &found.coefficients).transpose().to_owned();
    let mut weights = Mat::zeros(n * n, 2);
    for c in 0..2 {
        let coefficients = Mat::from_fn(r, r, |a, b| found.coefficients[(b * r + a, c)]);
        let cells = basis * coefficients * basis.transpose();
        (0..n * n).for_each(|k| weights[(k, c)] = cells[(k % n, k / n)]);
    }
    Some(Decoder { weights, errors: ErrorMap::of(reach, grid, said.as_ref()) })
}
